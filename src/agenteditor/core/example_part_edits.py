"""Changes of the parts of one example: context, turns, commentary, notes, or all of it as text.

Each answers with edits of the value or a ``Refusal``. A text without quotes has no blanks around it; what
cannot stand between the quotes it has is written between others. See ``example_edits`` for what is promised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agenteditor.core.example_parts import Part, shown
from agenteditor.core.example_readback import (
    Meant,
    View,
    entry,
    first_that_reads,
    reads,
    shape_of,
    shaped,
    view_of,
    why_not,
)
from agenteditor.core.example_spelling import Frame, Spelling, frame_of, spelling_in
from agenteditor.core.example_words import kind_of_tag
from agenteditor.core.examples import Example
from agenteditor.core.text import Edits, Refusal, TextEdit, diff, moved, replace

_NOT_UNDERSTOOD = Refusal("This example is not understood, so it has no parts to change. Edit it as text.")
_LAST_PART = (
    "Without this part the text would no longer read as an example. Delete the whole example instead, or "
    "edit it as text."
)


def set_context(value: str, index: int, text: str | None) -> Edits | Refusal:
    """Give example ``index`` this context; None takes it away, "" leaves an empty one."""
    return _set_single(value, index, "context", text)


def set_commentary(value: str, index: int, text: str | None) -> Edits | Refusal:
    """Give example ``index`` this commentary; None takes it away, "" leaves an empty one."""
    return _set_single(value, index, "commentary", text)


def set_turn_text(value: str, index: int, turn: int, text: str) -> Edits | Refusal:
    """Let turn ``turn`` of example ``index`` say ``text``."""
    view, example = _opened(value, index)
    return _set_text(view, index, example.turns[turn], text) if example.understood else _NOT_UNDERSTOOD


def set_note(value: str, index: int, note: int, text: str) -> Edits | Refusal:
    """Change what stands between the other parts, such as a placeholder; "" takes it away."""
    view, example = _opened(value, index)
    if not example.understood:
        return _NOT_UNDERSTOOD
    part = example.notes[note]
    return _set_text(view, index, part, text) if text.strip() else _remove(view, index, part)


def set_turn_speaker(value: str, index: int, turn: int, speaker: str) -> Edits | Refusal:
    """Let another speaker say a turn; the name is written as it is given."""
    view, example = _opened(value, index)
    if not example.understood:
        return _NOT_UNDERSTOOD
    speaker = speaker.strip()
    part = example.turns[turn]
    meant = _with(example, part, (part.kind, speaker, part.text))
    reason = (
        f"“{speaker}” would not read as a speaker. Use a name of one to four words that begins with a "
        "capital letter, without a colon."
    )
    return _first(view, index, _speaker_candidates(view, example, part, speaker), meant, reason)


def insert_turn(value: str, index: int, at: int, speaker: str, text: str) -> Edits | Refusal:
    """A new turn in front of turn ``at``, or behind the last one.

    "user" and "assistant" are written with the file's own labels for them, other names as they are.
    """
    view, example = _opened(value, index)
    if not example.understood:
        return _NOT_UNDERSTOOD
    spelling = spelling_in(value, view.examples, index, own=True)
    frame = spelling.frame(spelling.label(speaker.strip()))
    place = _place_of_turn(example, at)
    text = _tidy(text, quoted=bool(frame.quote))
    written = [frame.quoted(quote).around(spelling.encoded(text)) for quote in quotes_for(frame, spelling)]
    meant = _inserted(example, place, ("turn", frame.speaker, text))
    candidates = (_insertion(example, place, part, spelling, spelling.separator) for part in written)
    return _first(view, index, candidates, meant, why_not(text, tagged=example.tagged))


def remove_turn(value: str, index: int, turn: int) -> Edits | Refusal:
    """Take a turn away, with one separator."""
    view, example = _opened(value, index)
    return _remove(view, index, example.turns[turn]) if example.understood else _NOT_UNDERSTOOD


def move_turn(value: str, index: int, turn: int, to: int) -> Edits | Refusal:
    """Move a turn so that it is turn ``to`` afterwards; what stands between the turns stays where it is."""
    view, example = _opened(value, index)
    if not example.understood:
        return _NOT_UNDERSTOOD
    turns = list(example.turns)
    order = reordered(turns, turn, to)
    spoken = iter(order)
    meant = shaped(
        tuple(entry(next(spoken)) if part.kind == "turn" else entry(part) for part in example.parts)
    )
    edits = tuple(
        replace(*slot.span, part.span.of(value))
        for slot, part in zip(turns, order, strict=True)
        if slot is not part
    )
    return _first(
        view,
        index,
        [edits],
        meant,
        "In that order the turns would not read back the same. Edit the example as text.",
    )


def set_raw(value: str, index: int, text: str) -> Edits | Refusal:
    """Write all that stands between the tags of example ``index``, as text."""
    view, example = _opened(value, index)
    text = _tidy(text, quoted=False)
    spelling = spelling_in(value, view.examples, index, own=True)
    piece = shown(example.inner.of(value))
    start = len(piece.text) - len(piece.text.lstrip())
    end = start + len(piece.text.strip())
    small = mapped_diff(
        value, example.inner.start + piece.at(start), example.inner.start + piece.at(end), text, spelling
    )
    whole = spelling.after_opening + spelling.encoded(text) + spelling.before_closing
    candidates = [small, (replace(*example.inner, whole),)]
    return _first(
        view,
        index,
        candidates if example.text else candidates[::-1],
        reads(text),
        why_not(text, tagged=example.tagged),
    )


def reordered(items: Sequence[Part], at: int, to: int) -> list[Part]:
    """``items`` with the one at ``at`` moved so that it is at ``to``."""
    order = list(items)
    order.insert(to, order.pop(at))
    return order


def mapped_diff(value: str, start: int, end: int, text: str, spelling: Spelling) -> Edits:
    """The smallest edit that makes ``value[start:end]`` show ``text``; what stays keeps its bytes."""
    piece = shown(value[start:end])
    return tuple(
        TextEdit(piece.span(*span).moved(start), spelling.encoded(insert))
        for span, insert in diff(piece.text, text)
    )


def _opened(value: str, index: int) -> tuple[View, Example]:
    view = view_of(value)
    return view, view.examples[index]


def _tidy(text: str, *, quoted: bool) -> str:
    text = text.replace("\r\n", "\n")
    return text if quoted else text.strip()


def _first(view: View, index: int, candidates: Iterable[Edits], meant: Meant, reason: str) -> Edits | Refusal:
    blocks = view.unchanged
    blocks[index] = meant
    return first_that_reads(view, candidates, reason, blocks)


def _set_single(value: str, index: int, kind: str, text: str | None) -> Edits | Refusal:
    """The context or the commentary: change it, take it away, or add it."""
    view, example = _opened(value, index)
    if not example.understood:
        return _NOT_UNDERSTOOD
    part = next((part for part in example.parts if part.kind == kind), None)
    if text is None:
        return _remove(view, index, part) if part else ()
    text = _tidy(text, quoted=False)
    if part is not None:
        bare = part.form == "bare" and not text
        return _remove(view, index, part) if bare else _set_text(view, index, part, text)
    spelling = spelling_in(value, view.examples, index, own=True)
    frame = spelling.context if kind == "context" else spelling.commentary
    place = 0 if kind == "context" else len(example.parts)
    separator = spelling.separator if kind == "context" else spelling.before_commentary
    edits = _insertion(example, place, frame.around(spelling.encoded(text)), spelling, separator)
    return _first(
        view,
        index,
        [edits],
        _inserted(example, place, (kind, frame.speaker, text)),
        why_not(text, tagged=example.tagged),
    )


def _set_text(view: View, index: int, part: Part, text: str) -> Edits | Refusal:
    text = _tidy(text, quoted=bool(part.quote))
    if text == part.text:
        return ()
    example = view.examples[index]
    meant = _with(example, part, (part.kind, part.speaker, text))
    spelling = spelling_in(view.value, view.examples, index, own=True)
    return _first(
        view, index, _text_candidates(view, part, text, spelling), meant, why_not(text, tagged=example.tagged)
    )


def _text_candidates(view: View, part: Part, text: str, spelling: Spelling) -> Iterator[Edits]:
    value, (start, end) = view.value, part.text_span
    empty = not part.quote and not (part.text and text)
    if empty and not text and part.form == "label":
        yield (replace(_stem_end(value, part), end, ""),)
    if not empty:
        yield mapped_diff(value, start, end, text, spelling)
    frame = _frame(value, part, spelling)
    if frame is not None:
        for quote in quotes_for(frame, spelling) if part.kind == "turn" else [""]:
            anew = frame.quoted(quote).around(spelling.encoded(text))
            yield moved(diff(part.span.of(value), anew), part.span.start)
    if empty:
        yield mapped_diff(value, start, end, text, spelling)


def _frame(value: str, part: Part, spelling: Spelling) -> Frame | None:
    """How to write a part anew: as it is, with what an empty or unclosed one lacks from its like."""
    if part.form == "bare":
        return None
    model = spelling.frame(part.speaker)
    if part.kind != "turn":
        model = spelling.context if part.kind == "context" else spelling.commentary
    own = frame_of(value, part)
    if own is None or (part.form == "tag" and not part.text and not part.quote):
        return model.spoken_by(part.speaker) if model.form == part.form else None
    if part.text or part.quote:
        return own
    stem = value[own_end(value, part) : _stem_end(value, part)]
    blank = model.follow[len(model.follow.rstrip(" \t")) :] if model.form == "label" else " "
    return own._replace(follow=stem + (blank or " "), quote=model.quote if part.kind == "turn" else "")


def own_end(value: str, part: Part) -> int:
    """Where the name in the label of a part ends."""
    return value.find(part.speaker, part.span.start) + len(part.speaker)


def _stem_end(value: str, part: Part) -> int:
    """Where the label of a part ends, without the blanks behind it."""
    name = own_end(value, part)
    follow = shown(value[name : part.text_span.start])
    return name + follow.at(len(follow.text.rstrip()))


def quotes_for(frame: Frame, spelling: Spelling) -> list[str]:
    """The quotes to try for a turn: its own, the file's, then others."""
    return list(dict.fromkeys([frame.quote, spelling.user.quote or '"', '"', "'", "“"]))


def _speaker_candidates(view: View, example: Example, part: Part, speaker: str) -> Iterator[Edits]:
    value = view.value
    name = value.find(part.speaker, part.span.start, part.span.end)
    edits = [replace(name, name + len(part.speaker), speaker)]
    if part.form == "tag":
        close = value.rfind("</", part.text_span.end, part.span.end) + 2
        edits.append(replace(close, close + len(part.speaker), speaker))
    if part.form == "label" or kind_of_tag(speaker) == "turn":
        yield tuple(edits)
    spelling = spelling_in(value, view.examples, view.examples.index(example), own=True)
    frame = frame_of(value, part)
    if frame is None or frame.form == "tag":
        frame = Frame("label", "", speaker, ": ", '"', "")
    for quote in quotes_for(frame, spelling):
        if quote:
            anew = frame.spoken_by(speaker).quoted(quote).around(part.text_span.of(value))
            yield (replace(*part.span, anew),)


def _with(example: Example, part: Part, entry_: tuple[str, str, str]) -> Meant:
    return shaped(tuple(entry_ if other is part else entry(other) for other in example.parts))


def _inserted(example: Example, place: int, entry_: tuple[str, str, str]) -> Meant:
    shape = shape_of(example)
    return shaped((*shape[:place], entry_, *shape[place:]))


def _place_of_turn(example: Example, at: int) -> int:
    """Among the parts, where a new turn goes that is to be turn ``at``."""
    places = [place for place, part in enumerate(example.parts) if part.kind == "turn"]
    if at < len(places):
        return places[at]
    place = places[-1] + 1 if places else int(example.context is not None)
    while place < len(example.parts) and example.parts[place].kind == "note":
        place += 1
    return place


def _insertion(example: Example, place: int, written: str, spelling: Spelling, separator: str) -> Edits:
    """A new part in front of part ``place``, or behind the last."""
    parts = example.parts
    if not parts:
        return (replace(*example.inner, spelling.after_opening + written + spelling.before_closing),)
    if place == len(parts):
        end = parts[-1].span.end
        return (replace(end, end, separator + written),)
    start = parts[place].span.start
    behind = spelling.before_commentary if parts[place].kind == "commentary" else spelling.separator
    return (replace(start, start, written + behind),)


def _remove(view: View, index: int, part: Part) -> Edits | Refusal:
    example = view.examples[index]
    parts = example.parts
    place = parts.index(part)
    candidates: list[Edits] = []
    if place > 0:
        candidates.append((replace(parts[place - 1].span.end, part.span.end, ""),))
    if place + 1 < len(parts):
        candidates.append((replace(part.span.start, parts[place + 1].span.start, ""),))
    if len(parts) == 1:
        candidates.append((replace(*example.inner, ""),))
    meant = shaped(tuple(entry(other) for other in parts if other is not part))
    return _first(view, index, candidates, meant, _LAST_PART)
