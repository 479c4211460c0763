"""Who was out in a study, from when to when, and what the planner added by hand.

Whoever is out or on backup supply after a step stays so until the next. What happens at the same minute
is no time: a customer who loses supply and gets it back within it was not out for any hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from grid_model.customers import Basis, Consumers
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.study_steps import ManualEntry, hours_between
from grid_model.tracing import Outage, OutageCounts

Spell = tuple[datetime, datetime | None]
"""From when to when; None: not back at the end (未复电)."""

BASES = {Basis.TOPOLOGY: "topology", Basis.AREA: "area", Basis.NONE: "none"}


@dataclass(frozen=True)
class CustomerOutage:
    """What became of one customer.

    Parameters
    ----------
    status
        ``out`` (停电), ``backup`` (备供: lost a supply and kept another), ``unknown`` (未判定) or
        ``already_out``; the last two are listed where their area is out.
    basis
        ``topology`` (拓扑), ``area`` (户变关系), ``manual`` (手工) or ``none``.
    spells
        When it was without supply (``backup``: without one of its supplies).
    hours
        Hours without supply; 0 for the other classes.
    reason
        Why the planner added it; empty where the network says so.
    """

    id: str
    status: str
    basis: str
    spells: tuple[Spell, ...] = ()
    hours: float = 0.0
    reason: str = ""

    @property
    def off(self) -> datetime | None:
        """When it first lost supply."""
        return self.spells[0][0] if self.spells else None

    @property
    def on(self) -> datetime | None:
        """When it was back for good; None while it is not."""
        return self.spells[-1][1] if self.spells else None


@dataclass(frozen=True)
class ManualSum:
    """What the planner's own entries add to what the network says.

    Parameters
    ----------
    entries
        As given.
    customers
        Customers they add, by the hours they add; those the network has out all the time add nothing.
    counts
        MV users, customers and areas added (not: capacity and PV).
    mv_hours, lv_hours
        User-hours added.
    """

    entries: tuple[ManualEntry, ...] = ()
    customers: tuple[CustomerOutage, ...] = ()
    counts: OutageCounts = field(default_factory=OutageCounts)
    mv_hours: float = 0.0
    lv_hours: float = 0.0


# ---------------------------------------------------------------------------- spells


def spells_of(
    rows: Sequence[np.ndarray], times: Sequence[datetime]
) -> tuple[np.ndarray, list[tuple[Spell, ...]]]:
    """Find the spells of every row that stands in one of `rows`, the row numbers after each step.

    Returns
    -------
    rows, spells
        Row numbers, sorted, and the spells of each. One that begins when the last ended is one with it;
        one without length is none.
    """
    every = np.unique(np.concatenate(rows)) if rows else np.array([], dtype=np.int64)
    table = np.stack([np.isin(every, one) for one in rows]) if len(every) else np.zeros((len(rows), 0), bool)
    patterns, which = np.unique(table, axis=1, return_inverse=True)
    known = [_runs(patterns[:, n], times) for n in range(patterns.shape[1])]
    return every, [known[n] for n in np.ravel(which)]


def _runs(pattern: np.ndarray, times: Sequence[datetime]) -> tuple[Spell, ...]:
    found: list[Spell] = []
    for n, out in enumerate(pattern):
        if not out or (n and pattern[n - 1]):
            continue
        end = next((later for later in range(n, len(pattern)) if not pattern[later]), None)
        on = None if end is None else times[end]
        if found and found[-1][1] == times[n]:
            found[-1] = (found[-1][0], on)
        elif on is None or on > times[n]:
            found.append((times[n], on))
    return tuple(found)


def hours_of(spells: Sequence[Spell], until: datetime) -> float:
    """Sum up the hours of `spells`, open ones up to `until`."""
    return sum(hours_between(off, until if on is None else on) for off, on in spells)


# ---------------------------------------------------------------------------- customers


def customer_outages(
    project: Project, outages: Sequence[Outage], times: Sequence[datetime], until: datetime
) -> tuple[CustomerOutage, ...]:
    """List who was affected, important ones first within each class: out, backup, already out, unknown."""
    first, consumers = outages[0], outages[0].consumers
    out, out_spells = spells_of([one.judged("customers").out for one in outages], times)
    partly, partly_spells = spells_of([one.judged("customers").partly for one in outages], times)
    ids = project.frame("customers")["id"]
    found = _listed(ids, consumers, out, out_spells, "out", until)
    only = ~np.isin(partly, out)
    rest = [spells for spells, keep in zip(partly_spells, only, strict=True) if keep]
    found += _listed(ids, consumers, partly[only], rest, "backup", until)
    areas = np.unique(np.concatenate([one.judged("areas").out for one in outages]))
    names = set(project.frame("transformer_areas")["id"].iloc[areas])
    area_of = project.frame("customers")["transformer_area"]
    for status, rows in (("already_out", first.already_out), ("unknown", first.unknown)):
        inside = rows[area_of.iloc[rows].isin(names).to_numpy(dtype=bool)] if names else rows[:0]
        found += _listed(ids, consumers, inside, [()] * len(inside), status, until)
    return tuple(found)


def _listed(
    ids: Sequence[str],
    consumers: Consumers,
    rows: np.ndarray,
    spells: Sequence[tuple[Spell, ...]],
    status: str,
    until: datetime,
) -> list[CustomerOutage]:
    order = np.argsort(consumers.rank[rows], kind="stable")
    names = np.asarray(ids, dtype=object)[rows]
    hours = {one: hours_of(one, until) for one in set(spells)}
    found = []
    for at in order:
        own = spells[at]
        if not own and status in ("out", "backup"):
            continue
        basis = BASES[Basis(int(consumers.basis[rows[at]]))]
        spent = hours[own] if status == "out" else 0.0
        found.append(CustomerOutage(str(names[at]), status, basis, own, spent))
    return found


# ---------------------------------------------------------------------------- by hand


def manual_sum(
    project: Project,
    entries: Sequence[ManualEntry],
    known: Sequence[CustomerOutage],
    area_spells: dict[str, tuple[Spell, ...]],
    start: datetime,
    until: datetime,
) -> ManualSum:
    """Add up what the planner entered by hand, apart from what the network says already.

    Raises
    ------
    GridError
        ``unknown-object``; ``manual-times`` where an entry ends before it begins.
    """
    if not entries:
        return ManualSum()
    consumers = Consumers.of(project)
    spells = {one.id: one.spells for one in known if one.status == "out"}
    added: dict[int, tuple[list[Spell], str]] = {}
    areas: dict[str, list[Spell]] = {}
    for entry in entries:
        spell = (entry.off or start, entry.on or until)
        if spell[1] < spell[0]:
            shown = {"on": spell[1].isoformat(" ", "minutes"), "off": spell[0].isoformat(" ", "minutes")}
            raise GridError("manual-times", id=entry.id, **shown)
        open_ = (spell[0], entry.on)
        for row in _rows(project, consumers, entry):
            added.setdefault(row, ([], entry.reason))[0].append(open_)
        if entry.kind == "area":
            areas.setdefault(entry.id, []).append(open_)
    ids = project.frame("customers")["id"]
    found, mv_hours, lv_hours = [], 0.0, 0.0
    rows = np.array(sorted(added), dtype=np.int64)
    kept = []
    for row in rows[np.argsort(consumers.rank[rows], kind="stable")]:
        own, reason = added[int(row)]
        name = str(ids.iat[row])
        hours = _more(own, spells.get(name, ()), until)
        if name in spells and hours <= 0:
            continue
        kept.append(int(row))
        found.append(CustomerOutage(name, "out", "manual", tuple(own), hours, reason))
        mv_hours += hours * bool(consumers.mv_customers[row])
        lv_hours += hours * bool(consumers.lv_customers[row])
    public, count = 0, 0
    table = project.table("transformer_areas")
    for name, own in areas.items():
        hours = _more(own, area_spells.get(name, ()), until)
        if name in area_spells and hours <= 0:
            continue
        count += 1
        if consumers.public_areas[table.position(name)]:
            public += 1
            mv_hours += hours
    at = np.array(kept, dtype=np.int64)
    low = int(consumers.lv_customers[at].sum())
    residents = int(consumers.residents[at].sum())
    counts = OutageCounts(
        public + int(consumers.mv_customers[at].sum()), low, residents, low - residents, count,
        important=int(consumers.important[at].sum()),
    )  # fmt: skip
    return ManualSum(tuple(entries), tuple(found), counts, mv_hours, lv_hours)


def _rows(project: Project, consumers: Consumers, entry: ManualEntry) -> list[int]:
    if entry.kind == "customer":
        return [project.table("customers").position(entry.id)]
    project.table("transformer_areas").position(entry.id)
    own = (project.frame("customers")["transformer_area"] == entry.id).to_numpy(dtype=bool)
    return [int(one) for one in np.flatnonzero(own & consumers.active)]


def _more(own: Sequence[Spell], known: Sequence[Spell], until: datetime) -> float:
    """Hours of `own` that lie outside `known`."""
    both = hours_of(_united([*own, *known], until), until)
    return both - hours_of(_united(known, until), until)


def _united(spells: Sequence[Spell], until: datetime) -> list[Spell]:
    found: list[tuple[datetime, datetime]] = []
    for off, on in sorted((off, on or until) for off, on in spells):
        if found and off <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], on))
        else:
            found.append((off, on))
    return list(found)
