"""What is tied to an object: what it belongs to, link by link, and what belongs to it, with counts.

A customer leads on to its meter, its area, that area's transformers, feeder, manager, group and grid, and
to the outages that are open there; each of them leads back to what hangs on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from grid_model import schema
from grid_model.grouping.schemes import scheme_in_force
from grid_model.project import Project
from grid_model.study_faults import recorded_result
from resources.i18n import N_, _

SHOWN_RELATED = 6
"""So many of the objects tied to one are listed; the rest is a number and a link to the table."""

WIRING = "connectivity_nodes"

BY_SCHEME = frozenset({"group_members", "grid_areas", "area_assignments"})
"""Tables that only tie others together, scheme by scheme; followed through, never listed."""

ONWARD = {
    "usage_points": ("customer", "meter_box"),
    "customers": ("transformer_area",),
    "pv_units": ("customer", "transformer_area"),
    "junctions": ("transformer_area",),
    "power_transformers": ("transformer_area", "feeder"),
    "ac_line_segments": ("transformer_area", "feeder"),
    "switches": ("feeder", "line", "pole"),
    "poles": ("feeder",),
    "transformer_areas": ("feeder", "manager"),
    "feeders": ("substation",),
    "district_managers": ("station",),
    "service_grids": ("mutual_aid_group",),
}
"""Which references are followed further."""

STAND_IN = N_("Stand-in for")
LEADS = N_("Leads the group")
OPEN_OUTAGES = N_("Open outages")
METER_BOX = N_("Meter box")

SUPPLIED = frozenset({"customers", "usage_points", "pv_units", "junctions"})
"""What hangs on the transformers of its area."""

OWN_LABELS = {
    ("transformer_areas", "backup_manager"): STAND_IN,
    ("mutual_aid_groups", "leader"): LEADS,
}
"""What rows are called to what they point at, where that is not what they are."""


@dataclass(frozen=True)
class Relation:
    """Objects tied to another one.

    Parameters
    ----------
    label
        What they are to it, translated.
    table, ids
        Which they are; the first few where there are many.
    count
        How many there are in all.
    positions
        The rows of `table` they are; empty where every one of them is among `ids`.
    """

    label: str
    table: str
    ids: tuple[str, ...]
    count: int
    positions: tuple[int, ...] = ()


def relations(project: Project, table: str, one: str) -> list[Relation]:
    """List what is tied to an object: first what it belongs to and that on, then what belongs to it."""
    found = [*_upward(project, table, one), *_outages(project, table, one), *_downward(project, table, one)]
    unique: dict[tuple[str, str], Relation] = {}
    for relation in found:
        known = unique.get((relation.label, relation.table))
        if known is None:
            unique[(relation.label, relation.table)] = relation
        elif known.count == relation.count == 1 and known.ids != relation.ids:
            unique[(relation.label, relation.table)] = _joined(known, relation)
    return [relation for relation in unique.values() if relation.count]


def _joined(first: Relation, second: Relation) -> Relation:
    ids = tuple(dict.fromkeys((*first.ids, *second.ids)))
    return Relation(first.label, first.table, ids, len(ids))


# --------------------------------------------------------------- belongs to


def _upward(project: Project, table: str, one: str) -> Iterator[Relation]:
    """Follow the references of an object, then those of what they lead to."""
    waiting, seen = [(table, one)], {(table, one)}
    while waiting:
        at, name = waiting.pop(0)
        for column, target, found in _references(project, at, name):
            yield Relation(_(schema.table(at).column(column).label), target, (found,), 1)
            if column in ONWARD.get(at, ()) and (target, found) not in seen:
                seen.add((target, found))
                waiting.append((target, found))
        yield from _beside(project, table, at, name)


def _references(project: Project, table: str, one: str) -> Iterator[tuple[str, str, str]]:
    row = project.table(table).row(one)
    for column in schema.table(table).columns:
        value = row.get(column.name)
        if not column.references or column.references == WIRING or not value:
            continue
        if str(value) in project.table(column.references):
            yield column.name, column.references, str(value)


def _beside(project: Project, begun: str, table: str, one: str) -> Iterator[Relation]:
    """What an object met on the way up brings along: meters, transformers, group and grid in force."""
    if table == "customers":
        boxes = project.frame("usage_points")
        boxes = boxes.loc[_equal(boxes["customer"], one), "meter_box"].dropna()
        yield relation_of("junctions", list(dict.fromkeys(boxes)), _(METER_BOX))
    if table == "transformer_areas":
        if begun in SUPPLIED:
            yield _children(project, "power_transformers", "transformer_area", one)
        yield _through(project, "grid_areas", "transformer_area", one, "service_grid", "service_grids")
    if table == "district_managers":
        yield _through(project, "group_members", "manager", one, "mutual_aid_group", "mutual_aid_groups")


def _through(project: Project, between: str, column: str, one: str, target: str, table: str) -> Relation:
    """Follow a table that ties two others in the scheme in force."""
    rows, scheme = project.frame(between), scheme_in_force(project)
    if scheme is None:
        return relation_of(table, [])
    return relation_of(
        table, rows.loc[_equal(rows["scheme"], scheme) & _equal(rows[column], one), target].tolist()
    )


# ---------------------------------------------------------------- belongs to it


def _downward(project: Project, table: str, one: str) -> Iterator[Relation]:
    """List the rows of every table that point at an object."""
    for other in schema.tables().values():
        if other.name in BY_SCHEME:
            continue
        for column in other.columns:
            if column.references == table and column.name != "scheme":
                label = OWN_LABELS.get((other.name, column.name))
                yield _children(project, other.name, column.name, one, _(label) if label else "")
    if table == "mutual_aid_groups":
        yield _through_any(project, "group_members", "mutual_aid_group", one, "manager", "district_managers")
    if table == "service_grids":
        yield _through_any(
            project, "grid_areas", "service_grid", one, "transformer_area", "transformer_areas"
        )


def _through_any(project: Project, between: str, column: str, one: str, target: str, table: str) -> Relation:
    rows = project.frame(between)
    return relation_of(table, rows.loc[_equal(rows[column], one), target].tolist())


def _children(project: Project, table: str, column: str, one: str, label: str = "") -> Relation:
    frame = project.frame(table)
    at = np.flatnonzero(_equal(frame[column], one)) if len(frame) else np.array([], dtype=np.int64)
    ids = frame["id"].iloc[at[:SHOWN_RELATED]].tolist()
    return Relation(
        label or _(schema.table(table).label), table, tuple(ids), len(at), tuple(int(row) for row in at)
    )


def relation_of(table: str, ids: Sequence[str], label: str = "") -> Relation:
    """Make a relation of the objects `ids`."""
    return Relation(label or _(schema.table(table).label), table, tuple(ids[:SHOWN_RELATED]), len(ids))


def _equal(values: pd.Series, one: str) -> np.ndarray:
    return np.asarray((values == one).to_numpy(dtype=bool, na_value=False))


# ------------------------------------------------------------------ outages


def _outages(project: Project, table: str, one: str) -> Iterator[Relation]:
    """List outages not restored yet that concern an object, by their result where they have one."""
    outages = project.frame("outages")
    if not len(outages) or table == "outages":
        return
    still = outages[outages["actual_on"].isna()]
    feeder, area = _feeder_and_area(project, table, one)
    ids = [str(row.id) for row in still.itertuples(index=False) if _concerns(row, table, one, feeder, area)]
    yield relation_of("outages", ids, _(OPEN_OUTAGES))


def _feeder_and_area(project: Project, table: str, one: str) -> tuple[str, str]:
    feeder = one if table == "feeders" else ""
    area = one if table == "transformer_areas" else ""
    waiting = [(table, one)]
    while waiting and not (feeder and area):
        at, name = waiting.pop(0)
        for _column, target, found in _references(project, at, name):
            feeder = feeder or (found if target == "feeders" else "")
            area = area or (found if target == "transformer_areas" else "")
            if target in ("customers", "transformer_areas"):
                waiting.append((target, found))
    return feeder, area


def _concerns(outage: Any, table: str, one: str, feeder: str, area: str) -> bool:
    name, result = f"{table}:{one}", recorded_result(outage.result)
    if outage.device == name or name in result.get("devices", ()):
        return True
    if "areas" in result and table != "feeders":
        return area in result["areas"]
    return bool(feeder) and outage.feeder == feeder
