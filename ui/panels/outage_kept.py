"""The studies that are kept: when, where, what they cost, how far carried out, what they collide with."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QFrame, QVBoxLayout

from grid_model.carry_out import WithdrawOutage
from grid_model.changes import Changes
from grid_model.kept_outages import ForgetOutage, KeptOutage, RenameOutage, kept_outages
from grid_model.project import Project
from resources.i18n import _
from ui import formats, objects
from ui.bench import Bench
from ui.dialogs import ask
from ui.panels.panel import Panel
from ui.widgets import badge, label, link, row

SHOWN = 60
NAMED = 18
"""So many letters of a name are shown; the tooltip has it whole."""


class KeptPanel(Panel):
    """The page of the task Outage where kept studies are opened, renamed and deleted."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self.kept: tuple[KeptOutage, ...] = ()
        bench.session.project_changed.connect(self._on_project)
        bench.outage.changed.connect(self._follow)
        self._open = ""
        self._read()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.kept)

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        if changes is None or project is None or changes.touches("outages", "feeders"):
            self._read()

    def _follow(self) -> None:
        """Mark the one that is open."""
        if self._bench.outage.plan.outage != self._open:
            self.refresh()

    def _read(self) -> None:
        project = self._bench.session.project
        self.kept = kept_outages(project) if project is not None else ()
        self.refresh()

    def fill(self) -> None:
        project = self._bench.session.project
        self._open = self._bench.outage.plan.outage
        if project is None:
            self.empty_state(_("No project open"), _("Open one to see its kept studies."))
            return
        self.headline(_("Kept studies"))
        if not self.kept:
            self.second(
                _(
                    "None yet. Study an outage and choose “Keep…”: it stands here with its times and its "
                    "cost, and can be opened, changed and carried out later."
                )
            )
            return
        names = {one.id: one.name or one.id for one in self.kept}
        for one in self.kept[:SHOWN]:
            self.column.addWidget(self._card(project, one, names))
        if len(self.kept) > SHOWN:
            self.second(_("and {count} more").format(count=formats.whole(len(self.kept) - SHOWN)))

    def _card(self, project: Project, one: KeptOutage, names: dict[str, str]) -> QFrame:
        frame = QFrame()
        frame.setObjectName("tile")
        column = QVBoxLayout(frame)
        column.setContentsMargins(10, 6, 8, 7)
        column.setSpacing(2)
        name = names[one.id]
        go = link(
            name if len(name) <= NAMED else name[: NAMED - 1] + "…",
            partial(self._bench.outage.open_kept, one.id),
            _("Open {name} ({id}): play it again on the map").format(name=name, id=one.id),
        )
        column.addLayout(row(go, 1, badge(*_state(one))))
        if one.off:
            column.addWidget(label(_span(one), "tile-note"))
        parts = []
        if one.feeder:
            parts.append(objects.object_name(project, "feeders", one.feeder))
        if one.mv_hours is not None:
            parts.append(_("user-hours {hours}").format(hours=formats.number(one.mv_hours, 3)))
        if parts:
            column.addWidget(label(" · ".join(parts), "tile-note", wrap=True))
        if one.conflicts:
            others = _("、").join(names[other] for other in one.conflicts)
            told = _("Collides with {others}: at the same time, on the same devices or areas.").format(
                others=others
            )
            column.addWidget(label(told, "wrong", wrap=True))
        rename = link(_("Rename…"), partial(self._rename, one))
        delete = link(_("Delete…"), partial(self._delete, one))
        tip = _("The plan stays on record, but is in nobody's way and counts no longer")
        withdraw = link(_("Withdraw…"), partial(self._withdraw, one), tip)
        withdraw.setVisible(not one.withdrawn and not one.carried_out)
        opened = label(_("open now"), "tile-note")
        opened.setVisible(one.id == self._open)
        column.addLayout(row(rename, withdraw, delete, 1, opened))
        return frame

    def _rename(self, one: KeptOutage) -> None:
        name = ask.text(self.window(), _("Rename the study"), _("Name of the study"), one.name or one.id)
        if not name or name == one.name:
            return
        if self._bench.session.do(RenameOutage(one.id, name)) is not None:
            self._bench.outage.renamed(one.id, name)

    def _withdraw(self, one: KeptOutage) -> None:
        reason = ask.text(self.window(), _("Withdraw the plan"), _("Why the plan is withdrawn"))
        if reason:
            self._bench.session.do(WithdrawOutage(one.id, reason))

    def _delete(self, one: KeptOutage) -> None:
        question = _("“{name}” is taken out of the project. This is one edit and can be undone.").format(
            name=one.name or one.id
        )
        if ask.yes(self.window(), _("Delete the kept study"), question, _("Delete")):
            self._bench.session.do(ForgetOutage(one.id, one.name))


def _state(one: KeptOutage) -> tuple[str, str]:
    """Say in a word how far it has come, and in which colour."""
    if one.withdrawn:
        return _("withdrawn"), "grey"
    if not one.carried_out:
        return _("kept"), "blue"
    if one.carried_out >= one.steps:
        return _("carried out"), "green"
    return _("carried out to {n}/{count}").format(n=one.carried_out, count=one.steps), "orange"


def _span(one: KeptOutage) -> str:
    """Write from when to when, the day once where it is the same."""
    off, on = (time.replace("T", " ")[:16] for time in (one.off, one.on))
    if not on:
        return _("{off} – not restored").format(off=off)
    return f"{off} – {on[11:] if on[:10] == off[:10] else on}"
