"""Which part of the plane is on the screen, and how large."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

SCREEN_M_PER_PIXEL = 0.0254 / 96
"""Size of a pixel that scales are told by (96 dots an inch)."""


@dataclass(frozen=True, slots=True)
class MapView:
    """A view of the display plane (metres east and north), y of the screen pointing down.

    Parameters
    ----------
    east, north
        Middle of the view in metres.
    metres_per_px
        Size of one pixel on the ground.
    width, height
        In device-independent pixels.
    """

    east: float = 0.0
    north: float = 0.0
    metres_per_px: float = 10.0
    width: float = 800.0
    height: float = 600.0

    @property
    def scale_denominator(self) -> float:
        """Denominator of the scale on a screen of 96 dots an inch."""
        return self.metres_per_px / SCREEN_M_PER_PIXEL

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The rectangle of the plane in view: west, south, east, north."""
        half_w, half_h = self.width * self.metres_per_px / 2, self.height * self.metres_per_px / 2
        return (self.east - half_w, self.north - half_h, self.east + half_w, self.north + half_h)

    def to_px(self, points: np.ndarray) -> np.ndarray:
        """Turn metres (n, 2) into pixels (n, 2)."""
        px = np.empty_like(points, dtype=float)
        px[:, 0] = (points[:, 0] - self.east) / self.metres_per_px + self.width / 2
        px[:, 1] = (self.north - points[:, 1]) / self.metres_per_px + self.height / 2
        return px

    def to_metres(self, x: float, y: float) -> tuple[float, float]:
        """Turn a pixel into metres."""
        return (
            self.east + (x - self.width / 2) * self.metres_per_px,
            self.north - (y - self.height / 2) * self.metres_per_px,
        )

    def moved(self, dx: float, dy: float) -> MapView:
        """Give the view after the paper was dragged by dx, dy pixels."""
        return replace(
            self, east=self.east - dx * self.metres_per_px, north=self.north + dy * self.metres_per_px
        )

    def zoomed(self, factor: float, x: float, y: float) -> MapView:
        """Give the view enlarged by `factor` around the pixel x, y (kept within sensible scales)."""
        metres_per_px = min(max(self.metres_per_px / factor, 0.02), 2_000.0)
        east, north = self.to_metres(x, y)
        return replace(
            self,
            east=east - (x - self.width / 2) * metres_per_px,
            north=north + (y - self.height / 2) * metres_per_px,
            metres_per_px=metres_per_px,
        )

    def fitted(self, box: tuple[float, float, float, float], margin: float = 0.06) -> MapView:
        """Give the view that shows the whole `box` with a margin (a share of its size)."""
        west, south, east, north = box
        width, height = max(east - west, 20.0), max(north - south, 20.0)
        scale = max(width / max(self.width, 1), height / max(self.height, 1)) * (1 + 2 * margin)
        return replace(self, east=(west + east) / 2, north=(south + north) / 2, metres_per_px=scale)

    def grown(self, share: float) -> MapView:
        """Give a larger view with the same middle and scale, for drawing ahead of a pan."""
        return replace(
            self, width=round(self.width * (1 + 2 * share)), height=round(self.height * (1 + 2 * share))
        )

    def boxes_in_view(self, boxes: np.ndarray) -> np.ndarray:
        """Mask of the boxes (n, 4 in metres) that touch the view."""
        west, south, east, north = self.box
        return (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)


def round_length(metres: float) -> float:
    """Give the largest of 1, 2, 5 × 10ⁿ that is not above `metres`."""
    power = 10 ** math.floor(math.log10(max(metres, 1e-3)))
    return float(max(step * power for step in (1, 2, 5) if step * power <= metres * 1.0001))
