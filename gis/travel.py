"""Minutes from place to place: along the roads where there are some, else straight line × terrain factor.

A place that is too far from any road, and two places between which no road leads, fall back to the
straight line, and `Times` says which. Two places so near that walking is quicker than driving round are
walked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis.measuring import MetricPlane, seats
from gis.roads import RoadNetwork, road_network
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.result import Reason
from grid_model.project import Project
from grid_model.settings import setting
from grid_model.territory import Territory, terrain_factors
from grid_model.travel import TravelUse, travel_seconds


@dataclass(frozen=True)
class Places:
    """Where something stands.

    Parameters
    ----------
    xy
        Metres on the plane of the travel times, (n, 2); NaN where unknown.
    factors
        Way over straight line in the terrain of each, (n,).
    """

    xy: np.ndarray
    factors: np.ndarray


@dataclass(frozen=True)
class Times:
    """Travel times and how they were found.

    Parameters
    ----------
    minutes
        (origins, targets); infinite where a place is unknown.
    by_road
        Which of them are along roads; the others are straight lines.
    off_road_origins, off_road_targets
        Which known places are too far from any road, (n,).
    """

    minutes: np.ndarray
    by_road: np.ndarray
    off_road_origins: np.ndarray
    off_road_targets: np.ndarray


@dataclass(frozen=True, eq=False)
class Travel:
    """Travel times in one project.

    Parameters
    ----------
    network
        The roads; None where there are none or straight lines are wanted.
    """

    network: RoadNetwork | None
    speed_kmh: float
    walk_kmh: float
    snap_limit_m: float

    @classmethod
    def of(cls, project: Project, plane: MetricPlane, feedback: Feedback = SILENT) -> Travel:
        """Read roads and speeds of a project."""
        wanted = setting(project, "travel.use_roads") >= 1
        return cls(
            network=road_network(project, plane, feedback) if wanted else None,
            speed_kmh=setting(project, "travel.speed_kmh"),
            walk_kmh=setting(project, "travel.walk_kmh"),
            snap_limit_m=setting(project, "travel.snap_limit_m"),
        )

    def times(self, origins: Places, targets: Places, feedback: Feedback = SILENT) -> Times:
        """Give the minutes from every origin to every target; raises `Cancelled` when asked to stop."""
        distance_m = _distance_m(origins.xy, targets.xy)
        way_m = distance_m * (origins.factors[:, None] + targets.factors[None, :]) / 2
        straight = np.nan_to_num(way_m / (self.speed_kmh * 1000 / 60), nan=np.inf)
        if self.network is None:
            none = np.zeros(straight.shape, dtype=bool)
            return Times(straight, none, np.zeros(len(none), bool), np.zeros(none.shape[1], bool))
        leave = self.network.snap(origins.xy, self.snap_limit_m, self.walk_kmh)
        arrive = self.network.snap(targets.xy, self.snap_limit_m, self.walk_kmh)
        by_road = travel_seconds(self.network.graph, leave, arrive, feedback) / 60
        reached = np.isfinite(by_road)
        on_foot = np.where(distance_m <= self.snap_limit_m, way_m / (self.walk_kmh * 1000 / 60), np.inf)
        minutes = np.where(reached, np.fmin(by_road, on_foot), straight)
        known = [np.isfinite(one.xy).all(axis=1) for one in (origins, targets)]
        return Times(minutes, reached, known[0] & ~leave.on_road, known[1] & ~arrive.on_road)


def _distance_m(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1]), dtype=float)


def manager_minutes(
    travel: Travel, managers: Sequence[str], places: Places, feedback: Feedback = SILENT
) -> tuple[np.ndarray, TravelUse]:
    """Give the minutes between managers (square, row to column, 0 on the diagonal), and what they rest on."""
    times = travel.times(places, places, feedback)
    minutes = times.minutes
    unknown = ~np.isfinite(places.xy).all(axis=1)
    np.fill_diagonal(minutes, 0.0)
    if travel.network is None:
        return minutes, TravelUse("straight")
    off = times.off_road_origins
    on = ~(off | unknown)
    lost = on[:, None] & on[None, :] & ~(times.by_road & times.by_road.T)
    pairs = [(managers[a], managers[b]) for a, b in np.argwhere(np.triu(lost, 1)).tolist()]
    off_road = tuple(sorted(one for one, far in zip(managers, off, strict=True) if far))
    no_way = tuple(sorted((min(pair), max(pair)) for pair in pairs))
    return minutes, TravelUse("roads", off_road, no_way)


def travel_notes(project: Project, use: TravelUse) -> list[Reason]:
    """Say who travels by straight line although there are roads: codes of `ui.messages.REASONS`."""
    notes = []
    if use.off_road:
        limit = setting(project, "travel.snap_limit_m")
        notes.append(Reason("managers-off-road", use.off_road, {"limit": limit}))
    if use.no_way:
        persons = tuple(sorted({one for pair in use.no_way for one in pair}))
        notes.append(Reason("roads-apart", persons, {"count": len(use.no_way), "pairs": use.no_way}))
    return notes


def area_places(project: Project, plane: MetricPlane) -> Places:
    """Give where each area is driven to, in table order: `gis.measuring.seats`."""
    ids = project.frame("transformer_areas")["id"]
    return Places(seats(project, plane), terrain_factors(project, [[one] for one in ids]))


def area_times(
    project: Project,
    territory: Territory,
    plane: MetricPlane,
    travel: Travel | None = None,
    feedback: Feedback = SILENT,
) -> Times:
    """Give the minutes from every manager to every area, (managers of `territory`, areas in table order).

    Parameters
    ----------
    plane
        The plane `territory` was placed on: that of its outlines.
    travel
        Where it is made already.
    """
    travel = travel or Travel.of(project, plane, feedback)
    origins = Places(
        np.column_stack([territory.x_m, territory.y_m]), terrain_factors(project, territory.areas)
    )
    return travel.times(origins, area_places(project, plane), feedback)
