"""Districts with the shortest borders and capacitated medians: brute force and known optima agree."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from benchmarks.districts import (
    OKLAHOMA_CUT_EDGES,
    OKLAHOMA_LOWER,
    OKLAHOMA_UPPER,
    median_instances,
    oklahoma,
)
from grid_model.errors import Cancelled
from grid_model.feedback import Feedback
from grid_model.grouping.assignment_problem import Assignment
from grid_model.grouping.connected import Neighbours, pieces
from grid_model.grouping.districting import districts
from grid_model.grouping.knapsacks import Knapsacks
from grid_model.grouping.median import capacitated_median
from tests.conftest import scaled
from tests.test_grid_model.test_grouping_assignment import scattered


def assert_districts(
    found: Assignment, adjacency: np.ndarray, weight: np.ndarray, low: float, high: float, border: np.ndarray
) -> None:
    """Within the limits, connected, and the price is what is parted."""
    near = Neighbours.of(adjacency)
    label = found.centre_of_unit
    assert ((found.loads >= low - 1e-6) & (found.loads <= high + 1e-6)).all()
    assert all(len(pieces(near.of_unit, np.flatnonzero(label == one).tolist())) == 1 for one in set(label))
    parted = label[near.a] != label[near.b]
    assert found.objective == pytest.approx(border[near.a, near.b][parted].sum())


@pytest.mark.parametrize("seed", range(scaled(8, 80)))
def test_no_districts_have_shorter_borders(seed: int) -> None:
    random = np.random.default_rng(seed)
    units, count = int(random.integers(5, 9)), int(random.integers(2, 4))
    adjacency = scattered(random, units)
    adjacency |= np.abs(np.subtract.outer(np.arange(units), np.arange(units))) == 1
    weight = random.uniform(0.2, 2.0, units)
    border = np.triu(
        random.integers(1, 5, (units, units)) if seed % 2 else random.uniform(0.5, 3, (units, units))
    )
    border = (border + border.T) * adjacency
    slack = float(random.choice([0.15, 0.4, 0.8]))
    low, high = weight.sum() / count * (1 - slack), weight.sum() / count * (1 + slack)
    found = districts(adjacency, weight, count, low, high, border)
    best = shortest(adjacency, weight, count, low, high, border)
    if best is None:
        assert found.status == "infeasible"
        return
    assert found.status == "optimal" and found.objective == pytest.approx(best)
    assert_districts(found, adjacency, weight, low, high, border)


def shortest(
    adjacency: np.ndarray, weight: np.ndarray, count: int, low: float, high: float, border: np.ndarray
) -> float | None:
    """Try every way to name districts."""
    near = Neighbours.of(adjacency)
    best = None
    for named in product(range(count), repeat=len(weight)):
        label = np.array(named)
        loads = np.bincount(label, weight, minlength=count)
        if (loads < low).any() or (loads > high).any():
            continue
        cost = float(border[near.a, near.b][label[near.a] != label[near.b]].sum())
        if best is not None and cost >= best:
            continue
        if all(len(pieces(near.of_unit, np.flatnonzero(label == one).tolist())) == 1 for one in set(named)):
            best = cost
    return best


def test_oklahoma_within_a_short_time_has_valid_districts_and_a_bound(taiqu_data: Path) -> None:
    adjacency, _border, population = oklahoma(taiqu_data / "districting_oklahoma_2020")
    price = adjacency.astype(float)
    found = districts(
        adjacency, population, 5, OKLAHOMA_LOWER, OKLAHOMA_UPPER, price, time_limit_s=scaled(4, 60)
    )
    assert found.status in ("feasible", "optimal", "unknown")
    if found.objective is None:
        return
    assert_districts(found, adjacency, population, OKLAHOMA_LOWER, OKLAHOMA_UPPER, price)
    assert found.bound is not None and found.bound <= OKLAHOMA_CUT_EDGES <= found.objective


@pytest.mark.parametrize("seed", range(scaled(4, 60)))
def test_no_medians_are_cheaper(seed: int) -> None:
    random = np.random.default_rng(seed)
    units, count = int(random.integers(3, 8)), int(random.integers(1, 4))
    place = random.uniform(0, 10, (units, 2))
    costs = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    whole = bool(seed % 2)
    work = random.integers(1, 9, units).astype(float) if whole else random.uniform(1, 9, units)
    costs = np.floor(10 * costs) if whole else costs
    upper = float(np.ceil(work.sum() / count * random.uniform(0.9, 1.4)))
    found = capacitated_median(costs, work, count, upper)
    best = cheapest_medians(costs, work, count, upper)
    if best is None:
        assert found.status == "infeasible" and found.why
        return
    assert found.status == "optimal" and found.objective == pytest.approx(best)
    assert (found.loads <= upper + 1e-6).all() and (found.loads > 0).sum() <= count


def cheapest_medians(costs: np.ndarray, work: np.ndarray, count: int, upper: float) -> float | None:
    best = None
    units = len(work)
    for centres in combinations(range(units), min(count, units)) if count <= units else ():
        for named in product(centres, repeat=units):
            own = np.array(named)
            if (np.bincount(own, work, minlength=units) <= upper).all():
                cost = float(costs[np.arange(units), own].sum())
                best = cost if best is None or cost < best else best
    return best


QUICK = ("2", "4")


@pytest.mark.parametrize("name", [str(n) for n in range(1, 11)])
def test_the_known_medians_are_reached_and_proved(name: str, taiqu_data: Path) -> None:
    if name not in QUICK and scaled(0, 1) == 0:
        pytest.skip("takes longer: run by make test-long")
    instances = {one[0]: one[1:] for one in median_instances(taiqu_data / "orlib_pmedcap")}
    distance, demand, count, capacity, best = instances[name]
    found = capacitated_median(distance, demand, count, capacity)
    assert (found.status, found.objective) == ("optimal", best)


def test_knapsacks_take_what_is_best_within_the_limit() -> None:
    random = np.random.default_rng(3)
    costs = random.uniform(0, 10, (7, 3))
    work = random.integers(1, 6, 7)
    prices = random.uniform(0, 10, 7)
    values, served = Knapsacks(costs, work, 10).solve(prices)
    for centre in range(3):
        gains = costs[:, centre] - prices
        every = (np.array(one) for one in product((0, 1), repeat=7))
        assert values[centre] == pytest.approx(min(float(gains @ one) for one in every if work @ one <= 10))
        assert gains @ served[:, centre] == pytest.approx(values[centre])
        assert work @ served[:, centre] <= 10


def test_a_median_stops_when_asked_to_and_says_what_it_has() -> None:
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        capacitated_median(np.ones((4, 4)), np.ones(4), 2, 2.0, feedback=feedback)
    late = capacitated_median(np.ones((4, 4)), np.ones(4), 2, 2.0, time_limit_s=0.0)
    assert late.status == "unknown" and late.objective is None and (late.centre_of_unit == -1).all()
