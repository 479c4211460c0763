"""The object under the hand: what it is, what is known of it, and everything tied to it as links."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QToolButton

from grid_model import schema
from grid_model.project import Project
from grid_model.schema import TableSchema
from resources.i18n import N_, _
from ui import formats, objects, relations
from ui.bench import TASKS, Bench
from ui.colors import THEME
from ui.device_menu import ask_about, device_menu_button
from ui.icons import icon
from ui.panels.impact_card import impact_card
from ui.panels.panel import Panel
from ui.ranking_desk import DEVICE_TABLES
from ui.widgets import badge, button, label, link, row, rule

BACK_TO = {
    "data": N_("Overview"),
    "grids": N_("Grids"),
    "outage": N_("Outage"),
    "print": N_("Print"),
}


class ObjectPanel(Panel):
    """Shows the selection of the bench."""

    back_wanted = Signal()
    table_wanted = Signal(str)
    rows_wanted = Signal(str, object, str)
    """Somebody wants to see rows of a table: their places in it, and what they are to whom."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        bench.selection_changed.connect(self.refresh)
        bench.session.project_changed.connect(lambda _project, _changes: self.refresh())
        bench.personal_changed.connect(lambda _show: self.refresh())
        for changed in (bench.outage.changed, bench.outage.shown_changed, bench.ranking.changed):
            changed.connect(self._follow_outage)
        bench.task_changed.connect(lambda _task: self.refresh())
        self.refresh()

    def fill(self) -> None:
        project, chosen = self._bench.session.project, self._bench.selection
        if project is None or not chosen.ids or chosen.table not in schema.tables():
            self.empty_state(_("No object selected"), _("Click an object on the map or a row of a table."))
            return
        table = schema.table(chosen.table)
        self._back(table, chosen.single)
        if chosen.single is None:
            self.headline(_(table.label))
            self.second(_("{count} selected").format(count=formats.whole(len(chosen.ids))))
            return
        if chosen.single not in project.table(chosen.table):
            self.empty_state(_("The object is gone"), _("It was deleted or its project was closed."))
            return
        self._head(project, table, chosen.single)
        self._buttons(table, chosen.single)
        self._attributes(project, table, chosen.single)
        self._relations(project, table, chosen.single)

    def _follow_outage(self) -> None:
        """Show the device as the study or the ranking has it now, where there is one under the hand."""
        if self._bench.selection.ids:
            self.refresh()

    def _back(self, table: TableSchema, one: str | None) -> None:
        back = link(_(BACK_TO.get(self._bench.task, TASKS["data"])), self.back_wanted.emit)
        back.setIcon(icon("close"))
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self._step(-1, "back", _("Back to the object before (Alt+Left)")))
        line.addWidget(self._step(1, "forward", _("Forward again (Alt+Right)")))
        line.addWidget(back)
        line.addStretch()
        if one is not None:
            zoom = link(_("Zoom to it"), lambda: self._bench.zoom_wanted.emit(table.name, one), "Ctrl+J")
            zoom.setIcon(icon("target", THEME.primary_dark))
            line.addWidget(zoom)
        self.column.addLayout(line)

    def _step(self, step: int, image: str, tip: str) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon(image))
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        made.setEnabled(self._bench.can_visit(step))
        made.clicked.connect(lambda: self._bench.visit(step))
        return made

    def _list(self, relation: relations.Relation) -> None:
        """List all the objects of a relation in the table below."""
        project, chosen = self._bench.session.project, self._bench.selection
        if project is None or chosen.single is None:
            return
        name = objects.object_name(project, chosen.table, chosen.single, self._bench.show_personal)
        says = _("{what} of {object}").format(what=relation.label, object=name)
        at = relation.positions or tuple(project.table(relation.table).positions(list(relation.ids)).tolist())
        self.rows_wanted.emit(relation.table, at, says)

    def _head(self, project: Project, table: TableSchema, one: str) -> None:
        name = objects.object_name(project, table.name, one, self._bench.show_personal)
        self.headline(name, self._state_badge(table, one))
        about = [_(table.label)]
        values = project.table(table.name).row(one)
        if "kind" in table.by_name and values["kind"]:
            about.append(formats.cell(table.column("kind"), values["kind"]))
        if name != one:
            about.append(one)
        self.second(" · ".join(about))

    def _state_badge(self, table: TableSchema, one: str):  # type: ignore[no-untyped-def]
        if table.name == "switches":
            opened = self._bench.outage.is_open(table.name, one)
            return badge(
                _("open") if opened else _("closed"),
                "green" if opened else "red",
                _("Position in the state that is shown"),
            )
        overlay = self._bench.outage.overlay
        if overlay is not None and table.name == "transformer_areas" and one in overlay.areas:
            return badge(_("Out"), "grey")
        return None

    def _buttons(self, table: TableSchema, one: str) -> None:
        desk = self._bench.outage
        if table.name not in DEVICE_TABLES:
            return
        device = f"{table.name}:{one}"
        opened = desk.is_open(table.name, one)
        text = (
            _("What if it closes")
            if opened
            else (_("What if it opens") if table.name == "switches" else _("What if it is taken out"))
        )
        ask = button(
            text,
            lambda: self._ask("close" if opened else "open", device),
            primary=True,
            tip=_("Trace who loses or gets supply; the record is not changed (Ctrl+K)"),
        )
        ask.setObjectName("primary")
        parts = [ask]
        if not opened:
            parts.append(
                button(
                    _("What if it fails"),
                    lambda: self._ask("fault", device),
                    tip=_("The nearest protective device above trips (Ctrl+Shift+K)"),
                )
            )
        self.column.addLayout(row(*parts, device_menu_button(self._bench, table.name, one), 1))
        if self._bench.task == "outage" or self._bench.ranking.found is not None:
            self.column.addWidget(impact_card(self._bench.ranking, table.name, one))

    def _ask(self, action: str, device: str) -> None:
        ask_about(self._bench, action, device)
        self.back_wanted.emit()

    def _attributes(self, project: Project, table: TableSchema, one: str) -> None:
        values = project.table(table.name).row(one)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        at = 0
        for column in objects.shown_columns(table, self._bench.show_personal):
            if column.references or column.name in ("id", "name", "kind", "x", "y"):
                continue
            text = objects.value_text(project, table, column, values[column.name], self._bench.show_personal)
            if not text:
                continue
            heading = label(_(column.label), "second")
            heading.setToolTip(_(column.meaning))
            value = label(formats.with_unit(text, column.unit), "row-value", wrap=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(heading, at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, at, 1)
            at += 1
        at += self._place(grid, at, values)
        if at:
            self.column.addWidget(rule())
            self.column.addLayout(grid)

    def _place(self, grid: QGridLayout, at: int, values: dict[str, Any]) -> int:
        """Put in where the object stands, where it has a place of its own."""
        x, y = values.get("x"), values.get("y")
        project = self._bench.session.project
        if x is None or y is None or project is None:
            return 0
        text = f"{x:.6f}, {y:.6f}" if project.geographic else f"{x:.1f}, {y:.1f} m"
        grid.addWidget(label(_("Place"), "second"), at, 0)
        value = label(text, "row-value")
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(value, at, 1)
        return 1

    def _relations(self, project: Project, table: TableSchema, one: str) -> None:
        found = relations.relations(project, table.name, one)
        if not found:
            return
        self.column.addWidget(rule())
        self.section(_("Tied to"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for at, relation in enumerate(found):
            heading = relation.label
            if relation.count > 1:
                heading = f"{heading} {formats.whole(relation.count)}"
            grid.addWidget(label(heading, "second"), at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(self._links(project, relation), at, 1)
        self.column.addLayout(grid)

    def _links(self, project: Project, relation: relations.Relation) -> QGridLayout:
        lines = QGridLayout()
        lines.setVerticalSpacing(0)
        for at, other in enumerate(relation.ids):
            text = objects.object_name(project, relation.table, other, self._bench.show_personal)
            made = link(text, partial(self._bench.go_to, relation.table, other), other)
            lines.addWidget(made, at, 0, Qt.AlignmentFlag.AlignLeft)
        if relation.count > len(relation.ids):
            more = _("and {count} more").format(count=formats.whole(relation.count - len(relation.ids)))
            lines.addWidget(
                link(more, partial(self._list, relation)),
                len(relation.ids),
                0,
                Qt.AlignmentFlag.AlignLeft,
            )
        return lines
