"""Grids by hand on the map: areas are painted, managers dragged; what it costs is said meanwhile."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QToolButton, QVBoxLayout

from gis import theme
from grid_model.errors import GridError
from grid_model.naming import all_called
from resources.i18n import N_, _
from ui import objects
from ui.bench import Bench
from ui.guard import told
from ui.icons import icon
from ui.map.area_layers import paint_shape, shape_of
from ui.map.canvas import DRAG_PX, MapCanvas
from ui.map.grid_cutting import GridCutter, area_at, area_layer
from ui.map.paint import hatch
from ui.map.point_layers import ManagerLayer
from ui.map.view import MapView
from ui.panels.group_card import PriceTip
from ui.price_text import price_words
from ui.widgets import button, label

if TYPE_CHECKING:
    from grid_model.grouping.price import Move

MARGIN_PX = 10
PAINTED = "#6E1F6FD0"
"""What a stroke has touched: the accent, seen through."""

AIMED = "#381F6FD0"
"""Land of the group a card is dragged onto."""

SLOW_S = 0.04
"""A price that takes longer is not worked out at every movement of the hand."""

STEP_PX = 4.0
"""A stroke is looked at every so many pixels, so that a fast hand skips no area."""

TOOLS = {
    "": ("pointer", N_("Pick and pan"), ""),
    "paint": (
        "brush",
        N_("Paint areas to a manager"),
        N_(
            "Choose who gets them, then click areas or drag over them."
            " Alt and a click takes the manager of an area."
        ),
    ),
    "move": (
        "person-move",
        N_("Drag managers to another group"),
        N_("Drag a manager's sign onto land of the group he is to join."),
    ),
    "split": (
        "split",
        N_("Split a grid by areas"),
        N_("Click areas of one grid or drag over them; they become a grid of their own. Enter splits."),
    ),
    "merge": (
        "merge",
        N_("Make two grids one"),
        N_("Click a grid, then the one that joins it; both belong to the same group."),
    ),
}


CUTTING = ("split", "merge")
"""Tools of `ui.map.grid_cutting`."""


class AreaMarks:
    """Areas hatched over the finished map."""

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self.hatched: frozenset[str] = frozenset()
        self.crossed: frozenset[str] = frozenset()
        self.filled: tuple[frozenset[str], str] = (frozenset(), "")
        canvas.above.append(self.paint)

    def show(self, hatched: Iterable[str] = (), crossed: Iterable[str] = ()) -> None:
        """Hatch some areas, cross-hatch others."""
        self.hatched, self.crossed = frozenset(hatched), frozenset(crossed)
        self._canvas.update()

    def fill(self, areas: Iterable[str], color: str) -> None:
        """Fill areas with a colour: those a stroke has touched."""
        self.filled = (frozenset(areas), color)
        self._canvas.update()

    def paint(self, painter: QPainter, view: MapView) -> None:
        """Draw."""
        filled, color = self.filled
        every = self.hatched | self.crossed | filled
        layer = area_layer(self._canvas)
        if not every or layer is None:
            return
        rows = [row for row in layer.rows_in_view(view).tolist() if layer.ids[row] in every]
        if not rows:
            return
        for row, _large, rings in layer.outlines(view, np.array(rows, dtype=np.int64)):
            one = layer.ids[row]
            if one in filled:
                painter.setPen(QPen(QColor(theme.ACCENT), 2.4))
                painter.setBrush(QColor(color))
            else:
                painter.setPen(QPen(QColor(theme.MUTED_INK), 1.0))
                kind = "diagonal_cross" if one in self.crossed else "diagonal"
                painter.setBrush(hatch(kind, theme.INK, 70))
            paint_shape(painter, shape_of(rings))


class GridStrip(QFrame):
    """The tools over the left edge of the map while groups are planned."""

    painting = Signal(bool)
    """The brush was taken or put away."""

    def __init__(self, bench: Bench, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.setObjectName("tool-strip")
        self._bench, self._canvas = bench, canvas
        self.marks = AreaMarks(canvas)
        self.tool = ""
        self.hand = GridHand(self, bench, canvas)
        self.cutter = GridCutter(self, bench, canvas)
        self.buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(3, 3, 3, 3)
        column.setSpacing(1)
        for name in TOOLS:
            column.addWidget(self._button(name))
        self.bar = self._bar()
        bench.task_changed.connect(lambda _task: self.refresh())
        bench.grouping.changed.connect(self.refresh)
        bench.session.project_changed.connect(lambda _project, _changes: self.refresh())
        bench.selection_changed.connect(self._on_selection)
        canvas.installEventFilter(self)
        self.refresh()

    def _button(self, name: str) -> QToolButton:
        picture, title, hint = TOOLS[name]
        made = QToolButton()
        made.setCheckable(True)
        made.setChecked(name == self.tool)
        made.setAutoRaise(True)
        made.setIconSize(QSize(18, 18))
        made.setIcon(icon(picture))
        made.setToolTip(f"{_(title)}\n{_(hint)}" if hint else _(title))
        made.setAccessibleName(_(title))
        made.clicked.connect(partial(self.choose, name))
        self.buttons[name] = made
        return made

    def _bar(self) -> QFrame:
        bar = QFrame(self._canvas)
        bar.setObjectName("hint-bar")
        self.hint = label("", wrap=False)
        self.who = QComboBox()
        self.who.setAccessibleName(_("Manager who gets the areas"))
        self.who.setToolTip(self.who.accessibleName())
        line = QHBoxLayout(bar)
        line.setContentsMargins(10, 4, 6, 4)
        line.addWidget(self.who)
        line.addWidget(self.hint, 1)
        self.cut = button(_("Split"), lambda: self.cutter.split(), tip=_("Enter"))
        line.addWidget(self.cut)
        line.addWidget(button(_("Finish"), lambda: self.choose(""), tip=_("Escape")))
        bar.hide()
        return bar

    def choose(self, name: str) -> None:
        """Take a tool, or put it away where it is the one in hand."""
        name = "" if name == self.tool else name
        was = self.tool
        self.tool = name
        for one, made in self.buttons.items():
            made.setChecked(one == name)
        self.hand.rest()
        self.cutter.rest()
        for hand in (self.hand, self.cutter):
            self._canvas.removeEventFilter(hand)
        if name:
            if name in CUTTING and self._bench.grouping.plan is not None:
                self._bench.grouping.keep()  # only grids of a scheme can be cut
            self._canvas.installEventFilter(self.cutter if name in CUTTING else self.hand)
            self._canvas.setCursor(Qt.CursorShape.CrossCursor)
            self._canvas.setFocus()
            self._fill_who()
            self.hint.setText(_(TOOLS[name][2]))
            self.cutter.begin_with_selection()
        else:
            self._canvas.unsetCursor()
        self.who.setVisible(name == "paint")
        self.cut.setVisible(name == "split")
        self.bar.setVisible(bool(name))
        self._place()
        if (was == "paint") != (name == "paint"):
            self.painting.emit(name == "paint")

    def tell(self, text: str) -> None:
        """Say in the bar what was chosen; without a text what the tool does."""
        if self.tool in CUTTING:
            self.hint.setText(text or _(TOOLS[self.tool][2]))
            self.cut.setEnabled(bool(text))
            self._place()

    def _fill_who(self) -> None:
        """List the managers who are planned, the one under the hand first chosen."""
        hand, project = self._bench.grouping.hand, self._bench.session.project
        before = self.manager
        self.who.clear()
        self.who.addItem(_("Manager where the stroke begins"), "")
        if hand is not None and project is not None:
            for one in hand.plan.problem.members:
                self.who.addItem(objects.object_name(project, "district_managers", one), one)
        chosen = self._bench.selection
        wanted = chosen.single if chosen.table == "district_managers" else before
        self.take_manager(wanted or "")

    @property
    def manager(self) -> str:
        """Who gets what is painted; empty: the manager of the area where the stroke begins."""
        return str(self.who.currentData() or "")

    def take_manager(self, manager: str) -> None:
        """Choose who gets what is painted."""
        self.who.setCurrentIndex(max(0, self.who.findData(manager)))

    def _on_selection(self) -> None:
        chosen = self._bench.selection
        if self.tool == "paint" and chosen.table == "district_managers" and chosen.single:
            self.take_manager(chosen.single)

    # ------------------------------------------------------- a card dragged here

    def group_under(self, screen: QPoint) -> int | None:
        """The group whose land lies under a place of the screen; None beside the map and on nobody's land."""
        at = self._canvas.mapFromGlobal(screen)
        if self.isHidden() or not self._canvas.rect().contains(at):
            return None
        return self.hand.group_at(QPointF(at))

    def aim(self, group: int | None) -> None:
        """Show on the map whose land a dragged card would be dropped on."""
        hand = self._bench.grouping.hand
        areas = hand.areas_of_group(group) if hand is not None and group is not None else ()
        self.marks.fill(areas, AIMED if areas else "")

    def refresh(self) -> None:
        """Be there while groups are planned, and the project may be edited."""
        desk = self._bench.grouping
        there = self._bench.task == "grids" and not self._bench.session.reading
        there = there and desk.hand is not None and desk.comparison is None
        if not there and self.tool and not desk.busy and desk.hand is None and desk.scheme:
            return  # only a moment: the scheme is measured anew
        if not there and self.tool:
            self.choose("")
        self.setVisible(there)
        self._place()

    @told
    def eventFilter(self, _canvas: QObject, event: QEvent) -> bool:
        """Stay at the edge when the map changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        self.adjustSize()
        self.move(MARGIN_PX, MARGIN_PX)
        self.raise_()
        if not self.bar.isHidden():
            left = MARGIN_PX + self.width() + MARGIN_PX
            room = self._canvas.width() - left - MARGIN_PX
            self.hint.setWordWrap(True)
            need = self.hint.fontMetrics().horizontalAdvance(self.hint.text()) + 110
            need += self.who.sizeHint().width() if self.tool == "paint" else 0
            need += self.cut.sizeHint().width() + 8 if self.tool == "split" else 0
            self.bar.setFixedWidth(max(200, min(room, need)))
            self.bar.adjustSize()
            self.bar.move(left, MARGIN_PX)
            self.bar.raise_()


class GridHand(QObject):
    """Leads strokes and drags on the map to one edit each, saying what it would cost meanwhile."""

    def __init__(self, strip: GridStrip, bench: Bench, canvas: MapCanvas) -> None:
        super().__init__(strip)
        self._strip, self._bench, self._canvas = strip, bench, canvas
        self._tip = PriceTip(canvas)
        self._last: QPointF | None = None
        self._panning = False
        self._to = ""
        self._areas: dict[str, None] = {}
        self._manager = ""
        self._at = QPointF()
        self._screen = QPoint()
        self._took_s = 0.0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(lambda: self._tell(self._screen) if self._last is not None else None)
        canvas.above.append(self._paint)

    def rest(self) -> None:
        """Forget the stroke."""
        self._last, self._to, self._manager = None, "", ""
        self._areas = {}
        self._panning = False
        self._soon.stop()
        self._tip.hide()
        self._strip.marks.fill((), "")

    @told
    def eventFilter(self, _canvas: QObject, event: QEvent) -> bool:
        """Take strokes and Escape; everything else goes on to the map."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self._give_up()
                return True
            return False
        if not isinstance(event, QMouseEvent):
            return event.type() == QEvent.Type.ToolTip
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseButtonPress and left:
            return self._begin(event)
        if kind == QEvent.Type.MouseMove:
            return self._go(event.position(), event.globalPosition().toPoint())
        if kind == QEvent.Type.MouseButtonRelease and left:
            return self._end(event.position())
        if kind == QEvent.Type.MouseButtonDblClick and left:
            return self._begin(event)
        if event.button() == Qt.MouseButton.RightButton:
            if kind == QEvent.Type.MouseButtonRelease:
                self._give_up()
            return True
        return False

    def _give_up(self) -> None:
        if self._areas or self._manager:
            self.rest()
        else:
            self._strip.choose("")

    # ---------------------------------------------------------------- strokes

    def _begin(self, event: QMouseEvent) -> bool:
        at = event.position()
        self.rest()
        self._last = at
        if self._strip.tool == "move":
            self._manager = self._manager_at(at)
            self._panning = not self._manager
            return True
        area = self._area_at(at)
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._strip.take_manager(self._owner(area) or "")
            self._last = None
            return True
        self._to = self._strip.manager or self._owner(area) or ""
        self._panning = not area
        self._touch(area)
        if self._areas:
            self._tell(event.globalPosition().toPoint())
        return True

    def _go(self, at: QPointF, screen: QPoint) -> bool:
        if self._last is None:
            return False
        moved = at - self._last
        if self._panning:
            if math.hypot(moved.x(), moved.y()) >= DRAG_PX:
                self._canvas.pan(moved.x(), moved.y())
                self._last = at
            return True
        if self._strip.tool == "paint":
            steps = max(1, math.ceil(math.hypot(moved.x(), moved.y()) / STEP_PX))
            for n in range(1, steps + 1):
                self._touch(self._area_at(self._last + moved * (n / steps)))
            self._last = at
        self._at = at
        self._canvas.update()
        self._tell_soon(screen)
        return True

    def _end(self, at: QPointF) -> bool:
        if self._last is None:
            return False
        areas, to, manager = tuple(self._areas), self._to, self._manager
        group = self.group_at(at) if manager else None
        self.rest()
        desk = self._bench.grouping
        if areas and to:
            desk.paint(areas, to)
        elif manager and desk.hand is not None and group not in (None, desk.hand.group_of(manager)):
            desk.move_managers([manager], group)
        return True

    def _touch(self, area: str) -> None:
        """Take an area into the stroke, unless it is the manager's already."""
        if area and self._to and area not in self._areas and self._owner(area) != self._to:
            self._areas[area] = None
            self._strip.marks.fill(self._areas, PAINTED)

    def _tell_soon(self, screen: QPoint) -> None:
        """Say the price at once; where working it out takes long, only when the hand is a moment slower."""
        self._screen = screen
        if self._took_s > SLOW_S:
            if not self._soon.isActive():
                self._soon.start(round(2000 * self._took_s))
            return
        self._tell(screen)

    def _tell(self, screen: QPoint) -> None:
        begun = time.perf_counter()
        self._say(screen)
        self._took_s = time.perf_counter() - begun

    def _say(self, screen: QPoint) -> None:
        """Say what the stroke would cost."""
        from grid_model.grouping.price import MoveAreas, MoveManager

        hand, project = self._bench.grouping.hand, self._bench.session.project
        if hand is None or project is None:
            return
        moves: list[Move] = []
        if self._manager:
            group = self.group_at(self._at)
            name = objects.object_name(project, "district_managers", self._manager)
            if group is None or group == hand.group_of(self._manager):
                self._tip.tell([_("Drag {manager} onto land of another group.").format(manager=name)], screen)
                return
            moves = [MoveManager(self._manager, group)]
            head = _("{manager} → {group}").format(manager=name, group=self._group_name(group))
        elif self._areas:
            name = objects.object_name(project, "district_managers", self._to)
            moves = [MoveAreas(tuple(self._areas), self._to)]
            head = _("{count} areas → {manager}").format(count=len(self._areas), manager=name)
        else:
            return
        locked = [one for one in self._areas if one in set(hand.locked_areas)]
        if locked:
            names = all_called(project, "transformer_areas", locked[:5])
            told = _("Locked to their manager: {areas}").format(areas=names)
            self._tip.tell([head, f"✕ {told}"], screen)
            return
        try:
            lines = price_words(project, hand.price(moves), hand.plan.scores.cost_min).lines
        except GridError as error:
            lines = (objects.problem_sentence(project, error),)
        self._tip.tell([head, *lines], screen)

    # ------------------------------------------------------------------ ground

    def _owner(self, area: str) -> str | None:
        hand = self._bench.grouping.hand
        return hand.owner(area) if hand is not None and area else None

    def _area_at(self, at: QPointF) -> str:
        return area_at(self._canvas, at)

    def _manager_at(self, at: QPointF) -> str:
        layer = next((one for one in self._canvas.drawn_layers if isinstance(one, ManagerLayer)), None)
        hit = layer.hit(self._canvas.view, at.x(), at.y()) if layer is not None and layer.visible else None
        hand = self._bench.grouping.hand
        return hit.id if hit is not None and hand is not None and hit.id in hand.plan.problem.members else ""

    def group_at(self, at: QPointF) -> int | None:
        """The group whose land lies under a place."""
        owner = self._owner(self._area_at(at))
        hand = self._bench.grouping.hand
        return hand.group_of(owner) if owner is not None and hand is not None else None

    def _group_name(self, group: int) -> str:
        hand, project, plan = (
            self._bench.grouping.hand,
            self._bench.session.project,
            self._bench.grouping.plan,
        )
        if hand is not None and project is not None and hand.groups[group]:
            return objects.object_name(project, "mutual_aid_groups", hand.groups[group])
        return plan.names[group] if plan is not None else str(group + 1)

    def _paint(self, painter: QPainter, view: MapView) -> None:
        """Draw the way a manager is dragged."""
        if not self._manager:
            return
        place = self._canvas.screen_position("district_managers", self._manager)
        if place is None:
            return
        painter.setPen(QPen(QColor(theme.ACCENT), 2.0, Qt.PenStyle.DashLine))
        painter.drawLine(place, self._at)
        painter.setBrush(QColor(theme.ACCENT))
        painter.drawEllipse(self._at, 5, 5)
