"""Put pages on paper: one painter for the preview, the printer and the PDF.

Lengths are painted in hundredths of a millimetre. Text stays text: it can be selected and searched in the
PDF, and the program's own Chinese font is embedded. Characters that font lacks (rare ones in names) are
taken from the system's fonts; those no font has are reported, never dropped in silence.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QFile, QFileDevice, QIODevice, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPainterPath,
    QPdfWriter,
    QPen,
    QPolygonF,
    QTextLayout,
)

from gis import symbols
from gis.pages.items import Areas, Box, Clip, Dots, Item, Lines, Page, Pen, Symbols, Text, Underlay, texts
from grid_model.errors import GridError
from grid_model.feedback import SILENT, Feedback
from resources.i18n import _

UNITS_PER_MM = 100
PDF_DPI = 1200
FONT_FILE = Path(__file__).parents[1] / "resources" / "vendor" / "wqy-microhei" / "wqy-microhei.ttc"
FAMILY = "WenQuanYi Micro Hei"
FALLBACKS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "SimSun",
    "SimSun-ExtB",
    "Unifont",
)
"""Where characters are looked for that the program's font lacks; the system's own choice comes after."""


def print_pages(
    pages: Sequence[Page], path: Path, title: str, feedback: Feedback = SILENT
) -> tuple[str, ...]:
    """Write pages into one PDF, whole or not at all.

    Parameters
    ----------
    title
        Title in the document's properties.

    Returns
    -------
    missing
        Characters no font on this machine has, sorted; they stand as empty boxes.

    Raises
    ------
    GridError
        ``cannot-write``, ``font-missing``.
    """
    from gis.files import written_whole

    ensure_application()
    with written_whole(path) as beside:
        device = QFile(str(beside))
        if not device.open(QIODevice.OpenModeFlag.WriteOnly):
            raise OSError(device.errorString())
        writer = QPdfWriter(device)
        writer.setResolution(PDF_DPI)
        writer.setTitle(title)
        writer.setCreator("Taiqu")
        _set_sheet(writer, pages[0])
        painter = QPainter()
        if not painter.begin(writer):
            raise OSError(_("the file cannot be opened for writing"))
        try:
            for n, page in enumerate(feedback.track(pages, _("Printing"))):
                if n:
                    _set_sheet(writer, page)
                    writer.newPage()
                paint_page(painter, page, PDF_DPI / 25.4)
        finally:
            finished = painter.end()
            device.close()
            forget_base_maps()
        # Qt's PDF engine says nothing of a write that failed: the device knows.
        if not finished or device.error() != QFileDevice.FileError.NoError:
            raise OSError(errno.ENOSPC, device.errorString())
    return missing_characters(pages)


def forget_base_maps() -> None:
    """Let go of base maps that were read for pages."""
    from ui.underlay_painter import forget

    forget()


def _set_sheet(writer: Any, page: Page) -> None:
    """Tell a PDF writer or printer how large the next sheet is."""
    size = QPageSize(
        QSizeF(page.width_mm, page.height_mm),
        QPageSize.Unit.Millimeter,
        "",
        QPageSize.SizeMatchPolicy.ExactMatch,
    )
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))


def send_to_printer(pages: Sequence[Page], printer: Any, feedback: Feedback = SILENT) -> None:
    """Print pages on a `QPrinter`, each in true size from the corner of its sheet."""
    printer.setFullPage(True)
    painter = QPainter()
    if not painter.begin(printer):
        raise GridError("cannot-write", file=printer.printerName(), reason=_("the printer does not answer"))
    try:
        for n, page in enumerate(feedback.track(pages, _("Printing"))):
            if n:
                printer.newPage()
            paint_page(painter, page, printer.resolution() / 25.4)
    finally:
        painter.end()
        forget_base_maps()


def page_image(page: Page, dpi: float = 96.0) -> QImage:
    """Give a picture of a page for the preview."""
    ensure_application()
    per_mm = dpi / 25.4
    image = QImage(round(page.width_mm * per_mm), round(page.height_mm * per_mm), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    try:
        paint_page(painter, page, per_mm)
    finally:
        painter.end()
        forget_base_maps()
    return image


def paint_page(painter: QPainter, page: Page, dots_per_mm: float) -> None:
    """Paint one page with its corner at the painter's origin; the painter comes back as it was."""
    ensure_application()
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.scale(dots_per_mm / UNITS_PER_MM, dots_per_mm / UNITS_PER_MM)
    _paint(painter, page.items)
    painter.restore()


def ensure_application() -> None:
    """Make the fonts known, and an application without a screen where there is none yet."""
    if QGuiApplication.instance() is None:
        headless = sys.platform.startswith("linux") and not (
            os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        )
        offscreen = ["-platform", "offscreen"] if headless and not os.environ.get("QT_QPA_PLATFORM") else []
        _kept.append(QGuiApplication(["taiqu", *offscreen]))
    _register_font()


_kept: list[QGuiApplication] = []


@cache
def _register_font() -> None:
    if QFontDatabase.addApplicationFont(str(FONT_FILE)) < 0:
        raise GridError("font-missing", folder=str(FONT_FILE.parent))


# ---------------------------------------------------------------- items


def _paint(painter: QPainter, items: Iterable[Item]) -> None:
    for item in items:
        match item:
            case Text():
                _paint_text(painter, item)
            case Lines():
                _paint_lines(painter, item)
            case Areas():
                _paint_areas(painter, item)
            case Symbols():
                _paint_symbols(painter, item)
            case Dots():
                _paint_dots(painter, item)
            case Box():
                _style(painter, item.pen, item.fill)
                painter.drawRect(_rect(item.x, item.y, item.width, item.height))
            case Underlay():
                from ui.underlay_painter import paint_underlay

                paint_underlay(painter, item, UNITS_PER_MM)
            case Clip():
                painter.save()
                painter.setClipRect(
                    _rect(item.x, item.y, item.width, item.height), Qt.ClipOperation.IntersectClip
                )
                _paint(painter, item.items)
                painter.restore()


def _rect(x: float, y: float, width: float, height: float) -> QRectF:
    return QRectF(x * UNITS_PER_MM, y * UNITS_PER_MM, width * UNITS_PER_MM, height * UNITS_PER_MM)


def _style(painter: QPainter, pen: Pen | None, fill: str) -> None:
    painter.setPen(_pen(pen) if pen else Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(QColor(fill)) if fill else Qt.BrushStyle.NoBrush)


def _pen(pen: Pen) -> QPen:
    made = QPen(QColor(pen.color), pen.width_mm * UNITS_PER_MM)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    made.setCapStyle(Qt.PenCapStyle.FlatCap if pen.dash else Qt.PenCapStyle.RoundCap)
    if pen.dash:
        made.setDashPattern([length / pen.width_mm for length in pen.dash])
    return made


def font_of(size_mm: float, *, bold: bool = False) -> QFont:
    """Give the page font in a size; widths then agree with `gis.pages.measure`."""
    font = QFont()
    font.setFamilies([FAMILY, *FALLBACKS])
    font.setPixelSize(max(round(size_mm * UNITS_PER_MM), 1))
    font.setBold(bold)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _paint_text(painter: QPainter, item: Text) -> None:
    from gis.pages.measure import width

    font = font_of(item.size_mm, bold=item.bold)
    shift = {"left": 0.0, "center": 0.5, "right": 1.0}[item.align] * width(item.text, item.size_mm)
    at = QPointF((item.x - shift) * UNITS_PER_MM, item.y * UNITS_PER_MM)
    if item.halo:
        rim = QPainterPath()
        rim.addText(at, font, item.text)
        painter.strokePath(rim, _pen(Pen(item.halo, item.size_mm * 0.22)))
    painter.setFont(font)
    painter.setPen(QColor(item.color))
    painter.drawText(at, item.text)


def _paint_lines(painter: QPainter, item: Lines) -> None:
    if len(item.points):
        painter.strokePath(_path(item.points, item.starts), _pen(item.pen))


def _path(points: np.ndarray, starts: np.ndarray) -> QPainterPath:
    from pyqtgraph.functions import arrayToQPath

    connect = np.ones(len(points), dtype=np.int32)
    connect[np.asarray(starts[1:]) - 1] = 0
    scaled = points * UNITS_PER_MM
    path: QPainterPath = arrayToQPath(
        np.ascontiguousarray(scaled[:, 0]), np.ascontiguousarray(scaled[:, 1]), connect, finiteCheck=False
    )
    return path


def _paint_areas(painter: QPainter, item: Areas) -> None:
    """Paint areas one by one: a single path of thousands of areas takes seconds to fill."""
    _style(painter, item.pen, item.fill)
    if item.opacity < 1:
        color = QColor(item.fill)
        color.setAlphaF(item.opacity)
        painter.setBrush(QBrush(color))
    for first, last in zip(item.firsts[:-1], item.firsts[1:], strict=True):
        rings = [_polygon(item.points[item.starts[n] : item.starts[n + 1]]) for n in range(first, last)]
        if len(rings) == 1:
            painter.drawPolygon(rings[0])
        elif rings:
            path = QPainterPath()
            path.setFillRule(Qt.FillRule.OddEvenFill)
            for ring in rings:
                path.addPolygon(ring)
                path.closeSubpath()
            painter.drawPath(path)


def _polygon(points: np.ndarray) -> QPolygonF:
    from pyqtgraph.functions import arrayToQPolygonF

    scaled = points * UNITS_PER_MM
    polygon: QPolygonF = arrayToQPolygonF(
        np.ascontiguousarray(scaled[:, 0]), np.ascontiguousarray(scaled[:, 1])
    )
    return polygon


def _paint_dots(painter: QPainter, item: Dots) -> None:
    if not len(item.points):
        return
    pen = QPen(QColor(item.color), 2 * item.radius_mm * UNITS_PER_MM)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawPoints(_polygon(item.points))


def _paint_symbols(painter: QPainter, item: Symbols) -> None:
    side = item.size_mm * UNITS_PER_MM
    parts = symbols.symbol(item.name)
    for x, y in np.asarray(item.points, dtype=float):
        painter.save()
        painter.translate(x * UNITS_PER_MM, y * UNITS_PER_MM)
        painter.scale(side, side)
        for part in parts:
            _paint_part(painter, part)
        painter.restore()


def _paint_part(painter: QPainter, part: symbols.Part) -> None:
    painter.setBrush(QBrush(QColor(part.fill)) if part.fill else Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(part.line), part.width) if part.line else Qt.PenStyle.NoPen)
    if isinstance(part, symbols.Circle):
        painter.drawEllipse(QPointF(part.x, part.y), part.radius, part.radius)
        return
    polygon = QPolygonF([QPointF(x, y) for x, y in part.points])
    if part.closed:
        painter.drawPolygon(polygon)
    else:
        painter.drawPolyline(polygon)


# ---------------------------------------------------------------- characters


def missing_characters(pages: Iterable[Page]) -> tuple[str, ...]:
    """List the characters of some pages that no font on this machine has."""
    ensure_application()
    used = {char for page in pages for item in texts(page.items) for char in item.text}
    return tuple(sorted(char for char in used if not char.isspace() and not _has_glyph(char)))


@cache
def _has_glyph(char: str) -> bool:
    layout = QTextLayout(char, font_of(4.0))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    runs = layout.glyphRuns()
    return bool(runs) and all(index != 0 for run in runs for index in run.glyphIndexes())
