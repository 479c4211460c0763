"""What an assignment of units to centres asks, and its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from grid_model.grouping.assignment_model import NONE
from grid_model.grouping.connected import Neighbours
from grid_model.grouping.repair import Limits
from grid_model.grouping.result import Reason, gap_of

TOLERANCE = 1e-6
"""Costs that differ by less, as a share, count as equal."""


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
        """See `gap_of`."""
        return gap_of(self.status, self.objective, self.bound)


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
