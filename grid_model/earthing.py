"""Keep dead what is earthed or has failed: no edit, undo or redo may put it under voltage at present."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grid_model.changes import Changes
from grid_model.earth_places import EarthPlace, earths_of, nodes_of
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.study_faults import fault_outages, open_faults
from grid_model.wiring import BranchKind, Device, Wiring

WATCHED = (
    "earths", "outages", "switches", "ac_line_segments", "power_transformers", "energy_sources",
    "connectivity_nodes",
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
        own = striking(wiring, closed, fault)
        if (live[wiring.a[own]] | live[wiring.b[own]]).any():
            found.append(Danger("energises-fault", fault.id))
    return tuple(found)


def striking(wiring: Wiring, closed: np.ndarray, fault: Device) -> np.ndarray:
    """Give the branches by which a fault strikes.

    A line or transformer that is taken out strikes nothing any more; a faulted switch strikes on both sides
    though it stands open.
    """
    own = wiring.branches(fault)
    own = own[wiring.in_service[own] & (wiring.a[own] >= 0) & (wiring.b[own] >= 0)]
    return np.asarray(own[closed[own] | (wiring.kind[own] == BranchKind.SWITCH)])


def dangers_at_present(project: Project) -> tuple[Danger, ...]:
    """List what must stay dead and is live at present; there should be nothing."""
    if not len(project.frame("earths")) and not open_faults(project):
        return ()
    from grid_model.topology import SwitchState, TopologyIndex

    index = TopologyIndex.build(project, SwitchState.CURRENT)
    return under_voltage(project, index.wiring, index.closed, index.supplied)


def refuse_new_danger(before: Project, after: Project, changes: Changes) -> None:
    """Refuse `changes` that put an earthed place or an open fault under voltage.

    What is live already, which only another program can have made so, hinders nothing.

    Raises
    ------
    GridError
        ``energises-earth`` with the place, ``energises-open-fault`` with the device and the outage in which
        it failed.
    """
    if not changes.touches(*WATCHED):
        return
    found = dangers_at_present(after)
    known = set(dangers_at_present(before)) if found else ()
    for one in found:
        if one in known:
            continue
        if one.code == "energises-earth":
            raise GridError("energises-earth", node=one.id)
        outages = {fault.id: outage for fault, outage in fault_outages(after).items()}
        raise GridError("energises-open-fault", id=one.id, outage=outages[one.id])
