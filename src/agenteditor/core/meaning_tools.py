"""Which tools an agent may use, in the words of Claude Code, whatever program it was written for.

A program's own names cover tools of Claude Code (``dialect_table.Tools``). Reading puts the covered tools
in their place; writing names all that cover at least one tool the agent has, so that an agent does not
lose what it needs. Where a name covers more, the agent gains it: comparing the two grants finds that out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from agenteditor.core import tools_grammar
from agenteditor.core.dialect import Dialect, claude_code
from agenteditor.core.dialect_table import Tools
from agenteditor.core.tools_grammar import Entry

_DENY, _ASK, _ALLOW = "deny", "ask", "allow"


@dataclass(frozen=True, slots=True)
class Grant:
    """What an agent may use: entries of Claude Code's tools and disallowedTools.

    ``allowed`` None: every tool that is not denied. ``unclear``: what the program makes of it is not
    documented. ``unknown`` are entries that mean nothing in Claude Code, as they are written; ``asks``
    those that are allowed after a question, ``excepted`` parts of allowed tools that are forbidden, which
    no entry of Claude Code says.
    """

    allowed: tuple[str, ...] | None
    denied: tuple[str, ...] = ()
    unclear: bool = False
    unknown: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()

    @property
    def limited(self) -> bool:
        """Whether anything is kept from it."""
        return self.allowed is not None or bool(self.denied)

    @property
    def forbidden(self) -> frozenset[str]:
        """The plain names of what is denied. A denied part counts as its tool, as reported (FORMAT 1.3)."""
        return frozenset(entry.name for entry in _parsed(self.denied))

    def gives(self, tool: str) -> bool:
        """Whether it may use all of a tool of Claude Code, called by its plain name."""
        if not self.forbidden.isdisjoint((tool, "*")):
            return False
        return self.allowed is None or tool in self.allowed or "*" in self.allowed

    def parts(self, tool: str) -> tuple[str, ...]:
        """The entries that give only a part of a tool, such as Bash(git *)."""
        return tuple(
            entry.text
            for entry in _parsed(self.allowed or ())
            if entry.name == tool and entry.specifier is not None
        )

    @property
    def servers(self) -> frozenset[str]:
        """The MCP entries that are allowed one by one."""
        return frozenset(entry.text for entry in _parsed(self.allowed or ()) if entry.form == "mcp")

    @property
    def denied_servers(self) -> tuple[str, ...]:
        """The MCP entries that are denied one by one."""
        return tuple(one.text for one in _parsed(self.denied) if one.form == "mcp" and one.server != "*")

    @property
    def rest(self) -> bool:
        """Whether it may use tools that nobody has named: those of any MCP server."""
        return (self.allowed is None or "mcp__*" in self.allowed) and not {"*", "mcp__*"} & set(self.denied)

    def reaches(self, text: str) -> bool:
        """Whether it may use the MCP tools that an entry names."""
        names = {text, f"mcp__{tools_grammar.entry(text).server}", "mcp__*", "*"}
        return names.isdisjoint(self.denied) and (self.allowed is None or not names.isdisjoint(self.allowed))


@lru_cache(maxsize=16)
def _parsed(texts: tuple[str, ...]) -> tuple[Entry, ...]:
    return tuple(tools_grammar.entry(text) for text in texts)


# --- reading -----------------------------------------------------------------------------------


def granted(dialect: Dialect, values: Mapping[str, object]) -> Grant:
    """What the fields of a dialect let the agent use."""
    own, fields = dialect.table.tools, dialect.table.fields
    value = values.get(fields["tools"].key) if "tools" in fields else None
    denied = values.get(fields["disallowedTools"].key) if "disallowedTools" in fields else None
    if own.form == "choice":
        return _chosen(own, value)
    if own.form == "permissions":
        return _permitted(own, value)
    if own.form == "none":
        return Grant(None)
    forbidden, lost = _entries(own, denied)
    if value == "" or (value is None and fields["tools"].key in values):
        return Grant(None, tuple(forbidden), unclear=True, unknown=tuple(lost))
    if tools_grammar.entries(value) is None:  # missing, or nothing that could be a list
        return _by_default(own.without, tuple(forbidden), tuple(lost))
    if value == []:
        return _by_default(own.empty, tuple(forbidden), tuple(lost))
    allowed, unknown = _entries(own, value)
    whole = "*" in allowed
    return Grant(None if whole else tuple(allowed), tuple(forbidden), unknown=(*unknown, *lost))


def _by_default(what: str, denied: tuple[str, ...], unknown: tuple[str, ...]) -> Grant:
    if what == "none":
        return Grant((), denied, unknown=unknown)
    return Grant(None, denied, unclear=what == "unknown", unknown=unknown)


def _entries(own: Tools, value: object) -> tuple[list[str], list[str]]:
    """The entries of Claude Code that a list of a program stands for, and those that mean nothing there."""
    found: dict[str, None] = {}
    unknown: list[str] = []
    for entry in tools_grammar.entries(value) or ():
        meant = list(_meant(own, entry))
        found.update(dict.fromkeys(meant))
        if not meant:
            unknown.append(entry.text)
    # Roo Code's groups that are limited to some files, for one, are lists.
    others = value if isinstance(value, list) else []
    unknown += [json.dumps(item, default=str) for item in others if item and not isinstance(item, str)]
    return list(found), unknown


def _meant(own: Tools, entry: Entry) -> Iterator[str]:
    if entry.form == "everything":
        yield "*"
        return
    if own.rest and entry.text == own.rest:
        yield "*"
        return
    if own.servers and entry.text == own.servers:
        yield "mcp__*"
        yield from ordered(own.names[own.servers].covers) if own.servers in own.names else ()
        return
    tool = own.names.get(own.spelled(entry.name))
    if tool is not None and (entry.specifier is None or own.specifiers):
        for covered in ordered(tool.covers):
            yield covered if entry.specifier is None else f"{covered}({entry.specifier})"
        return
    for pattern in (own.server_tool, own.server):
        found = tools_grammar.server_of(pattern, entry.text) if pattern else None
        if found is not None:
            server, name = found
            yield f"mcp__{server}" if name in (None, "*") else f"mcp__{server}__{name}"
            return


def _chosen(own: Tools, value: object) -> Grant:
    word = "" if value is None else ("true" if value else "false") if isinstance(value, bool) else str(value)
    tool = own.names.get(word) or own.names.get("")
    if tool is None:
        return Grant(None, unclear=True)
    everything = frozenset().union(*(one.covers for one in own.names.values()))
    return Grant(None) if tool.covers == everything else Grant(tuple(ordered(tool.covers)))


def _permitted(own: Tools, value: object) -> Grant:
    """A map of names to allow, ask or deny, or of patterns to them; the last one that fits counts."""
    if not isinstance(value, dict):
        value = {own.rest: value} if isinstance(value, str) else {}
    closed = False
    allowed: dict[str, None] = {}
    denied: dict[str, None] = {}
    unknown: list[str] = []
    excepted: list[str] = []
    asks = tuple(str(name) for name, answer in value.items() if _ASK in _words(answer))
    for name, answer in value.items():
        if name == own.rest:
            closed = answer == _DENY
            allowed.clear()
            denied.clear()
            continue
        entries = list(_meant(own, tools_grammar.entry(str(name))))
        if not entries:
            unknown.append(str(name))
        for entry in entries:
            if isinstance(answer, dict):
                whole, parts = _parts(answer, closed)
                if whole:
                    allowed[entry] = None
                    excepted += [f"{name}: {part}" for part in parts]
                else:
                    allowed.update(dict.fromkeys(f"{entry}({part})" for part in parts))
                    denied.update({entry: None} if not parts else {})
            elif answer == _DENY:
                denied[entry] = None
            else:
                allowed[entry] = None
    # Parts of a tool cannot be allowed beside "everything else" in Claude Code.
    return Grant(
        tuple(allowed) if closed else None,
        () if closed else tuple(denied),
        unknown=tuple(unknown),
        asks=asks,
        excepted=tuple(dict.fromkeys(excepted)),
    )


def _words(answer: object) -> tuple[object, ...]:
    return tuple(answer.values()) if isinstance(answer, dict) else (answer,)


def _parts(answer: Mapping[str, object], closed: bool) -> tuple[bool, list[str]]:
    """Whether a tool is allowed as a whole, and the parts for which the answer is the other one."""
    whole, parts = not closed, dict[str, bool]()
    for part, word in answer.items():
        if part == "*":
            whole = word != _DENY
            parts.clear()
        else:
            parts[str(part)] = word != _DENY
    return whole, [part for part, allowed in parts.items() if allowed != whole]


# --- writing -----------------------------------------------------------------------------------


def written(dialect: Dialect, grant: Grant) -> dict[str, object]:
    """The fields of a dialect that come nearest to ``grant``; none where nothing has to be said."""
    own, fields = dialect.table.tools, dialect.table.fields
    if own.form == "none" or "tools" not in fields:
        return {}
    key = fields["tools"].key
    if own.form == "choice":
        word = _choice(own, grant)
        spec = dialect.spec(key)
        boolean = spec is not None and spec.kind == "boolean"
        return {} if word == "" else {key: word == "true" if boolean else word}
    if own.form == "permissions":
        permissions = _permissions(own, grant)
        return {key: permissions} if permissions else {}
    said: dict[str, object] = {}
    both = "disallowedTools" in fields
    if both and grant.denied:
        said[fields["disallowedTools"].key] = _names(own, grant.denied, denying=True)
    barred = frozenset() if both else grant.forbidden
    if grant.allowed is not None:
        said[key] = _names(own, grant.allowed if both else _left(own, grant), barred)
    elif grant.denied and not both:
        said[key] = _names(own, _left(own, grant), barred)
    elif own.without != "all":
        said[key] = [own.rest] if own.rest else _names(own, _left(own, grant))
    # An empty list that means everything says the opposite of what is meant.
    return {name: value for name, value in said.items() if value or (name == key and own.empty == "none")}


def _left(own: Tools, grant: Grant) -> tuple[str, ...]:
    """The entries that are allowed and not denied, of all that the program can give."""
    if grant.allowed is not None:
        return tuple(entry.text for entry in _parsed(grant.allowed) if entry.name not in grant.forbidden)
    servers = ("mcp__*",) if own.servers and grant.rest and not grant.denied_servers else ()
    return (*(tool for tool in ordered(reach(own)) if grant.gives(tool)), *servers)


def reach(own: Tools) -> frozenset[str]:
    """The tools of Claude Code that a program has at all."""
    return frozenset().union(*(tool.covers for tool in own.names.values()))


def ordered(tools: Iterable[str]) -> list[str]:
    """Tools in the order of Claude Code's list, which begins with the usual ones."""
    places = {name: place for place, name in enumerate(claude_code().names.tools)}
    return sorted(tools, key=lambda name: (places.get(name, len(places)), name))


def _names(
    own: Tools, entries: Iterable[str], barred: frozenset[str] = frozenset(), *, denying: bool = False
) -> list[str]:
    """A program's names for entries of Claude Code, each once, in their order.

    Left out are those that would give what is ``barred`` too.
    """
    found: dict[str, None] = {}
    for text in entries:
        found.update(dict.fromkeys(_named(own, tools_grammar.entry(text), barred, denying)))
    return list(found)


def _named(own: Tools, entry: Entry, barred: frozenset[str], denying: bool) -> Iterator[str]:
    if entry.form == "mcp":
        pattern = own.server_tool if entry.tool not in (None, "*") else own.server
        if entry.server == "*" and (servers := own.servers_denied if denying else own.servers):
            yield servers
        elif pattern and entry.server != "*":
            yield pattern.replace("{server}", entry.server or "").replace("{tool}", entry.tool or "")
        return
    if entry.form == "everything":
        yield own.rest or "*"
    for name, tool in own.names.items():
        if entry.name in tool.covers and not (tool.alias_of or name == own.servers or tool.covers & barred):
            part = entry.specifier is not None and own.specifiers
            yield f"{name}({entry.specifier})" if part else name
            return


def _choice(own: Tools, grant: Grant) -> str:
    """The narrowest choice that gives all the agent has, else the widest."""
    if not grant.limited and "" in own.names:
        return ""
    needed = {tool for tool in reach(own) if grant.gives(tool) or grant.parts(tool)}
    by_width = sorted(own.names, key=lambda name: (len(own.names[name].covers), name))
    return next((name for name in by_width if needed <= own.names[name].covers), by_width[-1])


def _permissions(own: Tools, grant: Grant) -> dict[str, object]:
    if not grant.limited:
        return {}
    closed = grant.allowed is not None or "*" in grant.denied
    said: dict[str, object] = {own.rest: _DENY} if closed and own.rest else {}
    for name, tool in own.names.items():
        if tool.alias_of:
            continue
        barred = bool(tool.covers & grant.forbidden)
        parts = [text for one in ordered(tool.covers) for text in grant.parts(one)]
        if not barred and any(grant.gives(one) for one in tool.covers):
            if closed:
                said[name] = _ALLOW
        elif parts and not barred:
            narrowed = dict.fromkeys(_patterns(parts), _ALLOW)
            said[name] = {"*": _DENY, **narrowed} if own.specifiers else _ALLOW
        elif tool.covers and not (closed and own.rest):
            said[name] = _DENY
    said.update(dict.fromkeys(_names(own, sorted(grant.servers)), _ALLOW))
    said.update(dict.fromkeys(_names(own, grant.denied_servers, denying=True), _DENY))
    return said


def _patterns(parts: Iterable[str]) -> Iterator[str]:
    """What entries such as Bash(git *) name in their parentheses; Agent(a, b) names two."""
    for entry in map(tools_grammar.entry, parts):
        specifier = entry.specifier or "*"
        yield from map(str.strip, specifier.split(",")) if entry.name == "Agent" else [specifier]
