"""A monkey at the window: thousands of random clicks, drags, keys and tools break and lose nothing."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.conftest import scaled
from tests.project_values import same_rows
from tests.test_ui.helpers import wait_for_jobs
from ui import tool_strip
from ui.bench import TASKS
from ui.main_window import MainWindow
from ui.map.tools import TOOLS

EVENTS = scaled(3_000, 20_000)
OFFSCREEN = {"This plugin does not support raise()"}
"""What Qt's windowless platform says of itself."""
LEFT = Qt.MouseButton.LeftButton

KEYS = (
    Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Backspace, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Tab, Qt.Key.Key_Home,
    Qt.Key.Key_A, Qt.Key.Key_5,
)  # fmt: skip


class Monkey:
    """Does one random thing after another to a window."""

    def __init__(self, qtbot: QtBot, window: MainWindow, seed: int) -> None:
        self._qtbot, self._window, self._chance = qtbot, window, random.Random(seed)
        self.done: list[str] = []

    def play(self, events: int) -> None:
        acts: tuple[tuple[int, Callable[[], None]], ...] = (
            (30, self._move), (25, self._click), (12, self._drag), (8, self._wheel), (12, self._key),
            (9, self._tool), (6, self._undo), (3, self._redo), (2, self._task), (3, self._button),
            (2, self._double_click), (1, self._resize),
        )  # fmt: skip
        weights, chosen = [weight for weight, _act in acts], [act for _weight, act in acts]
        for n in range(events):
            act = self._chance.choices(chosen, weights)[0]
            self.done.append(act.__name__)
            act()
            if n % 40 == 39:
                QApplication.processEvents()
                # what an event loop does between two turns: else widgets of closed panels pile up
                QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            if n % 400 == 399:
                self._near_something()

    def _at(self) -> QPoint:
        canvas = self._window.canvas
        return QPoint(self._chance.randrange(canvas.width()), self._chance.randrange(canvas.height()))

    def _near(self, at: QPoint) -> QPoint:
        return at + QPoint(self._chance.randint(-90, 90), self._chance.randint(-90, 90))

    def _move(self) -> None:
        self._qtbot.mouseMove(self._window.canvas, self._at())

    def _click(self) -> None:
        self._qtbot.mouseClick(self._window.canvas, LEFT, pos=self._at())

    def _double_click(self) -> None:
        self._qtbot.mouseDClick(self._window.canvas, LEFT, pos=self._at())

    def _drag(self) -> None:
        canvas, start = self._window.canvas, self._at()
        self._qtbot.mousePress(canvas, LEFT, pos=start)
        for _step in range(self._chance.randint(1, 4)):
            self._qtbot.mouseMove(canvas, self._near(start))
        self._qtbot.mouseRelease(canvas, LEFT, pos=self._near(start))

    def _wheel(self) -> None:
        at, turn = QPointF(self._at()), self._chance.choice([120, 120, -120])
        event = QWheelEvent(
            at, at, QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self._window.canvas, event)

    def _key(self) -> None:
        self._qtbot.keyClick(self._window.canvas, self._chance.choice(KEYS))

    def _tool(self) -> None:
        self._window.bench.set_task("data")
        tool = self._chance.choice(TOOLS)
        self._qtbot.mouseClick(self._window.tools._buttons[tool.name], LEFT)

    def _undo(self) -> None:
        self._qtbot.keyClick(self._window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    def _redo(self) -> None:
        self._qtbot.keyClick(self._window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)

    def _task(self) -> None:
        self._window.bench.set_task(self._chance.choice(list(TASKS)))

    def _button(self) -> None:
        """Press something in the panel of layers: a layer goes or comes."""
        tree = self._window.left.layers.tree
        if tree.names:
            tree.choose(self._chance.choice(tree.names))
            self._qtbot.keyClick(tree, self._chance.choice([Qt.Key.Key_Space, Qt.Key.Key_Right]))

    def _resize(self) -> None:
        self._window.resize(self._chance.randint(1000, 1366), self._chance.randint(600, 768))

    def _near_something(self) -> None:
        """Go where there is something to break."""
        project = self._window.bench.session.project
        assert project is not None
        ids = project.frame("ac_line_segments")["id"]
        self._window.canvas.zoom_to_object(
            "ac_line_segments", str(ids.iloc[self._chance.randrange(len(ids))])
        )
        self._window.canvas.set_scale_denominator(self._chance.choice([1500, 4000, 15000]))


def close_what_asks() -> None:
    """Turn back from whatever dialog stands open: a monkey does not read."""
    for widget in (QApplication.activeModalWidget(), QApplication.activePopupWidget()):
        if isinstance(widget, QWidget):
            widget.close()


@pytest.mark.timeout(scaled(600, 5400))  # 20 000 events take a quarter of an hour; it rises within a slot
@pytest.mark.parametrize("seed", range(scaled(1, 3)))
def test_a_monkey_breaks_nothing_and_everything_can_be_undone(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(
        tool_strip,
        "ask_transformer",
        lambda _parent, transformer, area: ({"id": transformer, "rated_kva": 100.0}, {"id": area}),
    )
    first = window.bench.session.project
    assert first is not None
    told: list[str] = []

    def hear(kind: QtMsgType, _context: object, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and text not in OFFSCREEN:
            told.append(text)

    before = qInstallMessageHandler(hear)
    closer = QTimer()
    closer.timeout.connect(close_what_asks)
    closer.start(50)
    try:
        monkey = Monkey(qtbot, window, seed)
        monkey.play(EVENTS)
        wait_for_jobs(qtbot, window)
    finally:
        closer.stop()
        qInstallMessageHandler(before)
    assert told == []
    edits = sum(1 for _entry in window.bench.session.entries)
    assert edits > EVENTS // 200, "the monkey hardly touched anything"
    session = window.bench.session
    while session.next_undo is not None:
        assert session.undo() is not None
    assert session.project is not None
    same_rows(session.project, first)
    window.canvas.finish_drawing()
