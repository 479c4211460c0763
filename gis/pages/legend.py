"""The legend of a map: only what is drawn on it, in the order it was drawn last to first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis import theme
from gis.pages.hatching import hatch_dots, hatch_lines
from gis.pages.items import Box, Dots, Item, Lines, Pen, Rect, Symbols, Text
from gis.pages.measure import ASCENT, LINE, fitted, width, wrapped

SWATCH = 8.0
ROW = 4.9


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the legend: a symbol, a line or an area as they stand on the map.

    Parameters
    ----------
    rank
        Order in the legend, lower first.
    ring
        Whether the line goes round something.
    core
        A second, narrower line upon the first: a road in its casing.
    """

    rank: int
    label: str
    symbol: str = ""
    pen: Pen | None = None
    fill: str = ""
    hatch: str = ""
    ring: bool = False
    core: Pen | None = None

    @property
    def is_drawn(self) -> bool:
        """Whether it shows a sample; a remark does not."""
        return bool(self.symbol or self.fill or self.pen)


def legend(
    entries: Sequence[Entry], title: str, place: Rect, unit: float, columns: int = 2
) -> tuple[list[Item], float]:
    """Write the legend into the top of `place`; gives the items and the height taken in mm."""
    size = 2.5 * unit
    items: list[Item] = [Text(place.x, place.y + 3.2 * unit, title, 3.0 * unit, bold=True)]
    top = place.y + 5.0 * unit
    ordered = sorted((one for one in entries if one.is_drawn), key=lambda one: one.rank)
    remarks = [one.label for one in sorted(entries, key=lambda one: one.rank) if not one.is_drawn]
    rows = -(-len(ordered) // columns)
    wide = place.width / columns
    for n, entry in enumerate(ordered):
        x = place.x + n // max(rows, 1) * wide
        y = top + n % max(rows, 1) * ROW * unit
        items.extend(_sample(entry, Rect(x, y + 0.7 * unit, SWATCH * unit, (ROW - 1.4) * unit), unit))
        left = x + (SWATCH + 1.6) * unit
        room = wide - (SWATCH + 2.4) * unit
        items += _label(entry.label, left, y + ROW * unit / 2, room, size)
    y = top + rows * ROW * unit
    for line in [line for remark in remarks for line in wrapped(remark, size * 0.9, place.width)]:
        items.append(Text(place.x, y + size, line, size * 0.9, theme.MUTED_INK))
        y += size * LINE
    return items, y - place.y


def _label(label: str, x: float, middle: float, room: float, size: float) -> list[Item]:
    """Write a label on one line, smaller where it must be, else on two small ones."""
    for smaller in (size, size * 0.86):
        if width(label, smaller) <= room:
            return [Text(x, middle + smaller * (ASCENT - 0.5), label, smaller)]
    small = size * 0.74
    first, *others = wrapped(label, small, room)
    second = fitted("".join(others) if len(others) < 2 else " ".join(others), small, room)
    base = middle + small * (ASCENT - 0.5)
    shift = small * 0.56 if second else 0
    lines: list[Item] = [Text(x, base - shift, first, small)]
    if second:
        lines.append(Text(x, base + shift, second, small))
    return lines


def _sample(entry: Entry, at: Rect, unit: float) -> list[Item]:
    middle = at.y + at.height / 2
    if entry.symbol:
        return [Symbols(entry.symbol, np.array([[at.x + at.width / 2, middle]]), 3.3 * unit)]
    if entry.fill:
        return [
            Box(at.x, at.y, at.width, at.height, entry.fill),
            *hatch_items(entry.hatch, at, entry.pen),
            Box(at.x, at.y, at.width, at.height, "", entry.pen),
        ]
    assert entry.pen is not None
    if entry.ring:
        ring = circle(at.x + at.width / 2, middle, 1.7 * unit)
        return [Lines(ring, np.array([0, len(ring)]), entry.pen)]
    line, ends = np.array([[at.x, middle], [at.right, middle]]), np.array([0, 2])
    return [Lines(line, ends, pen) for pen in (entry.pen, entry.core) if pen is not None]


def circle(x: float, y: float, radius: float) -> np.ndarray:
    """Give the points (n, 2) of a circle."""
    angle = np.linspace(0, 2 * np.pi, 37)
    return np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])


def hatch_items(hatch: str, at: Rect, pen: Pen | None) -> list[Item]:
    """Hatch a rectangle as an area on the map is hatched."""
    import shapely

    color = pen.color if pen else theme.INK
    area = shapely.box(at.x, at.y, at.right, at.bottom)
    if hatch == "dots":
        return [Dots(hatch_dots(area, 1.8), 0.16, color)]
    lines = hatch_lines(area, hatch, 1.8)
    points, owner = shapely.get_coordinates(lines, return_index=True)
    if not len(lines):
        return []
    return [Lines(points, np.searchsorted(owner, np.arange(len(lines) + 1)), Pen(color, 0.12))]
