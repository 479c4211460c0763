"""The hand with a tool: leads clicks, drags and keys on the map to it, and draws its sketch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen

from gis import theme
from gis.measuring import MetricPlane
from grid_model.errors import GridError
from grid_model.project import Edit, Project
from ui.guard import told
from ui.map.canvas import DRAG_PX, MapCanvas
from ui.map.extent import project_extent
from ui.map.layer import Hit
from ui.map.paint import polygon
from ui.map.snapping import Snap, Snapper
from ui.map.tools import Ground, MapTool, MeasureTool
from ui.map.view import MapView

Done = TypeVar("Done")

FINISHING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
MARK_PX = 6.0
AIM_PX = 11.0
"""Half the length of the cross that is aimed with by keys."""

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
STEP_PX, SMALL_STEP_PX = 40, 4
"""How far an arrow key moves the map below the cross."""


class Hand(QObject):
    """Holds at most one tool over one map."""

    refused = Signal(object)
    """What a tool was asked for cannot be done: the exception."""
    changed = Signal()
    """Another tool, or another sketch."""
    measured = Signal(float, float)
    """Metres along the path, and square metres it encloses."""

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._over: Snap | None = None
        self._press: QPointF | None = None
        self._panned = False
        self._held = False
        self._aimed = False
        """Whether the middle of the map is aimed at by keys, the mouse being out of it."""
        self.do: Callable[[Edit], bool] = lambda _edit: False
        """Makes the edit of a tool; says whether it could be made."""
        self._plane: tuple[Project, MetricPlane] | None = None
        self.tool: MapTool | None = None
        self.ground = Ground(self._project, self._object_at, self._area_at, lambda: self.selected)
        self.selected = ("", "")
        canvas.above.append(self._paint)

    def take(self, tool: MapTool | None) -> None:
        """Take a tool; None: the bare hand, which picks and pans."""
        if self.tool is None and tool is not None:
            self._canvas.installEventFilter(self)
        elif tool is None and self.tool is not None:
            self._canvas.removeEventFilter(self)
        self.tool, self._over, self._press, self._held, self._aimed = tool, None, None, False, False
        if tool is None:
            self._canvas.unsetCursor()
        else:
            self._canvas.setCursor(Qt.CursorShape.CrossCursor)
            self._canvas.setFocus()
        self._tell()

    def finish(self) -> None:
        """End the path and make its edit; a path that is too short stays."""
        if self.tool is None:
            return
        edit = self._try(self.tool.finish)
        if edit is not None:
            self._made(edit)
        else:
            self._tell()

    def give_up(self) -> None:
        """Forget the sketch; without one, put the tool away."""
        if self.tool is not None and self.tool.sketch:
            self.tool.sketch, self.tool.why = [], ""
            self._held, self._press = False, None  # the button still pressed neither drags nor pans any more
            self._tell()
        else:
            self.take(None)

    def follow(self, project: Project) -> None:
        """Go on with what is left of the sketch in the project as it is now; what was held is let go."""
        if self.tool is not None and self._held:
            self.give_up()
        elif self.tool is not None:
            self.tool.forget_gone(project)

    def _try(self, act: Callable[[], Done | None], at: Snap | None = None) -> Done | None:
        """Let the tool do something, at a place; where that cannot be done the window says why."""
        assert self.tool is not None
        self.tool.why = ""
        try:
            if at is not None:
                self._refuse_nowhere(at)
            return act()
        except GridError as error:
            self.refused.emit(error)
            return None

    def _refuse_nowhere(self, at: Snap) -> None:
        """Refuse a place that is none on earth: as long as nothing is placed a blank map has no degrees."""
        project = self._project()
        if project.geographic and project_extent(project) is None:
            raise GridError("nowhere-to-draw")
        if project.geographic and (abs(at.x) > 180 or abs(at.y) > 90):
            raise GridError("bad-place", x=f"{at.x:.1f}", y=f"{at.y:.1f}")

    def _made(self, edit: Edit) -> None:
        """Make the edit; a path that could not be taken stays, to be bettered."""
        tool = self.tool
        assert tool is not None
        sketch, tool.sketch = tool.sketch, []
        self._tell()
        if not self.do(edit) and tool.takes_path:
            tool.sketch = sketch
            self._tell()

    def _tell(self) -> None:
        self.changed.emit()
        self._measure()
        self._canvas.update()

    # ---------------------------------------------------------------- events

    @told
    def eventFilter(self, _canvas: QObject, event: QEvent) -> bool:
        """Lead what the hand does to the tool; everything else goes on to the map."""
        if self.tool is None or self._canvas.project is None:
            return False
        if isinstance(event, QMouseEvent):
            return self._mouse(event)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return event.type() == QEvent.Type.ToolTip

    def _mouse(self, event: QMouseEvent) -> bool:
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseMove:
            return self._move(event)
        if kind == QEvent.Type.MouseButtonPress and left:
            self._begin(event.position())
            return True
        if kind == QEvent.Type.MouseButtonRelease and left:
            self._end(event.position())
            return True
        if kind == QEvent.Type.MouseButtonDblClick and left:
            self.finish()
            return True
        if kind == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.RightButton:
            self.give_up()
            return True
        return kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.RightButton

    def _begin(self, at: QPointF) -> None:
        assert self.tool is not None
        self._press, self._panned = at, False
        tool, place = self.tool, self._snap(at)
        self._held = tool.drags and bool(self._try(lambda: tool.grab(place), place))
        self._tell()

    def _move(self, event: QMouseEvent) -> bool:
        at = event.position()
        self._over, self._aimed = self._snap(at), False
        if not event.buttons():
            self._canvas.setCursor(Qt.CursorShape.CrossCursor)  # the map takes it away after a pan
        self._canvas.update()
        self._measure()
        if self._press is None:
            return False
        if self._held:
            return True
        moved = at - self._press
        if self._panned or math.hypot(moved.x(), moved.y()) >= DRAG_PX:
            self._panned = True
            self._press = at
            self._canvas.pan(moved.x(), moved.y())
        return True

    def _end(self, at: QPointF) -> None:
        assert self.tool is not None
        if self._press is None:
            return
        moved, self._press = at - self._press, None
        tool, place = self.tool, self._snap(at)
        if self._held:
            self._held = False
            far = math.hypot(moved.x(), moved.y()) >= DRAG_PX
            edit = self._try(lambda: tool.drop(place), place) if far else None
            tool.sketch = []
        elif self._panned or tool.drags:
            return
        else:
            self._over = place  # a click need not be preceded by a move, as of a finger
            edit = self._try(lambda: tool.click(place), place)
        if edit is not None:
            self._made(edit)
        else:
            self._tell()
            self._measure()

    def _key(self, event: QKeyEvent) -> bool:
        assert self.tool is not None
        if event.key() in FINISHING:
            self.finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.give_up()
        elif event.key() in ARROWS and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._aim(event)
        elif event.key() == Qt.Key.Key_Space:
            self._act()
        elif event.key() == Qt.Key.Key_Backspace and self.tool.back():
            self.tool.why = ""
            self._tell()
        else:
            return False
        return True

    # -------------------------------------------------------- without a mouse

    def _aim(self, event: QKeyEvent) -> None:
        """Move the map below the cross in its middle, with Shift in small steps."""
        east, south = ARROWS[Qt.Key(event.key())]
        step = SMALL_STEP_PX if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP_PX
        self._canvas.pan(-east * step, -south * step)
        self._look_at_middle()

    def _look_at_middle(self) -> Snap:
        self._aimed = True
        self._over = self._snap(QPointF(self._canvas.width() / 2, self._canvas.height() / 2))
        self._canvas.update()
        self._measure()
        return self._over

    def _act(self) -> None:
        """Do at the cross what a click does there; what is dragged is taken, and put down by the next."""
        tool, place = self.tool, self._look_at_middle()
        assert tool is not None
        if self._held:
            self._held = False
            edit = self._try(lambda: tool.drop(place), place)
            tool.sketch = []
        elif tool.drags:
            self._held = bool(self._try(lambda: tool.grab(place), place))
            edit = None
        else:
            edit = self._try(lambda: tool.click(place), place)
        if edit is not None:
            self._made(edit)
        else:
            self._tell()

    # ---------------------------------------------------------------- ground

    def _project(self) -> Project:
        assert self._canvas.project is not None
        return self._canvas.project

    def _snap(self, at: QPointF) -> Snap:
        canvas = self._canvas
        assert canvas.project is not None
        assert self.tool is not None
        catches = self.tool.catches
        snapper = Snapper(canvas.project, canvas.plane, canvas.view, canvas.drawn_layers, catches)
        return snapper.at(at.x(), at.y())

    def _object_at(self, at: Snap) -> Hit | None:
        x, y = self._canvas.view.to_px(np.array([[at.east, at.north]]))[0]
        return self._canvas.object_at(float(x), float(y))

    def _area_at(self, x: float, y: float) -> str:
        point = self._canvas.plane.metres(np.array([[x, y]]))
        px = self._canvas.view.to_px(point)[0]
        for layer in reversed(self._canvas.drawn_layers):
            if layer.name == "areas":
                hit = layer.hit(self._canvas.view, float(px[0]), float(px[1]))
                return hit.id if hit is not None else ""
        return ""

    # --------------------------------------------------------------- drawing

    def _measure(self) -> None:
        if not isinstance(self.tool, MeasureTool):
            return
        project = self._project()
        if self._plane is None or self._plane[0] is not project:
            self._plane = (project, MetricPlane.of(project))
        places = [*self.tool.sketch, *([self._over] if self._over is not None and self.tool.sketch else [])]
        xy = self._plane[1].points([one.x for one in places], [one.y for one in places])
        along = float(np.hypot(*np.diff(xy, axis=0).T).sum()) if len(xy) > 1 else 0.0
        x, y = xy[:, 0], xy[:, 1]
        inside = abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2 if len(xy) > 2 else 0.0
        self.measured.emit(along, inside)

    def _paint(self, painter: QPainter, view: MapView) -> None:
        if self.tool is None:
            return
        color = QColor(theme.ACCENT)
        if self._aimed:
            x, y = self._canvas.width() / 2, self._canvas.height() / 2
            painter.setPen(QPen(color, 1.4))
            painter.drawLine(QPointF(x - AIM_PX, y), QPointF(x + AIM_PX, y))
            painter.drawLine(QPointF(x, y - AIM_PX), QPointF(x, y + AIM_PX))
        if self._over is not None:
            self._paint_path(painter, view, color)
            self._paint_catch(painter, view, color)
        painter.setPen(QPen(color, 1.4))
        painter.setBrush(QColor("white"))
        for one in self.tool.sketch:
            x, y = view.to_px(np.array([[one.east, one.north]]))[0]
            painter.drawEllipse(QPointF(x, y), 3.2, 3.2)

    def _paint_path(self, painter: QPainter, view: MapView, color: QColor) -> None:
        assert self.tool is not None
        assert self._over is not None
        points = list(self.tool.rubber(self._over))
        if len(points) < 2:
            return
        if self.tool.closed and len(points) > 2:
            points.append(points[0])
        pen = QPen(color, 2.0, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(polygon(view.to_px(np.array(points))))

    def _paint_catch(self, painter: QPainter, view: MapView, color: QColor) -> None:
        """A square where a node is caught, a diamond for a corner, a cross for an edge."""
        assert self._over is not None
        if not self._over.kind:
            return
        x, y = view.to_px(np.array([[self._over.east, self._over.north]]))[0]
        painter.setPen(QPen(color, 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._over.kind == "end":
            painter.drawRect(QRectF(x - MARK_PX, y - MARK_PX, 2 * MARK_PX, 2 * MARK_PX))
        elif self._over.kind == "corner":
            corners = [(x, y - MARK_PX), (x + MARK_PX, y), (x, y + MARK_PX), (x - MARK_PX, y)]
            painter.drawPolygon(polygon(np.array(corners)))
        else:
            painter.drawLine(QPointF(x - MARK_PX, y - MARK_PX), QPointF(x + MARK_PX, y + MARK_PX))
            painter.drawLine(QPointF(x - MARK_PX, y + MARK_PX), QPointF(x + MARK_PX, y - MARK_PX))
