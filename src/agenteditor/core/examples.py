"""Examples in a value: where the blocks are, what each holds, and the prose around them.

A value is the string a field has once YAML is decoded; of a file that does not parse, its raw text. Blocks
are found in every shape of FORMAT 3.4 and 3.5: in ``<example>`` tags, glued or spread over lines, in lists,
and without tags ("Examples: - User: …"). A block that is not understood keeps its text and says why.

Spans are code points of the value, blocks are in order and disjoint. Never raises, and takes time in
proportion to the length. Changing a value is left to ``example_edits``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from agenteditor.core.example_marks import trimmed
from agenteditor.core.example_parts import Part, Shown, Turn, parts_of, shown
from agenteditor.core.example_untagged import untagged_ranges
from agenteditor.core.text import Span

__all__ = ["Example", "Part", "Prose", "Turn", "parse_examples", "prose", "shown"]


@dataclass(frozen=True, slots=True)
class Example:
    """One example block of a value.

    ``text`` is all that stands between the tags, as shown. ``context`` and ``commentary`` are None where
    the block has none, and "" where they are there and empty.
    """

    span: Span  # the whole block, list marker and tags included
    marker: Span  # the list marker in front ("- ", "2. "), or empty
    inner: Span  # what is between the tags; without tags, what follows the marker
    text: str
    parts: tuple[Part, ...]  # in the order of the value
    understood: bool
    reason: str  # a sentence for people where it is not understood, else ""
    tagged: bool
    closed: bool  # False where </example> is missing

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What is said, in order, by whoever speaks."""
        return tuple(part for part in self.parts if part.kind == "turn")

    @property
    def notes(self) -> tuple[Part, ...]:
        """What stands between the other parts, such as ``<function call omitted>``."""
        return tuple(part for part in self.parts if part.kind == "note")

    @property
    def context_part(self) -> Part | None:
        """The context with its place, or None."""
        return next((part for part in self.parts if part.kind == "context"), None)

    @property
    def commentary_part(self) -> Part | None:
        """The commentary with its place, or None."""
        return next((part for part in self.parts if part.kind == "commentary"), None)

    @property
    def context(self) -> str | None:
        """The situation the example is set in."""
        part = self.context_part
        return None if part is None else part.text

    @property
    def commentary(self) -> str | None:
        """Why the agent is called there."""
        part = self.commentary_part
        return None if part is None else part.text


class Prose(NamedTuple):
    """A stretch of the value that belongs to no example, without the blanks around it."""

    span: Span
    text: str  # as shown


def parse_examples(value: str) -> tuple[Example, ...]:
    """All examples of ``value``, in order."""
    return examples_in(shown(value))


def examples_in(value: Shown) -> tuple[Example, ...]:
    """All examples of a value already made readable."""
    blocks = list(_tagged(value.text))
    if not blocks:
        blocks = [
            _Block(start, content, content, end, end, tagged=False, closed=True)
            for start, content, end in untagged_ranges(value)
        ]
    return tuple(_example(value, block) for block in blocks)


def prose(value: str) -> tuple[Prose, ...]:
    """What is written around the examples: before the first, between each two, after the last.

    Always one more than there are examples. The lead keeps its "Examples:" and an ``<examples>`` tag:
    they are the author's words. A stretch of nothing but blanks is an empty text at its start.
    """
    return prose_around(value, parse_examples(value))


def prose_around(value: str, examples: tuple[Example, ...]) -> tuple[Prose, ...]:
    """``prose`` for a value whose examples are known."""
    starts = [0, *(example.span.end for example in examples)]
    ends = [*(example.span.start for example in examples), len(value)]
    return tuple(_prose(value, start, end) for start, end in zip(starts, ends, strict=True))


def _prose(value: str, start: int, end: int) -> Prose:
    piece = shown(value[start:end])
    span = piece.span(*trimmed(piece.text, 0, len(piece.text))).moved(start)
    return Prose(span, piece.text.strip())


class _Block(NamedTuple):
    """A block by offsets of the shown text."""

    start: int  # of the list marker, if there is one
    content: int  # after the marker
    inner: int
    inner_end: int
    end: int
    tagged: bool
    closed: bool


_TAG = re.compile(r"<(/?)example(?:\s[^<>]{0,200})?>", re.IGNORECASE)
_WRAPPER_END = re.compile(r"</examples\s{0,3}>", re.IGNORECASE)
_LINE_MARKER = re.compile(r"(?:^|\n)[ \t]{0,40}((?:[-*•+]|\(?\d{1,3}[.)])[ \t]{0,40})\Z")
_INLINE_NUMBER = re.compile(r"(?:^|\s)(\(?\d{1,3}[.)][ \t]{1,8})\Z")
_REACH = 60
_INLINE_BULLET = re.compile(r"\s([-*•+][ \t]{1,8})\Z")


def _tagged(text: str) -> Iterator[_Block]:
    tags = [tag for tag in _TAG.finditer(text) if not _is_quoted_code(text, tag.start(), tag.end())]
    opening = [tag for tag in tags if not tag[1]]
    bullets = len(opening) > 1 and all(
        _INLINE_BULLET.search(text, max(0, tag.start() - _REACH), tag.start()) for tag in opening
    )
    markers = [_marker(text, tag.start(), bullets=bullets) for tag in opening]
    closing = iter(tag for tag in tags if tag[1])
    close = next(closing, None)
    for index, (tag, start) in enumerate(zip(opening, markers, strict=True)):
        limit = markers[index + 1] if index + 1 < len(opening) else len(text)
        while close is not None and close.start() < tag.end():
            close = next(closing, None)
        if close is not None and close.start() < limit:
            yield _Block(start, tag.start(), tag.end(), close.start(), close.end(), tagged=True, closed=True)
            continue
        wrapper = _WRAPPER_END.search(text, tag.end(), limit)
        end = max(tag.end(), trimmed(text, tag.end(), wrapper.start() if wrapper else limit)[1])
        yield _Block(start, tag.start(), tag.end(), end, end, tagged=True, closed=False)


def _is_quoted_code(text: str, start: int, end: int) -> bool:
    """Whether a tag stands in backticks: a sentence about the tag, not an example."""
    return text[start - 1 : start] == "`" and text[end : end + 1] == "`"


def _marker(text: str, at: int, *, bullets: bool) -> int:
    """Where the list marker of the block at ``at`` starts; ``at`` if it has none.

    On one line a number is a marker; a dash is one only if every block has it, since a dash is also
    punctuation.
    """
    low = max(0, at - _REACH)
    match = _LINE_MARKER.search(text, low, at) or _INLINE_NUMBER.search(text, low, at)
    if match is None and bullets:
        match = _INLINE_BULLET.search(text, low, at)
    return match.start(1) if match else at


def _example(value: Shown, block: _Block) -> Example:
    parts = parts_of(value, block.inner, block.inner_end)
    lo, hi = trimmed(value.text, block.inner, block.inner_end)
    text = value.text[lo:hi]
    known = any(part.kind != "note" and part.form != "bare" for part in parts)
    reason = ""
    if text and not known:
        reason = "No label such as “user:” or “assistant:” was found in this example, so it is shown as text."
    return Example(
        span=value.span(block.start, block.end),
        marker=value.span(block.start, block.content),
        inner=value.span(block.inner, block.inner_end),
        text=text,
        parts=parts,
        understood=not reason,
        reason=reason,
        tagged=block.tagged,
        closed=block.closed,
    )
