"""A picture laid on the ground by control points: places known both on the picture and on the ground.

A plane (affine) way is fitted by least squares; with ten points or more one that bends (second order), where
it tells left-out points better. How far the points lie off is part of the answer: a scan that fits badly is
refused by whoever knows metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEAST = 3
BENDS_FROM = 10
"""Points from which a bent way is tried: six are needed for it at least, the others prove it."""

MOST_RESIDUAL_M = 30.0
"""Half the way from one pole of a 10 kV line to the next: what lies further off misleads."""


@dataclass(frozen=True)
class ControlPoints:
    """Control points and the way fitted to them.

    Parameters
    ----------
    pixels
        Column and row of each point (n, 2); whole numbers are corners of pixels.
    places
        Its coordinates in the picture's own system (n, 2).
    middle, size
        Of the picture's points, for the numbers of the way.
    way
        Coefficients (3 or 6, 2) of 1, column, row and their products.
    """

    pixels: np.ndarray
    places: np.ndarray
    middle: np.ndarray
    size: float
    way: np.ndarray

    def ground(self, pixels: np.ndarray) -> np.ndarray:
        """Turn columns and rows (n, 2) into coordinates of the picture's own system (n, 2)."""
        terms = _terms((pixels - self.middle) / self.size, bent=len(self.way) > LEAST)
        return np.asarray(terms @ self.way)

    @property
    def bent(self) -> bool:
        """Whether the way is of second order."""
        return len(self.way) > LEAST

    @property
    def proved(self) -> bool:
        """Whether there are more points than the way needs, so that its error can be told."""
        return len(self.pixels) > len(self.way)


def fit(pixels: np.ndarray, places: np.ndarray) -> ControlPoints | None:
    """Fit the way from a picture to the ground; None for fewer than three points, or all on one line."""
    if len(pixels) < LEAST or not np.all(np.isfinite(places)) or not np.all(np.isfinite(pixels)):
        return None
    middle = pixels.mean(axis=0)
    size = float(np.abs(pixels - middle).max())
    if size == 0.0:
        return None
    spread = (pixels - middle) / size
    plane = _terms(spread, bent=False)
    if _on_a_line(plane) or _on_a_line(_terms(_spread(places), bent=False)):
        return None
    terms = plane
    if len(pixels) >= BENDS_FROM:
        bent = _terms(spread, bent=True)
        if not _on_a_line(bent) and _left_out_error(bent, places) < _left_out_error(plane, places):
            terms = bent
    origin = places.mean(axis=0)
    way = np.linalg.lstsq(terms, places - origin, rcond=None)[0]
    way[0] += origin
    return ControlPoints(pixels, places, middle, size, way)


def _spread(points: np.ndarray) -> np.ndarray:
    away = points - points.mean(axis=0)
    return np.asarray(away / (np.abs(away).max() or 1.0))


def _terms(at: np.ndarray, *, bent: bool) -> np.ndarray:
    column, row = at[:, 0], at[:, 1]
    plane = [np.ones(len(at)), column, row]
    return np.column_stack([*plane, column * row, column**2, row**2] if bent else plane)


def _on_a_line(terms: np.ndarray) -> bool:
    """Whether the points leave the way undetermined, or as good as."""
    return bool(np.linalg.cond(terms) > 1e4)


def _left_out_error(terms: np.ndarray, places: np.ndarray) -> float:
    """Square sum of how far each point lies off the way fitted to all the others."""
    hat = terms @ np.linalg.pinv(terms)
    off = (places - hat @ places) / np.maximum(1.0 - np.diag(hat), 1e-9)[:, None]
    return float((off**2).sum())


def residual(off_m: np.ndarray, needed: int) -> float:
    """Root mean square of how far points lie off, in metres, by the points beyond those that were needed."""
    return float(np.sqrt((off_m**2).sum() / (len(off_m) - needed)))
