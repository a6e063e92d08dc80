"""What the descriptions of a catalog cost: they are before the model on every turn, used or not.

Counted is the description as the router gets it, of agents that load, and of several with one identity the
longest, since one alone is loaded. Names and lists of tools come on top, and are small. Tokens are characters
divided by `CHARACTERS_A_TOKEN`, a rule of thumb for English; other languages cost more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from agenteditor.core.catalog_agent import CatalogAgent
from agenteditor.core.checks_text import LONG_DESCRIPTION
from agenteditor.core.dialect import CLAUDE_CODE
from agenteditor.core.router import CHARACTERS_A_TOKEN, tokens_of

State = Literal["fits", "near", "over", "no limit"]

TOKENS = 15_000
NEAR = 0.8  # of the limit


class Limit(NamedTuple):
    """A known limit, and where the number comes from."""

    what: str
    number: str
    source: str


LIMITS = (
    Limit(
        "All descriptions of a session together",
        f"{TOKENS:,} tokens",
        "Claude Code's warning at its start: “Agent descriptions are over the 15.0k-token limit”, in older "
        "versions “Large cumulative agent descriptions will impact performance (… > 15.0k)”. Reported in "
        "anthropics/claude-code issue 13493 and wshobson/agents issue 93.",
    ),
    Limit(
        "One description",
        f"{LONG_DESCRIPTION:,} characters",
        "Anthropic's own guide to agents (skill agent-development): 10 to 5,000, best 200 to 1,000. Advice: "
        "Claude Code documents no limit of a single description.",
    ),
    Limit(
        "One token",
        f"about {CHARACTERS_A_TOKEN} characters",
        "A rule of thumb for English text; Claude Code counts with its own.",
    ),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What some agents of ``program`` cost.

    ``idle`` are the files that cost nothing: they do not load, or another of the same identity may.
    """

    program: str
    agents: int
    idle: int
    characters: int

    @property
    def tokens(self) -> int:
        """About how many tokens on every turn."""
        return tokens_of(self.characters)

    @property
    def state(self) -> State:
        """How it stands to the limit of a session, which Claude Code alone is known to have."""
        if self.program != CLAUDE_CODE:
            return "no limit"
        if self.tokens > TOKENS:
            return "over"
        return "near" if self.tokens > NEAR * TOKENS else "fits"


class ScopeCost(NamedTuple):
    """What is loaded together from the folder ``scope``, and that by sub-folders of the catalog."""

    scope: Path
    cost: Cost
    folders: tuple[tuple[str, Cost], ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """The costs of a catalog, of folders that hold an agent that loads.

    ``together`` is the sum of each program's scopes, as if all were in use at once. ``dearest`` are the
    agents with the longest descriptions, ``long`` all of Claude Code's that are longer than advised.
    """

    scopes: tuple[ScopeCost, ...]
    together: tuple[Cost, ...]
    dearest: tuple[CatalogAgent, ...]
    long: tuple[CatalogAgent, ...]


def budget(agents: Sequence[CatalogAgent]) -> Budget:
    """The budget of a catalog's agents."""
    by_scope: dict[tuple[bool, str, str], list[CatalogAgent]] = {}
    for agent in agents:
        key = (agent.program != CLAUDE_CODE, agent.program, str(agent.scope))
        by_scope.setdefault(key, []).append(agent)
    scopes = [scope for key in sorted(by_scope) if (scope := _scope(by_scope[key])).cost.agents]
    programs = dict.fromkeys(scope.cost.program for scope in scopes)
    dearest = sorted(
        (agent for agent in agents if agent.loads and agent.description),
        key=lambda agent: (-len(agent.description), agent.name, str(agent.path)),
    )
    long = [one for one in dearest if one.program == CLAUDE_CODE and len(one.description) > LONG_DESCRIPTION]
    return Budget(
        tuple(scopes),
        tuple(_sum([scope.cost for scope in scopes if scope.cost.program == name]) for name in programs),
        tuple(dearest[:_DEAREST]),
        tuple(long),
    )


_DEAREST = 20


def _scope(agents: Sequence[CatalogAgent]) -> ScopeCost:
    paying: dict[str, CatalogAgent] = {}
    for agent in sorted(agents, key=lambda one: str(one.path)):
        if agent.loads:
            before = paying.get(agent.identity)
            if before is None or len(agent.description) > len(before.description):
                paying[agent.identity] = agent
    chosen = {agent.path for agent in paying.values()}
    by_folder: dict[str, list[CatalogAgent]] = {}
    for agent in agents:
        by_folder.setdefault(agent.folder, []).append(agent)
    folders = [(folder, _cost(by_folder[folder], chosen)) for folder in sorted(by_folder)]
    whole = _sum([cost for _, cost in folders])
    return ScopeCost(agents[0].scope, whole, tuple(one for one in folders if one[1].agents))


def _cost(agents: Sequence[CatalogAgent], chosen: set[Path]) -> Cost:
    lengths = [len(agent.description) for agent in agents if agent.path in chosen]
    return Cost(agents[0].program, len(lengths), len(agents) - len(lengths), sum(lengths))


def _sum(costs: Sequence[Cost]) -> Cost:
    return Cost(
        costs[0].program,
        sum(cost.agents for cost in costs),
        sum(cost.idle for cost in costs),
        sum(cost.characters for cost in costs),
    )
