"""The outcome of a merge: the result, what was taken into it, and the conflicts somebody may decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from agenteditor.core.matching import matches
from agenteditor.core.text import Edits, Span, replace

Side = Literal["ours", "theirs"]
Choices = Mapping[int, Side]
"""What was chosen for conflicts, by their index; ours where nothing was."""

_MOST_LINES = 500  # of a difference that is turned into edits line by line


class Line(NamedTuple):
    """One line: its text without the ``end``, which is LF, CRLF or "" (the last one may have none)."""

    text: str
    end: str


class Version(NamedTuple):
    """What one of the texts has at a conflict, and where; the span is of that text."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that both sides changed, each in a way of its own.

    ``label`` is the name of the field, the title of the section, or says which lines. A version is None where
    that text does not have the part at all; every ``base`` is None if there is no base.
    """

    kind: Literal["field", "section", "order", "lines", "file"]
    label: str
    base: Version | None
    ours: Version | None
    theirs: Version | None


class Piece(NamedTuple):
    """A stretch of the result in two versions, which differ at most where it is the place of a ``conflict``.

    None is for a part that a version does not have; ``gap`` is what stands behind it if another follows.
    """

    ours: str | None
    theirs: str | None
    conflict: int | None = None
    gap: str = ""

    def chosen(self, choices: Choices) -> str | None:
        """The version that these choices make the result's."""
        theirs = self.conflict is not None and choices.get(self.conflict) == "theirs"
        return self.theirs if theirs else self.ours


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome. ``taken`` names the fields and sections that come from theirs without a conflict."""

    ours: str
    conflicts: tuple[Conflict, ...]
    taken: tuple[str, ...]
    head: tuple[Piece, ...]
    body: Mapping[Side, tuple[Piece, ...]] = field(default_factory=dict)  # in the order of either side
    order: int | None = None  # the conflict about that order; without one the body is that of ours
    last_gap: str = ""

    @property
    def text(self) -> str:
        """The result with ours at every conflict."""
        return self.text_with({})

    def text_with(self, choices: Choices) -> str:
        """The result with these choices."""
        head = "".join(piece.chosen(choices) or "" for piece in self.head)
        order: Side = "ours" if self.order is None else choices.get(self.order, "ours")
        pieces = [(piece.chosen(choices), piece.gap) for piece in self.body.get(order, ())]
        there = [(text, gap) for text, gap in pieces if text is not None]
        gaps = [*(gap for _, gap in there[:-1]), self.last_gap]
        return head + "".join(text + gap for (text, _), gap in zip(there, gaps, strict=False))

    def edits_with(self, choices: Choices) -> Edits:
        """The same as edits of ``ours``, in whole lines."""
        return line_edits(self.ours, self.text_with(choices))

    def all_of(self, side: Side) -> Choices:
        """The choice of one side at every conflict."""
        return dict.fromkeys(range(len(self.conflicts)), side)


def lines(text: str) -> list[Line]:
    """The lines of ``text``; they end at U+000A alone, as everywhere in the program."""
    rows = text.split("\n")
    found = [Line(row[:-1], "\r\n") if row.endswith("\r") else Line(row, "\n") for row in rows[:-1]]
    return [*found, Line(rows[-1], "")] if rows[-1] else found


def line_edits(old: str, new: str) -> Edits:
    """Edits of whole lines that turn ``old`` into ``new``."""
    before, after = (["".join(line) for line in lines(text)] for text in (old, new))
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    edits = []
    i = j = 0
    for start, other, length in [*matches(before, after, _MOST_LINES), (len(before), len(after), 0)]:
        if (i, j) != (start, other):
            edits.append(replace(starts[i], starts[start], "".join(after[j:other])))
        i, j = start + length, other + length
    return tuple(edits)
