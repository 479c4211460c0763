"""``taiqu trace``: who is in the dark when something opens or fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _

if TYPE_CHECKING:
    from grid_model.tracing import OutageTrace


@dataclass(frozen=True)
class TraceParameters:
    """What happens, in which state of the switches, and where the list goes."""

    open: tuple[str, ...] = parameter(
        N_("Open a switch, or take a line or transformer out"),
        default=(),
        flag="--open",
        metavar="ID",
        repeat=True,
        steps=True,
    )
    fault: tuple[str, ...] = parameter(
        N_("Let a device fail: what protects it trips"),
        default=(),
        flag="--fault",
        metavar="ID",
        repeat=True,
        steps=True,
    )
    close: tuple[str, ...] = parameter(
        N_("Close a switch, or put a line or transformer back"),
        default=(),
        flag="--close",
        metavar="ID",
        repeat=True,
        steps=True,
    )
    state: str = parameter(
        N_("State of the switches before the first step"),
        default="normal",
        flag="--state",
        choices=("normal", "current"),
    )
    customers: str = parameter(
        N_("Write the list of affected customers"), default="", flag="--customers", metavar="OUT.xlsx"
    )
    unmasked: bool = parameter(
        N_("Write names and phones in full; needs a purpose"), default=False, flag="--unmasked"
    )
    purpose: str = parameter(
        N_("What the names in full are needed for"), default="", flag="--purpose", metavar="TEXT"
    )
    steps: tuple[tuple[str, str], ...] = ()


def run(project: Project, parameters: TraceParameters, feedback: Feedback) -> Outcome:
    """Trace the steps; write the list where one is asked for."""
    from gis.masking import Disclosure
    from grid_model.tracing import trace_outage
    from grid_model.wiring import SwitchState
    from ui.outage_text import trace_document, trace_lines

    disclosure = Disclosure.asked(parameters.unmasked, parameters.purpose)
    trace = trace_outage(project, parameters.steps, SwitchState(parameters.state), feedback)
    lines = trace_lines(project, trace, disclosure)
    if not parameters.customers:
        return Outcome(
            trace_document(project, trace, disclosure), lines, note=_unmasking_note(trace, disclosure)
        )
    from gis.customer_list import write_customer_list

    path = Path(parameters.customers)
    write_customer_list(
        path, project, trace, unmasked=disclosure.unmasked, purpose=disclosure.purpose, feedback=feedback
    )
    return Outcome(
        trace_document(project, trace, disclosure),
        (*lines, _("Customer list written: {file}").format(file=path)),
        note=(
            N_("Customer list of an outage: {file}, {rows} customers, {masking}, {purpose}"),
            {
                "file": path.name,
                "rows": str(len(trace.customers) + len(trace.backup)),
                "masking": disclosure.label,
                "purpose": disclosure.purpose or "—",
            },
        ),
    )


def _unmasking_note(trace: OutageTrace, disclosure: Any) -> tuple[str, dict[str, str]] | None:
    if not disclosure.unmasked:
        return None
    opened: Iterable[str] = (one.id for one in trace.opened)
    return (
        N_("Outage of {devices} shown with names in full: {purpose}"),
        {"devices": ", ".join(opened), "purpose": disclosure.purpose},
    )


OPERATION = Operation(
    "trace",
    N_("Trace an outage"),
    N_("Who loses supply when switches open or a device fails; steps happen in the order written"),
    TraceParameters,
    "ui.commands.trace:run",
)
