"""Left of the map: the layers with their legend, what fills the areas, and the views kept."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from resources.i18n import N_, _
from ui.bench import Bench
from ui.colors import THEME
from ui.extents import Extent
from ui.icons import icon
from ui.map.canvas import LayerInfo, MapCanvas
from ui.panels.outage_legend import OutageLegend
from ui.views import KeptView, Views
from ui.widgets import clear, label, link, row

FILLS = {
    "none": N_("One colour"),
    "manager": N_("By manager"),
    "group": N_("By mutual-aid group"),
    "grid": N_("By service grid"),
    "outage": N_("By outage"),
}
TASK_LAYERS = ("grids", "managers")
"""Layers about responsibility: shown with the tasks Grids and Print, not with the others."""
TASK_FILLS = {"data": "none", "grids": "grid", "outage": "outage", "print": "grid"}
WIDTH = 194


MAP_MARGIN = 0.12
"""Share the map adds around what it is asked to show."""


def without_margin(extent: Extent) -> Extent:
    """Shrink a rectangle so that the map shows just it."""
    west, south, east, north = extent
    wide, high = (east - west) / (1 + MAP_MARGIN), (north - south) / (1 + MAP_MARGIN)
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


class LeftPanel(QScrollArea):
    """Layers, fill and views."""

    def __init__(self, bench: Bench, canvas: MapCanvas) -> None:
        super().__init__()
        self.setObjectName("left")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(WIDTH)
        self._bench = bench
        self._canvas = canvas
        self._views = Views(bench.session)
        self.boxes: dict[str, QCheckBox] = {}
        inner = QWidget()
        inner.setObjectName("page")
        column = QVBoxLayout(inner)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(3)
        column.addWidget(label(_("Layers"), "section"))
        self._layers = QVBoxLayout()
        self._layers.setSpacing(1)
        column.addLayout(self._layers)
        self.outage = OutageLegend(bench)
        column.addWidget(self.outage)
        column.addWidget(label(_("Colour of areas"), "section"))
        self.fill_choice = self._fill_choice()
        column.addWidget(self.fill_choice)
        self._view_list = QVBoxLayout()
        self._view_list.setSpacing(1)
        column.addLayout(self._view_list)
        column.addStretch()
        self.setWidget(inner)
        bench.task_changed.connect(self.suit)
        canvas.view_changed.connect(self._dim)
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
        """Show what the task is about."""
        self.set_fill(TASK_FILLS[task])
        for name in TASK_LAYERS:
            if name in self.boxes:
                self.boxes[name].setChecked(task in ("grids", "print"))

    def set_fill(self, mode: str) -> None:
        """Fill the areas on the map by `mode`."""
        self.fill_choice.setCurrentIndex(list(FILLS).index(mode))
        self._canvas.set_area_fill(mode)

    def refresh(self) -> None:
        """List the layers and views of the project as they are now."""
        clear(self._layers)
        self.boxes = {}
        layers = (
            [one for one in self._canvas.layers() if not one.empty] if self._bench.session.project else []
        )
        for one in layers:
            self._layers.addWidget(self._box(one))
        if not layers:
            self._layers.addWidget(label(_("Nothing to draw yet."), "second", wrap=True))
        self._list_views()
        self._dim()

    def _box(self, layer: LayerInfo) -> QCheckBox:
        box = QCheckBox(layer.label)
        box.setIcon(layer.icon)
        box.setIconSize(QSize(22, 16))
        box.setChecked(layer.visible)
        box.setMinimumHeight(23)
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.toggled.connect(partial(self._canvas.set_layer_visible, layer.name))
        box.setProperty("limit", layer.max_denominator)
        self.boxes[layer.name] = box
        return box

    def _dim(self) -> None:
        """Grey the layers that are not drawn at this scale, and say so."""
        scale = self._canvas.scale_denominator()
        for box in self.boxes.values():
            limit = float(box.property("limit"))
            hidden = scale > limit
            box.setStyleSheet(f"color: {THEME.disabled};" if hidden else "")
            box.setToolTip(
                _("Shown from 1:{scale} on; zoom in").format(scale=f"{limit:,.0f}") if hidden else ""
            )

    def _list_views(self) -> None:
        clear(self._view_list)
        if self._bench.session.project is None:
            return
        self._view_list.addWidget(label(_("Views"), "section"))
        whole = link(_("Whole station"), self._canvas.zoom_to_all, "Ctrl+0")
        whole.setIcon(icon("star"))
        self._view_list.addWidget(whole)
        for view in self._views.kept():
            self._view_list.addLayout(self._view_row(view))

    def _view_row(self, view: KeptView):  # type: ignore[no-untyped-def]
        go = link(view.name, lambda: self._canvas.zoom_to(without_margin(view.extent)))
        go.setIcon(icon("star"))
        drop = QToolButton()
        drop.setIcon(icon("close"))
        drop.setIconSize(QSize(11, 11))
        drop.setToolTip(_("Forget this view"))
        drop.clicked.connect(lambda: self._forget(view))
        return row(go, 1, drop)

    def keep_view(self, name: str) -> None:
        """Keep what is on the screen under `name`."""
        self._views.keep(KeptView(name, self._canvas.extent()))
        self._list_views()

    def _forget(self, view: KeptView) -> None:
        self._views.forget(view.name)
        self._list_views()
