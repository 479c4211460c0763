"""Hatch areas with plain lines, so that grids are told apart on a black-and-white printer too."""

from __future__ import annotations

import math

import numpy as np

ANGLES = {
    "horizontal": (0.0,),
    "vertical": (90.0,),
    "diagonal": (45.0,),
    "back_diagonal": (-45.0,),
    "cross": (0.0, 90.0),
    "diagonal_cross": (45.0, -45.0),
}
"""Directions of the lines in degrees, by the names of `gis.theme.Tint.hatch`."""


def hatch_lines(area: object, hatch: str, spacing: float) -> np.ndarray:
    """Give the shapely lines of a hatch inside an area, in the area's unit; none for other hatches.

    Lines of one direction stand at multiples of `spacing` from the origin, so that neighbouring pieces
    of one grid go on without a break.
    """
    import shapely

    found = [_parallel(area, angle, spacing) for angle in ANGLES.get(hatch, ())]
    if not found:
        return np.array([], dtype=object)
    parts = shapely.get_parts(np.concatenate(found))
    lines: np.ndarray = parts[shapely.get_type_id(parts) == 1]
    return lines


def hatch_dots(area: object, spacing: float) -> np.ndarray:
    """Give the points (n, 2) of a dotted hatch inside an area, every second row shifted by half."""
    import shapely

    left, low, right, high = shapely.bounds(area)
    rows = np.arange(math.floor(low / spacing), math.ceil(high / spacing) + 1)
    columns = np.arange(math.floor(left / spacing) - 1, math.ceil(right / spacing) + 1)
    x, y = np.meshgrid(columns * spacing, rows * spacing)
    x = x + (rows % 2 * spacing / 2)[:, None]
    inside = shapely.contains_xy(area, x.ravel(), y.ravel())
    points: np.ndarray = np.column_stack([x.ravel(), y.ravel()])[inside]
    return points


def _parallel(area: object, angle: float, spacing: float) -> np.ndarray:
    import shapely

    along = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
    across = np.array([-along[1], along[0]])
    left, low, right, high = shapely.bounds(area)
    corners = np.array([[left, low], [right, low], [right, high], [left, high]])
    reach, offsets = corners @ along, corners @ across
    at = np.arange(math.ceil(offsets.min() / spacing), math.floor(offsets.max() / spacing) + 1) * spacing
    ends = np.stack([across * one + along * reach.min() for one in at] or [np.zeros(2)])
    others = np.stack([across * one + along * reach.max() for one in at] or [np.zeros(2)])
    rays = shapely.linestrings(np.stack([ends, others], axis=1))
    pieces = shapely.intersection(rays, area)
    kept: np.ndarray = pieces[~shapely.is_empty(pieces)]
    return kept
