"""What an outage looks like as lines for people and as a document for scripts.

The document's keys are described in ``docs/command-line.md`` and do not change silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from grid_model.wiring import SwitchState
from resources.i18n import N_, _, ngettext
from ui.formats import number, percent, whole

if TYPE_CHECKING:
    from gis.masking import Disclosure
    from grid_model.back_feed import BackFeed
    from grid_model.earthing import Danger
    from grid_model.project import Project
    from grid_model.reasons import Reason
    from grid_model.topology import Loop
    from grid_model.tracing import OutageCounts, OutageTrace, StepResult

SHOWN = 20
"""Important customers, back-feeds and loops named in the terminal; the others are counted."""

STATES = {
    SwitchState.NORMAL: N_("normal switch positions"),
    SwitchState.CURRENT: N_("present switch positions"),
}

ACTIONS = {
    "open": N_("Open {devices}"),
    "close": N_("Close {devices}"),
    "trip": N_("Fault at {fault}: {devices} trips"),
}

BACK_FEED = {
    "pv": N_("PV {id}"),
    "battery": N_("Storage {id}"),
    "generator": N_("Own generator {id}"),
    "second_supply": N_("Second supply of customer {id}"),
    "tie": N_("Open switch {id} with a live side: keep it open"),
}

CLOSED_TIE = N_("Open switch {id} with a live side: keep it open until it closes in step {n}")

DANGERS = {
    "energises-earth": N_("Beware: this would put earthed nodes under voltage: {ids}"),
    "energises-fault": N_("Beware: this would put faults that are not repaired under voltage: {ids}"),
}


# ---------------------------------------------------------------------------- documents


def counts_document(counts: OutageCounts) -> dict[str, Any]:
    """Give the counts, both ways of counting; whole kVA and kW as integers."""
    return {name: _plain(value) for name, value in asdict(counts).items()}


def _plain(value: float) -> float:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def loop_document(loop: Loop) -> dict[str, Any]:
    """Give the members of a loop by kind."""
    return {
        "switches": [one.id for one in loop.devices if one.table == "switches"],
        "lines": [one.id for one in loop.devices if one.table == "ac_line_segments"],
        "transformers": [one.id for one in loop.devices if one.table == "power_transformers"],
        "sources": list(loop.sources),
        "circuits": loop.circuits,
    }


def step_document(step: StepResult) -> dict[str, Any]:
    """Give one step and the state after it."""
    more = (
        {} if step.fault is None else {"fault": step.fault.id, "sources_tripped": list(step.tripped_sources)}
    )
    return {
        "n": step.n,
        "action": step.action,
        "ids": [one.id for one in step.devices],
        **more,
        "counts": counts_document(step.counts),
        "customers_out": list(step.customers_out),
        "customers_back": list(step.customers_back),
        "loops": [loop_document(one) for one in step.loops],
    }


def back_feed_document(project: Project, one: BackFeed, disclosure: Disclosure) -> dict[str, Any]:
    """Give one thing that can feed back; the contact as far as it may be told."""
    found = asdict(one)
    if one.kind in ("pv", "battery", "generator"):
        row = project.table("pv_units").row(one.id)
        found["contact_name"] = disclosure.name(row["contact_name"] or "")
        found["contact_phone"] = disclosure.phone(row["contact_phone"] or "")
    return found


def trace_document(project: Project, trace: OutageTrace, disclosure: Disclosure) -> dict[str, Any]:
    """Give the whole trace (`DESIGN` §6)."""
    return {
        "state": trace.state.value,
        "data_date": project.info.data_date,
        "steps": [step_document(step) for step in trace.steps],
        "opened": [one.id for one in trace.opened],
        "closed": [one.id for one in trace.closed],
        "sources_tripped": list(trace.tripped_sources),
        "counts": counts_document(trace.counts),
        "transformer_areas": list(trace.transformer_areas),
        "partly_out": list(trace.partly_out),
        "customers": list(trace.customers),
        "backup": list(trace.backup),
        "already_out": len(trace.already_out),
        "unknown": len(trace.unknown),
        "unlinked": trace.unlinked,
        "back_feed": [back_feed_document(project, one, disclosure) for one in trace.back_feed],
        "loops": [loop_document(one) for one in trace.loops],
        "warnings": [asdict(one) for one in trace.dangers],
    }


# ---------------------------------------------------------------------------- lines


def header_line(project: Project, state: SwitchState, unknown: int, unlinked: int) -> str:
    """State what every list must: switch state, date of the data, customers that cannot be judged."""
    return _(
        "{state} · data of {date} · customers that cannot be judged {unknown}, of them unlinked {unlinked}"
    ).format(
        state=_(STATES[state]),
        date=project.info.data_date or _("unknown date"),
        unknown=whole(unknown),
        unlinked=whole(unlinked),
    )


def counts_lines(counts: OutageCounts) -> tuple[str, ...]:
    """Say how much is out, both ways of counting."""
    return (
        _("Out: MV users {mv}; LV customers {lv} (households {residents}, others {others})").format(
            mv=whole(counts.mv_users),
            lv=whole(counts.lv_customers),
            residents=whole(counts.residents),
            others=whole(counts.nonresidents),
        ),
        _("     transformer areas {areas}, {kva} kVA, PV {kw} kW").format(
            areas=whole(counts.transformer_areas), kva=number(counts.rated_kva), kw=number(counts.pv_kw)
        ),
    )


def step_line(step: StepResult) -> str:
    """Say what was done in a step and what it did."""
    devices = ", ".join(one.id for one in step.devices) or _("nothing")
    done = _(ACTIONS[step.action]).format(devices=devices, fault="" if step.fault is None else step.fault.id)
    effect = _("customers out {out}, back {back}").format(
        out=whole(len(step.customers_out)), back=whole(len(step.customers_back))
    )
    return f"{step.n}. {done}: {effect}" if step.action != "trip" else f"{step.n}. {done}; {effect}"


def trace_lines(project: Project, trace: OutageTrace, disclosure: Disclosure) -> tuple[str, ...]:
    """Say what a trace found; important customers first, names as far as they may be told."""
    lines = [header_line(project, trace.state, len(trace.unknown), trace.unlinked)]
    lines += [step_line(step) for step in trace.steps]
    lines += danger_lines(trace.dangers)
    lines += [
        _("No protective device stands before the source {source}: it trips itself.").format(source=one)
        for one in trace.tripped_sources
    ]
    lines += counts_lines(trace.counts)
    lines += important_lines(project, trace.customers, disclosure)
    lines += _others(trace)
    lines += [loop_line(one) for one in trace.loops[:SHOWN]]
    lines += back_feed_lines(trace.back_feed)
    return tuple(lines)


def danger_lines(found: Sequence[Danger]) -> list[str]:
    """Warn of what a step would put under voltage though it must stay dead."""
    ids = {code: [one.id for one in found if one.code == code] for code in DANGERS}
    return [_(text).format(ids=_some(ids[code])) for code, text in DANGERS.items() if ids[code]]


def _others(trace: OutageTrace) -> list[str]:
    lines = []
    if trace.backup:
        n = len(trace.backup)
        text = ngettext(
            "{n} customer lost a supply and has another: {ids}",
            "{n} customers lost a supply and have another: {ids}",
            n,
        )
        lines.append(text.format(n=whole(n), ids=_some(trace.backup)))
    if trace.partly_out:
        n = len(trace.partly_out)
        text = ngettext("{n} area is partly out: {ids}", "{n} areas are partly out: {ids}", n)
        lines.append(text.format(n=whole(n), ids=_some(trace.partly_out)))
    if trace.already_out:
        lines.append(_("Out before the first step: customers {n}").format(n=whole(len(trace.already_out))))
    return lines


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:SHOWN])
    return shown if len(ids) <= SHOWN else shown + ", …"


def important_lines(project: Project, customers: Sequence[str], disclosure: Disclosure) -> list[str]:
    """Name the important and sensitive ones among `customers`, which come important ones first."""
    from gis.masking import names_of_organisations
    from ui.formats import choice_label

    table = project.table("customers")
    rows = table.frame.iloc[table.positions(list(customers))]
    important = rows[rows["importance"].notna() | rows["sensitive_kind"].notna()]
    if not len(important):
        return []
    lines = [_("Important and sensitive customers out: {n}").format(n=whole(len(important)))]
    first = important.head(SHOWN)
    organisation = names_of_organisations(first)
    for row, open_name in zip(first.to_dict("records"), organisation, strict=True):
        labels = [
            choice_label(table.schema.column(name), row[name])
            for name in ("importance", "sensitive_kind")
            if isinstance(row[name], str)
        ]
        name = disclosure.name(
            row["name"] if isinstance(row["name"], str) else "", organisation=bool(open_name)
        )
        lines.append(f"  {row['id']}  {name}  {' · '.join(labels)}")
    if len(important) > SHOWN:
        lines.append("  …")
    return lines


def loop_line(loop: Loop) -> str:
    """Say what runs in a loop: its switches, or its other members where it has none."""
    members = _some(loop.switches or [one.id for one in loop.devices])
    if len(loop.sources) < 2:
        return _("Runs in a loop: {members}").format(members=members)
    return _("Runs in a loop: {members} (joins the sources {sources})").format(
        members=members, sources=", ".join(loop.sources)
    )


def back_feed_lines(found: Sequence[BackFeed], closes: Mapping[str, int] | None = None) -> list[str]:
    """List what could feed back, and what to do about it.

    Parameters
    ----------
    closes
        Of a study: switches it closes, and in which step.
    """
    if not found:
        return []
    lines = [_("Back-feed: disconnect, verify dead, earth")]
    for one in found[:SHOWN]:
        step = closes.get(one.id) if closes and one.kind == "tie" else None
        text = "  " + _(BACK_FEED[one.kind] if step is None else CLOSED_TIE).format(id=one.id, n=step)
        if one.rated_kw is not None:
            text += f" · {number(one.rated_kw)} kW"
        if one.transformer_area:
            text += f" · {one.transformer_area}"
        if one.flag and one.share is not None:
            text += " · " + _("{share} of the area's capacity").format(share=percent(one.share))
        lines.append(text)
    if len(found) > SHOWN:
        lines.append(_("  and {n} more").format(n=whole(len(found) - SHOWN)))
    return lines


# ---------------------------------------------------------------------------- one customer

REASONS = {
    "out": N_("{customer} is without supply: its way to the source leads over {path}, and {device} is open."),
    "backup": N_("{customer} has lost a supply, for {device} is open, and keeps another."),
    "supplied": N_("{customer} has supply, over {path}."),
    "already_out": N_("{customer} had no supply before the first step."),
    "unknown": N_("{customer} cannot be judged: it has no way to a source in the normal state."),
    "closed": N_("The account of {customer} is closed."),
}

ENDS_SHOWN = 3
"""Devices named at either end of a long way."""


def reason_sentence(reason: Reason) -> str:
    """Say in one sentence why a customer is on the list of an outage, or why it is not."""
    ids = [one.id for one in reason.path]
    if len(ids) > 2 * ENDS_SHOWN:
        ids = [*ids[:ENDS_SHOWN], "…", *ids[-ENDS_SHOWN:]]
    device = reason.open_point.id if reason.open_point else ""
    return _(REASONS[reason.status]).format(customer=reason.customer, path=" – ".join(ids), device=device)
