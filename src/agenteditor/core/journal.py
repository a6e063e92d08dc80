"""The recovery journal of an open document: its unsaved text on disk, from the first change to the save.

Each change is one write() to the end of the journal, so it outlives the program the moment it is made; within
a second a thread has synced it, so it outlives the system too. A journal that has become long is
begun anew beside itself, and what it replaces goes once the new one is synced. While a journal is open it
is locked: `abandoned` finds only those whose program is gone, and takes their locks, so no two windows offer
one.

Journals hold texts of agents, so they are for this user alone.
"""

from __future__ import annotations

import errno
import os
import secrets
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from agenteditor.core import state_rooms
from agenteditor.core.disk import READING, close, content, write_all
from agenteditor.core.disk_thread import DiskThread
from agenteditor.core.journal_records import LONGEST, MAGIC, Replayed, edits_record, replayed, text_record
from agenteditor.core.text import Edits

if sys.platform != "win32":
    import fcntl

_LEAST_LONG = 1024 * 1024  # bytes of changes that a journal may hold, however short its text is
_MOST_WORK = 4_000_000_000  # characters that reading a journal may move: about two seconds
_DAMAGED_AGE = 7 * 24 * 3600.0  # seconds that a damaged journal is kept
_NEW_AGE = 3600.0  # seconds; no journal takes that long to begin


class Journal:
    """The journal of one document that has unsaved changes.

    `begin` and `add` raise OSError; then what was written before is still there, and `begin` may be tried
    again.
    """

    def __init__(self, thread: DiskThread) -> None:
        self._thread = thread
        self._name, self._generation = secrets.token_hex(8), 0
        self._file: _File | None = None
        self._about: tuple[Path | None, str | None] = None, None
        self._text = ""
        self._checksum = self._size = self._longest = self._work = 0

    @property
    def text(self) -> str:
        """The text that the journal holds."""
        return self._text

    @property
    def about(self) -> tuple[Path | None, str | None] | None:
        """The file and the digest that it was begun with; None if it is not begun."""
        return self._about if self._file is not None else None

    def begin(self, path: Path | None, base: str | None, text: str) -> None:
        """Begin it, or begin it anew, with the ``text`` of the file at ``path``.

        ``base`` is the digest of the text as it was last loaded or saved; None if it never was.
        """
        self._begin(path, base, text)

    def add(self, edits: Edits, text: str) -> None:
        """The text it holds was changed by ``edits`` to ``text``."""
        assert self._file is not None, "it was begun"
        record, checksum = edits_record(edits, self._checksum)
        try:
            write_all(self._file.handle, record)
        except OSError:
            with suppress(OSError):  # half a record hides what comes after it
                os.ftruncate(self._file.handle, self._size)
            raise
        self._size += len(record)
        self._checksum, self._text = checksum, text
        self._work += len(text)
        if self._size > self._longest or self._work > _MOST_WORK:
            try:
                self._begin(*self._about, text)
            except OSError:
                self._longest, self._work = 2 * self._size, 0  # this one goes on
        self._sync_soon()

    def end(self) -> None:
        """Remove it: what it holds is saved, or not wanted."""
        if self._file is not None:
            self._thread.forget(self)
            self._file.remove()
            self._file = None

    def leave(self) -> None:
        """Close it and let it lie: the next start will offer it."""
        if self._file is not None:
            self._thread.forget(self)
            self._file.close()
            self._file = None

    def _begin(self, path: Path | None, base: str | None, text: str) -> None:
        record, checksum = text_record(path, base, text, 0)
        folder = state_rooms.made(_folder())
        if state_rooms.size_of("journals") + len(record) > state_rooms.SHARES["journals"]:
            raise OSError(errno.ENOSPC, "there is too much unsaved text already")
        file = folder / f"{self._name}-{self._generation:06d}.journal"
        fresh = file.with_suffix(".new")
        handle = state_rooms.new_file(fresh)
        try:
            _lock(handle)  # before anybody can find it
            write_all(handle, MAGIC + record)
            fresh.replace(file)
        except BaseException:
            close(handle)
            with suppress(OSError):
                fresh.unlink()
            raise
        earlier = [] if self._file is None else [self._file]
        self._file = _File(handle, file, earlier)
        self._generation += 1
        self._about, self._text, self._checksum = (path, base), text, checksum
        self._size = len(MAGIC) + len(record)
        self._longest, self._work = self._size + max(_LEAST_LONG, self._size), 0
        self._sync_soon()

    def _sync_soon(self) -> None:
        # Asked for by the journal, not by its file: one begun anew each second would never be synced.
        self._thread.do_soon(self, self._sync)

    def _sync(self) -> None:
        """In the thread: make what it holds now outlive the system."""
        file = self._file
        if file is not None:
            file.sync()


class _File:
    """An open journal, and those before it that it replaces once it is synced."""

    def __init__(self, handle: int, path: Path, earlier: list[_File]) -> None:
        self.handle, self.path, self._earlier = handle, path, earlier
        self._changing = threading.Lock()  # held for moments, never while the disk is waited for
        self._syncing = self._closed = self._closes_later = False
        self._new = True

    def sync(self) -> None:
        """Make it outlive the system, in the thread; then those before it go."""
        with self._changing:
            if self._closed:
                return
            self._syncing = True
        try:
            getattr(os, "fdatasync", os.fsync)(self.handle)  # macOS has the one alone
            if self._new:
                _sync_folder(self.path.parent)
                self._new = False
        finally:
            with self._changing:
                self._syncing = False
                if self._closes_later:
                    close(self.handle)
        while self._earlier:
            self._earlier.pop().remove()

    def remove(self) -> None:
        """Take it and those before it off the disk."""
        for earlier in self._earlier:
            earlier.remove()
        with suppress(OSError):
            self.path.unlink()
        self._close()

    def close(self) -> None:
        """Give up the locks and leave the files."""
        for earlier in self._earlier:
            earlier.close()
        self._close()

    def _close(self) -> None:
        with self._changing:
            if self._closed:
                return
            self._closed, self._closes_later = True, self._syncing
        if not self._closes_later:
            close(self.handle)


@dataclass(eq=False, slots=True)
class Abandoned:
    """Unsaved text whose program is gone. While this is held no other window offers it.

    ``when`` is the time of the last change, in seconds since 1970.
    """

    said: Replayed
    when: float
    _held: list[tuple[Path, int]] = field(repr=False)

    def remove(self) -> None:
        """Remove the journal: its text is elsewhere now, or not wanted."""
        for path, _handle in self._held:
            with suppress(OSError):
                path.unlink()
        self.leave()

    def leave(self) -> None:
        """Let it lie for the next start."""
        while self._held:
            close(self._held.pop()[1])


def abandoned() -> tuple[list[Abandoned], list[Path]]:
    """Journals whose programs are gone, the latest first; and where damaged ones were put that say nothing.

    Journals of running programs are not touched. Never raises.
    """
    groups: dict[str, list[Path]] = {}
    with suppress(OSError):  # no folder, or one that is closed to us
        for path in sorted(_folder().iterdir(), reverse=True):
            if path.suffix == ".journal":
                groups.setdefault(path.name.partition("-")[0], []).append(path)
            elif path.suffix in (".new", ".damaged"):
                _drop_leftover(path)
    found, damaged = [], []
    for paths in groups.values():
        one = _taken(paths)
        if isinstance(one, Abandoned):
            found.append(one)
        elif one is not None:
            damaged.append(one)
    return sorted(found, key=lambda one: -one.when), damaged


def _taken(paths: list[Path]) -> Abandoned | Path | None:
    """The newest one in order of one document's journals; else where a damaged one lies now."""
    held: list[tuple[Path, int]] = []
    damaged: Path | None = None
    try:
        for path in paths:
            handle = os.open(path, READING | getattr(os, "O_NOFOLLOW", 0))
            held.append((path, handle))
            if not _lock(handle) or not os.fstat(handle).st_nlink:
                break  # its program runs, or somebody was quicker
        else:
            for path, handle in held:
                data = content(handle, LONGEST)
                said = replayed(data)
                if said is not None:
                    one = Abandoned(said, os.fstat(handle).st_mtime, held)
                    held = []
                    return one
                if data:
                    damaged = path.replace(path.with_suffix(".damaged"))
                else:
                    path.unlink()
    except OSError:  # no file of ours, or one that is closed to us
        pass
    finally:
        for _path, handle in held:
            close(handle)
    return damaged


def _drop_leftover(path: Path) -> None:
    with suppress(OSError):
        age = time.time() - path.lstat().st_mtime
        if age > (_NEW_AGE if path.suffix == ".new" else _DAMAGED_AGE):
            path.unlink()


def _folder() -> Path:
    return state_rooms.room("journals")


def _lock(handle: int) -> bool:
    """Take the lock of a file; False if another program has it."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks
    return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, READING)
    try:
        os.fsync(handle)
    finally:
        close(handle)
