"""Below the switching order: up to when is counted, and whom the planner adds by hand (手工)."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout

from grid_model.project import Project
from grid_model.study_steps import ManualEntry
from resources.i18n import _
from ui import objects
from ui.bench import Bench
from ui.dialogs.manual_dialog import ManualDialog, UntilDialog
from ui.widgets import label, link, row

TABLES = {"customer": "customers", "area": "transformer_areas"}
NAMED = 22


def fill_by_hand(column: QVBoxLayout, bench: Bench, project: Project) -> None:
    """Say up to when is counted and list what was added by hand, with what can be changed about it."""
    desk = bench.outage
    ends = desk.plan.until
    text = (
        _("Counted up to the last step")
        if ends is None
        else _("Counted up to {time}").format(time=ends.strftime("%Y-%m-%d %H:%M"))
    )
    tip = _("Who is not back by the last step is counted up to this moment")
    until = link(text, partial(ask_until, bench), tip)
    add = link(
        _("+ Add by hand…"),
        partial(ask_entry, bench, None),
        _("A customer or an area the network does not show as out, with the reason"),
    )
    column.addLayout(row(until, 1, add))
    for at, entry in enumerate(desk.plan.manual):
        name = objects.object_name(project, TABLES[entry.kind], entry.id, bench.show_personal)
        shown = name if len(name) <= NAMED else name[: NAMED - 1] + "…"
        tip = f"{name} · {entry.id}\n{entry.reason}\n" + _("Click to change it")
        go = link(_("By hand: {name}").format(name=shown), partial(ask_entry, bench, at), tip)
        away = link(_("Take out"), partial(take_out, bench, at))
        column.addLayout(row(go, 1, away))
        column.addWidget(label(_in_words(entry), "tile-note", wrap=True))
    if desk.by_hand is not None:
        told = _("What was added by hand is not counted: {why}").format(
            why=objects.problem_sentence(project, desk.by_hand)
        )
        column.addWidget(label(told, "wrong", wrap=True))


def _in_words(entry: ManualEntry) -> str:
    """Give the reason, and from when to when where that is not the whole study."""
    times = [one.strftime("%m-%d %H:%M") if one is not None else "…" for one in (entry.off, entry.on)]
    return " · ".join([entry.reason, *([" – ".join(times)] if entry.off or entry.on else [])])


def take_out(bench: Bench, at: int) -> None:
    """Take an entry out again."""
    entries = bench.outage.plan.manual
    bench.outage.set_manual((*entries[:at], *entries[at + 1 :]))


def ask_entry(bench: Bench, at: int | None) -> None:
    """Ask for an entry, or change the one at place `at`."""
    project, desk = bench.session.project, bench.outage
    if project is None or not desk.steps:
        return
    entries = list(desk.plan.manual)
    chosen = bench.selection
    known = {table: kind for kind, table in TABLES.items()}
    under = (known[chosen.table], chosen.single) if chosen.table in known and chosen.single else ("", "")
    before = entries[at] if at is not None else ManualEntry(under[0] or "customer", under[1] or "")
    end = desk.plan.until or desk.steps[-1].time
    dialog = ManualDialog(project, before, (desk.steps[0].time, end), at is None)
    if dialog.exec() and dialog.entry is not None:
        if at is None:
            entries.append(dialog.entry)
        else:
            entries[at] = dialog.entry
        desk.set_manual(entries)


def ask_until(bench: Bench) -> None:
    """Ask up to when is counted."""
    desk = bench.outage
    if not desk.steps:
        return
    dialog = UntilDialog(desk.plan.until, desk.steps[-1].time)
    if dialog.exec():
        desk.set_until(dialog.until)
