"""Which fields an agent file may have, and how a person fills them in.

A dialect is data: one JSON Schema (draft 2020-12) in ``resources/schemas`` says the fields, their
types, titles, help and order; ``known-names.json`` beside it says the names that age (tools,
colours, models …). Here the two are put together: what the schema calls ``x-choices`` becomes an
``enum``, so that a validator sees one complete schema and the form one complete list.

How a program reads its files and what its words mean in Claude Code's is its mapping table's
(``dialect_table``); all dialects there are, ``dialects``. Judging values is left to ``checks``, writing
them to ``rewrite``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, cast, get_args

from agenteditor.core.dialect_table import OwnTool, Place, Table, table
from agenteditor.core.resources import resource

Kind = Literal[
    "name", "text", "string", "tools", "model", "choice", "colour", "integer", "boolean", "list", "yaml"
]

CLAUDE_CODE = "Claude Code"
_INTEGER = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of the frontmatter. All texts are for people.

    ``help`` is one line, ``more`` the long help; ``default`` says what happens without the field.
    ``choices`` are the known values in the order to offer them, ``choice_help`` a line about each
    (a hex colour for colours); with ``open`` other values are as good, without it the reader drops
    them. ``order`` is the place in a file, ``group`` an id of ``Dialect.groups``.
    """

    key: str
    kind: Kind
    label: str
    help: str
    more: str
    required: bool
    choices: tuple[str, ...]
    choice_help: Mapping[str, str]
    open: bool
    group: str
    order: int
    default: str
    placeholder: str
    since: str | None
    ignored_in_plugin: bool
    undocumented: bool


@dataclass(frozen=True, slots=True)
class OldName:
    """A tool name of an older version, or of another ``program``, and the tools to write instead."""

    use: tuple[str, ...]
    works: bool
    note: str
    program: str | None


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names a reader knows on one date (``as_of``). See known-names.json for what each list is.

    ``tool_groups`` sorts tools by what they do to the world; a tool in none of them does something else.
    ``permission_freedom`` ranks the modes: the higher, the more an agent does without a question.
    """

    as_of: str
    tools: Mapping[str, str]
    old_tools: Mapping[str, OldName]
    never_for_subagents: frozenset[str]
    background_tools: frozenset[str]
    memory_tools: tuple[str, ...]
    tool_groups: Mapping[str, tuple[str, ...]]
    permission_freedom: Mapping[str, int]
    hook_events: frozenset[str]
    colours: Mapping[str, str]
    near_values: Mapping[str, Mapping[str, str]]
    near_keys: Mapping[str, str]
    non_fields: Mapping[str, str]
    foreign_keys: Mapping[str, str]
    foreign_limits: frozenset[str]
    leaked_keys: frozenset[str]
    generic_names: frozenset[str]
    documents: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """The rules of one kind of agent file. ``fields`` stand in the order a file should have them.

    Compared by identity, so that what is compiled from it can be kept.
    """

    name: str
    title: str
    fields: tuple[FieldSpec, ...]
    groups: Mapping[str, str]
    schema: Mapping[str, object]
    names: KnownNames
    table: Table

    @property
    def program(self) -> str:
        """The program that reads such files, as it is called in a sentence."""
        return self.table.program

    @property
    def place(self) -> Place:
        """The kind of folder such files lie in."""
        return self.table.place

    @property
    def is_claude(self) -> bool:
        """Whether Claude Code reads such files, with all its special rules."""
        return self.table.program == CLAUDE_CODE

    def spec(self, key: str) -> FieldSpec | None:
        """The field called ``key``, or None: an unknown field."""
        for spec in self.fields:  # a generator takes twice as long, and every check asks
            if spec.key == key:
                return spec
        return None

    def keys(self) -> tuple[str, ...]:
        """All field names, in order."""
        return tuple(spec.key for spec in self.fields)


@cache
def claude_code() -> Dialect:
    """Claude Code's subagent files. Raises FileNotFoundError where the data files are missing."""
    names = read_json("schemas", "known-names.json")
    return dialect(
        read_json("schemas", "claude-code.schema.json"),
        names,
        claude_table(read_json("dialects", "claude-code.json"), names),
    )


def claude_table(data: Mapping[str, object], names: Mapping[str, object]) -> Table:
    """The mapping table of Claude Code's own files: each tool covers itself, each field is itself."""
    made = table(data)
    tools = {name: OwnTool(help_, frozenset({name})) for name, help_ in _texts(names["tools"]).items()}
    return replace(made, tools=replace(made.tools, names=tools))


def typed(spec: FieldSpec | None, text: str) -> object:
    """The value that ``text``, typed by a person for this field, stands for.

    An int for a whole number in an integer field, a bool for true or false in a boolean field,
    else the text itself, which is written so that YAML reads it as text (``name=3000`` gets
    quotes). Text that does not fit the kind stays text, for ``checks`` to speak of. A field of
    kind ``yaml`` and an unknown field take text here too; raw YAML is ``rewrite.set_raw``'s.
    """
    if spec is not None and spec.kind == "integer" and _INTEGER.fullmatch(text.strip()):
        return int(text)
    if spec is not None and spec.kind == "boolean" and text.strip() in ("true", "false"):
        return text.strip() == "true"
    return text


def dialect(schema: dict[str, object], names: dict[str, object], mapping: Table) -> Dialect:
    """The dialect of a schema, its lists of names, both as read from JSON, and its mapping table."""
    merged = _merged(schema, names)
    assert isinstance(merged, dict), "a schema is an object"
    properties, required = _table(merged["properties"]), _words(merged.get("required", []))
    fields = sorted(
        (_field(key, _table(value), key in required, names) for key, value in properties.items()),
        key=lambda spec: spec.order,
    )
    return Dialect(
        name=str(merged["x-name"]),
        title=str(merged["title"]),
        fields=tuple(fields),
        groups={key: str(value) for key, value in _table(merged["x-groups"]).items()},
        schema=merged,
        names=known_names(names),
        table=mapping,
    )


def read_json(*parts: str) -> dict[str, object]:
    """A data file that holds a table. Raises FileNotFoundError where it is missing."""
    return _table(json.loads(resource(*parts).read_text(encoding="utf-8")))


def _field(key: str, schema: dict[str, object], required: bool, names: dict[str, object]) -> FieldSpec:
    listed = schema.get("x-choices")
    listing = names[str(listed)] if listed else {}
    choices = _words(listing)
    since = schema.get("x-since")
    return FieldSpec(
        key=key,
        kind=_kind(str(schema["x-kind"])),
        label=str(schema["title"]),
        help=str(schema["description"]),
        more=str(schema.get("x-help", "")),
        required=required,
        choices=choices,
        choice_help={word: str(text) for word, text in _table(listing).items()},
        open=bool(schema.get("x-choices-open")) or not choices,
        group=str(schema["x-group"]),
        order=int(str(schema["x-order"])),
        default=str(schema.get("x-default", "")),
        placeholder=str(schema.get("x-placeholder", "")),
        since=None if since is None else str(since),
        ignored_in_plugin=bool(schema.get("x-ignored-in-plugin")),
        undocumented=bool(schema.get("x-undocumented")),
    )


def _kind(word: str) -> Kind:
    assert word in get_args(Kind), f"the schema has an unknown x-kind: {word}"
    return cast(Kind, word)


def _merged(schema: object, names: dict[str, object]) -> object:
    """``schema`` with an ``enum`` wherever ``x-choices`` names a closed list.

    Where the type also allows something else than text (``effort`` may be a number), the list
    binds the texts only.
    """
    if isinstance(schema, list):
        return [_merged(item, names) for item in schema]
    if not isinstance(schema, dict):
        return schema
    merged = {key: _merged(value, names) for key, value in schema.items()}
    if "x-choices" in schema and not schema.get("x-choices-open"):
        enum = {"enum": list(_words(names[str(schema["x-choices"])]))}
        if schema.get("type", "string") == "string":
            merged.update(enum)
        else:
            merged.update({"if": {"type": "string"}, "then": enum})
    return merged


def known_names(names: Mapping[str, object]) -> KnownNames:
    """The lists of a file such as known-names.json."""
    return KnownNames(
        as_of=str(names["as_of"]),
        tools=_texts(names["tools"]),
        old_tools=_old(names["old_tools"]) | _old(names["foreign_tools"]),
        never_for_subagents=frozenset(_words(names["never_for_subagents"])),
        background_tools=frozenset(_words(names["background_tools"])),
        memory_tools=_words(names["memory_tools"]),
        tool_groups={group: _words(tools) for group, tools in _table(names["tool_groups"]).items()},
        permission_freedom={
            mode: int(str(rank)) for mode, rank in _table(names["permission_freedom"]).items()
        },
        hook_events=frozenset(_words(names["hook_events"])),
        colours=_texts(names["colours"]),
        near_values={
            "color": _texts(names["near_colours"]),
            "effort": _texts(names["near_efforts"]),
            "permissionMode": _texts(names["near_permission_modes"]),
        },
        near_keys=_texts(names["near_keys"]),
        non_fields=_texts(names["non_fields"]),
        foreign_keys=_texts(names["foreign_keys"]),
        foreign_limits=frozenset(_words(names["foreign_limits"])),
        leaked_keys=frozenset(_words(names["leaked_keys"])),
        generic_names=frozenset(_words(names["generic_names"])),
        documents=frozenset(_words(names["documents"])),
    )


def _old(table: object) -> dict[str, OldName]:
    return {
        name: OldName(
            use=_words(entry["use"]),
            works=bool(entry.get("works")),
            note=str(entry.get("note", "")),
            program=str(entry["from"]) if "from" in entry else None,
        )
        for name, value in _table(table).items()
        for entry in (_table(value),)
    }


def _table(value: object) -> dict[str, object]:
    assert isinstance(value, dict), "the data file has something else where a table belongs"
    return value


def _texts(value: object) -> dict[str, str]:
    return {key: str(text) for key, text in _table(value).items()}


def _words(value: object) -> tuple[str, ...]:
    """The words of a list, or the keys of a table, in order."""
    assert isinstance(value, (list, dict)), "the data file has something else where a list belongs"
    return tuple(str(word) for word in value)
