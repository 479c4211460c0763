"""A project read from its file, and what another program left in it that had to be mended.

Every row needs an identifier of its own. A row drawn in QGIS has none, a copied one has that of its
original: such rows get one and are told, none is left out.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pandas as pd

from gis.project_connection import read_info
from gis.project_errors import explained
from gis.project_rows import BadCell, read_rows
from grid_model import schema
from grid_model.errors import Cancelled, GridError
from grid_model.feedback import Feedback
from grid_model.project import Project
from grid_model.table import Table


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
    with explained(path):
        connection.execute("BEGIN")
        connection.set_progress_handler(lambda: feedback.cancelled, 100_000)
        try:
            return _load(connection, feedback)
        except sqlite3.OperationalError as error:
            if feedback.cancelled:
                raise Cancelled from error
            raise
        finally:
            connection.set_progress_handler(None, 0)
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _load(connection: sqlite3.Connection, feedback: Feedback) -> Loaded:
    info = read_info(connection)
    last = dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))
    tables: dict[str, Table] = {}
    bad: list[BadCell] = []
    mended: list[MendedId] = []
    for name, one in feedback.track(list(schema.tables().items())):
        if connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() is None:
            tables[name] = replace(_empty(name), next_fid=int(last.get(name, 0)) + 1)
            continue
        frame, bad_here = read_rows(connection, one, feedback)
        bad += bad_here
        next_fid = int(last.get(name, 0)) + 1
        try:
            tables[name] = Table.of(one, frame, next_fid)
        except GridError:  # missing or repeated identifiers
            frame, mended_here = mend_ids(name, frame)
            mended += mended_here
            tables[name] = Table.of(one, frame, next_fid)
    return Loaded(Project(info, tables), tuple(bad), tuple(mended))


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
