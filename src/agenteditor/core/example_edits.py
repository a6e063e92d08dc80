"""Changes of the examples in a value: each answers with small edits, or refuses with a reason.

The way of DESIGN 4: the smallest edit first, then others that say the same. The first one counts that reads
back as meant: what was asked exactly as asked, every other part and all prose as it was, every other block
byte for byte. If none does, the answer is a ``Refusal``: better than damage.

Blocks, turns and notes are counted from 0. A text has line breaks as ``\\n``; they are written as the value
writes its own. Whole blocks and prose are changed here, the parts of a block in ``example_part_edits``, whose
names are offered here too. A new block is written in the value's own spelling. Moving exchanges blocks and
leaves what stands between them, list markers with their numbers included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from agenteditor.core.example_part_edits import (
    insert_turn,
    mapped_diff,
    move_turn,
    quotes_for,
    remove_turn,
    set_commentary,
    set_context,
    set_note,
    set_raw,
    set_turn_speaker,
    set_turn_text,
)
from agenteditor.core.example_parts import shown
from agenteditor.core.example_readback import (
    Stretch,
    View,
    first_that_reads,
    shaped,
    there,
    view_of,
    why_not,
)
from agenteditor.core.example_spelling import Draft, Frame, Spelling, number_of, numbered, spelling_in
from agenteditor.core.examples import Example, parse_examples, prose_around
from agenteditor.core.text import Edits, Refusal, replace

__all__ = [
    "Draft",
    "duplicate_example",
    "insert_example",
    "insert_turn",
    "move_example",
    "move_turn",
    "remove_example",
    "remove_turn",
    "set_commentary",
    "set_context",
    "set_note",
    "set_prose",
    "set_raw",
    "set_turn_speaker",
    "set_turn_text",
]


def insert_example(value: str, index: int, draft: Draft) -> Edits | Refusal:
    """A new example in front of example ``index``, or behind the last.

    The first one of a value is announced by "Examples:" unless the prose ends in a colon. The speakers
    "user" and "assistant" are written with the file's own labels for them.
    """
    view = view_of(value)
    last = len(view.examples) - 1
    spelling = spelling_in(value, view.examples, min(index, last) if last >= 0 else None, own=False)
    parts = _parts_of(draft, spelling)
    written = [_block(parts, spelling, [frame for _, frame, _ in parts])]
    quoted = [_quoted(frame, text, spelling) if kind == "turn" else frame for kind, frame, text in parts]
    written.append(_block(parts, spelling, quoted))
    meant = shaped(tuple((kind, frame.speaker, text) for kind, frame, text in parts))
    reason = _why_no_block(parts, quoted, spelling)
    blocks = view.unchanged
    blocks.insert(index, meant)
    if view.examples:
        behind = index > last
        candidates = [_another(view, min(index, last), block, spelling, behind=behind) for block in written]
        return first_that_reads(view, candidates, reason, blocks, _parted(view, min(index, last)))
    at, front, back = _place_of_first(value, spelling)
    intro = "Examples:" if "Examples:" in front else ""
    prose: list[Stretch] = [(shown(value[:at]).text, intro), shown(value[at:]).text.strip()]
    candidates = [(replace(at, at, front + block + back),) for block in written]
    return first_that_reads(view, candidates, reason, blocks, prose)


def duplicate_example(value: str, index: int) -> Edits | Refusal:
    """A copy of example ``index`` directly behind it."""
    view = view_of(value)
    example = view.examples[index]
    spelling = spelling_in(value, view.examples, index, own=False)
    raw = value[example.marker.end : example.span.end]
    copies = [raw] if example.closed else [raw, raw + spelling.closing]
    blocks = view.unchanged
    blocks.insert(index + 1, there(value, example, spelling.closing))
    candidates = [_another(view, index, copy, spelling, behind=True) for copy in copies]
    reason = "A copy of this example would not read back the same. Copy it in the source."
    return first_that_reads(view, candidates, reason, blocks, _parted(view, index))


def remove_example(value: str, index: int) -> Edits | Refusal:
    """Take example ``index`` away with one separator; the prose stays, a list is numbered anew."""
    view = view_of(value)
    spans = [example.span for example in view.examples]
    start, end = spans[index]
    before = spans[index - 1].end if index else 0
    after = spans[index + 1].start if index + 1 < len(spans) else len(value)
    front, back = _blank_before(value, before, start), _blank_after(value, end, after)
    cuts = [(start, end)] if before < front == start else [(start, back), (front, end), (start, end)]
    if back == len(value) or (index and front == before):
        cuts.insert(0, (front, end))
    if back == after < len(value):
        cuts.insert(0, (start, after))
    renumbered = _renumbered(view, index + 1, -1)
    blocks, prose = view.unchanged, view.prose
    del blocks[index]
    merged = (str(prose[index]), str(prose[index + 1]))
    candidates = [(replace(*cut, ""), *renumbered) for cut in cuts]
    reason = "Without this example the text around it would read otherwise. Delete it in the source."
    return first_that_reads(view, candidates, reason, blocks, [*prose[:index], merged, *prose[index + 2 :]])


def move_example(value: str, index: int, to: int) -> Edits | Refusal:
    """Move example ``index`` so that it is example ``to`` afterwards."""
    view = view_of(value)
    order = list(view.examples)
    order.insert(to, order.pop(index))
    closing = spelling_in(value, view.examples, own=False).closing
    blocks = [there(value, example, closing) for example in order]
    candidates = [_exchange(view, order, ending) for ending in ("", closing)]
    reason = "In that order the examples would not read back the same. Change the order in the source."
    return first_that_reads(view, candidates, reason, blocks)


def set_prose(value: str, slot: int, text: str) -> Edits | Refusal:
    """Change the prose in front of example ``slot``; the last slot is the prose behind all of them."""
    view = view_of(value)
    old = prose_around(value, view.examples)[slot]
    text = text.replace("\r\n", "\n").strip()
    last = slot == len(view.examples)
    start = view.examples[slot - 1].span.end if slot else 0
    end = len(value) if last else view.examples[slot].span.start
    spelling = spelling_in(value, view.examples, None, own=False)
    between = spelling.newline * 2 if spelling.newline in spelling.gap else " "
    written = spelling.encoded(text)
    edits: Edits = ()
    if old.text and text:
        edits = mapped_diff(value, *old.span, text, spelling)
    elif old.text and last and slot:
        edits = (replace(start, old.span.end, ""),)
    elif old.text:
        edits = (replace(old.span.start, end if last else _blank_after(value, old.span.end, end), ""),)
    elif text and slot:
        edits = (replace(start, start, between + written + ("" if last or start < end else between)),)
    elif text:
        edits = (replace(end, end, written + ("" if last else between)),)
    reason = "This text would read as an example, or change how one is read. Write it in the source."
    if "\\n" in text:
        reason = why_not(text)
    return first_that_reads(view, [edits], reason, prose=[*view.prose[:slot], text, *view.prose[slot + 1 :]])


_Written = tuple[str, Frame, str]  # kind, frame, text


def _parts_of(draft: Draft, spelling: Spelling) -> list[_Written]:
    parts: list[_Written] = []
    if draft.context is not None:
        parts.append(("context", spelling.context, _unified(draft.context).strip()))
    for speaker, text in draft.turns:
        frame = spelling.frame(spelling.label(speaker.strip()))
        parts.append(("turn", frame, _unified(text) if frame.quote else _unified(text).strip()))
    if draft.commentary is not None:
        parts.append(("commentary", spelling.commentary, _unified(draft.commentary).strip()))
    return parts


def _block(parts: Sequence[_Written], spelling: Spelling, frames: Iterable[Frame]) -> str:
    block = spelling.opening
    for place, ((kind, _, text), frame) in enumerate(zip(parts, frames, strict=True)):
        if place == 0:
            block += spelling.after_opening if spelling.opening else ""
        else:
            block += spelling.before_commentary if kind == "commentary" else spelling.separator
        block += frame.around(spelling.encoded(text))
    return block + (spelling.before_closing if parts and spelling.closing else "") + spelling.closing


def _quoted(frame: Frame, text: str, spelling: Spelling) -> Frame:
    """The frame with the first quotes between which the text reads back."""
    frames = (frame.quoted(quote) for quote in quotes_for(frame, spelling))
    return next((each for each in frames if _reads_alone(each, text, spelling)), frame)


def _reads_alone(frame: Frame, text: str, spelling: Spelling) -> bool:
    other = spelling.frame("user" if frame.speaker == "assistant" else "assistant").quoted('"').around("…")
    alone = f"<example>{frame.around(spelling.encoded(text))}{spelling.separator}{other}</example>"
    (first, *more) = parse_examples(alone) or [None]
    return bool(first and not more and len(first.parts) == 2 and first.parts[0].text == text)


def _why_no_block(parts: Sequence[_Written], frames: Sequence[Frame], spelling: Spelling) -> str:
    for (_, _, text), frame in zip(parts, frames, strict=True):
        if text and not _reads_alone(frame, text, spelling):
            return why_not(text)
        if not spelling.opening and "\n\n" in text:
            return why_not(text, tagged=False)
    if not spelling.opening:
        return "The examples here have no tags, so a new one needs a context and a turn to be read as one."
    return "This example cannot be written so that it reads back the same. Write it in the source."


_WRAPPER = re.compile(r"<examples>(?=\s{0,80}</examples>)", re.IGNORECASE)


def _place_of_first(value: str, spelling: Spelling) -> tuple[int, str, str]:
    """Where the first example of a value goes, and what is to stand in front of it and behind."""
    view = shown(value)
    wrapper = _WRAPPER.search(view.text)
    if wrapper:
        at = view.at(wrapper.end())
        line = spelling.newline if spelling.newline in spelling.gap else ""
        return at, line, line if value.startswith("</", at) else ""
    lead = view.text.rstrip()
    at = view.at(len(lead))
    if not lead.strip():
        return at, "", ""
    return at, spelling.gap if lead.endswith((":", "：")) else f"{spelling.gap}Examples:{spelling.gap}", ""


def _another(view: View, at: int, block: str, spelling: Spelling, *, behind: bool) -> Edits:
    """One more block in front of block ``at``, or behind it, with the list marker of its place."""
    neighbour = view.examples[at]
    marker = spelling.marker
    number = number_of(neighbour.marker.of(view.value))
    if number is not None:
        marker = numbered(marker, number + int(behind and _counts_up(view)))
    if behind:
        end = neighbour.span.end
        return (replace(end, end, spelling.gap + marker + block), *_renumbered(view, at + 1, 1))
    start = neighbour.span.start
    return (replace(start, start, marker + block + spelling.gap), *_renumbered(view, at, 1))


def _numbers(view: View) -> list[int | None]:
    return [number_of(example.marker.of(view.value)) for example in view.examples]


def _counts_up(view: View) -> bool:
    """Whether the blocks are numbered one after the other; "1. 1. 1." is left as it is."""
    numbers = _numbers(view)
    return all(a is not None and b == a + 1 for a, b in pairwise(numbers))


def _renumbered(view: View, start: int, by: int) -> Edits:
    """Correct the numbers of a list from block ``start`` on."""
    if not _counts_up(view):
        return ()
    edits = []
    for example in view.examples[start:]:
        marker = example.marker.of(view.value)
        number = number_of(marker)
        if number is not None:
            edits.append(replace(*example.marker, numbered(marker, number + by)))
    return tuple(edits)


def _exchange(view: View, order: Sequence[Example], ending: str) -> Edits:
    """Put the blocks in that order into the places of the blocks that are there."""
    value = view.value
    edits = []
    for slot, example in zip(view.examples, order, strict=True):
        if slot is not example:
            raw = value[example.marker.end : example.span.end] + ("" if example.closed else ending)
            edits.append(replace(slot.marker.end, slot.span.end, raw))
    return tuple(edits)


def _parted(view: View, at: int) -> list[Stretch]:
    """The prose once there is one more block next to block ``at``."""
    prose = view.prose
    return [*prose[: at + 1], "", *prose[at + 1 :]]


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n")


def _blank_before(value: str, start: int, end: int) -> int:
    """Where the blanks at the end of ``value[start:end]`` begin."""
    piece = shown(value[start:end])
    return start + piece.at(len(piece.text.rstrip()))


def _blank_after(value: str, start: int, end: int) -> int:
    """Where the blanks at the start of ``value[start:end]`` end."""
    piece = shown(value[start:end])
    return start + piece.at(len(piece.text) - len(piece.text.lstrip()))
