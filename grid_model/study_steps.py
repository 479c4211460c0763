"""The steps of an outage study: what can be done, when, to what, and how they stand in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from grid_model.errors import GridError
from grid_model.wiring import SwitchState

ACTIONS = (
    "fault",
    "trip",
    "open",
    "close",
    "isolate",
    "restore",
    "earth",
    "unearth",
    "jumper",
    "cut",
    "repair",
    "normal",
)
"""What a step can be.

``fault``: a device fails, what protects it trips; on a line the step may say where. ``trip``: the named
protective devices open. ``isolate``: the nearest operable switches around the fault open, then what
tripped closes again. ``restore``: ties close, section switches open, so that the fewest user-hours are
lost; with devices only these ties. ``earth`` and ``unearth``: the nodes, or both ends of the devices; a
line's ends are its own, beyond the switches that stand there.
``jumper`` (临时搭接): two places are joined, or the two ends of one device. ``cut``: a line is parted.
``repair``: the fault is gone. ``normal``: everything goes back to where it stood before the first step.
"""

MADE = ("jumper", "cut")
"""Steps that put something in, which gets an identifier."""

TAKE_NO_DEVICES = frozenset({"isolate", "normal"})

NEED_DEVICES = frozenset({"fault", "trip", "open", "close", "earth", "unearth", "jumper", "cut"})


@dataclass(frozen=True)
class StudyStep:
    """One step: when, what, and to which devices (as written on the command line).

    Parameters
    ----------
    devices
        ``ID`` or ``table:ID``. Where a place is meant (earth, jumper, cut) a node's id serves too, and
        ``ID@a``, ``ID@b`` or ``ID@node`` is one end of a device.
    at_m, xy
        Where along a line it failed or is cut: metres from its node A, or a point in the project's
        coordinates (the nearest place on the line is taken).
    note
        Whatever the planner writes beside it.
    temporary
        Identifier of the jumper or cut this step makes; given by `study_outage` where empty.
    """

    time: datetime
    action: str
    devices: tuple[str, ...] = ()
    at_m: float | None = None
    note: str = ""
    xy: tuple[float, float] | None = None
    temporary: str = ""


@dataclass(frozen=True)
class ManualEntry:
    """A customer or an area that the planner adds by hand (手工): the network does not show it as out.

    Parameters
    ----------
    kind
        ``customer`` or ``area`` (then every customer in use of it).
    off, on
        From when to when; None: from the first step, up to the end of the study.
    """

    kind: str
    id: str
    reason: str = ""
    off: datetime | None = None
    on: datetime | None = None


def refuse_bad_times(steps: Sequence[StudyStep], until: datetime | None) -> None:
    """Refuse times that run backwards: `GridError` ``times-out-of-order``, ``until-too-early``."""
    for earlier, later in pairwise(step.time for step in steps):
        if later < earlier:
            raise GridError("times-out-of-order", time=_shown(later), before=_shown(earlier))
    if until is not None and steps and until < steps[-1].time:
        raise GridError("until-too-early", time=_shown(until), before=_shown(steps[-1].time))


@contextmanager
def told_of_step(n: int, step: StudyStep) -> Iterator[None]:
    """Let a refusal say which step it is about: the values ``step_n`` (from 1) and ``step_time``."""
    try:
        yield
    except GridError as error:
        at = {"step_n": n, "step_time": _shown(step.time)}
        raise GridError(error.code, **{**error.values, **at}) from error


def hours_between(start: datetime, end: datetime) -> float:
    """Give the hours from `start` to `end`."""
    return (end - start) / timedelta(hours=1)


def _shown(time: datetime) -> str:
    return time.isoformat(" ", "minutes")


# ---------------------------------------------------------------------------- the file of steps


@dataclass(frozen=True)
class StepsFile:
    """What a file of steps holds: the steps and the other arguments of `study_outage`."""

    steps: tuple[StudyStep, ...]
    state: SwitchState = SwitchState.NORMAL
    until: datetime | None = None
    inoperable: tuple[str, ...] = ()
    manual: tuple[ManualEntry, ...] = ()
    name: str = field(default="")


def read_steps(content: Any, planning_date: str) -> tuple[list[StudyStep], dict[str, Any]]:
    """Read the content of a steps file: the steps, and the other arguments of `study_outage`.

    Raises
    ------
    GridError
        ``bad-steps`` with the step's number; ``bad-step-time``, ``bad-step-devices``, ``bad-step-place``
        where one value of it is wrong; ``bad-steps-file``, ``bad-steps-state``, ``bad-steps-list``,
        ``bad-moment`` where it is no step's fault.
    """
    if not isinstance(content, Mapping) or not isinstance(content.get("steps"), list):
        raise GridError("bad-steps-file")
    steps = [_read_step(row, planning_date, n) for n, row in enumerate(content["steps"], 1)]
    more: dict[str, Any] = {"inoperable": _texts(content.get("inoperable", []), "inoperable")}
    if content.get("until"):
        more["until"] = _time(content["until"], planning_date, 0)
    if content.get("state", "normal") not in [one.value for one in SwitchState]:
        raise GridError("bad-steps-state", value=str(content["state"]))
    more["state"] = SwitchState(content.get("state", "normal"))
    if content.get("manual"):
        if not isinstance(content["manual"], list):
            raise GridError("bad-steps-list", key="manual")
        more["manual"] = tuple(_read_manual(row, planning_date) for row in content["manual"])
    return steps, more


FILE_KEYS = frozenset({"steps", "state", "until", "inoperable", "manual"})
STEP_KEYS = frozenset({"time", "at", "action", "devices", "device", "ids", "id", "at_m", "x", "y", "note"})
MANUAL_KEYS = frozenset({"customer", "area", "reason", "off", "on"})
ONE_OF = (("device", "devices", "ids"), ("time", "at"), ("at_m", "x"), ("at_m", "y"))
"""Keys of a step of which one may stand; the others would be dropped."""


def refuse_unclear_file(content: Any) -> None:
    """Refuse a steps file that says what nobody reads, such as a mistyped key, or says it twice.

    A study that was kept is read without this: it may come from an older version.

    Raises
    ------
    GridError
        ``unknown-steps-file-key``, ``unknown-step-key`` with the step's number, ``unknown-manual-key``, all
        with the keys; ``step-keys-exclude``, ``step-key-without-use``; ``manual-one-of``,
        ``manual-without-reason``.
    """
    if not isinstance(content, Mapping):
        return
    _refuse_unknown("unknown-steps-file-key", content, FILE_KEYS, 0)
    steps, manual = content.get("steps"), content.get("manual")
    for n, row in enumerate(steps if isinstance(steps, list) else [], 1):
        if isinstance(row, Mapping):
            _refuse_unknown("unknown-step-key", row, STEP_KEYS, n)
            _refuse_unclear_step(row, n)
    for n, row in enumerate(manual if isinstance(manual, list) else [], 1):
        if isinstance(row, Mapping):
            _refuse_unknown("unknown-manual-key", row, MANUAL_KEYS, n)
            _refuse_unclear_manual(row, n)


def _refuse_unknown(code: str, row: Mapping[str, Any], known: frozenset[str], n: int) -> None:
    unknown = [str(one) for one in row if one not in known]
    if unknown:
        raise GridError(code, step=n, keys=", ".join(unknown), known=", ".join(sorted(known)))


def _refuse_unclear_step(row: Mapping[str, Any], n: int) -> None:
    for keys in ONE_OF:
        both = [one for one in keys if row.get(one) is not None]
        if len(both) > 1:
            raise GridError("step-keys-exclude", step=n, keys=", ".join(both))
    action = row.get("action")
    for key in ("at_m", "x", "y"):
        if row.get(key) is not None and action not in ("fault", "cut"):
            raise GridError("step-key-without-use", step=n, key=key, action=str(action), actions="fault, cut")
    named = any(row.get(one) is not None for one in ONE_OF[0])
    if row.get("id") and action not in MADE and (named or not isinstance(row["id"], str)):
        made = ", ".join(MADE)
        raise GridError("step-key-without-use", step=n, key="id", action=str(action), actions=made)


def _refuse_unclear_manual(row: Mapping[str, Any], n: int) -> None:
    if bool(row.get("customer")) == bool(row.get("area")):
        raise GridError("manual-one-of", n=n)
    if not str(row.get("reason") or "").strip():
        raise GridError("manual-without-reason", n=n, id=str(row.get("customer") or row.get("area")))


def _read_step(row: Any, planning_date: str, n: int) -> StudyStep:
    if not isinstance(row, Mapping):
        raise GridError("bad-steps", step=n, value=str(row))
    name = row.get("id") or ""
    devices = row.get("devices", row.get("device", row.get("ids")))
    if devices is None:  # only jumpers and cuts have a name of their own
        devices = [] if not name or row.get("action") in MADE else name
    devices = [devices] if isinstance(devices, str) else devices
    if not isinstance(devices, list) or not all(isinstance(one, str) for one in devices):
        raise GridError("bad-step-devices", step=n, value=str(devices))
    at = row.get("at_m")
    if at is not None and (isinstance(at, bool) or not isinstance(at, (int, float)) or not 0 <= at < 1e9):
        raise GridError("bad-step-place", step=n, value=f"at_m: {at}")
    return StudyStep(
        _time(row.get("time", row.get("at")), planning_date, n),
        str(row.get("action", "")),
        tuple(devices),
        None if at is None else float(at),
        str(row.get("note") or ""),
        _point(row, n),
        str(name) if row.get("action") in MADE else "",
    )


def _point(row: Mapping[str, Any], n: int) -> tuple[float, float] | None:
    found = [row.get("x"), row.get("y")]
    if found == [None, None]:
        return None
    if any(
        isinstance(one, bool) or not isinstance(one, (int, float)) or not abs(one) < 1e12 for one in found
    ):
        raise GridError("bad-step-place", step=n, value=f"x, y: {found[0]}, {found[1]}")
    return float(row["x"]), float(row["y"])


def _read_manual(row: Any, planning_date: str) -> ManualEntry:
    kind = next((one for one in ("customer", "area") if isinstance(row, Mapping) and row.get(one)), None)
    if kind is None:
        raise GridError("bad-steps-list", key="manual")
    off, on = (_time(row[name], planning_date, 0) if row.get(name) else None for name in ("off", "on"))
    return ManualEntry(kind, str(row[kind]), str(row.get("reason") or ""), off, on)


def _texts(found: Any, name: str) -> tuple[str, ...]:
    if not isinstance(found, (list, tuple)) or not all(isinstance(one, str) for one in found):
        raise GridError("bad-steps-list", key=name)
    return tuple(found)


def _time(value: Any, planning_date: str, n: int) -> datetime:
    try:
        return read_time(str(value or ""), planning_date)
    except ValueError:
        if not n:
            raise GridError("bad-moment", value=str(value)) from None
        raise GridError("bad-step-time", step=n, value=str(value or "")) from None


def read_time(text: str, planning_date: str) -> datetime:
    """Read ``2026-11-20T10:00`` or, on the planning date, ``10:00``; the zone plays no part.

    Raises
    ------
    ValueError
        Where it is no time.
    """
    if len(text) <= 8 and ":" in text:
        text = f"{planning_date or '2000-01-01'}T{text.zfill(5)}"
    return datetime.fromisoformat(text).replace(tzinfo=None)


def steps_document(
    steps: Sequence[StudyStep],
    *,
    state: SwitchState = SwitchState.NORMAL,
    until: datetime | None = None,
    inoperable: Sequence[str] = (),
    manual: Sequence[ManualEntry] = (),
) -> dict[str, Any]:
    """Give what a steps file holds; `read_steps` reads it back."""
    found: dict[str, Any] = {"state": state.value}
    if inoperable:
        found["inoperable"] = list(inoperable)
    if until is not None:
        found["until"] = _written(until)
    if manual:
        found["manual"] = [_manual_document(one) for one in manual]
    found["steps"] = [step_document(one) for one in steps]
    return found


def _written(time: datetime) -> str:
    """Write a moment to the minute, or as exactly as it is given."""
    return time.isoformat() if time.second or time.microsecond else time.isoformat(timespec="minutes")


def step_document(step: StudyStep) -> dict[str, Any]:
    """Give one step as it stands in a file."""
    found: dict[str, Any] = {"time": _written(step.time), "action": step.action}
    if step.devices:
        found["devices"] = list(step.devices)
    if step.at_m is not None:
        found["at_m"] = step.at_m
    if step.xy is not None:
        found["x"], found["y"] = step.xy
    if step.note:
        found["note"] = step.note
    if step.temporary:
        found["id"] = step.temporary
    return found


def _manual_document(entry: ManualEntry) -> dict[str, Any]:
    found: dict[str, Any] = {entry.kind: entry.id}
    if entry.reason:
        found["reason"] = entry.reason
    for name, time in (("off", entry.off), ("on", entry.on)):
        if time is not None:
            found[name] = _written(time)
    return found
