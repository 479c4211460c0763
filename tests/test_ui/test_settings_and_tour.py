"""Settings are chosen in a dialog, colours stay readable, and the tour leads through the window."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from grid_model.settings import setting
from tests.test_ui.helpers import LEFT
from ui import doing
from ui.application import Program
from ui.colors import THEME, THEMES, contrast
from ui.dialogs import ask
from ui.dialogs.settings_dialog import SettingsDialog
from ui.main_window import MainWindow
from ui.tour import NOTES, Tour

WORDS = (
    ("ink", "paper"), ("ink", "field"), ("ink", "primary_faint"), ("second", "paper"), ("second", "field"),
    ("primary_dark", "paper"), ("primary_dark", "primary_faint"), ("on_primary", "primary"),
    ("warn_ink", "warn_back"), ("tip_ink", "tip_back"), ("placeholder", "field"), ("wrong", "paper"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "pair"), list(product(THEMES, WORDS)))
def test_words_can_be_read_on_their_ground_in_both_themes(name: str, pair: tuple[str, str]) -> None:
    colors = THEMES[name]
    assert contrast(getattr(colors, pair[0]), getattr(colors, pair[1])) >= 4.49


@pytest.mark.parametrize("name", list(THEMES))
def test_badges_can_be_read_in_both_themes(name: str) -> None:
    for back, ink in THEMES[name].badges.values():
        assert contrast(back, ink) >= 4.5


def test_the_theme_is_changed_without_losing_project_or_selection(
    program: Program, window: MainWindow, qtbot: QtBot
) -> None:
    project = window.bench.session.project
    assert project is not None
    one = str(project.frame("feeders")["id"].iloc[0])
    window.bench.select("feeders", one)
    try:
        program.change_theme("dark")
        assert THEME.name == "dark"
        assert program.window is not window
        assert program.bench.session.project is project
        assert program.bench.selection.ids == (one,)
        assert program.settings.theme == "dark"
        ground = program.window.right.grab().toImage().pixelColor(6, 300).lightness()
        assert ground < 80, "the panels are dark"
    finally:
        program.change_theme("light")


def test_a_limit_gets_a_value_of_its_own_with_source_and_date_and_goes_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    session = window.bench.session
    project = session.project
    assert project is not None
    dialog = SettingsDialog(window.bench, window)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.tabs.setCurrentIndex(2)
    page = dialog.defaults
    qtbot.keyClicks(page.search, "travel.speed_kmh")
    assert page.model.rowCount() == 1
    names = [column.name for column in page.model.columns]
    value = page.model.index(0, names.index("value"))
    page.view.setCurrentIndex(value)
    assert not page.reset.isEnabled()
    assert page.model.setData(value, "42")
    assert setting(session.project, "travel.speed_kmh") == 42  # type: ignore[arg-type]
    row = session.project.table("settings").row("travel.speed_kmh")  # type: ignore[union-attr]
    assert row["as_of"] == project.info.planning_date
    assert row["source"]
    assert row["unit"] == "km/h"
    for bad in ("fast", "-3", "1e999", ""):
        assert not page.model.setData(value, bad)
        assert page.told.text()
        assert setting(session.project, "travel.speed_kmh") == 42  # type: ignore[arg-type]
    assert not page.model.setData(page.model.index(0, names.index("as_of")), "soon")
    assert page.model.setData(page.model.index(0, names.index("as_of")), "2026/5/1")
    assert page.model.setData(page.model.index(0, names.index("source")), "Station meeting")
    row = session.project.table("settings").row("travel.speed_kmh")  # type: ignore[union-attr]
    assert (row["as_of"], row["source"]) == ("2026-05-01", "Station meeting")
    qtbot.mouseClick(page.reset, LEFT)
    assert "travel.speed_kmh" not in session.project.table("settings")  # type: ignore[union-attr]
    session.undo()
    assert "travel.speed_kmh" in session.project.table("settings")  # type: ignore[union-attr]


def test_folders_are_chosen_and_kept_on_apply_only(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = window.bench.settings
    before = settings.folder_for("export")
    monkeypatch.setattr(ask, "folder_to_open", lambda *_what: tmp_path)
    dialog = SettingsDialog(window.bench, window)
    qtbot.addWidget(dialog)
    dialog._ask_folder("export")
    dialog.reject()
    assert settings.folder_for("export") == before
    dialog = SettingsDialog(window.bench, window)
    qtbot.addWidget(dialog)
    dialog._ask_folder("export")
    dialog.accept()
    assert settings.folder_for("export") == tmp_path


def test_the_tour_leads_through_the_window_and_ends_with_escape(window: MainWindow, qtbot: QtBot) -> None:
    doing.tour(window)
    tour = window.findChild(Tour)
    assert isinstance(tour, Tour)
    seen = set()
    for number in range(len(NOTES)):
        assert tour.at == number
        assert tour.isVisible()
        assert window.rect().contains(tour.geometry()), "the note stands inside the window"
        seen.add(window.bench.task)
        if number + 1 < len(NOTES):
            qtbot.mouseClick(tour.next, LEFT)
    assert seen == {"data", "outage", "grids", "print"}
    qtbot.keyClick(tour, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert not [one for one in window.findChildren(Tour) if one.isVisible()]


def test_the_tour_opens_the_sample_where_nothing_is_open(
    program: Program, qtbot: QtBot, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doing, "documents_folder", lambda: station.parent)
    station.rename(station.with_name("Sample station.gpkg"))
    qtbot.mouseClick(program.window.start.tour, LEFT)
    qtbot.waitUntil(lambda: bool(program.window.findChildren(Tour)), timeout=20_000)
    program.bench.session.close()
    QApplication.processEvents()
    assert not [one for one in program.window.findChildren(Tour) if one.isVisible()]
