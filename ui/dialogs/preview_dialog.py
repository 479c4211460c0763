"""A look at every sheet before it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QDialog, QLabel, QScrollArea, QVBoxLayout, QWidget

from grid_model.feedback import Feedback
from resources.i18n import _
from ui.colors import THEME
from ui.jobs import Job, Jobs
from ui.widgets import button, label, row

if TYPE_CHECKING:
    from gis.pages.items import Page

SCREEN_DPI = 96.0
SMALLEST_DPI, LARGEST_DPI = 30.0, 200.0
ZOOM = 1.25
MARGIN_PX = 40


class PreviewDialog(QDialog):
    """Shows pages one by one; they are drawn beside the window."""

    def __init__(self, pages: Sequence[Page], title: str, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._pages = pages
        self._jobs = jobs
        self._job: Job | None = None
        self._at = 0
        self._dpi = 0.0
        room = QGuiApplication.primaryScreen().availableSize()
        self.resize(round(room.width() * 0.85), round(room.height() * 0.88))
        self.sheet = QLabel()
        self.sheet.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.sheet)
        self._scroll.setWidgetResizable(True)
        self._scroll.setStyleSheet(
            f"QScrollArea, QScrollArea > QWidget > QWidget {{ background: {THEME.desk}; }}"
        )
        self._before = button(_("Previous"), lambda: self.turn(-1), tip="PgUp")
        self._next = button(_("Next sheet"), lambda: self.turn(1), tip="PgDown")
        self._before.setShortcut(Qt.Key.Key_PageUp)
        self._next.setShortcut(Qt.Key.Key_PageDown)
        self.count = label("", "second")
        column = QVBoxLayout(self)
        column.addLayout(
            row(
                self._before,
                self._next,
                self.count,
                1,
                button(_("Smaller"), lambda: self.zoom(1 / ZOOM)),
                button(_("Larger"), lambda: self.zoom(ZOOM)),
                button(_("Done"), self.accept),
            )
        )
        column.addWidget(self._scroll, 1)
        self.finished.connect(lambda _code: self._forget_job())

    def turn(self, step: int) -> None:
        """Go to another sheet."""
        self._at = max(0, min(len(self._pages) - 1, self._at + step))
        self.draw()

    def zoom(self, factor: float) -> None:
        """Show the sheet larger or smaller."""
        self._dpi = max(SMALLEST_DPI, min(LARGEST_DPI, self._dpi * factor))
        self.draw()

    def draw(self) -> None:
        """Draw the sheet beside the window; the one on screen stays until it is ready."""
        page = self._pages[self._at]
        if not self._dpi:
            room = self._scroll.size()
            fits = min(
                (room.width() - MARGIN_PX) / page.width_mm, (room.height() - MARGIN_PX) / page.height_mm
            )
            self._dpi = max(SMALLEST_DPI, min(SCREEN_DPI, fits * 25.4))
        self._before.setEnabled(self._at > 0)
        self._next.setEnabled(self._at < len(self._pages) - 1)
        self.count.setText(_("Sheet {number} of {count}").format(number=self._at + 1, count=len(self._pages)))
        self._forget_job()
        dpi, ratio = self._dpi, self.devicePixelRatioF()

        def work(_feedback: Feedback) -> QImage:
            from ui.page_painter import page_image

            return page_image(page, dpi * ratio)

        def done(image: QImage) -> None:
            if self._job is job:
                self._job = None
                image.setDevicePixelRatio(ratio)
                self.sheet.setPixmap(QPixmap.fromImage(image))

        self._job = job = self._jobs.run(_("Drawing the preview"), work, done)

    def _forget_job(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
