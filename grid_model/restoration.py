"""Isolate a fault and bring back what is healthy: which switches to open, which ties could help."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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

    Walk from the fault through what conducted before it up to operable switches. Those with a source
    behind them, or a tie over which one could come, open; a dead-end branch needs none (`DESIGN` §3).

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
    helps = behind(before, zone, edge, operable)
    stands_open = ~now.closed[edge]
    inside = before.closed & zone[wiring.a] & zone[wiring.b] & (wiring.kind == BranchKind.SWITCH) & ~operable
    inside[own] = False
    inside &= ~_temporary(project, before)
    return Isolation(
        tuple(wiring.devices(edge[helps & ~stands_open])), tuple(wiring.devices(edge[stands_open])),
        tuple(wiring.devices(np.flatnonzero(inside))), tuple(one.id for one in sources),
    )  # fmt: skip


def together(found: Sequence[Isolation]) -> Isolation:
    """Join how several faults are isolated; what opens for one stands open for the others."""
    opens = tuple(dict.fromkeys(device for one in found for device in one.open))
    keep = tuple(dict.fromkeys(device for one in found for device in one.keep_open if device not in opens))
    return Isolation(
        opens,
        keep,
        tuple(dict.fromkeys(device for one in found for device in one.passed_over)),
        tuple(dict.fromkeys(source for one in found for source in one.sources)),
    )


def operable_branches(project: Project, topology: TopologyIndex, inoperable: Collection[str]) -> np.ndarray:
    """Tell which branches are switches that can be operated without further ado.

    A jumper can only be taken off, and a cut is left to those who made it.
    """
    found = np.zeros(len(topology.closed), dtype=bool)
    switches = project.frame("switches")
    own = found[: len(switches)]
    own[:] = switches["is_operable"].to_numpy(dtype=bool)
    own &= ~switches["id"].isin(list(inoperable)).to_numpy(dtype=bool)
    kind = switches["kind"]
    own &= (kind != "jumper").to_numpy(dtype=bool) | topology.closed[: len(switches)]
    own &= (kind != "cut").to_numpy(dtype=bool)
    return found


def _temporary(project: Project, topology: TopologyIndex) -> np.ndarray:
    """Tell which branches are jumpers or cuts."""
    found = np.zeros(len(topology.closed), dtype=bool)
    kinds = project.frame("switches")["kind"]
    found[: len(kinds)] = kinds.isin(("jumper", "cut")).to_numpy(dtype=bool)
    return found


def behind(
    topology: TopologyIndex, zone: np.ndarray, edge: np.ndarray, operable: np.ndarray | None = None
) -> np.ndarray:
    """Tell which edge switches have a source behind them, outside the zone, over what is closed or may close.

    Parameters
    ----------
    operable
        Which open switches may close, for each branch; every switch where not given.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    wiring = topology.wiring
    may_close = wiring.kind == BranchKind.SWITCH if operable is None else operable
    outside = wiring.can_conduct & ~zone[wiring.a] & ~zone[wiring.b]
    joins = np.flatnonzero(outside & (topology.closed | may_close) & (wiring.kind != BranchKind.SOURCE))
    graph = csr_matrix(
        (np.ones(len(joins)), (wiring.a[joins], wiring.b[joins])),
        shape=(wiring.node_count, wiring.node_count),
    )
    count, part = connected_components(graph, directed=False)
    helped = np.zeros(count, dtype=bool)
    feeding = np.flatnonzero(outside & topology.closed & (wiring.kind == BranchKind.SOURCE))
    helped[part[wiring.b[feeding]]] = True
    far = np.where(zone[wiring.a[edge]], wiring.b[edge], wiring.a[edge])
    return np.asarray(helped[part[far]] & ~zone[far], dtype=bool)


def tie_proposals(
    project: Project,
    now: TopologyIndex,
    before: TopologyIndex,
    forbidden: np.ndarray,
    banned: Collection[Device] = (),
    inoperable: Collection[str] = (),
) -> tuple[TieProposal, ...]:
    """List open switches that could bring dead parts back, best first.

    Those that fit come first, then those that cannot be checked, each by what they bring back.

    Parameters
    ----------
    forbidden
        Nodes that must not come under voltage: faulted and earthed ones.
    banned
        Devices that must stay open: they bound a fault.
    """
    wiring, consumers = now.wiring, Consumers.of(project)
    candidates = candidate_ties(project, now, before, banned, inoperable)
    live_a, live_b = now.supplied[wiring.a[candidates]], now.supplied[wiring.b[candidates]]
    limits = Limits(project, now, consumers)
    found = []
    for branch in candidates[live_a != live_b]:
        gained = now.resupply(now.operated(closed=[int(branch)])).gained
        back = consumers.customers.rows_at(gained[before.supplied[gained]])
        if not len(back) or np.isin(forbidden, gained).any():
            continue
        moved = float(consumers.rated_kva[consumers.transformers.rows_at(gained)].sum())
        room = limits.room(int(branch))
        margin = None if room is None else round(room - limits.demand * moved, 6)
        check = "unchecked" if margin is None else "fits" if margin >= 0 else "too-much"
        found.append(TieProposal(wiring.device(int(branch)), moved, len(back), check, margin))
    turn = {"fits": 0, "unchecked": 1, "too-much": 2}
    return tuple(
        sorted(found, key=lambda one: (turn[one.check], -one.customers, -(one.margin_kva or 0), one.switch))
    )


def candidate_ties(
    project: Project,
    now: TopologyIndex,
    before: TopologyIndex,
    banned: Collection[Device],
    inoperable: Collection[str],
) -> np.ndarray:
    """Give the switches that stand open, stood open before the first step, and may be closed."""
    open_ = operable_branches(project, now, inoperable)
    open_ &= ~now.closed & now.wiring.can_conduct & ~before.closed
    for device in banned:
        open_[now.wiring.branches(device)] = False
    return np.flatnonzero(open_)


class Limits:
    """What ties and feeders can still take, as far as it is known.

    The load is taken as a share of the transformers' rated power (setting ``outage.demand_factor``).
    """

    def __init__(self, project: Project, now: TopologyIndex, consumers: Consumers) -> None:
        self._project, self._now, self._consumers = project, now, consumers
        self._kv = project.frame("connectivity_nodes")["nominal_kv"]
        self._switches = project.frame("switches")
        self._feeders: dict[int, float | None] = {}
        self.demand = float(setting(project, "outage.demand_factor"))

    def of_tie(self, branch: int) -> float | None:
        """What a tie's rated current carries, in kVA; None where it or the voltage is unknown."""
        wiring = self._now.wiring
        rated = float(self._switches["rated_a"].iat[int(wiring.row[branch])])
        kv = max((self._volts(int(end)) for end in (wiring.a[branch], wiring.b[branch])), default=0.0)
        return sqrt(3) * kv * rated if rated > 0 and kv > 0 else None

    def _volts(self, node: int) -> float:
        kv = float(self._kv.iat[node]) if 0 <= node < len(self._kv) else 0.0
        return kv if kv > 0 else 0.0

    def feeder_of(self, node: int) -> int:
        """Row of the first switch below the source of a live node: it stands for the feeder."""
        return int(self._now.first_switches[node])

    def of_feeder(self, first_switch: int) -> float | None:
        """What a feeder can still take, in kVA; None where its limit is unknown."""
        if first_switch not in self._feeders:
            self._feeders[first_switch] = self._feeder_room(first_switch)
        return self._feeders[first_switch]

    def _feeder_room(self, first_switch: int) -> float | None:
        names = self._now.feeder_of_nodes(self._project)
        feeder = names.get(first_switch, "")
        feeders = self._project.table("feeders")
        if feeder not in feeders:
            return None
        limit = feeders.row(feeder)["limit_kva"]
        if limit is None:
            return None
        same = np.flatnonzero(self._now.first_switches == first_switch)
        consumers = self._consumers
        carried = float(consumers.rated_kva[consumers.transformers.rows_at(same)].sum())
        return float(limit) - self.demand * carried

    def room(self, branch: int) -> float | None:
        """What can be moved over a tie with one live end: the tightest known limit, None where none is."""
        wiring, live = self._now.wiring, self._now.supplied
        end = int(wiring.a[branch] if live[wiring.a[branch]] else wiring.b[branch])
        known = [one for one in (self.of_tie(branch), self.of_feeder(self.feeder_of(end))) if one is not None]
        return min(known) if known else None
