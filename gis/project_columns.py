"""Whole columns out of SQLite at once, so that a county opens in seconds.

Fetching rows makes a Python object of every cell. Here SQLite joins a column's texts into one, parted
by control characters that no text of ours holds, and numpy and Arrow cut it up; places come as one
string of hexadecimal digits. Where a column holds what does not fit this (a control character, a value
of another type), the answer is None and the table is read cell by cell (`gis.project_rows`).
"""

from __future__ import annotations

import sqlite3
from binascii import unhexlify
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from gis.geopackage import POINT_SIZE, BadGeometry, decode_shapes, points_of_table
from gis.geopackage_tables import GEOMETRY, kept_columns, stored_columns
from grid_model.schema import Column, Kind, Shape, TableSchema

BETWEEN, MISSING = 0x1F, 0x1E
"""Unit and record separator: what stands between two texts, what stands for a missing one."""

NUMBERS = (Kind.REAL, Kind.INTEGER)


def read_columns(connection: sqlite3.Connection, table: TableSchema) -> pd.DataFrame | None:
    """Read a table, sorted by fid; None where its cells must be looked at one by one."""
    filled = _Filled.count(connection, table)
    made: dict[str, object] = {}
    for read in (_read_numbers, _read_texts, _read_shapes):
        part = read(connection, table, filled)
        if part is None:
            return None
        made |= part
    fids = np.asarray(made["fid"])
    if len(fids) != filled.rows or (np.diff(fids) <= 0).any():
        return None
    return pd.DataFrame({name: made[name] for name in ("fid", *table.names)}, copy=False)


@dataclass(frozen=True)
class _Filled:
    """How many rows there are, whether their fids leave no gap, and how many cells each column has."""

    rows: int
    first: int
    gapless: bool
    cells: Mapping[str, int]

    @classmethod
    def count(cls, connection: sqlite3.Connection, table: TableSchema) -> _Filled:
        names = kept_columns(table)
        wanted = "".join(f', count("{name}")' for name in names)
        rows, first, last, *cells = _scan(
            connection, table, f"count(*), min(fid), max(fid){wanted}"
        ).fetchone()
        return cls(
            rows, first or 0, rows > 0 and last - first + 1 == rows, dict(zip(names, cells, strict=True))
        )


def _scan(connection: sqlite3.Connection, table: TableSchema, wanted: str) -> sqlite3.Cursor:
    # Never by an index somebody may have made: every statement must find the rows in the order of the fid.
    return connection.execute(f'SELECT {wanted} FROM "{table.name}" NOT INDEXED')


def _read_numbers(
    connection: sqlite3.Connection, table: TableSchema, filled: _Filled
) -> dict[str, object] | None:
    columns = [one for one in stored_columns(table) if one.kind in NUMBERS]
    full = [one.name for one in columns if filled.cells[one.name]]
    names = [*([] if filled.gapless else ["fid"]), *full]
    cells: dict[str, Sequence[object]] = {}
    if names and filled.rows:
        rows = _scan(connection, table, ", ".join(f'"{name}"' for name in names)).fetchall()
        cells = dict(zip(names, zip(*rows, strict=True), strict=True))
    made: dict[str, object] = {
        "fid": np.arange(filled.first, filled.first + filled.rows, dtype=np.int64)
        if filled.gapless
        else np.array(cells.get("fid", ()), dtype=np.int64)
    }
    for column in columns:
        values = cells.get(column.name)
        types = set() if values is None else set(map(type, values)) - {type(None)}
        if types - {float, int} or (column.kind is Kind.INTEGER and float in types):
            return None
        empty = [None] * filled.rows if values is None else values
        made[column.name] = (
            np.array(empty, dtype=np.float64)
            if column.kind is Kind.REAL
            else pd.array(list(empty), dtype="Int64")
        )
    return made


def _read_texts(
    connection: sqlite3.Connection, table: TableSchema, filled: _Filled
) -> dict[str, object] | None:
    columns = [one for one in stored_columns(table) if one.kind not in NUMBERS]
    full = [one for one in columns if filled.cells[one.name]]
    found: dict[str, Any] = {}
    if full:
        wanted = ", ".join(_flags_of(one) if one.kind is Kind.BOOLEAN else _texts_of(one) for one in full)
        found = dict(
            zip([one.name for one in full], _scan(connection, table, wanted).fetchone(), strict=True)
        )
    made: dict[str, object] = {}
    for column in columns:
        value = found.get(column.name)
        one = (
            _flags(column, value, filled.rows)
            if column.kind is Kind.BOOLEAN
            else _texts(column, value, filled.rows, filled.rows - filled.cells[column.name])
        )
        if one is None:
            return None
        made[column.name] = one
    return made


def _read_shapes(
    connection: sqlite3.Connection, table: TableSchema, filled: _Filled
) -> dict[str, object] | None:
    if table.shape is Shape.NONE:
        return {}
    if table.shape is Shape.POINT:
        return _read_places(connection, table, filled)
    cells = [blob for (blob,) in _scan(connection, table, f'"{GEOMETRY}"')] if filled.rows else []
    try:
        return {"geometry": pd.Series(decode_shapes(cells), dtype=object)}
    except (BadGeometry, IndexError, TypeError):
        return None


def _read_places(
    connection: sqlite3.Connection, table: TableSchema, filled: _Filled
) -> dict[str, object] | None:
    if not filled.cells[GEOMETRY]:
        return {"x": np.full(filled.rows, np.nan), "y": np.full(filled.rows, np.nan)}
    absent = "00" * POINT_SIZE
    digits = f'CASE WHEN "{GEOMETRY}" IS NULL THEN \'{absent}\' ELSE hex("{GEOMETRY}") END'
    (found,) = _scan(connection, table, f"group_concat({digits}, '')").fetchone()
    places = points_of_table(unhexlify(found), filled.rows)
    return None if places is None else {"x": places[0], "y": places[1]}


def _texts_of(column: Column) -> str:
    return f'CAST(group_concat(ifnull("{column.name}", char({MISSING})), char({BETWEEN})) AS BLOB)'


def _flags_of(column: Column) -> str:
    return (
        f"group_concat(CASE WHEN \"{column.name}\" IS NULL THEN '{int(bool(column.default))}' "
        f"WHEN \"{column.name}\" IN (0, 1) THEN \"{column.name}\" ELSE '?' END, '')"
    )


def _flags(column: Column, value: str | None, length: int) -> np.ndarray | None:
    if value is None:
        return np.full(length, bool(column.default))
    digits = np.frombuffer(value.encode(), dtype=np.uint8)
    if len(digits) != length or not np.isin(digits, (48, 49)).all():
        return None
    return np.asarray(digits == 49)


def _texts(column: Column, value: bytes | None, length: int, missing: int) -> object | None:
    cut = pa.nulls(length, pa.large_string()) if value is None else _cut(value, length, missing)
    if cut is None:
        return None
    texts: object = pd.array(cut, dtype="str")
    if column.default is not None and cut.null_count:
        texts = pd.array(cut, dtype="str").fillna(str(column.default))
    return texts


def _cut(together: bytes, length: int, missing_count: int) -> pa.Array | None:
    """Cut the joined texts up again; None where a text itself holds one of the two signs."""
    data = np.frombuffer(together, dtype=np.uint8)
    between = np.flatnonzero(data == BETWEEN)
    if len(between) != length - 1:
        return None
    starts, ends = np.append(0, between + 1), np.append(between, len(data))
    lengths = ends - starts
    signs = data == MISSING
    missing = np.zeros(length, dtype=bool)
    single = np.flatnonzero(lengths == 1)
    missing[single] = signs[starts[single]]
    if not int(signs.sum()) == int(missing.sum()) == missing_count:
        return None
    lengths[missing] = 0
    letters = data[~signs & (data != BETWEEN)]
    offsets = np.append(0, np.cumsum(lengths)).astype(np.int64)
    there = pa.py_buffer(np.packbits(~missing, bitorder="little").tobytes())
    made = pa.Array.from_buffers(
        pa.large_string(), length, [there, pa.py_buffer(offsets), pa.py_buffer(letters)]
    )
    try:
        made.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return made
