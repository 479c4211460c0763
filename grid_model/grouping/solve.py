"""Form the best mutual-aid groups of a problem, station by station, or say why there are none."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.candidates import Candidates, candidates
from grid_model.grouping.costs import costs
from grid_model.grouping.describe import described
from grid_model.grouping.explain import contradictions, explain
from grid_model.grouping.partition import Partition, partition
from grid_model.grouping.problem import GroupingProblem
from grid_model.grouping.result import Group, Grouping, Reason


def solve_grouping(
    problem: GroupingProblem, feedback: Feedback = SILENT, time_limit_s: float | None = None
) -> Grouping:
    """Partition the managers into groups that keep every rule at the least cost.

    Stations are planned one by one (a group stays within its station unless the problem allows
    otherwise); costs and bounds add up. Without a time limit the answer is proved; a limit gives the
    best plan found with its bound.

    Raises
    ------
    GridError
        ``too-many-candidates`` where the sizes allow more groups than can be looked at;
        ``no-plan-in-time`` where the time limit came before any plan.
    Cancelled
        Where somebody asked to stop.
    """
    why = contradictions(problem)
    if why:
        return _infeasible(why)
    end = None if time_limit_s is None else time.monotonic() + time_limit_s
    solved = []
    blocked: list[Reason] = []
    parts = problem.by_station()
    for station, part in feedback.track(parts.items()):
        if not len(part):
            continue
        one = _Part(station, part, feedback, None if end is None else max(0.01, end - time.monotonic()))
        if one.found.status == "infeasible":
            blocked.extend(explain(part, station if len(parts) > 1 else "", feedback))
        solved.append(one)
    if blocked:
        return _infeasible(tuple(blocked), sum(len(one.candidates) for one in solved))
    return _together(problem, solved)


def _infeasible(why: Sequence[Reason], looked_at: int = 0) -> Grouping:
    return Grouping("infeasible", None, None, why=tuple(why), candidates=looked_at)


class _Part:
    """One station: its possible groups, their costs and what was chosen."""

    def __init__(
        self, station: str, problem: GroupingProblem, feedback: Feedback, time_limit_s: float | None
    ) -> None:
        self.station = station
        self.problem = problem
        possible = candidates(problem, feedback)
        priced = costs(problem, possible)
        # A group with a member whose place is unknown has no travel time and cannot be judged.
        reachable = np.isfinite(priced.total)
        self.candidates: Candidates = possible.only(reachable)
        self.costs = priced.only(reachable)
        self.found: Partition = partition(
            self.candidates, self.costs.total, len(problem), time_limit_s, feedback
        )
        if self.found.status == "unknown":
            from grid_model.errors import GridError

            raise GridError("no-plan-in-time", seconds=time_limit_s or 0.0)

    def groups(self) -> list[Group]:
        chosen = np.array(self.found.chosen, dtype=np.int64)
        return described(self.problem, self.candidates.only(chosen), self.costs.only(chosen))


def _together(problem: GroupingProblem, solved: Sequence[_Part]) -> Grouping:
    groups = [group for one in solved for group in one.groups()]
    groups.sort(key=lambda one: ("" if problem.across_stations else one.station, one.members))
    proved = all(one.found.status == "optimal" for one in solved)
    objective = float(sum(group.cost_min for group in groups))
    bound = objective if proved else min(objective, float(sum(one.found.bound for one in solved)))
    return Grouping(
        status="optimal" if proved else "feasible",
        objective=objective,
        bound=bound,
        groups=tuple(groups),
        notes=tuple(_notes(problem, groups)),
        candidates=sum(len(one.candidates) for one in solved),
        cut_by="" if proved else "time",
    )


def _notes(problem: GroupingProblem, groups: Sequence[Group]) -> list[Reason]:
    notes = []
    if len(problem) and not problem.qualifications_known:
        notes.append(Reason("qualifications-unknown"))
    minutes = problem.pair_minutes
    at = {one: n for n, one in enumerate(problem.members)}
    for group in groups:
        for a, b in group.far_pairs:
            length = float(minutes[at[a], at[b]])
            notes.append(Reason("far-pair", (a, b), {"minutes": length, "limit": problem.max_pair_minutes}))
    return notes
