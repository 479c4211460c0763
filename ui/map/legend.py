"""The legend of what is on the map now: what each layer draws in this view, and what it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from PySide6.QtGui import QIcon

from gis import theme
from gis.tints import grid_tints, group_tints
from grid_model import schema
from grid_model.project import Project
from resources.i18n import N_, _
from ui.formats import choice_label
from ui.map.area_layers import AreaLayer, BaseLayer, TransformerAreaLayer, scheme_shown
from ui.map.layer import Layer
from ui.map.line_layers import LineLayer, PowerLineLayer, RoadLayer
from ui.map.overlay import MapState
from ui.map.paint import swatch, symbol_icon
from ui.map.point_layers import PointLayer
from ui.map.view import MapView

MOST = 14
"""Entries listed for one layer."""

SWITCH_STATES = {"closed": N_("{kind}, closed"), "open": N_("{kind}, open")}
TRANSFORMERS = {
    "transformer_public": N_("Public transformer"),
    "transformer_dedicated": N_("Dedicated transformer"),
    "transformer_public_dead": N_("Public transformer without supply"),
    "transformer_dedicated_dead": N_("Dedicated transformer without supply"),
}


@dataclass(frozen=True)
class Entry:
    """A swatch and what it stands for."""

    icon: QIcon
    text: str


@dataclass(frozen=True)
class Legend:
    """What a layer draws in a view.

    Parameters
    ----------
    count
        How many things of it lie in the view; −1 where that is not counted.
    entries
        What is told apart among them; empty where the layer has one look.
    more
        How many entries there were no room for.
    """

    count: int
    entries: tuple[Entry, ...] = ()
    more: int = 0


NOT_COUNTED = Legend(-1)


def legend_of(layer: Layer, project: Project, view: MapView, state: MapState) -> Legend:
    """Tell what `layer`, built for `project`, draws in `view`."""
    if isinstance(layer, PointLayer):
        rows = layer.in_view(view, 4)
        return _legend(len(rows), _symbols(layer, rows, state))
    if isinstance(layer, LineLayer):
        level = layer.detail.at(view.metres_per_px)
        rows = np.unique(layer.shapes.rows[level.parts[level.touching(view.box)]])
        limits = np.array([layer.style_denominator(n) for n in range(int(layer.styles.max(initial=-1)) + 1)])
        rows = rows[view.scale_denominator <= limits[layer.styles[rows]]] if len(rows) else rows
        return _legend(len(rows), _lines(layer, rows))
    if isinstance(layer, AreaLayer):
        rows = layer.rows_in_view(view)
        return _legend(len(rows), _areas(layer, rows, project, state))
    return NOT_COUNTED


def _legend(count: int, entries: Iterator[Entry]) -> Legend:
    listed = list(entries)
    return Legend(count, tuple(listed[:MOST]), max(0, len(listed) - MOST))


def _symbols(layer: PointLayer, rows: np.ndarray, state: MapState) -> Iterator[Entry]:
    names = layer.shown_symbols(state)
    if not len(names):
        return
    found = pd.unique(pd.Series(names[rows], dtype=object))
    if len(found) > 1 or layer.name == "switches":
        for name in sorted(found):
            yield Entry(symbol_icon(name), symbol_text(name))


def symbol_text(name: str) -> str:
    """Say what a symbol stands for."""
    if name in TRANSFORMERS:
        return _(TRANSFORMERS[name])
    if name.startswith("switch_"):
        kind, _sign, position = name.removeprefix("switch_").rpartition("_")
        word = choice_label(schema.table("switches").column("kind"), kind)
        return _(SWITCH_STATES[position]).format(kind=word)
    if name.startswith("important_"):
        return choice_label(schema.table("customers").column("importance"), name.removeprefix("important_"))
    if name == "sensitive":
        return _("Sensitive customer")
    for table in ("junctions", "pv_units"):
        column = schema.table(table).column("kind")
        if name in column.codes:
            return choice_label(column, name)
    return name


def _lines(layer: LineLayer, rows: np.ndarray) -> Iterator[Entry]:
    styles = sorted(set(layer.styles[rows].tolist()))
    if isinstance(layer, PowerLineLayer) and len(styles) > 1:
        for n in styles:
            kv = float(layer.levels[n])
            color = layer.look.color or theme.voltage_color(kv)
            yield Entry(swatch(line=color, width=layer.width + 0.6, as_line=True), f"{kv:g} kV")
    elif isinstance(layer, RoadLayer) and len(styles) > 1:
        column = schema.table("roads").column("road_class")
        for n in styles:
            name = layer.classes[n]
            icon = swatch(line=theme.ROAD_CASING, width=theme.ROAD_WIDTHS_PX[name], as_line=True)
            yield Entry(icon, choice_label(column, name))


def _areas(layer: AreaLayer, rows: np.ndarray, project: Project, state: MapState) -> Iterator[Entry]:
    if isinstance(layer, BaseLayer):
        column = schema.table("base_features").column("kind")
        drawn = {"water"} if state.over_base_map else set(theme.BASE_COLORS)
        for kind in sorted(set(layer.kinds[rows].tolist()) & drawn):
            yield Entry(swatch(theme.BASE_COLORS[kind]), choice_label(column, kind))
    elif isinstance(layer, TransformerAreaLayer) and state.area_fill in FILLED_BY:
        numbers = set(layer.tints(state)[rows].tolist())
        yield from FILLED_BY[state.area_fill](project, scheme_shown(project, state.scheme), numbers)
        if -1 in numbers:
            yield Entry(swatch(theme.AREA_FILL, theme.AREA_LINE, 1.2), _("In none"))


def _by_tint(names: dict[str, str], tints: dict[str, int], numbers: set[int]) -> Iterator[Entry]:
    for one, number in tints.items():
        if number in numbers:
            tint = theme.tint(number)
            yield Entry(swatch(tint.fill, tint.line, 1.2), names.get(one) or one)


def _names(project: Project, table: str) -> dict[str, str]:
    frame = project.frame(table)
    return dict(zip(frame["id"].astype(str), frame["name"].fillna("").astype(str), strict=True))


def _managers(project: Project, _scheme: str, numbers: set[int]) -> Iterator[Entry]:
    tints = {str(one): n for n, one in enumerate(project.frame("district_managers")["id"])}
    return _by_tint(_names(project, "district_managers"), tints, numbers)


def _groups(project: Project, scheme: str, numbers: set[int]) -> Iterator[Entry]:
    return _by_tint(_names(project, "mutual_aid_groups"), group_tints(project, scheme), numbers)


def _grids(project: Project, scheme: str, numbers: set[int]) -> Iterator[Entry]:
    return _by_tint(_names(project, "service_grids"), grid_tints(project, scheme), numbers)


FILLED_BY: dict[str, Callable[[Project, str, set[int]], Iterator[Entry]]] = {
    "manager": _managers,
    "group": _groups,
    "grid": _grids,
}
"""Who lists the names behind the tints of a fill."""
