"""A job belongs to its project: the result lands there, or a sentence says that it is lost."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import gis.checks
import gis.importer
import grid_model.ranking
from tests.test_ui.helpers import LEFT, answer_file, wait_for_jobs
from ui.dialogs.operation_dialog import OperationDialog
from ui.main_window import MainWindow

MANAGERS = "工号,姓名,供电所\nM900,张某,青禾镇供电所\nM901,李某,青禾镇供电所\n"


class Gate:
    """Holds a piece of work back until the test lets it go on."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self.work = work
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self, *arguments: Any, **more: Any) -> Any:
        self.reached.set()
        assert self.open.wait(30)
        return self.work(*arguments, **more)


@pytest.fixture
def gate(
    monkeypatch: pytest.MonkeyPatch, window: MainWindow, qtbot: QtBot
) -> Iterator[Callable[[Any, str], Gate]]:
    """Make a gate before a function of a module."""
    made: list[Gate] = []

    def before(module: Any, name: str) -> Gate:
        made.append(Gate(getattr(module, name)))
        monkeypatch.setattr(module, name, made[-1])
        return made[-1]

    yield before
    for one in made:
        one.open.set()
    wait_for_jobs(qtbot, window)


def drop_and_agree(qtbot: QtBot, window: MainWindow, file: Path) -> None:
    """Drop a file on the window and press Go in the dialog that asks how to read it."""

    def agree() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, OperationDialog):
            QTimer.singleShot(50, agree)
            return
        qtbot.mouseClick(dialog.go, LEFT)

    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    drop = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    QTimer.singleShot(100, agree)
    window.dropEvent(drop)


def open_another(qtbot: QtBot, window: MainWindow, station: Path) -> Path:
    other = station.with_name("other.gpkg")
    shutil.copyfile(station, other)
    window.bench.session.open(other)
    qtbot.waitUntil(lambda: window.bench.session.path == other, timeout=20_000)
    return other


def managers_file(tmp_path: Path) -> Path:
    file = tmp_path / "managers.csv"
    file.write_text(MANAGERS, encoding="utf-8")
    return file


def test_an_import_never_lands_in_a_project_opened_meanwhile(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, station: Path, gate: Callable[[Any, str], Gate]
) -> None:
    held = gate(gis.importer, "import_sources")
    drop_and_agree(qtbot, window, managers_file(tmp_path))
    assert held.reached.wait(10)
    open_another(qtbot, window, station)
    project = window.bench.session.project
    held.open.set()
    wait_for_jobs(qtbot, window)
    assert window.bench.session.project is project
    assert window.bench.session.next_undo is None
    assert "closed meanwhile" in window.messages.text.text()
    assert window.messages.isVisible()


def test_an_import_whose_project_was_closed_says_that_nothing_changed(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, gate: Callable[[Any, str], Gate]
) -> None:
    held = gate(gis.importer, "import_sources")
    drop_and_agree(qtbot, window, managers_file(tmp_path))
    assert held.reached.wait(10)
    window.commands.by_name["close-project"].trigger()
    assert window.bench.session.project is None
    held.open.set()
    wait_for_jobs(qtbot, window)
    assert window.messages.isVisible()
    assert "changed nothing" in window.messages.text.text()


def test_an_import_lands_in_the_project_it_was_begun_on(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    drop_and_agree(qtbot, window, managers_file(tmp_path))
    wait_for_jobs(qtbot, window)
    project = window.bench.session.project
    assert project is not None
    assert {"M900", "M901"} <= set(project.frame("district_managers")["id"])


def test_findings_and_losses_of_a_closed_project_are_not_shown_for_the_next(
    window: MainWindow, qtbot: QtBot, station: Path, gate: Callable[[Any, str], Gate]
) -> None:
    checking, ranking = gate(gis.checks, "check_project"), gate(grid_model.ranking, "rank_devices")
    qtbot.keyClick(window, Qt.Key.Key_F7)
    assert checking.reached.wait(10)
    window.commands.by_name["rank"].trigger()
    assert ranking.reached.wait(10)
    checking.open.set()
    qtbot.waitUntil(lambda: len(window.bench.jobs.running) == 1, timeout=20_000)
    window.bench.set_findings(None)
    open_another(qtbot, window, station)
    ranking.open.set()
    wait_for_jobs(qtbot, window)
    assert window.bench.ranking.frame is None
    assert "closed meanwhile" in window.messages.text.text()

    again = gate(gis.checks, "check_project")
    qtbot.keyClick(window, Qt.Key.Key_F7)
    assert again.reached.wait(10)
    qtbot.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    again.open.set()
    wait_for_jobs(qtbot, window)
    assert window.bench.findings is None
    assert "Checking the data" in window.messages.text.text()


def test_an_export_is_told_in_no_other_projects_journal(
    window: MainWindow,
    qtbot: QtBot,
    tmp_path: Path,
    station: Path,
    monkeypatch: pytest.MonkeyPatch,
    gate: Callable[[Any, str], Gate],
) -> None:
    from ui import doing

    held = gate(doing, "write_sheets")
    out = tmp_path / "areas.xlsx"
    answer_file(monkeypatch, out)
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert held.reached.wait(10)
    open_another(qtbot, window, station)
    file = window.bench.session._file
    assert file is not None
    before = len(file.journal.entries())
    held.open.set()
    wait_for_jobs(qtbot, window)
    assert out.exists()
    assert len(file.journal.entries()) == before
    assert "its journal does not tell of it" in window.messages.text.text()


def test_another_look_at_what_is_not_normal_ends_the_one_before(window: MainWindow, qtbot: QtBot) -> None:
    for _turn in range(12):
        window.bench.set_task("data")
        window.bench.set_task("outage")
    looks = [one for one in window.bench.jobs.running if one.title.startswith("Looking what")]
    assert sum(not one.feedback.cancelled for one in looks) <= 1
    wait_for_jobs(qtbot, window)
    assert window.right.outage.abnormal.count is not None
