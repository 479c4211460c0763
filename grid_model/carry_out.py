"""Keep a study, or carry it out: the present positions follow it as one edit that can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grid_model.carried_out import standing_open
from grid_model.carry_on import Begun, begun, cuts_of_line, rewound
from grid_model.changes import Changes
from grid_model.earth_places import EarthPlace, earths_of
from grid_model.errors import GridError
from grid_model.project import Draft, Project
from grid_model.study import OutageStudy, Stage, study_outage
from grid_model.study_faults import open_faults, recorded_result
from grid_model.study_places import cut_at_end
from grid_model.study_record import (
    TEMPORARY_KINDS,
    Conflict,
    PlanRecord,
    Reopened,
    conflicts,
    document_text,
    load_study,
    outage_row,
)
from grid_model.study_steps import StudyStep
from grid_model.table import Table
from grid_model.wiring import Device, SwitchState
from resources.i18n import N_

__all__ = [
    "CarryOut", "Conflict", "PlanRecord", "Reopened", "SaveOutage", "WithdrawOutage", "conflicts",
    "load_study", "new_outage_id",
]  # fmt: skip


@dataclass(frozen=True)
class SaveOutage:
    """Keep a study in the table ``outages`` without carrying it out.

    Parameters
    ----------
    outage
        The row to write over; empty: a new one.
    record
        What is kept beside the study.
    """

    study: OutageStudy = field(repr=False)
    name: str = ""
    outage: str = ""
    title: str = N_("Keep the outage study “{name}”")
    record: PlanRecord = field(default_factory=PlanRecord, repr=False)

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"name": self.name or self.outage or self.study.start.isoformat(" ", "minutes")}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Write the row; raises ``unknown-object`` where `outage` is not there."""
        draft = project.edit()
        outage = self.outage or new_outage_id(project, self.study)
        _put_record(draft, self.study, outage, self.name, None, self.record)
        return draft.finish()


@dataclass(frozen=True)
class WithdrawOutage:
    """Withdraw a plan (撤消): its record stays, but it is in nobody's way and counts no longer.

    Keeping it again takes the withdrawal back.
    """

    outage: str
    reason: str = ""
    title: str = N_("Withdraw the outage “{name}”")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"name": self.outage}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Mark the record; raises ``unknown-object``, ``outage-carried-out`` where any step was."""
        result = recorded_result(project.table("outages").row(self.outage)["result"])
        if result.get("carried_out"):
            raise GridError("outage-carried-out", id=self.outage)
        draft = project.edit()
        marked = result | {"withdrawn": {"reason": self.reason}}
        draft.update("outages", [self.outage], result=document_text(marked))
        return draft.finish()


@dataclass(frozen=True)
class CarryOut:
    """Let the present positions follow a study, up to its step `upto` (the last where not given).

    Where the first steps of `outage` were carried out already, the others follow (`grid_model.carry_on`).

    Switches get their position, jumpers and cuts come or go, earths are placed and taken away, and the
    outage is recorded; which transformers and sources stand open, the record alone says. A line the study
    took out is cut at its end. A study that ends where it began, such as a whole outage up to the way back,
    changes no position and is recorded with its actual times.
    """

    study: OutageStudy = field(repr=False)
    upto: int | None = None
    name: str = ""
    outage: str = ""
    title: str = N_("Carry out the outage study “{name}” up to step {n}")
    record: PlanRecord = field(default_factory=PlanRecord, repr=False)

    @property
    def last(self) -> int:
        """The step it is carried out to."""
        return len(self.study.stages) if self.upto is None else self.upto

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        name = self.name or self.outage or self.study.start.isoformat(" ", "minutes")
        return {"name": name, "n": str(self.last)}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit.

        Raises
        ------
        GridError
            ``no-such-stage``; ``carry-out-from-normal`` where the study began in the normal state and comes
            out otherwise from the present one; ``study-outdated`` where it comes out otherwise now, or
            what refuses a step now; ``carried-out-changed`` where it was carried out to an earlier step and
            that is no longer so; ``nothing-carried-out``.
        """
        if not 1 <= self.last <= len(self.study.stages):
            raise GridError("no-such-stage", n=self.last, steps=len(self.study.stages))
        done = begun(project, self.outage, self.study.steps, self.last)
        fresh = _played_again(project, self.study, self.outage, done)
        outage = self.outage or new_outage_id(project, fresh)
        draft = project.edit()
        _operate(draft, fresh, self.last, going_on=done is not None)
        _earth(draft, fresh, self.last, outage)
        if draft.project is project and not _did_anything(fresh, self.last):
            raise GridError("nothing-carried-out", n=self.last)
        _put_record(draft, fresh, outage, self.name, self.last, self.record)
        return draft.finish()


def _did_anything(study: OutageStudy, last: int) -> bool:
    """Whether anything was operated, failed, was earthed or repaired on the way."""
    stages = study.stages[:last]
    if stages[-1].faults != stages[0].moment.known_faults:
        return True
    return any(
        stage.opened or stage.closed or stage.sources or stage.faults or stage.earthed for stage in stages
    )


def new_outage_id(project: Project, study: OutageStudy) -> str:
    """Give a number that is free: the day and a running number."""
    day, n = study.start.strftime("%Y%m%d"), 1
    while f"{day}-{n:02d}" in project.table("outages"):
        n += 1
    return f"{day}-{n:02d}"


def _played_again(project: Project, study: OutageStudy, outage: str, done: Begun | None) -> OutageStudy:
    """Play the study from the present positions; refuse where that gives something else.

    A study of the normal state is played from the present one where that is another. Where its first steps
    are done, it is played from where they began.
    """
    if done is not None:
        project = rewound(project, done)
    switches = project.frame("switches")
    other = switches["id"][switches["open"] != switches["normal_open"]].tolist()
    guarded = len(project.frame("earths")) or open_faults(project) or standing_open(project)
    normal = study.state is SwitchState.NORMAL and not other and not guarded and done is None
    state = SwitchState.NORMAL if normal else SwitchState.CURRENT
    elsewhere = state is not study.state
    try:
        fresh = study_outage(
            project, study.steps, state, until=study.until, inoperable=study.inoperable,
            manual=study.manual.entries,
        )  # fmt: skip
    except GridError as error:
        if elsewhere and error.code in ("already-open", "already-closed", "cut-in-place"):
            raise GridError("carry-out-from-normal", n=len(other), devices=", ".join(other[:5])) from error
        raise
    for then, now in zip(study.stages, fresh.stages, strict=True):
        if then.counts != now.counts or _operated(then) != _operated(now):
            if elsewhere:
                raise GridError("carry-out-from-normal", n=len(other), devices=", ".join(other[:5]))
            raise GridError("study-outdated", id=outage or study.start.isoformat(" ", "minutes"))
    return fresh


def _operated(stage: Stage) -> tuple[frozenset[Device], frozenset[Device]]:
    """Give what a step opened and closed; in which order devices of one step are named follows their rows."""
    return frozenset(stage.opened), frozenset(stage.closed)


def _operate(draft: Draft, study: OutageStudy, last: int, *, going_on: bool) -> None:
    stage = study.stages[last - 1]
    wiring, closed = stage.outage.before.wiring, stage.outage.after_topology.closed
    devices = dict.fromkeys(one for early in study.stages[:last] for one in (*early.opened, *early.closed))
    here = draft.project.table("switches")
    kinds = study.project.table("switches")
    to_open: dict[bool, list[str]] = {True: [], False: []}
    gone: list[str] = []
    for device in devices:
        is_closed = bool(closed[wiring.branches(device)].all())
        if device.table == "ac_line_segments":
            cuts = cuts_of_line(draft.project, device.id, kinds.frame["id"].tolist())
            if going_on and is_closed:
                draft.delete("switches", cuts)
            elif not is_closed and not (going_on and cuts):
                _cut_line(draft, device.id, stage, kinds)
            continue
        if device.table != "switches":
            continue
        row = kinds.row(device.id)
        in_place = row["kind"] not in TEMPORARY_KINDS or is_closed == (row["kind"] == "jumper")
        if device.id in here:
            (gone if not in_place else to_open[not is_closed]).append(device.id)
        elif in_place:
            values = {name: value for name, value in row.items() if name != "fid"}
            draft.insert("switches", [values | {"open": not is_closed}])
    for is_open, ids in to_open.items():
        if ids:
            draft.update("switches", ids, open=is_open)
    draft.delete("switches", gone)


def _cut_line(draft: Draft, line: str, stage: Stage, taken: Table) -> None:
    """Part a line by cuts with names that neither the project nor the study has.

    At its first end; one that has failed at both, for what is closed later at its far end must not reach it.
    """
    failed = Device("ac_line_segments", line) in stage.faults
    n = 1
    for end in ("a", "b") if failed else ("a",):
        while f"cut-{n}" in draft.project.table("switches") or f"cut-{n}" in taken:
            n += 1
        step = StudyStep(stage.step.time, "cut", (line,), temporary=f"cut-{n}")
        draft.insert("switches", [cut_at_end(draft.project, step, line, end) | {"open": True}])


def _earth(draft: Draft, study: OutageStudy, last: int, outage: str) -> None:
    """Place the earths that came and take away those that went."""
    began = _earthed_at_first(draft.project, study)
    gone = began - set(study.stages[last - 1].earthed)
    rows = draft.project.frame("earths")["id"].tolist()
    places = earths_of(draft.project)
    draft.delete("earths", [one for one, place in zip(rows, places, strict=True) if place in gone])
    placed: dict[EarthPlace, StudyStep] = {}
    for stage in study.stages[:last]:
        placed = {place: placed.get(place, stage.step) for place in stage.earthed if place not in began}
    taken = set(draft.project.frame("earths")["id"])
    new: list[dict[str, Any]] = []
    n = 1
    for place in sorted(placed):
        while f"earth-{n}" in taken:
            n += 1
        taken.add(f"earth-{n}")
        step = placed[place]
        new.append(
            {"id": f"earth-{n}", "node": place.node, "line": place.line or None,
             "placed_at": step.time.isoformat(timespec="seconds"), "outage": outage,
             "note": step.note or None}
        )  # fmt: skip
    if new:
        draft.insert("earths", new)


def _earthed_at_first(project: Project, study: OutageStudy) -> set[EarthPlace]:
    return set() if study.state is SwitchState.NORMAL else set(earths_of(project))


def _put_record(
    draft: Draft, study: OutageStudy, outage: str, name: str, upto: int | None, record: PlanRecord
) -> None:
    table = draft.project.table("outages")
    there = table.row(outage) if outage in table else None
    before = recorded_result(there["result"]) if there else None
    row = outage_row(study, outage, name, upto, before, record)
    if there:
        values = {key: value for key, value in row.items() if key != "id"}
        values["name"] = values["name"] or there["name"]
        draft.update("outages", [outage], **values)
    else:
        draft.insert("outages", [row])
