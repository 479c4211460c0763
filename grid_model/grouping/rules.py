"""Which rules a group or a plan made by hand breaks, naming the persons.

The engine only lists groups that keep every rule; a planner's hand may make any. The rules are the same
(`candidates.keeps_rules` and connectedness); here each one that is broken is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from grid_model.grouping.problem import GroupingProblem
from grid_model.grouping.result import Reason


def broken_by_group(problem: GroupingProblem, members: Sequence[str]) -> tuple[Reason, ...]:
    """Say which rules one group breaks; empty where it keeps them all."""
    at = problem.positions(members)
    names = tuple(problem.members[n] for n in at)
    return (
        *_size(problem, names),
        *_connected(problem, at, names),
        *_qualified(problem, at, names),
        *_stations(problem, at, names),
        *_together_and_apart(problem, names),
        *_locks(problem, names),
        *_leaders(problem, names),
        *_towns(problem, names),
        *_far(problem, at),
    )


def broken_by_plan(problem: GroupingProblem, groups: Sequence[Sequence[str]]) -> tuple[Reason, ...]:
    """Say who stands in no group and who in several."""
    count = Counter(one for group in groups for one in group)
    lost = tuple(one for one in problem.members if not count[one])
    several = tuple(one for one in problem.members if count[one] > 1)
    found = []
    if lost:
        found.append(Reason("managers-in-no-group", lost))
    if several:
        found.append(Reason("managers-in-several-groups", several))
    return tuple(found)


def _size(problem: GroupingProblem, names: tuple[str, ...]) -> list[Reason]:
    if problem.min_size <= len(names) <= problem.max_size:
        return []
    sizes = {"count": len(names), "minimum": problem.min_size, "maximum": problem.max_size}
    return [Reason("group-size", names, sizes)]


def _connected(problem: GroupingProblem, at: np.ndarray, names: tuple[str, ...]) -> list[Reason]:
    """Name those who do not hang together with the largest part of the group."""
    parts = _parts(problem.adjacency[np.ix_(at, at)])
    if len(parts) <= 1:
        return []
    largest = max(parts, key=lambda part: (len(part), -min(part)))
    apart = tuple(names[n] for part in parts if part is not largest for n in part)
    return [Reason("group-not-connected", tuple(sorted(apart)), {"among": names})]


def _parts(adjacency: np.ndarray) -> list[list[int]]:
    """Give the connected parts of a small graph."""
    left, parts = set(range(len(adjacency))), []
    while left:
        part = [left.pop()]
        for n in part:
            near = [int(k) for k in np.flatnonzero(adjacency[n]) if k in left]
            left.difference_update(near)
            part += near
        parts.append(part)
    return parts


def _qualified(problem: GroupingProblem, at: np.ndarray, names: tuple[str, ...]) -> list[Reason]:
    if not problem.qualifications_known or len(at) < 2:
        return []
    if not problem.leaders[at].any():
        return [Reason("group-without-leader", names)]
    if problem.guards[at].sum() < 2:
        leader = tuple(names[n] for n in np.flatnonzero(problem.leaders[at])[:1])
        return [Reason("group-without-guard", names, {"among": leader})]
    return []


def _stations(problem: GroupingProblem, at: np.ndarray, names: tuple[str, ...]) -> list[Reason]:
    if problem.across_stations or len({problem.stations[n] for n in at}) <= 1:
        return []
    return [Reason("group-across-stations", names)]


def _together_and_apart(problem: GroupingProblem, names: tuple[str, ...]) -> list[Reason]:
    found = []
    for rule in problem.together:
        inside = set(rule) & set(names)
        if inside and inside != set(rule):
            found.append(Reason("group-parts-together", tuple(sorted(set(rule)))))
    for rule in problem.apart:
        inside = set(rule) & set(names)
        if len(inside) > 1:
            found.append(Reason("group-holds-apart", tuple(sorted(inside))))
    return found


def _locks(problem: GroupingProblem, names: tuple[str, ...]) -> list[Reason]:
    inside = set(names)
    found = [
        Reason("group-breaks-lock", lock.members, {"group": lock.group})
        for lock in problem.locks
        if inside & set(lock.members) and set(lock.members) != inside
    ]
    fixed = [one for one in problem.fixed if inside & set(one.members)]
    found += [
        Reason("group-parts-fixed", one.members, {"group": one.group})
        for one in fixed
        if not set(one.members) <= inside
    ]
    if len(fixed) > 1:
        values = {"group": fixed[0].group, "other": fixed[1].group}
        found.append(Reason("group-joins-fixed", tuple(sorted(inside)), values))
    return found


def _leaders(problem: GroupingProblem, names: tuple[str, ...]) -> list[Reason]:
    both = tuple(one for one in names if one in problem.fixed_leaders)
    found = [Reason("group-of-two-leaders", both)] if len(both) > 1 else []
    if problem.qualifications_known:
        valid = {problem.members[n] for n in np.flatnonzero(problem.leaders)}
        found += [Reason("leader-unqualified", (one,)) for one in both if one not in valid]
    return found


def _towns(problem: GroupingProblem, names: tuple[str, ...]) -> list[Reason]:
    """A town that fits into a group stays in one; a larger one shares no group with others."""
    found = []
    for town in problem.towns:
        own, inside = set(town.members), set(names) & set(town.members)
        whole = inside == own if problem.in_one_group(town) else inside == set(names)
        if inside and not whole:
            found.append(Reason("group-splits-town", tuple(sorted(own)), {"town": town.name}))
    return found


def _far(problem: GroupingProblem, at: np.ndarray) -> list[Reason]:
    if not problem.hard_pair_minutes:
        return []
    minutes = problem.pair_minutes
    return [
        Reason(
            "far-pair",
            (problem.members[a], problem.members[b]),
            {"minutes": float(minutes[a, b]), "limit": problem.max_pair_minutes},
        )
        for k, a in enumerate(at)
        for b in at[k + 1 :]
        if minutes[a, b] > problem.max_pair_minutes
    ]
