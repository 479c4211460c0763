"""Outlines of transformer areas, made from where their customers live where none were drawn.

Every place belongs to the area of the nearest customer, transformer or low-voltage line (Voronoi), within
the station's boundary; where village borders are known, only places of the same village compete, so
outlines follow them (`DOMAIN` §4.1). Barriers that part a piece of land wholly part its outlines too. The
result is a coverage: neighbours share their border point by point, with neither gaps nor overlaps, and
what it made is marked ``generated``. Outlines that are there already stay as they are; new ones fill what
they leave, but for slivers narrower than ``territory.gap_tolerance_m`` between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.measuring import MetricPlane, places_of, together
from grid_model.changes import Changes
from grid_model.feedback import SILENT, Feedback
from grid_model.project import Project
from grid_model.settings import setting
from grid_model.workload import LOW_VOLTAGE_KV
from resources.i18n import N_

GRID_M = 0.001
"""Borders are joined on a millimetre grid, so that neighbours share their points exactly."""


@dataclass(frozen=True)
class AreaOutlines:
    """The outline of every transformer area of a project.

    Parameters
    ----------
    ids
        Area ids in table order.
    shapes
        Polygons and multipolygons in metres on `plane`, in the order of `ids`; None where an area has
        neither an outline nor a place.
    generated
        Which of them were made here.
    marked
        Which of them are generated at all, made here or stored as such.
    placeless
        Ids of the areas without an outline, sorted: without any place, or drawn over by others.
    plane
        Where the shapes stand.
    """

    ids: tuple[str, ...]
    shapes: np.ndarray
    generated: np.ndarray
    marked: np.ndarray
    placeless: tuple[str, ...]
    plane: MetricPlane

    @property
    def km2(self) -> dict[str, float]:
        """Surface of each area that has an outline."""
        import shapely

        surface = shapely.area(self.shapes) / 1e6
        return {one: float(at) for one, at in zip(self.ids, surface, strict=True) if np.isfinite(at)}

    def wkb(self) -> list[bytes | None]:
        """Give the outlines in the project's coordinates, in the order of `ids`."""
        return self.plane.wkb(self.shapes)


def area_outlines(project: Project, feedback: Feedback = SILENT, *, again: bool = False) -> AreaOutlines:
    """Give every area an outline: its own, or one made from its customers, transformers and lines.

    Areas without an outline and anything in a known place get none and are listed.

    Parameters
    ----------
    again
        Make outlines anew that were generated before.
    """
    plane = MetricPlane.of(project)
    frame = project.frame("transformer_areas")
    ids = tuple(frame["id"])
    shapes = plane.shapes(frame["geometry"])
    if again:
        shapes[(frame["outline_source"] == "generated").to_numpy(dtype=bool)] = None
    missing = _absent(shapes)
    generated = np.zeros(len(ids), dtype=bool)
    if missing.any():
        made = _generate(project, plane, ids, shapes, missing, feedback)
        generated = missing & ~_absent(made)
        shapes[generated] = made[generated]
        shapes[missing & ~generated] = None
    gone = _absent(shapes)
    return AreaOutlines(
        ids=ids,
        shapes=shapes,
        generated=generated,
        marked=generated | (frame["outline_source"] == "generated").to_numpy(dtype=bool),
        placeless=tuple(sorted(one for one, no in zip(ids, gone, strict=True) if no)),
        plane=plane,
    )


@dataclass(frozen=True)
class PutOutlines:
    """Write the outlines that were generated into the areas, marked as such; others stay untouched."""

    outlines: AreaOutlines
    title: str = N_("Generate area outlines")

    @property
    def values(self) -> Mapping[str, str]:
        return {}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Write them; raises `GridError` ``unknown-object`` where an area is no longer there."""
        rows = np.flatnonzero(self.outlines.generated)
        draft = project.edit()
        ids = [self.outlines.ids[n] for n in rows]
        draft.update(
            "transformer_areas",
            ids,
            geometry=self.outlines.plane.wkb(self.outlines.shapes[rows]),
            outline_source=["generated"] * len(ids),
        )
        return draft.finish()


def _absent(shapes: np.ndarray) -> np.ndarray:
    import shapely

    return np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))


def _generate(
    project: Project,
    plane: MetricPlane,
    ids: Sequence[str],
    own: np.ndarray,
    missing: np.ndarray,
    feedback: Feedback,
) -> np.ndarray:
    """Make the outlines that are missing; one entry per area, None where it has no place."""
    import shapely

    made = np.full(len(ids), None, dtype=object)
    seeds, of_area = _seeds(project, plane, ids, missing)
    if not len(seeds):
        return made
    region = _region(project, plane, seeds)
    taken = shapely.union_all(own[~missing], grid_size=GRID_M) if (~missing).any() else None
    if taken is not None:
        region = _left(shapely.difference(region, taken, grid_size=GRID_M), project)
    if shapely.is_empty(region):
        return made
    pieces = _pieces(project, plane, region)
    cells = [_cells(piece, *own) for piece, own in feedback.track(_shared_out(pieces, seeds, of_area))]
    faces, owner = _coverage(region, cells)
    for area in np.unique(owner):
        made[area] = shapely.coverage_union_all(faces[owner == area])
    return _straightened(made, setting(project, "outline.simplify_m"))


def _left(region: Any, project: Project) -> Any:
    """Take out of the land what is only a sliver between outlines that do not quite meet."""
    import shapely

    parts = shapely.get_parts(region)
    half = setting(project, "territory.gap_tolerance_m") / 2
    wide = ~shapely.is_empty(shapely.buffer(parts, -half, quad_segs=1))
    return region if wide.all() else shapely.union_all(parts[wide], grid_size=GRID_M)


def _seeds(
    project: Project, plane: MetricPlane, ids: Sequence[str], missing: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give the places outlines grow from, and the area of each; near ones of an area count as one."""
    at = {one: n for n, one in enumerate(ids) if missing[n]}
    thin_m = setting(project, "outline.thin_m")
    points, owner = [], []
    placed = [places_of(project, plane, table) for table in ("customers", "power_transformers")]
    for areas, places in (*placed, _along_lines(project, plane, thin_m)):
        number = np.array([at.get(one, -1) for one in areas], dtype=np.int64)
        points.append(places[number >= 0])
        owner.append(number[number >= 0])
    seeds, of_area = together(np.concatenate(points), np.concatenate(owner))
    cell = np.floor(seeds / thin_m)
    _same, first = np.unique(np.column_stack([of_area, cell]), axis=0, return_index=True)
    seeds, of_area = seeds[first], of_area[first]
    # Two areas at the very same place: the first keeps it, so that every place has one owner.
    _same, first = np.unique(np.round(seeds, 2), axis=0, return_index=True)
    return seeds[np.sort(first)], of_area[np.sort(first)]


def _along_lines(project: Project, plane: MetricPlane, step_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Give points along the low-voltage lines, at most `step_m` apart, and the area of each."""
    import shapely

    rows = project.frame("ac_line_segments")
    low = rows["nominal_kv"].isna() | (rows["nominal_kv"] <= LOW_VOLTAGE_KV)
    rows = rows.loc[low & rows["transformer_area"].notna() & rows["in_service"]]
    routes = plane.shapes(rows["geometry"])
    bare = np.flatnonzero(_absent(routes))
    if len(bare):
        routes[bare] = _straight(project, plane, rows.iloc[bare])
    there = ~_absent(routes)
    fine = shapely.segmentize(routes[there], max(step_m, 1.0))
    points, line = shapely.get_coordinates(fine, return_index=True)
    return rows["transformer_area"].to_numpy(dtype=object)[there][line], points


def _straight(project: Project, plane: MetricPlane, rows: Any) -> np.ndarray:
    """Draw lines without a route straight between their nodes; None where a node has no place."""
    import shapely

    nodes = project.frame("connectivity_nodes").set_index("id")[["x", "y"]]
    ends = [nodes.reindex(rows[end].to_numpy()) for end in ("node_a", "node_b")]
    pairs = np.stack([plane.points(end["x"], end["y"]) for end in ends], axis=1)
    known = np.isfinite(pairs).all(axis=(1, 2))
    lines = np.full(len(rows), None, dtype=object)
    if known.any():
        lines[known] = shapely.linestrings(pairs[known])
    return lines


def _region(project: Project, plane: MetricPlane, seeds: np.ndarray) -> Any:
    """Give the land to be shared out: the stations' boundaries, and a hull around places outside them."""
    import shapely

    margin = setting(project, "outline.hull_buffer_m")
    boundaries = plane.shapes(project.frame("stations")["geometry"])
    boundaries = boundaries[~_absent(boundaries)]
    land = shapely.union_all(boundaries, grid_size=GRID_M) if len(boundaries) else shapely.Polygon()
    points = shapely.points(seeds)
    # Places a little outside a boundary are drawn in by it; only land far from any needs its own hull.
    shapely.prepare(land)
    outside = points[~shapely.dwithin(land, points, margin)] if len(boundaries) else points
    if len(outside):
        hull = shapely.buffer(
            shapely.concave_hull(shapely.multipoints(outside), ratio=0.3), margin, quad_segs=4
        )
        land = shapely.union(land, hull, grid_size=GRID_M)
    return land


def _pieces(project: Project, plane: MetricPlane, region: Any) -> list[Any]:
    """Part the land along village borders and along barriers that go right through."""
    import shapely

    villages = plane.shapes(project.frame("villages")["geometry"])
    barriers = plane.shapes(project.frame("barriers")["geometry"])
    cuts = [*villages[~_absent(villages)], *barriers[~_absent(barriers)]]
    if not cuts:
        return [region]
    lines = [shapely.boundary(one) if shapely.get_dimensions(one) == 2 else one for one in cuts]
    lines = [one for one in lines if shapely.intersects(one, region)]
    faces = _faces([shapely.boundary(region), *lines])
    inside = shapely.contains_properly(region, shapely.point_on_surface(faces))
    return list(faces[inside])


def _faces(lines: Sequence[Any]) -> np.ndarray:
    """Give the faces between lines, joined on the millimetre grid."""
    import shapely

    noded = shapely.union_all(np.array(lines, dtype=object), grid_size=GRID_M)
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))), dtype=object)


def _shared_out(
    pieces: Sequence[Any], seeds: np.ndarray, of_area: np.ndarray
) -> list[tuple[Any, tuple[np.ndarray, np.ndarray]]]:
    """Give each piece of land the places that compete for it: those inside, without any those around."""
    import shapely

    points = shapely.points(seeds)
    piece, place = shapely.STRtree(points).query(np.array(pieces), predicate="intersects")
    # Places a little outside the land compete for the land nearest to them.
    outside = np.setdiff1d(np.arange(len(seeds)), place)
    piece = np.r_[piece, shapely.STRtree(pieces).nearest(points[outside])] if len(outside) else piece
    place = np.r_[place, outside]
    shared = []
    for n in np.unique(piece):
        inside = np.unique(place[piece == n])
        shared.append((pieces[n], (seeds[inside], of_area[inside])))
    empty = np.array(pieces)[np.setdiff1d(np.arange(len(pieces)), piece)]
    if len(empty):
        # No place nearest to a point of the land is farther than the nearest of all, and across the land.
        tree = shapely.STRtree(points)
        _n, nearest = tree.query_nearest(empty, return_distance=True, all_matches=False)
        reach = nearest + 2 * shapely.minimum_bounding_radius(empty) + GRID_M
        land, place = tree.query(empty, predicate="dwithin", distance=reach)
        for n, one in enumerate(empty):
            near = np.sort(place[land == n])
            shared.append((one, (seeds[near], of_area[near])))
    return shared


def _cells(piece: Any, seeds: np.ndarray, of_area: np.ndarray) -> tuple[Any, np.ndarray, np.ndarray]:
    """Give the piece, the Voronoi polygons of its areas, and their owners."""
    import shapely

    areas = np.unique(of_area)
    if len(areas) == 1:
        return piece, np.array([piece], dtype=object), areas
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=shapely.envelope(piece), ordered=True)
    )
    return piece, np.array([shapely.coverage_union_all(cells[of_area == one]) for one in areas]), areas


def _coverage(
    region: Any,
    cells: Sequence[tuple[Any, np.ndarray, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray]:
    """Join the borders of all pieces and give the faces between them with their owners."""
    import shapely

    lines = [shapely.boundary(region)]
    for piece, shapes, _owner in cells:
        lines.append(shapely.boundary(piece))
        borders = shapely.intersection(shapely.boundary(shapes), piece)
        lines.extend(borders[~_absent(borders)])
    faces = _faces([line for line in lines if not shapely.is_empty(line)])
    inside = shapely.point_on_surface(faces)
    owner = np.full(len(faces), -1, dtype=np.int64)
    tree = shapely.STRtree(inside)
    for piece, shapes, areas in cells:
        here = tree.query(piece, predicate="contains")
        at, shape = shapely.STRtree(shapes).query(inside[here], predicate="intersects")
        owner[here[at]] = areas[shape]
    return faces[owner >= 0], owner[owner >= 0]


def _straightened(made: np.ndarray, tolerance_m: float) -> np.ndarray:
    """Take out small bends, neighbours alike; the outer boundary stays."""
    import shapely

    there = ~_absent(made)
    if tolerance_m > 0 and there.any():
        made[there] = shapely.coverage_simplify(made[there], tolerance_m, simplify_boundary=False)
    return made
