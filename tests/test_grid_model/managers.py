"""Invented managers for the tests of grouping, and an oracle that tries every partition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from grid_model.grouping import GroupingProblem, Lock, Town, Weights


def row_of(n: int, **more: object) -> GroupingProblem:
    """Managers m0 — m1 — m2 … along one road, ten minutes from neighbour to neighbour, all qualified."""
    place = np.arange(n)
    distance = np.abs(place[:, None] - place[None, :])
    return problem_of(10.0 * distance, distance == 1, **more)


def problem_of(minutes: np.ndarray, adjacency: np.ndarray, **more: object) -> GroupingProblem:
    """Managers m0, m1 … with equal work, all qualified unless said otherwise."""
    n = len(minutes)
    arrays: dict[str, object] = {
        "minutes": np.asarray(minutes, dtype=float),
        "adjacency": np.asarray(adjacency, dtype=bool),
        "workload": np.ones(n),
        "leaders": np.ones(n, dtype=bool),
        "guards": np.ones(n, dtype=bool),
    }
    return GroupingProblem.of([f"m{k}" for k in range(n)], **(arrays | more))  # type: ignore[arg-type]


def scattered(random: np.random.Generator, n: int, **more: object) -> GroupingProblem:
    """Managers scattered over a township, neighbours by Delaunay's triangles, some not qualified."""
    from scipy.spatial import Delaunay

    places = random.uniform(0, 3000 * np.sqrt(n), (n, 2))
    adjacency = np.zeros((n, n), dtype=bool)
    for triangle in Delaunay(places).simplices:
        for a, b in combinations(triangle, 2):
            adjacency[a, b] = adjacency[b, a] = True
    minutes = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) * 1.3 / 500
    guards = random.random(n) < 0.85
    return problem_of(
        minutes * random.uniform(1.0, 1.2, (n, n)) * (1 - np.eye(n)),
        adjacency,
        workload=random.uniform(0.5, 1.5, n),
        leaders=guards & (random.random(n) < 0.6),
        guards=guards,
        **more,
    )


def sparser(random: np.random.Generator, problem: GroupingProblem, keep: float) -> GroupingProblem:
    """Cut some of the borders."""
    mask = np.triu(random.random(problem.adjacency.shape) < keep, 1)
    return replace(problem, adjacency=problem.adjacency & (mask | mask.T))


def with_rules(random: np.random.Generator, problem: GroupingProblem) -> GroupingProblem:
    """Add now and then sets that must and must not share a group, a lock, a limit on travel."""
    members = list(problem.members)
    together = [tuple(random.permutation(members)[:2])] if random.random() < 0.4 else []
    apart = [tuple(random.permutation(members)[: random.integers(2, 4)])] if random.random() < 0.4 else []
    locks = []
    if random.random() < 0.35:
        size = int(random.integers(problem.min_size, problem.max_size + 1))
        start = int(random.integers(len(members)))
        locks.append(Lock("locked", tuple(sorted(_walk(problem, start, min(size, len(members)))))))
    return replace(
        problem,
        together=tuple(tuple(str(one) for one in rule) for rule in together),
        apart=tuple(tuple(str(one) for one in rule) for rule in apart),
        locks=tuple(locks),
        hard_pair_minutes=bool(random.random() < 0.3),
        max_pair_minutes=float(random.uniform(12, 40)),
    )


def with_more_rules(random: np.random.Generator, problem: GroupingProblem) -> GroupingProblem:
    """Add now and then leaders, members who stay, a town, a scheme in force, feeders, and their weights."""
    members, n = list(problem.members), len(problem)

    def some(low: int, high: int) -> tuple[str, ...]:
        count = min(n, int(random.integers(low, high + 1)))
        return tuple(members[k] for k in random.permutation(n)[:count])

    start = int(random.integers(n))
    fixed = _walk(problem, start, 2)
    town = _walk(problem, int(random.integers(n)), int(random.integers(2, 7)))
    more = random.random(6) < 0.35
    return replace(
        problem,
        fixed_leaders=some(1, 3) if more[0] else (),
        fixed=(Lock("F1", tuple(fixed)), *((Lock("F2", some(1, 1)),) if more[5] else ())) if more[1] else (),
        towns=(Town("T", tuple(town)),) if more[2] else (),
        base=tuple(random.choice(["", "A", "B", "C"], n)) if more[3] else (),
        feeders=_shares(random, n) if more[4] else None,
        villages=_shares(random, n) if more[5] else None,
        weights=Weights(
            longest=float(random.choice([0.0, 0.5])),
            change_min=float(random.choice([0.0, 12.0])),
            feeder_min=float(random.choice([0.0, 7.0])),
            village_min=float(random.choice([0.0, 3.0])),
        ),
    )


def _shares(random: np.random.Generator, n: int) -> np.ndarray:
    areas = random.integers(0, 4, (n, int(random.integers(1, 12)))) * (random.random((n, 1)) < 0.7)
    areas = areas[:, areas.sum(axis=0) > 0]
    return areas / areas.sum(axis=0)


def _walk(problem: GroupingProblem, start: int, size: int) -> list[str]:
    found = [start]
    for n in found:
        found += [int(k) for k in np.flatnonzero(problem.adjacency[n]) if k not in found]
        if len(found) >= size:
            break
    return [problem.members[n] for n in found[:size]]


def cost_of(problem: GroupingProblem, group: Sequence[int]) -> float:
    """Add up one group's cost by the words of the rule (`DESIGN` §4)."""
    size = len(group)
    pairs = [max(problem.minutes[a, b], problem.minutes[b, a]) for a, b in combinations(group, 2)]
    mean = sum(pairs) / len(pairs) if pairs else 0.0
    load = sum(problem.workload[n] for n in group) / problem.mean
    weights = problem.weights
    return float(
        weights.travel * size * mean
        + weights.imbalance_min * abs(load - size)
        + weights.size_min * abs(size - problem.target_size)
        + weights.longest * max(pairs, default=0.0)
        + weights.change_min * sum(share_of_mates_left(problem, n, group) for n in group) / 2
        + weights.feeder_min * outside(problem.feeders, group)
        + weights.village_min * outside(problem.villages, group)
    )


def share_of_mates_left(problem: GroupingProblem, one: int, group: Sequence[int]) -> float:
    """Of those who were with him in force, the share that is not in his group."""
    if not problem.base or not problem.base[one]:
        return 0.0
    mates = [n for n, name in enumerate(problem.base) if name == problem.base[one] and n != one]
    return sum(n not in group for n in mates) / len(mates) if mates else 0.0


def outside(shares: np.ndarray | None, group: Sequence[int]) -> float:
    """Sum what lies outside the group, of every feeder with a part in it."""
    if shares is None:
        return 0.0
    inside = [sum(shares[n, k] for n in group) for k in range(shares.shape[1])]
    return sum(1.0 - one for one in inside if one > 0)


def allowed(problem: GroupingProblem, group: Sequence[int]) -> bool:
    """Whether one group keeps every rule, checked person by person."""
    names = {problem.members[n] for n in group}
    if not problem.min_size <= len(group) <= problem.max_size or not connected(problem, group):
        return False
    if problem.qualifications_known:
        leaders = [n for n in group if problem.leaders[n]]
        if not any(problem.guards[other] for n in leaders for other in group if other != n):
            return False
    if any(0 < len(names & set(rule)) < len(set(rule)) for rule in problem.together):
        return False
    if any(len(names & set(rule)) > 1 for rule in problem.apart):
        return False
    if any(names & set(lock.members) and names != set(lock.members) for lock in problem.locks):
        return False
    if any(0 < len(names & set(one.members)) < len(set(one.members)) for one in problem.fixed):
        return False
    if sum(bool(names & set(one.members)) for one in problem.fixed) > 1:
        return False
    leading = [n for n in group if problem.members[n] in problem.fixed_leaders]
    if len(leading) > 1:
        return False
    if problem.qualifications_known and not all(problem.leaders[n] for n in leading):
        return False
    if not all(keeps_town(problem, town, names) for town in problem.towns):
        return False
    if not problem.across_stations and len({problem.stations[n] for n in group}) > 1:
        return False
    far = (max(problem.minutes[a, b], problem.minutes[b, a]) for a, b in combinations(group, 2))
    return not problem.hard_pair_minutes or all(one <= problem.max_pair_minutes for one in far)


def keeps_town(problem: GroupingProblem, town: Town, names: set[str]) -> bool:
    """Whether a group holds nobody of a town, all of a small one, or nobody but people of a large one."""
    own = set(town.members)
    if not names & own:
        return True
    in_one = len(own) <= problem.max_size if town.in_one is None else town.in_one
    return own <= names if in_one else names <= own


def connected(problem: GroupingProblem, group: Sequence[int]) -> bool:
    reached, todo = set(), [group[0]]
    while todo:
        n = todo.pop()
        reached.add(n)
        todo += [k for k in group if problem.adjacency[n, k] and k not in reached]
    return len(reached) == len(group)


def partitions(items: tuple[int, ...], largest: int) -> Iterator[list[tuple[int, ...]]]:
    """Give every way to part `items` into groups of at most `largest`."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for size in range(min(largest, len(items))):
        for others in combinations(rest, size):
            left = tuple(one for one in rest if one not in others)
            for parted in partitions(left, largest):
                yield [(first, *others), *parted]


def best_of_all(problem: GroupingProblem) -> tuple[float, list[tuple[str, ...]]] | None:
    """Try every partition; give the least cost and its groups, None where no partition is allowed.

    Of equal costs the partition whose groups come first by ids.
    """
    known: dict[tuple[int, ...], float | None] = {}
    best: tuple[float, list[tuple[int, ...]]] | None = None
    for parted in partitions(tuple(range(len(problem))), problem.max_size):
        total = 0.0
        for group in parted:
            if group not in known:
                known[group] = cost_of(problem, group) if allowed(problem, group) else None
            price = known[group]
            if price is None:
                break
            total += price
        else:
            if best is None or total < best[0] - 1e-7 or (total < best[0] + 1e-7 and parted < best[1]):
                best = total, parted
    if best is None:
        return None
    return best[0], [tuple(problem.members[n] for n in group) for group in best[1]]
