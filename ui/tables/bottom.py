"""The tables below the map: those the task is about, and any other one the person opened."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from grid_model import schema
from grid_model.changes import Changes
from grid_model.project import Project
from resources.i18n import N_, _, ngettext
from ui import formats
from ui.bench import Bench
from ui.icons import icon
from ui.tables import results
from ui.tables.condition_bar import ConditionBar
from ui.tables.conditions import OnlyThese
from ui.tables.journal_page import JournalPage
from ui.tables.pages import AttributePage, TablePage
from ui.widgets import label

TASK_TABLES = {
    "data": (
        "transformer_areas",
        "customers",
        "switches",
        "power_transformers",
        "findings-checked",
        "issues-found",
    ),
    "grids": ("plan-groups", "mutual_aid_groups", "district_managers", "service_grids", "scheme-findings"),
    "outage": ("outage-customers", "outage-areas", "back-feed", "trace-devices", "device-loss", "switches"),
    "print": ("service_grids", "transformer_areas", "district_managers"),
}
"""The tables of each task; names with a dash are results and stand only while there is one."""

FIRST = {
    "outage-": "outage-customers",
    "device-": "",
    "plan-": "plan-groups",
    "trace-": "trace-devices",
    "findings-": "findings-checked",
    "scheme-": "",
}
"""Which list comes to the front when results of a kind are there for the first time."""

ROOMS = {
    "network": N_("Network"),
    "territory": N_("Territory and people"),
    "planning": N_("Groups and grids"),
    "records": N_("Records"),
}
FILTER_PAUSE_MS = 200


class BottomTables(QWidget):
    """Tabs of tables with filter, columns and export."""

    export_wanted = Signal()
    turned = Signal()
    """Another table may be on screen."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.setObjectName("bottom")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._bench = bench
        self._pages: dict[str, TablePage] = {}
        self._opened: list[str] = []
        self._shown: list[str] = []
        self._stale: set[str] = set()
        self._there: set[str] = set()
        """Results whose list was brought to the front when they came."""
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.tabs.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.tabs.setAccessibleName(_("Tables"))
        self.tabs.currentChanged.connect(self._turn)
        self._stack = QStackedWidget()
        self._nothing = label(_("Nothing to list yet."), "second")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self._nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 1, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._head())
        self.conditions = ConditionBar()
        layout.addWidget(self.conditions)
        layout.addWidget(self._stack)
        bench.session.project_changed.connect(self._on_project)
        bench.session.saved_changed.connect(self._follow_journal)
        bench.task_changed.connect(lambda _task: self.arrange())
        bench.selection_changed.connect(self._follow)
        bench.personal_changed.connect(lambda _show: self._reload())
        bench.outage.changed.connect(lambda: self._on_result("outage-"))
        bench.outage.answered.connect(lambda: self._to_front("outage-customers"))
        bench.ranking.changed.connect(lambda: self._on_result("device-"))
        bench.ranking.ranked.connect(lambda: self._to_front("device-loss"))
        bench.traces.changed.connect(lambda: self._on_result("trace-"))
        bench.traces.answered.connect(lambda: self._to_front("trace-devices"))
        bench.findings_changed.connect(lambda: self._on_result("findings-"))
        bench.grouping.changed.connect(lambda: self._on_result("plan-"))
        bench.grouping.findings.changed.connect(lambda: self._on_result("scheme-"))
        self._history = bench.session.history
        self.arrange()

    def _head(self) -> QHBoxLayout:
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(_("Filter rows"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(104)
        self.filter.setAccessibleName(_("Filter rows"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(FILTER_PAUSE_MS)
        self._pause.timeout.connect(self._filter)
        self.filter.textChanged.connect(lambda _text: self._pause.start())
        self.filter.returnPressed.connect(self._filter)
        self._count = label("", "second")
        self._tables_button = self._tool(_("More"), _("Open any table of the project"))
        self._tables_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._tables_button)
        menu.aboutToShow.connect(lambda: self._fill_tables(menu))
        self._tables_button.setMenu(menu)
        self._filter_button = self._tool("", _("Filter by fields, by an expression or by what is chosen"))
        self._filter_button.setIcon(icon("filter"))
        self._filter_button.setAccessibleName(_("Filters"))
        self._filter_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        filters = QMenu(self._filter_button)
        filters.aboutToShow.connect(lambda: self._fill_filters(filters))
        self._filter_button.setMenu(filters)
        self._columns_button = self._tool("", _("Choose the columns of this table"))
        self._columns_button.setIcon(icon("columns"))
        self._columns_button.setAccessibleName(_("Columns"))
        self._columns_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        columns = QMenu(self._columns_button)
        columns.aboutToShow.connect(lambda: self._fill_columns(columns))
        self._columns_button.setMenu(columns)
        self.new_row = self._tool("", "")
        self.new_row.setIcon(icon("plus"))
        export = self._tool("xlsx", _("Write this table to an Excel file"))
        export.setIcon(icon("export"))
        export.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        export.clicked.connect(self.export_wanted)
        head = QHBoxLayout()
        head.setContentsMargins(2, 3, 10, 3)
        head.setSpacing(4)
        for part in (
            self.tabs,
            self._count,
            self.filter,
            self._filter_button,
            self.new_row,
            self._tables_button,
            self._columns_button,
            export,
        ):
            head.addWidget(part)
        return head

    def _tool(self, text: str, tip: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName("flat")
        made.setText(text)
        made.setToolTip(tip)
        return made

    # ------------------------------------------------------------------ tabs

    @property
    def page(self) -> TablePage | None:
        """The table on screen."""
        at = self.tabs.currentIndex()
        return self._pages.get(self._shown[at]) if 0 <= at < len(self._shown) else None

    def open(self, name: str) -> None:
        """Show a table: one of the schema or a result."""
        if name not in self._shown:
            self._opened.append(name)
            self.arrange()
        if name in self._shown:
            self.tabs.setCurrentIndex(self._shown.index(name))

    def open_rows(self, name: str, positions: Sequence[int], sentence: str) -> None:
        """Show some rows of a table of the schema, and why these."""
        self.open(name)
        page = self.page
        if page is not None and page.name == name:
            page.model.drop_conditions()
            page.model.put_condition(OnlyThese("tied", sentence, tuple(positions)))

    def arrange(self) -> None:
        """Set the tabs of the task; the one that was on screen stays there if it can."""
        current = (
            self._shown[self.tabs.currentIndex()] if 0 <= self.tabs.currentIndex() < len(self._shown) else ""
        )
        names = self._names()
        if names != self._shown:
            self._shown = names
            self.tabs.blockSignals(True)
            while self.tabs.count():
                self.tabs.removeTab(0)
            for name in names:
                self.tabs.addTab("")
                self.tabs.setTabData(self.tabs.count() - 1, name)
            self.tabs.setCurrentIndex(names.index(current) if current in names else 0)
            self.tabs.blockSignals(False)
        self._title()
        self._turn()

    def _names(self) -> list[str]:
        if self._bench.session.project is None:
            return []
        wanted = [*TASK_TABLES[self._bench.task], *self._opened]
        return [
            name for name in dict.fromkeys(wanted) if "-" not in name or results.there_is(self._bench, name)
        ]

    def _page(self, name: str) -> TablePage:
        if name not in self._pages:
            page = results.page(self._bench, name) if "-" in name else AttributePage(self._bench, name)
            self._pages[name] = page
            self._stack.addWidget(page)
            page.model.layoutChanged.connect(self._tell_count)
            page.model.modelReset.connect(self._tell_count)
        elif name in self._stale:
            self._refresh(name)
        self._stale.discard(name)
        return self._pages[name]

    def _refresh(self, name: str) -> None:
        page = self._pages[name]
        if isinstance(page, AttributePage):
            page.reload()
        else:
            results.fill(self._bench, page)

    def _turn(self, _at: int = -1) -> None:
        at = self.tabs.currentIndex()
        if not 0 <= at < len(self._shown):
            self._stack.setCurrentWidget(self._nothing)
            self._count.setText("")
            self.conditions.show_model(None)
            self.turned.emit()
            return
        page = self._page(self._shown[at])
        page.model.filter(self.filter.text())
        self._stack.setCurrentWidget(page)
        page.follow_selection()
        self._title()
        self._tell_count()
        self.turned.emit()

    def _title(self) -> None:
        for at, name in enumerate(self._shown):
            text = self._pages[name].title if name in self._pages else results.tab_title(self._bench, name)
            if self.tabs.tabText(at) != text:
                self.tabs.setTabText(at, text)

    # ---------------------------------------------------------------- events

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        self._history = self._bench.session.history
        if changes is None or project is None:
            self._forget_pages()
            self._opened = []
            self._there.clear()
            self.filter.clear()
        else:
            for name, page in self._pages.items():
                if isinstance(page, AttributePage):
                    page.take(project, changes)
                elif changes.touches("issues", "schemes", "mutual_aid_groups", "group_members"):
                    self._stale.add(name)
        self.arrange()

    def _follow_journal(self) -> None:
        """Show a new entry where the journal is on screen."""
        if isinstance(self.page, JournalPage) and self._bench.session.project is not None:
            self.page.show_entries()
            self._title()
        else:
            self._stale.add(results.JOURNAL)

    def _forget_pages(self) -> None:
        for page in self._pages.values():
            self._stack.removeWidget(page)
            page.deleteLater()
        self._pages = {}

    def _on_result(self, prefix: str) -> None:
        if self._history is not self._bench.session.history:
            return  # another project comes: everything is arranged anew in a moment
        names = [
            name for name in self._pages if name.startswith(prefix) or (prefix == "outage-" and "-" in name)
        ]
        self._stale.update(names)
        self.arrange()
        first = FIRST[prefix]
        if not first or not results.there_is(self._bench, first):
            self._there.discard(first)
        elif first not in self._there and first in self._shown:
            self._there.add(first)
            self.tabs.setCurrentIndex(self._shown.index(first))

    def _to_front(self, name: str) -> None:
        """Show a result that was just asked for, where the task lists it."""
        if name in self._shown:
            self.tabs.setCurrentIndex(self._shown.index(name))

    def _reload(self) -> None:
        self._stale.update(self._pages)
        self._turn()

    def _follow(self) -> None:
        page = self.page
        chosen = self._bench.selection
        if page is not None and not page.view.hasFocus():
            if chosen.table in self._shown and isinstance(page, AttributePage) and page.name != chosen.table:
                self.tabs.setCurrentIndex(self._shown.index(chosen.table))
            else:
                page.follow_selection()

    def _filter(self) -> None:
        self._pause.stop()
        if self.page is not None:
            self.page.model.filter(self.filter.text())

    def _tell_count(self) -> None:
        page = self.page
        if page is None:
            return
        self.conditions.show_model(page.model)
        here, there = page.model.rowCount(), len(page.model.frame)
        text = _("{shown} of {all} rows").format(shown=formats.whole(here), all=formats.whole(there))
        self._count.setText(text if here != there else "")

    def _fill_tables(self, menu: QMenu) -> None:
        menu.clear()
        project = self._bench.session.project
        if project is None:
            return
        for room, title in ROOMS.items():
            menu.addSection(_(title))
            for table in schema.tables().values():
                if table.room == room:
                    text = f"{_(table.label)}  {formats.whole(len(project.table(table.name)))}"
                    menu.addAction(text, lambda name=table.name: self.open(name))

    def _fill_filters(self, menu: QMenu) -> None:
        menu.clear()
        page = self.page
        if page is None:
            return
        fields = menu.addMenu(_("Filter by field"))
        for column in page.view.visible_columns():
            fields.addAction(page.model.columns[column].heading, lambda at=column: page.ask_filter(at))
        if isinstance(page, AttributePage):
            menu.addAction(_("By an expression…"), page.ask_expression)
        chosen = menu.addAction(_("Only what is chosen"), self.show_only_chosen)
        chosen.setEnabled(bool(page.positions_of(self._bench.selection)))
        menu.addSeparator()
        off = menu.addAction(_("All filters off"), self.drop_filters)
        off.setEnabled(bool(page.model.conditions) or bool(self.filter.text()))

    def show_only_chosen(self) -> None:
        """Show only the rows of what is chosen on the map or in the table."""
        page, chosen = self.page, self._bench.selection
        found = page.positions_of(chosen) if page is not None else []
        if page is not None and found:
            told = ngettext("{count} chosen", "{count} chosen", len(found))
            page.model.put_condition(
                OnlyThese("chosen", told.format(count=formats.whole(len(found))), tuple(found))
            )

    def drop_filters(self) -> None:
        """Show every row of the table on screen."""
        self.filter.clear()
        self._filter()
        if self.page is not None:
            self.page.model.drop_conditions()

    def _fill_columns(self, menu: QMenu) -> None:
        menu.clear()
        if self.page is not None:
            menu.addActions(self.page.column_menu(menu).actions())

    def shown_names(self) -> Sequence[str]:
        """Name the tables on the tabs."""
        return tuple(self._shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.filter.setFixedWidth(104 if self.width() > 700 else 84)
