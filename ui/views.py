"""Views of the map a person kept, in the project's settings table so that they travel with the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from grid_model.changes import Changes
from grid_model.project import Project
from resources.i18n import N_
from ui.session import Session

PREFIX = "view:"


@dataclass(frozen=True)
class KeptView:
    """A part of the map by name; `extent` in project coordinates."""

    name: str
    extent: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class KeepView:
    """Keep a view, in the place of one of the same name."""

    view: KeptView
    title: str = N_("Keep the view {name}")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"name": self.view.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit."""
        draft = project.edit()
        one = PREFIX + self.view.name
        value = json.dumps([round(at, 7) for at in self.view.extent])
        if one in project.table("settings"):
            draft.update("settings", [one], value=value)
        else:
            draft.insert("settings", [{"id": one, "value": value}])
        return draft.finish()


@dataclass(frozen=True, slots=True)
class ForgetView:
    """Forget a view."""

    name: str
    title: str = N_("Forget the view {name}")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"name": self.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit."""
        draft = project.edit()
        draft.delete("settings", [PREFIX + self.name])
        return draft.finish()


class Views:
    """The views kept in the open project."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def kept(self) -> list[KeptView]:
        """List them by name."""
        project = self._session.project
        if project is None:
            return []
        rows = project.frame("settings")
        found = [
            KeptView(str(one)[len(PREFIX) :], _extent(str(value)))
            for one, value in zip(rows["id"], rows["value"], strict=True)
            if str(one).startswith(PREFIX)
        ]
        return sorted(found, key=lambda view: view.name)

    def keep(self, view: KeptView) -> None:
        """Keep a view; an edit like any other, so it can be undone."""
        self._session.do(KeepView(view))

    def forget(self, name: str) -> None:
        """Forget a view."""
        self._session.do(ForgetView(name))


def _extent(text: str) -> tuple[float, float, float, float]:
    west, south, east, north = json.loads(text)
    return float(west), float(south), float(east), float(north)
