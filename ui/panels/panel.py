"""What every panel on the right is: a scrolled column that is filled anew when something changed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ui.widgets import ElidedLabel, clear, label, rule

WIDTH = 336


class Panel(QWidget):
    """A column of parts with what can be done pinned below it; `fill` puts them in."""

    def __init__(self) -> None:
        super().__init__()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setObjectName("page")
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(14, 11, 13, 8)
        self.column.setSpacing(8)
        self._scroll.setWidget(inner)
        self.foot = QVBoxLayout()
        self.foot.setContentsMargins(14, 2, 13, 10)
        self.foot.setSpacing(7)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(self.foot)

    def fill(self) -> None:
        """Put the parts into `column`, and what can be done into `foot`."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Fill the panel anew; the place scrolled to stays."""
        bar = self._scroll.verticalScrollBar()
        place = bar.value()
        clear(self.column)
        clear(self.foot)
        self.fill()
        self.column.addStretch(1)
        if self.foot.count():
            self.foot.insertWidget(0, rule())
        bar.setValue(place)

    def headline(self, text: str, badge: QLabel | None = None) -> None:
        """Put in the heading, with a badge at its right."""
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(ElidedLabel(text, "headline"), 1)
        if badge is not None:
            line.addWidget(badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self.column.addLayout(line)

    def second(self, text: str) -> None:
        """Put in a line of lesser weight."""
        self.column.addWidget(label(text, "second", wrap=True))

    def section(self, text: str) -> None:
        """Put in the heading of a section."""
        self.column.addWidget(label(text, "section"))

    def empty_state(self, title: str, text: str) -> None:
        """Put in what to do where there is nothing to show."""
        self.column.addSpacing(26)
        heading = label(title)
        heading.setStyleSheet("font-size: 15px; font-weight: 600;")
        self.column.addWidget(heading)
        self.second(text)
