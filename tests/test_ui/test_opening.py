"""Files in the window: reading only, two programs on one file, a lost disk, a full disk, outputs in full."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gis.project_file import ProjectFile
from gis.project_lock import lock_path
from gis.sheets import Sheet, write_sheets
from grid_model.cell_edit import SetCell
from grid_model.errors import GridError
from tests.test_ui.helpers import LEFT, answer_file, wait_for_jobs
from ui.application import Program
from ui.dialogs import ask
from ui.main_window import MainWindow
from ui.session import Poster


def rename_a_feeder(window: MainWindow, name: str) -> None:
    project = window.bench.session.project
    assert project is not None
    window.bench.session.do(SetCell("feeders", str(project.frame("feeders")["id"].iloc[0]), "name", name))


def first_feeder(window: MainWindow) -> str:
    project = window.bench.session.project
    assert project is not None
    return str(project.frame("feeders")["name"].iloc[0])


@pytest.fixture
def taken(station: Path) -> Any:
    """The project, open for editing in another program."""
    with_lock = ProjectFile.open(station)
    yield station
    with_lock.close()


def test_a_file_that_another_program_edits_is_offered_for_reading(
    program: Program, qtbot: QtBot, taken: Path
) -> None:
    window, session = program.window, program.bench.session
    with qtbot.waitSignal(program.bench.jobs.failed, timeout=20_000):
        session.open(taken)
    assert "is being edited by" in window.messages.text.text()
    assert window.messages.action.isVisible()
    with qtbot.waitSignal(session.project_changed, timeout=20_000):
        qtbot.mouseClick(window.messages.action, LEFT)
    assert session.reading
    assert "reading only" in window.windowTitle()
    assert window.status.saved.text() == "Reading only"
    before = first_feeder(window)
    rename_a_feeder(window, "another")
    assert first_feeder(window) == before
    assert "reading only" in window.messages.text.text()
    assert not window.bench.session.undo()
    session.close()
    assert lock_path(taken).exists(), "the lock is that of the other program"


def test_what_is_open_for_reading_goes_on_in_a_copy(
    program: Program, qtbot: QtBot, taken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = program.bench.session
    with qtbot.waitSignal(session.project_changed, timeout=20_000):
        session.open(taken, reading=True)
    answer_file(monkeypatch, tmp_path / "mine.gpkg")
    program.window.commands.by_name["save-as"].trigger()
    qtbot.waitUntil(lambda: session.path == tmp_path / "mine.gpkg", timeout=20_000)
    assert not session.reading
    rename_a_feeder(program.window, "mine")
    assert first_feeder(program.window) == "mine"


def test_personal_data_is_not_shown_where_the_journal_cannot_tell_of_it(
    program: Program, qtbot: QtBot, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with qtbot.waitSignal(program.bench.session.project_changed, timeout=20_000):
        program.bench.session.open(station, reading=True)
    monkeypatch.setattr(ask, "purpose", lambda *_what: "visit")
    program.window.commands.by_name["show-personal"].trigger()
    assert not program.bench.show_personal
    assert "its journal does not tell" in program.window.messages.text.text()


def test_a_read_only_opening_changes_nothing_in_the_folder(
    program: Program, qtbot: QtBot, station: Path
) -> None:
    before = (station.read_bytes(), sorted(path.name for path in station.parent.iterdir() if path.is_file()))
    with qtbot.waitSignal(program.bench.session.project_changed, timeout=20_000):
        program.bench.session.open(station, reading=True)
    program.bench.session.close()
    after = (station.read_bytes(), sorted(path.name for path in station.parent.iterdir() if path.is_file()))
    assert after == before


# ------------------------------------------------------------- disk troubles


def test_a_stick_pulled_out_is_said_and_saving_elsewhere_is_offered(
    window: MainWindow, qtbot: QtBot, station: Path
) -> None:
    name = first_feeder(window)
    shutil.move(station, station.with_suffix(".away"))
    rename_a_feeder(window, "lost")
    qtbot.waitUntil(window.messages.isVisible, timeout=20_000)
    assert station.name in window.messages.text.text()
    assert window.messages.action.text() == "Save as…"
    assert first_feeder(window) == name, "what the file does not hold is not shown as if it did"
    shutil.move(station.with_suffix(".away"), station)
    rename_a_feeder(window, "again")
    qtbot.waitUntil(lambda: window.bench.session.saved, timeout=20_000)
    assert first_feeder(window) == "again"


def test_a_full_disk_is_said_when_a_copy_is_written_there(
    window: MainWindow, qtbot: QtBot, tiny_disk: Path, station: Path
) -> None:
    window.bench.session.save_as(tiny_disk / "copy.gpkg")
    wait_for_jobs(qtbot, window)
    assert "is full" in window.messages.text.text()
    assert window.bench.session.path == station
    assert not list(tiny_disk.iterdir()), "nothing half-written stays"
    rename_a_feeder(window, "still edited")
    qtbot.waitUntil(lambda: window.bench.session.saved, timeout=20_000)


def test_closing_while_a_copy_is_written_leaves_no_lock(
    station: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ProjectFile.open(station)
    go_on_at, begun = file._go_on_at, threading.Event()

    def slow(*arguments: Any) -> None:
        begun.set()
        time.sleep(0.3)
        go_on_at(*arguments)

    monkeypatch.setattr(file, "_go_on_at", slow)
    copy = tmp_path / "copy.gpkg"
    thread = threading.Thread(target=file.save_as, args=(copy,))
    thread.start()
    assert begun.wait(10)
    file.close()
    thread.join(10)
    assert copy.exists()
    assert not lock_path(copy).exists()
    assert not lock_path(station).exists()


# ------------------------------------------------------------------- outputs


def test_an_output_in_full_asks_what_for_and_is_told_in_the_journal(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "map.html"
    answer_file(monkeypatch, out)
    monkeypatch.setattr("ui.outputs.open_outside", lambda _path: None)
    asked: list[str] = []

    def answer(_parent: object, question: str, *_title: str) -> str:
        asked.append(question)
        return "" if len(asked) == 1 else "emergency visit"

    monkeypatch.setattr(ask, "purpose", answer)
    window.commands.by_name["web-map-full"].trigger()
    wait_for_jobs(qtbot, window)
    assert not out.exists(), "no purpose, no output"
    window.commands.by_name["web-map-full"].trigger()
    wait_for_jobs(qtbot, window)
    assert out.exists()
    last = window.bench.session.entries[-1]
    assert last.action == "note"
    assert last.values["purpose"] == "emergency visit"


def test_a_name_with_another_suffix_gets_the_right_one() -> None:
    kinds = "Excel (*.xlsx)"
    assert ask.with_suffix(Path("l.abc"), ".xlsx", kinds) == Path("l.abc.xlsx")
    assert ask.with_suffix(Path("area 1.2"), ".xlsx", kinds) == Path("area 1.2.xlsx")
    assert ask.with_suffix(Path("l.XLSX"), ".xlsx", kinds) == Path("l.XLSX")


def test_a_wrong_suffix_is_said_with_the_name_that_was_given(tmp_path: Path) -> None:
    with pytest.raises(GridError) as caught:
        write_sheets(tmp_path / "l.abc", [Sheet("t", ["a"], [["1"]])])
    assert caught.value.values["file"] == str(tmp_path / "l.abc")
    assert not list(tmp_path.iterdir())


def test_what_is_known_at_once_is_told_only_after_the_edit_has_come_to_its_end(qapp: QApplication) -> None:
    """A failure told within the edit would be taken back before there is anything to take back."""
    told: list[str] = []
    poster = Poster()
    poster.posted.emit(lambda: told.append("failed"))
    told.append("edit done")
    qapp.processEvents()
    assert told == ["edit done", "failed"]
