"""Look at the network as a graph: read a project, count, find bridges, check the ranking, find a way.

Run it with a project file, or without one on the invented sample:

    python docs/examples/network_as_graph.py [PROJECT.gpkg]

It needs nothing but Taiqu itself (which brings networkx along) and changes nothing.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import networkx as nx

from gis.project_file import open_for_reading
from grid_model.graph_view import to_networkx
from grid_model.ranking import rank_devices
from grid_model.trace_configuration import TraceConfiguration, TraceKind
from grid_model.traces import run_trace


def sample_project() -> Path:
    """Write the small invented station to a temporary file."""
    from gis.project_file import save_new
    from gis.sample import make_sample

    path = Path(tempfile.mkdtemp()) / "sample.gpkg"
    save_new(path, make_sample("small", 1))
    return path


def main(path: Path) -> dict[str, object]:
    """Go through the steps; gives what was found, so that it can be checked."""
    project = open_for_reading(path)

    # 1. The network as a graph. Edges are devices, nodes the points where they meet. With
    #    only_closed=True the graph holds what conducts in the normal state of the switches.
    graph = to_networkx(project, only_closed=True)
    classes = Counter(data["cim_class"] for *_ends, data in graph.edges(data=True))
    print("Devices that conduct:", dict(classes))

    kilometres = sum(data.get("length", 0.0) for *_ends, data in graph.edges(data=True)) / 1000
    print(f"Length of lines: {kilometres:.1f} km")

    # 2. Who has supply? Join all sources to one more node, then ask what hangs together with it.
    sources = [node for node, data in graph.nodes(data=True) if "energy_sources" in data]
    rooted = graph.copy()
    rooted.add_edges_from(("the grid", node, f"source at {node}") for node in sources)
    supplied = nx.node_connected_component(rooted, "the grid") - {"the grid"}
    print(f"Nodes with supply: {len(supplied)} of {len(graph)}")

    # 3. Bridges: devices with no other path beside them. Losing one darkens all behind it.
    #    networkx gives pairs of nodes; parallel devices are no bridges, so each pair is one device.
    live = rooted.subgraph({*supplied, "the grid"})
    bridges = {
        data["mRID"]
        for a, b in nx.bridges(live)
        for data in live.get_edge_data(a, b).values()
        if "mRID" in data  # not the edges to the sources
    }
    in_loops = {data["mRID"] for *_ends, data in live.edges(data=True) if "mRID" in data} - bridges
    print(f"Bridges: {len(bridges)}; devices in loops: {len(in_loops)}")

    # 4. The same from Taiqu's ranking, which also says how many customers each device would cost.
    ranking = rank_devices(project)
    worst = ranking.device(int(ranking.order[0]))
    print(f"Worst loss: {worst}, {ranking.loss(worst)['lv_customers']:.0f} LV customers")
    harmful = {
        ranking.device(number).id
        for number in range(len(ranking))
        if ranking.reason[number] == 0  # 0: it parts something from the source
    }
    print("Bridges of networkx and devices of the ranking agree:", bridges == harmful)

    # 5. The shortest way from a customer to its source, by length of line.
    points = project.frame("usage_points").dropna(subset=["node"])
    customer, start = points.iloc[0][["customer", "node"]]
    lengths = nx.multi_source_dijkstra_path_length(graph, set(sources), weight=length)
    print(f"Customer {customer}: {lengths[start]:.0f} m of line from its source")

    # 6. The same asked of Taiqu: everything upstream of the customer.
    up = run_trace(project, TraceConfiguration(TraceKind.UPSTREAM, (f"customers:{customer}",)))
    metres = sum(
        project.table("ac_line_segments").row(one.id)["length_m"] or 0.0
        for one in up.devices
        if one.table == "ac_line_segments"
    )
    print(f"Upstream trace: {len(up.devices)} devices, {metres:.0f} m")
    return {
        "classes": dict(classes),
        "supplied": len(supplied),
        "bridges": bridges,
        "harmful": harmful,
        "metres": (lengths[start], metres),
    }


def length(_a: object, _b: object, devices: dict[str, dict[str, object]]) -> float:
    """Give the shortest of parallel devices; what is no line has no length."""
    return min(float(data.get("length", 0.0)) for data in devices.values())  # type: ignore[arg-type]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else sample_project())
