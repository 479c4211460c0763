"""What a web map shows: the layers of a station as GeoJSON, every text in them escaped."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis import theme
from gis.masking import MASKED, Disclosure
from gis.pages.grid_book import capacities
from gis.pages.grid_facts import GridFacts, customers_of_areas, person
from grid_model import schema
from grid_model.project import Project
from grid_model.table import plain
from resources.i18n import N_, _

DECIMALS = 6
"""Of a degree: a tenth of a metre."""

HIGHEST_MV = 25.0
"""kV; lines above it have the colour of their own voltage."""

SIMPLER_DEGREES = 1e-5
SIMPLER_METRES = 1.0


@dataclass(frozen=True)
class WebMapOptions:
    """Choices for a web map; see `gis.pages.options.PrintOptions` for their meaning."""

    public: bool = False
    scheme: str = ""
    state: str = "normal"
    disclosure: Disclosure = MASKED


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of the page.

    Parameters
    ----------
    features
        GeoJSON features; texts in their properties are escaped already.
    style
        How lines and areas are drawn; a property ``style`` of a feature wins.
    symbol
        Name of the symbol of points.
    shown
        Whether it is seen at first.
    """

    name: str
    title: str
    features: Sequence[Mapping[str, Any]]
    style: Mapping[str, Any]
    symbol: str = ""
    size: int = 16
    shown: bool = True


class Layers:
    """Makes the layers of one project."""

    def __init__(self, project: Project, options: WebMapOptions, grids: Sequence[GridFacts]) -> None:
        self.project = project
        self.options = options
        self.told = options.disclosure
        self.grids = grids

    def public(self) -> list[Layer]:
        return [self._grids(), *self._ground(), self._villages(named=True)]

    def internal(self) -> list[Layer]:
        return [
            self._grids(),
            self._areas(),
            *self._ground(),
            self._villages(named=False),
            *self._lines(),
            *self._transformers(),
            *self._switches(),
            self._points(
                "substations",
                _("Substations"),
                "substation",
                24,
                lambda row: [(_("Voltage"), _kv(row["nominal_kv"]))],
            ),
        ]

    # ------------------------------------------------------------ territory

    def _ground(self) -> list[Layer]:
        water = self.project.frame("base_features")
        water = water[water["kind"] == "water"]
        shapes = _shapes(self.project, water["geometry"])
        style = {"color": "#8FBBD6", "weight": 0.6, "fillColor": theme.WATER, "fillOpacity": 0.9}
        roads = self.project.frame("roads")
        lines = _shapes(self.project, roads["geometry"])
        road = {"color": theme.ROAD_CASING, "weight": 1.6, "opacity": 0.8}
        return [
            Layer("water", _("Water"), _features(shapes, _names(water["name"])), style),
            Layer("roads", _("Road"), _features(lines, _names(roads["name"])), road),
        ]

    def _villages(self, *, named: bool) -> Layer:
        rows = self.project.frame("villages")
        properties = [{"label": as_text(name), "kind": "village"} if named else {} for name in rows["name"]]
        # Not dashed: of two villages each draws their border, and dashes would fill one another's gaps.
        # Not to be clicked: whoever clicks means the grid or area below, and a fill would catch it.
        style = {"color": theme.VILLAGE_LINE, "weight": 1.4, "fill": False, "interactive": False}
        return Layer(
            "villages",
            _("Village border"),
            _features(_shapes(self.project, rows["geometry"]), properties),
            style,
        )

    def _grids(self) -> Layer:
        rows = self.project.frame("service_grids").iloc[[one.row for one in self.grids]]
        properties = []
        for one in self.grids:
            look = theme.tint(one.tint)
            managers = [f"{m.name} {m.phone}".strip() for m in one.managers]
            facts = [
                (_("Grid number"), one.number),
                (_("Mutual-aid group"), one.group),
                (_("District managers"), "\n".join(managers)),
                (_("Area count"), len(one.areas)),
                (_("Customer count"), one.customers),
            ]
            properties.append(
                {
                    "label": as_text(one.name),
                    "kind": "grid",
                    "popup": _popup(one.name, facts),
                    "style": {"color": look.line, "weight": 2.5, "fillColor": look.fill, "fillOpacity": 0.65},
                }
            )
        return Layer(
            "grids", _("Service grids"), _features(_shapes(self.project, rows["geometry"]), properties), {}
        )

    def _areas(self) -> Layer:
        rows = self.project.frame("transformer_areas")
        customers, kva = customers_of_areas(self.project), capacities(self.project)
        usage, feeders = _labels("transformer_areas", "usage"), _by_id(self.project, "feeders")
        managers = self.project.table("district_managers")
        villages = _by_id(self.project, "villages")
        grids = {area: one.name for one in self.grids for area in one.areas}
        properties = []
        for row in rows.to_dict("records"):
            manager = plain(row["manager"])
            who = person(self.project, manager, self.told) if manager and manager in managers else None
            facts = [
                (_("Area number"), row["id"]),
                (_("Use"), usage.get(row["usage"], "")),
                (_("Capacity"), f"{kva[row['id']]:g} kVA" if row["id"] in kva else ""),
                (_("Customer count"), customers.get(row["id"], 0)),
                (_("Feeder"), feeders.get(row["feeder"], plain(row["feeder"]) or "")),
                (_("Village"), villages.get(row["village"], plain(row["village"]) or "")),
                (_("Service grid"), grids.get(row["id"], "")),
                (_("District manager"), f"{who.name} {who.phone}".strip() if who else ""),
            ]
            name = plain(row["name"]) or row["id"]
            properties.append({"popup": _popup(name, facts), "tip": as_text(name)})
        style = {"color": "#8C9488", "weight": 0.8, "fillColor": "#FFFFFF", "fillOpacity": 0.05}
        shapes = _shapes(self.project, rows["geometry"], coverage=True)
        return Layer("areas", _("Transformer areas"), _features(shapes, properties), style)

    # ------------------------------------------------------------ network

    def _lines(self) -> list[Layer]:
        """Draw medium voltage by feeder and low voltage by area, which keeps the page small."""
        rows = self.project.frame("ac_line_segments")
        low = (rows["nominal_kv"] <= 1.0).to_numpy(dtype=bool)
        medium = self._merged(rows[~low], "feeder", _by_id(self.project, "feeders"), _("Feeder"))
        fine = self._merged(
            rows[low], "transformer_area", _by_id(self.project, "transformer_areas"), _("Transformer area")
        )
        return [
            Layer(
                "lv_lines",
                _("Low-voltage lines"),
                fine,
                {"color": theme.voltage_color(0.4), "weight": 1.2},
                shown=False,
            ),
            Layer("feeders", _("Feeders"), medium, {"color": theme.voltage_color(10), "weight": 2.6}),
        ]

    def _merged(self, rows: Any, by: str, names: Mapping[str, str], label: str) -> list[dict[str, Any]]:
        import shapely

        shapes = _routes(self.project, rows)
        lengths, keys = rows["length_m"].to_numpy(dtype=float), rows[by].fillna("").to_numpy(dtype=object)
        levels = rows["nominal_kv"].to_numpy(dtype=float)
        features = []
        for key in sorted(set(keys)):
            own = (keys == key) & ~shapely.is_missing(shapes)
            if own.any():
                joined = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(shapes[own])))
                name = names.get(key, key) or label
                level = np.nanmax(levels[own]) if np.isfinite(levels[own]).any() else np.nan
                facts = [
                    (_("Voltage"), _kv(level)),
                    (_("Length"), f"{np.nansum(lengths[own]) / 1000:.1f} km"),
                ]
                about: dict[str, Any] = {"popup": _popup(name, facts), "tip": as_text(name)}
                if level > HIGHEST_MV:
                    about["style"] = {"color": theme.voltage_color(level), "weight": 2.6}
                features += _features(np.array([joined]), [about])
        return features

    def _transformers(self) -> list[Layer]:
        rows = self.project.frame("power_transformers")
        areas = _by_id(self.project, "transformer_areas")

        def facts(row: Mapping[str, Any]) -> list[tuple[str, Any]]:
            area = plain(row["transformer_area"]) or ""
            return [
                (_("Rated power"), f"{row['rated_kva']:g} kVA" if plain(row["rated_kva"]) else ""),
                (_("Transformer area"), areas.get(area, area)),
            ]

        framed = (rows["usage"] == "dedicated").to_numpy(dtype=bool)
        return [
            self._points(
                "power_transformers",
                _("Public transformers"),
                "transformer_public",
                15,
                facts,
                ~framed,
                "public_transformers",
            ),
            self._points(
                "power_transformers",
                _("Dedicated transformers"),
                "transformer_dedicated",
                15,
                facts,
                framed,
                "dedicated_transformers",
            ),
        ]

    def _switches(self) -> list[Layer]:
        """Draw medium-voltage switches; closed fuses stand in a layer of their own that is off at first."""
        rows = self.project.frame("switches")
        nodes = self.project.table("connectivity_nodes")
        kv = np.append(nodes.frame["nominal_kv"].to_numpy(dtype=float), np.nan)
        medium = ~(kv[nodes.positions(rows["node_a"].fillna("").tolist())] <= 1.0)
        is_open = rows["normal_open" if self.options.state == "normal" else "open"].to_numpy(dtype=bool)
        kinds = _labels("switches", "kind")
        state = {False: _("closed"), True: _("open")}

        def facts(row: Mapping[str, Any]) -> list[tuple[str, Any]]:
            return [
                (_("Code"), row["id"]),
                (_("Kind"), kinds.get(row["kind"], "")),
                (_("Normal state"), state[bool(row["normal_open"])]),
                (_("State at present"), state[bool(row["open"])]),
                (_("Tie switch"), _("Yes") if row["is_tie"] else ""),
            ]

        layers = []
        for kind, label in kinds.items():
            for opened, pattern in ((False, N_("{kind}, closed")), (True, N_("{kind}, open"))):
                wanted = medium & (rows["kind"] == kind).to_numpy(dtype=bool) & (is_open == opened)
                if wanted.any():
                    name = f"switch_{kind}_{'open' if opened else 'closed'}"
                    shown = kind != "fuse" or opened
                    layers.append(
                        self._points(
                            "switches", _(pattern).format(kind=label), name, 14, facts, wanted, name, shown
                        )
                    )
        return layers

    def _points(
        self,
        table: str,
        title: str,
        symbol: str,
        size: int,
        facts: Any,
        wanted: np.ndarray | None = None,
        name: str = "",
        shown: bool = True,
    ) -> Layer:
        rows = self.project.frame(table)
        places = _places(self.project, table)
        keep = np.isfinite(places[:, 0]) & (np.ones(len(rows), dtype=bool) if wanted is None else wanted)
        features = []
        for row, (x, y) in zip(rows[keep].to_dict("records"), places[keep], strict=True):
            named = plain(row["name"]) or row["id"]
            features.append(
                {
                    "type": "Feature",
                    "geometry": {
                        "type": "Point",
                        "coordinates": [round(float(x), DECIMALS), round(float(y), DECIMALS)],
                    },
                    "properties": {"popup": _popup(named, facts(row)), "tip": as_text(named)},
                }
            )
        return Layer(name or table, title, features, {}, symbol, size, shown)


# ---------------------------------------------------------------- shapes and texts


def _shapes(project: Project, geometry: Any, *, coverage: bool = False) -> np.ndarray:
    """Read shapes and take out bends that nobody sees; neighbours in a coverage stay neighbours."""
    import shapely

    shapes: np.ndarray = shapely.from_wkb(geometry.to_numpy(dtype=object))
    tolerance = SIMPLER_DEGREES if project.geographic else SIMPLER_METRES
    known = ~shapely.is_missing(shapes)
    if coverage and known.any() and bool(shapely.coverage_is_valid(shapes[known])):
        shapes[known] = shapely.coverage_simplify(shapes[known], tolerance)
        return shapes
    simple: np.ndarray = shapely.simplify(shapes, tolerance)
    return simple


def _routes(project: Project, lines: Any) -> np.ndarray:
    """Give the routes of lines; one without a route runs straight between its nodes, as on paper."""
    import shapely

    routes = _shapes(project, lines["geometry"])
    nodes = project.table("connectivity_nodes")
    known = np.vstack([nodes.frame[["x", "y"]].to_numpy(dtype=float), [np.nan, np.nan]])
    lacking = np.flatnonzero(shapely.is_missing(routes) | shapely.is_empty(routes))
    ends = [
        known[nodes.positions(lines[end].iloc[lacking].fillna("").tolist())] for end in ("node_a", "node_b")
    ]
    pairs = np.stack(ends, axis=1)
    placed = np.isfinite(pairs).all(axis=(1, 2))
    routes[lacking] = None
    if placed.any():
        routes[lacking[placed]] = shapely.linestrings(pairs[placed])
    return routes


def _places(project: Project, table: str) -> np.ndarray:
    """Give the places of devices in project coordinates; without an own place that of the node."""
    rows = project.frame(table)
    places: np.ndarray = rows[["x", "y"]].to_numpy(dtype=float).copy()
    node = {"switches": "node_a", "power_transformers": "hv_node"}.get(table)
    if node:
        nodes = project.table("connectivity_nodes")
        known = np.vstack([nodes.frame[["x", "y"]].to_numpy(dtype=float), [np.nan, np.nan]])
        lacking = np.isnan(places[:, 0])
        places[lacking] = known[nodes.positions(rows[node].fillna("").tolist())][lacking]
    return places


def _features(shapes: np.ndarray, properties: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    import shapely

    return [
        {"type": "Feature", "geometry": _rounded(shapely.geometry.mapping(shape)), "properties": dict(about)}
        for shape, about in zip(shapes, properties, strict=True)
        if shape is not None and not shape.is_empty
    ]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, (list, tuple)):
        return [_rounded(one) for one in value]
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return value


def box_of(layers: Sequence[Layer]) -> tuple[float, float, float, float] | None:
    """Give the box around the grids, areas or network; water and roads do not count where there is more."""
    main = [layer for layer in layers if layer.name not in ("water", "roads")] or list(layers)
    points = np.array(
        [at for layer in main for one in layer.features for at in _corners(one["geometry"]["coordinates"])]
    )
    if not len(points):
        return None
    (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
    return float(left), float(low), float(right), float(high)


def _corners(coordinates: Any) -> Iterable[tuple[float, float]]:
    if isinstance(coordinates[0], float):
        yield coordinates[0], coordinates[1]
    else:
        yield from itertools.chain.from_iterable(map(_corners, coordinates))


def as_text(value: object) -> str:
    """Write a value as text of a page: no markup gets through, and no template of folium's either.

    folium renders what it has put into a page a second time, so braces in a name would be run.
    """
    text = "" if plain(value) is None else str(value)
    return html.escape(text, quote=True).replace("{", "&#123;").replace("}", "&#125;")


def _names(names: Iterable[Any]) -> list[dict[str, str]]:
    return [{"tip": as_text(name)} if plain(name) else {} for name in names]


def _popup(title: str, facts: Iterable[tuple[str, Any]]) -> str:
    rows = "".join(
        f"<tr><th>{as_text(label)}</th><td>{as_text(value).replace(chr(10), '<br>')}</td></tr>"
        for label, value in facts
        if value not in ("", None)
    )
    return f"<b>{as_text(title)}</b><table>{rows}</table>"


def _labels(table: str, column: str) -> dict[str, str]:
    return {one.code: _(one.label) for one in schema.table(table).column(column).choices}


def _by_id(project: Project, table: str) -> dict[str, str]:
    rows = project.frame(table)
    return {one: plain(name) or one for one, name in zip(rows["id"], rows["name"], strict=True)}


def _kv(value: Any) -> str:
    return f"{value:g} kV" if plain(value) else ""
