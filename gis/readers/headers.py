"""Which row of a sheet is the header: the one whose cells are headings we know.

Exports often carry a title above the header and, after merging, a header of two rows (`DOMAIN` §3.1).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from grid_model import schema
from grid_model.schema import Column
from resources.i18n import in_language

COORDINATE_PAIR = ("坐标", "经纬度", "位置坐标", "地理坐标", "coordinates", "lonlat", "lnglat")
"""Headings of a column with longitude and latitude in one cell."""

SEARCHED_ROWS = 20
"""How far down a header is looked for."""

_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")


def normal(heading: str) -> str:
    """Bring a heading to a form that can be compared: width, case, blanks and marks do not count."""
    return re.sub(r"[\s_\-*:：]", "", unicodedata.normalize("NFKC", heading).casefold())


def forms(heading: str) -> tuple[str, ...]:
    """The forms a heading may be known by: whole, and without what stands in brackets (a unit)."""
    whole, short = normal(heading), normal(_BRACKETS.sub("", heading))
    return (whole, short) if short and short != whole else (whole,)


@lru_cache(maxsize=1)
def known_headings() -> frozenset[str]:
    """Every heading some table knows, in normal form."""
    columns = [column for table in schema.tables().values() for column in table.columns]
    words = {word for column in columns for word in column_words(column)} | set(COORDINATE_PAIR)
    return frozenset({normal(word) for word in words} - {""})


def column_words(column: Column) -> tuple[str, ...]:
    """The headings a column is known by, best first: its name, its aliases, its labels in both languages."""
    return (column.name, *column.aliases, column.label, in_language(column.label, "zh_CN"))


def score(cells: Sequence[str]) -> int:
    """Count the cells that are known headings."""
    known = known_headings()
    return sum(any(form in known for form in forms(cell)) for cell in cells if cell)


def header_row(rows: Sequence[Sequence[str]]) -> int:
    """Find the header among the first rows: the one with most known headings, the first of several.

    Where no cell is known, it is the first row with at least half as many cells as the widest.
    """
    searched = rows[:SEARCHED_ROWS]
    scores = [score(row) for row in searched]
    if scores and max(scores) > 0:
        return scores.index(max(scores))
    filled = [sum(bool(cell.strip()) for cell in row) for row in searched]
    widest = max(filled, default=0)
    return next((n for n, count in enumerate(filled) if widest and count * 2 >= widest), 0)


def header_of(rows: Sequence[Sequence[str]]) -> tuple[list[str], int]:
    """Give the headings and the number of the last row they stand in (from 0).

    A header of two rows is joined: a heading merged downwards stands in the upper row only, one merged
    sideways has its parts in the lower row.
    """
    at = header_row(rows)
    cells = [cell.strip() for cell in rows[at]]
    if at + 1 < min(len(rows), SEARCHED_ROWS) and _completes(rows[at + 1], cells):
        return _joined(cells, [cell.strip() for cell in rows[at + 1]]), at + 1
    if at and _completes(rows[at - 1], cells):
        return _joined([cell.strip() for cell in rows[at - 1]], cells), at
    return cells, at


def _completes(other: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether `other` is the second row of a header: only known headings, some where `cells` has none."""
    filled = [cell for cell in other if cell.strip()]
    known = [cell for cell in filled if score([cell])]
    new = [n for n, cell in enumerate(other) if cell.strip() and (n >= len(cells) or not score([cells[n]]))]
    return bool(new) and len(known) == len(filled)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    width = max(len(upper), len(lower))
    top, bottom = ([*row, *[""] * (width - len(row))] for row in (upper, lower))
    return [low or high for high, low in zip(top, bottom, strict=True)]
