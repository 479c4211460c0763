"""Grids split by the areas chosen on the map, and two grids made one by two clicks; each is one edit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from grid_model.naming import called
from resources.i18n import _, ngettext
from ui.bench import Bench
from ui.guard import told
from ui.map.area_layers import TransformerAreaLayer
from ui.map.canvas import DRAG_PX, MapCanvas

if TYPE_CHECKING:
    from ui.map.grid_tools import GridStrip

CHOSEN = "#6E1F6FD0"
"""Areas that become a grid of their own, or the grid that was clicked first: the accent, seen through."""

STEP_PX = 4.0
"""A stroke is looked at every so many pixels, so that a fast hand skips no area."""


def area_layer(canvas: MapCanvas) -> TransformerAreaLayer | None:
    """Give the layer of the transformer areas."""
    return next((one for one in canvas.drawn_layers if isinstance(one, TransformerAreaLayer)), None)


def area_at(canvas: MapCanvas, at: QPointF) -> str:
    """Give the area under a place of the map; empty where there is none."""
    layer = area_layer(canvas)
    hit = layer.hit(canvas.view, at.x(), at.y()) if layer is not None else None
    return hit.id if hit is not None else ""


class GridCutter(QObject):
    """Leads clicks and strokes on the map to a grid that is split, or to two that become one."""

    def __init__(self, strip: GridStrip, bench: Bench, canvas: MapCanvas) -> None:
        super().__init__(strip)
        self._strip, self._bench, self._canvas = strip, bench, canvas
        self._last: QPointF | None = None
        self._panning = self._takes = False
        self.grid = ""
        """The grid that is split, or clicked first."""
        self.areas: dict[str, None] = {}
        """Areas chosen for the new grid."""

    def rest(self) -> None:
        """Forget what was chosen."""
        self.grid, self.areas, self._last = "", {}, None
        self._show()

    def begin_with_selection(self) -> None:
        """Start from the areas, or the grids, chosen in a table."""
        chosen = self._bench.selection
        if self._strip.tool == "split" and chosen.table == "transformer_areas":
            for one in chosen.ids:
                self._take(one)
        elif self._strip.tool == "merge" and chosen.table == "service_grids" and chosen.single:
            self.grid = chosen.single
        self._show()

    # ------------------------------------------------------------------ events

    @told
    def eventFilter(self, _canvas: QObject, event: QEvent) -> bool:
        """Take clicks, strokes, Enter and Escape; everything else goes on to the map."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(Qt.Key(event.key()))
        if not isinstance(event, QMouseEvent):
            return event.type() == QEvent.Type.ToolTip
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if left and kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            self._begin(event.position())
            return True
        if kind == QEvent.Type.MouseMove and self._last is not None:
            self._go(event.position())
            return True
        if left and kind == QEvent.Type.MouseButtonRelease and self._last is not None:
            self._last, self._panning = None, False
            return True
        if event.button() == Qt.MouseButton.RightButton:
            if kind == QEvent.Type.MouseButtonRelease:
                self.give_up()
            return True
        return False

    def _key(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Escape:
            self.give_up()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._strip.tool == "split":
            self.split()
        else:
            return False
        return True

    def give_up(self) -> None:
        """Forget what was chosen; where nothing was, put the tool away."""
        if self.grid or self.areas:
            self.rest()
        else:
            self._strip.choose("")

    def _begin(self, at: QPointF) -> None:
        self._last = at
        area = area_at(self._canvas, at)
        self._panning = not area
        if not area:
            return
        if self._strip.tool == "merge":
            self._click_grid(area)
            return
        self._takes = area not in self.areas
        self._touch(area)
        self._show()

    def _go(self, at: QPointF) -> None:
        moved = at - cast("QPointF", self._last)
        if self._panning:
            if math.hypot(moved.x(), moved.y()) >= DRAG_PX:
                self._canvas.pan(moved.x(), moved.y())
                self._last = at
            return
        if self._strip.tool != "split":
            return
        steps = max(1, math.ceil(math.hypot(moved.x(), moved.y()) / STEP_PX))
        for n in range(1, steps + 1):
            self._touch(area_at(self._canvas, cast("QPointF", self._last) + moved * (n / steps)))
        self._last = at
        self._show()

    # ------------------------------------------------------------------- split

    def _touch(self, area: str) -> None:
        """A stroke that begins on a chosen area lets go of areas, another takes them."""
        if not self._takes:
            self.areas.pop(area, None)
            if not self.areas:
                self.grid = ""
        elif area:
            self._take(area)

    def _take(self, area: str) -> None:
        grid = self._grid_of(area)
        if grid and (not self.grid or grid == self.grid):
            self.grid = grid
            self.areas[area] = None

    def split(self) -> None:
        """Make the areas chosen a grid of their own."""
        grid, areas = self.grid, tuple(self.areas)
        if grid and areas and self._bench.grouping.split_grid(grid, areas):
            self.rest()

    # ------------------------------------------------------------------- merge

    def _click_grid(self, area: str) -> None:
        """The first click chooses a grid, the second the one that joins it."""
        grid = self._grid_of(area)
        if not grid:
            return
        if not self.grid or grid == self.grid:
            self.grid = "" if grid == self.grid else grid
            self._show()
            return
        first = self.grid
        self.rest()
        self._bench.grouping.merge_grids((first, grid))

    # ------------------------------------------------------------------- words

    def _grid_of(self, area: str) -> str:
        return self._bench.grouping.grid_of(area) if area else ""

    def _show(self) -> None:
        """Mark what was chosen, and say it in the bar."""
        whole = self._strip.tool == "merge" and self.grid
        areas = self._bench.grouping.areas_of_grid(self.grid) if whole else tuple(self.areas)
        self._strip.marks.fill(areas, CHOSEN if areas else "")
        self._strip.tell(self.sentence())

    def sentence(self) -> str:
        """Say what was chosen; empty where nothing was."""
        project = self._bench.session.project
        if project is None or not self.grid:
            return ""
        name = called(project, "service_grids", self.grid)
        if self._strip.tool == "merge":
            return _("{grid}: click the grid that joins it.").format(grid=name)
        text = ngettext(
            "{count} area of {grid} becomes a grid of its own.",
            "{count} areas of {grid} become a grid of their own.",
            len(self.areas),
        ).format(count=len(self.areas), grid=name)
        left = set(self._bench.grouping.areas_of_grid(self.grid)) - set(self.areas)
        pieces = max(self._pieces(tuple(self.areas)), self._pieces(tuple(left)))
        warning = _("One of the two would lie in pieces.")
        return f"{text} {warning}" if pieces > 1 else text

    def _pieces(self, areas: tuple[str, ...]) -> int:
        hand = self._bench.grouping.hand
        known = hand.plan.areas if hand is not None else None
        return known.pieces(areas) if known is not None and areas else 0
