"""The bar that plays the steps of a study on the map: a slider, one step back and forth, play and pause."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QToolButton, QWidget

from resources.i18n import _
from ui.icons import icon
from ui.outage_desk import OutageDesk, spoken_times
from ui.widgets import label


class FilmBar(QWidget):
    """Moves the map from step to step; lives as long as its panel, so that a drag is not cut off."""

    def __init__(self, desk: OutageDesk) -> None:
        super().__init__()
        self._desk = desk
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(_("Step shown on the map"))
        self.slider.setToolTip(_("Step shown on the map; arrow keys go step by step"))
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setTickInterval(1)
        self.slider.valueChanged.connect(self._slide)
        self.back = self._tool("step-back", _("One step back"), lambda: self._go(-1))
        self.play = self._tool("play", _("Play the steps on the map"), self._toggle)
        self.forth = self._tool("step-forth", _("One step on"), lambda: self._go(1))
        self.caption = label("", "second")
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(1)
        for part in (self.back, self.play, self.forth):
            line.addWidget(part)
        line.addWidget(self.slider, 1)
        line.addSpacing(6)
        line.addWidget(self.caption)
        self.setLayout(line)

    def _tool(self, name: str, tip: str, press: object) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon(name))
        made.setIconSize(QSize(16, 16))
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        made.clicked.connect(press)
        return made

    def refresh(self) -> None:
        """Show where the desk is."""
        desk = self._desk
        if desk.result is None:
            self.setVisible(False)
            return
        count = len(desk.result.overlays)
        self.setVisible(True)
        self.slider.blockSignals(True)
        self.slider.setRange(0, count)
        self.slider.setValue(desk.shown)
        self.slider.blockSignals(False)
        self.back.setEnabled(desk.shown > 0)
        self.forth.setEnabled(desk.shown < count)
        self.play.setIcon(icon("pause" if desk.playing else "play"))
        self.play.setToolTip(_("Pause") if desk.playing else _("Play the steps on the map"))
        if not desk.shown:
            self.caption.setText(_("Before the first step"))
        else:
            time = spoken_times(desk.result.plan.steps)[desk.shown - 1]
            self.caption.setText(
                _("After step {n}/{count} · {time}").format(n=desk.shown, count=count, time=time)
            )

    def _slide(self, value: int) -> None:
        self._desk.pause()
        self._desk.show(value)

    def _go(self, by: int) -> None:
        self._desk.pause()
        self._desk.show(self._desk.shown + by)

    def _toggle(self) -> None:
        if self._desk.playing:
            self._desk.pause()
        else:
            self._desk.start()
