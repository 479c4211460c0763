"""Everything that does not hold together in a scheme, its shapes included."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gis.area_map import area_map
from gis.outlines import AreaOutlines
from grid_model.feedback import SILENT, Feedback
from grid_model.grouping.area_map import AreaMap
from grid_model.grouping.scheme_checks import scheme_issues
from grid_model.issue import Issue, Severity
from grid_model.project import Project
from grid_model.workload import workload

LEAST_M2 = 100.0
"""Overlaps and gaps smaller than this come from how finely outlines were drawn."""


def check_scheme(
    project: Project,
    scheme: str,
    outlines: AreaOutlines,
    areas: AreaMap | None = None,
    feedback: Feedback = SILENT,
) -> tuple[Issue, ...]:
    """Find areas in no grid or in two, managers in no group, land in pieces, overlaps and gaps.

    Parameters
    ----------
    scheme
        Its id; raises `GridError` ``unknown-object``.
    areas
        Made already; None: worked out here.
    """
    if areas is None:
        areas = area_map(project, outlines, workload(project), feedback=feedback)
    found = list(scheme_issues(project, scheme, areas))
    rows = project.frame("service_grids")
    rows = rows.loc[rows["scheme"] == scheme].sort_values("id")
    shapes = outlines.plane.shapes(rows["geometry"])
    found += _overlaps(list(rows["id"]), shapes)
    found += _without_outline(list(rows["id"]), shapes)
    found += _gaps(project, outlines, shapes)
    return tuple(found)


def _overlaps(ids: list[str], shapes: np.ndarray) -> Iterator[Issue]:
    import shapely

    tree = shapely.STRtree(shapes)
    a, b = tree.query(shapes, predicate="intersects")
    for m, n in sorted(zip(a[a < b].tolist(), b[a < b].tolist(), strict=True)):
        common = float(shapely.area(shapely.intersection(shapes[m], shapes[n])))
        if common > LEAST_M2:
            details = {"other": ids[n], "m2": round(common)}
            yield Issue(Severity.WARNING, "grids-overlap", "service_grids", ids[m], details)


def _without_outline(ids: list[str], shapes: np.ndarray) -> Iterator[Issue]:
    for one, shape in zip(ids, shapes, strict=True):
        if shape is None or shape.is_empty:
            yield Issue(Severity.NOTE, "grid-without-outline", "service_grids", one)


def _gaps(project: Project, outlines: AreaOutlines, shapes: np.ndarray) -> Iterator[Issue]:
    """Land of a station that no grid covers; it is found on the map by the area beside the largest piece."""
    import shapely

    there = [one for one in shapes if one is not None]
    if not there:
        return
    covered = shapely.union_all(np.array(there, dtype=object))
    stations = project.frame("stations")
    for one, land in zip(stations["id"], outlines.plane.shapes(stations["geometry"]), strict=True):
        if land is None:
            continue
        left = shapely.get_parts(shapely.difference(land, covered))
        sizes = shapely.area(left)
        large = sizes[sizes > LEAST_M2]
        if len(large):
            details = {"station": str(one), "count": len(large), "m2": round(float(large.sum()))}
            area = _nearest_area(outlines, left[int(sizes.argmax())])
            yield Issue(Severity.NOTE, "grids-leave-gap", "transformer_areas", area, details)


def _nearest_area(outlines: AreaOutlines, land: object) -> str:
    """Give the area that lies nearest to a piece of land; empty where no area has an outline."""
    import shapely

    there = np.flatnonzero([one is not None for one in outlines.shapes])
    if not len(there):
        return ""
    away = shapely.distance(outlines.shapes[there], land)
    return outlines.ids[int(there[int(np.argmin(away))])]
