"""Find the groups that prices make worthwhile among all connected sets, without listing them all.

A set is grown neighbour by neighbour from its lowest manager. What it can still become costs at least the
ways inside it so far, less the prices of the managers most worth adding, each charged his ways to those
inside; where even that is not below the limit nothing grows further. So what is found is complete: every
group whose cost less prices is below the limit. Where a set grows into too many, the bound of those not
looked at is kept instead, so that a bound made of it stays one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.candidates import NOBODY, Candidates, grown_once, keeps_rules
from grid_model.grouping.costs import costs
from grid_model.grouping.problem import GroupingProblem

CELLS = 4_000_000
"""Cells of an array looked at together."""


@dataclass(frozen=True)
class Worthwhile:
    """Groups whose cost less prices is below a limit.

    Parameters
    ----------
    found, costs, reduced
        The groups, what they cost, and that less the prices of their members.
    least
        For each manager: no group of which he is the lowest has a lower reduced cost; 0 where none is below.
    complete
        Whether every group below the limit is among them.
    """

    found: Candidates
    costs: np.ndarray
    reduced: np.ndarray
    least: np.ndarray
    complete: bool


class Pricing:
    """Prices groups of one problem again and again; what does not depend on prices is kept."""

    def __init__(self, problem: GroupingProblem) -> None:
        self._problem = problem
        pair = problem.pair_minutes
        known = np.isfinite(pair)
        # Also where ways weigh nothing: endless × 0 is no number.
        minutes = np.where(known, np.where(known, pair, 0.0) * problem.weights.travel, np.inf)
        finite = minutes[np.isfinite(minutes)]
        # No group holds a pair without a way between them: its cost is infinite.
        far = 1e9 + (float(finite.max()) if len(finite) else 0.0)
        self._minutes = np.where(np.isfinite(minutes), minutes, far)
        self._reach = _within_hops(problem.adjacency, problem.max_size - 1)
        sizes = np.arange(problem.max_size + 1)
        self._size_cost = problem.weights.size_min * np.abs(sizes - problem.target_size)
        self._barred = barred_pairs(problem)

    def below(
        self,
        prices: np.ndarray,
        limit: float,
        most: int,
        most_each: int | None = None,
        feedback: Feedback = SILENT,
    ) -> Worthwhile:
        """Find the groups whose reduced cost is below `limit`.

        Parameters
        ----------
        prices
            Of each manager.
        most
            Most sets that are grown from one manager at a time; beyond it the answer is not complete.
        most_each
            Keep only so many, the lowest, of each first manager; `least` stays exact.
        """
        members, cost, reduced = [], [], []
        n = len(self._problem)
        least = np.zeros(n)
        complete = True
        for first in feedback.track(range(n)):
            for found, priced, left, bound in self._from(first, prices, limit, most):
                if bound < limit:
                    complete = False
                    least[first] = min(least[first], bound)
                if not len(found):
                    continue
                least[first] = min(least[first], float(left.min()))
                if most_each is not None and len(left) > most_each:
                    keep = np.sort(np.argsort(left, kind="stable")[:most_each])
                    found, priced, left = found.only(keep), priced[keep], left[keep]
                members.append(found.members)
                cost.append(priced)
                reduced.append(left)
        width = self._problem.max_size
        rows = np.concatenate(members) if members else np.empty((0, width), dtype=np.int32)
        order = np.lexsort(rows.T[::-1]) if len(rows) else np.empty(0, dtype=np.int64)
        rows = rows[order]
        return Worthwhile(
            Candidates(rows, (rows != NOBODY).sum(axis=1)),
            np.concatenate(cost)[order] if cost else np.empty(0),
            np.concatenate(reduced)[order] if reduced else np.empty(0),
            least,
            complete,
        )

    def _from(
        self, first: int, prices: np.ndarray, limit: float, most: int
    ) -> Iterator[tuple[Candidates, np.ndarray, np.ndarray, float]]:
        """Give, size by size, the groups whose lowest is `first`, and the bound of what was left out."""
        problem = self._problem
        # Only who can share a group with the first counts here; he himself stands at 0.
        near = np.r_[first, first + 1 + np.flatnonzero(self._reach[first, first + 1 :])]
        adjacency = problem.adjacency[np.ix_(near, near)]
        minutes, price = self._minutes[np.ix_(near, near)], prices[near]
        barred = None if self._barred is None else self._barred[np.ix_(near, near)]
        level = np.zeros((1, 1), dtype=np.int32)
        while len(level):
            size = level.shape[1]
            if size >= problem.min_size:
                yield (*self._judged(near[level].astype(np.int32), prices, limit), np.inf)
            if size == problem.max_size:
                return
            bound = self._bounds(level, minutes, price, adjacency)
            keep = bound < limit
            level, bound = level[keep], bound[keep]
            if len(level) > most:
                order = np.argsort(bound, kind="stable")
                level, bound = level[np.sort(order[:most])], bound[order]
                none = np.empty((0, size), dtype=np.int32)
                yield (*self._judged(none, prices, limit), float(bound[most]))
            level = grown_once(adjacency, level)
            if barred is not None and len(level):
                level = level[~_holds_barred(barred, level)]

    def _judged(
        self, members: np.ndarray, prices: np.ndarray, limit: float
    ) -> tuple[Candidates, np.ndarray, np.ndarray]:
        """Keep the groups that keep the rules and are below the limit."""
        problem = self._problem
        size = members.shape[1]
        padded = np.full((len(members), problem.max_size), NOBODY, dtype=np.int32)
        padded[:, :size] = members
        found = Candidates(padded, np.full(len(members), size, dtype=np.int64))
        if len(found):
            found = found.only(keeps_rules(problem, found))
        cost = costs(problem, found).total if len(found) else np.empty(0)
        reduced = cost - np.append(prices, 0.0)[found.members].sum(axis=1)
        keep = reduced < limit
        return found.only(keep), cost[keep], reduced[keep]

    def _bounds(
        self, level: np.ndarray, minutes: np.ndarray, price: np.ndarray, adjacency: np.ndarray
    ) -> np.ndarray:
        """Bound from below what each set can reach when it grows by at least one."""
        problem = self._problem
        size, count = level.shape[1], len(price)
        bounds = np.empty(len(level))
        for start in range(0, len(level), max(1, CELLS // count)):
            rows = level[start : start + max(1, CELLS // count)]
            ways = minutes[rows].sum(axis=1)
            at = np.arange(len(rows))[:, None]
            inside = ways[at, rows].sum(axis=1) / 2
            own = price[rows].sum(axis=1)
            open_to = np.ones((len(rows), count), dtype=bool)
            open_to[at, rows] = False
            open_to[:, 0] = False
            best = np.full(len(rows), np.inf)
            for final in range(max(size + 1, problem.min_size), problem.max_size + 1):
                # size × mean pair minutes = 2 ÷ (size − 1) × the sum of its pairs
                factor = 2.0 / (final - 1)
                gain = np.where(open_to, price - factor * ways, -np.inf)
                added = min(final - size, count)
                top = np.partition(gain, count - added, axis=1)[:, count - added :].sum(axis=1)
                np.minimum(best, factor * inside + self._size_cost[final] - own - top, out=best)
            bounds[start : start + len(rows)] = best
        return bounds


def _within_hops(adjacency: np.ndarray, hops: int) -> np.ndarray:
    """Say which managers are at most so many borders apart."""
    reach = np.eye(len(adjacency), dtype=bool)
    step = (adjacency | reach).astype(np.float32)
    for _hop in range(hops):
        reach = (reach.astype(np.float32) @ step) > 0
    return np.asarray(reach)


def barred_pairs(problem: GroupingProblem) -> np.ndarray | None:
    """Say which pairs no group may hold; None where every pair is allowed."""
    barred = np.zeros(problem.adjacency.shape, dtype=bool)
    for rule in (*problem.apart, problem.fixed_leaders):
        at = problem.positions(set(rule))
        barred[np.ix_(at, at)] = True
    if problem.hard_pair_minutes:
        barred |= problem.pair_minutes > problem.max_pair_minutes
    barred |= ~np.isfinite(problem.pair_minutes)
    np.fill_diagonal(barred, False)
    return barred if barred.any() else None


def _holds_barred(barred: np.ndarray, level: np.ndarray) -> np.ndarray:
    held = np.zeros(len(level), dtype=bool)
    for a in range(level.shape[1]):
        for b in range(a + 1, level.shape[1]):
            held |= barred[level[:, a], level[:, b]]
    return held
