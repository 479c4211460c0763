"""Project files of an older format brought up to date, always on a copy.

Each step knows how to bring a file from one format to the next. The person's file is replaced in one
step when all went well; as it was, it stays beside it. Undo ends there: the journal gets a barrier.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from gis.geopackage import register_functions
from gis.geopackage_tables import (
    column_definition,
    describe_column,
    drop_triggers,
    kept_columns,
    outside_triggers,
    stored_columns,
)
from gis.project_connection import connect
from gis.project_errors import explained
from gis.project_journal import last_number, write_entry
from gis.project_lock import account
from gis.project_new import copied, replaced
from gis.project_writing import moment, transaction
from grid_model import schema
from grid_model.errors import GridError
from grid_model.history import Entry
from grid_model.project import FORMAT_VERSION
from resources.i18n import N_

Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: Mapping[int, Migration] = {}
"""By the format a step begins with; it leads to the next. `add_missing_columns` does for new columns."""

TITLE = N_("Project brought from format {old} to {new}")


def migrate(
    path: Path, version: int, steps: Mapping[int, Migration] | None = None, current: int = FORMAT_VERSION
) -> Path:
    """Bring the file at `path` from format `version` to `current`; give the place of the file as it was.

    Raises
    ------
    GridError
        ``project-too-old`` where no step leads on; ``disk-full``…; the file is then as before.
    """
    kept = _place_for_old(path, version)
    with replaced(path) as beside:
        with closing(connect(path)) as old, copied(old, beside) as new:
            bring_up(new, path, version, steps, current)
        with replaced(kept) as beside_old, closing(connect(path)) as old, copied(old, beside_old):
            pass
    return kept


def bring_up(
    connection: sqlite3.Connection,
    path: Path,
    version: int,
    steps: Mapping[int, Migration] | None = None,
    current: int = FORMAT_VERSION,
) -> None:
    """Bring an open copy from format `version` to `current`."""
    steps = MIGRATIONS if steps is None else steps
    register_functions(connection)
    with explained(path), transaction(connection):
        for number in range(version, current):
            if number not in steps:
                raise GridError("project-too-old", file=str(path), found=version, known=current)
            steps[number](connection)
        connection.execute("UPDATE taiqu_info SET value = ? WHERE key = 'format_version'", (str(current),))
        entry = Entry(
            last_number(connection) + 1,
            moment(),
            account(),
            "barrier",
            TITLE,
            {"old": str(version), "new": str(current)},
        )
        write_entry(connection, entry, ())


def _place_for_old(path: Path, version: int) -> Path:
    kept = path.with_name(f"{path.stem}.format{version}{path.suffix}")
    number = 2
    while kept.exists():
        kept = path.with_name(f"{path.stem}.format{version}-{number}{path.suffix}")
        number += 1
    return kept


def add_missing_columns(connection: sqlite3.Connection) -> None:
    """Add the columns the schema has and the file lacks, empty; the usual step of a migration."""
    for table in schema.tables().values():
        have = {row[1] for row in connection.execute(f'PRAGMA table_info("{table.name}")')}
        missing = [column for column in stored_columns(table) if column.name not in have]
        for column in missing:
            connection.execute(f'ALTER TABLE "{table.name}" ADD COLUMN {column_definition(column)}')
            describe_column(connection, table, column)
        if missing:
            _note_all_columns(connection, table)


def _note_all_columns(connection: sqlite3.Connection, table: schema.TableSchema) -> None:
    """Have the triggers keep the new columns too; notes made before say themselves what they hold."""
    kept = {row[1] for row in connection.execute("PRAGMA table_info(taiqu_outside)")}
    for n in range(1, len(kept_columns(table)) + 1):
        if f"c{n}" not in kept:
            connection.execute(f"ALTER TABLE taiqu_outside ADD COLUMN c{n}")
    triggers = outside_triggers(table)
    drop_triggers(connection, triggers)
    for statement in triggers:
        connection.execute(statement)
