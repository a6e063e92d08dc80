"""What an export would do, file by file, and the same in lines for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agenteditor.core.convert_report import Item
from agenteditor.core.disk import Stamp
from agenteditor.core.export_agents import Refused
from agenteditor.core.export_choices import Choices
from agenteditor.core.export_folder import Identity
from agenteditor.core.export_layouts import Wanted

State = Literal["new", "replaced", "same", "conflict", "waiting", "removed", "left"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the catalog: its path below the folder, its text, and what would happen to it.

    "waiting" waits for its widened powers to be accepted; "removed" and "left" were written by an earlier
    export and are in this one no more. ``sources`` are the agents in it, none for the files an export makes
    itself; ``note`` says what is worth knowing, ``items`` what became of each field.
    """

    path: str
    text: str
    state: State
    sources: tuple[Path, ...] = ()
    note: str = ""
    items: tuple[Item, ...] = ()

    @property
    def losses(self) -> tuple[Item, ...]:
        """The fields that are not kept."""
        return tuple(item for item in self.items if item.fate != "kept")

    @property
    def widened(self) -> bool:
        """Whether an agent may do more afterwards."""
        return any(item.fate == "widened" for item in self.items)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an export would do to ``place``, a folder or a zip file.

    ``problem`` is why nothing at all can be written; ``unfinished``, whether an earlier export was
    interrupted, which is finished first. ``folder`` is the one that was looked at, `NOWHERE` for none, None
    where that is not known; ``stamp`` is the version of a zip file that would be replaced. ``notes`` are
    sentences about the whole.
    """

    place: Path
    choices: Choices
    entries: tuple[Entry, ...]
    refused: tuple[Refused, ...]
    problem: str | None = None
    unfinished: bool = False
    folder: Identity | None = None
    stamp: Stamp | None = None
    notes: tuple[str, ...] = ()

    def count(self, *states: State) -> int:
        """How many entries are in one of these states."""
        return sum(entry.state in states for entry in self.entries)

    @property
    def todo(self) -> int:
        """How many files would be written or removed; 0 where nothing can be."""
        return 0 if self.problem else self.count("new", "replaced", "removed")


def entry_of(path: str, wanted: Wanted, state: State, why: str = "") -> Entry:
    """The entry of a file that is wanted; ``why`` it is not overwritten, if so."""
    note = f"not overwritten: {why}" if why else wanted.note
    return Entry(path, wanted.text, state, wanted.sources, note, wanted.items)


def described(plan: Plan) -> list[str]:
    """The plan in lines for people, with what is not kept of each agent's fields."""
    lines: list[str] = []
    for entry in plan.entries:
        lines.append(f"{_WORDS[entry.state]} {entry.path}{f': {entry.note}' if entry.note else ''}")
        lines += [f"            {item.fate} {item.field}: {item.reason}" for item in entry.losses]
    lines += [f"refused   {refused.path}: {refused.reason}" for refused in plan.refused]
    lines += plan.notes
    if plan.unfinished:
        lines.append("An earlier export was interrupted here; it is finished first.")
    if plan.problem:
        lines.append(f"Nothing can be written: {plan.problem}")
    return lines


_WORDS: Mapping[State, str] = {
    "new": "new      ",
    "replaced": "replaced ",
    "same": "unchanged",
    "conflict": "kept     ",
    "waiting": "waiting  ",
    "removed": "removed  ",
    "left": "left     ",
}
