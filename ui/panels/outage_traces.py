"""Tracing from a place: what is asked, what was found with its sums, and the traces kept in the project."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.saved_traces import saved_names, saved_trace
from grid_model.trace_configuration import Direction, Measure, TraceConfiguration, TraceKind
from grid_model.trace_sums import SumFound
from grid_model.traces import TraceResult
from resources.i18n import N_, _
from ui import formats, objects
from ui.bench import Bench
from ui.dialogs import ask
from ui.follow_text import EDGES, HEADS, SUM_LABELS
from ui.panels.panel import Panel
from ui.ranking_desk import DEVICE_TABLES
from ui.trace_parts import joined, parted
from ui.widgets import button, clear, label, link, row, rule

KINDS = {
    "downstream": N_("Downstream"),
    "upstream": N_("Upstream to the source"),
    "connected": N_("Everything connected"),
    "feeder": N_("The whole feeder"),
    "path": N_("Shortest path to another place"),
    "loops": N_("Loops"),
    "next": N_("Next devices"),
    "isolation": N_("Switches that isolate it"),
}
STATES = {"normal": N_("Normal state"), "current": N_("Current state")}
DIRECTIONS = {"downstream": N_("downstream"), "upstream": N_("upstream"), "both": N_("both ways")}
MEASURES = {"length": N_("by length of line"), "branches": N_("by number of devices")}
NAMES_SHOWN = 6

CONDITION_TIP = N_(
    'A table and a condition on its columns, such as: switches where kind == "fuse". Several are parted by '
    "semicolons; a semicolon that is meant itself stands in quotes, or behind a backslash."
)


@dataclass(frozen=True)
class Field:
    """One line of conditions: its heading, what it does, what stands in it as an example."""

    heading: str
    tip: str
    example: str


FIELDS = {
    "barriers": Field(
        N_("Bounded by"),
        N_("Devices or nodes, or conditions, that bound what is looked at"),
        N_('ID; switches where kind == "breaker"'),
    ),
    "stops": Field(N_("Stop where"), N_("Go no further where this holds"), "switches where is_tie"),
    "enters": Field(
        N_("Enter only"),
        N_("Only rows of its table for which this holds are entered"),
        "lines where nominal_kv > 1",
    ),
    "filters": Field(
        N_("List only"),
        N_("Narrows the list, never the walk nor the sums"),
        "transformers where rated_kva > 200",
    ),
    "sums": Field(
        N_("Add up"),
        N_("What is added up, where wanted under a condition; empty: everything"),
        'rated_kva where usage == "public"',
    ),
    "inoperable": Field(N_("Cannot be operated"), N_("Switches an isolation passes over"), "ID; ID"),
}


class TracePanel(Panel):
    """The page of the task Outage for traces."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._unfolded = False
        self._form = QWidget()
        self._fields()
        self._found = _column()
        self._kept = _column()
        self.column.addWidget(label(_("Trace the network"), "headline"))
        hint = _(
            "Choose “Trace from here…” in the menu of a device on the map, or write where the trace starts."
        )
        self.column.addWidget(label(hint, "second", wrap=True))
        for part in (self._form, self._found, self._kept):
            self.column.addWidget(part)
        self.column.addStretch(1)
        bench.traces.changed.connect(self._show)
        bench.traces.wanted.connect(self._take_start)
        bench.session.project_changed.connect(self._on_project)
        bench.selection_changed.connect(self._offer)
        self._follow()
        self._show()
        self._list_kept()
        self._offer()

    # ------------------------------------------------------------------ asking

    def _fields(self) -> None:
        self.kind = _choice(KINDS, _("What is looked for"))
        self.state = _choice(STATES, _("Switch state"))
        self.start, self.target = QLineEdit(), QLineEdit()
        self.start.setPlaceholderText(_("device, node, customer, area, feeder"))
        self.target.setPlaceholderText(_("device, node, customer, area"))
        self.take = link(_("From the object chosen last"), self._take_chosen)
        self.named = label("", "tile-note", wrap=True)
        self.direction = _choice(DIRECTIONS, _("Direction"))
        self.count = QSpinBox()
        self.count.setRange(1, 1000)
        self.wanted = QLineEdit()
        self.wanted.setPlaceholderText("switches")
        self.wanted.setToolTip(_(CONDITION_TIP))
        self.measure = _choice(MEASURES, _("What is near"))
        self.lines = {name: QLineEdit() for name in FIELDS}
        form = QFormLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(5)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(_("Kind of trace"), self.kind)
        form.addRow(_("Starts at"), self.start)
        form.addRow("", self.named)
        form.addRow("", self.take)
        form.addRow(_("Leads to"), self.target)
        form.addRow(_("Direction"), self.direction)
        form.addRow(_("How many"), self.count)
        form.addRow(_("Which"), self.wanted)
        form.addRow(_("Nearest"), self.measure)
        form.addRow(_("State"), self.state)
        self.more = link("", self._turn_more)
        form.addRow(self.more)
        for name, field in FIELDS.items():
            line = self.lines[name]
            line.setPlaceholderText(_(field.example))
            line.setToolTip(f"{_(field.tip)}\n{_(CONDITION_TIP)}")
            line.setAccessibleName(_(field.heading))
            form.addRow(_(field.heading), line)
            line.returnPressed.connect(self.run)
        for line in (self.start, self.target, self.wanted):
            line.returnPressed.connect(self.run)
        self._rows = form
        self.go = button(_("Trace"), self.run, primary=True, tip=_("Enter does it too"))
        self.problem = label("", "wrong", wrap=True)
        form.addRow(self.problem)
        form.addRow(row(self.go, 1))
        self.kind.currentIndexChanged.connect(lambda _at: self._follow())
        self.start.textChanged.connect(lambda _text: self._name_start())
        self._name_start()

    def _turn_more(self) -> None:
        self._unfolded = not self._unfolded
        self._follow()

    def _follow(self) -> None:
        """Show the fields that the kind has."""
        kind = str(self.kind.currentData())
        form = self._rows
        for line in (self.start, self.take):
            form.setRowVisible(line, True)
        form.setRowVisible(self.target, kind == "path")
        for part in (self.direction, self.count, self.wanted):
            form.setRowVisible(part, kind == "next")
        form.setRowVisible(self.measure, kind in ("next", "path"))
        given = sum(bool(line.text().strip()) for line in self.lines.values())
        if self._unfolded:
            told = _("− Barriers, conditions, sums")
        else:
            told = _("+ Barriers, conditions, sums")
            told += f" ({given})" if given else ""
        self.more.setText(told)
        for name, line in self.lines.items():
            form.setRowVisible(
                line, self._unfolded and (name != "inoperable" or kind in ("isolation", "loops"))
            )
        form.setRowVisible(self.problem, bool(self.problem.text()))
        self._name_start()

    def _tell(self, problem: str) -> None:
        self.problem.setText(problem)
        self._rows.setRowVisible(self.problem, bool(problem))

    def _name_start(self) -> None:
        """Name what is written as the start, where it is an object."""
        project = self._bench.session.project
        parts = parted(self.start.text(), conditions=False) if project is not None else ()
        names = [_named(project, one, self._bench.show_personal) for one in parts] if project else []
        told = [name for name, one in zip(names, parts, strict=True) if name != one]
        self.named.setText(_("、").join(told))
        self._rows.setRowVisible(self.named, bool(told))

    def _chosen(self) -> str:
        """Give the object under the hand, or the last one that was, as ``table:id``."""
        bench, project = self._bench, self._bench.session.project
        chosen = bench.selection if bench.selection.single else next(reversed(bench.visited), None)
        if project is None or chosen is None or not chosen.single or chosen.table not in STARTS:
            return ""
        return f"{chosen.table}:{chosen.single}" if chosen.single in project.table(chosen.table) else ""

    def _offer(self) -> None:
        """Offer the object chosen last as the start."""
        chosen, project = self._chosen(), self._bench.session.project
        self.take.setEnabled(bool(chosen))
        text = _("From the object chosen last")
        if chosen and project is not None:
            text = _("From: {name}").format(name=_named(project, chosen, self._bench.show_personal))
        self.take.setText(text if len(text) <= 28 else text[:27] + "…")
        self.take.setToolTip(text)
        if chosen and not self.start.text().strip():
            self.start.setText(joined([chosen], conditions=False))

    def _take_chosen(self) -> None:
        chosen = self._chosen()
        if chosen:
            self.start.setText(joined([chosen], conditions=False))
            self._tell("")

    def _take_start(self) -> None:
        """Begin anew from a place that was asked for on the map."""
        self.start.setText(joined([self._bench.traces.start], conditions=False))
        self._tell("")
        self.kind.setFocus()

    def configuration(self) -> TraceConfiguration:
        """Read what is asked, as the command line does.

        Raises
        ------
        GridError
            What reading conditions raises, and `TraceConfiguration.checked`.
        """
        from ui.commands.follow import FollowParameters, configured

        project = self._bench.session.project
        assert project is not None
        kind = str(self.kind.currentData())
        lines = {
            name: parted(line.text(), conditions=name != "inoperable") for name, line in self.lines.items()
        }
        asked = FollowParameters(
            starts=parted(self.start.text(), conditions=False),
            kind=kind,
            target=self.target.text().strip() if kind == "path" else "",
            state=str(self.state.currentData()),
            barrier=lines["barriers"],
            stop=lines["stops"],
            enter=lines["enters"],
            filter=lines["filters"],
            sum=lines["sums"],
            inoperable=lines["inoperable"] if kind in ("isolation", "loops") else (),
            of=parted(self.wanted.text()) if kind == "next" else (),
            count=self.count.value() if kind == "next" else None,
            direction=str(self.direction.currentData()) if kind == "next" else "",
            by=str(self.measure.currentData()) if kind in ("next", "path") else "",
        )
        return configured(project, asked)

    def run(self) -> None:
        """Do the trace; what is wrong with the question is said below it."""
        if self._bench.session.project is None:
            return
        try:
            configuration = self.configuration()
        except GridError as error:
            self._tell(objects.problem_sentence(self._bench.session.project, error))
            return
        self._tell("")
        self._bench.traces.run(configuration)

    def write(self, configuration: TraceConfiguration) -> None:
        """Put a configuration into the fields."""
        self.kind.setCurrentIndex(list(KINDS).index(configuration.kind.value))
        self.state.setCurrentIndex(list(STATES).index(configuration.state.value))
        self.start.setText(joined(configuration.starts, conditions=False))
        self.target.setText(configuration.target)
        self.direction.setCurrentIndex(list(Direction).index(configuration.direction))
        self.measure.setCurrentIndex(list(Measure).index(configuration.measure))
        self.count.setValue(configuration.count)
        document = configuration.to_document()
        self.wanted.setText(joined(document.get("wanted", ())))
        for name, line in self.lines.items():
            parts = document.get(name, [])
            more = document.get("barrier_conditions", []) if name == "barriers" else []
            line.setText(joined([*parts, *more], conditions=name != "inoperable"))
        self._tell("")
        self._follow()

    # ------------------------------------------------------------------ showing

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        if changes is None:
            for line in (self.start, self.target, self.wanted, *self.lines.values()):
                line.clear()
            self._tell("")
            self._follow()
            self._offer()
        if changes is None or project is None or changes.touches("saved_traces"):
            self._list_kept()

    def _show(self) -> None:
        """Tell what was found."""
        column = _cleared(self._found)
        desk, project = self._bench.traces, self._bench.session.project
        self.go.setEnabled(project is not None and not desk.busy)
        clear(self.foot)
        if desk.busy:
            column.addWidget(label(_("Tracing…"), "second"))
        elif desk.stale:
            column.addWidget(label(_("The network has changed; trace again."), "second", wrap=True))
        elif desk.result is not None:
            self._tell_result(column, desk.result, desk.sums)
            self.foot.addWidget(rule())
            keep = button(_("Keep…"), self._keep, tip=_("Keep this trace in the project under a name"))
            off = button(_("Off the map"), desk.clear)
            self.foot.addLayout(row(keep, off, 1))

    def _tell_result(self, column: QVBoxLayout, result: TraceResult, sums: tuple[SumFound, ...]) -> None:
        project, configuration = result.project, result.configuration
        personal = self._bench.show_personal
        starts = _("、").join(_named(project, one, personal) for one in configuration.starts)
        target = _named(project, configuration.target, personal) if configuration.target else ""
        head = label(_(HEADS[configuration.kind]).format(start=starts, target=target), wrap=True)
        head.setStyleSheet("font-weight: 600;")
        column.addWidget(head)
        if self._bench.traces.name:
            column.addWidget(label(_("Kept as “{name}”").format(name=self._bench.traces.name), "tile-note"))
        told = _("{devices} devices in the list below the map").format(
            devices=formats.whole(len(result.listed))
        )
        if configuration.kind is TraceKind.PATH:
            told = _("{metres} m of line · {told}").format(metres=formats.number(result.length_m), told=told)
        column.addWidget(label(told, "second", wrap=True))
        if result.unknown_lengths:
            count = formats.whole(result.unknown_lengths)
            note = _("{count} lines have no known length and count none.").format(count=count)
            column.addWidget(label(note, "tile-note", wrap=True))
        self._tell_edges(column, result)
        if configuration.kind is TraceKind.LOOPS:
            loops = _("Loops: {count}").format(count=formats.whole(len(result.loops)))
            column.addWidget(label(loops, "second"))
        column.addWidget(_sum_tile(sums))

    def _tell_edges(self, column: QVBoxLayout, result: TraceResult) -> None:
        """Say where it ends, as links."""
        personal = self._bench.show_personal
        if result.configuration.kind is TraceKind.NEXT:
            return
        for reason, text in EDGES.items():
            found = result.edges(reason)
            if not found:
                continue
            names = [objects.object_name(result.project, one.table, one.id, personal) for one in found]
            shown = _("、").join(names[:NAMES_SHOWN]) + ("…" if len(names) > NAMES_SHOWN else "")
            column.addWidget(label(_(text).format(devices=shown), "tile-note", wrap=True))
        if result.passed_over:
            names = [objects.object_name(result.project, one.table, one.id) for one in result.passed_over]
            told = _("Passed over, cannot be operated: {devices}").format(
                devices=_("、").join(names[:NAMES_SHOWN])
            )
            column.addWidget(label(told, "tile-note", wrap=True))

    # ------------------------------------------------------------------ kept ones

    def _list_kept(self) -> None:
        column = _cleared(self._kept)
        project = self._bench.session.project
        column.addWidget(label(_("Kept traces"), "section"))
        names = saved_names(project) if project is not None else ()
        if project is None:
            column.addWidget(label(_("No project open"), "second"))
        elif not names:
            told = _("None yet. Trace something and keep it: tomorrow one click asks the same again.")
            column.addWidget(label(told, "second", wrap=True))
        for name in names:
            shown = name if len(name) <= 18 else name[:17] + "…"
            go = link(shown, partial(self.run_kept, name), _("Trace it: {name}").format(name=name))
            rename = link(_("Rename…"), partial(self._rename, name))
            delete = link(_("Delete"), partial(self._bench.traces.forget, name), _("Can be undone"))
            column.addLayout(row(go, 1, rename, delete))

    def run_kept(self, name: str) -> None:
        """Put a kept trace into the fields and do it."""
        project = self._bench.session.project
        if project is None:
            return
        try:
            configuration = saved_trace(project, name)
        except GridError as error:
            self._tell(objects.problem_sentence(self._bench.session.project, error))
            return
        self.write(configuration)
        self._bench.traces.run(configuration, name)

    def _keep(self) -> None:
        project, desk = self._bench.session.project, self._bench.traces
        if project is None or desk.result is None:
            return
        kind = _(KINDS[desk.result.configuration.kind.value])
        starts = [_named(project, one, False) for one in desk.result.configuration.starts]
        name = ask.text(
            self.window(), _("Keep the trace"), _("Name of the trace"), desk.name or " ".join([kind, *starts])
        )
        if not name:
            return
        taken = name in saved_names(project) and name != desk.name
        question = _("There is a trace “{name}” already. Replace it?").format(name=name)
        if taken and not ask.yes(self.window(), _("Keep the trace"), question, _("Replace")):
            return
        desk.keep(name)

    def _rename(self, name: str) -> None:
        to = ask.text(self.window(), _("Rename the trace"), _("Name of the trace"), name)
        if to and to != name:
            self._bench.traces.rename(name, to)


STARTS = (*DEVICE_TABLES, "connectivity_nodes", "energy_sources", "customers", "transformer_areas", "feeders")
"""Tables whose rows a trace can start from."""


def _named(project: Project, written: str, personal: bool) -> str:
    """Name what a trace starts from; as written where it is no row."""
    from grid_model.trace_configuration import TABLE_NAMES

    table, colon, one = written.rpartition(":")
    known = [TABLE_NAMES.get(table, table)] if colon else STARTS
    found = next((name for name in known if name in project.tables and one in project.table(name)), "")
    return objects.object_name(project, found, one, personal) if found else written


def _choice(texts: dict[str, str], name: str) -> QComboBox:
    made = QComboBox()
    for code, text in texts.items():
        made.addItem(_(text), code)
    made.setAccessibleName(name)
    return made


def _column() -> QWidget:
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 2, 0, 0)
    layout.setSpacing(4)
    return made


def _cleared(box: QWidget) -> QVBoxLayout:
    layout = box.layout()
    assert isinstance(layout, QVBoxLayout)
    clear(layout)
    return layout


def _sum_tile(sums: tuple[SumFound, ...]) -> QFrame:
    """List the sums: what is added up at the left, the value at the right."""
    frame = QFrame()
    frame.setObjectName("tile")
    column = QVBoxLayout(frame)
    column.setContentsMargins(10, 6, 10, 7)
    column.setSpacing(2)
    for one in sums:
        line = QHBoxLayout()
        name = label(_(SUM_LABELS[one.asked.measure]), "tile-label")
        if one.asked.where is not None:
            name = label(
                f"{_(SUM_LABELS[one.asked.measure])} ({one.asked.where.text})", "tile-label", wrap=True
            )
        value: QLabel = label(f"{formats.number(one.value, 3)} {one.unit}".strip())
        line.addWidget(name, 1)
        line.addWidget(value)
        column.addLayout(line)
        parts = [
            f"{formats.number(kv)} kV {formats.number(km, 3)} km"
            if kv
            else f"? kV {formats.number(km, 3)} km"
            for kv, km in one.by_kv
        ]
        if one.unknown:
            parts.append(_("not known: {n}").format(n=formats.whole(one.unknown)))
        if len(one.by_kv) > 1 or one.unknown:
            column.addWidget(
                label(" · ".join(parts if len(one.by_kv) > 1 else parts[-1:]), "tile-note", wrap=True)
            )
    return frame
