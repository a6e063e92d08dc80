"""Where a catalog is imported from: a folder or a zip archive, as paths and the texts behind them.

Which of them hold agents follows from the layout: in a plugin only its agents folder and the files its
manifests name, everywhere else what ``importing`` takes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath, PurePosixPath
from typing import Protocol

from agenteditor.core import files, zip_reading
from agenteditor.core.catalog import PASSED_OVER
from agenteditor.core.disk import is_folder, is_link
from agenteditor.core.files import FileProblem
from agenteditor.core.importing import may_hold_agents
from agenteditor.core.text import Refusal

_OTHER_PARTS = ("commands", "skills", "output-styles", "hooks", "rules")  # of a .claude folder


class Source(Protocol):
    """Files by path, with ``/`` between the parts. ``refused`` are those not read at all, and why."""

    names: list[str]
    refused: list[tuple[str, str]]

    def scan(self) -> Iterator[None]:
        """Find the files, step by step; before that there are no ``names``."""

    def text(self, name: str) -> str | Refusal:
        """The text of one of ``names``."""

    def place(self, name: str) -> PurePath:
        """Where a file stands, as far as that tells its dialect."""

    def close(self) -> None:
        """No text is wanted any more."""


def opened(path: Path) -> Source | Refusal:
    """The source at ``path``: a folder, else a zip archive. Raises `FileProblem`."""
    if is_folder(path):
        return FolderSource(path)
    archive = zip_reading.opened(path)
    return archive if isinstance(archive, Refusal) else ZipSource(archive)


class FolderSource:
    """A folder; links to folders are not followed, and links to files only within it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.refused: list[tuple[str, str]] = []
        self.names: list[str] = []

    def scan(self) -> Iterator[None]:
        """Find the files, a folder with each step."""
        folder = self._folder
        inside = os.path.join(os.path.realpath(folder), "")  # noqa: PTH118
        for root, folders, found in os.walk(folder, onerror=self._not_listed):
            yield
            folders[:] = sorted(name for name in folders if name not in PASSED_OVER)
            for name in sorted(found):
                path = Path(root, name)
                where = path.relative_to(folder).as_posix()
                if is_link(path) and not os.path.realpath(path).startswith(inside):
                    self.refused.append((where, "It is a link that leads out of the folder."))
                else:
                    self.names.append(where)

    def _not_listed(self, error: OSError) -> None:
        where = os.path.relpath(error.filename or self._folder, self._folder)
        self.refused.append((where, f"It cannot be listed: {(error.strerror or '').lower()}."))

    def text(self, name: str) -> str | Refusal:
        """The text of one of ``names``."""
        try:
            return files.load(self._folder / name).text
        except FileProblem as problem:
            return Refusal(str(problem))

    def place(self, name: str) -> PurePath:
        """The path on disk."""
        return self._folder / name

    def close(self) -> None:
        """Nothing is held open."""


class ZipSource:
    """A zip archive that was judged."""

    def __init__(self, archive: zip_reading.ZipArchive) -> None:
        self._archive = archive
        self.names = archive.names
        self.refused = archive.refused
        self.text = archive.text
        self.close = archive.close

    def scan(self) -> Iterator[None]:
        """Nothing: they are known since the archive was judged."""
        yield from ()

    def place(self, name: str) -> PurePath:
        """The path in the archive, as if that were all there is."""
        return PurePosixPath("/", name)


def agent_names(source: Source) -> list[str]:
    """The files of ``source`` that may hold agents, once it was scanned."""
    plugins = dict(_plugins(source))
    found: list[str] = []
    for name in source.names:
        path = PurePosixPath(name)
        if any(part in PASSED_OVER for part in path.parts) or not may_hold_agents(path):
            continue
        root = next((parent for parent in path.parents if parent in plugins), None)
        if root is not None:
            below = path.relative_to(root)
            if below.parts[0] == "agents" or path in plugins[root]:
                found.append(name)
        elif not _is_other_part(path):
            found.append(name)
    return found


def _is_other_part(path: PurePosixPath) -> bool:
    """Whether it is a command, a skill or the like of Claude Code."""
    pairs = zip(path.parts, path.parts[1:], strict=False)
    return path.name == "SKILL.md" or any(
        folder == ".claude" and part in _OTHER_PARTS for folder, part in pairs
    )


def _plugins(source: Source) -> Iterator[tuple[PurePosixPath, set[PurePosixPath]]]:
    """The folders of plugins, and the agent files that manifests name in them."""
    named: dict[PurePosixPath, set[PurePosixPath]] = {}
    for name in source.names:
        path = PurePosixPath(name)
        if path.parent.name != ".claude-plugin":
            continue
        root = path.parent.parent
        manifest = _json(source, name)
        if path.name == "plugin.json":
            named.setdefault(root, set()).update(_listed(root, manifest))
        entries = manifest.get("plugins") if path.name == "marketplace.json" else None
        for entry in entries if isinstance(entries, list) else ():
            where = entry.get("source") if isinstance(entry, dict) else None
            if isinstance(where, str) and ".." not in PurePosixPath(where).parts:
                named.setdefault(root / where, set()).update(_listed(root / where, entry))
    yield from named.items()


def _listed(root: PurePosixPath, manifest: dict[str, object]) -> Iterable[PurePosixPath]:
    agents = manifest.get("agents")
    listed = [agents] if isinstance(agents, str) else agents if isinstance(agents, list) else []
    return (root / path for path in listed if isinstance(path, str))


def _json(source: Source, name: str) -> dict[str, object]:
    text = source.text(name)
    try:
        value = None if isinstance(text, Refusal) else json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {}
