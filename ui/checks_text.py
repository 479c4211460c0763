"""The checks before an outage plan is kept: as lines for people, what is kept of them, and the refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from grid_model.errors import GridError
from grid_model.outage_checks import Finding, Severity, check_plan, checks_document, facts_of, needs_reason
from grid_model.project import Project
from grid_model.study import OutageStudy
from grid_model.study_record import PlanRecord
from resources.i18n import N_, _
from ui.messages_checks import finding_sentence, severity_word

HEADING = N_("Checks before the outage")


def check_lines(project: Project, findings: Sequence[Finding]) -> list[str]:
    """Say what was found, the heaviest first; nothing where nothing was."""
    if not findings:
        return []
    return [
        _(HEADING),
        *(f"  [{severity_word(one)}] {finding_sentence(project, one)}" for one in findings),
    ]


def check_rows(project: Project, study: OutageStudy, outage: str = "") -> tuple[tuple[str, str], ...]:
    """Check a plan, for its sheet: how much each finding weighs, and its sentence.

    Parameters
    ----------
    outage
        Its record, where it is kept.
    """
    findings = check_plan(project, study, facts_of(project, study, outage))
    return tuple((severity_word(one), finding_sentence(project, one)) for one in findings)


def refuse_without_reason(project: Project, findings: Sequence[Finding], reason: str) -> None:
    """Refuse to keep a plan with an alarm and no reason: `GridError` ``outage-needs-reason``."""
    if needs_reason(findings) and not reason.strip():
        alarms = [finding_sentence(project, one) for one in findings if one.severity is Severity.ALARM]
        raise GridError("outage-needs-reason", what=_("; ").join(alarms))


def plan_record(
    findings: Sequence[Finding], reason: str = "", kind: str = "", announced: datetime | None = None
) -> PlanRecord:
    """Give what is kept beside the study: findings and reason; class and announcement where given."""
    columns: dict[str, str] = {}
    if kind:
        columns["reliability_class"] = kind
    if announced is not None:
        columns["announced"] = announced.isoformat(timespec="seconds")
    return PlanRecord(columns, checks_document(findings, reason.strip()))
