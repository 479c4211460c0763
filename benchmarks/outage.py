"""One what-if, and the loss of every device: Taiqu beside networkx, over growing stations."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.measuring import ratio, shown, table, timed
from gis.sample import make_sample
from grid_model.feedback import SILENT
from grid_model.project import Project
from grid_model.ranking import rank_devices
from grid_model.topology import SwitchState, TopologyIndex
from grid_model.tracing import Outage, Step

SIZES = ("small", "typical", "large")
COUNTY = (*SIZES, "county")

RETRACED = 12
"""Devices that networkx traces one by one; the time for all is reckoned from them."""


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


def switches_to_open(project: Project, how_many: int) -> list[str]:
    """Closed switches spread over the table, the same in every run."""
    frame = project.frame("switches")
    closed = frame.loc[~frame["normal_open"] & frame["in_service"], "id"]
    return [str(one) for one in closed.iloc[np.linspace(0, len(closed) - 1, how_many).astype(int)]]


def measure(sizes: tuple[str, ...]) -> str:
    """Measure every size and write the table."""
    rows = []
    for size in sizes:
        project = make_sample(size, 1, SILENT)
        rows.append(_one_size(size, project))
        del project
        gc.collect()
    head = (
        "station",
        "nodes",
        "devices",
        "compile",
        "what-if count",
        "networkx",
        "ratio",
        "all devices",
        "networkx, one by one",
        "ratio",
        "÷ one scipy BFS",
    )
    notes = (
        f"*what-if count*: one switch opens, counts both ways, mean over {RETRACED * 4} switches; networkx "
        "answers the same by reachability before (kept) and after, its graph built beforehand. "
        "*all devices*: the loss of every switch, line and transformer; for networkx reckoned from "
        f"{RETRACED} devices. *÷ one scipy BFS*: all devices against one `breadth_first_order` over the "
        "same arrays (aim ≤ 3)."
    )
    return table("Outages", head, rows, notes)


def _one_size(size: str, project: Project) -> tuple[str, ...]:
    begun = time.perf_counter()
    topology = TopologyIndex.build(project, SwitchState.NORMAL)
    supplied = topology.supplied
    compiled = time.perf_counter() - begun
    ids = switches_to_open(project, RETRACED * 4)
    outage = Outage.of(project, SwitchState.NORMAL)

    def what_ifs() -> list[int]:
        return [outage.after(Step("open", f"switches:{one}"))[0].counts.lv_customers for one in ids]

    ours = timed(what_ifs).median / len(ids)
    peer = NetworkxOutage(project)
    edges = [edge for edge in peer.graph.edges(keys=True) if str(edge[2]).startswith("switches:")]
    chosen = {f"switches:{one}" for one in ids[:: max(len(ids) // RETRACED, 1)]}
    edges = [edge for edge in edges if str(edge[2]) in chosen][:RETRACED]
    theirs = timed(lambda: [peer.lost_customers(edge) for edge in edges], runs=1, warm=0).median / len(edges)
    ranking = rank_devices(project, SwitchState.NORMAL)
    all_ours = timed(lambda: rank_devices(project, SwitchState.NORMAL)).median
    search = timed(_breadth_first(topology)).median
    return (
        size,
        f"{len(supplied):,}",
        f"{len(ranking):,}",
        shown(compiled),
        shown(ours),
        shown(theirs),
        ratio(theirs, ours),
        shown(all_ours),
        shown(theirs * len(ranking)),
        ratio(theirs * len(ranking), all_ours),
        f"{all_ours / search:.1f}",
    )


def _breadth_first(topology: TopologyIndex) -> Callable[[], Any]:
    """Give one breadth-first pass over the conducting network, its matrix built beforehand."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    wiring = topology.wiring
    use = topology.closed & wiring.can_conduct
    a, b = wiring.a[use], wiring.b[use]
    n = int(max(wiring.a.max(), wiring.b.max(), wiring.root)) + 1
    matrix = csr_array((np.ones(2 * len(a), dtype=np.int8), (np.r_[a, b], np.r_[b, a])), shape=(n, n))
    return lambda: breadth_first_order(matrix, int(wiring.root), directed=True)


def section(large: bool) -> str:
    """Measure; the county too where `large`."""
    return measure(COUNTY if large else SIZES)
