"""Examples without tags: "Examples: - User: …", ``- Context: … user: …``, ``1. Context: …`` (FORMAT 3.5).

Finds where such blocks begin and end. Prose is full of colons, so a label alone is no example: there must be
a turn, and either a word that announces examples, or a context, or two speakers. What does not belong to
a block for sure stays prose. Never raises; linear in the length of the text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from agenteditor.core.example_marks import before, label_at, trimmed
from agenteditor.core.example_parts import Part, Shown, parts_of
from agenteditor.core.example_words import CLOSERS, kind_of, role_of

_COLON = re.compile("[:：]")
_ANNOUNCED = re.compile(
    r"\b(?:examples?|exemples?|ejemplos?|exemplos?|beispiele?|scenarios?|specifically|for instance|e\.g\.|"
    r"use cases?|usage)\b[^\n.:：]{0,30}[:：]?[\s*_]*\Z",
    re.IGNORECASE,
)
_MARKER = re.compile(
    r"(?:^|(?<=\s))("
    r"(?:[-*•+–—]|\(?\d{1,3}[.)])[ \t]{1,8}|"
    r"(?:#{1,4} )?\*{0,2}Example \d{1,3}\*{0,2}[:.)]?\*{0,2}[ \t]{0,8}\n?[ \t]{0,8}"
    r")\Z"
)


def untagged_ranges(value: Shown) -> tuple[tuple[int, int, int], ...]:
    """``(start, content, end)`` of each block, offsets of the shown text; content is after the marker."""
    text = value.text
    starts = _starts(text)
    found: list[tuple[int, int, int]] = []
    announced = False
    for index, item in enumerate(starts):
        limit = starts[index + 1].start if index + 1 < len(starts) else len(text)
        end = _end(text, item, limit)
        parts = parts_of(value, item.content, end)
        roles = {part.role for part in parts if part.kind == "turn"}
        announced = announced or item.announced
        context = any(part.kind == "context" and part.form == "label" for part in parts)
        if not roles or not (announced or context or {"user", "assistant"} <= roles):
            announced = False
            continue
        found.append((item.start, item.content, _without_tail(value.text, parts[-1], end)))
    return tuple(found)


class _Start(NamedTuple):
    start: int
    content: int
    on_line: bool  # begins a line
    marked: bool
    announced: bool


def _starts(text: str) -> list[_Start]:
    """Where a block may begin: at a context, or at a user's turn once the block before has its turns."""
    starts: list[_Start] = []
    floor = 0
    asked = answered = False
    for colon in _COLON.finditer(text):
        label, word = label_at(text, floor, colon.start())
        kind = kind_of(word)
        if kind not in ("context", "turn"):
            continue
        low = max(0, label - 40)
        marker = _MARKER.search(text, low, label)
        begin = marker.start(1) if marker else label
        line = text.rfind("\n", max(0, begin - 200), begin) + 1 if begin else 0
        on_line = (line > 0 or begin < 200) and not text[line:begin].strip()
        announced = bool(
            _ANNOUNCED.search(text, max(0, begin - 80), begin) or (marker and "xample" in marker[1])
        )
        front = before(text, floor, label)
        floor = colon.end()
        if kind == "context":
            begins = on_line or marker is not None or announced
            begins = begins or (bool(starts) and front.place in ("closed", "sentence"))
        elif role_of(word) == "user":
            if not starts:
                begins = announced or (marker is not None and on_line)
            else:
                gap = front.place == "line" and "\n" in text[front.end : begin].replace("\n", "", 1)
                begins = announced or (asked and marker is not None) or (answered and on_line and gap)
        else:
            answered = answered or bool(starts)
            continue
        if begins:
            starts.append(_Start(begin, label, on_line, marker is not None, announced))
            asked = answered = False
        asked = asked or kind == "turn"
    return starts


_GOES_ON = re.compile(r"[*_]{0,3}[^\W\d_][\w '’.-]{0,40}[*_]{0,3}[ \u00a0]?[:：]|<")
_BULLET = re.compile(r"[-*•+]\s|\(?\d{1,3}[.)]\s")


def _end(text: str, item: _Start, limit: int) -> int:
    """Where a block ends: at the next, at a list item of another kind, or at a new paragraph of prose."""
    indent = _indent(text, item.start) if item.on_line else 0
    gap = False
    at = text.find("\n", item.content, limit)
    at = limit if at < 0 else at + 1
    while at < limit:
        newline = text.find("\n", at, limit)
        end = limit if newline < 0 else newline + 1
        lo, hi = trimmed(text, at, end)
        if lo == hi:
            gap = True
        else:
            deep = lo - at
            if text[lo] == "#" or (
                _BULLET.match(text, lo, hi) and deep <= indent and not _is_label(text, lo, hi)
            ):
                break
            if gap and not _is_label(text, lo, hi) and not (item.marked and deep > indent):
                break
            gap = False
        at = end
    return max(item.content, trimmed(text, item.content, min(at, limit))[1])


def _is_label(text: str, lo: int, hi: int) -> bool:
    bullet = _BULLET.match(text, lo, hi)
    return _GOES_ON.match(text, bullet.end() if bullet else lo, hi) is not None


def _indent(text: str, at: int) -> int:
    return at - (text.rfind("\n", max(0, at - 200), at) + 1 if at else 0)


def _without_tail(text: str, last: Part, end: int) -> int:
    """The end of a block without the sentence that follows the last quote on the same line."""
    if last.kind != "turn" or last.quote or last.form != "label" or last.text[:1] not in CLOSERS:
        return end
    closer = CLOSERS[last.text[:1]]
    at = text.rfind(closer, end - len(last.text) + 1, end)
    after = at + len(closer)
    if at < 0 or "\n" in last.text or not text[after : after + 2].lstrip(".,;")[:1].isspace():
        return end
    return after + 1 if text[after] in ".,;" else after
