"""Random networks, random switching: the arrays agree with networkx and a plain reading of the rules."""

from __future__ import annotations

import random

import networkx as nx
import numpy as np
import pytest

from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.ranking import MEASURES, rank_devices
from grid_model.supply_tree import Adjacency, _depth_first_by_hand, depth_first
from grid_model.topology import BranchKind, Device, SwitchState, TopologyIndex
from grid_model.tracing import Outage, OutageCounts, OutageTrace, trace_outage
from tests.conftest import scaled
from tests.test_grid_model.random_networks import (
    ROOT,
    Positions,
    judged,
    positions,
    random_networks,
    supplied,
    supply_points,
)

TOGETHER = 50
"""Small networks drawn as one project: making the tables costs more than tracing them."""

SWITCHINGS = scaled(2_000, 12_000)
NETWORKS = scaled(300, 10_000)


def batches(count: int, first: int) -> list[range]:
    return [range(start, start + TOGETHER) for start in range(first, first + count, TOGETHER)]


def random_steps(
    dice: random.Random, closed: Positions, usable: list[tuple[str, str]]
) -> tuple[list[tuple[str, str]], Positions]:
    """Some openings and closings that are allowed one after another, and the positions they lead to."""
    now, steps = dict(closed), []
    for _n in range(dice.randint(1, 4)):
        table, name = dice.choice(usable)
        steps.append(("open" if now[table, name] else "close", f"{table}:{name}"))
        now[table, name] = not now[table, name]
    return steps, now


def usable_devices(project: Project, closed: Positions) -> dict[str, list[tuple[str, str]]]:
    """Devices in service, by the small network they stand in."""
    in_service = {
        (table, row["id"])
        for table in ("switches", "ac_line_segments", "power_transformers")
        for row in project.frame(table).to_dict("records")
        if row["in_service"]
    }
    found: dict[str, list[tuple[str, str]]] = {}
    for table, name in closed:
        if (table, name) in in_service:
            found.setdefault(name.rsplit("_", 1)[1], []).append((table, name))
    return found


def compare(project: Project, trace: OutageTrace, state: SwitchState, after: Positions) -> None:
    """Hold a trace against the plain reading of the rules."""
    points = supply_points(project)
    before = supplied(project, positions(project, state))
    normal = supplied(project, positions(project, SwitchState.NORMAL))
    later = supplied(project, after)
    out, backup = judged(points["customers"], before, later)
    areas, partly = judged(points["areas"], before, later)
    assert (set(trace.customers), set(trace.backup)) == (out, backup)
    assert (set(trace.transformer_areas), set(trace.partly_out)) == (areas, partly)
    dark = {name for name, nodes in points["customers"].items() if not nodes & before}
    assert set(trace.already_out) == {name for name in dark if points["customers"][name] & normal}
    assert set(trace.unknown) == dark - set(trace.already_out)
    classes = dict(
        zip(project.frame("customers")["id"], project.frame("customers")["customer_class"], strict=True)
    )
    usage = dict(
        zip(
            project.frame("transformer_areas")["id"], project.frame("transformer_areas")["usage"], strict=True
        )
    )
    low = sum(classes[one] != "mv" for one in out)
    assert trace.counts.lv_customers == low
    assert trace.counts.mv_users == len(out) - low + sum(usage[one] == "public" for one in areas)
    assert trace.counts.rated_kva == 100.0 * len(judged(points["transformers"], before, later)[0])


@pytest.mark.parametrize("state", SwitchState)
def test_a_trace_says_what_the_rules_say(state: SwitchState) -> None:
    """Every small network of a batch is switched, all in one trace."""
    for batch in batches(SWITCHINGS // 5, 0):
        project = random_networks(batch)
        after = positions(project, state)
        steps: list[tuple[str, str]] = []
        for tail, usable in usable_devices(project, after).items():
            more, after = random_steps(random.Random(tail), after, usable)
            steps += more
        compare(project, trace_outage(project, steps, state), state, after)


@pytest.mark.parametrize("state", SwitchState)
def test_after_any_switching_supply_equals_a_fresh_build(state: SwitchState) -> None:
    done = 0
    for batch in batches(SWITCHINGS // 10, 100_000):
        project = random_networks(batch)
        base = TopologyIndex.build(project, state)
        closed = positions(project, state)
        for tail, usable in usable_devices(project, closed).items():
            for turn in range(5):
                steps, _after = random_steps(random.Random(f"{tail}/{turn}"), closed, usable)
                outage = Outage.of(project, state)
                for action, name in steps:
                    devices = [base.wiring.find(name)]
                    outage = outage.with_opened(devices) if action == "open" else outage.with_closed(devices)
                fresh = TopologyIndex(base.wiring, state, outage.after_topology.closed)
                assert np.array_equal(outage.supply[1], fresh.supplied), (batch, tail, turn)
                assert np.array_equal(
                    np.sort(outage.dead_nodes), np.flatnonzero(base.supplied & ~fresh.supplied)
                )
                done += 1
    assert done >= SWITCHINGS // 3


def test_supply_in_both_states_is_that_of_networkx() -> None:
    for batch in batches(NETWORKS, 200_000):
        project = random_networks(batch)
        names = np.array(project.frame("connectivity_nodes")["id"])
        for state in SwitchState:
            index = TopologyIndex.build(project, state)
            assert set(names[index.supplied[: len(names)]]) == supplied(project, positions(project, state))


def test_the_loss_of_every_device_equals_tracing_them_one_by_one() -> None:
    harmful = 0
    for batch in batches(NETWORKS, 300_000):
        project = random_networks(batch)
        for state in SwitchState:
            ranking, normal = rank_devices(project, state), Outage.of(project, state)
            for number in range(len(ranking)):
                device = ranking.device(number)
                counts = traced(normal, device)
                assert ranking.loss(device) == {name: getattr(counts, name) for name in MEASURES}, device
                harmful += counts != OutageCounts()
    assert harmful > NETWORKS


def traced(outage: Outage, device: Device) -> OutageCounts:
    try:
        return outage.with_opened([device]).counts
    except GridError as refusal:
        assert refusal.code in ("already-open", "out-of-service")
        return OutageCounts()


def test_bridges_and_loops_are_those_of_networkx() -> None:
    looped = 0
    for batch in batches(NETWORKS, 400_000):
        index = TopologyIndex.build(random_networks(batch), SwitchState.NORMAL)
        graph = graph_of(index)
        reached = nx.node_connected_component(graph, index.wiring.root)
        bridges = {
            branch
            for a, b in nx.bridges(graph.subgraph(reached))
            for branch in graph[a][b]
            if index.wiring.kind[branch] != BranchKind.SOURCE
        }
        assert set(index.bridges().tolist()) == bridges
        loops = {frozenset(loop.devices) for loop in index.loops()}
        assert loops == expected_loops(index, graph.subgraph(reached))
        looped += len(loops)
    assert looped > NETWORKS // 10


def graph_of(index: TopologyIndex) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(index.wiring.node_count))
    for branch in np.flatnonzero(index.closed & index.wiring.can_conduct).tolist():
        graph.add_edge(int(index.wiring.a[branch]), int(index.wiring.b[branch]), key=branch)
    return graph


def expected_loops(index: TopologyIndex, graph: nx.MultiGraph) -> set[frozenset[Device]]:
    """Without the bridges, and parted at the sources' common root, each component with a device is a loop."""
    rest = nx.MultiGraph(graph)
    rest.remove_edges_from([(a, b) for a, b in nx.bridges(graph)])
    rest.remove_node(index.wiring.root)
    found = {
        frozenset(index.wiring.device(key) for _a, _b, key in rest.subgraph(part).edges(keys=True))
        for part in nx.connected_components(rest)
    }
    return {loop for loop in found if loop}


def test_the_public_graph_view_is_the_network() -> None:
    project = random_networks(range(500_000, 500_000 + TOGETHER))
    index = TopologyIndex.build(project)
    graph = index.to_networkx(only_closed=True)
    sources = [node for node, has in graph.nodes(data="energy_sources") if has]
    reached = set().union(*(nx.node_connected_component(graph, one) for one in sources))
    assert {one for one in reached if isinstance(one, str)} == supplied(
        project, positions(project, SwitchState.NORMAL)
    )
    whole = index.to_networkx()
    assert {data["cim_class"] for *_ends, data in whole.edges(data=True)} == {
        "Switch",
        "ACLineSegment",
        "PowerTransformer",
    }
    assert ROOT not in whole


def test_both_walks_are_depth_first() -> None:
    """Every branch off the tree joins a node with one of its ancestors; scipy's walk must be a true one."""
    for seed in range(scaled(150, 2_000)):
        dice = random.Random(seed)
        count = dice.randint(2, 14)
        a = np.array([dice.randrange(count) for _n in range(2 * count)])
        b = np.array([dice.randrange(count) for _n in range(2 * count)])
        a, b = a[a != b], b[a != b]
        adjacency = Adjacency.of(count, a, b, np.arange(len(a)))
        for order, parent in (
            depth_first(adjacency, 0),
            _depth_first_by_hand(adjacency.start, adjacency.nodes, 0),
        ):
            ancestors: dict[int, set[int]] = {0: {0}}
            for node in order[1:].tolist():
                ancestors[node] = ancestors[int(parent[node])] | {node}
            for one, other in zip(a.tolist(), b.tolist(), strict=True):
                if one in ancestors:
                    assert one in ancestors[other] or other in ancestors[one]
