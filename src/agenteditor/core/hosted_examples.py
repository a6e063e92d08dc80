"""Examples as they stand in a file: a change of a value becomes a change of the file, and back to places.

``example_edits`` changes a value, ``rewrite`` writes a value into the file. ``changed`` is the one followed
by the other: either may refuse. ``place_of`` tells which part of which example stands at an offset of the
file, ``span_of`` where an example stands.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from agenteditor.core import rewrite
from agenteditor.core.example_parts import shown
from agenteditor.core.syntax import HostedExample, Syntax
from agenteditor.core.text import Edits, Refusal, Span, apply

# Every function of example_edits is one once all but its first argument is given.
Intent = Callable[[str], Edits | Refusal]


class ExamplePlace(NamedTuple):
    """A place inside an example.

    ``part`` counts the example's parts; None where the place is in none of them (a tag, a blank).
    ``offset`` is in the part's text, as shown; without a part, in the example's text.
    """

    hosted: HostedExample
    part: int | None
    offset: int


def changed(syntax: Syntax, host: str, intent: Intent) -> Edits | Refusal:
    """Edits of the file that do to the value ``host`` what ``intent`` does to a string.

    An absent field is an empty value and is added. Refused for a value that is no text, and for whatever
    the intent or the file's way of writing values does not allow.
    """
    slot = syntax.slot(host)
    if slot is not None and slot.text is None:
        return Refusal(f"“{host}” is not a text, so it cannot hold examples. Make it a text first.")
    value = slot.text or "" if slot else ""
    edits = intent(value)
    if isinstance(edits, Refusal):
        return edits
    return rewrite.set_field(syntax, host, apply(value, edits)) if edits else ()


def span_of(syntax: Syntax, hosted: HostedExample) -> Span | None:
    """Where an example stands in the file, tags included; the whole value where that is not known."""
    slot = syntax.slot(hosted.host)
    if slot is None:
        return None
    start, end = hosted.example.span
    if slot.offsets is None or start == end:
        return slot.value_span
    return Span(slot.offsets[start], slot.offsets[end - 1] + 1)


def place_of(syntax: Syntax, offset: int) -> ExamplePlace | None:
    """The example, and the part of it, at an offset of the file; None where no example is.

    The end of an example belongs to it, so that a caret behind its last character is in it.
    """
    for hosted in syntax.examples:
        slot = syntax.slot(hosted.host)
        if slot is None or slot.text is None or slot.offsets is None:
            continue
        span = span_of(syntax, hosted)
        if span is None or not span.start <= offset <= span.end:
            continue
        at = _value_offset(slot.offsets, offset)
        value, example = slot.text, hosted.example
        for number, part in enumerate(example.parts):
            if part.span.start <= at <= part.span.end:
                return ExamplePlace(hosted, number, _inside(value, part.text_span, at))
        return ExamplePlace(hosted, None, _inside(value, example.inner, at))
    return None


def _value_offset(offsets: range | tuple[int, ...], offset: int) -> int:
    """The last character of the value that stands at or before ``offset`` of the file."""
    return max(0, bisect_right(offsets, offset) - 1)


def _inside(value: str, span: Span, at: int) -> int:
    """How many characters, as shown, of ``span`` stand before ``at``."""
    return len(shown(value[span.start : max(span.start, min(at, span.end))]).text)
