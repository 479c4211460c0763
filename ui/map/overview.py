"""The small map of the whole in the corner: shows what is in view, and a click goes there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from gis import theme
from grid_model.changes import Changes
from grid_model.project import Project
from resources.i18n import _
from ui.guard import told
from ui.map.canvas import MapCanvas
from ui.map.extent import project_extent
from ui.map.overlay import MapState
from ui.map.picture import PictureMaker
from ui.map.view import MapView

WIDTH, HEIGHT, GAP = 164, 118, 10
LAYERS = ("stations", "areas", "mv_lines")
BUDGET_S = 0.004
LEAST_PX = 5.0
"""The rectangle of the view is drawn no smaller."""


class OverviewMap(QWidget):
    """Stands over the lower right corner of the canvas."""

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._picture = PictureMaker()
        self._view: MapView | None = None
        self._whole = (0.0, 0.0, 0.0, 0.0)
        """West, south, east and north of everything, in metres."""
        self._stale = True
        self._wanted = True
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._draw)
        self.setFixedSize(WIDTH, HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(_("Overview map"))
        self.setToolTip(_("The whole station; click to go there (F8 hides it)"))
        canvas.installEventFilter(self)
        canvas.view_changed.connect(self._suit)
        canvas.drawn.connect(self._begin)
        self._place()
        self.hide()

    @property
    def wanted(self) -> bool:
        """Whether a person wants to see it."""
        return self._wanted

    @wanted.setter
    def wanted(self, wanted: bool) -> None:
        self._wanted = wanted
        self._suit()

    def set_project(self, project: Project | None, changes: Changes | None) -> None:
        """Show another project, or the same one after an edit."""
        if project is None:
            self._view = None
        elif changes is None or self._view is None:
            self._fit(project)
        self._stale = True
        self._suit()

    def _fit(self, project: Project) -> None:
        extent = project_extent(project)
        if extent is None:
            self._view = None
            return
        corners = self._canvas.plane.metres(np.array([extent[:2], extent[2:]]))
        self._whole = (*corners[0], *corners[1])
        self._view = replace(MapView(), width=WIDTH, height=HEIGHT).fitted(self._whole)

    def _suit(self) -> None:
        """Come and go: beside a map that shows everything it would only be in the way."""
        self.setVisible(self._wanted and self._view is not None and not self.shows_everything)
        self.update()

    @property
    def shows_everything(self) -> bool:
        """Whether the map itself shows the whole."""
        if self._view is None:
            return False
        box = self._whole
        west, south, east, north = self._canvas.view.box
        return west <= box[0] and south <= box[1] and east >= box[2] and north >= box[3]

    # drawing

    def _begin(self) -> None:
        """Draw once the map itself is there."""
        if self._stale and self._view is not None and self.isVisible():
            self._stale = False
            layers = [
                one for one in self._canvas.drawn_layers if one.name in LAYERS and self._canvas.is_built(one)
            ]
            self._picture.outdate()
            self._picture.begin(self._view, self.devicePixelRatioF(), layers, MapState())
            self._timer.start()

    def _draw(self) -> None:
        if self._picture.busy and not self._picture.in_sight:
            if self._picture.work(BUDGET_S):
                self.update()
        else:
            self._picture.stop()
            self._timer.stop()

    def finish_drawing(self) -> None:
        """Draw to the end without pause: for pictures and tests."""
        self._begin()
        while self._timer.isActive():
            self._draw()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Show the whole, and the rectangle of the view."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.GROUND))
        sheet = self._picture.ground
        if sheet is not None and self._view is not None:
            left = (sheet.view.width - self._view.width) / 2
            top = (sheet.view.height - self._view.height) / 2
            painter.drawImage(QPointF(-left, -top), sheet.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._view is not None:
            shade = QColor(theme.ACCENT)
            shade.setAlpha(45)
            painter.setPen(QPen(QColor(theme.ACCENT), 1.6))
            painter.setBrush(shade)
            painter.drawRect(self.frame().intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1)))
        painter.setPen(QPen(QColor(theme.MUTED_INK), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def frame(self) -> QRectF:
        """The rectangle of the map's view, in pixels of this widget."""
        assert self._view is not None
        west, south, east, north = self._canvas.view.box
        a, b = self._view.to_px(np.array([[west, north], [east, south]]))
        found = QRectF(QPointF(*a), QPointF(*b))
        if found.width() < LEAST_PX:
            middle = found.center()
            found = QRectF(0, 0, LEAST_PX, LEAST_PX)
            found.moveCenter(middle)
        return found

    # the hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go where the click is."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go along while dragging."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def _go(self, at: QPointF) -> None:
        if self._view is not None:
            x, y = min(max(at.x(), 0.0), float(WIDTH)), min(max(at.y(), 0.0), float(HEIGHT))
            self._canvas.look_at(*self._canvas.plane.project_xy(*self._view.to_metres(x, y)))

    @told
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the corner of the canvas."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        self.move(self._canvas.width() - WIDTH - GAP, self._canvas.height() - HEIGHT - GAP)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what changed while it was away."""
        super().showEvent(event)
        if self._canvas.is_in_sight:
            self._begin()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the picture under way: a painter must not outlive the image it paints on."""
        super().hideEvent(event)
        self._timer.stop()
        if self._picture.busy:
            self._picture.stop()
            self._stale = True
