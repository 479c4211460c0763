"""The journal as a table: who did what when, what of it holds, and the way back to any point of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from PySide6.QtWidgets import QMenu

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.history import Entry, stacks
from grid_model.project import Project
from grid_model.restoring import RestorePoint, entries_after
from resources.i18n import N_, _, ngettext
from ui import objects
from ui.bench import Bench, Selection
from ui.dialogs import ask
from ui.messages import title_of
from ui.tables.frame_model import Shown
from ui.tables.pages import ResultPage, count_text, plain_text

ACTIONS = {
    "edit": N_("Edit"),
    "undo": N_("Undo"),
    "redo": N_("Redo"),
    "outside": N_("By another program"),
    "note": N_("Note"),
    "barrier": N_("New file format"),
}
HOLDS, TAKEN_BACK = N_("Holds"), N_("Taken back")


class JournalPage(ResultPage):
    """The entries of the journal, newest first."""

    def __init__(self, bench: Bench, name: str, title: str) -> None:
        super().__init__(bench, name, title)
        self._shown_entries: tuple[int, int] = (-1, -1)

    def object_at(self, position: int) -> tuple[str, str] | None:
        return None

    def positions_of(self, _chosen: Selection) -> list[int]:
        return []

    def show_entries(self) -> None:
        """Show the journal as it is now."""
        entries = self.bench.session.entries
        state = (len(entries), entries[-1].number if entries else 0)
        if state != self._shown_entries:
            self._shown_entries = state
            project = self.bench.session.project
            self.show_result(journal_frame(list(entries), project), journal_columns())

    def row_menu(self, position: int) -> QMenu:
        menu = super().row_menu(position)
        number = int(self.model.frame["number"].iat[position])
        first = menu.actions()[0]
        for text, to in (
            (_("Restore the state after this entry…"), number),
            (_("Restore the state before this entry…"), number - 1),
        ):
            action = menu.addAction(text, lambda to=to: self.restore(to))
            action.setEnabled(not self.bench.session.reading)
            menu.insertAction(first, action)
        menu.insertSeparator(first)
        return menu

    def restore(self, number: int) -> None:
        """Bring back the state after entry `number`, after asking."""
        session = self.bench.session
        try:
            later = entries_after(session.entries, number)
        except GridError as error:
            session.problem.emit(error)
            return
        if not ask.yes(self.window(), _("Restore an earlier state"), question(later, number), _("Restore")):
            return

        def read(feedback: Feedback) -> RestorePoint:
            images = [image for entry in feedback.track(later) for image in session.images(entry.number)]
            return RestorePoint(number, tuple(images))

        def done(point: RestorePoint) -> None:
            if session.entries[-1].number != last:
                session.warned.emit(_("The project was edited meanwhile; nothing was restored."))
            elif session.do(point) is not None:
                session.noticed.emit(_("The earlier state is back; undo (Ctrl+Z) returns from it."))

        last = session.entries[-1].number
        session.run(_("Reading the journal"), read, done)


def question(later: list[Entry], number: int) -> str:
    """Say what restoring would take back."""
    told = ngettext(
        "Restore the state after entry {number}? {count} change made since is taken back as one step.",
        "Restore the state after entry {number}? {count} changes made since are taken back as one step.",
        len(later),
    ).format(number=number, count=len(later))
    first = _("The first of them: {what} ({when}).").format(
        what=title_of(later[0].title, later[0].values), when=moment_text(later[0].when)
    )
    outside = sum(entry.action == "outside" for entry in later)
    parts = [told, first]
    if outside:
        parts.append(
            ngettext(
                "{count} of them was made by another program.",
                "{count} of them were made by other programs.",
                outside,
            ).format(count=outside)
        )
    parts.append(_("Nothing is lost: the journal keeps every entry, and undo returns to the present state."))
    return "\n\n".join(parts)


def journal_frame(entries: list[Entry], project: Project | None = None) -> pd.DataFrame:
    """Make the rows: number, moment, account, what was done and whether it holds; newest first."""
    holding = {entry.number for entry in stacks(entries)[0]}
    of = {entry.number: entry.of for entry in entries}

    def origin(number: int) -> int:
        while of.get(number):
            number = of[number]
        return number

    def named(values: Mapping[str, str]) -> Mapping[str, str]:
        return values if project is None else objects.named_values(project, values)

    held = {origin(number) for number in holding}
    rows = [
        {
            "number": entry.number,
            "when": entry.when,
            "who": entry.who,
            "action": entry.action,
            "what": title_of(entry.title, named(entry.values)),
            "state": "" if entry.action != "edit" else HOLDS if entry.number in held else TAKEN_BACK,
        }
        for entry in reversed(entries)
    ]
    frame = pd.DataFrame(rows, columns=["number", "when", "who", "action", "what", "state"])
    return frame.astype(
        {"number": "int64", **dict.fromkeys(("when", "who", "action", "what", "state"), "str")}
    )


def moment_text(value: Any) -> str:
    """Write a moment of the journal as people read it: local time to the second."""
    return plain_text(value).replace("T", " ")[:19]


def journal_columns() -> list[Shown]:
    """The columns of the journal."""

    def texts(write: Any) -> Any:
        return lambda values: values.map(write).astype("str")

    def action(value: Any) -> str:
        return _(ACTIONS.get(plain_text(value), plain_text(value)))

    def state(value: Any) -> str:
        return _(plain_text(value)) if value else ""

    return [
        Shown("number", _("No."), count_text, right=True),
        Shown("when", _("When"), moment_text, texts=texts(moment_text)),
        Shown("who", _("Who"), plain_text),
        Shown("action", _("Kind"), action, texts=texts(action)),
        Shown("what", _("What was done"), plain_text),
        Shown("state", _("State"), state, texts=texts(state)),
    ]
