"""Left of the map in the task Outage: what the study and the losses draw, and only what is on the map."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from gis import theme
from resources.i18n import N_, _
from ui import formats
from ui.bench import Bench
from ui.map.outage_layers import (
    LOSS_COLORS,
    fate_pens,
    line_icon,
    loss_pens,
    mark_icon,
    spot_icon,
    trace_icon,
)
from ui.map.overlay import LOOP_CLASS, LOSS_BREAKS, Fate, OutageOverlay
from ui.map.paint import swatch
from ui.panels.outage_words import feed_name
from ui.widgets import ElidedLabel, clear, label, link

MEASURES = {
    "lv_customers": N_("LV customers"),
    "mv_users": N_("MV users"),
    "rated_kva": N_("kVA"),
}
FATES = {
    Fate.DEAD: N_("Without supply"),
    Fate.LOOPED: N_("In a loop"),
    Fate.FROM_BEHIND: N_("Live from behind"),
    Fate.EARTHED: N_("Earthed"),
    Fate.FAULT: N_("Faulted section"),
}
SPOTS = {
    "fault": N_("Fault"),
    "earth": N_("Earth"),
    "jumper": N_("Temporary jumper"),
    "cut": N_("Temporary cut"),
    "from-behind": N_("Live from behind"),
}


TRACED = {"line": N_("Found"), "edge": N_("Where it ends"), "start": N_("From and to")}
MARKS = {
    "step": (N_("Opened by a step"), N_("Closed by a step")),
    "now": (N_("Open, normally closed"), N_("Closed, normally open")),
}
"""What the rings around switches say: those a study operated, or those that stand otherwise than normal."""


class OutageLegend(QWidget):
    """Shown while the task Outage is on."""

    losses_wanted = Signal(str)
    """Colour by that measure; empty: not at all."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self.colour = QCheckBox(_("Loss of every device"))
        self.colour.setToolTip(_("Colour lines and switches by what their loss alone would do"))
        self.colour.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.measure = QComboBox()
        self.measure.setAccessibleName(_("Loss counted in"))
        self.measure.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for code, text in MEASURES.items():
            self.measure.addItem(_(text), code)
        self._classes = QVBoxLayout()
        self._entries = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for part in (self.colour, self.measure):
            column.addWidget(part)
        for layout in (self._classes, self._entries):
            layout.setSpacing(1)
            column.addLayout(layout)
        self.colour.toggled.connect(lambda _on: self._choose())
        self.measure.activated.connect(lambda _at: self._choose())
        bench.task_changed.connect(lambda _task: self.refresh())
        bench.outage.changed.connect(self.refresh)
        bench.outage.shown_changed.connect(self.refresh)
        bench.ranking.changed.connect(self.refresh)
        bench.traces.changed.connect(self.refresh)
        self.refresh()

    @property
    def wanted(self) -> str:
        """The measure lines and switches are to be coloured by; empty: none."""
        on = self.colour.isChecked() and self._bench.task == "outage"
        return str(self.measure.currentData()) if on else ""

    def _choose(self) -> None:
        self.refresh()
        self.losses_wanted.emit(self.wanted)

    def refresh(self) -> None:
        """Say what is on the map now."""
        clear(self._classes)
        clear(self._entries)
        self.setVisible(self._bench.task == "outage" and self._bench.session.project is not None)
        if self._bench.task != "outage":
            return
        self.measure.setVisible(self.colour.isChecked())
        if self.colour.isChecked():
            self._fill_classes()
        overlay = self._bench.outage.overlay
        if overlay is not None:
            self._fill_entries(overlay)
        if self._bench.traces.picture is not None:
            self._entries.addWidget(label(_("Trace"), "section"))
            for kind, text in TRACED.items():
                self._entries.addLayout(_entry(trace_icon(kind), _(text)))

    def _fill_classes(self) -> None:
        desk = self._bench.ranking
        if desk.found is None:
            self._classes.addWidget(
                label(_("Working it out…") if desk.busy else _("Not worked out."), "second")
            )
            if not desk.busy:
                self._classes.addWidget(link(_("Work it out"), desk.ask))
            return
        breaks = LOSS_BREAKS[str(self.measure.currentData())]
        for number in range(len(LOSS_COLORS), 0, -1):
            low = formats.whole(breaks[number - 1])
            text = f"≥ {low}" if number == len(breaks) else f"{low} – {formats.whole(breaks[number] - 1)}"
            self._classes.addLayout(_entry(line_icon(loss_pens(number)), text))
        picture = desk.found.picture
        if picture.looped_lines.any() or picture.looped_switches.any():
            self._classes.addLayout(_entry(line_icon(loss_pens(LOOP_CLASS)), _("In a loop: harms nobody")))

    def _fill_entries(self, overlay: OutageOverlay) -> None:
        project = self._bench.session.project
        answer = self._bench.outage.result
        if project is None:
            return
        shown = answer.study.project if answer is not None else project
        entries = _entries(overlay, by_steps=answer is not None)
        if not entries and not overlay.feeds:
            return
        heading = _("After this step") if answer is not None else _("As it stands now")
        self._entries.addWidget(label(heading, "section"))
        present = set(np.unique(overlay.lines).tolist())
        for number, feed in enumerate(overlay.feeds):
            if Fate.FED + number in present:
                icon = line_icon(fate_pens(Fate.FED + number, 2.0))
                name = feed_name(shown, feed)
                self._entries.addLayout(_entry(icon, name, wrap=True))
        for icon, text in entries:
            self._entries.addLayout(_entry(icon, text))


def _entries(overlay: OutageOverlay, by_steps: bool) -> list[tuple[QIcon, str]]:
    """List what is drawn, in the order of weight."""
    present = set(np.unique(overlay.lines).tolist())
    found = []
    for fate in (Fate.FAULT, Fate.DEAD, Fate.EARTHED, Fate.LOOPED, Fate.FROM_BEHIND):
        if fate in present:
            found.append((line_icon(fate_pens(fate, 2.0)), _(FATES[fate])))
    if overlay.areas:
        found.append((swatch(theme.DEAD_AREA, "#8E949C", 1.0), _("Area without supply")))
    if overlay.area_feeds:
        found.append((swatch("#DCE7F5", "#8E949C", 1.0), _("Area supplied again")))
    if overlay.partly_out_areas:
        found.append((swatch(theme.AREA_FILL, "#8E949C", 1.0, dashed=True), _("Area partly without")))
    for kind in dict.fromkeys(spot.kind for spot in overlay.spots):
        if kind != "from-behind" or Fate.FROM_BEHIND not in present:
            found.append((spot_icon(kind), _(SPOTS[kind])))
    marks = MARKS["step" if by_steps else "now"]
    if overlay.opened:
        found.append((mark_icon(theme.SWITCH_OPEN), _(marks[0])))
    if overlay.closed:
        found.append((mark_icon(theme.SWITCH_CLOSED), _(marks[1])))
    return found


def _entry(icon: QIcon, text: str, wrap: bool = False) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(6)
    picture = QLabel()
    picture.setPixmap(icon.pixmap(QSize(34, 18)))
    line.addWidget(picture)
    line.addWidget(label(text, wrap=True) if wrap else ElidedLabel(text), 1)
    return line
