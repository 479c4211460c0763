"""Bring the network from one position of its switches to another without needless interruption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from grid_model.restoration_search import Operation
from grid_model.settings import setting
from grid_model.topology import TopologyIndex
from grid_model.tracing import Outage
from grid_model.wiring import BranchKind, Device, Wiring

LOOKED_AT = 20
"""Openings compared with one another before one is chosen."""


@dataclass(frozen=True)
class Barred:
    """Nodes onto which nothing closes, and branches that cannot be operated: whether each is."""

    nodes: np.ndarray
    branches: np.ndarray

    @property
    def any(self) -> bool:
        """Whether anything is barred."""
        return bool(self.nodes.any() or self.branches.any())


def return_operations(
    outage: Outage, goal: np.ndarray, forbidden: np.ndarray, stuck: Sequence[Device] = ()
) -> tuple[Operation, ...]:
    """Order the operations that lead from the positions of `outage` to `goal`.

    First what can close without making a loop, from the source downwards, so that no busbar is fed from
    behind while its own way in stands ready; then, where a short loop is allowed (the setting
    ``outage.short_loop_allowed``), what else closes, and at last what opens. Where it is not, one device
    opens, of some the one that darkens the fewest users, and what then can close closes at once.

    Parameters
    ----------
    goal
        For each branch whether it is to be closed.
    forbidden
        Nodes that must not come under voltage: what would do so, would close onto what is joined with
        them, or would darken somebody who could not come back for it, is left as it is.
    stuck
        Devices that cannot be operated: they stay open.
    """
    short_loop = bool(setting(outage.project, "outage.short_loop_allowed"))
    wiring = outage.before.wiring
    now = outage.after_topology
    fixed = np.zeros(len(now.closed), dtype=bool)
    for device in stuck:
        fixed[wiring.branches(device)] = True
    barred = Barred(joined_with(wiring, now.closed, forbidden[~now.supplied[forbidden]]), fixed)
    ahead = replace(now, closed=goal & wiring.in_service).tree.position
    to_close, to_open = _groups(now, goal, to_close=True), _groups(now, goal, to_close=False)
    found: list[Operation] = []

    def operate(action: str, branches: np.ndarray) -> None:
        nonlocal now
        found.append(Operation(action, wiring.device(int(branches[0]))))
        now = now.operated(opened=branches) if action == "open" else now.operated(closed=branches)

    while True:
        closing = [one for one in to_close if not now.closed[one].all()]
        opening = [one for one in to_open if now.closed[one].any()]
        live = now.supplied
        harmless = [one for one in closing if not _loops(wiring, live, one)]
        chosen = _first_allowed(wiring, live, ahead, harmless, barred)
        if chosen is not None:
            operate("close", chosen)
            continue
        if not short_loop:
            chosen = _least(outage, now, opening, goal, barred)
        if chosen is not None:
            operate("open", chosen)
            continue
        chosen = _first_allowed(wiring, live, ahead, closing, barred)
        if chosen is not None:
            operate("close", chosen)
            continue
        chosen = _least(outage, now, opening, goal, barred)
        if chosen is None:
            return tuple(found)
        operate("open", chosen)


def _groups(now: TopologyIndex, goal: np.ndarray, *, to_close: bool) -> list[np.ndarray]:
    """Branches that still differ, those of one device together, in branch order."""
    wiring = now.wiring
    differs = (goal & ~now.closed) if to_close else (now.closed & ~goal)
    devices = dict.fromkeys(wiring.devices(np.flatnonzero(differs & wiring.in_service)))
    return [wiring.branches(one) for one in devices]


def _loops(wiring: Wiring, live: np.ndarray, branches: np.ndarray) -> bool:
    """Whether closing joins what already has supply on both sides."""
    return bool((live[wiring.a[branches]] & live[wiring.b[branches]]).any())


def _first_allowed(
    wiring: Wiring, live: np.ndarray, ahead: np.ndarray, groups: Sequence[np.ndarray], barred: Barred
) -> np.ndarray | None:
    """Give the first that may close: what brings supply on its normal way, then what brings it otherwise.

    `ahead` counts the nodes as they are met from the sources in the normal state.
    """

    def rank(n: int) -> int:
        a, b = wiring.a[groups[n]], wiring.b[groups[n]]
        if not (live[a] | live[b]).any():
            return 2
        fed = np.where(ahead[a] <= ahead[b], a, b)
        return 0 if live[fed].all() else 1

    order = sorted(range(len(groups)), key=rank)
    return next((groups[n] for n in order if not _touches(wiring, groups[n], barred)), None)


def joined_with(wiring: Wiring, closed: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Tell which nodes are joined with the nodes `start` over what is closed; sources join nothing."""
    seen = np.zeros(wiring.node_count, dtype=bool)
    front = np.unique(start[start >= 0])
    while len(front):
        seen[front] = True
        entry, _owner = wiring.adjacency.entries_of(front)
        branches = wiring.adjacency.branches[entry]
        passes = closed[branches] & (wiring.kind[branches] != BranchKind.SOURCE)
        following = np.unique(wiring.adjacency.nodes[entry[passes]])
        front = following[~seen[following]]
    return seen


def _touches(wiring: Wiring, branches: np.ndarray, barred: Barred) -> bool:
    """Whether closing would join something with a part that must stay dead, or cannot be done."""
    nodes = barred.nodes
    return bool((nodes[wiring.a[branches]] | nodes[wiring.b[branches]] | barred.branches[branches]).any())


def _least(
    outage: Outage,
    now: TopologyIndex,
    groups: Sequence[np.ndarray],
    goal: np.ndarray,
    barred: Barred,
) -> np.ndarray | None:
    """Give the one whose opening darkens fewest users, the first that darkens nobody at once."""
    best: tuple[tuple[int, int], np.ndarray] | None = None
    for one in groups[:LOOKED_AT]:
        if not _comes_back(now, one, goal, barred):
            continue
        users = _users(outage, now.resupply(now.operated(opened=one)).lost)
        if users == (0, 0):
            return one
        if best is None or users < best[0]:
            best = (users, one)
    if best is None and len(groups) > LOOKED_AT:
        return _least(outage, now, groups[LOOKED_AT:], goal, barred)
    return None if best is None else best[1]


def _comes_back(now: TopologyIndex, opened: np.ndarray, goal: np.ndarray, barred: Barred) -> bool:
    """Whether all who lose supply when a device opens can have it back, as far as they normally have it.

    Where something must not come under voltage, the way they are normally fed may be barred.
    """
    if not barred.any:
        return True
    after = now.operated(opened=opened)
    lost = now.resupply(after).lost
    if not len(lost):
        return True
    while True:
        closing = _groups(after, goal, to_close=True)
        allowed = [one for one in closing if not _touches(now.wiring, one, barred)]
        helpful = [one for one in allowed if len(after.resupply(after.operated(closed=one)).gained)]
        if not helpful:
            break
        after = after.operated(closed=helpful[0])
    normally = replace(now, closed=goal & now.wiring.in_service).supplied
    return not (normally[lost] & ~after.supplied[lost]).any()


def _users(outage: Outage, nodes: np.ndarray) -> tuple[int, int]:
    consumers = outage.consumers
    areas, customers = consumers.areas.rows_at(nodes), consumers.customers.rows_at(nodes)
    users = int(consumers.public_areas[areas].sum()) + int(consumers.mv_customers[customers].sum())
    return users, len(customers)
