"""The question *what if it opens*: its steps, the answer, and what the map shows of it.

A what-if never touches the project: steps and answer live here until they are cleared or another
project is opened. An edit of the network makes the answer anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from grid_model.changes import Changes
from grid_model.feedback import Feedback
from grid_model.project import Project
from resources.i18n import _
from ui.jobs import Job
from ui.map.overlay import Fate, OutageOverlay
from ui.ranking_desk import DEVICE_TABLES, TRACED_TABLES
from ui.session import Session

if TYPE_CHECKING:
    from grid_model.tracing import OutageTrace
    from ui.bench import Selection


@dataclass(frozen=True)
class Answer:
    """What a what-if does.

    Parameters
    ----------
    trace
        Who is out; identifiers and numbers.
    overlay
        What the map greys.
    """

    trace: OutageTrace
    overlay: OutageOverlay


def answer(project: Project, steps: tuple[tuple[str, str], ...], state: str, feedback: Feedback) -> Answer:
    """Trace `steps` and find what of the network is dead; raises `GridError`."""
    from grid_model.tracing import trace_outage
    from grid_model.wiring import SwitchState

    switch_state = SwitchState(state)
    trace = trace_outage(project, steps, switch_state, feedback)
    return Answer(trace, overlay_of(project, trace, steps))


def overlay_of(project: Project, trace: OutageTrace, steps: tuple[tuple[str, str], ...]) -> OutageOverlay:
    """Name the dead branches: both ends without supply that had it before."""
    from grid_model.tracing import Outage, Step
    from grid_model.wiring import BranchKind

    outage = Outage.of(project, trace.state)
    for step in steps:
        outage = outage.after(Step(*step))[0]
    wiring = outage.before.wiring
    dead = np.zeros(wiring.node_count, dtype=bool)
    dead[outage.dead_nodes] = True
    ends_known = (wiring.a >= 0) & (wiring.b >= 0)
    branches = ends_known & dead[wiring.a] & dead[wiring.b]

    def rows(kind: BranchKind, table: str, value: int) -> np.ndarray:
        found = np.zeros(len(project.table(table)), dtype=np.int8)
        found[wiring.row[branches & (wiring.kind == kind)]] = value
        return found

    faults = tuple((one.fault.table, one.fault.id) for one in trace.steps if one.fault is not None)
    return OutageOverlay(
        areas=frozenset(trace.transformer_areas),
        partly_out_areas=frozenset(trace.partly_out),
        lines=rows(BranchKind.LINE, "ac_line_segments", Fate.DEAD),
        transformers=rows(BranchKind.TRANSFORMER, "power_transformers", 1).astype(bool),
        opened=(*((one.table, one.id) for one in trace.opened), *faults),
        closed=tuple((one.table, one.id) for one in trace.closed),
    )


class OutageDesk(QObject):
    """The simulation under way."""

    changed = Signal()
    """Steps or answer changed."""
    answered = Signal()
    """A question a person asked was just answered (not: the answer made anew after an edit)."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self.steps: tuple[tuple[str, str], ...] = ()
        self.state = "normal"
        self.result: Answer | None = None
        session.project_changed.connect(self._on_project)

    @property
    def busy(self) -> bool:
        """Whether the answer is being worked out."""
        return self._job is not None

    def device_chosen(self, selection: Selection) -> str | None:
        """Give the device under the hand as ``table:id``, None where it is none."""
        one = selection.single
        return f"{selection.table}:{one}" if one is not None and selection.table in DEVICE_TABLES else None

    def is_open(self, table: str, one: str) -> bool:
        """Whether a device stands open after the steps so far."""
        for action, name in reversed(self.steps):
            if name == f"{table}:{one}":
                return action in ("open", "fault")
        project = self._session.project
        if project is None or table != "switches":
            return False
        return bool(project.table(table).row(one)["normal_open" if self.state == "normal" else "open"])

    def ask(self, steps: tuple[tuple[str, str], ...], asked: bool = True) -> None:
        """Ask what `steps` — (``open``, ``close`` or ``fault``; ``table:id``) — do, one after another.

        Parameters
        ----------
        asked
            Whether a person asks, rather than an edit that makes the answer stale.
        """
        if not steps:
            self.clear()
            return
        project = self._session.project
        if project is None:
            return
        if self._job is not None:
            self._job.cancel()
        state = self.state

        def finish(found: Answer) -> None:
            if self._job is job:
                self._job = None
                self.steps, self.result = steps, found
                self.changed.emit()
                if asked:
                    self.answered.emit()

        self._job = job = self._session.run(
            _("Tracing the outage"),
            lambda feedback: answer(project, steps, state, feedback),
            finish,
            lambda error: self._give_up(job, error),
            lambda: self._give_up(job, None),
        )

    def _give_up(self, job: Job, error: Exception | None) -> None:
        if self._job is job:
            self._job = None
            self.changed.emit()
            if error is not None:
                self._session.problem.emit(error)

    def add(self, action: str, device: str) -> None:
        """Ask what happens when one more step follows those there are."""
        self.ask((*self.steps, (action, device)))

    def drop(self, at: int) -> None:
        """Ask what happens without the step at place `at`."""
        self.ask(tuple(step for n, step in enumerate(self.steps) if n != at))

    def set_state(self, state: str) -> None:
        """Start from the ``normal`` or the ``current`` positions of the switches."""
        if state != self.state:
            self.state = state
            if self.steps:
                self.ask(self.steps)
            else:
                self.changed.emit()

    def take_over(self, other: OutageDesk) -> None:
        """Go on where another desk was."""
        self.state, self.steps, self.result = other.state, other.steps, other.result
        self.changed.emit()

    def title(self, project: Project) -> str:
        """Name what was operated first."""
        from ui import objects

        table, _colon, one = self.steps[0][1].partition(":") if self.steps else ("", "", "")
        return objects.object_name(project, table, one) if table else ""

    def clear(self) -> None:
        """Forget steps and answer."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.steps, self.result = (), None
        self.changed.emit()

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        if changes is None:
            self.clear()
        elif project is not None and changes.touches(*TRACED_TABLES):
            if self.steps:
                self.ask(self.steps, asked=False)
            else:
                self.changed.emit()
