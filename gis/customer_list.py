"""Write who is affected by an outage into an Excel workbook: customers, the outage, areas, villages.

Columns of `DOMAIN` §5.5; identifiers are text, so that no zero is lost. The first sheet is the list, its
headings in the first row; what it counts and what it leaves out stands on the second, and in the head of
every printed page. No cell is taken for a formula or a link, whatever a name holds. Whether somebody
depends on supply for their health is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gis.affected import course, entries_of, study_facts
from gis.files import written_whole
from gis.masking import Disclosure, names_of_organisations
from gis.provenance import Provenance
from gis.study_words import BASES, STATUSES
from gis.workbook import Sheet, SheetColumn, write_workbook
from grid_model import schema
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.schema_territory import GRADES, SENSITIVE_KINDS
from grid_model.study import OutageStudy
from grid_model.table import plain
from grid_model.wiring import Device
from resources.i18n import N_, _

if TYPE_CHECKING:
    from grid_model.tracing import OutageTrace

OUT = "out"
BACKUP = "backup"

RETENTION = N_(
    "This list holds personal data: use it for this outage only, do not pass it on, delete it when done."
)


def write_customer_list(
    path: Path,
    project: Project,
    trace: OutageTrace | OutageStudy,
    *,
    unmasked: bool = False,
    purpose: str = "",
    operator: str = "",
    feedback: Feedback = SILENT,
) -> int:
    """Write the workbook, whole or not at all.

    Parameters
    ----------
    path
        Ends in ``.xlsx``.
    trace
        A trace, or a study: then each customer has its times, and a sheet tells the course of the outage.
    unmasked, purpose
        Names and phones in full, and what for.
    operator
        Who writes it; stands on the second sheet.

    Returns
    -------
    rows
        Customers in the list: those out and those on backup supply; of a study also those who were out
        before or cannot be judged, where their area is out.

    Raises
    ------
    GridError
        ``purpose-missing``, ``cannot-write``, ``bad-output-name``.
    """
    if path.suffix.lower() != ".xlsx":  # here, where the file still has the name that was asked for
        raise GridError("bad-output-name", file=str(path), suffix=".xlsx")
    disclosure = Disclosure.asked(unmasked, purpose)
    provenance = Provenance.of(project, trace.state.value)
    affected = affected_customers(project, trace, disclosure)
    feedback.report(0.2, _("Writing the customer list"))
    about = outage_facts(project, trace, provenance, disclosure, operator)
    head = _("Customers affected by {devices}").format(devices=device_names(project, trace) or "—")
    says = _foot(provenance, disclosure, operator)
    with written_whole(path) as beside:
        write_workbook(
            beside,
            (
                Sheet(_("Customers"), list_columns(), affected.cells(), head, says),
                Sheet(
                    _("About the outage"),
                    (SheetColumn(_("Item"), 44), SheetColumn(_("Content"), 84, left=True)),
                    about,
                    head,
                    says,
                ),
                *_course_sheet(project, trace, head, says),
                Sheet(_("By area"), area_columns(), affected.by_area(project), head, says),
                Sheet(_("By village"), village_columns(), affected.by_village(project), head, says),
            ),
            title=head,
            feedback=feedback,
        )
    return len(affected.rows)


def _foot(provenance: Provenance, disclosure: Disclosure, operator: str) -> str:
    """Say at the foot of every printed page where it comes from, who made it and when (`DOMAIN` §10)."""
    parts = [provenance.station, provenance.sentence, _(disclosure.label)]
    if provenance.planning_date:
        parts.append(_("made {date}").format(date=provenance.planning_date))
    parts.append(operator)
    if provenance.sample:
        parts.append(_("Invented sample data"))
    return " · ".join(part for part in parts if part)


def _course_sheet(
    project: Project, outage: OutageTrace | OutageStudy, head: str, says: str
) -> tuple[Sheet, ...]:
    if not isinstance(outage, OutageStudy):
        return ()
    columns = (
        SheetColumn(_("No."), 5, number=True),
        SheetColumn(_("Time"), 16),
        SheetColumn(_("Step"), 60, left=True),
        SheetColumn(_("MV users out"), 10, number=True),
        SheetColumn(_("LV customers out"), 12, number=True),
        SheetColumn(_("Transformer areas out"), 10, number=True),
        SheetColumn(_("Customers back"), 10, number=True),
        SheetColumn(_("User-hours by MV users"), 12, number=True),
        SheetColumn(_("User-hours by LV customers"), 12, number=True),
    )
    return (Sheet(_("Course"), columns, course(project, outage), head, says),)


@dataclass(frozen=True)
class Affected:
    """The rows of the list, in its order, before they are written.

    Parameters
    ----------
    rows
        One row per customer; columns named as in `COLUMNS` and ``village``.
    """

    rows: pd.DataFrame

    def cells(self) -> Iterable[Sequence[Any]]:
        """Give the cells row by row, a running number first."""
        texts = [self.rows[name].to_numpy(dtype=object) for name in COLUMNS]
        return ((n, *cells) for n, cells in enumerate(zip(*texts, strict=True), 1))

    def by_area(self, project: Project) -> list[Sequence[Any]]:
        """Sum up the list by transformer area."""
        areas = project.table("transformer_areas").frame.set_index("id")
        result: list[Sequence[Any]] = []
        for n, (area, part) in enumerate(self.rows.groupby("area", sort=True), 1):
            first = part.iloc[0]
            usage = areas["usage"].get(area) if area in areas.index else ""
            labels = _labels("transformer_areas", "usage")
            result.append(
                (
                    n,
                    area,
                    first["area_name"] or ("" if area else _("without an area")),
                    labels.get(str(usage), ""),
                    first["feeder"],
                    *_counts(part),
                    first["manager"],
                    first["manager_phone"],
                )
            )
        return result

    def by_village(self, project: Project) -> list[Sequence[Any]]:
        """Sum up the list by village."""
        return [
            (n, village or _("unknown"), part.loc[part["area"] != "", "area"].nunique(), *_counts(part))
            for n, (village, part) in enumerate(self.rows.groupby("village", sort=True), 1)
        ]


def _counts(part: pd.DataFrame) -> tuple[int, ...]:
    """Count a part of the list: out, residents and others among them, medium voltage, backup, important."""
    out = part[part["state"] == OUT]
    low = out[out["class_code"] != "mv"]
    residents = int((low["class_code"] == "lv_resident").sum())
    important = int(((part["grade"] != "") | (part["sensitive"] != "")).sum())
    return (
        len(low),
        residents,
        len(low) - residents,
        len(out) - len(low),
        int((part["state"] == BACKUP).sum()),
        important,
    )


COLUMNS: Mapping[str, tuple[str, float]] = {
    "id": (N_("Customer number"), 15),
    "name": (N_("Customer name"), 13),
    "address": (N_("Address"), 22),
    "phone": (N_("Customer's phone"), 12.5),
    "class": (N_("Customer class"), 11),
    "grade": (N_("Important grade"), 7),
    "sensitive": (N_("Sensitive kind"), 9),
    "area": (N_("Area number"), 12.5),
    "area_name": (N_("Area name"), 15),
    "feeder": (N_("Feeder"), 14),
    "meter_box": (N_("Meter box"), 13),
    "phases": (N_("Phases"), 6),
    "status": (N_("Status"), 8),
    "basis": (N_("Basis"), 9),
    "off": (N_("Off since"), 10),
    "on": (N_("Expected or actual supply"), 10),
    "manager": (N_("District manager"), 9),
    "manager_phone": (N_("Manager's phone"), 12.5),
    "notified": (N_("Notified"), 8),
    "why": (N_("Why on this list"), 60),
}
"""Columns after the running number, in the order of `DOMAIN` §5.5, with their width in characters."""

ASIDE = frozenset({"why"})
"""Columns for the screen: a list on paper is for the way from door to door, a line for each customer."""


def list_columns() -> tuple[SheetColumn, ...]:
    """Give the headings of the list in the language in use."""
    named = (SheetColumn(_(title), wide, aside=name in ASIDE) for name, (title, wide) in COLUMNS.items())
    return (SheetColumn(_("No."), 5, number=True), *named)


def area_columns() -> tuple[SheetColumn, ...]:
    """Give the headings of the sheet by area."""
    return (
        SheetColumn(_("No."), 6, number=True),
        SheetColumn(_("Area number"), 14),
        SheetColumn(_("Area name"), 22),
        SheetColumn(_("Use"), 8),
        SheetColumn(_("Feeder"), 20),
        *_count_columns(),
        SheetColumn(_("District manager"), 12),
        SheetColumn(_("Manager's phone"), 14),
    )


def village_columns() -> tuple[SheetColumn, ...]:
    """Give the headings of the sheet by village."""
    return (
        SheetColumn(_("No."), 6, number=True),
        SheetColumn(_("Village"), 18),
        SheetColumn(_("Area count"), 9, number=True),
        *_count_columns(),
    )


def _count_columns() -> tuple[SheetColumn, ...]:
    titles = (
        _("LV customers out"),
        _("of them residents"),
        _("of them non-residents"),
        _("MV customers out"),
        _("On backup supply"),
        _("Important or sensitive"),
    )
    return tuple(SheetColumn(title, 12, number=True) for title in titles)


# ---------------------------------------------------------------- rows


def affected_customers(
    project: Project, trace: OutageTrace | OutageStudy, disclosure: Disclosure
) -> Affected:
    """Look up who is affected: important ones first, then sensitive ones, by area and number."""
    entries = entries_of(project, trace)
    ids = list(entries.ids)
    table = project.table("customers")
    rows = table.frame.iloc[table.positions(ids)].reset_index(drop=True) if ids else table.frame.iloc[:0]
    areas = project.frame("transformer_areas").set_index("id")
    own_area = rows["transformer_area"].fillna("")
    feeders = _by_id(project, "feeders", "name")
    feeder_of = _looked_up(own_area, areas["feeder"])
    exception = rows["manager"].fillna("")
    manager = exception.where(exception != "", _looked_up(own_area, areas["manager"]))
    box, phases = _meter_boxes(project, rows["id"])
    own_village = rows["village"].fillna("")
    village = own_village.where(own_village != "", _looked_up(own_area, areas["village"]))
    organisation = names_of_organisations(rows)
    state = pd.Series(entries.status, dtype="str")
    names, phones = (_by_id(project, "district_managers", name) for name in ("name", "phone"))
    made = pd.DataFrame(
        {
            "id": rows["id"].map(disclosure.customer_number),
            "name": _told_names(rows["name"], organisation, disclosure),
            "address": rows["address"].fillna("").map(disclosure.address),
            "phone": rows["phone"].fillna("").map(disclosure.phone),
            "class": _looked_up(rows["customer_class"], _labels("customers", "customer_class")),
            "grade": _looked_up(rows["importance"], _labels("customers", "importance")),
            "sensitive": _looked_up(rows["sensitive_kind"], _labels("customers", "sensitive_kind")),
            "area": own_area,
            "area_name": _looked_up(own_area, areas["name"]),
            "feeder": _named(feeder_of, feeders),
            "meter_box": box,
            "phases": phases,
            "status": state.map(lambda one: _(STATUSES[one])),
            "basis": pd.Series([_(BASES[one]) for one in entries.basis], dtype="str"),
            "off": pd.Series(entries.off, dtype="str"),
            "on": pd.Series(entries.on, dtype="str"),
            "manager": _looked_up(manager, names).map(disclosure.name),
            "manager_phone": _looked_up(manager, phones).map(disclosure.phone),
            "notified": "",
            "why": pd.Series(entries.reasons, dtype="str"),
            "village": _named(village, _by_id(project, "villages", "name")),
            "class_code": rows["customer_class"],
            "state": state,
        }
    )
    return Affected(made.iloc[_order(rows, own_area)].reset_index(drop=True))


def _looked_up(keys: pd.Series, known: pd.Series | dict[str, str]) -> pd.Series:
    """Look keys up; what is not found becomes an empty text."""
    found = keys.map(known).astype(object)
    return found.where(found.notna(), "")


def _named(keys: pd.Series, names: pd.Series) -> pd.Series:
    """Name what keys stand for; a key without a name stands for itself."""
    found = _looked_up(keys, names)
    return found.where(found != "", keys)


def _told_names(names: pd.Series, organisation: pd.Series, disclosure: Disclosure) -> pd.Series:
    plain = names.fillna("")
    return plain.where(organisation, plain.map(disclosure.name))


def _order(rows: pd.DataFrame, area: pd.Series) -> np.ndarray:
    """Sort by grade, then sensitive kind, then area, then customer number."""
    grades = {choice.code: n for n, choice in enumerate(GRADES)}
    kinds = {choice.code: n for n, choice in enumerate(SENSITIVE_KINDS)}
    grade = rows["importance"].map(grades).fillna(len(grades)).to_numpy(dtype=int)
    kind = rows["sensitive_kind"].map(kinds).fillna(len(kinds)).to_numpy(dtype=int)
    return np.lexsort((rows["id"].to_numpy(dtype="U"), area.to_numpy(dtype="U"), kind, grade))


def _meter_boxes(project: Project, customers: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Give the meter boxes and phases of customers; several are joined."""
    points = project.frame("usage_points")
    points = points[points["customer"].isin(set(customers))]
    found = []
    for name in ("meter_box", "phases"):
        known = points.dropna(subset=[name])
        single = known.drop_duplicates("customer").set_index("customer")[name]
        several = known[known["customer"].duplicated(keep=False)]
        joined = several.groupby("customer")[name].agg(lambda texts: "、".join(dict.fromkeys(texts)))
        single = single.astype(object)
        single.loc[joined.index] = joined
        found.append(_looked_up(customers, single))
    return found[0], found[1]


def _by_id(project: Project, table: str, column: str) -> pd.Series:
    return project.frame(table).set_index("id")[column]


def _labels(table: str, column: str) -> dict[str, str]:
    return {one.code: _(one.label) for one in schema.table(table).column(column).choices}


# ---------------------------------------------------------------- the outage itself


def device_names(project: Project, trace: OutageTrace | OutageStudy) -> str:
    """Name what stands open that did not, else what was operated, with its number where it has a name.

    Of a study: what failed, else what opened first.
    """
    devices = _first_devices(trace) if isinstance(trace, OutageStudy) else trace.opened or trace.closed
    named = []
    for one in devices:
        name = _name_of(project, one.table, one.id)
        named.append(f"{name}（{one.id}）" if name and name != one.id else one.id)
    return "、".join(named[:5]) + ("…" if len(named) > 5 else "")


def _first_devices(study: OutageStudy) -> tuple[Device, ...]:
    found = ((*one.faults, *one.opened) or one.closed for one in study.stages)
    return next((tuple(dict.fromkeys(one)) for one in found if one), ())


def _name_of(project: Project, table: str, one: str) -> str:
    holder = project.table(table)
    return str(holder.row(one).get("name") or "") if one in holder else ""


def outage_facts(
    project: Project,
    trace: OutageTrace | OutageStudy,
    provenance: Provenance,
    disclosure: Disclosure,
    operator: str,
) -> list[tuple[str, Any]]:
    """Give what the second sheet tells: where from, what was operated, both counts, what is left out."""
    if isinstance(trace, OutageStudy):
        return _study_facts(project, trace, provenance, disclosure, operator)
    counts = trace.counts
    steps = "；".join(
        f"{step.n}. {_(ACTIONS[step.action])} " + "、".join(_said(project, one) for one in step.devices)
        for step in trace.steps
    )
    facts: list[tuple[str, Any]] = [
        (_("Supply station"), provenance.station),
        (_("Device"), device_names(project, trace)),
        (_("Steps"), steps),
        (_("Switch state before"), provenance.state_label),
        (_("Planning date"), provenance.planning_date),
        (_("Data as of"), provenance.data_date_label),
        (_("MV users out (each public area and each MV customer one)"), counts.mv_users),
        (_("LV customers out (metered)"), counts.lv_customers),
        (_("of them residents"), counts.residents),
        (_("of them non-residents"), counts.nonresidents),
        (_("Transformer areas out"), counts.transformer_areas),
        (_("Transformer capacity out (kVA)"), counts.rated_kva),
        (_("PV without network (kW)"), counts.pv_kw),
        (_("Important or sensitive customers out"), counts.important),
        (_("Areas out"), _area_names(project, trace.transformer_areas)),
        (_("Customers on backup supply (listed, not counted)"), len(trace.backup)),
        (_("Customers already without supply (not listed)"), len(trace.already_out)),
        (_("Customers not traceable to a source (not listed)"), len(trace.unknown)),
        (_("of them linked to nothing"), trace.unlinked),
        *_marking(provenance, disclosure, operator),
    ]
    return facts


def _study_facts(
    project: Project, study: OutageStudy, provenance: Provenance, disclosure: Disclosure, operator: str
) -> list[tuple[str, Any]]:
    named = dict.fromkeys(one.area for one in study.interruptions)
    return [
        (_("Supply station"), provenance.station),
        (_("Device"), device_names(project, study)),
        (_("Switch state before"), provenance.state_label),
        (_("Planning date"), provenance.planning_date),
        (_("Data as of"), provenance.data_date_label),
        *study_facts(study),
        (_("Areas out"), _area_names(project, named)),
        *_marking(provenance, disclosure, operator),
    ]


def _area_names(project: Project, areas: Iterable[str]) -> str:
    names = _by_id(project, "transformer_areas", "name")
    return "、".join(str(plain(names.get(one)) or one) for one in areas)


def _marking(provenance: Provenance, disclosure: Disclosure, operator: str) -> list[tuple[str, Any]]:
    """Give what every such list says of itself."""
    facts: list[tuple[str, Any]] = [
        (_("Personal data"), _(disclosure.label)),
        (_("Purpose"), disclosure.purpose or "—"),
        (_("Operator"), operator or "—"),
        (_("Marking"), _("Internal list · keep safe")),
        (_("Keeping"), _(RETENTION)),
    ]
    if provenance.sample:
        facts.append((_("Remark"), _("Invented sample data")))
    return facts


ACTIONS = {"open": N_("Opens:"), "close": N_("Closes:"), "trip": N_("Trips:")}


def _said(project: Project, device: Any) -> str:
    return _name_of(project, device.table, device.id) or str(device.id)
