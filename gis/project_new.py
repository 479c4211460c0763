"""A whole new project file: written beside its place, made durable, then put there in one step.

Nobody ever sees half a file. Where anything goes wrong, what stood there before still stands.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np

from gis.geopackage import register_functions
from gis.geopackage_tables import GEOMETRY, SRS_IDS, create_tables, finish_tables
from gis.project_connection import file_uri, info_rows
from gis.project_errors import explained
from gis.project_journal import write_entry
from gis.project_rows import insert_rows
from gis.spatial_index import fill_index
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.history import Entry
from grid_model.project import FORMAT_VERSION, Project

PAGES = 4_000
"""Pages copied between two looks at whether to stop."""


def write_new(path: Path, project: Project, entries: Sequence[Entry], feedback: Feedback) -> None:
    """Write `project` and its journal as a new file at `path`, in the place of what may stand there."""
    with replaced(path) as beside:
        connection = sqlite3.connect(
            file_uri(beside).replace("mode=rw", "mode=rwc"), uri=True, isolation_level=None
        )
        try:
            # It is thrown away unless complete: no rollback journal, one synchronisation at the end.
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -64000")
            register_functions(connection)
            connection.execute("BEGIN")
            _fill(connection, project, entries, feedback)
            connection.execute("COMMIT")
        finally:
            connection.close()


def _fill(
    connection: sqlite3.Connection, project: Project, entries: Sequence[Entry], feedback: Feedback
) -> None:
    if project.info.crs not in SRS_IDS:
        raise GridError("unknown-crs", crs=project.info.crs)
    create_tables(connection, project.info.crs)
    connection.executemany(
        "INSERT INTO taiqu_info VALUES (?, ?)",
        info_rows({"format_version": FORMAT_VERSION, **asdict(project.info)}),
    )
    for table in feedback.track(list(project.tables.values())):
        if len(table):
            bounds = insert_rows(connection, table.schema, table.frame, SRS_IDS[project.info.crs])
            if bounds is not None:
                fill_index(connection, table.schema.name, GEOMETRY, table.frame["fid"].to_numpy(), bounds)
                _tell_exact_extent(connection, table.schema.name, bounds)
        _keep_numbering(connection, table.schema.name, table.next_fid - 1)
    for entry in entries:
        write_entry(connection, entry, entry.images)
    finish_tables(connection, (table.schema for table in project.tables.values()))


def _tell_exact_extent(connection: sqlite3.Connection, table: str, bounds: np.ndarray) -> None:
    there = bounds[np.isfinite(bounds).all(axis=1)]
    if len(there):
        low, high = there[:, :2].min(axis=0).tolist(), there[:, 2:].max(axis=0).tolist()
        connection.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
            (*low, *high, table),
        )


def _keep_numbering(connection: sqlite3.Connection, table: str, last: int) -> None:
    """A fid that was given once is never given again, though its row is gone."""
    connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    if last:
        connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, last))


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a place beside `path` to write a file at; it then takes the name `path` in one step.

    Raises
    ------
    GridError
        ``folder-missing``, ``is-a-folder``, ``disk-full``, ``no-permission``…; nothing is left then.
    """
    refuse_place(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    _clear(path)
    with explained(path, forbidden="folder-read-only"):
        try:
            yield beside
            _make_durable(beside)
            _put(beside, path)
            _make_folder_durable(path.parent)
        finally:
            _remove(beside)


@contextmanager
def copied(
    source: sqlite3.Connection, place: Path, feedback: Feedback = SILENT
) -> Iterator[sqlite3.Connection]:
    """Copy the file behind `source` to `place`, page by page as it was last committed; give it open."""

    def tell(_status: int, remaining: int, total: int) -> None:
        feedback.report(1 - remaining / total if total else None)

    with closing(sqlite3.connect(place, isolation_level=None)) as copy:
        source.backup(copy, pages=PAGES, progress=tell)
        yield copy


def refuse_place(path: Path) -> None:
    """Refuse a path where no file can be made."""
    with explained(path):
        if path.is_dir():
            raise GridError("is-a-folder", file=str(path))
        if not path.parent.is_dir():
            raise GridError("folder-missing", file=str(path), folder=str(path.parent))


def _clear(path: Path) -> None:
    """Take away what a killed Taiqu left unfinished; the lock says that no other one writes there."""
    for left in path.parent.glob(f".{_literal(path.name)}.*.new*"):
        _remove(left)


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _remove(beside: Path) -> None:
    for one in (beside, beside.with_name(beside.name + "-journal")):
        try:
            one.unlink(missing_ok=True)
        except OSError:
            pass  # what made the writing fail also keeps the leftover; the first error is the one to tell


def _put(beside: Path, path: Path) -> None:
    try:
        os.replace(beside, path)
    except PermissionError as error:
        if os.name == "nt" and path.exists():  # Windows: another program holds it open
            raise GridError("file-busy", file=str(path)) from error
        raise


def _make_durable(file: Path) -> None:
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())


def _make_folder_durable(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
