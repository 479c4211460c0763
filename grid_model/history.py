"""The edits of a project in order: do, undo, redo, and who hears of it.

The journal is the only memory: every edit, undo and redo appends one entry with before-images. What
undo would take back next follows from the entries alone, so it is the same after a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from grid_model.changes import Changes, Image, rows_in, undoing
from grid_model.earthing import refuse_new_danger
from grid_model.errors import GridError
from grid_model.naming import named
from grid_model.project import Edit, Project


@dataclass(frozen=True)
class Entry:
    """One line of the journal.

    Parameters
    ----------
    number
        Counts from 1; larger is later.
    when
        ISO moment with time zone; for reading only, no result depends on it.
    who
        Name of the account.
    action
        ``edit``, ``undo``, ``redo``, ``outside`` (rows changed by another program) or ``note``
        (something that changed no row: an export, a print).
    title, values
        What was done: a marked text and what fills its fields.
    of
        Number of the entry an ``undo`` or ``redo`` takes back, else 0.
    images
        Before-images; empty for a note.
    """

    number: int
    when: str
    who: str
    action: str
    title: str
    values: Mapping[str, str] = field(default_factory=dict)
    of: int = 0
    images: tuple[Image, ...] = ()


@dataclass(frozen=True)
class _Step:
    """One change that is not yet known to be saved: the way back to `before`."""

    number: int
    before: Project
    changes: Changes


class Journal(Protocol):
    """Where entries are kept: in memory, or in the project file."""

    def entries(self) -> Sequence[Entry]:
        """Every entry in order, without images."""

    @property
    def saved(self) -> int:
        """Number of the last entry that is safely kept; what comes after it may still be taken back."""

    def images(self, number: int) -> tuple[Image, ...]:
        """The before-images of one entry."""

    def append(self, action: str, title: str, values: Mapping[str, str], of: int, changes: Changes) -> Entry:
        """Write one entry and the changed rows together; give the entry back.

        A journal in a file may write behind (see `gis.project_file`): it then tells about success or
        failure by its own signals, and the entry counts as saved only when committed.
        """


class MemoryJournal:
    """A journal that lives as long as the program: for tests and headless work."""

    def __init__(self, who: str = "") -> None:
        self._who = who
        self._entries: list[Entry] = []

    def entries(self) -> Sequence[Entry]:
        """Every entry in order."""
        return tuple(self._entries)

    @property
    def saved(self) -> int:
        """Memory holds at once."""
        return len(self._entries)

    def images(self, number: int) -> tuple[Image, ...]:
        """The before-images of one entry."""
        return self._entries[number - 1].images

    def append(self, action: str, title: str, values: Mapping[str, str], of: int, changes: Changes) -> Entry:
        """Keep one entry."""
        entry = Entry(
            len(self._entries) + 1, "", self._who, action, title, dict(values), of, changes.images()
        )
        self._entries.append(entry)
        return entry


Listener = Callable[[Project, Changes], None]


class History:
    """The project as it stands now, and the way back."""

    def __init__(self, project: Project, journal: Journal | None = None) -> None:
        self._project = project
        self.journal: Journal = journal if journal is not None else MemoryJournal()
        self._listeners: list[Listener] = []
        self._unsaved: list[_Step] = []
        self._undo, self._redo = stacks(self.journal.entries())

    @property
    def project(self) -> Project:
        """The project as it stands now."""
        return self._project

    def listen(self, listener: Listener) -> None:
        """Call `listener` with the new project and the changes after every edit, undo and redo."""
        self._listeners.append(listener)

    def forget(self, listener: Listener) -> None:
        """Stop calling `listener`."""
        self._listeners.remove(listener)

    @property
    def next_undo(self) -> Entry | None:
        """The entry that undo would take back, None where there is none."""
        return self._undo[-1] if self._undo else None

    @property
    def next_redo(self) -> Entry | None:
        """The entry that redo would bring back, None where there is none."""
        return self._redo[-1] if self._redo else None

    def do(self, edit: Edit) -> Changes:
        """Make an edit; an edit that changes nothing leaves no trace.

        Raises
        ------
        GridError
            What the edit raises, and as `refuse_new_danger`; the project is then as before.
        """
        project, changes = edit.apply(self._project)
        if changes:
            refuse_new_danger(self._project, project, changes)
            entry = self.journal.append("edit", edit.title, self._named(project, edit.values), 0, changes)
            self._undo.append(entry)
            self._redo.clear()
            self._take(entry, project, changes)
        return changes

    def _named(self, after: Project, values: Mapping[str, str]) -> Mapping[str, str]:
        """Name what an edit is about while the rows are there: those that go, then those that came."""
        return named(after, named(self._project, values))

    def undo(self) -> Changes:
        """Take back the last edit.

        Raises
        ------
        GridError
            ``nothing-to-undo``, ``undo-row-gone``, ``changed-since`` where another program has
            changed one of its rows, and as `refuse_new_danger`.
        """
        return self._revert("undo", self._undo, self._redo, "nothing-to-undo")

    def redo(self) -> Changes:
        """Bring back what undo took; raises ``nothing-to-redo`` and else as `undo`."""
        return self._revert("redo", self._redo, self._undo, "nothing-to-redo")

    def _revert(self, action: str, source: list[Entry], target: list[Entry], empty: str) -> Changes:
        if not source:
            raise GridError(empty)
        entry = source[-1]
        images = self.journal.images(entry.number)
        self._refuse_changed_outside(entry, images)
        changes = undoing(self._project, images)
        project = self._project.with_changes(changes)
        refuse_new_danger(self._project, project, changes)
        made = self.journal.append(action, entry.title, entry.values, entry.number, changes)
        source.pop()
        target.append(made)
        self._take(made, project, changes)
        return changes

    def _refuse_changed_outside(self, entry: Entry, images: tuple[Image, ...]) -> None:
        outside = [
            one for one in self.journal.entries() if one.action == "outside" and one.number > entry.number
        ]
        mine = rows_in(images) if outside else {}
        for later in outside:
            for table, fids in rows_in(self.journal.images(later.number)).items():
                if table in mine and np.isin(mine[table], fids).any():
                    raise GridError(
                        "changed-since", table=table, title=entry.title, values=dict(entry.values)
                    )

    def note(self, title: str, values: Mapping[str, str]) -> None:
        """Write a line into the journal that changes no row: an export, a print, an unmasking."""
        self._remember(self.journal.append("note", title, values, 0, Changes()), Changes())

    def take_back(self) -> Changes:
        """Return to the last saved state, where the journal could not keep what came after it.

        Returns
        -------
        changes
            What was taken back, as the listeners hear it.
        """
        lost = [step for step in self._unsaved if step.number > self.journal.saved]
        changes = Changes(tuple(change for step in reversed(lost) for change in step.changes.inverse()))
        self._unsaved.clear()
        self._undo, self._redo = stacks(self.journal.entries())
        if lost:
            self._project = lost[0].before
            self._tell(changes)
        return changes

    def _take(self, entry: Entry, project: Project, changes: Changes) -> None:
        self._remember(entry, changes)
        self._project = project
        self._tell(changes)

    def _remember(self, entry: Entry, changes: Changes) -> None:
        saved = self.journal.saved
        kept = [step for step in self._unsaved if step.number > saved]
        self._unsaved = [*kept, _Step(entry.number, self._project, changes)] if entry.number > saved else kept

    def _tell(self, changes: Changes) -> None:
        for listener in list(self._listeners):
            listener(self._project, changes)


def stacks(entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Find from the journal what undo and redo would take next (last of each list first).

    An undo moves its entry from the undo list to the redo list, a redo moves it back, an edit empties
    the redo list. Notes and rows changed outside touch neither; an entry of action ``barrier`` (a
    migration) empties both.
    """
    undo: list[Entry] = []
    redo: list[Entry] = []
    for entry in entries:
        match entry.action:
            case "edit":
                undo.append(entry)
                redo.clear()
            case "undo":
                undo.pop()
                redo.append(entry)
            case "redo":
                redo.pop()
                undo.append(entry)
            case "barrier":
                undo.clear()
                redo.clear()
    return undo, redo
