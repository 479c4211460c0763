"""``taiqu check``: look for what is wrong in the data of a project."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grid_model import schema
from grid_model.feedback import Feedback
from grid_model.issue import Issue, counts
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _
from ui.commands.import_ import issue_lines, severity_word
from ui.messages import issue_sentence

if TYPE_CHECKING:
    from gis.checks import CheckReport
    from gis.issue_list import Sheet
    from grid_model.check_rates import Rate

RATE_LABELS = {
    "customer_area": N_("Customers whose area agrees with the network"),
    "area_feeder": N_("Areas whose feeder agrees with the network"),
    "transformers": N_("Transformers with an area"),
    "connected": N_("Transformers with supply in the normal state"),
    "placed": N_("Objects with coordinates"),
}


@dataclass(frozen=True)
class CheckParameters:
    """Where the findings go."""

    out: str = parameter(
        N_("Also write the findings as a workbook"), default="", flag="--out", metavar="issues.xlsx"
    )


def run(project: Project, parameters: CheckParameters, feedback: Feedback) -> Outcome:
    """Run every rule; findings of severity error give exit code 1."""
    from gis.checks import check_project

    report = check_project(project, feedback)
    by_severity = counts(report.issues)
    if parameters.out:
        from gis.issue_list import write_workbook

        write_workbook(Path(parameters.out), _sheets(project, report))
    return Outcome(
        _document(report, by_severity),
        tuple(_lines(report, by_severity, parameters.out)),
        bool(by_severity["error"]),
    )


def _document(report: CheckReport, by_severity: dict[str, int]) -> dict[str, Any]:
    return {
        "issues": by_severity,
        "rates": {
            rate.name: {
                "value": rate.value,
                "target": rate.target,
                "good": rate.good,
                "total": rate.total,
                "met": rate.met,
            }
            for rate in report.rates
        },
        "findings": [
            {
                "severity": issue.severity.value,
                "code": issue.code,
                "table": issue.table,
                "id": issue.object_id,
                "text": issue_sentence(issue),
            }
            for issue in report.issues
        ],
    }


def _lines(report: CheckReport, by_severity: dict[str, int], out: str) -> Iterable[str]:
    for rate in report.rates:
        yield rate_line(rate)
    yield _("{errors} errors, {warnings} warnings, {notes} notes").format(
        errors=by_severity["error"], warnings=by_severity["warning"], notes=by_severity["note"]
    )
    yield from issue_lines(report.issues)
    if out:
        yield _("Findings written to {file}").format(file=out)


def rate_line(rate: Rate) -> str:
    """Say one rate with its target."""
    label = _(RATE_LABELS[rate.name])
    if rate.value is None:
        return _("{label}: nothing to judge").format(label=label)
    pattern = (
        _("{label}: {value} of {total} ({share}), target {target}: reached")
        if rate.met
        else _("{label}: {value} of {total} ({share}), target {target}: not reached")
    )
    return pattern.format(
        label=label, value=rate.good, total=rate.total, share=f"{rate.value:.2%}", target=f"{rate.target:.1%}"
    )


def _sheets(project: Project, report: CheckReport) -> Sequence[Sheet]:
    from gis.importer_apply import issue_of
    from gis.issue_list import Sheet

    rows = [
        issue_of(row)
        for row in project.frame("issues")
        .astype(object)
        .where(lambda frame: frame.notna(), None)
        .to_dict("records")
    ]
    findings = Sheet(
        _("Findings"),
        (_("Severity"), _("Table"), _("Object"), _("What was found")),
        (10, 18, 24, 90),
        [_finding_row(issue) for issue in report.issues],
    )
    imports = Sheet(
        _("From imports"),
        (_("Severity"), _("File"), _("Row"), _("Object"), _("Row kept"), _("What was found")),
        (10, 24, 8, 24, 10, 90),
        [_import_row(issue) for issue in rows],
    )
    rates = Sheet(_("Rates"), (_("Rate"),), (100,), [[rate_line(rate)] for rate in report.rates])
    return (findings, imports, rates)


def _table_label(name: str) -> str:
    return _(schema.table(name).label) if name in schema.tables() else name


def _finding_row(issue: Issue) -> list[str | int]:
    return [severity_word(issue.severity), _table_label(issue.table), issue.object_id, issue_sentence(issue)]


def _import_row(issue: Issue) -> list[str | int]:
    kept = _("yes") if issue.row_kept else _("no")
    return [
        severity_word(issue.severity),
        issue.file,
        issue.row or "",
        issue.object_id,
        kept,
        issue_sentence(issue),
    ]


OPERATION = Operation(
    name="check",
    title=N_("Check data"),
    help=N_("Look for what is wrong in the data"),
    parameters=CheckParameters,
    function="ui.commands.check:run",
    project="read",
)
