"""Whole-file repairs: valid YAML by quotes alone, characters that travel, an agent from plain Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.loading import loads
from agenteditor.core.repairs import make_agent, make_portable, make_valid
from agenteditor.core.syntax import parse
from agenteditor.core.text import Refusal, apply
from tests.core.texts import agent_texts, pieces


def fenced(content):
    return f"---\n{content}---\n\nBody: stays\n"


def valid(text):
    edits = make_valid(parse(text))
    assert not isinstance(edits, Refusal), edits
    after = apply(text, edits)
    assert parse(after).verdict == "valid"
    return after


# title: (frontmatter, frontmatter after)
MADE_VALID = {
    "a colon in one line": ("name: a\ndescription: Use: it\n", 'name: a\ndescription: "Use: it"\n'),
    "a colon at the end": ("description: Use it:\n", 'description: "Use it:"\n'),
    "quotes and backslashes in it": (
        'description: say "a: b" \\n c\n',
        'description: "say \\"a: b\\" \\\\n c"\n',
    ),
    "only the line that needs it": (
        "name: a # c\ndescription: a: b\nmodel: 'x'\n",
        "name: a # c\ndescription: \"a: b\"\nmodel: 'x'\n",
    ),
    "a list in brackets stays a list": (
        "tools: [Read, Grep]\ndescription: a: b\n",
        'tools: [Read, Grep]\ndescription: "a: b"\n',
    ),
    "single quotes around an apostrophe": ("description: 'it's: so'\n", 'description: "it\'s: so"\n'),
    "double quotes around quotes": (
        'description: "say "hi": so"\n',
        'description: "say \\"hi\\": so"\n',
    ),
    "examples below, not indented": (
        "name: a\ndescription: Use it. Examples:\n\n<example>\nuser: 'hi: there'\n</example>\nmodel: opus\n",
        "name: a\ndescription: \"Use it. Examples:\\n\\n<example>\\nuser: 'hi: there'\\n</example>\"\nmodel: opus\n",
    ),
    "tabs that begin a line": ("tools:\n\t- Read\n\t- Grep\n", "tools:\n  - Read\n  - Grep\n"),
    "tabs and a colon": (
        "tools:\n\t- Read\ndescription: a: b\n",
        'tools:\n  - Read\ndescription: "a: b"\n',
    ),
    "an alias that is none": ("description: *bold* text\n", 'description: "*bold* text"\n'),
    "a block beside it": (
        "notes: |\n  one\n  two\ndescription: a: b\n",
        'notes: |\n  one\n  two\ndescription: "a: b"\n',
    ),
}


@pytest.mark.parametrize(("before", "after"), MADE_VALID.values(), ids=MADE_VALID.keys())
def test_making_valid_quotes_what_needs_it_and_nothing_else(before, after):
    assert valid(fenced(before)) == fenced(after)


def test_a_colon_in_a_file_with_crlf_keeps_its_line_ends():
    text = fenced("name: a\ndescription: Use: it\nmodel: x\n").replace("\n", "\r\n")
    assert parse(text).verdict == "fails"
    assert valid(text) == text.replace("Use: it", '"Use: it"')


def test_what_is_valid_or_has_no_frontmatter_needs_no_edit():
    assert make_valid(parse(fenced("name: a\n"))) == ()
    assert make_valid(parse("Just: text\n")) == ()


def test_what_quotes_cannot_mend_is_refused_in_a_sentence():
    outcome = make_valid(parse(fenced("no field at all\nname: a\n")))
    assert isinstance(outcome, Refusal)
    assert outcome.reason.endswith("Correct it in the source.")


@given(agent_texts())
def test_making_valid_keeps_what_was_read_and_the_prompt_or_refuses(text):
    before = parse(text)
    edits = make_valid(before)
    if isinstance(edits, Refusal) or before.frontmatter is None:
        return
    result = apply(text, edits)
    after = parse(result)
    assert after.verdict == "valid"
    assert after.body.of(result) == before.body.of(text)
    for old, new in zip(before.frontmatter.fields, after.frontmatter.fields, strict=True):
        assert old.key == new.key
        if not old.repaired and old.style != "broken":
            assert repr(old.value) == repr(new.value)
        elif new.style == "double" and old.style != "broken":
            assert new.value == old.value  # quoted: the text the repair gave


# title: (frontmatter, frontmatter after); the reader takes these characters, YAML does not.
PORTABLE = {
    "plain": ("name: a\x01b # c\nmodel: x\n", 'name: "a\\x01b" # c\nmodel: x\n'),
    "single quotes": ("name: 'a\u2028'\n", 'name: "a\\u2028"\n'),
    "a block keeps its line end and its final newline": (
        "notes: |\n  a\ufeffb\nmodel: x\n",
        'notes: "a\\ufeffb\\n"\nmodel: x\n',
    ),
    "a block at the end": ("notes: >-\n  a\x7fb\n", 'notes: "a\\x7fb"\n'),
    "beside a list": ("tools: [a, b]\nname: \x85x\n", 'tools: [a, b]\nname: "\\x85x"\n'),
    "nothing to do": ("name: é😀\ntools: [a]\n", "name: é😀\ntools: [a]\n"),
    "a broken value is left alone": ("description: a\x01:\n", "description: a\x01:\n"),
}


@pytest.mark.parametrize(("before", "after"), PORTABLE.values(), ids=PORTABLE.keys())
def test_characters_that_yaml_does_not_allow_are_spelled_as_escapes(before, after):
    text = fenced(before)
    assert apply(text, make_portable(parse(text))) == fenced(after)


@given(agent_texts())
def test_making_portable_changes_no_value_and_no_verdict(text):
    before = parse(text)
    after = parse(apply(text, make_portable(before)))
    assert after.verdict == before.verdict
    if before.frontmatter:
        old, new = ([(f.key, repr(f.value)) for f in s.frontmatter.fields] for s in (before, after))
        assert old == new


AGENTS = {
    "a heading": ("# Title\n\nText\n", '---\nname: a\ndescription: "Use it"\n---\n\n# Title\n\nText\n'),
    "blank lines are enough of a gap": (
        "\nText\n",
        '---\nname: a\ndescription: "Use it"\n---\n\nText\n',
    ),
    "CRLF": (
        "Text\r\nmore\r\n",
        '---\r\nname: a\r\ndescription: "Use it"\r\n---\r\n\r\nText\r\nmore\r\n',
    ),
    "a byte order mark stays first": (
        "\ufeffText\n",
        '\ufeff---\nname: a\ndescription: "Use it"\n---\n\nText\n',
    ),
    "nothing": ("", '---\nname: a\ndescription: "Use it"\n---\n'),
    "a fence that is none": (
        "\n---\nx: y\n---\n",
        '---\nname: a\ndescription: "Use it"\n---\n\n---\nx: y\n---\n',
    ),
}


@pytest.mark.parametrize(("before", "after"), AGENTS.values(), ids=AGENTS.keys())
def test_plain_markdown_becomes_an_agent(before, after):
    assert apply(before, make_agent(parse(before), "a", "Use it")) == after


def test_a_file_with_frontmatter_is_not_made_an_agent_again():
    assert isinstance(make_agent(parse(fenced("x: y\n")), "a", "b"), Refusal)


@given(
    st.one_of(pieces(), st.text()),
    pieces(3),
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
)
def test_any_text_becomes_an_agent_with_its_prompt_whole(text, name, description):
    syntax = parse(text)
    edits = make_agent(syntax, name, description)
    if isinstance(edits, Refusal):
        assert syntax.frontmatter is not None or any(c in name + description for c in "\0\udc80")
        return
    made = apply(text, edits)
    after = parse(made)
    assert (after.field("name").value, after.field("description").value) == (name, description)
    assert after.body.of(made).strip() == text.removeprefix("\ufeff").strip()


def test_a_name_in_braces_stays_the_text_that_the_repair_makes_of_it():
    text = "---\nname: {A name}\ndescription: Use it: now\ntools: [Read]\n---\nB\n"
    before, after = parse(text), parse(apply(text, make_valid(parse(text))))
    assert before.field("name").value == after.field("name").value == "{A name}"
    assert after.field("tools").value == ["Read"]
    assert after.verdict == "valid"


OWN = "version: 1\nauthor: me\n"
BROKEN = {
    "a quote that ends too early": ("description: 'I'll go'\n", 'description: "I\'ll go"\n'),
    "quotes inside quotes": ('description: "a "b" c"\n', 'description: "a \\"b\\" c"\n'),
    "a loose line": ("description: Use it\nand go on\n", 'description: "Use it\\nand go on"\n'),
}


@pytest.mark.parametrize(("before", "after"), BROKEN.values(), ids=BROKEN.keys())
def test_fields_nobody_knows_stay_fields_below_a_value_that_does_not_parse(before, after):
    text = fenced(f"name: a\n{before}{OWN}model: opus\n")
    assert parse(text).verdict == "fails"
    assert apply(text, make_valid(parse(text))) == fenced(f"name: a\n{after}{OWN}model: opus\n")
    assert parse(text).field("author").value == "me"


INSIDE = [
    'description: "open\nversion: in text\nend"\n',
    "description: Use it\nand: so\nand go on\n",
    "description: It's\n'x'\nuser: Go\n",
]


@pytest.mark.parametrize("text", INSIDE)
def test_lines_that_may_belong_to_a_value_are_left_to_it(text):
    syntax = parse(fenced(f"name: a\n{text}model: opus\n"))
    assert [field.key for field in syntax.frontmatter.fields] == ["name", "description", "model"]


def test_a_description_that_only_the_repair_reads_is_kept():
    text = "---\nname: b\nx: a: b\ndescription: >---\nYou are a tester of texts.\n"
    syntax = parse(text)
    assert (syntax.verdict, loads(syntax).ok, syntax.field("description").text) == ("repaired", True, ">")
    made = make_valid(syntax)
    after = parse(apply(text, made))
    assert (after.verdict, loads(after).ok, after.field("description").text) == ("valid", True, ">")
