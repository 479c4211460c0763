"""Which table a sheet holds, and which of its headings stand for which column.

A heading is known by the column's name, its aliases (`DOMAIN` §3.2) and its label in either language; what
stands in brackets (a unit) does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gis.readers import RawTable
from gis.readers.headers import column_words, forms, normal
from grid_model import schema
from resources.i18n import in_language

TABLE_KINDS: Mapping[str, str] = {
    "customers": "customers",
    "managers": "district_managers",
    "areas": "transformer_areas",
    "qualifications": "qualifications",
    "feeders": "feeders",
    "substations": "substations",
    "stations": "stations",
    "villages": "villages",
    "pv": "pv_units",
    "crossings": "crossings",
}
"""Kinds of import that are one table each, in the order they are recognised."""

ORDER = (
    "stations",
    "villages",
    "substations",
    "feeders",
    "district_managers",
    "transformer_areas",
    "customers",
    "pv_units",
    "qualifications",
    "crossings",
)
"""Order in which tables are taken in, so that references find their rows."""

GENERIC = frozenset(
    normal(word) for word in ("id", "name", "编号", "名称", "代码", "code", "x", "y", "attributes", "fid")
)
"""Headings that say nothing about which table a sheet holds."""


def map_columns(table: str, headings: Sequence[str]) -> dict[str, str]:
    """Give the heading that stands for each column of `table`; a heading serves one column.

    A better word (earlier among `column_words`) goes first, then the order of columns.
    """
    by_form: dict[str, str] = {}
    for heading in headings:
        for form in forms(heading):
            by_form.setdefault(form, heading)
    ranked = sorted(
        (rank, n, column.name, by_form[normal(word)])
        for n, column in enumerate(schema.table(table).columns)
        for rank, word in enumerate(column_words(column))
        if column.name != "attributes" and normal(word) in by_form
    )
    columns: dict[str, str] = {}
    for _rank, _n, name, heading in ranked:
        if name not in columns and heading not in columns.values():
            columns[name] = heading
    return columns


def others_like(table: str, column: str, headings: Sequence[str], taken: Mapping[str, str]) -> list[str]:
    """List further headings that stand for `column` too, such as a second phone."""
    words = {normal(word) for word in column_words(schema.table(table).column(column))}
    return [
        heading
        for heading in headings
        if heading not in taken.values() and any(form in words for form in forms(heading))
    ]


def recognise(raw: RawTable) -> str | None:
    """Tell which table of the project `raw` holds, None where its headings do not say."""
    named = _named(raw.sheet)
    if named is not None and "id" in map_columns(named, raw.headings):
        return named
    scores = {table: _score(table, raw.headings) for table in TABLE_KINDS.values()}
    best = max(scores, key=lambda table: scores[table])
    return best if scores[best] > 0 else None


def _named(sheet: str) -> str | None:
    for table in TABLE_KINDS.values():
        one = schema.table(table)
        if sheet and normal(sheet) in map(
            normal, (table, one.label, in_language(one.label, "zh_CN"), *one.aliases)
        ):
            return table
    return None


def _score(table: str, headings: Sequence[str]) -> int:
    """Rate how well the headings fit: the key's own word counts most, generic headings not at all."""
    columns = map_columns(table, headings)
    key = columns.get("id") if table != "qualifications" else columns.get("kind")
    if key is None and not (table == "transformer_areas" and "name" in columns):
        return 0
    telling = [heading for heading in columns.values() if not any(form in GENERIC for form in forms(heading))]
    own_key = key is not None and key in telling
    weight = {"customers": 300, "qualifications": 200, "district_managers": 200}.get(table, 100)
    return (weight if own_key else 0) + len(telling)
