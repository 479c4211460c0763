"""The steps of an outage as a switching order: read line by line, dragged, moved and deleted by keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListView,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QWidget,
)

from resources.i18n import _
from ui.colors import THEME

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

LEFT = 36
"""Where the words begin, right of the number."""
PAD = 5
TIME_WIDTH = 44
BETWEEN = " · "
"""Stands between the facts below a step."""
EDGE = 24
"""So near its edge, in pixels, a dragged step has the panel scroll on."""
WORDS = int(Qt.TextFlag.TextWordWrap)
ANYWHERE = int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere)


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
    """The rows as they are shown."""

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
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled


@dataclass(frozen=True)
class Lines:
    """Where the parts of a step stand within its row.

    Parameters
    ----------
    words, badge, below
        What is done, the word at the right, and what it did; a badge that is not there is empty.
    told
        What stands in `below`, parted into lines.
    height
        Of the whole row.
    """

    words: QRect
    badge: QRect
    below: QRect
    told: str
    height: int


class StepPainter(QStyledItemDelegate):
    """Draws a step: its number, time and words, and below them what it did."""

    def __init__(self, view: StepsView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: Any, index: Index) -> QSize:
        width = self._view.viewport().width()
        return QSize(width, self._lines(option, self._view.rows.rows[index.row()], width).height)

    def _font(self, option: Any, small: bool = False) -> QFont:
        font = QFont(option.font)
        font.setPixelSize(12 if small else 13)
        return font

    def _lines(self, option: Any, row: StepRow, width: int) -> Lines:
        """Lay a step out: the badge stands beside the words where these leave room, else a line below."""
        bold, plain = self._font(option), QFontMetrics(self._font(option))
        bold.setBold(True)
        small = QFontMetrics(self._font(option, small=True))
        left = LEFT + max(TIME_WIDTH, QFontMetrics(bold).horizontalAdvance(row.time) + 7)
        right = width - 5
        badge = small.horizontalAdvance(row.badge) + 14 if row.badge else 0
        apart = badge > 0 and plain.horizontalAdvance(row.text) > right - left - badge - 6
        room = right - left - (badge + 6 if badge and not apart else 0)
        words = _wrapped(plain, left, PAD, room, row.text)
        end = words.bottom() + 1
        mark, below, told = QRect(), QRect(), ""
        if badge and not apart:
            mark = QRect(right - badge, PAD - 1, badge, plain.height() + 2)
        if row.below:
            room = right - LEFT - (badge + 6 if apart else 0)
            told = _parted(small, room, row.below)
            below = _wrapped(small, LEFT, end + 2, room, told)
        if apart:
            mark = QRect(right - badge, end + 1, badge, small.height() + 2)
        end = max([end, *(one.bottom() + 1 for one in (mark, below) if not one.isEmpty())])
        return Lines(words, mark, below, told, end + PAD)

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        row = self._view.rows.rows[index.row()]
        lines = self._lines(option, row, option.rect.width())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, option, index.row())
        self._number(painter, option, index.row(), row)
        painter.translate(option.rect.topLeft())
        self._badge(painter, option, row, lines.badge)
        painter.setPen(QColor(THEME.second if row.waits else THEME.ink))
        bold = self._font(option)
        bold.setBold(True)
        painter.setFont(bold)
        time = QRect(LEFT, PAD, lines.words.left() - LEFT, QFontMetrics(self._font(option)).height())
        painter.drawText(time, int(Qt.AlignmentFlag.AlignVCenter), row.time)
        painter.setFont(self._font(option))
        painter.drawText(lines.words, _wrap(painter.fontMetrics(), lines.words.width(), row.text), row.text)
        if row.below:
            painter.setFont(self._font(option, small=True))
            painter.setPen(QColor(THEME.badges["red"][1] if row.refusal else THEME.second))
            painter.drawText(
                lines.below, _wrap(painter.fontMetrics(), lines.below.width(), lines.told), lines.told
            )
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

    def _badge(self, painter: QPainter, option: Any, row: StepRow, box: QRect) -> None:
        """Draw the word at the right."""
        if box.isEmpty():
            return
        back, ink = THEME.badges[row.badge_color]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(back))
        painter.drawRoundedRect(box, 8, 8)
        painter.setFont(self._font(option, small=True))
        painter.setPen(QColor(ink))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), row.badge)


def _wrap(metrics: QFontMetrics, width: int, text: str) -> int:
    """Break lines between words; within them only where one alone is too long."""
    found = metrics.boundingRect(QRect(0, 0, width, 2000), WORDS, text)
    return WORDS if found.width() <= width else ANYWHERE


def _parted(metrics: QFontMetrics, width: int, text: str) -> str:
    """Break a line of several facts between them, never with the sign between them at either end."""
    lines = [""]
    for part in text.split(BETWEEN):
        longer = f"{lines[-1]}{BETWEEN}{part}" if lines[-1] else part
        if lines[-1] and metrics.horizontalAdvance(longer) > width:
            lines.append(part)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def _wrapped(metrics: QFontMetrics, left: int, top: int, width: int, text: str) -> QRect:
    """Give the room a text takes, wrapped to `width`."""
    width = max(width, 60)
    found = metrics.boundingRect(QRect(0, 0, width, 2000), _wrap(metrics, width, text), text)
    return QRect(left, top, width, max(found.height(), metrics.height()))


@dataclass(frozen=True)
class Drag:
    """A step under the mouse: its row, where it was taken, and the gap it would go to (None: not moved yet).

    Gap 0 is above the first step, the number of steps below the last one.
    """

    row: int
    start: QPoint
    gap: int | None = None


class StepsView(QListView):
    """The switching order.

    A step is dragged with the left button; a line shows where it would go, Escape lets it stay.
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
        self._drag: Drag | None = None
        self.rows = StepsModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(StepPainter(self))
        self.setAccessibleName(_("Switching order"))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setDragDropMode(QAbstractItemView.DragDropMode.NoDragDrop)
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

    # ---------------------------------------------------------------- by mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        place = event.position().toPoint()
        row = self.indexAt(place).row()
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._drag = Drag(row, place) if is_left and row >= 0 else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Take the step along once the hand has moved far enough to mean it."""
        drag, place = self._drag, event.position().toPoint()
        if drag is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
            return
        far = (place - drag.start).manhattanLength() >= QApplication.startDragDistance()
        if drag.gap is None and not far:
            return
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self._drag = replace(drag, gap=self._gap_at(place))
        self._show_around(place)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag = self._end_drag()
        super().mouseReleaseEvent(event)
        if drag is not None and drag.gap is not None:
            place = drag.gap - 1 if drag.gap > drag.row else drag.gap
            if place != drag.row:
                self.move_wanted.emit(drag.row, place)

    def _end_drag(self) -> Drag | None:
        drag, self._drag = self._drag, None
        self.viewport().unsetCursor()
        self.viewport().update()
        return drag

    def _gap_at(self, place: QPoint) -> int:
        """Give the gap between steps that is nearest to a height."""
        middles = [self._row_box(row).center().y() for row in range(self.rows.rowCount())]
        return sum(place.y() > middle for middle in middles)

    def _row_box(self, row: int) -> QRect:
        return self.visualRect(self.rows.index(row))

    def _show_around(self, place: QPoint) -> None:
        """Scroll the panel on where the hand nears its edge."""
        parent: QWidget | None = self.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        inside = parent.widget() if parent is not None else None
        if parent is not None and inside is not None:
            at = self.viewport().mapTo(inside, place)
            parent.ensureVisible(at.x(), at.y(), 0, EDGE)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        drag = self._drag
        if drag is None or drag.gap is None:
            return
        painter = QPainter(self.viewport())
        veil = QColor(THEME.paper)
        veil.setAlpha(150)
        painter.fillRect(self._row_box(drag.row), veil)
        count = self.rows.rowCount()
        y = self._row_box(drag.gap).top() if drag.gap < count else self._row_box(count - 1).bottom()
        y = max(y, 1)
        painter.setPen(QPen(QColor(THEME.primary), 2))
        painter.drawLine(4, y, self.viewport().width() - 4, y)
        painter.end()

    # ------------------------------------------------------------- by keyboard

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
        if event.key() == Qt.Key.Key_Escape and self._drag is not None and self._drag.gap is not None:
            self._end_drag()
        elif event.matches(QKeySequence.StandardKey.Undo):
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
