"""A person's intent about a field becomes the smallest edit that reads back, or a refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.frontmatter import Frontmatter
from agenteditor.core.rewrite import (
    raw_yaml,
    remove_field,
    rename_field,
    set_field,
    set_list,
    set_raw,
    set_value,
)
from agenteditor.core.syntax import parse
from agenteditor.core.text import Refusal, apply, invert
from tests.core.texts import KEYS, agent_texts, pieces


def done(text, outcome):
    assert not isinstance(outcome, Refusal), outcome
    return apply(text, outcome)


def fenced(content):
    return f"---\n{content}---\n\nBody: stays\n"


# title: (frontmatter, key, new text, frontmatter after)
SET = {
    "a letter in a plain text": ("description: Use it\n", "description", "Use its", "description: Use its\n"),
    "a comment stays": ("model: opus # fast\n", "model", "haiku", "model: haiku # fast\n"),
    "a colon quotes a plain text": ("description: Use it\n", "description", "Use: it", "description: 'Use: it'\n"),
    "an apostrophe in a plain text": ("description: Use it\n", "description", "it's it", "description: it's it\n"),
    "an apostrophe in single quotes": ("description: 'a: b'\n", "description", "it's: b", "description: 'it''s: b'\n"),
    "a quote in double quotes": ('description: "a b"\n', "description", 'a "b"', 'description: "a \\"b\\""\n'),
    "escapes elsewhere stay": ('description: "a\\x41 b"\n', "description", "aA c", 'description: "a\\x41 c"\n'),
    "a new line in double quotes": ('description: "a b"\n', "description", "a\nb", 'description: "a\\nb"\n'),
    "a new line in a plain text": ("description: a b\n", "description", "a b\nc", 'description: "a b\\nc"\n'),
    "a new line in a block": ("description: |\n  a\n  b\n", "description", "a\nx\nb", "description: |\n  a\n  x\n  b\n"),
    "at the end of a block": ("description: |\n  a\n", "description", "a\nb", "description: |\n  a\n  b\n"),
    "a block that strips": ("description: |-\n    a\n", "description", "a\nb", "description: |-\n    a\n    b\n"),
    "a colon in a block": ("description: |\n  a\n", "description", "a: #b", "description: |\n  a: #b\n"),
    "a word in a folded block": ("description: >\n  a b\n  c\n", "description", "a x b c", "description: >\n  a x b\n  c\n"),
    "a word in folded plain lines": ("description: a\n  b\n", "description", "a x", "description: a\n  x\n"),
    "three hyphens": ("description: a b\n", "description", "a --- b", 'description: "a -\\x2d- b"\n'),
    "a hash": ("description: a\n", "description", "C # and F", "description: 'C # and F'\n"),
    "a number stays text": ("name: a\n", "name", "3000", "name: '3000'\n"),
    "a word that is none": ("name: a\n", "name", "null", "name: 'null'\n"),
    "nothing": ("name: a\n", "name", "", 'name: ""\n'),
    "nothing in single quotes": ("name: 'a'\n", "name", "", 'name: ""\n'),
    "into an empty field": ("name: a\nmodel:\n", "model", "opus", "name: a\nmodel: opus\n"),
    "the last of two": ("name: a\nname: b\n", "name", "c", "name: a\nname: c\n"),
    "an unknown field": ("x-own: a\n", "x-own", "b: c", "x-own: 'b: c'\n"),
    "CRLF stays": ("name: a\r\nmodel: b\r\n", "model", "c", "name: a\r\nmodel: c\r\n"),
    "a value only the repair reads": ("description: a: b\nmodel: x\n", "description", "a: c", "description: a: c\nmodel: x\n"),
    "a broken value": ("description: a:\nmodel: x\n", "description", "a: c", "description: a: c\nmodel: x\n"),
    "a broken value on the lines below": ("description:\nWords: x\nmore\nmodel: x\n", "description", "a: c", "description: a: c\nmodel: x\n"),
    "from a list to text": ("tools: [Read, Bash]\n", "tools", "Read", "tools: Read\n"),
    "from a block list to text": ("tools:\n  - Read\nmodel: x\n", "tools", "Read", "tools: Read\nmodel: x\n"),
    "a new field goes where the schema has it": ("name: a\nmodel: x\n", "description", "b", "name: a\ndescription: b\nmodel: x\n"),
    "a new first field": ("model: x\n", "name", "b", "name: b\nmodel: x\n"),
    "a new unknown field goes last": ("name: a\nmodel: x\n", "x-own", "b", "name: a\nmodel: x\nx-own: b\n"),
    "a new field after a block": ("name: a\ndescription: |\n  b\n", "model", "c", "name: a\ndescription: |\n  b\nmodel: c\n"),
    "into no fields": ("# only a comment\n", "name", "a", "name: a\n# only a comment\n"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "key", "text", "after"), SET.values(), ids=SET.keys())
def test_setting_a_text(before, key, text, after):
    old = fenced(before)
    new = done(old, set_field(parse(old), key, text))
    assert new == fenced(after)
    found = parse(new).field(key)
    assert (found.text, type(found.value)) == (text, str)


# title: (frontmatter, key, value, frontmatter after)
VALUES = {
    "a number": ("maxTurns: 5\n", "maxTurns", 12, "maxTurns: 12\n"),
    "a number where text was": ("maxTurns: '5'\n", "maxTurns", 5, "maxTurns: 5\n"),
    "yes or no": ("background: false\n", "background", True, "background: true\n"),
    "nothing": ("model: x\nname: a\n", "model", None, "model:\nname: a\n"),
    "a new number": ("name: a\n", "maxTurns", 5, "name: a\nmaxTurns: 5\n"),
    "no tools": ("name: a\n", "tools", [], "name: a\ntools: []\n"),
    "a map": ("name: a\n", "hooks", {"Stop": []}, 'name: a\nhooks: {"Stop": []}\n'),
    "a new list": ("name: a\n", "skills", ["a", "b: c"], 'name: a\nskills:\n  - a\n  - "b: c"\n'),
    "one more in a block list": ("tools:\n  - Read # r\n  # c\n  - Bash\nmodel: x\n", "tools", ["Read", "Grep", "Bash"],
                                 "tools:\n  - Read # r\n  - Grep\n  # c\n  - Bash\nmodel: x\n"),
    "one less in a block list": ("tools:\n  - Read\n  - Bash # b\nmodel: x\n", "tools", ["Bash"], "tools:\n  - Bash # b\nmodel: x\n"),
    "another in a block list": ("tools:\n- Read\n- Bash\nmodel: x\n", "tools", ["Read", "Grep"], "tools:\n- Read\n- Grep\nmodel: x\n"),
    "last in a block list": ("tools:\n  - Read\n", "tools", ["Read", "Bash"], "tools:\n  - Read\n  - Bash\n"),
    "all out of a block list": ("tools:\n  - Read\nmodel: x\n", "tools", [], "tools: []\nmodel: x\n"),
    "one more in brackets": ("tools: ['Read', Bash]\n", "tools", ["Read", "Bash", "Grep"], "tools: ['Read', Bash, Grep]\n"),
    "a comma in brackets": ("tools: [Read]\n", "tools", ["Read", "Agent(a, b)"], 'tools: [Read, "Agent(a, b)"]\n'),
}  # fmt: skip


@pytest.mark.parametrize(("before", "key", "value", "after"), VALUES.values(), ids=VALUES.keys())
def test_setting_a_value(before, key, value, after):
    old = fenced(before)
    new = done(old, set_value(parse(old), key, value))
    assert new == fenced(after)
    assert parse(new).field(key).value == value


def test_setting_what_is_there_changes_nothing():
    syntax = parse(fenced("name: a\ntools: [Read]\nmaxTurns: 5\n"))
    assert set_field(syntax, "name", "a") == ()
    assert set_list(syntax, "tools", ["Read"]) == ()
    assert set_value(syntax, "maxTurns", 5) == ()


HOOKS = "hooks:\n  Stop:\n    - hooks:\n        - type: command # c\n          command: x\nmodel: y\n"


def test_raw_yaml_is_shown_without_its_indent_and_written_back_with_it():
    text = fenced(HOOKS)
    raw = raw_yaml(parse(text), "hooks")
    assert raw == "Stop:\n  - hooks:\n      - type: command # c\n        command: x"
    assert done(text, set_raw(parse(text), "hooks", raw)) == text
    assert done(
        text, set_raw(parse(text), "hooks", raw.replace("command: x", "command: xy"))
    ) == text.replace("command: x", "command: xy")


def test_raw_yaml_that_does_not_parse_is_refused_with_its_line():
    outcome = set_raw(parse(fenced(HOOKS)), "hooks", "Stop:\n  a: b: c")
    assert isinstance(outcome, Refusal)
    assert "line 2" in outcome.reason


def test_raw_yaml_adds_a_field_and_replaces_any_style():
    text = fenced("name: a\n")
    assert done(text, set_raw(parse(text), "tools", "[]")) == fenced("name: a\ntools: []\n")
    assert done(text, set_raw(parse(text), "hooks", "Stop:\n  - x")) == fenced(
        "name: a\nhooks:\n  Stop:\n    - x\n"
    )
    text = fenced("name: a\nmodel: opus\n")
    assert done(text, set_raw(parse(text), "model", "|\n  x\n  y")) == fenced("name: a\nmodel: |\n  x\n  y\n")


# title: (frontmatter, raw YAML, frontmatter after)
RAW = {
    "a block before a comment": ("notes: x # c\nmodel: y\n", "|\n  a\n  b", "notes: | # c\n  a\n  b\nmodel: y\n"),
    "a map with a block before a comment": ("notes: x # c\n", "a: |\n  b", "notes: # c\n  a: |\n    b\n"),
    "a block where blanks trail": ("notes: x  \nmodel: y\n", "|\n  a", "notes: |  \n  a\nmodel: y\n"),
    "a block into an empty field with a comment": ("notes: # c\nmodel: y\n", "|\n  a", "notes: | # c\n  a\nmodel: y\n"),
    "a comment of its own": ("notes: x\n", "a: b # c\n# d", "notes:\n  a: b # c\n  # d\n"),
    "brackets over several lines": ("notes: x # c\n", "[a, # d\n b]", "notes: [a, # d\n b] # c\n"),
    "nothing": ("notes: x # c\n", "", "notes: # c\n"),
    "comments above a map": ("notes: # c\n  # d\n  a: b\nmodel: y\n", "a: x\nd: e", "notes: # c\n  # d\n  a: x\n  d: e\nmodel: y\n"),
    "comments above a list": ("notes: # c\n- a\n", "- b", "notes: # c\n  - b\n"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "yaml", "after"), RAW.values(), ids=RAW.keys())
def test_raw_yaml_goes_around_the_comment_of_its_line(before, yaml, after):
    text = fenced(before)
    assert done(text, set_raw(parse(text), "notes", yaml)) == fenced(after)


@pytest.mark.parametrize(
    "value", ["'a\n  b'", '"a\n\n  b"', "[a,\n  'b\n  c']", ">\n  a\n  b\n", "\n  a: b\n  c: d"]
)
def test_raw_yaml_written_back_as_shown_changes_nothing_whatever_the_line_ends(value):
    for eol in ("\n", "\r\n"):
        text = fenced(f"notes: {value}\nmodel: x\n").replace("\n", eol)
        assert set_raw(parse(text), "notes", raw_yaml(parse(text), "notes")) == ()


def test_all_fields_may_stand_further_right():
    text = fenced("  name: a\n  tools:\n    - x\n")
    assert done(text, set_field(parse(text), "name", "b: c")) == text.replace(": a", ": 'b: c'")
    assert done(text, set_field(parse(text), "model", "y")) == text.replace("- x\n", "- x\n  model: y\n")
    assert done(text, set_list(parse(text), "skills", ["p", "q"])) == text.replace(
        "- x\n", "- x\n  skills:\n    - p\n    - q\n"
    )
    assert done(text, set_raw(parse(text), "name", "p: q\nr: s")) == text.replace(
        "name: a\n", "name:\n    p: q\n    r: s\n"
    )
    assert done(text, remove_field(parse(text), "name")) == text.replace("  name: a\n", "")
    assert done(text, remove_field(parse(text), "tools")) == text.replace("  tools:\n    - x\n", "")


def test_an_entry_of_a_list_is_set_alone():
    text = fenced("examples:\n  - 'one'\n  - two\n")
    assert done(text, set_field(parse(text), "examples[1]", "two: 2")) == fenced(
        "examples:\n  - 'one'\n  - 'two: 2'\n"
    )


def test_new_lines_take_the_line_ends_of_the_file():
    text = fenced("name: a\n").replace("\n", "\r\n")
    added = done(text, set_field(parse(text), "model", "b"))
    assert added == text.replace("name: a\r\n", "name: a\r\nmodel: b\r\n")
    listed = done(text, set_list(parse(text), "skills", ["b", "c"]))
    assert listed == text.replace("name: a\r\n", "name: a\r\nskills:\r\n  - b\r\n  - c\r\n")


def test_removing_takes_the_lines_and_leaves_comments():
    text = fenced("name: a\n# about the model\nmodel: x # y\ndescription: |\n  b\n\ntools: z\n")
    assert done(text, remove_field(parse(text), "model")) == text.replace("model: x # y\n", "")
    assert done(text, remove_field(parse(text), "description")) == text.replace("description: |\n  b\n", "")
    assert remove_field(parse(text), "color") == ()


def test_removing_takes_the_overridden_ones_too():
    text = fenced("name: a\nmodel: x\n# c\nmodel: y\n")
    assert done(text, remove_field(parse(text), "model")) == fenced("name: a\n# c\n")


def test_removing_what_another_field_refers_to_is_refused():
    text = fenced("name: &n a\ndescription: *n\n")
    assert isinstance(remove_field(parse(text), "name"), Refusal)


def test_renaming_keeps_the_value():
    text = fenced("modle: x # y\nname: a\n")
    assert done(text, rename_field(parse(text), "modle", "model")) == text.replace("modle", "model")
    assert isinstance(rename_field(parse(text), "modle", "name"), Refusal)
    assert isinstance(rename_field(parse(text), "modle", "a: b"), Refusal)


@pytest.mark.parametrize("content", ["name: &x a\n", "name: !t a\n", "{name: a}\n", "<<: {b: c}\nname: a\n"])
def test_what_the_form_must_not_touch_is_refused_with_a_reason(content):
    outcome = set_field(parse(fenced(content)), "name", "b")
    assert isinstance(outcome, Refusal)
    assert outcome.reason.endswith("Edit it in the source.")


def test_yaml_that_reads_back_in_no_place_is_refused_behind_a_block_text_too():
    text = fenced("hooks:\n  S:\n    command: |\n      make\n")
    assert isinstance(set_raw(parse(text), "hooks", "\ufeffa: 1\nb: 2"), Refusal)


def test_a_key_without_a_colon_takes_no_value():
    text = fenced("? a\n")
    for outcome in (
        *(set_field(parse(text), "a", "b"), set_list(parse(text), "a", ["b"])),
        *(set_value(parse(text), "a", True), set_raw(parse(text), "a", "b")),
    ):
        assert isinstance(outcome, Refusal)
    bare = "---\n? a\n---"
    assert isinstance(set_list(parse(bare), "a", ["b"]), Refusal)


def test_without_frontmatter_there_is_nothing_to_set():
    assert isinstance(set_field(parse("Just text"), "name", "a"), Refusal)


def test_a_verdict_never_gets_worse():
    # Quoting the description would be read; a block would make the repair sink it.
    text = fenced("description: a: b\nnotes: x\n")
    outcome = set_field(parse(text), "notes", "one\ntwo")
    assert parse(done(text, outcome)).field("notes").value == "one\ntwo"
    assert parse(done(text, outcome)).verdict == "repaired"


def unchanged_but(before: Frontmatter, after: Frontmatter, key: str) -> bool:
    pairs = zip(before.fields, after.fields, strict=True)
    return all(a.key == b.key and (a.key == key or repr(a.value) == repr(b.value)) for a, b in pairs)


@given(agent_texts(), st.sampled_from(KEYS), pieces(5))
def test_setting_reads_back_and_leaves_the_rest_identical(text, key, new):
    before = parse(text)
    outcome = set_field(before, key, new)
    if isinstance(outcome, Refusal):
        return
    result = apply(text, outcome)
    after = parse(result)
    assert after.field(key).text == new and isinstance(after.field(key).value, str)
    assert after.body.of(result) == before.body.of(text)
    assert apply(result, invert(text, outcome)) == text
    if before.field(key):
        assert unchanged_but(before.frontmatter, after.frontmatter, key)
        for span, _ in outcome:
            assert before.field(key).span.start <= span.start <= span.end <= before.field(key).span.end


@given(agent_texts(), st.sampled_from(KEYS))
def test_adding_and_removing_again_gives_the_same_bytes(text, key):
    before = parse(text)
    if before.frontmatter is None or before.field(key) is not None:
        return
    if not before.frontmatter.content.of("\n" + text).endswith("\n"):
        return  # the closing fence stands on a field's line
    added = set_field(before, key, "value")
    if not isinstance(added, Refusal):
        result = apply(text, added)
        removed = remove_field(parse(result), key)
        assert not isinstance(removed, Refusal) and apply(result, removed) == text


def test_one_letter_more_in_a_description_is_one_letter_in_the_sample(seed_text):
    text = parse(seed_text).field("description").text
    edits = set_field(parse(seed_text), "description", text[:100] + "x" + text[100:])
    ((span, inserted),) = edits
    assert (span.end - span.start, inserted) == (0, "x")
