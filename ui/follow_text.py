"""What a trace looks like as lines for people, as a document for scripts and as a list in a file.

The document's keys are described in ``docs/command-line.md`` and do not change silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from grid_model.trace_configuration import Measure, TraceConfiguration, TraceKind
from grid_model.wiring import BRANCH_TABLES
from resources.i18n import N_, _, ngettext
from ui.formats import number, whole

if TYPE_CHECKING:
    from gis.sheets import Sheet
    from grid_model.trace_sums import SumFound
    from grid_model.traces import TraceResult
    from grid_model.wiring import Device

SHOWN = 20
"""Devices named in the terminal; the file or the document has them all."""

DEVICE_KINDS = {
    "switches": ("switch", N_("Switch")),
    "ac_line_segments": ("line", N_("Line segment")),
    "power_transformers": ("transformer", N_("Transformer")),
    "connectivity_nodes": ("node", N_("Node")),
    "energy_sources": ("source", N_("Source")),
}
"""Code and label of what stands on the list."""

HEADS = {
    TraceKind.DOWNSTREAM: N_("Downstream of {start}"),
    TraceKind.UPSTREAM: N_("Upstream of {start}"),
    TraceKind.CONNECTED: N_("Connected with {start}"),
    TraceKind.FEEDER: N_("The feeder of {start}"),
    TraceKind.PATH: N_("The path from {start} to {target}"),
    TraceKind.LOOPS: N_("Loops"),
    TraceKind.NEXT: N_("The next devices from {start}"),
    TraceKind.ISOLATION: N_("The part around {start} up to operable switches"),
}

EDGES = {
    "to-open": N_("To open: {devices}"),
    "open": N_("Stand open at the edge: {devices}"),
    "dead-end": N_("Closed, with nothing behind them that could feed back: {devices}"),
    "back-feed": N_("Closed, with PV, storage or own generators behind them that can feed back: {devices}"),
    "barrier": N_("Barriers met: {devices}"),
    "stop": N_("Stopped at: {devices}"),
    "source": N_("Sources met: {devices}"),
}

SUM_LABELS = {
    "rated_kva": N_("Rated power of transformers"),
    "mv_users": N_("MV users"),
    "lv_customers": N_("LV customers"),
    "important": N_("Important customers"),
    "transformer_areas": N_("Transformer areas"),
    "pv_kw": N_("PV"),
    "line_km": N_("Length of lines"),
    "devices": N_("Devices"),
}

AREAL = frozenset(
    {TraceKind.DOWNSTREAM, TraceKind.UPSTREAM, TraceKind.CONNECTED, TraceKind.FEEDER, TraceKind.ISOLATION}
)
"""Kinds of trace that find a part of the network, not single devices: their sums are told unasked."""


# ---------------------------------------------------------------------------- documents


def follow_document(result: TraceResult, customers: bool = False) -> dict[str, Any]:
    """Give the whole result; the customer numbers only where asked for."""
    from grid_model.trace_sums import trace_sums

    configuration = result.configuration
    document: dict[str, Any] = {
        "configuration": configuration.to_document(),
        "kind": configuration.kind.value,
        "state": configuration.state.value,
        "data_date": result.project.info.data_date,
        "devices": list(device_rows(result)),
        "found": {
            "devices": len(result.branches),
            "nodes": len(result.rows("connectivity_nodes")),
            "transformer_areas": len(result.rows("transformer_areas")),
            "customers": len(result.rows("customers")),
        },
        "transformer_areas": list(result.ids("transformer_areas")),
        "edge": [{**_named(one.device), "reason": one.reason} for one in result.edge],
        "measure": result.measure.value,
        "unknown_lengths": result.unknown_lengths,
        "sums": [_sum_document(one) for one in trace_sums(result)],
    }
    if customers:
        document["customers"] = list(result.ids("customers"))
    if configuration.kind is TraceKind.PATH:
        document["length_m"] = round(result.length_m, 3)
    if configuration.kind is TraceKind.FEEDER:
        document["feeder"] = result.feeder
    if configuration.kind is TraceKind.LOOPS:
        document["loops"] = _loop_documents(result)
    if configuration.kind is TraceKind.ISOLATION:
        document["passed_over"] = [one.id for one in result.passed_over]
    return document


def device_rows(result: TraceResult) -> Iterator[dict[str, Any]]:
    """Give the listed devices in order."""
    wiring = result.topology.wiring
    branches = result.branches[result.listed]
    kinds, rows = wiring.kind[branches], wiring.row[branches]
    ids = np.empty(len(branches), dtype=object)
    names = np.empty(len(branches), dtype=object)
    for kind, table in enumerate(BRANCH_TABLES):
        at = np.flatnonzero(kinds == kind)
        frame = result.project.frame(table)
        ids[at] = frame["id"].to_numpy(dtype=object)[rows[at]]
        names[at] = frame["name"].fillna("").to_numpy(dtype=object)[rows[at]]
    distances, depths = result.distance_m[result.listed].tolist(), result.depth[result.listed].tolist()
    for one, kind, name, metres, depth in zip(ids, kinds, names, distances, depths, strict=True):
        yield {
            "id": one,
            "kind": DEVICE_KINDS[BRANCH_TABLES[kind]][0],
            "name": name,
            "distance_m": round(metres, 3),
            "depth": depth,
        }


def _named(device: Device) -> dict[str, str]:
    return {"id": device.id, "kind": DEVICE_KINDS[device.table][0]}


def _sum_document(one: SumFound) -> dict[str, Any]:
    found: dict[str, Any] = {
        "sum": one.asked.measure,
        "condition": str(one.asked.where) if one.asked.where else "",
        "value": one.value,
        "unit": one.unit,
        "unknown": one.unknown,
    }
    if one.asked.measure == "line_km":
        found["by_kv"] = [{"kv": kv or None, "km": km} for kv, km in one.by_kv]
    return found


def _loop_documents(result: TraceResult) -> list[dict[str, Any]]:
    from ui.outage_text import loop_document

    return [{**loop_document(one.loop), "openable": list(one.openable)} for one in result.loops]


# ---------------------------------------------------------------------------- lines


def described(configuration: TraceConfiguration) -> str:
    """Say in a few words what a configuration looks for."""
    start = ", ".join(configuration.starts)
    return _(HEADS[configuration.kind]).format(start=start, target=configuration.target)


def follow_lines(result: TraceResult) -> Iterator[str]:
    """Say what was found, shortly."""
    yield _header(result)
    yield _summary(result)
    if result.measure is Measure.BRANCHES and result.unknown_lengths:
        yield _asked_by_length(result)
    elif result.unknown_lengths:
        yield _unknown_lengths(result.unknown_lengths)
    if result.configuration.kind is TraceKind.ISOLATION:  # the switches around it are what was asked for
        yield from _edge_lines(result)
        yield from _device_lines(result)
    else:
        yield from _device_lines(result)
        yield from _edge_lines(result)
    yield from _loop_lines(result)
    yield from _sum_lines(result)


def _header(result: TraceResult) -> str:
    from grid_model.customers import Consumers, fed
    from ui.outage_text import header_line

    consumers = Consumers.of(result.project)
    unknown = int((consumers.active & ~fed(consumers.customers, result.topology.supplied)).sum())
    return header_line(result.project, result.topology.state, unknown, consumers.unlinked)


def _summary(result: TraceResult) -> str:
    kind, head = result.configuration.kind, described(result.configuration)
    devices = whole(len(result.listed))
    if kind is TraceKind.LOOPS:
        return _("Loops: {loops}; devices in them: {devices}").format(
            loops=whole(len(result.loops)), devices=devices
        )
    if kind is TraceKind.PATH:
        metres = number(result.length_m)
        return _("{head}: {devices} devices, {metres} m").format(head=head, devices=devices, metres=metres)
    if kind is TraceKind.NEXT:
        return _("{head}: {devices} found").format(head=head, devices=devices)
    if result.feeder:
        head = f"{head} · {result.feeder}"
    return _("{head}: {devices} devices, {areas} transformer areas, {customers} customers").format(
        head=head,
        devices=devices,
        areas=whole(len(result.ids("transformer_areas"))),
        customers=whole(len(result.ids("customers"))),
    )


def _asked_by_length(result: TraceResult) -> str:
    if result.configuration.measure is Measure.BRANCHES:
        return _unknown_lengths(result.unknown_lengths)
    text = ngettext(
        "By number of devices, not by length: the length of {n} line is not known.",
        "By number of devices, not by length: the length of {n} lines is not known.",
        result.unknown_lengths,
    )
    return text.format(n=whole(result.unknown_lengths))


def _unknown_lengths(count: int) -> str:
    text = ngettext(
        "The length of {n} line is not known; distances leave it out.",
        "The length of {n} lines is not known; distances leave them out.",
        count,
    )
    return text.format(n=whole(count))


def _device_lines(result: TraceResult) -> Iterator[str]:
    for n, row in enumerate(islice(device_rows(result), SHOWN), 1):
        yield _device_line(n, row)
    rest = len(result.listed) - SHOWN
    if rest > 0:
        yield _("  and {n} more").format(n=whole(rest))


def _device_line(n: int, row: dict[str, Any]) -> str:
    labels = dict(DEVICE_KINDS.values())
    name = f"  {row['name']}" if row["name"] else ""
    return f"{n:3}. {_(labels[row['kind']])} {row['id']}{name} · {number(row['distance_m'])} m"


def _edge_lines(result: TraceResult) -> Iterator[str]:
    if result.configuration.kind is TraceKind.ISOLATION and not result.edges("to-open"):
        yield _("No switch needs to open.")
    for reason, text in EDGES.items():
        found = [one.device for one in result.edge if one.reason == reason]
        if found and result.configuration.kind is not TraceKind.NEXT:
            yield _(text).format(devices=_some([one.id for one in found]))
    if result.passed_over:
        names = _some([one.id for one in result.passed_over])
        yield _("Passed over, cannot be operated: {devices}").format(devices=names)


def _loop_lines(result: TraceResult) -> Iterator[str]:
    from ui.outage_text import loop_line

    for one in result.loops[:SHOWN]:
        openable = _some(one.openable) or _("none")
        yield loop_line(one.loop) + _("; could be opened at: {switches}").format(switches=openable)


def _sum_lines(result: TraceResult) -> Iterator[str]:
    from grid_model.trace_sums import trace_sums

    if not result.configuration.sums and result.configuration.kind not in AREAL:
        return
    for one in trace_sums(result):
        value = number(one.value, 3) + (f" {one.unit}" if one.unit else "")
        condition = f" ({one.asked.where.text})" if one.asked.where else ""
        parts = "; ".join(
            f"{number(kv)} kV {number(km, 3)}" if kv else f"? kV {number(km, 3)}" for kv, km in one.by_kv
        )
        text = _("{label}: {value}").format(label=_(SUM_LABELS[one.asked.measure]) + condition, value=value)
        if len(one.by_kv) > 1:
            text += f" ({parts})"
        if one.unknown:
            text += " · " + _("not known: {n}").format(n=whole(one.unknown))
        yield text


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:SHOWN])
    return shown if len(ids) <= SHOWN else shown + ", …"


# ---------------------------------------------------------------------------- lists in files


def sheets(result: TraceResult, header: str, customers: bool) -> list[Sheet]:
    """Make the list of devices, and that of the customers by number and area where asked for."""
    from gis.sheets import Sheet

    labels = dict(DEVICE_KINDS.values())
    rows = [
        (row["id"], _(labels[row["kind"]]), row["name"], row["distance_m"], row["depth"])
        for row in device_rows(result)
    ]
    headings = [_("Device"), _("Kind"), _("Name"), _("Distance (m)"), _("Devices on the way")]
    foot = (header, described(result.configuration))
    made = [Sheet(_("Devices"), headings, rows, foot)]
    if customers:
        table = result.project.table("customers")
        ids = list(result.ids("customers"))
        areas = table.frame["transformer_area"].fillna("").iloc[table.positions(ids) if ids else []]
        made.append(
            Sheet(
                _("Customers"),
                [_("Customer number"), _("Transformer area")],
                list(zip(ids, areas.tolist(), strict=True)),
                foot,
            )
        )
    return made
