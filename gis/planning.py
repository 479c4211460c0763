"""Plan mutual-aid groups and service grids in one go: what the window and the command line run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from gis.grids import GridCheck, GridShape, check_grids, grid_plans
from gis.neighbourhood import neighbourhood
from gis.outlines import AreaOutlines, area_outlines
from gis.travel import travel_notes
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping import Grouping, GroupingProblem, Reason, solve_grouping
from grid_model.grouping.plan import GroupingOptions, grouping_problem
from grid_model.grouping.schemes import GridPlan, PutScheme
from grid_model.project import Project
from grid_model.qualification import Qualifications, qualifications
from grid_model.territory import Territory
from grid_model.workload import Workload, workload
from resources.i18n import _


@dataclass(frozen=True)
class Plan:
    """Everything a planner looks at: the grouping, what it rests on, and the grids that follow.

    Parameters
    ----------
    options
        What was asked for.
    grids, shapes
        One grid for each group that has areas, and its land; empty where there is no grouping.
    notes
        What a planner should know, in the order of weight.
    """

    options: GroupingOptions
    problem: GroupingProblem
    territory: Territory
    work: Workload
    able: Qualifications
    outlines: AreaOutlines
    grouping: Grouping
    grids: tuple[GridPlan, ...]
    shapes: tuple[GridShape, ...]
    check: GridCheck
    notes: tuple[Reason, ...]

    @property
    def parameters(self) -> dict[str, Any]:
        """What the grouping was made with, as plain values."""
        made_with = self.problem
        return {
            **{
                name: value
                for name, value in asdict(self.options).items()
                if value not in (None, (), "", False)
            },
            "min_size": made_with.min_size,
            "max_size": made_with.max_size,
            "target_size": made_with.target_size,
            "max_pair_minutes": made_with.max_pair_minutes,
            "hard_pair_minutes": made_with.hard_pair_minutes,
            "across_stations": made_with.across_stations,
            "weights": asdict(made_with.weights),
            "mean_workload": made_with.mean,
            "qualifications_known": made_with.qualifications_known,
            "locks": [lock.group for lock in made_with.locks],
        }

    def as_scheme(self, name: str) -> PutScheme:
        """Give the edit that keeps this plan under a name."""
        return PutScheme(name, self.grouping, self.grids, self.parameters)


def plan_groups(
    project: Project,
    options: GroupingOptions = GroupingOptions(),  # noqa: B008 - frozen, made of constants
    feedback: Feedback = SILENT,
    time_limit_s: float | None = None,
) -> Plan:
    """Find neighbours, travel and work, solve the grouping, and draw the grids.

    Raises
    ------
    GridError
        What `grouping_problem` and `solve_grouping` raise; ``no-managers`` where nobody is on duty.
    """
    from grid_model.errors import GridError

    feedback.report(None, _("Outlining the areas"))
    outlines = area_outlines(project, feedback)
    feedback.report(None, _("Finding neighbours"))
    territory = neighbourhood(project, outlines, feedback=feedback)
    if not territory.managers:
        raise GridError("no-managers")
    feedback.report(None, _("Measuring the work"))
    work = workload(project, km2=pd.Series(outlines.km2, dtype=float))
    able = qualifications(project)
    problem = grouping_problem(project, territory, work, able, options)
    feedback.report(None, _("Solving the grouping"))
    grouping = solve_grouping(problem, feedback, time_limit_s)
    feedback.report(None, _("Joining the grids"))
    grids, shapes = grid_plans(
        project, outlines, {n: group.members for n, group in enumerate(grouping.groups)}
    )
    check = check_grids(project, [grid.areas for grid in grids])
    return Plan(
        options,
        problem,
        territory,
        work,
        able,
        outlines,
        grouping,
        grids,
        shapes,
        check,
        tuple(_notes(project, territory, able, grouping, outlines, grids, shapes, check)),
    )


def _notes(
    project: Project,
    territory: Territory,
    able: Qualifications,
    grouping: Grouping,
    outlines: AreaOutlines,
    grids: tuple[GridPlan, ...],
    shapes: tuple[GridShape, ...],
    check: GridCheck,
) -> list[Reason]:
    notes = list(grouping.notes)
    if territory.placeless:
        notes.append(Reason("managers-without-place", territory.placeless))
    notes += travel_notes(project, territory.travel)
    expired = tuple(sorted({one for one, _kind in able.expired} & set(territory.managers)))
    if expired:
        notes.append(Reason("certificates-expired", expired, {"on": able.on}))
    undated = tuple(sorted({one for one, _kind in able.undated} & set(territory.managers)))
    if undated:
        notes.append(Reason("certificates-undated", undated))
    if check.without_manager:
        notes.append(_of_areas("areas-without-manager", check.without_manager))
    if grouping.groups:
        left = tuple(one for one in check.without_grid if one not in check.without_manager)
        if left:
            notes.append(_of_areas("areas-without-grid", left))
    if outlines.placeless:
        notes.append(_of_areas("areas-without-place", outlines.placeless))
    for grid, shape in zip(grids, shapes, strict=True):
        members = grouping.groups[grid.group].members
        if shape.parts > 1:
            notes.append(Reason("grid-in-parts", members, {"parts": shape.parts}))
        if shape.holes:
            notes.append(Reason("grid-with-holes", members, {"holes": shape.holes}))
    if territory.source != "outlines":
        notes.append(Reason(f"territory-{territory.source}"))
    return notes


def _of_areas(code: str, areas: tuple[str, ...]) -> Reason:
    return Reason(code, (), {"count": len(areas), "areas": areas})
