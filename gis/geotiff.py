"""What the tags of a TIFF say: where its pixels lie, in which system, and how they are kept.

Only the tags are read, with no raster library (OGC GeoTIFF 1.1, TIFF 6.0).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grid_model.errors import GridError

Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): x = a·column + b·row + c, y = d·column + e·row + f, of corners of pixels."""

_BITS, _COMPRESSION, _EXTRA = 258, 259, 338
_PIXEL_SCALE, _TIE_POINTS, _TRANSFORM, _KEYS = 33550, 33922, 34264, 34735
_WANTED = (_BITS, _COMPRESSION, _EXTRA, _PIXEL_SCALE, _TIE_POINTS, _TRANSFORM, _KEYS)
_RASTER_TYPE, _GEOGRAPHIC, _PROJECTED = 1025, 2048, 3072
_SIZES = {1: "B", 2: "c", 3: "H", 4: "I", 5: "II", 11: "f", 12: "d", 16: "Q"}
_USER_DEFINED = 32767
_MOST_VALUES = 60_000
_MOST_TAGS = 65_535
_ALPHA = (1, 2)

COMPRESSIONS = {
    1: "none",
    2: "CCITT",
    3: "CCITT",
    4: "CCITT",
    5: "LZW",
    7: "JPEG",
    8: "DEFLATE",
    32773: "PackBits",
    32946: "DEFLATE",
    34712: "JPEG 2000",
    34887: "LERC",
    34925: "LZMA",
    50000: "ZSTD",
    50001: "WebP",
    50002: "JPEG XL",
}
"""Ways the pixels are packed, by the number in the file."""


@dataclass(frozen=True)
class TiffTags:
    """What a TIFF says of itself.

    Parameters
    ----------
    matrix
        Where its pixels lie; None where it is no GeoTIFF.
    points
        Ground control points, where it is placed by these instead: column, row, x, y of each.
    crs
        ``EPSG:…``, empty where it states no number.
    bits
        Of the deepest channel.
    compression
        A name of `COMPRESSIONS`, or the number.
    see_through
        Whether a channel beyond the colours is said to be transparency; a near infrared channel is not.
    """

    matrix: Matrix | None = None
    crs: str = ""
    bits: int = 1
    compression: str = "none"
    see_through: bool = False
    points: tuple[tuple[float, float, float, float], ...] = ()


def read_tags(path: Path) -> TiffTags:
    """Read the tags of the first picture in a TIFF; raises `GridError` ``base-map-unreadable``."""
    try:
        with path.open("rb") as file:
            return _from_tags(dict(_tags(file)))
    except (OSError, struct.error, ValueError, KeyError, IndexError) as error:
        raise GridError("base-map-unreadable", file=path.name) from error


def _tags(file: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}[head[:2]]
    version = struct.unpack(order + "H", head[2:4])[0]
    if version not in (42, 43):
        raise ValueError(version)
    big = version == 43
    start = struct.unpack(order + "Q", head[8:16])[0] if big else struct.unpack(order + "I", head[4:8])[0]
    count_code, entry_code, inline = ("Q", "HHQ", 8) if big else ("H", "HHI", 4)
    file.seek(start)
    count = struct.unpack(order + count_code, file.read(struct.calcsize(order + count_code)))[0]
    if count > _MOST_TAGS:
        raise ValueError(count)
    size = struct.calcsize(order + entry_code) + inline
    entries = file.read(size * count)
    for n in range(count):
        entry = entries[n * size : (n + 1) * size]
        tag, kind, values = struct.unpack(order + entry_code, entry[:-inline])
        if tag in _WANTED and kind in _SIZES and values <= _MOST_VALUES:
            code = order + _SIZES[kind] * values
            length = struct.calcsize(code)
            if length <= inline:
                raw = entry[-inline:][:length]
            else:
                file.seek(struct.unpack(order + ("Q" if big else "I"), entry[-inline:])[0])
                raw = file.read(length)
            yield tag, struct.unpack(code, raw)


def _from_tags(tags: Mapping[int, tuple[Any, ...]]) -> TiffTags:
    keys = tags.get(_KEYS, ())
    said = {keys[n]: keys[n + 3] for n in range(4, len(keys) - 3, 4) if keys[n + 1] == 0}
    numbers = [said.get(key, 0) for key in (_PROJECTED, _GEOGRAPHIC)]
    number = next((one for one in numbers if one not in (0, _USER_DEFINED)), 0)
    if numbers[0] == _USER_DEFINED:
        number = 0  # a projection of its own over a known ellipsoid: ask
    half = 0.5 if said.get(_RASTER_TYPE) == 2 else 0.0  # the point is the middle of the pixel
    packed = int(tags.get(_COMPRESSION, (1,))[0])
    return TiffTags(
        _matrix(tags, half),
        f"EPSG:{number}" if number else "",
        max(int(one) for one in tags.get(_BITS, (1,))),
        COMPRESSIONS.get(packed, str(packed)),
        any(one in _ALPHA for one in tags.get(_EXTRA, ())),
        _points(tags, half),
    )


def _points(
    tags: Mapping[int, tuple[Any, ...]], half: float
) -> tuple[tuple[float, float, float, float], ...]:
    """Give the tie points of a picture that has neither a matrix nor the size of its pixels."""
    ties = tags.get(_TIE_POINTS, ())
    if _TRANSFORM in tags or _PIXEL_SCALE in tags or len(ties) < 12:
        return ()
    at = range(0, len(ties) - 5, 6)
    return tuple(
        (float(ties[n]) + half, float(ties[n + 1]) + half, float(ties[n + 3]), float(ties[n + 4])) for n in at
    )


def _matrix(tags: Mapping[int, tuple[Any, ...]], half: float) -> Matrix | None:
    whole, scale, ties = tags.get(_TRANSFORM), tags.get(_PIXEL_SCALE), tags.get(_TIE_POINTS)
    if whole is not None and len(whole) >= 8:
        a, b, c, d, e, f = (float(whole[n]) for n in (0, 1, 3, 4, 5, 7))
    elif scale is not None and ties is not None and len(scale) >= 2 and len(ties) >= 6:
        a, b, d, e = float(scale[0]), 0.0, 0.0, -float(scale[1])
        c, f = ties[3] - a * ties[0], ties[4] - e * ties[1]
    else:
        return None
    if abs(a * e - b * d) < 1e-30:
        return None
    return a, b, c - (a + b) * half, d, e, f - (d + e) * half
