"""Layers take what they draw from a project: small ones at once, large ones beside the window.

A large layer is built as a copy in a thread and takes the place of the old one when it is ready; until
then the map goes on showing what it had. What the view shows comes first, for this view's scale alone;
then what these layers rest on, and the other zoom levels.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

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
    shown: bool
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
        """Whether a layer is being built beside the window; zoom levels made ahead do not count."""
        return bool(self._under_way)

    @property
    def owes(self) -> bool:
        """Whether something the view shows is still being built."""
        return any(build.shown for build in self._under_way.values())

    def has(self, layer: Layer) -> bool:
        """Whether a layer was ever built for this project."""
        return layer.name in self._built

    def bring_up_to_date(
        self, layers: Iterable[Layer], project: Project, plane: DisplayPlane, metres_per_px: float
    ) -> None:
        """Build those of `layers` that are stale; large ones only begin to be built.

        Parameters
        ----------
        metres_per_px
            The scale they are wanted at first.
        """
        shown = {layer.name: layer for layer in layers}
        below = {one.name: one for layer in shown.values() for one in layer.rests_on}
        for wanted in (shown, below):
            for name in sorted(self._stale & set(wanted)):
                layer = wanted[name]
                rows = sum(len(project.frame(table)) for table in layer.tables[:1])
                if rows < LARGE and not layer.slow:
                    layer.build(project, plane)
                    self._settle(name)
                elif name not in self._under_way or self._under_way[name].project is not project:
                    fresh = copy.copy(layer)
                    done = self._beside(partial(_build, fresh, project, plane, metres_per_px))
                    self._under_way[name] = _Build(project, fresh, wanted is shown, done)

    def _beside(self, work: Callable[[], None]) -> Future[None]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(1, "map-layer")
        return self._threads.submit(work)

    def collect(self, project: Project, wait: bool = False) -> set[str]:
        """Put in place what has been built, once all that is shown is; give the names.

        Raises what a build raised.
        """
        if not wait and not all(build.done.done() for build in self._under_way.values() if build.shown):
            return set()
        found: set[str] = set()
        for name, build in list(self._under_way.items()):
            if not wait and not build.done.done():
                continue
            del self._under_way[name]
            build.done.result()
            if build.project is not project:
                continue  # an edit came meanwhile: it is stale still
            layer = self._layers[name]
            visible, look = layer.visible, layer.look
            vars(layer).update(vars(build.copy))
            layer.visible, layer.look = visible, look
            self._settle(name)
            self._beside(build.copy.prepare).add_done_callback(_tell)
            found.add(name)
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


def _build(fresh: Layer, project: Project, plane: DisplayPlane, metres_per_px: float) -> None:
    fresh.build(project, plane)
    fresh.prepare(metres_per_px)


def _tell(done: Future[None]) -> None:
    """In the thread: give a mistake of ours to the crash dialog, which shows it in the window's."""
    error = None if done.cancelled() else done.exception()
    if error is not None:
        sys.excepthook(type(error), error, error.__traceback__)
