"""How a project file is reached: what may be opened, and what is told where it may not.

SQLite is asked for a rollback journal and full synchronisation: once a transaction has returned, its
rows survive a power cut (``PRAGMA synchronous=FULL``, ``journal_mode=DELETE``). Where QGIS has the file
open in its own way (a write-ahead log), that stays so: it is as safe.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gis.geopackage import register_functions
from gis.geopackage_tables import APPLICATION_ID, SRS_IDS
from gis.project_errors import explained
from grid_model import schema
from grid_model.errors import GridError
from grid_model.project import FORMAT_VERSION, ProjectInfo

OPENING_WAITS_MS = 2_000
WRITING_WAITS_MS = 30_000
"""How long opening and writing wait for another program: reading a county elsewhere takes seconds."""

SQLITE_START = b"SQLite format 3\0"
CHECKED_UP_TO = 2 * 2**20
CHECKED_AFTER_A_KILL = 32 * 2**20
"""Bytes of file up to which SQLite's own check (0.1 s a megabyte) runs at opening.

Reading a project meets most damage anyway, for it reads every page of the tables.
"""


def connect(path: Path, *, write: bool = False) -> sqlite3.Connection:
    """Open the SQLite file at `path`, which must be there.

    Even for reading it is opened so that SQLite can roll back what a killed program left half done; a
    file on a read-only medium is opened as such.

    Raises
    ------
    GridError
        ``missing-file``, ``is-a-folder``, ``no-permission``, ``not-a-project``, ``file-unreachable``…
    """
    _check_start(path)
    with explained(path):
        connection = sqlite3.connect(
            file_uri(path),
            uri=True,
            isolation_level=None,
            timeout=OPENING_WAITS_MS / 1000,
            check_same_thread=False,
        )
        register_functions(connection)
        if not write:
            connection.execute("PRAGMA query_only = ON")
            return connection
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA recursive_triggers = OFF")
        _use_rollback_journal(connection)
        return connection


def _use_rollback_journal(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.OperationalError as error:
        # Another program has it open with a write-ahead log; that one is then used by both.
        if "locked" not in str(error):
            raise


def refuse_read_only(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `GridError` ``file-read-only`` where the file cannot be written."""
    with explained(path):
        try:
            # No row is meant: only the right is tried.
            connection.execute("DELETE FROM taiqu_writing WHERE since IS NULL")
        except sqlite3.OperationalError as error:
            # Another program is writing just now: so it can be written, and an edit waits its turn.
            if not str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY"):
                raise


def file_uri(path: Path) -> str:
    """Write `path` as SQLite wants it: any character, Windows drives and shares included."""
    text = os.path.abspath(path).replace("\\", "/")
    if not text.startswith("/"):
        text = "/" + text
    elif text.startswith("//"):
        text = "//" + text
    return f"file:{quote(text)}?mode=rw"


def _check_start(path: Path) -> None:
    with explained(path):
        if path.is_dir():
            raise GridError("is-a-folder", file=str(path))
        with path.open("rb") as stream:
            start = stream.read(len(SQLITE_START))
    if start != SQLITE_START:
        raise GridError("not-a-geopackage", file=str(path))


def check_kind(connection: sqlite3.Connection, path: Path) -> int:
    """See that this is a project file of Taiqu; give its format version.

    Raises
    ------
    GridError
        ``not-a-geopackage``, ``not-a-project`` or ``project-newer``.
    """
    with explained(path):
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        if application != APPLICATION_ID and "gpkg_contents" not in tables:
            raise GridError("not-a-geopackage", file=str(path))
        if "taiqu_info" not in tables:
            raise GridError("not-a-project", file=str(path))
        found = connection.execute("SELECT value FROM taiqu_info WHERE key = 'format_version'").fetchone()
    if found is None or not str(found[0]).isdigit():
        raise GridError("file-damaged", file=str(path), reason="format_version")
    return int(found[0])


def refuse_newer(version: int, path: Path, current: int = FORMAT_VERSION) -> None:
    """Raise `GridError` ``project-newer`` where this program is too old for the file."""
    if version > current:
        raise GridError("project-newer", file=str(path), found=version, known=current)


def check_layout(connection: sqlite3.Connection, path: Path) -> None:
    """See that every table and column is there; raises `GridError` ``layout-changed``."""
    from gis.geopackage_tables import kept_columns

    with explained(path):
        for one in schema.tables().values():
            have = {row[1] for row in connection.execute(f'PRAGMA table_info("{one.name}")')}
            missing = {"fid", *kept_columns(one)} - have
            if missing:
                column = "" if not have else min(missing)
                raise GridError(
                    "layout-changed" if column else "table-gone",
                    file=str(path),
                    table=one.name,
                    column=column,
                )


def check_damage(connection: sqlite3.Connection, path: Path, *, after_kill: bool = False) -> None:
    """Let SQLite check the pages of a file that is not too large for it; raises ``file-damaged``."""
    with explained(path):
        if path.stat().st_size > (CHECKED_AFTER_A_KILL if after_kill else CHECKED_UP_TO):
            return
        found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found is not None and found[0] != "ok":
        raise GridError("file-damaged", file=str(path), reason=found[0])


def read_info(connection: sqlite3.Connection) -> ProjectInfo:
    """Read the facts about the whole project; what an older program did not write has its default."""
    found = dict(connection.execute("SELECT key, value FROM taiqu_info"))
    values: dict[str, Any] = {}
    for one in fields(ProjectInfo):
        if one.name in found:
            default = getattr(ProjectInfo(), one.name)
            text = found[one.name]
            values[one.name] = text == "true" if isinstance(default, bool) else type(default)(text)
    info = ProjectInfo(**values)
    if info.crs not in SRS_IDS:
        raise GridError("unknown-crs", crs=info.crs)
    return info


def info_rows(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Turn facts into rows of ``taiqu_info``."""
    return [
        (name, str(value).lower() if isinstance(value, bool) else str(value))
        for name, value in values.items()
    ]
