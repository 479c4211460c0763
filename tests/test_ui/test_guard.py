"""A mistake of ours while an event is watched reaches the crash dialog, wherever the event came from."""

from __future__ import annotations

import ast

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.conftest import ROOT
from ui.main_window import MainWindow
from ui.map.tools import SwitchTool


def test_a_mistake_of_a_tool_is_told_though_the_event_goes_on_to_the_map(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_tool: SwitchTool, _at: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(SwitchTool, "click", fail)
    qtbot.mouseClick(window.tools._buttons["insert-switch"], Qt.MouseButton.LeftButton)
    with qtbot.captureExceptions() as caught:
        qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert [kind for kind, _error, _trace in caught] == [ZeroDivisionError]


def test_every_watcher_of_events_is_guarded() -> None:
    unguarded = []
    for path in sorted((ROOT / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name == "eventFilter":
                names = [one.id for one in node.decorator_list if isinstance(one, ast.Name)]
                if "told" not in names:
                    unguarded.append(f"{path.name}:{node.lineno}")
    assert unguarded == []
