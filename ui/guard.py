"""A mistake in what watches over another widget's events is told, and the event goes on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject

Watcher = TypeVar("Watcher", bound=QObject)


def told(watch: Callable[[Watcher, QObject, QEvent], bool]) -> Callable[[Watcher, QObject, QEvent], bool]:
    """Give what an ``eventFilter`` raises to the crash dialog at once.

    PySide keeps such an exception until Qt is back in Python; where Qt calls another override on its way, as
    it does for an event that goes on to the widget, the exception is lost and nobody hears of it.
    """

    @wraps(watch)
    def guarded(watcher: Watcher, watched: QObject, event: QEvent) -> bool:
        try:
            return watch(watcher, watched, event)
        except Exception as error:  # noqa: BLE001 - the outermost edge: nobody above it could tell
            sys.excepthook(type(error), error, error.__traceback__)
            return False

    return guarded
