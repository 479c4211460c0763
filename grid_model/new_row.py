"""Make one new row of a table by hand: what a planner adds when a manager joins or a village is built."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grid_model import schema
from grid_model.cell_edit import check_cells
from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Project, check_values
from grid_model.schema import Column
from grid_model.table import column_of
from resources.i18n import N_

BY_HAND = frozenset(
    {
        "substations",
        "feeders",
        "junctions",
        "usage_points",
        "pv_units",
        "stations",
        "villages",
        "transformer_areas",
        "customers",
        "district_managers",
        "qualifications",
    }
)
"""Tables whose rows stand without a place on the map and are no result.

What conducts, poles and roads are drawn or imported; groups, grids, rules, outages and settings have
commands of their own.
"""

NUMBERED_ELSEWHERE = frozenset({"customers", "transformer_areas"})
"""Tables whose numbers the marketing system gives: one made up here could be another's tomorrow."""

LAST_ROWS = 200
"""The numbering is read off so many of the newest rows."""

LIMITS = {"x": 180.0, "y": 90.0}
"""Farthest a place in degrees lies from nought."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """Put one row into a table.

    Parameters
    ----------
    cells
        Values by column, the id among them; a column left out gets its default, None or "" empties it.
    """

    table: str
    cells: Mapping[str, Any]
    title: str = N_("New row “{id}”: {table}")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"table": self.table, "id": str(self.cells.get("id") or "")}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit.

        Raises
        ------
        GridError
            ``missing-id``, ``duplicate-id``, ``unknown-column``, ``value-needed``, ``no-such-target``,
            ``bad-value``, ``bad-choice``, ``number-out-of-range``.
        """
        for error in refusals(project, self.table, self.cells).values():
            raise error
        draft = project.edit()
        draft.insert(self.table, [{name: _plain(value) for name, value in self.cells.items()}])
        return draft.finish()


def refusals(project: Project, table: str, cells: Mapping[str, Any]) -> Mapping[str, GridError]:
    """Say by column, in the order of the schema, why a new row with these values is refused.

    Columns the table does not have come last, as ``unknown-column``.
    """
    described = schema.table(table)
    found: dict[str, GridError] = {}
    for column in described.columns:
        try:
            _check(project, table, column, cells)
        except GridError as error:
            found[column.name] = error
    for name in cells:
        if name not in described.by_name:
            found[name] = GridError("unknown-column", table=table, column=name)
    return found


def _check(project: Project, table: str, column: Column, cells: Mapping[str, Any]) -> None:
    """Refuse the value of one column."""
    name, value = column.name, _plain(cells.get(column.name))
    if name == "id":
        _check_id(project, table, value)
    elif value is not None:
        check_cells(project, table, name, (value,))
        try:
            made = column_of(column, [value], 1)
        except (ValueError, TypeError, OverflowError) as error:
            raise GridError("bad-value", table=table, column=name, value=str(value)) from error
        check_values(table, column, made)
        _check_place(project, table, name, value)
    elif name in cells or column.default is None:
        check_cells(project, table, name, (None,))
        if name in LIMITS and any(_plain(cells.get(other)) is not None for other in LIMITS):
            raise GridError("value-needed", table=table, column=name)


def _check_id(project: Project, table: str, one: Any) -> None:
    if one is None or not str(one).strip():
        raise GridError("missing-id", table=table)
    if not isinstance(one, str):
        raise GridError("bad-value", table=table, column="id", value=str(one))
    if one in project.table(table):
        raise GridError("duplicate-id", table=table, id=one)


def _check_place(project: Project, table: str, name: str, value: Any) -> None:
    """Refuse a place that is nowhere on earth: longitude and latitude in each other's field, mostly."""
    limit = LIMITS.get(name)
    if limit is not None and project.geographic and abs(float(value)) > limit:
        raise GridError(
            "number-out-of-range",
            table=table,
            column=name,
            value=float(value),
            minimum=-limit,
            maximum=limit,
        )


def _plain(value: Any) -> Any:
    return None if isinstance(value, str) and not value else value


def suggested_id(project: Project, table: str) -> str:
    """Continue the numbering of the newest rows; empty where there is none or it is given elsewhere.

    The highest number with the same letters before it and as many digits, plus one.
    """
    ids = project.frame(table)["id"]
    if table in NUMBERED_ELSEWHERE or not len(ids):
        return ""
    forms: dict[tuple[str, int], int] = {}
    for one in ids.iloc[-LAST_ROWS:]:
        numbered = re.fullmatch(r"(.*?)([0-9]{1,18})", one, re.DOTALL)
        if numbered:
            form = (numbered[1], len(numbered[2]))
            forms[form] = forms.get(form, 0) + 1
    if not forms:
        return ""
    before, digits = max(forms, key=lambda form: forms[form])
    alike = ids[ids.str.startswith(before) & (ids.str.len() == len(before) + digits)].str[len(before) :]
    alike = alike[alike.str.fullmatch("[0-9]+").astype(bool)]
    number = int(alike.max()) + 1
    while f"{before}{number:0{digits}d}" in project.table(table):
        number += 1
    return f"{before}{number:0{digits}d}"
