"""Where no grouping exists, the reason names the persons and the rule, and is true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from grid_model.errors import Cancelled
from grid_model.feedback import Feedback
from grid_model.grouping import GroupingProblem, Lock, Reason, cover, solve_grouping
from grid_model.grouping.explain import contradictions, explain
from tests.conftest import scaled
from tests.test_grid_model.managers import (
    best_of_all,
    problem_of,
    row_of,
    scattered,
    sparser,
    with_more_rules,
    with_rules,
)


def why(problem: GroupingProblem) -> list[tuple[str, tuple[str, ...]]]:
    grouping = solve_grouping(problem)
    assert grouping.status == "infeasible" and grouping.objective is None and not grouping.groups
    return [(reason.code, reason.managers) for reason in grouping.why]


def test_sizes_four_to_five_cannot_cover_seven_managers() -> None:
    (reason,) = solve_grouping(row_of(7, min_size=4, max_size=5)).why
    assert (reason.code, reason.values) == ("sizes-cannot-cover", {"count": 7, "minimum": 4, "maximum": 5})


def test_a_manager_without_neighbours_is_named() -> None:
    problem = row_of(5)
    alone = problem.adjacency.copy()
    alone[2, :] = alone[:, 2] = False
    alone[1, 3] = alone[3, 1] = True
    assert why(replace(problem, adjacency=alone)) == [("isolated-manager", ("m2",))]


def test_a_manager_whose_place_nobody_knows_is_named() -> None:
    problem = row_of(5)
    minutes = problem.minutes.copy()
    minutes[2, :] = minutes[:, 2] = np.inf
    assert why(replace(problem, minutes=minutes)) == [("manager-out-of-reach", ("m2",))]
    minutes[2, 2] = 0.0
    assert why(replace(problem, minutes=minutes)) == [("manager-out-of-reach", ("m2",))]


def test_an_island_too_small_for_a_group_is_named() -> None:
    problem = row_of(8)
    cut = problem.adjacency.copy()
    cut[1, 2] = cut[2, 1] = False
    assert why(replace(problem, adjacency=cut)) == [("island-of-managers", ("m0", "m1"))]


def test_too_few_work_leaders_are_counted_and_named() -> None:
    leaders = np.array([True, False, False, False, False, False])
    (reason,) = solve_grouping(row_of(6, leaders=leaders, max_size=5)).why
    assert (reason.code, reason.managers) == ("too-few-leaders", ("m0",))
    assert (reason.values["needed"], reason.values["leaders"]) == (2, 1)


def test_too_few_who_can_guard_are_counted_and_named() -> None:
    guards = np.array([True, True, True, False, False, False])
    (reason,) = solve_grouping(row_of(6, leaders=guards, guards=guards)).why
    assert (reason.code, reason.managers) == ("too-few-guards", ("m0", "m1", "m2"))


def test_managers_whose_every_group_lacks_a_leader_are_named() -> None:
    leaders = np.array([False] * 6 + [True] * 3)
    #   m0 … m8 along a road in threes: leaders only at the far end
    assert why(row_of(9, leaders=leaders, min_size=3, max_size=3)) == [
        ("manager-without-qualified-group", ("m0", "m1", "m2", "m3"))
    ]


def test_managers_whose_every_group_is_too_wide_are_named() -> None:
    assert why(row_of(6, hard_pair_minutes=True, max_pair_minutes=12.0)) == [
        ("manager-without-near-group", ("m0", "m1", "m2", "m3", "m4", "m5"))
    ]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"together": (("m0", "m1"),), "apart": (("m0", "m1", "m5"),)}, ("together-and-apart", ("m0", "m1"))),
        ({"together": (("m0", "m1"), ("m1", "m2")), "max_size": 3, "apart": (("m0", "m2"),)},
         ("together-and-apart", ("m0", "m2"))),
        ({"together": (("m0", "m1", "m2"), ("m2", "m3"))} | {"max_size": 3},
         ("together-too-many", ("m0", "m1", "m2", "m3"))),
        ({"together": (("m0", "m5"),)}, ("together-out-of-reach", ("m0", "m5"))),
        ({"together": (("m0", "m5"),), "stations": ("A",) * 3 + ("B",) * 3},
         ("together-across-stations", ("m0", "m5"))),
        ({"locks": (Lock("G", ("m0", "m1")),)}, ("lock-size", ("m0", "m1"))),
        ({"locks": (Lock("G", ("m0", "m1", "m3")),)}, ("lock-not-connected", ("m0", "m1", "m3"))),
        ({"locks": (Lock("G", ("m0", "m1", "m2")),), "leaders": np.arange(6) > 2},
         ("lock-unqualified", ("m0", "m1", "m2"))),
        ({"locks": (Lock("G", ("m0", "m1", "m2")),), "together": (("m2", "m3"),)},
         ("lock-parts-together", ("m2", "m3"))),
        ({"locks": (Lock("G", ("m0", "m1", "m2")),), "apart": (("m0", "m2"),)},
         ("lock-holds-apart", ("m0", "m2"))),
        ({"locks": (Lock("G", ("m0", "m1", "m2")), Lock("H", ("m2", "m3", "m4")))},
         ("locks-overlap", ("m2",))),
        ({"locks": (Lock("G", ("m2", "m3", "m4")),), "stations": ("A",) * 3 + ("B",) * 3},
         ("lock-across-stations", ("m2", "m3", "m4"))),
    ],
)  # fmt: skip
def test_contradictions_are_named(rules: dict[str, object], expected: tuple[str, tuple[str, ...]]) -> None:
    assert expected in why(row_of(6, **rules))


def test_locks_that_leave_a_rest_without_a_plan_are_named() -> None:
    #   m0 m1 [m2 m3 m4] m5 m6 m7: the two at the left stay over
    found = why(row_of(8, locks=(Lock("G", ("m2", "m3", "m4")),)))
    assert found == [("locks-leave-rest", ()), ("island-of-managers", ("m0", "m1"))]


def test_the_station_without_a_plan_is_named() -> None:
    problem = row_of(7, stations=("A",) * 5 + ("B",) * 2)
    assert why(problem) == [("in-station", ()), ("sizes-cannot-cover", ("m5", "m6"))]


def test_a_star_of_neighbours_blocks_by_sizes_and_neighbourhood_together() -> None:
    # Five around one: whichever group holds the middle, the others are left without neighbours.
    star = np.zeros((6, 6), dtype=bool)
    star[0, 1:] = star[1:, 0] = True
    (reason,) = solve_grouping(problem_of(10.0 * ~np.eye(6, dtype=bool), star, max_size=3)).why
    assert reason.code == "rules-cannot-hold-together" and reason.values["sure"]
    assert {rule.code for rule in rules_of(reason)} == {"rule-min-size", "rule-max-size", "rule-connected"}
    assert len(reason.managers) == 3


def rules_of(reason: Reason) -> Sequence[Reason]:
    found = reason.values["rules"]
    assert isinstance(found, tuple)
    return found


def with_only(problem: GroupingProblem, rules: Sequence[Reason]) -> GroupingProblem:
    """Keep only the rules a reason names."""
    codes = {rule.code for rule in rules}
    n = len(problem)
    return replace(
        problem,
        qualifications_known="rule-qualified" in codes,
        hard_pair_minutes="rule-pair-minutes" in codes,
        min_size=problem.min_size if "rule-min-size" in codes else 1,
        max_size=problem.max_size if "rule-max-size" in codes else n,
        adjacency=problem.adjacency if "rule-connected" in codes else ~np.eye(n, dtype=bool),
        apart=tuple(rule.managers for rule in rules if rule.code == "rule-apart"),
        together=tuple(rule.managers for rule in rules if rule.code == "rule-together"),
        locks=tuple(Lock("G", rule.managers) for rule in rules if rule.code == "rule-locked"),
    )


def test_the_rules_named_are_in_conflict_and_each_is_needed() -> None:
    random = np.random.default_rng(11)
    seen = 0
    for _case in range(scaled(250, 1500)):
        problem = scattered(
            random, int(random.integers(5, 8)), min_size=2, max_size=int(random.integers(2, 4))
        )
        problem = with_rules(random, sparser(random, problem, float(random.uniform(0.5, 0.9))))
        for reason in solve_grouping(problem).why:
            if reason.code != "rules-cannot-hold-together":
                continue
            seen += 1
            rules = rules_of(reason)
            assert best_of_all(with_only(problem, rules)) is None
            if reason.values["sure"]:
                for rule in rules:
                    assert best_of_all(with_only(problem, [one for one in rules if one != rule])) is not None
    assert seen >= 5


def test_no_fewer_rules_are_in_conflict_than_those_named() -> None:
    random = np.random.default_rng(23)
    seen = 0
    for _case in range(scaled(260, 2500)):
        problem = scattered(random, int(random.integers(5, 7)), min_size=2, max_size=3)
        problem = with_rules(random, sparser(random, problem, float(random.uniform(0.5, 0.9))))
        for reason in solve_grouping(problem).why:
            if reason.code != "rules-cannot-hold-together":
                continue
            seen += 1
            assert reason.values["sure"]
            rules = [Reason(code) for code in ("rule-min-size", "rule-max-size", "rule-connected")]
            rules += [Reason("rule-qualified")] if problem.qualifications_known else []
            rules += [Reason("rule-pair-minutes")] if problem.hard_pair_minutes else []
            rules += [Reason("rule-apart", one) for one in problem.apart]
            rules += [Reason("rule-together", one) for one in problem.together]
            rules += [Reason("rule-locked", one.members) for one in problem.locks]
            for few in combinations(rules, len(rules_of(reason)) - 1):
                assert best_of_all(with_only(problem, few)) is not None
    assert seen >= 5


def test_groups_too_many_to_list_are_judged_like_listed_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(4)
    monkeypatch.setattr(cover, "LISTED", 3)
    answers = []
    for _case in range(scaled(100, 1000)):
        problem = scattered(
            random, int(random.integers(4, 8)), min_size=int(random.integers(1, 4)), max_size=4
        )
        problem = sparser(random, with_rules(random, problem), float(random.uniform(0.5, 1.0)))
        problem = with_more_rules(random, problem)
        if contradictions(problem):
            continue
        answers.append(cover.has_plan(problem, cover.Patience()))
        assert answers[-1] is (best_of_all(problem) is not None)
    assert {True, False} <= set(answers)


def apart_from_all_neighbours() -> GroupingProblem:
    """Twelve managers of whom one may be with none of those beside him."""
    problem = scattered(np.random.default_rng(2), 12, min_size=3, max_size=4)
    beside = tuple(problem.members[n] for n in np.flatnonzero(problem.adjacency[3]))
    able = np.ones(12, dtype=bool)
    return replace(
        problem, leaders=able, guards=able, apart=tuple((problem.members[3], one) for one in beside)
    )


def test_a_manager_apart_from_all_his_neighbours_is_told_with_just_those_rules() -> None:
    problem = apart_from_all_neighbours()
    (reason,) = solve_grouping(problem).why
    assert reason.code == "rules-cannot-hold-together" and reason.values["sure"]
    codes = [rule.code for rule in rules_of(reason)]
    assert codes == ["rule-min-size", "rule-connected", *["rule-apart"] * len(problem.apart)]
    assert solve_grouping(problem).why == (reason,)


def test_a_search_for_the_rules_that_was_cut_short_says_so() -> None:
    first, second = explain(apart_from_all_neighbours(), end=0.0)
    assert first.code == "rules-cannot-hold-together" and not first.values["sure"]
    assert second.code == "conflict-cut-short"


def test_a_search_for_the_rules_stops_when_asked_to() -> None:
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        explain(apart_from_all_neighbours(), feedback=feedback)
