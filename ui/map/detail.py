"""Lines and rings with no more points than the screen can show, kept for each zoom level.

A level serves views of up to twice its scale. Points that fall into the same half pixel as the one
before are left out, and so is a part that lies in one half pixel altogether. What a level is made of is
found once, in one pass over all points, when a view first needs it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gis.shapes import FlatShapes, boxes_of

CELLS_PER_PX = 2.0
"""Cells of the raster in which points are told apart, to a pixel of the level's finest view."""


@dataclass(frozen=True, eq=False)
class Level:
    """Shapes as one zoom level shows them.

    Parameters
    ----------
    points, starts, boxes
        As in `FlatShapes`.
    parts
        For each part its number in the whole shapes, ascending.
    """

    points: np.ndarray
    starts: np.ndarray
    boxes: np.ndarray
    parts: np.ndarray


class Levels:
    """The zoom levels of some shapes in metres."""

    def __init__(self, shapes: FlatShapes) -> None:
        self._shapes = shapes
        self._whole = Level(shapes.points, shapes.starts, shapes.boxes, np.arange(len(shapes)))
        self._known: dict[int, Level] = {}

    def at(self, metres_per_px: float) -> Level:
        """Give the shapes for views of this scale."""
        number = math.floor(math.log2(max(metres_per_px, 1e-9)))
        if number not in self._known:
            self._known[number] = self._made(2.0**number / CELLS_PER_PX)
        return self._known[number]

    def _made(self, cell_m: float) -> Level:
        shapes = self._shapes
        if not len(shapes):
            return self._whole
        cells = np.floor(shapes.points / cell_m)
        moved = np.ones(len(cells), dtype=bool)
        moved[1:] = (cells[1:] != cells[:-1]).any(axis=1)
        if moved.all():
            return self._whole
        first, last = shapes.starts[:-1], shapes.starts[1:] - 1
        moved[first] = False
        changes = np.add.reduceat(moved, first) > 0  # a part that never leaves its cell is not seen
        moved[first] = moved[last] = True
        points_of_part = np.diff(shapes.starts)
        keep = moved & np.repeat(changes, points_of_part)
        counts = np.add.reduceat(keep, first)[changes]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        points = shapes.points[keep]
        return Level(points, starts, boxes_of(points, starts), np.flatnonzero(changes))
