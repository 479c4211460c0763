"""Garbage that holds itself is collected in the window's thread alone.

Python collects it in whatever thread comes to its limit. Where that is a thread that works beside the window,
objects of Qt end there while Qt uses them here: the program dies inside PySide, seldom and without a trace.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

EVERY_MS = 250
REST = 1000
"""Times as long as a collection of everything took that the next one waits: a thousandth of the time."""


class GarbageCollection(QObject):
    """Collects in the thread it is made in, by the limits Python has; nobody else does until `end`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rests_until = 0.0
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect what has come to its limit; everything only between two actions of the mouse."""
        young, middle, old = gc.get_count()
        limits = gc.get_threshold()
        now = time.monotonic()
        held = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if old > limits[2] and now >= self._rests_until and not held:
            gc.collect()
            self._rests_until = time.monotonic() + REST * (time.monotonic() - now)
        elif middle > limits[1]:
            gc.collect(1)
        elif young > limits[0]:
            gc.collect(0)

    def end(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()
