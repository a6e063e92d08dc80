"""Which tools the two lists of an agent leave it, and why it does not get the others.

The rules are those of FORMAT 1.3: ``disallowedTools`` first, ``tools`` from what is left; some tools
are never for a subagent, few are for the background. Where what the reader does is not documented, the
wider answer is given, and ``sure`` is False: who asks what an agent may do wants to know the worst.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from agenteditor.core import tools_grammar
from agenteditor.core.dialect import KnownNames
from agenteditor.core.tools_grammar import Entry

# Five things that look alike and are not (FORMAT 8.13), and two more.
ToolsState = Literal["missing", "none", "null", "blank", "everything", "list", "no-list"]

Reason = Literal[
    "forbidden",  # by disallowedTools
    "not-listed",
    "never",  # for subagents
    "main-agent",  # listed, but counts only where the file runs as the main agent
    "needs-plan",  # permissionMode plan
    "unknown",
    "old-name",
    "other-program",
    "malformed",
    "every-server",  # a star for the MCP server, which tools does not understand
    "part",  # disallowedTools names a part of a tool
]

EVERY_SERVER = "mcp__*"
_PLANNED = "ExitPlanMode"  # given to a subagent that plans, alone of all that are never given


class Given(NamedTuple):
    """A tool the agent gets, by the name it has now, or an entry for MCP tools as it is written.

    ``parts`` are its entries with parentheses, as written; none where one entry names it whole.
    """

    name: str
    background: bool
    parts: tuple[str, ...] = ()
    by_memory: bool = False


class Withheld(NamedTuple):
    """A tool the agent does not get, or an entry, as written, that has no effect."""

    name: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class ToolsGiven:
    """What is left. Each known tool stands in either ``given`` or ``withheld``, once.

    In ``withheld`` stand also the entries of ``tools`` that give nothing; in ``idle`` those of
    ``disallowedTools`` that take nothing away. ``refused``: a list that gives no tool at all, with which
    Claude Code does not start the agent. ``agents`` are the names in ``Agent(a, b)``.
    """

    state: ToolsState
    sure: bool
    given: tuple[Given, ...]
    withheld: tuple[Withheld, ...]
    idle: tuple[Withheld, ...] = ()
    refused: bool = False
    agents: tuple[str, ...] = ()

    @property
    def foreground(self) -> tuple[str, ...]:
        """The names of all that is given."""
        return tuple(tool.name for tool in self.given)

    @property
    def background(self) -> tuple[str, ...]:
        """What of it is left in the background, where agents usually run."""
        return tuple(tool.name for tool in self.given if tool.background)


NOTHING = ToolsGiven("none", True, (), ())


def tools_given(
    names: KnownNames, fields: Mapping[str, object], *, memory: bool = False, planning: bool = False
) -> ToolsGiven:
    """What ``fields["tools"]`` and ``fields["disallowedTools"]`` leave; a key that is absent is no field.

    ``memory`` and ``planning`` say whether the agent has a memory, and whether it runs in the mode plan.
    """
    state = tools_state(fields["tools"]) if "tools" in fields else "missing"
    wanted, sure = _listed(fields.get("tools"))
    denied = _denied(fields.get("disallowedTools"))
    limits = _Limits(names, planning, frozenset(_names_of(names, denied)))
    given, withheld = _from_list(limits, wanted) if state in ("list", "none") else _from_all(limits)
    if state == "everything":
        for entry in wanted:
            fault = entry_fault(names, entry, "tools")
            if fault is not None and entry.text not in given:
                withheld[entry.text] = fault
    for name in names.memory_tools if memory else ():
        if withheld.get(name) == "not-listed":
            del withheld[name]
            given[name] = Given(name, name in names.background_tools, (), True)
    for entry in denied:
        wider = (EVERY_SERVER, f"mcp__{entry.server}", f"mcp__{entry.server}__*")
        if entry.form == "mcp" and not entry.specifier and any(name in given for name in wider):
            withheld[entry.name] = "forbidden"
    return ToolsGiven(
        state,
        sure and state not in ("null", "blank"),
        tuple(given.values()),
        tuple(Withheld(name, reason) for name, reason in withheld.items()),
        tuple(_idle(names, denied)),
        state == "list" and not given,
        _agents(names, wanted) if state == "list" else (),
    )


def tools_state(value: object) -> ToolsState:
    """What kind of value of ``tools`` this is; for a field that is there."""
    if value is None:
        return "null"
    entries = tools_grammar.entries(value)
    if entries is None or (isinstance(value, list) and not all(isinstance(item, str) for item in value)):
        return "no-list"
    if isinstance(value, str) and not entries:
        return "blank"
    if value == []:
        return "none"
    return "everything" if any(entry.form == "everything" for entry in entries) else "list"


# --- one entry --------------------------------------------------------------------------------


def canonical(names: KnownNames, entry: Entry) -> str:
    """The name that the tool of an entry has now: Agent for Task."""
    old = names.old_tools.get(entry.name)
    return old.use[0] if entry.form == "tool" and old is not None and old.works else entry.name


def resolves(names: KnownNames, entry: Entry, key: str, *, planning: bool = False) -> bool:
    """Whether an entry of the field ``key`` matches a tool that a subagent may get."""
    return entry_fault(names, entry, key) is None and not (
        entry.form == "tool" and is_never_given(names, canonical(names, entry), planning=planning)
    )


def entry_fault(names: KnownNames, entry: Entry, key: str) -> Reason | None:
    """Why an entry of the field ``key`` matches no tool at all; None where it matches one."""
    if entry.form == "malformed":
        return "malformed"
    if entry.form == "everything":
        return None
    if entry.form == "mcp":
        return "every-server" if key == "tools" and "*" in (entry.server or "") else None
    if canonical(names, entry) in names.tools:
        return None
    old = names.old_tools.get(entry.name)
    if old is None:
        return "other-program" if "/" in entry.name else "unknown"
    return "old-name" if old.program is None else "other-program"


def is_never_given(names: KnownNames, name: str, *, planning: bool) -> bool:
    """Whether no subagent gets this tool, listed or not."""
    return name in names.never_for_subagents and not (planning and name == _PLANNED)


def runs_in_background(names: KnownNames, entry: Entry) -> bool:
    """Whether the tool of an entry is left in the background: few are, and all those of MCP servers."""
    return entry.form != "tool" or canonical(names, entry) in names.background_tools


def forbids(names: KnownNames, forbidden: frozenset[str], entry: Entry) -> bool:
    """Whether the names that `forbidding` gave take the tool of an entry away."""
    if entry.form == "mcp":
        servers = {EVERY_SERVER, f"mcp__{entry.server}", f"mcp__{entry.server}__*"}
        return entry.name in forbidden or bool(servers & forbidden)
    return entry.form == "tool" and canonical(names, entry) in forbidden


def forbidding(names: KnownNames, value: object) -> frozenset[str]:
    """The names that a value of ``disallowedTools`` takes away whole, as tools are called now."""
    return frozenset(_names_of(names, _denied(value)))


# --- both lists -------------------------------------------------------------------------------


class _Limits(NamedTuple):
    names: KnownNames
    planning: bool
    forbidden: frozenset[str]


_Tools = dict[str, Given]
_Reasons = dict[str, Reason]


def _listed(value: object) -> tuple[tuple[Entry, ...], bool]:
    """The entries of a list, and whether they are sure: names without commas may count as one name."""
    if isinstance(value, str) and tools_grammar.is_space_separated(value):
        return tuple(tools_grammar.entry(word) for word in value.split()), False
    return tools_grammar.entries(value) or (), True


def _denied(value: object) -> tuple[Entry, ...]:
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        return ()
    return tools_grammar.entries(value) or ()


def _names_of(names: KnownNames, denied: tuple[Entry, ...]) -> set[str]:
    whole = {canonical(names, entry) for entry in denied if not entry.specifier and entry.form != "malformed"}
    return whole | set(names.tools) | {EVERY_SERVER} if "*" in whole else whole


def _from_list(limits: _Limits, wanted: tuple[Entry, ...]) -> tuple[_Tools, _Reasons]:
    names = limits.names
    given: _Tools = {}
    withheld: _Reasons = {}
    parts: dict[str, dict[str, None]] = {}
    whole: set[str] = set()
    for entry in wanted:
        name, fault = canonical(names, entry), entry_fault(names, entry, "tools")
        if fault is not None:
            withheld[entry.text] = fault
        elif forbids(names, limits.forbidden, entry):
            withheld[name] = "forbidden"
        elif entry.form == "tool" and is_never_given(names, name, planning=limits.planning):
            withheld[name] = "needs-plan" if name == _PLANNED else "main-agent"
        else:
            if not entry.specifier:
                whole.add(name)
            parts.setdefault(name, {})[entry.text] = None
            given[name] = Given(name, runs_in_background(names, entry))
    for name in given.keys() - whole:
        given[name] = given[name]._replace(parts=tuple(parts[name]))
    for name in names.tools:
        if name not in given and name not in withheld:
            withheld[name] = "forbidden" if name in limits.forbidden else "not-listed"
    if not any(name.startswith("mcp__") for name in given):
        withheld.setdefault(EVERY_SERVER, "forbidden" if EVERY_SERVER in limits.forbidden else "not-listed")
    return given, withheld


def _from_all(limits: _Limits) -> tuple[_Tools, _Reasons]:
    names = limits.names
    given: _Tools = {}
    withheld: _Reasons = {}
    for name in names.tools:
        if name in limits.forbidden:
            withheld[name] = "forbidden"
        elif is_never_given(names, name, planning=limits.planning):
            withheld[name] = "needs-plan" if name == _PLANNED else "never"
        else:
            given[name] = Given(name, name in names.background_tools)
    if EVERY_SERVER in limits.forbidden:
        withheld[EVERY_SERVER] = "forbidden"
    else:
        given[EVERY_SERVER] = Given(EVERY_SERVER, True)
    return given, withheld


def _idle(names: KnownNames, denied: tuple[Entry, ...]) -> list[Withheld]:
    found: dict[str, Reason] = {}
    for entry in denied:
        fault = entry_fault(names, entry, "disallowedTools")
        if fault is not None:
            found[entry.text] = fault
        elif entry.specifier:
            found[entry.text] = "part"
    return [Withheld(text, reason) for text, reason in found.items()]


def _agents(names: KnownNames, wanted: tuple[Entry, ...]) -> tuple[str, ...]:
    """The agents that ``Agent(a, b)`` names, in all its entries; none if one of them is without a list."""
    lists = [entry.specifier or "" for entry in wanted if canonical(names, entry) == "Agent"]
    if not all(lists):
        return ()
    found = (name.strip() for listed in lists for name in listed.split(","))
    return tuple(dict.fromkeys(name for name in found if name))
