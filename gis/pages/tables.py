"""Lay a table out on a sheet: headings, wrapped cells, rules, and where the next sheet goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gis import theme
from gis.pages.items import Box, Item, Pen, Rect, Text, rule
from gis.pages.measure import ASCENT, LINE, longest_word, width, wrapped

PADDING = 0.9
MOST_BY_HAND = 0.26
FEWEST_CHARACTERS = 4.3
"""A heading or name is not broken into columns of single characters: so many ems stay together."""
HEAD_FILL = "#E9ECF0"
RULE = Pen("#B9C0C9", 0.12)
EDGE = Pen(theme.INK, 0.25)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: heading, share of the width, alignment of its cells."""

    title: str
    share: float
    align: str = "left"


@dataclass(frozen=True)
class LaidTable:
    """A table, or the piece of it that found room.

    Parameters
    ----------
    next_row
        The first row that found no room; the number of rows where all did.
    """

    items: tuple[Item, ...]
    height: float
    next_row: int


def lay_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    place: Rect,
    size_mm: float,
    first: int = 0,
    last: int | None = None,
) -> LaidTable:
    """Write rows from `first` on into `place` until it is full; the headings stand above them.

    Cells wrap; a newline in a cell begins a new line. At least one row is written, however high; none from
    `last` on is.
    """
    widths = column_widths(columns, rows, place.width, size_mm)
    items: list[Item] = []
    head = _broken([column.title for column in columns], widths, size_mm)
    y = place.y
    head_height = _height(head, size_mm)
    items.append(Box(place.x, y, place.width, head_height, HEAD_FILL))
    items.extend(_row_texts(columns, head, widths, place.x, y, size_mm, heading=True))
    y += head_height
    n = first
    end = len(rows) if last is None else min(last, len(rows))
    while n < end:
        cells = _broken(rows[n], widths, size_mm)
        high = _height(cells, size_mm)
        if y + high > place.bottom + 0.01 and n > first:
            break
        items.append(rule(place.x, y, place.x + place.width, y, RULE))
        items.extend(_row_texts(columns, cells, widths, place.x, y, size_mm))
        y += high
        n += 1
    items.append(Box(place.x, place.y, place.width, y - place.y, "", EDGE))
    x = place.x
    for wide in widths[:-1]:
        x += wide
        items.append(rule(x, place.y, x, y, RULE))
    return LaidTable(tuple(items), y - place.y, n)


def column_widths(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], room_mm: float, size_mm: float
) -> list[float]:
    """Give the columns their shares of the room, but to each what its longest word needs.

    What one column needs beyond its share is taken from those that have more than they need. Where there is
    room, lines given by hand stay whole (up to `MOST_BY_HAND` of it), and short texts are not broken
    (`FEWEST_CHARACTERS`). Where there is not room enough for words, the shares stand and words are broken.
    """
    total = sum(column.share for column in columns)
    shares = [column.share / total * room_mm for column in columns]
    padding = 2 * PADDING * size_mm / 2.3 + 0.1
    few, by_hand = FEWEST_CHARACTERS * size_mm, MOST_BY_HAND * room_mm
    for fewest, most in ((few, by_hand), (0.0, by_hand), (few, 0.0), (0.0, 0.0)):
        needs = []
        for n, column in enumerate(columns):
            heading = (
                max(longest_word(column.title, size_mm), min(width(column.title, size_mm), fewest)) * 1.05
            )
            needs.append(padding + max(heading, *(_need(row[n], size_mm, fewest, most) for row in rows), 0.0))
        lacking = sum(max(need - wide, 0.0) for need, wide in zip(needs, shares, strict=True))
        spare = sum(max(wide - need, 0.0) for need, wide in zip(needs, shares, strict=True))
        if lacking <= spare:
            return [
                need if wide < need else wide - (wide - need) * (lacking / spare if spare else 0.0)
                for need, wide in zip(needs, shares, strict=True)
            ]
    return shares


def _need(cell: str, size_mm: float, fewest: float, most: float) -> float:
    """Give the width a cell needs: of its longest word, of few characters, of lines by hand up to `most`."""
    lines = cell.split("\n")
    words = max(longest_word(line, size_mm) for line in lines)
    short = max(min(width(line, size_mm) * 1.05, fewest) for line in lines)
    whole = min(longest_word(cell, size_mm) * 1.04, most) if len(lines) > 1 else 0.0
    return max(words, short, whole)


def _broken(cells: Sequence[str], widths: Sequence[float], size_mm: float) -> list[list[str]]:
    """Break cells into lines; lines given by hand keep step with those of the next cell."""
    rooms = [wide - 2 * PADDING * size_mm / 2.3 for wide in widths]
    parts = [
        [wrapped(line, size_mm * 1.02, room) for line in cell.split("\n")]
        for cell, room in zip(cells, rooms, strict=True)
    ]
    by_hand = [cell for cell in parts if len(cell) > 1]
    for n in range(max((len(cell) for cell in by_hand), default=0)):
        high = max(len(cell[n]) for cell in by_hand if n < len(cell))
        for cell in by_hand:
            if n < len(cell):
                cell[n] += [""] * (high - len(cell[n]))
    return [[line for lines in cell for line in lines] for cell in parts]


def _height(cells: Sequence[Sequence[str]], size_mm: float) -> float:
    return max(len(cell) for cell in cells) * size_mm * LINE + 0.55 * size_mm


def _row_texts(
    columns: Sequence[Column],
    cells: Sequence[Sequence[str]],
    widths: Sequence[float],
    x: float,
    y: float,
    size_mm: float,
    *,
    heading: bool = False,
) -> list[Item]:
    items: list[Item] = []
    padding = PADDING * size_mm / 2.3
    for column, lines, wide in zip(columns, cells, widths, strict=True):
        at = {"left": x + padding, "center": x + wide / 2, "right": x + wide - padding}[column.align]
        base = y + 0.36 * size_mm + ASCENT * size_mm
        for line in lines:
            if line:
                items.append(Text(at, base, line, size_mm, theme.INK, column.align, bold=heading))
            base += size_mm * LINE
        x += wide
    return items


def lay_pairs(
    pairs: Sequence[tuple[str, str]], place: Rect, size_mm: float, label_share: float = 0.36
) -> LaidTable:
    """Write labels and values in two columns with rules: a title block."""
    label_width = (
        max([width(label, size_mm) for label, _value in pairs] or [0]) * 1.04 + 2.4 * PADDING * size_mm / 2.3
    )
    label_width = min(max(label_width, place.width * 0.15), place.width * max(label_share, 0.2))
    widths = [label_width, place.width - label_width]
    columns = (Column("", 1), Column("", 1))
    items: list[Item] = []
    y = place.y
    for label, value in pairs:
        cells = _broken((label, value), widths, size_mm)
        high = _height(cells, size_mm)
        items.append(Box(place.x, y, label_width, high, HEAD_FILL))
        items.extend(_row_texts(columns, cells, widths, place.x, y, size_mm))
        y += high
        items.append(rule(place.x, y, place.x + place.width, y, RULE))
    items.append(rule(place.x + label_width, place.y, place.x + label_width, y, RULE))
    items.append(Box(place.x, place.y, place.width, y - place.y, "", EDGE))
    return LaidTable(tuple(items), y - place.y, len(pairs))
