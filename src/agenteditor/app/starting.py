"""What is looked after once the window is shown: what kills and crashes left, one question at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from agenteditor.app.batch_commands import offer_unfinished
from agenteditor.app.leftovers import look_after
from agenteditor.app.recovery_dialog import offer_recovered
from agenteditor.app.window import Window

_LOOK_MS = 100


def begin(window: Window, damaged_settings: Path | None) -> None:
    """Offer and remove what earlier runs left. ``damaged_settings`` were set aside, and that is said."""
    OneByOne(
        [
            lambda: offer_unfinished(window),
            lambda: offer_recovered(window, damaged_settings),
            lambda: look_after(window),
            lambda: _clear_export(window),
        ],
        window,
    )


class OneByOne(QObject):
    """Does one thing after the other, each when no question of those before is open."""

    def __init__(self, things: Sequence[Callable[[], object]], parent: QObject) -> None:
        super().__init__(parent)
        self._things = list(things)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)
        self._timer.start(0)

    def _go_on(self) -> None:
        self._timer.setInterval(_LOOK_MS)
        if QApplication.activeModalWidget() is not None:
            return
        if not self._things:
            self._timer.stop()
            self.deleteLater()
            return
        self._timer.setInterval(0)
        self._things.pop(0)()


def _clear_export(window: Window) -> None:
    """Take away what an export that was killed left in the folder last exported to."""
    if not window.settings.export_folder:
        return
    from agenteditor.app.export_form import folder_meant  # late: the window need not wait for it
    from agenteditor.app.export_steps import clear_left_over

    clear_left_over(folder_meant(window.settings.export_folder), window)
