"""Reading bytes from disk: of ordinary files only, never without end, and which version it was.

Also the few calls that reading and writing share. What the bytes mean is left to `files`, writing
to `atomic_write`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from agenteditor.core.file_problem import Action, AnyPath, FileProblem, from_os_error

LIMIT = 8 * 1024 * 1024  # bytes; the largest real agent file has 72 KB (UX 1.3)
_PIECE = 64 * 1024  # bytes read at once: room for more takes longer to get than to fill

# O_NONBLOCK: a pipe put there since we looked does not hold us. O_BINARY: Windows.
READING = os.O_RDONLY
for _flag in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"):
    READING |= getattr(os, _flag, 0)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which version of a file this is. Two stamps are equal if the contents are.

    Times and inodes are hints only: a copy that keeps the time, or two changes within one tick of
    the clock, leave them as they were (RELIABILITY F19).
    """

    digest: str  # SHA-256 of the content, hexadecimal
    size: int  # bytes
    # Device, inode, and the times of change of content and of status, in ns. Empty if not known.
    identity: tuple[int, ...] = field(default=(), compare=False)
    # Whether this version surely outlives a power cut; False if the system could not confirm it.
    durable: bool = field(default=True, compare=False)


class Conflict(FileProblem):
    """The file on disk is not the one that was read: "changed", "gone", or "exists" for a new one.

    ``found`` is what is there now: saving with it as the expected stamp overwrites exactly that
    version and no later one. None where there is no file, or one that cannot be read.
    """

    def __init__(
        self, code: Literal["changed", "gone", "exists"], path: AnyPath, found: Stamp | None
    ) -> None:
        super().__init__(code, "save", path)
        self.found = found


# Path's own questions raise where a name is too long or a folder is closed to us; os.path's do not.


def is_there(path: AnyPath) -> bool:
    """Whether ``path`` leads to something; False where that cannot be found out."""
    return os.path.exists(path)  # noqa: PTH110


def is_same(path: Path, other: Path) -> bool:
    """Whether two paths lead to one file, or would."""
    try:
        return path.samefile(other)
    except OSError:
        return path.absolute() == other.absolute()


def is_file(path: AnyPath) -> bool:
    """Whether ``path`` is an ordinary file; False where that cannot be found out."""
    return os.path.isfile(path)  # noqa: PTH113


def is_link(path: AnyPath) -> bool:
    """Whether ``path`` is itself a symbolic link; False where that cannot be found out."""
    return os.path.islink(path)  # noqa: PTH114


def is_folder(path: AnyPath) -> bool:
    """Whether ``path`` is a folder; False where that cannot be found out."""
    return os.path.isdir(path)  # noqa: PTH112


def read(path: AnyPath) -> tuple[bytes, Stamp]:
    """The bytes of an ordinary file of at most `LIMIT` bytes, and their stamp. Raises `FileProblem`.

    Folders, pipes, devices and the files of /proc and /sys are refused before they are opened:
    reading one may never end, and opening one may do something.
    """
    with problems("open", path):
        handle, status = opened(path)
        try:
            data = content(handle) if status.st_size <= LIMIT else b""
        finally:
            close(handle)
        size = max(status.st_size, len(data))
        if size > LIMIT:
            raise FileProblem("too-big", "open", path, f"{size / (1024 * 1024):,.1f} MB")
        return data, stamp_of(data, status)


def opened(path: AnyPath) -> tuple[int, os.stat_result]:
    """An ordinary file of any size, open for reading, and its status. Raises `FileProblem` as `read` does."""
    with problems("open", path):
        before = Path(path).stat()
        require_file(before, "open", path)
        # Nothing there takes room on a disk, so the real path, slow to find out, is asked for seldom.
        if not getattr(before, "st_blocks", 0) and os.path.realpath(path).startswith(("/proc/", "/sys/")):
            raise FileProblem("not-a-file", "open", path, "a view into the running system")
        handle = os.open(path, READING)
        try:
            status = os.fstat(handle)
            require_file(status, "open", path)
        except BaseException:
            close(handle)
            raise
        return handle, status


def stamp_of(data: bytes, status: os.stat_result | None, durable: bool = True) -> Stamp:
    """The stamp of a content that was read from, or written to, a file with this status."""
    identity = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns) if status else ()
    return Stamp(hashlib.sha256(data).hexdigest(), len(data), identity, durable)


def content(handle: int, limit: int = LIMIT + 1) -> bytes:
    """What an open file holds from its beginning, at most ``limit`` bytes of it."""
    os.lseek(handle, 0, os.SEEK_SET)
    pieces = []
    while limit > 0 and (piece := os.read(handle, min(limit, _PIECE))):
        pieces.append(piece)
        limit -= len(piece)
    return b"".join(pieces)


def write_all(handle: int, data: bytes) -> None:
    """Write all of it. A disk that fills up inside one write reports a short count and no error."""
    rest = memoryview(data)
    while rest:
        count = os.write(handle, rest)
        if count == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest = rest[count:]


def close(handle: int) -> None:
    """Close a file that was only read, or that is synced already: what close() says then means nothing."""
    with suppress(OSError):
        os.close(handle)


def require_file(status: os.stat_result, action: Action, path: AnyPath) -> None:
    """Raise the `FileProblem` for what is not an ordinary file."""
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return
    if stat.S_ISLNK(mode):  # resolved as far as it goes, and still a link
        raise FileProblem("link-loop", action, path)
    kind = "a folder" if stat.S_ISDIR(mode) else "a pipe" if stat.S_ISFIFO(mode) else "a device"
    raise FileProblem("not-a-file", action, path, "a socket" if stat.S_ISSOCK(mode) else kind)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, where there is none. Raises `FileProblem`."""
    with problems("save", path):
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EROFS):
                raise FileProblem("read-only-folder", "save", path) from error
            raise


@contextmanager
def problems(action: Action, path: AnyPath) -> Iterator[None]:
    """Turn what the system says about a file, or cannot take as a name, into a `FileProblem`."""
    try:
        if b"\0" in os.fsencode(path):
            raise FileProblem("bad-name", action, path)
    except UnicodeEncodeError as error:
        raise FileProblem("bad-name", action, path) from error
    try:
        yield
    except FileProblem:
        raise
    except OSError as error:
        raise from_os_error(error, action, path) from error
