"""Who would take a request? The agents ranked by how well their words match it.

The real router is a language model, which understands; this counts words: BM25F over the name, the prose
of the description and its examples (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009),
with the word forms of ``routing_words``. It shows which words of which agents stand in each other's way,
and no more.

An ``Index`` grows once and then never changes. Its answers depend on the set of agents, not on their order.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from agenteditor.core.catalog_agent import CatalogAgent, OwnExample
from agenteditor.core.routing_words import stems, words

Where = Literal["name", "description", "examples"]


class _Field(NamedTuple):
    weight: float
    length: float  # how much a long text counts less: 0 not at all, 1 in proportion


# A name says more than prose, examples are chatty; the rest is usual for BM25. By the own examples of real
# agents (tests/core/test_routing.py) other values near these do no better.
_FIELDS: dict[Where, _Field] = {
    "name": _Field(2.0, 0.3),
    "description": _Field(1.0, 0.5),
    "examples": _Field(0.6, 0.6),
}
_SATURATION = 1.2  # how soon it stops to count that a word stands there once more
# Agents for other things, imagined beside the catalog: else a word that two of three agents have would count
# as common, and it is small catalogs that hold the nearest relatives.
_BESIDE = 30
NEAR = 0.8  # of the first one's score: too close to tell


class DecidingWord(NamedTuple):
    """A word of the request that an agent has. ``share`` is its part of the score, 0 to 1."""

    text: str
    share: float
    where: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent that has a word of the request. ``words`` are the deciding ones, the weightiest first.

    ``near_tie``: it is not the first of its program, but so close to it that a router could take either.
    """

    agent: CatalogAgent
    score: float
    words: tuple[DecidingWord, ...]
    near_tie: bool


class _Counts(NamedTuple):
    """How often each word stands in an agent's name, its prose and its examples, and how long these are."""

    words: dict[str, tuple[int, int, int]]
    lengths: tuple[int, int, int]


class Index:
    """The agents of a catalog by their words. ``agents`` are those that load, by name and path.

    A *position* is a place in ``agents``, an *asked* word one of `stems` with how often it is asked for.
    """

    def __init__(self, agents: Iterable[CatalogAgent]) -> None:
        self.agents = tuple(
            sorted((one for one in agents if one.loads), key=lambda one: (one.name, str(one.path)))
        )
        self._counts: list[_Counts] = []
        self._places: dict[str, list[int]] = {}
        self._means: tuple[float, ...] = ()
        self._weights: dict[str, dict[int, float]] = {}

    def grow(self) -> Iterator[None]:
        """Read the agents, one at each step; no question may be asked before all are read."""
        totals = [0, 0, 0]
        for position, agent in enumerate(self.agents):
            counts = _counted(agent)
            self._counts.append(counts)
            totals = [total + length for total, length in zip(totals, counts.lengths, strict=True)]
            for word in counts.words:
                self._places.setdefault(word, []).append(position)
            yield
        self._means = tuple(max(total / max(len(self.agents), 1), 1.0) for total in totals)

    def ranked(self, request: str, most: int = 20) -> tuple[Candidate, ...]:
        """The agents that have a word of the request, the best first, at most so many."""
        scores = self.scores(Counter(stems(request)))
        order = sorted(scores, key=lambda position: (-scores[position], position))
        best: dict[str, int] = {}
        for position in order:
            best.setdefault(self.agents[position].program, position)
        found: list[Candidate] = []
        for position in order[:most]:
            first = best[self.agents[position].program]
            near = position != first and scores[position] >= NEAR * scores[first]
            found.append(
                Candidate(self.agents[position], scores[position], self.deciding(position, request), near)
            )
        return tuple(found)

    def deciding(self, position: int, request: str) -> tuple[DecidingWord, ...]:
        """The words of the request that an agent has, the weightiest first."""
        own, asked = self._counts[position], list(words(request))
        times = Counter(word.stem for word in asked)
        shown = {word.stem: word.shown for word in reversed(asked)}  # as it is written first
        parts = {
            word: times[word] * self._weight(word, own.words[word], own.lengths)
            for word in sorted(times)
            if word in own.words
        }
        whole = sum(parts.values())
        return tuple(
            DecidingWord(
                shown[word],
                parts[word] / whole,
                tuple(field for field, count in zip(_FIELDS, own.words[word], strict=True) if count),
            )
            for word in sorted(parts, key=lambda word: (-parts[word], word))
        )

    def scores(self, asked: Counter[str]) -> dict[int, float]:
        """The score of each position that has one of the asked words."""
        scores: dict[int, float] = {}
        for word in sorted(asked):  # a sum of floats depends on its order
            times = asked[word]
            for position, weight in self.weights(word).items():
                scores[position] = scores.get(position, 0.0) + times * weight
        return scores

    def score_without(self, position: int, asked: Counter[str], example: OwnExample) -> float:
        """The score of one agent as if an example of its description were not there."""
        own, out = self._counts[position], Counter(stems(example.asked))
        lengths = (*own.lengths[:2], own.lengths[2] - out.total())
        score = 0.0
        for word in sorted(asked):
            if word in own.words:
                name, prose, examples = own.words[word]
                score += asked[word] * self._weight(word, (name, prose, examples - out[word]), lengths)
        return score

    def words(self) -> Iterable[str]:
        """All words of all agents (`stems`)."""
        return self._places.keys()

    def words_of(self, position: int) -> Iterable[str]:
        """The words of one agent (`stems`)."""
        return self._counts[position].words.keys()

    def weights(self, word: str) -> dict[int, float]:
        """What a word (`stems`) counts at each position that has it."""
        known = self._weights.get(word)
        if known is None:
            known = self._weights[word] = {
                at: self._weight(word, self._counts[at].words[word], self._counts[at].lengths)
                for at in self._places.get(word, ())
            }
        return known

    def written(self, position: int) -> dict[str, str]:
        """Each word of one agent (`stems`) as it is first written there, the description first."""
        agent = self.agents[position]
        texts = (agent.prose, *(one.asked for one in agent.examples if one.seen), agent.name)
        found = [word for text in texts for word in words(text)]
        return {word.stem: word.shown for word in reversed(found)}

    def _weight(self, word: str, counts: Sequence[int], lengths: Sequence[int]) -> float:
        here = 0.0
        for field, count, length, mean in zip(_FIELDS.values(), counts, lengths, self._means, strict=True):
            here += field.weight * count / (1 - field.length + field.length * length / mean)
        having = len(self._places[word])
        rarity = math.log(1 + (len(self.agents) + _BESIDE - having + 0.5) / (having + 0.5))
        return rarity * here / (_SATURATION + here)


def index_of(agents: Iterable[CatalogAgent]) -> Index:
    """The index of these agents, made in one go."""
    index = Index(agents)
    for _ in index.grow():
        pass
    return index


def _counted(agent: CatalogAgent) -> _Counts:
    examples = [stem for one in agent.examples if one.seen for stem in stems(one.asked)]
    counters = [Counter(found) for found in (stems(agent.name), stems(agent.prose), examples)]
    name, prose, asked = counters
    # Sorted, since a sum of floats depends on its order.
    every = sorted(name.keys() | prose.keys() | asked.keys())
    return _Counts(
        {word: (name[word], prose[word], asked[word]) for word in every},
        (name.total(), prose.total(), asked.total()),
    )
