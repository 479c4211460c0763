"""Left of the map: the layers with their legend, what fills the areas, and the views kept."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from resources.i18n import N_, _
from ui.bench import Bench
from ui.icons import icon
from ui.map.canvas import MapCanvas
from ui.panels.layers_panel import LayersPanel
from ui.panels.layers_views import ViewList
from ui.panels.outage_legend import OutageLegend
from ui.widgets import label, row

FILLS = {
    "none": N_("One colour"),
    "manager": N_("By manager"),
    "group": N_("By mutual-aid group"),
    "grid": N_("By service grid"),
    "outage": N_("By outage"),
}
TASK_FILLS = {"data": "none", "grids": "grid", "outage": "outage", "print": "grid"}
WIDTH = 204


class LeftPanel(QScrollArea):
    """Layers, fill and views."""

    def __init__(self, bench: Bench, canvas: MapCanvas) -> None:
        super().__init__()
        self.setObjectName("left")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._bench = bench
        self._canvas = canvas
        self.layers = LayersPanel(bench, canvas)
        self.outage = OutageLegend(bench)
        self.fill_choice = self._fill_choice()
        self.views = ViewList(bench, canvas, self.layers)
        self.keep = QToolButton()
        self.keep.setIcon(icon("plus"))
        self.keep.setToolTip(_("Keep this view (Ctrl+D)"))
        self.keep.setAccessibleName(_("Keep this view"))
        self.keep.clicked.connect(self.views.keep_wanted.emit)
        inner = QWidget()
        inner.setObjectName("page")
        column = QVBoxLayout(inner)
        column.setContentsMargins(10, 6, 6, 8)
        column.setSpacing(3)
        column.addWidget(self.layers)
        column.addWidget(self.outage)
        column.addWidget(label(_("Colour of areas"), "section"))
        column.addWidget(self.fill_choice)
        column.addLayout(row(label(_("Views"), "section"), 1, self.keep))
        column.addWidget(self.views)
        column.addStretch()
        self.setWidget(inner)
        bench.task_changed.connect(self.suit)
        self.refresh()

    def _fill_choice(self) -> QComboBox:
        choice = QComboBox()
        choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        choice.setAccessibleName(_("Colour of areas"))
        for code, text in FILLS.items():
            choice.addItem(_(text), code)
        choice.activated.connect(lambda _at: self._canvas.set_area_fill(str(choice.currentData())))
        return choice

    def suit(self, task: str) -> None:
        """Colour the areas as the task needs it; the layers follow by themselves."""
        self.set_fill(TASK_FILLS[task])

    def set_fill(self, mode: str) -> None:
        """Fill the areas on the map by `mode`."""
        self.fill_choice.setCurrentIndex(list(FILLS).index(mode))
        self._canvas.set_area_fill(mode)

    def refresh(self) -> None:
        """List the layers and views of the project as they are now."""
        self.layers.refresh()
        self.views.refresh()

    def keep_view(self, name: str) -> None:
        """Keep what is on the screen under `name`."""
        self.views.keep(name)
