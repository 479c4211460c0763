"""A good plan quickly: parts of the neighbourhood solved by themselves, then place by place anew.

The managers are parted into small neighbourhoods, each grouped at the least cost. Who stays over is taken in
by solving his surroundings again, wider each time; then every group's surroundings are solved again while
that lowers the cost. Each step is a small grouping solved exactly, so every rule holds all along.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.candidates import NOBODY, Candidates, candidates
from grid_model.grouping.costs import costs
from grid_model.grouping.partition import partition
from grid_model.grouping.problem import GroupingProblem

Groups = list[tuple[int, ...]]

LISTED = 60_000
"""Most groups listed for one small neighbourhood."""
ENOUGH = 5
"""Members of a group beyond which larger ones are not looked at here, unless a rule demands them."""
PART_SECONDS = 5.0
"""Longest work on one small neighbourhood; far more than it needs."""


@dataclass(frozen=True)
class FirstPlan:
    """Groups by places, sorted; whoever could not be grouped stands in `over`."""

    groups: tuple[tuple[int, ...], ...]
    over: tuple[int, ...]
    cost: float


def first_plan(
    problem: GroupingProblem,
    feedback: Feedback = SILENT,
    until: float | None = None,
    passes: int = 1,
) -> FirstPlan:
    """Find a plan near the best; not proved, and perhaps with some left over.

    Parameters
    ----------
    problem
        Of one station, its towns settled (`GroupingProblem.settled`).
    until
        Moment of `time.monotonic` after which nothing is made better any more, though whoever stayed over is
        still taken in; None: no limit.
    passes
        How often every group's surroundings are solved again.
    """
    return _Planner(problem, feedback, until).run(passes)


class _Planner:
    def __init__(self, problem: GroupingProblem, feedback: Feedback, until: float | None) -> None:
        self._problem = problem
        self._feedback = feedback
        self._until = until
        self._near = [np.flatnonzero(row) for row in problem.adjacency]
        self._blocks = _blocks_of(problem)
        # Groups larger than need be are many more to list and seldom cheaper.
        largest = max([len(one) for one in self._blocks.values()], default=0)
        self._largest = min(problem.max_size, max(problem.min_size, ENOUGH, largest))
        self._width = max(
            {5: 20, 6: 16, 7: 14}.get(self._largest, 24 if self._largest < 5 else 12), 2 * self._largest
        )
        self._groups: Groups = []
        self._price: dict[tuple[int, ...], float] = {}
        self._group_of = np.full(len(problem), NOBODY, dtype=np.int64)

    def run(self, passes: int) -> FirstPlan:
        for chunk in self._feedback.track(self._chunks()):
            self._put([], chunk)
        self._take_in_all()
        for _pass in range(passes):
            if len(self._over()) or not self._polish():
                break
        groups = tuple(sorted(one for one in self._groups if one))
        over = tuple(int(n) for n in self._over())
        return FirstPlan(groups, over, float(sum(self._price[one] for one in groups)))

    def _late(self) -> bool:
        return self._until is not None and time.monotonic() > self._until

    def _over(self) -> np.ndarray:
        return np.flatnonzero(self._group_of == NOBODY)

    # -------------------------------------------------------------------- parts

    def _chunks(self) -> list[list[int]]:
        """Part the managers into connected neighbourhoods; who must share a group stays together."""
        free = np.ones(len(self._problem), dtype=bool)
        degree = np.array([len(one) for one in self._near])
        chunks = []
        while free.any():
            # From the rim inwards: what is left over then is not cut off at the edge.
            start = int(np.flatnonzero(free)[np.argmin(degree[free])])
            chunk: list[int] = []
            todo = [start]
            for n in todo:
                if len(chunk) >= self._width:
                    break
                if not free[n]:
                    continue
                for one in self._blocks.get(n, (n,)):
                    if free[one]:
                        free[one] = False
                        chunk.append(one)
                        todo += [int(k) for k in self._near[one] if free[k]]
            for n in chunk:
                degree[self._near[n]] -= 1
            chunks.append(chunk)
        return chunks

    def _put(self, old: Sequence[int], alone: Iterable[int]) -> bool:
        """Group the members of some groups and some left over anew; give whether that is better."""
        members = sorted({n for k in old for n in self._groups[k]} | {int(n) for n in alone})
        solved = self._solved(members)
        if solved is None:
            return False
        before = sum(self._price[self._groups[k]] for k in old)
        missing = len(members) - sum(len(self._groups[k]) for k in old)
        new_missing = len(members) - sum(len(one) for one in solved)
        after = sum(self._price[one] for one in solved)
        if (new_missing, after) >= (missing, before - 1e-9):
            return False
        for k in old:
            self._groups[k] = ()
        self._group_of[members] = NOBODY
        for one in solved:
            self._group_of[list(one)] = len(self._groups)
            self._groups.append(one)
        return True

    def _solved(self, members: Sequence[int]) -> Groups | None:
        """Group a few managers at the least cost, leaving over as few as can be."""
        problem = self._problem
        ids = [problem.members[n] for n in members]
        part = problem.part(ids)
        try:
            possible = candidates(
                replace(part, max_size=self._largest, max_candidates=LISTED), self._feedback
            )
        except GridError as error:
            if error.code != "too-many-candidates":
                raise
            return None
        price = costs(part, possible).total
        there = np.isfinite(price)
        possible, price = possible.only(there), price[there]
        n = len(members)
        width = max(possible.members.shape[1], 1)
        single = np.full((n, width), NOBODY, dtype=np.int32)
        single[:, 0] = np.arange(n)
        both = Candidates(
            np.concatenate([possible.members.reshape(-1, width), single]),
            np.concatenate([possible.sizes, np.ones(n, dtype=np.int64)]),
        )
        penalty = 10.0 * (1.0 + float(price.max(initial=0.0)))
        answer = partition(
            both, np.r_[price, np.full(n, penalty)], n, PART_SECONDS, self._feedback, ties=False
        )
        found = []
        for row in answer.chosen:
            if row < len(possible):
                group = tuple(int(members[k]) for k in possible.places(row))
                self._price[group] = float(price[row])
                found.append(group)
        return found if answer.chosen else None

    # ------------------------------------------------------------------- better

    def _around(self, nodes: Iterable[int]) -> list[int]:
        """Give the groups beside some managers, in the order of how many borders they share."""
        count: dict[int, int] = {}
        for n in nodes:
            for k in self._near[n]:
                own = int(self._group_of[k])
                if own != NOBODY:
                    count[own] = count.get(own, 0) + 1
        return sorted(count, key=lambda one: (-count[one], one))

    def _take_in_all(self) -> None:
        """Solve the surroundings of who stayed over, wider from time to time."""
        for wider in (1.0, 1.5, 2.0):
            for n in self._over():
                if self._group_of[n] == NOBODY:
                    self._take_in(int(n), int(self._width * wider))

    def _take_in(self, n: int, width: int) -> None:
        alone = {n} | {int(k) for k in self._near[n] if self._group_of[k] == NOBODY}
        alone |= {one for k in alone for one in self._blocks.get(k, ()) if self._group_of[one] == NOBODY}
        self._put(self._some(alone, alone, width), alone)

    def _some(self, nodes: set[int], alone: set[int], width: int) -> list[int]:
        """Gather groups ring by ring around some managers until there are enough members."""
        chosen: list[int] = []
        members = set(nodes)
        while True:
            ring = [one for one in self._around(sorted(members)) if one not in chosen]
            if not ring:
                return chosen
            for one in ring:
                if len(members) + len(self._groups[one]) > width:
                    return chosen
                chosen.append(one)
                members |= set(self._groups[one])

    def _polish(self) -> bool:
        """Solve every group's surroundings anew; give whether anything got better."""
        better = False
        for k in range(len(self._groups)):
            if self._late():
                return False
            self._feedback.report(None)
            if k < len(self._groups) and self._groups[k]:
                own = set(self._groups[k])
                around = [one for one in self._some(own, set(), self._width) if one != k]
                better |= self._put([k, *around], ())
        return better


def _blocks_of(problem: GroupingProblem) -> dict[int, tuple[int, ...]]:
    """Give for each manager who must share a group with others all of them, himself too."""
    place = {one: n for n, one in enumerate(problem.members)}
    block: dict[int, set[int]] = {}
    for rule in (*problem.must_share(), *(lock.members for lock in problem.locks)):
        joined = {place[one] for one in rule}
        for n in list(joined):
            joined |= block.get(n, set())
        for n in joined:
            block[n] = joined
    return {n: tuple(sorted(own)) for n, own in block.items()}


def plan_rows(found: Candidates, groups: Iterable[Sequence[int]]) -> np.ndarray | None:
    """Find the rows of some groups among candidates in lexicographic order; None where one is missing."""
    width = found.members.shape[1]
    wanted = [tuple(one) + (NOBODY,) * (width - len(one)) for one in groups if len(one) <= width]
    index: dict[tuple[int, ...], int] = {}
    firsts = {one[0] for one in wanted}
    rows = np.flatnonzero(np.isin(found.members[:, 0], sorted(firsts))) if wanted else np.empty(0, dtype=int)
    asked = set(wanted)
    for row, members in zip(rows.tolist(), found.members[rows].tolist(), strict=True):
        if (key := tuple(members)) in asked:
            index[key] = row
    if len(index) < len(asked):
        return None
    return np.array(sorted(index[one] for one in wanted), dtype=np.int64)
