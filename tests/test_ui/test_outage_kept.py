"""What is kept of studies: the list, names, conflicts; and what a study has besides its steps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import QDateTime, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from grid_model.study import study_outage
from tests.test_ui.helpers import LEFT, press, texts, wait_for_jobs
from tests.test_ui.outage_story import Story, fault_story, keep_as, shown_number
from ui import formats
from ui.dialogs import ask
from ui.dialogs.manual_dialog import ManualDialog, UntilDialog
from ui.main_window import MainWindow


def answer(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Answer the next question for a name."""
    monkeypatch.setattr(ask, "text", lambda *_asked: name)
    monkeypatch.setattr(ask, "yes", lambda *_asked: True)


def in_dialog(kind: type[ManualDialog] | type[UntilDialog], do: Any) -> None:
    """Do something in the dialog that will open next, then agree."""

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, kind)
        do(dialog)
        assert dialog.agree.isEnabled(), dialog.named.text()
        QTest.mouseClick(dialog.agree, LEFT)

    QTimer.singleShot(150, act)


def test_kept_studies_are_listed_renamed_deleted_and_no_name_stands_twice(
    plain: MainWindow, qtbot: QtBot, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, desk, panel = plain, plain.bench.outage, plain.right.outage
    assert "None yet" in " ".join(text for text in texts_of(window) if text)
    fault_story(qtbot, window, story)
    steps = desk.steps
    assert desk.result is not None
    hours = desk.result.study.user_hours.mv_users
    assert keep_as(window, "Fault plan") == [""]
    wait_for_jobs(qtbot, window)

    # the same name again is refused with a sentence, another one is taken
    press(qtbot, panel, "Clear")
    desk.add("open", f"switches:{story.switch}")
    wait_for_jobs(qtbot, window)
    [refused] = keep_as(window, "Fault plan")
    assert "“Fault plan” already" in refused
    assert len(panel.kept.kept) == 1
    assert keep_as(window, "Work plan") == [""]
    wait_for_jobs(qtbot, window)

    shown = texts_of(window)
    assert panel.tabs.tabText(3) == "Kept 2"
    assert sum(text == "kept" for text in shown) == 2
    assert any(f"user-hours {formats.number(hours, 3)}" in text for text in shown)
    assert any(text.startswith("Collides with Fault plan") for text in shown)
    assert "open now" in shown

    answer(monkeypatch, "Other name")
    press(qtbot, panel.kept, "Rename…")
    project = window.bench.session.project
    assert project is not None and len(project.frame("outages")) == 2
    assert "Other name" in project.frame("outages")["name"].tolist()
    names = [one.name for one in panel.kept.kept]
    press(qtbot, panel.kept, "Delete…")
    assert [one.name for one in panel.kept.kept] == names[:-1], "the last card's button was pressed"
    window.bench.session.undo()
    assert [one.name for one in panel.kept.kept] == names

    fault = next(one for one in panel.kept.kept if one.steps == len(steps))
    press(qtbot, panel.kept, fault.name)
    qtbot.waitUntil(lambda: len(desk.steps) == len(steps), timeout=10_000)
    wait_for_jobs(qtbot, window)
    assert [(one.time, one.action) for one in desk.steps] == [(one.time, one.action) for one in steps]
    assert panel.tabs.currentIndex() == 0
    assert desk.shown < len(steps) and shown_number(window, "LV customers") != "0"


def texts_of(window: MainWindow) -> list[str]:
    """Turn to the page of kept studies and read it."""
    window.bench.set_task("outage")
    window.right.outage.tabs.setCurrentIndex(3)
    return texts(window.right.outage.kept)


def test_who_is_added_by_hand_and_the_end_are_counted_kept_and_opened_again(
    plain: MainWindow, qtbot: QtBot, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, desk, panel = plain, plain.bench.outage, plain.right.outage
    fault_story(qtbot, window, story)
    project = window.bench.session.project
    assert project is not None and desk.result is not None
    out = set(desk.result.customers["id"])
    customers = project.frame("customers")
    lit = str(customers.loc[~customers["id"].isin(out), "id"].iloc[0])

    def write(dialog: ManualDialog) -> None:
        dialog.one.setText("nobody")
        assert not dialog.agree.isEnabled() and "nobody" in dialog.named.text()
        dialog.one.setText(lit)
        assert not dialog.agree.isEnabled() and "reason" in dialog.named.text()
        QTest.keyClicks(dialog.reason, "service line cut")

    in_dialog(ManualDialog, write)
    press(qtbot, panel, "+ Add by hand…")
    wait_for_jobs(qtbot, window)
    assert [(one.kind, one.id, one.reason) for one in desk.plan.manual] == [
        ("customer", lit, "service line cut")
    ]
    row = desk.result.customers.set_index("id").loc[lit]
    assert row["basis"] == "manual"
    assert "service line cut" in texts(panel.study)

    last = desk.steps[-1].time
    later = last + timedelta(hours=2)

    def choose(dialog: UntilDialog) -> None:
        edit, whole = dialog.moment
        whole.setChecked(False)
        edit.setDateTime(QDateTime(last - timedelta(minutes=30)))  # type: ignore[call-overload]
        assert not dialog.agree.isEnabled() and "later moment" in dialog.named.text()
        edit.setDateTime(QDateTime(later))  # type: ignore[call-overload]

    in_dialog(UntilDialog, choose)
    press(qtbot, panel, "Counted up to the last step")
    wait_for_jobs(qtbot, window)
    assert desk.plan.until == later
    model = study_outage(project, desk.steps, until=later, manual=desk.plan.manual)
    assert desk.result.study.all_hours == model.all_hours
    assert desk.result.study.manual.lv_hours > 0

    assert keep_as(window, "With hand") == [""]
    wait_for_jobs(qtbot, window)
    plan = desk.plan
    press(qtbot, panel, "Clear")
    texts_of(window)
    press(qtbot, panel.kept, "With hand")
    qtbot.waitUntil(lambda: bool(desk.steps), timeout=10_000)
    wait_for_jobs(qtbot, window)
    assert (desk.plan.manual, desk.plan.until) == (plan.manual, later)

    press(qtbot, panel, "Take out")
    wait_for_jobs(qtbot, window)
    assert desk.plan.manual == () and desk.result.study.manual.lv_hours == 0
    desk.undo()
    wait_for_jobs(qtbot, window)
    assert desk.plan.manual == plan.manual, "the list's own undo brings it back"
