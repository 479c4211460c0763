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

FEW_CHORDS = 64
"""Up to so many branches off the tree the paths they bridge over are followed one by one."""


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
            sorted_.indptr.astype(np.int32),
            others[entry].astype(np.int32),
            np.concatenate([branches, branches])[entry].astype(np.int32),
        )

    def entries_of(self, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give where the neighbours of `nodes` stand, and to which of `nodes` (by position) each belongs."""
        return slices(self.start[nodes], self.start[nodes + 1])

    @cached_property
    def _both_entries(self) -> tuple[np.ndarray, np.ndarray]:
        """Where each branch stands, once at either end; −1 for a branch that is not here."""
        numbers = np.arange(len(self.branches), dtype=np.int32)
        first, last = np.full((2, int(self.branches.max(initial=-1)) + 1), -1, dtype=np.int32)
        first[self.branches[::-1]] = numbers[::-1]
        last[self.branches] = numbers
        return first, last

    def leading_to(self, root: int, without: np.ndarray) -> np.ndarray:
        """Give the neighbours for a walk from `root` that must not pass the branches `without`.

        Such a branch is made to lead to `root`, where the walk has been already.
        """
        nodes = self.nodes.copy()
        for entries in self._both_entries:
            at = entries[without[without < len(entries)]]
            nodes[at[at >= 0]] = root
        return nodes

    @cached_property
    def weights(self) -> np.ndarray:
        """A one for each entry, which scipy wants: new memory of this size costs more than a walk."""
        return np.ones(len(self.nodes))

    @cached_property
    def has_hubs(self) -> bool:
        """Whether some node has so many branches that scipy's walk would take minutes."""
        degree = np.diff(self.start).astype(np.int64)
        return int((degree * degree).sum()) > HUB_WORK


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
    chords
        Branches off the tree.
    chord_ends
        Nodes they join, one row for each end.
    """

    order: np.ndarray
    position: np.ndarray
    parent: np.ndarray
    parent_branch: np.ndarray
    end: np.ndarray
    chords: np.ndarray
    chord_ends: np.ndarray

    @cached_property
    def chord_low(self) -> np.ndarray:
        """Lower of the two positions each branch off the tree joins."""
        return np.asarray(self.position[self.chord_ends].max(axis=0), dtype=np.int32)

    @cached_property
    def chord_high(self) -> np.ndarray:
        """Upper of the two positions each branch off the tree joins."""
        return np.asarray(self.position[self.chord_ends].min(axis=0), dtype=np.int32)

    @cached_property
    def cover(self) -> np.ndarray:
        """For each position, how many branches off the tree lead from what hangs below it to above it.

        None: the parent branch is a bridge, its loss parts everything below.
        """
        count = len(self.order)
        if not len(self.chords):
            return np.zeros(count, dtype=np.int32)
        if len(self.chords) <= FEW_CHORDS:
            cover = np.zeros(count, dtype=np.int32)
            for low, high in zip(self.chord_low.tolist(), self.chord_high.tolist(), strict=True):
                cover[self.path_up(low, high)[:-1]] += 1
            return cover
        weight = np.bincount(self.chord_low, minlength=count) - np.bincount(self.chord_high, minlength=count)
        total = np.concatenate([[0], np.cumsum(weight)])
        return np.asarray(total[self.end] - total[:-1], dtype=np.int32)

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

    def path_up(self, position: int, ancestor: int = 0) -> list[int]:
        """List the positions from `position` up to `ancestor` (the root), both included."""
        path = [position]
        while path[-1] > ancestor:
            path.append(int(self.parent[path[-1]]))
        return path


def walk(adjacency: Adjacency, a: np.ndarray, b: np.ndarray, conducts: np.ndarray, root: int) -> SupplyTree:
    """Walk from `root` over the branches that conduct.

    Parameters
    ----------
    adjacency
        All branches the walk could ever take.
    a, b
        Nodes of every branch, −1 where unknown.
    conducts
        Which branches the walk may take: all of them in `adjacency`, none from a node to itself.
    """
    order, above = depth_first(adjacency, root, np.flatnonzero(~conducts))
    count = len(order)
    node = order.astype(np.intp)  # numpy looks up by such numbers twice as fast
    position = np.full(len(adjacency.start) - 1, -1, dtype=np.int32)
    position[node] = np.arange(count, dtype=np.int32)
    parent = np.full(count, -1, dtype=np.int32)
    parent[1:] = position[above[node[1:]]]

    branch_above = np.full(len(position), -1, dtype=np.intp)
    for upper, lower in ((b, a), (a, b)):
        at = np.flatnonzero((above[lower] == upper) & conducts)
        branch_above[lower[at]] = at
    branch_above = branch_above[node]
    parent_branch = branch_above.astype(np.int32)

    off_tree = conducts.copy()
    off_tree[branch_above[1:]] = False
    chords = np.flatnonzero(off_tree).astype(np.int32)
    chords = chords[position[a[chords]] >= 0]
    take_first_of_parallel(parent, parent_branch, chords, position[a[chords]], position[b[chords]])
    return SupplyTree(
        order, position, parent, parent_branch, ends_below(parent), chords, np.stack([a[chords], b[chords]])
    )


def depth_first(
    adjacency: Adjacency, root: int, without: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Give the nodes in the order of a true depth-first walk, and each node's parent (negative: none).

    Parameters
    ----------
    without
        Branches the walk must not take.
    """
    nodes = adjacency.nodes if without is None else adjacency.leading_to(root, without)
    if adjacency.has_hubs:
        return _depth_first_by_hand(adjacency.start, nodes, root)
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import depth_first_order

    count = len(adjacency.start) - 1
    graph = csr_matrix((adjacency.weights, nodes, adjacency.start), shape=(count, count))
    order, parent = depth_first_order(graph, root, directed=True, return_predecessors=True)
    return order, parent


def _depth_first_by_hand(start: np.ndarray, nodes: np.ndarray, root: int) -> tuple[np.ndarray, np.ndarray]:
    """Walk without scipy: only the nodes that are reached are looked at."""
    parent = np.full(len(start) - 1, -1, dtype=np.int32)
    seen = bytearray(len(start) - 1)
    seen[root] = 1
    order, stack = [root], [(root, iter(nodes[start[root] : start[root + 1]].tolist()))]
    while stack:
        node, following = stack[-1]
        child = next((one for one in following if not seen[one]), -1)
        if child < 0:
            stack.pop()
            continue
        seen[child] = 1
        parent[child] = node
        order.append(child)
        stack.append((child, iter(nodes[start[child] : start[child + 1]].tolist())))
    return np.array(order, dtype=np.int32), parent


def take_first_of_parallel(
    parent: np.ndarray, parent_branch: np.ndarray, chords: np.ndarray, at: np.ndarray, other: np.ndarray
) -> None:
    """Let the first of parallel branches be the one on the tree, changing `parent_branch` and `chords`.

    Parameters
    ----------
    at, other
        Positions of the two ends of each of the `chords`.
    """
    low, high = np.maximum(at, other), np.minimum(at, other)
    for n in np.flatnonzero(parent[low] == high).tolist():
        below = low[n]
        if chords[n] < parent_branch[below]:
            chords[n], parent_branch[below] = parent_branch[below], chords[n]


def ends_below(parent: np.ndarray) -> np.ndarray:
    """Find one past the last position below each: follow the last child down, doubling the stride."""
    last = np.arange(len(parent))
    last[parent[1:]] = np.arange(1, len(parent))  # the last assignment stays: the last child
    while True:
        further = last[last]
        if np.array_equal(further, last):
            return (last + 1).astype(np.int32)
        last = further
