"""The command line: one subcommand for each operation, results on stdout, progress on stderr.

Exit codes: 0 done; 1 done, with findings of severity error; 2 cannot be done, one sentence on stderr
says why and what to do; 130 cancelled.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from grid_model.errors import Cancelled, GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, Parameter
from grid_model.project import Project, ProjectInfo
from resources.i18n import N_, _, preferred_language, use_language
from ui.messages import sentence
from ui.operations import MODULES, operation

VERSION = "0.1.0"

MISTAKE = 70
"""Exit code for a mistake of ours (EX_SOFTWARE); never for bad input."""


ARGUMENT_TEXTS = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("the following arguments are required: %s"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("unrecognized arguments: %s"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("ignored explicit argument %r"),
)
"""Texts of Python's own argument parser, so that they stand in the catalogue (see `resources.i18n`)."""


class TerminalFeedback(Feedback):
    """Progress as one line on stderr, rewritten in place where stderr is a terminal."""

    def __init__(self) -> None:
        super().__init__()
        self._last = 0.0
        self._shown = False

    def show(self, fraction: float | None, text: str = "") -> None:
        """Write the line, at most ten times a second."""
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self._last < 0.1:
            return
        self._last, self._shown = now, True
        share = "" if fraction is None else f"{fraction:4.0%} "
        sys.stderr.write(f"\r\x1b[K{share}{text}")
        sys.stderr.flush()

    def close(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


class _Refused(Exception):
    """The arguments cannot be read; the sentence has been made."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _Refused(f"{self.prog}: {message}")


class _Once(argparse.Action):
    """Take an option once: of two values the first would be dropped in silence."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        given = getattr(namespace, "given", ())
        if self.dest in given:
            raise argparse.ArgumentError(self, _("given twice; only one can be heeded"))
        namespace.given = (*given, self.dest)
        setattr(namespace, self.dest, values)


class _Step(argparse.Action):
    """Collect flags whose order matters."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        own = [*(getattr(namespace, self.dest, None) or ()), values]
        setattr(namespace, self.dest, own)
        namespace.steps = [*(getattr(namespace, "steps", None) or ()), (self.dest, values)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; `arguments` without the program's name. Gives the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    use_language(preferred_language())
    _speak_utf8()
    try:
        return _run(arguments)
    except _Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except GridError as error:
        print(sentence(error), file=sys.stderr)
        return 2
    except (Cancelled, KeyboardInterrupt):
        print(_("Cancelled; nothing was changed."), file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output left early, as `head` does
        _silence_stdout()
        return 0
    except Exception:  # noqa: BLE001 - the outermost edge: whatever it is, say so and keep the traceback
        traceback.print_exc()
        print(
            _("This is a mistake in Taiqu. The project file is as before; please report the lines above."),
            file=sys.stderr,
        )
        return MISTAKE


def _silence_stdout() -> None:
    """Keep the interpreter from complaining about the closed pipe when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _run(arguments: list[str]) -> int:
    if arguments and arguments[0] in ("--version", "-V"):
        print(f"taiqu {VERSION}")
        return 0
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        _print_overview()
        return 0
    name, *rest = arguments
    if name not in MODULES:
        raise GridError("unknown-command", command=name, commands=", ".join(MODULES))
    what = operation(name)
    parser = build_parser(what)
    try:
        found = parser.parse_args(rest)
    except SystemExit as leaving:  # --help has printed
        return int(leaving.code or 0)
    parameters = _parameters(what, found)
    return execute(what, parameters, found)


def _print_overview() -> None:
    print(_("Taiqu: transformer areas, service grids, mutual-aid groups and outages of a supply station"))
    print()
    print("taiqu [PROJECT.gpkg]".ljust(34) + _("Open the window"))
    for name in MODULES:
        print(f"taiqu {name} …".ljust(34) + _(operation(name).help))
    print()
    print(_("taiqu COMMAND --help tells more about a command."))


def build_parser(what: Operation) -> argparse.ArgumentParser:
    """Make the argument parser of an operation out of its description."""
    parser = _Parser(prog=f"taiqu {what.name}", description=_(what.help), allow_abbrev=False)
    if what.project in ("read", "write"):
        parser.add_argument("project", metavar="PROJECT.gpkg", help=_("Project file"))
    for name, default, about in what.described():
        _add_argument(parser, name, default, about)
    parser.add_argument("--json", action="store_true", help=_("Print one JSON document"))
    parser.add_argument("--on", metavar="DATE", help=_("Planning date instead of the project's"))
    return parser


def _add_argument(parser: argparse.ArgumentParser, name: str, default: Any, about: Parameter) -> None:
    label = _(about.label) + (f" [{about.unit}]" if about.unit else "")
    kind: dict[str, Any] = {"help": label.replace("%", "%%")}
    if isinstance(default, bool):
        parser.add_argument(about.flag, dest=name, action="store_false" if default else "store_true", **kind)
        return
    kind |= {"metavar": about.metavar or None, "choices": about.choices or None}
    if about.number or isinstance(default, (int, float)):
        kind["type"] = _number_type(about.number or type(default))
    if not about.flag:
        parser.add_argument(name, nargs="+" if about.repeat else None, **kind)
    elif about.steps:
        parser.add_argument(
            about.flag, dest=name, action=_Step, default=None, required=about.required, **kind
        )
    else:
        action: Any = "append" if about.repeat else _Once
        parser.add_argument(
            about.flag,
            dest=name,
            action=action,
            default=None if about.repeat else default,
            required=about.required,
            **kind,
        )


def _number_type(kind: type) -> Callable[[str], Any]:
    def read(value: str) -> Any:
        try:
            return kind(value)
        except ValueError:
            raise argparse.ArgumentTypeError(_("“{value}” is not a number").format(value=value)) from None

    return read


def _parameters(what: Operation, found: argparse.Namespace) -> Any:
    values = {}
    for name, default, about in what.described():
        value = getattr(found, name)
        values[name] = tuple(value or ()) if about.repeat else (default if value is None else value)
    if any(about.steps for _name, _default, about in what.described()):
        values["steps"] = tuple(getattr(found, "steps", None) or ())
    return what.parameters(**values)


def execute(what: Operation, parameters: Any, found: argparse.Namespace) -> int:
    """Open what the operation needs, run it, save its edit, print its outcome."""
    feedback = TerminalFeedback()
    try:
        with _interruptible(feedback):
            outcome = _on_project(what, parameters, found, feedback)
    finally:
        feedback.close()
    if found.json:
        json.dump(outcome.document, sys.stdout, ensure_ascii=False, indent=1, allow_nan=False)
        print()
    else:
        for line in outcome.lines:
            print(line)
    if outcome.after is not None:
        sys.stdout.flush()
        outcome.after()
    return 1 if outcome.findings else 0


def _on_project(what: Operation, parameters: Any, found: argparse.Namespace, feedback: Feedback) -> Outcome:
    if what.project == "none":
        return what.run(Project.empty(ProjectInfo()), parameters, feedback)
    from gis.project_file import opened_for_editing
    from ui.last_read import read_project

    if getattr(parameters, "unmasked", False):
        return _journalled_first(what, parameters, found, feedback)
    if not what.changes(parameters):
        project = _dated(read_project(Path(found.project), feedback), found.on)
        with _names_in_refusals(project):
            outcome = what.run(project, parameters, feedback)
        if outcome.note:
            _note(Path(found.project), outcome.note, feedback)
        return outcome
    path = Path(parameters.into if what.project == "into" else found.project)
    with (
        opened_for_editing(path, feedback, create=what.project == "into") as history,
        _names_in_refusals(history.project),
    ):
        outcome = what.run(_dated(history.project, found.on), parameters, feedback)
        if outcome.edit is not None:
            history.do(outcome.edit)
    return outcome


@contextmanager
def _names_in_refusals(project: Project) -> Iterator[None]:
    """Let a refusal name persons, groups and areas, not only their numbers."""
    try:
        yield
    except GridError as error:
        from ui.naming_typed import named_refusal

        raise named_refusal(project, error) from error


def _journalled_first(
    what: Operation, parameters: Any, found: argparse.Namespace, feedback: Feedback
) -> Outcome:
    """Lift the mask only where the journal can be written: the file is opened for that first."""
    from gis.project_file import opened_for_editing

    with (
        opened_for_editing(Path(found.project), feedback) as history,
        _names_in_refusals(history.project),
    ):
        outcome = what.run(_dated(history.project, found.on), parameters, feedback)
        if outcome.edit is not None:
            history.do(outcome.edit)
        if outcome.note:
            history.note(*outcome.note)
    return outcome


def _note(path: Path, note: tuple[str, Mapping[str, str]], feedback: Feedback) -> None:
    """Write a masked output into the journal; where that cannot be done, say so: the output stands."""
    from gis.project_file import opened_for_editing

    try:
        with opened_for_editing(path, feedback) as history:
            history.note(*note)
    except GridError as error:
        print(_("Not written into the journal: {why}").format(why=sentence(error)), file=sys.stderr)


def _dated(project: Project, on: str | None) -> Project:
    """Judge validity and age on the date `on` instead of the project's planning date."""
    if not on:
        return project
    from dataclasses import replace
    from datetime import date

    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise GridError("bad-date", value=on) from None
    return replace(project, info=replace(project.info, planning_date=day.isoformat()))


class _interruptible:
    """Turn Ctrl+C into a request to stop; a second one stops at once."""

    def __init__(self, feedback: Feedback) -> None:
        self._feedback = feedback

    def __enter__(self) -> None:
        import signal

        self._before = None
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._stop)

    def _stop(self, _number: int, _frame: object) -> None:
        if self._feedback.cancelled:
            raise KeyboardInterrupt
        self._feedback.cancel()

    def __exit__(self, *_details: object) -> None:
        import signal

        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
