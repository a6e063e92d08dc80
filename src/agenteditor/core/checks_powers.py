"""Checks of what widens an agent's powers: permissions, hooks, MCP servers, memory, tools that go together.

What a plugin ignores has no power there, and is said to be ignored. Words are those of ``powers_words``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from agenteditor.core import rewrite, tools_grammar
from agenteditor.core.checks_finding import Check, Diagnostic, Subject, finding, fix, shown
from agenteditor.core.command_harm import harms
from agenteditor.core.frontmatter import Field
from agenteditor.core.secret_text import is_placeholder, secrets
from agenteditor.core.text import Span
from agenteditor.core.text_scan import Scan
from agenteditor.core.tools_given import tools_given

_SERVER_KEYS = ("mcpServers", "mcp-servers", "mcp_servers")
_MODES = ("permissionMode", "approvalMode", "sandbox_mode", "approval_policy")
_ASKS_NOTHING = {
    "permissionMode": "bypassPermissions",
    "approvalMode": "yolo",
    "sandbox_mode": "danger-full-access",
}
_ASKS_LESS: Mapping[str, str] = {
    "acceptEdits": "changes files without asking",
    "auto-edit": "changes files without asking",
    "auto": "lets the program judge what needs a question",
    "dontAsk": "refuses what it would ask about, and does what is allowed without a word",
    "never": "never asks",
}
_MOST = 200  # hooks, and servers, that are looked at


def permissions(subject: Subject) -> Iterator[Diagnostic]:
    """Modes in which less is asked, or nothing."""
    for field in _counting(subject, _MODES):
        if field.value == _ASKS_NOTHING.get(field.key, ()):
            yield finding(
                "powers/asks-nothing",
                field.value_span,
                f"With {field.value} the agent runs every command without asking. Use it only where nothing "
                "can break.",
                field.key,
            )
        elif isinstance(field.value, str) and field.value in _ASKS_LESS:
            yield finding(
                "powers/asks-less",
                field.value_span,
                f"In the mode {field.value} the agent {_ASKS_LESS[field.value]}. Keep it only if that is "
                f"what you "
                "want from a file you may not have written.",
                field.key,
            )


def ignored(subject: Subject) -> Iterator[Diagnostic]:
    """What a plugin ignores."""
    if not subject.in_plugin:
        return
    for field in subject.fields:
        spec = subject.spec(field.key)
        if spec is not None and spec.ignored_in_plugin and field.value is not None:
            yield finding(
                "plugin/field-ignored",
                field.key_span,
                f"{shown(field.key)} means nothing in a plugin: Claude Code ignores it there. Keep it only "
                "if the file is also used in a project.",
                field.key,
            )
    isolation = subject.field("isolation")
    if isolation is not None and isolation.value == "remote":
        yield finding(
            "plugin/isolation",
            isolation.value_span,
            "In a plugin only worktree isolates an agent; “remote” is not reported to count. Write worktree.",
            "isolation",
            fix(subject, "Change to worktree", rewrite.set_field, "isolation", "worktree", safe=False),
        )


def _counting(subject: Subject, keys: tuple[str, ...]) -> Iterator[Field]:
    """Those of the fields that the program reads in such a place."""
    for key in keys:
        field, spec = subject.field(key), subject.spec(key)
        if field is not None and spec is not None and not (subject.in_plugin and spec.ignored_in_plugin):
            yield field


# --- hooks ------------------------------------------------------------------------------------


def hooks(subject: Subject) -> Iterator[Diagnostic]:
    """Commands that run by themselves: which, and those that do harm."""
    for field in _counting(subject, ("hooks",)):
        commands = list(_commands(field.value))[:_MOST]
        if not commands:
            continue
        yield finding(
            "powers/hooks",
            field.key_span,
            f"While this agent works, this computer runs {_listed(commands)} by itself, without asking. Read "
            f"{'it' if len(commands) == 1 else 'them'} before you use the file.",
            field.key,
        )
        for command in dict.fromkeys(commands):
            yield from _harmful(subject, field, "A hook", command)


def _listed(texts: list[str]) -> str:
    """As many of the texts as fit into a sentence."""
    few = texts if len(texts) <= 4 else texts[:4]
    more = f" and {len(texts) - len(few)} more" if len(texts) > len(few) else ""
    return ", ".join(shown(text, 50) for text in few) + more


def _commands(value: object) -> Iterator[str]:
    """The commands in a value of ``hooks``, whatever its shape."""
    if isinstance(value, dict):
        command = value.get("command")
        if isinstance(command, str):
            arguments = value.get("args")
            words = [str(word) for word in arguments] if isinstance(arguments, list) else []
            yield " ".join([command, *words])
        for part in value.values():
            yield from _commands(part)
    elif isinstance(value, list):
        for part in value:
            yield from _commands(part)


def _harmful(subject: Subject, field: Field, who: str, command: str) -> Iterator[Diagnostic]:
    for harm in harms(command):
        yield finding(
            "security/command",
            _place(subject, field, harm.words) or _place(subject, field, command) or field.key_span,
            f"{who} of this agent {harm.what}: {shown(command, 100)}. It runs by itself, without asking. "
            f"Remove it "
            "unless you know exactly what it does.",
            field.key,
        )


def _place(subject: Subject, field: Field, words: str) -> Span | None:
    """Where the beginning of some words is written in a field; None if not as such."""
    written, first = field.value_span.of(subject.text).lower(), words.lower().split("\n")[0].strip()[:60]
    at = written.find(first) if first else -1
    if at < 0 or len(written) != len(field.value_span.of(subject.text)):
        return None
    return Span(field.value_span.start + at, field.value_span.start + at + len(first))


# --- servers ----------------------------------------------------------------------------------


class _Server(NamedTuple):
    name: str
    settings: Mapping[str, object]

    @property
    def words(self) -> list[str]:
        """The command and its arguments."""
        command, arguments = self.settings.get("command"), self.settings.get("args")
        parts = [command, *(arguments if isinstance(arguments, list) else [])]
        words = [part for part in parts if isinstance(part, str)]
        return words[0].split() + words[1:] if words else []

    @property
    def address(self) -> str:
        address = self.settings.get("url", self.settings.get("httpUrl"))
        return address if isinstance(address, str) else ""


def servers(subject: Subject) -> Iterator[Diagnostic]:
    """MCP servers that the file defines itself: which, and what is unsafe about them."""
    for field in _counting(subject, _SERVER_KEYS):
        # Claude Code reads a list alone, other programs a map.
        reads = list if subject.syntax.dialect.is_claude else (list, dict)
        defined = list(_defined(field.value))[:_MOST] if isinstance(field.value, reads) else []
        if not defined:
            continue
        names = ", ".join(server.name for server in defined[:3])
        actions = [" ".join(server.words) or server.address for server in defined]
        does = f": {_listed(named)}" if (named := [action for action in actions if action]) else ""
        yield finding(
            "powers/servers",
            field.key_span,
            f"The file defines MCP servers of its own ({shown(names, 60)[1:-1]}), which are started or "
            f"called when the "
            f"agent runs{does}. Read the settings before you use the file.",
            field.key,
        )
        for server in defined:
            yield from _unsafe(subject, field, server)


def _defined(value: object) -> Iterator[_Server]:
    parts = value if isinstance(value, list) else [value]
    for part in parts:
        for name, settings in part.items() if isinstance(part, dict) else ():
            if isinstance(settings, dict):
                yield _Server(str(name), settings)


# Package runners: what they start is fetched anew, in whichever version is the newest.
_RUNNERS = {"npx": "@", "bunx": "@", "pnpx": "@", "uvx": "@=", "pipx": "@="}
_EVERYWHERE = re.compile(r"(?<![\d.])0\.0\.0\.0(?![\d.])|\[::\](?=[:/]|$)")
_NAMES_A_SECRET = re.compile(
    r"token|secret|passw|api[_-]?key|access[_-]?key|credential|authorization|private[_-]?key"
)


def _unsafe(subject: Subject, field: Field, server: _Server) -> Iterator[Diagnostic]:
    command = " ".join(server.words)
    yield from _harmful(subject, field, f"The MCP server {shown(server.name)}", command)
    package = _unpinned(server.words)
    if package is not None:
        yield finding(
            "security/server-unpinned",
            _place(subject, field, package) or field.key_span,
            f"The MCP server {shown(server.name)} is {shown(package)} in whichever version is the "
            f"newest: whoever takes "
            "that package over runs programs on this computer. Name a version.",
            field.key,
        )
    settings = " ".join((command, server.address, *_strings(server.settings.get("env"))))
    open_to = _EVERYWHERE.search(settings)
    if open_to is not None:
        yield finding(
            "security/server-open",
            _place(subject, field, open_to[0]) or field.key_span,
            f"The MCP server {shown(server.name)} listens on every network this computer is in, so "
            f"others can use it. "
            "Write 127.0.0.1.",
            field.key,
        )
    for key in ("env", "headers", "http_headers"):
        for name, value in _pairs(server.settings.get(key)):
            if _is_literal_secret(name, value):
                yield finding(
                    "security/server-secret",
                    _place(subject, field, value) or field.key_span,
                    f"{shown(name)} of the MCP server {shown(server.name)} is written in clear, and "
                    f"whoever gets the file "
                    f"has it. Write ${{{_variable(name)}}}, and set that on your computer.",
                    field.key,
                )


def _unpinned(words: list[str]) -> str | None:
    """The package that a runner such as npx starts in any version; None if there is none."""
    runner = words[0].rsplit("/", 1)[-1].lower() if words else ""
    if runner in ("pnpm", "yarn", "npm") and words[1:2] and words[1] in ("dlx", "exec"):
        runner, words = "npx", words[1:]
    if runner not in _RUNNERS:
        return None
    packages = [word for word in words[1:] if not word.startswith("-") and word not in ("run", "tool")]
    if not packages or packages[0].startswith((".", "/", "http", "git+")):
        return None
    _, mark, version = packages[0][1:].replace("==", "@").partition("@")
    return None if mark and version not in ("", "latest", "next") else packages[0]


def _pairs(value: object) -> Iterator[tuple[str, str]]:
    for name, part in value.items() if isinstance(value, dict) else ():
        if isinstance(part, str):
            yield str(name), part


def _strings(value: object) -> Iterator[str]:
    for name, part in _pairs(value):
        yield f"{name}={part}"


def _is_literal_secret(name: str, value: str) -> bool:
    value = value.strip()
    bare = re.sub(r"(?i)^(?:bearer|basic|token)\s{1,3}", "", value)
    if len(bare) < 8 or is_placeholder(bare) or "${" in bare or secrets(Scan(value)):
        return False  # a secret of a known shape is a finding of its own
    return bool(_NAMES_A_SECRET.search(name.lower()))


def _variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9]{1,40}", "_", name.upper()).strip("_")[:40] or "TOKEN"


# --- memory and tools -------------------------------------------------------------------------


def memory(subject: Subject) -> Iterator[Diagnostic]:
    """Tools that come with memory and that ``tools`` does not list."""
    memory, tools, spec = subject.field("memory"), subject.field("tools"), subject.spec("memory")
    if memory is None or tools is None or spec is None or memory.value not in spec.choices:
        return
    entries = tools_grammar.entries(tools.value)
    if entries is None or any(entry.form == "everything" for entry in entries):
        return
    allowed = {entry.name for entry in entries}
    added = [tool for tool in subject.names.memory_tools if tool not in allowed]
    if added:
        yield finding(
            "powers/memory-writes",
            memory.value_span,
            f"“memory” also gives the agent {' and '.join(added)}, which “tools” does not list. Leave memory "
            "out if the agent must not change files.",
            "memory",
        )


_ONLY_READS = re.compile(
    r"\bread[- ]only\b|\b(?:only|merely) (?:reads?|looks?|reviews?|reports?|analy[sz]es)\b"
    r"|\b(?:never|does not|doesn['’]t|do not|don['’]t|must not|without) (?:modif|chang|edit|"
    r"writ)\w{0,5} (?:any )?(?:code|files?|anything)\b"
)


def together(subject: Subject) -> Iterator[Diagnostic]:
    """Listed tools that are more together than each by itself, or more than the description says."""
    field, description = subject.field("tools"), subject.field("description")
    if field is None or not subject.syntax.dialect.is_claude:
        return
    written = field.value_span.of(subject.text)
    if not any(tool in written for tool in subject.names.tool_groups.get("change", ())):
        return
    named, groups = str(field.value), subject.names.tool_groups
    beyond = all(any(tool in named for tool in groups.get(group, ())) for group in ("run", "web"))
    text = description.text[:5_000].lower() if description is not None and description.text else ""
    only_reads = _ONLY_READS.search(text) is not None
    if not beyond and not only_reads:
        return
    given = tools_given(subject.names, {"tools": field.value})
    if given.state != "list":
        return  # without a list it may do everything, which is said where powers are
    whole = {tool.name for tool in given.given if not tool.parts}
    if all(whole.intersection(groups.get(group, ())) for group in ("run", "change", "web")):
        yield finding(
            "powers/combined",
            field.value_span,
            "It may read web pages, change files and run any command: what a page says may end as a "
            "command on this "
            "computer. Leave out what it does not need.",
            "tools",
        )
    changing = [tool.name for tool in given.given if tool.name in subject.names.tool_groups.get("change", ())]
    if changing and only_reads:
        yield finding(
            "powers/read-only",
            field.value_span,
            f"The description says that it only reads, and “tools” gives it {' and '.join(changing)}. "
            f"Leave them out.",
            "tools",
        )


CHECKS: tuple[Check, ...] = (permissions, ignored, hooks, servers, memory, together)
ELSEWHERE: tuple[Check, ...] = (permissions, hooks, servers)
