"""Maps from files to lay under the network: pictures with a world file, GeoTIFF, MBTiles and drawings.

Nothing comes from a network and nothing of them goes into the project. A file that does not say which
coordinate system it is in is asked about (`DOMAIN` §3.5); detailed topographic data over a large area is
warned of (`DOMAIN` §11). The pixels themselves are read by whoever draws them.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gis import crs
from gis.control_points import MOST_RESIDUAL_M, ControlPoints, fit, residual
from gis.display import DisplayPlane, Plane
from gis.geotiff import Matrix, read_tags
from gis.shapes import FlatShapes, boxes_of
from grid_model.errors import GridError
from grid_model.project import LOCAL

PICTURES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp")
TIFFS = (".tif", ".tiff")
DRAWINGS = (".shp", ".geojson", ".json", ".gpkg", ".kml", ".dxf")
TILES = ".mbtiles"
SUFFIXES = (*PICTURES, TILES, *DRAWINGS)

WEB_MERCATOR = "EPSG:3857"
EQUATOR_M = 2 * math.pi * 6_378_137.0
TILE_PX = 256
NO_MATRIX: Matrix = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
COLOR_BITS = 8
"""Of a channel; more are heights or measurements, which have no colours of their own."""

MOST_POINTS = 5_000_000
"""Corners of a drawing that are held in memory (80 MB)."""

SECRET_KM2 = 25.0
DETAILED_M_PER_PX = 0.3
DETAILED_POINTS_PER_KM2 = 3_000.0
"""What counts as 1:2000 or larger: a scan or picture of 0.3 m a pixel, or so many corners to a km².

The area is that of `DOMAIN` §11 (1:500 to 1:2000 over more than 25 km²); the other two are defaults."""


def kind_of(path: Path) -> str:
    """Tell ``picture``, ``tiles`` or ``drawing``; raises `GridError` ``base-map-kind``, ``base-map-gone``."""
    if not path.is_file():
        raise GridError("base-map-gone", file=path.name, folder=str(path.parent))
    suffix = path.suffix.lower()
    if suffix in PICTURES:
        return "picture"
    if suffix in DRAWINGS:
        return "drawing"
    if suffix != TILES:
        raise GridError("base-map-kind", file=path.name)
    with TileStore(path) as store:
        return "drawing" if store.is_vector else "tiles"


def stated_crs(path: Path) -> str:
    """Give the coordinate system a file states, as `gis.crs.read_crs` takes it; empty: it states none.

    Raises
    ------
    GridError
        ``base-map-kind``, ``base-map-gone``, ``base-map-unreadable``, ``base-map-no-place``,
        ``base-map-deep``, ``base-map-lacks-part``, ``base-map-pictures``.
    """
    kind_of(path)
    suffix = path.suffix.lower()
    if suffix == TILES:
        return WEB_MERCATOR
    if suffix in PICTURES:
        picture_place(path)
        return (_tiff_crs(path) if suffix in TIFFS else "") or _projection_beside(path)
    if suffix in DRAWINGS:
        look_for_parts(path)
    from pyogrio import list_layers, read_info
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        names = [str(name) for name, kind in list_layers(path) if kind is not None]
        found = [str(read_info(path, layer=name)["crs"] or "") for name in names]
    except (DataSourceError, DataLayerError, UnicodeDecodeError, RuntimeError) as error:
        raise GridError("base-map-unreadable", file=path.name) from error
    return next((one for one in found if one), "")


def look_for_parts(path: Path) -> None:
    """See that a drawing is whole before GDAL says something less clear.

    Raises `GridError` ``base-map-lacks-part`` for a Shapefile without its index, ``base-map-pictures`` for
    a GeoPackage that holds tiles only.
    """
    suffix = path.suffix.lower()
    if suffix == ".shp" and _is_shapefile(path) and _beside(path, (".shx",)) is None:
        raise GridError("base-map-lacks-part", file=path.name, part=path.stem + ".shx")
    if suffix == ".gpkg" and _holds_only_tiles(path):
        raise GridError("base-map-pictures", file=path.name)


def _is_shapefile(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x00\x00\x27\x0a"


def _holds_only_tiles(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
            kinds = {str(kind) for (kind,) in file.execute("SELECT DISTINCT data_type FROM gpkg_contents")}
    except sqlite3.Error:
        return False  # no GeoPackage at all: reading it says so
    return "tiles" in kinds and "features" not in kinds


def base_maps_of(written: Sequence[str], geographic: bool) -> tuple[tuple[str, str], ...]:
    """Read base maps written as ``FILE`` or ``FILE@CRS``: file and coordinate system of each.

    Raises
    ------
    GridError
        ``base-map-needs-crs`` where neither the file nor the writing says the system; what `stated_crs` and
        `source_of` raise.
    """
    found = []
    for one in written:
        name, _at, said = one.rpartition("@")
        path = Path(name) if name and not Path(one).exists() else Path(one)
        system = said if path != Path(one) else stated_crs(path)
        if not system:
            raise GridError("base-map-needs-crs", file=path.name, example=f"{one}@EPSG:4547")
        source_of(system, geographic)
        kind_of(path)
        found.append((str(path), system))
    return tuple(found)


def source_of(text: str, geographic: bool) -> crs.SourceCrs:
    """Understand the system of a base map of a project in degrees, or on a local plane.

    Raises
    ------
    GridError
        ``base-map-plane`` where one is local and the other is not; what `gis.crs.read_crs` raises.
    """
    source = crs.read_crs(text)
    if (source.name == LOCAL) == geographic:
        raise GridError("base-map-plane")
    return source


# ------------------------------------------------------------------ pictures


@dataclass(frozen=True)
class PicturePlace:
    """Where the pixels of a picture lie.

    Parameters
    ----------
    matrix
        (a, b, c, d, e, f): x = a·column + b·row + c, y = d·column + e·row + f; whole numbers are the
        corners of pixels, 0, 0 the upper left one of the picture.
    points
        The control points it is placed by, where there is no matrix.
    """

    matrix: Matrix
    points: ControlPoints | None = None

    def ground(self, pixels: np.ndarray) -> np.ndarray:
        """Turn columns and rows (n, 2) into coordinates of the picture's own system (n, 2)."""
        if self.points is not None:
            return self.points.ground(pixels)
        a, b, c, d, e, f = self.matrix
        column, row = pixels[:, 0], pixels[:, 1]
        return np.column_stack([a * column + b * row + c, d * column + e * row + f])


def picture_place(path: Path) -> PicturePlace:
    """Read where a picture lies, from its world file, else from the tags of a GeoTIFF.

    Raises
    ------
    GridError
        ``base-map-no-place``, ``base-map-bad-world-file``, ``base-map-unreadable``, ``base-map-few-points``.
    """
    world = _beside(path, world_suffixes(path.suffix))
    if world is not None:
        return _world_place(world)
    if path.suffix.lower() in TIFFS:
        tags = read_tags(path)
        if tags.matrix is not None:
            return PicturePlace(tags.matrix)
        if tags.points:
            return _fitted_place(path, np.array(tags.points))
    raise GridError("base-map-no-place", file=path.name, world=path.stem + world_suffixes(path.suffix)[0])


def _fitted_place(path: Path, points: np.ndarray) -> PicturePlace:
    fitted = fit(points[:, :2], points[:, 2:])
    if fitted is None:
        raise GridError("base-map-few-points", file=path.name, count=len(points))
    return PicturePlace(NO_MATRIX, fitted)


def residual_m(path: Path, points: ControlPoints, source: crs.SourceCrs, plane: Plane) -> float | None:
    """Tell how far control points lie off where the picture puts them, in metres; None: none to prove it by.

    Raises `GridError` ``base-map-points-off`` where that is more than `MOST_RESIDUAL_M`.
    """
    if not points.proved:
        return None
    there, put = (
        plane.metres(np.column_stack(crs.to_project(at[:, 0], at[:, 1], source)))
        for at in (points.places, points.ground(points.pixels))
    )
    off = np.hypot(*(there - put).T)
    found = residual(off, len(points.way))
    if not found <= MOST_RESIDUAL_M:
        column, row = points.pixels[int(np.argmax(off))]
        values = {"count": len(off), "residual": round(found), "most": round(MOST_RESIDUAL_M)}
        worst = {"column": round(column), "row": round(row), "off": round(float(off.max()))}
        raise GridError("base-map-points-off", file=path.name, **values, **worst)
    return found


def _tiff_crs(path: Path) -> str:
    """Read the system a TIFF states; raises ``base-map-deep`` where its numbers are no colours."""
    tags = read_tags(path)
    if tags.bits > COLOR_BITS:
        raise GridError("base-map-deep", file=path.name, bits=tags.bits)
    return tags.crs


def world_suffixes(suffix: str) -> tuple[str, ...]:
    """Give the suffixes a world file may bear: ``.jgw``, ``.jpgw``, ``.wld`` for ``.jpg``."""
    letters = suffix.lower().lstrip(".")
    return (f".{letters[0]}{letters[-1]}w", f".{letters}w", ".wld")


def _beside(path: Path, suffixes: tuple[str, ...]) -> Path | None:
    """Find a file of the same name with another suffix, however its letters are cased."""
    wanted = {path.stem.lower() + one: n for n, one in enumerate(suffixes)}
    found = [one for one in path.parent.iterdir() if one.name.lower() in wanted and one.is_file()]
    return min(found, key=lambda one: wanted[one.name.lower()], default=None)


def _world_place(path: Path) -> PicturePlace:
    """Read the six lines of a world file; its coordinates are those of the middle of a pixel."""
    try:
        words = path.read_text("ascii").replace(",", ".").split()
        a, d, b, e, c, f = (float(word) for word in words[:6])
    except (OSError, ValueError) as error:  # a letter that is no ASCII is a ValueError too
        raise GridError("base-map-bad-world-file", file=path.name) from error
    if not all(map(math.isfinite, (a, b, c, d, e, f))) or abs(a * e - b * d) < 1e-30:
        raise GridError("base-map-bad-world-file", file=path.name)
    return PicturePlace((a, b, c - (a + b) / 2, d, e, f - (d + e) / 2))


def _projection_beside(path: Path) -> str:
    found = _beside(path, (".prj",))
    try:
        return found.read_text("utf-8").strip() if found is not None else ""
    except (OSError, ValueError):
        return ""


# --------------------------------------------------------------------- tiles


class TileStore:
    """The tiles of an MBTiles file (MBTiles 1.3): squares of the Web Mercator plane, numbered by zoom.

    Rows count from the north here, as on maps in browsers; in the file they count from the south.

    Raises `GridError` ``base-map-unreadable`` where the file is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False
            )
            said = self._file.execute("SELECT name, value FROM metadata").fetchall()
            some = self._file.execute("SELECT 1 FROM tiles LIMIT 1").fetchone()
            zooms = None if some is None else self._zooms(dict(said))
        except sqlite3.Error as error:
            raise GridError("base-map-unreadable", file=path.name) from error
        self.metadata = {str(name).lower(): str(value) for name, value in said}
        if zooms is None:
            raise GridError("base-map-empty", file=path.name)
        self.zooms = zooms

    def _zooms(self, said: Mapping[str, Any]) -> tuple[int, int]:
        """Read the smallest and largest zoom; looking through the tiles may take long."""
        try:
            low, high = int(said["minzoom"]), int(said["maxzoom"])
        except (KeyError, TypeError, ValueError):
            low, high = self._file.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        return min(int(low), int(high)), max(int(low), int(high))

    def __enter__(self) -> TileStore:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    @property
    def is_vector(self) -> bool:
        """Whether the tiles hold shapes, not pictures."""
        return self.metadata.get("format", "").lower() in ("pbf", "mvt")

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """Give the picture of a tile as it is in the file; None where there is none.

        Raises `GridError` ``base-map-unreadable``.
        """
        try:
            found = self._file.execute(
                "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                (zoom, column, 2**zoom - 1 - row),
            ).fetchone()
        except sqlite3.Error as error:
            raise GridError("base-map-unreadable", file=self.path.name) from error
        return bytes(found[0]) if found is not None and found[0] is not None else None

    def bounds(self) -> tuple[float, float, float, float]:
        """Give west, south, east, north in degrees, as stated, else from the tiles of the largest zoom.

        Raises `GridError` ``base-map-unreadable``.
        """
        stated = self._stated_bounds()
        if stated is not None:
            return stated
        zoom = self.zooms[1]
        try:
            columns = self._file.execute(
                "SELECT min(tile_column), max(tile_column), min(tile_row), max(tile_row) FROM tiles"
                " WHERE zoom_level = ?",
                (zoom,),
            ).fetchone()
        except sqlite3.Error as error:
            raise GridError("base-map-unreadable", file=self.path.name) from error
        west, east, low, high = (int(one) for one in columns)
        top, bottom = 2**zoom - 1 - high, 2**zoom - low
        corners = tile_corners(zoom, np.array([[west, bottom], [east + 1, top]]))
        return (*corners[0], *corners[1])

    def _stated_bounds(self) -> tuple[float, float, float, float] | None:
        try:
            west, south, east, north = (float(one) for one in self.metadata["bounds"].split(","))
        except (KeyError, ValueError):
            return None
        right = -180 <= west < east <= 180 and -86 <= south < north <= 86
        return (west, south, east, north) if right else None


def tile_corners(zoom: int, tiles: np.ndarray) -> np.ndarray:
    """Give longitude and latitude (n, 2) of the upper left corners of tiles (column, row from the north)."""
    share = np.asarray(tiles, dtype=float) / 2.0**zoom
    latitude = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * share[:, 1]))))
    return np.column_stack([share[:, 0] * 360.0 - 180.0, latitude])


def tiles_at(zoom: int, degrees: np.ndarray) -> np.ndarray:
    """Give columns and rows (n, 2), with fractions, of places in degrees; the reverse of `tile_corners`."""
    latitude = np.radians(np.clip(degrees[:, 1], -85.0511, 85.0511))
    share = np.column_stack([(degrees[:, 0] + 180.0) / 360.0, (1 - np.arcsinh(np.tan(latitude)) / np.pi) / 2])
    return np.asarray(share * 2.0**zoom)


def tile_metres_per_px(zoom: int, latitude: float) -> float:
    """Size on the ground of a pixel of a tile."""
    return EQUATOR_M * math.cos(math.radians(latitude)) / TILE_PX / 2.0**zoom


def tiles_to_project(degrees: np.ndarray, source: crs.SourceCrs) -> np.ndarray:
    """Bring places of a tile map to CGCS2000 degrees: those of phone maps are shifted, others stand."""
    if source.name in (crs.GCJ02, crs.BD09):
        return np.column_stack(crs.to_project(degrees[:, 0], degrees[:, 1], source))
    return degrees


def tiles_from_project(degrees: np.ndarray, source: crs.SourceCrs) -> np.ndarray:
    """Bring CGCS2000 degrees to places of a tile map."""
    shift = {crs.GCJ02: crs.to_gcj02, crs.BD09: crs.to_bd09}.get(source.name)
    return np.column_stack(shift(degrees[:, 0], degrees[:, 1])) if shift is not None else degrees


# ------------------------------------------------------------------ drawings


@dataclass(frozen=True)
class Drawing:
    """The shapes of a drawing in project coordinates.

    Parameters
    ----------
    lines
        Lines, and the rings of areas.
    points
        Single points (n, 2).
    """

    lines: FlatShapes
    points: np.ndarray


def read_drawing(path: Path, source: crs.SourceCrs) -> Drawing:
    """Read every layer of a drawing, a part at a time.

    Raises
    ------
    GridError
        ``base-map-unreadable``, ``base-map-empty``, ``base-map-too-detailed``; ``coordinates-outside``.
    """
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        parts = list(_flat_parts(path))
    except (DataSourceError, DataLayerError, UnicodeDecodeError, RuntimeError, OSError) as error:
        raise GridError("base-map-unreadable", file=path.name) from error
    found = np.concatenate([np.zeros((0, 2)), *(points for points, _counts, _single in parts)])
    if not len(found):
        raise GridError("base-map-empty", file=path.name)
    counts = np.concatenate([counts for _points, counts, _single in parts])
    placed = np.column_stack(crs.to_project(found[:, 0], found[:, 1], source))
    single = np.concatenate([single for _points, _counts, single in parts])
    of_single = np.repeat(single, counts)
    starts = np.concatenate([[0], np.cumsum(counts[~single])]).astype(np.int64)
    points = placed[~of_single]
    rows = np.arange(len(starts) - 1, dtype=np.int64)
    boxes = boxes_of(points, starts) if len(rows) else np.zeros((0, 4))
    return Drawing(FlatShapes(points, starts, rows, boxes), placed[of_single])


def _flat_parts(path: Path) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Give, a batch at a time, corners (n, 2), how many each part has, and which parts are single points."""
    import shapely
    from pyogrio import list_layers
    from pyogrio.raw import open_arrow

    total = 0
    for name, kind in list_layers(path):
        if kind is None:
            continue
        with open_arrow(path, layer=str(name), columns=[], use_pyarrow=True) as (meta, reader):
            column = meta["geometry_name"] or "wkb_geometry"
            for batch in reader:
                shapes = shapely.from_wkb(
                    batch.column(column).to_numpy(zero_copy_only=False), on_invalid="ignore"
                )
                points, counts, single = _flat(shapes[~shapely.is_missing(shapes)])
                total += len(points)
                if total > MOST_POINTS:
                    raise GridError("base-map-too-detailed", file=path.name, most=MOST_POINTS)
                yield points, counts, single


def _flat(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shapely.force_2d(shapes)))
    areal = shapely.get_type_id(parts) == 3
    parts = np.concatenate([parts[~areal], shapely.get_rings(parts[areal])])
    single = shapely.get_type_id(parts) == 0
    points, of_part = shapely.get_coordinates(parts, return_index=True)
    counts = np.bincount(of_part, minlength=len(parts)).astype(np.int64)
    enough = single | (counts >= 2)
    return points[np.repeat(enough, counts)], counts[enough], single[enough]


# ------------------------------------------------------------------- secrecy


def extent_km2(west: float, south: float, east: float, north: float, geographic: bool) -> float:
    """Area of a rectangle in project coordinates."""
    plane = DisplayPlane.around((west + east) / 2, (south + north) / 2, geographic=geographic)
    return abs((east - west) * plane.metres_per_x * (north - south) * plane.metres_per_y) / 1e6


def is_large_scale(km2: float, metres_per_px: float | None = None, corners: int | None = None) -> bool:
    """Whether a map is as detailed as 1:2000 over an area that makes it a state secret (`DOMAIN` §11)."""
    if km2 <= SECRET_KM2:
        return False
    fine = metres_per_px is not None and metres_per_px <= DETAILED_M_PER_PX
    return fine or (corners is not None and corners / km2 > DETAILED_POINTS_PER_KM2)
