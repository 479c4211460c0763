"""An outage told by tests of the window: the line that fails, where it is clicked, what is proposed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from grid_model.study_places import route_of
from grid_model.study_proposal import plan_fault
from tests.test_ui.helpers import LEFT, button, press, texts, wait_for_jobs
from ui.main_window import MainWindow
from ui.outage_plan import morning
from ui.panels.outage_checks_view import KeepDialog

CONTROL = Qt.KeyboardModifier.ControlModifier


@dataclass(frozen=True)
class Story:
    """A line whose fault is isolated by one switch, and by another one where that cannot be operated."""

    line: str
    switch: str


def find_story(window: MainWindow) -> Story:
    """Search the sample for one, so that no test stands on an identifier."""
    project = window.bench.session.project
    assert project is not None
    at = morning(project)
    lines = project.frame("ac_line_segments")
    for line in lines.loc[lines["nominal_kv"] > 1, "id"].iloc[1::3]:
        if place_to_click(window, str(line)) is None:
            continue
        first = plan_fault(project, f"lines:{line}", at)
        if len(first.isolation.open) != 1 or not first.restoration.operations:
            continue
        switch = first.isolation.open[0]
        second = plan_fault(project, f"lines:{line}", at, inoperable=(str(switch),))
        if switch.table == "switches" and second.restoration.operations:
            return Story(str(line), switch.id)
    raise AssertionError("the sample has no such line")


def place_to_click(window: MainWindow, line: str) -> QPoint | None:
    """Bring a line into view and find a pixel where it alone lies; None where others cover it."""
    canvas, project = window.canvas, window.bench.session.project
    assert project is not None
    canvas.zoom_to_object("ac_line_segments", line)
    route = route_of(project, line)
    for share in np.linspace(0.1, 0.9, 17):
        at = share * (len(route) - 1)
        low = min(int(at), len(route) - 2)
        place = route[low] + (route[low + 1] - route[low]) * (at - low)
        px = canvas.view.to_px(canvas._plane.metres(place[None, :]))[0]
        hit = canvas.object_at(round(px[0]), round(px[1]))
        if hit is not None and (hit.table, hit.id) == ("ac_line_segments", line):
            return QPoint(round(px[0]), round(px[1]))
    return None


def click_line(qtbot: QtBot, window: MainWindow, line: str, mouse: Qt.MouseButton) -> None:
    """Click on a line."""
    at = place_to_click(window, line)
    assert at is not None, f"the line {line} is covered everywhere"
    window.bench.select("")
    wait_for_jobs(qtbot, window)
    qtbot.mouseClick(window.canvas, mouse, pos=at)


def choose_in_menu(text: str) -> None:
    """Choose an entry of the menu that will open next, by the keyboard."""

    def choose() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        action = next((one for one in menu.actions() if one.text().startswith(text)), None)
        assert action is not None, [one.text() for one in menu.actions()]
        menu.setActiveAction(action)
        QApplication.processEvents()
        from PySide6.QtTest import QTest

        QTest.keyClick(menu, Qt.Key.Key_Return)

    QTimer.singleShot(150, choose)


def fault_story(qtbot: QtBot, window: MainWindow, story: Story) -> None:
    """Let the line fail by a click, and have Taiqu propose what to do."""
    qtbot.keyClick(window, Qt.Key.Key_3, CONTROL)
    click_line(qtbot, window, story.line, LEFT)
    press(qtbot, window.right.object, "What if it fails")
    wait_for_jobs(qtbot, window)
    press(qtbot, window.right.outage, "Propose isolation and restoration")
    wait_for_jobs(qtbot, window)


def keep_as(window: MainWindow, name: str) -> list[str]:
    """Answer the form that asks how a study is kept, turning back where it refuses the name; its sentence."""
    told: list[str] = []

    def answer() -> None:
        asked = QApplication.activeModalWidget()
        assert isinstance(asked, KeepDialog)
        asked.name.selectAll()
        QTest.keyClicks(asked.name, name)
        if asked.checks.reason.isVisible():
            QTest.keyClicks(asked.checks.reason, "no other way")
        told.append(asked.problem.text())
        QTest.keyClick(asked, Qt.Key.Key_Escape) if told[0] else QTest.mouseClick(asked.keep, LEFT)

    QTimer.singleShot(100, answer)
    found = button(window.right.outage, "Keep…")
    QTest.mouseClick(found, LEFT)
    return told


def shown_number(window: MainWindow, title: str) -> str:
    shown = texts(window.right.outage)
    return shown[shown.index(title) + 1].replace("\u00a0", "")
