"""A Markdown text as a page.

- **Nothing is swallowed.** Markup that a browser would act on or hide (tags, comments, scripts) is text
  here, and tags around lines of their own, such as ``<example>``, are cards.
- **Nothing is fetched.** An image is its alternative text; its address is only told.
- **Nothing blows up.** Beyond `MOST_CELLS` a table comes as its source, and long blocks are cut.

Takes any text, never raises, and needs time in proportion to its length.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from agenteditor.core import markdown_lines as md
from agenteditor.core.markdown_blocks import Event, common_indent, events, tags
from agenteditor.core.page import LONGEST, Block, Column, Look, Marker, Page, Run, Runs, finished
from agenteditor.core.page_tags import Name, Tag, parted, with_cards

MOST_CELLS = 2_000  # of all tables of a page; Qt's layout takes a tenth of a second for half of that
MOST_CHARACTERS = 256_000  # code points; the largest real file has 72,000
MOST_LINES = 5_000
MOST_MARKS = 30_000  # characters that may begin something within a line; real files have 1,700 at most
MOST_NESTED = 32  # marks of lists and quotations at the beginning of one line

Excess = Literal["characters", "lines", "line", "nesting", "marks", "tables"]


def excess(markdown: str) -> Excess | None:
    """What makes a text too much to draw as a page at once: a ``line`` is one that is too long.

    Judged by counts, not by a clock. A page can still be made of it; it takes its time.
    """
    if len(markdown) > MOST_CHARACTERS:
        return "characters"
    if markdown.count("\n") > MOST_LINES:
        return "lines"
    if max(map(len, markdown.split("\n"))) > LONGEST:
        return "line"
    if _NESTED.search(markdown):
        return "nesting"
    if sum(map(markdown.count, "*_`~[<")) > MOST_MARKS:
        return "marks"
    return "tables" if markdown.count("|") > 10 * MOST_CELLS else None


def markdown_page(markdown: str) -> Page:
    """``markdown``, a prompt without its frontmatter, as a page."""
    writer = _Writer()
    writer.split(md.unified(markdown), 0)
    blocks, cards = with_cards(writer.written)
    return Page(blocks, cards, tuple(writer.images))


_DEEPEST_SPLIT = 8  # of tags within tags that are taken out before the text is parsed
_DEEPEST_MARKUP = 3  # of Markdown found inside what CommonMark takes for one block of HTML

_LITERAL = re.compile(r"[ \t]*<(?:[!?]|(?:script|pre|style|textarea)\b)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"`|\\^{}]{1,2000}")
_NESTED = re.compile(
    rf"^(?:[ \t]{{0,8}}(?:>|[*+-][ \t]|\d{{1,9}}[.)][ \t])){{{MOST_NESTED + 1}}}", re.MULTILINE
)
_COLUMNS: dict[str, Column] = {"None": "left", "Left": "left", "Center": "centre", "Right": "right"}


@dataclass(slots=True)
class _List:
    series: int
    number: int | None


@dataclass(slots=True)
class _Writer:
    """Takes the parser's events and writes blocks and tags, in order."""

    written: list[Block | Tag] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    series: int = 0
    marker: Marker | None = None  # of an item that has no block yet
    quote: int = 0
    cells: int = 0
    markup: int = 0
    # Of the present paragraph: its lines, and what is switched on.
    lines: list[list[Run]] = field(default_factory=lambda: [[]])
    on: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    image: int = 0

    def split(self, text: str, depth: int) -> None:
        """Write ``text``, pairs of tags at the very beginning of lines taken out first.

        CommonMark ends a block of HTML at its first blank line, which may be one inside a code fence.
        """
        at = 0
        for pair in tags(text, 0, len(text)) if depth < _DEEPEST_SPLIT else ():
            if text[pair.start] != "<":
                continue
            self.parse(text[at : pair.start])
            self.tag((pair.name, text[pair.start : pair.inner.start].strip()), opens=True, joined=False)
            inner = pair.inner.of(text)
            self.split(_dedented(inner), depth + 1)
            self.tag((pair.name, text[pair.inner.end : pair.end].strip()), opens=False, joined=False)
            at = pair.end
        self.parse(text[at:])

    def parse(self, text: str) -> None:
        """Write the blocks of ``text``."""
        stream = events(text)
        for event in stream:
            if event.name == "Table":
                self.flush()
                self.table(event, stream, text)
            elif event.name == "CodeBlock":
                self.flush()
                self.code(event.value, _inside(stream, "CodeBlock"))
            elif event.name == "HtmlBlock":
                self.flush()
                self.html("".join(str(piece.value) for piece in _inside(stream, "HtmlBlock")))
            else:
                self.take(event)
        self.flush()

    def take(self, event: Event) -> None:
        """Take any other event."""
        if event.edge == "start":
            self.start(event.name, event.value)
        elif event.edge == "end":
            self.end(event.name, event.value)
        elif self.image:
            self.describe(event)
        else:
            self.leaf(event.name, event.value)

    def start(self, name: str, value: object) -> None:
        """A block or an inline mark begins."""
        if name in ("Link", "Image"):
            assert isinstance(value, dict), "a link is a table of its parts"
            address = str(value["dest_url"])
            if name == "Image":
                self.image += 1
                self.images.append(address)
                if self.image == 1:
                    self.lines[-1].append(self.run("", "image"))
            else:
                self.links.append(f"mailto:{address}" if value["link_type"] == "Email" else address)
            return
        if name in ("Emphasis", "Strong", "Strikethrough"):
            self.on[name] += 1
            return
        self.flush()
        if name == "List":
            self.series += 1
            self.lists.append(_List(self.series, int(value) if isinstance(value, int) else None))
        elif name == "Item":
            here = self.lists[-1]
            self.marker = Marker(here.series, here.number)
            here.number = None if here.number is None else here.number + 1
        elif name == "BlockQuote":
            self.quote += 1

    def end(self, name: str, value: object) -> None:
        """A block or an inline mark ends."""
        if name == "Link":
            self.links.pop()
        elif name == "Image":
            self.image -= 1
        elif name in ("Emphasis", "Strong", "Strikethrough"):
            self.on[name] -= 1
        elif name == "Heading":
            runs, level = self.taken(), int(str(value)[1:])
            self.written.append(self.block("paragraph", runs)._replace(kind="heading", level=level))
        elif name == "Paragraph":
            self.flush(tight=False)
        else:
            self.flush()
            if name == "Item":
                self.write_marker()
            elif name == "List":
                self.lists.pop()
            elif name == "BlockQuote":
                self.quote -= 1

    def leaf(self, name: str, value: object) -> None:
        """A piece of text, or what stands for one."""
        if name in ("SoftBreak", "HardBreak"):
            self.lines[-1].append(Run("\n", "text" if name == "HardBreak" else "break"))
            self.lines.append([])
        elif name == "Code":
            self.lines[-1].append(self.run(str(value), "code"))
        elif name == "InlineHtml":
            self.lines[-1].append(self.run(str(value), "tag"))
        elif name == "TaskListMarker":
            if self.marker is not None:
                self.marker = self.marker._replace(checked=bool(value))
        elif name == "Rule":
            self.flush()
            self.write_marker()
            self.written.append(self.block("rule"))
        else:
            self.text(str(value))

    def describe(self, event: Event) -> None:
        """Text inside an image is its alternative text."""
        image = self.lines[-1][-1]
        words = " " if event.name.endswith("Break") else str(event.value)
        self.lines[-1][-1] = image._replace(text=image.text + words)

    def text(self, text: str) -> None:
        """Add text to the present line; a bare web address in it is a link."""
        line, at = self.lines[-1], 0
        for match in _ADDRESS.finditer(text) if not self.links and "://" in text else ():
            address = _without_sentence(match[0])
            line.append(self.run(text[at : match.start()]))
            line.append(self.run(address)._replace(link=address))
            at = match.start() + len(address)
        line.append(self.run(text[at:]))

    def run(self, text: str, look: Look = "text") -> Run:
        """A run with what is switched on at this place."""
        bold, italic = self.on["Strong"] > 0, self.on["Emphasis"] > 0
        link = self.links[-1] if self.links else ""
        return Run(text, look, bold, italic, self.on["Strikethrough"] > 0, link)

    def taken(self) -> Runs:
        """All that has been collected, as one line."""
        lines, self.lines = self.lines, [[]]
        return tuple(run for line in lines for run in line)

    def block(self, kind: Literal["paragraph", "code", "rule", "table"], runs: Iterable[Run] = ()) -> Block:
        """A block at this place. It shows the marker of its item, if it is the first there."""
        marker, self.marker = self.marker, None
        return Block(kind, tuple(runs), depth=len(self.lists), quote=self.quote, marker=marker, tight=True)

    def write_marker(self) -> None:
        """Write an empty item where nothing follows that could carry the marker."""
        if self.marker is not None:
            self.written.append(self.block("paragraph"))

    def tag(self, name: Name, *, opens: bool, joined: bool) -> None:
        """Write a tag."""
        block = self.block("paragraph", [Run(name[1], "tag")])
        self.written.append(Tag(name[0], opens, joined, block))

    def flush(self, *, tight: bool = True) -> None:
        """Write the paragraph that has been collected, parted at lines that begin or end with tags."""
        lines, self.lines = self.lines, [[]]
        paragraph: list[Run] = []

        def write() -> None:
            while paragraph and paragraph[-1].look in ("text", "break") and not paragraph[-1].text.strip():
                paragraph.pop()
            if paragraph:
                self.written.append(self.block("paragraph", paragraph)._replace(tight=tight))
                paragraph.clear()

        for line in lines:
            if not any("<" in run.text for run in line):
                paragraph += line
                continue
            opening, rest, closing = parted(line)
            if opening:
                write()
            filled = any(run.text.strip() for run in rest)
            for name in opening:
                self.tag(name, opens=True, joined=filled)
            paragraph += rest
            if closing:
                write()
            for name in closing:
                self.tag(name, opens=False, joined=filled)
        write()

    def code(self, value: object, inside: Iterable[Event]) -> None:
        """Write a block of code, of the language that the first word after the fence names."""
        self.write_marker()
        text = "".join(str(event.value) for event in inside).removesuffix("\n")
        words = re.findall(r"[\w+#-]+", str(value["Fenced"])) if isinstance(value, dict) else []
        lines: list[Run] = []
        for line in text.split("\n"):
            lines += [Run("\n", "code"), Run(line[:LONGEST], "code")]
            if len(line) > LONGEST:
                lines.append(Run(str(len(line) - LONGEST), "cut"))
        self.written.append(self.block("code", lines[1:])._replace(language=words[0] if words else ""))

    def table(self, event: Event, stream: Iterator[Event], text: str) -> None:
        """Write a table, or its source where it has too many cells."""
        self.write_marker()
        data = text.encode("utf-8", "replace")
        rows: list[tuple[Runs, ...]] = []
        row: list[Runs] = []
        for inner in _inside(stream, "Table"):
            if inner.name == "TableCell":
                if inner.edge == "end":
                    self.cells += 1
                    row.append(finished(self.taken()))
            elif inner.name in ("TableHead", "TableRow"):
                if inner.edge == "start":
                    row = []
                else:
                    rows.append((*row[:-1], row[-1] + _beyond(data[inner.start : inner.end], len(row))))
            elif self.cells < MOST_CELLS:
                self.take(inner)
        if self.cells > MOST_CELLS:
            source = data[event.start : event.end].decode("utf-8", "replace")
            self.code(None, [Event("", "Text", source, 0, 0)])
            return
        columns = tuple(_COLUMNS[str(name)] for name in event.value)
        self.written.append(self.block("table")._replace(rows=tuple(rows), columns=columns))

    def html(self, text: str) -> None:
        """Write what CommonMark takes for HTML: lines with tags, and between them Markdown after all."""
        lines = text.removesuffix("\n").split("\n")
        if _LITERAL.match(text) or self.markup == _DEEPEST_MARKUP:
            self.written.append(self.block("paragraph", [Run("\n".join(lines), "tag")]))
            return
        self.markup += 1
        between: list[str] = []

        def write() -> None:
            chunk = "\n".join(between)
            between.clear()
            if chunk.strip():
                self.parse(_dedented(chunk))

        for line in lines:
            opening, rest, closing = parted([Run(line)])
            words = "".join(run.text for run in rest)
            if opening:
                write()
            for name in opening:
                self.tag(name, opens=True, joined=bool(words.strip()))
            between.append(words)
            if closing:
                write()
            for name in closing:
                self.tag(name, opens=False, joined=bool(words.strip()))
        write()
        self.markup -= 1


def _inside(stream: Iterator[Event], name: str) -> Iterator[Event]:
    """The events up to the end of the block called ``name``, which cannot stand inside itself."""
    for event in stream:
        if event.edge == "end" and event.name == name:
            return
        yield event


def _beyond(row: bytes, cells: int) -> Runs:
    """What a row holds beyond its last cell. Markdown drops it; the agent reads it."""
    pieces = re.split(rb"(?<!\\)\|", row.strip().removeprefix(b"|"), maxsplit=cells)
    rest = pieces[cells].strip().decode("utf-8", "replace") if len(pieces) > cells else ""
    return (Run(f" | {rest}", "tag"),) if rest else ()


def _dedented(text: str) -> str:
    indent = common_indent(text, 0, len(text))
    if not indent:
        return text
    return "\n".join(line.removeprefix(indent) for line in text.split("\n"))


def _without_sentence(address: str) -> str:
    """A web address without the punctuation of the sentence around it."""
    while address and (
        address[-1] in ".,;:!?*_~'"
        or (address[-1] in ")]" and address.count(address[-1]) > address.count("(["[")]".index(address[-1])]))
    ):
        address = address[:-1]
    return address
