"""Draw the layers of a station into a map frame, keep the legend of what was drawn, and place the names.

Order on the paper: ground, grids, areas, roads, lines, outlines, devices, names. The network never comes
on a sheet for posting; which layers are drawn is the caller's choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

import numpy as np
import pandas as pd

from gis import theme
from gis.pages.frame import MapFrame
from gis.pages.grid_facts import GridFacts
from gis.pages.hatching import hatch_dots, hatch_lines
from gis.pages.items import Areas, Clip, Dots, Item, Lines, Pen, Rect, Underlay
from gis.pages.items import Symbols as SymbolItem
from gis.pages.labels import Label, Placed
from gis.pages.legend import Entry, circle
from gis.pages.map_names import MapNames
from gis.pages.plan import Shapes, StationPlan
from gis.theme import tint
from grid_model import schema
from grid_model.table import plain
from resources.i18n import N_, _, ngettext

GRID_OPACITY, GRID_OPACITY_OVER_BASE_MAP = 0.8, 0.3
AREA_OPACITY_OVER_BASE_MAP = 0.5
"""Fills that tell something stay stronger than those of grids."""
"""Woods and hills shine through the grids a little, base maps more."""

TRANSFORMER_MM = 2.6
LV_FINEST_SCALE = 25_000
"""From this denominator on low-voltage lines are too fine to be drawn."""


class Drawing(MapNames):
    """One map in the making."""

    def __init__(self, plan: StationPlan, frame: MapFrame, unit: float) -> None:
        super().__init__(plan, frame, unit)
        self._items: list[Item] = []
        self._entries: dict[str, Entry] = {}

    # ------------------------------------------------------------ ground and borders

    def ground(self) -> None:
        """Draw what lies under the grids: base maps, else hills, woods and built-up land."""
        if not self.plan.base_maps:
            self._base(("hill", "wood", "built_up"))
            return
        place, frame = self.frame.place, self.frame
        self._items.append(
            Underlay(
                place.x, place.y, place.width, place.height,
                frame.east, frame.north, frame.scale, self.plan.meridian, self.plan.base_maps,
            )
        )  # fmt: skip
        names = _("、").join(PurePath(file).name for file, _system in self.plan.base_maps)
        self._entry("base-map", 70, _("Base map: {file}").format(file=names))

    def water_and_roads(self) -> None:
        """Draw water and roads, which are seen through no fill: they come after the grids."""
        self._base(("water",))
        self._roads()

    def _base(self, kinds: Sequence[str]) -> None:
        base = self.plan.project.frame("base_features")
        shapes = self.plan.shapes("base_features")
        labels = {one.code: one.label for one in schema.table("base_features").column("kind").choices}
        for kind in kinds:
            pieces, _rows = self.frame.cut(shapes, np.flatnonzero(base["kind"] == kind))
            if len(pieces):
                color = theme.BASE_COLORS[kind]
                self._items.append(self.frame.areas(pieces, color))
                self._entry("base-" + kind, 60, _(labels[kind]), fill=color, pen=Pen("#C9C9C4", 0.1))

    def _roads(self) -> None:
        roads = self.plan.project.frame("roads")
        shapes = self.plan.shapes("roads")
        drawn = False
        for road_class, px in reversed(theme.ROAD_WIDTHS_PX.items()):
            if road_class == "track" and self.frame.scale > 25_000:
                continue
            pieces, _rows = self.frame.cut(shapes, np.flatnonzero(roads["road_class"] == road_class))
            if len(pieces):
                wide = px * 0.2 * self.unit
                self._items.append(self.frame.lines(pieces, Pen(theme.ROAD_CASING, wide + 0.16 * self.unit)))
                self._items.append(self.frame.lines(pieces, Pen("#F6F0E2", wide)))
                drawn = True
        if drawn:
            casing = Pen(theme.ROAD_CASING, 0.76 * self.unit)
            self._entry("roads", 58, _("Road"), pen=casing, core=Pen("#F6F0E2", 0.6 * self.unit))

    def station(self, *, alone: bool = False) -> None:
        """Draw the boundary of the station; `alone` wipes out other borders that run along it."""
        pieces, _rows = self.frame.cut(self.plan.shapes("stations"))
        if len(pieces):
            if alone:
                self._items.append(self.frame.lines(pieces, Pen(theme.PAPER, 0.95 * self.unit)))
            pen = Pen(
                theme.STATION_LINE,
                0.55 * self.unit,
                (3.2 * self.unit, 0.9 * self.unit, 0.6 * self.unit, 0.9 * self.unit),
            )
            self._items.append(self.frame.lines(pieces, pen))
            self._entry("station", 50, _("Station boundary"), pen=pen)

    def villages(self, *, named: bool, size: float = 2.5, filled: bool = False) -> None:
        """Draw village borders and, where `named`, their names."""
        pieces, rows = self.frame.cut(self.plan.shapes("villages"))
        if not len(pieces):
            return
        pen = Pen(theme.VILLAGE_LINE, 0.22 * self.unit, (1.8 * self.unit, 0.9 * self.unit))
        if filled:
            self._items.append(self.frame.areas(pieces, theme.GROUND))
        borders, _rows = self.frame.cut(self.plan.borders("villages"))
        self._items.append(self.frame.lines(borders, pen))
        self._entry("villages", 51, _("Village border"), pen=pen)
        if named:
            names = self.plan.project.frame("villages")["name"]
            self._area_names(pieces, names.iloc[rows], size, "#6C5580", priority=30)

    # ------------------------------------------------------------ areas and grids

    def areas(self, *, filled: bool, rows: np.ndarray | None = None, fill: str = theme.AREA_FILL) -> None:
        """Draw the outlines of transformer areas; generated ones are said to be."""
        shapes = self.plan.shapes("transformer_areas")
        pieces, found = self.frame.cut(shapes, rows)
        if not len(pieces):
            return
        if filled and not self.plan.base_maps:
            self._items.append(self.frame.areas(pieces, fill))
        pen = Pen("#98A094", 0.14 * self.unit)
        self._items.append(self.frame.lines(pieces, pen))
        source = self.plan.project.frame("transformer_areas")["outline_source"].iloc[found]
        label = (
            _("Transformer area (outline generated)")
            if (source == "generated").any()
            else _("Transformer area")
        )
        self._entry("areas", 40, label, fill=fill if filled else "#FFFFFF", pen=pen)

    def grids(self, facts: Sequence[GridFacts], *, hatched: bool = True, in_legend: bool = True) -> None:
        """Fill the service grids with their tints and hatches; the legend names them each or at once."""
        shapes = self.plan.shapes("service_grids")
        for one in facts:
            pieces, _rows = self.frame.cut(shapes, np.array([one.row]))
            if not len(pieces):
                continue
            look = tint(one.tint)
            through = GRID_OPACITY_OVER_BASE_MAP if self.plan.base_maps else GRID_OPACITY
            self._items.append(replace(self.frame.areas(pieces, look.fill), opacity=through))
            if hatched:
                self._hatch(pieces, look)
            if not in_legend:
                hatch = look.hatch if hatched else ""
                pen = Pen(look.line, 0.4 * self.unit)
                label = _("Service grid, each in its own colour")
                self._entry("grids", 30, label, fill=look.fill, hatch=hatch, pen=pen)
            if in_legend:
                self._entry(
                    "grid-" + one.id,
                    30,
                    one.name,
                    fill=look.fill,
                    hatch=look.hatch if hatched else "",
                    pen=Pen(look.line, 0.4 * self.unit),
                )

    def _hatch(self, pieces: np.ndarray, look: theme.Tint) -> None:
        """Hatch on the sheet's millimetres, so that the hatch looks alike at every scale."""
        import shapely

        area = shapely.union_all(shapely.transform(pieces, self.frame.to_page))
        spacing = 3.0 * self.unit
        color = blend(look.line, look.fill, 0.45)
        if look.hatch == "dots":
            self._items.append(Dots(hatch_dots(area, spacing), 0.2 * self.unit, color))
            return
        lines = hatch_lines(area, look.hatch, spacing)
        if len(lines):
            points, owner = shapely.get_coordinates(lines, return_index=True)
            starts = np.searchsorted(owner, np.arange(len(lines) + 1))
            self._items.append(Lines(points, starts, Pen(color, 0.13 * self.unit)))

    def grid_outlines(self, facts: Sequence[GridFacts], *, color: str = "", label: str = "") -> None:
        """Draw the borders of the service grids over the network.

        Parameters
        ----------
        color
            One colour for all of them, told in the legend; empty: to each its own, as its fill has it.
        label
            What the legend calls them then.
        """
        shapes = self.plan.shapes("service_grids")
        for one in facts:
            pieces, _rows = self.frame.cut(shapes, np.array([one.row]))
            if len(pieces):
                pen = Pen(color or tint(one.tint).line, 0.7 * self.unit)
                self._items.append(self.frame.lines(pieces, pen))
                if color:
                    self._entry("grid-borders", 49, label or _("Border of a service grid"), pen=pen)

    def veil(self, shown: np.ndarray, opacity: float = 0.72, *, remark: str = "") -> None:
        """Grey out everything outside some areas (shapely, metres); the legend makes the remark."""
        import shapely

        left, low, right, high = self.frame.box
        outside = shapely.difference(shapely.box(left, low, right, high), shapely.union_all(shown))
        made = self.frame.areas(np.array([outside]), theme.PAPER)
        self._items.append(Areas(made.points, made.starts, made.firsts, "#F7F7F5", None, opacity))
        if remark:
            self._entry("veil", 68, remark)

    def beyond_the_station(self) -> None:
        """Grey out the ground outside the station's boundary, where there is one."""
        pieces, _rows = self.frame.cut(self.plan.shapes("stations"))
        if len(pieces):
            self.veil(pieces, 0.6)

    def fill_areas(self, rows: np.ndarray, fill: str, label: str, key: str, *, hatch: str = "") -> None:
        """Fill some transformer areas in a colour of their own and name them in the legend."""
        pieces, _rows = self.frame.cut(self.plan.shapes("transformer_areas"), rows)
        if not len(pieces):
            return
        pen = Pen(theme.MUTED_INK, 0.2 * self.unit)
        through = AREA_OPACITY_OVER_BASE_MAP if self.plan.base_maps else 1.0
        self._items.append(replace(self.frame.areas(pieces, fill, pen), opacity=through))
        if hatch:
            self._hatch(pieces, theme.Tint(fill, theme.MUTED_INK, hatch))
        self._entry(key, 20, label, fill=fill, pen=pen, hatch=hatch)

    def ring_areas(self, rows: np.ndarray, label: str, key: str) -> None:
        """Draw a thick dashed line round some transformer areas, inside their border.

        Neighbours share one ring; drawn twice, dashes would run together; upon the border they would hide it.
        """
        import shapely

        shapes = self.plan.shapes("transformer_areas")
        near = np.intersect1d(shapes.within(self.frame.box), rows)
        if not len(near):
            return
        pen = Pen(theme.SWITCH_CLOSED, 0.9 * self.unit, (2.0 * self.unit, 0.9 * self.unit))
        mm = self.unit * self.frame.scale / 1000
        parts = shapely.get_parts(shapely.union_all(shapes.geometry[near]))
        inner = shapely.simplify(shapely.buffer(parts, -0.8 * mm), 0.1 * mm)
        self._items.append(self.frame.lines(np.where(shapely.is_empty(inner), parts, inner), pen))
        self._entry(key, 19, label, pen=pen)

    def area_values(self, values: Sequence[str], bold: np.ndarray, size: float = 2.4) -> None:
        """Write a short text inside each transformer area (by row), those of `bold` first and bold."""
        pieces, rows = self.frame.cut(self.plan.shapes("transformer_areas"))
        for piece, row in zip(pieces, rows, strict=True):
            at = self._inner_point(np.array([piece]))
            if at is not None:
                strong = bool(np.isin(row, bold))
                line = ((values[row], size * self.unit, theme.INK, strong),)
                self._labels.append(
                    Label(at[0], at[1], line, 5 if strong else 18, room=3 * self.unit, kind="value")
                )

    # ------------------------------------------------------------ network

    def lines(self, *, dead: np.ndarray | None = None) -> None:
        """Draw the line segments by voltage; `dead` marks (by row) those without supply, grey and dashed."""
        rows = self.plan.project.frame("ac_line_segments")
        shapes = self.plan.lines()
        kv = rows["nominal_kv"].to_numpy(dtype=float)
        levels = np.array([_level(one) for one in kv], dtype=float)
        is_dead = np.zeros(len(rows), dtype=bool) if dead is None else dead
        for level in np.unique(levels):
            of_level = levels == level
            if level == 0.4 and self.frame.scale > LV_FINEST_SCALE:
                continue
            wide = (0.18 if level == 0.4 else 0.42 if level <= 25 else 0.6) * self.unit
            self._lines_of(shapes, np.flatnonzero(of_level & ~is_dead), level, wide)
            pieces, _rows = self.frame.cut(shapes, np.flatnonzero(of_level & is_dead))
            if len(pieces):
                if level != 0.4:
                    self._items.append(self.frame.lines(pieces, Pen(theme.PAPER, wide * 2.6)))
                pen = Pen(blend(theme.DEAD, theme.INK, 0.6), wide * 1.25, (1.6 * self.unit, 0.9 * self.unit))
                self._items.append(self.frame.lines(pieces, pen))
                self._entry("dead", 13, _("Line without supply"), pen=pen)

    def _lines_of(self, shapes: Shapes, rows: np.ndarray, level: float, wide: float) -> None:
        pieces, _rows = self.frame.cut(shapes, rows)
        if len(pieces):
            pen = Pen(theme.voltage_color(level or float("nan")), wide)
            self._items.append(self.frame.lines(pieces, pen))
            label = _("{kv} kV line").format(kv=f"{level:g}") if level else _("Line of unknown voltage")
            self._entry(f"line-{level}", 10, label, pen=pen)

    def switches(self, open_now: pd.Series, size: float = 2.1, named: np.ndarray | None = None) -> None:
        """Draw the switches as open or closed.

        Low-voltage switches and closed fuses are left out on small scales, and wherever they would cover
        the transformer they stand at; the legend says so.

        Parameters
        ----------
        named
            Which switches (by row) get their name; the ties where None.
        """
        rows = self.plan.project.frame("switches")
        places = self.plan.points("switches")
        inside = self.frame.inside(places)
        small = self._small_switches() & ~open_now.to_numpy(dtype=bool)
        if self.frame.scale > LV_FINEST_SCALE / 2 and (inside & small).any():
            inside &= ~small
            self._entry("no-fuses", 69, _("Not drawn: closed fuses, low-voltage switches"))
        covering = np.flatnonzero(inside & small)
        covering = covering[self._at_transformers(places[covering], size)]
        if len(covering):
            inside[covering] = False
            told = _("Not drawn at transformers: closed fuses, low-voltage switches")
            self._entry("no-fuses", 69, told)
        names = np.where(open_now.to_numpy(dtype=bool), "_open", "_closed")
        keys = rows["kind"].to_numpy(dtype=object) + names
        kinds = {choice.code: choice.label for choice in schema.table("switches").column("kind").choices}
        for key in sorted(set(keys[inside])):
            at = inside & (keys == key)
            kind, _state, state = key.rpartition("_")
            label = _("{kind}, open") if state == "open" else _("{kind}, closed")
            self._symbols("switch_" + key, places[at], size, 15, label.format(kind=_(kinds[kind])))
        wanted = rows["is_tie"].to_numpy(dtype=bool) if named is None else named
        self._point_names(
            places, rows["name"], np.flatnonzero(inside & wanted), size, 2.0, theme.MUTED_INK, 24
        )

    def _at_transformers(self, places: np.ndarray, size: float) -> np.ndarray:
        """Tell which places are so near to a transformer that its symbol would be covered."""
        import shapely

        known = self.plan.points("power_transformers")
        known = known[self.frame.inside(known)]
        apart = 0.45 * (size + TRANSFORMER_MM) * self.unit * self.frame.scale / 1000
        tree = shapely.STRtree(shapely.points(known))
        found = np.zeros(len(places), dtype=bool)
        found[tree.query(shapely.points(places), predicate="dwithin", distance=apart)[0]] = True
        return found

    def operated(self, rows: np.ndarray, open_now: pd.Series, size: float = 2.6) -> None:
        """Ring and name the switches that were operated, and draw them over whatever stands there."""
        places = self.plan.points("switches")
        shown = np.flatnonzero(rows & self.frame.inside(places))
        if not len(shown):
            return
        kinds = self.plan.project.frame("switches")["kind"]
        at = self.frame.to_page(places[shown])
        for row, place in zip(shown, at, strict=True):
            name = f"switch_{kinds.iat[row]}_{'open' if open_now.iat[row] else 'closed'}"
            self._items.append(SymbolItem(name, place[None, :], size * self.unit))
        pen = Pen(theme.ACCENT, 0.5 * self.unit)
        names = self.plan.project.frame("switches")["name"]
        ring = 2.6
        self._point_names(places, names, shown, 2 * ring, 2.6, theme.INK, 1, bold=True)
        circles = [circle(x, y, ring * self.unit) for x, y in at]
        for x, y in at:
            side = 2 * ring * self.unit
            self.crowd.add(Rect(x - side / 2, y - side / 2, side, side))
        starts = np.arange(len(circles) + 1) * len(circles[0])
        self._items.append(Lines(np.vstack(circles), starts, pen))
        self._entries["operated"] = Entry(12, _("Operated device"), pen=pen, ring=True)

    def _small_switches(self) -> np.ndarray:
        """Tell which switches are fuses or stand on low voltage."""
        rows = self.plan.project.frame("switches")
        nodes = self.plan.project.table("connectivity_nodes")
        at = nodes.positions(rows["node_a"].fillna("").tolist())
        kv = np.append(nodes.frame["nominal_kv"].to_numpy(dtype=float), np.nan)[at]
        small: np.ndarray = (rows["kind"] == "fuse").to_numpy(dtype=bool) | (kv <= 1.0)
        return small

    def transformers(self, size: float = TRANSFORMER_MM, *, dead: np.ndarray | None = None) -> None:
        """Draw the distribution transformers, dedicated ones framed; `dead` marks those without supply."""
        rows = self.plan.project.frame("power_transformers")
        places = self.plan.points("power_transformers")
        inside = self.frame.inside(places)
        dedicated = (rows["usage"] == "dedicated").to_numpy(dtype=bool)
        is_dead = np.zeros(len(rows), dtype=bool) if dead is None else dead
        size = self._fitting(size, int(inside.sum()))
        for framed, label in ((False, N_("Public transformer")), (True, N_("Dedicated transformer"))):
            name = "transformer_dedicated" if framed else "transformer_public"
            self._symbols(name, places[inside & (dedicated == framed) & ~is_dead], size, 16, _(label))
            dead_label = _("{kind}, without supply").format(kind=_(label))
            self._symbols(
                name + "_dead", places[inside & (dedicated == framed) & is_dead], size, 17, dead_label
            )

    def substations(self) -> None:
        """Draw and name the substations."""
        rows = self.plan.project.frame("substations")
        places = self.plan.points("substations")
        inside = self.frame.inside(places)
        self._symbols("substation", places[inside], 5.2, 14, _("Substation"))
        self._point_names(places, rows["name"], np.flatnonzero(inside), 5.2, 3.0, theme.INK, 2, bold=True)

    def feeder_names(self) -> None:
        """Name each feeder along its line, near the middle of what is seen of it."""
        import shapely

        rows = self.plan.project.frame("ac_line_segments")
        feeders = self.plan.project.frame("feeders").set_index("id")["name"]
        shapes = self.plan.lines()
        medium = (rows["nominal_kv"] > 1.0).to_numpy(dtype=bool) & rows["feeder"].notna().to_numpy()
        near = np.intersect1d(shapes.within(self.frame.box), np.flatnonzero(medium))
        if not len(near):
            return
        middles = shapely.get_coordinates(
            shapely.line_interpolate_point(shapes.geometry[near], 0.5, normalized=True)
        )
        seen = self.frame.inside(middles)
        table = pd.DataFrame(
            {"feeder": rows["feeder"].to_numpy()[near], "x": middles[:, 0], "y": middles[:, 1]}
        )
        for feeder, part in table[seen].groupby("feeder"):
            name = plain(feeders.get(feeder)) if feeder in feeders.index else None
            if not name:
                continue
            away = (part["x"] - part["x"].mean()) ** 2 + (part["y"] - part["y"].mean()) ** 2
            at = self.frame.to_page(part.loc[[away.idxmin()], ["x", "y"]].to_numpy())[0]
            line = ((name, 2.5 * self.unit, theme.voltage_color(10), True),)
            self._labels.append(Label(at[0], at[1], line, 6, gap_mm=1.2 * self.unit))

    def pv_units(self, size: float = 2.4) -> None:
        """Draw PV, storage and generators, where the scale leaves room for them."""
        rows = self.plan.project.frame("pv_units")
        places = self.plan.points("pv_units")
        inside = self.frame.inside(places)
        if self.frame.scale > LV_FINEST_SCALE / 2:
            if inside.any():
                self._entry("no-pv", 70, _("Not drawn: PV, storage, generators"))
            return
        for choice in schema.table("pv_units").column("kind").choices:
            at = inside & (rows["kind"] == choice.code).to_numpy(dtype=bool)
            self._symbols(choice.code, places[at], size, 21, _(choice.label))

    def important_customers(self, size: float = 3.0) -> None:
        """Draw the stars of important customers, by grade."""
        rows = self.plan.project.frame("customers")
        places = self.plan.points("customers")
        inside = self.frame.inside(places) & (rows["status"] == "active").to_numpy(dtype=bool)
        for choice in reversed(schema.table("customers").column("importance").choices):
            at = inside & (rows["importance"] == choice.code).to_numpy(dtype=bool)
            label = _("Important customer, {grade}").format(grade=_(choice.label))
            self._symbols("important_" + choice.code, places[at], size, 18, label)

    def managers(self, managers: Sequence[tuple[str, str]]) -> None:
        """Draw the base points of managers with the names that may be told."""
        table = self.plan.project.table("district_managers")
        places = self.plan.points("district_managers")
        rows = table.positions([one for one, _name in managers])
        inside = self.frame.inside(places)
        shown = [row for row in rows if row >= 0 and inside[row]]
        self._symbols("manager", places[shown], 4.0, 22, _("District manager's base"))
        told = dict(managers)
        names = table.frame["id"].map(lambda one: told.get(one, ""))
        self._point_names(places, names, np.array(shown, dtype=int), 4.0, 2.4, theme.ACCENT, 4)

    def _symbols(self, name: str, places: np.ndarray, size: float, rank: int, label: str) -> None:
        if not len(places):
            return
        at = self.frame.to_page(places)
        side = size * self.unit
        self._items.append(SymbolItem(name, at, side))
        self._entry(name, rank, label, symbol=name)
        for x, y in at:
            self.crowd.add(Rect(x - side / 2, y - side / 2, side, side))

    def _fitting(self, size: float, count: int) -> float:
        """Make symbols smaller where many stand on the map: together they may cover a thirtieth of it."""
        if not count:
            return size
        room = self.frame.place.width * self.frame.place.height / 30
        return float(min(size, max((room / count) ** 0.5 / self.unit, 1.0)))

    # ------------------------------------------------------------ the result

    def _entry(
        self,
        key: str,
        rank: int,
        label: str,
        *,
        symbol: str = "",
        pen: Pen | None = None,
        fill: str = "",
        hatch: str = "",
        core: Pen | None = None,
    ) -> None:
        self._entries.setdefault(key, Entry(rank, label, symbol, pen, fill, hatch, core=core))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The legend: what was drawn."""
        return tuple(self._entries.values())

    def tell_left_out(self) -> None:
        """Say in the legend which names of grids, how many of areas and how many figures find no room."""
        self.place_names()
        names = [one.lines[0][0] for one in self.left_out if one.kind == "grid"]
        if names:
            told = _("No room for the name of: {names}").format(names=_("、").join(names))
            self._entry("grids-unnamed", 72, told)
        areas = sum(one.kind == "area" for one in self.left_out)
        if areas:
            told = ngettext(
                "No room for the name of {count} area", "No room for the names of {count} areas", areas
            )
            self._entry("areas-unnamed", 72, told.format(count=areas))
        figures = sum(one.kind == "value" for one in self.left_out)
        if figures:
            told = ngettext(
                "No room for the figure of {count} area", "No room for the figures of {count} areas", figures
            )
            self._entry("areas-untold", 73, told.format(count=figures))

    def finish(self) -> list[Item]:
        """Place the names and give the map, cut to its frame."""
        placed = self.place_names()
        named = [item for one in _back_to_front(placed) for item in one.items(theme.HALO)]
        place = self.frame.place
        return [Clip(place.x, place.y, place.width, place.height, (*self._items, *named))]


def _back_to_front(placed: Sequence[Placed]) -> list[Placed]:
    return sorted(placed, key=lambda one: -one.label.priority)


def _level(kv: float) -> float:
    """Put a voltage into its level: 0.4, 6, 10, 20, 35, 110, 220 kV; 0 where it is unknown."""
    if kv != kv:
        return 0.0
    limits = ((1.0, 0.4), (9.0, 6.0), (15.0, 10.0), (25.0, 20.0), (70.0, 35.0), (160.0, 110.0))
    return next((level for limit, level in limits if kv <= limit), 220.0)


def blend(over: str, under: str, share: float) -> str:
    """Mix two colours, `share` of the first."""
    mixed = [
        round(int(over[n : n + 2], 16) * share + int(under[n : n + 2], 16) * (1 - share)) for n in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02X}" for part in mixed)
