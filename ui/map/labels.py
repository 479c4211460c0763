"""Texts on the map that never overlap: the important ones first, those without room left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from gis import theme
from ui.map.layer import Label
from ui.map.view import MapView

LIMIT = 400
"""Labels tried in one view."""

CELL_PX = 64
HALO_PX = 2
"""Room around a text for its halo."""
HALO_STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1))


class Occupied:
    """The rectangles taken, found by the cells of a coarse raster."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[QRectF]] = {}

    def block(self, box: QRectF) -> None:
        """Take `box` whether it is free or not."""
        for cell in _cells(box):
            self._cells.setdefault(cell, []).append(box)

    def take(self, box: QRectF) -> bool:
        """Take `box` where it is free; say whether it was."""
        if any(other.intersects(box) for cell in _cells(box) for other in self._cells.get(cell, ())):
            return False
        self.block(box)
        return True


def _cells(box: QRectF) -> list[tuple[int, int]]:
    return [
        (cx, cy)
        for cx in range(int(box.left() // CELL_PX), int(box.right() // CELL_PX) + 1)
        for cy in range(int(box.top() // CELL_PX), int(box.bottom() // CELL_PX) + 1)
    ]


def place_labels(
    painter: QPainter, view: MapView, wanted: Iterable[Label], symbols: Iterable[QRectF] = ()
) -> Iterator[None]:
    """Draw the labels that find room, highest priority first; same priority from top to bottom.

    `symbols` are rectangles that no label may cover.
    """
    labels = sorted(
        (one for one in wanted if one.text), key=lambda one: (-one.priority, one.y, one.x, one.text)
    )
    yield
    occupied = Occupied()
    for box in symbols:
        occupied.block(box)
    frame = QRectF(0, 0, view.width, view.height)
    base, ratio = painter.font().toString(), painter.device().devicePixelRatioF()
    for n, label in enumerate(labels[:LIMIT]):
        width, height = _size(label.text, base, label.size, label.bold)
        for box in _places(label, width, height):
            if frame.contains(box) and occupied.take(box.adjusted(-2, -1, 2, 1)):
                _draw(painter, label, base, box, ratio)
                break
        if n % 40 == 39:
            yield
    yield


def _places(label: Label, width: float, height: float) -> Iterator[QRectF]:
    """Where a label may stand, best first: around a symbol, or around the middle of an area."""
    x, y = label.x - width / 2, label.y - height / 2
    if label.above:
        aside = width / 2 + label.above + 2
        shifts = [(0, -height / 2 - label.above), (0, height / 2 + label.above), (aside, 0), (-aside, 0)]
    else:
        shifts = [
            (0, 0),
            (0, -height),
            (0, height),
            (-width / 2, 0),
            (width / 2, 0),
            (-width / 2, -height),
            (width / 2, -height),
            (-width / 2, height),
            (width / 2, height),
        ]
    for dx, dy in shifts:
        yield QRectF(x + dx, y + dy, width, height)


@lru_cache(64)
def _font(base: str, size: int, bold: bool) -> QFont:
    font = QFont()
    font.fromString(base)
    font.setPixelSize(size)
    font.setBold(bold)
    return font


@lru_cache(4000)
def _size(text: str, base: str, size: int, bold: bool) -> tuple[float, float]:
    """Give the width and height a text takes."""
    metrics, lines = QFontMetricsF(_font(base, size, bold)), text.split("\n")
    return max(metrics.horizontalAdvance(line) for line in lines), metrics.height() * len(lines)


def _draw(painter: QPainter, label: Label, base: str, box: QRectF, ratio: float) -> None:
    """Draw a text at whole pixels of the screen."""
    x, y = (round((side - HALO_PX) * ratio) / ratio for side in (box.left(), box.top()))
    painter.drawImage(QPointF(x, y), _picture(label.text, label.color, base, label.size, label.bold, ratio))


@lru_cache(800)
def _picture(text: str, color: str, base: str, size: int, bold: bool, ratio: float) -> QImage:
    """Make a text with its halo: nine texts in one, drawn anew with every view otherwise."""
    width, height = _size(text, base, size, bold)
    across, down = (math.ceil((side + 2 * HALO_PX) * ratio) for side in (width, height))
    image = QImage(across, down, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(_font(base, size, bold))
    box, flags = QRectF(HALO_PX, HALO_PX, width, height), Qt.AlignmentFlag.AlignCenter
    halo = QColor(theme.HALO)
    halo.setAlpha(215)
    painter.setPen(halo)
    for dx, dy in HALO_STEPS:
        painter.drawText(box.translated(dx, dy), flags, text)
    painter.setPen(QColor(color))
    painter.drawText(box, flags, text)
    painter.end()
    return image
