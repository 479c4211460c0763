"""Long work beside the window: it shows how far it is, can be cancelled, and comes back exactly once.

`Jobs.run` starts the work on another thread. Success, failure or cancelling comes back in the window's
thread, one of them and only once. Threads are asked to stop, never killed. They are Python's threads, not
Qt's: on a thread Python did not make, what libraries keep for each thread (PROJ's contexts) dies too early.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, Signal, SignalInstance

from grid_model.errors import Cancelled, GridError
from grid_model.feedback import Feedback

log = logging.getLogger(__name__)

R = TypeVar("R")

THREADS = 2
"""Jobs that run at the same time; others wait their turn."""

WAIT_STEP_MS = 5

SHOW_EVERY_S = 0.05
"""Progress is told to the window no more often than this."""


@dataclass(frozen=True)
class Done:
    """The work gave a result."""

    result: Any


@dataclass(frozen=True)
class Failed:
    """The work raised: `GridError` where the reason is known, anything else is our mistake."""

    error: Exception


@dataclass(frozen=True)
class Stopped:
    """The person cancelled; everything is as before."""


class Job:
    """One piece of work under way.

    Parameters
    ----------
    title
        What is being done, in the language of the window.
    feedback
        Through which the work tells how far it is and hears that it should stop.
    asked
        Whether a person asked for it: nobody minds when other work stops with the window.
    """

    def __init__(self, title: str, jobs: Jobs, asked: bool = True) -> None:
        self.title = title
        self.asked = asked
        self.fraction: float | None = None
        self.text = ""
        self.begun = time.monotonic()
        self.feedback: Feedback = _JobFeedback(self, jobs._told)

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self.feedback.cancel()


class _JobFeedback(Feedback):
    def __init__(self, job: Job, told: SignalInstance) -> None:
        super().__init__()
        self._job = job
        self._told = told
        self._last = 0.0

    def show(self, fraction: float | None, text: str = "") -> None:
        now = time.monotonic()
        if now - self._last >= SHOW_EVERY_S:
            self._last = now
            self._told.emit(self._job, fraction, text)


def _outcome(work: Callable[[Feedback], Any], feedback: Feedback) -> Done | Failed | Stopped:
    try:
        feedback.report()
        return Done(work(feedback))
    except Cancelled:
        return Stopped()
    except GridError as error:
        return Failed(error)
    except Exception as error:
        log.error("a job failed", exc_info=error)
        return Failed(error)


class Jobs(QObject):
    """The jobs of one window."""

    changed = Signal()
    """A job began, told how far it is, or ended."""
    failed = Signal(object)
    """A job failed and nobody else shows it: the exception."""

    closing = Signal()
    """The window goes: whoever keeps a thread of its own lets it go."""

    _told = Signal(object, object, str)
    _ended = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="window-job")
        self._closed = False
        self._running: dict[Job, Callable[[Done | Failed | Stopped], None]] = {}
        self._told.connect(self._take_progress)
        self._ended.connect(self._take_outcome)

    @property
    def running(self) -> list[Job]:
        """The jobs under way, oldest first."""
        return list(self._running)

    def run(
        self,
        title: str,
        work: Callable[[Feedback], R],
        done: Callable[[R], None],
        failed: Callable[[Exception], None] | None = None,
        cancelled: Callable[[], None] | None = None,
        asked: bool = True,
    ) -> Job:
        """Start `work`; exactly one of the three callbacks follows, in this thread.

        Parameters
        ----------
        asked
            Whether a person asked for it.
        failed
            Shows the error; where left out the signal `failed` is sent.
        cancelled
            Called when the work stopped because it was asked to.
        """

        def finish(outcome: Done | Failed | Stopped) -> None:
            match outcome:
                case Done(result):
                    done(result)
                case Failed(error) if failed is not None:
                    failed(error)
                case Failed(error):
                    self.failed.emit(error)
                case Stopped() if cancelled is not None:
                    cancelled()

        job = Job(title, self, asked)
        if self._closed:
            finish(Stopped())
            return job
        self._running[job] = finish
        self._pool.submit(lambda: self._ended.emit(job, _outcome(work, job.feedback)))
        self.changed.emit()
        return job

    def cancel_all(self) -> None:
        """Ask every job to stop."""
        for job in self.running:
            job.cancel()

    def wait(self, milliseconds: int | None = None) -> bool:
        """Wait until every job came back (callbacks included); False where the time ran out."""
        until = None if milliseconds is None else time.monotonic() + milliseconds / 1000
        while self._running:
            if until is not None and time.monotonic() > until:
                return False
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents, WAIT_STEP_MS)
            time.sleep(WAIT_STEP_MS / 1000)
        return True

    def close(self) -> None:
        """Stop every job and let the threads go; what is asked for afterwards counts as cancelled."""
        self._closed = True
        self.closing.emit()
        self.cancel_all()
        self.wait()
        self._pool.shutdown(wait=True)

    def _take_progress(self, job: Job, fraction: float | None, text: str) -> None:
        if job in self._running:
            job.fraction, job.text = fraction, text
            self.changed.emit()

    def _take_outcome(self, job: Job, outcome: Done | Failed | Stopped) -> None:
        finish = self._running.pop(job, None)
        self.changed.emit()
        if finish is not None:
            finish(outcome)
