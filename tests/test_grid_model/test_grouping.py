"""Groups are the best there are: a brute force that tries every partition agrees."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from grid_model.errors import Cancelled, GridError
from grid_model.feedback import Feedback
from grid_model.grouping import Grouping, GroupingProblem, Lock, Weights, solve_grouping
from grid_model.grouping.candidates import connected_sets
from grid_model.grouping.problem import Weights as ProblemWeights
from tests.conftest import scaled
from tests.test_grid_model.managers import (
    allowed,
    best_of_all,
    cost_of,
    problem_of,
    row_of,
    scattered,
    sparser,
    with_rules,
)


def members(grouping: Grouping) -> list[tuple[str, ...]]:
    return [group.members for group in grouping.groups]


def assert_sound(problem: GroupingProblem, grouping: Grouping) -> None:
    """Every manager once, every group allowed, the terms add up."""
    at = {one: n for n, one in enumerate(problem.members)}
    assert sorted(one for group in grouping.groups for one in group.members) == list(problem.members)
    for group in grouping.groups:
        places = [at[one] for one in group.members]
        assert allowed(problem, places)
        assert group.cost_min == pytest.approx(cost_of(problem, places))
    assert grouping.objective == pytest.approx(sum(group.cost_min for group in grouping.groups))


@pytest.mark.parametrize("seed", range(scaled(12, 120)))
def test_no_partition_is_cheaper(seed: int) -> None:
    random = np.random.default_rng(seed)
    for _case in range(10):
        n = int(random.integers(3, scaled(9, 10)))
        smallest = int(random.integers(1, 4))
        problem = scattered(
            random,
            n,
            min_size=smallest,
            max_size=int(random.integers(smallest, 6)),
            target_size=int(random.integers(2, 5)),
        )
        problem = sparser(random, problem, float(random.uniform(0.5, 1.0)))
        problem = with_rules(random, replace(problem, qualifications_known=bool(random.random() < 0.7)))
        grouping, oracle = solve_grouping(problem), best_of_all(problem)
        if oracle is None:
            assert grouping.status == "infeasible" and grouping.why and not grouping.groups
            continue
        assert grouping.status == "optimal" and not grouping.why
        assert grouping.objective == pytest.approx(oracle[0], abs=1e-6)
        assert members(grouping) == oracle[1]
        assert grouping.bound == grouping.objective and grouping.gap == 0
        assert_sound(problem, grouping)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_the_managers_come_in_does_not_matter(seed: int) -> None:
    random = np.random.default_rng(seed)
    first = scattered(random, 24)
    order = random.permutation(24)
    second = GroupingProblem.of(
        [first.members[n] for n in order],
        minutes=first.minutes[np.ix_(order, order)],
        adjacency=first.adjacency[np.ix_(order, order)],
        workload=first.workload[order],
        leaders=first.leaders[order],
        guards=first.guards[order],
    )
    a, b, again = solve_grouping(first), solve_grouping(second), solve_grouping(first)
    assert members(a) == members(b) == members(again)
    assert a == again


def test_of_equally_good_plans_the_one_first_by_ids_is_taken() -> None:
    # Eight managers, everyone beside everyone, everything equal: any two groups of four are as good.
    everyone = ~np.eye(8, dtype=bool)
    found = solve_grouping(problem_of(10.0 * everyone, everyone))
    assert members(found) == [("m0", "m1", "m2", "m3"), ("m4", "m5", "m6", "m7")]


def test_the_terms_are_those_of_the_objective() -> None:
    #   m0 —10— m1 —10— m2, work 1, 2, 3 (mean 2): one group of three
    problem = row_of(3, workload=np.array([1.0, 2.0, 3.0]), target_size=4)
    (group,) = solve_grouping(problem).groups
    assert group.travel_min == pytest.approx(3 * (10 + 10 + 20) / 3)
    assert group.imbalance_min == pytest.approx(0)
    assert group.size_min == 10
    assert (group.workload, group.load_ratio) == (6.0, 1.0)
    assert (group.longest_pair, group.longest_pair_min) == (("m0", "m2"), 20.0)


def test_of_a_pair_the_slower_direction_counts() -> None:
    one_way = np.array([[0, 5, 5], [9, 0, 5], [5, 5, 0]])
    (group,) = solve_grouping(problem_of(one_way, ~np.eye(3, dtype=bool))).groups
    assert group.mean_pair_min == pytest.approx((9 + 5 + 5) / 3)


def test_weights_change_what_is_best() -> None:
    near = row_of(6, min_size=2, max_size=4, target_size=3, workload=np.array([1, 1, 4, 1, 1, 4.0]))
    assert members(solve_grouping(near)) == [("m0", "m1", "m2"), ("m3", "m4", "m5")]
    travel_only = replace(near, weights=Weights(travel=1.0, imbalance_min=0.0, size_min=0.0))
    assert members(solve_grouping(travel_only)) == [("m0", "m1"), ("m2", "m3"), ("m4", "m5")]
    assert Weights is ProblemWeights


def test_a_group_never_crosses_stations_unless_allowed() -> None:
    problem = row_of(6, stations=("A", "A", "A", "B", "B", "B"), min_size=2, max_size=6, target_size=6)
    assert members(solve_grouping(problem)) == [("m0", "m1", "m2"), ("m3", "m4", "m5")]
    crossing = solve_grouping(replace(problem, across_stations=True, weights=Weights(travel=0.0)))
    assert members(crossing) == [("m0", "m1", "m2", "m3", "m4", "m5")]


def test_bounds_and_costs_of_stations_add_up() -> None:
    random = np.random.default_rng(4)
    whole = scattered(random, 18, stations=tuple("AB"[n % 2] for n in range(18)))
    whole = replace(whole, adjacency=~np.eye(18, dtype=bool), qualifications_known=False)
    both = solve_grouping(whole)
    parts = [solve_grouping(part) for part in whole.by_station().values()]
    assert both.objective == pytest.approx(sum(one.objective or 0 for one in parts))
    assert both.candidates == sum(one.candidates for one in parts)


def test_pairs_over_the_limit_are_a_note_and_forbidden_on_request() -> None:
    problem = row_of(4, max_pair_minutes=15.0)
    grouping = solve_grouping(problem)
    assert {note.managers for note in grouping.notes} == {("m0", "m2"), ("m1", "m3"), ("m0", "m3")}
    hard = solve_grouping(replace(problem, hard_pair_minutes=True, min_size=2))
    assert members(hard) == [("m0", "m1"), ("m2", "m3")] and not hard.notes


def test_without_certificates_the_rule_is_left_unchecked_and_said_to_be() -> None:
    nobody = row_of(4, leaders=np.zeros(4, bool), guards=np.zeros(4, bool))
    assert solve_grouping(nobody).status == "infeasible"
    grouping = solve_grouping(replace(nobody, qualifications_known=False))
    assert grouping.status == "optimal"
    assert [note.code for note in grouping.notes] == ["qualifications-unknown"]
    assert grouping.groups[0].leader is None and grouping.groups[0].guards == ()


def test_a_locked_group_stays_as_it_is() -> None:
    problem = row_of(9, locks=(Lock("HZ1", ("m3", "m4", "m5")),))
    grouping = solve_grouping(problem)
    assert ("m3", "m4", "m5") in members(grouping)
    assert [group.locked for group in grouping.groups] == ["", "HZ1", ""]


def test_nobody_to_group_is_an_empty_plan() -> None:
    grouping = solve_grouping(problem_of(np.zeros((0, 0)), np.zeros((0, 0))))
    assert (grouping.status, grouping.objective, grouping.groups) == ("optimal", 0.0, ())


def test_a_single_manager_is_a_group_only_where_sizes_and_qualifications_let_him() -> None:
    alone = row_of(1)
    assert [reason.code for reason in solve_grouping(alone).why] == ["sizes-cannot-cover"]
    free = solve_grouping(replace(alone, min_size=1, qualifications_known=False))
    assert members(free) == [("m0",)] and free.groups[0].mean_pair_min == 0


def test_cancelling_stops_the_work() -> None:
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        solve_grouping(row_of(12), feedback)


def test_cancelling_inside_the_solver_stops_the_work() -> None:
    class Impatient(Feedback):
        shown = 0

        def show(self, fraction: float | None, text: str = "") -> None:
            # The solver's own reports have no fraction: the first comes right before it starts.
            self.shown += fraction is None
            if self.shown == 2:
                self.cancel()

    with pytest.raises(Cancelled):
        solve_grouping(scattered(np.random.default_rng(1), 60), Impatient())


def test_a_time_limit_gives_a_valid_plan_with_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    from grid_model.grouping.partition import _Search

    whole_plan = _Search._whole_plan

    def first_plan_then_time_is_up(self: _Search, take: np.ndarray, final: bool) -> None:
        whole_plan(self, take, final=False)
        self._allowance.end = 0.0

    problem = scattered(np.random.default_rng(0), 60)
    best = solve_grouping(problem)
    monkeypatch.setattr(_Search, "_whole_plan", first_plan_then_time_is_up)
    monkeypatch.setattr("grid_model.grouping.partition.FIRST_PLAN", 150)
    grouping = solve_grouping(problem, time_limit_s=600)
    assert (grouping.status, grouping.cut_by) == ("feasible", "time")
    assert_sound(problem, grouping)
    assert best.objective is not None and grouping.objective is not None and grouping.bound is not None
    assert 0 < grouping.bound <= best.objective + 1e-6 <= grouping.objective + 2e-6
    assert grouping.gap is not None and grouping.gap >= 0


def test_forty_managers_are_proved_and_sound() -> None:
    problem = scattered(np.random.default_rng(2), 40)
    grouping = solve_grouping(problem)
    assert grouping.status == "optimal"
    assert_sound(problem, grouping)


def test_groups_of_up_to_eight_are_proved_though_there_are_many() -> None:
    problem = scattered(np.random.default_rng(2), scaled(24, 40), min_size=2, max_size=8)
    grouping = solve_grouping(problem)
    assert grouping.status == "optimal" and grouping.candidates > 20_000
    assert_sound(problem, grouping)


def test_the_relaxation_taken_piece_by_piece_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = scattered(np.random.default_rng(3), 30)
    whole = solve_grouping(problem)
    monkeypatch.setattr("grid_model.grouping.relaxation.AT_ONCE", 60)
    monkeypatch.setattr("grid_model.grouping.partition.FIRST_PLAN", 20)
    assert members(solve_grouping(problem)) == members(whole)


def test_each_connected_set_is_listed_once() -> None:
    import networkx as nx

    problem = scattered(np.random.default_rng(5), 11)
    graph = nx.from_numpy_array(problem.adjacency)
    expected = {
        subset
        for size in range(1, 5)
        for subset in combinations(range(11), size)
        if nx.is_connected(graph.subgraph(subset))
    }
    found = connected_sets(problem.adjacency, 4, 10_000)
    rows = [tuple(int(n) for n in found.places(k)) for k in range(len(found))]
    assert len(rows) == len(set(rows)) and set(rows) == expected and rows == sorted(rows)


def test_sizes_that_contradict_themselves_and_unknown_persons_are_refused() -> None:
    with pytest.raises(GridError, match="bad-group-sizes"):
        row_of(5, min_size=4, max_size=3)
    with pytest.raises(GridError, match="manager-not-planned"):
        row_of(5, together=(("m1", "nobody"),))
