"""The folder that is exported to, by its handle, so that no link in it leads a write elsewhere.

Every folder below it is opened from the one above without following links (RELIABILITY F22: a check
before opening by name was outrun 4,785 times in 10 seconds, this never). Windows has no such handles;
there links are looked for and refused before a file is opened by name.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
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
_KINDS = {stat.S_IFLNK: "a link", stat.S_IFDIR: "a folder"}


class Present(NamedTuple):
    """What is at a path: the digest of a file's content, "" where nothing is; or what is in the way."""

    digest: str = ""
    mode: int = 0  # the rights of the file
    obstacle: str = ""

    @property
    def writable(self) -> bool:
        """Whether the file was not made read-only."""
        return bool(self.mode & 0o222)


class TargetFolder:
    """An open folder. Paths are relative to it, with "/" between their parts. Raises `FileProblem`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._handle: int | None = None
        with problems("save", root):
            if _HAS_HANDLES:
                self._handle = os.open(root, _FOLDER & ~_NO_FOLLOW)
            elif not root.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))

    def __enter__(self) -> TargetFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            close(self._handle)

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
        with problems("save", self.root / path):
            return self._found(path)

    def _found(self, path: str) -> Present:
        try:
            with self._at(path) as (name, folder):
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
        return Present(digest_of(data), stat.S_IMODE(status.st_mode))

    def read(self, path: str) -> bytes | None:
        """The content of a file; None where there is none, or something that is no ordinary file."""
        with problems("open", self.root / path):
            try:
                with self._at(path) as (name, folder):
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
            with self._at(f"{path}/.") as (_, folder):
                # By the handle, which Path cannot do.
                return sorted(os.listdir(self.root / path if folder is None else folder))  # noqa: PTH208
        except OSError:
            return []

    def make_folders(self, path: str) -> list[str]:
        """Make the folders above ``path`` that are missing; which those were, outermost first."""
        made: list[str] = []
        parts = path.split("/")[:-1]
        for count in range(1, len(parts) + 1):
            folder = "/".join(parts[:count])
            with (
                problems("save", self.root / folder),
                self._at(folder) as (name, above),
                suppress(FileExistsError),
            ):
                os.mkdir(name, dir_fd=above)
                made.append(folder)
        return made

    def create(self, path: str, data: bytes, mode: int = 0) -> None:
        """Make a file that was not there, with these rights (0: the usual ones). See `sync_files`."""
        with problems("save", self.root / path), self._at(path) as (name, folder):
            handle = os.open(name, _NEW, 0o666, dir_fd=folder)
            try:
                write_all(handle, data)
                if mode and hasattr(os, "fchmod"):
                    os.fchmod(handle, mode)
            finally:
                close(handle)

    def replace(self, new: str, path: str) -> None:
        """Put the file ``new`` in the place of the one at ``path``, at once."""
        with (
            problems("save", self.root / path),
            self._at(new) as (name, above),
            self._at(path) as (own, folder),
        ):
            os.replace(name, own, src_dir_fd=above, dst_dir_fd=folder)

    def place(self, new: str, path: str) -> bool:
        """Give the file ``new`` the name ``path``; False if something has that name."""
        with (
            problems("save", self.root / path),
            self._at(new) as (name, above),
            self._at(path) as (own, folder),
        ):
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
        return True

    def remove(self, path: str) -> None:
        """Remove a file; nothing where there is none."""
        with (
            problems("save", self.root / path),
            suppress(FileNotFoundError),
            self._at(path) as (name, folder),
        ):
            os.unlink(name, dir_fd=folder)

    def remove_all(self, path: str, is_meant: Callable[[str], bool]) -> None:
        """Remove the files of a folder that are meant, as far as they can be."""
        with suppress(OSError), self._at(f"{path}/.") as (_, folder):
            base = self.root / path if folder is None else Path()
            for name in self.names(path):
                if is_meant(name):
                    with suppress(OSError):
                        os.unlink(base / name, dir_fd=folder)

    def remove_folder(self, path: str) -> bool:
        """Remove a folder if it is empty; whether there is none any more."""
        try:
            with self._at(path) as (name, folder):
                os.rmdir(name, dir_fd=folder)
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
            with problems("save", self.root / path), self._at(path) as (name, folder):
                handle = os.open(name, os.O_WRONLY | _NO_FOLLOW | READING & ~os.O_RDONLY, dir_fd=folder)
                try:
                    os.fsync(handle)
                finally:
                    close(handle)

    def sync(self, path: str = "") -> None:
        """Bring a folder's names to the disk, as far as the system does such a thing."""
        with suppress(OSError), self._at(f"{path}/." if path else ".") as (_, folder):
            if folder is not None:
                os.fsync(folder)

    @contextmanager
    def _at(self, path: str) -> Iterator[tuple[str, int | None]]:
        """The last part of a path and its folder's handle; the whole path and None where there are none."""
        *folders, name = path.split("/")
        if self._handle is None:
            place = self.root
            for folder in folders:
                place = place / folder
                if not stat.S_ISDIR(place.lstat().st_mode):
                    raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            yield str(place / name), None
            return
        handle = os.dup(self._handle)
        try:
            for folder in folders:
                inner = os.open(folder, _FOLDER, dir_fd=handle)
                close(handle)
                handle = inner
            yield name, handle
        finally:
            close(handle)


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


def digest_of(data: bytes) -> str:
    """The digest by which the versions of a file are told apart: SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()
