"""What a program makes of the fields it has read: refused, dropped, passed on, or read otherwise than meant.

``meant`` is what the author gets from Claude Code, the measure for all; a reader is judged by its rules in
readers.json.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from agenteditor.core.checks_finding import kind_of, shown
from agenteditor.core.readers_known import FieldRule, Reader
from agenteditor.core.readers_yaml import Typed
from agenteditor.core.syntax import Syntax
from agenteditor.core.tools_grammar import entries

PROMPT = "prompt"


class Lost(NamedTuple):
    """A field that a program loses or reads otherwise, and how, in words that follow the name."""

    field: str
    how: str


class Got(NamedTuple):
    """What a program gets from a file. ``note`` says what is worth saying about the way it got there."""

    fields: Mapping[str, object]
    prompt: str
    note: str = ""


class Meant(NamedTuple):
    """The fields as meant, those of them that the file's dialect knows, and the prompt."""

    fields: Mapping[str, object]
    own: Collection[str]
    prompt: str


class Objection(NamedTuple):
    """Why a program refuses what it has read: the field at fault, if one is, and a sentence.

    ``foreign``: the field or its value is not one of this program's dialect.
    """

    field: str | None
    sentence: str
    foreign: bool = False


def meant(syntax: Syntax) -> Meant:
    """What the file means to say: the values Claude Code gets, a text cut by a comment whole again."""
    fields: dict[str, object] = {}
    for field in syntax.frontmatter.fields if syntax.frontmatter else ():
        value = field.text if field.style == "broken" else field.value
        spec = syntax.dialect.spec(field.key)
        if isinstance(value, str) and field.style == "plain" and spec is not None and spec.kind == "text":
            rest = re.match(r"[ \t]+#[^\n\r]*", syntax.text[field.value_span.end : field.span.end])
            value += rest[0].rstrip() if rest else ""
        fields[field.key] = value
    return Meant(fields, syntax.dialect.keys(), syntax.prompt)


def objection(reader: Reader, got: Got) -> Objection | None:
    """Why ``reader`` refuses what it got; None if it takes it."""
    if reader.others == "refused":
        unknown = [key for key in got.fields if key not in reader.fields]
        if unknown:
            named = ", ".join(f"“{key}”" for key in unknown)
            a_field = "a field that it does not know" if len(unknown) == 1 else "fields that it does not know"
            return Objection(unknown[0], f"It refuses a file with {a_field}: {named}.", foreign=True)
    for key in reader.required:
        if fault := _required_fault(key, got.fields):
            return Objection(key, fault)
    for key, value in got.fields.items():
        rule = reader.fields.get(key)
        if rule is not None and rule.unfit == "refused" and (wrong := misfit(rule, value)):
            return Objection(key, f"The field “{key}” {wrong}.", foreign=True)
    if len(got.prompt) < reader.prompt_least:
        return Objection(None, f"The prompt is shorter than {reader.prompt_least} characters.")
    if reader.prompt_most is not None and len(got.prompt) > reader.prompt_most:
        return Objection(None, f"The prompt is longer than {reader.prompt_most:,} characters.")
    return None


def _required_fault(key: str, fields: Mapping[str, object]) -> str | None:
    value = fields.get(key)
    if key not in fields:
        return f"The field “{key}” is missing."
    if value is None or (isinstance(value, str) and not value.strip()):
        return f"The field “{key}” is empty."
    return None


def losses(reader: Reader, got: Got, intended: Meant) -> tuple[Lost, ...]:
    """What is lost of ``intended`` where ``reader`` takes what it got.

    Of a field that the file's dialect does not know nothing is expected, so it cannot be lost.
    """
    lost: list[Lost] = []
    for key, value in intended.fields.items():
        if key in reader.fields:
            how = _loss(reader.fields[key], key, value, got)
        elif reader.others == "passed on" and key in got.fields:
            how = PASSED_ON
        else:
            how = IGNORED if key in intended.own else None
        if how is not None:
            lost.append(Lost(key, how + _WIDER.get(key, "") if how in (IGNORED, _NOT_READ) else how))
    if _line_ends_apart(got.prompt) != _line_ends_apart(intended.prompt):
        lost.append(Lost(PROMPT, _prompt_loss(got.prompt, intended.prompt)))
    return tuple(lost)


IGNORED = "ignored"
PASSED_ON = "passed on to the model provider"
_NOT_READ = "not read"
_DROPPED = "dropped: it "
# What it means that a limit is not there.
_WIDER = {"tools": ": every tool is allowed", "disallowedTools": ": nothing is forbidden"}


def of_dialect(lost: Lost) -> bool:
    """Whether the program loses this because of what the field is, however it is written."""
    return lost.how.startswith((IGNORED, PASSED_ON, _DROPPED))


def _loss(rule: FieldRule, key: str, value: object, got: Got) -> str | None:
    """How a field the program knows is lost, if it is."""
    if key not in got.fields or got.fields[key] is None:
        return _NOT_READ if value is not None else None
    if rule.unfit == "dropped" and (wrong := misfit(rule, value)):
        return _DROPPED + wrong
    return _difference(got.fields[key], value)


def _difference(read: object, value: object) -> str | None:
    """How ``read`` differs from ``value``, which is meant; None if it says the same."""
    if isinstance(read, Typed):
        return f"{read.kind} instead of text"
    if isinstance(read, (list, dict)) or isinstance(value, (list, dict)):
        same_kind = isinstance(read, list) == isinstance(value, list) and isinstance(
            read, dict
        ) == isinstance(value, dict)
        return None if same_kind or value is None else f"{_kind(read)} instead of {_kind(value)}"
    old, new = _text(value), _text(read)
    if old == new:
        return None
    if new and old.startswith(new):
        rest = old[len(new) :]
        if rest.lstrip(" \t")[:1] == "#":
            return "cut at the hash"
        return "cut at the three hyphens" if rest.lstrip().startswith("---") else "cut short"
    return f"read as {shown(read)}" if new else "read as empty"


def _text(value: object) -> str:
    """A scalar as a program has it that knows texts alone. Line ends, also at the end, do not count."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _line_ends_apart(str(value)).rstrip("\n")


def _line_ends_apart(text: str) -> str:
    return text.replace("\r\n", "\n")


def _prompt_loss(prompt: str, meant_prompt: str) -> str:
    if not prompt:
        return "empty"
    if prompt.endswith(meant_prompt):
        return "begins too early: with text of the frontmatter"
    return "begins too late" if meant_prompt.endswith(prompt) else "other than meant"


def misfit(rule: FieldRule, value: object) -> str | None:
    """How ``value`` breaks ``rule``, as a phrase that follows the field's name; None if it fits."""
    kind = _simple_kind(value)
    if rule.kinds and kind not in rule.kinds and not (kind == "count" and "number" in rule.kinds):
        wanted = " or ".join(
            _A[name] for name in ("text", "list", "map", "number", "count", "yes/no") if name in rule.kinds
        )
        return f"is {_kind(value)}, and must be {wanted}"
    if isinstance(value, (str, bool, int, float)) and rule.pattern is not None:
        text = _text(value)
        if kind in ("text", "number") and rule.pattern.fullmatch(text.strip()) is None:
            return f"has a value it does not know, {shown(value)}"
    if rule.items:
        unknown = [item.text for item in entries(value) or () if not _is_item(rule, item.text)]
        if unknown:
            named = ", ".join(shown(item) for item in unknown[:4]) + (
                " and others" if len(unknown) > 4 else ""
            )
            return f"has entries it does not know: {named}"
    if isinstance(value, dict) and rule.values:
        wrong = next((key for key, item in value.items() if _simple_kind(item) not in rule.values), None)
        return None if wrong is None else f"has a value of a wrong kind under “{wrong}”"
    return None


def _is_item(rule: FieldRule, item: str) -> bool:
    return item in rule.items or bool(rule.item_pattern and rule.item_pattern.fullmatch(item))


_A = {
    "text": "a text",
    "list": "a list",
    "map": "a map",
    "number": "a number",
    "count": "a whole number above 0",
    "yes/no": "true or false",
}


def _simple_kind(value: object) -> str:
    if isinstance(value, Typed):
        return value.kind
    if isinstance(value, bool):
        return "yes/no"
    if isinstance(value, (int, float)):
        return "count" if value > 0 and float(value).is_integer() else "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "map" if isinstance(value, dict) else "nothing"


def _kind(value: object) -> str:
    """The kind of a value, with its article."""
    if isinstance(value, Typed):
        return value.kind
    return "a map" if isinstance(value, dict) else "a text" if isinstance(value, str) else kind_of(value)
