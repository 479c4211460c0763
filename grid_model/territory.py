"""Where the managers are, whose territories touch, and how long they travel to each other.

A `Territory` holds numbers and ids only; `gis.neighbourhood` makes it from outlines, positions and
barriers, and a road graph can make the minutes instead of straight lines without anything else changing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from grid_model.project import Project
from grid_model.settings import setting
from grid_model.travel import TravelUse


@dataclass(frozen=True)
class Border:
    """Two managers whose territories touch.

    Parameters
    ----------
    a, b
        Manager ids, ``a < b``.
    length_m
        Shared border that no barrier cuts.
    cut_m
        Shared border cut by barriers.
    barriers
        Ids of the barriers that cut it, sorted.
    crossings
        Ids of the crossings that make or keep them neighbours, sorted.
    """

    a: str
    b: str
    length_m: float
    cut_m: float = 0.0
    barriers: tuple[str, ...] = ()
    crossings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Territory:
    """Managers as nodes, their neighbourhood and travel times.

    Parameters
    ----------
    managers
        Ids of the managers on duty, sorted; order of every array here.
    x_m, y_m
        Place in metres on a plane; NaN where it is unknown.
    minutes
        Travel from row to column; 0 on the diagonal, infinite where a place is unknown.
    neighbours
        Borders along which managers are neighbours, sorted.
    cut
        Borders that touch but that barriers cut, sorted.
    areas
        Transformer areas of each manager, in the order of `managers`, each sorted.
    source
        ``outlines`` where every outline was there, ``generated`` where some were made from customers,
        ``positions`` where managers' own places had to do.
    placeless
        Managers without a known place, sorted.
    travel
        Where the minutes come from, and which had to be straight lines.
    """

    managers: tuple[str, ...]
    x_m: np.ndarray
    y_m: np.ndarray
    minutes: np.ndarray
    neighbours: tuple[Border, ...]
    cut: tuple[Border, ...] = ()
    areas: tuple[tuple[str, ...], ...] = ()
    source: str = "outlines"
    placeless: tuple[str, ...] = field(default=())
    travel: TravelUse = field(default=TravelUse())

    @property
    def pair_minutes(self) -> np.ndarray:
        """Minutes between two managers, the slower direction counting (`DESIGN` §4)."""
        return np.asarray(np.maximum(self.minutes, self.minutes.T), dtype=float)

    def adjacency(self) -> np.ndarray:
        """Give the neighbourhood as a symmetric boolean matrix."""
        at = {one: n for n, one in enumerate(self.managers)}
        found = np.zeros((len(at), len(at)), dtype=bool)
        for border in self.neighbours:
            found[at[border.a], at[border.b]] = found[at[border.b], at[border.a]] = True
        return found


def straight_minutes(x_m: np.ndarray, y_m: np.ndarray, factors: np.ndarray, speed_kmh: float) -> np.ndarray:
    """Estimate travel by straight line × terrain factor (`DOMAIN` §4.5).

    Parameters
    ----------
    x_m, y_m
        Places; NaN where unknown, which is infinitely far.
    factors
        Way over straight line in each manager's terrain; a way between two counts the mean of both ends.

    Returns
    -------
    minutes
        Square matrix, symmetric, 0 on the diagonal.
    """
    distance_m = np.hypot(x_m[:, None] - x_m[None, :], y_m[:, None] - y_m[None, :])
    factor = (factors[:, None] + factors[None, :]) / 2
    minutes = distance_m * factor / (speed_kmh * 1000 / 60)
    minutes = np.where(np.isnan(minutes), np.inf, minutes)
    np.fill_diagonal(minutes, 0.0)
    return np.asarray(minutes, dtype=float)


def terrain_factors(project: Project, areas: Sequence[Sequence[str]]) -> np.ndarray:
    """Give each manager's way over straight line: the mean over his areas, plain where he has none.

    Parameters
    ----------
    areas
        Area ids of each manager.
    """
    by_kind = {kind: setting(project, f"travel.factor_{kind}") for kind in ("plain", "hill", "mountain")}
    rows = project.frame("transformer_areas")
    kinds = rows["terrain"].map(by_kind).fillna(by_kind["plain"])
    factor = dict(zip(rows["id"], kinds.astype(float), strict=True))
    means = [np.mean([factor[one] for one in own]) if own else by_kind["plain"] for own in areas]
    return np.array(means, dtype=float)


def areas_by_manager(project: Project, managers: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Give the sorted area ids of each of `managers`."""
    owned: dict[str, list[str]] = {one: [] for one in managers}
    rows = project.frame("transformer_areas")
    for area, manager in zip(rows["id"], rows["manager"], strict=True):
        if manager in owned:
            owned[manager].append(area)
    return tuple(tuple(sorted(owned[one])) for one in managers)


def managers_on_duty(project: Project) -> tuple[str, ...]:
    """Give the ids of the managers who count in planning, sorted."""
    rows = project.frame("district_managers")
    return tuple(sorted(rows.loc[rows["active"], "id"]))
