"""Write lists of findings as a workbook: identifiers as text, nothing that a spreadsheet could run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from gis.files import written_whole
from grid_model.errors import GridError
from resources.i18n import _

EXCEL_ROWS = 1_048_576
"""Rows of a sheet; a longer list goes on in a further sheet."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, its headings with widths in characters, its rows (text and whole numbers)."""

    name: str
    headings: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str | int]]


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write `sheets` beside `path` and rename; an older file stays until the new one is whole.

    Raises
    ------
    GridError
        ``cannot-write``, ``bad-output-name``.
    """
    if path.suffix.lower() != ".xlsx":
        raise GridError("bad-output-name", file=path.name, suffix=".xlsx")
    with written_whole(path) as beside:
        _write(beside, sheets)


def _set_up_printing(page: Any, name: str) -> None:
    """Put all columns onto A4 across, headings and page numbers on every sheet (`DOMAIN` §10)."""
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.hide_gridlines(0)
    page.set_header("&C&12&B" + name.replace("&", "&&") + "&B", {"margin": 0.3})
    page.set_footer("&R&8" + _("Page {number} of {total}").format(number="&P", total="&N"), {"margin": 0.3})


def _write(path: Path, sheets: Sequence[Sheet]) -> None:
    from xlsxwriter import Workbook

    made = BytesIO()
    book = Workbook(
        made,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    heading, text = (
        book.add_format({"bold": True, "bottom": 1}),
        book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
    )
    for sheet in sheets:
        for part in range(0, max(len(sheet.rows), 1), EXCEL_ROWS - 1):
            number = part // (EXCEL_ROWS - 1) + 1
            page = book.add_worksheet(sheet.name[:28] if number == 1 else f"{sheet.name[:26]} {number}")
            for column, width in enumerate(sheet.widths):
                page.set_column(column, column, width, text)
            page.write_row(0, 0, sheet.headings, heading)
            page.freeze_panes(1, 0)
            _set_up_printing(page, sheet.name)
            rows = sheet.rows[part : part + EXCEL_ROWS - 1]
            page.autofilter(0, 0, len(rows), len(sheet.headings) - 1)
            for row, cells in enumerate(rows, start=1):
                for column, cell in enumerate(cells):
                    if cell == "":  # an empty cell, not an empty text
                        continue
                    if isinstance(cell, str):
                        page.write_string(row, column, cell, text)
                    else:
                        page.write_number(row, column, cell)
    book.close()
    path.write_bytes(made.getbuffer())
