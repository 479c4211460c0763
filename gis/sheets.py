"""Write tables as they are shown into an Excel file: texts stay texts, numbers stay numbers."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gis import workbook
from gis.files import written_whole
from gis.table_export import defused
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from resources.i18n import _

FORBIDDEN_IN_NAMES = str.maketrans("", "", "[]:*?/\\'")
WIDEST = 46
MEASURED = 200
"""Rows looked at to find the width of a column."""


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Parameters
    ----------
    headings
        One for each column.
    rows
        Cells: texts, numbers, None.
    foot
        What the list says of itself: data date, switch state, what is missing. It stands at the foot of
        every printed page and on a sheet of its own.
    """

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str | float | None]]
    foot: Sequence[str] = ()


def write_sheets(path: Path, sheets: Sequence[Sheet], feedback: Feedback = SILENT) -> None:
    """Write `sheets` into one xlsx file, or the only one into a csv file (UTF-8 with mark): whole or not.

    Raises
    ------
    GridError
        ``cannot-write``, ``bad-output-name``, ``too-many-rows``.
    """
    if path.suffix.lower() == ".csv" and len(sheets) == 1:
        _write_csv(path, sheets[0], feedback)
        return
    if path.suffix.lower() != ".xlsx":
        raise GridError("bad-output-name", file=str(path), suffix=".xlsx")
    made = [_sheet(one) for one in sheets]
    notes = list(dict.fromkeys(line for one in sheets for line in one.foot))
    if notes:
        about = _("About this list")
        made.append(
            workbook.Sheet(about, [workbook.SheetColumn(about, 90)], [(line,) for line in notes], about)
        )
    with written_whole(path) as beside:
        workbook.write_workbook(beside, made, title=sheets[0].title, feedback=feedback)


def _write_csv(path: Path, sheet: Sheet, feedback: Feedback) -> None:
    with written_whole(path) as beside, beside.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow([defused(one) for one in sheet.headings])
        for n, row in enumerate(sheet.rows):
            if n % 5000 == 0:
                feedback.report(n / len(sheet.rows))
            writer.writerow([defused(cell) for cell in row])


def _sheet(sheet: Sheet) -> workbook.Sheet:
    columns = [_column(sheet, at) for at in range(len(sheet.headings))]
    name = sheet.title.translate(FORBIDDEN_IN_NAMES).strip() or "1"
    return workbook.Sheet(name, columns, sheet.rows, sheet.title, " · ".join(sheet.foot))


def _column(sheet: Sheet, at: int) -> workbook.SheetColumn:
    cells = [row[at] for row in sheet.rows[:MEASURED]]
    texts = [sheet.headings[at], *(str(cell) for cell in cells if cell is not None)]
    width = 3 + max(sum(2 if ord(char) > 0x2E80 else 1 for char in text) for text in texts)
    numbers = [float(cell) for cell in cells if isinstance(cell, (int, float)) and np.isfinite(cell)]
    return workbook.SheetColumn(
        sheet.headings[at], min(WIDEST, width), bool(numbers), decimals=_decimals(numbers)
    )


def _decimals(numbers: Sequence[float]) -> int:
    """Give how many decimals the numbers of a column need, two at the most."""
    values = np.array(numbers, dtype=float)
    return next((digits for digits in (0, 1) if (abs(values - values.round(digits)) < 0.005).all()), 2)
