"""A project file open for reading only: another program may have it, or its disk may be write-protected.

It shows the project as it was last saved when it was opened. Nothing in the file and nothing beside it
is changed, no lock is taken; every edit is refused with one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from gis.project_connection import connect
from gis.project_errors import explained
from gis.project_file import open_for_reading, place_of
from gis.project_journal import read_entries, read_images
from gis.project_lock import ProjectLock
from gis.project_new import copied, refuse_place, replaced
from grid_model.changes import Changes, Image
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.history import Entry, History
from grid_model.project import Project


class ViewedJournal:
    """The journal of a file that is only read: it can be looked at and takes nothing in."""

    waiting = 0

    def __init__(self, path: Path, entries: Sequence[Entry]) -> None:
        self.path = path
        self.on_saved: Callable[[int], None] = lambda number: None
        self._entries = tuple(entries)

    def entries(self) -> Sequence[Entry]:
        """Every entry in order, without images."""
        return self._entries

    @property
    def saved(self) -> int:
        """Number of the last entry."""
        return self._entries[-1].number if self._entries else 0

    def images(self, number: int) -> tuple[Image, ...]:
        """The before-images of one entry; raises `GridError` where the file cannot be read."""
        with explained(self.path), closing(connect(self.path)) as connection:
            return read_images(connection, number)

    def append(self, action: str, title: str, values: Mapping[str, str], of: int, changes: Changes) -> Entry:
        """Refuse; raises `GridError` ``opened-for-reading``."""
        raise GridError("opened-for-reading", file=str(self.path))


class ViewedFile:
    """A project open for reading only; it has what a window asks of a `gis.project_file.ProjectFile`."""

    def __init__(self, path: Path, project: Project, entries: Sequence[Entry]) -> None:
        self.journal = ViewedJournal(path, entries)
        self.history = History(project, self.journal)
        self.on_failed: Callable[[Any], None] = lambda lost: None

    @classmethod
    def open(cls, path: Path, feedback: Feedback = SILENT) -> ViewedFile:
        """Open the project at `path`; raises as `gis.project_file.open_for_reading`."""
        path = place_of(path)
        project = open_for_reading(path, feedback)
        with explained(path), closing(connect(path)) as connection:
            entries = read_entries(connection)
        return cls(path, project, entries)

    @property
    def path(self) -> Path:
        """Where the project lies."""
        return self.journal.path

    def close(self) -> None:
        """Nothing is held, so nothing has to be let go."""


def copy_project(source: Path, path: Path, feedback: Feedback = SILENT) -> None:
    """Copy a project file with its journal to `path`, as it was last saved, though it be open elsewhere.

    Raises
    ------
    GridError
        ``same-file``, ``project-in-use`` where a Taiqu edits what stands at `path`, ``disk-full``…
    Cancelled
        When asked to stop; what stood at `path` still stands then.
    """
    source, path = place_of(source), place_of(path)
    refuse_place(path)
    if path.exists() and path.samefile(source):
        raise GridError("same-file", file=str(path))
    lock = ProjectLock(path)
    try:
        with (
            explained(source),
            closing(connect(source)) as connection,
            replaced(path) as beside,
            copied(connection, beside, feedback),
        ):
            pass
    finally:
        lock.release()
