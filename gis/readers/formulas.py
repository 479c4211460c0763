"""Formulas in an xlsx file whose results were not saved: they would be read as empty cells.

Programs that write a formula without working it out leave its result to the spreadsheet, which saves it only
when a person opens the file and saves it again.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from posixpath import join, normpath
from xml.etree import ElementTree

_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)(?:\s*<(?:\w+:)?v\b[^>/]*>([^<]*))?"
)
"""A cell that begins with a formula: its attributes and its result."""

_PLACE = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")
_TEXT = re.compile(rb"\bt=[\"']str[\"']")
"""Marks a text as the result, which may be empty."""


def open_formulas(content: bytes) -> Mapping[str, tuple[tuple[int, int], ...]]:
    """Give, for each sheet that has some, the cells (row from 1, column from 0) with an unsaved result.

    Only xlsx files have them; a workbook whose parts cannot be found has none.
    """
    if not content.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(BytesIO(content)) as book:
            sheets = _sheets(book)
            found = {name: tuple(_cells(book.read(part))) for name, part in sheets.items()}
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, zlib.error):
        return {}  # no such parts: another kind of workbook, whose reader says what is wrong
    return {name: cells for name, cells in found.items() if cells}


def _sheets(book: zipfile.ZipFile) -> dict[str, str]:
    """Give the part of each sheet by its name."""
    links = {
        one.get("Id"): one.get("Target", "")
        for one in ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    }
    parts = {}
    for one in ElementTree.fromstring(book.read("xl/workbook.xml")).iter():
        if one.tag.rpartition("}")[2] != "sheet":
            continue
        link = next((value for key, value in one.items() if key.rpartition("}")[2] == "id"), "")
        target = normpath(join("/xl", links.get(link, ""))).lstrip("/")
        if target in book.namelist() and "worksheets/" in target:
            parts[one.get("name", "")] = target
    return parts


def _cells(xml: bytes) -> Iterator[tuple[int, int]]:
    if b"<f" not in xml and b":f" not in xml:
        return
    for cell in _FORMULA.finditer(xml):
        place = _PLACE.search(cell[1])
        if place is not None and not cell[2] and not _TEXT.search(cell[1]):
            yield int(place[2]), _column(place[1])


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
