"""Bringing a folder from one state to the next so that it is never left half-way.

All new files are first written beside each other in a hidden folder of the target and brought to the disk.
Then what is to happen is written down in one file, the intent: from there on the export counts. Then each
file is put in its place, by a rename that is whole at every instant, and what goes is removed. Killed or
failing before the intent, nothing has changed; after it, the next start of the program or the next export
finishes first. A file that somebody changed in between is left alone.

All of it goes in steps, taking back what was begun too; a sync, which may wait for a disk, on a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Literal, NamedTuple

from agenteditor.core import export_notes
from agenteditor.core.disk import Conflict, is_there, make_folder
from agenteditor.core.export_folder import NOWHERE, Identity, Present, TargetFolder, digest_of
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
_WAIT = 0.005  # seconds that a step may wait for a disk


class Stop(Exception):
    """Thrown into `writing` to stop it: what was begun is taken back in steps, or done if it counts."""


class Change(NamedTuple):
    """What a file is to be: its content, None to remove it."""

    path: str
    data: bytes | None


class Finished(NamedTuple):
    """How many files an interrupted export has written or removed; ``left`` are those somebody changed."""

    files: int
    left: tuple[str, ...]


class Progress(NamedTuple):
    """How far something is. "place" means that it counts already and will be finished."""

    what: Literal["read", "compare", "stage", "sync", "place", "undo"]
    done: int
    total: int


def writing(
    root: Path, changes: Sequence[Change], expected: Identity | None = None
) -> Generator[Progress, None, tuple[str, ...]]:
    """Make the changes; which paths were changed. `Stop` and closing the generator stop it: all or nothing.

    Only files that exports wrote, and nobody changed since, are replaced or removed: any other is a
    `Conflict`, raised before anything is changed. ``expected`` is the folder that was looked at before,
    `NOWHERE` if there was none: another one in its place is a `Conflict` too. Raises `FileProblem`.
    """
    fresh = [folder for folder in (root, *root.parents) if not is_there(folder)]
    make_folder(root)
    with _locked(root, expected) as target, export_notes.noted(root):
        if (yield from _uninterrupted(_finishing(target, []))):
            return ()
        _require_own_names(target)
        before = read_manifest(target)
        made: list[str] = []
        try:
            steps: list[Step] = []
            for number, change in enumerate(sorted(changes, key=_order)):
                if step := _staged(target, change, before, number, made):
                    steps.append(step)
                yield Progress("stage", number + 1, len(changes))
            if steps:
                intent = Intent(tuple(steps), tuple(made))
                target.make_folders(f"{STAGE}/.")  # where files only go, nothing was staged
                target.create(f"{STAGE}/intent", intent_text(intent))
                staged = [f"{STAGE}/{step.staged}" for step in steps if step.staged]
                yield from _synced(target, [*staged, f"{STAGE}/intent"], len(staged))
                target.sync(STAGE)
                target.replace(f"{STAGE}/intent", INTENT)  # from here on it counts
                target.sync()
        except BaseException as error:
            undoing = _undoing(target, made, fresh)
            if isinstance(error, Stop):
                yield from _uninterrupted(undoing)
                return ()
            for _ in undoing:
                pass
            raise
        if not steps:
            yield from _uninterrupted(_clearing(target))
            return ()
        left: list[str] = []
        yield from _uninterrupted(_placing(target, intent, before, left))
    if left:
        raise Conflict("changed", root / left[0], None)
    return tuple(step.path for step in intent.steps)


def left_over(root: Path) -> Generator[Progress, None, Finished | None]:
    """Finish what an interrupted export to ``root`` had decided; None if it had decided nothing.

    What one left that was killed before it counted is removed. Nothing is done while an export is at work
    there. Raises `FileProblem` if what was decided cannot be done now; it may be tried again.
    """
    with ExitStack() as stack:
        try:
            target = stack.enter_context(_locked(root, None))
        except FileProblem:
            return None  # an export is at work, or the folder is away: the next start looks again
        intent = read_intent(target)
        left: list[str] = []
        yield from _finishing(target, left)
        export_notes.forget(root)
    return Finished(len(intent.steps) - len(left), tuple(left)) if intent is not None else None


@contextmanager
def _locked(root: Path, expected: Identity | None) -> Iterator[TargetFolder]:
    with TargetFolder(root, is_link=expected != NOWHERE) as target:
        if expected and expected not in (NOWHERE, target.identity):
            raise Conflict("changed", root, None)
        target.lock()
        yield target


def _finishing(target: TargetFolder, left: list[str]) -> Generator[Progress, None, None]:
    intent = read_intent(target)
    if intent is not None:
        yield from _placing(target, intent, read_manifest(target), left)
    elif target.look(INTENT) == Present():
        yield from _clearing(target)


def _uninterrupted(work: Generator[Progress, None, None]) -> Generator[Progress, None, bool]:
    """``work`` to its end, whoever stops or closes it; whether somebody stopped it."""
    stopped = False
    try:
        for progress in work:
            try:
                yield progress
            except Stop:
                stopped = True
    except GeneratorExit:
        for _ in work:
            pass
        raise
    return stopped


def _synced(target: TargetFolder, paths: Sequence[str], count: int) -> Generator[Progress, None, None]:
    """Bring files to the disk. Whoever stops it meanwhile waits for that, awake."""
    failed: list[BaseException] = []

    def sync() -> None:
        try:
            export_notes.sync(target.root)
            target.sync_files(paths)
        except BaseException as error:  # noqa: BLE001  # raised again below, where somebody hears it
            failed.append(error)

    thread = threading.Thread(target=sync, name="sync of an export")
    thread.start()
    try:
        stopped = yield from _uninterrupted(_joining(thread, Progress("sync", count, count)))
    finally:
        thread.join()
    if failed:
        raise failed[0]
    if stopped:
        raise Stop


def _joining(thread: threading.Thread, progress: Progress) -> Generator[Progress, None, None]:
    while thread.is_alive():
        thread.join(_WAIT)
        yield progress


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


def _undoing(
    target: TargetFolder, made: Sequence[str], above: Sequence[Path]
) -> Generator[Progress, None, None]:
    """Take back what was done before anything counted; ``above`` are folders made for the target."""
    with suppress(OSError):
        target.remove(INTENT)
    yield from _clearing(target)
    for folder in reversed(made):
        target.remove_folder(folder)
    for one in above:
        with suppress(OSError):
            one.rmdir()


def _placing(
    target: TargetFolder, intent: Intent, before: Manifest, left: list[str]
) -> Generator[Progress, None, None]:
    """Put each file in its place, then say so in the manifest. ``left`` gets what somebody else changed."""
    files = dict(before.files)
    folders = before.folders | set(intent.folders)
    target.forget()
    done: list[Step] = []
    for number, step in enumerate(intent.steps):
        if _done(target, step):
            done.append(step)
        else:
            left.append(step.path)
        yield Progress("place", number + 1, len(intent.steps))
    moved: set[str] = set()
    here = Progress("place", len(intent.steps), len(intent.steps))
    for folder in sorted({_folder_of(step) for step in done}):
        if folder and not target.is_same(folder):
            moved.add(folder)
        target.sync(folder)
        yield here
    for step in done:
        if _folder_of(step) in moved:
            left.append(step.path)  # it is wherever somebody put the folder meanwhile
        elif step.new:
            files[step.path] = frozenset({step.new})
        else:
            files.pop(step.path, None)
    kept = {folder for folder in sorted(folders, reverse=True) if not _emptied(target, folder, files)}
    target.make_folders(f"{STAGE}/.")
    target.remove(f"{STAGE}/manifest")  # of an attempt that was interrupted here
    target.create(f"{STAGE}/manifest", manifest_text(Manifest(files, frozenset(kept))))
    for _ in _synced(target, [f"{STAGE}/manifest"], 1):
        yield here
    target.replace(f"{STAGE}/manifest", MANIFEST)
    target.sync()
    target.remove(INTENT)
    for _ in _clearing(target):
        yield here


def _folder_of(step: Step) -> str:
    return step.path.rpartition("/")[0]


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
    try:
        target.make_folders(step.path)
        return target.place(staged, step.path)
    except FileProblem as problem:
        if not isinstance(problem.__cause__, FileNotFoundError):
            raise
    target.forget()  # somebody has removed the folders
    target.make_folders(step.path)
    return target.place(staged, step.path)


def _emptied(target: TargetFolder, folder: str, files: dict[str, frozenset[str]]) -> bool:
    """Remove a folder that an export made and no exported file is in any more, if it is empty."""
    if any(path.startswith(f"{folder}/") for path in files):
        return False
    return target.remove_folder(folder)


def _clearing(target: TargetFolder) -> Generator[Progress, None, None]:
    """Remove what was written beside; nothing else that may lie there."""
    names = [name for name in target.names(STAGE) if name.isdigit() or name in ("intent", "manifest")]
    for number, name in enumerate(names):
        with suppress(OSError):
            target.remove(f"{STAGE}/{name}")
        yield Progress("undo", number + 1, len(names))
    target.remove_folder(STAGE)
