"""Which folders exports are at work in, so that the next start can finish one that was killed.

A note is a small file in the state folder that says where: it is there before an export makes its first
file, on the disk before the export counts, and gone when nothing is left to do. Where no note can be
written, the next export to that folder finishes all the same.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from agenteditor.core import state_rooms
from agenteditor.core.disk import READING, close, content, is_folder, is_there
from agenteditor.core.export_manifest import INTENT, STAGE

_LONGEST = 16 * 1024  # bytes of a path
_KEPT = 30 * 24 * 3600.0  # seconds that a folder may be away, as one on a disk that is not plugged in


def is_unfinished(root: Path) -> bool:
    """Whether an export has left something to finish or to clear up in this folder, or is at work there."""
    return is_there(root / INTENT) or is_folder(root / STAGE)


@contextmanager
def noted(root: Path) -> Iterator[None]:
    """Keep a note of an export to ``root`` until it has ended; longer, if it could not clear up."""
    root = root.absolute()
    note = _note(root)
    with suppress(OSError):
        state_rooms.made(note.parent)
        if state_rooms.size_of("exports") < state_rooms.SHARES["exports"]:
            state_rooms.write(note, os.fsencode(root))
    try:
        yield
    finally:
        forget(root)


def sync(root: Path) -> None:
    """Bring the note to the disk, as far as that can be done. May wait for it."""
    note = _note(root)
    for path in (note, note.parent):
        with suppress(OSError):
            handle = os.open(path, READING)
            try:
                os.fsync(handle)
            finally:
                close(handle)


def forget(root: Path) -> None:
    """Remove the note of a folder, if nothing is left to do there."""
    if not is_unfinished(root):
        with suppress(OSError):
            _note(root).unlink()


def folders() -> list[Path]:
    """The folders that exports are at work in, or were when they were killed. Never raises."""
    found: list[Path] = []
    with suppress(OSError):  # no room, or one that is closed to us
        for note in sorted(state_rooms.room("exports").iterdir()):
            folder = _said(note)
            if folder is not None:
                found.append(folder)
            else:
                with suppress(OSError):
                    note.unlink()
    return found


def _said(note: Path) -> Path | None:
    """The folder that a note is about; None for one that is damaged or old."""
    try:
        handle = os.open(note, READING | getattr(os, "O_NOFOLLOW", 0))
        try:
            said, written = content(handle, _LONGEST), os.fstat(handle).st_mtime
        finally:
            close(handle)
    except OSError:
        return None
    folder = Path(os.fsdecode(said))
    if b"\0" in said or not folder.is_absolute() or _note(folder).name != note.name:
        return None
    return folder if time.time() - written < _KEPT else None


def _note(root: Path) -> Path:
    name = hashlib.sha256(os.fsencode(root.absolute())).hexdigest()[:32]
    return state_rooms.room("exports") / name
