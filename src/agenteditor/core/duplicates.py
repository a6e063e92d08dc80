"""Agents of one name: which one is called, nobody can tell, or the nearer one (FORMAT 1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agenteditor.core.catalog_agent import CatalogAgent
from agenteditor.core.dialect import CLAUDE_CODE


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Agents that load with one name for one program, by path. ``clash``: from one folder, so one is lost."""

    agents: tuple[CatalogAgent, ...]
    clash: bool

    @property
    def short(self) -> str:
        """What happens, in a few words."""
        count = len(self.agents)
        if not self.clash:
            return f"The nearest of {count} wins"
        loaded = "One" if self.agents[0].program == CLAUDE_CODE else "Unknown which"
        return f"{loaded} of {count} is loaded"

    @property
    def sentence(self) -> str:
        """What happens, for people."""
        first = self.agents[0]
        if not self.clash:
            return (
                f"“{first.name}” stands in {len(self.agents)} folders of agents. Where more than one of them "
                "is in use, the folder nearest to the working directory wins."
            )
        if first.program == CLAUDE_CODE:
            what = "One of them is loaded, whichever is read first; the others are not, without a word."
        else:
            what = f"Which of them {first.program} loads is not known."
        return f"{len(self.agents)} files have the name “{first.name}”. {what}"


def duplicates(agents: Sequence[CatalogAgent]) -> tuple[Duplicate, ...]:
    """The names that more than one agent has, clashes first, then by name."""
    groups: dict[tuple[str, str], list[CatalogAgent]] = {}
    for agent in sorted(agents, key=lambda one: str(one.path)):
        if agent.loads and agent.name:
            groups.setdefault((agent.program, agent.identity), []).append(agent)
    found: list[Duplicate] = []
    for group in groups.values():
        scopes: dict[str, list[CatalogAgent]] = {}
        for agent in group:
            scopes.setdefault(str(agent.scope), []).append(agent)
        found += [Duplicate(tuple(inside), True) for inside in scopes.values() if len(inside) > 1]
        if len(scopes) > 1:
            found.append(Duplicate(tuple(group), False))
    return tuple(sorted(found, key=lambda one: (not one.clash, one.agents[0].name, str(one.agents[0].path))))
