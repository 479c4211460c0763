"""One sentence above the map: what could not be done and what to do next, or what was done."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from resources.i18n import _
from ui.icons import icon
from ui.style import BADGES
from ui.widgets import label

STAYS_MS = 8_000
"""A notice goes by itself; a problem stays until it is closed."""

COLORS = {"problem": "red", "warning": "orange", "notice": "green"}


class MessageBar(QFrame):
    """Shows the last message; nothing has to be clicked away before going on."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("message")
        self.text = label("", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setIcon(icon("close"))
        close.setToolTip(_("Dismiss"))
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 8, 6)
        layout.addWidget(self.text, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._kind = "notice"
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def tell(self, text: str, kind: str = "notice") -> None:
        """Show a sentence; `kind` is a key of `COLORS`."""
        back, ink = BADGES[COLORS[kind]]
        self.setStyleSheet(
            f"QFrame#message {{ background: {back}; }} QFrame#message QLabel {{ color: {ink}; }}"
        )
        self._kind = kind
        self.text.setText(text)
        self.show()
        self._timer.stop()
        if kind == "notice":
            self._timer.start(STAYS_MS)

    def let_go(self) -> None:
        """Take away what is no longer about what is on screen; a problem stays until it is dealt with."""
        if self._kind != "problem":
            self.hide()
