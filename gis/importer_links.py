"""Find the rows that imported cells refer to: by identifier, by name where it is the only one, or by both.

What cannot be found is kept under the column's name among the other attributes, and is joined as soon as
a later import brings the row it names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gis.importer_intake import Intake
from gis.importer_values import FULL_WIDTH
from grid_model import schema
from grid_model.issue import Severity
from grid_model.project import Project

LINKED = {
    "transformer_areas": ("manager", "backup_manager", "feeder", "station", "village"),
    "customers": ("transformer_area", "manager", "village"),
    "district_managers": ("station",),
    "feeders": ("substation",),
    "pv_units": ("customer", "transformer_area"),
    "qualifications": ("manager",),
}
"""Columns whose references are looked up at import."""

_SEPARATORS = re.compile(r"\s*[|｜/]\s*|\s*[-—–:：]\s*")


@dataclass(frozen=True)
class Lookup:
    """Rows of a table by identifier and by name."""

    ids: frozenset[str]
    names: Mapping[str, str]
    ambiguous: frozenset[str]

    @classmethod
    def of(cls, project: Project, frames: Mapping[str, list[pd.DataFrame]], table: str) -> Lookup:
        """Collect the rows of the project and of the import so far."""
        parts = [*frames.get(table, []), project.frame(table)]
        rows = pd.concat([part.reindex(columns=["id", "name"]) for part in parts], ignore_index=True)
        rows = rows.drop_duplicates("id")
        named = rows.dropna(subset="name")
        twice = frozenset(named["name"][named["name"].duplicated(keep=False)])
        single = named[~named["name"].isin(twice)]
        return cls(frozenset(rows["id"]), dict(zip(single["name"], single["id"], strict=True)), twice)

    def find(self, cell: str) -> str | None:
        """Find the identifier a cell means: an identifier, a name, or both as ``编号|名称``."""
        for word in (cell, cell.translate(FULL_WIDTH).strip()):
            if word in self.ids:
                return word
            if word in self.names:
                return self.names[word]
        parts = [part for part in _SEPARATORS.split(cell) if part]
        found = {part for part in parts if part in self.ids} or {
            self.names[part] for part in parts if part in self.names
        }
        return found.pop() if len(found) == 1 else None


def link(intake: Intake, lookups: Mapping[str, Lookup], project: Project) -> dict[str, pd.Series]:
    """Look up the references of the rows; give the texts to keep, by column.

    Kept are those that found nothing, and the manager of an area whom the source names where another is
    responsible in the project.
    """
    pending: dict[str, pd.Series] = {}
    for name in LINKED.get(intake.schema.name, ()):
        if name not in intake.values:
            continue
        cells = intake.values[name]
        lookup = lookups[intake.schema.column(name).references]
        meaning = {cell: lookup.find(cell) for cell in cells.dropna().unique()}
        found = cells.map(meaning).astype("str") if meaning else cells
        unknown = cells.notna() & found.isna()
        twice = unknown & cells.isin(lookup.ambiguous)
        intake.values[name] = found
        at = {"table": intake.schema.name, "column": name, "value": cells}
        intake.note(Severity.WARNING, "ambiguous-name", twice & intake.kept, **at)
        code = "unknown-area-of-customer" if name == "transformer_area" else "unknown-reference"
        intake.note(Severity.WARNING, code, unknown & ~twice & intake.kept, **at)
        if unknown.any():
            pending[name] = cells.where(unknown)
        if name == "manager" and intake.schema.name == "transformer_areas":
            stored = project.frame("transformer_areas").set_index("id")["manager"]
            here = intake.values["id"].map(stored)
            other = cells.where(unknown | (here.notna() & (here != found)))
            if other.notna().any():
                pending[name] = other
    return pending


def join_pending(project: Project, frames: dict[str, list[pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Find rows of the project whose reference was not there before and is now; give the cells to set."""
    joined: dict[str, pd.DataFrame] = {}
    for table, names in LINKED.items():
        stored = project.frame(table)
        if not len(stored) or "attributes" not in stored:
            continue
        for name in names:
            target = schema.table(table).column(name).references
            if target not in frames:
                continue
            waiting = stored[
                stored[name].isna() & stored["attributes"].str.contains(f'"{name}": ', regex=False, na=False)
            ]
            if len(waiting):
                found = _found(waiting, name, Lookup.of(project, frames, target))
                if len(found):
                    joined[table] = (
                        found if table not in joined else joined[table].merge(found, on="id", how="outer")
                    )
    return joined


def _found(waiting: pd.DataFrame, name: str, lookup: Lookup) -> pd.DataFrame:
    texts = [_attribute(cell, name) for cell in waiting["attributes"]]
    ids = pd.Series([lookup.find(text) if text else None for text in texts], dtype="str")
    rows = pd.DataFrame({"id": waiting["id"].to_numpy(), name: ids})
    return rows[rows[name].notna()].reset_index(drop=True)


def _attribute(cell: str, name: str) -> str:
    value: Any = json.loads(cell).get(name)
    return value if isinstance(value, str) else ""


def match_customers(ids: pd.Series, old_ids: pd.Series | None, stored: pd.DataFrame) -> pd.Series:
    """Give the number under which the project knows each customer, its own where it is new.

    Equal numbers match; then the file's old number with the project's number and the other way round; then
    a 13-digit number whose last ten digits are a 10-digit one, if every pair so matched has the same three
    digits of province before it (`DOMAIN` §3.3).
    """
    known = frozenset(stored["id"])
    if not known:
        return ids
    answer = ids.where(ids.isin(known))
    by_old = dict(zip(stored["old_id"].dropna(), stored["id"][stored["old_id"].notna()], strict=True))
    if old_ids is not None:
        answer = answer.fillna(old_ids.where(old_ids.isin(known)))
    answer = answer.fillna(ids.map(by_old).astype("str"))
    return answer.fillna(_by_province(ids.where(answer.isna()), known)).fillna(ids)


def _by_province(ids: pd.Series, known: frozenset[str]) -> pd.Series:
    nothing = pd.Series(np.nan, ids.index, dtype="str")
    long_file = ids.str.fullmatch(r"\d{13}", na=False)
    tail = ids.str[-10:].where(long_file & ids.str[-10:].isin(known))
    if ids[tail.notna()].str[:3].nunique() == 1:
        return tail
    by_tail = {one[-10:]: one for one in known if len(one) == 13 and one.isdigit()}
    prefixes = {one[:3] for one in by_tail.values()}
    short_file = ids.str.fullmatch(r"\d{10}", na=False)
    if len(prefixes) == 1 and short_file.any():
        return ids.where(short_file).map(by_tail).astype("str")
    return nothing
