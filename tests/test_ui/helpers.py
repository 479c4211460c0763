"""What tests of the window do by hand: click on the map, press a button by its text, answer a dialog."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ui.dialogs import ask
from ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def button(parent: QWidget, text: str) -> QPushButton:
    """Find the visible button that bears `text`."""
    QApplication.processEvents()  # parts put into a visible panel appear with the next turn of the event loop
    found = [
        one for one in parent.findChildren(QPushButton) if one.text() == text and one.isVisibleTo(parent)
    ]
    assert found, f"no button {text!r}; there are {[one.text() for one in parent.findChildren(QPushButton)]}"
    return found[-1]


def press(qtbot: QtBot, parent: QWidget, text: str) -> None:
    """Click the button that bears `text`."""
    qtbot.mouseClick(button(parent, text), LEFT)


def texts(parent: QWidget) -> list[str]:
    """Give the texts of the labels of a panel."""
    QApplication.processEvents()
    return [one.text() for one in parent.findChildren(QLabel) if one.isVisibleTo(parent)]


def click_on_map(qtbot: QtBot, window: MainWindow, table: str, one: str) -> None:
    """Click where an object stands on the map."""
    place = window.canvas.screen_position(table, one)
    assert place is not None
    qtbot.mouseClick(window.canvas, LEFT, pos=QPoint(round(place.x()), round(place.y())))


def wait_for_jobs(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until nothing runs beside the window."""
    qtbot.waitUntil(lambda: not window.bench.jobs.running, timeout=30_000)


def answer_file(monkeypatch: pytest.MonkeyPatch, path: Path) -> list[Any]:
    """Answer the next questions for a file to write with `path`; gives what was suggested."""
    asked: list[Any] = []

    def answer(_parent: object, _title: str, suggestion: Path, _kinds: str) -> Path:
        asked.append(suggestion)
        return path

    monkeypatch.setattr(ask, "file_to_write", answer)
    return asked
