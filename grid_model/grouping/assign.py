"""Which manager answers for which area: territories that hang together, work shared out, little change.

Each area goes to one manager of its station at the least cost:

    Σ over areas [ w ÷ W̄ × minutes from the manager to the area ]
    + imbalance × Σ over managers | W ÷ W̄ − 1 |  +  change × Σ over areas that change hands [ w ÷ W̄ ]

w is the measure of an area (workload index, customers, or one for each area), W that of a manager, W̄ its
mean in the station. Travel so counts the mean minutes of one manager's day, and all terms are minutes.
Locked areas stay. Every territory hangs together as far as neighbourhood does, and every load stays
between the limits. The model is `assignment.assign_connected`; the answer is proved or says its gap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.area_map import NOBODY, AreaMap
from grid_model.grouping.assignment import assign_connected
from grid_model.grouping.assignment_problem import Assignment
from grid_model.grouping.result import Reason, gap_of

MEASURES = ("workload", "customers", "areas")


@dataclass(frozen=True)
class AssignProblem:
    """What is asked of an assignment.

    Parameters
    ----------
    areas
        The areas with those who answer for them now.
    minutes
        From each manager to each area, (areas, managers); infinite where unknown.
    measure
        What is shared out, one value per area, not negative.
    area_stations, manager_stations
        Ids; an area stays within its station; an empty one goes to any.
    least, most
        Limits of a manager's load over the mean of his station.
    least_load, most_load
        The same in what is shared out, alike for every station; None: `least`, `most`.
    fixed
        Areas that stay where they are, beside those locked, also with a manager of another station.
    barred
        Managers who get no area, and whose areas go to others.
    imbalance_min, change_min
        Weights in minutes.
    connected
        False lets territories fall apart.
    preference
        Minutes that count on top, (areas, managers): who should rather not get which area; they stand in no
        term of the answer. None: nobody is preferred.
    """

    areas: AreaMap
    minutes: np.ndarray
    measure: np.ndarray
    area_stations: tuple[str, ...]
    manager_stations: tuple[str, ...]
    least: float = 0.0
    most: float = np.inf
    least_load: float | None = None
    most_load: float | None = None
    fixed: np.ndarray | None = None
    barred: frozenset[str] = frozenset()
    imbalance_min: float = 30.0
    change_min: float = 0.0
    connected: bool = True
    preference: np.ndarray | None = None

    @property
    def stays(self) -> np.ndarray:
        """Which areas stay with who answers for them; one that nobody answers for does not."""
        stay = self.areas.locked if self.fixed is None else self.areas.locked | self.fixed
        return np.asarray(stay & (self.areas.owner != NOBODY), dtype=bool)


@dataclass(frozen=True)
class ManagerLoad:
    """One manager's territory after an assignment.

    Parameters
    ----------
    load, ratio
        His measure, and over the mean of his station.
    mean_min, longest_min
        Minutes to his areas, weighted by their measure; to the farthest.
    gained, lost
        Areas that come and go, sorted.
    """

    manager: str
    areas: tuple[str, ...]
    customers: int
    load: float
    ratio: float
    mean_min: float
    longest_min: float
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class AreaAssignment:
    """Who answers for which area, or why no assignment keeps the rules.

    Parameters
    ----------
    status
        ``optimal``, ``feasible`` (time ran out), ``infeasible``.
    objective, bound
        Minutes; None where infeasible.
    manager_of
        By area; empty where infeasible.
    loads
        By manager, every manager who may have areas.
    terms
        ``travel_min``, ``imbalance_min``, ``change_min``: their sum is the objective.
    changed
        Areas that get another manager, sorted.
    why
        What stands in the way; areas and managers by id.
    """

    status: str
    objective: float | None
    bound: float | None
    manager_of: Mapping[str, str] = field(default_factory=dict)
    loads: tuple[ManagerLoad, ...] = ()
    terms: Mapping[str, float] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    why: tuple[Reason, ...] = ()
    cut_by: str = ""

    @property
    def gap(self) -> float | None:
        """See `gap_of`."""
        return gap_of(self.status, self.objective, self.bound)


def assign_areas(
    problem: AssignProblem,
    feedback: Feedback = SILENT,
    time_limit_s: float | None = None,
    good_enough: float = 0.0,
) -> AreaAssignment:
    """Give every area to a manager, station by station.

    Parameters
    ----------
    time_limit_s
        Seconds for each station; the best so far is then given with its bound.
    good_enough
        Gap (a share) at which the search may end.

    Raises
    ------
    GridError
        ``no-plan-in-time`` where the time limit came before any plan; ``no-managers``.
    Cancelled
        Where somebody asked to stop.
    """
    solved = []
    for part in feedback.track(_parts(problem)):
        solved.append((part, part.solve(feedback, time_limit_s, good_enough)))
    blocked = [part.reason(reason) for part, one in solved for reason in one.why]
    if any(one.status == "infeasible" for _part, one in solved):
        return AreaAssignment("infeasible", None, None, why=tuple(blocked))
    if any(one.status == "unknown" for _part, one in solved):
        raise GridError("no-plan-in-time", seconds=time_limit_s or 0.0)
    owner = np.full(len(problem.areas), NOBODY, dtype=np.int64)
    for part, one in solved:
        owner[part.units] = part.centres[one.centre_of_unit]
    result = priced(problem, owner)
    proved = all(one.status == "optimal" for _part, one in solved)
    objective = result.objective or 0.0
    bound = objective if proved else min(objective, sum(one.bound or 0.0 for _part, one in solved))
    return AreaAssignment(
        "optimal" if proved else "feasible",
        objective,
        float(bound),
        result.manager_of,
        result.loads,
        result.terms,
        result.changed,
        cut_by="" if proved else next((one.cut_by for _part, one in solved if one.cut_by), ""),
    )


def priced(problem: AssignProblem, owner: np.ndarray) -> AreaAssignment:
    """Price an assignment from scratch; areas nobody answers for cost nothing here.

    Parameters
    ----------
    owner
        Place of the manager of each area, −1 for nobody.
    """
    terms = dict.fromkeys(("travel_min", "imbalance_min", "change_min"), 0.0)
    loads: list[ManagerLoad] = []
    for part in _parts(problem):
        terms["travel_min"] += part.travel(owner)
        terms["imbalance_min"] += part.imbalance(owner)
        terms["change_min"] += part.change(owner)
        loads += part.loads(owner)
    areas = problem.areas
    there = np.flatnonzero(owner != NOBODY)
    return AreaAssignment(
        "feasible",
        float(sum(terms.values())),
        None,
        {areas.areas[n]: areas.managers[owner[n]] for n in there},
        tuple(sorted(loads, key=lambda one: one.manager)),
        terms,
        tuple(areas.areas[n] for n in np.flatnonzero(owner != areas.owner)),
    )


class _Part:
    """One station: its areas are the units, its managers the centres."""

    def __init__(self, problem: AssignProblem, units: np.ndarray, centres: np.ndarray) -> None:
        self._problem = problem
        self.units = units
        self.centres = centres
        self.weight = problem.measure[units]
        total = float(self.weight.sum())
        self.mean = total / len(centres) if len(centres) and total > 0 else 1.0
        self._column = {int(one): n for n, one in enumerate(centres)}
        self._base = self._columns(problem.areas.owner)

    def _columns(self, owner: np.ndarray) -> np.ndarray:
        return np.array([self._column.get(int(owner[n]), NOBODY) for n in self.units], dtype=np.int64)

    def solve(self, feedback: Feedback, time_limit_s: float | None, good_enough: float) -> Assignment:
        problem = self._problem
        share = self.weight / self.mean
        costs = problem.minutes[np.ix_(self.units, self.centres)]
        if problem.preference is not None:
            costs = costs + problem.preference[np.ix_(self.units, self.centres)]
        fixed = np.where(problem.stays[self.units], self._base, NOBODY)
        return assign_connected(
            self._weighed(costs, share),
            self._adjacency(),
            self.weight,
            problem.least * self.mean if problem.least_load is None else problem.least_load,
            min(problem.most, 1e6) * self.mean if problem.most_load is None else problem.most_load,
            fixed=fixed,
            base=self._base,
            change_cost=problem.change_min * share,
            balance_cost=problem.imbalance_min / self.mean,
            target=np.full(len(self.centres), self.mean),
            connected=problem.connected,
            time_limit_s=time_limit_s,
            good_enough=good_enough,
            feedback=feedback,
        )

    def _weighed(self, costs: np.ndarray, share: np.ndarray) -> np.ndarray:
        """Weigh minutes by shares of work; a way nobody knows costs the longest known: it must not decide."""
        known = np.isfinite(costs)
        longest = float(costs[known].max()) if known.any() else 0.0
        return np.asarray(share[:, None] * np.where(known, costs, longest))

    def _adjacency(self) -> np.ndarray:
        areas = self._problem.areas
        place = np.full(len(areas), NOBODY, dtype=np.int64)
        place[self.units] = np.arange(len(self.units))
        pairs = areas.pairs[areas.length_m >= areas.min_border_m]
        a, b = place[pairs[:, 0]], place[pairs[:, 1]]
        inside = (a != NOBODY) & (b != NOBODY)
        found = np.zeros((len(self.units), len(self.units)), dtype=bool)
        found[a[inside], b[inside]] = found[b[inside], a[inside]] = True
        return found

    # ------------------------------------------------------------------------ terms

    def travel(self, owner: np.ndarray) -> float:
        column = self._columns(owner)
        there = column != NOBODY
        costs = self._problem.minutes[np.ix_(self.units, self.centres)]
        share = self.weight / self.mean
        minutes = self._weighed(costs, share)
        return float(minutes[there, column[there]].sum())

    def imbalance(self, owner: np.ndarray) -> float:
        load = self._load(owner)
        return float(self._problem.imbalance_min * np.abs(load / self.mean - 1).sum())

    def change(self, owner: np.ndarray) -> float:
        moved = (self._base != NOBODY) & (self._columns(owner) != self._base)
        return float(self._problem.change_min * (self.weight[moved] / self.mean).sum())

    def _load(self, owner: np.ndarray) -> np.ndarray:
        column = self._columns(owner)
        there = column != NOBODY
        return np.bincount(column[there], self.weight[there], minlength=len(self.centres))

    def loads(self, owner: np.ndarray) -> list[ManagerLoad]:
        problem, areas = self._problem, self._problem.areas
        load = self._load(owner)
        found = []
        for n, centre in enumerate(self.centres):
            own = np.flatnonzero(owner == centre)
            before = np.flatnonzero(areas.owner == centre)
            minutes = problem.minutes[own, centre]
            known = np.isfinite(minutes)
            weight = np.maximum(problem.measure[own], 1e-9)[known]
            found.append(
                ManagerLoad(
                    areas.managers[centre],
                    tuple(areas.areas[k] for k in own),
                    int(areas.customers[own].sum()),
                    float(load[n]),
                    float(load[n] / self.mean),
                    float(np.average(minutes[known], weights=weight)) if known.any() else 0.0,
                    float(minutes[known].max()) if known.any() else 0.0,
                    tuple(areas.areas[k] for k in np.setdiff1d(own, before)),
                    tuple(areas.areas[k] for k in np.setdiff1d(before, own)),
                )
            )
        return found

    def reason(self, reason: Reason) -> Reason:
        """Say rows and columns by name."""
        values = dict(reason.values)
        if "units" in values:
            rows = values.pop("units")
            named = tuple(self._problem.areas.areas[self.units[n]] for n in rows)  # type: ignore[attr-defined]
            values |= {"areas": named, "count": len(named)}
        for name in ("work", "limit", "needed"):
            if name in values:
                values[name] = round(float(values[name]), 3)  # type: ignore[arg-type]
        managers = tuple(self._problem.areas.managers[n] for n in self.centres)
        return Reason(f"assign-{reason.code}", managers, values)


def _parts(problem: AssignProblem) -> list[_Part]:
    """Part the problem by station.

    An area that stays, or is of no station, goes with its manager's; one that nobody answers for either with
    the first.
    """
    areas = problem.areas
    if not areas.managers:
        raise GridError("no-managers")
    stations = sorted(set(problem.manager_stations))
    of_area = []
    stays = problem.stays
    for n in range(len(areas)):
        own = problem.area_stations[n]
        if own not in stations or stays[n]:
            at = int(areas.owner[n])
            own = problem.manager_stations[at] if at != NOBODY else stations[0]
        of_area.append(own)
    barred = np.array([one in problem.barred for one in areas.managers])
    parts = []
    for station in stations:
        units = np.flatnonzero(np.array(of_area, dtype=object) == station)
        centres = np.flatnonzero((np.array(problem.manager_stations, dtype=object) == station) & ~barred)
        if len(units) and not len(centres):
            raise GridError("no-managers")
        if len(units):
            parts.append(_Part(problem, units, centres))
    return parts


def measure_of(areas: AreaMap, kind: str) -> np.ndarray:
    """Give what is shared out: ``workload``, ``customers`` or ``areas``; raises ``KeyError``."""
    measures: Mapping[str, Sequence[float] | np.ndarray] = {
        "workload": areas.work,
        "customers": areas.customers,
        "areas": np.ones(len(areas)),
    }
    return np.asarray(measures[kind], dtype=float)
