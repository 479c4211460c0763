"""What the kept outages did to whom: which areas were out on which day, and what they cost which feeder.

The records are rows of the table ``outages``. A study leaves there when each area was out and how many
users of each feeder were; of records from elsewhere only the times and the feeder are known, and what is
not known is said, not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from grid_model.customers import Consumers, SupplyPoints
from grid_model.project import Project
from grid_model.settings import setting
from grid_model.study import OutageStudy
from grid_model.study_customers import Spell
from grid_model.study_faults import recorded_result
from grid_model.study_steps import hours_between
from grid_model.table import plain
from grid_model.topology import TopologyIndex
from grid_model.wiring import SwitchState

PREARRANGED = frozenset({"planned", "temporary", "rationing"})
"""Classes of DL/T 836 that the utility decides on itself (预安排停电); the others are faults."""


@dataclass(frozen=True)
class FeederSpell:
    """So many MV users of a feeder were out from `off` to `on`; the feeder is empty where unknown."""

    feeder: str
    off: datetime
    on: datetime
    users: int = 1


@dataclass(frozen=True)
class Darkened:
    """What an outage did, as far as it is counted.

    Parameters
    ----------
    areas
        For each area, when it was out; None: not back at the end.
    feeders
        MV users out, by feeder; the spells of several users may be one entry.
    """

    areas: Mapping[str, tuple[Spell, ...]] = field(default_factory=dict)
    feeders: tuple[FeederSpell, ...] = ()


@dataclass(frozen=True)
class CountedOutage:
    """One record, as it is counted.

    Parameters
    ----------
    kind
        Reliability class (DL/T 836); ``fault`` where only the steps say so, empty where nothing does.
    off
        When it began, or is to begin: the actual time, else the planned one; None where neither is known.
    outs
        For each area the first time it was out for longer than a momentary interruption.
    hours
        MV user-hours by feeder and month (``2026-11``).
    knows_areas, knows_hours
        Whether the record tells them.
    """

    id: str
    name: str = ""
    kind: str = ""
    off: datetime | None = None
    feeder: str = ""
    outs: Mapping[str, Spell] = field(default_factory=dict)
    hours: Mapping[tuple[str, str], float] = field(default_factory=dict)
    knows_areas: bool = True
    knows_hours: bool = True


# ---------------------------------------------------------------------------- of a study


def darkened(study: OutageStudy) -> Darkened:
    """Sum up who is out when: areas, and MV users by feeder, those entered by hand among them.

    An MV user counts for the feeder its area is listed under (线变关系), else for the one that feeds it
    in the normal state.
    """
    consumers = Consumers.of(study.project)
    areas: dict[str, list[Spell]] = {}
    for one in study.interruptions:
        areas.setdefault(one.area, []).append((one.off, one.on))
    by_hand = _areas_by_hand(study, areas)
    feeders = _Feeders(study, consumers)
    table = study.project.table("transformer_areas")
    found: list[FeederSpell] = []
    for name, spells in (*areas.items(), *by_hand):
        row = table.position(name)
        if consumers.public_areas[row]:
            found += _feeder_spells(feeders.of_area(row), spells, study.until)
    found += _customers(study, consumers, feeders)
    every = {name: tuple(spells) for name, spells in areas.items()}
    for name, spells in by_hand:
        every[name] = tuple(sorted((*every.get(name, ()), *spells), key=lambda one: one[0]))
    return Darkened(every, _together(found))


def record_document(study: OutageStudy) -> dict[str, Any]:
    """Give what a kept record tells about who is out when; `counted_outages` reads it back."""
    found = darkened(study)
    return {
        "area_spells": {
            name: [[_text(off), None if on is None else _text(on)] for off, on in spells]
            for name, spells in sorted(found.areas.items())
        },
        "feeder_spells": [[one.feeder, _text(one.off), _text(one.on), one.users] for one in found.feeders],
    }


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def _customers(study: OutageStudy, consumers: Consumers, feeders: _Feeders) -> Iterator[FeederSpell]:
    """Customers at medium voltage; what was entered by hand only where the network does not say it."""
    until = study.until
    traced = {one.id: one.spells for one in study.traced_customers if one.status == "out"}
    by_hand = {one.id: _outside(one.spells, traced.get(one.id, ()), until) for one in study.manual.customers}
    for listed in (traced, by_hand):
        rows = study.project.table("customers").positions(list(listed))
        at_mv = consumers.mv_customers[rows] if len(rows) else rows
        for row, spells, counts in zip(rows.tolist(), listed.values(), at_mv.tolist(), strict=True):
            if counts:
                yield from _feeder_spells(feeders.of_customer(row), spells, until)


def _areas_by_hand(
    study: OutageStudy, known: Mapping[str, Sequence[Spell]]
) -> list[tuple[str, tuple[Spell, ...]]]:
    entered: dict[str, list[Spell]] = {}
    for entry in study.manual.entries:
        if entry.kind == "area":
            entered.setdefault(entry.id, []).append((entry.off or study.start, entry.on))
    return [(name, _outside(own, known.get(name, ()), study.until)) for name, own in entered.items()]


def _feeder_spells(feeder: str, spells: Iterable[Spell], until: datetime) -> Iterator[FeederSpell]:
    for off, on in spells:
        end = until if on is None else on
        if end > off:
            yield FeederSpell(feeder, off, end)


def _together(spells: Iterable[FeederSpell]) -> tuple[FeederSpell, ...]:
    count: dict[tuple[str, datetime, datetime], int] = {}
    for one in spells:
        key = (one.feeder, one.off, one.on)
        count[key] = count.get(key, 0) + one.users
    return tuple(FeederSpell(*key, users) for key, users in sorted(count.items()))


def _outside(own: Iterable[Spell], known: Iterable[Spell], until: datetime) -> tuple[Spell, ...]:
    """Give the parts of `own`, as one, that lie outside `known`; open ones end at `until`."""
    marks: list[tuple[datetime, int, int]] = []
    for spells, mine, theirs in ((own, 1, 0), (known, 0, 1)):
        for off, on in spells:
            end = until if on is None else on
            if end > off:
                marks += [(off, mine, theirs), (end, -mine, -theirs)]
    found: list[tuple[datetime, datetime]] = []
    inside = covered = 0
    before: datetime | None = None
    for moment, mine, theirs in sorted(marks):
        if before is not None and inside and not covered and moment > before:
            if found and found[-1][1] == before:
                found[-1] = (found[-1][0], moment)
            else:
                found.append((before, moment))
        inside, covered, before = inside + mine, covered + theirs, moment
    return tuple(found)


class _Feeders:
    """Which feeder an MV user counts for."""

    def __init__(self, study: OutageStudy, consumers: Consumers) -> None:
        self._study = study
        self._consumers = consumers
        project = study.project
        self._known = project.table("feeders")
        self._listed = project.frame("transformer_areas")["feeder"]
        self._areas = project.table("transformer_areas")
        self._area_of = project.frame("customers")["transformer_area"]
        self._index: TopologyIndex | None = None
        self._names: dict[int, str] = {}

    def of_area(self, row: int) -> str:
        listed = self._of_list(row)
        return listed or self._of_network(self._consumers.areas, row)

    def of_customer(self, row: int) -> str:
        area = plain(self._area_of.iat[row])
        listed = self._of_list(self._areas.position(area)) if area in self._areas else ""
        return listed or self._of_network(self._consumers.customers, row)

    def _of_list(self, row: int) -> str:
        listed = plain(self._listed.iat[row])
        return str(listed) if listed in self._known else ""

    def _of_network(self, points: SupplyPoints, row: int) -> str:
        """Of several the first by name, so that it does not depend on the order of the rows."""
        if self._index is None:
            before = self._study.stages[0].outage.before
            normal = self._study.state is SwitchState.NORMAL
            self._index = before if normal else TopologyIndex.build(self._study.project, SwitchState.NORMAL)
            self._names = self._index.feeder_of_nodes(self._study.project)
        nodes, _owner = points.points_of(np.array([row]))
        found = {self._names.get(int(one), "") for one in self._index.first_switches[nodes]}
        return min((one for one in found if one in self._known), default="")


# ---------------------------------------------------------------------------- of the records


def counted_outages(project: Project, own: str = "") -> tuple[CountedOutage, ...]:
    """List the records of outages but `own` and those that were withdrawn (撤消), as they are counted."""
    frame = project.frame("outages")
    shortest = timedelta(minutes=float(setting(project, "outage.momentary_minutes")))
    names = ("id", "name", "reliability_class", "feeder", "planned_off", "actual_off", "steps", "result")
    found = []
    for values in frame[list(names)].itertuples(index=False):
        row = {name: plain(value) for name, value in zip(names, values, strict=True)}
        result = recorded_result(row["result"])
        if row["id"] != own and not result.get("withdrawn"):
            found.append(_kept(row, result, shortest))
    return tuple(found)


def _kept(row: Mapping[str, Any], result: Mapping[str, Any], shortest: timedelta) -> CountedOutage:
    off = moment_of(row["actual_off"]) or moment_of(row["planned_off"])
    recorded = moment_of(result.get("off"))
    moved = off - recorded if off is not None and recorded is not None else timedelta()
    spells = {
        name: [_moved(one, moved) for one in of_area]
        for name, of_area in (result.get("area_spells") or {}).items()
    }
    if spells or "area_spells" in result:
        outs = {name: first for name, own in spells.items() if (first := first_long(own, shortest))}
    else:
        outs = {} if off is None else dict.fromkeys(result.get("areas") or (), (off, None))
    feeder = row["feeder"] or ""
    hours, knows_hours = _recorded_hours(result, feeder, off, moved)
    return CountedOutage(
        row["id"], row["name"] or "", _kind(row), off, feeder, outs, hours,
        "areas" in result and (off is not None or "area_spells" in result), knows_hours,
    )  # fmt: skip


def _kind(row: Mapping[str, Any]) -> str:
    if row["reliability_class"]:
        return str(row["reliability_class"])
    steps = recorded_result(row["steps"]).get("steps")
    if isinstance(steps, list):
        return kind_of_actions(one.get("action", "") for one in steps if isinstance(one, Mapping))
    return "planned" if row["planned_off"] else ""


def kind_of_actions(actions: Iterable[str]) -> str:
    """Tell a fault from planned work by what is done."""
    return "fault" if {"fault", "repair"} & set(actions) else "planned"


def first_long(spells: Iterable[Spell], shortest: timedelta) -> Spell | None:
    """Give the first interruption longer than `shortest`; one that does not end is long."""
    long = [one for one in spells if one[1] is None or one[1] - one[0] > shortest]
    return min(long, key=lambda one: one[0], default=None)


def _recorded_hours(
    result: Mapping[str, Any], feeder: str, off: datetime | None, moved: timedelta
) -> tuple[dict[tuple[str, str], float], bool]:
    if "feeder_spells" in result:
        spells = [
            FeederSpell(
                name or feeder, datetime.fromisoformat(start) + moved, datetime.fromisoformat(end) + moved, n
            )
            for name, start, end, n in result["feeder_spells"]
        ]
        return monthly_hours(spells), True
    hours = (result.get("user_hours") or {}).get("mv_users")
    if hours is None or off is None:
        return {}, False
    return {(feeder, month_of(off)): float(hours)}, True


def _moved(spell: Sequence[str | None], by: timedelta) -> Spell:
    off, on = spell
    end = None if on is None else datetime.fromisoformat(on) + by
    return datetime.fromisoformat(str(off)) + by, end


def moment_of(text: object) -> datetime | None:
    """Read a moment of a record; None where there is none or it cannot be read."""
    try:
        return datetime.fromisoformat(str(text or "")).replace(tzinfo=None)
    except ValueError:
        return None


# ---------------------------------------------------------------------------- months


def month_of(moment: datetime) -> str:
    """Name the calendar month: ``2026-11``."""
    return f"{moment:%Y-%m}"


def monthly_hours(spells: Iterable[FeederSpell]) -> dict[tuple[str, str], float]:
    """Sum up user-hours by feeder and month; what crosses the end of a month is parted there."""
    found: dict[tuple[str, str], float] = {}
    for one in spells:
        start = one.off
        while start < one.on:
            following = (start.replace(day=1) + timedelta(days=32)).replace(
                day=1, hour=0, minute=0, second=0, microsecond=0
            )
            end = min(following, one.on)
            key = (one.feeder, month_of(start))
            found[key] = found.get(key, 0.0) + one.users * hours_between(start, end)
            start = end
    return found
