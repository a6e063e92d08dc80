"""Places that libyaml refuses and the real reader takes: what libyaml is given there instead.

libyaml stops at the first such place, with a problem and an offset. ``mends`` says from these what
to put in or exchange (corrections B and E to G of READER.md, and what random damage showed beside
them), ``Mended`` does it and keeps offsets true; then the whole text is parsed again. A mend may
let too much through: what the reader refuses after all, ``yaml_build`` finds in the events.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from agenteditor.core.yaml_mask import MASK


class Mend(NamedTuple):
    """What stands for ``text[start:end]``; where that is longer, its beginning is put in."""

    start: int
    end: int
    text: str


class Problem(NamedTuple):
    """What libyaml says: its words, the offset they are about, and where it began to read that part."""

    words: str
    offset: int
    context: int


@dataclass(frozen=True, slots=True)
class Mended:
    """A text as libyaml gets it.

    ``inserted`` are the offsets of characters that stand in it but not in the file, and
    ``soft_tabs`` those of tabs for which spaces stand in it.
    """

    text: str
    inserted: tuple[int, ...] = ()
    soft_tabs: tuple[int, ...] = ()

    def after(self, mends: Iterable[Mend]) -> Mended:
        """With these mends too, which are in order and do not overlap."""
        text, inserted, soft_tabs = self.text, list(self.inserted), list(self.soft_tabs)
        for start, end, instead in reversed(list(mends)):
            if text[start:end].startswith("\t") and instead.startswith(" "):
                soft_tabs.append(start)
            text = text[:start] + instead + text[end:]
            added = len(instead) - (end - start)
            soft_tabs = [tab + added * (start <= tab) for tab in soft_tabs]
            inserted = [place + added * (start <= place) for place in inserted] + [
                *range(start, start + added)
            ]
        return Mended(text, tuple(sorted(inserted)), tuple(sorted(soft_tabs)))

    def origin(self, offset: int) -> int:
        """The file's offset of one in this text."""
        return offset - bisect_left(self.inserted, offset)

    def place(self, origin: int) -> int:
        """The offset in this text of one in the file."""
        for inserted in self.inserted:
            origin += inserted <= origin
        return origin

    def soft_tab(self, offset: int) -> int | None:
        """The first tab on the line of ``offset``, before it, for which spaces stand there."""
        if not self.soft_tabs:
            return None
        line = line_start(self.text, offset)
        return next((tab for tab in self.soft_tabs if line <= tab < offset), None)


def line_start(text: str, offset: int) -> int:
    """Where the line of ``offset`` starts, for YAML: behind a lone CR too."""
    start = text.rfind("\n", 0, offset) + 1
    return max(start, text.rfind("\r", start, offset) + 1)


def mends(text: str, problem: Problem, *, in_flow: bool) -> tuple[Mend, ...]:
    """The mends for one problem, which is inside brackets or not; none if the reader has it too."""
    words, offset, _ = problem
    here = text[offset : offset + 1]
    if here == ":" and ("node content" in words or "expected key" in words):
        return (Mend(offset, offset, MASK),)  # G: a key that is not there
    if here == ":" and "unexpected ':'" in words:
        return (Mend(offset + 1, offset + 1, " "),)  # G: in brackets a colon before one of them ends a key
    if "alphabetic or numeric" in words:
        return _of_reference(text, problem.context)
    if in_flow:
        after = _after_blanks(text, offset)
        if "violates indentation" in words and text[after : after + 1] in (",", "]", "}"):
            return (Mend(offset, after, "\n" * (after - offset)),)  # B: these may stand anywhere
        return ()
    if here == "," and ("node content" in words or "expected key" in words):
        return (Mend(offset, offset + 1, MASK),)  # F: a text that begins with a comma
    if here == "." and "node content" in words and text.startswith("...", offset):
        return (Mend(offset, offset, "~\n"),)  # an end with nothing before it
    if (
        "whitespace or line break" in words
        and (here in _OF_TAGS or here > "\x7f")
        and text[offset - 1] != "!"
    ):
        return (Mend(offset, offset + 1, "-"),)  # F: what a tag may hold
    if here == "\t":
        return _of_tab(text, problem)
    return _of_key(text, problem)


def _of_reference(text: str, start: int) -> tuple[Mend, ...]:
    """F: the names of anchors are of any characters; an alias counts where its anchor was mended."""
    name = _REFERENCE.match(text, start)
    plain = _NOT_NAME.sub("_", name[1]) if name else ""
    if name and name[1] != plain and (name[0][0] == "&" or f"&{plain}" in text):
        return (Mend(name.start(1), name.end(1), plain),)
    return ()


def _of_tab(text: str, problem: Problem) -> tuple[Mend, ...]:
    """E: a tab before a value. One that indents a field is noticed when the field is built."""
    offset = problem.offset
    if "start any token" in problem.words:
        after = _after_blanks(text, offset)
        return (Mend(offset, after, " " * (after - offset)),)
    # It begins the first line of a block scalar, behind one space or more.
    header, _, above = text[problem.context : offset].partition("\n")
    if header[:1] in ("|", ">") and above.endswith(" ") and not above.strip():
        return (Mend(offset, offset + 1, MASK),)
    return ()


def _of_key(text: str, problem: Problem) -> tuple[Mend, ...]:
    """G: what the reader takes for a key, spelled out with "? " or on a line of its own."""
    words, offset, key = problem
    if "expected key" in words or "not allowed in this context" in words:
        line = line_start(text, offset)
        closing = _CLOSING.match(text, line, offset)
        if closing:  # behind a bracket that begins a line, fields go on
            return (Mend(offset, offset, "\n" + closing[1]),)
        listed = _LIST_AS_KEY.match(text, offset)
        if listed:  # "- a: b: c" between fields: the key "- a: b" and its value
            return (Mend(offset, offset, "? "), Mend(listed.end(), listed.end(), "\n" + text[line:offset]))
        if _LIST_AS_BARE_KEY.match(text, offset):
            return (Mend(offset, offset, "? "),)
        first = _FIRST.match(text)
        if first and line == line_start(text, first.end(1)) and text.startswith(":", offset):
            # "? a: b: c" as the first field of all: the key "? a: b" and its value
            key = first.end(1)
            return (Mend(key, key, "? "), Mend(offset, offset, "\n" + text[line:key]))
    if NO_COLON in words:  # a key without a colon, before one with "? "
        question = _TO_QUESTION.match(text, offset)
        mark = question.start(1) if question else offset
        if question and mark - line_start(text, mark) <= key - line_start(text, key):
            return (Mend(key, key, "? "),)
    return ()


def _after_blanks(text: str, offset: int) -> int:
    blanks = _BLANKS.match(text, offset)
    return blanks.end() if blanks else offset


NO_COLON = "could not find expected ':'"
_BLANKS = re.compile(r"[ \t]+")
_CLOSING = re.compile(r"( *)[\]}][ \t]*\Z")
_TEXT = r"(?:(?! #)[^\r\n])*?"
_QUOTED = r"""(?:"(?:[^"\\\r\n]|\\.)*+"|'[^'\r\n]*+')"""
_LIST_AS_KEY = re.compile(
    rf"- ++(?!\? )(?:- ++){{0,99}}+{_TEXT}:[ \t]++(?:{_QUOTED} *|(?![\"']){_TEXT})(?=:(?:\s|\Z))"
)
_FIRST = re.compile(r"((?:[\r\n ]|#[^\r\n]*+)*+)\? ")
_LIST_AS_BARE_KEY = re.compile(r"- [^\r\n]*+[\r\n](?:#[^\r\n]*+|[\r\n ])*+\?(?:\s|\Z)")
_TO_QUESTION = re.compile(r"(?:#[^\r\n]*+|[\r\n ])*+(\?)(?:\s|\Z)")
_REFERENCE = re.compile(r"[&*]([^\s,\[\]{}]+)")
_NOT_NAME = re.compile("[^0-9A-Za-z_-]")
_OF_TAGS = (",", "#", "\\", "^", "<")
