"""What can be asked about a switch, a line or a transformer: one menu for the map and for the panel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton

from grid_model.errors import GridError
from grid_model.project import Project
from grid_model.study_places import ENDS, place_on_line
from resources.i18n import N_, _
from ui import objects
from ui.bench import Bench


@dataclass(frozen=True)
class Question:
    """One entry: what it says, what it does, what it tells when pointed at."""

    text: str
    ask: Callable[[], None]
    tip: str = ""
    starts_section: bool = False
    checked: bool | None = None


def questions(bench: Bench, table: str, one: str) -> list[Question]:
    """List what can be asked about a device as it stands after the step that is shown."""
    device = f"{table}:{one}"
    is_open = bench.outage.is_open(table, one)
    found: list[Question] = []

    def add(text: str, action: str, *devices: str, tip: str = "", section: bool = False, **more: Any) -> None:
        act = partial(ask_about, bench, action, *(devices or (device,)), **more)
        found.append(Question(_(text), act, _(tip) if tip else "", section))

    if is_open:
        add(N_("What if it closes"), "close")
    else:
        add(N_("What if it opens") if table == "switches" else N_("What if it is taken out"), "open")
    if table == "ac_line_segments" and bench.place is not None:
        add(N_("What if a fault is here"), "fault", tip=N_("The place clicked is kept"))
    else:
        add(N_("What if it fails"), "fault")
    if _is_faulted(bench, table, one):
        add(N_("Repaired"), "repair")
    add(N_("Earth it"), "earth", section=True, tip=N_("Earth its ends; they must be dead"))
    if bench.outage.overlay is not None and bench.outage.overlay.spots:
        add(N_("Take the earth off"), "unearth")
    if table == "ac_line_segments":
        add(N_("Cut the line here"), "cut")
    add(
        N_("Bridge it with a jumper"),
        "jumper",
        tip=N_("A temporary jumper from one of its ends to the other"),
    )
    found += _jumper_questions(bench, table, one)
    trace, tip = partial(_trace_from, bench, device), _("Downstream, upstream, the path to another place")
    found.append(Question(_("Trace from here…"), trace, tip, True))
    if table == "switches":
        marked = f"switches:{one}" in bench.outage.plan.inoperable
        found.append(
            Question(
                _("Cannot be operated"),
                partial(_mark, bench, one, not marked),
                _("Proposals pass it over and find the next one"),
                True,
                marked,
            )
        )
    return found


def _jumper_questions(bench: Bench, table: str, one: str) -> list[Question]:
    """Offer a jumper from, or to, each end of a device; of a line the end nearer to the click first."""
    project, start = bench.session.project, bench.jumper_from
    if project is None or (start is not None and start.rpartition("@")[0] == f"{table}:{one}"):
        return []
    found = []
    for n, (end, node) in enumerate(ends_of(project, table, one, bench.place)):
        place, name = f"{table}:{one}@{end}", objects.object_name(project, "connectivity_nodes", node)
        if start is None:
            text = (
                _("Jumper from here…")
                if not n
                else _("Jumper from the other end ({node})…").format(node=name)
            )
            tip = _("At node {node}; the other end is the next device you choose this for").format(node=name)
            found.append(Question(text, partial(bench.begin_jumper, place), tip))
        else:
            text = (
                _("Jumper from {device} to here")
                if not n
                else _("Jumper from {device} to the other end ({node})")
            )
            told = text.format(device=_name(bench, start.rpartition("@")[0]), node=name)
            found.append(
                Question(told, partial(_join, bench, start, place), _("At node {node}").format(node=name))
            )
    return found


def ends_of(
    project: Project, table: str, one: str, place: tuple[float, float] | None
) -> tuple[tuple[str, str], ...]:
    """Give the ends ``a``, ``b`` of a device and the nodes there, those nearer to a place on a line first.

    Ends without a node, and a second end at the same node, are left out.
    """
    row = project.table(table).row(one)
    nodes = dict(zip("ab", (row[name] for name in ENDS[table]), strict=True))
    order = "ab"
    if table == "ac_line_segments" and place is not None:
        try:
            at = place_on_line(project, one, xy=place)
        except GridError:  # the line has no place of its own to measure along
            at = None
        order = "ba" if at is not None and at.at_m > at.length_m / 2 else "ab"
    found = {nodes[end]: end for end in reversed(order) if nodes[end] in project.table("connectivity_nodes")}
    return tuple((end, nodes[end]) for end in order if found.get(nodes[end]) == end)


def ask_about(bench: Bench, action: str, *devices: str, **more: Any) -> None:
    """Put a step into the study and turn to it; what strikes a line keeps the place clicked on it."""
    on_line = devices and devices[0].startswith("ac_line_segments:")
    if action in ("fault", "cut") and on_line and bench.place is not None:
        more = {"xy": bench.place, **more}
    bench.set_task("outage")
    bench.outage.add(action, *devices, **more)


def _trace_from(bench: Bench, device: str) -> None:
    """Turn to the traces, with a device to start from."""
    bench.set_task("outage")
    bench.traces.begin(device)


def _name(bench: Bench, device: str) -> str:
    table, _colon, one = device.partition(":")
    project = bench.session.project
    return objects.object_name(project, table, one) if project is not None else one


def _is_faulted(bench: Bench, table: str, one: str) -> bool:
    result, shown = bench.outage.result, bench.outage.shown
    if result is None or not shown:
        return False
    return any((fault.table, fault.id) == (table, one) for fault in result.study.stages[shown - 1].faults)


def _join(bench: Bench, start: str, end: str) -> None:
    bench.begin_jumper("")
    ask_about(bench, "jumper", start, end)


def _mark(bench: Bench, switch: str, inoperable: bool) -> None:
    bench.set_task("outage")
    bench.outage.mark_inoperable(switch, inoperable)


def fill_device_menu(menu: QMenu, bench: Bench, table: str, one: str) -> None:
    """Put the questions into a menu."""
    menu.clear()
    menu.setToolTipsVisible(True)
    for question in questions(bench, table, one):
        if question.starts_section:
            menu.addSeparator()
        action = menu.addAction(question.text, question.ask)
        action.setToolTip(question.tip or question.text)
        if question.checked is not None:
            action.setCheckable(True)
            action.setChecked(question.checked)


def device_menu_button(bench: Bench, table: str, one: str) -> QToolButton:
    """Give the button that shows the menu beside the first questions."""
    made = QToolButton()
    made.setText(f"{_('More')} ▾")
    made.setToolTip(_("Everything that can be asked about this device"))

    def show() -> None:
        menu = QMenu(made.window())  # an answer makes the panel anew, and the button with it
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_device_menu(menu, bench, table, one)
        menu.popup(made.mapToGlobal(made.rect().bottomLeft()))

    made.clicked.connect(show)
    return made
