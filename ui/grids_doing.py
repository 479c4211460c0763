"""What the commands of the task Grids do; `ui.doing` offers them with the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis.masking import Disclosure
from grid_model.feedback import Feedback
from grid_model.operation import Outcome
from grid_model.project import Project
from resources.i18n import N_, _, ngettext
from ui import objects, outputs
from ui.commands.assign import AssignParameters
from ui.dialogs import ask
from ui.dialogs.approval_dialog import ask_approval
from ui.dialogs.rules_dialog import ask_rules
from ui.dialogs.scheme_assign import ask_assign
from ui.dialogs.scheme_dialog import ask_replan, ask_two_schemes
from ui.grouping_plan import free_scheme_name, in_force

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.main_window import MainWindow


MOST_WRONG = 5
"""So many findings are told when a scheme is put in force."""


def propose_groups(window: MainWindow) -> None:
    """Propose groups with the sizes on the panel."""
    window.bench.set_task("grids")
    window.bench.grouping.propose()


def show_alternatives(window: MainWindow) -> None:
    """Look for plans between short ways, even work and little change."""
    window.bench.set_task("grids")
    window.bench.grouping.seek_alternatives()


def grouping_options(window: MainWindow) -> None:
    """Ask for weights and limits of the search."""
    project, desk = window.bench.session.project, window.bench.grouping
    if project is not None:
        request = ask_rules(project, desk.request, window)
        if request is not None:
            desk.ask(request)


def grouping_rules(window: MainWindow) -> None:
    """List the rules that hold for every proposal, to be added, changed and deleted."""
    from ui.dialogs.rule_list_dialog import RuleListDialog

    RuleListDialog(window.bench, window).exec()


def put_plan(window: MainWindow) -> None:
    """Put the proposal beside the other schemes."""
    window.bench.grouping.keep()


def put_plan_in_force(window: MainWindow) -> None:
    """Ask who approves, then put the proposal into the project and in force."""
    project, desk = window.bench.session.project, window.bench.grouping
    if project is None or desk.plan is None:
        return
    name = free_scheme_name(project)
    approval = ask_approval(window, project, name)
    if approval is not None:
        desk.put(in_force=True, approval=approval, name=name)


def clear_plan(window: MainWindow) -> None:
    """Forget the proposal."""
    window.bench.grouping.clear()


def paint_areas(window: MainWindow) -> None:
    """Take the brush that gives areas to managers, or put it away."""
    window.bench.set_task("grids")
    window.grid_tools.choose("paint")


def split_grid(window: MainWindow) -> None:
    """Take the tool that splits a grid by areas; areas chosen in the table are chosen already."""
    window.bench.set_task("grids")
    window.grid_tools.choose("split")


def merge_grids(window: MainWindow) -> None:
    """Take the tool that makes two grids one; two grids chosen in the table are merged at once."""
    window.bench.set_task("grids")
    chosen = window.bench.selection
    if chosen.table == "service_grids" and len(chosen.ids) > 1:
        window.bench.grouping.merge_grids(chosen.ids)
    else:
        window.grid_tools.choose("merge")


# ------------------------------------------------------------------------- schemes


def _scheme(window: MainWindow) -> tuple[Project, str, str] | None:
    """The project, and the scheme on screen with its name."""
    project, scheme = window.bench.session.project, window.bench.grouping.scheme
    if project is None or not scheme:
        return None
    return project, scheme, str(project.table("schemes").row(scheme)["name"])


def put_scheme_in_force(window: MainWindow) -> None:
    """Ask who approves, then put the scheme on screen in force."""
    found = _scheme(window)
    if found is None:
        return
    project, scheme, name = found
    approval = ask_approval(window, project, name, scheme, _what_is_wrong(window, project))
    if approval is not None and window.bench.grouping.do(in_force(scheme, approval)):
        window.messages.tell(_("Scheme “{name}” holds now.").format(name=name))


def _what_is_wrong(window: MainWindow, project: Project) -> list[str]:
    """Say what does not hold together in the scheme on screen, and which rules its groups break."""
    from ui.group_text import reason_sentence
    from ui.messages import issue_sentence

    desk = window.bench.grouping
    found = desk.findings.found or ()
    broken = desk.hand.plan.scores.broken if desk.hand is not None else ()
    told = [issue_sentence(one) for one in objects.named_issues(project, found)]
    told += [reason_sentence(project, one) for one in broken if one.code != "territory-in-parts"]
    more = len(told) - MOST_WRONG
    if more > 0:
        counted = ngettext("… and {count} more finding", "… and {count} more findings", more)
        told = [*told[:MOST_WRONG], counted.format(count=more)]
    return told


def rename_scheme(window: MainWindow) -> None:
    """Call the scheme on screen otherwise."""
    from grid_model.grouping.scheme_edits import RenameScheme

    found = _scheme(window)
    if found is not None:
        name = ask.text(window, _("Rename scheme"), _("Name of the scheme"), found[2])
        if name and name != found[2]:
            window.bench.grouping.do(RenameScheme(found[1], name))


def copy_scheme(window: MainWindow) -> None:
    """Copy the scheme on screen and go on in the copy."""
    from grid_model.grouping.scheme_edits import CopyScheme
    from grid_model.grouping.schemes import scheme_named

    found, desk = _scheme(window), window.bench.grouping
    if found is None:
        return
    name = ask.text(window, _("Copy scheme"), _("Name of the copy"), free_scheme_name(found[0]))
    if name and desk.do(CopyScheme(found[1], name)):
        project = window.bench.session.project
        assert project is not None
        desk.show_scheme(scheme_named(project, name) or "")


def delete_scheme(window: MainWindow) -> None:
    """Delete the scheme on screen; the one in force stays."""
    from grid_model.grouping.scheme_edits import DeleteScheme

    found = _scheme(window)
    if found is None:
        return
    question = _("Delete the scheme “{name}” with its groups and grids? It can be undone.")
    if ask.yes(window, _("Delete scheme"), question.format(name=found[2]), _("Delete")):
        window.bench.grouping.do(DeleteScheme(found[1], found[2]))


def compare_schemes(window: MainWindow) -> None:
    """Ask which two schemes, then compare them: from the one in force to the one on screen at first."""
    from grid_model.grouping.schemes import scheme_in_force

    found = _scheme(window)
    if found is None:
        return
    project, scheme, _name = found
    ids = [str(one) for one in project.frame("schemes")["id"]]
    if len(ids) < 2:
        window.messages.tell(
            _("There is only one scheme; keep a proposal or a copy beside it first."), "warning"
        )
        return
    a = scheme_in_force(project) or ids[0]
    b = scheme if scheme != a else next(one for one in reversed(ids) if one != a)
    chosen = ask_two_schemes(window, project, a, b)
    if chosen is not None:
        window.bench.set_task("grids")
        window.bench.grouping.compare(*chosen)


def check_scheme(window: MainWindow) -> None:
    """Show the list of what does not hold together in the scheme on screen; it follows every edit."""
    desk = window.bench.grouping
    if desk.plan is not None or _scheme(window) is None:
        return
    window.bench.set_task("grids")
    if desk.trouble is not None:
        window.bench.session.problem.emit(desk.trouble)
        return
    desk.findings.when_settled(lambda: _tell_findings(window))


def _tell_findings(window: MainWindow) -> None:
    issues, name = window.bench.grouping.findings.found or (), window.bench.grouping.scheme_name()
    if not issues:
        window.messages.tell(_("The scheme “{name}” holds together.").format(name=name))
        return
    show_findings(window)
    text = ngettext(
        "{count} finding about “{name}”; a double click shows where.",
        "{count} findings about “{name}”; a double click shows where.",
        len(issues),
    )
    window.messages.tell(text.format(count=len(issues), name=name), "warning")


def show_findings(window: MainWindow) -> None:
    """Bring the list of findings of the scheme to the front."""
    window.bottom.setVisible(True)
    window.bottom.open("scheme-findings")


# -------------------------------------------------------------------------- people


def replan(window: MainWindow) -> None:
    """Ask who leaves, is away or comes, then plan with little change."""
    project, chosen = window.bench.session.project, window.bench.selection
    if project is None:
        return
    person = chosen.single if chosen.table == "district_managers" else None
    asked = ask_replan(window, project, person or "")
    if asked is not None and (asked.without or asked.joining):
        window.bench.set_task("grids")
        window.bench.grouping.replan(asked)


def assign_areas(window: MainWindow) -> None:
    """Share the areas out anew among the managers, into a scheme of its own."""
    found = _scheme_to_share(window)
    if found is not None:
        asked = ask_assign(window, *found)
        if asked is not None:
            _assign(window, asked)


def find_stand_ins(window: MainWindow) -> None:
    """Find a stand-in for every area, into a scheme of its own."""
    found = _scheme_to_share(window)
    if found is None:
        return
    name = ask.text(
        window,
        _("Find stand-ins"),
        _("A stand-in for every area by way, group and qualification. Keep as scheme:"),
        free_scheme_name(found[0]),
    )
    if name:
        _assign(window, AssignParameters(scheme=name, base=found[1], stand_ins=True))


def _scheme_to_share(window: MainWindow) -> tuple[Project, str] | None:
    """The project, and the name of the scheme on screen unless that is in force."""
    found = _scheme(window)
    if found is None:
        told = _("There is no scheme yet; propose groups and keep them first.")
        window.messages.tell(told, "warning")
        return None
    project, scheme, name = found
    return project, "" if project.table("schemes").row(scheme)["in_force"] else name


def _assign(window: MainWindow, asked: AssignParameters) -> None:
    from grid_model.grouping.schemes import scheme_named
    from ui.operations import operation

    window.bench.set_task("grids")

    def done(outcome: Outcome) -> None:
        after = window.bench.session.project
        made = scheme_named(after, asked.scheme) if after is not None else None
        if made is not None:
            window.bench.grouping.show_scheme(made)
        outputs.tell(window, outcome)

    outputs.run_operation(window, operation("assign"), asked, done)


# -------------------------------------------------------------------------- writing


def export_roster(window: MainWindow) -> None:
    """Write the roster of the scheme on screen, names masked."""
    _export_roster(window, full=False)


def export_roster_full(window: MainWindow) -> None:
    """Write the roster with names and phones, after saying what for."""
    _export_roster(window, full=True)


def _export_roster(window: MainWindow, full: bool) -> None:
    found = _scheme(window)
    if found is None:
        return
    project, scheme, name = found
    hand = window.bench.grouping.hand
    basis = hand.basis if hand is not None and hand.scheme == scheme else None

    def work(path: Path, disclosure: Disclosure, feedback: Feedback) -> Outcome:
        from gis.replanning import scheme_basis
        from gis.rosters import write_roster

        own = scheme_basis(project, scheme, feedback, basis)
        groups = write_roster(path, project, scheme, own, disclosure, feedback)
        said = _("Roster written: {file}, {groups} groups").format(file=path, groups=groups)
        title = N_("Exported the roster of scheme {scheme}: {file}, {masking}, {purpose}")
        return Outcome({}, (said,), note=(title, _noted(name, path, disclosure)))

    _write(window, _("Roster {scheme}").format(scheme=name), full, work)


def export_changes(window: MainWindow) -> None:
    """Write who moves and which areas and customers change hands, names masked."""
    _export_changes(window, full=False)


def export_changes_full(window: MainWindow) -> None:
    """Write the change list with names and phones, after saying what for."""
    _export_changes(window, full=True)


def _export_changes(window: MainWindow, full: bool) -> None:
    project, comparison = window.bench.session.project, window.bench.grouping.comparison
    if project is None or comparison is None:
        return
    name = str(project.table("schemes").row(comparison.b)["name"])

    def work(path: Path, disclosure: Disclosure, feedback: Feedback) -> Outcome:
        from gis.change_list import write_changes

        rows = write_changes(path, project, comparison, disclosure, feedback)
        said = _("Change list written: {file}, {rows} rows").format(file=path, rows=rows)
        title = N_("Exported the changes to scheme {scheme}: {file}, {masking}, {purpose}")
        return Outcome({}, (said,), note=(title, _noted(name, path, disclosure)))

    _write(window, _("Changes to {scheme}").format(scheme=name), full, work)


def _noted(scheme: str, path: Path, disclosure: Disclosure) -> dict[str, Any]:
    return {
        "scheme": scheme,
        "file": path.name,
        "masking": disclosure.label,
        "purpose": disclosure.purpose or "—",
    }


def _write(
    window: MainWindow, title: str, full: bool, work: Callable[[Path, Disclosure, Feedback], Outcome]
) -> None:
    """Ask where to, and what for where names are to stand in full; then write beside the window."""
    settings, project = window.bench.settings, window.bench.session.project
    assert project is not None
    name = f"{project.info.name} {title}.xlsx".strip().replace("/", " ")
    path = ask.file_to_write(window, title, settings.folder_for("export") / name, "Excel (*.xlsx)")
    if path is None:
        return
    settings.remember_folder("export", path.parent)
    given = outputs.disclosed(window, full)
    if given is None:
        return
    disclosure = Disclosure.asked(given.get("unmasked", False), given.get("purpose", ""))
    outputs.run_noted(
        window,
        _("Writing {file}").format(file=path.name),
        lambda feedback: work(path, disclosure, feedback),
        lambda outcome: outputs.tell(window, outcome),
    )


def print_group_cards(window: MainWindow) -> None:
    """Print a card for every group of the scheme on screen."""
    found = _scheme(window)
    if found is not None:
        outputs.print_pages(window, "group-cards", {"scheme": found[1], "paper": "A4"})
