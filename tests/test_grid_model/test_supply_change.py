"""After a switching the walk is brought up to date, and is as good as a fresh one; networkx is the oracle."""

from __future__ import annotations

import random
from collections.abc import Iterator

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid_model import supply_change
from grid_model.customers import Consumers
from grid_model.project import Project
from grid_model.ranking import MEASURES, rank_index
from grid_model.supply_change import brought_up_to_date, walked
from grid_model.supply_paths import SupplyPaths
from grid_model.supply_tree import SupplyTree
from grid_model.topology import SwitchState, TopologyIndex
from grid_model.wiring import BranchKind, Wiring
from tests.conftest import scaled
from tests.drawing import draw
from tests.test_grid_model.random_networks import random_networks

NODES, MOST_BRANCHES, SOURCES = 9, 16, 3

Pairs = list[tuple[int, int]]


@pytest.fixture(autouse=True, scope="module")
def whole_walks_are_not_taken() -> Iterator[None]:
    """In small networks nearly every part is a large one; here the parts are to be walked."""
    before = supply_change.WALKED_ANEW, supply_change.LARGE_PART
    supply_change.WALKED_ANEW, supply_change.LARGE_PART = 10_000, 0
    yield
    supply_change.WALKED_ANEW, supply_change.LARGE_PART = before


def wired(branches: Pairs, sources: list[int], switches: int) -> Wiring:
    """Wire a network without tables: switches, then lines, then sources; the root comes last."""
    a, b = np.array([*branches, *((NODES, one) for one in sources)], dtype=np.int32).reshape(-1, 2).T
    kind = np.full(len(a), BranchKind.LINE, dtype=np.int8)
    kind[:switches], kind[len(branches) :] = BranchKind.SWITCH, BranchKind.SOURCE
    wiring = Wiring(
        {}, NODES + 1, a, b, kind, np.arange(len(a), dtype=np.int32), np.ones(len(a), bool), a != b, a[:0]
    )
    offsets = (0, switches, len(branches), len(branches))
    names = ("switches", "ac_line_segments", "power_transformers", "energy_sources")
    wiring.__dict__["offsets"] = dict(zip(names, offsets, strict=True))
    return wiring


def check_walk(wiring: Wiring, tree: SupplyTree, closed: np.ndarray) -> None:
    """A depth-first tree over what conducts, its intervals right, every branch on it or off it, once."""
    count = len(tree.order)
    assert sorted(tree.position[tree.position >= 0].tolist()) == list(range(count))
    assert (tree.order[tree.position[tree.order]] == tree.order).all()
    assert tree.order[0] == wiring.root
    assert (tree.parent[0], tree.parent_branch[0]) == (-1, -1)
    ancestors: list[set[int]] = [{0}]
    for at in range(1, count):
        above, branch = int(tree.parent[at]), int(tree.parent_branch[at])
        assert above < at
        ancestors.append(ancestors[above] | {at})
        ends = {int(wiring.a[branch]), int(wiring.b[branch])}
        assert ends == {int(tree.order[at]), int(tree.order[above])}
    for at in range(count):
        below = [one for one in range(count) if at in ancestors[one]]
        assert below == list(range(at, int(tree.end[at])))
    for low, high in zip(tree.chord_low.tolist(), tree.chord_high.tolist(), strict=True):
        assert high in ancestors[low]
    conducts = np.flatnonzero(closed & wiring.can_conduct)
    reached = conducts[tree.position[wiring.a[conducts]] >= 0]
    assert sorted([*tree.parent_branch[1:].tolist(), *tree.chords.tolist()]) == reached.tolist()
    cover = [
        sum(at in ancestors[low] and at not in ancestors[high] for low, high in chords_of(tree))
        for at in range(count)
    ]
    assert tree.cover.tolist() == cover


def hanging(tree: SupplyTree) -> dict[int, tuple[int, int]]:
    """Below which node each hangs, and by which branch."""
    nodes = tree.order.tolist()
    above = [-1, *tree.order[tree.parent[1:]].tolist()]
    return dict(zip(nodes, zip(above, tree.parent_branch.tolist(), strict=True), strict=True))


def chords_of(tree: SupplyTree) -> list[tuple[int, int]]:
    return list(zip(tree.chord_low.tolist(), tree.chord_high.tolist(), strict=True))


def check_oracle(wiring: Wiring, tree: SupplyTree, closed: np.ndarray) -> None:
    """Supply and bridges are those of networkx, and every node's way is one of the shortest."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(wiring.node_count))
    for branch in np.flatnonzero(closed & wiring.can_conduct).tolist():
        graph.add_edge(int(wiring.a[branch]), int(wiring.b[branch]), key=branch)
    distance = nx.single_source_shortest_path_length(graph, wiring.root)
    assert set(distance) == set(np.flatnonzero(tree.position >= 0).tolist())
    bridges = {
        branch for a, b in nx.bridges(graph.subgraph(distance)) if a in distance for branch in graph[a][b]
    }
    assert set(tree.parent_branch[1:][tree.cover[1:] == 0].tolist()) == bridges
    paths = SupplyPaths(wiring, tree, closed)
    for node in range(NODES):
        way = paths.to_source(node)
        assert len(way) == distance.get(node, 0)
        sources = [one for one in way if wiring.kind[one] == BranchKind.SOURCE]
        switches = [one for one in way if wiring.kind[one] == BranchKind.SWITCH]
        assert paths.sources[node] == (sources[-1] if sources else -1)
        assert paths.first_switches[node] == (switches[-1] if switches else -1)
        for branch in way:
            assert paths.lower_nodes[branch] >= 0


NODE = st.integers(0, NODES - 1)
PAIR = st.integers(0, NODES * NODES - 1).map(lambda n: divmod(n, NODES))


def operated(number: int, count: int) -> set[int]:
    """Read one to four branches from a number: those that are operated at once."""
    how_many, rest = 1 + number % 4, number // 4
    return {rest // 20**n % 20 % count for n in range(how_many)}


@settings(
    max_examples=scaled(2_000, 10_000),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(
    branches=st.lists(PAIR, min_size=3, max_size=MOST_BRANCHES),
    sources=st.lists(NODE, min_size=1, max_size=SOURCES),
    switches=st.integers(0, 5),
    is_open=st.sets(st.integers(0, MOST_BRANCHES + SOURCES), max_size=6),
    switchings=st.lists(st.integers(0, 4 * 20**4 - 1), min_size=1, max_size=6),
)
def test_the_walk_after_a_switching_is_as_good_as_a_fresh_one(
    branches: Pairs, sources: list[int], switches: int, is_open: set[int], switchings: list[int]
) -> None:
    """Parallel branches, nodes joined to themselves, sources on one island and sources switched off."""
    wiring = wired(branches, sources, min(switches, len(branches)))
    count = len(wiring.a)
    closed = np.array([n not in is_open for n in range(count)])
    tree = walked(wiring, closed)
    for number in switchings:
        after = closed.copy()
        for branch in operated(number, count):
            after[branch] = not after[branch]
        tree = brought_up_to_date(wiring, tree, closed, after)
        closed = after
    check_walk(wiring, tree, closed)
    check_oracle(wiring, tree, closed)
    assert hanging(tree) == hanging(walked(wiring, closed))
    fresh, paths = SupplyPaths(wiring, walked(wiring, closed), closed), SupplyPaths(wiring, tree, closed)
    assert np.array_equal(paths.sources, fresh.sources)
    assert np.array_equal(paths.first_switches, fresh.first_switches)
    assert [paths.to_source(node) for node in range(NODES)] == [fresh.to_source(n) for n in range(NODES)]
    assert np.array_equal(paths.lower_nodes, fresh.lower_nodes)


@pytest.mark.parametrize(
    "operated_at_once",
    [{1, 2, 5}, {1, 2, 8}, {1, 2, 5, 8}, {2, 5, 8}, {0, 1, 2, 5}, {0, 1, 2, 8}, {1, 2, 4, 5, 6, 8}],
)
def test_a_dead_island_may_be_joined_from_several_sides_at_once(operated_at_once: set[int]) -> None:
    """Two circuits from one source, a dead island beside them, another source's feeder, a third source."""
    branches = [(0, 1), (0, 1), (1, 2), (2, 3), (4, 5), (5, 3)]
    wiring = wired(branches, [0, 4, 3], 0)  # 6, 7, 8 are the sources
    before = np.array([n not in (2, 5, 8) for n in range(9)])
    after = np.array([before[n] != (n in operated_at_once) for n in range(9)])
    tree = brought_up_to_date(wiring, walked(wiring, before), before, after)
    check_walk(wiring, tree, after)
    check_oracle(wiring, tree, after)
    assert hanging(tree) == hanging(walked(wiring, after))


# ------------------------------------------------------------------ whole projects

TOGETHER = 25
PROJECTS = scaled(5, 80)
STEPS = 25


def assert_same_index(index: TopologyIndex, fresh: TopologyIndex, consumers: Consumers) -> None:
    assert np.array_equal(index.supplied, fresh.supplied)
    assert hanging(index.tree) == hanging(fresh.tree)
    assert np.array_equal(index.sources, fresh.sources)
    assert np.array_equal(index.first_switches, fresh.first_switches)
    assert np.array_equal(index.bridges(), fresh.bridges())
    assert index.loops() == fresh.loops()
    ours, theirs = rank_index(index, consumers), rank_index(fresh, consumers)
    assert np.array_equal(ours.reason, theirs.reason)
    for name in MEASURES:
        assert np.array_equal(ours.losses[name], theirs.losses[name]), name


@pytest.mark.parametrize("first", range(PROJECTS))
def test_an_index_after_any_switchings_equals_a_fresh_build(first: int) -> None:
    """Three windings, line-end switches, dual-fed customers, areas of several transformers among them."""
    project = random_networks(
        range(700_000 + first * TOGETHER, 700_000 + (first + 1) * TOGETHER), temporary=True
    )
    dice = random.Random(first)
    index, consumers = TopologyIndex.build(project), Consumers.of(project)
    usable = np.flatnonzero(index.wiring.in_service).tolist()
    for _step in range(STEPS):
        chosen = dice.sample(usable, dice.randint(1, 3))
        assert index.supplied.any()  # the walk is there, so that the next goes on from it
        index = index.operated(
            [one for one in chosen if index.closed[one]], [one for one in chosen if not index.closed[one]]
        )
        assert_same_index(index, TopologyIndex(index.wiring, index.state, index.closed), consumers)


def test_a_project_whose_switches_were_moved_goes_on_from_the_walk_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = random_networks(range(800_000, 800_000 + TOGETHER))
    TopologyIndex.build(project, SwitchState.CURRENT).supplied  # noqa: B018 - walks
    monkeypatch.setattr(supply_change, "walked", None)  # no walk of everything from here on
    monkeypatch.setattr("grid_model.topology.walked", None)
    switches, dice = project.frame("switches")["id"].tolist(), random.Random(1)
    for _step in range(20):
        draft = project.edit()
        name = dice.choice(switches)
        draft.update("switches", [name], open=not project.table("switches").row(name)["open"])
        project, _changes = draft.finish()
        index = TopologyIndex.build(project, SwitchState.CURRENT)
        assert fresh_supply(index) == set(np.flatnonzero(index.supplied).tolist())


def fresh_supply(index: TopologyIndex) -> set[int]:
    graph = nx.Graph()
    graph.add_node(index.wiring.root)
    conducts = np.flatnonzero(index.closed & index.wiring.can_conduct)
    graph.add_edges_from(
        zip(index.wiring.a[conducts].tolist(), index.wiring.b[conducts].tolist(), strict=True)
    )
    return set(nx.node_connected_component(graph, index.wiring.root))


def test_many_switchings_at_once_walk_everything_once() -> None:
    feeders = [f"s k{n} a{n}" for n in range(40)]
    project: Project = draw(*feeders, sources=["s"])
    index = TopologyIndex.build(project)
    assert index.supplied.sum() == 42
    overlay = index.operated(opened=range(30))
    assert overlay.supplied.sum() == 12
