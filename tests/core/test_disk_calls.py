"""Calls on threads: each is answered once, and one that waits holds up nobody."""

from __future__ import annotations

import threading
import time

from agenteditor.core import disk_calls
from agenteditor.core.disk_calls import DiskCalls


def answers(calls: DiskCalls, count: int) -> dict[object, object]:
    found: dict[object, object] = {}
    until = time.monotonic() + 20
    while len(found) < count and time.monotonic() < until:
        found |= dict(calls.answers())
        time.sleep(0.001)
    return found


def test_every_call_is_answered_with_what_it_gave_or_raised():
    calls = DiskCalls()
    calls.start({"one": lambda: 1, "wrong": lambda: 1 // 0, "two": lambda: 2})
    found = answers(calls, 3)
    assert (found["one"], found["two"]) == (1, 2)
    assert isinstance(found["wrong"], ZeroDivisionError)
    assert not calls.out and calls.answers() == []


def test_a_call_that_is_out_is_not_made_again():
    calls, go, made = DiskCalls(), threading.Event(), []
    calls.start({"one": lambda: (made.append(1), go.wait(20))})
    calls.start({"one": lambda: made.append(2)})
    go.set()
    answers(calls, 1)
    assert made == [1]
    calls.start({"one": lambda: made.append(3)})
    answers(calls, 1)
    assert made == [1, 3]


def test_what_waits_for_a_dead_disk_holds_up_nobody(monkeypatch):
    monkeypatch.setattr(disk_calls, "LATE", 0.05)
    calls, go = DiskCalls(), threading.Event()
    calls.start({"dead": lambda: go.wait(20), "behind": lambda: "answered"})
    assert answers(calls, 1) == {"behind": "answered"}
    assert calls.late == ["dead"] and list(calls.out) == ["dead"]
    calls.start({"later": lambda: "too"})
    assert answers(calls, 1) == {"later": "too"}
    since = time.monotonic()
    calls.close(0.05)
    assert time.monotonic() - since < 10
    go.set()
    assert answers(calls, 1) == {"dead": True}
