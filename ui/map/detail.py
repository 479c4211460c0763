"""Lines and rings with no more points than the screen can show, kept for each zoom level.

A level serves views of up to twice its scale. Points that fall into the same half pixel as the one
before are left out, and so is a part that lies in one half pixel altogether; outlines are smoothed
besides (Douglas and Peucker), as a wide stroke costs by its corners. A level of many points is never made
while something is drawn: until it is there, a finer one serves.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
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
MADE_AT_ONCE = 20_000
"""Points up to which a level is made when a view first needs it, in a few milliseconds."""
WORTH = 0.9
"""A level that keeps more points than this share of all is not worth its memory."""
SMOOTHED_PX = 0.25
"""How far a smoothed outline runs beside the true one at most, in pixels of the level's finest view."""
SMOOTHED_AT_ONCE = 40_000
"""Points smoothed in one step: some 10 ms of a thread beside the window."""

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
    smooth
        Whether levels from 1 m a pixel on are smoothed: for outlines.
    """

    def __init__(self, shapes: FlatShapes, least_m: float = 0.0, *, smooth: bool = False) -> None:
        self._shapes = shapes
        self._least_m = least_m
        self._smooth = smooth
        self.whole = Level(shapes.points, shapes.starts, shapes.boxes, np.arange(len(shapes)))
        self._known: dict[int, Level] = {}

    def at(self, metres_per_px: float) -> Level:
        """Give the shapes for views of this scale, or finer ones where these are not made yet."""
        number = _number(metres_per_px)
        if number not in self._known and len(self._shapes.points) <= MADE_AT_ONCE:
            for _step in self._make(number):
                pass
        finer = [one for one in tuple(self._known) if one <= number]
        return self._known[max(finer)] if finer else self.whole

    def lacks(self, metres_per_px: float) -> bool:
        """Whether views of this scale have to do with finer shapes as yet."""
        return len(self._shapes.points) > MADE_AT_ONCE and _number(metres_per_px) not in self._known

    def prepare(self, *metres_per_px: float) -> None:
        """Make the levels of these scales as quickly as can be: they are smoothed when made ahead."""
        _find_places(self.whole)
        for scale in metres_per_px:
            number = _number(scale)
            if len(self._shapes.points) <= MADE_AT_ONCE:
                self.at(scale)
            elif number not in self._known:
                self._keep(number, self._thinned(2.0**number / CELLS_PER_PX))

    def ahead(self, metres_per_px: float, farthest: float = math.inf) -> Iterator[None]:
        """Make all usual levels in steps of some 10 ms, those near this scale first.

        Parameters
        ----------
        farthest
            Metres of a pixel in the smallest scale that will be asked for.
        """
        if len(self._shapes.points) <= MADE_AT_ONCE:
            return
        here = _number(metres_per_px)
        for number in sorted(PREPARED, key=lambda one: (abs(one - here), one)):
            if 2.0**number <= farthest and (self._smooth or number not in self._known):
                yield from self._make(number)
                yield

    def _make(self, number: int) -> Iterator[None]:
        level = self._thinned(2.0**number / CELLS_PER_PX)
        if self._smooth and number >= 0 and len(level.parts):
            yield
            level = yield from _smoothed(level, 2.0**number * SMOOTHED_PX)
        self._keep(number, level)

    def _keep(self, number: int, level: Level) -> None:
        _find_places(level)
        self._known[number] = level

    def _thinned(self, cell_m: float) -> Level:
        shapes = self._shapes
        if not len(shapes) or cell_m < self._least_m:
            return self.whole
        cells = np.floor(shapes.points / cell_m)
        moved = np.ones(len(cells), dtype=bool)
        moved[1:] = (cells[1:] != cells[:-1]).any(axis=1)
        first, last = shapes.starts[:-1], shapes.starts[1:] - 1
        moved[first] = False
        changes = np.add.reduceat(moved, first) > 0  # a part that never leaves its cell is not seen
        moved[first] = moved[last] = True
        points_of_part = np.diff(shapes.starts)
        keep = moved & np.repeat(changes, points_of_part)
        if keep.mean() > WORTH:
            return self.whole
        counts = np.add.reduceat(keep, first)[changes]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        points = shapes.points[keep]
        return Level(points, starts, boxes_of(points, starts), np.flatnonzero(changes))


def _find_places(level: Level) -> None:
    """Find where the parts are before something is drawn, where that takes a while."""
    if len(level.parts) > FEW:
        level.places  # noqa: B018 - found now


def _number(metres_per_px: float) -> int:
    return math.floor(math.log2(max(metres_per_px, 1e-9)))


def _smoothed(level: Level, tolerance_m: float) -> Generator[None, None, Level]:
    """Leave out the points that lie within the tolerance of what is left; ends stay."""
    import shapely

    lengths = np.diff(level.starts)
    found: list[np.ndarray] = []
    counts: list[np.ndarray] = []
    for begin, end in _runs(level.starts, SMOOTHED_AT_ONCE):
        points = level.points[level.starts[begin] : level.starts[end]]
        lines = shapely.linestrings(points, indices=np.repeat(np.arange(end - begin), lengths[begin:end]))
        lines = shapely.simplify(lines, tolerance_m, preserve_topology=False)
        found.append(shapely.get_coordinates(lines))
        counts.append(shapely.get_num_coordinates(lines))
        yield
    if sum(map(len, found)) > WORTH * len(level.points):
        return level
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    return Level(np.concatenate(found), starts, level.boxes, level.parts)


def _runs(starts: np.ndarray, most: int) -> Iterator[tuple[int, int]]:
    """Give runs of parts with about `most` points each: the first, and the one after the last."""
    begin, count = 0, len(starts) - 1
    while begin < count:
        end = int(np.searchsorted(starts, starts[begin] + most, side="right")) - 1
        end = min(max(end, begin + 1), count)
        yield begin, end
        begin = end
