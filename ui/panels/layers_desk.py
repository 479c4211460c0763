"""Shows the layers as a person wants them: kept in the project, or for the session where it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from grid_model.changes import Changes
from grid_model.project import Project
from resources.i18n import N_
from ui.bench import Bench
from ui.map.canvas import MapCanvas
from ui.map.layer import Layer, LayerLook
from ui.panels import layers_styles as styles
from ui.panels.layers_styles import AS_AT_FIRST, LayerStyle, SetLayerStyles

TASK_LAYERS = ("grids", "managers")
"""Layers about responsibility: shown with the tasks Grids and Print until a person chooses."""


class LayerDesk(QObject):
    """Keeps the canvas in step with the styles of the project."""

    changed = Signal()
    """Order, visibility or look of a layer is another."""

    def __init__(self, bench: Bench, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._bench = bench
        self._canvas = canvas
        self._first = [one.name for one in self.layers]
        self._own: dict[str, LayerStyle] = {}
        """Styles of this session where the project is open for reading only."""
        self._for_now: dict[str, bool] = {}
        """Layers a view shows and hides, until a person or another view says otherwise."""
        bench.session.project_changed.connect(self._on_project)
        bench.task_changed.connect(lambda _task: self._on_task())

    @property
    def layers(self) -> list[Layer]:
        """The layers of the project that a person sees in the list, the lowest first."""
        return [one for one in self._canvas.drawn_layers if one.label and not one.is_base_map]

    def layer(self, name: str) -> Layer:
        """Give a layer, base maps too; raises `KeyError`."""
        return {one.name: one for one in self._canvas.drawn_layers}[name]

    @property
    def styles(self) -> dict[str, LayerStyle]:
        """The styles in force, by name of the layer."""
        project = self._bench.session.project
        return {**(styles.styles_of(project) if project is not None else {}), **self._own}

    def style(self, name: str) -> LayerStyle:
        """The style of one layer."""
        return self.styles.get(name, AS_AT_FIRST)

    def show(self, name: str, visible: bool) -> None:
        """Show or hide a layer of the project."""
        if self.layer(name).visible == visible:
            return
        self._for_now.pop(name, None)
        if self._visible(self.layer(name), self.styles) != visible:
            self._do(styles.showing(name, self.layer(name).label, self.style(name), visible))
        else:
            self.apply()

    def show_for_now(self, wanted: Mapping[str, bool]) -> None:
        """Show and hide layers as a view has them; the project does not remember it."""
        listed = {one.name for one in self.layers}
        self._for_now = {name: visible for name, visible in wanted.items() if name in listed}
        self.apply()

    def show_all(self, names: Sequence[str], visible: bool) -> None:
        """Show or hide many layers at once."""
        for name in names:
            self._for_now.pop(name, None)
        wanted = self.styles
        changed = {
            name: replace(self.style(name), visible=visible)
            for name in names
            if self._visible(self.layer(name), wanted) != visible
        }
        if changed:
            title = N_("Show all layers") if visible else N_("Hide all layers")
            self._do(SetLayerStyles(changed, title))
        else:
            self.apply()

    def look(self, name: str, look: LayerLook) -> None:
        """Give a layer of the project another look."""
        if self.style(name).look != look:
            self._do(styles.looking(name, self.layer(name).label, self.style(name), look))

    def move(self, name: str, order: Sequence[str]) -> None:
        """Put the layers into `order`, the lowest first, because `name` was moved."""
        if list(order) != [one.name for one in self.layers]:
            self._do(styles.moving(self.layer(name).label, order, self._first, self.styles))

    def step(self, name: str, up: int) -> None:
        """Move a layer up by so many places, or down where `up` is negative."""
        order = [one.name for one in self.layers]
        at = order.index(name)
        order.insert(min(max(at + up, 0), len(order) - 1), order.pop(at))
        self.move(name, order)

    def reset(self, name: str) -> None:
        """Show a layer as at first, where it stands."""
        self._for_now.pop(name, None)
        self._do(styles.resetting(name, self.layer(name).label, self.style(name)))

    def reset_all(self) -> None:
        """Show every layer as at first."""
        self._for_now.clear()
        self._do(styles.resetting_all(self.styles))

    def _do(self, edit: SetLayerStyles) -> None:
        if self._bench.session.reading:
            self._own.update(edit.styles)
            self.apply()
        else:
            self._bench.session.do(edit)

    def _on_project(self, _project: Project | None, changes: Changes | None) -> None:
        if changes is None:
            self._own.clear()
            self._for_now.clear()
        if changes is None or changes.touches(styles.TABLE):
            self.apply()

    def _on_task(self) -> None:
        for name in TASK_LAYERS:
            self._for_now.pop(name, None)
        self.apply()

    def apply(self) -> None:
        """Bring the canvas in step."""
        wanted = self.styles
        places = {name: n for n, name in enumerate(self._first)}
        places |= {name: one.place for name, one in wanted.items() if one.place is not None}
        order = sorted(self._first, key=lambda name: (places[name], self._first.index(name)))
        looks = {one.name: one.look for one in self._canvas.drawn_layers if one.is_base_map}
        looks |= {name: one.look for name, one in wanted.items()}
        visible = {one.name: self._visible(one, wanted) for one in self.layers}
        self._canvas.dress(order, looks, visible)
        self.changed.emit()

    def _visible(self, layer: Layer, wanted: Mapping[str, LayerStyle]) -> bool:
        if layer.name in self._for_now:
            return self._for_now[layer.name]
        chosen = wanted.get(layer.name, AS_AT_FIRST).visible
        if chosen is not None:
            return chosen
        if layer.name in TASK_LAYERS:
            return self._bench.task in ("grids", "print")
        return layer.shown_at_start
