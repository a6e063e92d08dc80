"""Which tools an agent may use, in the words of Claude Code, whatever program it was written for.

A program's own names cover tools of Claude Code (``dialect_table.Tools``). Reading puts the covered tools
in their place; writing names all that cover at least one tool the agent has, so that an agent does not
lose what it needs. Where a name covers more, the agent gains it: comparing the two grants finds that out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agenteditor.core import tools_grammar
from agenteditor.core.dialect import Dialect, claude_code
from agenteditor.core.dialect_table import Tools
from agenteditor.core.tools_grammar import Entry

_DENY, _ALLOW = "deny", "allow"


@dataclass(frozen=True, slots=True)
class Grant:
    """What an agent may use: entries of Claude Code's tools and disallowedTools.

    ``allowed`` None: every tool that is not denied. ``unclear``: what the program makes of it is not
    documented. ``unknown`` are entries that mean nothing in Claude Code, as they are written; ``asks``
    those that are allowed after a question.
    """

    allowed: tuple[str, ...] | None
    denied: tuple[str, ...] = ()
    unclear: bool = False
    unknown: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()

    @property
    def limited(self) -> bool:
        """Whether anything is kept from it."""
        return self.allowed is not None or bool(self.denied)

    def gives(self, tool: str) -> bool:
        """Whether it may use all of a tool of Claude Code, called by its plain name."""
        if tool in self.denied or "*" in self.denied:
            return False
        return self.allowed is None or tool in self.allowed or "*" in self.allowed

    def parts(self, tool: str) -> tuple[str, ...]:
        """The entries that give only a part of a tool, such as Bash(git *)."""
        return tuple(
            text
            for text in self.allowed or ()
            for entry in (tools_grammar.entry(text),)
            if entry.name == tool and entry.specifier is not None
        )

    @property
    def servers(self) -> frozenset[str]:
        """The MCP entries that are allowed one by one."""
        return frozenset(text for text in self.allowed or () if tools_grammar.entry(text).form == "mcp")

    @property
    def rest(self) -> bool:
        """Whether it may use tools that nobody has named: those of any MCP server."""
        return self.allowed is None and not {"*", "mcp__*"} & set(self.denied)


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
        return
    tool = own.names.get(_own_name(own, entry.name))
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


def _own_name(own: Tools, name: str) -> str:
    if not own.any_case or name in own.names:
        return name
    return next((known for known in own.names if known.casefold() == name.casefold()), name)


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
    asks = tuple(str(name) for name, answer in value.items() if answer == "ask")
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
                narrowed = [part for part, word in answer.items() if word != _DENY and part != "*"]
                if answer.get("*") == _DENY:
                    allowed.update(dict.fromkeys(f"{entry}({part})" for part in narrowed))
                    denied.update({entry: None} if not narrowed else {})
                else:
                    allowed[entry] = None
            elif answer == _DENY:
                denied[entry] = None
            else:
                allowed[entry] = None
    # Parts of a tool cannot be allowed beside "everything else" in Claude Code.
    if closed:
        return Grant(tuple(allowed), unknown=tuple(unknown), asks=asks)
    return Grant(None, tuple(denied), unknown=tuple(unknown), asks=asks)


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
        said[fields["disallowedTools"].key] = _names(own, grant.denied)
    if grant.allowed is not None:
        said[key] = _names(own, grant.allowed if both else _left(own, grant))
    elif grant.denied and not both:
        said[key] = _names(own, _left(own, grant))
    elif own.without != "all":
        said[key] = [own.rest] if own.rest else _names(own, _left(own, grant))
    # An empty list that means everything says the opposite of what is meant.
    return {name: value for name, value in said.items() if value or (name == key and own.empty == "none")}


def _left(own: Tools, grant: Grant) -> tuple[str, ...]:
    """The entries that are allowed and not denied, of all that the program can give."""
    if grant.allowed is not None:
        return tuple(text for text in grant.allowed if tools_grammar.entry(text).name not in grant.denied)
    return tuple(tool for tool in ordered(reach(own)) if grant.gives(tool))


def reach(own: Tools) -> frozenset[str]:
    """The tools of Claude Code that a program has at all."""
    return frozenset().union(*(tool.covers for tool in own.names.values()))


def ordered(tools: Iterable[str]) -> list[str]:
    """Tools in the order of Claude Code's list, which begins with the usual ones."""
    places = {name: place for place, name in enumerate(claude_code().names.tools)}
    return sorted(tools, key=lambda name: (places.get(name, len(places)), name))


def _names(own: Tools, entries: Iterable[str]) -> list[str]:
    """A program's names for entries of Claude Code, each once, in their order."""
    found: dict[str, None] = {}
    for text in entries:
        found.update(dict.fromkeys(_named(own, tools_grammar.entry(text))))
    return list(found)


def _named(own: Tools, entry: Entry) -> Iterator[str]:
    if entry.form == "mcp":
        pattern = own.server_tool if entry.tool not in (None, "*") else own.server
        if entry.server == "*" and own.servers:
            yield own.servers
        elif pattern and entry.server != "*":
            yield pattern.replace("{server}", entry.server or "").replace("{tool}", entry.tool or "")
        return
    if entry.form == "everything":
        yield own.rest or "*"
    for name, tool in own.names.items():
        if entry.name in tool.covers and not tool.alias_of:
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
    said: dict[str, object] = {own.rest: _DENY} if grant.allowed is not None and own.rest else {}
    for name, tool in own.names.items():
        if tool.alias_of:
            continue
        whole = any(grant.gives(one) for one in tool.covers)
        parts = [text for one in ordered(tool.covers) for text in grant.parts(one)]
        if whole:
            if grant.allowed is not None:
                said[name] = _ALLOW
        elif parts and own.specifiers:
            narrowed = {tools_grammar.entry(text).specifier or "*": _ALLOW for text in parts}
            said[name] = {"*": _DENY, **narrowed}
        elif parts:
            said[name] = _ALLOW
        elif (tool.covers and not own.rest) or grant.allowed is None:
            said[name] = _DENY
    for name in _names(own, sorted(grant.servers)):
        said[name] = _ALLOW
    return said
