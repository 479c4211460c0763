"""``taiqu print``: maps and sheets on paper, as one PDF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gis.pages.sheet import PAPERS
from gis.pages.templates import TEMPLATES
from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from gis.pages.items import Page
    from gis.pages.options import PrintOptions


@dataclass(frozen=True)
class PrintParameters:
    """What is printed, on which paper, and where it goes."""

    template: str = parameter(
        N_("What to print"),
        default="",
        flag="--template",
        metavar="NAME",
        choices=tuple(TEMPLATES),
        required=True,
    )
    out: str = parameter(N_("PDF file to write"), default="", flag="--out", metavar="X.pdf", required=True)
    paper: str = parameter(N_("Paper"), default="", flag="--paper", choices=tuple(PAPERS))
    orientation: str = parameter(
        N_("Orientation"), default="auto", flag="--orientation", choices=("auto", "landscape", "portrait")
    )
    scheme: str = parameter(
        N_("Grouping scheme; else the one in force"), default="", flag="--scheme", metavar="NAME"
    )
    state: str = parameter(
        N_("State of the switches that is drawn"),
        default="normal",
        flag="--state",
        choices=("normal", "current"),
    )
    title: str = parameter(N_("Title instead of the usual one"), default="", flag="--title", metavar="TEXT")
    version: str = parameter(N_("Version of the map"), default="", flag="--map-version", metavar="TEXT")
    base_map: tuple[str, ...] = parameter(
        N_("Station map and grid book: base map to lay below; FILE@CRS where it does not say its system"),
        default=(),
        flag="--base-map",
        metavar="FILE",
        repeat=True,
    )
    open: tuple[str, ...] = parameter(
        N_("Outage sheet: device that opens"),
        default=(),
        flag="--open",
        metavar="ID",
        repeat=True,
        steps=True,
    )
    fault: tuple[str, ...] = parameter(
        N_("Outage sheet: device that fails"),
        default=(),
        flag="--fault",
        metavar="ID",
        repeat=True,
        steps=True,
    )
    close: tuple[str, ...] = parameter(
        N_("Outage sheet: device that closes"),
        default=(),
        flag="--close",
        metavar="ID",
        repeat=True,
        steps=True,
    )
    steps_file: str = parameter(
        N_("Outage sheet: file of steps with times, for an outage with its course"),
        default="",
        flag="--steps",
        metavar="FILE.json",
    )
    unmasked: bool = parameter(
        N_("Write names and phones in full; needs a purpose"), default=False, flag="--unmasked"
    )
    purpose: str = parameter(
        N_("What the names in full are needed for"), default="", flag="--purpose", metavar="TEXT"
    )
    steps: tuple[tuple[str, str], ...] = ()


def run(project: Project, parameters: PrintParameters, feedback: Feedback) -> Outcome:
    """Make the pages and write them as one PDF."""
    path = Path(parameters.out)
    if path.suffix.lower() != ".pdf":
        raise GridError("bad-output-name", file=str(path), suffix=".pdf")
    options = options_of(project, parameters, feedback)
    from gis.pages.templates import make_pages

    pages = make_pages(project, parameters.template, options, feedback)
    return printed(pages, path, parameters.template, options, feedback)


def options_of(project: Project, parameters: PrintParameters, feedback: Feedback) -> PrintOptions:
    """Turn parameters into print options, tracing the outage where one is asked for."""
    from gis.masking import Disclosure
    from gis.pages.options import PrintOptions

    disclosure = Disclosure.asked(
        parameters.unmasked, parameters.purpose, posted=TEMPLATES[parameters.template].public
    )
    trace = None
    if parameters.steps:
        from grid_model.tracing import trace_outage
        from grid_model.wiring import SwitchState

        trace = trace_outage(project, parameters.steps, SwitchState(parameters.state), feedback)
    study = None
    checks: tuple[tuple[str, str], ...] = ()
    if parameters.steps_file:
        from ui.checks_text import check_rows
        from ui.commands.study import study_of_file

        study = study_of_file(project, Path(parameters.steps_file), feedback)
        checks = check_rows(project, study)
    return PrintOptions(
        paper=parameters.paper or TEMPLATES[parameters.template].paper,
        orientation=parameters.orientation,
        scheme=parameters.scheme,
        state=parameters.state,
        title=parameters.title,
        version=parameters.version,
        base_map=parameters.base_map,
        disclosure=disclosure,
        trace=trace,
        study=study,
        checks=checks,
    )


def printed(
    pages: list[Page], path: Path, template: str, options: PrintOptions, feedback: Feedback
) -> Outcome:
    """Write pages as PDF and tell about it."""
    from ui.page_painter import print_pages

    missing = print_pages(pages, path, pages[0].title, feedback)
    told = ngettext("Printed: {file}, {n} sheet", "Printed: {file}, {n} sheets", len(pages))
    lines = [told.format(file=path, n=len(pages))]
    if missing:
        lines.append(
            _("No font here has these characters; they stand as boxes: {characters}").format(
                characters=" ".join(missing)
            )
        )
    if TEMPLATES[template].public and not options.disclosure.unmasked:
        lines.append(
            _("Managers' names and phones are masked; to post them in full ask for that and give a purpose.")
        )
    document = {
        "template": template,
        "file": str(path),
        "pages": len(pages),
        "paper": options.paper,
        "masked": not options.disclosure.unmasked,
        "missing_characters": list(missing),
    }
    note = (
        N_("Printed {template}: {file}, {pages} sheets, {masking}, {purpose}"),
        {
            "template": template,
            "file": path.name,
            "pages": str(len(pages)),
            "masking": options.disclosure.label,
            "purpose": options.disclosure.purpose or "—",
        },
    )
    return Outcome(document, tuple(lines), note=note)


OPERATION = Operation(
    "print",
    N_("Print"),
    N_("Write maps and sheets as vector PDF"),
    PrintParameters,
    "ui.commands.print_:run",
)
