"""Small parts that every panel is put together from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.colors import THEME


def label(text: str, name: str = "", wrap: bool = False) -> QLabel:
    """Make a label; `name` chooses its style."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setObjectName(name)
    made.setIndent(0)
    made.setWordWrap(wrap)
    if wrap:
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
    return made


class ElidedLabel(QLabel):
    """A line of text that is cut with … where room is short; the tooltip then tells it whole.

    Parameters
    ----------
    shorter
        Shown instead where the whole text has no room.
    """

    def __init__(self, text: str = "", name: str = "", shorter: str = "") -> None:
        super().__init__(text)
        self._shorter = shorter
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def shown(self) -> str:
        """Give what stands on the screen: the whole text, the shorter one, or that one cut."""
        metrics, room = QFontMetrics(self.font()), self.contentsRect().width()
        if not self._shorter or metrics.horizontalAdvance(self.text()) <= room:
            return metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        return metrics.elidedText(self._shorter, Qt.TextElideMode.ElideRight, room)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).drawText(self.contentsRect(), int(self.alignment()), self.shown())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setToolTip("" if self.shown() == self.text() else self.text())


def badge(text: str, color: str = "grey", tip: str = "") -> QLabel:
    """Make a small badge; `color` is a key of `THEME.badges`."""
    back, ink = THEME.badges[color]
    made = label(text)
    made.setStyleSheet(
        f"background: {back}; color: {ink}; border-radius: 8px; padding: 1px 8px; font-size: 12px;"
    )
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    made.setToolTip(tip)
    return made


def tile(
    title: str, value: str, unit: str = "", note: str = "", tip: str = "", short_note: str = ""
) -> QFrame:
    """Make a tile: what it is, the number big, a remark below, which may have a shorter form."""
    frame = QFrame()
    frame.setObjectName("tile")
    frame.setToolTip(tip)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(9, 7, 7, 7)
    layout.setSpacing(0)
    layout.addWidget(ElidedLabel(title, "tile-label"))
    line = QHBoxLayout()
    line.setSpacing(5)
    number = label(value, "tile-value")
    number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    line.addWidget(number)
    if unit:
        line.addWidget(label(unit, "second"), 0, Qt.AlignmentFlag.AlignBottom)
    line.addStretch()
    layout.addLayout(line)
    if note:
        layout.addWidget(ElidedLabel(note, "tile-note", short_note))
    layout.addStretch()
    return frame


def tiles(*frames: QFrame) -> QGridLayout:
    """Set tiles two by two."""
    grid = QGridLayout()
    grid.setSpacing(8)
    for n, frame in enumerate(frames):
        grid.addWidget(frame, n // 2, n % 2)
    for column in (0, 1):
        grid.setColumnStretch(column, 1)
    return grid


def notice(text: str) -> QFrame:
    """Make a box with something to mind."""
    frame = QFrame()
    frame.setObjectName("notice")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(11, 8, 11, 8)
    layout.addWidget(label(text, wrap=True))
    return frame


def rule() -> QFrame:
    """Make a thin line."""
    frame = QFrame()
    frame.setObjectName("rule")
    return frame


def link(text: str, follow: Callable[[], object], tip: str = "") -> QPushButton:
    """Make a text that leads to an object."""
    made = QPushButton(text)
    made.setObjectName("link")
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setToolTip(tip)
    made.clicked.connect(lambda: follow())
    return made


def button(text: str, press: Callable[[], object], primary: bool = False, tip: str = "") -> QPushButton:
    """Make a push button; one on a panel is primary."""
    made = QPushButton(text)
    if primary:
        made.setObjectName("primary")
    made.setToolTip(tip)
    made.clicked.connect(lambda: press())
    return made


def make_primary(one: QPushButton) -> None:
    """Make a button that a dialog gave us the one to press."""
    one.setObjectName("primary")
    one.style().unpolish(one)
    one.style().polish(one)


def row(*parts: QWidget | int) -> QHBoxLayout:
    """Set widgets side by side; a number is stretch."""
    layout = QHBoxLayout()
    layout.setSpacing(8)
    for part in parts:
        if isinstance(part, int):
            layout.addStretch(part)
        else:
            layout.addWidget(part)
    return layout


def settle(layout: QLayout) -> None:
    """Show and lay out at once what was just put into a layout on screen.

    Qt does so piece by piece in the next turns of the event loop; a picture taken between them shows parts
    that lie over one another.
    """
    owner = layout.parentWidget()
    if owner is not None and owner.isVisible():
        _show(layout)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


def _show(layout: QLayout) -> None:
    for n in range(layout.count()):
        item = layout.itemAt(n)
        assert item is not None
        widget = item.widget()
        if widget is not None and not widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
            widget.show()
        inner = item.layout() if widget is None else widget.layout()
        if inner is not None:
            _show(inner)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while layout.count():
        item = layout.takeAt(0)
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
            inner.deleteLater()
