"""Find an object by what a person knows of it: customer number, name, pole, area, switch, manager."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from grid_model import schema
from grid_model.project import Project
from resources.i18n import _
from ui import objects

SEARCHED = {
    "customers": ("id", "name", "old_id"),
    "transformer_areas": ("name", "id"),
    "switches": ("name", "id"),
    "poles": ("name", "number", "id"),
    "power_transformers": ("name", "id"),
    "feeders": ("name", "id"),
    "district_managers": ("name", "id"),
    "service_grids": ("name", "number"),
    "mutual_aid_groups": ("name", "number"),
    "villages": ("name",),
    "substations": ("name", "id"),
    "junctions": ("id", "name"),
    "ac_line_segments": ("name", "id"),
    "pv_units": ("id", "name"),
}
"""Tables and columns looked through."""

EACH = 5
"""Finds of one table that are listed."""
LISTED = 24


@dataclass(frozen=True)
class Find:
    """One object found.

    Parameters
    ----------
    rank
        0 the whole text is the same, 1 begins with it, 2 contains it.
    """

    table: str
    id: str
    name: str
    rank: int

    @property
    def kind(self) -> str:
        """What it is, in the language in use."""
        return _(schema.table(self.table).label)


def find(project: Project, text: str, show_personal: bool = False) -> list[Find]:
    """List objects that contain `text`, the closest first, a few of each kind."""
    text = text.strip()
    if not text:
        return []
    found = [
        one
        for table, columns in SEARCHED.items()
        for one in _in_table(project, table, columns, text, show_personal)
    ]
    return sorted(found, key=lambda one: one.rank)[:LISTED]


def _in_table(
    project: Project, table: str, columns: tuple[str, ...], text: str, show_personal: bool
) -> list[Find]:
    frame = project.frame(table)
    if not len(frame):
        return []
    rank = np.full(len(frame), 9, dtype=np.int8)
    for name in columns:
        rank = np.minimum(rank, _ranks(frame[name], text))
    at = np.flatnonzero(rank < 9)
    chosen = at[np.argsort(rank[at], kind="stable")][:EACH]
    ids = frame["id"]
    return [
        Find(
            table,
            str(ids.iat[row]),
            objects.object_name(project, table, str(ids.iat[row]), show_personal),
            int(rank[row]),
        )
        for row in chosen
    ]


def _ranks(values: pd.Series, text: str) -> np.ndarray:
    contains = values.str.contains(text, case=False, regex=False, na=False).to_numpy(dtype=bool)
    rank = np.where(contains, 2, 9).astype(np.int8)
    at = np.flatnonzero(contains)
    if len(at):
        some = values.iloc[at].str.lower()
        wanted = text.lower()
        rank[at[some.str.startswith(wanted).to_numpy(dtype=bool)]] = 1
        rank[at[(some == wanted).to_numpy(dtype=bool)]] = 0
    return rank
