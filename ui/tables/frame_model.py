"""A table model over a data frame: rows are shown through an order of positions, never copied into Qt."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.tables.column_index import ColumnIndex
from ui.tables.conditions import Condition, Fulfilling, OnlyThese, without

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

VALUE_ROLE = int(Role.UserRole)
"""The stored value of a cell, for editors."""

UNTOLD = "?"
"""Stands in a cell that could not be written because of a mistake of ours."""


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
        Writes many values, for sorting and filtering by what is shown; None: the stored values.
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
        self._row_of: np.ndarray | None = None
        self._commit = commit
        self._filter = ""
        self._conditions: tuple[Condition, ...] = ()
        self._sorted: tuple[str, bool] | None = None
        self._arrays: list[Any] = []
        self._indexes: dict[str, ColumnIndex] = {}
        self._told: set[str] = set()

    # ------------------------------------------------------------------ rows

    def show_rows(self, frame: pd.DataFrame, columns: Sequence[Shown]) -> None:
        """Show `frame` through `columns`; filters and order stay."""
        self.beginResetModel()
        moved = (
            one.moved(self._frame, frame) if isinstance(one, OnlyThese) else one for one in self._conditions
        )
        self._conditions = tuple(one for one in moved if one is not None)
        self._columns = tuple(columns)
        names = {column.name for column in self._columns}
        self._conditions = tuple(
            one for one in self._conditions if isinstance(one, OnlyThese | Fulfilling) or one.key in names
        )
        self._take(frame)
        self._set_order(self._rows_in_order())
        self.endResetModel()

    def update_rows(self, frame: pd.DataFrame, columns: Sequence[Shown] | None = None) -> None:
        """Show `frame`, whose rows are the same but for some cells.

        The order on screen stays, unless the edit lets rows come or go under the filters that stand.
        """
        columns = self._columns if columns is None else tuple(columns)
        if len(frame) != len(self._frame) or len(columns) != len(self._columns):
            self.show_rows(frame, columns)
            return
        self._columns = tuple(columns)
        self._take(frame)
        if self._conditions or self._filter:
            kept = self.kept()
            if int(kept.sum()) != len(self._order) or not kept[self._order].all():
                self._reorder()
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def _take(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._arrays = [frame[column.name].array for column in self._columns]
        self._indexes = {}

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
        return int(self._rows()[position])

    def _rows(self) -> np.ndarray:
        if self._row_of is None:
            self._row_of = np.full(len(self._frame), -1, dtype=np.int64)
            self._row_of[self._order] = np.arange(len(self._order))
        return self._row_of

    def _set_order(self, order: np.ndarray) -> None:
        self._order, self._row_of = order, None

    def index_of(self, name: str) -> ColumnIndex:
        """Give the index of the column called `name`; raises `KeyError`."""
        if name not in self._indexes:
            column = next(one for one in self._columns if one.name == name)
            self._indexes[name] = ColumnIndex(self._frame[name], column.texts)
        return self._indexes[name]

    # --------------------------------------------------------------- filters

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What rows must fulfil to be shown, beside the text looked for."""
        return self._conditions

    def filter(self, text: str) -> None:
        """Show only rows in which some column shows `text`, without regard to case."""
        if text != self._filter:
            self._filter = text
            self._reorder()

    def put_condition(self, condition: Condition) -> None:
        """Add a condition, in the place of one about the same."""
        self._conditions = (*without(self._conditions, condition.key), condition)
        self._reorder()

    def drop_condition(self, key: str) -> None:
        """Take the condition about `key` away."""
        self._conditions = without(self._conditions, key)
        self._reorder()

    def drop_conditions(self) -> None:
        """Take every condition away."""
        self._conditions = ()
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
        self._set_order(self._rows_in_order())
        after = [
            self.index(row, index.column()) if (row := self.row_of(position)) >= 0 else QModelIndex()
            for position, index in zip(at, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _rows_in_order(self) -> np.ndarray:
        length = len(self._frame)
        order = np.arange(length)
        if self._sorted is not None and any(column.name == self._sorted[0] for column in self._columns):
            name, descending = self._sorted
            order = self.index_of(name).order(descending)
        if not self._conditions and not self._filter:
            return order
        return np.asarray(order[self.kept()[order]])

    def kept(self, but: str = "") -> np.ndarray:
        """Say of each row of the frame whether it is shown; the condition about `but` left out."""
        keep = np.ones(len(self._frame), dtype=bool)
        for condition in self._conditions:
            if condition.key != but:
                keep &= condition.mask(len(self._frame), self.index_of)
        if self._filter:
            keep &= self._matching(self._filter)
        return keep

    def _matching(self, text: str) -> np.ndarray:
        found = np.zeros(len(self._frame), dtype=bool)
        for column in self._columns:
            found |= self.index_of(column.name).containing(text)
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
        # The outermost edge: Qt calls this from its own code, where an exception on its way would end the
        # process (PySide 6.9 crashes when one is pending while it calls the next overridden function).
        try:
            return self._data(index, role) if index.isValid() else None
        except Exception as error:  # noqa: BLE001
            self._tell(index, error)
            return UNTOLD if role == Role.DisplayRole else None

    def _tell(self, index: Index, error: Exception) -> None:
        """Give a mistake of ours to the crash dialog, once for each column."""
        name = self._columns[index.column()].name if index.column() < len(self._columns) else ""
        if name not in self._told:
            self._told.add(name)
            sys.excepthook(type(error), error, error.__traceback__)

    def _data(self, index: Index, role: int) -> Any:
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
