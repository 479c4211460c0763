"""The project in the window: opening, edits, undo, what is saved, and who hears of it.

Views listen to `Session.project_changed` and redraw what the changes touched; no view tells another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from grid_model.changes import Changes, Image
from grid_model.errors import GridError
from grid_model.feedback import Feedback
from grid_model.history import Entry, History
from grid_model.project import Edit, Project
from resources.i18n import _
from ui.jobs import Job, Jobs
from ui.settings import Settings

if TYPE_CHECKING:
    from gis.project_file import ProjectFile
    from gis.project_viewing import ViewedFile
    from gis.project_writer import Lost

    OpenFile = ProjectFile | ViewedFile

R = TypeVar("R")


class Poster(QObject):
    """Runs what is asked of it in the thread it was made in, soon, never at once.

    What became of an entry may be known before the edit that made it has come to its end: told at once,
    a failure would be taken back before there is anything to take back.
    """

    posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def _run(self, act: Callable[[], None]) -> None:
        act()


def not_kept(title: str) -> str:
    """Say that work came to nothing because its project is no longer open."""
    return _("The project was closed meanwhile; the result of “{title}” is not kept.").format(title=title)


class Session(QObject):
    """One open project at a time, with its file.

    Edits go through `do`; each is written by the file's own thread, and `saved_changed` tells when.
    """

    project_changed = Signal(object, object)
    """The project as it is now (None: closed) and the `Changes` (None: another project altogether)."""
    saved_changed = Signal()
    """Whether every edit is in the file may have changed."""
    moved = Signal()
    """The project goes on in another file."""
    problem = Signal(object)
    """Something could not be done: the exception."""
    noticed = Signal(str)
    """A sentence worth telling that is no problem."""
    warned = Signal(str)
    """A sentence about what was not done, though nothing failed."""

    def __init__(self, settings: Settings, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.jobs = jobs
        self._file: OpenFile | None = None
        self._poster = Poster()

    # ------------------------------------------------------------ the project

    @property
    def project(self) -> Project | None:
        """The project as it stands now; None where none is open."""
        return self._file.history.project if self._file is not None else None

    @property
    def history(self) -> History | None:
        """The history of the open project; another one after the project was closed and opened again."""
        return self._file.history if self._file is not None else None

    @property
    def path(self) -> Path | None:
        """The file of the open project."""
        return self._file.path if self._file is not None else None

    @property
    def saved(self) -> bool:
        """Whether every edit is in the file."""
        return self._file is None or not self._file.journal.waiting

    @property
    def next_undo(self) -> Entry | None:
        """What undo would take back."""
        return self._file.history.next_undo if self._file is not None else None

    @property
    def next_redo(self) -> Entry | None:
        """What redo would bring back."""
        return self._file.history.next_redo if self._file is not None else None

    def do(self, edit: Edit) -> Changes | None:
        """Make an edit; where it cannot be done `problem` says why and the answer is None."""
        return self._attempt(lambda file: file.history.do(edit))

    def attempt(self, edit: Edit) -> Changes:
        """Make an edit; raises `GridError` where it cannot be done, for a dialog that says so itself."""
        return self._file.history.do(edit) if self._file is not None else Changes()

    def undo(self) -> Changes | None:
        """Take back the last edit."""
        return self._attempt(lambda file: file.history.undo())

    def redo(self) -> Changes | None:
        """Bring back what undo took."""
        return self._attempt(lambda file: file.history.redo())

    @property
    def reading(self) -> bool:
        """Whether the project is open for reading only: every edit is refused."""
        return self._file is not None and not hasattr(self._file, "save_as")

    @property
    def entries(self) -> Sequence[Entry]:
        """The journal of the open project, oldest first, without images."""
        return self._file.journal.entries() if self._file is not None else ()

    def images(self, number: int) -> tuple[Image, ...]:
        """Give the before-images of an entry; raises `GridError` where the file cannot be read."""
        return self._file.journal.images(number) if self._file is not None else ()

    def note(self, title: str, values: Mapping[str, str]) -> bool:
        """Write into the journal what changed no row: an export, a print, an unmasking.

        A project that is open for reading only takes no note; `warned` says so and the answer is False.
        """
        if self._file is None:
            return False
        try:
            self._file.history.note(title, values)
        except GridError:
            self.warned.emit(_("The project is open for reading only: its journal does not tell of this."))
            return False
        self.saved_changed.emit()
        return True

    def run(
        self,
        title: str,
        work: Callable[[Feedback], R],
        done: Callable[[R], None],
        failed: Callable[[Exception], None] | None = None,
        cancelled: Callable[[], None] | None = None,
        lost: Callable[[R], str] | None = None,
    ) -> Job:
        """Start work on the open project; `done` hears only while that project is still the open one.

        Where it was closed meanwhile the result goes nowhere, and `warned` says so.

        Parameters
        ----------
        lost
            Says what became of a result that came too late; else the window says that it is not kept.
        """
        begun_on = self.history

        def finish(result: R) -> None:
            if self.history is begun_on:
                done(result)
            else:
                self.warned.emit(lost(result) if lost is not None else not_kept(title))

        def stopped() -> None:
            if self.history is not begun_on:
                self.warned.emit(not_kept(title))
            if cancelled is not None:
                cancelled()

        return self.jobs.run(title, work, finish, failed, stopped)

    def _attempt(self, act: Callable[[OpenFile], Changes]) -> Changes | None:
        if self._file is None:
            return None
        try:
            return act(self._file)
        except GridError as error:
            self.problem.emit(error)
            return None

    # --------------------------------------------------------------- the file

    def open(self, path: Path, then: Callable[[], None] | None = None, reading: bool = False) -> None:
        """Open a project file beside the window; the one open before is closed when the new one is there.

        Parameters
        ----------
        reading
            Only look at it: nothing is locked and no edit is taken.
        """
        poster = Poster()

        def load(feedback: Feedback) -> OpenFile:
            from gis.project_file import ProjectFile
            from gis.project_viewing import ViewedFile

            if reading:
                return ViewedFile.open(path, feedback)
            return ProjectFile.open(path, feedback, post=poster.posted.emit)

        if self._is_open(path) and self.reading == reading:
            return
        self.jobs.run(
            _("Opening {file}").format(file=path.name), load, lambda file: self._take(file, poster, then)
        )

    def open_made(
        self, path: Path, make: Callable[[Feedback], object], then: Callable[[], None] | None = None
    ) -> None:
        """Have `make` write a project file at `path`, then open it."""
        if self._is_open(path):
            self.close()
        self.jobs.run(_("Making {file}").format(file=path.name), make, lambda _made: self.open(path, then))

    def _is_open(self, path: Path) -> bool:
        return self.path is not None and self.path.resolve() == path.resolve()

    def save_as(self, path: Path) -> None:
        """Write a copy of the project and go on in it; what was open for reading only is then edited."""
        from gis.project_file import ProjectFile

        file, title = self._file, _("Writing {file}").format(file=path.name)
        if isinstance(file, ProjectFile):
            own = file
            self.jobs.run(
                title, lambda feedback: own.save_as(path, feedback), lambda _nothing: self._moved(path)
            )
        elif file is not None:
            source = file.path
            self.jobs.run(
                title, lambda feedback: _copy(source, path, feedback), lambda _nothing: self.open(path)
            )

    def _moved(self, path: Path) -> None:
        self.settings.add_recent(path)
        if self._is_open(path):
            self.moved.emit()
            self.saved_changed.emit()

    def close(self) -> None:
        """Close the project; every edit is in the file before this returns."""
        if self._file is not None:
            file, self._file = self._file, None
            file.history.forget(self._heard)
            lost: GridError | None = None
            try:
                file.close()
            except GridError as error:
                lost = error
            self.project_changed.emit(None, None)
            self.saved_changed.emit()
            if lost is not None:
                self.problem.emit(lost)

    def _take(self, file: OpenFile, poster: Poster, then: Callable[[], None] | None = None) -> None:
        self.close()
        self.settings.add_recent(file.path)
        self._adopt(file, poster)
        if then is not None:
            then()

    def _adopt(self, file: OpenFile, poster: Poster) -> None:
        self._file, self._poster = file, poster
        file.history.listen(self._heard)
        file.journal.on_saved = lambda _number: self.saved_changed.emit()
        file.on_failed = self._tell_lost
        self.project_changed.emit(file.history.project, None)
        self.saved_changed.emit()

    def take_over(self, other: Session) -> None:
        """Go on with the project another session had open."""
        file = other._file
        if file is not None:
            file.history.forget(other._heard)
            other._file = None
            self._adopt(file, other._poster)

    def _heard(self, project: Project, changes: Changes) -> None:
        self.project_changed.emit(project, changes)
        self.saved_changed.emit()

    def _tell_lost(self, lost: Lost) -> None:
        self.problem.emit(lost.error)
        self.saved_changed.emit()


def _copy(source: Path, path: Path, feedback: Feedback) -> None:
    from gis.project_viewing import copy_project

    copy_project(source, path, feedback)
