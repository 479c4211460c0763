"""See the network as a networkx graph, in the words of CIM, for what this program does not compute itself.

`to_networkx` gives nodes and devices with their attributes; ``docs/tracing.md`` explains them and
``docs/examples/network_as_graph.py`` uses them. What a row does not know is left out, not set to None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from grid_model.project import Project
from grid_model.wiring import BRANCH_TABLES, BranchKind, SwitchState

if TYPE_CHECKING:
    import networkx

    from grid_model.topology import TopologyIndex

SWITCH_CLASSES = {
    "breaker": "Breaker",
    "recloser": "Recloser",
    "load_break_switch": "LoadBreakSwitch",
    "disconnector": "Disconnector",
    "fuse": "Fuse",
    "jumper": "Jumper",
    "cut": "Cut",
}
"""CIM class of each kind of switch; of an unknown one it is ``Switch``."""

EDGE_ATTRIBUTES = {
    "switches": {
        "name": "name",
        "normal_open": "normalOpen",
        "open": "open",
        "rated_a": "ratedCurrent",
        "in_service": "inService",
        "feeder": "feeder",
    },
    "ac_line_segments": {
        "name": "name",
        "length_m": "length",
        "nominal_kv": "nominalVoltage",
        "limit_a": "ratedCurrent",
        "in_service": "inService",
        "feeder": "feeder",
    },
    "power_transformers": {
        "name": "name",
        "rated_kva": "ratedS",
        "vector_group": "vectorGroup",
        "in_service": "inService",
        "feeder": "feeder",
    },
}
"""Column → attribute in CIM's name, for each table of devices. Units stay ours: m, kV, A, kVA."""

NODE_ATTRIBUTES = {"name": "name", "nominal_kv": "nominalVoltage", "x": "x", "y": "y"}

NodeName = str | tuple[str, int]


def to_networkx(
    project: Project, state: SwitchState = SwitchState.NORMAL, *, only_closed: bool = False
) -> networkx.MultiGraph:
    """Give the network of `project` as a networkx graph.

    Nodes are connectivity nodes by identifier, with ``mRID``, ``name``, ``nominalVoltage`` (kV), ``x``,
    ``y``; a node with a source in service has ``energy_sources``, their identifiers. Where a switch sits
    on a line end, and where three windings meet, stands an inner node named by a tuple.

    Edges are devices; the key is ``table:identifier`` (of a transformer with a number behind it, for one of
    three windings is three edges). All have ``mRID``, ``cim_class``, ``closed`` (whether it conducts in
    `state`), ``inService``; switches ``normalOpen``, ``open``, ``ratedCurrent`` (A); lines ``length`` (m),
    ``nominalVoltage`` (kV), ``ratedCurrent`` (A); transformers ``ratedS`` (kVA), ``vectorGroup``; any of
    them ``name`` and ``feeder``. What is not known is left out.

    Parameters
    ----------
    only_closed
        Leave out what does not conduct.
    """
    from grid_model.topology import TopologyIndex

    index = TopologyIndex.build(project, state)
    graph = graph_of(index, only_closed=only_closed)
    for name, values in _rows(project, "connectivity_nodes", NODE_ATTRIBUTES):
        graph.nodes[name].update(values)
    about: dict[str, dict[str, dict[str, Any]]] = {
        table: dict(_rows(project, table, names)) for table, names in EDGE_ATTRIBUTES.items()
    }
    kinds = project.frame("switches").set_index("id")["kind"].to_dict()
    for _a, _b, key, data in graph.edges(keys=True, data=True):
        data.update(about[key.split(":", 1)[0]][data["mRID"]])
        if data["cim_class"] == "Switch":
            data["cim_class"] = SWITCH_CLASSES.get(kinds[data["mRID"]], "Switch")
    return graph


def _rows(project: Project, table: str, names: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the attributes of each row by its identifier, as plain values, missing ones left out."""
    frame = project.frame(table)
    columns = [
        (attribute, frame[name].tolist(), frame[name].notna().tolist()) for name, attribute in names.items()
    ]
    for row, identifier in enumerate(frame["id"].tolist()):
        yield identifier, {attribute: values[row] for attribute, values, known in columns if known[row]}


def graph_of(index: TopologyIndex, *, only_closed: bool = False) -> networkx.MultiGraph:
    """Give the bare graph of an index: ``mRID``, ``cim_class``, ``closed``, ``energy_sources``."""
    import networkx

    wiring = index.wiring
    graph = networkx.MultiGraph(state=index.state.value)
    names = node_names(index)
    graph.add_nodes_from((name, {"mRID": name} if isinstance(name, str) else {}) for name in names)
    known = (wiring.a >= 0) & (wiring.b >= 0)
    devices = np.flatnonzero(known & (wiring.kind != BranchKind.SOURCE) & (index.closed | (not only_closed)))
    classes = [wiring.tables[table].schema.cim_class for table in BRANCH_TABLES]
    for branch, device in zip(devices.tolist(), wiring.devices(devices), strict=True):
        kind = wiring.kind[branch]
        graph.add_edge(
            names[wiring.a[branch]],
            names[wiring.b[branch]],
            key=f"{device}#{branch}" if kind == BranchKind.TRANSFORMER else str(device),
            mRID=device.id,
            cim_class=classes[kind],
            closed=bool(index.closed[branch]),
        )
    sources = np.flatnonzero(index.closed & wiring.can_conduct & (wiring.kind == BranchKind.SOURCE))
    for branch, source in zip(sources.tolist(), wiring.devices(sources), strict=True):
        node = graph.nodes[names[wiring.b[branch]]]
        node["energy_sources"] = (*node.get("energy_sources", ()), source.id)
    return graph


def node_names(index: TopologyIndex) -> list[NodeName]:
    """Give the name of every node but the super-source, in the order of the wiring."""
    own: list[NodeName] = list(index.wiring.tables["connectivity_nodes"].frame["id"])
    return own + [("inner", n) for n in range(len(own), index.wiring.root)]
