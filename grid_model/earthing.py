"""Keep what is earthed dead: no edit, undo or redo may put an earthed node under voltage at present."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.study_faults import open_faults
from grid_model.wiring import BranchKind, Wiring

WATCHED = (
    "earths", "switches", "ac_line_segments", "power_transformers", "energy_sources", "connectivity_nodes"
)  # fmt: skip
"""An edit of anything else cannot energise anything."""


def live_earths(project: Project) -> tuple[str, ...]:
    """Name the earthed nodes that have supply at present, in table order; there should be none."""
    earths = project.frame("earths")
    if not len(earths):
        return ()
    from grid_model.topology import SwitchState, TopologyIndex

    named = earths["node"].fillna("").tolist()
    at = project.table("connectivity_nodes").positions(named)
    supplied = TopologyIndex.build(project, SwitchState.CURRENT).supplied
    live = (at >= 0) & supplied[np.maximum(at, 0)]
    return tuple(dict.fromkeys(node for node, one in zip(named, live, strict=True) if one))


@dataclass(frozen=True)
class Danger:
    """What must stay dead and comes under voltage.

    Parameters
    ----------
    code
        ``energises-earth`` (an earthed node) or ``energises-fault`` (a device that failed in a study carried
        out and is not repaired).
    """

    code: str
    id: str


def under_voltage(
    project: Project, wiring: Wiring, closed: np.ndarray, live: np.ndarray
) -> tuple[Danger, ...]:
    """List earthed nodes and devices with an open fault that are live.

    Parameters
    ----------
    closed, live
        Which branches are closed, and which nodes have supply.
    """
    named = list(dict.fromkeys(project.frame("earths")["node"].fillna("").tolist()))
    at = project.table("connectivity_nodes").positions(named)
    found = [Danger("energises-earth", node) for node, n in zip(named, at, strict=True) if n >= 0 and live[n]]
    for fault in open_faults(project):
        own = wiring.branches(fault)
        own = own[wiring.can_conduct[own] & (closed[own] | (wiring.kind[own] == BranchKind.SWITCH))]
        if (live[wiring.a[own]] | live[wiring.b[own]]).any():
            found.append(Danger("energises-fault", fault.id))
    return tuple(found)


def refuse_live_earth(before: Project, after: Project, changes: Changes) -> None:
    """Refuse `changes` that put an earthed node under voltage.

    A node that is earthed and live already, which only another program can have made so, hinders nothing.

    Raises
    ------
    GridError
        ``energises-earth`` with the node.
    """
    if not len(after.frame("earths")) or not changes.touches(*WATCHED):
        return
    live = live_earths(after)
    if live:
        known = set(live_earths(before))
        for node in live:
            if node not in known:
                raise GridError("energises-earth", node=node)
