"""An outage studied by mouse and keyboard: a fault, isolation, restoration, carried out and taken back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QToolButton
from pytestqt.qtbot import QtBot

from grid_model.project import Project
from grid_model.study import study_outage
from grid_model.study_places import route_of
from grid_model.wiring import SwitchState
from tests.drawing import draw
from tests.test_ui.helpers import LEFT, answer_file, button, press, texts, wait_for_jobs
from tests.test_ui.outage_story import Story, choose_in_menu, click_line, fault_story, keep_as, shown_number
from ui.device_menu import Question, ends_of, questions
from ui.dialogs import ask
from ui.dialogs.step_dialog import StepDialog
from ui.main_window import MainWindow
from ui.map.overlay import Fate

RIGHT = Qt.MouseButton.RightButton
ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def test_a_fault_is_isolated_restored_carried_out_and_taken_back(
    plain: MainWindow, qtbot: QtBot, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, desk, panel = plain, plain.bench.outage, plain.right.outage
    project = window.bench.session.project
    assert project is not None
    qtbot.keyClick(window, Qt.Key.Key_3, CONTROL)

    click_line(qtbot, window, story.line, LEFT)
    assert window.right.currentWidget() is window.right.object
    press(qtbot, window.right.object, "What if it fails")
    wait_for_jobs(qtbot, window)
    assert desk.result is not None
    [step] = desk.steps
    assert step.action == "fault"
    assert step.xy is not None, "the place clicked is kept"
    [stage] = desk.result.study.stages
    assert stage.place is not None and 0 < stage.place.at_m < stage.place.length_m
    assert stage.opened, "what protects the line trips"
    model = study_outage(project, [step])
    assert shown_number(window, "MV users") == str(model.stages[0].counts.mv_users)
    assert shown_number(window, "LV customers") == str(model.stages[0].counts.lv_customers)
    overlay = window.canvas._state.outage
    assert overlay is not None
    row = project.table("ac_line_segments").position(story.line)
    assert overlay.lines[row] == Fate.FAULT
    assert (overlay.lines == Fate.DEAD).any()
    assert [one.kind for one in overlay.spots] == ["fault"]

    assert button(panel, "Propose isolation and restoration").objectName() == "primary"
    press(qtbot, panel, "Propose isolation and restoration")
    wait_for_jobs(qtbot, window)
    first = desk.steps
    operated = [one for step in first if step.action in ("open", "close") for one in step.devices]
    assert story.switch in {one.rpartition(":")[2] for one in operated}
    assert desk.refusal is None
    assert desk.result is not None and not desk.result.study.not_restored

    # one switch cannot be operated: by the menu of the step that opens it
    at = next(n for n, one in enumerate(first) if one.action == "open")
    view = panel.study.steps
    panel.study._scroll.ensureWidgetVisible(view)
    place = view.visualRect(view.rows.index(at)).center()
    choose_in_menu(str(project.table("switches").row(story.switch)["name"]))
    view.customContextMenuRequested.emit(place)
    wait_for_jobs(qtbot, window)
    assert desk.plan.inoperable == (f"switches:{story.switch}",)
    operated = [one.rpartition(":")[2] for step in desk.steps for one in step.devices]
    assert story.switch not in operated, "it is passed over"
    assert desk.result is not None and desk.refusal is None
    again = study_outage(project, desk.steps, inoperable=desk.plan.inoperable)
    assert [one.counts for one in desk.result.study.stages] == [one.counts for one in again.stages]
    assert desk.result.study.user_hours == again.user_hours

    # the film: to the step that closes the tie, where somebody is back over it
    closing = next(stage.n for stage in again.stages if stage.step.action == "close" and stage.customers_back)
    slider = panel.study.film.slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert desk.shown == len(desk.steps)
    while desk.shown > closing:
        qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert desk.shown == closing
    qtbot.mouseClick(panel.study.film.play, LEFT)
    assert desk.playing
    qtbot.mouseClick(panel.study.film.play, LEFT)
    assert not desk.playing and desk.shown == closing
    overlay = window.canvas._state.outage
    assert overlay is not None and (overlay.lines >= Fate.FED).any()
    assert overlay.feeds[0][1], "the tie over which it comes is named"
    assert shown_number(window, "MV users") == str(again.stages[closing - 1].counts.mv_users)
    assert any(text.startswith("Fed over") for text in texts(window.left.outage))

    # carried out as one edit, then taken back
    overlay = desk.overlay
    assert overlay is not None
    expected = {one for table, one in (*overlay.opened, *overlay.closed) if table == "switches"}
    assert len(expected) >= 3, "the breaker, the isolating switch, the tie"
    before = project.frame("switches")["open"].copy()
    monkeypatch.setattr(ask, "yes", lambda *_asked: True)
    press(qtbot, panel, "Carry out…")
    wait_for_jobs(qtbot, window)
    now = window.bench.session.project
    assert now is not None
    changed = project.frame("switches")["id"][now.frame("switches")["open"] != before]
    assert set(changed) == expected
    assert not desk.steps
    assert panel.tabs.currentIndex() == 2, "what does not stand as normal comes to the front"
    assert any("step 1 of" in text for text in texts(panel))
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, CONTROL)
    undone = window.bench.session.project
    assert undone is not None
    assert undone.frame("switches")["open"].equals(before)


def test_what_began_in_the_normal_state_is_not_carried_out_on_another_one(
    window: MainWindow, qtbot: QtBot, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    switches = project.frame("switches")
    one = switches.loc[switches["open"] & ~switches["normal_open"], "id"].iloc[0]
    qtbot.keyClick(window, Qt.Key.Key_3, CONTROL)
    window.bench.outage.add("open", f"switches:{one}")
    wait_for_jobs(qtbot, window)
    monkeypatch.setattr(ask, "yes", lambda *_asked: True)
    press(qtbot, window.right.outage, "Carry out…")
    wait_for_jobs(qtbot, window)
    assert "began in the normal state" in window.messages.text.text()
    assert window.bench.session.next_undo is None
    assert len(window.bench.outage.steps) == 1


def test_a_step_that_would_energise_the_fault_is_refused_in_place(
    plain: MainWindow, qtbot: QtBot, story: Story
) -> None:
    window, desk, panel = plain, plain.bench.outage, plain.right.outage
    project = window.bench.session.project
    assert project is not None
    qtbot.keyClick(window, Qt.Key.Key_3, CONTROL)
    click_line(qtbot, window, story.line, LEFT)
    press(qtbot, window.right.object, "What if it fails")
    wait_for_jobs(qtbot, window)
    assert desk.result is not None
    breaker = desk.result.study.stages[0].opened[0]
    window.bench.select("switches", breaker.id)
    qtbot.keyClick(window, Qt.Key.Key_K, CONTROL)
    wait_for_jobs(qtbot, window)
    assert [step.action for step in desk.steps] == ["fault", "close"]
    assert desk.refusal is not None and desk.refusal.at == 1
    assert desk.refusal.error.code == "energises-fault"
    row = panel.study.steps.rows.rows[1]
    assert story.line in row.refusal
    assert len(desk.result.study.stages) == 1, "the first step goes on being shown"
    assert shown_number(window, "MV users") == str(desk.result.study.stages[0].counts.mv_users)

    # moved before the fault it is refused for another reason; edited to another time it is too early
    def edit() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, StepDialog)
        what = dialog.findChild(QComboBox)
        assert what is not None
        what.setCurrentIndex(what.findData("repair"))
        dialog.devices.clear()
        dialog.when.setFocus()
        dialog.when.stepBy(0)
        from PySide6.QtTest import QTest

        QTest.mouseClick(dialog.agree, LEFT)

    QTimer.singleShot(200, edit)
    view = panel.study.steps
    view.setFocus()
    view.setCurrentIndex(view.rows.index(1))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    wait_for_jobs(qtbot, window)
    assert [step.action for step in desk.steps] == ["fault", "repair"]
    assert desk.refusal is None


def test_a_study_is_kept_opened_again_and_listed(
    plain: MainWindow, qtbot: QtBot, story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import openpyxl

    window, desk, panel = plain, plain.bench.outage, plain.right.outage
    project = window.bench.session.project
    assert project is not None
    fault_story(qtbot, window, story)
    steps = desk.steps
    assert desk.result is not None
    affected = set(desk.result.customers.loc[desk.result.customers["status"] == "out", "id"])
    assert affected == {one.id for one in study_outage(project, steps).customers if one.status == "out"}

    out = tmp_path / "list.xlsx"
    answer_file(monkeypatch, out)
    press(qtbot, panel, "Export customer list")
    wait_for_jobs(qtbot, window)
    book = openpyxl.load_workbook(out, read_only=True)
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell}
    book.close()
    assert affected <= cells

    assert keep_as(window, "Line fault") == [""]
    wait_for_jobs(qtbot, window)
    now = window.bench.session.project
    assert now is not None
    assert now.frame("outages")["name"].tolist()[-1] == "Line fault"
    press(qtbot, panel, "Clear")
    assert not desk.steps and desk.overlay is None
    press(qtbot, panel, "Bring the last steps back")
    wait_for_jobs(qtbot, window)
    assert desk.steps == steps
    press(qtbot, panel, "Clear")

    press(qtbot, panel, "Open a kept study…")
    assert panel.tabs.currentIndex() == 3
    press(qtbot, panel.kept, "Line fault")
    qtbot.waitUntil(lambda: bool(desk.steps), timeout=10_000)
    wait_for_jobs(qtbot, window)
    assert [(one.time, one.action) for one in desk.steps] == [(one.time, one.action) for one in steps]
    assert desk.plan.name == "Line fault"


def test_earth_jumper_and_cut_stand_in_the_menu_of_a_device(
    plain: MainWindow, qtbot: QtBot, story: Story
) -> None:
    window, desk = plain, plain.bench.outage
    project = window.bench.session.project
    assert project is not None
    qtbot.keyClick(window, Qt.Key.Key_3, CONTROL)
    wait_for_jobs(qtbot, window)
    window.bench.select("switches", story.switch)
    press(qtbot, window.right.object, "What if it opens")
    wait_for_jobs(qtbot, window)
    assert desk.overlay is not None
    lines = project.frame("ac_line_segments")
    dead = np.flatnonzero((desk.overlay.lines == Fate.DEAD) & (lines["nominal_kv"].to_numpy() > 1))
    line = str(lines["id"].iloc[dead[len(dead) // 2]])

    choose_in_menu("Earth it")
    click_line(qtbot, window, line, RIGHT)
    wait_for_jobs(qtbot, window)
    assert desk.refusal is None and [step.action for step in desk.steps] == ["open", "earth"]
    assert desk.overlay is not None
    assert {one.kind for one in desk.overlay.spots} >= {"earth"}
    assert (desk.overlay.lines == Fate.EARTHED).any()

    window.bench.select("switches", story.switch)
    choose_in_menu("Bridge it with a jumper")
    QApplication.processEvents()
    tool = [one for one in window.right.object.findChildren(QToolButton) if "▾" in one.text()][-1]
    qtbot.mouseClick(tool, LEFT)
    qtbot.waitUntil(lambda: len(desk.steps) == 3, timeout=5_000)
    wait_for_jobs(qtbot, window)
    assert desk.refusal is not None, [(one.action, one.devices) for one in desk.steps]
    assert desk.refusal.error.code == "energises-earth"
    desk.drop(2)
    wait_for_jobs(qtbot, window)
    desk.drop(1)
    wait_for_jobs(qtbot, window)

    choose_in_menu("Cut the line here")
    click_line(qtbot, window, line, RIGHT)
    wait_for_jobs(qtbot, window)
    assert desk.refusal is None and desk.steps[-1].action == "cut" and desk.steps[-1].xy is not None
    assert desk.overlay is not None
    assert {one.kind for one in desk.overlay.spots} >= {"cut"}

    # a jumper from the live side of the open switch to the dead line: what is dead comes back over it
    ends = project.table("switches").row(story.switch)
    live = desk.result.study.stages[-1].outage.supply[1] if desk.result is not None else []
    table = project.table("connectivity_nodes")
    at_a = bool(live[table.position(ends["node_a"])])
    out = desk.result.study.stages[-1].counts.lv_customers if desk.result is not None else 0
    nodes = {ends["node_a" if at_a else "node_b"]}
    touching = lines["node_a"].isin(nodes) | lines["node_b"].isin(nodes)
    near = lines.loc[touching & (lines["nominal_kv"] > 1), "id"].tolist()
    other = str(lines["id"].iloc[next(row for row in dead if lines["id"].iloc[row] != line)])
    start, end = f"ac_line_segments:{near[0]}", f"ac_line_segments:{other}"
    for device, text in ((start, "Jumper from here"), (end, "Jumper from")):
        window.bench.select(*device.split(":"))
        QApplication.processEvents()
        choose_in_menu(text)
        tool = [one for one in window.right.object.findChildren(QToolButton) if "▾" in one.text()][-1]
        qtbot.mouseClick(tool, LEFT)
        qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None, timeout=5_000)
    qtbot.waitUntil(lambda: desk.steps[-1].action == "jumper", timeout=5_000)
    wait_for_jobs(qtbot, window)
    assert desk.refusal is None and desk.result is not None
    assert {one.kind for one in desk.overlay.spots} >= {"cut", "jumper"}
    assert desk.result.study.stages[-1].counts.lv_customers < out


def test_a_jumper_begins_and_ends_at_the_end_of_a_line_nearer_to_the_click(
    plain: MainWindow, qtbot: QtBot, story: Story
) -> None:
    window, desk = plain, plain.bench.outage
    project = window.bench.session.project
    assert project is not None
    lines = project.frame("ac_line_segments")
    other = str(lines.loc[(lines["nominal_kv"] > 1) & (lines["id"] != story.line), "id"].iloc[0])

    def offered(line: str, share: float) -> dict[str, Question]:
        route = route_of(project, line)
        near = route[0] if share == 0 else route[-1]
        window.bench.click("ac_line_segments", line, (float(near[0]), float(near[1])))
        found = questions(window.bench, "ac_line_segments", line)
        return {one.text.partition(" (")[0]: one for one in found if one.text.startswith("Jumper")}

    for share, near, far in ((0, "a", "b"), (1, "b", "a")):
        here = offered(story.line, share)
        assert list(here) == ["Jumper from here…", "Jumper from the other end"]
        for text, end in zip(here, (near, far), strict=True):
            here[text].ask()
            assert window.bench.jumper_from == f"ac_line_segments:{story.line}@{end}"
            assert offered(story.line, share) == {}, "a device is bridged by an entry of its own"
            there = list(offered(other, share).values())
            assert [one.text.endswith("to here") for one in there] == [True, False]
            there[0].ask()
            assert window.bench.jumper_from is None
            wait_for_jobs(qtbot, window)
            assert desk.steps[-1].devices == (
                f"ac_line_segments:{story.line}@{end}", f"ac_line_segments:{other}@{near}"
            )  # fmt: skip
            desk.drop(len(desk.steps) - 1)
            wait_for_jobs(qtbot, window)


def test_a_device_has_its_ends_once_each_and_only_where_a_node_is() -> None:
    network = draw(
        "s k1 a", "a l1 b", "a k2@l1", "b l2 b", "b t1 c", sources=["s"],
        rows={"connectivity_nodes": {"a": {"x": 0.0, "y": 0.0}, "b": {"x": 300.0, "y": 0.0}}},
    )  # fmt: skip
    assert ends_of(network, "ac_line_segments", "l1", (250.0, 5.0)) == (("b", "b"), ("a", "a"))
    assert ends_of(network, "ac_line_segments", "l1", (50.0, 5.0)) == (("a", "a"), ("b", "b"))
    assert ends_of(network, "ac_line_segments", "l1", None) == (("a", "a"), ("b", "b"))
    assert ends_of(network, "ac_line_segments", "l2", (300.0, 0.0)) == (("a", "b"),)
    assert ends_of(network, "switches", "k2", None) == (("a", "a"),)
    assert ends_of(network, "power_transformers", "t1", None) == (("a", "b"), ("b", "c"))


def test_the_impact_card_and_the_losses_on_the_map_say_what_the_ranking_says(
    window: MainWindow, qtbot: QtBot, project: Project, story: Story
) -> None:
    from grid_model.ranking import rank_devices
    from grid_model.wiring import Device

    qtbot.keyClick(window, Qt.Key.Key_3, CONTROL)
    wait_for_jobs(qtbot, window)
    ranking = rank_devices(project, SwitchState.NORMAL)
    number = ranking.number(Device("switches", story.switch))
    window.bench.select("switches", story.switch)
    shown = [text.replace("\u00a0", " ") for text in texts(window.right.object)]
    assert shown[shown.index("LV customers") + 1] == str(int(ranking.losses["lv_customers"][number]))
    assert shown[shown.index("MV users") + 1] == str(int(ranking.losses["mv_users"][number]))
    window.bench.select("")

    plain_map = window.canvas.screenshot()
    legend = window.left.outage
    window.left.ensureWidgetVisible(legend)
    legend.colour.setFocus()
    qtbot.keyClick(legend.colour, Qt.Key.Key_Space)
    assert window.canvas.screenshot() != plain_map
    assert any("≥" in text for text in texts(legend))
    qtbot.keyClick(legend.colour, Qt.Key.Key_Space)
    assert window.canvas.screenshot() == plain_map
    assert "no loop" in " ".join(texts_of_page(window, 1)), "the sample is radial, and says so"


def texts_of_page(window: MainWindow, page: int) -> list[str]:
    """Turn to a page of the task and read it."""
    window.right.outage.tabs.setCurrentIndex(page)
    return texts(window.right.outage)


def test_a_loop_is_listed_with_the_switches_that_open_it(plain: MainWindow, qtbot: QtBot) -> None:
    from grid_model.cell_edit import SetCell

    window, session = plain, plain.bench.session
    project = session.project
    assert project is not None
    switches = project.frame("switches")
    tie = str(switches.loc[switches["normal_open"], "id"].iloc[0])
    qtbot.keyClick(window, Qt.Key.Key_3, CONTROL)
    assert session.do(SetCell("switches", tie, "open", False)) is not None
    window.bench.outage.set_state("current")
    qtbot.waitUntil(lambda: window.bench.ranking.found is not None, timeout=10_000)
    qtbot.waitUntil(lambda: len(window.bench.ranking.found.loops) == 1, timeout=10_000)  # type: ignore[union-attr]
    shown = " ".join(texts_of_page(window, 1))
    assert "Loop 1" in shown
    [loop] = window.bench.ranking.found.loops  # type: ignore[union-attr]
    assert tie in loop.switches
    press(qtbot, window.right.outage, "Show on the map")
    assert window.canvas._state.loop is not None
    assert len(window.canvas._state.loop.switches) == len(loop.switches)

    texts_of_page(window, 2)
    qtbot.waitUntil(lambda: any("closed, normally open" in one for one in texts(window.right.outage)))
    press(qtbot, window.right.outage, "Return to normal")
    wait_for_jobs(qtbot, window)
    assert [(step.action, step.devices) for step in window.bench.outage.steps] == [
        ("open", (f"switches:{tie}",))
    ]
    assert window.right.outage.tabs.currentIndex() == 0
