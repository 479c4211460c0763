"""The loops of the network: what runs in parallel, how many openings it takes, which switches can open it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from grid_model.project import Project
from grid_model.topology import Loop
from resources.i18n import _, ngettext
from ui import formats, objects
from ui.bench import Bench
from ui.panels.panel import Panel
from ui.widgets import badge, button, label, link, row

SWITCHES_SHOWN = 6
LOOPS_SHOWN = 40


class LoopsPanel(Panel):
    """The second page of the task Outage."""

    loop_wanted = Signal(object)
    """Show a loop on the map (None: none)."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._shown = -1
        bench.ranking.changed.connect(self._on_losses)
        bench.session.project_changed.connect(lambda _project, _changes: self._on_losses())
        self.refresh()

    def _on_losses(self) -> None:
        if self._shown >= 0:
            self._shown = -1
            self.loop_wanted.emit(None)
        self.refresh()

    def fill(self) -> None:
        project, desk = self._bench.session.project, self._bench.ranking
        if project is None:
            self.empty_state(_("No project open"), _("Open one to see its loops."))
            return
        state = _("Normal state") if desk.state == "normal" else _("Current state")
        if desk.found is None:
            self.headline(_("Loops"))
            self.second(_("Looking for loops…") if desk.busy else _("Not looked for yet."))
            if not desk.busy:
                self.column.addLayout(row(button(_("Look for loops"), desk.ask), 1))
            return
        loops = desk.found.loops
        self.headline(_("Loops"), badge(state, "blue"))
        if not loops:
            self.second(
                _(
                    "There is no loop: every device with supply has just one way to a source. Losing it "
                    "darkens what hangs below it."
                )
            )
            return
        self.second(
            ngettext(
                "{count} part of the network runs in a loop; losing any one device of it harms nobody.",
                "{count} parts of the network run in loops; losing any one device of these harms nobody.",
                len(loops),
            ).format(count=formats.whole(len(loops)))
        )
        for at, loop in enumerate(loops[:LOOPS_SHOWN]):
            self.column.addWidget(self._card(project, at, loop))
        if len(loops) > LOOPS_SHOWN:
            self.second(_("and {count} more").format(count=formats.whole(len(loops) - LOOPS_SHOWN)))

    def _card(self, project: Project, at: int, loop: Loop) -> QFrame:
        frame = QFrame()
        frame.setObjectName("tile")
        column = QVBoxLayout(frame)
        column.setContentsMargins(10, 7, 10, 8)
        column.setSpacing(3)
        shown = at == self._shown
        title = label(_("Loop {n}").format(n=at + 1))
        title.setStyleSheet("font-weight: 600;")
        show = link(
            _("Off the map") if shown else _("Show on the map"), partial(self.show_loop, -1 if shown else at)
        )
        column.addLayout(row(title, 1, show))
        members = ngettext("{count} device", "{count} devices", len(loop.devices)).format(
            count=formats.whole(len(loop.devices))
        )
        circuits = ngettext("{count} opening parts it", "{count} openings part it", loop.circuits).format(
            count=loop.circuits
        )
        column.addWidget(label(f"{members} · {circuits}", "second", wrap=True))
        if len(loop.sources) > 1:
            names = [objects.object_name(project, "energy_sources", one) for one in loop.sources]
            told = _("Joins the sources {sources}: feeders run in parallel.").format(
                sources=_("、").join(names)
            )
            column.addWidget(label(told, "second", wrap=True))
        column.addWidget(label(_("Switches that could open it"), "tile-label"))
        for one in loop.switches[:SWITCHES_SHOWN]:
            name = objects.object_name(project, "switches", one)
            go = link(name, partial(self._bench.go_to, "switches", one), one)
            what_if = link(_("What if it opens"), partial(self._bench.outage.add, "open", f"switches:{one}"))
            column.addLayout(row(go, 1, what_if))
        if not loop.switches:
            column.addWidget(label(_("None: no switch stands in it."), "second", wrap=True))
        more = len(loop.switches) - SWITCHES_SHOWN
        if more > 0:
            column.addWidget(label(_("and {count} more").format(count=formats.whole(more)), "second"))
        return frame

    def show_loop(self, at: int) -> None:
        """Show a loop on the map, −1 none."""
        found = self._bench.ranking.found
        self._shown = at if found is not None and 0 <= at < len(found.loops) else -1
        self.loop_wanted.emit(found.loops[self._shown] if found is not None and self._shown >= 0 else None)
        self.refresh()
