"""Everything one text says: ``parse(text)`` and the ``Syntax`` it returns.

A ``Syntax`` exists for every string. It is derived from the text, whole and afresh at each
change, and never changes. What only some ask for, sections and examples, is worked out when first asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from agenteditor.core.body import Section, parse_body
from agenteditor.core.dialect import Dialect, claude_code
from agenteditor.core.dialects import by_keys, by_place
from agenteditor.core.examples import Example, parse_examples
from agenteditor.core.frontmatter import Field, Frontmatter, frontmatter
from agenteditor.core.reader import JS_BLANKS, Fault, Verdict, read
from agenteditor.core.text import Span

# The fields whose text may hold example blocks (FORMAT 3.4).
EXAMPLE_HOSTS = ("description", "examples")
# Of a prompt that is divided into sections; real ones have 72,000 characters in 1,900 lines at most.
MOST_DIVIDED = 256 * 1024
MOST_DIVIDED_LINES = 10_000
_ITEM = re.compile(r"(.+)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class HostedExample:
    """The ``index``-th example of the value called ``host``; its spans are of that value's text.

    ``host`` is a field's key, or ``examples[2]`` for an entry of a list.
    """

    host: str
    index: int
    example: Example


@dataclass(frozen=True)
class Syntax:
    """What a text says. ``body``, ``sections`` and ``faults`` have spans of ``text``.

    ``faults`` say why the strict parse fails; none if it does not. ``body`` is the prompt, from
    behind the closing fence, leading blank lines included.
    """

    text: str
    dialect: Dialect
    verdict: Verdict
    faults: tuple[Fault, ...]
    frontmatter: Frontmatter | None
    body: Span

    @cached_property
    def divided(self) -> bool:
        """Whether the prompt is of a size that is divided into sections."""
        start, end = self.body
        if end - start <= MOST_DIVIDED_LINES:
            return True
        lines = max(self.text.count(line_end, start, end) for line_end in "\n\r")
        return end - start <= MOST_DIVIDED and lines <= MOST_DIVIDED_LINES

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The outline of the prompt; none where it is not ``divided``."""
        return parse_body(self.text, self.body.start) if self.divided else ()

    @cached_property
    def examples(self) -> tuple[HostedExample, ...]:
        """The example blocks of the fields that may hold some."""
        return _examples(self.frontmatter)

    def field(self, key: str) -> Field | None:
        """The field that counts under this key; None if absent."""
        return self.frontmatter.get(key) if self.frontmatter else None

    def slot(self, host: str) -> Field | None:
        """The field, or the entry of a list field, that ``host`` names (``examples[2]``)."""
        named, item = self.field(host), _ITEM.fullmatch(host)
        if named is not None or item is None:
            return named
        field = self.field(item[1])
        entries = field.items if field is not None else ()
        return next((entry for entry in entries if entry.key == host), None)

    @property
    def prompt(self) -> str:
        """The body as the agent gets it: without JavaScript's blanks around it (FORMAT 2.1)."""
        return self.body.of(self.text).strip(JS_BLANKS)

    @cached_property
    def words(self) -> int:
        """How many words the prompt has."""
        return _words(self.prompt)


def _words(text: str) -> int:
    """How many parts ``text.split()`` has; of ASCII without making them, five times as fast."""
    if not text.isascii():
        return len(text.split())
    return (b" " + text.encode("ascii").translate(_BLANK_OR_NOT)).count(b" x")


# For each byte whether Python takes it for a blank.
_BLANK_OR_NOT = bytes(ord(" " if chr(code).isspace() else "x") for code in range(256))


def parse(text: str, dialect: Dialect | None = None) -> Syntax:
    """What ``text`` says, by the rules of ``dialect`` (Claude Code's if None). Never raises."""
    dialect = dialect or claude_code()
    verdict, faults, fields = parse_fields(text, dialect)
    body = Span(fields.span.end if fields else 0, len(text))
    return Syntax(text, dialect, verdict, faults, fields, body)


def parse_at(text: str, path: PurePath | None) -> Syntax:
    """What ``text`` says, by the rules of the dialect that path and fields give away. Never raises."""
    placed = by_place(path)
    if placed is not None:
        return parse(text, placed)
    syntax = parse(text)
    fields = syntax.frontmatter.fields if syntax.frontmatter else ()
    found = by_keys(frozenset(field.key for field in fields))
    return syntax if found is syntax.dialect else parse(text, found)


def parse_fields(text: str, dialect: Dialect) -> tuple[Verdict, tuple[Fault, ...], Frontmatter | None]:
    """The frontmatter's part of ``parse``."""
    reading = read(text)
    return reading.verdict, reading.faults, frontmatter(text, reading, dialect.keys())


def _examples(fields: Frontmatter | None) -> tuple[HostedExample, ...]:
    found: list[HostedExample] = []
    for key in EXAMPLE_HOSTS if fields else ():
        assert fields is not None
        field = fields.get(key)
        for host in (field.items or (field,)) if field else ():
            for index, example in enumerate(parse_examples(host.text) if host.text else ()):
                found.append(HostedExample(host.key, index, example))
    return tuple(found)
