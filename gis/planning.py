"""Plan mutual-aid groups and service grids in one go: what the window and the command line run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gis.area_map import area_map
from gis.grids import GridCheck, GridShape, check_grids, grid_plans, grid_shape
from gis.neighbourhood import neighbourhood
from gis.outlines import AreaOutlines, area_outlines
from gis.travel import Travel, area_times
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping import Grouping, GroupingProblem, Reason, solve_grouping
from grid_model.grouping.area_map import AreaMap
from grid_model.grouping.plan import GroupingOptions, grouping_problem, project_rules
from grid_model.grouping.schemes import GridPlan, PutScheme
from grid_model.project import Project
from grid_model.qualification import Qualifications, qualifications
from grid_model.territory import Territory
from grid_model.workload import Workload, workload
from resources.i18n import _

if TYPE_CHECKING:
    from grid_model.grouping.editing import Shape
    from grid_model.grouping.price import HandPlan


@dataclass(frozen=True)
class Basis:
    """What every plan of a project rests on: outlines, neighbours, travel, work, certificates."""

    project: Project
    outlines: AreaOutlines
    travel: Travel
    territory: Territory
    work: Workload
    able: Qualifications

    def problem(self, options: GroupingOptions) -> GroupingProblem:
        """Put together what is asked; raises what `grouping_problem` raises."""
        return grouping_problem(self.project, self.territory, self.work, self.able, options)

    @cached_property
    def areas(self) -> AreaMap:
        """The areas with their managers, work and shared borders."""
        return area_map(self.project, self.outlines, self.work, self.travel)

    @cached_property
    def area_minutes(self) -> np.ndarray:
        """Minutes from each manager on duty to each area: (areas sorted by id, managers sorted by id)."""
        times = area_times(self.project, self.territory, self.outlines.plane, self.travel).minutes
        ids = np.array(self.project.frame("transformer_areas")["id"], dtype=object)
        return np.asarray(times.T[np.argsort(ids, kind="stable")], dtype=float)


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
    basis
        What it was made on, with the project as it was.
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
    basis: Basis = field(repr=False)

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
            "together": [list(rule) for rule in made_with.together],
            "apart": [list(rule) for rule in made_with.apart],
            "leaders": list(made_with.fixed_leaders),
            "whole_towns": [town.name for town in made_with.towns],
            "locks": [lock.group for lock in made_with.locks],
        }

    def as_scheme(self, name: str) -> PutScheme:
        """Give the edit that keeps this plan under a name."""
        return PutScheme(name, self.grouping, self.grids, self.parameters)

    def in_hand(self) -> HandPlan:
        """Give the plan for changes by hand, with the areas below it."""
        from grid_model.grouping.price import HandPlan

        members = [group.members for group in self.grouping.groups]
        return HandPlan.of(self.problem, members, self.basis.areas)


def planning_basis(
    project: Project, feedback: Feedback = SILENT, outlines: AreaOutlines | None = None
) -> Basis:
    """Find outlines, neighbours, travel, work and certificates.

    Parameters
    ----------
    outlines
        Where they are known already: they do not depend on who answers for an area.

    Raises
    ------
    GridError
        ``no-managers`` where nobody is on duty.
    """
    if outlines is None:
        feedback.report(None, _("Outlining the areas"))
        outlines = area_outlines(project, feedback)
    feedback.report(None, _("Finding neighbours"))
    travel = Travel.of(project, outlines.plane, feedback)
    territory = neighbourhood(project, outlines, travel, feedback)
    if not territory.managers:
        raise GridError("no-managers")
    feedback.report(None, _("Measuring the work"))
    work = workload(project, km2=pd.Series(outlines.km2, dtype=float))
    return Basis(project, outlines, travel, territory, work, qualifications(project))


def plan_groups(
    project: Project,
    options: GroupingOptions = GroupingOptions(),  # noqa: B008 - frozen, made of constants
    feedback: Feedback = SILENT,
    time_limit_s: float | None = None,
    basis: Basis | None = None,
) -> Plan:
    """Find neighbours, travel and work, solve the grouping, and draw the grids.

    Parameters
    ----------
    basis
        Made already of the same project; None: made here.

    Raises
    ------
    GridError
        What `grouping_problem` and `solve_grouping` raise; ``no-managers`` where nobody is on duty.
    """
    basis = basis or planning_basis(project, feedback)
    problem = basis.problem(options)
    feedback.report(None, _("Solving the grouping"))
    grouping = solve_grouping(problem, feedback, time_limit_s)
    return plan_of(basis, options, problem, grouping, feedback)


def plan_of(
    basis: Basis,
    options: GroupingOptions,
    problem: GroupingProblem,
    grouping: Grouping,
    feedback: Feedback = SILENT,
) -> Plan:
    """Draw the grids of a grouping and note what a planner should know."""
    project, outlines = basis.project, basis.outlines
    feedback.report(None, _("Joining the grids"))
    grids, shapes = grid_plans(
        project, outlines, {n: group.members for n, group in enumerate(grouping.groups)}
    )
    check = check_grids(project, [grid.areas for grid in grids])
    return Plan(
        options,
        problem,
        basis.territory,
        basis.work,
        basis.able,
        outlines,
        grouping,
        grids,
        shapes,
        check,
        tuple(_notes(basis, options, grouping, grids, shapes, check)),
        basis,
    )


def grid_outliner(outlines: AreaOutlines) -> Shape:
    """Give the function that draws a grid's outline, for edits by hand (`grid_model.grouping.editing`)."""

    def drawn(areas: Iterable[str]) -> tuple[bytes | None, str | None]:
        shape = grid_shape(outlines, tuple(areas))
        if shape.wkb is None:
            return None, None
        return shape.wkb, "generated" if shape.generated else "imported"

    return drawn


def minutes_by_area(basis: Basis) -> Mapping[str, Mapping[str, float]]:
    """Give the minutes from each manager (first key) to each area (second key)."""
    areas = basis.areas
    return {
        manager: dict(zip(areas.areas, basis.area_minutes[:, n].tolist(), strict=True))
        for n, manager in enumerate(basis.territory.managers)
    }


def _notes(
    basis: Basis,
    options: GroupingOptions,
    grouping: Grouping,
    grids: tuple[GridPlan, ...],
    shapes: tuple[GridShape, ...],
    check: GridCheck,
) -> list[Reason]:
    territory, able = basis.territory, basis.able
    notes = list(grouping.notes)
    if territory.placeless:
        notes.append(Reason("managers-without-place", territory.placeless))
    expired = tuple(sorted({one for one, _kind in able.expired} & set(territory.managers)))
    if expired:
        ended = tuple(one for one in able.expired if one[0] in expired)
        notes.append(Reason("certificates-expired", expired, {"on": able.on, "certificates": ended}))
    undated = tuple(sorted({one for one, _kind in able.undated} & set(territory.managers)))
    if undated:
        notes.append(Reason("certificates-undated", undated))
    idle = project_rules(basis.project, territory.managers).idle if options.project_rules else ()
    if idle:
        notes.append(Reason("rules-idle", (), {"count": len(idle), "ids": ", ".join(idle)}))
    if check.without_manager:
        notes.append(_of_areas("areas-without-manager", check.without_manager))
    if grouping.groups:
        left = tuple(one for one in check.without_grid if one not in check.without_manager)
        if left:
            notes.append(_of_areas("areas-without-grid", left))
    if basis.outlines.placeless:
        notes.append(_of_areas("areas-without-place", basis.outlines.placeless))
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
