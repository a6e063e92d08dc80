"""Colours of the source: one line at a time, YAML and code by Pygments, Markdown by own patterns.

Only lines that changed are looked at, and those behind them as far as something runs on (a fence, a
quoted value, an example). What runs on is kept in the state of each block. Very long lines are left
plain where looking at them would take too long. Colours come from a Pygments style of each theme
and are readable on the ground of the editor. No other module knows Pygments.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import ClassVar, Literal, NamedTuple

from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.style import Style
from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Token,
    _TokenType,
)
from pygments.token import Literal as LiteralToken
from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextBlock, QTextCharFormat, QTextDocument

from agenteditor.ui.source_marks import Kind, Passage, closes, fence, markdown, value
from agenteditor.ui.theme_colours import Theme, readable

# Longer lines are left plain (code points). The time of several lexers grows with the square of what was
# made for it: YAML takes 100 ms for 4,000 characters, TypeScript 600 for 2,000 and under 20 for 500.
# Long values of frontmatter are plain or quoted text, and those need no lexer.
LONGEST_YAML = 1_000
LONGEST_CODE = 500
LONGEST_LINE = 20_000
LONGEST_BLOCK = 50_000

Mode = Literal["frontmatter", "body", "code"]


class Piece(NamedTuple):
    """``text[start:end]`` in one format."""

    start: int
    end: int
    format: QTextCharFormat


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
                    line.token(0, len(text), Punctuation)
                return _State(zone=_FRONT)
            state = _State(zone=_BODY)
        if state.zone == _FRONT:
            # The reader ends it at the first three hyphens, wherever they stand (READER.md, rule 2).
            end = text.find("---")
            if end < 0:
                return self._yaml(text, state, line)
            if line:
                self._yaml(text[:end], state, line)
                line.token(end, end + 3, Punctuation)
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
                line.token(0, len(text), Comment)
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
                line.token(0, len(text), Comment)
            return state._replace(zone=_BODY, tilde=False, size=0, language=0)
        language = self._languages[state.language]
        if line and language in _MARKDOWN:
            line.passage(markdown(text, example=False, comment=False), 0)
        elif line:
            line.token(0, len(text), String.Backtick)
            if len(text) <= LONGEST_CODE:
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
                line.token(0, rest.end(), String)
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
            line.token(*plain.span("key"), Name.Tag)
            line.token(*plain.span("colon"), Punctuation)
            if _CONSTANT.fullmatch(plain["value"]):
                line.token(*plain.span("value"), Name.Constant)
            line.comment(plain.start("value"))
        elif line and len(text) <= LONGEST_YAML:
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
            line.token(*start.span("key"), Name.Tag)
            line.token(*start.span("colon"), Punctuation)
            line.token(start.start("quote"), rest.end(), String)
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


def code_pieces(code: str, language: str, theme: Theme) -> list[Piece]:
    """A whole block of code, coloured as in the source; empty for an unknown language or very long lines."""
    lexer = _lexer(language.lower())
    if (
        lexer is None
        or len(code) > LONGEST_BLOCK
        or any(len(line) > LONGEST_CODE for line in code.split("\n"))
    ):
        return []
    formats = Formats(theme)
    return [
        Piece(start, end, formats.of(token))
        for start, end, token in _merged(lexer, code)
        if token is not Token
    ]


class Formats:
    """The formats of a theme, made when first asked for."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._style: type[Style] = _DarkStyle if theme.dark else _LightStyle
        self._formats: dict[_TokenType, QTextCharFormat] = {}

    def of(self, token: _TokenType) -> QTextCharFormat:
        """The format of a kind of token, or of the nearest parent that the style knows."""
        found = self._formats.get(token)
        if found is None:
            found = self._formats[token] = self._made(token)
        return found

    def _made(self, token: _TokenType) -> QTextCharFormat:
        while True:
            try:
                style = self._style.style_for_token(token)
                break
            except KeyError:  # a style lists only the standard tokens, and YAML's are not among them
                assert token.parent is not None, "every style knows the root of all tokens"
                token = token.parent
        made = QTextCharFormat()
        if style["color"]:
            made.setForeground(readable(QColor(f"#{style['color']}"), self._theme.base))
        if style["bold"]:
            made.setFontWeight(QFont.Weight.DemiBold)
        if style["italic"]:
            made.setFontItalic(True)
        return made


class _Line:
    """Sets the formats of one line, counting in code points while Qt counts in UTF-16 units."""

    def __init__(self, highlighter: SourceHighlighter, formats: Formats, text: str) -> None:
        self._highlighter = highlighter
        self._formats = formats
        self._text = text
        self._astral: list[int] = []
        if not text.isascii():
            self._astral = [at for at, character in enumerate(text) if character > "\uffff"]

    def token(self, start: int, end: int, token: _TokenType) -> None:
        if start < end:
            found = self._formats.of(token)
            at = self._position(start)
            self._highlighter.setFormat(at, self._position(end) - at, found)

    def comment(self, start: int) -> None:
        """The comment of a line of YAML whose value ends at or begins at ``start``, if it has one."""
        found = _YAML_COMMENT.search(self._text, start)
        if found:
            self.token(found.start(), len(self._text), Comment)

    def passage(self, passage: Passage, start: int) -> None:
        for mark in passage.marks:
            self.token(start + mark.start, start + mark.end, _TOKENS[mark.kind])

    def lexed(self, language: str, text: str) -> None:
        for start, end, token in _line_tokens(language, text):
            self.token(start, end, token)

    def _position(self, offset: int) -> int:
        return offset + bisect_left(self._astral, offset) if self._astral else offset


def _merged(lexer: Lexer, text: str) -> Iterator[tuple[int, int, _TokenType]]:
    """The tokens of a text; those that touch and are of one kind are one."""
    begun: tuple[int, int, _TokenType] | None = None
    for start, token, piece in lexer.get_tokens_unprocessed(text):
        end = start + len(piece)
        if begun and begun[2] is token and begun[1] == start:
            begun = (begun[0], end, token)
            continue
        if begun:
            yield begun
        begun = (start, end, token)
    if begun:
        yield begun


@cache
def _lexer(language: str) -> Lexer | None:
    """The lexer of a language; None if there is none, or none that is known to be quick."""
    if language not in _aliases():
        return None
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


@cache
def _aliases() -> frozenset[str]:
    """All names of the languages that are coloured; what a file calls a language is only looked up here."""
    lexers = get_all_lexers(plugins=False)
    return frozenset(
        alias for _, aliases, _, _ in lexers if set(aliases[:1]) & _LANGUAGES for alias in aliases
    )


@lru_cache(maxsize=4096)
def _line_tokens(language: str, line: str) -> tuple[tuple[int, int, _TokenType], ...]:
    """The tokens of one line. Kept: a fence that is typed changes twice what all lines behind it are."""
    lexer = _lexer(language)
    return tuple(_merged(lexer, line)) if lexer else ()


# The languages that agent files use, of those whose lexers are quick on any line (the test measures them).
_LANGUAGES = frozenset(
    """
    apacheconf bash batch c cmake console cpp csharp css clojure dart diff docker elixir erlang fsharp go
    graphql groovy haskell html http ini java javascript json jsx julia kotlin less lua make nginx
    nixos objective-c ocaml perl php powershell properties protobuf pycon python ruby rust sass scala
    scss solidity sql swift terraform toml tsx typescript vb.net vim vue xml yaml zig
    """.split()  # noqa: SIM905 (a list of sixty quoted words is harder to read)
)

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

_TOKENS: dict[Kind, _TokenType] = {
    "heading": Generic.Heading,
    "strong": Generic.Strong,
    "emphasis": Generic.Emph,
    "code": String.Backtick,
    "link": Name.Attribute,
    "tag": Name.Tag,
    "comment": Comment,
    "marker": Keyword,
    "rule": Punctuation,
    "quote": Generic.Output,
    "label": Name.Label,
    "escape": String.Escape,
    "placeholder": Name.Variable,
}


class _LightStyle(Style):
    """Dark inks on white."""

    styles: ClassVar[dict[_TokenType, str]] = {
        Comment: "italic #5d6771",
        Keyword: "#9b2393",
        Operator: "#57606a",
        Punctuation: "#57606a",
        Name.Tag: "#0b5fb0",
        Name.Attribute: "#6941b8",
        Name.Function: "#6941b8",
        Name.Class: "#7a4a00",
        Name.Builtin: "#0b5fb0",
        Name.Decorator: "#6941b8",
        Name.Variable: "#8a4b00",
        Name.Constant: "#8a4b00",
        Name.Label: "bold #9b2393",
        LiteralToken.Scalar: "",
        String: "#23663a",
        String.Backtick: "#7a3b10",
        String.Escape: "#8a4b00",
        Number: "#8a4b00",
        Generic.Heading: "bold #163f9e",
        Generic.Strong: "bold",
        Generic.Emph: "italic",
        Generic.Output: "italic #57606a",
        Error: "#b3261e",
    }


class _DarkStyle(Style):
    """Light inks on near black."""

    styles: ClassVar[dict[_TokenType, str]] = {
        Comment: "italic #8f99a5",
        Keyword: "#f199d6",
        Operator: "#aab3bd",
        Punctuation: "#9fa8b3",
        Name.Tag: "#7cbcff",
        Name.Attribute: "#c3a6ff",
        Name.Function: "#c3a6ff",
        Name.Class: "#f0c078",
        Name.Builtin: "#7cbcff",
        Name.Decorator: "#c3a6ff",
        Name.Variable: "#f2b56b",
        Name.Constant: "#f2b56b",
        Name.Label: "bold #f199d6",
        LiteralToken.Scalar: "",
        String: "#97d6a0",
        String.Backtick: "#eab38a",
        String.Escape: "#f2b56b",
        Number: "#f2b56b",
        Generic.Heading: "bold #93b8ff",
        Generic.Strong: "bold",
        Generic.Emph: "italic",
        Generic.Output: "italic #aab3bd",
        Error: "#ff8078",
    }
