"""What another program did to the file of an open document, and every way to go on from there.

``look`` and ``moved_to`` read and may wait for a disk, so they may be called on a thread. The others decide
about the document and touch no disk: they take what a look found, so what was shown to somebody is what is
taken or overwritten, and not what came after it. Contents are compared, never times (RELIABILITY F19). A
text that somebody typed, or that another program wrote, is given up only where somebody chose that.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agenteditor.core import files
from agenteditor.core.catalog import agents_in
from agenteditor.core.disk import Stamp, is_folder
from agenteditor.core.document import Document, Transaction
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.files import Loaded
from agenteditor.core.merged import Merged, line_edits
from agenteditor.core.merging import merge

Found = Loaded | FileProblem
"""What stands at a path, or why that cannot be read."""

State = Literal["same", "followed", "changed", "gone", "unreadable"]
"""How a document and its file stand to each other: alike; the document has just been made so; both were
changed; no file is there; what is there cannot be read."""

_NO_FILE = ("missing", "not-a-file", "link-loop", "bad-name")


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at ``path`` found. ``real`` is where its links lead."""

    path: Path
    real: Path
    found: Found


@dataclass(frozen=True, slots=True)
class Weighed:
    """How many conflicts a merge of ``ours`` with what was ``loaded`` has, if both come from ``base``."""

    base: str
    ours: str
    loaded: Loaded
    conflicts: int

    def still_of(self, document: Document) -> bool:
        """Whether the document has not been changed since."""
        return (document.saved_text, document.text) == (self.base, self.ours)


def look(path: Path) -> Look:
    """Read what is at a path now. Never raises for what it finds; may wait for a disk."""
    try:
        found: Found = files.load(path)
    except FileProblem as problem:
        found = problem
    real = path
    if not isinstance(found, FileProblem) or found.code != "bad-name":
        real = Path(os.path.realpath(path))
    return Look(path, real, found)


def is_as_saved(document: Document, found: Found) -> bool:
    """Whether the file is the one that was last read or saved, and nothing was to be said about it."""
    return isinstance(found, Loaded) and found.stamp == document.stamp and not document.orphaned


def settle(document: Document, found: Found, label: str) -> State:
    """Let a document know what was found. One that nobody edited takes the text, as one step of undo.

    One with something undone does not: that could not be done again then.
    """
    path = document.path
    assert path is not None, "only what has a file is looked at"
    if isinstance(found, FileProblem):
        state: Literal["gone", "unreadable"] = "gone" if found.code in _NO_FILE else "unreadable"
        document.mark_orphaned(state, document.stamp)
        return state
    if found.stamp == document.stamp:
        document.mark_orphaned("", document.stamp)
        return "same"
    if found.text == document.text:
        document.mark_saved(path, found.text, found.stamp)
        return "same"
    if not document.edited and document.redo_label is None:
        reload(document, found, label)
        return "followed"
    document.mark_orphaned("", document.stamp)
    return "changed"


def reload(document: Document, loaded: Loaded, label: str) -> None:
    """Take the text on disk, as one step that undo takes back; line by line, so that places stay."""
    document.apply(Transaction(line_edits(document.text, loaded.text), label))
    keep(document, loaded)


def keep(document: Document, loaded: Loaded) -> None:
    """Stay with the text here: the next save overwrites exactly this version, and no later one."""
    document.mark_saved(loaded.path, loaded.text, loaded.stamp)


def merged(document: Document, loaded: Loaded) -> Merged:
    """The text here with what changed on disk since it was last read or saved."""
    base = document.saved_text if loaded.path == document.path else None
    return merge(base, document.text, loaded.text)


def weighed(base: str, ours: str, loaded: Loaded) -> Weighed:
    """How texts merge; for a thread, since large ones may take seconds."""
    return Weighed(base, ours, loaded, len(merge(base, ours, loaded.text).conflicts))


def take_merge(document: Document, loaded: Loaded, text: str, label: str) -> None:
    """Take a text that was merged, as one step that undo takes back; the disk's version is then the base."""
    document.apply(Transaction(line_edits(document.text, text), label))
    keep(document, loaded)


def begin_anew(document: Document) -> None:
    """The next save makes the file again, if still nothing is there."""
    document.mark_orphaned(document.orphaned, None)


def go_on_at(document: Document, path: Path) -> None:
    """The file is at ``path`` now; the next look tells what it holds."""
    document.mark_saved(path, document.saved_text, document.stamp)


def moved_to(path: Path, stamp: Stamp, folders: Iterable[Path], taken: Collection[Path] = ()) -> Path | None:
    """Where a file that was at ``path`` is now, by its content; None if it is not found.

    The folder it was in and the agents of ``folders`` are looked at, but for those ``taken``. The same inode
    comes first, then what was written or renamed since. May wait for a disk.
    """
    found: Path | None = None
    for other in [*_beside(path), *agents_in(folders)]:
        if other in taken or other == path:
            continue
        try:
            status = other.lstat()
            if status.st_size != stamp.size or files.stamp(other) != stamp:
                continue
        except OSError:
            continue  # gone, or not ours to read: not where the file is now
        if (status.st_dev, status.st_ino) == stamp.identity[:2]:
            return other
        if stamp.identity and status.st_ctime_ns > stamp.identity[3]:
            found = found or other
    return found


def _beside(path: Path) -> list[Path]:
    try:
        with os.scandir(path.parent) as entries:
            return sorted(Path(entry.path) for entry in entries if not is_folder(entry.path))
    except OSError:
        return []
