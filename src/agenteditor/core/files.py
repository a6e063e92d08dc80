"""Files as text, exactly: opening, saving, and noticing that somebody else changed one.

Any bytes become a text and the same bytes again: bytes that are not UTF-8 become the lone
surrogates U+DC80 to U+DCFF, and line ends and byte order marks stay in the text as they are
(`line_ends` tells and changes them). So a file opened and saved without an edit is not changed,
and is not even written.

Everything that can go wrong is a `FileProblem`, whose text is a sentence for people. The modules
`disk`, `atomic_write` and `in_place` do the work; the rest of the program uses this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agenteditor.core import atomic_write, disk
from agenteditor.core.atomic_write import remove_leftovers
from agenteditor.core.disk import LIMIT, Conflict, Stamp
from agenteditor.core.file_problem import AnyPath, FileProblem, shown_path
from agenteditor.core.in_place import Unfinished, unfinished
from agenteditor.core.state_rooms import state_folder

__all__ = [
    "LIMIT",
    "Conflict",
    "FileProblem",
    "Loaded",
    "Stamp",
    "Unfinished",
    "changed",
    "decode",
    "encode",
    "load",
    "remove_leftovers",
    "save",
    "shown_path",
    "stamp",
    "state_folder",
    "unfinished",
]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file as it was read."""

    path: Path
    text: str
    stamp: Stamp


def decode(data: bytes) -> str:
    """Any bytes as a text. ``encode(decode(data)) == data``."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str, path: AnyPath | None = None) -> bytes:
    """The bytes of a text, as they go into a file; ``path`` is for the message alone.

    Raises `FileProblem` "not-text" for a surrogate that no file can hold; `decode` makes none.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise FileProblem("not-text", "save", path, str(line)) from None


def load(path: AnyPath) -> Loaded:
    """Read a file. Raises `FileProblem` for what is not an ordinary file of at most `LIMIT` bytes."""
    data, version = disk.read(path)
    return Loaded(Path(path), decode(data), version)


def save(path: AnyPath, text: str, expected: Stamp | None, mode: int | None = None) -> Stamp:
    """Make ``text`` the content of a file, whole or not at all; the stamp of the new version.

    ``expected`` is the version the user has seen: of `load`, of the last `save`, or, to overwrite
    what somebody else wrote, `Conflict.found` or `stamp`. None is for a file that must not be
    there yet. If something else is there, `Conflict` is raised and nothing is written. ``mode`` are
    the rights of a new file, None for the usual ones.

    Blocks until the disk has it: tens of milliseconds, seconds on a slow one. Safe in a thread.
    """
    return atomic_write.write(path, encode(text, path), expected, mode)


def stamp(path: AnyPath) -> Stamp:
    """Which version of a file is on disk now. Raises `FileProblem` as `load` does."""
    return disk.read(path)[1]


def changed(path: AnyPath, stamp: Stamp) -> bool:
    """Whether a file's content is another than at ``stamp``; also if it cannot be read any more."""
    try:
        return disk.read(path)[1] != stamp
    except FileProblem:
        return True  # gone, or no longer a file: `load` and `save` say which
