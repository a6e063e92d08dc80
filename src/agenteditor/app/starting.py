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
            lambda: _finish_exports(window),
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


def _finish_exports(window: Window) -> None:
    """Finish what exports that were killed had decided, wherever that was, and clear up behind them."""
    from agenteditor.core import export_notes  # late: the window need not wait for it

    found = export_notes.folders()
    if found:
        from agenteditor.app.export_steps import finish_left_over  # late, for the same reason

        for folder in found:
            finish_left_over(folder, window, window.say)
