"""``taiqu follow``: follow the network downstream, upstream, to another place, to the next switches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _

if TYPE_CHECKING:
    from grid_model.trace_configuration import TraceConfiguration
    from grid_model.traces import TraceResult

KINDS = ("downstream", "upstream", "connected", "feeder", "path", "loops", "next", "isolation")


@dataclass(frozen=True)
class FollowParameters:
    """Where the trace starts, which way it goes, what stops it, what is listed and added up."""

    starts: tuple[str, ...] = parameter(
        N_("Start at a device, node, customer, area or feeder"),
        default=(),
        flag="--from",
        metavar="ID",
        repeat=True,
    )
    target: str = parameter(N_("Where the path leads to"), default="", flag="--to", metavar="ID")
    kind: str = parameter(
        N_("What is looked for; with --to a path, else what is downstream"),
        default="",
        flag="--kind",
        choices=KINDS,
    )
    state: str = parameter(
        N_("State of the switches"), default="", flag="--state", choices=("normal", "current")
    )
    barrier: tuple[str, ...] = parameter(
        N_("Bound the walk at a device or node, or wherever a condition holds"),
        default=(),
        flag="--barrier",
        metavar="ID|CONDITION",
        repeat=True,
    )
    stop: tuple[str, ...] = parameter(
        N_("Go no further where a condition holds"),
        default=(),
        flag="--stop",
        metavar="CONDITION",
        repeat=True,
    )
    enter: tuple[str, ...] = parameter(
        N_("Enter only what a condition on its table holds for"),
        default=(),
        flag="--enter",
        metavar="CONDITION",
        repeat=True,
    )
    filter: tuple[str, ...] = parameter(
        N_("List of a table only what a condition holds for"),
        default=(),
        flag="--filter",
        metavar="CONDITION",
        repeat=True,
    )
    show: tuple[str, ...] = parameter(
        N_("List only devices of this table"), default=(), flag="--show", metavar="TABLE", repeat=True
    )
    sum: tuple[str, ...] = parameter(
        N_("Add up, where wanted under a condition"),
        default=(),
        flag="--sum",
        metavar="SUM[ where CONDITION]",
        repeat=True,
    )
    of: tuple[str, ...] = parameter(
        N_("Which devices are the next ones; else switches"),
        default=(),
        flag="--of",
        metavar="TABLE|CONDITION",
        repeat=True,
    )
    count: int | None = parameter(
        N_("How many next devices"), default=None, flag="--count", metavar="N", number=int
    )
    direction: str = parameter(
        N_("Where the next devices are looked for"),
        default="",
        flag="--direction",
        choices=("downstream", "upstream", "both"),
    )
    by: str = parameter(
        N_("What is near: length of line, or number of devices between"),
        default="",
        flag="--by",
        choices=("length", "branches"),
    )
    inoperable: tuple[str, ...] = parameter(
        N_("Pass over a switch that cannot be operated"),
        default=(),
        flag="--inoperable",
        metavar="ID",
        repeat=True,
    )
    customers: bool = parameter(
        N_("List the customer numbers too, not only how many"), default=False, flag="--customers"
    )
    out: str = parameter(N_("Also write the list"), default="", flag="--out", metavar="FILE.csv|.xlsx")
    named: str = parameter(
        N_("Do the trace saved by this name; what is given besides replaces its own"),
        default="",
        flag="--named",
        metavar="NAME",
    )
    save: str = parameter(
        N_("Save the trace by this name in the project"), default="", flag="--save", metavar="NAME"
    )
    forget: str = parameter(N_("Take a saved trace away"), default="", flag="--forget", metavar="NAME")
    list: bool = parameter(N_("List the saved traces"), default=False, flag="--list")

    @property
    def edits(self) -> bool:
        """Whether the project file is changed."""
        return bool(self.save or self.forget)


def run(project: Project, parameters: FollowParameters, feedback: Feedback) -> Outcome:
    """Do the trace; or list, save, forget one."""
    from grid_model.saved_traces import ForgetTrace, SaveTrace
    from grid_model.traces import run_trace
    from ui.follow_text import follow_document, follow_lines

    if parameters.list:
        return _saved(project)
    if parameters.forget:
        forgetting = ForgetTrace(parameters.forget)
        forgetting.apply(project)
        done = _("Forgotten: {name}").format(name=parameters.forget)
        return Outcome({"forgotten": parameters.forget}, (done,), edit=forgetting)
    configuration = configured(project, parameters)
    result = run_trace(project, configuration, feedback)
    document = follow_document(result, customers=parameters.customers)
    lines = list(follow_lines(result))
    note = None
    if parameters.out:
        note = _write(result, parameters, lines[0], feedback)
        lines.append(_("List written: {file}").format(file=parameters.out))
    if parameters.save:
        lines.append(_("Saved as {name}").format(name=parameters.save))
    edit = SaveTrace(parameters.save, configuration) if parameters.save else None
    return Outcome(document, tuple(lines), edit=edit, note=note)


def configured(project: Project, parameters: FollowParameters) -> TraceConfiguration:
    """Make the configuration: the saved one where named, and what is given besides.

    Raises
    ------
    GridError
        ``trace-nothing-named``; what reading conditions and saved traces raises.
    """
    from grid_model.saved_traces import saved_trace
    from grid_model.trace_configuration import TraceConfiguration, TraceKind

    if parameters.named:
        base = saved_trace(project, parameters.named)
    elif not parameters.starts and parameters.kind != "loops":
        raise GridError("trace-nothing-named")
    else:
        base = TraceConfiguration(TraceKind.PATH if parameters.target else TraceKind.DOWNSTREAM)
    return replace(base, **_given(parameters)).checked()


def _given(parameters: FollowParameters) -> dict[str, Any]:
    """Read what stands on the command line; what does not is left as it is."""
    from grid_model.trace_configuration import (
        Condition,
        Direction,
        Measure,
        TraceKind,
        TraceSum,
        is_condition,
        table_named,
    )
    from grid_model.wiring import SwitchState

    places = tuple(one for one in parameters.barrier if not is_condition(one))
    found: dict[str, Any] = {
        "starts": parameters.starts,
        "target": parameters.target,
        "count": parameters.count,
        "inoperable": parameters.inoperable,
        "barriers": places,
        "barrier_conditions": tuple(Condition.parse(one) for one in parameters.barrier if one not in places),
        "stops": tuple(map(Condition.parse, parameters.stop)),
        "enters": tuple(map(Condition.parse, parameters.enter)),
        "filters": tuple(map(Condition.parse, parameters.filter)),
        "wanted": tuple(map(Condition.parse, parameters.of)),
        "show": tuple(map(table_named, parameters.show)),
        "sums": tuple(map(TraceSum.parse, parameters.sum)),
        "kind": TraceKind(parameters.kind) if parameters.kind else None,
        "state": SwitchState(parameters.state) if parameters.state else None,
        "direction": Direction(parameters.direction) if parameters.direction else None,
        "measure": Measure(parameters.by) if parameters.by else None,
    }
    return {name: value for name, value in found.items() if value not in (None, "", ())}


def _saved(project: Project) -> Outcome:
    from grid_model.saved_traces import saved_names, saved_trace
    from ui.follow_text import described
    from ui.messages import sentence

    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for name in saved_names(project):
        try:
            configuration = saved_trace(project, name)
        except GridError as error:
            rows.append({"name": name, "configuration": None})
            lines.append(sentence(error))
        else:
            rows.append({"name": name, "configuration": configuration.to_document()})
            lines.append(f"{name}: {described(configuration)}")
    return Outcome({"traces": rows}, tuple(lines or (_("No trace is saved in this project."),)))


def _write(
    result: TraceResult, parameters: FollowParameters, header: str, feedback: Feedback
) -> tuple[str, dict[str, str]] | None:
    """Write the list; gives the journal line where it names customers."""
    from gis.csv_table import write_csv
    from gis.sheets import write_sheets
    from ui.follow_text import sheets

    path = Path(parameters.out)
    made = sheets(result, header, customers=parameters.customers)
    match path.suffix.lower():
        case ".xlsx":
            write_sheets(path, made, feedback)
        case ".csv":
            if parameters.customers:
                raise GridError("trace-csv-one-list", file=path.name)
            write_csv(path, made[0].headings, made[0].rows, feedback)
        case _:
            raise GridError("bad-output-name", file=path.name, suffix=".csv, .xlsx")
    if not parameters.customers:
        return None
    values = {"file": path.name, "rows": str(len(made[1].rows))}
    return N_("List of a trace: {file}, {rows} customers by their numbers"), values


OPERATION = Operation(
    "follow",
    N_("Follow the network"),
    N_("What is downstream or upstream of a place, the path to another, the next switches, loops, isolation"),
    FollowParameters,
    "ui.commands.follow:run",
    project="write",
    writes="edits",
)
