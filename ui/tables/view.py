"""A table on screen: sorted by a click on the heading, copied and pasted as a spreadsheet does it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QPoint,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from resources.i18n import N_, _
from ui.tables.clipboard import COPIED_ROWS, as_lines
from ui.tables.frame_model import FrameModel

ROW_HEIGHT = 26
MEASURED_ROWS = 60
"""Rows looked at to find the width of a column."""
WIDEST = 260
CELL_MARGIN = 22
HEADING_MARGIN = 30


class FrameView(QTableView):
    """Shows a `FrameModel`."""

    row_chosen = Signal(int)
    """A person chose a row: its position in the frame."""
    rows_chosen = Signal(object)
    """A person chose several rows: their positions in the frame, an array; the current one first."""
    row_opened = Signal(int)
    """A person double-clicked a row or pressed Enter on it: its position in the frame."""
    menu_wanted = Signal(int, QPoint)
    """A person asked for the menu of a row: position in the frame, place on the screen."""
    heading_menu_wanted = Signal(int, QPoint)
    """A person asked for the menu of a column: its number, place on the screen."""
    paste_wanted = Signal()
    """A person wants the clipboard put into the cells from the current one on."""
    delete_wanted = Signal()
    """A person wants what is chosen deleted."""
    too_many_to_copy = Signal(int)
    """So many rows are not copied."""
    columns_arranged = Signal()
    """A person moved a column or changed its width."""

    def __init__(self, model: FrameModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._silent = False
        self.setModel(model)
        self.setSortingEnabled(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
        heading = self.horizontalHeader()
        heading.setHighlightSections(False)
        # Headings that follow the selection ask the flags of every row of a column when all is selected.
        heading.setSelectionModel(QItemSelectionModel(model, heading))
        heading.setSectionsClickable(True)
        heading.setSectionsMovable(True)
        heading.setSortIndicatorShown(True)
        heading.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        heading.setSortIndicatorClearable(True)
        heading.sortIndicatorChanged.connect(self._sort)
        heading.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        heading.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        heading.customContextMenuRequested.connect(self._ask_heading_menu)
        heading.sectionMoved.connect(lambda *_where: self.columns_arranged.emit())
        heading.sectionResized.connect(self._resized)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.doubleClicked.connect(lambda index: self.row_opened.emit(model.position(index.row())))

    room_changed = Signal()
    """The table became wider or narrower."""

    nothing = N_("Nothing to list yet.")
    """What a table says that has no rows."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.room_changed.emit()

    # ---------------------------------------------------------------- columns

    def fit_columns(self) -> None:
        """Give every column the width of what stands in it, within reason."""
        self.ensurePolished()  # before it is shown the font is not yet that of the style sheet
        self.horizontalHeader().ensurePolished()
        wanted = {column: self._width(column) for column in range(self._model.columnCount())}
        spare = max(0, self.viewport().width() - sum(min(one, WIDEST) for one in wanted.values()))
        heading = self.horizontalHeader()
        with QSignalBlocker(heading):
            for column, width in wanted.items():
                given = min(width, WIDEST + spare)
                spare -= max(0, given - WIDEST)
                heading.resizeSection(column, given)
            heading.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.updateGeometries()
        self.viewport().update()

    def _width(self, column: int) -> int:
        metrics = self.fontMetrics()
        rows = range(min(self._model.rowCount(), MEASURED_ROWS))
        texts = (self._model.data(self._model.index(row, column)) or "" for row in rows)
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
        heading = self.horizontalHeader().fontMetrics()
        above = heading.horizontalAdvance(self._model.columns[column].heading)
        return max(widest + CELL_MARGIN, above + HEADING_MARGIN)

    def arrange(self, names: Sequence[str], widths: dict[str, int]) -> None:
        """Put the columns called `names` first, in this order, and give those of `widths` theirs."""
        heading = self.horizontalHeader()
        at = {column.name: n for n, column in enumerate(self._model.columns)}
        with QSignalBlocker(heading):
            for place, name in enumerate(name for name in names if name in at):
                heading.moveSection(heading.visualIndex(at[name]), place)
            for name, width in widths.items():
                if name in at and width > 0:
                    heading.resizeSection(at[name], width)
        self.updateGeometries()
        self.viewport().update()

    def visible_columns(self) -> list[int]:
        """Give the columns on screen from left to right."""
        heading = self.horizontalHeader()
        columns = [heading.logicalIndex(place) for place in range(self._model.columnCount())]
        return [column for column in columns if not self.isColumnHidden(column)]

    def _resized(self, _column: int, before: int, after: int) -> None:
        if before and after:  # hiding and showing a column are told as widths of 0
            self.columns_arranged.emit()

    # --------------------------------------------------------------- choosing

    def choose_positions(self, positions: Sequence[int] | np.ndarray, scroll: bool = True) -> None:
        """Mark the rows at `positions` of the frame, without telling anybody."""
        self._silent = True
        try:
            rows = [row for row in map(self._model.row_of, positions) if row >= 0]
            last = self._model.columnCount() - 1
            chosen = QItemSelection()
            for first, end in _runs(sorted(rows)):
                chosen.append(QItemSelectionRange(self._model.index(first, 0), self._model.index(end, last)))
            self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            if rows and scroll:
                self.scrollTo(self._model.index(rows[0], max(0, self.currentIndex().column())))
        finally:
            self._silent = False

    def chosen_rows(self) -> np.ndarray:
        """Give the chosen rows on screen, in order."""
        selection = self.selectionModel()
        if selection is None:
            return np.array([], dtype=np.int64)
        ranges = sorted({(one.top(), one.bottom()) for one in selection.selection().toList()})
        parts = [np.arange(top, bottom + 1) for top, bottom in ranges]
        return np.concatenate(parts) if parts else np.array([], dtype=np.int64)

    def chosen_positions(self) -> np.ndarray:
        """Give the positions in the frame of the chosen rows, in the order of the screen."""
        return np.asarray(self._model.order[self.chosen_rows()])

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        rows = self.chosen_rows()
        rows = rows[rows < self._model.rowCount()]
        if self._silent or not len(rows):
            return
        row = self.currentIndex().row() if self.currentIndex().isValid() else int(rows[0])
        if len(rows) == 1:
            self.row_chosen.emit(self._model.position(int(rows[0])))
        else:
            first = rows[rows == row]
            self.rows_chosen.emit(self._model.order[np.concatenate([first, rows[rows != row]])])

    # -------------------------------------------------------------- clipboard

    def copy(self, headings: bool = False) -> None:
        """Copy the chosen rows with the visible columns as tab-separated lines."""
        rows = self.chosen_rows()
        if len(rows) > COPIED_ROWS:
            self.too_many_to_copy.emit(len(rows))
        elif len(rows):
            text = as_lines(self._model, rows.tolist(), self.visible_columns(), headings)
            QGuiApplication.clipboard().setText(text)

    def copy_cell(self) -> None:
        """Copy the current cell alone."""
        index = self.currentIndex()
        if index.isValid():
            QGuiApplication.clipboard().setText(as_lines(self._model, [index.row()], [index.column()]))

    def cells_below(self, single: bool) -> tuple[list[int], list[int]]:
        """Give the rows and columns a block lies on that is put in at the current cell.

        A single value goes into the current column of every chosen row.
        """
        index, visible = self.currentIndex(), self.visible_columns()
        if not index.isValid() or index.column() not in visible:
            return [], []
        if single:
            rows = self.chosen_rows().tolist()
            return (rows if index.row() in rows else [index.row()]), [index.column()]
        columns = visible[visible.index(index.column()) :]
        return list(range(index.row(), self._model.rowCount())), columns

    # -------------------------------------------------------------------- Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste_wanted.emit()
        elif event.key() == Qt.Key.Key_Delete and not editing and len(self.chosen_rows()):
            self.delete_wanted.emit()
        elif (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and self.currentIndex().isValid()
            and not editing
        ):
            self.row_opened.emit(self._model.position(self.currentIndex().row()))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say why an empty table is empty."""
        super().paintEvent(event)
        if not self._model.rowCount():
            told = _("No row fits the filters.") if len(self._model.frame) else _(self.nothing)
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, told)
            painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.verticalHeader().setDefaultSectionSize(max(ROW_HEIGHT, self.fontMetrics().height() + 10))

    def _sort(self, column: int, order: Qt.SortOrder) -> None:
        self._model.sort(column, order)

    def _ask_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid():
            self.menu_wanted.emit(self._model.position(index.row()), self.viewport().mapToGlobal(place))

    def _ask_heading_menu(self, place: QPoint) -> None:
        heading = self.horizontalHeader()
        column = heading.logicalIndexAt(place)
        if column >= 0:
            self.heading_menu_wanted.emit(column, heading.mapToGlobal(place))


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """Give neighbouring rows as first and last."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
