"""Characters that nobody can see, made visible: the one place that decides what is shown for what.

Hidden text looks like no text at all in every Qt widget, and a control of direction changes the order in
which what follows is read (RELIABILITY F17). So no widget gets such a character. Where a text is only shown,
a mark stands for it that says what it is (`revealed`, `plain`); where it is edited, a stand-in of one
character, known by its place (`stand_ins`, for `qtext`), with a frame around it. Messages and the command
line have the same marks (`one_line`), and what checks look for is of the same table.

Left alone is what is no more hidden than an accent: joiners and selectors inside emoji and in scripts that
need them, flags, signs of a script beside its letters, the wide blank of Chinese and Japanese.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

# Sets of characters, as they stand between the brackets of a pattern.
# All controls but tab, LF and CR, and the separators of lines and paragraphs.
CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029"
TAGS = "\U000e0000-\U000e007f"
TURNS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# What has no width and no ink: joiners, fillers, selectors, marks of notes and of music.
UNSEEN = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0100-\U000e01ef"
)
# Zs but the space, and the blank of Braille.
_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000"
# Signs that enclose numbers or stand over them, and those that arrange hieroglyphs; fonts draw them.
_ENCLOSING = "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f"
# Bytes that are no text, and what a widget cannot keep.
_NO_TEXT = "\ud800-\udfff\ufdd0\ufdd1\ufffe\uffff"
# Default_Ignorable_Code_Point and Cf that are in none of these.
_IGNORABLE = "\ufff0-\ufff8\U0001bca0-\U0001bca3\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"

# In words: few fonts have the signs for line ends.
LINE_ENDS = {"\n": "[LF]", "\r\n": "[CRLF]"}


class Shown(NamedTuple):
    """A stretch of text as it is shown; a ``mark`` stands for something that cannot be seen."""

    text: str
    mark: bool


class Hidden(NamedTuple):
    """A character nobody could see, or a run of tags: where, and what it is."""

    start: int
    end: int
    name: str


def revealed(text: str, *, line_end: bool = True, blanks: bool = True) -> Iterator[Shown]:
    """``text`` with marks. Line feeds stay; a tab is an arrow and the tab itself.

    Blanks at the end of a line are marked; without ``line_end``, not those at the end of the text.
    Without ``blanks``, neither they nor tabs are.
    """
    done = 0
    pattern = _HIDDEN if not blanks else _WITH_BLANKS if line_end else _WITH_BLANKS_INSIDE
    for match in pattern.finditer(text):
        mark = _mark(text, *match.span())
        if mark is None:
            continue
        if match.start() > done:
            yield Shown(text[done : match.start()], False)
        yield Shown(mark, True)
        done = match.end()
    if done < len(text):
        yield Shown(text[done:], False)


def plain(text: str) -> str:
    """Any text as a string that labels, lists and titles can show: with marks, CRLF as ``"\\n"``.

    A no-break space between two digits is left alone: so many languages write long numbers.
    """
    return _HIDDEN_OR_CR.sub(_said, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Any text as one line of characters that a terminal prints and does not obey: with marks."""
    if text.isascii() and text.isprintable():
        return text
    marked = _HIDDEN.sub(_marked, text)
    return "".join(one if one.isprintable() else f"[U+{ord(one):04X}]" for one in marked)


def stand_ins(text: str) -> str:
    """``text``, one character for each of it, as a widget can hold it and nothing in it is hidden.

    Line feeds and tabs stay; each CR is one of its own.
    """
    # For ASCII, most files, translate() is ten times as fast; for others the pattern is.
    if text.isascii():
        return text.translate(_ASCII_STAND_INS)
    return _HIDDEN_OR_CR.sub(_one_for_one, text)


def hidden(text: str) -> list[Hidden]:
    """Where in ``text`` something stands that cannot be seen, and what."""
    return [
        Hidden(*match.span(), _name(text, *match.span()))
        for match in _HIDDEN.finditer(text)
        if not _left_alone(text, *match.span())
    ]


def beside_hidden(text: str, start: int, end: int) -> tuple[int, int]:
    """``start`` and ``end`` moved apart until what is shown between them does not depend on the rest."""
    while start > 0 and _HIDDEN.match(text, start - 1):
        start -= 1
    while end < len(text) and _HIDDEN.match(text, end):
        end += 1
    return max(start - 1, 0), min(end + 1, len(text))


def hidden_in(text: str) -> int:
    """How many characters and runs of ``text`` nobody could see, with those that emoji need."""
    return sum(1 for _ in _HIDDEN.finditer(text))


_HIDDEN = re.compile(
    "[\U000e0020-\U000e007f]+|\r(?!\n)"
    f"|[{CONTROLS}{TAGS}{TURNS}{UNSEEN}{_BLANKS}{_ENCLOSING}{_NO_TEXT}{_IGNORABLE}]"
)
_HIDDEN_OR_CR = re.compile(f"\r|{_HIDDEN.pattern}")
# Looking back first keeps the time of a long run of blanks from growing with its square.
_WITH_BLANKS = re.compile(f"(?<! )[ ]++(?=\r?\n|\r?\\Z)|\t|{_HIDDEN.pattern}")
_WITH_BLANKS_INSIDE = re.compile(f"(?<! )[ ]++(?=\r?\n)|\t|{_HIDDEN.pattern}")
# A country's letters in tag characters behind a black flag.
_FLAG = re.compile("(?<=\U0001f3f4)[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
_NO_BREAK = "\u00a0\u202f"

# One for one. Letters in tags stand there as the letters a language model reads.
_STAND_INS = {
    **{chr(code): chr(0x2400 + code) for code in range(0x20)},  # the Control Pictures block
    "\r": "↵",
    "\x7f": "\u2421",
    "\u2028": "↲",
    "\u2029": "¶",
    "\ufeff": "◆",
    **dict.fromkeys("\u200e\u202a\u202d\u2066", "▸"),
    **dict.fromkeys("\u061c\u200f\u202b\u202e\u2067", "◂"),
    **dict.fromkeys("\u202c\u2068\u2069", "▪"),
    **dict.fromkeys(_NO_BREAK, "⍽"),
    **{chr(0xE0000 + code): chr(code) if code > 0x20 else "␣" for code in range(0x20, 0x7F)},
}
_NO_CHARACTER = re.compile(f"[\x80-\x9f{_NO_TEXT}]")
_ASCII_STAND_INS = {code: _STAND_INS[chr(code)] for code in (*range(0x09), *range(0x0B, 0x20), 0x7F)}


def _one_for_one(match: re.Match[str]) -> str:
    if _left_alone(match.string, *match.span()):
        return match[0]
    return "".join(map(_stand_in, match[0]))


def _stand_in(character: str) -> str:
    known = _STAND_INS.get(character)
    if known is not None:
        return known
    if unicodedata.category(character) == "Zs" or character == "\u2800":
        return "␣"
    return "\ufffd" if _NO_CHARACTER.match(character) else "▯"


def _said(match: re.Match[str]) -> str:
    start, end = match.span()
    text = match.string
    if match[0] in _NO_BREAK and text[start - 1 : start].isdecimal() and text[end : end + 1].isdecimal():
        return match[0]
    return _marked(match)


def _marked(match: re.Match[str]) -> str:
    mark = _mark(match.string, *match.span())
    return match[0] if mark is None else mark


def _mark(text: str, start: int, end: int) -> str | None:
    """What stands for ``text[start:end]``; None if it is no worse than it looks."""
    there = text[start:end]
    first = there[0]
    if first == " ":
        return "·" * len(there)
    if first == "\t":
        return "→\t"
    if _left_alone(text, start, end):
        return None
    if _is_tag(first):
        # What a language model reads here is plain letters.
        return f"[tags: {_spelled(there)}]"
    if first in _NO_BREAK:
        return "⍽"
    if first == "\r":
        return "↵"
    if "\udc80" <= first <= "\udcff":
        return f"[byte {ord(first) - 0xDC00:02X}]"
    return f"[U+{ord(first):04X}]"


def _name(text: str, start: int, end: int) -> str:
    first = text[start]
    if _is_tag(first) or "\udc80" <= first <= "\udcff":
        return _mark(text, start, end) or ""
    return f"U+{ord(first):04X} {unicodedata.name(first, '').lower()}".rstrip()


def _is_tag(character: str) -> bool:
    return "\U000e0020" <= character <= "\U000e007f"


def _spelled(tags: str) -> str:
    return "".join(chr(ord(tag) - 0xE0000) for tag in tags).replace("\x7f", "")


def _left_alone(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]``, which the pattern found, is meant where it stands."""
    first = text[start]
    if _is_tag(first):
        flag = _FLAG.match(text, start)
        return flag is not None and flag.end() == end
    before, after = text[start - 1 : start], text[end : end + 1]
    if first == "\u200d" and _EMOJI.match(after):
        return bool(_EMOJI.match(text[start - 2 : start - 1] if before == "\ufe0f" else before))
    if first in "\u200c\u200d":
        return _needs_joiners(before) and _needs_joiners(after)
    if first in "\ufe0e\ufe0f":
        return bool(_EMOJI.match(before)) or (before in tuple("0123456789#*") and after == "\u20e3")
    if "\u180b" <= first <= "\u180f":
        return "\u1820" <= before <= "\u18aa"
    if first == "\u3000":
        return _is_wide(before) or _is_wide(after)
    if _SIGNS.match(first):
        return any(_needs_joiners(beside) and beside.isalnum() for beside in (before, after))
    return False


_EMOJI = re.compile("[©®‼⁉™ℹ\u2190-\u2bff〰〽㊗㊙\U0001f000-\U0001faff]")
_SIGNS = re.compile(f"[{_ENCLOSING}]")
_SCRIPTS = re.compile(
    "[\u0600-\u109f\u1700-\u18af\u1900-\u1cff\ua800-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U00013000-\U0001345f]"
)


def _needs_joiners(character: str) -> bool:
    """Whether a character belongs to a script in which joiners change how letters are written."""
    return bool(_SCRIPTS.match(character)) and not _HIDDEN.match(character)


def _is_wide(character: str) -> bool:
    return character != "\u3000" and bool(character) and unicodedata.east_asian_width(character) in "WF"
