"""Characters that libyaml and the real reader take differently, masked before the parse.

A mask is one character for one, so that every offset stays. Corrections A (controls and line
separators are ordinary characters) and E (lines of tabs only) of READER.md; the others need the
parser's events and stand in ``yaml_build``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from agenteditor.core.scalar import block_width
from agenteditor.core.text import Span

MASK = "\ue000"
# Ordinary characters to the reader; libyaml refuses them or takes them for line breaks.
_SPECIAL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")

# libyaml refuses an emoji that is spelled as two escapes; the reader takes it.
PAIR_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


def mask(text: str) -> str:
    """``text`` with U+E000 for each character that libyaml would not take as an ordinary one.

    A byte order mark at the very start takes no column in the reader: an empty line does as little.
    """
    masked = _SPECIAL.sub(MASK, text)
    if text.startswith("\ufeff"):
        masked = "\n" + masked[1:]
    return PAIR_ESCAPE.sub(MASK * 12, masked) if "\\u" in masked else masked


def unmask(value: str, source: str) -> str:
    """``value`` with its U+E000 put back from ``source``, the text it was written as.

    Characters never change order between source and value, so the n-th mask of the value is the
    n-th special character of the source.
    """
    if MASK not in value:
        return value
    originals = iter(re.findall(f"{_SPECIAL.pattern}|{MASK}", source))
    return re.sub(MASK, lambda _: next(originals, MASK), value)


_TAB_LINE = re.compile(r"(?m)^ *\t[ \t]*(?=\r?$|#)")


def blank_lines_with_tabs(text: str) -> list[Span]:
    """Where lines begin with blanks, a tab among them, and go on with a comment or not at all."""
    if "\t" not in text:
        return []
    return [Span(*m.span()) for m in _TAB_LINE.finditer(text)]


def without_tabs(text: str, lines: Iterable[Span]) -> str:
    """``text`` with spaces in ``lines``, as sorted spans."""
    pieces: list[str] = []
    done = 0
    for start, end in lines:
        pieces += [text[done:start], " " * (end - start)]
        done = end
    return "".join([*pieces, text[done:]])


def tabs_of_blocks(text: str, blocks: Iterable[tuple[Span, int]], lines: Sequence[Span]) -> set[Span]:
    """Those of ``lines`` whose tabs are a block scalar's content or a fault in it.

    ``blocks`` are spans up to the next token and the column each block hangs on. A line of tabs
    below a block's last line ends the block, except right below an empty line: there the reader
    takes the tab for indentation.
    """
    found: set[Span] = set()
    blank = without_tabs(text, lines)
    for block, indent in blocks:
        inside = lines[bisect_left(lines, (block.start,)) : bisect_left(lines, (block.end + 1,))]
        if not inside:
            continue
        width = block_width(text, block, indent)
        content_end = block.start + len(block.of(blank).rstrip())
        ended = False
        for line in inside:
            beyond = text.index("\t", line.start) - line.start >= width
            misplaced = text[line.start] == "\t" and _below_nothing(text, line.start, block.start)
            if beyond or line.start < content_end or (misplaced and not ended):
                found.add(line)
            else:
                ended = True
    return found


def _below_nothing(text: str, line: int, block: int) -> bool:
    """Whether the line above ``line`` is empty, or the header of the block that starts at ``block``."""
    above = text.rfind("\n", 0, line - 1)
    return above < block or not text[above + 1 : line].strip("\r\n")
