"""A form for one new row: what is needed first, each field checked beside it while it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from grid_model import schema
from grid_model.errors import GridError
from grid_model.new_row import LIMITS, NewRow, refusals, suggested_id
from grid_model.project import Project
from grid_model.schema import Column, Kind
from resources.i18n import _
from ui import formats, objects
from ui.session import Session
from ui.tables.editors import choices_of, read_value
from ui.widgets import label, make_primary

LEFT_OUT = frozenset({"outline_source"})
"""Columns that say how a shape came about: a row made by hand has none yet."""

SIZE = (720, 560)
FIELD_PX = 260
PARTING = "　"
"""Between a name and its identifier."""


class NewRowDialog(QDialog):
    """Fills the columns of one new row and makes it; `made` is its identifier then."""

    def __init__(
        self,
        session: Session,
        project: Project,
        table: str,
        show_personal: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._project, self._table = session, project, table
        self.made = ""
        described = schema.table(table)
        self.setWindowTitle(_("New row: {table}").format(table=_(described.label)))
        columns = [
            one
            for one in objects.shown_columns(described, show_personal)
            if one.kind not in (Kind.JSON, Kind.GEOMETRY) and one.name not in LEFT_OUT
        ]
        self.columns = sorted(columns, key=lambda one: not one.required)
        self.fields: dict[str, QLineEdit | QComboBox] = {}
        self.told: dict[str, QLabel] = {}
        self._touched: set[str] = set()
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(label(_("Fields marked * are needed; the others can be filled later."), "second"))
        column.addWidget(self._form(), 1)
        self.problem = label("", "wrong", wrap=True)
        column.addWidget(self.problem)
        buttons = QDialogButtonBox()
        self.go = buttons.addButton(_("OK"), QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(self.go)
        self.go.setDefault(True)
        self.cancel = buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.resize(*SIZE)
        self._begin()

    # ------------------------------------------------------------- the fields

    def _form(self) -> QScrollArea:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(2, 1)
        for row, column in enumerate(self.columns):
            field = self._field(column)
            told = label("", "wrong", wrap=True)
            title = label(formats.heading(column) + (" *" if column.required else ""))
            title.setBuddy(field)
            tip = _(column.meaning) if column.meaning else ""
            for part in (title, field):
                part.setToolTip(tip)
            field.setAccessibleName(title.text())
            field.setFixedWidth(FIELD_PX)
            for at, part in enumerate((title, field, told)):
                grid.addWidget(part, row, at)
            self.fields[column.name], self.told[column.name] = field, told
        grid.setRowStretch(len(self.columns), 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        return area

    def _field(self, column: Column) -> QLineEdit | QComboBox:
        choices = choices_of(self._project, column)
        if choices is None:
            line = QLineEdit()
            if column.kind is Kind.DATE:
                line.setPlaceholderText("2026-11-20")
            elif column.references:  # of so many rows that they are not listed
                line.setPlaceholderText(_(schema.table(column.references).column("id").label))
            line.textChanged.connect(lambda _text: self._changed(column.name))
            return line
        combo = NoWheel()
        if column.default is not None:
            choices = [one for one in choices if one[0] != ""]
        elif column.required or column.references:
            choices = [("", ""), *(one for one in choices if one[0] != "")]
        for code, text in choices:
            told = text if not column.references or code in ("", text) else f"{text}{PARTING}{code}"
            combo.addItem(told, code)
        if column.references:
            _complete(combo)
        combo.currentTextChanged.connect(lambda _text: self._changed(column.name))
        return combo

    def _begin(self) -> None:
        """Put defaults and the suggested identifier in, and the cursor where typing begins."""
        for column in self.columns:
            field = self.fields[column.name]
            if isinstance(field, QComboBox) and column.default is not None:
                field.setCurrentIndex(max(0, field.findData(column.default)))
        one = self.fields["id"]
        assert isinstance(one, QLineEdit)
        one.setText(suggested_id(self._project, self._table))
        one.selectAll()
        first = next((name for name, field in self.fields.items() if not _written(field)), "id")
        self.fields[first].setFocus()
        self._touched.clear()
        self._check()

    # -------------------------------------------------------------- the check

    def _changed(self, name: str) -> None:
        self._touched.update(LIMITS if name in LIMITS else (name,))
        self.problem.setText("")
        self._check()

    def read(self) -> tuple[dict[str, Any], dict[str, GridError]]:
        """Give the values by column, and what cannot be read at all."""
        cells: dict[str, Any] = {}
        unread: dict[str, GridError] = {}
        for column in self.columns:
            field = self.fields[column.name]
            typed = _value(field)
            try:
                cells[column.name] = read_value(column, typed)
            except ValueError:
                unread[column.name] = GridError(
                    "bad-value", table=self._table, column=column.name, value=str(typed)
                )
        return cells, unread

    def _check(self) -> None:
        """Say beside each field what is wrong with it; what nobody touched yet may still be empty."""
        cells, unread = self.read()
        found = self._found(cells, unread)
        for name, told in self.told.items():
            error = found.get(name)
            quiet = error is None or (
                name not in self._touched and error.code in ("missing-id", "value-needed")
            )
            told.setText("" if quiet or error is None else self._sentence(error))
        self.go.setEnabled(not found)
        self.go.setToolTip(self._sentence(next(iter(found.values()))) if found else "")

    def _found(self, cells: Mapping[str, Any], unread: Mapping[str, GridError]) -> dict[str, GridError]:
        refused = refusals(self._project, self._table, cells)
        return {
            column.name: unread.get(column.name) or refused[column.name]
            for column in self.columns
            if column.name in unread or column.name in refused
        }

    def _sentence(self, error: GridError) -> str:
        return objects.problem_sentence(self._project, error)

    def accept(self) -> None:
        """Make the row; where it is refused after all the form stays with the reason."""
        cells, unread = self.read()
        if self._found(cells, unread):
            return
        filled = {name: value for name, value in cells.items() if value is not None}
        try:
            self._session.attempt(NewRow(self._table, filled))
        except GridError as error:
            self.problem.setText(self._sentence(error))
            return
        self.made = str(filled["id"])
        super().accept()


class NoWheel(QComboBox):
    """A list that the mouse wheel scrolls past: the form is scrolled, no value changed by the way."""

    def wheelEvent(self, event: Any) -> None:
        event.ignore()


def _complete(combo: QComboBox) -> None:
    """Let a reference be typed by any part of its name or identifier."""
    combo.setEditable(True)
    combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    completer = combo.completer()
    assert completer is not None  # an editable list has one
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)


def _written(field: QLineEdit | QComboBox) -> str:
    return field.text() if isinstance(field, QLineEdit) else str(field.currentData() or "")


def _value(field: QLineEdit | QComboBox) -> Any:
    """Give what was typed, or the code of what was chosen; a name that only one bears stands for it."""
    if isinstance(field, QLineEdit):
        return field.text()
    if not field.isEditable():
        return field.currentData()
    typed = field.currentText().strip()
    rows = range(field.count())
    if not typed:
        return ""
    for row in rows:
        if typed in (field.itemText(row), field.itemData(row)):
            return field.itemData(row)
    named = [row for row in rows if field.itemText(row).split(PARTING)[0] == typed]
    return field.itemData(named[0]) if len(named) == 1 else typed
