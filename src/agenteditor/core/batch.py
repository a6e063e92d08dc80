"""Work on many files: what would happen to each, as values, before anything is written.

A planner is a generator: it reads one file after the other, yields how far it is, and returns the
`Plan`. So a window can show progress and stop it; `planned` runs one to its end. Nothing here
writes: that is `batch_write`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from agenteditor.core import files
from agenteditor.core.dialects import by_folder
from agenteditor.core.disk import is_folder
from agenteditor.core.file_problem import shown_path
from agenteditor.core.files import FileProblem, Loaded, Stamp
from agenteditor.core.text import Edits, Refusal, apply

Kind = Literal["edited", "moved", "created", "deleted"]


class Progress(NamedTuple):
    """So many files of so many are done."""

    done: int
    total: int


class Part(NamedTuple):
    """A piece of a change that can be left out, unless ``fixed``; ``wanted``: whether it is in by itself.

    ``place`` says where it is, ``label`` what it is, for people.
    """

    place: str
    label: str
    edits: Edits
    wanted: bool = True
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class FileChange:
    """What would happen to one file.

    edited: ``after`` for ``before``. moved: the same, and ``new_path`` for ``path``. created: ``path`` with
    ``after``, and rights ``mode`` where that is given. deleted: no ``path`` any more. ``stamp`` is the
    version that was read; None if the file must not be there. ``parts`` make up ``after`` where it can be
    chosen what of it is done. ``wanted``: whether it is done unless somebody says otherwise.
    """

    kind: Kind
    path: Path
    before: str
    after: str
    stamp: Stamp | None
    new_path: Path | None = None
    note: str = ""
    parts: tuple[Part, ...] = ()
    wanted: bool = True
    mode: int | None = None

    @property
    def target(self) -> Path:
        """Where the file is afterwards, or was, if it is deleted."""
        return self.new_path or self.path

    def with_parts(self, chosen: Collection[int]) -> FileChange | None:
        """The change with the parts at these places alone; None if nothing is left of it."""
        kept = [part for at, part in enumerate(self.parts) if part.fixed or at in chosen]
        after = apply(self.before, sorted(edit for part in kept for edit in part.edits))
        if after == self.before and self.kind == "edited":
            return None
        return replace(self, after=after)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is left alone, and why, as a sentence."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen. ``label`` is what undo calls it; files that need no change are in neither list."""

    label: str
    changes: tuple[FileChange, ...]
    refused: tuple[Refused, ...] = ()

    @property
    def wanted(self) -> tuple[FileChange, ...]:
        """The changes that are done unless somebody says otherwise."""
        return tuple(change for change in self.changes if change.wanted)


Planner = Generator[Progress, None, Plan]
Result = TypeVar("Result")


def planned(planner: Generator[Progress, None, Result]) -> Result:
    """What a planner returns, waited for."""
    while True:
        try:
            next(planner)
        except StopIteration as end:
            result: Result = end.value
            return result


Change = Callable[[Loaded], FileChange | Refused | None]


def each(label: str, paths: Iterable[Path], unsaved: Collection[Path], change: Change) -> Planner:
    """The plan that makes of each file what ``change`` says; None leaves it alone.

    Files with changes in an editor that are not saved are refused: ``unsaved``, as absolute paths.
    """
    paths = tuple(dict.fromkeys(paths))
    changes: list[FileChange] = []
    refused: list[Refused] = []
    for done, path in enumerate(paths):
        yield Progress(done, len(paths))
        file = read(path, unsaved)
        try:
            outcome = file if isinstance(file, Refused) else change(file)
        except FileProblem as problem:  # gone meanwhile
            outcome = Refused(path, str(problem))
        if isinstance(outcome, FileChange):
            changes.append(outcome)
        elif outcome is not None:
            refused.append(outcome)
    yield Progress(len(paths), len(paths))
    return Plan(label, tuple(changes), tuple(refused))


def read(path: Path, unsaved: Collection[Path]) -> Loaded | Refused:
    """A file; refused where it cannot be read, or is open with unsaved changes."""
    if path.absolute() in unsaved:
        return Refused(path, "It is open and has unsaved changes. Save it first.")
    try:
        return files.load(path)
    except FileProblem as problem:
        return Refused(path, str(problem))


def edited(file: Loaded, edits: Edits | Refusal, note: str = "") -> FileChange | Refused | None:
    """The change that these edits make; None if they change nothing."""
    if isinstance(edits, Refusal):
        return Refused(file.path, edits.reason)
    after = apply(file.text, edits)
    if after == file.text:
        return None
    return FileChange("edited", file.path, file.text, after, file.stamp, note=note)


# --- in words ----------------------------------------------------------------------------------


def restart_hint(changes: Sequence[FileChange]) -> str:
    """When running programs see the change, in a sentence; "" where none reads these folders.

    Asked before the change is made: new folders make the difference (FORMAT 2.4).
    """
    folders = {path.parent for change in changes for path in (change.path, change.target)}
    found = [by_folder(folder / "x.md") for folder in folders]
    readers = {one.program for one in found if one is not None}
    if not readers:
        return ""
    others = sorted(readers - {"Claude Code"})
    sentences = []
    if "Claude Code" in readers:
        fresh = {change.target.parent for change in changes if change.kind in ("moved", "created")}
        if any(not is_folder(folder) for folder in fresh):
            sentences.append("A running Claude Code does not notice a new folder: restart it.")
        else:
            sentences.append("A running Claude Code notices this by itself.")
    if others:
        sentences.append(f"Restart {' and '.join(others)}: whether they notice is not documented.")
    return " ".join(sentences)


def named(paths: Sequence[Path], most: int = 3) -> str:
    """Some files by name, for a sentence."""
    words = ", ".join(shown_path(path.name) for path in paths[:most])
    return words if len(paths) <= most else f"{words} and {len(paths) - most} more"
