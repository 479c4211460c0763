"""Find which protective devices trip on a fault, and which switches isolate it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid_model.project import Project
from grid_model.topology import TopologyIndex
from grid_model.wiring import BranchKind, Device


@dataclass(frozen=True)
class Trip:
    """What a fault makes trip.

    Parameters
    ----------
    fault
        Where the fault is.
    devices
        Protective devices that trip: the nearest ones with a source beyond them.
    sources, source_branches
        Sources that the fault reaches without meeting a protective device: they trip themselves.
    """

    fault: Device
    devices: tuple[Device, ...]
    sources: tuple[str, ...]
    source_branches: tuple[int, ...]


def trip(project: Project, topology: TopologyIndex, fault: Device) -> Trip:
    """Find what trips when `fault` fails.

    Walk from the fault through conducting branches up to protective devices; those with a source beyond
    them trip. A source reached without meeting one trips itself. A device that is itself protective does
    not clear a fault in itself; a fault on an open switch strikes both sides of it.
    """
    wiring = topology.wiring
    own = wiring.branches(fault)
    protective = protective_branches(project, topology)
    protective[own] = False
    zone, edge = zone_of(topology, own, stops=protective)
    sources = edge[wiring.kind[edge] == BranchKind.SOURCE]
    guards = edge[protective[edge]]
    without = topology.operated(opened=guards)
    change = topology.resupply(without)
    supplied = topology.supplied.copy()
    supplied[change.nodes] = change.after
    outside = np.where(zone[wiring.a[guards]], wiring.b[guards], wiring.a[guards])
    tripping = guards[supplied[outside] & ~zone[outside]]
    return Trip(
        fault,
        tuple(dict.fromkeys(wiring.devices(tripping))),
        tuple(one.id for one in wiring.devices(sources)),
        tuple(sources.tolist()),
    )


def protective_branches(project: Project, topology: TopologyIndex) -> np.ndarray:
    """Tell which branches trip on a fault."""
    found = np.zeros(len(topology.closed), dtype=bool)
    switches = project.frame("switches")
    found[: len(switches)] = switches["is_protective"].to_numpy(dtype=bool)
    return found


def zone_of(topology: TopologyIndex, start: np.ndarray, stops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Walk from the branches `start` through conducting branches up to those that are `stops`.

    Returns
    -------
    zone
        Whether each node was reached.
    edge
        Conducting branches at which the walk stopped: `stops` and sources, each once.
    """
    wiring = topology.wiring
    stops = stops | (wiring.kind == BranchKind.SOURCE)
    zone = np.zeros(wiring.node_count, dtype=bool)
    start = start[wiring.in_service[start]]
    ends = np.concatenate([wiring.a[start], wiring.b[start]])
    front = np.unique(ends[ends >= 0])  # a line from a node to itself conducts nothing, yet its fault strikes
    edge: list[np.ndarray] = []
    while len(front):
        zone[front] = True
        entry, _owner = wiring.adjacency.entries_of(front)
        branches, nodes = wiring.adjacency.branches[entry], wiring.adjacency.nodes[entry]
        conducting = topology.closed[branches]
        edge.append(branches[conducting & stops[branches]])
        following = np.unique(nodes[conducting & ~stops[branches]])
        front = following[~zone[following]]
    return zone, np.unique(np.concatenate(edge)) if edge else np.array([], dtype=np.int32)
