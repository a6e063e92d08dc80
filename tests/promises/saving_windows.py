"""What the tests of saving in the window have in common: a slow disk, and the keys a person presses."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from agenteditor.app import background, dialogs
from agenteditor.app.background import PATIENCE
from agenteditor.app.commands import make_window
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.app.window import Window

HEAD = "---\nname: good\ndescription: Use this agent when a test needs one.\n---\n\nYou are good.\n"
CTRL = Qt.KeyboardModifier.ControlModifier
QUESTIONS = ("ask_save_path", "ask_to_save", "ask_conflict", "ask_gone", "ask_copy", "ask_to_leave", "say")


def shown_window(qtbot, monkeypatch) -> Window:
    """A shown window; every question fails the test unless the test answers it."""
    for name in QUESTIONS:
        monkeypatch.setattr(
            dialogs, name, lambda *args, asked=name, **_words: pytest.fail(f"asked: {asked} {args[1:]}")
        )
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(made, before_close_func=forget_changes)
    made.show()
    qtbot.waitExposed(made)
    return made


def forget_changes(window):
    for editor in window.editors():
        editor.document.mark_saved(Path("x.md"), editor.document.text, None)


def opened(window: Window, path: Path):
    window.open_paths([path])
    window.activateWindow()
    window.show_view("source")
    QApplication.processEvents()
    return window.present_editor()


def type_(window: Window, letters: str) -> None:
    for letter in letters:
        QTest.keyClick(QApplication.focusWidget() or window, letter)


def press_save(window: Window) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_S, CTRL)


class SlowDisk:
    """Lets no sync end before `answer` is called, or before ``seconds`` have passed if they are given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float = 60) -> None:
        self._open = threading.Event()
        self.synced: list[tuple[int, int]] = []
        real = os.fsync

        def fsync(handle: int) -> None:
            self._open.wait(seconds)
            status = os.fstat(handle)
            self.synced.append((status.st_dev, status.st_ino))
            real(handle)

        monkeypatch.setattr(os, "fsync", fsync)
        monkeypatch.setattr(background, "PATIENCE", PATIENCE)

    def syncs_of(self, path: Path) -> int:
        """How often a file or folder was synced."""
        status = path.stat()
        return self.synced.count((status.st_dev, status.st_ino))

    def answer(self) -> None:
        self._open.set()

    def hold(self) -> None:
        self._open.clear()


def saying(window: Window) -> list[str]:
    """Where the window says that it is saving."""
    places = {
        "title": window.windowTitle(),
        "tab": window.documents.tabText(window.documents.currentIndex()),
        "status": window.statusBar().currentMessage(),
    }
    return [name for name, text in places.items() if "Saving" in text]
