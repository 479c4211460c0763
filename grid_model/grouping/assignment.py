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

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grid_model.errors import Cancelled
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.assignment_model import NONE, AssignmentModel, Cut
from grid_model.grouping.connected import Neighbours, pieces, separator
from grid_model.grouping.repair import Limits, is_valid, repaired
from grid_model.grouping.result import Reason

TOLERANCE = 1e-6
"""Costs that differ by less, as a share, count as equal."""
MOST_ROUNDS = 40
LEVELS = (1e-6, 0.1, 0.3, 0.5)
"""Shares above which a unit is looked at as belonging to a centre while cuts are sought."""
CUTS_A_PIECE = 6
LEAST_VIOLATION = 0.01
ROUGH = 0.25
"""Share of the distance between the bounds at which a whole assignment is good enough to learn from."""
LIKELY = 4
"""Pairs for each unit that make the first plan."""
FIRST_GAP, FIRST_NODES, FIRST_ROUNDS = 5e-3, 60, 2
PART = 4
"""Centres whose units are dealt out anew at a time."""
PART_NODES, PART_GAP = 60, 5e-3
MOST_PASSES = 3
IN_ONE = 3_000
"""Pairs up to which the whole is solved at once."""


@dataclass(frozen=True)
class Assignment:
    """Who serves which unit, or why nobody can.

    Parameters
    ----------
    status
        ``optimal`` (proved), ``feasible`` (valid, time ran out), ``infeasible``, ``unknown`` (time ran out
        before any plan).
    centre_of_unit
        Column of the centre for each unit; `NONE` everywhere where there is no plan.
    objective, bound
        Cost of the plan and what no plan undercuts; None where there is no plan (and no bound).
    loads
        Work of each centre; zeros where there is no plan.
    why
        Where infeasible: what stands in the way. Codes of `ui.messages.REASONS`; units and centres as
        row and column numbers in the values.
    cut_by
        ``time`` where a time limit ended the work, else empty.
    """

    status: str
    centre_of_unit: np.ndarray
    objective: float | None
    bound: float | None
    loads: np.ndarray
    why: tuple[Reason, ...] = ()
    cut_by: str = ""

    @property
    def gap(self) -> float | None:
        """How far the plan may be from the best, as a share of its objective; 0 where proved."""
        if self.objective is None or self.bound is None:
            return None
        if self.status == "optimal" or self.objective <= self.bound:
            return 0.0
        return (self.objective - self.bound) / max(abs(self.objective), TOLERANCE)


@dataclass(frozen=True)
class AssignmentProblem:
    """What is asked; rows are units, columns are centres.

    Parameters
    ----------
    costs
        Of giving a unit to a centre; infinite where it must not be.
    neighbours
        Which units touch.
    workload
        Of each unit, not negative.
    lower, upper
        Least and most work of each centre.
    fixed
        Centre that a unit must go to, else `NONE`.
    connected
        False leaves connectedness out.
    balance_cost
        Cost of each bit of work a centre has more or less than `target`.
    target
        Work each centre should have.
    edge_costs
        Cost of each pair of neighbours, in their order, that is parted; None: nothing.
    """

    costs: np.ndarray
    neighbours: Neighbours
    workload: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    fixed: np.ndarray
    connected: bool = True
    balance_cost: float = 0.0
    target: np.ndarray | None = None
    edge_costs: np.ndarray | None = None

    @property
    def limits(self) -> Limits:
        """What a repair keeps to."""
        free = np.isfinite(self.costs)
        held = self.fixed != NONE
        free[held] &= np.arange(free.shape[1]) == self.fixed[held, None]
        return Limits(
            self.costs,
            self.neighbours,
            self.workload,
            self.lower,
            self.upper,
            free,
            self.connected,
            self.balance_cost,
            self.target,
            self.edge_costs,
        )

    def part(self, units: np.ndarray, centres: np.ndarray) -> AssignmentProblem:
        """Give the problem of some units and centres only; they stay parted from the rest."""
        near = self.neighbours
        inner = np.isin(near.a, units) & np.isin(near.b, units)
        place = np.full(len(near), NONE)
        place[units] = np.arange(len(units))
        matrix = np.zeros((len(units), len(units)), dtype=bool)
        matrix[place[near.a[inner]], place[near.b[inner]]] = True
        column = np.full(self.costs.shape[1] + 1, NONE)
        column[centres] = np.arange(len(centres))
        return replace(
            self,
            costs=self.costs[np.ix_(units, centres)],
            neighbours=Neighbours.of(matrix),
            workload=self.workload[units],
            lower=self.lower[centres],
            upper=self.upper[centres],
            fixed=column[self.fixed[units]],
            target=None if self.target is None else self.target[centres],
            edge_costs=None if self.edge_costs is None else self.edge_costs[inner],
        )

    @property
    def step(self) -> float:
        """By how much two plans of different cost differ at least; 0 where that cannot be said."""
        parts = [self.costs[np.isfinite(self.costs)]]
        parts += [] if self.edge_costs is None else [self.edge_costs]
        whole = all(np.array_equal(part, np.round(part)) for part in parts)
        return 1.0 if whole and not self.balance_cost else 0.0

    def price(self, centre: np.ndarray) -> float:
        """Add up what a whole assignment costs."""
        total = float(self.costs[np.arange(len(centre)), centre].sum())
        if self.balance_cost and self.target is not None:
            total += self.balance_cost * float(np.abs(self.loads(centre) - self.target).sum())
        if self.edge_costs is not None:
            parted = centre[self.neighbours.a] != centre[self.neighbours.b]
            total += float(self.edge_costs[parted].sum())
        return total

    def loads(self, centre: np.ndarray) -> np.ndarray:
        """Sum the work of each centre."""
        return np.bincount(centre, self.workload, minlength=self.costs.shape[1])


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


class _OutOfTime(Exception):
    """The time limit was reached inside a solve."""


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
        self._end = None if time_limit_s is None else time.monotonic() + time_limit_s
        self._feedback = feedback
        self._model = AssignmentModel(problem, self._limits.free)
        self._nodes = nodes
        self._best: np.ndarray | None = None
        self._upper = np.inf
        self._lower = -np.inf
        near = problem.neighbours
        self._one_island = bool(len(near)) and int(near.island.max()) == 0
        self._beside = np.zeros((len(near), len(near)))
        self._beside[near.a, near.b] = self._beside[near.b, near.a] = 1.0

    def run(self) -> Assignment:
        try:
            feasible = self._relax() and self._first_plan() and self._better_in_parts() and self._prove()
        except _OutOfTime:
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
        linear = model.build(integer=False, stop=self._stop)
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
            cuts = self._violated(values) if self._problem.connected else []
            if not cuts or self._upper - self._lower <= self._tolerance:
                break
            model.add_cuts(linear, cuts)
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
        self._feedback.report(None)
        left = None if self._end is None else self._end - time.monotonic()
        if left is not None and left <= 0:
            raise _OutOfTime
        units = np.flatnonzero(np.isin(self._best, centres))
        part = self._problem.part(units, centres)
        found = _Solving(part, left, self._feedback, nodes=PART_NODES, good_enough=PART_GAP).run()
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

    def _first_plan(self) -> bool:
        """Solve roughly with the likeliest pairs only, for a plan that lets many others drop out."""
        if self._nodes is not None or self._upper - self._lower <= self._tolerance:
            return True
        reduced, _bound = self._priced
        units = len(reduced)
        everything = self._model.free
        nearest = np.sort(reduced, axis=1)[:, : LIKELY - 1][:, -1]
        limit = (
            np.partition(reduced, LIKELY * units, axis=None)[LIKELY * units]
            if reduced.size > LIKELY * units
            else np.inf
        )
        self._model.free = everything & (reduced <= np.maximum(nearest[:, None], limit))
        whole = self._model.build(integer=True, stop=self._stop)
        whole.setOptionValue("mip_rel_gap", FIRST_GAP)
        whole.setOptionValue("mip_max_nodes", FIRST_NODES)
        for _round in range(FIRST_ROUNDS):
            before = self._upper
            if self._best is not None:
                self._model.start(whole, self._best)
            self._solve(whole, partial=True)
            cuts = self._learned(whole)
            if not cuts and self._upper >= before - TOLERANCE:
                break
            self._model.add_cuts(whole, cuts)
        self._model.free = everything
        self._fix(*self._priced)
        return True

    def _prove(self) -> bool:
        """Solve whole assignments, adding cuts, until one hangs together; the first ones only roughly."""
        model = self._model
        doubt = self._falls_apart if self._problem.edge_costs is not None else None
        whole = model.build(integer=True, stop=self._stop, doubt=doubt)
        built = model.free.sum()
        rough = ROUGH * (self._upper - self._lower) if np.isfinite(self._upper) and doubt is None else 0.0
        while True:
            if self._upper - self._lower <= self._tolerance:
                return True
            if self._best is not None:
                model.start(whole, self._best)
            whole.setOptionValue(
                "mip_abs_gap", max(rough, self._tolerance - TOLERANCE, 0.1 * self._tolerance)
            )
            if not self._solve(whole):
                # What was dropped cannot better the plan at hand, so there is nothing better.
                self._lower = self._upper
                return self._best is not None
            self._lower = max(self._lower, min(float(whole.getInfo().mip_dual_bound), self._upper))
            stopped = model.doubted
            cuts = self._learned(whole)
            if not cuts and rough <= self._tolerance:
                return True
            if not cuts:
                rough = ROUGH * (self._upper - self._lower) if rough > 1e-4 * abs(self._upper) else 0.0
            model.add_cuts(whole, cuts)
            self._fix(*self._priced)
            # A solver that was once interrupted (highspy 1.16) takes the next run for interrupted too.
            if stopped or model.free.sum() < 0.9 * built:
                whole, built = model.build(integer=True, stop=self._stop, doubt=doubt), model.free.sum()

    def _falls_apart(self, values: np.ndarray) -> bool:
        """Whether an answer is none for want of connectedness: better to learn from it than to prove it."""
        return self._problem.connected and bool(self._violated(values))

    def _learned(self, whole: Any) -> list[Cut]:
        """Repair every answer the solver met on its way, and cut off those that fall apart."""
        cuts: dict[Cut, None] = {}
        for values in self._model.met(whole):
            self._try(values)
            for cut in self._violated(values) if self._problem.connected else ():
                cuts[cut] = None
        return list(cuts)

    def _try(self, values: np.ndarray) -> None:
        """Repair what the solver gave and keep it where it is the best so far."""
        centre = np.where(values.sum(axis=1) > 0, values.argmax(axis=1), NONE)
        found = repaired(self._limits, centre)
        if found is not None and (price := self._problem.price(found)) < self._upper - TOLERANCE:
            self._best, self._upper = found, price

    # --------------------------------------------------------------------- cuts

    def _violated(self, values: np.ndarray) -> list[Cut]:
        """Find, for each centre, pieces that are not joined to its root as much as they claim to be."""
        cuts: dict[Cut, None] = {}
        near = self._problem.neighbours
        if self._one_island:
            alone = np.argwhere(values > self._beside @ values + LEAST_VIOLATION)
            for n, own in alone.tolist():
                if self._too_light({n}, own):
                    cuts[Cut(own, n, NONE, near.of_unit[n])] = None
        for own in range(values.shape[1]):
            share = values[:, own]
            for level in LEVELS:
                units = np.flatnonzero(share > level)
                if not len(units):
                    break
                for cut in self._parted(own, share, set(units.tolist()), near):
                    cuts[cut] = None
        return list(cuts)

    def _parted(self, own: int, share: np.ndarray, units: set[int], near: Neighbours) -> Iterable[Cut]:
        found = pieces(near.of_unit, units)
        by_island: dict[int, list[set[int]]] = {}
        for piece in found:
            by_island.setdefault(int(near.island[next(iter(piece))]), []).append(piece)
        fixed = self._problem.fixed
        for island in by_island.values():
            if len(island) < 2:
                continue
            everyone = sorted(set().union(*island))
            root = max(everyone, key=lambda n: (fixed[n] == own, share[n], self._problem.workload[n], -n))
            for piece in island:
                if root in piece:
                    continue
                rooted = bool(fixed[root] == own)
                between = separator(near.of_unit, piece, root)
                if not rooted and self._too_light(piece, own):
                    rooted = True
                    between = sorted({one for n in piece for one in near.of_unit[n]} - piece)
                through = float(share[between].sum())
                for n in sorted(piece, key=lambda n: (-share[n], n))[:CUTS_A_PIECE]:
                    if share[n] + (0.0 if rooted else share[root] - 1.0) > through + LEAST_VIOLATION:
                        yield Cut(own, n, NONE if rooted else root, tuple(between))
                        yield from self._for_all(n, piece) if self._problem.edge_costs is not None else ()

    def _for_all(self, n: int, piece: set[int]) -> Iterable[Cut]:
        """Say the same of every centre for which the piece is too light: unnamed ones are all alike."""
        near = self._problem.neighbours.of_unit
        around = tuple(sorted({other for one in piece for other in near[one]} - piece))
        for own in range(self._problem.costs.shape[1]):
            if self._too_light(piece, own):
                yield Cut(own, n, NONE, around)

    def _too_light(self, piece: set[int], own: int) -> bool:
        """Whether a piece has too little work to be all of a centre's territory: it must go on beyond it."""
        work = float(self._problem.workload[list(piece)].sum())
        return self._one_island and work < float(self._problem.lower[own]) - TOLERANCE

    # -------------------------------------------------------------------- HiGHS

    def _stop(self) -> bool:
        return self._feedback.cancelled or (self._end is not None and time.monotonic() > self._end)

    def _solve(self, model: Any, partial: bool = False) -> bool:
        """Run the solver; give whether there is a solution (`partial`: or a limit of steps was met)."""
        import highspy

        self._feedback.report(None)
        if self._end is not None:
            left = self._end - time.monotonic()
            if left <= 0:
                raise _OutOfTime
            model.setOptionValue("time_limit", model.getRunTime() + left)
        if self._nodes is not None and self._model.integer:
            model.setOptionValue("mip_max_nodes", self._nodes)
        model.run()
        kinds = highspy.HighsModelStatus
        if self._feedback.cancelled:
            raise Cancelled
        status = model.getModelStatus()
        if self._model.doubted and status == kinds.kInterrupt:
            return True
        if partial and status in (kinds.kSolutionLimit, kinds.kIterationLimit):
            return True
        if status in (kinds.kInterrupt, kinds.kTimeLimit, kinds.kSolutionLimit, kinds.kIterationLimit):
            if self._model.integer:
                self._out_of_time_in(model)
            raise _OutOfTime
        if status == kinds.kOptimal:
            return True
        if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
            return False
        raise RuntimeError(f"the solver stopped with {model.modelStatusToString(status)}")

    def _out_of_time_in(self, model: Any) -> None:
        """Keep what an unfinished solve has proved and found."""
        bound = float(model.getInfo().mip_dual_bound)
        if np.isfinite(bound):
            self._lower = max(self._lower, min(bound, self._upper))
        for values in self._model.met(model):
            self._try(values)
