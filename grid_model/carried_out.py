"""What outages that were carried out leave behind, as their records say it, in the order of their doing."""

from __future__ import annotations

import json
import weakref
from collections.abc import Mapping
from typing import Any

from grid_model.project import Project
from grid_model.table import Table

WITHOUT_POSITION = ("power_transformers", "energy_sources")
"""Tables of devices that can stand open and have no column for it."""


def recorded_result(text: object) -> dict[str, Any]:
    """Read what a row of ``outages`` holds as steps or result; what is no record of ours is empty."""
    if not isinstance(text, str) or not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def carried_out_records(project: Project) -> tuple[Mapping[str, Any], ...]:
    """Give what each row of ``outages`` holds as ``carried_out``, in the order they were carried out.

    Each has the ``outage`` it is of. Rows are not in that order: a plan kept long ago may be carried out
    today, so each record has a running ``number``.
    """
    return _RECORDS.of(project.table("outages"))


def next_number(project: Project) -> int:
    """Give the running number of the next record."""
    return 1 + max((int(one.get("number") or 0) for one in carried_out_records(project)), default=0)


def standing_open(project: Project) -> tuple[tuple[str, str], ...]:
    """Give table and identifier of the transformers and sources that stand open at present.

    Their tables hold no position: the study that was carried out last says it. What is no longer there is
    left out.
    """
    for done in reversed(carried_out_records(project)):
        if "open" in done:
            named = [str(one).partition(":") for one in done["open"] or ()]
            return tuple(
                (table, one)
                for table, _colon, one in named
                if table in WITHOUT_POSITION and one in project.table(table)
            )
    return ()


class _Records:
    """The records of the tables looked at last: every edit asks for them, and few edits change them."""

    KEPT = 4

    def __init__(self) -> None:
        self._known: tuple[tuple[weakref.ref[Table], tuple[Mapping[str, Any], ...]], ...] = ()

    def of(self, table: Table) -> tuple[Mapping[str, Any], ...]:
        for known, records in self._known:
            if known() is table:
                return records
        records = _read(table)
        self._known = ((weakref.ref(table), records), *self._known[: self.KEPT - 1])
        return records


_RECORDS = _Records()


def _read(table: Table) -> tuple[Mapping[str, Any], ...]:
    if not len(table):
        return ()
    found = []
    for one, text in zip(table.frame["id"].tolist(), table.frame["result"].tolist(), strict=True):
        if isinstance(text, str) and "carried_out" in text:
            done = recorded_result(text).get("carried_out")
            if isinstance(done, dict):
                found.append({**done, "outage": one})
    return tuple(sorted(found, key=lambda done: int(done.get("number") or 0)))
