"""Spans, edits, diff, shift and lines of plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.text import (
    LineIndex,
    Span,
    apply,
    diff,
    eol_of,
    invert,
    moved,
    position,
    replace,
    shift,
)

TEXT = st.text(alphabet="ab \r\n😀", max_size=30)


@st.composite
def edited(draw):
    """A text and sorted, disjoint edits of it."""
    text = draw(TEXT)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return text, tuple(replace(start, end, draw(TEXT)) for start, end in pairs)


def test_edits_happen_at_once_in_old_positions():
    assert apply("abcdef", (replace(0, 1, ""), replace(2, 4, "XY Z"), replace(6, 6, "!"))) == "bXY Zef!"


def test_edits_that_overlap_are_our_own_mistake():
    with pytest.raises(AssertionError):
        apply("abc", (replace(0, 2, ""), replace(1, 3, "")))
    with pytest.raises(AssertionError):
        apply("abc", (replace(2, 4, ""),))


@given(edited())
def test_the_inverse_takes_every_edit_back(case):
    text, edits = case
    assert apply(apply(text, edits), invert(text, edits)) == text


@given(TEXT, TEXT, st.none() | st.integers(0, 40))
def test_diff_turns_old_into_new_and_is_smallest(old, new, near):
    edits = diff(old, new, near)
    assert apply(old, edits) == new
    assert len(edits) == (old != new)
    if edits:
        (span, insert) = edits[0]
        removed = span.of(old)
        assert not (removed and insert and (removed[0] == insert[0] or removed[-1] == insert[-1]))


@pytest.mark.parametrize(("near", "start"), [(None, 3), (1, 0), (2, 1), (3, 2), (4, 3)])
def test_a_letter_among_equal_letters_is_put_where_the_caret_is(near, start):
    assert diff("aaa", "aaaa", near) == (replace(start, start, "a"),)


@given(edited(), st.data())
def test_an_offset_outside_the_edits_keeps_its_character(case, data):
    text, edits = case
    outside = [i for i in range(len(text)) if not any(s.start <= i < s.end for s, _ in edits)]
    if outside:
        offset = data.draw(st.sampled_from(outside))
        assert apply(text, edits)[shift(offset, edits, after=True)] == text[offset]


def test_an_offset_at_an_insertion_goes_before_or_after_it():
    edits = (replace(2, 2, "XY"),)
    assert shift(2, edits) == 2
    assert shift(2, edits, after=True) == 4
    assert shift(3, edits) == 5


def test_an_offset_in_a_replaced_span_goes_to_an_end_of_the_insertion():
    edits = (replace(1, 4, "XY"),)
    assert [shift(i, edits) for i in range(6)] == [0, 1, 1, 1, 3, 4]
    assert shift(2, edits, after=True) == 3


def test_edits_of_a_part_move_to_the_whole():
    assert moved((replace(1, 2, "x"),), 10) == (replace(11, 12, "x"),)


def test_lines_end_at_line_feeds_alone_and_columns_are_code_points():
    lines = LineIndex("a😀b\r\nc\rd\u2028e\n")
    assert lines.position(2) == (1, 3)
    assert lines.position(5) == (2, 1)
    assert lines.position(9) == (2, 5)


@given(TEXT, st.lists(st.integers(0, 30)))
def test_offsets_in_any_order_have_the_same_lines_and_columns(text, offsets):
    lines = LineIndex(text)
    for offset in offsets:
        assert lines.position(min(offset, len(text))) == position(text, min(offset, len(text)))


def test_the_line_end_of_a_text_is_that_of_most_lines():
    assert eol_of("") == "\n"
    assert eol_of("a\r\nb\r\nc\n") == "\r\n"
    assert eol_of("a\r\nb\nc\n") == "\n"


def test_a_span_says_what_it_covers():
    span = Span(1, 3)
    assert span.of("abcd") == "bc"
    assert [span.covers(i) for i in range(5)] == [False, True, True, True, False]
    assert span.moved(2) == (3, 5)
