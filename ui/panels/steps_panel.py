"""The outage under study: how much is out, the switching order with times, who matters most, what is next."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from gis.provenance import Provenance
from grid_model import schema
from grid_model.project import Project
from resources.i18n import N_, _
from ui import formats, objects
from ui.bench import Bench
from ui.dialogs import ask
from ui.icons import icon
from ui.outage_answer import Answer
from ui.outage_desk import spoken_times
from ui.panels.film_bar import FilmBar
from ui.panels.outage_words import step_rows, warnings_of
from ui.panels.panel import Panel
from ui.panels.steps_head import fill_counts, fill_heading, state_choice
from ui.panels.steps_manual import fill_by_hand
from ui.panels.steps_view import StepRow, StepsView
from ui.widgets import badge, button, clear, label, link, notice, row, rule, settle

GRADE_COLORS = {"special": "red", "first": "red", "second": "orange", "temporary": "grey"}
LISTED = 8

LIST_TIP = N_(
    "Drag, or Alt+Up and Alt+Down, moves a step; Enter edits it, Delete takes it out. While the list has "
    "the focus Ctrl+Z and Ctrl+Y undo and redo changes of the list; everywhere else they undo edits of the "
    "project."
)


class StudyPanel(Panel):
    """The first page of the task Outage."""

    export_wanted = Signal()
    print_wanted = Signal()
    table_wanted = Signal(str)
    kept_wanted = Signal()
    """Show the list of kept studies."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._rows: tuple[StepRow, ...] | None = None
        self._says = ""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._show_below)
        self._head, self._figures, self._tail = self._box(5), self._box(5), self._box()
        self.column.setSpacing(6)
        self.film = FilmBar(bench.outage)
        self.steps = StepsView()
        self.steps.setToolTip("")
        self._order = self._order_box()
        for part in (self._head, self.film, self._figures, self._order, self._tail):
            self.column.addWidget(part)
        self.column.addStretch(1)
        self._wire()
        self.refresh()

    def _box(self, spacing: int = 8) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing)
        return made

    def _order_box(self) -> QWidget:
        """The switching order with what can be done to it; it outlives every refresh, for the focus' sake."""
        made = self._box()
        column = made.layout()
        assert isinstance(column, QVBoxLayout)
        title = label(_("Switching order"), "section")
        title.setToolTip(_(LIST_TIP))
        desk = self._bench.outage
        undo_tip = _("Undo the last change of the steps (Ctrl+Z while the list has the focus)")
        redo_tip = _("Redo the change of the steps (Ctrl+Y while the list has the focus)")
        self.undo = self._tool("undo", undo_tip, desk.undo)
        self.redo = self._tool("redo", redo_tip, desk.redo)
        self.add = link(_("+ Add a step…"), self._add, _("Choose what is done, to which device, and when"))
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(title, 1)
        head.addWidget(self.add)
        head.addSpacing(6)
        for one in (self.undo, self.redo):
            head.addWidget(one)
        column.setSpacing(3)
        column.addLayout(head)
        column.addWidget(self.steps)
        self.propose = QPushButton(_("Propose isolation and restoration"))
        self.propose.setToolTip(
            _(
                "Which switches to open around the fault, which ties bring the rest back with the fewest "
                "user-hours, and the way back to normal after the repair"
            )
        )
        self.propose.clicked.connect(lambda: desk.propose())
        column.addSpacing(3)
        column.addWidget(self.propose)
        return made

    def _tool(self, name: str, tip: str, press: object) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon(name))
        made.setIconSize(QSize(15, 15))
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        made.clicked.connect(press)
        return made

    def _wire(self) -> None:
        bench, desk = self._bench, self._bench.outage
        desk.changed.connect(self.refresh)
        desk.under_way.connect(self.refresh)
        desk.shown_changed.connect(lambda: self._show(at_once=False))
        bench.personal_changed.connect(lambda _show: self.refresh())
        bench.session.project_changed.connect(lambda _project, _changes: self.refresh())
        self.steps.chosen.connect(lambda at: desk.show(at + 1))
        self.steps.edit_wanted.connect(self._edit)
        self.steps.drop_wanted.connect(desk.drop)
        self.steps.move_wanted.connect(desk.move)
        self.steps.undo_wanted.connect(desk.undo)
        self.steps.redo_wanted.connect(desk.redo)
        self.steps.menu_wanted.connect(self._menu)

    # ----------------------------------------------------------------- filling

    def refresh(self) -> None:
        """Show the steps and what the one on screen did."""
        bar = self._scroll.verticalScrollBar()
        place = bar.value()
        self._rows, self._says = None, ""
        self._show()
        self._fill_foot()
        bar.setValue(place)

    def _show(self, at_once: bool = True) -> None:
        """Show the step on the map; what stands below the steps may follow a moment later."""
        project, desk = self._bench.session.project, self._bench.outage
        head, figures = self._head.layout(), self._figures.layout()
        assert isinstance(head, QVBoxLayout) and isinstance(figures, QVBoxLayout)
        clear(head)
        clear(figures)
        if at_once:
            self._show_below()
        else:
            self._later.start()
        self._order.setVisible(project is not None and bool(desk.steps))
        self.film.refresh()
        if project is None:
            self._say(head, _("No project open"), _("Open one to trace an outage."))
            return
        if not desk.steps:
            self._ask(head, desk.busy)
            return
        if self._rows is None:
            self._rows = self._written(project)
        self.steps.show_rows(self._rows, desk.shown)
        self.undo.setEnabled(desk.can_undo)
        self.redo.setEnabled(desk.can_redo)
        self._make_primary(self.propose, desk.has_open_fault)
        fill_heading(head, desk, desk.title(project) or _("Outage"))
        if desk.result is not None:
            fill_counts(figures, desk.result, desk.shown)
        settle(self.column)

    def _show_below(self) -> None:
        """Fill what stands below the steps."""
        desk, tail = self._bench.outage, self._tail.layout()
        assert isinstance(tail, QVBoxLayout)
        self._later.stop()
        clear(tail)
        if self._bench.session.project is not None and desk.steps and desk.result is not None:
            self._below(tail, desk.result)
        settle(self.column)

    def _written(self, project: Project) -> tuple[StepRow, ...]:
        """Write the steps; what they did is left out while it is being worked out."""
        desk = self._bench.outage
        shown = desk.result.study.project if desk.result is not None else project
        answer = desk.result if desk.fresh else None
        refusal = desk.refusal if desk.fresh or desk.result is None else None
        return step_rows(shown, desk.steps, spoken_times(desk.steps), answer, refusal)

    def _say(self, column: QVBoxLayout, title: str, text: str) -> None:
        column.addSpacing(18)
        heading = label(title)
        heading.setStyleSheet("font-size: 15px; font-weight: 600;")
        column.addWidget(heading)
        column.addWidget(label(text, "second", wrap=True))

    def _make_primary(self, one: QPushButton, primary: bool) -> None:
        name = "primary" if primary else ""
        if one.objectName() != name:
            one.setObjectName(name)
            one.style().unpolish(one)
            one.style().polish(one)

    def _ask(self, column: QVBoxLayout, busy: bool) -> None:
        column.addWidget(label(_("Outage"), "headline"))
        column.addWidget(state_choice(self._bench.outage))
        if busy:
            column.addWidget(label(_("Tracing…"), "second"))
            return
        self._say(
            column,
            _("What if it opens?"),
            _(
                "Click a switch, a line or a transformer on the map, or find it with Ctrl+F, and choose "
                "“What if it opens” or “What if it fails”. The map shows what loses supply, this panel "
                "counts it, and Taiqu proposes how to isolate a fault and bring the rest back."
            ),
        )
        if self._bench.outage.can_undo:
            tip = _("The steps as they stood before they were cleared or carried out")
            column.addLayout(row(link(_("Bring the last steps back"), self._bench.outage.undo, tip), 1))
        if self._has_kept():
            column.addLayout(row(button(_("Open a kept study…"), self.kept_wanted.emit), 1))

    def _below(self, column: QVBoxLayout, answer: Answer) -> None:
        shown = self._bench.outage.shown
        project = self._bench.session.project
        assert project is not None
        fill_by_hand(column, self._bench, project)
        warnings = warnings_of(answer, shown)
        if warnings:
            column.addWidget(notice("\n".join(warnings)))
        self._important(column, answer, shown)
        if not self._says:
            self._says = Provenance.of(answer.study.project, self._bench.outage.state).sentence
        column.addWidget(label(self._says, "tile-note", wrap=True))

    def _fill_foot(self) -> None:
        clear(self.foot)
        desk = self._bench.outage
        if self._bench.session.project is None or not desk.steps:
            return
        ready = desk.result is not None
        self.foot.addWidget(rule())
        carry = button(
            _("Carry out…"),
            self._carry_out,
            tip=_(
                "The present positions follow the steps up to the one shown, as one edit that can be undone"
            ),
        )
        keep = button(_("Keep…"), self._keep, tip=_("Keep the study in the project under a name"))
        kept = button(_("Open…"), self.kept_wanted.emit, tip=_("Open a study that was kept"))
        kept.setEnabled(self._has_kept())
        export = button(
            _("Export customer list"),
            self.export_wanted.emit,
            primary=not desk.has_open_fault,
            tip=_("An Excel file with the customers out, important ones first (Ctrl+L)"),
        )
        pages = button(_("Print"), self.print_wanted.emit)
        for one in (carry, keep, export, pages):
            one.setEnabled(ready)
        forget = button(
            _("Clear"), desk.clear, tip=_("Forget this simulation; undo of the steps brings it back")
        )
        self.foot.addLayout(row(carry, keep, kept, 1))
        self.foot.addLayout(row(export, pages, forget, 1))

    # --------------------------------------------------------------- customers

    def _important(self, column: QVBoxLayout, answer: Answer, shown: int) -> None:
        outage = answer.study.stages[shown - 1 if shown else 0].outage
        judged, consumers = outage.judged("customers"), outage.consumers
        out, backup = (rows[consumers.important[rows] > 0] for rows in (judged.out, judged.partly))
        if not shown:
            out, backup = out[:0], backup[:0]
        ids = [*outage.customer_ids(out), *outage.customer_ids(backup)]
        column.addWidget(
            label(_("Important and sensitive customers ({count})").format(count=len(ids)), "section")
        )
        if not ids:
            column.addWidget(label(_("None among those who lose supply."), "second", wrap=True))
        customers = answer.study.project.table("customers")
        rows = customers.frame.iloc[customers.positions(ids[:LISTED])] if ids else customers.frame[:0]
        values = zip(rows["importance"].tolist(), rows["sensitive_kind"].tolist(), strict=True)
        for at, (one, (grade, kind)) in enumerate(zip(ids[:LISTED], values, strict=True)):
            column.addWidget(self._customer(answer.study.project, one, grade, kind, at >= len(out)))
        if len(ids) > LISTED:
            more = _("and {count} more").format(count=len(ids) - LISTED)
            column.addWidget(link(more, lambda: self.table_wanted.emit("outage-customers")))

    def _customer(self, project: Project, one: str, grade: object, kind: object, backup: bool) -> QWidget:
        described = schema.table("customers")
        name = objects.object_name(project, "customers", one, self._bench.show_personal)
        text = formats.cell(described.column("importance"), grade) or formats.cell(
            described.column("sensitive_kind"), kind
        )
        if backup:
            text = _("{grade} · on backup").format(grade=text)
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        go = link(name if len(name) <= 16 else name[:15] + "…", lambda: self._bench.go_to("customers", one))
        go.setToolTip(f"{name} · {one}")
        layout.addWidget(go)
        layout.addStretch()
        if text:
            layout.addWidget(badge(text, GRADE_COLORS.get(str(grade), "blue")))
        return line

    # ------------------------------------------------------------------- doing

    def _add(self) -> None:
        from ui.dialogs.step_dialog import StepDialog

        project, desk = self._bench.session.project, self._bench.outage
        if project is None:
            return
        from ui.outage_plan import morning

        at = desk.shown or len(desk.steps)
        when = desk.plan.time_at(at, morning(project))
        dialog = StepDialog(
            project, None, when, desk.device_chosen(self._bench.selection) or "", self.window()
        )
        if dialog.exec() and dialog.step is not None:
            desk.insert(at, dialog.step)

    def _edit(self, at: int) -> None:
        from ui.dialogs.step_dialog import StepDialog

        project, desk = self._bench.session.project, self._bench.outage
        if project is None or not 0 <= at < len(desk.steps):
            return
        step = desk.steps[at]
        dialog = StepDialog(project, step, step.time, "", self.window())
        if dialog.exec() and dialog.step is not None and dialog.step != step:
            desk.edit(at, dialog.step)

    def _menu(self, at: int, place: QPoint) -> None:
        desk = self._bench.outage
        menu = QMenu(self)
        menu.addAction(_("Edit the step…"), lambda: self._edit(at))
        up = menu.addAction(_("Move up (Alt+Up)"), lambda: desk.move(at, at - 1))
        down = menu.addAction(_("Move down (Alt+Down)"), lambda: desk.move(at, at + 1))
        up.setEnabled(at > 0)
        down.setEnabled(at < len(desk.steps) - 1)
        menu.addAction(_("Take the step out (Delete)"), lambda: desk.drop(at))
        switches = [one.rpartition(":")[2] for one in desk.steps[at].devices]
        project = self._bench.session.project
        known = [one for one in switches if project is not None and one in project.table("switches")]
        if known and desk.steps[at].action in ("open", "close"):
            menu.addSeparator()
            for one in known:
                name = objects.object_name(project, "switches", one) if project is not None else one
                text = _("{switch} cannot be operated").format(switch=name)
                menu.addAction(text, lambda one=one: desk.mark_inoperable(one))
        menu.exec(place)
        menu.deleteLater()

    def _carry_out(self) -> None:
        desk = self._bench.outage
        n = desk.shown or len(desk.steps)
        question = _(
            "The present positions of the switches will follow the study up to step {n} of {count}. "
            "This is one edit: it is written into the journal and can be undone."
        ).format(n=n, count=len(desk.steps))
        if ask.yes(self.window(), _("Carry out"), question, _("Carry out")):
            desk.carry_out(n)

    def _keep(self) -> None:
        """Ask how the study is to be kept, with what the checks find, and keep it."""
        from ui.panels.outage_checks_view import ask_to_keep

        project, desk = self._bench.session.project, self._bench.outage
        if project is None or desk.result is None:
            return
        name = desk.plan.name or desk.title(project)
        outage = desk.plan.outage if desk.plan.outage in project.table("outages") else ""
        kept = ask_to_keep(self.window(), project, desk.result.study, name, outage)
        if kept is not None:
            desk.keep(kept.name, kept.record)

    def _has_kept(self) -> bool:
        project = self._bench.session.project
        return project is not None and bool(project.frame("outages")["steps"].notna().any())
