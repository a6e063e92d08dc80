"""What the program remembers between runs: one small JSON file behind a typed class.

Not QSettings: from an INI file it reads False back as ``'false'`` (UX 1.5). The file is input like
any other: a damaged or strange one is read as far as it makes sense and never stops the start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Literal

from agenteditor.core import disk, files

Theme = Literal["system", "light", "dark"]
MAX_RECENT = 10
_MAX_BYTES = 1_000_000
_LONGEST = 10_000  # characters of a text
_LARGEST = 100_000  # pixels; Qt takes no number that is larger than its integers


@dataclass(slots=True)
class Settings:
    """The settings. Sizes are pixels; ``font_size`` is in points, 0 for the system's."""

    theme: Theme = "system"
    font_size: int = 0
    recent_files: list[str] = field(default_factory=list)
    recent_folders: list[str] = field(default_factory=list)
    recent_commands: list[str] = field(default_factory=list)
    geometry: str = ""
    show_preview: bool = True
    show_problems: bool = True
    show_folder: bool = True
    editor_columns: list[int] = field(default_factory=list)
    editor_rows: list[int] = field(default_factory=list)
    window_columns: list[int] = field(default_factory=list)
    apply_safe_fixes: bool = False  # without showing them first
    export_folder: str = ""
    export_layout: Literal["folder", "categories", "plugin"] = "folder"
    export_owner: str = ""
    export_licence: str = ""

    def remember_file(self, path: Path) -> None:
        """Put a file on top of the recent ones."""
        self.recent_files = on_top(self.recent_files, str(path.absolute()))

    def remember_folder(self, path: Path) -> None:
        """Put a folder on top of the recent ones."""
        self.recent_folders = on_top(self.recent_folders, str(path.absolute()))


def on_top(recent: list[str], name: str) -> list[str]:
    """The recent names with this one first."""
    return [name, *(other for other in recent if other != name)][:MAX_RECENT]


def settings_path(environment: Mapping[str, str]) -> Path:
    """Where the settings are: in the user's configuration folder (XDG base directories)."""
    home = environment.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "agenteditor" / "settings.json"


def set_aside(path: Path) -> Path | None:
    """Give settings that make no sense at all another name; that, or None if they are in order."""
    with suppress(OSError):  # none yet, or a folder that is closed to us
        if _read(path) is None:
            return path.replace(path.with_name(f"{path.name}.damaged"))
    return None


def load(path: Path) -> Settings:
    """The settings at ``path``; what is missing or makes no sense keeps its default."""
    settings = Settings()
    data: dict[str, object] | None = None
    with suppress(OSError):
        data = _read(path)
    for known in fields(Settings):
        value = data.get(known.name) if data is not None else None
        if value is not None and _fits(value, getattr(settings, known.name), known.name):
            setattr(settings, known.name, value)
    return settings


def _read(path: Path) -> dict[str, object] | None:
    """What the file holds; None if that makes no sense. Raises OSError."""
    try:
        data = json.loads(disk.read(path)[0][:_MAX_BYTES])
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


_CHOICES = {"theme": ("system", "light", "dark"), "export_layout": ("folder", "categories", "plugin")}


def _fits(value: object, default: object, name: str) -> bool:
    if name in _CHOICES:
        return value in _CHOICES[name]
    if isinstance(default, list):
        of_texts = name.startswith("recent")
        return isinstance(value, list) and all(
            _is_text(item) if of_texts else _is_size(item) for item in value
        )
    if isinstance(default, str):
        return _is_text(value)
    return _is_size(value) if type(default) is int else type(value) is type(default)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and "\0" not in value


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST


def save(path: Path, settings: Settings) -> None:
    """Write the settings. Raises `FileProblem` (an OSError) if they cannot be written."""
    # The recent files are nobody else's business.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.touch(0o600, exist_ok=False)
    text = json.dumps(asdict(settings), indent=2) + "\n"
    files.save(path, text, files.stamp(path))
