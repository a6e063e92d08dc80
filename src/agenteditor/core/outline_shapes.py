"""What an outline says apart from where it stands in the text, and whether an edit made it so.

A structural edit of the prompt is right if the outline read back afterwards is the one that was
asked for: the same titles in the same tree, each with its own text. A `Shape` is that much of a
section; the functions here make the shapes that are expected, compare, and name the difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agenteditor.core.body import Section, SectionPath, parse_body
from agenteditor.core.text import Edits, apply

_BREAK = re.compile(r"([-*_])(?:[ \t]*\1){2,}")
_FENCE = re.compile(r"\ufeff?---\s*\n")


class Shape(NamedTuple):
    """A section without its place: ``own`` are the lines of its content that are not blank.

    Lines count without their indentation, and thematic breaks at the end do not count: a break
    stands between two sections and stays there when they are moved.
    """

    title: str
    style: str
    own: tuple[str, ...]
    children: tuple[Shape, ...]


Shapes = tuple[Shape, ...]


def shapes(text: str, sections: Sequence[Section]) -> Shapes:
    """The shapes of sections of ``text``."""
    return tuple(
        Shape(
            section.title,
            # Text without a title is an introduction or not by its place alone.
            "prose" if section.style == "intro" else section.style,
            content_lines(section.content.of(text)),
            shapes(text, section.children),
        )
        for section in sections
    )


def content_lines(content: str) -> tuple[str, ...]:
    """The lines with text in ``content``, without indentation and without thematic breaks at the end."""
    rows = [row.strip() for row in re.split(r"[\r\n]", content)]
    rows = [row for row in rows if row]
    while rows and _BREAK.fullmatch(rows[-1]):
        rows.pop()
    return tuple(rows)


def is_break(line: str) -> bool:
    """Whether a line, read as a block of its own, is a thematic break."""
    return _BREAK.fullmatch(line.strip(" \t\r\n")) is not None


def outcome(text: str, start: int, edits: Edits) -> tuple[str, tuple[Section, ...]]:
    """The text after ``edits`` and its sections; its body begins at ``start`` as before."""
    after = apply(text, edits)
    return after, parse_body(after, start)


def keeps_file(text: str, start: int, edits: Edits) -> bool:
    """Whether ``edits`` stay in the body and do not give a file without frontmatter an opening fence."""
    if any(edit.span.start < start for edit in edits):
        return False
    if start > 1 or _FENCE.match(text):
        return True
    return not _FENCE.match(apply(text, edits))


def reads_as(text: str, start: int, edits: Edits, expected: Shapes) -> bool:
    """Whether the outline after ``edits`` is the expected one."""
    if not keeps_file(text, start, edits):
        return False
    after, sections = outcome(text, start, edits)
    return shapes(after, sections) == expected


def shape_at(tree: Shapes, path: SectionPath) -> Shape:
    """The shape at ``path``, which must be there."""
    found = tree[path[0]]
    return shape_at(found.children, path[1:]) if len(path) > 1 else found


def replaced(tree: Shapes, path: SectionPath, put: Shapes) -> Shapes:
    """``tree`` with the shapes ``put`` in place of the one at ``path``."""
    at = path[0]
    if len(path) > 1:
        put = (tree[at]._replace(children=replaced(tree[at].children, path[1:], put)),)
    return (*tree[:at], *put, *tree[at + 1 :])


def inserted(tree: Shapes, parent: SectionPath, index: int, shape: Shape) -> Shapes:
    """``tree`` with ``shape`` as the child at ``index`` of the one at ``parent`` (``()``: of the top)."""
    if not parent:
        return (*tree[:index], shape, *tree[index:])
    holder = shape_at(tree, parent)
    children = inserted(holder.children, (), index, shape)
    return replaced(tree, parent, (holder._replace(children=children),))


def after_removal(path: SectionPath, removed: SectionPath) -> SectionPath:
    """Where the section at ``path`` stands once the one at ``removed`` is gone."""
    depth = len(removed) - 1
    if len(path) > depth and path[:depth] == removed[:depth] and path[depth] > removed[depth]:
        return (*path[:depth], path[depth] - 1, *path[depth + 1 :])
    return path


def flat(tree: Shapes, depth: int = 0, parent: str = "") -> Iterator[tuple[int, str, Shape]]:
    """Every shape in the order of the text, with its depth and its parent's title."""
    for shape in tree:
        yield depth, parent, shape
        yield from flat(shape.children, depth + 1, shape.title)


def titles(tree: Shapes) -> list[tuple[str, str]]:
    """Title and style of every section that has a title, in the order of the text."""
    return [(shape.title, shape.style) for _, _, shape in flat(tree) if shape.style != "prose"]


def difference(expected: Shapes, got: Shapes) -> str:
    """A sentence that says how an outline would differ from the one that was asked for."""
    for wanted, found in zip(flat(expected), flat(got), strict=False):
        (depth, _, shape), (its_depth, its_parent, its) = wanted, found
        name = quoted(its.title)
        if (shape.title, shape.style) != (its.title, its.style):
            if shape.style == "prose":
                return "Text without a title of its own would become part of another section."
            break
        if shape.own != its.own:
            if len(its.own) > len(shape.own):
                return f"{name} would take in text that is not its own."
            return f"{name} would lose a part of its text."
        if depth < its_depth and its_parent:
            return f"{name} would become a part of {quoted(its_parent)}."
        if depth != its_depth:
            return f"{name} would change its place in the outline."
    return "The sections would not read as before: some would be joined or lost."


def quoted(title: str) -> str:
    """A title in a sentence for people."""
    if not title:
        return "The text without a title"
    return f"“{title if len(title) <= 60 else title[:59] + '…'}”"
