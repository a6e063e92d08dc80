"""The mapping table of one program: where its agent files lie, how strict it is, what its words mean.

One JSON file in ``resources/dialects`` for each program. All words are related to those of Claude Code,
the language that conversions go through: ``fields`` says what the program calls a field of Claude Code,
``tools`` which tools of Claude Code each of its own tools covers. resources/dialects/README.md
describes the file; ``table`` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, cast, get_args

Place = Literal["project", "plugin"]
Format = Literal["markdown", "toml", "modes"]
Identity = Literal["name", "file"]
UnknownFields = Literal["ignored", "refused", "forwarded"]
UnknownTools = Literal["ignored", "refused"]
ToolsForm = Literal["list", "permissions", "choice", "none"]
Without = Literal["all", "none", "unknown"]
Shape = Literal["same", "map", "list", "text"]


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What a program has for one field of Claude Code.

    ``values`` takes Claude Code's values to its own; None where they are the same. Other values are lost,
    unless ``others_kept``; a value that becomes None leaves the field out, which means the same. ``shape`` is
    the form of the value. ``exact`` is False where it means nearly the same only; ``note`` says what is
    different, as a sentence. ``also`` are further fields that get the same value.
    """

    key: str
    values: Mapping[str, object] | None
    others_kept: bool
    shape: Shape
    exact: bool
    note: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnTool:
    """One tool, or group of tools, of a program: what it does, and the tools of Claude Code it covers.

    ``alias_of`` is the name to write, where this one is only read: an older or a second spelling.
    """

    help: str
    covers: frozenset[str]
    alias_of: str = ""


@dataclass(frozen=True, slots=True)
class Tools:
    """How a program limits tools.

    ``form`` list: names that are allowed. permissions: a map of names to allow, ask or deny. choice: one
    value, a name of ``names``, for all of it. none: it cannot limit tools. ``without``: what the agent may
    use when nothing is written, ``empty`` when an empty list is; ``rest``: the name that stands for all
    other tools. ``servers`` is the name of all tools of all MCP servers, ``servers_denied`` the one that
    denies them; ``server`` and ``server_tool`` are the patterns for those of one, with {server} and {tool};
    "" where they cannot be named. ``specifiers``: whether a part of a tool may be named: Bash(git *).
    ``names`` has the names to write first, then the aliases.
    """

    form: ToolsForm
    without: Without
    empty: Without
    unknown: UnknownTools
    any_case: bool
    names: Mapping[str, OwnTool]
    rest: str
    server: str
    server_tool: str
    specifiers: bool
    servers: str = ""
    servers_denied: str = ""

    def spelled(self, name: str) -> str:
        """The name of ``names`` that the program takes ``name`` for; itself where there is none."""
        if not self.any_case or name in self.names:
            return name
        return next((known for known in self.names if known.casefold() == name.casefold()), name)


@dataclass(frozen=True, slots=True)
class Loss:
    """What follows, in words, where a program has nothing for a field of Claude Code.

    ``widens``: the agent then may do more, whatever the value, or with one of these values.
    """

    sentence: str
    widens: bool | frozenset[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The mapping table of one program. See resources/dialects/README.md for each entry."""

    name: str
    program: str
    place: Place
    as_of: str
    sources: tuple[str, ...]
    format: Format
    folders: tuple[str, ...]
    ending: str
    marks: frozenset[str]
    limits: frozenset[str]
    identity: Identity
    prompt_least: int
    prompt_most: int | None
    prompt_key: str
    prompt_also: tuple[str, ...]
    unknown_fields: UnknownFields
    repairs: bool
    repeats: bool
    guess: bool
    tools: Tools
    fields: Mapping[str, Counterpart]
    losses: Mapping[str, Loss]
    always: Mapping[str, object]
    lists: Mapping[str, object]


def table(data: Mapping[str, object]) -> Table:
    """The table of a mapping file, as read from JSON. Raises AssertionError where it is built wrongly."""
    prompt = _map(data.get("prompt", {}))
    most = prompt.get("most")
    tools = _tools(_map(data["tools"]))
    return Table(
        name=str(data["name"]),
        program=str(data["program"]),
        place=_one_of(Place, data.get("place", "project")),
        as_of=str(data["as_of"]),
        sources=_words(data["sources"]),
        format=_one_of(Format, data.get("format", "markdown")),
        folders=_words(data["folders"]),
        ending=str(data.get("ending", ".md")),
        marks=frozenset(_words(data.get("marks", []))),
        limits=frozenset(_words(data.get("limits", []))),
        identity=_one_of(Identity, data.get("identity", "name")),
        prompt_least=int(str(prompt.get("least", 0))),
        prompt_most=None if most is None else int(str(most)),
        prompt_key=str(prompt.get("key", "")),
        prompt_also=_words(prompt.get("also", [])),
        unknown_fields=_one_of(UnknownFields, data["unknown_fields"]),
        repairs=bool(data.get("repairs")),
        repeats=bool(data.get("repeats")),
        guess=bool(data.get("guess")),
        tools=tools,
        fields={key: _counterpart(key, value) for key, value in _map(data["fields"]).items()},
        losses={key: _loss(_map(value)) for key, value in _map(data.get("losses", {})).items()},
        always=_map(data.get("always", {})),
        lists={
            "tools": {name: tool.help for name, tool in tools.names.items() if not tool.alias_of},
            **_map(data.get("lists", {})),
        },
    )


def _counterpart(key: str, value: object) -> Counterpart:
    """A text is the name of a field that means the same."""
    entry = {"key": value} if isinstance(value, str) else _map(value)
    values = entry.get("values")
    return Counterpart(
        key=str(entry.get("key", key)),
        values=None if values is None else _map(values),
        others_kept=bool(entry.get("others_kept", values is None)),
        shape=_one_of(Shape, entry.get("shape", "same")),
        exact=bool(entry.get("exact", True)),
        note=str(entry.get("note", "")),
        also=_words(entry.get("also", [])),
    )


def _tools(data: Mapping[str, object]) -> Tools:
    names = {
        name: OwnTool(str(entry.get("help", "")), frozenset(_words(entry.get("covers", []))))
        for name, value in _map(data.get("names", {})).items()
        for entry in (_map(value),)
    }
    for alias, name in _map(data.get("aliases", {})).items():
        assert alias not in names, f"a mapping table has {alias!r} twice"
        names[alias] = replace(names[str(name)], alias_of=str(name))
    return Tools(
        form=_one_of(ToolsForm, data["form"]),
        without=_one_of(Without, data.get("without", "all")),
        empty=_one_of(Without, data.get("empty", "none")),
        unknown=_one_of(UnknownTools, data.get("unknown", "ignored")),
        any_case=bool(data.get("any_case")),
        names=names,
        rest=str(data.get("rest", "")),
        server=str(data.get("server", "")),
        server_tool=str(data.get("server_tool", "")),
        specifiers=bool(data.get("specifiers")),
        servers=str(data.get("servers", "")),
        servers_denied=str(data.get("servers_denied", data.get("servers", ""))),
    )


def _loss(data: Mapping[str, object]) -> Loss:
    widens = data.get("widens", False)
    return Loss(
        str(data["sentence"]), frozenset(_words(widens)) if isinstance(widens, list) else bool(widens)
    )


_Word = TypeVar("_Word", bound=str)


def _one_of(words: object, value: object) -> _Word:  # type: ignore[type-var]  # a Literal has no type of its own
    assert value in get_args(words), f"a mapping table has {value!r} where one of {get_args(words)} belongs"
    return cast(_Word, value)


def _map(value: object) -> dict[str, object]:
    assert isinstance(value, dict), "a mapping table has something else where a map belongs"
    return value


def _words(value: object) -> tuple[str, ...]:
    assert isinstance(value, list), "a mapping table has something else where a list belongs"
    return tuple(str(word) for word in value)
