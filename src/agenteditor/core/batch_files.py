"""Plans that move, copy and delete whole files, and disable agents; their texts stay as they are."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Generator, Sequence
from pathlib import Path

from agenteditor.core import file_names, files
from agenteditor.core.batch import FileChange, Planner, Progress, Refused, each, read
from agenteditor.core.dialect import Dialect
from agenteditor.core.dialects import dialect_of
from agenteditor.core.disabling import disabled_path, enabled_path, is_disabled
from agenteditor.core.disk import is_file, problems
from agenteditor.core.file_problem import FileProblem, shown_path
from agenteditor.core.files import Loaded
from agenteditor.core.rewrite import set_field
from agenteditor.core.syntax import parse_at
from agenteditor.core.text import Refusal, apply

_LINK = "It is a link to another file. Do it with the file itself."


def move(paths: Sequence[Path], folder: Path, unsaved: Collection[Path] = ()) -> Planner:
    """These files in ``folder``, which is made if it is not there."""
    taken: set[str] = set()

    def change(file: Loaded) -> FileChange | Refused | None:
        path, target = file.path, folder / file.path.name
        if path.parent.absolute() == folder.absolute():
            return None
        if reason := _taken(target, taken):
            return Refused(path, reason)
        if path.is_symlink():
            return Refused(path, _LINK)
        taken.add(file_names.folded(str(target)))
        return moved(file, target, _move_note(file, target))

    return each(f"Move to {shown_path(folder.name)}", paths, unsaved, change)


def delete(paths: Sequence[Path], unsaved: Collection[Path] = ()) -> Planner:
    """No such files any more."""

    def change(file: Loaded) -> FileChange | Refused | None:
        if file.path.is_symlink():
            return Refused(file.path, _LINK)
        note = manifest_note(file.path)
        return FileChange("deleted", file.path, file.text, "", file.stamp, note=note, mode=_mode(file.path))

    return each(f"Delete {_count(paths)}", paths, unsaved, change)


def disable(paths: Sequence[Path], unsaved: Collection[Path] = ()) -> Planner:
    """These agents where no program finds them; see ``disabling``."""
    taken: set[str] = set()

    def change(file: Loaded) -> FileChange | Refused | None:
        target = disabled_path(file.path)
        if is_disabled(file.path):
            return Refused(file.path, "It is disabled already.")
        if not is_disabled(target):
            return Refused(file.path, "Only agents in .md files can be disabled.")
        if reason := _taken(target, taken):
            return Refused(file.path, f"{reason} Enable or delete that one first.")
        return moved(file, target, manifest_note(file.path))

    return each(f"Disable {_count(paths)}", paths, unsaved, change)


def enable(paths: Sequence[Path], catalog: Sequence[Path], unsaved: Collection[Path] = ()) -> Planner:
    """These disabled agents where they were before; ``catalog`` are those their names may clash with."""
    holders = yield from name_holders(catalog)
    taken: set[str] = set()

    def change(file: Loaded) -> FileChange | Refused | None:
        target = enabled_path(file.path)
        if not is_disabled(file.path):
            return Refused(file.path, "It is not disabled.")
        if reason := _taken(target, taken):
            return Refused(file.path, f"{reason} Rename one of them first.")
        name = identity(file)
        if name in holders:
            return Refused(file.path, f"{clash(name, holders[name])} Rename one of them first.")
        holders[name] = target
        taken.add(file_names.folded(str(target)))
        return moved(file, target, manifest_note(target))

    plan = yield from each(f"Enable {_count(paths)}", paths, unsaved, change)
    return plan


def duplicate(
    paths: Sequence[Path], catalog: Sequence[Path], new_name: str = "", unsaved: Collection[Path] = ()
) -> Planner:
    """A copy of each of these agents beside it, under a name that no agent of ``catalog`` has.

    ``new_name`` is for one agent; without it the copies are called after the original: reviewer-copy.
    """
    holders = yield from name_holders(catalog)
    taken: set[str] = set()

    def change(file: Loaded) -> FileChange | Refused | None:
        syntax = parse_at(file.text, file.path)
        if is_disabled(file.path):
            return Refused(file.path, "It is disabled. Enable it first.")
        wanted = new_name or _copy_name(file, holders, taken)
        if reason := name_problem(wanted, holders):
            return Refused(file.path, reason)
        target = file.path.with_name(wanted + ending(file.path, syntax.dialect))
        if reason := _taken(target, taken):
            return Refused(file.path, reason)
        edits = set_field(syntax, "name", wanted) if syntax.field("name") is not None else ()
        if isinstance(edits, Refusal):
            return Refused(file.path, edits.reason)
        holders[wanted] = target
        taken.add(file_names.folded(str(target)))
        note = f"It is a copy of {shown_path(file.path.name)}."
        return FileChange(
            "created", target, "", apply(file.text, edits), None, note=note, mode=_mode(file.path)
        )

    plan = yield from each(f"Duplicate {_count(paths)}", paths, unsaved, change)
    return plan


# --- names -------------------------------------------------------------------------------------


def name_holders(catalog: Sequence[Path]) -> Generator[Progress, None, dict[str, Path]]:
    """The names of agents, each with the first file that has it. Yields how far it is."""
    holders: dict[str, Path] = {}
    for done, path in enumerate(catalog):
        yield Progress(done, len(catalog))
        file = read(path, ())
        if isinstance(file, Loaded):
            holders.setdefault(identity(file), path)
    return holders


def identity(file: Loaded) -> str:
    """What the agent of a file is called: by its name, else by the file's."""
    path = enabled_path(file.path)
    syntax = parse_at(file.text, path)
    field = syntax.field("name")
    if field is not None and isinstance(field.value, str) and syntax.dialect.table.identity == "name":
        return field.value
    return path.name.removesuffix(ending(path, syntax.dialect))


def ending(path: Path, dialect: Dialect) -> str:
    """The ending of an agent's file, ``.agent.md`` as a whole."""
    own = dialect.table.ending
    return own if path.name.endswith(own) and path.name != own else path.suffix


def name_problem(name: str, holders: dict[str, Path]) -> str | None:
    """Why an agent cannot have this name, as a sentence; None if it can."""
    if not name.strip():
        return "An agent needs a name."
    if "\n" in name or name != name.strip():
        return "A name is one line, without blanks around it."
    if holder := _holder(name, holders):
        return f"{clash(holder, holders[holder])} Choose another name."
    fault = file_names.fault(name)
    return None if fault is None else f"This name {fault}. Choose another name."


def _holder(name: str, holders: dict[str, Path]) -> str | None:
    """The name that is taken and is this one, or is told from it by case or Unicode form alone."""
    if name in holders:
        return name
    folded = file_names.folded(name)
    return next((held for held in holders if file_names.folded(held) == folded), None)


def clash(name: str, holder: Path) -> str:
    """That a name is taken, in a sentence."""
    return f"Another agent is called “{name}” too: {shown_path(holder)}."


def _copy_name(file: Loaded, holders: dict[str, Path], taken: Collection[str]) -> str:
    own, suffix = identity(file), ending(file.path, parse_at(file.text, file.path).dialect)
    if file_names.fault(own) is not None:  # a copy needs a name that its file can have
        own = file.path.name.removesuffix(suffix)
    name, number = f"{own}-copy", 1
    while True:
        wanted = name if number == 1 else f"{name}-{number}"
        target = file.path.with_name(wanted + suffix)
        if (
            _holder(wanted, holders) is None
            and file_names.folded(str(target)) not in taken
            and not os.path.lexists(target)
        ):
            return wanted
        number += 1


# --- files -------------------------------------------------------------------------------------


def moved(file: Loaded, target: Path, note: str = "") -> FileChange:
    """The change that calls a file ``target`` and leaves its text as it is."""
    return FileChange("moved", file.path, file.text, file.text, file.stamp, target, note)


def _taken(target: Path, taken: Collection[str]) -> str | None:
    """Why nothing may be put at ``target``, as a sentence. Names that differ in case alone may be one."""
    if file_names.folded(str(target)) in taken:
        return f"Another one of these would become {shown_path(target.name)} too."
    if os.path.lexists(target):
        return f"There is a file {shown_path(target.name)} already."
    return None


def _mode(path: Path) -> int:
    with problems("open", path):
        return path.stat().st_mode & 0o777


def _count(paths: Collection[Path]) -> str:
    return "1 agent" if len(paths) == 1 else f"{len(paths)} agents"


def _move_note(file: Loaded, target: Path) -> str:
    """What else a move changes, in sentences."""
    syntax = parse_at(file.text, file.path)
    keys = frozenset(field.key for field in syntax.frontmatter.fields) if syntax.frontmatter else frozenset()
    there = dialect_of(target, keys)
    notes = []
    if there.table.program != syntax.dialect.table.program:
        notes.append(f"There it is read as a file of {there.table.program}.")
    elif syntax.dialect.place == "plugin" or there.place == "plugin":
        notes.append("In a plugin the sub-folder is part of the agent’s name.")
    notes.append(manifest_note(file.path))
    return " ".join(note for note in notes if note)


def manifest_note(path: Path) -> str:
    """That a plugin's manifest names this file, in a sentence; "" if none does."""
    for folder in path.absolute().parents:
        manifest = folder / ".claude-plugin" / "plugin.json"
        if not is_file(manifest):
            continue
        try:
            data = json.loads(files.load(manifest).text)
        except (FileProblem, ValueError, RecursionError):
            return ""
        listed = data.get("agents") if isinstance(data, dict) else None
        listed = [listed] if isinstance(listed, str) else listed if isinstance(listed, list) else []
        ours = path.absolute().relative_to(folder).as_posix()
        if any(isinstance(one, str) and one.removeprefix("./") == ours for one in listed):
            return f"{shown_path(manifest)} names this file: correct it there."
        return ""
    return ""
