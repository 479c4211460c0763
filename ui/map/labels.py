"""Texts on the map that never overlap: the important ones first, those without room left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from gis import theme
from ui.map.layer import Label
from ui.map.view import MapView

LIMIT = 400
"""Labels tried in one view."""

CELL_PX = 64
HALO_STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1))


class Occupied:
    """The rectangles taken, found by the cells of a coarse raster."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[QRectF]] = {}

    def take(self, box: QRectF) -> bool:
        """Take `box` where it is free; say whether it was."""
        cells = [
            (cx, cy)
            for cx in range(int(box.left() // CELL_PX), int(box.right() // CELL_PX) + 1)
            for cy in range(int(box.top() // CELL_PX), int(box.bottom() // CELL_PX) + 1)
        ]
        if any(other.intersects(box) for cell in cells for other in self._cells.get(cell, ())):
            return False
        for cell in cells:
            self._cells.setdefault(cell, []).append(box)
        return True


def place_labels(painter: QPainter, view: MapView, wanted: Iterable[Label]) -> Iterator[None]:
    """Draw the labels that find room, highest priority first; same priority from top to bottom."""
    labels = sorted(
        (one for one in wanted if one.text), key=lambda one: (-one.priority, one.y, one.x, one.text)
    )
    yield
    occupied = Occupied()
    frame = QRectF(0, 0, view.width, view.height)
    fonts: dict[tuple[int, bool], tuple[QFont, QFontMetricsF]] = {}
    for n, label in enumerate(labels[:LIMIT]):
        font, metrics = fonts.setdefault(
            (label.size, label.bold), _font(painter.font(), label.size, label.bold)
        )
        lines = label.text.split("\n")
        width = max(metrics.horizontalAdvance(line) for line in lines)
        height = metrics.height() * len(lines)
        top = label.y - height - label.above if label.above else label.y - height / 2
        box = QRectF(label.x - width / 2, top, width, height)
        if frame.contains(box) and occupied.take(box.adjusted(-2, -1, 2, 1)):
            _draw(painter, label, font, box)
        if n % 40 == 39:
            yield
    yield


def _font(base: QFont, size: int, bold: bool) -> tuple[QFont, QFontMetricsF]:
    font = QFont(base)
    font.setPixelSize(size)
    font.setBold(bold)
    return font, QFontMetricsF(font)


def _draw(painter: QPainter, label: Label, font: QFont, box: QRectF) -> None:
    painter.setFont(font)
    halo = QColor(theme.HALO)
    halo.setAlpha(215)
    flags = Qt.AlignmentFlag.AlignCenter
    painter.setPen(halo)
    for dx, dy in HALO_STEPS:
        painter.drawText(box.translated(dx, dy), flags, label.text)
    painter.setPen(QColor(label.color))
    painter.drawText(box, flags, label.text)
