"""The list of what does not hold together in a scheme follows it: edits, undo, redo, another scheme."""
# ruff: noqa: F811 - the fixtures of the window in the task Grids

from __future__ import annotations

import pandas as pd
import pytest
from pytestqt.qtbot import QtBot

from grid_model.grouping.editing import PaintAreas
from grid_model.grouping.scheme_edits import CopyScheme
from grid_model.grouping.schemes import scheme_in_force, scheme_named
from grid_model.project import Draft
from tests.test_ui.helpers import LEFT, texts
from tests.test_ui.test_grids_story import (  # noqa: F401
    ask_for,
    grids,
    hand_of,
    project_of,
    rest,
    shared,
)
from tests.test_ui.test_plan_commands import _Made
from ui import grids_doing
from ui.dialogs.approval_dialog import ApprovalDialog
from ui.grouping_plan import Approval
from ui.main_window import MainWindow
from ui.tables.frame_model import Shown
from ui.tables.pages import ResultPage

LIST = "scheme-findings"


def found(window: MainWindow) -> set[tuple[str, str]]:
    """What the window knows of the scheme on screen."""
    assert window.bench.grouping.findings.settled
    return {(one.code, one.object_id) for one in window.bench.grouping.findings.found or ()}


def listed(window: MainWindow) -> list[str]:
    """The objects named in the list on screen."""
    page = window.bottom.page
    assert page is not None and page.name == LIST
    return [str(page.model.frame["id"].iloc[row]) for row in page.model.order]


def tab_of(window: MainWindow) -> str:
    return window.bottom.tabs.tabText(window.bottom.shown_names().index(LIST))


def nobodys(window: MainWindow, scheme: str, area: str) -> None:
    assert window.bench.session.do(PaintAreas(scheme, (area,), None)) is not None


def test_the_list_on_screen_follows_edits_undo_and_redo(grids: MainWindow, qtbot: QtBot) -> None:
    desk, session = grids.bench.grouping, grids.bench.session
    areas = hand_of(grids).plan.areas
    assert areas is not None
    one, two = areas.areas[0], areas.areas[5]
    assert found(grids) == set()
    assert grids.right.grouping.soundness is not None
    assert grids.right.grouping.soundness.text() == "Sound ✓"
    nobodys(grids, desk.scheme, one)
    rest(grids, qtbot)
    assert grids.right.grouping.soundness is not None
    assert grids.right.grouping.soundness.text().startswith(f"{len(found(grids))} finding")
    qtbot.mouseClick(grids.right.grouping.soundness, LEFT)
    assert one in listed(grids)
    assert tab_of(grids) == f"Scheme check {len(listed(grids))}"
    nobodys(grids, desk.scheme, two)
    rest(grids, qtbot)
    assert {("area-unassigned", one), ("area-unassigned", two)} <= found(grids)
    assert {one, two} <= set(listed(grids))
    session.undo()
    rest(grids, qtbot)
    assert one in listed(grids) and two not in listed(grids)
    session.redo()
    rest(grids, qtbot)
    assert two in listed(grids)
    session.undo()
    session.undo()
    rest(grids, qtbot)
    assert listed(grids) == []
    assert tab_of(grids) == "Scheme check 0"
    assert grids.right.grouping.soundness is not None
    assert grids.right.grouping.soundness.text() == "Sound ✓"


def test_the_list_is_of_the_scheme_on_screen(grids: MainWindow, qtbot: QtBot) -> None:
    desk = grids.bench.grouping
    held = desk.scheme
    areas = hand_of(grids).plan.areas
    assert areas is not None
    area = areas.areas[0]
    assert desk.do(CopyScheme(held, "Copy"))
    copy = scheme_named(project_of(grids), "Copy")
    assert copy is not None
    desk.show_scheme(copy)

    def lose(draft: Draft) -> None:
        rows = draft.project.frame("grid_areas")
        there = (rows["scheme"] == copy) & (rows["transformer_area"] == area)
        draft.delete("grid_areas", list(rows.loc[there, "id"]))

    assert grids.bench.session.do(_Made(lose)) is not None
    rest(grids, qtbot)
    assert ("area-in-no-grid", area) in found(grids)
    desk.show_scheme(held)
    rest(grids, qtbot)
    assert desk.findings.scheme == held == scheme_in_force(project_of(grids))
    assert found(grids) == set()


def test_with_a_proposal_on_screen_no_findings_of_a_scheme_are_told(grids: MainWindow, qtbot: QtBot) -> None:
    ask_for(grids, qtbot, 2, 4)
    assert LIST not in grids.bottom.shown_names()
    grids.commands.refresh()
    assert not grids.commands.by_name["check-scheme"].isEnabled()
    grids.bench.grouping.clear()
    rest(grids, qtbot)
    assert LIST in grids.bottom.shown_names()


def test_what_is_worked_out_anew_is_of_the_scheme_as_it_stands(
    grids: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Edits faster than the check: what it finds of an older state is not shown as that of the newest."""
    desk = grids.bench.grouping
    areas = hand_of(grids).plan.areas
    assert areas is not None
    told: list[int] = []
    desk.findings.changed.connect(lambda: told.append(len(desk.findings.found or ())))
    for area in areas.areas[:4]:
        nobodys(grids, desk.scheme, area)
    assert not desk.findings.settled
    rest(grids, qtbot)
    assert {("area-unassigned", area) for area in areas.areas[:4]} <= found(grids)
    assert len(told) == 1, "only the newest state is told"
    assert told[0] >= 4


def test_edits_made_in_another_task_are_in_the_list_when_the_planner_comes_back(
    grids: MainWindow, qtbot: QtBot
) -> None:
    desk = grids.bench.grouping
    areas = hand_of(grids).plan.areas
    assert areas is not None
    qtbot.mouseClick(grids.top.tasks["data"], LEFT)
    nobodys(grids, desk.scheme, areas.areas[3])
    rest(grids, qtbot)
    qtbot.mouseClick(grids.top.tasks["grids"], LEFT)
    rest(grids, qtbot)
    assert ("area-unassigned", areas.areas[3]) in found(grids)


def test_the_list_of_a_proposal_comes_to_the_front_whatever_else_changes_with_it(
    grids: MainWindow, qtbot: QtBot
) -> None:
    for _turn in range(2):
        grids.bottom.open("district_managers")
        ask_for(grids, qtbot, 2, 4)
        assert grids.bottom.page is not None and grids.bottom.page.name == "plan-groups"
        grids.bench.grouping.clear()
        rest(grids, qtbot)


def test_an_empty_list_says_that_nothing_is_wrong_and_sentences_have_the_room_there_is(
    grids: MainWindow, qtbot: QtBot
) -> None:
    grids.bottom.open(LIST)
    page = grids.bottom.page
    assert page is not None and not len(page.model.order)
    assert page.view.nothing == "Everything in the scheme holds together."
    sentence = "a sentence that tells what is wrong with the scheme and where to look for it " * 2
    wide = ResultPage(grids.bench, LIST, "Scheme check")
    qtbot.addWidget(wide)
    shown = [Shown("sentence", "What was found", str), Shown("id", "Object", str)]
    wide.show_result(pd.DataFrame({"sentence": [sentence], "id": ["1"], "table": ["schemes"]}), shown)
    widths = []
    for room in (400, 2000):
        wide.resize(room, 200)
        wide.show()
        qtbot.waitUntil(lambda room=room: wide.width() == room)
        widths.append(wide.view.columnWidth(0))
    assert widths[0] < wide.view.fontMetrics().horizontalAdvance(sentence) <= widths[1]


def test_what_does_not_hold_together_is_said_before_a_scheme_is_put_in_force(
    grids: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = grids.bench.grouping
    areas = hand_of(grids).plan.areas
    assert areas is not None
    told: list[list[str]] = []

    def turned_back(*_asked: object) -> None:
        told.append(list(_asked[-1]))  # type: ignore[call-overload]

    monkeypatch.setattr(grids_doing, "ask_approval", turned_back)
    grids.commands.refresh()
    grids.commands.by_name["put-scheme-in-force"].trigger()
    assert told.pop() == []
    for area in areas.areas[:8]:
        nobodys(grids, desk.scheme, area)
    rest(grids, qtbot)
    name = project_of(grids).table("transformer_areas").row(areas.areas[0])["name"]
    grids.commands.by_name["put-scheme-in-force"].trigger()
    sentences = told.pop()
    assert any(name in one for one in sentences)
    assert len(sentences) == grids_doing.MOST_WRONG + 1 and "more finding" in sentences[-1]
    dialog = ApprovalDialog(project_of(grids), "x", Approval(), grids, sentences)
    assert any(sentences[0] in one for one in texts(dialog))
    dialog.deleteLater()
