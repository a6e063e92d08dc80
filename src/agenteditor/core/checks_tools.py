"""Checks of ``tools`` and ``disallowedTools`` as lists: their form, and what the two leave together.

Missing, empty, null, ``""`` and ``"*"`` are five different things (FORMAT 1.3, 8.13): none is taken
for another. Single entries are ``checks_tool_names``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agenteditor.core import rewrite, tools_given, tools_grammar
from agenteditor.core.checks_finding import (
    Check,
    Diagnostic,
    Fix,
    Subject,
    finding,
    fix,
    misread,
    near,
    shown,
)
from agenteditor.core.checks_tool_names import Listed, each_entry, listed_entries, resolves, swap, translated
from agenteditor.core.frontmatter import Field
from agenteditor.core.text import Span


def lists(subject: Subject) -> Iterator[Diagnostic]:
    """Both fields: the value as a whole, then each entry, then what they leave together."""
    for key in ("tools", "disallowedTools"):
        field = subject.field(key)
        if field is None or misread(subject, field) is not None:
            continue
        whole = _whole(subject, field)
        if whole is not None:
            yield whole
        else:
            yield from each_entry(subject, field, listed_entries(field))
    yield from _together(subject)


# --- the value as a whole ---------------------------------------------------------------------


def _whole(subject: Subject, field: Field) -> Diagnostic | None:
    value, key = field.value, field.key
    if value is None or (isinstance(value, str) and not value.strip()):
        return _undefined(subject, field)
    if not isinstance(value, str) and not (
        isinstance(value, list) and all(isinstance(item, str) for item in value)
    ):
        return _no_list(subject, field)
    if value == []:
        return _none(subject, field) if key == "tools" else None
    if key == "tools" and [item.strip() for item in ([value] if isinstance(value, str) else value)] == ["*"]:
        return finding(
            "tools/everything",
            field.value_span,
            "A star allows every tool, the same as no “tools” field at all.",
            key,
            _removed(subject, key),
        )
    if isinstance(value, str):
        return _no_commas(subject, field, value) if tools_grammar.is_space_separated(value) else None
    mended = _mended(value)
    return _torn(subject, field, value, mended) if field.style == "flow" and mended != value else None


def _removed(subject: Subject, key: str) -> tuple[Fix, ...]:
    return fix(subject, "Remove the field", rewrite.remove_field, key, safe=False)


def _undefined(subject: Subject, field: Field) -> Diagnostic:
    written = "has no value" if field.value is None else "is an empty text"
    span = field.value_span if field.value_span.start < field.value_span.end else field.key_span
    if field.key != "tools":
        return finding(
            "tools/undefined",
            span,
            f"“{field.key}” {written}, so nothing is forbidden. Fill it in or remove it.",
            field.key,
            _removed(subject, field.key),
            severity="info",
        )
    none = fix(subject, "Write [] for no tools", rewrite.set_value, "tools", [], safe=False)
    return finding(
        "tools/undefined",
        span,
        f"“tools” {written}: whether that means no tools or every tool is not documented. Write [] for none, "
        "or remove the field for all.",
        "tools",
        (*none, *_removed(subject, "tools")),
    )


def _no_list(subject: Subject, field: Field) -> Diagnostic:
    then = "the agent may use every tool" if field.key == "tools" else "nothing is forbidden"
    return finding(
        "tools/not-a-list",
        field.value_span,
        f"“{field.key}” is no list of names, so the limit in it is not read and {then}. Write the names with "
        "commas between them.",
        field.key,
        _as_names(subject, field),
    )


def _as_names(subject: Subject, field: Field) -> tuple[Fix, ...]:
    """A map says which tools are meant: names with true and false (OpenCode), or a list ``allowed``."""
    value = field.value
    if field.key != "tools" or not isinstance(value, Mapping):
        return ()
    listed = value.get("allowed") or value.get("allow")
    wanted = (
        [str(name) for name in listed] if isinstance(listed, list) else [k for k in value if value[k] is True]
    )
    if not wanted:
        return ()
    text = tools_grammar.joined(near(name, subject.names.tools) or name for name in wanted)
    return fix(subject, f"Write {shown(text)}", rewrite.set_value, "tools", text, safe=False)


def _none(subject: Subject, field: Field) -> Diagnostic:
    return finding(
        "tools/none",
        field.value_span,
        "An empty list leaves the agent without any tool: it can only answer. Remove the field if it should "
        "have all.",
        "tools",
        _removed(subject, "tools"),
    )


def _no_commas(subject: Subject, field: Field, value: str) -> Diagnostic:
    text = tools_grammar.joined(value.split())
    # Where none of them is a tool, Claude Code then refuses to start the agent.
    known = any(resolves(subject, tools_grammar.entry(word), "tools") for word in value.split())
    return finding(
        "tools/no-commas",
        field.value_span,
        f"“{field.key}” has no commas: some versions take {shown(value)} for one name. Put commas between "
        "the names.",
        field.key,
        fix(subject, "Put commas between them", rewrite.set_field, field.key, text, safe=known),
    )


def _torn(subject: Subject, field: Field, value: list[str], mended: list[str]) -> Diagnostic:
    entry = next(item for item in mended if item not in value)
    return finding(
        "tools/torn",
        field.value_span,
        f"In a list in brackets every comma divides, those in parentheses too: {shown(entry)} is torn into "
        "pieces. Quote the entry or use one line with commas.",
        field.key,
        fix(subject, "Put the entry together", rewrite.set_value, field.key, mended),
    )


def _mended(value: list[str]) -> list[str]:
    """The items of a list, with those put together again that a comma in parentheses divided."""
    mended: list[str] = []
    for item in value:
        if mended and mended[-1].count("(") > mended[-1].count(")"):
            mended[-1] = f"{mended[-1]}, {item}"
        else:
            mended.append(item)
    return mended if all(item.count("(") == item.count(")") for item in mended) else value


# --- both lists together ----------------------------------------------------------------------


def _together(subject: Subject) -> Iterator[Diagnostic]:
    field = subject.field("tools")
    allowed = listed_entries(field)
    if field is None or not allowed or misread(subject, field) is not None:
        return
    if isinstance(field.value, list) and not all(isinstance(item, str) for item in field.value):
        return
    denied = subject.field("disallowedTools")
    forbidden = tools_given.forbidding(subject.names, denied.value if denied is not None else None)
    cancelled = [one for one in allowed if tools_given.forbids(subject.names, forbidden, one.entry)]
    for one in cancelled:
        yield finding(
            "tools/cancelled",
            one.span,
            f"{shown(one.entry.text)} is allowed here and forbidden in “disallowedTools”, which wins: the "
            "agent does not get it. Remove it from one of the two.",
            "tools",
            swap(subject, field, one, ()),
        )
    left = [one for one in allowed if one not in cancelled and resolves(subject, one.entry, "tools")]
    if not left and not (isinstance(field.value, str) and tools_grammar.is_space_separated(field.value)):
        yield _nothing_left(subject, field, allowed)
    elif left and not any(tools_given.runs_in_background(subject.names, one.entry) for one in left):
        yield finding(
            "tools/not-in-background",
            field.value_span,
            "None of these tools is given in the background, where agents usually run, so it may not start "
            "there. Add one such as Read.",
            "tools",
        )


def _nothing_left(subject: Subject, field: Field, allowed: list[Listed]) -> Diagnostic:
    meant = dict.fromkeys(name for one in allowed for name in translated(subject, one.entry))
    usable = [name for name in meant if resolves(subject, tools_grammar.entry(name), "tools")]
    fixes: tuple[Fix, ...] = ()
    if usable:
        value: object = tools_grammar.joined(usable) if isinstance(field.value, str) else usable
        label = f"Write {shown(tools_grammar.joined(usable), 60)}"
        fixes = fix(subject, label, rewrite.set_value, "tools", value, safe=False)
    return finding(
        "tools/nothing-left",
        field.value_span if field.style != "block" else _first_line(subject.text, field.value_span),
        "No entry of “tools” gives this agent a tool, so Claude Code refuses to start it (from 2.1.208). "
        "Name at least one tool, or remove the field to allow all.",
        "tools",
        (*fixes, *_removed(subject, "tools")),
    )


def _first_line(text: str, span: Span) -> Span:
    return Span(span.start, span.start + len(span.of(text).partition("\n")[0].rstrip()))


CHECKS: tuple[Check, ...] = (lists,)
