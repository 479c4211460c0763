"""The steps of an outage as a switching order: read line by line, dragged, moved and deleted by keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QWidget,
)

from resources.i18n import _
from ui.colors import THEME

MIME = "application/x-taiqu-step"
Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

LEFT = 36
"""Where the words begin, right of the number."""
PAD = 5
TIME_WIDTH = 44
WRAPPED = int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere)


@dataclass(frozen=True)
class StepRow:
    """One step as it is shown.

    Parameters
    ----------
    time, text
        When, and what is done.
    detail
        What it did: who is out after it, user-hours so far; empty while that is not known.
    badge, badge_color
        A word at the right, such as how many are back; a key of `THEME.badges`.
    refusal
        Why it cannot be done; empty where it can.
    waits
        Whether it was not played because a step before it cannot be done.
    """

    time: str
    text: str
    detail: str = ""
    badge: str = ""
    badge_color: str = "grey"
    refusal: str = ""
    waits: bool = False

    @property
    def below(self) -> str:
        """What stands in the second line."""
        return self.refusal or self.detail


class StepsModel(QAbstractListModel):
    """The rows, and where a dragged one is dropped."""

    moved = Signal(int, int)
    """A row was dropped: its place, and the place it should have afterwards."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[StepRow, ...] = ()

    def show_rows(self, rows: tuple[StepRow, ...]) -> None:
        """Show other rows."""
        if len(rows) != len(self.rows):
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
        elif rows != self.rows:
            self.rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            self.layoutChanged.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role in (Role.DisplayRole, Role.AccessibleTextRole):
            parts = (f"{index.row() + 1}. {row.time} {row.text}", row.badge, row.below)
            return " · ".join(part for part in parts if part)
        if role == Role.ToolTipRole:
            return "\n".join(part for part in (f"{row.time} {row.text}", row.below) if part)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Any) -> QMimeData:
        data = QMimeData()
        data.setData(MIME, QByteArray(str(indexes[0].row() if indexes else -1).encode()))
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Ask for the move; the rows change when the steps have."""
        if not data.hasFormat(MIME):
            return False
        source = int(bytes(data.data(MIME).data()).decode())
        place = row if row >= 0 else parent.row() if parent.isValid() else len(self.rows)
        if source < 0:
            return False
        self.moved.emit(source, place - 1 if place > source else place)
        return False  # Qt would take the dragged row out: the desk has moved it already


class StepPainter(QStyledItemDelegate):
    """Draws a step: its number, time and words, and below them what it did."""

    def __init__(self, view: StepsView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: Any, index: Index) -> QSize:
        row = self._view.rows.rows[index.row()]
        width = self._view.viewport().width()
        height = self._words(option, row, width).height() + 2 * PAD
        if row.below:
            height += self._below(option, row.below, width).height() + 1
        return QSize(width, height)

    def _font(self, option: Any, small: bool = False) -> QFont:
        font = QFont(option.font)
        font.setPixelSize(12 if small else 13)
        return font

    def _words(self, option: Any, row: StepRow, width: int) -> QRect:
        """The room the words of a step take, right of its time and left of its badge."""
        bold, small = self._font(option), self._font(option, small=True)
        bold.setBold(True)
        left = LEFT + max(TIME_WIDTH, QFontMetrics(bold).horizontalAdvance(row.time) + 7)
        badge = QFontMetrics(small).horizontalAdvance(row.badge) + 24 if row.badge else 6
        room = QRect(0, 0, max(width - left - badge, 60), 2000)
        metrics = QFontMetrics(self._font(option))
        found = metrics.boundingRect(room, WRAPPED, row.text)
        height = max(found.height(), metrics.height())
        return QRect(left, 0, room.width(), height)

    def _below(self, option: Any, text: str, width: int) -> QRect:
        room = QRect(0, 0, max(width - LEFT - 8, 40), 2000)
        return QFontMetrics(self._font(option, small=True)).boundingRect(room, WRAPPED, text)

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        row = self._view.rows.rows[index.row()]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, option, index.row())
        self._number(painter, option, index.row(), row)
        line = QRect(option.rect)
        line.setTop(line.top() + PAD)
        line.setHeight(QFontMetrics(self._font(option)).height())
        self._badge(painter, option, row, line)
        ink = QColor(THEME.second if row.waits else THEME.ink)
        painter.setPen(ink)
        bold = self._font(option)
        bold.setBold(True)
        painter.setFont(bold)
        time = QRect(line)
        time.setLeft(line.left() + LEFT)
        painter.drawText(time, int(Qt.AlignmentFlag.AlignVCenter), row.time)
        painter.setFont(self._font(option))
        words = self._words(option, row, option.rect.width())
        words.translate(option.rect.left(), line.top())
        painter.drawText(words, WRAPPED, row.text)
        if row.below:
            painter.setFont(self._font(option, small=True))
            painter.setPen(QColor(THEME.badges["red"][1] if row.refusal else THEME.second))
            below = self._below(option, row.below, option.rect.width())
            below.moveTo(option.rect.left() + LEFT, words.bottom() + 2)
            painter.drawText(below, WRAPPED, row.below)
        painter.restore()

    def _ground(self, painter: QPainter, option: Any, at: int) -> None:
        rect = QRect(option.rect).adjusted(0, 1, -1, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            if self._view.hasFocus():
                painter.setPen(QPen(QColor(THEME.primary), 1))
            painter.setBrush(QColor(THEME.primary_faint))
            painter.drawRoundedRect(rect, 6, 6)
        if self._view.shown == at + 1:
            painter.fillRect(QRect(rect.left(), rect.top() + 3, 3, rect.height() - 6), QColor(THEME.primary))

    def _number(self, painter: QPainter, option: Any, at: int, row: StepRow) -> None:
        circle = QRect(option.rect.left() + 9, option.rect.top() + PAD - 1, 20, 20)
        played = 0 <= at < self._view.shown
        color = THEME.badges["red"][1] if row.refusal else THEME.primary
        painter.setPen(QPen(QColor(THEME.second if row.waits else color), 1.4))
        painter.setBrush(QColor(color) if played or row.refusal else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle)
        font = self._font(option, small=True)
        font.setPixelSize(11)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(
            QColor("white") if played or row.refusal else QColor(THEME.second if row.waits else color)
        )
        painter.drawText(circle, int(Qt.AlignmentFlag.AlignCenter), "!" if row.refusal else str(at + 1))

    def _badge(self, painter: QPainter, option: Any, row: StepRow, line: QRect) -> None:
        """Draw the word at the right."""
        if not row.badge:
            return
        back, ink = THEME.badges[row.badge_color]
        font = self._font(option, small=True)
        width = QFontMetrics(font).horizontalAdvance(row.badge) + 14
        box = QRect(line.right() - width - 5, line.top() - 1, width, line.height() + 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(back))
        painter.drawRoundedRect(box, 8, 8)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), row.badge)


class StepsView(QListView):
    """The switching order.

    While it has the focus: Delete takes a step out, Enter edits it, Alt+Up and Alt+Down move it, Ctrl+Z
    and Ctrl+Y undo and redo changes of the list (elsewhere these keys mean the project's edits).
    """

    chosen = Signal(int)
    """A person went to a row."""
    edit_wanted = Signal(int)
    drop_wanted = Signal(int)
    move_wanted = Signal(int, int)
    """From which place to which."""
    undo_wanted = Signal()
    redo_wanted = Signal()
    menu_wanted = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = 0
        self._silent = False
        self.rows = StepsModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(StepPainter(self))
        self.setAccessibleName(_("Switching order"))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setStyleSheet(
            f"QListView {{ border-top: 1px solid {THEME.line}; border-bottom: 1px solid {THEME.line}; }}"
        )
        self.customContextMenuRequested.connect(self._ask_menu)
        self.doubleClicked.connect(lambda index: self.edit_wanted.emit(index.row()))
        self.rows.moved.connect(self.move_wanted)
        self.rows.modelReset.connect(self._fit)
        self.rows.layoutChanged.connect(self._fit)
        self.selectionModel().currentChanged.connect(self._tell)

    def show_rows(self, rows: tuple[StepRow, ...], shown: int) -> None:
        """Show the steps, those up to number `shown` as played."""
        self._silent = True
        try:
            self.shown = shown
            self.rows.show_rows(rows)
            if 1 <= shown <= len(rows):
                self.setCurrentIndex(self.rows.index(shown - 1))
            else:
                self.clearSelection()
        finally:
            self._silent = False
        self._fit()
        self.viewport().update()

    @property
    def at(self) -> int:
        """The row under the hand, −1 where there is none."""
        return self.currentIndex().row() if self.selectionModel().hasSelection() else -1

    def _tell(self, current: QModelIndex, _before: QModelIndex) -> None:
        if not self._silent and current.isValid():
            self.chosen.emit(current.row())

    def _fit(self) -> None:
        """Take just the height of the rows: the panel scrolls, not the list."""
        height = sum(self.sizeHintForRow(row) for row in range(self.rows.rowCount()))
        self.setFixedHeight(height + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()
            self._fit()

    def event(self, event: QEvent) -> bool:
        """Keep the keys of undo and redo from the window's own commands while the list has the focus."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._is_ours(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def _is_ours(self, event: QKeyEvent) -> bool:
        return event.matches(QKeySequence.StandardKey.Undo) or self._is_redo(event)

    def _is_redo(self, event: QKeyEvent) -> bool:
        control_y = event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        return control_y or event.matches(QKeySequence.StandardKey.Redo)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = self.at
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif self._is_redo(event):
            self.redo_wanted.emit()
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in moves:
            to = at + moves[Qt.Key(event.key())]
            if at >= 0 and 0 <= to < self.rows.rowCount():
                self.move_wanted.emit(at, to)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and at >= 0:
            self.drop_wanted.emit(at)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and at >= 0:
            self.edit_wanted.emit(at)
        else:
            super().keyPressEvent(event)

    def _ask_menu(self, place: QPoint) -> None:
        at = self.indexAt(place).row()
        if at >= 0:
            self.menu_wanted.emit(at, self.viewport().mapToGlobal(place))
