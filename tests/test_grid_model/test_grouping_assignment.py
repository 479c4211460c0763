"""Areas to managers: connected territories at the least cost; a brute force that tries everything agrees."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from grid_model.errors import Cancelled
from grid_model.feedback import Feedback
from grid_model.grouping.assignment import assign_connected
from grid_model.grouping.assignment_problem import Assignment
from grid_model.grouping.connected import Neighbours, pieces, separator
from tests.conftest import scaled


def path(n: int) -> np.ndarray:
    """Units 0 — 1 — 2 … along a road."""
    return np.abs(np.subtract.outer(np.arange(n), np.arange(n))) == 1


def scattered(random: np.random.Generator, n: int) -> np.ndarray:
    from scipy.spatial import Delaunay

    adjacency = np.zeros((n, n), dtype=bool)
    for triangle in Delaunay(random.uniform(0, 1, (n, 2))).simplices:
        for a, b in combinations(triangle, 2):
            adjacency[a, b] = adjacency[b, a] = random.random() < 0.8
    return adjacency


def together(adjacency: np.ndarray, units: set[int], island: np.ndarray) -> bool:
    near = [np.flatnonzero(row).tolist() for row in adjacency]
    by_island = [{n for n in units if island[n] == one} for one in set(island.tolist())]
    return all(len(pieces(near, one)) <= 1 for one in by_island)


def cheapest(
    costs: np.ndarray,
    adjacency: np.ndarray,
    work: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    fixed: np.ndarray,
    balance: float = 0.0,
) -> float | None:
    """Try every assignment; give the least cost, None where none is allowed."""
    units, centres = costs.shape
    island = Neighbours.of(adjacency).island
    best = None
    goal = work.sum() / centres
    for own in product(*(range(centres) if fixed[n] < 0 else [int(fixed[n])] for n in range(units))):
        at = np.array(own)
        load = np.bincount(at, work, minlength=centres)
        if (load < low - 1e-9).any() or (load > high + 1e-9).any():
            continue
        price = float(costs[np.arange(units), at].sum() + balance * np.abs(load - goal).sum())
        if not np.isfinite(price) or (best is not None and price >= best):
            continue
        if all(together(adjacency, set(np.flatnonzero(at == k).tolist()), island) for k in range(centres)):
            best = price
    return best


STARTED = 49
"""Where HiGHS 1.16 gave back the plan it was started from as the best."""


@pytest.mark.parametrize("seed", sorted({*range(scaled(6, 60)), STARTED}))
def test_no_assignment_is_cheaper(seed: int) -> None:
    random = np.random.default_rng(seed)
    for _case in range(8):
        units, centres = int(random.integers(4, 9)), int(random.integers(1, 4))
        adjacency = scattered(random, units)
        work = random.uniform(0.5, 1.5, units)
        costs = random.uniform(0, 10, (units, centres))
        costs[random.random(costs.shape) < 0.05] = np.inf
        slack = float(random.choice([0.1, 0.3, 1.0]))
        low = np.full(centres, work.sum() / centres * (1 - slack))
        high = np.full(centres, work.sum() / centres * (1 + slack))
        fixed = np.where(random.random(units) < 0.15, random.integers(0, centres, units), -1)
        balance = float(random.choice([0.0, 3.0]))
        found = assign_connected(costs, adjacency, work, low, high, fixed=fixed, balance_cost=balance)
        oracle = cheapest(costs, adjacency, work, low, high, fixed, balance)
        if oracle is None:
            assert found.status == "infeasible" and found.why and found.objective is None
            continue
        assert found.status == "optimal" and found.gap == 0
        assert found.objective == pytest.approx(oracle, abs=1e-5)
        assert_sound(found, adjacency, low, high)
        assert (found.centre_of_unit[fixed >= 0] == fixed[fixed >= 0]).all()


def assert_sound(found: Assignment, adjacency: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    island = Neighbours.of(adjacency).island
    assert (found.loads >= low - 1e-5).all() and (found.loads <= high + 1e-5).all()
    for own in range(len(low)):
        assert together(adjacency, set(np.flatnonzero(found.centre_of_unit == own).tolist()), island)


def township(units: int, centres: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    place = random.uniform(0, 1, (units, 2))
    from scipy.spatial import Delaunay

    adjacency = np.zeros((units, units), dtype=bool)
    for triangle in Delaunay(place).simplices:
        for a, b in combinations(triangle, 2):
            near = np.hypot(*(place[a] - place[b])) < 3 / np.sqrt(units)
            adjacency[a, b] = adjacency[b, a] = near
    work = random.uniform(0.3, 1.7, units)
    base = place[random.choice(units, centres, replace=False)]
    way = np.hypot(*(place[:, None] - base[None]).transpose(2, 0, 1))
    return way * 30 * work[:, None], adjacency, work


def test_a_township_is_dealt_out_connected_balanced_and_proved() -> None:
    costs, adjacency, work = township(60, 5, 1)
    mean = work.sum() / 5
    found = assign_connected(costs, adjacency, work, 0.8 * mean, 1.2 * mean)
    assert found.status == "optimal"
    assert_sound(found, adjacency, np.full(5, 0.8 * mean), np.full(5, 1.2 * mean))
    again = assign_connected(costs, adjacency, work, 0.8 * mean, 1.2 * mean)
    assert (again.centre_of_unit == found.centre_of_unit).all()


def test_a_high_cost_of_change_leaves_everything_where_it_is() -> None:
    costs, adjacency, work = township(30, 3, 2)
    mean = work.sum() / 3
    before = assign_connected(costs, adjacency, work, 0.7 * mean, 1.3 * mean).centre_of_unit
    cheaper_elsewhere = costs[:, ::-1]
    kept = assign_connected(
        cheaper_elsewhere, adjacency, work, 0.7 * mean, 1.3 * mean, base=before, change_cost=1e4
    )
    assert (kept.centre_of_unit == before).all()
    free = assign_connected(cheaper_elsewhere, adjacency, work, 0.7 * mean, 1.3 * mean, base=before)
    assert (free.centre_of_unit != before).any()


def test_a_time_limit_gives_a_valid_plan_and_its_bound() -> None:
    costs, adjacency, work = township(80, 8, 3)
    mean = work.sum() / 8
    found = assign_connected(costs, adjacency, work, 0.9 * mean, 1.1 * mean, time_limit_s=0.6)
    if found.status == "unknown":
        assert (found.centre_of_unit == -1).all() and found.cut_by == "time"
        return
    assert found.objective is not None and found.bound is not None and found.bound <= found.objective
    assert_sound(found, adjacency, np.full(8, 0.9 * mean), np.full(8, 1.1 * mean))


def test_good_enough_ends_the_work_within_the_distance_asked_for() -> None:
    costs, adjacency, work = township(80, 8, 3)
    mean = work.sum() / 8
    found = assign_connected(costs, adjacency, work, 0.8 * mean, 1.2 * mean, good_enough=0.05)
    assert found.gap is not None and found.gap <= 0.05
    assert_sound(found, adjacency, np.full(8, 0.8 * mean), np.full(8, 1.2 * mean))


@pytest.mark.parametrize(
    ("lower", "upper", "code"),
    [(0.0, 1.5, "work-too-much"), (3.0, 9.0, "work-cannot-fill"), (0.0, 0.9, "unit-too-heavy")],
)
def test_limits_that_no_assignment_can_keep_are_named(lower: float, upper: float, code: str) -> None:
    found = assign_connected(np.ones((4, 2)), path(4), np.ones(4), lower, upper)
    assert found.status == "infeasible" and code in {reason.code for reason in found.why}


def test_a_unit_that_nobody_may_serve_is_named() -> None:
    costs = np.ones((3, 2))
    costs[1] = np.inf
    (reason,) = assign_connected(costs, path(3), np.ones(3), 0, 9).why
    assert (reason.code, reason.values["units"]) == ("unit-without-centre", (1,))


def test_a_territory_that_cannot_hang_together_is_said() -> None:
    # 0 — 1 — 2: both ends are fixed to one centre, the middle to the other
    found = assign_connected(np.ones((3, 2)), path(3), np.ones(3), 0, 9, fixed=[0, 1, 0])
    assert [reason.code for reason in found.why] == ["no-connected-assignment"]
    loose = assign_connected(np.ones((3, 2)), path(3), np.ones(3), 0, 9, fixed=[0, 1, 0], connected=False)
    assert loose.status == "optimal"


def test_an_island_may_go_to_any_centre() -> None:
    adjacency = path(5)
    adjacency[3, 4] = adjacency[4, 3] = False
    costs = np.array([[0, 9], [0, 9], [9, 0], [9, 0], [0, 9]], dtype=float)
    found = assign_connected(costs, adjacency, np.ones(5), 0, 9)
    assert found.centre_of_unit.tolist() == [0, 0, 1, 1, 0] and found.objective == 0


def test_nobody_to_serve_and_arrays_that_do_not_fit() -> None:
    empty = assign_connected(np.zeros((0, 2)), np.zeros((0, 0)), np.zeros(0), 0, 1)
    assert (empty.status, empty.objective) == ("optimal", 0.0)
    with pytest.raises(ValueError, match="units"):
        assign_connected(np.zeros((3, 2)), path(4), np.ones(3), 0, 9)


def test_cancelling_stops_the_assignment() -> None:
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        assign_connected(np.ones((4, 2)), path(4), np.ones(4), 0, 9, feedback=feedback)


def test_a_separator_parts_the_piece_from_the_root() -> None:
    #   0 — 1 — 2 — 3 — 4, and a loop 1 — 5 — 3
    adjacency = np.pad(path(5), ((0, 1), (0, 1)))
    for a, b in ((1, 5), (5, 3)):
        adjacency[a, b] = adjacency[b, a] = True
    near = Neighbours.of(adjacency).of_unit
    assert separator(near, {0}, 4) == [1]
    assert separator(near, {0, 1}, 4) == [2, 5]
    assert separator(near, {0, 1}, 2) == [2]
