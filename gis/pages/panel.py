"""The panel beside or below a map: scale, what the sheet is about, legend, a table, the title block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gis import theme
from gis.pages.drawing import Drawing
from gis.pages.furniture import Facts, contacts, scale_and_north, title_block
from gis.pages.items import Item, Rect, Text
from gis.pages.legend import ROW, legend
from gis.pages.measure import fitted, width
from gis.pages.sheet import Sheet
from gis.pages.tables import Column, lay_pairs, lay_table
from resources.i18n import _


@dataclass(frozen=True)
class Listing:
    """A table with its caption; `size_mm` is its text on A3, `wide` whether it needs the whole width."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    size_mm: float = 2.3
    wide: bool = False


def map_panel(
    sheet: Sheet,
    panel: Rect,
    drawing: Drawing,
    facts: Facts,
    listing: Listing,
    *,
    about: Sequence[tuple[str, str]] = (),
    network: bool = True,
    elsewhere: str = "",
) -> tuple[list[Item], int]:
    """Fill the panel of a sheet.

    Parameters
    ----------
    about
        Labels and values that say what the sheet shows.
    network
        False on sheets for posting: whom to call stands in the place of technical facts.
    elsewhere
        Where the rows are that find no room, with ``{n}`` for how many.

    Returns
    -------
    items, following
        The first row of `listing` that found no room; the number of rows where all did.
    """
    fill = _beside if sheet.landscape else _below
    says = elsewhere or _("{n} more rows on a following sheet")
    return fill(sheet.unit, panel, drawing, facts, listing, about, network, says)


def _beside(
    u: float,
    panel: Rect,
    drawing: Drawing,
    facts: Facts,
    listing: Listing,
    about: Sequence[tuple[str, str]],
    network: bool,
    elsewhere: str,
) -> tuple[list[Item], int]:
    items, high = scale_and_north(panel, drawing.frame.scale, u)
    y = panel.y + high + 3 * u
    if about:
        laid = lay_pairs(about, Rect(panel.x, y, panel.width, 0), 2.5 * u, 0.72)
        items += laid.items
        y += laid.height + 4 * u
    made, high = legend(drawing.entries, _("Legend"), Rect(panel.x, y, panel.width, 0), u)
    items += made
    y += high + 3 * u
    if not network:
        made, high = contacts(facts, Rect(panel.x, y, panel.width, 0), u)
        items += made
        y += high + 4 * u
    _block, high = title_block(panel, facts, u, scale=drawing.frame.scale, network=network)
    foot = Rect(panel.x, panel.bottom - high, panel.width, high)
    block, _high = title_block(foot, facts, u, scale=drawing.frame.scale, network=network)
    table, following = _table(Rect(panel.x, y, panel.width, foot.y - 3 * u - y), listing, u, elsewhere)
    return [*items, *table, *block], following


def _below(
    u: float,
    panel: Rect,
    drawing: Drawing,
    facts: Facts,
    listing: Listing,
    about: Sequence[tuple[str, str]],
    network: bool,
    elsewhere: str,
) -> tuple[list[Item], int]:
    gap = 4 * u
    wide = (panel.width - 2 * gap) / 3
    first = Rect(panel.x, panel.y, wide * 0.85, panel.height)
    second = Rect(first.right + gap, panel.y, wide * 1.3, panel.height)
    third = Rect(second.right + gap, panel.y, panel.right - second.right - gap, panel.height)
    items, high = scale_and_north(first, drawing.frame.scale, u)
    top = first.y + high + 3 * u
    columns = 1 if len(drawing.entries) * ROW * u < first.bottom - top - 5 * u else 2
    items += legend(drawing.entries, _("Legend"), Rect(first.x, top, first.width, 0), u, columns)[0]
    y = second.y
    if about:
        laid = lay_pairs(about, second, 2.4 * u, 0.72)
        items += laid.items
        y += laid.height + 3 * u
    table, following = _table(Rect(second.x, y, second.width, second.bottom - y), listing, u, elsewhere)
    block, high = title_block(third, facts, u, scale=drawing.frame.scale, network=network)
    items += [*table, *block]
    if not network:
        items += contacts(facts, Rect(third.x, third.y + high + 4 * u, third.width, 0), u)[0]
    return items, following


def caption(text: str, x: float, y: float, room_mm: float, size_mm: float) -> Text:
    """Write the caption of a table in one line: smaller where it must be, at last cut."""
    for share in (1.0, 0.85, 0.7):
        if width(text, size_mm * share) * 1.05 <= room_mm:
            return Text(x, y, text, size_mm * share, bold=True)
    return Text(x, y, fitted(text, size_mm * 0.7, room_mm / 1.05), size_mm * 0.7, bold=True)


def _table(room: Rect, listing: Listing, u: float, elsewhere: str) -> tuple[list[Item], int]:
    """Write as much of the table as finds room; none of it where the room is too small to be worth it."""
    if not listing.rows or room.height < 22 * u:
        return [], 0
    head = caption(listing.caption, room.x, room.y + 3.2 * u, room.width, 3.0 * u)
    place = Rect(room.x, room.y + 5 * u, room.width, room.height - 9 * u)
    laid = lay_table(listing.columns, listing.rows, place, listing.size_mm * u)
    items: list[Item] = [head, *laid.items]
    left = len(listing.rows) - laid.next_row
    if left:
        says = elsewhere.format(n=left)
        items.append(Text(room.x, place.y + laid.height + 3.2 * u, says, 2.2 * u, theme.MUTED_INK))
    return items, laid.next_row
