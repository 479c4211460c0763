"""The map widget: shows the picture of the layers, answers clicks, pans and zooms.

What is on the screen is a finished picture, moved and scaled while the next one is being drawn behind
it (`ui.map.picture`), a few milliseconds at a time between two events. So a long redraw never holds the
window.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QIcon,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from gis import theme
from gis.display import DisplayPlane
from grid_model.changes import Changes
from grid_model.project import Project
from resources.i18n import _
from ui.map.building import LayerBuilder
from ui.map.extent import Extent, plane_of, project_extent
from ui.map.furniture import paint_scale_bar
from ui.map.layer import PLAIN_LOOK, Hit, Layer, LayerLook
from ui.map.legend import NOT_COUNTED, Legend, legend_of
from ui.map.marks import paint_box, paint_marks, paint_nothing_placed
from ui.map.overlay import LoopPicture, LossPicture, MapState, OutageOverlay, TracePicture
from ui.map.picture import PictureMaker
from ui.map.places import object_caption, object_points
from ui.map.project_layers import project_layers
from ui.map.stack import ordered
from ui.map.view import MapView

BUDGET_S = 0.006
"""Longest drawing between two events."""

WAITING_MS = 20
"""How often a layer built beside the window is asked for."""

OVERLAYS = tuple(one.name for one in fields(MapState) if one.default is None)
"""What a state may lay over the lines."""

MARKED = 200
"""Selected objects that are marked at once."""

DRAG_PX = 4
"""A press that moves less than this is a click."""


@dataclass(frozen=True)
class LayerInfo:
    """What the layers panel shows of a layer."""

    name: str
    label: str
    visible: bool
    icon: QIcon
    empty: bool
    max_denominator: float


class MapCanvas(QWidget):
    """The map of one project."""

    object_clicked = Signal(str, str)
    nothing_clicked = Signal()
    context_requested = Signal(str, str, QPoint)
    object_activated = Signal(str, str)
    cursor_moved = Signal(float, float)
    view_changed = Signal()
    drawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(200, 150)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Map"))
        self._layers = project_layers()
        self._project: Project | None = None
        self._plane = DisplayPlane()
        self._view = MapView()
        self._whole: MapView | None = None
        self._state = MapState()
        self._extent: Extent | None = None
        self._selection: list[tuple[str, str]] = []
        self.above: list[Callable[[QPainter, MapView], None]] = []
        """What draws over the finished picture: the sketch of a tool."""
        self._picture = PictureMaker()
        self._due = False
        self._builder = LayerBuilder(self._layers)
        self.clicked_at = (0.0, 0.0)
        """Where the map was clicked last, in project coordinates."""
        self._press: QPointF | None = None
        self._box_from: QPointF | None = None
        self._dragged = False
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._draw_a_little)

    # what the window asks of it

    def set_project(self, project: Project | None, changes: Changes | None = None) -> None:
        """Show `project`; with `changes` only the layers they touch are read anew and the view stays."""
        another = self._project is None or changes is None
        self._project = project
        if project is None:
            self._timer.stop()
            self._picture.forget()
            self._builder.begin_anew()
            self._extent, self._selection = None, []
            self.update()
            return
        if another or self._extent is None:
            self._extent = project_extent(project)
        if another or (self._whole is None and self._extent is not None):
            self._plane = plane_of(self._extent, geographic=project.geographic)
            self._builder.begin_anew()
            self._selection = []
            self._whole = None
            self.zoom_to_all()
        elif changes is not None:
            self._builder.outdate(layer.name for layer in self._layers if changes.touches(*layer.tables))
        self.redraw()

    @property
    def project(self) -> Project | None:
        """The project shown."""
        return self._project

    @property
    def plane(self) -> DisplayPlane:
        """The plane the map is drawn on."""
        return self._plane

    @property
    def drawn_layers(self) -> list[Layer]:
        """The layers, the lowest first."""
        return self._layers

    def pan(self, dx: float, dy: float) -> None:
        """Move the paper by so many pixels."""
        self._set_view(self._view.moved(dx, dy))

    @property
    def view(self) -> MapView:
        """The view on the display plane."""
        return self._view

    def extent(self) -> Extent:
        """The rectangle in view in project coordinates."""
        west, south, east, north = self._view.box
        return (*self._plane.project_xy(west, south), *self._plane.project_xy(east, north))

    def zoom_to_all(self) -> None:
        """Show everything that has a place."""
        if self._project is not None and self._extent is not None:
            self.zoom_to(self._extent)
            self._whole = self._view

    def zoom_to(self, extent: Extent) -> None:
        """Show a rectangle given in project coordinates."""
        corners = self._plane.metres(np.array([extent[:2], extent[2:]]))
        self._set_view(self._view.fitted((*corners[0], *corners[1])))

    def look_at(self, x: float, y: float, denominator: float | None = None) -> None:
        """Put a place (project coordinates) in the middle, at a scale or the one there is."""
        east, north = self._plane.metres(np.array([[x, y]]))[0]
        view = replace(self._view, east=east, north=north)
        factor = view.scale_denominator / denominator if denominator else 1.0
        self._set_view(view.zoomed(factor, view.width / 2, view.height / 2))

    def zoom_to_object(self, table: str, one: str) -> bool:
        """Show and select one object; False where it has no place."""
        points = self._object_points(table, one)
        self.select(table, [one])
        if not len(points):
            return False
        low, high = points.min(axis=0), points.max(axis=0)
        view = self._view.fitted((*low, *high), 0.3)
        self._set_view(replace(view, metres_per_px=max(view.metres_per_px, 0.8)))
        return True

    def zoom_in(self) -> None:
        """Enlarge around the middle."""
        self._set_view(self._view.zoomed(1.5, self._view.width / 2, self._view.height / 2))

    def zoom_out(self) -> None:
        """Make smaller around the middle."""
        self._set_view(self._view.zoomed(1 / 1.5, self._view.width / 2, self._view.height / 2))

    def scale_denominator(self) -> float:
        """Denominator of the scale on a screen of 96 dots an inch."""
        return self._view.scale_denominator

    def set_scale_denominator(self, denominator: float) -> None:
        """Zoom to 1:denominator around the middle."""
        factor = self._view.scale_denominator / max(denominator, 1.0)
        self._set_view(self._view.zoomed(factor, self._view.width / 2, self._view.height / 2))

    def layers(self) -> list[LayerInfo]:
        """List the layers, top one first."""
        return [
            LayerInfo(
                one.name,
                one.label if one.is_base_map else _(one.label),
                one.visible,
                one.icon(),
                self._is_empty(one),
                one.farthest,
            )
            for one in reversed(self._layers)
            if one.label
        ]

    def is_built(self, layer: Layer) -> bool:
        """Whether a layer has read the project."""
        return self._builder.has(layer)

    def legend(self, layer: Layer) -> Legend:
        """Tell what a layer draws in this view."""
        if self._project is None or not layer.shows_at(self._view) or not self._builder.has(layer):
            return NOT_COUNTED
        over = any(one.is_base_map and one.visible for one in self._layers)
        return legend_of(layer, self._project, self._view, replace(self._state, over_base_map=over))

    def _is_empty(self, layer: Layer) -> bool:
        """Whether a layer has nothing to draw; one not built yet has something where its table has rows."""
        if self._project is None or self._builder.has(layer) or layer.is_base_map:
            return layer.is_empty()
        return not layer.tables or not len(self._project.frame(layer.tables[0]))

    def dress(
        self, order: Sequence[str], looks: Mapping[str, LayerLook], visible: Mapping[str, bool]
    ) -> None:
        """Show the layers as a person wants them.

        Parameters
        ----------
        order
            Names of layers, the lowest first; those not named keep their place (`ui.map.stack`).
        looks, visible
            By name; a layer not named looks as at first and stays visible or hidden.
        """
        layers, dressed = ordered(self._layers, order), False
        for one in layers:
            look, shown = looks.get(one.name, PLAIN_LOOK), visible.get(one.name, one.visible)
            if look.filter != one.look.filter:
                self._builder.outdate([one.name])
            dressed |= (look, shown) != (one.look, one.visible)
            one.look, one.visible = look, shown
        if dressed or layers != self._layers:
            self._layers = layers
            self.redraw()

    def set_base_maps(self, maps: Sequence[Layer]) -> None:
        """Lay these maps from files under everything, the lowest first."""
        self._layers = [*maps, *(one for one in self._layers if not one.is_base_map)]
        self._builder.take(self._layers)
        self.redraw()

    def set_layer_visible(self, name: str, visible: bool) -> None:
        """Show or hide a layer; raises `KeyError`."""
        {one.name: one for one in self._layers}[name].visible = visible
        self.redraw()

    def set_area_fill(self, mode: str) -> None:
        """Fill the areas by ``none``, ``manager``, ``group``, ``grid`` or ``outage``."""
        self._set_state(replace(self._state, area_fill=mode))

    def set_scheme(self, scheme: str | None) -> None:
        """Show the groups and grids of a scheme; None: the one in force."""
        self._set_state(replace(self._state, scheme=scheme or ""))

    def set_outage(self, outage: OutageOverlay | None) -> None:
        """Lay a study over the map, or take it away."""
        self._set_state(replace(self._state, outage=outage))

    def set_losses(self, losses: LossPicture | None, measure: str = "lv_customers") -> None:
        """Colour lines and switches by what their loss would do; None: as usual."""
        self._set_state(replace(self._state, losses=losses, loss_measure=measure))

    def set_loop(self, loop: LoopPicture | None) -> None:
        """Show the members of a loop, or of none."""
        self._set_state(replace(self._state, loop=loop))

    def set_trace(self, trace: TracePicture | None) -> None:
        """Show what a trace found, or nothing."""
        self._set_state(replace(self._state, trace=trace))

    def set_switch_state(self, state: str) -> None:
        """Draw the switches as they stand in the ``normal`` or the ``current`` state."""
        self._set_state(replace(self._state, switch_state=state))

    def select(self, table: str, ids: list[str]) -> None:
        """Mark objects."""
        self._selection = [(table, one) for one in ids]
        self.update()

    def screenshot(self) -> QImage:
        """Give the finished map as a picture, drawing what is still missing."""
        self.finish_drawing()
        ratio = self.devicePixelRatioF()
        image = QImage((self.size().toSizeF() * ratio).toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        self.render(image, QPoint(), QRegion(), QWidget.RenderFlag(0))  # the map without what stands over it
        return image

    def finish_drawing(self) -> None:
        """Draw to the end without pause: for printing, pictures and tests."""
        while self.is_drawing:
            idle = not (self._due or self._picture.busy)
            if self._project is not None and idle and self._builder.collect(self._project, wait=True):
                self.redraw()
            self._draw_a_little()

    @property
    def is_drawing(self) -> bool:
        """Whether the picture is not complete yet, be it out of sight."""
        return self._project is not None and (self._due or self._picture.busy or self._builder.waiting)

    @property
    def is_in_sight(self) -> bool:
        """Whether everything the window shows is drawn; what is out of sight may still be missing."""
        return self._project is None or not (self._due or self._builder.owes or not self._picture.in_sight)

    def screen_position(self, table: str, one: str) -> QPointF | None:
        """Where an object stands on the screen, None where it has no place."""
        points = self._object_points(table, one)
        if not len(points):
            return None
        middle = points[len(points) // 2] if len(points) > 2 else points.mean(axis=0)
        x, y = self._view.to_px(middle[None, :])[0]
        return QPointF(x, y)

    def object_at(self, x: float, y: float) -> Hit | None:
        """Find the topmost object under a pixel: a symbol before a line before an area."""
        if self._project is None:
            return None
        self._build_shown()
        for layer in reversed(self._layers):
            if layer.shows_at(self._view) and self._builder.has(layer):
                hit = layer.hit(self._view, x, y)
                if hit is not None:
                    return hit
        return None

    # drawing

    def redraw(self) -> None:
        """Begin a new picture; the old one stays until it is ready."""
        self._picture.outdate()
        self._start_drawing()

    def _start_drawing(self) -> None:
        self._picture.stop()
        self._due = self._project is not None and self.isVisible()
        if self._due:
            self._timer.start(0)
        self.update()

    def _set_state(self, state: MapState) -> None:
        if state != self._state:
            self._state = state
            self.redraw()

    def _set_view(self, view: MapView) -> None:
        self._view = view
        self._start_drawing()
        self.view_changed.emit()

    def _build_shown(self) -> None:
        if self._project is not None:
            shown = [layer for layer in self._layers if layer.shows_at(self._view)]
            self._builder.bring_up_to_date(shown, self._project, self._plane, self._view.metres_per_px)

    def _draw_a_little(self) -> None:
        if self._project is None or not self.is_drawing:
            self._timer.stop()
            return
        if self._builder.waiting and self._is_drawn(self._builder.collect(self._project)):
            self.redraw()
        if self._due:
            self._build_shown()
            shown = [layer for layer in self._layers if layer.visible and self._builder.has(layer)]
            state = replace(self._state, over_base_map=any(one.is_base_map for one in shown))
            self._picture.begin(self._view, self.devicePixelRatioF(), shown, state)
            self._due = False
        if self._picture.busy:
            self._draw_on()
        elif self._builder.waiting:
            self._timer.setInterval(WAITING_MS)
        else:
            self._timer.stop()

    def _is_drawn(self, names: set[str]) -> bool:
        """Whether the picture shows any of these layers, or something that rests on them."""
        shown = {layer.name for layer in self._layers if layer.shows_at(self._view)}
        lies_over = any(getattr(self._state, name) is not None for name in OVERLAYS)
        return bool(names & shown) or (bool(names) and lies_over)

    def _draw_on(self) -> None:
        in_sight = self._picture.in_sight
        self._builder.hold_back(not in_sight)
        if self._picture.work(BUDGET_S):
            self.update()
            if self._picture.in_sight and not in_sight:
                self._builder.hold_back(False)
                self.drawn.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Show the finished picture where it belongs in the present view, and the marks above it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.GROUND))
        if self._project is None:
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._picture.in_sight)
        for sheet in (self._picture.ground, self._picture.labels):
            if sheet is not None:
                painter.drawImage(self._target(sheet.view), sheet.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_marks(painter, self._view, self._marked())
        for draw in self.above:
            draw(painter, self._view)
        if self._extent is not None:
            paint_scale_bar(painter, self._view, self.height(), self.font())
        if self._box_from is not None and self._press is not None:
            paint_box(painter, self._box_from, self._press)
        if all(self._is_empty(layer) for layer in self._layers):
            paint_nothing_placed(painter, self.rect())
        painter.end()

    def _target(self, view: MapView) -> QRectF:
        west, south, east, north = view.box
        a, b = self._view.to_px(np.array([[west, north], [east, south]]))
        return QRectF(QPointF(*a), QPointF(*b))

    def _marked(self) -> Iterator[tuple[np.ndarray, str]]:
        """Give what is marked on the map: its points in metres and a colour."""
        outage = self._state.outage
        for objects, color in (
            (self._selection[:MARKED], theme.ACCENT),
            (outage.opened if outage else (), theme.SWITCH_OPEN),
            (outage.closed if outage else (), theme.SWITCH_CLOSED),
        ):
            for table, one in objects:
                yield self._object_points(table, one), color

    def _object_points(self, table: str, one: str) -> np.ndarray:
        return object_points(self._project, self._plane, table, one)

    # the hand

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle; what showed everything goes on showing everything."""
        whole = self._picture.ground is None or self._view == self._whole
        self._view = replace(self._view, width=event.size().width(), height=event.size().height())
        if whole:
            self.zoom_to_all()
        self.redraw()

    def hideEvent(self, _event: QEvent) -> None:
        """Leave the picture under way: a painter must not outlive the image it paints on."""
        self._timer.stop()
        self._due = False
        self._picture.stop()

    def showEvent(self, event: QEvent) -> None:
        """Draw when first shown."""
        self.redraw()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the cursor."""
        factor = math.pow(1.25, event.angleDelta().y() / 120)
        self._set_view(self._view.zoomed(factor, event.position().x(), event.position().y()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag or click begins."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._press, self._dragged = event.position(), False
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._box_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while dragging, stretch a box with Shift, tell where the cursor is."""
        at = event.position()
        self.cursor_moved.emit(*self._plane.project_xy(*self._view.to_metres(at.x(), at.y())))
        if self._press is None:
            return
        moved = at - self._press
        if not self._dragged and math.hypot(moved.x(), moved.y()) < DRAG_PX:
            return
        self._dragged = True
        if self._box_from is not None:
            self._press = at
            self.update()
            return
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._press = at
        self._set_view(self._view.moved(moved.x(), moved.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or pick what was clicked."""
        at = event.position()
        if event.button() == Qt.MouseButton.RightButton:
            self._remember(at)
            hit = self.object_at(at.x(), at.y())
            if hit is not None:
                self.select(hit.table, [hit.id])
                self.context_requested.emit(hit.table, hit.id, event.globalPosition().toPoint())
            return
        if self._press is None:
            return
        box_from, self._box_from, self._press = self._box_from, None, None
        self.unsetCursor()
        if self._dragged:
            if box_from is not None:
                a, b = self._view.to_metres(box_from.x(), box_from.y()), self._view.to_metres(at.x(), at.y())
                box = (min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
                self._set_view(self._view.fitted(box, 0.0))
            return
        self._remember(at)
        hit = self.object_at(at.x(), at.y())
        if hit is None:
            self._selection = []
            self.update()
            self.nothing_clicked.emit()
        else:
            self.select(hit.table, [hit.id])
            self.object_clicked.emit(hit.table, hit.id)

    def _remember(self, at: QPointF) -> None:
        """Keep where the map was clicked, in project coordinates."""
        self.clicked_at = self._plane.project_xy(*self._view.to_metres(at.x(), at.y()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Zoom in where nothing lies; activate what does."""
        at = event.position()
        hit = self.object_at(at.x(), at.y())
        if hit is not None and hit.table not in ("transformer_areas",):
            self.object_activated.emit(hit.table, hit.id)
        else:
            self._set_view(self._view.zoomed(2.0, at.x(), at.y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pan, plus and minus zoom, Home shows everything, Escape lets go."""
        steps = {
            Qt.Key.Key_Left: (80, 0),
            Qt.Key.Key_Right: (-80, 0),
            Qt.Key.Key_Up: (0, 80),
            Qt.Key.Key_Down: (0, -80),
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._set_view(self._view.moved(*steps[key]))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif key == Qt.Key.Key_Minus:
            self.zoom_out()
        elif key == Qt.Key.Key_Home:
            self.zoom_to_all()
        elif key == Qt.Key.Key_Escape:
            self._selection = []
            self.update()
            self.nothing_clicked.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Say what is under a resting cursor."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = self.object_at(event.pos().x(), event.pos().y())
            text = "" if hit is None or self._project is None else object_caption(self._project, hit)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
