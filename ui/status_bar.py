"""The line at the bottom: place, coordinate system, scale, work under way, data date, saved or not."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QToolButton

from grid_model.project import Project
from resources.i18n import _
from ui.bench import Bench
from ui.icons import icon
from ui.jobs import Job
from ui.scale_box import ScaleBox

QUIET_S = 0.3
"""Work nobody asked for is shown when it takes longer than this: what is over at once must not flicker."""


class StatusLine(QStatusBar):
    """The state and provenance of what is on screen."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self._bench = bench
        self.place, self.crs, self.scale = QLabel(), QLabel(), ScaleBox()
        self.date, self.saved, self.work = QLabel(), QLabel(), QLabel()
        self.place.setMinimumWidth(178)
        self.progress = QProgressBar()
        self.progress.setFixedWidth(150)
        self.progress.setTextVisible(False)
        self.cancel = QToolButton()
        self.cancel.setIcon(icon("close"))
        self.cancel.setText(_("Cancel"))
        self.cancel.setObjectName("cancel-job")
        self.cancel.setToolTip(_("Cancel"))
        self.cancel.clicked.connect(self._cancel)
        for words in (self.place, self.crs, self.scale):
            self.addWidget(words)
        for part in (self.work, self.progress, self.cancel, self.date, self.saved):
            self.addPermanentWidget(part)
        self._job: Job | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(round(QUIET_S * 1000))
        self._later.timeout.connect(self._tell_jobs)
        bench.jobs.changed.connect(self._tell_jobs)
        bench.session.saved_changed.connect(self._tell_saved)
        bench.session.project_changed.connect(lambda project, _changes: self._tell_project(project))
        self._tell_project(bench.session.project)
        self._tell_jobs()

    def tell_place(self, x: float, y: float) -> None:
        """Tell where the cursor is, in project coordinates."""
        project = self._bench.session.project
        if project is None or not (math.isfinite(x) and math.isfinite(y)):
            self.place.setText("")
        elif project.geographic:
            east, north = ("E" if x >= 0 else "W"), ("N" if y >= 0 else "S")
            self.place.setText(f"{abs(x):.5f}°{east}  {abs(y):.5f}°{north}")
        else:
            self.place.setText(f"x {x:.1f} m  y {y:.1f} m")

    def tell_scale(self, denominator: float) -> None:
        """Tell the scale of the map."""
        self.scale.tell(round_scale(denominator))

    def _tell_project(self, project: Project | None) -> None:
        self.scale.setVisible(project is not None)
        if project is None:
            for part in (self.place, self.crs, self.date, self.saved):
                part.setText("")
            self.scale.tell(0)
            return
        self.crs.setText(crs_text(project))
        date = project.info.data_date
        self.date.setText(_("Data as of {date}").format(date=date) if date else _("Data date unknown"))
        self._tell_saved()

    def _tell_saved(self) -> None:
        session = self._bench.session
        if session.project is None:
            self.saved.setText("")
            return
        if session.reading:
            self.saved.setText(_("Reading only"))
        else:
            self.saved.setText(_("All changes saved ✓") if session.saved else _("Saving…"))
        self.saved.setToolTip(str(session.path or ""))

    def _tell_jobs(self) -> None:
        running = self._bench.jobs.running
        jobs = [one for one in running if one.asked or time.monotonic() - one.begun > QUIET_S]
        if len(jobs) < len(running):
            self._later.start()
        self._job = jobs[0] if jobs else None
        for part in (self.work, self.progress, self.cancel):
            part.setVisible(bool(jobs))
        job = self._job
        if job is None:
            return
        self.work.setText(job.text or job.title)
        if job.fraction is None:
            self.progress.setRange(0, 0)
        else:
            self.progress.setRange(0, 1000)
            self.progress.setValue(round(job.fraction * 1000))
        stopping = job.feedback.cancelled
        self.cancel.setEnabled(not stopping)
        if stopping:
            self.work.setText(_("Stopping…"))

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._tell_jobs()


def round_scale(denominator: float) -> float:
    """Round a scale to two figures as people read it: 25 000."""
    if denominator <= 0:
        return 0
    step = 10 ** max(0, math.floor(math.log10(denominator)) - 1)
    return float(round(denominator / step) * step)


def crs_text(project: Project) -> str:
    """Name the coordinate system and the 3° zone that distances and areas are measured in (`DOMAIN` §3.5)."""
    if not project.geographic:
        return _("Local plane")
    for table in ("connectivity_nodes", "customers", "poles"):
        longitudes = project.frame(table)["x"].dropna()
        if len(longitudes):
            meridian = 3 * math.floor((float(longitudes.median()) + 1.5) / 3)
            return _("CGCS2000 / 3° zone, CM {meridian}°E").format(meridian=meridian)
    return "CGCS2000"
