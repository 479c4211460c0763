"""What does not stand as it normally does: switches, jumpers and cuts in place, earths; and the way back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from grid_model.abnormal import AbnormalDevice, abnormal_devices, entries_with_images
from grid_model.changes import Changes
from grid_model.feedback import Feedback
from grid_model.project import Project
from resources.i18n import N_, _, ngettext
from ui import formats, objects
from ui.bench import Bench
from ui.jobs import Job
from ui.messages import title_of
from ui.panels.panel import Panel
from ui.widgets import badge, button, label, link, row

POSITIONS = {
    "open": (N_("open, normally closed"), "green"),
    "closed": (N_("closed, normally open"), "red"),
    "jumper": (N_("jumper in place"), "orange"),
    "cut": (N_("cut in place"), "orange"),
    "earth": (N_("earthed"), "yellow"),
}
SHOWN = 60


class AbnormalPanel(Panel):
    """The third page of the task Outage."""

    count_changed = Signal(int)

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._found: tuple[AbnormalDevice, ...] | None = None
        self._job: Job | None = None
        bench.session.project_changed.connect(self._on_project)
        bench.task_changed.connect(lambda _task: self._look())
        self._look()
        self.refresh()

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        if changes is None or project is None or changes.touches("switches", "earths", "outages"):
            self._found = None
            self._look()
            self.refresh()

    def _look(self) -> None:
        """List them beside the window, while the task is on."""
        project, history = self._bench.session.project, self._bench.session.history
        if project is None or history is None or self._bench.task != "outage" or self._found is not None:
            return
        journal = history.journal

        def work(_feedback: Feedback) -> tuple[AbnormalDevice, ...]:
            return abnormal_devices(project, entries_with_images(journal))

        def done(found: tuple[AbnormalDevice, ...]) -> None:
            if self._job is job and self._bench.session.project is project:
                self._job, self._found = None, found
                self.count_changed.emit(len(found))
                self.refresh()

        self._job = job = self._bench.jobs.run(
            _("Looking what does not stand as normal"), work, done, asked=False
        )

    @property
    def count(self) -> int | None:
        """How many there are; None where that is not known."""
        return len(self._found) if self._found is not None else None

    def fill(self) -> None:
        project = self._bench.session.project
        if project is None:
            self.empty_state(_("No project open"), _("Open one to see what does not stand as normal."))
            return
        self.headline(_("Not in normal position"))
        if self._found is None:
            self.second(_("Looking…"))
            return
        if not self._found:
            self.second(_("Every switch stands in its normal position; no jumper, cut or earth is in place."))
            return
        self.second(
            ngettext(
                "{count} thing does not stand as in the normal state.",
                "{count} things do not stand as in the normal state.",
                len(self._found),
            ).format(count=formats.whole(len(self._found)))
        )
        for one in self._found[:SHOWN]:
            self.column.addWidget(self._card(project, one))
        if len(self._found) > SHOWN:
            self.second(_("and {count} more").format(count=formats.whole(len(self._found) - SHOWN)))
        desk = self._bench.outage
        back = button(
            _("Return to normal"),
            lambda: desk.return_to_normal(),
            primary=True,
            tip=_("Propose the switching order that leads back, as steps of a study from the current state"),
        )
        repaired = button(
            _("Repaired: return to normal"),
            lambda: desk.return_to_normal(repaired=True),
            tip=_("The same, with the open faults reported repaired first"),
        )
        self.foot.addLayout(row(back, 1))
        if self._has_fault(project):
            self.foot.addLayout(row(repaired, 1))

    def _has_fault(self, project: Project) -> bool:
        from grid_model.study_faults import open_faults

        return bool(open_faults(project))

    def _card(self, project: Project, one: AbnormalDevice) -> QFrame:
        frame = QFrame()
        frame.setObjectName("tile")
        column = QVBoxLayout(frame)
        column.setContentsMargins(10, 6, 8, 7)
        column.setSpacing(2)
        text, color = POSITIONS[one.position]
        if one.table == "earths":
            go = link(
                _("Node {node}").format(node=one.node),
                partial(self._bench.go_to, "connectivity_nodes", one.node),
            )
        else:
            name = objects.object_name(project, one.table, one.id)
            go = link(
                name if len(name) <= 20 else name[:19] + "…", partial(self._bench.go_to, one.table, one.id)
            )
            go.setToolTip(f"{name} · {one.id}")
        column.addLayout(row(go, 1, badge(_(text), color)))
        told = self._since(one)
        if told:
            column.addWidget(label(told, "tile-note", wrap=True))
        if one.live:
            column.addWidget(label(_("Under voltage though earthed: this must not be."), "second", wrap=True))
        return frame

    def _since(self, one: AbnormalDevice) -> str:
        """Say since when and by what."""
        parts = []
        if one.since:
            parts.append(_("since {time}").format(time=one.since.replace("T", " ")[:16]))
        if one.outage and one.step:
            parts.append(
                _("step {n} of {outage}, planned {time}").format(
                    n=one.step, outage=one.outage, time=one.step_time.replace("T", " ")[:16]
                )
            )
        elif one.outage:
            parts.append(_("for the outage {outage}").format(outage=one.outage))
        elif one.title:
            parts.append(title_of(one.title, one.values))
        return " · ".join(parts)
