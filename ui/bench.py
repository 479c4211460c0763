"""What the views of one window share: the project, the task, the object under the hand, the results.

Views hear of a change by signals and redraw what it touched. The bench outlives the window, so that
changing the language makes a new window and loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from grid_model.changes import Changes
from grid_model.issue import Issue
from grid_model.project import Project
from resources.i18n import N_
from ui.grouping_desk import GroupingDesk
from ui.jobs import Jobs
from ui.outage_desk import OutageDesk
from ui.ranking_desk import RankingDesk
from ui.session import Session
from ui.settings import Settings
from ui.trace_desk import TraceDesk

TASKS = {"data": N_("Data"), "grids": N_("Grids"), "outage": N_("Outage"), "print": N_("Print")}


VISITED = 100
"""So many objects can be gone back to."""


@dataclass(frozen=True)
class Selection:
    """The objects under the hand: rows of one table."""

    table: str = ""
    ids: tuple[str, ...] = ()

    @property
    def single(self) -> str | None:
        """The one object, None where there is none or more than one."""
        return self.ids[0] if len(self.ids) == 1 else None


class Bench(QObject):
    """The shared state of one window."""

    task_changed = Signal(str)
    selection_changed = Signal()
    personal_changed = Signal(bool)
    findings_changed = Signal()
    zoom_wanted = Signal(str, str)
    """Somebody asks the map to go to an object: table, id."""
    delete_wanted = Signal()
    """Somebody wants what is under the hand deleted."""
    row_wanted = Signal()
    """Somebody wants a new row in the table on screen."""

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.jobs = Jobs(self)
        self.session = Session(settings, self.jobs, self)
        self.outage = OutageDesk(self.session, self)
        self.ranking = RankingDesk(self.session, self)
        self.outage.changed.connect(lambda: self.ranking.set_state(self.outage.state))
        self.traces = TraceDesk(self.session, self)
        self.grouping = GroupingDesk(self.session, self)
        self.task = "data"
        self.selection = Selection()
        self.visited: list[Selection] = []
        self._visit = -1
        self._clicked: tuple[Selection, tuple[float, float]] | None = None
        self.jumper_from: str | None = None
        self.show_personal = False
        self.findings: list[Issue] | None = None
        self.session.project_changed.connect(self._on_project)

    def take_over(self, other: Bench) -> None:
        """Go on where another bench was: its project, task, simulation and proposal."""
        self.set_task(other.task)  # before the project: only the tables of this task are made
        self.session.take_over(other.session)
        self.set_findings(other.findings)
        self.ranking.take_over(other.ranking)
        self.outage.take_over(other.outage)
        self.traces.take_over(other.traces)
        self.grouping.take_over(other.grouping)
        self.visited, self._visit = other.visited, other._visit
        self.select(other.selection.table, *other.selection.ids)

    def set_task(self, task: str) -> None:
        """Turn to a task (a key of `TASKS`)."""
        if task != self.task:
            self.task = task
            self.ranking.want(task == "outage")
            self.grouping.want(task == "grids")
            self.task_changed.emit(task)

    def select(self, table: str, *ids: str) -> None:
        """Take objects under the hand; none at all lets go."""
        chosen = Selection(table, ids) if ids else Selection()
        if chosen != self.selection:
            self.selection = chosen
            if chosen.single is not None and chosen != self._here():
                self.visited = [*self.visited[: self._visit + 1], chosen][-VISITED:]
                self._visit = len(self.visited) - 1
            self.selection_changed.emit()

    def _here(self) -> Selection | None:
        return self.visited[self._visit] if 0 <= self._visit < len(self.visited) else None

    def visit(self, step: int) -> None:
        """Go back (−1) or forward (1) through the objects visited; what is gone is passed over."""
        at = self._next_visit(step)
        if at is not None:
            self._visit = at
            there = self.visited[at]
            self.select(there.table, *there.ids)
            self.zoom_wanted.emit(there.table, there.ids[0])

    def can_visit(self, step: int) -> bool:
        """Whether there is an object to go back or forward to."""
        return self._next_visit(step) is not None

    def _next_visit(self, step: int) -> int | None:
        project = self.session.project
        at = self._visit + step
        if step < 0 and not self.selection.ids and self._here() is not None:
            at = self._visit  # nothing is chosen: back leads to the last one
        while project is not None and 0 <= at < len(self.visited):
            there = self.visited[at]
            if there != self.selection and there.ids[0] in project.table(there.table):
                return at
            at += step
        return None

    def click(self, table: str, one: str, place: tuple[float, float]) -> None:
        """Take the object under the hand that was clicked at a place (project coordinates)."""
        self._clicked = (Selection(table, (one,)), place)
        self.select(table, one)

    @property
    def place(self) -> tuple[float, float] | None:
        """Where the object under the hand was clicked on the map; None where it was chosen elsewhere."""
        return self._clicked[1] if self._clicked is not None and self._clicked[0] == self.selection else None

    def begin_jumper(self, place: str) -> None:
        """Remember where a jumper begins (``table:id@end``); the next one asked for is its other end."""
        self.jumper_from = place or None

    def go_to(self, table: str, one: str) -> None:
        """Take an object under the hand and show it on the map."""
        self.select(table, one)
        self.zoom_wanted.emit(table, one)

    def set_findings(self, findings: list[Issue] | None) -> None:
        """Keep what a check found, for the table below."""
        self.findings = findings
        self.findings_changed.emit()

    def set_show_personal(self, show: bool, purpose: str = "") -> None:
        """Show or hide names, phones and addresses; showing them is written into the journal."""
        if show == self.show_personal:
            return
        if show and not self.session.note(
            N_("Personal data shown in the window: {purpose}"), {"purpose": purpose}
        ):
            return
        self.show_personal = show
        self.personal_changed.emit(show)

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        if changes is None:
            self.visited, self._visit = [], -1
            if self.show_personal:
                self.show_personal = False
                self.personal_changed.emit(False)
            if self.findings is not None:
                self.set_findings(None)
            self.select("")
        elif project is not None and any(
            one not in project.table(self.selection.table) for one in self.selection.ids
        ):
            self.select("")
