"""Invented managers to group: places, neighbours, travel, work and qualifications, the same on every run."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from grid_model.grouping import GroupingProblem


@dataclass(frozen=True)
class Instance:
    """A grouping problem and where its managers stand.

    Parameters
    ----------
    place_m
        x, y in metres, in the order of the problem's members.
    """

    problem: GroupingProblem
    place_m: np.ndarray


def invented(count: int, smallest: int, largest: int, seed: int = 0) -> Instance:
    """Scatter managers; neighbours by Delaunay's triangles, ways about 1.3 × straight at 30 km/h."""
    from scipy.spatial import Delaunay

    random = np.random.default_rng(seed)
    place = random.uniform(0, 3000 * np.sqrt(count), (count, 2))
    adjacency = np.zeros((count, count), dtype=bool)
    for triangle in Delaunay(place).simplices:
        for a, b in combinations(triangle, 2):
            adjacency[a, b] = adjacency[b, a] = True
    minutes = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) * 1.3 / 500
    guards = random.random(count) < 0.85
    problem = GroupingProblem.of(
        [f"M{n:04d}" for n in range(count)],
        minutes=minutes * random.uniform(1.0, 1.2, (count, count)) * (1 - np.eye(count)),
        adjacency=adjacency,
        workload=random.uniform(0.5, 1.5, count),
        leaders=guards & (random.random(count) < 0.6),
        guards=guards,
        min_size=smallest,
        max_size=largest,
    )
    return Instance(problem, place)
