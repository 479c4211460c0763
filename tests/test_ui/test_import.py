"""Importing by menu: files, a network folder, and what is said when that is not possible."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from resources import i18n
from tests.test_ui.helpers import LEFT, answer_file, press, wait_for_jobs
from ui.application import Program
from ui.dialogs import ask
from ui.dialogs.operation_dialog import OperationDialog, data_files
from ui.messages import ERRORS, IN_WINDOW, ISSUES
from ui.outputs import NETWORK_FILES


@pytest.fixture
def network(tmp_path: Path, taiqu_data: Path) -> Path:
    """A network folder."""
    folder = tmp_path / "network"
    shutil.copytree(taiqu_data / "oberrhein_schutterwald", folder)
    return folder


def go_on(qtbot: QtBot, seen: list[str]) -> None:
    """Press Go in the dialog that comes, and keep what stood in its field of sources."""

    def agree() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, OperationDialog):
            QTimer.singleShot(50, agree)
            return
        sources = dialog.fields["sources"]
        assert isinstance(sources, QLineEdit)
        seen.append(sources.text())
        qtbot.mouseClick(dialog.go, LEFT)

    QTimer.singleShot(50, agree)


def test_a_network_folder_is_imported_by_the_menu(
    program: Program, qtbot: QtBot, tmp_path: Path, network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_file(monkeypatch, tmp_path / "made.gpkg")
    monkeypatch.setattr(ask, "folder_to_open", lambda _parent, _title, _folder: network)
    seen: list[str] = []
    go_on(qtbot, seen)
    program.window.commands.by_name["import-folder"].trigger()
    assert seen == [str(network)]
    qtbot.waitUntil(lambda: program.bench.session.project is not None, timeout=30_000)
    wait_for_jobs(qtbot, program.window)
    project = program.bench.session.project
    assert project is not None
    assert len(project.frame("ac_line_segments"))


def test_the_files_of_a_network_chosen_one_by_one_are_its_folder(
    program: Program, qtbot: QtBot, tmp_path: Path, network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_file(monkeypatch, tmp_path / "made.gpkg")
    files = sorted(path for path in network.glob("*.csv") if path.name in NETWORK_FILES)
    monkeypatch.setattr(ask, "files_to_open", lambda *_question: files)
    seen: list[str] = []
    go_on(qtbot, seen)
    program.window.commands.by_name["import-data"].trigger()
    wait_for_jobs(qtbot, program.window)
    assert seen == [str(network)]


def test_the_dialog_lets_choose_another_folder_and_other_files(
    program: Program, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.operations import operation

    dialog = OperationDialog(operation("import"), program.window, {"sources": ("a.csv",)})
    qtbot.addWidget(dialog)
    dialog.show()
    sources = dialog.fields["sources"]
    assert isinstance(sources, QLineEdit)
    monkeypatch.setattr(ask, "folder_to_open", lambda *_question: tmp_path)
    press(qtbot, dialog, "Folder…")
    assert sources.text() == str(tmp_path)
    monkeypatch.setattr(ask, "files_to_open", lambda *_question: [tmp_path / "b.csv", tmp_path / "c.csv"])
    press(qtbot, dialog, "Files…")
    assert dialog.parameters.sources == (str(tmp_path / "b.csv"), str(tmp_path / "c.csv"))


def test_a_new_project_never_goes_into_an_existing_one(
    program: Program, qtbot: QtBot, tmp_path: Path, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = station.read_bytes()
    answer_file(monkeypatch, station)
    file = tmp_path / "managers.csv"
    file.write_text("工号,姓名\nM1,张某\n", encoding="utf-8")
    monkeypatch.setattr(ask, "files_to_open", lambda *_question: [file])
    program.window.commands.by_name["import-data"].trigger()
    assert not program.bench.jobs.running
    assert "already" in program.window.messages.text.text()
    assert station.read_bytes() == before


def test_what_cannot_be_told_apart_is_said_without_words_of_the_terminal(
    program: Program, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "colours.csv"
    file.write_text("red,green\n1,2\n", encoding="utf-8")
    answer_file(monkeypatch, tmp_path / "made.gpkg")
    monkeypatch.setattr(ask, "files_to_open", lambda *_question: [file])
    go_on(qtbot, [])
    program.window.commands.by_name["import-data"].trigger()
    wait_for_jobs(qtbot, program.window)
    told = program.window.messages.text.text()
    assert "colours.csv" in told
    assert "--" not in told
    assert not (tmp_path / "made.gpkg").exists()


def test_the_window_has_its_own_words_wherever_a_sentence_names_what_is_typed() -> None:
    window = {**ERRORS, **IN_WINDOW}
    only_typed = {  # about options that the window has no like of
        "bad-steps",
        "changes-of-what",
        "list-alone",
        "no-scheme-to-copy",
        "propose-needs-fault",
        "reason-needs-save",
        "said-by-kept-study",
        "said-by-steps-file",
        "study-without-name",
        "take-of-what",
        "temporary-without-whom",
        "trace-nothing-named",
        "unknown-outage",
        "upto-needs-carry-out",
        "withdraw-alone",
    }
    typed = {code for code, text in window.items() if " --" in text or "taiqu " in text}
    assert typed <= only_typed
    assert IN_WINDOW.keys() <= ERRORS.keys()
    assert not [code for code, text in ISSUES.items() if " --" in text]


def test_the_kinds_of_files_are_named_in_the_language_of_the_window() -> None:
    i18n.use_language("zh_CN")
    try:
        assert data_files().startswith("数据文件")
        assert "所有文件" in data_files()
    finally:
        i18n.use_language("en")
