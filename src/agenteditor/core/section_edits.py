"""Edits of the prompt's outline: rename, add, remove, move and raise sections, or rewrite one's Markdown.

Every function takes the whole text of a file, where its body starts, and the path of a section in
the outline that `parse_body` gives of them; it returns small edits of that text, or a `Refusal`
with a sentence for people. Except for Markdown typed as it is (`set_section_text`), an edit counts
only if the outline read back afterwards is the one that was asked for: the same titles and texts,
in the tree that was asked for. Nothing is reflowed; the text of a section moves as it stands, with
the spacing around it, its heading level and its number as its new place needs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from agenteditor.core import list_runs as runs
from agenteditor.core import markdown_lines as md
from agenteditor.core import outline_shapes as outline
from agenteditor.core.body import Section, SectionPath, parse_body, section_at, walk
from agenteditor.core.outline_shapes import Shape, Shapes, quoted
from agenteditor.core.section_layout import DEEPEST, group_run, headings, relevelled, relined, row_of
from agenteditor.core.text import Edits, Refusal, Span, TextEdit, diff, eol_of, moved, replace

_PAST = 8  # how many siblings a section may have to move past at once
_GONE = Refusal("This section is not in the prompt any more.")
_TAG_NAME = re.compile(r"[A-Za-z][\w.:-]*")


class Moved(NamedTuple):
    """Edits, and the path at which the section stands after them."""

    edits: Edits
    path: SectionPath


def rename_section(text: str, start: int, path: SectionPath, title: str) -> Edits | Refusal:
    """Give a section another title, in the marks it has (``#``, bold, a colon, both tags)."""
    sections = parse_body(text, start)
    section = section_at(sections, path)
    if section is None:
        return _GONE
    title = md.one_line(title)
    if section.title_span is None:
        return Refusal("This text has no title. To give it one, add a section before it.")
    if section.heading and md.has_colon(text[section.title_span.end : section.heading.end]):
        title = title.rstrip(md.COLONS + " ")
    if not md.plain_title(title):
        return Refusal("A section needs a title.")
    if section.style == "xml" and not _TAG_NAME.fullmatch(title):
        return Refusal(
            "A tag is named with letters, digits, “_”, “-”, “.” and “:”, and a letter comes first."
        )
    tree = outline.shapes(text, sections)
    wanted = outline.shape_at(tree, path)._replace(title=md.plain_title(title))
    expected = outline.replaced(tree, path, (wanted,))
    # A group's title may go on behind its bold words, a lead-in's bold words may hold the colon.
    marks = {"group": f"**{title}**", "lead-in": f"{title}:"}
    for written in dict.fromkeys((title, marks.get(section.style, title))):
        edits = runs.in_order(list(_title_edits(text, section, written)))
        if outline.reads_as(text, start, edits, expected):
            return edits
    return Refusal(f"With the title {quoted(title)} this line would not be read as the title of its section.")


def remove_section(text: str, start: int, path: SectionPath) -> Edits | Refusal:
    """Delete a section with all that belongs to it; the groups after a group are numbered anew.

    Text without a title that stood after it may then belong to the section before it.
    """
    sections = parse_body(text, start)
    section = section_at(sections, path)
    if section is None:
        return _GONE
    tree = outline.replaced(outline.shapes(text, sections), path, ())
    candidates = list(_removals(text, start, sections, path))
    for edits in candidates:
        if outline.reads_as(text, start, edits, tree):
            return edits
    for edits in candidates:
        after, left = outline.outcome(text, start, edits)
        if outline.keeps_file(text, start, edits) and outline.titles(
            outline.shapes(after, left)
        ) == outline.titles(tree):
            return edits
    return _refused(text, start, candidates, tree)


def move_section(
    text: str, start: int, path: SectionPath, parent: SectionPath, index: int
) -> Moved | Refusal:
    """Move a section with all that belongs to it under ``parent`` (``()``: to the top of the outline).

    ``index`` counts ``parent``'s present children: the section comes to stand before the one that
    is there now, or behind the last. Heading levels follow the new place, groups are numbered anew.
    """
    sections = parse_body(text, start)
    section, holder = section_at(sections, path), section_at(sections, parent)
    if section is None or (parent and holder is None):
        return _GONE
    if parent[: len(path)] == path:
        return Refusal("A section cannot be moved into itself.")
    children = holder.children if holder else sections
    if not 0 <= index <= len(children):
        return _GONE
    same = parent == path[:-1]
    if same and index in (path[-1], path[-1] + 1):
        return Moved((), path)
    tree = outline.shapes(text, sections)
    target = (*outline.after_removal(parent, path), index - (same and index > path[-1]))
    expected = outline.inserted(
        outline.replaced(tree, path, ()), target[:-1], target[-1], outline.shape_at(tree, path)
    )
    move = _Move(text, start, sections, path, parent, index)
    if section.style == "group":
        found = _group_move(move)
        if isinstance(found, Refusal):
            return found
        candidates = [found]
    else:
        candidates = list(_moves(move))
    for edits in candidates:
        if outline.reads_as(text, start, edits, expected):
            return Moved(edits, target)
    if section.style in ("intro", "prose"):
        return Refusal("This text has no title of its own: there it would become part of another section.")
    if any(relevelled(text, section, by) is None for by in _shifts(move)):
        return Refusal(f"Headings have {DEEPEST} levels: this place is too deep for {quoted(section.title)}.")
    return _refused(text, start, candidates, expected)


def move_section_up(text: str, start: int, path: SectionPath) -> Moved | Refusal:
    """Move a section past the sibling before it.

    If it cannot stand there it goes past as many as it takes; if it cannot go for the text without
    a title that stands after it, that text goes along.
    """
    return _move_past(text, start, path, -1)


def move_section_down(text: str, start: int, path: SectionPath) -> Moved | Refusal:
    """Move a section past the sibling after it, in the same way as `move_section_up`."""
    return _move_past(text, start, path, 1)


def raise_section(text: str, start: int, path: SectionPath) -> Moved | Refusal:
    """One ``#`` less for a heading and the headings below it; sections after it may come under it."""
    return _change_level(text, start, path, -1)


def lower_section(text: str, start: int, path: SectionPath) -> Moved | Refusal:
    """One ``#`` more for a heading and the headings below it."""
    return _change_level(text, start, path, 1)


def set_section_text(text: str, start: int, path: SectionPath, markdown: str) -> Edits | Refusal:
    """Replace a section's Markdown as it was typed; ``()`` is the whole prompt.

    The counterpart of `section_markdown`: the blank lines around the section stay as they are, and
    those around ``markdown`` do not count. Lines that did not change keep every byte, new ones
    get the file's line end. What the Markdown means is up to who typed it.
    """
    sections = parse_body(text, start)
    section = section_at(sections, path)
    if path and section is None:
        return _GONE
    if section is not None:
        span = Span(section.span.start, md.core_end(text, *section.span))
    elif sections:
        span = Span(sections[0].span.start, md.core_end(text, sections[0].span.start, len(text)))
    else:
        return _first_text(text, start, md.trimmed(markdown))
    return set_span_text(text, start, span, markdown)


def set_span_text(text: str, start: int, span: Span, markdown: str) -> Edits | Refusal:
    """Replace the Markdown in ``span`` of the body, as `set_section_text` does that of a section.

    For text that becomes several sections while it is typed: a span stays one. It begins at the
    start of a line and ends before a line end; every edit lies inside it.
    """
    edits = relined(text, span, md.trimmed(markdown).split("\n"))
    if not outline.keeps_file(text, start, edits):
        return Refusal("Typed here, “---” would begin frontmatter. Put a line above it.")
    return edits


def _first_text(text: str, start: int, markdown: str) -> Edits | Refusal:
    """The edit that gives a blank body its first text."""
    if not markdown:
        return ()
    end = eol_of(text)
    at = len(text)
    core = markdown.replace("\n", end) + end
    if start > 1 and text[at - 1] not in "\r\n":
        core = end + core
    if start > 1 and runs.breaks(text[start:]) == 0:
        core = end + core
    edits = (replace(at, at, core),)
    if not outline.keeps_file(text, start, edits):
        return Refusal("Typed here, “---” would begin frontmatter. Put a line above it.")
    return edits


def _title_edits(text: str, section: Section, title: str) -> Iterator[TextEdit]:
    span = section.title_span
    assert span is not None and section.heading is not None, "only a section with a title is renamed"
    if span.start == span.end and text[span.start - 1] == "#":
        title = " " + title  # a heading of hashes alone
    yield from moved(diff(span.of(text), title), span.start)
    if section.style == "xml":
        after = md.core_end(text, *section.span)
        last = section.children[-1].span.end if section.children else section.content.end
        closing = text.index("</", last, after) + 2
        yield from moved(diff(span.of(text), title), closing)


def _removals(text: str, start: int, sections: tuple[Section, ...], path: SectionPath) -> Iterator[Edits]:
    run = group_run(text, sections, path[:-1], path[-1])
    if run is not None:
        yield runs.remove_entry(text, run.entries, run.before, path[-1] - run.first)
    row = row_of(text, sections, path[:-1])
    gone = runs.cut(text, row, path[-1])
    yield runs.in_order([TextEdit(gone.span, "")])
    yield runs.in_order([TextEdit(gone.span, _seam(text, start, gone.span))])


def _seam(text: str, start: int, gone: Span) -> str:
    """What to leave in place of a deleted span so that a blank line stays between its neighbours."""
    if md.is_blank(text, start, gone.start) or md.is_blank(text, gone.end, len(text)):
        return ""
    before = text[md.core_end(text, start, gone.start) : gone.start]
    after = text[gone.end :]
    after = after[: len(after) - len(after.lstrip(" \t\r\n"))]
    return eol_of(text) * max(0, 2 - runs.breaks(before + after))


class _Move(NamedTuple):
    """What is to be moved where, in the outline as it is."""

    text: str
    start: int
    sections: tuple[Section, ...]
    path: SectionPath
    parent: SectionPath
    at: int

    @property
    def section(self) -> Section:
        found = section_at(self.sections, self.path)
        assert found is not None, "only a section that is there is moved"
        return found


def _moves(move: _Move) -> Iterator[Edits]:
    text, section = move.text, move.section
    source, target = (row_of(text, move.sections, place) for place in (move.path[:-1], move.parent))
    slot = source.slots[move.path[-1]]
    gone = runs.cut(text, source, move.path[-1])
    for by in _shifts(move):
        changed = relevelled(text, section, by)
        if changed is None:
            continue
        if changed:
            yield changed  # the last child of the section before its new place is there already
        core = runs.core_with(text, slot, changed)
        placed = runs.put(target, move.at, core, gone.gap or eol_of(text) * 2)
        yield runs.in_order([TextEdit(gone.span, ""), placed])
        placed = runs.put_apart(text, target, move.at, core, gone.gap)
        yield runs.in_order([TextEdit(gone.span, _seam(text, move.start, gone.span)), placed])


def _shifts(move: _Move) -> list[int]:
    """How a moved heading may change its level, the fitting one first: to that of a heading beside it."""
    section, holder = move.section, section_at(move.sections, move.parent)
    if section.style != "heading":
        return [0]
    children = holder.children if holder else move.sections
    beside = [*reversed(children[: move.at]), *children[move.at :]]
    levels = [each.level for each in beside if each.style == "heading" and each is not section]
    fallback = holder.level + 1 if holder and holder.style == "heading" else section.level
    fitting = (levels[0] if levels else fallback) - section.level
    # Among its own siblings a heading keeps its level if it can.
    return list(dict.fromkeys([0, fitting] if move.parent == move.path[:-1] else [fitting, 0]))


def _change_level(text: str, start: int, path: SectionPath, by: int) -> Moved | Refusal:
    sections = parse_body(text, start)
    section = section_at(sections, path)
    if section is None:
        return _GONE
    if section.style != "heading":
        return Refusal("Only headings written with “#” have a level; this section has none.")
    edits = relevelled(text, section, by)
    if edits is None:
        return Refusal(f"Headings have {DEEPEST} levels, from 1 to {DEEPEST}.")
    inside = {id(each) for each in headings(section)}
    wanted = [_leveled(text, each, by if id(each) in inside else 0) for _, each in walk(sections)]
    after, result = outline.outcome(text, start, edits)
    got = [_leveled(after, each, 0) for _, each in walk(result)]
    if wanted != got or not outline.keeps_file(text, start, edits):
        return Refusal("With another level the sections would not read as before.")
    at = [place for place, _ in walk(sections)].index(path)
    return Moved(edits, [place for place, _ in walk(result)][at])


def _leveled(text: str, section: Section, by: int) -> tuple[Shape, int]:
    (shape,) = outline.shapes(text, (section,))
    return shape._replace(children=()), section.level + by if section.style == "heading" else 0


def _group_move(move: _Move) -> Edits | Refusal:
    text, sections, index = move.text, move.sections, move.at
    source = group_run(text, sections, move.path[:-1], move.path[-1])
    target = group_run(text, sections, move.parent, index) or group_run(
        text, sections, move.parent, index - 1
    )
    if source is None or target is None:
        return Refusal("A group is an item of a list: it can only stand among other groups.")
    at, to = move.path[-1] - source.first, index - target.first
    if move.parent == move.path[:-1] and source.first == target.first:
        return runs.move_entry(text, source.entries, source.before, at, to)
    lines = runs.bare_lines(text, source.entries[at])
    gap = runs.entry_gap(text, target.entries, to)
    removed = runs.remove_entry(text, source.entries, source.before, at)
    return runs.in_order([*removed, *runs.insert_entry(text, target.entries, to, lines, gap)])


def _move_past(text: str, start: int, path: SectionPath, step: Literal[-1, 1]) -> Moved | Refusal:
    sections = parse_body(text, start)
    if section_at(sections, path) is None:
        return _GONE
    holder = section_at(sections, path[:-1])
    siblings = holder.children if holder else sections
    places = range(path[-1] - 1, -1, -1) if step < 0 else range(path[-1] + 2, len(siblings) + 1)
    refusal: Refusal | None = None
    for index in places[:_PAST]:
        result = move_section(text, start, path, path[:-1], index)
        if isinstance(result, Moved):
            return result
        refusal = refusal or result
    if refusal is None:
        return Refusal(f"This section is the {'first' if step < 0 else 'last'} one here.")
    end = path[-1] + 1
    while end < len(siblings) and siblings[end].style == "prose":
        end += 1
    passed = path[-1] - 1 if step < 0 else end
    if end > path[-1] + 1 and passed < len(siblings):
        # The sibling beside the section and its text goes to their other side.
        result = move_section(text, start, (*path[:-1], passed), path[:-1], end if step < 0 else path[-1])
        if isinstance(result, Moved):
            return Moved(result.edits, (*path[:-1], path[-1] + step))
    return refusal


def _refused(text: str, start: int, candidates: list[Edits], expected: Shapes) -> Refusal:
    after, sections = outline.outcome(text, start, candidates[0])
    return Refusal(outline.difference(expected, outline.shapes(after, sections)))
