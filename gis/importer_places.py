"""Places of imported rows: which coordinate system they are in, and bringing them into the project's.

Without a stated system, coordinates inside ±180/±90 are taken as longitude and latitude with a warning;
others are kept as a local plane, traced, and drawn without a base map (`DESIGN` §6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from gis.crs import (
    BD09,
    GCJ02,
    Floats,
    SourceCrs,
    in_metres,
    looks_geographic,
    read_crs,
    shapes_to_project,
    to_project,
)
from grid_model.errors import GridError
from grid_model.issue import Issue, Severity
from grid_model.project import GEOGRAPHIC, LOCAL, Project
from grid_model.schema import Shape, tables

GUESSED = SourceCrs("EPSG:4326", 4326)


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
        Frames with columns ``x`` and ``y``.
    shapes
        Frames whose column ``geometry`` holds shapely shapes (or None).
    """

    file: str = ""
    stated: str = ""
    points: list[pd.DataFrame] = field(default_factory=list)
    shapes: list[pd.DataFrame] = field(default_factory=list)

    def coordinates(self) -> tuple[Floats, Floats]:
        """Give x and y of every known point and corner."""
        found = [frame[["x", "y"]].to_numpy(dtype=np.float64) for frame in self.points]
        if self.shapes:
            import shapely

            found += [
                shapely.get_coordinates(frame["geometry"].to_numpy(dtype=object)) for frame in self.shapes
            ]
        both = np.concatenate(found) if found else np.empty((0, 2))
        both = both[np.isfinite(both).all(axis=1)]
        return both[:, 0], both[:, 1]

    def move(self, source: SourceCrs) -> None:
        """Bring every place to the project's system and shapes to WKB."""
        for frame in self.points:
            x, y = (frame[axis].to_numpy(dtype=np.float64) for axis in ("x", "y"))
            frame["x"], frame["y"] = to_project(x, y, source)
        for frame in self.shapes:
            frame["geometry"] = _wkb(shapes_to_project(frame["geometry"].to_numpy(dtype=object), source))


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
        ``mixed-coordinates`` where longitude and latitude would meet a local plane;
        ``unknown-crs``, ``datum-needs-parameters``, ``coordinates-outside``.
    """
    crs = project.info.crs if has_places(project) else ""
    issues: list[Issue] = []
    for places in sources:
        x, y = places.coordinates()
        source = _system(places, wanted, x, y, issues)
        if len(x):
            target = LOCAL if source.name == LOCAL else GEOGRAPHIC
            if crs and crs != target:
                raise GridError("mixed-coordinates", file=places.file, crs=crs)
            if source.name in (GCJ02, BD09, "EPSG:4326", "EPSG:4490") and not looks_geographic(x, y):
                raise GridError("not-degrees", file=places.file, crs=source.name)
            crs = target
        places.move(source)
    return Settled(crs or project.info.crs, tuple(issues))


def _system(places: Places, wanted: str, x: Floats, y: Floats, issues: list[Issue]) -> SourceCrs:
    if wanted or places.stated:
        return read_crs(wanted or places.stated)
    if not len(x):
        return GUESSED
    if looks_geographic(x, y):
        issues.append(Issue(Severity.WARNING, "crs-assumed", file=places.file, details={"crs": GUESSED.name}))
        return GUESSED
    issues.append(Issue(Severity.WARNING, "local-plane", file=places.file))
    return SourceCrs(LOCAL)


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
