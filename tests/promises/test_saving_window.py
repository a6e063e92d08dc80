"""Saving as a person meets it in the window: slow disks, full disks, files that may not be written, leftovers."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from agenteditor.core.document import Document, Transaction
from agenteditor.core.text import Span, TextEdit
from tests.promises.conftest import Promise
from tests.promises.saving_windows import HEAD, SlowDisk, opened, press_save, saying, shown_window, type_


@pytest.fixture
def window(qtbot, monkeypatch):
    return shown_window(qtbot, monkeypatch)


@pytest.fixture
def slow(monkeypatch):
    disk = SlowDisk(monkeypatch)
    yield disk
    disk.answer()


def test_p13_while_the_disk_does_not_answer_the_window_goes_on_and_says_so(
    promise: Promise, window, slow, qtbot, tmp_path
):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    type_(window, "abc")
    press_save(window)
    assert saying(window) == ["title", "tab", "status"]
    assert document.modified and path.read_text("utf-8") == HEAD
    type_(window, "def")  # it is taken, and is not part of what is being saved
    assert document.text == "abcdef" + HEAD
    assert not window.actions_["revert"].isEnabled()
    slow.answer()
    qtbot.waitUntil(lambda: not saying(window))
    assert path.read_text("utf-8") == "abc" + HEAD
    assert document.saved_text == "abc" + HEAD and document.modified
    assert "Saved" in window.statusBar().currentMessage()
    press_save(window)
    qtbot.waitUntil(lambda: path.read_text("utf-8") == "abcdef" + HEAD)
    assert not document.modified
    promise.measured(
        "typed, saved and typed on while no sync ended: all taken, tab, title and status bar say so"
    )


def test_p13_how_long_the_window_stands_still(promise: Promise, window, monkeypatch, qtbot, tmp_path):
    """The longest time between two turns of the event loop, from Ctrl+S until the text is on disk."""
    seconds = 2.0 if promise.torture else 0.1
    SlowDisk(monkeypatch, seconds)
    worst = 0.0
    for size in (6_000, 200_000, 1_000_000)[: promise.times(1, 3)]:
        path = tmp_path / f"{size}.md"
        path.write_text(HEAD + "Some words in a line.\n" * (size // 22), "utf-8")
        document = opened(window, path).document
        window.show_view("details")
        window.actions_["preview"].setChecked(False)  # it follows the text some time later, not the save
        longest = 0.0
        for _ in range(promise.times(1, 3)):
            document.apply(_typed(document))
            QApplication.processEvents()
            longest = max(longest, _longest(press_save, window))
            while document.modified:
                longest = max(longest, _longest(QApplication.processEvents))
        worst = max(worst, longest)
        promise.measured(f"{size // 1000} kB, each sync {seconds:g} s: longest stall {1000 * longest:.0f} ms")
        window.close_document(window.present_editor())
    if promise.torture:
        assert worst < 0.5


def _typed(document: Document) -> Transaction:
    end = len(document.text)
    return Transaction((TextEdit(Span(end, end), "x"),), "Type")


def _longest(call: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - started
