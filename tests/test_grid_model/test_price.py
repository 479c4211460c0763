"""A change by hand is priced at once, and the price is what a full evaluation says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grid_model.errors import GridError
from grid_model.grouping import GroupingProblem, Lock, Town, solve_grouping
from grid_model.grouping.candidates import Candidates, keeps_rules
from grid_model.grouping.price import HandPlan, Move, MoveAreas, MoveManager, evaluate, price_of
from grid_model.grouping.rules import broken_by_group
from tests.conftest import scaled
from tests.test_grid_model.area_maps import problem_on, scattered_areas
from tests.test_grid_model.managers import connected, row_of, scattered, with_rules


def invented(seed: int) -> tuple[np.random.Generator, HandPlan]:
    """A plan of random groups over random areas, sound or not."""
    random = np.random.default_rng(seed)
    areas = scattered_areas(random, managers=int(random.integers(4, 13)), areas=int(random.integers(30, 90)))
    problem = with_rules(random, problem_on(areas, random))
    count = int(random.integers(1, 5))
    label = random.integers(0, count, len(problem))
    groups = [
        tuple(one for one, at in zip(problem.members, label, strict=True) if at == n) for n in range(count)
    ]
    return random, HandPlan.of(problem, groups, areas)


def with_more_rules(random: np.random.Generator, problem: GroupingProblem) -> GroupingProblem:
    """Add now and then managers fixed to each other, leaders, and a town that may not be split."""

    def some(count: int) -> tuple[str, ...]:
        return tuple(str(one) for one in random.choice(problem.members, count, replace=False))

    return replace(
        problem,
        fixed=(Lock("f1", some(2)), Lock("f2", some(1))) if random.random() < 0.4 else (),
        fixed_leaders=some(2) if random.random() < 0.4 else (),
        towns=(Town("town", some(int(random.integers(2, 8)))),) if random.random() < 0.4 else (),
    )


def some_moves(random: np.random.Generator, plan: HandPlan) -> list[Move]:
    moves: list[Move] = []
    assert plan.areas is not None
    for _n in range(int(random.integers(1, 5))):
        manager = str(random.choice(plan.problem.members))
        if random.random() < 0.5:
            moves.append(MoveManager(manager, int(random.integers(len(plan.groups)))))
        else:
            painted = tuple(str(one) for one in random.choice(plan.areas.areas, 3, replace=False))
            moves.append(MoveAreas(painted, manager if random.random() < 0.9 else None))
    return moves


@pytest.mark.parametrize("seed", range(scaled(60, 1500)))
def test_the_price_is_the_difference_of_two_full_evaluations(seed: int) -> None:
    random, plan = invented(seed)
    assert plan.areas is not None
    moves = some_moves(random, plan)
    priced = price_of(plan, moves)
    owner = plan.areas.owner.copy()
    groups = [set(group) for group in plan.groups]
    for move in moves:
        if isinstance(move, MoveManager):
            for group in groups:
                group.discard(move.manager)
            groups[move.to or 0].add(move.manager)
        else:
            places = [plan.areas.areas.index(one) for one in move.areas]
            owner[places] = -1 if move.manager is None else plan.areas.managers.index(move.manager)
    fresh = replace(plan.areas, owner=owner, _known=None)
    whole = HandPlan.of(plan.problem, [sorted(group) for group in groups], fresh).scores
    assert priced.after.scores.terms == pytest.approx(whole.terms, abs=1e-9)
    assert whole.broken == priced.broken_rules
    assert set(priced.terms) == set(whole.terms)
    if np.isfinite(plan.scores.cost_min):  # else a way nobody knows was there before
        assert plan.scores.cost_min + priced.delta == pytest.approx(whole.cost_min, abs=1e-9)
        for name, by in priced.terms.items():
            assert plan.scores.terms[name] + by == pytest.approx(whole.terms[name], abs=1e-9)


@pytest.mark.parametrize("seed", range(scaled(60, 1000)))
def test_a_group_breaks_no_rule_exactly_where_the_engine_would_take_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    problem = with_more_rules(random, with_rules(random, scattered(random, 9)))
    for _n in range(30):
        size = int(random.integers(1, 7))
        places = np.sort(random.choice(9, size, replace=False)).astype(np.int32)
        alone = Candidates(places[None, :], np.array([size]))
        takes = bool(keeps_rules(problem, alone)[0]) and connected(problem, places.tolist())
        broken = broken_by_group(problem, [problem.members[n] for n in places])
        assert takes == (not broken), (places, broken)


def test_the_engines_plan_breaks_no_rule_and_costs_what_it_says() -> None:
    problem = scattered(np.random.default_rng(3), 12)
    solved = solve_grouping(problem)
    scores = evaluate(problem, [group.members for group in solved.groups])
    assert scores.cost_min == pytest.approx(solved.objective) and not scores.broken
    for score, group in zip(scores.groups, solved.groups, strict=True):
        assert score.cost_min == pytest.approx(group.cost_min)


def test_taking_the_middle_man_out_parts_a_group() -> None:
    #   m0 — m1 — m2 — m3 — m4 — m5: m1 goes to the others
    problem = row_of(6)
    plan = HandPlan.of(problem, [("m0", "m1", "m2"), ("m3", "m4", "m5")])
    priced = price_of(plan, [MoveManager("m1", 1)])
    codes = [(one.code, one.managers) for one in priced.newly_broken]
    assert ("group-not-connected", ("m1",)) in codes
    assert ("group-size", ("m0", "m2")) in codes
    assert priced.delta > 0 and not plan.scores.broken


def test_a_group_of_his_own_is_founded() -> None:
    plan = HandPlan.of(row_of(6), [("m0", "m1", "m2"), ("m3", "m4", "m5")])
    after = price_of(plan, [MoveManager("m5", None)]).after
    assert after.groups == (("m0", "m1", "m2"), ("m3", "m4"), ("m5",))


def test_strange_persons_areas_and_groups_are_refused() -> None:
    _random, plan = invented(1)
    for move, code in (
        (MoveManager("nobody", 0), "manager-not-planned"),
        (MoveManager(plan.problem.members[0], 99), "unknown-group-number"),
        (MoveAreas(("T999",), plan.problem.members[0]), "unknown-object"),
        (MoveAreas(("T001",), "nobody"), "manager-not-planned"),
    ):
        with pytest.raises(GridError) as refusal:
            price_of(plan, [move])
        assert refusal.value.code == code
