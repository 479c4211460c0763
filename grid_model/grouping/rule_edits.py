"""Rules of grouping kept in the project: put in, switched off and on, taken out; each one undoable step."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.grouping.schemes import fresh_ids
from grid_model.naming import rule_members
from grid_model.project import Project
from resources.i18n import N_

LEAST = {"together": 2, "apart": 2, "leader": 1, "whole_town": 0}
"""Managers a rule of each kind names at least."""

NAMED_MOST = 5
"""So many managers of a rule are named in the journal."""


TITLES = {
    "together": N_("Rule: {managers} share a group"),
    "apart": N_("Rule: no two of {managers} share a group"),
    "leader": N_("Rule: {managers} each lead a group"),
    "whole_town": N_("Rule: the town {managers} stays whole"),
}
"""What the journal says of a rule that was put in or changed."""


class _Saying:
    """What the journal says of an edit that lets a rule say something."""

    kind: str
    members: tuple[str, ...]
    town: str
    unknown: ClassVar[str]
    """Title for a kind there is not; the edit is refused."""

    @property
    def title(self) -> str:
        """What was done."""
        return TITLES.get(self.kind, self.unknown)

    @property
    def values(self) -> Mapping[str, str]:
        """Whom the rule names."""
        return {"managers": _whom(self.members, self.town)}


@dataclass(frozen=True)
class AddRule(_Saying):
    """Put a rule in.

    Parameters
    ----------
    kind
        ``together``, ``apart``, ``leader`` or ``whole_town``.
    members
        Manager ids; none for a town.
    town
        Name, for ``whole_town`` only.
    active
        Whether it holds from now on.
    """

    kind: str
    members: tuple[str, ...] = ()
    town: str = ""
    active: bool = True
    unknown: ClassVar[str] = N_("Add grouping rule")

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Put it in; the same rule twice changes nothing but that it holds.

        Raises
        ------
        GridError
            ``bad-choice`` for an unknown kind, ``unknown-object``, ``rule-needs-two``, ``rule-needs-one``,
            ``unknown-town``.
        """
        members = _checked(project, self.kind, self.members, self.town)
        draft = project.edit()
        same = _same(project, self.kind, members, self.town)
        if same is not None:
            draft.update("grouping_rules", [same], active=self.active)
            return draft.finish()
        own = next(fresh_ids(project, "grouping_rules", "R{n:03d}"))
        draft.insert(
            "grouping_rules", [{"id": own, "kind": self.kind, **_cells(members, self.town, self.active)}]
        )
        return draft.finish()


@dataclass(frozen=True)
class ChangeRule(_Saying):
    """Let a rule say something else: its kind, whom it names, whether it holds."""

    rule: str
    kind: str
    members: tuple[str, ...] = ()
    town: str = ""
    active: bool = True
    unknown: ClassVar[str] = N_("Change grouping rule")

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Change it; raises what `AddRule.apply` raises, and ``rule-stands-already``."""
        members = _checked(project, self.kind, self.members, self.town)
        project.table("grouping_rules").position(self.rule)
        same = _same(project, self.kind, members, self.town)
        if same is not None and same != self.rule:
            raise GridError("rule-stands-already", managers=_whom(members, self.town))
        draft = project.edit()
        cells = _cells(members, self.town, self.active)
        draft.update("grouping_rules", [self.rule], kind=self.kind, **cells)
        return draft.finish()


def _whom(members: Sequence[str], town: str) -> str:
    more = ", …" if len(members) > NAMED_MOST else ""
    return town or ", ".join(members[:NAMED_MOST]) + more


def _cells(members: Sequence[str], town: str, active: bool) -> dict[str, Any]:
    return {
        "members": json.dumps(list(members), ensure_ascii=False) if members else None,
        "town": town or None,
        "active": active,
    }


def _checked(project: Project, kind: str, named: Sequence[str], town: str) -> tuple[str, ...]:
    """Give the members once each, sorted; raises where the rule says nothing."""
    members = tuple(sorted(set(named)))
    for one in members:
        project.table("district_managers").position(one)
    if kind == "whole_town":
        towns = towns_of(project)
        if town not in towns:
            raise GridError("unknown-town", town=town, towns="、".join(towns) or "—")
        return ()
    if len(members) < LEAST.get(kind, 0):
        code = "rule-needs-two" if LEAST[kind] == 2 else "rule-needs-one"
        raise GridError(code, managers=", ".join(members) or "—")
    return members


def towns_of(project: Project) -> list[str]:
    """List the towns of the villages, sorted."""
    return sorted(set(project.frame("villages")["town"].dropna()))


def _same(project: Project, kind: str, members: tuple[str, ...], town: str) -> str | None:
    """Find the rule that says the same."""
    rows = project.frame("grouping_rules")
    for row in rows[rows["kind"] == kind].to_dict("records"):
        own = row["town"] if isinstance(row["town"], str) else ""
        if tuple(sorted(set(rule_members(row["members"])))) == members and own == town:
            return str(row["id"])
    return None


@dataclass(frozen=True)
class SwitchRules:
    """Let rules hold, or leave them out without losing them."""

    rules: tuple[str, ...]
    active: bool

    @property
    def title(self) -> str:
        """What was done."""
        return N_("Let rules hold: {rules}") if self.active else N_("Leave rules out: {rules}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"rules": ", ".join(self.rules[:5])}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Switch; raises ``unknown-object``."""
        draft = project.edit()
        draft.update("grouping_rules", list(dict.fromkeys(self.rules)), active=self.active)
        return draft.finish()


@dataclass(frozen=True)
class RemoveRules:
    """Take rules out."""

    rules: tuple[str, ...]
    title: str = N_("Remove grouping rules: {rules}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"rules": ", ".join(self.rules[:5])}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Take them out; raises ``unknown-object``."""
        draft = project.edit()
        draft.delete("grouping_rules", list(dict.fromkeys(self.rules)))
        return draft.finish()
