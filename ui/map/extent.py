"""Where a project lies: the rectangle the map shows as a whole, and the plane it is drawn on."""

from __future__ import annotations

import weakref

import numpy as np
import pandas as pd

from gis.display import DisplayPlane
from grid_model.project import Project

Extent = tuple[float, float, float, float]
"""West, south, east, north in project coordinates."""

FAR_OUT = 12.0
"""Points farther from the middle than this many times the middle half's spread do not stretch the map."""

SAMPLED = 50_000
"""Points that are enough to know where the middle half lies."""


PLACED = ("connectivity_nodes", "power_transformers", "switches", "poles", "customers")
OUTLINED = ("stations", "transformer_areas")

_known: tuple[tuple[weakref.ref[pd.DataFrame], ...], Extent | None] = ((), None)
"""The extent found last, and of which rows: several views ask for it when a project is opened."""


def project_extent(project: Project) -> Extent | None:
    """Give the rectangle around what has a place, in project coordinates; None where nothing has.

    Places far off everything else, such as (0, 0) in a table of longitudes, are left out: they are
    mistakes that the data check lists, and must not shrink the station to a dot.
    """
    global _known
    frames = [project.frame(name) for name in (*PLACED, *OUTLINED)]
    if _known[0] and all(one() is frame for one, frame in zip(_known[0], frames, strict=True)):
        return _known[1]
    found = _extent_of(project)
    _known = tuple(weakref.ref(frame) for frame in frames), found
    return found


def _extent_of(project: Project) -> Extent | None:
    clouds = [
        (project.frame(name)["x"].to_numpy(dtype=float), project.frame(name)["y"].to_numpy(dtype=float))
        for name in PLACED
    ]
    for name in OUTLINED:
        frame = project.frame(name)
        if frame["geometry"].notna().any():
            from gis.shapes import flat_shapes

            points = flat_shapes(frame["geometry"]).points
            clouds.append((points[:, 0], points[:, 1]))
    x, y = (np.concatenate(parts) for parts in zip(*clouds, strict=True))
    placed = ~(np.isnan(x) | np.isnan(y))
    if not placed.all():
        x, y = x[placed], y[placed]
    if not len(x):
        return None
    step = max(1, len(x) // SAMPLED)
    some = np.column_stack([x[::step], y[::step]])
    low, middle, high = np.percentile(some, [25, 50, 75], axis=0)
    reach = FAR_OUT * np.maximum(high - low, (high - low).max() / 4)
    near = (np.abs(x - middle[0]) <= reach[0]) & (np.abs(y - middle[1]) <= reach[1])
    if near.any() and not near.all():
        x, y = x[near], y[near]
    return (float(x.min()), float(y.min()), float(x.max()), float(y.max()))


def plane_of(extent: Extent | None, *, geographic: bool) -> DisplayPlane:
    """Give the plane touching the ellipsoid in the middle of `extent`."""
    if extent is None:
        return DisplayPlane()
    middle = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
    return DisplayPlane.around(*middle, geographic=geographic)
