"""Choose from possible groups those that cover every manager once at the least cost, and prove it.

Set partitioning with HiGHS. The tightened linear relaxation comes first (`relaxation`): it gives a bound
and tells how much each group would cost beyond it (its reduced cost). A plan made of the cheapest few
thousand groups bounds the best from above; a group whose reduced cost is beyond the distance between the
two cannot be in a better plan and drops out. What remains is solved to proof.

Among plans of equal cost the one whose groups come first in the order of sorted ids is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.allowance import Allowance, OutOfTime
from grid_model.grouping.candidates import NOBODY, Candidates
from grid_model.grouping.relaxation import Relaxation
from grid_model.grouping.solver import add_columns, add_cover_rows, add_cut_rows, new_solver, start_from

TOLERANCE = 1e-6
"""Minutes by which costs may differ and still count as equal."""
FIRST_PLAN = 400
"""At least so many of the cheapest groups make the first plan."""
TIE_STEPS = 30_000
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
    *,
    start: np.ndarray | None = None,
    ties: bool = True,
) -> Partition:
    """Cover each of `nodes` managers by exactly one of the groups `found` at the least cost.

    Parameters
    ----------
    costs
        Finite, one for each group.
    time_limit_s
        Seconds after which the best plan so far is given with its bound; None: until proved.
    start
        Rows of a plan that is known; None: none is.
    ties
        Whether of plans of equal cost the first by ids is sought.

    Raises
    ------
    Cancelled
        Where somebody asked to stop.
    """
    if nodes == 0:
        return Partition("optimal", (), 0.0, 0.0)
    search = _Search(found, np.asarray(costs, dtype=float), nodes, time_limit_s, feedback, ties)
    if start is not None:
        search.know(start)
    return search.run()


class _Search:
    """One partition in the making: bounds close in from both sides."""

    def __init__(
        self,
        found: Candidates,
        costs: np.ndarray,
        nodes: int,
        time_limit_s: float | None,
        feedback: Feedback,
        ties: bool = True,
    ) -> None:
        self._ties = ties
        self._found = found
        self._costs = costs
        self._nodes = nodes
        self._allowance = Allowance(time_limit_s, feedback)
        self._best: tuple[int, ...] = ()
        self._upper = np.inf
        self._relaxed = Relaxation(found, costs, nodes, self._linear, self._allowance.solve)
        self._lower = 0.0

    def know(self, rows: np.ndarray) -> None:
        """Begin with a plan that is known."""
        if self._covers(rows):
            self._best = tuple(int(one) for one in np.sort(rows))
            self._upper = float(self._costs[rows].sum())

    def run(self) -> Partition:
        try:
            if not self._relaxed.run():
                return Partition("infeasible")
            self._lower = self._relaxed.bound
            return self._close(self._relaxed.reduced)
        except OutOfTime:
            status = "feasible" if self._best else "unknown"
            lower = max(self._lower, self._relaxed.bound)
            return Partition(status, self._best, self._upper, min(lower, self._upper))

    def _close(self, reduced: np.ndarray) -> Partition:
        """Solve ever more of the cheapest groups until none that is left out could be in a better plan."""
        order = np.argsort(reduced, kind="stable")
        count = max(FIRST_PLAN, 8 * self._nodes)
        while True:
            slack = self._upper - self._relaxed.bound + TOLERANCE
            survivors = int(np.searchsorted(reduced[order], slack, side="right"))
            last = count >= survivors
            self._whole_plan(np.sort(order[: min(count, survivors)]), final=last)
            if last:
                break
            count *= 4
        if not self._best:
            return Partition("infeasible")
        chosen = self._first_of_equals(reduced) if self._ties else self._best
        objective = float(self._costs[list(chosen)].sum())
        return Partition("optimal", chosen, objective, objective)

    def _whole_plan(self, take: np.ndarray, final: bool) -> None:
        """Solve the partition over the groups `take`; keep it where it is better."""
        model = new_solver(True, self._allowance.stop, TOLERANCE / 10)
        add_cover_rows(model, self._nodes)
        add_columns(model, self._found.only(take), self._costs[take], integer=True)
        cuts = [np.flatnonzero(np.isin(take, cut, assume_unique=True)) for cut in self._relaxed.cuts]
        add_cut_rows(model, [cut for cut in cuts if len(cut) > 1])
        if self._best:
            start_from(model, np.isin(take, self._best))
        try:
            self._allowance.solve(model)
        finally:
            self._keep(model, take, final)

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

        The reduced costs of the groups of any plan sum to at most its distance from the relaxation, so a
        search in the order of ids that spends more than this distance can turn back at once.
        """
        spare = self._upper - self._relaxed.bound + TOLERANCE
        usable = np.flatnonzero(reduced <= spare).tolist()
        by_first: dict[int, list[int]] = {}
        for row in usable:
            by_first.setdefault(int(self._found.members[row, 0]), []).append(row)
        # Rows stand in lexicographic order already, and a plan takes the lowest manager not yet covered.
        masks = {row: _mask(self._found.places(row)) for row in usable}
        spend = {row: max(0.0, float(reduced[row])) for row in usable}
        everybody = (1 << self._nodes) - 1
        stack: list[tuple[int, float, tuple[int, ...]]] = [(0, 0.0, ())]
        for _step in range(TIE_STEPS):
            if not stack:
                break
            covered, spent, chosen = stack.pop()
            if covered == everybody:
                if float(self._costs[list(chosen)].sum()) <= self._upper + TOLERANCE:
                    return tuple(sorted(chosen))
                continue
            fitting = [
                (covered | masks[row], spent + spend[row], (*chosen, row))
                for row in by_first.get(_lowest_clear(covered), ())
                if not masks[row] & covered and spent + spend[row] <= spare
            ]
            stack.extend(reversed(fitting))
        return self._best

    # --------------------------------------------------------------------- HiGHS

    def _linear(self) -> Any:
        return new_solver(False, self._allowance.stop)


def _mask(places: np.ndarray) -> int:
    return sum(1 << int(one) for one in places)


def _lowest_clear(covered: int) -> int:
    return ((covered + 1) & ~covered).bit_length() - 1
