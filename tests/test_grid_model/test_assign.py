"""Areas go to managers at the least cost, and everybody has a stand-in; brute force agrees."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from grid_model.grouping.area_map import AreaMap
from grid_model.grouping.assign import AssignProblem, assign_areas, measure_of, priced
from grid_model.grouping.stand_ins import GAP, StandInProblem, find_stand_ins
from tests.conftest import scaled
from tests.test_grid_model.area_maps import scattered_areas


def way(areas: AreaMap) -> np.ndarray:
    """Minutes from where each manager stands to each area; unknown where he stands nowhere."""
    x, y = areas.places
    distance = np.hypot(areas.x_m[:, None] - x[None, :], areas.y_m[:, None] - y[None, :])
    return np.asarray(np.nan_to_num(distance * 1.3 / 500, nan=np.inf))


def asked(seed: int, managers: int = 3, count: int = 7) -> AssignProblem:
    random = np.random.default_rng(seed)
    areas = scattered_areas(random, managers, count)
    areas = replace(areas, locked=random.random(count) < 0.15, length_m=np.full(len(areas.pairs), 100.0))
    return AssignProblem(
        areas,
        way(areas),
        measure_of(areas, str(random.choice(["workload", "customers", "areas"]))),
        ("S",) * count,
        ("S",) * managers,
        least=float(random.choice([0.0, 0.4, 0.7])),
        most=float(random.choice([1.2, 1.5, 5.0])),
        imbalance_min=float(random.choice([0.0, 30.0])),
        change_min=float(random.choice([0.0, 20.0])),
    )


def valid(problem: AssignProblem, owner: np.ndarray) -> bool:
    """Whether an assignment keeps locks, limits and connectedness, looked at area by area."""
    areas = problem.areas
    held = areas.locked & (areas.owner >= 0)
    if (owner[held] != areas.owner[held]).any():
        return False
    mean = problem.measure.sum() / len(areas.managers)
    load = np.bincount(owner, problem.measure, minlength=len(areas.managers))
    if (load < problem.least * mean - 1e-7).any() or (load > problem.most * mean + 1e-7).any():
        return False
    return all(hangs_together(areas, np.flatnonzero(owner == n).tolist()) for n in range(len(areas.managers)))


def hangs_together(areas: AreaMap, own: list[int]) -> bool:
    reached, todo = set(own[:1]), own[:1]
    while todo:
        n = todo.pop()
        for a, b in areas.pairs.tolist():
            other = b if a == n else a if b == n else -1
            if other in own and other not in reached:
                reached.add(other)
                todo.append(other)
    return len(reached) == len(own)


@pytest.mark.parametrize("seed", range(scaled(16, 300)))
def test_no_valid_assignment_costs_less(seed: int) -> None:
    problem = asked(seed)
    found = assign_areas(problem)
    costs = []
    for one in product(range(3), repeat=len(problem.areas)):
        owner = np.array(one)
        if valid(problem, owner):
            costs.append(priced(problem, owner).objective)
    if not costs:
        assert found.status == "infeasible" and found.why
        return
    assert found.status == "optimal" and found.objective == pytest.approx(min(costs), rel=1e-6)  # type: ignore[type-var]
    owner = np.array([problem.areas.managers.index(found.manager_of[one]) for one in problem.areas.areas])
    assert valid(problem, owner)
    assert found.objective == pytest.approx(sum(found.terms.values()))


def test_the_loads_say_who_has_what_and_what_changes() -> None:
    problem = replace(asked(1, managers=4, count=30), least=0.6, most=1.3, change_min=20.0)
    found = assign_areas(problem)
    areas = problem.areas
    assert found.status == "optimal"
    assert sorted(one for load in found.loads for one in load.areas) == list(areas.areas)
    assert sum(load.customers for load in found.loads) == areas.customers.sum()
    for load in found.loads:
        assert 0.6 - 1e-6 <= load.ratio <= 1.3 + 1e-6
        before = set(areas.areas_of(load.manager))
        assert set(load.gained) == set(load.areas) - before and set(load.lost) == before - set(load.areas)
    moved = {one for load in found.loads for one in load.gained}
    assert set(found.changed) == moved


def test_a_barred_manager_gets_nothing_and_an_area_stays_within_its_station() -> None:
    problem = replace(asked(2, managers=4, count=24), least=0.0, most=5.0)
    barred = problem.areas.managers[0]
    found = assign_areas(replace(problem, barred=frozenset([barred])))
    assert barred not in found.manager_of.values()
    stations = ("A", "A", "B", "B")
    of_area = tuple(stations[n] if n >= 0 else "A" for n in problem.areas.owner)
    found = assign_areas(replace(problem, manager_stations=stations, area_stations=of_area, connected=False))
    for area, station in zip(problem.areas.areas, of_area, strict=True):
        assert stations[problem.areas.managers.index(found.manager_of[area])] == station


def test_limits_in_numbers_hold_alike_in_stations_with_unlike_work() -> None:
    problem = replace(asked(4, managers=4, count=24), least=0.0, most=0.5, connected=False, change_min=0.0)
    count = len(problem.areas)
    station = np.where(np.arange(count) < 18, "A", "B")  # nine areas for each there, three for each here
    free = problem.areas.owned(np.full(count, -1))
    areas = replace(free, locked=np.zeros(count, dtype=bool))
    problem = replace(
        problem,
        areas=areas,
        measure=np.ones(count),
        manager_stations=("A", "A", "B", "B"),
        area_stations=tuple(station.tolist()),
        imbalance_min=0.0,
        least_load=2.0,
        most_load=10.0,
    )
    loads = [one.load for one in assign_areas(problem).loads]
    assert min(loads) >= 2 and max(loads) <= 10 and sum(loads) == count
    tight = assign_areas(replace(problem, most_load=8.0))
    assert tight.status == "infeasible" and tight.why[0].managers == problem.areas.managers[:2]


def test_an_area_that_stays_does_so_with_a_manager_of_another_station() -> None:
    problem = replace(asked(2, managers=4, count=24), least=0.0, most=5.0, connected=False)
    owner = np.arange(24) % 4
    locked = np.zeros(24, dtype=bool)
    locked[[0, 2]] = True  # of the managers 0 and 2
    areas = replace(problem.areas.owned(owner), locked=locked)
    problem = replace(problem, areas=areas, manager_stations=("A", "A", "B", "B"), area_stations=("B",) * 24)
    found = assign_areas(replace(problem, fixed=None))
    assert found.manager_of[areas.areas[0]] == areas.managers[0]
    assert found.manager_of[areas.areas[2]] == areas.managers[2]


def test_why_there_is_none_names_areas_and_managers() -> None:
    problem = replace(asked(3), least=0.0, most=0.5)
    reason = assign_areas(problem).why[0]
    assert reason.code == "assign-work-too-much" and reason.managers == problem.areas.managers


def stood_in(seed: int, managers: int = 4, count: int = 6) -> StandInProblem:
    random = np.random.default_rng(seed)
    areas = scattered_areas(random, managers, count)
    return StandInProblem(
        areas,
        way(areas),
        tuple(str(one) for one in random.choice(["", "G1", "G2"], managers)),
        ("S",) * managers,
        random.random(managers) < 0.8,
        random.integers(-1, managers, count),
    )


def cost_of(problem: StandInProblem, chosen: dict[int, int]) -> float:
    """Add the cost up by the words of the rule."""
    areas = problem.areas
    able = np.flatnonzero(problem.able)
    units = np.flatnonzero(areas.owner >= 0)
    mean = areas.work[units].sum() / len(able)
    known = problem.minutes[np.ix_(units, able)]
    longest = known[np.isfinite(known)].max(initial=0.0)
    total, load = 0.0, dict.fromkeys(able.tolist(), 0.0)
    for n, one in chosen.items():
        minutes = problem.minutes[n, one] if np.isfinite(problem.minutes[n, one]) else longest
        mine = problem.groups[areas.owner[n]]
        outside = not mine or mine != problem.groups[one]
        minutes += problem.outside_min * outside + problem.change_min * (problem.now[n] != one)
        total += areas.work[n] / mean * minutes
        load[one] += areas.work[n]
    return total + problem.imbalance_min * sum(abs(one / mean - 1) for one in load.values())


@pytest.mark.parametrize("seed", range(scaled(25, 300)))
def test_no_other_choice_of_stand_ins_costs_less(seed: int) -> None:
    problem = stood_in(seed)
    found = find_stand_ins(problem)
    areas = problem.areas
    able = np.flatnonzero(problem.able).tolist()
    units = [
        n for n in np.flatnonzero(areas.owner >= 0).tolist() if [one for one in able if one != areas.owner[n]]
    ]
    assert set(found.stand_in_of) == {areas.areas[n] for n in units}
    for area, one in found.stand_in_of.items():
        assert one != areas.manager_of(area) and problem.able[areas.managers.index(one)]
    if not units or (~np.isfinite(problem.minutes)).any():
        return
    choices = [[one for one in able if one != areas.owner[n]] for n in units]
    best = min(cost_of(problem, dict(zip(units, one, strict=True))) for one in product(*choices))
    mine = {areas.at[area]: areas.managers.index(one) for area, one in found.stand_in_of.items()}
    assert cost_of(problem, mine) <= best * (1 + 2 * GAP) + 1e-9
    assert found.objective == pytest.approx(cost_of(problem, mine))


@pytest.mark.parametrize("seed", range(scaled(12, 200)))
def test_a_large_station_is_solved_in_steps_and_says_how_good_the_answer_is(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grid_model.grouping.stand_ins.SMALL", 5)
    problem = stood_in(seed)
    found = find_stand_ins(problem)
    if not np.isfinite(problem.minutes).all():
        return
    areas = problem.areas
    mine = {areas.at[area]: areas.managers.index(one) for area, one in found.stand_in_of.items()}
    able = np.flatnonzero(problem.able).tolist()
    assert all(one in able and one != areas.owner[n] for n, one in mine.items())
    choices = [[one for one in able if one != areas.owner[n]] for n in mine]
    if not mine:
        return
    best = min(cost_of(problem, dict(zip(mine, one, strict=True))) for one in product(*choices))
    assert found.objective == pytest.approx(cost_of(problem, mine))
    assert found.objective * (1 - found.gap) <= best + 1e-6


def test_a_mate_comes_before_a_stranger_as_near() -> None:
    areas = scattered_areas(np.random.default_rng(1), 3, 6)
    areas = areas.owned(np.zeros(6, dtype=np.int64))
    minutes = np.full((6, 3), 10.0)
    problem = StandInProblem(
        areas, minutes, ("G", "H", "G"), ("S",) * 3, np.ones(3, bool), np.full(6, -1), imbalance_min=0.0
    )
    assert set(find_stand_ins(problem).stand_in_of.values()) == {areas.managers[2]}
