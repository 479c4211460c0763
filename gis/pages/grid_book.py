"""The grid book: an index sheet of the whole station, then one sheet for every service grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gis import theme
from gis.basemap import base_maps_of
from gis.pages.drawing import Drawing
from gis.pages.frame import Box, MapFrame
from gis.pages.furniture import INTERNAL, Draft, Facts, edge, numbered
from gis.pages.grid_facts import GridFacts, customers_of_areas
from gis.pages.items import Page, Rect, Text
from gis.pages.options import PrintOptions
from gis.pages.panel import Listing, map_panel
from gis.pages.plan import StationPlan, box_of
from gis.pages.station_map import (
    choose_sheet,
    facts_of,
    index_table,
    open_switches,
    required_grids,
    split,
    table_sheets,
    told,
)
from gis.pages.tables import Column, lay_pairs, lay_table
from grid_model import schema
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from resources.i18n import _

LARGEST_SCALE = 2_500
"""Grid sheets are not drawn larger than this: a network map needs no more (`DOMAIN` §11)."""


def grid_book(project: Project, options: PrintOptions, feedback: Feedback = SILENT) -> list[Page]:
    """Draw the index sheet and one sheet per grid, neighbours greyed.

    Raises
    ------
    GridError
        ``no-scheme``, ``no-grids``.
    """
    plan = StationPlan(project, base_maps_of(options.base_map, project.geographic))
    facts = facts_of(project, plan, options, INTERNAL)
    grids = required_grids(project, facts, options)
    title = options.title or _("Grid book of {station}").format(
        station=facts.provenance.station or _("the station")
    )
    before = len(_index_sheets(plan, facts, grids, options, title))
    numbers = {grid.id: before + n for n, grid in enumerate(grids, 1)}
    drafts = _index_sheets(plan, facts, grids, options, title, numbers)
    complete = True
    for grid in feedback.track(grids, _("Drawing the grids")):
        page, whole = _grid_sheet(plan, facts, grids, grid, options)
        drafts.append(page)
        complete = complete and whole
    if not complete:
        sheet, listing = drafts[0].sheet, _all_areas(project, grids)
        drafts += table_sheets(sheet, listing.caption, listing, 0, 3 if sheet.landscape else 2)
    return numbered(drafts, facts)


def _index_sheets(
    plan: StationPlan,
    facts: Facts,
    grids: Sequence[GridFacts],
    options: PrintOptions,
    title: str,
    numbers: dict[str, int] | None = None,
) -> list[Draft]:
    """Draw the overview with the index table; `numbers` gives the first sheet of each grid."""
    box = box_of(plan.shapes("service_grids").boxes[[one.row for one in grids]]) or plan.extent
    sheet = choose_sheet(options, box)
    place, panel = split(sheet)
    drawing = Drawing(plan, MapFrame.around(box, place), sheet.unit)
    drawing.ground()
    drawing.grids(grids, in_legend=False)
    drawing.water_and_roads()
    drawing.beyond_the_station()
    drawing.villages(named=False)
    drawing.grid_outlines(grids)
    drawing.station()
    drawing.grid_names(grids)
    index = index_table(grids)
    rows = [(*row, str((numbers or {}).get(one.id, 0))) for row, one in zip(index.rows, grids, strict=True)]
    columns = (*index.columns, Column(_("On page"), 7, "right"))
    listing = Listing(_("Sheet index"), columns, rows, 2.2)
    made, following = map_panel(sheet, panel, drawing, facts, listing)
    drafts = [Draft(sheet, title, (*drawing.finish(), edge(place, sheet.unit), *made))]
    return drafts + table_sheets(sheet, title, listing, following)


def _grid_sheet(
    plan: StationPlan, facts: Facts, grids: Sequence[GridFacts], grid: GridFacts, options: PrintOptions
) -> tuple[Draft, bool]:
    """Draw one grid; the second value tells whether all its areas found room in the panel."""
    box = _box_of_grid(plan, grid)
    if box is None:
        return _listed_only(grid, options, plan)
    sheet = choose_sheet(options, box)
    place, panel = split(sheet)
    frame = MapFrame.around(box, place, 8.0)
    if frame.scale < LARGEST_SCALE:
        frame = MapFrame(place, frame.east, frame.north, LARGEST_SCALE)
    drawing = _grid_drawing(plan, grids, grid, frame, sheet.unit, options)
    listing = _area_table(plan.project, grid)
    made, following = map_panel(sheet, panel, drawing, facts, listing, about=_about(grid))
    title = f"{grid.number} {grid.name}" if grid.number != grid.name else grid.name
    return Draft(sheet, title, (*drawing.finish(), edge(place, sheet.unit), *made)), following == len(
        listing.rows
    )


def _all_areas(project: Project, grids: Sequence[GridFacts]) -> Listing:
    """List the areas of every grid, for the end of the book."""
    columns = (Column(_("Service grid"), 22), *_area_table(project, grids[0]).columns)
    rows = [(one.name, *row) for one in grids for row in _area_table(project, one).rows]
    return Listing(_("Transformer areas of all grids"), columns, rows)


def _box_of_grid(plan: StationPlan, grid: GridFacts) -> Box | None:
    box = box_of(plan.shapes("service_grids").boxes[[grid.row]])
    if box is not None:
        return box
    rows = _rows_of(plan, grid)
    places = plan.points("power_transformers")
    own = np.isin(plan.project.frame("power_transformers")["transformer_area"].fillna(""), grid.areas)
    return box_of(np.vstack([plan.shapes("transformer_areas").boxes[rows], np.hstack([places, places])[own]]))


def _rows_of(plan: StationPlan, grid: GridFacts) -> np.ndarray:
    rows = plan.project.table("transformer_areas").positions(list(grid.areas))
    return rows[rows >= 0]


def _grid_drawing(
    plan: StationPlan,
    grids: Sequence[GridFacts],
    grid: GridFacts,
    frame: MapFrame,
    unit: float,
    options: PrintOptions,
) -> Drawing:
    own = _rows_of(plan, grid)
    outline = plan.shapes("service_grids").geometry[[grid.row]]
    outline = outline[[one is not None for one in outline]]
    others = [one.id for one in grids if one.id != grid.id]
    drawing = Drawing(plan, frame, unit)
    drawing.ground()
    drawing.grids([grid], hatched=False)
    drawing.areas(filled=False)
    drawing.water_and_roads()
    drawing.villages(named=False)
    drawing.lines()
    drawing.switches(
        open_switches(plan.project, options.state), named=_within(outline, plan.points("switches"))
    )
    drawing.transformers()
    drawing.pv_units()
    drawing.important_customers()
    drawing.substations()
    if len(outline):
        drawing.veil(outline)
    drawing.grid_outlines([one for one in grids if one.id in others])
    drawing.grid_outlines([grid])
    drawing.managers([(one.id, told(one)) for one in grid.managers])
    drawing.grid_names(grids, muted=others, counts=False)
    drawing.feeder_names()
    drawing.area_names(own, counts=True)
    return drawing


def _within(outline: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Tell which places lie in or on an outline; none do where there is none."""
    import shapely

    if not len(outline):
        return np.zeros(len(places), dtype=bool)
    area = shapely.union_all(outline)
    shapely.prepare(area)
    inside: np.ndarray = shapely.intersects_xy(area, places[:, 0], places[:, 1])
    return inside


def _about(grid: GridFacts) -> list[tuple[str, str]]:
    managers = "\n".join(f"{told(one)}  {one.phone}".rstrip() for one in grid.managers)
    return [
        (_("Grid number"), grid.number),
        (_("Mutual-aid group"), grid.group or "—"),
        (_("District managers"), managers or "—"),
        (_("Area count"), str(len(grid.areas))),
        (_("Customer count"), str(grid.customers)),
    ]


def _area_table(project: Project, grid: GridFacts) -> Listing:
    columns = (
        Column(_("Area number"), 21),
        Column(_("Name"), 27),
        Column(_("Use"), 12),
        Column("kVA", 9, "right"),
        Column(_("Customer count"), 13, "right"),
    )
    areas = project.table("transformer_areas")
    usage = {one.code: _(one.label) for one in schema.table("transformer_areas").column("usage").choices}
    customers = customers_of_areas(project)
    kva = capacities(project)
    rows: list[tuple[str, ...]] = []
    for one in grid.areas:
        row = areas.row(one) if one in areas else {}
        rows.append(
            (
                one,
                row.get("name") or "",
                usage.get(str(row.get("usage")), ""),
                f"{kva[one]:g}" if one in kva else "—",
                str(customers.get(one, 0)),
            )
        )
    return Listing(_("Transformer areas of {grid}").format(grid=grid.name), columns, rows, 2.1)


def capacities(project: Project) -> dict[str, float]:
    """Sum the rated power (kVA) of the transformers of each area; areas without one are absent."""
    rows = project.frame("power_transformers")
    sums = (
        rows.dropna(subset=["transformer_area", "rated_kva"]).groupby("transformer_area")["rated_kva"].sum()
    )
    return {str(area): float(kva) for area, kva in sums.items()}


def _listed_only(grid: GridFacts, options: PrintOptions, plan: StationPlan) -> tuple[Draft, bool]:
    """Give the sheet of a grid without a place: its facts and areas, and that it cannot be drawn."""
    sheet = choose_sheet(options, plan.extent)
    body, u = sheet.body, sheet.unit
    about = lay_pairs(_about(grid), Rect(body.x, body.y + 8 * u, body.width, 0), 2.6 * u)
    says = Text(
        body.x,
        body.y + 5 * u,
        _("This grid has no outline; it is listed, not drawn."),
        3.0 * u,
        theme.SWITCH_CLOSED,
    )
    listing = _area_table(plan.project, grid)
    top = body.y + 12 * u + about.height
    laid = lay_table(listing.columns, listing.rows, Rect(body.x, top, body.width, body.bottom - top), 2.3 * u)
    title = f"{grid.number} {grid.name}"
    return Draft(sheet, title, (says, *about.items, *laid.items)), laid.next_row == len(listing.rows)
