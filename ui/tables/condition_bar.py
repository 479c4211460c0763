"""The conditions of the table on screen, each with its own way to be taken off."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from resources.i18n import _
from ui.tables.frame_model import FrameModel
from ui.widgets import clear, link

LONGEST = 48
"""Characters of a condition that stand on its chip; the tooltip tells it whole."""


class ConditionBar(QWidget):
    """Shown below the tabs while rows are filtered by conditions."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(10, 0, 10, 4)
        self._line.setSpacing(6)
        self.hide()

    def show_model(self, model: FrameModel | None) -> None:
        """Show the conditions of `model`."""
        clear(self._line)
        conditions = model.conditions if model is not None else ()
        self.setVisible(bool(conditions))
        if model is None or not conditions:
            return
        for condition in conditions:
            self._line.addWidget(self._chip(model, condition.key, condition.sentence))
        self._line.addWidget(link(_("All off"), model.drop_conditions))
        self._line.addStretch(1)

    def _chip(self, model: FrameModel, key: str, sentence: str) -> QPushButton:
        short = sentence if len(sentence) <= LONGEST else sentence[: LONGEST - 1] + "…"
        chip = QPushButton(f"{short}  ×")
        chip.setObjectName("chip")
        chip.setToolTip(_("{condition}; click to take it off").format(condition=sentence))
        chip.setAccessibleName(chip.toolTip())
        chip.clicked.connect(partial(model.drop_condition, key))
        return chip
