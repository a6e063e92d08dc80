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
from agenteditor.core.syntax import parse_at
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
        found = mentions(parse_at(file.text, other), old, new)
        if found and isinstance(outcome := read(other, unsaved), Refused):
            refused.append(outcome)
        elif any(mention.edits for mention in found):
            changes.append(_change(file, found))
        elif found:
            refused.append(Refused(other, _by_hand(found)))
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
    syntax = parse_at(file.text, path)
    own: list[Part] = []
    if syntax.field("name") is not None and syntax.dialect.table.identity == "name":
        edits = set_field(syntax, "name", new)
        if isinstance(edits, Refusal):
            return Refused(path, edits.reason)
        own.append(Part("name", f"{old} → {new}", edits, fixed=True))
    found = mentions(syntax, old, new)
    suffix = ending(path, syntax.dialect)
    if path.name != old + suffix:
        return old, _change(file, found, own)
    target = path.with_name(new + suffix)
    if os.path.lexists(target):
        return Refused(path, f"There is a file {shown_path(target.name)} already. Choose another name.")
    return old, _change(file, found, own, target)


def _change(
    file: Loaded, found: Sequence[Mention], own: Sequence[Part] = (), target: Path | None = None
) -> FileChange:
    """A change of the ``own`` parts and the mentions, with those in it that are wanted by themselves."""
    parts = (*own, *(Part(f"line {one.line}", one.shown, one.edits, one.sure) for one in found if one.edits))
    after = apply(file.text, sorted(edit for part in parts if part.wanted for edit in part.edits))
    notes = [_unsure(parts), _by_hand(found), manifest_note(file.path) if target is not None else ""]
    return FileChange(
        "edited" if target is None else "moved",
        file.path,
        file.text,
        after,
        file.stamp,
        target,
        note=" ".join(note for note in notes if note),
        parts=parts,
        wanted=target is not None or after != file.text,
    )


def _unsure(parts: Sequence[Part]) -> str:
    """How many mentions are not changed by themselves, in a sentence; "" for none."""
    unsure = sum(not part.wanted for part in parts)
    if not unsure:
        return ""
    words = "1 mention may be an ordinary word" if unsure == 1 else f"{unsure} mentions may be ordinary words"
    return f"{words}: look."


def _by_hand(found: Sequence[Mention]) -> str:
    """Which mentions cannot be changed without damage, in a sentence; "" for none."""
    lines = ", ".join(str(line) for line in sorted({one.line for one in found if not one.edits}))
    if not lines:
        return ""
    return f"A mention cannot be changed here without damage: edit it in the source, line {lines}."
