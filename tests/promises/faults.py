"""Every function of the views and the window fails once, when it is called; each action of the menus does, too."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType

from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

import agenteditor
from agenteditor.app.error_report import ErrorDialog, Reporter
from agenteditor.app.recovery import recovery_of
from agenteditor.ui import theme
from agenteditor.ui.editor import VIEWS

PACKAGE = str(Path(agenteditor.__file__).parent)
NET = ("/app/recovery.py", "/app/error_report.py")  # what catches the others
FILTERS = ("/app/undo_keys.py", "/app/file_drops.py")  # asked about every event


class Fault(Exception):
    pass


class Faults:
    """Raises in functions of ``ui`` and ``app``: after ``arm_all`` in one that has not failed yet.

    After ``arm`` in the next one of ``app`` that is called, as an action's slot is.
    """

    def __init__(self) -> None:
        self.raised = 0
        self._seen: set[CodeType] = set()
        self._next_only = False

    def arm(self) -> None:
        self._next_only = True
        sys.settrace(self._called)

    def arm_all(self) -> None:
        self._next_only = False
        sys.settrace(self._called)

    def _called(self, frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        file = code.co_filename
        if (
            event != "call"
            or not file.startswith((f"{PACKAGE}/ui/", f"{PACKAGE}/app/"))
            or file.endswith(NET)
        ):
            return
        if self._next_only:
            if file.startswith(f"{PACKAGE}/ui/") or file.endswith(FILTERS):
                return
        elif code in self._seen:
            return
        if code.co_flags & 0x20:  # a generator: closing one that has not begun calls it, too
            return
        self._seen.add(code)
        self.raised += 1
        sys.settrace(None)  # Python does so in any case
        raise Fault("never shown: secret text of a file")


def fail_everywhere(window, log: int, passes: int, again: int) -> int:
    reporter, faults = Reporter(window), Faults()
    reported, dialogs, silent = [0], [0], 0

    def hook(kind, error, where):
        sys.settrace(None)
        reported[0] += 1
        reporter.report(kind, error, where)
        shown = [
            one for one in QApplication.topLevelWidgets() if isinstance(one, ErrorDialog) and one.isVisible()
        ]
        dialogs[0] = max(dialogs[0], len(shown))
        assert reporter.dialog is None or "secret" not in reporter.dialog.text()

    sys.excepthook = hook
    sys.stderr = io.StringIO()
    document = window.present_editor().document
    original = document.text

    actions = 0
    for action in window.actions_._actions.values():
        action.setEnabled(True)
        before = faults.raised
        faults.arm()
        told = reported[0]
        attempted(action.trigger)
        sys.settrace(None)
        actions += faults.raised == before + 1 and reported[0] > told
    for _ in range(passes):
        before = faults.raised
        for step in steps(window):
            for _again in range(again):
                count, told = faults.raised, reported[0]
                faults.arm_all()
                attempted(step)
                sys.settrace(None)
                if faults.raised == count:
                    break
                silent += reported[0] == told
        if faults.raised == before:
            break
    assert recovery_of(window).flush()
    assert recovery_of(window).holds(document)
    while document.undo() is not None:
        pass
    assert "secret" not in sys.stderr.getvalue()
    os.write(
        log,
        b"a end\n" + json.dumps(
            {
                "actions": actions,
                "all": len(window.actions_._actions),
                "faults": faults.raised,
                "silent": silent,
                "dialogs": dialogs[0],
                "intact": document.text == original,
            }
        ).encode(),
    )  # fmt: skip
    return 0


def attempted(step: Callable[[], object]) -> None:
    """An exception in what Qt calls from within a call of ours comes back to us; that is one of the ways."""
    try:
        step()
        QApplication.processEvents()
    except Exception as error:  # noqa: BLE001 - Qt for Python may wrap it
        sys.settrace(None)
        sys.excepthook(type(error), error, error.__traceback__)


def steps(window) -> list[Callable[[], object]]:
    """What a person does in all the views."""

    def keys(key: Qt.Key) -> None:
        widget = QApplication.focusWidget()
        if isinstance(widget, QWidget):
            QTest.keyClick(widget, key)

    def look(name: str) -> None:
        theme.apply(QApplication.instance(), name)

    made: list[Callable[[], object]] = []
    for view in VIEWS:
        made += [
            lambda view=view: window.show_view(view),
            lambda: window.step_pane(1),
            lambda: keys(Qt.Key.Key_X),
            lambda: keys(Qt.Key.Key_Return),
            lambda: keys(Qt.Key.Key_Down),
            lambda: keys(Qt.Key.Key_Tab),
            lambda: window.present_editor().undo(),
            lambda: window.present_editor().redo(),
        ]
    return [
        *made,
        lambda: window.resize(QSize(900, 600)),
        lambda: window.resize(QSize(1280, 820)),
        lambda: look("dark"),
        lambda: look("light"),
        lambda: window.present_editor().show_changes(),
        lambda: window.present_editor().zoom(1),
        lambda: window.present_editor().open_find(replace=True),
        lambda: window.present_editor().find_step(1),
        lambda: window.present_editor().step_problem(1),
    ]
