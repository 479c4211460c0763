"""The journal of an open project file, and the one thread that writes the file.

Entries are committed in the order they were made. When one cannot be written, every later one is
dropped with it, for it rests on it; the history then returns to the last committed state.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from gis.project_connection import WRITING_WAITS_MS, connect
from gis.project_errors import explained
from gis.project_journal import last_number, read_entries, read_images, write_entry
from gis.project_lock import account
from gis.project_writing import moment, transaction, write_changes
from grid_model.changes import Changes, Image
from grid_model.history import Entry

T = TypeVar("T")

Post = Callable[[Callable[[], None]], None]
"""Runs a function in the thread that owns the history (the window's), soon."""

REMEMBERED = 100
REMEMBERED_ROWS = 10_000
"""Images of the last entries stay in memory for a quick undo, unless they are large."""


class _DroppedError(Exception):
    """The entry rests on one that could not be written; that one's error is told."""


@dataclass(frozen=True)
class Lost:
    """Entries that could not be written, and why: a `GridError`, or a mistake of the program."""

    error: BaseException
    entries: tuple[Entry, ...]


class FileJournal:
    """The journal in an open project file (see `grid_model.history.Journal`).

    Parameters
    ----------
    connection
        Open for writing; from now on only the writer thread uses it.
    post
        Where given, `append` returns at once and what becomes of the entry is told through `post`;
        where None, `append` returns when the entry is committed and raises `GridError` where it cannot be.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, post: Post | None = None) -> None:
        self.path = path
        self.on_saved: Callable[[int], None] = lambda number: None
        self.on_lost: Callable[[Lost], None] = lambda lost: None
        self._connection = connection
        self._post = post
        connection.execute(f"PRAGMA busy_timeout = {WRITING_WAITS_MS}")
        self._entries = read_entries(connection)
        self._saved = last_number(connection)
        self._images: dict[int, tuple[Image, ...]] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="project-writer")
        self._failure: BaseException | None = None
        self._round = 0

    def entries(self) -> Sequence[Entry]:
        """Every entry in order, without images; the last ones may not be committed yet."""
        return tuple(self._entries)

    @property
    def saved(self) -> int:
        """Number of the last committed entry."""
        return self._saved

    @property
    def waiting(self) -> int:
        """How many entries are not committed yet."""
        return (self._entries[-1].number if self._entries else 0) - self._saved

    def images(self, number: int) -> tuple[Image, ...]:
        """The before-images of one entry; raises `GridError` where the file cannot be read."""
        if number in self._images:
            return self._images[number]
        with explained(self.path):
            connection = connect(self.path)
            try:
                return read_images(connection, number)
            finally:
                connection.close()

    def append(self, action: str, title: str, values: Mapping[str, str], of: int, changes: Changes) -> Entry:
        """Have one entry and the changed rows written together; give the entry back."""
        number = (self._entries[-1].number if self._entries else 0) + 1
        entry = Entry(number, moment(), account(), action, title, dict(values), of)
        images = changes.images()
        written = self._writer.submit(self._write, entry, images, changes, self._round)
        if self._post is None:
            self._wait_for(written)
        self._entries.append(entry)
        self._remember(number, images, changes.row_count)
        if self._post is not None:
            written.add_done_callback(lambda done: self._tell(number, done))
        return entry

    def _wait_for(self, written: Future[None]) -> None:
        try:
            written.result()
        except KeyboardInterrupt:
            # Either it has not begun and never will, or it is seen through: nothing in between.
            if written.cancel():
                raise
            self._wait_for(written)
        except BaseException:
            self._failure = None
            raise

    def _write(self, entry: Entry, images: tuple[Image, ...], changes: Changes, round_: int) -> None:
        """In the writer thread: commit one entry."""
        if self._failure is not None or round_ != self._round:
            raise _DroppedError
        try:
            with explained(self.path):
                self._commit(entry, images, changes)
        except BaseException as error:
            self._failure = error
            raise
        self._saved = entry.number

    def _commit(self, entry: Entry, images: tuple[Image, ...], changes: Changes) -> None:
        try:
            with transaction(self._connection):
                write_changes(self._connection, changes)
                write_entry(self._connection, entry, images)
        except sqlite3.Error:
            # After a failed COMMIT only the file knows whether it took place.
            if not self._is_there(entry.number):
                raise

    def _is_there(self, number: int) -> bool:
        try:
            return last_number(self._connection) >= number
        except sqlite3.Error:
            return False

    def _tell(self, number: int, done: Future[None]) -> None:
        """Tell the owner what became of an entry; of several lost together only the first is told."""
        assert self._post is not None
        error = done.exception()
        if error is None:
            self._post(lambda: self.on_saved(number))
        elif not isinstance(error, _DroppedError):
            self._post(self.recover)

    def recover(self) -> None:
        """In the owner's thread: forget what could not be written, tell of it, go on from there."""
        if self._failure is None:
            return
        error, self._failure = self._failure, None
        self._round += 1
        lost = tuple(entry for entry in self._entries if entry.number > self._saved)
        self._entries = [entry for entry in self._entries if entry.number <= self._saved]
        for entry in lost:
            self._images.pop(entry.number, None)
        self.on_lost(Lost(error, lost))

    def _remember(self, number: int, images: tuple[Image, ...], rows: int) -> None:
        self._images[number] = images
        if rows > REMEMBERED_ROWS:
            self.run(lambda _connection: self._images.pop(number, None))
        if number - REMEMBERED <= self._saved:
            self._images.pop(number - REMEMBERED, None)

    def forget_images(self) -> None:
        """Read images anew from the file from now on."""
        for number in list(self._images):
            if number <= self._saved:
                self._images.pop(number, None)

    def run(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Have `work` done in the writer thread after the entries made so far."""
        return self._writer.submit(lambda: work(self._connection))

    def use(self, path: Path, connection: sqlite3.Connection) -> None:
        """In the writer thread: go on in another file that holds the same."""
        self._connection.close()
        connection.execute(f"PRAGMA busy_timeout = {WRITING_WAITS_MS}")
        self.path, self._connection = path, connection

    def settle(self) -> None:
        """Wait until everything is committed; raises what kept an entry from it, after taking it back."""
        self._writer.submit(lambda: None).result()
        failure = self._failure
        self.recover()
        if failure is not None:
            raise failure

    def close(self) -> None:
        """Wait until everything is written, then close the file; raises as `settle`."""
        try:
            self.settle()
        finally:
            self._writer.shutdown(wait=True)
            self._connection.close()
