"""Work done beside the window by one thread, the most urgent first.

One thread only: two would take turns with the window's at the interpreter lock, and share the processor
with it. What is merely made ahead is cut into short errands, so that what the view waits for is never
behind more than one of them, and is not begun at all while a picture is drawn.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum

IDLE_S = 0.5
"""How long the thread waits for another errand before it ends."""


class Urgency(IntEnum):
    """What waits for an errand."""

    SHOWN = 0
    """The picture of this view."""
    BENEATH = 1
    """What the layers of this view rest on."""
    AHEAD = 2
    """Views to come."""


class Errand:
    """Something to do; `done` tells how it ended."""

    def __init__(self, work: Callable[[], None], urgency: Urgency) -> None:
        self.work = work
        self.urgency = urgency
        self.done: Future[None] = Future()


class Errands:
    """Does errands by urgency, those of the same urgency in the order they came."""

    def __init__(self) -> None:
        self._waiting: list[Errand] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._held_back = False

    def add(self, work: Callable[[], None], urgency: Urgency) -> Errand:
        """Take an errand."""
        errand = Errand(work, urgency)
        with self._changed:
            self._waiting.append(errand)
            self._wake()
        return errand

    def withdraw(self, errand: Errand) -> None:
        """Leave an errand undone if it has not been begun."""
        with self._changed:
            if errand in self._waiting:
                self._waiting.remove(errand)
                errand.done.cancel()

    def hold_back(self, held: bool) -> None:
        """Begin nothing of what is done ahead, or go on with it."""
        with self._changed:
            self._held_back = held
            if not held and self._waiting:
                self._wake()

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="map-layers")
            self._thread.start()
        self._changed.notify()

    def _work(self) -> None:
        errand = self._taken()
        while errand is not None:
            try:
                errand.work()
            except BaseException as error:  # noqa: BLE001 - whoever waits for the errand hears of it
                errand.done.set_exception(error)
            else:
                errand.done.set_result(None)
            errand = self._taken()

    def _taken(self) -> Errand | None:
        """Take the next errand, waiting a while for one; None: the thread ends, with the program too."""
        with self._changed:
            errand = self._next()
            if errand is None:
                self._changed.wait(IDLE_S)
                errand = self._next()
            if errand is None or not threading.main_thread().is_alive():
                self._thread = None
                return None
            self._waiting.remove(errand)
            return errand

    def _next(self) -> Errand | None:
        free = (one for one in self._waiting if one.urgency < Urgency.AHEAD or not self._held_back)
        return min(free, key=lambda one: one.urgency, default=None)
