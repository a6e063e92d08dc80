"""Garbage is collected by the event loop of the window, never by a thread."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject

from agenteditor.app.garbage import Garbage


@pytest.fixture
def garbage(qapp):
    was = gc.isenabled()
    owner = QObject()
    yield Garbage(owner)
    if was:
        gc.enable()


class Loop:
    def __init__(self):
        self.itself = self


def loops(count: int) -> list[weakref.ref[Loop]]:
    return [weakref.ref(Loop()) for _ in range(count)]


def test_a_thread_collects_nothing_and_the_event_loop_does(garbage, qtbot):
    made: list[weakref.ref[Loop]] = []
    thread = threading.Thread(target=lambda: made.extend(loops(5_000)))
    thread.start()
    thread.join()
    assert all(one() is not None for one in made)
    qtbot.waitUntil(lambda: all(one() is None for one in made))


def test_what_has_grown_old_is_found_too(garbage, qtbot, monkeypatch):
    monkeypatch.setattr("agenteditor.app.garbage._ALL_SECONDS", 0.0)
    held = Loop()
    there = weakref.ref(held)
    gc.collect(1)  # it is one of the old ones now
    del held
    made = []

    def look() -> bool:
        made.extend(loops(1_000))
        garbage.collect()
        return there() is None

    qtbot.waitUntil(look)
