"""Isolate a fault and bring back what is healthy: which switches to open, which ties could help."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import sqrt

import numpy as np

from grid_model.customers import Consumers
from grid_model.faults import zone_of
from grid_model.project import Project
from grid_model.settings import setting
from grid_model.topology import TopologyIndex
from grid_model.wiring import BranchKind, Device


@dataclass(frozen=True)
class Isolation:
    """How a fault is parted from what is healthy.

    Parameters
    ----------
    open
        Closed switches to open: behind each is a source or a tie.
    keep_open
        Switches at the edge that stand open already, tripped ones among them.
    passed_over
        Switches on the way that cannot be operated.
    sources
        Sources inside the faulted part: no switch stands between them and the fault.
    """

    open: tuple[Device, ...]
    keep_open: tuple[Device, ...]
    passed_over: tuple[Device, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class TieProposal:
    """An open switch that could feed a dead part from a live one.

    Parameters
    ----------
    kva
        Rated power of the transformers it would bring back; their load is taken as a share of it.
    customers
        Customers it would bring back.
    check
        ``fits``, ``too-much`` or ``unchecked`` where neither a feeder limit nor a rated current is known.
    margin_kva
        What is left of the tightest known limit, None where unchecked.
    """

    switch: Device
    kva: float
    customers: int
    check: str
    margin_kva: float | None


def isolate(
    project: Project,
    before: TopologyIndex,
    now: TopologyIndex,
    fault: Device,
    inoperable: Collection[str] = (),
) -> Isolation:
    """Find the nearest operable switches around `fault`.

    Walk from the fault through what conducted before it up to operable switches. Those with a source or
    a tie behind them open; a dead-end branch needs none (`DESIGN` §3).

    Parameters
    ----------
    before
        The network before the fault tripped anything.
    now
        The network as it stands: what is open stays open.
    inoperable
        Switches marked by hand that cannot be operated, besides those whose row says so.
    """
    wiring = before.wiring
    own = wiring.branches(fault)
    operable = operable_branches(project, before, inoperable)
    operable[own] = False
    zone, edge = zone_of(before, own, stops=operable)
    sources = wiring.devices(edge[wiring.kind[edge] == BranchKind.SOURCE])
    edge = edge[operable[edge]]
    helps = _behind(before, zone, edge)
    stands_open = ~now.closed[edge]
    inside = before.closed & zone[wiring.a] & zone[wiring.b] & (wiring.kind == BranchKind.SWITCH) & ~operable
    inside[own] = False
    return Isolation(
        tuple(wiring.devices(edge[helps & ~stands_open])), tuple(wiring.devices(edge[stands_open])),
        tuple(wiring.devices(np.flatnonzero(inside))), tuple(one.id for one in sources),
    )  # fmt: skip


def operable_branches(project: Project, topology: TopologyIndex, inoperable: Collection[str]) -> np.ndarray:
    """Tell which branches are switches that can be operated."""
    found = np.zeros(len(topology.closed), dtype=bool)
    switches = project.frame("switches")
    found[: len(switches)] = switches["is_operable"].to_numpy(dtype=bool)
    found[: len(switches)] &= ~switches["id"].isin(list(inoperable)).to_numpy(dtype=bool)
    return found


def _behind(topology: TopologyIndex, zone: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Tell which edge switches have a source, or an open switch to a part outside the zone, behind them."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    wiring = topology.wiring
    outside = wiring.can_conduct & ~zone[wiring.a] & ~zone[wiring.b]
    joins = np.flatnonzero(outside & topology.closed & (wiring.kind != BranchKind.SOURCE))
    graph = csr_matrix(
        (np.ones(len(joins)), (wiring.a[joins], wiring.b[joins])),
        shape=(wiring.node_count, wiring.node_count),
    )
    count, part = connected_components(graph, directed=False)
    helped = np.zeros(count, dtype=bool)
    feeding = np.flatnonzero(outside & topology.closed & (wiring.kind == BranchKind.SOURCE))
    helped[part[wiring.b[feeding]]] = True
    ties = np.flatnonzero(outside & ~topology.closed & (wiring.kind == BranchKind.SWITCH))
    ties = ties[part[wiring.a[ties]] != part[wiring.b[ties]]]
    helped[part[wiring.a[ties]]] = True
    helped[part[wiring.b[ties]]] = True
    far = np.where(zone[wiring.a[edge]], wiring.b[edge], wiring.a[edge])
    return np.asarray(helped[part[far]] & ~zone[far], dtype=bool)


def tie_proposals(
    project: Project,
    now: TopologyIndex,
    before: TopologyIndex,
    faults: Collection[Device] = (),
    banned: Collection[Device] = (),
    inoperable: Collection[str] = (),
) -> tuple[TieProposal, ...]:
    """List open switches that could bring dead parts back, best first.

    Those that fit come first, then those that cannot be checked, each by what they bring back.

    Parameters
    ----------
    faults
        Devices that must not come under voltage.
    banned
        Devices that must stay open: they bound a fault.
    """
    wiring, consumers = now.wiring, Consumers.of(project)
    operable = operable_branches(project, now, inoperable)
    open_ = operable & ~now.closed & wiring.can_conduct & ~before.closed
    for device in banned:
        open_[wiring.branches(device)] = False
    candidates = np.flatnonzero(open_)
    live_a, live_b = now.supplied[wiring.a[candidates]], now.supplied[wiring.b[candidates]]
    own = np.array([branch for one in faults for branch in wiring.branches(one)], dtype=np.int64)
    own = own[now.closed[own]]
    faulted = np.concatenate([wiring.a[own], wiring.b[own]])
    found = []
    for branch in candidates[live_a != live_b]:
        gained = now.resupply(now.operated(closed=[int(branch)])).gained
        back = consumers.customers.rows_at(gained[before.supplied[gained]])
        if not len(back) or np.isin(faulted, gained).any():
            continue
        moved = float(consumers.rated_kva[consumers.transformers.rows_at(gained)].sum())
        margin = _margin(project, now, consumers, int(branch), moved)
        check = "unchecked" if margin is None else "fits" if margin >= 0 else "too-much"
        found.append(TieProposal(wiring.device(int(branch)), moved, len(back), check, margin))
    turn = {"fits": 0, "unchecked": 1, "too-much": 2}
    return tuple(
        sorted(found, key=lambda one: (turn[one.check], -one.customers, -(one.margin_kva or 0), one.switch))
    )


def _margin(
    project: Project, now: TopologyIndex, consumers: Consumers, branch: int, moved: float
) -> float | None:
    """What is left of the tightest known limit: the tie's rated current, the helping feeder's limit.

    The load is taken as a share of the transformers' rated power (setting ``outage.demand_factor``).
    """
    demand = setting(project, "outage.demand_factor")
    wiring = now.wiring
    row = project.frame("switches").iloc[int(wiring.row[branch])]
    live = int(wiring.a[branch] if now.supplied[wiring.a[branch]] else wiring.b[branch])
    limits = []
    kv = project.frame("connectivity_nodes")["nominal_kv"]
    if row["rated_a"] > 0 and live < len(kv) and kv.iat[live] > 0:
        limits.append(sqrt(3) * float(kv.iat[live]) * float(row["rated_a"]) - demand * moved)
    feeder = now.feeder_of_nodes(project).get(int(now.first_switches[live]), "")
    if feeder in project.table("feeders"):
        limit = project.table("feeders").row(feeder)["limit_kva"]
        if limit is not None:
            same = np.flatnonzero(now.first_switches == now.first_switches[live])
            carried = float(consumers.rated_kva[consumers.transformers.rows_at(same)].sum())
            limits.append(float(limit) - demand * (carried + moved))
    return round(min(limits), 6) if limits else None
