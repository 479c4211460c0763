"""List what could feed back into a dead part: PV, storage, generators, second supplies, open ties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from grid_model.customers import Consumers
from grid_model.project import Project
from grid_model.settings import setting
from grid_model.topology import TopologyIndex
from grid_model.wiring import BranchKind, Device


@dataclass(frozen=True)
class BackFeed:
    """One thing that can make a dead part live: disconnect, verify dead, earth (断开并网点、验电、接地).

    Parameters
    ----------
    kind
        ``pv``, ``battery``, ``generator`` (an id of ``pv_units``), ``second_supply`` (a customer who has
        another supply), ``tie`` (an open switch with a live side: keep it open).
    rated_kw
        Power of the unit, None where unknown.
    transformer_area
        Its area, empty where there is none.
    share
        All PV of the area against the capacity of its transformers, None where it cannot be said.
    flag
        ``""``, ``over-25`` or ``over-80`` per cent (the settings ``outage.pv_share_…`` may say otherwise).
    connection_switch
        Switch that parts the unit from the network.
    where
        In a study: ``earthed`` or ``isolated`` where it lies in the part that was earthed, or joined with
        the fault; else ``dead``.
    """

    kind: str
    id: str
    rated_kw: float | None = None
    transformer_area: str = ""
    share: float | None = None
    flag: str = ""
    connection_switch: str = ""
    customer: str = ""
    where: str = "dead"


def back_feed(
    project: Project,
    consumers: Consumers,
    before: TopologyIndex,
    now: np.ndarray,
    live: np.ndarray,
    dead: np.ndarray,
    backup: np.ndarray,
    parts: Mapping[str, np.ndarray] | None = None,
) -> tuple[BackFeed, ...]:
    """List what could feed back into the nodes `dead`.

    Parameters
    ----------
    before
        The network before the first step.
    now, live
        Which branches are closed, and which nodes have supply, after the last step.
    dead
        Nodes that lost supply.
    backup
        Rows of customers who lost one supply and have another.
    parts
        Parts of the network by name, most dangerous first: whether each node lies in it.
    """
    units = _units(project, consumers, dead)
    customers = project.frame("customers")["id"].iloc[backup]
    second = (BackFeed("second_supply", str(one), customer=str(one)) for one in customers)
    found = (*units, *second, *_ties(project, before, now, live, dead))
    if not parts:
        return found
    return tuple(replace(one, where=_where(project, consumers, before, one, parts)) for one in found)


def _where(
    project: Project,
    consumers: Consumers,
    before: TopologyIndex,
    one: BackFeed,
    parts: Mapping[str, np.ndarray],
) -> str:
    if one.kind == "tie":
        branches = before.wiring.branches(Device("switches", one.id))
        nodes = np.concatenate([before.wiring.a[branches], before.wiring.b[branches]])
    else:
        table, points = (
            ("customers", consumers.customers)
            if one.kind == "second_supply"
            else ("pv_units", consumers.pv_units)
        )
        nodes, _owner = points.points_of(np.array([project.table(table).position(one.id)]))
    return next((name for name, inside in parts.items() if inside[nodes].any()), "dead")


def _units(project: Project, consumers: Consumers, dead: np.ndarray) -> list[BackFeed]:
    rows = consumers.pv_units.rows_at(dead)
    if not len(rows):
        return []
    units = project.frame("pv_units").iloc[rows]
    shares = consumers.pv_shares
    areas = _areas(project, consumers, rows)
    found = []
    for unit, area in zip(units.to_dict("records"), areas, strict=True):
        share = shares.get(area)
        found.append(
            BackFeed(
                unit["kind"],
                unit["id"],
                _number(unit["rated_kw"]),
                area,
                share,
                _flag(project, share),
                _text(unit["connection_switch"]),
                _text(unit["customer"]),
            )
        )
    return sorted(found, key=lambda one: (-(one.share or 0.0), -(one.rated_kw or 0.0), one.id))


def _areas(project: Project, consumers: Consumers, rows: np.ndarray) -> list[str]:
    """Area of each unit: its own, else its customer's, else the one fed at its node."""
    units = project.frame("pv_units").iloc[rows]
    customers = project.table("customers")
    found = []
    for row, area, customer in zip(rows, units["transformer_area"], units["customer"], strict=True):
        name = _text(area)
        if not name and _text(customer) in customers:
            name = _text(customers.frame["transformer_area"].iat[customers.position(customer)])
        if not name:
            nodes, _owner = consumers.pv_units.points_of(np.array([row]))
            at = consumers.areas.rows_at(nodes)
            name = str(project.frame("transformer_areas")["id"].iat[at[0]]) if len(at) else ""
        found.append(name)
    return found


def _ties(
    project: Project, before: TopologyIndex, now: np.ndarray, live: np.ndarray, dead: np.ndarray
) -> list[BackFeed]:
    """Switches between dead and live that stood open before the first step.

    A jumper that is open is not there.
    """
    wiring = before.wiring
    inside = np.zeros(wiring.node_count, dtype=bool)
    inside[dead] = True
    entry, _owner = wiring.adjacency.entries_of(dead)
    branches, far = wiring.adjacency.branches[entry], wiring.adjacency.nodes[entry]
    beside = (wiring.kind[branches] == BranchKind.SWITCH) & ~inside[far] & live[far]
    found = np.unique(branches[beside & ~before.closed[branches] & ~now[branches]])
    kinds = project.frame("switches")["kind"].to_numpy()[before.wiring.row[found]]
    found = found[kinds != "jumper"]
    return [BackFeed("tie", one.id) for one in wiring.devices(found)]


def _flag(project: Project, share: float | None) -> str:
    """Flag the share; the thresholds are settings, 25 and 80 % by default (`DOMAIN` §5.1)."""
    if share is None or share <= setting(project, "outage.pv_share_noted"):
        return ""
    return "over-80" if share > setting(project, "outage.pv_share_severe") else "over-25"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: float) -> float | None:
    return None if value != value else float(value)
