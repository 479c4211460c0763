"""The map's picture: a pan draws only what comes in and gives the same picture as drawing it all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from gis.sample import make_sample
from grid_model.project import Project
from ui.map.canvas import MapCanvas
from ui.map.picture import _beside


@pytest.fixture(scope="module")
def station() -> Project:
    return make_sample("small", 1)


@pytest.fixture
def canvas(qtbot: QtBot, station: Project) -> Iterator[MapCanvas]:
    made = MapCanvas()
    qtbot.addWidget(made)
    made.resize(640, 480)
    made.show()
    made.set_project(station)
    made.set_area_fill("manager")
    made.zoom_in()
    made.finish_drawing()
    yield made
    made.close()


def pixels(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(plain.constBits(), dtype=np.uint8)
    return data.reshape(plain.height(), plain.bytesPerLine() // 4, 4)[:, : plain.width(), :3].astype(int)


def ground(canvas: MapCanvas) -> np.ndarray:
    sheet = canvas._picture.ground
    assert sheet is not None
    return pixels(sheet.image)


def pan(canvas: MapCanvas, dx: int, dy: int) -> None:
    canvas._set_view(canvas.view.moved(dx, dy))


@pytest.mark.parametrize(("dx", "dy"), [(37, 0), (-61, 24), (0, -90), (300, 200), (2000, 0)])
def test_after_a_pan_the_picture_is_that_of_drawing_everything(canvas: MapCanvas, dx: int, dy: int) -> None:
    pan(canvas, dx, dy)
    canvas.finish_drawing()
    panned = ground(canvas)
    canvas.redraw()
    canvas.finish_drawing()
    different = np.abs(panned - ground(canvas)).max(axis=2) > 48
    assert different.mean() < 0.002, "seams show"


def test_a_pan_within_the_margin_shows_everything_at_once(canvas: MapCanvas) -> None:
    pan(canvas, 40, 30)
    assert canvas.is_drawing
    canvas._draw_a_little()
    sheet = canvas._picture.ground
    assert sheet is not None
    assert sheet.view.east == canvas.view.east, "the strip needed no drawing"


def test_what_changed_while_panning_is_not_kept(canvas: MapCanvas) -> None:
    canvas.set_area_fill("none")  # begins a new picture …
    pan(canvas, 20, 0)  # … and a pan comes before it is drawn
    canvas.finish_drawing()
    after_pan = ground(canvas)
    canvas.redraw()
    canvas.finish_drawing()
    assert (np.abs(after_pan - ground(canvas)).max(axis=2) > 48).mean() < 0.002


def test_another_size_of_the_window_draws_anew(canvas: MapCanvas) -> None:
    canvas.resize(700, 500)
    canvas.finish_drawing()
    sheet = canvas._picture.ground
    assert sheet is not None
    assert (sheet.view.width, sheet.view.height) == (replace(canvas.view).grown(0.2).width, 700)


@pytest.mark.parametrize("seed", range(30))
def test_strips_beside_a_rectangle_fill_the_rest_once(seed: int) -> None:
    chance = np.random.default_rng(seed)
    outer = QRect(*chance.integers(-5, 5, 2).tolist(), *chance.integers(1, 20, 2).tolist())
    inner = QRect(*chance.integers(-9, 15, 2).tolist(), *chance.integers(0, 20, 2).tolist())
    count = np.zeros((60, 60), dtype=int)

    def mark(one: QRect) -> tuple[slice, slice]:
        return (
            slice(one.y() + 20, one.y() + one.height() + 20),
            slice(one.x() + 20, one.x() + one.width() + 20),
        )

    for strip in _beside(outer, inner):
        count[mark(strip)] += 1
    wanted = np.zeros_like(count)
    wanted[mark(outer)] = 1
    both = outer.intersected(inner)
    if not both.isEmpty():
        wanted[mark(both)] = 0
    assert (count == wanted).all()
