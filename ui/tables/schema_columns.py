"""The columns of an attribute table, made from the schema: labels, units, masking, what may be edited."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from grid_model.project import Project
from grid_model.schema import Column, Kind, TableSchema
from grid_model.table import plain
from resources.i18n import _
from ui import formats, objects
from ui.tables.frame_model import Shown

FIXED_COLUMNS = frozenset({"id", "x", "y"})
"""Not changed in a table: the identity, and places, which the map's tools move."""

FIXED_TABLES = frozenset(
    {
        "issues",
        "schemes",
        "mutual_aid_groups",
        "group_members",
        "service_grids",
        "grid_areas",
        "outages",
        "attachments",
        "connectivity_nodes",
        "usage_points",
    }
)
"""Tables written by the program, or whose rows only make sense together."""

EDITED_REFERENCES = frozenset(
    {"manager", "backup_manager", "transformer_area", "village", "station", "leader"}
)
"""References a person may set in a table: responsibility and place; the wiring belongs to the map's tools."""

LEADER_TABLE = "mutual_aid_groups"


def shown(project: Project, table: TableSchema, show_personal: bool) -> list[Shown]:
    """Make the columns of the attribute table of `table`."""
    return [
        _shown(project, table, column, show_personal)
        for column in objects.shown_columns(table, show_personal)
    ]


def is_editable(table: TableSchema, column: Column) -> bool:
    """Whether a person may change the column in place."""
    if column.name in FIXED_COLUMNS or column.kind in (Kind.JSON, Kind.GEOMETRY):
        return False
    if table.name in FIXED_TABLES:
        return False
    return not column.references or column.name in EDITED_REFERENCES


def _shown(project: Project, table: TableSchema, column: Column, show_personal: bool) -> Shown:
    return Shown(
        column.name,
        formats.heading(column),
        _text(project, table, column, show_personal),
        _(column.meaning),
        _texts(project, table, column, show_personal),
        right=column.kind in (Kind.REAL, Kind.INTEGER),
        editable=is_editable(table, column) and objects.masker(table, column, show_personal) is None,
    )


def _text(project: Project, table: TableSchema, column: Column, show_personal: bool) -> Callable[[Any], str]:
    if table.name == "issues" and column.name in ("code", "table_name", "details"):
        return partial(_issue_text, column.name)
    return lambda value: objects.value_text(project, table, column, value, show_personal)


def _issue_text(name: str, value: Any) -> str:
    from grid_model import schema

    text = "" if plain(value) is None else str(value)
    if name == "table_name" and text in schema.tables():
        return _(schema.table(text).label)
    return text


def _texts(
    project: Project, table: TableSchema, column: Column, show_personal: bool
) -> Callable[[pd.Series], pd.Series] | None:
    """Say by what rows are sorted and searched where it is not the stored value."""
    if column.references:
        return partial(objects.names_of, project, column.references)
    if column.kind is Kind.CHOICE:
        labels = {choice.code: f"{_(choice.label)}" for choice in column.choices}
        return lambda values: values.map(labels, na_action="ignore").astype("str")
    return None
