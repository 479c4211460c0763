"""Propose what to do about a fault: isolate, bring back what is healthy, repair, go back to normal.

The proposal is a list of plain steps (open this, close that) with times by the settings, for the planner
to change; marking a switch as inoperable and asking again passes it over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.restoration import Isolation
from grid_model.restoration_search import Restoration, Restorer
from grid_model.settings import setting
from grid_model.study_moment import Moment
from grid_model.study_places import settled
from grid_model.study_steps import StudyStep
from grid_model.tracing import Outage
from grid_model.wiring import Device, SwitchState


@dataclass(frozen=True)
class ProposalTimes:
    """Minutes after the fault.

    Parameters
    ----------
    isolation, restoration, repair
        When the fault is isolated, the first tie closes, the repair is done.
    operation
        One switching operation more, where several follow one another when restoring.
    """

    isolation: float
    restoration: float
    repair: float
    operation: float

    @classmethod
    def of(cls, project: Project) -> ProposalTimes:
        """Take the times of the settings."""
        names = ("isolation_minutes", "restoration_minutes", "repair_minutes", "operation_minutes")
        return cls(*(float(setting(project, f"outage.{name}")) for name in names))


@dataclass(frozen=True)
class Proposal:
    """What is proposed, and how it was found.

    Parameters
    ----------
    steps
        The explicit steps, in order.
    isolation
        How the fault is parted from the rest.
    restoration
        How the rest is brought back; its `method` says whether every way was tried.
    """

    steps: tuple[StudyStep, ...]
    isolation: Isolation
    restoration: Restoration


def propose(
    project: Project,
    fault: str,
    at: datetime,
    state: SwitchState = SwitchState.NORMAL,
    inoperable: Sequence[str] = (),
    times: ProposalTimes | None = None,
    *,
    at_m: float | None = None,
    xy: tuple[float, float] | None = None,
    count: str = "mv",
) -> tuple[StudyStep, ...]:
    """Give the steps of `plan_fault`."""
    return plan_fault(project, fault, at, state, inoperable, times, at_m=at_m, xy=xy, count=count).steps


def plan_fault(
    project: Project,
    fault: str,
    at: datetime,
    state: SwitchState = SwitchState.NORMAL,
    inoperable: Sequence[str] = (),
    times: ProposalTimes | None = None,
    *,
    at_m: float | None = None,
    xy: tuple[float, float] | None = None,
    count: str = "mv",
    feedback: Feedback = SILENT,
) -> Proposal:
    """Propose the steps after a fault in the device `fault` at the time `at`.

    Parameters
    ----------
    at_m, xy
        Where on a line.
    count
        Whose user-hours are to be few: ``mv`` or ``lv``.

    Raises
    ------
    GridError
        As `grid_model.study.study_outage`; ``bad-times`` where the times of the proposal run backwards.
    """
    times = times or ProposalTimes.of(project)
    if not 0 <= times.isolation <= times.restoration <= times.repair or times.operation < 0:
        raise GridError("bad-times")
    first = settled(project, StudyStep(at, "fault", (fault,), at_m, xy=xy))
    moment = Moment.first(Outage.of(project, state), inoperable).after(first)
    isolated = moment.after(StudyStep(at, "isolate"))
    if isolated.isolation is None:
        raise GridError("no-fault")
    steps = [first, *_isolating(moment, isolated, at + timedelta(minutes=times.isolation))]
    found = Restorer.of(
        isolated.outage, isolated.forbidden, isolated.bounds, isolated.inoperable,
        count=count, horizon=times.repair - times.restoration,
        operation_minutes=times.operation,
    ).best(feedback)  # fmt: skip
    begin, end = (at + timedelta(minutes=one) for one in (times.restoration, times.repair))
    for n, operation in enumerate(found.operations):
        when = min(begin + timedelta(minutes=n * times.operation), end)
        steps.append(StudyStep(when, operation.action, (_written(moment, operation.device),)))
    steps.append(StudyStep(end, "repair"))
    done = isolated
    for step in steps[1 + len(_isolating(moment, isolated, at)) :]:
        done = done.after(step)
    steps += back_to(done, end)
    return Proposal(tuple(steps), isolated.isolation, found)


def _isolating(tripped: Moment, isolated: Moment, when: datetime) -> list[StudyStep]:
    """The explicit steps by which `isolated` comes from `tripped`."""
    was, now = tripped.outage.after_topology.closed, isolated.outage.after_topology.closed
    wiring = tripped.outage.before.wiring
    opens = isolated.isolation.open if isolated.isolation else ()
    again = [
        one
        for one in tripped.tripped
        if not was[wiring.branches(one)].any() and now[wiring.branches(one)].any()
    ]
    steps = []
    if opens:
        steps.append(StudyStep(when, "open", tuple(_written(tripped, one) for one in opens)))
    if again:
        steps.append(StudyStep(when, "close", tuple(_written(tripped, one) for one in dict.fromkeys(again))))
    return steps


def _written(moment: Moment, device: Device) -> str:
    """Write a device so that it is found again: by its identifier alone where that says enough."""
    if device.table == "energy_sources":
        return f"sources:{device.id}"
    try:
        return device.id if moment.outage.before.wiring.find(device.id) == device else str(device)
    except GridError:
        return str(device)


def back_to(moment: Moment, when: datetime) -> list[StudyStep]:
    """List the steps that bring every device back to where it stood before the first step.

    With the setting ``outage.short_loop_allowed`` what was opened closes first and ties open last, so that
    nobody loses supply; else a tie opens before the switch closes that would make a loop of it. What
    tripped and cannot be operated stays open, and whoever would be in the dark for it stays where he is.
    """
    from grid_model.study_return import return_operations

    first = moment.outage.before
    stuck = [one for one in moment.tripped if one.id in moment.inoperable]
    found = return_operations(moment.outage, first.closed, moment.forbidden, stuck)
    return [StudyStep(when, one.action, (_written(moment, one.device),)) for one in found]
