"""Ending because somebody else says so: a signal, or the end of the desktop's session.

Nobody is there to answer a question then, so nothing is asked: what is unsaved is in its journal, and the
next start offers it. Qt alone would be killed by a signal, and Python would not hear it before Qt's next
event (a handler runs between two instructions of Python, and the loop is in C++): hence the socket.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSocketNotifier
from PySide6.QtGui import QGuiApplication

_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP")  # as far as the system has them


class Leaving(QObject):
    """Calls ``leave`` and ends the event loops, all of them, when the program is told to end.

    ``flush`` is called when the session may end: it has the text written, and the program may go on.
    The exit status after a signal is 128 and its number, as shells have it.
    """

    def __init__(
        self, app: QGuiApplication, flush: Callable[[], object], leave: Callable[[], object]
    ) -> None:
        super().__init__(app)
        self._flush, self._leave = flush, leave
        self._session_ends = False
        self._ours, self._theirs = socket.socketpair()
        for end in (self._ours, self._theirs):
            end.setblocking(False)
        self._before = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._heard)
        self._handlers = {}
        for number in (getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup sets it
                self._handlers[number] = signal.signal(number, lambda *_: None)
        app.commitDataRequest.connect(self.save_session)
        app.installEventFilter(self)

    def save_session(self) -> None:
        """The session may be about to end; if it does, `QEvent.Type.Quit` comes next."""
        self._session_ends = True
        self._flush()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Quit or not self._session_ends:
            return False
        self._end(0)
        return True  # Qt would close the windows, which ask

    def stop(self) -> None:
        """Hear nothing any more."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before)
        self._notifier.setEnabled(False)
        self._ours.close()
        self._theirs.close()
        self.deleteLater()

    def _heard(self) -> None:
        with suppress(BlockingIOError):
            numbers = [number for number in self._ours.recv(64) if number in self._handlers]
            if numbers:
                self._end(128 + numbers[0])

    def _end(self, status: int) -> None:
        try:
            self._leave()
        finally:
            QCoreApplication.exit(status)
