"""The few line icons of the window, drawn as vectors so that they are sharp on every screen."""

# ruff: noqa: E501 - a shape stands on one line

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.colors import THEME

SHAPES = {
    "undo": '<path d="M8 5 4 9l4 4"/><path d="M4 9h9a6 6 0 0 1 0 12h-3"/>',
    "redo": '<path d="m16 5 4 4-4 4"/><path d="M20 9h-9a6 6 0 0 0 0 12h3"/>',
    "settings": '<circle cx="12" cy="12" r="3.2"/><path d="M12 2.8v3M12 18.2v3M2.8 12h3M18.2 12h3M5.5 5.5l2.1 2.1'
    'M16.4 16.4l2.1 2.1M5.5 18.5l2.1-2.1M16.4 7.6l2.1-2.1"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 5 5"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "fit": '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
    "back": '<path d="m14 6-6 6 6 6"/>',
    "forward": '<path d="m10 6 6 6-6 6"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "star": '<path d="m12 4 2.5 5.2 5.7.7-4.2 3.9 1.1 5.6-5.1-2.8-5.1 2.8L8 13.8 3.8 9.9l5.7-.7z"/>',
    "warning": '<path d="M12 4 2.8 20h18.4z"/><path d="M12 10v4.5M12 17.2v.3"/>',
    "export": '<path d="M12 4v11M7.5 10.5 12 15l4.5-4.5M5 20h14"/>',
    "print": '<path d="M7 9V4h10v5M7 17H4V9h16v8h-3"/><path d="M7 14h10v6H7z"/>',
    "columns": '<path d="M4 5h16v14H4zM9.3 5v14M14.7 5v14"/>',
    "eye": '<path d="M2.5 12S6 5.8 12 5.8 21.5 12 21.5 12 18 18.2 12 18.2 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.8"/>',
    "folder": '<path d="M3.5 18.5v-13h6l2 2.5h9v10.5z"/>',
    "file": '<path d="M6 3.5h8l4.5 4.5v12.5H6z"/><path d="M14 3.5V8h4.5"/>',
    "map": '<path d="m3.5 6.5 6-2.5 5 2.5 6-2.5v13.5l-6 2.5-5-2.5-6 2.5z"/><path d="M9.5 4v13.5M14.5 6.5V20"/>',
    "import": '<path d="M12 15V4M7.5 8.5 12 4l4.5 4.5M5 14v6h14v-6"/>',
    "bolt": '<path d="M13 3 5 13.5h6L10 21l8-10.5h-6z"/>',
    "target": '<circle cx="12" cy="12" r="6"/><path d="M12 3v5M12 16v5M3 12h5M16 12h5"/>',
    "filter": '<path d="M4 5h16l-6.2 7.5V19l-3.6-2v-4.5z"/>',
    "play": '<path d="M8 5.5v13l10.5-6.5z"/>',
    "pause": '<path d="M8.5 5.5v13M15.5 5.5v13"/>',
    "step-back": '<path d="M16.5 5.5 8.5 12l8 6.5zM6 5.5v13"/>',
    "step-forth": '<path d="m7.5 5.5 8 6.5-8 6.5zM18 5.5v13"/>',
    "pointer": '<path d="m6 3.5 12 9-5.6 1-2.9 6z"/>',
    "ruler": '<path d="m3.5 16.5 13-13 4 4-13 13z"/><path d="m7 13 2 2M10 10l2 2M13 7l2 2"/>',
    "line": '<path d="m5 18 6-9 8-3"/><circle cx="5" cy="18" r="2"/><circle cx="19" cy="6" r="2"/>',
    "split-line": '<path d="M3.5 12H9M15 12h5.5M12 5v14"/>',
    "join-lines": '<path d="M3.5 12h17"/><circle cx="12" cy="12" r="3"/>',
    "bend": '<path d="m4 18 8-11 8 11"/><circle cx="12" cy="7" r="2.4"/>',
    "switch": '<path d="M3.5 14H8l8-6M16 14h4.5"/><circle cx="8" cy="14" r="1.4"/>',
    "transformer": '<circle cx="9" cy="12" r="5"/><circle cx="15" cy="12" r="5"/>',
    "move": '<path d="M12 3.5v17M3.5 12h17M9.5 6 12 3.5 14.5 6M9.5 18l2.5 2.5 2.5-2.5M6 9.5 3.5 12 6 14.5M18 9.5l2.5 2.5-2.5 2.5"/>',
    "area": '<path d="m5 8 7-4 7 5-2 10H6z"/>',
    "split-area": '<path d="m5 8 7-4 7 5-2 10H6z"/><path d="m3.5 15 17-7"/>',
    "merge": '<path d="M4 5h7v14H4zM13 5h7v14h-7z"/><path d="M9 12h6"/>',
    "reshape-area": '<path d="M5 5h9v5l4 3-4 2v4H5z"/>',
    "corner": '<path d="M5 19V5h14"/><circle cx="5" cy="5" r="2.4"/>',
    "locked": '<path d="M6 11h12v9H6z"/><path d="M8.5 11V8a3.5 3.5 0 0 1 7 0v3"/>',
    "unlocked": '<path d="M6 11h12v9H6z"/><path d="M8.5 11V8a3.5 3.5 0 0 1 6.8-1.2"/>',
    "brush": '<path d="M19.5 4.5 11 13l-2.5 5.5L14 16l8.5-8.5z"/><path d="M8.5 18.5c-1.5 2-4 2-5.5 1.5 1.5-.5 1.5-3 3-4"/>',
    "split": '<path d="M4 4h16v16H4z"/><path d="M12 4v3M12 10.5v3M12 17v3"/>',
    "person-move": '<circle cx="8" cy="7" r="3"/><path d="M3 19c0-4 2-6.5 5-6.5s5 2.5 5 6.5"/><path d="M14 9h7M18 6l3 3-3 3"/>',
    "layers": '<path d="m12 4 9 5-9 5-9-5z"/><path d="m3 14 9 5 9-5"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
}
"""Strokes on a field of 24 × 24."""


def _document(name: str, color: str) -> QByteArray:
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{color}" '
        f'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">{SHAPES[name]}</svg>'
    )
    return QByteArray(text.encode())


def _pixmap(name: str, color: str, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(_document(name, color)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def icon(name: str, color: str = "") -> QIcon:
    """Give the icon called `name` of `SHAPES`; without a colour in that of the theme in use."""
    color = color or THEME.icon
    made = QIcon()
    for size in (16, 20, 24, 32, 48):
        made.addPixmap(_pixmap(name, color, size), QIcon.Mode.Normal)
        made.addPixmap(_pixmap(name, THEME.icon_off, size), QIcon.Mode.Disabled)
    return made
