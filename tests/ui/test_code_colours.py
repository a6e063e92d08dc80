"""Code is coloured in inks that can be read; what no lexer knows stays plain."""

from __future__ import annotations

import pytest
from pygments.token import String, Token
from PySide6.QtWidgets import QApplication

from agenteditor.ui import code_colours as module
from agenteditor.ui.code_colours import LONGEST_CODE, LONGEST_YAML, Formats, code_pieces
from agenteditor.ui.theme_colours import LIGHT, THEMES, Theme, contrast


@pytest.mark.parametrize("theme", THEMES, ids=range(4))
def test_every_colour_can_be_read(qapp: QApplication, theme: Theme) -> None:
    formats = Formats(theme)
    for token in (*module._TOKENS.values(), *module._LightStyle.styles):
        made = formats.of(token)
        if made.hasProperty(made.Property.ForegroundBrush):
            assert contrast(made.foreground().color(), theme.base) >= 4.5, token


def test_a_kind_the_style_does_not_know_looks_like_its_parent(qapp: QApplication) -> None:
    # style_for_token raises KeyError for it.
    unknown = Token.Literal.String.Something.Quite.New
    assert Formats(LIGHT).of(unknown).foreground() == Formats(LIGHT).of(String).foreground()
    assert (
        not Formats(LIGHT)
        .of(Token.Literal.Scalar.Plain)
        .hasProperty(Formats(LIGHT).of(Token).Property.ForegroundBrush)
    )


def test_code_is_coloured_for_the_preview_too(qapp: QApplication) -> None:
    code = "def f():\n    return '\U0001f600x'\n"
    pieces = code_pieces(code, "Python", LIGHT)
    shown = [code[piece.start : piece.end] for piece in pieces]
    assert "'\U0001f600x'" in shown
    assert "def" in shown
    assert code_pieces(code, "no-such-language", LIGHT) == []
    assert code_pieces("x" * 100_000, "python", LIGHT) == []


def test_a_line_of_code_is_coloured_up_to_a_length(qapp: QApplication) -> None:
    formats = Formats(LIGHT)
    for language, longest in (("python", LONGEST_CODE), ("yaml", LONGEST_YAML)):
        line = "a: 1 #".ljust(longest, "x")
        assert list(formats.line(language, line))
        assert not list(formats.line(language, line + "x"))
    assert not list(formats.line("no-such-language", "a"))
