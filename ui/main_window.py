"""The main window: it only places the parts; each part hears of the project by itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.topology import Loop
from resources.i18n import _
from ui import doing, objects, outputs
from ui.actions import ActionSet, connect_button
from ui.bench import Bench
from ui.device_menu import fill_device_menu
from ui.dialogs import ask
from ui.grouping_plan import Preview
from ui.left_panel import TASK_FILLS, LeftPanel
from ui.map.canvas import MapCanvas
from ui.map.extent import project_extent
from ui.map.grid_tools import GridStrip
from ui.map.overview import OverviewMap
from ui.message_bar import MessageBar
from ui.ranking_desk import DEVICE_TABLES
from ui.right_panel import RightPanel
from ui.start_page import StartPage
from ui.status_bar import StatusLine
from ui.tables.bottom import BottomTables
from ui.tool_strip import ToolStrip
from ui.top_bar import TopBar

if TYPE_CHECKING:
    from grid_model.grouping.compare import Comparison

TABLE_SHARE = 0.30
"""Share of the height the tables have at first."""

READABLE = frozenset(
    {"project-in-use", "project-in-use-elsewhere", "file-read-only", "folder-read-only", "no-permission"}
)
"""Why a project cannot be edited that may still be read."""

GOES_ON_ELSEWHERE = frozenset({"file-gone", "disk-full", "file-unreachable", "opened-for-reading"})
"""Why a project that is open cannot be written where it lies."""

WAIT_MS = 10_000
"""How long closing waits for a job that was asked to stop."""


SCHEME_MENU = (
    "put-scheme-in-force",
    "compare-schemes",
    "check-scheme",
    "",
    "rename-scheme",
    "copy-scheme",
    "delete-scheme",
    "",
    "replan",
    "assign-areas",
    "find-stand-ins",
    "",
    "export-roster",
    "export-roster-full",
    "print-group-cards",
)
"""What the panel offers for the scheme on screen."""

FRAME_PX = 40
"""Room a window manager's title and frame take, at the most."""


class MainWindow(QMainWindow):
    """One window on one bench."""

    language_wanted = Signal(str)
    theme_wanted = Signal(str)

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.bench = bench
        self._previewed: Preview | None = None
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 560)
        self.commands = ActionSet(self)
        self.menus = self.commands.fill(self.menuBar())
        self.canvas = MapCanvas()
        self.tools = ToolStrip(bench, self.canvas)
        self.grid_tools = GridStrip(bench, self.canvas)
        self.top = TopBar(bench, self.commands)
        self.messages = MessageBar()
        self.left = LeftPanel(bench, self.canvas)
        self.overview = OverviewMap(self.canvas)
        self.overview.wanted = bench.settings.show_overview
        self.right = RightPanel(bench)
        self.bottom = BottomTables(bench)
        self.start = StartPage(bench)
        self.status = StatusLine(bench)
        self.setStatusBar(self.status)
        connect_button(self.bottom.new_row, self.commands.by_name["new-row"])
        self.bottom.new_row.clicked.connect(self.commands.by_name["new-row"].trigger)
        self.setCentralWidget(self._place())
        self._connect()
        self.resize(1366, 768)
        if not self.restoreGeometry(bench.settings.place("window")) and self._is_larger_than_screen():
            self.setWindowState(Qt.WindowState.WindowMaximized)
        self._on_project(bench.session.project, None)

    def _is_larger_than_screen(self) -> bool:
        """Whether the window with its frame would not fit the screen: an office screen has 1366×768."""
        room = self.screen().availableGeometry().size()
        return self.width() + FRAME_PX > room.width() or self.height() + FRAME_PX > room.height()

    # ------------------------------------------------------------------ parts

    def _place(self) -> QWidget:
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(self.canvas)
        self.split.addWidget(self.bottom)
        self.split.setHandleWidth(4)
        self.split.setChildrenCollapsible(False)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([round(600 * (1 - TABLE_SHARE)), round(600 * TABLE_SHARE)])
        state = self.bench.settings.place("split")
        if not state.isEmpty():
            self.split.restoreState(state)
        work = QWidget()
        line = QHBoxLayout(work)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        for part in (self.left, self.split, self.right):
            line.addWidget(part)
        line.setStretchFactor(self.split, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start)
        self.pages.addWidget(work)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for upper in (self.top, self.messages, self.pages):
            column.addWidget(upper)
        return whole

    def _connect(self) -> None:
        bench, canvas = self.bench, self.canvas
        bench.session.project_changed.connect(self._on_project)
        bench.session.problem.connect(self.tell_problem)
        bench.session.moved.connect(lambda: self.setWindowTitle(self._title(bench.session.project)))
        bench.session.noticed.connect(self.messages.tell)
        bench.session.warned.connect(lambda text: self.messages.tell(text, "warning"))
        bench.jobs.failed.connect(self.tell_problem)
        bench.selection_changed.connect(self.messages.let_go)
        bench.task_changed.connect(lambda _task: self.messages.let_go())
        bench.selection_changed.connect(self._mark)
        bench.zoom_wanted.connect(self._zoom_to)
        bench.delete_wanted.connect(lambda: doing.delete_chosen(self))
        bench.row_wanted.connect(lambda: doing.new_row(self))
        self.bottom.turned.connect(self.commands.refresh)
        bench.outage.changed.connect(self._show_outage)
        bench.outage.shown_changed.connect(self._show_outage)
        bench.ranking.changed.connect(self._show_losses)
        bench.traces.changed.connect(self._show_trace)
        bench.traces.answered.connect(self._go_to_trace)
        bench.task_changed.connect(lambda _task: self._show_trace())
        bench.task_changed.connect(lambda _task: self._show_losses())
        self.left.outage.losses_wanted.connect(lambda _measure: self._show_losses())
        self.status.scale.wanted.connect(canvas.set_scale_denominator)
        self.status.scale.left.connect(canvas.setFocus)
        self.left.layers.table_wanted.connect(self.bottom.open)
        self.left.views.keep_wanted.connect(lambda: doing.keep_view(self))
        self.right.outage.loops.loop_wanted.connect(self._show_loop)
        bench.grouping.changed.connect(self._show_plan)
        bench.task_changed.connect(lambda _task: self._show_plan())
        self.grid_tools.painting.connect(
            lambda on: self.left.set_fill("manager" if on else TASK_FILLS[bench.task])
        )
        self.right.grouping.do = self.do
        self.right.grouping.ground = self.grid_tools
        self.right.grouping.fill_menu = self._fill_scheme_menu
        bench.task_changed.connect(lambda _task: self._show_outage())
        bench.personal_changed.connect(lambda _show: self._name_personal())
        canvas.object_clicked.connect(lambda table, one: bench.click(table, one, canvas.clicked_at))
        canvas.object_activated.connect(bench.go_to)
        canvas.nothing_clicked.connect(lambda: bench.select(""))
        canvas.context_requested.connect(self._menu)
        canvas.cursor_moved.connect(self.status.tell_place)
        canvas.view_changed.connect(lambda: self.status.tell_scale(canvas.scale_denominator()))
        self.bottom.export_wanted.connect(lambda: doing.export_table(self))
        self.start.sample_wanted.connect(lambda: doing.open_sample(self))
        self.start.tour_wanted.connect(lambda: doing.tour(self))
        self.start.open_wanted.connect(lambda: doing.open(self))
        self.start.import_wanted.connect(lambda: doing.import_data(self))
        self.right.overview.import_wanted.connect(lambda: doing.import_data(self))
        self.right.overview.check_wanted.connect(lambda: doing.check(self))
        for panel in (self.right.overview, self.right.object, self.right.outage):
            panel.table_wanted.connect(self.bottom.open)
        self.right.object.rows_wanted.connect(self.bottom.open_rows)
        self.right.outage.export_wanted.connect(lambda: doing.export_customers(self))
        self.right.outage.print_wanted.connect(lambda: doing.print_outage(self))
        self.right.print.print_wanted.connect(partial(outputs.print_pages, self))
        self.right.print.web_map_wanted.connect(lambda: doing.web_map(self))

    # ----------------------------------------------------------------- events

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        self.messages.hide()
        if changes is None:
            self.pages.setCurrentIndex(0 if project is None else 1)
            self.start.refresh()
            (self.start.sample if project is None else self.canvas).setFocus()
        self.canvas.set_project(project, changes)
        self.overview.set_project(project, changes)
        self._previewed = None  # the map shows the project itself again
        self._show_plan()
        if changes is None or not changes.tables <= {"schemes", "info"}:
            self.left.refresh()
        if changes is None:
            self.left.suit(self.bench.task)
        self.setWindowTitle(self._title(project))
        self.status.tell_scale(self.canvas.scale_denominator() if project is not None else 0)
        self._name_personal()
        self.commands.refresh()
        if project is not None and changes is None:
            self._say_placeless(project)

    def _say_placeless(self, project: Project) -> None:
        """Explain an empty map where there is data."""
        if project_extent(project) is None and any(len(table.frame) for table in project.tables.values()):
            told = _(
                "Nothing in this project has a place, so the map is empty; "
                "import coordinates or outlines to see it."
            )
            self.messages.tell(told, "warning")

    def _title(self, project: Project | None) -> str:
        path = self.bench.session.path
        if project is None or path is None:
            return _("Taiqu")
        name = project.info.name or path.stem
        if self.bench.session.reading:
            return _("{station} — {file} (reading only) — Taiqu").format(station=name, file=path.name)
        return _("{station} — {file} — Taiqu").format(station=name, file=path.name)

    def _name_personal(self) -> None:
        text = _("Hide p&ersonal data") if self.bench.show_personal else _("Show p&ersonal data…")
        self.commands.by_name["show-personal"].setText(text)

    def _mark(self) -> None:
        chosen = self.bench.selection
        self.canvas.select(chosen.table, list(chosen.ids))
        self.commands.refresh()

    def _zoom_to(self, table: str, one: str) -> None:
        if not self.canvas.zoom_to_object(table, one):
            self._zoom_to_tied(table, one)

    def _zoom_to_tied(self, table: str, one: str) -> None:
        """Go to what an object without a place of its own is tied to: a feeder's lines, a group's areas."""
        from ui import extents

        project = self.bench.session.project
        extent = extents.extent_of(project, table, one) if project is not None else None
        if extent is not None:
            self.canvas.zoom_to(extent)
        else:
            self.messages.tell(_("This object has no place on the map."), "warning")

    def _show_outage(self) -> None:
        shown = self.bench.task == "outage"
        self.canvas.set_outage(self.bench.outage.overlay if shown else None)
        self.canvas.set_switch_state(self.bench.outage.state)
        self.commands.refresh()

    def _show_losses(self) -> None:
        """Colour lines and switches by their loss, where that is wanted and known."""
        found, measure = self.bench.ranking.found, self.left.outage.wanted
        picture = found.picture if found is not None and measure else None
        self.canvas.set_losses(picture, measure or "lv_customers")

    def _show_loop(self, loop: Loop | None) -> None:
        """Show the members of a loop and go there."""
        from ui import loop_picture

        project = self.bench.session.project
        if loop is None or project is None:
            self.canvas.set_loop(None)
            return
        self.canvas.set_loop(loop_picture.picture_of(project, loop))
        extent = loop_picture.extent_of(project, loop)
        if extent is not None:
            self.canvas.zoom_to(extent)

    def _show_trace(self) -> None:
        """Show what a trace found, while its task is on."""
        shown = self.bench.task == "outage"
        self.canvas.set_trace(self.bench.traces.picture if shown else None)

    def _go_to_trace(self) -> None:
        """Bring what a trace found into view."""
        from ui.trace_desk import extent_of

        project, picture = self.bench.session.project, self.bench.traces.picture
        extent = extent_of(project, picture) if project is not None and picture is not None else None
        if extent is not None:
            self.canvas.zoom_to(extent)

    def _show_plan(self) -> None:
        """Draw the proposal as if it were kept, else the scheme on screen; mark what is compared."""
        desk, project = self.bench.grouping, self.bench.session.project
        preview = desk.preview()
        if preview is not None and preview is not self._previewed:
            self.canvas.set_project(preview.project, preview.changes)
        elif preview is None and self._previewed is not None and project is not None:
            self.canvas.set_project(project, self._previewed.changes)
        self._previewed = preview
        planning = self.bench.task == "grids"
        compared = desk.comparison if planning else None
        scheme = desk.scheme if planning else None
        shown = preview.scheme if preview is not None else compared.b if compared is not None else scheme
        self.canvas.set_scheme(shown)
        self._mark_compared(compared)
        self.commands.refresh()

    def _mark_compared(self, found: Comparison | None) -> None:
        """Hatch the land of managers who move, cross-hatch the areas that get another manager."""
        if found is None:
            self.grid_tools.marks.show()
            return
        from grid_model.grouping.scheme_edits import owners

        project = self.bench.session.project
        assert project is not None
        moved = {one.manager for one in found.movers}
        land = {area for area, owner in owners(project, found.b).items() if owner in moved}
        changed = {one.area for one in found.areas if one.other_manager}
        self.grid_tools.marks.show(land - changed, changed)

    def do(self, name: str) -> None:
        """Do a command by its name (`ui.actions`)."""
        getattr(doing, name.replace("-", "_"))(self)

    def _fill_scheme_menu(self, menu: QMenu) -> None:
        """Put what can be done with the scheme on screen into a menu."""
        menu.clear()
        self.commands.refresh()
        for name in SCHEME_MENU:
            if name:
                menu.addAction(self.commands.by_name[name])
            else:
                menu.addSeparator()

    def _menu(self, table: str, one: str, place: QPoint) -> None:
        self.bench.click(table, one, self.canvas.clicked_at)
        menu = QMenu(self)
        if table in DEVICE_TABLES:
            fill_device_menu(menu, self.bench, table, one)
            menu.addSeparator()
        menu.addAction(self.commands.by_name["zoom-selection"])
        menu.addAction(_("Show in the table"), lambda: self.bottom.open(table))
        menu.addAction(self.commands.by_name["delete-chosen"])
        menu.exec(place)
        menu.deleteLater()

    def fill_recent(self, menu: QMenu) -> None:
        """List the files opened before."""
        menu.clear()
        for path in self.bench.settings.recent:
            text = f"{path.stem}    {path.parent}".replace("&", "&&")  # else it would mark a letter
            menu.addAction(text, partial(self.bench.session.open, path))
        if menu.isEmpty():
            menu.addAction(_("None yet")).setEnabled(False)

    def _way_out(self, error: GridError) -> tuple[str, Callable[[], object]] | None:
        """Offer what may be done about a problem with a project file: read it, or go on in a copy."""
        path = Path(str(error.values.get("file", "")))
        if error.code in READABLE and not self.bench.session._is_open(path) and outputs.is_project(path):
            return _("Open for reading only"), lambda: self.bench.session.open(path, reading=True)
        if error.code in GOES_ON_ELSEWHERE and self.bench.session.project is not None:
            return _("Save as…"), lambda: doing.save_as(self)
        return None

    def tell_problem(self, error: Exception) -> None:
        """Say in one sentence what could not be done; a mistake of ours goes to the crash dialog."""
        if isinstance(error, GridError):
            told = objects.problem_sentence(self.bench.session.project, error)
            self.messages.tell(told, "problem", self._way_out(error))
        else:
            import sys

            sys.excepthook(type(error), error, error.__traceback__)

    # -------------------------------------------------------------------- Qt

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and all(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls()]
        event.acceptProposedAction()
        doing.open_dropped(self, paths)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete what is chosen, where nothing that has the focus took the key."""
        if event.key() == Qt.Key.Key_Delete and not event.modifiers():
            doing.delete_chosen(self)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_close():
            event.ignore()
            return
        settings = self.bench.settings
        settings.remember_place("window", self.saveGeometry())
        settings.remember_place("split", self.split.saveState())
        settings.save()
        event.accept()

    def may_close(self) -> bool:
        """Ask about work under way, then stop it."""
        jobs = self.bench.jobs
        if not jobs.running:
            return True
        asked = [job for job in jobs.running if job.asked]
        if asked:
            question = _("“{title}” is still running. Stop it and close?").format(title=asked[0].title)
            if not ask.yes(self, _("Close Taiqu"), question, _("Stop and close")):
                return False
        jobs.cancel_all()
        return jobs.wait(WAIT_MS)
