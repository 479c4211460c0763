"""Form the best mutual-aid groups of a problem, station by station, or say why there are none."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.candidates import candidates
from grid_model.grouping.costs import costs
from grid_model.grouping.describe import described
from grid_model.grouping.explain import contradictions, explain, plain_causes
from grid_model.grouping.first_plan import first_plan, plan_rows
from grid_model.grouping.generate import generate
from grid_model.grouping.partition import Partition, partition
from grid_model.grouping.problem import GroupingProblem
from grid_model.grouping.result import Group, Grouping, Reason


def solve_grouping(
    problem: GroupingProblem, feedback: Feedback = SILENT, time_limit_s: float | None = None
) -> Grouping:
    """Partition the managers into groups that keep every rule at the least cost.

    Stations are planned one by one (a group stays within its station unless the problem allows
    otherwise); costs and bounds add up. Without a time limit the answer is proved; a limit gives the
    best plan found with its bound, and works on until there is one. Where the possible groups are too many to
    list, they are made as prices ask for them; the bound holds for all of them, listed or not.

    Raises
    ------
    GridError
        ``no-plan-in-time`` where the time limit came before any plan; ``no-plan-found`` where the groups
        were too many to list and neither a plan nor a reason against one was found.
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
        if one.found.status in ("infeasible", "unknown"):
            blocked.extend(_why(one, station if len(parts) > 1 else "", feedback, end))
        solved.append(one)
    if blocked:
        return _infeasible(tuple(blocked), sum(len(one.candidates) for one in solved))
    return _together(problem, solved)


def _why(one: _Part, station: str, feedback: Feedback, end: float | None) -> tuple[Reason, ...]:
    """Say why a station has no plan; raises where it is only that none was found."""
    if one.found.status == "unknown":
        plain = plain_causes(one.problem, station)
        if not plain:
            raise GridError("no-plan-found", managers=len(one.problem), candidates=len(one.candidates))
        return plain
    return explain(one.problem, station, feedback, end)


def _infeasible(why: Sequence[Reason], looked_at: int = 0) -> Grouping:
    return Grouping("infeasible", None, None, why=tuple(why), candidates=looked_at)


class _Part:
    """One station: its possible groups, their costs and what was chosen."""

    def __init__(
        self, station: str, problem: GroupingProblem, feedback: Feedback, time_limit_s: float | None
    ) -> None:
        self.station = station
        self.problem = problem.settled()
        self.cut_by = ""
        end = None if time_limit_s is None else time.monotonic() + time_limit_s
        try:
            self._list_all(feedback, end)
        except GridError as error:
            if error.code != "too-many-candidates":
                raise
            self._generate(feedback, None if end is None else max(0.01, end - time.monotonic()))

    def _list_all(self, feedback: Feedback, end: float | None) -> None:
        """List every possible group and choose among them."""
        problem = self.problem
        possible = candidates(problem, feedback)
        priced = costs(problem, possible)
        # A group with a member whose place is unknown has no travel time and cannot be judged.
        reachable = np.isfinite(priced.total)
        self.candidates = possible.only(reachable)
        total = priced.total[reachable]
        left = None if end is None else max(0.01, end - time.monotonic())
        self.found = partition(self.candidates, total, len(problem), left, feedback)
        if self.found.status == "unknown":
            self._without_plan(total, left or 0.0, feedback)
        self.cut_by = "time" if self.found.status == "feasible" else ""

    def _without_plan(self, total: np.ndarray, limit: float, feedback: Feedback) -> None:
        """Give the quick plan where the time ran out before a better one; it takes the time it takes."""
        quick = first_plan(self.problem, feedback)
        rows = None if quick.over else plan_rows(self.candidates, quick.groups)
        if rows is None:
            raise GridError("no-plan-in-time", seconds=limit)
        chosen = tuple(int(one) for one in rows)
        objective = float(total[rows].sum())
        self.found = Partition("feasible", chosen, objective, min(self.found.bound, objective))

    def _generate(self, feedback: Feedback, time_limit_s: float | None) -> None:
        """Make groups as they are needed, there being too many to list."""
        made = generate(self.problem, time_limit_s, feedback)
        self.candidates, self.found = made.found, made.partition
        self.cut_by = (
            "" if made.partition.status == "optimal" else "groups" if time_limit_s is None else "time"
        )

    def groups(self) -> list[Group]:
        chosen = self.candidates.only(np.array(self.found.chosen, dtype=np.int64))
        return described(self.problem, chosen, costs(self.problem, chosen))


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
        cut_by=max((one.cut_by for one in solved), default=""),
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
