"""Reading by lines instead of YAML: VS Code's lenient parser, the fallbacks of OpenCode and Qwen Code.

Each says which fields it finds in a frontmatter's content (LF line ends); none refuses a text. Modelled on
the programs' public sources (resources/schemas/readers.json names them), down to the level of the fields:
what stands deeper is only told apart as text, list or map.
"""

from __future__ import annotations

import re
from math import inf

from agenteditor.core.scalar import decode
from agenteditor.core.text import Span

Pairs = list[tuple[str, object]]

# --- OpenCode ----------------------------------------------------------------------------------

# JavaScript's "." is no line separator.
_OPENCODE_LINE = re.compile(r"([a-zA-Z_][a-zA-Z0-9_]*)\s*:([^\r\u2028\u2029]*)")


def opencode_fallback(content: str) -> str:
    """``content`` as OpenCode rewrites it when it does not parse: a value with a colon becomes a block."""
    lines: list[str] = []
    for line in content.split("\n"):
        match = None if line[:1].isspace() else _OPENCODE_LINE.fullmatch(line)
        value = match[2].strip() if match else ""
        if match and ":" in value and value not in (">", "|") and value[0] not in "\"'":
            lines += [f"{match[1]}: |-", f"  {value}"]
        else:
            lines.append(line)
    return "\n".join(lines)


# --- Qwen Code ---------------------------------------------------------------------------------


def qwen_simple(content: str) -> dict[str, object]:
    """What Qwen Code's simple parser finds: ``key: value`` lines, lists and maps of two spaces' indent.

    It cuts at the first colon and knows no blocks, no comments behind values and no brackets.
    """
    lines = [line for line in content.split("\n") if line.strip() and not line.strip().startswith("#")]
    found: dict[str, object] = {}
    entries: list[object] | None = None
    members: dict[str, object] | None = None
    host = ""
    for index, line in enumerate(lines):
        if line.startswith("  - "):
            entries = [] if entries is None else entries
            entries.append(_qwen_value(line[4:].strip()))
            continue
        if entries is not None:
            found[host], entries, host = entries, None, ""
        if line.startswith("  ") and members is not None:
            key, _, value = line.strip().partition(":")
            members[key.strip()] = _qwen_value(value.strip())
            continue
        members = None
        if ":" not in line:
            continue
        key, _, value = line.partition(":")
        if value.strip():
            found[key.strip()] = _qwen_value(value.strip())
            continue
        host = key.strip()
        following = lines[index + 1] if index + 1 < len(lines) else ""
        if following.startswith("  ") and not following.startswith("  - "):
            members = {}
            found[host] = members
            host = ""
    if entries is not None:
        found[host] = entries
    return {key: value for key, value in found.items() if value is not None}


def _qwen_value(text: str) -> object:
    if text in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[text]
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if _INTEGER.fullmatch(text):
        try:
            return float(int(text, 0))
        except OverflowError:
            return inf
    return float(text) if _NUMBER.fullmatch(text) else text


# As JavaScript reads them.
_NUMBER = re.compile(r"[-+]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][-+]?[0-9]+)?")
_INTEGER = re.compile(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+")

# --- VS Code -----------------------------------------------------------------------------------

_KEY = re.compile(
    r"""[ \t]*(?:"([^"\\\n]*)"|'([^'\n]*)'|((?![ \t#{\["'%:]|-(?:[ \t\n]|\Z))[^\n]+?))[ \t]*:(?=[ \t\n]|\Z)"""
)
_SKIPPED = re.compile(r"[ \t]*(?:[#%][^\n]*)?(?:\n|\Z)")
_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_BLOCK = re.compile(r"([|>])([-+]?)[0-9]?([-+]?)[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_COMMENT = re.compile(r"[ \t]#")
_DASH = re.compile(r"-(?:[ \t]+|(?=\n)|\Z)")


def vscode_fields(content: str) -> Pairs:
    """The fields VS Code finds, in order, all values text, list or map; of repeated ones the first counts.

    It takes ``key: text: with colons`` as it is meant, and stops at the first line that it cannot place.
    """
    return _VsCode(content).run()


class _VsCode:
    """One pass over ``text``; ``_at`` is where it is."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._stopped = False

    def run(self) -> Pairs:
        pairs: Pairs = []
        self._skip_blank()
        base = self._indent()
        while not self._stopped:
            self._skip_blank()
            match = _KEY.match(self._text, self._at) if self._at < len(self._text) else None
            at_start = self._at == 0 or self._text[self._at - 1] == "\n"
            if match is None or (at_start and self._indent() < base):
                break
            key = next((group for group in match.groups() if group is not None), "")
            if match[3] is not None and _COMMENT.search(match[3]):
                break
            self._at = match.end()
            pairs.append((key, self._value(base)))
        return pairs

    def _skip_blank(self) -> None:
        while self._at < len(self._text) and (match := _SKIPPED.match(self._text, self._at)):
            self._at = match.end()

    def _value(self, column: int) -> object:
        """The value behind a colon; the lines that belong to it are indented more than ``column``."""
        text = self._text
        while self._at < len(text) and text[self._at] in " \t":
            self._at += 1
        if self._at == len(text) or text[self._at] in "\n#":
            return self._below(column)
        return self._inline(column, colon=True)

    def _inline(self, column: int, *, colon: bool) -> object:
        text, at = self._text, self._at
        first = text[at]
        if first in "[{":
            return self._then_line_end(self._flow(), colon=colon)
        if first in "\"'":
            return self._then_line_end(self._quoted(), colon=colon)
        if _DASH.match(text, at):
            return self._list(column)
        if first in "|>" and (header := _BLOCK.match(text, at)):
            return self._block(header, column)
        return self._plain(column)

    def _then_line_end(self, value: object, *, colon: bool) -> object:
        """``value``; what follows it on its line is a field only where no ``colon`` was met on it before."""
        match = _REST_OF_LINE.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        elif colon or _KEY.match(self._text, self._at) is None:
            self._stopped = True
        return value

    def _below(self, column: int) -> object:
        """A value on the lines below its key: an indented one, or a list."""
        self._skip_blank()
        indent = self._indent()
        start = self._at + indent
        dash = _DASH.match(self._text, start)
        if self._at >= len(self._text) or (indent <= column and not (dash and indent == column)):
            return ""
        if dash:
            self._at = start
            return self._list(indent)
        if _KEY.match(self._text, self._at):
            self._skip_deeper(column)
            return {}
        self._at = start
        return self._inline(column, colon=False)

    def _indent(self) -> int:
        at = self._at
        while at < len(self._text) and self._text[at] in " \t":
            at += 1
        return at - self._at

    def _line(self) -> str:
        end = self._text.find("\n", self._at)
        return self._text[self._at : end if end >= 0 else len(self._text)]

    def _next_line(self) -> None:
        end = self._text.find("\n", self._at)
        self._at = len(self._text) if end < 0 else end + 1

    def _skip_deeper(self, column: int) -> None:
        while self._at < len(self._text):
            self._skip_blank()
            if self._at >= len(self._text) or self._indent() <= column:
                return
            self._next_line()

    def _list(self, column: int) -> list[str]:
        """The entries of a block list whose dashes stand at ``column``; the first dash is at ``_at``."""
        entries: list[str] = []
        while dash := _DASH.match(self._text, self._at):
            self._at = dash.end()
            if self._text[self._at : self._at + 1] in ("'", '"'):
                entries.append(str(self._then_line_end(self._quoted(), colon=False)))
                if self._stopped or self._text[self._at - 1] != "\n":
                    break
            else:
                entries.append(_uncommented(self._line()))
                self._next_line()
            self._skip_deeper(column)
            self._skip_blank()
            if self._indent() != column:
                break
            if _DASH.match(self._text, self._at + column):
                self._at += column
        return entries

    def _plain(self, column: int) -> str:
        """Unquoted text and the deeper lines below it that are no fields of their own."""
        line = self._line()
        value = _uncommented(line)
        self._next_line()
        empty = 0
        while not _COMMENT.search(line) and self._at < len(self._text):
            line = self._line()
            if not line.strip():
                empty += 1
                self._next_line()
                continue
            stripped = line.lstrip(" \t")
            own = stripped[0] in "#[{%" or _KEY.match(self._text, self._at) is not None
            if self._indent() <= column or own:
                break
            value += ("\n" * empty or " ") + _uncommented(stripped).strip("\"'")
            empty = 0
            self._next_line()
        return value

    def _quoted(self) -> str:
        """The text in quotes that begin at ``_at``; without an end it runs to the end of all."""
        start, double = self._at, self._text[self._at] == '"'
        match = (_DOUBLE if double else _SINGLE).match(self._text, start + 1)
        assert match is not None, "the pattern matches nothing, too"
        self._at = min(match.end() + 1, len(self._text))
        decoded = decode(self._text, Span(start, match.end() + 1), "double" if double else "single")
        if decoded:
            return decoded.value
        return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), match[0]) if double else match[0]

    def _flow(self) -> object:
        """A list or map in brackets; an unclosed one runs to the end of all."""
        start, depth, fresh = self._at, 0, True
        entries: list[str] = []
        entry = ""
        while self._at < len(self._text):
            character = self._text[self._at]
            if character in "\"'" and fresh:
                entry += self._quoted()
                fresh = False
                continue
            self._at += 1
            if character in "[{":
                depth += 1
            elif character in "]}":
                depth -= 1
            if depth == 0 or (depth == 1 and character == ","):
                entries += [entry.strip()] if entry.strip() else []
                entry = ""
                if depth == 0:
                    break
            elif character not in "[{" or depth > 1:
                entry += character
            fresh = character in "[{,:" or (fresh and character in " \t\n")
        return entries if self._text[start] == "[" else {}

    def _block(self, header: re.Match[str], column: int) -> str:
        self._at = header.end()
        lines: list[str] = []
        width = 0
        while self._at < len(self._text):
            line = self._line()
            indent = len(line) - len(line.lstrip(" "))
            if line.strip():
                width = width or indent
                if indent <= column or indent < width:
                    break
            lines.append(line[width:])
            self._next_line()
        text = "\n".join(lines)
        if header[1] == ">":
            text = re.sub(r"(?<=\S)\n(?=\S)", " ", text)
        return text.rstrip("\n") + ("" if "-" in (header[2], header[3]) else "\n")


_DOUBLE = re.compile(r'(?:[^"\\]|\\.)*', re.DOTALL)
_ESCAPE = re.compile(r'\\(["\\/nt])')
_ESCAPES = {"n": "\n", "t": "\t"}
_SINGLE = re.compile(r"(?:[^']|'')*")


def _uncommented(line: str) -> str:
    """A line's text up to a comment, without blanks around it."""
    comment = _COMMENT.search(line)
    return (line[: comment.start()] if comment else line).strip(" \t")
