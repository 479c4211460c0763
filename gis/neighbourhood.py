"""Whose territories touch, how long managers travel to each other: a project as a `Territory`.

A manager stands at his base point, else at the customer-weighted centre of his areas. Two managers are
neighbours where outlines of their areas share a border of at least ``territory.min_shared_border_m``.
A barrier (river, ridge, town border) cuts what lies within ``territory.barrier_reach_m`` of it: a border
that runs along a river does not count, one that crosses it loses only the crossing; what is left must
still be long enough. A bridge is a gap in the barrier's line, or a crossing: a place where the territories
within its reach stay neighbours whatever lies between them, even where they do not touch.

Areas without an outline get one from their customers (`gis.outlines`). A manager without any outline
but with a base point is a neighbour of those on whose land he stands and of theirs; where there are no
outlines at all, base points alone decide (Delaunay).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import combinations

import numpy as np

from gis.measuring import MetricPlane, seats
from gis.outlines import AreaOutlines, area_outlines
from gis.travel import Places, Travel, manager_minutes
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.settings import setting
from grid_model.territory import (
    Border,
    Territory,
    areas_by_manager,
    managers_on_duty,
    terrain_factors,
)
from grid_model.travel import TravelUse

TravelMinutes = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From places in metres (x, y) to minutes from row to column."""


def neighbourhood(
    project: Project,
    outlines: AreaOutlines | None = None,
    travel: Travel | TravelMinutes | None = None,
    feedback: Feedback = SILENT,
) -> Territory:
    """Place the managers on duty, find neighbours and travel times.

    Parameters
    ----------
    outlines
        The outlines of every area where they are known already.
    travel
        Travel times made already, or a function for them; None: along the project's roads, else straight
        line × terrain factor (`gis.travel`).
    """
    outlines = outlines or area_outlines(project, feedback)
    managers = managers_on_duty(project)
    areas = areas_by_manager(project, managers)
    x, y = _places(project, outlines.plane, managers, areas)
    if travel is None or isinstance(travel, Travel):
        travel = travel or Travel.of(project, outlines.plane, feedback)
        places = Places(np.column_stack([x, y]), terrain_factors(project, areas))
        minutes, use = manager_minutes(travel, managers, places, feedback)
    else:
        minutes, use = travel(x, y), TravelUse("given")
    kept, cut, source = _borders(project, outlines, managers, areas, x, y, feedback)
    return Territory(
        managers=managers,
        x_m=x,
        y_m=y,
        minutes=minutes,
        neighbours=kept,
        cut=cut,
        areas=areas,
        source=source,
        placeless=tuple(one for one, at in zip(managers, x, strict=True) if np.isnan(at)),
        travel=use,
    )


def _places(
    project: Project, plane: MetricPlane, managers: tuple[str, ...], areas: tuple[tuple[str, ...], ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Give each manager's base point, else the customer-weighted centre of his areas; NaN where neither."""
    rows = project.frame("district_managers").set_index("id").reindex(list(managers))
    places = plane.points(rows["x"], rows["y"])
    seat = dict(zip(project.frame("transformer_areas")["id"], seats(project, plane), strict=True))
    customers = project.frame("customers")
    weight = customers.loc[customers["status"] == "active", "transformer_area"].value_counts().to_dict()
    for n, own in enumerate(areas):
        known = [one for one in own if np.isfinite(seat[one]).all()]
        if np.isnan(places[n]).any() and known:
            # An area without customers still has its transformer to look after: it weighs as one.
            weights = [max(1, weight.get(one, 0)) for one in known]
            places[n] = np.average([seat[one] for one in known], axis=0, weights=weights)
    return places[:, 0], places[:, 1]


def _borders(
    project: Project,
    outlines: AreaOutlines,
    managers: tuple[str, ...],
    areas: tuple[tuple[str, ...], ...],
    x: np.ndarray,
    y: np.ndarray,
    feedback: Feedback,
) -> tuple[tuple[Border, ...], tuple[Border, ...], str]:
    owner = {area: n for n, own in enumerate(areas) for area in own}
    owners = np.array([owner.get(one, -1) for one in outlines.ids], dtype=np.int64)
    import shapely

    there = np.flatnonzero((owners >= 0) & ~shapely.is_missing(outlines.shapes))
    if not len(there):
        return _from_places(managers, x, y), (), "positions"
    # By id: which of two outlines is measured along the other must not hang on the order of the rows.
    there = there[np.argsort(np.array(outlines.ids, dtype=object)[there], kind="stable")]
    barriers, ids = _barriers(project, outlines.plane)
    reach = setting(project, "territory.barrier_reach_m")
    shared = _shared(outlines.shapes[there], owners[there], setting(project, "territory.gap_tolerance_m"))
    borders = [
        _border(managers, pair, lines, barriers, ids, reach) for pair, lines in feedback.track(shared.items())
    ]
    least = setting(project, "territory.min_shared_border_m")
    crossings = _crossings(project, outlines.plane, managers, outlines.shapes[there], owners[there])
    borders = _bridged(borders, crossings)
    kept = {(one.a, one.b): one for one in borders if one.length_m >= least or one.crossings}
    cut = [one for one in borders if one.length_m < least <= one.length_m + one.cut_m and not one.crossings]
    for guest in np.setdiff1d(np.arange(len(managers)), owners[there]):
        for border in _of_guest(int(guest), managers, outlines.shapes[there], owners[there], x, y, kept):
            kept.setdefault((border.a, border.b), border)
    source = "generated" if outlines.generated[there].any() else "outlines"
    return (
        tuple(sorted(kept.values(), key=lambda one: (one.a, one.b))),
        tuple(sorted(cut, key=lambda one: (one.a, one.b))),
        source,
    )


def _barriers(project: Project, plane: MetricPlane) -> tuple[np.ndarray, list[str]]:
    import shapely

    frame = project.frame("barriers")
    shapes = plane.shapes(frame["geometry"])
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return shapes[there], list(frame["id"].to_numpy(dtype=object)[there])


def areas_at_crossings(
    project: Project, plane: MetricPlane, shapes: np.ndarray
) -> list[tuple[str, np.ndarray]]:
    """Give for each crossing that has a place the rows of `shapes` (metres) within its reach."""
    import shapely

    frame = project.frame("crossings")
    places = plane.points(frame["x"], frame["y"])
    reach = frame["reach_m"].fillna(setting(project, "territory.crossing_reach_m")).to_numpy(dtype=float)
    known = np.flatnonzero(np.isfinite(places).all(axis=1))
    at, area = shapely.STRtree(shapes).query(
        shapely.points(places[known]), predicate="dwithin", distance=reach[known]
    )
    ids = frame["id"].to_numpy(dtype=object)[known]
    return [(str(one), np.sort(area[at == n])) for n, one in enumerate(ids)]


def _crossings(
    project: Project, plane: MetricPlane, managers: tuple[str, ...], shapes: np.ndarray, owners: np.ndarray
) -> dict[tuple[str, str], list[str]]:
    """Give the crossings within whose reach both of a pair of managers have land, by pair."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for crossing, areas in areas_at_crossings(project, plane, shapes):
        near = sorted({managers[owner] for owner in owners[areas]})
        for a, b in combinations(near, 2):
            found[a, b].append(crossing)
    return found


def _bridged(borders: list[Border], crossings: dict[tuple[str, str], list[str]]) -> list[Border]:
    """Note the crossings on the borders they bridge; make borders for those who do not touch otherwise."""
    touching = {(one.a, one.b) for one in borders}
    return [
        *(replace(one, crossings=tuple(sorted(crossings.get((one.a, one.b), ())))) for one in borders),
        *(
            Border(a, b, 0.0, crossings=tuple(sorted(ids)))
            for (a, b), ids in crossings.items()
            if (a, b) not in touching
        ),
    ]


def _shared(
    shapes: np.ndarray, owners: np.ndarray, tolerance_m: float
) -> dict[tuple[int, int], list[object]]:
    """Collect the shared borders (lines) of areas of different managers, by pair of managers.

    Outlines that keep a gap of up to the tolerance, or overlap, share what of the one's border lies
    within the tolerance of the other.
    """
    import shapely

    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=tolerance_m)
    different = (a < b) & (owners[a] != owners[b])
    a, b = a[different], b[different]
    wide = shapely.buffer(shapes[b], tolerance_m, quad_segs=2, join_style="mitre")
    lines = shapely.intersection(shapely.boundary(shapes[a]), wide)
    found: dict[tuple[int, int], list[object]] = defaultdict(list)
    for line, m, n in zip(lines, owners[a], owners[b], strict=True):
        # Where outlines meet in a point, the tolerance alone makes a few metres.
        if shapely.length(line) > 3 * tolerance_m:
            found[min(int(m), int(n)), max(int(m), int(n))].append(line)
    return dict(sorted(found.items()))


def _border(
    managers: tuple[str, ...],
    pair: tuple[int, int],
    lines: Iterable[object],
    barriers: np.ndarray,
    ids: list[str],
    reach_m: float,
) -> Border:
    """Measure what of a shared border is free and what barriers cut."""
    import shapely

    line = shapely.union_all(np.array(list(lines), dtype=object))
    total = float(shapely.length(line))
    near = np.flatnonzero(shapely.dwithin(barriers, line, reach_m)) if len(barriers) else np.array([], int)
    free = line
    cutting = []
    for n in near:
        rest = shapely.difference(free, shapely.buffer(barriers[n], reach_m, cap_style="flat"))
        if shapely.length(rest) < shapely.length(free):
            cutting.append(ids[n])
        free = rest
    length = float(shapely.length(free))
    return Border(managers[pair[0]], managers[pair[1]], length, total - length, tuple(sorted(set(cutting))))


def _of_guest(
    guest: int,
    managers: tuple[str, ...],
    shapes: np.ndarray,
    owners: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    kept: dict[tuple[str, str], Border],
) -> list[Border]:
    """Give a manager without land the neighbours of the land he stands on, its manager among them.

    Where several outlines are as near (he stands on a border, or they overlap), the first one counts.
    """
    import shapely

    if np.isnan(x[guest]):
        return []
    host = managers[owners[int(np.argmin(shapely.distance(shapely.Point(x[guest], y[guest]), shapes)))]]
    around = {host} | {b if a == host else a for a, b in kept if host in (a, b)}
    me = managers[guest]
    return [Border(min(me, one), max(me, one), 0.0) for one in sorted(around - {me})]


def _from_places(managers: tuple[str, ...], x: np.ndarray, y: np.ndarray) -> tuple[Border, ...]:
    """Take as neighbours the managers whose places are joined by Delaunay's triangles."""
    import shapely

    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if len(known) < 2:
        return ()
    points = np.column_stack([x[known], y[known]])
    places, which = np.unique(points, axis=0, return_inverse=True)
    at_place: dict[int, list[int]] = defaultdict(list)
    for n, place in zip(known, which.ravel(), strict=True):
        at_place[int(place)].append(int(n))
    edges = shapely.delaunay_triangles(shapely.multipoints(places), only_edges=True)
    row = {tuple(place): n for n, place in enumerate(places.tolist())}
    ends = shapely.get_coordinates(shapely.get_parts(edges)).reshape(-1, 2, 2)
    joined = [(row[tuple(one)], row[tuple(other)]) for one, other in ends.tolist()]
    pairs = {pair for p, q in joined for a in at_place[p] for b in at_place[q] for pair in [(a, b)]}
    pairs |= {(a, b) for same in at_place.values() for a in same for b in same if a != b}
    named = {(min(managers[a], managers[b]), max(managers[a], managers[b])) for a, b in pairs}
    return tuple(Border(a, b, 0.0) for a, b in sorted(named))
