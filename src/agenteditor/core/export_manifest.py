"""What exports wrote to a folder, and what one that was interrupted had still to do.

Both are small files in the folder itself. Whatever they say is taken with care, since a folder may come
from anybody: a path that leads out of it, or to a hidden file that no export writes, does not count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from agenteditor.core.export_folder import TargetFolder
from agenteditor.core.file_names import is_harmless

MANIFEST = ".agenteditor-export.json"
INTENT = ".agenteditor-export.pending"
STAGE = ".agenteditor-export.new"

_NOTE = "Agent Editor keeps here which files its exports wrote, so that they overwrite no others."
_HIDDEN = {".claude-plugin", ".roomodes"}


@dataclass(frozen=True, slots=True)
class Manifest:
    """The digests of each file that exports wrote, by path; the folders they made."""

    files: Mapping[str, frozenset[str]] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()

    def owns(self, path: str, digest: str) -> bool:
        """Whether an export wrote the file with this content."""
        return digest in self.files.get(path, ())


class Step(NamedTuple):
    """One change: the digest that is replaced, "" for none, and the new one, "" to remove the file.

    ``staged`` is the file that holds the new content.
    """

    path: str
    old: str
    new: str
    staged: str


class Intent(NamedTuple):
    """All changes of one export, decided and written down before the first is made."""

    steps: tuple[Step, ...]
    folders: tuple[str, ...] = ()  # that it made


def read_manifest(target: TargetFolder) -> Manifest:
    """What exports wrote; nothing where there is no manifest or it makes no sense."""
    data = _json(target.read(MANIFEST))
    listed, folders = data.get("files"), data.get("folders")
    files = {
        path: frozenset(str(digest) for digest in digests)
        for path, digests in (listed.items() if isinstance(listed, dict) else ())
        if is_inside(path) and isinstance(digests, list)
    }
    made = [path for path in folders if is_inside(path)] if isinstance(folders, list) else []
    return Manifest(files, frozenset(made))


def manifest_text(manifest: Manifest) -> bytes:
    """The file of a manifest."""
    files = {path: sorted(manifest.files[path]) for path in sorted(manifest.files)}
    data = {"note": _NOTE, "files": files, "folders": sorted(manifest.folders)}
    return (json.dumps(data, indent=2) + "\n").encode()


def read_intent(target: TargetFolder) -> Intent | None:
    """What an interrupted export had decided; None if there is no such thing."""
    data = target.read(INTENT)
    if data is None:
        return None
    found = _json(data)
    steps, folders = found.get("steps"), found.get("folders")
    rows = [Step(*row) for row in steps if _is_row(row)] if isinstance(steps, list) else []
    made = [path for path in folders if is_inside(path)] if isinstance(folders, list) else []
    return Intent(tuple(rows), tuple(made))


def intent_text(intent: Intent) -> bytes:
    """The file of an intent."""
    data = {"steps": [list(step) for step in intent.steps], "folders": list(intent.folders)}
    return (json.dumps(data) + "\n").encode()


def owned(manifest: Manifest, intent: Intent | None) -> Manifest:
    """What belongs to exports while one is unfinished: the old versions and the new."""
    files = dict(manifest.files)
    for step in intent.steps if intent is not None else ():
        files[step.path] = files.get(step.path, frozenset()) | ({step.old, step.new} - {""})
    return Manifest(files, manifest.folders | set(intent.folders if intent is not None else ()))


def is_inside(path: object) -> bool:
    """Whether an export may write to this path below its folder.

    No settings of programs, nothing they read by themselves (RELIABILITY T23), no name that means something
    else on another system.
    """
    if not isinstance(path, str) or not path or "\\" in path or not path.isprintable():
        return False
    return all(part in _HIDDEN or is_harmless(part) for part in path.split("/"))


def _is_row(row: object) -> bool:
    if not (isinstance(row, list) and len(row) == len(Step._fields)):
        return False
    staged = row[3]
    return all(isinstance(cell, str) for cell in row) and is_inside(row[0]) and _is_staged(staged)


def _is_staged(name: str) -> bool:
    return not name or (name.isascii() and name.isdigit())


def _json(data: bytes | None) -> dict[str, object]:
    try:
        found = json.loads(data or b"")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
