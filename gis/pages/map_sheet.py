"""A map with its panel: the map as large as may be, and below it what finds no room in the panel.

A few rows are not worth a sheet of their own. They stand below the map as long as that takes little from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gis.pages.drawing import Drawing
from gis.pages.frame import MapFrame
from gis.pages.furniture import edge
from gis.pages.items import Item, Rect
from gis.pages.panel import Listing, caption
from gis.pages.sheet import Sheet
from gis.pages.tables import lay_table
from resources.i18n import _

PANEL_MM = 94.0
PORTRAIT_PANEL_MM = 98.0
MOST_SHARE = 0.42
"""Share of the map's height that tables below it may take."""
MOST_COARSER = 1.5
"""So many times coarser the map may become for them: one or two of the round scales."""
BLOCK_MM = 86.0
"""Narrowest width of a block of rows, on A3."""
LOW_MM = 20.0
"""A table as low as this stays one block, on A3."""
HEAD_MM, GAP_MM = 5.5, 4.5
TRIES = 3
UNLIMITED_MM = 1e6

Fill = Callable[[Rect, Drawing, str], tuple[list[Item], int]]


@dataclass(frozen=True)
class MapSheet:
    """What stands on a sheet with a map, and what found no room.

    Parameters
    ----------
    items
        Map, panel and tables below the map.
    following
        The first row of the panel's table that stands nowhere on the sheet; the number of rows where all do.
    tables
        Further tables that found no room.
    """

    items: tuple[Item, ...]
    following: int
    tables: tuple[Listing, ...]


def split(sheet: Sheet) -> tuple[Rect, Rect]:
    """Part the sheet into map and panel."""
    return sheet.split(PANEL_MM if sheet.landscape else PORTRAIT_PANEL_MM)


def lay_map_sheet(
    sheet: Sheet,
    frame_of: Callable[[Rect], MapFrame],
    draw: Callable[[MapFrame], Drawing],
    fill: Fill,
    listing: Listing,
    tables: Sequence[Listing] = (),
    elsewhere: str = "",
) -> MapSheet:
    """Lay out map, panel and what stands below the map.

    Parameters
    ----------
    frame_of
        The window of the map in a place of the sheet.
    draw
        The drawing in a window.
    fill
        Fills the panel beside a drawing and gives the first row of `listing` that found no room; its text
        says where the others are, with ``{n}`` for how many.
    listing
        The panel's table.
    tables
        Tables that belong to the sheet whole, in their order.
    elsewhere
        Where the rows are that do not stand on this sheet.
    """
    place, panel = split(sheet)
    whole, taken = place, 0.0
    elsewhere = elsewhere or _("{n} more rows on a following sheet")
    shown = [one for one in tables if one.rows]
    for attempt in range(TRIES):
        drawing = draw(frame_of(place))
        made, following = fill(panel, drawing, elsewhere)
        wanted = _room_below(sheet, whole, frame_of, _parts(listing, following, shown))
        if wanted <= taken or attempt == TRIES - 1:
            break
        taken = wanted
        place = Rect(whole.x, whole.y, whole.width, whole.height - taken)
    parts = _parts(listing, following, shown)
    below, stand = _lay_below(sheet, Rect(whole.x, place.bottom, whole.width, taken), parts)
    own = len(parts) - len(shown)
    if own and stand:
        made, _same = fill(panel, drawing, _("{n} more rows below the map"))
    return MapSheet(
        (*drawing.finish(), edge(place, sheet.unit), *made, *below),
        following if stand < own else len(listing.rows),
        tuple(one for one, _first in parts[max(stand, own) :]),
    )


def _parts(listing: Listing, following: int, tables: Sequence[Listing]) -> list[tuple[Listing, int]]:
    """Give what could stand below the map: the rest of the panel's table, then the others whole."""
    rest = [(listing, following)] if following < len(listing.rows) else []
    return [*rest, *((one, 0) for one in tables)]


def _room_below(
    sheet: Sheet,
    whole: Rect,
    frame_of: Callable[[Rect], MapFrame],
    parts: Sequence[tuple[Listing, int]],
) -> float:
    """Say how high the strip is in which as many whole parts stand as the map can spare; 0 where none can."""
    limit = frame_of(whole).scale * MOST_COARSER
    found, high = 0.0, 0.0
    for listing, first in parts:
        high += lay_blocks(sheet, listing, whole, first)[1]
        left = Rect(whole.x, whole.y, whole.width, whole.height - high)
        if high > MOST_SHARE * whole.height or frame_of(left).scale > limit:
            break
        found = high
    return found


def _lay_below(sheet: Sheet, room: Rect, parts: Sequence[tuple[Listing, int]]) -> tuple[list[Item], int]:
    """Lay the parts that fit whole into the strip, and give how many do."""
    items: list[Item] = []
    y = room.y
    for n, (listing, first) in enumerate(parts):
        made, high = lay_blocks(sheet, listing, Rect(room.x, y, room.width, 0), first)
        if y + high > room.bottom + 0.01:
            return items, n
        items += made
        y += high
    return items, len(parts)


def blocks_across(sheet: Sheet, width_mm: float) -> int:
    """Say how many blocks of a narrow table find room side by side."""
    gap = 6 * sheet.unit
    return max(1, int((width_mm + gap) // (BLOCK_MM * sheet.unit + gap)))


def lay_blocks(sheet: Sheet, listing: Listing, place: Rect, first: int = 0) -> tuple[list[Item], float]:
    """Write a table into the top of a place, narrow ones in blocks side by side; give the height it takes."""
    u = sheet.unit
    most = 1 if listing.wide else blocks_across(sheet, place.width)
    says = _("{table}, continued").format(table=listing.caption) if first else listing.caption
    top = place.y + GAP_MM * u
    room = Rect(place.x, top + HEAD_MM * u, place.width, UNLIMITED_MM)
    made, high = _in_blocks(sheet, listing, room, first, most, 1)
    blocks = 1
    while high > LOW_MM * u and blocks < most:
        blocks += 1
        made, high = _in_blocks(sheet, listing, room, first, most, blocks)
    head = caption(says, place.x, top + 3.2 * u, place.width, 3.0 * u)
    return [head, *made], (GAP_MM + HEAD_MM) * u + high


def _in_blocks(
    sheet: Sheet, listing: Listing, place: Rect, first: int, most: int, blocks: int
) -> tuple[list[Item], float]:
    """Write the rows into so many blocks of equally many rows, each as wide as if there were the most."""
    gap = 6 * sheet.unit
    wide = (place.width - (most - 1) * gap) / most
    share = -(-(len(listing.rows) - first) // blocks)
    items: list[Item] = []
    room, high = Rect(place.x, place.y, wide, place.height), 0.0
    while first < len(listing.rows):
        size = listing.size_mm * sheet.unit
        laid = lay_table(listing.columns, listing.rows, room, size, first, first + share)
        items += laid.items
        high, first = max(high, laid.height), laid.next_row
        room = Rect(room.x + wide + gap, room.y, wide, place.height)
    return items, high
