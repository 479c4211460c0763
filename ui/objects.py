"""How the objects of a project are called where people read them, and what belongs together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gis.masking import MASKED, Disclosure, masked_number
from grid_model import schema
from grid_model.project import Project
from grid_model.schema import Column, Kind, Personal, TableSchema
from grid_model.table import plain
from resources.i18n import N_, _
from ui import formats

UNMASKED = Disclosure(unmasked=True, purpose="-")

HIDDEN_COLUMNS = frozenset({"geometry", "attributes"})
"""Columns that no table of the window shows."""

STAFF_TABLES = frozenset({"district_managers", "qualifications"})
"""Tables about the station's own people: names stand open inside the office, phones do not."""


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
    if at < 0:
        return one
    column = holder.schema.column(name_column(table))
    value = plain(holder.frame[column.name].iat[at])
    if not value:
        return one
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


@dataclass(frozen=True)
class Relation:
    """Objects tied to another one.

    Parameters
    ----------
    label
        What they are to it, translated.
    table, ids
        Which they are; the first few where there are many.
    count
        How many there are in all.
    """

    label: str
    table: str
    ids: tuple[str, ...]
    count: int


SHOWN_RELATED = 6
"""So many of the objects tied to one are listed; the rest is a number."""

CHILDREN = {
    "transformer_areas": (
        ("power_transformers", "transformer_area"),
        ("customers", "transformer_area"),
        ("pv_units", "transformer_area"),
    ),
    "district_managers": (
        ("transformer_areas", "manager"),
        ("transformer_areas", "backup_manager"),
        ("qualifications", "manager"),
    ),
    "feeders": (("switches", "feeder"), ("transformer_areas", "feeder"), ("power_transformers", "feeder")),
    "substations": (("feeders", "substation"),),
    "customers": (("usage_points", "customer"), ("pv_units", "customer")),
    "stations": (("transformer_areas", "station"), ("district_managers", "station")),
    "villages": (("transformer_areas", "village"), ("customers", "village")),
    "poles": (("switches", "pole"), ("power_transformers", "pole")),
    "mutual_aid_groups": (("service_grids", "mutual_aid_group"),),
}
"""Tables whose rows point at a table, and by which column, as far as a person asks for them."""

STAND_IN = N_("Stand-in for")


def relations(project: Project, table: str, one: str) -> list[Relation]:
    """List what is tied to an object: first what it points at and that points on, then what points at it.

    A customer's chain goes on through its area to transformer, feeder, manager, group and grid.
    """
    found = [*_pointed_at(project, table, one), *_pointing(project, table, one)]
    unique: dict[tuple[str, str], Relation] = {}
    for relation in found:
        if relation.count:
            unique.setdefault((relation.label, relation.table), relation)
    return list(unique.values())


def _pointed_at(project: Project, table: str, one: str) -> list[Relation]:
    row = project.table(table).row(one)
    found = [
        Relation(_(column.label), column.references, (str(row[column.name]),), 1)
        for column in schema.table(table).columns
        if column.references
        and column.references != "connectivity_nodes"
        and row.get(column.name)
        and str(row[column.name]) in project.table(column.references)
    ]
    chain = {
        "customers": "transformer_area",
        "power_transformers": "transformer_area",
        "pv_units": "transformer_area",
        "usage_points": "customer",
        "junctions": "transformer_area",
    }
    onward = row.get(chain.get(table, ""))
    if onward:
        target = schema.table(table).column(chain[table]).references
        if onward in project.table(target):
            if table == "customers":
                found += _children(project, target, str(onward))[:1]
            found += _pointed_at(project, target, str(onward))
    if table == "transformer_areas":
        found += _scheme_of_area(project, one, row.get("manager"))
    if table == "district_managers":
        found += _group_of_manager(project, one)
    return found


def scheme_in_force(project: Project) -> str | None:
    """Give the grouping that holds, None where none does."""
    schemes = project.frame("schemes")
    holding = schemes.loc[schemes["in_force"], "id"]
    return str(holding.iloc[0]) if len(holding) else None


def _scheme_of_area(project: Project, area: str, manager: str | None) -> list[Relation]:
    scheme = scheme_in_force(project)
    if scheme is None:
        return []
    members = project.frame("grid_areas")
    chosen = members[(members["scheme"] == scheme) & (members["transformer_area"] == area)]
    grids = [_relation("service_grids", chosen["service_grid"])]
    return [*(_group_of_manager(project, manager) if manager else []), *grids]


def _group_of_manager(project: Project, manager: str) -> list[Relation]:
    scheme = scheme_in_force(project)
    members = project.frame("group_members")
    chosen = members[(members["scheme"] == scheme) & (members["manager"] == manager)]
    return [_relation("mutual_aid_groups", chosen["mutual_aid_group"])]


def _relation(table: str, ids: pd.Series, label: str = "") -> Relation:
    return Relation(
        label or _(schema.table(table).label), table, tuple(ids.iloc[:SHOWN_RELATED].tolist()), len(ids)
    )


def _children(project: Project, table: str, one: str) -> list[Relation]:
    found = []
    for child, column in CHILDREN.get(table, ()):
        frame = project.frame(child)
        label = _(STAND_IN) if column == "backup_manager" else ""
        found.append(
            _relation(
                child, frame.loc[(frame[column] == one).to_numpy(dtype=bool, na_value=False), "id"], label
            )
        )
    return found


def _pointing(project: Project, table: str, one: str) -> list[Relation]:
    found = _children(project, table, one)
    if table == "mutual_aid_groups":
        members = project.frame("group_members")
        found.append(
            _relation("district_managers", members.loc[members["mutual_aid_group"] == one, "manager"])
        )
    if table == "service_grids":
        areas = project.frame("grid_areas")
        found.append(
            _relation("transformer_areas", areas.loc[areas["service_grid"] == one, "transformer_area"])
        )
    return found
