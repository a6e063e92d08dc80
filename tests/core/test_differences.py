"""Rows of a comparison: complete, in order, with the right words marked, folded and stacked."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.differences import Gap, Line, Row, counts, differences, folded, stacked
from agenteditor.core.matching import matches

SIGNS = {"same": " ", "removed": "-", "added": "+"}


def drawn(entries: tuple[Row | Gap, ...]) -> list[str]:
    """Rows as text: sign, number, the line with changed words in brackets, the line end where it differs."""
    lines = []
    for entry in stacked(entries):
        if isinstance(entry, Gap):
            lines.append(f"… {entry.count} {entry.kind}")
            continue
        line = entry.new or entry.old
        assert line is not None
        words = "".join(f"[{piece.text}]" if piece.changed else piece.text for piece in line.pieces)
        end = {"\n": " LF", "\r\n": " CRLF", "": " no end"}[line.end] if line.end_differs else ""
        lines.append(f"{SIGNS[entry.kind]}{line.number} {words}{end}")
    return lines


CASES = {
    "equal texts": ("a\nb\n", "a\nb\n", [" 1 a", " 2 b"]),
    "nothing at all": ("", "", []),
    "the first line": ("", "a\n", ["+1 a"]),
    "a line added": ("a\nc\n", "a\nb\nc\n", [" 1 a", "+2 b", " 3 c"]),
    "a line removed": ("a\nb\nc\n", "a\nc\n", [" 1 a", "-2 b", " 2 c"]),
    "a word changed": ("one two three\n", "one six three\n", ["-1 one [two] three", "+1 one [six] three"]),
    "words around a blank are one mark": (
        "keep every word one two end\n",
        "keep every word six seven end\n",
        ["-1 keep every word [one two] end", "+1 keep every word [six seven] end"],
    ),
    "a quote around a value": (
        "description: Use when: x\n",
        'description: "Use when: x"\n',
        ["-1 description: Use when: x", '+1 description: ["]Use when: x["]'],
    ),
    "Chinese is compared by the character": (
        "你是后端专家\n",
        "你是前端专家\n",
        ["-1 你是[后]端专家", "+1 你是[前]端专家"],
    ),
    "lines that have nothing in common have no words marked": (
        "apples and pears\n",
        "x = compute(y)\n",
        ["-1 apples and pears", "+1 x = compute(y)"],
    ),
    "what is alike stands together, removed before added": (
        "one two three\nfour five six\n",
        "new line here\none two 3\nfour five 6\n",
        [
            "-1 one two [three]",
            "-2 four five [six]",
            "+1 new line here",
            "+2 one two [3]",
            "+3 four five [6]",
        ],
    ),
    "only the line end": ("a\r\nb\r\n", "a\nb\r\n", ["-1 a CRLF", "+1 a LF", " 2 b"]),
    "the last line end removed": ("a\nb\n", "a\nb", [" 1 a", "-2 b LF", "+2 b no end"]),
    "a word and the line end": ("one two\r\n", "one six\n", ["-1 one [two] CRLF", "+1 one [six] LF"]),
    "an added line with a foreign line end": ("a\n", "a\nb\r\n", [" 1 a", "+2 b CRLF"]),
    "an added line with the usual line end": ("a\r\n", "a\r\nb\r\n", [" 1 a", "+2 b"]),
    "a carriage return of its own is text": ("a\rb\n", "a\rc\n", ["-1 a\r[b]", "+1 a\r[c]"]),
    "other line separators end no line": ("a\u2028b\n", "a\u2028b\nc\n", [" 1 a\u2028b", "+2 c"]),
    "a no-break space is a change": ("a b\n", "a\u00a0b\n", ["-1 a[ ]b", "+1 a[\u00a0]b"]),
    "a moved line": ("x\na\nb\nc\n", "a\nb\nc\nx\n", ["-1 x", " 1 a", " 2 b", " 3 c", "+4 x"]),
}


@pytest.mark.parametrize(("old", "new", "expected"), CASES.values(), ids=CASES)
def test_a_comparison_shows(old: str, new: str, expected: list[str]) -> None:
    assert drawn(differences(old, new)) == expected


def numbered(count: int, **changed: str) -> str:
    return "".join(f"{changed.get(f'n{n}', f'line {n}')}\n" for n in range(1, count + 1))


def test_what_is_far_from_a_change_is_left_out() -> None:
    rows = differences(numbered(20), numbered(20, n10="other"))
    assert drawn(folded(rows)) == [
        "… 6 same", " 7 line 7", " 8 line 8", " 9 line 9", "-10 line 10", "+10 other",
        " 11 line 11", " 12 line 12", " 13 line 13", "… 7 same",
    ]  # fmt: skip


def test_a_gap_that_is_opened_shows_its_rows_and_no_other_does() -> None:
    rows = differences(numbered(20), numbered(20, n10="other"))
    first = next(entry for entry in folded(rows) if isinstance(entry, Gap))
    opened = drawn(folded(rows, {first.first}))
    assert opened[:3] == [" 1 line 1", " 2 line 2", " 3 line 3"]
    assert opened[-1] == "… 7 same"


def test_two_changes_close_to_each_other_share_their_context() -> None:
    rows = differences(numbered(9), numbered(9, n1="a", n8="b"))
    assert not any(isinstance(entry, Gap) for entry in folded(rows))


def test_a_single_line_is_not_left_out() -> None:
    assert len(folded(differences(numbered(9), numbered(9, n1="a", n9="b")))) == 9
    assert Gap(4, 2, "same") in folded(differences(numbered(10), numbered(10, n1="a", n10="b")))


def test_many_changed_line_ends_are_left_out_in_the_middle() -> None:
    old = numbered(100)
    rows = differences(old, old.replace("\n", "\r\n"))
    entries = folded(rows)
    assert [entry for entry in entries if isinstance(entry, Gap)] == [Gap(3, 94, "ends")]
    assert len(entries) == 7
    assert counts(rows) == (0, 0, 100)


def test_equal_texts_fold_to_one_gap_and_a_short_one_too() -> None:
    assert folded(differences(numbered(50), numbered(50))) == (Gap(0, 50, "same"),)


def test_the_counts_take_a_changed_line_for_one_removed_and_one_added() -> None:
    rows = differences("one two three\ngone\nsame\n", "one two four\nsame\nnew\n")
    assert counts(rows) == (2, 2, 0)


def test_lines_that_occur_once_hold_the_texts_together() -> None:
    # A shortest difference would match the closing braces across the two functions.
    old = "def a():\n{\n  x\n}\n"
    new = "def b():\n{\n  y\n}\n\ndef a():\n{\n  x\n}\n"
    assert drawn(differences(old, new))[-4:] == [" 6 def a():", " 7 {", " 8   x", " 9 }"]


def lines_of(rows: tuple[Row, ...], side: str) -> list[Line]:
    found = [row.old if side == "old" else row.new for row in rows]
    return [line for line in found if line is not None]


def check(old: str, new: str) -> tuple[Row, ...]:
    rows = differences(old, new)
    for side, text in (("old", old), ("new", new)):
        lines = lines_of(rows, side)
        assert "".join(line.text + line.end for line in lines) == text
        assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    for row in rows:
        if row.kind in ("same", "ends"):
            assert row.old is not None and row.new is not None
            assert row.old.text == row.new.text
            assert (row.old.end == row.new.end) == (row.kind == "same")
        elif row.old is not None and row.new is not None:
            assert row.kind == "changed"
            if any(piece.changed for line in (row.old, row.new) for piece in line.pieces):
                assert unmarked(row.old) == unmarked(row.new)
        assert row.kind != "removed" or row.new is None
        assert row.kind != "added" or row.old is None
    return rows


def unmarked(line: Line) -> str:
    return "".join(piece.text for piece in line.pieces if not piece.changed)


texts = st.lists(
    st.sampled_from(["a", "b", "", " ", "one two three", "one two 3", "後端", "x\u00a0y", "\t- item", "é\r"]),
    max_size=12,
).flatmap(
    lambda lines: st.lists(
        st.sampled_from(["\n", "\r\n", "\r", ""]), min_size=len(lines), max_size=len(lines)
    ).map(lambda ends: "".join(line + end for line, end in zip(lines, ends, strict=True)))
)


@given(texts | st.text(), texts | st.text())
def test_nothing_is_lost_and_marks_are_what_differs(old: str, new: str) -> None:
    rows = check(old, new)
    assert (old == new) == all(row.kind == "same" for row in rows)


@given(texts, texts, st.sets(st.integers(0, 12)), st.integers(0, 4))
def test_folding_only_leaves_out_and_opening_all_gives_all_back(
    old: str, new: str, opened: set[int], context: int
) -> None:
    rows = differences(old, new)
    shown: list[Row] = []
    for entry in folded(rows, opened, context):
        if isinstance(entry, Gap):
            hidden = rows[entry.first : entry.first + entry.count]
            assert len(hidden) == entry.count >= 2
            assert {row.kind for row in hidden} == {entry.kind}
            shown += hidden
        else:
            shown.append(entry)
    assert tuple(shown) == rows
    assert folded(rows, range(len(rows) + 1), context) == rows


@given(texts, texts)
def test_stacking_keeps_every_line_and_its_order(old: str, new: str) -> None:
    rows = stacked(differences(old, new))
    assert all(row.kind in SIGNS for row in rows if isinstance(row, Row))
    assert "".join(row.old.text + row.old.end for row in rows if isinstance(row, Row) and row.old) == old
    assert "".join(row.new.text + row.new.end for row in rows if isinstance(row, Row) and row.new) == new


words = st.lists(st.sampled_from("abcdef "), max_size=30)


@given(words, words, st.integers(0, 10))
def test_matches_are_equal_in_order_and_not_crossed(a: list[str], b: list[str], most: int) -> None:
    found = matches(a, b, most)
    for start, other, length in found:
        assert length > 0
        assert a[start : start + length] == b[other : other + length]
    for (start, other, length), (next_start, next_other, _) in pairwise(found):
        assert start + length <= next_start
        assert other + length <= next_other
        assert (start + length, other + length) != (next_start, next_other)


@given(words.filter(lambda a: len(set(a)) < len(a)))
def test_without_single_items_the_difference_is_a_shortest_one(a: list[str]) -> None:
    a = a * 2  # so that no item occurs once
    b = a[1:]
    assert sum(length for _, _, length in matches(a, b, 100)) == len(b)


def large(seed: int, alphabet: int, count: int) -> str:
    numbers = random.Random(seed)
    return "".join(f"{numbers.randrange(alphabet)}\n" for _ in range(count))


LARGE = {
    "reversed": (large(1, 10**9, 9000), "".join(reversed(large(1, 10**9, 9000).splitlines(keepends=True)))),
    "few different lines": (large(2, 3, 9000), large(3, 3, 9000)),
    "nothing in common": ("a\n" * 9000, "b\n" * 9000),
    "one long line": ("x " * 300_000, "x " * 150_000 + "y" + "x " * 150_000),
    "a long line of words that differ": ("a b c d " * 2_000, "d c b a " * 2_000),
}


@pytest.mark.parametrize(("old", "new"), LARGE.values(), ids=LARGE)
def test_large_texts_are_compared_completely(old: str, new: str) -> None:
    assert counts(check(old, new)) != (0, 0, 0)


def test_a_long_line_has_one_marked_stretch() -> None:
    rows = differences("x" * 30_000, "x" * 15_000 + "yy" + "x" * 15_000)
    assert rows[0].new is not None
    assert [piece.text for piece in rows[0].new.pieces if piece.changed] == ["yy"]


def test_every_real_file_against_a_changed_copy(shared: Path) -> None:
    files = sorted((shared / "corpus").rglob("*.md"))
    assert len(files) >= 150
    for path in files[::5]:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        check(text, text.replace("agent", "AGENT"))
        ends = differences(text, text.replace("\r\n", "\n"))
        assert {row.kind for row in ends} <= {"same", "ends"}
