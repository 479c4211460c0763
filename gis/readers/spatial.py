"""Read GeoPackage, GeoJSON and Shapefile: every layer with its shapes, coordinate system and text fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gis.readers.raw import RawTable, tidy, unique_headings
from gis.readers.sheets import number_text
from grid_model.errors import GridError

SHAPEFILE_PARTS = (".dbf", ".shx")
BYTEWISE = "ISO-8859-1"
"""Gives every byte a letter of its own."""

FIELDS_SUFFIX = ".fields.csv"
FULL_NAMES = ("field", "heading")
"""``NAME.fields.csv`` beside a Shapefile: its fields, and what they are called in full."""


def read_shapes(path: Path, file: str) -> Sequence[RawTable]:
    """Read every layer.

    Raises
    ------
    GridError
        ``damaged-shapes``, ``shapefile-part-missing``, ``empty-file``, ``bad-field-names``.
    """
    from pyogrio import list_layers
    from pyogrio.errors import DataLayerError, DataSourceError

    encoding = _shapefile_encoding(path, file) if path.suffix.lower() == ".shp" else None
    full = _full_names(path) if path.suffix.lower() == ".shp" else {}
    try:
        names = [str(name) for name, _kind in list_layers(path)]
        tables = [_layer(path, file, name, encoding, len(names) > 1, full) for name in names]
    except (DataSourceError, DataLayerError, UnicodeDecodeError, RuntimeError) as error:
        raise GridError("damaged-shapes", file=file) from error
    if not tables:
        raise GridError("empty-file", file=file)
    return tuple(tables)


def _layer(
    path: Path, file: str, name: str, encoding: str | None, several: bool, full: Mapping[str, str]
) -> RawTable:
    import shapely
    from pyogrio.raw import read

    whole = encoding
    try:
        meta, fids, shapes, fields = read(path, layer=name, encoding=encoding, return_fids=True)
    except UnicodeDecodeError:  # a heading of a shapefile ends after ten bytes, within a letter
        if encoding is None:
            raise
        whole = BYTEWISE
        meta, fids, shapes, fields = read(path, layer=name, encoding=whole, return_fids=True)
    count = len(fids)
    fields_read = [_decoded(str(field), whole, encoding) for field in meta["fields"]]
    headings = unique_headings(full.get(field, field) for field in fields_read)
    frame = pd.DataFrame(
        {
            heading: tidy(_texts(_decoded(_text(value), whole, encoding) for value in values.tolist()))
            for heading, values in zip(headings, fields, strict=True)
        },
        index=pd.RangeIndex(count),
    )
    found = (
        np.full(count, None, dtype=object)
        if shapes is None
        else shapely.from_wkb(shapes, on_invalid="ignore")
    )
    rows: np.ndarray = np.arange(1, count + 1, dtype=np.int64)
    return RawTable(
        file, frame, rows, name if several else "", np.asarray(found, dtype=object), meta["crs"] or ""
    )


def _full_names(path: Path) -> dict[str, str]:
    """Read what the fields of a Shapefile are called in full, where a file beside it says so."""
    import csv

    beside = path.with_suffix(FIELDS_SUFFIX)
    if not beside.is_file():
        return {}
    try:
        with beside.open(encoding="utf-8-sig", newline="") as stream:
            first, *rows = csv.reader(stream)
        if tuple(first) != FULL_NAMES:
            raise ValueError(first)
        return {row[0]: row[1] for row in rows}
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise GridError("bad-field-names", file=beside.name) from error


def _decoded(text: str, read_as: str | None, encoding: str | None) -> str:
    """Read text again that was read byte by byte; a letter cut off at its end is left out."""
    return (
        text if read_as == encoding or encoding is None else text.encode(BYTEWISE).decode(encoding, "ignore")
    )


def _texts(values: Iterable[str]) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def _text(value: Any) -> str:
    if value is None or value != value:  # missing, or not a number
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return number_text(value)
    return str(value)


def _shapefile_encoding(path: Path, file: str) -> str:
    """Find the encoding of a shapefile's texts: as its .cpg says, else by trying (UTF-8, then GB18030)."""
    parts = {one.suffix.lower(): one for one in path.parent.glob(f"{glob_safe(path.stem)}.*")}
    for part in SHAPEFILE_PARTS:
        if part not in parts:
            raise GridError("shapefile-part-missing", file=file, part=part)
    if ".cpg" in parts:
        stated = parts[".cpg"].read_text("ascii", "replace").strip().upper().replace("_", "-")
        if stated in ("UTF-8", "UTF8", "65001"):
            return "UTF-8"
        if any(word in stated for word in ("GB", "936", "54936")):
            return "GB18030"
    content = parts[".dbf"].read_bytes()
    try:
        content[int.from_bytes(content[8:10], "little") :].decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def glob_safe(name: str) -> str:
    """Write a file name so that a pattern means only itself."""
    from glob import escape

    return escape(name)
