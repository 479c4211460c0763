"""What an outage with times looks like as lines for people and as a document for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gis.study_words import device_label, device_labels, stage_sentence, when
from grid_model.study_reliability import reliability
from grid_model.study_steps import step_document
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
    from grid_model.kept_outages import KeptOutage
    from grid_model.project import Project
    from grid_model.restoration import Isolation, TieProposal
    from grid_model.restoration_search import Restoration, TieUse
    from grid_model.study import CustomerOutage, OutageStudy, Stage
    from grid_model.study_proposal import Proposal
    from grid_model.study_record import Conflict, Reopened
    from grid_model.wiring import Device

CHECKS = {
    "fits": N_("within the limit, {margin} kVA left"),
    "too-much": N_("{margin} kVA too much"),
    "unchecked": N_("limit unknown, unchecked"),
}


NOTES = {
    "nothing-downstream": N_("Nobody loses supply by this."),
    "nothing-restored": N_("No tie can bring anybody back."),
}

METHODS = {
    "exact": N_("every way of restoring was tried"),
    "heuristic": N_("too many ways to try them all; this is the best found"),
}

PARTS = {
    "isolated": N_("inside the isolated part"),
    "earthed": N_("inside the earthed part"),
}

CONFLICTS = {
    "device": N_("Gets in the way of the outage {name} from {start} to {end}: both operate {ids}."),
    "area": N_("Gets in the way of the outage {name} from {start} to {end}: both darken {ids}."),
}


def study_document(
    project: Project, study: OutageStudy, disclosure: Disclosure, found: Sequence[Conflict] = ()
) -> dict[str, Any]:
    """Give the whole study."""
    return {
        "state": study.state.value,
        "data_date": project.info.data_date,
        "steps": [_stage_document(one) | {"supply_state": study.supply_state(one.n)} for one in study.stages],
        "until": study.until.isoformat(timespec="minutes"),
        "user_hours": _hours(study.user_hours),
        "reliability": asdict(reliability(study)),
        "areas": [
            {"id": one.area, "off": _when(one.off), "on": None if one.on is None else _when(one.on)}
            for one in study.interruptions
        ],
        "customers": [customer_document(one) for one in study.customers],
        "not_restored": list(study.not_restored),
        "already_out": study.already_out,
        "unknown": study.unknown,
        "unlinked": study.unlinked,
        "manual": _manual_document(study),
        "back_feed": [back_feed_document(project, one, disclosure) for one in study.back_feed],
        "conflicts": [
            asdict(one) | {"start": _when(one.start), "end": _when(one.end), "ids": list(one.ids)}
            for one in found
        ],
    }


def customer_document(one: CustomerOutage) -> dict[str, Any]:
    """Give one customer of a study."""
    return {
        "id": one.id,
        "status": one.status,
        "basis": one.basis,
        "off": None if one.off is None else _when(one.off),
        "on": None if one.on is None else _when(one.on),
        "spells": [[_when(off), None if on is None else _when(on)] for off, on in one.spells],
        "hours": round(one.hours, 6),
        "reason": one.reason,
    }


def _manual_document(study: OutageStudy) -> dict[str, Any]:
    manual = study.manual
    return {
        "entries": len(manual.entries),
        "counts": counts_document(manual.counts),
        "user_hours": {"mv_users": round(manual.mv_hours, 6), "lv_customers": round(manual.lv_hours, 6)},
        "user_hours_together": _hours(study.all_hours),
    }


def kept_document(outage: str, kept: Reopened) -> dict[str, Any]:
    """Give what became of a kept study since."""
    return {
        "outage": outage,
        "same_network": kept.same_network,
        "differences": list(kept.differences),
        "carried_out": kept.carried_out,
    }


def kept_lines(kept: Reopened) -> list[str]:
    """Say whether a kept study comes out as it did, and how far it was carried out."""
    lines = []
    if not kept.same_network:
        lines.append(_("The network has changed since this study was kept."))
    if kept.differences:
        lines.append(_("It comes out otherwise now than it did then."))
    elif kept.same_network:
        lines.append(_("It comes out as it did when it was kept."))
    if kept.carried_out is not None:
        lines.append(_("It was carried out up to step {n}.").format(n=kept.carried_out))
    return lines


def kept_list_document(found: Sequence[KeptOutage]) -> list[dict[str, Any]]:
    """Give the studies that are kept."""
    return [asdict(one) | {"conflicts": list(one.conflicts)} for one in found]


def kept_list_lines(found: Sequence[KeptOutage]) -> list[str]:
    """Say what is kept, a line each: number, name, times, what it costs, how far it went."""
    if not found:
        return [_("No study is kept in this project; --save NAME keeps one.")]
    lines = []
    for one in found:
        times = " – ".join(text.replace("T", " ")[:16] for text in (one.off, one.on) if text)
        parts = [one.id, one.name, times]
        if one.mv_hours is not None:
            parts.append(_("user-hours {hours} (MV)").format(hours=number(one.mv_hours, 3)))
        if one.withdrawn:
            parts.append(_("withdrawn"))
        elif one.carried_out:
            parts.append(_("carried out up to step {n} of {all}").format(n=one.carried_out, all=one.steps))
        if one.conflicts:
            parts.append(_("in the way of {ids}").format(ids=", ".join(one.conflicts)))
        lines.append(" · ".join(part for part in parts if part))
    return lines


def proposal_document(proposal: Proposal) -> dict[str, Any]:
    """Give what is proposed for a fault, and how it was found."""
    return {
        "steps": [step_document(one) for one in proposal.steps],
        "isolation": _isolation_document(proposal.isolation),
        "restoration": _restoration_document(proposal.restoration),
    }


def _isolation_document(isolation: Isolation) -> dict[str, Any]:
    return {
        "open": _ids(isolation.open),
        "keep_open": _ids(isolation.keep_open),
        "passed_over": _ids(isolation.passed_over),
        "sources": list(isolation.sources),
    }


def _restoration_document(found: Restoration) -> dict[str, Any]:
    return asdict(found) | {
        "operations": [{"action": one.action, "device": one.device.id} for one in found.operations],
        "ties": [asdict(one) | {"switch": one.switch.id} for one in found.ties],
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
        found["isolation"] = _isolation_document(stage.isolation)
    if stage.restoration is not None:
        found["restoration"] = _restoration_document(stage.restoration)
    if stage.place is not None:
        place = stage.place
        found["place"] = {"line": place.line, "at_m": round(place.at_m, 1), "x": place.x, "y": place.y}
    if stage.step.temporary:
        found["temporary"] = stage.step.temporary
    if stage.step.note:
        found["note"] = stage.step.note
    if stage.earthed:
        found["earthed"] = [str(one) for one in stage.earthed]
    if stage.notes:
        found["notes"] = list(stage.notes)
    if stage.faults:
        found["faults"] = _ids(stage.faults)
    if stage.ties:
        found["ties"] = [asdict(one) | {"switch": one.switch.id} for one in stage.ties]
    return found


def _ids(devices: tuple[Device, ...]) -> list[str]:
    return [one.id for one in devices]


def _hours(hours: Any) -> dict[str, float]:
    return {name: round(value, 6) for name, value in asdict(hours).items()}


def _when(time: datetime) -> str:
    return time.isoformat(timespec="minutes")


def study_lines(
    project: Project, study: OutageStudy, disclosure: Disclosure, found: Sequence[Conflict] = ()
) -> tuple[str, ...]:
    """Say the stages, the user-hours both ways, and what to beware of."""
    lines = [header_line(project, study.state, study.unknown, study.unlinked)]
    for stage in study.stages:
        lines += _stage_lines(study, stage)
    lines.append(
        _("User-hours up to {time}: {mv} by MV users, {lv} by LV customers").format(
            time=when(study.until),
            mv=number(study.user_hours.mv_users, 3),
            lv=number(study.user_hours.lv_customers, 3),
        )
    )
    lines += _figures_lines(study)
    if study.not_restored:
        lines.append(_("Not restored: customers {n}").format(n=whole(len(study.not_restored))))
    first = max(study.stages, key=lambda one: one.counts.important)
    lines += important_lines(project, _out_after(study, first.n), disclosure)
    closes = {one.id: stage.n for stage in reversed(study.stages) for one in stage.closed}
    lines += back_feed_lines(study.back_feed, closes)
    for part, text in PARTS.items():
        inside = [one.id for one in study.back_feed if one.where == part]
        if inside:
            lines.append("  " + f"{', '.join(inside)}: {_(text)}")
    return (*lines, *conflict_lines(found))


def _figures_lines(study: OutageStudy) -> list[str]:
    """Say what the outage adds to the year's figures, and what was entered by hand."""
    figures = reliability(study)
    lines = []
    if figures.saidi_h is not None and figures.saifi is not None:
        lines.append(
            _("Share of SAIDI {saidi} h per user, of SAIFI {saifi}; CAIDI {caidi} h ({n} MV users)").format(
                saidi=number(figures.saidi_h, 4), saifi=number(figures.saifi, 4), n=whole(figures.users),
                caidi="—" if figures.caidi_h is None else number(figures.caidi_h, 3),
            )
        )  # fmt: skip
    if study.manual.entries:
        together = study.all_hours
        lines.append(
            _("Entered by hand: customers {n}; user-hours in all {mv} (MV), {lv} (LV)").format(
                n=whole(len(study.manual.customers)), mv=number(together.mv_users, 3),
                lv=number(together.lv_customers, 3),
            )
        )  # fmt: skip
    return lines


def conflict_lines(found: Sequence[Conflict]) -> list[str]:
    """Say which other plans are in the way."""
    return [
        _(CONFLICTS[one.kind]).format(
            name=_kept_name(one.outage, one.name),
            start=when(one.start),
            end=when(one.end),
            ids=_some(one.ids),
        )
        for one in found
    ]


def _kept_name(outage: str, name: str) -> str:
    return _("“{name}” ({id})").format(name=name, id=outage) if name else outage


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(one.rpartition(":")[2] for one in ids[:SHOWN])
    return shown if len(ids) <= SHOWN else shown + ", …"


def proposal_lines(project: Project, proposal: Proposal) -> tuple[str, ...]:
    """Say how the proposal was found."""
    restoration = proposal.restoration
    lines = [restoration_line(restoration)] if restoration.users or restoration.left else []
    lines += ["  " + tie_use_line(project, one) for one in restoration.ties]
    lines += isolation_lines(proposal.isolation)
    return tuple(lines)


def isolation_lines(isolation: Isolation) -> list[str]:
    """Say what keeps the fault from being isolated."""
    if isolation.sources:
        text = _("No switch parts the fault from the source {source}.")
        return [text.format(source=", ".join(isolation.sources))]
    if isolation.open:
        return []
    if not isolation.keep_open:
        return [_("No switch can isolate the fault.")]
    text = _("No further switch can isolate the fault: only {devices} bounds it, open already.")
    return [text.format(devices=", ".join(_ids(isolation.keep_open)))]


def restoration_line(found: Restoration) -> str:
    """Say how many come back and how the way was found."""
    return _("Restored before the repair: {users} of {all} users; {method}").format(
        users=whole(found.users), all=whole(found.users + found.left), method=_(METHODS[found.method])
    )


def tie_use_line(project: Project, one: TieUse) -> str:
    """Say what a tie takes over and what is left of its limit."""
    check = _(CHECKS[one.check]).format(margin=number(abs(one.margin_kva or 0.0)))
    return _("Tie {id} takes over users {n}, {kva} kVA: {check}").format(
        id=device_label(project, one.switch), n=whole(one.users), kva=number(one.kva), check=check
    )


def _out_after(study: OutageStudy, n: int) -> tuple[str, ...]:
    """Customers out after step `n`, as the steps up to it tell."""
    out: dict[str, None] = {}
    for stage in study.stages[:n]:
        out |= dict.fromkeys(stage.customers_out)
        for one in stage.customers_back:
            out.pop(one, None)
    return tuple(out)


def _stage_lines(study: OutageStudy, stage: Stage) -> list[str]:
    project = study.project
    done, moved = stage_sentence(study, stage, ids=True), _moved(project, stage)
    lines = [
        f"{stage.n}. {when(stage.step.time)}  {done}" + (f" · {moved}" if moved else ""),
        "   " + _("Out: MV users {mv}, LV customers {lv}, areas {areas}; user-hours so far {hours}").format(
            mv=whole(stage.counts.mv_users), lv=whole(stage.counts.lv_customers),
            areas=whole(stage.counts.transformer_areas), hours=number(stage.user_hours.mv_users, 3)),
    ]  # fmt: skip
    sources = () if stage.trip is None else stage.trip.sources
    unguarded = _("No protective device stands before the source {source}: it trips itself.")
    lines += ["   " + unguarded.format(source=one) for one in sources]
    if stage.isolation is not None:
        lines += ["   " + one for one in isolation_lines(stage.isolation)]
    if stage.isolation is not None and stage.isolation.passed_over:
        passed = device_labels(project, stage.isolation.passed_over)
        lines.append("   " + _("Passed over, cannot be operated: {devices}").format(devices=passed))
    if stage.restoration is not None:
        lines.append("   " + restoration_line(stage.restoration))
        lines += ["   " + tie_use_line(project, one) for one in stage.restoration.ties[:SHOWN]]
    lines += ["   " + _tie_line(project, one) for one in stage.ties[:SHOWN]]
    lines += ["   " + _(NOTES[one]) for one in stage.notes]
    lines += ["   " + loop_line(one) for one in stage.loops[:SHOWN]]
    if stage.live_from_behind:
        lines.append(
            "   "
            + _("Live from behind: {devices}").format(devices=device_labels(project, stage.live_from_behind))
        )
    return lines


def _moved(project: Project, stage: Stage) -> str:
    """Say what a step operated that it does not name itself: what tripped, opened and closed."""
    if stage.step.action in ("open", "close", "trip", "jumper", "cut"):
        return ""
    tripped = () if stage.trip is None else stage.trip.devices
    parts = (
        (_("{devices} trips"), tripped),
        (_("opens {devices}"), tuple(one for one in stage.opened if one not in tripped)),
        (_("closes {devices}"), stage.closed),
    )
    return _("; ").join(text.format(devices=device_labels(project, own)) for text, own in parts if own)


def _tie_line(project: Project, tie: TieProposal) -> str:
    check = _(CHECKS[tie.check]).format(margin=number(abs(tie.margin_kva or 0.0)))
    return _("Tie {id} could bring back customers {n}, {kva} kVA: {check}").format(
        id=device_label(project, tie.switch), n=whole(tie.customers), kva=number(tie.kva), check=check
    )
