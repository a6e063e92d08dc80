"""A folder of agents: which files it holds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

PASSED_OVER = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__"})


def agent_files(folder: Path, unreadable: Callable[[OSError], None] | None = None) -> list[Path]:
    """The ``.md`` files below ``folder``, sorted, as the reader looks for them: at any depth.

    Links to folders are not followed. ``unreadable`` is told of each folder that cannot be listed.
    """
    found: list[Path] = []
    # Each folder's entries by name, a folder's own in its place: that is the order of sorted paths.
    waiting = [(os.fspath(folder), True)]
    while waiting:
        path, is_folder = waiting.pop()
        if not is_folder:
            found.append(Path(path))
            continue
        try:
            with os.scandir(path) as entries:
                inside = sorted(entries, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            if unreadable is not None:
                unreadable(error)
            continue
        for entry in inside:
            if not _is_folder(entry):
                if entry.name.endswith(".md"):
                    waiting.append((entry.path, False))
            elif entry.name not in PASSED_OVER and not entry.is_symlink():
                waiting.append((entry.path, True))
    return found


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link whose way leads round in a circle


def agents_in(folders: Iterable[Path], unreadable: Callable[[OSError], None] | None = None) -> list[Path]:
    """The files of several folders, one folder after the other."""
    return [path for folder in folders for path in agent_files(folder, unreadable)]


def folder_of(path: Path, folders: Iterable[Path]) -> Path | None:
    """Which of the folders a file is in; None if in none."""
    return next((folder for folder in folders if path.is_relative_to(folder)), None)
