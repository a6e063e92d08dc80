"""Whether a changed value reads back as meant: the judge of every change of an example.

A change is a list of candidates, smallest first, and what each block and each stretch of prose must read as
afterwards. The first candidate that does so is the answer; if none does, a sentence says why not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from agenteditor.core.example_parts import Part
from agenteditor.core.example_words import kind_of
from agenteditor.core.examples import Example, parse_examples, prose_around
from agenteditor.core.text import Edits, Refusal, apply

Shape = tuple[tuple[str, str, str], ...]
Meant = Callable[[str, Example], bool]  # of the new value and one of its blocks
Stretch = str | tuple[str, str]  # a text, or two that now follow one another


class View(NamedTuple):
    """A value with what is in it."""

    value: str
    examples: tuple[Example, ...]

    @property
    def prose(self) -> list[Stretch]:
        """The texts around the examples."""
        return [stretch.text for stretch in prose_around(self.value, self.examples)]

    @property
    def unchanged(self) -> list[Meant]:
        """What is meant for each block if none changes."""
        return [same(self.value, example) for example in self.examples]


def view_of(value: str) -> View:
    """``value`` read."""
    return View(value, parse_examples(value))


def first_that_reads(
    view: View,
    candidates: Iterable[Edits],
    reason: str,
    blocks: Sequence[Meant] | None = None,
    prose: Sequence[Stretch] | None = None,
) -> Edits | Refusal:
    """The first candidate after which blocks and prose are as meant; without a word on them, unchanged."""
    blocks = view.unchanged if blocks is None else blocks
    prose = view.prose if prose is None else prose
    for edits in candidates:
        value = apply(view.value, edits)
        examples = parse_examples(value)
        if len(examples) != len(blocks):
            continue
        if not all(meant(value, example) for meant, example in zip(blocks, examples, strict=True)):
            continue
        found = [stretch.text for stretch in prose_around(value, examples)]
        if all(_reads(text, meant) for text, meant in zip(found, prose, strict=True)):
            return tuple(edit for edit in edits if edit.insert != edit.span.of(view.value))
    return Refusal(reason)


def _reads(text: str, meant: Stretch) -> bool:
    # Where two stretches now follow one another only the blanks between them may differ.
    return (
        text == meant if isinstance(meant, str) else "".join(text.split()) == "".join("".join(meant).split())
    )


def entry(part: Part) -> tuple[str, str, str]:
    """What a part says, apart from its place and its quotes."""
    return part.kind, part.speaker, part.text


def shape_of(example: Example) -> Shape:
    """What an example says, apart from its place and its spelling."""
    return tuple(entry(part) for part in example.parts)


def same(value: str, example: Example) -> Meant:
    """The block is there byte for byte; only the number of its list marker may differ."""
    raw, marker, shape = _content(value, example), _unnumbered(value, example), shape_of(example)
    return lambda new, found: (
        _content(new, found) == raw and _unnumbered(new, found) == marker and shape_of(found) == shape
    )


def there(value: str, example: Example, closing: str) -> Meant:
    """The block is there byte for byte, in any place; one that was not closed may be by now."""
    raw, shape = _content(value, example), shape_of(example)
    forms = (raw,) if example.closed else (raw, raw + closing)
    return lambda new, found: _content(new, found) in forms and shape_of(found) == shape


def shaped(shape: Shape) -> Meant:
    """The block says this, however it is spelled."""
    return lambda _new, found: found.understood and shape_of(found) == shape


def reads(text: str) -> Meant:
    """All that stands in the block is this text."""
    return lambda _new, found: found.text == text


def _content(value: str, example: Example) -> str:
    return value[example.marker.end : example.span.end]


def _unnumbered(value: str, example: Example) -> str:
    return re.sub(r"\d+", "0", example.marker.of(value))


_LABEL = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,24})[ \u00a0]?[:：]")
_TAG = re.compile(r"</?(?:example|commentary|context|user|assistant)\w*\s*>", re.IGNORECASE)


def why_not(text: str, *, tagged: bool = True) -> str:
    """Why a text cannot be written into an example: the likeliest reason, as a sentence."""
    if not tagged and re.search(r"\n[ \t]{0,80}\n", text):
        return (
            "The examples here have no tags, so an empty line would end this one. Leave the empty line out."
        )
    tag = _TAG.search(text)
    if tag:
        return (
            f"The text holds “{tag[0]}”, which would begin or end a part of the example. Leave that tag out."
        )
    if "\\n" in text:
        return (
            "The text holds a backslash followed by “n”. Claude Code reads these two characters as a line "
            "break. Write it another way."
        )
    label = next((match for match in _LABEL.finditer(text) if kind_of(match[1])), None)
    if label:
        return (
            f"“{label[0]}” in this text would read as the label of another part. Write it without the colon."
        )
    return (
        "This text cannot be written so that it reads back the same. Edit the whole example as text instead."
    )
