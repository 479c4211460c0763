"""A station's network, territory and plans as one value: an edit gives the next one.

`Project` never changes. An edit works on a `Draft` and yields the next project with the `Changes` it
made; views, jobs, undo and the project file all rest on that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd

from grid_model import schema
from grid_model.changes import CellsChanged, Change, Changes, InfoChanged, RowsDeleted, RowsInserted
from grid_model.errors import GridError
from grid_model.schema import Kind
from grid_model.table import Table, check_ids, column_of, conform, frame_of

FORMAT_VERSION = 1
"""Version of the project file; a newer one is refused, an older one migrated on a copy."""

GEOGRAPHIC = "EPSG:4490"
"""CGCS2000 longitude and latitude, in which projects are kept; WGS 84 counts as equal (`DOMAIN` §3.5)."""

LOCAL = "LOCAL"
"""A local plane in metres without a known place on earth (srs_id −1 in the file)."""


@dataclass(frozen=True)
class ProjectInfo:
    """Facts about the whole project.

    Parameters
    ----------
    name
        Name of the station.
    crs
        `GEOGRAPHIC` or `LOCAL`.
    planning_date
        ISO date on which validity and age are judged; no result depends on the clock.
    data_date
        ISO date of the data (数据截止日期), stated on every list and page; empty where unknown.
    sample
        Whether the data is invented.
    """

    name: str = ""
    crs: str = GEOGRAPHIC
    planning_date: str = ""
    data_date: str = ""
    sample: bool = False


@dataclass(frozen=True)
class Project:
    """Every table of a station, and the facts about the whole."""

    info: ProjectInfo = ProjectInfo()
    tables: Mapping[str, Table] = field(default_factory=dict)

    @classmethod
    def empty(cls, info: ProjectInfo) -> Project:
        """Make a project without rows."""
        return cls(info, {name: Table.empty(one) for name, one in schema.tables().items()})

    @classmethod
    def of(cls, info: ProjectInfo, frames: Mapping[str, pd.DataFrame]) -> Project:
        """Make a project of `frames` by table name; absent tables are empty, absent columns default."""
        tables = {}
        for name, one in schema.tables().items():
            rows = frames.get(name)
            tables[name] = Table.empty(one) if rows is None else Table.of(one, frame_of(one, rows))
        return cls(info, tables)

    def table(self, name: str) -> Table:
        """Give the table called `name`; raises `KeyError`."""
        return self.tables[name]

    def frame(self, name: str) -> pd.DataFrame:
        """Give the rows of the table called `name`; never change them in place."""
        return self.tables[name].frame

    @cached_property
    def geographic(self) -> bool:
        """Whether x and y are longitude and latitude (else metres on a local plane)."""
        return self.info.crs != LOCAL

    def edit(self) -> Draft:
        """Begin an edit."""
        return Draft(self)

    def with_changes(self, changes: Changes) -> Project:
        """Give the project with `changes` made; raises `GridError` where they do not fit."""
        project = self
        for change in changes:
            project = project._with_change(change)
        return project

    def _with_change(self, change: Change) -> Project:
        match change:
            case RowsInserted(table, rows):
                return self._with_table(table, self.tables[table].with_rows(rows))
            case RowsDeleted(table, rows):
                return self._with_table(table, self.tables[table].without_rows(rows["fid"].to_numpy()))
            case CellsChanged(table, fids, _, after):
                return self._with_table(table, self.tables[table].with_cells(fids, after))
            case InfoChanged(_, after):
                return replace(self, info=replace(self.info, **after))

    def _with_table(self, name: str, table: Table) -> Project:
        return Project(self.info, {**self.tables, name: table})


class Draft:
    """An edit in the making: rows are inserted, changed and deleted, then `finish` gives the result."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._steps: list[Change] = []

    def _do(self, step: Change) -> None:
        self.project = self.project.with_changes(Changes((step,)))
        self._steps.append(step)

    def insert(self, table: str, rows: Iterable[Mapping[str, Any]] | pd.DataFrame) -> None:
        """Put in new rows; columns not given get their default, fids are given.

        Raises
        ------
        GridError
            ``duplicate-id``, ``missing-id``, ``unknown-column``, ``bad-value``, ``bad-choice``,
            ``number-out-of-range``.
        """
        holder = self.project.table(table)
        frame = conform(
            holder.schema, frame_of(holder.schema, rows).drop(columns="fid", errors="ignore"), holder.next_fid
        )
        if len(frame):
            check_ids(holder.schema, frame)
            for name in holder.schema.names:
                check_values(table, holder.schema.column(name), frame[name])
            self._do(RowsInserted(table, frame))

    def delete(self, table: str, ids: Sequence[str]) -> None:
        """Take rows out; raises `GridError` ``unknown-object``."""
        at = self._positions(table, ids)
        if len(at):
            self._do(RowsDeleted(table, self.project.frame(table).iloc[np.sort(at)].reset_index(drop=True)))

    def update(self, table: str, ids: Sequence[str], **values: Any) -> None:
        """Set columns of the rows `ids`: one value for all, or a sequence with one for each.

        Cells that hold the value already are left out of the changes.

        Raises
        ------
        GridError
            ``unknown-object``, ``unknown-column``, ``id-fixed``, ``bad-value`` (what is no number or an
            infinite one too), ``bad-choice``, ``number-out-of-range``.
        """
        at = self._positions(table, ids)
        holder = self.project.table(table)
        after = pd.DataFrame(index=pd.RangeIndex(len(at)))
        for name, value in values.items():
            if name not in holder.schema.by_name:
                raise GridError("unknown-column", table=table, column=name)
            if name == "id":
                raise GridError("id-fixed", table=table)
            column = holder.schema.column(name)
            if value is None:
                value = [None] * len(at)
            elif column.kind is Kind.GEOMETRY and isinstance(value, (bytes, bytearray)):
                value = [bytes(value)] * len(at)
            try:
                after[name] = column_of(column, value, len(at))
            except (ValueError, TypeError, OverflowError) as error:
                raise GridError("bad-value", table=table, column=name, value=str(value)) from error
            check_values(table, column, after[name])
        before = holder.frame.iloc[at][list(after.columns)].reset_index(drop=True)
        differs = ~(after.eq(before) | (after.isna() & before.isna())).fillna(False).astype(bool)
        names = [name for name in after.columns if differs[name].any()]
        rows = differs.any(axis=1).to_numpy(dtype=bool) if names else np.zeros(len(at), dtype=bool)
        if not names or not rows.any():
            return
        fids = holder.frame["fid"].to_numpy()[at][rows]
        self._do(
            CellsChanged(
                table,
                fids,
                before.loc[rows, names].reset_index(drop=True),
                after.loc[rows, names].reset_index(drop=True),
            )
        )

    def set_info(self, **values: Any) -> None:
        """Set facts about the whole project (`ProjectInfo` fields)."""
        after = {name: value for name, value in values.items() if getattr(self.project.info, name) != value}
        if after:
            self._do(InfoChanged({name: getattr(self.project.info, name) for name in after}, after))

    def _positions(self, table: str, ids: Sequence[str]) -> np.ndarray:
        holder = self.project.table(table)
        ids = list(ids)
        at = holder.positions(ids) if ids else np.array([], dtype=np.int64)
        if (at < 0).any():
            raise GridError("unknown-object", table=table, id=ids[int(np.argmax(at < 0))])
        return at

    def finish(self) -> tuple[Project, Changes]:
        """Give the next project and what was changed."""
        return self.project, Changes(tuple(self._steps))


def check_values(table: str, column: schema.Column, values: pd.Series) -> None:
    """Refuse values the column may not hold."""
    if column.kind is Kind.CHOICE:
        strange = values.notna() & ~values.isin(column.codes)
        if strange.any():
            raise GridError("bad-choice", table=table, column=column.name, value=values[strange].iloc[0])
    if column.kind is Kind.DATE:
        strange = values.notna() & ~values.str.fullmatch(r"\d{4}-\d\d-\d\d").fillna(False).astype(bool)
        if strange.any():
            raise GridError("bad-value", table=table, column=column.name, value=values[strange].iloc[0])
    if column.kind is Kind.REAL and np.isinf(values.to_numpy()).any():
        raise GridError("bad-value", table=table, column=column.name, value="∞")
    if column.kind in (Kind.REAL, Kind.INTEGER):
        low = column.minimum is not None and values.lt(column.minimum).fillna(False).any()
        high = column.maximum is not None and values.gt(column.maximum).fillna(False).any()
        if low or high:
            extreme = values.min() if low else values.max()
            raise GridError(
                "number-out-of-range",
                table=table,
                column=column.name,
                value=float(extreme),
                minimum=column.minimum,
                maximum=column.maximum,
            )


class Edit(Protocol):
    """One thing a person does to the project; `title` is a marked text, `values` fill its fields."""

    @property
    def title(self) -> str:
        """What was done, in English, marked with ``N_``; shown in the undo menu and the journal."""

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the fields of the title."""

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the next project; raises `GridError` where it cannot be done."""
