"""How long the window's thread is busy: a timer that should go off all the time, and the gaps between."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer


class Beats:
    """Counts from when it is made to ``stop``. ``longest`` is the longest gap, in milliseconds."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, (now - self._last) * 1000)
        self._last = now

    def stop(self) -> float:
        """No more; the longest gap."""
        self._timer.stop()
        self._beat()
        return self.longest
