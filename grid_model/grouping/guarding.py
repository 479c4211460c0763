"""Who guards whom in a group.

Live work and work on poles need a guardian who does nothing else (专责监护人, `DOMAIN` §4.4): every member
gets another one who is able to guard, so that ways are short and no guard has more than his share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grid_model.grouping.problem import GroupingProblem


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
