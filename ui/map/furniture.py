"""What stands over the map on the screen and moves with no view: the scale bar."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from gis import theme
from resources.i18n import _
from ui.map.view import MapView, round_length

BAR_PX = 110
"""Longest the scale bar gets."""


def paint_scale_bar(painter: QPainter, view: MapView, height: float, base: QFont) -> None:
    """Draw a bar of a round length in the lower left corner of a widget of that height."""
    metres = round_length(view.metres_per_px * BAR_PX)
    width = metres / view.metres_per_px
    text = (
        _("{n} km").format(n=f"{metres / 1000:g}") if metres >= 1000 else _("{n} m").format(n=f"{metres:g}")
    )
    font = QFont(base)
    font.setPixelSize(12)
    painter.setFont(font)
    text_width = painter.fontMetrics().horizontalAdvance(text)
    x, y = 14.0, height - 16.0
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(255, 255, 255, 215))
    painter.drawRoundedRect(QRectF(x - 6, y - 13, width + text_width + 22, 22), 4, 4)
    painter.setPen(QPen(QColor(theme.INK), 1.6))
    painter.drawPolyline([QPointF(x, y - 6), QPointF(x, y), QPointF(x + width, y), QPointF(x + width, y - 6)])
    painter.drawText(QPointF(x + width + 8, y + 3), text)
