"""Layers take what they draw from a project: small ones at once, large ones beside the window.

A large layer is built as a copy in a thread and takes the place of the old one when it is ready; until
then the map goes on showing what it had.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from gis.display import DisplayPlane
from grid_model.project import Project
from ui.map.layer import Layer

LARGE = 3_000
"""Rows from which a layer is built beside the window: fewer take a few milliseconds."""


@dataclass(frozen=True)
class _Build:
    """A layer being built, and of what."""

    project: Project
    copy: Layer
    done: Future[None]


class LayerBuilder:
    """Keeps the layers of one map up to date with its project."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        self._layers = {layer.name: layer for layer in layers}
        self._stale: set[str] = set()
        self._built: set[str] = set()
        self._under_way: dict[str, _Build] = {}
        self._threads: ThreadPoolExecutor | None = None

    def outdate(self, names: Iterable[str]) -> None:
        """Hear that these layers no longer show the project."""
        names = set(names)
        self._stale |= names
        for name in names:
            self._under_way.pop(name, None)  # it shows what is no longer so

    def take(self, layers: Iterable[Layer]) -> None:
        """Keep these layers from now on; one not known before is stale."""
        known, self._layers = self._layers, {layer.name: layer for layer in layers}
        fresh = {name for name, layer in self._layers.items() if known.get(name) is not layer}
        self._stale = (self._stale | fresh) & set(self._layers)
        self._built = (self._built - fresh) & set(self._layers)
        for name in [one for one in self._under_way if one in fresh or one not in self._layers]:
            del self._under_way[name]

    def begin_anew(self) -> None:
        """Hear that another project is shown: nothing built so far means anything."""
        self._stale = set(self._layers)
        self._built.clear()
        self._under_way.clear()

    @property
    def waiting(self) -> bool:
        """Whether a layer is being built beside the window."""
        return bool(self._under_way)

    def has(self, layer: Layer) -> bool:
        """Whether a layer was ever built for this project."""
        return layer.name in self._built

    def bring_up_to_date(self, layers: Iterable[Layer], project: Project, plane: DisplayPlane) -> None:
        """Build those of `layers` that are stale; large ones only begin to be built."""
        wanted = {one.name: one for layer in layers for one in (layer, *layer.rests_on)}
        for name in sorted(self._stale & set(wanted)):
            layer = wanted[name]
            rows = sum(len(project.frame(table)) for table in layer.tables[:1])
            if rows < LARGE and not layer.slow:
                layer.build(project, plane)
                self._settle(name)
            elif name not in self._under_way or self._under_way[name].project is not project:
                self._under_way[name] = self._begin(layer, project, plane)

    def _begin(self, layer: Layer, project: Project, plane: DisplayPlane) -> _Build:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(1, "map-layer")
        fresh = copy.copy(layer)

        def build() -> None:
            fresh.build(project, plane)
            fresh.prepare()

        return _Build(project, fresh, self._threads.submit(build))

    def collect(self, project: Project, wait: bool = False) -> bool:
        """Put in place what has been built, once all of it is; say whether anything was.

        Raises what a build raised.
        """
        if not wait and not all(build.done.done() for build in self._under_way.values()):
            return False
        found = False
        for name, build in list(self._under_way.items()):
            del self._under_way[name]
            build.done.result()
            if build.project is not project:
                continue  # an edit came meanwhile: it is stale still
            layer = self._layers[name]
            visible, look = layer.visible, layer.look
            vars(layer).update(vars(build.copy))
            layer.visible, layer.look = visible, look
            self._settle(name)
            found = True
        return found

    def _settle(self, name: str) -> None:
        self._stale.discard(name)
        self._built.add(name)

    def close(self) -> None:
        """Let the thread go."""
        self._under_way.clear()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None
