"""How code is coloured: by Pygments, in the inks of each theme, readable on the ground of the editor.

The only module that knows Pygments. Languages whose lexers are slow on some line are left out, and
so are long lines and blocks.
"""

from __future__ import annotations

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
from PySide6.QtGui import QColor, QFont, QTextCharFormat

from agenteditor.ui.source_marks import Kind
from agenteditor.ui.theme_colours import Theme, readable

# Longer lines and blocks are left plain (code points). The time of several lexers grows with the square of
# what was made for it: YAML takes 100 ms for 4,000 characters, TypeScript 600 for 2,000 and under 20 for 500.
# Long values of frontmatter are plain or quoted text, and those need no lexer.
LONGEST_YAML = 1_000
LONGEST_CODE = 500
LONGEST_BLOCK = 50_000

Ink = Kind | Literal["key", "punctuation", "string", "constant"]


class Piece(NamedTuple):
    """``text[start:end]`` in one format."""

    start: int
    end: int
    format: QTextCharFormat


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

    def ink(self, ink: Ink) -> QTextCharFormat:
        """The format of what the source's own patterns found."""
        return self.of(_TOKENS[ink])

    def line(self, language: str, line: str) -> Iterator[Piece]:
        """One line of code; nothing for an unknown language or a line over `LONGEST_CODE`."""
        if len(line) <= (LONGEST_YAML if language == "yaml" else LONGEST_CODE):
            for start, end, token in _line_tokens(language, line):
                yield Piece(start, end, self.of(token))

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

_TOKENS: dict[Ink, _TokenType] = {
    "key": Name.Tag,
    "punctuation": Punctuation,
    "string": String,
    "constant": Name.Constant,
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
