"""Read spreadsheets (xlsx, xls, ods): every sheet, every cell as text as it stands.

A cell that holds text keeps it; a number keeps its digits as far as a spreadsheet keeps them (15). A
larger number is written ``1.2E+21``, so that it is found as damaged where it should be an identifier.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from gis.readers.formulas import open_formulas
from gis.readers.headers import SEARCHED_ROWS, header_of
from gis.readers.raw import RawTable, text_frame, unique_headings, without_blank_rows
from grid_model.errors import GridError
from grid_model.issue import Issue, Severity

EXACT_BELOW = 1e15
"""Spreadsheets keep 15 digits of a number."""

_ENCRYPTED = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))


def read_sheets(path: Path, file: str) -> Sequence[RawTable]:
    """Read every sheet that has cells.

    Raises
    ------
    GridError
        ``password-protected``, ``damaged-file``, ``empty-file``.
    """
    content = path.read_bytes()
    if content.startswith(b"\xd0\xcf\x11\xe0") and any(mark in content for mark in _ENCRYPTED):
        raise GridError("password-protected", file=file)
    sheets = _cells(content, file)
    filled = [(name, rows) for name, rows in sheets if any(any(row) for row in rows)]
    if not filled:
        raise GridError("empty-file", file=file)
    unsaved = open_formulas(content)
    tables = [
        (sheet_table(rows, file, name if len(filled) > 1 else ""), unsaved.get(name, ()))
        for name, rows in filled
    ]
    return tuple(replace(table, findings=tuple(_formulas(table, cells))) for table, cells in tables)


def _formulas(table: RawTable, cells: Iterable[tuple[int, int]]) -> Iterator[Issue]:
    """Report for each column the cells whose formula has no saved result."""
    columns: dict[int, list[int]] = {}
    for row, column in cells:
        columns.setdefault(column, []).append(row)
    shared = {"sheet": table.sheet} if table.sheet else {}
    for column, rows in sorted(columns.items()):
        letters = column_letters(column)
        heading = table.headings[column] if column < len(table.headings) else letters
        first = min(rows)
        details = {"heading": heading, "count": len(rows), "cell": f"{letters}{first}"} | shared
        yield Issue(Severity.WARNING, "formula-without-value", file=table.file, row=first, details=details)


def column_letters(column: int) -> str:
    """Name a column (from 0) as a spreadsheet does: A, B, …, Z, AA, AB."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _cells(content: bytes, file: str) -> list[tuple[str, list[list[str]]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    kind = "xls" if content.startswith(b"\xd0\xcf\x11\xe0") else "xlsx"
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [
            (
                name,
                [
                    [cell_text(cell) for cell in row]
                    for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                ],
            )
            for name in book.sheet_names
        ]
    except CalamineError as error:
        locked = "password" in str(error).lower() or type(error).__name__ == "PasswordError"
        raise GridError("password-protected" if locked else "damaged-file", file=file, kind=kind) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the reader gives up on some broken files this way
            raise
        raise GridError("damaged-file", file=file, kind=kind) from error


def cell_text(cell: Any) -> str:
    """Write one cell as text."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        return number_text(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(timespec="seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else ""


def number_text(value: float) -> str:
    """Write a number as a spreadsheet shows it: whole ones without a point, huge ones with an exponent."""
    if abs(value) >= EXACT_BELOW:
        mantissa, exponent = f"{value:.14E}".split("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent[0]}{exponent[1:].lstrip('0')}"
    return str(int(value)) if value == int(value) else repr(float(value))


def sheet_table(rows: Sequence[Sequence[str]], file: str, sheet: str) -> RawTable:
    """Make a raw table of the cells of a sheet; title rows above the header are no data."""
    width = max(len(row) for row in rows)
    even = [[*row, *[""] * (width - len(row))] for row in rows]
    cells, header = header_of(even[: SEARCHED_ROWS + 1])
    used = max((n for row in even[header:] for n, cell in enumerate(row, start=1) if cell), default=1)
    headings = unique_headings(cells[:used])
    body = [row[:used] for row in even[header + 1 :]]
    numbers = np.arange(header + 2, header + 2 + len(body), dtype=np.int64)
    frame, numbers = without_blank_rows(text_frame(body, headings), numbers)
    return RawTable(file, frame, numbers, sheet)
