"""Line ends and byte order marks are told apart and changed by small edits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.line_ends import (
    Kind,
    add_bom,
    drop_bom,
    has_bom,
    line_end,
    line_ends,
    to_line_ends,
)
from agenteditor.core.text import apply, invert, replace

pieces = st.sampled_from(["\r", "\n", "\r\n", "a", "\ufeff", "\u2028", "😀", "\udc80"])
texts = st.lists(pieces, max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "none"),
        ("a", "none"),
        ("a\u2028b\x85c\x0bd", "none"),
        ("a\n", "LF"),
        ("a\r\nb", "CRLF"),
        ("a\rb\r", "CR"),
        ("a\r\nb\n", "mixed"),
        ("a\r\nb\r", "mixed"),
        ("a\r\r\nb", "mixed"),
        ("a\n\rb", "mixed"),
    ],
)
def test_line_ends_are_named(text: str, kind: str) -> None:
    assert line_ends(text) == kind


@pytest.mark.parametrize(
    ("text", "end"),
    [("", "\n"), ("a\rb", "\n"), ("a\r\nb", "\r\n"), ("\r\n\n", "\n"), ("\r\n\r\n\n", "\r\n")],
)
def test_a_new_line_ends_as_most_lines_do(text: str, end: str) -> None:
    assert line_end(text) == end


def test_each_line_end_is_an_edit_of_its_own() -> None:
    assert to_line_ends("a\r\nb\rc\n", "LF") == (replace(1, 2, ""), replace(4, 5, "\n"))
    assert to_line_ends("a\nb\r\n", "CRLF") == (replace(1, 1, "\r"),)
    assert to_line_ends("a\nb\r\n", "CR") == (replace(1, 2, "\r"), replace(4, 5, ""))


@given(texts, st.sampled_from(["LF", "CRLF", "CR"]))
def test_changed_line_ends_are_all_of_one_kind_and_nothing_else_is_changed(text: str, kind: Kind) -> None:
    edits = to_line_ends(text, kind)
    changed = apply(text, edits)
    assert line_ends(changed) in (kind, "none")
    assert to_line_ends(changed, kind) == ()
    assert _lines(changed) == _lines(text)
    assert apply(changed, invert(text, edits)) == text


@given(texts)
def test_a_byte_order_mark_comes_and_goes(text: str) -> None:
    without = apply(text, drop_bom(text))
    assert not has_bom(without)
    assert without == text.lstrip("\ufeff")
    assert drop_bom(without) == ()
    with_it = apply(without, add_bom(without))
    assert with_it == "\ufeff" + without
    assert add_bom(with_it) == ()


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
