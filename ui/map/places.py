"""Where an object of the project stands on the display plane."""

from __future__ import annotations

import numpy as np

from gis.display import DisplayPlane
from grid_model.project import Project
from resources.i18n import _
from ui.map.layer import Hit, node_positions, own_or_node_positions

NOWHERE = np.zeros((0, 2))


def object_points(project: Project | None, plane: DisplayPlane, table: str, one: str) -> np.ndarray:
    """Points of an object in metres: one for a symbol, else its route or outer ring; none unplaced."""
    if project is None or table not in project.tables or one not in project.table(table):
        return NOWHERE
    holder = project.table(table)
    row = holder.frame.iloc[[holder.position(one)]].reset_index(drop=True)
    if "geometry" in row and row["geometry"].iloc[0] is not None:
        from gis.shapes import flat_shapes

        flat = flat_shapes(row["geometry"])
        largest = int(np.argmax(np.diff(flat.starts))) if len(flat) else -1
        return plane.metres(flat.part(largest)) if largest >= 0 else NOWHERE
    if table == "ac_line_segments":
        points = np.vstack([node_positions(project, row[end], plane) for end in ("node_a", "node_b")])
    elif "x" in row:
        node = {"switches": "node_a", "power_transformers": "hv_node"}.get(table, "node")
        if node in row:
            points = own_or_node_positions(project, row, node, plane)
        else:
            points = plane.metres(row[["x", "y"]].to_numpy(dtype=float))
    else:
        return NOWHERE
    return points if not np.isnan(points).any() else NOWHERE


def object_caption(project: Project, hit: Hit) -> str:
    """Name an object for a tooltip; customers by number only."""
    row = project.table(hit.table).row(hit.id)
    kind = _(project.table(hit.table).schema.label)
    name = "" if hit.table == "customers" else row.get("name")
    return f"{kind}: {name or hit.id}"
