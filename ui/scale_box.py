"""The scale of the map in the status line: written there, 1:5000 and Enter goes to it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QToolTip

from resources.i18n import _
from ui.scales import LARGEST, SCALES, SMALLEST, read_scale, scale_text

PADDING_PX = 22
HEIGHT_PX = 21


class ScaleBox(QLineEdit):
    """A field with the scale; it goes on telling the scale while nobody writes in it."""

    wanted = Signal(float)
    """A person wants the map at 1 to this."""
    left = Signal()
    """A person is done with the field."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scale")
        self.setAccessibleName(_("Scale"))
        self.setToolTip(_("Scale of the map; write 1:5000 and press Enter"))
        self.setFixedHeight(HEIGHT_PX)
        self.setStyleSheet("QLineEdit { padding: 0 5px; font-size: 12px; }")
        self.setFixedWidth(QFontMetrics(self.font()).horizontalAdvance("1:10 000 000") + PADDING_PX)
        self.setCompleter(QCompleter([scale_text(one) for one in SCALES], self))
        self._told = ""
        self.returnPressed.connect(self._go)

    def tell(self, denominator: float) -> None:
        """Tell the scale of the map; 0: there is none."""
        self._told = scale_text(denominator)
        self.setEnabled(denominator > 0)
        if not (self.hasFocus() and self.isModified()):
            self.setText(self._told)

    def _go(self) -> None:
        found = read_scale(self.text())
        if found is None:
            below = self.mapToGlobal(QPoint(0, -2 * self.height()))
            QToolTip.showText(below, _("A scale is written like 1:5000."), self)
            self.selectAll()
            return
        self.setModified(False)
        self.wanted.emit(min(max(found, LARGEST), SMALLEST))
        self.setText(self._told)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts back what stood there."""
        if event.key() == Qt.Key.Key_Escape:
            self._put_back()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Escape from whoever else wants it."""
        override = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if override and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Choose all of it, to be written over."""
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was not confirmed is put back."""
        super().focusOutEvent(event)
        self._put_back()

    def _put_back(self) -> None:
        self.setModified(False)
        self.setText(self._told)
