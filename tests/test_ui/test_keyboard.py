"""The window by keyboard alone: every command has a letter of its own in its menu."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from grid_model.cell_edit import SetCell
from resources import i18n
from resources.i18n import LANGUAGES, _
from ui.actions import ACTIONS, MENUS
from ui.bench import TASKS
from ui.main_window import MainWindow


def letters(texts: list[str]) -> Counter[str]:
    return Counter(found.group(1).upper() for one in texts if (found := re.search(r"&(\w)", one)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_stands_for_two_commands_of_a_menu(language: str) -> None:
    i18n.use_language(language)
    menus = {"": [_(title) for title in MENUS.values()]}
    for one in ACTIONS:
        menus.setdefault(one.menu, []).append(_(one.title))
    doubled = {menu: [one for one, n in letters(texts).items() if n > 1] for menu, texts in menus.items()}
    assert {menu: found for menu, found in doubled.items() if found} == {}


def test_an_ampersand_in_a_name_marks_no_letter(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "A&B.gpkg"
    path.touch()
    window.bench.settings.add_recent(path)
    menu = QMenu()
    window.fill_recent(menu)
    assert menu.actions()[0].text().startswith("A&&B ")
    project = window.bench.session.project
    assert project is not None
    one = str(project.frame("switches")["id"].iloc[0])
    window.bench.session.do(SetCell("switches", one, "name", "X&Y", title="X&Y"))
    window.commands.refresh()
    assert "X&&Y" in window.commands.by_name["undo"].text()


def test_every_button_that_takes_the_focus_can_be_named(window: MainWindow) -> None:
    nameless = []
    for task in TASKS:
        window.bench.set_task(task)
        for one in window.findChildren(QAbstractButton):
            reachable = one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus
            if reachable and not (one.text() or one.accessibleName()):
                nameless.append((task, one.objectName(), one.toolTip()))
    assert nameless == []


def test_tab_leads_from_the_map_around_the_window_and_back(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.canvas.setFocus()
    passed: list[QWidget | None] = []
    for _press in range(80):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        passed.append(QApplication.focusWidget())
        if passed[-1] is window.canvas:
            break
    assert passed[-1] is window.canvas
    page = window.bottom.page
    assert page is not None
    for part in (*window.tools._buttons.values(), page.view, window.top.search, window.left.layers.tree):
        assert part in passed
