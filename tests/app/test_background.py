"""Work beside the window: what came of it is told once, here, at once or from the event loop."""

from __future__ import annotations

import threading

import pytest
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from agenteditor.app import background
from agenteditor.app.background import PATIENCE, Background


@pytest.fixture
def beside(qtbot, monkeypatch):
    monkeypatch.setattr(background, "PATIENCE", PATIENCE)
    return QObject()


def test_quick_work_is_told_before_the_call_returns_and_never_again(beside, monkeypatch):
    monkeypatch.setattr(background, "PATIENCE", 30)
    told = []
    assert Background(beside).run(lambda: 7, lambda future: told.append(future.result()))
    assert told == [7]
    for _ in range(3):
        QApplication.processEvents()
    assert told == [7]


def test_slow_work_is_told_from_the_event_loop_in_the_thread_of_the_window(beside, qtbot):
    go, told = threading.Event(), []
    threads = Background(beside)

    def work():
        go.wait()
        return threading.current_thread()

    assert not threads.run(work, lambda future: told.append((future.result(), threading.current_thread())))
    assert told == []
    go.set()
    qtbot.waitUntil(lambda: bool(told))
    ((worker, teller),) = told
    assert worker is not teller is threading.main_thread()
    assert not worker.is_alive()


@pytest.mark.parametrize("patience", [0, 30])
def test_an_exception_is_met_by_who_is_told(beside, qtbot, monkeypatch, patience):
    monkeypatch.setattr(background, "PATIENCE", patience)
    told = []

    def work():
        raise MemoryError

    Background(beside).run(work, lambda future: told.append(future.exception()))
    qtbot.waitUntil(lambda: bool(told))
    assert isinstance(told[0], MemoryError)


def test_join_waits_for_all(beside):
    go, done = threading.Event(), []
    threads = Background(beside)
    for number in range(3):
        threads.run(lambda number=number: go.wait() and done.append(number), lambda _future: None)
    threading.Timer(0.05, go.set).start()
    threads.join()
    assert sorted(done) == [0, 1, 2]


def test_a_disk_that_never_answers_does_not_hold_the_end(beside, monkeypatch):
    monkeypatch.setattr(background, "PATIENCE", 0)
    go, threads = threading.Event(), Background(beside)
    ran = []

    def work():
        ran.append(threading.current_thread())
        go.wait()

    threads.run(work, lambda _future: None)
    assert not threads.join(0.01)
    go.set()
    assert threads.join(10)
    assert ran[0].daemon  # else Python waits for it


def test_work_that_outlives_the_window_ends_in_silence(beside, monkeypatch):
    monkeypatch.setattr(background, "PATIENCE", 0)
    go, threads, failed = threading.Event(), Background(beside), []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    threads.run(go.wait, lambda _future: None)
    shiboken6.delete(beside)
    go.set()
    assert threads.join(10)
    assert failed == []
