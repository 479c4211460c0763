"""What a what-if does: how much is out in both ways of counting, who matters most, what can feed back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QToolButton, QWidget

from gis.provenance import Provenance
from grid_model import schema
from grid_model.project import Project
from resources.i18n import N_, _, ngettext
from ui import formats, objects
from ui.bench import Bench
from ui.icons import icon
from ui.outage_desk import Answer
from ui.panels.panel import Panel
from ui.widgets import ElidedLabel, badge, button, label, link, notice, row, rule, tile, tiles

STATES = {"normal": N_("Normal state"), "current": N_("Current state")}
STATE_BADGES = {"normal": N_("What-if · normal state"), "current": N_("What-if · current state")}
GRADE_COLORS = {"special": "red", "first": "red", "second": "orange", "temporary": "grey"}
LISTED = 8

DONE = {"open": N_("{device} opens"), "close": N_("{device} closes"), "fault": N_("{device} fails")}
TAKEN_OUT = N_("{device} is taken out")


class OutagePanel(Panel):
    """Shown in the task Outage."""

    export_wanted = Signal()
    print_wanted = Signal()
    table_wanted = Signal(str)

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        bench.outage.changed.connect(self.refresh)
        bench.personal_changed.connect(lambda _show: self.refresh())
        bench.session.project_changed.connect(lambda _project, _changes: self.refresh())
        self.refresh()

    def fill(self) -> None:
        project, desk = self._bench.session.project, self._bench.outage
        if project is None:
            self.empty_state(_("No project open"), _("Open one to trace an outage."))
        elif desk.result is None:
            self._ask(desk.busy)
        else:
            self._answer(project, desk.result)

    def _ask(self, busy: bool) -> None:
        self.headline(_("Outage"))
        self.column.addWidget(self._state_choice())
        if busy:
            self.second(_("Tracing…"))
            return
        self.empty_state(
            _("What if it opens?"),
            _(
                "Click a switch, a line or a transformer on the map, or find it with Ctrl+F, and choose "
                "“What if it opens”. The map greys what loses supply, and this panel counts it."
            ),
        )

    def _state_choice(self) -> QComboBox:
        choice = QComboBox()
        for code, text in STATES.items():
            choice.addItem(_(text), code)
        choice.setCurrentIndex(list(STATES).index(self._bench.outage.state))
        choice.setToolTip(_("The positions of the switches the question starts from"))
        choice.setAccessibleName(_("Switch state"))
        choice.activated.connect(lambda _at: self._bench.outage.set_state(str(choice.currentData())))
        return choice

    def _answer(self, project: Project, answer: Answer) -> None:
        trace, desk = answer.trace, self._bench.outage
        state = badge(_(STATE_BADGES[desk.state]), "blue", _("A simulation; the record is not changed."))
        line = QHBoxLayout()
        line.addWidget(state)
        line.addStretch()
        self.column.addLayout(line)
        self.headline(self._step_text(project, desk.steps[-1]))
        self.second(self._where(project, desk.steps[-1][1]))
        counts = trace.counts
        dedicated = counts.mv_users - self._public(project, trace.transformer_areas)
        self.column.addLayout(
            tiles(
                tile(
                    _("MV users"),
                    formats.whole(counts.mv_users),
                    note=_("public {public} · dedicated {dedicated}").format(
                        public=counts.mv_users - dedicated, dedicated=dedicated
                    ),
                    tip=_("Each public area 1, each customer at medium voltage 1 (DL/T 836)"),
                ),
                tile(
                    _("LV customers"),
                    formats.whole(counts.lv_customers),
                    note=_("resident {resident} · other {other}").format(
                        resident=formats.whole(counts.residents), other=formats.whole(counts.nonresidents)
                    ),
                    tip=_("Metered customers at low voltage"),
                ),
                tile(_("Capacity out"), formats.whole(counts.rated_kva), "kVA"),
                tile(
                    _("Areas out"),
                    formats.whole(counts.transformer_areas),
                    note=_("partly {count}").format(count=len(trace.partly_out)) if trace.partly_out else "",
                ),
            )
        )
        warnings = self._warnings(answer)
        if warnings:
            self.column.addWidget(notice("\n".join(warnings)))
        self._important(project, answer)
        self._steps(project)
        export = button(
            _("Export customer list"),
            self.export_wanted.emit,
            primary=True,
            tip=_("An Excel file with the customers out, important ones first (Ctrl+L)"),
        )
        self.foot.addLayout(
            row(
                export,
                button(_("Print"), self.print_wanted.emit),
                button(_("Clear"), desk.clear, tip=_("Forget this simulation")),
                1,
            )
        )
        self.column.addWidget(label(Provenance.of(project, desk.state).sentence, "tile-note", wrap=True))

    def _public(self, project: Project, areas: tuple[str, ...]) -> int:
        table = project.table("transformer_areas")
        usage = table.frame["usage"].iloc[table.positions(areas)] if areas else []
        return int(sum(one == "public" for one in usage))

    def _step_text(self, project: Project, step: tuple[str, str]) -> str:
        action, device = step
        table, _colon, one = device.partition(":")
        pattern = TAKEN_OUT if action == "open" and table != "switches" else DONE[action]
        return _(pattern).format(device=objects.object_name(project, table, one))

    def _where(self, project: Project, device: str) -> str:
        table, _colon, one = device.partition(":")
        values = project.table(table).row(one)
        described = schema.table(table)
        parts = []
        for name in ("feeder", "transformer_area", "pole", "kind"):
            if name in described.by_name and values.get(name):
                parts.append(
                    objects.value_text(project, described, described.column(name), values[name], False)
                )
        return " · ".join(parts) or one

    def _warnings(self, answer: Answer) -> list[str]:
        trace = answer.trace
        found = []
        units = [one for one in trace.back_feed if one.kind in ("pv", "battery")]
        own = sum(one.kind == "generator" for one in trace.back_feed)
        second = sum(one.kind == "second_supply" for one in trace.back_feed)
        parts = []
        if units:
            power = formats.number(sum(one.rated_kw or 0.0 for one in units), 0)
            parts.append(
                ngettext(
                    "{count} PV or storage unit, {power} kW",
                    "{count} PV or storage units, {power} kW",
                    len(units),
                ).format(count=len(units), power=power)
            )
        if own:
            parts.append(ngettext("{count} own generator", "{count} own generators", own).format(count=own))
        if second:
            parts.append(
                ngettext("{count} second supply", "{count} second supplies", second).format(count=second)
            )
        if parts:
            found.append(
                _("⚠ Back-feed: {what}. Disconnect, verify dead, earth.").format(what=_("; ").join(parts))
            )
        for name, text in (
            (
                trace.tripped_sources,
                N_("No protective device stands before the fault: the source itself trips."),
            ),
            (trace.loops, N_("After the last step the network runs in a loop.")),
        ):
            if name:
                found.append(_(text))
        if trace.unlinked:
            found.append(
                ngettext(
                    "{count} customer is linked to no area and not counted.",
                    "{count} customers are linked to no area and not counted.",
                    trace.unlinked,
                ).format(count=formats.whole(trace.unlinked))
            )
        others = len(trace.unknown) - trace.unlinked
        if others > 0:
            found.append(
                ngettext(
                    "{count} customer has no path to a source in the normal state: undetermined.",
                    "{count} customers have no path to a source in the normal state: undetermined.",
                    others,
                ).format(count=formats.whole(others))
            )
        if trace.already_out:
            found.append(
                ngettext(
                    "{count} customer was out before and is not counted.",
                    "{count} customers were out before and are not counted.",
                    len(trace.already_out),
                ).format(count=formats.whole(len(trace.already_out)))
            )
        return found

    # -------------------------------------------------------------- customers

    def _important(self, project: Project, answer: Answer) -> None:
        trace = answer.trace
        backup = set(trace.backup)
        ids = self._by_importance(project, [*trace.customers, *trace.backup])
        self.section(_("Important and sensitive customers ({count})").format(count=len(ids)))
        if not ids:
            self.second(_("None among those who lose supply."))
        for one in ids[:LISTED]:
            self.column.addWidget(self._customer(project, one, one in backup))
        if len(ids) > LISTED:
            more = _("and {count} more").format(count=len(ids) - LISTED)
            self.column.addWidget(link(more, lambda: self.table_wanted.emit("outage-customers")))

    def _by_importance(self, project: Project, ids: list[str]) -> list[str]:
        """Graded customers first in the order of their grades, then the sensitive ones."""
        customers = project.table("customers")
        rows = customers.frame.iloc[customers.positions(ids)] if ids else customers.frame.iloc[:0]
        codes = schema.table("customers").column("importance").codes
        rank = {code: n for n, code in enumerate(codes)}
        chosen = rows[rows["importance"].notna() | rows["sensitive_kind"].notna()]
        order = chosen["importance"].map(rank).fillna(len(rank))
        return [str(one) for one in chosen["id"].iloc[order.argsort(kind="stable").to_numpy()]]

    def _customer(self, project: Project, one: str, backup: bool) -> QWidget:
        values = project.table("customers").row(one)
        described = schema.table("customers")
        name = objects.object_name(project, "customers", one, self._bench.show_personal)
        grade = values["importance"]
        text = formats.cell(described.column("importance"), grade) or formats.cell(
            described.column("sensitive_kind"), values["sensitive_kind"]
        )
        color = GRADE_COLORS.get(str(grade), "blue")
        if backup:
            text = _("{grade} · on backup").format(grade=text)
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        go = link("", lambda: self._bench.go_to("customers", one), one)
        caption = ElidedLabel(name)
        caption.setCursor(Qt.CursorShape.PointingHandCursor)
        go.setText(name if len(name) <= 16 else name[:15] + "…")
        go.setToolTip(f"{name} · {one}")
        layout.addWidget(go)
        layout.addStretch()
        layout.addWidget(badge(text, color))
        caption.deleteLater()
        return line

    # ------------------------------------------------------------------ steps

    def _steps(self, project: Project) -> None:
        desk = self._bench.outage
        assert desk.result is not None
        self.column.addWidget(rule())
        self.section(_("Switching steps"))
        for at, step in enumerate(desk.steps):
            self.column.addWidget(self._step(project, at, step))
        device = desk.device_chosen(self._bench.selection)
        hint = _("To add a step, click another device and choose what it does.")
        self.column.addWidget(label(hint, "tile-note", wrap=True))
        if device is None:
            return

    def _step(self, project: Project, at: int, step: tuple[str, str]) -> QFrame:
        desk = self._bench.outage
        assert desk.result is not None
        frame = QFrame()
        layout = QHBoxLayout(frame)
        layout.setContentsMargins(0, 0, 0, 0)
        number = label(str(at + 1))
        number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        number.setFixedSize(20, 20)
        number.setStyleSheet("background: #1f6fd1; color: white; border-radius: 10px; font-size: 11px;")
        layout.addWidget(number)
        layout.addWidget(ElidedLabel(self._step_text(project, step)), 1)
        done = desk.result.trace.steps[at] if at < len(desk.result.trace.steps) else None
        if done is not None and done.customers_back:
            layout.addWidget(
                badge(_("{count} back").format(count=formats.whole(len(done.customers_back))), "green")
            )
        elif done is not None and done.customers_out:
            layout.addWidget(
                badge(_("{count} out").format(count=formats.whole(len(done.customers_out))), "grey")
            )
        drop = QToolButton()
        drop.setIcon(icon("close"))
        drop.setToolTip(_("Take this step out"))
        drop.clicked.connect(lambda: desk.drop(at))
        layout.addWidget(drop)
        return frame
