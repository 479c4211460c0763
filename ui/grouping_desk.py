"""The proposal of mutual-aid groups: what is asked, the plan that came, and putting it into the project."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from grid_model.changes import Changes
from grid_model.feedback import Feedback
from grid_model.project import Edit, Project
from resources.i18n import _
from ui.jobs import Job, Jobs
from ui.session import Session

if TYPE_CHECKING:
    from grid_model.grouping.result import Grouping


@dataclass(frozen=True)
class Request:
    """What a planner asks of the groups."""

    min_size: int = 3
    max_size: int = 5


@dataclass(frozen=True)
class Plan:
    """A proposal: what was asked, the groups, and the edit that puts them into the project."""

    request: Request
    grouping: Grouping
    edit: Edit | None = None
    document: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


def proposed(project: Project, request: Request, feedback: Feedback) -> Plan:
    """Work out a proposal; raises `GridError`."""
    raise NotImplementedError


class GroupingDesk(QObject):
    """The proposal under way."""

    changed = Signal()

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs = jobs
        self._job: Job | None = None
        self.request = Request()
        self.plan: Plan | None = None
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

        def finish(plan: Plan) -> None:
            if self._job is job:
                self._job, self.plan = None, plan
                self.changed.emit()

        self._job = job = self._jobs.run(
            _("Proposing groups"), lambda feedback: proposed(project, request, feedback),
            finish, lambda error: self._give_up(job, error), lambda: self._give_up(job, None),
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

    def put(self, in_force: bool) -> None:
        """Put the proposal into the project as a scheme, in force or beside the others."""

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

    def _on_project(self, _project: Project | None, changes: Changes | None) -> None:
        if changes is None:
            self.clear()
