"""Keep traces by name in the project, so that tomorrow the same question is asked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.trace_configuration import TraceConfiguration
from resources.i18n import N_


@dataclass(frozen=True, slots=True)
class SaveTrace:
    """Keep a trace by name; one of that name is replaced."""

    name: str
    configuration: TraceConfiguration
    title: str = N_("Save the trace “{name}”")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"name": self.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises ``trace-name-missing`` and what `TraceConfiguration.checked` raises."""
        if not self.name.strip():
            raise GridError("trace-name-missing")
        text = self.configuration.checked().to_json()
        draft = project.edit()
        if self.name in project.table("saved_traces"):
            draft.update("saved_traces", [self.name], configuration=text)
        else:
            draft.insert("saved_traces", [{"id": self.name, "configuration": text}])
        return draft.finish()


@dataclass(frozen=True, slots=True)
class ForgetTrace:
    """Take a saved trace out of the project."""

    name: str
    title: str = N_("Forget the trace “{name}”")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"name": self.name}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises ``trace-not-saved``."""
        _require(project, self.name)
        draft = project.edit()
        draft.delete("saved_traces", [self.name])
        return draft.finish()


@dataclass(frozen=True, slots=True)
class RenameTrace:
    """Give a saved trace another name."""

    name: str
    to: str
    title: str = N_("Call the trace “{name}” “{to}”")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"name": self.name, "to": self.to}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises ``trace-not-saved``, ``trace-name-missing``, ``trace-name-taken``."""
        _require(project, self.name)
        if not self.to.strip():
            raise GridError("trace-name-missing")
        if self.to.strip() in project.table("saved_traces"):
            raise GridError("trace-name-taken", name=self.to.strip())
        text = project.table("saved_traces").row(self.name)["configuration"]
        draft = project.edit()
        draft.delete("saved_traces", [self.name])
        draft.insert("saved_traces", [{"id": self.to.strip(), "configuration": text}])
        return draft.finish()


def saved_names(project: Project) -> tuple[str, ...]:
    """List the names of the saved traces, sorted."""
    return tuple(sorted(project.frame("saved_traces")["id"]))


def saved_trace(project: Project, name: str) -> TraceConfiguration:
    """Read the trace called `name`.

    Raises
    ------
    GridError
        ``trace-not-saved``; ``saved-trace-damaged`` where what is kept cannot be read.
    """
    _require(project, name)
    text = project.table("saved_traces").row(name)["configuration"]
    try:
        return TraceConfiguration.from_json(text or "")
    except GridError as error:
        what = str(error.values.get("what", "")) or error.code
        raise GridError("saved-trace-damaged", name=name, what=what) from error


def _require(project: Project, name: str) -> None:
    if name not in project.table("saved_traces"):
        names = ", ".join(saved_names(project))
        raise GridError("trace-not-saved" if names else "no-saved-traces", name=name, names=names)
