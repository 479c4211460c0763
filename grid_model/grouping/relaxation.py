"""The linear relaxation of a partition, tightened until it says little less than the best plan costs.

Parts of groups may be chosen here, so its cost is a lower bound. It is raised by *subset-row cuts*: of
three managers, at most one chosen group can hold two or more (Jepsen, Petersen, Spoorendonk and
Pisinger, *Operations Research* 56, 2008). Where many groups stand by, only those enter that can lower
the cost; the answer is the same as with all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from grid_model.grouping.candidates import NOBODY, Candidates
from grid_model.grouping.solver import add_columns, add_cover_rows, add_cut_rows

AT_ONCE = 20_000
"""Groups that enter the relaxation at a time."""
CUTS_AT_ONCE = 60
LEAST_VIOLATION = 0.02
MOST_ROUNDS = 60
LEAST_GAIN = 1e-4
"""Share of the bound that a few rounds of cuts must gain to go on."""

Solve = Callable[[Any], bool]
"""Runs a solver; gives whether there is a solution."""


class Relaxation:
    """Bound, prices and cuts of one partition.

    Attributes
    ----------
    uncovered
        How much stays uncovered at the least; above zero there is no plan.
    bound
        No plan costs less.
    reduced
        What each group costs beyond the prices: a plan's reduced costs sum to at most its distance from
        the bound.
    cuts
        Rows of the groups that hold two or more of three managers, for each cut.
    """

    def __init__(
        self, found: Candidates, costs: np.ndarray, nodes: int, new_model: Callable[[], Any], solve: Solve
    ) -> None:
        self._found = found
        self._costs = costs
        self._nodes = nodes
        self._new_model = new_model
        self._solve = solve
        self._of_node = _rows_of_nodes(found, nodes)
        self._triples: set[tuple[int, int, int]] = set()
        self.cuts: list[np.ndarray] = []
        self.uncovered = np.inf
        self.bound = 0.0
        self.reduced = np.zeros(len(found))

    def run(self) -> bool:
        """Solve and tighten; give whether there can be a plan."""
        if not len(self._found):
            return False
        penalty = 10.0 * float(self._costs.max()) + 1.0
        while True:
            self.settle(penalty)
            if self.uncovered < 1e-7:
                break
            if not self.coverable():
                return False
            penalty *= 100.0
        self._tighten()
        return True

    def coverable(self) -> bool:
        """Whether parts of groups can cover everybody at all."""
        trial = Relaxation(self._found, np.zeros(len(self._costs)), self._nodes, self._new_model, self._solve)
        trial.settle(1.0)
        return trial.uncovered < 1e-7

    def settle(self, penalty: float) -> None:
        """Solve without tightening; who stays uncovered costs the penalty."""
        self._start(self._costs, penalty)
        self._settle()

    def _start(self, costs: np.ndarray, penalty: float) -> None:
        """Begin with nobody covered, at a penalty, and the groups cheapest per member."""
        self._model = self._new_model()
        add_cover_rows(self._model, self._nodes)
        alone = Candidates(
            np.arange(self._nodes, dtype=np.int32)[:, None], np.ones(self._nodes, dtype=np.int64)
        )
        add_columns(self._model, alone, np.full(self._nodes, penalty))
        self._inside = np.zeros(len(costs), dtype=bool)
        self._order = np.empty(0, dtype=np.int64)
        order = np.argsort(costs / self._found.sizes, kind="stable")
        self._take_in(np.sort(order[:AT_ONCE]))

    def _take_in(self, rows: np.ndarray) -> None:
        at = [np.flatnonzero(np.isin(rows, cut, assume_unique=True)) for cut in self.cuts]
        add_columns(self._model, self._found.only(rows), self._costs[rows], cuts=at, first_cut=self._nodes)
        self._inside[rows] = True
        self._order = np.r_[self._order, rows]

    def _settle(self) -> None:
        """Solve, and take in groups until none outside can lower the cost."""
        while True:
            self._solve(self._model)
            solution = self._model.getSolution()
            prices = np.array(solution.row_dual)
            self._values = np.array(solution.col_value)
            self.reduced = self._priced(prices)
            attractive = np.flatnonzero((self.reduced < -1e-9) & ~self._inside)
            if not len(attractive):
                break
            best = attractive[np.argsort(self.reduced[attractive], kind="stable")[:AT_ONCE]]
            self._take_in(np.sort(best))
        self.uncovered = float(self._values[: self._nodes].sum())
        # What rounding leaves below zero is charged once per group, so that the bound stays a bound.
        self.bound = float(prices.sum()) + self._nodes * min(0.0, float(self.reduced.min()))

    def _priced(self, prices: np.ndarray) -> np.ndarray:
        reduced = self._costs - np.append(prices[: self._nodes], 0.0)[self._found.members].sum(axis=1)
        for cut, price in zip(self.cuts, prices[self._nodes :], strict=True):
            if price:
                reduced[cut] -= price
        return np.asarray(reduced)

    # ------------------------------------------------------------------------ cuts

    def _tighten(self) -> None:
        """Add cuts while they raise the bound."""
        bounds = [self.bound]
        for _round in range(MOST_ROUNDS):
            new = self._violated()
            if not new:
                return
            for triple in new:
                self._triples.add(triple)
                self.cuts.append(self._holding_two(triple))
            place = np.full(len(self._found), -1, dtype=np.int64)
            place[self._order] = self._nodes + np.arange(len(self._order))
            add_cut_rows(self._model, [place[cut][place[cut] >= 0] for cut in self.cuts[-len(new) :]])
            self._settle()
            bounds.append(self.bound)
            if len(bounds) > 6 and bounds[-1] - bounds[-6] < LEAST_GAIN * abs(bounds[-1]):
                return

    def _violated(self) -> list[tuple[int, int, int]]:
        """Find triples of managers of whom parts of groups hold two or more too often; worst first."""
        chosen = self._values[self._nodes :] > 1e-6
        rows, values = self._order[chosen], self._values[self._nodes :][chosen]
        together = np.zeros((self._nodes, self._nodes))
        whole: dict[tuple[int, int, int], float] = {}
        for row, value in zip(rows, values, strict=True):
            places = self._found.places(int(row)).tolist()
            for a, b in combinations(places, 2):
                together[a, b] += value
                together[b, a] += value
            for triple in combinations(places, 3):
                whole[triple] = whole.get(triple, 0.0) + value
        found: dict[tuple[int, int, int], float] = {}
        for middle in range(self._nodes):
            near = np.flatnonzero((together[middle] > 1e-6) & (together[middle] < 1 - 1e-6))
            for a, b in combinations(near.tolist(), 2):
                low, mid, high = sorted((middle, a, b))
                triple = (low, mid, high)
                if triple in found or triple in self._triples:
                    continue
                pairs = together[low, mid] + together[low, high] + together[mid, high]
                found[triple] = pairs - 2 * whole.get(triple, 0.0) - 1.0
        worst = sorted((-by, triple) for triple, by in found.items() if by > LEAST_VIOLATION)
        return [triple for _by, triple in worst[:CUTS_AT_ONCE]]

    def _holding_two(self, triple: tuple[int, int, int]) -> np.ndarray:
        """Give the rows of the groups that hold at least two of three managers."""
        rows, count = np.unique(np.concatenate([self._of_node[n] for n in triple]), return_counts=True)
        return np.asarray(rows[count >= 2])


def _rows_of_nodes(found: Candidates, nodes: int) -> list[np.ndarray]:
    """Give for each manager the rows of the groups that hold him, ascending."""
    flat = found.members.ravel()
    there = np.flatnonzero(flat != NOBODY)
    order = there[np.argsort(flat[there], kind="stable")]
    ends = np.searchsorted(flat[order], np.arange(nodes + 1))
    width = max(1, found.members.shape[1])
    return [order[ends[n] : ends[n + 1]] // width for n in range(nodes)]
