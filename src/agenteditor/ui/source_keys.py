"""What Enter, Tab and Home mean in a line of the source: lines in, edits of the line out. No Qt.

Columns are code points of the line. In frontmatter Tab gives spaces, because a tab breaks YAML; in
the prompt it moves list items in and out; Enter goes on with a list and keeps the indentation.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Mode = Literal["frontmatter", "body", "code"]

WIDTHS: dict[Mode, int] = {"frontmatter": 2, "body": 2, "code": 4}


class Typed(NamedTuple):
    """Replace ``line[start:end]`` by ``insert``; the caret goes behind it."""

    start: int
    end: int
    insert: str


def enter(line: str, column: int, mode: Mode) -> Typed:
    """What Enter does at ``column``: a new line like this one, or the end of a list."""
    indent = _indent(line)[:column]
    if mode == "code":
        return Typed(column, column, "\n" + indent)
    item = _ITEM.match(line) if mode == "body" else _YAML_ITEM.match(line)
    if item is not None and column >= item.end():
        if not line[item.end() :].strip():
            # An item without words: the list is at its end.
            return Typed(max(item.start("marker"), 0), len(line), "")
        if mode == "body":
            return Typed(column, column, "\n" + _next_item(item))
        inside = _opens(line[item.end() : column])
        return Typed(column, column, "\n" + (" " * item.end() + "  " if inside else item[0]))
    if mode == "frontmatter" and _opens(line[:column]):
        indent += " " * WIDTHS[mode]
    return Typed(column, column, "\n" + indent)


def tab(line: str, column: int, mode: Mode, above: str = "") -> Typed:
    """What Tab does at ``column`` of a line without a selection; ``above`` is the line before it."""
    item = _ITEM.match(line) if mode == "body" else None
    if item is not None and item["marker"] is not None:
        if ">" in item["indent"]:
            at = item.start("marker")
            return Typed(at, at, " " * WIDTHS[mode])
        return Typed(0, item.end("indent"), _deeper(item, above))
    width = WIDTHS[mode]
    return Typed(column, column, " " * (width - column % width))


def indented(line: str, mode: Mode) -> Typed:
    """What Tab does to a line that is selected."""
    return Typed(0, 0, " " * WIDTHS[mode] if line.strip() else "")


def outdented(line: str, mode: Mode) -> Typed:
    """What Shift+Tab does to a line: one step to the left, as far as it can go."""
    if line.startswith("\t"):
        return Typed(0, 1, "")
    blanks = len(line) - len(line.lstrip(" "))
    item = _ITEM.match(line) if mode == "body" else None
    width = len(item["marker"]) + 1 if item and item["marker"] else WIDTHS[mode]
    return Typed(0, min(blanks, width), "")


def home(line: str, column: int) -> int:
    """Where Home goes: to the first word, and from there to the start of the line."""
    first = len(_indent(line))
    return 0 if column == first else first


_ITEM = re.compile(
    r"(?P<indent>[ \t]*(?:>[ \t]?)*)(?P<marker>[-*+]|(?P<number>\d{1,9})(?P<dot>[.)]))(?P<gap>[ \t]+)"
    r"(?P<task>\[[ xX]\][ \t]+)?"
    r"|(?P<quote>[ \t]*(?:>[ \t]?)+)"
)
_YAML_ITEM = re.compile(r"(?P<indent>[ ]*)(?P<marker>-)(?P<gap>[ ]+)")
_OPENS = re.compile(r":(?:[ \t]+[|>][-+\d]{0,2})?[ \t]*$")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _opens(text: str) -> bool:
    """Whether a line of YAML wants deeper lines below it."""
    return bool(_OPENS.search(text)) and not text.lstrip().startswith("#")


def _next_item(item: re.Match[str]) -> str:
    """How the next item of a list begins."""
    if item["quote"] is not None:
        return item["quote"]
    marker = item["marker"]
    if item["number"] is not None:
        marker = f"{int(item['number']) + 1}{item['dot']}"
    return item["indent"] + marker + item["gap"] + ("[ ] " if item["task"] else "")


def _deeper(item: re.Match[str], above: str) -> str:
    """The indentation of an item one level down: under the words of the item above, if there is one."""
    upper = _ITEM.match(above)
    now = len(item["indent"].expandtabs(4))
    if upper is not None and upper["marker"] is not None:
        words = upper.start("gap") + len(upper["gap"].expandtabs(4))
        if words > now:
            return " " * words
    return " " * (now + len(item["marker"]) + 1)
