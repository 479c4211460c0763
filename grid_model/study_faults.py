"""Which faults of carried-out studies are still open: the records of the outages know."""

from __future__ import annotations

from grid_model.carried_out import carried_out_records, recorded_result, standing_open
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.wiring import DEVICE_TABLES, Device

__all__ = ["fault_outages", "open_faults", "recorded_result", "refuse_forgotten"]


def open_faults(project: Project) -> tuple[Device, ...]:
    """List the devices that failed in a study carried out and were not repaired in it or a later one."""
    return tuple(fault_outages(project))


def fault_outages(project: Project) -> dict[Device, str]:
    """Give each device with an open fault, and the outage in which it failed."""
    found: dict[Device, str] = {}
    for done in carried_out_records(project):
        for name in done.get("repaired") or ():
            found.pop(_device(name), None)
        for name in done.get("faults") or ():
            found.setdefault(_device(name), str(done["outage"]))
    return {
        one: outage
        for one, outage in found.items()
        if one.table in DEVICE_TABLES and one.id in project.table(one.table)
    }


def _device(name: str) -> Device:
    table, _colon, one = str(name).partition(":")
    return Device(table, one)


def refuse_forgotten(before: Project, after: Project, name: str) -> None:
    """Refuse to lose a record of ``outages`` on which the present state rests.

    Parameters
    ----------
    before, after
        With the record, and without it.
    name
        What people call it.

    Raises
    ------
    GridError
        ``outage-has-open-fault`` where a fault is known by this record alone: it would be forgotten, and
        something could be closed onto it; ``outage-holds-present`` where devices would count as failed
        again, or a source or transformer would stand otherwise.
    """
    were, are = set(open_faults(before)), set(open_faults(after))
    lost = were - are
    if lost:
        devices = ", ".join(sorted(one.id for one in lost))
        raise GridError("outage-has-open-fault", name=name, devices=devices)
    otherwise = {one.id for one in are - were}
    otherwise |= {one for _table, one in set(standing_open(before)) ^ set(standing_open(after))}
    if otherwise:
        raise GridError("outage-holds-present", name=name, devices=", ".join(sorted(otherwise)))
