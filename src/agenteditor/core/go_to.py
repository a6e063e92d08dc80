"""Go to anything: which names a few typed letters mean, best first, and what one agent holds to go to.

A name is meant if it has the letters in their order; a name that begins with them comes before one that
has them at the start of a word, then somewhere in one piece, then scattered. Scattered letters begin at
the start of a word, and count more there and next to each other: "bkrev" is backend-reviewer. Several words
must all be met, each in the name or, for less, in what stands beside it (a folder, a menu). Nothing here
raises.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from agenteditor.core.body import walk
from agenteditor.core.hosted_examples import span_of
from agenteditor.core.syntax import Syntax
from agenteditor.core.text import LineIndex, Span

LONGEST_QUERY = 200
# Whatever a place beside the name is worth, the name is worth more.
_BESIDE = 10
_EQUAL, _PREFIX, _WORD, _INSIDE, _SCATTERED = 15, 14, 13, 12, 11
_LETTER, _AT_WORD, _AT_START, _NEXT = 1, 8, 4, 6
# Names with scattered letters that are looked at one by one, with each key; the others stand behind them.
_MOST_ALIGNED = 1_000
_LONGEST_SCATTERED = 400  # letters of a name that are looked at one by one


@dataclass(frozen=True, slots=True)
class Goal:
    """Something to go to. ``beside`` is shown next to the name: a folder, a menu, a kind and line."""

    name: str
    beside: str = ""


class Ranking:
    """Goals in the order of how well they are meant. Made once, asked with every key."""

    def __init__(self, goals: Sequence[Goal]) -> None:
        self._goals = goals
        self._folded = [(_fold(goal.name), _fold(goal.beside)) for goal in goals]
        self._left = 0
        self._last: tuple[str, list[int]] = ("", list(range(len(goals))))

    def best(self, query: str, most: int) -> tuple[list[int], int]:
        """The indexes of the ``most`` best goals, best first, and how many are meant in all.

        Without a query all are meant, in the order in which they were given.
        """
        words = _words(query)
        if not words:
            self._last = ("", list(range(len(self._goals))))
            return list(range(min(most, len(self._goals)))), len(self._goals)
        key = " ".join(words)
        # Whoever types on can only lose goals, unless a space begins a new word: those lose some too.
        among = self._last[1] if key.startswith(self._last[0]) else range(len(self._goals))
        self._left = _MOST_ALIGNED
        scored: list[tuple[int, int, int, int]] = []
        patterns = [_pattern(word) for word in words]
        for index in among:
            name, beside = self._folded[index]
            kind, letters = _EQUAL, 0
            for word, pattern in zip(words, patterns, strict=True):
                found = self._scored(word, pattern, name, self._goals[index].name)
                if not found[0]:
                    found = self._scored(word, pattern, beside, self._goals[index].beside)
                    if not found[0]:
                        break
                    found = (found[0] - _BESIDE, found[1])
                kind = min(kind, found[0])
                letters += found[1]
            else:
                scored.append((kind, letters, -len(name), -index))
        self._last = (key, [-one[3] for one in scored])
        return [-one[3] for one in heapq.nlargest(most, scored)], len(scored)

    def _scored(self, word: str, pattern: re.Pattern[str], folded: str, text: str) -> tuple[int, int]:
        """The kind and the worth of the letters of ``word`` in a text; kind 0 if it has them not."""
        at = folded.find(word)
        if at == 0:
            return (_EQUAL if len(word) == len(folded) else _PREFIX), len(word)
        if at > 0:
            return (_INSIDE if _whole(word, folded, text, at) is None else _WORD), len(word)
        if not pattern.match(folded):
            return 0, 0
        if not self._left:
            return _SCATTERED, 0
        self._left -= 1
        chains = _chains(word, folded[:_LONGEST_SCATTERED], text)
        return (_SCATTERED, max(chains[-1].values())) if chains else (0, 0)


def marked(query: str, text: str) -> tuple[int, ...]:
    """The indexes of the letters of ``text`` that ``query`` means, sorted: those shown bold."""
    folded = _fold(text)
    places: set[int] = set()
    for word in _words(query):
        places.update(_letters(word, folded, text))
    return tuple(sorted(places))


class Symbol(NamedTuple):
    """A place in an agent that has a name. ``line`` is 1-based."""

    kind: str  # "field", "example" or "section"
    name: str
    span: Span
    line: int


def symbols(syntax: Syntax) -> list[Symbol]:
    """Fields, examples and sections with a title, in the order of the file."""
    lines = LineIndex(syntax.text)
    found: list[tuple[str, str, Span]] = []
    for field in syntax.frontmatter.fields if syntax.frontmatter is not None else ():
        found.append(("field", field.key, field.key_span))
    for hosted in syntax.examples:
        span = span_of(syntax, hosted)
        if span is not None:
            found.append(
                ("example", _first_words(hosted.example.span.of(_host_text(syntax, hosted.host))), span)
            )
    for _, section in walk(syntax.sections):
        if section.title:
            found.append(("section", section.title, section.title_span or section.span))
    found.sort(key=lambda one: one[2])
    return [Symbol(kind, name, span, lines.position(span.start)[0]) for kind, name, span in found]


_SHORT = 80
_TAG = re.compile(r"</?[\w-]+>")


def _host_text(syntax: Syntax, host: str) -> str:
    slot = syntax.slot(host)
    return slot.text or "" if slot is not None else ""


def _first_words(text: str) -> str:
    """The beginning of an example on one line, without its tags."""
    words = " ".join(_TAG.sub(" ", text).split())
    return words if len(words) <= _SHORT else f"{words[:_SHORT].rstrip()}…"


def _words(query: str) -> list[str]:
    return _fold(query[:LONGEST_QUERY]).split()


def _fold(text: str) -> str:
    """Small letters, each in the place of its own."""
    if text.isascii():
        return text.lower()
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def _pattern(word: str) -> re.Pattern[str]:
    """Whether a text has the letters in their order: one run over it, whatever it is."""
    return re.compile("".join(f"[^{_escaped(letter)}]*{re.escape(letter)}" for letter in word), re.DOTALL)


def _escaped(letter: str) -> str:
    return f"\\{letter}" if letter in "\\]^-[&~|" else letter


def _whole(word: str, folded: str, text: str, at: int) -> int | None:
    """Where ``word`` stands at the start of a word, from ``at`` on; None if nowhere."""
    while at >= 0:
        if _begins_word(text, at):
            return at
        at = folded.find(word, at + 1)
    return None


def _letters(word: str, folded: str, text: str) -> Iterator[int]:
    at = folded.find(word)
    if at >= 0:
        whole = _whole(word, folded, text, at)
        start = at if whole is None else whole
        yield from range(start, start + len(word))
    elif _pattern(word).match(folded):
        yield from _aligned(word, folded, text)[1]


def _begins_word(text: str, at: int) -> bool:
    if at == 0:
        return True
    before, here = text[at - 1], text[at]
    return here.isalnum() and (not before.isalnum() or (before.islower() and here.isupper()))


def _aligned(word: str, folded: str, text: str) -> tuple[int, tuple[int, ...]]:
    """The worth of the best way to find the letters of ``word`` in a text, in order, and their places.

    It begins at the start of a word; 0 if there is none. Only the first letters of a long text are looked at.
    """
    chains = _chains(word, folded[:_LONGEST_SCATTERED], text)
    if not chains:
        return 0, ()
    total = max(chains[-1].values())
    places: list[int] = []
    worth, after = total, len(text) + 1
    for number in range(len(word) - 1, -1, -1):
        # Backwards, the place from which the worth that is left came about.
        here = next(
            at
            for at, value in chains[number].items()
            if (at < after and value == worth) or (at + 1 == after and value + _NEXT == worth)
        )
        places.append(here)
        worth, after = chains[number][here] - _letter_worth(text, here), here
    return total, tuple(reversed(places))


def _chains(word: str, folded: str, text: str) -> list[dict[int, int]]:
    """For each letter of the word its places, in order, and the best worth of all letters up to there.

    None at all if the letters cannot be found in order from the start of a word on.
    """
    chains: list[dict[int, int]] = []
    before: dict[int, int] = {}
    for letter in word:
        here: dict[int, int] = {}
        waiting = iter(before.items())
        upcoming = next(waiting, None)
        best = -1 if chains else 0
        at = folded.find(letter)
        while at >= 0:
            while upcoming is not None and upcoming[0] < at:
                best = max(best, upcoming[1])
                upcoming = next(waiting, None)
            worth = _letter_worth(text, at)
            if best >= 0 and (chains or worth > _LETTER):
                here[at] = worth + max(best, before.get(at - 1, -_NEXT) + _NEXT)
            at = folded.find(letter, at + 1)
        if not here:
            return []
        chains.append(here)
        before = here
    return chains


def _letter_worth(text: str, at: int) -> int:
    if at == 0:
        return _LETTER + _AT_WORD + _AT_START
    return _LETTER + _AT_WORD if _begins_word(text, at) else _LETTER
