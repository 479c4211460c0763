"""A table model over a data frame: rows are shown through an order of positions, never copied into Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.tables.sorting import order_of

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

VALUE_ROLE = int(Role.UserRole)
"""The stored value of a cell, for editors."""


@dataclass(frozen=True)
class Shown:
    """One column as it is shown.

    Parameters
    ----------
    name
        Column of the frame.
    heading, tip
        What stands above it, and what the heading tells when asked.
    text
        Writes a stored value; missing values are given too.
    texts
        Writes the whole column, for sorting and filtering by what is shown; None: the stored values.
    right
        Whether it is a number, set to the right.
    editable
        Whether a person may change it in place.
    """

    name: str
    heading: str
    text: Callable[[Any], str]
    tip: str = ""
    texts: Callable[[pd.Series], pd.Series] | None = None
    right: bool = False
    editable: bool = False

    def sortable(self, values: pd.Series) -> pd.Series:
        """Give what rows are sorted by."""
        return values if self.texts is None else self.texts(values)


class FrameModel(QAbstractTableModel):
    """Shows the rows of a frame, filtered and sorted.

    Parameters
    ----------
    commit
        Makes the edit of a cell (row of the frame, column name, value) and says whether it was made.
    """

    def __init__(
        self, parent: QObject | None = None, commit: Callable[[int, str, Any], bool] | None = None
    ) -> None:
        super().__init__(parent)
        self._frame = pd.DataFrame()
        self._columns: tuple[Shown, ...] = ()
        self._order = np.array([], dtype=np.int64)
        self._commit = commit
        self._filter = ""
        self._only: np.ndarray | None = None
        self._sorted: tuple[str, bool] | None = None
        self._arrays: list[Any] = []

    # ------------------------------------------------------------------ rows

    def show_rows(self, frame: pd.DataFrame, columns: Sequence[Shown]) -> None:
        """Show `frame` through `columns`; filter and order stay."""
        self.beginResetModel()
        if len(frame) != len(self._frame):
            self._only = None
        self._frame = frame
        self._columns = tuple(columns)
        self._arrays = [frame[column.name].array for column in self._columns]
        self._order = self._rows_in_order()
        self.endResetModel()

    def update_rows(self, frame: pd.DataFrame) -> None:
        """Show `frame`, whose rows are the same but for some cells; the order on screen stays."""
        if len(frame) != len(self._frame):
            self.show_rows(frame, self._columns)
            return
        self._frame = frame
        self._arrays = [frame[column.name].array for column in self._columns]
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    @property
    def frame(self) -> pd.DataFrame:
        """The frame that is shown."""
        return self._frame

    @property
    def columns(self) -> tuple[Shown, ...]:
        """The columns that are shown."""
        return self._columns

    @property
    def order(self) -> np.ndarray:
        """The positions in the frame of the rows on screen, in their order."""
        return self._order

    def position(self, row: int) -> int:
        """Give the position in the frame of a row on screen."""
        return int(self._order[row])

    def row_of(self, position: int) -> int:
        """Give the row on screen of a position in the frame, −1 where it is filtered out."""
        found = np.flatnonzero(self._order == position)
        return int(found[0]) if len(found) else -1

    def filter(self, text: str) -> None:
        """Show only rows in which some column shows `text`, without regard to case."""
        if text != self._filter:
            self._filter = text
            self._reorder()

    def show_only(self, positions: np.ndarray | None) -> None:
        """Show only the rows at `positions` of the frame; None shows all."""
        self._only = positions
        self._reorder()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; a column out of range gives back the order of the frame."""
        inside = 0 <= column < len(self._columns)
        self._sorted = (self._columns[column].name, order == Qt.SortOrder.DescendingOrder) if inside else None
        self._reorder()

    def _reorder(self) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        at = [self.position(index.row()) for index in before]
        self._order = self._rows_in_order()
        places = {position: row for row, position in enumerate(self._order)} if at else {}
        after = [
            self.index(places[position], index.column()) if position in places else QModelIndex()
            for position, index in zip(at, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _rows_in_order(self) -> np.ndarray:
        length = len(self._frame)
        order = np.arange(length)
        named = {column.name: column for column in self._columns}
        if self._sorted is not None and self._sorted[0] in named:
            name, descending = self._sorted
            order = order_of(named[name].sortable(self._frame[name]), descending)
        keep = np.ones(length, dtype=bool)
        if self._only is not None:
            keep[:] = False
            keep[self._only] = True
        if self._filter:
            keep &= self._matching(self._filter)
        return order[keep[order]]

    def _matching(self, text: str) -> np.ndarray:
        found = np.zeros(len(self._frame), dtype=bool)
        for column in self._columns:
            values = column.sortable(self._frame[column.name])
            if pd.api.types.is_bool_dtype(values.dtype):
                continue
            if values.dtype != "str":
                values = values.astype("str")
            found |= values.str.contains(text, case=False, regex=False, na=False).to_numpy(dtype=bool)
        return found

    # ------------------------------------------------------------------- Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def value(self, index: Index) -> Any:
        """Give the stored value of a cell."""
        return self._arrays[index.column()][self._order[index.row()]]

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self._columns[index.column()]
        if role in (Role.DisplayRole, Role.ToolTipRole):
            return column.text(self.value(index))
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role in (Role.EditRole, VALUE_ROLE):
            return self.value(index)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Role.DisplayRole else None
        if not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Role.DisplayRole:
            return column.heading
        if role == Role.ToolTipRole:
            return column.tip or None
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and self._commit is not None and self._columns[index.column()].editable:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        if self._commit is None or role != Role.EditRole or not index.isValid():
            return False
        return self._commit(self.position(index.row()), self._columns[index.column()].name, value)


def as_lines(model: FrameModel, cells: Sequence[QModelIndex]) -> str:
    """Write the chosen cells as tab-separated lines, as spreadsheets take them."""
    rows = sorted({cell.row() for cell in cells})
    columns = sorted({cell.column() for cell in cells})
    chosen = {(cell.row(), cell.column()) for cell in cells}
    lines = []
    for row in rows:
        texts = [
            _flat(model.data(model.index(row, column))) if (row, column) in chosen else ""
            for column in columns
        ]
        lines.append("\t".join(texts))
    return "\n".join(lines)


def _flat(text: str | None) -> str:
    return " ".join((text or "").split("\n")).replace("\t", " ").replace("\u00a0", "")
