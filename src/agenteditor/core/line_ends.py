"""Line ends and byte order marks: which a text has, and the small edits that change them.

A file's line ends and its byte order mark are part of its text, so changing them is an edit like
any other, and can be undone. For the reader only U+000A ends a line (READER.md, rule 4); CR alone
is named here because people have such files and want to know.
"""

from __future__ import annotations

import re
from typing import Literal

from agenteditor.core.text import Edits, TextEdit, diff, moved, replace

LineEnds = Literal["LF", "CRLF", "CR", "mixed", "none"]
Kind = Literal["LF", "CRLF", "CR"]

BOM = "\ufeff"


def line_ends(text: str) -> LineEnds:
    """Which line ends a text has; "none" for a single line without one."""
    if "\r" not in text:  # nearly every file; counting takes time for a large one
        return "LF" if "\n" in text else "none"
    crlf = text.count("\r\n")
    kinds: dict[LineEnds, int] = {
        "CRLF": crlf,
        "LF": text.count("\n") - crlf,
        "CR": text.count("\r") - crlf,
    }
    present: list[LineEnds] = [kind for kind, count in kinds.items() if count]
    return "none" if not present else present[0] if len(present) == 1 else "mixed"


def line_end(text: str) -> Literal["\n", "\r\n"]:
    """What a new line of this text ends with: what most of its lines do; LF where that is even."""
    crlf = text.count("\r\n")
    return "\r\n" if crlf > text.count("\n") - crlf else "\n"


def to_line_ends(text: str, kind: Kind) -> Edits:
    """The edits after which every line end of ``text`` is ``kind``; each touches one line end."""
    wanted = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}[kind]
    edits: list[TextEdit] = []
    if kind == "LF" and "\r" not in text:
        return ()  # of a catalog, nearly every file
    for match in _LINE_END.finditer(text):
        edits.extend(moved(diff(match[0], wanted), match.start()))
    return tuple(edits)


def with_line_ends(text: str, kind: Kind) -> str:
    """``text`` with every line end of this kind: what ``to_line_ends`` makes of it, in one go."""
    return _LINE_END.sub({"LF": "\n", "CRLF": "\r\n", "CR": "\r"}[kind], text)


def has_bom(text: str) -> bool:
    """Whether a text begins with a byte order mark."""
    return text.startswith(BOM)


def add_bom(text: str) -> Edits:
    """The edit that puts a byte order mark before a text without one."""
    return () if has_bom(text) else (replace(0, 0, BOM),)


def drop_bom(text: str) -> Edits:
    """The edit that takes away every byte order mark at the start: with two, the reader sees one."""
    count = len(text) - len(text.lstrip(BOM))
    return (replace(0, count, ""),) if count else ()


_LINE_END = re.compile(r"\r\n|\r|\n")
