"""Checks of what the reader makes of YAML it can read: the repair, what it changes, fields written twice."""

from __future__ import annotations

from collections.abc import Iterator

from agenteditor.core import repairs, rewrite
from agenteditor.core.checks_broken import explained, quotes
from agenteditor.core.checks_finding import (
    Check,
    Diagnostic,
    Subject,
    finding,
    fix,
    misread,
    shown,
    swapped,
    verified,
)
from agenteditor.core.frontmatter import Field
from agenteditor.core.syntax import parse_fields
from agenteditor.core.text import Edits, apply


def repaired(subject: Subject) -> Iterator[Diagnostic]:
    """Text that is no YAML but loads, and what the repair did to lines that were right."""
    syntax = subject.syntax
    if syntax.verdict != "repaired":
        return
    fault = syntax.faults[0]
    host = next(
        (field for field in subject.fields if field.span.start <= fault.span.start < field.span.end), None
    )
    quoted = any(field.repaired for field in subject.fields)
    vanishes = ", and saved with Windows line ends it vanishes" if quoted else ""
    yield finding(
        "yaml/repaired",
        fault.span,
        f"Not valid YAML. {explained(subject, fault)} Claude Code loads the file only because it repairs it "
        f"first; other programs and older versions refuse it{vanishes}.",
        host.key if host else None,
        quotes(subject),
    )
    for field in subject.fields:
        if field.repaired:
            yield from _changed_by_repair(subject, field)


def _changed_by_repair(subject: Subject, field: Field) -> Iterator[Diagnostic]:
    """A line that means something else by itself than after the repair quoted it."""
    meant = misread(subject, field)
    if meant is None:
        return
    subject = subject.with_fixes  # what is tried second hangs on the first
    fixes = fix(subject, "Make the other lines valid", repairs.make_valid)
    if not fixes or _value_after(subject, fixes[0].edits, field.key) != meant:
        fixes = fix(subject, "Write it anew", rewrite.set_value, field.key, meant)
    yield finding(
        "yaml/repair-changed",
        field.value_span,
        f"Because another line of the frontmatter needs the repair, {shown(field.key)} is read as the text "
        f"{shown(field.value)}. Make the other line valid, then this one means what it says.",
        field.key,
        fixes,
    )


def _value_after(subject: Subject, edits: Edits, key: str) -> object:
    _, _, fields = parse_fields(apply(subject.text, edits), subject.syntax.dialect)
    field = fields.get(key) if fields is not None else None
    return field.value if field is not None else None


def duplicates(subject: Subject) -> Iterator[Diagnostic]:
    """Fields written twice: the last one counts."""
    counting = {field.key: field for field in subject.fields}
    frontmatter = subject.syntax.frontmatter
    for field in frontmatter.fields if frontmatter is not None and counting else ():
        last = counting.get(field.key)
        if last is None or last is field or field.key.casefold() in subject.names.leaked_keys:
            continue
        then = "this one is not read, the last one counts. Other programs refuse such a file."
        refused = not subject.syntax.dialect.table.repeats
        if refused:
            then = f"{subject.program} refuses such a file."
        yield finding(
            "yaml/duplicate-key",
            field.key_span,
            f"{shown(field.key)} stands twice; {then} Remove one of the two.",
            field.key,
            verified(subject, "Remove the one that is not read", swapped(field.span, ""), safe=not refused),
            severity="error" if refused else None,
        )


CHECKS: tuple[Check, ...] = (repaired, duplicates)
