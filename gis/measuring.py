"""A plane in metres for one project, to measure and cut its shapes on, and the way back.

Geographic projects are measured in the CGCS2000 3-degree Gauss-Kruger zone of the middle of their data
(`DOMAIN` §3.5); a local plane is in metres already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gis.crs import central_meridian, project, unproject
from grid_model.project import Project

PLACED_TABLES = (
    "transformer_areas",
    "stations",
    "power_transformers",
    "district_managers",
    "customers",
    "villages",
    "roads",
)

STRAY_M = 5000.0
"""Farther from the middle of its transformer area nothing of it stands; low voltage reaches 500 m."""


@dataclass(frozen=True)
class MetricPlane:
    """The plane of one project.

    Parameters
    ----------
    meridian
        Central meridian in degrees; None: the project's coordinates are metres already.
    """

    meridian: int | None

    @classmethod
    def of(cls, project: Project) -> MetricPlane:
        """Choose the zone from the first table that has places."""
        if not project.geographic:
            return cls(None)
        return cls(central_meridian(_middle(project)))

    def points(self, x: Any, y: Any) -> np.ndarray:
        """Bring points to metres, shape (n, 2); missing ones are NaN."""
        found = np.column_stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)])
        return self._forward(found)

    def coordinates(self, points: np.ndarray) -> np.ndarray:
        """Bring points (n, 2) in metres back to the project's coordinates."""
        return self._backward(np.asarray(points, dtype=float).reshape(-1, 2))

    def shapes(self, wkb: Any) -> np.ndarray:
        """Read WKB shapes and bring them to metres; missing ones are None. Broken areas are mended."""
        import shapely

        shapes = shapely.from_wkb(np.asarray(wkb, dtype=object))
        shapes = shapely.transform(shapes, self._forward) if len(shapes) else shapes
        areal = np.isin(shapely.get_type_id(shapes), (3, 6))
        broken = areal & ~shapely.is_valid(shapes)
        shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
        return np.asarray(shapes, dtype=object)

    def wkb(self, shapes: np.ndarray) -> list[bytes | None]:
        """Bring areas back to the project's coordinates as MULTIPOLYGON bytes; None and empty give None.

        Equal points stay equal, so a coverage stays one.
        """
        import shapely

        if not len(shapes):
            return []
        back = shapely.transform(np.asarray(shapes, dtype=object), self._backward)
        empty = shapely.is_missing(back) | shapely.is_empty(back)
        single = shapely.get_type_id(back) == 3
        back[single] = [shapely.multipolygons([one]) for one in back[single]]
        return [None if none else bytes(one) for none, one in zip(empty, shapely.to_wkb(back), strict=True)]

    def _forward(self, points: np.ndarray) -> np.ndarray:
        if self.meridian is None:
            return points
        moved = np.full(points.shape, np.nan)
        known = np.isfinite(points).all(axis=1)
        moved[known] = np.column_stack(project(points[known, 0], points[known, 1], self.meridian))
        moved[~np.isfinite(moved).all(axis=1)] = np.nan
        return moved

    def _backward(self, points: np.ndarray) -> np.ndarray:
        if self.meridian is None:
            return points
        return np.column_stack(unproject(points[:, 0], points[:, 1], self.meridian))


def _middle(project: Project) -> float:
    """Give the longitude in the middle of the first table that has places; 0 where none has."""
    import shapely

    for name in PLACED_TABLES:
        frame = project.frame(name)
        if "geometry" in frame:
            boxes = shapely.bounds(shapely.from_wkb(frame["geometry"].to_numpy(dtype=object)))
            longitudes = (boxes[:, 0] + boxes[:, 2]) / 2 if len(frame) else np.array([])
        else:
            longitudes = frame["x"].to_numpy(dtype=float)
        longitudes = longitudes[np.isfinite(longitudes)]
        if len(longitudes):
            return float(np.median(longitudes))
    return 0.0


def seats(project: Project, plane: MetricPlane) -> np.ndarray:
    """Give the place each area's customers live around, in metres, in table order, NaN where unknown.

    The mean of its customers' places; without any the mean of its transformers'; without any the middle
    of its outline. What stands more than `STRAY_M` from where most of an area stand is an error of its
    coordinates and left aside.
    """
    import shapely

    ids = project.frame("transformer_areas")["id"]
    seat = np.full((len(ids), 2), np.nan)
    outlines = project.frame("transformer_areas")["geometry"]
    drawn = outlines.notna().to_numpy()
    if drawn.any():
        middle = shapely.point_on_surface(plane.shapes(outlines[drawn]))
        seat[drawn] = np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])
    for table in ("power_transformers", "customers"):
        areas, points = places_of(project, plane, table)
        at = {one: n for n, one in enumerate(ids)}
        number = np.array([at.get(one, -1) for one in areas], dtype=np.int64)
        points, number = together(points[number >= 0], number[number >= 0])
        count = np.bincount(number, minlength=len(ids))
        for axis in (0, 1):
            total = np.bincount(number, weights=points[:, axis], minlength=len(ids))
            seat[:, axis] = np.divide(total, count, out=seat[:, axis].copy(), where=count > 0)
    return seat


def together(points: np.ndarray, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leave out points (n, 2) that stand more than `STRAY_M` from the middle of those of their number."""
    frame = pd.DataFrame({"x": points[:, 0], "y": points[:, 1]})
    middle = frame.groupby(number).transform("median").to_numpy(dtype=float)
    near = np.hypot(*(points - middle).T) <= STRAY_M
    return points[near], number[near]


def places_of(project: Project, plane: MetricPlane, table: str) -> tuple[np.ndarray, np.ndarray]:
    """Give area ids and places (metres) of the customers or transformers that have both.

    A customer or transformer without a place of its own stands at its node; closed customers are left
    out.
    """
    frame = project.frame(table)
    if table == "customers":
        frame = frame.loc[frame["status"] == "active"]
    frame = frame.loc[frame["transformer_area"].notna()]
    points = plane.points(frame["x"], frame["y"])
    lost = ~np.isfinite(points).all(axis=1)
    if lost.any():
        points[lost] = plane.points(*_at_nodes(project, table, frame.loc[lost]))
    known = np.isfinite(points).all(axis=1)
    return frame["transformer_area"].to_numpy(dtype=object)[known], points[known]


def _at_nodes(project: Project, table: str, frame: Any) -> tuple[Any, Any]:
    nodes = project.frame("connectivity_nodes").set_index("id")[["x", "y"]]
    if table == "customers":
        points = project.frame("usage_points").drop_duplicates("customer").set_index("customer")["node"]
        node = frame["id"].map(points)
    else:
        node = frame["lv_node"].where(
            frame["lv_node"].isin(nodes.index[nodes["x"].notna()]), frame["hv_node"]
        )
    at = nodes.reindex(node.to_numpy())
    return at["x"], at["y"]
