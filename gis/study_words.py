"""The words of outage studies that lists, pages and the terminal share: steps, reasons, classes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.reasons import Reason
from grid_model.study_places import SOURCE_PREFIXES, named_place
from grid_model.study_steps import StudyStep
from grid_model.wiring import Device
from resources.i18n import N_, _

if TYPE_CHECKING:
    from grid_model.back_feed import BackFeed
    from grid_model.study import OutageStudy, Stage

ACTIONS = {
    "fault": N_("Fault at {devices}"),
    "trip": N_("{devices} trips"),
    "open": N_("Open {devices}"),
    "close": N_("Close {devices}"),
    "isolate": N_("Isolate the fault"),
    "restore": N_("Restore what is healthy"),
    "earth": N_("Earth {devices}"),
    "unearth": N_("Take the earth off {devices}"),
    "jumper": N_("Join {devices} for the time being"),
    "cut": N_("Cut {devices}"),
    "repair": N_("Fault repaired"),
    "normal": N_("Return to the positions before the first step"),
}

REPAIRED = N_("Fault in {devices} repaired")

STATUSES = {
    "out": N_("Without supply"),
    "backup": N_("On backup supply"),
    "already_out": N_("Without supply before"),
    "unknown": N_("Cannot be judged"),
}

BASES = {
    "topology": N_("Topology"),
    "area": N_("Customer-transformer relation"),
    "manual": N_("Entered by hand"),
    "none": N_("No link"),
}

WHY = {
    "out": N_("The way to the source leads over {path}, and {device} is open."),
    "backup": N_("One supply is lost, for {device} is open; another remains."),
    "already_out": N_("There was no supply before the first step."),
    "unknown": N_("There is no way to a source in the normal state."),
}

ENDS_SHOWN = 3
"""Devices named at either end of a long way."""


def stage_sentence(study: OutageStudy, stage: Stage, *, ids: bool = False) -> str:
    """Say what a step did: as `step_sentence`, and which fault was repaired where the step names none."""
    step = stage.step
    if step.action == "repair" and not step.devices:
        before = study.stages[stage.n - 2].faults if stage.n > 1 else stage.moment.known_faults
        gone = [one for one in before if one not in stage.faults]
        step = replace(step, devices=tuple(str(one) for one in gone))
    return step_sentence(study.project, step, ids=ids)


def step_sentence(project: Project, step: StudyStep, *, ids: bool = False) -> str:
    """Say what a step does, with the names of its devices where they have one, and where on a line.

    Parameters
    ----------
    ids
        Whether identifiers stand beside names.
    """
    devices = _(", ").join(_named(project, one, ids) for one in step.devices)
    known = REPAIRED if step.action == "repair" and devices else ACTIONS.get(step.action, "{devices}")
    text = _(known).format(devices=devices)
    if step.at_m is not None:
        text += " · " + _("{metres} m from node A").format(metres=f"{step.at_m:.0f}")
    if step.temporary:
        text += f" · {step.temporary}"
    return f"{text} · {step.note}" if step.note else text


def _named(project: Project, text: str, ids: bool) -> str:
    """Give the name of what a step names, its identifier where it has none."""
    prefix, _colon, rest = text.partition(":")
    if prefix in SOURCE_PREFIXES and rest in project.table("energy_sources"):
        return _("source {name}").format(name=device_label(project, Device("energy_sources", rest), ids=ids))
    try:
        found = named_place(project, text)
    except GridError:  # not there, or not clear: the step is refused elsewhere, here it is as it was written
        return text
    if isinstance(found, str):
        return device_label(project, Device("connectivity_nodes", found), ids=ids)
    device, ends = found
    name = device_label(project, device, ids=ids)
    if not ends:
        return name
    end = text.rpartition("@")[2]
    known = _("{device} (end {end})") if end in ("a", "b") else _("{device} (end at {node})")
    return known.format(device=name, end=end.upper(), node=end)


def device_label(project: Project, device: Device, *, ids: bool = True) -> str:
    """Give the name of a device or node, with its identifier beside it where `ids` says so."""
    name = name_of(project, device)
    return _("{name} ({id})").format(name=name, id=device.id) if ids and name != device.id else name


def device_labels(project: Project, devices: Iterable[Device]) -> str:
    """Give names and identifiers of several, one after another."""
    return _(", ").join(device_label(project, one) for one in devices)


def name_of(project: Project, device: Device) -> str:
    """Give the name of a device, its identifier where it has none."""
    return str(project.table(device.table).row(device.id).get("name") or "") or device.id


KEEP_OPEN = N_("keep it open")
KEEP_OPEN_UNTIL = N_("keep it open until step {n} closes it")


def tie_remark(one: BackFeed, closed_in: Mapping[str, int]) -> str:
    """Say what to do with an open switch one side of which is live; of anything else nothing.

    Parameters
    ----------
    closed_in
        Switches a study closes, and in which step (`steps_closing`).
    """
    if one.kind != "tie":
        return ""
    n = closed_in.get(one.id)
    return _(KEEP_OPEN) if n is None else _(KEEP_OPEN_UNTIL).format(n=n)


def steps_closing(study: OutageStudy) -> dict[str, int]:
    """Give the first step that closes each switch."""
    return {
        one.id: stage.n for stage in reversed(study.stages) for one in stage.closed if one.table == "switches"
    }


def reason_in_list(project: Project, reason: Reason) -> str:
    """Say why a customer stands on a list, without naming the customer."""
    return reasons_in_list(project, [reason])[0]


def reasons_in_list(project: Project, reasons: Sequence[Reason]) -> list[str]:
    """Say it of many customers; those at the same place share their sentence, devices are named once."""
    known = {
        one for reason in reasons for one in (*_shown(reason.path), reason.open_point) if one is not None
    }
    names = _names(project, known)
    sentences: dict[tuple[str, tuple[Device, ...], Device | None], str] = {}
    found = []
    for reason in reasons:
        key = (reason.status, reason.path, reason.open_point)
        if key not in sentences:
            sentences[key] = _reason(reason, names)
        found.append(sentences[key])
    return found


def _names(project: Project, devices: Collection[Device]) -> dict[Device, str]:
    found: dict[Device, str] = {}
    for table in {one.table for one in devices}:
        own = [one for one in devices if one.table == table]
        frame = project.frame(table)
        if "name" not in frame.columns:
            found |= {one: one.id for one in own}
            continue
        rows = project.table(table).positions([one.id for one in own])
        names = frame["name"].iloc[rows].fillna("").tolist()
        found |= {one: name or one.id for one, name in zip(own, names, strict=True)}
    return found


def _reason(reason: Reason, names: Mapping[Device, str]) -> str:
    if reason.status not in WHY or (reason.status in ("out", "backup") and reason.open_point is None):
        return ""
    path: Sequence[str] = [names[one] for one in _shown(reason.path)]
    if len(reason.path) > 2 * ENDS_SHOWN:
        path = [*path[:ENDS_SHOWN], "…", *path[ENDS_SHOWN:]]
    device = "" if reason.open_point is None else names[reason.open_point]
    return _(WHY[reason.status]).format(path=" – ".join(path), device=device)


def _shown(path: Sequence[Device]) -> Sequence[Device]:
    return path if len(path) <= 2 * ENDS_SHOWN else [*path[:ENDS_SHOWN], *path[-ENDS_SHOWN:]]


def when(time: datetime) -> str:
    """Write a moment to the minute."""
    return time.strftime("%Y-%m-%d %H:%M")
