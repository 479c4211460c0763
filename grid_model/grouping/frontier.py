"""Plans to choose from: short ways, even work, little change, and what lies between.

The terms of the objective are put on three axes: *travel* (mean and longest ways, feeders and villages
cut), *balance* (work and sizes) and *change* (who leaves his group of the scheme in force; only where there
is one). Every plan shown is the proved best for some weights of the axes, all above zero, so no other valid
plan is as good on every axis and better on one. Weights are tried in a fixed order, from the corners to
the middle and then between plans that differ most, so the same project gives the same plans.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from types import MappingProxyType

import numpy as np

from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.describe import described_groups
from grid_model.grouping.problem import GroupingProblem, Weights
from grid_model.grouping.result import Group, Grouping
from grid_model.grouping.solve import solve_grouping

AXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "travel": ("travel_min", "longest_min", "feeders_min", "villages_min"),
        "balance": ("imbalance_min", "size_min"),
        "change": ("change_min",),
    }
)
"""Terms of the objective (`Group.terms`) on each axis."""

FEWEST, MOST = 3, 9
LEAST_WEIGHT = 0.02
"""Weight of an axis at a corner: above zero, so that of equal plans the one better there is taken."""
CHANGE_MIN = 30.0
"""Minutes for each manager who leaves his group, where the settings give none."""
SMALL = 1e-6


@dataclass(frozen=True)
class FrontierPlan:
    """One plan on the frontier.

    Parameters
    ----------
    grouping
        Its groups, priced with the weights asked for; `objective` too.
    axes
        Minutes on each axis with the weights asked for.
    weights
        For which it is the best, scaled to sum to 1 (travel, balance, change).
    proved
        Whether that is proved.
    default
        Whether it is the best by the weights asked for.
    gap
        How far it may be from the best for its weights, as a share; 0 where that is proved, None where no
        bound is known.
    """

    grouping: Grouping
    axes: Mapping[str, float]
    weights: Mapping[str, float]
    proved: bool
    default: bool = False
    gap: float | None = 0.0


def frontier(
    problem: GroupingProblem,
    plans: int = 7,
    feedback: Feedback = SILENT,
    time_limit_s: float | None = None,
) -> tuple[FrontierPlan, ...]:
    """Find plans between short ways, even work and little change; by travel, shortest first.

    Parameters
    ----------
    plans
        How many at most, 3 to 9; fewer come where there are no more.
    time_limit_s
        Seconds for each plan; without it every plan is proved.

    Returns
    -------
    plans
        None of them dominated by another; empty where no plan keeps the rules.

    Raises
    ------
    GridError
        ``bad-frontier`` for a number outside 3 to 9; what `solve_grouping` raises.
    """
    if not FEWEST <= plans <= MOST:
        raise GridError("bad-frontier", plans=plans, low=FEWEST, high=MOST)
    search = _Search(problem, feedback, time_limit_s)
    if not search.solve(None):
        return ()
    for tried, weights in enumerate(search.weights()):
        if len(search.found) >= plans or tried >= 4 * plans:
            break
        search.solve(weights)
    return search.undominated()


def axes_of(groups: Sequence[Group]) -> dict[str, float]:
    """Sum the terms of groups on each axis."""
    return {
        axis: float(sum(group.terms[name] for group in groups for name in names))
        for axis, names in AXES.items()
    }


class _Search:
    """Plans found so far, by their groups."""

    def __init__(self, problem: GroupingProblem, feedback: Feedback, time_limit_s: float | None) -> None:
        self._asked = problem
        self._counts_change = bool(problem.base) and any(problem.base)
        self._problem = _with_change(problem) if self._counts_change else problem
        self._feedback = feedback
        self._limit = time_limit_s
        self.found: dict[tuple[tuple[str, ...], ...], FrontierPlan] = {}

    @property
    def _axes(self) -> tuple[str, ...]:
        return tuple(AXES) if self._counts_change else ("travel", "balance")

    def weights(self) -> Iterator[tuple[float, ...]]:
        """Give weights of the axes to try: corners, edges, the middle, then between the plans found."""
        yield from _lattice(len(self._axes))
        tried: set[tuple[float, ...]] = set()
        while True:
            fresh = [one for one in self._between() if one not in tried]
            if not fresh:
                return
            tried.add(fresh[0])
            yield fresh[0]

    def _between(self) -> list[tuple[float, ...]]:
        """Give weights halfway between those of plans, those that differ most on the axes first."""
        plans = list(self.found.values())
        place = np.array([[one.axes[axis] for axis in self._axes] for one in plans])
        place = (place - place.min(axis=0)) / np.maximum(np.ptp(place, axis=0), SMALL)
        apart = sorted(
            ((-float(np.abs(place[a] - place[b]).sum()), a, b) for a, b in combinations(range(len(plans)), 2))
        )
        weight = [np.array([one.weights[axis] for axis in self._axes]) for one in plans]
        return [tuple(np.round((weight[a] + weight[b]) / 2, 6).tolist()) for _by, a, b in apart]

    def solve(self, weights: tuple[float, ...] | None) -> bool:
        """Find the best plan for weights of the axes, None: as asked; give whether there is one."""
        self._feedback.report(None)
        problem = self._asked if weights is None else self._scaled(weights)
        solved = solve_grouping(problem, self._feedback, self._limit)
        if not solved.groups:
            return False
        key = tuple(sorted(group.members for group in solved.groups))
        if key not in self.found:
            self.found[key] = self._plan(solved, weights)
        return True

    def _scaled(self, weights: tuple[float, ...]) -> GroupingProblem:
        """Weigh the axes against each other."""
        factor = dict(zip(self._axes, weights, strict=True)) | (
            {} if self._counts_change else {"change": 0.0}
        )
        w = self._problem.weights
        return replace(
            self._problem,
            weights=Weights(
                travel=w.travel * factor["travel"],
                longest=w.longest * factor["travel"],
                feeder_min=w.feeder_min * factor["travel"],
                village_min=w.village_min * factor["travel"],
                imbalance_min=w.imbalance_min * factor["balance"],
                size_min=w.size_min * factor["balance"],
                change_min=w.change_min * factor["change"],
            ),
        )

    def _plan(self, solved: Grouping, weights: tuple[float, ...] | None) -> FrontierPlan:
        members = [group.members for group in solved.groups]
        groups = tuple(described_groups(self._asked, members))
        objective = float(sum(group.cost_min for group in groups))
        shares = dict(zip(self._axes, weights or self._as_asked(), strict=True))
        grouping = replace(
            solved,
            status=solved.status if weights is None else "feasible",
            groups=groups,
            objective=objective,
            bound=solved.bound if weights is None else None,
        )
        axes = axes_of(described_groups(self._problem, members))
        proved = solved.status == "optimal"
        return FrontierPlan(grouping, axes, shares, proved, gap=0.0 if proved else solved.gap)

    def _as_asked(self) -> tuple[float, ...]:
        """Weights of the axes that stand for the objective as asked: all alike, change where it counts."""
        counts = [axis != "change" or self._asked.weights.change_min > 0 for axis in self._axes]
        return tuple(one / sum(counts) for one in counts)

    def undominated(self) -> tuple[FrontierPlan, ...]:
        """Leave out plans that another is as good as on every axis and better on one."""
        plans = list(self.found.values())
        kept = [one for one in plans if not any(self._beats(other, one) for other in plans)]
        kept.sort(key=lambda one: tuple(one.axes[axis] for axis in self._axes))
        best = min(kept, key=lambda one: one.grouping.objective or 0.0)
        return tuple(replace(one, default=one is best) for one in kept)

    def _beats(self, one: FrontierPlan, other: FrontierPlan) -> bool:
        by = [one.axes[axis] - other.axes[axis] for axis in self._axes]
        return all(value <= SMALL for value in by) and any(value < -SMALL for value in by)


def _with_change(problem: GroupingProblem) -> GroupingProblem:
    """Let change count, at a usual weight where the settings give none."""
    if problem.weights.change_min > 0:
        return problem
    return replace(problem, weights=replace(problem.weights, change_min=CHANGE_MIN))


def _lattice(axes: int) -> Iterator[tuple[float, ...]]:
    """Give weights over two or three axes: each alone, each pair alike, all alike."""
    for count in range(1, axes + 1):
        for some in combinations(range(axes), count):
            share = (1 - LEAST_WEIGHT * (axes - count)) / count
            yield tuple(share if axis in some else LEAST_WEIGHT for axis in range(axes))
