"""Characters that nobody can see, made visible: for views that show a text and never write it.

Hidden text looks like no text at all in every Qt widget (RELIABILITY F17). Here each such character is
shown as a mark. Joiners and variation selectors within emoji and scripts that need them are left alone:
they are no more hidden than an accent is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# In words: few fonts have the signs for line ends.
LINE_ENDS = {"\n": "[LF]", "\r\n": "[CRLF]"}


class Shown(NamedTuple):
    """A stretch of text as it is shown; a ``mark`` stands for something that cannot be seen."""

    text: str
    mark: bool


def revealed(text: str, *, line_end: bool = True) -> Iterator[Shown]:
    """``text`` with marks. Line feeds stay; a tab is an arrow and the tab itself.

    Blanks at the end of a line are marked; without ``line_end``, not those at the end of the text.
    """
    done = 0
    for match in (_HIDDEN if line_end else _HIDDEN_INSIDE).finditer(text):
        mark = _mark(text, *match.span())
        if mark is None:
            continue
        if match.start() > done:
            yield Shown(text[done : match.start()], False)
        yield Shown(mark, True)
        done = match.end()
    if done < len(text):
        yield Shown(text[done:], False)


# Looking back first keeps the time of a long run of blanks from growing with its square.
_BLANK = "(?<! )[ ]++(?=\r?\n|\r?\\Z)"
_ALWAYS = (
    "[\U000e0020-\U000e007f]+"
    "|\r(?!\n)"
    "|[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3164\ufdd0\ufdd1\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e001f\U000e0080-\U000e0fff]"
)
_HIDDEN = re.compile(f"{_BLANK}|{_ALWAYS}")
_HIDDEN_INSIDE = re.compile(f"(?<! )[ ]++(?=\r?\n)|{_ALWAYS}")
_FLAG = "\U0001f3f4"  # with a country's letters in tag characters behind it
_NO_BREAK = {"\u00a0": "\u237d", "\u202f": "\u237d"}  # ⍽


def _mark(text: str, start: int, end: int) -> str | None:
    """What stands for ``text[start:end]``; None if it is no worse than it looks."""
    hidden = text[start:end]
    first = hidden[0]
    if first == " ":
        return "·" * len(hidden)
    if first == "\t":
        return "→\t"
    if "\U000e0020" <= first <= "\U000e007f":
        if text[start - 1 : start] == _FLAG and hidden[-1] == "\U000e007f" and len(hidden) <= 7:
            return None
        # What a language model reads here is plain letters.
        return "[tags: " + "".join(chr(ord(tag) - 0xE0000) for tag in hidden).replace("\x7f", "") + "]"
    before, after = text[start - 1 : start], text[end : end + 1]
    if first in "\u200c\u200d" and _joins(before) and _joins(after):
        return None
    if first in "\ufe0e\ufe0f" and (_joins(before) or before in tuple("0123456789#*")):
        return None
    if first in _NO_BREAK:
        return _NO_BREAK[first]
    if first == "\r":
        return "↵"
    if "\udc80" <= first <= "\udcff":
        return f"[byte {ord(first) - 0xDC00:02X}]"
    return f"[U+{ord(first):04X}]"


def _joins(character: str) -> bool:
    """Whether a joiner or a selector beside this character can be meant."""
    return bool(character) and character > "\xa0" and not character.isspace()
