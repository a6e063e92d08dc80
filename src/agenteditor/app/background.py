"""Work that may have to wait for a disk, done beside the window.

Each piece of work has a thread of its own, which touches nothing but what it was given. What came of
it is told where the work was handed over: at once if the disk answers soon, else from the event loop.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

PATIENCE = 0.03  # seconds to wait for the disk before the window goes on; two frames at 60 Hz

Result = TypeVar("Result")


def in_time(work: Callable[[], Result], seconds: float) -> Future[Result]:
    """Do ``work`` in a thread and wait so long for it: what came of it, which may be nothing yet."""
    future: Future[Result] = Future()
    threading.Thread(target=_do, args=(work, future), name="agenteditor-disk", daemon=True).start()
    wait([future], seconds)
    return future


@dataclass(eq=False)
class _Job:
    work: Callable[[], Any]
    then: Callable[[Future[Any]], None]
    future: Future[Any]
    told: bool = False


class Background(QObject):
    """The threads of one window. `join` before the program ends."""

    _finished = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._threads: dict[_Job, threading.Thread] = {}
        self._finished.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def run(self, work: Callable[[], Result], then: Callable[[Future[Result]], None]) -> bool:
        """Do ``work`` in a thread and give ``then``, called once and in this thread, what came of it.

        Whether ``then`` was called before this returned.
        """
        job = _Job(work, then, Future())
        # A daemon: what a dead disk holds may not hold the program's end.
        thread = threading.Thread(target=self._do, args=(job,), name="agenteditor-disk", daemon=True)
        self._threads[job] = thread
        thread.start()
        if wait([job.future], PATIENCE).done:
            self._tell(job)
        return job.told

    def join(self, seconds: float | None = None) -> bool:
        """Wait until no thread runs, ``seconds`` at most; whether none does now.

        What came of their work is told only if the event loop goes on.
        """
        until = None if seconds is None else time.monotonic() + seconds
        for thread in tuple(self._threads.values()):
            thread.join(None if until is None else max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads.values())

    def _do(self, job: _Job) -> None:
        _do(job.work, job.future)
        with suppress(RuntimeError):  # the window is gone: nobody is left to be told
            self._finished.emit(job)

    def _tell(self, job: _Job) -> None:
        if job.told:
            return  # it was in time, and this is the signal that comes after
        job.told = True
        self._threads.pop(job).join()
        job.then(job.future)


def _do(work: Callable[[], Result], future: Future[Result]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  # whoever asked meets it, in its own thread
        future.set_exception(error)
