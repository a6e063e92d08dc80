"""What an agent may do, in sentences for people who never saw the format.

``headline`` is the answer in a breath; ``statements`` go into it, a subject after the other. Those that
are ``danger`` or ``warning`` say so in words of their own, so nothing depends on how they are drawn.
Secrets are cut out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from agenteditor.core.command_harm import harms
from agenteditor.core.dialect import Dialect
from agenteditor.core.powers import Hook, Powers, Server
from agenteditor.core.secret_text import redacted
from agenteditor.core.tools_given import EVERY_SERVER, Reason, ToolsGiven

Topic = Literal["tools", "permissions", "hooks", "servers", "keeps", "runs", "ignored", "withheld"]
Level = Literal["danger", "warning", "plain"]

LONGEST = 400  # characters of a command or prompt that are shown
_FEW = 5  # names in the first sentence


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing to know. ``label`` is a word or two before it, ``quoted`` text to show as it is written."""

    topic: Topic
    level: Level
    text: str
    label: str = ""
    quoted: str = ""


_DOES = {
    "read": "read files",
    "change": "change files",
    "notebooks": "change notebooks",
    "run": "run commands",
    "web": "use the web",
    "agents": "start other agents",
    "mcp": "use MCP servers",
}
_LABELS = {
    "read": "Reads files",
    "change": "Changes files",
    "notebooks": "Changes notebooks",
    "run": "Runs commands",
    "web": "Uses the web",
    "agents": "Starts agents",
    "mcp": "MCP servers",
    "other": "Also",
}
_BY_COMMAND = ("read", "change", "web")  # what a command can do, too


# --- the answer in a breath -------------------------------------------------------------------


def headline(dialect: Dialect, powers: Powers) -> str:
    """What the agent may do, in a sentence or few."""
    match powers.runs:
        case "no":
            return f"It may do nothing, for it does not run. {powers.reason}"
        case "unknown":
            return f"It cannot be told what it may do. {powers.reason}"
        case "refused":
            return (
                "It may do nothing: no entry of “tools” gives it a tool, and Claude Code refuses to start "
                "such an agent (from 2.1.208)."
            )
        case "limitless":
            return (
                "It may do everything, because none of its fields counts: the frontmatter does not parse, "
                "and a plugin runs the agent all the same, with every tool and every MCP server."
            )
    may, unsure = _may(dialect, powers.tools), _unsure(powers.tools)
    parts = [f"{unsure}, {may[:1].lower()}{may[1:]}" if unsure else may]
    if powers.lost_limits:
        parts.append(f"A limit in it ({', '.join(powers.lost_limits)}) is not read.")
    if powers.mode == "bypassPermissions":
        parts.append("It never asks first.")
    if powers.mode == "plan":
        parts.append("It runs in the mode “plan”: it only reads and plans.")
    if running := sum(hook.known for hook in powers.hooks):
        hooks = "a hook of its own runs by itself" if running == 1 else f"{running} hooks run by themselves"
        parts.append(f"While it works, {hooks}.")
    return " ".join(parts)


def _unsure(tools: ToolsGiven) -> str:
    if tools.state in ("null", "blank"):
        what = "has no value" if tools.state == "null" else "is an empty text"
        return f"“tools” {what}, and what that means is not documented: no tools, or every tool. At worst"
    return "" if tools.sure else "“tools” has no commas: some versions take it for one name. At worst"


def _may(dialect: Dialect, tools: ToolsGiven) -> str:
    groups = _grouped(dialect, tools)
    if "change" in groups:
        groups.pop("notebooks", None)  # they are files
    missing = [_DOES[group] for group in _DOES if group not in groups and group != "notebooks"]
    does = [_doing(group, groups[group], tools) for group in _DOES if group in groups]
    if {"read", "change"} <= groups.keys() and not _parts(tools, (*groups["read"], *groups["change"])):
        does[:2] = ["read and change files"]
    if not tools.given:
        return "It may use no tools: it can only answer."
    if not does:
        return f"It may use only {_few(list(tools.foreground))}."
    if not missing and not any(one.reason == "forbidden" for one in tools.withheld):
        return f"It may do everything: {_and(does)}."
    sentence = f"It may {_and(does)}."
    if not missing:
        return sentence
    if "run" not in groups:
        return f"{sentence} It may not {_or(missing)}."
    still = [_DOES[group] for group in _BY_COMMAND if group not in groups]
    more = f"; a command can {_and(still)} all the same" if still else ""
    return f"{sentence} It has no tool to {_or(missing)}{more}."


def _doing(group: str, names: list[str], tools: ToolsGiven) -> str:
    parts = _parts(tools, names)
    if group == "mcp":
        servers = [name for name in names if name.startswith("mcp__")]
        if EVERY_SERVER in servers:
            return "use every MCP server"
        return f"use MCP servers ({_few(servers)})" if servers else "read what MCP servers offer"
    if parts:
        return f"{_DOES[group]} (only {_few(parts)})"
    return "run any command" if group == "run" else _DOES[group]


def _parts(tools: ToolsGiven, names: list[str] | tuple[str, ...]) -> list[str]:
    """The entries with parentheses of these tools; none where one of the tools is given whole."""
    given = [tool for tool in tools.given if tool.name in names and tool.name != "Agent"]
    return [part for tool in given for part in tool.parts] if all(tool.parts for tool in given) else []


def _grouped(dialect: Dialect, tools: ToolsGiven) -> dict[str, list[str]]:
    """The tools that are given, by what they do to the world, in the order of the groups."""
    group_of = {name: group for group, names in dialect.names.tool_groups.items() for name in names}
    found: dict[str, list[str]] = {}
    for name in tools.foreground:
        group = "mcp" if name.startswith("mcp__") else group_of.get(name, "other")
        found.setdefault(group, []).append(name)
    return {group: found[group] for group in _LABELS if group in found}


# --- subject by subject -----------------------------------------------------------------------


def statements(dialect: Dialect, powers: Powers) -> tuple[Statement, ...]:
    """All there is to know, in the order to tell it."""
    return tuple(
        replace(one, text=redacted(one.text), quoted=redacted(one.quoted))
        for one in _statements(dialect, powers)
    )


def _statements(dialect: Dialect, powers: Powers) -> Iterator[Statement]:
    yield from _lost(powers)
    if powers.runs in ("yes", "limitless"):
        yield from _tools(dialect, powers)
    if powers.runs == "yes":
        yield from _permissions(dialect, powers)
        yield from _hooks(powers)
        yield from _servers(powers)
        yield from _keeps(dialect, powers)
    if powers.runs in ("yes", "limitless"):
        yield from _runs(dialect, powers)
    for key in powers.ignored:
        text = "Means nothing in a plugin: Claude Code ignores it there. In a project it counts."
        yield Statement("ignored", "warning", text, key)
    if powers.runs in ("yes", "refused"):
        yield from _withheld(powers.tools)


def _lost(powers: Powers) -> Iterator[Statement]:
    for key in powers.lost_limits:
        if powers.runs == "limitless":
            text = (
                f"The limit written in “{key}” is lost. Make the frontmatter valid before anyone installs it."
            )
        elif key in ("tools", "disallowedTools"):
            text = f"“{key}” is no list of names, so the limit in it is not read."
        else:
            text = f"“{key}” is no field of Claude Code, so the limit in it is not read."
        yield Statement("tools", "danger", text, "Limit lost")


def _tools(dialect: Dialect, powers: Powers) -> Iterator[Statement]:
    tools = powers.tools
    given = {tool.name: tool for tool in tools.given}
    for group, names in _grouped(dialect, tools).items():
        listed = ", ".join(part for name in names for part in given[name].parts or (_shown(name),))
        if group == "run" and not _parts(tools, names):
            text = f"{listed}: any command, with all the rights you have on this computer. {_asked(powers)}"
            yield Statement("tools", "danger", text, _LABELS[group])
        else:
            yield Statement("tools", "plain", listed, _LABELS[group])
    if tools.agents:
        text = (
            f"As a subagent it may start any agent. The list ({', '.join(tools.agents)}) counts only where "
            "it runs as the main agent."
        )
        yield Statement("tools", "warning", text, "Agents")
    elif "Agent" in tools.foreground:
        yield Statement(
            "tools",
            "plain",
            "An agent it starts has powers of its own, maybe more than this one; at the third level of "
            "agents in agents no more are started.",
            "Agents",
        )
    if any(tool.parts and tool.name != "Agent" for tool in tools.given):
        text = (
            "The words in parentheses are rules as for permissions. The tool itself is given; do not rely on "
            "the rule alone to hold it back."
        )
        yield Statement("tools", "warning", text, "In parentheses")
    added = [tool.name for tool in tools.given if tool.by_memory]
    if added:
        text = f"With “memory” it gets {_and(added)}, too, which “tools” does not list."
        yield Statement("tools", "warning", text, "Added")
        if len(added) == len(tools.given) and tools.state == "list":
            text = "No entry of “tools” gives a tool: Claude Code may refuse to start it (from 2.1.208)."
            yield Statement("tools", "warning", text, "May not start")
    yield from _background(tools)


def _asked(powers: Powers) -> str:
    if powers.mode == "bypassPermissions":
        return "It never asks first."
    return "Which of them it asks about is up to the permission mode."


def _background(tools: ToolsGiven) -> Iterator[Statement]:
    lost = [name for name in tools.foreground if name not in tools.background]
    if not tools.given or not lost:
        return
    if not tools.background:
        text = "There, where agents usually run, it gets none of these tools, so it may not start."
        yield Statement("tools", "warning", text, "In the background")
        return
    text = f"There, where agents usually run, it does not get {_or([_shown(name) for name in lost])}."
    yield Statement("tools", "plain", text, "In the background")


def _permissions(dialect: Dialect, powers: Powers) -> Iterator[Statement]:
    mode = powers.mode
    if mode is None:
        text = "It asks as often as the conversation that starts it does."
        yield Statement("permissions", "plain", text, "Asks")
        return
    spec = dialect.spec("permissionMode")
    assert spec is not None, "a dialect with this mode has the field"
    level: Level = "plain"
    if dialect.names.permission_freedom.get(mode, 0) > dialect.names.permission_freedom.get("default", 0):
        level = "danger" if mode == "bypassPermissions" else "warning"
    yield Statement("permissions", level, _sentence(spec.choice_help[mode]), mode)
    text = "Where the conversation runs in bypassPermissions, acceptEdits or auto, that mode counts instead."
    yield Statement("permissions", "plain", text, "Overridden")


def _hooks(powers: Powers) -> Iterator[Statement]:
    if not powers.hooks:
        return
    text = (
        "These run on this computer by themselves, without asking, as soon as the folder of the file is "
        "trusted. Read them before you use the file."
    )
    yield Statement("hooks", "danger", text, "Hooks")
    for hook in powers.hooks:
        yield _hook(hook)


_KINDS = {
    "command": "Runs the command",
    "http": "Calls the address",
    "prompt": "Asks a model",
    "agent": "Starts an agent with",
    "mcp_tool": "Uses the MCP tool",
}


def _hook(hook: Hook) -> Statement:
    event = "SubagentStop (written Stop)" if hook.event == "Stop" else hook.event
    when = f"At {event}" + (f", {hook.matcher}" if hook.matcher not in ("", "*") else "")
    text = _KINDS.get(hook.kind, f"Does “{hook.kind}”")
    if not hook.known:
        return Statement(
            "hooks", "plain", f"{text}, but no event of that name is known.", when, _cut(hook.action)
        )
    return Statement("hooks", "danger", f"{text}{_harm(hook.kind, hook.action)}", when, _cut(hook.action))


def _servers(powers: Powers) -> Iterator[Statement]:
    defined = [server for server in powers.servers if server.kind]
    if defined:
        text = (
            "These are started or called when the agent runs, as soon as the folder of the file is trusted."
        )
        yield Statement("servers", "danger", text, "MCP servers of its own")
    for server in powers.servers:
        yield _server(server)
    usable = any(name.startswith("mcp__") for name in powers.tools.foreground)
    if powers.servers and not usable:
        text = "No entry of its tools is for an MCP server, so it may use none of them."
        yield Statement("servers", "warning", text, "Not usable")


def _server(server: Server) -> Statement:
    if not server.kind:
        return Statement("servers", "plain", "Used as you have set it up yourself.", server.name)
    text = "Starts the program" if server.kind == "stdio" else f"Calls the address ({server.kind})"
    return Statement(
        "servers", "danger", f"{text}{_harm('command', server.action)}", server.name, _cut(server.action)
    )


def _harm(kind: str, command: str) -> str:
    """What of a command does harm, as the rule security/command says it; "" where nothing is recognised."""
    found = harms(command) if kind == "command" else ()
    return f". It {_and([harm.what for harm in found])}" if found else ""


def _keeps(dialect: Dialect, powers: Powers) -> Iterator[Statement]:
    if powers.memory is None:
        return
    spec = dialect.spec("memory")
    assert spec is not None, "a dialect with this memory has the field"
    text = (
        f"Notes of its own are {spec.choice_help[powers.memory]}. The first 200 lines (at most 25 KB) of its "
        "MEMORY.md are put before each run."
    )
    yield Statement("keeps", "plain", text, "Memory")


def _runs(dialect: Dialect, powers: Powers) -> Iterator[Statement]:
    yield Statement("runs", "plain", _model(dialect, powers.model), "Model")
    if powers.effort is not None:
        spec = dialect.spec("effort")
        more = spec.choice_help.get(powers.effort, "") if spec is not None else ""
        yield Statement(
            "runs", "plain", _sentence(f"{powers.effort}: {more}" if more else powers.effort), "Effort"
        )
    turns = f"After {powers.max_turns} turns it stops." if powers.max_turns else "No limit is documented."
    yield Statement("runs", "plain", turns, "Turns")
    if powers.background:
        yield Statement("runs", "plain", "Always in the background.", "Where")
    if powers.isolation == "worktree":
        text = "In a git worktree of its own, so your files stay as they are until you take its changes over."
        yield Statement("runs", "plain", text, "Isolation")
    elif powers.isolation is not None:
        text = f"“{powers.isolation}” is not documented; it was found in the program."
        yield Statement("runs", "warning", text, "Isolation")
    elif powers.runs == "yes":
        yield Statement(
            "runs", "plain", "None: it works in the folder the conversation works in.", "Isolation"
        )
    if powers.skills:
        text = f"The whole text of {_and(list(powers.skills))} is put into its conversation at the start."
        yield Statement("runs", "plain", text, "Skills")
    if powers.initial_prompt.strip():
        text = "Where it runs as the main agent, this is sent by itself as your first message:"
        quoted = _cut(powers.initial_prompt.strip())
        yield Statement("runs", "warning", text, "First message", quoted)
    if powers.omits_claude_md:
        yield Statement("runs", "plain", "Left out: it does not know the rules written there.", "CLAUDE.md")


def _model(dialect: Dialect, model: str | None) -> str:
    if model is None or model.casefold() == "inherit":
        return "The model of the conversation that starts it, unless that names another."
    spec = dialect.spec("model")
    meaning = spec.choice_help.get(model, "") if spec is not None else ""
    what = f"{model} ({meaning})" if meaning else f"{model}, as it is named"
    return f"{what}; the conversation that starts it may name another."


_WHY: dict[Reason, tuple[str, Level]] = {
    "forbidden": ("Forbidden by “disallowedTools”", "plain"),
    "not-listed": ("Not listed in “tools”", "plain"),
    "never": ("Never for subagents", "plain"),
    "main-agent": ("Listed, but only for a main agent", "warning"),
    "needs-plan": ("Only in the mode “plan”", "plain"),
    "unknown": ("No tool Claude Code knows", "warning"),
    "old-name": ("Removed from Claude Code", "warning"),
    "other-program": ("Names of other programs", "warning"),
    "malformed": ("Not readable as tools", "warning"),
    "every-server": ("A star for the server gives nothing", "warning"),
    "part": ("Forbids a part, which is not to be relied on", "warning"),
}


def _withheld(tools: ToolsGiven) -> Iterator[Statement]:
    for reason, (label, level) in _WHY.items():
        idle = ", ".join(one.name for one in tools.idle if one.reason == reason)
        if idle and reason == "part":
            text = f"{idle}: the tool is reported to be taken away as a whole, or not at all."
            yield Statement("withheld", "warning", text, label)
        elif idle:
            text = f"{idle} in “disallowedTools”: takes nothing away."
            yield Statement("withheld", "warning", text, label)
        names = [_shown(one.name) for one in tools.withheld if one.reason == reason]
        if names:
            yield Statement("withheld", level, ", ".join(names), label)


# --- words ------------------------------------------------------------------------------------


def _shown(name: str) -> str:
    return "every MCP server" if name == EVERY_SERVER else name


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _few(words: list[str]) -> str:
    """The words, the first of them where they are many."""
    return _and(words if len(words) <= _FEW else [*words[:_FEW], f"{len(words) - _FEW} more"])


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _cut(text: str) -> str:
    text = redacted(text)  # before a cut makes a secret unknown
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
