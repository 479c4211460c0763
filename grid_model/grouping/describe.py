"""Describe chosen groups: every term of their cost, who leads and guards, who is far from whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from grid_model.grouping.candidates import NOBODY, Candidates
from grid_model.grouping.costs import Costs, costs
from grid_model.grouping.problem import GroupingProblem
from grid_model.grouping.result import Group


def as_candidates(problem: GroupingProblem, groups: Sequence[Iterable[str]]) -> Candidates:
    """Give groups of manager ids as rows, in the order given; a group without anybody is left out."""
    rows = [own for group in groups if len(own := problem.positions(set(group)))]
    width = max([len(one) for one in rows], default=1)
    members = np.full((len(rows), width), NOBODY, dtype=np.int32)
    for n, own in enumerate(rows):
        members[n, : len(own)] = own
    return Candidates(members, np.array([len(one) for one in rows], dtype=np.int64))


def described_groups(problem: GroupingProblem, groups: Sequence[Iterable[str]]) -> list[Group]:
    """Price and describe groups made by hand; whether they keep the rules is not asked."""
    found = as_candidates(problem, groups)
    return described(problem, found, costs(problem, found))


def described(problem: GroupingProblem, found: Candidates, priced: Costs) -> list[Group]:
    """Describe each row of `found`."""
    minutes = problem.pair_minutes
    return [_group(problem, minutes, found.places(row), priced, row) for row in range(len(found))]


def _group(problem: GroupingProblem, minutes: np.ndarray, at: np.ndarray, priced: Costs, row: int) -> Group:
    members = tuple(problem.members[n] for n in at)
    pairs = [(float(minutes[a, b]), int(a), int(b)) for k, a in enumerate(at) for b in at[k + 1 :]]
    far = max(pairs, key=lambda one: (one[0], -one[1], -one[2]), default=None)
    work = float(priced.workload[row])
    leader = _leader(problem, at)
    guards = [problem.members[n] for n in at if problem.guards[n]] if problem.qualifications_known else []
    return Group(
        members=members,
        station=problem.stations[at[0]],
        travel_min=float(priced.travel[row]),
        imbalance_min=float(priced.imbalance[row]),
        size_min=float(priced.size[row]),
        longest_min=float(priced.longest[row]),
        change_min=float(priced.change[row]),
        feeders_min=float(priced.feeders[row]),
        villages_min=float(priced.villages[row]),
        mean_pair_min=float(priced.mean_pair[row]),
        longest_pair_min=far[0] if far else 0.0,
        longest_pair=(problem.members[far[1]], problem.members[far[2]]) if far else (),
        workload=work,
        load_ratio=work / (problem.mean * len(at)) if problem.mean > 0 else 1.0,
        leader=leader,
        guards=tuple(one for one in guards if one != leader),
        far_pairs=tuple(
            (problem.members[a], problem.members[b])
            for length, a, b in pairs
            if length > problem.max_pair_minutes
        ),
        locked=_lock_of(problem, set(members)),
    )


def _leader(problem: GroupingProblem, at: np.ndarray) -> str | None:
    """Propose who leads: whom the planner named, else the first who may."""
    members = [problem.members[n] for n in at]
    named = [one for one in members if one in problem.fixed_leaders]
    if named or not problem.qualifications_known:
        return min(named, default=None)
    return min((problem.members[n] for n in at if problem.leaders[n]), default=None)


def _lock_of(problem: GroupingProblem, members: set[str]) -> str:
    for lock in problem.locks:
        if set(lock.members) == members:
            return lock.group
    return next((one.group for one in problem.fixed if set(one.members) <= members), "")
