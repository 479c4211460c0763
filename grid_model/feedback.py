"""How long work tells how far it is and hears that it should stop."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

from grid_model.errors import Cancelled

T = TypeVar("T")


class Feedback:
    """Progress of one piece of work, silent unless a face overrides `show`."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def show(self, fraction: float | None, text: str = "") -> None:
        """Hear how far the work is: a share of 0..1 (None: unknown) and what it is doing."""

    def cancel(self) -> None:
        """Ask the work to stop at the next step."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._stop.is_set()

    def report(self, fraction: float | None = None, text: str = "") -> None:
        """Tell how far the work is; raise `Cancelled` where somebody asked to stop."""
        if self.cancelled:
            raise Cancelled
        self.show(fraction, text)

    def track(self, items: Iterable[T], text: str = "") -> Iterator[T]:
        """Go through `items` and report before each; raise `Cancelled` when asked to stop."""
        total = len(items) if isinstance(items, Sized) else 0
        for n, item in enumerate(items):
            self.report(n / total if total else None, text)
            yield item
        self.report(1.0, text)


SILENT = Feedback()
"""Feedback for work that nobody watches; never cancel it."""
