"""Every command of the window, declared once: menu bar, buttons and the list of shortcuts agree.

A command has a fixed name, a marked title, a shortcut, a condition and the function that does it. The
functions stand in `ui.doing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from grid_model import schema
from resources.i18n import N_, _
from ui import objects

if TYPE_CHECKING:
    from ui.main_window import MainWindow

Condition = Callable[["MainWindow"], bool]


def always(_window: MainWindow) -> bool:
    """Whether anything is open or not."""
    return True


def has_project(window: MainWindow) -> bool:
    """Whether a project is open."""
    return window.bench.session.project is not None


def can_undo(window: MainWindow) -> bool:
    """Whether there is an edit to take back."""
    return window.bench.session.next_undo is not None


def can_redo(window: MainWindow) -> bool:
    """Whether there is an edit to bring back."""
    return window.bench.session.next_redo is not None


def has_device(window: MainWindow) -> bool:
    """Whether a switch, line or transformer is chosen."""
    return window.bench.outage.device_chosen(window.bench.selection) is not None


def has_trace(window: MainWindow) -> bool:
    """Whether an outage has been traced."""
    return window.bench.outage.result is not None


def has_plan(window: MainWindow) -> bool:
    """Whether a grouping has been proposed."""
    return window.bench.grouping.plan is not None


def has_valid_plan(window: MainWindow) -> bool:
    """Whether a grouping has been proposed that keeps the rules."""
    plan = window.bench.grouping.plan
    return plan is not None and bool(plan.grouping.groups)


def has_scheme(window: MainWindow) -> bool:
    """Whether a scheme of the project is on screen."""
    return bool(window.bench.grouping.scheme)


def has_scheme_to_check(window: MainWindow) -> bool:
    """Whether it is a scheme that is on screen, not a proposal."""
    return has_scheme(window) and window.bench.grouping.plan is None


def has_scheme_to_spare(window: MainWindow) -> bool:
    """Whether the scheme on screen is not in force."""
    project, scheme = window.bench.session.project, window.bench.grouping.scheme
    return project is not None and bool(scheme) and not project.table("schemes").row(scheme)["in_force"]


def has_comparison(window: MainWindow) -> bool:
    """Whether two schemes are compared."""
    return window.bench.grouping.comparison is not None


def can_paint(window: MainWindow) -> bool:
    """Whether areas can be given to managers by hand."""
    return window.bench.grouping.hand is not None and not window.bench.session.reading


def can_go_back(window: MainWindow) -> bool:
    """Whether an object was visited before the one under the hand."""
    return window.bench.can_visit(-1)


def can_go_forward(window: MainWindow) -> bool:
    """Whether one went back from an object."""
    return window.bench.can_visit(1)


def can_paste(window: MainWindow) -> bool:
    """Whether the table on screen takes what is pasted."""
    page = window.bottom.page
    return page is not None and page.can_paste


def can_delete(window: MainWindow) -> bool:
    """Whether what is chosen are rows a person may delete."""
    chosen = window.bench.selection
    return bool(chosen.ids) and objects.is_deletable(chosen.table) and not window.bench.session.reading


def table_of_new_rows(window: MainWindow) -> str:
    """Name the table on screen if a person makes rows of it by hand, else nothing."""
    page = window.bottom.page
    return page.name if page is not None and page.takes_rows else ""


def can_make_row(window: MainWindow) -> bool:
    """Whether the table on screen takes rows made by hand."""
    return bool(table_of_new_rows(window)) and not window.bench.session.reading


def has_table(window: MainWindow) -> bool:
    """Whether an attribute table is on screen."""
    return hasattr(window.bottom.page, "ask_expression")


@dataclass(frozen=True)
class Action:
    """One command.

    Parameters
    ----------
    name
        Fixed; also the name of the function in `ui.doing`, ``-`` turned into ``_``.
    menu
        The menu it stands in.
    title
        Marked text with its mnemonic.
    shortcut
        Key sequence in Qt's portable form.
    enabled
        When it can be done.
    icon
        Name of its icon, where it has one.
    starts_section
        Whether a line parts it from what stands before it.
    named_only
        Whether the shortcut only stands in the menu: the parts that have the focus take the key themselves.
    """

    name: str
    menu: str
    title: str
    shortcut: str = ""
    enabled: Condition = has_project
    icon: str = ""
    starts_section: bool = False
    named_only: bool = False


MENUS = {
    "file": N_("&File"),
    "edit": N_("&Edit"),
    "view": N_("&View"),
    "grids": N_("&Grids"),
    "outage": N_("&Outage"),
    "print": N_("&Print"),
    "help": N_("&Help"),
}

ACTIONS = (
    Action("new-sample", "file", N_("New &sample station…"), "Ctrl+N", always),
    Action("open", "file", N_("&Open…"), "Ctrl+O", always, "folder"),
    Action("open-reading", "file", N_("Open for readin&g only…"), "Ctrl+Shift+O", always),
    Action("recent", "file", N_("Open &recent"), "", always),
    Action("import-data", "file", N_("&Import…"), "Ctrl+I", always, "import", True),
    Action("import-folder", "file", N_("Import network &folder…"), "Ctrl+Shift+I", always),
    Action("check", "file", N_("&Check data"), "F7"),
    Action("save-as", "file", N_("Save &as…"), "Ctrl+Shift+S", starts_section=True),
    Action("export-table", "file", N_("&Export table…"), "Ctrl+E", icon="export"),
    Action("close-project", "file", N_("C&lose project"), "Ctrl+W"),
    Action("exit", "file", N_("E&xit"), "Ctrl+Q", always, starts_section=True),
    Action("undo", "edit", N_("&Undo"), "Ctrl+Z", can_undo, "undo"),
    Action("redo", "edit", N_("&Redo"), "Ctrl+Y", can_redo, "redo"),
    Action("copy", "edit", N_("&Copy"), "Ctrl+C", starts_section=True),
    Action("paste", "edit", N_("&Paste"), "Ctrl+V", can_paste),
    Action("new-row", "edit", N_("&New row…"), "Ctrl+Shift+N", can_make_row, "plus"),
    Action("delete-chosen", "edit", N_("&Delete…"), "Del", can_delete, "", named_only=True),
    Action("find", "edit", N_("&Find…"), "Ctrl+F", icon="search"),
    Action("journal", "edit", N_("&Journal"), "Ctrl+H", starts_section=True),
    Action("choose-by-expression", "edit", N_("Choose by e&xpression…"), "Ctrl+Shift+F", has_table, "filter"),
    Action("show-personal", "edit", N_("Show p&ersonal data…"), "", starts_section=True, icon="eye"),
    Action("settings", "edit", N_("&Settings…"), "Ctrl+,", always, "settings", True),
    Action("task-data", "view", N_("&Data"), "Ctrl+1"),
    Action("task-grids", "view", N_("&Grids"), "Ctrl+2"),
    Action("task-outage", "view", N_("&Outage"), "Ctrl+3"),
    Action("task-print", "view", N_("&Print"), "Ctrl+4"),
    Action("zoom-all", "view", N_("Whole &station"), "Ctrl+0", icon="fit", starts_section=True),
    Action("zoom-in", "view", N_("Zoom &in"), "Ctrl++", icon="plus"),
    Action("zoom-out", "view", N_("Zoom o&ut"), "Ctrl+-", icon="minus"),
    Action("zoom-selection", "view", N_("Zoom to the sele&ction"), "Ctrl+J", icon="target"),
    Action("visit-back", "view", N_("&Back to the object before"), "Alt+Left", can_go_back, "back", True),
    Action(
        "visit-forward", "view", N_("&Forward to the next object"), "Alt+Right", can_go_forward, "forward"
    ),
    Action("keep-view", "view", N_("&Keep this view…"), "Ctrl+D", icon="star"),
    Action("set-scale", "view", N_("Scale bo&x"), "Ctrl+Shift+M"),
    Action("add-base-map", "view", N_("&Add a base map…"), "Ctrl+Shift+B", icon="layers"),
    Action("toggle-overview", "view", N_("O&verview map"), "F8"),
    Action("toggle-tables", "view", N_("&Tables below"), "F9", starts_section=True),
    Action("propose-groups", "grids", N_("&Propose groups"), "Ctrl+G"),
    Action("show-alternatives", "grids", N_("Show &alternatives"), "Ctrl+Shift+G", has_valid_plan),
    Action("grouping-options", "grids", N_("&Weights and limits…")),
    Action("grouping-rules", "grids", N_("&Rules that always hold…"), "Ctrl+Shift+R"),
    Action("put-plan", "grids", N_("&Keep the proposal as a scheme"), "", has_valid_plan),
    Action("put-plan-in-force", "grids", N_("Put the proposal in &force…"), "", has_valid_plan),
    Action("clear-plan", "grids", N_("&Clear the proposal"), "", has_plan),
    Action(
        "put-scheme-in-force", "grids", N_("Put the &scheme in force…"), "", has_scheme, starts_section=True
    ),
    Action("compare-schemes", "grids", N_("C&ompare schemes…"), "", has_scheme),
    Action("check-scheme", "grids", N_("C&heck the scheme"), "Shift+F7", has_scheme_to_check),
    Action("rename-scheme", "grids", N_("Re&name the scheme…"), "", has_scheme),
    Action("copy-scheme", "grids", N_("Cop&y the scheme…"), "", has_scheme),
    Action("delete-scheme", "grids", N_("&Delete the scheme…"), "", has_scheme_to_spare),
    Action("paint-areas", "grids", N_("Paint areas to a &manager"), "Ctrl+B", can_paint, "brush", True),
    Action("split-grid", "grids", N_("Split a grid by areas"), "", can_paint, "split"),
    Action("merge-grids", "grids", N_("Make two grids one"), "", can_paint, "merge"),
    Action("replan", "grids", N_("Somebody &leaves, is away or comes…"), "", has_scheme),
    Action("assign-areas", "grids", N_("Share areas o&ut among managers…"), "", has_scheme),
    Action("find-stand-ins", "grids", N_("Find stand-&ins…"), "", has_scheme),
    Action("export-changes", "grids", N_("Export chan&ge list…"), "", has_comparison, "export", True),
    Action("export-changes-full", "grids", N_("Export change list in full…"), "", has_comparison),
    Action("export-roster", "grids", N_("E&xport roster…"), "", has_scheme, "export"),
    Action("export-roster-full", "grids", N_("Export roster in full…"), "", has_scheme),
    Action("print-group-cards", "grids", N_("Prin&t group cards…"), "", has_scheme, "print"),
    Action("what-if", "outage", N_("What if it &opens"), "Ctrl+K", has_device, "bolt"),
    Action("what-if-fault", "outage", N_("What if it &fails"), "Ctrl+Shift+K", has_device),
    Action("export-customers", "outage", N_("&Export customer list…"), "Ctrl+L", has_trace, "export", True),
    Action(
        "export-customers-full", "outage", N_("Export customer list &in full…"), "Ctrl+Shift+L", has_trace
    ),
    Action("rank", "outage", N_("&Loss of every device"), ""),
    Action(
        "clear-outage", "outage", N_("&Clear the simulation"), "Ctrl+Shift+X", has_trace, starts_section=True
    ),
    Action("print-station-map", "print", N_("Station &map…"), "Ctrl+P"),
    Action("print-outage", "print", N_("&Outage sheet…"), "", has_trace),
    Action("print-grid-book", "print", N_("Grid &book…"), ""),
    Action("web-map", "print", N_("&Web map…"), "", starts_section=True),
    Action("print-full", "print", N_("Print with names and phones in &full…"), "", starts_section=True),
    Action("web-map-full", "print", N_("Web map with names and phones in fu&ll…"), ""),
    Action("tour", "help", N_("Five-minute &tour"), "", always),
    Action("shortcuts", "help", N_("&Shortcuts"), "F1", always),
    Action("about", "help", N_("&About Taiqu"), "", always),
)


class ActionSet:
    """The commands of one window as Qt actions."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.by_name: dict[str, QAction] = {}
        for declared in ACTIONS:
            self.by_name[declared.name] = self._make(declared)

    def _make(self, declared: Action) -> QAction:
        from ui import doing
        from ui.icons import icon

        action = QAction(_(declared.title), self._window)
        action.setObjectName(declared.name)
        if declared.icon:
            action.setIcon(icon(declared.icon))
        if declared.shortcut:
            action.setShortcut(QKeySequence(declared.shortcut))
        if declared.named_only:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        function: Callable[[MainWindow], None] = getattr(doing, declared.name.replace("-", "_"))
        action.triggered.connect(lambda _checked=False: function(self._window))
        action.setToolTip(tip(declared))
        self._window.addAction(action)
        return action

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Put the commands into the menus of `bar`."""
        menus = {}
        for name, title in MENUS.items():
            menu = bar.addMenu(_(title))
            menu.aboutToShow.connect(self.refresh)
            menus[name] = menu
            for declared in ACTIONS:
                if declared.menu == name:
                    if declared.starts_section:
                        menu.addSeparator()
                    self._put(menu, declared)
        return menus

    def _put(self, menu: QMenu, declared: Action) -> None:
        action = self.by_name[declared.name]
        if declared.name == "recent":
            recent = QMenu(menu)
            recent.aboutToShow.connect(lambda: self._window.fill_recent(recent))
            action.setMenu(recent)
        menu.addAction(action)

    def refresh(self) -> None:
        """Enable what can be done now, and name what undo and redo would do."""
        from ui.messages import title_of

        for declared in ACTIONS:
            self.by_name[declared.name].setEnabled(declared.enabled(self._window))
        self._name_new_row()
        session = self._window.bench.session
        for name, entry, plain, full in (
            ("undo", session.next_undo, _("&Undo"), N_("&Undo: {what}")),
            ("redo", session.next_redo, _("&Redo"), N_("&Redo: {what}")),
        ):
            what = title_of(entry.title, entry.values) if entry is not None else ""
            text = _(full).format(what=what) if what else plain
            self.by_name[name].setText(_(full).format(what=what.replace("&", "&&")) if what else plain)
            keys = self.by_name[name].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            self.by_name[name].setToolTip(f"{text.replace('&', '')} ({keys})")

    def _name_new_row(self) -> None:
        """Say of which table the new row would be, or why there is none."""
        action, page = self.by_name["new-row"], self._window.bottom.page
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        table = table_of_new_rows(self._window)
        if table:
            named = _(schema.table(table).label)
            action.setText(_("&New row: {table}…").format(table=named))
            action.setToolTip(_("New row: {table}").format(table=named) + f" ({keys})")
            return
        action.setText(_("&New row…"))
        name = page.name if page is not None else ""
        action.setToolTip(
            _(
                "Rows of “{table}” are not made by hand here: they are drawn on the map, imported, "
                "or made by commands of their own."
            ).format(table=_(schema.table(name).label))
            if name in schema.tables()
            else _("Open a table such as the district managers first; this list is a result.")
        )


def tip(declared: Action) -> str:
    """Say what a command does and by which keys."""
    title = _(declared.title).replace("&", "").rstrip("…")
    title = title.split("(")[0] if title.endswith(")") else title
    keys = QKeySequence(declared.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{title} ({keys})" if keys else title


def shortcut_list() -> Mapping[str, list[tuple[str, str]]]:
    """List the shortcuts by menu: title and keys."""
    found: dict[str, list[tuple[str, str]]] = {}
    for declared in ACTIONS:
        if declared.shortcut:
            keys = QKeySequence(declared.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
            title = tip(declared).removesuffix(f" ({keys})")
            found.setdefault(_(MENUS[declared.menu]).replace("&", "").split("(")[0], []).append((title, keys))
    return found


def connect_button(button: QWidget, action: QAction) -> None:
    """Keep a button's tooltip and state like its command's."""

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())
        button.setAccessibleName(action.toolTip())

    action.changed.connect(follow)
    follow()
