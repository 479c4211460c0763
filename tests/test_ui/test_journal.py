"""The journal tells who did what when, and any point of it can be gone back to in one step."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from grid_model.cell_edit import SetCell
from grid_model.errors import GridError
from grid_model.history import History
from grid_model.project import Project, ProjectInfo
from grid_model.restoring import RestorePoint, entries_after
from tests.test_ui.helpers import answer_file, wait_for_jobs
from ui.dialogs import ask
from ui.main_window import MainWindow
from ui.tables.journal_page import JournalPage


def rename(window: MainWindow, name: str) -> None:
    project = window.bench.session.project
    assert project is not None
    window.bench.session.do(SetCell("feeders", str(project.frame("feeders")["id"].iloc[0]), "name", name))


def first_name(window: MainWindow) -> str:
    project = window.bench.session.project
    assert project is not None
    return str(project.frame("feeders")["name"].iloc[0])


def open_journal(window: MainWindow, qtbot: QtBot) -> JournalPage:
    qtbot.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    page = window.bottom.page
    assert isinstance(page, JournalPage)
    return page


def test_entries_are_listed_newest_first_and_follow_edits(window: MainWindow, qtbot: QtBot) -> None:
    project = window.bench.session.project
    assert project is not None
    window.bench.select("feeders", str(project.frame("feeders")["id"].iloc[0]))
    rename(window, "one")
    page = open_journal(window, qtbot)
    before = page.model.rowCount()
    assert "Name" in page.model.frame["what"].iloc[0]
    assert page.model.frame["who"].iloc[0]
    rename(window, "two")
    assert page.model.rowCount() == before + 1
    window.bench.session.undo()
    assert page.model.frame["action"].iloc[:3].tolist() == ["undo", "edit", "edit"]
    assert page.model.frame["state"].iloc[:3].tolist() == ["", "Taken back", "Holds"]
    window.bench.session.redo()
    assert page.model.frame["state"].iloc[2] == "Holds"
    window.bottom.filter.setText("undo")
    window.bottom._filter()
    assert page.model.rowCount() == 1


def test_a_point_is_restored_after_asking_and_undone_as_one_step(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, station: Path
) -> None:
    name = first_name(window)
    for text in ("one", "two", "three"):
        rename(window, text)
    window.bench.session.undo()
    page = open_journal(window, qtbot)
    after_one = next(entry.number for entry in window.bench.session.entries if entry.action == "edit")
    asked: list[str] = []

    def refuse(_parent: object, _title: str, question: str, _do_it: str) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr(ask, "yes", refuse)
    page.restore(after_one)
    assert asked, "nothing happens without asking"
    assert first_name(window) == "two"
    monkeypatch.setattr(ask, "yes", lambda *_what: True)
    menu = page.row_menu(int((page.model.frame["number"] == after_one).to_numpy().argmax()))
    menu.actions()[0].trigger()
    wait_for_jobs(qtbot, window)
    assert first_name(window) == "one"
    window.bench.session.undo()
    assert first_name(window) == "two"
    page.restore(after_one - 1)
    wait_for_jobs(qtbot, window)
    assert first_name(window) == name
    window.bench.session.close()
    from gis.project_file import open_for_reading

    assert str(open_for_reading(station).frame("feeders")["name"].iloc[0]) == name


def test_where_nothing_was_changed_since_there_is_nothing_to_restore(
    window: MainWindow, qtbot: QtBot
) -> None:
    rename(window, "one")
    window.bench.session.note(
        "Table exported: {file}, {rows} rows, {masking}", {"file": "a", "rows": "1", "masking": "x"}
    )
    page = open_journal(window, qtbot)
    page.restore(window.bench.session.entries[0].number)
    assert "Nothing was changed since" in window.messages.text.text()


def test_the_journal_is_exported_as_csv_and_no_formula_gets_in(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.bench.session.note("=cmd {file}", {"file": "x"})
    open_journal(window, qtbot)
    out = tmp_path / "journal.csv"
    answer_file(monkeypatch, out)
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    wait_for_jobs(qtbot, window)
    text = out.read_text("utf-8-sig")
    assert "What was done" in text.splitlines()[0]
    assert "'=cmd x" in text


@given(st.lists(st.sampled_from(["a", "b", "c", "undo", "redo"]), max_size=14), st.integers(0, 14))
def test_any_point_comes_back_exactly_and_undo_returns_from_it(steps: list[str], back: int) -> None:
    draft = Project.empty(ProjectInfo()).edit()
    draft.insert("villages", [{"id": "v", "name": "start"}])
    history = History(draft.finish()[0])
    states = {0: history.project}
    for step in steps:
        try:
            if step == "undo":
                history.undo()
            elif step == "redo":
                history.redo()
            else:
                history.do(SetCell("villages", "v", "name", step))
        except GridError:
            continue
        entries = history.journal.entries()
        states[entries[-1].number if entries else 0] = history.project
    number = min(back, max(states))
    now = history.project
    try:
        later = entries_after(history.journal.entries(), number)
    except GridError as error:
        assert error.code == "nothing-to-restore"
        return
    images = tuple(image for entry in later for image in history.journal.images(entry.number))
    history.do(RestorePoint(number, images))
    assert history.project.frame("villages").equals(states[number].frame("villages"))
    if history.next_undo is not None and history.next_undo.title.startswith("Restore"):
        history.undo()
        assert history.project.frame("villages").equals(now.frame("villages"))
