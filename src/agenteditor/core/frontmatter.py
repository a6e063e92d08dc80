"""The fields of an agent file, each with its value, its style and where it stands.

Fields come from whichever text the reader parsed, strict or repaired, with spans mapped back to
the file. Where neither parses, the block is cut at lines that begin with a field the dialect
knows, and each piece is read by itself; a piece that still fails is a ``broken`` field that
keeps its raw text. Nothing is dropped, nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Literal, NamedTuple, TypeAlias

from agenteditor.core.example_words import kind_of
from agenteditor.core.reader import Fence, Places, Reading, repair
from agenteditor.core.scalar import Decoded, decode, resolve
from agenteditor.core.text import Span
from agenteditor.core.yaml_mask import PAIR_ESCAPE, unmask
from agenteditor.core.yaml_nodes import Alias, Mapping, Node, Refused, Scalar, Sequence, YamlFault
from agenteditor.core.yaml_read import read as read_yaml

Style = Literal["plain", "single", "double", "literal", "folded", "flow", "block", "empty", "alias", "broken"]

# Where each character of a value is written: a range where it stands there as it is.
Offsets: TypeAlias = range | tuple[int, ...]

_MAX_EXPANDED = 10_000  # nodes that aliases may add to one text; a bomb stops here (RELIABILITY F14)
_MAX_ALIAS_DEPTH = 100
_MAX_PIECES = 500  # that a block which does not parse is cut into: each is read by itself
_MAX_UNJUDGED = 20_000  # code points of a block that is not judged and read in pieces all the same


@dataclass(frozen=True, slots=True)
class Field:
    """One field, as written and as read.

    ``span`` covers its whole lines, from the key to the line end after the value; ``value_span``
    the value with its quotes or block header, and is empty, after the colon, where nothing is
    written. ``value`` is what the reader gets: None, bool, int, float, str, list or dict.
    ``text`` is a scalar as a person edits it: a block without its final newline, a number as
    written, "" for nothing; None for lists and maps. ``repaired`` means that the value was read
    only because the repair quoted its line. A field that is not ``editable`` can be changed
    in the source only. ``offsets[i]`` is where ``text[i]`` is written; None where not known.
    ``items`` are the entries of a list of scalars, as fields named ``key[0]``, ``key[1]`` …
    """

    key: str
    span: Span
    key_span: Span
    value_span: Span
    style: Style
    value: object
    text: str | None
    repaired: bool = False
    editable: bool = True
    offsets: Offsets | None = None
    items: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Frontmatter:
    """The frontmatter block: ``span`` with both fences, ``content`` between them."""

    span: Span
    content: Span
    fields: tuple[Field, ...]

    def get(self, key: str) -> Field | None:
        """The field that counts: the last of that name, as in the reader; None if absent."""
        for field in reversed(self.fields):
            if field.key == key:
                return field
        return None


def frontmatter(text: str, reading: Reading, known: Collection[str] = ()) -> Frontmatter | None:
    """The fields of ``text`` as ``reading`` has it; None when there is no frontmatter.

    ``known`` are the dialect's field names, at which a block that does not parse is cut.
    """
    if reading.fence is None:
        return None
    content = reading.fence.content
    if reading.node is not None:
        fields = _fields(text, reading)
    elif reading.verdict == "fails" or (
        reading.verdict == "unknown" and content.end - content.start <= _MAX_UNJUDGED
    ):
        fields = _recovered(text, content, known)
    else:
        fields = ()
    return Frontmatter(reading.fence.span, content, _without_rivals(fields))


def _without_rivals(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Of repeated fields only the last can be edited: a change of another has no effect."""
    last = {field.key: index for index, field in enumerate(fields)}
    return tuple(
        field if last[field.key] == index or not field.editable else replace(field, editable=False)
        for index, field in enumerate(fields)
    )


# --- from nodes --------------------------------------------------------------------------------


class _Shared(NamedTuple):
    """What the fields of one text have in common.

    ``fixed``: none can be edited. ``quoted``: the values the repair quoted, by their start.
    ``budget``: how many nodes aliases may still add, in a list of one.
    """

    fixed: bool
    quoted: dict[int, Span]
    budget: list[int]


def _fields(text: str, reading: Reading) -> tuple[Field, ...]:
    assert reading.node is not None
    pairs = reading.node.pairs
    merged = any(isinstance(key, Scalar) and key.value == "<<" for key, _ in pairs)
    quoted = {span.start: span for span in reading.quoted}
    shared = _Shared(reading.node.flow or merged, quoted, [_MAX_EXPANDED])
    return _disjoint([_field(text, reading, key, value, shared) for key, value in pairs])


def _disjoint(fields: list[Field]) -> tuple[Field, ...]:
    """``fields``, each ending where the next begins at the latest: they may share a line.

    So they do in braces and after a lone CR, which ends a line in YAML and nowhere else.
    """
    for index, (field, following) in enumerate(pairwise(fields)):
        if following.span.start < field.span.end:
            fields[index] = replace(field, span=Span(field.span.start, following.span.start))
    return tuple(fields)


def _field(text: str, reading: Reading, key: Node, value: Node, shared: _Shared) -> Field:
    key_span = Span(reading.place(key.span.start), reading.place(key.span.end))
    value_span = Span(reading.place(value.span.start), reading.place(value.span.end))
    assert reading.fence is not None
    limit = reading.fence.content.end
    repaired = shared.quoted.get(value_span.start)
    if repaired is not None:
        value_span = repaired
    value_span = Span(value_span.start, max(min(value_span.end, limit), value_span.start))
    name = _key_text(key, reading.parsed) if isinstance(key, Scalar) else key_span.of(text)
    editable = not shared.fixed and isinstance(key, Scalar) and not _has_references(value)
    span = _entry(text, key_span, value_span, limit)
    field = Field(name, span, key_span, value_span, "plain", None, None, repaired is not None, editable)
    if isinstance(value, Scalar):
        return _scalar_field(text, reading, field, value)
    style: Style = "alias" if isinstance(value, Alias) else "flow" if value.flow else "block"
    items = _items(text, reading, field, value) if isinstance(value, Sequence) else ()
    return replace(field, style=style, value=_expanded(value, reading.parsed, shared.budget), items=items)


def _items(text: str, reading: Reading, host: Field, node: Sequence) -> tuple[Field, ...]:
    """The entries of a list as fields, if all are scalars. Their ``span`` is the value's."""
    items: list[Field] = []
    for index, item in enumerate(node.items):
        if not isinstance(item, Scalar):
            return ()
        at = Span(reading.place(item.span.start), reading.place(item.span.end))
        nowhere = Span(at.start, at.start)
        field = Field(f"{host.key}[{index}]", at, nowhere, at, "plain", None, None, False, host.editable)
        items.append(_scalar_field(text, reading, field, item))
    return tuple(items)


def _scalar_field(text: str, reading: Reading, field: Field, node: Scalar) -> Field:
    """``field`` with the value, text and offsets of a scalar."""
    if field.repaired:
        raw = field.value_span.of(text)
        return replace(
            field, value=raw, text=raw, offsets=tuple(range(*field.value_span)) + field.value_span[1:]
        )
    decoded = _decoded(node, reading.parsed)
    shown = decoded.value if decoded else unmask(node.value, node.span.of(reading.parsed))
    value = _typed(node, shown)
    if node.style == "plain" and node.span.start == node.span.end:
        after = _after_colon(text, field, reading)
        return replace(field, value_span=after, style="empty", value=value, text="", offsets=after[:1])
    written = reading.place_all(decoded.offsets) if decoded else None
    if node.style in ("literal", "folded"):
        shown = shown.removesuffix("\n") if _keeps(node, reading.parsed) else shown.rstrip("\n")
        written = written[: len(shown) + 1] if written else None
    return replace(field, style=node.style, value=value, text=shown, offsets=written)


def _keeps(node: Scalar, parsed: str) -> bool:
    return bool(re.match(r"[|>][0-9]?\+", parsed[node.span.start : node.span.start + 3]))


def _decoded(node: Scalar, parsed: str) -> Decoded | None:
    """The decoded scalar, if our decoder agrees with libyaml where both follow one rule."""
    if node.tag is not None or node.anchor is not None:
        return None
    indent = 0
    if node.style in ("literal", "folded"):
        before = parsed[parsed.rfind("\n", 0, node.span.start) + 1 : node.span.start]
        indent = len(before) - len(before.lstrip(" "))
    decoded = decode(parsed, node.span, node.style, indent)
    if decoded is None:
        return None
    source = node.span.of(parsed)
    comparable = "\r" not in source and node.span.end < len(parsed) and not PAIR_ESCAPE.search(source)
    if comparable and len(decoded.value) != len(node.value):
        return None
    return decoded


def _typed(node: Scalar, value: str) -> object:
    if node.style != "plain":
        return value
    if node.tag is not None and node.tag.rpartition(":")[2] not in ("int", "float", "bool", "null"):
        return value
    return resolve(value)


def _key_text(key: Scalar, parsed: str) -> str:
    value = unmask(key.value, key.span.of(parsed))
    if key.style != "plain":
        return value
    if key.span.start == key.span.end:
        return "null"
    return _js_name(resolve(value), value)


def _js_name(value: object, written: str) -> str:
    """The reader's name for a plain key: it makes strings of null, booleans and numbers."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else written


def _after_colon(text: str, field: Field, reading: Reading) -> Span:
    assert reading.fence is not None
    if field.key_span.start == field.key_span.end:
        return field.value_span
    colon = text.find(":", field.key_span.end, reading.fence.content.end)
    at = colon + 1 if colon >= 0 else field.key_span.end
    return Span(at, at)


def _entry(text: str, key_span: Span, value_span: Span, limit: int) -> Span:
    """The whole lines of a field; its own end where something else shares the line."""
    end = max(value_span.end, key_span.end)
    if end > key_span.start and text[end - 1] == "\n":
        return Span(key_span.start, end)
    line_end = text.find("\n", end, limit)
    line_end = limit if line_end < 0 else line_end + 1
    return Span(key_span.start, line_end)


def _has_references(node: Node) -> bool:
    """Whether anchors, aliases, tags or merges occur: such a field the form does not change."""
    stack: list[Node] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, Alias) or item.anchor is not None or item.tag is not None:
            return True
        if isinstance(item, Sequence):
            stack.extend(item.items)
        elif isinstance(item, Mapping):
            stack.extend(part for pair in item.pairs for part in pair)
            if any(isinstance(key, Scalar) and key.value == "<<" for key, _ in item.pairs):
                return True
    return False


class _Bomb(Exception):
    """Aliases expand to more than we build."""


def plain_value(node: Node, parsed: str) -> object:
    """What the reader gets from ``node``: Python data. Aliases are expanded up to a limit.

    Beyond the limit, or in a cycle, the value is the text as written.
    """
    return _expanded(node, parsed, [_MAX_EXPANDED])


def _expanded(node: Node, parsed: str, budget: list[int]) -> object:
    """``plain_value`` with a budget of nodes that several values share."""
    # Counting is quick where building what is thrown away in the end is not.
    if not isinstance(node, Scalar) and _added(node, {}, 0, copied=False) > max(budget[0], 0):
        budget[0] = -1
        return node.span.of(parsed)
    try:
        return _plain(node, parsed, budget, 0, copied=False)
    except _Bomb:
        return node.span.of(parsed)


def _added(node: Node, known: dict[tuple[int, bool], int], depth: int, *, copied: bool) -> int:
    """How many nodes aliases add to a value, at least; ``copied`` as below. ``known``: by the node's id."""
    if depth > _MAX_ALIAS_DEPTH:
        return 0
    key = (id(node), copied)
    if key not in known:
        parts: Iterable[Node] = ()
        if isinstance(node, Alias):
            parts = (node.target,) if node.target is not None else ()
        elif isinstance(node, Sequence):
            parts = node.items
        elif isinstance(node, Mapping):
            parts = (value for _, value in node.pairs)
        below = copied or isinstance(node, Alias)
        known[key] = copied + sum(_added(part, known, depth + 1, copied=below) for part in parts)
    return known[key]


def _plain(node: Node, parsed: str, budget: list[int], depth: int, *, copied: bool) -> object:
    """The value of ``node``; ``copied`` where an alias stands for it, which costs budget."""
    budget[0] -= copied
    if (copied and budget[0] < 0) or depth > _MAX_ALIAS_DEPTH:
        raise _Bomb
    if isinstance(node, Alias):
        if node.target is None:
            raise _Bomb
        return _plain(node.target, parsed, budget, depth + 1, copied=True)
    if isinstance(node, Scalar):
        decoded = _decoded(node, parsed)
        return _typed(node, decoded.value if decoded else unmask(node.value, node.span.of(parsed)))
    if isinstance(node, Sequence):
        return [_plain(item, parsed, budget, depth + 1, copied=copied) for item in node.items]
    result: dict[str, object] = {}
    for key, value in node.pairs:
        plain = _plain(value, parsed, budget, depth + 1, copied=copied)
        name = _key_text(key, parsed) if isinstance(key, Scalar) else key.span.of(parsed)
        if name == "<<" and isinstance(plain, dict):
            for merged, merged_value in plain.items():
                result.setdefault(merged, merged_value)
        else:
            result[name] = plain
    return result


# --- recovery ----------------------------------------------------------------------------------

_MAX_TAILS = 20  # attempts to find where one field ends: each reads the rest of it
_KEY_LINE = re.compile(r"(?m)^([A-Za-z_][\w.-]*)[ \t]*:(?=[ \t\r\n]|\Z)")


def _recovered(text: str, content: Span, known: Collection[str]) -> tuple[Field, ...]:
    block = content.of(text)
    starts = [match.start() for match in _KEY_LINE.finditer(block) if match[1] in known]
    if not starts or block[: starts[0]].strip():
        starts.insert(0, 0)
    del starts[_MAX_PIECES:]
    fields: list[Field] = []
    for start, end in zip(starts, [*starts[1:], len(block)], strict=True):
        piece = Span(content.start + start, content.start + end)
        cut = _end_of_first(text, piece)
        fields.extend(_piece(text, Span(piece.start, cut)))
        fields.extend(_piece(text, Span(cut, piece.end)))
    return tuple(fields)


def _end_of_first(text: str, piece: Span) -> int:
    """Where a field that does not parse ends and fields begin that the dialect does not know, but parse.

    Else their lines would be taken for the end of its value. What may be the inside of a quoted or
    indented value, or a line of an example, is left to the value.
    """
    first = _KEY_LINE.match(text[: piece.end], piece.start)
    if first is None or not isinstance(read_yaml(piece.of(text)), (YamlFault, Refused)):
        return piece.end
    line = text[first.end() : piece.end].partition("\n")[0].strip()
    closed = line[:1] in ("'", '"') and len(line) > 1 and line[-1] == line[0]
    if not closed and line[:1] in ("", "'", '"', "|", ">", "[", "{"):
        return piece.end
    for match in islice(_KEY_LINE.finditer(text[: piece.end], first.end()), _MAX_TAILS):
        if not match[1][0].islower() or kind_of(match[1]) is not None:
            return piece.end
        if isinstance(read_yaml(text[match.start() : piece.end]), Mapping):
            return match.start()
    return piece.end


def _piece(text: str, span: Span) -> tuple[Field, ...]:
    """The fields of one piece: parsed if it parses, repaired if it is one line, else broken."""
    piece = span.of(text)
    if not piece.strip():
        return ()
    node = read_yaml(piece)
    quoted: frozenset[Span] = frozenset()
    parsed, places = piece, None
    if not isinstance(node, Mapping) and "\n" not in piece.rstrip("\r\n"):
        parsed, places, quoted = repair(piece, span.start)
        node = read_yaml(parsed)
    if isinstance(node, Mapping):
        places = places or Places([(0, span.start)])
        return _fields(text, Reading("valid", Fence(span, span), node, parsed, (), quoted, places))
    return (_broken(text, span),)


def _broken(text: str, span: Span) -> Field:
    match = _KEY_LINE.match(text[: span.end], span.start)
    key_span = Span(*match.span(1)) if match else Span(span.start, span.start)
    value_start = match.end() if match else span.start
    while value_start < span.end and text[value_start] in " \t":
        value_start += 1
    value_end = span.start + len(span.of(text).rstrip())
    value_span = Span(min(value_start, value_end), value_end)
    raw = value_span.of(text)
    offsets = range(value_span.start, value_span.end + 1)
    key = match[1] if match else ""
    return Field(key, span, key_span, value_span, "broken", None, raw, False, True, offsets)
