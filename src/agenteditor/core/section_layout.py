"""How sections stand in the text: rows that can be moved, lists of groups, heading levels, lines.

What `section_edits` and `item_edits` put their edits together from. Nothing here reads back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agenteditor.core import list_runs as runs
from agenteditor.core import markdown_lines as md
from agenteditor.core import outline_shapes as outline
from agenteditor.core.body import Section, SectionPath, section_at
from agenteditor.core.list_runs import Entry, Row, Slot
from agenteditor.core.text import Edits, Span, TextEdit, diff, eol_of, moved, replace

DEEPEST = 6  # CommonMark has six heading levels


def slot_of(text: str, section: Section) -> Slot:
    """A section as a thing that moves: without blank lines and thematic breaks after it."""
    start, end = section.span
    if section.style == "group":
        # A break after the last group stands behind the list.
        end = section.children[-1].span.end if section.children else section.content.end
    least = section.heading.end if section.heading else start + 1
    return Slot(start, _without_breaks(text, start, end, least), section.span.end)


def _without_breaks(text: str, start: int, end: int, least: int) -> int:
    stop = md.core_end(text, start, end)
    while True:
        line = max(text.rfind("\n", start, stop), text.rfind("\r", start, stop)) + 1
        before = md.core_end(text, start, line)
        alone = runs.breaks(text[before:line]) > 1
        if line <= least or not alone or not outline.is_break(text[line:stop]):
            return stop
        stop = before


def row_of(text: str, sections: tuple[Section, ...], parent: SectionPath) -> Row:
    """The children of a section as a row of slots, with what stands before them."""
    holder = section_at(sections, parent)
    if holder is None:
        return Row(tuple(slot_of(text, section) for section in sections), None)
    start = holder.span.start
    before = _without_breaks(text, start, holder.content.end, holder.content.start)
    return Row(tuple(slot_of(text, section) for section in holder.children), before)


class GroupRun(NamedTuple):
    """The groups of one list among a section's children, from the child at ``first`` on."""

    first: int
    entries: tuple[Entry, ...]
    before: int | None


def group_run(text: str, sections: tuple[Section, ...], parent: SectionPath, at: int) -> GroupRun | None:
    """The list of groups that the child at ``at`` belongs to; None if that is no group."""
    holder = section_at(sections, parent)
    children = holder.children if holder else sections
    if not 0 <= at < len(children) or children[at].style != "group":
        return None
    row = row_of(text, sections, parent)
    entries = [runs.entry(text, slot) for slot in row.slots]
    kind = _list_kind(entries[at])
    first = last = at
    while first > 0 and children[first - 1].style == "group" and _list_kind(entries[first - 1]) == kind:
        first -= 1
    while (
        last + 1 < len(children)
        and children[last + 1].style == "group"
        and _list_kind(entries[last + 1]) == kind
    ):
        last += 1
    found = [each for each in entries[first : last + 1] if each is not None]
    before = row.slots[first - 1].core_end if first else row.before
    return GroupRun(first, tuple(found), before)


def _list_kind(each: Entry | None) -> str:
    return each.marker.kind if each else ""


def relevelled(text: str, section: Section, by: int) -> Edits | None:
    """The edits that shift a heading and those below it by some levels; None if that is too deep."""
    edits: list[TextEdit] = []
    for heading in headings(section) if by else ():
        level = heading.level + by
        if not 1 <= level <= DEEPEST:
            return None
        edits.extend(_level_edits(text, heading, level))
    return runs.in_order(edits)


def headings(section: Section) -> Iterator[Section]:
    """A heading and those below it; headings in XML blocks count by themselves."""
    if section.style == "heading":
        yield section
    for child in section.children:
        if child.style != "xml":
            yield from headings(child)


def _level_edits(text: str, section: Section, level: int) -> Iterator[TextEdit]:
    assert section.heading is not None and section.title_span is not None, "a heading has both"
    rows = list(md.lines(text, *section.heading))
    first = section.heading.start + len(rows[0].of(text)) - len(rows[0].of(text).lstrip(" \t"))
    if len(rows) == 1:
        hashes = len(text[first : section.heading.end]) - len(text[first : section.heading.end].lstrip("#"))
        old = Span(first, first + hashes)
        yield from moved(diff(old.of(text), "#" * level), first)
        return
    underline = Span(rows[-1].start, md.core_end(text, *rows[-1]))
    if level <= 2:
        yield TextEdit(underline, re.sub(r"[=-]", "=-"[level - 1], underline.of(text)))
        return
    # Only two levels can be underlined.
    title = md.one_line(text[first : underline.start])
    yield replace(first, underline.end, "#" * level + " " + title)


def relined(text: str, span: Span, lines: Sequence[str]) -> Edits:
    """The smallest edit that makes ``lines`` of ``text[span]``, which ends before a line end.

    A line keeps its line end; one that is new gets that of most lines of the text.
    """
    old = [line.of(text) for line in md.lines(text, *span)]
    if not old or old[-1].endswith(("\r", "\n")):
        old.append("")
    bare = [row.rstrip("\r\n") for row in old]
    shorter = min(len(old), len(lines))
    head = tail = 0
    while head < shorter and bare[head] == lines[head]:
        head += 1
    while tail < shorter - head and bare[-1 - tail] == lines[-1 - tail]:
        tail += 1
    ends = [row[len(line) :] or eol_of(text) for row, line in zip(old, bare, strict=True)]
    middle = ends[head : len(old) - tail][: len(lines) - head - tail]
    middle += [eol_of(text)] * (len(lines) - head - tail - len(middle))
    after = [*ends[:head], *middle, *ends[len(old) - tail :]]
    for at in range(1, len(lines)):
        if not lines[at] and after[at - 1] == "\r" and after[at] == "\n":
            after[at] = "\r"  # CR and LF with nothing between would be one line end
    whole = "".join(line + end for line, end in zip(lines, after, strict=True))
    whole = whole[: len(whole) - len(after[-1])]
    return moved(diff(span.of(text), whole), span.start)
