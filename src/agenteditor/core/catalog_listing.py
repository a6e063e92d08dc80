"""What a folder of agents holds now, and what has come, gone or changed since the last look.

A look goes in steps, so that a window may draw between them, and opens no file. It finds the files that
``catalog.agent_files`` finds. What cannot be listed, and links to folders, which are not followed, are
reported and stop nothing.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, cast

from agenteditor.core.catalog import PASSED_OVER
from agenteditor.core.disk import is_there
from agenteditor.core.rule_settings import FILE_NAME

_STEP = 200  # entries of a folder between two steps

# Device, inode, size in bytes, times of change of content and of status in ns: while they stay, the
# content does (RELIABILITY, section 7). Empty for a link that leads nowhere.
Signature = tuple[int, ...]


@dataclass(slots=True)
class Listing:
    """One look at ``root``. Names are paths below it, with ``/`` between the parts.

    ``files`` are the ``.md`` files. ``folders`` are those looked into, "" for the root, each before what
    is in it; ``bounds`` those of them that may have other rule settings than the folder above, ``plugins``
    those with a plugin's manifest. ``unreadable`` are folders that cannot be listed, with the system's
    reason; ``links`` links to folders, and ``circles`` those that lead back to a folder they lie in.
    """

    root: Path
    files: dict[str, Signature] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    bounds: set[str] = field(default_factory=set)
    plugins: set[str] = field(default_factory=set)
    unreadable: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    circles: list[str] = field(default_factory=list)


class Difference(NamedTuple):
    """Names of files: in the second look alone, in the first alone, in both with another signature."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]


def looking(root: Path) -> Generator[int, None, Listing]:
    """Look into ``root``; yields how many files were found so far, step by step. Raises nothing."""
    listing = Listing(root)
    top = os.fspath(root)
    waiting = [""]
    while waiting:
        name = waiting.pop()
        before = f"{name}/" if name else ""
        try:
            with os.scandir(f"{top}/{name}" if name else top) as found:
                entries = sorted(found, key=_name)
        except (OSError, ValueError) as error:
            listing.unreadable[name] = getattr(error, "strerror", None) or str(error)
            continue
        listing.folders.append(name)
        inner: list[str] = []
        for count, entry in enumerate(entries):
            if count % _STEP == _STEP - 1:
                yield len(listing.files)
            _note(listing, entry, before, inner)
        names = {entry.name for entry in entries}
        if not name or FILE_NAME in names or ".git" in names:
            listing.bounds.add(name)
        if "plugin.json" in names and name.rpartition("/")[2] == ".claude-plugin":
            listing.plugins.add(name.rpartition("/")[0])
        waiting += reversed(inner)
        yield len(listing.files)
    return listing


def listed(root: Path) -> Listing:
    """Look into ``root`` at once."""
    look = looking(root)
    while True:
        try:
            next(look)
        except StopIteration as end:
            return cast(Listing, end.value)


def difference(before: Listing, after: Listing) -> Difference:
    """What has happened between two looks at one folder."""
    old, new = before.files, after.files
    return Difference(
        new=tuple(name for name in new if name not in old),
        gone=tuple(name for name in old if name not in new),
        changed=tuple(name for name, signature in new.items() if old.get(name, signature) != signature),
    )


def outermost(folders: Iterable[Path]) -> tuple[Path, ...]:
    """``folders`` without those that lie in, or are, another one of them; in their order."""
    kept: list[tuple[Path, Path]] = []
    for folder in folders:
        real = Path(os.path.realpath(folder))
        if any(real.is_relative_to(other) for _, other in kept):
            continue
        kept = [(one, other) for one, other in kept if not other.is_relative_to(real)]
        kept.append((folder, real))
    return tuple(folder for folder, _ in kept)


def _note(listing: Listing, entry: os.DirEntry[str], before: str, inner: list[str]) -> None:
    """Put an entry of a folder where it belongs; ``inner`` takes the folders to look into."""
    name = before + entry.name
    try:
        folder = entry.is_dir()
        if folder and entry.is_symlink():
            listing.links.append(name)
            if _is_circle(entry.path):
                listing.circles.append(name)
            return
    except OSError:
        folder = False  # a link whose way leads round in a circle: as a file it says so when it is opened
    if folder:
        if entry.name not in PASSED_OVER:
            inner.append(name)
    elif entry.name.endswith(".md"):
        listing.files[name] = _signature(entry)


def _signature(entry: os.DirEntry[str]) -> Signature:
    try:
        status = entry.stat()
    except OSError:
        return ()
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _is_circle(link: str) -> bool:
    """Whether a link to a folder leads to one that it lies in."""
    holder = Path(os.path.realpath(os.path.dirname(link)))  # noqa: PTH120
    return is_there(link) and holder.is_relative_to(os.path.realpath(link))


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name
