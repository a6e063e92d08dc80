"""Calls that may wait for a disk, made on a thread so that nobody waits with them.

A disk may answer late or never (a drive that starts up, a network that is gone). What waits is left to
itself, and everything behind it gets another thread. Threads end with their work; there is none while
nothing is asked.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from queue import Empty, SimpleQueue

Call = Callable[[], object]
LATE = 1.0  # seconds after which a call no longer keeps others waiting


class DiskCalls:
    """Makes calls and keeps their answers. All methods belong to the thread of the owner."""

    def __init__(self) -> None:
        self._answers: SimpleQueue[tuple[Hashable, object]] = SimpleQueue()
        self._out: dict[Hashable, None] = {}
        self._threads: list[_Thread] = []

    @property
    def out(self) -> Mapping[Hashable, None]:
        """The names of the calls that have not been answered."""
        return self._out

    def start(self, calls: Mapping[Hashable, Call]) -> None:
        """Make calls, one after the other; one whose name is out is not made again."""
        fresh = {name: call for name, call in calls.items() if name not in self._out}
        if not fresh:
            return
        self._out.update(dict.fromkeys(fresh))
        thread = _Thread(deque(fresh.items()), self._answers)
        self._threads.append(thread)
        thread.start()

    def answers(self) -> list[tuple[Hashable, object]]:
        """What was answered since the last time: names, and what the calls returned or raised."""
        answers = []
        while True:
            try:
                answers.append(self._answers.get_nowait())
            except Empty:
                break
        for name, _ in answers:
            self._out.pop(name, None)
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        for thread in self._threads:
            if thread.late and (behind := thread.taken_over()):
                other = _Thread(deque(behind), self._answers)
                self._threads.append(other)
                other.start()
        return answers

    @property
    def late(self) -> list[Hashable]:
        """The names of the calls that a disk keeps waiting."""
        return [thread.name_out for thread in self._threads if thread.late]

    def close(self, seconds: float = 0.2) -> None:
        """Make no more calls, and wait for those that are being made; at most so long for all of them."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.taken_over()
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))


class _Thread(threading.Thread):
    """Makes the calls it was given. A daemon: what a dead disk holds may not hold the program's end."""

    def __init__(
        self, calls: deque[tuple[Hashable, Call]], answers: SimpleQueue[tuple[Hashable, object]]
    ) -> None:
        super().__init__(name="disk", daemon=True)
        self._calls = calls
        self._queue = answers
        self._since = time.monotonic()
        self.name_out: Hashable = None

    def run(self) -> None:
        while True:
            try:
                self.name_out, call = self._calls.popleft()
            except IndexError:
                return
            self._since = time.monotonic()
            try:
                answer = call()
            except Exception as error:  # noqa: BLE001 - whoever asked is told, on the thread that asked
                answer = error
            self._queue.put((self.name_out, answer))

    @property
    def late(self) -> bool:
        """Whether the call being made takes so long that the others should not wait for it."""
        return time.monotonic() - self._since > LATE

    def taken_over(self) -> list[tuple[Hashable, Call]]:
        """The calls that were not begun, taken away."""
        taken = []
        while True:
            try:
                taken.append(self._calls.popleft())
            except IndexError:
                return taken
