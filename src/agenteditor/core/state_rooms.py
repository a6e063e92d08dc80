"""The rooms of the state folder: what the program keeps there, and how much of it.

All that is kept lies in one folder, for its user alone (folders 0700, files 0600), because it holds
texts of agents, and secrets where those hold some. Each room has its share of 200 MB in all; where a room is
full, the oldest in it goes first. What each holds is its own module's business.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from agenteditor.core.disk import close, write_all

_MB = 1024 * 1024
Room = Literal["overwriting", "batches", "imports", "journals", "versions", "exports"]
# Bytes. "overwriting" holds a copy only while a file is overwritten, of 8 MB at most.
SHARES: dict[Room, int] = {
    "overwriting": 15 * _MB,
    "batches": 72 * _MB,
    "imports": 32 * _MB,
    "journals": 40 * _MB,
    "versions": 40 * _MB,
    "exports": _MB,
}


def state_folder() -> Path:
    """Where the program keeps what must outlive it: safety copies, recovery. It may not exist yet."""
    named = Path(os.environ.get("XDG_STATE_HOME", ""))
    # A relative path there is to be ignored (XDG base directory specification).
    return (named if named.is_absolute() else Path.home() / ".local" / "state") / "agenteditor"


def room(name: Room) -> Path:
    """Where a room is. It may not exist yet."""
    return state_folder() / name


def made(folder: Path) -> Path:
    """The folder, a room or one in a room, made for this user alone. Raises OSError."""
    inside = [folder, *folder.parents]
    for each in reversed(inside[: inside.index(state_folder()) + 1]):
        # mkdir gives its mode to the last folder alone, and leaves one that is there as it is.
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and each.stat().st_mode & 0o077:
            each.chmod(0o700)
    return folder


def new_file(path: Path) -> int:
    """A file that was not there, for this user alone, open for appending. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
    for flag in ("O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, flag, 0)
    return os.open(path, flags, 0o600)


def write(path: Path, data: bytes, times: tuple[float, float] | None = None) -> None:
    """A file that is there whole or not at all, not synced. Raises OSError. ``times`` as in `os.utime`."""
    fresh = path.with_name(f".{path.name}")
    with suppress(FileNotFoundError):
        fresh.unlink()
    handle = new_file(fresh)
    try:
        write_all(handle, data)
        if times is not None:
            os.utime(fresh, times)
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
        raise
    finally:
        close(handle)


def size_of(name: Room) -> int:
    """Bytes in a room, as far as they can be counted."""
    total, folders = 0, [os.fspath(room(name))]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    with suppress(OSError):
                        total += entry.stat(follow_symlinks=False).st_size
    return total


def drop_oldest(paths: Iterable[Path], most: int, keep: int = 0) -> None:
    """Of files whose names sort by age, keep the newest ones that together have ``most`` bytes.

    The newest ``keep`` stay in any case.
    """
    for number, path in enumerate(sorted(paths, key=lambda one: one.name, reverse=True)):
        with suppress(OSError):
            most -= path.stat().st_size
            if most < 0 and number >= keep:
                path.unlink()
