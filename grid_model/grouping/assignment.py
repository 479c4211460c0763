"""Give every area to a manager so that each territory hangs together and work is shared out fairly.

An assignment model: each unit (an area, a county) goes to one centre (a manager, a district) at the least
cost, the work of each centre stays between two limits, and what a centre gets is connected. HiGHS solves it
without the demand of connectedness first; where a territory falls apart, *separator cuts* say so (of two
units in one territory, some unit of every set that parts them is in it too: Fischetti et al.,
*Mathematical Programming Computation* 9, 2017), and it is solved again. A plan repaired by hand from each of
these answers bounds the best from above, and pairs of unit and centre whose reduced cost exceeds the
distance of the bounds drop out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.allowance import Allowance, OutOfTime
from grid_model.grouping.assignment_cuts import CutFinder
from grid_model.grouping.assignment_model import NONE, AssignmentModel, Cut
from grid_model.grouping.assignment_problem import TOLERANCE, Assignment, AssignmentProblem
from grid_model.grouping.connected import Neighbours
from grid_model.grouping.repair import is_valid, repaired
from grid_model.grouping.result import Reason

MOST_ROUNDS = 40
PART = 4
"""Centres whose units are dealt out anew at a time."""
PART_NODES, PART_GAP = 60, 5e-3
MOST_PASSES = 3
IN_ONE = 500
"""Pairs up to which the whole is solved at once."""


def assign_connected(
    costs: np.ndarray,
    adjacency: np.ndarray,
    workload: np.ndarray,
    lower: float | np.ndarray,
    upper: float | np.ndarray,
    *,
    fixed: Sequence[int] | np.ndarray | None = None,
    base: Sequence[int] | np.ndarray | None = None,
    change_cost: float | np.ndarray = 0.0,
    balance_cost: float = 0.0,
    target: np.ndarray | None = None,
    connected: bool = True,
    good_enough: float = 0.0,
    time_limit_s: float | None = None,
    feedback: Feedback = SILENT,
) -> Assignment:
    """Give each unit to one centre at the least cost.

    A territory must hang together as far as the neighbourhood itself does: units that no way of
    neighbours joins (an island, an area whose place is unknown) may go to any centre.

    Parameters
    ----------
    costs
        Array [units × centres]; infinite forbids a pair.
    adjacency
        Symmetric boolean matrix [units × units].
    workload, lower, upper
        Work of each unit; least and most work of a centre (one number or one for each).
    fixed
        Column of the centre a unit must stay with, -1 where it is free; None: all are free.
    base, change_cost
        Column of the centre each unit has now (-1: none), and what it costs to give it to another;
        a number or one for each unit.
    balance_cost, target
        Cost of each bit of work above or below the target; without a target the mean of all centres.
    good_enough
        Distance from the bound, as a share, at which a plan ends the work (it is then ``feasible``).
    time_limit_s
        Seconds after which the best plan so far is given with its bound; None: until proved.

    Raises
    ------
    ValueError
        Where arrays do not fit each other.
    Cancelled
        Where somebody asked to stop.
    """
    costs = np.array(costs, dtype=float, ndmin=2)
    units, centres = costs.shape
    workload = np.asarray(workload, dtype=float)
    if len(workload) != units or np.shape(adjacency) != (units, units):
        raise ValueError(f"costs of {units} units, workload of {len(workload)}, {np.shape(adjacency)}")
    if base is not None:
        # Everybody but the manager in force costs the change.
        now = np.asarray(base, dtype=np.int64)
        moved = np.broadcast_to(np.asarray(change_cost, dtype=float), units)[:, None] * np.ones((1, centres))
        held = np.flatnonzero(now != NONE)
        moved[held, now[held]] = 0.0
        moved[now == NONE] = 0.0
        costs = costs + moved
    problem = AssignmentProblem(
        costs,
        Neighbours.of(adjacency),
        workload,
        np.broadcast_to(np.asarray(lower, dtype=float), centres),
        np.broadcast_to(np.asarray(upper, dtype=float), centres),
        np.full(units, NONE) if fixed is None else np.asarray(fixed, dtype=np.int64),
        connected,
        balance_cost,
        np.full(centres, workload.sum() / max(centres, 1)) if target is None else np.asarray(target, float),
    )
    return solve_assignment(problem, time_limit_s, feedback, good_enough)


def solve_assignment(
    problem: AssignmentProblem,
    time_limit_s: float | None = None,
    feedback: Feedback = SILENT,
    good_enough: float = 0.0,
) -> Assignment:
    """Solve an assignment to proof, or as far as the time or `good_enough` allows."""
    units, centres = problem.costs.shape
    if not units:
        short = bool((problem.lower > 0).any())
        why = (Reason("work-cannot-fill", (), {"work": 0.0, "needed": float(problem.lower.sum())}),)
        nothing = np.empty(0, dtype=np.int64)
        loads = np.zeros(centres)
        if short:
            return Assignment("infeasible", nothing, None, None, loads, why)
        cost = (
            problem.balance_cost * float(np.abs(problem.target).sum()) if problem.target is not None else 0.0
        )
        return Assignment("optimal", nothing, cost, cost, loads)
    plain = _plain(problem)
    if plain:
        return Assignment("infeasible", np.full(units, NONE), None, None, np.zeros(centres), plain)
    return _Solving(problem, time_limit_s, feedback, good_enough=good_enough).run()


def _plain(problem: AssignmentProblem) -> tuple[Reason, ...]:
    """Find causes that each block every plan."""
    total = float(problem.workload.sum())
    reasons = []
    if total > problem.upper.sum() + TOLERANCE:
        reasons.append(Reason("work-too-much", (), {"work": total, "limit": float(problem.upper.sum())}))
    if total < problem.lower.sum() - TOLERANCE:
        reasons.append(Reason("work-cannot-fill", (), {"work": total, "needed": float(problem.lower.sum())}))
    free = problem.limits.free
    nobody = np.flatnonzero(~free.any(axis=1))
    if len(nobody):
        reasons.append(Reason("unit-without-centre", (), {"units": tuple(int(n) for n in nobody)}))
    heavy = np.flatnonzero(
        (problem.workload[:, None] > np.where(free, problem.upper, 0) + TOLERANCE).all(axis=1)
    )
    heavy = np.setdiff1d(heavy, nobody)
    if len(heavy):
        reasons.append(Reason("unit-too-heavy", (), {"units": tuple(int(n) for n in heavy)}))
    return tuple(reasons)


class _Solving:
    """One assignment in the making: cuts raise the bound, repairs lower the plan."""

    def __init__(
        self,
        problem: AssignmentProblem,
        time_limit_s: float | None,
        feedback: Feedback,
        nodes: int | None = None,
        good_enough: float = 0.0,
    ) -> None:
        self._good_enough = good_enough
        self._step = problem.step
        self._problem = problem
        self._limits = problem.limits
        self._allowance = Allowance(time_limit_s, feedback)
        self._feedback = feedback
        self._model = AssignmentModel(problem, self._limits.free)
        self._nodes = nodes
        self._best: np.ndarray | None = None
        self._upper = np.inf
        self._lower = -np.inf
        self._finder = CutFinder(problem)

    def run(self) -> Assignment:
        try:
            feasible = self._relax() and self._better_in_parts() and self._prove()
        except OutOfTime:
            if self._upper - self._lower <= self._proof:
                return self._answer("optimal", "")
            return self._answer("feasible" if self._best is not None else "unknown", "time")
        if not feasible and self._best is None:
            units, centres = self._problem.costs.shape
            nobody = np.full(units, NONE)
            why = (Reason("no-connected-assignment"),)
            return Assignment("infeasible", nobody, None, None, np.zeros(centres), why)
        proved = self._upper - self._lower <= self._proof
        return self._answer("optimal" if proved else "feasible", "")

    def _answer(self, status: str, cut_by: str) -> Assignment:
        problem = self._problem
        units, centres = problem.costs.shape
        bound = float(self._lower) if np.isfinite(self._lower) else None
        if self._best is None:
            return Assignment(status, np.full(units, NONE), None, bound, np.zeros(centres), (), cut_by)
        objective = float(self._upper)
        bound = objective if status == "optimal" else None if bound is None else min(bound, objective)
        return Assignment(status, self._best, objective, bound, problem.loads(self._best), cut_by=cut_by)

    @property
    def _proof(self) -> float:
        """Distance of the bounds that counts as none."""
        if self._step:
            return self._step - 10 * TOLERANCE
        return TOLERANCE * max(1.0, abs(self._upper)) if np.isfinite(self._upper) else TOLERANCE

    @property
    def _tolerance(self) -> float:
        """Distance of the bounds at which the work ends."""
        more = self._good_enough * abs(self._upper) if np.isfinite(self._upper) else 0.0
        return max(self._proof, more)

    # --------------------------------------------------------------- relaxation

    def _relax(self) -> bool:
        """Solve the linear relaxation, add cuts while they help, and drop pairs that cannot be in a plan."""
        model = self._model
        linear = model.build(integer=False, stop=self._allowance.stop)
        bounds: list[float] = []
        for _round in range(MOST_ROUNDS):
            if not self._solve(linear):
                return False
            values, reduced, bound = model.solution(linear)
            self._lower = max(self._lower, bound)
            self._try(values)
            self._fix(reduced, bound)
            self._priced = reduced, bound
            bounds.append(bound)
            if len(bounds) > 8 and bounds[-1] - bounds[-8] < 1e-4 * max(1.0, abs(bounds[-1])):
                break
            cuts = self._finder.violated(values) if self._problem.connected else []
            if not cuts or self._upper - self._lower <= self._tolerance:
                break
            model.add_cuts(linear, cuts)
        if self._problem.connected:
            model.hold(self._finder.of_single_units(model.free))
        return True

    def _better_in_parts(self) -> bool:
        """Solve a few neighbouring territories anew, place by place, until nothing gets better."""
        problem = self._problem
        if self._best is None or self._nodes is not None or self._model.free.sum() <= IN_ONE:
            return True
        quiet = [False] * problem.costs.shape[1]
        tried: set[bytes] = set()
        for _round in range(MOST_PASSES):
            for own in range(len(quiet)):
                if quiet[own] or self._upper - self._lower <= self._tolerance:
                    continue
                centres = self._around(own)
                quiet[own] = True
                dealt = np.where(np.isin(self._best, centres), self._best, NONE).tobytes()
                if dealt in tried:
                    continue
                tried.add(dealt)
                if self._solve_part(centres):
                    for one in centres:
                        quiet[one] = False
            if all(quiet):
                break
        self._fix(*self._priced)
        return True

    def _around(self, own: int) -> np.ndarray:
        """Give a centre and those with the longest border to it."""
        assert self._best is not None
        near = self._problem.neighbours
        a, b = self._best[near.a], self._best[near.b]
        border = np.bincount(np.r_[b[a == own], a[b == own]], minlength=self._problem.costs.shape[1])
        border[own] = 0
        order = np.argsort(-border, kind="stable")[: PART - 1]
        return np.sort(np.r_[own, order[border[order] > 0]])

    def _solve_part(self, centres: np.ndarray) -> bool:
        """Deal the units of some centres out among them anew; give whether that is better."""
        assert self._best is not None
        self._allowance.check()
        units = np.flatnonzero(np.isin(self._best, centres))
        part = self._problem.part(units, centres)
        found = _Solving(
            part, self._allowance.left_s, self._feedback, nodes=PART_NODES, good_enough=PART_GAP
        ).run()
        if found.objective is None:
            return False
        trial = self._best.copy()
        trial[units] = centres[found.centre_of_unit]
        price = self._problem.price(trial)
        if price >= self._upper - TOLERANCE or not is_valid(self._limits, trial):
            return False
        self._best, self._upper = trial, price
        return True

    def _fix(self, reduced: np.ndarray, bound: float) -> None:
        """Drop pairs of which each alone costs more than the best plan is above the bound."""
        if np.isfinite(self._upper):
            self._model.free &= ~(reduced > self._upper - bound + self._tolerance)

    def _prove(self) -> bool:
        """Solve whole assignments, adding cuts, until one hangs together."""
        model = self._model
        doubt = self._falls_apart if self._problem.edge_costs is not None else None
        whole = model.build(integer=True, stop=self._allowance.stop, doubt=doubt)
        built = model.free.sum()
        while True:
            if self._upper - self._lower <= self._tolerance:
                return True
            if self._best is not None:
                model.start(whole, self._best)
            whole.setOptionValue("mip_abs_gap", max(self._tolerance - TOLERANCE, 0.1 * self._tolerance))
            if not self._solve(whole):
                # What was dropped cannot better the plan at hand, so there is nothing better.
                self._lower = self._upper
                return self._best is not None
            self._lower = max(self._lower, min(float(whole.getInfo().mip_dual_bound), self._upper))
            stopped = model.doubted
            cuts = self._learned(whole)
            if not cuts:
                return True
            model.add_cuts(whole, cuts)
            self._fix(*self._priced)
            # A solver that was once interrupted (highspy 1.16) takes the next run for interrupted too.
            if stopped or model.free.sum() < 0.9 * built:
                whole, built = (
                    model.build(integer=True, stop=self._allowance.stop, doubt=doubt),
                    model.free.sum(),
                )

    def _falls_apart(self, values: np.ndarray) -> bool:
        """Whether an answer is none for want of connectedness: better to learn from it than to prove it."""
        return self._problem.connected and bool(self._finder.violated(values))

    def _learned(self, whole: Any) -> list[Cut]:
        """Repair every answer the solver met on its way, and cut off those that fall apart."""
        cuts: dict[Cut, None] = {}
        for values in self._model.met(whole):
            self._try(values)
            for cut in self._finder.violated(values) if self._problem.connected else ():
                cuts[cut] = None
        return list(cuts)

    def _try(self, values: np.ndarray) -> None:
        """Repair what the solver gave and keep it where it is the best so far."""
        centre = np.where(values.sum(axis=1) > 0, values.argmax(axis=1), NONE)
        found = repaired(self._limits, centre)
        if found is not None and (price := self._problem.price(found)) < self._upper - TOLERANCE:
            self._best, self._upper = found, price

    # -------------------------------------------------------------------- HiGHS

    def _solve(self, model: Any) -> bool:
        """Run the solver; give whether there is a solution, or one to learn from."""
        if self._nodes is not None and self._model.integer:
            model.setOptionValue("mip_max_nodes", self._nodes)
        self._allowance.check()
        try:
            return self._allowance.solve(model)
        except OutOfTime:
            if self._model.doubted:
                return True
            if self._model.integer:
                self._out_of_time_in(model)
            raise

    def _out_of_time_in(self, model: Any) -> None:
        """Keep what an unfinished solve has proved and found."""
        bound = float(model.getInfo().mip_dual_bound)
        if np.isfinite(bound):
            self._lower = max(self._lower, min(bound, self._upper))
        for values in self._model.met(model):
            self._try(values)
