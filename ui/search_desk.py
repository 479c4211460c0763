"""The index behind the search box: made and asked beside the window, the newest question first."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from PySide6.QtCore import QObject, QTimer, Signal

from grid_model.changes import Changes
from grid_model.project import Project
from ui.search import Find, SearchIndex

SMALL = 60_000
"""Rows up to which the index is made while somebody waits for it."""

BEGINS_AFTER_MS = 2_500
"""A larger project is looked at when its map has had time to be drawn, or when something is asked for."""


class SearchDesk(QObject):
    """Keeps the index of one project up to date and answers questions in their order.

    The index lives in memory; a project file is neither read nor written.
    """

    found = Signal(str, object)
    """An answer: the text asked for and what was found."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._project: Project | None = None
        self._index: SearchIndex | None = None
        self._touched: frozenset[str] = frozenset()
        self._guard = Lock()
        self._round = 0
        self._asked = 0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._begin)

    def take(self, project: Project | None, changes: Changes | None) -> None:
        """Look at a project, or again at what an edit touched."""
        self._project = project
        if project is None or changes is None:
            self._index = None
            self._round += 1
        if project is None:
            self._later.stop()
            return
        with self._guard:
            waiting = bool(self._touched)
            self._touched |= {"info"} if changes is None else changes.tables
        if changes is None and _rows(project) > SMALL:
            self._later.start(BEGINS_AFTER_MS)
        elif changes is None or not (waiting or self._later.isActive()):
            self._begin()

    def _begin(self) -> None:
        """Look at what was touched, beside the window."""
        self._later.stop()
        self._submit(lambda: self._bring_up(self._round))

    def _bring_up(self, round_: int) -> None:
        """In the search thread: look at all that was touched since, many quick edits together."""
        with self._guard:
            project, before = self._project, self._index
            touched, self._touched = self._touched, frozenset()
        if round_ != self._round or project is None:
            return
        index = SearchIndex.of(project) if before is None else before.updated(project, touched)
        if round_ == self._round:
            self._index = index

    def ask(self, text: str, show_personal: bool) -> None:
        """Look for `text` beside the window; a question that a newer one overtook is not answered."""
        project = self._project
        if project is None:
            return
        if self._later.isActive():
            self._begin()
        self._asked += 1
        number = self._asked

        def look() -> None:
            if number == self._asked and self._index is not None:
                found = self._index.find(project, text, show_personal)
                if number == self._asked:
                    self.found.emit(text, found)

        self._submit(look)

    def ask_now(self, text: str, show_personal: bool) -> list[Find] | None:
        """Look for `text` and wait for it; None where the index of a large project is still in the making."""
        project = self._project
        if project is None:
            return []
        index = self._index
        if index is None:
            if _rows(project) > SMALL:
                return None
            index = self._index = SearchIndex.of(project)
        return index.find(project, text, show_personal)

    def close(self) -> None:
        """Let the thread go."""
        self._later.stop()
        self._round += 1
        self._asked += 1
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, work: Callable[[], None]) -> None:
        self._pool.submit(work).add_done_callback(_tell)


def _rows(project: Project) -> int:
    return sum(len(table) for table in project.tables.values())


def _tell(done: Future[None]) -> None:
    """In the search thread: give a mistake of ours to the crash dialog, which shows it in the window's."""
    if done.cancelled():
        return
    error = done.exception()
    if error is not None:
        sys.excepthook(type(error), error, error.__traceback__)
