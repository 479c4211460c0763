"""Keep what is earthed dead: no edit, undo or redo may put an earthed place under voltage at present."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grid_model.changes import Changes
from grid_model.earth_places import EarthPlace, earths_of, nodes_of
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.study_faults import open_faults
from grid_model.wiring import BranchKind, Wiring

WATCHED = (
    "earths", "switches", "ac_line_segments", "power_transformers", "energy_sources", "connectivity_nodes"
)  # fmt: skip
"""An edit of anything else cannot energise anything."""


def live_earths(project: Project) -> tuple[EarthPlace, ...]:
    """Name the earthed places that have supply at present, in table order; there should be none."""
    earths = earths_of(project)
    if not earths:
        return ()
    from grid_model.topology import SwitchState, TopologyIndex

    index = TopologyIndex.build(project, SwitchState.CURRENT)
    return _live_among(project, index.wiring, earths, index.supplied)


def _live_among(
    project: Project, wiring: Wiring, places: Sequence[EarthPlace], live: np.ndarray
) -> tuple[EarthPlace, ...]:
    every = dict.fromkeys(places)
    return tuple(one for one in every if live[list(nodes_of(project, wiring, one))].any())


@dataclass(frozen=True)
class Danger:
    """What must stay dead and comes under voltage.

    Parameters
    ----------
    code
        ``energises-earth`` (an earthed place, such as ``C`` or ``L2@C``) or ``energises-fault`` (a device
        that failed in a study carried out and is not repaired).
    """

    code: str
    id: str


def under_voltage(
    project: Project, wiring: Wiring, closed: np.ndarray, live: np.ndarray
) -> tuple[Danger, ...]:
    """List earthed places and devices with an open fault that are live.

    Parameters
    ----------
    closed, live
        Which branches are closed, and which nodes have supply.
    """
    earthed = _live_among(project, wiring, earths_of(project), live)
    found = [Danger("energises-earth", str(one)) for one in earthed]
    for fault in open_faults(project):
        own = wiring.branches(fault)
        own = own[wiring.can_conduct[own] & (closed[own] | (wiring.kind[own] == BranchKind.SWITCH))]
        if (live[wiring.a[own]] | live[wiring.b[own]]).any():
            found.append(Danger("energises-fault", fault.id))
    return tuple(found)


def refuse_live_earth(before: Project, after: Project, changes: Changes) -> None:
    """Refuse `changes` that put an earthed place under voltage.

    A place that is earthed and live already, which only another program can have made so, hinders nothing.

    Raises
    ------
    GridError
        ``energises-earth`` with the place.
    """
    if not len(after.frame("earths")) or not changes.touches(*WATCHED):
        return
    live = live_earths(after)
    if live:
        known = set(live_earths(before))
        for place in live:
            if place not in known:
                raise GridError("energises-earth", node=str(place))
