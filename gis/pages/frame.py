"""A window of the map on the sheet: which piece of ground, at which scale, and what falls inside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis.pages.items import Areas, Lines, Pen, Rect
from gis.pages.plan import Shapes
from grid_model.errors import GridError

Box = tuple[float, float, float, float]

_STEPS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0)
SCALES = tuple(int(step * 10**power) for power in range(2, 7) for step in _STEPS)
"""Round scale denominators, finest first."""

SHORTEST_MM = 0.05
"""Bends smaller than this are not drawn."""


def scale_for(box: Box, place: Rect, margin_mm: float = 2.5) -> int:
    """Choose the largest round scale at which `box` (metres) fits into `place` (mm) with a margin."""
    wide = (box[2] - box[0]) * 1000 / max(place.width - 2 * margin_mm, 1)
    high = (box[3] - box[1]) * 1000 / max(place.height - 2 * margin_mm, 1)
    return next((scale for scale in SCALES if scale >= max(wide, high)), SCALES[-1])


@dataclass(frozen=True)
class MapFrame:
    """A piece of ground on a piece of paper.

    Parameters
    ----------
    place
        Where it is on the sheet.
    east, north
        Metres at the middle of the place.
    scale
        Denominator.
    """

    place: Rect
    east: float
    north: float
    scale: int

    @classmethod
    def around(cls, box: Box | None, place: Rect, margin_mm: float = 2.5) -> MapFrame:
        """Show `box` in the middle of `place`; raises `GridError` ``nothing-to-print`` where it is None."""
        if box is None:
            raise GridError("nothing-to-print")
        middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return cls(place, *middle, scale_for(box, place, margin_mm))

    @property
    def box(self) -> Box:
        """The ground inside, in metres."""
        half_wide = self.place.width * self.scale / 2000
        half_high = self.place.height * self.scale / 2000
        return (
            self.east - half_wide,
            self.north - half_high,
            self.east + half_wide,
            self.north + half_high,
        )

    def to_page(self, metres: np.ndarray) -> np.ndarray:
        """Turn metres (n, 2) into mm on the sheet."""
        factor = 1000 / self.scale
        x = self.place.x + self.place.width / 2 + (metres[:, 0] - self.east) * factor
        y = self.place.y + self.place.height / 2 - (metres[:, 1] - self.north) * factor
        return np.column_stack([x, y])

    def inside(self, metres: np.ndarray) -> np.ndarray:
        """Tell which points (n, 2) lie inside; unknown places do not."""
        left, low, right, high = self.box
        with np.errstate(invalid="ignore"):
            inside: np.ndarray = (
                (metres[:, 0] >= left)
                & (metres[:, 0] <= right)
                & (metres[:, 1] >= low)
                & (metres[:, 1] <= high)
            )
        return inside

    def cut(self, shapes: Shapes, rows: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Give what of the shapes lies inside, with the rows it belongs to.

        Parameters
        ----------
        rows
            Only these; every row where None.

        Returns
        -------
        pieces, rows
            shapely shapes in metres, bends below `SHORTEST_MM` taken out.
        """
        import shapely

        near = shapes.within(self.box)
        if rows is not None:
            near = np.intersect1d(near, rows)
        if not len(near):
            return np.array([], dtype=object), near
        slack = 2 * self.scale / 1000
        left, low, right, high = self.box
        pieces = shapely.simplify(shapes.geometry[near], SHORTEST_MM * self.scale / 1000)
        crossing = ~(
            (shapes.boxes[near, 0] >= left)
            & (shapes.boxes[near, 1] >= low)
            & (shapes.boxes[near, 2] <= right)
            & (shapes.boxes[near, 3] <= high)
        )
        if crossing.any():
            pieces[crossing] = shapely.clip_by_rect(
                pieces[crossing], left - slack, low - slack, right + slack, high + slack
            )
        keep = ~(shapely.is_empty(pieces) | shapely.is_missing(pieces))
        return pieces[keep], near[keep]

    def lines(self, pieces: np.ndarray, pen: Pen) -> Lines:
        """Lay lines, or the outlines of areas, on the sheet."""
        import shapely

        parts = shapely.get_parts(pieces)
        areal = shapely.get_type_id(parts) == 3
        if areal.any():
            parts = np.concatenate([parts[~areal], shapely.get_rings(parts[areal])])
        parts = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
        points, owner = shapely.get_coordinates(parts, return_index=True)
        return Lines(self.to_page(points), _starts(owner, len(parts)), pen)

    def areas(self, pieces: np.ndarray, fill: str, pen: Pen | None = None) -> Areas:
        """Lay areas on the sheet; whatever is no area is left out."""
        import shapely

        parts = shapely.get_parts(pieces)
        parts = parts[shapely.get_type_id(parts) == 3]
        rings, of_part = shapely.get_rings(parts, return_index=True)
        points, owner = shapely.get_coordinates(rings, return_index=True)
        return Areas(
            self.to_page(points), _starts(owner, len(rings)), _starts(of_part, len(parts)), fill, pen
        )


def _starts(owner: np.ndarray, count: int) -> np.ndarray:
    """Where the elements of each owner begin, and the end."""
    starts: np.ndarray = np.searchsorted(owner, np.arange(count + 1))
    return starts
