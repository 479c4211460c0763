"""Where a loop lies: rows of its members for the map, and the rectangle around them."""

from __future__ import annotations

import numpy as np

from grid_model.project import Project
from grid_model.topology import Loop
from ui.map.overlay import LoopPicture

Extent = tuple[float, float, float, float]


def picture_of(project: Project, loop: Loop) -> LoopPicture:
    """Give the rows of the loop's lines and switches."""
    return LoopPicture(_rows(project, loop, "ac_line_segments"), _rows(project, loop, "switches"))


def _rows(project: Project, loop: Loop, table: str) -> np.ndarray:
    ids = [one.id for one in loop.devices if one.table == table]
    if not ids:
        return np.zeros(0, dtype=np.int64)
    found: np.ndarray = np.asarray(project.table(table).positions(ids), dtype=np.int64)
    return found


def extent_of(project: Project, loop: Loop) -> Extent | None:
    """Give the rectangle around the nodes of the loop's lines and switches, None where none has a place."""
    nodes = project.table("connectivity_nodes")
    ids: list[str] = []
    for table in ("ac_line_segments", "switches"):
        rows = project.frame(table).iloc[_rows(project, loop, table)]
        ids += [one for name in ("node_a", "node_b") for one in rows[name].dropna().tolist()]
    at = np.asarray(nodes.positions(ids), dtype=np.int64) if ids else np.zeros(0, dtype=np.int64)
    points = nodes.frame[["x", "y"]].to_numpy(dtype=float)[at[at >= 0]]
    points = points[~np.isnan(points).any(axis=1)]
    if not len(points):
        return None
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return float(west), float(south), float(east), float(north)
