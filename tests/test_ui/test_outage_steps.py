"""The switching order under the hand: dragged, moved by keys, refused, and nothing lies over a step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from resources import i18n
from tests.test_ui.helpers import LEFT, wait_for_jobs
from tests.test_ui.outage_story import Story, fault_story, shown_number
from ui.application import Program
from ui.main_window import MainWindow
from ui.panels.steps_view import StepsView

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def drag_step(view: StepsView, source: int, target: int, let_go: bool = True) -> None:
    """Take a step with the mouse and carry it over another one: above it upwards, below it downwards."""
    boxes = [view.visualRect(view.rows.index(row)) for row in (source, target)]
    start = boxes[0].center()
    end = QPoint(start.x(), boxes[1].top() + 3 if target < source else boxes[1].bottom() - 3)
    port = view.viewport()
    QTest.mousePress(port, LEFT, pos=start)
    for n in range(1, 6):
        QTest.mouseMove(port, start + (end - start) * (n / 5))
        QApplication.processEvents()
    if let_go:
        QTest.mouseRelease(port, LEFT, pos=end)


def test_the_list_of_steps_has_an_undo_of_its_own(plain: MainWindow, qtbot: QtBot, story: Story) -> None:
    window, desk, view = plain, plain.bench.outage, plain.right.outage.study.steps
    project = window.bench.session.project
    assert project is not None
    edits = window.bench.session.next_undo
    fault_story(qtbot, window, story)
    steps = desk.steps
    times = [step.time for step in steps]

    view.setFocus()
    view.setCurrentIndex(view.rows.index(len(steps) - 1))
    assert desk.shown == len(steps)
    qtbot.keyClick(view, Qt.Key.Key_Up, ALT)
    wait_for_jobs(qtbot, window)
    assert desk.steps != steps
    assert [step.action for step in desk.steps][-2:] == [steps[-1].action, steps[-2].action]
    assert [step.time for step in desk.steps] == times, "the times stay in their order"

    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Z, CONTROL)
    wait_for_jobs(qtbot, window)
    assert desk.steps == steps
    assert window.bench.session.next_undo is edits, "the project's undo is another one"
    qtbot.keyClick(view, Qt.Key.Key_Y, CONTROL)
    wait_for_jobs(qtbot, window)
    assert desk.steps != steps
    qtbot.keyClick(view, Qt.Key.Key_Z, CONTROL)
    wait_for_jobs(qtbot, window)

    view.setCurrentIndex(view.rows.index(len(steps) - 1))
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    wait_for_jobs(qtbot, window)
    assert desk.steps == steps[:-1]


def test_a_step_dragged_by_the_mouse_goes_to_where_it_is_let_go(
    plain: MainWindow, qtbot: QtBot, story: Story
) -> None:
    window, desk, view = plain, plain.bench.outage, plain.right.outage.study.steps
    fault_story(qtbot, window, story)
    steps, times = desk.steps, [step.time for step in desk.steps]
    last = len(steps) - 1

    drag_step(view, last, 1)
    wait_for_jobs(qtbot, window)
    assert (desk.steps[1].action, desk.steps[1].devices) == (steps[last].action, steps[last].devices)
    assert [step.time for step in desk.steps] == times, "the times stay in their order"
    assert desk.shown <= 2, "the step that was moved is the one under the hand"

    desk.undo()
    wait_for_jobs(qtbot, window)
    drag_step(view, 1, 2)
    wait_for_jobs(qtbot, window)
    assert [one.devices for one in desk.steps[1:3]] == [one.devices for one in reversed(steps[1:3])]

    desk.undo()
    wait_for_jobs(qtbot, window)
    drag_step(view, last, 1, let_go=False)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view.viewport(), LEFT, pos=view.visualRect(view.rows.index(1)).center())
    wait_for_jobs(qtbot, window)
    assert desk.steps == steps, "Escape lets the step stay"


def test_an_order_that_would_energise_the_fault_says_so_in_a_sentence(
    plain: MainWindow, qtbot: QtBot, story: Story
) -> None:
    window, desk, panel = plain, plain.bench.outage, plain.right.outage.study
    fault_story(qtbot, window, story)
    assert desk.refusal is None
    closing = next(n for n, step in enumerate(desk.steps) if step.action == "close")
    drag_step(panel.steps, closing, 1)
    wait_for_jobs(qtbot, window)
    assert desk.refusal is not None and desk.refusal.at == 1
    assert desk.refusal.error.code == "energises-fault"
    row = panel.steps.rows.rows[1]
    assert story.line in row.refusal and row.refusal.endswith(".")
    assert all(one.waits for one in panel.steps.rows.rows[2:]), "what stands behind it waits"

    panel.steps.setFocus()
    panel.steps.setCurrentIndex(panel.steps.rows.index(1))
    for _turn in range(closing - 1):
        QTest.keyClick(panel.steps, Qt.Key.Key_Down, ALT)
        wait_for_jobs(qtbot, window)
    assert desk.refusal is None, "moved back by the keys it can be done again"


def test_a_proposal_shows_what_is_left_before_the_repair(
    plain: MainWindow, qtbot: QtBot, story: Story
) -> None:
    window, desk = plain, plain.bench.outage
    fault_story(qtbot, window, story)
    assert desk.result is not None
    stages = desk.result.study.stages
    repair = next(stage.n for stage in stages if stage.step.action == "repair")
    assert desk.shown == repair - 1
    assert stages[desk.shown - 1].counts.lv_customers
    assert shown_number(window, "LV customers") == str(stages[desk.shown - 1].counts.lv_customers)


def box(widget: QWidget, window: MainWindow) -> QRect:
    """Give where a widget stands in the window."""
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("language", ["zh_CN", pytest.param("en", marks=pytest.mark.long)])
def test_nothing_lies_over_a_step_however_often_another_one_is_shown(
    program: Program, plain: MainWindow, qtbot: QtBot, story: Story, language: str
) -> None:
    del plain
    program.use_language(language)
    window = program.window
    window.resize(1366, 768)
    qtbot.waitExposed(window)
    desk, panel = window.bench.outage, window.right.outage.study
    window.bench.set_task("outage")
    desk.add("fault", f"ac_line_segments:{story.line}")
    wait_for_jobs(qtbot, window)
    desk.propose()
    wait_for_jobs(qtbot, window)
    panel.film.slider.setFocus()
    for key in (Qt.Key.Key_Home, *[Qt.Key.Key_Right] * len(desk.steps), *[Qt.Key.Key_Left] * 3):
        QTest.keyClick(panel.film.slider, key)
        assert window.grab().width() == 1366  # drawn at once, before the event loop has turned
        steps = box(panel.steps, window)
        needed = sum(panel.steps.sizeHintForRow(row) for row in range(len(desk.steps)))
        assert steps.height() >= needed
        for part in (panel.add, panel.undo, panel.propose, panel.film, *panel._figures.findChildren(QWidget)):
            assert part.isHidden() or not steps.intersects(box(part, window)), part
    view, scroll = box(panel.steps, window), box(panel._scroll, window)
    rows = [panel.steps.visualRect(panel.steps.rows.index(n)).translated(view.topLeft()) for n in range(6)]
    panel._scroll.verticalScrollBar().setValue(0)
    assert all(row.bottom() <= scroll.bottom() for row in rows[:5]), "five steps are seen at 768 pixels"
    i18n.use_language("en")
