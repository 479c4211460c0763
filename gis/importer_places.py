"""Places of imported rows: which coordinate system they are in, and bringing them into the project's.

Without a stated system, coordinates inside ±180/±90 are taken as longitude and latitude with a warning;
others are kept as a local plane, traced, and drawn without a base map (`DESIGN` §6). The bulk of the rows
decides: a few with exchanged or impossible numbers are reported row by row and change nothing for the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.crs import (
    BD09,
    GCJ02,
    Floats,
    SourceCrs,
    in_degrees,
    in_metres,
    looks_geographic,
    read_crs,
    shapes_to_project,
    to_project,
)
from gis.importer_intake import Taken
from gis.readers.sheets import number_text
from grid_model.checks import is_swapped
from grid_model.errors import GridError
from grid_model.issue import Issue, Severity
from grid_model.project import GEOGRAPHIC, LOCAL, Project
from grid_model.schema import Shape, tables

GUESSED = SourceCrs("EPSG:4326", 4326)
IN_DEGREES = (GCJ02, BD09, "EPSG:4326", "EPSG:4490")
"""Systems whose numbers are longitude and latitude."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Placed:
    """Rows with places, and where they were read.

    Parameters
    ----------
    frame
        Rows with ``x`` and ``y``, or with shapely shapes (or None) in ``geometry``; changed in place.
    table, file, sheet
        What they are and where they come from.
    rows
        Row number of each in the file; None where the places are those of other rows, which are reported.
    """

    frame: pd.DataFrame
    table: str
    file: str = ""
    sheet: str = ""
    rows: npt.NDArray[np.int64] | None = None

    @classmethod
    def of(cls, taken: Taken) -> Placed:
        """The kept rows of one raw table."""
        return cls(taken.frame, taken.table, taken.file, taken.sheet, taken.rows)

    def report(self, severity: Severity, code: str, where: Mask, **columns: Any) -> Iterator[Issue]:
        """Say `code` of the rows `where`; `columns` hold a value for each row."""
        if self.rows is None:
            return
        shared = {"sheet": self.sheet} if self.sheet else {}
        for n in np.flatnonzero(where):
            details = {name: values[n].item() for name, values in columns.items()} | shared
            object_id = str(self.frame["id"].iloc[n])
            yield Issue(severity, code, self.table, object_id, details, self.file, int(self.rows[n]))


@dataclass
class Places:
    """Rows of one source with points or shapes, still in the source's system.

    Parameters
    ----------
    file
        Name of the source, for findings.
    stated
        The system the source states, empty where it does not.
    points
        Rows with ``x`` and ``y``.
    shapes
        Rows whose column ``geometry`` holds shapely shapes (or None).
    """

    file: str = ""
    stated: str = ""
    points: list[Placed] = field(default_factory=list)
    shapes: list[Placed] = field(default_factory=list)

    def coordinates(self) -> tuple[Floats, Floats]:
        """Give x and y of every known point and corner."""
        found = [one.frame[["x", "y"]].to_numpy(dtype=np.float64) for one in self.points]
        if self.shapes:
            import shapely

            found += [
                shapely.get_coordinates(one.frame["geometry"].to_numpy(dtype=object)) for one in self.shapes
            ]
        both = np.concatenate(found) if found else np.empty((0, 2))
        both = both[np.isfinite(both).all(axis=1)]
        return both[:, 0], both[:, 1]

    def move(self, source: SourceCrs) -> list[Issue]:
        """Bring places to the project's system and shapes to WKB; report the rows that have none there."""
        issues: list[Issue] = []
        for one in self.points:
            if source.name in IN_DEGREES:
                issues += _odd_points(one)
            x, y = _xy(one.frame)
            at = to_project(x, y, source, tolerant=True)
            issues += _left_empty(one, np.isfinite(x) & np.isfinite(y) & ~np.isfinite(at[0]))
            one.frame["x"], one.frame["y"] = at
        for one in self.shapes:
            if source.name in IN_DEGREES:
                issues += _odd_shapes(one)
            shapes = shapes_to_project(one.frame["geometry"].to_numpy(dtype=object), source)
            one.frame["geometry"] = _wkb(shapes)
        return issues


def _xy(frame: pd.DataFrame) -> tuple[Floats, Floats]:
    x, y = (frame[axis].to_numpy(dtype=np.float64) for axis in ("x", "y"))
    return x, y


def _odd_points(one: Placed) -> Iterator[Issue]:
    """Report exchanged longitudes and latitudes, which stay, and impossible ones, which become empty."""
    x, y = _xy(one.frame)
    exchanged = _exchanged(x, y)
    yield from one.report(Severity.ERROR, "position-exchanged", exchanged, x=x, y=y)
    yield from _left_empty(one, ~in_degrees(x, y) & ~exchanged)


def _left_empty(one: Placed, where: Mask) -> Iterator[Issue]:
    """Empty the places `where`; the numbers stay among the other attributes."""
    if not where.any():
        return
    x, y = _xy(one.frame)
    yield from one.report(Severity.ERROR, "position-outside", where, x=x, y=y)
    if "attributes" in one.frame:
        one.frame["attributes"] = _with_numbers(one.frame["attributes"], where, x, y)
    one.frame["x"], one.frame["y"] = np.where(where, np.nan, x), np.where(where, np.nan, y)


def _with_numbers(attributes: pd.Series, where: Mask, x: Floats, y: Floats) -> pd.Series:
    cells = attributes.copy()
    for n in np.flatnonzero(where):
        before = cells.iloc[n]
        known = json.loads(before) if isinstance(before, str) else {}
        known |= {"x": number_text(float(x[n])), "y": number_text(float(y[n]))}
        cells.iloc[n] = json.dumps(known, ensure_ascii=False)
    return cells


def _odd_shapes(one: Placed) -> Iterator[Issue]:
    """Report shapes with corners that are no longitude and latitude, and leave them out."""
    import shapely

    shapes = one.frame["geometry"].to_numpy(dtype=object)
    left, bottom, right, top = shapely.bounds(shapes).T
    outside = ~(in_degrees(left, bottom) & in_degrees(right, top))
    if not outside.any():
        return
    yield from one.report(Severity.ERROR, "shape-outside", outside, x=left, y=bottom)
    one.frame["geometry"] = pd.Series(list(np.where(outside, None, shapes)), dtype=object)
    if "outline_source" in one.frame:
        one.frame["outline_source"] = one.frame["outline_source"].where(~outside)


def _exchanged(x: Floats, y: Floats) -> Mask:
    """Whether each point lies inside China only the other way round; none where hardly any does lie there."""
    this_way, other_way = _in_china(x, y), _in_china(y, x)
    return other_way if _bulk(this_way | other_way, x, y) else np.zeros(len(x), dtype=bool)


def _in_china(x: Floats, y: Floats) -> Mask:
    """Whether each point lies in the frame around China."""
    return np.asarray(is_swapped(pd.DataFrame({"x": y, "y": x}), True), dtype=bool)


def _bulk(of: Mask, x: Floats, y: Floats) -> bool:
    """Whether at least half of the known points are among `of`."""
    known = np.isfinite(x) & np.isfinite(y)
    return bool(known.any()) and 2 * int((of & known).sum()) >= int(known.sum())


def _wkb(shapes: object) -> pd.Series:
    import shapely

    return pd.Series(list(shapely.to_wkb(shapes)), dtype=object)


@dataclass(frozen=True)
class Settled:
    """The project's system after the import, and what was said on the way."""

    crs: str
    issues: tuple[Issue, ...]


def settle(project: Project, sources: Sequence[Places], wanted: str) -> Settled:
    """Bring the places of every source into the project's system.

    Raises
    ------
    GridError
        ``mixed-coordinates`` where longitude and latitude would meet a local plane; ``not-degrees`` where
        most numbers are none though the system has degrees;
        ``unknown-crs``, ``datum-needs-parameters``, ``coordinates-outside``.
    """
    crs = project.info.crs if has_places(project) else ""
    issues: list[Issue] = []
    for places in sources:
        x, y = places.coordinates()
        source = _system(places, wanted, crs, issues)
        if len(x):
            target = LOCAL if source.name == LOCAL else GEOGRAPHIC
            if crs and crs != target:
                raise GridError("mixed-coordinates", file=places.file, crs=crs)
            if source.name in IN_DEGREES and not _mostly_degrees(x, y):
                raise GridError("not-degrees", file=places.file, crs=source.name)
            crs = target
        issues += places.move(source)
    return Settled(crs or project.info.crs, tuple(issues))


def _system(places: Places, wanted: str, crs: str, issues: list[Issue]) -> SourceCrs:
    """Tell the system of a source; `crs` is that of the places there are already, if any."""
    if wanted or places.stated:
        return read_crs(wanted or places.stated)
    x, y = places.coordinates()
    if not len(x):
        return GUESSED
    if (
        looks_geographic(x, y)
        or _bulk(_in_china(x, y) | _in_china(y, x), x, y)
        or (crs == GEOGRAPHIC and _mostly_degrees(x, y))
    ):
        issues.append(Issue(Severity.WARNING, "crs-assumed", file=places.file, details={"crs": GUESSED.name}))
        return GUESSED
    issues.append(Issue(Severity.WARNING, "local-plane", file=places.file))
    return SourceCrs(LOCAL)


def _mostly_degrees(x: Floats, y: Floats) -> bool:
    return _bulk(in_degrees(x, y) | _in_china(y, x), x, y)


SHIFT_M = (300.0, 700.0)
"""How far phone maps shift their points (`DOMAIN` §3.5)."""


def shifted(project: Project, frames: Mapping[str, pd.DataFrame]) -> list[Issue]:
    """Suspect phone-map coordinates where known objects all moved the same few hundred metres."""
    issues = []
    for table, frame in frames.items():
        if "x" not in frame or not project.geographic or not len(frame):
            continue
        at = project.table(table).positions(frame["id"].tolist())
        stored = project.frame(table).iloc[at[at >= 0]]
        both = np.column_stack([stored[["x", "y"]], frame.loc[at >= 0, ["x", "y"]]]).astype(np.float64)
        both = both[np.isfinite(both).all(axis=1)]
        if len(both) < ENOUGH:
            continue
        east, north = in_metres(np.append(both[:, 0], both[:, 2]), np.append(both[:, 1], both[:, 3]), True)
        moved = np.column_stack([east, north])[len(both) :] - np.column_stack([east, north])[: len(both)]
        middle = np.median(moved, axis=0)
        distance = float(np.hypot(*middle))
        spread = float(np.median(np.hypot(*(moved - middle).T)))
        if SHIFT_M[0] <= distance <= SHIFT_M[1] and spread < distance / 10:
            details = {"distance_m": round(distance), "count": len(both)}
            issues.append(Issue(Severity.WARNING, "shifted-like-phone-map", table, details=details))
    return issues


ENOUGH = 5
"""Objects that must have moved before a shift is suspected."""


def has_places(project: Project) -> bool:
    """Whether some row of the project has a place or a shape."""
    for name, table in tables().items():
        frame = project.frame(name)
        if not len(frame) or table.shape is Shape.NONE:
            continue
        column = "x" if table.shape is Shape.POINT else "geometry"
        if frame[column].notna().any():
            return True
    return False


def draw_straight(lines: pd.DataFrame, nodes: pd.DataFrame) -> int:
    """Give lines without a route a straight one between their nodes, where both have a place; count them."""
    import shapely

    bare = lines["geometry"].isna().to_numpy()
    at = nodes.set_index("id")[["x", "y"]]
    ends = np.stack(
        [at.reindex(lines[end][bare]).to_numpy(dtype=np.float64) for end in ("node_a", "node_b")], axis=1
    )
    placed = np.isfinite(ends).all(axis=(1, 2))
    drawn = np.full(len(ends), None, dtype=object)
    drawn[placed] = shapely.to_wkb(shapely.linestrings(ends[placed])) if placed.any() else []
    routes = lines["geometry"].to_numpy(dtype=object).copy()
    routes[bare] = drawn
    lines["geometry"] = pd.Series(list(routes), dtype=object)
    return int(placed.sum())
