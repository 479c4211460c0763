"""Layers of the task Outage: what a step left dead, restored, looped, live from behind; each device's loss.

They draw over the lines and switches of the ordinary layers, whose shapes they share. Nothing is told by
colour alone: dead lines are dashed, restored ones stand on a casing and each feed has its own dashes,
what runs in a loop bears ticks across, what is live from behind slanting bars, the faulted part a thick
hatch; a heavier loss is drawn wider.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from gis import theme
from gis.display import DisplayPlane
from grid_model.project import Project
from ui.map.detail import Level
from ui.map.layer import Layer
from ui.map.line_layers import PowerLineLayer
from ui.map.overlay import LOOP_CLASS, Fate, MapState, Spot, TracePicture
from ui.map.paint import numbered, pen, stroke_lines
from ui.map.point_layers import SwitchLayer
from ui.map.view import MapView

PIECE = 60
"""Symbols drawn between two looks at the clock."""

FEED_COLORS = ("#1F6FD0", "#2E8B57", "#8A3FA0", "#0E8F94", "#B8741A", "#4653A8")
"""Told apart by people who do not see red or green as well: their lightness differs, and so do the dashes."""

FEED_DASHES: tuple[tuple[float, ...], ...] = ((), (1.2, 2.4), (4.0, 3.0))
"""White dashes along the middle of a restored line, by the number of its feed."""

LOSS_COLORS = ("#D9A441", "#E07B2C", "#C8384F", "#86277B", "#33165F")
"""From mild to heavy: darker at every step, so that grey print and colour-blind eyes keep the order."""
LOSS_WIDTHS = (1.8, 2.6, 3.6, 4.8, 6.2)
LOOP_COLOR = "#12807A"
FAULT_COLOR = "#A8071A"
LOOPED_COLOR = "#6B3FA0"
TRACE_COLOR = "#0B5F8A"
CASING = "#FFFFFF"


def feed_color(number: int) -> str:
    """Give the colour of a feed."""
    return FEED_COLORS[number % len(FEED_COLORS)]


def ticks(color: str, width: float, thick: float, gap: float) -> QPen:
    """Give a pen that sets short bars across a line: `thick` and `gap` in pixels along it."""
    made = QPen(QColor(color), width, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
    made.setDashPattern([thick / width, gap / width])
    made.setCosmetic(True)
    return made


def dashed(color: str, width: float, pattern: tuple[float, ...]) -> QPen:
    """Give a pen of dashes, their lengths in widths of the pen."""
    made = pen(color, width, Qt.PenStyle.CustomDashLine)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    made.setDashPattern(list(pattern))
    return made


def fate_pens(fate: int, width: float) -> list[QPen]:
    """Give the strokes of a line by its fate, the lowest first; `width` is that of a live line."""
    if fate == Fate.DEAD:
        return [pen(CASING, width + 1.6), dashed(theme.DEAD, width, (4, 2.4))]
    if fate == Fate.LOOPED:
        return [pen(LOOPED_COLOR, width + 0.4), ticks(LOOPED_COLOR, width + 7, 1.6, 7)]
    if fate == Fate.FROM_BEHIND:
        return [
            pen(CASING, width + 4),
            pen(theme.LIVE_FROM_BEHIND, width + 0.6),
            ticks(theme.LIVE_FROM_BEHIND, width + 5, 4, 6),
        ]
    if fate == Fate.EARTHED:
        return [pen(CASING, width + 2.4), dashed(theme.EARTHED, width + 0.8, (5, 2, 1, 2))]
    if fate == Fate.FAULT:
        return [pen(CASING, width + 6), ticks(FAULT_COLOR, width + 7, 2.4, 3.2), pen(FAULT_COLOR, width)]
    number = fate - Fate.FED
    dashes = FEED_DASHES[number % len(FEED_DASHES)]
    found = [pen(CASING, width + 3.2), pen(feed_color(number), width + 1.4)]
    return [*found, dashed(CASING, 1.2, dashes)] if dashes else found


def near_parts(layer: PowerLineLayer, view: MapView) -> tuple[Level, np.ndarray, np.ndarray]:
    """Give the level of detail for a view, its parts in sight, and the row of the layer each belongs to."""
    level = layer.detail.at(view.metres_per_px)
    near = level.touching(view.box)
    return level, near, layer.shapes.rows[level.parts[near]]


def stroked(
    painter: QPainter, view: MapView, level: Level, which: np.ndarray, strokes: list[QPen]
) -> Iterator[None]:
    """Draw the parts numbered `which` with one stroke after another, some lines at a time."""
    if not len(which):
        return
    points, starts = numbered(level.points, level.starts, which)
    px = view.to_px(points)
    yield
    for stroke in strokes:
        yield from stroke_lines(painter, px, starts, stroke)


class OverLines(Layer):
    """What is drawn over the power lines; it has no data of its own and no entry among the layers."""

    def __init__(self, lines: tuple[PowerLineLayer, ...], switches: SwitchLayer) -> None:
        super().__init__()
        self.lines = lines
        self.switches = switches
        self.rests_on = (*lines, switches)

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Everything stands in the layers below."""

    def is_empty(self) -> bool:
        """It never appears in the list of layers."""
        return True

    def icon(self) -> QIcon:
        """Nothing."""
        return QIcon()


class FateLayer(OverLines):
    """Lines as a step of a study left them."""

    name = "fates"

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """Dead below, the faulted part on top."""
        if state.outage is None:
            return
        for layer in self.lines:
            fates = state.outage.fates(layer.table_rows)
            if fates is None or not layer.shows_at(view):
                continue
            level, near, rows = near_parts(layer, view)
            of_part = fates[rows]
            yield
            for fate in sorted((int(one) for one in np.unique(of_part) if one), key=_turn):
                yield from stroked(painter, view, level, near[of_part == fate], fate_pens(fate, layer.width))
        yield


def _turn(fate: int) -> int:
    """Say in which turn a fate is drawn: dead first, then restored, then what is dangerous."""
    turns: dict[int, int] = {
        Fate.DEAD: 0,
        Fate.LOOPED: 2,
        Fate.FROM_BEHIND: 3,
        Fate.EARTHED: 4,
        Fate.FAULT: 5,
    }
    return turns.get(fate, 1)


class LossLayer(OverLines):
    """Lines and switches coloured by what their loss would do."""

    name = "losses"

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """Heavier ones above milder ones; switches as rings in the same colours."""
        if state.losses is None:
            return
        for layer in self.lines:
            classes = state.losses.classes("ac_line_segments", state.loss_measure, layer.table_rows)
            if classes is None or not layer.shows_at(view):
                continue
            level, near, rows = near_parts(layer, view)
            of_part = classes[rows]
            scale = layer.width / 2.0
            yield
            for number in (LOOP_CLASS, 1, 2, 3, 4, 5):
                yield from stroked(painter, view, level, near[of_part == number], loss_pens(number, scale))
        yield from self._rings(painter, view, state)

    def _rings(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        layer = self.switches
        assert state.losses is not None
        if not layer.shows_at(view):
            return
        classes = state.losses.classes("switches", state.loss_measure, layer.table_rows)
        if classes is None:
            return
        rows = layer.in_view(view)
        rows = rows[classes[rows] > 0]
        half = layer.size_in(view) / 2
        for n, ((x, y), number) in enumerate(zip(view.to_px(layer.points[rows]), classes[rows], strict=True)):
            color, width = LOOP_COLOR, 1.6
            if number != LOOP_CLASS:
                color, width = LOSS_COLORS[number - 1], LOSS_WIDTHS[number - 1] * 0.8
            painter.setPen(pen(color, width))
            painter.setBrush(QColor(CASING))
            painter.drawEllipse(QPointF(x, y), half + 1.5 + width / 2, half + 1.5 + width / 2)
            if n % PIECE == PIECE - 1:
                yield
        yield


def loss_pens(number: int, scale: float = 1.0) -> list[QPen]:
    """Give the strokes of a class of loss."""
    if number == LOOP_CLASS:
        return [pen(CASING, 4.6 * scale), dashed(LOOP_COLOR, 2.6 * scale, (3, 1.6))]
    return [pen(LOSS_COLORS[number - 1], max(LOSS_WIDTHS[number - 1] * scale, 1.4))]


class LoopLayer(OverLines):
    """The members of the loop that was chosen."""

    name = "loop"

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """A broad band below ticks, and a ring around each switch."""
        if state.loop is None:
            return
        band = QColor(LOOPED_COLOR)
        band.setAlpha(70)
        wide = pen(LOOPED_COLOR, 11)
        wide.setColor(band)
        for layer in self.lines:
            level, near, rows = near_parts(layer, view)
            members = np.isin(layer.table_rows[rows], state.loop.lines)
            yield from stroked(painter, view, level, near[members], [wide, *fate_pens(Fate.LOOPED, 2.0)])
        rows = np.flatnonzero(np.isin(self.switches.table_rows, state.loop.switches))
        painter.setBrush(QColor(CASING))
        for x, y in view.to_px(self.switches.points[rows]):
            painter.setPen(pen(LOOPED_COLOR, 2.0))
            painter.drawEllipse(QPointF(x, y), 10, 10)
        yield


class TraceLayer(OverLines):
    """What a trace found."""

    name = "trace"

    def __init__(self, lines: tuple[PowerLineLayer, ...], switches: SwitchLayer) -> None:
        super().__init__(lines, switches)
        self._plane = DisplayPlane()

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Remember the plane places are turned to."""
        self._plane = plane

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """A band with a core along the lines, a ring around each switch, a square ring where it ends."""
        if state.trace is None:
            return
        for layer in self.lines:
            if not layer.shows_at(view):
                continue
            level, near, rows = near_parts(layer, view)
            members = np.isin(layer.table_rows[rows], state.trace.lines)
            yield from stroked(painter, view, level, near[members], trace_pens(layer.width))
        yield from self._switches(painter, view, state.trace)
        starts = [one for one in state.trace.starts if not np.isnan(one).any()]
        if starts:
            for x, y in view.to_px(self._plane.metres(np.array(starts, dtype=float))):
                draw_start(painter, QPointF(x, y))
        yield

    def _switches(self, painter: QPainter, view: MapView, trace: TracePicture) -> Iterator[None]:
        if not self.switches.shows_at(view):
            return
        rows = self.switches.in_view(view)
        of_table = self.switches.table_rows[rows]
        for kind, chosen in (("inside", trace.switches), ("edge", trace.edge)):
            here = rows[np.isin(of_table, chosen)]
            for n, (x, y) in enumerate(view.to_px(self.switches.points[here])):
                draw_trace_switch(painter, kind, QPointF(x, y))
                if n % PIECE == PIECE - 1:
                    yield
        yield


def trace_pens(width: float) -> list[QPen]:
    """Give the strokes of a line that a trace found."""
    return [pen(CASING, width + 6), pen(TRACE_COLOR, width + 3), pen("#FFE9A8", max(width - 0.6, 1.0))]


def draw_trace_switch(painter: QPainter, kind: str, at: QPointF) -> None:
    """Ring a switch that a trace found; a double square where the trace ends at it."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for stroke in (pen(CASING, 4.4), pen(TRACE_COLOR, 2.2)):
        painter.setPen(stroke)
        if kind == "edge":
            painter.drawRect(QRectF(at.x() - 9, at.y() - 9, 18, 18))
        else:
            painter.drawEllipse(at, 8, 8)


def draw_start(painter: QPainter, at: QPointF) -> None:
    """Mark where a trace starts or leads to: a drop whose point is the place."""
    path = QPainterPath(at)
    path.lineTo(at + QPointF(-7, -13))
    path.arcTo(QRectF(at.x() - 8, at.y() - 26, 16, 16), 205, -230)
    path.lineTo(at)
    painter.setPen(pen(CASING, 1.6))
    painter.setBrush(QColor(TRACE_COLOR))
    painter.drawPath(path)
    painter.setBrush(QColor(CASING))
    painter.drawEllipse(at + QPointF(0, -18), 3, 3)


class SpotLayer(OverLines):
    """Where the fault is, where earths are placed, what bridges or parts a line for the time being."""

    name = "spots"

    def __init__(self, lines: tuple[PowerLineLayer, ...], switches: SwitchLayer) -> None:
        super().__init__(lines, switches)
        self._plane = DisplayPlane()
        self.tables = ("connectivity_nodes",)

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Remember the plane places are turned to."""
        self._plane = plane

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """Jumpers below, then earths and faults."""
        if state.outage is None:
            return
        turn = {"from-behind": 0, "jumper": 1, "cut": 2, "earth": 3, "fault": 4}
        for spot in sorted(state.outage.spots, key=lambda one: turn[one.kind]):
            points = view.to_px(self._plane.metres(np.array(spot.points, dtype=float)))
            if not np.isnan(points).any():
                draw_spot(painter, spot, [QPointF(*one) for one in points])
        yield


def draw_spot(painter: QPainter, spot: Spot, at: list[QPointF]) -> None:
    """Draw one mark; `at` in pixels."""
    if spot.kind == "jumper":
        _draw_jumper(painter, at)
    elif spot.kind == "earth":
        _draw_earth(painter, at[0])
    elif spot.kind == "cut":
        _draw_cut(painter, at[0])
    elif spot.kind == "from-behind":
        _draw_from_behind(painter, at[0])
    else:
        _draw_fault(painter, at[0])


def _draw_jumper(painter: QPainter, at: list[QPointF]) -> None:
    """An arc from end to end with a ring at each."""
    path = QPainterPath(at[0])
    if len(at) > 1:
        (ax, ay), (bx, by) = ((one.x(), one.y()) for one in at[:2])
        path.quadTo(QPointF((ax + bx) / 2 + (by - ay) * 0.25, (ay + by) / 2 - (bx - ax) * 0.25), at[1])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for stroke in (pen(CASING, 6.5), pen(LOOPED_COLOR, 3.4), dashed(CASING, 1.2, (2, 2))):
        painter.setPen(stroke)
        painter.drawPath(path)
    painter.setPen(pen(LOOPED_COLOR, 2.2))
    painter.setBrush(QColor(CASING))
    for end in at:
        painter.drawEllipse(end, 4.5, 4.5)


def _draw_earth(painter: QPainter, at: QPointF) -> None:
    """The sign of earth, its foot below the place, on a white ground."""
    x, y = at.x(), at.y()
    painter.setPen(pen(theme.EARTHED, 1.4))
    painter.setBrush(QColor(CASING))
    painter.drawEllipse(QPointF(x, y + 12), 12, 12)
    painter.setPen(pen(theme.EARTHED, 2.4))
    painter.drawLine(QPointF(x, y), QPointF(x, y + 10))
    for n, half in enumerate((8.0, 5.2, 2.4)):
        painter.drawLine(QPointF(x - half, y + 10 + 4 * n), QPointF(x + half, y + 10 + 4 * n))


def _draw_from_behind(painter: QPainter, at: QPointF) -> None:
    """A hatched ring around the switch."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen(CASING, 8))
    painter.drawEllipse(at, 14, 14)
    painter.setPen(ticks(theme.LIVE_FROM_BEHIND, 6, 2.6, 3.0))
    painter.drawEllipse(at, 14, 14)


def _draw_cut(painter: QPainter, at: QPointF) -> None:
    painter.setPen(pen(CASING, 6))
    painter.drawLine(at + QPointF(-7, 7), at + QPointF(7, -7))
    painter.setPen(pen(FAULT_COLOR, 2.2))
    for shift in (-2.5, 2.5):
        painter.drawLine(at + QPointF(-7 + shift, 7), at + QPointF(7 + shift, -7))


BOLT = ((-3, -13), (5, -13), (1, -3), (7, -3), (-5, 13), (-1, 1), (-7, 1))
"""A flash, around its middle."""


def _draw_fault(painter: QPainter, at: QPointF) -> None:
    painter.setPen(pen(FAULT_COLOR, 2.0))
    painter.setBrush(QColor(CASING))
    painter.drawEllipse(at, 15.5, 15.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(QColor(FAULT_COLOR)))
    painter.drawPolygon(QPolygonF([at + QPointF(*one) * 0.85 for one in BOLT]))


# -------------------------------------------------------------------- legend


def line_icon(strokes: list[QPen], wide: int = 34) -> QIcon:
    """Give strokes as a legend swatch."""
    return QIcon(_drawn(wide, lambda painter: _draw_strokes(painter, strokes, wide)))


def _draw_strokes(painter: QPainter, strokes: list[QPen], wide: int) -> None:
    for stroke in strokes:
        painter.setPen(stroke)
        painter.drawLine(QPointF(3, 9), QPointF(wide - 3, 9))


def spot_icon(kind: str) -> QIcon:
    """Give a mark as a legend swatch."""

    def draw(painter: QPainter) -> None:
        painter.translate(17, 9)
        painter.scale(0.52, 0.52)
        at = (
            [QPointF(-22, 6), QPointF(22, 6)]
            if kind == "jumper"
            else [QPointF(0, -11 if kind == "earth" else 0)]
        )
        draw_spot(painter, Spot(kind, ()), at)

    return QIcon(_drawn(34, draw))


def trace_icon(kind: str) -> QIcon:
    """Give a part of a trace as a legend swatch: ``line``, ``edge`` or ``start``."""

    def draw(painter: QPainter) -> None:
        if kind == "line":
            _draw_strokes(painter, trace_pens(2.0), 34)
            return
        painter.translate(17, 9 if kind == "edge" else 16)
        painter.scale(0.62, 0.62)
        if kind == "edge":
            draw_trace_switch(painter, "edge", QPointF(0, 0))
        else:
            draw_start(painter, QPointF(0, 0))

    return QIcon(_drawn(34, draw))


def mark_icon(color: str) -> QIcon:
    """Give the ring around an operated switch as a legend swatch."""

    def draw(painter: QPainter) -> None:
        halo = QColor(color)
        halo.setAlpha(70)
        for line in (QPen(halo, 4), QPen(QColor(color), 1.6)):
            painter.setPen(line)
            painter.drawEllipse(QPointF(17, 9), 6, 6)

    return QIcon(_drawn(34, draw))


def _drawn(wide: int, draw: object) -> QPixmap:
    picture = QPixmap(wide * 2, 36)
    picture.fill(Qt.GlobalColor.transparent)
    picture.setDevicePixelRatio(2.0)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    assert callable(draw)
    draw(painter)
    painter.end()
    return picture
