"""Checks of files that another program than Claude Code reads, by its own rules (FORMAT 5).

What is true of every program (fences, YAML, characters, examples) is checked by the same functions as for
Claude Code; here is what differs: no repair, its own fields and what it does with others, its own tools,
its limits. All of it comes from the dialect's data.
"""

from __future__ import annotations

from collections.abc import Iterator

from agenteditor.core import rewrite
from agenteditor.core.checks_broken import explained, quotes
from agenteditor.core.checks_fields import slugged
from agenteditor.core.checks_finding import (
    Check,
    Diagnostic,
    Subject,
    finding,
    fix,
    kind_of,
    near,
    shown,
)
from agenteditor.core.checks_rules import Severity
from agenteditor.core.checks_tool_names import MOST_ENTRIES, Listed, listed_entries, swap
from agenteditor.core.dialects import knows
from agenteditor.core.frontmatter import Field
from agenteditor.core.text import Span


def not_repaired(subject: Subject) -> Iterator[Diagnostic]:
    """Text that is no YAML and that only Claude Code would repair."""
    if subject.syntax.verdict != "repaired":
        return
    fault = subject.syntax.faults[0]
    repairs = subject.syntax.dialect.table.repairs
    then = (
        f"{subject.program} loads the file only because it repairs it first; other programs refuse it."
        if repairs
        else f"{subject.program} does not repair it, so it does not load this file."
    )
    yield finding(
        "yaml/repaired" if repairs else "yaml/fails",
        fault.span,
        f"Not valid YAML. {explained(subject, fault)} {then}",
        fixes=quotes(subject),
    )


def required(subject: Subject) -> Iterator[Diagnostic]:
    """The fields the program cannot do without: there, text, and not empty."""
    if subject.syntax.frontmatter is None or subject.syntax.verdict not in ("valid", "repaired"):
        return
    for spec in subject.syntax.dialect.fields:
        if spec.required:
            yield from _required(subject, spec.key)


def _required(subject: Subject, key: str) -> Iterator[Diagnostic]:
    frontmatter, field = subject.syntax.frontmatter, subject.field(key)
    assert frontmatter is not None
    code = key if key in ("name", "description") else "key"
    then = f"{subject.program} does not load a file without it."
    name = slugged(subject.stem or "") if key == "name" else ""
    named = fix(subject, f"Name it {name}", rewrite.set_field, "name", name, safe=False) if name else ()
    if field is None:
        span = Span(frontmatter.span.start, frontmatter.content.start)
        yield finding(f"{code}/missing", span, f"The {key} is missing. {then} Add it.", key, named)
    elif field.value is None or (isinstance(field.value, str) and not field.value.strip()):
        span = field.span if field.value_span.start == field.value_span.end else field.value_span
        yield finding(f"{code}/empty", span, f"The {key} is empty. {then} Write one.", key, named)
    elif not isinstance(field.value, str) and code != "key":
        quoted = fix(subject, "Put it in quotes", rewrite.set_field, key, field.text) if field.text else ()
        yield finding(
            f"{code}/not-a-string",
            field.value_span,
            f"The {key} is {kind_of(field.value)} to YAML, not text. {then} Put it in quotes.",
            key,
            quoted,
        )


# --- fields ------------------------------------------------------------------------------------


def keys(subject: Subject) -> Iterator[Diagnostic]:
    """Fields the program does not know, and what it does with them."""
    present = {field.key for field in subject.fields}
    for field in subject.fields:
        if subject.spec(field.key) is None:
            yield _unknown_key(subject, field, present)


def _unknown_key(subject: Subject, field: Field, present: set[str]) -> Diagnostic:
    names, key, program = subject.names, field.key, subject.program
    meant = names.near_keys.get(key)
    if meant is None and key not in names.foreign_keys and key not in names.non_fields:
        meant = near(key, subject.syntax.dialect.keys())
    if meant in present:
        meant = None
    code, severity, then = _fate(subject, key)
    owner = f" It is a field of {names.foreign_keys[key]}." if key in names.foreign_keys else ""
    if meant is not None:
        safe = meant == key.replace("_", "-") or near(key, [meant]) is not None
        return finding(
            "key/near-miss",
            field.key_span,
            f"{shown(key)} is not a field of {program}, {then}. It calls this {shown(meant)}.",
            key,
            fix(subject, f"Rename to {meant}", rewrite.rename_field, key, meant, safe=safe),
            severity="error" if subject.strict or key in names.foreign_limits else None,
        )
    advice = (
        "Remove it from a file for this program." if code != "key/unknown" else "Remove it if not needed."
    )
    return finding(
        code,
        field.key_span,
        f"{shown(key)} is not a field of {program}, {then}.{owner} {advice}",
        key,
        fix(subject, "Remove it", rewrite.remove_field, key, safe=False),
        severity=severity,
    )


def _fate(subject: Subject, key: str) -> tuple[str, Severity, str]:
    """What becomes of an unknown field: rule, severity, words."""
    fate = subject.syntax.dialect.table.unknown_fields
    if fate == "refused":
        return "key/refused", "error", "so it refuses the whole file"
    if fate == "forwarded":
        return "key/forwarded", "warning", "so it hands it on to the model's provider, which may refuse it"
    note = key in subject.names.non_fields
    return "key/unknown", "info" if note else "warning", "so it is ignored without a word"


# --- tools -------------------------------------------------------------------------------------


def tools(subject: Subject) -> Iterator[Diagnostic]:
    """Entries of a list of tools that the program does not know."""
    own = subject.syntax.dialect.table.tools
    counterpart = subject.syntax.dialect.table.fields.get("tools")
    field = subject.field(counterpart.key) if counterpart is not None and own.form == "list" else None
    if field is None or not isinstance(field.value, (str, list)):
        return
    if field.value == [] and own.empty == "none":
        yield finding(
            "tools/none",
            field.value_span,
            "An empty list leaves the agent without any tool: it can only answer. Remove the field if it "
            "should have all.",
            field.key,
        )
    beyond: list[Listed] = []
    for one in listed_entries(field)[:MOST_ENTRIES]:
        found = _entry(subject, field, one)
        if (
            found is not None
            and found.code == "tools/unknown"
            and not found.fixes
            and own.unknown == "ignored"
        ):
            beyond.append(one)
        elif found is not None:
            yield found
    if beyond:
        yield _beyond(subject, field, beyond)


def _beyond(subject: Subject, field: Field, entries: list[Listed]) -> Diagnostic:
    """Names that an extension or a server may have brought: said once, as a note."""
    listed = ", ".join(shown(one.entry.text) for one in entries[:3]) + (" …" if len(entries) > 3 else "")
    one = len(entries) == 1
    known = "is no tool" if one else "are no tools"
    then = "it is passed over" if one else "they are passed over"
    return finding(
        "tools/unknown",
        entries[0].span,
        f"{listed} {known} that {subject.program} documents. Unless an extension or a server brings "
        f"{'it' if one else 'them'}, {then}.",
        field.key,
        severity="info",
    )


def _entry(subject: Subject, field: Field, one: Listed) -> Diagnostic | None:
    own, text = subject.syntax.dialect.table.tools, one.entry.text
    if knows(own, one.entry):
        return None
    refused = own.unknown == "refused"
    then = f"{subject.program} refuses the file" if refused else "it gives nothing"
    old = subject.names.old_tools.get(one.entry.name)
    use = old.use if old is not None else ()
    slip = None if use else near(one.entry.name, own.names)
    if slip is not None:
        use = (slip,)
    owner = f" It is a tool of {old.program}." if old is not None else ""
    advice = f" Write {' and '.join(use)}." if use else " Check the spelling."
    if old is None:
        subject = subject.with_fixes  # without one it is not reported by itself
    return finding(
        "tools/other-program" if old is not None else "tools/unknown",
        one.span,
        f"{shown(text)} is no tool of {subject.program}, so {then}.{owner}{advice}",
        field.key,
        swap(subject, field, one, use, safe=slip is not None) if use else (),
        severity="error" if refused else None,
    )


# --- the prompt --------------------------------------------------------------------------------


def prompt(subject: Subject) -> Iterator[Diagnostic]:
    """The length of the prompt, by the limits of the program."""
    frontmatter, table = subject.syntax.frontmatter, subject.syntax.dialect.table
    if frontmatter is None:
        return
    length = len(subject.syntax.prompt)
    span = Span(frontmatter.span.start, frontmatter.content.start)
    if length < table.prompt_least:
        yield finding(
            "prompt/limits",
            span,
            f"The prompt has {length} characters; {subject.program} wants {table.prompt_least} at least and "
            "refuses the file. Say what the agent should do.",
        )
    elif length == 0:
        yield finding(
            "prompt/empty",
            span,
            "Below the frontmatter stands nothing: the agent starts without instructions. Write the prompt.",
        )
    elif table.prompt_most is not None and length > table.prompt_most:
        yield finding(
            "prompt/limits",
            Span(subject.syntax.body.start, subject.syntax.body.start),
            f"The prompt has {length:,} characters; {subject.program} takes {table.prompt_most:,} at most. "
            "Shorten it.",
        )


CHECKS: tuple[Check, ...] = (not_repaired, required, keys, tools, prompt)
