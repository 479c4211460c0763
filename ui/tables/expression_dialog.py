"""Choose rows by a condition written in plain fields; what is wrong with it is said while it is typed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from grid_model.errors import GridError
from grid_model.expression import Expression
from grid_model.schema import Kind
from resources.i18n import _, ngettext
from ui import formats
from ui.messages import window_sentence
from ui.tables.conditions import Fulfilling, common_values
from ui.tables.field_filter import LISTED
from ui.widgets import button, label, make_primary

if TYPE_CHECKING:
    from ui.tables.pages import AttributePage

TEXT_ROLE = int(Qt.ItemDataRole.UserRole)
OPERATORS = (
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "contains",
    "starts with",
    "in",
    "is empty",
    "and",
    "or",
    "not",
)
LINES_PX = 74

_written: dict[str, str] = {}
"""The last condition by table; kept while the program runs, not longer: it may name persons."""


class ExpressionDialog(QDialog):
    """Asks for a condition over one attribute table."""

    def __init__(self, page: AttributePage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self.setWindowTitle(_("Choose by an expression: {table}").format(table=_(page.schema.label)))
        self.resize(620, 440)
        self.text = QPlainTextEdit(_written.get(page.name, ""))
        self.text.setFixedHeight(LINES_PX)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(_("Expression"))
        self.text.setPlaceholderText(_example(page))
        self.told = label("", "second", wrap=True)
        self.fields, self.values = QListWidget(), QListWidget()
        self.fields.setAccessibleName(_("Fields"))
        self.values.setAccessibleName(_("Values"))
        for column in page.schema.columns:
            if column.kind not in (Kind.GEOMETRY, Kind.JSON):
                item = QListWidgetItem(f"{_(column.label)}  ({column.name})")
                item.setToolTip(_(column.meaning))
                item.setData(TEXT_ROLE, column.name)
                self.fields.addItem(item)
        self.fields.currentItemChanged.connect(lambda now, _before: self._list_values(now))
        for box in (self.fields, self.values):
            box.itemActivated.connect(lambda item: self._insert(str(item.data(TEXT_ROLE))))
        column_box = QVBoxLayout(self)
        column_box.setSpacing(8)
        column_box.addWidget(self.text)
        column_box.addWidget(self.told)
        column_box.addLayout(self._operators())
        lists = QHBoxLayout()
        for title, box in ((_("Fields; Enter puts one in"), self.fields), (_("Its values"), self.values)):
            side = QVBoxLayout()
            side.addWidget(label(title, "section"))
            side.addWidget(box)
            lists.addLayout(side)
        column_box.addLayout(lists)
        column_box.addWidget(self._buttons())
        self.text.textChanged.connect(self._check)
        self._check()

    def _operators(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(3)
        for word in OPERATORS:
            made = button(word, partial(self._insert, word))
            made.setObjectName("small")
            line.addWidget(made)
        line.addStretch(1)
        return line

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        self.choose = buttons.addButton(_("Choose the rows"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.filter = buttons.addButton(_("Show only these"), QDialogButtonBox.ButtonRole.ActionRole)
        cancel = buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        make_primary(self.choose)
        self.choose.clicked.connect(self._choose)
        self.filter.clicked.connect(self._filter)
        cancel.clicked.connect(self.reject)
        return buttons

    # ---------------------------------------------------------------- writing

    def _insert(self, words: str) -> None:
        cursor = self.text.textCursor()
        before = self.text.toPlainText()[: cursor.position()]
        gap = "" if not before or before.endswith((" ", "(", "[")) else " "
        cursor.insertText(f"{gap}{words} ")
        self.text.setFocus()

    def _list_values(self, item: QListWidgetItem | None) -> None:
        self.values.clear()
        name = str(item.data(TEXT_ROLE)) if item is not None else ""
        shown = {one.name for one in self._page.model.columns}
        if name not in shown:
            return
        column = self._page.schema.column(name)
        index = self._page.model.index_of(name)
        if index.is_number and column.kind is not Kind.BOOLEAN:
            return
        if column.kind is Kind.BOOLEAN:
            found = [(_("Yes"), "true"), (_("No"), "false")]
        elif len(index.different) > LISTED:
            return
        else:
            everything = np.ones(len(self._page.model.frame), dtype=bool)
            found = [(text, quoted(text)) for text, _count in common_values(index, everything) if text]
        for text, written in found:
            value = QListWidgetItem(text)
            value.setData(TEXT_ROLE, written)
            self.values.addItem(value)

    def _check(self) -> None:
        """Say how many rows it fits, or what is wrong with it."""
        found = self._rows()
        self.choose.setEnabled(found is not None and len(found) > 0)
        self.filter.setEnabled(found is not None)
        if found is not None:
            told = ngettext("{count} row fits.", "{count} rows fit.", len(found))
            self.told.setText(told.format(count=formats.whole(len(found))))

    def _rows(self) -> np.ndarray | None:
        project = self._page.bench.session.project
        text = self.text.toPlainText().strip()
        if project is None or not text:
            self.told.setText(
                _("Write a condition, for example {example}").format(example=_example(self._page))
            )
            return None
        try:
            return np.flatnonzero(Expression.parse(text, self._page.name).mask(project))
        except GridError as error:
            self.told.setText(window_sentence(error))
            return None

    # ---------------------------------------------------------------- outcome

    def _choose(self) -> None:
        found = self._rows()
        if found is not None:
            self._keep()
            self._page.choose_rows(found)
            self.accept()

    def _filter(self) -> None:
        text = self.text.toPlainText().strip()
        if self._rows() is not None:
            self._keep()
            session = self._page.bench.session
            expression = Expression.parse(text, self._page.name)
            self._page.model.put_condition(
                Fulfilling(
                    text, lambda: None if session.project is None else expression.mask(session.project)
                )
            )
            self.accept()

    def _keep(self) -> None:
        _written[self._page.name] = self.text.toPlainText().strip()


def quoted(text: str) -> str:
    """Write a text as it stands in an expression."""
    return '"' + text.replace('"', '""') + '"'


def _example(page: AttributePage) -> str:
    numbers = [one.name for one in page.schema.columns if one.kind is Kind.REAL and one.unit]
    names = [one.name for one in page.schema.columns if one.references] or ["name"]
    names = [one for one in names if one == "feeder"] or names
    if numbers:
        return f'{numbers[0]} > 200 and {names[-1]} == "…"'
    return f'{names[-1]} == "…"'
