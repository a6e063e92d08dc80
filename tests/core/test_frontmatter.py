"""Fields: values as the reader gets them, styles, spans, recovery."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given

from agenteditor.core.dialect import claude_code
from agenteditor.core.frontmatter import frontmatter
from agenteditor.core.reader import read
from tests.core.texts import agent_texts

VALUES = json.loads((Path(__file__).parent / "data" / "reader_values.json").read_text(encoding="utf-8"))[
    "cases"
]


def fields(text):
    found = frontmatter(text, read(text), claude_code().keys())
    return {field.key: field for field in found.fields} if found else {}


@pytest.mark.parametrize(("yaml", "value"), VALUES, ids=[repr(yaml) for yaml, _ in VALUES])
def test_a_value_is_what_the_real_parser_makes_of_it(yaml, value):
    text = f"---\n{yaml}\n---\n" if not yaml.endswith("\n") else f"---\n{yaml}---\n"
    found = {key: field.value for key, field in fields(text).items()}
    found.pop("<<", None)
    assert found == value
    assert [type(v) for v in found.values()] == [type(v) for v in value.values()]


def test_a_field_knows_its_lines_its_key_and_its_value():
    text = "---\nname: a # c\ndescription: |\n  x\n  y\n\n# note\ntools: [a, b]\nmodel:\nskills:\n  - x # c\n---\nBody"
    found = fields(text)
    assert found["name"].span.of(text) == "name: a # c\n"
    assert found["name"].value_span.of(text) == "a"
    assert found["description"].span.of(text) == "description: |\n  x\n  y\n"
    assert found["tools"].value_span.of(text) == "[a, b]"
    assert found["model"].value_span.start == found["model"].value_span.end == text.index("model:") + 6
    assert found["skills"].span.of(text) == "skills:\n  - x # c\n"
    assert [field.style for field in found.values()] == ["plain", "literal", "flow", "empty", "block"]
    assert found["description"].text == "x\ny"
    assert found["description"].value == "x\ny\n"
    assert [item.text for item in found["tools"].items] == ["a", "b"]


def test_the_samples_description_is_whole_though_its_yaml_is_not_valid(seed_text):
    description = fields(seed_text)["description"]
    assert description.repaired
    assert len(description.value) == 1660
    assert description.value_span.of(seed_text) == description.value


def test_a_list_in_brackets_stays_a_list_when_another_line_needs_the_repair():
    found = fields("---\ndescription: one: two\ntools: [Read, Write]\nskills: [*x]\n---\n")
    assert found["tools"].value == ["Read", "Write"]
    assert not found["tools"].repaired
    assert found["skills"].value == "[*x]"
    assert found["skills"].repaired


def test_an_anchor_of_any_characters_takes_its_name_from_the_value():
    assert fields("---\na: &amp; 12\n---\n")["a"].value == 12


def test_a_block_that_fails_is_cut_at_known_fields_and_keeps_raw_text():
    text = "---\nname: a\ndescription: one: two\n\nuser: hi: there\n  bad\nmodel: opus\n---\n"
    found = fields(text)
    assert read(text).verdict == "fails"
    assert (found["name"].value, found["model"].value) == ("a", "opus")
    assert found["description"].style == "broken"
    assert found["description"].text == "one: two\n\nuser: hi: there\n  bad"


def test_of_repeated_fields_all_are_there_and_the_last_can_be_edited():
    text = "---\nname: a\nname: b\n---\n"
    found = frontmatter(text, read(text))
    assert [(field.value, field.editable) for field in found.fields] == [("a", False), ("b", True)]
    assert found.get("name").value == "b"


@pytest.mark.parametrize("yaml", ["a: &x 1", "a: !t 1", "b: &x 1\na: *x", "<<: {b: c}\na: 1", "{a: 1}"])
def test_anchors_tags_merges_and_braces_make_a_field_read_only(yaml):
    assert not fields(f"---\n{yaml}\n---\n")["a"].editable


@pytest.mark.parametrize("yaml", ["name: a\rmodel: b\n", "name: \r: \r\n", "{name: a, model: b}\n"])
def test_fields_that_share_a_line_do_not_overlap(yaml):
    text = f"---\n{yaml}---\n"
    first, second = fields(text).values()
    assert first.span.end <= second.span.start


def test_many_aliases_of_one_value_share_a_limit():
    text = "---\na: &a [" + "x, " * 999 + "x]\n" + "".join(f"k{i}: *a\n" for i in range(30)) + "z: [1]\n---\n"
    found = fields(text)
    assert [found[f"k{i}"].value == "*a" for i in (0, 8, 10, 29)] == [False, False, True, True]
    assert found["z"].value == [1]


def test_alias_bombs_and_cycles_stay_text():
    rows = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    bomb = fields("---\n" + "\n".join(rows) + "\n---\n")["a11"].value
    assert isinstance(bomb, str) and bomb.endswith("[" + ", ".join(["*a10"] * 9) + "]")
    cycle = fields("---\na: &x [*x]\n---\n")["a"].value
    assert isinstance(cycle, str) and cycle.endswith("[*x]")


@given(agent_texts())
def test_spans_lie_inside_in_order_and_do_not_overlap(text):
    found = frontmatter(text, read(text), claude_code().keys())
    end = 0
    for field in found.fields if found else ():
        assert found.content.start <= field.span.start <= field.span.end <= len(text)
        if field.editable:
            assert field.span.start >= end
            end = field.span.end
            assert field.span.start <= field.key_span.start <= field.key_span.end <= field.value_span.start
            assert field.value_span.start <= field.value_span.end <= field.span.end
        if field.offsets is not None:
            assert len(field.offsets) == len(field.text) + 1
            assert list(field.offsets) == sorted(field.offsets)
