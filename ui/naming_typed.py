"""Persons and groups as a planner types them, by number or name; refusals that name whom they are about."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from grid_model import naming
from grid_model.errors import GridError
from grid_model.project import Project
from resources.i18n import _

OFFERED = 8
"""So many are named where what was typed is not known."""


def manager_typed(project: Project, text: str) -> str:
    """Give the staff number of the manager typed by number or name.

    Raises
    ------
    GridError
        ``unknown-manager`` with those whose number or name is like it; ``manager-of-several``.
    """
    people = project.frame("district_managers")
    names = dict(zip(people["id"].astype(str), people["name"].fillna("").astype(str), strict=True))
    found = _meant(names, text)
    if len(found) == 1:
        return found[0]
    if found:
        raise GridError("manager-of-several", given=text, managers=naming.PARTING.join(found[:OFFERED]))
    on_duty = sorted(people.loc[people["active"], "id"].astype(str))
    like = _alike(names, text) or on_duty
    raise GridError("unknown-manager", given=text, managers=naming.PARTING.join(like[:OFFERED]) or "—")


def group_typed(project: Project, scheme: str | None, text: str) -> str:
    """Give the id of the group typed by id, or by number or name in a scheme.

    Raises
    ------
    GridError
        ``unknown-group`` with the groups of the scheme.
    """
    if text in project.table("mutual_aid_groups"):
        return text
    rows = project.frame("mutual_aid_groups")
    rows = rows.loc[rows["scheme"] == scheme]
    for column in ("name", "number"):
        found = rows.loc[rows[column].fillna("") == text, "id"]
        if len(found) == 1:
            return str(found.iloc[0])
    groups = sorted(rows["id"].astype(str))
    raise GridError("unknown-group", given=text, groups=naming.PARTING.join(groups[: 2 * OFFERED]) or "—")


def _meant(names: dict[str, str], text: str) -> list[str]:
    if text in names:
        return [text]
    return sorted(one for one, name in names.items() if name and name == text)


def _alike(names: dict[str, str], text: str) -> list[str]:
    """Give those whose number or name is nearly what was typed, the nearest first."""
    by_word: dict[str, list[str]] = {}
    for one, name in sorted(names.items()):
        for word in (one, name):
            if word:
                by_word.setdefault(word, []).append(one)
    near: Sequence[str] = difflib.get_close_matches(text, sorted(by_word), OFFERED, 0.6)
    return _once(one for word in near for one in by_word[word])


def _once(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def named_refusal(project: Project, error: GridError) -> GridError:
    """Give the refusal with names beside the numbers: 赵丽 (81010001); what is not in the project stays."""
    names = naming.Names(project, numbered=True)
    values = names.fill(error.values, _(", "))
    one, known = values.get("id"), values.get("table")
    if isinstance(one, str) and known in naming.NAMED.values():
        values["id"] = names.of(str(known), one)
    return GridError(error.code, **values)
