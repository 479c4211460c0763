"""Solve one knapsack for each of many centres at once: whom to serve within the limit of work."""

from __future__ import annotations

import numpy as np

LARGEST = 20_000
"""Work of one centre beyond which whole numbers are too many to go through."""


def is_whole(workload: np.ndarray, upper: float) -> bool:
    """Whether work is counted in whole numbers few enough to go through."""
    return bool(np.array_equal(workload, np.round(workload)) and upper == round(upper) and upper <= LARGEST)


class Knapsacks:
    """Knapsacks that differ in what serving costs, not in work and limit.

    Parameters
    ----------
    costs
        Array [units × centres].
    workload, upper
        Work of each unit and the most one centre serves, whole numbers.
    """

    def __init__(self, costs: np.ndarray, workload: np.ndarray, upper: int) -> None:
        self._costs = costs
        self._work = workload
        self._upper = upper

    def solve(self, prices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Choose for each centre whom to serve where serving unit i saves its price.

        Returns
        -------
        values, served
            Least cost less prices of each centre (never above 0); array [units × centres] of who is served.
        """
        units, centres = self._costs.shape
        gains = self._costs - prices[:, None]
        least = np.zeros((centres, self._upper + 1))
        taken = np.zeros((units, centres, self._upper + 1), dtype=bool)
        for n in range(units):
            work = int(self._work[n])
            if work > self._upper or gains[n].min() >= 0:
                continue
            with_him = least[:, : self._upper + 1 - work] + gains[n][:, None]
            better = with_him < least[:, work:]
            taken[n, :, work:] = better
            least[:, work:] = np.where(better, with_him, least[:, work:])
        served = np.zeros((units, centres))
        left = np.full(centres, self._upper)
        at = np.arange(centres)
        for n in range(units - 1, -1, -1):
            chosen = taken[n, at, left]
            served[n, chosen] = 1.0
            left = left - np.where(chosen, self._work[n], 0)
        return least[:, self._upper], served
