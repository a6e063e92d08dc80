"""Where a text speaks of an agent: whole words, each an edit that can be made alone or with all others."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.mentions import mentions
from agenteditor.core.syntax import parse
from agenteditor.core.text import apply
from tests.core.texts import agent_texts

HEAD = "---\nname: a\ndescription: {}\n---\n\nYou are good.\n"


def found(text, name="old-one"):
    return mentions(parse(text), name, "new")


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("Ask old-one.", 1),
        ("old-one, old-one", 2),
        ("not old-ones, very-old-one, old-one-more, xold-one", 0),
        ("@agent-old-one", 1),
        ("see agents/old-one.md", 1),
        ("Old-One", 0),
    ],
)
def test_whole_words_are_mentions(words, count):
    assert len(found(HEAD.format(words))) == count
    assert len(found(HEAD.format("x") + words)) == count


@pytest.mark.parametrize(
    "tools",
    [
        "Read, Agent(old-one)",
        "[Read, Agent(old-one)]",
        "\n  - Read\n  - Agent(old-one) # mine",
        "'Task(b, old-one)'",
    ],
)
def test_the_agents_a_list_of_tools_names_are_mentions(tools):
    text = f"---\nname: a\ndescription: b\ntools: {tools}\n---\n\nBody\n"
    (one,) = found(text)
    assert apply(text, one.edits) == text.replace("old-one", "new")
    assert one.sure


def test_a_tool_that_is_called_like_the_agent_is_none():
    assert found("---\nname: a\ndescription: b\ntools: old-one, Bash(old-one)\n---\nBody\n") == ()


def test_the_agents_that_a_file_of_vs_code_lists_are_mentions():
    text = "---\ndescription: b\nagents: [old-one, x]\n---\nBody\n"
    (one,) = found(text)
    assert apply(text, one.edits) == text.replace("old-one", "new")


def test_the_own_name_is_no_mention():
    assert found(HEAD.format("x").replace("name: a", "name: old-one")) == ()


@pytest.mark.parametrize(
    "style", ["{}", "'{}'", '"{}"', "|\n  {}", ">-\n  {}\n  and old-one too", "Use: it, {}"]
)
def test_each_mention_can_be_made_alone_or_with_any_others(style):
    text = HEAD.format(style.format("old-one, then old-one again")) + "And old-one.\n"
    parts = found(text)
    assert len(parts) == text.count("old-one")
    for chosen in itertools.chain.from_iterable(
        itertools.combinations(parts, n) for n in range(len(parts) + 1)
    ):
        after = apply(text, sorted(edit for part in chosen for edit in part.edits))
        assert after.count("old-one") == len(parts) - len(chosen)
        assert parse(after).verdict == parse(text).verdict
        assert len(parse(after).frontmatter.fields) == 2


def test_a_mention_that_cannot_be_changed_without_damage_is_told_all_the_same():
    text = "---\nname: a\ndescription: &x Ask old-one.\nmodel: *x\n---\n\nBody, old-one.\n"
    by_hand, other = found(text)
    assert (by_hand.line, by_hand.edits) == (3, ()) and apply(text, other.edits).endswith("Body, new.\n")


def test_a_mention_is_shown_with_its_line_and_what_stands_around_it():
    (one,) = found(
        HEAD.format("x") + "First ask\nthe old-one agent, who knows everything there is to know.\n"
    )
    assert (one.line, one.shown) == (8, "You are good. First ask the old-one agent, who knows everything t…")


@given(agent_texts(), st.sampled_from(["old-one", "word", "é"]), st.data())
def test_all_mentions_of_any_text_fit_together(text, name, data):
    at = data.draw(st.integers(0, len(text)))
    text = f"{text[:at]} {name} {text[at:]} {name}"
    parts = mentions(parse(text), name, "new")
    edits = sorted(edit for part in parts for edit in part.edits)
    after = apply(text, edits)  # it asserts that they do not overlap
    before, there = parse(text), parse(after)
    assert (
        [field.key for field in there.frontmatter.fields if there.frontmatter]
        == [field.key for field in before.frontmatter.fields]
        if before.frontmatter
        else there.frontmatter is None
    )
