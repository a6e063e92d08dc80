"""Add a section to the prompt, written as the file writes its own.

Headings where its neighbours are headings, bold labels where they are labels, a numbered group
among groups; with the blank lines and line ends that the file has. Like `section_edits` it returns
small edits of the whole text, and only if the outline reads back with just this section more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple

from agenteditor.core import list_runs as runs
from agenteditor.core import markdown_lines as md
from agenteditor.core import outline_shapes as outline
from agenteditor.core.body import Section, SectionPath, parse_body, section_at, walk
from agenteditor.core.outline_shapes import Shape
from agenteditor.core.section_edits import Moved, set_section_text
from agenteditor.core.section_layout import DEEPEST, GroupRun, group_run, row_of
from agenteditor.core.text import Edits, Refusal, eol_of

Place = Literal["before", "after", "inside"]

_NOT_ONE = Refusal("With this title and text it would not be read as one section.")


def add_section(
    text: str,
    start: int,
    path: SectionPath,
    place: Place,
    title: str,
    *,
    content: str = "",
    headed: bool = False,
) -> Moved | Refusal:
    """Add a section before or after the one at ``path``, or as the last one inside it.

    ``inside`` with the path ``()`` is the end of the prompt. ``content`` is the new section's
    Markdown without its title. ``headed``: with a heading or a bold label, never as a mere lead-in.
    """
    sections = parse_body(text, start)
    section = section_at(sections, path)
    if section is None and (path or place != "inside"):
        return Refusal("This section is not in the prompt any more.")
    title = md.one_line(title)
    if not md.plain_title(title):
        return Refusal("A section needs a title.")
    typed = md.trimmed(content)
    lines = typed.split("\n") if typed else []
    if not sections:
        return _first(text, start, title, lines)
    parent = path if place == "inside" else path[:-1]
    holder = section_at(sections, parent)
    siblings = holder.children if holder else sections
    index = len(siblings) if place == "inside" else path[-1] + (place == "after")
    spot = _Spot(text, start, sections, parent, index)
    beside = index - 1 if place == "inside" else path[-1]
    run = group_run(text, sections, parent, beside)
    if run is not None:
        return _add_group(spot, run, beside, title, lines)
    return _add(spot, title, lines, headed=headed)


class _Spot(NamedTuple):
    """Where the new section comes to stand: before the child of ``parent`` at ``at``."""

    text: str
    start: int
    sections: tuple[Section, ...]
    parent: SectionPath
    at: int

    @property
    def holder(self) -> Section | None:
        return section_at(self.sections, self.parent)

    @property
    def siblings(self) -> tuple[Section, ...]:
        holder = self.holder
        return holder.children if holder else self.sections


def _first(text: str, start: int, title: str, lines: list[str]) -> Moved | Refusal:
    edits = set_section_text(text, start, (), "\n".join([f"## {title}", *([""] if lines else []), *lines]))
    if isinstance(edits, Refusal):
        return edits
    _, result = outline.outcome(text, start, edits)
    if len(result) != 1 or result[0].title != md.plain_title(title):
        return _NOT_ONE
    return Moved(edits, (0,))


def _add_group(spot: _Spot, run: GroupRun, beside: int, title: str, lines: list[str]) -> Moved | Refusal:
    text, model = spot.text, spot.siblings[beside]
    assert model.heading is not None and model.title_span is not None, "a group has a title"
    at = spot.at - run.first
    before = text[run.entries[beside - run.first].marker.span.end : model.title_span.start]
    after = text[model.title_span.end : md.core_end(text, *model.heading)]
    if before not in ("**", "__"):
        before, after = "**", "**"  # the model's title goes on behind its bold words
    gap = runs.entry_gap(text, run.entries, at)
    edits = runs.insert_entry(text, run.entries, at, [before + title + after, *lines], gap)
    shape = Shape(md.plain_title(title), "group", outline.content_lines("\n".join(lines)), ())
    return _checked(spot, [edits], shape)


def _add(spot: _Spot, title: str, lines: list[str], *, headed: bool) -> Moved | Refusal:
    refusal: Refusal | None = None
    for model in _models(spot, lines, headed=headed):
        core = _written(spot, model, title, lines)
        alone = "\n".join(core)
        shapes = outline.shapes(alone, parse_body(alone))
        if len(shapes) != 1 or shapes[0].title != md.plain_title(title):
            refusal = refusal or _NOT_ONE
            continue
        added = _checked(spot, list(_placed(spot, model, core)), shapes[0])
        if isinstance(added, Moved):
            return added
        refusal = refusal or added
    return refusal or Refusal("This section cannot hold another one: add it after this one.")


def _checked(spot: _Spot, candidates: list[Edits], shape: Shape) -> Moved | Refusal:
    tree = outline.shapes(spot.text, spot.sections)
    expected = outline.inserted(tree, spot.parent, spot.at, shape)
    for edits in candidates:
        if outline.reads_as(spot.text, spot.start, edits, expected):
            return Moved(edits, (*spot.parent, spot.at))
    after, result = outline.outcome(spot.text, spot.start, candidates[0])
    return Refusal(outline.difference(expected, outline.shapes(after, result)))


def _models(spot: _Spot, lines: list[str], *, headed: bool) -> Iterator[Section | None]:
    """The sections whose way of writing the new one may follow; None stands for a heading."""
    beside = [*reversed(spot.siblings[: spot.at]), *spot.siblings[spot.at :]]
    styles = ["heading", "label"]
    if lines and not headed and md.marker(lines[0], 0, len(lines[0])):
        styles.append("lead-in")
    nearest = [section for section in beside if section.style in styles]
    yield from nearest[:1]
    yield from [section for section in nearest[1:] if section.style != nearest[0].style][:1]
    holder = spot.holder
    if nearest or (holder is not None and holder.style not in ("heading", "xml")):
        return
    if holder is not None and holder.style == "heading":
        if holder.level < DEEPEST:
            yield None
        return
    written = [section for _, section in walk(spot.sections) if section.style in ("heading", "label")]
    usual = Counter((section.style, section.level) for section in written).most_common(1)
    yield next(
        (section for section in written if usual and (section.style, section.level) == usual[0][0]), None
    )


def _written(spot: _Spot, model: Section | None, title: str, lines: list[str]) -> list[str]:
    """The lines of the new section."""
    text, holder = spot.text, spot.holder
    breaks = 2
    if model is not None:
        assert model.heading is not None and model.title_span is not None, "a model has a title"
        heading = md.core_end(text, *model.heading)
        content = model.content.of(text)
        spacing = text[heading : model.content.start] + content[: len(content) - len(content.lstrip())]
        breaks = runs.breaks(spacing) if content.strip() else 2 if model.style == "heading" else 1
        if model.style != "heading":
            before = text[model.heading.start : model.title_span.start].lstrip(" \t")
            behind = text[model.title_span.end : heading]
            if model.style == "lead-in" and not md.has_colon(behind):
                before, behind = "", ":"  # the model's colon is within bold marks
            return _with_content([before + title + behind], breaks, lines)
        if runs.breaks(text[model.heading.start : heading]):
            underline = "=-"[model.level - 1] * max(3, len(title))
            return _with_content([title, underline], breaks, lines)
    level = model.level if model else holder.level + 1 if holder and holder.style == "heading" else 2
    return _with_content(["#" * level + " " + title], breaks, lines)


def _with_content(heading: list[str], breaks: int, lines: list[str]) -> list[str]:
    return [*heading, *[""] * (max(breaks, 1) - 1), *lines] if lines else heading


def _placed(spot: _Spot, model: Section | None, lines: list[str]) -> Iterator[Edits]:
    text, end = spot.text, eol_of(spot.text)
    row = row_of(text, spot.sections, spot.parent)
    indent = _indent(spot, model)
    core = end.join(indent + line if line else "" for line in lines)
    gap = runs.gap_between(text, row, spot.at)
    yield runs.in_order([runs.put(row, spot.at, core, gap)])
    yield runs.in_order([runs.put_apart(text, row, spot.at, core, gap)])


def _indent(spot: _Spot, model: Section | None) -> str:
    """The indentation of the part of the text that the new section comes to stand in."""
    text, holder = spot.text, spot.holder
    if model is not None and any(model is section for section in spot.siblings):
        first = model.span.of(text)
        return first[: len(first) - len(first.lstrip(" \t"))]
    if holder is None or holder.style != "xml":
        return ""
    inside = text[
        holder.content.start : holder.children[-1].span.end if holder.children else holder.content.end
    ]
    first = inside.lstrip(" \t\r\n")
    at = holder.content.start + len(inside) - len(first)
    return text[md.line_start(text, at, holder.content.start) : at] if first else ""
