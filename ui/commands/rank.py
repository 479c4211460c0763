"""``taiqu rank``: what is lost with every single device, worst first, and with pairs of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _

if TYPE_CHECKING:
    from grid_model.customers import Consumers
    from grid_model.pair_losses import PairLoss
    from grid_model.ranking import DeviceRanking

SHOWN = 20
"""Devices named in the terminal; the file or the document has them all."""

KINDS = {
    "switches": ("switch", N_("Switch")),
    "ac_line_segments": ("line", N_("Line segment")),
    "power_transformers": ("transformer", N_("Transformer")),
}
"""Code and label of what a device is."""

REASONS = {
    "": "",
    "in_loop": N_("In a loop: its loss alone harms nobody"),
    "no_supply": N_("Carries no supply"),
    "open": N_("Open or out of service"),
}

HEADINGS = (
    N_("Device"),
    N_("Kind"),
    N_("LV customers"),
    N_("MV users"),
    N_("Rated power (kVA)"),
    N_("Important customers"),
    N_("PV (kW)"),
    N_("Transformer areas"),
    N_("Remark"),
)


@dataclass(frozen=True)
class RankParameters:
    """Which state is ranked and where the list goes."""

    out: str = parameter(N_("Also write the list"), default="", flag="--out", metavar="FILE.csv|.xlsx")
    state: str = parameter(
        N_("State of the switches"), default="normal", flag="--state", choices=("normal", "current")
    )
    pair: tuple[str, ...] = parameter(
        N_("Also two devices lost at once (N-2)"), default=(), flag="--pair", metavar="ID,ID", repeat=True
    )


def run(project: Project, parameters: RankParameters, feedback: Feedback) -> Outcome:
    """Rank every switch, line segment and transformer, and judge the pairs asked for."""
    from grid_model.customers import Consumers
    from grid_model.pair_losses import pair_losses
    from grid_model.ranking import rank_devices
    from grid_model.wiring import SwitchState

    state = SwitchState(parameters.state)
    ranking = rank_devices(project, state, feedback)
    pairs = pair_losses(project, [_two_names(ranking, one) for one in parameters.pair], state, feedback)
    consumers = Consumers.of(project)
    rows = list(ranked_rows(ranking))
    lines = list(_lines(project, ranking, consumers, rows))
    lines[1:1] = _pair_lines(pairs)
    if parameters.out:
        _write(Path(parameters.out), rows, lines[0], feedback)
        lines.append(_("List written: {file}").format(file=parameters.out))
    document = {"state": state.value, "data_date": project.info.data_date, "devices": rows}
    if parameters.pair:
        document["pairs"] = [_pair_row(pair) for pair in pairs]
    return Outcome(document, tuple(lines))


def _two_names(ranking: DeviceRanking, text: str) -> tuple[str, str]:
    """Part ``A,B``; where identifiers have commas themselves, at the one that leaves two known devices."""
    from grid_model.errors import GridError

    parts = text.split(",")
    found = [(",".join(parts[:n]).strip(), ",".join(parts[n:]).strip()) for n in range(1, len(parts))]
    if len(found) > 1:
        wiring = ranking.topology.wiring
        found = [pair for pair in found if all(wiring.knows(name) for name in pair)]
    if len(found) != 1 or not all(found[0]):
        raise GridError("bad-pair", text=text)
    return found[0]


def _pair_row(pair: PairLoss) -> dict[str, Any]:
    """Give one pair as the document has it."""
    row: dict[str, Any] = {
        "ids": [one.id for one in pair.devices],
        "kinds": [KINDS[one.table][0] for one in pair.devices],
    }
    row |= {name: _plain(value) for name, value in pair.losses.items()}
    row["beyond_single"] = {name: _plain(value) for name, value in pair.beyond_single.items()}
    return row


def _pair_lines(pairs: Sequence[PairLoss]) -> Iterator[str]:
    from ui.formats import number, whole

    for pair in pairs:
        first, second = (f"{_(KINDS[one.table][1])} {one.id}" for one in pair.devices)
        lost, beyond = pair.losses, pair.beyond_single
        yield _(
            "{first} and {second}: together {lv} LV customers, {mv} MV users, {kva} kVA, "
            "{important} important"
        ).format(
            first=first,
            second=second,
            lv=whole(int(lost["lv_customers"])),
            mv=whole(int(lost["mv_users"])),
            kva=number(lost["rated_kva"]),
            important=whole(int(lost["important"])),
        )
        if not any(beyond.values()):
            yield "   " + _("nobody beyond what each loses alone")
            continue
        yield "   " + _(
            "of these, with neither of them alone: {lv} LV customers, {mv} MV users, {kva} kVA"
        ).format(
            lv=whole(int(beyond["lv_customers"])),
            mv=whole(int(beyond["mv_users"])),
            kva=number(beyond["rated_kva"]),
        )


def ranked_rows(ranking: DeviceRanking) -> Iterator[dict[str, Any]]:
    """Give every device, worst first, as the document has it."""
    from grid_model.ranking import REASONS as CODES
    from grid_model.wiring import DEVICE_TABLES

    tables = ranking.topology.wiring.tables
    names = [(one, KINDS[name][0]) for name in DEVICE_TABLES for one in tables[name].frame["id"].tolist()]
    losses = {name: values.tolist() for name, values in ranking.losses.items()}
    reasons = ranking.reason.tolist()
    for number in ranking.order.tolist():
        identifier, kind = names[number]
        found: dict[str, Any] = {"id": identifier, "kind": kind}
        found |= {name: _plain(values[number]) for name, values in losses.items()}
        yield found | {"reason": CODES[reasons[number]]}


def _plain(value: float) -> float:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _lines(
    project: Project, ranking: DeviceRanking, consumers: Consumers, rows: list[dict[str, Any]]
) -> Iterator[str]:
    from grid_model.customers import fed
    from ui.formats import number, whole
    from ui.outage_text import header_line

    unknown = int((consumers.active & ~fed(consumers.customers, ranking.topology.supplied)).sum())
    yield header_line(project, ranking.topology.state, unknown, consumers.unlinked)
    labels = {code: _(label) for code, label in KINDS.values()}
    harmful = [row for row in rows if any(row[name] for name in ranking.losses)]
    yield _(
        "{harmful} of {all} devices leave somebody in the dark when lost alone; {loops} stand in a loop."
    ).format(
        harmful=whole(len(harmful)),
        all=whole(len(rows)),
        loops=whole(sum(row["reason"] == "in_loop" for row in rows)),
    )
    for n, row in enumerate(harmful[:SHOWN], 1):
        yield f"{n:3}. " + _(
            "{kind} {id}: {lv} LV customers, {mv} MV users, {kva} kVA, {important} important"
        ).format(
            kind=labels[row["kind"]],
            id=row["id"],
            lv=whole(row["lv_customers"]),
            mv=whole(row["mv_users"]),
            kva=number(row["rated_kva"]),
            important=whole(row["important"]),
        )


def _write(path: Path, rows: list[dict[str, Any]], header: str, feedback: Feedback) -> None:
    from gis.csv_table import write_csv
    from gis.sheets import Sheet, write_sheets
    from grid_model.errors import GridError

    labels = {code: _(label) for code, label in KINDS.values()}
    remarks = {code: _(text) for code, text in REASONS.items()}
    cells = [
        (
            row["id"],
            labels[row["kind"]],
            row["lv_customers"],
            row["mv_users"],
            row["rated_kva"],
            row["important"],
            row["pv_kw"],
            row["transformer_areas"],
            remarks[row["reason"]],
        )
        for row in rows
    ]
    headings = [_(one) for one in HEADINGS]
    match path.suffix.lower():
        case ".xlsx":
            write_sheets(path, [Sheet(_("Loss of every device"), headings, cells, (header,))], feedback)
        case ".csv":
            write_csv(path, headings, cells, feedback)
        case _:
            raise GridError("bad-output-name", file=path.name, suffix=".csv, .xlsx")


OPERATION = Operation(
    "rank",
    N_("Loss of every device"),
    N_("What is lost with every switch, line and transformer alone, worst first"),
    RankParameters,
    "ui.commands.rank:run",
)
