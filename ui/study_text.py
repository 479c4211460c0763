"""What an outage with times looks like as lines for people and as a document for scripts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from resources.i18n import N_, _
from ui.formats import number, whole
from ui.outage_text import (
    SHOWN,
    back_feed_document,
    back_feed_lines,
    counts_document,
    header_line,
    important_lines,
    loop_document,
    loop_line,
)

if TYPE_CHECKING:
    from gis.masking import Disclosure
    from grid_model.project import Project
    from grid_model.restoration import TieProposal
    from grid_model.study import OutageStudy, Stage
    from grid_model.wiring import Device

ACTIONS = {
    "fault": N_("Fault at {devices}"),
    "trip": N_("{devices} trips"),
    "open": N_("Open {devices}"),
    "close": N_("Close {devices}"),
    "isolate": N_("Isolate the fault"),
    "restore": N_("Restore what is healthy"),
    "earth": N_("Earth {devices}"),
    "unearth": N_("Take the earth off {devices}"),
    "jumper": N_("Join {devices} for the time being"),
    "cut": N_("Cut {devices}"),
    "repair": N_("Fault repaired"),
    "normal": N_("Return to the positions before the first step"),
}

CHECKS = {
    "fits": N_("within the limit, {margin} kVA left"),
    "too-much": N_("{margin} kVA too much"),
    "unchecked": N_("limit unknown, unchecked"),
}


def study_document(project: Project, study: OutageStudy, disclosure: Disclosure) -> dict[str, Any]:
    """Give the whole study."""
    return {
        "state": study.state.value,
        "data_date": project.info.data_date,
        "steps": [_stage_document(one) for one in study.stages],
        "until": study.until.isoformat(timespec="minutes"),
        "user_hours": _hours(study.user_hours),
        "areas": [
            {"id": one.area, "off": _when(one.off), "on": None if one.on is None else _when(one.on)}
            for one in study.interruptions
        ],
        "not_restored": list(study.not_restored),
        "unknown": study.unknown,
        "unlinked": study.unlinked,
        "back_feed": [back_feed_document(project, one, disclosure) for one in study.back_feed],
    }


def _stage_document(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = {
        "n": stage.n,
        "time": _when(stage.step.time),
        "action": stage.step.action,
        "ids": list(stage.step.devices),
        "opened": _ids(stage.opened),
        "closed": _ids(stage.closed),
        "counts": counts_document(stage.counts),
        "transformer_areas": list(stage.areas),
        "customers_out": list(stage.customers_out),
        "customers_back": list(stage.customers_back),
        "backup": list(stage.backup),
        "loops": [loop_document(one) for one in stage.loops],
        "live_from_behind": _ids(stage.live_from_behind),
        "user_hours": _hours(stage.user_hours),
    }
    if stage.trip is not None:
        found["sources_tripped"] = list(stage.trip.sources)
    if stage.isolation is not None:
        found["isolation"] = {
            "open": _ids(stage.isolation.open), "keep_open": _ids(stage.isolation.keep_open),
            "passed_over": _ids(stage.isolation.passed_over), "sources": list(stage.isolation.sources),
        }  # fmt: skip
    if stage.ties:
        found["ties"] = [asdict(one) | {"switch": one.switch.id} for one in stage.ties]
    return found


def _ids(devices: tuple[Device, ...]) -> list[str]:
    return [one.id for one in devices]


def _hours(hours: Any) -> dict[str, float]:
    return {name: round(value, 6) for name, value in asdict(hours).items()}


def _when(time: datetime) -> str:
    return time.isoformat(timespec="minutes")


def study_lines(project: Project, study: OutageStudy, disclosure: Disclosure) -> tuple[str, ...]:
    """Say the stages, the user-hours both ways, and what to beware of."""
    lines = [header_line(project, study.state, study.unknown, study.unlinked)]
    for stage in study.stages:
        lines += _stage_lines(stage)
    lines.append(
        _("User-hours up to {time}: {mv} by MV users, {lv} by LV customers").format(
            time=_shown(study.until),
            mv=number(study.user_hours.mv_users, 3),
            lv=number(study.user_hours.lv_customers, 3),
        )
    )
    if study.not_restored:
        lines.append(_("Not restored: {n} customers").format(n=whole(len(study.not_restored))))
    first = max(study.stages, key=lambda one: one.counts.important)
    lines += important_lines(project, _out_after(study, first.n), disclosure)
    return (*lines, *back_feed_lines(study.back_feed))


def _out_after(study: OutageStudy, n: int) -> tuple[str, ...]:
    """Customers out after step `n`, as the steps up to it tell."""
    out: dict[str, None] = {}
    for stage in study.stages[:n]:
        out |= dict.fromkeys(stage.customers_out)
        for one in stage.customers_back:
            out.pop(one, None)
    return tuple(out)


def _stage_lines(stage: Stage) -> list[str]:
    done = _(ACTIONS[stage.step.action]).format(devices=", ".join(stage.step.devices))
    moved = [_("opens {devices}").format(devices=", ".join(_ids(stage.opened)))] if stage.opened else []
    moved += [_("closes {devices}").format(devices=", ".join(_ids(stage.closed)))] if stage.closed else []
    lines = [
        f"{stage.n}. {_shown(stage.step.time)}  {done}" + (f" ({', '.join(moved)})" if moved else ""),
        "   " + _("Out: {mv} MV users, {lv} LV customers, {areas} areas; user-hours so far {hours}").format(
            mv=whole(stage.counts.mv_users), lv=whole(stage.counts.lv_customers),
            areas=whole(stage.counts.transformer_areas), hours=number(stage.user_hours.mv_users, 3)),
    ]  # fmt: skip
    sources = () if stage.trip is None else stage.trip.sources
    unguarded = _("No protective device stands before the source {source}: it trips itself.")
    lines += ["   " + unguarded.format(source=one) for one in sources]
    if stage.isolation is not None and stage.isolation.passed_over:
        passed = ", ".join(_ids(stage.isolation.passed_over))
        lines.append("   " + _("Passed over, cannot be operated: {devices}").format(devices=passed))
    lines += ["   " + _tie_line(one) for one in stage.ties[:SHOWN]]
    lines += ["   " + loop_line(one) for one in stage.loops[:SHOWN]]
    if stage.live_from_behind:
        lines.append(
            "   " + _("Live from behind: {devices}").format(devices=", ".join(_ids(stage.live_from_behind)))
        )
    return lines


def _tie_line(tie: TieProposal) -> str:
    check = _(CHECKS[tie.check]).format(margin=number(abs(tie.margin_kva or 0.0)))
    return _("Tie {id} could bring back {n} customers, {kva} kVA: {check}").format(
        id=tie.switch.id, n=whole(tie.customers), kva=number(tie.kva), check=check
    )


def _shown(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M")
