"""The last saved versions of each file, kept in the state folder: what a save replaced is still there.

Kept are the newest 20 of each file and those of the last 7 days, as long as the file's own take up no more
than 16 MB and all of them no more than their room (`state_rooms`). A version is a file that holds exactly
the bytes, named after its place in the order, why it was kept, and its digest.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from agenteditor.core import disk, files, state_rooms
from agenteditor.core.disk import problems
from agenteditor.core.in_place import LEFTOVER_AGE

MOST = 20  # versions of a file that are kept whatever their age
_DAYS = 7 * 24 * 3600.0  # seconds
_MOST_BYTES = 16 * 1024 * 1024  # of one file's versions
_MOST_OF_ALL = 400  # versions of one file: no folder gets so long that listing it takes time

Reason = Literal["saved", "found", "discarded"]
_NAME = re.compile(r"(\d{20})-(saved|found|discarded)-([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Version:
    """One version. ``time`` is when it was written, in seconds since 1970; ``size`` are bytes.

    ``reason``: we "saved" it, "found" it on disk before a save, or it was recovered and "discarded".
    """

    file: Path
    time: float
    size: int
    digest: str
    reason: Reason


def versions(path: Path | None) -> tuple[Version, ...]:
    """The versions of the file at ``path``, the newest first; None is for texts that had no file."""
    found = []
    with suppress(OSError):  # none yet, or a folder that is closed to us
        for entry in os.scandir(_folder(path)):
            match = _NAME.fullmatch(entry.name)
            if match is not None and entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                reason = cast(Reason, match[2])
                found.append(
                    (match[1], Version(Path(entry.path), status.st_mtime, status.st_size, match[3], reason))
                )
    return tuple(version for _order, version in sorted(found, key=lambda one: one[0], reverse=True))


def text_of(version: Version) -> str:
    """The text of a version. Raises `FileProblem` if it is gone or damaged."""
    data, stamp = disk.read(version.file)
    if stamp.digest != version.digest:
        with problems("open", version.file):
            raise OSError(errno.EIO, "this copy is damaged")
    return files.decode(data)


def keep(path: Path | None, text: str, reason: Reason, written: float | None = None) -> None:
    """Keep a version, unless it is the newest one already. Raises OSError.

    ``written`` is when it was, in seconds since 1970; None is now.
    """
    if add(path, text, reason, written):
        make_room()


def add(path: Path | None, text: str, reason: Reason, written: float | None = None) -> bool:
    """`keep`, for who calls `make_room` after the last of many; whether it was not there yet."""
    data = files.encode(text)
    digest = hashlib.sha256(data).hexdigest()
    known = versions(path)
    if known and known[0].digest == digest:
        return False
    now = time.time_ns()
    if known:  # the order holds though the clock was put back
        now = max(now, int(known[0].file.name[:20]) + 1)
    when = now / 1e9 if written is None else written
    folder = state_rooms.made(_folder(path))
    state_rooms.write(folder / f"{now:020d}-{reason}-{digest}", data, (when, when))
    with suppress(FileNotFoundError):  # another thread or window drops them at the same time
        _drop_old(folder, now)
    return True


def _drop_old(folder: Path, now: int) -> None:
    """Of one file's versions, those that need not be kept, and what a kill left of writing one."""
    for path in folder.iterdir():
        if path.name.startswith(".") and path.stat().st_mtime < time.time() - LEFTOVER_AGE:
            path.unlink(missing_ok=True)
    paths = sorted(_versions_in(folder), key=lambda one: one.name, reverse=True)
    for number, path in enumerate(paths):
        age = (now - int(path.name[:20])) / 1e9
        if number >= _MOST_OF_ALL or (number >= MOST and age > _DAYS):
            path.unlink(missing_ok=True)
    state_rooms.drop_oldest(_versions_in(folder), _MOST_BYTES, keep=1)


def make_room() -> None:
    """If versions are too much for the room, drop the oldest and some more, so that it is not soon again."""
    most = state_rooms.SHARES["versions"]
    if state_rooms.size_of("versions") <= most:
        return
    with suppress(FileNotFoundError):  # another thread or window drops them at the same time
        folders = [folder for folder in state_rooms.room("versions").iterdir() if folder.is_dir()]
        state_rooms.drop_oldest(
            (path for folder in folders for path in _versions_in(folder)), most - most // 10
        )
        for folder in folders:
            with suppress(OSError):  # not empty
                folder.rmdir()


def _versions_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]


def _folder(path: Path | None) -> Path:
    """Where the versions of a file are: by its real path, so that links to it share them."""
    real = b"" if path is None else os.fsencode(os.path.realpath(path))
    return state_rooms.room("versions") / hashlib.sha256(real).hexdigest()[:32]
