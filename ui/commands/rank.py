"""``taiqu rank``: what is lost with every single device, worst first, and with pairs of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.operation import Operation, Outcome, parameter
from grid_model.project import Project
from resources.i18n import N_, _

if TYPE_CHECKING:
    from gis.sheets import Sheet
    from grid_model.pair_losses import PairLoss
    from grid_model.ranking import DeviceRanking
    from grid_model.tracing import Outage

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
    N_("Name"),
    N_("Kind"),
    N_("LV customers"),
    N_("MV users"),
    N_("Rated power (kVA)"),
    N_("Important customers"),
    N_("PV (kW)"),
    N_("Transformer areas"),
    N_("Remark"),
)


LOSSES = ("lv_customers", "mv_users", "rated_kva", "important", "pv_kw", "transformer_areas")
"""What the headings from the fourth on are about."""


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
    from grid_model.pair_losses import pair_losses
    from grid_model.ranking import rank_devices
    from grid_model.tracing import Outage
    from grid_model.wiring import SwitchState

    state = SwitchState(parameters.state)
    if parameters.pair and parameters.out.lower().endswith(".csv"):
        raise GridError("pairs-need-a-workbook", file=parameters.out)
    ranking = rank_devices(project, state, feedback)
    pairs = pair_losses(project, [_two_names(ranking, one) for one in parameters.pair], state, feedback)
    outage = Outage.of(project, state)
    rows = list(ranked_rows(ranking))
    head = _head(project, outage)
    lines = [*head, *_pair_lines(pairs), *_lines(ranking, rows)]
    if parameters.out:
        _write(Path(parameters.out), rows, pairs, head, feedback)
        lines.append(_("List written: {file}").format(file=parameters.out))
    document = {
        "state": state.value, "data_date": project.info.data_date, "unknown": len(outage.unknown),
        "already_out": len(outage.already_out), "unlinked": outage.consumers.unlinked, "devices": rows,
    }  # fmt: skip
    if parameters.pair:
        document["pairs"] = [_pair_row(pair) for pair in pairs]
    return Outcome(document, tuple(lines))


def _two_names(ranking: DeviceRanking, text: str) -> tuple[str, str]:
    """Part ``A,B``; where identifiers have commas themselves, at the one that leaves two known devices."""
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
            "{first} and {second}: together LV customers {lv}, MV users {mv}, {kva} kVA, "
            "important {important}"
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
            "of these, with neither of them alone: LV customers {lv}, MV users {mv}, {kva} kVA"
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
    devices = [
        (one, called, KINDS[table][0])
        for table in DEVICE_TABLES
        for one, called in tables[table].frame[["id", "name"]].fillna("").itertuples(index=False)
    ]
    losses = {name: values.tolist() for name, values in ranking.losses.items()}
    reasons = ranking.reason.tolist()
    for number in ranking.order.tolist():
        identifier, called, kind = devices[number]
        found: dict[str, Any] = {"id": identifier, "name": called, "kind": kind}
        found |= {name: _plain(values[number]) for name, values in losses.items()}
        yield found | {"reason": CODES[reasons[number]]}


def _plain(value: float) -> float:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _head(project: Project, outage: Outage) -> list[str]:
    """State what every list must; whoever is out at present stands with no device."""
    from ui.formats import whole
    from ui.outage_text import header_line

    lines = [header_line(project, outage.before.state, len(outage.unknown), outage.consumers.unlinked)]
    if len(outage.already_out):
        out = whole(len(outage.already_out))
        lines.append(_("Without supply already, counted with no device: customers {n}").format(n=out))
    return lines


def _lines(ranking: DeviceRanking, rows: list[dict[str, Any]]) -> Iterator[str]:
    from ui.formats import number, whole

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
            "{kind} {id}: LV customers {lv}, MV users {mv}, {kva} kVA, important {important}"
        ).format(
            kind=labels[row["kind"]],
            id=f"{row['name']} ({row['id']})" if row["name"] not in ("", row["id"]) else row["id"],
            lv=whole(row["lv_customers"]),
            mv=whole(row["mv_users"]),
            kva=number(row["rated_kva"]),
            important=whole(row["important"]),
        )


def _write(
    path: Path,
    rows: list[dict[str, Any]],
    pairs: Sequence[PairLoss],
    head: Sequence[str],
    feedback: Feedback,
) -> None:
    from gis.csv_table import write_csv
    from gis.sheets import Sheet, write_sheets

    labels = {code: _(label) for code, label in KINDS.values()}
    remarks = {code: _(text) for code, text in REASONS.items()}
    cells = [
        (
            row["id"],
            row["name"],
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
            sheets = [Sheet(_("Loss of every device"), headings, cells, head)]
            write_sheets(path, [*sheets, *_pair_sheets(pairs, head)], feedback)
        case ".csv":
            write_csv(path, headings, cells, feedback)
        case _:
            raise GridError("bad-output-name", file=path.name, suffix=".csv, .xlsx")


def _pair_sheets(pairs: Sequence[PairLoss], head: Sequence[str]) -> list[Sheet]:
    """Give the sheet of the pairs, in the order asked: what both lose, and what neither loses alone."""
    from gis.sheets import Sheet

    if not pairs:
        return []
    numbers = dict(zip(LOSSES, HEADINGS[3:9], strict=True))
    names = [_("Device"), _("Kind"), _("Second device"), _("Its kind")]
    beyond = [_("{number}, with neither alone").format(number=_(one)) for one in numbers.values()]
    cells: list[list[str | float | None]] = []
    for pair in pairs:
        who = [text for one in pair.devices for text in (one.id, _(KINDS[one.table][1]))]
        lost, more = ([_plain(part[one]) for one in numbers] for part in (pair.losses, pair.beyond_single))
        cells.append([*who, *lost, *more])
    return [
        Sheet(_("Pairs of devices"), [*names, *(_(one) for one in numbers.values()), *beyond], cells, head)
    ]


OPERATION = Operation(
    "rank",
    N_("Loss of every device"),
    N_("What is lost with every switch, line and transformer alone, worst first"),
    RankParameters,
    "ui.commands.rank:run",
)
