"""Walk the network from a place: which nodes are reached, over which branches, how far, and where it ends.

A walk goes over what conducts. *Down* it never goes over a branch towards the source, *up* never away
from it; inside a loop there is no up or down, so a loop is walked both ways. *Free* it goes wherever
something conducts. It never goes through a source: two substations are not one network because both
are fed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from grid_model.project import Project
from grid_model.topology import TopologyIndex
from grid_model.wiring import BranchKind, Wiring

Mask = npt.NDArray[np.bool_]

DEEP = 300
"""Branches one after another from which the compiled walk is taken: it costs the same for any depth."""


class Way(Enum):
    """Which way a walk goes."""

    FREE = "free"
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, eq=False)
class Rules:
    """Where a walk may go; None: no such rule.

    Parameters
    ----------
    enters, halts
        For each branch: whether it may be entered at all; whether the walk ends with it.
    enters_node, halts_node
        The same for each node.
    """

    enters: Mask | None = None
    halts: Mask | None = None
    enters_node: Mask | None = None
    halts_node: Mask | None = None

    @property
    def free(self) -> bool:
        """Whether there are none."""
        return self.enters is self.halts is self.enters_node is self.halts_node is None


@dataclass(frozen=True, eq=False)
class Walk:
    """What a walk reached.

    Parameters
    ----------
    nodes, depth
        Nodes reached, nearest first, and how many branches lie between each and the start.
    tail, branches, head
        Every step there was: from a node (its place in `nodes`) over a branch to a node (its place in
        `nodes`, −1 where the walk ended with the branch). A branch walked both ways stands twice.
    opened
        Open switches met, each once.
    sources
        Branches of the sources met.
    """

    topology: TopologyIndex
    start_count: int
    nodes: np.ndarray
    depth: np.ndarray
    tail: np.ndarray
    branches: np.ndarray
    head: np.ndarray
    opened: np.ndarray
    sources: np.ndarray

    @cached_property
    def first(self) -> np.ndarray:
        """Place of the first, and so nearest, step over each branch entered."""
        at = np.full(len(self.topology.closed), -1, dtype=np.int32)
        at[self.branches[::-1]] = np.arange(len(self.branches), dtype=np.int32)[::-1]  # the first stays
        return np.flatnonzero(at[self.branches] == np.arange(len(self.branches)))

    @property
    def entered(self) -> np.ndarray:
        """Branches entered, nearest first, each once."""
        return np.asarray(self.branches[self.first])

    @property
    def entered_depth(self) -> np.ndarray:
        """For each branch entered, how many branches there are up to and with it."""
        return np.asarray(self.depth[self.tail[self.first]] + 1)

    def entered_distance(self, lengths: np.ndarray) -> np.ndarray:
        """Give for each branch entered the length in m walked up to it; `lengths` for each step."""
        walked = self.distances(lengths)[self.tail]
        nearest = np.full(len(self.topology.closed), np.inf)
        nearest[self.branches] = walked  # walked at most twice: the second stays, the first is compared
        return np.asarray(np.minimum(nearest[self.entered], walked[self.first]))

    def distances(self, lengths: np.ndarray) -> np.ndarray:
        """Give for each of `nodes` the shortest length in m from the start; `lengths` for each step."""
        inside = self.head >= 0
        tail, head, weight = self.tail[inside], self.head[inside], lengths[inside]
        if self._branches_between > len(self.nodes) - self.start_count:  # there are loops
            return shortest(len(self.nodes), tail, head, weight, np.arange(self.start_count))[0]
        down = self.depth[head] == self.depth[tail] + 1
        above, length = np.arange(len(self.nodes)), np.zeros(len(self.nodes))
        above[head[down]], length[head[down]] = tail[down], weight[down]
        while (above != (higher := above[above])).any():
            length += length[above]
            above = higher
        return length

    @property
    def _branches_between(self) -> int:
        """How many branches join two nodes reached, those between two starts left out."""
        tail, head = self.tail[self.first], self.head[self.first]
        return int(((head >= 0) & ((self.depth[tail] > 0) | (self.depth[head] > 0))).sum())


def follow(topology: TopologyIndex, starts: np.ndarray, way: Way, rules: Rules) -> Walk:
    """Walk from the nodes `starts`; up and down they must have supply."""
    starts = np.unique(starts)
    nodes, depth = _reached(topology, starts, way, rules)
    leaves = np.ones(len(nodes), dtype=bool)
    if rules.halts_node is not None:
        leaves = ~rules.halts_node[nodes] | (depth == 0)
    adjacency, wiring = topology.wiring.adjacency, topology.wiring
    at, owner = adjacency.entries_of(nodes[leaves])
    tail, branches, far = np.flatnonzero(leaves)[owner], adjacency.branches[at], adjacency.nodes[at]
    source, closed = wiring.kind[branches] == BranchKind.SOURCE, topology.closed[branches]
    steps = closed & ~source & _may(topology, nodes[tail], branches, far, way, rules)
    place = np.full(wiring.node_count, -1, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    head = place[far]
    if rules.halts is not None:
        head = np.where(rules.halts[branches], -1, head)
    return Walk(
        topology, len(starts), nodes, depth, tail[steps], branches[steps], head[steps],
        np.unique(branches[~closed & ~source]), np.unique(branches[closed & source]),
    )  # fmt: skip


def _may(
    topology: TopologyIndex, near: np.ndarray, branches: np.ndarray, far: np.ndarray, way: Way, rules: Rules
) -> Mask:
    """Tell which steps the way and the rules allow; whether the branch conducts is not asked."""
    found = np.ones(len(branches), dtype=bool)
    if rules.enters is not None:
        found &= rules.enters[branches]
    if rules.enters_node is not None:
        found &= rules.enters_node[far]
    if way is not Way.FREE:
        tree = topology.tree
        upper = tree.position[near if way is Way.DOWN else far]
        found &= ~((tree.parent_branch[upper] == branches) & (tree.cover[upper] == 0))
    return found


def _reached(
    topology: TopologyIndex, starts: np.ndarray, way: Way, rules: Rules
) -> tuple[np.ndarray, np.ndarray]:
    """Find the nodes reached and how many branches lie between."""
    if way is Way.DOWN and rules.free and len(starts) == 1:
        tree, at = topology.tree, int(topology.tree.position[starts[0]])
        below = slice(at, int(tree.end[at]))
        if not tree.cover[below].any():  # no loop: what hangs below is an interval of the walk
            depth = tree.depth[below] - tree.depth[at]
            nearest = np.argsort(depth, kind="stable")
            return tree.order[below][nearest], depth[nearest]
    return _spread(topology, starts, way, rules) or _reached_deep(topology, starts, way, rules)


def _spread(
    topology: TopologyIndex, starts: np.ndarray, way: Way, rules: Rules
) -> tuple[np.ndarray, np.ndarray] | None:
    """Go from front to front; None where there are too many of them."""
    adjacency, kind = topology.wiring.adjacency, topology.wiring.kind
    seen = np.zeros(topology.wiring.node_count, dtype=bool)
    seen[starts] = True
    fronts, front = [starts], starts
    while len(front):
        if len(fronts) > DEEP:
            return None
        at, owner = adjacency.entries_of(front)
        branches, far = adjacency.branches[at], adjacency.nodes[at]
        steps = topology.closed[branches] & (kind[branches] != BranchKind.SOURCE) & ~seen[far]
        if rules.halts is not None:
            steps &= ~rules.halts[branches]
        branches, far, near = branches[steps], far[steps], front[owner[steps]]
        new = np.unique(far[_may(topology, near, branches, far, way, rules)])
        seen[new] = True
        fronts.append(new)
        front = new if rules.halts_node is None else new[~rules.halts_node[new]]
    return np.concatenate(fronts), np.repeat(np.arange(len(fronts)), [len(one) for one in fronts])


def _reached_deep(
    topology: TopologyIndex, starts: np.ndarray, way: Way, rules: Rules
) -> tuple[np.ndarray, np.ndarray]:
    """Find the same by one compiled walk over the whole network; one more node joins the starts."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import breadth_first_order

    wiring, adjacency = topology.wiring, topology.wiring.adjacency
    near = np.repeat(np.arange(wiring.node_count), np.diff(adjacency.start))
    branches, far = adjacency.branches, adjacency.nodes
    steps = topology.closed[branches] & (wiring.kind[branches] != BranchKind.SOURCE)
    if rules.halts is not None:
        steps &= ~rules.halts[branches]
    if rules.halts_node is not None:
        leaves = ~rules.halts_node
        leaves[starts] = True
        steps &= leaves[near]
    if way is not Way.FREE:
        steps &= topology.supplied[near]
    at = np.flatnonzero(steps)
    at = at[_may(topology, near[at], branches[at], far[at], way, rules)]
    first = wiring.node_count
    tails = np.concatenate([near[at], np.full(len(starts), first)])
    heads = np.concatenate([far[at], starts])
    graph = csr_matrix((np.ones(len(tails), dtype=np.int8), (tails, heads)), shape=(first + 1, first + 1))
    order, before = breadth_first_order(graph, first)
    place = np.zeros(first + 1, dtype=np.int64)
    place[order] = np.arange(len(order))
    above = np.concatenate([[0], place[before[order[1:]]]])
    depth = (above != np.arange(len(order))).astype(np.int64)
    while (above != (higher := above[above])).any():
        depth += depth[above]
        above = higher
    nearest = np.argsort(depth[1:], kind="stable")
    return order[1:][nearest].astype(np.int64), depth[1:][nearest] - 1


def shortest(
    count: int, tail: np.ndarray, head: np.ndarray, weight: np.ndarray, starts: Sequence[int] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give the shortest distance of each of `count` places from the `starts`, and the step that leads there.

    Returns
    -------
    distances
        Infinite where no step leads.
    steps
        Number of the last step of the shortest way, −1 at a start and where none leads.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    order = np.lexsort((weight, head, tail))
    first = np.ones(len(order), dtype=bool)  # of parallel steps the shortest
    first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
    kept = order[first]
    # One before all joins the starts; its steps weigh 1, for the library takes a weight of 0 for no step.
    tails = np.concatenate([tail[kept], np.full(len(starts), count)])
    heads = np.concatenate([head[kept], starts])
    weights = np.concatenate([weight[kept] + TINY, np.ones(len(starts))])
    graph = csr_matrix((weights, (tails, heads)), shape=(count + 1, count + 1))
    found, before = dijkstra(graph, indices=count, return_predecessors=True)
    steps = np.full(count, -1, dtype=np.int64)
    led = np.flatnonzero((before[:count] >= 0) & (before[:count] != count))
    keys = tail[kept] * (count + 1) + head[kept]
    steps[led] = kept[np.searchsorted(keys, before[led].astype(np.int64) * (count + 1) + led)]
    distances = np.where(np.isfinite(found[:count]), 0.0, np.inf)
    distances[led] = _summed(steps, tail, weight, led)
    return distances, steps


TINY = 1e-6
"""Metres added to each step while searching: of equally long ways the one over fewer devices is taken."""


def _summed(steps: np.ndarray, tail: np.ndarray, weight: np.ndarray, led: np.ndarray) -> np.ndarray:
    """Add up the true lengths along the ways found."""
    above, length = np.arange(len(steps)), np.zeros(len(steps))
    above[led], length[led] = tail[steps[led]], weight[steps[led]]
    while (above != (higher := above[above])).any():
        length += length[above]
        above = higher
    return np.asarray(length[led])


def lengths_of(project: Project, wiring: Wiring, branches: np.ndarray) -> tuple[np.ndarray, Mask]:
    """Give the length of each of `branches` in m (0 for all but lines), and which lines have none known."""
    at = np.flatnonzero(wiring.kind[branches] == BranchKind.LINE)
    lines = project.frame("ac_line_segments")["length_m"].to_numpy(dtype=np.float64)
    found = lines[wiring.row[branches[at]]]
    lengths, unknown = np.zeros(len(branches)), np.zeros(len(branches), dtype=bool)
    lengths[at], unknown[at] = np.nan_to_num(found), np.isnan(found)
    return lengths, unknown
