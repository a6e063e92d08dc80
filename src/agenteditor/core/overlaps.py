"""Which agents of a catalog say that they are for the same things.

Two agents overlap as far as the words that tell agents apart are the same in both: the cosine of what
these words weigh in the ``Index``, 0 to 1. A word that more than a tenth of the agents have (and more than
50) tells none apart and is left out, so that thousands of agents take seconds. Agents with the very same
description are a group, of which one is compared with the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from agenteditor.core.catalog_agent import CatalogAgent
from agenteditor.core.routing import Index

Degree = Literal["much", "some"]

SOME, MUCH = 0.3, 0.5  # of the cosine


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two agents, the first by name first. ``words`` are those that weigh most in both."""

    one: CatalogAgent
    other: CatalogAgent
    measure: float
    words: tuple[str, ...]

    @property
    def degree(self) -> Degree:
        """How much, in a word."""
        return "much" if self.measure >= MUCH else "some"


def same_descriptions(agents: Sequence[CatalogAgent]) -> tuple[tuple[CatalogAgent, ...], ...]:
    """The groups of agents of one program that load with one and the same description.

    Files with one name as well are no group: that is a matter of ``duplicates``.
    """
    groups: dict[tuple[str, str], list[CatalogAgent]] = {}
    for agent in agents:
        if agent.loads and agent.description:
            groups.setdefault((agent.program, agent.description), []).append(agent)
    return tuple(tuple(group) for group in groups.values() if len({one.identity for one in group}) > 1)


def overlapping(index: Index) -> Iterator[tuple[Overlap, ...]]:
    """For each agent of the index in turn its overlaps with later ones, closest first, none below `SOME`.

    Empty steps come before the first, while the words are weighed.
    """
    most = max(_COMMON, len(index.agents) // 10)
    squares = [0.0] * len(index.agents)
    weighed = 0
    for word in index.words():
        weights = index.weights(word)
        if len(weights) <= most:
            for position, weight in weights.items():
                squares[position] += weight * weight
        weighed += len(weights)
        if weighed > _A_STEP:
            weighed = 0
            yield ()
    lengths = [math.sqrt(square) for square in squares]
    compared = _firsts(index)
    for position in range(len(index.agents)):
        yield tuple(_later(index, position, lengths, most)) if compared[position] else ()


_COMMON = 50
_A_STEP = 5_000  # weights
_MOST_WORDS = 6


def _firsts(index: Index) -> list[bool]:
    """Whether each agent is the first with its description."""
    seen: set[tuple[str, str]] = set()
    firsts: list[bool] = []
    for agent in index.agents:
        told = (agent.program, agent.description or str(agent.path))
        firsts.append(told not in seen)
        seen.add(told)
    return firsts


def _later(index: Index, position: int, lengths: Sequence[float], most: int) -> Iterator[Overlap]:
    shared: dict[int, float] = {}
    for word in index.words_of(position):
        weights = index.weights(word)
        if len(weights) <= most:
            mine = weights[position]
            for other, theirs in weights.items():
                if other > position:
                    shared[other] = shared.get(other, 0.0) + mine * theirs
    measures = {other: product / (lengths[position] * lengths[other]) for other, product in shared.items()}
    close = [other for other, measure in measures.items() if measure >= SOME]
    written = index.written(position) if close else {}
    for other in sorted(close, key=lambda other: (-measures[other], other)):
        if _both(index.agents[position], index.agents[other]):
            words = tuple(written[word] for word in _shared_words(index, position, other, most))
            yield Overlap(index.agents[position], index.agents[other], min(measures[other], 1.0), words)


def _shared_words(index: Index, position: int, other: int, most: int) -> list[str]:
    products: dict[str, float] = {}
    for word in index.words_of(position):
        weights = index.weights(word)
        if other in weights and len(weights) <= most:
            products[word] = weights[position] * weights[other]
    return sorted(products, key=lambda word: (-products[word], word))[:_MOST_WORDS]


def _both(one: CatalogAgent, other: CatalogAgent) -> bool:
    """Whether a router can have both before it, and they say something of their own."""
    return (
        one.program == other.program
        and one.identity != other.identity
        and not (one.description and one.description == other.description)
    )
