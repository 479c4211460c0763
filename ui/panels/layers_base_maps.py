"""The base maps under the open project: remembered on this computer for each project file, never in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from grid_model.changes import Changes
from grid_model.errors import GridError
from grid_model.project import Project
from resources.i18n import _
from ui.bench import Bench
from ui.map.base_layers import BaseMapLayer, MissingLayer, make_layer
from ui.map.canvas import MapCanvas
from ui.map.layer import PLAIN_LOOK, LayerLook
from ui.messages import window_sentence

FAR_KM = 100.0
"""A map that begins farther from the middle of the project than a county reaches lies wrong."""


@dataclass(frozen=True)
class KeptBaseMap:
    """What is remembered of a base map."""

    path: Path
    crs: str
    visible: bool = True
    look: LayerLook = PLAIN_LOOK


def written(maps: Sequence[KeptBaseMap]) -> str:
    """Write what is remembered, the lowest map first."""
    return json.dumps(
        [
            {
                "path": str(one.path),
                "crs": one.crs,
                "visible": one.visible,
                "opacity": one.look.opacity,
                "far": one.look.far,
                "near": one.look.near,
                "color": one.look.color,
                "size": one.look.size,
            }
            for one in maps
        ],
        ensure_ascii=False,
    )


def read(text: str) -> list[KeptBaseMap]:
    """Read what is remembered; what has no meaning is left out."""
    try:
        found = json.loads(text or "[]")
        return [_kept(one) for one in found]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def _kept(one: dict[str, Any]) -> KeptBaseMap:
    look = LayerLook(
        opacity=float(one.get("opacity", 1.0)),
        far=one.get("far"),
        near=one.get("near"),
        color=str(one.get("color", "")),
        size=float(one.get("size", 1.0)),
    )
    return KeptBaseMap(Path(str(one["path"])), str(one["crs"]), bool(one.get("visible", True)), look)


class BaseMaps(QObject):
    """Lays base maps under the canvas and remembers them."""

    changed = Signal()
    """Another list, order, visibility or look."""

    def __init__(self, bench: Bench, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._bench = bench
        self._canvas = canvas
        self._told: set[str] = set()
        self._fresh: set[str] = set()
        """Maps laid on in this session, not read yet: one that cannot be read is taken off again."""
        bench.session.project_changed.connect(self._on_project)
        bench.session.moved.connect(self._remember)
        canvas.drawn.connect(self._tell)

    @property
    def layers(self) -> list[BaseMapLayer]:
        """The base maps, the lowest first."""
        return [one for one in self._canvas.drawn_layers if isinstance(one, BaseMapLayer)]

    def layer(self, name: str) -> BaseMapLayer | None:
        """Give a base map by its name."""
        return next((one for one in self.layers if one.name == name), None)

    def add(self, path: Path, crs: str) -> None:
        """Lay a base map on top of the others; raises `GridError` where the file is none."""
        fresh = make_layer(path, crs)
        self._told.discard(fresh.name)
        self._fresh.add(fresh.name)
        self._lay([*(one for one in self.layers if one.name != fresh.name), fresh])

    def remove(self, name: str) -> None:
        """Take a base map away; its file stays."""
        self._lay([one for one in self.layers if one.name != name])

    def show(self, name: str, visible: bool) -> None:
        """Show or hide a base map."""
        layer = self.layer(name)
        if layer is not None and layer.visible != visible:
            layer.visible = visible
            self._canvas.redraw()
            self._remember()

    def look(self, name: str, look: LayerLook) -> None:
        """Give a base map another look."""
        layer = self.layer(name)
        if layer is not None and layer.look != look:
            layer.look = look
            self._canvas.redraw()
            self._remember()

    def order(self, names: Sequence[str]) -> None:
        """Put the base maps into an order, the lowest first."""
        self._lay(sorted(self.layers, key=lambda one: list(names).index(one.name)))

    def _lay(self, layers: Sequence[BaseMapLayer]) -> None:
        self._canvas.set_base_maps(layers)
        self._remember()

    def _remember(self) -> None:
        path = self._bench.session.path
        if path is not None:
            kept = [KeptBaseMap(one.path, one.crs, one.visible, one.look) for one in self.layers]
            self._bench.settings.keep_base_maps(path, written(kept) if kept else "")
        self.changed.emit()

    def _on_project(self, project: Project | None, changes: Changes | None) -> None:
        if changes is not None:
            return
        path = self._bench.session.path
        kept = read(self._bench.settings.base_maps(path)) if project is not None and path else []
        self._told, self._fresh = set(), set()
        self._canvas.set_base_maps([_layer(one) for one in kept])
        gone = [one for one in self.layers if isinstance(one, MissingLayer)]
        self._told |= {one.name for one in gone}
        if gone:
            error = GridError("base-map-gone", file=gone[0].path.name, folder=str(gone[0].path.parent))
            self._bench.session.warned.emit(window_sentence(error))
        self.changed.emit()

    def _tell(self) -> None:
        """Say once what is wrong with a map, or what its detail means."""
        for layer in self.layers:
            if layer.problem is not None and layer.name not in self._told:
                self._told.add(layer.name)
                if layer.name in self._fresh:
                    self._fresh.discard(layer.name)
                    self.remove(layer.name)
                self._bench.session.problem.emit(layer.problem)
            elif layer.box is not None and layer.name in self._fresh:
                self._fresh.discard(layer.name)
                distance = self._distance_km(layer.box)
                if distance > FAR_KM:
                    self._bench.session.warned.emit(far_warning(layer, distance))
                elif layer.large_scale:
                    self._bench.session.warned.emit(large_scale_warning(layer))
                self.changed.emit()

    def _distance_km(self, box: tuple[float, float, float, float]) -> float:
        """From the middle of the project to the nearest place of a map."""
        plane = self._canvas.plane
        nearest = [[min(max(plane.x0, box[0]), box[2]), min(max(plane.y0, box[1]), box[3])]]
        return float(np.hypot(*plane.metres(np.array(nearest))[0])) / 1000


def far_warning(layer: BaseMapLayer, distance_km: float) -> str:
    """Say that a map lies elsewhere, which the wrong coordinate system is the usual cause of."""
    return _(
        "{file} lies {distance} km from the network, as if it were in another coordinate system: add it "
        "again and choose another one."
    ).format(file=layer.path.name, distance=f"{distance_km:,.0f}")


def large_scale_warning(layer: BaseMapLayer) -> str:
    """Say what the detail of a map means."""
    return _(
        "{file} is as detailed as a topographic map of 1:2000 and covers more than 25 km². Such data may be "
        "a state secret: make sure that you may keep it on this computer."
    ).format(file=layer.path.name)


def _layer(kept: KeptBaseMap) -> BaseMapLayer:
    layer: BaseMapLayer
    try:
        layer = make_layer(kept.path, kept.crs)
    except GridError as error:
        layer = MissingLayer(kept.path, kept.crs)
        layer.problem = error
    return _dressed(layer, kept)


def _dressed(layer: BaseMapLayer, kept: KeptBaseMap) -> BaseMapLayer:
    layer.visible = kept.visible
    layer.look = replace(kept.look, filter="")
    return layer
