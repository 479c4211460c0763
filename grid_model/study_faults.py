"""Which faults of carried-out studies are still open: the records of the outages know."""

from __future__ import annotations

import json
from typing import Any

from grid_model.project import Project
from grid_model.wiring import DEVICE_TABLES, Device


def recorded_result(text: object) -> dict[str, Any]:
    """Read what a row of ``outages`` holds as steps or result; what is no record of ours is empty."""
    if not isinstance(text, str) or not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def open_faults(project: Project) -> tuple[Device, ...]:
    """List the devices that failed in a study carried out and were not repaired in it or a later one."""
    found: dict[Device, None] = {}
    for text in project.frame("outages")["result"]:
        done = recorded_result(text).get("carried_out") or {}
        for name in done.get("repaired") or ():
            found.pop(_device(name), None)
        found |= {_device(name): None for name in done.get("faults") or ()}
    return tuple(one for one in found if one.table in DEVICE_TABLES and one.id in project.table(one.table))


def _device(name: str) -> Device:
    table, _colon, one = str(name).partition(":")
    return Device(table, one)
