"""Notices that something in folders may have changed; what has, a look at them must say.

Folders are watched for files that come, go or are replaced, and files for what is written into them in
place, which a folder does not tell. A file that was replaced is no longer watched (RELIABILITY F18), so each
look hands over what is there now, and what is new gets a watch. Where the system gives no more of them, or
there are too many files, a look is asked for at intervals instead, and ``sentence`` says so. What may not be
read cannot be watched either; that is said where it is shown.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from agenteditor.core.disk import is_there

MOST = 4_000  # paths that are watched; each costs the system memory, and 0.1 ms to set up
REST_MS = 100  # from the first sign of a change to the look: programs write in several steps
POLL_MS = 2_000
_EFFECTIVE = os.access in os.supports_effective_ids
_AT_ONCE = 40  # watches set up between two looks at the event queue
_SHARE = 25  # polling may take one of this many parts of the time; looks where much is going on, five


class FolderWatch(QObject):
    """``stirred``: look again. It comes once for many changes, and while polling without any."""

    stirred = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._changed)
        self._watcher.fileChanged.connect(self._changed)
        self._polls = not any(_is_native(engine) for engine in self._watcher.children())
        self._roots: dict[Path, tuple[int, int] | None] = {}
        self._changed_paths: set[str] = set()
        self._waiting: list[str] = []
        self._refused = self._closed = 0  # by the system; to us, who may not read them
        self._unwatched = 0
        self._added = False
        self._rest = self._timer(REST_MS, self.stirred.emit, once=True)
        self._adding = self._timer(0, self._add_some)
        self._poll = self._timer(POLL_MS, self._look_around)
        self._poll.start()

    def cover(self, roots: Sequence[Path], paths: Sequence[str], unwatched: int, took_ms: float) -> None:
        """Watch these and nothing else, and look at intervals for ``unwatched`` files beside them.

        ``roots`` are the folders that all of it is in; ``took_ms`` how long a look takes, so that polls
        stay few.
        """
        self._roots = {root: _identity(root) for root in roots}
        there = {*self._watcher.files(), *self._watcher.directories()}
        old = (there - set(paths)) | (there & self._changed_paths)
        if old:
            self._watcher.removePaths(list(old))
        self._changed_paths.clear()
        self._waiting = [path for path in paths if path not in there or path in old]
        self._added = bool(self._waiting)
        self._refused = self._closed = 0
        self._unwatched = unwatched
        self._rest.setInterval(max(REST_MS, round(took_ms * _SHARE / 5)))
        self._poll.setInterval(max(POLL_MS, round(took_ms * _SHARE)))
        self._adding.start()

    @property
    def lost(self) -> bool:
        """Whether a path was changed and may not be watched any more, so that ``cover`` is due."""
        return bool(self._changed_paths)

    @property
    def settled(self) -> bool:
        """Whether every watch that was asked for is set up, or refused."""
        return not self._adding.isActive()

    @property
    def sentence(self) -> str:
        """Why changes may show a little late; "" where they show at once."""
        seconds = self._poll.interval() / 1000
        if self._refused or self._polls:
            return self.tr(
                "The system watches no more files: looking for changes every {0} seconds instead."
            ).format(f"{seconds:g}")
        if self._unwatched:
            return self.tr(
                "{0} files are too many to watch: looking for changes every {1} seconds instead."
            ).format(f"{self._unwatched:,}", f"{seconds:g}")
        return ""

    def _changed(self, path: str) -> None:
        self._changed_paths.add(path)  # perhaps replaced: Qt may go on naming it and hear nothing of it
        if not self._rest.isActive():  # not anew: while files go on changing, looks go on as well
            self._rest.start()

    def _add_some(self) -> None:
        some, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        if some:
            ours = [path for path in some if os.access(path, os.R_OK, effective_ids=_EFFECTIVE)]
            refused = self._watcher.addPaths(ours) if ours else []
            self._refused += sum(is_there(path) for path in refused)  # the others have gone meanwhile
            self._closed += sum(is_there(path) for path in set(some).difference(ours))
        if not self._waiting:
            self._adding.stop()
            if self._added:
                self._rest.start()  # for what was changed after the look and before the watch
            self._added = False

    def _look_around(self) -> None:
        """A folder that was moved away tells nothing, and one that is not there cannot be watched."""
        moved = any(_identity(root) != known for root, known in self._roots.items())
        if moved or self._polls or self._refused or self._closed or self._unwatched:
            self.stirred.emit()

    def _timer(self, interval: int, slot: Callable[[], object], *, once: bool = False) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval)
        timer.setSingleShot(once)
        timer.timeout.connect(slot)
        return timer


def _is_native(engine: QObject) -> bool:
    """Whether it hears from the system; where that gives none, Qt compares times and says nothing."""
    name = engine.metaObject().className()
    return name.endswith("Engine") and "Polling" not in name


def _identity(folder: Path) -> tuple[int, int] | None:
    """Which folder is at a path now; None for none."""
    try:
        status = folder.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
