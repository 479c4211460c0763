"""What a page tells about each service grid: its group, its managers, its areas and customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gis.masking import Disclosure
from gis.tints import grid_tints
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.table import plain


@dataclass(frozen=True)
class Person:
    """A manager as far as may be told."""

    id: str
    name: str
    phone: str
    is_leader: bool = False


@dataclass(frozen=True)
class GridFacts:
    """One service grid.

    Parameters
    ----------
    row
        Row of the grid in the table.
    managers
        Leader first, then by the number of areas in the grid, most first.
    areas
        Ids of its transformer areas, sorted.
    customers
        Customers in use in its areas.
    tint
        Number for `gis.theme.tint`.
    """

    id: str
    row: int
    number: str
    name: str
    group: str
    managers: tuple[Person, ...]
    areas: tuple[str, ...]
    customers: int
    tint: int


@dataclass(frozen=True)
class Scheme:
    """The grouping a page shows; empty texts where a project has none."""

    id: str = ""
    name: str = ""
    created_on: str = ""
    prepared_by: str = ""
    checked_by: str = ""
    approved_by: str = ""


NO_SCHEME = Scheme()


def choose_scheme(project: Project, wanted: str = "") -> Scheme:
    """Find a scheme by id or name; without a wish the one in force, else the last made.

    Raises
    ------
    GridError
        ``unknown-scheme``.
    """
    rows = project.frame("schemes")
    if wanted:
        found = rows.index[(rows["id"] == wanted) | (rows["name"] == wanted)]
        if not len(found):
            names = "、".join(rows["name"].fillna(rows["id"])) or "—"
            raise GridError("unknown-scheme", scheme=wanted, schemes=names)
        at = int(found[-1])
    elif len(rows):
        in_force = np.flatnonzero(rows["in_force"])
        at = int(in_force[0]) if len(in_force) else len(rows) - 1
    else:
        return NO_SCHEME
    fields = ("id", "name", "created_on", "prepared_by", "checked_by", "approved_by")
    return Scheme(**{name: plain(rows[name].iat[at]) or "" for name in fields})


def grid_facts(project: Project, scheme: str, disclosure: Disclosure) -> tuple[GridFacts, ...]:
    """Tell about every grid of the scheme `scheme` (id), ordered by grid number."""
    grids = project.frame("service_grids")
    rows = np.flatnonzero(grids["scheme"] == scheme)
    groups = project.frame("mutual_aid_groups").set_index("id")
    areas = _areas_of_grids(project, scheme)
    customers = customers_of_areas(project)
    manager_of = project.frame("transformer_areas").set_index("id")["manager"]
    tints = grid_tints(project, scheme)
    found = []
    for row in rows:
        own = areas.get(grids["id"].iat[row], ())
        group = plain(grids["mutual_aid_group"].iat[row])
        leader = plain(groups["leader"].get(group)) if group in groups.index else None
        found.append(
            GridFacts(
                id=grids["id"].iat[row],
                row=int(row),
                number=plain(grids["number"].iat[row]) or grids["id"].iat[row],
                name=plain(grids["name"].iat[row]) or "",
                group=plain(groups["name"].get(group)) or "" if group in groups.index else "",
                managers=_managers(project, manager_of.reindex(list(own)), leader, disclosure),
                areas=own,
                customers=int(sum(customers.get(area, 0) for area in own)),
                tint=tints[str(grids["id"].iat[row])],
            )
        )
    found.sort(key=lambda one: (one.number, one.id))
    return tuple(found)


def _areas_of_grids(project: Project, scheme: str) -> dict[str, tuple[str, ...]]:
    rows = project.frame("grid_areas")
    rows = rows[rows["scheme"] == scheme]
    return {grid: tuple(sorted(part)) for grid, part in rows.groupby("service_grid")["transformer_area"]}


def customers_of_areas(project: Project) -> dict[str, int]:
    """Count the customers in use of each transformer area."""
    customers = project.frame("customers")
    counts = customers.loc[customers["status"] == "active", "transformer_area"].value_counts()
    return {str(area): int(n) for area, n in counts.items()}


def _managers(
    project: Project, by_area: pd.Series, leader: str | None, disclosure: Disclosure
) -> tuple[Person, ...]:
    counts = by_area.value_counts()
    people = project.table("district_managers")
    ids = sorted(
        (one for one in counts.index if one in people), key=lambda one: (one != leader, -counts[one], one)
    )
    return tuple(person(project, one, disclosure, is_leader=one == leader) for one in ids)


def person(project: Project, manager: str, disclosure: Disclosure, *, is_leader: bool = False) -> Person:
    """Tell about one manager as far as may be told."""
    row = project.table("district_managers").row(manager)
    name, phone = row["name"] or "", row["phone"] or ""
    return Person(manager, disclosure.name(name), disclosure.phone(phone), is_leader)
