"""What stands out in one line of Markdown or of a value: marks for the highlighter, by pattern.

A mark is a stretch of the line and what it is. Marks may overlap; later ones are laid over earlier
ones. A line is looked at alone, so what runs over several lines (fences, comments, examples) is the
highlighter's to remember. Every pattern takes time in proportion to the line.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Kind = Literal[
    "heading",
    "strong",
    "emphasis",
    "code",
    "link",
    "tag",
    "comment",
    "marker",  # of a list
    "rule",  # between parts: a line across, the lines of a table
    "quote",
    "label",  # who speaks in an example
    "escape",
    "placeholder",
]


class Mark(NamedTuple):
    """``line[start:end]`` is a ``kind``."""

    start: int
    end: int
    kind: Kind


class Fence(NamedTuple):
    """The first line of a fenced block of code."""

    character: str
    length: int
    language: str


class Passage(NamedTuple):
    """The marks of a line and whether an example and a comment are still open behind it."""

    marks: list[Mark]
    example: bool
    comment: bool


def markdown(line: str, *, example: bool, comment: bool) -> Passage:
    """The marks of a line of Markdown outside code; ``example`` and ``comment``: open before it."""
    marks: list[Mark] = []
    if not comment:
        heading = _HEADING.match(line)
        if heading:
            marks.append(Mark(0, len(line), "heading"))
        elif _RULE.match(line) or _TABLE_RULE.match(line):
            return Passage([Mark(0, len(line), "rule")], example, comment)
        else:
            prefix = _PREFIX.match(line)
            if prefix and prefix["quote"]:
                marks.append(Mark(prefix.start("quote"), len(line), "quote"))
            if prefix and prefix["item"]:
                marks.append(Mark(*prefix.span("item"), "marker"))
            if line.lstrip().startswith("|"):
                marks.extend(Mark(*bars.span(), "rule") for bars in _BARS.finditer(line))
    return _inline(line, marks, _MARKDOWN, example, comment)


def value(line: str, *, example: bool) -> Passage:
    """The marks of a line of frontmatter: only tags, speakers and literal ``\\n`` mean something there."""
    return _inline(line, [], _VALUE, example, comment=False)


def fence(line: str) -> Fence | None:
    """The fence that ``line`` opens, if it does."""
    match = _FENCE.match(line)
    if match is None:
        return None
    return Fence(match["fence"][0], len(match["fence"]), match["language"].lower())


def closes(line: str, character: str, length: int) -> bool:
    """Whether ``line`` ends a block of code whose fence was ``length`` times ``character``."""
    bare = line.strip()
    return len(bare) >= length and bare == character * len(bare)


_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_PREFIX = re.compile(
    r"[ \t]*(?P<quote>>[> \t]*)?(?P<item>(?:[-*+]|\d{1,9}[.)])(?:[ \t]+\[[ xX]\])?(?=[ \t]|$))?"
)
_BARS = re.compile(r"\|+")
_TABLE_RULE = re.compile(r"[ \t]*\|[ \t|:]*-[ \t|:-]*$")
_FENCE = re.compile(
    r"[ \t]*(?:>[ \t]*)*(?P<fence>`{3,}(?=[^`]*$)|~{3,})[ \t]*\{?\.?(?P<language>[\w+#.-]{0,40})"
)

_TAG = r"(?P<tag></?[A-Za-z][\w.:-]*(?:[ \t][^<>]*)?/?>)"
_LABEL = r"(?P<label>(?:(?<![\w-])|(?<=\\n))(?i:context|user|human|assistant|commentary)(?=:))"
_PLACEHOLDER = r"(?P<placeholder>\{\{[^{}]*\}\}|\$\{\w+\}|\$ARGUMENTS\b)"
_VALUE = re.compile(rf"{_TAG}|{_LABEL}|(?P<escape>\\[nt])|{_PLACEHOLDER}")
_MARKDOWN = re.compile(
    r"(?P<comment><!--)"
    r"|(?P<code>(?<!`)`[^`]+`(?!`)|(?<!`)``(?!`)[^`]+(?:`[^`]+)*``(?!`))"
    r"|(?P<escape>\\[!-/:-@\[-`{-~])"
    r"|(?P<strong>\*\*\*?(?=[^\s*])[^*]+\*\*\*?|(?<!\w)__(?=[^\s_])[^_]+__(?!\w))"
    r"|(?P<emphasis>(?<![\w*])\*(?=[^\s*])[^*]*[^\s*]\*(?![\w*])|(?<!\w)_(?=[^\s_])[^_]*[^\s_]_(?!\w))"
    r"|(?P<link>!?\[[^\[\]]*\]\([^()\s]*(?:[ \t]+\"[^\"()]*\")?\)|https?://[^\s<>()\"'`]+)"
    rf"|{_TAG}|{_LABEL}|{_PLACEHOLDER}"
)
_COMMENT_END = "-->"
_EXAMPLE = re.compile(r"<(/?)examples?(?=[ \t>])", re.IGNORECASE)


def _inline(line: str, marks: list[Mark], pattern: re.Pattern[str], example: bool, comment: bool) -> Passage:
    at = 0
    if comment:
        at = _past_comment(line, 0)
        marks.append(Mark(0, at, "comment"))
        if not line[:at].endswith(_COMMENT_END):
            return Passage(marks, example, comment=True)
    while at <= len(line):
        match = pattern.search(line, at)
        if match is None:
            break
        kind: Kind = match.lastgroup  # type: ignore[assignment]  # every alternative is one named group
        start, at = match.span()
        if kind == "comment":
            at = _past_comment(line, at)
            marks.append(Mark(start, at, kind))
            if not line[:at].endswith(_COMMENT_END):
                return Passage(marks, example, comment=True)
            continue
        if kind == "label" and not example:
            continue
        turn = _EXAMPLE.match(match[0]) if kind == "tag" else None
        if turn:
            example = not turn[1]
        marks.append(Mark(start, at, kind))
    return Passage(marks, example, comment=False)


def _past_comment(line: str, start: int) -> int:
    end = line.find(_COMMENT_END, start)
    return len(line) if end < 0 else end + len(_COMMENT_END)
