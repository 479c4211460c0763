"""How long it takes from place to place along the roads: shortest times on a road graph.

The graph is integer arrays: an edge is a piece of road between two nodes, with its seconds and the
directions in which it may be driven. A place stands *on* an edge, not only at its ends, and is reached
from there on foot.

Before the search the graph is made smaller without changing any time between the places asked for: a
node with few neighbours that is no such place is taken out and its ways through are kept as direct ones
(node contraction; Geisberger et al., *Contraction Hierarchies*, 2008, without the hierarchy). What is
left is searched with Dijkstra's algorithm (`scipy.sparse.csgraph`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid_model.feedback import SILENT, Feedback

MOST_NEIGHBOURS = 5
"""Nodes with at most so many neighbours are taken out; more would leave more ways than they save."""
SMALLEST_ROUND = 0.01
"""Contraction ends where a round takes out less than this share of the nodes."""
SOURCES_AT_ONCE = 64
AT_A_NODE = 1e-9
"""A place this near to an end of its edge, as a share of it, stands at the node."""


@dataclass(frozen=True)
class RoadGraph:
    """Pieces of road between nodes.

    Parameters
    ----------
    nodes
        How many nodes there are; they are numbered from 0.
    start, end
        Nodes of each edge, int64 (m,).
    seconds
        Time along the whole edge, (m,), at least 0.
    forward, backward
        Whether an edge may be driven from start to end, and from end to start, (m,).
    """

    nodes: int
    start: np.ndarray
    end: np.ndarray
    seconds: np.ndarray
    forward: np.ndarray
    backward: np.ndarray

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True)
class Stops:
    """Places brought on to the roads, in the caller's order.

    Parameters
    ----------
    edge
        Edge each place stands at, int64 (n,); -1 for a place that is on no road.
    share
        Where on the edge: 0 at its start, 1 at its end.
    walk_s
        Seconds on foot between the place and the road.
    """

    edge: np.ndarray
    share: np.ndarray
    walk_s: np.ndarray

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def on_road(self) -> np.ndarray:
        """Which places are on a road, (n,)."""
        return np.asarray(self.edge >= 0, dtype=bool)


@dataclass(frozen=True)
class TravelUse:
    """Where travel times come from, for the notes of a plan.

    Parameters
    ----------
    source
        ``roads``, ``straight`` (line × terrain factor) or ``given`` by the caller.
    off_road
        Ids of the places too far from any road; straight lines stand in for them. Sorted.
    no_way
        Pairs of ids on roads that do not hang together, ``a < b``, sorted; straight lines stand in.
    """

    source: str = "straight"
    off_road: tuple[str, ...] = ()
    no_way: tuple[tuple[str, str], ...] = ()


def travel_seconds(
    graph: RoadGraph, origins: Stops, targets: Stops, feedback: Feedback = SILENT
) -> np.ndarray:
    """Give the shortest time from each origin to each target, on foot to and from the road included.

    Returns
    -------
    seconds
        (origins, targets); infinite where there is no way or a place is on no road.

    Raises
    ------
    Cancelled
        Where `feedback` was asked to stop.
    """
    found = np.full((len(origins), len(targets)), np.inf)
    from_rows, to_rows = np.flatnonzero(origins.on_road), np.flatnonzero(targets.on_road)
    if not len(from_rows) or not len(to_rows):
        return found
    edge = np.concatenate([origins.edge[from_rows], targets.edge[to_rows]])
    share = np.concatenate([origins.share[from_rows], targets.share[to_rows]])
    arcs, nodes, at = _with_places(graph, edge, share)
    seconds = _between(arcs, nodes, at[: len(from_rows)], at[len(from_rows) :], feedback)
    walk = origins.walk_s[from_rows][:, None] + targets.walk_s[to_rows][None, :]
    found[np.ix_(from_rows, to_rows)] = seconds + walk
    return found


@dataclass(frozen=True)
class _Arcs:
    """Ways from node to node; of two nodes in one direction at most one, sorted by tail and head."""

    tail: np.ndarray
    head: np.ndarray
    seconds: np.ndarray

    @classmethod
    def cheapest(cls, tail: np.ndarray, head: np.ndarray, seconds: np.ndarray, nodes: int) -> _Arcs:
        """Keep the quickest of several ways between the same nodes; a way back to its start serves nobody."""
        key = tail * nodes + head
        order = np.lexsort((seconds, key))
        order = order[(tail != head)[order]]
        first = np.ones(len(order), dtype=bool)
        first[1:] = key[order][1:] != key[order][:-1]
        order = order[first]
        return cls(tail[order], head[order], seconds[order])


def _with_places(graph: RoadGraph, edge: np.ndarray, share: np.ndarray) -> tuple[_Arcs, int, np.ndarray]:
    """Part the edges at places on them; gives the arcs, the new number of nodes, and the places' nodes."""
    at = np.where(
        share <= AT_A_NODE, graph.start[edge], np.where(share >= 1 - AT_A_NODE, graph.end[edge], -1)
    )
    inside = np.flatnonzero(at < 0)
    order = inside[np.lexsort((share[inside], edge[inside]))]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (edge[order][1:] != edge[order][:-1]) | (share[order][1:] != share[order][:-1])
    at[order] = graph.nodes + np.cumsum(new) - 1
    places = order[new]
    nodes = graph.nodes + len(places)
    parted = np.zeros(len(graph), dtype=bool)
    parted[edge[places]] = True
    # The points along every parted edge, its ends among them, in order; pieces lie between consecutive ones.
    ends = np.flatnonzero(parted)
    of = np.concatenate([ends, edge[places], ends])
    where = np.concatenate([np.zeros(len(ends)), share[places], np.ones(len(ends))])
    node = np.concatenate([graph.start[ends], at[places], graph.end[ends]])
    order = np.lexsort((where, of))
    of, where, node = of[order], where[order], node[order]
    piece = np.flatnonzero(of[1:] == of[:-1])
    own = of[piece]
    whole = ~parted
    start = np.concatenate([graph.start[whole], node[piece]])
    end = np.concatenate([graph.end[whole], node[piece + 1]])
    seconds = np.concatenate([graph.seconds[whole], graph.seconds[own] * (where[piece + 1] - where[piece])])
    forward = np.concatenate([graph.forward[whole], graph.forward[own]])
    backward = np.concatenate([graph.backward[whole], graph.backward[own]])
    arcs = _Arcs.cheapest(
        np.concatenate([start[forward], end[backward]]),
        np.concatenate([end[forward], start[backward]]),
        np.concatenate([seconds[forward], seconds[backward]]),
        nodes,
    )
    return arcs, nodes, at


def _between(
    arcs: _Arcs, nodes: int, origins: np.ndarray, targets: np.ndarray, feedback: Feedback
) -> np.ndarray:
    """Give the shortest times between nodes, (origins, targets)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    wanted = np.zeros(nodes, dtype=bool)
    wanted[origins] = wanted[targets] = True
    arcs = _contracted(arcs, nodes, wanted, feedback)
    left = np.unique(np.concatenate([arcs.tail, arcs.head, np.flatnonzero(wanted)]))
    number = np.full(nodes, -1, dtype=np.int64)
    number[left] = np.arange(len(left))
    matrix = csr_array((arcs.seconds, (number[arcs.tail], number[arcs.head])), shape=(len(left), len(left)))
    sources, which = np.unique(origins, return_inverse=True)
    reached = np.empty((len(sources), len(targets)))
    for first in range(0, len(sources), SOURCES_AT_ONCE):
        feedback.report(first / len(sources))
        some = sources[first : first + SOURCES_AT_ONCE]
        reached[first : first + len(some)] = dijkstra(matrix, indices=number[some])[:, number[targets]]
    return np.asarray(reached[which], dtype=float)


def _contracted(arcs: _Arcs, nodes: int, wanted: np.ndarray, feedback: Feedback) -> _Arcs:
    """Take out nodes nobody asks for, round by round, neighbours never in the same round."""
    tie = np.random.default_rng(0).permutation(nodes)
    while True:
        feedback.report(None)
        low, high = np.minimum(arcs.tail, arcs.head), np.maximum(arcs.tail, arcs.head)
        pairs = np.unique(low * nodes + high)
        low, high = pairs // nodes, pairs % nodes
        degree = np.bincount(low, minlength=nodes) + np.bincount(high, minlength=nodes)
        goes = (degree > 0) & (degree <= MOST_NEIGHBOURS) & ~wanted
        rank = degree * nodes + tie
        both = goes[low] & goes[high]
        later = np.where(rank[low[both]] < rank[high[both]], high[both], low[both])
        goes[later] = False
        if goes.sum() <= SMALLEST_ROUND * (degree > 0).sum():
            return arcs
        arcs = _without(arcs, goes, nodes)


def _without(arcs: _Arcs, goes: np.ndarray, nodes: int) -> _Arcs:
    """Take out the nodes `goes`, no two of them neighbours; every way through one becomes a direct one."""
    into, out = goes[arcs.head], goes[arcs.tail]
    tails, through, first_s = arcs.tail[into], arcs.head[into], arcs.seconds[into]
    middle, heads, then_s = arcs.tail[out], arcs.head[out], arcs.seconds[out]  # sorted by `middle`
    start = np.searchsorted(middle, through, "left")
    count = np.searchsorted(middle, through, "right") - start
    way = np.repeat(np.arange(len(through)), count)
    onward = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(start, count)
    stay = ~(into | out)
    return _Arcs.cheapest(
        np.concatenate([arcs.tail[stay], tails[way]]),
        np.concatenate([arcs.head[stay], heads[onward]]),
        np.concatenate([arcs.seconds[stay], first_s[way] + then_s[onward]]),
        nodes,
    )
