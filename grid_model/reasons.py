"""Say of one customer why it stands on the list of an outage, or why it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grid_model.customers import Basis, Consumers
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.topology import BranchKind, Device, TopologyIndex
from grid_model.tracing import Outage, OutageTrace


@dataclass(frozen=True)
class Reason:
    """Why a customer is where it is.

    Parameters
    ----------
    status
        ``out``, ``backup``, ``supplied``, ``already_out``, ``unknown``, or ``closed`` for a closed account.
    basis
        What the judgement rests on.
    open_point
        Device (or source) that is open between the customer and its source; None where none is.
    path
        Devices from the customer up to the open point, the open point last. Without one, up to the source.
    """

    customer: str
    status: str
    basis: Basis
    open_point: Device | None
    path: tuple[Device, ...]


def why(project: Project, trace: OutageTrace, customer: str) -> Reason:
    """Give the reason for `customer`; raises `GridError` ``unknown-object`` where there is none such.

    Of several supply points the first that lost supply is followed, else the first with supply.
    """
    row = project.table("customers").position(customer)
    consumers, before = Consumers.of(project), TopologyIndex.build(project, trace.state)
    closed = closed_after(before, trace)
    basis = Basis(int(consumers.basis[row]))
    status = _status(trace, customer, bool(consumers.active[row]))
    nodes, _owner = consumers.customers.points_of(np.array([row]))
    paths = [_path(before, closed, int(node)) for node in nodes if before.supplied[node]]
    broken = [one for one in paths if one[1] is not None] if status in ("out", "backup") else []
    path, at = (broken or paths or [((), None)])[0]
    return Reason(customer, status, basis, at, path)


def reasons_of(outage: Outage, statuses: Mapping[str, str]) -> dict[str, Reason]:
    """Give the reasons of many customers at once, their status being known; raises ``unknown-object``.

    Customers at the same node share their way to the source.
    """
    names = list(statuses)
    rows = outage.project.table("customers").positions(names)
    if (rows < 0).any():
        raise GridError("unknown-object", table="customers", id=names[int(np.argmax(rows < 0))])
    consumers, before = outage.consumers, outage.before
    points, owner = consumers.customers.points_of(rows)
    fed = before.supplied[points]
    points, owner = points[fed], owner[fed]
    paths = _paths(before, outage.after_topology.closed, np.unique(points))
    nodes: dict[int, list[int]] = {}
    for at, node in zip(owner.tolist(), points.tolist(), strict=True):
        nodes.setdefault(at, []).append(node)
    found = {}
    for n, (customer, status) in enumerate(statuses.items()):
        own = [paths[node] for node in nodes.get(n, ())]
        broken = [one for one in own if one[1] is not None] if status in ("out", "backup") else []
        path, at_point = (broken or own or [((), None)])[0]
        found[customer] = Reason(customer, status, Basis(int(consumers.basis[rows[n]])), at_point, path)
    return found


def _paths(
    before: TopologyIndex, closed: np.ndarray, nodes: np.ndarray
) -> dict[int, tuple[tuple[Device, ...], Device | None]]:
    """Give for each node what `_path` gives; the devices are named once for all."""
    tree, wiring = before.tree, before.wiring
    parent, over = tree.parent.tolist(), tree.parent_branch.tolist()
    source = (wiring.kind == BranchKind.SOURCE).tolist()
    shut = closed.tolist()
    ways: dict[int, tuple[list[int], bool]] = {}
    for node, start in zip(nodes.tolist(), tree.position[nodes].tolist(), strict=True):
        way, at = [], start
        while at > 0 and shut[over[at]]:
            way.append(over[at])
            at = parent[at]
        broken = at > 0
        ways[node] = ([*way, over[at]], True) if broken else ([one for one in way if not source[one]], False)
    used = np.unique(np.array([one for way, _broken in ways.values() for one in way], dtype=np.int64))
    device = dict(zip(used.tolist(), wiring.devices(used), strict=True))
    return {
        node: (tuple(dict.fromkeys(device[one] for one in way)), device[way[-1]] if broken else None)
        for node, (way, broken) in ways.items()
    }


def closed_after(before: TopologyIndex, trace: OutageTrace) -> np.ndarray:
    """Tell which branches are closed after the last step of `trace`."""
    wiring = before.wiring
    sources = [Device("energy_sources", one) for one in trace.tripped_sources]
    opened = [int(branch) for one in (*trace.opened, *sources) for branch in wiring.branches(one)]
    closed = [int(branch) for one in trace.closed for branch in wiring.branches(one)]
    return before.operated(opened, closed).closed


def _status(trace: OutageTrace, customer: str, active: bool) -> str:
    if not active:
        return "closed"
    lists = {
        "out": trace.customers,
        "backup": trace.backup,
        "already_out": trace.already_out,
        "unknown": trace.unknown,
    }
    return next((name for name, ids in lists.items() if customer in ids), "supplied")


def _path(before: TopologyIndex, closed: np.ndarray, node: int) -> tuple[tuple[Device, ...], Device | None]:
    """Devices from `node` towards its source, up to the first that is open now."""
    tree, wiring = before.tree, before.wiring
    branches = [int(tree.parent_branch[at]) for at in tree.path_up(int(tree.position[node]))[:-1]]
    for n, branch in enumerate(branches):
        if not closed[branch]:
            devices = wiring.devices(np.array(branches[: n + 1]))
            return tuple(dict.fromkeys(devices)), devices[-1]
    devices = wiring.devices(
        np.array([one for one in branches if wiring.kind[one] != BranchKind.SOURCE], dtype=np.int64)
    )
    return tuple(dict.fromkeys(devices)), None
