"""The grid book: an index sheet of the whole station, then one sheet for every service grid."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

import numpy as np

from gis import theme
from gis.basemap import base_maps_of
from gis.pages.drawing import Drawing
from gis.pages.frame import Box, MapFrame
from gis.pages.furniture import INTERNAL, Draft, Facts, numbered, spaced
from gis.pages.grid_facts import GridFacts, customers_of_areas
from gis.pages.items import Item, Page, Rect, Text
from gis.pages.map_sheet import lay_blocks, lay_map_sheet
from gis.pages.options import PrintOptions
from gis.pages.panel import Listing, map_panel
from gis.pages.plan import StationPlan, box_of
from gis.pages.sheet import Sheet
from gis.pages.station_map import (
    choose_sheet,
    counted_sheets,
    facts_of,
    index_table,
    open_switches,
    required_grids,
    table_sheets,
    told,
)
from gis.pages.tables import Column, lay_pairs
from grid_model import schema
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from resources.i18n import _

NEIGHBOUR = "#8A94A3"
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
    index = _IndexSheet(plan, facts, grids, options, title)
    before = len(index.drafts({}))
    numbers = {grid.id: before + n for n, grid in enumerate(grids, 1)}
    sheets = [
        _GridSheet(plan, facts, grids, grid, options)
        for grid in feedback.track(grids, _("Drawing the grids"))
    ]
    after = _areas_behind(project, [one for one in sheets if not one.whole], before + len(grids))
    drafts = [*index.drafts(numbers), *(one.draft(after.says) for one in sheets), *after.drafts]
    return numbered(drafts, facts)


class _IndexSheet:
    """The overview of all grids; it is drawn once, its table when the page numbers are known."""

    def __init__(
        self,
        plan: StationPlan,
        facts: Facts,
        grids: Sequence[GridFacts],
        options: PrintOptions,
        title: str,
    ) -> None:
        box = box_of(plan.shapes("service_grids").boxes[[one.row for one in grids]]) or plan.extent
        self._sheet = choose_sheet(options, box)
        self._facts, self._grids, self._title = facts, grids, title
        self._frame_of = partial(MapFrame.around, box)
        self._draw = cache(partial(_index_drawing, plan, grids, self._sheet.unit))

    def drafts(self, numbers: Mapping[str, int]) -> list[Draft]:
        """Lay the sheet out; `numbers` gives the sheet of each grid."""
        index = index_table(self._grids)
        rows = [(*row, str(numbers.get(one.id, 0))) for row, one in zip(index.rows, self._grids, strict=True)]
        columns = (*index.columns, Column(_("On page"), 7, "right"))
        listing = Listing(_("Sheet index"), columns, rows, 2.2)

        def fill(panel: Rect, drawing: Drawing, elsewhere: str) -> tuple[list[Item], int]:
            return map_panel(self._sheet, panel, drawing, self._facts, listing, elsewhere=elsewhere)

        made = lay_map_sheet(self._sheet, self._frame_of, self._draw, fill, listing)
        drafts = [Draft(self._sheet, self._title, made.items)]
        return drafts + table_sheets(self._sheet, self._title, listing, made.following)


def _index_drawing(plan: StationPlan, grids: Sequence[GridFacts], unit: float, frame: MapFrame) -> Drawing:
    drawing = Drawing(plan, frame, unit)
    drawing.ground()
    drawing.grids(grids, in_legend=False)
    drawing.water_and_roads()
    drawing.beyond_the_station()
    drawing.villages(named=False)
    drawing.grid_outlines(grids)
    drawing.station()
    drawing.grid_names(grids)
    return drawing


class _GridSheet:
    """The sheet of one grid; it is drawn once, and says where its areas go on when that is known."""

    def __init__(
        self,
        plan: StationPlan,
        facts: Facts,
        grids: Sequence[GridFacts],
        grid: GridFacts,
        options: PrintOptions,
    ) -> None:
        self.grid = grid
        self.listing = _area_table(plan.project, grid)
        self._facts = facts
        self._box = _box_of_grid(plan, grid)
        self.sheet = choose_sheet(options, self._box or plan.extent)
        self._draw = cache(partial(_grid_drawing, plan, grids, grid, self.sheet.unit, options))
        self._laid = self._lay("")
        self.whole = self._laid[1]
        if self.whole:
            self._draw.cache_clear()  # what is laid is kept, what it was drawn from is not needed again

    def draft(self, says: Mapping[str, str]) -> Draft:
        """Give the sheet; `says` tells of the grids that are not whole where their areas stand."""
        grid = self.grid
        items = self._laid[0] if self.whole else self._lay(says[grid.id])[0]
        title = f"{grid.number} {grid.name}" if grid.number != grid.name else grid.name
        return Draft(self.sheet, title, items)

    def _lay(self, elsewhere: str) -> tuple[tuple[Item, ...], bool]:
        """Give what stands on the sheet, and whether all areas do."""
        if self._box is None:
            return _listed_only(self.sheet, self.grid, self.listing, elsewhere)
        about = _about(self.grid)

        def fill(panel: Rect, drawing: Drawing, says: str) -> tuple[list[Item], int]:
            return map_panel(
                self.sheet, panel, drawing, self._facts, self.listing, about=about, elsewhere=says
            )

        frame_of = partial(_grid_frame, self._box)
        made = lay_map_sheet(self.sheet, frame_of, self._draw, fill, self.listing, elsewhere=elsewhere)
        return made.items, made.following == len(self.listing.rows)


def _grid_frame(box: Box, place: Rect) -> MapFrame:
    frame = MapFrame.around(box, place, 8.0)
    if frame.scale < LARGEST_SCALE:
        frame = MapFrame(place, frame.east, frame.north, LARGEST_SCALE)
    return frame


@dataclass(frozen=True)
class _Behind:
    """Sheets behind those of the grids, and the text that sends a reader of a grid's sheet there."""

    drafts: tuple[Draft, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict)


def _areas_behind(project: Project, lacking: Sequence[_GridSheet], before: int) -> _Behind:
    """List, behind `before` sheets, the areas of the grids whose own sheet has no room for them."""
    if not lacking:
        return _Behind()
    columns = (Column(_("Service grid"), 22), *lacking[0].listing.columns)
    rows = [(one.grid.name, *row) for one in lacking for row in one.listing.rows]
    listing = Listing(_("Transformer areas by grid"), columns, rows)
    sheets = counted_sheets(lacking[0].sheet, listing.caption, listing, 0)
    begins = [first for _draft, first in sheets]
    says, row = {}, 0
    for one in lacking:
        page = before + bisect_right(begins, row)
        says[one.grid.id] = _("{n} more rows; all areas on page {page}").replace("{page}", str(page))
        row += len(one.listing.rows)
    return _Behind(tuple(draft for draft, _first in sheets), says)


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
    unit: float,
    options: PrintOptions,
    frame: MapFrame,
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
        drawing.veil(outline, remark=_("Pale: outside the grid"))
    neighbours = [one for one in grids if one.id in others]
    drawing.grid_outlines(neighbours, color=NEIGHBOUR, label=_("Border of a neighbouring grid"))
    drawing.grid_outlines([grid])
    drawing.managers([(one.id, told(one)) for one in grid.managers])
    drawing.grid_names(grids, muted=others, counts=False)
    drawing.feeder_names()
    drawing.area_names(own, counts=True)
    drawing.tell_left_out()
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
        (_("Customer count"), spaced(grid.customers)),
    ]


def _area_table(project: Project, grid: GridFacts) -> Listing:
    columns = (
        Column(_("Area number"), 21),
        Column(_("Name"), 25),
        Column(_("Use"), 12),
        Column(_("Capacity (kVA)"), 12, "right"),
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
                spaced(customers.get(one, 0)),
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


def _listed_only(
    sheet: Sheet, grid: GridFacts, listing: Listing, elsewhere: str
) -> tuple[tuple[Item, ...], bool]:
    """Give the sheet of a grid without a place: its facts and areas, and that it cannot be drawn."""
    body, u = sheet.body, sheet.unit
    about = lay_pairs(_about(grid), Rect(body.x, body.y + 8 * u, body.width, 0), 2.6 * u)
    text = _("This grid has no outline; it is listed, not drawn.")
    items: list[Item] = [Text(body.x, body.y + 5 * u, text, 3.0 * u, theme.SWITCH_CLOSED), *about.items]
    top = body.y + 8 * u + about.height
    listed, high = lay_blocks(sheet, listing, Rect(body.x, top, body.width, 0))
    if top + high <= body.bottom:
        return (*items, *listed), True
    says = elsewhere.format(n=len(listing.rows))
    return (*items, Text(body.x, top + 6 * u, says, 2.6 * u, theme.MUTED_INK)), False
