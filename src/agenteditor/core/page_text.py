"""A page as Markdown and as plain text.

The Markdown says what the page says: text that would mean something else in Markdown is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from agenteditor.core.page import Block, Page, Run, Runs
from agenteditor.core.page_html import words

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&$]")
_LINE_START = re.compile(r"(?m)^([ \t]*)(?:([#+=>:-])|(\d+)([.)]))")
_TICKS = re.compile("`+")


def page_markdown(page: Page) -> str:
    """The page as Markdown, ending in a line end."""
    return _written(page, _markdown_block)


def page_text(page: Page) -> str:
    """The page as plain text, ending in a line end."""
    return _written(page, _text_block)


def _written(page: Page, write: Callable[[Block], str]) -> str:
    pieces: list[str] = []
    for block in page.blocks:
        text = "\n".join(_indented(block, write(block).split("\n")))
        pieces.append(text)
    return "\n\n".join(pieces) + "\n" if pieces else ""


def _indented(block: Block, lines: list[str]) -> Iterator[str]:
    """The lines of a block, set in as far as its lists and quotations ask."""
    marker = block.marker
    first = ""
    if marker is not None:
        box = {True: "[x] ", False: "[ ] ", None: ""}[marker.checked]
        first = f"{'-' if marker.number is None else f'{marker.number}.'} {box}"
    depth = max(block.depth - (marker is not None), 0)
    before = "> " * block.quote + "   " * depth
    for index, line in enumerate(lines):
        inside = first if index == 0 else " " * len(first)
        yield f"{before}{inside}{line}".rstrip()


# --- Markdown ---------------------------------------------------------------------------------


def _markdown_block(block: Block) -> str:
    match block.kind:
        case "heading":
            return f"{'#' * min(max(block.level, 1), 6)} {_markdown(block.runs, ' ')}"
        case "card":
            return f"**{_escaped(block.text.replace(chr(10), ' ').strip())}**"
        case "code":
            code = "".join(words(run) for run in block.runs)
            fence = "`" * max(3, _longest(code) + 1)
            return f"{fence}\n{code}\n{fence}"
        case "rule":
            return "---"
        case "table":
            rows = [f"| {' | '.join(_markdown(cell, ' ') for cell in row)} |" for row in block.rows]
            return "\n".join([*rows[:1], "|" + " --- |" * len(block.columns), *rows[1:]])
        case _:
            return _markdown(block.runs, "\\\n")


def _markdown(runs: Runs, line_break: str) -> str:
    text = "".join(_markdown_run(run) for run in runs)
    lines = [_line_escaped(line.strip()) for line in text.split("\n")]
    return line_break.join(line for line in lines if line)


def _markdown_run(run: Run) -> str:
    text = words(run)
    if run.look == "label":
        return "\n".join(
            f"**{_escaped(line.strip())}**" if line.strip() else line for line in text.split("\n")
        )
    if run.look == "code" and "\n" not in text and text.strip():
        ticks = "`" * (_longest(text) + 1)
        return (
            f"{ticks} {text} {ticks}"
            if text.startswith("`") or text.endswith("`")
            else f"{ticks}{text}{ticks}"
        )
    written = _escaped(text)
    marks = "".join(mark for wanted, mark in ((run.bold, "**"), (run.italic, "_")) if wanted)
    # Marks do not work around blanks, or over a line break.
    if not marks or "\n" in written or not written.strip():
        return written
    core = written.strip()
    at = written.index(core)
    return f"{written[:at]}{marks}{core}{marks[::-1]}{written[at + len(core) :]}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _line_escaped(line: str) -> str:
    """A line that begins neither a heading nor a list, nor a rule."""
    return _LINE_START.sub(
        lambda found: f"{found[1]}\\{found[2]}" if found[2] else f"{found[1]}{found[3]}\\{found[4]}", line
    )


def _longest(text: str) -> int:
    return max((len(ticks) for ticks in _TICKS.findall(text)), default=0)


# --- plain text -------------------------------------------------------------------------------


def _text_block(block: Block) -> str:
    match block.kind:
        case "heading":
            title = _text(block.runs).replace("\n", " ")
            return f"{title}\n{('=' if block.level <= 2 else '-') * len(title)}"
        case "card":
            return f"[{_text(block.runs)}]"
        case "code":
            return "\n".join(f"    {line}" for line in _text(block.runs).split("\n"))
        case "rule":
            return "-" * 20
        case "table":
            return "\n".join(" | ".join(_text(cell).replace("\n", " ") for cell in row) for row in block.rows)
        case _:
            return _text(block.runs)


def _text(runs: Runs) -> str:
    return "".join(words(run) for run in runs)
