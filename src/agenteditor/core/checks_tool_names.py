"""Checks of single entries of ``tools`` and ``disallowedTools``: is there such a tool, and who gets it.

Names are data that ages, so an unknown one is a warning with a suggestion, never an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agenteditor.core import rewrite, tools_given, tools_grammar
from agenteditor.core.checks_finding import Diagnostic, Fix, Subject, finding, fix, near, shown
from agenteditor.core.dialect import OldName
from agenteditor.core.frontmatter import Field
from agenteditor.core.text import Span
from agenteditor.core.tools_grammar import Entry

_MANY = 4  # foreign names from which on the list as a whole is meant for another program
MOST_ENTRIES = 200  # real lists have 40 at most


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a tools field, with its place in the file."""

    entry: Entry
    span: Span


def listed_entries(field: Field | None) -> list[Listed]:
    """The entries of a field with their places; none where the value is no list."""
    if field is None:
        return []
    if field.text is not None and isinstance(field.value, str):
        return [Listed(entry, _place(field, entry.span)) for entry in tools_grammar.split(field.text)]
    return [
        Listed(tools_grammar.entry(item.value.strip()), item.value_span)
        for item in field.items
        if isinstance(item.value, str) and item.value.strip()
    ]


def _place(field: Field, span: Span) -> Span:
    """The place in the file of a part of a field's text."""
    if field.offsets is None:
        return field.value_span
    return Span(field.offsets[span.start], field.offsets[span.end - 1] + 1)


def resolves(subject: Subject, entry: Entry, key: str) -> bool:
    """Whether an entry matches a tool that a subagent may get."""
    return tools_given.resolves(subject.names, entry, key, planning=_plans(subject))


def _withheld(subject: Subject, name: str) -> bool:
    return tools_given.is_never_given(subject.names, name, planning=_plans(subject))


def _plans(subject: Subject) -> bool:
    mode = subject.field("permissionMode")
    return mode is not None and mode.value == "plan" and not subject.in_plugin


def each_entry(subject: Subject, field: Field, entries: list[Listed]) -> Iterator[Diagnostic]:
    """What is to say about the entries one by one."""
    # A list in which nothing matches has one finding for all of it; only slips of the keyboard are added.
    nothing = field.key == "tools" and not any(resolves(subject, one.entry, field.key) for one in entries)
    foreign = {one.entry.text for one in entries if _is_foreign(subject, one.entry)}
    if len(foreign) >= _MANY and not nothing:
        yield _all_foreign(subject, field, entries, foreign)
    quiet = foreign if nothing or len(foreign) >= _MANY else set()
    seen: set[str] = set()
    for one in entries[:MOST_ENTRIES]:
        if one.entry.text in seen:
            yield finding(
                "tools/duplicate",
                one.span,
                f"{shown(one.entry.text)} stands twice in “{field.key}”. Once is enough.",
                field.key,
                _without_repeats(subject, field, entries),
            )
            continue
        seen.add(one.entry.text)
        if one.entry.text not in quiet and not (nothing and _is_old(subject, one.entry)):
            found = _entry(subject.with_fixes if nothing else subject, field, one)
            if found is not None and (found.fixes or not nothing):
                yield found


def _is_foreign(subject: Subject, entry: Entry) -> bool:
    if entry.form != "tool" or entry.name in subject.names.tools:
        return False
    old = subject.names.old_tools.get(entry.name)
    return "/" in entry.name if old is None else old.program is not None


def _is_old(subject: Subject, entry: Entry) -> bool:
    old = subject.names.old_tools.get(entry.name)
    return old is not None and not old.works


def _all_foreign(subject: Subject, field: Field, entries: list[Listed], foreign: set[str]) -> Diagnostic:
    """One finding for a list that was written for another program."""
    names: dict[str, None] = {}
    for one in entries:
        names.update(dict.fromkeys(translated(subject, one.entry) or (one.entry.text,)))
    kept = [name for name in names if name not in foreign]
    value: object = tools_grammar.joined(kept) if isinstance(field.value, str) else kept
    listed = ", ".join(shown(name) for name in sorted(foreign)[:3])
    fixes = fix(subject, "Write the tools of Claude Code", rewrite.set_value, field.key, value, safe=False)
    return finding(
        "tools/other-program",
        field.value_span,
        f"{len(foreign)} entries are names of other programs ({listed} …) and give nothing in Claude Code. "
        "Write its own names if the file is for it, too.",
        field.key,
        fixes if kept else (),
    )


def _without_repeats(subject: Subject, field: Field, entries: list[Listed]) -> tuple[Fix, ...]:
    names = list(dict.fromkeys(one.entry.text for one in entries))
    value: object = tools_grammar.joined(names) if isinstance(field.value, str) else names
    return fix(subject, "Remove what stands twice", rewrite.set_value, field.key, value)


def _entry(subject: Subject, field: Field, one: Listed) -> Diagnostic | None:
    entry, key = one.entry, field.key
    if entry.form == "malformed":
        return finding(
            "tools/malformed",
            one.span,
            f"{shown(entry.text)} is no tool: its parentheses or blanks do not fit. Write Tool or Tool(what "
            "exactly).",
            key,
        )
    if entry.form == "mcp" and key == "tools" and "*" in (entry.server or ""):
        return finding(
            "tools/every-server",
            one.span,
            f"{shown(entry.text)} allows nothing: a star for the server is understood in disallowedTools "
            "only. Name each server (mcp__server).",
            key,
        )
    if entry.form != "tool":
        return None
    if entry.name in subject.names.tools:
        return _known(subject, field, one)
    old = subject.names.old_tools.get(entry.name)
    if old is not None:
        return _old(subject, field, one, old)
    return _foreign(subject, field, one) if "/" in entry.name else _unknown(subject, field, one)


def _known(subject: Subject, field: Field, one: Listed) -> Diagnostic | None:
    entry, key = one.entry, field.key
    if key == "tools" and _withheld(subject, entry.name):
        return finding(
            "tools/never-given",
            one.span,
            f"{shown(entry.name)} is never given to a subagent, even when it is listed; it counts only when "
            "the file runs as the main agent.",
            key,
        )
    if key == "tools" and entry.name == "Agent" and entry.specifier:
        return finding(
            "tools/agents-ignored",
            one.span,
            f"The list in {shown(entry.text)} counts only where this file runs as the main agent. As a "
            "subagent it may start any agent.",
            key,
        )
    if key == "disallowedTools" and entry.specifier:
        return finding(
            "tools/denied-part",
            one.span,
            f"{shown(entry.text)} is reported to take away {entry.name} as a whole. Do not rely on "
            "forbidding a part.",
            key,
        )
    return None


def _old(subject: Subject, field: Field, one: Listed, old: OldName) -> Diagnostic:
    quoted = shown(one.entry.text)
    if old.works:
        specifier = one.entry.specifier
        same = tuple(name if specifier is None else f"{name}({specifier})" for name in old.use)
        return finding(
            "tools/old-name",
            one.span,
            f"{quoted} still works, but was {old.note}.",
            field.key,
            swap(subject, field, one, same),
            severity="info",
        )
    if old.program is not None:
        return _foreign(subject, field, one)
    advice = f"Write {' and '.join(old.use)}." if old.use else "Remove it."
    return finding(
        "tools/old-name",
        one.span,
        f"{quoted} gives nothing any more: {old.note}. {advice}",
        field.key,
        swap(subject, field, one, old.use),
    )


def translated(subject: Subject, entry: Entry) -> tuple[str, ...]:
    """The tools of Claude Code that do what an entry of another program says; none if not known.

    ``edit/editFiles`` is taken for ``edit``, as VS Code groups its tools.
    """
    if entry.name in subject.names.tools:
        return (entry.text,)
    old = subject.names.old_tools.get(entry.name) or subject.names.old_tools.get(entry.name.partition("/")[0])
    return old.use if old is not None else ()


def _foreign(subject: Subject, field: Field, one: Listed) -> Diagnostic:
    old = subject.names.old_tools.get(one.entry.name)
    use = translated(subject, one.entry)
    owner = old.program if old is not None and old.program else "VS Code, where it is server/tool"
    advice = (
        f"Write {' and '.join(use)}." if use else "Remove it, or write mcp__server__tool for an MCP tool."
    )
    return finding(
        "tools/other-program",
        one.span,
        f"{shown(one.entry.text)} is a name of {owner}, and gives nothing in Claude Code. {advice}",
        field.key,
        swap(subject, field, one, use, safe=False) if use else (),
    )


def _unknown(subject: Subject, field: Field, one: Listed) -> Diagnostic:
    entry, key = one.entry, field.key
    meant = near(entry.name, subject.names.tools)
    then = "gives nothing" if key == "tools" else "forbids nothing"
    advice = "Correct it, or write mcp__server__tool for an MCP tool."
    fixes: tuple[Fix, ...] = ()
    if meant is not None:
        advice = f"Probably {meant} is meant."
        written = meant if entry.specifier is None else f"{meant}({entry.specifier})"
        fixes = swap(subject, field, one, (written,))
    return finding(
        "tools/unknown",
        one.span,
        f"{shown(entry.text)} is no tool Claude Code knows and {then}; names are exact. {advice}",
        key,
        fixes,
    )


def swap(
    subject: Subject, field: Field, one: Listed, new: tuple[str, ...], *, safe: bool = True
) -> tuple[Fix, ...]:
    """Replace one entry. Never leaves a list empty: that would mean something else."""
    value = field.text if isinstance(field.value, str) else field.value
    after = tools_grammar.replaced(value, one.entry, new)
    if not after or after == value:
        return ()
    label = f"Change to {' and '.join(new)}" if new else "Remove it"
    return fix(subject, label, rewrite.set_value, field.key, after, safe=safe)
