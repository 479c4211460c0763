"""What does not stand as it normally does: switches, jumpers and cuts in place, earths; and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from grid_model.abnormal import AbnormalDevice, entries_with_images
from grid_model.changes import Changes
from grid_model.feedback import Feedback
from grid_model.project import Project
from resources.i18n import N_, _, ngettext
from ui import formats, objects
from ui.bench import Bench
from ui.jobs import Job
from ui.messages import title_of
from ui.outage_standing import Standing, standing_of
from ui.panels.panel import Panel
from ui.ranking_desk import TRACED_TABLES
from ui.widgets import badge, button, label, link, notice, row

if TYPE_CHECKING:
    from grid_model.study import Stage
    from grid_model.wiring import Device

POSITIONS = {
    "open": (N_("open, normally closed"), "green"),
    "closed": (N_("closed, normally open"), "red"),
    "off": (N_("off, normally on"), "green"),
    "jumper": (N_("jumper in place"), "orange"),
    "cut": (N_("cut in place"), "orange"),
    "earth": (N_("earthed"), "yellow"),
}
SHOWN = 60
IMPORTANT = 4
NAMED = 20
"""So many letters of a name are shown; the tooltip has it whole."""


class AbnormalPanel(Panel):
    """The third page of the task Outage."""

    count_changed = Signal(int)

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._found: Standing | None = None
        self._job: Job | None = None
        self._last = (False, "")
        bench.session.project_changed.connect(self._on_project)
        bench.task_changed.connect(lambda _task: self._look())
        bench.outage.changed.connect(self._follow)
        bench.personal_changed.connect(lambda _show: self.refresh())
        self._look()
        self.refresh()

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        if changes is None or project is None or changes.touches(*TRACED_TABLES, "earths", "outages"):
            self._found = None
            self._bench.outage.set_standing(None)
            self._look()
            self.refresh()

    def _follow(self) -> None:
        """Offer the map, or no longer, where what is studied changed."""
        shown = (bool(self._bench.outage.steps), self._bench.outage.state)
        if shown != self._last:
            self._last = shown
            self.refresh()

    def _look(self) -> None:
        """List them beside the window, while the task is on."""
        project, history = self._bench.session.project, self._bench.session.history
        if project is None or history is None or self._bench.task != "outage" or self._found is not None:
            return
        journal = history.journal

        def work(feedback: Feedback) -> Standing:
            return standing_of(project, feedback.track(entries_with_images(journal)))

        def done(found: Standing) -> None:
            if self._job is job and self._bench.session.project is project:
                self._job, self._found = None, found
                self._bench.outage.set_standing(found.overlay)
                self.count_changed.emit(len(found.devices) + len(found.faults))
                self.refresh()

        if self._job is not None:
            self._job.cancel()
        self._job = job = self._bench.jobs.run(
            _("Looking what does not stand as normal"), work, done, asked=False
        )

    @property
    def count(self) -> int | None:
        """How many there are; None where that is not known."""
        return len(self._found.devices) + len(self._found.faults) if self._found is not None else None

    def fill(self) -> None:
        project = self._bench.session.project
        if project is None:
            self.empty_state(_("No project open"), _("Open one to see what does not stand as normal."))
            return
        self.headline(_("Not in normal position"))
        if self._found is None:
            self.second(_("Looking…"))
            return
        devices, faults = self._found.devices, self._found.faults
        if not devices and not faults:
            self.second(_("Every switch stands in its normal position; no jumper, cut or earth is in place."))
            return
        if faults:
            self._faults(project, faults)
        if self._found.stage is not None:
            self._out(project, self._found.stage)
        self._on_map()
        if devices:
            self.second(
                ngettext(
                    "{count} thing does not stand as in the normal state.",
                    "{count} things do not stand as in the normal state.",
                    len(devices),
                ).format(count=formats.whole(len(devices)))
            )
        for one in devices[:SHOWN]:
            self.column.addWidget(self._card(project, one))
        if len(devices) > SHOWN:
            self.second(_("and {count} more").format(count=formats.whole(len(devices) - SHOWN)))
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
        if faults:
            self.foot.addLayout(row(repaired, 1))

    def _faults(self, project: Project, faults: Sequence[Device]) -> None:
        """Name what failed and is not repaired, above everything else."""
        for one in faults:
            frame, column = _tile()
            name = objects.object_name(project, one.table, one.id)
            go = link(
                name if len(name) <= NAMED else name[: NAMED - 1] + "…",
                partial(self._bench.go_to, one.table, one.id),
                f"{name} · {one.id}",
            )
            column.addLayout(row(go, 1, badge(_("fault, not repaired"), "red")))
            self.column.addWidget(frame)

    def _out(self, project: Project, stage: Stage) -> None:
        """Say who is without supply by all that, important ones by name."""
        counts = stage.counts
        if not counts.mv_users and not counts.lv_customers:
            self.second(_("Nobody is without supply by that."))
            return
        told = _("Without supply now: {mv} MV users, {lv} LV customers in {areas} transformer areas").format(
            mv=formats.whole(counts.mv_users),
            lv=formats.whole(counts.lv_customers),
            areas=formats.whole(counts.transformer_areas),
        )
        self.column.addWidget(notice(told))
        consumers, out = stage.outage.consumers, stage.outage.judged("customers").out
        ids = stage.outage.customer_ids(out[consumers.important[out] > 0])
        if not ids:
            return
        self.section(_("Important and sensitive customers ({count})").format(count=len(ids)))
        for one in ids[:IMPORTANT]:
            name = objects.object_name(project, "customers", one, self._bench.show_personal)
            go = partial(self._bench.go_to, "customers", one)
            self.column.addLayout(row(link(name, go, one), 1))
        if len(ids) > IMPORTANT:
            self.second(_("and {count} more").format(count=formats.whole(len(ids) - IMPORTANT)))

    def _on_map(self) -> None:
        """Offer to see it, where the map shows something else."""
        desk = self._bench.outage
        if not desk.steps and desk.state != "current":
            tip = _("Start from the present positions of the switches")
            self.column.addLayout(row(link(_("Show on the map"), lambda: desk.set_state("current"), tip), 1))

    def _card(self, project: Project, one: AbnormalDevice) -> QFrame:
        frame, column = _tile()
        told, color = POSITIONS[one.position]
        if one.table == "earths":
            text = _("Node {node}").format(node=one.node)
            if one.line:
                line = objects.object_name(project, "ac_line_segments", one.line)
                text = _("{line} at node {node}").format(line=line, node=one.node)
            go = link(text, partial(self._bench.go_to, "connectivity_nodes", one.node))
        else:
            name = objects.object_name(project, one.table, one.id)
            go = link(
                name if len(name) <= NAMED else name[: NAMED - 1] + "…",
                partial(self._bench.go_to, one.table, one.id),
            )
            go.setToolTip(f"{name} · {one.id}")
        column.addLayout(row(go, 1, badge(_(told), color)))
        told = self._since(project, one)
        if told:
            column.addWidget(label(told, "tile-note", wrap=True))
        if one.live:
            column.addWidget(label(_("Under voltage though earthed: this must not be."), "second", wrap=True))
        return frame

    def _since(self, project: Project, one: AbnormalDevice) -> str:
        """Say since when and by what; of a step carried out its own time, as everywhere else."""
        since = one.step_time or one.since
        parts = [_("since {time}").format(time=since.replace("T", " ")[:16])] if since else []
        if one.outage:
            name = self._outage_name(project, one.outage)
            text = _("step {n} of {outage}") if one.step else _("for the outage {outage}")
            parts.append(text.format(n=one.step, outage=name))
        elif one.title:
            parts.append(title_of(one.title, one.values))
        return " · ".join(parts)

    def _outage_name(self, project: Project, outage: str) -> str:
        """Name an outage as the planner did, and by its number."""
        name = project.table("outages").row(outage)["name"] if outage in project.table("outages") else None
        return f"{name} ({outage})" if name else outage


def _tile() -> tuple[QFrame, QVBoxLayout]:
    """Make the box of one entry."""
    frame = QFrame()
    frame.setObjectName("tile")
    column = QVBoxLayout(frame)
    column.setContentsMargins(10, 6, 8, 7)
    column.setSpacing(2)
    return frame, column
