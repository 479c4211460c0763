"""The journal in the project file: who did what when, and the rows as they were before.

Entries are only ever appended. Images are JSON, column by column, so that anybody can read the trail
with any SQLite tool; large ones are deflated. One exception to *only appended*: personal data that
somebody wants forgotten is blanked in the images too (`forget`).
"""

from __future__ import annotations

import base64
import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from grid_model import schema
from grid_model.changes import CellsImage, DeletedImage, Image, InfoImage, InsertedImage
from grid_model.history import Entry
from grid_model.personal import personal_columns
from grid_model.schema import Kind, TableSchema
from grid_model.table import column_of

DEFLATED_FROM = 4_000
"""Characters from which images are stored deflated."""

COLUMNS = 'number, "when", who, action, title, "values", of'


def read_entries(connection: sqlite3.Connection) -> list[Entry]:
    """Read every entry in order, without images."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM journal ORDER BY number")
    return [
        Entry(number, when, who, action, title, json.loads(values), of)
        for number, when, who, action, title, values, of in rows
    ]


def read_images(connection: sqlite3.Connection, number: int) -> tuple[Image, ...]:
    """Read the before-images of one entry."""
    found = connection.execute("SELECT images FROM journal WHERE number = ?", (number,)).fetchone()
    return () if found is None else images_of(found[0])


def write_entry(connection: sqlite3.Connection, entry: Entry, images: tuple[Image, ...]) -> None:
    """Append one entry; its number must not be taken."""
    count = sum(_row_count(image) for image in images)
    connection.execute(
        f"INSERT INTO journal ({COLUMNS}, row_count, images) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.number,
            entry.when,
            entry.who,
            entry.action,
            entry.title,
            json.dumps(dict(entry.values), ensure_ascii=False),
            entry.of,
            count,
            stored_images(images),
        ),
    )


def _row_count(image: Image) -> int:
    match image:
        case DeletedImage(_, rows):
            return len(rows)
        case InsertedImage(_, fids) | CellsImage(_, fids, _):
            return len(fids)
        case _:
            return 0


def last_number(connection: sqlite3.Connection) -> int:
    """Give the number of the last entry, 0 where there is none."""
    (number,) = connection.execute("SELECT max(number) FROM journal").fetchone()
    return int(number or 0)


def stored_images(images: Sequence[Image]) -> str | bytes:
    """Turn images into what stands in the file."""
    text = json.dumps([_written(image) for image in images], ensure_ascii=False, separators=(",", ":"))
    return text if len(text) < DEFLATED_FROM else zlib.compress(text.encode(), 1)


def images_of(stored: str | bytes | None) -> tuple[Image, ...]:
    """Turn what stands in the file into images."""
    if not stored:
        return ()
    text = zlib.decompress(stored).decode() if isinstance(stored, bytes) else stored
    return tuple(_read(one) for one in json.loads(text))


def _written(image: Image) -> dict[str, Any]:
    match image:
        case InsertedImage(table, fids):
            return {"inserted": table, "fids": _runs(fids)}
        case DeletedImage(table, rows):
            return {"deleted": table, "fids": _runs(rows["fid"].to_numpy()), "rows": _cells(table, rows)}
        case CellsImage(table, fids, before):
            return {"changed": table, "fids": _runs(fids), "before": _cells(table, before)}
        case InfoImage(before):
            return {"info": dict(before)}


def _read(one: Mapping[str, Any]) -> Image:
    if "info" in one:
        return InfoImage(one["info"])
    fids = _unrun(one["fids"])
    if "inserted" in one:
        return InsertedImage(one["inserted"], fids)
    if "deleted" in one:
        rows = _frame(one["deleted"], one["rows"], len(fids))
        rows.insert(0, "fid", fids)
        return DeletedImage(one["deleted"], rows)
    return CellsImage(one["changed"], fids, _frame(one["changed"], one["before"], len(fids)))


def _runs(fids: np.ndarray) -> list[Any]:
    """Write fids shortly: a run of at least three neighbours as [first, last]."""
    fids = np.asarray(fids, dtype=np.int64)
    if not len(fids):
        return []
    starts = np.concatenate([[0], np.flatnonzero(np.diff(fids) != 1) + 1])
    ends = np.append(starts[1:], len(fids)) - 1
    short: list[Any] = []
    for first, last in zip(fids[starts].tolist(), fids[ends].tolist(), strict=True):
        short.extend([[first, last]] if last - first > 1 else range(first, last + 1))
    return short


def _unrun(short: Sequence[Any]) -> np.ndarray:
    parts = [np.arange(one[0], one[1] + 1) if isinstance(one, list) else np.array([one]) for one in short]
    return np.concatenate(parts).astype(np.int64) if parts else np.array([], dtype=np.int64)


def _cells(table: str, frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {
        name: _json_values(schema.table(table), name, frame[name]) for name in frame.columns if name != "fid"
    }


def _json_values(table: TableSchema, name: str, values: pd.Series) -> list[Any]:
    kind = table.column(name).kind
    if kind is Kind.GEOMETRY:
        return [None if one is None else base64.b64encode(one).decode() for one in values.tolist()]
    if kind is Kind.REAL:
        return [None if one != one else one for one in values.tolist()]
    return list(values.to_numpy(dtype=object, na_value=None).tolist())


def _frame(table: str, columns: Mapping[str, list[Any]], length: int) -> pd.DataFrame:
    """Make the frame of an image; columns a later program no longer knows are left out."""
    known = schema.table(table).by_name
    made: dict[str, pd.Series] = {}
    for name, cells in columns.items():
        if name not in known:
            continue
        if known[name].kind is Kind.GEOMETRY:
            cells = [None if one is None else base64.b64decode(one) for one in cells]
        made[name] = column_of(known[name], cells, length)
    return pd.DataFrame(made, index=pd.RangeIndex(length))


def forget(connection: sqlite3.Connection, table: str, fids: np.ndarray) -> int:
    """Blank what the images keep of the persons in the rows `fids`; give how many entries it concerned.

    Undo of such an entry then brings the row back without them. Call it within a transaction.
    """
    names = [column.name for column in personal_columns(schema.table(table))]
    touched = 0
    numbers = [number for (number,) in connection.execute("SELECT number FROM journal WHERE row_count")]
    for number in numbers:
        images = read_images(connection, number)
        blanked = tuple(_blanked(image, table, fids, names) for image in images)
        if any(new is not old for new, old in zip(blanked, images, strict=True)):
            connection.execute(
                "UPDATE journal SET images = ? WHERE number = ?", (stored_images(blanked), number)
            )
            touched += 1
    return touched


def deleted_fids(connection: sqlite3.Connection, table: str, ids: Sequence[str]) -> dict[str, set[int]]:
    """Find in the images the rows `ids` that were deleted: their fids by id."""
    found: dict[str, set[int]] = {}
    for (number,) in connection.execute("SELECT number FROM journal WHERE row_count").fetchall():
        for image in read_images(connection, number):
            if isinstance(image, DeletedImage) and image.table == table:
                rows = image.rows[image.rows["id"].isin(ids)]
                for one, fid in zip(rows["id"].tolist(), rows["fid"].tolist(), strict=True):
                    found.setdefault(one, set()).add(fid)
    return found


def _blanked(image: Image, table: str, fids: np.ndarray, names: Sequence[str]) -> Image:
    match image:
        case DeletedImage(name, rows) if name == table and np.isin(rows["fid"], fids).any():
            return DeletedImage(name, _without(rows, np.isin(rows["fid"], fids), table, names))
        case CellsImage(name, own, before) if name == table and np.isin(own, fids).any():
            return CellsImage(name, own, _without(before, np.isin(own, fids), table, names))
        case _:
            return image


def _without(frame: pd.DataFrame, rows: np.ndarray, table: str, names: Sequence[str]) -> pd.DataFrame:
    frame = frame.copy()
    for name in names:
        if name in frame.columns:
            column = schema.table(table).column(name)
            blank = column_of(column, None, len(frame))
            frame[name] = frame[name].where(~rows, blank)
    return frame
