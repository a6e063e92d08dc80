"""Work that may wait for a disk, done in a thread, one piece after the other: syncing, keeping copies.

The thread begins with the first piece of work and ends by itself when there has been none for a second, so an
idle program has none. Whoever made it calls `close`, which ends it and waits for it, but not for ever: a disk
that never answers may not hold the end of the program. What goes wrong in a piece of work is told to whoever
made the thread; it does not end the thread.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable

INTERVAL = 1.0  # seconds between two syncs of one file

Job = Callable[[], None]


class DiskThread:
    """The thread. Its functions are called from the program's main thread and never wait for the disk."""

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        """``failed`` is told, in the thread, what the disk refused, and mistakes of ours."""
        self._failed = failed
        self._changed = threading.Condition()
        self._jobs: deque[Job] = deque()
        self._later: dict[Hashable, tuple[float, Job]] = {}
        self._busy = self._ending = False
        self._thread: threading.Thread | None = None

    def do(self, job: Job) -> None:
        """Do ``job`` as soon as those before it are done."""
        with self._changed:
            self._jobs.append(job)
            self._wake()

    def do_soon(self, key: Hashable, job: Job) -> None:
        """Do ``job`` within `INTERVAL`, once for all that ask under the same key until then."""
        with self._changed:
            if key not in self._later:
                self._later[key] = (time.monotonic() + INTERVAL, job)
                self._wake()

    def forget(self, key: Hashable) -> None:
        """What was to be done under this key is not wanted any more."""
        with self._changed:
            self._later.pop(key, None)

    def finish(self, seconds: float) -> bool:
        """Do now what is to be done, and wait for it, ``seconds`` at most; whether all is done."""
        with self._changed:
            self._later = {key: (0.0, job) for key, (_at, job) in self._later.items()}
            if self._jobs or self._later:
                self._wake()
            return self._changed.wait_for(
                lambda: not (self._jobs or self._later or self._busy), timeout=seconds
            )

    def close(self, seconds: float = 5.0) -> None:
        """Do what is to be done, and end the thread; ``seconds`` at most are waited for that."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(seconds)
            if self._thread.is_alive():
                return  # it ends with the program, or when the disk answers
            self._thread = None
        self._ending = False

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="disk", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception as error:  # noqa: BLE001 - whoever made this thread is told
                self._failed(error)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _next(self) -> Job | None:
        """The next piece of work, waited for; None if the thread is to end."""
        idle_until = time.monotonic() + INTERVAL
        with self._changed:
            while True:
                now = time.monotonic()
                job = self._due(now)
                if job is not None:
                    self._busy = True
                    return job
                if not self._later and (self._ending or now >= idle_until):
                    if not self._ending:
                        self._thread = None  # the next piece of work begins a new one
                    return None
                until = min((at for at, _job in self._later.values()), default=idle_until)
                self._changed.wait(max(until - now, 0))

    def _due(self, now: float) -> Job | None:
        if self._jobs:
            return self._jobs.popleft()
        for key, (at, job) in self._later.items():
            if at <= now or self._ending:
                del self._later[key]
                return job
        return None
