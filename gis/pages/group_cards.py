"""A card for every mutual-aid group: who is in it, whom to call, who guards whom, and the land it serves.

Upright on A4 unless asked otherwise; the members' names and phones are masked as in every list.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from gis import theme
from gis.pages.drawing import Drawing
from gis.pages.frame import MapFrame
from gis.pages.furniture import INTERNAL, Draft, banner, edge, numbered, scale_and_north, spaced
from gis.pages.grid_book import NEIGHBOUR
from gis.pages.grid_facts import GridFacts, grid_facts
from gis.pages.items import Box, Item, Page, Pen, Rect, Text
from gis.pages.legend import legend
from gis.pages.map_sheet import UNLIMITED_MM
from gis.pages.measure import LINE, wrapped
from gis.pages.options import AUTO, PrintOptions
from gis.pages.panel import Listing
from gis.pages.plan import StationPlan, box_of
from gis.pages.sheet import Sheet
from gis.pages.station_map import facts_of, table_sheets
from gis.pages.tables import Column, lay_table
from gis.rosters import GroupCard
from gis.rosters import group_cards as cards_of
from gis.theme import tint
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.table import plain
from resources.i18n import _

MAP_SHARES = 0.3, 0.62
"""Least and most share of the room below the banner that the map takes."""
LEAST_MAP_MM = 40.0


def group_cards(project: Project, options: PrintOptions, feedback: Feedback = SILENT) -> list[Page]:
    """Lay out one card for each group of the scheme; what finds no room follows on further sheets.

    Raises
    ------
    GridError
        ``unknown-scheme``, ``no-scheme``, ``no-groups``, ``no-managers``.
    """
    from gis.replanning import scheme_basis

    plan = StationPlan(project)
    facts = facts_of(project, plan, options, INTERNAL)
    if not facts.scheme.id:
        raise GridError("no-scheme")
    basis = scheme_basis(project, facts.scheme.id, feedback)
    cards = cards_of(project, facts.scheme.id, basis, options.disclosure)
    grids = grid_facts(project, facts.scheme.id, options.disclosure)
    sheet = Sheet.of(options.paper, landscape=options.orientation not in (AUTO, "portrait"))
    drafts: list[Draft] = []
    for card in feedback.track(cards, _("Laying out the cards")):
        title = options.title or _("Mutual-aid group: {group}").format(group=card.group.name)
        drafts += _card(project, plan, sheet, card, grids, title, facts.crs_label)
    return numbered(drafts, facts)


def _card(
    project: Project,
    plan: StationPlan,
    sheet: Sheet,
    card: GroupCard,
    grids: Sequence[GridFacts],
    title: str,
    crs_label: str,
) -> list[Draft]:
    u, body = sheet.unit, sheet.body
    items, y = _banner(card, body, u)
    own = _own_grids(project, card, grids)
    listing = _areas(project, card)
    tables = _members(card, Rect(body.x, 0, body.width, UNLIMITED_MM), u)[1] + _areas_height(listing, body, u)
    drawn, y = _map(
        plan, card, grids, own, Rect(body.x, y, body.width, body.bottom - y), tables, u, crs_label
    )
    items += drawn
    made, y = _members(card, Rect(body.x, y, body.width, body.bottom - y), u)
    items += made
    items.append(Text(body.x, y + 3 * u, listing.caption, 3.2 * u, bold=True))
    room = Rect(body.x, y + 5 * u, body.width, body.bottom - y - 5 * u)
    if room.height < 20 * u:
        return [Draft(sheet, title, tuple(items[:-1])), *table_sheets(sheet, title, listing, 0)]
    laid = lay_table(listing.columns, listing.rows, room, 2.5 * u)
    items += laid.items
    return [Draft(sheet, title, tuple(items)), *table_sheets(sheet, title, listing, laid.next_row)]


def _areas_height(listing: Listing, body: Rect, u: float) -> float:
    """Say how high the table of areas comes with its caption."""
    room = Rect(body.x, 0, body.width, UNLIMITED_MM)
    return 5 * u + lay_table(listing.columns, listing.rows, room, 2.5 * u).height


def _banner(card: GroupCard, body: Rect, u: float) -> tuple[list[Item], float]:
    """Write the group's name on its colour, and what it is in figures below."""
    look = tint(card.color)
    name = f"{card.group.number} {card.group.name}".strip()
    items: list[Item] = [
        Box(body.x, body.y, body.width, 15 * u, look.fill, Pen(look.line, 0.8 * u)),
        *banner(name, Rect(body.x, body.y, body.width, 15 * u), 8 * u, look.line),
    ]
    figures = _(
        "Members {members} · areas {areas} · customers {customers} · load {load} %"
        " · longest way {longest} min"
    ).format(
        members=len(card.members),
        areas=card.areas,
        customers=spaced(card.customers),
        load=f"{100 * card.load_ratio:.0f}",
        longest=f"{card.longest_min:.0f}" if math.isfinite(card.longest_min) else "—",
    )
    y = body.y + 15 * u
    for line in (figures, _("Service grids: {names}").format(names="、".join(card.grids) or "—")):
        for piece in wrapped(line, 3.4 * u, body.width):
            y += 3.4 * u * LINE
            items.append(Text(body.x, y + 0.6 * u, piece, 3.4 * u))
    return items, y + 4 * u


def _own_grids(project: Project, card: GroupCard, grids: Sequence[GridFacts]) -> list[GridFacts]:
    rows = project.frame("service_grids").set_index("id")["mutual_aid_group"]
    return [one for one in grids if plain(rows[one.id]) == card.group.id]


def _map(
    plan: StationPlan,
    card: GroupCard,
    grids: Sequence[GridFacts],
    own: Sequence[GridFacts],
    room: Rect,
    tables: float,
    u: float,
    crs_label: str,
) -> tuple[list[Item], float]:
    """Draw the group's land with its members, as high as the tables below leave it, and its legend.

    Nothing is drawn where no grid of it has an outline.
    """
    box = box_of(plan.shapes("service_grids").boxes[[one.row for one in own]]) if own else None
    if box is None:
        return [], room.y
    least, most = (max(LEAST_MAP_MM, share * room.height) for share in MAP_SHARES)
    place = Rect(room.x, room.y, room.width, least)
    drawing = _drawing(plan, card, grids, own, MapFrame.around(box, place, 5.0), u)
    _key, high = _map_key(drawing, place, u)
    spare = room.height - tables - high - 4.1 * u
    if spare > least:
        place = Rect(room.x, room.y, room.width, min(spare, most))
        drawing = _drawing(plan, card, grids, own, MapFrame.around(box, place, 5.0), u)
    key, high = _map_key(drawing, place, u)
    system = Text(place.x + 1.5 * u, place.bottom - 1.5 * u, crs_label, 2.6 * u, halo=theme.PAPER)
    return [*drawing.finish(), edge(place, u), system, *key], place.bottom + high + 4 * u


def _drawing(
    plan: StationPlan,
    card: GroupCard,
    grids: Sequence[GridFacts],
    own: Sequence[GridFacts],
    frame: MapFrame,
    u: float,
) -> Drawing:
    drawing = Drawing(plan, frame, u)
    drawing.ground()
    drawing.grids(own, hatched=False)
    drawing.areas(filled=False)
    drawing.water_and_roads()
    drawing.villages(named=True, size=2.4)
    outline = plan.shapes("service_grids").geometry[[one.row for one in own]]
    drawing.veil(outline[[one is not None for one in outline]], remark=_("Pale: outside the group"))
    others = [one for one in grids if one not in own]
    drawing.grid_outlines(others, color=NEIGHBOUR, label=_("Border of a neighbouring grid"))
    drawing.grid_outlines(own)
    drawing.managers([(one.id, one.name) for one in card.members])
    return drawing


def _map_key(drawing: Drawing, place: Rect, u: float) -> tuple[list[Item], float]:
    """Write scale, north arrow and legend below the map; give the height they take."""
    below = Rect(place.x, place.bottom + 1.5 * u, place.width, 0)
    left = Rect(below.x, below.y, below.width * 0.3, 0)
    bar, high = scale_and_north(left, drawing.frame.scale, u)
    right = Rect(left.right + 6 * u, below.y, below.right - left.right - 6 * u, 0)
    made, taken = legend(drawing.entries, _("Legend"), right, u, 3)
    return [*bar, *made], 1.5 * u + max(high, taken)


def _members(card: GroupCard, place: Rect, u: float) -> tuple[list[Item], float]:
    columns = (
        Column(_("District manager"), 13),
        Column(_("Phone"), 17),
        Column(_("Roles"), 20),
        Column(_("Guarded by"), 13),
        Column(_("Area count"), 8, "right"),
        Column(_("Customer count"), 9, "right"),
        Column(_("Workload"), 9, "right"),
        Column(_("Stands in for areas"), 9, "right"),
        Column(_("Vehicle"), 14),
    )
    rows = [
        (
            one.name,
            one.phone or "—",
            one.roles,
            one.guard or "—",
            str(len(one.areas)),
            spaced(one.customers),
            f"{one.workload:.2f}",
            str(one.stands_in),
            one.vehicle or "—",
        )
        for one in card.members
    ]
    laid = lay_table(columns, rows, place, 2.7 * u)
    return list(laid.items), place.y + laid.height + 4 * u


def _areas(project: Project, card: GroupCard) -> Listing:
    """List the areas of each member, by village."""
    areas = project.frame("transformer_areas").set_index("id")
    villages = project.frame("villages").set_index("id")["name"].to_dict()
    rows: list[tuple[str, ...]] = []
    for one in card.members:
        by_village: dict[str, list[str]] = {}
        for area in one.areas:
            village = villages.get(plain(areas.at[area, "village"]) or "", "")
            by_village.setdefault(str(village), []).append(plain(areas.at[area, "name"]) or area)
        for n, (village, names) in enumerate(sorted(by_village.items())):
            rows.append((one.name if n == 0 else "", village or "—", "、".join(names)))
        if not by_village:
            rows.append((one.name, "—", "—"))
    columns = (
        Column(_("District manager"), 14),
        Column(_("Village"), 16),
        Column(_("Transformer areas"), 80),
    )
    return Listing(_("Areas of the members"), columns, rows, wide=True)
