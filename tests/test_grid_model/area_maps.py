"""Invented areas below invented managers, for the tests of planning by hand and of areas to managers."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from grid_model.grouping import GroupingProblem, Weights
from grid_model.grouping.area_map import AreaMap
from grid_model.territory import straight_minutes


def straight(x: np.ndarray, y: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Travel at 30 km/h on a straight line × factor."""
    return straight_minutes(x, y, factors, 30.0)


def scattered_areas(random: np.random.Generator, managers: int, areas: int, **more: object) -> AreaMap:
    """Areas scattered over a township, touching by Delaunay's triangles, each under a manager near by.

    Some managers have no base point, some areas nobody.
    """
    from scipy.spatial import Delaunay

    at = random.uniform(0, 9000, (areas, 2))
    base = random.uniform(0, 9000, (managers, 2))
    distance = np.hypot(*(at[:, None] - base[None]).transpose(2, 0, 1))
    owner = np.argmin(distance * random.uniform(0.9, 1.1, distance.shape), axis=1)
    owner[random.random(areas) < 0.03] = -1
    pairs = sorted({pair for one in Delaunay(at).simplices for pair in combinations(sorted(one.tolist()), 2)})
    base[random.random(managers) < 0.3] = np.nan
    near = np.argsort(np.nan_to_num(distance, nan=np.inf).T, axis=1, kind="stable")[:, :8]
    stands_on = np.full((managers, 8), -1)
    stands_on[:, : near.shape[1]] = near
    stands_on[np.isnan(base[:, 0])] = -1
    arrays: dict[str, object] = {
        "areas": tuple(f"T{n:03d}" for n in range(areas)),
        "managers": tuple(f"m{n:02d}" for n in range(managers)),
        "owner": owner,
        "work": random.uniform(0.05, 0.2, areas),
        "own_work": np.where(random.random(managers) < 0.2, 0.01, 0.0),
        "customers": random.integers(0, 200, areas).astype(float),
        "x_m": at[:, 0],
        "y_m": at[:, 1],
        "factor": random.choice([1.3, 1.45, 1.6], areas),
        "base_x_m": base[:, 0],
        "base_y_m": base[:, 1],
        "pairs": np.array(pairs),
        "length_m": random.uniform(10, 800, len(pairs)),
        "min_border_m": 50.0,
        "plain_factor": 1.3,
        "has_land": random.random(areas) < 0.97,
        "stands_on": stands_on,
        "feeder": random.integers(-1, 5, areas),
        "village": random.integers(-1, 7, areas),
        "locked": np.zeros(areas, dtype=bool),
        "travel": straight,
    }
    return AreaMap(**(arrays | more))  # type: ignore[arg-type]


def problem_on(areas: AreaMap, random: np.random.Generator, **more: object) -> GroupingProblem:
    """Ask for groups of the managers of an area map."""
    n = len(areas.managers)
    guards = random.random(n) < 0.85
    arrays: dict[str, object] = {
        "minutes": areas.minutes,
        "adjacency": areas.adjacency,
        "workload": areas.workload,
        "leaders": guards & (random.random(n) < 0.6),
        "guards": guards,
        "weights": Weights(longest=1.0, feeder_min=5.0, village_min=3.0, change_min=7.0),
        "feeders": areas.counts(areas.feeder),
        "villages": areas.counts(areas.village),
        "base": [str(one) for one in random.integers(0, max(2, n // 4), n)],
    }
    return GroupingProblem.of(areas.managers, **(arrays | more))  # type: ignore[arg-type]
