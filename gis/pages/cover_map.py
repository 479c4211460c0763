"""The map of response times: how soon two qualified persons are at each area, and where it is too late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from gis.basemap import base_maps_of
from gis.cover import CLASSES, Cover, cover
from gis.outlines import PutOutlines, area_outlines
from gis.pages.drawing import Drawing
from gis.pages.frame import MapFrame
from gis.pages.furniture import INTERNAL, Draft, Facts, numbered
from gis.pages.grid_facts import grid_facts, person
from gis.pages.items import Item, Page, Rect
from gis.pages.map_sheet import lay_map_sheet
from gis.pages.options import PrintOptions
from gis.pages.panel import Listing, map_panel
from gis.pages.plan import StationPlan
from gis.pages.station_map import choose_sheet, facts_of, table_sheets
from gis.pages.tables import Column
from gis.provenance import Provenance
from grid_model import schema
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.table import plain
from resources.i18n import _, ngettext

LOOKS = (
    ("#EDF6E8", "none"),
    ("#CFE8C3", "dots"),
    ("#F7EDBE", "diagonal"),
    ("#F6D3A4", "horizontal"),
    ("#EBAF93", "cross"),
    ("#D68E8E", "diagonal_cross"),
)
"""Fill and hatch of each band, the last for whatever takes longer."""
NEVER = ("#FFFFFF", "vertical")

GRIDS = "#6A3D9A"
"""Borders and names of the grids: one colour, for the fills tell minutes; none of a band, a road or water."""


def cover_map(project: Project, options: PrintOptions, feedback: Feedback = SILENT) -> list[Page]:
    """Draw every area by the minutes until two qualified persons are there; list those not covered.

    Raises
    ------
    GridError
        ``unknown-scheme``; ``no-areas-placed`` where no area has an outline or a place to make one from.
    """
    feedback.report(0.1, _("Measuring the ways"))
    outlines = area_outlines(project, feedback)
    if not len(outlines.ids) or len(outlines.placeless) == len(outlines.ids):
        raise GridError("no-areas-placed")
    project = PutOutlines(outlines).apply(project)[0] if outlines.generated.any() else project
    plan = StationPlan(project, base_maps_of(options.base_map, project.geographic))
    facts = replace(facts_of(project, plan, options, INTERNAL), signed=False)
    found = cover(project, facts.scheme.id, outlines=outlines, feedback=feedback)
    feedback.report(0.5, _("Drawing the station"))
    sheet = choose_sheet(options, plan.extent)
    title = options.title or _("Response-time cover of {station}").format(
        station=facts.provenance.station or _("the station")
    )
    listing = uncovered_list(project, found, options)
    about = _about(found, facts.provenance)

    def fill(panel: Rect, drawing: Drawing, elsewhere: str) -> tuple[list[Item], int]:
        return map_panel(sheet, panel, drawing, facts, listing, about=about, elsewhere=elsewhere)

    draw = partial(_drawn, plan, found, facts, options, sheet.unit)
    made = lay_map_sheet(sheet, partial(MapFrame.around, plan.extent), draw, fill, listing)
    drafts = [Draft(sheet, title, made.items)]
    return numbered(drafts + table_sheets(sheet, title, listing, made.following), facts)


def _drawn(
    plan: StationPlan, found: Cover, facts: Facts, options: PrintOptions, unit: float, frame: MapFrame
) -> Drawing:
    project = plan.project
    drawing = Drawing(plan, frame, unit)
    if plan.base_maps:  # hills and woods of the project would be hidden by the fills
        drawing.ground()
    band = found.areas["band"].to_numpy(dtype=np.int64)
    limits = [f"{one:g}" for one in found.bands]
    labels = [_("Two there within {minutes} min").format(minutes=one) for one in limits]
    labels.append(_("Two there after {minutes} min").format(minutes=limits[-1]))
    for n, label in enumerate(labels):
        fill, hatch = LOOKS[min(n, len(LOOKS) - 1)]
        drawing.fill_areas(
            np.flatnonzero(band == n), fill, _counted(label, band == n), f"cover-{n}", hatch=hatch
        )
    never = _counted(_("Fewer than two qualified"), band < 0)
    drawing.fill_areas(np.flatnonzero(band < 0), NEVER[0], never, "cover-never", hatch=NEVER[1])
    drawing.water_and_roads()
    drawing.beyond_the_station()
    grids = grid_facts(project, facts.scheme.id, options.disclosure)
    drawing.grid_outlines(grids, color=GRIDS)
    drawing.station(alone=True)
    late = np.flatnonzero(~found.areas["covered"].to_numpy(dtype=bool))
    drawing.ring_areas(late, _("Not covered within its promise"), "cover-late")
    drawing.area_values(_minutes(found.areas), bold=late)
    managers = project.frame("district_managers")
    on_duty = managers.loc[managers["active"], "id"]
    drawing.managers([(one, person(project, one, options.disclosure).name) for one in on_duty])
    drawing.grid_names(grids, counts=False, color=GRIDS, must=False)
    drawing.tell_left_out()
    return drawing


def _counted(label: str, which: np.ndarray) -> str:
    """Say behind a band how many areas are in it."""
    return _("{band} ({count})").format(band=label, count=int(which.sum()))


def _minutes(areas: pd.DataFrame) -> list[str]:
    """Write what stands in each area: the minutes until two are there."""
    return [_begun(one) for one in areas["second_min"]]


def _begun(minutes: float) -> str:
    """Write minutes, each begun one counted, so that what is late by seconds does not read as in time."""
    return f"{np.ceil(minutes - 1e-9):.0f}" if np.isfinite(minutes) else "—"


def _about(found: Cover, provenance: Provenance) -> list[tuple[str, str]]:
    """Say in figures how good the cover is, and what it rests on."""
    labels = {
        one.code: one.label for one in schema.table("transformer_areas").column("service_class").choices
    }
    told = []
    for service in CLASSES:
        own = found.areas[found.areas["service_class"] == service]
        if len(own):
            name = _("{kind}, within {minutes} min").format(
                kind=_(labels[service]), minutes=f"{own['promise_min'].iloc[0]:g}"
            )
            counted = _("{covered} of {count} areas").format(
                covered=int(own["covered"].sum()), count=len(own)
            )
            told.append((name, counted))
    slowest = found.areas["second_min"].max()
    told.append((_("Slowest area"), _("{n} min").format(n=_begun(slowest)) if np.isfinite(slowest) else "—"))
    told.append((_("Who counts"), _who(found)))
    roads = _("Along the roads") if found.travel.source == "roads" else _("Straight line × terrain")
    if found.off_road:
        straight = ngettext(
            "{way}; {count} area off the roads by straight line",
            "{way}; {count} areas off the roads by straight line",
            len(found.off_road),
        )
        roads = straight.format(way=roads, count=len(found.off_road))
    told.append((_("Travel"), roads))
    return told


def _who(found: Cover) -> str:
    people = _("own group") if found.scheme else _("own station")
    return people if found.known else _("{people}, certificates unknown").format(people=people)


def uncovered_list(project: Project, found: Cover, options: PrintOptions) -> Listing:
    """Give the table of areas that two qualified persons do not reach in time."""
    columns: Sequence[Column] = (
        Column(_("Area number"), 16),
        Column(_("Name"), 24),
        Column(_("Promise, min"), 12, "right"),
        Column(_("First there"), 13),
        Column(_("Minutes"), 9, "right"),
        Column(_("Second there"), 13),
        Column(_("Minutes"), 9, "right"),
    )
    names = project.frame("transformer_areas").set_index("id")["name"]
    rows = []
    for area in found.uncovered:
        one = found.areas.loc[area]
        cells = [area, plain(names[area]) or "", f"{one['promise_min']:g}"]
        for place in ("first", "second"):
            who, when = one[place], one[f"{place}_min"]
            cells += [
                person(project, who, options.disclosure).name if isinstance(who, str) else "—",
                _begun(when),
            ]
        rows.append(tuple(cells))
    if not rows:
        rows.append((_("none"), *[""] * (len(columns) - 1)))
    return Listing(_("Areas not covered within their promise"), columns, rows)
