"""Travel times over road graphs: 500 managers to 500 managers and 5 000 areas, beside scipy and networkx."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from benchmarks.measuring import ratio, shown, table, timed
from gis.measuring import MetricPlane
from gis.roads import RoadNetwork
from gis.travel import Places, Travel
from grid_model.project import LOCAL, Project, ProjectInfo
from grid_model.travel import RoadGraph, Stops, travel_seconds

SIZES = ((40, 400, 10_000), (500, 5_000, 100_000))
"""Managers, areas, pieces of road."""
WIDE_M = 60_000.0
NETWORKX_SOURCES = 3
"""Places networkx searches from; the time for all is reckoned from them."""


def roads(edges: int, seed: int = 1) -> Project:
    """Invent roads: the shortest tree through random junctions and a third more roads, each with bends."""
    import shapely
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial import Delaunay

    random = np.random.default_rng(seed)
    count = round(edges * 0.75)
    places = random.uniform(0, WIDE_M, (count, 2))
    corners = Delaunay(places).simplices.astype(np.int64)
    pairs = np.unique(
        np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1), axis=0
    )
    length = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T)
    tree = minimum_spanning_tree(
        coo_array((length, (pairs[:, 0], pairs[:, 1])), shape=(count, count)).tocsr()
    ).tocoo()
    key = pairs[:, 0] * count + pairs[:, 1]
    kept = np.isin(key, tree.row.astype(np.int64) * count + tree.col)
    others = np.flatnonzero(~kept)
    more = others[np.argsort(length[others] * random.uniform(0.5, 2, len(others)))]
    kept[more[: edges - int(kept.sum())]] = True
    pairs, length = pairs[kept], length[kept]
    ends = places[pairs]
    bend = ends.mean(axis=1) + random.normal(0, 0.1, (len(pairs), 2)) * length[:, None]
    lines = shapely.linestrings(np.stack([ends[:, 0], bend, ends[:, 1]], axis=1))
    frame = pd.DataFrame(
        {
            "id": [str(n) for n in range(len(pairs))],
            "road_class": random.choice(["county", "township", "village", "track"], len(pairs)),
            "one_way": random.random(len(pairs)) < 0.03,
            "geometry": list(shapely.to_wkb(lines)),
        }
    )
    return Project.of(ProjectInfo("Roads", crs=LOCAL), {"roads": frame})


def at_random(count: int, seed: int) -> Places:
    """Invent places."""
    random = np.random.default_rng(seed)
    return Places(random.uniform(0, WIDE_M, (count, 2)), np.full(count, 1.3))


def by_scipy(graph: RoadGraph, sources: np.ndarray) -> np.ndarray:
    """Search the whole graph from nodes with scipy."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    tail = np.concatenate([graph.start[graph.forward], graph.end[graph.backward]])
    head = np.concatenate([graph.end[graph.forward], graph.start[graph.backward]])
    seconds = np.concatenate([graph.seconds[graph.forward], graph.seconds[graph.backward]])
    matrix = csr_array((seconds, (tail, head)), shape=(graph.nodes, graph.nodes))
    return np.asarray(dijkstra(matrix, indices=sources))


def networkx_seconds(graph: RoadGraph, sources: np.ndarray) -> float:
    """Time networkx from a few nodes and reckon up to all of them."""
    import networkx

    found = networkx.DiGraph()
    for tail, head, seconds, there, back in zip(
        graph.start.tolist(),
        graph.end.tolist(),
        graph.seconds.tolist(),
        graph.forward.tolist(),
        graph.backward.tolist(),
        strict=True,
    ):
        if there:
            found.add_edge(tail, head, weight=seconds)
        if back:
            found.add_edge(head, tail, weight=seconds)
    begun = time.perf_counter()
    for source in sources[:NETWORKX_SOURCES].tolist():
        networkx.single_source_dijkstra_path_length(found, source)
    return (time.perf_counter() - begun) * len(sources) / NETWORKX_SOURCES


def nodes_of(network: RoadNetwork, places: Places) -> tuple[Stops, np.ndarray]:
    """Stand at the node nearest to each place: as stops, and as node numbers."""
    from scipy.spatial import KDTree

    graph = network.graph
    _away, node = KDTree(network.node_xy).query(places.xy)
    edge, share = np.zeros(graph.nodes, dtype=np.int64), np.ones(graph.nodes)
    edge[graph.end] = np.arange(len(graph))
    edge[graph.start] = np.arange(len(graph))
    share[graph.start] = 0.0
    return Stops(edge[node], share[node], np.zeros(len(node))), node


def section(large: bool) -> str:
    """Measure every size and write the table; the sizes do not depend on `large`."""
    rows = []
    for managers, areas, edges in SIZES:
        project = roads(edges)
        origins, targets = at_random(managers, 2), at_random(managers + areas, 3)
        travel = Travel.of(project, MetricPlane(None))
        network = travel.network
        assert network is not None
        building = timed(lambda: Travel.of(project, MetricPlane(None)), runs=3, warm=0)  # noqa: B023
        asking = timed(lambda: travel.times(origins, targets), runs=3, warm=1)  # noqa: B023
        (leave, source), (arrive, target) = nodes_of(network, origins), nodes_of(network, targets)
        own = timed(lambda: travel_seconds(network.graph, leave, arrive), runs=3, warm=0)  # noqa: B023
        scipys = timed(lambda: by_scipy(network.graph, source), runs=1, warm=0)  # noqa: B023
        ours, theirs = (
            travel_seconds(network.graph, leave, arrive),
            by_scipy(network.graph, source)[:, target],
        )
        assert np.allclose(ours, theirs), "the times differ from scipy's"
        networkx = networkx_seconds(network.graph, source)
        rows.append(
            (
                f"{managers:,} × {managers + areas:,}, {edges:,} roads",
                shown(building.median),
                shown(asking.median),
                shown(building.median + asking.median),
                shown(own.median),
                shown(scipys.median),
                ratio(scipys.median, own.median),
                ratio(networkx, own.median),
            )
        )
    head = (
        "managers × managers and areas",
        "joining the roads",
        "places and times",
        "together",
        "node to node",
        "scipy",
        "scipy ÷ Taiqu",
        "networkx ÷ Taiqu",
    )
    notes = (
        "Joining begins at the table of roads and finds the junctions; places stand on edges, at the nearest "
        "road. *Node to node* is the search alone, which scipy's and networkx's Dijkstra do on the whole "
        f"graph (networkx reckoned up from {NETWORKX_SOURCES} places). The times of all pairs equal scipy's."
    )
    return table("Travel times over roads", head, rows, notes)
