"""Play an outage through with times: who is out when, who is back, and the user-hours it costs.

A study never touches the project. Its steps happen in order; each leaves a state of which it is told
who is out, what runs in a loop and which opened device is live from behind. A step that would put a
fault or an earthed point under voltage is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from grid_model.back_feed import BackFeed, back_feed
from grid_model.errors import GridError
from grid_model.faults import Trip, trip
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.restoration import Isolation, TieProposal, isolate, tie_proposals
from grid_model.topology import Loop
from grid_model.tracing import Outage, OutageCounts
from grid_model.wiring import BranchKind, Device, SwitchState

ACTIONS = ("fault", "open", "close", "isolate", "restore", "earth", "unearth", "repair", "normal")
"""What a step can be.

``fault``: a device fails, what protects it trips. ``isolate``: the nearest operable switches around the
fault open, then what tripped closes again. ``restore``: the best ties that fit or cannot be checked
close. ``earth`` and ``unearth``: both ends of the devices. ``repair``: the fault is gone. ``normal``:
everything goes back to where it stood before the first step.
"""


@dataclass(frozen=True)
class StudyStep:
    """One step: when, what, and to which devices (as written on the command line)."""

    time: datetime
    action: str
    devices: tuple[str, ...] = ()


@dataclass(frozen=True)
class UserHours:
    """时户数: users out × hours, both ways of counting."""

    mv_users: float = 0.0
    lv_customers: float = 0.0

    def plus(self, counts: OutageCounts, hours: float) -> UserHours:
        """Add `hours` during which `counts` were out."""
        return UserHours(
            self.mv_users + counts.mv_users * hours, self.lv_customers + counts.lv_customers * hours
        )


@dataclass(frozen=True)
class Stage:
    """The state after one step.

    Parameters
    ----------
    opened, closed
        What was operated in this step.
    isolation, ties
        What was proposed, for ``isolate`` and after it.
    live_from_behind
        Devices opened since the first step whose side away from their source is live.
    user_hours
        Summed up to this step.
    """

    n: int
    step: StudyStep
    opened: tuple[Device, ...]
    closed: tuple[Device, ...]
    trip: Trip | None
    isolation: Isolation | None
    ties: tuple[TieProposal, ...]
    counts: OutageCounts
    areas: tuple[str, ...]
    customers_out: tuple[str, ...]
    customers_back: tuple[str, ...]
    backup: tuple[str, ...]
    loops: tuple[Loop, ...]
    live_from_behind: tuple[Device, ...]
    user_hours: UserHours


@dataclass(frozen=True)
class Interruption:
    """When an area was out: `on` is None while it is not back at the end (未复电)."""

    area: str
    off: datetime
    on: datetime | None


@dataclass(frozen=True)
class OutageStudy:
    """An outage from the first step to the end.

    Parameters
    ----------
    until
        Up to when user-hours are counted: the time given, else the last step's.
    interruptions
        Each area's times without supply, by time, then area.
    not_restored
        Customers still out at the end; their hours are counted up to `until`.
    """

    state: SwitchState
    stages: tuple[Stage, ...]
    until: datetime
    user_hours: UserHours
    interruptions: tuple[Interruption, ...]
    not_restored: tuple[str, ...]
    back_feed: tuple[BackFeed, ...]
    unknown: int
    unlinked: int


@dataclass(frozen=True)
class _Moment:
    """Everything that stands between two steps."""

    outage: Outage
    before_fault: Outage
    faults: tuple[Device, ...] = ()
    tripped: tuple[Device, ...] = ()
    bounds: tuple[Device, ...] = ()
    earthed: frozenset[int] = frozenset()
    inoperable: frozenset[str] = frozenset()
    trip: Trip | None = None
    isolation: Isolation | None = None
    ties: tuple[TieProposal, ...] = field(default=())


def study_outage(
    project: Project,
    steps: Sequence[StudyStep],
    state: SwitchState = SwitchState.NORMAL,
    *,
    until: datetime | None = None,
    inoperable: Sequence[str] = (),
    feedback: Feedback = SILENT,
) -> OutageStudy:
    """Play `steps` through.

    Parameters
    ----------
    until
        Up to when customers who are not back are counted; the last step's time where not given.
    inoperable
        Switches that cannot be operated: isolating passes them over, operating them is refused.

    Raises
    ------
    GridError
        As `trace_outage`; ``times-out-of-order``, ``energises-fault``, ``energises-earth``,
        ``inoperable``, ``no-fault``, ``unknown-step``, ``step-without-device``.
    """
    if not steps:
        raise GridError("no-steps")
    _refuse_bad_times(steps, until)
    outage = Outage.of(project, state)
    marked = frozenset(outage.before.wiring.find(one).id for one in inoperable)
    moment = _Moment(outage, outage, inoperable=marked)
    stages: list[Stage] = []
    hours, dead = UserHours(), outage.dead_nodes
    for step in feedback.track(steps):
        before, moment = moment, _after(moment, step)
        if stages:
            hours = hours.plus(before.outage.counts, _hours(stages[-1].step.time, step.time))
        stages.append(_stage(len(stages) + 1, step, before, moment, hours))
        dead = np.union1d(dead, moment.outage.dead_nodes)
    end = until or steps[-1].time
    hours = hours.plus(moment.outage.counts, _hours(steps[-1].time, end))
    return OutageStudy(
        state, tuple(stages), end, hours, _interruptions(stages),
        moment.outage.customer_ids(moment.outage.judged("customers").out),
        _everything_that_fed_back(stages, project, outage, dead),
        len(outage.unknown), outage.consumers.unlinked,
    )  # fmt: skip


def _refuse_bad_times(steps: Sequence[StudyStep], until: datetime | None) -> None:
    times = [step.time for step in steps] + ([] if until is None else [until])
    for earlier, later in pairwise(times):
        if later < earlier:
            raise GridError(
                "times-out-of-order",
                time=later.isoformat(" ", "minutes"),
                before=earlier.isoformat(" ", "minutes"),
            )


def _hours(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(hours=1)


# ---------------------------------------------------------------------------- steps


def _after(moment: _Moment, step: StudyStep) -> _Moment:
    if step.action not in ACTIONS:
        raise GridError("unknown-step", action=step.action, actions=", ".join(ACTIONS))
    find = moment.outage.before.wiring.find
    devices = tuple(find(one) for one in step.devices)
    if step.action in ("fault", "open", "close", "earth", "unearth") and not devices:
        raise GridError("step-without-device", action=step.action)
    later = _DO[step.action](_plain(moment), devices)
    _refuse_danger(later)
    return later


def _plain(moment: _Moment) -> _Moment:
    """The moment without what the last step proposed."""
    return _replace(moment, trip=None, isolation=None, ties=())


def _replace(moment: _Moment, **values: Any) -> _Moment:
    from dataclasses import replace

    return replace(moment, **values)


def _fault(moment: _Moment, devices: tuple[Device, ...]) -> _Moment:
    found = moment
    for device in devices:
        tripped = trip(found.outage.project, found.outage.after_topology, device)
        found = _replace(
            found, before_fault=found.outage if not found.faults else found.before_fault,
            outage=found.outage.with_tripped(tripped), faults=(*found.faults, device),
            tripped=(*found.tripped, *tripped.devices), trip=tripped,
        )  # fmt: skip
    return found


def _open(moment: _Moment, devices: tuple[Device, ...]) -> _Moment:
    _refuse_inoperable(moment, devices)
    return _replace(moment, outage=moment.outage.with_opened(devices))


def _close(moment: _Moment, devices: tuple[Device, ...]) -> _Moment:
    _refuse_inoperable(moment, devices)
    return _replace(moment, outage=moment.outage.with_closed(devices))


def _isolate(moment: _Moment, _devices: tuple[Device, ...]) -> _Moment:
    """Open around every fault, then close again what tripped and bounds no fault."""
    if not moment.faults:
        raise GridError("no-fault")
    outage, bounds = moment.outage, set(moment.bounds)
    isolation = None
    for fault in moment.faults:
        isolation = isolate(
            outage.project,
            moment.before_fault.after_topology,
            outage.after_topology,
            fault,
            moment.inoperable,
        )
        if isolation.open:
            outage = outage.with_opened(isolation.open)
        bounds |= {*isolation.open, *isolation.keep_open}
    again = [one for one in moment.tripped if one not in bounds and not _closed(outage, one)]
    for device in again:
        attempt = outage.with_closed([device])
        if not _energised(attempt, moment.faults):
            outage = attempt
    ties = tie_proposals(
        outage.project, outage.after_topology, outage.before, moment.faults, bounds, moment.inoperable
    )
    return _replace(moment, outage=outage, bounds=tuple(sorted(bounds)), isolation=isolation, ties=ties)


def _restore(moment: _Moment, _devices: tuple[Device, ...]) -> _Moment:
    """Close the best tie that does not carry too much, until none brings anybody back."""
    outage = moment.outage
    while True:
        ties = tie_proposals(
            outage.project,
            outage.after_topology,
            outage.before,
            moment.faults,
            moment.bounds,
            moment.inoperable,
        )
        usable = [one for one in ties if one.check != "too-much"]
        safe = (outage.with_closed([one.switch]) for one in usable)
        following = next((one for one in safe if not _energised(one, moment.faults)), None)
        if following is None:
            return _replace(moment, outage=outage, ties=ties)
        outage = following


def _earth(moment: _Moment, devices: tuple[Device, ...]) -> _Moment:
    return _replace(moment, earthed=moment.earthed | _ends(moment, devices))


def _unearth(moment: _Moment, devices: tuple[Device, ...]) -> _Moment:
    return _replace(moment, earthed=moment.earthed - _ends(moment, devices))


def _repair(moment: _Moment, devices: tuple[Device, ...]) -> _Moment:
    if not moment.faults:
        raise GridError("no-fault")
    left = tuple(one for one in moment.faults if devices and one not in devices)
    return _replace(moment, faults=left, bounds=() if not left else moment.bounds)


def _normal(moment: _Moment, _devices: tuple[Device, ...]) -> _Moment:
    outage = moment.outage
    return _replace(
        moment,
        outage=Outage(outage.project, outage.consumers, outage.before, outage.before),
        tripped=(),
        bounds=(),
    )


_DO = {
    "fault": _fault, "open": _open, "close": _close, "isolate": _isolate, "restore": _restore,
    "earth": _earth, "unearth": _unearth, "repair": _repair, "normal": _normal,
}  # fmt: skip


def _ends(moment: _Moment, devices: tuple[Device, ...]) -> frozenset[int]:
    wiring = moment.outage.before.wiring
    branches = np.concatenate([wiring.branches(one) for one in devices])
    return frozenset(int(node) for node in (*wiring.a[branches], *wiring.b[branches]) if node >= 0)


def _closed(outage: Outage, device: Device) -> bool:
    return bool(outage.after_topology.closed[outage.before.wiring.branches(device)].any())


# ---------------------------------------------------------------------------- refusals


def _refuse_inoperable(moment: _Moment, devices: tuple[Device, ...]) -> None:
    for device in devices:
        if device.table == "switches" and device.id in moment.inoperable:
            raise GridError("inoperable", id=device.id)


def _refuse_danger(moment: _Moment) -> None:
    energised = _energised(moment.outage, moment.faults)
    if energised is not None:
        raise GridError("energises-fault", id=energised.id)
    live = moment.outage.supply[1]
    wiring = moment.outage.before.wiring
    for node in sorted(moment.earthed):
        if live[node]:
            names = wiring.tables["connectivity_nodes"].frame["id"]
            raise GridError("energises-earth", node=names.iat[node] if node < len(names) else str(node))


def _energised(outage: Outage, faults: tuple[Device, ...]) -> Device | None:
    """Give a faulted device that is under voltage: itself closed, and live at one of its ends."""
    wiring, live = outage.before.wiring, outage.supply[1]
    for fault in faults:
        own = wiring.branches(fault)
        own = own[outage.after_topology.closed[own] & wiring.can_conduct[own]]
        if (live[wiring.a[own]] | live[wiring.b[own]]).any():
            return fault
    return None


# ---------------------------------------------------------------------------- what is told


def _stage(n: int, step: StudyStep, before: _Moment, after: _Moment, hours: UserHours) -> Stage:
    outage = after.outage
    out, was = outage.judged("customers").out, before.outage.judged("customers").out
    now, then = outage.after_topology.closed, before.outage.after_topology.closed
    return Stage(
        n=n,
        step=step,
        opened=_devices(outage, then & ~now),
        closed=_devices(outage, now & ~then),
        trip=after.trip,
        isolation=after.isolation,
        ties=after.ties,
        counts=outage.counts,
        areas=outage.ids("transformer_areas", outage.judged("areas").out),
        customers_out=outage.customer_ids(np.setdiff1d(out, was)),
        customers_back=outage.customer_ids(np.setdiff1d(was, out)),
        backup=outage.customer_ids(outage.judged("customers").partly),
        loops=outage.loops,
        live_from_behind=_live_from_behind(outage),
        user_hours=hours,
    )


def _devices(outage: Outage, branches: np.ndarray) -> tuple[Device, ...]:
    wiring = outage.before.wiring
    found = wiring.devices(np.flatnonzero(branches & (wiring.kind != BranchKind.SOURCE)))
    return tuple(dict.fromkeys(found))


def _live_from_behind(outage: Outage) -> tuple[Device, ...]:
    """Devices opened since the first step whose lower side, seen from their source, is live."""
    before, wiring, live = outage.before, outage.before.wiring, outage.supply[1]
    opened = np.flatnonzero(before.closed & ~outage.after_topology.closed)
    below = before.lower_end(opened)
    opened, below = opened[below >= 0], below[below >= 0]
    return tuple(dict.fromkeys(wiring.devices(opened[live[before.tree.order[below]]])))


def _interruptions(stages: Sequence[Stage]) -> tuple[Interruption, ...]:
    since: dict[str, datetime] = {}
    found = []
    for stage in stages:
        out = set(stage.areas)
        for area in [one for one in since if one not in out]:
            found.append(Interruption(area, since.pop(area), stage.step.time))
        for area in stage.areas:
            since.setdefault(area, stage.step.time)
    found += [Interruption(area, off, None) for area, off in since.items()]
    return tuple(sorted(found, key=lambda one: (one.off, one.area)))


def _everything_that_fed_back(
    stages: Sequence[Stage], project: Project, outage: Outage, dead: np.ndarray
) -> tuple[BackFeed, ...]:
    """What could feed back into anything that was dead at some step."""
    backup = sorted({one for stage in stages for one in stage.backup})
    rows = project.table("customers").positions(backup) if backup else np.array([], dtype=np.int64)
    before = outage.before
    return back_feed(project, outage.consumers, before, before.closed, before.supplied, dead, np.sort(rows))


# ---------------------------------------------------------------------------- the file of steps


def read_steps(content: Any, planning_date: str) -> tuple[list[StudyStep], dict[str, Any]]:
    """Read the content of a steps file: the steps, and the other arguments of `study_outage`.

    Raises
    ------
    GridError
        ``bad-steps`` with the step's number and what is wrong with it.
    """
    if not isinstance(content, Mapping) or not isinstance(content.get("steps"), list):
        raise GridError("bad-steps", step=0, problem="steps")
    steps = []
    for n, row in enumerate(content["steps"], 1):
        if not isinstance(row, Mapping):
            raise GridError("bad-steps", step=n, problem=str(row))
        devices = row.get("devices", row.get("device", []))
        devices = [devices] if isinstance(devices, str) else devices
        if not isinstance(devices, list) or not all(isinstance(one, str) for one in devices):
            raise GridError("bad-steps", step=n, problem="devices")
        steps.append(
            StudyStep(_time(row.get("time"), planning_date, n), str(row.get("action", "")), tuple(devices))
        )
    more: dict[str, Any] = {"inoperable": tuple(str(one) for one in content.get("inoperable", ()))}
    if content.get("until"):
        more["until"] = _time(content["until"], planning_date, 0)
    if content.get("state", "normal") not in [one.value for one in SwitchState]:
        raise GridError("bad-steps", step=0, problem=f"state: {content['state']}")
    more["state"] = SwitchState(content.get("state", "normal"))
    return steps, more


def _time(value: Any, planning_date: str, n: int) -> datetime:
    """Read ``2026-11-20T10:00`` or, on the planning date, ``10:00``; the zone plays no part."""
    text = str(value or "")
    if len(text) <= 8 and ":" in text:
        text = f"{planning_date or '2000-01-01'}T{text.zfill(5)}"
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise GridError("bad-steps", step=n, problem=f"time: {value}") from None
