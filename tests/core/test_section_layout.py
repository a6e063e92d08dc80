"""Lines of a text written anew: smallest edit, every line end kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.section_layout import relined
from agenteditor.core.text import Span, apply

ROWS = st.lists(st.sampled_from(["", "a", "b", " c", "d "]), min_size=1, max_size=6)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@given(ROWS, st.lists(ENDS, min_size=6, max_size=6), ROWS)
def test_lines_are_as_asked_and_those_that_stay_keep_their_ends(
    old: list[str], ends: list[str], new: list[str]
) -> None:
    # An end of CR before a line end of LF alone would be one end.
    before = "".join(row + end for row, end in zip(old, [*ends[: len(old) - 1], ""], strict=True))
    if before.count("\n") + before.count("\r") - before.count("\r\n") != len(old) - 1:
        return
    text = f"before\n{before}\nafter\n"
    span = Span(7, 7 + len(before))
    edits = relined(text, span, new)
    assert len(edits) <= 1
    after = apply(text, edits)
    assert after.startswith("before\n")
    assert after.endswith("\nafter\n")
    inner = after[7 : len(after) - 7]
    assert inner.replace("\r\n", "\n").replace("\r", "\n").split("\n") == new
    if new == old:
        assert edits == ()
    # CR, an empty line and LF would be one line end: there the later end gives way.
    merged = any(not new[i] and ends[i - 1] == "\r" and ends[i] == "\n" for i in range(1, min(len(new), 6)))
    if len(new) == len(old) and not merged:
        assert [end for end in inner if end in "\r\n"] == [end for end in before if end in "\r\n"]
