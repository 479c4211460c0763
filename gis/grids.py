"""Service grids as unions of the outlines of their transformer areas, and what is odd about them.

By default one grid for each mutual-aid group: the areas its members answer for (`DOMAIN` §4.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gis.outlines import AreaOutlines
from grid_model.grouping.schemes import GridPlan
from grid_model.project import Project


@dataclass(frozen=True)
class GridShape:
    """One grid's land.

    Parameters
    ----------
    wkb
        MULTIPOLYGON in the project's coordinates; None where no area has an outline.
    km2
        Surface.
    parts
        Pieces that do not touch; more than 1 is a finding.
    holes
        Holes inside.
    generated
        Whether some area outline in it was generated, now or before.
    """

    wkb: bytes | None
    km2: float
    parts: int
    holes: int
    generated: bool


def grid_shape(outlines: AreaOutlines, areas: Sequence[str]) -> GridShape:
    """Join the outlines of `areas`; areas without one are left out."""
    import shapely

    at = {one: n for n, one in enumerate(outlines.ids)}
    rows = np.array([at[one] for one in areas], dtype=np.int64)
    shapes = outlines.shapes[rows]
    there = ~shapely.is_missing(shapes)
    if not there.any():
        return GridShape(None, 0.0, 0, 0, False)
    union = _union(shapes[there])
    parts = shapely.get_parts(union)
    return GridShape(
        wkb=outlines.plane.wkb(np.array([union], dtype=object))[0],
        km2=float(shapely.area(union)) / 1e6,
        parts=len(parts),
        holes=int(shapely.get_num_interior_rings(parts).sum()),
        generated=bool(outlines.marked[rows][there].any()),
    )


def _union(shapes: np.ndarray) -> object:
    """Join outlines; those that are no coverage (drawn with gaps or overlaps) the slow, sure way."""
    import shapely

    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    union = shapely.union_all(shapes)
    areal = [one for one in shapely.get_parts(union) if shapely.get_dimensions(one) == 2]
    return shapely.multipolygons(areal) if len(areal) > 1 else areal[0]


def grid_plans(
    project: Project, outlines: AreaOutlines, groups: Mapping[int, Sequence[str]]
) -> tuple[tuple[GridPlan, ...], tuple[GridShape, ...]]:
    """Plan one grid for each group: every area of its members, in table order.

    Parameters
    ----------
    groups
        Manager ids of each group by its number in the plan.

    Returns
    -------
    plans, shapes
        What `PutScheme` writes, and the land of each; groups without areas have no grid.
    """
    of_manager = {manager: n for n, members in groups.items() for manager in members}
    frame = project.frame("transformer_areas")
    areas: dict[int, list[str]] = {}
    for area, manager in zip(frame["id"], frame["manager"], strict=True):
        if manager in of_manager:
            areas.setdefault(of_manager[manager], []).append(area)
    plans, shapes = [], []
    for n in sorted(areas):
        shape = grid_shape(outlines, areas[n])
        source = ("generated" if shape.generated else "imported") if shape.wkb is not None else None
        plans.append(GridPlan(group=n, areas=tuple(areas[n]), outline=shape.wkb, outline_source=source))
        shapes.append(shape)
    return tuple(plans), tuple(shapes)


@dataclass(frozen=True)
class GridCheck:
    """How the grids of one scheme hold together; every list sorted.

    Parameters
    ----------
    without_grid
        Areas in no grid.
    in_several
        Areas in more than one.
    without_manager
        Areas nobody answers for.
    """

    without_grid: tuple[str, ...]
    in_several: tuple[str, ...]
    without_manager: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every area has a manager and exactly one grid."""
        return not (self.without_grid or self.in_several or self.without_manager)


def check_grids(project: Project, grids: Sequence[Sequence[str]]) -> GridCheck:
    """Look whether every area stands in exactly one of `grids` (area ids) and has a manager."""
    frame = project.frame("transformer_areas")
    count: dict[str, int] = {}
    for grid in grids:
        for area in grid:
            count[area] = count.get(area, 0) + 1
    known = frame["manager"].isin(project.frame("district_managers")["id"])
    return GridCheck(
        without_grid=tuple(sorted(one for one in frame["id"] if one not in count)),
        in_several=tuple(sorted(one for one, n in count.items() if n > 1)),
        without_manager=tuple(sorted(frame["id"][~known])),
    )
