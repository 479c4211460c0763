"""Look at an outage plan before it is kept: who must not be forgotten, how often, at what cost, told in time.

先算后停: first count, then switch off (`DOMAIN` §5.2, §5.3). Every check gives findings; one that is an
alarm wants a reason from whoever keeps the plan all the same. All limits are settings of the station. No
finding depends on the clock: what is late is late against the plan's own times or the planning date.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from grid_model.outage_history import (
    PREARRANGED,
    CountedOutage,
    Darkened,
    counted_outages,
    darkened,
    first_long,
    kind_of_actions,
    moment_of,
    monthly_hours,
)
from grid_model.project import Project
from grid_model.schema_territory import GRADES, SENSITIVE_KINDS
from grid_model.settings import setting, whole
from grid_model.study import OutageStudy
from grid_model.study_customers import Spell
from grid_model.study_faults import recorded_result
from grid_model.study_steps import hours_between

NOTICE_SETTINGS = {"planned": "outage.notice_planned_h", "temporary": "outage.notice_temporary_h"}
"""The classes of outages that must be announced, and the setting that says how early."""

ROUNDING = 1e-9
"""Shares this near to a limit have reached it."""


class Severity(StrEnum):
    """How much a finding weighs; what is an alarm wants a reason before the plan is kept."""

    ALARM = "alarm"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing to know before a plan is kept.

    Parameters
    ----------
    code
        Fixed; its sentence stands in `ui.messages_checks`.
    values
        What the sentence names: identifiers, counts, moments (ISO text), user-hours.
    """

    code: str
    severity: Severity
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanFacts:
    """What is known of a plan beside its steps.

    Parameters
    ----------
    outage
        Its own record, which is not counted as another outage; empty: it is not kept yet.
    kind
        Reliability class (DL/T 836); empty: ``fault`` where something fails or is repaired, else ``planned``.
    announced
        When the people were told; None: not yet.
    reason
        Why it was kept although a check wanted one.
    """

    outage: str = ""
    kind: str = ""
    announced: datetime | None = None
    reason: str = ""


def facts_of(
    project: Project, study: OutageStudy, outage: str = "", kind: str = "", announced: datetime | None = None
) -> PlanFacts:
    """Complete what is given by what the record `outage` says, where there is one, and by the steps."""
    table = project.table("outages")
    row = table.row(outage) if outage in table else {}
    known = kind or str(row.get("reliability_class") or "")
    kind = known or kind_of_actions(step.action for step in study.steps)
    checks = recorded_result(row.get("result")).get("checks") or {}
    reason = str(checks.get("reason") or "")
    return PlanFacts(outage, kind, announced or moment_of(row.get("announced")), reason)


def check_plan(project: Project, study: OutageStudy, facts: PlanFacts | None = None) -> tuple[Finding, ...]:
    """Check a plan against the customers it hits, the outages kept so far, the budgets and the notice.

    Where nobody loses supply there is nothing to find.

    Parameters
    ----------
    project
        With the kept outages and the settings.
    facts
        None: as `facts_of` a plan that is not kept yet.

    Returns
    -------
    findings
        Alarms first, then warnings, then notes; within these in the order of the checks: customers,
        frequency, budget, notice, records.

    Raises
    ------
    GridError
        ``bad-setting``.
    """
    facts = facts or facts_of(project, study)
    if not facts.kind:
        facts = replace(facts, kind=facts_of(project, study).kind)
    plan = darkened(study)
    begins = _first_off(study, plan)
    if begins is None:
        return ()
    kept = counted_outages(project, facts.outage)
    outs = _outs(project, plan)
    found = [
        *_customers(study),
        *_without_end(study, facts),
        *_frequent(project, outs, kept),
        *_planned_this_year(project, outs, kept, facts),
        *_budget(project, study, plan, kept, facts),
        *_notice(project, begins, facts),
        *_uncounted(project, begins, kept),
    ]
    order = list(Severity)
    return tuple(sorted(found, key=lambda one: order.index(one.severity)))


def needs_reason(findings: Iterable[Finding]) -> bool:
    """Whether the plan may only be kept with a reason."""
    return any(one.severity is Severity.ALARM for one in findings)


def checks_document(findings: Iterable[Finding], reason: str = "") -> dict[str, Any]:
    """Give the findings as they are kept with the plan and told to scripts."""
    made = [
        {"code": one.code, "severity": one.severity.value, "values": _plain(one.values)} for one in findings
    ]
    return {
        "findings": made,
        "needs_reason": any(one["severity"] == Severity.ALARM for one in made),
        "reason": reason,
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: list(value)
        if isinstance(value, tuple)
        else round(value, 6)
        if isinstance(value, float)
        else value
        for name, value in values.items()
    }


# ---------------------------------------------------------------------------- customers


def _customers(study: OutageStudy) -> Iterator[Finding]:
    """Important customers by grade, then sensitive ones by kind, then those who live by their supply.

    A graded customer who keeps another supply is told apart. Life support is only counted: who it is is no
    matter for lists and messages.
    """
    table = study.project.table("customers")
    listed = [one for one in study.customers if one.status in ("out", "backup")]
    rows = table.frame.iloc[table.positions([one.id for one in listed])]
    columns = rows[["importance", "sensitive_kind", "life_support"]]
    matters = columns["importance"].notna() | columns["sensitive_kind"].notna() | columns["life_support"]
    told = matters.to_numpy(dtype=bool)
    listed = [one for one, wanted in zip(listed, told.tolist(), strict=True) if wanted]
    inside = list(zip(listed, columns[told].itertuples(index=False, name=None), strict=True))
    for status, code in (("out", "important-inside"), ("backup", "important-on-backup")):
        for choice in GRADES:
            ids = tuple(
                one.id for one, (grade, _k, _l) in inside if one.status == status and grade == choice.code
            )
            if ids:
                severity = Severity.WARNING if status == "out" else Severity.NOTE
                yield Finding(code, severity, {"grade": choice.code, "count": len(ids), "customers": ids})
    out = [(one, values) for one, values in inside if one.status == "out"]
    graded = {choice.code for choice in GRADES}
    for choice in SENSITIVE_KINDS:
        ids = tuple(one.id for one, (grade, kind, _l) in out if grade not in graded and kind == choice.code)
        if ids:
            values = {"kind": choice.code, "count": len(ids), "customers": ids}
            yield Finding("sensitive-inside", Severity.WARNING, values)
    dependent = sum(bool(life) for _one, (_grade, _kind, life) in out)
    if dependent:
        yield Finding("life-support-inside", Severity.WARNING, {"count": dependent})


def _without_end(study: OutageStudy, facts: PlanFacts) -> Iterator[Finding]:
    """Warn where a plan leaves people without supply: what it costs is only counted up to its end."""
    if facts.kind in PREARRANGED and study.not_restored:
        values = {"count": len(study.not_restored), "until": _text(study.until)}
        yield Finding("not-restored", Severity.WARNING, values)


# ---------------------------------------------------------------------------- frequency


def _outs(project: Project, plan: Darkened) -> dict[str, Spell]:
    """For each area the first time the plan takes it out for longer than a momentary interruption."""
    shortest = timedelta(minutes=float(setting(project, "outage.momentary_minutes")))
    return {name: one for name, spells in plan.areas.items() if (one := first_long(spells, shortest))}


def other_days(plan: Spell, others: Iterable[Spell]) -> list[date]:
    """Give the days an area is out besides `plan`; nobody is out twice at the same time.

    So a plan, its other version and what was carried out of it count once where they overlap.
    """
    apart: list[Spell] = []
    for one in sorted(others, key=lambda spell: spell[0]):
        if not any(_overlap(one, known) for known in (plan, *apart[-1:])):
            apart.append(one)
        elif apart and _overlap(one, apart[-1]):
            apart[-1] = (apart[-1][0], max(_end(one), _end(apart[-1])))
    return [off.date() for off, _on in apart]


def _overlap(one: Spell, other: Spell) -> bool:
    return one[0] == other[0] or (one[0] < _end(other) and other[0] < _end(one))


def _end(spell: Spell) -> datetime:
    return spell[0] if spell[1] is None else spell[1]


def _frequent(
    project: Project, outs: Mapping[str, Spell], kept: Sequence[CountedOutage]
) -> Iterator[Finding]:
    """Count how often an area is out within any span of days this plan falls into (频繁停电).

    An outage counts once for an area, on the first day the area is out. Two outages lie within 60 days
    where their days are at most 60 apart; later plans that are kept already count like earlier ones.
    """
    span = whole(project, "outage.frequent_days")
    warn, alarm = whole(project, "outage.frequent_warn"), whole(project, "outage.frequent_alarm")
    times: dict[int, list[str]] = {}
    for area, out in sorted(outs.items()):
        others = other_days(out, (one.outs[area] for one in kept if area in one.outs))
        times.setdefault(most_within(out[0].date(), others, span), []).append(area)
    for count in sorted(times, reverse=True):
        if count >= min(warn, alarm):
            severity = Severity.ALARM if count >= alarm else Severity.WARNING
            areas = tuple(times[count])
            values = {"times": count, "days": span, "count": len(areas), "areas": areas}
            yield Finding("frequent-outages", severity, values)


def most_within(day: date, others: Collection[date], span: int) -> int:
    """Count the most days of `others` and `day` that lie in one stretch of `span` days with `day` in it.

    The first and the last day of a stretch are `span` days apart.
    """
    near = sorted(one for one in others if abs((one - day).days) <= span)
    starts = [*(one for one in near if one <= day), day]
    reach = timedelta(days=span)
    return max(1 + sum(first <= one <= first + reach for one in near) for first in starts)


def _planned_this_year(
    project: Project, outs: Mapping[str, Spell], kept: Sequence[CountedOutage], facts: PlanFacts
) -> Iterator[Finding]:
    """Count the prearranged outages of each area in the calendar year its outage begins in."""
    if facts.kind not in PREARRANGED:
        return
    limit = whole(project, "outage.planned_per_year")
    times: dict[tuple[int, int], list[str]] = {}
    planned = [one for one in kept if one.kind in PREARRANGED]
    for area, out in sorted(outs.items()):
        others = other_days(out, (one.outs[area] for one in planned if area in one.outs))
        same = 1 + sum(day.year == out[0].year for day in others)
        if same > limit:
            times.setdefault((same, out[0].year), []).append(area)
    for (count, year), areas in sorted(times.items(), reverse=True):
        values = {"times": count, "year": year, "limit": limit, "count": len(areas), "areas": tuple(areas)}
        yield Finding("planned-too-often", Severity.WARNING, values)


# ---------------------------------------------------------------------------- budget


def _budget(
    project: Project, study: OutageStudy, plan: Darkened, kept: Sequence[CountedOutage], facts: PlanFacts
) -> Iterator[Finding]:
    """Hold what the plan costs each feeder in each month against the feeder's budget (时户数预算).

    The month's other prearranged outages count as they are kept; a spell over the end of a month is
    parted there. Faults have no budget.
    """
    if facts.kind not in PREARRANGED:
        return
    planned = [one for one in kept if one.kind in PREARRANGED]
    feeders = project.table("feeders")
    for (feeder, month), cost in sorted(monthly_hours(plan.feeders).items()):
        used = float(sum(one.hours.get((feeder, month), 0.0) for one in planned))
        budget = feeders.row(feeder)["outage_budget"] if feeder in feeders else None
        values: dict[str, Any] = {
            "feeder": feeder,
            "month": month,
            "cost": cost,
            "used": used,
            "budget": budget,
        }
        if not feeder:
            yield Finding("budget-no-feeder", Severity.NOTE, values)
        elif budget is None:
            yield Finding("budget-unset", Severity.NOTE, values)
        else:
            yield _against_budget(project, values, float(budget), used + cost)
        unknown = tuple(
            one.id
            for one in planned
            if not one.knows_hours and feeder == one.feeder and _in_month(one, month)
        )
        if feeder and unknown:
            values = {"feeder": feeder, "month": month, "count": len(unknown), "outages": unknown}
            yield Finding("budget-unknown-hours", Severity.NOTE, values)


def _in_month(one: CountedOutage, month: str) -> bool:
    return one.off is not None and f"{one.off:%Y-%m}" == month


def _against_budget(project: Project, values: Mapping[str, Any], budget: float, spent: float) -> Finding:
    share = spent / budget if budget else None
    more = {**values, "remaining": budget - spent, "share": share}
    reached = float("inf") if share is None else share + ROUNDING
    if reached >= setting(project, "outage.budget_limit"):
        over = spent - budget
        code = "budget-over" if over > ROUNDING else "budget-reached"
        return Finding(code, Severity.ALARM, {**more, "over": max(over, 0.0)})
    if reached >= setting(project, "outage.budget_warn"):
        return Finding("budget-near", Severity.WARNING, more)
    return Finding("budget-within", Severity.NOTE, more)


# ---------------------------------------------------------------------------- notice


def _first_off(study: OutageStudy, plan: Darkened) -> datetime | None:
    """When the first customer loses supply; None where none does."""
    areas = [spells[0][0] for spells in plan.areas.values() if spells]
    customers = [one.off for one in study.customers if one.status == "out" and one.off is not None]
    return min((*areas, *customers), default=None)


def _notice(project: Project, begins: datetime, facts: PlanFacts) -> Iterator[Finding]:
    """Compare when the people were told, or must be, with the beginning of the outage."""
    name = NOTICE_SETTINGS.get(facts.kind)
    if name is None:
        return
    needed = float(setting(project, name))
    deadline = begins - timedelta(hours=needed)
    values: dict[str, Any] = {
        "class": facts.kind, "hours": needed, "off": _text(begins), "deadline": _text(deadline),
    }  # fmt: skip
    if facts.announced is not None:
        ahead = hours_between(facts.announced, begins)
        values |= {"announced": _text(facts.announced), "ahead": ahead}
        if facts.announced <= deadline:
            yield Finding("notice-met", Severity.NOTE, values)
        else:
            code = "notice-after" if facts.announced > begins else "notice-late"
            yield Finding(code, Severity.ALARM, values)
        return
    if project.info.planning_date:
        today = datetime.combine(date.fromisoformat(project.info.planning_date), time())
        if deadline < today:
            values["planning_date"] = project.info.planning_date
            yield Finding("notice-overdue", Severity.WARNING, values)
            return
    yield Finding("notice-due", Severity.NOTE, values)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


# ---------------------------------------------------------------------------- what could not be counted


def _uncounted(project: Project, begins: datetime, kept: Sequence[CountedOutage]) -> Iterator[Finding]:
    """Name the records near the plan that do not say which areas they darkened."""
    span = timedelta(days=whole(project, "outage.frequent_days"))
    ids = tuple(
        one.id
        for one in kept
        if not one.knows_areas
        and (one.off is None or abs(one.off - begins) <= span or one.off.year == begins.year)
    )
    if ids:
        yield Finding("records-without-areas", Severity.NOTE, {"count": len(ids), "outages": ids})
