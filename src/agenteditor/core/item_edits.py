"""Edits of the items of a section's list: write, insert, remove and move them.

Every function takes the whole text of a file, where its body starts, the path of a section and an
index among its `items`; it returns small edits of that text, or a `Refusal` with a sentence for
people. An edit counts only if the section reads back with exactly the items asked for, and all the
rest of the outline as before. A numbered list that counts goes on counting, one that repeats
``1.`` goes on repeating it; marker, delimiter, indentation and spacing are those of the neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agenteditor.core import list_runs as runs
from agenteditor.core import markdown_lines as md
from agenteditor.core import outline_shapes as outline
from agenteditor.core.body import Item, Section, SectionPath, parse_body, section_at, walk
from agenteditor.core.list_runs import Entry, Slot
from agenteditor.core.outline_shapes import Shapes, content_lines
from agenteditor.core.section_layout import relined, row_of
from agenteditor.core.text import Edits, Refusal, Span, eol_of, replace

_GONE = Refusal("This item is not in the prompt any more.")
_NO_LIST = Refusal("This section does not hold exactly one list: edit its Markdown instead.")
_BREAKS_OUT = Refusal("Written so, the text would not stay one item of this list.")


def set_item_text(text: str, start: int, path: SectionPath, index: int, markdown: str) -> Edits | Refusal:
    """Write an item's text, given as `Item.text` gives it; further lines come to stand under the item.

    A line that begins with a marker becomes a nested list, as it does in Markdown.
    """
    sections = parse_body(text, start)
    section = section_at(sections, path)
    if section is None or not 0 <= index < len(section.items):
        return _GONE
    item = section.items[index]
    lines = _item_text(markdown).split("\n")
    old = item.text.split("\n")
    if lines == old:
        return ()
    each = _entry(text, item)
    assert each is not None, "an item begins with its marker"
    # Lines that do not change keep their own indentation; a first line has none.
    raw = md.unified(item.text_span.of(text)).split("\n")[-len(old) :]
    head = _common(old, lines)
    tail = _common(old[:0:-1][: len(old) - head], lines[:0:-1][: len(lines) - head])
    under = [each.marker.hanging + line if line.strip() else "" for line in lines[head : len(lines) - tail]]
    if head == 0:
        under[0] = lines[0] if each.marker.gap or not lines[0] else " " + lines[0]
    edits = relined(text, item.text_span, [*raw[:head], *under, *raw[len(raw) - tail :]])
    texts = [each.text for each in section.items]
    texts[index] = "\n".join(lines)
    return edits if _reads(text, start, sections, edits, {path: texts}) else _BREAKS_OUT


def insert_item(text: str, start: int, path: SectionPath, index: int, markdown: str) -> Edits | Refusal:
    """Insert an item before the one at ``index``, or behind the last; a section without a list gets one."""
    sections = parse_body(text, start)
    section = section_at(sections, path)
    if section is None or not 0 <= index <= len(section.items):
        return _GONE
    lines = _item_text(markdown).split("\n")
    texts = [item.text for item in section.items]
    texts.insert(index, "\n".join(lines))
    entries = _entries(text, section)
    if entries:
        gap = runs.entry_gap(text, entries, index)
        candidates = [runs.insert_entry(text, entries, index, lines, gap)]
    else:
        candidates = _new_list(text, sections, path, lines)
    for edits in candidates:
        if _reads(text, start, sections, edits, {path: texts}):
            return edits
    return _BREAKS_OUT if entries else _NO_LIST


def remove_item(text: str, start: int, path: SectionPath, index: int) -> Edits | Refusal:
    """Remove an item with what is nested in it."""
    sections = parse_body(text, start)
    section = section_at(sections, path)
    if section is None or not 0 <= index < len(section.items):
        return _GONE
    if len(section.items) == 1 and section.style == "lead-in":
        return Refusal("A line that leads in a list needs one item at least: remove the section instead.")
    texts = [item.text for item in section.items]
    del texts[index]
    edits = _removal(text, section, index)
    return edits if _reads(text, start, sections, edits, {path: texts}) else _spoils()


def move_item(
    text: str, start: int, path: SectionPath, index: int, to: int, *, target: SectionPath | None = None
) -> Edits | Refusal:
    """Move an item, with what is nested in it, before the one that is at ``to`` now, or behind the last.

    ``target`` is the section whose list it goes to; None is its own.
    """
    sections = parse_body(text, start)
    target = path if target is None else target
    section, other = section_at(sections, path), section_at(sections, target)
    if section is None or other is None or not 0 <= index < len(section.items):
        return _GONE
    if not 0 <= to <= len(other.items):
        return _GONE
    texts = [item.text for item in section.items]
    if path == target:
        if to in (index, index + 1):
            return ()
        texts.insert(to - (to > index), texts.pop(index))
        edits = runs.move_entry(text, _entries(text, section), _before(text, section), index, to)
        return edits if _reads(text, start, sections, edits, {path: texts}) else _spoils()
    theirs = [item.text for item in other.items]
    theirs.insert(to, texts.pop(index))
    lines = theirs[to].split("\n")
    entries = _entries(text, other)
    if not entries:
        candidates = _new_list(text, sections, target, lines)
    else:
        candidates = [runs.insert_entry(text, entries, to, lines, runs.entry_gap(text, entries, to))]
    for put in candidates:
        edits = runs.in_order([*_removal(text, section, index), *put])
        if _reads(text, start, sections, edits, {path: texts, target: theirs}):
            return edits
    return _spoils() if entries else _NO_LIST


def _item_text(markdown: str) -> str:
    """Typed text as an item can hold it: its first line begins with text, no blank lines around it."""
    rows = md.trimmed(markdown).split("\n")
    return "\n".join([rows[0].lstrip(" \t"), *rows[1:]])


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    count = 0
    while count < min(len(old), len(new)) and old[count] == new[count]:
        count += 1
    return count


def _entry(text: str, item: Item) -> Entry | None:
    return runs.entry(text, Slot(item.span.start, item.text_span.end, item.span.end))


def _entries(text: str, section: Section) -> list[Entry]:
    """The items as a row in which each reaches to the next."""
    stops = [item.span.start for item in section.items[1:]]
    stops += [item.span.end for item in section.items[-1:]]
    slots = (
        Slot(item.span.start, item.text_span.end, stop)
        for item, stop in zip(section.items, stops, strict=True)
    )
    return [each for each in (runs.entry(text, slot) for slot in slots) if each is not None]


def _before(text: str, section: Section) -> int:
    """The end of the text before the list; the start of its first line if the section begins with it."""
    first = section.items[0].span.start
    return md.core_end(text, section.span.start, first)


def _removal(text: str, section: Section, index: int) -> Edits:
    entries = _entries(text, section)
    before = _before(text, section)
    if len(entries) > 1 or before == section.span.start:
        return runs.remove_entry(text, entries, before, index)
    # The whole list goes, and one of the spacings around it: the one after it stays.
    return (replace(before, entries[0].slot.core_end, ""),)


def _new_list(
    text: str, sections: tuple[Section, ...], path: SectionPath, lines: Sequence[str]
) -> list[Edits]:
    """The edits that may begin a list at the end of a section's own content, the tightest first."""
    section = section_at(sections, path)
    assert section is not None, "the caller has found it"
    before = row_of(text, sections, path).before
    assert before is not None, "there is a section"
    end = eol_of(text)
    holder = runs.entry(text, Slot(section.span.start, section.span.end, section.span.end))
    indent = holder.marker.hanging if holder and section.style == "group" else ""
    bullet = _bullet(text, sections)
    item = md.marker(f"{indent}{bullet} x", 0, len(indent) + 3)
    assert item is not None, "this is how an item begins"
    core = end.join(runs.item_lines(item, lines))
    gaps = [end, end * 2] if section.style in ("label", "group", "xml") else [end * 2, end]
    return [(replace(before, before, gap + core),) for gap in gaps]


def _bullet(text: str, sections: tuple[Section, ...]) -> str:
    """The bullet this prompt uses first."""
    for _, section in walk(sections):
        for item in section.items[:1]:
            each = _entry(text, item)
            if each is not None and each.marker.number is None:
                return each.marker.bullet
    return "-"


def _reads(
    text: str,
    start: int,
    sections: tuple[Section, ...],
    edits: Edits,
    expected: Mapping[SectionPath, list[str]],
) -> bool:
    """Whether the sections at the given paths have these items afterwards, and all else is as it was."""
    if not outline.keeps_file(text, start, edits):
        return False
    after, result = outline.outcome(text, start, edits)
    for path, texts in expected.items():
        old, new = section_at(sections, path), section_at(result, path)
        if old is None or new is None or [item.text for item in new.items] != texts:
            return False
        if _around(text, old) != _around(after, new) or _counts(old) > _counts(new):
            return False
    paths = list(expected)
    return _without_own(outline.shapes(text, sections), paths) == _without_own(
        outline.shapes(after, result), paths
    )


def _around(text: str, section: Section) -> tuple[str, ...]:
    """The lines of a section's content that are not in its list."""
    start, end = section.content
    if not section.items:
        return content_lines(text[start:end])
    list_span = Span(section.items[0].span.start, section.items[-1].span.end)
    return (*content_lines(text[start : list_span.start]), *content_lines(text[list_span.end : end]))


def _counts(section: Section) -> bool:
    """Whether the numbers of a section's list, if it has one, go up one by one or are all the same."""
    return md.numbering([item.number for item in section.items]) != "irregular"


def _without_own(tree: Shapes, paths: Sequence[SectionPath]) -> Shapes:
    for path in paths:
        tree = outline.replaced(tree, path, (outline.shape_at(tree, path)._replace(own=()),))
    return tree


def _spoils() -> Refusal:
    return Refusal("Without this item here, the text around it would be read differently.")
