"""What stands otherwise than normal now, and whom that leaves without supply."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from grid_model.abnormal import AbnormalDevice, abnormal_devices
from grid_model.errors import GridError
from grid_model.history import Entry
from grid_model.project import Project
from grid_model.study_faults import open_faults, recorded_result
from grid_model.study_steps import read_steps
from grid_model.wiring import Device
from ui.map.overlay import OutageOverlay

if TYPE_CHECKING:
    from grid_model.study import Stage


@dataclass(frozen=True, eq=False)
class Standing:
    """The network as it stands now.

    Parameters
    ----------
    devices
        What is not as in the normal state.
    faults
        What failed in a study carried out and is not repaired.
    stage, overlay
        Who is out by that, and what the map shows of it; None where no source is in service.
    """

    devices: tuple[AbnormalDevice, ...]
    faults: tuple[Device, ...]
    stage: Stage | None = None
    overlay: OutageOverlay | None = None


def standing_of(project: Project, entries: Iterable[Entry]) -> Standing:
    """Compare the present state with the normal one; `entries` as in `abnormal_devices`."""
    from grid_model.present import present_stage
    from ui.outage_answer import overlay_of

    devices, faults = abnormal_devices(project, entries), open_faults(project)
    if not devices and not faults:
        return Standing(devices, faults)
    try:
        stage = present_stage(project)
    except GridError as error:
        if error.code != "network-without-source":
            raise
        return Standing(devices, faults)
    dark = np.zeros(len(project.table("ac_line_segments")), dtype=bool)
    overlay = overlay_of(
        project, stage, None, dark, isolated=True, places=places_of_faults(project) if faults else {}
    )
    return Standing(devices, faults, stage, overlay)


def places_of_faults(project: Project) -> dict[str, tuple[float | None, float | None]]:
    """Give where along their lines faults were found, as the steps that were carried out say.

    A record whose steps cannot be read tells no place; its fault is drawn in the middle of the line.
    """
    from grid_model.study_places import fault_place

    found: dict[str, tuple[float | None, float | None]] = {}
    for row in project.frame("outages")[["steps", "result"]].itertuples(index=False):
        if not (recorded_result(row.result).get("carried_out") or {}).get("faults"):
            continue
        try:
            steps, _more = read_steps(recorded_result(row.steps), project.info.planning_date)
            places = [fault_place(project, step) for step in steps if step.action == "fault"]
        except GridError:
            continue
        found |= {one.line: (one.x, one.y) for one in places if one is not None}
    return found
