"""The tools of the hand: what clicks and drags on the map make of the network and the areas.

A tool turns places under the cursor into one edit. It knows nothing of windows; options such as the
voltage of a new line are plain values the window sets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gis.editing.areas import DrawArea, MergeAreas, MoveCorner, ReshapeArea, SplitArea
from gis.editing.devices import InsertSwitch, InsertTransformer, MovePlace
from gis.editing.lines import DrawLine, JoinLines, ReshapeLine, SplitLine
from gis.editing.places import Anchor, free_id, route_of
from grid_model.project import Edit, Project
from resources.i18n import N_
from ui.map.layer import Hit
from ui.map.snapping import Snap

DEFAULT_KV = 10.0
NO_LINE = N_("There is no line here.")


@dataclass
class Ground:
    """What a tool may ask of the map.

    Parameters
    ----------
    project
        The project as it stands.
    object_at
        What stands under a place of the screen plane (metres).
    area_at
        The transformer area that holds a place in project coordinates; empty: none.
    selected
        Table and identifier of the object under the hand.
    """

    project: Callable[[], Project]
    object_at: Callable[[Snap], Hit | None]
    area_at: Callable[[float, float], str]
    selected: Callable[[], tuple[str, str]]


@dataclass
class MapTool:
    """One tool; a fresh one for every sketch.

    Attributes
    ----------
    name, title, hint
        Fixed name, and marked texts: what it is called and what to do next.
    catches
        What the cursor is caught by, see `ui.map.snapping.Snapper`.
    sketch
        Places clicked so far.
    closed
        Whether the sketch is a ring.
    why
        Marked text: why the last click, grab or end came to nothing; empty where it did not.
    """

    ground: Ground
    options: dict[str, Any] = field(default_factory=dict)
    sketch: list[Snap] = field(default_factory=list)
    why: str = ""

    name = ""
    title = ""
    hint = ""
    icon = ""
    catches = frozenset({"end", "line", "area"})
    closed = False
    drags = False
    takes_path = False
    """Whether clicks make a path that Enter, a double click or *Done* ends."""

    def click(self, at: Snap) -> Edit | None:
        """Take a place; give an edit where that is all it needs."""
        self.sketch.append(at)
        return None

    def finish(self) -> Edit | None:
        """Make the edit of the path; None where it is too short still."""
        return None

    def back(self) -> bool:
        """Forget the last place; say whether there was one."""
        if self.sketch:
            self.sketch.pop()
            return True
        return False

    def grab(self, at: Snap) -> bool:
        """Take hold of what is to be dragged; say whether there is anything."""
        return False

    def drop(self, at: Snap) -> Edit | None:
        """Put down what was dragged."""
        return None

    def forget_gone(self, project: Project) -> None:
        """Let go of nodes and lines that `project` no longer has; their places stay as open ground."""
        nodes, lines = project.table("connectivity_nodes"), project.table("ac_line_segments")
        self.sketch = [
            replace(one, kind="", node="", line="", part=-1)
            if (one.node and one.node not in nodes) or (one.line and one.line not in lines)
            else one
            for one in self.sketch
        ]

    def rubber(self, at: Snap) -> Sequence[tuple[float, float]]:
        """What to draw while the cursor is at a place: points in metres, the sketch by default."""
        points = [(one.east, one.north) for one in self.sketch]
        return [*points, (at.east, at.north)] if points else []

    @property
    def project(self) -> Project:
        """The project as it stands."""
        return self.ground.project()


def _anchor(at: Snap) -> Anchor:
    return Anchor(at.x, at.y, node=at.node, line="" if at.node else at.line)


def _path(sketch: Sequence[Snap]) -> tuple[tuple[float, float], ...]:
    return tuple((one.x, one.y) for one in sketch)


# ---------------------------------------------------------------------------- lines and devices


class DrawLineTool(MapTool):
    """A new line from place to place; on another line it makes a joint."""

    name, title, icon = "draw-line", N_("Draw a line"), "line"
    hint = N_(
        "Click from place to place; end with Enter or a double click. An end on a line or node is joined."
    )
    catches = frozenset({"end", "line"})
    takes_path = True

    def finish(self) -> Edit | None:
        """The line, once it has two places."""
        if len(self.sketch) < 2:
            self.why = N_("A line needs two places.")
            return None
        start, end = self.sketch[0], self.sketch[-1]
        values = {"nominal_kv": self.voltage(), **self._of_neighbour(start, end)}
        return DrawLine(_anchor(start), _anchor(end), _path(self.sketch[1:-1]), values)

    def voltage(self) -> float:
        """That of what it is joined to, else the one chosen."""
        for at in (self.sketch[0], self.sketch[-1]) if self.sketch else ():
            table, one = ("connectivity_nodes", at.node) if at.node else ("ac_line_segments", at.line)
            if one and (kv := self.project.table(table).row(one)["nominal_kv"]) is not None:
                return float(kv)
        return float(self.options.get("nominal_kv", DEFAULT_KV))

    def _of_neighbour(self, *ends: Snap) -> dict[str, Any]:
        """Feeder, area and conductor of the line it begins or ends on."""
        lines = self.project.frame("ac_line_segments")
        for at in ends:
            if at.node:
                here = lines[(lines["node_a"] == at.node) | (lines["node_b"] == at.node)]
            else:
                here = lines[lines["id"] == at.line]
            if len(here):
                row = self.project.table("ac_line_segments").row(str(here["id"].iloc[0]))
                names = ("feeder", "transformer_area", "construction", "model")
                return {name: row[name] for name in names if row[name] is not None}
        return {}


class SplitLineTool(MapTool):
    """Part a line where it is clicked."""

    name, title, icon = "split-line", N_("Split a line"), "split-line"
    hint = N_("Click the line where it is to be parted.")
    catches = frozenset({"line"})

    def click(self, at: Snap) -> Edit | None:
        """Part it."""
        self.why = "" if at.line else NO_LINE
        return SplitLine(at.line, at.x, at.y) if at.line else None


class JoinLinesTool(MapTool):
    """Make one line of two that meet."""

    name, title, icon = "join-lines", N_("Join two lines"), "join-lines"
    hint = N_("Click the node where two lines meet and nothing else is connected.")
    catches = frozenset({"end"})

    def click(self, at: Snap) -> Edit | None:
        """Join them."""
        self.why = "" if at.node else N_("There is no node here.")
        return JoinLines(at.node) if at.node else None


class SwitchTool(MapTool):
    """Put a switch into a line."""

    name, title, icon = "insert-switch", N_("Put a switch into a line"), "switch"
    hint = N_("Click the line where the switch stands; its kind is chosen beside.")
    catches = frozenset({"line"})

    def click(self, at: Snap) -> Edit | None:
        """Put it in."""
        if not at.line:
            self.why = NO_LINE
            return None
        values = {
            "id": free_id(self.project, "switches"),
            "kind": self.options.get("kind", "load_break_switch"),
        }
        return InsertSwitch(at.line, at.x, at.y, values)


class TransformerTool(MapTool):
    """A new transformer with its area (wizard)."""

    name, title, icon = "new-transformer", N_("New transformer area"), "transformer"
    hint = N_("Click the 10 kV line or node it hangs on; then say its name and rated power.")
    catches = frozenset({"end", "line"})

    def click(self, at: Snap) -> Edit | None:
        """Ask what it is, then put it in."""
        ask = self.options.get("ask")
        if not (at.line or at.node) or ask is None:
            self.why = N_("There is no line and no node here.")
            return None
        answer = ask(free_id(self.project, "power_transformers"), free_id(self.project, "transformer_areas"))
        if answer is None:
            return None
        transformer, area = answer
        line = "" if at.node else at.line
        return InsertTransformer(at.x, at.y, line, at.node, transformer, area)


class MoveTool(MapTool):
    """Drag a pole, node or device; what stands there and its lines follow."""

    name, title, icon = "move", N_("Move with lines"), "move"
    hint = N_("Drag a pole, switch, transformer, box or node; its lines follow.")
    catches = frozenset({"end"})
    drags = True
    MOVABLE = frozenset(
        {"connectivity_nodes", "poles", "switches", "power_transformers", "junctions", "pv_units"}
    )

    def grab(self, at: Snap) -> bool:
        """Take the symbol under the cursor, else the node."""
        hit = self.ground.object_at(at)
        self._held = ("", "")
        if hit is not None and hit.table in self.MOVABLE:
            self._held = (hit.table, hit.id)
        elif at.node:
            self._held = ("connectivity_nodes", at.node)
        self.sketch = [at] if self._held[1] else []
        self.why = "" if self._held[1] else N_("There is nothing to move here.")
        return bool(self._held[1])

    def drop(self, at: Snap) -> Edit | None:
        """Put it down."""
        table, one = self._held
        self.sketch = []
        return MovePlace(table, one, at.x, at.y)


class ReshapeLineTool(MapTool):
    """Drag a bend of a line, or make one."""

    name, title, icon = "reshape-line", N_("Bend a line"), "bend"
    hint = N_("Drag a bend of a line, or the line itself to make a new bend.")
    catches = frozenset({"line"})
    drags = True

    def grab(self, at: Snap) -> bool:
        """Take a bend, or make one; the ends are moved with their nodes instead."""
        if not at.line:
            self.why = NO_LINE
            return False
        route = route_of(self.project, at.line)
        if at.kind == "corner" and at.part in (0, len(route) - 1):
            self.why = N_("This is an end of the line: move it with its node.")
            return False
        self._line = at.line
        cut = at.part if at.kind == "corner" else at.part + 1
        self._before = [(float(x), float(y)) for x, y in route[1:cut]]
        self._after = [(float(x), float(y)) for x, y in route[cut + (at.kind == "corner") : -1]]
        self.sketch = [at]
        return True

    def drop(self, at: Snap) -> Edit | None:
        """Put it down."""
        self.sketch = []
        return ReshapeLine(self._line, (*self._before, (at.x, at.y), *self._after))


# ---------------------------------------------------------------------------- areas


class DrawAreaTool(MapTool):
    """Give the chosen area an outline, or make a new area."""

    name, title, icon = "draw-area", N_("Draw an area"), "area"
    hint = N_("Click the corners; end with Enter or a double click. Land that neighbours hold stays theirs.")
    catches = frozenset({"area"})
    closed = True
    takes_path = True

    def finish(self) -> Edit | None:
        """The outline, once it has three corners."""
        if len(self.sketch) < 3:
            self.why = N_("An area needs three corners.")
            return None
        table, one = self.ground.selected()
        if table == "transformer_areas" and self.project.table(table).row(one)["geometry"] is None:
            return DrawArea(one, _path(self.sketch))
        new = free_id(self.project, "transformer_areas")
        return DrawArea(new, _path(self.sketch), values_of_area={"name": new})


class SplitAreaTool(MapTool):
    """Cut an area in two."""

    name, title, icon = "split-area", N_("Split an area"), "split-area"
    hint = N_("Draw a path across the area, from outside to outside; end with Enter or a double click.")
    catches = frozenset({"area"})
    takes_path = True

    def finish(self) -> Edit | None:
        """The cut, through the chosen area or the one in the middle of the path."""
        area = _area_of_path(self)
        return SplitArea(area, _path(self.sketch)) if area else None


class ReshapeAreaTool(MapTool):
    """Let a border run along a path."""

    name, title, icon = "reshape-area", N_("Reshape an area"), "reshape-area"
    hint = N_("Choose an area, then draw its new border from edge to edge; neighbours give or take the land.")
    catches = frozenset({"area"})
    takes_path = True

    def finish(self) -> Edit | None:
        """The new border of the chosen area."""
        area = _area_of_path(self)
        return ReshapeArea(area, _path(self.sketch)) if area else None


def _area_of_path(tool: MapTool) -> str:
    """The area under the hand, else the one that holds the middle of the path; empty: none, or no path."""
    if len(tool.sketch) < 2:
        tool.why = N_("The path needs two places.")
        return ""
    table, one = tool.ground.selected()
    if table == "transformer_areas" and one:
        return one
    points = np.array(_path(tool.sketch))
    for middle in ((points[:-1] + points[1:]) / 2).tolist():
        area = tool.ground.area_at(*middle)
        if area:
            return area
    tool.why = N_("The path crosses no area.")
    return ""


class MoveCornerTool(MapTool):
    """Drag a corner that areas share."""

    name, title, icon = "move-corner", N_("Move a corner"), "corner"
    hint = N_("Drag a corner of an area; every area that shares it follows.")
    catches = frozenset({"area"})
    drags = True

    def grab(self, at: Snap) -> bool:
        """Take a corner."""
        self.sketch = [at] if at.kind == "corner" and at.area else []
        self.why = "" if self.sketch else N_("There is no corner here.")
        return bool(self.sketch)

    def drop(self, at: Snap) -> Edit | None:
        """Put it down."""
        start = self.sketch.pop()
        return MoveCorner(start.x, start.y, at.x, at.y)


class MergeAreasTool(MapTool):
    """Make one area of several."""

    name, title, icon = "merge-areas", N_("Merge areas"), "merge"
    hint = N_(
        "Click the areas one after another, the one that stays first; end with Enter or a double click."
    )
    catches = frozenset[str]()
    takes_path = True

    def finish(self) -> Edit | None:
        """The merge."""
        areas = [self.ground.area_at(one.x, one.y) for one in self.sketch]
        chosen = tuple(dict.fromkeys(one for one in areas if one))
        self.why = "" if len(chosen) > 1 else N_("Click two different areas or more.")
        return MergeAreas(chosen) if len(chosen) > 1 else None


class MeasureTool(MapTool):
    """Distance along a path, and the surface it encloses."""

    name, title, icon = "measure", N_("Measure"), "ruler"
    hint = N_("Click from place to place; the distance and, from three places on, the surface stand here.")
    takes_path = True


TOOLS: tuple[type[MapTool], ...] = (
    MeasureTool,
    DrawLineTool,
    SplitLineTool,
    JoinLinesTool,
    ReshapeLineTool,
    SwitchTool,
    TransformerTool,
    MoveTool,
    DrawAreaTool,
    SplitAreaTool,
    MergeAreasTool,
    ReshapeAreaTool,
    MoveCornerTool,
)
