"""A station laid out in metres, ready to be drawn on any number of sheets.

Everything with a place is projected once into the CGCS2000 3-degree Gauss-Kruger zone (`DOMAIN` §3.5), or
kept as it stands on a local plane. Rows without a place are counted, not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from gis import crs
from grid_model.project import Project


@dataclass(frozen=True, eq=False)
class Shapes:
    """Lines or areas of one table in metres.

    Parameters
    ----------
    geometry
        shapely shapes; None where a row has none.
    boxes
        xmin, ymin, xmax, ymax of each; NaN without a shape.
    """

    geometry: np.ndarray
    boxes: np.ndarray

    def within(self, box: tuple[float, float, float, float]) -> np.ndarray:
        """Rows whose box touches `box`."""
        left, low, right, high = box
        with np.errstate(invalid="ignore"):
            touching = (
                (self.boxes[:, 0] <= right)
                & (self.boxes[:, 2] >= left)
                & (self.boxes[:, 1] <= high)
                & (self.boxes[:, 3] >= low)
            )
        return np.flatnonzero(touching)


class StationPlan:
    """The tables of a project with their places in metres, made when first asked for."""

    def __init__(self, project: Project, base_maps: Sequence[tuple[str, str]] = ()) -> None:
        self.project = project
        self.base_maps = tuple(base_maps)
        self._shapes: dict[str, Shapes] = {}
        self._points: dict[str, np.ndarray] = {}
        self._borders: dict[str, Shapes] = {}

    @cached_property
    def meridian(self) -> int:
        """Central meridian in degrees of the zone the plan is drawn in; 0 on a local plane."""
        if not self.project.geographic:
            return 0
        for name in ("connectivity_nodes", "customers", "power_transformers", "substations", "switches"):
            x = self.project.frame(name)["x"].to_numpy(dtype=float)
            if np.isfinite(x).any():
                return crs.central_meridian(float(np.nanmedian(x)))
        for name in ("stations", "transformer_areas", "villages"):
            shapes = _read(self.project.frame(name)["geometry"])
            boxes = _boxes(shapes)
            if np.isfinite(boxes).any():
                return crs.central_meridian(float(np.nanmedian(boxes[:, 0])))
        return 0

    def metres(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Bring project coordinates to metres east and north (n, 2); unknown places are NaN."""
        result = np.full((len(x), 2), np.nan)
        known = np.isfinite(x) & np.isfinite(y)
        if self.project.geographic:
            if known.any():
                east, north = crs.project(x[known], y[known], self.meridian)
                result[known] = np.column_stack([east, north])
        else:
            result[known] = np.column_stack([x[known], y[known]])
        result[~np.isfinite(result).all(axis=1)] = np.nan
        return result

    def shapes(self, table: str) -> Shapes:
        """Give the lines or areas of a table."""
        if table not in self._shapes:
            self._shapes[table] = self.shapes_of(self.project.frame(table)["geometry"])
        return self._shapes[table]

    def borders(self, table: str) -> Shapes:
        """Give the borders of a table's areas as one shape, each once where two share it.

        Drawn twice, the dashes of one fill the gaps of the other.
        """
        import shapely

        if table not in self._borders:
            known = self.shapes(table).geometry
            known = known[~(shapely.is_missing(known) | shapely.is_empty(known))]
            joined = shapely.line_merge(shapely.union_all(shapely.boundary(known)))
            self._borders[table] = Shapes(np.array([joined]), _boxes(np.array([joined])))
        return self._borders[table]

    def shapes_of(self, geometry: pd.Series) -> Shapes:
        """Bring a column of WKB shapes to metres."""
        import shapely

        shapes = _read(geometry)
        moved = shapely.transform(shapes, lambda at: self.metres(at[:, 0], at[:, 1]))
        return Shapes(moved, _boxes(moved))

    def points(self, table: str) -> np.ndarray:
        """Give the places (n, 2) of a table of points; devices without their own stand at their node."""
        if table not in self._points:
            rows = self.project.frame(table)
            at = self.metres(rows["x"].to_numpy(dtype=float), rows["y"].to_numpy(dtype=float))
            node = {"switches": "node_a", "power_transformers": "hv_node", "junctions": "node"}.get(table)
            if node:
                at = self._filled_from_nodes(at, rows[node])
            self._points[table] = at
        return self._points[table]

    def _filled_from_nodes(self, at: np.ndarray, nodes: pd.Series) -> np.ndarray:
        lacking = np.flatnonzero(np.isnan(at[:, 0]) & nodes.notna().to_numpy())
        if not len(lacking):
            return at
        where = self.project.table("connectivity_nodes").positions(nodes.iloc[lacking].tolist())
        filled = at.copy()
        found = where >= 0
        filled[lacking[found]] = self.points("connectivity_nodes")[where[found]]
        return filled

    def lines(self) -> Shapes:
        """Give the line segments; one without a route runs straight between its nodes."""
        if "ac_line_segments" not in self._shapes:
            rows = self.project.frame("ac_line_segments")
            routed = self.shapes_of(rows["geometry"])
            self._shapes["ac_line_segments"] = self._straightened(rows, routed)
        return self._shapes["ac_line_segments"]

    def _straightened(self, rows: pd.DataFrame, routed: Shapes) -> Shapes:
        import shapely

        lacking = np.flatnonzero(np.isnan(routed.boxes[:, 0]))
        if not len(lacking):
            return routed
        nodes = self.project.table("connectivity_nodes")
        places = np.vstack([self.points("connectivity_nodes"), [np.nan, np.nan]])
        ends = [
            places[nodes.positions(rows[end].iloc[lacking].fillna("").tolist())]
            for end in ("node_a", "node_b")
        ]
        pairs = np.stack(ends, axis=1)
        known = np.isfinite(pairs).all(axis=(1, 2))
        geometry = routed.geometry.copy()
        geometry[lacking[known]] = shapely.linestrings(pairs[known]) if known.any() else None
        return Shapes(geometry, _boxes(geometry))

    @cached_property
    def extent(self) -> tuple[float, float, float, float] | None:
        """What there is to show in metres: the station and its network; None where nothing has a place."""
        boxes = [self.shapes(name).boxes for name in ("stations", "transformer_areas", "service_grids")]
        boxes.append(self.lines().boxes)
        for name in ("power_transformers", "switches", "substations"):
            at = self.points(name)
            boxes.append(np.hstack([at, at]))
        return box_of(np.vstack(boxes))

    def placeless(self) -> dict[str, int]:
        """Count the rows of drawn tables that have no place, by table; tables with none are left out."""
        counts = {
            name: int(np.isnan(self.points(name)[:, 0]).sum()) for name in ("switches", "power_transformers")
        }
        counts["ac_line_segments"] = int(np.isnan(self.lines().boxes[:, 0]).sum())
        counts["transformer_areas"] = int(np.isnan(self.shapes("transformer_areas").boxes[:, 0]).sum())
        return {name: n for name, n in counts.items() if n}


def _read(geometry: pd.Series) -> np.ndarray:
    import shapely

    shapes: np.ndarray = shapely.from_wkb(geometry.to_numpy(dtype=object))
    return shapes


def _boxes(shapes: np.ndarray) -> np.ndarray:
    import shapely

    boxes: np.ndarray = shapely.bounds(shapes)
    return boxes.reshape(-1, 4)


def box_of(boxes: np.ndarray) -> tuple[float, float, float, float] | None:
    """Give the box around many; None where none is known."""
    known = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(known):
        return None
    return (
        float(known[:, 0].min()),
        float(known[:, 1].min()),
        float(known[:, 2].max()),
        float(known[:, 3].max()),
    )
