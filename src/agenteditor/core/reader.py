"""The real reader, modelled: the fence, the two parses, the verdict (READER.md).

``read`` says what Claude Code does with a file's text: where the frontmatter stands, whether it
parses at once, only after the repair, or not at all. Rules were taken from READER.md, which
agrees with the reader itself on 251 of 251 known answers; nothing here depends on that program.

What the fields mean is ``frontmatter``'s business; whether an agent results, ``loading``'s.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Literal

from agenteditor.core.text import Span
from agenteditor.core.yaml_nodes import Mapping, Node, Refused, Scalar, Sequence, YamlFault
from agenteditor.core.yaml_read import read as read_yaml

Verdict = Literal["valid", "repaired", "fails", "none", "unknown"]

BOM = "\ufeff"
# JavaScript's \s. Python's differs: it lacks U+FEFF and has U+0085, U+001C to U+001F (rule 2).
JS_SPACE = "\\t\\n\\v\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
# The same characters, for str.strip(): what JavaScript's trim() takes off.
JS_BLANKS = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_OPENING = re.compile(f"---[{JS_SPACE}]*\\n")
# Rules 4 and 5. In the reader "." is not CR, U+2028 or U+2029, so on CRLF files no line matches.
# The value begins at the first character that is no blank; of blanks alone, the last one is the value.
_LINE = re.compile(
    f"([A-Za-z_-]+):([{JS_SPACE}]+(?![{JS_SPACE}]|\\Z)|[{JS_SPACE}]+(?=[{JS_SPACE}]\\Z))([^\\r\\n\\u2028\\u2029]+)"
)
_NEEDS_QUOTES = re.compile(r"[{}\[\]*&#!|>%@`]|: ")
_LEADING_TABS = re.compile("(?:(?<=[\\n\\r\\u2028\\u2029])|\\A)\\t+")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the frontmatter does not parse: code, sentence, place in the file's text."""

    code: str
    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Fence:
    """Where the frontmatter stands: ``content`` between the fences, ``span`` with them.

    ``span`` starts at the opening hyphens and ends where the prompt begins: after the closing
    fence's line, or right after its hyphens when text follows on that line.
    """

    span: Span
    content: Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of a text.

    ``node`` is the top map, with spans in ``parsed``; ``place`` takes them to the file's text.
    ``quoted`` are the values, in the file's text, that were read only because the repair put
    them in quotes. ``faults`` has the strict parse's fault unless that succeeded.
    """

    verdict: Verdict
    fence: Fence | None
    node: Mapping | None
    parsed: str
    faults: tuple[Fault, ...]
    quoted: frozenset[Span]
    places: Places

    def place(self, offset: int) -> int:
        """The offset in the file's text of one in ``parsed``."""
        return self.places.place(offset)

    def place_all(self, offsets: range | tuple[int, ...]) -> range | tuple[int, ...]:
        """The same for rising offsets, of which there is at least one."""
        return self.places.place_all(offsets)


def read(text: str) -> Reading:
    """What the reader makes of ``text``. Never raises."""
    fence = find_fence(text)
    if fence is None:
        return Reading("none", None, None, "", (), frozenset(), Places([(0, 0)]))
    start = fence.content.start
    content = fence.content.of(text)
    strict = read_yaml(content)
    places = Places([(0, start)])
    if not isinstance(strict, YamlFault):
        return _judged(Reading("valid", fence, None, content, (), frozenset(), places), strict)
    faults = (Fault(strict.code, strict.message, _fault_span(text, start + strict.offset)),)
    repaired, repaired_places, quoted = repair(content, start)
    second = read_yaml(repaired)
    if isinstance(second, YamlFault):
        return Reading("fails", fence, None, content, faults, frozenset(), places)
    return _judged(Reading("repaired", fence, None, repaired, faults, quoted, repaired_places), second)


def _judged(reading: Reading, node: Node | Refused | None) -> Reading:
    """``reading`` with its top node, or with the reason why that is no map of fields."""
    if isinstance(node, Mapping):
        return replace(reading, node=node)
    if isinstance(node, Refused):
        at = reading.place(node.offset)
        fault = Fault("yaml/limit", node.message, Span(at, at))
        return replace(reading, verdict="unknown", faults=(*reading.faults, fault))
    if node is None or _is_null(node):
        return reading
    span = Span(reading.place(node.span.start), reading.place(node.span.end))
    fault = Fault("yaml/not-a-map", "The frontmatter is not a list of “field: value” lines.", span)
    return replace(reading, verdict="fails", faults=(*reading.faults, fault))


def _is_null(node: Node) -> bool:
    if not isinstance(node, Scalar) or node.style != "plain":
        return False
    if node.value == "":  # a tag alone, of any kind but two
        return node.tag not in ("!", "tag:yaml.org,2002:str")
    return node.value in ("~", "null", "Null", "NULL") and node.tag in (None, "tag:yaml.org,2002:null")


def _fault_span(text: str, offset: int) -> Span:
    """The character at fault; an empty span at the end of a line or text."""
    offset = min(offset, len(text))
    wide = offset < len(text) and text[offset] not in "\r\n"
    return Span(offset, offset + wide)


# --- the fence ---------------------------------------------------------------------------------


def find_fence(text: str) -> Fence | None:
    """The frontmatter as the reader finds it; None if there is none (rules 1 and 2).

    It closes at the first three hyphens anywhere, inside a value too.
    """
    start = 1 if text.startswith(BOM) else 0
    opening = _OPENING.match(text, start)
    if opening is None:
        return None
    close = text.find("---", opening.end())
    if close < 0:
        return None
    return Fence(Span(start, _line_rest(text, close + 3)), Span(opening.end(), close))


def _line_rest(text: str, at: int) -> int:
    """Past the blanks and the line end at ``at``; ``at`` itself if anything else is on the line."""
    end = at
    while end < len(text) and text[end] in " \t\r":
        end += 1
    if end == len(text) or text[end] == "\n":
        return min(end + 1, len(text))
    return at


# --- the repair --------------------------------------------------------------------------------


class Places:
    """Offsets in a parsed text and the file's offsets they come from, piece by piece.

    A piece copied from the file counts on; a rewritten one has every offset at its start.
    """

    def __init__(self, pieces: list[tuple[int, int]], rewritten: frozenset[int] = frozenset()) -> None:
        self._starts = [parsed for parsed, _ in pieces]
        self._origins = [origin for _, origin in pieces]
        self._rewritten = rewritten

    def place_all(self, offsets: range | tuple[int, ...]) -> range | tuple[int, ...]:
        """``place`` of each of these rising offsets; as a range where they are one and stay so."""
        first = bisect_right(self._starts, offsets[0]) - 1
        last = bisect_right(self._starts, offsets[-1]) - 1
        by = self._origins[first] - self._starts[first]
        if first != last or self._starts[first] in self._rewritten:
            return tuple(self._piece_by_piece(offsets, first, last))
        if isinstance(offsets, range):
            return range(offsets.start + by, offsets.stop + by)
        return tuple(offset + by for offset in offsets)

    def _piece_by_piece(self, offsets: range | tuple[int, ...], first: int, last: int) -> Iterator[int]:
        done = 0
        for piece in range(first, last + 1):
            start, origin = self._starts[piece], self._origins[piece]
            stop = len(offsets) if piece == last else bisect_left(offsets, self._starts[piece + 1], done)
            if start in self._rewritten:
                yield from repeat(origin, stop - done)
            else:
                yield from map((origin - start).__add__, offsets[done:stop])
            done = stop

    def place(self, offset: int) -> int:
        piece = bisect_right(self._starts, offset) - 1
        if self._starts[piece] in self._rewritten:
            return self._origins[piece]
        return self._origins[piece] + offset - self._starts[piece]


def repair(content: str, start: int = 0) -> tuple[str, Places, frozenset[Span]]:
    """The reader's second try: quote one-line values, turn leading tabs into spaces (rules 3–6).

    Returns the repaired text, where it comes from, and the spans of the values that were
    quoted, both in the file's text, in which ``content`` begins at ``start``.
    """
    out: list[str] = []
    pieces: list[tuple[int, int]] = []
    rewritten: set[int] = set()
    quoted: set[Span] = set()
    length = 0

    def put(piece: str, origin: int, *, copied: bool) -> None:
        nonlocal length
        if not piece:
            return
        pieces.append((length, origin))
        if not copied:
            rewritten.add(length)
        out.append(piece)
        length += len(piece)

    at = start
    for line in _split_lines(content):
        body = line[:-1] if line.endswith("\n") else line
        match = _LINE.fullmatch(body)
        if match and _to_be_quoted(match[3]):
            value = Span(at + match.start(3), at + match.end(3))
            put(body[: match.start(2)], at, copied=True)
            # Whatever blanks stood here, U+00A0 and CR among them: the reader writes one space.
            put(" ", at + match.start(2), copied=False)
            put('"', value.start, copied=False)
            put(match[3].replace("\\", "\\\\").replace('"', '\\"'), value.start, copied=False)
            put('"', value.start, copied=False)
            put(line[len(body) :], value.end, copied=True)
            pieces.append((length, at + len(line)))
            quoted.add(value)
        else:
            done = 0
            for tabs in _LEADING_TABS.finditer(line) if "\t" in line else ():
                put(line[done : tabs.start()], at + done, copied=True)
                put("  " * len(tabs[0]), at + tabs.start(), copied=False)
                done = tabs.end()
            put(line[done:], at + done, copied=True)
        at += len(line)
    pieces.append((length, at))
    return "".join(out), Places(pieces, frozenset(rewritten)), frozenset(quoted)


def _split_lines(content: str) -> list[str]:
    lines = content.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _to_be_quoted(value: str) -> bool:
    if value[0] == value[-1] and value[0] in "\"'":
        return False
    if not _NEEDS_QUOTES.search(value):
        return False
    # Measured: a list in brackets stays one if it parses by itself, so not with an alias from elsewhere.
    return not (value[0] == "[" and value[-1] == "]" and isinstance(read_yaml(value), Sequence))
