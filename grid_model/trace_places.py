"""Find the place on the network that a person names: a device, a node, a customer, an area, a feeder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid_model.customers import Consumers
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.topology import TopologyIndex
from grid_model.trace_configuration import TABLE_NAMES
from grid_model.wiring import DEVICE_TABLES, Device, Wiring

PLACE_TABLES = (
    *DEVICE_TABLES,
    "connectivity_nodes",
    "customers",
    "transformer_areas",
    "energy_sources",
    "feeders",
)


@dataclass(frozen=True, eq=False)
class Place:
    """Where a trace starts or leads to.

    Parameters
    ----------
    written
        As it was named.
    branches
        Branches of the device; none for a node.
    nodes
        Nodes of the place: those of a device are its ends.
    """

    written: str
    device: Device | None
    branches: np.ndarray
    nodes: np.ndarray

    def starts_down(self, topology: TopologyIndex) -> np.ndarray:
        """Give the nodes from which a walk down begins: of a device the lower end, both inside a loop."""
        return self._ends(topology, lower=True)

    def starts_up(self, topology: TopologyIndex) -> np.ndarray:
        """Give the nodes from which a walk up begins: of a device the upper end, both inside a loop."""
        return self._ends(topology, lower=False)

    def _ends(self, topology: TopologyIndex, lower: bool) -> np.ndarray:
        supplied: np.ndarray = self.nodes[topology.supplied[self.nodes]]
        if self.device is None:
            return supplied
        wiring, tree = topology.wiring, topology.tree
        closed = self.branches[topology.closed[self.branches] & wiring.can_conduct[self.branches]]
        if not len(closed):
            return supplied[:0] if lower else supplied
        found = []
        for branch in closed:
            ends = np.array([wiring.a[branch], wiring.b[branch]])
            at = int(topology.lower_end(np.array([branch]))[0])
            if at < 0 or tree.cover[at]:
                found.extend(ends[topology.supplied[ends]].tolist())
            else:
                found.append(int(tree.order[at] if lower else tree.order[tree.parent[at]]))
        return np.unique(np.array(found, dtype=np.int64))


def find_place(project: Project, topology: TopologyIndex, written: str) -> Place:
    """Find the place called `written`: ``table:id``, or an id alone where one table has it.

    A device goes before a node, a node before a customer, an area, a source, a feeder of the same id. A
    feeder stands for its outgoing breaker, a customer and an area for where they are supplied.

    Raises
    ------
    GridError
        ``trace-unknown-place``, ``ambiguous-device``, ``trace-place-unlinked``.
    """
    wiring = topology.wiring
    prefix, colon, rest = written.partition(":")
    table = TABLE_NAMES.get(prefix, prefix)
    if colon and table in PLACE_TABLES and rest in project.table(table):
        return _place(project, wiring, written, table, rest)
    devices = [one for one in DEVICE_TABLES if written in project.table(one)]
    if len(devices) > 1:
        named = ", ".join(f"{one}:{written}" for one in devices)
        raise GridError("ambiguous-device", id=written, devices=named)
    for table in PLACE_TABLES:
        if written in project.table(table):
            return _place(project, wiring, written, table, written)
    raise GridError("trace-unknown-place", id=written)


def _place(project: Project, wiring: Wiring, written: str, table: str, one: str) -> Place:
    if table == "feeders":
        head = project.table("feeders").row(one)["head_switch"]
        if head not in project.table("switches"):
            raise GridError("trace-place-unlinked", id=written)
        table, one = "switches", head
    if table in DEVICE_TABLES:
        device = Device(table, one)
        branches = wiring.branches(device)
        ends = np.unique(np.concatenate([wiring.a[branches], wiring.b[branches]]))
        return _linked(Place(written, device, branches, ends[ends >= 0].astype(np.int64)))
    return _linked(Place(written, None, np.array([], dtype=np.int64), _nodes(project, wiring, table, one)))


def _nodes(project: Project, wiring: Wiring, table: str, one: str) -> np.ndarray:
    row = project.table(table).position(one)
    if table == "connectivity_nodes":
        return np.array([row], dtype=np.int64)
    if table == "energy_sources":
        node = int(wiring.b[wiring.offsets["energy_sources"] + row])
        return np.array([node] if node >= 0 else [], dtype=np.int64)
    consumers = Consumers.of(project)
    points = consumers.customers if table == "customers" else consumers.areas
    return np.unique(points.points_of(np.array([row]))[0]).astype(np.int64)


def _linked(place: Place) -> Place:
    if not len(place.nodes):
        raise GridError("trace-place-unlinked", id=place.written)
    return place


def head_of(topology: TopologyIndex, place: Place) -> Device | None:
    """Give the first switch between the source and `place`, the place itself where it is that; else None."""
    live = place.nodes[topology.supplied[place.nodes]]
    rows = topology.first_switches[live]
    rows = rows[rows >= 0]
    if not len(rows):
        return None
    return Device("switches", topology.wiring.ids("switches", rows[:1])[0])
