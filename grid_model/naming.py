"""Names where people read them: who and what a sentence of the journal or a refusal is about.

Edits and errors carry identifiers. `named` puts the names in their place while the rows are still there: a
group that is merged away tomorrow is called by its name in the journal ever after.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from grid_model.project import Project

NAMED = {
    "manager": "district_managers",
    "managers": "district_managers",
    "leader": "district_managers",
    "group": "mutual_aid_groups",
    "other_group": "mutual_aid_groups",
    "groups": "mutual_aid_groups",
    "grid": "service_grids",
    "other_grid": "service_grids",
    "grids": "service_grids",
    "area": "transformer_areas",
    "areas": "transformer_areas",
    "scheme": "schemes",
    "rules": "grouping_rules",
}
"""What fills a sentence by this name, and the table its identifiers stand in."""

ALIKE = frozenset({"district_managers", "transformer_areas"})
"""Tables in which two rows of the same name are told apart by their identifier."""

PARTING = ", "
"""Between two identifiers of one value."""


class Names:
    """The names of one project's rows; made once where many are asked for.

    Parameters
    ----------
    numbered
        Whether the identifier stands behind each name but a scheme's, for people who type identifiers.
    """

    def __init__(self, project: Project, numbered: bool = False) -> None:
        self._project = project
        self._numbered = numbered
        self._tables: dict[str, tuple[dict[str, str], frozenset[str]]] = {}

    def of(self, table: str, one: str) -> str:
        """Give what people call a row; the identifier where it has no name or is not there.

        Two managers, or two transformer areas, of the same name are told apart by their identifier. A rule of
        grouping is called after those it is about.
        """
        if table == "grouping_rules":
            return self._rule(one)
        if table not in self._tables:
            self._tables[table] = self._read(table)
        names, shared = self._tables[table]
        name = names.get(one, "")
        with_id = name in shared or (self._numbered and table != "schemes")
        return one if not name else f"{name} ({one})" if with_id else name

    def all_of(self, table: str, ids: Iterable[str], between: str = PARTING) -> str:
        """Name several rows, parted by commas."""
        return between.join(self.of(table, one) for one in ids)

    def fill(self, values: Mapping[str, Any], between: str = PARTING) -> dict[str, Any]:
        """Put names in the place of the identifiers that fill a sentence; what is no identifier stays.

        Parameters
        ----------
        between
            What parts two names, in the language of the sentence.
        """
        found = dict(values)
        for key, table in NAMED.items():
            value = values.get(key)
            if isinstance(value, str) and value:
                found[key] = self.all_of(table, value.split(PARTING), between)
        return found

    def _read(self, table: str) -> tuple[dict[str, str], frozenset[str]]:
        frame = self._project.frame(table)
        names = frame["name"].fillna("").astype(object)
        shared = frozenset(names[names.duplicated()]) if table in ALIKE else frozenset()
        return dict(zip(frame["id"].astype(object), names, strict=True)), shared

    def _rule(self, one: str) -> str:
        rules = self._project.table("grouping_rules")
        if one not in rules:
            return one
        row = rules.row(one)
        people = self.all_of("district_managers", rule_members(row["members"]))
        return str(row["town"] or "") or people or one


def called(project: Project, table: str, one: str) -> str:
    """Give what people call a row (`Names.of`)."""
    return Names(project).of(table, one)


def all_called(project: Project, table: str, ids: Iterable[str]) -> str:
    """Name several rows, parted by commas."""
    return Names(project).all_of(table, ids)


def named(project: Project, values: Mapping[str, Any], between: str = PARTING) -> dict[str, Any]:
    """Put names in the place of the identifiers that fill a sentence (`Names.fill`)."""
    return Names(project).fill(values, between)


def rule_members(text: object) -> tuple[str, ...]:
    """Read the managers of a row of ``grouping_rules``; what is no list of texts names nobody."""
    if not isinstance(text, str):
        return ()
    try:
        found = json.loads(text)
    except ValueError:
        return ()
    return tuple(str(one) for one in found) if isinstance(found, list) else ()
