"""Giving a file another name, in its folder or another one, without ever taking the place of a file there.

The file itself moves, so owner, rights, times and attributes stay; a symbolic link moves as a link.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from agenteditor.core.disk import close, problems
from agenteditor.core.file_problem import FileProblem

_NO_LINKS = {errno.EOPNOTSUPP, errno.ENOSYS, errno.EPERM, errno.EXDEV, errno.EMLINK}


def rename(path: Path, new_path: Path) -> None:
    """Call the file at ``path`` ``new_path``; its folder must be there. Raises `FileProblem`.

    Cut off half way, the file may have both names: it is one file all the same (`has_both_names`).
    """
    with problems("save", new_path):
        try:
            os.link(path, new_path, follow_symlinks=False)
        except FileExistsError as error:
            raise FileProblem("exists", "save", new_path) from error
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EROFS):
                raise FileProblem("read-only-folder", "save", new_path) from error
            if error.errno not in _NO_LINKS:
                raise
            # No hard links here (FAT): look, then rename, and hope that nobody is as quick as that.
            if os.path.lexists(new_path):
                raise FileProblem("exists", "save", new_path) from error
            path.rename(new_path)
        else:
            try:
                path.unlink()
            except OSError:
                if has_both_names(path, new_path):  # all of it or nothing
                    new_path.unlink()
                raise
        for folder in {path.parent, new_path.parent}:
            _sync(folder)


def has_both_names(path: Path, new_path: Path) -> bool:
    """Whether a file has both names, as a rename that was cut off leaves it."""
    try:
        status = path.lstat()
        # One link under two spellings of its name (a file system blind to case) is something else.
        return status.st_nlink > 1 and os.path.samestat(status, new_path.lstat())
    except OSError:
        return False


def _sync(folder: Path) -> None:
    # The file has its name; that the disk could not confirm it yet is no failure.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0))
        try:
            os.fsync(handle)
        finally:
            close(handle)
