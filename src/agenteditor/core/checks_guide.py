"""The authoring guide's advice: style for those who want to follow it, off by itself (FORMAT 3.3).

Anthropic's guide for authors and its script ask for more than the reader does. Nothing of it decides
whether a file loads, and healthy files break most of it, so each rule waits for a settings file to switch
it on (``"guide/*" = "info"``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agenteditor.core.checks_finding import Check, Diagnostic, Subject, finding, shown
from agenteditor.core.text import Span

_MODELS = ("inherit", "sonnet", "opus", "haiku")
_COLOURS = ("blue", "cyan", "green", "yellow", "magenta", "red")
_BEST_DESCRIPTION = (200, 1_000)
_BEST_PROMPT = (500, 3_000)
_LONGEST_PROMPT = 10_000
# Where else a description is cut or warned about (FORMAT 3.6).
_ELSEWHERE = {500: "Factory advises", 1_000: "Qwen Code warns above", 1_024: "Agent Skills allow"}
_VOICE = re.compile(r"\b(?:You are|You will|Your)\b")
_STEPS = re.compile(r"responsibilit|process|steps", re.IGNORECASE)
_OUTPUT = re.compile(r"output", re.IGNORECASE)


def fields(subject: Subject) -> Iterator[Diagnostic]:
    """Fields the guide requires, and the values it knows."""
    frontmatter = subject.syntax.frontmatter
    if frontmatter is None or not subject.fields:
        return
    start = Span(frontmatter.span.start, frontmatter.content.start)
    for key, known in (("model", _MODELS), ("color", _COLOURS)):
        field = subject.field(key)
        if field is None:
            message = f"The guide for authors wants every agent to have a {key}: {', '.join(known)}."
            yield finding(f"guide/{key}", start, message, key)
        elif isinstance(field.value, str) and field.value not in known:
            message = f"The guide for authors knows {', '.join(known)}, not {shown(field.value)}."
            yield finding(f"guide/{key}", field.value_span, message, key)
    if subject.field("tools") is None:
        message = "Without “tools” the agent may use every tool. The guide advises to list what it needs."
        yield finding("guide/tools", start, message, "tools")


def description(subject: Subject) -> Iterator[Diagnostic]:
    """Length, trigger and examples of the description."""
    field = subject.field("description")
    if field is None or not isinstance(field.value, str) or not field.value.strip():
        return
    length = len(field.value.strip())
    least, most = _BEST_DESCRIPTION
    if not least <= length <= most:
        message = f"The description has {length:,} characters; the guide advises {least} to {most:,}."
        yield finding("guide/description-length", field.value_span, message, "description")
    beyond = [f"{who} {limit:,}" for limit, who in _ELSEWHERE.items() if length > limit]
    if beyond:
        message = f"The description has {length:,} characters. {'; '.join(beyond)}."
        yield finding("guide/description-elsewhere", field.value_span, message, "description")
    if "use this agent when" not in field.value.casefold():
        message = "The guide for authors wants the words “Use this agent when” in the description."
        yield finding("guide/use-when", field.value_span, message, "description")
    if not subject.syntax.examples and "when to invoke" not in subject.text.casefold():
        message = "The guide for authors wants examples in the description, or a section “When to invoke”."
        yield finding("guide/examples", field.value_span, message, "description")


def prompt(subject: Subject) -> Iterator[Diagnostic]:
    """Length, voice and structure of the prompt."""
    text, body = subject.syntax.prompt, subject.syntax.body
    if subject.syntax.frontmatter is None or not text:
        return
    least, most = _BEST_PROMPT
    here = Span(body.start, body.start)
    if not least <= len(text) <= most:
        far = f", and {_LONGEST_PROMPT:,} at most" if len(text) > _LONGEST_PROMPT else ""
        message = f"The prompt has {len(text):,} characters; the guide advises {least} to {most:,}{far}."
        yield finding("guide/prompt-length", here, message)
    if not _VOICE.search(text):
        message = "The guide for authors wants the prompt to speak to the agent: “You are …”, “You will …”."
        yield finding("guide/voice", here, message)
    missing = [
        word
        for word, pattern in (("responsibilities or steps", _STEPS), ("output", _OUTPUT))
        if not pattern.search(text)
    ]
    if missing:
        message = f"The guide for authors wants the prompt to say its {' and its '.join(missing)}."
        yield finding("guide/structure", here, message)


CHECKS: tuple[Check, ...] = (fields, description, prompt)
