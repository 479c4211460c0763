"""The edit that brings imported rows into the project, as one step.

Rows are matched by identifier. An empty cell of the file erases nothing. What people decided in the
project stays: the manager and stand-in of an area, the manager of a customer, an outline drawn by hand,
a switch that is not in its normal state. Rows the file no longer has stay too; `differences` counts them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from gis.importer_links import LINKED
from grid_model import schema
from grid_model.changes import Changes
from grid_model.issue import Issue
from grid_model.project import Draft, Project
from grid_model.schema import Kind
from resources.i18n import N_

DECIDED = {
    "transformer_areas": ("manager", "backup_manager"),
    "customers": ("manager",),
    "district_managers": ("active",),
    "switches": ("is_operable",),
}
"""Columns in which what stands in the project stays on re-import."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How the file's rows of one table compare with the project's.

    Parameters
    ----------
    new, changed, same
        Rows of the file that are new, that change something, that change nothing.
    absent
        Rows of the project that the file does not have; they stay.
    decided
        Cells where the file differs from what was decided in the project; they stay.
    cells
        Number of changed cells of each column that has some.
    """

    new: int
    changed: int
    same: int
    absent: int
    decided: int
    cells: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ApplyImport:
    """Bring imported rows and findings into the project.

    Parameters
    ----------
    frames
        Rows by table, with the columns the files have; identifiers are unique in each.
    issues
        Findings, which become rows of the table ``issues`` in the place of older ones of the same files.
    files
        Names of the files read.
    info
        Facts about the project that the import settles.
    """

    frames: Mapping[str, pd.DataFrame]
    issues: Sequence[Issue] = ()
    files: tuple[str, ...] = ()
    info: Mapping[str, Any] = field(default_factory=dict)
    title: str = N_("Import {files}")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"files": ", ".join(self.files)}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Insert the new rows, update the known ones; raises `GridError` where a value does not fit."""
        draft = project.edit()
        if self.info:
            draft.set_info(**self.info)
        for table, frame in self.frames.items():
            _put(draft, table, frame)
        _put_issues(draft, self.issues, self.files)
        return draft.finish()

    def differences(self, project: Project) -> dict[str, Difference]:
        """Compare with `project`, table by table, before anything is changed."""
        return {table: _difference(project, table, frame) for table, frame in self.frames.items()}


def _put(draft: Draft, table: str, frame: pd.DataFrame) -> None:
    at = (
        draft.project.table(table).positions(frame["id"].tolist())
        if len(frame)
        else np.array([], dtype=np.int64)
    )
    known = at >= 0
    if not known.all():
        draft.insert(table, frame[~known].reset_index(drop=True))
    if known.any():
        stored = draft.project.frame(table).iloc[at[known]].reset_index(drop=True)
        merged, _decided = merge(table, stored, frame[known].reset_index(drop=True))
        draft.update(table, stored["id"].tolist(), **{str(name): merged[name] for name in merged.columns})


def merge(table: str, stored: pd.DataFrame, read: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Give the columns of `read` as they should stand, and how many decided cells differ and stay."""
    columns: dict[str, pd.Series] = {}
    stays = 0
    drawn = stored["outline_source"].eq("drawn") if "outline_source" in stored else None
    for name in (name for name in read.columns if name != "id"):
        before, after = stored[name], read[name]
        given = after.notna()
        decided = pd.Series(False, index=before.index)
        if name in DECIDED.get(table, ()):
            decided = before.notna()
        elif name in ("geometry", "outline_source") and drawn is not None:
            decided = drawn
        elif table == "switches" and name == "open":
            decided = stored["open"] != stored["normal_open"]
        stays += int((decided & given & _differs(before, after)).sum())
        columns[name] = _typed(table, name, after.where(given & ~decided, before))
    if "attributes" in stored:
        kept = columns.get("attributes", stored["attributes"])
        attributes = _without_found(table, kept, read)
        if "attributes" in columns or not attributes.equals(kept):
            columns["attributes"] = attributes
    return pd.DataFrame(columns), stays


def _without_found(table: str, attributes: pd.Series, read: pd.DataFrame) -> pd.Series:
    """Take out of the attributes the texts of references that `read` has found by now."""
    said = read["attributes"] if "attributes" in read else pd.Series(np.nan, read.index, dtype="str")
    for name in LINKED.get(table, ()):
        if name not in read:
            continue
        key = f'"{name}": '
        stale = attributes.str.contains(key, regex=False, na=False) & read[name].notna()
        stale &= ~said.str.contains(key, regex=False, na=False)
        if stale.any():
            left = [_without(cell, name) for cell in attributes[stale]]
            attributes = attributes.where(~stale, pd.Series(left, attributes.index[stale], dtype="str"))
    return attributes


def _without(cell: str, name: str) -> str | None:
    left = {key: value for key, value in json.loads(cell).items() if key != name}
    return json.dumps(left, ensure_ascii=False) if left else None


def _typed(table: str, name: str, cells: pd.Series) -> pd.Series:
    kind = schema.table(table).column(name).kind
    return cells.astype(object).where(cells.notna(), None) if kind is Kind.GEOMETRY else cells


def _differs(before: pd.Series, after: pd.Series) -> pd.Series:
    one, other = before.astype(object), after.astype(object)
    same = (one == other).astype("boolean").fillna(False).astype(bool)
    return ~(same | (before.isna() & after.isna()))


def _difference(project: Project, table: str, frame: pd.DataFrame) -> Difference:
    holder = project.table(table)
    at = holder.positions(frame["id"].tolist()) if len(frame) else np.array([], dtype=np.int64)
    known = at >= 0
    if not known.any():
        return Difference(len(frame), 0, 0, len(holder), 0)
    stored = holder.frame.iloc[at[known]].reset_index(drop=True)
    merged, decided = merge(table, stored, frame[known].reset_index(drop=True))
    changed = np.zeros(len(stored), dtype=bool)
    cells: dict[str, int] = {}
    for name in merged.columns:
        differs = _differs(stored[name], merged[name]).to_numpy(dtype=bool)
        changed |= differs
        if differs.any():
            cells[str(name)] = int(differs.sum())
    found, total = int(changed.sum()), int(known.sum())
    return Difference(len(frame) - total, found, total - found, len(holder) - total, decided, cells)


def _put_issues(draft: Draft, issues: Sequence[Issue], files: Sequence[str]) -> None:
    frame = draft.project.frame("issues")
    older = frame[frame["file"].isin([*files, *(issue.file for issue in issues)])]
    rows = issue_rows(issues, draft.project.table("issues").next_fid)
    if len(older) == len(rows) and not _said_otherwise(older, rows):
        return
    if len(older):
        draft.delete("issues", older["id"].tolist())
    if issues:
        draft.insert("issues", rows)


def _said_otherwise(older: pd.DataFrame, rows: pd.DataFrame) -> bool:
    """Whether the findings differ from the older ones, their numbers apart."""
    names = [name for name in rows.columns if name != "id"]
    one, other = (frame[names].astype(object).reset_index(drop=True) for frame in (older, rows))
    return bool((one.where(one.notna(), "") != other.where(other.notna(), "")).to_numpy().any())


def issue_rows(issues: Sequence[Issue], first: int) -> pd.DataFrame:
    """Write findings as rows of the table ``issues``, numbered from `first`."""
    return pd.DataFrame(
        {
            "id": [str(first + n) for n in range(len(issues))],
            "severity": [issue.severity.value for issue in issues],
            "code": [issue.code for issue in issues],
            "file": [issue.file or None for issue in issues],
            "row_number": pd.array([issue.row or None for issue in issues], dtype="Int64"),
            "table_name": [issue.table or None for issue in issues],
            "object_id": [issue.object_id or None for issue in issues],
            "details": [
                json.dumps(dict(issue.details), ensure_ascii=False, default=str) if issue.details else None
                for issue in issues
            ],
            "row_kept": [issue.row_kept for issue in issues],
        }
    )


def issue_of(row: Mapping[str, Any]) -> Issue:
    """Read a row of the table ``issues`` back as a finding."""
    from grid_model.issue import Severity

    return Issue(
        Severity(row["severity"]),
        row["code"],
        row["table_name"] or "",
        row["object_id"] or "",
        json.loads(row["details"]) if row["details"] else {},
        row["file"] or "",
        int(row["row_number"] or 0),
        bool(row["row_kept"]),
    )
