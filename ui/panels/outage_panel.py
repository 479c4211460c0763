"""The task Outage on the right: the study, loops, what does not stand as normal, and what is kept."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from resources.i18n import _
from ui.bench import Bench
from ui.panels.abnormal_panel import AbnormalPanel
from ui.panels.loops_panel import LoopsPanel
from ui.panels.outage_kept import KeptPanel
from ui.panels.outage_traces import TracePanel
from ui.panels.steps_panel import StudyPanel

STUDY, LOOPS, ABNORMAL, KEPT, TRACES = range(5)


class OutagePanel(QWidget):
    """Pages under tabs."""

    export_wanted = Signal()
    print_wanted = Signal()
    table_wanted = Signal(str)

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self.study = StudyPanel(bench)
        self.loops = LoopsPanel(bench)
        self.abnormal = AbnormalPanel(bench)
        self.kept = KeptPanel(bench)
        self.traces = TracePanel(bench)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(_("Pages of the task Outage"))
        for text in (_("Study"), _("Loops"), _("Not normal"), _("Kept"), _("Traces")):
            self.tabs.addTab(text)
        self._pages = QStackedWidget()
        for page in (self.study, self.loops, self.abnormal, self.kept, self.traces):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._pages, 1)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        self.study.export_wanted.connect(self.export_wanted)
        self.study.print_wanted.connect(self.print_wanted)
        self.study.table_wanted.connect(self.table_wanted)
        self.study.kept_wanted.connect(lambda: self.tabs.setCurrentIndex(KEPT))
        for signal in (bench.traces.wanted, bench.traces.answered):
            signal.connect(lambda: self.tabs.setCurrentIndex(TRACES))
        bench.outage.answered.connect(lambda: self.tabs.setCurrentIndex(STUDY))
        bench.outage.carried_out.connect(lambda: self.tabs.setCurrentIndex(ABNORMAL))
        bench.ranking.changed.connect(self._count)
        self.abnormal.count_changed.connect(lambda _count: self._count())
        bench.session.project_changed.connect(lambda _project, _changes: self._count())

    def _count(self) -> None:
        """Put the counts on the tabs."""
        found = self._bench.ranking.found
        loops = _("Loops {count}").format(count=len(found.loops)) if found is not None else _("Loops")
        count = self.abnormal.count
        abnormal = _("Not normal {count}").format(count=count) if count is not None else _("Not normal")
        kept = _("Kept {count}").format(count=self.kept.count) if self.kept.count else _("Kept")
        for at, text in ((LOOPS, loops), (ABNORMAL, abnormal), (KEPT, kept)):
            if self.tabs.tabText(at) != text:
                self.tabs.setTabText(at, text)
