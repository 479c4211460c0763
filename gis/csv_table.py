"""Write a table as a csv file that Excel, WPS and scripts read alike: UTF-8 with mark, no formulas."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from gis.files import written_whole
from grid_model.feedback import SILENT, Feedback

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run; such a text gets an apostrophe before it."""

REPORT_EVERY = 5_000

Cell = str | float | None


def write_csv(
    path: Path, headings: Sequence[str], rows: Sequence[Sequence[Cell]], feedback: Feedback = SILENT
) -> None:
    """Write `rows` below `headings`, whole or not at all; raises `GridError` ``cannot-write``."""
    with written_whole(path) as beside, beside.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for number, cells in enumerate(rows, 1):
            if number % REPORT_EVERY == 0:
                feedback.report(number / len(rows))
            writer.writerow([_cell(cell) for cell in cells])


def _cell(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return "'" + cell
    return cell
