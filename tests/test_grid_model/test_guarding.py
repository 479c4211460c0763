"""Everybody has somebody able to guard him."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from grid_model.grouping.guarding import guarding_pairs
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
