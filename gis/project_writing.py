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
"""Rows from which the spatial index is kept apart from the triggers."""

REPACKING = 8
"""Packing a row anew costs about an eighth of putting it in or taking it out."""


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
            with _index_apart(connection, table, len(rows)) as index:
                bounds = insert_rows(connection, table, rows, srs_id(connection))
                index.come(rows["fid"].to_numpy(), bounds)
        case RowsDeleted(_, rows):
            fids = rows["fid"].to_numpy()
            with _index_apart(connection, table, len(fids)) as index:
                _expect(delete_rows(connection, table, fids), len(fids), table)
                index.go(fids)
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


@contextmanager
def _index_apart(connection: sqlite3.Connection, table: TableSchema, rows: int) -> Iterator[_Index]:
    """Keep the spatial index apart from its triggers where many rows come or go."""
    if table.shape is Shape.NONE or rows <= BULK:
        yield _Index()
        return
    triggers = index_triggers(table)
    drop_triggers(connection, triggers)
    yield _LargeIndex(connection, table)
    for statement in triggers:
        connection.execute(statement)


class _Index:
    """A spatial index that its triggers keep."""

    def come(self, fids: np.ndarray, bounds: np.ndarray | None) -> None:
        """Hear of new rows."""

    def go(self, fids: np.ndarray) -> None:
        """Hear of rows that went."""


class _LargeIndex(_Index):
    """A spatial index packed anew where that is quicker than changing it row by row."""

    def __init__(self, connection: sqlite3.Connection, table: TableSchema) -> None:
        self._connection, self._table = connection, table

    def come(self, fids: np.ndarray, bounds: np.ndarray | None) -> None:
        """Put new rows in."""
        assert bounds is not None
        name = index_name(self._table)
        if len(fids) * REPACKING > self._count():
            have, places = self._rows()
            self._pack(np.concatenate([have, fids]), np.vstack([places, bounds]))
            return
        there = np.isfinite(bounds).all(axis=1)
        cells = np.column_stack([bounds[there][:, [0, 2, 1, 3]]]).tolist()
        rows = ((fid, *cell) for fid, cell in zip(fids[there].tolist(), cells, strict=True))
        self._connection.executemany(f'INSERT INTO "{name}" VALUES (?, ?, ?, ?, ?)', rows)

    def go(self, fids: np.ndarray) -> None:
        """Take rows out."""
        if len(fids) * REPACKING > self._count():
            have, places = self._rows()
            stay = ~np.isin(have, fids)
            self._pack(have[stay], places[stay])
            return
        statement = f'DELETE FROM "{index_name(self._table)}" WHERE id = ?'
        self._connection.executemany(statement, ((fid,) for fid in fids.tolist()))

    def _count(self) -> int:
        name = f'"{index_name(self._table)}_rowid"'
        return int(self._connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])

    def _rows(self) -> tuple[np.ndarray, np.ndarray]:
        name = f'"{index_name(self._table)}"'
        rows = self._connection.execute(f"SELECT id, minx, miny, maxx, maxy FROM {name}").fetchall()
        cells = np.array(rows, dtype=np.float64).reshape(-1, 5)
        return cells[:, 0].astype(np.int64), cells[:, 1:]

    def _pack(self, fids: np.ndarray, bounds: np.ndarray) -> None:
        fill_index(self._connection, self._table.name, GEOMETRY, fids, bounds)


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
            connection.executemany(
                f'UPDATE "{table.name}" SET "{GEOMETRY}" = ? WHERE fid = ?',
                ((with_srs(blob, new), fid) for fid, blob in rows),
            )


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
