"""The whole station on one sheet: for work inside, and without the network for posting (`DOMAIN` §10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd

from gis.basemap import base_maps_of
from gis.pages.drawing import Drawing
from gis.pages.frame import Box, MapFrame, scale_for
from gis.pages.furniture import (
    INTERNAL,
    POSTED,
    Draft,
    Facts,
    numbered,
    spaced,
)
from gis.pages.grid_facts import GridFacts, Person, choose_scheme, grid_facts
from gis.pages.items import Item, Page, Rect
from gis.pages.map_sheet import blocks_across, lay_map_sheet, split
from gis.pages.options import AUTO, PrintOptions
from gis.pages.panel import Listing, caption, map_panel
from gis.pages.plan import StationPlan
from gis.pages.sheet import Sheet
from gis.pages.tables import Column, lay_table
from gis.provenance import Provenance
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from resources.i18n import _

LEAST_ROOM = 28.0
"""A table is begun where at least so much of the sheet is left, in mm on A3."""


def station_map(project: Project, options: PrintOptions, feedback: Feedback = SILENT) -> list[Page]:
    """Draw the internal map: network, areas, grids, switches; marked as internal."""
    plan = StationPlan(project, base_maps_of(options.base_map, project.geographic))
    facts = facts_of(project, plan, options, INTERNAL)
    grids = grid_facts(project, facts.scheme.id, options.disclosure)
    feedback.report(0.1, _("Drawing the station"))
    sheet = choose_sheet(options, plan.extent)
    title = options.title or _("Power network and service grids of {station}").format(
        station=facts.provenance.station or _("the station")
    )
    draw = partial(_station_drawing, plan, grids, options, sheet.unit)
    return _assembled(sheet, plan.extent, draw, title, facts, grids, feedback)


def _station_drawing(
    plan: StationPlan, grids: Sequence[GridFacts], options: PrintOptions, unit: float, frame: MapFrame
) -> Drawing:
    drawing = Drawing(plan, frame, unit)
    drawing.ground()
    drawing.grids(grids)
    drawing.areas(filled=not grids)
    drawing.water_and_roads()
    drawing.beyond_the_station()
    drawing.villages(named=False)
    drawing.lines()
    drawing.grid_outlines(grids)
    drawing.station()
    drawing.switches(open_switches(plan.project, options.state))
    drawing.transformers()
    drawing.important_customers()
    drawing.substations()
    drawing.grid_names(grids)
    drawing.feeder_names()
    drawing.area_names()
    drawing.tell_left_out()
    return drawing


def public_map(project: Project, options: PrintOptions, feedback: Feedback = SILENT) -> list[Page]:
    """Draw the map for posting: villages, grid colours, managers; no network and no coordinates.

    Raises
    ------
    GridError
        ``no-scheme``, ``no-grids``: without grids there is nothing to post.
    """
    plan = StationPlan(project)
    facts = facts_of(project, plan, options, POSTED)
    grids = required_grids(project, facts, options)
    feedback.report(0.1, _("Drawing the station"))
    box = _box_of_grids(plan, grids)
    sheet = choose_sheet(options, box)
    title = options.title or _("Service grids of {station}").format(
        station=facts.provenance.station or _("the station")
    )
    draw = partial(_public_drawing, plan, grids, sheet.unit)
    return _assembled(sheet, box, draw, title, facts, grids, feedback, network=False)


def _public_drawing(plan: StationPlan, grids: Sequence[GridFacts], unit: float, frame: MapFrame) -> Drawing:
    drawing = Drawing(plan, frame, unit)
    drawing.ground()
    drawing.grids(grids)
    drawing.water_and_roads()
    drawing.beyond_the_station()
    drawing.villages(named=True, size=2.9)
    drawing.grid_outlines(grids)
    drawing.station()
    drawing.grid_names(grids, counts=False)
    return drawing


def open_switches(project: Project, state: str) -> pd.Series:
    """Tell which switches are open in the ``normal`` or ``current`` state."""
    return project.frame("switches")["normal_open" if state == "normal" else "open"]


def facts_of(project: Project, plan: StationPlan, options: PrintOptions, marking: str) -> Facts:
    """Collect what stands on every sheet of the print."""
    return Facts(
        provenance=Provenance.of(project, options.state),
        marking=marking,
        scheme=choose_scheme(project, options.scheme),
        disclosure=options.disclosure,
        version=options.version,
        meridian=plan.meridian,
        prepared_by=options.prepared_by,
    )


def required_grids(project: Project, facts: Facts, options: PrintOptions) -> tuple[GridFacts, ...]:
    """Give the grids of the scheme; raises ``no-scheme`` or ``no-grids`` where there are none."""
    if not facts.scheme.id:
        raise GridError("no-scheme")
    grids = grid_facts(project, facts.scheme.id, options.disclosure)
    if not grids:
        raise GridError("no-grids", scheme=facts.scheme.name)
    return grids


def _box_of_grids(plan: StationPlan, grids: Sequence[GridFacts]) -> Box | None:
    from gis.pages.plan import box_of

    return box_of(plan.shapes("service_grids").boxes[[one.row for one in grids]]) or plan.extent


def choose_sheet(options: PrintOptions, box: Box | None) -> Sheet:
    """Take the paper; on ``auto`` the orientation in which the map comes out larger, landscape when equal."""
    upright, across = (Sheet.of(options.paper, landscape=landscape) for landscape in (False, True))
    if options.orientation != AUTO:
        return across if options.orientation == "landscape" else upright
    if box is None:
        return across
    return upright if scale_for(box, split(upright)[0]) < scale_for(box, split(across)[0]) else across


def _assembled(
    sheet: Sheet,
    box: Box | None,
    draw: Callable[[MapFrame], Drawing],
    title: str,
    facts: Facts,
    grids: Sequence[GridFacts],
    feedback: Feedback,
    *,
    network: bool = True,
) -> list[Page]:
    index = index_table(grids)

    def fill(panel: Rect, drawing: Drawing, elsewhere: str) -> tuple[list[Item], int]:
        feedback.report(0.6, _("Placing the names"))
        return map_panel(sheet, panel, drawing, facts, index, network=network, elsewhere=elsewhere)

    made = lay_map_sheet(sheet, partial(MapFrame.around, box), draw, fill, index)
    drafts = [Draft(sheet, title, made.items)]
    return numbered(drafts + table_sheets(sheet, title, index, made.following), facts)


def index_table(grids: Sequence[GridFacts]) -> Listing:
    """Give the index of grids: number, name, group, managers, phones, areas, customers (`DOMAIN` §10)."""
    columns = (
        Column(_("Grid number"), 17.6),
        Column(_("Name"), 11.6),
        Column(_("Mutual-aid group"), 9.2),
        Column(_("District manager"), 16.6),
        Column(_("Phone"), 16.4),
        Column(_("Area count"), 9.4, "right"),
        Column(_("Customer count"), 12.2, "right"),
    )
    rows: list[tuple[str, ...]] = [
        (
            one.number,
            one.name,
            one.group,
            "\n".join(told(manager) for manager in one.managers),
            "\n".join(manager.phone or "—" for manager in one.managers),
            str(len(one.areas)),
            spaced(one.customers),
        )
        for one in grids
    ]
    return Listing(_("Index of service grids"), columns, rows)


def told(manager: Person) -> str:
    """Write a manager's name, the leader marked."""
    return manager.name + (_(" (leader)") if manager.is_leader else "")


def table_sheets(sheet: Sheet, title: str, listing: Listing, first: int) -> list[Draft]:
    """Write the rows from `first` on onto as many sheets as they need, narrow ones in blocks side by side."""
    return [draft for draft, _first in counted_sheets(sheet, title, listing, first)]


def counted_sheets(sheet: Sheet, title: str, listing: Listing, first: int) -> list[tuple[Draft, int]]:
    """Do as `table_sheets`, and give with each sheet its first row."""
    drafts, u = [], sheet.unit
    side_by_side = 1 if listing.wide else blocks_across(sheet, sheet.body.width)
    body, gap = sheet.body, 6 * sheet.unit
    wide = (body.width - (side_by_side - 1) * gap) / side_by_side
    rows = listing.rows
    while first < len(rows):
        begins = first
        items: list[Item] = [caption(listing.caption, body.x, body.y + 4 * u, body.width, 3.2 * u)]
        share = max(-(-(len(rows) - first) // side_by_side), 12)
        for block in range(side_by_side):
            if first < len(rows):
                place = Rect(body.x + block * (wide + gap), body.y + 6 * u, wide, body.height - 6 * u)
                laid = lay_table(listing.columns, rows, place, 2.3 * u, first, first + share)
                items += laid.items
                first = laid.next_row
        drafts.append((Draft(sheet, title, tuple(items)), begins))
    return drafts


def stacked_sheets(sheet: Sheet, title: str, listings: Sequence[Listing]) -> list[Draft]:
    """Write the listings one below the other onto as few sheets as they need; empty ones are left out."""
    u, body = sheet.unit, sheet.body
    pages: list[list[Item]] = []
    y = body.bottom
    for listing in listings:
        first = 0
        while first < len(listing.rows):
            if y + LEAST_ROOM * u > body.bottom:
                pages.append([])
                y = body.y
            pages[-1].append(caption(listing.caption, body.x, y + 4 * u, body.width, 3.2 * u))
            place = Rect(body.x, y + 6 * u, body.width, body.bottom - y - 6 * u)
            laid = lay_table(listing.columns, listing.rows, place, 2.3 * u, first)
            pages[-1] += laid.items
            y = body.bottom if laid.next_row < len(listing.rows) else place.y + laid.height + 5 * u
            first = laid.next_row
    return [Draft(sheet, title, tuple(items)) for items in pages]
