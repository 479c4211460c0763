"""A table on screen: sorted by a click on the heading, copied as tab-separated lines, read row by row."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ui.tables.frame_model import FrameModel, as_lines

ROW_HEIGHT = 26
MEASURED_ROWS = 60
"""Rows looked at to find the width of a column."""
WIDEST = 260


class FrameView(QTableView):
    """Shows a `FrameModel`."""

    row_chosen = Signal(int)
    """A person chose a row: its position in the frame."""
    row_opened = Signal(int)
    """A person double-clicked a row or pressed Enter on it: its position in the frame."""
    menu_wanted = Signal(int, QPoint)
    """A person asked for the menu of a row: position in the frame, place on the screen."""

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
        heading.setSectionsClickable(True)
        heading.setSectionsMovable(True)
        heading.setSortIndicatorShown(True)
        heading.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        heading.setSortIndicatorClearable(True)
        heading.sortIndicatorChanged.connect(self._sort)
        heading.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        heading.setResizeContentsPrecision(MEASURED_ROWS)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.doubleClicked.connect(lambda index: self.row_opened.emit(model.position(index.row())))

    def fit_columns(self) -> None:
        """Give every column the width of what stands in it, within reason."""
        self.resizeColumnsToContents()
        heading = self.horizontalHeader()
        wanted = {
            column: max(heading.sectionSize(column) + 8, heading.sectionSizeHint(column) + 6)
            for column in range(self._model.columnCount())
        }
        spare = max(0, self.viewport().width() - sum(min(one, WIDEST) for one in wanted.values()))
        for column, width in wanted.items():
            given = min(width, WIDEST + spare)
            spare -= max(0, given - WIDEST)
            heading.resizeSection(column, given)
        heading.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)

    def choose_positions(self, positions: list[int], scroll: bool = True) -> None:
        """Mark the rows at `positions` of the frame, without telling anybody."""
        self._silent = True
        try:
            chosen = QItemSelection()
            rows = [row for row in map(self._model.row_of, positions) if row >= 0]
            last = self._model.columnCount() - 1
            for one in rows:
                chosen.select(self._model.index(one, 0), self._model.index(one, last))
            self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            if rows and scroll:
                self.scrollTo(self._model.index(rows[0], 0))
        finally:
            self._silent = False

    def copy(self) -> None:
        """Copy the chosen rows, with what is shown in the visible columns, as tab-separated lines."""
        cells = [index for index in self.selectedIndexes() if not self.isColumnHidden(index.column())]
        if cells:
            QGuiApplication.clipboard().setText(as_lines(self._model, cells))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and self.currentIndex().isValid()
            and self.state() != QAbstractItemView.State.EditingState
        ):
            self.row_opened.emit(self._model.position(self.currentIndex().row()))
        else:
            super().keyPressEvent(event)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        rows = self.selectionModel().selectedRows() if self.selectionModel() is not None else []
        if not self._silent and rows:
            current = self.currentIndex()
            row = current.row() if current.isValid() else rows[0].row()
            if 0 <= row < self._model.rowCount():
                self.row_chosen.emit(self._model.position(row))

    def chosen_positions(self) -> list[int]:
        """Give the positions in the frame of the chosen rows."""
        return [self._model.position(index.row()) for index in self.selectionModel().selectedRows()]

    def _sort(self, column: int, order: Qt.SortOrder) -> None:
        self._model.sort(column, order)

    def _ask_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid():
            self.menu_wanted.emit(self._model.position(index.row()), self.viewport().mapToGlobal(place))
