"""What districts cost at least, told by prices of units: the bound of all partitions into territories.

Every unit has a price. A district pays half of each border it has and gets the prices of its units; the
cheapest connected one within the limits of weight is found by HiGHS (*pricing*). A plan costs at least the
sum of all prices and, for each district, what the cheapest one of its kind costs then (Lagrangian bound; over
all prices the best of these is the relaxation of a choice among all territories, which says far more than the
assignment model's). Prices are led to better ones by a linear model of the districts seen so far, within a
box around the best ones yet that widens with success and narrows without.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grid_model.errors import Cancelled
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.connected import Neighbours, pieces
from grid_model.grouping.solver import new_solver

MOST_ROUNDS = 400
WITHOUT_GAIN = 30
"""Rounds without a better bound after which the search ends."""
MOST_SOLVES = 30
"""Solves of one pricing with ever more cuts."""
FIRST_BOX, WIDER, NARROWER, LEAST_BOX = 1.0, 1.3, 0.75, 0.02
"""Distance of the next prices from the best ones, as a share of the mean price of a unit."""
GAP, PART_OF_GAIN, ROUGH = 1e-3, 0.02, 0.1
"""How far a pricing is solved: a share of the bound, or of the gain promised, and at first a share of itself.
What is left open is charged to the bound."""
SLIGHT = 1e-7


@dataclass(frozen=True)
class Kind:
    """Districts that keep the same rules.

    Parameters
    ----------
    count
        How many of them a plan has.
    held, barred
        Units that each of them has, and that none has.
    """

    count: int
    held: tuple[int, ...]
    barred: tuple[int, ...]


@dataclass(frozen=True)
class Districting:
    """What is parted: units with weights, limits of a district's weight, costs of parted neighbours."""

    neighbours: Neighbours
    weight: np.ndarray
    lower: float
    upper: float
    edge_costs: np.ndarray

    def border(self, inside: np.ndarray) -> float:
        """Give half of what the border of a district costs; `inside` is a mask over the units."""
        near = self.neighbours
        return 0.5 * float(self.edge_costs[inside[near.a] != inside[near.b]].sum())


def bound_by_prices(
    asked: Districting,
    kinds: Sequence[Kind],
    end: float | None = None,
    feedback: Feedback = SILENT,
    rounds: int = MOST_ROUNDS,
) -> float:
    """Give what no partition into connected districts undercuts.

    Parameters
    ----------
    kinds
        Every district of a plan is of one kind.
    end
        Moment of `time.monotonic` at which the bound so far is given; None: until nothing is gained.

    Raises
    ------
    Cancelled
        Where somebody asked to stop.
    """
    return _Prices(asked, kinds, end, feedback).run(rounds)


class _Prices:
    def __init__(
        self, asked: Districting, kinds: Sequence[Kind], end: float | None, feedback: Feedback
    ) -> None:
        self._asked = asked
        self._kinds = [kind for kind in kinds if kind.count]
        self._end = end
        self._feedback = feedback
        self._pricings = [_Pricing(asked, kind, self._stop) for kind in self._kinds]
        self._seen: dict[tuple[int, bytes], float] = {}
        self._bound = -np.inf
        self._promised = 0.0
        self._best = np.zeros(len(asked.weight))

    def run(self, rounds: int) -> float:
        # No prices at all: what the shortest borders cost. Then the weight of units leads.
        prices = self._best
        box = FIRST_BOX
        since = 0
        for number in range(rounds):
            bound = self._priced(prices)
            if self._stop() or bound == np.inf:
                return max(self._bound, bound)
            gained = bound > self._bound + SLIGHT * abs(bound)
            since = 0 if gained else since + 1
            if gained:
                self._bound, self._best = bound, prices
                box = min(FIRST_BOX, box * WIDER)
            else:
                box = max(LEAST_BOX, box * NARROWER)
            if since > WITHOUT_GAIN or self._bound <= 0:
                break
            if not number:
                share = self._asked.weight / max(float(self._asked.weight.sum()), SLIGHT)
                prices = self._best = share * self._bound
                continue
            prices, promised = self._next(box * abs(self._bound) / len(prices))
            self._promised = max(0.0, promised - self._bound)
            # Nothing better nearby is nothing better anywhere: the bound is a concave function of the prices.
            if promised - self._bound <= GAP * abs(self._bound):
                break
        return self._bound

    def _stop(self) -> bool:
        return self._feedback.cancelled or (self._end is not None and time.monotonic() > self._end)

    def _priced(self, prices: np.ndarray) -> float:
        """Give the bound of some prices; districts met on the way are kept."""
        total = float(prices.sum())
        known = np.isfinite(self._bound)
        gap = max(GAP * abs(self._bound), PART_OF_GAIN * self._promised) if known else 0.0
        for n, (kind, pricing) in enumerate(zip(self._kinds, self._pricings, strict=True)):
            self._feedback.report(None)
            met, least = pricing.solve(prices, gap, 0.0 if known else ROUGH)
            if self._feedback.cancelled:
                raise Cancelled
            total += kind.count * least
            for inside in met:
                self._seen.setdefault((n, inside.tobytes()), self._asked.border(inside))
        return total

    def _next(self, box: float) -> tuple[np.ndarray, float]:
        """Give the best prices within the box for the districts seen, and the bound these promise."""
        units, kinds = len(self._asked.weight), len(self._kinds)
        model = new_solver(False, self._stop)
        right = np.r_[np.ones(units), [float(kind.count) for kind in self._kinds]]
        none = np.array([], dtype=np.int32)
        model.addRows(len(right), right, right, 0, np.zeros(len(right), dtype=np.int32), none, none * 1.0)
        far = 10.0 * (float(self._asked.edge_costs.sum()) + 1.0)
        for n in range(units):
            model.addCol(self._best[n] + box, 0.0, np.inf, 1, np.array([n], dtype=np.int32), np.ones(1))
            model.addCol(box - self._best[n], 0.0, np.inf, 1, np.array([n], dtype=np.int32), -np.ones(1))
        for n in range(kinds):
            model.addCol(far, 0.0, np.inf, 1, np.array([units + n], dtype=np.int32), np.ones(1))
        for (n, mask), cost in self._seen.items():
            index = np.r_[np.flatnonzero(np.frombuffer(mask, dtype=bool)), units + n].astype(np.int32)
            model.addCol(cost, 0.0, np.inf, len(index), index, np.ones(len(index)))
        model.run()
        if self._feedback.cancelled:
            raise Cancelled
        prices = np.array(model.getSolution().row_dual)[:units]
        return prices, float(model.getInfo().objective_function_value)


class _Pricing:
    """The cheapest district of one kind: x[unit], then 1 for each pair of neighbours it parts."""

    def __init__(self, asked: Districting, kind: Kind, stop: Any) -> None:
        import highspy

        self._asked = asked
        self._met: list[np.ndarray] = []
        near, units = asked.neighbours, len(asked.weight)
        none = np.array([], dtype=np.int32)
        model = self._model = new_solver(True, stop)
        model.cbMipImprovingSolution += self._meet
        model.addCols(units, np.zeros(units), np.zeros(units), np.ones(units), 0, none, none, none * 1.0)
        whole = np.full(units, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        model.changeColsIntegrality(units, np.arange(units, dtype=np.int32), whole)
        edges = len(near.a)
        model.addCols(
            edges, 0.5 * asked.edge_costs, np.zeros(edges), np.ones(edges), 0, none, none, none * 1.0
        )
        for edge, (a, b) in enumerate(zip(near.a.tolist(), near.b.tolist(), strict=True)):
            for one, other in ((a, b), (b, a)):
                index = np.array([one, other, units + edge], dtype=np.int32)
                model.addRow(-np.inf, 0.0, 3, index, np.array([1.0, -1.0, -1.0]))
        model.addRow(asked.lower, asked.upper, units, np.arange(units, dtype=np.int32), asked.weight)
        for fixed, value in ((kind.held, 1.0), (kind.barred, 0.0)):
            for n in fixed:
                model.changeColBounds(n, value, value)
        self._cuts: set[tuple[int, ...]] = set()
        for n in range(units):
            self._hold({n})

    def solve(self, prices: np.ndarray, gap: float, share: float) -> tuple[list[np.ndarray], float]:
        """Give connected districts met on the way, and what none costs less than; infinite: there is none."""
        import highspy

        model, units = self._model, len(prices)
        model.changeColsCost(units, np.arange(units, dtype=np.int32), -prices)
        model.setOptionValue("mip_abs_gap", gap)
        model.setOptionValue("mip_rel_gap", share)
        found: list[np.ndarray] = []
        for _solve in range(MOST_SOLVES):
            self._met.clear()
            model.clearSolver()
            model.run()
            status = model.getModelStatus()
            if status in (
                highspy.HighsModelStatus.kInfeasible,
                highspy.HighsModelStatus.kUnboundedOrInfeasible,
            ):
                return found, np.inf
            least = float(model.getInfo().mip_dual_bound)
            if status != highspy.HighsModelStatus.kOptimal:
                return found, least
            final = np.array(model.getSolution().col_value)[:units]
            answers = [np.asarray(values > 0.5) for values in (*self._met, final)]
            found += [inside for inside in answers if len(self._pieces(inside)) == 1]
            new = [piece for inside in answers for piece in self._parted(inside) if self._hold(piece)]
            if not new or not self._parted(answers[-1]):
                break
        return found, least

    def _meet(self, event: Any) -> None:
        self._met.append(np.array(event.data_out.mip_solution)[: len(self._asked.weight)])

    def _pieces(self, inside: np.ndarray) -> list[set[int]]:
        return pieces(self._asked.neighbours.of_unit, np.flatnonzero(inside).tolist())

    def _parted(self, inside: np.ndarray) -> list[set[int]]:
        found = self._pieces(inside)
        return found if len(found) > 1 else []

    def _hold(self, piece: set[int]) -> bool:
        """Demand that a piece too light to be a district goes on beyond itself; give whether that is new."""
        near = self._asked.neighbours.of_unit
        key = tuple(sorted(piece))
        if key in self._cuts or float(self._asked.weight[list(key)].sum()) >= self._asked.lower:
            return False
        self._cuts.add(key)
        around = sorted({other for one in piece for other in near[one]} - piece)
        for n in key:
            index = np.array([n, *around], dtype=np.int32)
            self._model.addRow(-np.inf, 0.0, len(index), index, np.r_[1.0, -np.ones(len(around))])
        return True
