"""What a router sees of an agent: all that decides whether the agent is called at all.

The router is the model that hands out work. Of every agent it gets the name, the description and the
tools; the prompt is read only once the agent has been chosen. The description comes as Claude Code shows
it, each backslash-n a line break (FORMAT 2.4). Strings are sentences for people. Never raises.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from agenteditor.core import tools_grammar
from agenteditor.core.dialect_table import Place
from agenteditor.core.examples import Example, parse_examples, prose_around, shown
from agenteditor.core.loading import Loads, loads, required_fault
from agenteditor.core.meaning import meaning_of
from agenteditor.core.syntax import Syntax

CHARACTERS_A_TOKEN = 4  # a rule of thumb for English text


@dataclass(frozen=True, slots=True)
class Routed:
    """An agent as the router knows it.

    ``description`` is the whole text, ``parts`` the same as prose and examples, in order. Both are as
    written where the agent does not load: ``loads`` says so. ``sure``: it loads without any repair.
    ``name`` is "" where there is none.
    ``placeholder``: a plugin puts words of its own in the place of the description.
    """

    loads: Loads
    sure: bool
    name: str
    description: str
    parts: tuple[str | Example, ...]
    placeholder: bool
    tools: str

    @property
    def tokens(self) -> int:
        """About how many tokens the description costs in every conversation."""
        return tokens(self.description)


def tokens(text: str) -> int:
    """About how many tokens a text is."""
    return tokens_of(len(text))


def tokens_of(characters: int) -> int:
    """About how many tokens so many characters of English are, rounded up."""
    return -(-characters // CHARACTERS_A_TOKEN)


def routed(syntax: Syntax, place: Place = "project", file_name: str | None = None) -> Routed:
    """What the router sees of the agent in a file called ``file_name`` in a folder of this kind."""
    answer = loads(syntax, place)
    name, value = _text(syntax, "name"), _text(syntax, "description")
    unnamed = syntax.verdict == "fails" or required_fault(syntax, "name") is not None
    if place == "plugin" and answer.ok and unnamed and file_name:
        name = file_name.removesuffix(".md")
    if not syntax.dialect.is_claude:
        name = meaning_of(syntax, file_name).name
    dropped = place == "plugin" and answer.ok and syntax.verdict == "fails"
    placeholder = place == "plugin" and answer.ok and (dropped or bool(required_fault(syntax, "description")))
    if placeholder:
        value = ""
    return Routed(
        loads=answer,
        sure=answer.ok and syntax.verdict == "valid" and not unnamed and not placeholder,
        name=" ".join(name.split()),
        description=shown(value).text.strip(),
        parts=tuple(_parts(value)),
        placeholder=placeholder,
        tools=_EVERY if dropped else _tools(syntax),
    )


_EVERY = "All tools, also those of MCP servers: no list limits them."
_NONE = "No tools: the agent can only answer."
_UNCLEAR = "Not clear: “tools” has no value, and what that means is not documented."
_UNREADABLE = "Not readable as they are written."


def _text(syntax: Syntax, key: str) -> str:
    field = syntax.field(key)
    if field is None or (field.value is not None and not isinstance(field.value, str)):
        return ""
    return field.text or ""


def _parts(value: str) -> list[str | Example]:
    examples = parse_examples(value)
    around = [piece.text for piece in prose_around(value, examples)]
    parts: list[str | Example] = [around[0]]
    for example, text in zip(examples, around[1:], strict=True):
        parts += [example, text]
    return [part for part in parts if part != ""]


def _tools_elsewhere(syntax: Syntax) -> str:
    """What another program's file says of tools, as it says it."""
    limit = syntax.dialect.table.fields.get("tools")
    field = syntax.field(limit.key) if limit is not None else None
    if field is None or field.value is None:
        return f"Nothing in the file limits them: {syntax.dialect.program} decides."
    written = json.dumps(field.value, ensure_ascii=False) if field.text is None else field.text
    return f"What “{field.key}” says: {written}"


def _tools(syntax: Syntax) -> str:
    """What ``tools`` and ``disallowedTools`` leave, in a sentence (FORMAT 1.3)."""
    if not syntax.dialect.is_claude:
        return _tools_elsewhere(syntax)
    allowed, denied = _names(syntax, "tools"), _names(syntax, "disallowedTools") or ()
    field = syntax.field("tools")
    if field is not None and field.style == "broken":
        return _UNREADABLE
    if field is not None and (field.value is None or (isinstance(field.value, str) and not allowed)):
        return _UNCLEAR
    if field is not None and allowed == ():
        return _NONE
    if allowed is None or "*" in allowed:
        if "*" in denied:
            return _NONE
        return f"All tools except {_listed(denied)}." if denied else _EVERY
    left = tuple(name for name in allowed if name not in denied)
    if not left:
        return f"None: every tool of the list is also forbidden ({_listed(allowed)})."
    without = tuple(name for name in denied if name not in allowed)
    return f"Only {_listed(left)}{f', and never {_listed(without)}' if without else ''}."


def _names(syntax: Syntax, key: str) -> tuple[str, ...] | None:
    """The entries of a list of tools; None where there is no list, so that nothing is limited."""
    field = syntax.field(key)
    if field is None:
        return None
    entries = tools_grammar.entries(field.value)
    if entries is None or (isinstance(field.value, list) and len(entries) != len(field.value)):
        return None
    return tuple(entry.text for entry in entries)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)
