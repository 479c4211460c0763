"""Garbage that holds itself is collected in the window's thread alone, and it is collected."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from ui.garbage import GarbageCollection


class Ring:
    """Something that holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collection(qtbot: QtBot) -> Iterator[GarbageCollection]:
    made = GarbageCollection()
    yield made
    made.end()
    assert gc.isenabled()


def collected_in(act: Callable[[], object]) -> list[str]:
    """Name the threads in which something is collected meanwhile."""
    seen: list[str] = []

    def note(phase: str, _info: object) -> None:
        if phase == "start":
            seen.append(threading.current_thread().name)

    gc.callbacks.append(note)
    try:
        act()
    finally:
        gc.callbacks.remove(note)
    return seen


def litter() -> None:
    for _n in range(50_000):
        Ring()


def beside() -> None:
    worker = threading.Thread(target=litter, name="beside")
    worker.start()
    worker.join()


def test_a_thread_beside_the_window_collects_nothing(collection: GarbageCollection) -> None:
    assert collected_in(beside) == []
    collection.end()
    assert "beside" in collected_in(beside), "left to itself Python collects there"


def test_garbage_is_collected_in_the_windows_thread(collection: GarbageCollection, qtbot: QtBot) -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    del ring

    def until_it_is_gone() -> None:
        beside()
        qtbot.waitUntil(lambda: gone() is None, timeout=5000)

    threads = collected_in(until_it_is_gone)
    assert set(threads) == {threading.main_thread().name}
