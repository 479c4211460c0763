"""The limits and coefficients of a project with unit, source and date; each is edited in place and undone."""

from __future__ import annotations

from typing import Any

import pandas as pd
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import (
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from grid_model import schema
from grid_model.errors import GridError
from grid_model.setting_edit import ResetSetting, SetSetting
from grid_model.settings import SETTINGS, in_force
from resources.i18n import _
from ui.bench import Bench
from ui.messages import window_sentence
from ui.tables.editors import Index, digits, read_value, whole_text
from ui.tables.frame_model import FrameModel, Shown
from ui.tables.pages import plain_text
from ui.tables.view import FrameView
from ui.widgets import button, label, row

_AS_OF = schema.table("settings").column("as_of")
EDITED = frozenset({"value", "source", "as_of"})


class _Line(QStyledItemDelegate):
    """A plain line; what was typed goes to the model as text."""

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        line = QLineEdit(parent)
        line.setFrame(False)
        return line

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            editor.setText(str(index.data(Qt.ItemDataRole.DisplayRole)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit) and editor.text() != index.data(Qt.ItemDataRole.DisplayRole):
            model.setData(index, editor.text())


class DefaultsPage(QWidget):
    """One row for every setting of `grid_model.settings`."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self.model = FrameModel(self, self._commit)
        self.view = FrameView(self.model, self)
        self.view.setItemDelegate(_Line(self.view))
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Filter rows"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(_("Filter rows"))
        self.search.textChanged.connect(self.model.filter)
        self.told = label("", "second", wrap=True)
        self.reset = button(_("Back to the default"), self._reset)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.view)
        foot = row(self.told, self.reset)
        foot.setStretchFactor(self.told, 1)
        column.addLayout(foot)
        self.view.row_chosen.connect(lambda _position: self._follow())
        self.show_values()
        self._follow()

    def show_values(self) -> None:
        """Show what holds in the open project; without one the defaults of the program, not to be edited."""
        project = self._bench.session.project
        editable = project is not None and not self._bench.session.reading
        try:
            values = in_force(project) if project is not None else tuple(SETTINGS.values())
        except GridError as error:
            self.told.setText(window_sentence(error))
            values = tuple(SETTINGS.values())
        rows = [
            {
                "name": one.name,
                "meaning": _(one.meaning),
                "value": whole_text(one.value),
                "unit": one.unit,
                "default": whole_text(SETTINGS[one.name].value),
                "source": one.source if one.overridden else _(one.source),
                "as_of": one.as_of,
                "own": one.overridden,
            }
            for one in values
        ]
        frame = pd.DataFrame(rows)
        headings = {
            "meaning": _("Setting"),
            "value": _("Value"),
            "unit": _("Unit"),
            "default": _("Default"),
            "source": _("Source"),
            "as_of": _("As of"),
            "name": _("Code"),
        }
        columns = [
            Shown(name, text, plain_text, editable=editable and name in EDITED)
            for name, text in headings.items()
        ]
        if self.model.rowCount():
            self.model.update_rows(frame, columns)
        else:
            self.model.show_rows(frame, columns)
            self.view.fit_columns()
            self.view.setColumnWidth(0, 300)
        if project is None:
            self.told.setText(_("Open a project to give it values of its own."))

    def _commit(self, position: int, column: str, value: Any) -> bool:
        session = self._bench.session
        project = session.project
        assert project is not None
        at = self.model.frame.iloc[position]
        cells = {"value": str(at["value"]), "source": str(at["source"]), "as_of": str(at["as_of"])}
        if column == "value":
            cells["value"] = digits(str(value)).strip()
            if not at["own"]:
                cells["source"], cells["as_of"] = _("Decision of the station"), project.info.planning_date
        elif column == "as_of":
            if not _is_date(str(value)):
                self.told.setText(_("“{value}” is no date; write it as 2026-11-20.").format(value=value))
                return False
            cells["as_of"] = str(read_value(_AS_OF, str(value)) or "")
        else:
            cells[column] = str(value).strip()
        try:
            session.attempt(SetSetting(str(at["name"]), **cells))
        except GridError as error:
            self.told.setText(window_sentence(error))
            return False
        self.told.setText(_("Kept; undo (Ctrl+Z) takes it back."))
        self.show_values()
        self._follow()
        return True

    def _reset(self) -> None:
        index = self.view.currentIndex()
        if index.isValid():
            name = str(self.model.frame["name"].iat[self.model.position(index.row())])
            self._bench.session.do(ResetSetting(name))
            self.show_values()
            self._follow()

    def _follow(self) -> None:
        index = self.view.currentIndex()
        own = index.isValid() and bool(self.model.frame["own"].iat[self.model.position(index.row())])
        self.reset.setEnabled(own and not self._bench.session.reading)


def _is_date(text: str) -> bool:
    try:
        read_value(_AS_OF, text)
    except ValueError:
        return False
    return True
