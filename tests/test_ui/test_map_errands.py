"""One thread does what is urgent first, and nothing ahead while a picture is drawn."""

from __future__ import annotations

import threading
from concurrent.futures import wait
from functools import partial

import pytest

from ui.map.errands import Errand, Errands, Urgency

SOON_S = 20


def blocked(errands: Errands) -> tuple[threading.Event, Errand]:
    """Keep the thread busy until the event is set."""
    begun, held = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert held.wait(SOON_S)

    errand = errands.add(work, Urgency.SHOWN)
    assert begun.wait(SOON_S)
    return held, errand


def test_the_most_urgent_comes_first_then_the_oldest() -> None:
    errands, done = Errands(), list[str]()
    held, _first = blocked(errands)
    every = [
        errands.add(partial(done.append, name), urgency)
        for name, urgency in (
            ("ahead", Urgency.AHEAD),
            ("beneath", Urgency.BENEATH),
            ("one", Urgency.SHOWN),
            ("two", Urgency.SHOWN),
            ("hurried", Urgency.AHEAD),
        )
    ]
    every[-1].urgency = Urgency.BENEATH
    held.set()
    wait([one.done for one in every], SOON_S)
    assert done == ["one", "two", "beneath", "hurried", "ahead"]


def test_what_is_made_ahead_waits_while_it_is_held_back() -> None:
    errands, done = Errands(), list[str]()
    errands.hold_back(True)
    ahead = errands.add(partial(done.append, "ahead"), Urgency.AHEAD)
    shown = errands.add(partial(done.append, "shown"), Urgency.SHOWN)
    shown.done.result(SOON_S)
    assert done == ["shown"] and not ahead.done.done()
    errands.hold_back(False)
    ahead.done.result(SOON_S)
    assert done == ["shown", "ahead"]


def test_a_withdrawn_errand_is_never_begun() -> None:
    errands, done = Errands(), list[str]()
    held, first = blocked(errands)
    gone = errands.add(partial(done.append, "gone"), Urgency.SHOWN)
    last = errands.add(partial(done.append, "last"), Urgency.SHOWN)
    errands.withdraw(gone)
    held.set()
    last.done.result(SOON_S)
    assert done == ["last"] and gone.done.cancelled()
    errands.withdraw(first)
    assert first.done.result() is None, "what is done stays done"


def test_a_mistake_reaches_who_waits_and_the_next_errand_is_done() -> None:
    errands, done = Errands(), list[str]()

    def broken() -> None:
        raise ZeroDivisionError

    bad, good = errands.add(broken, Urgency.SHOWN), errands.add(partial(done.append, "good"), Urgency.SHOWN)
    good.done.result(SOON_S)
    with pytest.raises(ZeroDivisionError):
        bad.done.result(SOON_S)
    assert done == ["good"]


def test_an_idle_thread_ends_and_another_errand_starts_one_anew() -> None:
    errands, done = Errands(), list[str]()
    errands.add(partial(done.append, "one"), Urgency.SHOWN).done.result(SOON_S)
    thread = errands._thread
    if thread is not None:
        thread.join(SOON_S)
    assert errands._thread is None
    errands.add(partial(done.append, "two"), Urgency.AHEAD).done.result(SOON_S)
    assert done == ["one", "two"]
