"""One outage on paper: what is dead on the map, both counts, the areas, and who matters most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from gis import theme
from gis.affected import course, study_facts
from gis.basemap import base_maps_of
from gis.customer_list import affected_customers, device_names
from gis.pages.drawing import Drawing, blend
from gis.pages.frame import Box, MapFrame
from gis.pages.furniture import INTERNAL, Draft, numbered, spaced
from gis.pages.grid_book import capacities
from gis.pages.grid_facts import NO_SCHEME, customers_of_areas
from gis.pages.items import Item, Page, Rect
from gis.pages.map_sheet import lay_map_sheet
from gis.pages.options import PrintOptions
from gis.pages.panel import Listing, map_panel
from gis.pages.plan import StationPlan, box_of
from gis.pages.station_map import choose_sheet, facts_of, stacked_sheets, table_sheets
from gis.pages.tables import Column
from gis.study_words import steps_closing, tie_remark, when
from grid_model.back_feed import BackFeed
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.study import OutageStudy, Stage
from grid_model.table import plain
from grid_model.topology import TopologyIndex
from grid_model.tracing import OutageTrace, trace_of
from grid_model.wiring import BranchKind
from resources.i18n import N_, _

SMALLEST_M = 600.0
"""The map shows at least this much ground, so that it can be recognised."""


def outage_sheet(project: Project, options: PrintOptions, feedback: Feedback = SILENT) -> list[Page]:
    """Draw the outage of `options.trace`: map, counts, areas; what is listed on following sheets.

    Of `options.study` the map shows the largest extent, the areas have their times, and tables tell the
    course and what was found before the plan is kept (`options.checks`).

    Raises
    ------
    GridError
        ``trace-missing``, ``nothing-to-print``.
    """
    study = options.study
    stage = None if study is None else largest(study)
    trace = options.trace if stage is None else trace_of(stage.outage)
    if trace is None:
        raise GridError("trace-missing")
    project = project if study is None else study.project
    outage = trace if study is None else study
    plan = StationPlan(project, base_maps_of(options.base_map, project.geographic))
    facts = replace(
        facts_of(project, plan, options, INTERNAL), scheme=NO_SCHEME
    )  # who approved it drew no outage
    dead = dead_nodes(project, trace) if stage is None else _dead_after(project, stage)
    box = _box_of_outage(plan, trace, dead)
    sheet = choose_sheet(options, box)
    title = options.title or _("Outage extent: {devices}").format(
        devices=device_names(project, outage) or "—"
    )
    feedback.report(0.2, _("Drawing the outage"))
    areas = _area_table(project, trace) if study is None else _area_times(project, study)
    about = _counts(trace) if stage is None or study is None else _study_counts(study, stage, trace)
    tables = [] if study is None else [_course(project, study), _figures(study)]
    tables += [_checks(options), _important(project, outage, options), _back_feed(project, outage)]

    def fill(panel: Rect, drawing: Drawing, elsewhere: str) -> tuple[list[Item], int]:
        return map_panel(sheet, panel, drawing, facts, areas, about=about, elsewhere=elsewhere)

    made = lay_map_sheet(
        sheet,
        partial(MapFrame.around, box, margin_mm=10.0),
        partial(_outage_drawing, plan, trace, dead, sheet.unit),
        fill,
        areas,
        tables,
    )
    drafts = [Draft(sheet, title, made.items), *table_sheets(sheet, title, areas, made.following)]
    drafts += stacked_sheets(sheet, title, made.tables)
    return numbered(drafts, facts)


def largest(study: OutageStudy) -> Stage:
    """Give the stage with the most users out, the first of equal ones."""
    return max(study.stages, key=lambda one: (one.counts.mv_users, one.counts.lv_customers, -one.n))


def _dead_after(project: Project, stage: Stage) -> np.ndarray:
    nodes = len(project.table("connectivity_nodes"))
    dead = np.zeros(stage.outage.before.wiring.node_count, dtype=bool)
    dead[stage.outage.dead_nodes] = True
    return dead[:nodes]


def dead_nodes(project: Project, trace: OutageTrace) -> np.ndarray:
    """Tell for each connectivity node whether it lost its supply by what the trace opened and closed."""
    before = TopologyIndex.build(project, trace.state)
    wiring = before.wiring
    opened = [int(one) for device in trace.opened for one in wiring.branches(device)]
    closed = [int(one) for device in trace.closed for one in wiring.branches(device)]
    if trace.tripped_sources:
        rows = project.table("energy_sources").positions(list(trace.tripped_sources))
        sources = (wiring.kind == BranchKind.SOURCE) & np.isin(wiring.row, rows)
        opened += np.flatnonzero(sources).tolist()
    after = before.operated(opened=opened, closed=closed)
    nodes = len(project.table("connectivity_nodes"))
    dead: np.ndarray = before.supplied[:nodes] & ~after.supplied[:nodes]
    return dead


def _at_dead(project: Project, dead: np.ndarray, table: str, ends: Sequence[str]) -> np.ndarray:
    """Tell which rows of a table of branches have an end that is dead."""
    nodes = project.table("connectivity_nodes")
    known = np.append(dead, False)
    found = [known[nodes.positions(project.frame(table)[end].fillna("").tolist())] for end in ends]
    either: np.ndarray = np.any(found, axis=0)
    return either


def _box_of_outage(plan: StationPlan, trace: OutageTrace, dead: np.ndarray) -> Box | None:
    areas = plan.project.table("transformer_areas").positions(list(trace.transformer_areas))
    lines = _at_dead(plan.project, dead, "ac_line_segments", ("node_a", "node_b"))
    places = plan.points("connectivity_nodes")[dead]
    boxes = [
        plan.shapes("transformer_areas").boxes[areas],
        plan.lines().boxes[lines],
        np.hstack([places, places]),
    ]
    for device in trace.opened:
        if device.table in ("switches", "power_transformers"):
            at = plan.points(device.table)[[plan.project.table(device.table).position(device.id)]]
            boxes.append(np.hstack([at, at]))
    found = box_of(np.vstack(boxes))
    if found is None:
        return plan.extent
    grow = max(0.0, SMALLEST_M - min(found[2] - found[0], found[3] - found[1])) / 2
    return found[0] - grow, found[1] - grow, found[2] + grow, found[3] + grow


def _outage_drawing(
    plan: StationPlan, trace: OutageTrace, dead: np.ndarray, unit: float, frame: MapFrame
) -> Drawing:
    project = plan.project
    drawing = Drawing(plan, frame, unit)
    areas = project.table("transformer_areas")
    out, partly = (areas.positions(list(ids)) for ids in (trace.transformer_areas, trace.partly_out))
    drawing.ground()
    drawing.areas(filled=False)
    drawing.fill_areas(
        out, blend(theme.DEAD_AREA, theme.PAPER, 0.7), _("Area without supply"), "area-dead", hatch="diagonal"
    )
    drawing.fill_areas(partly, "#EEE7D6", _("Area partly without supply"), "area-partly", hatch="dots")
    drawing.water_and_roads()
    drawing.lines(dead=_at_dead(project, dead, "ac_line_segments", ("node_a", "node_b")))
    switches = project.frame("switches")
    is_open = switches["normal_open" if trace.state.value == "normal" else "open"].copy()
    opened = switches["id"].isin([one.id for one in trace.opened if one.table == "switches"])
    closed = switches["id"].isin([one.id for one in trace.closed if one.table == "switches"])
    is_open = (is_open | opened) & ~closed
    named = (switches["is_tie"] & ~(opened | closed)).to_numpy(dtype=bool)
    drawing.switches(is_open, named=named)
    drawing.transformers(dead=_at_dead(project, dead, "power_transformers", ("lv_node",)))
    drawing.important_customers()
    drawing.substations()
    drawing.operated((opened | closed).to_numpy(dtype=bool), is_open)
    drawing.feeder_names()
    drawing.area_names(out)
    drawing.tell_left_out()
    return drawing


def _counts(trace: OutageTrace) -> list[tuple[str, str]]:
    counts = trace.counts
    return [
        (_("MV users out"), spaced(counts.mv_users)),
        (_("LV customers out"), spaced(counts.lv_customers)),
        (_("of them residents"), spaced(counts.residents)),
        (_("Transformer areas out"), spaced(counts.transformer_areas)),
        (_("Transformer capacity out (kVA)"), f"{counts.rated_kva:g}"),
        (_("PV without network (kW)"), f"{counts.pv_kw:g}"),
        (_("Important or sensitive customers out"), spaced(counts.important)),
        (_("Customers on backup supply"), spaced(len(trace.backup))),
        (_("Customers already without supply"), spaced(len(trace.already_out))),
        (_("Customers not traceable to a source"), spaced(len(trace.unknown))),
        (_("Things that can feed back"), spaced(len(trace.back_feed))),
        *_dangers(trace),
    ]


def _dangers(trace: OutageTrace) -> list[tuple[str, str]]:
    """Name what a step would put under voltage though it must stay dead."""
    labels = {
        "energises-earth": _("Beware, earthed and under voltage"),
        "energises-fault": _("Beware, not repaired and under voltage"),
    }
    ids = {code: [one.id for one in trace.dangers if one.code == code] for code in labels}
    return [(label, _(", ").join(ids[code])) for code, label in labels.items() if ids[code]]


def _area_table(project: Project, trace: OutageTrace) -> Listing:
    columns = (
        Column(_("Area number"), 20),
        Column(_("Name"), 27),
        Column(_("Capacity (kVA)"), 10, "right"),
        Column(_("Customer count"), 11, "right"),
    )
    names = project.frame("transformer_areas").set_index("id")["name"]
    kva, customers = capacities(project), customers_of_areas(project)
    rows: list[tuple[str, ...]] = [
        (
            one,
            plain(names.get(one)) or "",
            f"{kva[one]:g}" if one in kva else "—",
            spaced(customers.get(one, 0)),
        )
        for one in trace.transformer_areas
    ]
    return Listing(_("Areas out"), columns, rows, 2.1)


def _study_counts(study: OutageStudy, stage: Stage, trace: OutageTrace) -> list[tuple[str, str]]:
    """Give the counts at the largest extent, and the user-hours of the whole outage."""
    counts = trace.counts
    return [
        (_("Shown: after step {n}").format(n=stage.n), when(stage.step.time)),
        (_("MV users out"), spaced(counts.mv_users)),
        (_("LV customers out"), spaced(counts.lv_customers)),
        (_("Transformer areas out"), spaced(counts.transformer_areas)),
        (_("Transformer capacity out (kVA)"), f"{counts.rated_kva:g}"),
        (_("Important or sensitive customers out"), spaced(counts.important)),
        (_("Customers on backup supply"), spaced(len(trace.backup))),
        (_("Customers not traceable to a source"), spaced(len(trace.unknown))),
        (_("Things that can feed back"), spaced(len(study.back_feed))),
        (_("User-hours by MV users"), f"{study.user_hours.mv_users:.3f}"),
        (_("User-hours by LV customers"), f"{study.user_hours.lv_customers:.3f}"),
    ]


def _figures(study: OutageStudy) -> Listing:
    """List what the outage costs as a whole."""
    rows = [
        (label, spaced(value) if isinstance(value, int) else str(value))
        for label, value in study_facts(study)
    ]
    return Listing(_("Figures"), (Column(_("Item"), 34), Column(_("Content"), 66)), rows)


def _checks(options: PrintOptions) -> Listing:
    """List what was found before the plan is kept (先算后停)."""
    columns = (Column(_("Level"), 14), Column(_("Result of the check"), 110))
    return Listing(_("Checks before the outage"), columns, list(options.checks), wide=True)


def _area_times(project: Project, study: OutageStudy) -> Listing:
    """List the areas that were out at some time, with their times."""
    columns = (
        Column(_("Area number"), 18),
        Column(_("Name"), 22),
        Column(_("Off since"), 16),
        Column(_("Expected or actual supply"), 16),
    )
    names = project.frame("transformer_areas").set_index("id")["name"]
    rows: list[tuple[str, ...]] = [
        (
            one.area,
            plain(names.get(one.area)) or "",
            when(one.off),
            _("not restored") if one.on is None else when(one.on),
        )
        for one in study.interruptions
    ]
    return Listing(_("Areas out"), columns, rows, 2.1)


def _course(project: Project, study: OutageStudy) -> Listing:
    columns = (
        Column(_("No."), 6, "right"),
        Column(_("Time"), 18),
        Column(_("Step"), 60),
        Column(_("MV users out"), 12, "right"),
        Column(_("LV customers out"), 14, "right"),
        Column(_("User-hours by MV users"), 16, "right"),
        Column(_("User-hours by LV customers"), 16, "right"),
    )
    rows = [
        (str(n), time, step, spaced(mv), spaced(lv), f"{mv_hours:g}", f"{lv_hours:g}")
        for n, time, step, mv, lv, _areas, _back, mv_hours, lv_hours in course(project, study)
    ]
    return Listing(_("Course"), columns, rows, wide=True)


def _important(project: Project, trace: OutageTrace | OutageStudy, options: PrintOptions) -> Listing:
    """List the important and the sensitive customers among those affected, as far as they may be told."""
    columns = (
        Column(_("Customer number"), 15),
        Column(_("Customer name"), 22),
        Column(_("Phone"), 14),
        Column(_("Important grade"), 9),
        Column(_("Sensitive kind"), 14),
        Column(_("Area name"), 20),
        Column(_("Status"), 9),
        Column(_("District manager"), 11),
        Column(_("Manager's phone"), 14),
    )
    rows = affected_customers(project, trace, options.disclosure).rows
    rows = rows[(rows["grade"] != "") | (rows["sensitive"] != "")]
    names = ("id", "name", "phone", "grade", "sensitive", "area_name", "status", "manager", "manager_phone")
    told = [tuple(row) for row in rows[list(names)].itertuples(index=False)]
    return Listing(_("Important and sensitive customers"), columns, told, wide=True)


BACK_FEED = {
    "pv": N_("PV"),
    "battery": N_("Battery"),
    "generator": N_("Own generator"),
    "second_supply": N_("Customer with another supply"),
    "tie": N_("Open switch with a live side"),
}
FLAGS = {
    "over-25": N_("PV over 25 % of the area's capacity"),
    "over-80": N_("PV over 80 % of the area's capacity"),
}


PARTS = {"earthed": N_("inside the earthed part"), "isolated": N_("inside the isolated part")}


def _back_feed(project: Project, trace: OutageTrace | OutageStudy) -> Listing:
    """List what can make the dead part live from behind (`DOMAIN` §5.1)."""
    columns = (
        Column(_("Kind"), 20),
        Column(_("Code"), 18),
        Column(_("Transformer area"), 24),
        Column(_("Capacity (kW)"), 9, "right"),
        Column(_("Connection switch"), 18),
        Column(_("Remark"), 30),
    )
    areas = project.frame("transformer_areas").set_index("id")["name"]
    closed_in = steps_closing(trace) if isinstance(trace, OutageStudy) else {}
    rows = [
        (
            _(BACK_FEED[one.kind]),
            one.id,
            plain(areas.get(one.transformer_area)) or one.transformer_area,
            "" if one.rated_kw is None else f"{one.rated_kw:g}",
            one.connection_switch,
            _remark(one, closed_in),
        )
        for one in trace.back_feed
    ]
    return Listing(_("Back-feed: disconnect, verify dead, earth"), columns, rows, wide=True)


def _remark(one: BackFeed, closed_in: Mapping[str, int]) -> str:
    """Say where it lies, how much it is, and of a tie until when it stays open."""
    found = [_(text) for text in (FLAGS.get(one.flag), PARTS.get(one.where)) if text is not None]
    tie = tie_remark(one, closed_in)
    return _("; ").join([*found, tie] if tie else found)
