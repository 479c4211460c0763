"""Leaders, members who stay, towns that stay whole, and the terms of length, change and cuts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grid_model.grouping import Grouping, GroupingProblem, Lock, Town, Weights, solve_grouping
from grid_model.grouping.costs import costs
from grid_model.grouping.describe import as_candidates, described_groups
from grid_model.grouping.presets import PRESETS, presets
from grid_model.settings import SETTINGS
from tests.conftest import scaled
from tests.test_grid_model.managers import (
    allowed,
    best_of_all,
    cost_of,
    row_of,
    scattered,
    sparser,
    with_more_rules,
    with_rules,
)


def members(grouping: Grouping) -> list[tuple[str, ...]]:
    return [group.members for group in grouping.groups]


@pytest.mark.parametrize("seed", range(scaled(8, 100)))
def test_no_partition_that_keeps_the_new_rules_is_cheaper(seed: int) -> None:
    random = np.random.default_rng(1000 + seed)
    for _case in range(10):
        smallest = int(random.integers(1, 4))
        problem = scattered(
            random,
            int(random.integers(4, scaled(9, 10))),
            min_size=smallest,
            max_size=int(random.integers(smallest, 6)),
        )
        problem = sparser(random, problem, float(random.uniform(0.6, 1.0)))
        problem = replace(problem, qualifications_known=bool(random.random() < 0.4))
        if random.random() < 0.4:
            problem = with_rules(random, problem)
        problem = with_more_rules(random, problem)
        grouping, oracle = solve_grouping(problem), best_of_all(problem)
        if oracle is None:
            assert grouping.status == "infeasible" and grouping.why
            continue
        assert grouping.status == "optimal"
        assert grouping.objective == pytest.approx(oracle[0], abs=1e-6)
        at = {one: n for n, one in enumerate(problem.members)}
        for group in grouping.groups:
            places = [at[one] for one in group.members]
            assert allowed(problem, places)
            assert group.cost_min == pytest.approx(cost_of(problem, places))
        assert members(grouping) == oracle[1]


def test_two_leaders_never_share_a_group_and_each_leads_his() -> None:
    problem = row_of(8, fixed_leaders=("m2", "m3"))
    grouping = solve_grouping(problem)
    leaders = {group.leader: group.members for group in grouping.groups}
    assert {"m2", "m3"} <= set(leaders)
    assert "m3" not in leaders["m2"]


def test_members_who_stay_stay_together_and_others_may_join() -> None:
    #   m0 … m7 along a road: alone the best cut lies between m3 and m4
    free = row_of(8)
    assert members(solve_grouping(free)) == [("m0", "m1", "m2", "m3"), ("m4", "m5", "m6", "m7")]
    grouping = solve_grouping(replace(free, fixed=(Lock("G1", ("m3", "m4")),)))
    (own,) = [group for group in grouping.groups if "m3" in group.members]
    assert "m4" in own.members and len(own.members) > 2 and own.locked == "G1"


def test_members_who_stay_in_different_groups_never_share_one() -> None:
    problem = row_of(8, fixed=(Lock("G1", ("m1",)), Lock("G2", ("m2",))), min_size=2)
    for group in solve_grouping(problem).groups:
        assert not {"m1", "m2"} <= set(group.members)


def test_a_small_town_stays_in_one_group_and_a_large_one_takes_nobody_in() -> None:
    small = row_of(8, towns=(Town("新店", ("m3", "m4")),))
    assert any({"m3", "m4"} <= set(one) for one in members(solve_grouping(small)))
    large = row_of(11, towns=(Town("新店", tuple(f"m{n}" for n in range(1, 8))),), max_size=4, min_size=1)
    large = replace(large, qualifications_known=False)
    town = set(large.towns[0].members)
    for group in members(solve_grouping(large)):
        assert set(group) <= town or not set(group) & town


def test_where_stations_part_a_town_each_part_stays_whole() -> None:
    arrays = {name: getattr(row_of(8), name) for name in ("minutes", "adjacency", "workload")}
    able = np.ones(8, dtype=bool)
    problem = GroupingProblem.of(
        [f"m{n}" for n in range(8)],
        stations=("A",) * 4 + ("B",) * 4,
        towns=(Town("T", ("m2", "m3", "m4")),),
        leaders=able,
        guards=able,
        **arrays,
    )
    assert [town.members for town in problem.towns] == [("m2", "m3"), ("m4",)]
    assert solve_grouping(problem).status == "optimal"


def test_one_manager_who_moves_counts_one_and_groups_that_join_count_nothing() -> None:
    problem = row_of(8, base=("A",) * 4 + ("B",) * 4, weights=Weights(change_min=1.0))

    def change(*groups: str) -> float:
        rows = as_candidates(problem, [[f"m{n}" for n in one] for one in groups])
        return float(costs(problem, rows).change.sum())

    assert change("0123", "4567") == 0
    assert change("012", "34567") == pytest.approx(1)
    assert change("01234567") == 0
    assert change("0124", "3567") == pytest.approx(2)
    assert change("01", "23", "4567") == pytest.approx(4 / 3)


def test_change_counts_alike_whether_stations_are_solved_apart_or_not() -> None:
    base = ("A", "A", "A", "B", "B", "B", "B", "A")
    problem = row_of(8, base=base, stations=("S",) * 4 + ("T",) * 4, weights=Weights(change_min=5.0))
    grouping = solve_grouping(problem)
    rows = as_candidates(problem, members(grouping))
    assert grouping.objective == pytest.approx(costs(problem, rows).total.sum())


def test_cuts_of_a_plan_sum_to_the_further_groups_that_share_a_feeder() -> None:
    random = np.random.default_rng(5)
    areas = random.integers(0, 3, (12, 70))
    able = np.ones(12, dtype=bool)
    problem = GroupingProblem.of(
        [f"m{n:02d}" for n in range(12)],
        minutes=np.zeros((12, 12)),
        adjacency=~np.eye(12, dtype=bool),
        workload=np.ones(12),
        leaders=able,
        guards=able,
        feeders=areas,
        weights=Weights(feeder_min=1.0),
    )
    groups = [range(4), range(4, 7), range(7, 12)]
    rows = as_candidates(problem, [[problem.members[n] for n in one] for one in groups])
    served = [sum(areas[list(one), k].any() for one in groups) for k in range(70)]
    assert costs(problem, rows).feeders.sum() == pytest.approx(sum(max(0, one - 1) for one in served))


def test_every_term_stands_in_the_result() -> None:
    weights = Weights(longest=0.5, change_min=3.0, feeder_min=2.0, village_min=1.0)
    shares = np.array([[0.5, 0.0], [0.5, 0.0], [0.0, 1.0]])
    problem = row_of(3, weights=weights, base=("A", "A", ""), feeders=shares, villages=shares[:, :1])
    left, right = described_groups(problem, [("m0",), ("m1", "m2")])
    assert right.terms == pytest.approx(
        {"travel_min": 20, "imbalance_min": 0, "size_min": 20, "longest_min": 5, "change_min": 1.5}
        | {"feeders_min": 1.0, "villages_min": 0.5}
    )
    assert right.cost_min == pytest.approx(48) and left.terms["change_min"] == pytest.approx(1.5)


def test_presets_name_settings_that_exist() -> None:
    assert set(presets()) == {"plain", "hill", "mountain", "town"}
    for preset in PRESETS:
        for name, value in preset.settings.items():
            assert value >= (SETTINGS[name].minimum or 0)
        assert preset.settings["group.min_size"] >= SETTINGS["group.hard_min_size"].value
    plain = presets()["plain"].settings
    assert all(SETTINGS[name].value == value for name, value in plain.items())


# ------------------------------------------------------------------------- why there is none


def why(problem: GroupingProblem) -> list[tuple[str, tuple[str, ...]]]:
    grouping = solve_grouping(problem)
    assert grouping.status == "infeasible" and not grouping.groups
    return [(reason.code, reason.managers) for reason in grouping.why]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"fixed_leaders": ("m0",), "leaders": np.arange(6) > 0}, ("leader-unqualified", ("m0",))),
        ({"fixed_leaders": ("m0", "m1"), "together": (("m0", "m1"),)}, ("leaders-together", ("m0", "m1"))),
        ({"fixed_leaders": ("m0", "m2", "m5")}, ("too-many-leaders", ("m0", "m2", "m5"))),
        ({"fixed_leaders": ("m0", "m2"), "locks": (Lock("G", ("m0", "m1", "m2")),)},
         ("lock-holds-leaders", ("m0", "m2"))),
        ({"fixed": (Lock("G", ("m0",)), Lock("H", ("m1",))), "together": (("m0", "m1"),)},
         ("fixed-in-two", ("m0", "m1"))),
        ({"fixed": (Lock("G", ("m0",)), Lock("H", ("m1",))), "locks": (Lock("L", ("m0", "m1", "m2")),)},
         ("fixed-in-two", ("m0", "m1"))),
        ({"fixed": (Lock("G", ("m0", "m3")),), "locks": (Lock("L", ("m0", "m1", "m2")),)},
         ("lock-parts-together", ("m0", "m3"))),
        ({"fixed": (Lock("G", ("m0", "m3")),), "stations": ("A",) * 3 + ("B",) * 3},
         ("together-across-stations", ("m0", "m3"))),
        ({"towns": (Town("T", ("m0", "m1")),), "apart": (("m0", "m1"),)},
         ("together-and-apart", ("m0", "m1"))),
        ({"towns": (Town("T", ("m0", "m5")),), "max_size": 3}, ("together-out-of-reach", ("m0", "m5"))),
        ({"towns": (Town("T", ("m0", "m1", "m2", "m3")),), "max_size": 3},
         ("town-cannot-be-covered", ("m0", "m1", "m2", "m3"))),
        ({"towns": (Town("T", ("m0", "m1", "m2", "m3")),), "max_size": 3, "min_size": 2,
          "together": (("m3", "m4"),)}, ("together-leaves-town", ("m3", "m4"))),
        ({"towns": (Town("T", ("m0", "m1", "m2", "m3")),), "max_size": 3, "min_size": 2,
          "locks": (Lock("L", ("m3", "m4")),)}, ("lock-mixes-town", ("m4",))),
    ],
)  # fmt: skip
def test_contradictions_of_the_new_rules_name_persons(
    rules: dict[str, object], expected: tuple[str, tuple[str, ...]]
) -> None:
    assert expected in why(row_of(6, **rules))


def test_rules_that_only_together_block_are_found_among_the_new_ones() -> None:
    #   m0 — … — m5 in pairs: the town needs m1 m2 in one group, then m0 and m3 stay over
    problem = row_of(6, min_size=2, max_size=2, towns=(Town("T", ("m1", "m2")),))
    (reason,) = solve_grouping(problem).why
    assert reason.code == "rules-cannot-hold-together" and reason.values["sure"]
    rules = reason.values["rules"]
    assert isinstance(rules, tuple)
    assert {rule.code for rule in rules} == {"rule-town", "rule-min-size", "rule-max-size", "rule-connected"}


def test_every_conflict_named_is_one_and_needs_each_of_its_rules() -> None:
    random = np.random.default_rng(21)
    seen = 0
    for _case in range(scaled(120, 1200)):
        problem = scattered(random, int(random.integers(5, 8)), min_size=2, max_size=3)
        problem = with_more_rules(random, sparser(random, problem, float(random.uniform(0.5, 0.9))))
        problem = replace(problem, qualifications_known=False)
        for reason in solve_grouping(problem).why:
            if reason.code != "rules-cannot-hold-together":
                continue
            seen += 1
            rules = reason.values["rules"]
            assert isinstance(rules, tuple)
            assert best_of_all(with_only(problem, rules)) is None
            for rule in rules if reason.values["sure"] else ():
                assert best_of_all(with_only(problem, [one for one in rules if one != rule])) is not None
    assert seen >= 5


def with_only(problem: GroupingProblem, rules: object) -> GroupingProblem:
    """Keep only the rules a reason names."""
    assert isinstance(rules, (tuple, list))
    codes = {rule.code for rule in rules}
    n = len(problem)
    towns = {rule.values["town"] for rule in rules if rule.code == "rule-town"}
    fixed = {rule.values["group"] for rule in rules if rule.code == "rule-fixed"}
    leading = {one for rule in rules if rule.code == "rule-leader" for one in rule.managers}
    return replace(
        problem,
        min_size=problem.min_size if "rule-min-size" in codes else 1,
        max_size=problem.max_size if "rule-max-size" in codes else n,
        adjacency=problem.adjacency if "rule-connected" in codes else ~np.eye(n, dtype=bool),
        towns=tuple(
            replace(one, in_one=problem.in_one_group(one)) for one in problem.towns if one.name in towns
        ),
        fixed=tuple(one for one in problem.fixed if one.group in fixed),
        fixed_leaders=tuple(one for one in problem.fixed_leaders if one in leading),
    )


# ------------------------------------------------------------------------- odd numbers


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_odd_sizes_and_places_do_not_crash(n: int) -> None:
    one_place = row_of(n, min_size=1, max_size=1, qualifications_known=False, target_size=1)
    one_place = replace(one_place, minutes=np.zeros((n, n)), workload=np.zeros(n))
    grouping = solve_grouping(one_place)
    assert grouping.status == "optimal" and len(grouping.groups) == n
    assert grouping.objective == 0.0


def test_without_any_way_between_managers_there_is_no_group_of_two_even_if_travel_weighs_nothing() -> None:
    far = row_of(4, min_size=1, max_size=2, qualifications_known=False, weights=Weights(travel=0.0))
    far = replace(far, minutes=np.where(np.eye(4, dtype=bool), 0.0, np.inf))
    assert members(solve_grouping(far)) == [("m0",), ("m1",), ("m2",), ("m3",)]
    assert solve_grouping(replace(far, min_size=2)).status == "infeasible"
