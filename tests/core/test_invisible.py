"""Characters that nobody can see: which are marked, how, and which are left alone."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.invisible import hidden, one_line, revealed


def drawn(text: str, **options: bool) -> str:
    """The text as it is shown, marks in double brackets."""
    return "".join(f"⟦{shown}⟧" if mark else shown for shown, mark in revealed(text, **options))


CASES = {
    "plain text": ("a b\nc\n", "a b\nc\n"),
    "blanks at the end of lines": ("a \nb  \r\n c ", "a⟦·⟧\nb⟦··⟧\r\n c⟦·⟧"),
    "a tab": ("a\tb", "a⟦→\t⟧b"),
    "no-break spaces": ("a\u00a0b\u202fc", "a⟦⍽⟧b⟦⍽⟧c"),
    "zero width": ("a\u200bb\u2060c\ufeffd", "a⟦[U+200B]⟧b⟦[U+2060]⟧c⟦[U+FEFF]⟧d"),
    "directions": ("a\u202eb\u2066c", "a⟦[U+202E]⟧b⟦[U+2066]⟧c"),
    "controls": ("a\x00b\x1bc\x7fd\x85e", "a⟦[U+0000]⟧b⟦[U+001B]⟧c⟦[U+007F]⟧d⟦[U+0085]⟧e"),
    "a carriage return of its own": ("a\rb\r\nc", "a⟦↵⟧b\r\nc"),
    "line separators": ("a\u2028b\u2029c", "a⟦[U+2028]⟧b⟦[U+2029]⟧c"),
    "hidden letters": (
        "a" + "".join(chr(0xE0000 + ord(letter)) for letter in "hi you") + "b",
        "a⟦[tags: hi you]⟧b",
    ),
    "bytes that are no text": ("a\udcffb", "a⟦[byte FF]⟧b"),
    "an emoji of several": ("👩\u200d💻 ❤\ufe0f 1\ufe0f\u20e3", "👩\u200d💻 ❤\ufe0f 1\ufe0f\u20e3"),
    "a flag of tags": (
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ),
    "a joiner between letters that need none": ("a\u200db", "a⟦[U+200D]⟧b"),
    "a joiner in Persian": ("می\u200cخواهم", "می\u200cخواهم"),
    "a selector after nothing": ("\ufe0fa\ufe0f", "⟦[U+FE0F]⟧a⟦[U+FE0F]⟧"),
    "a wide blank of Chinese": ("你\u3000好", "你\u3000好"),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_what_cannot_be_seen_is_marked(text: str, expected: str) -> None:
    assert drawn(text) == expected


def test_the_end_of_a_text_need_not_be_the_end_of_a_line() -> None:
    assert drawn("a \nb ", line_end=False) == "a⟦·⟧\nb "


def test_a_long_run_of_blanks_takes_no_longer_than_its_length() -> None:
    # The square of it would take hours.
    assert drawn(" " * 1_000_000 + "x") == " " * 1_000_000 + "x"


@given(st.text())
def test_nothing_but_marks_takes_the_place_of_something(text: str) -> None:
    rest = text
    for shown, mark in revealed(text):
        assert shown
        if not mark:
            assert shown in rest
            rest = rest[rest.index(shown) + len(shown) :]
    assert "".join(shown for shown, mark in revealed("ab\n" + text + "\ncd")).startswith("ab\n")


@given(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Cs"], exclude_characters="\n\r"))
def test_no_format_or_control_character_gets_through_between_letters(character: str) -> None:
    # Signs that enclose numbers (Arabic, Syriac, Kaithi) and hieroglyphs are drawn by fonts.
    enclosing = unicodedata.category(character) == "Cf" and drawn(f"a{character}b") == f"a{character}b"
    if enclosing:
        assert character in _DRAWN_BY_FONTS
    else:
        assert "⟦" in drawn(f"a{character}b")


_DRAWN_BY_FONTS = {
    *map(chr, (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2)),
    *map(chr, (0x110BD, 0x110CD, *range(0x13430, 0x13440))),
}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("plain ascii\ttext \n", []),
        ("a\u200bb", [(1, 2)]),
        ("a\u00a0b", [(1, 2)]),
        ("a\r\nb\rc", [(4, 5)]),
        ("\ufeffa", [(0, 1)]),
        ("a\x00", [(1, 2)]),
        ("x  \n\u202eb", [(4, 5)]),
        ("a\U000e0041\U000e0042b", [(1, 3)]),
        ("\udc80", [(0, 1)]),
        ("\U0001f469\u200d\U0001f4bb", []),
        ("e\u0301 中文", []),
    ],
)
def test_characters_nobody_sees_are_found(text: str, places: list[tuple[int, int]]) -> None:
    assert [(one.start, one.end) for one in hidden(text)] == places


LINES = {
    "text": ("a b é 你好", "a b é 你好"),
    "what is hidden has the mark of the views": ("a\u200bb\u202ec\udcffd\u2800e", "a[U+200B]b[U+202E]c[byte FF]d[U+2800]e"),
    "hidden letters": ("".join(chr(0xE0000 + ord(letter)) for letter in "hi"), "[tags: hi]"),
    "ends of lines": ("a\nb\r\nc\td\re", "a[U+000A]b[U+000D][U+000A]c[U+0009]d↵e"),
    "what has no glyph": ("\ue000\u0378", "[U+E000][U+0378]"),
    "what fonts put together": ("👩\u200d💻", "👩[U+200D]💻"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LINES.values(), ids=LINES)
def test_a_line_for_a_terminal_names_what_cannot_be_printed(text: str, expected: str) -> None:
    assert one_line(text) == expected


@given(st.text())
def test_a_line_for_a_terminal_can_be_printed(text: str) -> None:
    assert one_line(text).isprintable()
