"""``taiqu schemes``: list, look at, compare, copy, rename and delete schemes, and put one in force."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Edit, Project
from resources.i18n import N_, _

if TYPE_CHECKING:
    from gis.masking import Disclosure

ACTIONS = ("show", "compare", "put_in_force", "copy", "rename", "delete", "check")
"""Fields of which one is given at a time; without any the schemes are listed."""


@dataclass(frozen=True)
class SchemesParameters:
    """What is done with which scheme; schemes are named by name or id."""

    show: str = parameter(
        N_("Show the groups of a scheme with every term"), default="", flag="--show", metavar="NAME"
    )
    compare: str = parameter(
        N_("Say what changes with this scheme"), default="", flag="--compare", metavar="NAME"
    )
    against: str = parameter(
        N_("Scheme that is compared with; else the one in force"),
        default="",
        flag="--against",
        metavar="NAME",
    )
    changes: str = parameter(
        N_("Write the changes of --compare: who moves, which customers get another manager"),
        default="",
        flag="--changes",
        metavar="OUT.xlsx|.csv",
    )
    roster: str = parameter(
        N_("Write the roster of the scheme of --show, else of the one in force"),
        default="",
        flag="--roster",
        metavar="OUT.xlsx",
    )
    check: str = parameter(
        N_("Find what does not hold together in a scheme"), default="", flag="--check", metavar="NAME"
    )
    put_in_force: str = parameter(
        N_("Put a scheme in force"), default="", flag="--put-in-force", metavar="NAME"
    )
    prepared_by: str = parameter(N_("Who prepared it"), default="", flag="--prepared-by", metavar="WHO")
    checked_by: str = parameter(N_("Who checked it"), default="", flag="--checked-by", metavar="WHO")
    approved_by: str = parameter(N_("Who approved it"), default="", flag="--approved-by", metavar="WHO")
    approved_on: str = parameter(
        N_("When it was approved; else the planning date"), default="", flag="--approved-on", metavar="DATE"
    )
    copy: str = parameter(N_("Copy a scheme; --as names the copy"), default="", flag="--copy", metavar="NAME")
    rename: str = parameter(N_("Rename a scheme; --as names it"), default="", flag="--rename", metavar="NAME")
    name: str = parameter(N_("New name for --copy and --rename"), default="", flag="--as", metavar="NAME")
    delete: str = parameter(N_("Delete a scheme"), default="", flag="--delete", metavar="NAME")
    unmasked: bool = parameter(
        N_("Write names and phones in full; needs a purpose"), default=False, flag="--unmasked"
    )
    purpose: str = parameter(
        N_("What the names in full are needed for"), default="", flag="--purpose", metavar="TEXT"
    )

    @property
    def writes(self) -> str:
        """What changes the project, empty where it is only read."""
        return self.put_in_force or self.copy or self.rename or self.delete


def run(project: Project, parameters: SchemesParameters, feedback: Feedback) -> Outcome:
    """Do one thing with a scheme; without any, list them."""
    from gis.masking import Disclosure

    asked = [name for name in ACTIONS if getattr(parameters, name)]
    if len(asked) > 1:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in asked)
        raise GridError("one-at-a-time", flags=flags)
    if parameters.changes and asked != ["compare"]:
        raise GridError("changes-of-what")
    _refuse_vain(parameters, asked)
    disclosure = Disclosure.asked(parameters.unmasked, parameters.purpose)
    if asked == ["compare"]:
        return _compare(project, parameters, disclosure, feedback)
    if asked in (["show"], ["check"]) or (parameters.roster and not asked):
        return _look(project, parameters, disclosure, feedback)
    if asked:
        return _change(project, parameters, asked[0])
    from ui.scheme_text import list_document, list_lines

    return Outcome(list_document(project), list_lines(project))


NEEDS = {
    "against": ("compare",),
    "prepared_by": ("put_in_force",),
    "checked_by": ("put_in_force",),
    "approved_by": ("put_in_force",),
    "approved_on": ("put_in_force",),
    "name": ("copy", "rename"),
    "unmasked": ("changes", "roster"),
}
"""Fields that say nothing without one of others."""


def _refuse_vain(parameters: SchemesParameters, asked: list[str]) -> None:
    """Refuse what would be said in vain."""
    flags = {name: about.flag for name, _default, about in OPERATION.described()}
    for name, others in NEEDS.items():
        if getattr(parameters, name) and not any(getattr(parameters, one) for one in others):
            needed = " / ".join(flags[one] for one in others)
            raise GridError("says-nothing-alone", flag=flags[name], needed=needed)
    if parameters.roster and asked not in ([], ["show"]):
        raise GridError("one-at-a-time", flags=f"--roster, {flags[asked[0]]}")


def _compare(
    project: Project, parameters: SchemesParameters, disclosure: Disclosure, feedback: Feedback
) -> Outcome:
    from gis.replanning import compare
    from grid_model.grouping.schemes import find_scheme
    from ui.scheme_text import comparison_document, comparison_lines

    b = find_scheme(project, parameters.compare)
    a = find_scheme(project, parameters.against) if parameters.against else _in_force(project)
    found = compare(project, a, b, feedback)
    lines = list(comparison_lines(project, found))
    note = None
    if parameters.changes:
        from gis.change_list import write_changes

        path = Path(parameters.changes)
        rows = write_changes(path, project, found, disclosure, feedback)
        lines.append(_("Written: {file}, {n} rows").format(file=path, n=rows))
        if path.suffix.lower() == ".csv":
            told = _(
                "A csv holds the areas that change hands only; managers, customers and costs need an .xlsx."
            )
            lines.append(told)
        note = _note(
            N_("Exported the changes to scheme {scheme}: {file}, {masking}, {purpose}"), b, path, disclosure
        )
    return Outcome(comparison_document(project, found), tuple(lines), note=note)


def _look(
    project: Project, parameters: SchemesParameters, disclosure: Disclosure, feedback: Feedback
) -> Outcome:
    from gis.replanning import scheme_basis
    from grid_model.grouping.schemes import find_scheme
    from ui.scheme_text import check_document, check_lines, scheme_document, scheme_lines

    named = parameters.show or parameters.check
    scheme = find_scheme(project, named) if named else _in_force(project)
    basis = scheme_basis(project, scheme, feedback)
    if parameters.check:
        from gis.scheme_checks import check_scheme

        issues = check_scheme(project, scheme, basis.outlines, basis.areas, feedback)
        grave = any(one.severity.value == "error" for one in issues)
        return Outcome(check_document(project, scheme, issues), check_lines(project, issues), findings=grave)
    document = scheme_document(project, scheme, basis)
    lines = list(scheme_lines(project, scheme, basis))
    note = None
    if parameters.roster:
        from gis.rosters import write_roster

        path = Path(parameters.roster)
        groups = write_roster(path, project, scheme, basis, disclosure, feedback)
        lines.append(_("Written: {file}, {n} groups").format(file=path, n=groups))
        note = _note(
            N_("Exported the roster of scheme {scheme}: {file}, {masking}, {purpose}"),
            scheme,
            path,
            disclosure,
        )
    return Outcome(document, tuple(lines), note=note)


def _change(project: Project, parameters: SchemesParameters, action: str) -> Outcome:
    from grid_model.grouping.scheme_edits import CopyScheme, DeleteScheme, PutInForce, RenameScheme
    from grid_model.grouping.schemes import find_scheme
    from ui.scheme_text import list_document, list_lines

    scheme = find_scheme(project, getattr(parameters, action))
    if parameters.approved_on:
        _date(parameters.approved_on)
    name = str(project.table("schemes").row(scheme)["name"])
    edits: dict[str, Edit] = {
        "put_in_force": PutInForce(
            scheme,
            parameters.prepared_by or None,
            parameters.checked_by or None,
            parameters.approved_by or None,
            parameters.approved_on or None,
        ),
        "copy": CopyScheme(scheme, parameters.name),
        "rename": RenameScheme(scheme, parameters.name),
        "delete": DeleteScheme(scheme, name),
    }
    edit = edits[action]
    after, _changes = edit.apply(project)
    said = _(edit.title).format(**{**edit.values, "scheme": name})
    return Outcome(list_document(after), (said, *list_lines(after)), edit=edit)


def _date(text: str) -> None:
    """Refuse what is no date; raises `GridError` ``bad-date``."""
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError:
        raise GridError("bad-date", value=text) from None


def _in_force(project: Project) -> str:
    from grid_model.grouping.schemes import scheme_in_force

    found = scheme_in_force(project)
    if found is None:
        raise GridError("no-scheme-in-force")
    return found


def _note(title: str, scheme: str, path: Path, disclosure: Disclosure) -> tuple[str, dict[str, Any]]:
    return title, {
        "scheme": scheme,
        "file": path.name,
        "masking": disclosure.label,
        "purpose": disclosure.purpose or "—",
    }


OPERATION = Operation(
    "schemes",
    N_("Schemes"),
    N_("List, show, compare, copy, rename and delete schemes, put one in force, write rosters and changes"),
    SchemesParameters,
    "ui.commands.schemes:run",
    project="write",
    writes="writes",
)
