"""A stand-in for the `os` module in which the n-th call of a save goes wrong, as a disk can."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

from agenteditor.core import atomic_write, disk, in_place

CALLS = {
    *("open", "read", "write", "lseek", "fsync", "close", "link", "rename", "unlink", "fstat", "stat"),
    *("access", "fchmod", "fchown", "listxattr", "getxattr", "setxattr", "removexattr", "ftruncate"),
    *("posix_fallocate", "flock", "mkdir", "rmdir", "replace", "dup", "listdir"),
}


class Faults:
    """Counts calls; the ``at``-th one fails with ``number``, or kills the process, or is cut short.

    ``before`` is called before it, which then goes on; the call number ``later`` fails too.
    """

    def __init__(
        self,
        at: int,
        number: int = 0,
        *,
        kill: bool = False,
        short: bool = False,
        later: int = 0,
        later_number: int = 0,
        before: Callable[[], None] | None = None,
    ) -> None:
        self.at, self.number, self.kill, self.short = at, number, kill, short
        self.later, self.later_number, self.before = later, later_number, before
        self.count = 0
        self.failures: list[str] = []  # the names of the calls that went wrong
        self.full = False
        self.calls: list[str] = []

    @property
    def failed(self) -> str:
        """The name of the first call that went wrong."""
        return self.failures[0] if self.failures else ""

    def wrap(self, module: ModuleType) -> SimpleNamespace:
        wrapped = SimpleNamespace(**vars(module))
        for name in CALLS & vars(module).keys():
            # What a sync does cannot be seen without pulling the plug; here it only takes time.
            real = (lambda _handle: None) if name == "fsync" else getattr(module, name)
            setattr(wrapped, name, self._failing(name, real))
        return wrapped

    def _failing(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            self.calls.append(name)
            if name == "write" and self.full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if self.count not in (self.at, self.later):
                return real(*arguments, **named)
            if self.before is not None:
                self.before()
                return real(*arguments, **named)
            if self.kill:
                os.kill(os.getpid(), signal.SIGKILL)
            if self.short and name != "write":
                return real(*arguments, **named)
            self.failures.append(name)
            if self.short:
                self.full = True
                handle, data = arguments
                return real(handle, data[: len(data) // 2])
            if name == "close":
                real(*arguments)
            number = self.number if self.count == self.at else self.later_number
            raise OSError(number, os.strerror(number))

        return call


@contextmanager
def faults_in_saving(faults: Faults, **changes: object) -> Iterator[Faults]:
    """Let the modules that save meet ``faults``; ``changes`` replaces names of `os` for them."""
    wrapped = faults.wrap(os)
    for name, value in changes.items():
        setattr(wrapped, name, value)
    modules = (disk, atomic_write, in_place)
    before = [
        (module, name, getattr(module, name))
        for module in modules
        for name in ("os", "fcntl")
        if hasattr(module, name)
    ]
    locks = faults.wrap(fcntl)
    try:
        for module, name, _ in before:
            setattr(module, name, wrapped if name == "os" else locks)
        yield faults
    finally:
        for module, name, value in before:
            setattr(module, name, value)
