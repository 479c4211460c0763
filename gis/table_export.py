"""Write tables as they are shown into an Excel file: texts stay texts, numbers stay numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gis.files import written_whole
from grid_model.feedback import SILENT, Feedback

FORBIDDEN_IN_TITLES = str.maketrans("", "", "[]:*?/\\'")
WIDEST = 46
REPORT_EVERY = 2_000


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Parameters
    ----------
    title
        Name of the sheet; what Excel does not allow in it is left out.
    headings
        One for each column.
    rows
        Cells; a text is never read as a formula or a number.
    foot
        Lines below the table: data date, switch state, what is missing.
    """

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str | float | None]]
    foot: Sequence[str] = ()


def write_sheets(path: Path, sheets: Sequence[Sheet], feedback: Feedback = SILENT) -> None:
    """Write `sheets` into one xlsx file, whole or not at all.

    Raises
    ------
    GridError
        ``cannot-write``.
    """
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with written_whole(path) as beside:
        book = xlsxwriter.Workbook(str(beside), options)
        try:
            for sheet in sheets:
                _write(book, sheet, feedback)
        finally:
            book.close()


def _write(book: object, sheet: Sheet, feedback: Feedback) -> None:
    page = book.add_worksheet(sheet.title.translate(FORBIDDEN_IN_TITLES)[:31] or "1")  # type: ignore[attr-defined]
    bold = book.add_format({"bold": True, "bg_color": "#EEF1F4", "bottom": 1})  # type: ignore[attr-defined]
    for at, heading in enumerate(sheet.headings):
        page.write_string(0, at, heading, bold)
        page.set_column(at, at, _width(sheet, at))
    for number, cells in enumerate(sheet.rows, 1):
        if number % REPORT_EVERY == 0:
            feedback.report(number / len(sheet.rows))
        for at, cell in enumerate(cells):
            if isinstance(cell, str):
                page.write_string(number, at, cell)
            elif cell is not None and cell == cell:
                page.write_number(number, at, cell)
    for line, text in enumerate(sheet.foot, len(sheet.rows) + 2):
        page.write_string(line, 0, text)
    page.freeze_panes(1, 0)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.headings) - 1)


def _width(sheet: Sheet, at: int) -> int:
    texts = [sheet.headings[at], *(str(cells[at]) for cells in sheet.rows[:200] if cells[at] is not None)]
    return min(WIDEST, 3 + max(sum(2 if ord(char) > 0x2E80 else 1 for char in text) for text in texts))
