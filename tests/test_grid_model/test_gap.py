"""Groupings, assignments of units and of areas say alike how far they may be from the best."""

from __future__ import annotations

import numpy as np
import pytest

from grid_model.grouping.assign import AreaAssignment
from grid_model.grouping.assignment_problem import Assignment
from grid_model.grouping.result import Grouping


@pytest.mark.parametrize(
    ("status", "objective", "bound", "gap"),
    [
        ("feasible", 100.0, 97.0, 0.03),
        ("feasible", -100.0, -103.0, 0.03),
        ("optimal", 100.0, 97.0, 0.0),
        ("feasible", 96.0, 97.0, 0.0),
        ("feasible", 0.0, -1e-6, 1.0),
        ("feasible", 5.0, None, None),
        ("infeasible", None, None, None),
    ],
)
def test_every_answer_tells_its_gap_alike(
    status: str, objective: float | None, bound: float | None, gap: float | None
) -> None:
    told = [
        Grouping(status, objective, bound).gap,
        AreaAssignment(status, objective, bound).gap,
        Assignment(status, np.empty(0), objective, bound, np.empty(0)).gap,
    ]
    assert told == ([None] * 3 if gap is None else [pytest.approx(gap)] * 3)
