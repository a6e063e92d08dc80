"""The plan that renames an agent: its name, its file, and where the other agents speak of it."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path

from agenteditor.core.batch import FileChange, Part, Plan, Planner, Progress, Refused, read
from agenteditor.core.batch_files import ending, identity, manifest_note, name_holders, name_problem
from agenteditor.core.disabling import is_disabled
from agenteditor.core.file_problem import shown_path
from agenteditor.core.files import Loaded
from agenteditor.core.mentions import Mention, mentions
from agenteditor.core.rewrite import set_field
from agenteditor.core.syntax import parse_head_at
from agenteditor.core.text import Refusal, apply


def rename(path: Path, new: str, catalog: Sequence[Path], unsaved: Collection[Path] = ()) -> Planner:
    """The agent at ``path`` called ``new``, and the mentions of it in the files of ``catalog``.

    The file is renamed where it is called after the agent. Each mention is a part that can be left out; one
    that may be an ordinary word is not wanted by itself.
    """
    label = f"Rename to {new}"
    others = [other for other in catalog if other.absolute() != path.absolute()]
    holders = yield from name_holders(others)
    file = read(path, unsaved)
    own = file if isinstance(file, Refused) else _renamed(file, new, holders)
    if isinstance(own, Refused):
        return Plan(label, (), (own,))
    old, change = own
    changes, refused = [change], list[Refused]()
    for done, other in enumerate(others):
        yield Progress(len(others) + done, 2 * len(others))
        file = read(other, ())
        if not isinstance(file, Loaded) or old not in file.text:
            continue
        parts = _parts(mentions(parse_head_at(file.text, other), old, new))
        if parts and isinstance(outcome := read(other, unsaved), Refused):
            refused.append(outcome)
        elif parts:
            changes.append(_change(file, parts))
    yield Progress(2 * len(others), 2 * len(others))
    return Plan(label, tuple(changes), tuple(refused))


def _renamed(file: Loaded, new: str, holders: dict[str, Path]) -> tuple[str, FileChange] | Refused:
    """The old name, and the change of the agent's own file."""
    path, old = file.path, identity(file)
    if is_disabled(path):
        return Refused(path, "It is disabled. Enable it first.")
    if new == old:
        return Refused(path, f"It is called “{new}” already.")
    if reason := name_problem(new, holders):
        return Refused(path, reason)
    syntax = parse_head_at(file.text, path)
    parts: list[Part] = []
    if syntax.field("name") is not None and syntax.dialect.table.identity == "name":
        edits = set_field(syntax, "name", new)
        if isinstance(edits, Refusal):
            return Refused(path, edits.reason)
        parts.append(Part("name", f"{old} → {new}", edits, fixed=True))
    parts += _parts(mentions(syntax, old, new))
    suffix = ending(path, syntax.dialect)
    if path.name != old + suffix:
        return old, _change(file, parts)
    target = path.with_name(new + suffix)
    if os.path.lexists(target):
        return Refused(path, f"There is a file {shown_path(target.name)} already. Choose another name.")
    return old, _change(file, parts, target)


def _parts(found: Sequence[Mention]) -> list[Part]:
    return [Part(f"line {one.line}", one.shown, one.edits, one.sure) for one in found]


def _change(file: Loaded, parts: Sequence[Part], target: Path | None = None) -> FileChange:
    """A change of these parts, with those in it that are wanted by themselves."""
    after = apply(file.text, sorted(edit for part in parts if part.wanted for edit in part.edits))
    wanted = target is not None or after != file.text
    note = _note(parts)
    if target is None:
        return FileChange(
            "edited", file.path, file.text, after, file.stamp, note=note, parts=tuple(parts), wanted=wanted
        )
    note = " ".join(filter(None, (note, manifest_note(file.path))))
    return FileChange("moved", file.path, file.text, after, file.stamp, target, note, tuple(parts))


def _note(parts: Sequence[Part]) -> str:
    unsure = sum(not part.wanted for part in parts)
    if not unsure:
        return ""
    return (
        "1 mention may be an ordinary word: look."
        if unsure == 1
        else f"{unsure} mentions may be ordinary words: look."
    )
