"""What a planner writes down of an outage: the steps in their order, with times; and its own undo.

The list of steps is no edit of the project: it has a memory of its own, which holds as long as the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from grid_model.project import Project
from grid_model.study_steps import ManualEntry, StudyStep

FIRST_HOUR = time(9)
"""When the first step happens unless the planner says otherwise."""

BETWEEN = timedelta(minutes=10)
"""From one step to the next, unless the planner says otherwise."""


@dataclass(frozen=True)
class Plan:
    """Everything the planner wrote.

    Parameters
    ----------
    steps
        In their order.
    state
        ``normal`` or ``current``: the positions the first step starts from.
    inoperable
        Switches marked by hand that cannot be operated, as ``switches:ID``.
    until
        Up to when who is not back is counted; None: the last step.
    name, outage
        What it is kept as, and under which number; empty where it is not kept.
    proposed
        The steps of the proposal as it was made; while nobody changed them a new mark makes it anew.
    manual
        Customers and areas the planner adds by hand (手工).
    """

    steps: tuple[StudyStep, ...] = ()
    state: str = "normal"
    inoperable: tuple[str, ...] = ()
    until: datetime | None = None
    name: str = ""
    outage: str = ""
    proposed: tuple[StudyStep, ...] = ()
    manual: tuple[ManualEntry, ...] = ()

    @property
    def is_proposal(self) -> bool:
        """Whether the steps stand as they were proposed."""
        return bool(self.proposed) and self.steps == self.proposed

    def with_step(
        self, at: int, action: str, devices: Sequence[str], start: datetime, **more: object
    ) -> Plan:
        """Put a step in at place `at`; its time follows the step before and does not pass the next one."""
        when = self.time_at(at, start)
        step = StudyStep(when, action, tuple(devices), **more)  # type: ignore[arg-type]
        return replace(self, steps=(*self.steps[:at], step, *self.steps[at:]))

    def time_at(self, at: int, start: datetime) -> datetime:
        """Give the time a step put in at place `at` gets."""
        if not self.steps:
            return start
        if at == 0:
            return self.steps[0].time
        when = self.steps[at - 1].time + BETWEEN
        return min(when, self.steps[at].time) if at < len(self.steps) else when

    def without(self, at: int) -> Plan:
        """Take a step out."""
        return replace(self, steps=(*self.steps[:at], *self.steps[at + 1 :]))

    def moved(self, source: int, place: int) -> Plan:
        """Move a step to another place; the times stay where they are, so they never run backwards."""
        order = list(range(len(self.steps)))
        order.insert(place, order.pop(source))
        times = [step.time for step in self.steps]
        steps = (replace(self.steps[at], time=when) for at, when in zip(order, times, strict=True))
        return replace(self, steps=tuple(steps))

    def with_edited(self, at: int, step: StudyStep) -> Plan:
        """Put another step in the place of one."""
        return replace(self, steps=(*self.steps[:at], step, *self.steps[at + 1 :]))

    def marked(self, switch: str, inoperable: bool) -> Plan:
        """Mark a switch as one that cannot be operated, or take the mark away."""
        left = tuple(one for one in self.inoperable if one != switch)
        return replace(self, inoperable=(*left, switch) if inoperable else left)


def morning(project: Project) -> datetime:
    """Give when a first step happens: in the morning of the planning date."""
    day = project.info.planning_date
    return datetime.combine(date.fromisoformat(day) if day else date(2000, 1, 1), FIRST_HOUR)


@dataclass
class PlanMemory:
    """The plan as it stands, and those before and after it."""

    plan: Plan = field(default_factory=Plan)
    before: list[Plan] = field(default_factory=list)
    after: list[Plan] = field(default_factory=list)

    def put(self, plan: Plan) -> bool:
        """Go on with another plan; whether it is another."""
        if plan == self.plan:
            return False
        self.before.append(self.plan)
        self.after.clear()
        self.plan = plan
        return True

    def undo(self) -> bool:
        """Go back; whether there was anything to go back to."""
        if not self.before:
            return False
        self.after.append(self.plan)
        self.plan = self.before.pop()
        return True

    def redo(self) -> bool:
        """Go forth again; whether there was anything."""
        if not self.after:
            return False
        self.before.append(self.plan)
        self.plan = self.after.pop()
        return True
