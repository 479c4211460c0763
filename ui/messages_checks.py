"""The sentences for what is found before an outage plan is kept."""
# ruff: noqa: E501 - a sentence stands on one line

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grid_model import schema
from grid_model.table import plain
from resources.i18n import N_, _
from ui import formats

if TYPE_CHECKING:
    from grid_model.outage_checks import Finding
    from grid_model.project import Project

SHOWN = 6
"""Objects named in a sentence; the count says how many there are."""

CHECK_ERRORS: Mapping[str, str] = {
    "outage-needs-reason": N_(
        "This plan is kept only with a reason (--reason TEXT), or change it first: {what}"
    ),
    "outage-carried-out": N_(
        "Steps of the outage “{id}” were carried out, so it cannot be withdrawn; what stands otherwise than normal is told by: taiqu abnormal."
    ),
    "withdraw-alone": N_(
        "--withdraw takes a kept plan back; it goes with --outage ID and, if wanted, --reason, and with nothing else."
    ),
    "reason-needs-save": N_("--reason is kept with the plan; add --save NAME or --carry-out."),
}

SEVERITIES: Mapping[str, str] = {
    "alarm": N_("Needs a reason"),
    "warning": N_("Attention"),
    "note": N_("For information"),
}

FINDINGS: Mapping[str, str] = {
    "important-inside": N_("Important customers ({grade}) who lose supply, {count}: {customers}"),
    "important-on-backup": N_(
        "Important customers ({grade}) who keep only another supply, {count}: {customers}"
    ),
    "sensitive-inside": N_("Sensitive customers ({kind}) who lose supply, {count}: {customers}"),
    "life-support-inside": N_(
        "Customers whose health depends on supply lose it, {count}; call on them before and see to a supply of their own"
    ),
    "not-restored": N_(
        "The plan does not bring everybody back: {count} customers are out at its end ({until}), and their user-hours count only until then"
    ),
    "frequent-outages": N_(
        "Frequent outages: {times} within {days} days, this one included, in {count} areas: {areas}"
    ),
    "planned-too-often": N_(
        "Planned outages in {year}: {times}, this one included (limit {limit}), in {count} areas: {areas}"
    ),
    "budget-within": N_(
        "Outage budget of {feeder}, {month}: this plan {cost} user-hours, others {used}, budget {budget}, left {remaining} ({share} used)"
    ),
    "budget-near": N_(
        "Outage budget of {feeder}, {month}, nearly used up: this plan {cost} user-hours, others {used}, budget {budget}, left {remaining} ({share} used)"
    ),
    "budget-reached": N_(
        "Outage budget of {feeder}, {month}, at its limit: this plan {cost} user-hours, others {used}, budget {budget}, left {remaining} ({share} used)"
    ),
    "budget-over": N_(
        "Outage budget of {feeder}, {month}, exceeded by {over}: this plan {cost} user-hours, others {used}, budget {budget} ({share} used)"
    ),
    "budget-unset": N_(
        "{feeder}, {month}: this plan {cost} user-hours, others {used}; the feeder has no outage budget"
    ),
    "budget-no-feeder": N_(
        "{month}: {cost} user-hours of this plan belong to no known feeder and count in no budget"
    ),
    "budget-unknown-hours": N_(
        "{feeder}, {month}: planned outages whose user-hours are not known do not count, {count}: {outages}"
    ),
    "notice-met": N_("Announced in time: {announced}, {ahead} before the outage ({hours} needed)"),
    "notice-late": N_(
        "Announced too late: {announced}, {ahead} before the outage; {hours} are needed, so by {deadline}"
    ),
    "notice-after": N_(
        "Announced too late: {announced}, after the outage begins ({off}); {hours} before are needed, so by {deadline}"
    ),
    "notice-due": N_("Not announced yet: to be announced by {deadline}, {hours} before the outage"),
    "notice-overdue": N_(
        "Not announced: it had to be by {deadline}, {hours} before the outage, and the planning date is {planning_date}; put the outage off, or enter when it was announced"
    ),
    "records-without-areas": N_(
        "Records of outages that do not name the areas out do not count as frequent outages, {count}: {outages}"
    ),
}
"""Sentences for `grid_model.outage_checks.Finding` codes."""


def finding_sentence(project: Project, finding: Finding) -> str:
    """Say what was found in the language in use; areas and feeders by name, customers by number."""
    return _(FINDINGS[finding.code]).format(**_shown(project, finding.values))


def severity_word(finding: Finding) -> str:
    """Say how much a finding weighs."""
    return _(SEVERITIES[finding.severity])


def _shown(project: Project, values: Mapping[str, Any]) -> dict[str, str]:
    shown = {name: _one(value) for name, value in values.items()}
    for name in ("grade", "kind"):
        if name in values:
            column = "importance" if name == "grade" else "sensitive_kind"
            described = schema.table("customers").column(column)
            shown[name] = formats.choice_label(described, str(values[name]))
    for name in ("off", "deadline", "announced", "until"):
        if name in values:
            shown[name] = str(values[name]).replace("T", " ")
    for name in ("hours", "ahead"):
        if name in values:
            shown[name] = time_ahead(float(values[name]))
    if "share" in values:
        share = values["share"]
        shown["share"] = formats.EMPTY if share is None else formats.percent(share)
    if "feeder" in values:
        shown["feeder"] = _named(project, "feeders", [values["feeder"]])
    for name, table in (("areas", "transformer_areas"), ("customers", ""), ("outages", "outages")):
        if name in values:
            shown[name] = _named(project, table, values[name])
    return shown


def _one(value: Any) -> str:
    if isinstance(value, float):
        return formats.number(value, 3)
    return str(value)


def time_ahead(hours: float) -> str:
    """Write how long before: whole days from two days on, else hours."""
    if hours >= 48 and hours % 24 == 0:
        return _("{n} days").format(n=formats.whole(hours / 24))
    return _("{n} h").format(n=formats.number(hours, 2))


def _named(project: Project, table: str, ids: list[str] | tuple[str, ...]) -> str:
    """Name the first of `ids`; what has no name is called by its identifier."""
    first = list(ids[:SHOWN])
    if table:
        rows = project.table(table)
        first = [str((plain(rows.row(one)["name"]) if one in rows else None) or one) for one in first]
    text = _(", ").join(first)
    return text if len(ids) <= SHOWN else text + _(", ") + "…"
