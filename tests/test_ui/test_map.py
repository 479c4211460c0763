"""The map picks what is drawn, keeps what is under the cursor, and never draws long at a stretch."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gis import theme
from gis.display import DisplayPlane
from grid_model.project import LOCAL, Project, ProjectInfo
from ui.map.canvas import MapCanvas
from ui.map.extent import project_extent
from ui.map.labels import Occupied, place_labels
from ui.map.layer import Label
from ui.map.overlay import Fate, OutageOverlay
from ui.map.paint import brush, in_sight, pen, polygon, stroke_lines
from ui.map.view import MapView, round_length


def square(x: float, y: float, side: float) -> bytes:
    return bytes(shapely.to_wkb(shapely.MultiPolygon([shapely.box(x, y, x + side, y + side)])))


@pytest.fixture
def project() -> Project:
    """Two square areas side by side; a line from west to east with a switch in its middle."""
    import pandas as pd

    return Project.of(
        ProjectInfo("Test", crs=LOCAL),
        {
            "connectivity_nodes": pd.DataFrame(
                {
                    "id": ["n1", "n2", "n3", "n4"],
                    "x": [0.0, 500.0, 500.0, 1000.0],
                    "y": [250.0] * 4,
                    "nominal_kv": [10.0] * 4,
                }
            ),
            "ac_line_segments": pd.DataFrame(
                {
                    "id": ["l1", "l2"],
                    "node_a": ["n1", "n3"],
                    "node_b": ["n2", "n4"],
                    "nominal_kv": [10.0, 10.0],
                }
            ),
            "switches": pd.DataFrame(
                {"id": ["k1"], "name": ["Switch 1"], "kind": ["breaker"], "node_a": ["n2"], "node_b": ["n3"]}
            ),
            "transformer_areas": pd.DataFrame(
                {
                    "id": ["a1", "a2"],
                    "name": ["West", "East"],
                    "geometry": [square(0, 0, 500), square(500, 0, 500)],
                }
            ),
        },
    )


@pytest.fixture
def canvas(qtbot: QtBot, project: Project) -> MapCanvas:
    made = MapCanvas()
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.show()
    qtbot.waitExposed(made)
    made.set_project(project)
    made.finish_drawing()
    return made


def at(canvas: MapCanvas, table: str, one: str) -> QPoint:
    found = canvas.screen_position(table, one)
    assert found is not None
    return found.toPoint()


def test_a_click_picks_the_symbol_before_the_line_before_the_area(qtbot: QtBot, canvas: MapCanvas) -> None:
    for table, one, offset in (
        ("switches", "k1", QPoint()),
        ("ac_line_segments", "l1", QPoint(0, 2)),
        ("transformer_areas", "a1", QPoint(0, 0)),
    ):
        place = at(canvas, table, one) + offset
        if table == "transformer_areas":
            west, north = canvas.view.to_px(canvas._plane.metres(np.array([[250.0, 100.0]])))[0]
            place = QPoint(int(west), int(north))
        with qtbot.waitSignal(canvas.object_clicked, timeout=1000) as clicked:
            qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
        assert clicked.args == [table, one]


def test_a_click_on_the_ground_lets_go(qtbot: QtBot, canvas: MapCanvas) -> None:
    with qtbot.waitSignal(canvas.nothing_clicked, timeout=1000):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))


def test_a_hidden_layer_is_not_picked(qtbot: QtBot, canvas: MapCanvas) -> None:
    place = at(canvas, "switches", "k1")
    canvas.set_layer_visible("switches", False)
    hit = canvas.object_at(place.x(), place.y())
    assert hit is not None
    assert hit.table == "ac_line_segments"


def test_a_drag_pans_and_picks_nothing(qtbot: QtBot, canvas: MapCanvas) -> None:
    picked: list[str] = []
    canvas.object_clicked.connect(lambda _table, one: picked.append(one))
    before = at(canvas, "switches", "k1")
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=before)
    qtbot.mouseMove(canvas, before + QPoint(30, 10))
    qtbot.mouseMove(canvas, before + QPoint(60, 20))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=before + QPoint(60, 20))
    moved = at(canvas, "switches", "k1") - before
    assert (moved.x(), moved.y()) == (60, 20)
    assert not picked


def test_the_wheel_keeps_what_is_under_the_cursor(canvas: MapCanvas) -> None:
    place = at(canvas, "switches", "k1")
    scale = canvas.scale_denominator()
    event = QWheelEvent(
        QPointF(place),
        canvas.mapToGlobal(QPointF(place)),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)
    assert canvas.scale_denominator() < scale / 1.4
    assert (at(canvas, "switches", "k1") - place).manhattanLength() <= 1


def test_keys_pan_zoom_and_show_everything(qtbot: QtBot, canvas: MapCanvas) -> None:
    first = canvas.view
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.view.metres_per_px < first.metres_per_px
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.view == first


def color_at(canvas: MapCanvas, x: float, y: float) -> str:
    """Colour of the screen at project coordinates."""
    px = canvas.view.to_px(canvas._plane.metres(np.array([[x, y]])))[0]
    return canvas.screenshot().pixelColor(int(px[0]), int(px[1])).name()


def test_an_area_without_supply_turns_grey_and_back(canvas: MapCanvas) -> None:
    lit = color_at(canvas, 750, 110)
    canvas.set_outage(
        OutageOverlay(areas=frozenset({"a2"}), lines=np.array([0, Fate.DEAD]), opened=(("switches", "k1"),))
    )
    shades = {color_at(canvas, 750 + dx, 110 + dy) for dx in range(0, 12, 2) for dy in range(0, 12, 2)}
    assert lit not in shades
    assert color_at(canvas, 250, 110) == lit
    canvas.set_outage(None)
    assert color_at(canvas, 750, 110) == lit


def test_an_edit_redraws_what_it_touched_and_keeps_the_view(canvas: MapCanvas, project: Project) -> None:
    canvas.zoom_in()
    view = canvas.view
    draft = project.edit()
    draft.delete("transformer_areas", ["a2"])
    canvas.set_project(*draft.finish())
    assert canvas.view == view
    assert color_at(canvas, 650, 110) == theme.GROUND.lower()


def test_the_hand_is_never_held_long_while_the_map_is_drawn(qtbot: QtBot, canvas: MapCanvas) -> None:
    """Drawing goes on between events: one slice never finishes a map of many areas in one go."""
    import pandas as pd

    areas = pd.DataFrame(
        {
            "id": [str(n) for n in range(2500)],
            "geometry": [square(20.0 * (n % 50), 20.0 * (n // 50), 20) for n in range(2500)],
        }
    )
    canvas.set_project(Project.of(ProjectInfo(crs=LOCAL), {"transformer_areas": areas}))
    slices = 0
    while canvas.is_drawing:
        canvas._draw_a_little()
        slices += 1
        assert slices < 10_000
    assert slices > 1


def test_a_project_without_places_says_so_instead_of_an_empty_map(qtbot: QtBot, canvas: MapCanvas) -> None:
    canvas.set_project(Project.empty(ProjectInfo(crs=LOCAL)))
    assert all(layer.empty for layer in canvas.layers())
    picture = canvas.screenshot()
    assert len({picture.pixel(x, y) for x in range(200, 600, 2) for y in range(220, 280, 2)}) > 1


def test_switches_are_drawn_as_in_the_state_shown(canvas: MapCanvas, project: Project) -> None:
    draft = project.edit()
    draft.update("switches", ["k1"], open=True)
    canvas.set_project(*draft.finish())
    assert color_at(canvas, 500, 250) == theme.SWITCH_CLOSED.lower()
    canvas.set_switch_state("current")
    assert color_at(canvas, 500, 250) == theme.PAPER.lower()
    canvas.set_switch_state("normal")
    canvas.set_outage(OutageOverlay(opened=(("switches", "k1"),)))
    assert color_at(canvas, 500, 250) == theme.PAPER.lower()


def test_a_place_far_off_everything_does_not_shrink_the_map(project: Project) -> None:
    import pandas as pd

    draft = project.edit()
    draft.insert("poles", pd.DataFrame({"id": ["lost"], "x": [1e7], "y": [0.0]}))
    assert project_extent(draft.finish()[0]) == project_extent(project) == (0.0, 0.0, 1000.0, 500.0)


def test_the_first_thing_with_a_place_brings_the_map_there(canvas: MapCanvas) -> None:
    import pandas as pd

    empty = Project.empty(ProjectInfo())
    canvas.set_project(empty)
    draft = empty.edit()
    draft.insert("poles", pd.DataFrame({"id": ["p1", "p2"], "x": [113.2, 113.3], "y": [28.4, 28.5]}))
    canvas.set_project(*draft.finish())
    west, south, east, north = canvas.extent()
    assert west < 113.2 < 113.3 < east
    assert south < 28.4 < 28.5 < north
    assert canvas.scale_denominator() > 10_000


def test_no_project_is_drawn_as_empty_paper(canvas: MapCanvas) -> None:
    canvas.set_project(None)
    canvas.screenshot()
    assert canvas.object_at(400, 250) is None


@pytest.mark.parametrize(
    ("metres", "bar"), [(110, 100), (999, 500), (1000, 1000), (2300, 2000), (0.07, 0.05)]
)
def test_the_scale_bar_is_round(metres: float, bar: float) -> None:
    assert round_length(metres) == pytest.approx(bar)


def test_labels_never_overlap_and_the_important_ones_stay(qapp: QApplication) -> None:
    image = QImage(600, 400, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    wanted = [Label(f"label {n}", 300 + n % 7, 200 + n % 5, n, "#000000") for n in range(60)]
    for _ in place_labels(painter, MapView(width=600, height=400), wanted):
        pass
    painter.end()
    ink = sum(image.pixelColor(x, y).lightness() < 128 for x in range(600) for y in range(400))
    alone = QImage(600, 400, QImage.Format.Format_RGB32)
    alone.fill(QColor("white"))
    painter = QPainter(alone)
    for _ in place_labels(painter, MapView(width=600, height=400), wanted[-1:]):
        pass
    painter.end()
    single = sum(alone.pixelColor(x, y).lightness() < 128 for x in range(600) for y in range(400))
    assert 0 < single <= ink < 2 * single


def test_a_taken_place_is_not_given_again() -> None:
    occupied = Occupied()
    assert occupied.take(QRectF(0, 0, 100, 20))
    assert not occupied.take(QRectF(99, 19, 50, 20))
    assert occupied.take(QRectF(101, 0, 50, 20))


@pytest.mark.parametrize("seed", range(20))
def test_corners_left_out_beyond_the_picture_change_nothing_in_it(qapp: QApplication, seed: int) -> None:
    chance = np.random.default_rng(seed)
    steps = chance.normal(0, chance.choice([5, 60]), (int(chance.integers(20, 300)), 2))
    ring = np.cumsum(steps, axis=0) + chance.uniform(-100, 200, 2)
    ring = np.vstack([ring, ring[:1]])
    starts = np.array([0, 9, len(ring)])
    kept, of_part = in_sight(ring, starts, 120, 90, beyond=8)
    assert len(kept) <= len(ring)
    different = np.abs(_drawn(kept, of_part).astype(int) - _drawn(ring, starts))
    assert different.max() <= 3, different.max()


def test_far_beyond_the_picture_only_ends_are_kept() -> None:
    line = np.array([[5.0, 5], [-20, 5], [-30, 6], [-40, 7], [-20, 8], [5, 9]])
    kept, starts = in_sight(line, np.array([0, 6]), 100, 100)
    assert kept.tolist() == [[5, 5], [-20, 5], [-20, 8], [5, 9]]
    assert starts.tolist() == [0, 4]


def _drawn(px: np.ndarray, starts: np.ndarray) -> np.ndarray:
    image = QImage(120, 90, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen("#204080", 3.0))
    painter.setBrush(brush("#88AA44", 110))
    for begin, end in pairwise(starts.tolist()):
        painter.drawPolygon(polygon(px[begin:end]))
    painter.end()
    return np.frombuffer(image.constBits(), dtype=np.uint8).copy()


@pytest.mark.parametrize("width", [1.0, 2.4])
def test_lines_drawn_together_look_as_one_by_one(qapp: QApplication, width: float) -> None:
    chance = np.random.default_rng(3)
    starts = np.arange(0, 403, 3)
    px = np.repeat(chance.uniform(0, 400, (134, 2)), 3, axis=0) + chance.uniform(-20, 20, (402, 2))
    images = []
    for together in (True, False):
        image = QImage(400, 400, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if together:
            for _piece in stroke_lines(painter, px, starts, pen("#204080", width)):
                pass
        else:
            painter.setPen(pen("#204080", width))
            for begin, end in pairwise(starts.tolist()):
                painter.drawPolyline(polygon(px[begin:end]))
        painter.end()
        images.append(np.frombuffer(image.constBits(), dtype=np.uint8).astype(int))
    different = np.abs(images[0] - images[1])
    assert (images[0] < 128).mean() > 0.01, "something is drawn"
    assert (different > 60).mean() < 0.001


def test_the_display_plane_keeps_lengths_and_comes_back() -> None:
    pyproj = pytest.importorskip("pyproj")
    plane = DisplayPlane.around(113.28, 28.41, geographic=True)
    a, b = np.array([113.25, 28.40]), np.array([113.33, 28.45])
    geod = pyproj.Geod(ellps="GRS80")
    _, _, true_m = geod.inv(*a, *b)
    drawn = float(np.hypot(*(plane.metres(a[None])[0] - plane.metres(b[None])[0])))
    assert drawn == pytest.approx(true_m, rel=1e-3)
    assert plane.project_xy(*plane.metres(b[None])[0]) == pytest.approx(tuple(b))
