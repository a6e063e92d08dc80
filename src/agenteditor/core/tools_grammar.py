"""The entries of ``tools`` and ``disallowedTools``, with their places in the value.

A value is a text of entries divided by commas (commas in parentheses do not count) or a list of
texts; FORMAT 1.3 gives the forms of one entry. Nothing here knows which tools exist: that is
``dialect``'s, and judging a list is ``checks``'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from agenteditor.core.text import Span

Form = Literal["tool", "mcp", "everything", "malformed"]

_TOOL = re.compile(r"(?P<name>[^\s(),]+)(?:\((?P<specifier>.*)\))?", re.DOTALL)
_MARKS = re.compile(r"[(),]")
_WORD = re.compile(r"[\w-]+")
_MCP = re.compile(r"mcp__(?P<server>.+?)(?:__(?P<tool>.+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. ``span`` is its place in the text that was split, without blanks around it.

    ``name`` is the tool's name (``Bash`` of ``Bash(git *)``), ``specifier`` what stands in the
    parentheses, None without them. ``server`` and ``tool`` are set for MCP entries: an entry for a
    whole server has no tool or ``*``, and ``mcp__*`` has the server ``*``. ``malformed`` is an entry whose
    parentheses do not match or that is no single word.
    """

    text: str
    span: Span
    form: Form
    name: str
    specifier: str | None = None
    server: str | None = None
    tool: str | None = None


@lru_cache(maxsize=8)  # one check after the other asks for the list of one file
def split(text: str) -> tuple[Entry, ...]:
    """The entries of a comma text; empty ones (two commas in a row) are left out."""
    return tuple(
        entry(text[start:end], start)
        for start, end in (_trimmed(text, piece) for piece in _pieces(text))
        if start < end
    )


def entry(text: str, start: int = 0) -> Entry:
    """What one entry means. ``start`` is where it begins in the text it was cut from."""
    span = Span(start, start + len(text))
    if text == "*":
        return Entry(text, span, "everything", "*")
    match = _TOOL.fullmatch(text)
    if match is None or not _balanced(text):
        return Entry(text, span, "malformed", text.partition("(")[0].strip())
    name, specifier = match["name"], match["specifier"]
    mcp = _MCP.fullmatch(name)
    if mcp is not None:
        return Entry(text, span, "mcp", name, specifier, mcp["server"], mcp["tool"])
    return Entry(text, span, "tool", name, specifier)


def entries(value: object) -> tuple[Entry, ...] | None:
    """The entries of a field's value as the reader gets it: a text, or a list of texts.

    None for anything else. Entries of a list have spans inside their own item, from 0. Items that
    are no texts are passed over.
    """
    if isinstance(value, str):
        return split(value)
    if isinstance(value, list):
        return tuple(entry(item.strip()) for item in value if isinstance(item, str) and item.strip())
    return None


def joined(items: Iterable[str]) -> str:
    """The comma text of these entries."""
    return ", ".join(items)


def replaced(value: object, old: Entry, new: Sequence[str]) -> object:
    """``value``, a text or a list, with the entry ``old`` replaced by ``new``; none removes it.

    Entries of ``new`` that stand in the value already are not written twice. The text around the
    entry stays as it is, except that a removed entry takes its comma along.
    """
    present = {item.text for item in entries(value) or () if item.text != old.text}
    wanted = [item for item in new if item not in present]
    if isinstance(value, list):
        at = next(
            (i for i, item in enumerate(value) if isinstance(item, str) and item.strip() == old.text), None
        )
        return value if at is None else [*value[:at], *wanted, *value[at + 1 :]]
    if not isinstance(value, str):
        return value
    start, end = old.span
    if wanted:
        return value[:start] + joined(wanted) + value[end:]
    before, after = value[:start].rstrip(), value[end:].lstrip()
    if after.startswith(","):
        return value[:start] + after[1:].lstrip()
    return before.removesuffix(",").rstrip() + value[end:]


def server_of(pattern: str, text: str) -> tuple[str, str | None] | None:
    """The MCP server, and the tool if ``pattern`` has a place for it, that ``text`` names; None if neither.

    ``pattern`` is how a program writes such entries, as in ``mcp__{server}__{tool}``.
    """
    expression = (
        re.escape(pattern).replace(r"\{server\}", r"(?P<server>.+?)").replace(r"\{tool\}", r"(?P<tool>.+)")
    )
    match = re.fullmatch(expression, text, re.DOTALL)
    if match is None:
        return None
    return match["server"], match.groupdict().get("tool")


def is_space_separated(text: str) -> bool:
    """Whether ``text`` looks like several names divided by blanks instead of commas."""
    words = text.split()
    return "," not in text and "(" not in text and len(words) > 1 and all(map(_WORD.fullmatch, words))


def _pieces(text: str) -> Iterator[Span]:
    """The pieces between commas outside parentheses. A parenthesis that never closes counts as text."""
    depth, start, last = 0, 0, text.rfind(")")
    for mark in _MARKS.finditer(text):
        offset, character = mark.start(), mark[0]
        if character == "(":
            depth += 1
        elif character == ")":
            depth = max(depth - 1, 0)
        elif character == "," and (depth == 0 or offset > last):
            yield Span(start, offset)
            start, depth = offset + 1, 0
    yield Span(start, len(text))


def _trimmed(text: str, piece: Span) -> Span:
    inner = piece.of(text)
    start = piece.start + len(inner) - len(inner.lstrip())
    return Span(start, max(start, piece.start + len(inner.rstrip())))


def _balanced(text: str) -> bool:
    depth = 0
    for mark in _MARKS.findall(text):
        depth += (mark == "(") - (mark == ")")
        if depth < 0:
            return False
    return depth == 0
