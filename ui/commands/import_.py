"""``taiqu import``: bring files into a project, made where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grid_model.feedback import Feedback
from grid_model.issue import Issue, Severity, counts
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from gis.importer import Imported

KINDS = (
    "auto",
    "network-csv",
    "customers",
    "managers",
    "areas",
    "qualifications",
    "feeders",
    "substations",
    "stations",
    "villages",
    "pv",
    "crossings",
    "outlines",
    "roads",
    "barriers",
)
"""As `gis.importer.KINDS`, here so that the command line starts without the readers."""
SHOWN = 3
"""Findings of each kind printed in the terminal; all of them stand in the project's table of issues."""


@dataclass(frozen=True)
class ImportParameters:
    """What to read, how, and where to."""

    sources: tuple[str, ...] = parameter(
        N_("Files, or a folder with a network"), default=(), metavar="SOURCE", repeat=True
    )
    into: str = parameter(
        N_("Project file; made where there is none"),
        default="",
        flag="--into",
        metavar="P.gpkg",
        required=True,
    )
    kind: str = parameter(N_("What the sources are"), default="auto", flag="--kind", choices=KINDS)
    crs: str = parameter(
        N_("Coordinate system of the sources: EPSG:…, GCJ-02 or BD-09"),
        default="",
        flag="--crs",
        metavar="CRS",
    )
    table: str = parameter(
        N_("Table the outlines belong to"),
        default="",
        flag="--table",
        choices=("transformer_areas", "villages", "stations", "service_grids"),
    )
    data_date: str = parameter(
        N_("Date of the data, as 2026-11-20"), default="", flag="--data-date", metavar="DATE"
    )


def run(project: Project, parameters: ImportParameters, feedback: Feedback) -> Outcome:
    """Read the sources and answer with the edit that brings them into `project`."""
    from gis.importer import ImportOptions, import_sources

    options = ImportOptions(parameters.kind, parameters.crs, parameters.table, parameters.data_date)
    found = import_sources(project, [Path(source) for source in parameters.sources], options, feedback)
    by_severity = counts(found.issues)
    document = {
        "read": dict(found.read),
        "kept": dict(found.kept),
        "rejected": dict(found.rejected),
        "issues": by_severity,
    }
    lines = [*_file_lines(found), *_difference_lines(found), *issue_lines(found.issues)]
    return Outcome(document, tuple(lines), bool(by_severity["error"]), found.edit)


def _file_lines(found: Imported) -> list[str]:
    return [
        _("{file}: {read} rows read, {kept} kept, {rejected} rejected").format(
            file=file, read=rows, kept=found.kept[file], rejected=found.rejected[file]
        )
        for file, rows in found.read.items()
    ]


def _difference_lines(found: Imported) -> list[str]:
    from grid_model import schema

    counted = [
        _(
            "{table}: {new} new, {changed} changed, {same} as before, {absent} not in the files (they stay), "
            "{decided} cells kept as decided here"
        ).format(
            table=_(schema.table(table).label),
            new=one.new,
            changed=one.changed,
            same=one.same,
            absent=one.absent,
            decided=one.decided,
        )
        for table, one in found.differences.items()
        if one.changed or one.absent or one.same
    ]
    changed = [
        _("{table}: changed cells by column: {columns}").format(
            table=_(schema.table(table).label),
            columns=_("; ").join(
                f"{_(schema.table(table).column(name).label)} {count}" for name, count in one.cells.items()
            ),
        )
        for table, one in found.differences.items()
        if one.cells
    ]
    return counted + changed


def issue_lines(issues: Sequence[Issue]) -> list[str]:
    """Say findings in words, worst first; of each kind the first few and how many more there are."""
    from ui.messages import issue_sentence

    order = list(Severity)
    kinds: dict[tuple[int, str, bool], list[Issue]] = {}
    for issue in issues:
        kinds.setdefault((order.index(issue.severity), issue.code, issue.row_kept), []).append(issue)
    lines = []
    for (severity, _code, _kept), found in sorted(
        kinds.items(), key=lambda pair: (pair[0][0], -len(pair[1]))
    ):
        lines += [f"[{severity_word(order[severity])}] {issue_sentence(issue)}" for issue in found[:SHOWN]]
        more = len(found) - SHOWN
        if more > 0:
            lines.append(
                "    "
                + ngettext("… and {n} more of this kind", "… and {n} more of this kind", more).format(n=more)
            )
    return lines


def severity_word(severity: Severity) -> str:
    """Name a severity in the language in use."""
    return {Severity.ERROR: _("Error"), Severity.WARNING: _("Warning"), Severity.NOTE: _("Note")}[severity]


OPERATION = Operation(
    name="import",
    title=N_("Import data"),
    help=N_("Bring files into a project"),
    parameters=ImportParameters,
    function="ui.commands.import_:run",
    project="into",
)
