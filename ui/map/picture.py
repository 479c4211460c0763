"""The map's picture, made behind the window a few milliseconds at a time.

Two sheets lie over one another: the ground with everything that is drawn, and the labels. Each knows
the view it was made for, so that it can be shown moved and scaled until the next one is there. A pan
keeps what stays in sight and draws only the strips that come in; what the window shows is drawn first,
then a margin around it for the pans to come.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from gis import theme
from ui.map.labels import place_labels
from ui.map.layer import Layer
from ui.map.overlay import MapState
from ui.map.view import MapView

AHEAD = 0.2
"""Share of the view drawn beyond each edge, so that a short pan shows no blank."""

SEAM_PX = 40
"""How far beyond a strip things are looked for that reach into it: symbols, wide lines."""

HATCH_PX = 96
"""Hatches are fixed to the ground in steps that are a multiple of every pattern's period."""


@dataclass(frozen=True)
class Sheet:
    """A drawn view.

    Parameters
    ----------
    view
        What it shows; its pixels are those of the image.
    image
        The picture.
    done
        Where it is drawn, in its pixels.
    """

    view: MapView
    image: QImage
    done: QRect


class PictureMaker:
    """Makes the sheets of one view after another.

    Attributes
    ----------
    ground, labels
        The newest sheets that can be shown; None before the first.
    """

    def __init__(self) -> None:
        self.ground: Sheet | None = None
        self.labels: Sheet | None = None
        self._outdated = True
        self._work: Iterator[bool] | None = None
        self._painter: QPainter | None = None
        self._in_sight = False

    def forget(self) -> None:
        """Drop everything that was drawn."""
        self.stop()
        self.ground = self.labels = None

    def outdate(self) -> None:
        """Hear that more than the view has changed: nothing of what was drawn can be kept."""
        self._outdated = True

    def begin(self, view: MapView, ratio: float, layers: Sequence[Layer], state: MapState) -> None:
        """Set about a new picture.

        Parameters
        ----------
        view
            What the window shows.
        ratio
            Device pixels of the screen to one of the view.
        layers
            What to draw, the lowest first.
        """
        self.stop()
        self._in_sight = False
        self._work = self._make(view, ratio, layers, state, None if self._outdated else self.ground)

    def stop(self) -> None:
        """Leave the picture under way."""
        if self._painter is not None:
            self._painter.end()  # before the image it paints on goes with the work
        if self._work is not None:
            self._work.close()  # type: ignore[attr-defined]
        self._work, self._painter = None, None

    @property
    def busy(self) -> bool:
        """Whether something is still to be drawn, be it out of sight."""
        return self._work is not None

    @property
    def in_sight(self) -> bool:
        """Whether everything the window shows is drawn."""
        return self._in_sight

    def work(self, seconds: float) -> bool:
        """Draw for about so long; say whether there is something new to show."""
        assert self._work is not None
        until = time.perf_counter() + seconds
        for shown in self._work:
            if shown:
                return True
            if time.perf_counter() > until:
                return False
        self._work = None
        return True

    def _make(
        self, view: MapView, ratio: float, layers: Sequence[Layer], state: MapState, old: Sheet | None
    ) -> Iterator[bool]:
        """Draw; yields whether what can be shown has changed."""
        whole = view.grown(AHEAD)
        left, top = round((whole.width - view.width) / 2), round((whole.height - view.height) / 2)
        sight = QRect(left, top, round(view.width), round(view.height))
        full = QRect(0, 0, round(whole.width), round(whole.height))
        image = _blank(full.size(), ratio, QColor(theme.GROUND))
        kept = _kept(old, whole, ratio, full) if old is not None else QRect()
        if not kept.isEmpty() and old is not None:
            painter = QPainter(image)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.drawImage(kept.topLeft(), old.image, _in_device(_shifted(kept, whole, old.view), ratio))
            painter.end()
        yield False
        yield from self._strips(image, whole, _beside(sight, kept), layers, state)
        done = kept if kept.contains(sight) else sight
        self.ground, self._outdated = Sheet(whole, image, done), False
        yield True
        yield from self._name(view, ratio, layers, state)
        self._in_sight = True
        yield True
        image = image.copy()
        yield False
        yield from self._strips(image, whole, _beside(full, done), layers, state)
        self.ground = Sheet(whole, image, full)

    def _strips(
        self, image: QImage, whole: MapView, strips: Sequence[QRect], layers: Sequence[Layer], state: MapState
    ) -> Iterator[bool]:
        """Draw the rectangles; each is seen as a small view of its own."""
        for strip in strips:
            seen = strip.adjusted(-SEAM_PX, -SEAM_PX, SEAM_PX, SEAM_PX)
            middle = whole.to_metres(seen.x() + seen.width() / 2, seen.y() + seen.height() / 2)
            part = MapView(*middle, whole.metres_per_px, seen.width(), seen.height())
            self._painter = painter = QPainter(image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(strip)
            painter.translate(seen.topLeft())
            painter.setBrushOrigin(_hatch_origin(part))
            for layer in layers:
                if layer.shows_at(part):
                    painter.setOpacity(layer.look.opacity)
                    for _piece in layer.paint(painter, part, state):
                        yield False
            painter.end()
            self._painter = None

    def _name(self, view: MapView, ratio: float, layers: Sequence[Layer], state: MapState) -> Iterator[bool]:
        """Place the labels: only in what the window shows, so that none is cut by its edge."""
        shown = [layer for layer in layers if layer.shows_at(view)]
        size = QSize(round(view.width), round(view.height))
        image = _blank(size, ratio, QColor(Qt.GlobalColor.transparent))
        self._painter = painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        labels = (label for layer in shown for label in layer.labels(view, state))
        boxes = (box for layer in shown for box in layer.covered(view))
        for _piece in place_labels(painter, view, labels, boxes):
            yield False
        painter.end()
        self._painter = None
        self.labels = Sheet(view, image, QRect(QPoint(0, 0), size))


def _blank(size: QSize, ratio: float, color: QColor) -> QImage:
    kind = QImage.Format.Format_RGB32 if color.alpha() else QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(QSize(round(size.width() * ratio), round(size.height() * ratio)), kind)
    image.setDevicePixelRatio(ratio)
    image.fill(color)
    return image


def _beside(outer: QRect, inner: QRect) -> list[QRect]:
    """Give up to four rectangles that fill `outer` but for `inner`: above, below, left and right of it."""
    inner = inner.intersected(outer)
    if inner.isEmpty():
        return [outer]
    x, y, right, bottom = outer.x(), outer.y(), outer.x() + outer.width(), outer.y() + outer.height()
    at, top, end, foot = inner.x(), inner.y(), inner.x() + inner.width(), inner.y() + inner.height()
    found = [
        QRect(x, y, outer.width(), top - y),
        QRect(x, foot, outer.width(), bottom - foot),
        QRect(x, top, at - x, inner.height()),
        QRect(end, top, right - end, inner.height()),
    ]
    return [one for one in found if not one.isEmpty()]


def _shift(new: MapView, old: MapView) -> QPointF:
    """Pixels by which what stood in the old view is farther right and down in the new one."""
    x, y = new.to_px(np.array([[old.east, old.north]]))[0]
    return QPointF(x - old.width / 2, y - old.height / 2)


def _kept(old: Sheet, whole: MapView, ratio: float, full: QRect) -> QRect:
    """Give the part of the new view that the old sheet shows already; empty at another scale.

    A shift by less than whole device pixels would blur what is kept a little more with every pan.
    """
    same_scale = abs(old.view.metres_per_px / whole.metres_per_px - 1) < 1e-9
    if not same_scale or old.image.devicePixelRatio() != ratio:
        return QRect()
    shift = _shift(whole, old.view)
    if max(abs(_off_whole(shift.x() * ratio)), abs(_off_whole(shift.y() * ratio))) > 0.02:
        return QRect()
    if ratio != round(ratio) and max(_off_whole(shift.x()), _off_whole(shift.y())) > 0.02:
        return QRect()
    return old.done.translated(round(shift.x()), round(shift.y())).intersected(full)


def _off_whole(value: float) -> float:
    return abs(value - round(value))


def _shifted(rect: QRect, whole: MapView, old: MapView) -> QRect:
    shift = _shift(whole, old)
    return rect.translated(-round(shift.x()), -round(shift.y()))


def _in_device(rect: QRect, ratio: float) -> QRect:
    return QRect(
        round(rect.x() * ratio),
        round(rect.y() * ratio),
        round(rect.width() * ratio),
        round(rect.height() * ratio),
    )


def _hatch_origin(part: MapView) -> QPointF:
    """Where hatches begin, so that those of two strips meet: a fixed place of the ground."""
    x, y = part.to_px(np.zeros((1, 2)))[0]
    return QPointF(round(x % HATCH_PX), round(y % HATCH_PX))
