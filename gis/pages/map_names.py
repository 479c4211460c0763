"""Write the names of grids, areas, devices and persons on a map, each where it names what it stands at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gis import theme
from gis.pages.frame import MapFrame
from gis.pages.grid_facts import GridFacts, customers_of_areas
from gis.pages.labels import Crowd, Label, Placed, place_labels
from gis.pages.plan import StationPlan
from gis.theme import tint
from grid_model.table import plain
from resources.i18n import _

SPOT_MM, SPOTS = 3.0, 400
"""Where else in its grid a name may stand: so many places, so far apart on A3."""

SHRINK = (1.0, 0.85, 0.7)
"""Letters of a grid's name become smaller before it is left out or covers something."""


class MapNames:
    """The names of one map in the making; they are placed when all are known."""

    def __init__(self, plan: StationPlan, frame: MapFrame, unit: float) -> None:
        self.plan = plan
        self.frame = frame
        self.unit = unit
        self.crowd = Crowd(frame.place.inset(0.8 * unit))
        self.left_out: list[Label] = []
        self._labels: list[Label] = []
        self._placed: list[Placed] | None = None

    def place_names(self) -> list[Placed]:
        """Give every name its place, once; those without one are in `left_out` then."""
        if self._placed is None:
            self._placed, self.left_out = place_labels(self._labels, self.crowd)
        return self._placed

    def grid_names(
        self,
        facts: Sequence[GridFacts],
        *,
        muted: Sequence[str] = (),
        counts: bool = True,
        color: str = "",
        must: bool = True,
    ) -> None:
        """Write the name of each grid and its counts; those in `muted` in grey and small.

        Parameters
        ----------
        color
            One colour for all of them; empty: to each its own.
        must
            Whether a name stands even where it lies on others; else `tell_left_out` names those without room.
        """
        shapes = self.plan.shapes("service_grids")
        for one in facts:
            pieces, _rows = self.frame.cut(shapes, np.array([one.row]))
            at, room = self._inner_circle(pieces)
            if at is None:
                continue
            quiet = one.id in muted
            ink = theme.MUTED_INK if quiet else color or tint(one.tint).line
            size = (3.0 if quiet else 4.8) * self.unit
            lines = [(one.name, size, ink, True)]
            if counts and not quiet:
                text = _("Managers {managers} · areas {areas} · customers {customers}").format(
                    managers=len(one.managers), areas=len(one.areas), customers=one.customers
                )
                lines.append((text, 2.6 * self.unit, theme.INK, False))
            self._labels.append(
                Label(
                    at[0],
                    at[1],
                    tuple(lines),
                    1 if not quiet else 3,
                    must=must,
                    room=max(room * 0.9, 2.0),
                    spots=self._spots(pieces, at),
                    shrink=SHRINK,
                    kind="grid",
                )
            )

    def _spots(self, pieces: np.ndarray, at: np.ndarray) -> tuple[tuple[float, float], ...]:
        """Give places inside an area, on a raster in mm, the nearest to `at` first."""
        import shapely

        area = shapely.transform(shapely.union_all(pieces), self.frame.to_page)
        step = SPOT_MM * self.unit
        left, top, right, bottom = shapely.bounds(area)
        across, down = np.arange(left + step / 2, right, step), np.arange(top + step / 2, bottom, step)
        raster = np.array(np.meshgrid(across, down)).reshape(2, -1).T
        inside = raster[shapely.contains_xy(area, raster[:, 0], raster[:, 1])]
        away = np.hypot(inside[:, 0] - at[0], inside[:, 1] - at[1])
        order = np.lexsort((inside[:, 0], inside[:, 1], np.round(away, 6)))[:SPOTS]
        return tuple((float(x), float(y)) for x, y in inside[order])

    def area_names(self, rows: np.ndarray | None = None, size: float = 2.2, *, counts: bool = False) -> None:
        """Write the names of transformer areas, at their transformer where it is known, else inside them."""
        areas = self.plan.project.frame("transformer_areas")
        wanted = np.arange(len(areas)) if rows is None else rows
        customers = customers_of_areas(self.plan.project) if counts else {}
        places = self._area_places()
        inside = self.frame.inside(places)
        for row in wanted:
            name = plain(areas["name"].iat[row]) or areas["id"].iat[row]
            if not inside[row]:
                continue
            at = self.frame.to_page(places[[row]])[0]
            lines = [(name, size * self.unit, theme.INK, False)]
            if counts:
                n = customers.get(areas["id"].iat[row], 0)
                lines.append(
                    (_("{n} customers").format(n=n), size * 0.85 * self.unit, theme.MUTED_INK, False)
                )
            self._labels.append(Label(at[0], at[1], tuple(lines), 20, gap_mm=1.6 * self.unit, kind="area"))

    def _area_places(self) -> np.ndarray:
        import shapely

        areas = self.plan.project.table("transformer_areas")
        shapes = self.plan.shapes("transformer_areas").geometry
        places = np.full((len(areas), 2), np.nan)
        known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        if known.any():
            places[known] = shapely.get_coordinates(shapely.point_on_surface(shapes[known]))
        transformers = self.plan.project.frame("power_transformers")
        at = areas.positions(transformers["transformer_area"].fillna("").tolist())
        own = self.plan.points("power_transformers")
        found = (at >= 0) & np.isfinite(own[:, 0])
        places[at[found]] = own[found]
        return places

    def _area_names(
        self, pieces: np.ndarray, names: pd.Series, size: float, color: str, priority: int
    ) -> None:
        for piece, name in zip(pieces, names, strict=True):
            at = self._inner_point(np.array([piece]))
            if at is not None and plain(name):
                line = ((str(name), size * self.unit, color, False),)
                self._labels.append(Label(at[0], at[1], line, priority, room=9 * self.unit))

    def _inner_point(self, pieces: np.ndarray) -> np.ndarray | None:
        return self._inner_circle(pieces)[0]

    def _inner_circle(self, pieces: np.ndarray) -> tuple[np.ndarray | None, float]:
        """Find middle and radius, in mm, of the widest place inside some areas; None where there is none."""
        import shapely

        if not len(pieces):
            return None, 0.0
        parts = shapely.get_parts(shapely.union_all(pieces))
        inside = shapely.clip_by_rect(parts, *self.frame.box)
        inside = shapely.get_parts(inside[~shapely.is_empty(inside)])
        inside = inside[shapely.get_type_id(inside) == 3]
        if not len(inside):
            return None, 0.0
        largest = inside[int(np.argmax(shapely.area(inside)))]
        spoke = shapely.maximum_inscribed_circle(largest, tolerance=self.frame.scale / 1000)
        radius = float(shapely.length(spoke)) * 1000 / self.frame.scale
        return self.frame.to_page(shapely.get_coordinates(spoke)[:1])[0], radius

    def _point_names(
        self,
        places: np.ndarray,
        names: pd.Series,
        rows: np.ndarray,
        symbol: float,
        size: float,
        color: str,
        priority: int,
        *,
        bold: bool = False,
    ) -> None:
        for row, (x, y) in zip(rows, self.frame.to_page(places[rows]), strict=True):
            name = plain(names.iat[row])
            if name:
                line = ((str(name), size * self.unit, color, bold),)
                self._labels.append(Label(x, y, line, priority, gap_mm=(symbol / 2 + 0.5) * self.unit))
