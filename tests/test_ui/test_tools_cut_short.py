"""Tools of the map used otherwise than meant: cut short, undone halfway, aimed by keys, missing all."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.project_values import same_rows
from tests.test_ui.test_map_tools import (
    LEFT,
    area,
    click,
    count,
    drag,
    key,
    middle_of,
    mv_line,
    near,
    one_step_back,
    project_of,
    take,
)
from ui.main_window import MainWindow
from ui.map.tools import (
    DrawAreaTool,
    DrawLineTool,
    JoinLinesTool,
    MapTool,
    MergeAreasTool,
    MoveCornerTool,
    MoveTool,
    ReshapeLineTool,
    SplitAreaTool,
    SplitLineTool,
    SwitchTool,
    TransformerTool,
)

RIGHT, SHIFT = Qt.MouseButton.RightButton, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def shown(window: MainWindow) -> MainWindow:
    window.bench.set_task("data")
    window.canvas.finish_drawing()
    return window


def nowhere(window: MainWindow) -> QPoint:
    """A place near the upper right corner, on open ground once the map shows more than the station."""
    window.canvas.set_scale_denominator(window.canvas.scale_denominator() * 4)
    window.canvas.finish_drawing()
    return QPoint(window.canvas.width() - 8, 8)


def test_a_line_begun_at_a_node_that_undo_took_away_goes_on_from_open_ground(
    qtbot: QtBot, shown: MainWindow
) -> None:
    before, at = project_of(shown), middle_of(shown, mv_line(project_of(shown)))
    end = at + QPoint(90, 90)
    take(qtbot, shown, DrawLineTool)
    click(qtbot, shown, at, end)
    key(qtbot, shown, Qt.Key.Key_Return)
    shown.canvas.finish_drawing()
    click(qtbot, shown, end)
    tool = shown.tools.hand.tool
    assert tool is not None
    assert tool.sketch[0].node
    shown.bench.session.undo()
    assert (tool.sketch[0].node, tool.sketch[0].line) == ("", "")
    click(qtbot, shown, end + QPoint(40, 30))
    key(qtbot, shown, Qt.Key.Key_Return)
    assert count(shown, "ac_line_segments") == len(before.frame("ac_line_segments")) + 1
    one_step_back_from = project_of(shown)
    shown.bench.session.undo()
    same_rows(project_of(shown), before)
    assert one_step_back_from is not before


def test_undo_while_a_bend_is_dragged_lets_it_go(qtbot: QtBot, shown: MainWindow) -> None:
    at = middle_of(shown, mv_line(project_of(shown)))
    take(qtbot, shown, DrawLineTool)
    click(qtbot, shown, at, at + QPoint(90, 90))
    key(qtbot, shown, Qt.Key.Key_Return)
    shown.canvas.finish_drawing()
    middle = at + QPoint(45, 45)
    take(qtbot, shown, ReshapeLineTool)
    canvas = shown.canvas
    qtbot.mousePress(canvas, LEFT, pos=middle)
    qtbot.mouseMove(canvas, middle + QPoint(20, 0))
    shown.bench.session.undo()
    undone = project_of(shown)
    qtbot.mouseMove(canvas, middle + QPoint(40, 0))
    qtbot.mouseRelease(canvas, LEFT, pos=middle + QPoint(40, 0))
    assert project_of(shown) is undone
    assert not shown.messages.isVisible()


@pytest.mark.parametrize("by_key", [True, False])
def test_what_is_given_up_while_the_button_is_down_moves_neither_pole_nor_map(
    qtbot: QtBot, shown: MainWindow, by_key: bool
) -> None:
    before = project_of(shown)
    at = near(shown, "poles", str(before.frame("poles")["id"].iloc[5]), 2000)
    take(qtbot, shown, MoveTool)
    canvas = shown.canvas
    qtbot.mouseMove(canvas, at)
    qtbot.mousePress(canvas, LEFT, pos=at)
    qtbot.mouseMove(canvas, at + QPoint(20, 0))
    if by_key:
        key(qtbot, shown, Qt.Key.Key_Escape)
    else:
        qtbot.mouseClick(canvas, RIGHT, pos=at + QPoint(20, 0))
    view = canvas.view
    qtbot.mouseMove(canvas, at + QPoint(60, 0))
    qtbot.mouseRelease(canvas, LEFT, pos=at + QPoint(60, 0))
    assert canvas.view == view
    assert project_of(shown) is before
    assert isinstance(shown.tools.hand.tool, MoveTool)


@pytest.mark.parametrize(
    ("tool", "told"),
    [
        (SplitLineTool, "There is no line here."),
        (SwitchTool, "There is no line here."),
        (JoinLinesTool, "There is no node here."),
        (TransformerTool, "There is no line and no node here."),
        (MoveTool, "There is nothing to move here."),
        (MoveCornerTool, "There is no corner here."),
        (ReshapeLineTool, "There is no line here."),
    ],
)
def test_a_click_into_the_void_says_what_is_missing(
    qtbot: QtBot, shown: MainWindow, tool: type[MapTool], told: str
) -> None:
    before, at = project_of(shown), nowhere(shown)
    take(qtbot, shown, tool)
    click(qtbot, shown, at)
    assert told in shown.tools.bar.text.text()
    assert tool.hint in shown.tools.bar.text.text()
    assert project_of(shown) is before


@pytest.mark.parametrize(
    ("tool", "places", "told"),
    [
        (DrawLineTool, 1, "A line needs two places."),
        (DrawAreaTool, 2, "An area needs three corners."),
        (SplitAreaTool, 1, "The path needs two places."),
        (SplitAreaTool, 2, "The path crosses no area."),
        (MergeAreasTool, 2, "Click two different areas or more."),
    ],
)
def test_a_path_that_is_too_short_stays_and_says_what_is_missing(
    qtbot: QtBot, shown: MainWindow, tool: type[MapTool], places: int, told: str
) -> None:
    at = nowhere(shown)
    take(qtbot, shown, tool)
    click(qtbot, shown, *(at + QPoint(-7 * n, 9 * n) for n in range(places)))
    key(qtbot, shown, Qt.Key.Key_Return)
    hand = shown.tools.hand
    assert hand.tool is not None
    assert told in shown.tools.bar.text.text()
    assert len(hand.tool.sketch) == places
    key(qtbot, shown, Qt.Key.Key_Backspace)
    assert told not in shown.tools.bar.text.text()


def test_an_outline_that_is_refused_stays_and_can_be_bettered(qtbot: QtBot, shown: MainWindow) -> None:
    before, corner = project_of(shown), nowhere(shown)
    shown.bench.select("")
    take(qtbot, shown, DrawAreaTool)
    bow = [corner + QPoint(x, y) for x, y in ((0, 0), (-30, 30), (0, 30), (-30, 0))]
    click(qtbot, shown, *bow)
    key(qtbot, shown, Qt.Key.Key_Return)
    tool = shown.tools.hand.tool
    assert tool is not None
    assert project_of(shown) is before
    assert shown.messages.isVisible()
    assert len(tool.sketch) == len(bow)
    key(qtbot, shown, Qt.Key.Key_Backspace)
    key(qtbot, shown, Qt.Key.Key_Return)
    assert count(shown, "transformer_areas") == len(before.frame("transformer_areas")) + 1
    one_step_back(shown, before)


def test_a_tool_changed_halfway_leaves_nothing_behind(qtbot: QtBot, shown: MainWindow) -> None:
    before, at = project_of(shown), middle_of(shown, mv_line(project_of(shown)))
    take(qtbot, shown, DrawLineTool)
    click(qtbot, shown, at, at + QPoint(60, 40))
    take(qtbot, shown, SplitAreaTool)
    tool = shown.tools.hand.tool
    assert tool is not None
    assert tool.sketch == []
    key(qtbot, shown, Qt.Key.Key_Return)
    take(qtbot, shown, MoveTool)
    qtbot.mousePress(shown.canvas, LEFT, pos=at)
    shown.bench.set_task("outage")
    qtbot.mouseMove(shown.canvas, at + QPoint(50, 0))
    qtbot.mouseRelease(shown.canvas, LEFT, pos=at + QPoint(50, 0))
    assert project_of(shown) is before


def test_the_cross_of_a_tool_comes_back_after_the_middle_button_moved_the_map(
    qtbot: QtBot, shown: MainWindow
) -> None:
    take(qtbot, shown, DrawLineTool)
    canvas, start = shown.canvas, QPoint(300, 200)
    view = canvas.view
    qtbot.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=start)
    qtbot.mouseMove(canvas, start + QPoint(40, 0))
    qtbot.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=start + QPoint(40, 0))
    there, none = QPointF(start + QPoint(45, 3)), Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, there, there, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, move)
    assert canvas.view != view
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor


# ---------------------------------------------------------------------------- by keys alone


def middle(window: MainWindow) -> QPoint:
    return QPoint(round(window.canvas.width() / 2), round(window.canvas.height() / 2))


def aim_at(qtbot: QtBot, window: MainWindow, at: QPoint) -> None:
    """Bring a place below the cross by arrow keys, as near as their small steps allow."""
    away = at - middle(window)
    for keys, far in (
        ((Qt.Key.Key_Right, Qt.Key.Key_Left), away.x()),
        ((Qt.Key.Key_Down, Qt.Key.Key_Up), away.y()),
    ):
        for _step in range(round(abs(far) / 4)):
            qtbot.keyClick(window.canvas, keys[far < 0], SHIFT)
    window.canvas.finish_drawing()


def test_a_line_is_drawn_without_a_mouse(qtbot: QtBot, shown: MainWindow) -> None:
    before, at = project_of(shown), middle_of(shown, mv_line(project_of(shown)))
    take(qtbot, shown, DrawLineTool)
    aim_at(qtbot, shown, at)
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Space)
    tool = shown.tools.hand.tool
    assert tool is not None
    assert tool.sketch[0].kind
    view = shown.canvas.view
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Down)
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Right)
    assert shown.canvas.view != view
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Space)
    key(qtbot, shown, Qt.Key.Key_Return)
    assert count(shown, "ac_line_segments") >= len(before.frame("ac_line_segments")) + 1
    one_step_back(shown, before)


def test_a_pole_is_moved_without_a_mouse(qtbot: QtBot, shown: MainWindow) -> None:
    before = project_of(shown)
    pole = str(before.frame("poles")["id"].iloc[5])
    at = near(shown, "poles", pole, 2000)
    take(qtbot, shown, MoveTool)
    aim_at(qtbot, shown, at)
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Space)
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Up)
    qtbot.keyClick(shown.canvas, Qt.Key.Key_Space)
    row, was = project_of(shown).table("poles").row(pole), before.table("poles").row(pole)
    assert row["y"] > was["y"]
    assert abs(row["x"] - was["x"]) < abs(row["y"] - was["y"])
    one_step_back(shown, before)


def test_hidden_layers_catch_nothing_and_break_nothing(qtbot: QtBot, shown: MainWindow) -> None:
    before = project_of(shown)
    _one, corners = area(shown)
    inside = QPoint(*corners.mean(axis=0).round().astype(int).tolist())
    for one in shown.canvas.layers():
        shown.canvas.set_layer_visible(one.name, False)
    shown.canvas.finish_drawing()
    shown.bench.select("")
    for tool in (SplitLineTool, MoveCornerTool, ReshapeLineTool, JoinLinesTool):
        take(qtbot, shown, tool)
        click(qtbot, shown, inside)
        drag(qtbot, shown, inside, inside + QPoint(40, 10))
    QApplication.processEvents()
    assert project_of(shown) is before


@pytest.mark.parametrize("size", [(960, 560), (1366, 768)])
def test_every_tool_is_on_the_map_however_small_the_window(
    qtbot: QtBot, shown: MainWindow, size: tuple[int, int]
) -> None:
    shown.setWindowState(Qt.WindowState.WindowNoState)
    shown.resize(*size)
    qtbot.waitUntil(lambda: (shown.width(), shown.height()) == size)
    QApplication.processEvents()
    strip, canvas = shown.tools, shown.canvas
    assert canvas.rect().contains(strip.geometry())
    places = [made.geometry() for made in strip._buttons.values() if made.isVisible()]
    assert len(places) == 14
    assert all(strip.rect().contains(one) for one in places)
    assert not any(a.intersects(b) for n, a in enumerate(places) for b in places[:n])
