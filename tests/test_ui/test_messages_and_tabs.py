"""A message goes when it is no longer true, the map shows all beside it, and a result comes to the front."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.test_ui.helpers import LEFT, press, wait_for_jobs
from tests.test_ui.test_window import a_section_switch
from ui.application import Program
from ui.main_window import MainWindow
from ui.map.extent import project_extent
from ui.tables.pages import AttributePage


def front(window: MainWindow) -> str:
    """The name of the table on screen."""
    assert window.bottom.page is not None
    return window.bottom.page.name


def test_a_message_goes_with_undo(window: MainWindow, qtbot: QtBot) -> None:
    window.bench.set_task("grids")
    window.bench.grouping.set_sizes(2, 4)
    press(qtbot, window.right.grouping, "Propose groups")
    wait_for_jobs(qtbot, window)
    window.bench.grouping.put(in_force=True)
    assert window.messages.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not window.messages.isVisible()


@pytest.mark.parametrize("kind", ["notice", "warning", "problem"])
def test_a_message_goes_with_another_task_or_object_but_a_problem_stays(
    window: MainWindow, qtbot: QtBot, kind: str
) -> None:
    window.messages.tell("Something", kind)
    qtbot.mouseClick(window.top.tasks["outage"], LEFT)
    assert window.messages.isVisible() == (kind == "problem")
    window.messages.tell("Something", kind)
    window.bench.select("switches", a_section_switch(window))
    assert window.messages.isVisible() == (kind == "problem")


def test_a_message_does_not_crop_the_whole_station(window: MainWindow) -> None:
    window.resize(1366, 640)
    QApplication.processEvents()
    window.canvas.zoom_to_all()
    window.canvas.finish_drawing()
    project = window.bench.session.project
    assert project is not None
    station = project_extent(project)
    assert station is not None
    height = window.canvas.height()
    window.messages.tell("\n".join(map(str, range(24))))
    QApplication.processEvents()
    assert window.canvas.height() < height
    now = window.canvas.extent()
    assert now[0] < station[0] < station[2] < now[2]
    assert now[1] < station[1] < station[3] < now[3]
    window.canvas.zoom_in()
    kept = window.canvas.scale_denominator()
    window.messages.hide()
    QApplication.processEvents()
    assert window.canvas.scale_denominator() == kept, "a view a person chose keeps its scale"


def test_the_losses_asked_for_come_to_the_front_each_time(window: MainWindow, qtbot: QtBot) -> None:
    window.bench.set_task("outage")
    for _time in range(2):
        window.bottom.open("switches")
        window.commands.by_name["rank"].trigger()
        wait_for_jobs(qtbot, window)
        assert front(window) == "device-loss"


def test_an_outage_asked_for_comes_to_the_front_but_an_edit_does_not_push_it_there(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.bench.set_task("outage")
    one = a_section_switch(window)
    window.bench.select("switches", one)
    window.commands.by_name["what-if"].trigger()
    wait_for_jobs(qtbot, window)
    assert front(window) == "outage-customers"
    window.bottom.open("switches")
    page = window.bottom.page
    assert isinstance(page, AttributePage)
    name = page.model.index(0, [column.name for column in page.model.columns].index("name"))
    assert page.model.setData(name, "Renamed")
    wait_for_jobs(qtbot, window)
    assert front(window) == "switches"
    window.commands.by_name["what-if"].trigger()
    wait_for_jobs(qtbot, window)
    assert front(window) == "outage-customers"


def test_data_without_a_place_explains_the_empty_map(program: Program, qtbot: QtBot, tmp_path: Path) -> None:
    from gis.project_file import save_new
    from grid_model.project import Project, ProjectInfo

    draft = Project.empty(ProjectInfo(name="No places")).edit()
    draft.insert("district_managers", [{"id": "M1", "name": "Somebody"}])
    path = tmp_path / "placeless.gpkg"
    save_new(path, draft.project)
    with qtbot.waitSignal(program.bench.session.project_changed, timeout=20_000):
        program.bench.session.open(path)
    assert program.window.messages.isVisible()
    assert "the map is empty" in program.window.messages.text.text()
