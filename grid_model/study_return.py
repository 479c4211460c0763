"""Bring the network from one position of its switches to another without needless interruption."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grid_model.restoration_search import Operation
from grid_model.settings import setting
from grid_model.topology import TopologyIndex
from grid_model.tracing import Outage


def return_operations(outage: Outage, goal: np.ndarray, forbidden: np.ndarray) -> tuple[Operation, ...]:
    """Order the operations that lead from the positions of `outage` to `goal`.

    First what can close without making a loop; then, where a short loop is allowed (the setting
    ``outage.short_loop_allowed``), what else closes, and at last what opens. Where it is not, one device
    opens, the one that darkens the fewest users, and what then can close closes at once.

    Parameters
    ----------
    goal
        For each branch whether it is to be closed.
    forbidden
        Nodes that must not come under voltage: what would do so, or would darken somebody who could not
        come back for it, is left as it is.
    """
    short_loop = bool(setting(outage.project, "outage.short_loop_allowed"))
    wiring = outage.before.wiring
    now = outage.after_topology
    found: list[Operation] = []

    def operate(action: str, branches: np.ndarray) -> None:
        nonlocal now
        found.append(Operation(action, wiring.device(int(branches[0]))))
        now = now.operated(opened=branches) if action == "open" else now.operated(closed=branches)

    while True:
        closing, opening = _groups(now, goal, to_close=True), _groups(now, goal, to_close=False)
        opening = [one for one in opening if _comes_back(now, one, goal, forbidden)]
        allowed = [one for one in closing if not _energises(now, one, forbidden)]
        harmless = [one for one in allowed if not _loops(now, one)]
        if harmless:
            operate("close", _most(outage, now, harmless))
        elif allowed and (short_loop or not opening):
            operate("close", allowed[0])
        elif opening:
            operate("open", _least(outage, now, opening))
        else:
            return tuple(found)


def _groups(now: TopologyIndex, goal: np.ndarray, *, to_close: bool) -> list[np.ndarray]:
    """Branches that still differ, those of one device together, in branch order."""
    wiring = now.wiring
    differs = (goal & ~now.closed) if to_close else (now.closed & ~goal)
    devices = dict.fromkeys(wiring.devices(np.flatnonzero(differs & wiring.in_service)))
    return [wiring.branches(one) for one in devices]


def _loops(now: TopologyIndex, branches: np.ndarray) -> bool:
    """Whether closing joins what already has supply on both sides."""
    live, wiring = now.supplied, now.wiring
    return bool((live[wiring.a[branches]] & live[wiring.b[branches]]).any())


def _energises(now: TopologyIndex, branches: np.ndarray, forbidden: np.ndarray) -> bool:
    gained = now.resupply(now.operated(closed=branches)).gained
    return bool(np.isin(forbidden, gained).any())


def _comes_back(now: TopologyIndex, opened: np.ndarray, goal: np.ndarray, forbidden: np.ndarray) -> bool:
    """Whether all who lose supply when a device opens can have it back, as far as they normally have it.

    Where something must not come under voltage, the way they are normally fed may be barred.
    """
    if not len(forbidden):
        return True
    after = now.operated(opened=opened)
    lost = now.resupply(after).lost
    if not len(lost):
        return True
    while True:
        closing = _groups(after, goal, to_close=True)
        allowed = [one for one in closing if not _energises(after, one, forbidden)]
        helpful = [one for one in allowed if len(after.resupply(after.operated(closed=one)).gained)]
        if not helpful:
            break
        after = after.operated(closed=helpful[0])
    normally = replace(now, closed=goal & now.wiring.in_service).supplied
    return not (normally[lost] & ~after.supplied[lost]).any()


def _most(outage: Outage, now: TopologyIndex, groups: list[np.ndarray]) -> np.ndarray:
    """The one whose closing brings back most users; of equals the first."""
    return max(groups, key=lambda one: _users(outage, now.resupply(now.operated(closed=one)).gained))


def _least(outage: Outage, now: TopologyIndex, groups: list[np.ndarray]) -> np.ndarray:
    """The one whose opening darkens fewest users; of equals the first."""
    return min(groups, key=lambda one: _users(outage, now.resupply(now.operated(opened=one)).lost))


def _users(outage: Outage, nodes: np.ndarray) -> tuple[int, int]:
    consumers = outage.consumers
    areas, customers = consumers.areas.rows_at(nodes), consumers.customers.rows_at(nodes)
    users = int(consumers.public_areas[areas].sum()) + int(consumers.mv_customers[customers].sum())
    return users, len(customers)
