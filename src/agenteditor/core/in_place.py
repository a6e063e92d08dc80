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


def unfinished() -> tuple[Unfinished, ...]:
    """The files that a kill or power cut left half-written; asked when the program starts.

    Copies that nobody needs (the file is whole), an hour old, are removed on the way.
    """
    found = []
    for copy in sorted(_folder().glob("*.copy")):
        with suppress(OSError):  # no copy of ours, or another window was quicker
            handle = os.open(copy, READING | os.O_NOFOLLOW)
            try:
                require_file(os.fstat(handle), "open", copy)
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # else its save is still running
                needed = _needed(copy, content(handle, sys.maxsize))
                age = time.time() - os.fstat(handle).st_mtime
            finally:
                close(handle)
            if needed:
                found.append(needed)
            elif age > LEFTOVER_AGE:
                copy.unlink()
    return tuple(found)


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


def _needed(copy: Path, data: bytes) -> Unfinished | None:
    line, _, old = data.partition(b"\n")
    try:
        header = json.loads(line)
        path, whole = Path(header["path"]), (header["old"], header["new"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None  # cut off while the copy was made: its file was not touched yet
    if _digest(old) != whole[0]:
        return None
    try:
        present = read(path)[0]
    except FileProblem:
        return Unfinished(path, old, copy)
    return None if _digest(present) in whole else Unfinished(path, old, copy)


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
