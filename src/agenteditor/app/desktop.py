"""``agenteditor --install-desktop``: the menu entry, its description and icons for one user.

A wheel cannot put files where desktops look for them, so this copies them to the user's data
folder (``~/.local/share``). Nothing is started and nothing outside the four files is touched;
doing it again brings them up to date. No Qt here.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from agenteditor.core.resources import resource

APP_ID = "agenteditor"
"""The name of the desktop entry without its ending; Qt's ``setDesktopFileName`` takes the same."""


def install(data_home: Path, command: Sequence[str]) -> tuple[Path, ...]:
    """Write the entry that starts ``command``, its description and icons below ``data_home``.

    Returns the files written. Raises OSError where a folder cannot be written.
    """
    icons = data_home / "icons" / "hicolor"
    files = {
        data_home / "applications" / f"{APP_ID}.desktop": _entry(command),
        data_home / "metainfo" / f"{APP_ID}.metainfo.xml": _data("desktop", f"{APP_ID}.metainfo.xml"),
        icons / "scalable" / "apps" / f"{APP_ID}.svg": _data("icons", "agenteditor.svg"),
        icons / "symbolic" / "apps" / f"{APP_ID}-symbolic.svg": _data("icons", "agenteditor-symbolic.svg"),
    }
    for path, data in files.items():
        _write(path, data)
    return tuple(files)


def data_home(environment: Mapping[str, str]) -> Path:
    """The user's data folder, by the XDG base directory specification: a relative path there is ignored."""
    named = Path(environment.get("XDG_DATA_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".local" / "share"


def this_program() -> tuple[str, ...]:
    """The command that starts this very program again, with absolute paths.

    A menu is not started from the user's shell, so it may not have ``~/.local/bin`` in its PATH.
    """
    started = Path(sys.argv[0])
    if started.name == APP_ID and os.access(started, os.X_OK) and started.is_file():
        return (str(started.absolute()),)
    found = shutil.which(APP_ID, path=str(Path(sys.executable).parent))
    return (found,) if found else (sys.executable, "-m", "agenteditor")


def _data(*parts: str) -> bytes:
    return resource(*parts).read_bytes()


def _entry(command: Sequence[str]) -> bytes:
    started = " ".join(_quoted(part) for part in command)
    lines = resource("desktop", f"{APP_ID}.desktop").read_text("utf-8").splitlines()
    lines = [f"Exec={started} %F" if line.startswith("Exec=") else line for line in lines]
    return "\n".join([*lines, ""]).encode("utf-8", "surrogateescape")


def _quoted(part: str) -> str:
    # Desktop Entry Specification, "The Exec key": inside double quotes `"`, backtick, `$` and `\` take a
    # backslash, and as the value is a string its backslashes are doubled once more; `%` is doubled.
    for character in '\\"`$':
        part = part.replace(character, "\\" + character)
    part = part.replace("\\", "\\\\").replace("%", "%%").replace("\n", "\\n")
    return f'"{part}"' if set(part) - _PLAIN else part


_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+:@%")


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # By way of a neighbour, so that a menu that watches the folder never reads half a file.
    whole = path.with_name(f".{path.name}.new")
    whole.write_bytes(data)
    whole.replace(path)
