"""What grouping asks of HiGHS: a silent, repeatable solver, rows and columns of a partition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grid_model.grouping.candidates import NOBODY, Candidates

WORTH = 1e-6
"""Share by which an answer's worth and what the solver says of it may differ by rounding."""


def new_solver(integer: bool, stop: Callable[[], bool], gap: float = 0.0) -> Any:
    """Make a solver for a linear or a whole-number problem that asks `stop` whether to go on.

    Parameters
    ----------
    gap
        Distance between plan and bound at which a plan counts as proved.
    """
    import highspy

    class Quiet(highspy.Highs):  # type: ignore[misc]
        """A solver that prints nothing: highspy 1.16 prints its banner while callbacks are switched on."""

        def enableCallbacks(self) -> None:
            self.silent()
            super().enableCallbacks()

    def on_interrupt(event: Any) -> None:
        if stop():
            event.interrupt()

    model = Quiet()
    model.setOptionValue("random_seed", 0)
    model.setOptionValue("parallel", "off")
    if integer:
        model.setOptionValue("mip_rel_gap", 0.0)
        model.setOptionValue("mip_abs_gap", gap)
        model.cbMipInterrupt += on_interrupt
    else:
        model.cbSimplexInterrupt += on_interrupt
    return model


def run(model: Any) -> None:
    """Run a solver, and see that its answer is worth what it says.

    HiGHS 1.16 gives back the plan it was started from, at the price of a better one, where presolve alone
    comes to the better one. Without presolve it gives the better one itself.

    Raises
    ------
    RuntimeError
        Where it is still not so.
    """
    model.run()
    if _tells_true(model):
        return
    model.setOptionValue("presolve", "off")
    model.run()
    model.setOptionValue("presolve", "choose")
    if not _tells_true(model):
        raise RuntimeError("the solver's answer is not worth what it says")


def _tells_true(model: Any) -> bool:
    import highspy

    info = model.getInfo()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal or info.mip_node_count < 0:
        return True
    told = float(info.objective_function_value)
    worth = float(np.dot(model.getLp().col_cost_, model.getSolution().col_value))
    return abs(worth - told) <= WORTH * max(1.0, abs(told))


def add_cover_rows(model: Any, nodes: int) -> None:
    """Demand that each manager is covered exactly once."""
    _add_rows(model, np.ones(nodes), np.ones(nodes), [np.array([], dtype=np.int32)] * nodes)


def add_cut_rows(model: Any, columns: Sequence[np.ndarray]) -> None:
    """Demand for each list of columns that at most one of them is chosen."""
    _add_rows(model, np.full(len(columns), -np.inf), np.ones(len(columns)), columns)


def _add_rows(model: Any, low: np.ndarray, high: np.ndarray, columns: Sequence[np.ndarray]) -> None:
    index = np.concatenate(columns).astype(np.int32) if len(columns) else np.array([], dtype=np.int32)
    start = np.cumsum([0, *(len(one) for one in columns)])[: len(columns)].astype(np.int32)
    model.addRows(len(columns), low, high, len(index), start, index, np.ones(len(index)))


def add_columns(
    model: Any,
    found: Candidates,
    costs: np.ndarray,
    integer: bool = False,
    cuts: Sequence[np.ndarray] = (),
    first_cut: int = 0,
) -> None:
    """Let groups be chosen, each in the rows of its members and in the cuts that name it.

    Parameters
    ----------
    cuts
        For each cut row, from `first_cut` on, which of `found` stand in it.
    """
    count = len(found)
    if not count:
        return
    first = model.getNumCol()
    column, place = np.nonzero(found.members != NOBODY)
    row = found.members[column, place]
    if len(cuts):
        column = np.concatenate([column, *cuts])
        row = np.concatenate([row, *(np.full(len(own), first_cut + n) for n, own in enumerate(cuts))])
        order = np.argsort(column, kind="stable")
        column, row = column[order], row[order]
    start = np.searchsorted(column, np.arange(count)).astype(np.int32)
    upper = np.ones(count) if integer else np.full(count, np.inf)
    model.addCols(
        count, costs, np.zeros(count), upper, len(row), start, row.astype(np.int32), np.ones(len(row))
    )
    if integer:
        import highspy

        which = np.arange(first, first + count, dtype=np.int32)
        kind = np.full(count, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        model.changeColsIntegrality(count, which, kind)


def start_from(model: Any, chosen: np.ndarray) -> None:
    """Tell the solver a plan it can begin with; `chosen` marks the columns."""
    import highspy

    solution = highspy.HighsSolution()
    solution.col_value = chosen.astype(float).tolist()
    model.setSolution(solution)
