"""Read the tables of an HTML page; some systems save one under the name of an .xls file."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

from gis.readers.raw import RawTable
from gis.readers.sheets import sheet_table
from gis.readers.text import decoded
from grid_model.errors import GridError

SPAN_LIMIT = 500


class _Tables(HTMLParser):
    """Collects the text of cells; nothing of the page is fetched or run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._close_cell()
            self._open.append([])
        elif tag == "tr" and self._open:
            self._close_cell()
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open:
            self._close_cell()
            self._cell, self._span = [], _span(dict(attrs).get("colspan"))
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._close_cell()
        if tag == "table" and self._open:
            self.tables.append(self._open.pop())

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def close(self) -> None:
        super().close()
        self._close_cell()
        while self._open:
            self.tables.append(self._open.pop())

    def _close_cell(self) -> None:
        if self._cell is None:
            return
        if not self._open[-1]:
            self._open[-1].append([])
        self._open[-1][-1] += ["".join(self._cell).strip(), *[""] * (self._span - 1)]
        self._cell = None


def _span(text: str | None) -> int:
    return min(int(text), SPAN_LIMIT) if text and text.isascii() and text.isdigit() and int(text) else 1


def read_html(path: Path, file: str) -> Sequence[RawTable]:
    """Read every table with cells; raises ``wrong-encoding``, ``empty-file``, ``damaged-file``."""
    parser = _Tables()
    parser.feed(decoded(path.read_bytes(), file))
    parser.close()
    filled = [rows for rows in parser.tables if any(any(row) for row in rows)]
    if not filled:
        raise GridError("damaged-file", file=file, kind="HTML")
    return tuple(
        sheet_table(rows, file, str(n) if len(filled) > 1 else "") for n, rows in enumerate(filled, start=1)
    )


def looks_like_html(start: bytes) -> bool:
    """Whether the first bytes of a file begin a page."""
    head = start.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return head.startswith((b"<html", b"<!doctype html", b"<table", b"<head", b"<meta", b"<body", b"<div"))
