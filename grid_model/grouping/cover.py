"""Whether any plan keeps the rules at all: a search of its own, quicker than one for the cheapest plan.

Where the possible groups can be listed, managers are covered one after the other, always the one with the
fewest groups left; what falls into parts without common borders is answered part by part, and what was seen
to fail is not tried again. Where they are too many to list, who leads whom becomes a whole-number problem:
each group goes by its lowest manager, and groups that fall apart are forbidden as they turn up. Work is
limited by counted steps, so the answer is the same on every run; where they run out it is "not known".
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from grid_model.errors import Cancelled, GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.candidates import NOBODY, Candidates, connected_sets, keeps_rules
from grid_model.grouping.connected import Neighbours, pieces, separator
from grid_model.grouping.pricing import barred_pairs
from grid_model.grouping.problem import GroupingProblem
from grid_model.grouping.relaxation import Relaxation
from grid_model.grouping.solver import add_columns, add_cover_rows, new_solver, run, start_from

LISTED = 150_000
"""Most groups listed for one question."""
STEPS = 4_000
"""Groups tried in one search; beyond it the relaxation is asked, and then nothing is known."""
NEAR = 2
"""Borders within which groups are sought first where they need not hang together."""
MOST_NAMED = 120
"""Managers up to whom groups that cannot be listed are sought as a whole-number problem."""
LIKELY_MOST, LIKELY_EACH, HALF = 400, 8, 0.4
"""Groups among which those who stay over are sought, beside so many for each manager; how exactly."""
NODES, ROUNDS = 200, 30
"""Limits of that problem: nodes of one solve, and solves with ever more groups forbidden."""


@dataclass
class Patience:
    """How long an answer may take beside its counted steps.

    Parameters
    ----------
    end
        Moment of `time.monotonic` after which nothing is known any more; None: no limit.

    Attributes
    ----------
    late
        Whether time was up.
    sets
        Connected sets listed for earlier questions, by neighbourhood and largest size; None: too many.
    """

    feedback: Feedback = SILENT
    end: float | None = None
    late: bool = field(default=False, init=False)
    sets: dict[tuple[bytes, int], Candidates | None] = field(default_factory=dict, init=False, repr=False)

    def over(self) -> bool:
        """Whether time is up; raises `Cancelled` where somebody asked to stop."""
        self.feedback.report(None)
        if self.end is not None and time.monotonic() > self.end:
            self.late = True
        return self.late

    def stop(self) -> bool:
        """Whether a solver should stop."""
        if self.end is not None and time.monotonic() > self.end:
            self.late = True
        return self.late or self.feedback.cancelled


def has_plan(problem: GroupingProblem, patience: Patience) -> bool | None:
    """Whether some plan keeps every rule; None where that is too much to find out.

    Raises
    ------
    Cancelled
        Where somebody asked to stop.
    """
    if patience.over():
        return None
    if (found := listed(problem, patience)) is not None:
        return coverable(found, problem.adjacency, patience)
    barred = barred_pairs(problem)
    if barred is not None:
        # Who may not share a group is no way within one either.
        problem = replace(problem, adjacency=problem.adjacency & ~barred)
        near = Neighbours.of(problem.adjacency).of_unit
        if any(len(part) < problem.min_size for part in pieces(near, range(len(near)))):
            return False
        if (found := listed(problem, patience)) is not None:
            return coverable(found, problem.adjacency, patience)
    for easier in _narrower(problem):
        some = listed(easier, patience)
        if some is not None and coverable(some, easier.adjacency, patience, proof=False):
            return True
    return _Named(problem, patience).run() if len(problem) <= MOST_NAMED else None


def listed(problem: GroupingProblem, patience: Patience) -> Candidates | None:
    """List the groups that keep the rules; None where the sets that hang together are too many."""
    key = np.packbits(problem.adjacency).tobytes(), min(problem.max_size, len(problem))
    if key not in patience.sets:
        try:
            found = connected_sets(problem.adjacency, problem.max_size, LISTED, patience.feedback)
        except GridError as error:
            if error.code != "too-many-candidates":
                raise
            found = None
        patience.sets[key] = found
    sets = patience.sets[key]
    return None if sets is None else sets.only(keeps_rules(problem, sets))


def _narrower(problem: GroupingProblem) -> Iterable[GroupingProblem]:
    """Give problems with fewer possible groups, each of them possible in the whole too."""
    n = len(problem)
    smaller = replace(problem, max_size=min(problem.max_size, problem.min_size + 2))
    if smaller.max_size < problem.max_size:
        yield smaller
    minutes = np.where(np.isfinite(problem.pair_minutes), problem.pair_minutes, np.inf)
    order = np.argsort(minutes, axis=1, kind="stable")
    for count in (12, 7):
        near = np.zeros((n, n), dtype=bool)
        near[np.arange(n)[:, None], order[:, : count + 1]] = True
        near = (near | near.T) & problem.adjacency
        yield replace(smaller, adjacency=near)


# ------------------------------------------------------------------ listed groups


class _TooMuch(Exception):
    """The steps or the time ran out."""


def coverable(
    found: Candidates, adjacency: np.ndarray, patience: Patience, proof: bool = True
) -> bool | None:
    """Whether some of the groups cover every manager once; None where that is too much to find out.

    Parameters
    ----------
    adjacency
        In which each group hangs together.
    proof
        False: only a plan is sought, not a proof that there is none.
    """
    try:
        return _Cover(found, adjacency, patience).run()
    except _TooMuch:
        if not proof or patience.late:
            return None
    return None if _in_parts(found, len(adjacency), patience) else False


class _Cover:
    """One exact cover by groups, searched in depth."""

    def __init__(self, found: Candidates, adjacency: np.ndarray, patience: Patience) -> None:
        self._found = found
        self._near = Neighbours.of(adjacency).of_unit
        self._patience = patience
        self._steps = STEPS
        self._known: dict[frozenset[int], bool] = {}

    def run(self) -> bool:
        everybody = frozenset(range(len(self._near)))
        return self._whole(everybody, np.arange(len(self._found)))

    def _whole(self, people: frozenset[int], rows: np.ndarray) -> bool:
        """Whether some people can be covered by the groups `rows`, which hold nobody else."""
        parts = pieces(self._near, people)
        if len(parts) == 1:
            return self._part(people, rows)
        label = np.full(len(self._near), NOBODY)
        for n, part in enumerate(parts):
            label[list(part)] = n
        own = label[self._found.members[rows, 0]]
        by_size = sorted(range(len(parts)), key=lambda n: len(parts[n]))
        return all(self._part(frozenset(parts[n]), rows[own == n]) for n in by_size)

    def _part(self, people: frozenset[int], rows: np.ndarray) -> bool:
        if not people:
            return True
        if (known := self._known.get(people)) is None:
            known = self._known[people] = self._tried(people, rows)
        return known

    def _tried(self, people: frozenset[int], rows: np.ndarray) -> bool:
        members = self._found.members[rows]
        at = np.array(sorted(people))
        count = np.bincount(members[members != NOBODY], minlength=len(self._near))[at]
        if not count.min():
            return False
        scarce = at[int(count.argmin())]
        mine = np.flatnonzero((members == scarce).any(axis=1))
        # Large groups first: fewer steps to the end.
        for row in mine[np.argsort(-self._found.sizes[rows[mine]], kind="stable")]:
            self._steps -= 1
            if self._steps < 0 or self._patience.over():
                raise _TooMuch
            group = self._found.places(int(rows[row]))
            taken = np.zeros(len(self._near) + 1, dtype=bool)
            taken[group] = True
            rest = rows[~taken[members].any(axis=1)]
            if self._whole(people - frozenset(group.tolist()), rest):
                return True
        return False


def _in_parts(found: Candidates, nodes: int, patience: Patience) -> bool:
    """Whether parts of groups cover everybody; where not even they do, groups do not."""
    relaxed = _relaxed(found, np.zeros(len(found)), nodes, patience)
    return patience.stop() or relaxed.coverable() or patience.late


def _relaxed(found: Candidates, price: np.ndarray, nodes: int, patience: Patience) -> Relaxation:
    def solved(model: Any) -> bool:
        model.run()
        if patience.feedback.cancelled:
            raise Cancelled
        return True

    return Relaxation(found, price, nodes, lambda: new_solver(False, patience.stop), solved)


def cheapest_few(found: Candidates, price: np.ndarray, nodes: int, patience: Patience) -> np.ndarray:
    """Give rows of groups that cover every manager once for about the least price, to half a unit.

    Parameters
    ----------
    found
        Groups, among them one of each manager alone.
    """
    relaxed = _relaxed(found, price, nodes, patience)
    relaxed.settle(float(price.max()) + 1.0)
    alone = np.flatnonzero(found.sizes == 1)
    if patience.late:
        return alone
    cheap = np.argsort(relaxed.reduced, kind="stable")[: LIKELY_MOST + LIKELY_EACH * nodes]
    take = np.union1d(cheap, alone)
    model = new_solver(True, patience.stop, HALF)
    model.setOptionValue("mip_max_nodes", NODES)
    model.setOptionValue("mip_detect_symmetry", False)
    add_cover_rows(model, nodes)
    add_columns(model, found.only(take), price[take], integer=True)
    start_from(model, np.isin(take, alone))
    run(model)
    if patience.feedback.cancelled:
        raise Cancelled
    values = np.array(model.getSolution().col_value)
    return take[values > 0.5] if len(values) == len(take) else alone


# ------------------------------------------------------- groups too many to list


_Row = tuple[float, float, dict[int, float]]
"""Limits of a row and its factors by column."""


class _Named:
    """Groups named by their lowest manager: x[i, j] says that i is in the group whose lowest is j."""

    def __init__(self, problem: GroupingProblem, patience: Patience) -> None:
        self._problem = problem
        self._patience = patience
        self._near = Neighbours.of(problem.adjacency).of_unit
        n = len(problem)
        self._free = np.tril(np.ones((n, n), dtype=bool))
        self._bar_towns_and_locks()
        self._i, self._j = np.nonzero(self._free)
        self._column = np.full((n, n), NOBODY, dtype=np.int64)
        self._column[self._i, self._j] = np.arange(len(self._i))

    def run(self) -> bool | None:
        import highspy

        kinds = highspy.HighsModelStatus
        model = self._model()
        for _round in range(ROUNDS):
            if self._patience.over():
                return None
            run(model)
            if self._patience.feedback.cancelled:
                raise Cancelled
            status = model.getModelStatus()
            if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
                return False
            if status != kinds.kOptimal:
                return None
            values = np.array(model.getSolution().col_value) > 0.5
            broken = self._broken(values)
            if not broken:
                return True
            for row in broken:
                _put(model, row)
        return None

    def _positions(self, ids: Iterable[str]) -> list[int]:
        return [int(n) for n in self._problem.positions(set(ids))]

    def _bar_towns_and_locks(self) -> None:
        problem, n = self._problem, len(self._problem)
        for town in problem.towns:
            if not problem.in_one_group(town):
                own = np.zeros(n, dtype=bool)
                own[self._positions(town.members)] = True
                self._free &= own[:, None] == own[None, :]
        for lock in problem.locks:
            own = np.zeros(n, dtype=bool)
            own[self._positions(lock.members)] = True
            self._free &= own[:, None] == own[None, :]
            first = int(np.flatnonzero(own)[0])
            self._free[own] &= np.arange(n) == first

    def _model(self) -> Any:
        import highspy

        pairs = len(self._i)
        model = new_solver(True, self._patience.stop)
        model.setOptionValue("mip_max_nodes", NODES)
        model.setOptionValue("mip_rel_gap", 1e9)
        model.setOptionValue("mip_detect_symmetry", False)
        none = np.array([], dtype=np.int32)
        minutes = self._problem.pair_minutes[self._i, self._j]
        # The cost only leads to groups that lie close together; the first plan will do.
        cost = np.where(np.isfinite(minutes), minutes, 1e3) + 1.0
        model.addCols(pairs, cost, np.zeros(pairs), np.ones(pairs), 0, none, none, none * 1.0)
        kind = np.full(pairs, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        model.changeColsIntegrality(pairs, np.arange(pairs, dtype=np.int32), kind)
        for n in range(len(self._problem)):
            _put(model, self._row(1.0, 1.0, [(n, j, 1.0) for j in range(n + 1)]))
        for j in range(len(self._problem)):
            for row in self._group(j):
                _put(model, row)
        return model

    def _group(self, j: int) -> Iterable[_Row]:
        """Give the rows of the group whose lowest is j."""
        problem, n = self._problem, len(self._problem)
        later = range(j, n)
        # A member who does not name the group has a neighbour in it.
        for i in range(j + 1, n):
            beside = [k for k in self._near[i] if k >= j]
            if len(beside) < i - j:
                yield self._row(-np.inf, 0.0, [(i, j, 1.0), *((k, j, -1.0) for k in beside)])
        yield from (self._row(-np.inf, 0.0, [(i, j, 1.0), (j, j, -1.0)]) for i in range(j + 1, n))
        yield self._at_least(j, later, problem.min_size)
        yield self._at_most(j, later, problem.max_size)
        if problem.qualifications_known:
            yield self._at_least(j, later, 2)
            yield self._at_least(j, np.flatnonzero(problem.leaders), 1)
            yield self._at_least(j, np.flatnonzero(problem.guards), 2)
        for rule in problem.must_share():
            first, *others = self._positions(rule)
            yield from (self._row(0.0, 0.0, [(first, j, 1.0), (one, j, -1.0)]) for one in others)
        apart = [*problem.apart, problem.fixed_leaders, tuple(one.members[0] for one in problem.fixed)]
        yield from (self._at_most(j, self._positions(rule), 1) for rule in apart if len(rule) > 1)

    def _at_least(self, j: int, people: Iterable[int], count: int) -> _Row:
        return self._row(0.0, np.inf, [*((int(i), j, 1.0) for i in people), (j, j, -float(count))])

    def _at_most(self, j: int, people: Iterable[int], count: int) -> _Row:
        return self._row(-np.inf, 0.0, [*((int(i), j, 1.0) for i in people), (j, j, -float(count))])

    def _row(self, low: float, high: float, terms: Iterable[tuple[int, int, float]]) -> _Row:
        factors: dict[int, float] = {}
        for i, j, factor in terms:
            column = int(self._column[i, j])
            if column != NOBODY:
                factors[column] = factors.get(column, 0.0) + factor
        return low, high, factors

    def _broken(self, values: np.ndarray) -> list[_Row]:
        """Find what groups break that stands in no row yet: ways between them, and pairs too far apart."""
        rows = []
        problem = self._problem
        minutes = problem.pair_minutes
        for j in sorted(set(self._j[values].tolist())):
            own = self._i[values & (self._j == j)].tolist()
            parts = pieces(self._near, own)
            for part in parts:
                if j in part:
                    continue
                between = [(k, j, -1.0) for k in separator(self._near, part, j) if k > j]
                rows += [self._row(-np.inf, 0.0, [(i, j, 1.0), *between]) for i in sorted(part)]
            if problem.hard_pair_minutes:
                far = [(a, b) for a in own for b in own if a < b and minutes[a, b] > problem.max_pair_minutes]
                rows += [
                    self._row(-np.inf, 0.0, [(a, k, 1.0), (b, k, 1.0), (k, k, -1.0)])
                    for a, b in far
                    for k in range(a + 1)
                ]
        return rows


def _put(model: Any, row: _Row) -> None:
    low, high, factors = row
    index = np.array(sorted(factors), dtype=np.int32)
    model.addRow(low, high, len(index), index, np.array([factors[int(one)] for one in index]))
