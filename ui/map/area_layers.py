"""Layers of areas: base map, villages, transformer areas, service grids."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QIcon, QPainter, QPainterPath, QPen, QPolygonF

from gis import theme
from gis.display import DisplayPlane
from gis.shapes import FlatShapes, boxes_of, flat_shapes, label_points
from gis.tints import grid_tints, group_tints
from grid_model.grouping.scheme_edits import owners
from grid_model.project import Project
from resources.i18n import N_, _
from ui.map.detail import Levels
from ui.map.layer import Hit, Label, Layer, texts
from ui.map.outage_layers import feed_color
from ui.map.overlay import MapState
from ui.map.paint import brush, hatch, in_sight, numbered, pen, polygon, swatch, thin
from ui.map.view import MapView

OUTLINE_PX = 3.0
"""Areas smaller than this on the screen are filled without an outline, which would hide the fill."""

FAINT_ALPHA, PLAIN_ALPHA = 30, 110
TINT_ALPHA = 205
"""How much an area hides of the base map below, of 255."""

OPAQUE = 255

CORNERS_AT_ONCE, CORNERS_AN_AREA = 500, 40
"""Corners drawn between two looks at the clock, and how many an area counts for besides its own."""

OUTLINE_PIECE = 50
"""Corners of a wide outline drawn by one call."""

NO_PEN = QPen(Qt.PenStyle.NoPen)

FAR_DENOMINATOR = 250_000
"""At smaller scales every outline is one pixel wide."""


@cache
def _outline(color: str) -> QPen:
    return pen(color, 1.0)


class AreaLayer(Layer):
    """Areas of one table; subclasses say how each is filled and outlined."""

    table = ""
    knobs = frozenset({"filter", "color", "size"})
    least_px = 0.0
    """Parts smaller than this on the screen are left out."""
    dashed = False
    """Whether outlines are dashed: dashes begin where an outline does, be that in sight or not."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = np.array([], dtype=object)
        self.names = np.array([], dtype=object)
        self.shapes = FlatShapes(
            np.zeros((0, 2)), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, 4))
        )
        self.detail = Levels(self.shapes, smooth=True)
        self.row_starts = np.zeros(1, dtype=np.int64)
        self.sizes_m = np.zeros(0)
        """Longer side of each row's largest ring."""
        self.anchors = np.zeros((0, 2))

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Read the outlines."""
        frame = project.frame(self.table)
        self.ids, self.names = (
            texts(frame["id"]),
            texts(frame["name"]) if "name" in frame else texts(frame["id"]),
        )
        geometry, wanted = frame["geometry"], self.wanted(project)
        if wanted is not None:
            geometry = geometry.where(wanted, None)
        flat = flat_shapes(geometry)
        points = plane.metres(flat.points)
        self.shapes = FlatShapes(points, flat.starts, flat.rows, boxes_of(points, flat.starts))
        self.detail = Levels(self.shapes, smooth=True)
        self.row_starts = np.searchsorted(flat.rows, np.arange(len(frame) + 1))
        self.sizes_m = np.zeros(len(frame))
        np.maximum.at(self.sizes_m, flat.rows, _sizes(self.shapes.boxes))
        self.anchors = plane.metres(label_points(geometry))

    def zoom_levels(self) -> Levels:
        """Give the zoom levels of its shapes."""
        return self.detail

    def is_empty(self) -> bool:
        """Whether no row has an outline."""
        return not len(self.shapes)

    def rows_in_view(self, view: MapView) -> np.ndarray:
        """Rows with a ring that touches the view, in table order."""
        seen = np.zeros(len(self.ids), dtype=bool)
        seen[self.shapes.rows[view.boxes_in_view(self.shapes.boxes)]] = True
        return np.flatnonzero(seen)

    def outlines(self, view: MapView, rows: np.ndarray) -> Iterator[tuple[int, bool, list[np.ndarray]]]:
        """Give each row, whether it is large enough for an outline, and its rings in pixels."""
        level = self.detail.at(view.metres_per_px)
        wanted = np.zeros(len(self.ids), dtype=bool)
        wanted[rows] = True
        near = level.touching(view.box)
        near = near[wanted[self.shapes.rows[level.parts[near]]]]
        near = near[_sizes(level.boxes[near]) >= self.least_px * view.metres_per_px]
        if not len(near):
            return
        points, starts = numbered(level.points, level.starts, near)
        px, of_ring = view.to_px(points), self.shapes.rows[level.parts[near]]
        if not self.dashed:
            px, starts = in_sight(px, starts, view.width, view.height)
        large = (self.sizes_m >= OUTLINE_PX * view.metres_per_px).tolist()
        at, first = starts.tolist(), np.flatnonzero(np.diff(of_ring, prepend=-1)).tolist()
        for begin, end in pairwise([*first, len(near)]):
            row = int(of_ring[begin])
            yield row, large[row], [px[at[n] : at[n + 1]] for n in range(begin, end)]

    def style(self, row: int, state: MapState) -> tuple[QBrush, QPen, QBrush | None]:
        """Say how a row is filled, outlined, and hatched on top."""
        raise NotImplementedError

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """Draw area by area."""
        rows = self.rows_in_view(view)
        yield
        far, corners = view.scale_denominator > FAR_DENOMINATOR, 0
        for row, large, rings in self.outlines(view, rows):
            fill, line, over = self.style(row, state)
            line = self.dressed(line) if large else NO_PEN
            if far and line.widthF() > 1:
                line = thin(line)
            shape = shape_of(rings)
            if not _can_be_pieced(painter, line):
                _paint_styled(painter, shape, fill, line)
            else:
                _paint_styled(painter, shape, fill, NO_PEN)
                for ring in rings:
                    yield from stroke_in_pieces(painter, ring, line)
            if over is not None:
                yield
                _paint_styled(painter, shape, over, NO_PEN)
            corners += CORNERS_AN_AREA + sum(map(len, rings))
            if corners > CORNERS_AT_ONCE:
                corners = 0
                yield
        yield

    def hit(self, view: MapView, x: float, y: float) -> Hit | None:
        """Find the area that holds the pixel (even-odd over its rings)."""
        east, north = view.to_metres(x, y)
        boxes = self.shapes.boxes
        if not len(boxes):
            return None
        near = (boxes[:, 0] <= east) & (boxes[:, 2] >= east) & (boxes[:, 1] <= north) & (boxes[:, 3] >= north)
        for row in np.unique(self.shapes.rows[near]):
            rings = range(self.row_starts[row], self.row_starts[row + 1])
            if sum(_inside(self.shapes.part(n), east, north) for n in rings) % 2:
                return Hit(self.table, str(self.ids[row]), 0.0)
        return None


def _sizes(boxes: np.ndarray) -> np.ndarray:
    """Give the longer side of each box."""
    found: np.ndarray = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    return found


def shape_of(rings: list[np.ndarray]) -> QPolygonF | QPainterPath:
    """Make what is filled of an outline and its holes."""
    if len(rings) == 1:
        return polygon(rings[0])
    path = QPainterPath()
    for ring in rings:
        path.addPolygon(polygon(ring))
    return path


def paint_shape(painter: QPainter, shape: QPolygonF | QPainterPath) -> None:
    """Fill and outline a shape."""
    if isinstance(shape, QPainterPath):
        painter.drawPath(shape)
    else:
        painter.drawPolygon(shape)


def _paint_styled(painter: QPainter, shape: QPolygonF | QPainterPath, fill: QBrush, line: QPen) -> None:
    if fill.style() != Qt.BrushStyle.NoBrush or line.style() != Qt.PenStyle.NoPen:
        painter.setPen(line)
        painter.setBrush(fill)
        paint_shape(painter, shape)


def _can_be_pieced(painter: QPainter, line: QPen) -> bool:
    """Whether an outline may be drawn in pieces: where it is not seen that these overlap at their ends."""
    plain = line.widthF() > 1 and line.style() == Qt.PenStyle.SolidLine
    return plain and painter.opacity() == 1.0 and line.color().alpha() == OPAQUE


def stroke_in_pieces(painter: QPainter, ring: np.ndarray, line: QPen) -> Iterator[None]:
    """Draw a wide outline a few dozen corners at a time: as a whole, a long one would hold the window."""
    painter.setPen(line)
    for begin in range(0, len(ring) - 1, OUTLINE_PIECE):
        painter.drawPolyline(polygon(ring[begin : begin + OUTLINE_PIECE + 1]))
        yield


def _inside(ring: np.ndarray, x: float, y: float) -> bool:
    """Whether a closed ring goes around x, y (crossing number)."""
    a, b = ring[:-1], ring[1:]
    spans = (a[:, 1] > y) != (b[:, 1] > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
    return bool(np.count_nonzero(spans & (crossing > x)) % 2)


class BaseLayer(AreaLayer):
    """Water, hills, woods and built-up land."""

    name, label, table, tables = "base", N_("Land and water"), "base_features", ("base_features",)
    least_px = 2.0
    knobs = frozenset({"filter"})

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Read outlines and kinds."""
        super().build(project, plane)
        self.kinds = texts(project.frame(self.table)["kind"])

    def style(self, row: int, state: MapState) -> tuple[QBrush, QPen, QBrush | None]:
        """Fill by kind; over a base map, which shows them better, only water stays."""
        if state.over_base_map and self.kinds[row] != "water":
            return QBrush(Qt.BrushStyle.NoBrush), NO_PEN, None
        return brush(theme.BASE_COLORS.get(self.kinds[row], theme.GROUND)), NO_PEN, None

    def hit(self, view: MapView, x: float, y: float) -> Hit | None:
        """Base map features are not picked."""
        return None

    def icon(self) -> QIcon:
        """Water."""
        return swatch(theme.WATER)


class VillageLayer(AreaLayer):
    """Village borders and names."""

    name, label, table, tables = "villages", N_("Village borders"), "villages", ("villages",)
    shown_at_start = False
    dashed = True

    def style(self, row: int, state: MapState) -> tuple[QBrush, QPen, QBrush | None]:
        """Outline only."""
        return QBrush(Qt.BrushStyle.NoBrush), pen(theme.VILLAGE_LINE, 1.4, Qt.PenStyle.DashDotLine), None

    def labels(self, view: MapView, state: MapState) -> Iterator[Label]:
        """Name each village."""
        if view.scale_denominator > 150_000:
            return
        px = view.to_px(self.anchors)
        for row in self.rows_in_view(view):
            x, y = px[row]
            yield Label(self.names[row], x, y, 40, "#7D5F92", 12)

    def hit(self, view: MapView, x: float, y: float) -> Hit | None:
        """Villages lie behind transformer areas and are not picked."""
        return None

    def icon(self) -> QIcon:
        """A dash-dotted stroke."""
        return swatch(line=theme.VILLAGE_LINE, width=1.6, dashed=True, as_line=True)


class StationLayer(AreaLayer):
    """Boundaries of the supply stations."""

    name, label, table, tables = "stations", N_("Station boundary"), "stations", ("stations",)

    def style(self, row: int, state: MapState) -> tuple[QBrush, QPen, QBrush | None]:
        """Light ground under everything but a base map, and a strong outline."""
        ground = QBrush(Qt.BrushStyle.NoBrush) if state.over_base_map else brush(theme.AREA_FILL)
        return ground, pen(theme.STATION_LINE, 2.2), None

    def hit(self, view: MapView, x: float, y: float) -> Hit | None:
        """The station lies behind everything and is not picked."""
        return None

    def icon(self) -> QIcon:
        """A stroke."""
        return swatch(line=theme.STATION_LINE, width=2.2, as_line=True)


class TransformerAreaLayer(AreaLayer):
    """Transformer areas, filled as the planner asks."""

    name, label, table = "areas", N_("Transformer areas"), "transformer_areas"
    tables = (
        "transformer_areas",
        "group_members",
        "mutual_aid_groups",
        "grid_areas",
        "service_grids",
        "schemes",
        "area_assignments",
    )

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Read outlines; which tint each area has is found when a fill is asked for."""
        super().build(project, plane)
        self.project = project
        self._tints: dict[tuple[str, str], np.ndarray] = {}

    def tints(self, state: MapState) -> np.ndarray:
        """Give the tint number of each area, −1 where it has none."""
        key = (state.area_fill, state.scheme)
        if key not in self._tints:
            self._tints[key] = area_tints(self.project, *key)
        return self._tints[key]

    def style(self, row: int, state: MapState) -> tuple[QBrush, QPen, QBrush | None]:
        """Fill by the chosen fill; areas without supply are grey and hatched above everything."""
        plain = FAINT_ALPHA if state.over_base_map else PLAIN_ALPHA
        fill, line, over = brush(theme.AREA_FILL, plain), theme.AREA_LINE, None
        number = -1 if state.area_fill in ("none", "outage") else int(self.tints(state)[row])
        if number >= 0:
            fill = brush(theme.tint(number).fill, TINT_ALPHA)
        if state.outage is not None:
            if self.ids[row] in state.outage.areas:
                fill, line, over = brush(theme.DEAD_AREA), "#8E949C", hatch("diagonal", "#3C434C", 90)
            elif self.ids[row] in state.outage.partly_out_areas:
                over = hatch("diagonal", "#3C434C", 60)
            elif self.ids[row] in state.outage.area_feeds:
                over = hatch("back_diagonal", feed_color(state.outage.area_feeds[self.ids[row]]), 70)
        return fill, _outline(line), over

    def labels(self, view: MapView, state: MapState) -> Iterator[Label]:
        """Name each area where there is room for it."""
        if not 9_000 < view.scale_denominator <= 30_000:  # nearer the transformers bear the same names
            return
        px = view.to_px(self.anchors)
        for row in self.rows_in_view(view):
            x, y = px[row]
            yield Label(self.names[row], x, y, 20, "#51604C", 11)

    def icon(self) -> QIcon:
        """A light box with an outline."""
        return swatch(theme.AREA_FILL, theme.AREA_LINE, 1.2)


def scheme_shown(project: Project, wanted: str) -> str:
    """Give the scheme to show: the wanted one, else the one in force, else none."""
    schemes = project.frame("schemes")
    if wanted and wanted in project.table("schemes"):
        return wanted
    in_force = schemes.loc[schemes["in_force"], "id"]
    return str(in_force.iloc[0]) if len(in_force) else ""


def area_tints(project: Project, mode: str, wanted: str) -> np.ndarray:
    """Give the tint number of each transformer area for a fill by manager, group or grid."""
    areas = project.frame("transformer_areas")
    scheme = scheme_shown(project, wanted)
    said = owners(project, scheme or None)
    owner = [said[one] or "" for one in areas["id"]]
    if mode == "manager":
        managers = {one: n for n, one in enumerate(project.frame("district_managers")["id"])}
        return np.array([managers.get(one, -1) for one in owner], dtype=np.int64)
    numbers = group_tints(project, scheme)
    if mode == "group":
        members = project.frame("group_members")
        members = members[members["scheme"] == scheme]
        of_manager = {
            m: numbers.get(g, -1)
            for m, g in zip(members["manager"], members["mutual_aid_group"], strict=True)
        }
        return np.array([of_manager.get(one, -1) for one in owner], dtype=np.int64)
    of_grid = grid_tints(project, scheme)
    links = project.frame("grid_areas")
    links = links[links["scheme"] == scheme]
    of_area = {
        a: of_grid.get(g, -1) for a, g in zip(links["transformer_area"], links["service_grid"], strict=True)
    }
    return np.array([of_area.get(one, -1) for one in areas["id"]], dtype=np.int64)


class ServiceGridLayer(AreaLayer):
    """Outlines and names of the service grids of the scheme shown."""

    name, label, table = "grids", N_("Service grids"), "service_grids"
    tables = (
        "service_grids",
        "grid_areas",
        "mutual_aid_groups",
        "schemes",
        "transformer_areas",
        "group_members",
    )

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Read outlines, schemes, colours and sizes."""
        super().build(project, plane)
        frame = project.frame(self.table)
        self.project = project
        self.schemes = texts(frame["scheme"])
        tints = {one: n for scheme in set(self.schemes) for one, n in grid_tints(project, scheme).items()}
        self.colors = np.array([tints[one] for one in self.ids], dtype=np.int64)
        members = project.frame("group_members").groupby("mutual_aid_group").size()
        areas = project.frame("grid_areas").groupby("service_grid").size()
        groups_of = texts(frame["mutual_aid_group"])
        self.subtitles = [
            _("{managers} managers · {areas} areas").format(
                managers=int(members.get(g, 0)), areas=int(areas.get(one, 0))
            )
            for one, g in zip(frame["id"], groups_of, strict=True)
        ]

    def rows_in_view(self, view: MapView) -> np.ndarray:
        """Only the scheme shown."""
        rows = super().rows_in_view(view)
        return rows[self.schemes[rows] == self._shown] if len(rows) else rows

    _shown = ""

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """Draw outlines over the areas."""
        self._shown = scheme_shown(self.project, state.scheme)
        yield from super().paint(painter, view, state)

    def style(self, row: int, state: MapState) -> tuple[QBrush, QPen, QBrush | None]:
        """Strong outline; hatched where the fill is by grid or group, so that grey print tells them apart."""
        tint = theme.tint(int(self.colors[row]))
        over = None
        if state.area_fill in ("grid", "group") and tint.hatch != "none":
            over = hatch(tint.hatch, tint.line, 34)
        return QBrush(Qt.BrushStyle.NoBrush), pen(tint.line, 2.4), over

    def labels(self, view: MapView, state: MapState) -> Iterator[Label]:
        """Name each grid, with its size below."""
        self._shown = scheme_shown(self.project, state.scheme)
        px = view.to_px(self.anchors)
        far = view.scale_denominator > FAR_DENOMINATOR
        for row in self.rows_in_view(view):
            color = theme.tint(int(self.colors[row])).line
            text = self.names[row] if far else f"{self.names[row]}\n{self.subtitles[row]}"
            x, y = px[row]
            yield Label(text, x, y, priority=90, color=color, size=12 if far else 15, bold=True)

    def hit(self, view: MapView, x: float, y: float) -> Hit | None:
        """Grids are picked from the panel; a click means the area inside."""
        return None

    def icon(self) -> QIcon:
        """A box with a strong outline."""
        return swatch(theme.TINTS[0].fill, theme.TINTS[0].line, 2.0)
