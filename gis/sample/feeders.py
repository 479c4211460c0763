"""Which 10 kV feeder serves which transformer area, and the way its line takes along the roads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis.sample.demand import Demand
from gis.sample.plane import generator
from gis.sample.roads import Roads


@dataclass(frozen=True)
class Feeder:
    """The plan of one feeder; points are numbers in `Roads.points`.

    Parameters
    ----------
    substation
        Point of its substation.
    parent
        For every point it passes, the point before it on the way from the substation.
    children
        The points after each point, the one with most areas behind it first.
    own
        Points of the transformer areas it serves.
    load
        How many of its own areas lie at and behind each point.
    """

    substation: int
    parent: dict[int, int]
    children: dict[int, list[int]]
    own: frozenset[int]
    load: dict[int, int]

    def order(self) -> list[int]:
        """Give the points from the substation outward, the main line before its branches."""
        points, stack = [], [self.substation]
        while stack:
            point = stack.pop()
            points.append(point)
            stack.extend(reversed(self.children[point]))
        return points

    def way_back(self, point: int) -> list[int]:
        """Give the points from `point` back to the substation, itself included."""
        way = [point]
        while way[-1] != self.substation:
            way.append(self.parent[way[-1]])
        return way


def plan_feeders(roads: Roads, demand: Demand, count: int) -> list[Feeder]:
    """Part the areas of a station among `count` feeders of similar capacity, each a tree along the roads."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    total, sites = len(roads.points), len(roads.areas)
    graph = coo_matrix((roads.length_m, roads.edges.T), shape=(total, total))
    hubs = np.arange(sites, total)
    away, before, source = dijkstra(
        graph, directed=False, indices=hubs, min_only=True, return_predecessors=True
    )
    kva = np.append(demand.kva * demand.transformers, [])[roads.areas].astype(float)
    weight = np.append(kva + 120, np.zeros(len(hubs)))
    feeders: list[Feeder] = []
    loads = np.array([weight[source == hub].sum() for hub in hubs])
    for hub, number in zip(hubs, _shared(count, loads), strict=True):
        order = _outward(roads.points, before, away, source, int(hub))
        sums = np.cumsum(weight[order]) - weight[order] / 2
        part = np.minimum((sums / max(loads[hub - sites], 1) * number).astype(int), number - 1)
        for n in range(number):
            own = [point for point, its in zip(order, part, strict=True) if its == n and point < sites]
            feeders.append(_feeder(int(hub), own, before))
    return feeders


def _shared(count: int, loads: np.ndarray) -> list[int]:
    """Part the feeders among the substations by load, at least one each."""
    parts = np.maximum(1, np.floor(loads / loads.sum() * count)).astype(int)
    while parts.sum() < count:
        parts[int(np.argmax(loads / parts))] += 1
    while parts.sum() > count:
        parts[int(np.argmin(np.where(parts > 1, loads / parts, np.inf)))] -= 1
    return [int(one) for one in parts]


def _outward(
    points: np.ndarray, before: np.ndarray, away: np.ndarray, source: np.ndarray, hub: int
) -> list[int]:
    """List the points of a substation's tree in preorder, branches turning counter-clockwise."""
    children: dict[int, list[int]] = {}
    for point in np.flatnonzero((source == hub) & (before >= 0)).tolist():
        children.setdefault(int(before[point]), []).append(point)
    order, stack = [], [hub]
    while stack:
        point = stack.pop()
        order.append(point)
        came = points[point] - points[int(before[point])] if before[point] >= 0 else np.array([1.0, 0.0])
        back = np.arctan2(*came[::-1]) + np.pi

        def turn(child: int, here: int = point, zero: float = back) -> float:
            way = points[child] - points[here]
            return float((np.arctan2(way[1], way[0]) - zero) % (2 * np.pi))

        stack.extend(sorted(children.get(point, []), key=turn, reverse=True))
    return order


def _feeder(hub: int, own: list[int], before: np.ndarray) -> Feeder:
    parent: dict[int, int] = {}
    for point in own:
        while point != hub and point not in parent:
            parent[point] = int(before[point])
            point = parent[point]
    children: dict[int, list[int]] = {point: [] for point in (hub, *parent)}
    for point, above in parent.items():
        children[above].append(point)
    load = dict.fromkeys(children, 0)
    for point in own:
        while True:
            load[point] += 1
            if point == hub:
                break
            point = parent[point]
    for below in children.values():
        below.sort(key=lambda one: (-load[one], one))
    return Feeder(hub, parent, children, frozenset(own), load)


@dataclass(frozen=True, slots=True)
class Tie:
    """An open connection between two feeders: their numbers and the points it joins."""

    feeder_a: int
    feeder_b: int
    point_a: int
    point_b: int


def plan_ties(roads: Roads, feeders: list[Feeder]) -> list[Tie]:
    """Join neighbouring feeders by open ties far from the substations: one for a pair, three for a feeder."""
    serves = {point: number for number, feeder in enumerate(feeders) for point in feeder.own}
    pairs = np.concatenate([roads.near, roads.edges])
    length = np.hypot(*(roads.points[pairs[:, 0]] - roads.points[pairs[:, 1]]).T)
    found = []
    for (a, b), metres in zip(pairs.tolist(), length.tolist(), strict=True):
        if a in serves and b in serves and serves[a] != serves[b] and metres < 1400:
            depth = len(feeders[serves[a]].way_back(a)) + len(feeders[serves[b]].way_back(b))
            found.append((metres - 110 * depth, a, b))
    ties: list[Tie] = []
    joined: set[tuple[int, int]] = set()
    used = dict.fromkeys(range(len(feeders)), 0)
    for _, a, b in sorted(found):
        pair = (min(serves[a], serves[b]), max(serves[a], serves[b]))
        if pair in joined or max(used[pair[0]], used[pair[1]]) >= 3:
            continue
        joined.add(pair)
        used[pair[0]] += 1
        used[pair[1]] += 1
        ties.append(Tie(serves[a], serves[b], a, b))
    return ties


def second_supplies(
    roads: Roads, feeders: list[Feeder], demand: Demand, seed: int, station: int
) -> list[Tie]:
    """Find for each dedicated customer with two supplies a neighbouring point of another feeder.

    In the answer `feeder_a`, `point_a` are the second supply's, `point_b` is the customer's.
    """
    random = generator(seed, "second-supplies", station)
    serves = {point: number for number, feeder in enumerate(feeders) for point in feeder.own}
    found = []
    for point, area in enumerate(roads.areas.tolist()):
        works = demand.works[area]
        if works is None or works.supplies < 2:
            continue
        away = np.hypot(*(roads.points[: len(roads.areas)] - roads.points[point]).T)
        others = [
            n
            for n in np.argsort(away, kind="stable").tolist()
            if serves[n] != serves[point] and 1 < away[n] < 1500
        ]
        if others and (works.importance == "first" or random.random() < 0.85):
            found.append(Tie(serves[others[0]], serves[point], others[0], point))
    return found
