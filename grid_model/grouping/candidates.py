"""Every possible group: the connected sets of managers within the sizes that keep each rule.

Sets are grown one neighbour at a time from their first manager, so each is met by every way to grow it
and kept once; all of one first manager are held together as rows of an array.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.problem import GroupingProblem

NOBODY = -1
"""Fills the places of smaller groups; an array with one entry more at its end answers for it."""


@dataclass(frozen=True)
class Candidates:
    """Possible groups in lexicographic order.

    Parameters
    ----------
    members
        Places of the managers, one row per group, ascending, filled up with `NOBODY`.
    sizes
        Number of members.
    """

    members: np.ndarray
    sizes: np.ndarray

    def __len__(self) -> int:
        return len(self.sizes)

    def only(self, keep: np.ndarray) -> Candidates:
        """Give some of them, in order; `keep` is a mask or places."""
        return Candidates(self.members[keep], self.sizes[keep])

    def count(self, marked: np.ndarray) -> np.ndarray:
        """Count the marked managers in each group; `marked` is a mask over the managers."""
        return np.asarray(np.append(marked, False)[self.members].sum(axis=1))

    def places(self, row: int) -> np.ndarray:
        """Give the places of one group's members."""
        return self.members[row, : self.sizes[row]]


def candidates(problem: GroupingProblem, feedback: Feedback = SILENT) -> Candidates:
    """List every group that keeps the rules each group must keep by itself.

    Raises
    ------
    GridError
        ``too-many-candidates`` where there are more than ``problem.max_candidates`` connected sets.
    """
    found = connected_sets(problem.adjacency, problem.max_size, problem.max_candidates, feedback)
    return found.only(keeps_rules(problem, found))


def connected_sets(
    adjacency: np.ndarray, max_size: int, limit: int, feedback: Feedback = SILENT
) -> Candidates:
    """List every connected set of up to `max_size` nodes of a graph once.

    Parameters
    ----------
    adjacency
        Symmetric boolean matrix.
    limit
        Raises `GridError` ``too-many-candidates`` beyond it.
    """
    n = len(adjacency)
    max_size = min(max_size, n)
    rows = []
    total = 0
    for first in feedback.track(range(n)):
        for level in _sets_from(adjacency, first, max_size, limit - total):
            total += len(level)
            if total > limit:
                raise GridError("too-many-candidates", limit=limit, managers=n, maximum=max_size)
            rows.append(np.pad(level, ((0, 0), (0, max_size - level.shape[1])), constant_values=NOBODY))
    members = np.concatenate(rows) if rows else np.empty((0, max_size), dtype=np.int32)
    members = members[np.lexsort(members.T[::-1])] if len(members) else members
    return Candidates(members, (members != NOBODY).sum(axis=1))


def _sets_from(adjacency: np.ndarray, first: int, max_size: int, limit: int) -> Iterable[np.ndarray]:
    """Yield, size by size, the connected sets whose lowest node is `first`."""
    later = adjacency[:, first + 1 :]
    level = np.array([[first]], dtype=np.int32)
    while len(level):
        yield level
        if level.shape[1] == max_size or len(level) > limit:
            return
        parts = np.array_split(level, 1 + len(level) * len(adjacency) // 20_000_000)
        grown = np.concatenate([_grown(later, part, first) for part in parts])
        level = _once(grown, first, len(adjacency))


def grown_once(adjacency: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Grow sets that hold node 0 by one neighbour each; every set once."""
    if not len(level):
        return np.empty((0, level.shape[1] + 1), dtype=np.int32)
    later = adjacency[:, 1:]
    parts = np.array_split(level, 1 + len(level) * len(adjacency) // 20_000_000)
    return _once(np.concatenate([_grown(later, part, 0) for part in parts]), 0, len(adjacency))


def _grown(later: np.ndarray, level: np.ndarray, first: int) -> np.ndarray:
    reach = later[level[:, 0]].copy()
    for column in range(1, level.shape[1]):
        reach |= later[level[:, column]]
    rows = np.arange(len(level))
    for column in range(1, level.shape[1]):
        reach[rows, level[:, column] - first - 1] = False
    at, new = np.nonzero(reach)
    grown = np.concatenate([level[at], (new + first + 1).astype(np.int32)[:, None]], axis=1)
    grown[:, 1:].sort(axis=1)
    return grown


def _once(sets: np.ndarray, first: int, n: int) -> np.ndarray:
    """Keep each row once; the first column is the same in all."""
    bits = max(1, int(n - 1).bit_length())
    if bits * (sets.shape[1] - 1) > 62:
        return np.asarray(np.unique(sets, axis=0))
    key = np.zeros(len(sets), dtype=np.int64)
    for column in range(1, sets.shape[1]):
        key = (key << bits) | sets[:, column]
    return np.asarray(sets[np.unique(key, return_index=True)[1]])


def keeps_rules(problem: GroupingProblem, found: Candidates) -> np.ndarray:
    """Say of each group whether it keeps every rule that concerns one group alone."""
    keep = (found.sizes >= problem.min_size) & (found.sizes <= problem.max_size)
    if problem.qualifications_known:
        keep &= qualified(problem, found)
    for rule in problem.together:
        count = found.count(_marked(problem, rule))
        keep &= (count == 0) | (count == len(set(rule)))
    for rule in problem.apart:
        keep &= found.count(_marked(problem, rule)) <= 1
    for lock in problem.locks:
        count = found.count(_marked(problem, lock.members))
        keep &= (count == 0) | ((count == len(set(lock.members))) & (found.sizes == count))
    keep &= _keeps_fixed(problem, found)
    if problem.fixed_leaders:
        leading = _marked(problem, problem.fixed_leaders)
        keep &= found.count(leading) <= 1
        if problem.qualifications_known:
            keep &= found.count(leading & ~problem.leaders) == 0
    for town in problem.towns:
        count = found.count(_marked(problem, town.members))
        whole = count == (len(set(town.members)) if problem.in_one_group(town) else found.sizes)
        keep &= (count == 0) | whole
    if problem.hard_pair_minutes:
        keep &= longest_pair(problem, found) <= problem.max_pair_minutes
    return np.asarray(keep)


def _keeps_fixed(problem: GroupingProblem, found: Candidates) -> np.ndarray:
    """Say of each group whether it holds all or nobody of every fixed entry, and at most one entry."""
    keep = np.ones(len(found), dtype=bool)
    entries = np.zeros(len(found), dtype=np.int64)
    for one in problem.fixed:
        count = found.count(_marked(problem, one.members))
        keep &= (count == 0) | (count == len(set(one.members)))
        entries += count > 0
    return np.asarray(keep & (entries <= 1))


def qualified(problem: GroupingProblem, found: Candidates) -> np.ndarray:
    """Say of each group whether it has two persons, a leader and another able to guard (`DOMAIN` §4.4)."""
    return np.asarray(
        (found.sizes >= 2) & (found.count(problem.leaders) >= 1) & (found.count(problem.guards) >= 2)
    )


def longest_pair(problem: GroupingProblem, found: Candidates) -> np.ndarray:
    """Give the longest minutes between two members of each group; 0 for a single one."""
    minutes = padded(problem.pair_minutes)
    longest = np.zeros(len(found))
    for a in range(found.members.shape[1]):
        for b in range(a + 1, found.members.shape[1]):
            np.maximum(longest, minutes[found.members[:, a], found.members[:, b]], out=longest)
    return longest


def padded(matrix: np.ndarray) -> np.ndarray:
    """Add a last row and column of zeros that answer for `NOBODY`."""
    return np.pad(matrix, ((0, 1), (0, 1)))


def _marked(problem: GroupingProblem, ids: Iterable[str]) -> np.ndarray:
    marked = np.zeros(len(problem), dtype=bool)
    marked[problem.positions(set(ids))] = True
    return marked


def without_rules(problem: GroupingProblem) -> GroupingProblem:
    """Give the problem with nothing to keep but sizes and neighbourhood."""
    return replace(
        problem,
        qualifications_known=False,
        together=(),
        apart=(),
        locks=(),
        fixed=(),
        fixed_leaders=(),
        towns=(),
        hard_pair_minutes=False,
    )
