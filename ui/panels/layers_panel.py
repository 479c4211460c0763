"""The layers of the map with their legend; what can be done with one stands in its menu."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QMenu, QToolButton, QVBoxLayout, QWidget

from gis import basemap
from grid_model.errors import GridError
from resources.i18n import _
from ui.bench import Bench
from ui.dialogs import ask
from ui.dialogs.base_map_dialog import ask_crs
from ui.dialogs.layer_dialog import LayerDialog
from ui.icons import icon
from ui.map.base_layers import BaseMapLayer, MissingLayer
from ui.map.canvas import LayerInfo, MapCanvas
from ui.map.layer import Layer
from ui.map.legend import NOT_COUNTED, Legend
from ui.messages import window_sentence
from ui.panels.layers_base_maps import BaseMaps
from ui.panels.layers_desk import TASK_LAYERS, LayerDesk
from ui.panels.layers_tree import LayerTree, Row
from ui.scales import scale_text
from ui.widgets import label, row

LEGEND_MS = 120
"""How long after a picture the legend is read, so that a pan does not wait for it."""


class LayersPanel(QWidget):
    """The list of layers."""

    table_wanted = Signal(str)

    def __init__(self, bench: Bench, canvas: MapCanvas) -> None:
        super().__init__()
        self._bench = bench
        self._canvas = canvas
        self.base_maps = BaseMaps(bench, canvas)
        self.desk = LayerDesk(bench, canvas)
        self.tree = LayerTree()
        self.hint = label(_("Nothing to draw yet."), "second", wrap=True)
        self._legends: dict[str, Legend] = {}
        self._infos: list[LayerInfo] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(LEGEND_MS)
        self._soon.timeout.connect(self.read_legends)
        self.more = QToolButton()
        self.more.setIcon(icon("layers"))
        self.more.setToolTip(_("More about layers"))
        self.more.setAccessibleName(_("More about layers"))
        self.more.clicked.connect(self._on_more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row(label(_("Layers"), "section"), 1, self.more))
        column.addWidget(self.tree)
        column.addWidget(self.hint)
        self.tree.shown.connect(self._show)
        self.tree.moved.connect(self._move)
        self.tree.stepped.connect(self._step)
        self.tree.asked.connect(self.ask)
        self.tree.menu_wanted.connect(self._menu)
        self.desk.changed.connect(self.refresh)
        self.base_maps.changed.connect(self.refresh)
        canvas.view_changed.connect(self._list)
        canvas.drawn.connect(self._soon.start)
        self.refresh()

    def refresh(self) -> None:
        """List the layers as they are now."""
        self._infos = self._canvas.layers() if self._bench.session.project is not None else []
        self._list()

    def _list(self) -> None:
        """List the layers in the view there is."""
        rows = self._rows()
        self.tree.fill(rows)
        self.tree.setVisible(bool(rows))
        self.hint.setVisible(not rows)

    def read_legends(self) -> None:
        """Read anew what each layer draws."""
        self._legends = {one.name: self._canvas.legend(one) for one in self._canvas.drawn_layers}
        self.refresh()

    def _rows(self) -> list[Row]:
        known = {one.name: one for one in self._canvas.drawn_layers}
        return [
            Row(
                one.name,
                one.label,
                one.icon,
                one.visible,
                self._why_dim(known[one.name]),
                self._tip(known[one.name]),
                self._legends.get(one.name, NOT_COUNTED),
                "base" if known[one.name].is_base_map else "",
            )
            for one in self._infos
            if not one.empty and one.name in known
        ]

    def _why_dim(self, layer: Layer) -> str:
        """Say why nothing of a layer is drawn; empty where something is, or where it is hidden."""
        if not layer.visible:
            return ""
        if isinstance(layer, BaseMapLayer) and layer.problem is not None:
            return window_sentence(layer.problem)
        scale = self._canvas.scale_denominator()
        if scale > layer.farthest:
            return _("Shown from {scale} on; zoom in").format(scale=scale_text(layer.farthest))
        if scale < layer.nearest:
            return _("Shown up to {scale}; zoom out").format(scale=scale_text(layer.nearest))
        if self._legends.get(layer.name, NOT_COUNTED).count == 0:
            return _("Nothing of it in this part of the map")
        return ""

    def _tip(self, layer: Layer) -> str:
        told = [str(layer.path)] if isinstance(layer, BaseMapLayer) else []
        if isinstance(layer, BaseMapLayer) and layer.remark:
            told.append(layer.remark)
        if layer.look.filter:
            told.append(_("Only rows where {condition}").format(condition=layer.look.filter))
        if layer.name in TASK_LAYERS and self.desk.style(layer.name).visible is None:
            told.append(_("Comes and goes with the task until you tick or untick it"))
        return "\n".join(told)

    # what a person does

    def _show(self, name: str, visible: bool) -> None:
        if self._group(name):
            self.base_maps.show(name, visible)
        else:
            self.desk.show(name, visible)
        self.refresh()

    def _move(self, name: str, place: int) -> None:
        """Put a layer where row `place` of the list stands; rows not listed keep their neighbours."""
        names = self.tree.names
        names.insert(place, names.pop(names.index(name)))
        if self._group(name):
            self.base_maps.order([one for one in reversed(names) if self._group(one)])
            self.tree.choose(name)
            return
        own = {one.name for one in self.desk.layers}
        listed = iter([one for one in reversed(names) if one in own])
        shown = set(names)
        self.desk.move(name, [next(listed) if one.name in shown else one.name for one in self.desk.layers])
        self.tree.choose(name)

    def _step(self, name: str, up: int) -> None:
        at, group = self.tree.names.index(name), self._group(name)
        place = at - up
        if 0 <= place < len(self.tree.names) and self._group(self.tree.names[place]) == group:
            self._move(name, place)

    def _group(self, name: str) -> str:
        found = self.tree.row(name)
        return found.group if found is not None else ""

    def ask(self, name: str) -> None:
        """Ask how a layer is shown."""
        layer = self.desk.layer(name)
        before = layer.look

        def show(look: object) -> None:
            layer.look = look  # type: ignore[assignment]
            self._canvas.redraw()

        dialog = LayerDialog(layer, self._title(name), self._bench.session.project, show, self.window())
        agreed = dialog.exec()
        show(before)
        if agreed and layer.is_base_map:
            self.base_maps.look(name, dialog.look())
        elif agreed:
            self.desk.look(name, dialog.look())
        dialog.deleteLater()
        self.refresh()

    def _title(self, name: str) -> str:
        found = self.tree.row(name)
        return found.label if found is not None else name

    def _menu(self, name: str, at: QPoint) -> None:
        menu = self.menu(name)
        menu.exec(at)
        menu.deleteLater()

    def menu(self, name: str) -> QMenu:
        """Make the menu of a layer."""
        layer, menu = self.desk.layer(name), QMenu(self)
        peers = [one for one in self.tree.names if self._group(one) == self._group(name)]
        at, last = peers.index(name), len(peers) - 1
        menu.addAction(
            _("Hide") if layer.visible else _("Show"), partial(self._show, name, not layer.visible)
        )
        menu.addAction(_("How it is shown…"), partial(self.ask, name))
        menu.addSeparator()
        up = menu.addAction(_("Move up\tAlt+Up"), partial(self._step, name, 1))
        up.setEnabled(at > 0)
        down = menu.addAction(_("Move down\tAlt+Down"), partial(self._step, name, -1))
        down.setEnabled(at < last)
        menu.addSeparator()
        if isinstance(layer, BaseMapLayer):
            self._add_base(menu, layer)
        else:
            self._add_own(menu, layer)
        return menu

    def _add_base(self, menu: QMenu, layer: BaseMapLayer) -> None:
        if layer.box is not None:
            menu.addAction(_("Zoom to this map"), partial(self._canvas.zoom_to, layer.box))
        change = menu.addAction(_("Coordinate system…"), partial(self._ask_crs, layer.path, layer.crs))
        change.setEnabled(not isinstance(layer, MissingLayer))
        menu.addAction(_("Remove this base map"), partial(self.base_maps.remove, layer.name))

    def _add_own(self, menu: QMenu, layer: Layer) -> None:
        menu.addAction(_("Show in the table"), partial(self.table_wanted.emit, layer.tables[0]))
        if layer.farthest != float("inf") and self._canvas.scale_denominator() > layer.farthest:
            menu.addAction(
                _("Zoom in until it is shown"), partial(self._canvas.set_scale_denominator, layer.farthest)
            )
        menu.addSeparator()
        reset = menu.addAction(_("As at first"), partial(self.desk.reset, layer.name))
        reset.setEnabled(layer.name in self.desk.styles)

    def _on_more(self) -> None:
        menu = self.more_menu()
        menu.exec(self.more.mapToGlobal(QPoint(0, self.more.height())))
        menu.deleteLater()

    def more_menu(self) -> QMenu:
        """Make the menu about all layers."""
        menu = QMenu(self)
        menu.addAction(_("Add a base map…"), self.add_base_map)
        menu.addSeparator()
        menu.addAction(_("Show all"), partial(self._show_all, True))
        menu.addAction(_("Hide all"), partial(self._show_all, False))
        reset = menu.addAction(_("All as at first"), self.desk.reset_all)
        reset.setEnabled(bool(self.desk.styles))
        return menu

    def add_base_map(self) -> None:
        """Ask for a file and its coordinate system, and lay it under the map."""
        settings = self._bench.settings
        kinds = " ".join(f"*{one}" for one in basemap.SUFFIXES)
        ours, every = _("Base maps"), _("All files")
        kinds = f"{ours} ({kinds});;{every} (*)"
        path = ask.file_to_open(self.window(), _("Add a base map"), settings.folder_for("basemap"), kinds)
        if path is None:
            return
        settings.remember_folder("basemap", path.parent)
        self._bench.session.run(
            _("Looking into {file}").format(file=path.name),
            lambda _feedback: basemap.stated_crs(path),
            lambda stated: self._add(path, stated),
        )

    def _add(self, path: Path, stated: str) -> None:
        """Lay a map on; what it does not say, or may say wrongly as tiles do, is asked."""
        if stated and path.suffix.lower() != basemap.TILES:
            try:
                basemap.source_of(stated, self._longitude() is not None)
            except GridError as error:
                self._bench.session.problem.emit(error)
            else:
                self._lay(path, stated)
        else:
            self._ask_crs(path, stated)

    def _ask_crs(self, path: Path, stated: str) -> None:
        chosen = ask_crs(path, self._longitude(), stated, self.window())
        if chosen:
            self._lay(path, chosen)

    def _lay(self, path: Path, crs: str) -> None:
        try:
            self.base_maps.add(path, crs)
        except GridError as error:
            self._bench.session.problem.emit(error)
        self.refresh()

    def _longitude(self) -> float | None:
        """Somewhere in the project; None where it lies on a plane of its own."""
        project = self._bench.session.project
        return None if project is None or not project.geographic else self._canvas.plane.x0

    def shown(self) -> dict[str, bool]:
        """Tell which layers are shown: by name, base maps by the name of their file."""
        own = {one.name: one.visible for one in self.desk.layers}
        return own | {one.path.name: one.visible for one in self.base_maps.layers}

    def show_for_now(self, wanted: Mapping[str, bool]) -> None:
        """Show and hide layers as a view has them; those it does not name stay."""
        self.desk.show_for_now(wanted)
        for one in self.base_maps.layers:
            self.base_maps.show(one.name, wanted.get(one.path.name, one.visible))

    def _show_all(self, visible: bool) -> None:
        listed = [one for one in self.tree.names if self._group(one) == ""]
        self.desk.show_all(listed, visible)
        self.refresh()
