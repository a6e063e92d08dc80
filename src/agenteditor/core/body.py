"""The outline of a prompt: the sections, groups and list items of a Markdown text, with spans.

Sections come from a CommonMark parser (see `markdown_blocks`), not from patterns over the
text: what stands in code, in a quotation or in a table is never a title. On top of its blocks:

- ``heading``: an ATX or setext heading. It holds all up to the next heading of its level or above.
- ``label``: a line of a paragraph that is only bold (``**Title:**``, ``**Title**:``, ``__Title__``).
  It stands one level below the heading around it and ends at the next label or heading.
- ``lead-in``: a short plain line that ends in a colon directly before a list. It owns that list and
  nothing more. It is the child of the heading around it, or of a label that has no content of its
  own yet; after a label with content it is the label's sibling.
- ``group``: an item of a list whose every item begins with a line that is only bold and has
  something below it. The section with such a list is of kind ``groups``, the groups are children.
- ``xml``: ``<name>`` to ``</name>``, both alone on their lines. Its inside is read in the same way.
- ``intro``: what stands before the first of these. ``prose``: what stands after a lead-in, an XML
  block or groups. Both have no title.

Whatever fits none of these is content of the section it stands in. **Nothing is lost**: a section
reaches from its first line to the first line of the next, so blank lines belong to the section
before them, and the sections together are the whole body from its first line with text to its end.
In the same way ``heading``, ``content`` and ``children`` together are the section, but for the
closing line of an XML block. `parse_body` takes any text and never raises.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from agenteditor.core import markdown_lines as md
from agenteditor.core.markdown_blocks import LIST_DEPTH, Block, Tag, blocks, common_indent, may_open, tags
from agenteditor.core.text import Span

Kind = Literal["empty", "prose", "bullets", "numbered", "groups", "code", "table", "mixed"]
Style = Literal["intro", "heading", "label", "lead-in", "group", "xml", "prose"]
SectionPath = tuple[int, ...]
"""Where a section stands: indexes of children from the top of the outline down."""

_LEAD_IN_LINES = 2
_LEAD_IN_LENGTH = 200
_LABEL_LENGTH = 200

_BOLD_LINE = re.compile(r"(\*\*|__)(?=\S)((?:(?!\1).)*\S)\1[ \t]*[:\uff1a]?", re.DOTALL)
_BOLD_START = re.compile(r"(\*\*|__)(?=\S)(?:(?!\1).)*\S\1")
_ENDS_IN_COLON = re.compile(r"[:\uff1a](?:\*\*|__)?\Z")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: ``span`` is its whole lines, marker, nested content and line end included.

    ``text`` is the item's Markdown without marker and without its indentation, line ends as LF;
    ``text_span`` is where that stands, up to the end of its last line.
    """

    span: Span
    text: str
    text_span: Span
    number: int | None


@dataclass(frozen=True, slots=True)
class Section:
    """One section; spans are offsets of the whole text given to `parse_body`.

    ``title`` is plain: without ``#``, bold marks and the final colon; empty for ``intro`` and
    ``prose``. ``title_span`` is what renaming replaces. ``level`` is 1 for the topmost.
    ``content`` is what stands between the title and the first child, blank lines included;
    ``kind`` says what that is, thematic breaks not counted. ``items`` are those of the content's
    list if it holds exactly one list that is not one of groups (kind ``bullets``, ``numbered`` or
    ``mixed``), else empty.
    """

    title: str
    level: int
    style: Style
    heading: Span | None
    title_span: Span | None
    span: Span
    content: Span
    kind: Kind
    items: tuple[Item, ...]
    children: tuple[Section, ...]


class PlacedSection(NamedTuple):
    """A section and its path in the outline."""

    path: SectionPath
    section: Section


def parse_body(text: str, start: int = 0) -> tuple[Section, ...]:
    """The sections of ``text[start:]``, topmost first; empty for a blank text. Never raises."""
    if start == 0 and text.startswith("\ufeff"):
        start = 1
    top = _Node("", 0, "intro", start, inner_end=len(text))
    _Region(text, top, _Limits()).read(start, len(text), "")
    return _sections(text, top.children, len(text))


def walk(sections: tuple[Section, ...], path: SectionPath = ()) -> Iterator[PlacedSection]:
    """Every section with its path, in the order of the text."""
    for at, section in enumerate(sections):
        yield PlacedSection((*path, at), section)
        yield from walk(section.children, (*path, at))


def section_at(sections: tuple[Section, ...], path: SectionPath) -> Section | None:
    """The section at ``path``; None if there is none."""
    found: Section | None = None
    for at in path:
        if not 0 <= at < len(sections):
            return None
        found = sections[at]
        sections = found.children
    return found


def path_at(sections: tuple[Section, ...], offset: int) -> SectionPath | None:
    """The path of the innermost section that holds ``offset``; None before the first section."""
    path: SectionPath = ()
    while sections:
        at = bisect_right(sections, offset, key=lambda section: section.span.start) - 1
        if at < 0 or (path and offset >= sections[at].span.end):
            break
        path = (*path, at)
        sections = sections[at].children
    return path or None


def section_markdown(text: str, section: Section) -> str:
    """A section as it is shown and edited: LF line ends, without the blank lines around it."""
    return md.trimmed(section.span.of(text))


@dataclass(slots=True)
class _Node:
    """A section while it is being read; its end is known when the next one begins."""

    title: str
    level: int
    style: Style
    start: int
    heading: Span | None = None
    title_span: Span | None = None
    blocks: list[Block] = field(default_factory=list)
    children: list[_Node] = field(default_factory=list)
    inner_end: int | None = None


@dataclass(slots=True)
class _Limits:
    """What keeps hostile texts from taking long: how deep tags go, how many characters are read again.

    Beyond them tags are ordinary text.
    """

    depth: int = 8
    again: int = 1_000_000


class _Region:
    """Reads a part of the text into the children of ``top``: the body, or the inside of a tag."""

    def __init__(self, text: str, top: _Node, limits: _Limits) -> None:
        self._text = text
        self._limits = limits
        self._headings = [top]
        self._label: _Node | None = None
        self._leaf: _Node | None = None

    def read(self, start: int, end: int, indent: str) -> None:
        """Read ``text[start:end]``, whose lines are all indented by ``indent``."""
        text = self._text
        found = blocks(text, start, end, indent)
        at = 0
        for tag in tags(text, start, end) if self._limits.depth else ():
            first = _index(found, at, tag.start)
            if first == len(found) or not may_open(text, found[first], tag.start):
                continue
            rest = _index(found, first, tag.end)
            cut = found[first].start < tag.start
            torn = rest < len(found) and found[rest].start < tag.end
            self._limits.again -= (tag.start - found[first].start) * cut + (end - tag.end) * torn
            if self._limits.again < 0:
                break
            self._feed(found[at:first])
            if cut:
                self._feed(blocks(text, found[first].start, tag.start, indent))
            self._open_tag(tag)
            at = rest
            if torn:
                found, at = blocks(text, tag.end, end, indent), 0
        self._feed(found[at:])

    def _feed(self, found: list[Block]) -> None:
        for at, block in enumerate(found):
            if block.kind == "Heading":
                self._heading(block)
            elif block.kind == "Paragraph":
                self._paragraph(block, before_list=at + 1 < len(found) and found[at + 1].kind == "List")
            else:
                self._content(block)

    def _parent(self) -> _Node:
        return self._label or self._headings[-1]

    def _open(self, parent: _Node, style: Style, heading: Span, title: Span) -> _Node:
        node = _Node(
            md.plain_title(title.of(self._text)), parent.level + 1, style, heading.start, heading, title
        )
        parent.children.append(node)
        return node

    def _heading(self, block: Block) -> None:
        while len(self._headings) > 1 and self._headings[-1].level >= block.level:
            self._headings.pop()
        title = _heading_title(self._text, block)
        node = self._open(self._headings[-1], "heading", Span(block.start, block.end), title)
        node.level = block.level
        self._headings.append(node)
        self._label = self._leaf = None

    def _paragraph(self, block: Block, *, before_list: bool) -> None:
        text = self._text
        pending = block.start
        for line in md.lines(text, block.start, block.end):
            if _is_label(text, line, first=line.start == block.start):
                self._plain(pending, line.start)
                title = md.title_span(text, *line)
                self._label = self._open(self._headings[-1], "label", line, title)
                self._leaf = None
                pending = line.end
        lead_in = _lead_in(text, pending, block.end) if before_list else None
        if lead_in is None:
            self._plain(pending, block.end)
            return
        self._plain(pending, lead_in.start)
        if self._label is not None and self._label.blocks:
            self._label = None
        self._leaf = self._open(self._parent(), "lead-in", lead_in, md.title_span(text, *lead_in))

    def _plain(self, start: int, end: int) -> None:
        if start < end:
            self._content(Block("Paragraph", start, end))

    def _content(self, block: Block) -> None:
        leaf = self._leaf
        if leaf is not None and leaf.blocks and (leaf.style == "lead-in" or leaf.children):
            leaf = None
        if leaf is None:
            parent = self._parent()
            if block.kind == "Rule" and parent.children:
                self._rule(block, (self._leaf or parent))
                return
            if parent.level == 0 or parent.children:
                style: Style = "prose" if parent.children else "intro"
                leaf = _Node("", parent.level + 1, style, block.start)
                parent.children.append(leaf)
        self._leaf = leaf
        _hold(self._text, leaf or self._parent(), block, 0)

    def _rule(self, block: Block, before: _Node) -> None:
        """A thematic break is no section of its own: it closes what stands before it."""
        if before.children:
            group = before.children[-1]
            if group.style == "group" and group.inner_end is None:
                group.inner_end = block.start
        else:
            before.blocks.append(block)

    def _open_tag(self, tag: Tag) -> None:
        node = self._open(self._parent(), "xml", Span(tag.start, tag.inner.start), tag.name_span)
        node.title = tag.name
        node.inner_end = tag.inner.end
        self._leaf = None
        self._limits.depth -= 1
        _Region(self._text, node, self._limits).read(*tag.inner, common_indent(self._text, *tag.inner))
        self._limits.depth += 1


def _index(found: list[Block], least: int, offset: int) -> int:
    """The first of ``found[least:]`` that ends after ``offset``."""
    return bisect_right(found, offset, lo=least, key=lambda block: block.end)


def _hold(text: str, node: _Node, block: Block, depth: int) -> None:
    """Add a block to a section's own content; the items of a list of groups become its children."""
    if block.kind == "List" and depth < LIST_DEPTH:
        groups = _groups(text, block, node.level + 1, depth)
        if groups:
            block.kind = "Groups"
            node.children.extend(groups)
    node.blocks.append(block)


def _groups(text: str, block: Block, level: int, depth: int) -> list[_Node]:
    """The groups of a list; empty if it is an ordinary list."""
    found: list[_Node] = []
    for item in block.parts:
        below = md.next_line(text, item.start, item.end)
        mark = md.marker(text, item.start, below)
        if mark is None:
            return []
        first = Span(mark.span.end, md.core_end(text, mark.span.end, below))
        inner = [part for part in item.parts if part.start >= below]
        bold = _BOLD_LINE.fullmatch(first.of(text).rstrip())
        if bold is None and not (
            inner
            and inner[0].kind in ("List", "CodeBlock")
            and md.is_blank(text, below, inner[0].start)
            and _BOLD_START.match(text, *first)
            and _ENDS_IN_COLON.search(first.of(text).rstrip())
        ):
            return []
        title = md.title_span(text, *first)
        node = _Node(
            md.plain_title(title.of(text)), level, "group", item.start, Span(item.start, below), title
        )
        if not md.is_blank(text, below, inner[0].start if inner else item.end):
            # The lines under the bold one, up to the first block of their own.
            inner.insert(0, Block("Paragraph", below, inner[0].start if inner else item.end))
        for part in inner[:-1]:
            node.blocks.append(part)
        for part in inner[-1:]:
            # Nested groups must come last: what follows them could not be told from them.
            _hold(text, node, part, depth + 1)
        found.append(node)
    return found if any(node.blocks for node in found) else []


def _sections(text: str, nodes: list[_Node], end: int) -> tuple[Section, ...]:
    stops = [node.start for node in nodes[1:]] + [end]
    return tuple(_section(text, node, stop) for node, stop in zip(nodes, stops, strict=False))


def _section(text: str, node: _Node, end: int) -> Section:
    inner_end = end if node.inner_end is None else node.inner_end
    content_start = node.heading.end if node.heading else node.start
    content = Span(content_start, node.children[0].start if node.children else inner_end)
    lists = [block for block in node.blocks if block.kind == "List"]
    return Section(
        title=node.title,
        level=node.level,
        style=node.style,
        heading=node.heading,
        title_span=node.title_span,
        span=Span(node.start, end),
        content=content,
        kind=_kind(text, node.blocks, content),
        items=_items(text, lists[0]) if len(lists) == 1 else (),
        children=_sections(text, node.children, inner_end),
    )


def _kind(text: str, blocks: list[Block], content: Span) -> Kind:
    kinds = [block.kind for block in blocks if block.kind != "Rule"]
    if "Groups" in kinds:
        return "groups"
    if not kinds:
        # A thematic break or link definitions alone are text too.
        return "empty" if md.is_blank(text, *content) else "prose"
    if kinds == ["List"]:
        block = next(block for block in blocks if block.kind == "List")
        return "numbered" if block.level else "bullets"
    named: dict[str, Kind] = {"List": "mixed", "CodeBlock": "code", "Table": "table"}
    found = {named.get(kind, "prose") for kind in kinds}
    return found.pop() if len(found) == 1 else "mixed"


def _items(text: str, block: Block) -> tuple[Item, ...]:
    items: list[Item] = []
    for part in block.parts:
        mark = md.marker(text, part.start, part.end)
        if mark is None:
            return ()
        start = mark.span.end
        end = max(start, md.core_end(text, part.start, part.end))
        item_text = text[start:end]
        if md.is_blank(text, start, end):
            item_text = ""
        if "\n" in item_text or "\r" in item_text:
            rows = md.unified(item_text).split("\n")
            item_text = "\n".join([rows[0], *(md.dedented(row, mark.column) for row in rows[1:])])
            item_text = item_text.lstrip("\n")  # the text may begin on the line below the marker
        items.append(Item(Span(part.start, part.end), item_text, Span(start, end), mark.number))
    return tuple(items)


def _heading_title(text: str, block: Block) -> Span:
    rows = list(md.lines(text, block.start, block.end))
    if len(rows) > 1:  # setext: the last line is the underline
        return md.title_span(text, block.start, rows[-1].start)
    start = block.end - len(block_text := text[block.start : block.end].lstrip(" \t"))
    hashes = len(block_text) - len(block_text.lstrip("#"))
    written = block_text[hashes:].rstrip(" \t\r\n")
    bare = written.rstrip("#")
    if not bare or bare[-1] in " \t":
        written = bare  # CommonMark 4.2: a closing sequence of # stands after a blank
    return md.title_span(text, start + hashes, start + hashes + len(written))


def _is_label(text: str, line: Span, *, first: bool) -> bool:
    written = line.of(text).strip(" \t\r\n")
    bold = _BOLD_LINE.fullmatch(written) if len(written) <= _LABEL_LENGTH else None
    if bold is None or not md.plain_title(bold[2]):
        return False
    if _ENDS_IN_COLON.search(written):
        return True
    # Without a colon a bold line may be a sentence that is stressed.
    return first and not bold[2].endswith((".", "!", ",", ";", "\u3002", "\uff01"))


def _lead_in(text: str, start: int, end: int) -> Span | None:
    """The last lines of a paragraph if they introduce the list after it."""
    if start >= end or not _ENDS_IN_COLON.search(text[start:end].rstrip()):
        return None
    rows = list(md.lines(text, start, end))
    first = len(rows) - 1
    while first > 0 and not _ends_sentence(rows[first - 1].of(text)):
        first -= 1
    if len(rows) - first > _LEAD_IN_LINES or end - rows[first].start > _LEAD_IN_LENGTH:
        return None
    return Span(rows[first].start, end)


def _ends_sentence(line: str) -> bool:
    line = line.rstrip("\r\n")
    return line.endswith(("  ", "\\")) or line.rstrip().endswith((*".!?:", "\u3002", "\uff01", "\uff1a"))
