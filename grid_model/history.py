"""The edits of a project in order: do, undo, redo, and who hears of it.

The journal is the only memory: every edit, undo and redo appends one entry with before-images. What
undo would take back next follows from the entries alone, so it is the same after a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from grid_model.changes import Changes, Image, undoing
from grid_model.errors import GridError
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


class Journal(Protocol):
    """Where entries are kept: in memory, or in the project file."""

    def entries(self) -> Sequence[Entry]:
        """Every entry in order, without images."""

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

    def images(self, number: int) -> tuple[Image, ...]:
        """The before-images of one entry."""
        return self._entries[number - 1].images

    def append(self, action: str, title: str, values: Mapping[str, str], of: int, changes: Changes) -> Entry:
        """Keep one entry."""
        entry = Entry(len(self._entries) + 1, "", self._who, action, title, dict(values), of, changes.images())
        self._entries.append(entry)
        return entry


Listener = Callable[[Project, Changes], None]


class History:
    """The project as it stands now, and the way back."""

    def __init__(self, project: Project, journal: Journal | None = None) -> None:
        self._project = project
        self.journal: Journal = journal if journal is not None else MemoryJournal()
        self._listeners: list[Listener] = []
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
            What the edit raises; the project is then as before.
        """
        project, changes = edit.apply(self._project)
        if changes:
            entry = self.journal.append("edit", edit.title, edit.values, 0, changes)
            self._undo.append(entry)
            self._redo.clear()
            self._take(project, changes)
        return changes

    def undo(self) -> Changes:
        """Take back the last edit; raises `GridError` ``nothing-to-undo`` or ``undo-row-gone``."""
        return self._revert("undo", self._undo, self._redo, "nothing-to-undo")

    def redo(self) -> Changes:
        """Bring back what undo took; raises `GridError` ``nothing-to-redo`` or ``undo-row-gone``."""
        return self._revert("redo", self._redo, self._undo, "nothing-to-redo")

    def _revert(self, action: str, source: list[Entry], target: list[Entry], empty: str) -> Changes:
        if not source:
            raise GridError(empty)
        entry = source[-1]
        changes = undoing(self._project, self.journal.images(entry.number))
        project = self._project.with_changes(changes)
        made = self.journal.append(action, entry.title, entry.values, entry.number, changes)
        source.pop()
        target.append(made)
        self._take(project, changes)
        return changes

    def note(self, title: str, values: Mapping[str, str]) -> None:
        """Write a line into the journal that changes no row: an export, a print, an unmasking."""
        self.journal.append("note", title, values, 0, Changes())

    def _take(self, project: Project, changes: Changes) -> None:
        self._project = project
        for listener in list(self._listeners):
            listener(project, changes)


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
