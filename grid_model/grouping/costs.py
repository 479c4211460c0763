"""What each possible group costs: travel, imbalance of work, size, and what else the planner weighs.

size × mean pair minutes + 30 min × |W_g ÷ W̄ − size| + 10 min × |size − target| (`DESIGN` §4), each with its
weight; W̄ is the mean workload index per manager. The terms switched off by default:

- longest: minutes between the two members farthest apart;
- change: ½ × the sum over the members of the share of their mates in force who are in another group. One
  manager who moves counts 1 (he loses all of his mates, each of them one of theirs); groups that join
  as a whole count nothing;
- feeders, villages: for each one the group serves, the share of its areas outside the group. Over a plan this
  sums to the number of groups more than one that share a feeder, so it is exact though each group is
  priced by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid_model.grouping.candidates import Candidates, longest_pair, padded
from grid_model.grouping.problem import GroupingProblem

AT_ONCE = 100_000
"""Groups whose cuts are reckoned at a time, so that memory stays small."""


@dataclass(frozen=True)
class Costs:
    """The terms of each group, weighted, in minutes, in the order of the candidates.

    `mean_pair` is the unweighted mean of the pair minutes.
    """

    travel: np.ndarray
    imbalance: np.ndarray
    size: np.ndarray
    longest: np.ndarray
    change: np.ndarray
    feeders: np.ndarray
    villages: np.ndarray
    mean_pair: np.ndarray
    workload: np.ndarray

    @property
    def terms(self) -> dict[str, np.ndarray]:
        """Every weighted term by name."""
        return {
            "travel": self.travel,
            "imbalance": self.imbalance,
            "size": self.size,
            "longest": self.longest,
            "change": self.change,
            "feeders": self.feeders,
            "villages": self.villages,
        }

    @property
    def total(self) -> np.ndarray:
        """The cost of each group; infinite where a member's place is unknown."""
        return np.asarray(sum(self.terms.values()))

    def only(self, keep: np.ndarray) -> Costs:
        """Give the costs of some candidates, in order; `keep` is a mask or places."""
        return Costs(**{name: values[keep] for name, values in vars(self).items()})


def costs(problem: GroupingProblem, found: Candidates) -> Costs:
    """Price every candidate."""
    weights = problem.weights
    mean_pair = _mean_pair(problem, found)
    work = np.append(problem.workload, 0.0)[found.members].sum(axis=1)
    ratio = work / problem.mean if problem.mean > 0 else found.sizes.astype(float)
    none = np.zeros(len(found))
    # A pair without a way between them costs endlessly much, whatever the weight of travel is.
    way = np.where(
        np.isfinite(mean_pair), weights.travel * found.sizes * np.minimum(mean_pair, 1e300), np.inf
    )
    return Costs(
        travel=way,
        imbalance=weights.imbalance_min * np.abs(ratio - found.sizes),
        size=weights.size_min * np.abs(found.sizes - problem.target_size).astype(float),
        longest=weights.longest * longest_pair(problem, found) if weights.longest else none,
        change=weights.change_min * left_mates(problem, found) if weights.change_min else none,
        feeders=weights.feeder_min * cut_off(problem.feeders, found) if weights.feeder_min else none,
        villages=weights.village_min * cut_off(problem.villages, found) if weights.village_min else none,
        mean_pair=mean_pair,
        workload=work,
    )


def left_mates(problem: GroupingProblem, found: Candidates) -> np.ndarray:
    """Count for each group its members' part in the managers who leave their mates in force."""
    mates = np.append(problem.mates, 0)
    labels = {one: n for n, one in enumerate(sorted(set(problem.base) - {""}))}
    base = np.array([labels.get(one, -1) for one in (*(problem.base or ("",) * len(problem)), "")])
    of_group = base[found.members]
    kept = (of_group[:, :, None] == of_group[:, None, :]).sum(axis=2) - 1
    had = mates[found.members]
    lost = np.divide(had - kept, had, out=np.zeros(had.shape), where=(had > 0) & (of_group >= 0))
    return np.asarray(lost.sum(axis=1) / 2)


def cut_off(shares: np.ndarray | None, found: Candidates) -> np.ndarray:
    """Sum, for each group, what of the feeders (or villages) it serves lies outside it."""
    if shares is None or not shares.shape[1]:
        return np.zeros(len(found))
    bits = np.packbits(shares > 0, axis=1)
    words = np.ascontiguousarray(np.pad(bits, ((0, 1), (0, -bits.shape[1] % 8)))).view(np.uint64)
    inside = np.append(shares.sum(axis=1), 0.0)[found.members].sum(axis=1)
    served = np.zeros(len(found), dtype=np.int64)
    for start in range(0, len(found), AT_ONCE):
        rows = found.members[start : start + AT_ONCE]
        some = words[rows[:, 0]]
        for column in range(1, rows.shape[1]):
            some |= words[rows[:, column]]
        served[start : start + AT_ONCE] = np.bitwise_count(some).sum(axis=1)
    return np.asarray(np.maximum(served - inside, 0.0))


def _mean_pair(problem: GroupingProblem, found: Candidates) -> np.ndarray:
    minutes = padded(problem.pair_minutes)
    total = np.zeros(len(found))
    for a in range(found.members.shape[1]):
        for b in range(a + 1, found.members.shape[1]):
            total += minutes[found.members[:, a], found.members[:, b]]
    pairs = found.sizes * (found.sizes - 1) / 2
    mean = np.divide(total, pairs, out=np.zeros(len(found)), where=pairs > 0)
    return np.asarray(mean, dtype=float)
