"""Crossings made from roads: where a road crosses a river, a ridge or a border, neighbours stay neighbours.

A river out of a map runs on under its bridges, so it parts everybody along it. The planner may have a
crossing made wherever a road crosses a barrier, and take away those that are none in practice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.measuring import MetricPlane
from gis.roads import road_network
from grid_model.changes import Changes
from grid_model.project import Project
from grid_model.settings import setting
from resources.i18n import N_

ONE_BRIDGE_M = 500.0
"""Where a road crosses barriers twice within this (both banks of a river), it is one crossing."""


@dataclass(frozen=True)
class PutCrossings:
    """Add crossings; rows as `crossings_of_roads` gives them."""

    rows: tuple[Mapping[str, Any], ...]
    title: str = N_("Crossings where roads cross barriers: {count}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"count": str(len(self.rows))}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Add them; raises `GridError` ``duplicate-id`` where one is there by now."""
        draft = project.edit()
        draft.insert("crossings", [dict(row) for row in self.rows])
        return draft.finish()


def crossings_of_roads(project: Project) -> tuple[dict[str, Any], ...]:
    """Give a row of the table ``crossings`` for each place where a road crosses a barrier.

    Motorways cross without serving anybody and are left out, as are places within reach of a crossing that
    is there already. Sorted by id, which is the road's with a number.
    """
    import shapely

    plane = MetricPlane.of(project)
    network = road_network(project, plane)
    barriers = plane.shapes(project.frame("barriers")["geometry"])
    barriers = barriers[~(shapely.is_missing(barriers) | shapely.is_empty(barriers))]
    if network is None or not len(barriers):
        return ()
    lines, row = network.lines[~network.closed], network.row_of_line[~network.closed]
    barrier, line = shapely.STRtree(lines).query(barriers, predicate="intersects")
    points, pair = shapely.get_parts(shapely.intersection(lines[line], barriers[barrier]), return_index=True)
    single = shapely.get_type_id(points) == 0
    line = line[pair[single]]
    along = shapely.line_locate_point(lines[line], points[single])
    order = np.lexsort((along, line))
    line, along = line[order], along[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(line) != 0) | (np.diff(along) > ONE_BRIDGE_M)])[: len(line)]
    if not len(line):
        return ()
    ends = np.r_[starts[1:], len(line)] - 1
    middle = (along[starts] + along[ends]) / 2
    usual = setting(project, "territory.crossing_reach_m")
    reach = usual + (along[ends] - along[starts]) / 2
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines[line[starts]], middle))
    return _rows(project, plane, row[line[starts]], at, reach)


def _rows(
    project: Project, plane: MetricPlane, road: np.ndarray, at: np.ndarray, reach: np.ndarray
) -> tuple[dict[str, Any], ...]:
    """Write the crossings that are new."""
    have = project.frame("crossings")
    places = plane.points(have["x"], have["y"])
    usual = setting(project, "territory.crossing_reach_m")
    own = have["reach_m"].fillna(usual).to_numpy(dtype=float)
    roads = project.frame("roads")
    taken = set(have["id"])
    places_back = plane.coordinates(at)
    found = []
    for n, one in enumerate(road.tolist()):
        away = np.hypot(*(places - at[n]).T) if len(places) else np.array([])
        if (away <= np.maximum(own, reach[n])).any():
            continue
        number = 1
        while f"{roads['id'].iat[one]}@{number}" in taken:
            number += 1
        key = f"{roads['id'].iat[one]}@{number}"
        taken.add(key)
        name = roads["name"].iat[one]
        found.append(
            {
                "id": key,
                "name": name if isinstance(name, str) else None,
                "reach_m": round(float(reach[n]), 1),
                "x": float(places_back[n, 0]),
                "y": float(places_back[n, 1]),
            }
        )
    return tuple(sorted(found, key=lambda row: str(row["id"])))
