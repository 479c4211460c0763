"""Bring the walk from the sources up to date after a switching: only the touched islands are walked again.

- A branch opens that nothing bridges over: what hangs below it is cut out of the walk.
- A branch closes towards a dead island: the island is walked and hung on.
- Anything else touches a loop, or makes one: its island, and what it is joined with, is walked from its
  sources as a fresh walk would do it.

So the tree is always the one that a walk of everything gives, up to the order of what hangs side by side:
what is known of a node does not depend on what was switched before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid_model.supply_tree import SupplyTree, depth_first, ends_below, slices, take_first_of_parallel, walk
from grid_model.wiring import BranchKind, Wiring

WALKED_ANEW = 5
"""From so many parts on that are cut out or hung on one walk of everything is quicker."""

LARGE_PART = 3
"""Parts of more than one third of the network: one walk of everything is quicker."""


def walked(wiring: Wiring, closed: np.ndarray) -> SupplyTree:
    """Walk the whole network."""
    return walk(wiring.adjacency, wiring.a, wiring.b, closed & wiring.can_conduct, wiring.root)


def brought_up_to_date(wiring: Wiring, tree: SupplyTree, before: np.ndarray, after: np.ndarray) -> SupplyTree:
    """Give the tree for the branches closed `after`, from the `tree` for those closed `before`."""
    opened = np.flatnonzero(before & ~after & wiring.can_conduct).tolist()
    closed = np.flatnonzero(after & ~before & wiring.can_conduct).tolist()
    change = _Change(wiring, tree, before & wiring.can_conduct)
    try:
        for branch in opened:
            change.open(branch)
        for branch in closed:
            change.close(branch)
        change.settle()
    except _TooMuch:
        return walked(wiring, after)
    return change.tree


class _TooMuch(Exception):
    """So much is touched that one walk of everything is quicker."""


@dataclass(frozen=True, eq=False)
class _Part:
    """A part of the network, walked by itself.

    Parameters
    ----------
    order, parent, parent_branch, end
        As in `SupplyTree`, with positions counted within the part; −1 is the parent of what hangs on
        something outside.
    chords
        Branches off the tree within the part.
    """

    order: np.ndarray
    parent: np.ndarray
    parent_branch: np.ndarray
    end: np.ndarray
    chords: np.ndarray

    def __len__(self) -> int:
        return len(self.order)


class _Change:
    """A tree under change: right but for the islands that are to be walked in the end."""

    def __init__(self, wiring: Wiring, tree: SupplyTree, conducts: np.ndarray) -> None:
        self.wiring = wiring
        self.tree = tree
        self._conducts = conducts
        self._left = WALKED_ANEW
        self._touched: list[int] = []
        """A node of each island to be walked."""

    # ------------------------------------------------------------------ one branch

    def open(self, branch: int) -> None:
        """Open a branch that conducts."""
        tree = self.tree
        self._conducts[branch] = False
        at = self._positions(branch)
        if max(at) < 0 or self._is_touched(max(at)):
            return
        if self._is_bridge(branch, max(at)):
            top = max(at)
            self._count(int(tree.end[top]) - top)
            self.tree = _cut(tree, top)
        else:
            self._touch(max(at))

    def _is_bridge(self, branch: int, below: int) -> bool:
        tree = self.tree
        if tree.parent_branch[below] != branch:
            return False
        inside = (tree.chord_low >= below) & (tree.chord_low < tree.end[below])
        return not (inside & (tree.chord_high < below)).any()

    def close(self, branch: int) -> None:
        """Close a branch that can conduct and does not yet."""
        at = self._positions(branch)
        ends = int(self.wiring.a[branch]), int(self.wiring.b[branch])
        live, dead = (0, 1) if at[1] < 0 else (1, 0)
        if at[dead] < 0 <= at[live] and not self._is_touched(at[live]):
            part = self._walked_part(ends[dead], branch)
            if (self.tree.position[part.order] >= 0).any():  # on to what is to be walked in the end
                self._touch(at[live])
            else:
                self._count(len(part))
                self.tree = _hung_on(self.tree, self.wiring, at[live], part)
        elif at[dead] >= 0:
            self._touch(at[live])
            self._touch(at[dead])
        self._conducts[branch] = True

    # ------------------------------------------------------------------ islands with loops

    def settle(self) -> None:
        """Walk the touched islands from their sources."""
        tree, wiring = self.tree, self.wiring
        tops = self._touched_tops()
        if not len(tops):
            return
        self._count(int((tree.end[tops] - tops).sum()))
        inside = np.zeros(wiring.node_count, dtype=bool)
        inside[tree.order[slices(tops, tree.end[tops])[0]]] = True
        sources = np.flatnonzero(self._conducts & (wiring.kind == BranchKind.SOURCE))
        fed = wiring.b[sources]
        others = sources[(tree.position[fed] >= 0) & ~inside[fed]]
        self._conducts[others] = False
        whole = self._walked_part(wiring.root, -1)
        self._conducts[others] = True
        part = _Part(
            whole.order[1:], whole.parent[1:] - 1, whole.parent_branch[1:], whole.end[1:] - 1, whole.chords
        )
        self.tree = _replaced(tree, wiring, tops, part)

    def _touch(self, position: int) -> None:
        if position > 0:
            self._touched.append(int(self.tree.order[position]))

    def _is_touched(self, position: int) -> bool:
        tops = self._touched_tops()
        return bool(((tops <= position) & (self.tree.end[tops] > position)).any())

    def _touched_tops(self) -> np.ndarray:
        """Positions right below the root of the islands to be walked."""
        tree = self.tree
        if not self._touched:
            return np.array([], dtype=np.int64)
        tops = np.flatnonzero(tree.parent == 0)
        at = tree.position[self._touched]
        return tops[np.unique(np.searchsorted(tops, at, "right") - 1)]

    # ------------------------------------------------------------------ help

    def _positions(self, branch: int) -> tuple[int, int]:
        position = self.tree.position
        return int(position[self.wiring.a[branch]]), int(position[self.wiring.b[branch]])

    def _count(self, size: int) -> None:
        self._left -= 1
        if self._left < 0 or size * LARGE_PART > len(self.tree.order):
            raise _TooMuch

    def _walked_part(self, node: int, hangs_by: int) -> _Part:
        """Walk from `node`, which hangs by the branch `hangs_by`, over what conducts."""
        wiring = self.wiring
        order, above = depth_first(wiring.adjacency, node, np.flatnonzero(~self._conducts))
        place = np.full(wiring.node_count, -1, dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        parent = np.full(len(order), -1, dtype=np.int32)
        parent[1:] = place[above[order[1:]]]

        entry, owner = wiring.adjacency.entries_of(order)
        branches, other = wiring.adjacency.branches[entry], place[wiring.adjacency.nodes[entry]]
        upward = np.flatnonzero((other < owner) & self._conducts[branches])
        branches, owner, other = branches[upward], owner[upward], other[upward]
        on_tree = np.flatnonzero(parent[owner] == other)
        parent_branch = np.full(len(order), hangs_by, dtype=np.int32)
        parent_branch[owner[on_tree]] = branches[on_tree]
        off_tree = np.flatnonzero(parent_branch[owner] != branches)
        chords = branches[off_tree]
        take_first_of_parallel(parent, parent_branch, chords, owner[off_tree], other[off_tree])
        return _Part(order, parent, parent_branch, ends_below(parent), chords)


def _cut(tree: SupplyTree, top: int) -> SupplyTree:
    """Cut out what hangs below the position `top`, which has no other way to a source."""
    end = int(tree.end[top])
    gone = np.int32(end - top)

    def rest(column: np.ndarray) -> np.ndarray:
        return np.concatenate([column[:top], column[end:]])

    position = tree.position.copy()
    position[tree.order[top:end]] = -1
    position[tree.order[end:]] -= gone
    kept = ~((tree.chord_low >= top) & (tree.chord_low < end))
    return SupplyTree(
        rest(tree.order),
        position,
        rest(tree.parent - gone * (tree.parent >= end)),
        rest(tree.parent_branch),
        rest(tree.end - gone * (tree.end >= end)),
        tree.chords[kept],
        tree.chord_ends[:, kept],
    )


def _hung_on(tree: SupplyTree, wiring: Wiring, upper: int, part: _Part) -> SupplyTree:
    """Hang `part` below the position `upper`, as the last that hangs there."""
    place, more = int(tree.end[upper]), np.int32(len(part))

    def put(column: np.ndarray, between: np.ndarray) -> np.ndarray:
        return np.concatenate([column[:place], between, column[place:]])

    ends = tree.end + more * (tree.end > place)
    for above in tree.path_up(upper):
        if tree.end[above] > place:
            break
        ends[above] += more
    position = tree.position.copy()
    position[tree.order[place:]] += more
    position[part.order] = np.arange(place, place + len(part), dtype=np.int32)
    below = part.parent + np.int32(place)
    below[0] = upper
    return SupplyTree(
        put(tree.order, part.order),
        position,
        put(tree.parent + more * (tree.parent >= place), below),
        put(tree.parent_branch, part.parent_branch),
        put(ends, part.end + np.int32(place)),
        *_chords(tree, wiring, np.ones(len(tree.chords), dtype=bool), part),
    )


def _replaced(tree: SupplyTree, wiring: Wiring, tops: np.ndarray, part: _Part) -> SupplyTree:
    """Put `part` in the place of the islands that hang below `tops`, children of the root."""
    starts, stops = np.append(0, tree.end[tops]), np.append(tops, len(tree.order))
    gone = np.cumsum(starts - np.append(0, stops[:-1])).astype(np.int32)  # before each kept stretch
    stretches = list(zip(starts.tolist(), stops.tolist(), gone, strict=True))
    place = np.int32((stops - starts).sum())

    def rest(column: np.ndarray, more: np.ndarray) -> np.ndarray:
        return np.concatenate([*(column[start:stop] for start, stop, _gone in stretches), more])

    def moved(column: np.ndarray, more: np.ndarray) -> np.ndarray:
        return np.concatenate([*(column[start:stop] - less for start, stop, less in stretches), more])

    parent = moved(tree.parent, part.parent + place)
    children = tree.parent == 0  # stay right below the root
    parent[rest(children, part.parent < 0)] = 0
    ends = moved(tree.end, part.end + place)
    ends[0] = len(ends)
    order = rest(tree.order, part.order)
    position = tree.position.copy()
    position[tree.order[slices(tops, tree.end[tops])[0]]] = -1
    first = int(tops[0])
    position[order[first:]] = np.arange(first, len(order), dtype=np.int32)
    inside = np.searchsorted(tops, tree.chord_low, "right") - 1  # −1: before the first, so past no end
    kept = (inside < 0) | (tree.chord_low >= tree.end[tops[inside]])
    return SupplyTree(
        order,
        position,
        parent,
        rest(tree.parent_branch, part.parent_branch),
        ends,
        *_chords(tree, wiring, kept, part),
    )


def _chords(tree: SupplyTree, wiring: Wiring, kept: np.ndarray, part: _Part) -> tuple[np.ndarray, np.ndarray]:
    """Give the branches off the tree, of the rest and of the part, and their ends."""
    chords = np.concatenate([tree.chords[kept], part.chords])
    return chords, np.stack([wiring.a[chords], wiring.b[chords]])
