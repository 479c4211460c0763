"""What every layer of the map can do: be built from the project, be drawn in pieces, be hit by a click."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QIcon, QPainter, QPen

from gis.display import DisplayPlane
from grid_model.errors import GridError
from grid_model.expression import Expression
from grid_model.project import Project
from ui.map.detail import Levels
from ui.map.overlay import MapState
from ui.map.view import SCREEN_M_PER_PIXEL, MapView


@dataclass(frozen=True, slots=True)
class Label:
    """A text to place on the map.

    Parameters
    ----------
    text, x, y
        What, and around which pixel.
    priority
        Higher ones are placed first; one that finds no room is left out.
    color, size, bold
        How it looks; size in pixels.
    above
        Pixels by which it stands above the point; 0 puts its middle there.
    """

    text: str
    x: float
    y: float
    priority: float
    color: str
    size: int = 12
    bold: bool = False
    above: float = 0.0


@dataclass(frozen=True, slots=True)
class Hit:
    """An object under a pixel, and how far from it in pixels."""

    table: str
    id: str
    distance: float


@dataclass(frozen=True, slots=True)
class LayerLook:
    """How a person wants a layer shown, where not as it is at first.

    Parameters
    ----------
    opacity
        0 to 1.
    far, near
        Denominators of the smallest and the largest scale that show it; None: as at first.
    filter
        Only rows for which this expression holds; empty: all.
    color
        Colour of its lines, ``#RRGGBB``; empty: that of the theme.
    size
        How many times as wide or large as the theme says.
    """

    opacity: float = 1.0
    far: float | None = None
    near: float | None = None
    filter: str = ""
    color: str = ""
    size: float = 1.0


PLAIN_LOOK = LayerLook()


class Layer:
    """One kind of thing on the map.

    Attributes
    ----------
    name, label
        Fixed name, and the marked text shown for it.
    tables
        Tables whose edits make it stale.
    max_denominator
        Smaller scales than 1:this do not show it, unless a person wants it so.
    knobs
        What of its look can be changed besides opacity and scales: ``filter``, ``color``, ``size``.
    is_base_map
        Whether it is a base map from a file: always below what the project has.
    slow
        Whether building it takes so long that it is done beside the window.
    """

    name = ""
    label = ""
    tables: tuple[str, ...] = ()
    max_denominator = float("inf")
    shown_at_start = True
    knobs: frozenset[str] = frozenset()
    is_base_map = False
    slow = False

    def __init__(self) -> None:
        self.visible = self.shown_at_start
        self.look = PLAIN_LOOK
        self.rests_on: tuple[Layer, ...] = ()
        """Layers whose content this one draws by."""

    def shows_at(self, view: MapView) -> bool:
        """Whether the layer is drawn in this view."""
        return self.visible and self.nearest <= view.scale_denominator <= self.farthest

    @property
    def farthest(self) -> float:
        """Denominator of the smallest scale that shows the layer."""
        return self.max_denominator if self.look.far is None else self.look.far

    @property
    def nearest(self) -> float:
        """Denominator of the largest scale that shows the layer."""
        return self.look.near or 0.0

    def wanted(self, project: Project) -> np.ndarray | None:
        """Mask of the rows of the layer's table that its filter leaves; None: all.

        A filter that has no meaning any more (a column is gone) leaves all rows.
        """
        if not self.look.filter:
            return None
        try:
            return Expression.parse(self.look.filter, self.tables[0]).mask(project)
        except GridError:
            return None

    def dressed(self, stroke: QPen) -> QPen:
        """Give a stroke in the colour and width a person wants."""
        if not self.look.color and self.look.size == 1.0:
            return stroke
        made = QPen(stroke)
        if self.look.color:
            made.setColor(QColor(self.look.color))
        made.setWidthF(stroke.widthF() * self.look.size)
        return made

    def build(self, project: Project, plane: DisplayPlane) -> None:
        """Take what it draws from the project."""
        raise NotImplementedError

    def zoom_levels(self) -> Levels | None:
        """Give the zoom levels of its shapes; None where it has none."""
        return None

    def prepare(self, *metres_per_px: float) -> None:
        """Make what drawing at these scales rests on, as quickly as can be."""
        levels = self.zoom_levels()
        if levels is not None:
            levels.prepare(*metres_per_px)

    def ahead(self, metres_per_px: float) -> Iterator[None]:
        """Make in short steps what drawing at other scales will rest on, those near this one first."""
        levels = self.zoom_levels()
        if levels is not None:
            yield from levels.ahead(metres_per_px, self.farthest * SCREEN_M_PER_PIXEL)

    def paint(self, painter: QPainter, view: MapView, state: MapState) -> Iterator[None]:
        """Draw in pieces of a few milliseconds each, yielding between them."""
        raise NotImplementedError

    def labels(self, view: MapView, state: MapState) -> Iterator[Label]:
        """Give the texts it would like to see on the map."""
        return iter(())

    def covered(self, view: MapView) -> Iterator[QRectF]:
        """Give the pixels that labels should leave free."""
        return iter(())

    def hit(self, view: MapView, x: float, y: float) -> Hit | None:
        """Find what of this layer stands under a pixel."""
        return None

    def icon(self) -> QIcon:
        """Give the legend swatch."""
        raise NotImplementedError

    def is_empty(self) -> bool:
        """Whether the project has nothing to draw here."""
        return False


Texts = np.ndarray | ExtensionArray
"""Identifiers or names as the project has them: objects of 500 000 rows would hold the window 60 ms."""


def texts(values: pd.Series) -> np.ndarray:
    """Give a text column as an array of plain strings; missing is the empty string."""
    found: np.ndarray = values.fillna("").to_numpy(dtype=object)
    return found


def node_positions(project: Project, ids: pd.Series, plane: DisplayPlane) -> np.ndarray:
    """Give where nodes stand in metres (n, 2), NaN where the node or its place is unknown."""
    nodes = project.table("connectivity_nodes")
    at = nodes.positions(ids.fillna("").tolist()) if len(ids) else np.zeros(0, dtype=np.int64)
    points = np.full((len(at), 2), np.nan)
    have = at >= 0
    points[have] = nodes.frame[["x", "y"]].to_numpy(dtype=float)[at[have]]
    return plane.metres(points)


def own_or_node_positions(
    project: Project, frame: pd.DataFrame, node: str, plane: DisplayPlane
) -> np.ndarray:
    """Give where things stand in metres: their own place, else that of their node."""
    points = plane.metres(frame[["x", "y"]].to_numpy(dtype=float))
    missing = np.isnan(points[:, 0])
    if missing.any():
        points[missing] = node_positions(project, frame.loc[missing, node], plane)
    return points
