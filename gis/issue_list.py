"""Write lists of findings as a workbook: identifiers as text, nothing that a spreadsheet could run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grid_model.errors import GridError

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
    try:
        handle, name = tempfile.mkstemp(suffix=".xlsx", prefix=f".{path.stem}-", dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise GridError("cannot-write", file=str(path), reason=error.strerror or str(error)) from None
    beside = Path(name)
    try:
        _write(beside, sheets)
        os.replace(beside, path)
    except OSError as error:
        raise GridError("cannot-write", file=str(path), reason=error.strerror or str(error)) from None
    finally:
        beside.unlink(missing_ok=True)


def _write(path: Path, sheets: Sequence[Sheet]) -> None:
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    book = Workbook(
        path,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    heading, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
    for sheet in sheets:
        for part in range(0, max(len(sheet.rows), 1), EXCEL_ROWS - 1):
            number = part // (EXCEL_ROWS - 1) + 1
            page = book.add_worksheet(sheet.name[:28] if number == 1 else f"{sheet.name[:26]} {number}")
            for column, width in enumerate(sheet.widths):
                page.set_column(column, column, width, text)
            page.write_row(0, 0, sheet.headings, heading)
            page.freeze_panes(1, 0)
            rows = sheet.rows[part : part + EXCEL_ROWS - 1]
            page.autofilter(0, 0, len(rows), len(sheet.headings) - 1)
            for row, cells in enumerate(rows, start=1):
                for column, cell in enumerate(cells):
                    if isinstance(cell, str):
                        page.write_string(row, column, cell, text)
                    else:
                        page.write_number(row, column, cell)
    try:
        book.close()
    except FileCreateError as error:
        raise OSError(str(error)) from error
