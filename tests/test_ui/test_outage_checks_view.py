"""Keeping a plan in the window: what is found, class and announcement, and the reason where one is wanted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from grid_model.carry_out import SaveOutage
from grid_model.cell_edit import SetCell
from grid_model.project import Project
from tests.test_grid_model.test_outage_checks import EIGHT, budget, kept, out, station
from tests.test_ui.helpers import press, texts, wait_for_jobs
from ui.dialogs import ask
from ui.main_window import MainWindow
from ui.panels.outage_checks_view import KeepDialog, KeptAs, ask_to_keep


def dialog(qtbot: QtBot, project: Project, hours: float = 4, outage: str = "") -> KeepDialog:
    made = KeepDialog(project, out(project, hours=hours), "换杆", outage)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_plan_is_kept_without_a_reason_where_none_is_wanted(qtbot: QtBot) -> None:
    made = dialog(qtbot, station(budget(100), customers={"cb": {"importance": "special"}}))
    said = texts(made.checks)
    assert "Important customers (Special grade) who lose supply, 1: cb" in said
    assert any(one.startswith("Outage budget of 东线, 2026-11: this plan 4 user-hours") for one in said)
    assert said.count("Attention") == 2
    assert not made.checks.reason.isVisible()
    assert made.keep.isEnabled()
    made.name.clear()
    assert not made.keep.isEnabled() and made.problem.isVisible()
    qtbot.keyClicks(made.name, "K1 pole")
    press(qtbot, made, "Keep")
    assert made.result() == KeepDialog.DialogCode.Accepted
    answer = made.answer()
    assert (answer.name, answer.record.columns["reliability_class"]) == ("K1 pole", "planned")
    assert answer.record.columns["announced"] is None
    assert answer.record.checks["reason"] == ""


def test_a_plan_over_the_budget_waits_for_a_reason(qtbot: QtBot) -> None:
    made = dialog(qtbot, station(budget(3)))
    assert "Needs a reason" in texts(made.checks)
    assert made.checks.reason.isVisible() and not made.keep.isEnabled()
    assert made.keep.toolTip()
    qtbot.keyClicks(made.checks.reason, "  ")
    assert not made.keep.isEnabled()
    qtbot.keyClicks(made.checks.reason, "rotten pole")
    assert made.keep.isEnabled()
    record = made.answer().record
    assert (record.checks["reason"], record.checks["needs_reason"]) == ("rotten pole", True)


def test_class_and_announcement_are_checked_as_they_are_entered(qtbot: QtBot) -> None:
    made = dialog(qtbot, station())
    assert any(one.startswith("Not announced") for one in texts(made.checks))
    assert not made.announced.isEnabled()
    made.told.setFocus()
    qtbot.keyClick(made.told, Qt.Key.Key_Space)
    assert any(one.startswith("Announced in time: 2026-11-13 08:00") for one in texts(made.checks))
    made.announced.setFocus()
    made.announced.setCurrentSection(made.announced.Section.DaySection)
    qtbot.keyClick(made.announced, Qt.Key.Key_Up)
    assert any(one.startswith("Announced too late: 2026-11-14 08:00") for one in texts(made.checks))
    assert not made.keep.isEnabled()
    made.kind.setFocus()
    qtbot.keyClick(made.kind, Qt.Key.Key_Down)
    assert made.facts.kind == "temporary"
    assert any("24 h needed" in one for one in texts(made.checks))
    columns = made.answer().record.columns
    assert columns == {"reliability_class": "temporary", "announced": "2026-11-14T08:00:00"}


def test_what_the_record_says_stands_in_the_form_and_other_plans_in_the_way_beside_it(qtbot: QtBot) -> None:
    project = station(budget(3))
    project = kept(project, out(project), reliability_class="temporary", announced="2026-11-19T07:00:00")
    project = kept(project, out(project, start=EIGHT + timedelta(hours=1)))
    made = dialog(qtbot, project, outage="20261120-01")
    assert made.kind.currentText() == "Temporary"
    assert made.told.isChecked() and made.facts.announced == EIGHT - timedelta(hours=25)
    conflicts = [one for one in texts(made.checks) if one.startswith("Gets in the way of the outage")]
    assert len(conflicts) == 2 and all("20261120-02" in one for one in conflicts)


def test_a_name_another_outage_has_is_refused_in_the_form(qtbot: QtBot) -> None:
    project, _changes = SaveOutage(out(station(), start=EIGHT - timedelta(days=9)), "pole").apply(station())
    made = dialog(qtbot, project)
    assert made.keep.isEnabled()
    made.name.clear()
    qtbot.keyClicks(made.name, "pole")
    assert "“pole” already" in made.problem.text() and not made.keep.isEnabled()
    qtbot.keyClicks(made.name, " 2")
    assert made.keep.isEnabled() and not made.problem.isVisible()


def test_a_fault_has_no_class_until_somebody_gives_it_one(qtbot: QtBot) -> None:
    from grid_model.study import StudyStep, study_outage

    project = station()
    study = study_outage(project, [StudyStep(EIGHT, "fault", ("tb",))])
    made = KeepDialog(project, study, "树障", "")
    qtbot.addWidget(made)
    assert made.kind.currentIndex() == -1
    assert "reliability_class" not in made.answer().record.columns
    assert not [one for one in texts(made.checks) if "nnounced" in one]


@pytest.mark.parametrize("agree", [True, False])
def test_turning_back_keeps_nothing(qtbot: QtBot, agree: bool) -> None:
    project = station()

    def answer() -> None:
        asked = QApplication.activeModalWidget()
        assert isinstance(asked, KeepDialog)
        if agree:
            qtbot.keyClick(asked.name, Qt.Key.Key_Return)
        else:
            qtbot.keyClick(asked, Qt.Key.Key_Escape)

    QTimer.singleShot(0, answer)
    found = ask_to_keep(None, project, out(project), "换杆")
    assert isinstance(found, KeptAs) == agree


def test_a_plan_over_the_budget_is_kept_in_the_window_with_its_reason_and_withdrawn(
    plain: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, desk, panel = plain, plain.bench.outage, plain.right.outage
    project = window.bench.session.project
    assert project is not None
    feeder, head = project.frame("feeders")[["id", "head_switch"]].iloc[0]
    assert window.bench.session.do(SetCell("feeders", feeder, "outage_budget", 0.5)) is not None
    window.bench.set_task("outage")
    desk.add("open", f"switches:{head}")
    wait_for_jobs(qtbot, window)
    [first] = desk.steps
    desk.insert(1, replace(first, action="close", time=first.time + timedelta(hours=2)))
    wait_for_jobs(qtbot, window)

    def agree() -> None:
        asked = QApplication.activeModalWidget()
        assert isinstance(asked, KeepDialog)
        assert any("exceeded by" in one for one in texts(asked.checks)) and not asked.keep.isEnabled()
        asked.name.selectAll()
        qtbot.keyClicks(asked.name, "New pole")
        qtbot.keyClicks(asked.checks.reason, "rotten")
        qtbot.mouseClick(asked.keep, Qt.MouseButton.LeftButton)

    QTimer.singleShot(100, agree)
    press(qtbot, panel, "Keep…")
    wait_for_jobs(qtbot, window)
    kept_now = window.bench.session.project
    assert kept_now is not None
    row = kept_now.frame("outages").iloc[-1]
    checks = json.loads(row["result"])["checks"]
    assert (row["name"], row["reliability_class"], checks["reason"]) == ("New pole", "planned", "rotten")
    assert checks["findings"][0]["code"] == "budget-over"

    panel.tabs.setCurrentIndex(3)
    monkeypatch.setattr(ask, "text", lambda *_asked: "rain")
    press(qtbot, panel.kept, "Withdraw…")
    assert "withdrawn" in texts(panel.kept)
    changed = window.bench.session.project
    assert changed is not None
    result = json.loads(changed.table("outages").row(row["id"])["result"])
    assert result["withdrawn"] == {"reason": "rain"}
    window.bench.session.undo()
    assert "withdrawn" not in texts(panel.kept)
