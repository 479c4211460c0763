"""Where the possible groups are too many to list they are made as needed, with the same answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grid_model.errors import GridError
from grid_model.grouping import Lock, Town, solve_grouping
from grid_model.grouping.candidates import candidates
from grid_model.grouping.costs import costs
from grid_model.grouping.first_plan import first_plan
from grid_model.grouping.generate import Generated, generate
from grid_model.grouping.partition import Partition
from grid_model.grouping.pricing import Pricing
from tests.conftest import scaled
from tests.test_grid_model.managers import (
    allowed,
    best_of_all,
    problem_of,
    row_of,
    scattered,
    sparser,
    with_more_rules,
    with_rules,
)


def test_nobody_without_a_known_place_shares_a_group_though_ways_weigh_nothing() -> None:
    """Six in a row; nobody knows a way to the last one, and he shares no group whatever ways cost."""
    problem = row_of(6, min_size=1, max_size=3, qualifications_known=False)
    minutes = problem.minutes.copy()
    minutes[5, :5] = minutes[:5, 5] = np.inf
    problem = replace(problem, minutes=minutes, weights=replace(problem.weights, travel=0.0))
    listed, made = solve_grouping(problem), solve_grouping(replace(problem, max_candidates=3))
    assert made.objective == pytest.approx(listed.objective)
    assert problem.members[5:] in {group.members for group in made.groups}


@pytest.mark.parametrize("seed", range(scaled(3, 60)))
def test_groups_made_as_needed_give_the_best_plan_of_all(seed: int) -> None:
    random = np.random.default_rng(500 + seed)
    for _case in range(4):
        smallest = int(random.integers(1, 4))
        problem = scattered(
            random, int(random.integers(5, 9)), min_size=smallest, max_size=int(random.integers(smallest, 6))
        )
        problem = with_more_rules(random, with_rules(random, sparser(random, problem, 0.85)))
        problem = replace(problem, qualifications_known=False).settled()
        made = generate(problem).partition
        oracle = best_of_all(problem)
        if oracle is None:
            assert made.status in ("infeasible", "unknown") and not made.chosen
        else:
            assert made.status == "optimal" and made.objective == pytest.approx(oracle[0], abs=1e-6)


@pytest.mark.parametrize(("seed", "sizes"), [(0, (3, 5)), (1, (2, 6)), (2, (4, 7))])
def test_listing_and_making_groups_agree_to_the_members(seed: int, sizes: tuple[int, int]) -> None:
    problem = scattered(np.random.default_rng(seed), 20, min_size=sizes[0], max_size=sizes[1])
    listed = solve_grouping(problem)
    made = solve_grouping(replace(problem, max_candidates=200))
    assert made.status == listed.status == "optimal" and made.candidates < listed.candidates
    assert [one.members for one in made.groups] == [one.members for one in listed.groups]
    assert made == solve_grouping(replace(problem, max_candidates=200))


@pytest.mark.parametrize("seed", range(4))
def test_pricing_finds_exactly_the_groups_below_the_limit(seed: int) -> None:
    random = np.random.default_rng(seed)
    problem = with_rules(random, scattered(random, 22, min_size=2, max_size=5)).settled()
    problem = with_more_rules(random, problem).settled()
    every = candidates(problem)
    cost = costs(problem, every).total
    for limit in (-1e-7, 3.0, 30.0):
        prices = random.uniform(0, 18, 22)
        reduced = cost - np.append(prices, 0.0)[every.members].sum(axis=1)
        seen = Pricing(problem).below(prices, limit, 10**6)
        below = reduced < limit
        assert seen.complete and len(seen.found) == below.sum()
        assert np.array_equal(seen.found.members, every.members[below])
        for first in range(22):
            lowest = float(reduced[every.members[:, 0] == first].min(initial=0.0))
            assert seen.least[first] == pytest.approx(lowest, abs=2e-7)


def test_a_bound_stays_a_bound_where_not_every_set_is_looked_at() -> None:
    problem = scattered(np.random.default_rng(7), 24, min_size=2, max_size=6).settled()
    best = solve_grouping(problem).objective
    assert best is not None
    prices = np.full(24, best / 24)
    for most in (1, 5, 50, 10**6):
        seen = Pricing(problem).below(prices, -1e-7, most)
        assert prices.sum() + seen.least.sum() <= best + 1e-6
    assert not Pricing(problem).below(prices, -1e-7, 1).complete


def test_what_cannot_be_listed_in_the_end_is_given_with_its_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grid_model.grouping.generate.GROWN_AT_ONCE", 3)
    problem = scattered(np.random.default_rng(3), 30)
    best = solve_grouping(problem).objective
    found = solve_grouping(replace(problem, max_candidates=10))
    assert best is not None and found.objective is not None and found.bound is not None
    assert found.bound <= best + 1e-6 <= found.objective + 2e-6
    assert found.status == "optimal" or found.cut_by == "groups"


@pytest.mark.parametrize("seed", range(scaled(3, 40)))
def test_the_quick_plan_keeps_every_rule(seed: int) -> None:
    random = np.random.default_rng(seed)
    problem = with_more_rules(random, scattered(random, 30, min_size=2))
    problem = replace(problem, qualifications_known=False).settled()
    quick = first_plan(problem)
    covered = sorted([n for one in quick.groups for n in one] + list(quick.over))
    assert covered == list(range(30))
    assert all(allowed(problem, one) for one in quick.groups)


def test_the_quick_plan_covers_everybody_where_that_is_easy() -> None:
    quick = first_plan(scattered(np.random.default_rng(1), 60, qualifications_known=False))
    assert not quick.over


def test_the_quick_plan_keeps_locks_and_towns_wider_than_one_neighbourhood() -> None:
    far_apart = Town("T", tuple(f"m{n}" for n in range(12)))
    problem = row_of(60, towns=(far_apart,), locks=(Lock("G", ("m30", "m31", "m32")),)).settled()
    quick = first_plan(problem)
    assert all(allowed(problem, one) for one in quick.groups) and not quick.over


def test_too_short_a_time_still_gives_a_plan_with_its_bound() -> None:
    problem = scattered(np.random.default_rng(0), 36)
    best = solve_grouping(problem).objective
    for limited in (problem, replace(problem, max_candidates=100)):
        found = solve_grouping(limited, time_limit_s=1e-6)
        assert best is not None and found.objective is not None and found.bound is not None
        assert found.bound <= best + 1e-6 <= found.objective + 2e-6
        assert found.status == "feasible" and found.cut_by == "time"


def test_an_isolated_manager_is_named_where_groups_are_too_many_to_list() -> None:
    problem = row_of(20, max_candidates=5)
    alone = problem.adjacency.copy()
    alone[0, 1] = alone[1, 0] = False
    (reason,) = solve_grouping(replace(problem, adjacency=alone)).why
    assert (reason.code, reason.managers) == ("isolated-manager", ("m0",))


def test_a_star_of_neighbours_too_large_to_list_has_no_plan_and_that_is_said() -> None:
    # Eight around one: whoever shares the middle's group, the others are left without neighbours.
    star = np.zeros((9, 9), dtype=bool)
    star[0, 1:] = star[1:, 0] = True
    problem = problem_of(10.0 * ~np.eye(9, dtype=bool), star, max_candidates=20)
    grouping = solve_grouping(problem)
    (reason,) = grouping.why
    assert grouping.status == "infeasible" and reason.code == "rules-cannot-hold-together"


def test_where_neither_a_plan_nor_a_reason_is_found_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Generated(candidates(row_of(3)).only(np.zeros(0, dtype=int)), np.empty(0), Partition("unknown"))
    monkeypatch.setattr("grid_model.grouping.solve.generate", lambda *_given: nothing)
    with pytest.raises(GridError, match="no-plan-found"):
        solve_grouping(row_of(12, max_candidates=5))
