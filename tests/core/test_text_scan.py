"""Looking for patterns in a text: what is found next, and where code stands."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.markdown_blocks import code_and_quotations, events
from agenteditor.core.text_scan import Next

_LINES = st.lists(st.sampled_from(["> a", ">> b", "```", "    x", "- y", "", "é", "~~~ c", "1. > d"]))


@given(st.text("ab]\n"), st.lists(st.integers(0, 30)))
def test_what_is_found_next_is_what_a_search_finds(text, offsets):
    ends = Next(re.compile(r"[\]\n]"), text)
    for offset in sorted(offsets):
        found = re.compile(r"[\]\n]").search(text, offset)
        assert ends.at(offset) == (found.start() if found else len(text))


@given(_LINES)
def test_code_and_quotations_are_those_of_all_events(lines):
    text = "\n".join(lines)
    assert list(code_and_quotations(text)) == [
        (one.start, one.end)
        for one in events(text)
        if one.edge == "start" and one.name in ("CodeBlock", "BlockQuote")
    ]
