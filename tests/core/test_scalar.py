"""Scalars: types, decoding with an offset map, writing."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agenteditor.core.scalar import decode, double, folded, fragment, literal, resolve, single
from agenteditor.core.yaml_nodes import Mapping, Scalar
from agenteditor.core.yaml_read import read
from tests.core.texts import pieces


def scalar_of(yaml: str) -> Scalar | None:
    """The value of ``a`` in ``yaml``, if that parses and is a scalar."""
    node = read(yaml)
    if isinstance(node, Mapping) and isinstance(node.pairs[0][1], Scalar):
        return node.pairs[0][1]
    return None


def value_of(yaml: str) -> str | None:
    node = scalar_of(yaml)
    decoded = node and decode(yaml, node.span, node.style)
    return decoded.value if decoded else None


def test_not_a_number_and_infinity():
    assert math.isnan(resolve(".nan"))
    assert resolve("-.inf") == -math.inf
    assert resolve("9" * 5000) == math.inf


# Each row: yaml, then where each character of the value is written, as a string of the source.
MAPS = [
    ("a: xy", ["x", "y"]),
    ("a: 'it''s'", ["i", "t", "''", "s"]),
    ('a: "\\n\\x41b"', ["\\n", "\\x41", "b"]),
    ("a: x \n  y", ["x", " \n  ", "y"]),
    ("a: |\n  x\n  y\n", ["x", "\n  ", "y", "\n"]),
    ("a: |-\n  x\n\n  y\n", ["x", "\n", "\n  ", "y"]),
    ("a: >\n  x\n  y\n", ["x", "\n  ", "y", "\n"]),
]


@pytest.mark.parametrize(("yaml", "sources"), MAPS)
def test_each_character_knows_where_it_is_written(yaml, sources):
    node = scalar_of(yaml)
    decoded = decode(yaml, node.span, node.style)
    assert [yaml[a:b] for a, b in zip(decoded.offsets, decoded.offsets[1:], strict=False)] == sources


STYLES = ["a: {}", "a: '{}'", 'a: "{}"', "a: |\n  {}\n", "a: >\n  {}\n", "a: |+\n  {}\n\n", "a: >-\n  {}\n"]


@given(pieces(8), st.sampled_from(STYLES))
def test_offsets_are_ordered_inside_and_one_more_than_characters(text, form):
    yaml = form.format(text)
    node = scalar_of(yaml)
    decoded = node and decode(yaml, node.span, node.style)
    if decoded:
        assert len(decoded.offsets) == len(decoded.value) + 1
        assert list(decoded.offsets) == sorted(decoded.offsets)
        assert decoded.offsets[0] >= 0 and decoded.offsets[-1] <= len(yaml)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40))
@example("-----")
def test_double_quotes_hold_any_text_on_one_line_without_three_hyphens(value):
    written = double(value)
    assert "\n" not in written and "---" not in written
    assert value_of(f"a: {written}\n") == value


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n\t"), max_size=40))
def test_single_quotes_hold_any_line(value):
    assert value_of(f"a: {single(value)}\n") == value


LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=10), max_size=5)


@given(LINES, st.sampled_from(["", "\n", "\n\n"]), st.sampled_from([2, 4]))
def test_a_literal_block_holds_any_lines(lines, tail, width):
    value = "\n".join(lines) + tail
    assert value_of("a: " + literal(value, "\n", width) + "\nb: c\n") == value


@given(LINES.filter(lambda lines: any(lines) and not any(line[:1] in " \t" for line in lines)))
def test_a_folded_block_of_ours_folds_nothing(lines):
    value = "\n".join(lines).strip("\n") + "\n"
    assert value_of("a: " + folded(value, "\n") + "\nb: c\n") == value


def test_a_fragment_is_written_as_the_style_asks():
    assert fragment("single", "it's", "\n", 2) == "it''s"
    assert fragment("double", 'a "b"\n', "\n", 2) == 'a \\"b\\"\\n'
    assert fragment("literal", "a\nb", "\r\n", 4) == "a\r\n    b"
    assert fragment("plain", "it's", "\n", 2) == "it's"
