"""Go on with an outage of which the first steps were carried out already: the rest follows from there.

Outages are carried out as they happen: to the trip first, to the isolation later, to the repair at last. The
steps are played from the beginning again, in the network as it stands but for what the first steps did to it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from grid_model.carried_out import recorded_result, standing_open
from grid_model.earth_places import EarthPlace, earths_of
from grid_model.errors import GridError
from grid_model.project import Draft, Project
from grid_model.study import OutageStudy, Stage
from grid_model.study_faults import open_faults
from grid_model.study_record import TEMPORARY_KINDS, document_text, load_study, without_position
from grid_model.study_steps import StudyStep, steps_document
from grid_model.wiring import Device, SwitchState

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Begun:
    """An outage carried out to its step `upto`.

    Parameters
    ----------
    study
        As it was carried out.
    """

    study: OutageStudy
    upto: int

    @property
    def stage(self) -> Stage:
        """What the steps carried out left behind."""
        return self.study.stages[self.upto - 1]

    @property
    def operated(self) -> tuple[Device, ...]:
        """The devices they operated."""
        done = self.study.stages[: self.upto]
        return tuple(dict.fromkeys(one for stage in done for one in (*stage.opened, *stage.closed)))


def begun(project: Project, outage: str, steps: Sequence[StudyStep], last: int) -> Begun | None:
    """Find what was carried out of `outage`; None where `steps` are others, or do not go further.

    Raises
    ------
    GridError
        As `load_study`, where a device is no longer there.
    """
    table = project.table("outages")
    row = table.row(outage) if outage in table else {}
    upto = (recorded_result(row.get("result")).get("carried_out") or {}).get("upto")
    if not isinstance(upto, int) or upto >= last:
        return None
    recorded = recorded_result(row["steps"]).get("steps") or []
    mine = json.loads(document_text(steps_document(steps, state=SwitchState.CURRENT)))["steps"]
    if recorded[:upto] != mine[:upto]:
        return None
    return Begun(load_study(project, outage).study, upto)


def where_it_began(project: Project, outage: str, steps: Sequence[StudyStep], state: SwitchState) -> Project:
    """Give the network on which the steps of `outage` are played, whatever of them was carried out already.

    Raises
    ------
    GridError
        As `begun` and `rewound`.
    """
    if not outage or state is SwitchState.NORMAL:
        return project
    done = begun(project, outage, steps, len(steps) + 1)
    return project if done is None else rewound(project, done)


def rewound(project: Project, done: Begun) -> Project:
    """Give the present network as if the steps carried out had not been, but for everything else that was.

    Raises
    ------
    GridError
        ``carried-out-changed`` where what they left behind stands otherwise by now.
    """
    first, stage = done.study.stages[0], done.stage
    draft = project.edit()
    changed = [*_switches_back(draft, done)]
    began = first.moment
    earths = _without(earths_of(project), _earthed_first(done.study), stage.earthed, changed)
    faults = _without(open_faults(project), began.known_faults, stage.faults, changed)
    stood = without_position(first.outage.at_the_beginning)
    opened = _without(
        [f"{table}:{one}" for table, one in standing_open(project)],
        stood,
        without_position(stage.outage),
        changed,
    )
    if changed:
        raise GridError("carried-out-changed", n=done.upto, devices=", ".join(sorted(set(changed))))
    draft.delete("earths", project.frame("earths")["id"].tolist())
    if earths:
        rows = [
            {"id": f"then-{n}", "node": one.node, "line": one.line or None} for n, one in enumerate(earths, 1)
        ]
        draft.insert("earths", rows)
    draft.delete("outages", project.frame("outages")["id"].tolist())
    record = {"carried_out": {"faults": [str(one) for one in faults], "open": opened}}
    draft.insert("outages", [{"id": "then", "result": document_text(record)}])
    return draft.project


def _earthed_first(study: OutageStudy) -> Collection[EarthPlace]:
    return set() if study.state is SwitchState.NORMAL else set(earths_of(study.project))


def _without(
    now: Iterable[Thing], first: Collection[Thing], then: Collection[Thing], changed: list[str]
) -> list[Thing]:
    """Take back what came between `first` and `then`; note in `changed` what did not stay so until `now`."""
    here = list(dict.fromkeys(now))
    came, went = [one for one in then if one not in first], [one for one in first if one not in then]
    changed += [_named(one) for one in came if one not in here]
    changed += [_named(one) for one in went if one in here]
    return [one for one in here if one not in came] + went


def _named(thing: Any) -> str:
    return thing.id if isinstance(thing, Device) else str(thing).rpartition(":")[2]


def _switches_back(draft: Draft, done: Begun) -> Iterable[str]:
    """Put switches back to before the first step; gives those that do not stand as the last one left them."""
    before, after = done.study.stages[0].outage.before, done.stage.outage.after_topology
    own = {stage.step.temporary for stage in done.study.stages}
    stood = set(
        before.wiring.ids("switches", np.flatnonzero(~before.closed[: len(before.wiring.tables["switches"])]))
    )
    here = draft.project.table("switches")
    for device in done.operated:
        branches = before.wiring.branches(device)
        was, became = bool(before.closed[branches].all()), bool(after.closed[branches].all())
        if device.table == "ac_line_segments":
            cuts = cuts_of_line(draft.project, device.id, own | stood)
            if bool(cuts) == became:
                yield device.id
            draft.delete("switches", cuts)
        elif device.table == "switches" and device.id not in here:
            row = before.wiring.tables["switches"].row(device.id)
            if row["kind"] not in TEMPORARY_KINDS or became == (row["kind"] == "jumper"):
                yield device.id
            elif device.id not in own:  # one that stood before and was taken away
                values = {name: value for name, value in row.items() if name != "fid"}
                draft.insert("switches", [values | {"open": not was}])
        elif device.table == "switches":
            if bool(here.row(device.id)["open"]) == became:
                yield device.id
            draft.update("switches", [device.id], open=not was)


def cuts_of_line(project: Project, line: str, others: Collection[str]) -> list[str]:
    """Name the open cuts that part a line because it was taken out: all but `others`."""
    switches = project.frame("switches")
    parted = switches[(switches["line"] == line) & (switches["kind"] == "cut") & switches["open"]]
    return [one for one in parted["id"].tolist() if one not in others]
