"""Put switches and transformers into lines, and move a place with everything that stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from gis.editing.lines import put_route, split
from gis.editing.places import free_id, insert_node, near, place_of_node, route_of
from gis.measuring import MetricPlane
from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Draft, Project
from grid_model.schema_network import PROTECTIVE_KINDS
from resources.i18n import N_


@dataclass(frozen=True)
class InsertSwitch:
    """Put a switch into a line at the point nearest to x, y; the line is parted by it.

    Parameters
    ----------
    switch
        Columns of the switch, ``kind`` among them; whether it protects follows from the kind where it
        is not given, its feeder from the line.
    """

    line: str
    x: float
    y: float
    switch: Mapping[str, Any] = field(default_factory=dict)
    title: str = N_("Put a switch into line {id}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"id": self.line}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises ``unknown-object``, ``no-place`` and what `Draft.insert` raises."""
        draft = project.edit()
        line = project.table("ac_line_segments").row(self.line)
        node = split(draft, MetricPlane.of(project), self.line, self.x, self.y)
        behind = self._line_behind(draft.project, node, line)
        x, y = place_of_node(draft.project, node)
        far = insert_node(draft, x, y, line["nominal_kv"])
        draft.update("ac_line_segments", [behind[0]], **{behind[1]: far})
        self._take_along(draft, behind[0], node, far)
        kind = str(self.switch.get("kind", "load_break_switch"))
        values = {
            "id": free_id(draft.project, "switches"),
            "kind": kind,
            "feeder": line["feeder"],
            "is_protective": kind in PROTECTIVE_KINDS,
            **self.switch,
        }
        draft.insert("switches", [{**values, "node_a": node, "node_b": far, "x": x, "y": y}])
        return draft.finish()

    def _take_along(self, draft: Draft, line: str, node: str, far: str) -> None:
        """Let the switches on that end of the line stay on it."""
        switches = draft.project.frame("switches")
        on_end = (switches["line"] == line) & switches["node_b"].isna() & (switches["node_a"] == node)
        ids = switches.loc[on_end, "id"].tolist()
        if ids:
            draft.update("switches", ids, node_a=far)

    def _line_behind(self, project: Project, node: str, line: Mapping[str, Any]) -> tuple[str, str]:
        """Give the line that goes behind the switch, and the column of its end there."""
        if node == line["node_a"]:
            return self.line, "node_a"
        if node == line["node_b"]:
            return self.line, "node_b"
        lines = project.frame("ac_line_segments")
        return str(lines.loc[lines["node_a"] == node, "id"].iloc[-1]), "node_a"


@dataclass(frozen=True)
class InsertTransformer:
    """Set a transformer on a line, with the low-voltage node below it and, where asked, its area.

    Parameters
    ----------
    line
        The medium-voltage line it hangs on; empty: it hangs on `node`.
    transformer, area
        Columns of the new rows; with an `area` the transformer feeds it.
    low_kv
        Voltage of the low side.
    """

    x: float
    y: float
    line: str = ""
    node: str = ""
    transformer: Mapping[str, Any] = field(default_factory=dict)
    area: Mapping[str, Any] | None = None
    low_kv: float = 0.4
    title: str = N_("New transformer {id}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"id": str(self.transformer.get("name") or self.transformer.get("id", ""))}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises ``unknown-object``, ``no-place`` and what `Draft.insert` raises."""
        draft = project.edit()
        insert_transformer(
            draft,
            MetricPlane.of(project),
            Place(self.x, self.y, self.line, self.node),
            self.transformer,
            self.area,
            self.low_kv,
        )
        return draft.finish()


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the network: on a line, or at a node."""

    x: float
    y: float
    line: str = ""
    node: str = ""


def insert_transformer(
    draft: Draft,
    plane: MetricPlane,
    place: Place,
    transformer: Mapping[str, Any],
    area: Mapping[str, Any] | None,
    low_kv: float,
) -> str:
    """Put in a transformer (and its area) and give its identifier."""
    high = place.node or split(draft, plane, place.line, place.x, place.y)
    x, y = place_of_node(draft.project, high)
    low = insert_node(draft, x, y, low_kv)
    values: dict[str, Any] = {
        "id": free_id(draft.project, "power_transformers"),
        "feeder": _feeder_at(draft.project, high),
        **transformer,
    }
    if area is not None:
        row = {"id": free_id(draft.project, "transformer_areas"), "feeder": values["feeder"], **area}
        draft.insert("transformer_areas", [row])
        values |= {"transformer_area": row["id"]}
    draft.insert("power_transformers", [{**values, "hv_node": high, "lv_node": low, "x": x, "y": y}])
    return str(values["id"])


def _feeder_at(project: Project, node: str) -> str | None:
    lines = project.frame("ac_line_segments")
    here = lines.loc[
        ((lines["node_a"] == node) | (lines["node_b"] == node)) & lines["feeder"].notna(), "feeder"
    ]
    return str(here.iloc[0]) if len(here) else None


# ---------------------------------------------------------------------------- move

PLACED = (
    "connectivity_nodes",
    "poles",
    "switches",
    "power_transformers",
    "junctions",
    "pv_units",
    "substations",
)
"""What moves with the place it stands on."""


@dataclass(frozen=True)
class MovePlace:
    """Move what stands at the place of an object, and the ends and bends of the lines that meet there.

    Parameters
    ----------
    table, object_id
        A pole, node, switch, transformer, box… that has a place.
    x, y
        Where it goes.
    """

    table: str
    object_id: str
    x: float
    y: float
    title: str = N_("Move {id} with its lines")

    @property
    def values(self) -> Mapping[str, str]:
        return {"id": self.object_id}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises `GridError` ``unknown-object``, ``no-place``, ``bad-place``."""
        if not np.isfinite([self.x, self.y]).all():
            raise GridError("bad-place", x=self.x, y=self.y)
        plane, draft = MetricPlane.of(project), project.edit()
        old = self._old(project)
        routes = _routes_through(project, plane, old)
        for table in PLACED:
            frame = project.frame(table)
            here = near(plane, frame[["x", "y"]].to_numpy(dtype=float), *old)
            ids = frame.loc[here, "id"].tolist()
            if ids:
                draft.update(table, ids, x=self.x, y=self.y)
        for line, (route, at) in routes.items():
            moved = route.copy()
            moved[at] = (self.x, self.y)
            put_route(draft, plane, line, moved)
        return draft.finish()

    def _old(self, project: Project) -> tuple[float, float]:
        row = project.table(self.table).row(self.object_id)
        if row.get("x") is not None and row.get("y") is not None:
            return float(row["x"]), float(row["y"])
        for column in ("node", "node_a", "hv_node"):
            if row.get(column):
                return place_of_node(project, str(row[column]))
        raise GridError("no-place", table=self.table, id=self.object_id)


def _routes_through(
    project: Project, plane: MetricPlane, place: tuple[float, float]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Give the routes with points at a place, by line, and which of their points stand there.

    A line without a route of its own runs straight between its nodes and follows them by itself.
    """
    from gis.shapes import flat_shapes

    geometry: pd.Series = project.frame("ac_line_segments")["geometry"]
    flat = flat_shapes(geometry)
    here = np.flatnonzero(near(plane, flat.points, *place)) if len(flat) else np.array([], dtype=np.int64)
    rows = np.unique(flat.rows[np.searchsorted(flat.starts, here, side="right") - 1]) if len(here) else here
    found = {}
    for line in project.frame("ac_line_segments")["id"].iloc[rows]:
        route = route_of(project, str(line))
        found[str(line)] = (route, near(plane, route, *place))
    return found
