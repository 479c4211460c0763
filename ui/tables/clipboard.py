"""Cells of a table to and from a spreadsheet: tab-separated lines, numbers in full, pasted as one edit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from grid_model.cell_edit import SetCells
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.schema import Column, Kind, TableSchema
from grid_model.table import plain
from resources.i18n import _
from ui.tables.editors import read_value, whole_text

if TYPE_CHECKING:
    from ui.tables.frame_model import FrameModel

COPIED_ROWS = 20_000
"""More rows than this are exported, not copied."""

TOLD = 5
"""So many values that do not fit are named."""

YES = frozenset({"yes", "y", "true", "1", "是", "√"})
NO = frozenset({"no", "n", "false", "0", "否", "×"})


def as_lines(model: FrameModel, rows: Sequence[int], columns: Sequence[int], headings: bool = False) -> str:
    """Write rows on screen as tab-separated lines, as spreadsheets take them; numbers with every digit."""
    lines = [[_flat(model.columns[column].heading) for column in columns]] if headings else []
    lines += [[copied(model, row, column) for column in columns] for row in rows]
    return "\n".join("\t".join(line) for line in lines)


def copied(model: FrameModel, row: int, column: int) -> str:
    """Write one cell so that it can be read again."""
    about = model.columns[column]
    value = model.value(model.index(row, column))
    if about.right:
        value = plain(value)
        return "" if value is None else whole_text(value)
    return _flat(about.text(value))


def _flat(text: str) -> str:
    return " ".join(text.split("\n")).replace("\t", " ").replace("\u00a0", "")


def cells_in(text: str) -> list[list[str]]:
    """Read what a spreadsheet put on the clipboard; a cell with line breaks stands in quotes."""
    text = text.replace("\r\n", "\n").removesuffix("\n")
    return [row or [""] for row in csv.reader(io.StringIO(text), delimiter="\t")] if text else []


def paste_edit(
    project: Project,
    model: FrameModel,
    table: TableSchema,
    block: Sequence[Sequence[str]],
    rows: Sequence[int],
    columns: Sequence[int],
) -> SetCells:
    """Make the one edit that puts a block of texts into cells of the table on screen.

    Parameters
    ----------
    rows, columns
        The cells the block lies on, in the order of the screen; a single value fills all of them.

    Raises
    ------
    GridError
        ``paste-refused`` with row and column where a value does not fit, ``paste-not-here`` where a cell
        cannot be changed, ``paste-refused-several`` where more than one, ``paste-too-large`` where the block
        reaches beyond the table. Nothing is pasted then.
    """
    wide = max((len(line) for line in block), default=0)
    if len(block) == 1 and wide == 1:
        block = [[block[0][0]] * len(columns) for _row in rows]
        wide = len(columns)
    if len(block) > len(rows) or wide > len(columns):
        raise GridError(
            "paste-too-large", rows=len(block), columns=wide, free_rows=len(rows), free_columns=len(columns)
        )
    ids = [str(model.frame["id"].iat[model.position(row)]) for row in rows[: len(block)]]
    values: dict[str, list[Any]] = {}
    wrong: list[GridError] = []
    for at, column in enumerate(columns[:wide]):
        read = list(_read_column(project, model, table, block, rows, ids, at, column, wrong))
        if read:
            values[model.columns[column].name] = read
    if wrong:
        raise _refused(table, wrong)
    return SetCells(table.name, tuple(ids), values)


def _refused(table: TableSchema, wrong: Sequence[GridError]) -> GridError:
    """Tell of everything that does not fit, the first places by name."""
    if len(wrong) == 1:
        return wrong[0]
    ordered = sorted(wrong, key=lambda one: int(str(one.values["row"])))
    places = [
        _("line {row}, “{column}”: “{value}”").format(
            row=one.values["row"],
            column=_(table.column(str(one.values["column"])).label),
            value=one.values["value"],
        )
        for one in ordered[:TOLD]
    ]
    if len(wrong) > TOLD:
        places.append("…")
    return GridError("paste-refused-several", count=len(wrong), places=_("; ").join(places))


def _read_column(
    project: Project,
    model: FrameModel,
    table: TableSchema,
    block: Sequence[Sequence[str]],
    rows: Sequence[int],
    ids: Sequence[str],
    at: int,
    column: int,
    wrong: list[GridError],
) -> Iterator[Any]:
    """Read one column of the block; nothing where it only repeats what cannot be changed anyway."""
    about, name = table.column(model.columns[column].name), model.columns[column].name
    for line, (cells, row, one) in enumerate(zip(block, rows, ids, strict=False), start=1):
        text = cells[at] if at < len(cells) else ""
        place = {"row": line, "id": one, "table": table.name, "column": name}
        if not model.columns[column].editable:
            if text.strip() != copied(model, row, column).strip():
                wrong.append(GridError("paste-not-here", **place, value=text))
            continue
        try:
            yield read_cell(project, about, text)
        except (ValueError, GridError):
            wrong.append(GridError("paste-refused", **place, value=text))


def read_cell(project: Project, column: Column, text: str) -> Any:
    """Turn the text of a spreadsheet's cell into a value of the column; None where it is empty.

    A choice is read by its label, its code or what source files write for it, a reference by id or by a
    name that is the only one.

    Raises
    ------
    ValueError
        Where it does not fit.
    """
    text = text.strip()
    if column.kind is Kind.BOOLEAN:
        return _truth(text)
    if not text:
        if column.required:
            raise ValueError(text)
        return None
    if column.kind is Kind.CHOICE:
        return _choice(column, text)
    if column.references:
        return _referred(project, column, text)
    value = read_value(column, text)
    if column.kind in (Kind.REAL, Kind.INTEGER) and value is not None:
        assert isinstance(value, (int, float))
        if (column.minimum is not None and value < column.minimum) or (
            column.maximum is not None and value > column.maximum
        ):
            raise ValueError(text)
    return value


def _truth(text: str) -> bool:
    if text.lower() in YES or text == _("Yes"):
        return True
    if text.lower() in NO or text == _("No"):
        return False
    raise ValueError(text)


def _choice(column: Column, text: str) -> str:
    wanted = text.casefold()
    for choice in column.choices:
        names = (choice.code, choice.label, _(choice.label), *choice.aliases)
        if wanted in (name.casefold() for name in names):
            return choice.code
    raise ValueError(text)


def _referred(project: Project, column: Column, text: str) -> str:
    from ui.objects import name_column

    holder = project.table(column.references)
    if text in holder:
        return text
    name = name_column(column.references)
    found = holder.frame.loc[(holder.frame[name] == text).to_numpy(dtype=bool, na_value=False), "id"]
    if len(found) != 1:
        raise ValueError(text)
    return str(found.iloc[0])
