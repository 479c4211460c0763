"""Bring the project back to how it was after an entry of the journal: one edit, undone like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grid_model.changes import Changes, Image, undoing
from grid_model.errors import GridError
from grid_model.history import Entry
from grid_model.project import Project
from resources.i18n import N_


@dataclass(frozen=True, slots=True)
class RestorePoint:
    """Take back everything that happened after an entry, what other programs changed included.

    The entries themselves stay in the journal, so nothing is lost: undoing this edit brings all back.

    Parameters
    ----------
    number
        Entry whose state is brought back; 0 for the state before the first.
    images
        Before-images of the entries after it, oldest entry first, in the order each holds them.
    """

    number: int
    images: tuple[Image, ...]
    title: str = N_("Restore the state after entry {number}")

    @property
    def values(self) -> Mapping[str, str]:
        """What fills the title."""
        return {"number": str(self.number)}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises `GridError` ``undo-row-gone``."""
        changes = undoing(project, self.images)
        return project.with_changes(changes), changes


def entries_after(entries: Sequence[Entry], number: int) -> list[Entry]:
    """List the entries after `number` that changed rows, oldest first.

    Raises
    ------
    GridError
        ``nothing-to-restore`` where nothing was changed since, ``restore-beyond-migration`` where the
        file was brought to a newer format since: what was before cannot be put back.
    """
    later = [entry for entry in entries if entry.number > number and entry.action != "note"]
    if not later:
        raise GridError("nothing-to-restore", number=number)
    if any(entry.action == "barrier" for entry in later):
        raise GridError("restore-beyond-migration", number=number)
    return later
