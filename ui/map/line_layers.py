"""Layers of lines: roads, medium voltage, low voltage."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtGui import QIcon, QPainter, QPen

from gis import theme
from gis.display import DisplayPlane
from gis.shapes import FlatShapes, boxes_of, flat_shapes
from grid_model.project import Project
from resources.i18n import N_
from ui.map.detail import Levels
from ui.map.layer import Hit, Layer, Texts, node_positions, texts
from ui.map.overlay import MapState
from ui.map.paint import numbered, pen, stroke_lines, swatch, thin
from ui.map.view import MapView

FAR_DENOMINATOR = 80_000
"""At smaller scales every line is one pixel wide: there are many, and wide ones would run together."""

REACH_PX = 6.0
"""How near a click must be to a line."""


class LineLayer(Layer):
    """Lines of one table in a few styles; subclasses say which style each row has."""

    table = ""
    knobs = frozenset({"filter", "color", "size"})
    least_m = 0.0
    """Points this near to one another are not worth telling apart from a greater distance."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: Texts = np.array([], dtype=object)
        self.styles = np.array([], dtype=np.int64)
        self.table_rows = np.array([], dtype=np.int64)
        """Row of the project's table of each row drawn here."""
        self._take(
            FlatShapes(
                np.zeros((0, 2)), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, 4))
            )
        )

    def _take(self, shapes: FlatShapes) -> None:
        """Draw these shapes from now on."""
        self.shapes, self.detail = shapes, Levels(shapes, self.least_m)

    def zoom_levels(self) -> Levels:
        """Give the zoom levels of its shapes."""
        return self.detail

    def is_empty(self) -> bool:
        """Whether no row has a route."""
        return not len(self.shapes)

    def pens(self, state: MapState) -> list[tuple[int, QPen]]:
        """The strokes to draw, in order: style number and pen; a style may be stroked twice (casing)."""
        raise NotImplementedError

    def row_styles(self, state: MapState) -> np.ndarray:
        """Style number of each row."""
        return self.styles

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """Draw style by style, a few dozen lines at a time."""
        level = self.detail.at(view.metres_per_px)
        yield
        near = level.touching(view.box)
        yield
        styles = self.row_styles(state)[self.shapes.rows[level.parts[near]]]
        far = view.scale_denominator > FAR_DENOMINATOR
        for style, stroke in self.pens(state):
            if view.scale_denominator > self.style_denominator(style):
                continue
            which = near[styles == style]
            if not len(which):
                continue
            points, starts = numbered(level.points, level.starts, which)
            px = view.to_px(points)
            yield
            stroke = self.dressed(stroke)
            yield from stroke_lines(painter, px, starts, thin(stroke) if far else stroke)
        yield

    def style_denominator(self, style: int) -> float:
        """Smaller scales than 1:this do not show the lines of this style."""
        return float("inf")

    def hit(self, view: MapView, x: float, y: float) -> Hit | None:
        """Find the nearest line within reach."""
        east, north = view.to_metres(x, y)
        reach = REACH_PX * view.metres_per_px
        boxes = self.shapes.boxes
        near = (
            (boxes[:, 0] - reach <= east)
            & (boxes[:, 2] + reach >= east)
            & (boxes[:, 1] - reach <= north)
            & (boxes[:, 3] + reach >= north)
        )
        best: Hit | None = None
        for n in np.flatnonzero(near):
            distance = distance_to_line(self.shapes.part(int(n)), east, north) / view.metres_per_px
            if distance <= REACH_PX and (best is None or distance < best.distance):
                best = Hit(self.table, str(self.ids[self.shapes.rows[n]]), distance)
        return best


def distance_to_line(points: np.ndarray, x: float, y: float) -> float:
    """Distance of x, y from a line through `points`, in their unit."""
    a, d = points[:-1], np.diff(points, axis=0)
    square = np.maximum((d**2).sum(axis=1), 1e-12)
    t = np.clip(((np.array([x, y]) - a) * d).sum(axis=1) / square, 0, 1)
    foot = a + d * t[:, None]
    return float(np.hypot(foot[:, 0] - x, foot[:, 1] - y).min()) if len(a) else float("inf")


class RoadLayer(LineLayer):
    """Roads, wide ones with a casing."""

    name, label, table, tables = "roads", N_("Roads"), "roads", ("roads",)
    classes = tuple(theme.ROAD_WIDTHS_PX)
    knobs = frozenset({"filter", "size"})

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Read routes and classes."""
        frame = project.frame("roads")
        self.ids = texts(frame["id"])
        order = {name: n for n, name in enumerate(self.classes)}
        self.styles = np.array(
            [order.get(one, len(order) - 2) for one in texts(frame["road_class"])], dtype=np.int64
        )
        geometry, wanted = frame["geometry"], self.wanted(project)
        if wanted is not None:
            geometry = geometry.where(wanted, None)
        self._take(_in_metres(flat_shapes(geometry), plane))

    def style_denominator(self, style: int) -> float:
        """The lesser the road, the nearer it appears."""
        return theme.ROAD_DENOMINATORS[self.classes[style]]

    def pens(self, state: MapState) -> list[tuple[int, QPen]]:
        """Casings first, then fillings."""
        widths = list(theme.ROAD_WIDTHS_PX.values())
        casings = [(n, pen(theme.ROAD_CASING, width + 1.4)) for n, width in enumerate(widths) if width > 2]
        return [*casings, *((n, pen(theme.ROAD, width)) for n, width in enumerate(widths))]

    def hit(self, view: MapView, x: float, y: float) -> Hit | None:
        """Roads are not picked."""
        return None

    def icon(self) -> QIcon:
        """A stroke."""
        return swatch(line=theme.ROAD, width=3.2, as_line=True)


class PowerLineLayer(LineLayer):
    """Line segments of a range of voltages."""

    table, tables = "ac_line_segments", ("ac_line_segments", "connectivity_nodes")
    low_kv, high_kv, width = 0.0, 1.0, 1.2
    label_kv = 0.4

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Read routes; a line without one is drawn straight between its nodes, if these have a place."""
        frame = project.frame("ac_line_segments")
        kv = frame["nominal_kv"].to_numpy(dtype=float)
        wanted = (kv > self.low_kv) & (kv <= self.high_kv)
        if self.low_kv > 0:
            wanted |= np.isnan(kv)
        chosen = self.wanted(project)
        if chosen is not None:
            wanted &= chosen
        self.table_rows = rows = np.flatnonzero(wanted)
        self.ids = frame["id"].array[rows]
        geometry = frame["geometry"].iloc[rows].reset_index(drop=True)
        bare = np.flatnonzero(geometry.isna().to_numpy())
        self._take(
            _with_straight_lines(
                _in_metres(flat_shapes(geometry), plane),
                bare,
                node_positions(project, frame["node_a"].iloc[rows[bare]], plane),
                node_positions(project, frame["node_b"].iloc[rows[bare]], plane),
            )
        )
        self.kv = np.where(np.isnan(kv[wanted]), self.label_kv, kv[wanted])
        self.levels = np.unique(self.kv)
        self.styles = np.searchsorted(self.levels, self.kv)
        self._left: tuple[object, np.ndarray] = (None, self.styles)

    def row_styles(self, state: MapState) -> np.ndarray:
        """By voltage; what a study says something of is left to `ui.map.outage_layers.FateLayer`."""
        if state.outage is None:
            return super().row_styles(state)
        if self._left[0] is not state.outage:
            fates = state.outage.fates(self.table_rows)
            self._left = (
                state.outage,
                self.styles if fates is None else np.where(fates > 0, -1, self.styles),
            )
        return self._left[1]

    def pens(self, state: MapState) -> list[tuple[int, QPen]]:
        """One stroke for each voltage."""
        return [(n, pen(theme.voltage_color(kv), self.width)) for n, kv in enumerate(self.levels)]

    def icon(self) -> QIcon:
        """A stroke in the colour of the voltage."""
        color = self.look.color or theme.voltage_color(self.label_kv)
        return swatch(line=color, width=self.width + 0.6, as_line=True)


class MvLineLayer(PowerLineLayer):
    """Lines above 1 kV."""

    name, label = "mv_lines", N_("10 kV lines")
    low_kv, high_kv, width, label_kv = 1.0, float("inf"), 2.0, 10.0


class LvLineLayer(PowerLineLayer):
    """Lines up to 1 kV, shown when near."""

    name, label = "lv_lines", N_("0.4 kV lines")
    low_kv, high_kv, width, label_kv = 0.0, 1.0, 1.2, 0.4
    max_denominator = 26_000
    least_m = 8.0


def _in_metres(flat: FlatShapes, plane: DisplayPlane) -> FlatShapes:
    points = plane.metres(flat.points)
    return FlatShapes(points, flat.starts, flat.rows, boxes_of(points, flat.starts))


def _with_straight_lines(flat: FlatShapes, rows: np.ndarray, a: np.ndarray, b: np.ndarray) -> FlatShapes:
    """Add a straight line for each of `rows` whose two ends have a place."""
    placed = ~(np.isnan(a[:, 0]) | np.isnan(b[:, 0]))
    if not placed.any():
        return flat
    extra = np.stack([a[placed], b[placed]], axis=1).reshape(-1, 2)
    points = np.concatenate([flat.points, extra])
    starts = np.concatenate([flat.starts[:-1], len(flat.points) + 2 * np.arange(placed.sum() + 1)])
    return FlatShapes(points, starts, np.concatenate([flat.rows, rows[placed]]), boxes_of(points, starts))
