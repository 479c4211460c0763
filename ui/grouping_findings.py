"""What does not hold together in the scheme on screen, found anew after every edit, undo and redo of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from grid_model.feedback import Feedback
from grid_model.project import Project
from resources.i18n import _
from ui.session import Session

if TYPE_CHECKING:
    from grid_model.issue import Issue
    from ui.grouping_hand import InHand
    from ui.jobs import Job


class SchemeFindings(QObject):
    """The findings of the scheme in hand; they follow it, beside the window."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._hand: InHand | None = None
        self._job: Job | None = None
        self._seen: InHand | None = None
        self._waiting: list[Callable[[], None]] = []
        self.scheme = ""
        """The scheme the findings are about."""
        self.found: tuple[Issue, ...] | None = None
        """The gravest first; None where nothing was looked at."""

    @property
    def settled(self) -> bool:
        """Whether the findings are those of the scheme as it stands."""
        return self.found is not None and self._seen is self._hand

    def follow(self, hand: InHand) -> None:
        """Look at a scheme as it stands now; what was found before stays on screen until then."""
        self._hand = hand
        if self.scheme != hand.scheme:
            self._tell(hand.scheme, None, None)
        self._look()

    def when_settled(self, tell: Callable[[], None]) -> None:
        """Call `tell` once, as soon as the findings are those of the scheme as it stands."""
        if self.settled:
            tell()
        else:
            self._waiting.append(tell)

    def forget(self) -> None:
        """Show nothing: no scheme is on screen, or none that is followed."""
        self._hand = None
        self._waiting = []
        if self.found is not None or self.scheme:
            self._tell("", None, None)

    def _look(self) -> None:
        hand = self._hand
        if self._job is not None or hand is None or self._seen is hand:
            return

        def end() -> None:
            self._job = None

        def finish(issues: tuple[Issue, ...]) -> None:
            end()
            if self._hand is hand:
                self._tell(hand.scheme, issues, hand)
            self._look()

        def fail(error: Exception) -> None:
            end()
            self.forget()
            self._session.problem.emit(error)

        self._job = self._session.jobs.run(
            _("Checking the scheme"),
            lambda feedback: issues_of(hand, feedback),
            finish,
            fail,
            end,
            asked=False,
        )

    def _tell(self, scheme: str, found: tuple[Issue, ...] | None, seen: InHand | None) -> None:
        self.scheme, self.found, self._seen = scheme, found, seen
        self.changed.emit()
        if self.settled:
            waiting, self._waiting = self._waiting, []
            for tell in waiting:
                tell()


def issues_of(hand: InHand, feedback: Feedback) -> tuple[Issue, ...]:
    """Check the scheme in hand."""
    from gis.scheme_checks import check_scheme

    project: Project = hand.basis.project
    return check_scheme(project, hand.scheme, hand.basis.outlines, hand.plan.areas, feedback)
