"""Draw, split, join and reshape lines of the network; ends that meet are one node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gis.editing.places import (
    SAME_PLACE_M,
    Anchor,
    foot_on,
    free_id,
    insert_node,
    length_of,
    place_of_node,
    route_of,
    wkb_of_route,
)
from gis.measuring import MetricPlane
from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Draft, Project
from resources.i18n import N_

Point = tuple[float, float]


@dataclass(frozen=True)
class DrawLine:
    """Draw a line between two places; a place on another line splits that one there (T-joint).

    Parameters
    ----------
    start, end
        Where it begins and ends.
    between
        The bends on the way, in the project's coordinates.
    line
        Further columns of the new line, such as ``nominal_kv``, ``feeder``, ``id``.
    """

    start: Anchor
    end: Anchor
    between: tuple[Point, ...] = ()
    line: Mapping[str, Any] = field(default_factory=dict)
    title: str = N_("Draw line {id}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"id": str(self.line.get("id", ""))}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit.

        Raises
        ------
        GridError
            ``unknown-object``, ``no-place``; ``line-without-length`` where it ends where it begins;
            what `Draft.insert` raises.
        """
        draft = project.edit()
        insert_line(draft, MetricPlane.of(project), self.start, self.end, self.between, self.line)
        return draft.finish()


def insert_line(
    draft: Draft,
    plane: MetricPlane,
    start: Anchor,
    end: Anchor,
    between: Sequence[Point],
    values: Mapping[str, Any],
) -> str:
    """Put in a line and the nodes it needs; give its identifier."""
    kv = values.get("nominal_kv")
    a, b = node_at(draft, plane, start, kv), node_at(draft, plane, end, kv)
    route = np.array([place_of_node(draft.project, a), *between, place_of_node(draft.project, b)])
    length = length_of(plane, route)
    if a == b or length <= SAME_PLACE_M:
        raise GridError("line-without-length")
    row = {"id": free_id(draft.project, "ac_line_segments"), "length_m": length, **values}
    draft.insert("ac_line_segments", [{**row, "node_a": a, "node_b": b, "geometry": wkb_of_route(route)}])
    return str(row["id"])


def node_at(draft: Draft, plane: MetricPlane, anchor: Anchor, nominal_kv: float | None) -> str:
    """Give the node at a place, splitting the line it stands on or making a new one."""
    if anchor.node:
        draft.project.table("connectivity_nodes").position(anchor.node)
        return anchor.node
    if anchor.line:
        return split(draft, plane, anchor.line, anchor.x, anchor.y)
    return insert_node(draft, anchor.x, anchor.y, nominal_kv)


# ---------------------------------------------------------------------------- split and join


@dataclass(frozen=True)
class SplitLine:
    """Part a line in two at the point nearest to x, y; both parts stay joined by a new node."""

    line: str
    x: float
    y: float
    title: str = N_("Split line {id}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"id": self.line}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises `GridError` ``unknown-object``, ``no-place``, ``split-at-end``."""
        draft, before = project.edit(), len(project.table("ac_line_segments"))
        split(draft, MetricPlane.of(project), self.line, self.x, self.y)
        if len(draft.project.table("ac_line_segments")) == before:
            raise GridError("split-at-end", id=self.line)
        return draft.finish()


def split(draft: Draft, plane: MetricPlane, line: str, x: float, y: float) -> str:
    """Part `line` at the point nearest to x, y and give the node there; at an end, that end's node.

    The part at node A keeps the identifier. A stated length is shared as the route's is. A switch on the
    B end of the line goes with that end.
    """
    row = draft.project.table("ac_line_segments").row(line)
    route = route_of(draft.project, line)
    foot = foot_on(plane, route, x, y)
    if foot.from_start_m <= SAME_PLACE_M:
        return str(row["node_a"])
    if foot.to_end_m <= SAME_PLACE_M:
        return str(row["node_b"])
    node = insert_node(draft, foot.x, foot.y, row["nominal_kv"])
    middle = np.array([[foot.x, foot.y]])
    first = without_repeats(np.vstack([route[: foot.segment + 1], middle]))
    second = without_repeats(np.vstack([middle, route[foot.segment + 1 :]]))
    length = row["length_m"] if row["length_m"] is not None else length_of(plane, route)
    other = free_id(draft.project, "ac_line_segments")
    rest = {name: value for name, value in row.items() if name != "fid" and value is not None}
    draft.insert(
        "ac_line_segments",
        [
            {
                **rest,
                "id": other,
                "node_a": node,
                "geometry": wkb_of_route(second),
                "length_m": round(length * (1 - foot.share), 2),
            }
        ],
    )
    draft.update(
        "ac_line_segments",
        [line],
        node_b=node,
        geometry=wkb_of_route(first),
        length_m=round(length * foot.share, 2),
    )
    _follow_end(draft, line, other, str(row["node_a"]), str(row["node_b"]))
    return node


def _follow_end(draft: Draft, line: str, other: str, node_a: str, node_b: str) -> None:
    """Let the switches on the B end of `line` sit on `other`, which has that end now."""
    switches = draft.project.frame("switches")
    at_end = (switches["line"] == line) & switches["node_b"].isna()
    at_end &= (switches["node_a"] == node_b) & (switches["node_a"] != node_a)
    ids = switches.loc[at_end, "id"].tolist()
    if ids:
        draft.update("switches", ids, line=other)


def without_repeats(points: np.ndarray) -> np.ndarray:
    """Leave out points that repeat the one before; two always stay."""
    keep = np.concatenate([[True], (np.diff(points, axis=0) != 0).any(axis=1)])
    return points[keep] if keep.sum() > 1 else points[[0, -1]]


@dataclass(frozen=True)
class JoinLines:
    """Make one line of the two that meet at a node where nothing else is connected."""

    node: str
    title: str = N_("Join the lines at {id}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"id": self.node}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; the line that was there first keeps its identifier.

        Raises
        ------
        GridError
            ``unknown-object``; ``not-two-lines``; ``node-in-use`` with what else is connected;
            ``lines-differ`` where voltage, conductor, feeder or service are not the same.
        """
        draft, plane = project.edit(), MetricPlane.of(project)
        first, second = self._lines(project)
        frame = project.table("ac_line_segments")
        one, other = frame.row(first), frame.row(second)
        for column in ("nominal_kv", "model", "feeder", "construction", "in_service"):
            if one[column] != other[column]:
                raise GridError("lines-differ", a=first, b=second, column=column)
        to_node = _directed(route_of(project, first), one["node_b"] == self.node)
        from_node = _directed(route_of(project, second), other["node_a"] == self.node)
        route = without_repeats(np.vstack([to_node, from_node]))
        lengths = [
            line["length_m"] if line["length_m"] is not None else length_of(plane, part)
            for line, part in ((one, to_node), (other, from_node))
        ]
        far = [line["node_a"] if line["node_b"] == self.node else line["node_b"] for line in (one, other)]
        if far[0] == far[1]:
            raise GridError("line-without-length")
        forward = one["node_b"] == self.node
        ends = far if forward else far[::-1]
        draft.delete("ac_line_segments", [second])
        draft.update(
            "ac_line_segments",
            [first],
            node_a=ends[0],
            node_b=ends[1],
            geometry=wkb_of_route(route if forward else route[::-1]),
            length_m=round(sum(lengths), 2),
        )
        draft.delete("connectivity_nodes", [self.node])
        return draft.finish()

    def _lines(self, project: Project) -> tuple[str, str]:
        project.table("connectivity_nodes").position(self.node)
        lines = project.frame("ac_line_segments")
        here = lines.loc[(lines["node_a"] == self.node) | (lines["node_b"] == self.node), "id"].tolist()
        if len(here) != 2:
            raise GridError("not-two-lines", id=self.node, count=len(here))
        switches = project.frame("switches")
        on_lines = switches.loc[switches["line"].isin(here), "id"].tolist()
        others = [f"switches {one}" for one in on_lines]
        others += [
            f"{one.table} {one.id}"
            for one in _uses_of_node(project, self.node)
            if one.table != "ac_line_segments"
        ]
        if others:
            raise GridError("node-in-use", id=self.node, by=", ".join(others[:5]))
        return here[0], here[1]


def _uses_of_node(project: Project, node: str) -> Sequence[Any]:
    from grid_model.delete import dependents

    return dependents(project, "connectivity_nodes", [node])


def _directed(route: np.ndarray, forward: bool) -> np.ndarray:
    return route if forward else route[::-1]


# ---------------------------------------------------------------------------- shape


@dataclass(frozen=True)
class ReshapeLine:
    """Give a line another route between its nodes; a stated length grows or shrinks with the route.

    Parameters
    ----------
    between
        The bends on the way from node A to node B, in the project's coordinates.
    """

    line: str
    between: tuple[Point, ...]
    title: str = N_("Reshape line {id}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"id": self.line}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises `GridError` ``unknown-object``, ``no-place``."""
        draft = project.edit()
        row = project.table("ac_line_segments").row(self.line)
        ends = [place_of_node(project, row[end]) for end in ("node_a", "node_b")]
        put_route(draft, MetricPlane.of(project), self.line, np.array([ends[0], *self.between, ends[1]]))
        return draft.finish()


def put_route(draft: Draft, plane: MetricPlane, line: str, route: np.ndarray) -> None:
    """Give `line` a route; its stated length changes in the ratio in which the route does."""
    row = draft.project.table("ac_line_segments").row(line)
    new = length_of(plane, route)
    if row["length_m"] is not None:
        old = length_of(plane, route_of(draft.project, line))
        new = round(row["length_m"] * new / old, 2) if old > 0 else new
    draft.update("ac_line_segments", [line], geometry=wkb_of_route(route), length_m=new)


@dataclass(frozen=True)
class MoveLineEnd:
    """Take one end of a line to another place: a node, a point on another line, or open ground.

    Parameters
    ----------
    end
        ``a`` or ``b``.
    """

    line: str
    end: str
    to: Anchor
    title: str = N_("Move the end of line {id}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"id": self.line}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit.

        Raises
        ------
        GridError
            ``unknown-object``, ``no-place``; ``line-on-itself`` where the place is on the line itself;
            ``line-without-length``; ``line-end-has-switch`` where a switch sits on that end.
        """
        draft, plane = project.edit(), MetricPlane.of(project)
        row = project.table("ac_line_segments").row(self.line)
        column = f"node_{self.end}"
        self._refuse_switch(project, row, column)
        if self.to.line == self.line:
            raise GridError("line-on-itself", id=self.line)
        route = route_of(project, self.line).copy()
        node = node_at(draft, plane, self.to, row["nominal_kv"])
        if node in (row["node_a"], row["node_b"]) and node != row[column]:
            raise GridError("line-without-length")
        route[0 if self.end == "a" else -1] = place_of_node(draft.project, node)
        put_route(draft, plane, self.line, route)
        draft.update("ac_line_segments", [self.line], **{column: node})
        return draft.finish()

    def _refuse_switch(self, project: Project, row: Mapping[str, Any], column: str) -> None:
        switches = project.frame("switches")
        here = (switches["line"] == self.line) & (switches["node_a"] == row[column])
        if here.any():
            raise GridError("line-end-has-switch", id=self.line, switch=str(switches.loc[here, "id"].iloc[0]))
