"""How big the invented station is: areas, customers, managers, feeders (`DOMAIN` §1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Size:
    """What one sample holds, over all its stations.

    Parameters
    ----------
    areas, customers, managers, feeders
        Exact numbers over all stations.
    stations
        Supply stations side by side.
    substations
        35 kV substations of each station.
    areas_per_village
        Mean; the number of villages follows.
    budget_h
        User-hours a month that planned outages of a feeder may cost, for each of its areas; None: no budgets.
    """

    areas: int
    customers: int
    managers: int
    feeders: int
    stations: int = 1
    substations: int = 2
    areas_per_village: float = 11.5
    budget_h: float | None = 2.0

    def share(self, total: int) -> list[int]:
        """Part `total` evenly among the stations, the first ones getting what is left over."""
        each, more = divmod(total, self.stations)
        return [each + (n < more) for n in range(self.stations)]


SIZES: Mapping[str, Size] = {
    "small": Size(
        areas=60, customers=4_000, managers=6, feeders=3, substations=1, areas_per_village=10.0, budget_h=None
    ),
    "typical": Size(areas=170, customers=11_000, managers=12, feeders=7),
    "large": Size(areas=400, customers=40_000, managers=40, feeders=15),
    "county": Size(areas=5_000, customers=500_000, managers=450, feeders=200, stations=12),
}

AREA_KM2 = 0.70
"""Land of one transformer area on average, km²: 170 areas make a township of 120 km²."""


def apportion(total: int, weights: np.ndarray, least: int = 0) -> np.ndarray:
    """Part `total` whole things by `weights`, each getting at least `least`; the sum is exact."""
    spare = total - least * len(weights)
    exact = weights / weights.sum() * spare
    parts: np.ndarray = np.floor(exact).astype(np.int64)
    left = spare - int(parts.sum())
    parts[np.argsort(-(exact - parts), kind="stable")[:left]] += 1
    parts += least
    return parts
