"""Part a map into a given number of connected districts of like weight with the shortest borders.

The assignment model with unnamed centres: units of which no two fit into one district name the first
districts, and a unit is kept out of a district it cannot reach within the limit of weight.
"""

from __future__ import annotations

import heapq

import numpy as np

from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.assignment import solve_assignment
from grid_model.grouping.assignment_model import NONE
from grid_model.grouping.assignment_problem import Assignment, AssignmentProblem
from grid_model.grouping.connected import Neighbours


def districts(
    adjacency: np.ndarray,
    weight: np.ndarray,
    count: int,
    lower: float,
    upper: float,
    border: np.ndarray,
    time_limit_s: float | None = None,
    feedback: Feedback = SILENT,
) -> Assignment:
    """Give each unit to one of `count` connected districts so that the parted borders are the least.

    Parameters
    ----------
    adjacency
        Symmetric boolean matrix [units × units].
    weight, lower, upper
        Weight of each unit, not negative; least and most weight of a district.
    border
        What parting two neighbours costs, not negative: symmetric [units × units].
    """
    near = Neighbours.of(adjacency)
    weight = np.asarray(weight, dtype=float)
    units = len(near)
    anchors = _anchors(weight, upper)[:count]
    fixed = np.full(units, NONE, dtype=np.int64)
    costs = np.zeros((units, count))
    for own, unit in enumerate(anchors):
        fixed[unit] = own
        costs[_lightest_ways(near, weight, unit) > upper, own] = np.inf
    _name_the_rest(costs, weight, anchors)
    problem = AssignmentProblem(
        costs,
        near,
        weight,
        np.full(count, float(lower)),
        np.full(count, float(upper)),
        fixed,
        edge_costs=np.asarray(border, dtype=float)[near.a, near.b],
    )
    return solve_assignment(problem, time_limit_s, feedback)


def _name_the_rest(costs: np.ndarray, weight: np.ndarray, anchors: list[int]) -> None:
    """Name the districts without an anchor by their heaviest units: each plan is met under one name."""
    count, free = costs.shape[1], len(anchors)
    heavy = [one for one in np.argsort(-weight, kind="stable").tolist() if one not in anchors]
    for unit in heavy[: count - free - 1]:
        free += 1
        costs[unit, free:] = np.inf


def _anchors(weight: np.ndarray, upper: float) -> list[int]:
    """Find units of which no two fit into one district, the heaviest first."""
    chosen: list[int] = []
    for unit in np.argsort(-weight, kind="stable").tolist():
        if all(weight[unit] + weight[other] > upper for other in chosen):
            chosen.append(unit)
    return chosen


def _lightest_ways(near: Neighbours, weight: np.ndarray, start: int) -> np.ndarray:
    """Give the least weight of a connected set that holds `start` and each other unit."""
    least = np.full(len(near), np.inf)
    least[start] = weight[start]
    todo = [(float(weight[start]), start)]
    while todo:
        so_far, unit = heapq.heappop(todo)
        if so_far > least[unit]:
            continue
        for other in near.of_unit[unit]:
            ahead = so_far + float(weight[other])
            if ahead < least[other]:
                least[other] = ahead
                heapq.heappush(todo, (ahead, other))
    return least
