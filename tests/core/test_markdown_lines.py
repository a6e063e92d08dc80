"""Lines, markers, indentation and titles, piece by piece."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core import markdown_lines as md
from tests.core.bodies import messy


@given(messy())
def test_lines_are_the_whole_text(text: str) -> None:
    found = list(md.lines(text, 0, len(text)))
    assert "".join(line.of(text) for line in found) == text
    for line in found[:-1]:
        assert line.of(text).endswith(("\r", "\n"))
        assert len(line.of(text).rstrip("\r\n")) >= line.end - line.start - 2


@pytest.mark.parametrize(
    ("blanks", "start", "expected"),
    [("", 3, 3), ("   ", 0, 3), ("\t", 0, 4), (" \t", 0, 4), ("\t", 4, 8), ("\t ", 5, 9)],
)
def test_a_tab_goes_to_the_next_stop_of_four(blanks: str, start: int, expected: int) -> None:
    assert md.columns(blanks, start) == expected


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        ("    a", 2, "  a"),
        (" a", 3, "a"),
        ("\ta", 2, "  a"),
        ("\ta", 4, "a"),
        ("\t\ta", 6, "  a"),
        ("a", 2, "a"),
        ("", 2, ""),
    ],
)
def test_indentation_is_taken_off_up_to_a_column(line: str, column: int, expected: str) -> None:
    assert md.dedented(line, column) == expected


# line, prefix, number, column of the text
MARKERS = [
    ("- a", "- ", None, 2),
    ("  10)  a", "  10)  ", 10, 7),
    ("*\ta", "*\t", None, 4),
    ("-", "-", None, 2),
    ("-   ", "-", None, 2),
    ("-      code", "- ", None, 2),
    ("007. a", "007. ", 7, 5),
]


@pytest.mark.parametrize(("line", "prefix", "number", "column"), MARKERS)
def test_a_marker_is_read_as_written(line: str, prefix: str, number: int | None, column: int) -> None:
    for end in ("", "\r\n  more"):
        found = md.marker(line + end, 0, len(line + end))
        assert found is not None
        assert (found.prefix, found.number, found.column) == (prefix, number, column)


@pytest.mark.parametrize("line", ["", "a", "-a", "1.a", "1234567890. a", "-\u00a0a", "**a**", "\u0661. a"])
def test_other_lines_have_no_marker(line: str) -> None:
    assert md.marker(line, 0, len(line)) is None


def test_a_marker_with_another_number_keeps_its_zeros_and_moves_the_text() -> None:
    found = md.marker("09. a", 0, 5)
    assert found is not None
    assert found.numbered(10).prefix == "10. "
    found = md.marker(" 9) a", 0, 5)
    assert found is not None
    assert (found.numbered(10).prefix, found.numbered(10).column) == (" 10) ", 5)
    assert found.numbered(10).hanging == "     "


@pytest.mark.parametrize(
    ("numbers", "way"),
    [
        ([], "none"),
        ([None, None], "none"),
        ([4], "sequential"),
        ([0, 1, 2], "sequential"),
        ([1, 1], "repeated"),
        ([1, 3], "irregular"),
    ],
)
def test_lists_count_or_repeat_or_neither(numbers: list[int | None], way: str) -> None:
    assert md.numbering(numbers) == way


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ""), ("\n \n", ""), ("\r\n a \r\n\r\n b \r\n\t\n", " a \n\n b "), ("a\rb", "a\nb")],
)
def test_trimming_takes_blank_lines_only(text: str, expected: str) -> None:
    assert md.trimmed(text) == expected


@pytest.mark.parametrize(
    ("raw", "span", "plain"),
    [
        (" A b: ", "A b", "A b"),
        ("**A**", "A", "A"),
        ("**A:**", "A", "A"),
        ("__A__ :", "A", "A"),
        ("**A** and **B**", "**A** and **B**", "A and B"),
        ("****", "****", "****"),
        ("A\n  b", "A\n  b", "A b"),
        ("`**a**` **b**", "`**a**` **b**", "`**a**` b"),
        ("::", "", ""),
    ],
)
def test_a_title_loses_its_marks(raw: str, span: str, plain: str) -> None:
    found = md.title_span(raw, 0, len(raw))
    assert found.of(raw) == span
    assert md.plain_title(span) == plain


@given(st.text(alphabet="ab*_`: ", max_size=12))
def test_a_plain_title_is_one_line_without_final_colon(raw: str) -> None:
    plain = md.plain_title(raw)
    assert not plain.endswith((":", " "))
    assert "  " not in plain
