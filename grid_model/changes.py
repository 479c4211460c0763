"""What an edit did to the rows, and what must be kept to take it back.

`Changes` says what became of which rows and can be applied to a project. An *image* is the part of a
change that the journal keeps: the rows as they were (for new rows only their fids). `undoing` turns
images and the project as it stands into the changes that take them back; taking those back again is
redo. So undo works alike from memory and from a project file opened a year later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from grid_model.errors import GridError

if TYPE_CHECKING:
    from grid_model.project import Project


@dataclass(frozen=True)
class RowsInserted:
    """New rows: `rows` holds every column and the fids."""

    table: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class RowsDeleted:
    """Rows that went: `rows` holds them as they were."""

    table: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class CellsChanged:
    """Cells that changed: `before` and `after` have the changed columns, a row for each of `fids`."""

    table: str
    fids: np.ndarray
    before: pd.DataFrame
    after: pd.DataFrame


@dataclass(frozen=True)
class InfoChanged:
    """Facts about the whole project that changed (`ProjectInfo` fields by name)."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]


Change: TypeAlias = RowsInserted | RowsDeleted | CellsChanged | InfoChanged


@dataclass(frozen=True)
class InsertedImage:
    """Before-image of new rows: there was nothing; which fids came."""

    table: str
    fids: np.ndarray


@dataclass(frozen=True)
class DeletedImage:
    """Before-image of deleted rows: the rows."""

    table: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class CellsImage:
    """Before-image of changed cells."""

    table: str
    fids: np.ndarray
    before: pd.DataFrame


@dataclass(frozen=True)
class InfoImage:
    """Before-image of changed facts."""

    before: Mapping[str, Any]


Image: TypeAlias = InsertedImage | DeletedImage | CellsImage | InfoImage


@dataclass(frozen=True)
class Changes:
    """What one edit did, in order."""

    steps: tuple[Change, ...] = ()

    def __iter__(self) -> Iterator[Change]:
        return iter(self.steps)

    def __bool__(self) -> bool:
        return bool(self.steps)

    @property
    def tables(self) -> frozenset[str]:
        """The tables that were touched; ``info`` for facts about the whole project."""
        return frozenset("info" if isinstance(step, InfoChanged) else step.table for step in self.steps)

    def touches(self, *tables: str) -> bool:
        """Whether one of `tables` was touched."""
        return not self.tables.isdisjoint(tables)

    def fids(self, table: str) -> np.ndarray:
        """The fids of the rows of `table` that came, went or changed, sorted."""
        found = [
            step.fids if isinstance(step, CellsChanged) else step.rows["fid"].to_numpy()
            for step in self.steps
            if not isinstance(step, InfoChanged) and step.table == table
        ]
        return np.unique(np.concatenate(found)) if found else np.array([], dtype=np.int64)

    @property
    def row_count(self) -> int:
        """How many rows were touched, a row touched twice counted twice."""
        return sum(
            0
            if isinstance(step, InfoChanged)
            else len(step.fids if isinstance(step, CellsChanged) else step.rows)
            for step in self.steps
        )

    def inverse(self) -> Changes:
        """Give the changes that lead straight back, where nothing else has happened since."""
        return Changes(tuple(_inverse(step) for step in reversed(self.steps)))

    def images(self) -> tuple[Image, ...]:
        """What the journal must keep so that these changes can be taken back."""
        return tuple(_image(step) for step in self.steps)


def _image(step: Change) -> Image:
    match step:
        case RowsInserted(table, rows):
            return InsertedImage(table, rows["fid"].to_numpy())
        case RowsDeleted(table, rows):
            return DeletedImage(table, rows)
        case CellsChanged(table, fids, before, _):
            return CellsImage(table, fids, before)
        case InfoChanged(before, _):
            return InfoImage(before)


def _inverse(step: Change) -> Change:
    match step:
        case RowsInserted(table, rows):
            return RowsDeleted(table, rows)
        case RowsDeleted(table, rows):
            return RowsInserted(table, rows)
        case CellsChanged(table, fids, before, after):
            return CellsChanged(table, fids, after, before)
        case InfoChanged(before, after):
            return InfoChanged(after, before)


def rows_in(images: tuple[Image, ...]) -> dict[str, np.ndarray]:
    """Give the fids of the rows that `images` concern, by table, sorted."""
    found: dict[str, list[np.ndarray]] = {}
    for image in images:
        match image:
            case InsertedImage(table, fids) | CellsImage(table, fids, _):
                found.setdefault(table, []).append(fids)
            case DeletedImage(table, rows):
                found.setdefault(table, []).append(rows["fid"].to_numpy())
    return {table: np.unique(np.concatenate(parts)) for table, parts in found.items()}


def undoing(project: Project, images: tuple[Image, ...]) -> Changes:
    """Find the changes that bring back what `images` remember, last one first.

    Raises
    ------
    GridError
        ``undo-row-gone`` where a row that must be put back to what it was is no longer there.
    """
    steps: list[Change] = []
    for image in reversed(images):
        step = _undoing_one(project, image)
        steps.append(step)
        project = project.with_changes(Changes((step,)))
    return Changes(tuple(steps))


def _undoing_one(project: Project, image: Image) -> Change:
    match image:
        case InsertedImage(table, fids):
            return RowsDeleted(table, _rows(project, table, fids))
        case DeletedImage(table, rows):
            return RowsInserted(table, rows)
        case CellsImage(table, fids, before):
            return CellsChanged(table, fids, _rows(project, table, fids)[list(before.columns)], before)
        case InfoImage(before):
            now = {name: getattr(project.info, name) for name in before}
            return InfoChanged(now, before)


def _rows(project: Project, table: str, fids: np.ndarray) -> pd.DataFrame:
    holder = project.table(table)
    at = holder.positions_of_fids(fids)
    if (at < 0).any():
        raise GridError("undo-row-gone", table=table, fid=int(np.asarray(fids)[at < 0][0]))
    return holder.frame.iloc[at].reset_index(drop=True)
