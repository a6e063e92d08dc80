"""The CommonMark blocks of a text, and the pairs of XML-style tags that stand on lines of their own.

The only module that knows the CommonMark parser (pyromark, a binding of pulldown-cmark). Its byte
ranges become offsets of the text, its blocks whole lines without the blank lines after them. Inline
marks are left to `events`: what a block means for the outline is the business of `body`. Takes any
text, never raises, and needs time in proportion to its length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import pyromark

from agenteditor.core import markdown_lines as md
from agenteditor.core.text import Span

LIST_DEPTH = 8  # deeper lists stay inside the text of their item

_OPTIONS = pyromark.Options.ENABLE_TABLES
_DRAWN = _OPTIONS | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_TASKLISTS
_LONE_CR = re.compile(r"\r(?!\n)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TAG_OR_FENCE = re.compile(
    r"(?P<fence>`{3,}(?=[^`\r\n]*(?:[\r\n]|\Z))|~{3,})(?P<info>[^\r\n]*)"
    r"|<(?P<slash>/?)(?P<name>[A-Za-z][\w.:-]*)(?:[ \t][^<>\r\n]*)?(?<!/)>[ \t]*(?=[\r\n]|\Z)"
)
_CLOSING_TAG = re.compile(r"</[A-Za-z][\w.:-]*>[ \t]*(?=[\r\n]|\Z)")
_BLANKS = " \t"
_BEFORE_FENCE = " \t>-*+.)0123456789"
_RAW_HTML = re.compile(r"[ \t]*<(?:[!?]|(?:script|pre|style|textarea)\b)", re.IGNORECASE)
_INLINE = frozenset(("Emphasis", "Strong", "Strikethrough", "Superscript", "Subscript", "Link", "Image"))
_SHOWN = frozenset(("CodeBlock", "BlockQuote"))
# HTML that lays out a text rather than naming a part of it.
_LAYOUT = """
a b br button center code div em form h1 h2 h3 h4 h5 h6 hr i img input kbd li ol p picture pre script
select span strong style sub sup svg table tbody td textarea tfoot th thead tr u ul
"""
LAYOUT_TAGS = frozenset(_LAYOUT.split())


@dataclass(slots=True)
class Block:
    """A block: ``kind`` is the parser's name for it (``Paragraph``, ``List``, ``Item``, ``Heading``, …).

    ``level`` is that of a heading, and 1 for a numbered list. ``parts`` are the items of a list and
    the blocks of an item; other blocks have none.
    """

    kind: str
    start: int
    end: int
    level: int = 0
    parts: list[Block] = field(default_factory=list)


class Tag(NamedTuple):
    """A matched pair of lines ``<name>`` and ``</name>``: ``start`` to ``end``, with ``inner`` between."""

    name: str
    name_span: Span
    start: int
    inner: Span
    end: int


def blocks(text: str, start: int, end: int, indent: str) -> list[Block]:
    """The CommonMark blocks of ``text[start:end]``, whose lines are all indented by ``indent``."""
    source, shifts = _without_indent(text, start, end, indent)
    # Both one for one, so that offsets stay: a lone surrogate cannot be encoded, and the parser
    # does not see a lone CR as a line end everywhere (not after a fence, not in HTML).
    if not source.isascii():
        source = _SURROGATE.sub("\ue000", source)
    if "\r" in source:
        source = _LONE_CR.sub("\n", source)
    data = source.encode()
    top = Block("", 0, 0)
    found: list[Block] = []
    stack = [top]
    inside = 0  # how deep in a block whose inside is not looked at
    for event, place in pyromark.events_with_range(source, options=_OPTIONS, merge_text=True):
        tag: Any = event  # the binding's own type is a union of all that an event may be
        if isinstance(tag, dict):
            if "End" in tag:
                if inside:
                    inside -= 1
                else:
                    stack.pop()
                continue
            if "Start" not in tag:
                continue
            if inside:
                inside += 1
                continue
            tag = tag["Start"]
        elif inside or tag != "Rule":
            continue
        name: str = tag if isinstance(tag, str) else next(iter(tag))
        if name in _INLINE:
            inside = 1
            continue
        block = Block(name, place["start"], place["end"])
        found.append(block)
        stack[-1].parts.append(block)
        if name == "Heading":
            block.level = int(tag[name]["level"][1:])
        elif name == "List":
            block.level = 0 if tag[name] is None else 1
        if name in ("List", "Item") and len(stack) < 2 * LIST_DEPTH:
            stack.append(block)
        elif name != "Rule":
            inside = 1
    offsets = _offsets(found, data, shifts)
    for block in found:
        block.start = md.line_start(text, offsets(block.start), start)
        stop = md.core_end(text, block.start, max(offsets(block.end), block.start))
        block.end = md.next_line(text, stop, end)
    return _with_silent(text, top.parts, start, end)


class Event(NamedTuple):
    """One event of the parser: a block or an inline mark begins or ends (``edge``), or a leaf.

    ``value`` is what the parser says of it: a text, a dict, or None. ``start`` and ``end`` are bytes of
    the text in UTF-8, lone surrogates replaced.
    """

    edge: Literal["start", "end", ""]
    name: str
    value: Any
    start: int
    end: int


def events(source: str) -> Iterator[Event]:
    """What the parser finds in ``source``, inline marks, tables, struck text and task boxes included."""
    masked = source if source.isascii() else _SURROGATE.sub("\ufffd", source)
    for event, place in pyromark.events_with_range(masked, options=_DRAWN, merge_text=True):
        found: Any = event
        edge: Literal["start", "end", ""] = ""
        if isinstance(found, dict) and ("Start" in found or "End" in found):
            edge = "start" if "Start" in found else "end"
            found = found["Start" if edge == "start" else "End"]
        name, value = (found, None) if isinstance(found, str) else next(iter(found.items()))
        yield Event(edge, name, value, place["start"], place["end"])


def code_and_quotations(source: str) -> Iterator[tuple[int, int]]:
    """Where code blocks and quotations stand, as ``events`` finds them, in bytes as there."""
    masked = source if source.isascii() else _SURROGATE.sub("\ufffd", source)
    for event, place in pyromark.events_with_range(masked, options=_DRAWN, merge_text=True):
        begun: Any = event.get("Start") if isinstance(event, dict) else None
        if begun == "BlockQuote" or (isinstance(begun, dict) and not _SHOWN.isdisjoint(begun)):
            yield place["start"], place["end"]


def tags(text: str, start: int, end: int) -> list[Tag]:
    """The outermost pairs of tags alone on their lines, not in code fences, in order."""
    if not _CLOSING_TAG.search(text, start, end):
        return []
    fence = ""
    opened: dict[str, list[tuple[int, Span, int]]] = {}
    pairs: list[Tag] = []
    for match in _TAG_OR_FENCE.finditer(text, start, end):
        mark = match["fence"]
        line = match.start()
        while line > start and text[line - 1] in (_BEFORE_FENCE if mark else _BLANKS):
            line -= 1
        if line > start and text[line - 1] not in "\r\n":
            continue
        if mark:
            if not fence:
                fence = mark
            elif mark.startswith(fence) and not match["info"].strip():
                fence = ""
            continue
        name = match["name"]
        if fence or name.lower() in LAYOUT_TAGS:
            continue
        after = md.next_line(text, match.end(), end)
        if not match["slash"]:
            opened.setdefault(name, []).append((line, Span(*match.span("name")), after))
        elif opened.get(name):
            first, name_span, inner = opened[name].pop()
            pairs.append(Tag(name, name_span, first, Span(inner, line), after))
    return _outermost(pairs)


def _outermost(pairs: list[Tag]) -> list[Tag]:
    found: list[Tag] = []
    for pair in sorted(pairs, key=lambda tag: tag.start):
        if not found or pair.start >= found[-1].end:
            found.append(pair)
    return found


def common_indent(text: str, start: int, end: int) -> str:
    """The blanks that every line with text in ``text[start:end]`` begins with."""
    common: str | None = None
    for line in md.lines(text, start, end):
        row = line.of(text).rstrip("\r\n")
        blanks = row[: len(row) - len(row.lstrip(" \t"))]
        if blanks == row:
            continue
        if common is None:
            common = blanks
        while not blanks.startswith(common):
            common = common[:-1]
        if not common:
            break
    return common or ""


def may_open(text: str, holder: Block, at: int) -> bool:
    """Whether the line at ``at``, inside a CommonMark block, may begin an XML block."""
    if at < holder.start:
        return False
    if holder.kind in ("Paragraph", "Table"):
        return True
    if holder.kind == "HtmlBlock":
        return not _RAW_HTML.match(text, holder.start, holder.end)
    # At column 0 such a line only goes on with the last paragraph of a list or quotation.
    return holder.kind in ("List", "BlockQuote") and text[at] == "<"


def _without_indent(text: str, start: int, end: int, indent: str) -> tuple[str, list[tuple[int, int]]]:
    """``text[start:end]`` with ``indent`` taken off each line, and what that did to offsets.

    Each shift says: from this offset of the result on, add so much for the offset in ``text``.
    """
    if not indent:
        return text[start:end], [(0, start)]
    rows: list[str] = []
    shifts: list[tuple[int, int]] = []
    length = 0
    for line in md.lines(text, start, end):
        row = line.of(text)
        kept = row[len(indent) :] if row.startswith(indent) else row.lstrip(" \t")
        shifts.append((length, line.end - len(kept) - length))
        rows.append(kept)
        length += len(kept)
    return "".join(rows), shifts or [(0, start)]


def _with_silent(text: str, parts: list[Block], start: int, end: int) -> list[Block]:
    """``parts`` and, as blocks of kind ``Silent``, the text of which the parser says nothing.

    That is above all the definition of a link (``[name]: address``).
    """
    whole: list[Block] = []
    at = start
    for part in [*parts, Block("", end, end)]:
        if at < part.start and not md.is_blank(text, at, part.start):
            skipped = part.start - len(text[at : part.start].lstrip(" \t\r\n"))
            stop = md.core_end(text, skipped, part.start)
            whole.append(Block("Silent", md.line_start(text, skipped, at), md.next_line(text, stop, end)))
        whole.append(part)
        at = part.end
    whole.pop()
    return whole


def _offsets(found: list[Block], data: bytes, shifts: list[tuple[int, int]]) -> Callable[[int], int]:
    """A function that gives the offset in the text for a byte offset at which a block begins or ends."""
    if len(shifts) == 1 and data.isascii():
        return shifts[0][1].__add__
    offsets: dict[int, int] = {}
    done = characters = 0
    for point in sorted({block.start for block in found} | {block.end for block in found}):
        characters += len(data[done:point].decode())
        done = point
        _, by = shifts[bisect_right(shifts, characters, key=_from) - 1]
        offsets[point] = characters + by
    return offsets.__getitem__


def _from(shift: tuple[int, int]) -> int:
    return shift[0]
