"""Rules of grouping are written in a form, not in the raw table, and what contradicts is said at once."""
# ruff: noqa: F811 - the fixtures of the window in the task Grids

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from grid_model.feedback import SILENT
from grid_model.grouping.plan import GroupingOptions, project_rules
from grid_model.grouping.rule_edits import AddRule
from resources import i18n
from tests.project_values import same_rows
from tests.test_ui.helpers import LEFT, press, texts
from tests.test_ui.test_grids_story import grids, hand_of, project_of, shared  # noqa: F401
from ui.dialogs.rule_dialog import RuleDialog
from ui.dialogs.rule_list_dialog import RuleListDialog
from ui.grouping_hand import take_in_hand
from ui.main_window import MainWindow

ZHAO, HE, SHEN = "81010001", "81010002", "81010006"


@pytest.fixture
def rules(grids: MainWindow, qtbot: QtBot) -> Iterator[RuleListDialog]:
    """The list of rules over the window."""
    dialog = RuleListDialog(grids.bench, grids)
    dialog.show()
    qtbot.waitExposed(dialog)
    yield dialog
    dialog.close()
    dialog.deleteLater()


def in_form(act: Callable[[RuleDialog], None]) -> None:
    """Do something in the form that the next press opens."""

    def work() -> None:
        form = QApplication.activeModalWidget()
        if not isinstance(form, RuleDialog):
            QTimer.singleShot(20, work)
            return
        try:
            act(form)
        finally:
            if form.isVisible():
                form.reject()

    QTimer.singleShot(20, work)


def tick(qtbot: QtBot, form: RuleDialog, *sought: str) -> None:
    """Find each person by what is typed and tick him with Enter."""
    for one in sought:
        qtbot.keyClicks(form.people.search, one)
        qtbot.keyClick(form.people.search, Qt.Key.Key_Return)
        assert not form.people.search.text(), f"{one} is not the only one found"


def rows(dialog: RuleListDialog) -> list[tuple[bool, str, str]]:
    found = []
    for n in range(dialog.list.topLevelItemCount()):
        item = dialog.list.topLevelItem(n)
        assert item is not None
        found.append((item.checkState(0) == Qt.CheckState.Checked, item.text(1), item.text(2)))
    return found


def test_a_rule_is_written_by_names_and_taken_back(
    rules: RuleListDialog, grids: MainWindow, qtbot: QtBot
) -> None:
    before = project_of(grids)
    assert "No rule yet" in " ".join(texts(rules))

    def write(form: RuleDialog) -> None:
        assert not form.keep.isEnabled(), "nobody is ticked yet"
        tick(qtbot, form, "zl", HE)
        assert form.people.ticked == (ZHAO, HE)
        qtbot.mouseClick(form.keep, LEFT)

    in_form(write)
    press(qtbot, rules, "Add…")
    assert rows(rules) == [(True, "These managers share a group", rows(rules)[0][2])]
    assert "赵丽 (81010001)" in rows(rules)[0][2]
    found = project_rules(project_of(grids), hand_of(grids).plan.problem.members)
    assert found.together == ((ZHAO, HE),)
    rules.activateWindow()
    qtbot.waitUntil(rules.isActiveWindow)
    qtbot.keyClick(rules, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    same_rows(project_of(grids), before)
    assert rows(rules) == []


def test_a_contradiction_is_said_while_the_rule_is_written_and_names_the_persons(
    rules: RuleListDialog,
    grids: MainWindow,
    qtbot: QtBot,
) -> None:
    grids.bench.session.do(AddRule("together", (ZHAO, HE)))
    told: list[str] = []

    def write(form: RuleDialog) -> None:
        form.kind.setCurrentIndex(form.kind.findData("apart"))
        tick(qtbot, form, ZHAO, HE)
        told.append(form.told.text())
        qtbot.keyClick(form.active, Qt.Key.Key_Space)
        told.append(form.told.text())
        qtbot.keyClick(form.active, Qt.Key.Key_Space)
        qtbot.mouseClick(form.keep, LEFT)

    in_form(write)
    press(qtbot, rules, "Add…")
    assert "赵丽 (81010001)" in told[0] and "must share a group and must not" in told[0]
    assert told[1] == "", "a rule that does not hold contradicts nothing"
    assert "must share" in rules.told.text(), "the list says it too"
    assert not rules.told.isHidden()


def test_a_rule_is_changed_switched_off_and_deleted(
    rules: RuleListDialog, grids: MainWindow, qtbot: QtBot
) -> None:
    grids.bench.session.do(AddRule("together", (ZHAO, HE)))
    before = project_of(grids)
    item = rules.list.topLevelItem(0)
    assert item is not None
    qtbot.mouseClick(rules.list.viewport(), LEFT, pos=rules.list.visualItemRect(item).center())

    def change(form: RuleDialog) -> None:
        assert form.people.ticked == (ZHAO, HE)
        tick(qtbot, form, SHEN)
        qtbot.mouseClick(form.keep, LEFT)

    in_form(change)
    press(qtbot, rules, "Change…")
    assert project_rules(project_of(grids), (ZHAO, HE, SHEN)).together == ((ZHAO, HE, SHEN),)
    assert rules.chosen() == ("R001",), "the rule stays chosen"
    item = rules.list.topLevelItem(0)
    assert item is not None
    box = rules.list.visualItemRect(item)
    qtbot.mouseClick(rules.list.viewport(), LEFT, pos=QPoint(box.left() + 12, box.center().y()))
    QApplication.processEvents()
    assert project_rules(project_of(grids), (ZHAO, HE, SHEN)).together == ()
    press(qtbot, rules, "Delete")
    assert rows(rules) == []
    for _n in range(3):
        press(qtbot, rules, "Undo")
    same_rows(project_of(grids), before)


def test_a_leader_without_certificate_is_named_at_once(
    rules: RuleListDialog,
    grids: MainWindow,
    qtbot: QtBot,
) -> None:
    problem = hand_of(grids).plan.problem
    nobody = next(one for one, able in zip(problem.members, problem.leaders, strict=True) if not able)
    told: list[str] = []

    def write(form: RuleDialog) -> None:
        form.kind.setCurrentIndex(form.kind.findData("leader"))
        tick(qtbot, form, nobody)
        told.append(form.told.text())

    in_form(write)
    press(qtbot, rules, "Add…")
    assert f"({nobody})" in told[0] and "no valid work leader" in told[0]
    assert rows(rules) == [], "the form was left"


def test_a_town_names_its_managers_and_a_rule_twice_is_refused(
    rules: RuleListDialog,
    grids: MainWindow,
    qtbot: QtBot,
) -> None:
    def write(form: RuleDialog) -> None:
        form.kind.setCurrentIndex(form.kind.findData("whole_town"))
        assert "8101" in form.town_people.text()
        qtbot.mouseClick(form.keep, LEFT)

    in_form(write)
    press(qtbot, rules, "Add…")
    assert len(rows(rules)) == 1
    grids.bench.session.do(AddRule("together", (ZHAO, HE)))
    project, told = project_of(grids), []
    form = RuleDialog(project, GroupingOptions(), "R001", rules)
    form.kind.setCurrentIndex(form.kind.findData("together"))
    tick(qtbot, form, ZHAO, HE)
    told.append(form.told.text())
    assert "stands already" in told[0] and "赵丽" in told[0]
    assert not form.keep.isEnabled()
    form.deleteLater()


def test_in_chinese_the_form_speaks_chinese(rules: RuleListDialog, grids: MainWindow, qtbot: QtBot) -> None:
    i18n.use_language("zh_CN")
    grids.bench.session.do(AddRule("together", (ZHAO, HE)))
    grids.bench.session.do(AddRule("apart", (ZHAO, HE)))
    assert "赵丽 (81010001)" in rules.told.text() and "同组" in rules.told.text()
    form = RuleDialog(project_of(grids), GroupingOptions(), "R001", rules)
    assert isinstance(form, QDialog) and form.windowTitle() == "修改规则"
    form.deleteLater()


def test_a_rule_that_the_groups_break_is_told_at_once_with_them(grids: MainWindow, qtbot: QtBot) -> None:
    one, other = hand_of(grids).plan.groups[0][0], hand_of(grids).plan.groups[1][0]
    grids.bench.session.do(AddRule("together", (one, other)))
    broken = hand_of(grids).plan.scores.broken
    assert any(reason.code == "group-parts-together" for reason in broken)
    fresh = take_in_hand(project_of(grids), grids.bench.grouping.scheme, SILENT)
    assert fresh.plan.scores.broken == broken
    assert any(f"({other})" in text and "must share a group" in text for text in texts(grids.right.grouping))
