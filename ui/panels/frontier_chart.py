"""The plans to choose from as points: way to the right, uneven work upwards; the larger, the more change."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from resources.i18n import _, ngettext
from ui import formats
from ui.colors import THEME
from ui.grouping_plan import Choice

HEIGHT = 168
LEFT, RIGHT, TOP, BOTTOM = 40.0, 20.0, 22.0, 34.0
SMALL_PX, LARGE_PX = 5.0, 11.0
REACH_PX = 16.0


def letter(number: int) -> str:
    """Name a plan of the frontier: A, B and so on."""
    return chr(ord("A") + number)


def tells(number: int, choice: Choice) -> str:
    """Say what a plan gives, in a line."""
    text = _("{plan}: travel {travel} min, imbalance {balance} min").format(
        plan=letter(number),
        travel=formats.number(choice.travel_min, 0),
        balance=formats.number(choice.balance_min, 0),
    )
    moved = ngettext("{count} manager changes group", "{count} managers change group", choice.movers)
    return f"{text} · {moved.format(count=choice.movers)}"


class FrontierChart(QWidget):
    """A chart to click; the arrow keys go from plan to plan, Enter takes one."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Plans by travel and imbalance"))
        self._choices: tuple[Choice, ...] = ()
        self._chosen = -1
        self._over = -1

    def show_choices(self, choices: tuple[Choice, ...], chosen: int) -> None:
        """Show plans, one of them chosen."""
        self._choices, self._chosen, self._over = choices, chosen, chosen
        self.setAccessibleDescription("\n".join(tells(n, one) for n, one in enumerate(choices)))
        self.update()

    def place(self, number: int) -> QPointF:
        """Where a plan stands on the widget."""
        x, y = self._places()[number]
        return QPointF(float(x), float(y))

    def _places(self) -> np.ndarray:
        values = np.array([(one.travel_min, one.balance_min) for one in self._choices], dtype=float)
        low, high = values.min(axis=0), values.max(axis=0)
        share = np.where(high > low, (values - low) / np.maximum(high - low, 1e-9), 0.5)
        field = self._field()
        x = field.left() + share[:, 0] * field.width()
        y = field.bottom() - share[:, 1] * field.height()
        return np.column_stack([x, y])

    def _unbeaten(self) -> list[int]:
        """Plans that no other beats in ways and evenness alone; the line goes through them.

        The others are there because they change less.
        """
        best, found = float("inf"), []
        for n, one in sorted(enumerate(self._choices), key=lambda o: (o[1].travel_min, o[1].balance_min)):
            if one.balance_min < best:
                best = one.balance_min
                found.append(n)
        return found

    def _field(self) -> QRectF:
        inner = LARGE_PX + 6
        return QRectF(
            LEFT + inner,
            TOP + inner,
            max(self.width() - LEFT - RIGHT - 2 * inner, 10),
            max(self.height() - TOP - BOTTOM - 2 * inner, 10),
        )

    def _radius(self, choice: Choice) -> float:
        most = max(one.movers for one in self._choices)
        return SMALL_PX + (LARGE_PX - SMALL_PX) * (choice.movers / most if most else 0.0)

    def _at(self, at: QPointF) -> int:
        """The plan under a place, −1 where there is none near."""
        if not self._choices:
            return -1
        away = np.hypot(*(self._places() - np.array([at.x(), at.y()])).T)
        n = int(np.argmin(away))
        return n if away[n] <= REACH_PX else -1

    # ---------------------------------------------------------------- events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark what would be taken."""
        over = self._at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if over >= 0 else Qt.CursorShape.ArrowCursor)
        if over >= 0 and over != self._over:
            self._over = over
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take a plan."""
        number = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self.picked.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go along the plans, take one."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in step and self._choices:
            self._over = (max(self._over, 0) + step[key]) % len(self._choices)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._over >= 0:
            self.picked.emit(self._over)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tell what a plan gives."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._at(QPointF(event.pos()))
            QToolTip.showText(
                event.globalPos(), tells(number, self._choices[number]) if number >= 0 else "", self
            )
            return True
        return super().event(event)

    # --------------------------------------------------------------- drawing

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw axes, the line through the plans, and the plans."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(THEME.field))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        self._paint_axes(painter)
        if self._choices:
            places = [QPointF(float(x), float(y)) for x, y in self._places()]
            painter.setPen(QPen(QColor(THEME.edge), 1.2, Qt.PenStyle.DotLine))
            painter.drawPolyline([places[n] for n in self._unbeaten()])
            for number in sorted(range(len(places)), key=lambda n: n == self._chosen):
                self._paint_plan(painter, number, places[number])
        painter.end()

    def _paint_axes(self, painter: QPainter) -> None:
        width, height = float(self.width()), float(self.height())
        painter.setPen(QPen(QColor(THEME.edge), 1))
        corner = QPointF(LEFT, height - BOTTOM)
        painter.drawLine(corner, QPointF(LEFT, TOP))
        painter.drawLine(corner, QPointF(width - RIGHT, height - BOTTOM))
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QColor(THEME.second))
        painter.drawText(QRectF(6, 3, width - 12, 16), Qt.AlignmentFlag.AlignLeft, _("↑ imbalance (min)"))
        painter.drawText(
            QRectF(LEFT, height - 17, width - LEFT - RIGHT + 8, 15),
            Qt.AlignmentFlag.AlignRight,
            _("travel (min) →"),
        )
        self._paint_scale(painter)

    def _paint_scale(self, painter: QPainter) -> None:
        """The least and the most of each axis; one number where all plans are alike."""
        if not self._choices:
            return
        field = self._field()
        metrics = QFontMetrics(painter.font())
        travel = sorted({round(one.travel_min) for one in self._choices})
        balance = sorted({round(one.balance_min) for one in self._choices})
        spots = zip((field.left(), field.right()), (travel[0], travel[-1]), strict=True)
        for x, value in spots if len(travel) > 1 else [(field.center().x(), travel[0])]:
            text = formats.whole(value)
            painter.drawText(
                QPointF(x - metrics.horizontalAdvance(text) / 2, self.height() - BOTTOM + 13), text
            )
        marks = zip((field.bottom(), field.top()), (balance[0], balance[-1]), strict=True)
        for y, value in marks if len(balance) > 1 else [(field.center().y(), balance[0])]:
            text = formats.whole(value)
            painter.drawText(QPointF(LEFT - 5 - metrics.horizontalAdvance(text), y + 4), text)

    def _paint_plan(self, painter: QPainter, number: int, at: QPointF) -> None:
        choice = self._choices[number]
        radius, chosen = self._radius(choice), number == self._chosen
        strong = QColor(THEME.primary)
        painter.setPen(QPen(strong, 2))
        painter.setBrush(strong if chosen else QColor(THEME.paper))
        painter.drawEllipse(at, radius, radius)
        if number == self._over and not chosen:
            painter.setPen(QPen(strong, 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, radius + 4, radius + 4)
        font = QFont(self.font())
        font.setPixelSize(12)
        font.setBold(chosen)
        painter.setFont(font)
        painter.setPen(QColor(THEME.primary_dark if chosen else THEME.ink))
        painter.drawText(at + QPointF(radius + 3, -radius + 1), letter(number))
