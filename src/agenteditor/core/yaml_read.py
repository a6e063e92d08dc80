"""Strict YAML with spans, accepted and refused as the real reader does (READER.md).

``read`` turns one YAML text into nodes that know where they stand. Around the parser of ``yaml_build``
stand the corrections of READER.md, named A to G as there, because libyaml and the reader's parser
disagree on about 8 in 100 damaged files. Those of single characters are ``yaml_mask``'s, those of
places where libyaml gives up ``yaml_mends``', those that the events show ``yaml_build``'s.

It never raises on any text; it does not resolve types (``scalar`` does) and knows nothing of fences or
repairs (``reader``).
"""

from __future__ import annotations

from functools import lru_cache

from agenteditor.core.text import Span
from agenteditor.core.yaml_build import MAX_DEPTH, Builder, Built, PlainBuilder, build
from agenteditor.core.yaml_mask import blank_lines_with_tabs, mask, tabs_of_blocks, without_tabs
from agenteditor.core.yaml_mends import Mended
from agenteditor.core.yaml_nodes import Node, Refused, YamlFault

MAX_LENGTH = 256 * 1024  # code points; the largest real frontmatter has 6,000
_MAX_MENDS = 32  # each costs one more parse (corrections E, F and G)
SHORT = 20_000  # code points; longer ones would hold too much memory


def read(text: str) -> Node | YamlFault | Refused | None:
    """The top node of ``text``; None when it holds nothing; a fault when it does not parse."""
    return _read_once(text)[0]


def mended_at(text: str) -> int | None:
    """Where ``text``, which `read` reads, first has what libyaml refuses, tabs aside; None if nowhere."""
    return _read_once(text)[1]


_Outcome = tuple[Node | YamlFault | Refused | None, int | None]


def _read_once(text: str) -> _Outcome:
    return _read_short(text) if len(text) <= SHORT else _read(text)


# The same is often asked again at once: a change is read back, then made and parsed; what does not parse is
# read in pieces, and each fix tried on it.
@lru_cache(maxsize=32)
def _read_short(text: str) -> _Outcome:
    return _read(text)


def _read(text: str) -> _Outcome:
    if beyond := _beyond(text):
        return beyond, None
    masked = mask(text)
    tab_lines = blank_lines_with_tabs(masked)
    leading = [line for line in tab_lines if masked[line.start] == "\t"]
    outcome, place = _read_masked(without_tabs(masked, tab_lines), leading)
    if tab_lines and isinstance(outcome, Built):
        kept = tabs_of_blocks(masked, outcome.blocks, tab_lines)
        if kept:
            rest = without_tabs(masked, [line for line in tab_lines if line not in kept])
            outcome, place = _read_masked(rest, [])
    return (outcome.node, place) if isinstance(outcome, Built) else (outcome, None)


def read_plainly(text: str) -> Node | YamlFault | Refused | None:
    """The same by libyaml's own rules, without the corrections B to G; for readers with another parser.

    The separators that are ordinary characters to the reader (correction A) are so to JavaScript's parsers.
    """
    if beyond := _beyond(text):
        return beyond
    outcome = build(PlainBuilder(Mended(mask(text)), []))
    assert not isinstance(outcome, tuple), "the plain rules mend nothing"
    return outcome.node if isinstance(outcome, Built) else outcome


def is_shallow(text: str) -> bool:
    """Whether nothing in ``text`` can be nested deeply: each level has its own sign, and there are few."""
    return sum(map(text.count, "[{-?:")) <= MAX_DEPTH


def _beyond(text: str) -> YamlFault | Refused | None:
    """Why ``text`` is not given to the parser at all."""
    if len(text) > MAX_LENGTH:
        return Refused(f"The frontmatter is longer than {MAX_LENGTH:,} characters.", MAX_LENGTH)
    nul = text.find("\0")
    return YamlFault("yaml/nul", "A NUL character is not allowed in YAML.", nul) if nul >= 0 else None


def _read_masked(text: str, tab_lines: list[Span]) -> tuple[Built | YamlFault | Refused, int | None]:
    """Parse, mending one place after another that libyaml refuses and the reader takes (E, F, G).

    And the first of these places, tabs aside.
    """
    mended, place = Mended(text), None
    for _ in range(_MAX_MENDS):
        outcome = build(Builder(mended, tab_lines))
        if not isinstance(outcome, tuple):
            return outcome, place
        if place is None and mended.text[outcome[0].start : outcome[0].start + 1] != "\t":
            place = mended.origin(outcome[0].start)
        mended = mended.after(outcome)
    return Refused("Too many values are written in ways that few readers take.", 0), None
