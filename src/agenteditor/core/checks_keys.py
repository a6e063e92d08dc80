"""Checks of field names: misspelt, of another program, leaked from a description, or read by nobody."""

from __future__ import annotations

from collections.abc import Iterator

from agenteditor.core import rewrite
from agenteditor.core.checks_finding import (
    Check,
    Diagnostic,
    Fix,
    Subject,
    finding,
    fix,
    near,
    shown,
    swapped,
    verified,
)
from agenteditor.core.frontmatter import Field
from agenteditor.core.scalar import double
from agenteditor.core.text import Span

_ALLOWED = ("allowedTools", "allowed-tools", "allowed_tools", "allowedtools")
_SPEAKERS = ("user", "human", "assistant", "commentary")


def keys(subject: Subject) -> Iterator[Diagnostic]:
    """Fields Claude Code does not read: misspelt, foreign, leaked from a description, or made up."""
    fields = subject.fields
    present = {field.key for field in fields}
    leaked = _leaked(subject, fields)
    if leaked:
        yield _leak(subject, leaked)
    for field in fields:
        if field in leaked or subject.spec(field.key) is not None:
            continue
        yield _unknown_key(subject, field, present)


def _unknown_key(subject: Subject, field: Field, present: set[str]) -> Diagnostic:
    names, key = subject.names, field.key
    meant = names.near_keys.get(key)
    if meant is None and key not in names.non_fields and key not in names.foreign_keys and key != "examples":
        meant = near(key, subject.syntax.dialect.keys())
    if meant is not None and meant not in present:
        return _misspelt(subject, field, meant)
    quoted = shown(key)
    if key == "examples":
        return finding(
            "key/examples",
            field.key_span,
            "Claude Code does not read examples here, so they help nobody choose this agent. Move them into "
            "the description.",
            key,
        )
    if key in names.foreign_keys:
        limit = ", and the limit it sets" if key in names.foreign_limits else ""
        return finding(
            "key/other-program",
            field.key_span,
            f"{quoted} is a field of {names.foreign_keys[key]}; Claude Code ignores it{limit}. Keep it only "
            "if the file is for that program, too.",
            key,
            severity="warning" if limit else None,
        )
    note = names.non_fields.get(key)
    if note is not None:
        return finding(
            "key/unknown",
            field.key_span,
            f"{quoted} is {note}; Claude Code does not read it.",
            key,
            severity="info",
        )
    message = f"{quoted} is not a field of Claude Code, so it is ignored without a word."
    if meant is not None:
        message = (
            f"{quoted} is not a field of Claude Code and {shown(meant)} is already there, so it is ignored."
        )
    return finding("key/unknown", field.key_span, f"{message} Check the spelling, or remove it.", key)


def _misspelt(subject: Subject, field: Field, meant: str) -> Diagnostic:
    # What is ignored now would begin to run commands, or stop asking: a person should want that.
    safe = meant not in ("hooks", "mcpServers", "permissionMode")
    fixes = fix(subject, f"Rename to {meant}", rewrite.rename_field, field.key, meant, safe=safe)
    if meant == "tools":
        code = "tools/allowed-tools" if field.key in _ALLOWED else "key/near-miss"
        return finding(
            code,
            field.key_span,
            f"{shown(field.key)} is not a field of an agent, so this limit is not read and the agent may use "
            "every tool. Rename it to tools.",
            field.key,
            fixes,
            severity="error",
        )
    wide = meant == "disallowedTools"
    consequence = "so nothing is forbidden" if wide else "so it is ignored without a word"
    return finding(
        "key/near-miss",
        field.key_span,
        f"{shown(field.key)} is not a field of Claude Code, {consequence}. Probably {shown(meant)} is meant.",
        field.key,
        fixes,
        severity="error" if wide else None,
    )


def _leaked(subject: Subject, fields: tuple[Field, ...]) -> list[Field]:
    """Keys such as ``user`` that directly follow the description: lines of an example (FORMAT 2.3)."""
    frontmatter = subject.syntax.frontmatter
    written = frontmatter.fields if frontmatter is not None and fields else ()
    at = next((i for i, field in enumerate(written) if field.key == "description"), len(written))
    counting = {id(field) for field in fields}
    found: list[Field] = []
    for field in written[at + 1 :]:
        if field.key.casefold() not in subject.names.leaked_keys or isinstance(field.value, list):
            break
        if id(field) in counting:
            found.append(field)
    # "agent" or "context" alone may be anything.
    return found if any(field.key.casefold() in _SPEAKERS for field in found) else []


def _leak(subject: Subject, leaked: list[Field]) -> Diagnostic:
    listed = ", ".join(field.key for field in leaked)
    return finding(
        "key/leaked",
        Span(leaked[0].key_span.start, leaked[-1].value_span.end),
        f"The description ends before these lines, because they are not indented: {listed} are read as "
        "fields and ignored. Put the whole description in quotes or indent it after |.",
        "description",
        _joined(subject, leaked),
    )


def _joined(subject: Subject, leaked: list[Field]) -> tuple[Fix, ...]:
    """The description and the lines that leaked from it, as one text in double quotes."""
    field = subject.field("description")
    if field is None or field.style != "plain" or field.span.start > leaked[0].span.start:
        return ()  # of two descriptions the later one counts: these are not its lines
    span = Span(field.value_span.start, leaked[-1].value_span.end)
    text = span.of(subject.text).replace("\r\n", "\n").rstrip()
    return verified(subject, "Make them part of the description", swapped(span, double(text)))


CHECKS: tuple[Check, ...] = (keys,)
