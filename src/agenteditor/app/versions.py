"""What keeps the window from opening with the Qt that is installed, told before anything can crash.

Two versions of Qt for Python are refused. The package metadata excludes the same ones; this is for
machines where they are there anyway (a distribution's package, ``pip install --no-deps``).
"""

from __future__ import annotations

import re
import sys

OLDEST = (6, 9, 1)
INSTALL = 'Install another one: pip install "PySide6-Essentials>=6.9.1,!=6.12.0"'
LIBRARIES = (
    "libgl1 libegl1 libxkbcommon0 libglib2.0-0 libfontconfig1 libdbus-1-3 libxkbcommon-x11-0 "
    "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"
)


def obstacle() -> str | None:
    """Why the window cannot open with what is installed here, as one line; None if it can."""
    try:
        import PySide6
    except ImportError:
        return 'The window needs Qt for Python: pip install "PySide6-Essentials>=6.9.1,!=6.12.0"'
    reason = refusal(PySide6.__version__, sys.version_info[:2])
    if reason is not None:
        return reason
    try:
        # The first module that links to libraries of the system, which a wheel does not bring.
        from PySide6 import QtWidgets  # noqa: F401
    except ImportError as error:
        return f"Qt cannot start: {error}. On Debian and Ubuntu: sudo apt-get install {LIBRARIES}"
    return None


def refusal(pyside: str, python: tuple[int, int]) -> str | None:
    """Why the program must not start with this pair of versions, as one line; None if it may.

    ``pyside`` is PySide6's own version, such as ``6.11.3`` or ``6.12.0a1``; ``python`` is
    ``sys.version_info[:2]``. A version that cannot be read is not refused: it is newer than this list.
    """
    release = _release(pyside)
    if release is None:
        return None
    if release < OLDEST:
        # 6.8.0 to 6.8.3 crash in setMarkdown("---\nname: x\n---") (CVE-2025-3512).
        return (
            f"Agent Editor cannot run with PySide6 {pyside}: older than 6.9.1, it crashes on ordinary "
            f"agent files. {INSTALL}"
        )
    if release == (6, 12, 0) and python < (3, 12):
        # Each call that returns nothing loses one reference to None, which is immortal only from 3.12.
        return (
            f"Agent Editor cannot run with PySide6 {pyside} on Python {python[0]}.{python[1]}: together they "
            f"crash after some thousand calls. {INSTALL}"
        )
    return None


def _release(version: str) -> tuple[int, int, int] | None:
    match = re.match(r"(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?", version, re.ASCII)
    if match is None:
        return None
    major, minor, patch = match.groups(default="0")
    return int(major), int(minor), int(patch)
