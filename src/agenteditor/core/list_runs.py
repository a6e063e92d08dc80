"""Rows of things that can change places: sections of one parent, groups, items of a list.

`cut` and `put` move text and keep the spacing neat: what moves takes the blank lines after it
along, except at the end of its row, where those before it go and those after it stay. So the
space before the next part of the text, and the end of the file, stay as they are. For list items
there are numbers as well: `renumbered` says which, `remarked` writes them and moves the lines
below a number that has grown wider. Nothing here reads back; the callers do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agenteditor.core import markdown_lines as md
from agenteditor.core.markdown_lines import Marker
from agenteditor.core.text import Edits, Span, TextEdit, apply, diff, eol_of, moved, replace


class Slot(NamedTuple):
    """A thing in a row: its text ``start:core_end``, and the spacing up to ``end``.

    ``start`` is at the beginning of a line, ``core_end`` before a line end.
    """

    start: int
    core_end: int
    end: int


class Row(NamedTuple):
    """Slots in order, and the end of the text before them (None: nothing stands before them)."""

    slots: tuple[Slot, ...]
    before: int | None


class Cut(NamedTuple):
    """The span to delete, and the spacing in it that goes along with what is moved."""

    span: Span
    gap: str


def cut(text: str, row: Row, at: int) -> Cut:
    """How to take the slot at ``at`` out of its row."""
    slot = row.slots[at]
    if at + 1 < len(row.slots):
        return Cut(Span(slot.start, slot.end), text[slot.core_end : slot.end])
    before = row.slots[at - 1].core_end if at else row.before
    if before is None:
        return Cut(Span(slot.start, slot.core_end), "")
    return Cut(Span(before, slot.core_end), text[before : slot.start])


def put(row: Row, at: int, core: str, gap: str) -> TextEdit:
    """How to put ``core`` before the slot at ``at``, or behind the last one; the row must not be void."""
    if at < len(row.slots):
        return replace(row.slots[at].start, row.slots[at].start, core + gap)
    end = row.slots[-1].core_end if row.slots else row.before
    assert end is not None, "a row without slots has something before it"
    return replace(end, end, gap + core)


def put_apart(text: str, row: Row, at: int, core: str, gap: str) -> TextEdit:
    """The same as `put`, with a blank line before and after ``core`` wherever there is none."""
    end = eol_of(text)
    edit = put(row, at, core, "")
    gap = gap if breaks(gap) > 1 else end * 2
    if at < len(row.slots):
        before = row.slots[at - 1].core_end if at else row.before
        missing = 0 if before is None else 2 - breaks(text[before : edit.span.start])
        return edit._replace(insert=end * max(0, missing) + core + gap)
    behind = text[edit.span.end :]
    rest = behind.lstrip(" \t\r\n")
    missing = 2 - breaks(behind[: len(behind) - len(rest)]) if rest else 0
    return edit._replace(insert=gap + core + end * max(0, missing))


def gap_between(text: str, row: Row, at: int) -> str:
    """The spacing before position ``at`` of a row, or at its end that before the last slot.

    A blank line where there is none to take as a model.
    """
    at = min(at, len(row.slots) - 1)
    return text[row.slots[at - 1].core_end : row.slots[at].start] if at > 0 else eol_of(text) * 2


def breaks(spacing: str) -> int:
    """How many line ends a stretch of text has."""
    return spacing.count("\n") + spacing.count("\r") - spacing.count("\r\n")


class Entry(NamedTuple):
    """An item of a list in a row of them."""

    slot: Slot
    marker: Marker


def entry(text: str, slot: Slot) -> Entry | None:
    """The list item at ``slot``; None if no marker stands there."""
    found = md.marker(text, slot.start, slot.core_end)
    return None if found is None else Entry(slot, found)


def renumbered(entries: Sequence[Entry], order: Sequence[int]) -> list[int | None]:
    """The number for each place of a list whose entries come in a new ``order``; -1 is a new one.

    A list that counts goes on counting from its first number, one that repeats a number goes on
    repeating it; in any other each entry keeps its number and a new one follows that before it.
    """
    old = [each.marker.number for each in entries]
    way = md.numbering(old)
    if way == "none" or old[0] is None:
        return [None] * len(order)
    if way == "sequential":
        return [old[0] + place for place in range(len(order))]
    if way == "repeated":
        return [old[0]] * len(order)
    numbers: list[int | None] = []
    for at in order:
        numbers.append(old[at] if at >= 0 else (numbers[-1] or 0) + 1 if numbers else old[0])
    return numbers


def remarked(text: str, each: Entry, new: Marker) -> Edits:
    """The edits that give an entry another marker and keep its lines below under its text."""
    old = each.marker
    edits = [*moved(diff(old.prefix, new.prefix), old.span.start)]
    by = new.column - old.column
    lines = list(md.lines(text, each.slot.start, each.slot.core_end))[1:] if by else []
    for line in lines:
        row = line.of(text)
        blanks = row[: len(row) - len(row.lstrip(" \t"))]
        # A line that stands further out belongs to the item only because it goes on with a paragraph.
        if not row.strip() or md.columns(blanks) < old.column:
            continue
        at = line.start + len(blanks)
        if by > 0:
            edits.append(replace(at, at, " " * by))
        else:
            spaces = min(-by, len(blanks) - len(blanks.rstrip(" ")))
            if spaces:
                edits.append(replace(at - spaces, at, ""))
    return tuple(edits)


def core_with(text: str, slot: Slot, edits: Edits) -> str:
    """The text of a slot after ``edits`` inside it."""
    return apply(text[slot.start : slot.core_end], moved(edits, -slot.start))


def in_order(edits: Sequence[TextEdit]) -> Edits:
    """Edits sorted as `text.apply` wants them; edits that change nothing are left out."""
    kept = (edit for edit in edits if edit.insert or edit.span.start < edit.span.end)
    return tuple(sorted(kept, key=lambda edit: edit.span))


def move_entry(text: str, source: Sequence[Entry], before: int | None, at: int, to: int) -> Edits:
    """Move an entry within its list, before the one now at ``to``; the numbers follow."""
    order = [place for place in range(len(source)) if place != at]
    order.insert(to - (to > at), at)
    numbers = renumbered(source, order)
    row = Row(tuple(each.slot for each in source), before)
    edits: list[TextEdit] = []
    core = ""
    for place, number in zip(order, numbers, strict=True):
        each = source[place]
        changed = remarked(text, each, _numbered(each.marker, number))
        if place == at:
            core = core_with(text, each.slot, changed)
        else:
            edits.extend(changed)
    gone = cut(text, row, at)
    edits += [TextEdit(gone.span, ""), put(row, to, core, gone.gap)]
    return in_order(edits)


def remove_entry(text: str, entries: Sequence[Entry], before: int | None, at: int) -> Edits:
    """Take an entry out of its list; the numbers after it follow."""
    order = [place for place in range(len(entries)) if place != at]
    edits = [TextEdit(cut(text, Row(tuple(each.slot for each in entries), before), at).span, "")]
    for place, number in zip(order, renumbered(entries, order), strict=True):
        edits.extend(remarked(text, entries[place], _numbered(entries[place].marker, number)))
    return in_order(edits)


def insert_entry(text: str, entries: Sequence[Entry], at: int, lines: Sequence[str], gap: str) -> Edits:
    """Put a new entry of ``lines`` (without marker and indentation) before the one at ``at``.

    ``gap`` is the spacing between two entries; there must be an entry already.
    """
    order = [*range(at), -1, *range(at, len(entries))]
    numbers = renumbered(entries, order)
    model = entries[max(at - 1, 0)].marker
    new = _numbered(model if model.gap else model._replace(gap=" "), numbers[at])
    core = eol_of(text).join(item_lines(new, lines))
    edits = [put(Row(tuple(each.slot for each in entries), None), at, core, gap)]
    for place, number in zip(order, numbers, strict=True):
        if place >= 0:
            edits.extend(remarked(text, entries[place], _numbered(entries[place].marker, number)))
    return in_order(edits)


def item_lines(marker: Marker, lines: Sequence[str]) -> list[str]:
    """The lines of a list item: the first behind the marker, the others under its text."""
    return [marker.prefix + lines[0], *(marker.hanging + line if line.strip() else "" for line in lines[1:])]


def bare_lines(text: str, each: Entry) -> list[str]:
    """The lines of an entry without its marker and their indentation."""
    rows = md.unified(text[each.marker.span.end : each.slot.core_end]).split("\n")
    return [rows[0], *(md.dedented(row, each.marker.column) for row in rows[1:])]


def entry_gap(text: str, entries: Sequence[Entry], at: int) -> str:
    """The spacing a new entry at ``at`` needs: what stands between its neighbours, or a line end."""
    if len(entries) < 2:
        return eol_of(text)
    first = min(max(at - 1, 0), len(entries) - 2)
    return text[entries[first].slot.core_end : entries[first + 1].slot.start]


def _numbered(marker: Marker, number: int | None) -> Marker:
    return marker if number is None or number == marker.number else marker.numbered(number)
