"""How the objects of a project are called where people read them, and what belongs together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from gis.masking import MASKED, Disclosure, masked_number
from grid_model import naming, schema
from grid_model.errors import GridError
from grid_model.issue import Issue
from grid_model.project import Project
from grid_model.schema import Column, Kind, Personal, TableSchema
from grid_model.table import Table, plain
from resources.i18n import _
from ui import formats
from ui.messages import window_sentence

UNMASKED = Disclosure(unmasked=True, purpose="-")

HIDDEN_COLUMNS = frozenset({"geometry", "attributes"})
"""Columns that no table of the window shows."""

STAFF_TABLES = frozenset({"district_managers", "qualifications"})
"""Tables about the station's own people: names stand open inside the office, phones do not."""

KEPT_TABLES = frozenset({"settings", "layer_styles"})
"""Their rows go back to the default where they are changed; nobody deletes them as rows."""


def is_deletable(table: str) -> bool:
    """Whether a person deletes rows of `table` one by one; groups and schemes have commands of their own."""
    described = schema.tables().get(table)
    return described is not None and described.room != "planning" and table not in KEPT_TABLES


def disclosure(show_personal: bool) -> Disclosure:
    """Say how much the window tells about persons."""
    return UNMASKED if show_personal else MASKED


def masker(table: TableSchema, column: Column, show_personal: bool) -> Callable[[str], str] | None:
    """Give the rule that hides a column's values in the window; None where nothing is hidden."""
    if show_personal or column.personal is Personal.PUBLIC:
        return None
    if "name" in column.name:
        return None if table.name in STAFF_TABLES else MASKED.name
    if "phone" in column.name:
        return MASKED.phone
    if column.name == "address":
        return MASKED.address
    return masked_number


def shown_columns(table: TableSchema, show_personal: bool) -> list[Column]:
    """List the columns the window may show: no raw shapes, nothing about health unless lifted."""
    return [
        column
        for column in table.columns
        if column.name not in HIDDEN_COLUMNS and (show_personal or column.personal is not Personal.SENSITIVE)
    ]


def name_column(table: str) -> str:
    """Give the column by which rows of `table` are called; the id where they have no name."""
    names = schema.table(table).by_name
    return "name" if "name" in names else "number" if "number" in names else "id"


def object_name(project: Project, table: str, one: str, show_personal: bool = False) -> str:
    """Give what a person calls the object: its name, or its id where it has none."""
    holder = project.table(table)
    at = int(holder.positions([one])[0])
    return one if at < 0 else name_at(holder, at, show_personal)


def name_at(holder: Table, at: int, show_personal: bool = False) -> str:
    """Give what a person calls the object in the row `at` of its table."""
    table = holder.schema.name
    column = holder.schema.column(name_column(table))
    value = plain(holder.frame[column.name].iat[at])
    if not value:
        return str(holder.frame["id"].iat[at])
    hide = masker(holder.schema, column, show_personal)
    return hide(str(value)) if hide is not None and not _is_company(holder.frame, at, table) else str(value)


def _is_company(frame: pd.DataFrame, at: int, table: str) -> bool:
    return table == "customers" and frame["customer_class"].iat[at] == "mv"


def names_of(project: Project, table: str, ids: pd.Series) -> pd.Series:
    """Give the names for a column of ids of `table`, the id where there is no name; missing stays missing."""
    holder = project.table(table)
    column = name_column(table)
    at = holder.positions(ids.fillna("").tolist()) if len(ids) else np.array([], dtype=np.int64)
    if column == "id" or not len(holder.frame):
        return ids
    names = holder.frame[column].iloc[np.maximum(at, 0)].reset_index(drop=True)
    known = (at >= 0) & names.notna().to_numpy()
    return ids.reset_index(drop=True).where(~known, names)


def value_text(project: Project, table: TableSchema, column: Column, value: Any, show_personal: bool) -> str:
    """Write a value of a column: references by name, choices by label, persons as far as allowed."""
    value = plain(value)
    if value is None or value == "":
        return ""
    if column.references:
        return object_name(project, column.references, str(value), show_personal)
    hide = masker(table, column, show_personal)
    return hide(str(value)) if hide is not None and column.kind is Kind.TEXT else formats.cell(column, value)


def place_of(project: Project, table: str, one: str) -> tuple[float, float] | None:
    """Give where an object stands in project coordinates, from itself or what it is tied to."""
    holder = project.table(table)
    if one not in holder:
        return None
    row = holder.row(one)
    if row.get("x") is not None and row.get("y") is not None:
        return float(row["x"]), float(row["y"])
    ties = {
        "switches": ("connectivity_nodes", "node_a"),
        "power_transformers": ("connectivity_nodes", "hv_node"),
        "energy_sources": ("connectivity_nodes", "node"),
        "junctions": ("connectivity_nodes", "node"),
        "usage_points": ("customers", "customer"),
        "pv_units": ("customers", "customer"),
    }
    if table in ties:
        target, column = ties[table]
        return place_of(project, target, row[column]) if row.get(column) else None
    return None


DEVICES = ("switches", "ac_line_segments", "power_transformers")
"""Tables a device is looked for in that is told by its identifier alone."""


def named_values(project: Project, values: Mapping[str, Any]) -> dict[str, Any]:
    """Put the name before the identifier in what fills a sentence, where the object has one.

    Persons, groups, grids, areas and schemes that are no more than mentioned are called by their names alone.
    """
    named = naming.named(project, values, _(", "))
    one, table = values.get("id"), values.get("table")
    if not isinstance(one, str):
        return named
    prefix, _colon, rest = one.partition(":")
    tables: tuple[str, ...]
    if prefix in schema.tables():
        tables, one = (prefix,), rest
    else:
        tables = (str(table),) if table in schema.tables() else DEVICES if table is None else ()
    for name in tables:
        if one in project.table(name):
            called = object_name(project, name, one)
            named["id"] = one if called == one else f"{called} {one}"
            break
    return named


def problem_sentence(project: Project | None, error: GridError) -> str:
    """Say in the window what cannot be done, objects called by their names."""
    values = error.values if project is None else named_values(project, error.values)
    return window_sentence(GridError(error.code, **values))


def named_issues(project: Project, issues: Iterable[Issue]) -> list[Issue]:
    """Give findings with names in the place of identifiers, for sentences only: the rows are found by id."""
    names, found = naming.Names(project), []
    for one in issues:
        details = names.fill(one.details, _(", "))
        if isinstance(details.get("other"), str) and one.table in naming.NAMED.values():
            details["other"] = names.of(one.table, details["other"])
        told = names.of(one.table, one.object_id) if one.table in naming.NAMED.values() else one.object_id
        if isinstance(details.get("station"), str):
            details["station"] = object_name(project, "stations", details["station"])
        found.append(replace(one, object_id=told, details=details))
    return found
