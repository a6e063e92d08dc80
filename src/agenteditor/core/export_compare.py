"""What is in a folder already, and so what would happen to each file of an export."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from agenteditor.core import files
from agenteditor.core.disk import is_there
from agenteditor.core.export_agents import Refused
from agenteditor.core.export_choices import Choices
from agenteditor.core.export_folder import NOWHERE, Identity, Present, TargetFolder, digest_of
from agenteditor.core.export_layouts import Wanted
from agenteditor.core.export_manifest import STAGE, Manifest, owned, read_intent, read_manifest
from agenteditor.core.export_plan import Entry, entry_of
from agenteditor.core.export_write import Progress
from agenteditor.core.file_names import folded, safe
from agenteditor.core.file_problem import FileProblem

# The files an export makes itself.
_GENERATED = {"README.md", "LICENSE", "plugin.json", "marketplace.json"}


class Protected(NamedTuple):
    """What is never removed: files that are exported, and those of agents with these names (`stem_of`)."""

    sources: Sequence[Path]
    names: set[str]


class Compared(NamedTuple):
    """The entries, whether an export was interrupted in the folder, and which folder it is."""

    entries: list[Entry]
    interrupted: bool
    folder: Identity | None


def compared(
    wanted: Mapping[str, Wanted], place: Path, choices: Choices, protected: Protected
) -> Generator[Progress, None, Compared]:
    """What would happen to each file of a folder."""
    if not is_there(place):
        return Compared([entry_of(path, file, "new") for path, file in wanted.items()], False, NOWHERE)
    try:
        target = TargetFolder(place)
    except FileProblem as fault:
        blocked = [entry_of(path, file, "conflict", str(fault)) for path, file in wanted.items()]
        return Compared(blocked, False, None)
    entries: list[Entry] = []
    own = _Own(protected.sources)
    with target:
        intent = read_intent(target)
        interrupted = intent is not None or bool(target.names(STAGE))
        ours = owned(read_manifest(target), intent)
        for number, (path, file) in enumerate(sorted(wanted.items())):
            entries.append(_compared_file(target, path, file, ours, own))
            yield Progress("compare", number + 1, len(wanted))
        old = sorted(set(ours.files) - set(wanted))
        kept = _kept(old, place, protected)
        for path in old:
            entries += _old_file(path, target.look(path), ours, choices, kept.get(path, ""))
        return Compared(entries, interrupted, target.identity)


class _Own:
    """The files that are exported, by what they are on the disk; looked up when somebody asks."""

    def __init__(self, sources: Sequence[Path]) -> None:
        self._sources = sources
        self._known: set[Identity] | None = None

    def __contains__(self, identity: Identity) -> bool:
        if self._known is None:
            self._known = set()
            for source in self._sources:
                with suppress(OSError):
                    status = source.stat()
                    self._known.add((status.st_dev, status.st_ino))
        return identity in self._known


def _compared_file(target: TargetFolder, path: str, file: Wanted, ours: Manifest, own: _Own) -> Entry:
    present = target.look(path)
    if present.obstacle:
        return entry_of(path, file, "conflict", present.obstacle)
    if not present.digest:
        return entry_of(path, file, "new")
    if present.digest == digest_of(files.encode(file.text)):
        return entry_of(path, file, "same")
    if not ours.owns(path, present.digest):
        changed = "it was changed since it was exported"
        return entry_of(
            path, file, "conflict", changed if path in ours.files else "an export did not write it"
        )
    if present.identity in own:
        return entry_of(path, file, "conflict", "it is one of the files that are exported")
    return entry_of(
        path,
        file,
        "replaced" if present.writable else "conflict",
        "" if present.writable else "it is read-only",
    )


def _old_file(path: str, present: Present, ours: Manifest, choices: Choices, kept: str) -> list[Entry]:
    """What happens to a file of an earlier export that this one has not; ``kept`` is why it stays."""
    if not present.digest and not present.obstacle:
        return []
    if not ours.owns(path, present.digest):
        return [Entry(path, "", "left", note="it was changed since it was exported")]
    if kept:
        return [Entry(path, "", "left", note=kept)]
    gone = "an earlier export wrote it; it is not in the catalog any more"
    return [Entry(path, "", "removed" if choices.prune else "left", note=gone)]


def names_of(refused: Refused) -> set[str]:
    """What the file of an agent that is refused may be called."""
    names = (refused.name, refused.path.name.partition(".")[0])
    return {stem_of(one) for name in names if name for one in (name, safe(name))}


def stem_of(file: str) -> str:
    """The name an agent's file stands for; alike for names that some file system takes for one."""
    return folded(file.partition(".")[0] or file)


def _stems(file: str) -> set[str]:
    """The names an agent's file may stand for: one that was told apart from others has digits after it."""
    stem = stem_of(file)
    return {stem, re.sub(r"-[0-9a-f]{6,}$", "", stem)}


def _kept(old: Sequence[str], place: Path, protected: Protected) -> dict[str, str]:
    """Why files of an earlier export stay, of those that do."""
    kept: dict[str, str] = {}
    sources = {os.path.realpath(source) for source in protected.sources} if old else set()
    for path in old:
        name = PurePosixPath(path).name
        if os.path.realpath(place / path) in sources:
            kept[path] = "it is one of the files that are exported"
        elif name not in _GENERATED and not protected.names.isdisjoint(_stems(name)):
            kept[path] = "its agent may be one that is refused or waits"
    # A plugin that keeps an agent stays whole.
    plugins = {"/".join(path.split("/")[:2]) for path in kept if path.startswith("plugins/")}
    for path in old:
        if PurePosixPath(path).name in _GENERATED and "/".join(path.split("/")[:2]) in plugins:
            kept.setdefault(path, "its plugin keeps an agent")
    return kept
