"""What is known of each program that reads agent files: resources/schemas/readers.json as values.

Titles, sources, fields and what becomes of the others are data, because they age; how a program finds and
parses the frontmatter is code, in ``readers``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from agenteditor.core.dialect import claude_code
from agenteditor.core.line_ends import Kind
from agenteditor.core.resources import resource

Unfit = Literal["refused", "dropped"]
Others = Literal["ignored", "refused", "passed on"]


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Which values of one field a program takes: ``kinds`` of values, any if empty.

    A text must match ``pattern``; the entries of a list or comma text are ``items`` or match
    ``item_pattern``; the values of a map are of a kind of ``values``. ``unfit`` says what a value that does
    not fit does.
    """

    kinds: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None
    items: frozenset[str] = frozenset()
    item_pattern: re.Pattern[str] | None = None
    values: frozenset[str] = frozenset()
    unfit: Unfit = "dropped"


@dataclass(frozen=True, slots=True)
class Reader:
    """One program, under one condition. ``fields`` are those it knows.

    ``line_ends``: asked of the text with these line ends, whatever it has. ``unsure`` are fields that make it
    a kind of file we do not model. ``after_refusal`` is a sentence about what else follows. The prompt may be
    ``prompt_least`` to ``prompt_most`` characters long.
    """

    id: str
    title: str
    family: str
    line_ends: Kind | None
    guess: bool
    source: str
    required: tuple[str, ...]
    fields: Mapping[str, FieldRule]
    others: Others
    unsure: frozenset[str]
    after_refusal: str
    prompt_least: int
    prompt_most: int | None


@cache
def readers() -> tuple[Reader, ...]:
    """All readers, in the order they are shown."""
    return tuple(_reader(entry) for entry in _data()["readers"])


@cache
def as_of() -> str:
    """The date of what is known of them."""
    return str(_data()["as_of"])


@cache
def _data() -> dict[str, list[dict[str, object]]]:
    return cast(
        "dict[str, list[dict[str, object]]]",
        json.loads(resource("schemas", "readers.json").read_text(encoding="utf-8")),
    )


def _reader(entry: dict[str, object]) -> Reader:
    fields = cast("dict[str, dict[str, object]] | None", entry["fields"])
    most = entry.get("prompt_most")
    return Reader(
        id=str(entry["id"]),
        title=str(entry["title"]),
        family=str(entry["family"]),
        line_ends=cast("Kind | None", entry.get("line_ends")),
        guess=bool(entry["guess"]),
        source=str(entry["source"]),
        required=_words(entry["required"]),
        fields=_claudes() if fields is None else {key: _rule(rule) for key, rule in fields.items()},
        others=cast(Others, entry["other"]),
        unsure=frozenset(_words(entry.get("unsure", ()))),
        after_refusal=str(entry.get("after_refusal", "")),
        prompt_least=int(str(entry.get("prompt_least", 0))),
        prompt_most=None if most is None else int(str(most)),
    )


def _claudes() -> dict[str, FieldRule]:
    """Claude Code's own fields: those it must have must be texts."""
    text = FieldRule(kinds=frozenset({"text"}), unfit="refused")
    return {spec.key: text if spec.required else FieldRule() for spec in claude_code().fields}


def _rule(rule: dict[str, object]) -> FieldRule:
    return FieldRule(
        kinds=frozenset(_words(rule.get("kinds", ()))),
        pattern=_pattern(rule.get("pattern")),
        items=frozenset(_words(rule.get("items", ()))),
        item_pattern=_pattern(rule.get("item_pattern")),
        values=frozenset(_words(rule.get("values", ()))),
        unfit=cast(Unfit, rule.get("else", "dropped")),
    )


def _pattern(text: object) -> re.Pattern[str] | None:
    return None if text is None else re.compile(str(text))


def _words(value: object) -> tuple[str, ...]:
    return tuple(cast("list[str]", value))
