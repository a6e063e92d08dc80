"""Where a text speaks of an agent by name: whole words in descriptions and prompts, and lists of agents.

Each mention is an edit of its own, read back by itself, so that a person can choose. A name that is also an
ordinary word ("reviewer") is sure to be meant only where its surroundings say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from agenteditor.core.frontmatter import Field
from agenteditor.core.rewrite import set_field
from agenteditor.core.syntax import EXAMPLE_HOSTS, Syntax
from agenteditor.core.text import Edits, LineIndex, Refusal, Span, TextEdit, apply, replace

_TOOL_LISTS = ("tools", "disallowedTools")
_AGENT_LISTS = ("agents",)  # the agents one may call, in files of VS Code
_CALLS = re.compile(r"\b(?:Agent|Task)\(([^()]*)\)")
_QUOTES = "`\"'“”‘’*"
_NEAR = 30  # code points shown on each side


class Mention(NamedTuple):
    """One mention: ``edits`` that write the new name there, ``sure`` if the agent must be meant.

    Without edits it is one that only a person can change, in the source.
    """

    line: int
    shown: str
    edits: Edits
    sure: bool


def mentions(syntax: Syntax, name: str, new: str) -> tuple[Mention, ...]:
    """The mentions of the agent ``name`` in a file, in file order, each as the edit that makes it ``new``.

    The file's own ``name`` field is none.
    """
    if not name or name not in syntax.text:
        return ()
    lines = LineIndex(syntax.text)
    found: list[Mention] = []
    for slot in _slots(syntax):
        assert slot.text is not None
        places = list(_in_calls(slot.text, name) if _root(slot) in _TOOL_LISTS else _words(slot.text, name))
        if _root(slot) in _AGENT_LISTS:
            places = [Span(0, len(name))] if slot.text == name else []
        # Without a map of its letters a value can be written anew only as a whole.
        for together in [places] if slot.offsets is None else [[place] for place in places]:
            text = apply(slot.text, [TextEdit(place, new) for place in together])
            edits = set_field(syntax, slot.key, text)
            if edits == ():
                continue
            place = together[0]
            shown = f"{_root(slot)}: {_excerpt(slot.text, place)}"
            if isinstance(edits, Refusal) or _overlap(edits, found):
                found.append(Mention(lines.position(slot.value_span.start)[0], shown, (), False))
                continue
            sure = _root(slot) not in EXAMPLE_HOSTS or _sure(slot.text, place, name)
            found.append(Mention(lines.position(edits[0].span.start)[0], shown, edits, sure))
    start = syntax.body.start
    body = syntax.body.of(syntax.text)
    for place in _words(body, name):
        edits = (replace(start + place.start, start + place.end, new),)
        line = lines.position(start + place.start)[0]
        found.append(Mention(line, _excerpt(body, place), edits, _sure(body, place, name)))
    return tuple(sorted(found, key=lambda mention: mention.edits or (TextEdit(Span(0, 0), ""),)))


def _slots(syntax: Syntax) -> Iterator[Field]:
    """The fields, and entries of list fields, that may speak of an agent."""
    for key in (*EXAMPLE_HOSTS, *_TOOL_LISTS, *_AGENT_LISTS):
        field = syntax.field(key)
        for slot in (field.items or (field,)) if field is not None else ():
            if isinstance(slot.value, str) and slot.text:
                yield slot


def _root(slot: Field) -> str:
    return slot.key.partition("[")[0]


def _words(text: str, name: str) -> Iterator[Span]:
    """Where ``name`` stands as a whole word; behind ``@agent-`` too."""
    for found in re.finditer(rf"(?:(?<=@agent-)|(?<![\w-])){re.escape(name)}(?![\w-])", text):
        yield Span(*found.span())


def _in_calls(text: str, name: str) -> Iterator[Span]:
    """Where ``name`` stands in the parentheses of ``Agent(…)``."""
    for call in _CALLS.finditer(text):
        for place in _words(call[1], name):
            yield place.moved(call.start(1))


def _sure(text: str, place: Span, name: str) -> bool:
    """Whether the word must be the agent's name, not a word of the language."""
    if re.search(r"[\W\d_]", name):
        return True
    before, after = text[max(place.start - 7, 0) : place.start], text[place.end : place.end + 12]
    quoted = before[-1:] != "" and before[-1:] in _QUOTES and after[:1] != "" and after[:1] in _QUOTES
    return quoted or before.endswith(("@", "@agent-")) or _says_agent(after)


def _says_agent(after: str) -> bool:
    return re.match(r"(?: (?:sub-?)?agent\b|\.md\b)", after, re.IGNORECASE) is not None


def _overlap(edits: Edits, found: list[Mention]) -> bool:
    """Whether an edit touches what another mention's edit changes, so that both cannot be made."""
    return any(
        span.start < other.span.end and other.span.start < span.end
        for span, _ in edits
        for mention in found
        for other in mention.edits
    )


def _excerpt(text: str, place: Span) -> str:
    """The mention with what stands around it, in one line."""
    start, end = max(place.start - _NEAR, 0), min(place.end + _NEAR, len(text))
    shown = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{shown}{'…' if end < len(text) else ''}"
