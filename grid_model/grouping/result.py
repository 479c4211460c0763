"""What came out of a grouping: the groups with every term of their cost, or why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SMALLEST = 1e-6
"""A gap is told as a share of at least this much."""


@dataclass(frozen=True)
class Reason:
    """One thing to know about a plan or about why there is none.

    Parameters
    ----------
    code
        Fixed; its sentence stands in `ui.messages.REASONS`.
    managers
        Ids of the persons it names.
    values
        What else the sentence names.
    """

    code: str
    managers: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """One mutual-aid group.

    Parameters
    ----------
    members
        Manager ids, sorted.
    station
        Id of the station; of the first member's where groups may cross.
    travel_min, imbalance_min, size_min, longest_min, change_min, feeders_min, villages_min
        The terms of the objective, weighted; their sum is `cost_min`.
    mean_pair_min, longest_pair_min
        Travel between two members; the slower direction counts; 0 for a single member.
    longest_pair
        The two farthest from each other; empty for a single member.
    workload
        Sum of the members' workload index.
    load_ratio
        Workload over the mean of as many managers; 1 is just right.
    leader
        Proposed work leader, None where nobody may lead or certificates are unknown.
    guards
        The other members able to guard, sorted.
    far_pairs
        Pairs farther apart than the limit, sorted.
    locked
        Id of the lock that keeps it, or of the group its members are fixed to, else empty.
    """

    members: tuple[str, ...]
    station: str
    travel_min: float
    imbalance_min: float
    size_min: float
    mean_pair_min: float
    longest_pair_min: float
    longest_pair: tuple[str, ...]
    workload: float
    load_ratio: float
    leader: str | None
    guards: tuple[str, ...]
    far_pairs: tuple[tuple[str, str], ...] = ()
    locked: str = ""
    longest_min: float = 0.0
    change_min: float = 0.0
    feeders_min: float = 0.0
    villages_min: float = 0.0

    @property
    def terms(self) -> dict[str, float]:
        """Every term of the objective by name, weighted, in minutes."""
        return {
            "travel_min": self.travel_min,
            "imbalance_min": self.imbalance_min,
            "size_min": self.size_min,
            "longest_min": self.longest_min,
            "change_min": self.change_min,
            "feeders_min": self.feeders_min,
            "villages_min": self.villages_min,
        }

    @property
    def cost_min(self) -> float:
        """What the group adds to the objective."""
        return sum(self.terms.values())


@dataclass(frozen=True)
class Grouping:
    """A partition of the managers into groups, or why there is none.

    Parameters
    ----------
    status
        ``optimal`` (proved), ``feasible`` (valid; `bound` says how good at least), ``infeasible``.
    objective, bound
        Minutes; `bound` is proved: no valid grouping costs less. None where infeasible.
    groups
        By station, then by first member.
    why
        Where infeasible: what stands in the way.
    notes
        What a planner should know: unknown certificates, far pairs, uneven loads.
    candidates
        How many possible groups were looked at.
    cut_by
        ``time`` where a time limit ended the work, else empty.
    """

    status: str
    objective: float | None
    bound: float | None
    groups: tuple[Group, ...] = ()
    why: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    candidates: int = 0
    cut_by: str = ""

    @property
    def gap(self) -> float | None:
        """See `gap_of`."""
        return gap_of(self.status, self.objective, self.bound)


def gap_of(status: str, objective: float | None, bound: float | None) -> float | None:
    """Say how far a plan may be from the best, as a share of its objective; 0 where it is proved.

    None where there is no plan or no bound.
    """
    if objective is None or bound is None:
        return None
    if status == "optimal" or objective <= bound:
        return 0.0
    return (objective - bound) / max(abs(objective), SMALLEST)
