"""How the outlines of transformer areas lie together: islands, holes, gaps and overlaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis.outlines import AreaOutlines
from grid_model.project import Project

LEAST_M2 = 1.0
"""Smaller gaps and overlaps are the rounding of coordinates."""


@dataclass(frozen=True)
class OutlineCheck:
    """What is odd about outlines; every list sorted.

    Parameters
    ----------
    islands
        Areas whose outline has several pieces, and how many.
    enclosing
        Areas whose outline has holes, and how many: land of others inside, or gaps.
    gaps
        Land without an area inside the stations' boundaries (without any: inside the outer border of all
        outlines), as a point in it (project coordinates) and square metres, largest first.
    overlaps
        Pairs of areas that share land, ``a < b``, and square metres.
    outside_m2
        Land of outlines outside the stations' boundaries; 0 without any.
    """

    islands: tuple[tuple[str, int], ...]
    enclosing: tuple[tuple[str, int], ...]
    gaps: tuple[tuple[float, float, float], ...]
    overlaps: tuple[tuple[str, str, float], ...]
    outside_m2: float

    @property
    def is_coverage(self) -> bool:
        """Whether there are neither gaps nor overlaps."""
        return not (self.gaps or self.overlaps)


def check_outlines(project: Project, outlines: AreaOutlines) -> OutlineCheck:
    """Look how the outlines lie together."""
    import shapely

    there = np.flatnonzero(~shapely.is_missing(outlines.shapes))
    shapes = outlines.shapes[there]
    ids = [outlines.ids[n] for n in there]
    if not len(shapes):
        return OutlineCheck((), (), (), (), 0.0)
    parts = shapely.get_num_geometries(shapes)
    pieces, row = shapely.get_parts(shapes, return_index=True)
    holes = np.bincount(row, weights=shapely.get_num_interior_rings(pieces), minlength=len(shapes))
    land = shapely.union_all(shapes, grid_size=0.001)
    boundaries = outlines.plane.shapes(project.frame("stations")["geometry"])
    boundaries = boundaries[~(shapely.is_missing(boundaries) | shapely.is_empty(boundaries))]
    if len(boundaries):
        ground = shapely.union_all(boundaries, grid_size=0.001)
        outside = float(shapely.area(shapely.difference(land, ground)))
    else:
        ground = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(land))))
        outside = 0.0
    return OutlineCheck(
        islands=tuple(sorted((one, int(n)) for one, n in zip(ids, parts, strict=True) if n > 1)),
        enclosing=tuple(sorted((one, int(n)) for one, n in zip(ids, holes, strict=True) if n)),
        gaps=_gaps(outlines, shapely.difference(ground, land)),
        overlaps=_overlaps(ids, shapes),
        outside_m2=outside if outside >= LEAST_M2 else 0.0,
    )


def _gaps(outlines: AreaOutlines, bare: object) -> tuple[tuple[float, float, float], ...]:
    import shapely

    pieces = shapely.get_parts(bare)
    pieces = pieces[shapely.area(pieces) >= LEAST_M2]
    if not len(pieces):
        return ()
    inside = outlines.plane.coordinates(shapely.get_coordinates(shapely.point_on_surface(pieces)))
    found = zip(inside.tolist(), shapely.area(pieces).tolist(), strict=True)
    return tuple(sorted(((x, y, m2) for (x, y), m2 in found), key=lambda gap: (-gap[2], gap)))


def _overlaps(ids: list[str], shapes: np.ndarray) -> tuple[tuple[str, str, float], ...]:
    import shapely

    if shapely.coverage_is_valid(shapes):
        return ()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    found = [
        (*sorted((ids[m], ids[n])), float(m2))
        for m, n, m2 in zip(a, b, shared, strict=True)
        if m2 >= LEAST_M2
    ]
    return tuple(sorted(found))
