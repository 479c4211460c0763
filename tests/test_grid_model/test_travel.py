"""Shortest times along roads: the same as the plainest search, one-way roads and places on edges included."""

from __future__ import annotations

import heapq
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid_model.errors import Cancelled
from grid_model.feedback import Feedback
from grid_model.travel import RoadGraph, Stops, travel_seconds


def graph(*edges: tuple[int, int, float] | tuple[int, int, float, str]) -> RoadGraph:
    """Edges (start, end, seconds, "" | "one-way" | "against" | "closed")."""
    kinds = [str(edge[3]) if len(edge) > 3 else "" for edge in edges]
    start, end = (np.array([edge[n] for edge in edges], dtype=np.int64) for n in (0, 1))
    return RoadGraph(
        nodes=int(max(start.max(), end.max())) + 1,
        start=start,
        end=end,
        seconds=np.array([edge[2] for edge in edges], dtype=float),
        forward=np.array([kind in ("", "one-way") for kind in kinds]),
        backward=np.array([kind in ("", "against") for kind in kinds]),
    )


def stops(*places: tuple[int, float] | tuple[int, float, float]) -> Stops:
    return Stops(
        np.array([place[0] for place in places], dtype=np.int64),
        np.array([place[1] for place in places], dtype=float),
        np.array([place[2] if len(place) > 2 else 0.0 for place in places], dtype=float),
    )


def plainly(roads: RoadGraph, origins: Stops, targets: Stops) -> np.ndarray:
    """The same question answered one place at a time, without contraction or scipy."""
    ways: dict[object, list[tuple[object, float]]] = {}

    def way(a: object, b: object, seconds: float) -> None:
        ways.setdefault(a, []).append((b, seconds))

    along: dict[int, list[tuple[float, object]]] = {}
    for name, some in (("o", origins), ("t", targets)):
        for n in range(len(some)):
            if some.edge[n] >= 0:
                along.setdefault(int(some.edge[n]), []).append((float(some.share[n]), (name, n)))
    for e in range(len(roads)):
        at = [(0.0, int(roads.start[e])), *sorted(along.get(e, []), key=str), (1.0, int(roads.end[e]))]
        at.sort(key=lambda pair: pair[0])
        for (low, a), (high, b) in pairwise(at):
            seconds = float(roads.seconds[e]) * (high - low)
            if roads.forward[e] or high == low:
                way(a, b, seconds)
            if roads.backward[e] or high == low:
                way(b, a, seconds)
    found = np.full((len(origins), len(targets)), np.inf)
    for n in range(len(origins)):
        if origins.edge[n] < 0:
            continue
        best: dict[object, float] = {}
        heap: list[tuple[float, str, object]] = [(0.0, "", ("o", n))]
        while heap:
            seconds, _turn, here = heapq.heappop(heap)
            if here in best:
                continue
            best[here] = seconds
            for there, more in ways.get(here, []):
                if there not in best:
                    heapq.heappush(heap, (seconds + more, str(there), there))
        for m in range(len(targets)):
            if targets.edge[m] >= 0 and ("t", m) in best:
                found[n, m] = best["t", m] + origins.walk_s[n] + targets.walk_s[m]
    return found


def test_the_way_round_is_taken_where_the_direct_one_is_slow() -> None:
    roads = graph((0, 1, 100), (0, 2, 30), (2, 1, 30))
    assert travel_seconds(roads, stops((0, 0.0)), stops((0, 1.0)))[0, 0] == pytest.approx(60)


def test_a_one_way_road_is_driven_one_way() -> None:
    roads = graph((0, 1, 10, "one-way"), (1, 2, 10), (2, 0, 10))
    here, there = stops((0, 0.0)), stops((0, 1.0))
    assert travel_seconds(roads, here, there)[0, 0] == pytest.approx(10)
    assert travel_seconds(roads, there, here)[0, 0] == pytest.approx(20)


def test_places_on_one_edge_reach_each_other_along_it_or_round_it() -> None:
    roads = graph((0, 1, 100, "one-way"), (1, 0, 10))
    near, far = stops((0, 0.2)), stops((0, 0.9))
    assert travel_seconds(roads, near, far)[0, 0] == pytest.approx(70)
    assert travel_seconds(roads, far, near)[0, 0] == pytest.approx(10 + 10 + 20)
    assert travel_seconds(roads, near, near)[0, 0] == 0


def test_a_place_at_a_node_may_leave_by_every_road() -> None:
    #   the place stands at the start of a one-way road, which is node 0
    roads = graph((0, 1, 10, "one-way"), (0, 2, 5))
    assert travel_seconds(roads, stops((0, 0.0)), stops((1, 1.0)))[0, 0] == pytest.approx(5)


def test_the_way_on_foot_counts_at_both_ends() -> None:
    roads = graph((0, 1, 100))
    assert travel_seconds(roads, stops((0, 0.0, 7)), stops((0, 1.0, 11)))[0, 0] == pytest.approx(118)


def test_without_a_way_or_off_the_roads_it_takes_for_ever() -> None:
    roads = graph((0, 1, 10), (2, 3, 10))
    found = travel_seconds(roads, stops((0, 0.5), (-1, 0.0)), stops((0, 0.0), (1, 0.5), (-1, 0.0)))
    assert found[0].tolist() == [5, np.inf, np.inf] and np.isinf(found[1]).all()


def test_a_piece_of_no_length_costs_nothing_and_is_passed() -> None:
    roads = graph((0, 1, 10), (1, 2, 0), (2, 3, 10))
    assert travel_seconds(roads, stops((0, 0.0)), stops((2, 1.0)))[0, 0] == pytest.approx(20)


def test_it_stops_when_asked_to() -> None:
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        travel_seconds(graph((0, 1, 10)), stops((0, 0.0)), stops((0, 1.0)), feedback)


@st.composite
def cases(draw: st.DrawFn) -> tuple[RoadGraph, Stops, Stops]:
    nodes = draw(st.integers(2, 12))
    node = st.integers(0, nodes - 1)
    kind = st.sampled_from(["", "", "", "one-way", "against", "closed"])
    edge = st.tuples(node, node, st.integers(0, 40).map(float), kind)
    edges = draw(st.lists(edge, min_size=1, max_size=24))
    place = st.tuples(
        st.integers(-1, len(edges) - 1),
        st.sampled_from([0.0, 0.25, 0.25, 0.5, 0.9, 1.0]),
        st.integers(0, 9).map(float),
    )
    origins, targets = (draw(st.lists(place, min_size=1, max_size=5)) for _n in range(2))
    return graph(*edges), stops(*origins), stops(*targets)


@given(cases())
def test_times_are_those_of_the_plainest_search(case: tuple[RoadGraph, Stops, Stops]) -> None:
    roads, origins, targets = case
    np.testing.assert_allclose(travel_seconds(roads, origins, targets), plainly(roads, origins, targets))


def test_a_large_graph_is_made_smaller_without_changing_a_time() -> None:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    random = np.random.default_rng(5)
    side = 40
    at = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()]),
            np.column_stack([at[:-1].ravel(), at[1:].ravel()]),
        ]
    )
    pairs = pairs[random.random(len(pairs)) < 0.75]
    seconds = random.uniform(1, 60, len(pairs))
    one_way = random.random(len(pairs)) < 0.1
    roads = RoadGraph(side * side, pairs[:, 0], pairs[:, 1], seconds, np.ones(len(pairs), bool), ~one_way)
    edge = random.choice(len(pairs), 30, replace=False)
    some = Stops(edge, np.zeros(30), np.zeros(30))
    matrix = coo_array(
        (
            np.concatenate([seconds, seconds[~one_way]]),
            (
                np.concatenate([pairs[:, 0], pairs[~one_way, 1]]),
                np.concatenate([pairs[:, 1], pairs[~one_way, 0]]),
            ),
        ),
        shape=(side * side,) * 2,
    ).tocsr()
    wanted = dijkstra(matrix, indices=pairs[edge, 0])[:, pairs[edge, 0]]
    np.testing.assert_allclose(travel_seconds(roads, some, some), wanted)
