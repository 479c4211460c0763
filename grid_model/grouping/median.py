"""Choose places to serve from and who is served from where: the capacitated p-median, proved.

The assignment model without connectedness, its centres not given but chosen: `count` of the units serve all
of them, each within a limit of work. Where work is counted in whole numbers the demand that everybody is
served is priced (Lagrange): what remains is one knapsack for each centre, whose solutions bound the cost from
below and tell which centres to try. Centres and pairs that cost more than the distance between bound and
plan drop out before the whole is solved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.allowance import Allowance, OutOfTime
from grid_model.grouping.assignment import assign_connected
from grid_model.grouping.assignment_model import NONE
from grid_model.grouping.assignment_problem import TOLERANCE, Assignment
from grid_model.grouping.knapsacks import Knapsacks, is_whole
from grid_model.grouping.result import Reason
from grid_model.grouping.solver import new_solver

PRICE_STEPS = 600
TRY_EVERY = 5
PATIENCE = 20
"""Steps without a better bound after which prices move half as far."""
LEAST_STRIDE = 0.005


def capacitated_median(
    costs: np.ndarray,
    workload: np.ndarray,
    count: int,
    upper: float,
    time_limit_s: float | None = None,
    feedback: Feedback = SILENT,
) -> Assignment:
    """Serve every unit from one of `count` units at the least cost.

    Parameters
    ----------
    costs
        Square array: of serving the row from the column, finite.
    workload, upper
        Work of each unit, and the most one centre may serve.

    Returns
    -------
    assignment
        `centre_of_unit` holds the unit each is served from, `loads` the work served from each unit.
    """
    costs, workload = np.asarray(costs, dtype=float), np.asarray(workload, dtype=float)
    n = len(workload)
    if costs.shape != (n, n):
        raise ValueError(f"costs of {costs.shape} for {n} units")
    if workload.sum() > count * upper + TOLERANCE or (workload > upper + TOLERANCE).any() or count > n:
        why = (Reason("work-too-much", (), {"work": float(workload.sum()), "limit": count * upper}),)
        return Assignment("infeasible", np.full(n, NONE), None, None, np.zeros(n), why)
    return _Median(costs, workload, count, upper, time_limit_s, feedback).run()


class _Median:
    def __init__(
        self,
        costs: np.ndarray,
        workload: np.ndarray,
        count: int,
        upper: float,
        time_limit_s: float | None,
        feedback: Feedback,
    ) -> None:
        self._costs, self._workload = costs, workload
        self._count, self._limit = count, upper
        self._allowance = Allowance(time_limit_s, feedback)
        self._feedback = feedback
        self._best: np.ndarray | None = None
        self._upper, self._lower = np.inf, -np.inf
        self._open = np.ones(len(workload), dtype=bool)
        # Whole costs: a plan less than one above the bound is the best there is.
        self._step = 1.0 if np.array_equal(costs, np.round(costs)) else 0.0

    def run(self) -> Assignment:
        try:
            self._price_out()
            relaxed = self._relaxed()
            if relaxed is None:
                return self._answer("infeasible")
            shares, reduced, closed = relaxed
            self._plan_from(np.argsort(-shares, kind="stable")[: self._count])
            spare = self._upper - self._lower + TOLERANCE - max(0.0, self._step - 2 * TOLERANCE)
            free = (reduced <= spare) & self._open
            free[:, closed > spare] = False
            if not self._whole(free):
                return self._answer("infeasible" if self._best is None else "optimal")
        except OutOfTime:
            return self._answer("unknown" if self._best is None else "feasible")
        return self._answer("optimal")

    def _answer(self, status: str) -> Assignment:
        n = len(self._workload)
        if self._best is None:
            why = (Reason("no-connected-assignment"),) if status == "infeasible" else ()
            bound = float(self._lower) if np.isfinite(self._lower) else None
            return Assignment(status, np.full(n, NONE), None, bound, np.zeros(n), why)
        loads = np.bincount(self._best, self._workload, minlength=n)
        bound = self._upper if status == "optimal" else min(self._lower, self._upper)
        cut_by = "time" if status == "feasible" else ""
        return Assignment(status, self._best, float(self._upper), float(bound), loads, cut_by=cut_by)

    def _price_out(self) -> None:
        """Price who serves whom, try the centres that come out, and drop those too dear to be opened."""
        if not is_whole(self._workload, self._limit):
            return
        knapsacks = Knapsacks(self._costs, self._workload.astype(np.int64), int(self._limit))
        prices = self._costs.min(axis=1) + self._costs.mean()
        best, best_prices, stride, still = -np.inf, prices, 2.0, 0
        tried: set[tuple[int, ...]] = set()
        for step in range(PRICE_STEPS):
            self._allowance.check()
            values, served = knapsacks.solve(prices)
            opened = np.sort(np.argsort(values, kind="stable")[: self._count])
            bound = float(prices.sum() + values[opened].sum())
            if bound > best + 1e-6 * abs(best if np.isfinite(best) else 1.0):
                best, best_prices, still = bound, prices, 0
                self._lower = max(self._lower, bound)
            else:
                still += 1
            if step % TRY_EVERY == 0 and tuple(opened) not in tried:
                tried.add(tuple(opened))
                self._plan_from(opened)
            if still >= PATIENCE:
                prices, stride, still = best_prices, stride / 2, 0
            slope = 1.0 - served[:, opened].sum(axis=1)
            ahead = (self._upper if np.isfinite(self._upper) else 1.1 * abs(best)) - bound
            if not slope.any() or stride < LEAST_STRIDE or ahead <= self._step - TOLERANCE:
                break
            prices = prices + stride * max(ahead, 1.0) * slope / float((slope**2).sum())
        values, _served = knapsacks.solve(best_prices)
        last = np.sort(values)[self._count - 1]
        # To open a centre that was not chosen costs what it is dearer than the last one chosen.
        self._open = best + np.maximum(values - last, 0.0) <= self._upper - self._step + TOLERANCE
        if self._best is not None:
            self._open[np.unique(self._best)] = True

    def _relaxed(self) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Solve the linear relaxation; give how much each centre is open, and reduced costs."""
        n = len(self._workload)
        everything = np.ones((n, n), dtype=bool)
        model, columns = _model(
            self._costs, self._workload, self._count, self._limit, everything, False, self._allowance.stop
        )
        if not self._allowance.solve(model):
            return None
        self._lower = max(self._lower, float(model.getInfo().objective_function_value))
        values = np.array(model.getSolution().col_value)
        dual = np.array(model.getSolution().col_dual)
        reduced = np.zeros((n, n))
        reduced[columns >= 0] = dual[columns[columns >= 0]]
        return values[:n], reduced, dual[:n]

    def _plan_from(self, opened: np.ndarray) -> None:
        """Serve everybody from some centres, move each to the middle of those it serves, and again."""
        for _turn in range(8):
            centres = np.array(sorted(int(one) for one in opened))
            found = self._serve(centres)
            if found is None:
                return
            own = centres[found]
            price = float(self._costs[np.arange(len(own)), own].sum())
            if price < self._upper - TOLERANCE:
                self._best, self._upper = own, price
            middles = [self._middle(found == k) for k in range(len(centres)) if (found == k).any()]
            if set(middles) == set(centres.tolist()) or len(set(middles)) < self._count:
                return
            opened = np.array(middles)

    def _middle(self, members: np.ndarray) -> int:
        """Find the member from which the others are served at the least cost."""
        at = np.flatnonzero(members)
        return int(at[np.argmin(self._costs[np.ix_(at, at)].sum(axis=0))])

    def _serve(self, centres: np.ndarray) -> np.ndarray | None:
        n = len(self._workload)
        found = assign_connected(
            self._costs[:, centres],
            np.zeros((n, n), dtype=bool),
            self._workload,
            0.0,
            self._limit,
            connected=False,
            good_enough=0.01,
            time_limit_s=None if (left := self._allowance.left_s) is None else max(0.1, left),
            feedback=self._feedback,
        )
        return None if found.objective is None else found.centre_of_unit

    def _whole(self, free: np.ndarray) -> bool:
        model, columns = _model(
            self._costs, self._workload, self._count, self._limit, free, True, self._allowance.stop
        )
        model.setOptionValue("mip_abs_gap", max(self._step - 10 * TOLERANCE, TOLERANCE / 10))
        try:
            if not self._allowance.solve(model):
                return False
        finally:
            bound = float(model.getInfo().mip_dual_bound)
            if np.isfinite(bound):
                self._lower = max(self._lower, min(bound, self._upper))
            self._keep(model, columns)
        return True

    def _keep(self, model: Any, columns: np.ndarray) -> None:
        values = np.array(model.getSolution().col_value)
        if not len(values) or model.getInfo().primal_solution_status != 2:
            return
        share = np.where(columns >= 0, values[np.maximum(columns, 0)], 0.0)
        own = share.argmax(axis=1)
        price = float(self._costs[np.arange(len(own)), own].sum())
        if price < self._upper - TOLERANCE:
            self._best, self._upper = own, price


def _model(
    costs: np.ndarray,
    workload: np.ndarray,
    count: int,
    upper: float,
    free: np.ndarray,
    integer: bool,
    stop: Callable[[], bool],
) -> tuple[Any, np.ndarray]:
    """Make the solver: column j opens centre j, `columns` tells the column of each pair (-1: dropped)."""
    import highspy

    n = len(workload)
    model = new_solver(integer, stop)
    none = np.array([], dtype=np.int32)
    model.addCols(n, np.zeros(n), np.zeros(n), np.ones(n), 0, none, none, none * 1.0)
    unit, centre = np.nonzero(free)
    pairs = len(unit)
    columns = np.full((n, n), NONE, dtype=np.int64)
    columns[unit, centre] = n + np.arange(pairs)
    model.addCols(pairs, costs[unit, centre], np.zeros(pairs), np.ones(pairs), 0, none, none, none * 1.0)
    for n_unit in range(n):
        own = columns[n_unit][columns[n_unit] >= 0].astype(np.int32)
        model.addRow(1.0, 1.0, len(own), own, np.ones(len(own)))
    model.addRow(float(count), float(count), n, np.arange(n, dtype=np.int32), np.ones(n))
    for own_centre in range(n):
        units = np.flatnonzero(columns[:, own_centre] >= 0)
        index = np.r_[columns[units, own_centre], own_centre].astype(np.int32)
        model.addRow(-np.inf, 0.0, len(index), index, np.r_[workload[units], -upper])
        for pair in columns[units, own_centre]:
            model.addRow(-np.inf, 0.0, 2, np.array([pair, own_centre], dtype=np.int32), np.array([1.0, -1.0]))
    if integer:
        kind = np.full(n + pairs, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        model.changeColsIntegrality(n + pairs, np.arange(n + pairs, dtype=np.int32), kind)
    return model, columns
