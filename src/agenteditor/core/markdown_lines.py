"""The small print of Markdown lines: line ends, list markers, indentation, titles.

Pure functions of short pieces of text, shared by `body` (which reads) and by `section_edits` and
`item_edits` (which write). Which lines are list items or headings at all is not decided here: that
is the CommonMark parser's business in `body`. A line ends at CR LF, LF or CR, as in CommonMark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from agenteditor.core.text import Span

TAB_STOP = 4
TITLE_LENGTH = 1000
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLANKS = re.compile(r"[ \t\r\n]+")
_MARKER = re.compile(r"([ \t]*)([-*+]|([0-9]{1,9})[.)])(?![^ \t\r\n])([ \t]*)")
COLONS = ":\uff1a"
_CODE_OR_STRONG = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|\*\*(?=\S)(?P<stars>.+?)(?<=\S)\*\*"
    r"|(?<!\w)__(?=\S)(?P<bars>.+?)(?<=\S)__(?!\w)",
    re.DOTALL,
)


def lines(text: str, start: int, end: int) -> Iterator[Span]:
    """The lines of ``text[start:end]``, each with its line end."""
    for match in _LINE.finditer(text, start, end):
        yield Span(*match.span())


def unified(markdown: str) -> str:
    """``markdown`` with every line end as LF."""
    return _LINE_END.sub("\n", markdown)


def trimmed(markdown: str) -> str:
    """``markdown`` with LF line ends and without the blank lines before and after it.

    Blanks at the end of the last line with text stay: they are typed text, not spacing.
    """
    rows = unified(markdown).split("\n")
    while rows and not rows[-1].strip(" \t"):
        rows.pop()
    while rows and not rows[0].strip(" \t"):
        rows.pop(0)
    return "\n".join(rows)


def is_blank(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` holds nothing but spaces, tabs and line ends."""
    return not text[start:end].strip(" \t\r\n")


def core_end(text: str, start: int, end: int) -> int:
    """The end of the last line with text in ``text[start:end]``, before its line end.

    ``start`` if there is none.
    """
    at = end
    while at > start and text[at - 1] in " \t\r\n":
        at -= 1
    while start < at < end and text[at] in " \t":
        at += 1
    return at


def next_line(text: str, at: int, end: int) -> int:
    """The start of the line after the one that holds ``at``, or ``end``."""
    found = _LINE_END.search(text, at, end)
    return found.end() if found else end


def line_start(text: str, at: int, least: int) -> int:
    """``at`` moved back over the spaces and tabs before it, not below ``least``."""
    while at > least and text[at - 1] in " \t":
        at -= 1
    return at


def columns(blanks: str, column: int = 0) -> int:
    """The column after ``blanks`` that begin at ``column``; a tab goes to the next stop of four."""
    for character in blanks:
        column += TAB_STOP - column % TAB_STOP if character == "\t" else 1
    return column


def dedented(line: str, column: int) -> str:
    """``line`` without its leading blanks up to ``column``; part of a tab becomes spaces."""
    at = reached = 0
    while at < len(line) and line[at] in " \t" and reached < column:
        reached = columns(line[at], reached)
        at += 1
    return " " * max(reached - column, 0) + line[at:]


class Marker(NamedTuple):
    """The marker of a list item as written: ``indent`` + ``bullet`` + ``gap``, at ``span``."""

    span: Span
    indent: str
    bullet: str
    gap: str
    number: int | None
    column: int
    """Where the item's text begins, in columns: continuation lines stand there or further in."""

    @property
    def prefix(self) -> str:
        """The marker as written, with the blanks around it."""
        return self.indent + self.bullet + self.gap

    @property
    def hanging(self) -> str:
        """The blanks that put a continuation line under the item's text."""
        return self.indent + " " * (self.column - columns(self.indent))

    @property
    def kind(self) -> str:
        """What must be equal for two items to stand in one list: ``-``, ``*``, ``+``, ``.`` or ``)``."""
        return self.bullet[-1]

    def numbered(self, number: int) -> Marker:
        """The same marker with another number; leading zeros keep the width."""
        digits = self.bullet[:-1]
        width = len(digits) if digits.startswith("0") and digits != "0" else 0
        bullet = str(number).zfill(width) + self.bullet[-1]
        grown = len(bullet) - len(self.bullet)
        return self._replace(bullet=bullet, number=number, column=self.column + grown)


def marker(text: str, start: int, end: int) -> Marker | None:
    """The list marker at the beginning of the line at ``start``; None if there is none."""
    match = _MARKER.match(text, start, end)
    if match is None:
        return None
    indent, bullet, digits, gap = match.groups()
    after = (columns(indent) if indent else 0) + len(bullet)
    wide = 1 if gap == " " else columns(gap, after) - after
    empty = match.end() == end or text[match.end()] in "\r\n"
    if empty or wide > TAB_STOP:
        # CommonMark 5.2: then the text begins one column after the marker, blank or code as it is.
        gap = "" if empty else gap[:1]
        wide = 1
    stop = match.start() + len(indent) + len(bullet) + len(gap)
    number = int(digits) if digits else None
    return Marker(Span(match.start(), stop), indent, bullet, gap, number, after + wide)


Numbering = Literal["none", "repeated", "sequential", "irregular"]


def numbering(numbers: Sequence[int | None]) -> Numbering:
    """How a list is numbered: ``1. 1. 1.`` is repeated, ``3. 4. 5.`` sequential; one item is sequential."""
    if not numbers or numbers[0] is None:
        return "none"
    first = numbers[0]
    if all(number == first + at for at, number in enumerate(numbers)):
        return "sequential"
    return "repeated" if all(number == first for number in numbers) else "irregular"


def title_span(text: str, start: int, end: int) -> Span:
    """The title within ``text[start:end]``: without outer blanks, one pair of bold marks, final colons."""
    start, end = _stripped(text, start, end)
    mark = text[start : start + 2]
    inner = text[start + 2 : end - 2]
    if mark in ("**", "__") and text.endswith(mark, start + 3, end) and mark not in inner and inner.strip():
        return Span(*_stripped(text, start + 2, end - 2))
    return Span(start, end)


def one_line(text: str) -> str:
    """``text`` with each stretch of spaces, tabs and line ends as one space, none around it."""
    return _BLANKS.sub(" ", text).strip(" ")


def plain_title(raw: str) -> str:
    """A title for people: one line, bold marks taken off (not inside code), no final colon."""
    joined = one_line(raw)
    if len(joined) > TITLE_LENGTH:
        return joined  # no title; and looking for pairs of marks in it could take long
    unmarked = _CODE_OR_STRONG.sub(lambda m: m["code"] or m["stars"] or m["bars"], joined)
    return unmarked.rstrip(COLONS + " ")


def has_colon(text: str) -> bool:
    """Whether a colon, of either width, is in ``text``."""
    return any(colon in text for colon in COLONS)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    end = start + len(text[start:end].rstrip(COLONS + " \t\r\n"))
    return end - len(text[start:end].lstrip(" \t\r\n")), end
