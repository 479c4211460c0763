"""Catch what is near the cursor: the end of a line before a corner before an edge, so that ends meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis.display import DisplayPlane
from grid_model.project import Project
from ui.map.area_layers import AreaLayer
from ui.map.layer import Layer
from ui.map.line_layers import PowerLineLayer
from ui.map.view import MapView

REACH_PX = 11.0
"""How near the cursor must be to be caught."""


@dataclass(frozen=True, slots=True)
class Snap:
    """A place under the cursor, and what it was caught by.

    Parameters
    ----------
    x, y
        In the project's coordinates.
    east, north
        The same in metres of the display plane.
    kind
        ``end`` (a node), ``corner``, ``edge``; empty: open ground.
    node, line, area
        Identifiers of what was caught: the node, the line whose corner or edge it is, the area whose
        corner or edge it is.
    part
        For a corner or edge of a line or area: number of the point (or of the one before) in its route or
        outer points.
    """

    x: float
    y: float
    east: float
    north: float
    kind: str = ""
    node: str = ""
    line: str = ""
    area: str = ""
    part: int = -1


@dataclass(frozen=True)
class Snapper:
    """Catches places on one map.

    Parameters
    ----------
    to
        What may be caught: ``end``, ``line``, ``area``.
    """

    project: Project
    plane: DisplayPlane
    view: MapView
    layers: Sequence[Layer]
    to: frozenset[str] = frozenset({"end", "line", "area"})

    def at(self, x_px: float, y_px: float) -> Snap:
        """Give the place under a pixel, caught by what is near it."""
        here = np.array(self.view.to_metres(x_px, y_px))
        if "end" in self.to:
            found = self._end(here)
            if found is not None:
                return found
        edges = []
        for layer in self.layers:
            if isinstance(layer, PowerLineLayer) and "line" in self.to and layer.shows_at(self.view):
                edges += self._nearest(layer, here, "line")
            elif isinstance(layer, AreaLayer) and layer.table == "transformer_areas" and "area" in self.to:
                edges += self._nearest(layer, here, "area")
        corners = [one for one in edges if one[1].kind == "corner"]
        if corners or edges:
            return min(corners or edges, key=lambda one: one[0])[1]
        return self._snap(here)

    def _snap(self, at: np.ndarray, **caught: str | int) -> Snap:
        x, y = self.plane.project_xy(float(at[0]), float(at[1]))
        return Snap(x, y, float(at[0]), float(at[1]), **caught)  # type: ignore[arg-type]

    @property
    def _reach(self) -> float:
        return REACH_PX * self.view.metres_per_px

    def _end(self, here: np.ndarray) -> Snap | None:
        """Catch the nearest node of a line that is shown."""
        nodes = self.project.frame("connectivity_nodes")
        x, y = self.plane.project_xy(*here.tolist())
        east, north = self.plane.project_xy(*(here + self._reach).tolist())
        px, py = nodes["x"].to_numpy(dtype=float), nodes["y"].to_numpy(dtype=float)
        near = np.flatnonzero((np.abs(px - x) <= abs(east - x)) & (np.abs(py - y) <= abs(north - y)))
        near = near[self._is_shown(nodes["nominal_kv"].to_numpy(dtype=float)[near])]
        if not len(near):
            return None
        points = self.plane.metres(np.column_stack([px[near], py[near]]))
        away = np.hypot(*(points - here).T)
        best = int(np.argmin(away))
        if away[best] > self._reach:
            return None
        at = int(near[best])
        east_m, north_m = points[best].tolist()
        return Snap(float(px[at]), float(py[at]), east_m, north_m, "end", str(nodes["id"].iat[at]))

    def _is_shown(self, kv: np.ndarray) -> np.ndarray:
        """Whether lines of these voltages are on the map: nobody is caught by what he does not see."""
        shown = np.zeros(len(kv), dtype=bool)
        for layer in self.layers:
            if isinstance(layer, PowerLineLayer) and layer.shows_at(self.view):
                shown |= np.isnan(kv) | ((kv > layer.low_kv) & (kv <= layer.high_kv))
        return shown

    def _nearest(
        self, layer: PowerLineLayer | AreaLayer, here: np.ndarray, what: str
    ) -> list[tuple[float, Snap]]:
        """Catch the nearest corner and the nearest edge of a layer's shapes."""
        reach = self._reach
        box = (here[0] - reach, here[1] - reach, here[0] + reach, here[1] + reach)
        shapes = layer.shapes
        if not len(shapes):
            return []
        found: list[tuple[float, Snap]] = []
        level = layer.detail.whole
        best_corner, best_edge = reach, reach
        for part in level.touching(box).tolist():
            points, one = shapes.part(part), str(layer.ids[shapes.rows[part]])
            away = np.hypot(*(points - here).T)
            corner = int(np.argmin(away))
            if away[corner] <= best_corner:
                best_corner = float(away[corner])
                place = self._snap(points[corner], kind="corner", part=corner, **{what: one})
                found.append((best_corner, place))
            distance, foot, segment = _foot(points, here)
            if distance <= best_edge:
                best_edge = distance
                found.append((distance, self._snap(foot, kind="edge", part=segment, **{what: one})))
        return found


def _foot(points: np.ndarray, here: np.ndarray) -> tuple[float, np.ndarray, int]:
    """Nearest point of a line of points: how far, where, and behind which point."""
    if len(points) < 2:
        return float("inf"), here, 0
    begin, step = points[:-1], np.diff(points, axis=0)
    square = np.maximum((step**2).sum(axis=1), 1e-12)
    along = np.clip(((here - begin) * step).sum(axis=1) / square, 0, 1)
    feet = begin + step * along[:, None]
    away = np.hypot(*(feet - here).T)
    n = int(np.argmin(away))
    return float(away[n]), feet[n], n
