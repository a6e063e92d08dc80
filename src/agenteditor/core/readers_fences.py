"""Where each program finds the frontmatter and the prompt: the rules of the fence, family by family.

All speak of a content with LF line ends, for the YAML of other programs treats them alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agenteditor.core.reader import BOM, JS_BLANKS, JS_SPACE, find_fence


@dataclass(frozen=True, slots=True)
class Found:
    """The frontmatter's ``content``, the number of its first line, and the prompt, trimmed."""

    content: str
    line: int
    prompt: str


NO_OPENING = "The file does not begin with a line of three hyphens as this program wants it."
NO_CLOSING = "The line of three hyphens that closes the frontmatter is not found."
_BOM_FIRST = "An invisible byte order mark stands before the first three hyphens."


def lf(text: str) -> str:
    """``text`` with LF line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def anywhere(text: str) -> Found | str:
    """Claude Code: the first three hyphens close, wherever they stand (READER.md). Line ends stay."""
    fence = find_fence(text)
    if fence is None:
        return NO_CLOSING if text.removeprefix(BOM).startswith("---") else NO_OPENING
    line = text.count("\n", 0, fence.content.start) + 1
    return Found(fence.content.of(text), line, text[fence.span.end :].strip(JS_BLANKS))


def anywhere_without_bom(text: str) -> Found | str:
    """Claude Code up to 2.1.238: a byte order mark hides the frontmatter (FORMAT 2.1)."""
    return _BOM_FIRST if text.startswith(BOM) else anywhere(text)


_OPENING = re.compile(r"---\r?\n")
_CLOSING = re.compile(r"\r?\n---")
_LINE_END = re.compile(r"\r?\n")


def own_line(text: str) -> Found | str:
    """Gemini CLI: hyphens begin the file and a line; what follows them on it loses the prompt."""
    opening = _OPENING.match(text)
    if opening is None:
        return _BOM_FIRST if text.startswith(BOM) else NO_OPENING
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        return NO_CLOSING
    after = _LINE_END.match(text, closing.end())
    prompt = text[after.end() :] if after else ""
    return Found(lf(text[opening.end() : closing.start()]), 2, prompt.strip(JS_BLANKS))


def lf_only(text: str) -> Found | str:
    """GitHub Copilot, as reported: the same, and no CR in the frontmatter."""
    found = own_line(text)
    if isinstance(found, Found) and "\r" in text[: _end_of_fences(text)]:
        return "The frontmatter has CRLF line ends, which versions of late 2025 refuse."
    return found


def has_crlf_inside(text: str) -> bool:
    """Whether a line of the frontmatter that ``own_line`` finds ends in CRLF, the last one aside."""
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    return opening is not None and closing is not None and "\r\n" in text[opening.end() : closing.start()]


def _end_of_fences(text: str) -> int:
    closing = _CLOSING.search(text, 3)
    return closing.end() if closing else len(text)


def normalised(text: str) -> Found | str:
    """Qwen Code: line ends made alike and one byte order mark dropped; both fences on lines of their own."""
    text = lf(text.removeprefix(BOM))
    if not text.startswith("---\n"):
        return NO_OPENING
    closing = text.find("\n---\n", 4)
    if closing < 0:
        return "No line of exactly three hyphens, with a line end behind it, closes the frontmatter."
    return Found(text[4:closing], 2, text[closing + 5 :].strip(JS_BLANKS))


def gray_matter(text: str) -> Found | str:
    """gray-matter 4 (OpenCode): the fence closes at a line that begins with three hyphens, or at the end.

    A word behind the opening hyphens names a language; any but YAML is refused.
    """
    text = text.removeprefix(BOM)
    if not text.startswith("---") or text[3:4] == "-":
        return Found("", 1, text.strip(JS_BLANKS))
    first = _LINE_END.search(text, 3)
    language = text[3 : first.start()] if first else text[3:-1]
    if language.strip() not in ("", "yaml", "yml"):
        return "What follows the opening three hyphens on their line is taken for a language."
    start = 3 + len(language) if language.strip() else 3
    closing = text.find("\n---", start)
    if closing < 0:
        return Found(lf(text[start:]), 1, "")
    return Found(lf(text[start:closing]), 1, text[closing + 4 :].strip(JS_BLANKS))


_RULE = re.compile(f"---[{JS_SPACE}]*")
_VSCODE_LINE = re.compile(r"\r\n|\n|\r")


def own_line_or_end(text: str) -> Found:
    """VS Code: lines of three hyphens; without a closing one all of the file is frontmatter."""
    lines = _VSCODE_LINE.split(text.removeprefix(BOM))
    if _RULE.fullmatch(lines[0]) is None:
        return Found("", 1, "\n".join(lines).strip(JS_BLANKS))
    closing = next((number for number, line in enumerate(lines) if number and _RULE.fullmatch(line)), None)
    content = "".join(f"{line}\n" for line in lines[1:closing])
    return Found(content, 2, "" if closing is None else "\n".join(lines[closing + 1 :]).strip(JS_BLANKS))


Fence = Callable[[str], Found | str]
