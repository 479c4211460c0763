"""Where a project lies: the rectangle the map shows as a whole, and the plane it is drawn on."""

from __future__ import annotations

import numpy as np

from gis.display import DisplayPlane
from grid_model.project import Project

Extent = tuple[float, float, float, float]
"""West, south, east, north in project coordinates."""

FAR_OUT = 12.0
"""Points farther from the middle than this many times the middle half's spread do not stretch the map."""

SAMPLED = 50_000
"""Points that are enough to know where the middle half lies."""


def project_extent(project: Project) -> Extent | None:
    """Give the rectangle around what has a place, in project coordinates; None where nothing has.

    Places far off everything else, such as (0, 0) in a table of longitudes, are left out: they are
    mistakes that the data check lists, and must not shrink the station to a dot.
    """
    clouds = [
        project.frame(name)[["x", "y"]].to_numpy(dtype=float)
        for name in ("connectivity_nodes", "power_transformers", "switches", "poles", "customers")
    ]
    for name in ("stations", "transformer_areas"):
        frame = project.frame(name)
        if frame["geometry"].notna().any():
            from gis.shapes import flat_shapes

            clouds.append(flat_shapes(frame["geometry"]).points)
    points = np.concatenate(clouds)
    points = points[~np.isnan(points[:, 0]) & ~np.isnan(points[:, 1])]
    if not len(points):
        return None
    some = points[:: max(1, len(points) // SAMPLED)]
    low, middle, high = np.percentile(some, [25, 50, 75], axis=0)
    reach = FAR_OUT * np.maximum(high - low, (high - low).max() / 4)
    near = ((points >= middle - reach) & (points <= middle + reach)).all(axis=1)
    points = points[near] if near.any() else points
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return (float(west), float(south), float(east), float(north))


def plane_of(extent: Extent | None, *, geographic: bool) -> DisplayPlane:
    """Give the plane touching the ellipsoid in the middle of `extent`."""
    if extent is None:
        return DisplayPlane()
    middle = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
    return DisplayPlane.around(*middle, geographic=geographic)
