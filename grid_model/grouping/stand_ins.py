"""A stand-in (B role) for every area: near, able, of the same group first, none with more than his share.

Each area gets one who is not its manager:

    Σ over areas [ w ÷ W̄ × minutes from the stand-in to the area  + outside, unless he is in the manager's
    group + change, unless he stands in now ]  +  imbalance × Σ over managers | W ÷ W̄ − 1 |

w is the workload index of an area, W what somebody stands in for, W̄ its mean. Only who is able to guard may
stand in (`DOMAIN` §4.4); where certificates are unknown everybody may. Solved with HiGHS, station by
station.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grid_model.errors import Cancelled
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.area_map import NOBODY, AreaMap
from grid_model.grouping.solver import new_solver

NEAREST = 8
"""So many of the nearest managers are looked at beside those of the group."""
GAP = 2e-3
"""Share of the cost within which the answer to a small problem counts as the best."""
SMALL = 500
"""Pairs of area and manager up to which a problem is solved in one go however many stations there are."""
IN_ONE_GO = 6_000
"""Pairs up to which that is done for all stations together: minutes of work beyond it."""
WHOLE = 1e-6
MOST_STEPS = 2_000
LEAST_GAIN = 1e-6
MOST_NODES, ROOT_ONLY = 500, 1
"""Limits of the search in a small and a larger problem: counts, so that no answer depends on the clock."""


@dataclass(frozen=True)
class StandInProblem:
    """What is asked.

    Parameters
    ----------
    areas
        With who answers for them.
    minutes
        From each manager to each area, (areas, managers).
    groups
        Group of each manager, empty where none.
    stations
        Station of each manager: a stand-in is of the station of the area's manager.
    able
        Who may stand in.
    now
        Place of each area's stand-in now, −1 for none.
    """

    areas: AreaMap
    minutes: np.ndarray
    groups: tuple[str, ...]
    stations: tuple[str, ...]
    able: np.ndarray
    now: np.ndarray
    outside_min: float = 30.0
    change_min: float = 5.0
    imbalance_min: float = 30.0


@dataclass(frozen=True)
class StandIns:
    """Who stands in for which area.

    Parameters
    ----------
    stand_in_of
        By area; areas nobody answers for or nobody can stand in for are absent.
    without
        Those areas that have a manager but no possible stand-in, sorted.
    outside
        Areas whose stand-in is of another group, sorted.
    loads
        Workload index each manager stands in for, by manager.
    objective, gap
        Minutes, and the share by which it may be above the best with the managers looked at (`NEAREST`).
    """

    stand_in_of: Mapping[str, str]
    minutes: Mapping[str, float]
    without: tuple[str, ...]
    outside: tuple[str, ...]
    loads: Mapping[str, float]
    objective: float
    gap: float


def find_stand_ins(problem: StandInProblem, feedback: Feedback = SILENT) -> StandIns:
    """Choose the stand-ins.

    Raises
    ------
    Cancelled
        Where somebody asked to stop.
    """
    areas = problem.areas
    chosen = np.full(len(areas), NOBODY, dtype=np.int64)
    total, bound = 0.0, 0.0
    stations = np.array(problem.stations, dtype=object)
    of_area = np.where(areas.owner == NOBODY, "", stations[areas.owner]) if len(stations) else np.array([])
    most = max(SMALL, IN_ONE_GO // max(1, len(set(problem.stations))))
    for station in feedback.track(sorted(set(problem.stations))):
        units = np.flatnonzero((areas.owner != NOBODY) & (of_area == station))
        managers = np.flatnonzero((stations == station) & problem.able)
        if not len(units) or not len(managers):
            continue
        part = _Part(problem, units, managers)
        found, cost, low = part.solve(feedback, most)
        chosen[units] = found
        total, bound = total + cost, bound + low
    there = np.flatnonzero(chosen != NOBODY)
    group = np.array(problem.groups, dtype=object)
    outside = [n for n in there if not _same(group, areas.owner[n], chosen[n])]
    load = np.bincount(chosen[there], areas.work[there], minlength=len(areas.managers))
    return StandIns(
        {areas.areas[n]: areas.managers[chosen[n]] for n in there},
        {areas.areas[n]: float(problem.minutes[n, chosen[n]]) for n in there},
        tuple(areas.areas[n] for n in np.flatnonzero((areas.owner != NOBODY) & (chosen == NOBODY))),
        tuple(areas.areas[n] for n in outside),
        {one: float(load[n]) for n, one in enumerate(areas.managers)},
        total,
        max(0.0, (total - bound) / total) if total > 0 else 0.0,
    )


def _same(group: np.ndarray, a: int, b: int) -> bool:
    return bool(group[a]) and bool(group[a] == group[b])


class _Part:
    """One station as a whole-number problem: which manager stands in for which area."""

    def __init__(self, problem: StandInProblem, units: np.ndarray, managers: np.ndarray) -> None:
        self._problem = problem
        self._units = units
        self._managers = managers
        self._rows, self._columns = self._possible()
        self.mean = max(float(problem.areas.work[units].sum()) / len(managers), 1e-9)

    def _possible(self) -> tuple[np.ndarray, np.ndarray]:
        """Pair each area with the managers looked at: its group's, the nearest, and who stands in now."""
        problem = self._problem
        owner = problem.areas.owner[self._units]
        group = np.array(problem.groups, dtype=object)
        minutes = problem.minutes[np.ix_(self._units, self._managers)]
        near = np.argsort(np.argsort(minutes, axis=1, kind="stable"), axis=1, kind="stable") <= NEAREST
        same = (group[owner][:, None] == group[self._managers][None, :]) & (group[owner] != "")[:, None]
        now = problem.now[self._units][:, None] == self._managers[None, :]
        allowed = (near | same | now) & (owner[:, None] != self._managers[None, :])
        rows, columns = np.nonzero(allowed)
        return rows, columns

    def costs(self) -> np.ndarray:
        """Price each possible pair; a way nobody knows counts as the longest that is known."""
        problem = self._problem
        unit, manager = self._units[self._rows], self._managers[self._columns]
        minutes = problem.minutes[unit, manager]
        known = minutes[np.isfinite(minutes)]
        minutes = np.where(np.isfinite(minutes), minutes, known.max() if len(known) else 0.0)
        share = problem.areas.work[unit] / self.mean
        group = np.array(problem.groups, dtype=object)
        owner = problem.areas.owner[unit]
        other = (group[owner] != group[manager]) | (group[owner] == "")
        return np.asarray(
            share
            * (minutes + problem.outside_min * other + problem.change_min * (problem.now[unit] != manager))
        )

    def solve(self, feedback: Feedback, most: int = SMALL) -> tuple[np.ndarray, float, float]:
        """Give the chosen manager of each area (−1: none possible), the cost and what none undercuts.

        A problem of more than `most` pairs is solved without the demand of whole areas first: all but a few
        areas come out whole. Those few, and the ones that somebody else would take for little more, are
        dealt out anew, the others stay; the first answer bounds the cost from below.
        """
        free = np.ones(len(self._rows), dtype=bool)
        start, bound = np.zeros(len(self._rows)), -np.inf
        if len(self._rows) > most:
            start, reduced, bound = self._run(feedback, None, start)
            free = self._open_ones(start, reduced)
        values, _reduced, low = self._run(feedback, free, np.round(start))
        cost = self._cost(values)
        found = np.full(len(self._units), NOBODY, dtype=np.int64)
        picked = np.flatnonzero(values > 0.5)
        found[self._rows[picked]] = self._columns[picked]
        cost = self._improve(found, cost)
        found[found != NOBODY] = self._managers[found[found != NOBODY]]
        return found, cost, min(low, cost) if free.all() else bound

    def _improve(self, found: np.ndarray, cost: float) -> float:
        """Move one area, or let two change places, as long as that costs less; gives the cost then."""
        units = np.flatnonzero(found != NOBODY)
        weight = self._problem.areas.work[self._units]
        price = np.full((len(self._units), len(self._managers)), np.inf)
        price[self._rows, self._columns] = self.costs()
        each = self._problem.imbalance_min / self.mean
        for _step in range(MOST_STEPS):
            load = np.bincount(found[units], weight[units], minlength=len(self._managers))
            own, mine = found[units], weight[units]
            now = price[units, own]
            apart = np.abs(load - self.mean)
            leaves = np.abs(load[own] - mine - self.mean) - apart[own]
            comes = np.abs(load[None, :] + mine[:, None] - self.mean) - apart[None, :]
            moved = price[units] - now[:, None] + each * (leaves[:, None] + comes)
            moved[np.arange(len(units)), own] = np.inf
            shift = mine[None, :] - mine[:, None]
            swap = price[units][:, own] - now[:, None]
            swap = swap + swap.T
            swap += each * (np.abs(load[own][:, None] + shift - self.mean) - apart[own][:, None])
            swap += each * (np.abs(load[own][None, :] - shift - self.mean) - apart[own][None, :])
            swap[own[:, None] == own[None, :]] = np.inf
            best_move, best_swap = moved.min(), swap.min()
            if min(best_move, best_swap) > -LEAST_GAIN:
                break
            if best_move <= best_swap:
                row, column = np.unravel_index(int(moved.argmin()), moved.shape)
                found[units[row]] = column
            else:
                a, b = np.unravel_index(int(swap.argmin()), swap.shape)
                found[units[a]], found[units[b]] = own[b], own[a]
            cost += float(min(best_move, best_swap))
        return cost

    def _run(
        self, feedback: Feedback, free: np.ndarray | None, held: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """Solve with the pairs `free` as whole numbers and the others held; None: all, in parts too.

        Gives the values and the reduced costs of the pairs, and what no answer undercuts.
        """
        import highspy

        model = new_solver(free is not None, lambda: feedback.cancelled)
        model.setOptionValue("mip_rel_gap", GAP)
        loose = len(self._rows) if free is None else int(free.sum())
        model.setOptionValue("mip_max_nodes", MOST_NODES if loose <= SMALL else ROOT_ONLY)
        self._fill(model, free, held)
        model.run()
        if feedback.cancelled:
            raise Cancelled
        if model.getModelStatus() not in (
            highspy.HighsModelStatus.kOptimal,
            highspy.HighsModelStatus.kSolutionLimit,
        ):
            raise RuntimeError(f"the solver stopped with {model.modelStatusToString(model.getModelStatus())}")
        solution, info = model.getSolution(), model.getInfo()
        values = np.array(solution.col_value)[: len(self._rows)]
        if free is None:
            return (
                values,
                np.array(solution.col_dual)[: len(self._rows)],
                float(info.objective_function_value),
            )
        return values, np.zeros(len(self._rows)), float(info.mip_dual_bound)

    def _open_ones(self, values: np.ndarray, reduced: np.ndarray) -> np.ndarray:
        """Mark the pairs of areas that came out in parts, or that others would take for the least."""
        whole = np.zeros(len(self._units), dtype=bool)
        whole[self._rows[values > 1 - WHOLE]] = True
        other = np.full(len(self._units), np.inf)
        spare = np.where(values < WHOLE, reduced, np.inf)
        np.minimum.at(other, self._rows, spare)
        other[~whole] = -1.0
        order = np.argsort(other, kind="stable")
        pairs = np.cumsum(np.bincount(self._rows, minlength=len(self._units))[order])
        opened = np.zeros(len(self._units), dtype=bool)
        opened[order[pairs <= SMALL]] = True
        opened[~whole] = True
        return np.asarray(opened[self._rows])

    def _cost(self, values: np.ndarray) -> float:
        """Price an answer."""
        weight = self._problem.areas.work[self._units[self._rows]]
        load = np.bincount(self._columns, weight * values, minlength=len(self._managers))
        uneven = self._problem.imbalance_min * np.abs(load / self.mean - 1).sum()
        return float((self.costs() * values).sum() + uneven)

    def _fill(self, model: Any, free: np.ndarray | None, held: np.ndarray) -> None:
        """Variables: the pairs, then what each manager has too much and too little of."""
        import highspy

        pairs, people = len(self._rows), len(self._managers)
        units = np.unique(self._rows)
        weight = self._problem.areas.work[self._units[self._rows]]
        program = highspy.HighsLp()
        program.num_col_ = pairs + 2 * people
        program.num_row_ = len(units) + people
        each = self._problem.imbalance_min / self.mean
        program.col_cost_ = np.r_[self.costs(), np.full(2 * people, each)]
        loose = np.ones(pairs, dtype=bool) if free is None else free
        program.col_lower_ = np.r_[np.where(loose, 0.0, held), np.zeros(2 * people)]
        program.col_upper_ = np.r_[np.where(loose, 1.0, held), np.full(2 * people, np.inf)]
        right = np.r_[np.ones(len(units)), np.full(people, self.mean)]
        program.row_lower_ = program.row_upper_ = right
        kind = highspy.HighsVarType
        if free is not None:
            program.integrality_ = [kind.kInteger] * pairs + [kind.kContinuous] * (2 * people)
        first = len(units)
        row = np.searchsorted(units, self._rows)
        rows = np.r_[
            np.column_stack([row, first + self._columns]).ravel(),
            first + np.arange(people),
            first + np.arange(people),
        ]
        values = np.r_[np.column_stack([np.ones(pairs), weight]).ravel(), -np.ones(people), np.ones(people)]
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kColwise
        matrix.start_ = np.r_[np.arange(0, 2 * pairs, 2), 2 * pairs + np.arange(2 * people + 1)].astype(
            np.int32
        )
        matrix.index_ = rows.astype(np.int32)
        matrix.value_ = values
        model.passModel(program)
