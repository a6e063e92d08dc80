"""The folder that is exported to, by its handle, so that no link in it leads a write elsewhere.

Every folder below it is opened from the one above without following links (RELIABILITY F22: a check
before opening by name was outrun 4,785 times in 10 seconds, this never), and stays open for the next
file: what is written goes where it was meant to, whatever its name leads to meanwhile. Windows has no
such handles; there links are looked for and refused before a file is opened by name.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from agenteditor.core.disk import LIMIT, READING, close, content, problems, write_all
from agenteditor.core.file_problem import FileProblem

if sys.platform != "win32":
    import fcntl

_LINKS_LINKS = os.link in os.supports_follow_symlinks  # whether a link can be given a second name
_HAS_HANDLES = {os.open, os.link, os.mkdir, os.rename, os.rmdir, os.stat, os.unlink} <= os.supports_dir_fd
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | getattr(os, "O_BINARY", 0) | READING & ~os.O_RDONLY
_NO_LINKS = {errno.EOPNOTSUPP, errno.EPERM, errno.ENOSYS, errno.EINVAL, errno.EMLINK}
_MOST_OPEN = 64  # folders
_KINDS = {stat.S_IFLNK: "a link", stat.S_IFDIR: "a folder"}


Identity = tuple[int, int]  # device and inode
NOWHERE: Identity = (0, 0)  # of no folder at all


class Present(NamedTuple):
    """What is at a path: the digest of a file's content, "" where nothing is; or what is in the way."""

    digest: str = ""
    mode: int = 0  # the rights of the file
    obstacle: str = ""
    identity: Identity = (0, 0)

    @property
    def writable(self) -> bool:
        """Whether the file was not made read-only."""
        return bool(self.mode & 0o222)


class TargetFolder:
    """An open folder. Paths are relative to it, with "/" between their parts. Raises `FileProblem`.

    ``is_link``: whether it may be a link to a folder.
    """

    def __init__(self, root: Path, is_link: bool = True) -> None:
        self.root = root
        self._handle: int | None = None
        self._shown = os.fspath(root)
        self._inner: dict[str, int] = {}  # the folders below it that are open, those used last at the end
        self._seen: dict[str, Identity] = {}  # which folders those were when they were first opened
        with problems("save", root):
            if _HAS_HANDLES:
                self._handle = os.open(root, _FOLDER & ~_NO_FOLLOW if is_link else _FOLDER)
            elif not root.is_dir() or (root.is_symlink() and not is_link):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))

    def __enter__(self) -> TargetFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.forget()
        if self._handle is not None:
            close(self._handle)

    @property
    def identity(self) -> Identity:
        """Which folder this is, whatever it is called."""
        return _identity(self.root.stat() if self._handle is None else os.fstat(self._handle))

    def forget(self) -> None:
        """Look for the folders below by their names again."""
        while self._inner:
            close(self._inner.popitem()[1])

    def lock(self) -> None:
        """Keep other exports out until this folder is closed. "busy" if one is at work."""
        if sys.platform == "win32" or self._handle is None:
            return
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FileProblem("busy", "save", self.root) from error
        except OSError:
            return  # a file system without locks

    def look(self, path: str) -> Present:
        """What is at ``path``. Links are never followed: they are in the way, as is what cannot be read."""
        try:
            return self._found(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it has no possible name"
            return Present(obstacle=f"what is there cannot be read ({reason})")

    def require(self, path: str) -> Present:
        """The same; raises `FileProblem` where it cannot be told."""
        with self._problems(path):
            return self._found(path)

    def _found(self, path: str) -> Present:
        try:
            name, folder = self._at(path)
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode):
                kind = _KINDS.get(stat.S_IFMT(status.st_mode), "no ordinary file")
                return Present(obstacle=f"{kind} is there")
            data = self._content(name, folder, LIMIT + 1)
        except FileNotFoundError:
            return Present()
        except NotADirectoryError:
            return Present(obstacle="its folder is a link or a file")
        if len(data) > LIMIT:
            return Present(obstacle="what is there is too big to compare")
        rights = stat.S_IMODE(status.st_mode) & 0o777  # a new file is nobody's program
        return Present(digest_of(data), rights, identity=_identity(status))

    def read(self, path: str) -> bytes | None:
        """The content of a file; None where there is none, or something that is no ordinary file."""
        with problems("open", self.root / path):
            try:
                name, folder = self._at(path)
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                return self._content(name, folder, 8 * LIMIT) if stat.S_ISREG(status.st_mode) else None
            except (FileNotFoundError, NotADirectoryError):
                return None

    def _content(self, name: str, folder: int | None, most: int) -> bytes:
        handle = os.open(name, READING | _NO_FOLLOW, dir_fd=folder)
        try:
            return content(handle, most)
        finally:
            close(handle)

    def names(self, path: str) -> list[str]:
        """What a folder holds, sorted; nothing where there is no folder."""
        try:
            place, folder = self._at(f"{path}/.")
            # By the handle, which Path cannot do.
            return sorted(os.listdir(place if folder is None else folder))  # noqa: PTH208
        except OSError:
            return []

    def make_folders(self, path: str) -> list[str]:
        """Make the folders above ``path`` that are missing; which those were, outermost first."""
        made: list[str] = []
        parts = path.split("/")[:-1]
        if "/".join(parts) in self._inner:
            return made
        for count in range(1, len(parts) + 1):
            folder = "/".join(parts[:count])
            with self._problems(folder), suppress(FileExistsError):
                name, above = self._at(folder)
                os.mkdir(name, dir_fd=above)
                self._seen.pop(folder, None)
                made.append(folder)
        return made

    def create(self, path: str, data: bytes, mode: int = 0) -> None:
        """Make a file that was not there, with these rights (0: the usual ones). See `sync_files`."""
        with self._problems(path):
            name, folder = self._at(path)
            handle = os.open(name, _NEW, 0o600 if mode else 0o666, dir_fd=folder)
            try:
                write_all(handle, data)
                if mode and hasattr(os, "fchmod"):
                    os.fchmod(handle, mode)
            finally:
                close(handle)

    def replace(self, new: str, path: str) -> None:
        """Put the file ``new`` in the place of the one at ``path``, at once."""
        with self._problems(path):
            name, above = self._at(new)
            own, folder = self._at(path)
            os.replace(name, own, src_dir_fd=above, dst_dir_fd=folder)

    def place(self, new: str, path: str) -> bool:
        """Give the file ``new`` the name ``path`` instead; False if something has that name."""
        with self._problems(path):
            name, above = self._at(new)
            own, folder = self._at(path)
            try:
                os.link(name, own, src_dir_fd=above, dst_dir_fd=folder, follow_symlinks=not _LINKS_LINKS)
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                # No hard links here (FAT): look, then rename, and hope that nobody is as quick.
                with suppress(FileNotFoundError):
                    os.stat(own, dir_fd=folder, follow_symlinks=False)
                    return False
                os.rename(name, own, src_dir_fd=above, dst_dir_fd=folder)
            else:
                os.unlink(name, dir_fd=above)
        return True

    def remove(self, path: str) -> None:
        """Remove a file; nothing where there is none."""
        with self._problems(path), suppress(FileNotFoundError):
            name, folder = self._at(path)
            os.unlink(name, dir_fd=folder)

    def remove_folder(self, path: str) -> bool:
        """Remove a folder if it is empty; whether there is none any more."""
        try:
            name, folder = self._at(path)
            os.rmdir(name, dir_fd=folder)
            self._close(path)
            self._seen.pop(path, None)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True

    def sync_files(self, paths: Iterable[str]) -> None:
        """Bring the content of new files to the disk: all at once where the system can (Linux)."""
        with problems("save", self.root):
            if self._handle is not None and sync_everything(self._handle):
                return
        for path in paths:
            with self._problems(path):
                name, folder = self._at(path)
                handle = os.open(name, os.O_WRONLY | _NO_FOLLOW | READING & ~os.O_RDONLY, dir_fd=folder)
                try:
                    os.fsync(handle)
                finally:
                    close(handle)

    def sync(self, path: str = "") -> None:
        """Bring a folder's names to the disk, as far as the system does such a thing."""
        with suppress(OSError):
            folder = self._at(f"{path}/." if path else ".")[1]
            if folder is not None:
                os.fsync(folder)

    def is_same(self, path: str) -> bool:
        """Whether a folder's name still leads to the one that was first opened; it is looked up anew."""
        seen = self._seen.get(path)
        self._close(path)
        with self._problems(path):
            try:
                handle = self._at(f"{path}/.")[1]
            except (FileNotFoundError, NotADirectoryError):
                return False
            return seen is None or handle is None or _identity(os.fstat(handle)) == seen

    def _at(self, path: str) -> tuple[str, int | None]:
        """The last part of a path and its folder's handle; the whole path and None where there are none."""
        folder, _, name = path.rpartition("/")
        if self._handle is not None:
            return name, self._opened(folder)
        place = self.root
        for part in folder.split("/") if folder else ():
            place = place / part
            if not stat.S_ISDIR(place.lstat().st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return str(place / name), None

    def _opened(self, folder: str) -> int:
        assert self._handle is not None, "asked before"
        if not folder:
            return self._handle
        handle = self._inner.pop(folder, None)
        if handle is None:
            above, _, name = folder.rpartition("/")
            handle = os.open(name, _FOLDER, dir_fd=self._opened(above))
            self._seen.setdefault(folder, _identity(os.fstat(handle)))
            if len(self._inner) >= _MOST_OPEN:
                self._close(next(iter(self._inner)))
        self._inner[folder] = handle
        return handle

    def _close(self, folder: str) -> None:
        handle = self._inner.pop(folder, None)
        if handle is not None:
            close(handle)

    def _problems(self, path: str) -> AbstractContextManager[None]:
        return problems("save", f"{self._shown}/{path}")


def sync_everything(handle: int) -> bool:
    """Sync the file system that a folder is on; False where there is no such call.

    For many small files it takes half of the time that a sync of each takes. `os` does not have it.
    """
    if sys.platform != "linux":
        return False
    # Late: only those who export need it.
    import ctypes

    call = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if call is None:
        return False
    if call(handle):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return True


def _identity(status: os.stat_result) -> Identity:
    return status.st_dev, status.st_ino


def digest_of(data: bytes) -> str:
    """The digest by which the versions of a file are told apart: SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()
