"""Rows between memory and the project file, whole columns at a time.

Reading is plain sqlite3 into pandas: neither GDAL nor geopandas is imported, so a project opens fast.
A value that another program put in and that cannot be what the column holds is read as missing and
told (`BadCell`); it stays in the file until somebody writes that cell.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gis.geopackage import BadGeometry, decode_points, decode_shapes, encode_points, encode_shapes, wkb_bounds
from gis.geopackage_tables import GEOMETRY, stored_columns
from gis.project_columns import read_columns
from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.schema import Column, Kind, Shape, TableSchema

CHUNK = 50_000


@dataclass(frozen=True)
class BadCell:
    """A cell whose value in the file cannot be what its column holds."""

    table: str
    fid: int
    column: str
    value: str


def read_rows(
    connection: sqlite3.Connection, table: TableSchema, feedback: Feedback, fids: Sequence[int] | None = None
) -> tuple[pd.DataFrame, list[BadCell]]:
    """Read the rows of a table (only `fids`, if given), sorted by fid, in the form of `grid_model.table`."""
    if fids is None:
        whole = read_columns(connection, table)
        if whole is not None:
            return whole, []
    names = [column.name for column in stored_columns(table)]
    shape = () if table.shape is Shape.NONE else (GEOMETRY,)
    wanted = ", ".join(f'"{name}"' for name in ("fid", *shape, *names))
    only = "" if fids is None else f" WHERE fid IN ({', '.join(str(int(fid)) for fid in fids)})"
    cursor = connection.execute(f'SELECT {wanted} FROM "{table.name}"{only} ORDER BY fid')
    values = _columns(cursor, 1 + len(shape) + len(names), feedback)
    return frame_of_stored(table, values[0], values[1] if shape else None, values[1 + len(shape) :])


def _columns(cursor: sqlite3.Cursor, count: int, feedback: Feedback) -> list[list[Any]]:
    values: list[list[Any]] = [[] for _ in range(count)]
    while rows := cursor.fetchmany(CHUNK):
        feedback.report()
        for column, part in zip(values, zip(*rows, strict=True), strict=True):
            column.extend(part)
    return values


def frame_of_stored(
    table: TableSchema, fids: list[int], geometries: list[bytes | None] | None, values: Sequence[list[Any]]
) -> tuple[pd.DataFrame, list[BadCell]]:
    """Make the frame of a table out of what the file holds: fids, geometries, the stored columns."""
    bad: list[BadCell] = []
    made: dict[str, Any] = {"fid": np.array(fids, dtype=np.int64)}
    for column, cells in zip(stored_columns(table), values, strict=True):
        made[column.name] = _column(table, column, fids, cells, bad)
    if geometries is not None:
        made |= _places(table, fids, geometries, bad)
    return pd.DataFrame({name: made[name] for name in ("fid", *table.names)}, copy=False), bad


def _places(
    table: TableSchema, fids: list[int], blobs: list[bytes | None], bad: list[BadCell]
) -> dict[str, Any]:
    if table.shape is Shape.POINT:
        try:
            x, y = decode_points(blobs)
        except (BadGeometry, ValueError, IndexError, TypeError):
            x, y = decode_points(
                [_checked(table, fid, blob, bad) for fid, blob in zip(fids, blobs, strict=True)]
            )
        return {"x": x, "y": y}
    try:
        shapes = decode_shapes(blobs)
    except (BadGeometry, IndexError, TypeError):
        shapes = decode_shapes(
            [_checked(table, fid, blob, bad) for fid, blob in zip(fids, blobs, strict=True)]
        )
    return {"geometry": pd.Series(shapes, dtype=object)}


def _checked(table: TableSchema, fid: int, blob: Any, bad: list[BadCell]) -> bytes | None:
    """Give the geometry if it can be read, else None and a finding."""
    try:
        if isinstance(blob, bytes):
            if table.shape is Shape.POINT:
                decode_points([blob])
            else:
                wkb_bounds(decode_shapes([blob])[0] or b"", table.shape.value)
            return blob
    except (BadGeometry, ValueError, IndexError):
        pass
    if blob is not None:
        bad.append(BadCell(table.name, fid, GEOMETRY, "?"))
    return None


TYPES: dict[Kind, frozenset[type]] = {
    Kind.REAL: frozenset({float, int, type(None)}),
    Kind.INTEGER: frozenset({int, type(None)}),
    Kind.BOOLEAN: frozenset({int, type(None)}),
}
TEXTS = frozenset({str, type(None)})


def _column(table: TableSchema, column: Column, fids: list[int], cells: list[Any], bad: list[BadCell]) -> Any:
    if not set(map(type, cells)) <= TYPES.get(column.kind, TEXTS):
        cells = [_mended(table, column, fid, cell, bad) for fid, cell in zip(fids, cells, strict=True)]
    if column.kind is Kind.REAL:
        return np.array(cells, dtype=np.float64)
    if column.kind is Kind.INTEGER:
        return pd.array(cells, dtype="Int64")
    if column.kind is Kind.BOOLEAN:
        default = bool(column.default)
        return np.array([default if cell is None else cell for cell in cells], dtype=bool)
    if column.default is not None and None in cells:
        cells = [column.default if cell is None else cell for cell in cells]
    return pd.array(cells, dtype="str")


def _mended(table: TableSchema, column: Column, fid: int, cell: Any, bad: list[BadCell]) -> Any:
    """Make the cell one of the column's type, or missing with a finding."""
    if type(cell) in TYPES.get(column.kind, TEXTS):
        return cell
    if column.kind is Kind.INTEGER and isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if column.kind not in TYPES and isinstance(cell, (int, float)):
        return str(cell)
    bad.append(BadCell(table.name, fid, column.name, str(cell)[:60]))
    return None


def insert_rows(
    connection: sqlite3.Connection, table: TableSchema, rows: pd.DataFrame, srs_id: int
) -> np.ndarray | None:
    """Write new rows (every column, with fids); give their bounds, None for a table without shapes."""
    geometries, bounds = geometries_of(table, rows, srs_id)
    names = ["fid", *(GEOMETRY for _ in geometries)]
    cells: list[list[Any]] = [rows["fid"].tolist(), *geometries]
    for column in stored_columns(table):
        if rows[column.name].notna().any():  # an empty column need not be bound: twice as fast
            names.append(column.name)
            cells.append(stored_values(column, rows[column.name]))
    wanted, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    connection.executemany(
        f'INSERT INTO "{table.name}" ({wanted}) VALUES ({marks})', zip(*cells, strict=True)
    )
    return bounds


def geometries_of(
    table: TableSchema, rows: pd.DataFrame, srs_id: int
) -> tuple[list[list[bytes | None]], np.ndarray | None]:
    """Make the geometry column of `rows` (a list of none or one) and the bounds of each row."""
    if table.shape is Shape.NONE:
        return [], None
    if table.shape is Shape.POINT:
        xy = rows[["x", "y"]].to_numpy(dtype=np.float64)
        return [encode_points(xy[:, 0], xy[:, 1], srs_id)], np.hstack([xy, xy])
    try:
        blobs, bounds = encode_shapes(rows["geometry"].tolist(), table.shape.value, srs_id)
    except BadGeometry as error:
        row = rows["id"].iloc[error.args[1]] if "id" in rows else ""
        raise GridError("bad-geometry", table=table.name, id=row) from error
    return [blobs], bounds


def stored_values(column: Column, values: pd.Series) -> list[Any]:
    """Turn a column into what SQLite binds: None for missing, 0 and 1 for no and yes."""
    if column.kind is Kind.REAL:
        stored = values.to_numpy(dtype=np.float64)  # SQLite stores NaN as NULL
    elif column.kind is Kind.BOOLEAN:
        stored = values.to_numpy(dtype=np.int8)
    else:
        stored = values.to_numpy(dtype=object, na_value=None)
    return list(stored.tolist())


def update_cells(
    connection: sqlite3.Connection, table: TableSchema, fids: np.ndarray, after: pd.DataFrame, srs_id: int
) -> int:
    """Write the columns of `after` into the rows `fids`; give how many rows there were."""
    sets, cells = [], []
    if table.shape is Shape.POINT and not {"x", "y"}.isdisjoint(after.columns):
        sets.append(GEOMETRY)
        cells.append(_moved(connection, table, fids, after, srs_id))
    elif "geometry" in after.columns:
        sets.append(GEOMETRY)
        cells += geometries_of(table, after, srs_id)[0]
    for column in stored_columns(table):
        if column.name in after.columns:
            sets.append(column.name)
            cells.append(stored_values(column, after[column.name]))
    assignments = ", ".join(f'"{name}" = ?' for name in sets)
    statement = f'UPDATE "{table.name}" SET {assignments} WHERE fid = ?'
    return connection.executemany(statement, zip(*cells, fids.tolist(), strict=True)).rowcount


def _moved(
    connection: sqlite3.Connection, table: TableSchema, fids: np.ndarray, after: pd.DataFrame, srs_id: int
) -> list[bytes | None]:
    """Make the new points; a coordinate that did not change is taken from the file."""
    if {"x", "y"} <= set(after.columns):
        return encode_points(after["x"].to_numpy(), after["y"].to_numpy(), srs_id)
    statement = f'SELECT "{GEOMETRY}" FROM "{table.name}" WHERE fid = ?'
    found = [connection.execute(statement, (fid,)).fetchone() for fid in fids.tolist()]
    x, y = decode_points([row[0] if row else None for row in found])
    x = after["x"].to_numpy() if "x" in after.columns else x
    y = after["y"].to_numpy() if "y" in after.columns else y
    return encode_points(x, y, srs_id)


def delete_rows(connection: sqlite3.Connection, table: TableSchema, fids: np.ndarray) -> int:
    """Delete the rows `fids` (sorted); give how many there were."""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(fids) != 1) + 1])
    runs = zip(fids[starts].tolist(), fids[np.append(starts[1:], len(fids)) - 1].tolist(), strict=True)
    statement = f'DELETE FROM "{table.name}" WHERE fid BETWEEN ? AND ?'
    return connection.executemany(statement, runs).rowcount
