"""A button for an action: it follows, it does, and it keeps nothing of what was."""

from __future__ import annotations

import ctypes
import gc

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from agenteditor.ui.action_button import ActionButton


@pytest.fixture
def action(qapp: QApplication) -> QAction:
    made = QAction("&Undo it")
    made.setIconText("Undo")
    return made


def test_it_looks_as_the_action_says(qtbot, action):
    button = ActionButton(action)
    qtbot.addWidget(button)
    assert (button.text(), button.toolTip(), button.isEnabled()) == ("Undo", "Undo it", True)
    action.setToolTip("Undo typing (Ctrl+Z)")
    action.setEnabled(False)
    assert (button.toolTip(), button.isEnabled()) == ("Undo typing (Ctrl+Z)", False)


def test_a_click_does_it_once_and_checks_what_is_checkable(qtbot, action):
    done: list[bool] = []

    def note(checked: bool) -> None:
        done.append(checked)

    action.triggered.connect(note)
    button = ActionButton(action)
    qtbot.addWidget(button)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    action.setCheckable(True)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == [False, True]
    assert button.isChecked()
    action.setChecked(False)
    assert not button.isChecked()


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="asks the C library of GNU")
def test_changes_of_the_action_leave_nothing_behind(qtbot, action):
    """Qt's own way leaves 144 bytes for each."""

    class Memory(ctypes.Structure):
        _fields_ = [(name, ctypes.c_size_t) for name in (*"abcdefg", "used", *"xy")]

    ask = ctypes.CDLL(None).mallinfo2
    ask.restype = Memory
    button = ActionButton(action)
    qtbot.addWidget(button)
    button.show()

    def change(times: int) -> int:
        for _ in range(times):
            action.setEnabled(False)
            action.setEnabled(True)
        QApplication.processEvents()
        gc.collect()
        return int(ask().used)

    before = change(100)
    assert change(4_000) - before < 8_000 * 20
