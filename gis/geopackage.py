"""Shapes as a GeoPackage keeps them: a short header, the bounds, then well-known binary.

A point is x and y in memory, any other shape well-known binary (ISO WKB, two dimensions); in the file
both are GeoPackage geometries (OGC 12-128r18, clause 2.1.3). Whole columns are turned at once, since a
county has millions of them. Neither GDAL nor shapely is needed for it, so opening a project stays quick.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Sequence

import numpy as np

MAGIC = b"GP"
NO_ENVELOPE, XY_ENVELOPE = 0, 1
EMPTY = 0x10
XY_FLAGS, XY_HEADER_SIZE = 0x03, 40
"""Flags and bytes of the header that shapes usually have: little-endian, with bounds in two dimensions."""
POINT_SIZE = 29
"""Bytes of a point without bounds, as QGIS and Taiqu write it: 8 of header, 21 of well-known binary."""

ENVELOPE_DOUBLES = {0: 0, 1: 4, 2: 6, 3: 6, 4: 8}
WKB_TYPES = {
    "POINT": 1,
    "LINESTRING": 2,
    "POLYGON": 3,
    "MULTIPOINT": 4,
    "MULTILINESTRING": 5,
    "MULTIPOLYGON": 6,
}
NOWHERE = (np.inf, np.inf, -np.inf, -np.inf)


class BadGeometry(ValueError):
    """Bytes that are no shape of the kind wanted."""


def encode_points(x: np.ndarray, y: np.ndarray, srs_id: int) -> list[bytes | None]:
    """Turn coordinates into geometries; None where both are missing (NaN).

    A place of which only one coordinate is known is kept as such, marked empty: no map draws it.
    """
    x, y = np.asarray(x, dtype="<f8"), np.asarray(y, dtype="<f8")
    blobs = np.zeros((len(x), POINT_SIZE), dtype=np.uint8)
    blobs[:, :8] = np.frombuffer(header(srs_id, 0), dtype=np.uint8)
    blobs[~(np.isfinite(x) & np.isfinite(y)), 3] |= EMPTY
    blobs[:, 8:13] = np.frombuffer(struct.pack("<BI", 1, 1), dtype=np.uint8)
    blobs[:, 13:21] = x.reshape(-1, 1).view(np.uint8)
    blobs[:, 21:29] = y.reshape(-1, 1).view(np.uint8)
    together = blobs.tobytes()
    missing = (np.isnan(x) & np.isnan(y)).tolist()
    return [
        None if gone else together[at : at + POINT_SIZE]
        for gone, at in zip(missing, range(0, len(together), POINT_SIZE), strict=True)
    ]


def decode_points(blobs: Sequence[bytes | None]) -> tuple[np.ndarray, np.ndarray]:
    """Turn geometries into x and y, NaN where there is none; raises `BadGeometry`."""
    together = b"".join(_ABSENT if blob is None else blob for blob in blobs)
    found = points_of_table(together, len(blobs)) if len(together) == POINT_SIZE * len(blobs) else None
    if found is not None:
        return found
    xy = [(np.nan, np.nan) if blob is None else _point(blob) for blob in blobs]
    return np.array([x for x, _ in xy]), np.array([y for _, y in xy])


def points_of_table(together: bytes, count: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Turn `count` geometries of the usual size, joined, into x and y; zeros stand for a missing one.

    None where one of them has another form.
    """
    if len(together) != POINT_SIZE * count:
        return None
    table = np.frombuffer(together, dtype=np.uint8).reshape(-1, POINT_SIZE)
    usual = (table[:, [0, 1, 8, 9, 10, 11, 12]] == _USUAL).all(axis=1) & (table[:, 3] & 0x0F == 1)
    absent = ~usual & (table == 0).all(axis=1)
    if not (usual | absent).all():
        return None
    xy = table[:, 13:].copy().view("<f8")
    xy[absent] = np.nan
    return xy[:, 0].copy(), xy[:, 1].copy()


_ABSENT = bytes(POINT_SIZE)
_USUAL = np.array([*MAGIC, 1, 1, 0, 0, 0], dtype=np.uint8)


def _point(blob: bytes) -> tuple[float, float]:
    """Read one point that was not written in the usual form (another byte order, bounds, Z)."""
    wkb = wkb_of(blob)
    order, kind = _kind(wkb)
    if kind % 1000 != WKB_TYPES["POINT"]:
        raise BadGeometry("no point")
    return struct.unpack_from(order + "2d", wkb, 5)


def encode_shapes(
    shapes: Sequence[bytes | None], shape: str, srs_id: int
) -> tuple[list[bytes | None], np.ndarray]:
    """Turn well-known binary of the type `shape` into geometries.

    Returns
    -------
    blobs, bounds
        The geometries, and min x, min y, max x, max y of each (infinite where empty or missing).

    Raises
    ------
    BadGeometry
        Its second argument is the position of the first shape that cannot be read.
    """
    bounds = bounds_of(shapes, shape)
    full, empty = header(srs_id, XY_ENVELOPE), header(srs_id, NO_ENVELOPE | EMPTY)
    envelopes = np.ascontiguousarray(bounds[:, [0, 2, 1, 3]]).astype("<f8").tobytes()
    finite = np.isfinite(bounds).all(axis=1).tolist()
    return [
        None if wkb is None else full + envelopes[at : at + 32] + wkb if has else empty + wkb
        for wkb, at, has in zip(shapes, range(0, len(envelopes), 32), finite, strict=True)
    ], bounds


def decode_shapes(blobs: Iterable[bytes | None]) -> list[bytes | None]:
    """Turn geometries into well-known binary; raises `BadGeometry`."""
    return [
        None if blob is None else blob[XY_HEADER_SIZE:] if blob[3:4] == _XY else wkb_of(blob)
        for blob in blobs
    ]


_XY = bytes([XY_FLAGS])


def header(srs_id: int, flags: int) -> bytes:
    """Make the eight bytes every geometry begins with; `flags` is the kind of envelope, and `EMPTY`."""
    envelope = flags & 0x07
    return MAGIC + struct.pack("<BBi", 0, 1 | envelope << 1 | flags & EMPTY, srs_id)


def header_length(blob: bytes) -> int:
    """Give where the well-known binary begins; raises `BadGeometry`."""
    kind = blob[3] >> 1 & 0x07 if len(blob) > 8 and blob[:2] == MAGIC else 7
    if kind not in ENVELOPE_DOUBLES:
        raise BadGeometry("no GeoPackage geometry")
    return 8 + 8 * ENVELOPE_DOUBLES[kind]


def wkb_of(blob: bytes) -> bytes:
    """Give the well-known binary of one geometry; raises `BadGeometry`."""
    return blob[header_length(blob) :]


def with_srs(blob: bytes, srs_id: int) -> bytes:
    """Give the geometry said to be in another coordinate system; the coordinates stay."""
    order = "<" if blob[3] & 1 else ">"
    return blob[:4] + struct.pack(order + "i", srs_id) + blob[8:]


def bounds_of(shapes: Sequence[bytes | None], shape: str) -> np.ndarray:
    """Give min x, min y, max x, max y of each shape (infinite where empty or missing)."""
    bounds = np.tile(np.array(NOWHERE), (len(shapes), 1))
    rest: Iterable[int] = range(len(shapes))
    if shape == "LINESTRING":
        rest = _bounds_of_lines(shapes, bounds)
    for at in rest:
        wkb = shapes[at]
        if wkb is None:
            continue
        try:
            bounds[at] = wkb_bounds(wkb, shape)
        except (BadGeometry, struct.error, IndexError) as error:
            raise BadGeometry(str(error), at) from error
    return bounds


def _bounds_of_lines(shapes: Sequence[bytes | None], bounds: np.ndarray) -> list[int]:
    """Fill the bounds of the usual lines at once; give the positions of the others."""
    start = struct.pack("<BI", 1, WKB_TYPES["LINESTRING"])
    usual, rest = [], []
    for at, wkb in enumerate(shapes):
        if wkb is not None and len(wkb) >= 41 and wkb[:5] == start and len(wkb) % 16 == 9:
            usual.append(at)
        elif wkb is not None:
            rest.append(at)
    if not usual:
        return rest
    sizes = np.array([(len(shapes[at] or b"") - 9) // 16 for at in usual])
    told = np.frombuffer(b"".join((shapes[at] or b"")[5:9] for at in usual), dtype="<u4")
    if not (sizes == told).all():
        return list(range(len(shapes)))
    points = np.frombuffer(b"".join((shapes[at] or b"")[9:] for at in usual), dtype="<f8").reshape(-1, 2)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    bounds[usual, 0:2] = np.minimum.reduceat(points, starts)
    bounds[usual, 2:4] = np.maximum.reduceat(points, starts)
    return rest


def wkb_bounds(wkb: bytes, shape: str = "") -> tuple[float, float, float, float]:
    """Give min x, min y, max x, max y of well-known binary in two dimensions; infinite where empty.

    Raises
    ------
    BadGeometry
        Bytes that end too early or go on too long, another type than `shape`, heights or measures.
    """
    points, end = _points(wkb, 0, WKB_TYPES[shape] if shape else 0)
    if end != len(wkb):
        raise BadGeometry("bytes left over")
    if not len(points):
        return NOWHERE
    if not np.isfinite(points).all():
        raise BadGeometry("a coordinate is no number")
    (min_x, min_y), (max_x, max_y) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return min_x, min_y, max_x, max_y


def _kind(wkb: bytes, at: int = 0) -> tuple[str, int]:
    order = "<" if wkb[at] == 1 else ">"
    return order, int(struct.unpack_from(order + "I", wkb, at + 1)[0])


def _points(wkb: bytes, at: int, wanted: int) -> tuple[np.ndarray, int]:
    """Collect the coordinates of the shape that begins at `at`; give them and where it ends."""
    order, kind = _kind(wkb, at)
    if kind not in WKB_TYPES.values() or (wanted and kind != wanted):
        raise BadGeometry(f"type {kind}")
    at += 5
    if kind == 1:
        return _coordinates(wkb, at, 1, order)
    (count,) = struct.unpack_from(order + "I", wkb, at)
    at += 4
    if kind == 2:
        return _coordinates(wkb, at, count, order)
    parts = []
    for _ in range(count):
        if kind == 3:
            (size,) = struct.unpack_from(order + "I", wkb, at)
            part, at = _coordinates(wkb, at + 4, size, order)
        else:
            part, at = _points(wkb, at, kind - 3)
        parts.append(part)
    return np.concatenate(parts) if parts else np.empty((0, 2)), at


def _coordinates(wkb: bytes, at: int, count: int, order: str) -> tuple[np.ndarray, int]:
    end = at + 16 * count
    if end > len(wkb):
        raise BadGeometry("bytes missing")
    return np.frombuffer(wkb, dtype=f"{order}f8", count=2 * count, offset=at).reshape(-1, 2), end


def blob_bounds(blob: bytes | None) -> tuple[float, float, float, float] | None:
    """Give min x, min y, max x, max y of one geometry; None where it is missing, empty or no geometry."""
    if blob is None:
        return None
    try:
        if blob[3] & EMPTY:
            return None
        if blob[3] >> 1 & 0x07:
            min_x, max_x, min_y, max_y = struct.unpack_from("<4d" if blob[3] & 1 else ">4d", blob, 8)
            return min_x, min_y, max_x, max_y
        found = wkb_bounds(wkb_of(blob))
    except (BadGeometry, struct.error, IndexError):
        return None
    return found if found[0] <= found[2] else None


def register_functions(connection: sqlite3.Connection) -> None:
    """Give `connection` the functions the triggers of the spatial index call (clause F.3)."""
    connection.create_function(
        "ST_IsEmpty", 1, lambda blob: int(blob_bounds(blob) is None), deterministic=True
    )
    for place, name in enumerate(("ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY")):
        connection.create_function(name, 1, _bound(place), deterministic=True)


def _bound(place: int):  # type: ignore[no-untyped-def]
    def bound(blob: bytes | None) -> float | None:
        found = blob_bounds(blob)
        return None if found is None else found[place]

    return bound
