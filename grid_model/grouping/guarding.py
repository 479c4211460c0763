"""Who guards whom in a group, and who of it reaches each area within what was promised.

Live work and work on poles need a guardian who does nothing else (专责监护人, `DOMAIN` §4.4): every member
gets another one who is able to guard, the nearest where guards are shared out evenly. An area is covered
where at least two qualified members of its group reach it within the promise: 45 minutes in towns, 90 in
the country, 120 in remote places (`DOMAIN` §4.5; settings ``response.…``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grid_model.grouping.problem import GroupingProblem
from grid_model.project import Project
from grid_model.settings import setting

NEEDED = 2
"""Qualified members who must reach an area within the promise."""


@dataclass(frozen=True)
class Guarding:
    """One manager (A) and who guards him (B); minutes are those from B to A.

    Parameters
    ----------
    guard
        None where nobody else of the group is able to guard.
    """

    manager: str
    guard: str | None
    minutes: float


@dataclass(frozen=True)
class AreaCover:
    """Who of a group reaches one area in time.

    Parameters
    ----------
    promise_min
        Minutes promised by its class.
    reached
        Qualified members who reach it within the promise, the nearest first.
    second_min
        Minutes of the second qualified member; infinite where there is none.
    """

    area: str
    promise_min: float
    reached: tuple[str, ...]
    second_min: float

    @property
    def covered(self) -> bool:
        """Whether enough qualified members reach it."""
        return len(self.reached) >= NEEDED


def guarding_pairs(problem: GroupingProblem, members: Sequence[str]) -> tuple[Guarding, ...]:
    """Give every member a guard, so that ways are short and no guard has more than his share.

    Where certificates are unknown anybody may guard.
    """
    from scipy.optimize import linear_sum_assignment

    at = problem.positions(members)
    able = [int(n) for n in at if problem.guards[n] or not problem.qualifications_known]
    if len(at) < 2 or not able:
        return tuple(Guarding(problem.members[n], None, np.inf) for n in at)
    each = -(-len(at) // len(able))
    places = np.array([n for n in able for _turn in range(each)], dtype=np.int64)
    cost = np.nan_to_num(problem.minutes[np.ix_(places, at)].T, posinf=1e6)
    cost[at[:, None] == places[None, :]] = 1e12
    rows, columns = linear_sum_assignment(cost)
    found = []
    for row, column in zip(rows, columns, strict=True):
        manager, guard = int(at[row]), int(places[column])
        alone = manager == guard
        found.append(
            Guarding(
                problem.members[manager],
                None if alone else problem.members[guard],
                np.inf if alone else float(problem.minutes[guard, manager]),
            )
        )
    return tuple(found)


def promises(project: Project) -> dict[str, float]:
    """Give the minutes promised for each area, by its class."""
    by_class = {kind: setting(project, f"response.{kind}_min") for kind in ("urban", "rural", "remote")}
    rows = project.frame("transformer_areas")
    minutes = rows["service_class"].map(by_class).fillna(by_class["rural"])
    return {str(area): float(one) for area, one in zip(rows["id"], minutes, strict=True)}


def cover_of_areas(
    groups: Mapping[str, Sequence[str]],
    group_of_area: Mapping[str, str],
    minutes: Mapping[str, Mapping[str, float]],
    able: frozenset[str] | None,
    promised: Mapping[str, float],
) -> tuple[AreaCover, ...]:
    """Say for each area who of its group reaches it in time, by area id.

    Parameters
    ----------
    groups
        Members by group.
    minutes
        By manager, then by area; absent: no way known.
    able
        Who is qualified; None: everybody.
    """
    found = []
    for area, group in sorted(group_of_area.items()):
        members = [one for one in groups[group] if able is None or one in able]
        ways = sorted((minutes.get(one, {}).get(area, np.inf), one) for one in members)
        limit = promised[area]
        found.append(
            AreaCover(
                area,
                limit,
                tuple(one for way, one in ways if way <= limit),
                float(ways[1][0]) if len(ways) > 1 else np.inf,
            )
        )
    return tuple(found)
