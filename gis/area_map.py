"""The areas of a project with their managers, work, places and shared borders, for planning by hand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from gis.measuring import seats
from gis.neighbourhood import _barriers, _border, _shared, areas_at_crossings
from gis.outlines import AreaOutlines
from gis.travel import Places, Travel
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.area_map import AreaMap
from grid_model.project import Project
from grid_model.settings import setting
from grid_model.territory import managers_on_duty
from grid_model.travel import travel_seconds
from grid_model.workload import Workload

NEAREST = 8
"""Areas looked at for a manager without land, until one has a manager."""


def area_map(
    project: Project,
    outlines: AreaOutlines,
    work: Workload,
    travel: Travel | None = None,
    feedback: Feedback = SILENT,
) -> AreaMap:
    """Collect what planning by hand needs to know of every area.

    Parameters
    ----------
    outlines
        The outline of every area.
    work
        The workload index, made with the surface of these outlines.
    travel
        Roads and speeds read already; None: read here.
    """
    managers = managers_on_duty(project)
    frame = project.frame("transformer_areas")
    order = np.argsort(np.array(frame["id"], dtype=object), kind="stable")
    ids = tuple(frame["id"].iloc[order])
    place = {one: n for n, one in enumerate(managers)}
    owner = np.array([place.get(one, -1) for one in frame["manager"].iloc[order]], dtype=np.int64)
    at = seats(project, outlines.plane)[order]
    people = project.frame("district_managers").set_index("id").reindex(list(managers))
    base = outlines.plane.points(people["x"], people["y"])
    shapes = outlines.shapes[order]
    pairs, length = _area_borders(project, outlines, shapes, feedback)
    area_work, own_work, customers = _work(project, ids, managers, work)
    by_kind = {kind: setting(project, f"travel.factor_{kind}") for kind in ("plain", "hill", "mountain")}
    terrain = frame["terrain"].iloc[order].map(by_kind).fillna(by_kind["plain"])
    return AreaMap(
        areas=ids,
        managers=managers,
        owner=owner,
        work=area_work,
        own_work=own_work,
        customers=customers,
        x_m=at[:, 0],
        y_m=at[:, 1],
        factor=terrain.to_numpy(dtype=float),
        base_x_m=base[:, 0],
        base_y_m=base[:, 1],
        pairs=pairs,
        length_m=length,
        min_border_m=setting(project, "territory.min_shared_border_m"),
        plain_factor=by_kind["plain"],
        has_land=np.array([one is not None for one in shapes], dtype=bool),
        stands_on=_stands_on(shapes, base),
        locked=_locked(project, ids),
        feeder=_numbered(frame["feeder"].iloc[order]),
        village=_numbered(frame["village"].iloc[order]),
        travel=ManagerTravel(travel or Travel.of(project, outlines.plane, feedback)),
    )


class ManagerTravel:
    """Minutes between managers as `gis.travel.manager_minutes` gives them; ways along roads are kept.

    While areas are painted the places seldom move, but the terrain of a territory does: only straight lines
    and walks are reckoned anew then.
    """

    def __init__(self, travel: Travel) -> None:
        self._travel = travel
        self._places = np.empty((0, 2))
        self._by_road = np.empty((0, 0))

    def __call__(self, x: np.ndarray, y: np.ndarray, factors: np.ndarray) -> np.ndarray:
        """Give the minutes from row to column."""
        travel = self._travel
        xy = np.column_stack([x, y])
        if travel.network is None:
            minutes = travel.times(Places(xy, factors), Places(xy, factors)).minutes
        else:
            if not np.array_equal(xy, self._places, equal_nan=True):
                stops = travel.network.snap(xy, travel.snap_limit_m, travel.walk_kmh)
                self._by_road = travel_seconds(travel.network.graph, stops, stops) / 60
                self._places = xy
            minutes = self._joined(xy, factors)
        np.fill_diagonal(minutes, 0.0)
        return minutes

    def _joined(self, xy: np.ndarray, factors: np.ndarray) -> np.ndarray:
        """Take the road where there is one, the walk where that is shorter, else the straight line."""
        travel = self._travel
        distance_m = np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1])
        way_m = distance_m * (factors[:, None] + factors[None, :]) / 2
        straight = np.nan_to_num(way_m / (travel.speed_kmh * 1000 / 60), nan=np.inf)
        on_foot = np.where(distance_m <= travel.snap_limit_m, way_m / (travel.walk_kmh * 1000 / 60), np.inf)
        reached = np.isfinite(self._by_road)
        return np.asarray(np.where(reached, np.fmin(self._by_road, on_foot), straight))


def _area_borders(
    project: Project, outlines: AreaOutlines, shapes: np.ndarray, feedback: Feedback
) -> tuple[np.ndarray, np.ndarray]:
    """Give the areas that touch and how long their free border is, by the rules of `gis.neighbourhood`."""
    there = np.flatnonzero([one is not None for one in shapes])
    if not len(there):
        return np.empty((0, 2), dtype=np.int64), np.empty(0)
    barriers, ids = _barriers(project, outlines.plane)
    reach = setting(project, "territory.barrier_reach_m")
    shared = _shared(shapes[there], there, setting(project, "territory.gap_tolerance_m"))
    names = tuple(str(n) for n in range(len(shapes)))
    free: dict[tuple[int, int], float] = {}
    for pair, lines in feedback.track(shared.items()):
        border = _border(names, pair, lines, barriers, ids, reach)
        if border.length_m > 0:
            free[pair] = border.length_m
    enough = setting(project, "territory.min_shared_border_m")
    for _crossing, near in areas_at_crossings(project, outlines.plane, shapes[there]):
        for pair in combinations(there[near].tolist(), 2):
            free[pair] = max(free.get(pair, 0.0), enough)
    pairs = sorted(free)
    length = [free[pair] for pair in pairs]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(length, dtype=float)


def _work(
    project: Project, ids: tuple[str, ...], managers: tuple[str, ...], work: Workload
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Part the workload into what goes with an area and what goes with a manager himself."""
    one = setting(project, "workload.weight_customers") / setting(project, "workload.unit_customers")
    areas = work.areas.reindex(list(ids))
    index, terrain = np.array(areas["index"], dtype=float), areas["terrain"].to_numpy(dtype=float)
    rows = project.frame("customers")
    rows = rows.loc[(rows["status"] == "active") & rows["transformer_area"].isin(ids)]
    place = {area: n for n, area in enumerate(ids)}
    count = np.bincount([place[area] for area in rows["transformer_area"]], minlength=len(ids)).astype(float)
    named = rows.loc[rows["manager"].notna(), ["transformer_area", "manager"]]
    owner = project.frame("transformer_areas").set_index("id")["manager"]
    at_manager = {manager: n for n, manager in enumerate(managers)}
    own = np.zeros(len(managers))
    for area, manager in zip(named["transformer_area"], named["manager"], strict=True):
        weight = one * terrain[place[area]]
        if owner.get(area) == manager:  # counted with the area so far
            index[place[area]] -= weight
        if manager in at_manager:
            own[at_manager[manager]] += weight
    return index, own, count


def _stands_on(shapes: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Give the areas nearest to each base point, nearest first; −1 for none."""
    import shapely

    there = np.flatnonzero([one is not None for one in shapes])
    found = np.full((len(base), NEAREST), -1, dtype=np.int64)
    tree = shapely.STRtree(shapely.envelope(shapes[there])) if len(there) else None
    for n in np.flatnonzero(np.isfinite(base).all(axis=1)):
        if tree is None:
            break
        point, reach = shapely.Point(base[n]), 2_000.0
        near = tree.query(point, predicate="dwithin", distance=reach)
        while len(near) < min(NEAREST, len(there)):
            reach *= 2
            near = tree.query(point, predicate="dwithin", distance=reach)
        near = there[np.sort(near)]
        distance = shapely.distance(point, shapes[near])
        inside = near[np.argsort(distance, kind="stable")][:NEAREST]
        found[n, : len(inside)] = inside
    return found


def _numbered(values: pd.Series) -> np.ndarray:
    """Number what stands in a column in sorted order; −1 for nothing."""
    codes, _names = pd.factorize(values, sort=True)
    return np.asarray(codes, dtype=np.int64)


def _locked(project: Project, ids: tuple[str, ...]) -> np.ndarray:
    """Areas that the scheme in force locks to their manager."""
    from grid_model.grouping.schemes import scheme_in_force

    rows = project.frame("area_assignments")
    rows = rows.loc[(rows["scheme"] == scheme_in_force(project)) & rows["locked"]]
    return np.isin(np.array(ids, dtype=object), rows["transformer_area"].to_numpy(dtype=object))
