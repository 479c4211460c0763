"""Write sheets of text and numbers into an Excel workbook that Excel, WPS and LibreOffice open unchanged.

Everything is written for what it is: text as text, never as a formula, a link or a number. Sheets have a
frozen heading with a filter, and print on A4 across with the heading repeated and pages numbered.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from resources.i18n import _

MOST_ROWS = 1_048_575
"""Rows below the heading that a sheet can hold."""

UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that no workbook can hold; they are taken out."""

LONGEST_CELL = 32_767
INDENT = 1.0
"""Characters of a text's column that its distance from the line takes."""
LONGEST_HEAD = 200
FONT = "微软雅黑"
LINE_PT = 13.5


@dataclass(frozen=True)
class SheetColumn:
    """One column: heading, width in characters, whether it holds numbers, or any value set left.

    Parameters
    ----------
    decimals
        So many for every number of the column, so that they stand below each other; None: as each needs.
    aside
        To be read on the screen: on one line however long, and not on paper. Only the last columns can be so.
    """

    title: str
    width: float
    number: bool = False
    left: bool = False
    decimals: int | None = None
    aside: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Parameters
    ----------
    head, says
        What stands at the head of every printed page, middle and left below.
    """

    name: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[Any]]
    head: str = ""
    says: str = ""


def write_workbook(path: Path, sheets: Sequence[Sheet], *, title: str, feedback: Feedback = SILENT) -> None:
    """Write the sheets to `path`, which is replaced.

    Raises
    ------
    GridError
        ``bad-output-name`` where the name does not end in .xlsx, ``too-many-rows``.
    OSError
        Where it cannot be written.
    """
    import xlsxwriter

    if path.suffix.lower() != ".xlsx":
        raise GridError("bad-output-name", file=str(path), suffix=".xlsx")
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    made = BytesIO()  # so that a full disk is met by our own write, not in the library's clean-up
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({"title": title, "author": "Taiqu", "created": _fixed_date()})
    try:
        formats = _Formats(book)
        for sheet in sheets:
            _write_sheet(book, formats, sheet, feedback)
    except BaseException:
        _abandon(book)
        raise
    book.close()
    path.write_bytes(made.getbuffer())


def _fixed_date() -> Any:
    from datetime import datetime

    return datetime(2000, 1, 1)


def _abandon(book: Any) -> None:
    """Throw away what a cancelled workbook holds in temporary files."""
    book.fileclosed = True
    for sheet in book.worksheets():
        stream = getattr(sheet, "row_data_fh", None)
        if stream is not None:
            stream.close()
            Path(sheet.row_data_filename).unlink(missing_ok=True)


class _Formats:
    def __init__(self, book: Any) -> None:
        plain = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        line = {"border": 1, "border_color": "#C8CDD4"}
        self.head = book.add_format(
            {**plain, **line, "bold": True, "bg_color": "#E9ECF0", "text_wrap": True, "align": "center"}
        )
        text = {**plain, "num_format": "@", "indent": 1}  # parts it from a number in the column before
        self.text = book.add_format(text)
        self.long = book.add_format({**text, "text_wrap": True})
        self.left = book.add_format({**plain, "num_format": "General", "align": "left"})
        self.number = book.add_format({**plain, "num_format": "#,##0.##;-#,##0.##"})
        self.count = book.add_format({**plain, "num_format": "#,##0"})
        self.fixed = {
            digits: book.add_format({**plain, "num_format": f"#,##0.{'0' * digits}"}) for digits in (1, 2)
        }


def _write_sheet(book: Any, formats: _Formats, sheet: Sheet, feedback: Feedback) -> None:
    from gis.workbook_cells import QuickSheet

    page = book.add_worksheet(sheet.name[:31], QuickSheet)
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    page.repeat_rows(0)
    page.fit_to_pages(1, 0)
    page.set_header(f"&C&12&B{_header(sheet.head)}&B", {"margin": 0.3})
    page.set_footer(
        "&L&8" + _header(sheet.says) + "&R&8" + _("Page {number} of {total}").format(number="&P", total="&N"),
        {"margin": 0.3},
    )
    page.hide_gridlines(0)  # shown and printed: lines for empty cells too, without a format for each
    page.freeze_panes(1, 0)
    page.set_row(0, 30)
    for n, column in enumerate(sheet.columns):
        page.set_column(n, n, column.width)
        page.write_string(0, n, column.title, formats.head)
    widths = [math.inf if column.aside else column.width - INDENT for column in sheet.columns]
    write_string = page.write_string
    last = 0
    for last, cells in enumerate(sheet.rows, 1):
        if last > MOST_ROWS:
            raise GridError("too-many-rows", sheet=sheet.name, most=MOST_ROWS)
        if last % 5000 == 1:
            feedback.report(None, sheet.name)
        lines = [
            _lines(cell, wide) if type(cell) is str else 1 for cell, wide in zip(cells, widths, strict=True)
        ]
        if max(lines) > 1:
            page.set_row(last, LINE_PT * max(lines) + 3)
        for n, value in enumerate(cells):
            if type(value) is str:
                if value:
                    write_string(last, n, _writable(value), formats.long if lines[n] > 1 else formats.text)
            elif value is not None:
                _write_number(page, formats, last, n, value, sheet.columns[n])
    page.autofilter(0, 0, max(last, 1), len(sheet.columns) - 1)
    printed = [n for n, column in enumerate(sheet.columns) if not column.aside]
    page.print_area(0, 0, max(last, 1), printed[-1])


def _write_number(
    page: Any, formats: _Formats, row: int, column: int, value: Any, about: SheetColumn
) -> None:
    if isinstance(value, bool):
        page.write_boolean(row, column, value, formats.text)
    elif value == value:
        kind = formats.count if float(value).is_integer() else formats.number
        kind = formats.fixed.get(about.decimals or 0, kind)
        page.write_number(row, column, value, formats.left if about.left else kind)


def _writable(text: str) -> str:
    """Take out what no workbook can hold, and what is too long for a cell."""
    return (
        text if text.isprintable() and len(text) < LONGEST_CELL else UNWRITABLE.sub("", text)[:LONGEST_CELL]
    )


def _lines(text: str, width: float) -> int:
    """Say how many lines a text takes in a cell: a Chinese character counts two."""
    if len(text) * (1 if text.isascii() else 2) <= width:
        return 1
    wide = sum(2 if char > "\u2e7f" else 1.02 for char in text)
    return max(1, min(math.ceil(wide / width), 20))


def _header(text: str) -> str:
    """Make a text fit for a page head or foot: codes begin with &, 255 characters are the most with them."""
    while len(made := text.replace("&", "&&")) > LONGEST_HEAD:
        text = text[:-2] + "…"
    return made
