"""Changes written into the open project file: the touched rows only, in one transaction.

Why not pyogrio: it writes whole layers and cannot put rows of several tables and a line of the journal
into one transaction. Here an edit is in the file wholly or not at all, whatever kills the program.
While Taiqu writes, ``taiqu_writing`` has a row (never visible to others: it comes and goes within the
transaction), so that the triggers take the rows for Taiqu's own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import numpy as np

from gis.geopackage import with_srs
from gis.geopackage_tables import GEOMETRY, SRS_IDS, drop_triggers, index_name, index_triggers
from gis.project_connection import info_rows
from gis.project_rows import delete_rows, insert_rows, update_cells
from gis.spatial_index import fill_index, index_extent
from grid_model import schema
from grid_model.changes import CellsChanged, Change, Changes, InfoChanged, RowsDeleted, RowsInserted
from grid_model.errors import GridError
from grid_model.project import GEOGRAPHIC
from grid_model.schema import Shape, TableSchema

BULK = 1_000
"""New rows from which the spatial index is kept apart from the triggers."""


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do what stands inside wholly or not at all, as Taiqu's own writing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("INSERT INTO taiqu_writing VALUES (?)", (moment(),))
        yield
        connection.execute("DELETE FROM taiqu_writing")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def moment() -> str:
    """Give the present moment in UTC as GeoPackage writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def write_changes(connection: sqlite3.Connection, changes: Iterable[Change]) -> None:
    """Write `changes` into the tables, within a transaction.

    Raises
    ------
    GridError
        ``changed-outside`` where a row is not as Taiqu left it; ``bad-geometry``.
    """
    changes = tuple(changes)
    _refuse_changed_outside(connection, Changes(changes))
    for change in changes:
        _write(connection, change)
    for name in sorted(Changes(changes).tables - {"info"}):
        tell_extent(connection, schema.table(name))


def _write(connection: sqlite3.Connection, change: Change) -> None:
    if isinstance(change, InfoChanged):
        _write_info(connection, change)
        return
    table = schema.table(change.table)
    match change:
        case RowsInserted(_, rows):
            if len(rows) > BULK and table.shape is not Shape.NONE:
                _insert_many(connection, table, change)
            else:
                insert_rows(connection, table, rows, srs_id(connection))
        case RowsDeleted(_, rows):
            fids = rows["fid"].to_numpy()
            _expect(delete_rows(connection, table, fids), len(fids), table)
        case CellsChanged(_, fids, _, after):
            _expect(update_cells(connection, table, fids, after, srs_id(connection)), len(fids), table)


def _expect(found: int, wanted: int, table: TableSchema) -> None:
    if found != wanted:
        raise GridError("changed-outside", table=table.name)


def _refuse_changed_outside(connection: sqlite3.Connection, changes: Changes) -> None:
    """Refuse to write rows that another program has changed since the file was opened."""
    for table, fid in connection.execute("SELECT DISTINCT table_name, fid FROM taiqu_outside").fetchall():
        if table in changes.tables and fid in changes.fids(table):
            raise GridError("changed-outside", table=table)


def _insert_many(connection: sqlite3.Connection, table: TableSchema, change: RowsInserted) -> None:
    """Insert many rows with a shape; the index gets them at once and not by its trigger."""
    trigger = index_triggers(table)[:1]
    drop_triggers(connection, trigger)
    bounds = insert_rows(connection, table, change.rows, srs_id(connection))
    assert bounds is not None
    connection.execute(trigger[0])
    fids = change.rows["fid"].to_numpy()
    have = np.array(
        connection.execute(f'SELECT id, minx, miny, maxx, maxy FROM "{index_name(table)}"').fetchall()
    )
    if len(have):
        fids = np.concatenate([have[:, 0].astype(np.int64), fids])
        bounds = np.vstack([have[:, 1:], bounds])
    fill_index(connection, table.name, GEOMETRY, fids, bounds)


def _write_info(connection: sqlite3.Connection, change: InfoChanged) -> None:
    if "crs" in change.after:
        _write_crs(connection, str(change.after["crs"]))
    connection.executemany("INSERT OR REPLACE INTO taiqu_info VALUES (?, ?)", info_rows(dict(change.after)))


def _write_crs(connection: sqlite3.Connection, crs: str) -> None:
    """Say of every shape that it lies in another coordinate system."""
    if crs not in SRS_IDS:
        raise GridError("unknown-crs", crs=crs)
    new = SRS_IDS[crs]
    connection.execute("UPDATE gpkg_geometry_columns SET srs_id = ?", (new,))
    connection.execute("UPDATE gpkg_contents SET srs_id = ? WHERE data_type = 'features'", (new,))
    for table in schema.tables().values():
        if table.shape is not Shape.NONE:
            rows = connection.execute(
                f'SELECT fid, "{GEOMETRY}" FROM "{table.name}" WHERE "{GEOMETRY}" NOT NULL'
            ).fetchall()
            connection.executemany(f'UPDATE "{table.name}" SET "{GEOMETRY}" = ? WHERE fid = ?',
                                   ((with_srs(blob, new), fid) for fid, blob in rows))


def srs_id(connection: sqlite3.Connection) -> int:
    """Give the number of the coordinate system of the project."""
    found = connection.execute("SELECT value FROM taiqu_info WHERE key = 'crs'").fetchone()
    return SRS_IDS[found[0] if found else GEOGRAPHIC]


def tell_extent(connection: sqlite3.Connection, table: TableSchema) -> None:
    """Tell other programs when a table changed last and where its rows lie."""
    extent = None if table.shape is Shape.NONE else index_extent(connection, table.name, GEOMETRY)
    connection.execute(
        "UPDATE gpkg_contents SET last_change = ?, min_x = ?, min_y = ?, max_x = ?, max_y = ? "
        "WHERE table_name = ?",
        (moment(), *(extent or (None,) * 4), table.name),
    )
