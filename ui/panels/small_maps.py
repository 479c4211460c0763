"""A small map of each plan: the land coloured by group, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gis import theme
from grid_model.project import Project
from resources.i18n import _
from ui.colors import THEME
from ui.grouping_plan import Choice
from ui.panels.frontier_chart import letter, tells

if TYPE_CHECKING:
    from grid_model.grouping.area_map import AreaMap

WIDTH, HEIGHT = 98, 76
FINE = 4
"""Pixels worked out to a pixel of the window, along each side: borders are smooth then."""

SHARP = 2
"""Pixels kept to a pixel of the window: a sharp picture on screens with small pixels."""

FAR = 1.5
"""Ground farther from every area than so many times their usual distance stays empty."""


class SmallMap(QWidget):
    """One plan in small; a click takes it."""

    picked = Signal(int)

    def __init__(self, number: int, choice: Choice, image: QImage, chosen: bool) -> None:
        super().__init__()
        self._number, self._image, self._chosen = number, image, chosen
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(QSize(WIDTH, HEIGHT))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tells(number, choice))
        self.setAccessibleName(_("Map of plan {plan}").format(plan=letter(number)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the plan."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.picked.emit(self._number)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the land, the letter, and a frame round the plan on the map."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(theme.GROUND))
        painter.setPen(QPen(QColor(THEME.primary if self._chosen else THEME.line), 2 if self._chosen else 1))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(3, 3, self._image)
        font = painter.font()
        font.setBold(self._chosen)
        painter.setFont(font)
        painter.setPen(QColor(theme.INK))
        painter.drawText(8, 17, letter(self._number))
        painter.end()


def plan_images(choices: tuple[Choice, ...], areas: AreaMap, project: Project) -> list[QImage]:
    """Draw each plan: every pixel bears the colour, as on the map, of the group whose area is nearest."""
    cells, near = _nearest(areas)
    return [_image(cells, near, _colors(one, areas, _tints(one, project))) for one in choices]


def _nearest(areas: AreaMap) -> tuple[np.ndarray, np.ndarray]:
    """Give the number of the nearest area of each pixel, and whether it is near enough to be land."""
    from scipy.ndimage import binary_fill_holes
    from scipy.spatial import cKDTree

    wide, high = FINE * (WIDTH - 6), FINE * (HEIGHT - 6)
    known = np.isfinite(areas.x_m) & np.isfinite(areas.y_m)
    if not known.any():
        return np.zeros((high, wide), dtype=np.int64), np.zeros((high, wide), dtype=bool)
    at = np.flatnonzero(known)
    points = np.column_stack([areas.x_m[at], areas.y_m[at]])
    tree = cKDTree(points)
    usual = float(np.median(tree.query(points, k=min(4, len(points)))[0].max(axis=1)))
    reach = FAR * usual
    low, top = points.min(axis=0) - reach, points.max(axis=0) + reach
    step = float(max((top[0] - low[0]) / (wide * 0.94), (top[1] - low[1]) / (high * 0.94), 1e-9))
    middle = (low + top) / 2
    x = middle[0] + (np.arange(wide) - wide / 2 + 0.5) * step
    y = middle[1] - (np.arange(high) - high / 2 + 0.5) * step
    away, nearest = tree.query(np.column_stack([np.tile(x, high), np.repeat(y, wide)]))
    land = binary_fill_holes((away <= max(reach, 3 * step)).reshape(high, wide))
    return at[nearest].reshape(high, wide), land


def _tints(choice: Choice, project: Project) -> list[int]:
    """Give each group of a plan the tint it has on the map when the plan is chosen."""
    from grid_model.grouping.schemes import colors_of_groups

    return colors_of_groups(project, [frozenset(group.members) for group in choice.grouping.groups])


def _colors(choice: Choice, areas: AreaMap, tints: list[int]) -> np.ndarray:
    """Give the colour (ARGB) of each area."""
    of_manager = {one: tints[n] for n, group in enumerate(choice.grouping.groups) for one in group.members}
    colors = [
        QColor(theme.tint(of_manager[one]).fill if one in of_manager else theme.AREA_FILL).rgba()
        for one in areas.managers
    ]
    palette = np.array([*colors, QColor(theme.AREA_FILL).rgba()], dtype=np.uint32)
    return np.asarray(palette[areas.owner])  # nobody (−1) takes the last


def _image(cells: np.ndarray, land: np.ndarray, colors: np.ndarray) -> QImage:
    from scipy.ndimage import binary_dilation

    pixels = np.where(land, colors[cells], np.uint32(0)).astype(np.uint32)
    high, wide = pixels.shape
    edge = np.zeros_like(land)
    edge[:, 1:] |= pixels[:, 1:] != pixels[:, :-1]
    edge[1:, :] |= pixels[1:, :] != pixels[:-1, :]
    edge[:, :-1] |= land[:, :-1] & ~land[:, 1:]
    edge[:-1, :] |= land[:-1, :] & ~land[1:, :]
    pixels[binary_dilation(edge, iterations=FINE // 2 - 1) & land] = QColor(theme.MUTED_INK).rgba()
    fine = QImage(pixels.tobytes(), wide, high, wide * 4, QImage.Format.Format_ARGB32)
    fine = fine.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    size = QSize(wide * SHARP // FINE, high * SHARP // FINE)
    made = fine.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    made.setDevicePixelRatio(SHARP)
    return made
