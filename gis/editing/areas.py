"""Draw, split, merge and reshape area outlines; neighbours keep common borders, without gaps or overlaps.

Every edit works in metres on the areas around, and what comes out must be a coverage where what went in
was one: where two outlines meet they share their points. An edit that would break this is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gis.editing.places import free_id
from gis.measuring import MetricPlane
from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Draft, Project
from resources.i18n import N_

Point = tuple[float, float]

TOUCH_M = 0.05
"""What is nearer than this to a border lies on it."""

SAME_CORNER_M = 0.001
"""Corners nearer than this are one: cutting in floating point moves them a little."""

LEAST_M2 = 0.5
"""A piece smaller than this is no area but what rounding leaves."""


@dataclass(frozen=True)
class _Land:
    """The outlines of one table in metres."""

    table: str
    plane: MetricPlane
    ids: tuple[str, ...]
    shapes: np.ndarray
    raw: np.ndarray
    """The shapes as the file holds them."""
    stored: Mapping[Point, Point]
    """Corners in metres and as the file holds them: what is not moved goes back exactly as it came."""

    @classmethod
    def of(cls, project: Project, table: str) -> _Land:
        import shapely

        plane, frame = MetricPlane.of(project), project.frame(table)
        there = shapely.from_wkb(frame["geometry"].to_numpy(dtype=object))
        # The same corner of two areas must be the same in metres to the last bit: it is brought there once.
        raw, which = np.unique(shapely.get_coordinates(there), axis=0, return_inverse=True)
        metres = plane.points(raw[:, 0], raw[:, 1])
        shapes = np.asarray(shapely.set_coordinates(there.copy(), metres[which.ravel()]), dtype=object)
        broken = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
        shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
        stored = dict(zip(map(tuple, metres.tolist()), map(tuple, raw.tolist()), strict=True))
        return cls(table, plane, tuple(frame["id"]), shapes, there, stored)

    def wkb(self, shapes: Sequence[Any]) -> list[bytes]:
        """Give outlines as the file holds them."""
        import shapely

        whole = [shapely.multipolygons(shapely.get_parts(one)) for one in shapes]
        corners = [tuple(one) for one in shapely.get_coordinates(whole).tolist()]
        new = [one for one in dict.fromkeys(corners) if one not in self.stored]
        known = {
            **self.stored,
            **dict(zip(new, map(tuple, self.plane.coordinates(np.array(new)).tolist()), strict=True)),
        }
        there = shapely.set_coordinates(
            np.array(whole, dtype=object), np.array([known[one] for one in corners])
        )
        return [bytes(one) for one in shapely.to_wkb(there)]

    def number(self, project: Project, one: str) -> int:
        return project.table(self.table).position(one)

    def outline(self, project: Project, one: str) -> Any:
        """Give the outline of an area; raises `GridError` ``no-outline``."""
        shape = self.shapes[self.number(project, one)]
        if shape is None or shape.is_empty:
            raise GridError("no-outline", table=self.table, id=one)
        return shape

    def near(self, shape: Any) -> np.ndarray:
        """Numbers of the areas that touch or overlap `shape`, ascending."""
        import shapely

        there = np.flatnonzero(~shapely.is_missing(self.shapes))
        tree = shapely.STRtree(self.shapes[there])
        return np.sort(there[tree.query(shape, predicate="dwithin", distance=TOUCH_M)])

    def path(self, points: Sequence[Point]) -> Any:
        """Give a drawn path in metres."""
        import shapely

        xy = np.asarray(points, dtype=float).reshape(-1, 2)
        return shapely.linestrings(self.plane.points(xy[:, 0], xy[:, 1]))


def _write(draft: Draft, land: _Land, new: Mapping[int, Any]) -> None:
    """Write changed outlines and refuse what is broken by them."""
    changed = _settled(land, {n: _areal(shape) for n, shape in new.items()})
    for n, shape in changed.items():
        if shape.area < LEAST_M2:
            raise GridError("area-would-vanish", table=land.table, id=land.ids[n])
    order = sorted(changed)
    wkb = dict(zip(order, land.wkb([changed[n] for n in order]), strict=True))
    _refuse_broken(land, changed, wkb)
    if order:
        draft.update(
            land.table,
            [land.ids[n] for n in order],
            geometry=[wkb[n] for n in order],
            outline_source=["drawn"] * len(order),
        )


def _settled(land: _Land, new: Mapping[int, Any]) -> dict[int, Any]:
    """Bring corners back onto those there are, where cutting has moved them by less than a millimetre."""
    import shapely

    order = sorted(new)
    shapes = np.array([new[n] for n in order], dtype=object)
    corners, which = np.unique(shapely.get_coordinates(shapes), axis=0, return_inverse=True)
    known = np.array([tuple(one) in land.stored for one in corners.tolist()], dtype=bool)
    around = np.unique([int(m) for shape in shapes for m in land.near(shape)])
    there = np.unique(shapely.get_coordinates(land.shapes[around]), axis=0) if len(around) else corners[:0]
    settled = [*there, *corners[known]]
    for n in np.flatnonzero(~known):
        away = np.hypot(*(np.array(settled).reshape(-1, 2) - corners[n]).T)
        nearest = int(np.argmin(away)) if len(away) else -1
        if nearest >= 0 and away[nearest] <= SAME_CORNER_M:
            corners[n] = settled[nearest]
        else:
            settled.append(corners[n])
    moved = shapely.set_coordinates(shapes, corners[which.ravel()])
    return dict(zip(order, moved, strict=True))


def _areal(shape: Any) -> Any:
    """Keep the surfaces of a shape, without the slivers that rounding leaves."""
    import shapely

    parts = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon" and one.area >= LEAST_M2]
    if len(parts) == 1:
        return parts[0]
    return shapely.multipolygons(parts) if parts else shapely.Polygon()


def _refuse_broken(land: _Land, changed: Mapping[int, Any], wkb: Mapping[int, bytes]) -> None:
    """Refuse outlines that cross themselves or that no longer fit their neighbours, who did before.

    Judged is what the file will hold: on the way back from metres the last digits of corners change.
    """
    import shapely

    for n in sorted(changed):
        if not shapely.from_wkb(wkb[n]).is_valid:
            raise GridError("edit-breaks-outline", table=land.table, id=land.ids[n])
    order = sorted({int(m) for shape in changed.values() for m in land.near(shape)} | set(changed))
    before, raw = land.shapes[order], land.raw[order]
    after = np.array([shapely.from_wkb(wkb[n]) if n in wkb else land.raw[n] for n in order], dtype=object)
    if shapely.coverage_is_valid(after):
        return
    there = ~shapely.is_missing(before)
    metres = np.array([changed.get(n, land.shapes[n]) for n in order], dtype=object)
    worse = _overlap(metres) > _overlap(before[there]) + LEAST_M2
    if worse or shapely.coverage_is_valid(raw[there]):
        raise GridError("edit-breaks-coverage", table=land.table, id=land.ids[min(changed)])


def _overlap(shapes: np.ndarray) -> float:
    """Square metres that lie in more than one of the shapes."""
    import shapely

    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = a < b
    return float(shapely.area(shapely.intersection(shapes[a[once]], shapes[b[once]])).sum())


def with_points(shape: Any, points: Any) -> Any:
    """Give `shape` with the points that lie on its border (within `TOUCH_M`) among its own, moved onto them.

    So a neighbour's new corner on a common border is a corner of both.
    """
    import shapely

    wanted = shapely.multipoints(points)
    if wanted.is_empty or shapely.dwithin(shape, wanted, TOUCH_M) is False:
        return shape
    return shapely.snap(shape, wanted, TOUCH_M)


def _fit(land: _Land, new: dict[int, Any]) -> dict[int, Any]:
    """Give neighbours of changed outlines the corners that these have on the common border."""
    import shapely

    for n, shape in new.items():
        if _areal(shape).is_empty:
            raise GridError("area-would-vanish", table=land.table, id=land.ids[n])
    found = dict(new)
    corners = shapely.get_coordinates(list(new.values()))
    for n in {int(m) for shape in new.values() for m in land.near(shape)} | set(new):
        shape = found.get(n, land.shapes[n])
        box = shapely.box(*shapely.bounds(shape)).buffer(1.0)
        near = corners[shapely.intersects_xy(box, corners[:, 0], corners[:, 1])]
        own = {tuple(one) for one in shapely.get_coordinates(shape).tolist()}
        lacking = np.array([one for one in near.tolist() if tuple(one) not in own]).reshape(-1, 2)
        on_border = (
            shapely.dwithin(shapely.boundary(shape), shapely.points(lacking), TOUCH_M)
            if len(lacking)
            else np.zeros(0, dtype=bool)
        )
        if on_border.any():
            found[n] = with_points(shape, lacking[on_border])
    return found


# ---------------------------------------------------------------------------- draw


@dataclass(frozen=True)
class DrawArea:
    """Give an area an outline; what neighbours hold already stays theirs.

    Parameters
    ----------
    area
        The area; one that is not there yet is made.
    ring
        Corners in the project's coordinates.
    values_of_area
        Columns of an area that is made.
    """

    area: str
    ring: tuple[Point, ...]
    table: str = "transformer_areas"
    values_of_area: Mapping[str, Any] = field(default_factory=dict)
    title: str = N_("Draw outline of {id}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"id": self.area}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit.

        Raises
        ------
        GridError
            ``bad-outline`` for fewer than three corners or a ring that crosses itself;
            ``area-would-vanish`` where neighbours hold it all; ``edit-breaks-coverage``.
        """
        import shapely

        draft = project.edit()
        if self.area not in project.table(self.table):
            draft.insert(self.table, [{**self.values_of_area, "id": self.area}])
        land = _Land.of(draft.project, self.table)
        if len(set(self.ring)) < 3:
            raise GridError("bad-outline", id=self.area)
        xy = land.plane.points(*zip(*self.ring, strict=True))
        shape = shapely.polygons(xy)
        if not shape.is_valid:
            raise GridError("bad-outline", id=self.area)
        number = land.number(draft.project, self.area)
        others = [int(n) for n in land.near(shape) if n != number]
        if others:
            shape = shapely.difference(shape, shapely.union_all(land.shapes[others]))
        if shapely.area(shape) < LEAST_M2:
            raise GridError("area-would-vanish", table=self.table, id=self.area)
        land.shapes[number] = None
        _write(draft, land, _fit(land, {number: _areal(shape)}))
        return draft.finish()


# ---------------------------------------------------------------------------- split and merge


@dataclass(frozen=True)
class SplitArea:
    """Cut an area in two along a path across it; what stands on the smaller side goes to the new area.

    Parameters
    ----------
    path
        From outside to outside, in the project's coordinates.
    new_area
        Columns of the new area; identifier and feeder follow where not given.
    """

    area: str
    path: tuple[Point, ...]
    new_area: Mapping[str, Any] = field(default_factory=dict)
    table: str = "transformer_areas"
    title: str = N_("Split {id}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"id": self.area}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit.

        Raises
        ------
        GridError
            ``unknown-object``, ``no-outline``; ``path-does-not-cross`` where it does not part the area in
            exactly two; ``edit-breaks-coverage``.
        """
        import shapely

        draft, land = project.edit(), _Land.of(project, self.table)
        outline = land.outline(project, self.area)
        if len(set(self.path)) < 2:
            raise GridError("path-does-not-cross", id=self.area)
        pieces = _cut(outline, land.path(self.path))
        if len(pieces) != 2:
            raise GridError("path-does-not-cross", id=self.area)
        large, small = sorted(pieces, key=lambda one: (-one.area, one.bounds))
        number = land.number(project, self.area)
        row = project.table(self.table).row(self.area)
        kept = (
            "feeder",
            "manager",
            "backup_manager",
            "station",
            "village",
            "terrain",
            "service_class",
            "usage",
        )
        copied = {name: row[name] for name in kept if row.get(name) is not None}
        new = {"id": free_id(project, self.table, "A"), **copied, **self.new_area}
        draft.insert(self.table, [new])
        nothing = np.array([None], dtype=object)
        grown = replace(
            land,
            ids=(*land.ids, str(new["id"])),
            shapes=np.append(land.shapes, nothing),
            raw=np.append(land.raw, nothing),
        )
        fitted = _fit(grown, {number: large, len(land.ids): small})
        _write(draft, grown, fitted)
        if self.table == "transformer_areas":
            _hand_over(draft, land.plane, self.area, str(new["id"]), shapely.prepare, fitted[len(land.ids)])
        return draft.finish()


def _cut(outline: Any, path: Any) -> list[Any]:
    import shapely

    lines = shapely.union_all([shapely.boundary(outline), path])
    pieces = shapely.get_parts(shapely.polygonize([*shapely.get_parts(lines)]))
    middle = shapely.point_on_surface(pieces)
    return [
        one for one, at in zip(pieces, middle, strict=True) if outline.contains(at) and one.area >= LEAST_M2
    ]


def _hand_over(
    draft: Draft, plane: MetricPlane, old: str, new: str, prepare: Callable[[Any], None], shape: Any
) -> None:
    """Give transformers, and the customers and boxes they feed, on the new area's land to it."""
    import shapely

    prepare(shape)
    for table in ("power_transformers", "customers", "junctions"):
        frame = draft.project.frame(table)
        own = frame[frame["transformer_area"] == old]
        if not len(own):
            continue
        xy = plane.points(own["x"], own["y"])
        inside = shapely.contains_xy(shape, xy[:, 0], xy[:, 1])
        ids = own.loc[inside, "id"].tolist()
        if ids:
            draft.update(table, ids, transformer_area=new)


@dataclass(frozen=True)
class MergeAreas:
    """Make one area of several that touch: the first stays, what belonged to the others belongs to it."""

    areas: tuple[str, ...]
    table: str = "transformer_areas"
    title: str = N_("Merge into {id}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"id": self.areas[0] if self.areas else ""}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit.

        Raises
        ------
        GridError
            ``unknown-object``, ``no-outline``, ``merge-areas-needs-two``, ``areas-do-not-touch``.
        """
        import shapely

        from grid_model.delete import dependents

        if len(set(self.areas)) < 2:
            raise GridError("merge-areas-needs-two")
        draft, land = project.edit(), _Land.of(project, self.table)
        shapes = [land.outline(project, one) for one in self.areas]
        whole = shapely.union_all(shapes)
        if len(shapely.get_parts(whole)) > max(len(shapely.get_parts(one)) for one in shapes):
            raise GridError("areas-do-not-touch", areas=", ".join(self.areas))
        keep, others = self.areas[0], list(dict.fromkeys(self.areas[1:]))
        for one in dependents(project, self.table, others):
            self._refer(draft, one.table, one.id, one.column, keep)
        numbers = [land.number(project, one) for one in others]
        land.shapes[numbers] = None
        _write(draft, land, _fit(land, {land.number(project, keep): whole}))
        draft.delete(self.table, others)
        return draft.finish()

    def _refer(self, draft: Draft, table: str, one: str, column: str, keep: str) -> None:
        """Let a row refer to the area that stays; a second entry for it in the same scheme goes."""
        if table in ("grid_areas", "area_assignments"):
            draft.delete(table, [one])
        else:
            draft.update(table, [one], **{column: keep})


# ---------------------------------------------------------------------------- reshape


@dataclass(frozen=True)
class ReshapeArea:
    """Let the border of an area run along a path; neighbours give or take the land between.

    The path begins and ends on or across the area's border. Land the area gains is taken from those who
    held it; land it gives up goes to the neighbour with the longest border to it, or to nobody at the
    outer edge.
    """

    area: str
    path: tuple[Point, ...]
    table: str = "transformer_areas"
    title: str = N_("Reshape outline of {id}")

    @property
    def values(self) -> Mapping[str, str]:
        return {"id": self.area}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit.

        Raises
        ------
        GridError
            ``unknown-object``, ``no-outline``; ``path-does-not-cross`` where it does not meet the border
            twice; ``area-would-vanish``, ``edit-breaks-coverage``.
        """
        import shapely

        draft, land = project.edit(), _Land.of(project, self.table)
        number, old = land.number(project, self.area), land.outline(project, self.area)
        if len(set(self.path)) < 2:
            raise GridError("path-does-not-cross", id=self.area)
        new = _reshaped(old, land.path(self.path))
        if new is None:
            raise GridError("path-does-not-cross", id=self.area)
        gained, lost = shapely.difference(new, old), shapely.difference(old, new)
        changed: dict[int, Any] = {number: new}
        for n in land.near(gained) if not gained.is_empty else ():
            if n != number and shapely.area(shapely.intersection(land.shapes[n], gained)) > 0:
                changed[int(n)] = shapely.difference(land.shapes[n], new)
        for piece in shapely.get_parts(lost):
            heir = _heir(land, piece, number)
            if heir is not None and piece.area >= LEAST_M2:
                changed[heir] = shapely.union(changed.get(heir, land.shapes[heir]), piece)
        _write(draft, land, _fit(land, changed))
        return draft.finish()


def _reshaped(old: Any, path: Any) -> Any:
    """Give the outline that runs along `path`: of the ways to close it, the one that keeps most land."""
    import shapely

    lines = shapely.union_all([shapely.boundary(old), path])
    pieces = shapely.get_parts(shapely.polygonize([*shapely.get_parts(lines)]))
    middle = shapely.point_on_surface(pieces)
    inside = np.array([old.contains(one) for one in middle], dtype=bool)
    if len(pieces) < 2:
        return None
    own, gained = pieces[inside], pieces[~inside]
    # A path through the area leaves its larger part; land beyond the border that the path encloses is added.
    holes = (
        [shapely.Polygon(ring) for ring in shapely.get_rings(old)[1:]] if old.geom_type == "Polygon" else []
    )
    gained = [one for one in gained if not any(hole.contains(one.representative_point()) for hole in holes)]
    if len(own) > 1:
        own = own[[int(np.argmax(shapely.area(own)))]]
    elif not gained:
        return None
    keep = own[0]
    new = shapely.union_all([keep, *[one for one in gained if shapely.intersection(one, keep).length > 0]])
    return new if new.geom_type == "Polygon" else None


def _heir(land: _Land, piece: Any, but: int) -> int | None:
    """Find the neighbour with the longest border to a piece of land."""
    import shapely

    best, longest = None, 0.0
    for n in land.near(piece):
        if n == but:
            continue
        shared = shapely.length(shapely.intersection(land.shapes[n], shapely.boundary(piece)))
        if shared > longest + TOUCH_M:
            best, longest = int(n), float(shared)
    return best


@dataclass(frozen=True)
class MoveCorner:
    """Move a corner of outlines; all that share it move it together."""

    x: float
    y: float
    to_x: float
    to_y: float
    table: str = "transformer_areas"
    title: str = N_("Move a corner")

    @property
    def values(self) -> Mapping[str, str]:
        return {}

    def apply(self, project: Project) -> tuple[Project, Changes]:
        """Make the edit; raises ``no-corner``, ``edit-breaks-outline``, ``edit-breaks-coverage``."""
        import shapely

        draft, land = project.edit(), _Land.of(project, self.table)
        (old,), (new,) = land.plane.points([self.x], [self.y]), land.plane.points([self.to_x], [self.to_y])
        changed: dict[int, Any] = {}
        for n in land.near(shapely.points(old)):
            points = shapely.get_coordinates(land.shapes[n])
            here = np.hypot(*(points - old).T) <= TOUCH_M
            if here.any():
                points[here] = new
                changed[int(n)] = shapely.set_coordinates(
                    shapely.from_wkb(shapely.to_wkb(land.shapes[n])), points
                )
        if not changed:
            raise GridError("no-corner")
        for n, shape in changed.items():
            if not shape.is_valid:
                raise GridError("edit-breaks-outline", table=self.table, id=land.ids[n])
        _write(draft, land, changed)
        return draft.finish()
