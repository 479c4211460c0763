"""Paint base maps under a printed map: in the projection of the sheet, pale enough to read what lies over."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gis import basemap
from gis.display import ZonePlane
from gis.pages.items import Underlay
from ui.map.base_layers import BaseMapLayer, make_layer
from ui.map.overlay import MapState
from ui.map.view import MapView

DPI = 200.0
"""Dots an inch of the picture that is made of base maps."""

PALE = 0.45
"""Share of paper laid over the picture: colours and hatches of the map stay readable, in grey too."""

KEPT = 3


def paint_underlay(painter: QPainter, item: Underlay, units_per_mm: float) -> None:
    """Paint base maps into their place; raises `GridError` where one cannot be read."""
    width, height = (max(1, round(side / 25.4 * DPI)) for side in (item.width, item.height))
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    metres_per_px = item.width / 1000 * item.scale / width
    view = MapView(item.east, item.north, metres_per_px, width, height)
    own = QPainter(image)
    try:
        own.setRenderHint(QPainter.RenderHint.Antialiasing)
        for file, system in item.maps:
            for _piece in _layer(file, system, item.meridian).paint(own, view, MapState()):
                pass
        paper = QColor("white")
        paper.setAlphaF(PALE)
        own.fillRect(image.rect(), paper)
    finally:
        own.end()
    place = QRectF(*(side * units_per_mm for side in (item.x, item.y, item.width, item.height)))
    painter.drawImage(place, image)


@lru_cache(maxsize=KEPT)
def _layer(file: str, system: str, meridian: int) -> BaseMapLayer:
    """Read a base map once for all sheets of a print."""
    layer = make_layer(Path(file), system)
    geographic = meridian != 0
    layer.read(basemap.source_of(system, geographic), ZonePlane(meridian), geographic)
    layer.prepare()
    return layer


def forget() -> None:
    """Let go of what was read."""
    _layer.cache_clear()
