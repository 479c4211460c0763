"""Where no grouping can be, the window says why in one sentence that names the persons and the rule."""
# ruff: noqa: F811 - the fixtures of the window in the task Grids

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from grid_model.grouping.editing import LockGroups
from grid_model.grouping.rule_edits import AddRule
from grid_model.project import Draft
from resources import i18n
from tests.test_ui.helpers import press, texts
from tests.test_ui.test_grids_story import grids, hand_of, project_of, rest, shared  # noqa: F401
from tests.test_ui.test_plan_commands import _Made, one_leader, river_around
from ui.main_window import MainWindow

ZHAO = "赵丽 (81010001)"
LANGUAGES = ("en", "zh_CN")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest, grids: MainWindow) -> str:
    """The language the window speaks in this test."""
    i18n.use_language(request.param)
    grids.right.grouping.refresh()
    return str(request.param)


def make_so(window: MainWindow, qtbot: QtBot, what: Callable[[Draft], None]) -> None:
    assert window.bench.session.do(_Made(what)) is not None
    rest(window, qtbot)


def proposed(window: MainWindow, qtbot: QtBot, least: int, most: int) -> str:
    """Press the button and read what the panel says."""
    panel = window.right.grouping
    panel.most.setValue(most)
    panel.least.setValue(least)
    press(qtbot, panel, i18n._("Propose groups"))
    rest(window, qtbot)
    return "\n".join(texts(panel))


def seventh(draft: Draft) -> None:
    """A seventh manager comes on duty, with land of his own."""
    rows = draft.project.frame("district_managers")
    like = draft.project.table("district_managers").row(str(rows["id"].iloc[0]))
    fresh = {name: value for name, value in like.items() if name != "fid"}
    draft.insert("district_managers", [{**fresh, "id": "81010007", "name": "孙七", "active": True}])
    areas = draft.project.frame("transformer_areas")
    draft.update("transformer_areas", list(areas["id"].iloc[:2]), manager="81010007")


def test_seven_managers_for_groups_of_four_to_five(grids: MainWindow, qtbot: QtBot, language: str) -> None:
    make_so(grids, qtbot, seventh)
    told = proposed(grids, qtbot, 4, 5)
    assert ZHAO in told and "孙七 (81010007)" in told
    sentence = {
        "en": "Groups of 4–5 cannot cover 7 managers",
        "zh_CN": "4–5 人一组，无法正好编完 7 名台区经理",
    }[language]
    assert sentence in told, told


def test_groups_without_a_valid_work_leader(grids: MainWindow, qtbot: QtBot, language: str) -> None:
    make_so(grids, qtbot, one_leader)
    told = proposed(grids, qtbot, 2, 3)
    assert {"en": "valid work leaders", "zh_CN": "有效的工作负责人"}[language] in told, told
    assert "(8101" in told


def test_a_group_of_the_scheme_without_work_leader_is_named_on_its_card(
    grids: MainWindow, qtbot: QtBot, language: str
) -> None:
    def none(draft: Draft) -> None:
        rows = draft.project.frame("qualifications")
        draft.delete("qualifications", list(rows.loc[rows["kind"] == "work_leader", "id"]))

    make_so(grids, qtbot, none)
    told = "\n".join(texts(grids.right.grouping))
    assert {"en": "has no valid work leader", "zh_CN": "没有资质有效的工作负责人"}[language] in told, told
    assert ZHAO in told


def test_an_isolated_manager_is_named(grids: MainWindow, qtbot: QtBot, language: str) -> None:
    make_so(grids, qtbot, river_around)
    told = proposed(grids, qtbot, 3, 5)
    assert ZHAO in told
    assert {"en": "has no neighbour", "zh_CN": "没有相邻"}[language] in told, told


def test_a_lock_and_a_rule_that_contradict_are_named_with_group_and_persons(
    grids: MainWindow, qtbot: QtBot, language: str
) -> None:
    hand = hand_of(grids)
    one, other = hand.plan.groups[0][:2]
    name = str(project_of(grids).table("mutual_aid_groups").row(hand.groups[0])["name"])
    grids.bench.session.do(LockGroups((hand.groups[0],)))
    grids.bench.session.do(AddRule("apart", (one, other)))
    told = proposed(grids, qtbot, 2, 4)
    sentence = {
        "en": f"Locked group “{name}” holds managers who must not",
        "zh_CN": f"锁定的“{name}”含要求不同组的人",
    }
    assert sentence[language] in told, told
    assert f"({one})" in told and f"({other})" in told and hand.groups[0] not in told


def test_two_locks_that_a_rule_joins_are_both_named(grids: MainWindow, qtbot: QtBot, language: str) -> None:
    hand = hand_of(grids)
    names = [project_of(grids).table("mutual_aid_groups").row(one)["name"] for one in hand.groups]
    grids.bench.session.do(LockGroups(hand.groups))
    grids.bench.session.do(AddRule("together", (hand.plan.groups[0][0], hand.plan.groups[1][0])))
    told = proposed(grids, qtbot, 2, 4)
    assert all(f"“{name}”" in told for name in names), told
    assert {"en": "parts managers who must share", "zh_CN": "把要求同组的人分开"}[language] in told
