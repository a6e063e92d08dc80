"""The judgement over a whole catalog: names, budget, overlaps, and whose examples go astray.

It is about the agents together; what is wrong with each file by itself is ``checks``'. All of it speaks of
agents that load. A *finding* is a sentence with the files it is about.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from agenteditor.core.budget import TOKENS, Budget, Cost, budget
from agenteditor.core.catalog_agent import CatalogAgent
from agenteditor.core.checks_text import LONG_DESCRIPTION
from agenteditor.core.duplicates import Duplicate, duplicates
from agenteditor.core.overlaps import Overlap, overlapping, same_descriptions
from agenteditor.core.own_examples import StrayExample, stray_examples
from agenteditor.core.routing import Index, index_of

Kind = Literal["duplicate", "budget", "overlap", "example"]
# A warning is something to mend; a note is good to know, and no reason to fail.
Weight = Literal["warning", "note"]


class Finding(NamedTuple):
    """Something about several agents, or about one beside the others."""

    kind: Kind
    weight: Weight
    sentence: str
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Judgement:
    """All of it. ``agents`` are all files by path; ``same`` the groups with one description."""

    agents: tuple[CatalogAgent, ...]
    index: Index
    duplicates: tuple[Duplicate, ...]
    budget: Budget
    same: tuple[tuple[CatalogAgent, ...], ...]
    overlaps: tuple[Overlap, ...]
    strays: tuple[StrayExample, ...]

    @property
    def loading(self) -> int:
        """How many agents load."""
        return len(self.index.agents)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything as sentences, warnings first."""
        found = [*_names(self), *_costs(self), *_overlaps(self), *_examples(self)]
        return tuple(sorted(found, key=lambda one: one.weight != "warning"))

    def of(self, weight: Weight) -> tuple[Finding, ...]:
        """The findings of this weight."""
        return tuple(finding for finding in self.findings if finding.weight == weight)


class Step(NamedTuple):
    """How far the work is: ``done`` of ``whole`` steps."""

    done: int
    whole: int


def judging(agents: Sequence[CatalogAgent], index: Index) -> Generator[Step, None, Judgement]:
    """Judge a catalog, whose ``index`` has grown, in short steps; the generator's value is the judgement."""
    ordered = tuple(sorted(agents, key=lambda agent: str(agent.path)))
    each = len(index.agents)
    pairs: list[Overlap] = []
    for done, overlaps in enumerate(overlapping(index), 1):
        pairs += overlaps
        yield Step(min(done, each), 2 * each)
    strays: list[StrayExample] = []
    for done, examples in enumerate(stray_examples(index), each + 1):
        strays += examples
        yield Step(done, 2 * each)
    pairs.sort(key=lambda one: (-one.measure, one.one.name, one.other.name, str(one.one.path)))
    strays.sort(key=lambda one: (one.outcome != "taken", one.agent.name, str(one.agent.path), one.number))
    return Judgement(
        agents=ordered,
        index=index,
        duplicates=duplicates(ordered),
        budget=budget(ordered),
        same=same_descriptions(index.agents),
        overlaps=tuple(pairs),
        strays=tuple(strays),
    )


def judged(agents: Sequence[CatalogAgent]) -> Judgement:
    """The judgement over a catalog, in one go."""
    steps = judging(agents, index_of(agents))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            judgement: Judgement = end.value
            return judgement


# --- findings ----------------------------------------------------------------------------------


def _names(judgement: Judgement) -> list[Finding]:
    return [
        Finding(
            "duplicate",
            "warning" if one.clash else "note",
            one.sentence,
            tuple(agent.path for agent in one.agents),
        )
        for one in judgement.duplicates
    ]


def _costs(judgement: Judgement) -> list[Finding]:
    found: list[Finding] = []
    costs = judgement.budget
    for scope in costs.scopes:
        if scope.cost.state in ("near", "over"):
            weight: Weight = "warning" if scope.cost.state == "over" else "note"
            found.append(Finding("budget", weight, _cost_sentence(scope.cost), (scope.scope,)))
    for whole in costs.together:
        alone = [one for one in costs.scopes if one.cost.program == whole.program]
        if whole.state == "over" and len(alone) > 1 and all(one.cost.state != "over" for one in alone):
            sentence = f"If all {len(alone)} folders are in use at once: {_cost_sentence(whole)}"
            found.append(Finding("budget", "note", sentence, tuple(one.scope for one in alone)))
    for agent in costs.long:
        sentence = (
            f"The description of {agent.shown_name} has {len(agent.description):,} characters, about "
            f"{agent.tokens:,} tokens on every turn; advised are at most {LONG_DESCRIPTION:,} characters."
        )
        found.append(Finding("budget", "warning", sentence, (agent.path,)))
    return found


def _cost_sentence(cost: Cost) -> str:
    return (
        f"The descriptions of {agents_said(cost.agents)} cost about {cost.tokens:,} tokens on every turn. "
        f"Claude Code warns above {TOKENS:,}."
    )


def _overlaps(judgement: Judgement) -> list[Finding]:
    found: list[Finding] = []
    for group in judgement.same:
        names = ", ".join(dict.fromkeys(agent.shown_name for agent in group[:MOST_NAMED]))
        more = f" and {len(group) - MOST_NAMED} more" if len(group) > MOST_NAMED else ""
        sentence = f"{len(group)} files have the very same description: {names}{more}."
        found.append(Finding("overlap", "warning", sentence, tuple(agent.path for agent in group)))
    for one in judgement.overlaps:
        words = ", ".join(f"“{word}”" for word in one.words)
        sentence = (
            f"{one.one.shown_name} and {one.other.shown_name} overlap by {percent(one.measure)}: {words}."
        )
        weight: Weight = "warning" if one.degree == "much" else "note"
        found.append(Finding("overlap", weight, sentence, (one.one.path, one.other.path)))
    return found


def _examples(judgement: Judgement) -> list[Finding]:
    return [
        Finding(
            "example",
            "warning" if one.outcome == "taken" else "note",
            f"{one.agent.shown_name}: {one.sentence}",
            (one.agent.path, one.taker.path),
        )
        for one in judgement.strays
    ]


MOST_NAMED = 10


def agents_said(count: int) -> str:
    """ "1 agent", "12 agents"."""
    return "1 agent" if count == 1 else f"{count:,} agents"


def percent(share: float) -> str:
    """A share of 1 in whole percent; less than all is never 100 %, more never less than 101 %."""
    whole = round(share * 100) if share >= 0.01 or not share else 1
    return f"{min(whole, 99) if share < 1 else max(whole, 101) if share > 1 else 100} %"
