"""One sentence above the map: what could not be done and what to do next, or what was done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton

from resources.i18n import _
from ui.colors import THEME
from ui.icons import icon
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
        self.action = QPushButton()
        self.action.clicked.connect(self._act)
        self._do: Callable[[], object] | None = None
        layout.addWidget(self.text, 1)
        layout.addWidget(self.action, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._kind = "notice"
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def tell(
        self, text: str, kind: str = "notice", action: tuple[str, Callable[[], object]] | None = None
    ) -> None:
        """Show a sentence; `kind` is a key of `COLORS`, `action` what may be done about it."""
        self.action.setVisible(action is not None)
        if action is not None:
            self.action.setText(action[0])
        self._do = action[1] if action is not None else None
        back, ink = THEME.badges[COLORS[kind]]
        self.setStyleSheet(
            f"QFrame#message {{ background: {back}; }} QFrame#message QLabel {{ color: {ink}; }}"
        )
        self._kind = kind
        self.text.setText(text)
        self.show()
        self._timer.stop()
        if kind == "notice":
            self._timer.start(STAYS_MS)

    def _act(self) -> None:
        act = self._do
        self.hide()
        if act is not None:
            act()

    def let_go(self) -> None:
        """Take away what is no longer about what is on screen; a problem stays until it is dealt with."""
        if self._kind != "problem":
            self.hide()
