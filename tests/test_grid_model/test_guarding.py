"""Everybody has somebody able to guard him, and an area is covered by two who reach it in time."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from grid_model.grouping.guarding import cover_of_areas, guarding_pairs
from tests.conftest import scaled
from tests.test_grid_model.managers import row_of, scattered


@pytest.mark.parametrize("seed", range(scaled(20, 300)))
def test_everybody_has_the_nearest_guard_as_far_as_guards_are_shared_out(seed: int) -> None:
    random = np.random.default_rng(seed)
    problem = scattered(random, 5)
    at = problem.positions(problem.members)
    able = [int(n) for n in at if problem.guards[n]]
    pairs = guarding_pairs(problem, problem.members)
    assert [one.manager for one in pairs] == list(problem.members)
    if len(able) < 2:
        assert all(
            (one.guard is None) == (not able or one.manager == problem.members[able[0]]) for one in pairs
        )
        return
    each = -(-len(at) // len(able))
    count = Counter(one.guard for one in pairs)
    assert max(count.values()) <= each and set(count) <= {problem.members[n] for n in able}
    best = min(
        sum(problem.minutes[guard, n] for n, guard in zip(at, chosen, strict=True))
        for chosen in set(permutations(able * each, len(at)))
        if all(guard != n for n, guard in zip(at, chosen, strict=True))
    )
    assert sum(one.minutes for one in pairs) == pytest.approx(best)


def test_a_single_one_has_nobody_and_unknown_certificates_let_anybody_guard() -> None:
    assert guarding_pairs(row_of(1), ["m0"])[0].guard is None
    nobody = row_of(2, guards=np.zeros(2, dtype=bool), qualifications_known=False)
    assert [one.guard for one in guarding_pairs(nobody, ["m0", "m1"])] == ["m1", "m0"]


def test_an_area_is_covered_by_two_qualified_members_within_its_promise() -> None:
    minutes = {"a": {"T1": 10.0, "T2": 50.0}, "b": {"T1": 40.0, "T2": 44.0}, "c": {"T1": 5.0}}
    town, country = cover_of_areas(
        {"G": ("a", "b", "c")},
        {"T1": "G", "T2": "G"},
        minutes,
        frozenset("ab"),
        {"T1": 45.0, "T2": 45.0},
    )
    assert town.reached == ("a", "b") and town.covered and town.second_min == 40.0
    assert country.reached == ("b",) and not country.covered and country.second_min == 50.0
