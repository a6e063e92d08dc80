"""What differs between two texts, line by line, with the words marked inside lines that changed.

The model behind every comparison people are shown: changes since the last save, the preview of a fix,
the plan of an export, a conflict. Lines end at U+000A alone, as everywhere in the program, so line
numbers are those of the source view; a line end that differs is a difference of its own.

Nothing is lost: the old lines of all rows, with their ends, are the old text, the new lines the new
one. How much is compared in detail is decided by counting lines and words, never by a clock, so the
same texts always give the same rows: a stretch too large to compare is shown as removed and added.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from agenteditor.core.matching import Match, matches
from agenteditor.core.text import diff

CONTEXT = 3  # unchanged lines shown around a change


class Piece(NamedTuple):
    """A stretch of a line; ``changed`` if the other line of the row does not have it."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one of the texts: ``pieces`` together are the line without its ``end``.

    ``number`` counts from 1. ``end`` is LF, CRLF or "" (the last line may have none). ``end_differs``
    says that the other text has another line end here, so that it must be shown.
    """

    number: int
    pieces: tuple[Piece, ...]
    end: str
    end_differs: bool = False

    @property
    def text(self) -> str:
        """The line without its end."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Row:
    """What stands side by side. ``ends``: the texts of both lines are equal, their line ends are not.

    A ``removed`` row has no new line, an ``added`` one no old line; the other kinds have both.
    """

    kind: Literal["same", "changed", "ends", "removed", "added"]
    old: Line | None
    new: Line | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Rows left out: ``rows[first : first + count]``, all of them ``same`` or all of them ``ends``."""

    first: int
    count: int
    kind: Literal["same", "ends"]


class Counts(NamedTuple):
    """How many lines were removed and added (a changed line is both), and how many changed only their end."""

    removed: int
    added: int
    ends: int


def differences(old: str, new: str) -> tuple[Row, ...]:
    """The rows of a comparison of ``old`` with ``new``, in order; every line of both is in one of them."""
    before, after = _lines(old), _lines(new)
    ends = ({end for _, end in before if end}, {end for _, end in after if end})
    rows: list[Row] = []
    i = j = 0
    matching = matches([text for text, _ in before], [text for text, _ in after], _MOST_LINES)
    for start, other, length in [*matching, (len(before), len(after), 0)]:
        rows += _changed(before, after, (i, start), (j, other), ends)
        for k in range(length):
            rows.append(_paired(before, after, start + k, other + k))
        i, j = start + length, other + length
    return tuple(rows)


def counts(rows: Iterable[Row]) -> Counts:
    """The sums for a headline."""
    kinds = Counter(row.kind for row in rows)
    return Counts(kinds["removed"] + kinds["changed"], kinds["added"] + kinds["changed"], kinds["ends"])


def folded(
    rows: Sequence[Row], opened: Collection[int] = (), context: int = CONTEXT
) -> tuple[Row | Gap, ...]:
    """``rows`` without what is far from any change. ``opened`` holds the ``first`` of gaps to show in full.

    A long stretch in which only line ends differ is left out in the same way.
    """
    shown: list[Row | Gap] = []
    for kind, first, end in _runs(rows):
        head = 0 if first == 0 and kind == "same" else context
        tail = 0 if end == len(rows) and kind == "same" else context
        hidden = end - first - head - tail
        at = first + head
        if kind == "other" or hidden < 2 or at in opened:  # a gap of one line would hide it for nothing
            shown += rows[first:end]
            continue
        shown += rows[first:at]
        shown.append(Gap(at, hidden, kind))
        shown += rows[end - tail : end]
    return tuple(shown)


def stacked(entries: Iterable[Row | Gap]) -> tuple[Row | Gap, ...]:
    """The same one below the other: in each stretch of changes first all that was removed."""
    result: list[Row | Gap] = []
    added: list[Row] = []
    for entry in entries:
        if isinstance(entry, Gap) or entry.kind == "same":
            result += [*added, entry]
            added.clear()
            continue
        if entry.old is not None:
            result.append(Row("removed", entry.old, None))
        if entry.new is not None:
            added.append(Row("added", None, entry.new))
    return (*result, *added)


# --- lines ------------------------------------------------------------------------------------

_Split = tuple[str, str]  # a line and its end

_WORDS = re.compile(
    # Scripts written without blanks are compared character by character.
    r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
    r"|\s+|.",
    re.DOTALL,
)
_ALIKE = 0.5  # the least share of common characters for two lines to count as one that was changed
_LONG_LINE = 20_000  # code points; a longer line has one marked stretch
_MOST_PAIRS = 2_500  # of lines compared with each other within one stretch
_MOST_LINES = 500  # removed and added lines between two lines found equal; work grows with the square
_MOST_WORDS = 200  # the same for words: a line that differs in more was written anew


def _lines(text: str) -> list[_Split]:
    found: list[_Split] = []
    for line in text.split("\n"):
        if line.endswith("\r"):
            found.append((line[:-1], "\r\n"))
        else:
            found.append((line, "\n"))
    last = text[text.rfind("\n") + 1 :]
    # What follows the last line end is a line only if there is something.
    return [*found[:-1], (last, "")] if last else found[:-1]


def _runs(rows: Sequence[Row]) -> Iterator[tuple[Literal["same", "ends", "other"], int, int]]:
    first = 0
    while first < len(rows):
        end = first
        kind = _fold_kind(rows[first])
        while end < len(rows) and _fold_kind(rows[end]) == kind:
            end += 1
        yield kind, first, end
        first = end


def _fold_kind(row: Row) -> Literal["same", "ends", "other"]:
    return row.kind if row.kind in ("same", "ends") else "other"


def _paired(before: Sequence[_Split], after: Sequence[_Split], i: int, j: int) -> Row:
    """The row of two lines with the same text."""
    (text, end), (_, other) = before[i], after[j]
    pieces = (Piece(text, False),) if text else ()
    differs = end != other
    return Row(
        "ends" if differs else "same", Line(i + 1, pieces, end, differs), Line(j + 1, pieces, other, differs)
    )


def _changed(
    before: Sequence[_Split],
    after: Sequence[_Split],
    old: tuple[int, int],
    new: tuple[int, int],
    ends: tuple[Collection[str], Collection[str]],
) -> Iterator[Row]:
    """The rows of a stretch in which no line is equal: what is alike stands side by side, words marked."""
    (i, i_end), (j, j_end) = old, new
    texts = [text for text, _ in before[i:i_end]], [text for text, _ in after[j:j_end]]
    for a, b in [*_alike(*texts), (i_end - i, j_end - j)]:
        while i < old[0] + a or j < new[0] + b:
            left = _whole(before, i, ends[1]) if i < old[0] + a else None
            right = _whole(after, j, ends[0]) if j < new[0] + b else None
            if left is not None and right is not None and left.end != right.end:
                left, right = replace(left, end_differs=True), replace(right, end_differs=True)
            yield Row("added" if left is None else "removed" if right is None else "changed", left, right)
            i += left is not None
            j += right is not None
        if i < i_end and j < j_end:
            yield _words_marked(before, after, i, j)
            i, j = i + 1, j + 1


def _whole(lines: Sequence[_Split], at: int, other_ends: Collection[str]) -> Line:
    """A line that has no counterpart; its end is worth showing where the other text has no such end."""
    text, end = lines[at]
    return Line(
        at + 1, (Piece(text, False),) if text else (), end, bool(other_ends) and end not in other_ends
    )


def _words_marked(before: Sequence[_Split], after: Sequence[_Split], i: int, j: int) -> Row:
    (old, end), (new, other) = before[i], after[j]
    left, right = _pieces(old, new)
    differs = end != other
    return Row("changed", Line(i + 1, left, end, differs), Line(j + 1, right, other, differs))


# --- words ------------------------------------------------------------------------------------


def _pieces(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Two lines as pieces, those marked that only one of them has."""
    if max(len(old), len(new)) > _LONG_LINE:
        return _one_piece(old, new)
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    left: list[Piece] = []
    right: list[Piece] = []
    i = j = 0
    for start, other, length in [*_joined_up(matches(a, b, _MOST_WORDS), a, b), (len(a), len(b), 0)]:
        left += _piece(a[i:start], changed=True)
        right += _piece(b[j:other], changed=True)
        left += _piece(a[start : start + length], changed=False)
        right += _piece(a[start : start + length], changed=False)
        i, j = start + length, other + length
    return tuple(left), tuple(right)


def _one_piece(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    (((start, end), insert),) = diff(old, new)

    def around(text: str, changed: str) -> tuple[Piece, ...]:
        pieces = (
            Piece(text[:start], False),
            Piece(changed, True),
            Piece(text[start + len(changed) :], False),
        )
        return tuple(piece for piece in pieces if piece.text)

    return around(old, old[start:end]), around(new, insert)


def _piece(words: Sequence[str], *, changed: bool) -> list[Piece]:
    return [Piece("".join(words), changed)] if words else []


def _joined_up(found: Iterable[Match], a: Sequence[str], b: Sequence[str]) -> Iterator[Match]:
    """The matches without lone blanks between two changes: they would only make the marks flicker."""
    for start, other, length in found:
        inside = start > 0 and start + length < len(a) and other > 0 and other + length < len(b)
        if length == 1 and inside and a[start].isspace():
            continue
        yield start, other, length


def _alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Which lines of two stretches are the same line, changed: the pairs in order, most alike in sum."""
    if len(old) == len(new) == 1:
        return [(0, 0)] if _one_alike(old[0], new[0]) else []
    if not old or not new or len(old) * len(new) > _MOST_PAIRS:
        return []
    bags = [_bag(line) for line in new]
    # best[i][j]: the most that old[i:] and new[j:] can have in common.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    likeness = [[0.0] * len(new) for _ in old]
    for i in reversed(range(len(old))):
        bag = _bag(old[i])
        for j in reversed(range(len(new))):
            like = likeness[i][j] = _likeness(bag, bags[j])
            paired = like + best[i + 1][j + 1] if like >= _ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] >= _ALIKE and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _one_alike(old: str, new: str) -> bool:
    if max(len(old), len(new)) <= _LONG_LINE:
        return _likeness(_bag(old), _bag(new)) >= _ALIKE
    (((start, end), _),) = diff(old, new)
    return 2 * (len(old) - (end - start)) >= _ALIKE * (len(old) + len(new))


def _bag(line: str) -> Counter[str]:
    return Counter(word for word in _WORDS.findall(line[:_LONG_LINE]) if not word.isspace())


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """The share of characters in words that both have, 0 to 1."""
    common = sum(len(word) * count for word, count in (one & other).items())
    total = sum(len(word) * count for bag in (one, other) for word, count in bag.items())
    return 2 * common / total if total else 0.0
