"""Projects unlike the sample: without places, with one customer, with long names, holes, coinciding poles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gis.project_file import save_new
from grid_model import schema
from grid_model.project import Project, ProjectInfo
from tests.conftest import LONG_RUN
from tests.drawing import draw
from tests.project_values import same_rows
from tests.test_ui.helpers import LEFT, wait_for_jobs
from ui.application import Program
from ui.bench import TASKS
from ui.dialogs import ask
from ui.main_window import MainWindow
from ui.map.extent import project_extent
from ui.map.tools import TOOLS

LONG = "青山镇东流村十二组山背后高压线路分支二十七号杆" * 3


def nothing() -> Project:
    return Project.empty(ProjectInfo(name="", planning_date="2026-11-20"))


def without_places() -> Project:
    return draw(
        "s q1 a", "a l1 b", "b t1 c", "c !tie d", "d l2 e", sources=["s"],
        points={"u1": "c"}, areas={"台区甲": "t1"},
    )  # fmt: skip


def placed(x: float, y: float, crs: str, step: float) -> Project:
    """A feeder with one customer: two poles in one place, a line of two points, an area with a hole."""
    nodes = {name: {"x": x + n * step, "y": y} for n, name in enumerate("sabc")}
    ring = [(x - step, y - step), (x + 4 * step, y - step), (x + 4 * step, y + step), (x - step, y + step)]
    hole = [(x + (n % 3) * step / 4, y + (0.3 + 0.1 * (n // 2)) * step) for n in range(4)]
    outline = shapely.MultiPolygon([shapely.Polygon(ring, [hole])])
    route = shapely.linestrings([(x + step, y), (x + 2 * step, y)])
    project = draw(
        "s q1 a", "a l1 b", "b t1 c", sources=["s"], points={"u1": "c"}, areas={"A1": "t1"},
        rows={
            "connectivity_nodes": nodes,
            "ac_line_segments": {"l1": {"nominal_kv": 10.0, "geometry": shapely.to_wkb(route)}},
            "transformer_areas": {"A1": {"name": LONG, "geometry": shapely.to_wkb(outline)}},
            "poles": {name: {"x": x + step, "y": y, "name": name * 30} for name in ("一", "二")},
            "customers": {"u1": {"name": LONG, "x": x + 3 * step, "y": y, "transformer_area": "A1"}},
            "district_managers": {"m": {"name": "欧", "x": x, "y": y}},
        },
    )  # fmt: skip
    return replace(project, info=replace(project.info, crs=crs, name=LONG))


MAKERS: dict[str, Callable[[], Project]] = {
    "nothing": nothing,
    "without places": without_places,
    "in degrees": lambda: placed(113.9, 29.5, "EPSG:4490", 0.002),
    "on a local plane": lambda: placed(-7.0, 12.0, without_places().info.crs, 80.0),
    "far west": lambda: placed(-179.99, -0.001, "EPSG:4490", 0.002),
}


@pytest.fixture
def odd(request: pytest.FixtureRequest, program: Program, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    path = tmp_path / f"{request.param}.gpkg"
    save_new(path, MAKERS[request.param]())
    with qtbot.waitSignal(program.bench.session.project_changed, timeout=20_000):
        program.bench.session.open(path)
    program.window.canvas.finish_drawing()
    return program.window


def project_of(window: MainWindow) -> Project:
    found = window.bench.session.project
    assert found is not None
    return found


def look_at_everything(qtbot: QtBot, window: MainWindow) -> None:
    """Take the first row of every table under the hand, then turn to every task."""
    window.bench.set_task("data")
    for table in schema.tables():
        frame = project_of(window).frame(table)
        if len(frame):
            window.bottom.open(table)
            window.bench.go_to(table, str(frame["id"].iloc[0]))
    for task in TASKS:
        window.bench.set_task(task)
        window.grab()
    window.canvas.finish_drawing()
    wait_for_jobs(qtbot, window)


@pytest.mark.parametrize("odd", list(MAKERS) if LONG_RUN else ["nothing", "in degrees"], indirect=True)
def test_everything_can_be_looked_at_in_both_languages_and_themes(
    qtbot: QtBot, odd: MainWindow, program: Program
) -> None:
    with qtbot.captureExceptions() as caught:
        look_at_everything(qtbot, odd)
        program.change_language("zh_CN")
        program.change_theme("dark")
        look_at_everything(qtbot, program.window)
        QApplication.processEvents()
    program.change_theme("light")
    assert caught == []


@pytest.mark.parametrize("odd", list(MAKERS), indirect=True)
def test_every_tool_is_tried_all_over_the_map_and_undone(qtbot: QtBot, odd: MainWindow) -> None:
    before = project_of(odd)
    odd.bench.set_task("data")
    canvas = odd.canvas
    spots = [
        QPoint(round(x), round(y))
        for x in np.linspace(60, canvas.width() - 60, 4)
        for y in (canvas.height() / 2, canvas.height() / 3)
    ]
    with qtbot.captureExceptions() as caught:
        for tool in TOOLS:
            if tool.name == "new-transformer":
                continue  # its dialog is asked elsewhere
            qtbot.mouseClick(odd.tools._buttons[tool.name], LEFT)
            for at in spots:
                qtbot.mouseClick(canvas, LEFT, pos=at)
            qtbot.keyClick(canvas, Qt.Key.Key_Return)
            qtbot.mousePress(canvas, LEFT, pos=spots[2])
            qtbot.mouseMove(canvas, spots[2] + QPoint(9, 9))
            qtbot.mouseRelease(canvas, LEFT, pos=spots[2] + QPoint(30, 30))
            odd.tools.hand.take(None)
            canvas.finish_drawing()
    assert caught == []
    if project_of(odd).geographic and project_extent(before) is None:
        assert project_of(odd) is before
        assert "has a place yet" in odd.messages.text.text()
    while odd.bench.session.next_undo is not None:
        assert odd.bench.session.undo() is not None
    same_rows(project_of(odd), before)


def test_a_preview_that_begins_by_itself_does_not_hold_up_another_language(
    window: MainWindow, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(_parent: object, _title: str, question: str, _do: str) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr(ask, "yes", answer)
    window.bench.set_task("print")
    assert window.bench.jobs.running
    program.change_language("zh_CN")
    assert asked == []
    assert program.window is not window
