"""The proposal of mutual-aid groups: what is asked, the plan that came, and putting it into the project."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.project import Project
from resources.i18n import N_, _
from ui.jobs import Job
from ui.session import Session

if TYPE_CHECKING:
    from gis.planning import Plan
    from grid_model.grouping.result import Grouping
    from grid_model.grouping.schemes import PutScheme


@dataclass(frozen=True)
class Request:
    """What a planner asks of the groups."""

    min_size: int = 3
    max_size: int = 5


@dataclass(frozen=True)
class Proposal:
    """What came of a request.

    Parameters
    ----------
    names
        What each group would be called, in the order of the grouping.
    seconds
        How long the search took.
    """

    request: Request
    plan: Plan
    names: tuple[str, ...]
    seconds: float

    @property
    def grouping(self) -> Grouping:
        """The groups, or why there are none."""
        return self.plan.grouping


@dataclass(frozen=True)
class PutPlan:
    """Put a proposal into the project, and in force where wanted, in one step."""

    put: PutScheme
    in_force: bool

    @property
    def title(self) -> str:
        """What was done."""
        return N_("Put grouping “{scheme}” in force") if self.in_force else N_("Keep grouping “{scheme}”")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"scheme": self.put.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises what `PutScheme` raises."""
        from grid_model.grouping.scheme_edits import PutInForce
        from grid_model.grouping.schemes import scheme_named

        after, changes = self.put.apply(project)
        scheme = scheme_named(after, self.put.name)
        if not self.in_force or scheme is None:
            return after, changes
        final, more = PutInForce(scheme).apply(after)
        return final, Changes((*changes.steps, *more.steps))


@dataclass(frozen=True)
class Preview:
    """The project as it would be with the proposal, for the map only."""

    project: Project
    changes: Changes
    scheme: str


PREVIEW_NAME = "\u200b"
"""Name of the scheme in a preview; no scheme in a project is called so."""


def proposed(project: Project, request: Request, feedback: Feedback) -> Proposal:
    """Work out a proposal; raises `GridError`."""
    from gis.planning import plan_groups
    from grid_model.grouping.plan import GroupingOptions

    begun = time.perf_counter()
    plan = plan_groups(
        project, GroupingOptions(min_size=request.min_size, max_size=request.max_size), feedback
    )
    return Proposal(request, plan, _names(project, plan), time.perf_counter() - begun)


def _names(project: Project, plan: Plan) -> tuple[str, ...]:
    if not plan.grouping.groups:
        return ()
    after, _changes = plan.as_scheme(PREVIEW_NAME).apply(project)
    scheme = after.frame("schemes").loc[after.frame("schemes")["name"] == PREVIEW_NAME, "id"].iloc[0]
    members = after.frame("group_members")
    members = members[members["scheme"] == scheme]
    group_of = dict(zip(members["manager"], members["mutual_aid_group"], strict=True))
    groups = after.table("mutual_aid_groups")
    return tuple(str(groups.row(group_of[group.members[0]])["name"]) for group in plan.grouping.groups)


class GroupingDesk(QObject):
    """The proposal under way."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self.request = Request()
        self.plan: Proposal | None = None
        session.project_changed.connect(self._on_project)

    @property
    def busy(self) -> bool:
        """Whether a proposal is being worked out."""
        return self._job is not None

    def set_sizes(self, least: int, most: int) -> None:
        """Choose how many managers a group may have."""
        self.request = replace(self.request, min_size=least, max_size=most)

    def propose(self) -> None:
        """Look for the best groups of the sizes asked for, beside the window."""
        project, request = self._session.project, self.request
        if project is None or self._job is not None:
            return

        def finish(plan: Proposal) -> None:
            if self._job is job:
                self._job, self.plan = None, plan
                self.changed.emit()

        self._job = job = self._session.run(
            _("Proposing groups"),
            lambda feedback: proposed(project, request, feedback),
            finish,
            lambda error: self._give_up(job, error),
            lambda: self._give_up(job, None),
        )
        self.changed.emit()

    def _give_up(self, job: Job, error: Exception | None) -> None:
        if self._job is job:
            self._job = None
            self.changed.emit()
            if error is not None:
                self._session.problem.emit(error)

    def cancel(self) -> None:
        """Ask the search to stop."""
        if self._job is not None:
            self._job.cancel()

    def preview(self) -> Preview | None:
        """Give the project with the proposal in it, for the map; None where there is no valid proposal."""
        project = self._session.project
        if project is None or self.plan is None or not self.plan.grouping.groups:
            return None
        after, changes = self.plan.plan.as_scheme(PREVIEW_NAME).apply(project)
        schemes = after.frame("schemes")
        return Preview(after, changes, str(schemes.loc[schemes["name"] == PREVIEW_NAME, "id"].iloc[0]))

    def put(self, in_force: bool) -> None:
        """Put the proposal into the project as a scheme, in force or beside the others."""
        project, plan = self._session.project, self.plan
        if project is None or plan is None:
            return
        name = free_scheme_name(project)
        if self._session.do(PutPlan(plan.plan.as_scheme(name), in_force)) is None:
            return
        self._session.noticed.emit(
            (_("Scheme “{name}” holds now.") if in_force else _("Kept as scheme “{name}”.")).format(name=name)
        )
        self.clear()

    def take_over(self, other: GroupingDesk) -> None:
        """Go on where another desk was."""
        self.request, self.plan = other.request, other.plan
        self.changed.emit()

    def clear(self) -> None:
        """Forget the proposal."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.plan = None
        self.changed.emit()

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        edited = changes is not None and self.plan is not None and project is not None
        if changes is None or (edited and project is not None and not self._still_fits(project)):
            self.clear()

    def _still_fits(self, project: Project) -> bool:
        """Whether the proposal can still be put into the project after an edit."""
        assert self.plan is not None
        if not self.plan.grouping.groups:
            return True
        managers = project.table("district_managers")
        if any(one not in managers for group in self.plan.grouping.groups for one in group.members):
            return False
        try:
            self.plan.plan.as_scheme(PREVIEW_NAME).apply(project)
        except GridError:
            return False
        return True


def free_scheme_name(project: Project) -> str:
    """Give a name no scheme of the project has, such as Scheme 2."""
    taken = set(project.frame("schemes")["name"])
    number = len(taken) + 1
    while _("Scheme {number}").format(number=number) in taken:
        number += 1
    return _("Scheme {number}").format(number=number)
