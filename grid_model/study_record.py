"""What is kept of a study: its steps, where it began, what came out, and of which network.

The record is the row of the table ``outages``; playing it again from there gives the same result while the
network is the same, and says so where it is not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from grid_model.carried_out import next_number, recorded_result, standing_open
from grid_model.customers import SUPPLY_COLUMNS
from grid_model.earth_places import EarthPlace, earths_of
from grid_model.errors import GridError
from grid_model.outage_history import record_document
from grid_model.project import Project
from grid_model.study import OutageStudy, study_outage
from grid_model.study_steps import read_steps, steps_document
from grid_model.tracing import Outage
from grid_model.wiring import WIRING_COLUMNS, BranchKind, SwitchState

STATE_COLUMNS = {"switches": ("kind", "normal_open", "is_protective", "is_operable", "rated_a")}
TEMPORARY_KINDS = ("jumper", "cut")
TEMPORARY_COLUMNS = ("id", "kind", "node_a", "node_b", "line", "normal_open")
"""What is kept of jumpers and cuts in place: they are gone from the table once they are taken away."""


# ---------------------------------------------------------------------------- writing


@dataclass(frozen=True)
class PlanRecord:
    """What is kept of a plan beside its study.

    Parameters
    ----------
    columns
        Columns of ``outages``: the reliability class, when the people were told.
    checks
        What was found before it was kept and why it was kept all the same
        (`grid_model.outage_checks.checks_document`).
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, Any] = field(default_factory=dict)


def outage_row(
    study: OutageStudy,
    outage_id: str,
    name: str,
    upto: int | None,
    before: Mapping[str, Any] | None = None,
    record: PlanRecord | None = None,
) -> dict[str, Any]:
    """Describe a study as a row of ``outages``.

    Parameters
    ----------
    upto
        The step it is carried out to; None: it is only kept.
    before
        The result kept so far: what was carried out, and the checks, are not forgotten by keeping it again.
    record
        What is kept beside the study.
    """
    before, record = before or {}, record or PlanRecord()
    first = study.stages[0]
    device = _main_device(study)
    times = _planned(study) if upto is None else _executed(study, upto)
    result = result_document(study, upto, before.get("carried_out")) | record_document(study)
    result["off"] = times.get("planned_off") or times.get("actual_off")
    checks = record.checks or before.get("checks")
    if checks:
        result["checks"] = dict(checks)
    return {
        **record.columns,
        "id": outage_id,
        "name": name or None,
        "feeder": _feeder(study, device),
        "device": device or None,
        "equipment_scope": ", ".join(first.step.devices) or None,
        **times,
        "state": study.state.value,
        "steps": document_text(
            steps_document(
                study.steps, state=study.state, until=study.until, inoperable=study.inoperable,
                manual=study.manual.entries,
            )
        ),
        "result": document_text(result),
    }  # fmt: skip


def _planned(study: OutageStudy) -> dict[str, str | None]:
    """From when to when somebody is out, as planned."""
    offs = [one.off for one in study.interruptions] or [study.start]
    ons = [one.on or study.until for one in study.interruptions] or [study.until]
    return {"planned_off": _moment(min(offs)), "planned_on": _moment(max(ons))}


def _executed(study: OutageStudy, upto: int) -> dict[str, str | None]:
    """From when to when somebody was out, as far as it was carried out; no end while somebody is."""
    done = study.stages[:upto]
    out = [stage for stage in done if stage.counts.lv_customers or stage.counts.mv_users]
    off = out[0].step.time if out else study.start
    after = [stage.step.time for stage in done if stage.n > out[-1].n] if out else [done[-1].step.time]
    return {"actual_off": _moment(off), "actual_on": _moment(after[0]) if after else None}


def _moment(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def document_text(document: Mapping[str, Any]) -> str:
    """Write a document as a cell of ``outages`` holds it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _main_device(study: OutageStudy) -> str:
    for stage in study.stages:
        found = (*stage.faults, *stage.opened, *stage.closed)
        if found:
            return str(found[0])
    return ""


def _feeder(study: OutageStudy, device: str) -> str | None:
    table, _colon, one = device.partition(":")
    if not device or table not in study.project.tables:
        return None
    found = study.project.table(table).row(one).get("feeder") if one in study.project.table(table) else None
    return found if found in study.project.table("feeders") else None


def result_document(
    study: OutageStudy, upto: int | None = None, carried_out: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Give what came out, where it began, and of which network."""
    project = study.project
    found: dict[str, Any] = {
        "network": fingerprint(project),
        "planning_date": project.info.planning_date,
        "data_date": project.info.data_date,
        "start": _start(study),
        "stages": [
            {
                "n": stage.n,
                "time": stage.step.time.isoformat(timespec="minutes"),
                "opened": [str(one) for one in stage.opened],
                "closed": [str(one) for one in stage.closed],
                "counts": asdict(stage.counts),
            }
            for stage in study.stages
        ],
        "user_hours": {name: round(value, 6) for name, value in asdict(study.user_hours).items()},
        "customers": customers_digest(study),
        "areas": sorted({one.area for one in study.interruptions}),
        "devices": sorted(operated_devices(study)),
        "span": [
            study.start.isoformat(timespec="minutes"),
            max(study.until, study.stages[-1].step.time).isoformat(timespec="minutes"),
        ],
    }
    if upto is not None:
        stages = study.stages[:upto]
        faults = [str(one) for one in stages[-1].faults]
        struck = {str(one) for stage in stages for one in (*stage.faults, *stage.moment.known_faults)}
        found["carried_out"] = {
            "number": next_number(project),
            "upto": upto,
            "devices": _operated_upto(study, upto),
            "faults": faults,
            "repaired": sorted(struck - set(faults)),
            "open": without_position(stages[-1].outage),
        }
    elif carried_out:
        found["carried_out"] = dict(carried_out)
    return found


def operated_devices(study: OutageStudy) -> set[str]:
    """Name every device the study operates or lets fail."""
    found = {str(one) for stage in study.stages for one in (*stage.opened, *stage.closed, *stage.faults)}
    return found


def _operated_upto(study: OutageStudy, upto: int) -> dict[str, int]:
    """For each device, the last step up to `upto` that operated it."""
    found: dict[str, int] = {}
    for stage in study.stages[:upto]:
        found |= {str(one): stage.n for one in (*stage.opened, *stage.closed, *stage.sources)}
    return found


def without_position(outage: Outage) -> list[str]:
    """Name the transformers and sources that are in service and stand open in the end; no table says it."""
    wiring = outage.before.wiring
    own = (wiring.kind == BranchKind.TRANSFORMER) | (wiring.kind == BranchKind.SOURCE)
    found = wiring.devices(np.flatnonzero(own & wiring.in_service & ~outage.after_topology.closed))
    return sorted({str(one) for one in found})


def _start(study: OutageStudy) -> dict[str, Any]:
    """What stood otherwise than normal, was earthed or had failed, where it began at present."""
    if study.state is SwitchState.NORMAL:
        return {}
    switches = study.project.frame("switches")
    own = {step.temporary for step in study.steps if step.temporary}
    others = switches[~switches["id"].isin(own)]
    differs = others[others["open"] != others["normal_open"]]
    temporary = others[others["kind"].isin(TEMPORARY_KINDS)][list(TEMPORARY_COLUMNS)]
    return {
        "abnormal": differs["id"].tolist(),
        "temporary": temporary.astype(object).where(temporary.notna(), None).to_dict("records"),
        "earths": [[one.node, one.line] if one.line else one.node for one in earths_of(study.project)],
        "faults": [str(one) for one in study.stages[0].moment.known_faults],
        "open": [f"{table}:{one}" for table, one in standing_open(study.project)],
    }


def customers_digest(study: OutageStudy) -> str:
    """Give a short text that is the same while every customer's times are."""
    lines = sorted(f"{one.id}|{one.status}|{one.basis}|{one.spells}" for one in study.traced_customers)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def fingerprint(project: Project) -> str:
    """Give the version of the network: what it is wired of and who is fed by it, without jumpers and cuts."""
    digest = hashlib.sha256()
    kinds = project.frame("switches")["kind"]
    for tables in (WIRING_COLUMNS, STATE_COLUMNS, SUPPLY_COLUMNS):
        for name, columns in tables.items():
            frame = project.frame(name)
            if name == "switches":
                frame = frame[~kinds.isin(TEMPORARY_KINDS)]
            for column in columns:
                digest.update(f"{name}.{column}".encode())
                for part in _bytes_of(frame[column]):
                    digest.update(part)
    return digest.hexdigest()[:16]


def _bytes_of(column: pd.Series) -> tuple[bytes, ...]:
    """Give the content of a column as bytes: texts as their lengths (−1: missing) and all their letters."""
    if column.dtype != "str":
        return (np.ascontiguousarray(column.to_numpy(dtype=float)).tobytes(),)
    import pyarrow
    from pyarrow.compute import binary_length, fill_null

    texts = pyarrow.array(column, type=pyarrow.large_string())
    whole = texts.combine_chunks() if isinstance(texts, pyarrow.ChunkedArray) else texts
    lengths = fill_null(binary_length(whole), -1).to_numpy(zero_copy_only=False)
    filled = fill_null(whole, "")
    offsets = np.frombuffer(filled.buffers()[1], dtype=np.int64)[filled.offset :][: len(filled) + 1]
    letters = filled.buffers()[2]
    data = b"" if letters is None or not len(filled) else letters.to_pybytes()[offsets[0] : offsets[-1]]
    return np.ascontiguousarray(lengths, dtype=np.int64).tobytes(), data


# ---------------------------------------------------------------------------- reading


@dataclass(frozen=True)
class Reopened:
    """A study played again from its record.

    Parameters
    ----------
    study
        As it comes out now.
    same_network
        Whether the network is the one it was made of.
    differences
        What comes out otherwise than recorded: ``stages``, ``user_hours``, ``customers``.
    carried_out
        The step it was carried out to; None where it was not.
    """

    study: OutageStudy
    same_network: bool
    differences: tuple[str, ...]
    carried_out: int | None


def load_study(project: Project, outage_id: str) -> Reopened:
    """Play the study kept as `outage_id` again, from where it began then.

    Raises
    ------
    GridError
        ``unknown-object``; ``no-study-kept``; as `study_outage` where a device is no longer there.
    """
    row = project.table("outages").row(outage_id)
    steps_text, result = recorded_result(row["steps"]), recorded_result(row["result"])
    if not steps_text:
        raise GridError("no-study-kept", id=outage_id)
    steps, more = read_steps(steps_text, project.info.planning_date)
    began = (
        _as_it_began(project, result.get("start") or {}) if more["state"] is SwitchState.CURRENT else project
    )
    study = study_outage(began, steps, **more)
    now = recorded_result(document_text(result_document(study)))
    differences = tuple(
        name for name in ("stages", "user_hours", "customers") if now.get(name) != result.get(name)
    )
    done = result.get("carried_out") or {}
    return Reopened(study, now["network"] == result.get("network"), differences, done.get("upto"))


def _as_it_began(project: Project, start: Mapping[str, Any]) -> Project:
    """Give the project with the positions, the earths, the open faults and what stood open then."""
    draft = project.edit()
    known = project.table("switches")
    gone = [row for row in start.get("temporary", ()) if row["id"] not in known]
    draft.insert("switches", [row | {"open": row["normal_open"]} for row in gone])
    switches = draft.project.frame("switches")
    abnormal = switches["id"].isin(list(start.get("abnormal", ())))
    then = switches["normal_open"] ^ abnormal
    differs = switches[then != switches["open"]]
    if len(differs):
        draft.update("switches", differs["id"].tolist(), open=then[differs.index].tolist())
    draft.delete("outages", project.frame("outages")["id"].tolist())
    if start.get("faults") or start.get("open"):
        record = {"carried_out": {name: list(start.get(name) or ()) for name in ("faults", "open")}}
        draft.insert("outages", [{"id": "then", "result": document_text(record)}])
    draft.delete("earths", project.frame("earths")["id"].tolist())
    earths = dict.fromkeys(
        EarthPlace(one) if isinstance(one, str) else EarthPlace(*one) for one in start.get("earths", ())
    )
    if earths:
        rows = [
            {"id": f"then-{n}", "node": one.node, "line": one.line or None} for n, one in enumerate(earths, 1)
        ]
        draft.insert("earths", rows)
    return draft.project


# ---------------------------------------------------------------------------- other plans


@dataclass(frozen=True)
class Conflict:
    """Two plans that get in each other's way.

    Parameters
    ----------
    outage, name
        The other plan.
    kind
        ``device``: both operate or need the same devices; ``area``: both darken the same areas.
    ids
        Which, sorted.
    start, end
        When both are under way.
    """

    outage: str
    name: str
    kind: str
    ids: tuple[str, ...]
    start: datetime
    end: datetime


def conflicts(project: Project, study: OutageStudy, own: str = "") -> list[Conflict]:
    """List kept studies, other than `own`, that overlap `study` in time and in devices or dark areas.

    What was withdrawn, or is carried out, is no plan any more: a way back is not in the way of its outage.
    """
    start, end = study.start, max(study.until, study.stages[-1].step.time)
    devices = operated_devices(study)
    areas = {one.area for one in study.interruptions}
    found = []
    for row in project.frame("outages")[["id", "name", "result"]].itertuples(index=False):
        other = recorded_result(row.result)
        is_plan = not other.get("withdrawn") and not (other.get("carried_out") or {}).get("upto")
        if row.id == own or not is_plan or len(other.get("span") or ()) != 2:
            continue
        off, on = (datetime.fromisoformat(one) for one in other["span"])
        if off > end or on < start:
            continue
        name = row.name if isinstance(row.name, str) else ""
        for kind, mine in (("device", devices), ("area", areas)):
            common = tuple(sorted(mine & set(other.get(f"{kind}s") or ())))
            if common:
                found.append(Conflict(row.id, name, kind, common, max(start, off), min(end, on)))
    return found
