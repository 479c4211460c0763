"""From longitude and latitude to metres for drawing, without loading a projection library.

The map window draws on a plane touching the ellipsoid at the middle of the project: east and north in
metres from that point. Within a county lengths are right to some parts in a thousand; measuring and
printing use the Gauss-Kruger zone instead (`gis.crs`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

SEMI_MAJOR_M = 6_378_137.0
ECCENTRICITY2 = 0.006_694_380_022_900_8
"""CGCS2000 ellipsoid (GB 22021)."""


class Plane(Protocol):
    """A plane in metres that project coordinates are brought to and back."""

    def metres(self, points: np.ndarray) -> np.ndarray: ...

    def project_xy(self, east: float, north: float) -> tuple[float, float]: ...


@dataclass(frozen=True, slots=True)
class ZonePlane:
    """The plane that sheets are drawn on: a CGCS2000 3-degree Gauss-Kruger zone, or a local plane as it is.

    Parameters
    ----------
    meridian
        Central meridian in degrees; 0 on a local plane.
    """

    meridian: int

    def metres(self, points: np.ndarray) -> np.ndarray:
        """Turn project coordinates (n, 2) into metres east and north of the zone."""
        if not self.meridian:
            return np.asarray(points, dtype=float)
        from gis import crs

        at = np.asarray(points, dtype=float)
        return np.column_stack(crs.project(at[:, 0], at[:, 1], self.meridian))

    def project_xy(self, east: float, north: float) -> tuple[float, float]:
        """Turn metres back into project coordinates."""
        if not self.meridian:
            return east, north
        from gis import crs

        x, y = crs.unproject(np.array([east]), np.array([north]), self.meridian)
        return float(x[0]), float(y[0])


@dataclass(frozen=True, slots=True)
class DisplayPlane:
    """A plane in metres for drawing.

    Parameters
    ----------
    x0, y0
        Project coordinates of the plane's origin.
    metres_per_x, metres_per_y
        Length of one unit of project coordinates there; 1 on a local plane.
    """

    x0: float = 0.0
    y0: float = 0.0
    metres_per_x: float = 1.0
    metres_per_y: float = 1.0

    @classmethod
    def around(cls, x: float, y: float, *, geographic: bool) -> DisplayPlane:
        """Make the plane with its origin at x, y (degrees where `geographic`, else metres)."""
        if not geographic:
            return cls(x, y)
        latitude = math.radians(y)
        w = math.sqrt(1 - ECCENTRICITY2 * math.sin(latitude) ** 2)
        north = math.radians(SEMI_MAJOR_M * (1 - ECCENTRICITY2) / w**3)
        east = math.radians(SEMI_MAJOR_M / w * math.cos(latitude))
        return cls(x, y, east, north)

    def metres(self, points: np.ndarray) -> np.ndarray:
        """Turn project coordinates (n, 2) into metres east and north of the origin."""
        return (np.asarray(points, dtype=float) - (self.x0, self.y0)) * (self.metres_per_x, self.metres_per_y)

    def project_xy(self, east: float, north: float) -> tuple[float, float]:
        """Turn metres back into project coordinates."""
        return self.x0 + east / self.metres_per_x, self.y0 + north / self.metres_per_y
