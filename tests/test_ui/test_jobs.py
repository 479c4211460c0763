"""Work beside the window comes back once, in the window's thread, as success, failure or cancelling."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from grid_model.errors import GridError
from grid_model.feedback import Feedback
from tests.test_ui.helpers import LEFT
from ui.application import Program
from ui.dialogs import ask
from ui.dialogs.crash import HOME, place_in_code, report
from ui.jobs import Jobs


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def until_done(jobs: Jobs, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not jobs.running, timeout=5_000)


def test_a_result_comes_back_once_in_the_threads_of_the_window(jobs: Jobs, qtbot: QtBot) -> None:
    came: list[object] = []
    worked: list[int] = []

    def work(_feedback: Feedback) -> int:
        worked.append(threading.get_ident())
        return 7

    def done(result: int) -> None:
        came.append((result, threading.get_ident()))

    jobs.run("work", work, done, lambda error: came.append(error), lambda: came.append("cancelled"))
    until_done(jobs, qtbot)
    assert came == [(7, threading.get_ident())]
    assert worked != [threading.get_ident()]


def test_a_reason_that_is_known_comes_back_as_such(jobs: Jobs, qtbot: QtBot) -> None:
    came: list[object] = []

    def work(_feedback: Feedback) -> None:
        raise GridError("nothing-to-undo")

    with qtbot.waitSignal(jobs.failed, timeout=5_000) as told:
        jobs.run("work", work, came.append)
    assert told.args is not None
    assert told.args[0].code == "nothing-to-undo"
    assert came == []


def test_a_mistake_comes_back_and_stands_in_the_log(
    jobs: Jobs, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    came: list[Exception] = []

    def work(_feedback: Feedback) -> None:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR, "ui.jobs"):
        jobs.run("work", work, lambda _result: None, came.append)
        until_done(jobs, qtbot)
    assert [type(error) for error in came] == [ZeroDivisionError]
    assert "a job failed" in caplog.text
    caplog.clear()


def test_cancelling_leaves_everything_as_before(program: Program, qtbot: QtBot) -> None:
    begun = threading.Event()
    came: list[object] = []

    def work(feedback: Feedback) -> None:
        for _step in range(10_000):
            feedback.report(_step / 10_000, "stepping")
            begun.set()
            QThread.msleep(1)

    program.bench.jobs.run("long work", work, came.append, came.append, lambda: came.append("cancelled"))
    qtbot.waitUntil(begun.is_set, timeout=5_000)
    status = program.window.status
    qtbot.waitUntil(lambda: status.progress.isVisible() and status.progress.value() > 0, timeout=5_000)
    qtbot.mouseClick(status.cancel, LEFT)
    assert not status.cancel.isEnabled()
    qtbot.waitUntil(lambda: bool(came), timeout=5_000)
    assert came == ["cancelled"]
    assert not status.progress.isVisible()


def test_closing_asks_about_work_under_way(
    program: Program, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()

    def work(feedback: Feedback) -> None:
        while not stop.is_set():
            feedback.report()
            QThread.msleep(1)

    program.bench.jobs.run("long work", work, lambda _nothing: None)
    monkeypatch.setattr(ask, "yes", lambda *_texts: False)
    assert not program.window.close()
    assert program.bench.jobs.running
    monkeypatch.setattr(ask, "yes", lambda *_texts: True)
    assert program.window.close()
    assert not program.bench.jobs.running


def test_no_thread_is_left_when_the_program_ends(program: Program, qtbot: QtBot, station: Path) -> None:
    with qtbot.waitSignal(program.bench.session.project_changed, timeout=20_000):
        program.bench.session.open(station)
    program.bench.session.note("Exported", {})
    assert any(one.name.startswith("project-writer") for one in threading.enumerate())
    program.end()
    ours = ("project-writer", "window-job")
    assert not [one for one in threading.enumerate() if one.name.startswith(ours)]
    assert not list(station.parent.glob("*lock*")), "the lock is let go"


def test_the_report_names_no_folder_of_the_person() -> None:
    assert place_in_code(str(HOME / "ui" / "session.py")) == "ui/session.py"
    assert place_in_code(str(HOME / "app.py")) == "app.py"
    assert place_in_code("/data/people/wang-fang/app.py") == "app.py"
    assert (
        place_in_code("/data/people/wang-fang/x/lib/python3.11/site-packages/pandas/core/a.py")
        == "pandas/core/a.py"
    )
    assert place_in_code(str(HOME / ".venv" / "lib" / "site-packages" / "numpy" / "b.py")) == "numpy/b.py"
    assert place_in_code("<string>") == "<string>"


def test_the_report_tells_the_cause_without_its_words() -> None:
    def broken() -> None:
        try:
            dict[str, int]()["张伟 13800000001"]
        except KeyError as error:
            raise ValueError("/data/people/wang-fang/青禾.gpkg") from error

    try:
        broken()
    except ValueError as error:
        told = report(error)
    assert told.index("ValueError") < told.index("KeyError")
    assert "broken" in told
    for secret in ("张伟", "13800000001", "wang-fang", "青禾"):
        assert secret not in told


def test_the_report_of_a_mistake_holds_no_values() -> None:
    def fail(name: str) -> None:
        raise ValueError(name)

    try:
        fail("张三丰 13812345678")
    except ValueError as error:
        text = report(error)
    assert "ValueError" in text
    assert "test_jobs.py" in text
    assert "张三丰" not in text
    assert "138" not in text
