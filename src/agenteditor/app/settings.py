"""What the program remembers between runs: one small JSON file behind a typed class.

Not QSettings: from an INI file it reads False back as ``'false'`` (UX 1.5). The file is input like
any other: a damaged or strange one is read as far as it makes sense and never stops the start.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Literal

from agenteditor.core import files

Theme = Literal["system", "light", "dark"]
MAX_RECENT = 10
_MAX_BYTES = 1_000_000


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
    export_layout: Literal["folder", "plugin"] = "folder"

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


def load(path: Path) -> Settings:
    """The settings at ``path``; what is missing or makes no sense keeps its default."""
    settings = Settings()
    try:
        data = json.loads(path.read_bytes()[:_MAX_BYTES])
    except (OSError, ValueError, RecursionError):
        return settings
    for known in fields(Settings):
        value = data.get(known.name) if isinstance(data, dict) else None
        if value is not None and _fits(value, getattr(settings, known.name), known.name):
            setattr(settings, known.name, value)
    return settings


_CHOICES = {"theme": ("system", "light", "dark"), "export_layout": ("folder", "plugin")}


def _fits(value: object, default: object, name: str) -> bool:
    if name in _CHOICES:
        return value in _CHOICES[name]
    if isinstance(default, list):
        kind = str if name.startswith("recent") else int
        return isinstance(value, list) and all(type(item) is kind for item in value)
    return type(value) is type(default)


def save(path: Path, settings: Settings) -> None:
    """Write the settings. Raises `FileProblem` (an OSError) if they cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(settings), indent=2) + "\n"
    files.save(path, text, files.stamp(path) if os.path.lexists(path) else None)
