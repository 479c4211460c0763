"""The roads of a project as one net that can be driven, and places brought on to it.

Roads meet where they share an end or a corner of their lines. An end that comes within
``travel.join_ends_m`` of another road meets it too; lines that only cross pass over each other, unless
``travel.join_crossings`` says otherwise (a bridge is no junction).

A place goes to the nearest point of the nearest road within ``travel.snap_limit_m``, on its edge, not only
at its ends. Nobody joins a motorway half way. A short piece of road that hangs together with nothing
(an error of drawing, mostly) is left aside where a longer network is near enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gis.measuring import MetricPlane
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.settings import setting
from grid_model.travel import RoadGraph, Stops

SAME_M = 0.001
"""Corners this near are the same corner."""
STATED_LENGTH = (0.8, 1.5)
"""A stated length is believed where it is this many times what the line measures."""


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Roads as a graph with its shapes.

    Parameters
    ----------
    graph
        Edges are pieces of road between junctions.
    lines
        Shapely lines in metres on `plane`; a road of several parts has a line for each.
    row_of_line
        Row of the table ``roads`` of each line.
    line_of_edge, from_m, to_m
        Line each edge lies on, and where it begins and ends along it, as drawn. Edges are sorted so.
    node_xy
        Place of each node in metres (n, 2).
    length_m
        Length of each line as driven: stated where that is believed.
    part_of_line
        Number of the network each line hangs together with.
    fragment
        Which lines belong to a short piece that hangs together with nothing else.
    closed
        Which lines nobody can join half way.
    odd_lengths
        Rows of the table ``roads`` whose stated length is not believed; the line's counts.
    """

    graph: RoadGraph
    lines: np.ndarray
    row_of_line: np.ndarray
    line_of_edge: np.ndarray
    from_m: np.ndarray
    to_m: np.ndarray
    node_xy: np.ndarray
    length_m: np.ndarray
    part_of_line: np.ndarray
    fragment: np.ndarray
    closed: np.ndarray
    odd_lengths: np.ndarray
    plane: MetricPlane

    def snap(self, places: np.ndarray, limit_m: float, walk_kmh: float) -> Stops:
        """Bring places (n, 2) in metres on to the roads; unknown places are on none."""
        import shapely

        line = np.full(len(places), -1, dtype=np.int64)
        points = shapely.points(places)
        for candidates, tree in self._trees:
            open_places = np.flatnonzero((line < 0) & np.isfinite(places).all(axis=1))
            if not len(candidates) or not len(open_places):
                continue
            place, at = tree.query_nearest(points[open_places], max_distance=limit_m, all_matches=False)
            line[open_places[place]] = candidates[at]
        on = np.flatnonzero(line >= 0)
        along = shapely.line_locate_point(self.lines[line[on]], points[on])
        edge, share = np.full(len(places), -1, dtype=np.int64), np.zeros(len(places))
        edge[on], share[on] = self._edge_at(line[on], along)
        walk_s = np.zeros(len(places))
        walk_s[on] = shapely.distance(self.lines[line[on]], points[on]) / (walk_kmh / 3.6)
        return Stops(edge, share, walk_s)

    @cached_property
    def _trees(self) -> tuple[tuple[np.ndarray, Any], ...]:
        """The lines places may go to, with a search tree: those of longer networks, then fragments."""
        import shapely

        kinds = (~self.fragment & ~self.closed, self.fragment & ~self.closed)
        rows = [np.flatnonzero(kind) for kind in kinds]
        return tuple((some, shapely.STRtree(self.lines[some])) for some in rows)

    @cached_property
    def _before(self) -> np.ndarray:
        """Where each line begins when all are laid end to end, a metre between them."""
        import shapely

        return np.concatenate([[0.0], np.cumsum(shapely.length(self.lines) + 1.0)[:-1]])

    def _edge_at(self, line: np.ndarray, along: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Find the edge of a place along a line, and its share of it."""
        before = self._before
        starts = before[self.line_of_edge] + self.from_m
        edge = np.searchsorted(starts, before[line] + along, "right") - 1
        drawn = self.to_m[edge] - self.from_m[edge]
        share = np.divide(along - self.from_m[edge], drawn, out=np.zeros(len(edge)), where=drawn > 0)
        return edge, np.clip(share, 0.0, 1.0)


def road_network(project: Project, plane: MetricPlane, feedback: Feedback = SILENT) -> RoadNetwork | None:
    """Join the roads of a project to one net; None where there are no roads with a route."""
    import shapely

    frame = project.frame("roads")
    shapes = plane.shapes(frame["geometry"])
    lines, row = shapely.get_parts(shapes, return_index=True)
    sound = (shapely.get_type_id(lines) == 1) & (shapely.length(lines) > 2 * SAME_M)
    lines, row = shapely.force_2d(lines[sound]), row[sound]
    if not len(lines):
        return None
    feedback.report(None)
    stops = _Stops.of(lines)
    stops = stops.with_ends(lines, setting(project, "travel.join_ends_m"))
    if setting(project, "travel.join_crossings"):
        stops = stops.with_crossings(lines)
    feedback.report(None)
    line, from_m, to_m, start, end, node_xy = stops.edges(lines)
    factor, odd = _length_factors(frame, lines, row)
    speed = _speeds(project)[row[line]]
    seconds = (to_m - from_m) * factor[row[line]] / (speed / 3.6)
    one_way = frame["one_way"].to_numpy(dtype=bool)[row[line]]
    graph = RoadGraph(len(node_xy), start, end, seconds, np.ones(len(line), dtype=bool), ~one_way)
    part = _parts(graph, line, lines)
    length = shapely.length(lines) * factor[row]
    whole = np.bincount(part, weights=length)
    least = min(setting(project, "travel.fragment_km") * 1000, whole.max())
    return RoadNetwork(
        graph=graph,
        lines=lines,
        row_of_line=row,
        line_of_edge=line,
        from_m=from_m,
        to_m=to_m,
        node_xy=node_xy,
        length_m=length,
        part_of_line=part,
        fragment=np.asarray((whole < least)[part], dtype=bool),
        closed=(frame["road_class"] == "motorway").to_numpy(dtype=bool)[row],
        odd_lengths=odd,
        plane=plane,
    )


@dataclass(frozen=True)
class _Stops:
    """Points along lines that may become junctions.

    `token` says which of them are the same place: equal tokens meet. `added` marks those that are no
    corner of the line drawn there.
    """

    line: np.ndarray
    along: np.ndarray
    token: np.ndarray
    is_end: np.ndarray
    added: np.ndarray
    same: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, lines: np.ndarray) -> _Stops:
        """Give the ends of all lines and the corners that several share."""
        import shapely

        points, line = shapely.get_coordinates(lines, return_index=True)
        step = np.zeros(len(points))
        step[1:] = np.hypot(*np.diff(points, axis=0).T)
        first = np.ones(len(points), dtype=bool)
        first[1:] = line[1:] != line[:-1]
        step[first] = 0.0
        run = np.cumsum(step)
        along = run - run[first][line]
        last = np.roll(first, -1)
        _places, token = np.unique(np.round(points / SAME_M).astype(np.int64), axis=0, return_inverse=True)
        token = token.ravel()
        repeated = ~first & (token == np.roll(token, 1))  # a corner drawn twice is one
        count = np.bincount(token[~repeated], minlength=token.max() + 1)
        kept = (first | last | (count[token] > 1)) & ~(repeated & ~last)
        return cls(line[kept], along[kept], token[kept], (first | last)[kept], np.zeros(kept.sum(), bool))

    def with_ends(self, lines: np.ndarray, reach_m: float) -> _Stops:
        """Let loose ends meet the roads they come near."""
        import shapely

        loose = np.flatnonzero(self.is_end & (np.bincount(self.token)[self.token] == 1))
        if reach_m <= 0 or not len(loose):
            return self
        points = shapely.line_interpolate_point(lines[self.line[loose]], self.along[loose])
        end, other = shapely.STRtree(lines).query(points, predicate="dwithin", distance=reach_m)
        along = shapely.line_locate_point(lines[other], points[end])
        far = (other != self.line[loose[end]]) | (np.abs(along - self.along[loose[end]]) > 3 * reach_m)
        end, other, along = end[far], other[far], along[far]
        return self._joined(other, along, self.token[loose[end]], reach_m)

    def with_crossings(self, lines: np.ndarray) -> _Stops:
        """Let lines that cross meet there."""
        import shapely

        a, b = shapely.STRtree(lines).query(lines, predicate="intersects")
        a, b = a[a < b], b[a < b]
        points, pair = shapely.get_parts(shapely.intersection(lines[a], lines[b]), return_index=True)
        single = shapely.get_type_id(points) == 0
        points, pair = points[single], pair[single]
        token = self.token.max() + 1 + np.arange(len(points))
        both = np.concatenate([a[pair], b[pair]])
        along = shapely.line_locate_point(lines[both], np.concatenate([points, points]))
        return self._joined(both, along, np.concatenate([token, token]), SAME_M)

    def _joined(self, line: np.ndarray, along: np.ndarray, token: np.ndarray, reach_m: float) -> _Stops:
        """Add stops; one that stands within reach of another on its line is the same place as it."""
        whole = _Stops(
            np.concatenate([self.line, line]),
            np.concatenate([self.along, along]),
            np.concatenate([self.token, token]),
            np.concatenate([self.is_end, np.zeros(len(line), bool)]),
            np.concatenate([self.added, np.ones(len(line), bool)]),
            self.same,
        )
        order = np.lexsort((whole.along, whole.line))
        near = (np.diff(whole.line[order]) == 0) & (np.diff(whole.along[order]) <= reach_m)
        near &= whole.added[order][1:] | whole.added[order][:-1]
        at = np.flatnonzero(near)
        pairs = np.column_stack([whole.token[order][at], whole.token[order][at + 1]])
        same = (*whole.same, *((int(one), int(other)) for one, other in pairs))
        return _Stops(whole.line, whole.along, whole.token, whole.is_end, whole.added, same)

    def edges(self, lines: np.ndarray) -> tuple[np.ndarray, ...]:
        """Give line, beginning and end along it, start and end node of each edge, and the nodes' places."""
        import shapely
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        size = int(self.token.max()) + 1
        one, other = np.array(self.same, dtype=np.int64).reshape(-1, 2).T
        joined = coo_array((np.ones(len(one)), (one, other)), shape=(size, size))
        _count, group = connected_components(joined, directed=False)
        _nodes, node = np.unique(group[self.token], return_inverse=True)
        order = np.lexsort((self.along, self.line))
        line, along, node = self.line[order], self.along[order], node.ravel()[order]
        # Stops at one point of a line that are one place have no edge between them.
        at = np.flatnonzero((line[1:] == line[:-1]) & ((node[1:] != node[:-1]) | (np.diff(along) > SAME_M)))
        place = np.zeros((len(_nodes), 2))
        place[node] = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], along))
        return line[at], along[at], along[at + 1], node[at], node[at + 1], place


def _speeds(project: Project) -> np.ndarray:
    """Give each road's speed in km/h: its own, else its class's; without a class that of village roads."""
    frame = project.frame("roads")
    classes = ("motorway", "trunk", "county", "township", "village", "track")
    by_class = {one: setting(project, f"travel.speed_{one}_kmh") for one in classes}
    usual = frame["road_class"].map(by_class).fillna(by_class["village"]).to_numpy(dtype=float)
    own = frame["speed_kmh"].to_numpy(dtype=float)
    return np.asarray(np.where(own > 0, own, usual), dtype=float)


def _length_factors(frame: Any, lines: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give stated over drawn length of each road, 1 where none is believed, and the rows not believed."""
    import shapely

    drawn = np.bincount(row, weights=shapely.length(lines), minlength=len(frame))
    stated = frame["length_m"].to_numpy(dtype=float)
    ratio = np.divide(stated, drawn, out=np.full(len(frame), np.nan), where=drawn > 0)
    low, high = STATED_LENGTH
    believed = (ratio >= low) & (ratio <= high)
    return np.where(believed, ratio, 1.0), np.flatnonzero(np.isfinite(ratio) & ~believed)


def _parts(graph: RoadGraph, line: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Number the networks that hang together; give that of each line."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    joined = coo_array((np.ones(len(graph)), (graph.start, graph.end)), shape=(graph.nodes, graph.nodes))
    _count, part = connected_components(joined, directed=False)
    of_line = np.zeros(len(lines), dtype=np.int64)
    of_line[line] = part[graph.start]
    return of_line
