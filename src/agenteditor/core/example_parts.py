"""The parts of one example: its context, its turns, its commentary, and what stands between them.

A tolerant reader for FORMAT 3.5. A part is found by its label (``user:``) or its tag (``<commentary>``),
never by its quotes: apostrophes inside ``'I'll …'`` make quote matching wrong. A label counts at the start
of the block, on a new line, after a closed quote, and after a sentence where the text in front of it is not
quoted. One outer pair of quotes is taken off once the text is cut out.

Text is read as Claude Code shows it: the two characters backslash-n, and CRLF, are one line break. Spans
are code points of the value itself. Never raises, and takes time in proportion to the length. Where the
blocks are is left to ``examples``, writing to ``example_spelling`` and ``example_edits``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from agenteditor.core.example_marks import Form, Mark, marks_of, quote_at, trimmed
from agenteditor.core.example_words import CLOSERS, Kind, Role
from agenteditor.core.text import Span


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an example. ``text`` is as shown, without label, tags and outer quotes.

    A ``note`` is what is none of the others: a placeholder such as ``<function call omitted>``, an arrow
    and what follows it, a stray line. ``bare`` is text without a label: only a context or a note.
    """

    kind: Kind
    speaker: str  # as written, without the colon: "user", "Daisy", "user_request"; "" if bare
    role: Role  # what the speaker stands for; "other" for all that is not a turn
    text: str
    span: Span  # from the label or tag to the end of the quotes or of the closing tag
    text_span: Span  # the text in the value, inside the quotes
    form: Form
    quote: str  # the opening quote, "" if there is none
    closed: bool  # False for a tag that nothing closes


Turn = Part


class Shown(NamedTuple):
    """A value as the reader shows it, and where each character comes from (None: the same place)."""

    text: str
    offsets: Sequence[int] | None

    def at(self, offset: int) -> int:
        """The offset in the value of an offset in the shown text."""
        return offset if self.offsets is None else self.offsets[offset]

    def span(self, start: int, end: int) -> Span:
        """The span in the value of a range of the shown text."""
        return Span(self.at(start), self.at(end))


_LINE_BREAK = re.compile(r"\r\n|\\n")


def shown(value: str) -> Shown:
    """``value`` with every backslash-n and CRLF as one line break (FORMAT 2.4)."""
    pieces: list[str] = []
    offsets: list[int] = []
    done = 0
    for match in _LINE_BREAK.finditer(value):
        pieces += (value[done : match.start()], "\n")
        offsets.extend(range(done, match.start() + 1))
        done = match.end()
    if done == 0:
        return Shown(value, None)
    pieces.append(value[done:])
    offsets.extend(range(done, len(value) + 1))
    return Shown("".join(pieces), offsets)


def parts_of(value: Shown, start: int, end: int) -> tuple[Part, ...]:
    """The parts in a range of the shown text, in order, disjoint, with spans in the value."""
    return _parts(value, start, end, marks_of(value.text, start, end))


def _parts(value: Shown, start: int, end: int, marks: Sequence[Mark]) -> tuple[Part, ...]:
    text = value.text
    parts: list[Part] = []

    def bare(lo: int, hi: int) -> None:
        lo, hi = trimmed(text, lo, hi)
        if lo < hi:
            leads = not parts and bool(marks) and all(mark.kind != "context" for mark in marks)
            span = value.span(lo, hi)
            kind: Kind = "context" if leads else "note"
            parts.append(Part(kind, "", "other", text[lo:hi], span, span, "bare", "", True))

    bare(start, marks[0].before if marks else end)
    for index, mark in enumerate(marks):
        limit = marks[index + 1].before if index + 1 < len(marks) else end
        tagged = mark.end >= 0
        lo, hi = trimmed(text, mark.text_start, mark.text_end if tagged else limit)
        quote, rest = "", hi
        if mark.kind == "turn":
            lo, hi, quote, rest = _spoken(text, lo, hi, whole=tagged)
        parts.append(
            Part(
                mark.kind,
                mark.speaker,
                mark.role,
                text[lo:hi],
                value.span(mark.start, mark.end if tagged else max(rest, mark.text_start)),
                value.span(lo, hi),
                mark.form,
                quote,
                tagged or mark.form != "tag",
            )
        )
        bare(mark.end if tagged else rest, limit)
    return tuple(parts)


_ARROW = re.compile("→|⇒|➜|➔|->|=>")
_PLACEHOLDER = re.compile(r"\n[ \t]{0,40}<[A-Za-z][^<>\n=]{1,300}>")


def _spoken(text: str, lo: int, hi: int, *, whole: bool) -> tuple[int, int, str, int]:
    """Of a turn's range: the text inside its quotes, the opening quote, and where the turn ends.

    What follows a closed quote after an arrow or on a new line is no longer said. ``whole``: the
    range is the inside of a tag, so nothing follows.
    """
    quote = quote_at(text, lo, hi)
    if not quote:
        for match in () if whole else _PLACEHOLDER.finditer(text, lo, hi):
            if " " in match.group().strip():
                said = trimmed(text, lo, match.start())[1]
                return lo, said, "", said
        return lo, hi, "", hi
    inside, closer = lo + len(quote), CLOSERS[quote]
    for arrow in () if whole else _ARROW.finditer(text, inside, hi):
        closed = arrow.start()
        while closed > inside and arrow.start() - closed < 8 and text[closed - 1].isspace():
            closed -= 1
        if text.endswith(closer, inside, closed):
            return inside, closed - len(closer), quote, closed
    if text.endswith(closer, inside, hi):
        return inside, hi - len(closer), quote, hi
    if text[hi - 1] in ".,;" and text.endswith(closer, inside, hi - 1):
        return inside, hi - 1 - len(closer), quote, hi
    # An apostrophe before a bracket is common ("the users' (all) data") unless the bracket ends it all.
    follows = "\n<[(" if closer != "'" or text[hi - 1] in ")]" else "\n<"
    at = -1 if whole else text.find(closer, inside, hi)
    while at >= 0:
        after = at + len(closer)
        while after < hi and after - at < 12 and text[after] in " \t":
            after += 1
        if after < hi and text[after] in follows:
            return inside, at, quote, at + len(closer)
        at = text.find(closer, at + 1, hi)
    return lo, hi, "", hi
