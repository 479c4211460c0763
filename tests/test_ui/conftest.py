"""A small invented station, made once, and a window on a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from grid_model.cell_edit import SetCell
from grid_model.project import Project
from resources import i18n
from tests.test_ui.outage_story import Story, find_story
from ui.application import Program
from ui.main_window import MainWindow
from ui.settings import Settings
from ui.style import use_style


@pytest.fixture(autouse=True)
def one_application(qapp: QApplication) -> None:
    """The application object of the process is one for windows, whoever of these tests comes first."""


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project file with the small sample; tests work on copies of it."""
    from gis.project_file import save_new
    from gis.sample import make_sample

    path = tmp_path_factory.mktemp("sample") / "station.gpkg"
    save_new(path, make_sample("small", 1))
    return path


@pytest.fixture
def station(sample_file: Path, tmp_path: Path) -> Path:
    """A copy of the sample for one test."""
    path = tmp_path / "station.gpkg"
    shutil.copyfile(sample_file, path)
    return path


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    """The program with fresh settings and its window on screen, no project open."""
    if not qapp.styleSheet():
        use_style(qapp)
    folder = tmp_path / "config"
    folder.mkdir()
    settings = Settings(folder)
    settings.language = "en"
    made = Program(qapp, settings)
    made.window.resize(1366, 768)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    made.bench.jobs.cancel_all()  # else closing asks whether what still runs may stop
    made.bench.jobs.wait()
    made.window.close()
    made.end()
    i18n.use_language("en")
    made.window.deleteLater()
    made.deleteLater()
    qapp.processEvents()


@pytest.fixture
def window(program: Program, qtbot: QtBot, station: Path) -> MainWindow:
    """A window with the sample open and drawn."""
    with qtbot.waitSignal(program.bench.session.project_changed, timeout=20_000):
        program.bench.session.open(station)
    program.window.canvas.finish_drawing()
    return program.window


@pytest.fixture
def project(window: MainWindow) -> Project:
    """The sample as it stands."""
    found = window.bench.session.project
    assert found is not None
    return found


@pytest.fixture
def story(window: MainWindow) -> Story:
    """A line whose fault is isolated by one switch, and by another one where that cannot be operated."""
    return find_story(window)


@pytest.fixture
def plain(window: MainWindow) -> MainWindow:
    """A window of whose sample every switch stands as normal."""
    session = window.bench.session
    project = session.project
    assert project is not None
    switches = project.frame("switches")
    odd = switches[switches["open"] != switches["normal_open"]]
    for one, normal in zip(odd["id"], odd["normal_open"], strict=True):
        assert session.do(SetCell("switches", one, "open", bool(normal))) is not None
    return window
