"""What a conversion did to each field: kept, approximated, lost or widened, in words.

Nothing is reported from what the conversion meant to do: the meaning of the file before is compared with
the meaning of what was written, as its own program would read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Literal, NamedTuple

from agenteditor.core.checks_finding import shown
from agenteditor.core.dialect import Dialect, claude_code
from agenteditor.core.dialect_table import Loss
from agenteditor.core.meaning import Meaning
from agenteditor.core.meaning_tools import Grant, ordered, reach

Fate = Literal["kept", "approximated", "lost", "widened"]
FATES: tuple[Fate, ...] = ("widened", "lost", "approximated", "kept")

_NO_VALUE = object()
# From the one that may do least without asking to the one that may do most.
_MODES = ("plan", "dontAsk", "default", "manual", "acceptEdits", "auto", "bypassPermissions")
_MOST_NAMED = 5


class Item(NamedTuple):
    """What became of one field: its name in the file, its fate, and a sentence that says why."""

    field: str
    fate: Fate
    reason: str


def report(
    before: Meaning,
    after: Meaning,
    source: Dialect,
    target: Dialect,
    *,
    notes: frozenset[str] = frozenset(),
    prompt: int = 0,
) -> tuple[Item, ...]:
    """The fate of everything ``before`` had.

    ``notes`` are fields that stay in the file, unread; ``prompt`` is the length of the prompt in characters.
    """
    items = [
        *_identity(before, after, target),
        *_prompt(prompt, target),
        *_tools(before.grant, after.grant, source, target),
        *_values(before, after, source, target),
        *_unread(before, source, target, notes),
    ]
    return tuple(sorted(items, key=lambda item: FATES.index(item.fate)))


def counts(items: tuple[Item, ...]) -> str:
    """How many fields have which fate, in words."""
    found = {fate: sum(item.fate == fate for item in items) for fate in FATES}
    return ", ".join(f"{count} {fate}" for fate, count in found.items() if count)


def _identity(before: Meaning, after: Meaning, target: Dialect) -> Iterator[Item]:
    if before.name:
        if before.name == after.name:
            where = " as the name of the file" if target.table.identity == "file" else ""
            yield Item("name", "kept", f"The agent is called {shown(before.name)}{where}.")
        else:
            yield Item(
                "name",
                "approximated",
                f"{shown(before.name)} is written {shown(after.name)}, as {target.program} takes it.",
            )
    if before.title and after.title != before.title:
        yield Item(
            "title",
            "lost",
            f"{target.program} has no name for people beside the name: {shown(before.title)}.",
        )
    if before.description:
        kept = before.description == after.description
        yield Item(
            "description",
            "kept" if kept else "approximated",
            "It is the same." if kept else "It is written otherwise.",
        )


def _prompt(length: int, target: Dialect) -> Iterator[Item]:
    most = target.table.prompt_most
    if most is not None and length > most:
        yield Item("prompt", "lost", f"{target.program} takes {most:,} characters of its {length:,} at most.")
    elif length:
        where = f" as “{target.table.prompt_key}”" if target.table.prompt_key else ""
        yield Item("prompt", "kept", f"It is the same{where}.")


def _who(target: Dialect) -> str:
    """The program, as one that has a field or has not."""
    return f"A plugin of {target.program}" if target.place == "plugin" else target.program


# --- tools -------------------------------------------------------------------------------------


def _tools(before: Grant, after: Grant, source: Dialect, target: Dialect) -> Iterator[Item]:
    key = source.table.fields["tools"].key if "tools" in source.table.fields else "tools"
    if before.unknown:
        listed = _listed(before.unknown)
        yield Item(key, "lost", f"What {listed} would be in another program is not known.")
    if before.asks:
        listed = _listed(before.asks)
        yield Item(key, "approximated", f"Whether {listed} asks first is left to {target.program}.")
    if before.unclear:
        said = "What the file means by it is not documented; it is taken for every tool."
        yield Item(key, "approximated", said)
    universe = reach(target.table.tools) or frozenset(claude_code().names.tools)
    if partly := [text for text in before.denied if text not in after.denied and "(" in text]:
        said = (
            f"{_and_more(partly)} forbids a part of a tool. Claude Code was reported to take the whole tool, "
            f"so {target.program} is not to give it at all."
        )
        yield Item(key, "approximated", said)
    if before.excepted:
        said = f"{target.program} cannot forbid a part of a tool: {_listed(before.excepted)}."
        yield Item(key, "widened", f"{said} It may now do that.")
    more = [tool for tool in ordered(universe) if after.gives(tool) and not before.gives(tool)]
    alike = [tool for tool in more if tool not in before.forbidden and _has_like(before, tool)]
    gained = [tool for tool in more if tool not in alike]
    rest = after.rest and not before.rest
    servers = [] if rest else [text for text in before.denied_servers if after.reaches(text)]
    if gained or rest or servers:
        yield Item(key, "widened", _gains(gained, rest, servers, before, target))
    if alike:
        said = f"With what it may use, {target.program} gives {_and_more(alike)} too."
        yield Item(key, "approximated", said)
    gone = _gone(before, after, universe)
    if gone:
        said = f"{target.program} has nothing for {_and_more(gone)}, or cannot allow it alone."
        yield Item(key, "lost", said)
    if not (more or rest or servers or gone or partly or before.unclear or before.excepted):
        yield Item(
            key, "kept", f"It may use {'the same tools' if before.limited else 'every tool, as before'}."
        )


def _has_like(grant: Grant, tool: str) -> bool:
    """Whether it has all of another tool that does the same to the world: another that changes files, say."""
    groups = claude_code().names.tool_groups.values()
    group = next((tools for tools in groups if tool in tools), ())
    return any(grant.gives(other) for other in group if other != tool)


def _listed(written: tuple[str, ...]) -> str:
    """Words of the file, as they stand there."""
    return _and_more([shown(text) for text in written])


def _and_more(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _had(grant: Grant, tool: str) -> bool:
    """Whether it had a tool, or a part of it."""
    return grant.gives(tool) or bool(grant.parts(tool))


def _gains(gained: list[str], rest: bool, servers: list[str], before: Grant, target: Dialect) -> str:
    parts: list[str] = []
    fresh = [tool for tool in gained if not before.parts(tool)]
    if fresh:
        parts.append(f"It may now use {_and_more(fresh)}.")
    for tool in gained:
        if before.parts(tool):
            parts.append(f"It may now use all of {tool}, not only {', '.join(before.parts(tool))}.")
    if rest:
        parts.append("It may now use the tools of every MCP server.")
    if servers:
        parts.append(f"It may now use {_and_more(servers)}.")
    return f"{target.program} cannot limit it as the file does. {' '.join(parts)}"


def _gone(before: Grant, after: Grant, universe: frozenset[str]) -> list[str]:
    """What it had by name, or has lost of what the other program could give."""
    forbidden, servers, still = before.forbidden, before.servers, after.servers
    named = [text for text in before.allowed or () if text != "*"]
    tools = {text: text.partition("(")[0] for text in named if text not in servers}
    gone = {tool: forbidden.isdisjoint((tool, "*")) and not _had(after, tool) for tool in set(tools.values())}
    missing = [
        text
        for text in named
        if (gone[tools[text]] if text in tools else text not in still | forbidden and not after.rest)
    ]
    if before.allowed is None:
        missing += [tool for tool in ordered(universe) if before.gives(tool) and not _had(after, tool)]
        missing += ["the tools of MCP servers"] if before.rest and not after.rest else []
    return missing


# --- the other fields --------------------------------------------------------------------------


def _values(before: Meaning, after: Meaning, source: Dialect, target: Dialect) -> Iterator[Item]:
    tools = {one.key for field, one in target.table.fields.items() if field in ("tools", "disallowedTools")}
    for field, value in before.values.items():
        theirs, mine = source.table.fields[field], target.table.fields.get(field)
        own = (mine.values or {}).get(str(value), _NO_VALUE) if mine is not None else _NO_VALUE
        if own is None:
            assert mine is not None, "it has values"
            yield Item(
                theirs.key, "kept", mine.note or f"It is what {target.program} does without the field."
            )
            continue
        if mine is not None and mine.key in tools and own is not _NO_VALUE:
            yield Item(
                theirs.key,
                "approximated",
                f"It is said in “{mine.key}”, as far as the tools allow it. {mine.note}".rstrip(),
            )
            continue
        if field not in after.values and value in ("", [], {}):
            yield Item(theirs.key, "kept", "It is empty and says nothing, so it is left out.")
            continue
        if field not in after.values:
            loss = (
                target.table.losses.get(field)
                or claude_code().table.losses.get(field)
                or Loss("It is lost.", False)
            )
            widens = loss.widens if isinstance(loss.widens, bool) else str(value) in loss.widens
            why = (
                f"{_who(target)} has no such field."
                if mine is None
                else f"{_who(target)} has nothing for {_value(value)}."
            )
            yield Item(theirs.key, "widened" if widens else "lost", f"{why} {loss.sentence}")
            continue
        assert mine is not None, "what is read back was written"
        now = after.values[field]
        notes = " ".join(note for note in (theirs.note, mine.note) if note)
        if now == value and theirs.exact and mine.exact:
            yield Item(theirs.key, "kept", notes or "It means the same.")
        elif now == value:
            yield Item(theirs.key, "approximated", notes or "It means nearly the same.")
        else:
            wider = field == "permissionMode" and _asks_less(value, now)
            change = f"{_value(value)} becomes {_value(now)}."
            if str(value).strip() == str(now):
                change = f"It is written as a number, {now}."
            reason = f"{change} {notes}".rstrip()
            yield Item(theirs.key, "widened" if wider else "approximated", reason)


def _asks_less(before: object, after: object) -> bool:
    return before in _MODES and after in _MODES and _MODES.index(str(after)) > _MODES.index(str(before))


def _unread(before: Meaning, source: Dialect, target: Dialect, notes: frozenset[str]) -> Iterator[Item]:
    obeyed = {field.key for field in target.table.fields.values()}
    both = f"neither {source.program} nor {target.program} reads"
    if source.program == target.program:
        both = f"{source.program} does not read"
    for key, value in before.unread.items():
        spec = source.spec(key)
        limits = key in source.table.limits
        if key in notes:
            yield Item(key, "kept", f"It stays in the file; {both} it.")
        elif source.place == "plugin" and key in obeyed:
            reason = (
                f"{_who(source)} ignores it and {_who(target)} would not, so it is left out: {shown(value)}."
            )
            yield Item(key, "lost", reason)
        elif spec is not None:
            said = f"{target.program} has nothing like it: {_value(value)}."
            then = " It limited the agent, which may now do more." if limits else ""
            yield Item(key, "widened" if limits else "lost", f"{said}{then}")
        else:
            other = (
                f"{target.program} would not take it"
                if target.spec(key) is None
                else f"in a file of {target.program} it would begin to count"
            )
            yield Item(key, "lost", f"{source.program} does not read it, and {other}: {_value(value)}.")


def _value(value: object) -> str:
    """A value in quotes, lists and maps as JSON."""
    return shown(json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value)
