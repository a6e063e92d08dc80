"""A folder of agents: which files it holds."""

from __future__ import annotations

import os
from collections.abc import Callable
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
