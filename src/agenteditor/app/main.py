"""Starting the window: versions, application, settings, and the last word on any exception."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from agenteditor.app.desktop import APP_ID
from agenteditor.app.settings import Settings, load, save, settings_path
from agenteditor.app.versions import obstacle
from agenteditor.core.disk import problems
from agenteditor.core.file_problem import FileProblem

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from agenteditor.app.window import Window

NAME = "agenteditor"


def open_window(paths: Sequence[Path]) -> int:
    """Open the window on ``paths`` and run until it is closed; the exit status."""
    if problem := obstacle() or no_screen(os.environ):
        sys.stderr.write(f"agenteditor: {problem}\n")
        return 2
    from PySide6.QtCore import QTimer

    from agenteditor.app.batch_commands import offer_unfinished
    from agenteditor.app.commands import make_window

    path = settings_path(os.environ)
    settings = load(path)
    app = application(settings)
    window = make_window(settings)
    sys.excepthook = reporter(window)
    gc.freeze()  # all this stays to the end: looking through it for garbage would hold up the window
    window.open_paths(list(paths))
    window.show()
    QTimer.singleShot(0, lambda: offer_unfinished(window))
    status = app.exec()
    try:
        with problems("save", path):
            save(path, settings)
    except FileProblem as problem:
        sys.stderr.write(f"agenteditor: {problem}\n")
    return status


def take_tour(folder: Path) -> int:
    """Do the main job by itself and write screenshots to ``folder``; the exit status."""
    if problem := obstacle():
        sys.stderr.write(f"agenteditor: {problem}\n")
        return 2
    from agenteditor.app.tour import tour

    return tour(application(Settings(theme="light")), folder)


def no_screen(environment: Mapping[str, str]) -> str | None:
    """Why there is nowhere to show a window, as one line; Qt would end the process with a core dump."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if not sys.platform.startswith("linux") or any(environment.get(name) for name in named):
        return None
    return "there is no screen (DISPLAY is not set). check, show, set, fix and export need none; see --help."


def application(settings: Settings) -> QApplication:
    """The QApplication, dressed, with one undo for all views."""
    from PySide6.QtWidgets import QApplication

    from agenteditor.app.file_drops import FileDrops
    from agenteditor.app.undo_keys import UndoKeys
    from agenteditor.ui import theme
    from agenteditor.ui.icons import icon

    app = QApplication.instance() or QApplication([NAME])
    assert isinstance(app, QApplication)
    app.setApplicationName(NAME)
    app.setApplicationDisplayName("Agent Editor")
    app.setDesktopFileName(APP_ID)
    if settings.font_size:
        font = app.font()
        font.setPointSize(settings.font_size)
        app.setFont(font)
    theme.apply(app, settings.theme)
    app.setWindowIcon(icon("agenteditor"))
    for one in (UndoKeys, FileDrops):
        if app.findChild(one) is None:
            app.installEventFilter(one(app))
    return app


def reporter(window: Window) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """What is shown instead of a traceback: a sentence in the window, the report on standard error."""

    def report(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        sys.stderr.write("".join(traceback.format_exception(kind, error, where)))
        window.say(
            f"Something went wrong inside the program ({kind.__name__}). Your text is untouched; "
            "please report it."
        )

    return report
