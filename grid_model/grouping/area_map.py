"""The areas below a plan: who answers for each, what work it is, and which areas touch.

A planner paints areas from one manager to another and wants to see at once what that does to the groups:
the work of the managers, their place (where no base point fixes it), and whose territories touch. All of
that is summed up here from the areas, by the same rules as `gis.neighbourhood` and
`grid_model.workload`, so that a stroke of the brush costs milliseconds and no shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np

from grid_model.errors import GridError
from grid_model.grouping.problem import GroupingProblem
from grid_model.grouping.result import Reason

NOBODY = -1

Travel: TypeAlias = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""From places in metres (x, y) and ways over straight lines to minutes from row to column."""


@dataclass(frozen=True)
class AreaMap:
    """Areas and their managers.

    Parameters
    ----------
    areas
        Area ids, sorted; order of every array by area.
    managers
        Ids of the managers on duty, sorted; order of every array by manager.
    owner
        Place of the manager who answers for each area; −1: nobody on duty.
    work
        Workload index of each area, without customers who name a manager of their own.
    own_work
        Workload index each manager has whatever areas he answers for (customers who name him).
    customers
        Customers in use of each area.
    x_m, y_m
        Where each area is looked after: its transformer or the middle of its customers; NaN unknown.
    factor
        Way over straight line in each area's terrain.
    base_x_m, base_y_m
        Base point of each manager; NaN where none.
    pairs
        Areas that touch, (n, 2) places, the lower first.
    length_m
        Shared border of each pair that no barrier cuts.
    min_border_m
        Shared border from which managers are neighbours.
    plain_factor
        Way over straight line of a manager without areas.
    has_land
        Whether each area has an outline.
    stands_on
        Areas nearest to each manager's base point, (managers, k), −1 for none: whose land a manager
        without land stands on.
    locked
        Areas that stay with their manager.
    feeder, village
        Number of each area's feeder and village, −1 for none.
    """

    areas: tuple[str, ...]
    managers: tuple[str, ...]
    owner: np.ndarray
    work: np.ndarray
    own_work: np.ndarray
    customers: np.ndarray
    x_m: np.ndarray
    y_m: np.ndarray
    factor: np.ndarray
    base_x_m: np.ndarray
    base_y_m: np.ndarray
    pairs: np.ndarray
    length_m: np.ndarray
    min_border_m: float
    plain_factor: float
    has_land: np.ndarray
    stands_on: np.ndarray
    locked: np.ndarray
    feeder: np.ndarray
    village: np.ndarray
    travel: Travel = field(repr=False)
    _known: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None = field(
        default=None, repr=False, compare=False
    )

    def __len__(self) -> int:
        return len(self.areas)

    @cached_property
    def at(self) -> dict[str, int]:
        """Place of each area."""
        return {one: n for n, one in enumerate(self.areas)}

    def positions(self, areas: Iterable[str]) -> np.ndarray:
        """Give the places of areas; raises `GridError` ``unknown-object``."""
        found = []
        for one in areas:
            if one not in self.at:
                raise GridError("unknown-object", table="transformer_areas", id=one)
            found.append(self.at[one])
        return np.array(found, dtype=np.int64)

    def manager_of(self, area: str) -> str | None:
        """Name who answers for an area."""
        n = int(self.owner[self.positions([area])[0]])
        return None if n == NOBODY else self.managers[n]

    def areas_of(self, manager: str) -> tuple[str, ...]:
        """Give the areas of a manager, sorted."""
        n = self.managers.index(manager)
        return tuple(self.areas[k] for k in np.flatnonzero(self.owner == n))

    def moved(self, areas: Sequence[str], manager: str | None) -> AreaMap:
        """Put areas under another manager; raises ``unknown-object`` and ``manager-not-planned``."""
        if manager is not None and manager not in self.managers:
            raise GridError("manager-not-planned", manager=manager)
        owner = self.owner.copy()
        owner[self.positions(areas)] = NOBODY if manager is None else self.managers.index(manager)
        return self.owned(owner)

    def owned(self, owner: np.ndarray) -> AreaMap:
        """Give the same areas with other managers."""
        x, y = self.places
        return replace(self, owner=owner, _known=(x, y, self.factors, self.minutes))

    # ------------------------------------------------------- what follows for the managers

    @cached_property
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Where each manager stands: his base point, else the customer-weighted centre of his areas."""
        weight = np.maximum(1.0, self.customers) * (np.isfinite(self.x_m) & np.isfinite(self.y_m))
        total = self._summed(weight)
        with np.errstate(invalid="ignore", divide="ignore"):
            x = self._summed(weight * np.nan_to_num(self.x_m)) / total
            y = self._summed(weight * np.nan_to_num(self.y_m)) / total
        based = np.isfinite(self.base_x_m) & np.isfinite(self.base_y_m)
        return np.where(based, self.base_x_m, x), np.where(based, self.base_y_m, y)

    @cached_property
    def factors(self) -> np.ndarray:
        """Way over straight line of each manager: the mean over his areas."""
        count = self._summed(np.ones(len(self.areas)))
        total = self._summed(self.factor)
        return np.where(count > 0, total / np.maximum(count, 1), self.plain_factor)

    @cached_property
    def minutes(self) -> np.ndarray:
        """Travel from row to column between managers."""
        x, y = self.places
        if self._known is not None:
            same = zip(self._known[:3], (x, y, self.factors), strict=True)
            if all(np.array_equal(one, other, equal_nan=True) for one, other in same):
                return self._known[3]
        return np.asarray(self.travel(x, y, self.factors), dtype=float)

    @cached_property
    def workload(self) -> np.ndarray:
        """Workload index of each manager."""
        return np.asarray(self.own_work + self._summed(self.work), dtype=float)

    @cached_property
    def adjacency(self) -> np.ndarray:
        """Whose territories touch."""
        n = len(self.managers)
        a, b = self.owner[self.pairs[:, 0]], self.owner[self.pairs[:, 1]]
        count = (a != b) & (a != NOBODY) & (b != NOBODY)
        length = np.bincount(a[count] * n + b[count], self.length_m[count], minlength=n * n).reshape(n, n)
        touching = length + length.T >= self.min_border_m
        np.fill_diagonal(touching, False)
        self._let_in_guests(touching)
        return touching

    def _let_in_guests(self, touching: np.ndarray) -> None:
        """Make a manager without land a neighbour of those on whose land he stands and of theirs."""
        landed = np.unique(self.owner[self.has_land & (self.owner != NOBODY)])
        for guest in np.setdiff1d(np.arange(len(self.managers)), landed):
            hosts = [int(self.owner[k]) for k in self.stands_on[guest] if k >= 0]
            host = next((one for one in hosts if one != NOBODY), None)
            if host is None:
                continue
            around = np.union1d([host], np.flatnonzero(touching[host]))
            around = around[around != guest]
            touching[guest, around] = touching[around, guest] = True

    def _summed(self, values: np.ndarray) -> np.ndarray:
        owned = self.owner != NOBODY
        total = np.bincount(self.owner[owned], values[owned], minlength=len(self.managers))
        return np.asarray(total, dtype=float)

    def into(self, problem: GroupingProblem) -> GroupingProblem:
        """Give the problem with travel, neighbours and work as they follow from these areas."""
        at = {one: n for n, one in enumerate(self.managers)}
        strange = [one for one in problem.members if one not in at]
        if strange:
            raise GridError("manager-not-planned", manager=strange[0])
        rows = np.array([at[one] for one in problem.members], dtype=np.int64)
        block = np.ix_(rows, rows)
        return replace(
            problem,
            minutes=self.minutes[block],
            adjacency=self.adjacency[block],
            workload=self.workload[rows],
            feeders=None if problem.feeders is None else self.shares(self.feeder, rows),
            villages=None if problem.villages is None else self.shares(self.village, rows),
        )

    def shares(self, label: np.ndarray, managers: np.ndarray) -> np.ndarray:
        """Give the share of each feeder's (village's) areas that each of `managers` holds."""
        count = self.counts(label)[managers]
        count = count[:, count.sum(axis=0) > 0]
        return np.asarray(count / count.sum(axis=0))

    def counts(self, label: np.ndarray) -> np.ndarray:
        """Count each manager's areas on each feeder (in each village)."""
        wide = int(label.max(initial=-1)) + 1
        owned = (self.owner != NOBODY) & (label >= 0)
        cell = self.owner[owned] * wide + label[owned]
        count = np.bincount(cell, minlength=len(self.managers) * wide)
        return np.asarray(count.reshape(-1, wide), dtype=float)

    # ----------------------------------------------------------------------- what is odd

    @cached_property
    def parts(self) -> np.ndarray:
        """Label of the connected piece of one manager's land each area belongs to."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        same = self.owner[self.pairs[:, 0]] == self.owner[self.pairs[:, 1]]
        a, b = self.pairs[same].T
        graph = coo_array((np.ones(len(a)), (a, b)), shape=(len(self.areas), len(self.areas)))
        _count, label = connected_components(graph, directed=False)
        return np.asarray(label)

    def pieces(self, areas: Iterable[str]) -> int:
        """Count the pieces of land some areas make; areas without land count none."""
        mine = np.full(len(self.areas), NOBODY, dtype=np.int64)
        mine[self.positions(areas)] = 0
        own = (mine == 0) & self.has_land
        return len(np.unique(self.owned(mine).parts[own]))

    def outlying(self, manager: int) -> np.ndarray:
        """Give the areas of a manager that do not touch his largest connected piece (by customers)."""
        own = np.flatnonzero((self.owner == manager) & self.has_land)
        if not len(own):
            return own
        labels = self.parts[own]
        size = np.bincount(labels, np.maximum(1.0, self.customers[own]))
        return np.asarray(own[labels != int(np.argmax(size))])

    def broken(self) -> tuple[Reason, ...]:
        """Say which areas nobody answers for and whose land falls into parts."""
        found = []
        nobody = tuple(self.areas[k] for k in np.flatnonzero(self.owner == NOBODY))
        if nobody:
            found.append(Reason("areas-without-manager", (), {"count": len(nobody), "areas": nobody}))
        pieces = np.unique(np.column_stack([self.owner, self.parts])[self.has_land], axis=0)[:, 0]
        several = np.flatnonzero(np.bincount(pieces[pieces != NOBODY], minlength=len(self.managers)) > 1)
        for n in several:
            outlying = tuple(self.areas[k] for k in self.outlying(int(n)))
            values = {"count": len(outlying), "areas": outlying}
            found.append(Reason("territory-in-parts", (self.managers[n],), values))
        return tuple(found)
