"""Files written beside the documents: a copy, a page, a list of settings. No window waits for the disk.

Whoever writes says where it stands that it is saving, if the disk keeps it waiting; the window's status
bar says so, too. A failure is said as a sentence, by the window if the dialog that wrote is closed by then.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMainWindow, QWidget
from shiboken6 import isValid

from agenteditor.app import dialogs
from agenteditor.app.saving import Saves, stamp_of_what_is_replaced
from agenteditor.core import files
from agenteditor.core.files import FileProblem
from agenteditor.ui.qtext import plain

Result = TypeVar("Result")


def write(
    owner: QWidget,
    path: Path,
    work: Callable[[], Result],
    failed: str,
    then: Callable[[Result | None], object],
) -> bool:
    """Do ``work``, which writes ``path``, in a thread; whether ``then`` was called before this returned.

    ``then`` is given its result; None if it failed, which was said then, under the title ``failed``. It is
    not called any more once ``owner`` is deleted.
    """
    saves = saves_of(owner)

    def done(outcome: Future[Result]) -> None:
        there = isValid(owner) and owner.isVisible()
        window = saves.window
        result = None
        try:
            result = outcome.result()
        except FileProblem as problem:
            dialogs.say(owner if there else window, failed, str(problem))
        else:
            if not there and isinstance(window, QMainWindow):
                window.statusBar().showMessage(plain(saved(path)))
        if isValid(owner):
            then(result)

    return saves.write(path.name, work, done)


def replace(path: Path, text: str) -> bool:
    """Write what a person chose to write there; the dialog has asked whether a file may be replaced.

    A version of the one that is replaced is kept.
    """
    files.save(path, text, stamp_of_what_is_replaced(path))
    return True


def saving(path: Path) -> str:
    """What is said while the disk does not answer."""
    return QCoreApplication.translate("writing", "Saving {0}…").format(path)


def saved(path: Path) -> str:
    """What is said once it has."""
    return QCoreApplication.translate("writing", "Saved {0}").format(path)


def saves_of(widget: QWidget) -> Saves:
    """The saves of the window that a widget belongs to; it gets some if it has none."""
    one: QWidget | None = widget
    while one is not None:
        found = one.findChild(Saves, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if isinstance(found, Saves):
            return found
        widget, one = one, one.parentWidget()
    return Saves(widget)
