"""The rows and columns of an assignment for HiGHS: who serves whom, work, parted neighbours, cuts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from grid_model.grouping.solver import new_solver

if TYPE_CHECKING:
    from grid_model.grouping.assignment_problem import AssignmentProblem

NONE = -1
"""In arrays of centres: no centre; in a cut: no root."""

LATEST = 8
"""Answers that are looked at of those a solver meets on its way."""


class Cut(NamedTuple):
    """A unit and a root in one territory need one of the units between; without root the unit alone does."""

    centre: int
    unit: int
    root: int
    between: tuple[int, ...]


class AssignmentModel:
    """Columns of an assignment: x for each free pair, then deviations of work, then parted neighbours.

    Attributes
    ----------
    free
        Pairs of unit and centre that may still be in a better plan; takes effect with the next `build`.
    integer
        Whether the model built last is one of whole numbers.
    doubted
        Whether the solver stopped at an answer to learn from, until `met` is asked.
    """

    def __init__(self, problem: AssignmentProblem, free: np.ndarray) -> None:
        self._problem = problem
        self.free = free.copy()
        self.cuts: list[Cut] = []
        self.integer = False
        self.doubted = False

    def build(
        self, integer: bool, stop: Callable[[], bool], doubt: Callable[[np.ndarray], bool] | None = None
    ) -> Any:
        """Make a solver with every row and all cuts so far.

        Parameters
        ----------
        doubt
            Asked of every answer the solver meets; where it says yes the solver stops (`doubted`).
        """
        problem = self._problem
        units, centres = problem.costs.shape
        self.integer = integer
        self._unit, self._centre = np.nonzero(self.free)
        pairs = len(self._unit)
        self._column = np.full(problem.costs.shape, NONE, dtype=np.int64)
        self._column[self._unit, self._centre] = np.arange(pairs)
        self._doubt = doubt
        model = new_solver(integer, lambda: self.doubted or stop())
        self._seen: list[np.ndarray] = []
        if integer:
            model.cbMipImprovingSolution += lambda event: self._met(np.array(event.data_out.mip_solution))
        # rows 0…units-1: every unit once; units…: the work of each centre
        low = np.r_[np.ones(units), problem.lower]
        high = np.r_[np.ones(units), problem.upper]
        _add_rows(model, low, high)
        self._add_pairs(model, integer)
        if problem.balance_cost and problem.target is not None:
            self._add_balance(model, units, centres)
        self._first_edge = model.getNumCol()
        if problem.edge_costs is not None:
            self._add_edges(model)
        self._put_cuts(model, self.cuts)
        return model

    def solution(self, model: Any) -> tuple[np.ndarray, np.ndarray, float]:
        """Give x and reduced costs [units × centres] (dropped pairs: 0, infinite) and the objective."""
        shape = self._problem.costs.shape
        solution = model.getSolution()
        pairs = len(self._unit)
        values, reduced = np.zeros(shape), np.full(shape, np.inf)
        values[self._unit, self._centre] = np.array(solution.col_value)[:pairs]
        if not self.integer:
            reduced[self._unit, self._centre] = np.array(solution.col_dual)[:pairs]
        return values, reduced, float(model.getInfo().objective_function_value)

    def _met(self, values: np.ndarray) -> None:
        found = values[: len(self._unit)]
        self._seen.append(found)
        self.doubted |= self._doubt is not None and self._doubt(self._spread(found))

    def _spread(self, pairs: np.ndarray) -> np.ndarray:
        values = np.zeros(self._problem.costs.shape)
        values[self._unit, self._centre] = np.round(pairs)
        return values

    def met(self, model: Any) -> list[np.ndarray]:
        """Give x of the last few answers met since the last call, the final one last."""
        pairs = len(self._unit)
        found = [*self._seen[-LATEST:]]
        final = np.array(model.getSolution().col_value)[:pairs]
        if len(final) == pairs and model.getInfo().primal_solution_status == 2:
            found.append(final)
        self._seen.clear()
        self.doubted = False
        return [self._spread(one) for one in found]

    def add_cuts(self, model: Any, cuts: Sequence[Cut]) -> None:
        """Demand that territories hang together where they do not."""
        self._put_cuts(model, self.hold(cuts))

    def hold(self, cuts: Sequence[Cut]) -> list[Cut]:
        """Keep cuts for the models built from now on; give those that are new."""
        known = set(self.cuts)
        new = [cut for cut in cuts if cut not in known]
        self.cuts += new
        return new

    def start(self, model: Any, centre: np.ndarray) -> None:
        """Tell the solver a plan to begin with."""
        import highspy

        at = self._column[np.arange(len(centre)), centre]
        if (at == NONE).any():
            return
        solution = highspy.HighsSolution()
        values = np.zeros(model.getNumCol())
        values[at] = 1.0
        problem = self._problem
        if problem.balance_cost and problem.target is not None:
            first = len(self._unit)
            values[first : first + len(problem.target)] = np.abs(problem.loads(centre) - problem.target)
        if problem.edge_costs is not None:
            near = problem.neighbours
            own = np.arange(problem.costs.shape[1])
            parted = (centre[near.a][:, None] == own) & (centre[near.b][:, None] != own)
            values[self._first_edge :] = parted.ravel()
        solution.col_value = values.tolist()
        model.setSolution(solution)

    # ------------------------------------------------------------------ parts

    def _add_pairs(self, model: Any, integer: bool) -> None:
        import highspy

        problem = self._problem
        units, pairs = len(problem.workload), len(self._unit)
        rows = np.stack([self._unit, units + self._centre], axis=1).ravel().astype(np.int32)
        values = np.stack([np.ones(pairs), problem.workload[self._unit]], axis=1).ravel()
        start = np.arange(0, 2 * pairs, 2, dtype=np.int32)
        cost = problem.costs[self._unit, self._centre]
        upper = np.ones(pairs) if integer else np.full(pairs, np.inf)
        model.addCols(pairs, cost, np.zeros(pairs), upper, len(rows), start, rows, values)
        if integer:
            kind = np.full(pairs, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
            model.changeColsIntegrality(pairs, np.arange(pairs, dtype=np.int32), kind)

    def _add_balance(self, model: Any, units: int, centres: int) -> None:
        """Add one column for each centre that is at least the distance of its work from the target."""
        problem = self._problem
        assert problem.target is not None
        first = model.getNumCol()
        none = np.array([], dtype=np.int32)
        cost = np.full(centres, problem.balance_cost)
        model.addCols(centres, cost, np.zeros(centres), np.full(centres, np.inf), 0, none, none, none * 1.0)
        for own in range(centres):
            column = np.flatnonzero(self._centre == own)
            index = np.r_[column, first + own].astype(np.int32)
            work = problem.workload[self._unit[column]]
            goal = float(problem.target[own])
            model.addRow(-np.inf, goal, len(index), index, np.r_[work, -1.0])
            model.addRow(goal, np.inf, len(index), index, np.r_[work, 1.0])

    def _add_edges(self, model: Any) -> None:
        """Add for each pair of neighbours and centre a column: 1 where the centre serves only the first.

        Of one column for all centres less would follow: parts of units then hide parted neighbours (the
        extended formulation of Validi and Buchanan, *Mathematical Programming Computation* 14, 2022).
        """
        problem = self._problem
        near, centres = problem.neighbours, problem.costs.shape[1]
        assert problem.edge_costs is not None
        count = len(near.a) * centres
        first = model.getNumCol()
        none = np.array([], dtype=np.int32)
        cost = np.repeat(problem.edge_costs, centres)
        model.addCols(count, cost, np.zeros(count), np.ones(count), 0, none, none, none * 1.0)
        for edge, (a, b) in enumerate(zip(near.a.tolist(), near.b.tolist(), strict=True)):
            for own in range(centres):
                if self._column[a, own] == NONE:
                    continue
                terms = [(int(self._column[a, own]), 1.0), (first + edge * centres + own, -1.0)]
                if self._column[b, own] != NONE:
                    terms.append((int(self._column[b, own]), -1.0))
                index = np.array([one for one, _factor in terms], dtype=np.int32)
                model.addRow(-np.inf, 0.0, len(terms), index, np.array([by for _one, by in terms]))

    def _put_cuts(self, model: Any, cuts: Sequence[Cut]) -> None:
        for cut in cuts:
            unit = self._column[cut.unit, cut.centre]
            if unit == NONE:
                continue
            columns, factors, limit = [int(unit)], [1.0], 0.0
            if cut.root != NONE:
                root = self._column[cut.root, cut.centre]
                if root == NONE:
                    continue
                columns, factors, limit = [int(unit), int(root)], [1.0, 1.0], 1.0
            between = self._column[list(cut.between), cut.centre] if cut.between else np.array([], dtype=int)
            between = between[between != NONE]
            index = np.array([*columns, *between.tolist()], dtype=np.int32)
            model.addRow(-np.inf, limit, len(index), index, np.r_[factors, -np.ones(len(between))])


def _add_rows(model: Any, low: np.ndarray, high: np.ndarray) -> None:
    none = np.array([], dtype=np.int32)
    model.addRows(len(low), low, high, 0, np.zeros(len(low), dtype=np.int32), none, none * 1.0)
