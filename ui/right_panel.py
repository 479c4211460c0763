"""Right of the map: the object under the hand, or the task while nothing is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from ui.bench import Bench
from ui.panels.grouping_panel import GroupingPanel
from ui.panels.object_panel import ObjectPanel
from ui.panels.outage_panel import OutagePanel
from ui.panels.overview_panel import OverviewPanel
from ui.panels.panel import WIDTH
from ui.panels.print_panel import PrintPanel


class RightPanel(QStackedWidget):
    """Turns between the task's panel and the object's."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.setObjectName("right")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.setContentsMargins(1, 0, 0, 0)
        self._bench = bench
        self.overview = OverviewPanel(bench)
        self.grouping = GroupingPanel(bench)
        self.outage = OutagePanel(bench)
        self.print = PrintPanel(bench)
        self.object = ObjectPanel(bench)
        self._tasks: dict[str, QWidget] = {
            "data": self.overview,
            "grids": self.grouping,
            "outage": self.outage,
            "print": self.print,
        }
        for panel in (*self._tasks.values(), self.object):
            self.addWidget(panel)
        self.object.back_wanted.connect(self.show_task)
        bench.selection_changed.connect(self._follow)
        bench.outage.answered.connect(self.show_task)
        bench.traces.wanted.connect(self.show_task)
        bench.task_changed.connect(lambda _task: self.show_task())
        bench.session.project_changed.connect(
            lambda _project, changes: self.show_task() if changes is None else None
        )
        self.show_task()

    def show_task(self) -> None:
        """Show the panel of the task."""
        self.setCurrentWidget(self._tasks[self._bench.task])

    def _follow(self) -> None:
        if self._bench.selection.ids:
            self.setCurrentWidget(self.object)
        else:
            self.show_task()
