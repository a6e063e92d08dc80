"""Overwriting a file in place, for those that cannot be replaced: hard links, foreign owners.

Nothing can make this whole at every instant, so a synced safety copy of the old content is kept
in the state folder until the new one is synced. A failure puts the old content back; after a kill
or power cut `unfinished` finds the copy again.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from agenteditor.core.disk import READING, close, content, read, require_file, write_all
from agenteditor.core.file_problem import AnyPath, FileProblem
from agenteditor.core.state_rooms import made, room

if sys.platform != "win32":
    import fcntl


LEFTOVER_AGE = 3600.0  # seconds; no save takes that long


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A file whose overwriting was cut off: it is neither its old nor its new version."""

    path: Path
    old: bytes  # the content before
    copy: Path  # where that is kept; remove it once the user has decided


def overwrite(path: AnyPath, open_file: Callable[[], int], old: bytes, new: bytes) -> None:
    """Write ``new`` over the file that ``open_file`` opens for writing; it must hold ``old``.

    Raises OSError, the old content put back, or `FileProblem` "torn" if that failed too.
    """
    with _safety_copy(path, old, new) as copy:
        handle = open_file()
        try:
            try:
                _fill(handle, new, len(old))
            except BaseException:
                try:
                    os.lseek(handle, 0, os.SEEK_SET)
                    _fill(handle, old, len(old))
                except OSError as error:
                    raise _Torn(copy) from error
                raise
        finally:
            close(handle)
    _remove_unneeded(path, old)


def unfinished() -> tuple[Unfinished, ...]:
    """The files that a kill or power cut left half-written; asked when the program starts.

    Copies that nobody needs are removed on the way: those of a whole file, an hour old, and those that
    hold what another one does.
    """
    found: dict[tuple[Path, bytes], Unfinished] = {}
    for copy, kept, age in _copies():
        needed = kept is not None and kept.is_needed()
        if kept is not None and needed and (kept.file.path, kept.file.old) not in found:
            found[kept.file.path, kept.file.old] = kept.file
        elif needed or age > LEFTOVER_AGE:
            with suppress(OSError):  # another window was quicker
                copy.unlink()
    return tuple(found.values())


class _Torn(Exception):
    def __init__(self, copy: Path) -> None:
        self.copy = copy


def _folder() -> Path:
    return room("overwriting")


@contextmanager
def _safety_copy(path: AnyPath, old: bytes, new: bytes) -> Iterator[Path]:
    copy = _folder() / f"{secrets.token_hex(8)}.copy"
    header = {"path": os.fspath(os.path.realpath(path)), "old": _digest(old), "new": _digest(new)}
    try:
        made(copy.parent)
        handle = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FileProblem("no-safety-copy", "save", path, (error.strerror or "").lower()) from error
    keep = False
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)  # tells `unfinished` that this save is running
            write_all(handle, json.dumps(header).encode() + b"\n" + old)
            os.fsync(handle)
            _sync_folder(copy.parent)
        except OSError as error:
            raise FileProblem("no-safety-copy", "save", path, (error.strerror or "").lower()) from error
        try:
            yield copy
        except _Torn as torn:
            keep = True
            raise FileProblem("torn", "save", path, str(torn.copy)) from torn
    finally:
        if not keep:
            with suppress(OSError):  # it stays until `unfinished` sees that nobody needs it
                copy.unlink()
        close(handle)


@dataclass(frozen=True, slots=True)
class _Kept:
    file: Unfinished  # or finished after all
    whole: tuple[str, str]  # the digests of the contents with which the file needs no copy

    def is_needed(self) -> bool:
        try:
            return _digest(read(self.file.path)[0]) not in self.whole
        except FileProblem:
            return True


def _copies() -> Iterator[tuple[Path, _Kept | None, float]]:
    """Each safety copy whose save does not run any more: where, what it says, and its age in seconds."""
    for copy in sorted(_folder().glob("*.copy")):
        with suppress(OSError):  # no copy of ours, or another window was quicker
            handle = os.open(copy, READING | os.O_NOFOLLOW)
            try:
                require_file(os.fstat(handle), "open", copy)
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
                kept = _kept(copy, content(handle, sys.maxsize))
                age = time.time() - os.fstat(handle).st_mtime
            finally:
                close(handle)
            yield copy, kept, age


def _kept(copy: Path, data: bytes) -> _Kept | None:
    line, _, old = data.partition(b"\n")
    try:
        header = json.loads(line)
        path, whole = Path(header["path"]), (header["old"], header["new"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None  # cut off while the copy was made: its file was not touched yet
    return _Kept(Unfinished(path, old, copy), whole) if _digest(old) == whole[0] else None


def _remove_unneeded(path: AnyPath, whole: bytes) -> None:
    """Remove copies that a file did not need while it held ``whole``: with its next content it seems torn."""
    real, digest = Path(os.path.realpath(path)), _digest(whole)
    for copy, kept, _age in _copies():
        if kept is not None and kept.file.path == real and digest in kept.whole:
            with suppress(OSError):
                copy.unlink()


def _fill(handle: int, data: bytes, size: int) -> None:
    """Make ``data`` the synced content of an open file that has ``size`` bytes."""
    if len(data) > size and hasattr(os, "posix_fallocate"):
        # Ask for the space before the first byte is overwritten.
        try:
            os.posix_fallocate(handle, size, len(data) - size)
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
                raise
    write_all(handle, data)
    os.ftruncate(handle, len(data))
    os.fsync(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        close(handle)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
