"""A project read from its file, and what another program left in it that had to be mended.

Every row needs an identifier of its own. A row drawn in QGIS has none, a copied one has that of its
original: such rows get one and are told, none is left out.
"""

from __future__ import annotations

import ctypes
import sqlite3
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pandas as pd

from gis.project_connection import connect, read_info
from gis.project_errors import explained
from gis.project_rows import BadCell, read_rows
from grid_model import schema
from grid_model.errors import Cancelled, GridError
from grid_model.feedback import Feedback
from grid_model.project import Project
from grid_model.table import Table

LARGE_FILE = 16 * 2**20
"""Bytes from which a second reader saves more than it costs."""

MANY_ROWS = 500_000
"""Rows from which memory is given back after reading."""

STEPS_BETWEEN_LOOKS = 1_000_000
"""Steps of SQLite, a few hundredths of a second, between two looks whether somebody cancelled.

Each look waits for Python's lock, which the window holds for milliseconds while it draws.
"""


@dataclass(frozen=True)
class MendedId:
    """A row whose identifier was missing or stood twice, and the one it got."""

    table: str
    fid: int
    was: str
    now: str


@dataclass(frozen=True)
class Loaded:
    """A project as it stands in its file."""

    project: Project
    bad_cells: tuple[BadCell, ...] = ()
    mended: tuple[MendedId, ...] = ()


def load(connection: sqlite3.Connection, path: Path, feedback: Feedback) -> Loaded:
    """Read the whole project in one view of the file; raises `GridError` or `Cancelled`."""
    with explained(path), _one_view(connection, feedback):
        info = read_info(connection)
        last = dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))
        sizes = {name: int(last.get(name, 0)) for name in schema.tables() if _has_rows(connection, name)}
        work = _Work(sizes, feedback)
        with _second_view(connection, path, feedback) as second:
            read = _read_by_two(connection, second, work) if second is not None else work.on(connection)
    if sum(sizes.values()) > MANY_ROWS:
        _give_back_memory()
    tables = {name: replace(_empty(name), next_fid=int(last.get(name, 0)) + 1) for name in schema.tables()}
    found = [read[name] for name in schema.tables() if name in read]
    tables |= {one.table.schema.name: one.table for one in found}
    return Loaded(
        Project(info, tables),
        tuple(cell for one in found for cell in one.bad_cells),
        tuple(mended for one in found for mended in one.mended),
    )


@dataclass(frozen=True)
class _Read:
    """A table as it was read, and what was odd in it."""

    table: Table
    bad_cells: Sequence[BadCell]
    mended: Sequence[MendedId]


class _Work:
    """The tables that are still to be read, the largest first; two readers may take from it."""

    def __init__(self, last_fids: Mapping[str, int], feedback: Feedback) -> None:
        self._last_fids = last_fids
        self._feedback = feedback
        self._names = deque(sorted(last_fids, key=lambda name: -last_fids[name]))
        self._done = 0

    def on(self, connection: sqlite3.Connection) -> dict[str, _Read]:
        """Read what is left; where it cannot be read, nobody goes on."""
        found: dict[str, _Read] = {}
        try:
            while (name := self._next()) is not None:
                self._feedback.report(self._done / max(1, sum(self._last_fids.values())))
                found[name] = _read(connection, name, self._last_fids[name] + 1, self._feedback)
                self._done += self._last_fids[name]
        except BaseException:
            self._names.clear()
            raise
        return found

    def _next(self) -> str | None:
        try:
            return self._names.popleft()
        except IndexError:
            return None


def _read(connection: sqlite3.Connection, name: str, next_fid: int, feedback: Feedback) -> _Read:
    one = schema.table(name)
    frame, bad = read_rows(connection, one, feedback)
    try:
        return _Read(Table.formed(one, frame, next_fid), bad, ())
    except GridError:  # missing or repeated identifiers
        frame, mended = mend_ids(name, frame)
        return _Read(Table.formed(one, frame, next_fid), bad, mended)


def _read_by_two(first: sqlite3.Connection, second: sqlite3.Connection, work: _Work) -> dict[str, _Read]:
    """Read side by side: SQLite works outside Python's lock."""
    with ThreadPoolExecutor(1, "project-reader") as beside:
        other = beside.submit(work.on, second)
        found = work.on(first)
        return found | other.result()


@contextmanager
def _one_view(connection: sqlite3.Connection, feedback: Feedback) -> Iterator[None]:
    """Read within one transaction, so that nobody writes meanwhile; give up where asked to."""
    connection.execute("BEGIN")
    connection.set_progress_handler(lambda: feedback.cancelled, STEPS_BETWEEN_LOOKS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if feedback.cancelled:
            raise Cancelled from error
        raise
    finally:
        connection.set_progress_handler(None, 0)
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def _second_view(
    first: sqlite3.Connection, path: Path, feedback: Feedback
) -> Iterator[sqlite3.Connection | None]:
    """Give another connection that sees what the first one sees; None where there is no use or no way.

    With a rollback journal nobody can commit while the first one reads, so both see the same. With a
    write-ahead log somebody could, between the two.
    """
    (mode,) = first.execute("PRAGMA journal_mode").fetchone()
    kept_at = first.execute("PRAGMA database_list").fetchone()[2]
    if not kept_at or str(mode).lower() != "delete" or path.stat().st_size < LARGE_FILE:
        yield None
        return
    with closing(connect(path)) as second, ExitStack() as view:
        try:
            view.enter_context(_one_view(second, feedback))
            second.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:  # somebody waits to write until the first one has read
            yield None
        else:
            yield second


def _give_back_memory() -> None:
    """Let the system have what reading needed for a moment: glibc would keep it (county: 150 MB)."""
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:  # musl has none
            trim(0)


def _has_rows(connection: sqlite3.Connection, name: str) -> bool:
    return connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() is not None


@cache
def _empty(name: str) -> Table:
    """Give the table without rows; it never changes, so one serves every project."""
    return Table.empty(schema.table(name))


def mend_ids(table: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[MendedId]]:
    """Give rows without an identifier one, and later rows of the same identifier another."""
    ids = frame["id"]
    empty = ids.isna() | (ids == "")
    odd = empty | ids.duplicated()
    taken = set(ids[~odd])
    mended = []
    for at in odd.to_numpy().nonzero()[0].tolist():
        fid = int(frame["fid"].iat[at])
        was = "" if empty.iat[at] else str(ids.iat[at])
        now = _free(f"{was}~{fid}" if was else f"~{fid}", taken)
        taken.add(now)
        mended.append(MendedId(table, fid, was, now))
    new = ids.copy()
    new[odd] = [one.now for one in mended]
    return frame.assign(id=new), mended


def _free(wanted: str, taken: set[str]) -> str:
    found = wanted
    while found in taken:
        found += "~"
    return found
