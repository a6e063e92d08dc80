"""Agent files damaged at random, the same damage for the same seed: what the reader oracle is asked about.

``mutated(text, seed)`` changes one to four places of a text, nearly always in its frontmatter: marks of
YAML put in, taken out or exchanged, lines moved, joined, broken, repeated and shifted, other line ends.
The answers that were stored for a seed stay true only while this module does the same, so it draws on
nothing of ``random`` but ``Random.random``, which Python promises to keep. Standard library only.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

MOST = 4  # changes of one text

# Put in, exchanged for a character, or found and taken out.
MARKS = (
    ":", ": ", " :", "#", " #", "'", '"', "''", '\\"', "\\", "\t", "\t\t", "[", "]", "{", "}", ",", ", ",
    "|", ">", "|-", ">+", "|2", "-", "- ", "--", "---", ".", "...", "?", "? ", "&a ", "*a", "!t ", "!!str ",
    "!", "%", "@", "`", "~", "<<: ", "=", " ", "  ", "\n", "\n\n", "\n  ", "\r", "\r\n", "\ufeff", "\u00a0",
    "\u2028", "\u0085", "\u3000", "\x0b", "\x7f", "\u00e9", "\U0001f600",
)  # fmt: skip
# What a value is changed into; {} is what stood there.
VALUES = (
    "'{}'", '"{}"', "[{}]", "{{{}}}", "[{}", "{}]", '"{}', "{}'", "|\n  {}", ">-\n  {}", "|+\n{}", "\n  {}",
    "\n{}", "\n\t{}", "\n- {}", "\n  - {}", "&a {}", "*a", "!!str {}", "!t {}", "- {}", "? {}", "{} # c",
    "{}: c", "{}:", "a: {}", ",{}", "{{a: {}}}", "{} ", "{}\t", "", "null", "12", "true", "[]", "{{}}",
)  # fmt: skip
# Whole lines put between others.
LINES = (
    "# c", "  # c", "\t# c", "", "  ", "\t", " \t", "x", "  x", "\tx", "- x", "  - x", "-", "k: v", "k:v",
    "  k: v", "\tk: v", "k:", "k2: a: b", "k: |", "k: >-", "k: [a,", "]", "}", "  ]", "k: {", "? a", ": b",
    "? [a]", "k: &a v", "k: *a", "&a k: v", "!t k: v", "<<: *a", "...", "---", "--- x", "%YAML 1.2", "'",
    '"', '"k": v', "k: '", 'k: "', "k : v", "k: - a", "k: 'a' b", "k: [a]b", ",", "k: ,a",
)  # fmt: skip

_HEAD = re.compile(r"---[^\n]*\n.*?^---", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"( *(?:- )?[\w-]+:[ \t]+)([^\r\n]+)")
T = TypeVar("T")


def mutated(text: str, seed: int) -> str:
    """``text`` after the changes that ``seed`` stands for."""
    chance = Chance(seed)
    head = _HEAD.search(text)
    start, end = head.span() if head else (0, len(text))
    if chance.below(20):  # else the fences and what follows may be hit as well
        start, end = min(start + 4, end), max(end - 3, start)
    else:
        end = min(end + 20, len(text))
    part = text[start:end]
    for _ in range(1 + chance.below(MOST)):
        part = chance.one_of(CHANGES)(part, chance)
    return text[:start] + part + text[end:]


class Chance:
    """Draws that are the same in every version of Python."""

    def __init__(self, seed: int) -> None:
        self._source = random.Random(seed)

    def below(self, limit: int) -> int:
        """A number from 0 up to ``limit``, without it."""
        return int(self._source.random() * limit)

    def one_of(self, things: Sequence[T]) -> T:
        """One of ``things``, of which there is at least one."""
        return things[self.below(len(things))]


def _place(part: str, chance: Chance) -> int:
    """An offset: where a line, a value or its end is, as often as in the middle of a text."""
    kind = chance.below(4)
    if kind == 0:
        return chance.below(len(part) + 1)
    lines = [match.span() for match in re.finditer(r"[^\r\n]*", part) if match.end() > match.start()]
    if not lines:
        return 0
    start, end = chance.one_of(lines)
    if kind == 1:
        return start
    field = _FIELD.match(part, start)
    return field.end(1) if field and kind == 2 else end


def _put_in(part: str, chance: Chance) -> str:
    at = _place(part, chance)
    return part[:at] + chance.one_of(MARKS) + part[at:]


def _exchange(part: str, chance: Chance) -> str:
    at = _place(part, chance)
    return part[:at] + chance.one_of(MARKS) + part[at + 1 :]


def _take_out(part: str, chance: Chance) -> str:
    marks = [match.start() for match in re.finditer(r"[^\w ]", part)]
    at = chance.one_of(marks) if marks else 0
    return part[:at] + part[at + 1 :]


def _value(part: str, chance: Chance) -> str:
    fields = list(_FIELD.finditer(part))
    if not fields:
        return part
    field = chance.one_of(fields)
    return part[: field.start(2)] + chance.one_of(VALUES).format(field[2]) + part[field.end(2) :]


def _line_put_in(part: str, chance: Chance) -> str:
    lines = part.split("\n")
    lines.insert(chance.below(len(lines)), chance.one_of(LINES))
    return "\n".join(lines)


def _line_taken_out(part: str, chance: Chance) -> str:
    lines = part.split("\n")
    del lines[chance.below(len(lines))]
    return "\n".join(lines)


def _line_moved(part: str, chance: Chance) -> str:
    lines = part.split("\n")
    line = lines.pop(chance.below(len(lines)))
    lines.insert(chance.below(len(lines) + 1), line)
    return "\n".join(lines)


def _line_repeated(part: str, chance: Chance) -> str:
    lines = part.split("\n")
    lines.insert(chance.below(len(lines) + 1), chance.one_of(lines))
    return "\n".join(lines)


def _line_shifted(part: str, chance: Chance) -> str:
    lines = part.split("\n")
    at = chance.below(len(lines))
    indent = chance.one_of(("", " ", "  ", "    ", "\t", " \t", "  - ", "- "))
    lines[at] = indent + lines[at].lstrip(" \t")
    return "\n".join(lines)


def _lines_joined(part: str, chance: Chance) -> str:
    breaks = [match.start() for match in re.finditer("\n", part)]
    if not breaks:
        return part
    at = chance.one_of(breaks)
    return part[:at] + chance.one_of(("", " ", ": ", ", ")) + part[at + 1 :]


def _line_broken(part: str, chance: Chance) -> str:
    blanks = [match.start() for match in re.finditer(" ", part)]
    if not blanks:
        return part
    at = chance.one_of(blanks)
    return part[:at] + chance.one_of(("\n", "\n ", "\n  ", "\n    ", "\n\t", "\n\n", "\r\n")) + part[at + 1 :]


def _line_ends(part: str, chance: Chance) -> str:
    end = chance.one_of(("\r\n", "\r\n", "\r"))
    if chance.below(2):
        return part.replace("\n", "\r\n")
    lines = part.split("\n")
    at = chance.below(len(lines))
    return "\n".join(lines[:at]) + end + "\n".join(lines[at:])


# One stands there more than once to be drawn more often.
CHANGES: tuple[Callable[[str, Chance], str], ...] = (
    *(_put_in, _put_in, _put_in, _exchange, _exchange, _take_out, _take_out, _value, _value, _value),
    *(_line_put_in, _line_put_in, _line_taken_out, _line_moved, _line_repeated, _line_shifted, _line_shifted),
    *(_lines_joined, _line_broken, _line_broken, _line_ends),
)
