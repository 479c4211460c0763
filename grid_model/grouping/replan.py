"""A manager leaves, comes, or is ill for a month: the plan that changes as little as possible.

First somebody takes over what he answered for: his stand-ins while he is ill; for good the stand-in, then
somebody of his group, then a neighbour, work being shared out. Then the groups are formed anew without
him, and every manager who leaves his group costs so much that few do (setting ``replan.change_weight_min``).
Nobody's record changes: the person stays in the table, and the plan is a scheme beside the others until it is
put in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.area_map import NOBODY
from grid_model.grouping.assign import AreaAssignment, AssignProblem, assign_areas
from grid_model.grouping.editing import PutAssignment, Shape
from grid_model.grouping.result import Reason
from grid_model.grouping.schemes import PutScheme, scheme_named
from grid_model.project import Project
from resources.i18n import N_

MATE_MIN, STRANGER_MIN = 15.0, 45.0
"""Minutes that somebody of the group, and anybody else, counts farther away than the stand-in."""


@dataclass(frozen=True)
class Takeover:
    """One area that goes to somebody else.

    Parameters
    ----------
    before
        None where nobody answered for it.
    why
        ``stand-in``, ``group-mate``, ``other``, ``joined`` (it goes to somebody who came).
    """

    area: str
    before: str | None
    after: str
    why: str


def with_people(project: Project, without: Sequence[str], joining: Sequence[str]) -> Project:
    """Give the project as if some were away and others there.

    Raises
    ------
    GridError
        ``unknown-object``; ``manager-not-planned`` for somebody away who is not on duty anyway;
        ``manager-on-duty`` for somebody joining who is there already.
    """
    table = project.table("district_managers")
    for one in without:
        if not table.row(one)["active"]:
            raise GridError("manager-not-planned", manager=one)
    for one in joining:
        if table.row(one)["active"]:
            raise GridError("manager-on-duty", manager=one)
    draft = project.edit()
    draft.update("district_managers", list(dict.fromkeys(without)), active=False)
    draft.update("district_managers", list(dict.fromkeys(joining)), active=True)
    return draft.finish()[0]


def with_owners(project: Project, owner: Mapping[str, str]) -> Project:
    """Give the project as if areas were somebody else's."""
    draft = project.edit()
    draft.update("transformer_areas", list(owner), manager=list(owner.values()))
    return draft.finish()[0]


def takeovers_while_ill(
    project: Project, without: Sequence[str], able: Iterable[str]
) -> tuple[tuple[Takeover, ...], tuple[str, ...]]:
    """Let the stand-ins take over; give what they take, and the areas without a stand-in who is there.

    Parameters
    ----------
    able
        Who may stand in.
    """
    there, able = _on_duty(project, without), set(able)
    rows = project.frame("transformer_areas")
    rows = rows.loc[rows["manager"].isin(list(without))].sort_values("id")
    taken, left = [], []
    for area, manager, backup in zip(rows["id"], rows["manager"], rows["backup_manager"], strict=True):
        if isinstance(backup, str) and backup in there & able:
            taken.append(Takeover(area, manager, backup, "stand-in"))
        else:
            left.append(area)
    return tuple(taken), tuple(left)


def _on_duty(project: Project, without: Sequence[str]) -> set[str]:
    people = project.frame("district_managers")
    return set(people.loc[people["active"], "id"]) - set(without)


def takeovers_for_good(
    problem: AssignProblem,
    free: Sequence[str],
    groups: Mapping[str, str],
    backups: Mapping[str, str | None],
    feedback: Feedback = SILENT,
) -> tuple[tuple[Takeover, ...], tuple[Reason, ...]]:
    """Deal out areas: to the stand-in first, then to the group, then to others; everything else stays.

    Parameters
    ----------
    problem
        With the managers who are there; areas of those who left belong to nobody in it.
    free
        Areas that may change hands.
    groups
        Group of each manager of the scheme in force, those who left included.
    backups
        Stand-in of each area.

    Returns
    -------
    takeovers, notes
        What had to be given up: limits of work, connected territories.
    """
    areas = problem.areas
    may = np.isin(np.array(areas.areas, dtype=object), list(free))
    problem = replace(
        problem,
        fixed=~may & (areas.owner != NOBODY),
        preference=_preference(problem, free, groups, backups),
    )
    found, notes = _eased(problem, feedback)
    before = {one: areas.manager_of(one) for one in areas.areas}
    return tuple(
        Takeover(area, before[area], after, _why(area, before[area], after, groups, backups))
        for area, after in sorted(found.manager_of.items())
        if before[area] != after
    ), notes


def _eased(problem: AssignProblem, feedback: Feedback) -> tuple[AreaAssignment, tuple[Reason, ...]]:
    """Assign within limits and connected; give up the limits, then connectedness, where it cannot be.

    Who has little now need not get more: there is no least load here.
    """
    problem = replace(problem, least=0.0)
    boundless = replace(problem, most=np.inf)
    tries: tuple[tuple[AssignProblem, tuple[Reason, ...]], ...] = (
        (problem, ()),
        (replace(problem, most=max(problem.most, 1.5)), (Reason("limits-eased"),)),
        (boundless, (Reason("limits-eased"),)),
        (replace(problem, connected=False), (Reason("territories-fall-apart"),)),
        (
            replace(boundless, connected=False),
            (Reason("territories-fall-apart"), Reason("limits-eased")),
        ),
    )
    for eased, notes in tries:
        found = assign_areas(eased, feedback, time_limit_s=30.0, good_enough=1e-3)
        if found.status != "infeasible":
            return found, notes
    raise GridError("nobody-takes-over", managers=", ".join(problem.areas.managers[:5]))


def _preference(
    problem: AssignProblem,
    free: Sequence[str],
    groups: Mapping[str, str],
    backups: Mapping[str, str | None],
) -> np.ndarray:
    areas = problem.areas
    extra = np.zeros((len(areas), len(areas.managers)))
    owner = {one: areas.manager_of(one) for one in free}
    for area in free:
        n = areas.at[area]
        for k, manager in enumerate(areas.managers):
            why = _why(area, owner[area], manager, groups, backups)
            extra[n, k] = {"stand-in": 0.0, "group-mate": MATE_MIN, "other": STRANGER_MIN}.get(why, 0.0)
    return extra


def _why(
    area: str, before: str | None, after: str, groups: Mapping[str, str], backups: Mapping[str, str | None]
) -> str:
    if backups.get(area) == after:
        return "stand-in"
    mine = groups.get(after)
    if mine is None and before is not None:
        return "joined"
    return "group-mate" if mine is not None and mine == groups.get(before or "") else "other"


@dataclass(frozen=True)
class PutReplan:
    """Keep a plan made with least change as a scheme, with who takes over which area.

    Parameters
    ----------
    put
        Groups and grids.
    takeovers
        What goes to whom.
    """

    put: PutScheme
    takeovers: tuple[Takeover, ...] = ()
    shape: Shape | None = field(default=None, compare=False, repr=False)
    title: str = N_("Keep grouping as scheme “{scheme}”")

    @property
    def values(self) -> Mapping[str, str]:
        return {"scheme": self.put.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Write; raises what `PutScheme` and `PutAssignment` raise."""
        after, changes = self.put.apply(project)
        scheme = scheme_named(after, self.put.name)
        if scheme is None or not self.takeovers:
            return after, changes
        owner = {one.area: one.after for one in self.takeovers}
        final, more = PutAssignment(scheme, owner, _new_backups(after, owner), self.shape).apply(after)
        return final, Changes((*changes.steps, *more.steps))


def _new_backups(project: Project, owner: Mapping[str, str]) -> dict[str, str | None]:
    """A stand-in who takes over is no stand-in any more."""
    rows = project.frame("transformer_areas")
    rows = rows.loc[rows["id"].isin(list(owner))]
    return {
        area: None
        for area, backup in zip(rows["id"], rows["backup_manager"], strict=True)
        if isinstance(backup, str) and backup == owner[area]
    }
