"""Plan where the possible groups are too many to list: make those that are needed, and prove with prices.

Column generation. The linear relaxation knows only some groups; its prices tell which others would lower it
(`pricing`), and they join until none is left. At any moment the prices bound every plan from below: each
group has one lowest manager, so a plan costs at least the sum of the prices and, for each manager, the
lowest reduced cost of a group of which he is the lowest. With a plan at hand every group whose reduced cost
is beyond the distance of the two is out; when the rest can be listed, it is solved to proof like any other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.allowance import Allowance, OutOfTime
from grid_model.grouping.candidates import NOBODY, Candidates
from grid_model.grouping.costs import costs
from grid_model.grouping.first_plan import FirstPlan, first_plan, plan_rows
from grid_model.grouping.partition import TOLERANCE, Partition, partition
from grid_model.grouping.pricing import Pricing
from grid_model.grouping.problem import GroupingProblem
from grid_model.grouping.solver import add_columns, add_cover_rows, new_solver

GROWN_AT_ONCE = 40_000
"""Sets grown from one manager at a time while prices settle; four times as many for the last word."""
MOST_ROUNDS = 60
EACH = 30
"""Groups of each lowest manager that join in a round."""
SMOOTH = 0.5
"""Share of the best prices so far in those the next groups are sought with (Wentges)."""


@dataclass(frozen=True)
class Generated:
    """What was found without listing every group.

    Parameters
    ----------
    found, costs
        The groups that were made.
    partition
        Chosen among them; its bound holds for all groups.
    """

    found: Candidates
    costs: np.ndarray
    partition: Partition


def generate(
    problem: GroupingProblem, time_limit_s: float | None = None, feedback: Feedback = SILENT
) -> Generated:
    """Plan one station, making groups as they are needed.

    The answer is ``optimal`` where proved, ``feasible`` with its bound where more groups remain possible than
    can be looked at or time ran out, ``infeasible`` where not even parts of groups cover everybody,
    ``unknown`` where no plan was found (there may be one).
    """
    return _Generator(problem, time_limit_s, feedback).run()


class _Generator:
    def __init__(self, problem: GroupingProblem, time_limit_s: float | None, feedback: Feedback) -> None:
        self._problem = problem
        self._feedback = feedback
        self._allowance = Allowance(time_limit_s, feedback)
        self._pricing = Pricing(problem)
        self._rows: set[tuple[int, ...]] = set()
        self._found = Candidates(np.empty((0, problem.max_size), dtype=np.int32), np.empty(0, dtype=np.int64))
        self._costs = np.empty(0)
        self._bound = -np.inf
        self._prices = np.zeros(len(problem))
        self._impossible = False

    def run(self) -> Generated:
        first = first_plan(self._problem, self._feedback, self._allowance.end)
        self._begin(first)
        status = "optimal"
        try:
            self._settle()
        except OutOfTime:
            status = "time"
        if self._impossible:
            return Generated(self._found, self._costs, Partition("infeasible"))
        order = np.lexsort(self._found.members.T[::-1])
        self._found, self._costs = self._found.only(order), self._costs[order]
        start = None if first.over else plan_rows(self._found, first.groups)
        upper = np.inf if start is None else float(self._costs[start].sum())
        left = None if self._allowance.left_s is None else max(1.0, self._allowance.left_s)
        answer = partition(self._found, self._costs, len(self._problem), left, self._feedback, start=start)
        if answer.chosen:
            upper = answer.objective
        if status == "time" or not np.isfinite(upper):
            return self._answer(answer, upper)
        return self._close(answer, upper)

    def _answer(self, answer: Partition, upper: float) -> Generated:
        """Give the best plan among the groups made; the bound is that of the prices."""
        if not answer.chosen:
            return Generated(self._found, self._costs, Partition("unknown", bound=self._bound))
        status = "optimal" if upper - self._bound <= TOLERANCE else "feasible"
        bound = upper if status == "optimal" else min(upper, self._bound)
        return Generated(self._found, self._costs, Partition(status, answer.chosen, upper, bound))

    def _close(self, answer: Partition, upper: float) -> Generated:
        """List every group that could be in a better plan and solve over them, where they can be listed."""
        limit = upper - self._bound + TOLERANCE
        rest = self._pricing.below(self._prices, limit, 4 * GROWN_AT_ONCE, feedback=self._feedback)
        if not rest.complete or len(rest.found) > self._problem.max_candidates:
            return self._answer(answer, upper)
        chosen = self._found.only(np.array(answer.chosen, dtype=np.int64))
        self._found, self._costs = rest.found, rest.costs
        start = plan_rows(rest.found, [tuple(int(n) for n in chosen.places(k)) for k in range(len(chosen))])
        left = None if self._allowance.left_s is None else max(1.0, self._allowance.left_s)
        last = partition(rest.found, rest.costs, len(self._problem), left, self._feedback, start=start)
        if last.status == "optimal":
            return Generated(rest.found, rest.costs, last)
        self._bound = max(self._bound, min(last.bound, last.objective))
        return self._answer(last, last.objective)

    # --------------------------------------------------------------------- prices

    def _begin(self, first: FirstPlan) -> None:
        """Start from the first plan: its groups, and what each member costs in it."""
        problem = self._problem
        width = problem.max_size
        rows = np.full((len(first.groups), width), NOBODY, dtype=np.int32)
        for k, group in enumerate(first.groups):
            rows[k, : len(group)] = group
        found = Candidates(rows, np.array([len(one) for one in first.groups], dtype=np.int64))
        cost = costs(problem, found).total
        share = float(cost.sum() / max(1, int(found.sizes.sum()))) if len(cost) else 10.0
        self._prices = np.full(len(problem), share)
        for k, group in enumerate(first.groups):
            self._prices[list(group)] = cost[k] / len(group)
        self._model = new_solver(False, self._allowance.stop)
        add_cover_rows(self._model, len(problem))
        alone = np.arange(len(problem), dtype=np.int32)[:, None]
        # Nobody's price rises beyond this while groups are sought; raised where somebody stays uncovered.
        self._penalty = 4.0 * max(share, 1.0)
        self._penalties = np.full(len(problem), self._penalty)
        add_columns(self._model, Candidates(alone, np.ones(len(problem), dtype=np.int64)), self._penalties)
        self._join(found, cost)

    def _join(self, found: Candidates, cost: np.ndarray) -> int:
        keys = [tuple(one) for one in found.members.tolist()]
        new = np.array([n for n, key in enumerate(keys) if key not in self._rows], dtype=np.int64)
        self._rows.update(keys)
        add_columns(self._model, found.only(new), cost[new])
        members = np.concatenate([self._found.members, found.members[new]])
        self._found = Candidates(members, np.concatenate([self._found.sizes, found.sizes[new]]))
        self._costs = np.r_[self._costs, cost[new]]
        return len(new)

    def _settle(self) -> None:
        """Let groups join until none outside can lower the relaxation."""
        best = self._prices
        most = GROWN_AT_ONCE
        for _round in range(MOST_ROUNDS):
            prices, uncovered = self._relaxed()
            smooth = SMOOTH * best + (1 - SMOOTH) * prices if _round else best
            joined = 0
            for sought in (smooth, prices):
                seen = self._pricing.below(sought, -1e-7, most, EACH, self._feedback)
                self._allowance.check()
                bound = float(sought.sum() + seen.least.sum())
                if bound > self._bound:
                    self._bound, self._prices, best = bound, sought, sought
                joined = self._join(seen.found, seen.costs)
                if joined:
                    break
            if not joined:
                if uncovered > 1e-7 and self._penalty < 1e9:
                    self._raise_penalty()
                    continue
                self._impossible = uncovered > 1e-6 and seen.complete
                return

    def _relaxed(self) -> tuple[np.ndarray, float]:
        """Solve the relaxation; give the price of each manager and how much stays uncovered."""
        self._allowance.check()
        self._model.run()
        self._allowance.check()
        solution = self._model.getSolution()
        return np.array(solution.row_dual), float(np.array(solution.col_value)[: len(self._problem)].sum())

    def _raise_penalty(self) -> None:
        n = len(self._problem)
        self._penalty *= 30.0
        self._model.changeColsCost(n, np.arange(n, dtype=np.int32), np.full(n, self._penalty))
