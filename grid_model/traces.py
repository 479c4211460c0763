"""Follow the network from a place: what hangs below, what feeds it, the way to another, switches around it.

`run_trace` does what a `TraceConfiguration` says and gives a `TraceResult`: identifiers and numbers only.
Distances count the length of the lines between; a line without a known length counts nothing, and the
result says how many there were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from grid_model.customers import Consumers
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.restoration import operable_branches
from grid_model.topology import Loop, TopologyIndex
from grid_model.trace_configuration import (
    Condition,
    Direction,
    Measure,
    TraceConfiguration,
    TraceKind,
)
from grid_model.trace_isolation import feeding_switches, with_units
from grid_model.trace_places import Place, find_place, head_of
from grid_model.trace_walk import Mask, Rules, Walk, Way, follow, lengths_of, shortest
from grid_model.wiring import BRANCH_TABLES, DEVICE_TABLES, BranchKind, Device, Wiring


@dataclass(frozen=True)
class Edge:
    """Where the walk ended.

    Parameters
    ----------
    reason
        ``open`` (a switch that stands open), ``barrier``, ``stop``, ``source``; around a place to be
        isolated also ``to-open`` and ``dead-end`` (closed, and nothing behind it can feed back)
        or ``back-feed`` (closed, no source behind it, but PV, storage or a generator).
    """

    device: Device
    reason: str


@dataclass(frozen=True)
class LoopFound:
    """A loop and the switches that could open it.

    Parameters
    ----------
    openable
        Its switches that can be operated: opening any one of them leaves nobody in the dark.
    """

    loop: Loop
    openable: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TraceResult:
    """What a trace found.

    Parameters
    ----------
    branches
        One for each device found, nearest first (of a path: from start to target), filters not regarded.
    distance_m
        Length of the lines walked up to each device, in m.
    depth
        How many devices there are up to and with each; 0: the start itself.
    nodes
        Nodes reached, inner ones of the wiring among them.
    measure
        What was nearest or shortest by, where that was asked: by branches where a length is not known.
    unknown_lengths
        Lines met whose length is not known.
    feeder
        The feeder, of a trace of it.
    passed_over
        Switches inside the part to be isolated that cannot be operated.
    length_m
        Length of a path in m, that of its two ends left out.
    """

    project: Project
    configuration: TraceConfiguration
    topology: TopologyIndex
    branches: np.ndarray
    distance_m: np.ndarray
    depth: np.ndarray
    nodes: np.ndarray
    edge: tuple[Edge, ...] = ()
    loops: tuple[LoopFound, ...] = ()
    measure: Measure = Measure.LENGTH
    unknown_lengths: int = 0
    feeder: str = ""
    passed_over: tuple[Device, ...] = ()
    length_m: float = 0.0

    @cached_property
    def listed(self) -> np.ndarray:
        """Places in `branches` of the devices that the filters leave."""
        keep = _mask_of(self.project, self.topology.wiring, self.configuration.filters, DEVICE_TABLES)
        if self.configuration.show:
            shown = [BRANCH_TABLES.index(one) for one in self.configuration.show]
            keep = np.isin(self.topology.wiring.kind, shown) & (True if keep is None else keep)
        return np.arange(len(self.branches)) if keep is None else np.flatnonzero(keep[self.branches])

    @cached_property
    def devices(self) -> tuple[Device, ...]:
        """The devices listed, in order."""
        return tuple(self.topology.wiring.devices(self.branches[self.listed]))

    def rows(self, table: str) -> np.ndarray:
        """Give the rows of `table` found, filters not regarded: devices, nodes, customers, areas; sorted."""
        if table not in self._rows:
            self._rows[table] = self._rows_of(table)
        return self._rows[table]

    @cached_property
    def _rows(self) -> dict[str, np.ndarray]:
        return {}

    def _rows_of(self, table: str) -> np.ndarray:
        wiring = self.topology.wiring
        if table in DEVICE_TABLES:
            own = self.branches[wiring.kind[self.branches] == BRANCH_TABLES.index(table)]
            return np.unique(wiring.row[own])
        if table == "connectivity_nodes":
            own_nodes = self.nodes[self.nodes < len(wiring.tables[table])]
            return np.unique(own_nodes)
        consumers = Consumers.of(self.project)
        points = {
            "customers": consumers.customers,
            "transformer_areas": consumers.areas,
            "pv_units": consumers.pv_units,
        }
        return points[table].rows_at(np.sort(self.nodes))

    def ids(self, table: str) -> tuple[str, ...]:
        """Give the ids of the rows of `table` found that the filters leave, in table order."""
        rows = self.rows(table)
        own = [one for one in self.configuration.filters if one.table == table]
        if own:
            rows = rows[_any_of(self.project, own)[rows]]
        return tuple(self.project.frame(table)["id"].iloc[rows])

    def edges(self, *reasons: str) -> tuple[Device, ...]:
        """Give the devices at the edge for one of `reasons`."""
        return tuple(one.device for one in self.edge if one.reason in reasons)


def run_trace(
    project: Project,
    configuration: TraceConfiguration,
    feedback: Feedback = SILENT,
    topology: TopologyIndex | None = None,
) -> TraceResult:
    """Do the trace.

    Parameters
    ----------
    topology
        A what-if on the network of `project` to be traced instead of the configuration's state.

    Raises
    ------
    GridError
        ``trace-unknown-place``, ``ambiguous-device``, ``trace-place-unlinked``, ``trace-start-unsupplied``,
        ``trace-start-open``, ``trace-start-barrier``, ``trace-no-path``, ``trace-same-place``,
        ``trace-no-feeder``, ``network-without-source``; what `TraceConfiguration.checked` raises.
    """
    feedback.report()
    work = _Trace(project, configuration.checked(), topology)
    ways = {
        TraceKind.DOWNSTREAM: work.downstream,
        TraceKind.UPSTREAM: work.upstream,
        TraceKind.CONNECTED: work.connected,
        TraceKind.FEEDER: work.feeder,
        TraceKind.PATH: work.path,
        TraceKind.LOOPS: work.loops,
        TraceKind.NEXT: work.next_devices,
        TraceKind.ISOLATION: work.isolation,
    }
    return ways[configuration.kind]()


class _Trace:
    """One trace in the doing: the places found, the rules as masks."""

    def __init__(
        self, project: Project, configuration: TraceConfiguration, topology: TopologyIndex | None
    ) -> None:
        self.project, self.configuration = project, configuration
        self.topology = topology or TopologyIndex.build(project, configuration.state)
        self.wiring = self.topology.wiring
        self.starts = [find_place(project, self.topology, one) for one in configuration.starts]
        self.own = _joined(one.branches for one in self.starts)
        self.barriers, self.node_barriers = self._barriers()

    # -------------------------------------------------------------- the kinds

    def downstream(self) -> TraceResult:
        """What hangs below the starts."""
        return self._found(self._walked(self.starts, Way.DOWN))

    def upstream(self) -> TraceResult:
        """What feeds the starts, up to the sources."""
        return self._found(self._walked(self.starts, Way.UP))

    def connected(self) -> TraceResult:
        """Everything that hangs together with the starts."""
        return self._found(self._walked(self.starts, Way.FREE))

    def feeder(self) -> TraceResult:
        """Everything below the first switch of the start's feeder."""
        place = self.starts[0]
        self._require_supply(place)
        head = head_of(self.topology, place)
        if head is None:
            raise GridError("trace-no-feeder", id=place.written)
        begin = find_place(self.project, self.topology, str(head))
        self.own = begin.branches
        self.barriers, self.node_barriers = self._barriers()
        walk = self._walked([begin], Way.DOWN)
        return self._found(walk, feeder=self._feeder_named(head))

    def _feeder_named(self, head: Device) -> str:
        feeders = self.project.frame("feeders")
        named = feeders["id"][feeders["head_switch"] == head.id]
        return str(named.iloc[0]) if len(named) else head.id

    def next_devices(self) -> TraceResult:
        """The nearest devices of the kind wanted, the starts left out."""
        ways = {Direction.DOWNSTREAM: Way.DOWN, Direction.UPSTREAM: Way.UP, Direction.BOTH: Way.FREE}
        whole = self._found(self._walked(self.starts, ways[self.configuration.direction]))
        wanted = self.configuration.wanted or (Condition("switches"),)
        chosen = _mask_of(self.project, self.wiring, wanted, DEVICE_TABLES, absent=False)
        assert chosen is not None
        chosen[self.own] = False
        at = np.flatnonzero(chosen[whole.branches])
        measure = self._measure(whole.unknown_lengths)
        by_length = measure is Measure.LENGTH
        first, second = whole.distance_m[at], whole.depth[at]
        keys = (whole.branches[at], second, first) if by_length else (whole.branches[at], first, second)
        at = at[np.lexsort(keys)][: self.configuration.count]
        return TraceResult(
            self.project, self.configuration, self.topology, whole.branches[at], whole.distance_m[at],
            whole.depth[at], whole.nodes[:0], whole.edge, (), measure, whole.unknown_lengths,
        )  # fmt: skip

    def path(self) -> TraceResult:
        """The shortest way from the start to the target over what conducts."""
        begin, end = self.starts[0], find_place(self.project, self.topology, self.configuration.target)
        if begin.device == end.device and np.array_equal(begin.nodes, end.nodes):
            raise GridError("trace-same-place", id=begin.written)
        self.own = _joined([begin.branches, end.branches])
        self.barriers, self.node_barriers = self._barriers()
        walk = self._way_between(begin, end)
        lengths, unknown = lengths_of(self.project, self.wiring, walk.branches)
        missing = int(unknown[walk.first].sum())
        measure = self._measure(missing)
        steps = self._steps_between(walk, begin, end, lengths if measure is Measure.LENGTH else None)
        branches, first = np.unique(walk.branches[steps], return_index=True)
        branches = branches[np.argsort(first)]
        between = branches[~np.isin(branches, self.own)]
        order = self._devices(np.concatenate([begin.branches[:1], between, end.branches[:1]]))
        walked = lengths_of(self.project, self.wiring, order)[0]
        walked[: len(begin.branches[:1])] = 0.0
        passed = np.cumsum(walked) - walked
        depth = np.arange(len(order)) + (0 if begin.device else 1)
        nodes = np.unique(np.concatenate([walk.nodes[walk.tail[steps]], walk.nodes[walk.head[steps]]]))
        return TraceResult(
            self.project, self.configuration, self.topology, order, passed, depth, nodes,
            (), (), measure, missing, length_m=float(lengths[steps].sum()),
        )  # fmt: skip

    def _way_between(self, begin: Place, end: Place) -> Walk:
        """Walk over a part of the network in which every way between the two places lies.

        Where both have supply that is what leads up from them, loops whole; the rest cannot be on a way.
        """
        nodes = np.concatenate([begin.nodes, end.nodes])
        if self.topology.supplied[nodes].all():
            return follow(self.topology, nodes, Way.UP, self._rules())
        return follow(self.topology, begin.nodes, Way.FREE, self._rules())

    def _steps_between(self, walk: Walk, begin: Place, end: Place, lengths: np.ndarray | None) -> np.ndarray:
        """Find the steps of the shortest way, from start to target; raises ``trace-no-path``."""
        inside = np.flatnonzero(walk.head >= 0)
        place = np.full(self.wiring.node_count, -1, dtype=np.int64)
        place[walk.nodes] = np.arange(len(walk.nodes))
        goals = place[end.nodes][place[end.nodes] >= 0]
        back = inside  # a walk up notes the steps up only; a way goes down again
        halts = self._rules().halts_node
        if halts is not None:
            back = inside[~halts[walk.nodes[walk.head[inside]]]]
        tail = np.concatenate([walk.tail[inside], walk.head[back]])
        head = np.concatenate([walk.head[inside], walk.tail[back]])
        steps = np.concatenate([inside, back])
        weight = np.ones(len(steps)) if lengths is None else lengths[steps]
        distance, last = shortest(len(walk.nodes), tail, head, weight, place[begin.nodes])
        if not len(goals) or not np.isfinite(distance[goals]).any():
            raise GridError("trace-no-path", start=begin.written, target=end.written)
        at, found = int(goals[np.argmin(distance[goals])]), []
        while last[at] >= 0:
            found.append(int(steps[last[at]]))
            at = int(tail[last[at]])
        return np.array(found[::-1], dtype=np.int64)

    def loops(self) -> TraceResult:
        """The loops, or those with a start in them."""
        self.topology.require_source()
        operable = operable_branches(self.project, self.topology, self.configuration.inoperable)
        found, members = [], []
        for loop in self.topology.loops():
            own = _joined(self.wiring.branches(one) for one in loop.devices)
            if self._holds_a_start(own):
                openable = [one.id for one in self.wiring.devices(own[operable[own]])]
                found.append(LoopFound(loop, tuple(openable)))
                members.append(own)
        branches = self._devices(_joined(members))
        nothing = np.zeros(len(branches))
        return TraceResult(
            self.project, self.configuration, self.topology, branches, nothing, nothing.astype(np.int64),
            self._ends(branches), (), tuple(found),
        )  # fmt: skip

    def _holds_a_start(self, own: np.ndarray) -> bool:
        if not self.starts:
            return True
        ends = self._ends(own)
        return any(
            bool(np.isin(one.branches, own).any() if one.device else np.isin(one.nodes, ends).any())
            for one in self.starts
        )

    def isolation(self) -> TraceResult:
        """The part around the start up to operable switches, and which of them must open."""
        place = self.starts[0]
        if place.device and not self.wiring.in_service[place.branches].any():
            raise GridError("trace-start-open", id=place.written)
        operable = operable_branches(self.project, self.topology, self.configuration.inoperable)
        operable[self.own] = False
        halts = operable if self.barriers is None else operable | self.barriers
        walk = follow(self.topology, place.nodes, Way.FREE, self._rules(halts))
        found = self._found(walk)
        zone = np.zeros(self.wiring.node_count, dtype=bool)
        zone[walk.nodes] = True
        around = np.unique(walk.branches[operable[walk.branches]])
        helps = feeding_switches(self.topology, zone, around, operable, self._in_one_piece())
        units = with_units(self.project, self.topology, zone, around, helps)
        reasons = np.where(helps, "to-open", np.where(units, "back-feed", "dead-end"))
        edge = [Edge(*one) for one in zip(self.wiring.devices(around), reasons.tolist(), strict=True)]
        stuck = walk.entered[~operable[walk.entered] & (self.wiring.kind[walk.entered] == BranchKind.SWITCH)]
        passed_over = tuple(self.wiring.devices(np.setdiff1d(stuck, self.own)))
        return replace(found, edge=tuple(dict.fromkeys((*edge, *found.edge))), passed_over=passed_over)

    def _in_one_piece(self) -> bool:
        """Whether the part around the start is one, bounded by nothing but switches that can be operated."""
        place, configuration = self.starts[0], self.configuration
        bounded = self.barriers is not None or self.node_barriers is not None
        if bounded or configuration.stops or configuration.enters:
            return False
        conducts = self.topology.closed[place.branches] & self.wiring.can_conduct[place.branches]
        return bool(conducts.all()) if place.device else len(place.nodes) == 1

    # -------------------------------------------------------------- places and rules

    def _walked(self, places: Sequence[Place], way: Way) -> Walk:
        if way is Way.FREE:
            return follow(self.topology, _joined(one.nodes for one in places), way, self._rules())
        self.topology.require_source()
        starts = []
        for one in places:
            self._require_supply(one)
            starts.append(one.starts_down(self.topology) if way is Way.DOWN else one.starts_up(self.topology))
            if not len(starts[-1]):
                raise GridError("trace-start-open", id=one.written)
        return follow(self.topology, _joined(starts), way, self._rules())

    def _require_supply(self, place: Place) -> None:
        self.topology.require_source()
        if not self.topology.supplied[place.nodes].any():
            raise GridError("trace-start-unsupplied", id=place.written, state=self.configuration.state.value)

    def _rules(self, halts: Mask | None = None) -> Rules:
        """Make the rules of the walk: where it may go, where it ends."""
        stops, node_stops = self._masks(self.configuration.stops)
        if stops is not None:
            stops[self.own] = False
        ends = _either(self.barriers if halts is None else halts, stops)
        enters = _mask_of(self.project, self.wiring, self.configuration.enters, DEVICE_TABLES)
        enters_node = self._node_mask(self.configuration.enters, absent=True)
        return Rules(enters, ends, enters_node, _either(self.node_barriers, node_stops))

    def _barriers(self) -> tuple[Mask | None, Mask | None]:
        """Branches and nodes that bound the walk; raises ``trace-start-barrier``."""
        branches, nodes = self._masks(self.configuration.barrier_conditions)
        if branches is not None:
            branches[self.own] = False
        for written in self.configuration.barriers:
            place = find_place(self.project, self.topology, written)
            if place.device is None:
                nodes = np.zeros(self.wiring.node_count, dtype=bool) if nodes is None else nodes
                nodes[place.nodes] = True
                continue
            if np.isin(place.branches, self.own).any():
                raise GridError("trace-start-barrier", id=written)
            branches = np.zeros(len(self.topology.closed), dtype=bool) if branches is None else branches
            branches[place.branches] = True
        return branches, nodes

    def _masks(self, conditions: Sequence[Condition]) -> tuple[Mask | None, Mask | None]:
        branches = _mask_of(self.project, self.wiring, conditions, DEVICE_TABLES, absent=False)
        return branches, self._node_mask(conditions, absent=False)

    def _node_mask(self, conditions: Sequence[Condition], absent: bool) -> Mask | None:
        own = [one for one in conditions if one.table == "connectivity_nodes"]
        if not own:
            return None
        found = np.full(self.wiring.node_count, absent)
        rows = _any_of(self.project, own)
        found[: len(rows)] = rows
        return found

    # -------------------------------------------------------------- results

    def _found(self, walk: Walk, feeder: str = "") -> TraceResult:
        """List the devices of a walk, the starts first, and where it ended."""
        lengths, unknown = lengths_of(self.project, self.wiring, walk.branches)
        own = self._devices(self.own)
        devices = first_branches(self.wiring, walk.entered)
        at = np.full(len(self.topology.closed), -1, dtype=np.int32)
        at[devices[::-1]] = np.arange(len(devices), dtype=np.int32)[::-1]  # of several windings the first
        at[own] = -1
        kept = np.flatnonzero(at[devices] == np.arange(len(devices)))
        nearest = np.full(len(at), np.inf)
        np.minimum.at(nearest, devices, walk.entered_distance(lengths))
        devices, depth = devices[kept], walk.entered_depth[kept]
        distance = nearest[devices]
        return TraceResult(
            self.project,
            self.configuration,
            self.topology,
            np.concatenate([own, devices]),
            np.concatenate([np.zeros(len(own)), distance]),
            np.concatenate([np.zeros(len(own), dtype=np.int64), depth]),
            walk.nodes,
            self._edge(walk),
            unknown_lengths=int(unknown[walk.first].sum()),
            feeder=feeder,
        )

    def _edge(self, walk: Walk) -> tuple[Edge, ...]:
        entered = walk.entered
        stops, node_stops = self._masks(self.configuration.stops)
        if stops is not None:
            stops[self.own] = False
        found = [
            *_edges(self.wiring, entered, self.barriers, "barrier"),
            *self._node_edges(walk, self.node_barriers, "barrier"),
            *_edges(self.wiring, entered, stops, "stop"),
            *self._node_edges(walk, node_stops, "stop"),
            *(Edge(one, "open") for one in self.wiring.devices(np.setdiff1d(walk.opened, self.own))),
            *(Edge(one, "source") for one in self.wiring.devices(walk.sources)),
        ]
        return tuple(dict.fromkeys(found))

    def _node_edges(self, walk: Walk, nodes: Mask | None, reason: str) -> list[Edge]:
        if nodes is None:
            return []
        rows = walk.nodes[nodes[walk.nodes] & (walk.depth > 0)]
        return [
            Edge(Device("connectivity_nodes", one), reason)
            for one in self.wiring.ids("connectivity_nodes", rows)
        ]

    def _devices(self, branches: np.ndarray) -> np.ndarray:
        """Give the first branch of the device of each of `branches`, each once, in order."""
        return np.array(list(dict.fromkeys(first_branches(self.wiring, branches).tolist())), dtype=np.int64)

    def _ends(self, branches: np.ndarray) -> np.ndarray:
        ends = np.unique(np.concatenate([self.wiring.a[branches], self.wiring.b[branches]]))
        return np.asarray(ends[ends >= 0])

    def _measure(self, missing: int) -> Measure:
        """Give what is near: by branches where it was asked, or where a length is missing."""
        return Measure.BRANCHES if missing else self.configuration.measure


# ------------------------------------------------------------------ masks


def _joined(parts: Iterable[np.ndarray]) -> np.ndarray:
    return np.unique(np.concatenate([np.array([], dtype=np.int64), *parts]).astype(np.int64))


def first_branches(wiring: Wiring, branches: np.ndarray) -> np.ndarray:
    """Give for each of `branches` the first branch of its device; a transformer may have three."""
    first = np.array([wiring.offsets[one] for one in BRANCH_TABLES])
    return np.asarray(first[wiring.kind[branches]] + wiring.row[branches])


def _either(one: Mask | None, other: Mask | None) -> Mask | None:
    if one is None or other is None:
        return other if one is None else one
    return one | other


def _edges(wiring: Wiring, entered: np.ndarray, mask: Mask | None, reason: str) -> list[Edge]:
    return [] if mask is None else [Edge(one, reason) for one in wiring.devices(entered[mask[entered]])]


def _any_of(project: Project, conditions: Sequence[Condition]) -> Mask:
    """Tell where one of the `conditions` on a table holds."""
    found = conditions[0].expression.mask(project)
    for one in conditions[1:]:
        found = found | one.expression.mask(project)
    return found


def _mask_of(
    project: Project,
    wiring: Wiring,
    conditions: Sequence[Condition],
    tables: Sequence[str],
    absent: bool = True,
) -> Mask | None:
    """Tell for each branch whether a condition on its table holds; `absent` for tables without any.

    None where there is no condition on `tables` at all.
    """
    by_table = {one: [each for each in conditions if each.table == one] for one in tables}
    if not any(by_table.values()):
        return None
    found = np.full(len(wiring.kind), absent)
    for table, own in by_table.items():
        if own:
            at = np.flatnonzero(wiring.kind == BRANCH_TABLES.index(table))
            found[at] = _any_of(project, own)[wiring.row[at]]
    found[wiring.kind == BranchKind.SOURCE] = absent
    return found
