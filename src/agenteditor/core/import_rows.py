"""What an import would do with each agent: the rows of its plan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agenteditor.core.merging import Choices, Merged

State = Literal["new", "same", "update", "kept", "merged", "conflict", "refused"]

_WRITES: tuple[State, ...] = ("new", "update", "merged", "conflict")


@dataclass(frozen=True, slots=True)
class Row:
    """One agent of the source, and what an import would do.

    "new": it is written. "same": nothing is to be done. "update": only theirs changed since the base. "kept":
    only ours did. "merged": both did, in different places. "conflict": both changed the same, or there is no
    base. "refused": see ``note``. ``where`` is its file in the source, ``path`` the file of the catalog,
    ``before`` the text there. ``wider`` says what the agent may do with theirs that it may not do now.
    """

    state: State
    name: str
    where: str
    note: str = ""
    path: Path | None = None
    before: str | None = None
    theirs: str = ""
    merged: Merged | None = None
    wider: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether an import of this row may change a file."""
        return self.state in _WRITES

    def after(self, choices: Choices) -> str:
        """The text that the file would have."""
        return self.theirs if self.merged is None else self.merged.text_with(choices)

    def undecided(self, choices: Choices) -> list[str]:
        """The names of the conflicts that nobody has decided."""
        conflicts = self.merged.conflicts if self.merged is not None and self.state == "conflict" else ()
        return [conflict.label for at, conflict in enumerate(conflicts) if at not in choices]


@dataclass(frozen=True, slots=True)
class Plan:
    """What importing would do to ``folder``.

    ``passed_over`` files of the source hold no agent; ``alone`` agents stand in the folder only and are left
    as they are.
    """

    folder: Path
    rows: tuple[Row, ...]
    passed_over: int = 0
    alone: int = 0

    def shown(self, row: Row) -> str:
        """The file of a row: below the folder, else in the source."""
        return row.where if row.path is None else row.path.relative_to(self.folder).as_posix()

    def counted(self) -> dict[State, int]:
        """How many rows there are of each state that occurs."""
        counts: dict[State, int] = {}
        for row in self.rows:
            counts[row.state] = counts.get(row.state, 0) + 1
        return counts
