"""Write one table of a project, or some of its rows, as a workbook or as csv."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from gis.files import written_whole
from gis.masking import Disclosure, masked_frame, visible_columns
from gis.provenance import Provenance
from gis.workbook import Sheet, SheetColumn, write_workbook
from grid_model import schema
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.schema import Column, Kind
from grid_model.table import plain
from resources.i18n import _, language

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
"""A csv cell that begins so may be run by a spreadsheet; an apostrophe before it makes it text."""


def write_table(
    path: Path,
    project: Project,
    table: str,
    *,
    ids: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    unmasked: bool = False,
    purpose: str = "",
    feedback: Feedback = SILENT,
) -> int:
    """Write a table, whole or not at all: ``.xlsx`` or ``.csv`` (UTF-8 with mark, which Excel and WPS read).

    Parameters
    ----------
    ids
        Only these rows, in this order; every row where None.
    columns
        Only these columns, in this order; every visible one where None.

    Returns
    -------
    rows
        How many were written.

    Raises
    ------
    GridError
        ``bad-output-name``, ``purpose-missing``, ``unknown-object``, ``unknown-column``, ``cannot-write``.
    """
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise GridError("bad-output-name", file=str(path), suffix=".xlsx / .csv")
    disclosure = Disclosure.asked(unmasked, purpose)
    about = schema.table(table)
    shown = _chosen(table, visible_columns(about), columns)
    frame = _rows(project, table, ids)
    told = masked_frame(about, frame, disclosure)
    with written_whole(path) as beside:
        if path.suffix.lower() == ".csv":
            _write_csv(beside, shown, _cells(shown, told), feedback)
        else:
            says = f"{Provenance.of(project).sentence} · {_(disclosure.label)}"
            heads = [
                SheetColumn(_heading(one), _width(one), one.kind in (Kind.REAL, Kind.INTEGER))
                for one in shown
            ]
            title = _(about.label)
            write_workbook(
                beside,
                (Sheet(title, heads, _cells(shown, told), title, says),),
                title=title,
                feedback=feedback,
            )
    return len(told)


def _chosen(table: str, visible: Sequence[Column], wanted: Sequence[str] | None) -> list[Column]:
    if wanted is None:
        return list(visible)
    by_name = {column.name: column for column in visible}
    for name in wanted:
        if name not in by_name:
            raise GridError("unknown-column", table=table, column=name)
    return [by_name[name] for name in wanted]


def _rows(project: Project, table: str, ids: Sequence[str] | None) -> pd.DataFrame:
    holder = project.table(table)
    if ids is None:
        return holder.frame
    at: list[int] = holder.positions(list(ids)).tolist() if len(ids) else []
    for one, row in zip(ids, at, strict=True):
        if row < 0:
            raise GridError("unknown-object", table=table, id=one)
    return holder.frame.iloc[at]


def _cells(columns: Sequence[Column], frame: pd.DataFrame) -> Iterator[Sequence[Any]]:
    """Give the cells row by row: codes as their labels, yes and no as words, the others as they are."""
    made = [_shown(column, frame[column.name]) for column in columns]
    return zip(*made, strict=True)


def _shown(column: Column, values: pd.Series) -> list[Any]:
    if column.kind is Kind.CHOICE:
        labels = {choice.code: _(choice.label) for choice in column.choices}
        return [labels.get(one, "" if plain(one) is None else one) for one in values]
    if column.kind is Kind.BOOLEAN:
        words = {True: _("Yes"), False: _("No")}
        return [words[bool(one)] for one in values]
    return [plain(one) for one in values]


def _heading(column: Column) -> str:
    label = _(column.label)
    if not column.unit:
        return label
    return f"{label}（{column.unit}）" if language() == "zh_CN" else f"{label} ({column.unit})"


def _width(column: Column) -> float:
    by_kind = {Kind.REAL: 11, Kind.INTEGER: 9, Kind.BOOLEAN: 8, Kind.DATE: 11, Kind.CHOICE: 13}
    return {"address": 28, "name": 22, "phone": 14}.get(column.name, by_kind.get(column.kind, 16))


def _write_csv(
    path: Path, columns: Sequence[Column], rows: Iterator[Sequence[Any]], feedback: Feedback
) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow([_heading(column) for column in columns])
        for n, cells in enumerate(rows):
            if n % 5000 == 0:
                feedback.report(None, path.name)
            writer.writerow([defused(cell) for cell in cells])


def defused(cell: Any) -> Any:
    """Make a csv cell harmless: text that begins like a formula gets an apostrophe before it."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(FORMULA_BEGINS) else cell
