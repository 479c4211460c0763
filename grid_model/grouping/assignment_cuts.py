"""Cuts that hold territories together: for two units of one, some unit of every set that parts them.

A piece with less work than the least a centre must have goes on beyond itself, whatever else is in the
territory.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from grid_model.grouping.assignment_model import NONE, Cut
from grid_model.grouping.assignment_problem import TOLERANCE, AssignmentProblem
from grid_model.grouping.connected import Neighbours, pieces, separator

LEVELS = (1e-6, 0.1, 0.3, 0.5)
"""Shares above which a unit is looked at as belonging to a centre while cuts are sought."""
CUTS_A_PIECE = 6
LEAST_VIOLATION = 0.01


class CutFinder:
    """Finds what an answer, or a part of one, breaks."""

    def __init__(self, problem: AssignmentProblem) -> None:
        self._problem = problem
        near = problem.neighbours
        self._one_island = bool(len(near)) and int(near.island.max()) == 0
        self._beside = np.zeros((len(near), len(near)))
        self._beside[near.a, near.b] = self._beside[near.b, near.a] = 1.0

    def violated(self, values: np.ndarray) -> list[Cut]:
        """Find, for each centre, pieces that are not joined to its root as much as they claim to be."""
        cuts: dict[Cut, None] = {}
        near = self._problem.neighbours
        if self._one_island:
            alone = np.argwhere(values > self._beside @ values + LEAST_VIOLATION)
            for n, own in alone.tolist():
                if self._too_light({n}, own):
                    cuts[Cut(own, n, NONE, near.of_unit[n])] = None
        for own in range(values.shape[1]):
            share = values[:, own]
            for level in LEVELS:
                units = np.flatnonzero(share > level)
                if not len(units):
                    break
                for cut in self._parted(own, share, set(units.tolist()), near):
                    cuts[cut] = None
        return list(cuts)

    def _parted(self, own: int, share: np.ndarray, units: set[int], near: Neighbours) -> Iterable[Cut]:
        found = pieces(near.of_unit, units)
        by_island: dict[int, list[set[int]]] = {}
        for piece in found:
            by_island.setdefault(int(near.island[next(iter(piece))]), []).append(piece)
        fixed = self._problem.fixed
        for island in by_island.values():
            if len(island) < 2:
                continue
            everyone = sorted(set().union(*island))
            root = max(everyone, key=lambda n: (fixed[n] == own, share[n], self._problem.workload[n], -n))
            for piece in island:
                if root in piece:
                    continue
                rooted = bool(fixed[root] == own)
                between = separator(near.of_unit, piece, root)
                if not rooted and self._too_light(piece, own):
                    rooted = True
                    between = sorted({one for n in piece for one in near.of_unit[n]} - piece)
                through = float(share[between].sum())
                for n in sorted(piece, key=lambda n: (-share[n], n))[:CUTS_A_PIECE]:
                    if share[n] + (0.0 if rooted else share[root] - 1.0) > through + LEAST_VIOLATION:
                        yield Cut(own, n, NONE if rooted else root, tuple(between))
                        yield from self._for_all(n, piece) if self._problem.edge_costs is not None else ()

    def _for_all(self, n: int, piece: set[int]) -> Iterable[Cut]:
        """Say the same of every centre for which the piece is too light: unnamed ones are all alike."""
        near = self._problem.neighbours.of_unit
        around = tuple(sorted({other for one in piece for other in near[one]} - piece))
        for own in range(self._problem.costs.shape[1]):
            if self._too_light(piece, own):
                yield Cut(own, n, NONE, around)

    def of_single_units(self, free: np.ndarray) -> list[Cut]:
        """Say of every pair of unit and centre that may be: the unit has a neighbour in its territory.

        Few of these are broken by parts of units, but nearly all answers in whole ones break some.
        """
        near = self._problem.neighbours.of_unit
        pairs = np.argwhere(free).tolist()
        return [Cut(own, n, NONE, near[n]) for n, own in pairs if self._too_light({n}, own)]

    def _too_light(self, piece: set[int], own: int) -> bool:
        """Whether a piece has too little work to be all of a centre's territory: it must go on beyond it."""
        work = float(self._problem.workload[list(piece)].sum())
        return self._one_island and work < float(self._problem.lower[own]) - TOLERANCE
