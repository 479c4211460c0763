"""Keep what is earthed dead: no edit, undo or redo may put an earthed node under voltage at present."""

from __future__ import annotations

import numpy as np

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Project

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
