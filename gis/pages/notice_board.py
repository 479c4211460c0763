"""The notice board (公示牌) of each service grid: who is responsible, whom to call, what is promised.

Photos and the code of a chat group are pasted on by hand: their fields are printed empty. Without
`--unmasked` names and phones are masked, which says on a board that nobody has lifted it yet.
"""

from __future__ import annotations

from gis import theme
from gis.pages.furniture import POSTED, Draft, Facts, banner, contacts, numbered, spaced
from gis.pages.grid_facts import GridFacts, Person, person
from gis.pages.items import Box, Item, Page, Pen, Rect, Text
from gis.pages.measure import LINE, fitted, width, wrapped
from gis.pages.options import AUTO, PrintOptions
from gis.pages.plan import StationPlan
from gis.pages.sheet import Sheet
from gis.pages.station_map import facts_of, required_grids, told
from gis.theme import tint
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.table import plain
from resources.i18n import N_, _

EMPTY = "#8A929C"
FOOT_MM = 84.0
"""Height of hotlines, promises and the field for the group's code, on A3."""

HIGHEST_CARD_MM = 110.0

PROMISES = (
    N_("We are on the spot within 45 minutes in towns, 90 minutes in villages, 2 hours in remote places."),
    N_("Planned outages are announced 7 days ahead, temporary ones 24 hours ahead."),
    N_("Supply cut for arrears is restored within 24 hours of payment."),
)
"""Service promises of `DOMAIN` §4.5 and §5.3."""


def notice_board(project: Project, options: PrintOptions, feedback: Feedback = SILENT) -> list[Page]:
    """Lay out one board for each grid, upright unless asked otherwise.

    Raises
    ------
    GridError
        ``no-scheme``, ``no-grids``.
    """
    facts = facts_of(project, StationPlan(project), options, POSTED)
    grids = required_grids(project, facts, options)
    sheet = Sheet.of(options.paper, landscape=options.orientation not in (AUTO, "portrait"))
    drafts = [
        _board(project, sheet, facts, grid, options)
        for grid in feedback.track(grids, _("Laying out the boards"))
    ]
    return numbered(drafts, facts)


def _board(project: Project, sheet: Sheet, facts: Facts, grid: GridFacts, options: PrintOptions) -> Draft:
    u, body = sheet.unit, sheet.body
    look = tint(grid.tint)
    items: list[Item] = [
        Box(body.x, body.y, body.width, 22 * u, look.fill, Pen(look.line, 0.8 * u)),
        *banner(grid.name, Rect(body.x, body.y, body.width, 14 * u), 9 * u, look.line),
        Text(body.x + body.width / 2, body.y + 18 * u, _numbers(grid), 4 * u, theme.INK, "center"),
    ]
    y = body.y + 28 * u
    made, y = _villages(project, grid, Rect(body.x, y, body.width, 0), u)
    items += made
    made, y = _people(project, grid, Rect(body.x, y, body.width, body.bottom - y), u, options)
    items += made
    foot = Rect(body.x, max(y + 2 * u, body.bottom - FOOT_MM * u), body.width, FOOT_MM * u)
    items += _promises(foot, facts, u)
    title = options.title or _("Power supply service: {grid}").format(grid=grid.name)
    return Draft(sheet, title, tuple(items))


def _numbers(grid: GridFacts) -> str:
    return _("Grid {number} · areas {areas} · customers {customers}").format(
        number=grid.number, areas=len(grid.areas), customers=spaced(grid.customers)
    )


def _villages(project: Project, grid: GridFacts, place: Rect, u: float) -> tuple[list[Item], float]:
    """Name the villages the grid's areas lie in."""
    areas = project.frame("transformer_areas").set_index("id")["village"].reindex(list(grid.areas)).dropna()
    names = project.frame("villages").set_index("id")["name"]
    told_names = [plain(names.get(one)) or one for one in sorted(set(areas))]
    text = _("Villages: {names}").format(names="、".join(told_names) or "—")
    items: list[Item] = []
    size = 5.0 * u
    y = place.y + size
    for line in wrapped(text, size, place.width):
        items.append(Text(place.x, y, line, size))
        y += size * LINE
    return items, y + 2 * u


def _people(
    project: Project, grid: GridFacts, place: Rect, u: float, options: PrintOptions
) -> tuple[list[Item], float]:
    """Draw a card for each manager: room for a photo, name, phone, stand-in."""
    upright = place.width < place.height * 1.6
    columns = min(2 if upright else 3, max(len(grid.managers), 1))
    if upright and len(grid.managers) <= 2:
        columns = 1
    gap = 6 * u
    wide = (place.width - (columns - 1) * gap) / columns
    rows = -(-max(len(grid.managers), 1) // columns)
    room = place.height - FOOT_MM * u
    high = min(HIGHEST_CARD_MM * u, max((room - rows * gap) / rows, 24 * u))
    stand_ins = _stand_ins(project, grid)
    items: list[Item] = []
    for n, one in enumerate(grid.managers):
        card = Rect(place.x + n % columns * (wide + gap), place.y + n // columns * (high + gap), wide, high)
        stand_in = stand_ins.get(one.id, "")
        backup = person(project, stand_in, options.disclosure) if stand_in else None
        items += _card(card, one, backup, u)
    return items, place.y + rows * (high + gap)


def _stand_ins(project: Project, grid: GridFacts) -> dict[str, str]:
    """Find for each manager who stands in most often in the grid's areas."""
    areas = project.frame("transformer_areas").set_index("id").reindex(list(grid.areas))
    known = areas.dropna(subset=["manager", "backup_manager"])
    people = project.table("district_managers")
    found = known.groupby("manager")["backup_manager"].agg(
        lambda ids: ids.value_counts().sort_index().idxmax()
    )
    return {str(manager): str(one) for manager, one in found.items() if one in people}


def _card(card: Rect, one: Person, backup: Person | None, u: float) -> list[Item]:
    photo_high = min(card.height - 6 * u, card.width * 0.5)
    photo = Rect(card.x + 3 * u, card.y + 3 * u, photo_high * 0.74, photo_high)
    x = photo.right + 5 * u
    room = card.right - x - 3 * u
    lines = [
        (told(one), 6.0 * u, theme.INK, True),
        (_("District manager"), 3.4 * u, theme.MUTED_INK, False),
    ]
    if one.phone:
        lines.append((one.phone, 5.4 * u, theme.ACCENT, True))
        lines.append((_("Day and night"), 3.2 * u, theme.MUTED_INK, False))
    if backup is not None:
        text = _("Stand-in: {name} {phone}").format(name=backup.name, phone=backup.phone)
        lines.append((text.strip(), 3.2 * u, theme.INK, False))
    items: list[Item] = [
        Box(card.x, card.y, card.width, card.height, "", Pen(theme.MUTED_INK, 0.3 * u)),
        Box(photo.x, photo.y, photo.width, photo.height, "#F1F3F5", Pen("#B9C0C9", 0.2 * u)),
        Text(
            photo.x + photo.width / 2,
            photo.y + photo.height / 2 + 1.2 * u,
            _("Photo"),
            3.4 * u,
            "#8A929C",
            "center",
        ),
    ]
    scale = min(2.0, (card.height - 6 * u) / sum(size * LINE for _text, size, _color, _bold in lines))
    y = card.y + 3 * u
    for text, size, color, bold in lines:
        size *= scale
        while width(text, size) * 1.05 > room and size > 2.4 * u:
            size -= 0.2 * u
        y += size * LINE
        items.append(Text(x, y - 0.2 * size, fitted(text, size, room), size, color, "left", bold))
    return items


def _promises(place: Rect, facts: Facts, u: float) -> list[Item]:
    """Write whom to call and what is promised, and leave room for the code of a chat group."""
    code = Rect(place.right - 64 * u, place.y, 64 * u, 64 * u)
    numbers, high = contacts(facts, Rect(place.x, place.y, place.width - code.width - 8 * u, 0), u * 1.7)
    items: list[Item] = [
        *numbers,
        Box(code.x, code.y, code.width, code.height, "", Pen("#B9C0C9", 0.3 * u)),
        Text(
            code.x + code.width / 2,
            code.y + code.height / 2,
            _("Code of the chat group"),
            3.2 * u,
            "#8A929C",
            "center",
        ),
    ]
    size, y = 4.8 * u, place.y + high + 4 * u
    for promise in PROMISES:
        for n, line in enumerate(wrapped("· " + _(promise), size, place.width - code.width - 8 * u)):
            y += size * LINE
            items.append(Text(place.x + (0 if n == 0 else size), y, line, size))
    return items
