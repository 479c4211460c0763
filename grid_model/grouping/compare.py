"""Two schemes side by side: who changes group, which areas and customers get another manager.

Groups of the two are matched by the members they share, so that a group that goes on counts as the same
though its id differs; who is in a group that is not matched with his old one moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from grid_model.grouping.price import Scores, evaluate
from grid_model.grouping.problem import GroupingProblem
from grid_model.grouping.scheme_edits import owners, stand_ins
from grid_model.grouping.schemes import matched
from grid_model.project import Project


@dataclass(frozen=True)
class SchemeGroup:
    """One group of a scheme as it stands in the project; members sorted."""

    id: str
    number: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Mover:
    """A manager who changes group; groups are ids, None where he is in none."""

    manager: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class AreaChange:
    """An area that gets another manager or stand-in.

    Parameters
    ----------
    manager_before, manager_after, stand_in_before, stand_in_after
        Manager ids, None for nobody.
    customers
        Customers in use who get another manager with it (those with one of their own do not).
    """

    area: str
    manager_before: str | None
    manager_after: str | None
    stand_in_before: str | None
    stand_in_after: str | None
    customers: int

    @property
    def other_manager(self) -> bool:
        """Whether the manager changes, not only the stand-in."""
        return self.manager_before != self.manager_after


@dataclass(frozen=True)
class Comparison:
    """What changes from scheme `a` to scheme `b`.

    Parameters
    ----------
    a, b
        Scheme ids.
    groups_a, groups_b
        Groups by id.
    same
        Group of `a` → the group of `b` it goes on as.
    movers
        By manager.
    areas
        By area.
    customers
        Customer numbers that get another manager, sorted.
    scores_a, scores_b
        Terms of both under the same weights; None where they were not asked for.
    """

    a: str
    b: str
    groups_a: Mapping[str, SchemeGroup]
    groups_b: Mapping[str, SchemeGroup]
    same: Mapping[str, str]
    movers: tuple[Mover, ...]
    areas: tuple[AreaChange, ...]
    customers: tuple[str, ...]
    scores_a: Scores | None = None
    scores_b: Scores | None = None

    @property
    def founded(self) -> tuple[str, ...]:
        """Groups of `b` that go on from none of `a`, sorted."""
        return tuple(sorted(set(self.groups_b) - set(self.same.values())))

    @property
    def dissolved(self) -> tuple[str, ...]:
        """Groups of `a` that do not go on, sorted."""
        return tuple(sorted(set(self.groups_a) - set(self.same)))


def compare_schemes(
    project: Project,
    a: str,
    b: str,
    problem_a: GroupingProblem | None = None,
    problem_b: GroupingProblem | None = None,
) -> Comparison:
    """Say what changes from scheme `a` to scheme `b` (ids).

    Parameters
    ----------
    problem_a, problem_b
        Price the groups by these (they differ where the schemes give areas to other managers); managers who
        are not planned are left out of the terms. None: no terms.

    Raises
    ------
    GridError
        ``unknown-object``.
    """
    for scheme in (a, b):
        project.table("schemes").position(scheme)
    groups_a, groups_b = scheme_groups(project, a), scheme_groups(project, b)
    ids = sorted(groups_b)
    pairs = matched(
        [frozenset(groups_b[one].members) for one in ids],
        {one: frozenset(group.members) for one, group in groups_a.items()},
    )
    same = {old: ids[n] for n, old in pairs.items()}
    areas = area_changes(project, a, b)
    return Comparison(
        a=a,
        b=b,
        groups_a=groups_a,
        groups_b=groups_b,
        same=same,
        movers=_movers(groups_a, groups_b, same),
        areas=areas,
        customers=_customers(project, [one.area for one in areas if one.other_manager]),
        scores_a=_scores(problem_a, groups_a),
        scores_b=_scores(problem_b, groups_b),
    )


def scheme_groups(project: Project, scheme: str) -> dict[str, SchemeGroup]:
    """Give the groups of a scheme by id, in the order of their numbers."""
    rows = project.frame("mutual_aid_groups")
    rows = rows.loc[rows["scheme"] == scheme]
    members = project.frame("group_members")
    members = members.loc[members["scheme"] == scheme]
    of_group: dict[str, list[str]] = {}
    for group, manager in zip(members["mutual_aid_group"], members["manager"], strict=True):
        of_group.setdefault(group, []).append(manager)
    found = [
        SchemeGroup(
            str(group),
            "" if pd.isna(number) else str(number),
            str(name),
            tuple(sorted(of_group.get(group, ()))),
        )
        for group, number, name in zip(rows["id"], rows["number"], rows["name"], strict=True)
    ]
    return {one.id: one for one in sorted(found, key=lambda one: (one.number, one.id))}


def _movers(
    before: Mapping[str, SchemeGroup], after: Mapping[str, SchemeGroup], same: Mapping[str, str]
) -> tuple[Mover, ...]:
    was = {one: group.id for group in before.values() for one in group.members}
    now = {one: group.id for group in after.values() for one in group.members}
    return tuple(
        Mover(one, was.get(one), now.get(one))
        for one in sorted({*was, *now})
        if one not in was or one not in now or same.get(was[one]) != now[one]
    )


def area_changes(project: Project, a: str | None, b: str | None) -> tuple[AreaChange, ...]:
    """Give the areas whose manager or stand-in differs between two schemes; None: as the areas say."""
    owner_a, owner_b = owners(project, a), owners(project, b)
    backup_a, backup_b = stand_ins(project, a), stand_ins(project, b)
    rows = project.frame("customers")
    rows = rows.loc[(rows["status"] == "active") & rows["manager"].isna(), "transformer_area"]
    count = rows.value_counts()
    return tuple(
        AreaChange(
            area,
            owner_a[area],
            owner_b[area],
            backup_a[area],
            backup_b[area],
            int(count.get(area, 0)) if owner_a[area] != owner_b[area] else 0,
        )
        for area in sorted(owner_a)
        if owner_a[area] != owner_b[area] or backup_a[area] != backup_b[area]
    )


def _customers(project: Project, areas: list[str]) -> tuple[str, ...]:
    rows = project.frame("customers")
    chosen = (rows["status"] == "active") & rows["manager"].isna() & rows["transformer_area"].isin(areas)
    return tuple(sorted(rows.loc[chosen, "id"]))


def _scores(problem: GroupingProblem | None, groups: Mapping[str, SchemeGroup]) -> Scores | None:
    if problem is None:
        return None
    planned = set(problem.members)
    return evaluate(problem, [[one for one in group.members if one in planned] for group in groups.values()])
