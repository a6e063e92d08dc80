"""From the events of PyYAML's C parser to nodes that know where they stand.

The tree is built here and not composed: composing crashes on deep nesting and expands aliases. On the way
the corrections B to E of READER.md are made, where libyaml takes what the reader refuses. The only module
that imports PyYAML; it never raises on any text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from agenteditor.core.scalar import block_end
from agenteditor.core.text import Span
from agenteditor.core.yaml_faults import TAB, fault
from agenteditor.core.yaml_mends import Mend, Mended, Problem, line_start, mends
from agenteditor.core.yaml_nodes import (
    Alias,
    Mapping,
    Node,
    Refused,
    Scalar,
    ScalarStyle,
    Sequence,
    YamlFault,
)

MAX_DEPTH = 64  # flow nesting costs libyaml quadratic time (READER.md, traps)
MAX_VALUES = 5_000  # keys and values, lists and maps; the largest real frontmatter has some 100

assert yaml.__with_libyaml__, "Agent Editor needs PyYAML with libyaml; the pure parser reads tabs wrongly"

# For second readers: every scalar as the text it is.
StringLoader = yaml.CBaseLoader


@dataclass(slots=True)
class _Frame:
    """An open collection. ``indent`` is the column of the innermost block collection."""

    mapping: bool
    flow: bool
    start: int
    indent: int
    tag: str | None
    anchor: str | None
    children: list[Node]


@dataclass(frozen=True, slots=True)
class Built:
    """What a parser built, if it got to the end."""

    node: Node | None
    blocks: tuple[tuple[Span, int], ...]  # block scalars up to the next token, and the column they hang on


def _events(text: str) -> Iterator[yaml.Event]:
    parser = yaml.CLoader(text)
    try:
        while (event := parser.get_event()) is not None:
            yield event
    finally:
        parser.dispose()


def _start(event: yaml.Event) -> int:
    assert event.start_mark is not None, "libyaml marks every event"
    return event.start_mark.index


def _end(event: yaml.Event) -> int:
    assert event.end_mark is not None, "libyaml marks every event"
    return event.end_mark.index


def build(builder: Builder) -> Built | tuple[Mend, ...] | YamlFault | Refused:
    """The nodes, or what has to be mended first, or why there are none."""
    mended = builder.mended
    try:
        return builder.run()
    except _Stop as stop:
        return stop.outcome
    except yaml.MarkedYAMLError as error:
        problem = _problem(mended.text, error)
        found = mends(mended.text, problem, in_flow=builder.in_flow) if builder.mends else ()
        if found:
            return found
        tab = mended.soft_tab(problem.offset)
        if tab is not None or mended.text[problem.offset : problem.offset + 1] == "\t":
            return YamlFault("yaml/tab", TAB, mended.origin(problem.offset if tab is None else tab))
        return fault(problem.words, mended.origin(problem.offset), mended.origin(problem.context))
    except Exception as error:  # noqa: BLE001  # the parse wall: mutations raise anything (RELIABILITY F15)
        return YamlFault("yaml/parser", f"The YAML parser gave up: {type(error).__name__}.", 0)


def _problem(text: str, error: yaml.MarkedYAMLError) -> Problem:
    places = [min(mark.index, len(text)) for mark in (error.problem_mark, error.context_mark) if mark]
    return Problem(error.problem or "", places[0] if places else 0, places[-1] if places else 0)


class _Stop(Exception):
    def __init__(self, outcome: YamlFault | Refused) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class Builder:
    """Builds nodes from events, without recursion, and applies corrections B to E.

    ``tab_lines`` are blank or comment lines whose tabs were taken for spaces.
    """

    mends = True

    def __init__(self, mended: Mended, tab_lines: list[Span]) -> None:
        self._text = mended.text
        self._mended = mended
        self._tab_starts = [mended.place(start) for start, _ in tab_lines]
        self._stack: list[_Frame] = []
        self._root: list[Node] = []
        self._anchors: dict[str, Node | None] = {}
        self._blocks: list[tuple[Span, int]] = []
        self._documents = 0
        self._values = 0
        self._part_end = 0
        self._token_end = 0
        self._token_plain = False
        self._token_block = False
        self._later_pair = False

    @property
    def mended(self) -> Mended:
        return self._mended

    @property
    def in_flow(self) -> bool:
        return bool(self._stack) and self._stack[-1].flow

    def _at(self, offset: int) -> int:
        """The file's offset of one in the text that libyaml saw."""
        return self._mended.origin(offset) if self._mended.inserted else offset

    def run(self) -> Built:
        for event in _events(self._text):
            if isinstance(event, yaml.ScalarEvent):
                self._before_token(event)
                self._add(self._scalar(event))
                self._after_token(event)
            elif isinstance(event, yaml.AliasEvent):
                self._before_token(event)
                self._add(self._alias(event))
                self._after_token(event)
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                self._before_token(event)
                self._open(event)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                self._close(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self._document(event)
        self._check_tab_lines(len(self._text))
        return Built(self._root[0] if self._root else None, tuple(self._blocks))

    def _stop(self, code: str, message: str, offset: int) -> _Stop:
        return _Stop(YamlFault(code, message, self._at(offset)))

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        start = _start(event)
        if event.version or event.tags:
            raise self._stop("yaml/directive", "A % directive is not allowed in frontmatter.", start)
        if self._documents > 1:
            raise self._stop("yaml/documents", "There is text after “...”, which ends the YAML.", start)

    def _before_token(self, event: yaml.NodeEvent) -> None:
        if self._tab_starts:
            self._check_tab_lines(_start(event))
        if self.in_flow:
            self._check_tight_comment(_start(event))
        elif self._mended.soft_tabs:
            self._check_soft_tab(event)

    def _after_token(self, event: yaml.Event) -> None:
        self._part_end = _end(event)
        if self._tab_starts:
            self._token_end = _end(event)
            self._token_block = isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">")
            self._token_plain = (
                isinstance(event, yaml.ScalarEvent)
                and event.style in (None, "")
                and _start(event) < _end(event)
            )
            self._later_pair = any(f.mapping and not f.flow and len(f.children) > 2 for f in self._stack)

    def _check_tab_lines(self, next_start: int) -> None:
        """E: between tokens, a line that begins with a tab passes after a plain text only.

        Right after a block scalar it was judged with the block (``yaml_mask.tabs_of_blocks``).
        Measured: so it is from the second field of a map on; before that the reader takes it.
        """
        if self.in_flow or not self._later_pair:
            return
        starts = self._tab_starts
        first = bisect_left(starts, self._token_end + self._token_block)
        if first < len(starts) and self._token_plain:
            comment = _NOT_BLANK.search(self._text, self._token_end)
            first = bisect_left(starts, comment.start() if comment else next_start, first)
        if first < len(starts) and starts[first] < next_start:
            raise self._stop("yaml/tab", TAB, starts[first])

    def _content_start(self, event: yaml.NodeEvent) -> int:
        """Where a value starts behind its tag and anchor, which may stand on a line above."""
        start = _start(event)
        if event.anchor is None and getattr(event, "tag", None) is None:
            return start
        properties = _PROPERTIES.match(self._text, start)
        return properties.end() if properties else start

    def _check_soft_tab(self, event: yaml.NodeEvent) -> None:
        """E: a tab may stand before a value, behind enough spaces, but not before a field or "- "."""
        start = self._content_start(event)
        tab = self._mended.soft_tab(start)
        if tab is None:
            return
        before = self._text[line_start(self._text, start) : tab]
        opens = isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)) and not event.flow_style
        frame = self._stack[-1] if self._stack else None
        is_key = frame is not None and frame.mapping and len(frame.children) % 2 == 0
        indents = not before.strip(" ") and (is_key or len(before) <= self._indent())
        if opens or indents or self._text[tab : _start(event)].strip():
            raise self._stop("yaml/tab", TAB, tab)

    def _check_tight_comment(self, start: int) -> None:
        """C: so it is between the parts of a flow collection."""
        for comment in _COMMENT.finditer(self._text, max(self._part_end - 1, 0), start):
            if comment[1]:
                raise self._comment_fault(comment.end(1))

    def _indent(self) -> int:
        return self._stack[-1].indent if self._stack else -1

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        start = _start(event)
        if event.tag is not None:
            self._check_tag(event)
        if len(self._stack) >= MAX_DEPTH:
            raise _Stop(Refused(f"Values are nested more than {MAX_DEPTH} deep.", self._at(start)))
        flow = bool(event.flow_style)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if flow:
            indent = self._indent()
        else:
            first = self._content_start(event)
            indent = first - line_start(self._text, first)
        mapping = isinstance(event, yaml.MappingStartEvent)
        self._stack.append(_Frame(mapping, flow, start, indent, event.tag, event.anchor, []))
        self._part_end = _end(event)

    def _close(self, event: yaml.MappingEndEvent | yaml.SequenceEndEvent) -> None:
        frame = self._stack.pop()
        children = frame.children
        start, end = self._at(frame.start), self._at(_end(event))
        if frame.flow:
            self._check_tight_comment(_end(event))
            self._check_continuation(frame.start, _end(event), self._indent(), _FREE_IN_FLOW)
            self._check_comment(_end(event))
        elif children:
            end = _block_end(children)
        span = Span(start, max(end, start))
        node: Node
        if frame.mapping:
            pairs = tuple(zip(children[::2], children[1::2], strict=True))
            node = Mapping(span, frame.flow, pairs, frame.tag, frame.anchor)
        else:
            node = Sequence(span, frame.flow, tuple(children), frame.tag, frame.anchor)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = node
        self._add(node)
        if frame.flow:
            self._after_token(event)

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        if event.tag is not None:
            self._check_tag(event)
        start, end = _start(event), _end(event)
        style = _STYLES[event.style]
        span = Span(self._at(start), self._at(end))
        if style in ("single", "double"):
            self._check_continuation(start, end, self._indent(), _FREE_IN_QUOTES)
            self._check_comment(end)
        elif style in ("literal", "folded"):
            self._check_header(start)
            indent = max(self._indent(), 0)
            self._blocks.append((span, indent))
            span = Span(self._at(start), self._at(block_end(self._text, Span(start, end), indent)))
        node = Scalar(span, style, event.value, event.tag, event.anchor)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: yaml.AliasEvent) -> Alias:
        start, end = _start(event), _end(event)
        if event.anchor not in self._anchors:
            raise self._stop("yaml/alias", f"“*{event.anchor}” refers to an anchor that is not there.", start)
        return Alias(Span(self._at(start), self._at(end)), event.anchor, self._anchors[event.anchor])

    def _check_tag(self, event: yaml.Event) -> None:
        """A tag's first character is a letter, a digit or "-"; libyaml takes more."""
        if _ODD_TAG.match(self._text, _start(event)):
            raise self._stop("yaml/tag", "“!” begins a tag in YAML, not text.", _start(event))

    def _add(self, node: Node) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            raise _Stop(Refused(f"There are more than {MAX_VALUES:,} values.", node.span.start))
        if not self._stack:
            self._root.append(node)
            return
        frame = self._stack[-1]
        if frame.mapping and not frame.flow and len(frame.children) % 2:
            self._check_value_column(frame, node)
        frame.children.append(node)

    def _line_end(self, offset: int) -> int:
        end = self._text.find("\n", offset)
        return len(self._text) if end < 0 else end

    def _check_continuation(self, start: int, end: int, indent: int, free: str) -> None:
        """B: continuation lines need more spaces than the enclosing block's indent.

        Lines that are blank or begin with one of ``free`` need none.
        """
        for match in _CONTINUATION.finditer(self._text, start, end):
            if len(match[1]) <= indent and match[2] not in free:
                message = "This line continues the value above but is not indented more than its key."
                raise self._stop("yaml/indent", message, match.end(1))

    def _check_comment(self, end: int) -> None:
        """C: a comment needs a blank before it."""
        if self._text[end : end + 1] == "#":
            raise self._comment_fault(end)

    def _check_header(self, start: int) -> None:
        """C, in the header of a block scalar."""
        header = _HEADER_COMMENT.search(self._text, start, self._line_end(start))
        if header:
            raise self._comment_fault(header.end() - 1)

    def _comment_fault(self, offset: int) -> _Stop:
        return self._stop(
            "yaml/comment", "“#” right after a value: a comment needs a blank before it.", offset
        )

    def _check_value_column(self, frame: _Frame, value: Node) -> None:
        """D: a value on its own line must stand further right than its map."""
        if (isinstance(value, Sequence) and not value.flow) or value.span.start == value.span.end:
            return
        key_start, value_start = (self._mended.place(node.span.start) for node in (frame.children[-1], value))
        line = line_start(self._text, value_start)
        if line > key_start and value_start - line <= frame.indent:
            message = "This value stands on its own line but is not indented more than its key."
            raise self._stop("yaml/indent", message, value_start)


class PlainBuilder(Builder):
    """Without the corrections."""

    mends = False

    def _check_tag(self, event: yaml.Event) -> None:
        pass

    def _check_continuation(self, start: int, end: int, indent: int, free: str) -> None:
        pass

    def _check_header(self, start: int) -> None:
        pass

    def _check_comment(self, end: int) -> None:
        pass

    def _check_tight_comment(self, start: int) -> None:
        pass

    def _check_value_column(self, frame: _Frame, value: Node) -> None:
        pass


_STYLES: dict[str | None, ScalarStyle] = {
    None: "plain", "": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded",
}  # fmt: skip
_NOT_BLANK = re.compile(r"\S")
_COMMENT = re.compile(r"(\S?)#[^\r\n]*")
_HEADER_COMMENT = re.compile(r"[|>][-+0-9]{0,2}#")
_ODD_TAG = re.compile(r"(?:&\S+\s+)?!(?:!!|!?[^0-9A-Za-z\s!<-])")
# What stands before a value that has a tag or an anchor.
_PROPERTIES = re.compile(r"(?:[!&]\S*+(?:\s|(?<=\s)#[^\r\n]*+)*+){1,2}")
_FREE_IN_QUOTES = "\r\n"  # the empty text, at the very end, is in every text
_FREE_IN_FLOW = "\r\n#,]}"
_CONTINUATION = re.compile(r"(?:\r\n|\n|\r)( *)(?=[ \t]*([^ \t]?))", re.DOTALL)


def _block_end(children: list[Node]) -> int:
    """Where a block collection ends: libyaml's own mark runs on to the next token."""
    return max(child.span.end for child in children)
