"""What stands around a map: title, scale, north arrow, title block, marking, foot (`DOMAIN` §10).

The field for a map approval number (审图号) is always printed empty: the program never fills it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gis import theme
from gis.masking import MASKED, Disclosure
from gis.pages.grid_facts import NO_SCHEME, Scheme
from gis.pages.items import Areas, Box, Item, Page, Pen, Rect, Text, rule
from gis.pages.measure import ASCENT, LINE, fitted, width, wrapped
from gis.pages.sheet import Sheet
from gis.pages.tables import lay_pairs
from gis.provenance import Provenance
from resources.i18n import N_, _

INTERNAL = N_("Internal material · keep safe")
POSTED = N_("For posting")
LIST = N_("Internal list · keep safe")


@dataclass(frozen=True)
class Facts:
    """What is told on every sheet of one print.

    Parameters
    ----------
    marking
        `INTERNAL`, `POSTED` or `LIST`.
    version
        Version of the map as the user gave it; else the scheme's name and date.
    meridian
        Central meridian in degrees; 0 on a local plane.
    signed
        Whether those who approved the scheme approved what the sheet shows: not so of what is found from it.
    """

    provenance: Provenance
    marking: str
    scheme: Scheme = NO_SCHEME
    disclosure: Disclosure = MASKED
    version: str = ""
    meridian: int = 0
    prepared_by: str = ""
    signed: bool = True

    @property
    def version_label(self) -> str:
        if self.version:
            return self.version
        return " ".join(part for part in (self.scheme.name, self.scheme.created_on) if part) or "—"

    @property
    def crs_label(self) -> str:
        if not self.meridian:
            return _("Local plane without a place on earth")
        return _("CGCS2000, 3° Gauss-Kruger, central meridian {degrees}° E").format(degrees=self.meridian)


def spaced(number: float) -> str:
    """Write a whole number with its thousands parted by a space."""
    return f"{number:,.0f}".replace(",", "\u00a0")


def heading(sheet: Sheet, title: str, facts: Facts) -> list[Item]:
    """Write the title, the station at its left and the marking at its right."""
    place, u = sheet.title, sheet.unit
    items: list[Item] = []
    marking = _(facts.marking)
    size = 3.0 * u
    wide = width(marking, size) + 4 * u
    box = Rect(place.right - wide, place.y + 1.5 * u, wide, 6 * u)
    items.append(Box(box.x, box.y, box.width, box.height, "", Pen(theme.SWITCH_CLOSED, 0.35 * u)))
    items.append(Text(box.x + wide / 2, box.y + 4.1 * u, marking, size, theme.SWITCH_CLOSED, "center"))
    left = min(width(facts.provenance.station, 3.4 * u), 70 * u)
    room = place.width - 2 * (max(wide, left) + 6 * u)
    large = 7.0 * u
    while large > 4 * u and width(title, large) * 1.05 > room:
        large -= 0.25 * u
    items.append(
        Text(
            place.x + place.width / 2,
            place.y + 7.5 * u,
            fitted(title, large, room),
            large,
            theme.INK,
            "center",
            True,
        )
    )
    items.append(
        Text(
            place.x,
            place.y + 5.6 * u,
            fitted(facts.provenance.station, 3.4 * u, 70 * u),
            3.4 * u,
            theme.MUTED_INK,
        )
    )
    return items


def banner(name: str, place: Rect, size_mm: float, color: str) -> list[Item]:
    """Write a name large into the middle of a place: smaller where it is long, at last on two lines."""
    room, size = place.width * 0.97, size_mm
    while size > 0.6 * size_mm and width(name, size) * 1.05 > room:
        size -= 0.03 * size_mm
    lines = [name] if width(name, size) * 1.05 <= room else wrapped(name, size * 1.05, room)
    if len(lines) > 1:
        size *= min(1.0, place.height / (2 * LINE * size))
        lines = [lines[0], fitted("".join(lines[1:]), size, room)]
    top = place.y + (place.height - len(lines) * size * 1.2) / 2
    middle = place.x + place.width / 2
    return [
        Text(middle, top + size * (0.95 + n * 1.2), line, size, color, "center", True)
        for n, line in enumerate(lines)
    ]


def edge(place: Rect, unit: float) -> Box:
    """Give the frame line of a map."""
    return Box(place.x, place.y, place.width, place.height, "", Pen(theme.INK, 0.4 * unit))


def scale_and_north(place: Rect, scale: int, unit: float) -> tuple[list[Item], float]:
    """Draw the numeric scale, the scale bar and the north arrow; gives the height taken in mm."""
    high = 13.5 * unit
    arrow = north_arrow(place.right - 6 * unit, place.y + high / 2, 5.5 * unit, unit)
    bar = scale_bar(place.x, place.y, place.width - 18 * unit, scale, unit)
    return [*bar, *arrow], high


def north_arrow(x: float, y: float, half: float, unit: float) -> list[Item]:
    """Draw an arrow to grid north around a point."""
    left = np.array([[x, y - half], [x - half * 0.42, y + half * 0.75], [x, y + half * 0.42]])
    right = np.array([[x, y - half], [x + half * 0.42, y + half * 0.75], [x, y + half * 0.42]])
    one = np.array([0, 3]), np.array([0, 1])
    pen = Pen(theme.INK, 0.2 * unit)
    return [
        Areas(left, *one, theme.INK, pen),
        Areas(right, *one, theme.PAPER, pen),
        Text(x + half * 0.62, y - half * 0.35, _("N"), 3.2 * unit, theme.INK, "left", True),
    ]


def scale_bar(x: float, y: float, room: float, scale: int, unit: float) -> list[Item]:
    """Draw the numeric scale and a bar of four parts with a round length that fits into `room`."""
    part_m, parts = round_parts(room * 0.86 * scale / 1000)
    part = part_m * 1000 / scale
    in_km = part_m * parts >= 2000 or part_m >= 1000
    items: list[Item] = [Text(x, y + 4.0 * unit, "1:" + spaced(scale), 3.8 * unit, theme.INK, bold=True)]
    top, high, size = y + 6.2 * unit, 1.5 * unit, 2.3 * unit
    for n in range(parts):
        fill = theme.INK if n % 2 == 0 else theme.PAPER
        items.append(Box(x + n * part, top, part, high, fill, Pen(theme.INK, 0.2 * unit)))
    for n in range(parts + 1):
        value = part_m * n / 1000 if in_km else part_m * n
        label = f"{value:g}" + ((" km" if in_km else " m") if n == parts else "")
        align = "left" if n == 0 else "center"
        shift = width(" km" if in_km else " m", size) / 2 if n == parts else 0
        items.append(Text(x + n * part + shift, top + high + 2.9 * unit, label, size, theme.INK, align))
    return items


def round_parts(length_m: float) -> tuple[float, int]:
    """Divide a length into parts of round length: 1, 2 or 5 times a power of ten, two to four of them."""
    best = (0.0, 0)
    for power in range(-1, 7):
        for step in (1, 2, 5):
            part = step * 10.0**power
            for parts in (4, 3, 2):
                if best[0] * best[1] < part * parts <= length_m:
                    best = (part, parts)
    if best[1]:
        return best
    return 10.0 ** math.floor(math.log10(max(length_m, 1e-6) / 2)), 2


def title_block(
    place: Rect, facts: Facts, unit: float, *, scale: int = 0, network: bool = True
) -> tuple[list[Item], float]:
    """Write the title block; gives the items and its height. `network` is false on posted sheets."""
    shown = facts.provenance
    pairs = [(_("Made by unit"), shown.station or "—")]
    if network:
        pairs.append((_("Coordinate system"), facts.crs_label))
    if scale:
        pairs.append((_("Scale"), "1:" + spaced(scale)))
    pairs += [
        (_("Map date"), shown.planning_date or "—"),
        (_("Data as of"), shown.data_date_label),
        (_("Map version"), facts.version_label),
    ]
    if network:
        pairs += [
            (_("Switch state"), shown.state_label),
            (_("Unlinked customers"), spaced(shown.unlinked)),
            (_("Personal data"), _(facts.disclosure.label)),
        ]
    upper = lay_pairs(pairs, place, 2.4 * unit)
    lower = Rect(place.x, place.y + upper.height, place.width, place.height)
    signatures, high = _signatures(lower, facts, unit)
    return [*upper.items, *signatures], upper.height + high


def contacts(facts: Facts, place: Rect, unit: float) -> tuple[list[Item], float]:
    """Write whom customers call, for sheets that are posted."""
    pairs = [(_("Service hotline, day and night"), "95598"), (_("Energy supervision hotline"), "12398")]
    if facts.provenance.phone:
        pairs.insert(0, (_("Phone of the station"), facts.provenance.phone))
    laid = lay_pairs(pairs, place, 2.8 * unit, 0.5)
    return list(laid.items), laid.height


def _signatures(place: Rect, facts: Facts, unit: float) -> tuple[list[Item], float]:
    """Rule the fields of those who drew, checked, reviewed and approved, and the approval number."""
    scheme = facts.scheme
    cells = (
        (_("Drawn by"), facts.prepared_by or (scheme.prepared_by if facts.signed else "")),
        (_("Verified by"), ""),
        (_("Reviewed by"), scheme.checked_by if facts.signed else ""),
        (_("Approved by"), scheme.approved_by if facts.signed else ""),
    )
    size, high = 2.4 * unit, 5.6 * unit
    pen, thin = Pen(theme.INK, 0.25), Pen("#B9C0C9", 0.12)
    items: list[Item] = []
    half = place.width / 2
    for n, (label, value) in enumerate(cells):
        x, y = place.x + n % 2 * half, place.y + n // 2 * high
        base = y + high / 2 + size * (ASCENT - 0.5)
        items.append(Box(x, y, half, high, "", thin))
        items.append(Text(x + unit, base, label, size, theme.MUTED_INK))
        items.append(Text(x + half - unit, base, fitted(value, size, half * 0.6), size, theme.INK, "right"))
    y = place.y + 2 * high
    base = y + high / 2 + size * (ASCENT - 0.5)
    items.append(Text(place.x + unit, base, _("Map approval number"), size, theme.MUTED_INK))
    items.append(rule(place.x, y, place.x + place.width, y, thin))
    items.append(Box(place.x, place.y, place.width, 3 * high, "", pen))
    return items, 3 * high


def foot(sheet: Sheet, facts: Facts, number: int, total: int) -> list[Item]:
    """Write provenance at the left and the page number at the right of the foot."""
    place, u = sheet.foot, sheet.unit
    size = 2.4 * u
    base = place.y + 4.0 * u
    page = _("Page {number} of {total}").format(number=number, total=total)
    says = facts.provenance.sentence + " · " + _(facts.disclosure.label)
    if facts.disclosure.unmasked:
        says += " · " + _("Purpose: {purpose}").format(purpose=facts.disclosure.purpose)
    if facts.provenance.sample:
        says += " · " + _("Invented sample data")
    room = place.width - width(page, size) - 6 * u
    fitting = size if width(says, size) <= room else size * 0.82
    return [
        rule(place.x, place.y + 0.8 * u, place.right, place.y + 0.8 * u, Pen(theme.MUTED_INK, 0.15 * u)),
        Text(place.x, base, fitted(says, fitting, room), fitting, theme.MUTED_INK),
        Text(place.right, base, page, size, theme.MUTED_INK, "right"),
    ]


@dataclass(frozen=True)
class Draft:
    """A sheet that does not know its number yet."""

    sheet: Sheet
    title: str
    items: tuple[Item, ...]


def numbered(drafts: list[Draft], facts: Facts) -> list[Page]:
    """Put heading, foot and page number on every sheet."""
    pages = []
    for n, draft in enumerate(drafts, 1):
        sheet = draft.sheet
        items = (
            *draft.items,
            *heading(sheet, draft.title, facts),
            *foot(sheet, facts, n, len(drafts)),
        )
        pages.append(Page(sheet.width, sheet.height, items, draft.title))
    return pages
