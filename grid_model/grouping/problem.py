"""What is asked of a grouping: the managers, their neighbourhood, travel and work, and the rules to keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

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
    longest
        Factor of the minutes between the two members farthest apart.
    change_min
        Minutes for each manager who leaves his mates of the scheme in force.
    feeder_min, village_min
        Minutes for each group more than one that shares a feeder, or a village.
    """

    travel: float = 1.0
    imbalance_min: float = 30.0
    size_min: float = 10.0
    longest: float = 0.0
    change_min: float = 0.0
    feeder_min: float = 0.0
    village_min: float = 0.0


@dataclass(frozen=True, slots=True)
class Lock:
    """A group that must stay as it is: its id and its members, sorted."""

    group: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Town:
    """A town that may not be split, by the managers who work there.

    A town that fits into a group stays in one, others may join; groups of a larger town hold nobody
    from elsewhere, so that the town is a union of groups.

    Parameters
    ----------
    in_one
        Whether it stays in one group; None: by its number of managers.
    """

    name: str
    members: tuple[str, ...]
    in_one: bool | None = None


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
    fixed
        Managers who stay with each other while others may join; those of two entries never share a group.
    fixed_leaders
        Managers who lead: no two share a group, and each leads the one he is in.
    towns
        Towns that may not be split; where groups stay within stations, `of` parts them by station.
    base
        Group of each manager in the scheme in force, empty where he had none; () where there is no scheme.
    base_mates
        How many mates each had there; None: reckoned from `base`.
    feeders, villages
        Share of each feeder's (village's) areas that a manager holds, one row per manager, one column per
        feeder; None: not looked at. `of` takes numbers of areas and makes shares of them.
    max_pair_minutes
        Longer pairs are reported; with `hard_pair_minutes` they are forbidden.
    mean_workload
        The mean index a group's work is measured by; None: the mean of these managers.
    max_candidates
        Most groups that are listed one by one; where there are more, they are generated as they are needed.
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
    fixed: tuple[Lock, ...] = ()
    fixed_leaders: tuple[str, ...] = ()
    towns: tuple[Town, ...] = ()
    base: tuple[str, ...] = ()
    base_mates: tuple[int, ...] | None = None
    feeders: np.ndarray | None = None
    villages: np.ndarray | None = None
    weights: Weights = field(default=Weights())
    max_pair_minutes: float = 30.0
    hard_pair_minutes: bool = False
    mean_workload: float | None = None
    max_candidates: int = 3_000_000

    def __post_init__(self) -> None:
        if not 1 <= self.min_size <= self.max_size:
            raise GridError("bad-group-sizes", minimum=self.min_size, maximum=self.max_size)
        known = set(self.members)
        locked = (one.members for one in (*self.locks, *self.fixed))
        named = (*locked, *(one.members for one in self.towns))
        rules = (*self.together, *self.apart, self.fixed_leaders, *named)
        strange = sorted({one for rule in rules for one in rule} - known)
        if strange:
            raise GridError("manager-not-planned", manager=strange[0])

    @classmethod
    def of(
        cls,
        members: Sequence[str],
        *,
        stations: Sequence[str] = (),
        base: Sequence[str] = (),
        **arrays: object,
    ) -> GroupingProblem:
        """Make a problem with the managers sorted; arrays come in the order of `members` as given."""
        order = (
            np.argsort(np.array(members, dtype=object), kind="stable") if len(members) else np.array([], int)
        )
        stations = tuple(stations) or ("",) * len(members)
        for name in ("minutes", "adjacency"):
            arrays[name] = np.asarray(arrays[name])[np.ix_(order, order)]
        for name in ("workload", "leaders", "guards"):
            arrays[name] = np.asarray(arrays[name])[order]
        for name in ("feeders", "villages"):
            if arrays.get(name) is not None:
                arrays[name] = _shares(np.asarray(arrays[name], dtype=float)[order])
        if arrays.get("towns") and not arrays.get("across_stations"):
            arrays["towns"] = _by_station(arrays["towns"], dict(zip(members, stations, strict=True)))
        return cls(
            members=tuple(members[n] for n in order),
            stations=tuple(stations[n] for n in order),
            base=tuple(base[n] for n in order) if len(base) else (),
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

    @property
    def mates(self) -> np.ndarray:
        """How many mates each manager has in the scheme in force; zeros where there is none."""
        if self.base_mates is not None:
            return np.array(self.base_mates, dtype=np.int64)
        counted = Counter(self.base)
        return np.array([counted[one] - 1 if one else 0 for one in self.base or ("",) * len(self)], dtype=int)

    def in_one_group(self, town: Town) -> bool:
        """Whether a town must stay in one group, not only be a union of groups."""
        return len(set(town.members)) <= self.max_size if town.in_one is None else town.in_one

    def settled(self) -> GroupingProblem:
        """Give the problem with what each town must keep settled, so that parts of it keep it too."""
        return replace(
            self, towns=tuple(replace(town, in_one=self.in_one_group(town)) for town in self.towns)
        )

    def must_share(self) -> tuple[tuple[str, ...], ...]:
        """Give every set of managers who must share a group, whichever rule says so."""
        towns = (town.members for town in self.towns if self.in_one_group(town))
        return (*self.together, *(one.members for one in self.fixed), *towns)

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
            locks=_locks_within(self.locks, kept),
            fixed=_locks_within(self.fixed, kept),
            fixed_leaders=_within(self.fixed_leaders, kept),
            towns=tuple(
                replace(one, members=own) for one in self.towns if (own := _within(one.members, kept))
            ),
            base=tuple(self.base[n] for n in at) if self.base else (),
            base_mates=tuple(int(one) for one in self.mates[at]) if self.base else None,
            feeders=None if self.feeders is None else self.feeders[at],
            villages=None if self.villages is None else self.villages[at],
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


def _by_station(towns: object, station: Mapping[str, str]) -> tuple[Town, ...]:
    parts = []
    for town in cast("tuple[Town, ...]", towns):
        names = sorted({station.get(one, "") for one in town.members})
        for name in names:
            own = tuple(one for one in town.members if station.get(one, "") == name)
            parts.append(replace(town, members=own))
    return tuple(parts)


def _shares(areas: np.ndarray) -> np.ndarray:
    """Make shares of each column's sum; a column of nobody's areas falls away."""
    areas = areas[:, areas.sum(axis=0) > 0]
    return np.asarray(areas / areas.sum(axis=0))


def _locks_within(locks: Iterable[Lock], kept: set[str]) -> tuple[Lock, ...]:
    return tuple(Lock(lock.group, own) for lock in locks if (own := _within(lock.members, kept)))


def _within(ids: Iterable[str], kept: set[str]) -> tuple[str, ...]:
    return tuple(one for one in ids if one in kept)
