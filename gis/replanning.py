"""Plan anew when somebody leaves, comes or is ill, so that little changes; and give areas to managers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gis.planning import Basis, Plan, grid_outliner, plan_groups, planning_basis
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.area_map import NOBODY
from grid_model.grouping.assign import AreaAssignment, AssignProblem, assign_areas, measure_of
from grid_model.grouping.compare import Comparison, compare_schemes
from grid_model.grouping.describe import described_groups
from grid_model.grouping.frontier import axes_of
from grid_model.grouping.plan import GroupingOptions
from grid_model.grouping.replan import (
    PutReplan,
    Takeover,
    takeovers_for_good,
    takeovers_while_ill,
    with_owners,
    with_people,
)
from grid_model.grouping.result import Reason
from grid_model.grouping.scheme_edits import owners, stand_ins
from grid_model.grouping.schemes import scheme_in_force
from grid_model.grouping.stand_ins import StandInProblem, StandIns, find_stand_ins
from grid_model.project import Project
from grid_model.settings import setting
from resources.i18n import _

CHANGE_SHARES = (8.0, 1.0, 0.25, 0.0)
"""Weights of change that are tried, over the setting: from hardly any change to the cheapest plan."""


@dataclass(frozen=True)
class Option:
    """One plan between little change and low cost.

    Parameters
    ----------
    cost_min
        Travel, balance and the other terms without change.
    left_mates
        How many managers leave their mates, as `costs.left_mates` counts.
    """

    plan: Plan
    cost_min: float
    left_mates: float


@dataclass(frozen=True)
class Replan:
    """What came of planning without, or with, some managers.

    Parameters
    ----------
    absent, joined
        Manager ids.
    temporary
        Whether the areas stay theirs and the stand-ins only cover them.
    takeovers
        Who takes over which area, by area.
    options
        Plans, the one with the least change first; empty where no plan keeps the rules.
    why
        What stands in the way then.
    """

    absent: tuple[str, ...]
    joined: tuple[str, ...]
    temporary: bool
    takeovers: tuple[Takeover, ...]
    options: tuple[Option, ...]
    why: tuple[Reason, ...]
    notes: tuple[Reason, ...]
    basis: Basis

    def as_scheme(self, name: str, option: int = 0) -> PutReplan:
        """Give the edit that keeps a plan under a name; while somebody is ill his areas stay his."""
        plan = self.options[option].plan
        takeovers = () if self.temporary else self.takeovers
        return PutReplan(plan.as_scheme(name), takeovers, grid_outliner(self.basis.outlines))


def replan(
    project: Project,
    without: Sequence[str] = (),
    joining: Sequence[str] = (),
    *,
    temporary: bool = False,
    options: GroupingOptions = GroupingOptions(),  # noqa: B008 - frozen, made of constants
    feedback: Feedback = SILENT,
    time_limit_s: float | None = None,
) -> Replan:
    """Find who takes over, and groups that change as little as possible.

    Parameters
    ----------
    without
        Managers on duty who leave, or are away for a while (`temporary`).
    joining
        Managers who are not on duty and come.

    Raises
    ------
    GridError
        ``unknown-object``, ``manager-not-planned``, ``manager-on-duty``, ``no-managers``,
        ``nobody-takes-over``, and what `plan_groups` raises.
    """
    there = with_people(project, without, joining)
    basis = planning_basis(there, feedback)
    feedback.report(None, _("Finding who takes over"))
    takeovers, notes = _takeovers(project, basis, without, joining, temporary, feedback)
    moved = with_owners(there, {one.area: one.after for one in takeovers})
    basis = planning_basis(moved, feedback, basis.outlines)
    plans, why = _plans(basis, options, feedback, time_limit_s)
    return Replan(
        tuple(sorted(without)), tuple(sorted(joining)), temporary, takeovers, plans, why, notes, basis
    )


def _takeovers(
    project: Project,
    basis: Basis,
    without: Sequence[str],
    joining: Sequence[str],
    temporary: bool,
    feedback: Feedback,
) -> tuple[tuple[Takeover, ...], tuple[Reason, ...]]:
    taken: tuple[Takeover, ...] = ()
    rows = project.frame("transformer_areas")
    left = tuple(sorted(rows.loc[rows["manager"].isin(list(without)), "id"]))
    if temporary:
        able = basis.able.guards if basis.able.known else set(basis.territory.managers)
        taken, left = takeovers_while_ill(project, without, able)
    free = {*left, *_near(basis, joining)}
    if not free:
        return taken, ()
    now = with_owners(basis.project, {one.area: one.after for one in taken})
    problem = assign_problem(planning_basis(now, feedback, basis.outlines))
    backups = stand_ins(project, None)
    more, notes = takeovers_for_good(problem, sorted(free), _groups(project), backups, feedback)
    was = owners(project, None)
    more = tuple(replace(one, before=was[one.area]) for one in more)
    return tuple(sorted((*taken, *more), key=lambda one: one.area)), notes


def _near(basis: Basis, joining: Sequence[str]) -> tuple[str, ...]:
    """Areas that may go to somebody who comes: those of the managers around his base point."""
    areas = basis.areas
    found: set[str] = set()
    for one in joining:
        n = areas.managers.index(one)
        if len(areas.areas_of(one)):
            continue
        around = (
            areas.managers
            if not areas.adjacency[n].any()
            else [areas.managers[k] for k in np.flatnonzero(areas.adjacency[n])]
        )
        for manager in around:
            found |= set(areas.areas_of(manager))
    return tuple(sorted(found))


def _groups(project: Project) -> dict[str, str]:
    rows = project.frame("group_members")
    rows = rows.loc[rows["scheme"] == scheme_in_force(project)]
    return dict(zip(rows["manager"], rows["mutual_aid_group"], strict=True))


def _plans(
    basis: Basis, options: GroupingOptions, feedback: Feedback, time_limit_s: float | None
) -> tuple[tuple[Option, ...], tuple[Reason, ...]]:
    """Weigh change from very much to not at all; each plan once, dominated ones left out."""
    weight = setting(basis.project, "replan.change_weight_min")
    found: dict[tuple[tuple[str, ...], ...], Option] = {}
    given = dict(options.weights)
    for share in feedback.track(CHANGE_SHARES):
        asked = replace(options, weights=tuple({**given, "change_min": share * weight}.items()))
        plan = plan_groups(basis.project, asked, feedback, time_limit_s, basis)
        if not plan.grouping.groups:
            return (), plan.grouping.why
        key = tuple(group.members for group in plan.grouping.groups)
        if key not in found:
            found[key] = _option(_as_asked(plan, options))
    kept = [one for one in found.values() if not any(_beats(other, one) for other in found.values())]
    return tuple(sorted(kept, key=lambda one: (one.left_mates, one.cost_min))), ()


def _as_asked(plan: Plan, options: GroupingOptions) -> Plan:
    """Price a plan with the weights asked for, not with that of change that found it.

    It stays proved: for the weight of change that found it nothing is better.
    """
    problem = plan.basis.problem(options)
    groups = tuple(described_groups(problem, [group.members for group in plan.grouping.groups]))
    cost = float(sum(group.cost_min for group in groups))
    bound = cost if plan.grouping.status == "optimal" else 0.0
    grouping = replace(plan.grouping, groups=groups, objective=cost, bound=bound)
    return replace(plan, options=options, problem=problem, grouping=grouping)


def _option(plan: Plan) -> Option:
    counted = replace(plan.problem, weights=replace(plan.problem.weights, change_min=1.0))
    axes = axes_of(described_groups(counted, [group.members for group in plan.grouping.groups]))
    return Option(plan, axes["travel"] + axes["balance"], axes["change"])


def _beats(one: Option, other: Option) -> bool:
    less = one.left_mates - other.left_mates, one.cost_min - other.cost_min
    return max(less) <= 1e-6 and min(less) < -1e-6


# --------------------------------------------------------------------- areas to managers


def assign_problem(
    basis: Basis,
    measure: str = "workload",
    *,
    least_load: float | None = None,
    most_load: float | None = None,
    change_min: float | None = None,
    connected: bool = True,
    scheme: str | None = None,
) -> AssignProblem:
    """Put together what an assignment of areas needs; None takes the setting.

    Parameters
    ----------
    scheme
        Id of the scheme whose locked areas stay, beside those of the one in force.
    measure
        What is shared out: ``workload``, ``customers`` or ``areas``.
    least_load, most_load
        Limits of each manager, in what is shared out; None: the settings, over the mean of his station.
    """
    project, areas = basis.project, basis.areas
    locked = _locked(project, areas.areas, scheme)
    if locked.any():
        # A scheme locks an area to the manager it names, whoever answers for the area today.
        place = {one: n for n, one in enumerate(areas.managers)}
        said = owners(project, scheme)
        named = np.array([place.get(said[one] or "", NOBODY) for one in areas.areas], dtype=np.int64)
        areas = areas.owned(np.where(locked, named, areas.owner))
    frame = project.frame("transformer_areas").set_index("id").reindex(list(areas.areas))
    people = project.frame("district_managers").set_index("id").reindex(list(areas.managers))
    return AssignProblem(
        areas=areas,
        minutes=basis.area_minutes,
        measure=measure_of(areas, measure),
        area_stations=tuple(frame["station"].fillna("")),
        manager_stations=tuple(people["station"].fillna("")),
        least=setting(project, "assign.min_load"),
        most=setting(project, "assign.max_load"),
        least_load=least_load,
        most_load=most_load,
        imbalance_min=setting(project, "assign.imbalance_weight_min"),
        change_min=setting(project, "assign.change_weight_min") if change_min is None else change_min,
        connected=connected,
        fixed=locked,
    )


def _locked(project: Project, areas: Sequence[str], scheme: str | None) -> np.ndarray:
    rows = project.frame("area_assignments")
    rows = rows.loc[(rows["scheme"] == scheme) & rows["locked"]]
    return np.isin(np.array(areas, dtype=object), rows["transformer_area"].to_numpy(dtype=object))


def assign(
    problem: AssignProblem, feedback: Feedback = SILENT, time_limit_s: float | None = None
) -> AreaAssignment:
    """Give the areas to managers; raises what `assign_areas` raises."""
    feedback.report(None, _("Assigning the areas"))
    return assign_areas(problem, feedback, time_limit_s, good_enough=0.0 if time_limit_s is None else 1e-3)


def choose_stand_ins(basis: Basis, scheme: str | None = None, feedback: Feedback = SILENT) -> StandIns:
    """Find a stand-in for every area under a scheme (None: as the areas say), its groups first.

    Raises
    ------
    GridError
        ``unknown-object``.
    """
    project, areas = basis.project, basis.areas
    if scheme is not None:
        project.table("schemes").position(scheme)
    place = {one: n for n, one in enumerate(areas.managers)}
    owner, backup = owners(project, scheme), stand_ins(project, scheme)

    def placed(said: dict[str, str | None]) -> np.ndarray:
        found = [place.get(said[one] or "", NOBODY) for one in areas.areas]
        return np.array(found, dtype=np.int64)

    rows = project.frame("group_members")
    rows = rows.loc[rows["scheme"] == (scheme or scheme_in_force(project))]
    group = dict(zip(rows["manager"], rows["mutual_aid_group"], strict=True))
    people = project.frame("district_managers").set_index("id").reindex(list(areas.managers))
    feedback.report(None, _("Finding stand-ins"))
    problem = StandInProblem(
        areas=areas.owned(placed(owner)),
        minutes=basis.area_minutes,
        groups=tuple(group.get(one, "") for one in areas.managers),
        stations=tuple(people["station"].fillna("")),
        able=np.array(
            [not basis.able.known or one in basis.able.guards for one in areas.managers], dtype=bool
        ),
        now=placed(backup),
        outside_min=setting(project, "standin.outside_group_min"),
        change_min=setting(project, "standin.change_min"),
        imbalance_min=setting(project, "standin.imbalance_weight_min"),
    )
    return find_stand_ins(problem, feedback)


def scheme_basis(
    project: Project, scheme: str | None, feedback: Feedback = SILENT, basis: Basis | None = None
) -> Basis:
    """Give the basis of a project whose areas belong to whom a scheme says.

    Parameters
    ----------
    basis
        Of the project as it stands; its outlines are used again, all of it where the scheme changes nothing.
    """
    said = owners(project, scheme)
    now = owners(project, None)
    changed = {one: manager for one, manager in said.items() if manager != now[one] and manager is not None}
    if basis is None:
        basis = planning_basis(with_owners(project, changed) if changed else project, feedback)
        return basis
    return planning_basis(with_owners(project, changed), feedback, basis.outlines) if changed else basis


def compare(
    project: Project, a: str, b: str, feedback: Feedback = SILENT, basis: Basis | None = None
) -> Comparison:
    """Compare two schemes (ids) in numbers, each with the areas it gives to its managers.

    Change counts from the scheme in force for both.

    Raises
    ------
    GridError
        ``unknown-object``, ``no-managers``.
    """
    basis = basis or planning_basis(project, feedback)
    problems = [scheme_basis(project, one, feedback, basis).problem(GroupingOptions()) for one in (a, b)]
    return compare_schemes(project, a, b, *problems)
