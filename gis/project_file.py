"""The project file: open it, edit it, save it under another name.

A project is one GeoPackage that QGIS opens as well. There is no unsaved work: every edit is written at
once, its rows and its line in the journal in one transaction, and *saved* means committed to the disk.
`open_for_reading` and `opened_for_editing` serve the command line; the window keeps a `ProjectFile`,
whose writing runs in a thread of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from sqlite3 import Connection
from threading import Lock

import numpy as np

from gis.project_connection import (
    check_damage,
    check_kind,
    check_layout,
    connect,
    refuse_newer,
    refuse_read_only,
)
from gis.project_errors import explained
from gis.project_journal import deleted_fids, forget
from gis.project_lock import ProjectLock, account
from gis.project_migration import bring_up, migrate
from gis.project_new import copied, refuse_place, replaced, write_new
from gis.project_outside import take_in
from gis.project_reading import load
from gis.project_writer import FileJournal, Lost, Post
from gis.project_writing import moment, transaction
from grid_model.errors import Cancelled, GridError
from grid_model.feedback import SILENT, Feedback
from grid_model.history import History, MemoryJournal
from grid_model.personal import ForgetPersons
from grid_model.project import FORMAT_VERSION, Project, ProjectInfo


def open_for_reading(path: Path, feedback: Feedback = SILENT) -> Project:
    """Read the project at `path`; nothing in the file changes, and it may be open elsewhere.

    Raises
    ------
    GridError
        ``missing-file``, ``is-a-folder``, ``no-permission``, ``not-a-geopackage``, ``not-a-project``,
        ``project-newer``, ``file-damaged``, ``layout-changed``…
    Cancelled
        When asked to stop.
    """
    path = place_of(path)
    with closing(connect(path)) as connection:
        version = check_kind(connection, path)
        refuse_newer(version, path)
        if version < FORMAT_VERSION:
            return _read_older(connection, path, version, feedback)
        check_damage(connection, path)
        check_layout(connection, path)
        return load(connection, path, feedback).project


def place_of(path: Path) -> Path:
    """Give the place of the file itself where `path` is a link to it: locked and replaced is the file."""
    return Path(os.path.realpath(path)) if os.path.islink(path) else Path(path)


def _read_older(connection: Connection, path: Path, version: int, feedback: Feedback) -> Project:
    """Read a file of an older format through an up-to-date copy in memory."""
    with explained(path), copied(connection, Path(":memory:"), feedback) as copy:
        bring_up(copy, path, version)
        check_layout(copy, path)
        return load(copy, path, feedback).project


def save_new(path: Path, project: Project, feedback: Feedback = SILENT) -> None:
    """Write `project` as a new file at `path`, in the place of what may stand there.

    Raises
    ------
    GridError
        ``project-in-use`` where a Taiqu edits the file, ``folder-missing``, ``disk-full``,
        ``no-permission``…; what stood there before still stands then.
    """
    path = place_of(path)
    refuse_place(path)
    lock = ProjectLock(path)
    try:
        write_new(path, project, (), feedback)
    finally:
        lock.release()


@contextmanager
def opened_for_editing(path: Path, feedback: Feedback = SILENT, create: bool = False) -> Iterator[History]:
    """Open the project at `path` to edit it; every edit is in the file when `History.do` returns.

    With `create` a project that is not there begins empty, and its file is written when the block ends
    without an error: a failed import leaves no file.

    Raises
    ------
    GridError
        As `open_for_reading`, and ``project-in-use``, ``file-read-only``, ``disk-full``…
    """
    path = place_of(path)
    with explained(path):
        absent = not path.exists()
    if create and absent:
        with _begun(path, feedback) as history:
            yield history
        return
    with closing(ProjectFile.open(path, feedback)) as file:
        yield file.history


@contextmanager
def _begun(path: Path, feedback: Feedback) -> Iterator[History]:
    refuse_place(path)
    lock = ProjectLock(path)
    try:
        journal = MemoryJournal(account())
        history = History(Project.empty(new_info(path)), journal)
        yield history
        if journal.entries():
            entries = [replace(entry, when=moment()) for entry in journal.entries()]
            write_new(path, history.project, entries, feedback)
    finally:
        lock.release()


def new_info(path: Path) -> ProjectInfo:
    """Give the facts a new project begins with; today becomes its planning date and is stored."""
    return ProjectInfo(name=path.stem, planning_date=date.today().isoformat())


class ProjectFile:
    """A project file open for editing; one Taiqu has it, others may read.

    Use `open`; `history` is the way to edit, `close` waits until everything is written.
    """

    def __init__(
        self, path: Path, lock: ProjectLock, connection: Connection, project: Project, post: Post | None
    ) -> None:
        self._lock = lock
        self._closed = False
        self._guard = Lock()
        self.journal = FileJournal(path, connection, post)
        self.history = History(project, self.journal)
        self.on_failed: Callable[[Lost], None] = lambda lost: None
        self.journal.on_lost = self._take_back

    @classmethod
    def open(
        cls,
        path: Path,
        feedback: Feedback = SILENT,
        *,
        post: Post | None = None,
        on_saved: Callable[[int], None] | None = None,
        on_failed: Callable[[Lost], None] | None = None,
    ) -> ProjectFile:
        """Open the project at `path` for editing.

        Parameters
        ----------
        post
            How to run a function in the thread that owns the history (the window's), soon. Where given,
            an edit is written behind and `on_saved`, `on_failed` are called through it. Where None, every
            edit waits until it is committed, and raises `GridError` where it cannot be.
        on_saved
            Hears the number of each entry that was committed.
        on_failed
            Hears of entries that could not be written; the history has returned to the last committed
            state and told its listeners.

        Raises
        ------
        GridError
            As `open_for_reading`, ``project-in-use``, ``file-read-only``, ``folder-read-only``…
        """
        path = place_of(path)
        connect(path).close()  # says what is wrong with the path before a lock file is made beside it
        lock = ProjectLock(path)
        try:
            _bring_up_to_date(path)
            connection = connect(path, write=True)
            try:
                file = cls(path, lock, connection, _prepared(connection, path, lock, feedback), post)
            except BaseException:
                connection.close()
                raise
        except BaseException:
            lock.release()
            raise
        if on_saved is not None:
            file.journal.on_saved = on_saved
        if on_failed is not None:
            file.on_failed = on_failed
        return file

    @property
    def path(self) -> Path:
        """Where the project lies."""
        return self.journal.path

    def _take_back(self, lost: Lost) -> None:
        self.history.take_back()
        self.on_failed(lost)

    def save_as(self, path: Path, feedback: Feedback = SILENT) -> None:
        """Copy the file to `path` and go on there, with its journal; call it beside the window.

        Raises
        ------
        GridError
            ``same-file``, ``project-in-use``, ``folder-missing``, ``disk-full``…; the project then stays
            open where it was, and so does what stood at `path`.
        Cancelled
            When asked to stop, or where the project was closed before the copy began; as for an error.
        """
        path = place_of(path)
        refuse_place(path)
        if path.exists() and self.path.exists() and path.samefile(self.path):
            raise GridError("same-file", file=str(path))
        lock = ProjectLock(path)
        try:
            self._while_open(lambda connection: self._go_on_at(connection, path, feedback)).result()
        except BaseException:
            lock.release()
            raise
        with self._guard:
            if self._closed:  # meanwhile: the copy is whole, and nobody has it open
                lock.release()
                return
            self._lock.release()
            self._lock = lock

    def _while_open(self, work: Callable[[Connection], None]) -> Future[None]:
        with self._guard:
            if self._closed:
                raise Cancelled
            return self.journal.run(work)

    def _go_on_at(self, connection: Connection, path: Path, feedback: Feedback) -> None:
        """In the writer thread, after the edits made so far: copy the file and change over to the copy."""
        with replaced(path) as beside, copied(connection, beside, feedback):
            pass
        self.journal.use(path, connect(path, write=True))

    def forget_personal_data(self, table: str, ids: Sequence[str]) -> Future[int]:
        """Blank what the rows `ids` tell of persons, in the project and in the whole journal.

        Rows deleted long ago are found in the journal. Undo cannot bring the data back.

        Returns
        -------
        entries
            Gives, once written, how many entries of the journal were blanked; raises `GridError`
            ``unknown-object`` for a row that neither is nor ever was there.
        """
        holder = self.history.project.table(table)
        at = holder.positions(list(ids)) if ids else np.array([], dtype=np.int64)
        here = tuple(one for one, row in zip(ids, at.tolist(), strict=True) if row >= 0)
        fids = holder.frame["fid"].to_numpy()[at[at >= 0]]
        if here:
            self.history.do(ForgetPersons(table, here))
        gone = [one for one in ids if one not in here]
        return self.journal.run(lambda connection: self._forget(connection, table, fids, gone))

    def _forget(self, connection: Connection, table: str, fids: np.ndarray, gone: Sequence[str]) -> int:
        """In the writer thread: blank the images of the rows `fids` and of rows `gone` long ago."""
        with explained(self.path), transaction(connection):
            found = deleted_fids(connection, table, gone)
            for one in gone:
                if one not in found:
                    raise GridError("unknown-object", table=table, id=one)
            blanked = forget(connection, table, np.array([*fids.tolist(), *set().union(*found.values())]))
        self.journal.forget_images()
        return blanked

    def close(self) -> None:
        """Wait until everything is written, then let go of the file.

        Raises
        ------
        GridError
            Why the last edits could not be written; the file holds everything before them.
        """
        with self._guard:
            self._closed = True
        try:
            self.journal.close()
        finally:
            self._lock.release()


def _prepared(connection: Connection, path: Path, lock: ProjectLock, feedback: Feedback) -> Project:
    """See that the file is sound and read it."""
    refuse_read_only(connection, path)
    check_damage(connection, path, after_kill=lock.taken_over)
    check_layout(connection, path)
    loaded = load(connection, path, feedback)
    with explained(path):
        return take_in(connection, loaded)


def _bring_up_to_date(path: Path) -> None:
    """Refuse a file that is none of ours or newer; migrate an older one."""
    with closing(connect(path)) as connection:
        version = check_kind(connection, path)
    refuse_newer(version, path)
    if version < FORMAT_VERSION:
        migrate(path, version)
