"""Choose the reader for a file by what is in it, then by its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gis.readers.endings import OSM, is_osm
from gis.readers.html import looks_like_html, read_html
from gis.readers.raw import RawTable
from gis.readers.text import read_text
from grid_model.errors import GridError

SHEETS = (".xlsx", ".xlsm", ".xls", ".et", ".ods")
SHAPES = (".gpkg", ".geojson", ".json", ".shp")
TEXTS = (".csv", ".txt", ".tsv")
READABLE = (*TEXTS, *SHEETS, ".htm", ".html", *SHAPES, *OSM)
"""Endings of the files that can be read."""


def read_tables(path: Path, file: str = "") -> Sequence[RawTable]:
    """Read every table of the file `path`; `file` is the name to show (default: the file's own).

    Raises
    ------
    GridError
        ``missing-file``, ``no-permission``, ``unreadable-file``, ``unknown-file-kind``,
        ``wrong-encoding``, ``empty-file``, ``password-protected``.
    """
    file = file or path.name
    return _read(path, file, _start(path))


def opened_text(path: Path, file: str, header_first: bool = False) -> RawTable:
    """Read a csv or txt file; raises what `read_tables` raises."""
    if not _start(path):
        raise GridError("empty-file", file=file)
    return read_text(path, file, header_first)


def _start(path: Path) -> bytes:
    """Give the first bytes of a file, or say why it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(4096)
    except FileNotFoundError:
        raise GridError("missing-file", file=str(path)) from None
    except IsADirectoryError:
        raise GridError("is-a-folder", file=str(path)) from None
    except PermissionError:
        raise GridError("no-permission", file=str(path)) from None
    except OSError as error:
        raise GridError("unreadable-file", file=str(path), reason=error.strerror or str(error)) from None


def _read(path: Path, file: str, start: bytes) -> Sequence[RawTable]:
    """Choose by the first bytes, then by the ending: many a file is not what its name says."""
    ending = path.suffix.lower()
    if not start:
        raise GridError("empty-file", file=file)
    if is_osm(path):
        from gis.readers.osm import read_osm

        return read_osm(path, file)
    if ending in SHAPES or start.startswith(b"SQLite format 3"):
        from gis.readers.spatial import read_shapes

        return read_shapes(path, file)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) and ending in (*SHEETS, *TEXTS):
        from gis.readers.sheets import read_sheets

        return read_sheets(path, file)
    if looks_like_html(start) and ending in READABLE:
        return read_html(path, file)
    if ending in (".xlsx", ".xlsm", ".ods"):
        raise GridError("damaged-file", file=file, kind=ending[1:])
    if ending in (*TEXTS, *SHEETS, ".htm", ".html"):  # an .xls may be text parted by tabs
        return (read_text(path, file),)
    raise GridError("unknown-file-kind", file=file, kinds=" ".join(READABLE))
