"""Each tool by mouse and keys: one gesture, one edit, one step of undo."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from gis.measuring import MetricPlane
from grid_model.project import Project
from tests.project_values import same_rows
from ui import tool_strip
from ui.main_window import MainWindow
from ui.map.tools import (
    TOOLS,
    DrawAreaTool,
    DrawLineTool,
    JoinLinesTool,
    MapTool,
    MeasureTool,
    MergeAreasTool,
    MoveCornerTool,
    MoveTool,
    ReshapeAreaTool,
    ReshapeLineTool,
    SplitAreaTool,
    SplitLineTool,
    SwitchTool,
    TransformerTool,
)

LEFT = Qt.MouseButton.LeftButton


def project_of(window: MainWindow) -> Project:
    project = window.bench.session.project
    assert project is not None
    return project


def take(qtbot: QtBot, window: MainWindow, tool: type[MapTool]) -> None:
    qtbot.mouseClick(window.tools._buttons[tool.name], LEFT)
    assert isinstance(window.tools.hand.tool, tool)


def pixel(window: MainWindow, x: float, y: float) -> QPoint:
    """Where a place in project coordinates stands on the screen."""
    canvas = window.canvas
    east, north = canvas.view.to_px(canvas.plane.metres(np.array([[x, y]])))[0]
    return QPoint(round(east), round(north))


def near(window: MainWindow, table: str, one: str, denominator: float = 3000) -> QPoint:
    """Go near an object and give where it stands."""
    window.bench.select("")
    window.canvas.zoom_to_object(table, one)
    window.canvas.select("", [])
    window.canvas.set_scale_denominator(denominator)
    window.canvas.finish_drawing()
    place = window.canvas.screen_position(table, one)
    assert place is not None
    return QPoint(round(place.x()), round(place.y()))


def click(qtbot: QtBot, window: MainWindow, *places: QPoint) -> None:
    for at in places:
        qtbot.mouseMove(window.canvas, at)
        qtbot.mouseClick(window.canvas, LEFT, pos=at)


def drag(qtbot: QtBot, window: MainWindow, start: QPoint, end: QPoint) -> None:
    canvas = window.canvas
    qtbot.mouseMove(canvas, start)
    qtbot.mousePress(canvas, LEFT, pos=start)
    qtbot.mouseMove(canvas, start + QPoint(8, 3))
    qtbot.mouseMove(canvas, end)
    qtbot.mouseRelease(canvas, LEFT, pos=end)


def key(qtbot: QtBot, window: MainWindow, name: Qt.Key) -> None:
    qtbot.keyClick(window.canvas, name)


def one_step_back(window: MainWindow, before: Project) -> None:
    """The gesture was one edit: a single undo gives back the state before it."""
    after = project_of(window)
    assert after is not before, "nothing was done"
    window.bench.session.undo()
    same_rows(project_of(window), before)
    window.bench.session.redo()
    same_rows(project_of(window), after)


def mv_line(project: Project) -> str:
    """A line of medium voltage long enough to click on, nothing but lines at its ends' middle."""
    lines = project.frame("ac_line_segments")
    long = lines[(lines["nominal_kv"] == 10.0) & (lines["length_m"] > 60)]
    return str(long["id"].iloc[len(long) // 2])


def middle_of(window: MainWindow, line: str) -> QPoint:
    from gis.editing.places import route_of

    near(window, "ac_line_segments", line)
    route = route_of(project_of(window), line)
    at = len(route) // 2 - 1 if len(route) % 2 == 0 else len(route) // 2
    x, y = (route[at] + route[min(at + 1, len(route) - 1)]) / 2
    return pixel(window, float(x), float(y))


def count(window: MainWindow, table: str) -> int:
    return len(project_of(window).frame(table))


@pytest.fixture
def shown(qtbot: QtBot, window: MainWindow) -> MainWindow:
    window.bench.set_task("data")
    window.canvas.finish_drawing()
    return window


def test_a_line_is_drawn_and_joined_to_the_line_it_ends_on(qtbot: QtBot, shown: MainWindow) -> None:
    before, at = project_of(shown), middle_of(shown, mv_line(project_of(shown)))
    lines = len(before.frame("ac_line_segments"))
    take(qtbot, shown, DrawLineTool)
    click(qtbot, shown, at, at + QPoint(60, 40), at + QPoint(90, 90))
    key(qtbot, shown, Qt.Key.Key_Return)
    assert count(shown, "ac_line_segments") == lines + 2
    new = shown.bench.selection
    assert new.table == "ac_line_segments"
    assert project_of(shown).table("ac_line_segments").row(new.ids[0])["nominal_kv"] == 10.0
    one_step_back(shown, before)


def test_a_line_is_split_where_it_is_clicked_and_joined_again(qtbot: QtBot, shown: MainWindow) -> None:
    before, line = project_of(shown), mv_line(project_of(shown))
    at = middle_of(shown, line)
    take(qtbot, shown, SplitLineTool)
    click(qtbot, shown, at)
    assert count(shown, "ac_line_segments") == len(before.frame("ac_line_segments")) + 1
    node = project_of(shown).table("ac_line_segments").row(line)["node_b"]
    split = project_of(shown)
    take(qtbot, shown, JoinLinesTool)
    click(qtbot, shown, near(shown, "connectivity_nodes", node))
    assert count(shown, "ac_line_segments") == len(before.frame("ac_line_segments"))
    one_step_back(shown, split)


def test_a_switch_of_the_chosen_kind_is_put_into_a_line(qtbot: QtBot, shown: MainWindow) -> None:
    before, at = project_of(shown), middle_of(shown, mv_line(project_of(shown)))
    take(qtbot, shown, SwitchTool)
    (combo,) = shown.tools.bar.findChildren(QComboBox)
    combo.setCurrentIndex(combo.findData("breaker"))
    combo.activated.emit(combo.currentIndex())
    click(qtbot, shown, at)
    assert count(shown, "switches") == len(before.frame("switches")) + 1
    chosen = shown.bench.selection
    assert project_of(shown).table("switches").row(chosen.ids[0])["kind"] == "breaker"
    one_step_back(shown, before)


def test_a_new_transformer_area_is_asked_for_and_put_in(
    qtbot: QtBot, shown: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(_parent: object, transformer: str, area: str) -> tuple[dict[str, object], dict[str, object]]:
        return {"id": transformer, "name": "新村#1公变", "rated_kva": 200.0}, {
            "id": area,
            "name": "新村#1公变",
        }

    monkeypatch.setattr(tool_strip, "ask_transformer", answer)
    before, at = project_of(shown), middle_of(shown, mv_line(project_of(shown)))
    take(qtbot, shown, TransformerTool)
    click(qtbot, shown, at)
    assert count(shown, "transformer_areas") == len(before.frame("transformer_areas")) + 1
    assert shown.bench.selection.table == "power_transformers"
    one_step_back(shown, before)


def test_a_pole_is_dragged_with_its_lines(qtbot: QtBot, shown: MainWindow) -> None:
    before = project_of(shown)
    pole = str(before.frame("poles")["id"].iloc[5])
    at = near(shown, "poles", pole, 2000)
    take(qtbot, shown, MoveTool)
    drag(qtbot, shown, at, at + QPoint(40, 25))
    row = project_of(shown).table("poles").row(pole)
    put = pixel(shown, row["x"], row["y"]) - at - QPoint(40, 25)
    assert put.manhattanLength() <= 3
    assert (row["x"], row["y"]) != (
        before.table("poles").row(pole)["x"],
        before.table("poles").row(pole)["y"],
    )
    one_step_back(shown, before)


def test_a_line_is_bent_by_dragging_it(qtbot: QtBot, shown: MainWindow) -> None:
    before, line = project_of(shown), mv_line(project_of(shown))
    at = middle_of(shown, line)
    take(qtbot, shown, ReshapeLineTool)
    drag(qtbot, shown, at, at + QPoint(30, 60))
    longer = project_of(shown).table("ac_line_segments").row(line)["length_m"]
    assert longer > before.table("ac_line_segments").row(line)["length_m"]
    one_step_back(shown, before)


# ---------------------------------------------------------------------------- areas


def area(window: MainWindow) -> tuple[str, np.ndarray]:
    """An area near enough to see all of it, and its corners on the screen."""
    from gis.shapes import flat_shapes

    frame = project_of(window).frame("transformer_areas")
    flat = flat_shapes(frame["geometry"])
    one = str(frame["id"].iloc[int(flat.rows[10])])
    near(window, "transformer_areas", one, 20_000)
    window.canvas.zoom_to_object("transformer_areas", one)
    window.canvas.finish_drawing()
    points = window.canvas.plane.metres(flat.part(10))
    return one, window.canvas.view.to_px(points)


def test_an_area_is_cut_in_two_by_a_path(qtbot: QtBot, shown: MainWindow) -> None:
    before = project_of(shown)
    one, corners = area(shown)
    shown.bench.select("transformer_areas", one)
    middle, (left, right) = corners.mean(axis=0), (corners[:, 0].min(), corners[:, 0].max())
    take(qtbot, shown, SplitAreaTool)
    click(
        qtbot,
        shown,
        QPoint(round(left) - 25, round(middle[1])),
        QPoint(round(right) + 25, round(middle[1])),
    )
    key(qtbot, shown, Qt.Key.Key_Return)
    assert count(shown, "transformer_areas") == len(before.frame("transformer_areas")) + 1
    one_step_back(shown, before)


def test_areas_clicked_one_after_another_become_one(qtbot: QtBot, shown: MainWindow) -> None:
    before = project_of(shown)
    _one, corners = area(shown)
    shown.bench.select("")
    middle, right = corners.mean(axis=0), corners[:, 0].max()
    take(qtbot, shown, MergeAreasTool)
    click(qtbot, shown, QPoint(*np.round(middle).astype(int).tolist()))
    outside = QPoint(round(right) + 12, round(middle[1]))
    click(qtbot, shown, outside)
    merged = [shown.tools.hand.ground.area_at(at.x, at.y) for at in shown.tools.hand.tool.sketch]  # type: ignore[union-attr]
    assert len(set(merged)) == 2
    key(qtbot, shown, Qt.Key.Key_Return)
    assert count(shown, "transformer_areas") == len(before.frame("transformer_areas")) - 1
    one_step_back(shown, before)


def test_a_border_is_led_along_a_path(qtbot: QtBot, shown: MainWindow) -> None:
    before = project_of(shown)
    one, corners = area(shown)
    shown.bench.select("transformer_areas", one)
    inside = corners.mean(axis=0)
    a, b = corners[0], corners[len(corners) // 3]
    take(qtbot, shown, ReshapeAreaTool)
    click(qtbot, shown, *(QPoint(*np.round(at).astype(int).tolist()) for at in (a, (inside + a) / 2, b)))
    key(qtbot, shown, Qt.Key.Key_Return)
    assert project_of(shown) is not before
    one_step_back(shown, before)


def test_a_corner_that_areas_share_is_dragged(qtbot: QtBot, shown: MainWindow) -> None:
    before = project_of(shown)
    _one, corners = area(shown)
    at = QPoint(*np.round(corners[3]).astype(int).tolist())
    take(qtbot, shown, MoveCornerTool)
    drag(qtbot, shown, at, at + QPoint(6, 5))
    one_step_back(shown, before)


def test_a_new_area_is_drawn_outside_the_others(qtbot: QtBot, shown: MainWindow) -> None:
    before = project_of(shown)
    shown.bench.select("")
    shown.canvas.zoom_to_all()
    shown.canvas.set_scale_denominator(shown.canvas.scale_denominator() * 1.6)
    take(qtbot, shown, DrawAreaTool)
    w, h = shown.canvas.width(), shown.canvas.height()
    click(qtbot, shown, QPoint(w - 60, h - 60), QPoint(w - 20, h - 60), QPoint(w - 30, h - 25))
    qtbot.mouseDClick(shown.canvas, LEFT, pos=QPoint(w - 30, h - 25))
    assert count(shown, "transformer_areas") == len(before.frame("transformer_areas")) + 1
    one_step_back(shown, before)


# ---------------------------------------------------------------------------- the hand


def test_measuring_tells_the_distance_and_changes_nothing(qtbot: QtBot, shown: MainWindow) -> None:
    before = project_of(shown)
    take(qtbot, shown, MeasureTool)
    start = QPoint(200, 150)
    click(qtbot, shown, start, start + QPoint(100, 0))
    hand = shown.tools.hand
    assert hand.tool is not None

    def places() -> np.ndarray:
        sketch = [*hand.tool.sketch, hand._over]  # type: ignore[union-attr]
        return MetricPlane.of(before).points([one.x for one in sketch], [one.y for one in sketch])

    length = float(np.hypot(*np.diff(places(), axis=0).T).sum())
    assert tool_strip.length_text(length) in shown.tools.bar.text.text()
    click(qtbot, shown, start + QPoint(100, 100))
    surface = shapely.polygons(places()).area
    assert tool_strip.surface_text(surface) in shown.tools.bar.text.text()
    assert 0.7 < surface / ((100 * shown.canvas.view.metres_per_px) ** 2 / 2) < 1.4
    assert project_of(shown) is before


def test_backspace_takes_back_a_place_and_escape_the_sketch_then_the_tool(
    qtbot: QtBot, shown: MainWindow
) -> None:
    take(qtbot, shown, DrawLineTool)
    click(qtbot, shown, QPoint(200, 150), QPoint(260, 180), QPoint(300, 120))
    hand = shown.tools.hand
    assert hand.tool is not None
    key(qtbot, shown, Qt.Key.Key_Backspace)
    assert len(hand.tool.sketch) == 2
    key(qtbot, shown, Qt.Key.Key_Escape)
    assert hand.tool.sketch == []
    key(qtbot, shown, Qt.Key.Key_Escape)
    assert hand.tool is None
    assert not shown.tools.bar.isVisible()


def test_with_a_tool_in_hand_the_paper_still_moves(qtbot: QtBot, shown: MainWindow) -> None:
    take(qtbot, shown, SplitAreaTool)
    east = shown.canvas.view.east
    drag(qtbot, shown, QPoint(300, 200), QPoint(360, 200))
    assert shown.canvas.view.east < east
    assert shown.tools.hand.tool is not None
    assert shown.tools.hand.tool.sketch == []


def test_what_cannot_be_done_is_said_and_the_tool_stays(qtbot: QtBot, shown: MainWindow) -> None:
    before = project_of(shown)
    _one, corners = area(shown)
    shown.bench.select("transformer_areas", _one)
    middle = corners.mean(axis=0)
    take(qtbot, shown, SplitAreaTool)
    at = QPoint(*np.round(middle).astype(int).tolist())
    click(qtbot, shown, at, at + QPoint(5, 0))
    key(qtbot, shown, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert project_of(shown) is before
    assert shown.messages.isVisible()
    assert shown.tools.hand.tool is not None


def test_tools_belong_to_the_task_data(qtbot: QtBot, shown: MainWindow) -> None:
    take(qtbot, shown, DrawLineTool)
    shown.bench.set_task("outage")
    assert shown.tools.hand.tool is None
    assert not shown.tools.isVisible()
    shown.bench.set_task("data")
    assert shown.tools.isVisible()


def test_every_tool_has_an_icon_a_title_and_a_hint(shown: MainWindow) -> None:
    for tool in TOOLS:
        made = shown.tools._buttons[tool.name]
        assert not made.icon().isNull()
        assert "\n" in made.toolTip()
