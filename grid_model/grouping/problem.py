"""What is asked of a grouping: the managers, their neighbourhood, travel and work, and the rules to keep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from grid_model.errors import GridError


@dataclass(frozen=True, slots=True)
class Weights:
    """What the terms of the objective cost (`DESIGN` §4).

    Parameters
    ----------
    travel
        Factor of size × mean pair minutes.
    imbalance_min
        Minutes for each manager's mean workload a group has too much or too little.
    size_min
        Minutes for each member more or less than the target.
    """

    travel: float = 1.0
    imbalance_min: float = 30.0
    size_min: float = 10.0


@dataclass(frozen=True, slots=True)
class Lock:
    """A group that must stay as it is: its id and its members, sorted."""

    group: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class GroupingProblem:
    """Everything the planner needs; every array is in the order of `members`.

    Make it with `of`, which sorts the managers: the result then does not depend on the order they came
    in.

    Parameters
    ----------
    members
        Manager ids, sorted.
    minutes
        Travel minutes from row to column; infinite where a place is unknown. Of a pair the slower
        direction counts.
    adjacency
        Symmetric: whose territories touch.
    workload
        Workload index of each manager.
    leaders, guards
        Who may lead and who may guard.
    min_size, max_size, target_size
        Members of a group.
    stations
        Station of each manager; a group stays within one unless `across_stations`.
    qualifications_known
        False leaves the rule of leader and guard unchecked.
    together, apart
        Sets of managers that must share a group, and sets of which no two may.
    locks
        Groups that stay as they are.
    max_pair_minutes
        Longer pairs are reported; with `hard_pair_minutes` they are forbidden.
    mean_workload
        The mean index a group's work is measured by; None: the mean of these managers.
    max_candidates
        Most groups that are looked at one by one.
    """

    members: tuple[str, ...]
    minutes: np.ndarray
    adjacency: np.ndarray
    workload: np.ndarray
    leaders: np.ndarray
    guards: np.ndarray
    min_size: int = 3
    max_size: int = 5
    target_size: int = 4
    stations: tuple[str, ...] = ()
    across_stations: bool = False
    qualifications_known: bool = True
    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    locks: tuple[Lock, ...] = ()
    weights: Weights = field(default=Weights())
    max_pair_minutes: float = 30.0
    hard_pair_minutes: bool = False
    mean_workload: float | None = None
    max_candidates: int = 3_000_000

    def __post_init__(self) -> None:
        if not 1 <= self.min_size <= self.max_size:
            raise GridError("bad-group-sizes", minimum=self.min_size, maximum=self.max_size)
        known = set(self.members)
        rules = (*self.together, *self.apart, *(lock.members for lock in self.locks))
        strange = sorted({one for rule in rules for one in rule} - known)
        if strange:
            raise GridError("manager-not-planned", id=strange[0])

    @classmethod
    def of(cls, members: Sequence[str], *, stations: Sequence[str] = (), **arrays: object) -> GroupingProblem:
        """Make a problem with the managers sorted; arrays come in the order of `members` as given."""
        order = (
            np.argsort(np.array(members, dtype=object), kind="stable") if len(members) else np.array([], int)
        )
        stations = tuple(stations) or ("",) * len(members)
        for name in ("minutes", "adjacency"):
            arrays[name] = np.asarray(arrays[name])[np.ix_(order, order)]
        for name in ("workload", "leaders", "guards"):
            arrays[name] = np.asarray(arrays[name])[order]
        return cls(
            members=tuple(members[n] for n in order),
            stations=tuple(stations[n] for n in order),
            **arrays,  # type: ignore[arg-type]
        )

    def __len__(self) -> int:
        return len(self.members)

    @property
    def pair_minutes(self) -> np.ndarray:
        """Minutes between two managers, the slower direction counting."""
        return np.asarray(np.maximum(self.minutes, self.minutes.T), dtype=float)

    @property
    def mean(self) -> float:
        """The workload index a group's work is measured by, per manager."""
        if self.mean_workload is not None:
            return self.mean_workload
        return float(np.mean(self.workload)) if len(self.workload) else 0.0

    def positions(self, ids: Iterable[str]) -> np.ndarray:
        """Give the places of managers in the arrays."""
        at = {one: n for n, one in enumerate(self.members)}
        return np.array(sorted(at[one] for one in ids), dtype=np.int64)

    def part(self, ids: Iterable[str]) -> GroupingProblem:
        """Give the problem of some managers only; rules that name nobody of them fall away.

        A rule of which only a part remains keeps that part.
        """
        at = self.positions(ids)
        kept = {self.members[n] for n in at}
        locks = (Lock(lock.group, _within(lock.members, kept)) for lock in self.locks)
        return replace(
            self,
            members=tuple(self.members[n] for n in at),
            minutes=self.minutes[np.ix_(at, at)],
            adjacency=self.adjacency[np.ix_(at, at)],
            workload=self.workload[at],
            leaders=self.leaders[at],
            guards=self.guards[at],
            stations=tuple(self.stations[n] for n in at),
            together=tuple(rule for one in self.together if len(rule := _within(one, kept)) > 1),
            apart=tuple(rule for one in self.apart if len(rule := _within(one, kept)) > 1),
            locks=tuple(lock for lock in locks if lock.members),
            mean_workload=self.mean,
        )

    def by_station(self) -> dict[str, GroupingProblem]:
        """Part the problem where groups may not cross stations; one part, named "", where they may."""
        if self.across_stations or len(set(self.stations)) <= 1:
            name = self.stations[0] if self.stations and not self.across_stations else ""
            return {name: replace(self, mean_workload=self.mean)}
        return {
            station: self.part(
                one for one, at in zip(self.members, self.stations, strict=True) if at == station
            )
            for station in sorted(set(self.stations))
        }


def _within(ids: Iterable[str], kept: set[str]) -> tuple[str, ...]:
    return tuple(one for one in ids if one in kept)
