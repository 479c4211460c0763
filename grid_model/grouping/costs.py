"""What each possible group costs: travel, imbalance of work, and distance from the target size.

size × mean pair minutes + 30 min × |W_g ÷ W̄ − size| + 10 min × |size − target| (`DESIGN` §4), each with its
weight; W̄ is the mean workload index per manager.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid_model.grouping.candidates import Candidates, padded
from grid_model.grouping.problem import GroupingProblem


@dataclass(frozen=True)
class Costs:
    """The terms of each group, weighted, in minutes, in the order of the candidates.

    `mean_pair` is the unweighted mean of the pair minutes.
    """

    travel: np.ndarray
    imbalance: np.ndarray
    size: np.ndarray
    mean_pair: np.ndarray
    workload: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """The cost of each group; infinite where a member's place is unknown."""
        return np.asarray(self.travel + self.imbalance + self.size)


def costs(problem: GroupingProblem, found: Candidates) -> Costs:
    """Price every candidate."""
    mean_pair = _mean_pair(problem, found)
    work = np.append(problem.workload, 0.0)[found.members].sum(axis=1)
    ratio = work / problem.mean if problem.mean > 0 else found.sizes.astype(float)
    return Costs(
        travel=problem.weights.travel * found.sizes * mean_pair,
        imbalance=problem.weights.imbalance_min * np.abs(ratio - found.sizes),
        size=problem.weights.size_min * np.abs(found.sizes - problem.target_size).astype(float),
        mean_pair=mean_pair,
        workload=work,
    )


def _mean_pair(problem: GroupingProblem, found: Candidates) -> np.ndarray:
    minutes = padded(problem.pair_minutes)
    total = np.zeros(len(found))
    for a in range(found.members.shape[1]):
        for b in range(a + 1, found.members.shape[1]):
            total += minutes[found.members[:, a], found.members[:, b]]
    pairs = found.sizes * (found.sizes - 1) / 2
    mean = np.divide(total, pairs, out=np.zeros(len(found)), where=pairs > 0)
    return np.asarray(mean, dtype=float)
