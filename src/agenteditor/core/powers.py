"""Everything an agent may do, as the reader takes it: tools, permissions, hooks, servers, memory.

A value that the reader drops (a mode it does not know, a hook without a command) is dropped here; what a
plugin ignores is in ``ignored`` and nowhere else. Values are those the reader gets, also where its
repair made something else of them than was meant. ``powers_words`` says it all in sentences,
``powers_wider`` compares two. Never raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from agenteditor.core.dialect import KnownNames
from agenteditor.core.dialect_table import Place
from agenteditor.core.loading import loads
from agenteditor.core.syntax import Syntax
from agenteditor.core.tools_given import NOTHING, ToolsGiven, tools_given, tools_state

# ``limitless``: a plugin agent whose frontmatter does not parse: it runs, and every limit is lost
# (READER.md). ``refused``: it loads, but is not started. ``unknown``: we refuse to judge the file.
Runs = Literal["yes", "limitless", "refused", "no", "unknown"]

_LIMITS = ("tools", "disallowedTools")
_MOST = 1_000  # hooks of one file; real ones have a handful


class Hook(NamedTuple):
    """Something that happens by itself at an event. ``action`` is what: a command, an address, a prompt.

    ``known`` tells whether there is such an event; one that is not known never happens.
    """

    event: str
    matcher: str
    kind: str
    action: str
    known: bool


class Server(NamedTuple):
    """An MCP server. ``action`` is the command that starts it or the address that is called.

    A server that is only named has no ``kind`` and no ``action``: it is one the person already has.
    """

    name: str
    kind: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Powers:
    """What an agent may do, and how it runs. A field is None or empty where the default holds.

    ``reason`` says in a sentence whether it loads. ``mode`` is the permission mode that counts, ``freedom``
    its rank: the higher, the less is asked. ``ignored`` are fields that mean nothing in a plugin;
    ``lost_limits`` fields that were meant to limit it and do not: under a wrong name, without a list, or
    in a file whose fields are all dropped.
    """

    runs: Runs
    place: Place
    reason: str
    tools: ToolsGiven
    freedom: int
    mode: str | None = None
    hooks: tuple[Hook, ...] = ()
    servers: tuple[Server, ...] = ()
    memory: str | None = None
    isolation: str | None = None
    background: bool = False
    skills: tuple[str, ...] = ()
    initial_prompt: str = ""
    max_turns: int | None = None
    model: str | None = None
    effort: str | None = None
    omits_claude_md: bool = False
    ignored: tuple[str, ...] = ()
    lost_limits: tuple[str, ...] = ()


def powers(syntax: Syntax, place: Place = "project") -> Powers:
    """What the agent in a file with this text may do in a folder of this kind."""
    answer, names = loads(syntax, place), syntax.dialect.names
    usual = names.permission_freedom.get("default", 0)
    if not answer.ok:
        runs: Runs = "unknown" if syntax.verdict == "unknown" else "no"
        return Powers(runs, place, answer.reason, NOTHING, freedom=usual)
    if syntax.verdict == "fails":
        written = tuple(key for key in _LIMITS if syntax.field(key) is not None)
        everything = tools_given(names, {})
        return Powers("limitless", place, answer.reason, everything, freedom=usual, lost_limits=written)
    values = _values(syntax)
    ignored = tuple(key for key in values if place == "plugin" and _is_ignored(syntax, key))
    counting = {key: value for key, value in values.items() if key not in ignored}
    mode, memory = _choice(syntax, counting, "permissionMode"), _choice(syntax, counting, "memory")
    tools = tools_given(names, counting, memory=memory is not None, planning=mode == "plan")
    if tools.refused:
        return Powers("refused", place, answer.reason, tools, freedom=usual, ignored=ignored)
    isolation = _choice(syntax, counting, "isolation")
    return Powers(
        "yes",
        place,
        answer.reason,
        tools,
        mode=mode,
        freedom=usual if mode is None else names.permission_freedom.get(mode, usual),
        hooks=tuple(_hooks(counting.get("hooks"), names.hook_events))[:_MOST],
        servers=tuple(_servers(counting.get("mcpServers")))[:_MOST],
        memory=memory,
        isolation=None if place == "plugin" and isolation != "worktree" else isolation,
        background=_is_true(counting.get("background")),
        skills=_names(counting.get("skills")),
        initial_prompt=_text(counting.get("initialPrompt")),
        max_turns=_turns(counting.get("maxTurns")),
        model=_text(counting.get("model")).strip() or None,
        effort=_effort(syntax, counting),
        omits_claude_md=_is_true(counting.get("omitClaudeMd")),
        ignored=ignored,
        lost_limits=tuple(_lost_limits(names, values)),
    )


def _lost_limits(names: KnownNames, values: Mapping[str, object]) -> Iterator[str]:
    for key, value in values.items():
        meant = names.near_keys.get(key, "")
        misnamed = meant in _LIMITS and meant not in values
        if misnamed or key in names.foreign_limits or (key in _LIMITS and tools_state(value) == "no-list"):
            yield key


def _values(syntax: Syntax) -> dict[str, object]:
    """The values of the fields, of repeated ones the last."""
    fields = syntax.frontmatter.fields if syntax.frontmatter is not None else ()
    return {field.key: field.value for field in fields}


def _is_ignored(syntax: Syntax, key: str) -> bool:
    spec = syntax.dialect.spec(key)
    return spec is not None and spec.ignored_in_plugin


def _choice(syntax: Syntax, values: Mapping[str, object], key: str) -> str | None:
    """A value out of a closed list; the reader drops any other (FORMAT 1.2)."""
    value, spec = values.get(key), syntax.dialect.spec(key)
    return value if isinstance(value, str) and spec is not None and value in spec.choices else None


def _effort(syntax: Syntax, values: Mapping[str, object]) -> str | None:
    value = values.get("effort")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _choice(syntax, values, "effort")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _is_true(value: object) -> bool:
    """True as it counts for booleans here: ``yes`` and ``on`` are text."""
    return value is True or value == "true"


def _turns(value: object) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _names(value: object) -> tuple[str, ...]:
    """The names in a list, or in a text with commas."""
    listed = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(item.strip() for item in listed if isinstance(item, str) and item.strip())


# --- hooks and servers ------------------------------------------------------------------------


def _hooks(value: object, known: frozenset[str]) -> Iterator[Hook]:
    """The hooks in a value of the shape of settings.json: event, matchers, their hooks."""
    for event, groups in value.items() if isinstance(value, dict) else ():
        for group in groups if isinstance(groups, list) else ():
            if not isinstance(group, dict):
                continue
            inside = group.get("hooks")
            for hook in inside if isinstance(inside, list) else ():
                kind = hook.get("type") if isinstance(hook, dict) else None
                if isinstance(kind, str):
                    action = _action(kind, hook)
                    if action:
                        matcher = _text(group.get("matcher"))
                        yield Hook(str(event), matcher, kind, action, str(event) in known)


def _action(kind: str, hook: Mapping[str, object]) -> str:
    """What a hook does, as it is written; "" where nothing is."""
    if kind == "mcp_tool":
        return " ".join(word for key in ("server", "tool") if (word := _text(hook.get(key))))
    key = {"command": "command", "http": "url"}.get(kind, "prompt")
    return _text(hook.get(key))


def _servers(value: object) -> Iterator[Server]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str) and item.strip():
            yield Server(item.strip())
        elif isinstance(item, dict):
            for name, settings in item.items():
                if isinstance(settings, dict):
                    yield _defined(str(name), settings)


def _defined(name: str, settings: Mapping[str, object]) -> Server:
    kind = _text(settings.get("type")) or ("http" if "url" in settings else "stdio")
    if kind != "stdio":
        return Server(name, kind, _text(settings.get("url")))
    arguments = settings.get("args")
    words = [_text(settings.get("command")), *(arguments if isinstance(arguments, list) else [])]
    return Server(name, kind, " ".join(str(word) for word in words if word != ""))
