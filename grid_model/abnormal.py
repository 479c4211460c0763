"""What does not stand as it normally does: which devices, since when, by whom, and how to go back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

import numpy as np

from grid_model.carried_out import standing_open
from grid_model.changes import CellsImage, DeletedImage, InsertedImage
from grid_model.earth_places import earths_of
from grid_model.earthing import live_earths
from grid_model.history import Entry, Journal
from grid_model.project import Project
from grid_model.settings import setting
from grid_model.study_faults import open_faults, recorded_result
from grid_model.study_moment import Moment
from grid_model.study_record import TEMPORARY_KINDS
from grid_model.study_return import return_operations
from grid_model.study_steps import StudyStep
from grid_model.tracing import Outage
from grid_model.wiring import SwitchState


@dataclass(frozen=True)
class AbnormalDevice:
    """One thing that is not as in the normal state.

    Parameters
    ----------
    table, id, name, kind
        ``switches`` and its kind; ``power_transformers`` and ``energy_sources``; ``earths`` and its place in
        `node` and, where it stands at a line's end beyond the switch there, `line`.
    position
        ``open``, ``closed`` (neither normal), ``off`` (a source), ``jumper``, ``cut`` (in place), ``earth``.
    since, who, title, values
        From the journal: the moment it was written, by whom, and what the edit was; empty where the
        journal does not know.
    outage, step, step_time
        The outage and the step of it that was carried out, with the time in the plan.
    live
        Of an earth: whether its place has supply all the same, which must not be.
    """

    table: str
    id: str
    name: str
    kind: str
    position: str
    since: str = ""
    who: str = ""
    title: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    outage: str = ""
    step: int = 0
    step_time: str = ""
    node: str = ""
    live: bool = False
    line: str = ""


def entries_with_images(journal: Journal) -> Iterator[Entry]:
    """Give the entries of a journal, newest first, each with its images."""
    for entry in reversed(journal.entries()):
        if entry.action != "note":
            yield entry if entry.images else replace(entry, images=journal.images(entry.number))


def abnormal_devices(project: Project, entries: Iterable[Entry] = ()) -> tuple[AbnormalDevice, ...]:
    """List switches out of their normal position, jumpers and cuts in place, what else is open, and earths.

    Parameters
    ----------
    entries
        The journal's entries, newest first, with images (`entries_with_images`); read only as far as
        needed.
    """
    switches = project.frame("switches")
    odd = switches[(switches["open"] != switches["normal_open"]) & switches["in_service"]]
    earths = project.frame("earths")
    known = _since(entries, {"switches": set(odd["fid"].tolist()), "earths": set(earths["fid"].tolist())})
    steps = _steps(project)
    found = []
    for row in odd[["fid", "id", "name", "kind", "open", "line"]].to_dict("records"):
        kind = str(row["kind"])
        position = kind if kind in TEMPORARY_KINDS else "open" if row["open"] else "closed"
        step = steps.get(f"switches:{row['id']}")
        if step is None and kind == "cut":  # put in where a study took the line itself out
            step = steps.get(f"ac_line_segments:{row['line']}")
        found.append(_described("switches", row, position, kind, known, step))
    for table, name in standing_open(project):
        position = "off" if table == "energy_sources" else "open"
        described = project.table(table).row(name)
        found.append(_described(table, described, position, table, known, steps.get(f"{table}:{name}")))
    live = set(live_earths(project))
    rows = earths[["fid", "id", "outage", "placed_at"]].to_dict("records")
    for row, place in zip(rows, earths_of(project), strict=True):
        step = (_text(row["outage"]), 0, _text(row["placed_at"]))
        one = _described("earths", row, "earth", "earth", known, step)
        found.append(replace(one, node=place.node, live=place in live, line=place.line))
    return tuple(found)


def _described(
    table: str,
    row: Mapping[str, object],
    position: str,
    kind: str,
    known: Mapping[tuple[str, int], Entry],
    step: tuple[str, int, str] | None,
) -> AbnormalDevice:
    entry = known.get((table, int(str(row["fid"]))))
    outage, n, when = step or ("", 0, "")
    return AbnormalDevice(
        table, str(row["id"]), _text(row.get("name")), kind, position,
        "" if entry is None else entry.when, "" if entry is None else entry.who,
        "" if entry is None else entry.title, {} if entry is None else entry.values,
        outage, n, when,
    )  # fmt: skip


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _since(entries: Iterable[Entry], wanted: Mapping[str, set[int]]) -> dict[tuple[str, int], Entry]:
    """Find for each row the newest entry that put it in, or changed its position."""
    left = {(table, fid) for table, fids in wanted.items() for fid in fids}
    found: dict[tuple[str, int], Entry] = {}
    for entry in entries:
        if not left:
            break
        for image in entry.images:
            match image:
                case InsertedImage(table, fids):
                    touched = fids
                case CellsImage(table, fids, before) if "open" in before.columns:
                    touched = fids
                case DeletedImage(table, rows):  # taken back: the row came again
                    touched = rows["fid"].to_numpy()
                case _:
                    continue
            for fid in (
                np.asarray(touched).tolist() if len(touched) <= len(left) else _common(left, table, touched)
            ):
                if (table, fid) in left:
                    left.discard((table, fid))
                    found[table, fid] = entry
    return found


def _common(left: set[tuple[str, int]], table: str, fids: np.ndarray) -> list[int]:
    """Of a large image, only what is looked for."""
    own = np.array([fid for name, fid in left if name == table], dtype=np.int64)
    return [int(one) for one in own[np.isin(own, fids)]]


def _steps(project: Project) -> dict[str, tuple[str, int, str]]:
    """For each device, the outage and step that was carried out on it last."""
    found: dict[str, tuple[str, int, str]] = {}
    for row in project.frame("outages")[["id", "result"]].itertuples(index=False):
        result = recorded_result(row.result)
        done = result.get("carried_out") or {}
        times = {stage["n"]: stage["time"] for stage in result.get("stages", ())}
        for device, n in (done.get("devices") or {}).items():
            found[device] = (row.id, int(n), times.get(n, ""))
    return found


# ---------------------------------------------------------------------------- the way back


def return_to_normal(
    project: Project, start: datetime | None = None, *, repaired: bool = False
) -> tuple[StudyStep, ...]:
    """Propose how to go from the present positions to the normal ones.

    Earths are taken away first; then switches, jumpers and cuts follow one another so that nobody loses
    supply needlessly (see `grid_model.study_return`). As long as a fault is open (of a study that was
    carried out, not repaired since), earths stay, for they may guard those who mend it, and nothing is
    closed onto what is joined with the fault or an earth.

    Parameters
    ----------
    start
        When it begins; where not given eight o'clock of the planning date, or when the last outage that was
        carried out ended, where that is later. Operations follow one another by the setting
        ``outage.operation_minutes``.
    repaired
        The open faults are repaired: this is the first step, where there are any.

    Raises
    ------
    GridError
        ``network-without-source``.
    """
    when = start or _morning(project)
    step_time = timedelta(minutes=float(setting(project, "outage.operation_minutes")))
    known = project.table("connectivity_nodes")
    earths = [one for one in dict.fromkeys(earths_of(project)) if one.node in known]
    steps = []
    faults = open_faults(project)
    if repaired and faults:
        steps.append(StudyStep(when, "repair", tuple(str(one) for one in faults)))
        when += step_time
    left = () if repaired else faults
    if earths and not left:
        steps.append(StudyStep(when, "unearth", tuple(one.written for one in earths)))
        when += step_time
    outage = Outage.of(project, SwitchState.CURRENT)
    goal = outage.before.wiring.closed(project, SwitchState.NORMAL)
    kept = frozenset(earths if left else ())
    forbidden = Moment(outage, outage, left, earthed=kept).forbidden
    for operation in return_operations(outage, goal, forbidden):
        device = operation.device
        steps.append(StudyStep(when, operation.action, (str(device),)))
        when += step_time
    return tuple(steps)


def _morning(project: Project) -> datetime:
    day = date.fromisoformat(project.info.planning_date or "2000-01-01")
    ended = [datetime.combine(day, time(8))]
    for text in project.frame("outages")["result"]:
        result = recorded_result(text)
        upto = (result.get("carried_out") or {}).get("upto")
        ended += [datetime.fromisoformat(one["time"]) for one in result.get("stages", ()) if one["n"] == upto]
    return max(ended)
