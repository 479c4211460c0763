"""The page that lists every table and column of a project, made from the schema.

``python -m gis.reference_page`` writes ``docs/tables.md`` anew; a test says when that is due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from gis.geopackage_tables import stored_columns
from grid_model import schema
from grid_model.schema import Column, Kind, Personal, Shape, TableSchema
from resources.i18n import _, language, use_language

PAGE = Path(__file__).resolve().parent.parent / "docs" / "tables.md"

KINDS = {
    Kind.TEXT: "text",
    Kind.CHOICE: "code",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.JSON: "JSON",
    Kind.INTEGER: "whole number",
    Kind.REAL: "number",
    Kind.BOOLEAN: "yes/no",
    Kind.GEOMETRY: "shape",
}
SHAPES = {
    Shape.POINT: "points (in memory the columns `x`, `y`)",
    Shape.LINE: "lines (in memory the column `geometry`, well-known binary)",
    Shape.AREA: "areas, always MULTIPOLYGON (in memory the column `geometry`, well-known binary)",
    Shape.NONE: "no shape",
}
HEAD = """# The tables of a project

Made from `grid_model/schema.py` by `python -m gis.reference_page`; do not edit this page.
Every table also has `fid`, a permanent whole number given by the program. **Bold** columns must be filled.
*Personal* columns are masked in lists and pages, *sensitive* ones are never in a posted list or a message.
"""


def page() -> str:
    """Write the page."""
    tables = list(schema.tables().values())
    words = {text for table in tables for text in _texts(table)}
    chinese = _chinese(words)
    return "\n".join([HEAD, *(_section(table, chinese.__getitem__) for table in tables)])


def _texts(table: TableSchema) -> Iterable[str]:
    yield table.label
    for column in table.columns:
        yield column.label
        yield from (choice.label for choice in column.choices)


def _chinese(words: Iterable[str]) -> dict[str, str]:
    before = language()
    use_language("zh_CN")
    try:
        return {word: _(word) for word in words}
    finally:
        use_language(before)


def _section(table: TableSchema, chinese: Callable[[str], str]) -> str:
    lines = [
        f"## `{table.name}`: {table.label} ({chinese(table.label)})",
        "",
        f"{table.meaning} "
        f"Holds {SHAPES[table.shape]}." + (f" CIM class `{table.cim_class}`." if table.cim_class else ""),
        "",
        "| column | kind | label | meaning |",
        "|---|---|---|---|",
    ]
    lines += [_row(column, chinese) for column in stored_columns(table)]
    return "\n".join(lines) + "\n"


def _row(column: Column, chinese: Callable[[str], str]) -> str:
    name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
    kind = KINDS[column.kind] + (f", {column.unit}" if column.unit else "")
    if column.references:
        kind = f"id in `{column.references}`"
    meaning = [column.meaning] if column.meaning else []
    meaning += [", ".join(f"`{one.code}` {one.label} {chinese(one.label)}" for one in column.choices)]
    if column.personal is not Personal.PUBLIC:
        meaning.append(f"*{column.personal.value.capitalize()}.*")
    if column.default is not None:
        meaning.append(f"Usually `{str(column.default).lower()}`.")
    told = " ".join(one for one in meaning if one)
    return f"| {name} | {kind} | {column.label} · {chinese(column.label)} | {told} |".replace("  ", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
