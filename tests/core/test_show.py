"""A file as data: one JSON object a line, whatever the file holds."""

from __future__ import annotations

import json
import math
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given

from agenteditor.core.checks import Diagnostic, Fix, check
from agenteditor.core.loading import loads
from agenteditor.core.powers import powers
from agenteditor.core.readers import answers
from agenteditor.core.show import json_line, problem_records, shown
from agenteditor.core.syntax import parse
from agenteditor.core.text import Span
from tests.core.texts import agent_texts

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "show.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def record_of(text):
    syntax = parse(text)
    return shown("a.md", syntax, loads(syntax), powers(syntax), check(syntax), rows=answers(syntax))


def fields_of(content):
    return record_of(f"---\n{content}---\nBody\n")["fields"]


# frontmatter, fields shown
FIELDS = {
    "types stay": (
        "a: 1\nb: true\nc:\nd: 1.5\ne: '1'\nf: [x, 2]\ng: {h: [null]}\n",
        {"a": 1, "b": True, "c": None, "d": 1.5, "e": "1", "f": ["x", 2], "g": {"h": [None]}},
    ),
    "of repeated ones the last": ("a: 1\nb: 2\na: 3\n", {"a": 3, "b": 2}),
    "what cannot be read is its raw text": ("name: x\ndescription: b:\n", {"name": "x", "description": "b:"}),
    "what only the repair reads": ("description: b: c # d\n", {"description": "b: c # d"}),
    "no numbers for JSON": ("a: .nan\nb: -.inf\nc: [.inf]\n", {"a": "nan", "b": "-inf", "c": ["inf"]}),
    "keys are text": ("1: a\nnull: b\ntrue: c\n2.50: d\n", {"1": "a", "null": "b", "true": "c", "2.50": "d"}),
    "bytes that are no text": ("a: x\udcff\udcfey\n", {"a": "x\ufffdy"}),
    "a block has its final newline": ("a: |\n  x\n", {"a": "x\n"}),
    "none": ("", {}),
}


@pytest.mark.parametrize(("content", "fields"), FIELDS.values(), ids=FIELDS.keys())
def test_fields_are_shown_as_the_reader_gets_them(content, fields):
    assert fields_of(content) == fields


def test_fields_keep_the_order_of_the_file():
    assert list(fields_of("z: 1\nname: a\nb: 2\n")) == ["z", "name", "b"]


def test_examples_and_sections_are_shown_with_their_parts():
    record = record_of(
        '---\nname: a\ndescription: "<example>\\nContext: C.\\nuser: \'Hi\'\\nassistant: \\"Yes\\"\\n'
        '<commentary>\\nWhy.\\n</commentary>\\n</example>"\n---\n\nIntro.\n\n# One:\n\n- a\n- b\n\n## **Two**\n\nText.\n'
    )
    assert record["examples"] == [
        {
            "context": "C.",
            "turns": [{"speaker": "user", "text": "Hi"}, {"speaker": "assistant", "text": "Yes"}],
            "commentary": "Why.",
        }
    ]
    intro, one = record["sections"]
    assert (intro["title"], intro["kind"]) == ("", "prose")
    assert (one["title"], one["level"], one["kind"], one["items"]) == ("One", 1, "bullets", ["a", "b"])
    assert [(child["title"], child["level"]) for child in one["children"]] == [("Two", 2)]


def test_a_file_without_frontmatter_has_no_fields():
    record = record_of("# Notes\n")
    assert (record["verdict"], record["loads"], record["fields"], record["examples"]) == (
        "none",
        False,
        {},
        [],
    )


def test_problems_have_lines_and_columns_from_1_in_code_points():
    text = "a\n😀x\r\ny"
    problems = [
        Diagnostic("c/one", "error", "One.", Span(0, 1)),
        Diagnostic("c/two", "info", "Two.", Span(3, 4), None, (Fix("Mend it", ()), Fix("Or so", ()))),
        Diagnostic("c/end", "warning", "End.", Span(len(text), len(text))),
    ]
    assert [(r["line"], r["column"], r["fixes"]) for r in problem_records(text, problems)] == [
        (1, 1, []),
        (2, 2, ["Mend it", "Or so"]),
        (3, 2, []),
    ]


def test_one_line_is_one_line_to_every_program():
    line = json_line({"a": "x\u2028y\u2029z\x85\x0b\x0c\x1c\r\n\ufeff\x7f"})
    assert len(line.splitlines()) == 1
    assert json.loads(line) == {"a": "x\u2028y\u2029z\x85\x0b\x0c\x1c\r\n\ufeff\x7f"}


def test_other_characters_are_written_as_they_are():
    assert json_line({"a": "é😀“"}) == '{"a": "é😀“"}'


def finite(value):
    if isinstance(value, dict):
        return all(finite(item) for item in value.values())
    if isinstance(value, list):
        return all(finite(item) for item in value)
    return not isinstance(value, float) or math.isfinite(value)


@given(agent_texts())
def test_any_file_is_shown_as_the_schema_says_on_one_line_of_utf_8(text):
    record = record_of(text)
    VALIDATOR.validate(record)
    line = json_line(record)
    line.encode("utf-8")
    assert len(line.splitlines()) == 1
    assert finite(record) and json.loads(line) == record


def test_powers_are_shown_as_they_count():
    record = record_of(
        "---\nname: a\ndescription: b\ntools: Read, LSP, Nope\nhooks: {Stop: 3}\nmaxTurns: 4\n---\n"
    )
    powers = record["powers"]
    assert (powers["runs"], powers["tools"], powers["max_turns"]) == ("yes", "list", 4)
    assert (powers["foreground"], powers["background"]) == (["Read", "LSP"], ["Read"])
    assert {"name": "Nope", "reason": "unknown"} in powers["not_given"]
    assert powers["summary"].startswith("It may read files.")
