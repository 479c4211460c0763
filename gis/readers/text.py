"""Read csv and txt files: encoding and delimiter found out, every cell text, every row numbered.

Encodings are tried in the order UTF-8, UTF-16 with a mark, GB18030 (never plain GB2312, which lacks rare
names). pandas reads the rows where they are regular; rows of uneven length go the careful way.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.readers.headers import header_of
from gis.readers.raw import RawTable, text_frame, tidy, unique_headings, without_blank_rows
from grid_model.errors import GridError
from grid_model.issue import Issue, Severity

DELIMITERS = ",\t;|"
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\ufffe\uffff]")
csv.field_size_limit(2**31 - 1)


def read_text(path: Path, file: str, header_first: bool = False) -> RawTable:
    """Read the one table of a text file; `header_first`: the header is the first row, do not look for it.

    Raises
    ------
    GridError
        ``wrong-encoding``, ``empty-file``.
    """
    return table_of(decoded(path.read_bytes(), file), file, header_first)


def decoded(content: bytes, file: str) -> str:
    """Decode a text file; raises ``empty-file`` or ``wrong-encoding``."""
    content = content.rstrip(b"\x1a")  # an end mark of old programs
    if not content.strip(b"\x00 \t\r\n"):
        raise GridError("empty-file", file=file)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROLS.search(text):
            return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    raise GridError("wrong-encoding", file=file)


def table_of(text: str, file: str, header_first: bool = False) -> RawTable:
    """Find header and delimiter of `text` and read its rows."""
    delimiter = find_delimiter(text)
    head = [
        row for row, _line in zip(csv.reader(io.StringIO(text), delimiter=delimiter), range(40), strict=False)
    ]
    if not any(any(cell.strip() for cell in row) for row in head):
        raise GridError("empty-file", file=file)
    cells, header = (head[0], 0) if header_first else header_of(head)
    headings = unique_headings(cells)
    regular = _read_regular(text, delimiter, header, headings)
    return (
        _careful(text, delimiter, header, headings, file)
        if regular is None
        else _finished(regular, header, file)
    )


def find_delimiter(text: str) -> str:
    """Choose the delimiter that parts the first lines into most cells, evenly."""
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]

    def evenness(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines]
        usual = (
            max(set(counts), key=lambda count: (counts.count(count) if count else 0, count)) if counts else 0
        )
        return (counts.count(usual) if usual else 0, usual)

    return max(DELIMITERS, key=evenness)


def _read_regular(text: str, delimiter: str, header: int, headings: list[str]) -> pd.DataFrame | None:
    """Read the quick way; None where rows are uneven, blank or of several lines: those need care."""
    if header:
        return None
    from pyarrow import ArrowInvalid, BufferReader, csv, large_string

    parse = csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False)
    read = csv.ReadOptions(column_names=headings, skip_rows=1, block_size=1 << 24)
    convert = csv.ConvertOptions(
        column_types=dict.fromkeys(headings, large_string()), strings_can_be_null=False
    )
    try:
        table = csv.read_csv(BufferReader(text.encode()), read, parse, convert)
    except ArrowInvalid:
        return None
    lines = text.count("\n") + (not text.endswith("\n"))
    if lines != table.num_rows + 1:
        return None
    frame: pd.DataFrame = table.to_pandas(types_mapper={large_string(): pd.StringDtype(na_value=np.nan)}.get)
    swallowed = any(frame[name].str.contains("\n", regex=False).any() for name in frame.columns)
    return None if swallowed else frame


def _finished(frame: pd.DataFrame, header: int, file: str) -> RawTable:
    rows: npt.NDArray[np.int64] = np.arange(header + 2, header + 2 + len(frame), dtype=np.int64)
    tidied = pd.DataFrame({name: tidy(frame[name]) for name in frame.columns})
    tidied, rows = without_blank_rows(tidied, rows)
    return RawTable(file, tidied, rows)


def _careful(text: str, delimiter: str, header: int, headings: list[str], file: str) -> RawTable:
    """Read record by record: long rows are reported, a quote that swallows rows is taken as a letter."""
    records, numbers = _records(text, delimiter, quoting=csv.QUOTE_MINIMAL)
    findings: list[Issue] = []
    swallowing = [
        n for record, n in zip(records, numbers, strict=True) if _swallows(record, delimiter, len(headings))
    ]
    if swallowing:
        records, numbers = _records(text, delimiter, quoting=csv.QUOTE_NONE)
        records = [[_unquoted(cell) for cell in record] for record in records]
        findings.append(Issue(Severity.WARNING, "stray-quote", file=file, row=swallowing[0]))
    width = len(headings)
    kept, rows, unreadable = [], [], 0
    for record, number in list(zip(records, numbers, strict=True))[header + 1 :]:
        if any(cell.strip() for cell in record[width:]):
            unreadable += 1
            findings.append(
                Issue(
                    Severity.ERROR,
                    "row-too-long",
                    file=file,
                    row=number,
                    row_kept=False,
                    details={"cells": len(record), "columns": width, "text": delimiter.join(record)[:200]},
                )
            )
            continue
        kept.append([*record[:width], *[""] * (width - len(record))])
        rows.append(number)
    frame, numbers_kept = without_blank_rows(text_frame(kept, headings), np.array(rows, dtype=np.int64))
    return RawTable(file, frame, numbers_kept, unreadable=unreadable, findings=tuple(findings))


def _records(text: str, delimiter: str, quoting: Literal[0, 3]) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, quoting=quoting)
    records, numbers, line = [], [], 1
    for record in reader:
        records.append(record)
        numbers.append(line)
        line = reader.line_num + 1
    return records, numbers


def _swallows(record: list[str], delimiter: str, width: int) -> bool:
    """Whether a cell holds what must be whole rows of the file."""
    return width > 1 and any(cell.count("\n") and cell.count(delimiter) >= width - 1 for cell in record)


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell
