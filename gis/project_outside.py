"""What other programs did to the project file, taken in when it is opened.

QGIS may edit the layers. Triggers note each row with its values before; here the notes become one line
of the journal (action ``outside``) with before-images, rows that cannot stand as they are are mended and
told in the table of data issues, and the notes are cleared. Undo of older edits of those rows is refused
(`grid_model.history`). Nothing another program wrote is thrown away.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gis.geopackage_tables import GEOMETRY, kept_columns
from gis.project_journal import last_number, write_entry
from gis.project_lock import account
from gis.project_reading import Loaded
from gis.project_rows import frame_of_stored
from gis.project_writing import moment, transaction, write_changes
from grid_model import schema
from grid_model.changes import (
    CellsChanged,
    CellsImage,
    Change,
    Changes,
    DeletedImage,
    Image,
    InsertedImage,
    rows_in,
)
from grid_model.history import Entry
from grid_model.issue import Issue, Severity
from grid_model.project import Project
from grid_model.schema import Kind, Shape, TableSchema
from resources.i18n import N_

TITLE = N_("Rows changed by another program: {rows}")


@dataclass(frozen=True)
class _Note:
    """The first thing another program did to a row: the values it had before, none where it was new."""

    fid: int
    was: Mapping[str, Any] | None


def take_in(connection: sqlite3.Connection, loaded: Loaded) -> Project:
    """Journal what other programs changed since Taiqu last had the file; give the project to go on with."""
    notes = _first_notes(connection)
    if not notes and not loaded.mended:
        return loaded.project
    images = _images(loaded, notes)
    repairs = Changes(tuple(_repairs(loaded)))
    found = list(_findings(loaded, rows_in(images)))
    number = last_number(connection) + 1
    told = _as_rows(loaded.project, found, number)
    project = loaded.project.with_changes(told)
    rows = sum(len(fids) for fids in rows_in(images).values())
    with transaction(connection):
        connection.execute("DELETE FROM taiqu_outside")
        write_changes(connection, (*repairs, *told))
        if images or told:
            entry = Entry(number, moment(), account(), "outside", TITLE, {"rows": str(rows)})
            write_entry(connection, entry, (*images, *told.images()))
    return project


def _first_notes(connection: sqlite3.Connection) -> dict[str, list[_Note]]:
    """Give by table the first note of each row: what it was before any of it."""
    notes: dict[str, dict[int, _Note]] = {}
    for _, name, fid, op, columns, *kept in connection.execute("SELECT * FROM taiqu_outside ORDER BY n"):
        if name in schema.tables():
            was = None if op == "insert" else dict(zip(columns.split(), kept, strict=False))
            notes.setdefault(name, {}).setdefault(fid, _Note(fid, was))
    return {name: sorted(rows.values(), key=lambda note: note.fid) for name, rows in notes.items()}


def _images(loaded: Loaded, notes: dict[str, list[_Note]]) -> tuple[Image, ...]:
    return tuple(image for name, own in notes.items() for image in _images_of(loaded.project, name, own))


def _images_of(project: Project, name: str, notes: Sequence[_Note]) -> Iterator[Image]:
    """Compare what the rows were with what they are; a row that is as it was leaves no image."""
    holder = project.table(name)
    there = holder.positions_of_fids(np.array([note.fid for note in notes], dtype=np.int64)) >= 0
    came = [note.fid for note, here in zip(notes, there, strict=True) if here and note.was is None]
    if came:
        yield InsertedImage(name, np.array(came, dtype=np.int64))
    gone = [note for note, here in zip(notes, there, strict=True) if not here and note.was is not None]
    if gone:
        yield DeletedImage(name, _frame(holder.schema, gone))
    changed = [note for note, here in zip(notes, there, strict=True) if here and note.was is not None]
    if changed:
        yield from _cells(project, name, _frame(holder.schema, changed))


def _cells(project: Project, name: str, before: pd.DataFrame) -> Iterator[CellsImage]:
    holder = project.table(name)
    fids = before["fid"].to_numpy()
    now = holder.frame.iloc[holder.positions_of_fids(fids)].reset_index(drop=True)
    differs = ~(now.eq(before) | (now.isna() & before.isna())).fillna(False).astype(bool)
    names = [column for column in holder.schema.names if differs[column].any()]
    rows = differs.any(axis=1).to_numpy(dtype=bool)
    if names:
        yield CellsImage(name, fids[rows], before.loc[rows, names].reset_index(drop=True))


def _frame(table: TableSchema, notes: Sequence[_Note]) -> pd.DataFrame:
    """Make rows out of the values kept by the triggers."""
    columns = [[(note.was or {}).get(name) for note in notes] for name in kept_columns(table)]
    shapes = None if table.shape is Shape.NONE else columns.pop(0)
    frame, _ = frame_of_stored(table, [note.fid for note in notes], shapes, columns)
    return frame


def _repairs(loaded: Loaded) -> Iterator[Change]:
    """Write the identifiers that rows got into the file as well."""
    for name in dict.fromkeys(one.table for one in loaded.mended):
        own = [one for one in loaded.mended if one.table == name]
        fids = np.array([one.fid for one in own], dtype=np.int64)
        before = pd.DataFrame({"id": pd.array([one.was or None for one in own], dtype="str")})
        yield CellsChanged(
            name, fids, before, pd.DataFrame({"id": pd.array([one.now for one in own], dtype="str")})
        )


def _findings(loaded: Loaded, touched: dict[str, np.ndarray]) -> Iterator[Issue]:
    for one in loaded.mended:
        code = "outside-duplicate-id" if one.was else "outside-no-id"
        yield Issue(Severity.WARNING, code, one.table, one.now, {"was": one.was})
    for cell in loaded.bad_cells:
        code = "outside-bad-shape" if cell.column == GEOMETRY else "outside-bad-value"
        yield _about(loaded.project, cell.table, cell.fid, code, {"column": cell.column, "value": cell.value})
    for name, fids in touched.items():
        yield from _odd_values(loaded.project, name, fids)


def _odd_values(project: Project, name: str, fids: np.ndarray) -> Iterator[Issue]:
    """Find values in rows changed outside that Taiqu itself would have refused."""
    holder = project.table(name)
    at = holder.positions_of_fids(fids)
    rows = holder.frame.iloc[at[at >= 0]]
    for column in holder.schema.columns:
        values = rows[column.name]
        odd = pd.Series(False, index=values.index)
        if column.kind is Kind.CHOICE:
            odd = values.notna() & ~values.isin(column.codes)
        elif column.kind in (Kind.REAL, Kind.INTEGER):
            low = values.lt(-np.inf if column.minimum is None else column.minimum)
            odd = (low | values.gt(np.inf if column.maximum is None else column.maximum)).fillna(False)
        for position in odd.to_numpy(dtype=bool).nonzero()[0].tolist():
            value = str(values.iloc[position])
            yield _about(
                project,
                name,
                int(rows["fid"].iloc[position]),
                "outside-bad-value",
                {"column": column.name, "value": value},
            )


def _about(project: Project, table: str, fid: int, code: str, details: dict[str, str]) -> Issue:
    holder = project.table(table)
    row = int(holder.positions_of_fids(np.array([fid]))[0])
    return Issue(Severity.WARNING, code, table, str(holder.frame["id"].iat[row]), details)


def _as_rows(project: Project, found: Sequence[Issue], number: int) -> Changes:
    """Put the findings among the data issues of the project."""
    if not found:
        return Changes()
    draft = project.edit()
    draft.insert(
        "issues",
        [
            {
                "id": f"outside-{number}-{n}",
                "severity": one.severity.value,
                "code": one.code,
                "table_name": one.table,
                "object_id": one.object_id,
                "details": json.dumps(dict(one.details), ensure_ascii=False),
                "row_kept": True,
            }
            for n, one in enumerate(found, start=1)
        ],
    )
    return draft.finish()[1]
