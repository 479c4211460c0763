"""Play a plan through beside the window: the study, where it was refused, what the map shows of each step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.wiring import SwitchState
from ui.map.overlay import Fate, OutageOverlay, Spot
from ui.outage_plan import Plan

if TYPE_CHECKING:
    from grid_model.study import OutageStudy, Stage
    from grid_model.study_picture import Fed, Named, StagePicture
    from grid_model.study_steps import ManualEntry, StudyStep

EARTH_ALONG = 0.15
"""An earth at a line's end is drawn this share of its first piece away from the node."""

NOWHERE: Mapping[str, tuple[float | None, float | None]] = {}

LEAST_MV_KV = 1.0
"""Above this a line is a section of the medium voltage."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What a plan does.

    Parameters
    ----------
    plan
        What was asked.
    study
        The steps up to the first one that cannot be done.
    overlays
        What the map shows after each of them.
    customers
        One row for each customer affected, out before on backup, important ones first: ``id``, ``status``,
        ``basis``, ``off``, ``on`` (NaT while not back), ``hours``.
    areas
        One row for each area affected: ``id``, ``status`` (``out``, ``partly``), ``off``, ``on``.
    """

    plan: Plan
    study: OutageStudy
    overlays: tuple[OutageOverlay, ...]
    customers: pd.DataFrame
    areas: pd.DataFrame


@dataclass(frozen=True)
class Refusal:
    """A step that cannot be done: its place from 0, and why."""

    at: int
    error: GridError


@dataclass(frozen=True, eq=False)
class Played:
    """What came of playing a plan.

    Parameters
    ----------
    answer
        None where not even the first step can be done.
    by_hand
        Why what was entered by hand could not be counted.
    """

    answer: Answer | None
    refusal: Refusal | None = None
    by_hand: GridError | None = None


def play(project: Project, plan: Plan, feedback: Feedback = SILENT) -> Played:
    """Play the steps as far as they can be done, from where an outage carried out in part began."""
    from grid_model.carry_on import where_it_began

    late = _backwards(plan.steps)
    upto = len(plan.steps) if late is None else late.at
    try:
        project = where_it_began(project, plan.outage, plan.steps, SwitchState(plan.state))
    except GridError as error:
        return Played(None, Refusal(0, error))
    study, refusal = _farthest(project, plan, upto, feedback)
    refusal = refusal or late
    if study is None:
        return Played(None, refusal)
    study, by_hand = _with_manual(project, plan, study)
    return Played(answer_of(plan, study, feedback), refusal, by_hand)


def _with_manual(project: Project, plan: Plan, study: OutageStudy) -> tuple[OutageStudy, GridError | None]:
    """Add what was entered by hand; where that cannot be counted, say why and leave it out."""
    if not plan.manual:
        return study, None
    try:
        return _studied(project, plan, len(study.stages), SILENT, plan.manual), None
    except GridError as error:
        return study, error


def _backwards(steps: Iterable[StudyStep]) -> Refusal | None:
    """Find the first step before the time of the one before it."""
    for at, (earlier, later) in enumerate(pairwise(steps), 1):
        if later.time < earlier.time:
            shown = [one.time.isoformat(" ", "minutes") for one in (later, earlier)]
            return Refusal(at, GridError("times-out-of-order", time=shown[0], before=shown[1]))
    return None


def _farthest(
    project: Project, plan: Plan, upto: int, feedback: Feedback
) -> tuple[OutageStudy | None, Refusal | None]:
    """Play as many of the first `upto` steps as can be done, and say what hinders the next one.

    What refuses some steps refuses any longer list that begins with them, so the place is found by halving.
    """
    if not upto:
        return None, None
    try:
        return _studied(project, plan, upto, feedback), None
    except GridError as error:
        refused = error
    good, bad = 0, upto
    found: OutageStudy | None = None
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            found, good = _studied(project, plan, middle, feedback), middle
        except GridError as error:
            refused, bad = error, middle
    return found, Refusal(bad - 1, refused)


def _studied(
    project: Project, plan: Plan, count: int, feedback: Feedback, manual: Sequence[ManualEntry] = ()
) -> OutageStudy:
    from grid_model.study import study_outage

    steps = plan.steps[:count]
    until = plan.until if plan.until is not None and plan.until >= steps[-1].time else None
    return study_outage(
        project, steps, SwitchState(plan.state), until=until, inoperable=plan.inoperable, manual=manual,
        feedback=feedback,
    )  # fmt: skip


def answer_of(plan: Plan, study: OutageStudy, feedback: Feedback = SILENT) -> Answer:
    """Make the pictures and lists of a study."""
    feedback.report()
    overlays: list[OutageOverlay] = []
    dark = np.zeros(len(study.project.table("ac_line_segments")), dtype=bool)
    for n in feedback.track(range(1, len(study.stages) + 1)):
        overlays.append(overlay_after(study, n, dark))
        dark |= np.isin(overlays[-1].lines, (Fate.DEAD, Fate.FAULT, Fate.EARTHED))
    return Answer(plan, study, tuple(overlays), _customers(study), _areas(study))


# --------------------------------------------------------------------- lists


def _customers(study: OutageStudy) -> pd.DataFrame:
    listed = [one for one in study.customers if one.status in ("out", "backup")]
    found = pd.DataFrame(
        {
            "id": pd.Series([one.id for one in listed], dtype="str"),
            "status": pd.Series([one.status for one in listed], dtype="str"),
            "basis": pd.Series([one.basis for one in listed], dtype="str"),
            "off": pd.to_datetime([one.off for one in listed]),
            "on": pd.to_datetime([one.on for one in listed]),
            "hours": pd.Series([one.hours for one in listed], dtype="float64"),
        }
    )
    rank = np.zeros(0)
    if len(found):
        rows = study.project.table("customers").positions(found["id"].tolist())
        rank = study.stages[0].outage.consumers.rank[rows]
    order = np.lexsort([np.arange(len(found)), rank, found["status"].to_numpy() != "out"])
    return found.iloc[order].reset_index(drop=True)


def _areas(study: OutageStudy) -> pd.DataFrame:
    out: dict[str, tuple[object, object]] = {}
    for one in study.interruptions:
        first = out[one.area][0] if one.area in out else one.off
        out[one.area] = (first, one.on)
    partly = dict.fromkeys(
        area
        for stage in study.stages
        for area in stage.outage.ids("transformer_areas", stage.outage.judged("areas").partly)
        if area not in out
    )
    times = [*out.values(), *((None, None) for _area in partly)]
    return pd.DataFrame(
        {
            "id": pd.Series([*out, *partly], dtype="str"),
            "status": pd.Series(["out"] * len(out) + ["partly"] * len(partly), dtype="str"),
            "off": pd.to_datetime([off for off, _on in times]),
            "on": pd.to_datetime([on for _off, on in times]),
        }
    )


# ------------------------------------------------------------------- picture


def overlay_after(study: OutageStudy, n: int, dark: np.ndarray) -> OutageOverlay:
    """Turn the picture of a stage into numbers by row of the tables.

    Where the network runs in a loop the way a part is fed over is one of several: then only what was
    without supply before (`dark`, rows of lines) counts as restored.
    """
    stage = study.stages[n - 1]
    places = {
        one.place.line: (one.place.x, one.place.y)
        for one in study.stages[:n]
        if one.step.action == "fault" and one.place is not None
    }
    return overlay_of(study.project, stage, _stage_before(study, n), dark, _is_isolated(study, n), places)


def overlay_of(
    project: Project,
    stage: Stage,
    before: Stage | None,
    dark: np.ndarray,
    isolated: bool,
    places: Mapping[str, tuple[float | None, float | None]] = NOWHERE,
) -> OutageOverlay:
    """Turn the picture of a stage into numbers by row of the tables, see `overlay_after`.

    Parameters
    ----------
    before
        The stage before: what was dead in it and is live now counts as restored.
    isolated
        Whether somebody has parted the fault from the rest, so that there is a faulted section.
    places
        Where along a line it failed, in project coordinates, by the line's identifier.
    """
    from grid_model.study_picture import painted

    picture = painted(stage, before)
    feeds = _feeds(picture)
    lines = np.zeros(len(project.table("ac_line_segments")), dtype=np.int8)

    def put(named: Iterable[Named], fate: int, only: np.ndarray | None = None) -> None:
        rows = _rows(project, "ac_line_segments", named)
        lines[rows if only is None else rows[only[rows]]] = fate

    put(picture.dead, Fate.DEAD)
    for feed, number in feeds.items():
        restored = [one for one, fed in picture.restored.items() if fed == feed]
        put(restored, Fate.FED + number, dark if stage.loops else None)
    put(picture.looped, Fate.LOOPED)
    put(picture.live_from_behind, Fate.FROM_BEHIND)
    put(picture.earthed, Fate.EARTHED)
    section = picture.isolated if isolated else picture.fault
    put(section, Fate.FAULT, _medium_voltage(project))
    put(picture.fault, Fate.FAULT)
    transformers = np.zeros(len(project.table("power_transformers")), dtype=bool)
    transformers[_rows(project, "power_transformers", picture.dead)] = True
    return OutageOverlay(
        areas=picture.areas_out,
        partly_out_areas=picture.areas_partly,
        area_feeds=_area_feeds(project, picture, feeds) if not stage.loops else {},
        lines=lines,
        transformers=transformers,
        opened=tuple(sorted(picture.opened)),
        closed=tuple(sorted(picture.closed)),
        feeds=tuple((feed.feeder, feed.tie) for feed in feeds),
        spots=tuple(_spots(project, picture, places)),
    )


def _stage_before(study: OutageStudy, n: int) -> Stage | None:
    """Give the stage before, if something was operated since; else what is back is seen from the first."""
    if n < 2:
        return None
    before, now = study.stages[n - 2], study.stages[n - 1]
    return before if before.outage.after_topology is not now.outage.after_topology else None


def _feeds(picture: StagePicture) -> dict[Fed, int]:
    """Number what restores: ties first, those that restore most first."""
    counts: dict[Fed, int] = {}
    for fed in picture.restored.values():
        counts[fed] = counts.get(fed, 0) + 1
    order = sorted(counts, key=lambda one: (not one.tie, -counts[one], one.feeder, one.tie))
    return {fed: number for number, fed in enumerate(order)}


def _rows(project: Project, table: str, named: Iterable[Named]) -> np.ndarray:
    ids = [one for name, one in named if name == table]
    if not ids:
        return np.zeros(0, dtype=np.int64)
    rows: np.ndarray = np.asarray(project.table(table).positions(ids), dtype=np.int64)
    found: np.ndarray = rows[rows >= 0]
    return found


def _medium_voltage(project: Project) -> np.ndarray:
    kv = project.frame("ac_line_segments")["nominal_kv"].to_numpy(dtype=float)
    found: np.ndarray = np.isnan(kv) | (kv > LEAST_MV_KV)
    return found


def _is_isolated(study: OutageStudy, n: int) -> bool:
    """Whether somebody has parted the fault from the rest: what trips alone leaves no faulted section."""
    return any(stage.step.action in ("isolate", "open", "cut") for stage in study.stages[:n])


def _area_feeds(project: Project, picture: StagePicture, feeds: dict[Fed, int]) -> dict[str, int]:
    """Say which feed restored each area that is not out: that of its transformer."""
    named = [
        (one, feeds[fed]) for (table, one), fed in picture.restored.items() if table == "power_transformers"
    ]
    if not named:
        return {}
    rows = project.table("power_transformers").positions([one for one, _feed in named])
    areas = project.frame("power_transformers")["transformer_area"].iloc[rows].tolist()
    found = {
        str(area): feed for area, (_one, feed) in zip(areas, named, strict=True) if isinstance(area, str)
    }
    return {area: feed for area, feed in found.items() if area not in picture.areas_out}


def _spots(
    project: Project, picture: StagePicture, places: Mapping[str, tuple[float | None, float | None]]
) -> Iterable[Spot]:
    """Place the marks: faults where they were clicked, earths at their nodes, jumpers from node to node."""
    for table, one in sorted(picture.fault):
        x, y = places.get(one, (None, None)) if table == "ac_line_segments" else (None, None)
        where = (x, y) if x is not None and y is not None else middle_of(project, table, one)
        if where is not None:
            yield Spot("fault", (where,))
    for place in picture.earthed_places:
        at = _node_place(project, place.node)
        if at is not None:
            yield Spot("earth", (_along(project, place.line, at) if place.line else at,))
    yield from _temporaries(project, picture)
    for table, one in sorted(picture.live_from_behind):
        behind = middle_of(project, table, one) if table == "switches" else None
        if behind is not None:
            yield Spot("from-behind", (behind,))


def _along(project: Project, line: str, end: tuple[float, float]) -> tuple[float, float]:
    """Give a place on a line a little way from its end, where an earth beyond the switch there is drawn."""
    from grid_model.study_places import route_of

    route = route_of(project, line)
    if len(route) < 2:
        return end
    if np.hypot(*(route[-1] - end)) < np.hypot(*(route[0] - end)):
        route = route[::-1]
    x, y = route[0] + (route[1] - route[0]) * EARTH_ALONG
    return float(x), float(y)


def _temporaries(project: Project, picture: StagePicture) -> Iterable[Spot]:
    """Place the jumpers and cuts that are in place."""
    switches = project.table("switches")
    operated = [one for table, one in sorted(picture.closed | picture.opened) if table == "switches"]
    for row in (switches.row(one) for one in operated):
        ends = [_node_place(project, row[name]) for name in ("node_a", "node_b")]
        if row["kind"] == "cut" and row["x"] is not None:
            yield Spot("cut", ((row["x"], row["y"]),))
        elif row["kind"] == "jumper" and ends[0] is not None and ends[1] is not None:
            yield Spot("jumper", (ends[0], ends[1]))


def _node_place(project: Project, node: str | None) -> tuple[float, float] | None:
    nodes = project.table("connectivity_nodes")
    if not node or node not in nodes:
        return None
    row = nodes.row(node)
    return None if row["x"] is None else (float(row["x"]), float(row["y"]))


def middle_of(project: Project, table: str, one: str) -> tuple[float, float] | None:
    """Give the middle of a device in project coordinates, None where it has no place."""
    from ui import objects

    if table == "ac_line_segments":
        from grid_model.study_places import route_of

        route = route_of(project, one)
        if not len(route):
            return None
        at = route[len(route) // 2] if len(route) > 2 else route.mean(axis=0)
        return float(at[0]), float(at[1])
    return objects.place_of(project, table, one)
