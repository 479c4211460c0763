"""Say over which way each node is fed: where there are several, over the one with the fewest branches.

In a radial network the walk leaves no choice. What runs in a loop or hangs on several sources could be
reached in many ways, and the walk takes one of them by the order it happens to go in. Here the nearest
way counts, and of equally near ones always the same, so that the feeder named for a node does not
depend on what was switched before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grid_model.supply_tree import SupplyTree, slices
from grid_model.wiring import BranchKind, Wiring


@dataclass(frozen=True, eq=False)
class SupplyPaths:
    """The way from every node to its source.

    Parameters
    ----------
    closed
        Which branches are closed and in service.
    """

    wiring: Wiring
    tree: SupplyTree
    closed: np.ndarray

    # ------------------------------------------------------------------ values along the way

    @cached_property
    def sources(self) -> np.ndarray:
        """Row of the source that feeds each node, −1 without supply."""
        tops = np.flatnonzero(self.tree.parent == 0)
        found = self._spread(tops, self.wiring.row[self.tree.parent_branch[tops]])
        return self._with_nearest(found, BranchKind.SOURCE)

    @cached_property
    def first_switches(self) -> np.ndarray:
        """Row of the first switch below the source of each node, −1 where there is none."""
        tree = self.tree
        # Switches are the first branches; −1 is the root.
        switch = np.flatnonzero(tree.parent_branch < self.wiring.offsets["ac_line_segments"])[1:]
        tops = outermost(switch, tree.end)
        return self._with_nearest(
            self._spread(tops, self.wiring.row[tree.parent_branch[tops]]), BranchKind.SWITCH
        )

    def _spread(self, tops: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Give all nodes below each of `tops` (sorted, apart from one another) its value; −1 elsewhere."""
        tree = self.tree
        bounds = np.column_stack([tops, tree.end[tops]]).ravel()
        lengths = np.diff(bounds, prepend=0, append=len(tree.order))
        filled = np.full(len(lengths), -1, dtype=np.int32)
        filled[1::2] = values
        found = np.full(self.wiring.node_count, -1, dtype=np.int32)
        found[tree.order] = np.repeat(filled, lengths)
        return found

    def _with_nearest(self, found: np.ndarray, kind: BranchKind) -> np.ndarray:
        """Put in the uppermost branch of `kind` on the nearest way, where there is a choice of ways.

        Only what hangs below a loop is looked at: place 0 stands for the root, then the positions come.
        """
        tree, (turned, above, by) = self.tree, self._turns
        if not len(turned) or (kind == BranchKind.SOURCE and (above > 0).all()):
            return found  # no choice, or only below one source
        cover, entries = tree.cover, np.unique(above)
        below_root = turned[tree.parent[turned] == 0]
        tops = outermost(np.union1d(entries[(cover[entries] == 0) & (entries > 0)], below_root), tree.end)
        at, owner = slices(tops, tree.end[tops])
        shift = (np.cumsum(tree.end[tops] - tops) - tree.end[tops])[owner] + 1  # of a position to its place

        up, branch = tree.parent[at] + shift, tree.parent_branch[at]
        here = np.searchsorted(at, turned)
        branch[here] = by
        up[here] = np.where(above > 0, np.searchsorted(at, above) + 1, 0)
        value = np.where(self.wiring.kind[branch] == kind, self.wiring.row[branch], np.int32(-1))
        first = np.searchsorted(at, tops)
        fixed = first[~np.isin(tops, turned)]
        up[fixed], value[fixed] = 0, found[tree.order[at[fixed]]]

        up, value = np.append(0, up), np.append(np.int32(-1), value)
        while up.any():
            value, up = np.where(value[up] >= 0, value[up], value), up[up]
        found[tree.order[at]] = value[1:]
        return found

    # ------------------------------------------------------------------ the way itself

    def to_source(self, node: int) -> list[int]:
        """List the branches from `node` up to its source, the source's own last; none without supply."""
        path, at = [], int(self.tree.position[node])
        while at > 0:
            turn = self._turn_at.get(at)
            branch, at = turn or (int(self.tree.parent_branch[at]), int(self.tree.parent[at]))
            path.append(branch)
        return path

    @cached_property
    def _turn_at(self) -> dict[int, tuple[int, int]]:
        turned, above, by = self._turns
        return dict(zip(turned.tolist(), zip(by.tolist(), above.tolist(), strict=True), strict=True))

    @cached_property
    def lower_nodes(self) -> np.ndarray:
        """Node at the lower end of each branch, seen from its source; −1 off the ways and without supply."""
        tree, (turned, _above, by) = self.tree, self._turns
        found = np.full(len(self.closed), -1, dtype=np.int32)
        found[tree.parent_branch[1:]] = tree.order[1:]
        found[tree.parent_branch[turned]] = -1
        found[by] = tree.order[turned]
        return found

    # ------------------------------------------------------------------ where there is a choice

    @cached_property
    def _turns(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The nearest ways through the loops.

        Positions of the nodes on a loop but for those where the loops are entered, the position of the
        next one towards the source, and the branch to it. All other nodes go the way of the walk.
        """
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import breadth_first_order

        tree = self.tree
        if not len(tree.chords):
            return np.array([], dtype=np.int32), np.array([], dtype=np.int32), np.array([], dtype=np.int32)
        covered = np.flatnonzero(tree.cover > 0)
        branch = np.concatenate([tree.parent_branch[covered], tree.chords])
        order = np.argsort(-branch)  # what is set last stays: of parallel branches the first
        low = np.concatenate([covered, tree.chord_low])[order]
        high = np.concatenate([tree.parent[covered], tree.chord_high])[order]
        branch = branch[order]
        # Numbered by node, not by position: which of equally near ways is taken must not hang on the walk.
        nodes, ends = np.unique(tree.order[np.concatenate([low, high])], return_inverse=True)
        low_end, high_end = np.split(ends, 2)
        entries = np.unique(high_end[tree.cover[high] == 0])
        start = np.full(len(entries), len(nodes))
        graph = csr_matrix(
            (
                np.ones(2 * len(branch) + len(entries)),
                (
                    np.concatenate([low_end, high_end, start]),
                    np.concatenate([high_end, low_end, entries]),
                ),
            ),
            shape=(len(nodes) + 1, len(nodes) + 1),
        )
        _order, above = breadth_first_order(graph, len(nodes), directed=True, return_predecessors=True)
        by = np.full(len(nodes), -1, dtype=np.int32)
        for upper, lower in ((high_end, low_end), (low_end, high_end)):
            at = np.flatnonzero(above[lower] == upper)
            better = (by[lower[at]] < 0) | (branch[at] < by[lower[at]])
            by[lower[at[better]]] = branch[at[better]]
        inner = np.flatnonzero(by >= 0)
        position = tree.position[nodes]
        turned = position[inner]
        sort = np.argsort(turned)
        return turned[sort], position[above[inner]][sort], by[inner][sort]


def outermost(positions: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Leave out those of the sorted `positions` that hang below another of them."""
    if len(positions) < 2:
        return positions
    reach = np.maximum.accumulate(end[positions])
    return np.compress(np.concatenate([[True], positions[1:] >= reach[:-1]]), positions)
