"""Play an outage through with times: who is out when, who is back, and the user-hours it costs.

A study never touches the project. Its steps happen in order; each leaves a state of which it is told
who is out, what runs in a loop and which opened device is live from behind. A step that would put a
fault or an earthed point under voltage is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

import numpy as np

from grid_model.back_feed import BackFeed, back_feed
from grid_model.earth_places import EarthPlace
from grid_model.faults import Trip
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.reasons import Reason, reasons_of
from grid_model.restoration import Isolation, TieProposal
from grid_model.restoration_search import Restoration
from grid_model.study_customers import (
    CustomerOutage,
    ManualSum,
    Spell,
    customer_outages,
    manual_sum,
    spells_of,
)
from grid_model.study_moment import Moment
from grid_model.study_places import LinePlace, fault_place, prepared
from grid_model.study_steps import (
    ACTIONS,
    ManualEntry,
    StudyStep,
    hours_between,
    read_steps,
    refuse_bad_times,
    steps_document,
    told_of_step,
)
from grid_model.topology import Loop
from grid_model.tracing import Outage, OutageCounts
from grid_model.wiring import BranchKind, Device, SwitchState

__all__ = [
    "ACTIONS", "CustomerOutage", "Interruption", "ManualEntry", "OutageStudy", "Stage", "StudyStep",
    "UserHours", "read_steps", "steps_document", "study_outage",
]  # fmt: skip


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
    step
        With the jumper or cut it makes, and its point on a line in metres.
    opened, closed
        What was operated in this step.
    sources
        Sources that went off or came back in this step.
    isolation, ties, restoration
        What was found, for ``isolate`` and ``restore``.
    live_from_behind
        Devices opened since the first step whose side away from their source is live.
    user_hours
        Summed up to this step.
    faults, earthed
        Devices that are faulted, places that are earthed, after this step.
    place
        The point on a line the step names.
    notes
        What is worth saying and no error: ``nothing-downstream``, ``nothing-restored``.
    outage
        The arrays behind it.
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
    restoration: Restoration | None = None
    faults: tuple[Device, ...] = ()
    earthed: tuple[EarthPlace, ...] = ()
    place: LinePlace | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[Device, ...] = ()
    moment: Moment = field(default=None, repr=False, compare=False)  # type: ignore[assignment]

    @property
    def outage(self) -> Outage:
        """The network before the first step and after this one, as arrays."""
        return self.moment.outage


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
    project
        What was studied, with the study's jumpers and cuts.
    until
        Up to when user-hours are counted: the time given, else the last step's.
    interruptions
        Each area's times without supply, by time, then area.
    not_restored
        Customers still out at the end; their hours are counted up to `until`.
    back_feed
        Everything that could feed back into what was dead at some step.
    unknown, already_out, unlinked
        How many customers cannot be judged, were out before, are tied to nothing.
    manual
        What the planner added by hand, counted apart.
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
    already_out: int = 0
    inoperable: tuple[str, ...] = ()
    manual: ManualSum = field(default_factory=ManualSum)
    project: Project = field(default=None, repr=False, compare=False)  # type: ignore[assignment]

    @property
    def steps(self) -> tuple[StudyStep, ...]:
        """The steps as they were played."""
        return tuple(stage.step for stage in self.stages)

    @property
    def start(self) -> datetime:
        """When it begins."""
        return self.stages[0].step.time

    @property
    def all_hours(self) -> UserHours:
        """User-hours of the network and of what was added by hand, together."""
        return UserHours(
            self.user_hours.mv_users + self.manual.mv_hours,
            self.user_hours.lv_customers + self.manual.lv_hours,
        )

    def supply_state(self, n: int) -> str:
        """Give the site's state after step `n` (现场送电类型): ``01`` all, ``02`` part, ``03`` nobody back.

        Counted from those the outage has darkened so far.
        """
        now = self.stages[n - 1].outage
        rows = [now.judged(name).out for name in ("customers", "areas")]
        if not any(len(one) for one in rows):
            return "01"
        for name, out in zip(("customers", "areas"), rows, strict=True):
            every = [stage.outage.judged(name).out for stage in self.stages[:n]]
            if len(np.unique(np.concatenate(every))) > len(out):
                return "02"
        return "03"

    @cached_property
    def traced_customers(self) -> tuple[CustomerOutage, ...]:
        """Who was affected by what the network says."""
        outages = [stage.outage for stage in self.stages]
        times = [stage.step.time for stage in self.stages]
        return customer_outages(self.project, outages, times, self.until)

    @property
    def customers(self) -> tuple[CustomerOutage, ...]:
        """Everybody on the list: what the network says, then who was added by hand."""
        by_hand = self.manual.customers
        named = {one.id for one in by_hand}
        traced = self.traced_customers
        return (*(one for one in traced if one.id not in named or one.status == "out"), *by_hand)

    def reasons(self, customers: Sequence[str]) -> dict[str, Reason]:
        """Say why each of `customers` is on the list: the way to what was open when it lost supply."""
        wanted = {one.id: one for one in self.traced_customers if one.id in set(customers)}
        by_stage: dict[int, list[CustomerOutage]] = {}
        for one in wanted.values():
            by_stage.setdefault(self._stage_of(one), []).append(one)
        found: dict[str, Reason] = {}
        for n, group in by_stage.items():
            found |= reasons_of(self.stages[n].outage, {one.id: one.status for one in group})
        return found

    def _stage_of(self, customer: CustomerOutage) -> int:
        """The last step at the time when the customer first lost supply."""
        if customer.off is None:
            return 0
        return max(n for n, stage in enumerate(self.stages) if stage.step.time <= customer.off)


def study_outage(
    project: Project,
    steps: Sequence[StudyStep],
    state: SwitchState = SwitchState.NORMAL,
    *,
    until: datetime | None = None,
    inoperable: Sequence[str] = (),
    manual: Sequence[ManualEntry] = (),
    feedback: Feedback = SILENT,
) -> OutageStudy:
    """Play `steps` through.

    Parameters
    ----------
    until
        Up to when customers who are not back are counted; the last step's time where not given.
    inoperable
        Switches that cannot be operated: isolating passes them over, operating them is refused.
    manual
        Customers and areas the planner adds.

    Raises
    ------
    GridError
        ``no-steps``, ``times-out-of-order``, ``until-too-early``, ``network-without-source``; as
        `Moment.after` and `grid_model.study_places.prepared`, with the step's number and time as ``step_n``
        and ``step_time``.
    """
    project, steps = prepared(project, steps)
    refuse_bad_times(steps, until)
    outage = Outage.of(project, state)
    moment = Moment.first(outage, inoperable)
    stages: list[Stage] = []
    hours = UserHours()
    for step in feedback.track(steps):
        before = moment
        with told_of_step(len(stages) + 1, step):
            moment = moment.after(step)
        if stages:
            hours = hours.plus(before.outage.counts, hours_between(stages[-1].step.time, step.time))
        stages.append(_stage(len(stages) + 1, step, before, moment, hours))
    end = until or steps[-1].time
    hours = hours.plus(moment.outage.counts, hours_between(steps[-1].time, end))
    spells = _area_spells(stages)
    study = OutageStudy(
        state, tuple(stages), end, hours, _interruptions(spells),
        moment.outage.customer_ids(moment.outage.judged("customers").out),
        _everything_that_fed_back(stages, project, outage),
        len(outage.unknown), outage.consumers.unlinked, len(outage.already_out), tuple(inoperable),
        project=project,
    )  # fmt: skip
    if not manual:
        return study
    added = manual_sum(project, manual, study.traced_customers, spells, study.start, end)
    return replace(study, manual=added)


# ---------------------------------------------------------------------------- what is told


def _stage(n: int, step: StudyStep, before: Moment, after: Moment, hours: UserHours) -> Stage:
    outage = after.outage
    out, was = outage.judged("customers").out, before.outage.judged("customers").out
    now, then = outage.after_topology.closed, before.outage.after_topology.closed
    lost, back = np.setdiff1d(out, was), np.setdiff1d(was, out)
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
        customers_out=outage.customer_ids(lost),
        customers_back=outage.customer_ids(back),
        backup=outage.customer_ids(outage.judged("customers").partly),
        loops=outage.loops,
        live_from_behind=live_from_behind(outage),
        user_hours=hours,
        restoration=after.restoration,
        faults=after.faults,
        earthed=tuple(sorted(after.earthed)),
        place=fault_place(outage.project, step),
        notes=_notes(step, before, after, lost, back),
        sources=tuple(
            outage.before.wiring.devices(
                np.flatnonzero((then != now) & (outage.before.wiring.kind == BranchKind.SOURCE))
            )
        ),
        moment=after,
    )


def _notes(
    step: StudyStep, before: Moment, after: Moment, lost: np.ndarray, back: np.ndarray
) -> tuple[str, ...]:
    """Say what a step did not do, where somebody would expect it to; of what was dead nobody expects it."""
    nobody = not len(lost) and not len(after.outage.judged("customers").partly)
    if step.action in ("open", "trip", "fault", "cut") and nobody and _was_live(before, after, step):
        return ("nothing-downstream",)
    if step.action == "restore" and not len(back):
        return ("nothing-restored",)
    return ()


def _was_live(before: Moment, after: Moment, step: StudyStep) -> bool:
    """Whether anything a step opened, or let fail, had supply before it."""
    wiring, live = before.outage.before.wiring, before.outage.supply[1]
    differs = before.outage.after_topology.closed & ~after.outage.after_topology.closed
    own = [np.flatnonzero(differs), *(wiring.branches(one) for one in after.faults if step.action == "fault")]
    branches = np.concatenate(own)
    branches = branches[(wiring.a[branches] >= 0) & (wiring.b[branches] >= 0)]
    return bool((live[wiring.a[branches]] | live[wiring.b[branches]]).any())


def _devices(outage: Outage, branches: np.ndarray) -> tuple[Device, ...]:
    wiring = outage.before.wiring
    found = wiring.devices(np.flatnonzero(branches & (wiring.kind != BranchKind.SOURCE)))
    return tuple(dict.fromkeys(found))


def live_from_behind(outage: Outage) -> tuple[Device, ...]:
    """Devices opened since the first step whose lower side, seen from their source, is live."""
    before, wiring, live = outage.before, outage.before.wiring, outage.supply[1]
    opened = np.flatnonzero(before.closed & ~outage.after_topology.closed)
    below = before.lower_end(opened)
    opened, below = opened[below >= 0], below[below >= 0]
    return tuple(dict.fromkeys(wiring.devices(opened[live[before.tree.order[below]]])))


def _area_spells(stages: Sequence[Stage]) -> dict[str, tuple[Spell, ...]]:
    rows, spells = spells_of(
        [stage.outage.judged("areas").out for stage in stages], [stage.step.time for stage in stages]
    )
    names = stages[0].outage.ids("transformer_areas", rows)
    return {name: own for name, own in zip(names, spells, strict=True) if own}


def _interruptions(spells: dict[str, tuple[Spell, ...]]) -> tuple[Interruption, ...]:
    found = [Interruption(area, off, on) for area, own in spells.items() for off, on in own]
    return tuple(sorted(found, key=lambda one: (one.off, one.area)))


def _everything_that_fed_back(
    stages: Sequence[Stage], project: Project, outage: Outage
) -> tuple[BackFeed, ...]:
    """What could feed back into anything that was dead at some step, and in which part of it that lies.

    The isolated part is what is joined with the fault after the last step that knows one.
    """
    every = [stage.outage.dead_nodes for stage in stages]
    dead = np.unique(np.concatenate(every))
    backup = sorted({one for stage in stages for one in stage.backup})
    rows = project.table("customers").positions(backup) if backup else np.array([], dtype=np.int64)
    before = outage.before
    nobody = np.zeros(before.wiring.node_count, dtype=bool)
    faulted = [stage.moment for stage in stages if stage.faults]
    earthed = [stage.moment.earthed_part for stage in stages if stage.earthed]
    parts = {
        "earthed": np.logical_or.reduce([nobody, *earthed]),
        "isolated": faulted[-1].faulted_part if faulted else nobody,
    }
    return back_feed(
        project, outage.consumers, before, before.closed, before.supplied, dead, np.sort(rows), parts
    )
