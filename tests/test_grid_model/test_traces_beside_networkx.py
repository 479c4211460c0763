"""Traces on random networks beside networkx: every kind, with barriers, stops, queue conditions, lengths."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import networkx as nx
import numpy as np
import pytest

import grid_model.trace_walk
from grid_model.errors import GridError
from grid_model.graph_view import node_names as graph_names
from grid_model.project import Project
from grid_model.restoration import isolate
from grid_model.topology import TopologyIndex
from grid_model.trace_configuration import Condition, Direction, Measure, TraceConfiguration, TraceKind
from grid_model.trace_sums import trace_sums
from grid_model.traces import TraceResult, run_trace
from grid_model.wiring import Device, SwitchState
from tests.conftest import scaled
from tests.test_grid_model.random_networks import ROOT, random_networks

K = TraceKind
CASES = scaled(2, 200)
"""Projects; each holds `TOGETHER` networks apart from one another, each traced in every way."""
TOGETHER = 12

SEEDS = [pytest.param(n, id=f"seed{n}") for n in range(CASES)]


@cache
def networks(seed: int) -> Project:
    """A dozen networks with lengths; in every third project some are not known."""
    project = random_networks(range(7_000 + seed * TOGETHER, 7_000 + (seed + 1) * TOGETHER), size=14)
    dice = random.Random(seed)
    draft = project.edit()
    lines = list(project.frame("ac_line_segments")["id"])
    known = [
        None if seed % 3 == 2 and dice.random() < 0.1 else dice.choice((0.0, 5.0, 10.0, 70.5)) for _ in lines
    ]
    draft.update("ac_line_segments", lines, length_m=known)
    return draft.finish()[0]


class Plain:
    """The network of one state as a networkx graph, and the ways one may walk it."""

    def __init__(self, project: Project, state: SwitchState) -> None:
        self.project, self.state = project, state
        index = TopologyIndex.build(project, state)
        self.graph = index.to_networkx(only_closed=True)
        self.graph.remove_edges_from([e for e in self.graph.edges(keys=True) if e[0] == e[1]])
        self._ends: dict[str, set[object]] = {}
        for a, b, key in index.to_networkx().edges(keys=True):
            self._ends.setdefault(self.device(key), set()).update((a, b))
        self.length = project.frame("ac_line_segments").set_index("id")["length_m"].to_dict()
        rooted = nx.MultiGraph(self.graph)
        sources = project.frame("energy_sources")
        for row in sources[sources["in_service"]].to_dict("records"):
            rooted.add_edge(ROOT, row["node"], key=row["id"])
        rooted.add_node(ROOT)
        self.supplied = nx.node_connected_component(rooted, ROOT) - {ROOT}
        bridges = {frozenset(pair) for pair in nx.bridges(rooted)}
        depth = nx.single_source_shortest_path_length(rooted, ROOT)
        self.ways = {"free": nx.MultiDiGraph(self.graph), "down": nx.MultiDiGraph(), "up": nx.MultiDiGraph()}
        for way in ("down", "up"):
            self.ways[way].add_nodes_from(self.supplied)
        for a, b, key, data in self.graph.edges(keys=True, data=True):
            if a not in self.supplied:
                continue
            upper, lower = sorted((a, b), key=lambda node: (depth[node], str(node)))
            both = frozenset((a, b)) not in bridges
            for way, (tail, head) in (("down", (upper, lower)), ("up", (lower, upper))):
                self.ways[way].add_edge(tail, head, key=key, **data)
                if both:
                    self.ways[way].add_edge(head, tail, key=key, **data)

    @staticmethod
    def device(key: str) -> str:
        return key.split("#")[0]

    def ends(self, device: str) -> set[object]:
        return self._ends.get(device, set())

    def starts(self, device: str, way: str) -> set[object]:
        """Ends from which a walk begins: those it may leave the device by; open, an upper end with supply."""
        if way == "free":
            return self.ends(device)
        heads = {b for _a, b, key in self.ways[way].edges(keys=True) if self.device(key) == device}
        return heads or (self.ends(device) & self.supplied if way == "up" else set())

    def reached(
        self, way: str, starts: set[object], halts: set[str], banned: set[str]
    ) -> tuple[set[object], set[str], nx.MultiDiGraph]:
        """Nodes and devices a walk finds, and the graph it may pass."""
        graph = self.ways[way]
        passing = nx.MultiDiGraph()
        passing.add_nodes_from(graph)
        passing.add_edges_from(
            (
                a,
                b,
                key,
                {**data, "length": self.length.get(data["mRID"], 0.0) if key.startswith("ac_") else 0.0},
            )
            for a, b, key, data in graph.edges(keys=True, data=True)
            if self.device(key) not in halts | banned
        )
        nodes = set(starts).union(*(nx.descendants(passing, one) for one in starts))
        found = {
            self.device(key) for a, _b, key in graph.edges(nodes, keys=True) if self.device(key) not in banned
        }
        return nodes, found, passing


@cache
def plain(seed: int, state: SwitchState) -> Plain:
    return Plain(networks(seed), state)


def node_names(result: TraceResult) -> set[object]:
    names = graph_names(TopologyIndex.build(result.project, result.configuration.state))
    return {names[one] for one in result.nodes}


def some(project: Project, seed: int, count: int) -> list[Device]:
    dice = random.Random(seed)
    tables = ("switches", "ac_line_segments", "power_transformers")
    devices = [Device(table, one) for table in tables for one in project.frame(table)["id"]]
    return dice.sample(devices, min(count, len(devices)))


def configurations(
    project: Project, seed: int, kind: TraceKind
) -> list[tuple[TraceConfiguration, set[str], set[str]]]:
    """Traces from some devices in both states, with the devices that halt them and those never entered."""
    dice = random.Random(seed)
    found = []
    for device in some(project, seed, 40):
        state = dice.choice(list(SwitchState))
        near = [
            one
            for one in some(project, dice.randrange(10**9), 400)
            if one.id.endswith(device.id.split("_")[-1])
        ]
        barriers = {str(one) for one in near[: dice.choice((0, 0, 1, 2))] if one != device}
        stops = dice.choice(([], [], ["switches where is_protective"], ["lines where length_m > 50"]))
        enters = dice.choice(([], [], ["lines where length_m != 70.5 or length_m is empty"]))
        halts, banned = set(barriers), set()
        switches, lines = project.frame("switches"), project.frame("ac_line_segments")
        if stops[:1] == ["switches where is_protective"]:
            halts |= {f"switches:{one}" for one in switches["id"][switches["is_protective"]]}
        if stops[:1] == ["lines where length_m > 50"]:
            halts |= {f"ac_line_segments:{one}" for one in lines["id"][lines["length_m"] > 50]}
        if enters:
            banned |= {f"ac_line_segments:{one}" for one in lines["id"][lines["length_m"] == 70.5]}
        configuration = TraceConfiguration(
            kind, (str(device),), state=state, barriers=tuple(sorted(barriers)),
            stops=tuple(map(Condition.parse, stops)), enters=tuple(map(Condition.parse, enters)),
        )  # fmt: skip
        found.append((configuration, halts - {str(device)}, banned))
    return found


@pytest.mark.parametrize("deep", [False, True], ids=["fronts", "compiled"])
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("kind", "way"), [(K.DOWNSTREAM, "down"), (K.UPSTREAM, "up"), (K.CONNECTED, "free")])
def test_a_walk_finds_what_networkx_finds(
    seed: int, kind: TraceKind, way: str, deep: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if deep:
        monkeypatch.setattr(grid_model.trace_walk, "DEEP", 0)
    project = networks(seed)
    traced = 0
    for configuration, halts, banned in configurations(project, seed, kind):
        oracle, device = plain(seed, configuration.state), configuration.starts[0]
        starts = oracle.starts(device, way)
        try:
            result = run_trace(project, configuration)
        except GridError as error:
            live = oracle.ends(device) & oracle.supplied
            expected = "trace-start-unsupplied" if not live else "trace-start-open"
            assert (error.code, bool(starts)) == (expected, False) or not oracle.ends(device)
            continue
        traced += 1
        nodes, devices, passing = oracle.reached(way, starts, halts, banned)
        assert node_names(result) == nodes, configuration
        assert {str(one) for one in result.devices} == devices | {device}, configuration
        edge = {str(one.device) for one in result.edge if one.reason == "barrier"}
        assert edge == set(configuration.barriers) & devices
        assert_distances(result, passing, starts, oracle)
    assert traced > 15


def assert_distances(
    result: TraceResult, passing: nx.MultiDiGraph, starts: set[object], oracle: Plain
) -> None:
    """Nearest devices come first, and a length is that of the shortest way up to the device."""
    for data in passing.edges.values():
        data["length"] = 0.0 if np.isnan(data["length"]) else data["length"]
    distance = nx.multi_source_dijkstra_path_length(passing, starts, weight="length")
    hops = nx.multi_source_dijkstra_path_length(passing, starts, weight=lambda _a, _b, _data: 1)
    ways = {K.DOWNSTREAM: "down", K.UPSTREAM: "up", K.CONNECTED: "free"}
    tails: dict[str, list[object]] = {}
    for a, _b, key in oracle.ways[ways[result.configuration.kind]].edges(keys=True):
        tails.setdefault(oracle.device(key), []).append(a)
    names = [str(one) for one in result.devices]
    own = set(result.configuration.starts)
    depths = result.depth.tolist()
    assert depths == sorted(depths)
    for name, metres, depth in zip(names, result.distance_m.tolist(), depths, strict=True):
        if name not in own:
            known = [one for one in tails[name] if one in distance]
            assert metres == pytest.approx(min(distance[one] for one in known)), name
            assert depth == min(hops[one] for one in known) + 1, name
    assert all(one == 0 for one, name in zip(depths, names, strict=True) if name in own)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_path_is_as_short_as_networkx_finds_it(seed: int) -> None:
    project = networks(seed)
    dice = random.Random(seed)
    found = 0
    for configuration, halts, banned in configurations(project, seed, K.PATH):
        oracle, start = plain(seed, configuration.state), configuration.starts[0]
        tail = start.split("_")[-1]
        nodes = [one for one in project.frame("connectivity_nodes")["id"] if one.endswith(f"_{tail}")]
        devices = [
            str(one) for one in some(project, seed, 999) if one.id.endswith(f"_{tail}") and str(one) != start
        ]
        target = dice.choice([*(f"connectivity_nodes:{one}" for one in nodes), *devices])
        if target in configuration.barriers or not devices:
            continue
        goals = {target.split(":")[1]} if target.startswith("conn") else oracle.ends(target)
        starts = oracle.ends(start)
        _nodes, _found, passing = oracle.reached("free", starts, halts - {target}, banned)
        known = not any(np.isnan(data["length"]) for data in passing.edges.values())
        try:
            result = run_trace(project, replace(configuration, target=target))
        except GridError as error:
            assert error.code in ("trace-no-path", "trace-place-unlinked")
            assert (
                not starts or not goals or not any(nx.has_path(passing, a, b) for a in starts for b in goals)
            )
            continue
        found += 1
        weight = "length" if result.measure is Measure.LENGTH else (lambda _a, _b, _data: 1)
        assert result.measure is Measure.LENGTH or not known
        if result.measure is Measure.LENGTH and not known:
            continue  # the lengths not known lie off every way between the two
        shortest = nx.multi_source_dijkstra_path_length(passing, starts, weight=weight)
        best = min(shortest[one] for one in goals if one in shortest)
        between = [
            one
            for one in result.branches
            if str(result.topology.wiring.device(int(one))) not in (start, target)
        ]
        names = [result.topology.wiring.device(int(one)) for one in between]
        walked = sum(oracle.length.get(one.id, 0.0) for one in names if one.table == "ac_line_segments")
        if result.measure is Measure.LENGTH:
            assert walked == pytest.approx(best)
        # The devices named are a way: alone they join the start with the target.
        allowed = {str(one) for one in names}
        way = nx.MultiGraph()
        way.add_nodes_from(starts | goals)
        way.add_edges_from(e for e in oracle.graph.edges(keys=True) if oracle.device(e[2]) in allowed)
        assert any(nx.has_path(way, a, b) for a in starts for b in goals)
        assert not allowed & (halts | banned)
    assert found > 8


@pytest.mark.parametrize("seed", SEEDS)
def test_the_next_devices_are_the_nearest_of_the_whole_walk(seed: int) -> None:
    project = networks(seed)
    kinds = dict(zip(Direction, (K.DOWNSTREAM, K.UPSTREAM, K.CONNECTED), strict=True))
    for n, (configuration, _halts, _banned) in enumerate(configurations(project, seed, K.NEXT)):
        direction = list(Direction)[n % 3]
        wanted = Condition(("switches", "ac_line_segments", "power_transformers")[n % 2])
        try:
            whole = run_trace(project, replace(configuration, kind=kinds[direction]))
        except GridError as error:
            with pytest.raises(GridError, match=error.code):
                run_trace(project, replace(configuration, direction=direction))
            continue
        found = run_trace(project, replace(configuration, direction=direction, wanted=(wanted,), count=3))
        rows = zip(whole.devices, whole.distance_m, whole.depth, strict=True)
        table = [
            (str(one), metres, depth)
            for one, metres, depth in rows
            if one.table == wanted.table and str(one) not in configuration.starts
        ]
        by_length = found.measure is Measure.LENGTH
        assert by_length == (whole.unknown_lengths == 0)
        table.sort(key=lambda one: (one[1], one[2]) if by_length else (one[2], one[1]))
        got = [(m, d) if by_length else (d, m) for m, d in zip(found.distance_m, found.depth, strict=True)]
        wished = [(m, d) if by_length else (d, m) for _one, m, d in table[:3]]
        assert got == wished
        assert {str(one) for one in found.devices} <= {one for one, _m, _d in table}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_isolation_set_is_that_of_the_outage_study(seed: int) -> None:
    project = networks(seed)
    for device in some(project, seed, 40):
        for state in SwitchState:
            index = TopologyIndex.build(project, state)
            try:
                found = run_trace(project, TraceConfiguration(K.ISOLATION, (str(device),), state=state))
            except GridError as error:
                assert error.code in ("trace-place-unlinked", "trace-start-open")
                assert not index.wiring.in_service[index.wiring.branches(device)].all() or not plain(
                    seed, state
                ).ends(str(device))
                continue
            expected = isolate(project, index, index, device)
            assert set(found.edges("to-open")) == set(expected.open), (device, state)
            assert set(found.passed_over) == set(expected.passed_over)
            assert {one.id for one in found.edges("source")} == set(expected.sources)


@pytest.mark.parametrize("seed", SEEDS)
def test_opening_a_switch_named_for_a_loop_leaves_nobody_in_the_dark(seed: int) -> None:
    project = networks(seed)
    index = TopologyIndex.build(project)
    result = run_trace(project, TraceConfiguration(K.LOOPS))
    assert tuple(one.loop for one in result.loops) == index.loops()
    for one in result.loops:
        for switch in one.openable:
            branches = index.wiring.branches(Device("switches", switch)).tolist()
            assert not len(index.resupply(index.operated(opened=branches)).lost)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_sums_downstream_of_a_bridge_are_its_loss_where_nobody_has_two_supplies(seed: int) -> None:
    """What hangs below a device that stands in no loop is what its loss leaves in the dark."""
    from grid_model.tracing import Outage

    project = networks(seed)
    index = TopologyIndex.build(project)
    before = Outage.of(project, SwitchState.NORMAL)
    checked = 0
    for device in (one for one in index.wiring.devices(index.bridges()) if one.table != "energy_sources"):
        result = run_trace(project, TraceConfiguration(K.DOWNSTREAM, (str(device),)))
        counts = before.with_opened([device])
        if len(counts.judged("customers").partly) or len(counts.judged("areas").partly):
            continue
        if len(index.wiring.branches(device)) > 1 or device.table == "power_transformers":
            continue
        sums = {one.asked.measure: one.value for one in trace_sums(result)}
        assert sums["lv_customers"] == counts.counts.lv_customers, device
        assert sums["pv_kw"] == counts.counts.pv_kw
        assert sums["transformer_areas"] == counts.counts.transformer_areas
        checked += 1
    assert checked
