"""Between short ways, even work and little change: several plans, none of them beaten by any other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from grid_model.errors import Cancelled, GridError
from grid_model.feedback import Feedback
from grid_model.grouping import GroupingProblem, Weights, solve_grouping
from grid_model.grouping.describe import described_groups
from grid_model.grouping.frontier import AXES, axes_of, frontier
from grid_model.grouping.rule_prices import RulePrice, rule_prices
from tests.conftest import scaled
from tests.test_grid_model.managers import allowed, partitions, scattered, with_rules


def with_base(random: np.random.Generator, problem: GroupingProblem) -> GroupingProblem:
    base = tuple(str(one) for one in random.integers(0, 3, len(problem)))
    return replace(problem, base=base, weights=replace(problem.weights, change_min=20.0))


def every_plan(problem: GroupingProblem) -> Iterator[dict[str, float]]:
    """Give the axes of every partition that keeps the rules."""
    terms: dict[tuple[int, ...], dict[str, float] | None] = {}
    for parted in partitions(tuple(range(len(problem))), problem.max_size):
        total = dict.fromkeys(AXES, 0.0)
        for group in parted:
            if group not in terms:
                names = [problem.members[n] for n in group]
                ok = allowed(problem, group)
                terms[group] = axes_of(described_groups(problem, [names])) if ok else None
            found = terms[group]
            if found is None:
                break
            total = {axis: total[axis] + found[axis] for axis in AXES}
        else:
            yield total


@pytest.mark.parametrize("seed", range(scaled(8, 150)))
def test_no_valid_plan_beats_one_of_the_frontier(seed: int) -> None:
    random = np.random.default_rng(seed)
    problem = with_rules(random, with_base(random, scattered(random, 8)))
    plans = frontier(problem, 5)
    others = list(every_plan(problem))
    assert bool(plans) == bool(others)
    for plan in plans:
        assert plan.proved
        for other in others:
            better = [plan.axes[axis] - other[axis] for axis in AXES]
            assert not (min(better) > -1e-6 and max(better) > 1e-4), (plan.axes, other)
    assert len({tuple(group.members for group in plan.grouping.groups) for plan in plans}) == len(plans)


def test_the_frontier_holds_the_best_plan_and_is_the_same_every_time() -> None:
    random = np.random.default_rng(5)
    problem = with_base(random, scattered(random, 10))
    plans = frontier(problem, 5)
    assert 3 <= len(plans) <= 5 and plans == frontier(problem, 5)
    (default,) = [one for one in plans if one.default]
    best = solve_grouping(problem)
    assert default.grouping.objective == pytest.approx(best.objective)
    assert [one.axes["travel"] for one in plans] == sorted(one.axes["travel"] for one in plans)
    assert plans[0].axes["travel"] < plans[-1].axes["travel"]
    assert len({one.axes["change"] for one in plans}) > 1


def test_without_a_scheme_in_force_there_are_two_axes() -> None:
    plans = frontier(scattered(np.random.default_rng(2), 12), 3)
    assert all(set(one.weights) == {"travel", "balance"} for one in plans)
    assert all(one.axes["change"] == 0.0 for one in plans)


def test_no_plan_no_frontier_and_strange_numbers_are_refused() -> None:
    problem = scattered(np.random.default_rng(2), 7, min_size=4, max_size=5)
    assert frontier(problem) == ()
    with pytest.raises(GridError, match="bad-frontier"):
        frontier(problem, 2)


def test_a_frontier_can_be_cancelled() -> None:
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        frontier(scattered(np.random.default_rng(2), 12), 3, feedback)


@pytest.mark.parametrize("seed", range(scaled(10, 150)))
def test_the_price_of_a_rule_is_what_the_plan_costs_more_for_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    problem = with_rules(random, scattered(random, 9))
    solved = solve_grouping(problem)
    if solved.objective is None:
        with pytest.raises(GridError, match="no-grouping-to-keep"):
            rule_prices(problem, solved)
        return
    prices = {(one.rule.code, one.rule.managers): one for one in rule_prices(problem, solved)}
    assert all(one.price is not None and one.proved and one.price >= 0 for one in prices.values())
    for rule in problem.together:
        without = solve_grouping(replace(problem, together=())).objective
        assert without is not None
        assert prices["rule-together", rule].price == pytest.approx(solved.objective - without, abs=1e-6)
    if problem.hard_pair_minutes:
        without = solve_grouping(replace(problem, hard_pair_minutes=False)).objective
        assert prices["rule-pair-minutes", ()].without == pytest.approx(without)


def test_prices_found_before_are_not_sought_again(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = scattered(np.random.default_rng(4), 9)
    solved = solve_grouping(problem)
    known: dict[str, RulePrice] = {}
    found = rule_prices(problem, solved, known=known)
    assert len(known) == len(found) > 0

    def never(*_arguments: object) -> None:
        raise AssertionError("sought again")

    monkeypatch.setattr("grid_model.grouping.rule_prices.solve_grouping", never)
    assert rule_prices(problem, solved, known=known) == found


def test_a_rule_that_parts_neighbours_has_its_price() -> None:
    free = scattered(np.random.default_rng(4), 12, weights=Weights())
    pair = solve_grouping(free).groups[0].members[:2]
    bound = replace(free, apart=(pair,))
    dearest = rule_prices(bound, solve_grouping(bound))[0]
    assert dearest.rule.code == "rule-apart" and dearest.price is not None and dearest.price > 0
