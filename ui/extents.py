"""Where things lie that have no shape of their own: a feeder by its lines, a group by its areas."""

from __future__ import annotations

import pandas as pd

from grid_model.project import Project
from grid_model.table import plain

Extent = tuple[float, float, float, float]

TIED = {
    "feeders": (("ac_line_segments", "feeder"), ("switches", "feeder"), ("transformer_areas", "feeder")),
    "district_managers": (("transformer_areas", "manager"),),
    "villages": (("transformer_areas", "village"),),
    "stations": (("transformer_areas", "station"),),
    "transformer_areas": (("power_transformers", "transformer_area"), ("customers", "transformer_area")),
    "substations": (("energy_sources", "substation"),),
    "customers": (("usage_points", "customer"),),
}
MARGIN = 0.08


def extent_of(project: Project, table: str, one: str) -> Extent | None:
    """Give the rectangle (project coordinates) of what is tied to an object, None where there is none."""
    if table == "mutual_aid_groups":
        return _of_group(project, one)
    if table == "customers":
        area = plain(project.table(table).row(one)["transformer_area"])
        return extent_of(project, "transformer_areas", str(area)) if area else None
    for tied, column in TIED.get(table, ()):
        frame = project.frame(tied)
        rows = frame[(frame[column] == one).to_numpy(dtype=bool, na_value=False)]
        extent = extent_of_rows(project, tied, rows)
        if extent is not None:
            return extent
    return None


def _of_group(project: Project, group: str) -> Extent | None:
    members = project.frame("group_members")
    managers = members.loc[members["mutual_aid_group"] == group, "manager"]
    areas = project.frame("transformer_areas")
    return extent_of_rows(project, "transformer_areas", areas[areas["manager"].isin(managers)])


def extent_of_rows(project: Project, table: str, rows: pd.DataFrame) -> Extent | None:
    """Give the rectangle around rows, by their shapes, their places or their nodes."""
    if "geometry" in rows.columns and rows["geometry"].notna().any():
        from gis.shapes import flat_shapes

        shapes = rows["geometry"].dropna().reset_index(drop=True)
        points = flat_shapes(shapes).points
        return _around(points[:, 0], points[:, 1])
    if "x" in rows.columns and rows["x"].notna().any():
        return _around(rows["x"].dropna().to_numpy(), rows["y"].dropna().to_numpy())
    ends = [name for name in ("node_a", "node_b", "node", "hv_node") if name in rows.columns]
    nodes = project.frame("connectivity_nodes")
    ids = pd.concat([rows[name] for name in ends]).dropna() if ends else pd.Series([], dtype="str")
    places = nodes[nodes["id"].isin(ids) & nodes["x"].notna()]
    return _around(places["x"].to_numpy(), places["y"].to_numpy()) if len(places) else None


def _around(x, y) -> Extent:  # type: ignore[no-untyped-def]
    west, east, south, north = float(x.min()), float(x.max()), float(y.min()), float(y.max())
    wide, high = (east - west) * MARGIN, (north - south) * MARGIN
    return west - wide, south - high, east + wide, north + high
