"""Checks of ``name``, ``description``, ``model`` and ``color``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agenteditor.core import file_names, rewrite
from agenteditor.core.checks_finding import (
    Check,
    Diagnostic,
    Fix,
    Subject,
    finding,
    fix,
    kind_of,
    misread,
    near,
    shown,
    swapped,
    verified,
)
from agenteditor.core.checks_rules import Severity
from agenteditor.core.checks_schema import near_colour
from agenteditor.core.text import Span

_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Full names, of Anthropic and of the clouds that serve them: us.anthropic.claude-…, claude-…@20250929.
_FULL_MODEL = re.compile(r"arn:aws:\S++|(?=\S*claude-\S)\S++")


def empty(subject: Subject) -> Iterator[Diagnostic]:
    """Optional fields with nothing behind the colon."""
    for field in subject.fields:
        spec = subject.spec(field.key)
        if spec is None or spec.required or spec.kind in ("tools", "colour") or field.value is not None:
            continue
        yield finding(
            "value/empty",
            field.key_span,
            f"{shown(field.key)} has no value and counts as absent: {spec.default}. Fill it in or remove it.",
            field.key,
            fix(subject, "Remove it", rewrite.remove_field, field.key),
        )


def required(subject: Subject) -> Iterator[Diagnostic]:
    """``name`` and ``description``: there, text, and not empty."""
    if subject.syntax.frontmatter is None or subject.syntax.verdict not in ("valid", "repaired"):
        return
    for key in ("name", "description"):
        yield from _required(subject, key)


def _required(subject: Subject, key: str) -> Iterator[Diagnostic]:
    frontmatter, field = subject.syntax.frontmatter, subject.field(key)
    assert frontmatter is not None
    if subject.in_plugin:
        then = {
            "name": "In a plugin the agent is named after its file.",
            "description": "In a plugin a placeholder takes its place, and nobody will choose this agent.",
        }[key]
    else:
        then = {
            "name": "Claude Code takes the file for documentation and does not load it.",
            "description": "Claude Code skips the file.",
        }[key]
    severity: Severity | None = "warning" if subject.in_plugin else None
    if field is None:
        start = frontmatter.content.start
        yield finding(
            f"{key}/missing",
            Span(frontmatter.span.start, start),
            f"The {key} is missing. {then} Add it.",
            key,
            _named(subject) if key == "name" else (),
            severity=severity,
        )
    elif field.value is None or (isinstance(field.value, str) and not field.value.strip()):
        yield finding(
            f"{key}/empty",
            field.span if field.value_span.start == field.value_span.end else field.value_span,
            f"The {key} is empty. {then} Write one.",
            key,
            _named(subject) if key == "name" else (),
            severity=severity,
        )
    elif not isinstance(field.value, str):
        fixes: tuple[Fix, ...] = ()
        advice = "Write a text."
        if field.text is not None:
            advice = "Put it in quotes."
            fixes = fix(subject, "Put it in quotes", rewrite.set_field, key, field.text)
        yield finding(
            f"{key}/not-a-string",
            field.value_span,
            f"The {key} is {kind_of(field.value)} to YAML, not text. {then} {advice}",
            key,
            fixes,
            severity=severity,
        )


def _named(subject: Subject) -> tuple[Fix, ...]:
    slug = slugged(subject.stem or "")
    return fix(subject, f"Name it {slug}", rewrite.set_field, "name", slug, safe=False) if slug else ()


def slugged(text: str) -> str:
    """``text`` as a name of lower case letters, digits and hyphens; "" if nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def name(subject: Subject) -> Iterator[Diagnostic]:
    """What a name may look like."""
    field = subject.field("name")
    if (
        field is None
        or not isinstance(field.value, str)
        or not field.value.strip()
        or misread(subject, field) is not None
    ):
        return
    value, span, slug = field.value, field.value_span, slugged(field.value)
    better = fix(subject, f"Change to {slug}", rewrite.set_field, "name", slug, safe=False) if slug else ()
    if ":" in value:
        message = "A name must not hold a colon: Claude Code refuses the file since 2.1.218. Use a hyphen."
        yield finding("name/colon", span, message, "name", better)
    elif value.startswith("-"):
        message = "A name must not begin with a hyphen: Claude Code refuses the file. Remove it."
        yield finding("name/hyphen", span, message, "name", better)
    elif len(value) > 256:
        message = (
            f"The name has {len(value)} characters; over 256 the file is reported to be skipped. Shorten it."
        )
        yield finding("name/long", span, message, "name")
    elif (fault := file_names.fault(value.lstrip("."))) is not None:  # a dot before it only hides the file
        message = f"{shown(value)} {fault}: programs that go by names take another file or none. Rename it."
        yield finding("name/unsafe", span, message, "name", better)
    elif _KEBAB.fullmatch(value) is None or not 3 <= len(value) <= 50:
        readable = value.isascii()
        yield finding(
            "name/style",
            span,
            f"{shown(value)} loads, but a name of 3 to 50 lower case letters, digits and hyphens works "
            "everywhere: in commands, file names and other programs.",
            "name",
            better if readable and 3 <= len(slug) <= 50 else (),
        )
    elif value in subject.names.generic_names:
        yield finding("name/generic", span, f"{shown(value)} does not say what the agent is for.", "name")
    else:
        yield from _other_file_name(subject, value, span)


def _other_file_name(subject: Subject, value: str, span: Span) -> Iterator[Diagnostic]:
    stem = subject.stem
    if stem is not None and slugged(stem) != slugged(value) and slugged(value):
        yield finding(
            "name/file",
            span,
            f"The agent is called {shown(value)} while its file is called {shown(stem)}. That is allowed; "
            "other programs go by the file name.",
            "name",
        )


def model(subject: Subject) -> Iterator[Diagnostic]:
    """A model that is neither an alias nor looks like a full name."""
    field, spec = subject.field("model"), subject.spec("model")
    if (
        field is None
        or spec is None
        or not isinstance(field.value, str)
        or misread(subject, field) is not None
    ):
        return
    value = field.value.strip()
    bare = value.removesuffix("[1m]")
    if (
        value in spec.choices
        or bare in spec.choices
        or value.casefold() == "inherit"
        or _FULL_MODEL.fullmatch(bare)
    ):
        return
    if not value:
        message = "The model is empty text. Choose one, or remove the field to inherit it."
        fixes = fix(subject, "Remove it", rewrite.remove_field, "model")
        yield finding("model/unknown", field.value_span, message, "model", fixes)
        return
    words = re.split(r"[^a-z0-9]+", value.casefold())
    meant = near(value, spec.choices) or next((word for word in words if word in spec.choices), None)
    yield finding(
        "model/unknown",
        field.value_span,
        f"{shown(value)} is no alias and no full model name of Claude. Write {', '.join(spec.choices[:4])}, "
        "or a full name such as claude-opus-5.",
        "model",
        fix(subject, f"Change to {meant}", rewrite.set_field, "model", meant, safe=False) if meant else (),
    )


def colour(subject: Subject) -> Iterator[Diagnostic]:
    """``color: #ff0000``, which YAML takes for a comment, and a colour left empty."""
    field = subject.field("color")
    if field is None or field.value is not None:
        return
    line_end = subject.text.find("\n", field.key_span.end)
    rest = subject.text[field.key_span.end + 1 : line_end if line_end >= 0 else None]
    comment = re.match(r"\s*(#[0-9A-Fa-f]{3,8})\b", rest)
    if comment is None:
        yield finding(
            "value/empty",
            field.key_span,
            "“color” has no value; Claude Code chooses a colour. Choose one or remove the line.",
            "color",
            fix(subject, "Remove it", rewrite.remove_field, "color"),
        )
        return
    start = field.key_span.end + 1 + comment.start(1)
    meant = near_colour(subject.names.colours, {}, comment[1])
    span = Span(start, start + len(comment[1]))
    # A hand-made edit: a rewrite would keep the comment beside the new value.
    gap = "" if subject.text[start - 1] in " \t" else " "
    yield finding(
        "color/comment",
        span,
        f"An unquoted # begins a comment, so there is no colour here; and numbers such as {comment[1]} are "
        f"no colours for Claude Code. Choose one of {', '.join(subject.names.colours)}.",
        "color",
        verified(subject, f"Change to {meant}", swapped(span, gap + meant), safe=False) if meant else (),
    )


CHECKS: tuple[Check, ...] = (empty, required, name, model, colour)
