"""Lines and rings with no more points than the screen can show, kept for each zoom level.

A level serves views of up to twice its scale. Points that fall into the same half pixel as the one
before are left out, and so is a part that lies in one half pixel altogether. What a level is made of is
found once, in one pass over all points, when a view first needs it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gis.shapes import FlatShapes, boxes_of

CELLS_PER_PX = 2.0
"""Cells of the raster in which points are told apart, to a pixel of the level's finest view."""


IN_A_CELL = 50
"""Parts that one cell of the raster of places holds on the average."""
FEW = 2_000
"""Parts that are looked through one by one."""

PREPARED = range(10)
"""Levels made beforehand for large layers: from 1 to 512 m a pixel, 1:3 800 to 1:2 000 000."""

Box = tuple[float, float, float, float]


class Places:
    """Finds boxes by where they are: a raster of their middles, and apart the few that are large."""

    def __init__(self, boxes: np.ndarray) -> None:
        self._boxes = boxes
        self._west, self._south = boxes[:, 0].min(), boxes[:, 1].min()
        width, height = boxes[:, 2].max() - self._west, boxes[:, 3].max() - self._south
        cells = max(1.0, len(boxes) / IN_A_CELL)
        self._side = max(
            math.sqrt(max(width, 1e-9) * max(height, 1e-9) / cells), max(width, height) / 4096, 1e-9
        )
        self._columns = int(width / self._side) + 1
        self._lines = int(height / self._side) + 1
        sizes = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
        small = sizes <= 2 * self._side
        self._large = np.flatnonzero(~small)
        column = (((boxes[:, 0] + boxes[:, 2]) / 2 - self._west) / self._side).astype(np.int32)
        line = (((boxes[:, 1] + boxes[:, 3]) / 2 - self._south) / self._side).astype(np.int32)
        cell = (line * self._columns + column)[small]
        order = np.argsort(cell, kind="stable")
        self._order = np.flatnonzero(small)[order]
        self._starts = np.searchsorted(cell[order], np.arange(self._columns * self._lines + 1))

    def touching(self, box: Box) -> np.ndarray:
        """Give the numbers of the boxes that touch `box`, ascending."""
        reach = self._side  # half of the largest of the small ones
        first, last = self._cells(box[0] - reach, box[2] + reach, self._west, self._columns)
        low, high = self._cells(box[1] - reach, box[3] + reach, self._south, self._lines)
        rows = (
            self._order[
                self._starts[line * self._columns + first] : self._starts[line * self._columns + last + 1]
            ]
            for line in range(low, high + 1)
        )
        near = np.concatenate([self._large, *rows])
        return np.sort(near[_touch(self._boxes[near], box)])

    def _cells(self, low: float, high: float, origin: float, count: int) -> tuple[int, int]:
        first, last = (low - origin) // self._side, (high - origin) // self._side
        return int(min(max(first, 0), count - 1)), int(min(max(last, 0), count - 1))


def _touch(boxes: np.ndarray, box: Box) -> np.ndarray:
    west, south, east, north = box
    found: np.ndarray = (
        (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    )
    return found


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

    @cached_property
    def places(self) -> Places:
        """Where the parts are."""
        return Places(self.boxes)

    def touching(self, box: Box) -> np.ndarray:
        """Give the places in `parts` of those that touch `box` (west, south, east, north), ascending."""
        if len(self.parts) <= FEW:
            return np.flatnonzero(_touch(self.boxes, box))
        return self.places.touching(box)


class Levels:
    """The zoom levels of some shapes in metres.

    Parameters
    ----------
    shapes
        The whole shapes.
    least_m
        Below this no point would be left out, so a finer raster is not tried.
    """

    def __init__(self, shapes: FlatShapes, least_m: float = 0.0) -> None:
        self._shapes = shapes
        self._least_m = least_m
        self._whole = Level(shapes.points, shapes.starts, shapes.boxes, np.arange(len(shapes)))
        self._known: dict[int, Level] = {}

    def at(self, metres_per_px: float) -> Level:
        """Give the shapes for views of this scale."""
        number = math.floor(math.log2(max(metres_per_px, 1e-9)))
        if number not in self._known:
            self._known[number] = self._made(2.0**number / CELLS_PER_PX)
        return self._known[number]

    def prepare(self, *metres_per_px: float) -> None:
        """Make the levels of these scales, or of all usual ones, before a view needs them."""
        for scale in metres_per_px or [2.0**number for number in PREPARED]:
            level = self.at(scale)
            if len(level.parts) > FEW:
                level.places  # noqa: B018 - found now

    def _made(self, cell_m: float) -> Level:
        shapes = self._shapes
        if not len(shapes) or cell_m < self._least_m:
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
