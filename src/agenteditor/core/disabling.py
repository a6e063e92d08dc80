"""Where a disabled agent is: in its own folder, under its name with ``.disabled`` behind it.

No program looks at files with that ending, so none finds the agent; whoever looks into the folder sees
it, and what it is called; git shows a renamed file. To bring it back without this program, take
the ending off. Rejected: another folder (below ``agents/`` it is searched too, elsewhere nobody looks for
it, and a new folder may need a restart), a field in the file (most programs know none).
"""

from __future__ import annotations

import os
from pathlib import Path

from agenteditor.core.catalog import PASSED_OVER

ENDING = ".disabled"
_AGENTS = ".md" + ENDING


def is_disabled(path: Path) -> bool:
    """Whether ``path`` is that of a disabled agent."""
    return path.name.endswith(_AGENTS)


def disabled_path(path: Path) -> Path:
    """Where the agent at ``path`` is while it is disabled."""
    return path.with_name(path.name + ENDING)


def enabled_path(path: Path) -> Path:
    """Where the disabled agent at ``path`` is when it is enabled again."""
    return path.with_name(path.name.removesuffix(ENDING))


def disabled_files(folder: Path) -> list[Path]:
    """The disabled agents below ``folder``, sorted, at any depth."""
    found: list[Path] = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in PASSED_OVER)
        found += [path for name in names if is_disabled(path := Path(root, name))]
    return sorted(found)
