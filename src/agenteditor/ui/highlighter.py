"""Colours of the source: one line at a time, code by its lexer, YAML and Markdown by own patterns.

Only lines that changed are looked at, and those behind them as far as something runs on (a fence, a
quoted value, an example). What runs on is kept in the state of each block. Very long lines are left
plain where looking at them would take too long. The inks are those of `code_colours`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Literal, NamedTuple

from PySide6.QtGui import QSyntaxHighlighter, QTextBlock, QTextCharFormat, QTextDocument

from agenteditor.ui.code_colours import Formats, Ink
from agenteditor.ui.source_marks import Passage, closes, fence, markdown, value
from agenteditor.ui.theme_colours import Theme

LONGEST_LINE = 20_000  # code points; longer ones are left plain

Mode = Literal["frontmatter", "body", "code"]


class SourceHighlighter(QSyntaxHighlighter):
    """Keeps a document coloured. It is told whether the text has frontmatter, and by which theme."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._formats = Formats(theme)
        self._frontmatter = False
        self._languages: list[str] = [""]

    def set_theme(self, theme: Theme) -> None:
        """Colour everything anew for another theme."""
        self._formats = Formats(theme)
        self.rehighlight()

    def set_frontmatter(self, there: bool) -> None:
        """Whether the text begins with frontmatter, as the reader sees it."""
        if there != self._frontmatter:
            self._frontmatter = there
            self.rehighlight()

    def mode(self, block: QTextBlock) -> Mode:
        """What a line that begins where ``block`` begins is part of."""
        state = self._before(block)
        if state.zone == _FRONT or (state.zone == _START and self._frontmatter):
            return "frontmatter"
        return "code" if state.zone == _CODE else "body"

    def highlightBlock(self, text: str) -> None:
        """Qt's call for each line that needs it."""
        state = self._before(self.currentBlock())
        line = _Line(self, self._formats, text) if len(text) <= LONGEST_LINE else None
        self.setCurrentBlockState(self._line(text, state, line).packed())

    def _before(self, block: QTextBlock) -> _State:
        previous = block.previous()
        packed = previous.userState() if previous.isValid() else -1
        return _State.unpacked(packed) if packed >= 0 else _State(zone=_START)

    def _line(self, text: str, state: _State, line: _Line | None) -> _State:
        """Colour one line; returns the state behind it."""
        if state.zone == _START:
            if self._frontmatter:
                if line:
                    line.ink(0, len(text), "punctuation")
                return _State(zone=_FRONT)
            state = _State(zone=_BODY)
        if state.zone == _FRONT:
            # The reader ends it at the first three hyphens, wherever they stand (READER.md, rule 2).
            end = text.find("---")
            if end < 0:
                return self._yaml(text, state, line)
            if line:
                self._yaml(text[:end], state, line)
                line.ink(end, end + 3, "punctuation")
            if not text[end + 3 :].strip():
                return _State(zone=_BODY)
            return self._markdown(text, end + 3, _State(zone=_BODY), line)
        if state.zone == _CODE:
            return self._code(text, state, line)
        return self._markdown(text, 0, state, line)

    def _markdown(self, text: str, start: int, state: _State, line: _Line | None) -> _State:
        opened = fence(text) if not start and not state.comment else None
        if opened and opened.length < 256:
            if line:
                line.ink(0, len(text), "comment")
            tilde = opened.character == "~"
            language = self._language(opened.language)
            return state._replace(zone=_CODE, tilde=tilde, size=opened.length, language=language)
        if line is None:
            return state
        passage = markdown(text[start:], example=state.example, comment=state.comment)
        line.passage(passage, start)
        return state._replace(example=passage.example, comment=passage.comment)

    def _code(self, text: str, state: _State, line: _Line | None) -> _State:
        if closes(text, "~" if state.tilde else "`", state.size):
            if line:
                line.ink(0, len(text), "comment")
            return state._replace(zone=_BODY, tilde=False, size=0, language=0)
        language = self._languages[state.language]
        if line and language in _MARKDOWN:
            line.passage(markdown(text, example=False, comment=False), 0)
        elif line:
            line.ink(0, len(text), "code")
            line.lexed(language, text)
        return state

    def _yaml(self, text: str, state: _State, line: _Line | None) -> _State:
        """A line of frontmatter. Block scalars and quoted values that run on are no YAML of their own."""
        indent = len(text) - len(text.lstrip(" "))
        if state.scalar == _BLOCK:
            if not text.strip() or indent > state.size - 1:
                return self._value(text, 0, state, line)
            state = state._replace(scalar=_NONE, size=0)
        if state.scalar in (_DOUBLE, _SINGLE):
            rest = (_DOUBLE_REST if state.scalar == _DOUBLE else _SINGLE_REST).match(text)
            assert rest is not None, "the pattern fits every text"
            closed = rest["end"] is not None
            if line:
                line.ink(0, rest.end(), "string")
            after = self._value(text, 0, state, line)
            if not closed:
                return after
            if line:
                line.comment(rest.end())
            return after._replace(scalar=_NONE)
        quoted = _QUOTED.match(text)
        plain = None if quoted else _PLAIN.match(text)
        state = state._replace(example=state.example and not _KEY.match(text))
        if quoted:
            return self._quoted(text, quoted, state, line)
        if line and plain:
            # Not by the lexer: it takes all before the last ": " of an unquoted text for the key.
            line.ink(*plain.span("key"), "key")
            line.ink(*plain.span("colon"), "punctuation")
            if _CONSTANT.fullmatch(plain["value"]):
                line.ink(*plain.span("value"), "constant")
            line.comment(plain.start("value"))
        elif line:
            line.lexed("yaml", text)
        header = _BLOCK_HEADER.search(text)
        if header and not text.lstrip(" ").startswith("#"):
            prefix = _YAML_PREFIX.match(text)
            assert prefix is not None, "the pattern fits every text"
            column = prefix.end() - (0 if header["dash"] is None else 2)
            return state._replace(scalar=_BLOCK, size=min(column + 1, 255), example=False)
        return self._value(text, 0, state, line)

    def _quoted(self, text: str, start: re.Match[str], state: _State, line: _Line | None) -> _State:
        """A line whose value begins with a quote; the value may run on."""
        double = start["quote"] == '"'
        rest = (_DOUBLE_REST if double else _SINGLE_REST).match(text, start.end())
        assert rest is not None, "the pattern fits every text"
        if line:
            line.ink(*start.span("key"), "key")
            line.ink(*start.span("colon"), "punctuation")
            line.ink(start.start("quote"), rest.end(), "string")
        after = self._value(text, 0, state, line)
        if rest["end"] is None:
            return after._replace(scalar=_DOUBLE if double else _SINGLE)
        if line:
            line.comment(rest.end())
        return after

    def _value(self, text: str, start: int, state: _State, line: _Line | None) -> _State:
        if line is None:
            return state
        passage = value(text[start:], example=state.example)
        line.passage(passage, start)
        return state._replace(example=passage.example)

    def _language(self, name: str) -> int:
        """A number for the language of a fence, small enough for a block's state."""
        if name not in self._languages and len(self._languages) < 256:
            self._languages.append(name)
        return self._languages.index(name) if name in self._languages else 0


class _Line:
    """Sets the formats of one line, counting in code points while Qt counts in UTF-16 units."""

    def __init__(self, highlighter: SourceHighlighter, formats: Formats, text: str) -> None:
        self._highlighter = highlighter
        self._formats = formats
        self._text = text
        self._astral: list[int] = []
        if not text.isascii():
            self._astral = [at for at, character in enumerate(text) if character > "\uffff"]

    def ink(self, start: int, end: int, ink: Ink) -> None:
        if start < end:
            self._set(start, end, self._formats.ink(ink))

    def comment(self, start: int) -> None:
        """The comment of a line of YAML whose value ends at or begins at ``start``, if it has one."""
        found = _YAML_COMMENT.search(self._text, start)
        if found:
            self.ink(found.start(), len(self._text), "comment")

    def passage(self, passage: Passage, start: int) -> None:
        for mark in passage.marks:
            self.ink(start + mark.start, start + mark.end, mark.kind)

    def lexed(self, language: str, text: str) -> None:
        for piece in self._formats.line(language, text):
            self._set(*piece)

    def _set(self, start: int, end: int, made: QTextCharFormat) -> None:
        at = self._position(start)
        self._highlighter.setFormat(at, self._position(end) - at, made)

    def _position(self, offset: int) -> int:
        return offset + bisect_left(self._astral, offset) if self._astral else offset


_MARKDOWN = ("markdown", "md")

_START, _FRONT, _BODY, _CODE = range(4)
_NONE, _BLOCK, _DOUBLE, _SINGLE = range(4)


class _State(NamedTuple):
    """What runs on behind a line; packed into the integer that Qt keeps with each block."""

    zone: int
    example: bool = False
    comment: bool = False
    scalar: int = _NONE  # of the frontmatter
    tilde: bool = False  # the character of the fence
    size: int = 0  # the length of the fence, or the least indentation of a block scalar
    language: int = 0

    def packed(self) -> int:
        flags = self.zone | self.example << 2 | self.comment << 3 | self.scalar << 4 | self.tilde << 6
        return flags | self.size << 8 | self.language << 16

    @staticmethod
    def unpacked(packed: int) -> _State:
        return _State(
            zone=packed & 3,
            example=bool(packed >> 2 & 1),
            comment=bool(packed >> 3 & 1),
            scalar=packed >> 4 & 3,
            tilde=bool(packed >> 6 & 1),
            size=packed >> 8 & 255,
            language=packed >> 16 & 255,
        )


_KEY = re.compile(r"[\w-]+[ \t]*:(?:[ \t]|$)")
_PLAIN = re.compile(r"[ ]*(?:- +)*(?P<key>[\w.-]+)(?P<colon>:)[ \t]+(?P<value>[^\s\"'\[\]{}&*!|>#%@`].*)")
_CONSTANT = re.compile(r"true|false|null|~|[-+]?\d[\d.]*")
_YAML_COMMENT = re.compile(r"(?<=[ \t])#")
_YAML_PREFIX = re.compile(r"[ ]*(?:- +)*")
_BLOCK_HEADER = re.compile(r"(?:(?<=:)[ \t]+|(?P<dash>(?<=- )))[|>][-+\d]{0,2}[ \t]*(?:#.*)?$")
_QUOTED = re.compile(r"[ ]*(?:- +)*(?:(?P<key>[\w.-]+)(?P<colon>:)[ \t]+)?(?P<quote>[\"'])")
_DOUBLE_REST = re.compile(r"(?:[^\"\\]|\\.)*\\?(?P<end>\")?")
_SINGLE_REST = re.compile(r"(?:[^']|'')*(?P<end>')?")
