"""Walk the network once from its sources and keep what the walk tells: who hangs below whom.

The walk is a true depth-first one, so every branch off the tree joins a node with one of its
ancestors. What hangs below a branch is then an interval of the walk's order, and a branch has another
path beside it exactly where some branch off the tree bridges over it: both are sums over arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

HUB_WORK = 100_000_000
"""Sum of squared degrees from which the own walk is taken: scipy's scans a node's neighbours anew for
each child, so one busbar with 100 000 branches would hold it for minutes."""


@dataclass(frozen=True, eq=False)
class Adjacency:
    """Neighbours of every node: those of node ``i`` stand at ``start[i]:start[i + 1]``."""

    start: np.ndarray
    nodes: np.ndarray
    branches: np.ndarray

    @classmethod
    def of(cls, node_count: int, a: np.ndarray, b: np.ndarray, branches: np.ndarray) -> Adjacency:
        """Arrange the `branches` between the nodes `a` and `b` by node, in the order of `branches`."""
        from scipy.sparse import csr_matrix

        ends, others = np.concatenate([a, b]), np.concatenate([b, a])
        entries = np.arange(len(ends), dtype=np.int32)
        # One column for each entry: parallel branches stay apart, and the sort is a linear one.
        sorted_ = csr_matrix((entries, (ends, entries)), shape=(node_count, max(len(ends), 1)))
        entry = sorted_.indices
        return cls(
            sorted_.indptr.astype(np.int64),
            others[entry].astype(np.int32),
            np.concatenate([branches, branches])[entry].astype(np.int32),
        )

    def conducting(self, closed: np.ndarray) -> Adjacency:
        """Leave out the branches that are not `closed`."""
        keep = closed[self.branches]
        before = np.concatenate([[0], np.cumsum(keep)])
        return Adjacency(before[self.start], self.nodes[keep], self.branches[keep])

    def entries_of(self, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give where the neighbours of `nodes` stand, and to which of `nodes` (by position) each belongs."""
        return slices(self.start[nodes], self.start[nodes + 1])


def slices(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the numbers of all half-open intervals one after another, and the interval each comes from."""
    lengths = ends - starts
    owner = np.repeat(np.arange(len(starts)), lengths)
    first = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) - first[owner] + starts[owner], owner


@dataclass(frozen=True, eq=False)
class SupplyTree:
    """One depth-first walk from the root over conducting branches.

    *Positions* are places in the order of the walk; the root has position 0.

    Parameters
    ----------
    order
        Node at each position.
    position
        Position of each node, −1 where the walk does not come.
    parent
        Position of the parent at each position, −1 for the root.
    parent_branch
        Branch by which the walk came to each position, −1 for the root. Of parallel branches it is the
        first; the others are off the tree.
    end
        One past the last position below each position: what hangs below is ``position:end``.
    cover
        For each position, how many branches off the tree lead from what hangs below it to above it.
        None: the parent branch is a bridge, its loss parts everything below.
    chords
        Branches off the tree, and the lower and the upper position they join.
    """

    order: np.ndarray
    position: np.ndarray
    parent: np.ndarray
    parent_branch: np.ndarray
    end: np.ndarray
    cover: np.ndarray
    chords: np.ndarray
    chord_low: np.ndarray
    chord_high: np.ndarray

    @cached_property
    def depth(self) -> np.ndarray:
        """Branches between the root and each position."""
        up = np.maximum(self.parent, 0)
        depth = np.ones(len(up), dtype=np.int32)
        depth[0] = 0
        while up.any():
            depth += depth[up]
            up = up[up]
        return depth

    def common_ancestors(self, lowest: np.ndarray, highest: np.ndarray) -> np.ndarray:
        """Give the lowest common ancestor of all positions between `lowest` and `highest` (inclusive).

        Everything between two positions of a walk hangs below their common ancestor, and some child of
        it starts there: so it is the smallest parent in the interval.
        """
        result = lowest.copy()
        apart = np.flatnonzero(lowest < highest)
        if not len(apart):
            return result
        starts, ends = lowest[apart] + 1, highest[apart] + 1
        marks = np.unique(np.concatenate([starts, ends, [0]]))
        marks = marks[marks < len(self.parent)]
        levels = [np.minimum.reduceat(self.parent, marks)]
        while (1 << len(levels)) <= len(marks):
            half = 1 << (len(levels) - 1)
            levels.append(np.minimum(levels[-1][:-half], levels[-1][half:]))
        left, right = np.searchsorted(marks, starts), np.searchsorted(marks, ends)
        level = np.frexp(right - left)[1] - 1
        smallest = np.empty(len(apart), dtype=result.dtype)
        for n, row in enumerate(levels):
            at = np.flatnonzero(level == n)
            smallest[at] = np.minimum(row[left[at]], row[right[at] - (1 << n)])
        result[apart] = smallest
        return result

    def path_up(self, position: int) -> list[int]:
        """List the positions from `position` up to the root, both included."""
        path = [position]
        while path[-1] > 0:
            path.append(int(self.parent[path[-1]]))
        return path


def walk(adjacency: Adjacency, a: np.ndarray, b: np.ndarray, branches: np.ndarray, root: int) -> SupplyTree:
    """Walk from `root` over `adjacency`, which holds the `branches` between the nodes `a` and `b`.

    Parameters
    ----------
    adjacency
        Conducting branches only; parallel ones kept, self-loops left out.
    a, b, branches
        The same branches as lists.
    """
    order, parent_node = depth_first(adjacency, root)
    count = len(order)
    position = np.full(len(adjacency.start) - 1, -1, dtype=np.int32)
    position[order] = np.arange(count, dtype=np.int32)
    parent = np.full(count, -1, dtype=np.int32)
    parent[1:] = position[parent_node[order[1:]]]

    at_a, at_b = position[a], position[b]
    reached = at_a >= 0
    at_a, at_b, branches = at_a[reached], at_b[reached], branches[reached]
    low, high = np.maximum(at_a, at_b), np.minimum(at_a, at_b)
    entry = np.full(count, -1, dtype=np.int64)
    downward = np.flatnonzero(parent[low] == high)[::-1]
    entry[low[downward]] = downward  # the last assignment stays: the first branch
    on_tree = np.zeros(len(low), dtype=bool)
    on_tree[entry[1:]] = True
    parent_branch = np.full(count, -1, dtype=np.int32)
    parent_branch[1:] = branches[entry[1:]]

    end = _ends(parent)
    chord_low, chord_high = low[~on_tree], high[~on_tree]
    cover = np.zeros(count, dtype=np.int64)
    if len(chord_low):
        weight = np.bincount(chord_low, minlength=count) - np.bincount(chord_high, minlength=count)
        total = np.concatenate([[0], np.cumsum(weight)])
        cover = total[end] - total[:-1]
    return SupplyTree(
        order, position, parent, parent_branch, end, cover, branches[~on_tree], chord_low, chord_high
    )


def depth_first(adjacency: Adjacency, root: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the nodes in the order of a true depth-first walk, and each node's parent."""
    degree = np.diff(adjacency.start).astype(np.int64)
    if int((degree * degree).sum()) > HUB_WORK:
        return _depth_first_by_hand(adjacency, root)
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import depth_first_order

    count = len(degree)
    graph = csr_matrix(
        (np.ones(len(adjacency.nodes)), adjacency.nodes, adjacency.start), shape=(count, count)
    )
    order, parent = depth_first_order(graph, root, directed=True, return_predecessors=True)
    return order, parent


def _depth_first_by_hand(adjacency: Adjacency, root: int) -> tuple[np.ndarray, np.ndarray]:
    start, nodes = adjacency.start.tolist(), adjacency.nodes.tolist()
    parent = [-1] * (len(start) - 1)
    seen = bytearray(len(start) - 1)
    seen[root] = 1
    order, stack, following = [root], [root], start.copy()
    while stack:
        node = stack[-1]
        at, last = following[node], start[node + 1]
        while at < last and seen[nodes[at]]:
            at += 1
        following[node] = at + 1
        if at >= last:
            stack.pop()
            continue
        child = nodes[at]
        seen[child] = 1
        parent[child] = node
        order.append(child)
        stack.append(child)
    return np.array(order, dtype=np.int32), np.array(parent, dtype=np.int32)


def _ends(parent: np.ndarray) -> np.ndarray:
    """Find where each interval ends: follow the last child down, doubling the stride."""
    last = np.arange(len(parent), dtype=np.int32)
    last[parent[1:]] = np.arange(1, len(parent), dtype=np.int32)  # the last assignment stays: the last child
    while True:
        further = last[last]
        if np.array_equal(further, last):
            return last + 1
        last = further
