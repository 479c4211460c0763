"""Tracing in the window: from a device on the map, with conditions; seen, listed, summed, kept by name."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from grid_model.project import Project
from grid_model.saved_traces import saved_names, saved_trace
from grid_model.trace_configuration import Condition, Direction, TraceConfiguration, TraceKind
from grid_model.trace_sums import trace_sums
from grid_model.traces import TraceResult, run_trace
from tests.test_ui.helpers import press, texts, wait_for_jobs
from tests.test_ui.outage_story import Story, choose_in_menu, click_line
from ui import formats
from ui.dialogs import ask
from ui.main_window import MainWindow

CONTROL, RIGHT = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.RightButton


def choose(box: QComboBox, code: str) -> None:
    """Choose an entry by the keyboard."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _turn in range(box.findData(code)):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentData() == code


def write(line: QLineEdit, text: str) -> None:
    """Type a text in the place of what stands there."""
    line.setFocus()
    line.clear()
    QTest.keyClicks(line, text)


def begin(qtbot: QtBot, window: MainWindow, story: Story) -> None:
    """Turn to the traces from a line on the map."""
    qtbot.keyClick(window, Qt.Key.Key_3, CONTROL)
    wait_for_jobs(qtbot, window)
    choose_in_menu("Trace from here")
    click_line(qtbot, window, story.line, RIGHT)
    qtbot.waitUntil(lambda: window.right.outage.tabs.currentIndex() == 4)
    assert window.right.currentWidget() is window.right.outage
    assert window.right.outage.traces.start.text() == f"ac_line_segments:{story.line}"


def check(window: MainWindow, model: TraceResult, project: Project) -> None:
    """Compare what the window shows with what the model finds: list, sums, map."""
    desk = window.bench.traces
    assert desk.frame is not None and desk.picture is not None
    assert desk.frame["id"].tolist() == [one.id for one in model.devices]
    shown = " ".join(texts(window.right.outage.traces))
    for one in trace_sums(model):
        assert f"{formats.number(one.value, 3)} {one.unit}".strip() in shown, one
    lines = [one.id for one in model.devices if one.table == "ac_line_segments"]
    drawn = window.canvas._state.trace
    assert drawn is not None
    assert sorted(project.frame("ac_line_segments")["id"].iloc[drawn.lines]) == sorted(lines)
    page = window.bottom.page
    assert page is not None and page.title.startswith("Traced devices")


def test_a_trace_from_the_map_is_seen_listed_and_added_up(
    window: MainWindow, qtbot: QtBot, project: Project, story: Story
) -> None:
    begin(qtbot, window, story)
    panel, start = window.right.outage.traces, f"ac_line_segments:{story.line}"
    before = window.canvas.screenshot()
    press(qtbot, panel, "Trace")
    wait_for_jobs(qtbot, window)
    check(window, run_trace(project, TraceConfiguration(TraceKind.DOWNSTREAM, (start,))), project)
    assert window.canvas.screenshot() != before
    assert "Where it ends" in texts(window.left.outage)

    for kind in ("upstream", "connected", "feeder", "isolation"):
        choose(panel.kind, kind)
        press(qtbot, panel, "Trace")
        wait_for_jobs(qtbot, window)
        check(window, run_trace(project, TraceConfiguration(TraceKind(kind), (start,))), project)

    press(qtbot, panel, "Off the map")
    assert window.canvas._state.trace is None


def test_barriers_filters_and_conditions_are_heeded_and_a_mistake_is_said_below(
    window: MainWindow, qtbot: QtBot, project: Project, story: Story
) -> None:
    begin(qtbot, window, story)
    panel, start = window.right.outage.traces, f"ac_line_segments:{story.line}"
    choose(panel.kind, "connected")
    press(qtbot, panel, "+ Barriers, conditions, sums")
    write(panel.lines["filters"], "transformers where rated_kva >")
    QTest.keyClick(panel.lines["filters"], Qt.Key.Key_Return)
    assert "ends too early" in panel.problem.text() and window.bench.traces.result is None
    write(panel.lines["filters"], "transformers where rated_kva > 200; lines where length_m > 100000")
    write(panel.lines["barriers"], f'switches:{story.switch}; switches where kind == "circuit_breaker"')
    QTest.keyClick(panel.lines["filters"], Qt.Key.Key_Return)
    wait_for_jobs(qtbot, window)
    configuration = TraceConfiguration(
        TraceKind.CONNECTED,
        (start,),
        barriers=(f"switches:{story.switch}",),
        barrier_conditions=(Condition("switches", 'kind == "circuit_breaker"'),),
        filters=(
            Condition("power_transformers", "rated_kva > 200"),
            Condition("ac_line_segments", "length_m > 100000"),
        ),
    )
    model = run_trace(project, configuration)
    check(window, model, project)
    assert {one.table for one in model.devices} == {"switches", "power_transformers"}
    assert len(model.rows("ac_line_segments")), "a filter narrows the list, not the sums"


def test_semicolons_in_identifiers_and_conditions_come_back_into_the_form(
    window: MainWindow, qtbot: QtBot, story: Story
) -> None:
    begin(qtbot, window, story)
    panel = window.right.outage.traces
    asked = TraceConfiguration(
        TraceKind.CONNECTED,
        (f"ac_line_segments:{story.line}", "K;1"),
        barriers=("switches:Q；2", "L\\"),
        barrier_conditions=(Condition("switches", 'name == "甲;乙"'),),
        filters=(Condition("switches", "name in ['a;b', 'c']"), Condition("power_transformers")),
    )
    panel.write(asked)
    assert panel.configuration() == asked


def test_a_path_and_the_next_devices_ask_for_what_they_need(
    window: MainWindow, qtbot: QtBot, project: Project, story: Story
) -> None:
    begin(qtbot, window, story)
    panel, start = window.right.outage.traces, f"ac_line_segments:{story.line}"
    assert not panel.target.isVisibleTo(panel)
    choose(panel.kind, "path")
    assert panel.target.isVisibleTo(panel)
    press(qtbot, panel, "Trace")
    assert panel.problem.text() == "Write where the path leads to."
    write(panel.target, f"switches:{story.switch}")
    press(qtbot, panel, "Trace")
    wait_for_jobs(qtbot, window)
    model = run_trace(
        project, TraceConfiguration(TraceKind.PATH, (start,), target=f"switches:{story.switch}")
    )
    check(window, model, project)
    drawn = window.canvas._state.trace
    assert drawn is not None and len(drawn.starts) == 2

    choose(panel.kind, "next")
    choose(panel.direction, "both")
    panel.count.setValue(3)
    write(panel.wanted, "transformers")
    press(qtbot, panel, "Trace")
    wait_for_jobs(qtbot, window)
    model = run_trace(
        project,
        TraceConfiguration(
            TraceKind.NEXT,
            (start,),
            direction=Direction.BOTH,
            count=3,
            wanted=(Condition("power_transformers"),),
        ),
    )
    check(window, model, project)
    assert len(model.devices) == 3


def test_a_trace_is_kept_run_again_renamed_and_forgotten_as_edits(
    window: MainWindow, qtbot: QtBot, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(qtbot, window, story)
    panel, session = window.right.outage.traces, window.bench.session
    assert any(text.startswith("None yet") for text in texts(panel))
    choose(panel.kind, "upstream")
    press(qtbot, panel, "Trace")
    wait_for_jobs(qtbot, window)
    found = window.bench.traces.frame
    assert found is not None
    monkeypatch.setattr(ask, "text", lambda *_asked: "To the source")
    press(qtbot, panel, "Keep…")
    assert session.project is not None
    assert saved_names(session.project) == ("To the source",)
    assert saved_trace(session.project, "To the source").kind is TraceKind.UPSTREAM

    press(qtbot, panel, "Off the map")
    choose(panel.kind, "downstream")
    press(qtbot, panel, "To the source")
    wait_for_jobs(qtbot, window)
    again = window.bench.traces.frame
    assert again is not None and again.equals(found)
    assert panel.kind.currentData() == "upstream", "the fields say what was asked"
    assert "Kept as “To the source”" in texts(panel)

    monkeypatch.setattr(ask, "text", lambda *_asked: "Upwards")
    press(qtbot, panel, "Rename…")
    assert saved_names(session.project) == ("Upwards",)
    press(qtbot, panel, "Delete")
    assert saved_names(session.project) == ()
    session.undo()
    assert saved_names(session.project) == ("Upwards",)
    session.undo()
    session.undo()
    assert saved_names(session.project) == ()

    # an edit of the network makes the trace stale
    monkeypatch.setattr(ask, "yes", lambda *_asked: True)
    from grid_model.cell_edit import SetCell

    assert session.do(SetCell("switches", story.switch, "open", True)) is not None
    QApplication.processEvents()
    assert window.canvas._state.trace is None
    assert "The network has changed; trace again." in texts(panel)


def test_rows_of_the_trace_are_unique_and_in_the_order_of_the_walk(project: Project, story: Story) -> None:
    from ui.trace_desk import frame_of, picture_of

    result = run_trace(project, TraceConfiguration(TraceKind.DOWNSTREAM, (f"ac_line_segments:{story.line}",)))
    frame = frame_of(result)
    assert np.all(np.diff(frame["depth"]) >= 0) or np.all(np.diff(frame["distance_m"]) >= 0)
    assert not frame.duplicated(["table", "id"]).any()
    assert len(picture_of(result).starts) == 1
