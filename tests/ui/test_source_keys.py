"""Enter, Tab and Home in the source: a line with the caret before and after; ``|`` is the caret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.ui import source_keys
from agenteditor.ui.source_keys import Mode, Typed


def done(line: str, typed: Typed) -> str:
    start, end, insert = typed
    assert 0 <= start <= end <= len(line)
    return line[:start] + insert + "|" + line[end:]


@pytest.mark.parametrize(
    ("mode", "before", "after"),
    [
        ("body", "text|", "text\n|"),
        ("body", "  te|xt", "  te\n  |xt"),
        ("body", "- one|", "- one\n- |"),
        ("body", "  * one|", "  * one\n  * |"),
        ("body", "- o|ne", "- o\n- |ne"),
        ("body", "|- one", "\n|- one"),
        ("body", "-| one", "-\n| one"),
        ("body", "- |", "|"),
        ("body", "  - |", "  |"),
        ("body", "1. one|", "1. one\n2. |"),
        ("body", "  9) one|", "  9) one\n  10) |"),
        ("body", "- [x] one|", "- [x] one\n- [ ] |"),
        ("body", "- [ ] |", "|"),
        ("body", "> one|", "> one\n> |"),
        ("body", "> |", "|"),
        ("body", "> - one|", "> - one\n> - |"),
        ("body", "-one|", "-one\n|"),
        ("body", "**bold**|", "**bold**\n|"),
        ("body", "\U0001f600 - x|", "\U0001f600 - x\n|"),
        ("frontmatter", "name: x|", "name: x\n|"),
        ("frontmatter", "hooks:|", "hooks:\n  |"),
        ("frontmatter", "  PreToolUse:|", "  PreToolUse:\n    |"),
        ("frontmatter", "description: ||", "description: |\n  |"),
        ("frontmatter", "description: >-|", "description: >-\n  |"),
        ("frontmatter", "# note:|", "# note:\n|"),
        ("frontmatter", "  - Read|", "  - Read\n  - |"),
        ("frontmatter", "  - |", "  |"),
        ("frontmatter", "  - matcher:|", "  - matcher:\n      |"),
        ("frontmatter", "1. one|", "1. one\n|"),
        ("code", "- one|", "- one\n|"),
        ("code", "    x = 1|", "    x = 1\n    |"),
    ],
)
def test_enter(mode: Mode, before: str, after: str) -> None:
    column = before.rindex("|")
    line = before[:column] + before[column + 1 :]
    assert done(line, source_keys.enter(line, column, mode)) == after


@pytest.mark.parametrize(
    ("mode", "above", "before", "after"),
    [
        ("frontmatter", "", "|", "  |"),
        ("frontmatter", "", "a:|", "a:  |"),
        ("frontmatter", "", "a: |", "a:  |"),
        ("frontmatter", "", "- a|", "- a |"),
        ("code", "", "x|", "x   |"),
        ("body", "", "te|xt", "te  |xt"),
        ("body", "text", "- one|", "  |- one"),
        ("body", "- zero", "- one|", "  |- one"),
        ("body", "1. zero", "- one|", "   |- one"),
        ("body", "10. zero", "- |", "    |- "),
        ("body", "  - zero", "  - one|", "    |- one"),
        ("body", "", "> - one|", ">   |- one"),
        ("body", "", "> one|", "> one |"),
    ],
)
def test_tab(mode: Mode, above: str, before: str, after: str) -> None:
    column = before.index("|")
    line = before.replace("|", "")
    assert done(line, source_keys.tab(line, column, mode, above)) == after


@pytest.mark.parametrize(
    ("mode", "line", "deeper", "back"),
    [
        ("frontmatter", "a: b", "  a: b", "a: b"),
        ("frontmatter", "   a: b", "     a: b", " a: b"),
        ("code", "x", "    x", "x"),
        ("code", "\tx", "    \tx", "x"),
        ("body", "   1. one", "     1. one", "1. one"),
        ("body", "    - one", "      - one", "  - one"),
        ("body", "   ", "   ", " "),
        ("body", "> a", "  > a", "> a"),
    ],
)
def test_indenting_and_back(mode: Mode, line: str, deeper: str, back: str) -> None:
    assert done(line, source_keys.indented(line, mode)).replace("|", "") == deeper
    assert done(line, source_keys.outdented(line, mode)).replace("|", "") == back


def test_home_goes_to_the_first_word_and_then_to_the_start() -> None:
    assert source_keys.home("  text", 5) == 2
    assert source_keys.home("  text", 2) == 0
    assert source_keys.home("  text", 0) == 2
    assert source_keys.home("text", 3) == 0
    assert source_keys.home("", 0) == 0


LINES = st.text(st.sampled_from("-*>1. \t|[x]:a#\U0001f600"), max_size=20)
MODES: st.SearchStrategy[Mode] = st.sampled_from(["frontmatter", "body", "code"])


@given(LINES, MODES, st.integers(0, 20), LINES)
def test_no_key_loses_a_word(line: str, mode: Mode, column: int, above: str) -> None:
    column = min(column, len(line))
    for typed in (
        source_keys.enter(line, column, mode),
        source_keys.tab(line, column, mode, above),
        source_keys.indented(line, mode),
        source_keys.outdented(line, mode),
    ):
        assert 0 <= typed.start <= typed.end <= len(line)
        # Only blanks and the mark of an item without words are ever taken away.
        assert not set(line[typed.start : typed.end]) - set(" \t-*+>0123456789.)[]xX")
        assert not set(typed.insert) - set(" \t\n-*+>0123456789.)[]xX")
    assert 0 <= source_keys.home(line, column) <= len(line)
