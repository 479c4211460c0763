"""``taiqu study``: an outage with times, step by step, what it costs, and what to do about a fault."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Edit, Project
from resources.i18n import N_, _

if TYPE_CHECKING:
    from gis.masking import Disclosure
    from grid_model.outage_checks import Finding
    from grid_model.study import OutageStudy
    from grid_model.study_proposal import Proposal
    from grid_model.study_record import PlanRecord

MORNING = "08:00"
"""When a fault is taken to happen where nobody says; no result depends on the clock."""

CLASSES = ("planned", "temporary", "rationing", "internal_fault", "external_fault")


@dataclass(frozen=True)
class StudyParameters:
    """Where the steps stand or what failed, and what becomes of the result."""

    steps_file: str = parameter(
        N_("File of steps with times"), default="", flag="--steps", metavar="FILE.json"
    )
    outage: str = parameter(
        N_("Play a study again that is kept in the project, by its number or its name"),
        default="",
        flag="--outage",
        metavar="ID|NAME",
    )
    listing: bool = parameter(N_("List the studies that are kept"), default=False, flag="--list")
    fault: str = parameter(
        N_("Propose what to do about a fault in this device"), default="", flag="--fault", metavar="ID"
    )
    propose: bool = parameter(
        N_("Propose the steps for the fault and play them (needs --fault)"), default=False, flag="--propose"
    )
    at_m: float | None = parameter(
        N_("Where on the line it failed, from its node A"),
        flag="--at-m",
        metavar="METRES",
        unit="m",
        number=float,
    )
    time: str = parameter(
        N_("When it failed: a clock time on the planning date, or a moment (08:00 where not given)"),
        default="",
        flag="--time",
        metavar="TIME",
    )
    inoperable: tuple[str, ...] = parameter(
        N_("Switch that cannot be operated: pass it over"),
        default=(),
        flag="--inoperable",
        metavar="ID",
        repeat=True,
    )
    state: str = parameter(
        N_("State of the switches before the fault (normal where not given)"),
        default="",
        flag="--state",
        choices=("normal", "current"),
    )
    out: str = parameter(
        N_("Write the proposed steps as a steps file"), default="", flag="--out", metavar="FILE.json"
    )
    customers: str = parameter(
        N_("Write the list of affected customers"), default="", flag="--customers", metavar="OUT.xlsx"
    )
    save: str | None = parameter(
        N_("Keep the study in the project under this name"), flag="--save", metavar="NAME"
    )
    carry_out: bool = parameter(
        N_("Let the present positions follow the study"), default=False, flag="--carry-out"
    )
    reason: str = parameter(
        N_("Why it is kept although a check wants a reason"), default="", flag="--reason", metavar="TEXT"
    )
    kind: str = parameter(
        N_(
            "Reliability class (DL/T 836); else a fault where something fails, and planned where nothing does"
        ),
        default="",
        flag="--class",
        choices=CLASSES,
    )
    announced: str = parameter(
        N_("When the people were told: a moment such as 2026-11-12T09:00"),
        default="",
        flag="--announced",
        metavar="TIME",
    )
    withdraw: bool = parameter(
        N_("Withdraw the kept plan (needs --outage): it stays on record and counts no longer"),
        default=False,
        flag="--withdraw",
    )
    upto: int | None = parameter(N_("Carry out only up to this step"), flag="--upto", metavar="N", number=int)
    unmasked: bool = parameter(
        N_("Write names and phones in full; needs a purpose"), default=False, flag="--unmasked"
    )
    purpose: str = parameter(
        N_("What the names in full are needed for"), default="", flag="--purpose", metavar="TEXT"
    )

    @property
    def keeps(self) -> bool:
        """Whether the project changes."""
        return bool(self.save or self.carry_out or self.withdraw)


def run(project: Project, parameters: StudyParameters, feedback: Feedback) -> Outcome:
    """Play the steps through; the project changes only where the study is kept or carried out."""
    from gis.masking import Disclosure
    from grid_model.kept_outages import find_outage, refuse_taken_name
    from grid_model.outage_checks import check_plan, checks_document, facts_of
    from grid_model.study import study_outage
    from grid_model.study_record import conflicts, load_study
    from ui.checks_text import check_lines, plan_record
    from ui.study_text import (
        kept_document,
        kept_lines,
        proposal_document,
        proposal_lines,
        study_document,
        study_lines,
    )

    disclosure = Disclosure.asked(parameters.unmasked, parameters.purpose)
    if parameters.listing:
        return _listed(project, parameters)
    _refuse_unclear(parameters)
    if parameters.outage:
        parameters = replace(parameters, outage=find_outage(project, parameters.outage))
    if parameters.save:
        refuse_taken_name(project, parameters.save, parameters.outage)
    if parameters.withdraw:
        return _withdrawn(parameters)
    kept = load_study(project, parameters.outage) if parameters.outage else None
    proposal: Proposal | None = None
    if kept is not None:
        study = kept.study
        steps: Any = study.steps
        more: dict[str, Any] = {
            "state": study.state, "inoperable": study.inoperable, "until": study.until,
            "manual": study.manual.entries,
        }  # fmt: skip
    else:
        proposal, steps, more = _asked(project, parameters, feedback)
        study = study_outage(project, steps, feedback=feedback, **more)
    found = conflicts(project, study, parameters.outage)
    document = study_document(project, study, disclosure, found)
    told = _moment(project, parameters.announced) if parameters.announced else None
    facts = facts_of(project, study, parameters.outage, parameters.kind, told)
    findings, reason = check_plan(project, study, facts), parameters.reason.strip() or facts.reason
    document["checks"] = checks_document(findings, reason)
    lines = [*study_lines(project, study, disclosure, found), *check_lines(project, findings)]
    if kept is not None:
        document["kept"] = kept_document(parameters.outage, kept)
        lines += kept_lines(kept)
    if proposal is not None:
        document["proposal"] = proposal_document(proposal)
        lines += proposal_lines(project, proposal)
    if parameters.out:
        lines.append(_write_steps(Path(parameters.out), steps, more))
    note = None
    if parameters.customers:
        note, line = _write_customers(project, study, parameters, disclosure, feedback)
        lines.append(line)
    edit, name = _edit(
        project, study, parameters, findings, plan_record(findings, reason, parameters.kind, told)
    )
    if edit is not None:
        document["outage"] = name
        text = _("Carried out as outage {id}") if parameters.carry_out else _("Kept as outage {id}")
        lines.append(text.format(id=name))
        if parameters.carry_out and _ends_as_it_began(study, parameters.upto):
            lines.append(_("Everything stands as before it; its actual times are on record."))
    return Outcome(document, tuple(lines), edit=edit, note=note)


def _listed(project: Project, parameters: StudyParameters) -> Outcome:
    """List the kept studies; nothing else can be asked together with it."""
    from grid_model.kept_outages import kept_outages
    from ui.study_text import kept_list_document, kept_list_lines

    if parameters != StudyParameters(listing=True):
        raise GridError("list-alone")
    found = kept_outages(project)
    return Outcome({"studies": kept_list_document(found)}, tuple(kept_list_lines(found)))


def _ends_as_it_began(study: OutageStudy, upto: int | None) -> bool:
    stage = study.stages[(upto or len(study.stages)) - 1]
    return (
        bool((stage.outage.before.closed == stage.outage.after_topology.closed).all()) and not stage.earthed
    )


def _refuse_unclear(parameters: StudyParameters) -> None:
    """Refuse arguments that say too much or too little."""
    if parameters.propose and not parameters.fault:
        raise GridError("propose-needs-fault")
    if [bool(one) for one in (parameters.steps_file, parameters.fault, parameters.outage)].count(True) != 1:
        raise GridError("steps-or-fault")
    _refuse_beside(parameters)
    if parameters.save is not None and not parameters.save.strip():
        raise GridError("study-without-name")
    if parameters.upto is not None and not parameters.carry_out:
        raise GridError("upto-needs-carry-out")
    if parameters.reason and not parameters.keeps:
        raise GridError("reason-needs-save")
    if parameters.withdraw and (not parameters.outage or parameters.save or parameters.carry_out):
        raise GridError("withdraw-alone")


def _refuse_beside(parameters: StudyParameters) -> None:
    """Refuse what only a fault takes beside a steps file or a kept study: it would be dropped."""
    given = {
        "--state": bool(parameters.state), "--time": bool(parameters.time),
        "--at-m": parameters.at_m is not None,
    }  # fmt: skip
    wrong = [flag for flag, there in given.items() if there and not parameters.fault]
    if wrong and parameters.steps_file:
        raise GridError("said-by-steps-file", flags=", ".join(wrong))
    wrong += ["--inoperable"] if parameters.inoperable else []
    if wrong and parameters.outage:
        raise GridError("said-by-kept-study", flags=", ".join(wrong))


def study_of_file(project: Project, path: Path, feedback: Feedback) -> OutageStudy:
    """Play the steps of a file through; raises `GridError` as ``taiqu study``."""
    from grid_model.study import study_outage
    from grid_model.study_steps import read_steps, refuse_unclear_file

    content = _content(path)
    refuse_unclear_file(content)
    steps, more = read_steps(content, project.info.planning_date)
    return study_outage(project, steps, feedback=feedback, **more)


def _asked(
    project: Project, parameters: StudyParameters, feedback: Feedback
) -> tuple[Proposal | None, Any, dict[str, Any]]:
    """Read the steps, or have them proposed."""
    from grid_model.study_steps import read_steps, refuse_unclear_file

    if parameters.steps_file:
        content = _content(Path(parameters.steps_file))
        refuse_unclear_file(content)
        steps, more = read_steps(content, project.info.planning_date)
        more["inoperable"] = (*more["inoperable"], *parameters.inoperable)
        return None, steps, more
    from grid_model.study_proposal import plan_fault
    from grid_model.wiring import SwitchState

    state = SwitchState(parameters.state or "normal")
    proposal = plan_fault(
        project, parameters.fault, _moment(project, parameters.time), state, parameters.inoperable,
        at_m=parameters.at_m, feedback=feedback,
    )  # fmt: skip
    return proposal, proposal.steps, {"state": state, "inoperable": parameters.inoperable}


def _moment(project: Project, text: str) -> datetime:
    from grid_model.study_steps import read_time

    try:
        return read_time(text or MORNING, project.info.planning_date)
    except ValueError:
        raise GridError("bad-moment", value=text) from None


def _write_steps(path: Path, steps: Any, more: Mapping[str, Any]) -> str:
    """Write the steps as a file that ``--steps`` reads; raises ``cannot-write``, ``bad-output-name``."""
    from gis.files import written_whole
    from grid_model.study_steps import steps_document

    if path.suffix.lower() != ".json":
        raise GridError("bad-output-name", file=str(path), suffix=".json")
    with written_whole(path) as beside:
        text = json.dumps(steps_document(steps, **more), ensure_ascii=False, indent=1)
        beside.write_text(text + "\n", encoding="utf-8")
    return _("Steps written: {file}").format(file=path)


def _write_customers(
    project: Project,
    study: OutageStudy,
    parameters: StudyParameters,
    disclosure: Disclosure,
    feedback: Feedback,
) -> tuple[tuple[str, dict[str, str]], str]:
    from gis.customer_list import write_customer_list

    path = Path(parameters.customers)
    rows = write_customer_list(
        path, project, study, unmasked=disclosure.unmasked, purpose=disclosure.purpose, feedback=feedback
    )
    note = (
        N_("Customer list of an outage: {file}, {rows} customers, {masking}, {purpose}"),
        {
            "file": path.name,
            "rows": str(rows),
            "masking": disclosure.label,
            "purpose": disclosure.purpose or "—",
        },
    )
    return note, _("Customer list written: {file}").format(file=path)


def _edit(
    project: Project,
    study: OutageStudy,
    parameters: StudyParameters,
    findings: Sequence[Finding],
    record: PlanRecord,
) -> tuple[Edit | None, str]:
    """Give the edit that keeps the study or carries it out, and the outage it becomes.

    Only keeping a plan can want a reason: what is carried out has happened.
    """
    if not parameters.keeps:
        return None, ""
    from grid_model.carry_out import CarryOut, SaveOutage, new_outage_id
    from ui.checks_text import refuse_without_reason

    name = parameters.save or ""
    outage = parameters.outage or new_outage_id(project, study)
    if parameters.carry_out:
        return CarryOut(study, parameters.upto, name, parameters.outage, record=record), outage
    refuse_without_reason(project, findings, record.checks["reason"])
    return SaveOutage(study, name, parameters.outage, record=record), outage


def _withdrawn(parameters: StudyParameters) -> Outcome:
    """Take a kept plan back; it stays on record."""
    from grid_model.carry_out import WithdrawOutage

    line = _("Withdrawn: outage {id}").format(id=parameters.outage)
    document = {"outage": parameters.outage, "withdrawn": True, "reason": parameters.reason}
    return Outcome(document, (line,), edit=WithdrawOutage(parameters.outage, parameters.reason))


def _content(path: Path) -> Any:
    """Read the file; raises ``missing-file``, ``unreadable-file`` or ``bad-json``."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise GridError("missing-file", file=str(path)) from None
    except OSError as error:
        raise GridError("unreadable-file", file=str(path), reason=error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise GridError("bad-json", file=str(path), line=1, reason="UTF-8") from None
    except json.JSONDecodeError as error:
        raise GridError("bad-json", file=str(path), line=error.lineno, reason=error.msg) from None


OPERATION = Operation(
    "study",
    N_("Study an outage"),
    N_("Steps with times: who is out when, user-hours, back-feed; or a proposal for a fault"),
    StudyParameters,
    "ui.commands.study:run",
    project="write",
    writes="keeps",
)
