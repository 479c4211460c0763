"""Painting helpers: polygons from arrays, hatches, symbols as ready-made pictures."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import shiboken6
from PySide6.QtCore import QByteArray, QDataStream, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QIcon,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
)

from gis.symbols import Circle, Symbol, symbol

MOVE_TO, LINE_TO, ODD_EVEN = 0, 1, 0
"""Numbers of QPainterPath.ElementType and Qt.FillRule in a stream."""

LINES_TOGETHER = (150, 1200)
"""Lines and corners of thin lines drawn by one call."""
WIDE_TOGETHER = (12, 100)
"""Lines and corners of wide lines drawn by one call."""

HATCHES = {
    "none": Qt.BrushStyle.SolidPattern,
    "diagonal": Qt.BrushStyle.BDiagPattern,
    "back_diagonal": Qt.BrushStyle.FDiagPattern,
    "horizontal": Qt.BrushStyle.HorPattern,
    "vertical": Qt.BrushStyle.VerPattern,
    "cross": Qt.BrushStyle.CrossPattern,
    "diagonal_cross": Qt.BrushStyle.DiagCrossPattern,
    "dots": Qt.BrushStyle.Dense7Pattern,
}


def polygon(points: np.ndarray) -> QPolygonF:
    """Make a polygon of an array (n, 2) without a Python loop."""
    result = QPolygonF()
    result.resize(len(points))
    if len(points):
        memory: Any = shiboken6.VoidPtr(result.data(), len(points) * 16, True)  # type: ignore[arg-type,call-arg]
        np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)[:] = points
    return result


def numbered(points: np.ndarray, starts: np.ndarray, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pick parts out of flat arrays by their numbers: their points and where each begins."""
    lengths = starts[which + 1] - starts[which]
    begins = np.concatenate([[0], np.cumsum(lengths)])
    at = np.repeat(starts[which] - begins[:-1], lengths) + np.arange(begins[-1])
    return points[at], begins


def in_sight(
    px: np.ndarray, starts: np.ndarray, width: float, height: float, beyond: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Leave out corners that a picture of this size does not show the going of.

    Of a run of corners that lie all beyond the same edge, by `beyond` pixels at least, only the first and
    the last are needed: what is filled or stroked within the picture stays the same.
    """
    for axis, edge, side in ((0, 0.0, -1), (0, width, 1), (1, 0.0, -1), (1, height, 1)):
        out = (px[:, axis] - edge) * side > beyond
        idle = out.copy()
        idle[1:] &= out[:-1]
        idle[:-1] &= out[1:]
        idle[starts[:-1]] = idle[starts[1:] - 1] = False
        if idle.any():
            keep = ~idle
            px, starts = px[keep], np.concatenate([[0], np.cumsum(keep)])[starts]
    return px, starts


def lines_path(px: np.ndarray, starts: np.ndarray) -> QPainterPath:
    """Make one path of many lines without a Python loop, through the form in which Qt writes a path."""
    elements = np.empty(len(px), dtype=[("kind", "<i4"), ("x", "<f8"), ("y", "<f8")])
    elements["kind"] = LINE_TO
    elements["kind"][starts[:-1]] = MOVE_TO
    elements["x"], elements["y"] = px[:, 0], px[:, 1]
    written = struct.pack("<i", len(px)) + elements.tobytes() + struct.pack("<ii", 0, ODD_EVEN)
    stream = QDataStream(QByteArray(written))
    stream.setByteOrder(QDataStream.ByteOrder.LittleEndian)
    path = QPainterPath()
    stream >> path
    return path


def stroke_lines(painter: QPainter, px: np.ndarray, starts: np.ndarray, stroke: QPen) -> Iterator[None]:
    """Draw many lines with one pen, some at a time.

    Making a path or a polygon costs more than drawing a thin line, so thin ones are drawn by the hundred.
    Wide ones are filled outlines, which cost the more the more of them are filled together: few at a time.
    """
    thin_line, plain = stroke.widthF() <= 1.0, stroke.style() == Qt.PenStyle.SolidLine
    lines, corners = (LINES_TOGETHER if thin_line else WIDE_TOGETHER) if plain else (1, 1)
    count, begin = len(starts) - 1, 0
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(stroke)
    while begin < count:
        end = int(np.searchsorted(starts, starts[begin] + corners, side="right")) - 1
        end = min(max(end, begin + 1), begin + lines, count)
        if end == begin + 1:
            painter.drawPolyline(polygon(px[starts[begin] : starts[end]]))
        else:
            painter.drawPath(
                lines_path(px[starts[begin] : starts[end]], starts[begin : end + 1] - starts[begin])
            )
        begin = end
        yield


@cache
def brush(color: str, alpha: int = 255) -> QBrush:
    """Give the brush of a plain fill."""
    shade = QColor(color)
    shade.setAlpha(alpha)
    return QBrush(shade)


@cache
def hatch(name: str, color: str, alpha: int = 70) -> QBrush:
    """Give the brush of a hatch in a light shade of `color`."""
    shade = QColor(color)
    shade.setAlpha(alpha)
    return QBrush(shade, HATCHES[name])


def pen(color: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """Give a round pen whose width is in pixels at any zoom."""
    made = QPen(QColor(color), width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    made.setCosmetic(True)
    return made


def thin(stroke: QPen) -> QPen:
    """Give the same pen one pixel wide: such lines are drawn four times as fast as wider ones."""
    made = QPen(stroke)
    made.setWidthF(1.0)
    return made


def draw_symbol(painter: QPainter, parts: Symbol, x: float, y: float, size: float) -> None:
    """Draw a symbol with its middle at x, y; `size` is the side of its square."""
    for part in parts:
        line = QPen(Qt.PenStyle.NoPen)
        if part.line:
            line = QPen(QColor(part.line), max(part.width * size, 0.8))
            line.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(line)
        painter.setBrush(QColor(part.fill) if part.fill else Qt.BrushStyle.NoBrush)
        if isinstance(part, Circle):
            painter.drawEllipse(
                QPointF(x + part.x * size, y + part.y * size), part.radius * size, part.radius * size
            )
        else:
            shape = polygon(np.array(part.points) * size + (x, y))
            if part.closed:
                painter.drawPolygon(shape)
            else:
                painter.drawPolyline(shape)


@cache
def sprite(name: str, size: float, ratio: float) -> QImage:
    """Give a symbol as a picture of `size` device-independent pixels for screens of `ratio`."""
    side = round((size + 4) * ratio)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_symbol(painter, symbol(name), side / 2, side / 2, size * ratio)
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def symbol_icon(name: str) -> QIcon:
    """Give a symbol as a legend swatch."""
    return QIcon(QPixmap.fromImage(sprite(name, 14.0, 2.0)))


def swatch(
    fill: str = "", line: str = "", width: float = 2.0, *, dashed: bool = False, as_line: bool = False
) -> QIcon:
    """Give a legend swatch of a filled box or a stroke."""
    picture = QPixmap(36, 28)
    picture.fill(Qt.GlobalColor.transparent)
    picture.setDevicePixelRatio(2.0)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    painter.setPen(pen(line, width, style) if line else QPen(Qt.PenStyle.NoPen))
    if as_line:
        painter.drawLine(QPointF(1, 7), QPointF(17, 7))
    else:
        painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(1.5, 2.5, 15, 9), 2, 2)
    painter.end()
    return QIcon(picture)
