"""Rules of grouping kept in the project: put in, switched off and on, taken out; each one undoable step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.grouping.plan import rule_members
from grid_model.grouping.schemes import fresh_ids
from grid_model.project import Project
from resources.i18n import N_

LEAST = {"together": 2, "apart": 2, "leader": 1, "whole_town": 0}
"""Managers a rule of each kind names at least."""


@dataclass(frozen=True)
class AddRule:
    """Put a rule in.

    Parameters
    ----------
    kind
        ``together``, ``apart``, ``leader`` or ``whole_town``.
    members
        Manager ids; none for a town.
    town
        Name, for ``whole_town`` only.
    """

    kind: str
    members: tuple[str, ...] = ()
    town: str = ""
    title: str = N_("Add grouping rule: {what}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"what": self.town or ", ".join(self.members[:5])}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Put it in; the same rule twice changes nothing.

        Raises
        ------
        GridError
            ``bad-choice`` for an unknown kind, ``unknown-object``, ``rule-needs-two``, ``rule-needs-one``,
            ``unknown-town``.
        """
        members = tuple(sorted(set(self.members)))
        self._check(project, members)
        draft = project.edit()
        same = self._same(project, members)
        if same is not None:
            draft.update("grouping_rules", [same], active=True)
            return draft.finish()
        row = {
            "id": next(fresh_ids(project, "grouping_rules", "R{n:03d}")),
            "kind": self.kind,
            "members": json.dumps(list(members), ensure_ascii=False) if members else None,
            "town": self.town or None,
            "active": True,
        }
        draft.insert("grouping_rules", [row])
        return draft.finish()

    def _check(self, project: Project, members: tuple[str, ...]) -> None:
        for one in members:
            project.table("district_managers").position(one)
        if self.kind == "whole_town":
            towns = sorted(set(project.frame("villages")["town"].dropna()))
            if self.town not in towns:
                raise GridError("unknown-town", town=self.town, towns="、".join(towns) or "—")
        elif len(members) < LEAST.get(self.kind, 0):
            code = "rule-needs-two" if LEAST[self.kind] == 2 else "rule-needs-one"
            raise GridError(code, rule=", ".join(members) or "—")

    def _same(self, project: Project, members: tuple[str, ...]) -> str | None:
        rows = project.frame("grouping_rules")
        for row in rows[rows["kind"] == self.kind].to_dict("records"):
            town = row["town"] if isinstance(row["town"], str) else ""
            if tuple(sorted(set(rule_members(row["members"])))) == members and town == self.town:
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
