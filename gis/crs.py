"""Coordinates: from what a file says to CGCS2000, and to metres for measuring.

Projects keep CGCS2000 longitude and latitude (EPSG:4490); WGS 84 counts as equal, the difference is
centimetres (`DOMAIN` §3.5). Phone maps shift their points by hundreds of metres (GCJ-02, BD-09); that is
taken back only where the person says so. Xian 1980 and Beijing 1954 need local parameters and are
refused. Order is always x = longitude or easting, y = latitude or northing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from grid_model.errors import GridError
from grid_model.project import LOCAL

Floats = npt.NDArray[np.float64]

GCJ02 = "GCJ-02"
BD09 = "BD-09"
EQUAL_TO_CGCS2000 = frozenset({4490, 4326, 4979, 4480, 4479, 4978})
"""Geographic systems taken as CGCS2000 as they stand."""

_AXIS_M = 6_378_245.0  # Krasovsky 1940, which the shift of GCJ-02 is made with
_ECCENTRICITY = 0.006_693_421_622_965_943
_BD_ANGLE = np.pi * 3000.0 / 180.0


@dataclass(frozen=True, slots=True)
class SourceCrs:
    """Where the coordinates of a source stand.

    Parameters
    ----------
    name
        ``EPSG:…``, `GCJ02`, `BD09` or `LOCAL`.
    epsg
        The number, 0 for the others.
    definition
        WKT of a system without a number.
    """

    name: str
    epsg: int = 0
    definition: str = ""


def read_crs(text: str) -> SourceCrs:
    """Understand ``EPSG:4490``, ``4490``, ``GCJ-02``, ``BD-09``, ``CGCS2000``, ``WGS84``, ``LOCAL``.

    Raises
    ------
    GridError
        ``unknown-crs``; ``datum-needs-parameters`` for Xian 1980 and Beijing 1954.
    """
    word = text.strip().upper().replace("_", "-").replace(" ", "")
    plain = word.replace("-", "")
    if plain in ("GCJ02", "BD09"):
        return SourceCrs(GCJ02 if plain == "GCJ02" else BD09)
    if plain == LOCAL:
        return SourceCrs(LOCAL)
    if "[" in word:
        return _read_wkt(text)
    named = {"CGCS2000": 4490, "WGS84": 4326}.get(plain)
    number = named or _number(word.removeprefix("EPSG:"))
    if number is None or not _known(number):
        raise GridError("unknown-crs", crs=text)
    if needs_parameters(number):
        raise GridError("datum-needs-parameters", crs=f"EPSG:{number}")
    return SourceCrs(f"EPSG:{number}", number)


def _read_wkt(text: str) -> SourceCrs:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    folded = text.replace("_", " ").casefold()
    if any(name in folded for name in ("xian 1980", "xian80", "beijing 1954", "beijing54")):
        raise GridError("datum-needs-parameters", crs=text.split('"')[1] if '"' in text else text[:60])
    try:
        found = CRS.from_wkt(text)
    except CRSError:
        raise GridError("unknown-crs", crs=text[:60]) from None
    number = found.to_epsg()
    if number:
        return read_crs(f"EPSG:{number}")
    if not (found.is_geographic or found.is_projected):
        return SourceCrs(LOCAL)
    return SourceCrs(found.name, 0, text)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


@lru_cache(maxsize=64)
def _known(epsg: int) -> bool:
    if epsg in EQUAL_TO_CGCS2000:
        return True
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        found = CRS.from_epsg(epsg)
    except CRSError:
        return False
    return bool(found.is_geographic or found.is_projected)


def needs_parameters(epsg: int) -> bool:
    """Whether EPSG `epsg` is Xian 1980 or Beijing 1954, which no public parameters lead from."""
    return epsg in (4610, 4214) or 2327 <= epsg <= 2442


def to_project(x: Floats, y: Floats, source: SourceCrs, tolerant: bool = False) -> tuple[Floats, Floats]:
    """Bring coordinates of `source` to CGCS2000 longitude and latitude; missing ones stay missing.

    Parameters
    ----------
    tolerant
        Whether up to half of the points may lie where that system has no places; they become missing.

    Raises
    ------
    GridError
        ``coordinates-outside`` where a point has no place in that system.
    """
    if source.name == GCJ02:
        return from_gcj02(x, y)
    if source.name == BD09:
        return from_gcj02(*_bd09_to_gcj02(x, y))
    if source.name == LOCAL or source.epsg in EQUAL_TO_CGCS2000:
        return x, y
    lon, lat = (
        np.asarray(one, dtype=np.float64)
        for one in _transformer(source.definition or source.epsg, 4490).transform(x, y)
    )
    known = np.isfinite(x) & np.isfinite(y)
    lost = known & ~(np.isfinite(lon) & np.isfinite(lat))
    if lost.any() and not (tolerant and 2 * lost.sum() <= known.sum()):
        at = int(np.argmax(lost))
        raise GridError("coordinates-outside", crs=source.name, x=float(x[at]), y=float(y[at]))
    lon[lost | ~np.isfinite(lon)] = np.nan
    lat[lost | ~np.isfinite(lat)] = np.nan
    return lon, lat


def shapes_to_project(shapes: npt.NDArray[Any], source: SourceCrs) -> npt.NDArray[Any]:
    """Bring shapely `shapes` (None allowed) of `source` to CGCS2000 degrees, without heights."""
    import shapely

    flat = shapely.force_2d(shapes)
    if source.name == LOCAL or source.epsg in EQUAL_TO_CGCS2000:
        return np.asarray(flat, dtype=object)

    def move(points: Floats) -> Floats:
        return np.column_stack(to_project(points[:, 0], points[:, 1], source))

    return np.asarray(shapely.transform(flat, move), dtype=object)


@lru_cache(maxsize=32)
def _transformer(source: int | str, target: int) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


# ------------------------------------------------------------ phone maps


def to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift CGCS2000 longitude and latitude to GCJ-02; points outside China stay."""
    x, y = np.asarray(lon, float) - 105.0, np.asarray(lat, float) - 35.0
    swing = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north = (
        -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * np.sqrt(np.abs(x))
        + (
            swing
            + 20.0 * np.sin(y * np.pi)
            + 40.0 * np.sin(y / 3.0 * np.pi)
            + 160.0 * np.sin(y / 12.0 * np.pi)
            + 320.0 * np.sin(y * np.pi / 30.0)
        )
        * 2.0
        / 3.0
    )
    east = (
        300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * np.sqrt(np.abs(x))
        + (
            swing
            + 20.0 * np.sin(x * np.pi)
            + 40.0 * np.sin(x / 3.0 * np.pi)
            + 150.0 * np.sin(x / 12.0 * np.pi)
            + 300.0 * np.sin(x / 30.0 * np.pi)
        )
        * 2.0
        / 3.0
    )
    radians = np.asarray(lat, float) / 180.0 * np.pi
    bulge = 1.0 - _ECCENTRICITY * np.sin(radians) ** 2
    d_lat = north * 180.0 / (_AXIS_M * (1.0 - _ECCENTRICITY) / (bulge * np.sqrt(bulge)) * np.pi)
    d_lon = east * 180.0 / (_AXIS_M / np.sqrt(bulge) * np.cos(radians) * np.pi)
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    return np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat)


def from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Take the shift of GCJ-02 back by fixed-point iteration; 3 rounds leave under 1 mm (`DOMAIN` §3.5)."""
    x, y = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    for _round in range(4):
        there_x, there_y = to_gcj02(x, y)
        x, y = x + (lon - there_x), y + (lat - there_y)
    return x, y


def to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift CGCS2000 longitude and latitude to BD-09."""
    x, y = to_gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_ANGLE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _bd09_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = np.asarray(lon, float) - 0.0065, np.asarray(lat, float) - 0.006
    for _round in range(4):
        radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_ANGLE)
        angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_ANGLE)
        x, y = x + (lon - 0.0065 - radius * np.cos(angle)), y + (lat - 0.006 - radius * np.sin(angle))
    return x, y


# ------------------------------------------------------------ measuring


def zone_epsg(longitude: float) -> int:
    """EPSG number of the CGCS2000 3-degree Gauss-Kruger zone of `longitude`, without zone prefix.

    Zones 25 to 45 (central meridians 75° to 135°); a longitude outside China gets the nearest one.
    """
    meridian = 3 * int(np.floor((longitude + 1.5) / 3.0))
    return 4534 + (min(max(meridian, 75), 135) - 75) // 3


def central_meridian(longitude: float) -> int:
    """Central meridian, in degrees, of the 3-degree zone of `longitude`."""
    return 3 * int(np.floor((longitude + 1.5) / 3.0))


@lru_cache(maxsize=32)
def _measuring(meridian: int) -> Any:
    from pyproj import Transformer

    zone = f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
    return Transformer.from_crs("+proj=longlat +ellps=GRS80 +no_defs", zone, always_xy=True)


def project(lon: Floats, lat: Floats, meridian: int) -> tuple[Floats, Floats]:
    """Project CGCS2000 longitude and latitude to metres east and north in the zone of `meridian` (degrees).

    Works anywhere on earth; inside China it is the CGCS2000 3-degree Gauss-Kruger zone.
    """
    east, north = _measuring(meridian).transform(np.asarray(lon, float), np.asarray(lat, float))
    return np.asarray(east, dtype=np.float64), np.asarray(north, dtype=np.float64)


def unproject(east: Floats, north: Floats, meridian: int) -> tuple[Floats, Floats]:
    """Give longitude and latitude of metres east and north in the zone of `meridian` (degrees)."""
    lon, lat = _measuring(meridian).transform(
        np.asarray(east, float), np.asarray(north, float), direction="INVERSE"
    )
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def in_metres(x: Floats, y: Floats, geographic: bool) -> tuple[Floats, Floats]:
    """Bring the points of a project to metres for measuring; those of a local plane are metres already.

    The zone is that of the middle of the points; missing points stay missing.
    """
    if not geographic:
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    known = np.isfinite(x) & np.isfinite(y)
    east, north = np.full(len(x), np.nan), np.full(len(x), np.nan)
    if known.any():
        at = np.asarray(x)[known], np.asarray(y)[known]
        east[known], north[known] = project(*at, central_meridian(float(np.median(at[0]))))
        lost = ~(np.isfinite(east) & np.isfinite(north))
        east[lost], north[lost] = np.nan, np.nan
    return east, north


def in_degrees(x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
    """Whether each point lies inside ±180°/±90°; a missing one does."""
    return np.asarray(~((np.abs(x) > 180) | (np.abs(y) > 90)), dtype=bool)


def looks_geographic(x: Floats, y: Floats) -> bool:
    """Whether every known point lies inside ±180°/±90°."""
    known = np.isfinite(x) & np.isfinite(y)
    return bool(in_degrees(np.asarray(x)[known], np.asarray(y)[known]).all())
