"""How long an exact search may take: until its time limit, or until somebody asks to stop."""

from __future__ import annotations

import time
from typing import Any

from grid_model.errors import Cancelled
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.solver import run


class OutOfTime(Exception):
    """The time limit was reached, or a solver came to the limit of its steps."""


class Allowance:
    """Time for one search, shared by every solver in it.

    Parameters
    ----------
    time_limit_s
        Seconds from now; None: no limit.

    Attributes
    ----------
    end
        Moment of `time.monotonic` at which time is up; None: no limit.
    """

    def __init__(self, time_limit_s: float | None = None, feedback: Feedback = SILENT) -> None:
        self._feedback = feedback
        self.end = None if time_limit_s is None else time.monotonic() + time_limit_s

    @property
    def left_s(self) -> float | None:
        """Seconds that are left, negative where time is up; None: no limit."""
        return None if self.end is None else self.end - time.monotonic()

    def stop(self) -> bool:
        """Whether a solver at work should stop."""
        left = self.left_s
        return self._feedback.cancelled or (left is not None and left <= 0)

    def check(self) -> None:
        """Show that work goes on.

        Raises
        ------
        Cancelled
            Where somebody asked to stop.
        OutOfTime
            Where time is up.
        """
        self._feedback.report(None)
        if self._feedback.cancelled:
            raise Cancelled
        if self.stop():
            raise OutOfTime

    def solve(self, model: Any) -> bool:
        """Run a solver of HiGHS within the time; give whether there is a solution.

        Raises
        ------
        Cancelled
            Where somebody asked to stop.
        OutOfTime
            Where it did not end; what it found so far stays in `model`.
        RuntimeError
            Where the solver itself fails.
        """
        import highspy

        self.check()
        left = self.left_s
        if left is not None:
            model.setOptionValue("time_limit", model.getRunTime() + max(left, 0.0))
        run(model)
        if self._feedback.cancelled:
            raise Cancelled
        status, kinds = model.getModelStatus(), highspy.HighsModelStatus
        if status == kinds.kOptimal:
            return True
        if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
            return False
        if status in (kinds.kInterrupt, kinds.kTimeLimit, kinds.kSolutionLimit, kinds.kIterationLimit):
            raise OutOfTime
        raise RuntimeError(f"the solver stopped with {model.modelStatusToString(status)}")
