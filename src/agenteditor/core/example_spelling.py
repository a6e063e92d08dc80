"""How a value spells its examples, so that a new one looks like those it has.

Separators, labels, quotes, tags and line breaks are taken from the blocks that are there: for a new part
from its own block, for a new block what most blocks do, ties going to the nearest. What no block shows has
a default that suits the value: one line, several lines, or literal backslash-n. Writing is left to
``example_edits``, which also reads back what was written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeVar

from agenteditor.core.example_marks import Form
from agenteditor.core.example_parts import Part, shown
from agenteditor.core.example_words import CLOSERS, Role, role_of
from agenteditor.core.examples import Example, parse_examples

_T = TypeVar("_T", bound=Hashable)


class Frame(NamedTuple):
    """What stands around the text of a part, as written in the value."""

    form: Form
    lead: str  # before the name: "", "**", "<"
    speaker: str
    follow: str  # from the name to the quote or text: ": ", ":** ", ">\\n"
    quote: str
    tail: str  # after the quote or text, up to the end or the closing tag

    def around(self, body: str) -> str:
        """A part with this frame; ``body`` has the value's own line breaks."""
        # Nothing behind a label is not even a blank, or the blank would stay when something comes there.
        nothing = self.form == "label" and not self.quote and not body
        text = (
            self.lead
            + self.speaker
            + (self.follow.rstrip(" \t") if nothing else self.follow)
            + self.quote
            + body
            + CLOSERS.get(self.quote, "")
            + self.tail
        )
        return f"{text}</{self.speaker}>" if self.form == "tag" else text

    def spoken_by(self, speaker: str) -> Frame:
        """The same frame for another speaker."""
        return self._replace(speaker=speaker)

    def quoted(self, quote: str) -> Frame:
        """The same frame with other quotes."""
        return self._replace(quote=quote)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How examples are written in one value; every string is as written, line breaks included."""

    newline: str
    marker: str  # "- ", "1. ", "" for none
    opening: str  # "<example>", "" for examples without tags
    closing: str
    after_opening: str
    separator: str  # between two parts
    before_commentary: str
    before_closing: str
    gap: str  # between two blocks
    context: Frame
    user: Frame
    assistant: Frame
    commentary: Frame

    def encoded(self, text: str) -> str:
        """``text`` with the value's line breaks."""
        return text.replace("\r\n", "\n").replace("\n", self.newline)

    def label(self, speaker: str) -> str:
        """How the value writes a speaker: "user" and "assistant" in any case mean its own label for them."""
        role = speaker.lower()
        return (
            self.user.speaker
            if role == "user"
            else self.assistant.speaker
            if role == "assistant"
            else speaker
        )

    def frame(self, speaker: str) -> Frame:
        """The frame of a turn by this speaker."""
        known = self.assistant if role_of(speaker) == "assistant" else self.user
        return known.spoken_by(speaker)


def spelling_of(value: str, near: int | None = None) -> Spelling:
    """How ``value`` spells examples; ``near``: as that block does it, wherever it can tell."""
    return spelling_in(value, parse_examples(value), near, own=near is not None)


def spelling_in(value: str, examples: Sequence[Example], near: int | None = None, *, own: bool) -> Spelling:
    """``spelling_of`` for a value whose examples are known.

    ``near``: the block that settles ties; ``own``: that block alone decides all that it shows.
    """
    newline = _newline(examples[near].span.of(value) if own and near is not None else "", value)
    default = _default(newline, spread="\n" in shown(value).text.strip())
    if not examples:
        return default
    votes = _Votes(value, examples, near or 0, own=own)
    after, before = votes.pick(_after_openings), votes.pick(_before_closings)
    separator, before_commentary = votes.pick(_separators), votes.pick(_before_commentaries)
    if separator is None:
        separator = before_commentary or (after if after and newline in after else default.separator)
    spread = newline if newline in separator else ""
    user, assistant = _speakers(votes, default)
    tagged = any(example.tagged for example in examples)
    return Spelling(
        newline=newline,
        marker=votes.pick(_markers) or "",
        opening=(votes.pick(_openings) or default.opening) if tagged else "",
        closing=(votes.pick(_closings) or default.closing) if tagged else "",
        after_opening=spread if after is None else after,
        separator=separator,
        before_commentary=separator if before_commentary is None else before_commentary,
        before_closing=spread if before is None else before,
        gap=_gap(value, examples, spread or " ", newline),
        context=votes.pick(lambda v, e: _frames(v, e, "context")) or _context_like(user),
        user=user,
        assistant=assistant,
        commentary=votes.pick(lambda v, e: _frames(v, e, "commentary"))
        or _commentary_like(separator, spread),
    )


class Draft(NamedTuple):
    """A new example as a person thinks of it."""

    context: str | None = None
    turns: tuple[tuple[str, str], ...] = ()  # (speaker, text)
    commentary: str | None = None


def numbered(marker: str, number: int) -> str:
    """A list marker with another number; one without a number stays as it is."""
    return re.sub(r"\d+", str(number), marker, count=1)


def number_of(marker: str) -> int | None:
    """The number of a list marker, None if it has none."""
    match = re.search(r"\d+", marker)
    return int(match[0]) if match else None


_MOST_SEPARATOR = 60  # longer than that it is no separator but something that was not understood


class _Votes:
    """What each block of a value says about each point of spelling, asked only when needed."""

    def __init__(self, value: str, examples: Sequence[Example], near: int, *, own: bool) -> None:
        self.value, self.own, self.near = value, own, near
        order = sorted(range(len(examples)), key=lambda index: abs(index - near))
        self.nearest_first = [examples[index] for index in order[:200]]

    def pick(self, votes: Callable[[str, Example], Iterator[_T]]) -> _T | None:
        """What most votes are for, the nearest winning a tie; None if no block shows the point."""
        counts: dict[_T, int] = {}
        for index, example in enumerate(self.nearest_first):
            for vote in votes(self.value, example):
                counts[vote] = counts.get(vote, 0) + 1
            if index == 0 and self.own and counts:
                break
        return max(counts, key=lambda vote: counts[vote]) if counts else None


def _separators(value: str, example: Example) -> Iterator[str]:
    for before, part in pairwise(example.parts):
        if part.kind == "turn":
            yield from _separator(value[before.span.end : part.span.start])


def _before_commentaries(value: str, example: Example) -> Iterator[str]:
    for before, part in pairwise(example.parts):
        if part.kind == "commentary":
            yield from _separator(value[before.span.end : part.span.start])


def _separator(raw: str) -> Iterator[str]:
    if len(raw) <= _MOST_SEPARATOR and not any(character.isalnum() for character in shown(raw).text):
        yield raw


def _after_openings(value: str, example: Example) -> Iterator[str]:
    if example.tagged and example.parts:
        yield from _separator(value[example.inner.start : example.parts[0].span.start])


def _before_closings(value: str, example: Example) -> Iterator[str]:
    if example.tagged and example.closed and example.parts:
        yield from _separator(value[example.parts[-1].span.end : example.inner.end])


def _openings(value: str, example: Example) -> Iterator[str]:
    if example.tagged:
        raw = value[example.marker.end : example.inner.start]
        yield raw if " " not in raw else "<example>"  # an id is not for the next block


def _closings(value: str, example: Example) -> Iterator[str]:
    if example.tagged and example.closed:
        yield value[example.inner.end : example.span.end]


def _markers(value: str, example: Example) -> Iterator[str]:
    yield numbered(example.marker.of(value), 1)


def _gap(value: str, examples: Sequence[Example], otherwise: str, newline: str) -> str:
    gaps = [value[a.span.end : b.span.start] for a, b in pairwise(examples)]
    blank = [gap for gap in gaps if len(gap) <= _MOST_SEPARATOR and not shown(gap).text.strip()]
    if blank:
        return Counter(blank).most_common(1)[0][0]
    start = examples[0].span.start
    front = shown(value[max(0, start - _MOST_SEPARATOR) : start]).text
    return newline * front[len(front.rstrip()) :].count("\n") or otherwise


def frame_of(value: str, part: Part) -> Frame | None:
    """The frame of a part as written; None where it cannot serve as a model."""
    if part.form == "bare" or not part.closed:
        return None
    name = value.find(part.speaker, part.span.start, part.text_span.start)
    if name < 0:
        return None
    start = part.text_span.start - len(part.quote)
    end = part.text_span.end + len(CLOSERS.get(part.quote, ""))
    close = value.rfind("</", end, part.span.end) if part.form == "tag" else part.span.end
    follow, tail = value[name + len(part.speaker) : start], value[end:close]
    if len(follow) > _MOST_SEPARATOR or len(tail) > _MOST_SEPARATOR:
        return None
    return Frame(part.form, value[part.span.start : name], part.speaker, follow, part.quote, tail)


def _frames(value: str, example: Example, kind: str, role: Role | None = None) -> Iterator[Frame]:
    for part in example.parts:
        if part.kind == kind and (role is None or part.role == role) and (part.text or part.quote):
            frame = frame_of(value, part)
            if frame is not None:
                yield frame


def _speakers(votes: _Votes, default: Spelling) -> tuple[Frame, Frame]:
    user = votes.pick(lambda v, e: _frames(v, e, "turn", "user"))
    assistant = votes.pick(lambda v, e: _frames(v, e, "turn", "assistant"))
    other = votes.pick(lambda v, e: _frames(v, e, "turn", "other"))
    if user is None and (other or assistant):
        model = other or assistant
        assert model is not None
        user = model.spoken_by(_counterpart((assistant or model).speaker, "user"))
    if assistant is None and user is not None:
        assistant = user.spoken_by(_counterpart(user.speaker, "assistant"))
    return user or default.user, assistant or default.assistant


def _counterpart(speaker: str, role: str) -> str:
    """The name of the other side, in the same case."""
    if speaker.isupper():
        return role.upper()
    return role.capitalize() if speaker[:1].isupper() else role


def _context_like(user: Frame) -> Frame:
    if user.form == "tag":
        return Frame("tag", "<", "context", ">", "", "")
    return user._replace(speaker="Context", quote="", tail="")


def _commentary_like(separator: str, spread: str) -> Frame:
    pad = separator if spread and not shown(separator).text.strip() else spread
    return Frame("tag", "<", "commentary", ">" + pad, "", pad)


def _newline(block: str, value: str) -> str:
    """The line break that is most used in the block, else in the value."""
    for text in (block, value):
        counts = {
            "\n": text.count("\n") - text.count("\r\n"),
            "\r\n": text.count("\r\n"),
            "\\n": text.count("\\n"),
        }
        best = max(counts, key=lambda token: counts[token])
        if counts[best]:
            return best
    return "\n"


def _default(newline: str, *, spread: bool) -> Spelling:
    line = newline if spread else ""
    between = newline if spread else " "
    return Spelling(
        newline=newline,
        marker="",
        opening="<example>",
        closing="</example>",
        after_opening=line,
        separator=between,
        before_commentary=between,
        before_closing=line,
        gap=newline * 2 if spread else " ",
        context=Frame("label", "", "Context", ": ", "", ""),
        user=Frame("label", "", "user", ": ", '"', ""),
        assistant=Frame("label", "", "assistant", ": ", '"', ""),
        commentary=Frame("tag", "<", "commentary", ">" + line, "", line),
    )
