"""What the program can do, described once for menu, dialog, command line and tests.

An `Operation` names its parameters by a frozen dataclass; each field says its label, unit and how it
stands on the command line through `parameter`. The function gets the open project, the parameters and
feedback, and answers with an `Outcome`: the document scripts read, the lines people read, and the
edit to be made where it changes the project. The faces read and write files; the function does not
care whether a window or a terminal called it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from importlib import import_module
from typing import Any, Protocol

from grid_model.feedback import Feedback
from grid_model.project import Edit, Project


@dataclass(frozen=True, slots=True)
class Parameter:
    """How one field of a parameter dataclass is shown and written.

    Parameters
    ----------
    label
        Marked text.
    flag
        On the command line, such as ``--open``; empty for a positional one.
    metavar
        Placeholder in the help.
    unit
        Unit of the value.
    choices
        Codes the value may take; empty where free.
    repeat
        Whether it may be given several times (the field is a tuple).
    steps
        Whether its place among other ``steps`` flags matters: all of them are also collected, in the
        order written, into the field named ``steps`` as ``(name, value)`` pairs.
    number
        `int` or `float` for a number whose default (None) does not tell.
    """

    label: str
    flag: str = ""
    metavar: str = ""
    unit: str = ""
    choices: tuple[str, ...] = ()
    repeat: bool = False
    steps: bool = False
    required: bool = False
    number: type | None = None


def parameter(label: str, *, default: Any = None, **more: Any) -> Any:
    """Describe one field of a parameter dataclass; see `Parameter`."""
    return field(default=default, metadata={"parameter": Parameter(label, **more)})


@dataclass(frozen=True)
class Outcome:
    """What an operation found and did.

    Parameters
    ----------
    document
        What ``--json`` prints; its keys are documented in ``docs/command-line.md``.
    lines
        What a person reads in the terminal, translated.
    findings
        Whether something of severity error was found (exit code 1).
    edit
        The edit that carries the result into the project, where there is one.
    note
        Title and values of the journal line for an output (export, print, unmasking), if any.
    after
        What the command line does last, when everything is written and said (open the window).
    """

    document: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    findings: bool = False
    edit: Edit | None = None
    note: tuple[str, Mapping[str, str]] | None = None
    after: Callable[[], None] | None = None


class Run(Protocol):
    """The function of an operation."""

    def __call__(self, project: Project, parameters: Any, feedback: Feedback) -> Outcome:
        """Do it; raises `GridError` or `Cancelled`."""


@dataclass(frozen=True)
class Operation:
    """One thing the program can do.

    Parameters
    ----------
    name
        Fixed; the subcommand.
    title, help
        Marked texts.
    parameters
        Frozen dataclass whose fields are made with `parameter`.
    function
        ``module:name`` of the function, imported when first run.
    project
        ``read`` (the first argument is the project file), ``write`` (the same, and the outcome's edit is
        saved), ``into`` (the field ``into`` names the project, made where there is none), ``none``.
    writes
        Of an operation that may ``write``: the field without which it only reads; empty: it always writes.
    """

    name: str
    title: str
    help: str
    parameters: type
    function: str
    project: str = "read"
    writes: str = ""

    def changes(self, parameters: Any) -> bool:
        """Whether it changes the project file with these parameters."""
        if self.project not in ("write", "into"):
            return False
        return not self.writes or bool(getattr(parameters, self.writes))

    def run(self, project: Project, parameters: Any, feedback: Feedback) -> Outcome:
        """Do it."""
        module, name = self.function.split(":")
        function: Run = getattr(import_module(module), name)
        return function(project, parameters, feedback)

    def described(self) -> list[tuple[str, Any, Parameter]]:
        """List the parameters: field name, default, description."""
        return [
            (one.name, one.default, one.metadata["parameter"])
            for one in fields(self.parameters)
            if "parameter" in one.metadata
        ]
