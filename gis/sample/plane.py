"""The plane the sample is drawn on, and the gentle bending that makes straight lines look grown.

Borders, roads and lines are laid out straight on a *drawing* plane, where Voronoi cells are convex and
roads cross only at junctions. `Plane.bend` then moves every point a little, always the same way at the
same place: borders wind, neighbours still share every point of their border, and no two roads cross
that did not before, because the bending never folds (its slope stays below one).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

ORIGIN = (429_900.0, 3_144_100.0)
"""Easting and northing of the plane's origin, metres in `PLANE_CRS` (about 113.285° E, 28.413° N)."""

PLANE_CRS = "EPSG:4547"
"""CGCS2000, 3-degree Gauss-Krueger, central meridian 114° E, easting without zone number."""

WAVES = ((150.0, 2600.0), (150.0, 3700.0), (22.0, 620.0), (20.0, 430.0), (3.5, 140.0))
"""Amplitude and wavelength of the bending, metres; each slope (2π·amplitude/wavelength) is moderate."""


def generator(seed: int, purpose: str, number: int = 0) -> np.random.Generator:
    """Give the random numbers for one purpose; parts of the sample do not shift each other."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(purpose.encode()), number]))


@dataclass(frozen=True)
class Plane:
    """The bending of one sample.

    Parameters
    ----------
    waves
        Rows of amplitude, wave numbers along x and y, phase, direction of the shift as x and y.
    """

    waves: np.ndarray

    @classmethod
    def of_seed(cls, seed: int) -> Plane:
        """Choose directions and phases."""
        random = generator(seed, "plane")
        rows = []
        for amplitude, length in WAVES:
            along, phase = random.uniform(0, 2 * np.pi, 2)
            across = along + np.pi / 2
            number = 2 * np.pi / length
            rows.append(
                (
                    amplitude,
                    number * np.cos(along),
                    number * np.sin(along),
                    phase,
                    np.cos(across),
                    np.sin(across),
                )
            )
            rows.append(
                (
                    amplitude * 0.6,
                    -number * np.sin(along),
                    number * np.cos(along),
                    phase + 1.7,
                    np.cos(along),
                    np.sin(along),
                )
            )
        return cls(np.array(rows))

    def bend(self, points: np.ndarray) -> np.ndarray:
        """Give where points (n, 2) of the drawing plane lie on the ground, metres, to the millimetre."""
        bent = np.array(points, dtype=np.float64)
        x, y = bent[:, 0].copy(), bent[:, 1].copy()
        for amplitude, along_x, along_y, phase, to_x, to_y in self.waves:
            shift = amplitude * np.sin(along_x * x + along_y * y + phase)
            bent[:, 0] += shift * to_x
            bent[:, 1] += shift * to_y
        return np.round(bent, 3)


def to_degrees(points: np.ndarray) -> np.ndarray:
    """Turn ground-plane metres (n, 2) into CGCS2000 longitude and latitude, rounded to about a millimetre."""
    from pyproj import Transformer

    transformer = Transformer.from_crs(PLANE_CRS, "EPSG:4490", always_xy=True)
    east, north = transformer.transform(points[:, 0] + ORIGIN[0], points[:, 1] + ORIGIN[1])
    return np.round(np.column_stack([east, north]), 8)


def to_metres(degrees: np.ndarray) -> np.ndarray:
    """Turn CGCS2000 longitude and latitude (n, 2) into ground-plane metres."""
    from pyproj import Transformer

    transformer = Transformer.from_crs("EPSG:4490", PLANE_CRS, always_xy=True)
    east, north = transformer.transform(degrees[:, 0], degrees[:, 1])
    return np.column_stack([np.asarray(east) - ORIGIN[0], np.asarray(north) - ORIGIN[1]])
