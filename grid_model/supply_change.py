"""Bring the walk from the sources up to date after a switching: only the touched part is walked again.

The tree stays a true depth-first one, so that intervals, bridges and loops are read from it as from a
fresh walk:

- A branch off the tree opens: it is struck off. One that opens above a part with no other way to a
  source: the part is cut out. Otherwise the part hangs on where the deepest of its other ways comes in.
  Everything else that leads out of it goes to ancestors of that place, as it must.
- A branch closes towards a dead island: the island is hung on. Between two live nodes one of which
  hangs below the other it goes off the tree; else the smaller of the two parts that have it in common
  is walked anew from its end of the branch and hung on at the other end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grid_model.supply_tree import SupplyTree, depth_first, ends_below, walk
from grid_model.wiring import Wiring

WALKED_ANEW = 5
"""From so many switchings on that change who hangs below whom, one walk of everything is quicker."""

LARGE_PART = 3
"""A part of more than one third of the network: one walk of everything is quicker."""


def walked(wiring: Wiring, closed: np.ndarray) -> SupplyTree:
    """Walk the whole network."""
    return walk(wiring.adjacency, wiring.a, wiring.b, closed & wiring.can_conduct, wiring.root)


def brought_up_to_date(wiring: Wiring, tree: SupplyTree, before: np.ndarray, after: np.ndarray) -> SupplyTree:
    """Give the tree for the branches closed `after`, from the `tree` for those closed `before`."""
    opened = np.flatnonzero(before & ~after & wiring.can_conduct).tolist()
    closed = np.flatnonzero(after & ~before & wiring.can_conduct).tolist()
    if not opened and not closed:
        return tree
    change = _Change(wiring, tree, before & wiring.can_conduct)
    for branch in opened:
        change.open(branch)
        if change.too_much:
            return walked(wiring, after)
    for branch in closed:
        change.close(branch)
        if change.too_much:
            return walked(wiring, after)
    return change.tree


@dataclass(frozen=True, eq=False)
class _Part:
    """A part of the network, walked: the first of its nodes hangs by the branch `hangs_by`.

    Parameters
    ----------
    order, parent, parent_branch, end
        As in `SupplyTree`, with positions counted within the part.
    chords
        Branches off the tree with both ends in the part.
    """

    order: np.ndarray
    parent: np.ndarray
    parent_branch: np.ndarray
    end: np.ndarray
    chords: np.ndarray

    def __len__(self) -> int:
        return len(self.order)


class _Change:
    """A tree under change; `tree` is at every moment the right one for `conducts`."""

    def __init__(self, wiring: Wiring, tree: SupplyTree, conducts: np.ndarray) -> None:
        self.wiring = wiring
        self.tree = tree
        self._conducts = conducts
        self._left = WALKED_ANEW
        self.too_much = False

    # ------------------------------------------------------------------ one branch

    def open(self, branch: int) -> None:
        """Open a branch that conducts."""
        tree = self.tree
        self._conducts[branch] = False
        if tree.position[self.wiring.a[branch]] < 0:
            return
        if (tree.chords == branch).any():
            self.tree = _with_chords(tree, self.wiring, tree.chords[tree.chords != branch])
            return
        top = max(self._positions(branch))
        end = int(tree.end[top])
        inside = (tree.chord_low >= top) & (tree.chord_low < end)
        leaving = np.flatnonzero(inside & (tree.chord_high < top))
        if not self._may_touch(end - top):
            return
        if not len(leaving):
            self.tree = _spliced(tree, self.wiring, (top, end), 0, None, tree.chords[~inside])
            return
        deepest = leaving[np.argmax(tree.chord_high[leaving])]
        by, lower, upper = (int(one[deepest]) for one in (tree.chords, tree.chord_low, tree.chord_high))
        part = self._walked_part(int(tree.order[lower]), by, tree.chords[leaving])
        kept = tree.chords[~inside | (tree.chord_high < top)]
        self.tree = _spliced(tree, self.wiring, (top, end), upper, part, kept[kept != by])

    def close(self, branch: int) -> None:
        """Close a branch that does not conduct yet and can."""
        tree = self.tree
        a, b = int(self.wiring.a[branch]), int(self.wiring.b[branch])
        at_a, at_b = self._positions(branch)
        if at_a < 0 and at_b < 0:
            self._conducts[branch] = True
        elif at_a < 0 or at_b < 0:
            part = self._walked_part(a if at_a < 0 else b, branch, tree.chords[:0])
            if self._may_touch(len(part)):
                self.tree = _spliced(tree, self.wiring, (0, 0), max(at_a, at_b), part, tree.chords)
            self._conducts[branch] = True
        else:
            self._join(branch, min(at_a, at_b), max(at_a, at_b))
            self._conducts[branch] = True

    def _join(self, branch: int, first: int, second: int) -> None:
        """Close a branch between two live positions, the `first` walked first."""
        tree = self.tree
        if tree.end[first] > second:
            self.tree = _with_chords(tree, self.wiring, np.append(tree.chords, np.int32(branch)))
            return
        top_first = next(at for at in _upwards(tree, first) if tree.end[tree.parent[at]] > second)
        top_second = next(at for at in _upwards(tree, second) if tree.parent[at] == tree.parent[top_first])
        sizes = [int(tree.end[top]) - top for top in (top_first, top_second)]
        moved, top, place = (first, top_first, second) if sizes[0] < sizes[1] else (second, top_second, first)
        if not self._may_touch(min(sizes)):
            return
        end = int(tree.end[top])
        inside = (tree.chord_low >= top) & (tree.chord_low < end)
        leaving = tree.chords[inside & (tree.chord_high < top)]
        hung_by = tree.parent_branch[top]
        part = self._walked_part(int(tree.order[moved]), branch, np.append(leaving, hung_by))
        kept = np.concatenate([tree.chords[~inside], leaving, [hung_by]])
        self.tree = _spliced(tree, self.wiring, (top, end), place, part, kept)

    # ------------------------------------------------------------------ help

    def _positions(self, branch: int) -> tuple[int, int]:
        position = self.tree.position
        return int(position[self.wiring.a[branch]]), int(position[self.wiring.b[branch]])

    def _may_touch(self, size: int) -> bool:
        self._left -= 1
        self.too_much = self._left < 0 or size * LARGE_PART > len(self.tree.order)
        return not self.too_much

    def _walked_part(self, node: int, hangs_by: int, leaving: np.ndarray) -> _Part:
        """Walk from `node` over what conducts, but not over the branches `leaving` the part."""
        wiring = self.wiring
        conducts = self._conducts.copy()
        conducts[leaving] = False
        order, above = depth_first(wiring.adjacency, node, np.flatnonzero(~conducts))
        place = np.full(wiring.node_count, -1, dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        parent = np.full(len(order), -1, dtype=np.int32)
        parent[1:] = place[above[order[1:]]]

        entry, owner = wiring.adjacency.entries_of(order)
        branches = wiring.adjacency.branches[entry]
        passes = conducts[branches]
        branches, owner = branches[passes], owner[passes].astype(np.int32)
        other = place[wiring.adjacency.nodes[entry[passes]]]
        upward = other < owner
        branches, owner, other = branches[upward], owner[upward], other[upward]
        on_tree = np.flatnonzero(parent[owner] == other)
        parent_branch = np.full(len(order), hangs_by, dtype=np.int32)
        parent_branch[owner[on_tree]] = branches[on_tree]
        chords = branches[parent_branch[owner] != branches]
        return _Part(order, parent, parent_branch, ends_below(parent), chords)


def _upwards(tree: SupplyTree, position: int) -> Iterator[int]:
    while position > 0:
        yield position
        position = int(tree.parent[position])


def _with_chords(tree: SupplyTree, wiring: Wiring, chords: np.ndarray) -> SupplyTree:
    """Give the same tree with other branches off it."""
    ends = np.stack([wiring.a[chords], wiring.b[chords]])
    return SupplyTree(tree.order, tree.position, tree.parent, tree.parent_branch, tree.end, chords, ends)


def _spliced(
    tree: SupplyTree,
    wiring: Wiring,
    cut: tuple[int, int],
    upper: int,
    part: _Part | None,
    chords: np.ndarray,
) -> SupplyTree:
    """Cut an interval out of the walk and put `part` in as the last that hangs below `upper`.

    Parameters
    ----------
    cut
        Half-open interval of positions: all that hangs below one of them. Empty: nothing is cut out.
    upper
        Position outside the interval; without a `part` it says nothing.
    chords
        Branches off the tree besides those of the part.
    """
    top, end = cut
    gone = end - top
    size = 0 if part is None else len(part)
    place = end if part is None else int(tree.end[upper])  # not within the interval
    at = place - gone if place >= end else place

    def put(column: np.ndarray, between: np.ndarray | None) -> np.ndarray:
        middle = column[:0] if between is None else between
        if place >= end:
            return np.concatenate([column[:top], column[end:place], middle, column[place:]])
        return np.concatenate([column[:place], middle, column[place:top], column[end:]])

    less, more = np.int32(gone), np.int32(size)
    parent = tree.parent - less * (tree.parent >= end)
    parent += more * (parent >= at)
    ends = tree.end - less * (tree.end >= end)
    ends += more * (ends > at)
    if part is None:
        order, parent_branch = put(tree.order, None), put(tree.parent_branch, None)
        parent, ends = put(parent, None), put(ends, None)
    else:
        for above in tree.path_up(upper):
            if ends[above] > at:
                break
            ends[above] += size
        order, parent_branch = put(tree.order, part.order), put(tree.parent_branch, part.parent_branch)
        below = part.parent + np.int32(at)
        below[0] = upper - gone if upper >= end else upper
        parent, ends = put(parent, below), put(ends, part.end + np.int32(at))
        chords = np.concatenate([chords, part.chords])

    position = tree.position.copy()
    position[tree.order[top:end]] = -1
    first = min(top, at) if gone else at
    last = max(at + size, end) if gone == size else len(order)
    position[order[first:last]] = np.arange(first, last, dtype=np.int32)
    ends_of_chords = np.stack([wiring.a[chords], wiring.b[chords]])
    return SupplyTree(order, position, parent, parent_branch, ends, chords, ends_of_chords)
