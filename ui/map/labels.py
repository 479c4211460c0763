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
    fonts: dict[tuple[int, bool], tuple[QFont, QFontMetricsF]] = {}
    for n, label in enumerate(labels[:LIMIT]):
        font, metrics = fonts.setdefault(
            (label.size, label.bold), _font(painter.font(), label.size, label.bold)
        )
        lines = label.text.split("\n")
        width = max(metrics.horizontalAdvance(line) for line in lines)
        for box in _places(label, width, metrics.height() * len(lines)):
            if frame.contains(box) and occupied.take(box.adjusted(-2, -1, 2, 1)):
                _draw(painter, label, font, box)
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
