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
    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if name not in PASSED_OVER)
        found += [Path(root, name) for name in names if name.endswith(".md")]
    return sorted(found)


def agents_in(folders: Iterable[Path], unreadable: Callable[[OSError], None] | None = None) -> list[Path]:
    """The files of several folders, one folder after the other."""
    return [path for folder in folders for path in agent_files(folder, unreadable)]


def folder_of(path: Path, folders: Iterable[Path]) -> Path | None:
    """Which of the folders a file is in; None if in none."""
    return next((folder for folder in folders if path.is_relative_to(folder)), None)
