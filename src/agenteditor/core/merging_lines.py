"""Texts merged by their lines: whatever they are, lines that only one side changed go together.

Lines count as equal if their texts are; the result has the line ends of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from agenteditor.core.line_ends import BOM
from agenteditor.core.matching import matches
from agenteditor.core.merged import Conflict, Line, Merged, Piece, Version, lines
from agenteditor.core.rewrite import RANK
from agenteditor.core.syntax import parse
from agenteditor.core.text import Span, eol_of

_MOST = 1_000  # removed and added lines between two lines found equal; work grows with the square

Rows = Sequence[Line]
Range = tuple[int, int]


class Stretch(NamedTuple):
    """The same place in the three texts, as half-open ranges of lines, and which text it is taken from.

    "both": ours and theirs changed it, each in a way of its own.
    """

    take: Literal["ours", "theirs", "both"]
    base: Range
    ours: Range
    theirs: Range


def by_lines(base: str | None, ours: str, theirs: str) -> Merged | None:
    """The merge by lines; None if the result could not be read as well as the worse of the sides."""
    merged, mirrored = _merged(base, ours, theirs), _merged(base, theirs, ours)
    worst = max(RANK[parse(text).verdict] for text in (ours, theirs))
    for one in (merged, mirrored):
        for choices in (one.all_of("ours"), one.all_of("theirs")):
            if RANK[parse(one.text_with(choices)).verdict] > worst:
                return None
    return merged


def stretches(base: Rows | None, ours: Rows, theirs: Rows) -> Iterator[Stretch]:
    """The merge of ``ours`` and ``theirs``, which both come from ``base``, from the first line to the last.

    A change is one between two lines that all texts have. Swapping the sides swaps the answers.
    """
    mine, other = ([row.text for row in rows] for rows in (ours, theirs))
    if base is None:
        pairs = sorted(_pairs(mine, other))
        before = [mine[at] for at, _ in pairs]
        here, there = (
            dict(enumerate(places)) for places in ([at for at, _ in pairs], [at for _, at in pairs])
        )
    else:
        before = [row.text for row in base]
        here, there = _places(before, mine), _places(before, other)
    at = Stretch("ours", (0, 0), (0, 0), (0, 0))
    for row, place in [*here.items(), (len(before), len(mine))]:
        across = there.get(row) if row < len(before) else len(other)
        if across is None:
            continue
        changed = (at.base[1], row), (at.ours[1], place), (at.theirs[1], across)
        if any(start != end for start, end in changed):
            texts = [
                text[start:end] for text, (start, end) in zip((before, mine, other), changed, strict=True)
            ]
            yield Stretch(_take(*texts, known=base is not None), *changed)
        at = Stretch("ours", (row, row + 1), (place, place + 1), (across, across + 1))
        if row < len(before):
            yield at


def _places(base: Sequence[str], side: Sequence[str]) -> dict[int, int]:
    """Where the lines of ``base`` stand in ``side``, in order."""
    return {
        start + step: other + step
        for start, other, length in matches(base, side, _MOST)
        for step in range(length)
    }


def _pairs(one: list[str], other: list[str]) -> Iterator[tuple[int, int]]:
    """The lines that two texts have in common, the same ones whichever text comes first."""
    if one <= other:
        yield from _places(one, other).items()
    else:
        yield from ((at, place) for place, at in _places(other, one).items())


def _take(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str], *, known: bool
) -> Literal["ours", "theirs", "both"]:
    if ours == theirs or (known and theirs == base):
        return "ours"
    return "theirs" if known and ours == base else "both"


def _merged(base: str | None, ours: str, theirs: str) -> Merged:
    eol = eol_of(ours)
    texts = [None if text is None else text.removeprefix(BOM) for text in (base, ours, theirs)]
    before, mine, other = (lines(text or "") for text in texts)
    conflicts: list[Conflict] = []
    taken: list[str] = []
    pieces: list[Piece] = []
    for take, *places in stretches(None if base is None else before, mine, other):
        our_rows = mine[slice(*places[1])]
        their_rows = [Line(row.text, eol) for row in other[slice(*places[2])]]
        if take == "theirs":
            taken.append(_label(places[1]))
        if take != "both":
            pieces.append(_piece(our_rows if take == "ours" else their_rows, None, eol))
            continue
        versions = [
            None if text is None else _version(text, at)
            for text, at in zip((base, ours, theirs), places, strict=True)
        ]
        if base is None:
            versions[0] = None
        one, two = (_piece(rows, None, eol) for rows in (our_rows, their_rows))
        gap = one.gap or two.gap
        pieces.append(Piece(one.ours, two.ours, len(conflicts), gap))
        conflicts.append(Conflict("lines", _label(places[1]), *versions))
    head = BOM if ours.startswith(BOM) else ""
    last = (mine or other)[-1:]
    return Merged(
        ours,
        tuple(conflicts),
        tuple(taken),
        (Piece(head, head),),
        {"ours": tuple(pieces)},
        last_gap=eol if last and last[0].end else "",
    )


def _piece(rows: Rows, conflict: int | None, eol: str) -> Piece:
    """Lines as one piece: all but the last line end are in its text, that one is the gap."""
    if not rows:
        return Piece(None, None, conflict)
    ended = [Line(row.text, row.end or eol) for row in rows]
    text = "".join(map("".join, ended[:-1])) + ended[-1].text
    return Piece(text, text, conflict, ended[-1].end)


def _version(text: str, at: Range) -> Version:
    """The lines of a text, and where they stand in it."""
    skipped = len(text) - len(text.removeprefix(BOM))
    rows = ["".join(row) for row in lines(text[skipped:])]
    start = skipped + sum(map(len, rows[: at[0]]))
    written = "".join(rows[slice(*at)])
    return Version(written, Span(start, start + len(written)))


def _label(at: Range) -> str:
    """Lines of ours in words."""
    first, last = at[0] + 1, at[1]
    if first > last:
        return f"after line {last}" if last else "before the first line"
    return f"line {first}" if first == last else f"lines {first} to {last}"
