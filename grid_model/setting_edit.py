"""Change a limit or coefficient for one station, with where the value comes from; or back to the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.settings import SETTINGS, described
from resources.i18n import N_


@dataclass(frozen=True, slots=True)
class SetSetting:
    """Give a setting a value of the project's own.

    Parameters
    ----------
    name
        A key of `grid_model.settings.SETTINGS`.
    value
        As text; whole-number settings take whole numbers only.
    source
        Who says so; kept with the value (`DOMAIN` preface).
    as_of
        ISO date of the value.
    """

    name: str
    value: str
    source: str = ""
    as_of: str = ""
    title: str = N_("Set “{setting}” to {value}")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"setting": self.name, "value": self.value}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises `GridError` ``bad-setting`` where the value cannot be."""
        if self.name not in SETTINGS:
            raise GridError("bad-setting", name=self.name, value=self.value)
        cells = {
            "value": self.value,
            "unit": SETTINGS[self.name].unit or None,
            "source": self.source or None,
            "as_of": self.as_of or None,
        }
        draft = project.edit()
        if self.name in project.table("settings"):
            draft.update("settings", [self.name], **cells)
        else:
            draft.insert("settings", [{"id": self.name, **cells}])
        described(draft.project, self.name)  # refuses what is no number or out of range
        return draft.finish()


@dataclass(frozen=True, slots=True)
class ResetSetting:
    """Let the default hold again."""

    name: str
    title: str = N_("Set “{setting}” back to its default")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"setting": self.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; nothing changes where the default holds already."""
        draft = project.edit()
        if self.name in project.table("settings"):
            draft.delete("settings", [self.name])
        return draft.finish()
