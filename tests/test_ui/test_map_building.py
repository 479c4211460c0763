"""A large layer is built beside the window and shows the same as one built at once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gis.sample import make_sample
from grid_model.project import Project
from tests.test_ui.test_map_picture import pixels
from ui.map import building
from ui.map.canvas import MapCanvas
from ui.map.line_layers import LvLineLayer, MvLineLayer


@pytest.fixture(scope="module")
def station() -> Project:
    return make_sample("small", 1)


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[MapCanvas]:
    made = MapCanvas()
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.show()
    yield made
    made.close()


def test_built_beside_the_window_a_map_is_the_same(
    canvas: MapCanvas, station: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas.set_project(station)
    at_once = pixels(canvas.screenshot())
    canvas.set_project(None)
    monkeypatch.setattr(building, "LARGE", 0)
    canvas.set_project(station)
    canvas._draw_a_little()
    assert canvas._builder.waiting
    assert np.array_equal(pixels(canvas.screenshot()), at_once)
    assert not canvas._builder.waiting


def test_the_window_goes_on_while_a_layer_is_built(
    qtbot: QtBot, canvas: MapCanvas, station: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "LARGE", 0)
    held, build = threading.Event(), MvLineLayer.build

    def slow(self: MvLineLayer, *given: object) -> None:
        assert held.wait(20)
        build(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(MvLineLayer, "build", slow)
    canvas.set_project(station)
    qtbot.waitUntil(lambda: canvas._picture.in_sight)
    assert not canvas.is_in_sight, "a layer of this view is still missing"
    without = pixels(canvas._picture.ground.image)  # type: ignore[union-attr]
    held.set()
    qtbot.waitUntil(lambda: not canvas.is_drawing, timeout=20_000)
    assert (pixels(canvas._picture.ground.image) != without).any()  # type: ignore[union-attr]


def test_an_edit_while_a_layer_is_built_is_shown(
    canvas: MapCanvas, station: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "LARGE", 0)
    canvas.set_project(station)
    canvas._draw_a_little()
    draft = station.edit()
    draft.delete("ac_line_segments", station.frame("ac_line_segments")["id"].tolist())
    edited, changes = draft.finish()
    canvas.set_project(edited, changes)
    canvas.finish_drawing()
    layer = next(one for one in canvas._layers if one.name == "mv_lines")
    assert layer.is_empty()


def test_a_hidden_layer_is_built_only_when_it_is_shown(canvas: MapCanvas, station: Project) -> None:
    canvas.set_project(station)
    canvas.finish_drawing()
    customers = next(one for one in canvas._layers if one.name == "customers")
    assert not canvas._builder.has(customers)
    assert not next(one for one in canvas.layers() if one.name == "customers").empty
    canvas.set_scale_denominator(5_000)
    canvas.set_layer_visible("customers", True)
    canvas.finish_drawing()
    assert canvas._builder.has(customers)


def test_what_a_build_raises_is_not_swallowed(
    canvas: MapCanvas, station: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "LARGE", 0)

    def broken(self: MvLineLayer, *given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(MvLineLayer, "build", broken)
    canvas.set_project(station)
    with pytest.raises(ZeroDivisionError):
        canvas.finish_drawing()
    canvas.set_project(None)


def test_what_the_view_shows_does_not_wait_for_what_only_lies_beneath(
    qtbot: QtBot, canvas: MapCanvas, station: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "LARGE", 0)
    held, build = threading.Event(), LvLineLayer.build

    def slow(self: LvLineLayer, *given: object) -> None:
        assert held.wait(20)
        build(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(LvLineLayer, "build", slow)
    canvas.set_project(station)
    canvas.set_scale_denominator(200_000)
    low, medium = (
        next(one for one in canvas._layers if one.name == name) for name in ("lv_lines", "mv_lines")
    )
    qtbot.waitUntil(lambda: canvas._builder.has(medium) and canvas.is_in_sight)
    assert not canvas._builder.has(low) and canvas._builder.waiting
    held.set()
    qtbot.waitUntil(lambda: not canvas.is_drawing, timeout=20_000)
    assert canvas._builder.has(low)


def test_a_mistake_while_zoom_levels_are_made_ahead_is_told(
    qtbot: QtBot, canvas: MapCanvas, station: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "LARGE", 0)
    told: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_rest: told.append(kind))

    def broken(self: MvLineLayer, metres_per_px: float) -> Iterator[None]:
        raise ZeroDivisionError
        yield

    monkeypatch.setattr(MvLineLayer, "ahead", broken)
    canvas.set_project(station)
    canvas.finish_drawing()
    qtbot.waitUntil(lambda: told == [ZeroDivisionError])


def test_layers_that_only_nearer_views_show_are_ready_when_one_comes(
    qtbot: QtBot, canvas: MapCanvas, station: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "LARGE", 0)
    canvas.set_project(station)
    canvas.set_scale_denominator(400_000)
    canvas.finish_drawing()
    transformers = next(one for one in canvas._layers if one.name == "transformers")
    assert not canvas._builder.waiting, "what is made ahead keeps nobody waiting"
    qtbot.waitUntil(lambda: not canvas._builder._errands._waiting)
    canvas.set_scale_denominator(150_000)
    canvas._draw_a_little()
    assert canvas._builder.has(transformers)
    assert not canvas._builder.owes
