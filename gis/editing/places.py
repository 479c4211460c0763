"""Where things stand and how far apart, for edits by hand: routes, free identifiers, what shares a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.measuring import MetricPlane
from grid_model.errors import GridError
from grid_model.project import Draft, Project

SAME_PLACE_M = 0.5
"""Nearer than this two points are one place: a pole and the nodes, switches and boxes on it."""

STEMS = {
    "connectivity_nodes": "N",
    "ac_line_segments": "L",
    "switches": "K",
    "power_transformers": "T",
    "transformer_areas": "A",
    "poles": "P",
}
"""What the identifiers of hand-made rows begin with."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a drawn line ends.

    Parameters
    ----------
    x, y
        In the project's coordinates.
    node
        The node there; empty: none yet.
    line
        The line the point stands on, which is split there; empty: none.
    """

    x: float
    y: float
    node: str = ""
    line: str = ""


def free_id(project: Project, table: str, stem: str = "") -> str:
    """Give an identifier that no row of `table` has: a stem and the next number."""
    holder = project.table(table)
    stem = stem or STEMS[table]
    number = holder.next_fid
    while f"{stem}{number}" in holder:
        number += 1
    return f"{stem}{number}"


def place_of_node(project: Project, node: str) -> tuple[float, float]:
    """Give x, y of a node; raises `GridError` ``unknown-object``, ``no-place``."""
    row = project.table("connectivity_nodes").row(node)
    if row["x"] is None or row["y"] is None:
        raise GridError("no-place", table="connectivity_nodes", id=node)
    return float(row["x"]), float(row["y"])


def route_of(project: Project, line: str) -> np.ndarray:
    """Give the points (n, 2) of a line from node A to node B in the project's coordinates.

    Raises
    ------
    GridError
        ``unknown-object``; ``no-place`` where it has neither a route nor placed nodes.
    """
    import shapely

    row = project.table("ac_line_segments").row(line)
    if row["geometry"] is not None:
        points = shapely.get_coordinates(shapely.from_wkb(row["geometry"]))
        if len(points) >= 2:
            return np.asarray(points, dtype=float)
    return np.array([place_of_node(project, row[end]) for end in ("node_a", "node_b")])


def wkb_of_route(points: np.ndarray) -> bytes:
    """Give a route as the bytes a line keeps."""
    import shapely

    return bytes(shapely.to_wkb(shapely.linestrings(points)))


def length_of(plane: MetricPlane, points: np.ndarray) -> float:
    """Give the length of a route in metres, to the centimetre."""
    metres = plane.points(points[:, 0], points[:, 1])
    return round(float(np.hypot(*np.diff(metres, axis=0).T).sum()), 2)


@dataclass(frozen=True, slots=True)
class Foot:
    """The point of a route nearest to a place.

    Parameters
    ----------
    x, y
        In the project's coordinates.
    segment
        It stands between the points ``segment`` and ``segment + 1`` of the route.
    share
        Which part of the route's length lies before it.
    from_start_m, to_end_m, away_m
        Metres along the route to its ends, and from the place.
    """

    x: float
    y: float
    segment: int
    share: float
    from_start_m: float
    to_end_m: float
    away_m: float


def foot_on(plane: MetricPlane, route: np.ndarray, x: float, y: float) -> Foot:
    """Find the point of `route` nearest to x, y (all in the project's coordinates)."""
    metres = plane.points(route[:, 0], route[:, 1])
    place = plane.points([x], [y])[0]
    begin, step = metres[:-1], np.diff(metres, axis=0)
    square = np.maximum((step**2).sum(axis=1), 1e-12)
    along = np.clip(((place - begin) * step).sum(axis=1) / square, 0, 1)
    away = np.hypot(*(begin + step * along[:, None] - place).T)
    n = int(np.argmin(away))
    lengths = np.hypot(*step.T)
    before = float(lengths[:n].sum() + lengths[n] * along[n])
    total = max(float(lengths.sum()), 1e-9)
    foot = route[n] + (route[n + 1] - route[n]) * along[n]
    return Foot(float(foot[0]), float(foot[1]), n, before / total, before, total - before, float(away[n]))


def near(plane: MetricPlane, points: np.ndarray, x: float, y: float) -> np.ndarray:
    """Tell which of `points` (n, 2) stand at the place x, y; missing ones do not."""
    # A box of some metres first: bringing a county's points to metres takes long.
    per_degree = 111_000.0 if plane.meridian is not None else 1.0
    reach = 4 * SAME_PLACE_M / per_degree
    found = (np.abs(points[:, 0] - x) <= 4 * reach) & (np.abs(points[:, 1] - y) <= reach)
    some = np.flatnonzero(found)
    if len(some):
        metres = plane.points(points[some, 0], points[some, 1])
        found[some] = np.hypot(*(metres - plane.points([x], [y])[0]).T) <= SAME_PLACE_M
    return found


def insert_node(draft: Draft, x: float, y: float, nominal_kv: float | None) -> str:
    """Put in a node and give its identifier."""
    one = free_id(draft.project, "connectivity_nodes")
    values: dict[str, Any] = {"id": one, "x": x, "y": y}
    if nominal_kv is not None:
        values["nominal_kv"] = nominal_kv
    draft.insert("connectivity_nodes", [values])
    return one
