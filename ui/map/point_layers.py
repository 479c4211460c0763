"""Layers of points: devices, boxes, customers, managers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QIcon, QImage, QPainter

from gis import theme
from gis.display import DisplayPlane
from grid_model.project import Project
from resources.i18n import N_
from ui.map.layer import Hit, Label, Layer, Texts, own_or_node_positions, texts
from ui.map.overlay import MapState
from ui.map.paint import sprite, swatch, symbol_icon
from ui.map.view import MapView

PIECE = 150
"""Symbols drawn between two looks at the clock."""

COVERED_LIMIT = 300
"""Symbols of a layer that labels make way for."""


class PointLayer(Layer):
    """Symbols of one table; subclasses say which symbol each row has."""

    table = ""
    node = ""
    knobs = frozenset({"filter", "size"})
    size = 13.0
    small_denominator = 40_000.0
    small_size = 8.0
    swatch_symbol = ""
    label_denominator = 0.0
    label_priority = 30.0
    label_color = theme.INK
    clear_denominator = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.ids: Texts = np.array([], dtype=object)
        self.names: Texts = np.array([], dtype=object)
        self.points = np.zeros((0, 2))
        self.symbols = np.array([], dtype=object)
        self.table_rows = np.array([], dtype=np.int64)
        """Row of the project's table of each symbol."""

    def rows(self, project: Project) -> pd.DataFrame:
        """The rows to draw."""
        return project.frame(self.table)

    def wanted_rows(self, project: Project) -> pd.DataFrame:
        """The rows to draw that the layer's filter leaves."""
        frame, wanted = self.rows(project), self.wanted(project)
        return frame if wanted is None else frame[wanted[frame.index.to_numpy()]]

    def symbol_names(self, frame: pd.DataFrame) -> np.ndarray:
        """The symbol of each row."""
        return np.full(len(frame), self.swatch_symbol, dtype=object)

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Read places and symbols; rows without a place are left out here and listed by the data check."""
        frame = self.wanted_rows(project)
        table_rows = frame.index.to_numpy()
        frame = frame.reset_index(drop=True)
        if self.node:
            points = own_or_node_positions(project, frame, self.node, plane)
        else:
            points = plane.metres(frame[["x", "y"]].to_numpy(dtype=float))
        placed = ~np.isnan(points[:, 0])
        frame = frame[placed]
        self.points, self.table_rows = points[placed], table_rows[placed]
        self.ids = frame["id"].array
        self.names = frame["name"].array if "name" in frame else self.ids
        self.symbols = self.symbol_names(frame)

    def is_empty(self) -> bool:
        """Whether nothing has a place."""
        return not len(self.points)

    def in_view(self, view: MapView, margin: float = 12) -> np.ndarray:
        """Rows whose symbol may touch the view."""
        west, south, east, north = view.box
        m = margin * view.metres_per_px
        x, y = self.points[:, 0], self.points[:, 1]
        return np.flatnonzero((x >= west - m) & (x <= east + m) & (y >= south - m) & (y <= north + m))

    def size_in(self, view: MapView) -> float:
        """Side of the symbols in pixels in this view."""
        size = self.size if view.scale_denominator <= self.small_denominator else self.small_size
        return round(size * self.look.size, 1)

    def shown_symbols(self, state: MapState) -> np.ndarray:
        """The symbols as the study leaves them."""
        return self.symbols

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """Draw ready-made pictures at every place."""
        size, ratio = self.size_in(view), painter.device().devicePixelRatioF()
        rows = self.in_view(view)
        px, names = view.to_px(self.points[rows]), self.shown_symbols(state)[rows]
        half = (size + 4) / 2
        for n, (x, y) in enumerate(px):
            painter.drawImage(QPointF(x - half, y - half), sprite(names[n], size, ratio))
            if n % PIECE == PIECE - 1:
                yield
        yield

    def covered(self, view: MapView) -> Iterator[QRectF]:
        """The symbols, where the view is near enough for them to matter."""
        half = self.size_in(view) / 2
        clear = view.scale_denominator <= self.clear_denominator
        rows = self.in_view(view) if clear else np.zeros(0, dtype=np.int64)
        for x, y in view.to_px(self.points[rows[:COVERED_LIMIT]]):
            yield QRectF(x - half, y - half, 2 * half, 2 * half)

    def labels(self, view: MapView, state: MapState) -> Iterator[Label]:
        """Name each thing when near."""
        if view.scale_denominator > self.label_denominator:
            return
        rows = self.in_view(view)
        lift = self.size_in(view) / 2 + 2
        names = texts(pd.Series(self.names[rows]))
        for (x, y), name in zip(view.to_px(self.points[rows]), names, strict=True):
            yield Label(name, x, y, self.label_priority, self.label_color, 11, above=lift)

    def hit(self, view: MapView, x: float, y: float) -> Hit | None:
        """Find the nearest symbol under the pixel."""
        if not len(self.points):
            return None
        east, north = view.to_metres(x, y)
        distance = np.hypot(self.points[:, 0] - east, self.points[:, 1] - north) / view.metres_per_px
        n = int(np.argmin(distance))
        reach = self.size_in(view) / 2 + 3
        return Hit(self.table, str(self.ids[n]), float(distance[n])) if distance[n] <= reach else None

    def icon(self) -> QIcon:
        """The symbol."""
        return symbol_icon(self.swatch_symbol)


class SubstationLayer(PointLayer):
    """Substations with their names."""

    clear_denominator = float("inf")
    name, label, table, tables = "substations", N_("Substations"), "substations", ("substations",)
    size, small_size, swatch_symbol = 20.0, 18.0, "substation"
    label_denominator, label_priority = float("inf"), 95.0


class SwitchLayer(PointLayer):
    """Switches: shape by kind, filled red closed, hollow green open."""

    clear_denominator = 40_000.0
    name, label, table, node = "switches", N_("Switches"), "switches", "node_a"
    tables = ("switches", "connectivity_nodes")
    max_denominator, label_denominator, label_priority = 120_000, 7_000, 50.0
    swatch_symbol, small_size = "switch_load_break_switch_closed", 9.0

    def rows(self, project: Project) -> pd.DataFrame:
        """Every switch in service; drop-out fuses stand behind the others."""
        frame = project.frame("switches")
        return frame[frame["in_service"]].sort_values("kind", key=lambda kind: kind != "fuse", kind="stable")

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Read places, kinds, states and voltages."""
        frame = self.wanted_rows(project)
        nodes = project.table("connectivity_nodes")
        at = (
            nodes.positions(frame["node_a"].fillna("").tolist())
            if len(frame)
            else np.zeros(0, dtype=np.int64)
        )
        kv = np.full(len(at), np.nan)
        kv[at >= 0] = nodes.frame["nominal_kv"].to_numpy(dtype=float)[at[at >= 0]]
        self._low_voltage = kv <= 1.0
        super().build(project, plane)

    def symbol_names(self, frame: pd.DataFrame) -> np.ndarray:
        """By kind and position in the normal state; the present positions are kept beside them."""
        self.kinds = texts(frame["kind"])
        self.is_minor = (self.kinds == "fuse") | self._low_voltage[frame.index.to_numpy()]
        self.current_symbols = self._named(frame["open"].to_numpy(dtype=bool))
        return self._named(frame["normal_open"].to_numpy(dtype=bool))

    def _named(self, is_open: np.ndarray) -> np.ndarray:
        words = np.where(is_open, "open", "closed")
        return np.array([f"switch_{k}_{w}" for k, w in zip(self.kinds, words, strict=True)], dtype=object)

    def in_view(self, view: MapView, margin: float = 12) -> np.ndarray:
        """Fuses and low-voltage switches appear only when near: there is one at every transformer."""
        rows = super().in_view(view, margin)
        return rows if view.scale_denominator <= 8_000 else rows[~self.is_minor[rows]]

    def shown_symbols(self, state: MapState) -> np.ndarray:
        """As in the state shown; what the study opened or closed is drawn so."""
        shown = self.symbols if state.switch_state == "normal" else self.current_symbols
        if state.outage is None:
            return shown
        shown = shown.copy()
        for word, operated in (("open", state.outage.opened), ("closed", state.outage.closed)):
            for table, one in operated:
                if table == "switches":
                    at = np.flatnonzero(self.ids == one)
                    shown[at] = [f"switch_{self.kinds[n]}_{word}" for n in at]
        return shown

    def hit(self, view: MapView, x: float, y: float) -> Hit | None:
        """Only what is drawn can be hit."""
        rows = self.in_view(view)
        if not len(rows):
            return None
        east, north = view.to_metres(x, y)
        distance = np.hypot(self.points[rows, 0] - east, self.points[rows, 1] - north) / view.metres_per_px
        n = int(np.argmin(distance))
        reach = self.size_in(view) / 2 + 3
        return Hit(self.table, str(self.ids[rows[n]]), float(distance[n])) if distance[n] <= reach else None


class TransformerLayer(PointLayer):
    """Transformers: two circles, framed where dedicated, grey without supply."""

    clear_denominator = 16_000.0
    name, label, table, node = "transformers", N_("Transformers"), "power_transformers", "hv_node"
    tables = ("power_transformers", "connectivity_nodes")
    swatch_symbol, max_denominator, label_denominator = "transformer_public", 200_000, 9_000
    size, small_size = 15.0, 8.0

    def rows(self, project: Project) -> pd.DataFrame:
        """Those in service."""
        frame = project.frame("power_transformers")
        return frame[frame["in_service"]]

    def symbol_names(self, frame: pd.DataFrame) -> np.ndarray:
        """By use."""
        dedicated = (frame["usage"] == "dedicated").to_numpy(dtype=bool)
        symbols = np.where(dedicated, "transformer_dedicated", "transformer_public").astype(object)
        self.dead_symbols = symbols + "_dead"
        return symbols

    def shown_symbols(self, state: MapState) -> np.ndarray:
        """Grey where dead."""
        if state.outage is None:
            return self.symbols
        dead = state.outage.dead_transformers(self.table_rows)
        return self.symbols if dead is None else np.where(dead, self.dead_symbols, self.symbols)


class PoleLayer(PointLayer):
    """Poles with their names, when very near."""

    name, label, table, tables = "poles", N_("Poles"), "poles", ("poles",)
    size, small_size, swatch_symbol = 7.0, 5.0, "pole"
    max_denominator, label_denominator, label_priority, label_color = 12_000, 2_500, 10.0, theme.MUTED_INK


class BoxLayer(PointLayer):
    """Ring main units, branch and meter boxes, when near."""

    name, label, table, node, tables = (
        "boxes",
        N_("Boxes"),
        "junctions",
        "node",
        ("junctions", "connectivity_nodes"),
    )
    size, small_size, swatch_symbol, max_denominator = 9.0, 7.0, "branch_box", 6_000

    def symbol_names(self, frame: pd.DataFrame) -> np.ndarray:
        """By kind."""
        return texts(frame["kind"])


class PvLayer(PointLayer):
    """PV, batteries and own generators."""

    name, label, table, node, tables = (
        "pv",
        N_("PV and generators"),
        "pv_units",
        "node",
        ("pv_units", "connectivity_nodes"),
    )
    size, small_size, swatch_symbol, max_denominator = 12.0, 9.0, "pv", 30_000

    def symbol_names(self, frame: pd.DataFrame) -> np.ndarray:
        """By kind."""
        return texts(frame["kind"])


class ImportantLayer(PointLayer):
    """Important customers by grade, and sensitive ones."""

    clear_denominator = 40_000.0
    name, label, table, tables = "important", N_("Important customers"), "customers", ("customers",)
    size, small_size, swatch_symbol, label_denominator, label_priority = (
        14.0,
        12.0,
        "important_first",
        16_000,
        60.0,
    )

    def rows(self, project: Project) -> pd.DataFrame:
        """Customers with a grade or a sensitive kind, in use; the gravest on top."""
        frame = project.frame("customers")
        rank = frame["importance"].map({"temporary": 1, "second": 2, "first": 3, "special": 4}).fillna(0)
        chosen = ((rank > 0) | frame["sensitive_kind"].notna()) & (frame["status"] == "active")
        return frame[chosen].assign(rank=rank[chosen]).sort_values("rank", kind="stable")

    def symbol_names(self, frame: pd.DataFrame) -> np.ndarray:
        """By grade."""
        return np.array(
            [f"important_{one}" if one else "sensitive" for one in texts(frame["importance"])], dtype=object
        )

    def in_view(self, view: MapView, margin: float = 12) -> np.ndarray:
        """Merely sensitive customers are many: they appear when near."""
        rows = super().in_view(view, margin)
        return rows if view.scale_denominator <= 12_000 else rows[self.symbols[rows] != "sensitive"]

    def labels(self, view: MapView, state: MapState) -> Iterator[Label]:
        """Only graded customers, organisations all, are named: no persons on the map."""
        graded = (
            np.char.startswith(self.symbols.astype(str), "important_")
            if len(self.symbols)
            else np.zeros(0, dtype=bool)
        )
        if view.scale_denominator > self.label_denominator:
            return
        rows = self.in_view(view)
        rows = rows[graded[rows]]
        names = texts(pd.Series(self.names[rows]))
        for (x, y), name in zip(view.to_px(self.points[rows]), names, strict=True):
            yield Label(name, x, y, self.label_priority, theme.INK, 11, above=10)


class ManagerLayer(PointLayer):
    """Base points of the district managers."""

    clear_denominator = float("inf")
    name, label, table, tables = (
        "managers",
        N_("District managers"),
        "district_managers",
        ("district_managers",),
    )
    size, small_size, swatch_symbol = 20.0, 17.0, "manager"
    label_denominator, label_priority = 60_000, 70.0
    shown_at_start = False


class CustomerLayer(PointLayer):
    """Customers, counted into pixels: half a million take as long as a thousand."""

    name, label, table, tables = "customers", N_("Customers"), "customers", ("customers",)
    max_denominator = 16_000
    shown_at_start = False
    knobs = frozenset({"filter", "color"})
    own_color = "#6A7F2E"

    def symbol_names(self, frame: pd.DataFrame) -> np.ndarray:
        """Customers have no symbol of their own."""
        return np.empty(0, dtype=object)

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """Colour the pixels that hold a customer, a square of three each."""
        ratio = painter.device().devicePixelRatioF()
        width, height = round(view.width * ratio), round(view.height * ratio)
        cells = np.floor(view.to_px(self.points[self.in_view(view)]) * ratio).astype(np.int64)
        yield
        picture = np.zeros((height, width, 4), dtype=np.uint8)
        shade = QColor(self.look.color or self.own_color)
        color = (shade.blue(), shade.green(), shade.red(), 255)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                x, y = cells[:, 0] + dx, cells[:, 1] + dy
                inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
                picture[y[inside], x[inside]] = color
        yield
        image = QImage(picture.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(0, 0, image)
        yield

    def icon(self) -> QIcon:
        """A small box."""
        return swatch(self.look.color or self.own_color, "", 0)
