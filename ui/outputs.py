"""What the window reads and writes through the operations: imports, checks, lists, pages, web maps."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome
from grid_model.project import Project, ProjectInfo
from resources.i18n import N_, _
from ui.dialogs import ask
from ui.operations import operation

if TYPE_CHECKING:
    from ui.main_window import MainWindow


NETWORK_FILES = frozenset(
    f"{name}.csv" for name in ("nodes", "lines", "switches", "transformers", "loads", "sources")
)
"""The files of a network folder."""


def empty_project() -> Project:
    """Give what operations that need no project are run with."""
    return Project.empty(ProjectInfo())


def run_operation(
    window: MainWindow, what: Operation, parameters: Any, done: Callable[[Outcome], None] | None = None
) -> None:
    """Run an operation beside the window; its edit is made, its note written, its lines told."""
    project = window.bench.session.project or empty_project()

    def finish(outcome: Outcome) -> None:
        session = window.bench.session
        if outcome.edit is not None and session.do(outcome.edit) is None:
            return
        if outcome.note is not None:
            session.note(*outcome.note)
        if done is not None:
            done(outcome)
        else:
            tell(window, outcome)

    def lost(outcome: Outcome) -> str:
        title = _(what.title)
        if outcome.edit is not None:
            return _("The project was closed meanwhile; “{title}” changed nothing.").format(title=title)
        return _(
            "“{title}” is done, but its project was closed meanwhile: its journal does not tell of it."
        ).format(title=title)

    window.bench.session.run(
        _(what.title), lambda feedback: what.run(project, parameters, feedback), finish, lost=lost
    )


def tell(window: MainWindow, outcome: Outcome, most: int = 6) -> None:
    """Show what an operation says of itself."""
    lines = list(outcome.lines[:most])
    if lines:
        window.messages.tell("\n".join(lines), "warning" if outcome.findings else "notice")


def is_project(path: Path) -> bool:
    """Whether a GeoPackage is a project of ours rather than outlines to import."""
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'taiqu_info'").fetchone()
    except sqlite3.Error:
        return False
    return found is not None


# -------------------------------------------------------------------- import


def with_folders(sources: list[Path]) -> list[Path]:
    """Put the folder in the place of a network's files that were chosen one by one."""
    folders = {path.parent for path in sources if path.name.lower() == "nodes.csv"}
    kept = [path for path in sources if path.parent not in folders or path.name.lower() not in NETWORK_FILES]
    return [*sorted(folders), *kept]


def import_sources(window: MainWindow, sources: list[Path]) -> None:
    """Ask how to read files, then bring them into the project, a new one where none is open."""
    from ui.dialogs.operation_dialog import OperationDialog

    what, session = operation("import"), window.bench.session
    sources = with_folders(sources)
    into = session.path
    if into is None:
        folder = window.bench.settings.folder_for("project")
        into = ask.file_to_write(
            window,
            _("New project for the imported data"),
            folder / f"{sources[0].stem}.gpkg",
            "GeoPackage (*.gpkg)",
        )
        if into is None:
            return
        if into.exists():
            told = _("“{file}” is there already. Open it first to import into it, or name a new file.")
            window.messages.tell(told.format(file=into.name), "warning")
            return
    preset = {"sources": tuple(map(str, sources)), "into": str(into)}
    dialog = OperationDialog(what, window, preset, hidden=frozenset({"into"}))
    if not dialog.exec():
        return
    if session.project is not None:
        run_operation(window, what, dialog.parameters, lambda outcome: _imported(window, outcome))
    else:
        _import_into_new(window, what, dialog.parameters, into)


def _import_into_new(window: MainWindow, what: Operation, parameters: Any, into: Path) -> None:
    def work(feedback: Feedback) -> Outcome:
        from gis.project_file import opened_for_editing

        with opened_for_editing(into, feedback, create=True) as history:
            outcome = what.run(history.project, parameters, feedback)
            if outcome.edit is not None:
                history.do(outcome.edit)
        return outcome

    def done(outcome: Outcome) -> None:
        session = window.bench.session
        if session.history is None:
            session.open(into, lambda: _imported(window, outcome))
            return
        session.settings.add_recent(into)
        told = _("Imported into {file}; it is among the recent projects.").format(file=into.name)
        window.messages.tell(told, "warning")

    window.bench.jobs.run(_(what.title), work, done)


def _imported(window: MainWindow, outcome: Outcome) -> None:
    if outcome.document.get("issues"):
        window.bench.set_task("data")
        window.bottom.open("issues-found")
    tell(window, outcome)


def check(window: MainWindow) -> None:
    """Check the data beside the window and list the findings."""
    project = window.bench.session.project
    if project is None:
        return

    def work(feedback: Feedback) -> list[Any]:
        from gis.checks import check_project

        return list(check_project(project, feedback).issues)

    def done(findings: list[Any]) -> None:
        window.bench.set_findings(findings)
        window.bench.set_task("data")
        window.bottom.open("findings-checked")
        text = _("{count} findings; a double click shows where.").format(count=len(findings))
        window.messages.tell(text if findings else _("Nothing was found wrong."), "notice")

    window.bench.session.run(_("Checking the data"), work, done)


# -------------------------------------------------------------------- outage


def disclosed(window: MainWindow, full: bool) -> dict[str, Any] | None:
    """Ask what names in full are needed for, where they are wanted; None where they are not given out.

    The mask is lifted only where the journal can tell of it.
    """
    if not full:
        return {}
    session = window.bench.session
    if session.reading:
        session.problem.emit(GridError("opened-for-reading", file=str(session.path)))
        return None
    purpose = ask.purpose(
        window,
        _(
            "This output shows names, phones and addresses in full. What are they needed for? "
            "The answer is printed on it and kept in the project's journal."
        ),
        _("Output in full"),
    )
    return {"unmasked": True, "purpose": purpose} if purpose else None


def export_customers(window: MainWindow, full: bool = False) -> None:
    """Write the list of affected customers into an Excel file, names in full only for a purpose."""
    bench = window.bench
    project, result = bench.session.project, bench.outage.result
    if project is None or result is None:
        return
    folder = bench.settings.folder_for("export")
    title = _("Customers out {device}").format(device=bench.outage.title(project)).replace("/", " ")
    path = ask.file_to_write(window, _("Export customer list"), folder / f"{title}.xlsx", "Excel (*.xlsx)")
    if path is None:
        return
    bench.settings.remember_folder("export", path.parent)
    disclosure = disclosed(window, full)
    if disclosure is None:
        return
    study = result.study

    def work(feedback: Feedback) -> Outcome:
        from gis.customer_list import write_customer_list
        from gis.masking import Disclosure

        rows = write_customer_list(path, study.project, study, feedback=feedback, **disclosure)
        said = Disclosure.asked(disclosure.get("unmasked", False), disclosure.get("purpose", ""))
        note = N_("Customer list of an outage: {file}, {rows} customers, {masking}, {purpose}")
        values = {"file": path.name, "rows": str(rows), "masking": said.label, "purpose": said.purpose or "—"}
        return Outcome({}, (_("Customer list written: {file}").format(file=path),), note=(note, values))

    run_noted(window, _("Writing {file}").format(file=path.name), work, lambda outcome: tell(window, outcome))


def run_noted(
    window: MainWindow, title: str, work: Callable[[Feedback], Outcome], done: Callable[[Outcome], None]
) -> None:
    """Run work beside the window; its note goes into the journal of its project."""
    session = window.bench.session

    def finish(outcome: Outcome) -> None:
        if outcome.note is not None:
            session.note(*outcome.note)
        done(outcome)

    def lost(_outcome: Outcome) -> str:
        return _(
            "“{title}” is done, but its project was closed meanwhile: its journal does not tell of it."
        ).format(title=title)

    session.run(title, work, finish, lost=lost)


def rank(window: MainWindow) -> None:
    """List what the loss of every single device would do, worst first."""
    window.bench.ranking.ask()
    window.bench.set_task("outage")


# --------------------------------------------------------------------- paper


def print_pages(window: MainWindow, template: str, options: dict[str, Any], full: bool = False) -> None:
    """Write pages as PDF where the person says, names in full only for a purpose."""
    bench = window.bench
    project = bench.session.project
    if project is None:
        return
    from gis.pages.templates import TEMPLATES

    folder = bench.settings.folder_for("export")
    name = f"{project.info.name} {_(TEMPLATES[template].title)}.pdf"
    path = ask.file_to_write(window, _("Print to PDF"), folder / name, "PDF (*.pdf)")
    if path is None:
        return
    bench.settings.remember_folder("export", path.parent)
    what = operation("print")
    disclosure = disclosed(window, full)
    if disclosure is None:
        return

    def done(outcome: Outcome) -> None:
        tell(window, outcome)
        open_outside(path)

    if TEMPLATES[template].needs_trace:
        options = {**options, "state": bench.outage.state}
        _print_outage(window, template, options, disclosure, path, done)
    else:
        parameters = what.parameters(template=template, out=str(path), **disclosure, **options)
        run_operation(window, what, parameters, done)


def _print_outage(
    window: MainWindow,
    template: str,
    options: dict[str, Any],
    disclosure: dict[str, Any],
    path: Path,
    done: Callable[[Outcome], None],
) -> None:
    """Write the pages of the study."""
    result, project = window.bench.outage.result, window.bench.session.project
    if result is None or project is None:
        return
    study, outage = result.study, window.bench.outage.plan.outage

    def work(feedback: Feedback) -> Outcome:
        from gis.masking import Disclosure
        from gis.pages.options import PrintOptions
        from gis.pages.templates import make_pages
        from ui.checks_text import check_rows
        from ui.commands.print_ import printed

        said = Disclosure.asked(disclosure.get("unmasked", False), disclosure.get("purpose", ""))
        checks = check_rows(project, study, outage)
        chosen = PrintOptions(**options, disclosure=said, study=study, checks=checks)
        pages = make_pages(study.project, template, chosen, feedback)
        return printed(pages, path, template, chosen, feedback)

    run_noted(window, _("Print to PDF"), work, done)


def web_map(window: MainWindow, full: bool = False) -> None:
    """Write the map as one self-contained page and show it in the browser, names in full for a purpose."""
    bench = window.bench
    project = bench.session.project
    if project is None:
        return
    path = ask.file_to_write(
        window,
        _("Web map"),
        bench.settings.folder_for("export") / f"{project.info.name}.html",
        "HTML (*.html)",
    )
    if path is None:
        return
    bench.settings.remember_folder("export", path.parent)
    what = operation("webmap")

    def done(outcome: Outcome) -> None:
        tell(window, outcome)
        open_outside(path)

    disclosure = disclosed(window, full)
    if disclosure is not None:
        run_operation(window, what, what.parameters(out=str(path), **disclosure), done)


def open_outside(path: Path) -> None:
    """Show a written file in the program the person reads such files with."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
