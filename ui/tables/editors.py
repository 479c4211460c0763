"""Editors of table cells: lists for choices, yes and no and references; plain fields for the rest."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex
from PySide6.QtWidgets import QComboBox, QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from grid_model.project import Project
from grid_model.schema import Column, Kind, TableSchema
from grid_model.table import plain
from resources.i18n import _
from ui import formats, objects

LISTED = 3_000
"""A reference to a table of more rows than this is typed, not chosen."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""What no field of a table holds: line breaks and signs nobody sees; they come along with what is pasted."""

Index = QModelIndex | QPersistentModelIndex


class CellEditor(QStyledItemDelegate):
    """Makes the editor that fits a column of the schema; what it gives goes to the model's ``setData``."""

    def __init__(
        self,
        table: TableSchema,
        column_at: Callable[[int], Column],
        project: Callable[[], Project | None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._column_at = column_at
        self._project = project

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        column = self._column_at(index.column())
        choices = choices_of(self._project(), column)
        if choices is None:
            line = QLineEdit(parent)
            line.setFrame(False)
            return line
        combo = QComboBox(parent)
        for code, text in choices:
            combo.addItem(text, code)
        combo.activated.connect(lambda _at: self._finish(combo))
        return combo

    def _finish(self, combo: QComboBox) -> None:
        self.commitData.emit(combo)
        self.closeEditor.emit(combo)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        value = plain(index.data(2))
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(value)))
            editor.showPopup()
        elif isinstance(editor, QLineEdit):
            editor.setText("" if value is None else whole_text(value))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        elif isinstance(editor, QLineEdit):
            model.setData(index, editor.text())


def choices_of(project: Project | None, column: Column) -> list[tuple[object, str]] | None:
    """List the values a column takes and how they are called; None where they are typed."""
    nothing: list[tuple[object, str]] = [] if column.required else [("", formats.EMPTY)]
    if column.kind is Kind.BOOLEAN:
        return [(True, _("Yes")), (False, _("No"))]
    if column.kind is Kind.CHOICE:
        return nothing + [(choice.code, _(choice.label)) for choice in column.choices]
    if column.references and project is not None and len(project.table(column.references)) <= LISTED:
        ids = project.frame(column.references)["id"].tolist()
        named = [(one, objects.object_name(project, column.references, one)) for one in ids]
        return nothing + sorted(named, key=lambda pair: pair[1])
    return None


def whole_text(value: object) -> str:
    """Write a value so that reading it again gives the very same one."""
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def read_value(column: Column, text: object) -> object:
    """Turn what was typed into a value of the column; None where it was emptied.

    Raises
    ------
    ValueError
        Where a finite number, a date or a moment was wanted.
    """
    if not isinstance(text, str):
        return text
    text = CONTROL.sub(" ", text).strip()
    if not text:
        return None
    if column.kind is Kind.REAL:
        number = float(digits(text))
        if not math.isfinite(number):
            raise ValueError(text)
        return number
    if column.kind is Kind.INTEGER:
        return int(digits(text))
    if column.kind is Kind.DATE:
        return _date(text)
    if column.kind is Kind.TIME:
        return datetime.fromisoformat(unicodedata.normalize("NFKC", text)).isoformat(timespec="seconds")
    return text


def _date(text: str) -> str:
    """Read 2026-11-20 and, as spreadsheets write it, 2026/11/20 or 2026-1-5."""
    parts = unicodedata.normalize("NFKC", text).replace("/", "-").split("-")
    if len(parts) != 3:
        raise ValueError(text)
    year, month, day = parts
    return date(int(year), int(month), int(day)).isoformat()


def digits(text: str) -> str:
    """Read full-width digits too, and thousands parted by spaces or commas."""
    return unicodedata.normalize("NFKC", text).replace(" ", "").replace(",", "")
