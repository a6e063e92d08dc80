"""Python's garbage, collected on the window's thread alone.

The collector runs in whichever thread happens to make an object, and a Qt object that ends on another thread
than its own crashes the program. So it is switched off, and asked for here, between other events.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 200
_ALL_SECONDS = 60.0  # looking through everything takes as long as there is much of it: seldom


class Garbage(QObject):
    """Collects as often as Python would, by its own counts of what was made."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._all_at = time.monotonic()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(INTERVAL_MS)

    def collect(self) -> None:
        """Look through what was made since the last time, and seldom through what is older."""
        young, middle, old = (
            count > most for count, most in zip(gc.get_count(), gc.get_threshold(), strict=True)
        )
        now = time.monotonic()
        if old and now - self._all_at > _ALL_SECONDS:
            self._all_at = now
            gc.collect(2)
        elif middle:
            gc.collect(1)
        elif young:
            gc.collect(0)
