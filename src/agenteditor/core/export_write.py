"""Bringing a folder from one state to the next so that it is never left half-way.

All new files are first written beside each other in a hidden folder of the target and brought to the disk.
Then what is to happen is written down in one file, the intent: from there on the export counts. Then each
file is put in its place, by a rename that is whole at every instant, and what goes is removed. Killed or
failing before the intent, nothing has changed; after it, the next export finishes first (`finish`). A file
that somebody changed in between is left alone.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

from agenteditor.core.disk import Conflict, is_there, make_folder
from agenteditor.core.export_folder import Present, TargetFolder, digest_of
from agenteditor.core.export_manifest import (
    INTENT,
    MANIFEST,
    STAGE,
    Intent,
    Manifest,
    Step,
    intent_text,
    is_inside,
    manifest_text,
    read_intent,
    read_manifest,
)
from agenteditor.core.file_problem import FileProblem

# Those that lead to others come after them: a reader never finds a plugin that is not there yet.
_LAST = ("plugin.json", "marketplace.json")
_AT_ONCE = 200  # files that are synced together: more would be felt in a window


class Change(NamedTuple):
    """What a file is to be: its content, None to remove it."""

    path: str
    data: bytes | None


class Progress(NamedTuple):
    """How far something is. "place" means that it counts already and will be finished."""

    what: Literal["read", "compare", "stage", "place"]
    done: int
    total: int


def writing(root: Path, changes: Sequence[Change]) -> Generator[Progress, None, tuple[str, ...]]:
    """Make the changes; which paths were changed. Closing the generator stops it: all or nothing is done.

    Only files that exports wrote, and nobody changed since, are replaced or removed: any other is a
    `Conflict`, raised before anything is changed. Raises `FileProblem`.
    """
    is_new = not is_there(root)
    make_folder(root)
    with TargetFolder(root) as target:
        target.lock()
        finish(target)
        _require_own_names(target)
        before = read_manifest(target)
        made: list[str] = []
        try:
            steps: list[Step] = []
            fresh: list[str] = []
            for number, change in enumerate(sorted(changes, key=_order)):
                if step := _staged(target, change, before, number, made):
                    steps.append(step)
                    fresh += [f"{STAGE}/{step.staged}"] if step.staged else []
                if len(fresh) >= _AT_ONCE:
                    target.sync_files(fresh)
                    fresh = []
                yield Progress("stage", number + 1, len(changes))
            if not steps:
                _clear(target)
                return ()
            intent = Intent(tuple(steps), tuple(made))
            target.make_folders(f"{STAGE}/.")  # where files only go, nothing was staged
            target.create(f"{STAGE}/intent", intent_text(intent))
            target.sync_files([*fresh, f"{STAGE}/intent"])
            target.sync(STAGE)
            target.replace(f"{STAGE}/intent", INTENT)  # from here on it counts
            target.sync()
        except BaseException:
            _undo(target, made)
            if is_new:
                with suppress(OSError):
                    root.rmdir()
            raise
        return (yield from _placed(target, intent, before))


def finish(target: TargetFolder) -> bool:
    """Finish what an interrupted export had decided, and clear up behind it; whether there was something."""
    intent = read_intent(target)
    if intent is not None:
        for _ in _placing(target, intent, read_manifest(target), []):
            pass
    _clear(target)
    return intent is not None


def _order(change: Change) -> tuple[bool, int, str]:
    name = change.path.rpartition("/")[2]
    rank = _LAST.index(name) + 1 if name in _LAST and ".claude-plugin/" in change.path else 0
    return change.data is None, rank, change.path


def _require_own_names(target: TargetFolder) -> None:
    for name in (MANIFEST, INTENT):
        if found := target.look(name).obstacle:
            raise FileProblem("not-a-file", "save", target.root / name, found.removesuffix(" is there"))
    if target.look(STAGE) not in (Present(), Present(obstacle="a folder is there")):
        raise FileProblem("exists", "save", target.root / STAGE)


def _staged(
    target: TargetFolder, change: Change, before: Manifest, number: int, made: list[str]
) -> Step | None:
    """Bring a new content to the disk, not yet to its place. None where nothing is to change."""
    path = target.root / change.path
    if not is_inside(change.path):
        raise FileProblem("bad-name", "save", path)
    present = target.look(change.path)
    new = digest_of(change.data) if change.data is not None else ""
    if not present.obstacle and present.digest == new:
        return None
    if present.obstacle or (present.digest and not before.owns(change.path, present.digest)):
        raise Conflict("changed", path, None)
    if change.data is None:
        return Step(change.path, present.digest, "", "")
    if present.digest and not present.writable:
        raise FileProblem("read-only", "save", path)
    target.make_folders(f"{STAGE}/.")
    made += target.make_folders(change.path)
    target.create(f"{STAGE}/{number}", change.data, present.mode)
    return Step(change.path, present.digest, new, str(number))


def _undo(target: TargetFolder, made: list[str]) -> None:
    """Take back what was done before anything counted."""
    with suppress(OSError):
        target.remove(INTENT)
    _clear(target)
    for folder in reversed(made):
        target.remove_folder(folder)


def _placed(
    target: TargetFolder, intent: Intent, before: Manifest
) -> Generator[Progress, None, tuple[str, ...]]:
    """Do what was decided, to the end even if nobody wants to see it."""
    left: list[str] = []
    placing = _placing(target, intent, before, left)
    try:
        for done in placing:
            yield Progress("place", done, len(intent.steps))
    except GeneratorExit:
        for _ in placing:
            pass
        raise
    if left:
        raise Conflict("changed", target.root / left[0], None)
    return tuple(step.path for step in intent.steps)


def _placing(
    target: TargetFolder, intent: Intent, before: Manifest, left: list[str]
) -> Generator[int, None, None]:
    """Put each file in its place, then say so in the manifest. ``left`` gets what somebody else changed."""
    files = dict(before.files)
    folders = before.folders | set(intent.folders)
    for number, step in enumerate(intent.steps):
        if not _done(target, step):
            left.append(step.path)
        elif step.new:
            files[step.path] = frozenset({step.new})
        else:
            files.pop(step.path, None)
        yield number + 1
    for folder in sorted({step.path.rpartition("/")[0] for step in intent.steps}):
        target.sync(folder)
    kept = {folder for folder in sorted(folders, reverse=True) if not _emptied(target, folder, files)}
    target.make_folders(f"{STAGE}/.")
    target.remove(f"{STAGE}/manifest")  # of an attempt that was interrupted here
    target.create(f"{STAGE}/manifest", manifest_text(Manifest(files, frozenset(kept))))
    target.sync_files([f"{STAGE}/manifest"])
    target.replace(f"{STAGE}/manifest", MANIFEST)
    target.sync()
    target.remove(INTENT)
    _clear(target)


def _done(target: TargetFolder, step: Step) -> bool:
    """Make one change; False if the file is neither as it was nor as it should be."""
    present = target.require(step.path)
    if present.obstacle:
        return False
    if present.digest == step.new:
        return True
    if present.digest not in ("", step.old):
        return False
    if not step.new:
        target.remove(step.path)
        return True
    staged = f"{STAGE}/{step.staged}"
    if target.require(staged).digest != step.new:
        return False
    if present.digest:
        target.replace(staged, step.path)
        return True
    target.make_folders(step.path)  # somebody may have removed them since
    return target.place(staged, step.path)


def _emptied(target: TargetFolder, folder: str, files: dict[str, frozenset[str]]) -> bool:
    """Remove a folder that an export made and no exported file is in any more, if it is empty."""
    if any(path.startswith(f"{folder}/") for path in files):
        return False
    return target.remove_folder(folder)


def _clear(target: TargetFolder) -> None:
    """Remove what was written beside; nothing else that may lie there."""
    target.remove_all(STAGE, lambda name: name.isdigit() or name in ("intent", "manifest"))
    target.remove_folder(STAGE)
