"""Layers take what they draw from a project: small ones at once, large ones beside the window.

A large layer is built as a copy in a thread and takes the place of the old one when it is ready; until
then the map goes on showing what it had. What the view shows comes first, for this view's scale alone;
then what these layers rest on; and while nothing is drawn, the other zoom levels and the layers that only
nearer views show, so that a first visit finds them ready.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import pandas as pd

from gis.display import DisplayPlane
from grid_model.project import Project
from ui.map.errands import Errand, Errands, Urgency
from ui.map.layer import Layer

LARGE = 3_000
"""Rows from which a layer is built beside the window: fewer take a few milliseconds."""

LARGE_BYTES = 300_000
"""Bytes of shapes from which it is: some 20 000 corners."""


@dataclass(frozen=True)
class _Build:
    """A layer being built, and of what."""

    project: Project
    copy: Layer
    metres_per_px: float
    errand: Errand

    @property
    def urgency(self) -> Urgency:
        """What waits for it."""
        return self.errand.urgency

    @property
    def is_done(self) -> bool:
        """Whether it is ready, or has failed."""
        return self.errand.done.done()


class LayerBuilder:
    """Keeps the layers of one map up to date with its project."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        self._layers = {layer.name: layer for layer in layers}
        self._stale: set[str] = set()
        self._built: set[str] = set()
        self._under_way: dict[str, _Build] = {}
        self._ahead: dict[str, Iterator[None]] = {}
        self._errands = Errands()

    def outdate(self, names: Iterable[str]) -> None:
        """Hear that these layers no longer show the project."""
        names = set(names)
        self._stale |= names
        for name in names:
            self._drop(name)  # it shows what is no longer so

    def take(self, layers: Iterable[Layer]) -> None:
        """Keep these layers from now on; one not known before is stale."""
        known, self._layers = self._layers, {layer.name: layer for layer in layers}
        fresh = {name for name, layer in self._layers.items() if known.get(name) is not layer}
        self._stale = (self._stale | fresh) & set(self._layers)
        self._built = (self._built - fresh) & set(self._layers)
        for name in [one for one in self._under_way if one in fresh or one not in self._layers]:
            self._drop(name)

    def begin_anew(self) -> None:
        """Hear that another project is shown: nothing built so far means anything."""
        self._stale = set(self._layers)
        self._built.clear()
        self._ahead.clear()
        for name in tuple(self._under_way):
            self._drop(name)

    def _drop(self, name: str) -> None:
        """Leave a build alone; what it gives is not taken any more."""
        self._ahead.pop(name, None)
        if name in self._under_way:
            self._errands.withdraw(self._under_way.pop(name).errand)

    def hold_back(self, held: bool) -> None:
        """Make nothing ahead while a picture is drawn: both would take turns."""
        self._errands.hold_back(held)

    @property
    def waiting(self) -> bool:
        """Whether a layer of this view is being built beside the window; not what is made ahead."""
        return any(build.urgency < Urgency.AHEAD for build in self._under_way.values())

    @property
    def owes(self) -> bool:
        """Whether something the view shows is still being built."""
        return any(build.urgency == Urgency.SHOWN for build in self._under_way.values())

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
        self._take_ready(project, Urgency.AHEAD)
        shown = {layer.name: layer for layer in layers}
        below = {one.name: one for layer in shown.values() for one in layer.rests_on}
        later = {name: one for name, one in self._layers.items() if one.visible and not one.is_base_map}
        for urgency, wanted in zip(Urgency, (shown, below, later), strict=True):
            for name in sorted(self._stale & set(wanted)):
                self._begin(wanted[name], project, plane, metres_per_px, urgency)
        for layer in shown.values():
            self._make_level(layer, metres_per_px)

    def _begin(
        self, layer: Layer, project: Project, plane: DisplayPlane, metres_per_px: float, urgency: Urgency
    ) -> None:
        """Build a layer, or begin to; ahead of time only what could not be built at once."""
        under_way = self._under_way.get(layer.name)
        if under_way is not None and under_way.project is project:
            under_way.errand.urgency = min(urgency, under_way.urgency)
        elif layer.slow or _is_large(layer, project):
            fresh = copy.copy(layer)
            errand = self._errands.add(partial(_build, fresh, project, plane, metres_per_px), urgency)
            self._under_way[layer.name] = _Build(project, fresh, metres_per_px, errand)
        elif urgency < Urgency.AHEAD:
            layer.build(project, plane)
            self._settle(layer.name)

    def _make_level(self, layer: Layer, metres_per_px: float) -> None:
        """See to it that the next picture of this scale finds its zoom level; this one does without."""
        levels = layer.zoom_levels() if layer.name in self._built else None
        if levels is not None and levels.lacks(metres_per_px):
            self._go_on(layer.name, layer.ahead(metres_per_px))

    def _go_on(self, name: str, steps: Iterator[None]) -> None:
        """Make zoom levels ahead, step by step, unless others are made by now."""
        self._ahead[name] = steps
        self._errands.add(partial(self._step, name, steps), Urgency.AHEAD).done.add_done_callback(_tell)

    def _step(self, name: str, steps: Iterator[None]) -> None:
        """In the thread: take one step and leave the next for later."""
        for _made in steps:
            if self._ahead.get(name) is steps:
                self._go_on(name, steps)
            return

    def collect(self, project: Project, wait: bool = False) -> set[str]:
        """Put in place what has been built, once all that is shown is; give the names.

        Parameters
        ----------
        wait
            Until everything of this view is built; not for what is made ahead.

        Raises what a build raised.
        """
        builds = self._under_way.values()
        if wait:
            for build in tuple(builds):
                if build.urgency < Urgency.AHEAD:
                    build.errand.done.result()
        elif not all(build.is_done for build in builds if build.urgency == Urgency.SHOWN):
            return set()
        return self._take_ready(project, Urgency.SHOWN)

    def _take_ready(self, project: Project, least: Urgency) -> set[str]:
        """Put in place what is ready among builds of this urgency or less; give the names."""
        found: set[str] = set()
        for name, build in list(self._under_way.items()):
            if build.urgency < least or not build.is_done:
                continue
            del self._under_way[name]
            build.errand.done.result()
            if build.project is not project:
                continue  # an edit came meanwhile: it is stale still
            layer = self._layers[name]
            visible, look = layer.visible, layer.look
            vars(layer).update(vars(build.copy))
            layer.visible, layer.look = visible, look
            self._settle(name)
            self._go_on(name, layer.ahead(build.metres_per_px))
            found.add(name)
        return found

    def _settle(self, name: str) -> None:
        self._stale.discard(name)
        self._built.add(name)


def _is_large(layer: Layer, project: Project) -> bool:
    """Whether building a layer would hold the window."""
    if not layer.tables:
        return False
    frame = project.frame(layer.tables[0])
    return len(frame) >= LARGE or ("geometry" in frame and _bytes_of(frame["geometry"]) > LARGE_BYTES)


def _bytes_of(geometry: pd.Series) -> int:
    return sum(len(one) for one in geometry if isinstance(one, bytes))


def _build(fresh: Layer, project: Project, plane: DisplayPlane, metres_per_px: float) -> None:
    fresh.build(project, plane)
    fresh.prepare(metres_per_px)


def _tell(done: Future[None]) -> None:
    """In the thread: give a mistake of ours to the crash dialog, which shows it in the window's."""
    error = None if done.cancelled() else done.exception()
    if error is not None:
        sys.excepthook(type(error), error, error.__traceback__)
