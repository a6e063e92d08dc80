"""Spans and edits of plain text: the values every other module speaks in.

Offsets are code points of a Python string. A list of edits is sorted and disjoint, and all
its spans refer to the text *before* the edits; they happen at once. Nothing here knows what
the text means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of code points, ``start <= end``."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The part of ``text`` this span covers."""
        return text[self.start : self.end]

    def covers(self, offset: int) -> bool:
        """Whether a caret at ``offset`` touches this span, both ends included."""
        return self.start <= offset <= self.end

    def moved(self, by: int) -> Span:
        """The same span ``by`` code points further on."""
        return Span(self.start + by, self.end + by)


class TextEdit(NamedTuple):
    """Replace ``span`` of the old text by ``insert``."""

    span: Span
    insert: str


Edits = tuple[TextEdit, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to an intent that cannot be carried out without damage: a sentence for people."""

    reason: str


def replace(start: int, end: int, insert: str) -> TextEdit:
    """The edit that puts ``insert`` in place of ``text[start:end]``."""
    return TextEdit(Span(start, end), insert)


def apply(text: str, edits: Sequence[TextEdit]) -> str:
    """``text`` after ``edits``. Asserts that they are sorted, disjoint and inside the text."""
    pieces: list[str] = []
    done = 0
    for (start, end), insert in edits:
        assert done <= start <= end <= len(text), "edits must be sorted, disjoint and inside the text"
        pieces.append(text[done:start])
        pieces.append(insert)
        done = end
    pieces.append(text[done:])
    return "".join(pieces)


def invert(text: str, edits: Sequence[TextEdit]) -> Edits:
    """The edits that take ``apply(text, edits)`` back to ``text``."""
    inverse: list[TextEdit] = []
    moved = 0
    for (start, end), insert in edits:
        inverse.append(replace(start + moved, start + moved + len(insert), text[start:end]))
        moved += len(insert) - (end - start)
    return tuple(inverse)


def moved(edits: Iterable[TextEdit], by: int) -> Edits:
    """``edits`` of a part of a text, as edits of the whole, the part starting at ``by``."""
    return tuple(TextEdit(span.moved(by), insert) for span, insert in edits)


def eol_of(text: str) -> str:
    """The line end that most lines of ``text`` have, CRLF or LF; LF where there is none."""
    breaks = text.count("\n")
    return "\r\n" if breaks and text.count("\r\n") * 2 > breaks else "\n"


def diff(old: str, new: str, near: int | None = None) -> Edits:
    """The one smallest replacement that turns ``old`` into ``new``; ``()`` if they are equal.

    Where it can stand in several places (a letter typed among equal letters) it is put so that
    it ends at ``near``, an offset in ``new``, or as close to it as possible.
    """
    if old == new:
        return ()
    shorter = min(len(old), len(new))
    prefix = _common_prefix(old, new, shorter)
    suffix = _common_suffix(old, new, shorter)
    overlap = prefix + suffix - shorter
    if overlap > 0:
        # The common head and tail overlap: any split of the overlap gives a smallest edit.
        longest_prefix = prefix
        if near is not None:
            wanted = near - max(len(new) - len(old), 0)
            prefix = max(longest_prefix - overlap, min(longest_prefix, wanted))
        suffix = shorter - prefix
    return (replace(prefix, len(old) - suffix, new[prefix : len(new) - suffix]),)


def _common_prefix(a: str, b: str, limit: int) -> int:
    if a[:limit] == b[:limit]:
        return limit
    low, high = 0, limit  # binary search: slices compare at C speed
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(a: str, b: str, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def shift(offset: int, edits: Sequence[TextEdit], *, after: bool = False) -> int:
    """Where ``offset`` of the old text stands in the new one.

    An offset inside a replaced span goes to the start of the insertion, or to its end with
    ``after``; so does one at the very place of an insertion.
    """
    moved_by = 0
    for (start, end), insert in edits:
        if offset < start or (offset == start and not after):
            break
        if offset < end:
            return start + moved_by + (len(insert) if after else 0)
        moved_by += len(insert) - (end - start)
    return offset + moved_by


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column of one offset, as `LineIndex` has them for many."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class LineIndex:
    """Lines and columns of a text, both 1-based, columns in code points.

    Lines end at U+000A alone, as in the reader (READER.md, rule 4): a carriage return is the
    last column of its line, and the other Unicode line separators are ordinary characters.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._line, self._offset = 1, 0  # which was asked for last: the next one is counted from there

    def position(self, offset: int) -> tuple[int, int]:
        """``(line, column)`` of an offset of the text; quick where it is near the one before."""
        between = sorted((self._offset, offset))
        lines = self._text.count("\n", *between)
        self._line += lines if offset > self._offset else -lines
        self._offset = offset
        return self._line, offset - self._text.rfind("\n", 0, offset)
