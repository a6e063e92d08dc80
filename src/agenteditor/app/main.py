"""Starting the window: versions, application, settings, and what outlives its end."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agenteditor.app.desktop import APP_ID
from agenteditor.app.settings import Settings, load, save, set_aside, settings_path
from agenteditor.app.versions import obstacle
from agenteditor.core.disk import problems
from agenteditor.core.file_problem import FileProblem

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

NAME = "agenteditor"
_LONG_ENOUGH = 2.0  # seconds that it waits for its settings, which are in no journal
_PATIENCE = 0.3  # seconds that the end of the program waits for saves; their texts are in the journals


def open_window(paths: Sequence[Path]) -> int:
    """Open the window on ``paths`` and run until it is closed; the exit status."""
    if problem := obstacle() or no_screen(os.environ):
        sys.stderr.write(f"agenteditor: {problem}\n")
        return 2
    from agenteditor.app.commands import make_window
    from agenteditor.app.error_report import Reporter
    from agenteditor.app.leaving import Leaving
    from agenteditor.app.recovery import recovery_of
    from agenteditor.app.starting import begin

    path = settings_path(os.environ)
    damaged = set_aside(path)
    settings = load(path)
    app = application(settings)
    window = make_window(settings)
    Reporter(window).install()
    recovery = recovery_of(window)
    Leaving(app, recovery.flush, recovery.leave)
    gc.freeze()  # all this stays to the end: looking through it for garbage would hold up the window
    window.open_paths(list(paths))
    window.show()
    begin(window, damaged)
    status = app.exec()
    if not window.saves.join(_PATIENCE):
        sys.stderr.write(
            f"agenteditor: the disk does not answer, and the save of {', '.join(window.saves.slow_names())} "
            "was cut off. "
            "What is not saved is in the recovery journal; the next start offers it.\n"
        )
    recovery.leave()  # nothing, if the window was closed: then everything unsaved was asked about
    keep_settings(path, settings)
    return status


def keep_settings(path: Path, settings: Settings) -> None:
    """Save the settings at the end; a disk that does not answer is not waited for, and that is said."""
    from agenteditor.app.background import in_time

    def work() -> None:
        with problems("save", path):
            save(path, settings)

    saving = in_time(work, _LONG_ENOUGH)
    if not saving.done():
        sys.stderr.write(
            f"agenteditor: the disk does not answer, and the settings in {path} stay as they were\n"
        )
    elif isinstance(problem := saving.exception(), FileProblem):
        sys.stderr.write(f"agenteditor: {problem}\n")
    else:
        saving.result()


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
    from agenteditor.app.garbage import Garbage
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
    if app.findChild(Garbage) is None:
        Garbage(app)
    return app
