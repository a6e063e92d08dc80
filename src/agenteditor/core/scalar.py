"""YAML scalars: what they mean, where each character comes from, how to write them.

``decode`` gives the value the reader gets together with an offset map, so that a change of one
letter in a form becomes a change of one letter in the file. ``encode`` and ``fragment`` write.
They need not know every rule of YAML: ``rewrite`` reads each result back and drops what does
not come out as asked.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from agenteditor.core.text import Span

# --- plain scalars: the types of YAML 1.2 core, as measured on the reader (READER.md) ---------

_INT = re.compile(r"[-+]?[0-9]+")
_RADIX = re.compile(r"([-+]?)0(?:o([0-7]+)|x([0-9a-fA-F]+))")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, object] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
}  # fmt: skip
_INFINITY = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_HUGE = 10**308  # above this an int may not become a float
_SHOWN_WHOLE = 1e21  # JavaScript writes larger numbers with an exponent


def resolve(plain: str) -> object:
    """What an unquoted scalar means: None, a bool, a number or the string itself.

    ``yes``, ``12:30``, ``1_000`` and dates are strings; ``017`` is 17 (READER.md, Types).
    """
    if plain in _WORDS:
        return _WORDS[plain]
    if _INT.fullmatch(plain):
        return _number(int(plain[:400]))
    if match := _RADIX.fullmatch(plain):
        digits = int(match[2], 8) if match[2] else int(match[3], 16)
        return _number(-digits if match[1] == "-" else digits)
    if _FLOAT.fullmatch(plain):
        return _number(float(plain))
    if match := _INFINITY.fullmatch(plain):
        return float("-inf") if match[1] == "-" else float("inf")
    return plain


def _number(number: int | float) -> int | float:
    """A number as the reader has it: 64-bit floats, the whole ones shown without a point."""
    as_float = float(number) if abs(number) < _HUGE else float("inf") * (1 if number > 0 else -1)
    return int(as_float) if as_float.is_integer() and abs(as_float) < _SHOWN_WHOLE else as_float


# --- decoding --------------------------------------------------------------------------------


class Decoded(NamedTuple):
    """A value and, for each of its characters and its end, the offset it is written at.

    Character ``i`` is written as ``text[offsets[i]:offsets[i + 1]]``.
    """

    value: str
    offsets: range | tuple[int, ...]


def decode(text: str, span: Span, style: str, indent: int = 0) -> Decoded | None:
    """The value of the scalar at ``span``; None for a style or text it does not follow.

    ``style`` is plain, single, double, literal or folded; ``indent`` is the column of the key
    the value belongs to. A fold over CRLF inside quotes gives a newline, and a clipped block at
    the very end gains one, as in the reader (READER.md).
    """
    if style == "plain":
        return _decode_flow(text, span.start, span.end, "")
    if style == "single":
        return _decode_flow(text, span.start + 1, span.end - 1, "'")
    if style == "double":
        return _decode_flow(text, span.start + 1, span.end - 1, '"')
    if style in ("literal", "folded"):
        return _decode_block(text, span, indent)
    return None


_SPECIAL_IN = {"": re.compile(r"[\r\n]"), "'": re.compile(r"['\r\n]"), '"': re.compile(r"[\\\r\n]")}
_FOLD = re.compile(r"[ \t]*(?:(?:\r\n|\n|\r)[ \t]*)+")
_BREAK = re.compile(r"\r\n|\n|\r")
_SIMPLE_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0",
    "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX_LENGTHS = {"x": 2, "u": 4, "U": 8}


def _decode_flow(text: str, start: int, end: int, quote: str) -> Decoded | None:
    special = _SPECIAL_IN[quote].search(text, start, end)
    if special is None:
        return Decoded(text[start:end], range(start, end + 1))
    value: list[str] = []
    offsets: list[int] = []
    at = start
    while special is not None:
        stop = special.start()
        if special[0] in "\r\n":
            while stop > at and text[stop - 1] in " \t":
                stop -= 1
        if stop > at:
            value.append(text[at:stop])
            offsets.extend(range(at, stop))
        meant = _meaning(text, stop, end, quote)
        if meant is None:
            return None
        value.append(meant[0])
        offsets.extend([stop] * len(meant[0]))
        at = meant[1]
        special = _SPECIAL_IN[quote].search(text, at, end)
    value.append(text[at:end])
    offsets.extend(range(at, end + 1))
    return Decoded("".join(value), tuple(offsets))


def _meaning(text: str, at: int, end: int, quote: str) -> tuple[str, int] | None:
    """What the fold, quote or escape at ``at`` stands for, and where it ends; None for neither."""
    if text[at] == "'":
        return ("'", at + 2) if text[at : at + 2] == "''" else None
    if text[at] == "\\" and quote == '"':
        return _escape(text, at, end)
    fold = _FOLD.match(text, at, end)
    return (_folded(fold[0], bool(quote)), fold.end()) if fold else None


def _folded(blank: str, quoted: bool) -> str:
    breaks = _BREAK.findall(blank)
    if quoted and breaks[0] == "\r\n":
        return "\n" * len(breaks)
    return "\n" * (len(breaks) - 1) or " "


def _escape(text: str, at: int, end: int) -> tuple[str, int] | None:
    """The characters an escape at ``at`` stands for, and where it ends."""
    kind = text[at + 1 : at + 2]
    if kind in _SIMPLE_ESCAPES and kind:
        return _SIMPLE_ESCAPES[kind], at + 2
    if kind in _HEX_LENGTHS and kind:
        stop = at + 2 + _HEX_LENGTHS[kind]
        code = _hex(text[at + 2 : stop], _HEX_LENGTHS[kind])
        if code is None:
            return None
        if 0xD800 <= code < 0xDC00 and text[stop : stop + 2] == "\\u":
            low = _hex(text[stop + 2 : stop + 6], 4)
            if low is not None and 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)), stop + 6
        return chr(code), stop
    if fold := _FOLD.match(text, at + 1, end):
        breaks = _BREAK.findall(fold[0])
        crlf = breaks[0] == "\r\n"
        return "\n" * (len(breaks) - (0 if crlf else 1)), fold.end()
    return None


def _hex(digits: str, length: int) -> int | None:
    if len(digits) != length or not re.fullmatch("[0-9a-fA-F]+", digits):
        return None
    code = int(digits, 16)
    return code if code <= 0x10FFFF else None


_HEADER = re.compile(r"([|>])([-+]?)([0-9]?)([-+]?)[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|\Z)")


def _decode_block(text: str, span: Span, indent: int) -> Decoded | None:
    header = _HEADER.match(text, span.start, span.end)
    if not header:
        return None
    folded, chomp = header[1] == ">", header[2] or header[4]
    lines = _lines(text, header.end(), span.end)
    width = indent + int(header[3]) if header[3] else _block_indent(text, lines, indent)
    value: list[str] = []
    offsets: list[int] = []
    pending: list[int] = []  # offsets of line breaks not yet written
    previous_more = True  # a fold never joins to the first line or to a more indented one
    for start, stop, _ in lines:
        content = start + width
        if stop <= content and not text[start:stop].strip(" "):
            pending.append(start if stop < content else stop)
            continue
        if text[start:content].strip(" "):
            return None
        more = text[content] in " \t"
        if folded and value and not more and not previous_more and pending:
            value.extend(" " if len(pending) == 1 else "\n" * (len(pending) - 1))
            offsets.extend(pending[:1] if len(pending) == 1 else pending[1:])
        else:
            value.extend("\n" * len(pending))
            offsets.extend(pending)
        value.extend(text[content:stop])
        offsets.extend(range(content, stop))
        pending = [stop]
        previous_more = more
    if not value:
        first = header.end()
        kept = "\n" * len(pending) if chomp == "+" else ""
        return Decoded(kept, (*pending[: len(kept)], first if not kept else span.end))
    if chomp == "+":
        value.extend("\n" * len(pending))
        offsets.extend(pending)
    elif chomp != "-":
        value.append("\n")
        offsets.append(pending[0])
    offsets.append(span.end if chomp == "+" else min(pending[0] + (chomp != "-"), span.end))
    return Decoded("".join(value), tuple(offsets))


def _lines(text: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """``(start, end without its break, start of the next)`` of each line in a range."""
    lines: list[tuple[int, int, int]] = []
    while start < end:
        found = _BREAK.search(text, start, end)
        stop, following = found.span() if found else (end, end)
        lines.append((start, stop, following))
        start = following
    return lines


def _block_indent(text: str, lines: list[tuple[int, int, int]], indent: int) -> int:
    for start, stop, _ in lines:
        line = text[start:stop]
        if line.strip(" "):
            return max(len(line) - len(line.lstrip(" ")), indent + 1)
    return max([indent + 1, *(stop - start for start, stop, _ in lines)])


def block_width(text: str, span: Span, indent: int = 0) -> int:
    """How many columns the lines of the block scalar at ``span`` are indented."""
    header = _HEADER.match(text, span.start, span.end)
    if header and header[3]:
        return indent + int(header[3])
    return _block_indent(text, _lines(text, header.end() if header else span.start, span.end), indent)


def block_end(text: str, span: Span, indent: int = 0) -> int:
    """Where the block scalar at ``span`` ends: after the last line that is part of its value.

    libyaml's end mark runs on over the blank lines below. They are value only after ``|+`` and
    ``>+``; a line of more blanks than the block is indented by is value always.
    """
    header = _HEADER.match(text, span.start, span.end)
    if not header or "+" in (header[2], header[4]):
        return span.end
    lines = _lines(text, header.end(), span.end)
    width = indent + int(header[3]) if header[3] else _block_indent(text, lines, indent)
    end = header.end()
    for start, stop, following in lines:
        if stop > start + width or text[start:stop].strip(" "):
            end = following
    return end


# --- writing ---------------------------------------------------------------------------------

_DOUBLE_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_TO_ESCAPE = re.compile('[\\\\"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]')


def single(value: str) -> str:
    """``value`` in single quotes, on one line."""
    return "'" + value.replace("'", "''") + "'"


def double(value: str) -> str:
    """``value`` in double quotes on one physical line, the safest form (FORMAT 2.8).

    Three hyphens are spelled ``-\\x2d-``: the reader takes them for the closing fence.
    """
    body = _double_body(value)
    while "---" in body:  # five in a row hold three more once the first are spelled
        body = body.replace("---", "-\\x2d-")
    return f'"{body}"'


def _double_body(value: str) -> str:
    return _TO_ESCAPE.sub(lambda match: _DOUBLE_ESCAPES.get(match[0]) or _numeric_escape(match[0]), value)


def _numeric_escape(char: str) -> str:
    return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}"


def literal(value: str, eol: str, width: int = 2) -> str:
    """``value`` as a ``|`` block: header, then each line indented by ``width`` columns.

    The final newline belongs to the style: ``|`` has one, ``|-`` none; a value that ends in
    more than one is written with ``|+``.
    """
    stripped = value.rstrip("\n")
    tail = len(value) - len(stripped)
    chomp = "-" if not tail else "" if tail == 1 and stripped else "+"
    digit = str(width) if stripped[:1] in (" ", "\t", "\n") or not stripped else ""
    lines = value[:-1].split("\n") if tail else value.split("\n")
    indent = " " * width
    return eol.join([f"|{digit}{chomp}", *(indent + line if line else "" for line in lines)])


def folded(value: str, eol: str, width: int = 2) -> str:
    """``value`` as a ``>`` block that folds nothing: each of its lines is one line of the file."""
    header, _, body = literal(value, "\n", width).partition("\n")
    doubled = body.replace("\n", "\n\n") if body.strip("\n") else body
    return (">" + header[1:] + "\n" + doubled).replace("\n", eol)


def fragment(style: str, inserted: str, eol: str, width: int) -> str:
    """``inserted`` as it stands inside a scalar of ``style``, without quotes or header.

    ``width`` is the indentation of a block scalar's lines in columns.
    """
    if style == "single":
        return inserted.replace("'", "''")
    if style == "double":
        return _double_body(inserted)
    if style == "literal":
        return inserted.replace("\n", eol + " " * width)
    return inserted
