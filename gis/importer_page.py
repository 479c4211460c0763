"""Write the list of understood headings into docs/import.md, from the schema."""

from __future__ import annotations

from pathlib import Path

from gis.importer_columns import TABLE_KINDS
from gis.importer_roads import LINE_KINDS
from grid_model import schema
from resources.i18n import in_language

PAGE = Path(__file__).resolve().parent.parent / "docs" / "import.md"
MARK = "<!-- headings -->\n"


def headings() -> str:
    """Give the headings of every table that can be imported, as Markdown."""
    parts = []
    for kind, table in (*TABLE_KINDS.items(), *LINE_KINDS.items()):
        one = schema.table(table)
        rows = [
            f"| `{column.name}` {in_language(column.label, 'zh_CN')} | {', '.join(column.aliases)} |"
            for column in one.columns
            if column.aliases
        ]
        title = f"### `{kind}` · {in_language(one.label, 'zh_CN')}"
        parts.append("\n".join([title, "", "| column | headings |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def page(text: str) -> str:
    """Give the page `text` with the headings as they are now."""
    return text.split(MARK)[0] + MARK + "\n" + headings()


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
