"""What stands over the finished picture: marked objects, the box being stretched, a word on empty paper."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gis import theme
from resources.i18n import _
from ui.map.paint import polygon
from ui.map.view import MapView


def paint_marks(painter: QPainter, view: MapView, marked: Iterable[tuple[np.ndarray, str]]) -> None:
    """Ring each symbol and stroke each route or outline that is marked.

    Parameters
    ----------
    marked
        Points in metres, one for a symbol, none for what has no place; and the colour of the mark.
    """
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for points, color in marked:
        if len(points):
            _paint_mark(painter, view.to_px(points), color)


def _paint_mark(painter: QPainter, px: np.ndarray, color: str) -> None:
    halo = QColor(color)
    halo.setAlpha(70)
    if len(px) == 1:
        painter.setPen(QPen(halo, 7))
        painter.drawEllipse(QPointF(*px[0]), 15, 15)
        painter.setPen(QPen(QColor(color), 2))
        painter.drawEllipse(QPointF(*px[0]), 15, 15)
        return
    for stroke in (QPen(halo, 8), QPen(QColor(color), 2.4)):
        stroke.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(stroke)
        painter.drawPolyline(polygon(px))


def paint_box(painter: QPainter, start: QPointF, end: QPointF) -> None:
    """Draw the box a hand stretches to zoom into."""
    painter.setPen(QPen(QColor(theme.ACCENT), 1.5, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(start, end).normalized())


def paint_nothing_placed(painter: QPainter, rect: QRect) -> None:
    """Say on empty paper why it is empty."""
    painter.setPen(QColor(theme.MUTED_INK))
    painter.drawText(
        rect,
        Qt.AlignmentFlag.AlignCenter,
        _("Nothing in this project has a place on the map.\nTables and outages work all the same."),
    )
