"""Whole columns out of SQLite at once, so that a county opens in seconds.

Fetching rows makes a Python object of every cell and holds the interpreter. Here SQLite joins a whole
column into one value: texts parted by control characters that no text of ours holds, numbers as whole
thousandths, geometries as they are; numpy and Arrow cut it up. Where a column holds what does not fit
this (a control character, a value of another type), the answer is None and the table is read cell by
cell (`gis.project_rows`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
import pyarrow as pa

from gis.geopackage import (
    POINT_SIZE,
    XY_FLAGS,
    XY_HEADER_SIZE,
    BadGeometry,
    points_of_table,
    wkb_of,
)
from gis.geopackage_tables import GEOMETRY, kept_columns, stored_columns
from grid_model.schema import Column, Kind, Shape, TableSchema

BETWEEN, MISSING = 0x1F, 0x1E
"""Unit and record separator: what stands between two texts, what stands for a missing one."""

NO_NUMBER = -(2**63)
"""Stands for a missing number."""

PER_UNIT = 1000
"""A number that is so many whole parts of one divided by this, exactly, comes as that whole number."""


def read_columns(connection: sqlite3.Connection, table: TableSchema) -> pd.DataFrame | None:
    """Read a table, sorted by fid; None where its cells must be looked at one by one."""
    filled = _Filled.count(connection, table)
    try:
        made = _read(connection, table, filled)
        shapes = _read_shapes(connection, table, filled)
    except sqlite3.DataError:  # more than SQLite holds in one value
        return None
    if made is None or shapes is None:
        return None
    made |= shapes
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

    def missing(self, name: str) -> int:
        """How many cells of a column are missing."""
        return self.rows - self.cells[name]


def _scan(connection: sqlite3.Connection, table: TableSchema, wanted: str) -> sqlite3.Cursor:
    # Never by an index somebody may have made: every statement must find the rows in the order of the fid.
    return connection.execute(f'SELECT {wanted} FROM "{table.name}" NOT INDEXED')


def _read(connection: sqlite3.Connection, table: TableSchema, filled: _Filled) -> dict[str, object] | None:
    """Read fids, numbers, texts, yes and no, and points, in one scan of the table."""
    columns = stored_columns(table)
    wanted = {one.name: _joined(one, filled.missing(one.name)) for one in columns if filled.cells[one.name]}
    if not filled.gapless and filled.rows:
        wanted["fid"] = _whole_numbers_of("fid")
    if table.shape is Shape.POINT and filled.cells[GEOMETRY]:
        wanted[GEOMETRY] = _points_of()
    found: dict[str, bytes] = {}
    if wanted and filled.rows:
        row = _scan(connection, table, ", ".join(wanted.values())).fetchone()
        found = dict(zip(wanted, row, strict=True))
    fids = _whole_numbers(found["fid"], filled.rows, 0) if "fid" in found else filled.first
    if fids is None:
        return None
    if isinstance(fids, int):
        fids = np.arange(fids, fids + filled.rows, dtype=np.int64)
    made: dict[str, object] = {"fid": fids}
    for column in columns:
        one = _cut_up(column, found.pop(column.name, None), filled)
        if one is None and column.kind is Kind.REAL:
            one = _fetched(connection, table, column)
        if one is None:
            return None
        made[column.name] = one
    if table.shape is Shape.POINT:
        places = _points(found.get(GEOMETRY), filled.rows)
        if places is None:
            return None
        made |= {"x": places[0], "y": places[1]}
    return made


def _joined(column: Column, missing: int) -> str:
    """Give the expression that joins a column."""
    if column.kind is Kind.REAL:
        return _thousandths_of(column.name)
    if column.kind is Kind.INTEGER:
        return _whole_numbers_of(column.name)
    return _flags_of(column) if column.kind is Kind.BOOLEAN else _texts_of(column, missing)


def _cut_up(column: Column, value: bytes | None, filled: _Filled) -> object | None:
    """Make a column of what SQLite joined; None where that cannot be told apart."""
    length, missing = filled.rows, filled.missing(column.name)
    if column.kind is Kind.REAL:
        return _thousandths(value, length, missing)
    if column.kind is Kind.INTEGER:
        numbers = _whole_numbers(value, length, missing)
        return None if numbers is None else pd.arrays.IntegerArray(numbers, numbers == NO_NUMBER)
    if column.kind is Kind.BOOLEAN:
        return _flags(column, value, length)
    return _texts(column, value, length, missing)


def _whole_numbers_of(name: str) -> str:
    number = (
        f"CASE typeof(\"{name}\") WHEN 'integer' THEN \"{name}\" WHEN 'null' THEN {NO_NUMBER} ELSE '?' END"
    )
    return _as_bytes(number, ",")


def _whole_numbers(value: bytes | None, length: int, missing: int) -> np.ndarray | None:
    """Read whole numbers, `NO_NUMBER` where one is missing; None where something else stands among them."""
    if value is None:
        return np.full(length, NO_NUMBER, dtype=np.int64)
    if b"?" in value:
        return None
    numbers = np.fromstring(value.decode("ascii"), dtype=np.int64, sep=",")
    fits = len(numbers) == length and int((numbers == NO_NUMBER).sum()) == missing
    return numbers if fits else None


def _thousandths_of(name: str) -> str:
    """Numbers of few decimals as whole ones: in the arithmetic of both sides x is exactly k ÷ 1000."""
    whole = f'CAST(round("{name}" * {PER_UNIT}) AS INTEGER)'
    return _as_bytes(
        f'CASE WHEN "{name}" IS NULL THEN {NO_NUMBER} '
        f"WHEN typeof(\"{name}\") IN ('real', 'integer') AND {whole} / {PER_UNIT}.0 = \"{name}\" "
        f"THEN {whole} ELSE '?' END",
        ",",
    )


def _thousandths(value: bytes | None, length: int, missing: int) -> np.ndarray | None:
    numbers = _whole_numbers(value, length, missing)
    if numbers is None:
        return None
    found = numbers / PER_UNIT
    found[numbers == NO_NUMBER] = np.nan
    return found


def _fetched(connection: sqlite3.Connection, table: TableSchema, column: Column) -> np.ndarray | None:
    """Read numbers one by one, as numbers of many digits need it; None where one is none."""
    cells = list(chain.from_iterable(_scan(connection, table, f'"{column.name}"')))
    if set(map(type, cells)) - {float, int, type(None)}:
        return None
    return np.array(cells, dtype=np.float64)


def _points_of() -> str:
    return _as_bytes(f"ifnull(\"{GEOMETRY}\", x'{'00' * POINT_SIZE}')", "")


def _points(together: bytes | None, length: int) -> tuple[np.ndarray, np.ndarray] | None:
    if together is None:
        return np.full(length, np.nan), np.full(length, np.nan)
    return points_of_table(together, length)


def _read_shapes(
    connection: sqlite3.Connection, table: TableSchema, filled: _Filled
) -> dict[str, object] | None:
    if table.shape in (Shape.NONE, Shape.POINT):
        return {}
    if not filled.cells[GEOMETRY]:
        return {"geometry": pd.Series([None] * filled.rows, dtype=object)}
    size = f"WHEN 'blob' THEN length({GEOMETRY}) WHEN 'null' THEN {NO_NUMBER} ELSE '?'"
    wanted = f"{_as_bytes(GEOMETRY, '')}, {_as_bytes(f'CASE typeof({GEOMETRY}) {size} END', ',')}"
    together, found = _scan(connection, table, wanted).fetchone()
    lengths = _whole_numbers(found, filled.rows, filled.missing(GEOMETRY))
    if lengths is None or int(lengths[lengths > 0].sum()) != len(together):
        return None
    try:
        return {"geometry": pd.Series(_shapes(together, lengths), dtype=object)}
    except (BadGeometry, IndexError):
        return None


def _shapes(together: bytes, lengths: np.ndarray) -> list[bytes | None]:
    """Cut geometries apart and take their headers off; raises `BadGeometry`."""
    missing = set(np.flatnonzero(lengths == NO_NUMBER).tolist())
    lengths = np.maximum(lengths, 0)
    ends = np.cumsum(lengths)
    starts = ends - lengths
    usual = lengths > XY_HEADER_SIZE
    data = np.frombuffer(together, dtype=np.uint8)
    usual[usual] = data[starts[usual] + 3] == XY_FLAGS
    shapes: list[bytes | None] = [
        together[at:end] for at, end in zip((starts + XY_HEADER_SIZE).tolist(), ends.tolist(), strict=True)
    ]
    for n in np.flatnonzero(~usual).tolist():
        shapes[n] = None if n in missing else wkb_of(together[starts[n] : ends[n]])
    return shapes


def _as_bytes(expression: str, between: str) -> str:
    """Join an expression over all rows, its bytes as they are."""
    # The sign stands there as it is: char(31) would be worked out for every row, half of the whole time.
    return f"CAST(group_concat({expression}, '{between}') AS BLOB)"


def _texts_of(column: Column, missing: int) -> str:
    text = f"ifnull(\"{column.name}\", '{chr(MISSING)}')" if missing else f'"{column.name}"'
    return _as_bytes(text, chr(BETWEEN))


def _flags_of(column: Column) -> str:
    return _as_bytes(
        f'CASE WHEN "{column.name}" IN (0, 1) THEN "{column.name}" '
        f"WHEN \"{column.name}\" IS NULL THEN '{int(bool(column.default))}' ELSE '?' END",
        "",
    )


def _flags(column: Column, value: bytes | None, length: int) -> np.ndarray | None:
    if value is None:
        return np.full(length, bool(column.default))
    digits = np.frombuffer(value, dtype=np.uint8)
    if len(digits) != length or not ((digits == ord("0")) | (digits == ord("1"))).all():
        return None
    return np.asarray(digits == ord("1"))


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
    is_between = data == BETWEEN
    between = np.flatnonzero(is_between)
    if len(between) != length - 1:
        return None
    bounds = np.concatenate([[-1], between, [len(data)]])
    there = None
    if missing_count or MISSING in together:
        signs = data == MISSING
        missing = np.zeros(length, dtype=bool)
        single = np.flatnonzero(np.diff(bounds) == 2)
        missing[single] = signs[bounds[single] + 1]
        if not int(signs.sum()) == int(missing.sum()) == missing_count:
            return None
        there = pa.py_buffer(np.packbits(~missing, bitorder="little").tobytes())
        is_between |= signs
        bounds[1:] -= np.cumsum(missing)
    offsets = bounds + 1 - np.arange(length + 1)  # without the signs between
    made = pa.Array.from_buffers(
        pa.large_string(), length, [there, pa.py_buffer(offsets), pa.py_buffer(data[~is_between])]
    )
    try:
        made.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return made
