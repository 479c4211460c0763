"""Make a valid assignment of a broken one, and a better one of a valid one, by moves of single units.

Used beside the exact model: its answers bound the best from above. A move gives one unit to a neighbouring
territory or swaps two across a border; connectedness is kept at every step.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from grid_model.grouping.connected import Neighbours, hangs_together, pieces

MOST_MOVES = 20_000
SLIGHT = 1e-9
SLACK = 1e-6
"""Share of a limit of work by which it may be missed, as the solver's own tolerance."""


@dataclass(frozen=True)
class Limits:
    """What an assignment has to keep and costs; see `assignment.AssignmentProblem`.

    Parameters
    ----------
    free
        Which pairs of unit and centre are allowed.
    edge_costs
        Cost of each pair of neighbours (in their order) that is parted; None: nothing.
    """

    costs: np.ndarray
    neighbours: Neighbours
    workload: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    free: np.ndarray
    connected: bool = True
    balance_cost: float = 0.0
    target: np.ndarray | None = None
    edge_costs: np.ndarray | None = None


def repaired(limits: Limits, centre: np.ndarray) -> np.ndarray | None:
    """Give a valid assignment near `centre`, made better by moves; None where the moves find none."""
    state = _State(limits, centre)
    state.join_orphans()
    state.descend()
    return state.centre.copy() if state.valid else None


def is_valid(limits: Limits, centre: np.ndarray) -> bool:
    """Whether an assignment keeps every limit and hangs together."""
    return _State(limits, centre).valid


@dataclass
class _State:
    limits: Limits
    centre: np.ndarray
    territory: list[set[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.centre = np.array(self.centre, dtype=np.int64)
        limits = self.limits
        self._of = limits.neighbours.of_unit
        self._island = limits.neighbours.island.tolist()
        self._work = limits.workload.tolist()
        self._least: list[float] = limits.lower.tolist()
        self._most: list[float] = limits.upper.tolist()
        self._goal: list[float] = limits.target.tolist() if limits.target is not None else []
        self._balance = limits.balance_cost
        finite = limits.costs[np.isfinite(limits.costs)]
        spread = float(np.abs(finite).max()) if len(finite) else 0.0
        edges = float(limits.edge_costs.sum()) if limits.edge_costs is not None else 0.0
        least = max(float(limits.workload[limits.workload > 0].min(initial=np.inf)), SLIGHT)
        # Work beyond a limit weighs more than any cost a move could save.
        self._penalty = 10.0 * (spread * 4 + edges + 1.0) / min(least, 1e12) + 2 * limits.balance_cost
        self._edge: dict[tuple[int, int], float] = {}
        if limits.edge_costs is not None:
            near = limits.neighbours
            for a, b, cost in zip(near.a.tolist(), near.b.tolist(), limits.edge_costs.tolist(), strict=True):
                self._edge[a, b] = self._edge[b, a] = cost
        self._settle()

    def _settle(self) -> None:
        count = self.limits.costs.shape[1]
        self.territory = [set() for _ in range(count)]
        for unit, own in enumerate(self.centre.tolist()):
            if own >= 0:
                self.territory[own].add(unit)
        self.load = [float(sum(self._work[n] for n in own)) for own in self.territory]
        # How many units each centre has on each island.
        self._there = np.zeros((max(self._island, default=-1) + 1, count), dtype=np.int64)
        for unit, own in enumerate(self.centre.tolist()):
            if own >= 0:
                self._there[self._island[unit], own] += 1

    @property
    def valid(self) -> bool:
        limits = self.limits
        if (self.centre < 0).any() or not limits.free[np.arange(len(self.centre)), self.centre].all():
            return False
        load = np.array(self.load)
        over = load - limits.upper > SLACK * np.maximum(1.0, np.abs(limits.upper))
        under = limits.lower - load > SLACK * np.maximum(1.0, np.abs(limits.lower))
        if over.any() or under.any():
            return False
        return not limits.connected or all(self._whole(own) for own in self.territory)

    def _whole(self, units: set[int]) -> bool:
        """Whether units hang together on each island they are on."""
        if len({self._island[n] for n in units}) < 2:
            return hangs_together(self._of, units)
        by_island: dict[int, set[int]] = {}
        for n in units:
            by_island.setdefault(self._island[n], set()).add(n)
        return all(hangs_together(self._of, one) for one in by_island.values())

    # ------------------------------------------------------------------- orphans

    def join_orphans(self) -> None:
        """Keep the weightiest piece of each territory and give the rest to territories beside it."""
        free = self.limits.free
        orphans = {n for n, own in enumerate(self.centre.tolist()) if own < 0 or not free[n, own]}
        if self.limits.connected:
            for own in self.territory:
                orphans |= self._strays(own - orphans)
        for n in orphans:
            self.centre[n] = -1
        self._settle()
        while orphans:
            offers = [offer for n in sorted(orphans) if (offer := self._best_home(n)) is not None]
            if not offers:
                break
            _price, n, home = min(offers)
            self.centre[n] = home
            self._there[self._island[n], home] += 1
            self.territory[home].add(n)
            self.load[home] += self._work[n]
            orphans.discard(n)

    def _strays(self, units: set[int]) -> set[int]:
        """Find what does not hang with the weightiest piece on its island; fixed units outweigh all."""
        strays: set[int] = set()
        best: dict[int, tuple[float, set[int]]] = {}
        for piece in pieces(self._of, units):
            island = self._island[next(iter(piece))]
            held = sum(int(self.limits.free[n].sum()) == 1 for n in piece)
            weight = held * 1e15 + sum(self._work[n] for n in piece) + 1e-9 * len(piece)
            if island not in best or weight > best[island][0]:
                strays |= best[island][1] if island in best else set()
                best[island] = weight, piece
            else:
                strays |= piece
        return strays

    def _best_home(self, n: int) -> tuple[float, int, int] | None:
        homes = self._homes(n)
        if not homes:
            return None
        price, own = min((self._price_of(n, one), one) for one in homes)
        return price, n, own

    def _price_of(self, n: int, own: int) -> float:
        over = max(0.0, self.load[own] + self._work[n] - float(self.limits.upper[own]))
        return float(self.limits.costs[n, own] + self._penalty * over)

    def _homes(self, n: int) -> list[int]:
        """Centres a unit may go to without lying apart from their territory."""
        free = self.limits.free[n]
        if not self.limits.connected:
            return np.flatnonzero(free).tolist()
        beside = {int(self.centre[other]) for other in self._of[n]} - {-1}
        empty = np.flatnonzero(free & (self._there[self._island[n]] == 0)).tolist()
        return sorted({own for own in beside if free[own]} | set(empty))

    # --------------------------------------------------------------------- moves

    def descend(self) -> None:
        """Make moves while one lowers the cost; a limit broken costs more than anything."""
        for _move in range(MOST_MOVES):
            if not (self._shift() or self._swap()):
                return

    def _strain(self, own: int, load: float) -> float:
        over = max(0.0, load - self._most[own], self._least[own] - load)
        off = abs(load - self._goal[own]) if self._goal else 0.0
        return self._penalty * over + self._balance * off

    def _gain(self, n: int, new: int) -> float:
        """What edges and the unit's own cost change by when it goes to `new`."""
        old = int(self.centre[n])
        change = float(self.limits.costs[n, new]) - float(self.limits.costs[n, old])
        if self._edge:
            for other in self._of[n]:
                at = int(self.centre[other])
                change += self._edge[n, other] * (int(at == old) - int(at == new))
        return change

    def _shift(self) -> bool:
        moved = False
        for n in range(len(self.centre)):
            old = int(self.centre[n])
            if old < 0:
                continue
            work = self._work[n]
            offers = []
            for new in self._homes(n):
                if new == old:
                    continue
                change = self._gain(n, new)
                change += self._strain(old, self.load[old] - work) - self._strain(old, self.load[old])
                change += self._strain(new, self.load[new] + work) - self._strain(new, self.load[new])
                if change < -SLIGHT:
                    offers.append((change, new))
            if offers and (not self.limits.connected or self._whole(self.territory[old] - {n})):
                self._move(n, min(offers)[1])
                moved = True
        return moved

    def _swap(self) -> bool:
        """Swap two units across a border where that lowers the cost."""
        moved = False
        for n in range(len(self.centre)):
            old = int(self.centre[n])
            for new in self._homes(n) if old >= 0 else ():
                if new != old and int(self.centre[n]) == old and self._swap_into(n, old, new):
                    moved = True
                    break
        return moved

    def _swap_into(self, n: int, old: int, new: int) -> bool:
        limits = self.limits
        back = sorted(self.territory[new])
        if limits.connected:
            mine = self.territory[old]
            back = [one for one in back if any(other in mine for other in self._of[one])]
        first = self._gain(n, new)
        for one in back:
            if not limits.free[one, old]:
                continue
            by = self._work[one] - self._work[n]
            change = first + self._gain(one, old)
            if self._edge and one in self._of[n]:
                change += 2 * self._edge[n, one]
            change += self._strain(old, self.load[old] + by) - self._strain(old, self.load[old])
            change += self._strain(new, self.load[new] - by) - self._strain(new, self.load[new])
            if change >= -SLIGHT:
                continue
            left, right = (self.territory[old] - {n}) | {one}, (self.territory[new] - {one}) | {n}
            if limits.connected and not (self._whole(left) and self._whole(right)):
                continue
            self._move(n, new)
            self._move(one, old)
            return True
        return False

    def _move(self, n: int, new: int) -> None:
        old = int(self.centre[n])
        self._there[self._island[n], old] -= 1
        self._there[self._island[n], new] += 1
        self.territory[old].discard(n)
        self.territory[new].add(n)
        self.load[old] -= self._work[n]
        self.load[new] += self._work[n]
        self.centre[n] = new
