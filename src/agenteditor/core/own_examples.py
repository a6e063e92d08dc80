"""Every agent's own examples put to the router's stand-in: would the agent get what it says it is for?

An example that stands in a description helps its agent by its very words. So each is asked twice: as the
catalog is, and as if the example were not written. Agents of other programs do not count, nor does one
that is never loaded beside the agent, nor one with the very same description: that is said elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from agenteditor.core.catalog_agent import CatalogAgent, OwnExample
from agenteditor.core.routing import Index
from agenteditor.core.routing_words import stems

Outcome = Literal["taken", "by-its-words"]


@dataclass(frozen=True, slots=True)
class StrayExample:
    """The ``number``-th example of ``agent`` (from 1), for which ``taker`` matches better.

    ``taken``: as the catalog is. ``by-its-words``: only if the example itself were not in the description,
    so other words for the same request may well go to ``taker``. ``words``: what decided for it.
    """

    agent: CatalogAgent
    number: int
    example: OwnExample
    taker: CatalogAgent
    outcome: Outcome
    words: tuple[str, ...]

    @property
    def short(self) -> str:
        """What is asked, cut where it is long."""
        text = " ".join((self.example.request or self.example.context).split())
        return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS].rstrip()}…"

    @property
    def sentence(self) -> str:
        """What was found, for people."""
        where = "" if self.example.seen else " of its prompt"
        decided = ", ".join(f"“{word}”" for word in self.words)
        which = f"Example {self.number}{where}, “{self.short}”,"
        if self.outcome == "taken":
            return f"{which} would go to {self.taker.shown_name}, by {decided}."
        return (
            f"{which} is its own only by the words of the example: without them it would go to "
            f"{self.taker.shown_name}, by {decided}."
        )


def stray_examples(index: Index) -> Iterator[tuple[StrayExample, ...]]:
    """For each agent of the index in turn, its examples that another agent would take."""

    @lru_cache(maxsize=_KEPT)  # agents from one mould have one another's examples
    def scores(asked: str) -> dict[int, float]:
        return index.scores(Counter(stems(asked)))

    for position in range(len(index.agents)):
        yield tuple(_strays(index, position, scores))


def _strays(
    index: Index, position: int, scores_of: Callable[[str], dict[int, float]]
) -> Iterator[StrayExample]:
    agent = index.agents[position]
    for number, example in enumerate(agent.examples, 1):
        scores = scores_of(example.asked)
        own = scores.get(position, 0.0)
        asked = Counter(stems(example.asked))
        alone = index.score_without(position, asked, example) if example.seen else own
        best, most = None, min(own, alone)
        for at, score in scores.items():
            more = score > most or (score == most and best is not None and at < best)
            if more and _stands_beside(agent, index.agents[at]):
                best, most = at, score
        if best is not None:
            outcome: Outcome = "taken" if most > own else "by-its-words"
            words = index.deciding(best, example.asked)[:_MOST_WORDS]
            shown = tuple(word.text for word in words)
            yield StrayExample(agent, number, example, index.agents[best], outcome, shown)


_KEPT = 64
_MOST_WORDS = 4
_MOST_CHARACTERS = 80


def _stands_beside(agent: CatalogAgent, other: CatalogAgent) -> bool:
    return (
        other.program == agent.program
        and other.identity != agent.identity
        and other.name != agent.name
        and other.description != agent.description
    )
