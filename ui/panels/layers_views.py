"""The list of kept views: Enter or a click goes there, F2 renames, Delete forgets."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QMenu

from resources.i18n import _
from ui.bench import Bench
from ui.icons import icon
from ui.map.canvas import MapCanvas
from ui.panels.layers_panel import LayersPanel
from ui.scales import scale_text
from ui.views import KeptView, Views

ROW_PX = 23


class ViewList(QListWidget):
    """The whole station first, then the views by name."""

    keep_wanted = Signal()

    def __init__(self, bench: Bench, canvas: MapCanvas, layers: LayersPanel) -> None:
        super().__init__()
        self._bench = bench
        self._canvas = canvas
        self._layers = layers
        self.views = Views(bench.session)
        self._listed: list[KeptView] = []
        self.setFrameShape(self.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(14, 14))
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setAccessibleName(_("Views"))
        self.itemClicked.connect(self._go)
        self.itemActivated.connect(self._go)
        self.itemChanged.connect(self._rename)
        self.customContextMenuRequested.connect(self._on_menu)

    def refresh(self) -> None:
        """List the views of the project."""
        self.blockSignals(True)
        at = max(self.currentRow(), 0)
        self.clear()
        self._listed = self.views.kept()
        whole = self._add(_("Whole station"), "fit", _("Show everything that has a place (Ctrl+0)"))
        whole.setFlags(whole.flags() & ~Qt.ItemFlag.ItemIsEditable)
        for view in self._listed:
            tip = _("{name}, {scale}, with the layers shown then; F2 renames, Delete forgets").format(
                name=view.name, scale=scale_text(view.scale)
            )
            item = self._add(view.name, "star", tip)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        self.setCurrentRow(min(at, self.count() - 1))
        self.blockSignals(False)
        self.setFixedHeight(ROW_PX * self.count() + 2)

    def _add(self, text: str, picture: str, tip: str) -> QListWidgetItem:
        item = QListWidgetItem(icon(picture), text, self)
        item.setSizeHint(QSize(0, ROW_PX))
        item.setToolTip(tip)
        return item

    def keep(self, name: str) -> None:
        """Keep what is on the screen under `name`: the place, the scale and which layers are shown."""
        view, layers = self._canvas.view, self._layers.shown()
        x, y = self._canvas.plane.project_xy(view.east, view.north)
        shown = frozenset(one for one, visible in layers.items() if visible)
        kept = KeptView(name, x, y, round(view.scale_denominator, 2), shown, frozenset(layers) - shown)
        self.views.keep(kept)
        self.refresh()

    def view_at(self, item: QListWidgetItem | None) -> KeptView | None:
        """Give the view of a line; None for the whole station."""
        at = self.row(item) - 1 if item is not None else -1
        return self._listed[at] if 0 <= at < len(self._listed) else None

    def _go(self, item: QListWidgetItem) -> None:
        view = self.view_at(item)
        if view is None:
            self._layers.show_for_now({})
            self._canvas.zoom_to_all()
        else:
            if view.shown or view.hidden:
                self._layers.show_for_now(
                    {**dict.fromkeys(view.hidden, False), **dict.fromkeys(view.shown, True)}
                )
            self._canvas.look_at(view.x, view.y, view.scale)

    def _rename(self, item: QListWidgetItem) -> None:
        """Take a new name once the editor is closed: the list is made anew then."""
        view, name = self.view_at(item), item.text().strip()
        QTimer.singleShot(0, self, partial(self._renamed, view, name))

    def _renamed(self, view: KeptView | None, name: str) -> None:
        if view is not None and name and name != view.name:
            self.views.rename(view, name)
        self.refresh()

    def _renew(self, item: QListWidgetItem) -> None:
        view = self.view_at(item)
        if view is not None:
            self.keep(view.name)

    def _forget(self, item: QListWidgetItem) -> None:
        view = self.view_at(item)
        if view is not None:
            self.views.forget(view)
            self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete forgets the view."""
        item = self.currentItem()
        if event.key() == Qt.Key.Key_Delete and item is not None:
            self._forget(item)
            event.accept()
        else:
            super().keyPressEvent(event)

    def _on_menu(self, at: QPoint) -> None:
        item = self.itemAt(at) or self.currentItem()
        menu = self.menu(item)
        menu.exec(self.viewport().mapToGlobal(at))
        menu.deleteLater()

    def menu(self, item: QListWidgetItem | None) -> QMenu:
        """Make the menu of a view."""
        menu = QMenu(self)
        if item is not None:
            menu.addAction(_("Go there"), partial(self._go, item))
        if item is not None and self.view_at(item) is not None:
            menu.addAction(_("Rename\tF2"), partial(self.editItem, item))
            menu.addAction(_("Take what is shown now"), partial(self._renew, item))
            menu.addAction(_("Forget this view\tDel"), partial(self._forget, item))
        menu.addSeparator()
        menu.addAction(_("Keep this view…\tCtrl+D"), self.keep_wanted.emit)
        return menu
