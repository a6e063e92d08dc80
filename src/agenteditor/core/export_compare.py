"""What is in a folder already, and so what would happen to each file of an export."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path, PurePosixPath

from agenteditor.core import files
from agenteditor.core.disk import is_there
from agenteditor.core.export_agents import Refused, same_file
from agenteditor.core.export_choices import Choices
from agenteditor.core.export_folder import Present, TargetFolder, digest_of
from agenteditor.core.export_layouts import Wanted
from agenteditor.core.export_manifest import STAGE, Manifest, owned, read_intent, read_manifest
from agenteditor.core.export_plan import Entry, entry_of
from agenteditor.core.export_write import Progress
from agenteditor.core.file_problem import FileProblem

# The files an export makes itself.
_GENERATED = {"README.md", "LICENSE", "plugin.json", "marketplace.json"}


def compared(
    wanted: Mapping[str, Wanted], place: Path, choices: Choices, protected: set[str]
) -> Generator[Progress, None, tuple[list[Entry], bool]]:
    """What would happen to each file of a folder, and whether an export was interrupted in it."""
    if not is_there(place):
        return [entry_of(path, file, "new") for path, file in wanted.items()], False
    try:
        target = TargetFolder(place)
    except FileProblem as fault:
        return [entry_of(path, file, "conflict", str(fault)) for path, file in wanted.items()], False
    entries: list[Entry] = []
    with target:
        intent = read_intent(target)
        interrupted = intent is not None or bool(target.names(STAGE))
        ours = owned(read_manifest(target), intent)
        for number, (path, file) in enumerate(sorted(wanted.items())):
            entries.append(_compared_file(target, path, file, ours))
            yield Progress("compare", number + 1, len(wanted))
        folders = _protected_folders(ours, wanted, protected)
        for path in sorted(set(ours.files) - set(wanted)):
            entries += _old_file(
                path, target.look(path), ours, choices, _is_protected(path, protected, folders)
            )
    return entries, interrupted


def _compared_file(target: TargetFolder, path: str, file: Wanted, ours: Manifest) -> Entry:
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
    return entry_of(
        path,
        file,
        "replaced" if present.writable else "conflict",
        "" if present.writable else "it is read-only",
    )


def _old_file(
    path: str, present: Present, ours: Manifest, choices: Choices, is_protected: bool
) -> list[Entry]:
    """What happens to a file of an earlier export that this one has not."""
    if not present.digest and not present.obstacle:
        return []
    if not ours.owns(path, present.digest):
        return [Entry(path, "", "left", note="it was changed since it was exported")]
    if is_protected:
        return [Entry(path, "", "left", note="its agent may be one that is refused or waits")]
    gone = "an earlier export wrote it; it is not in the catalog any more"
    return [Entry(path, "", "removed" if choices.prune else "left", note=gone)]


def names_of(refused: Refused) -> set[str]:
    """What the file of an agent that is refused may be called."""
    return {same_file(name) for name in (refused.name, refused.path.name.partition(".")[0]) if name}


def stem_of(file: str) -> str:
    """The name an agent's file stands for; alike for names that some file system takes for one."""
    return same_file(file.partition(".")[0] or file)


def _is_protected(path: str, names: set[str], folders: set[str]) -> bool:
    own = PurePosixPath(path)
    if own.name not in _GENERATED:
        return stem_of(own.name) in names
    return any(path.startswith(f"{folder}/") for folder in folders)


def _protected_folders(ours: Manifest, wanted: Mapping[str, Wanted], names: set[str]) -> set[str]:
    """The plugins that keep a file of an agent that is refused: they stay whole."""
    kept = (path for path in ours.files if path not in wanted and _is_protected(path, names, set()))
    return {"/".join(path.split("/")[:2]) for path in kept if path.startswith("plugins/")}
