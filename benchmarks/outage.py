"""One what-if, the loss of every device and a switching: Taiqu beside networkx, over growing stations."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.measuring import ratio, shown, table, timed
from gis.sample import make_sample
from grid_model.feedback import SILENT
from grid_model.project import Project
from grid_model.ranking import rank_devices, rank_index
from grid_model.supply_change import walked
from grid_model.topology import SwitchState, TopologyIndex
from grid_model.tracing import Outage, Step
from grid_model.wiring import compile_wiring

SIZES = ("small", "typical", "large")
COUNTY = (*SIZES, "county")

SWITCHES = 48
"""Switches that are opened one by one."""

RETRACED = 12
"""Devices that networkx traces one by one; the time for all is reckoned from them."""

TIES = 12
"""Open ties that are closed one by one."""


def section(large: bool) -> str:
    """Measure; the county too where `large`."""
    return measure(COUNTY if large else SIZES)


@dataclass(frozen=True)
class Figures:
    """Seconds, by what was done."""

    size: str
    nodes: int
    devices: int
    count: float
    ids: float
    networkx: float
    ranked: float
    ranked_with_walk: float
    search: float
    compiled: float
    walk: float
    switched: Sequence[float]
    edited: Sequence[float]


def measure(sizes: tuple[str, ...]) -> str:
    """Measure every size and write the tables."""
    found = []
    for size in sizes:
        project = make_sample(size, 1, SILENT)
        found.append(_figures(size, project))
        del project
        gc.collect()
    return f"{_beside_networkx(found)}\n{_switchings(found)}"


def _beside_networkx(found: list[Figures]) -> str:
    head = (
        *("station", "nodes", "devices", "what-if: count", "networkx", "ratio"),
        *("list of ids", "all devices", "networkx, one by one", "ratio"),
    )
    rows = [
        (
            one.size,
            f"{one.nodes:,}",
            f"{one.devices:,}",
            shown(one.count),
            shown(one.networkx),
            ratio(one.networkx, one.count),
            shown(one.ids),
            shown(one.ranked),
            shown(one.networkx * one.devices),
            ratio(one.networkx * one.devices, one.ranked),
        )
        for one in found
    ]
    notes = (
        f"*What-if*: one switch opens, mean over {SWITCHES} switches; *count*: both ways (aim ≤ 1 ms); "
        "*list of ids*: the count, the customers and the areas by name (aim ≤ 20 ms). networkx answers the "
        "count by reachability before (kept) and after, its graph built beforehand. *All devices*: the loss "
        f"of every switch, line and transformer; for networkx reckoned from {RETRACED} devices."
    )
    return table("Outages", head, rows, notes)


def _switchings(found: list[Figures]) -> str:
    head = (
        *("station", "one scipy BFS", "all devices ÷ BFS", "with the walk ÷ BFS"),
        *("switch operated", "worst", "switch edited", "worst", "whole walk", "compile"),
    )
    rows = [
        (
            one.size,
            shown(one.search),
            f"{one.ranked / one.search:.1f}",
            f"{one.ranked_with_walk / one.search:.1f}",
            shown(float(np.median(one.switched))),
            shown(max(one.switched)),
            shown(float(np.median(one.edited))),
            shown(max(one.edited)),
            shown(one.walk),
            shown(one.compiled),
        )
        for one in found
    ]
    notes = (
        "*÷ BFS*: the loss of every device against one `scipy.sparse.csgraph.breadth_first_order` over the "
        "same arrays (aim ≤ 3), with the walk there already, as it is in the window, and walking first. "
        f"*Switch operated*: one of {SWITCHES} switches opened or one of {TIES} ties closed, until supply, "
        "feeder, parents, intervals, bridges and loops of the whole network are up to date; *edited*: the "
        "same as an edit of the project, its check against the compiled network included (aim ≤ 20 ms). "
        "*Compile*: from the tables until it is known who is supplied (aim ≤ 1 s)."
    )
    return table("Switching", head, rows, notes)


def _figures(size: str, project: Project) -> Figures:
    topology = TopologyIndex.build(project, SwitchState.NORMAL)
    ids = switches_to_open(project, SWITCHES)
    outage = Outage.of(project, SwitchState.NORMAL)

    def counts() -> list[int]:
        return [_opened(outage, one).counts.lv_customers for one in ids]

    def lists() -> list[Any]:
        found = []
        for one in ids:
            after = _opened(outage, one)
            customers = after.customer_ids(after.judged("customers").out)
            areas = after.ids("transformer_areas", after.judged("areas").out)
            found.append((after.counts, customers, areas))
        return found

    ranking = rank_devices(project, SwitchState.NORMAL)

    def walk_and_rank() -> None:
        rank_index(TopologyIndex(topology.wiring, topology.state, topology.closed), outage.consumers)

    return Figures(
        size,
        len(topology.supplied),
        len(ranking),
        timed(counts).median / len(ids),
        timed(lists).median / len(ids),
        _networkx(project, ids),
        timed(lambda: rank_devices(project, SwitchState.NORMAL)).median,
        timed(walk_and_rank).median,
        timed(_breadth_first(topology)).median,
        timed(lambda: _compiled(project), runs=3).median,
        timed(lambda: walked(topology.wiring, topology.closed)).median,
        _switched(project, topology),
        _edited(project, ids[:: len(ids) // TIES]),
    )


def _opened(outage: Outage, switch: str) -> Outage:
    return outage.after(Step("open", f"switches:{switch}"))[0]


def switches_to_open(project: Project, how_many: int) -> list[str]:
    """Closed switches spread over the table, the same in every run."""
    frame = project.frame("switches")
    closed = frame.loc[~frame["normal_open"] & frame["in_service"], "id"]
    return [str(one) for one in closed.iloc[np.linspace(0, len(closed) - 1, how_many).astype(int)]]


def _compiled(project: Project) -> None:
    wiring = compile_wiring(project)
    walked(wiring, wiring.closed(project, SwitchState.NORMAL))


def _brought_up_to_date(project: Project, index: TopologyIndex) -> None:
    """Ask for everything the walk tells of every node."""
    for name in ("tree", "supplied", "first_switches", "sources"):
        getattr(index, name)
    index.feeder_of_nodes(project)
    index.bridges()
    index.loops()


def _switched(project: Project, topology: TopologyIndex) -> list[float]:
    """Seconds until everything is up to date, for each switch opened and each tie closed."""
    switches = len(project.frame("switches"))
    conducts = topology.wiring.can_conduct[:switches]
    shut = np.flatnonzero(topology.closed[:switches] & conducts)
    ties = np.flatnonzero(~topology.closed[:switches] & conducts)
    chosen = [
        *(("opened", int(shut[at])) for at in np.linspace(0, len(shut) - 1, SWITCHES).astype(int)),
        *(("closed", int(ties[at])) for at in np.linspace(0, len(ties) - 1, TIES).astype(int) if len(ties)),
    ]
    _brought_up_to_date(project, topology)
    seconds: list[float] = []
    for _turn in ("warm", "measured"):
        seconds = []
        for how, branch in chosen:
            begun = time.perf_counter()
            _brought_up_to_date(project, topology.operated(**{how: [branch]}))
            seconds.append(time.perf_counter() - begun)
    return seconds


def _edited(project: Project, ids: Sequence[str]) -> list[float]:
    """Seconds from an edit of one switch until everything is up to date; the edits follow on one another."""
    _brought_up_to_date(project, TopologyIndex.build(project, SwitchState.CURRENT))
    seconds = []
    for one in ids:
        begun = time.perf_counter()
        draft = project.edit()
        draft.update("switches", [one], open=True)
        project, _changes = draft.finish()
        _brought_up_to_date(project, TopologyIndex.build(project, SwitchState.CURRENT))
        seconds.append(time.perf_counter() - begun)
    return seconds


# ------------------------------------------------------------------ the others


def networkx_supplied(graph: Any, sources: list[str]) -> set[Any]:
    """Nodes with a closed path to a source, by networkx."""
    import networkx

    found: set[Any] = set()
    for source in sources:
        if source not in found:
            found |= networkx.node_connected_component(graph, source)
    return found


class NetworkxOutage:
    """The same question asked of a plain networkx graph: reachability before and after."""

    def __init__(self, project: Project) -> None:
        topology = TopologyIndex.build(project, SwitchState.NORMAL)
        self.graph = topology.to_networkx(only_closed=True)
        sources = project.frame("energy_sources")
        self.sources = sources.loc[sources["in_service"], "node"].tolist()
        points = project.frame("usage_points").dropna(subset=["node"])
        self.at_node: dict[str, list[str]] = {}
        for customer, node in zip(points["customer"], points["node"], strict=True):
            self.at_node.setdefault(node, []).append(customer)
        self.before = networkx_supplied(self.graph, self.sources)

    def lost_customers(self, edge: tuple[Any, Any, Any]) -> int:
        """Count customers at nodes that lose supply when one edge is taken out."""
        a, b, key = edge
        data = self.graph.edges[edge]
        self.graph.remove_edge(a, b, key)
        after = networkx_supplied(self.graph, self.sources)
        self.graph.add_edge(a, b, key, **data)
        return sum(len(self.at_node.get(node, ())) for node in self.before - after)


def _networkx(project: Project, ids: list[str]) -> float:
    """Seconds networkx takes for one of the switches."""
    peer = NetworkxOutage(project)
    chosen = {f"switches:{one}" for one in ids[:: max(len(ids) // RETRACED, 1)]}
    edges = [edge for edge in peer.graph.edges(keys=True) if str(edge[2]) in chosen][:RETRACED]
    return timed(lambda: [peer.lost_customers(edge) for edge in edges], runs=1, warm=0).median / len(edges)


def _breadth_first(topology: TopologyIndex) -> Callable[[], Any]:
    """Give one breadth-first pass over the conducting network, its matrix built beforehand."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    wiring = topology.wiring
    use = topology.closed & wiring.can_conduct
    a, b = wiring.a[use], wiring.b[use]
    n = wiring.node_count
    matrix = csr_array((np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, a])), shape=(n, n))
    return lambda: breadth_first_order(matrix, int(wiring.root), directed=True)
