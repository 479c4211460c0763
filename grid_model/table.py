"""One table of a project as a value: rows in the order of their fid, found by id or fid.

Cell edits rest on pandas 3 copy-on-write: the other columns are shared, not copied. Ids are found
through a text index that is built once and shared by later versions; rows that come or go are noted
beside it, so that an edit of a large table never rebuilds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from grid_model.errors import GridError
from grid_model.schema import Column, Kind, TableSchema

OVERLAY_LIMIT = 2_000
"""Rows that may come after the text index was built before it is built anew."""


class IdIndex:
    """Where each id stands: id → fid, shared between the versions of a table."""

    def __init__(self, ids: pd.Index, fids: np.ndarray, added: dict[str, int]) -> None:
        self._ids = ids
        self._fids = fids
        self._added = added

    @classmethod
    def of(cls, frame: pd.DataFrame) -> IdIndex:
        """Index the ids of `frame`; the hash is built when first asked."""
        return cls(pd.Index(frame["id"]), frame["fid"].to_numpy(), {})

    def fids(self, ids: Sequence[str]) -> np.ndarray:
        """Give the fid of each id, −1 where there never was such an id."""
        if len(ids) == 1:
            return np.array([self.fid(ids[0])], dtype=np.int64)
        at = self._ids.get_indexer(pd.Index(ids, dtype=self._ids.dtype))
        found = np.where(at >= 0, self._fids[at] if len(self._fids) else -1, -1).astype(np.int64)
        if self._added:
            later = np.array([self._added.get(one, -1) for one in ids], dtype=np.int64)
            found = np.where(later >= 0, later, found)
        return found

    def fid(self, one: str) -> int:
        """Give the fid of one id, −1 where there never was such an id."""
        if one in self._added:
            return self._added[one]
        try:
            return int(self._fids[self._ids.get_loc(one)])
        except KeyError:
            return -1

    def with_added(self, ids: Iterable[str], fids: Iterable[int]) -> IdIndex | None:
        """Note rows that came; None where there are so many that the index should be built anew."""
        added = {**self._added, **{one: int(fid) for one, fid in zip(ids, fids, strict=True)}}
        return IdIndex(self._ids, self._fids, added) if len(added) <= OVERLAY_LIMIT else None


@dataclass(frozen=True)
class Table:
    """The rows of one table.

    Parameters
    ----------
    schema
        What the columns are.
    frame
        The rows: ``fid`` and the columns of the schema, sorted by fid, a plain range as index. Never
        change it in place: every edit is a new `Table`.
    next_fid
        The fid the next new row gets; fids are never given twice.
    """

    schema: TableSchema
    frame: pd.DataFrame
    next_fid: int
    index: IdIndex = field(repr=False)

    @classmethod
    def empty(cls, schema: TableSchema) -> Table:
        """Make a table without rows."""
        return cls.of(schema, pd.DataFrame({"fid": np.array([], dtype=np.int64)}))

    @classmethod
    def of(cls, schema: TableSchema, rows: pd.DataFrame, next_fid: int = 1) -> Table:
        """Make a table of `rows`; missing columns get their default, missing fids are given.

        Raises
        ------
        GridError
            ``duplicate-id`` or ``missing-id``.
        """
        return cls.formed(
            schema, conform(schema, rows, next_fid) if len(rows) else _no_rows(schema), next_fid
        )

    @classmethod
    def formed(cls, schema: TableSchema, frame: pd.DataFrame, next_fid: int = 1) -> Table:
        """Make a table of rows that have its form already: fids ascending, every column of its type.

        Raises
        ------
        GridError
            ``duplicate-id`` or ``missing-id``.
        """
        check_ids(schema, frame)
        last = int(frame["fid"].iloc[-1]) if len(frame) else 0
        return cls(schema, frame, max(next_fid, last + 1), IdIndex.of(frame))

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def fids(self) -> np.ndarray:
        """The fid of each row, ascending."""
        found: np.ndarray = self.frame["fid"].to_numpy()
        return found

    def positions_of_fids(self, fids: np.ndarray) -> np.ndarray:
        """Give the row number of each fid, −1 where there is no such row."""
        have = self.fids
        at = np.searchsorted(have, fids)
        inside = at < len(have)
        found = np.zeros(len(at), dtype=bool)
        found[inside] = have[at[inside]] == np.asarray(fids)[inside]
        return np.where(found, at, -1).astype(np.int64)

    def positions(self, ids: Sequence[str]) -> np.ndarray:
        """Give the row number of each id, −1 where there is no such row."""
        return self.positions_of_fids(self.index.fids(ids))

    def position(self, one: str) -> int:
        """Give the row number of the row `one`; raises `GridError` ``unknown-object``."""
        at = int(self.positions([one])[0])
        if at < 0:
            raise GridError("unknown-object", table=self.schema.name, id=one)
        return at

    def __contains__(self, one: object) -> bool:
        if not isinstance(one, str) or (fid := self.index.fid(one)) < 0:
            return False
        return int(self.positions_of_fids(np.array([fid]))[0]) >= 0

    def row(self, one: str) -> dict[str, Any]:
        """Give the row `one` as a dictionary; missing values are None. Raises ``unknown-object``."""
        return row_values(self.frame, self.position(one))

    def with_cells(self, fids: np.ndarray, values: pd.DataFrame) -> Table:
        """Give the table with the columns of `values` set in the rows `fids` (in that order)."""
        at = self.positions_of_fids(fids)
        if (at < 0).any():
            raise GridError("row-gone", table=self.schema.name, fid=int(np.asarray(fids)[at < 0][0]))
        changed = {}
        for name in values.columns:
            column = self.frame[name].copy()
            column.iloc[at] = values[name].to_numpy() if column.dtype == object else values[name].array
            changed[name] = column
        return Table(self.schema, self.frame.assign(**changed), self.next_fid, self.index)

    def with_rows(self, rows: pd.DataFrame) -> Table:
        """Give the table with `rows` (conforming, with fids) put in where their fid belongs."""
        ids = rows["id"].tolist()
        taken = self.positions(ids) if ids else np.array([], dtype=np.int64)
        if (taken >= 0).any():
            raise GridError("duplicate-id", table=self.schema.name, id=ids[int(np.argmax(taken >= 0))])
        frame = rows if not len(self.frame) else pd.concat([self.frame, rows], ignore_index=True)
        if len(self.frame) and len(rows) and rows["fid"].iloc[0] < self.frame["fid"].iloc[-1]:
            frame = frame.sort_values("fid", kind="stable", ignore_index=True)
        index = self.index.with_added(ids, rows["fid"]) or IdIndex.of(frame)
        last = int(rows["fid"].max()) + 1 if len(rows) else 1
        return Table(self.schema, frame.reset_index(drop=True), max(self.next_fid, last), index)

    def without_rows(self, fids: np.ndarray) -> Table:
        """Give the table without the rows `fids`; the others keep their fids."""
        at = self.positions_of_fids(fids)
        if (at < 0).any():
            raise GridError("row-gone", table=self.schema.name, fid=int(np.asarray(fids)[at < 0][0]))
        keep = np.ones(len(self.frame), dtype=bool)
        keep[at] = False
        return Table(self.schema, self.frame[keep].reset_index(drop=True), self.next_fid, self.index)


_NO_ROWS: dict[str, tuple[TableSchema, pd.DataFrame]] = {}


def _no_rows(schema: TableSchema) -> pd.DataFrame:
    """Give the frame without rows; it is made once, most tables of most projects are empty."""
    known = _NO_ROWS.get(schema.name)
    if known is None or known[0] is not schema:
        columns = {one.name: _no_cells(one) for one in schema.columns}
        known = (schema, pd.DataFrame({"fid": np.array([], dtype=np.int64), **columns}, copy=False))
        _NO_ROWS[schema.name] = known
    return known[1]


def _no_cells(column: Column) -> Any:
    if column.kind is Kind.GEOMETRY:
        return np.array([], dtype=object)
    if column.kind is Kind.INTEGER:
        return pd.array([], dtype="Int64")
    if column.kind in (Kind.REAL, Kind.BOOLEAN):
        return np.array([], dtype=np.float64 if column.kind is Kind.REAL else bool)
    return _NO_TEXTS


_NO_TEXTS = pd.array([], dtype="str")


def row_values(frame: pd.DataFrame, position: int) -> dict[str, Any]:
    """Give one row of `frame` as plain Python values; missing values are None."""
    return {name: plain(frame[name].iat[position]) for name in frame.columns}


def plain(value: Any) -> Any:
    """Turn one cell into a plain Python value; missing becomes None."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value


def column_of(column: Column, values: Any, length: int) -> pd.Series:
    """Make a column of the schema's type out of `values` (a sequence, a scalar, None: the default)."""
    if values is None:
        values = column.default
    if column.kind is Kind.GEOMETRY:
        series = pd.Series([None] * length if values is None else list(values), dtype=object)
        return series.where(series.notna(), None)
    if not isinstance(values, (pd.Series, pd.api.extensions.ExtensionArray, np.ndarray, list, tuple)):
        values = [values] * length
    # As objects first: beside a missing value pandas makes whole numbers floats and rounds large ones.
    plain_cells = isinstance(values, (list, tuple))
    series = pd.Series(values, dtype=object if plain_cells else None).reset_index(drop=True)
    if column.kind is Kind.BOOLEAN:
        return series.astype("boolean").fillna(bool(column.default)).astype(bool)
    if column.kind is Kind.INTEGER:
        return series.astype("Int64")
    if column.kind is Kind.REAL:
        return pd.to_numeric(series, errors="raise").astype("float64")
    if series.dtype != "str":
        series = series.where(series.notna(), None).astype("str")
    return series.fillna(str(column.default)) if column.default is not None else series


def conform(schema: TableSchema, rows: pd.DataFrame, next_fid: int) -> pd.DataFrame:
    """Bring `rows` into the form of the table: every column, its type, fids, sorted by fid."""
    columns: dict[str, Any] = {}
    if "fid" in rows.columns:
        columns["fid"] = rows["fid"].to_numpy(dtype=np.int64)
    else:
        columns["fid"] = np.arange(next_fid, next_fid + len(rows), dtype=np.int64)
    for column in schema.columns:
        columns[column.name] = column_of(column, rows.get(column.name), len(rows))
    frame = pd.DataFrame(columns)
    if len(frame) > 1 and not (np.diff(columns["fid"]) > 0).all():
        frame = frame.sort_values("fid", kind="stable", ignore_index=True)
    return frame


def check_ids(schema: TableSchema, frame: pd.DataFrame) -> None:
    """Refuse rows without an id or with an id that stands twice."""
    ids = frame["id"]
    if ids.isna().any() or (ids == "").any():
        raise GridError("missing-id", table=schema.name)
    if not ids.is_unique:
        raise GridError("duplicate-id", table=schema.name, id=ids[ids.duplicated()].iloc[0])


def frame_of(schema: TableSchema, rows: Iterable[Mapping[str, Any]] | pd.DataFrame) -> pd.DataFrame:
    """Make a frame of `rows` given as dictionaries; a column the table lacks raises ``unknown-column``."""
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), dtype=object)
    strange = [name for name in frame.columns if name != "fid" and name not in schema.by_name]
    if strange:
        raise GridError("unknown-column", table=schema.name, column=strange[0])
    return frame
