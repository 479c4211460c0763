"""After carrying out to a middle step: the map and the list of what is not normal say what is still out."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.test_ui.helpers import press, texts, wait_for_jobs
from tests.test_ui.outage_story import CONTROL, Story, fault_story
from ui import formats
from ui.dialogs import ask
from ui.main_window import MainWindow
from ui.map.overlay import Fate


def test_what_is_out_and_faulted_stays_on_the_map_and_in_the_list(
    plain: MainWindow, qtbot: QtBot, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, desk, panel = plain, plain.bench.outage, plain.right.outage
    before = window.bench.session.project
    assert before is not None
    fault_story(qtbot, window, story)
    assert desk.result is not None
    carried = desk.shown
    stage, overlay = desk.result.study.stages[carried - 1], desk.overlay
    assert overlay is not None and stage.counts.lv_customers and carried < len(desk.steps)
    monkeypatch.setattr(ask, "yes", lambda *_asked: True)
    press(qtbot, panel, "Carry out…")
    wait_for_jobs(qtbot, window)

    assert not desk.steps and panel.tabs.currentIndex() == 2
    now = window.canvas._state.outage
    assert now is not None
    for fate in (Fate.DEAD, Fate.FAULT):
        assert np.array_equal(now.lines == fate, overlay.lines == fate), fate
    assert now.areas == overlay.areas
    assert [(one.kind, one.points) for one in now.spots if one.kind == "fault"] == [
        (one.kind, one.points) for one in overlay.spots if one.kind == "fault"
    ], "the place of the fault is kept"
    qtbot.waitUntil(lambda: "As it stands now" in texts(window.left.outage))

    qtbot.waitUntil(lambda: "fault, not repaired" in texts(panel.abnormal))
    told = " ".join(texts(panel.abnormal))
    counts = stage.counts
    mv, lv = formats.whole(counts.mv_users), formats.whole(counts.lv_customers)
    assert f"Without supply now: {mv} MV users, {lv} LV customers" in told
    planned = stage.step.time.strftime("%Y-%m-%d")
    assert f"since {planned}" in told, "the time of the step, not of the clock"

    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, CONTROL)
    wait_for_jobs(qtbot, window)
    assert window.canvas._state.outage is None, "undone: nothing stands otherwise than normal"
    assert "fault, not repaired" not in " ".join(texts(panel.abnormal))


def test_without_a_study_the_present_state_is_shown_on_the_map_when_asked_for(
    window: MainWindow, qtbot: QtBot
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_3, CONTROL)
    wait_for_jobs(qtbot, window)
    window.right.outage.tabs.setCurrentIndex(2)
    assert window.canvas._state.outage is None
    press(qtbot, window.right.outage.abnormal, "Show on the map")
    now = window.canvas._state.outage
    project = window.bench.session.project
    assert now is not None and project is not None
    switches = project.frame("switches")
    odd = switches[switches["open"] != switches["normal_open"]]
    assert {one for _table, one in (*now.opened, *now.closed)} == set(odd["id"])
    window.bench.outage.add("open", f"switches:{odd.loc[~odd['open'], 'id'].iloc[0]}")
    wait_for_jobs(qtbot, window)
    assert window.canvas._state.outage is not now, "a study takes its place"
