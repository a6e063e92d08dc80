"""All dialects there are, and which one a file is written in.

A dialect is two data files of one name: ``resources/schemas/NAME.schema.json`` with its fields and
``resources/dialects/NAME.json``, its mapping table. Adding one is adding the two. What one program calls
otherwise than another follows from the tables, so no file lists the names of others.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePath

from agenteditor.core.dialect import (
    CLAUDE_CODE,
    Dialect,
    KnownNames,
    OldName,
    claude_code,
    claude_table,
    dialect,
    known_names,
    read_json,
)
from agenteditor.core.dialect_table import Counterpart, Table, Tools, table
from agenteditor.core.disk import is_file
from agenteditor.core.resources import resource
from agenteditor.core.tools_grammar import Entry, server_of

PLUGIN = "claude-plugin"
# Copies of Claude Code's lists that mean the same for every program.
_COMMON = ("documents", "generic_names", "non_fields", "leaked_keys")


@cache
def dialects() -> Mapping[str, Dialect]:
    """Every dialect by its name: Claude Code's first, then in alphabetical order."""
    names = read_json("schemas", "known-names.json")
    tables = {
        path.stem: table(read_json("dialects", path.name)) for path in resource("dialects").glob("*.json")
    }
    schemas = {name: _schema(name) for name in tables}
    made: dict[str, Dialect] = {"claude-code": claude_code()}
    for name in sorted(tables.keys() - made.keys()):
        own = tables[name]
        if own.program == CLAUDE_CODE:
            own = claude_table(read_json("dialects", f"{name}.json"), names)
            made[name] = dialect(schemas[name], names, own)
        else:
            # The lists that a schema names are all in its own table; the form has no others.
            made[name] = replace(
                dialect(schemas[name], {**names, **own.lists}, own),
                names=_names(own, tables, schemas, known_names(names)),
            )
    return made


def by_name(name: str) -> Dialect:
    """The dialect called ``name``. Raises KeyError if there is none."""
    return dialects()[name]


@cache
def editable() -> tuple[Dialect, ...]:
    """The dialects that can be opened and edited: Markdown files."""
    return tuple(one for one in dialects().values() if one.table.format == "markdown")


# --- which one ---------------------------------------------------------------------------------


def dialect_of(path: PurePath | None, keys: frozenset[str] = frozenset()) -> Dialect:
    """The dialect of a file at ``path`` with these ``keys`` in its frontmatter: the place decides first."""
    return by_place(path) or by_keys(keys)


def by_place(path: PurePath | None) -> Dialect | None:
    """The dialect that the place and name of a file decide; None where its fields do: ``by_keys``.

    The folder decides, the innermost one that a program reads; then an ending that one program alone
    has; then a plugin's manifest above; then a folder of Claude Code's.
    """
    if path is None:
        return None
    found = by_folder(path) or _by_ending(path)
    if found is None and in_plugin(path):
        return by_name(PLUGIN)
    return claude_code() if found is None and ".claude" in path.parts else found


def by_keys(keys: frozenset[str]) -> Dialect:
    """The program that alone has the most of these fields; Claude Code's where it has as many."""
    if not keys:
        return claude_code()
    counts = {one.name: len(keys & one.table.marks) for one in editable()}
    best = max(counts, key=lambda name: (counts[name], name == "claude-code"), default="claude-code")
    return by_name(best) if counts[best] else claude_code()


def in_plugin(path: PurePath) -> bool:
    """Whether a folder above holds a plugin's manifest."""
    # As texts: of a catalog, every file asks for every folder above it.
    here = str(Path(path).absolute())
    while (above := os.path.dirname(here)) != here:  # noqa: PTH120
        if is_file(f"{above}/.claude-plugin/plugin.json"):
            return True
        here = above
    return False


def by_folder(path: PurePath) -> Dialect | None:
    """The dialect of the program that reads the innermost folder around ``path``; None if none does."""
    inside = f"{Path(path).absolute().parent.as_posix()}/"
    best: tuple[int, Dialect] | None = None
    for folder, one in _folders():
        at = inside.rfind(folder)
        if at >= 0 and (best is None or at + len(folder) > best[0]):
            best = (at + len(folder), one)
    return best[1] if best else None


@cache
def _folders() -> tuple[tuple[str, Dialect], ...]:
    """The folders that programs read, between slashes."""
    return tuple((f"/{folder}/", one) for one in editable() for folder in one.table.folders)


def _by_ending(path: PurePath) -> Dialect | None:
    endings = ((one.table.ending, one) for one in editable() if one.table.ending != ".md")
    return next((one for ending, one in endings if path.name.endswith(ending)), None)


def knows(own: Tools, entry: Entry) -> bool:
    """Whether a program has the tool or group that an entry of its list names, or takes it for a server's."""
    whole = entry.specifier is None or own.specifiers
    patterns = [pattern for pattern in (own.server, own.server_tool) if pattern]
    return (
        entry.form == "everything"
        or (whole and own.spelled(entry.name) in own.names)
        or any(server_of(pattern, entry.text) is not None for pattern in patterns)
    )


# --- what others call it -----------------------------------------------------------------------


def _schema(name: str) -> dict[str, object]:
    """The schema of a dialect; one that extends another has all of it but what it says itself."""
    schema = read_json("schemas", f"{name}.schema.json")
    extended = schema.pop("x-extends", None)
    return schema if extended is None else {**_schema(str(extended)), **schema}


def _names(
    own: Table, tables: Mapping[str, Table], schemas: Mapping[str, dict[str, object]], common: KnownNames
) -> KnownNames:
    """The names one program knows, and what it should be called where another's name is written."""
    keys = _keys(schemas[own.name])
    foreign = {
        key: tables[name].program
        for name in sorted(tables, key=lambda name: name != "claude-code")
        if tables[name].program != own.program
        for key in _keys(schemas[name])
        if key not in keys
    }
    near = dict(_near_keys(own, tables, keys))
    return replace(
        common,
        as_of=own.as_of,
        tools={name: tool.help for name, tool in own.tools.names.items()},
        old_tools=dict(_other_tools(own, tables)),
        never_for_subagents=frozenset(),
        background_tools=frozenset(),
        memory_tools=(),
        colours={},
        near_values={},
        near_keys=near,
        non_fields={key: note for key, note in common.non_fields.items() if key not in keys},
        foreign_keys={key: program for key, program in foreign.items() if key not in near},
        foreign_limits=frozenset(
            spelling for spelling, _ in _spellings("tools", tables) if spelling not in keys
        ),
    )


def _keys(schema: Mapping[str, object]) -> frozenset[str]:
    properties = schema["properties"]
    assert isinstance(properties, dict), "a schema lists its properties"
    return frozenset(properties)


def _spellings(field: str, tables: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    """What each program calls a field of Claude Code, with the program."""
    for one in tables.values():
        if field in one.fields:
            yield one.fields[field].key, one.program


def _near_keys(own: Table, tables: Mapping[str, Table], keys: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Other programs' names of fields that this one has, under a name of its own."""
    for field, counterpart in own.fields.items():
        others = (one.fields[field] for one in tables.values() if field in one.fields)
        for other in others:
            if other.key not in keys and _is_text(counterpart) and _is_text(other):
                yield other.key, counterpart.key


def _is_text(counterpart: Counterpart) -> bool:
    """Whether a value stays what it is when the field is renamed; words may have to be others."""
    values = (counterpart.values or {}).values()
    return counterpart.shape == "same" and all(value is None or isinstance(value, str) for value in values)


def _other_tools(own: Table, tables: Mapping[str, Table]) -> Iterator[tuple[str, OldName]]:
    """Other programs' names of tools, with this one's that do the same; Claude Code's win."""
    for name in sorted(tables, key=lambda name: name == "claude-code"):
        other = tables[name]
        # What stands for a choice is no name of a tool.
        if other.program == own.program or other.tools.form == "choice":
            continue
        tools = claude_code().table.tools.names if other.program == CLAUDE_CODE else other.tools.names
        for tool, meant in tools.items():
            if tool not in own.tools.names:
                use = tuple(_covering(own, meant.covers))
                yield tool, OldName(use, works=False, note="", program=other.program)


def _covering(own: Table, tools: frozenset[str]) -> Iterator[str]:
    """The names to write for some tools of Claude Code: in order, each that gives one more of them."""
    for name, mine in own.tools.names.items():
        if mine.covers & tools and not mine.alias_of:
            yield name
            tools -= mine.covers
