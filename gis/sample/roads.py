"""Roads of a station: a tree between transformer areas and villages, a few loops, few bridges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gis.sample.ledger import Ledger
from gis.sample.names import short
from gis.sample.plane import Plane, generator
from gis.sample.terrain import Hills
from gis.sample.territory import Layout

CLASSES = ("trunk", "county", "township", "village")
LETTERS = {"trunk": "S", "county": "X", "township": "Y"}
ROAD_STEP_M = 40.0
CROSSING_M = 4000.0
"""Detour a road takes rather than cross the river once more."""


@dataclass(frozen=True)
class Roads:
    """The road graph of one station.

    Parameters
    ----------
    points
        Drawing plane, (n, 2): the transformer areas of the station, then its substations.
    areas
        Number of each transformer area in the layout; `points[:len(areas)]` are theirs.
    edges
        (m, 2) with the smaller point first; straight on the drawing plane.
    length_m
        Of each edge.
    road_class
        Index into `CLASSES`.
    near
        (k, 2) further pairs of neighbouring points without a road between them.
    bridges
        Ground-plane places where roads cross a river.
    """

    points: np.ndarray
    areas: np.ndarray
    edges: np.ndarray
    length_m: np.ndarray
    road_class: np.ndarray
    near: np.ndarray
    bridges: np.ndarray


def make_roads(
    seed: int, station: int, layout: Layout, hills: Hills, plane: Plane, substations: int
) -> Roads:
    """Connect the transformer areas and substations of one station."""
    from scipy.spatial import Delaunay

    random = generator(seed, "roads", station)
    areas = np.flatnonzero(layout.seed_station == station)
    points = np.concatenate([layout.seeds[areas], _substations(random, layout, station, areas, substations)])
    simplices = Delaunay(points).simplices
    pairs = np.unique(
        np.sort(np.concatenate([simplices[:, [0, 1]], simplices[:, [1, 2]], simplices[:, [0, 2]]]), axis=1),
        axis=0,
    )
    length = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    bank = layout.rivers.bank(points)
    crosses = bank[pairs[:, 0]] != bank[pairs[:, 1]]
    steep = hills.height_m((points[pairs[:, 0]] + points[pairs[:, 1]]) / 2)
    cost = length * (1 + steep / 160) + CROSSING_M * crosses
    chosen = _tree(pairs, cost, len(points))
    chosen |= _second_bridges(points, pairs, length, crosses & ~chosen, chosen & crosses)
    chosen |= _exits(points, pairs, length, crosses, len(areas))
    chosen |= _loops(pairs, length, chosen, crosses, len(points))
    edges = pairs[chosen]
    classes = _classes(layout, areas, points, edges, length[chosen])
    middle = (points[edges[:, 0]] + points[edges[:, 1]]) / 2
    over = crosses[chosen]
    near = pairs[~chosen & ~crosses & (length < 1500)]
    return Roads(
        points,
        areas,
        edges,
        length[chosen],
        classes,
        near,
        plane.bend(_where_crossed(layout, points, edges[over], middle[over])),
    )


def _substations(
    random: np.random.Generator, layout: Layout, station: int, areas: np.ndarray, count: int
) -> np.ndarray:
    """Place the first substation by the town, the second by a village far off."""
    villages = np.flatnonzero(layout.village_station == station)
    centres = layout.village_centres[villages]
    away = np.hypot(*(centres - centres[0]).T)
    reach = np.sqrt(layout.station_cells[station].area / np.pi)
    hosts = [0, int(np.argmin(np.abs(away - 0.62 * reach) + 1e9 * (np.arange(len(away)) == 0)))][:count]
    places = []
    for host in hosts:
        angle = random.uniform(0, 2 * np.pi, 60)
        far = np.repeat([170.0, 220.0, 280.0, 150.0, 120.0], 12)
        tries = centres[host] + far[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        gap = np.hypot(*(tries[:, None] - layout.seeds[areas][None]).transpose(2, 0, 1)).min(axis=1)
        gap = np.minimum(gap, layout.rivers.distance_m(tries) - 60)
        places.append(tries[int(np.argmax(gap))])
    return np.round(np.array(places), 1)


def _tree(pairs: np.ndarray, cost: np.ndarray, count: int) -> np.ndarray:
    """Mark the pairs of the cheapest tree."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import minimum_spanning_tree

    tree = minimum_spanning_tree(coo_matrix((cost, (pairs[:, 0], pairs[:, 1])), shape=(count, count))).tocoo()
    key = pairs[:, 0] * count + pairs[:, 1]
    low, high = (
        np.minimum(tree.row, tree.col).astype(np.int64),
        np.maximum(tree.row, tree.col).astype(np.int64),
    )
    marked: np.ndarray = np.isin(key, low * count + high)
    return marked


def _second_bridges(
    points: np.ndarray, pairs: np.ndarray, length: np.ndarray, free: np.ndarray, built: np.ndarray
) -> np.ndarray:
    """Mark a few more short crossings, each over 2.5 km from every other bridge."""
    marked = np.zeros(len(pairs), dtype=bool)
    middle = (points[pairs[:, 0]] + points[pairs[:, 1]]) / 2
    have = list(middle[built])
    for n in np.argsort(length, kind="stable"):
        if free[n] and length[n] < 1100 and all(np.hypot(*(middle[n] - one)) > 2500 for one in have):
            marked[n] = True
            have.append(middle[n])
    return marked


def _exits(
    points: np.ndarray, pairs: np.ndarray, length: np.ndarray, crosses: np.ndarray, sites: int
) -> np.ndarray:
    """Mark up to four roads from each substation in different directions, for its feeders to leave by."""
    marked = np.zeros(len(pairs), dtype=bool)
    for hub in range(sites, len(points)):
        taken: list[float] = []
        mine = np.flatnonzero((pairs == hub).any(axis=1) & ~crosses & (length < 1000))
        for n in mine[np.argsort(length[mine], kind="stable")]:
            way = points[pairs[n].sum() - hub] - points[hub]
            angle = float(np.arctan2(way[1], way[0]))
            if all(np.cos(angle - one) < 0.5 for one in taken) and len(taken) < 4:
                taken.append(angle)
                marked[n] = True
    return marked


def _loops(
    pairs: np.ndarray, length: np.ndarray, chosen: np.ndarray, crosses: np.ndarray, count: int
) -> np.ndarray:
    """Mark short links that save a long way round, at most two at a place."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    graph = coo_matrix((length[chosen], pairs[chosen].T), shape=(count, count))
    way = dijkstra(graph, directed=False)
    saves = way[pairs[:, 0], pairs[:, 1]] / length
    marked = np.zeros(len(pairs), dtype=bool)
    used = np.zeros(count, dtype=np.int64)
    wanted = max(2, round(0.2 * count))
    for n in np.argsort(-saves, kind="stable"):
        a, b = pairs[n]
        if chosen[n] or crosses[n] or length[n] > 1300 or saves[n] < 2.6 or max(used[a], used[b]) > 1:
            continue
        marked[n] = True
        used[[a, b]] += 1
        if marked.sum() >= wanted:
            break
    return marked


def _classes(
    layout: Layout, areas: np.ndarray, points: np.ndarray, edges: np.ndarray, length: np.ndarray
) -> np.ndarray:
    """Class the roads: a main road through the station, then by how many villages' ways they carry."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    count = len(points)
    number = {(int(a), int(b)): n for n, (a, b) in enumerate(edges)}
    villages = np.unique(layout.seed_village[areas])
    hearts = np.searchsorted(layout.seed_village[areas], villages)
    west, east = int(np.argmin(points[: len(areas), 0])), int(np.argmax(points[: len(areas), 0]))
    town = int(hearts[0])
    graph = coo_matrix((length, edges.T), shape=(count, count))
    _, before = dijkstra(graph, directed=False, indices=[town, west], return_predecessors=True)
    classes = np.full(len(edges), 3)
    traffic = np.zeros(len(edges))
    for heart in hearts:
        for edge in _way(before[0], int(heart), number):
            classes[edge] = 2
            traffic[edge] += 1
    classes[traffic >= max(2, 0.2 * len(hearts))] = 1
    for edge in _way(before[1], east, number):
        classes[edge] = 0
    return classes


def _way(before: np.ndarray, end: int, number: dict[tuple[int, int], int]) -> list[int]:
    """Follow predecessors from `end` to the start, giving the edges passed."""
    passed = []
    while before[end] >= 0:
        other = int(before[end])
        passed.append(number[min(end, other), max(end, other)])
        end = other
    return passed


def _where_crossed(layout: Layout, points: np.ndarray, edges: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Give where each edge meets its river, on the drawing plane."""
    places = middle.copy()
    share = np.linspace(0, 1, 201)[:, None]
    for n, (a, b) in enumerate(edges):
        along = points[a] + share * (points[b] - points[a])
        bank = layout.rivers.bank(along)
        places[n] = along[int(np.argmax(bank != bank[0]))]
    return places


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a street leaves a road: the road's edge, the share of its length, the place on the ground."""

    edge: int
    share: float
    place: np.ndarray


@dataclass(frozen=True)
class Lanes:
    """Streets that are no roads of the road graph, as ground-plane lines, and where they leave the roads."""

    cuts: list[Cut]
    lines: list[np.ndarray]


def write_roads(
    ledger: Ledger, roads: Roads, lanes: Lanes, plane: Plane, villages: Sequence[str], station: int
) -> None:
    """Write roads and streets as rows; they meet at equal end points.

    `villages` names the village of each point of the road graph that is a transformer area.
    """
    cuts: dict[int, list[Cut]] = {}
    for cut in lanes.cuts:
        cuts.setdefault(cut.edge, []).append(cut)
    number = 0
    for n, (edge, kind) in enumerate(zip(roads.edges.tolist(), roads.road_class.tolist(), strict=True)):
        name = CLASSES[kind]
        village = short(villages[min(edge[0], len(villages) - 1)])
        label = f"{LETTERS[name]}{300 + station * 7 + kind * 11}" if name in LETTERS else f"{village}村道"
        for path in _pieces(roads, plane, n, sorted(cuts.get(n, []), key=lambda one: one.share)):
            number += 1
            _write_road(ledger, station, number, label, name, path)
    for path in lanes.lines:
        number += 1
        _write_road(ledger, station, number, None, "track", path)


def _write_road(
    ledger: Ledger, station: int, number: int, label: str | None, name: str, path: np.ndarray
) -> None:
    code = f"DL{station + 1:02d}{number:06d}"
    ledger.row("roads", id=code, name=label, road_class=name, path=path)


def _pieces(roads: Roads, plane: Plane, edge: int, cuts: Sequence[Cut]) -> list[np.ndarray]:
    """Give one road in pieces from crossing to crossing."""
    start, end = roads.points[roads.edges[edge]]
    steps = max(2, int(roads.length_m[edge] / ROAD_STEP_M) + 1)
    shares = np.linspace(0, 1, steps)
    places = plane.bend(start + shares[:, None] * (end - start))
    stops = [(0.0, places[0]), *((cut.share, cut.place) for cut in cuts), (1.0, places[-1])]
    pieces = []
    for (low, first), (high, last) in pairwise(stops):
        if np.array_equal(first, last):
            continue
        inner = places[(shares > low + 0.01) & (shares < high - 0.01)]
        pieces.append(np.concatenate([first[None], inner, last[None]]))
    return pieces
