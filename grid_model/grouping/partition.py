"""Choose from possible groups those that cover every manager once at the least cost, and prove it.

Set partitioning with HiGHS. The linear relaxation comes first: it gives a bound and tells how much each
group would cost beyond it (its reduced cost). A plan made of the cheapest few thousand groups bounds the
best from above; a group whose reduced cost is beyond the distance between the two cannot be in a better
plan and drops out. What remains is solved to proof. Where millions of groups stand by, the relaxation
takes in only those that can still lower it.

Among plans of equal cost the one whose groups come first in the order of sorted ids is taken.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from grid_model.errors import Cancelled
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.candidates import NOBODY, Candidates

TOLERANCE = 1e-6
"""Minutes by which costs may differ and still count as equal."""
WHOLE_RELAXATION = 100_000
"""Up to so many groups the relaxation is given whole."""
FIRST_PLAN = 3_000
"""At least so many of the cheapest groups make the first plan."""
TIE_STEPS = 200_000
"""Steps spent on finding the first of several equally good plans."""


@dataclass(frozen=True)
class Partition:
    """What was chosen.

    Parameters
    ----------
    status
        ``optimal``, ``feasible`` (time ran out), ``infeasible``, ``unknown`` (time ran out before a plan).
    chosen
        Rows of the candidates, ascending.
    objective, bound
        Cost of the plan, and what no plan can undercut; infinite where there is none.
    """

    status: str
    chosen: tuple[int, ...] = ()
    objective: float = np.inf
    bound: float = np.inf


def partition(
    found: Candidates,
    costs: np.ndarray,
    nodes: int,
    time_limit_s: float | None = None,
    feedback: Feedback = SILENT,
) -> Partition:
    """Cover each of `nodes` managers by exactly one of the groups `found` at the least cost.

    Parameters
    ----------
    costs
        Finite, one for each group.
    time_limit_s
        Seconds after which the best plan so far is given with its bound; None: until proved.

    Raises
    ------
    Cancelled
        Where somebody asked to stop.
    """
    if nodes == 0:
        return Partition("optimal", (), 0.0, 0.0)
    return _Search(found, np.asarray(costs, dtype=float), nodes, time_limit_s, feedback).run()


class _OutOfTime(Exception):
    """The time limit was reached inside a solve."""


class _Search:
    """One partition in the making: bounds close in from both sides."""

    def __init__(
        self, found: Candidates, costs: np.ndarray, nodes: int, time_limit_s: float | None, feedback: Feedback
    ) -> None:
        self._found = found
        self._costs = costs
        self._nodes = nodes
        self._feedback = feedback
        self._end = None if time_limit_s is None else time.monotonic() + time_limit_s
        self._best: tuple[int, ...] = ()
        self._upper = np.inf
        self._lower = 0.0

    def run(self) -> Partition:
        try:
            duals = self._relax()
            if duals is None:
                return Partition("infeasible")
            reduced = _reduced(self._found, self._costs, duals)
            return self._close(reduced)
        except _OutOfTime:
            status = "feasible" if self._best else "unknown"
            return Partition(status, self._best, self._upper, min(self._lower, self._upper))

    # ------------------------------------------------------------- relaxation

    def _relax(self) -> np.ndarray | None:
        """Solve the linear relaxation; give the price of each manager, None where even it has no plan."""
        if len(self._found) == 0:
            return None
        penalty = 10.0 * float(self._costs.max()) + 1.0
        while True:
            uncovered, duals = self._relaxation(self._costs, penalty)
            if uncovered < 1e-7:
                break
            least, _prices = self._relaxation(np.zeros(len(self._found)), 1.0)
            if least > 1e-7:
                return None
            penalty *= 100.0
        reduced = _reduced(self._found, self._costs, duals)
        # What rounding leaves below zero is charged once per group, so that the bound stays a bound.
        self._lower = float(duals.sum()) + self._nodes * min(0.0, float(reduced.min()))
        return duals

    def _relaxation(self, costs: np.ndarray, penalty: float) -> tuple[float, np.ndarray]:
        """Minimise cost + penalty × uncovered; give what stays uncovered and the price of each manager."""
        total = len(costs)
        inside = np.zeros(total, dtype=bool)
        take = np.arange(total) if total <= WHOLE_RELAXATION else _per_node_cheapest(self._found, costs, 60)
        model = self._model(integer=False)
        _add_rows(model, self._nodes)
        _add_columns(model, _unit_columns(self._nodes), np.full(self._nodes, penalty))
        while True:
            inside[take] = True
            _add_columns(model, self._found.only(take), costs[take])
            self._solve(model)
            solution = model.getSolution()
            duals = np.array(solution.row_dual)
            if inside.all():
                break
            reduced = _reduced(self._found, costs, duals)
            reduced[inside] = np.inf
            attractive = np.flatnonzero(reduced < -1e-9)
            if not len(attractive):
                break
            take = attractive[np.argsort(reduced[attractive], kind="stable")[:20_000]]
        return float(np.sum(solution.col_value[: self._nodes])), duals

    # -------------------------------------------------------------- whole plans

    def _close(self, reduced: np.ndarray) -> Partition:
        """Solve ever more of the cheapest groups until none that is left out could be in a better plan."""
        order = np.argsort(reduced, kind="stable")
        count = max(FIRST_PLAN, 10 * self._nodes)
        while True:
            slack = self._upper - self._lower + TOLERANCE
            survivors = int(np.searchsorted(reduced[order], slack, side="right"))
            last = count >= survivors
            take = np.sort(order[: min(count, survivors)])
            self._whole_plan(take, final=last)
            if last:
                break
            count *= 4
        if not self._best:
            return Partition("infeasible")
        chosen = self._first_of_equals(reduced)
        objective = float(self._costs[list(chosen)].sum())
        return Partition("optimal", chosen, objective, objective)

    def _whole_plan(self, take: np.ndarray, final: bool) -> None:
        """Solve the partition over the groups `take`; keep it where it is better."""
        model = self._model(integer=True)
        _add_rows(model, self._nodes)
        _add_columns(model, self._found.only(take), self._costs[take], integer=True)
        if self._best:
            _start_from(model, np.isin(take, self._best))
        try:
            status = self._solve(model)
        finally:
            self._keep(model, take, final)
        if final and status == "optimal":
            self._lower = self._upper

    def _keep(self, model: Any, take: np.ndarray, final: bool) -> None:
        values = np.array(model.getSolution().col_value)
        chosen = take[values > 0.5] if len(values) == len(take) else take[:0]
        if self._covers(chosen):
            total = float(self._costs[chosen].sum())
            if total < self._upper - TOLERANCE / 10:
                self._best, self._upper = tuple(int(one) for one in np.sort(chosen)), total
        bound = float(model.getInfo().mip_dual_bound)
        if final and np.isfinite(bound):
            # Groups left out cannot better the plan at hand, so a bound over the rest is one over all.
            self._lower = max(self._lower, min(bound, self._upper))

    def _covers(self, chosen: np.ndarray) -> bool:
        members = self._found.members[chosen].ravel()
        return bool(np.array_equal(np.sort(members[members != NOBODY]), np.arange(self._nodes)))

    def _first_of_equals(self, reduced: np.ndarray) -> tuple[int, ...]:
        """Find, among plans that cost no more, the one whose groups come first by sorted ids.

        The reduced costs of the groups of any plan sum to its distance from the relaxation, so a search
        in the order of ids that spends more than this distance can turn back at once.
        """
        spare = self._upper - self._lower_of_relaxation(reduced) + TOLERANCE
        usable = np.flatnonzero(reduced <= spare)
        by_first: dict[int, list[int]] = {}
        for row in usable.tolist():
            by_first.setdefault(int(self._found.members[row, 0]), []).append(row)
        # Rows stand in lexicographic order already, and a plan takes the lowest manager not yet covered.
        masks = {row: _mask(self._found.places(row)) for row in usable.tolist()}
        everybody = (1 << self._nodes) - 1
        steps = 0
        stack: list[tuple[int, float, tuple[int, ...]]] = [(0, 0.0, ())]
        while stack:
            covered, spent, chosen = stack.pop()
            if covered == everybody:
                return tuple(sorted(chosen))
            steps += 1
            if steps > TIE_STEPS:
                return self._best
            first = _lowest_clear(covered)
            fitting = [
                (covered | masks[row], spent + max(0.0, float(reduced[row])), (*chosen, row))
                for row in by_first.get(first, ())
                if not masks[row] & covered and spent + max(0.0, float(reduced[row])) <= spare
            ]
            stack.extend(reversed(fitting))
        return self._best

    def _lower_of_relaxation(self, reduced: np.ndarray) -> float:
        return self._upper - float(reduced[list(self._best)].sum())

    # --------------------------------------------------------------------- HiGHS

    def _model(self, integer: bool) -> Any:
        model = _quiet_solver()
        model.setOptionValue("random_seed", 0)
        model.setOptionValue("parallel", "off")
        if integer:
            model.setOptionValue("mip_rel_gap", 0.0)
            model.setOptionValue("mip_abs_gap", TOLERANCE / 10)
            model.cbMipInterrupt += self._on_interrupt
        else:
            model.cbSimplexInterrupt += self._on_interrupt
        return model

    def _on_interrupt(self, event: Any) -> None:
        if self._feedback.cancelled or (self._end is not None and time.monotonic() > self._end):
            event.interrupt()

    def _solve(self, model: Any) -> str:
        import highspy

        self._feedback.report(None)
        if self._end is not None:
            left = self._end - time.monotonic()
            if left <= 0:
                raise _OutOfTime
            model.setOptionValue("time_limit", model.getRunTime() + left)
        model.run()
        if self._feedback.cancelled:
            raise Cancelled
        status = model.getModelStatus()
        kinds = highspy.HighsModelStatus
        if status in (kinds.kInterrupt, kinds.kTimeLimit):
            raise _OutOfTime
        if status == kinds.kOptimal:
            return "optimal"
        if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
            return "infeasible"
        raise RuntimeError(f"the solver stopped with {model.modelStatusToString(status)}")


def _quiet_solver() -> Any:
    import highspy

    class Quiet(highspy.Highs):  # type: ignore[misc]
        """A solver that prints nothing: highspy 1.16 prints its banner while callbacks are switched on."""

        def enableCallbacks(self) -> None:
            self.silent()
            super().enableCallbacks()

    return Quiet()


def _reduced(found: Candidates, costs: np.ndarray, duals: np.ndarray) -> np.ndarray:
    """Give what each group costs beyond the prices of its members."""
    return np.asarray(costs - np.append(duals, 0.0)[found.members].sum(axis=1))


def _per_node_cheapest(found: Candidates, costs: np.ndarray, each: int) -> np.ndarray:
    """Take for each manager the groups with the lowest cost per member."""
    order = np.argsort(costs / found.sizes, kind="stable")
    chosen: set[int] = set()
    seen = np.zeros(int(found.members.max()) + 1, dtype=int)
    for start in range(0, len(order), 50_000):
        for row in order[start : start + 50_000].tolist():
            places = found.places(row)
            if (seen[places] < each).any():
                seen[places] += 1
                chosen.add(row)
        if (seen >= each).all():
            break
    return np.array(sorted(chosen), dtype=np.int64)


def _unit_columns(nodes: int) -> Candidates:
    return Candidates(np.arange(nodes, dtype=np.int32)[:, None], np.ones(nodes, dtype=np.int64))


def _add_rows(model: Any, nodes: int) -> None:
    ones = np.ones(nodes)
    none = np.array([], dtype=np.int32)
    model.addRows(nodes, ones, ones, 0, np.zeros(nodes, dtype=np.int32), none, np.array([], dtype=float))


def _add_columns(model: Any, found: Candidates, costs: np.ndarray, integer: bool = False) -> None:
    first = model.getNumCol()
    count = len(found)
    if not count:
        return
    index = found.members[found.members != NOBODY].astype(np.int32)
    start = np.concatenate([[0], np.cumsum(found.sizes)[:-1]]).astype(np.int32)
    upper = np.ones(count) if integer else np.full(count, np.inf)
    model.addCols(count, costs, np.zeros(count), upper, len(index), start, index, np.ones(len(index)))
    if integer:
        import highspy

        which = np.arange(first, first + count, dtype=np.int32)
        kind = np.full(count, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        model.changeColsIntegrality(count, which, kind)


def _start_from(model: Any, chosen: np.ndarray) -> None:
    import highspy

    solution = highspy.HighsSolution()
    solution.col_value = chosen.astype(float).tolist()
    model.setSolution(solution)


def _mask(places: np.ndarray) -> int:
    return sum(1 << int(one) for one in places)


def _lowest_clear(covered: int) -> int:
    return ((covered + 1) & ~covered).bit_length() - 1
