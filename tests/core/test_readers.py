"""Which programs would load a file: against the programs' own answers, and rule by rule."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings

from agenteditor.core.readers import MOST, answer, answers, too_long
from agenteditor.core.readers_fences import gray_matter, own_line
from agenteditor.core.readers_known import readers
from agenteditor.core.readers_lines import qwen_simple
from agenteditor.core.readers_yaml import fields_of
from agenteditor.core.syntax import parse
from agenteditor.core.yaml_nodes import YamlFault
from tests.core.checks_cases import cases
from tests.core.texts import agent_texts

DATA = Path(__file__).parent / "data"
IDS = (
    "claude-code-lf", "claude-code-crlf", "claude-code-strict", "vscode", "opencode", "copilot", "gemini-cli",
    "qwen-code", "cursor",
)  # fmt: skip


def rows_of(text, place="project"):
    return {row.reader: row for row in answers(parse(text), place)}


def row_of(reader, text):
    return answer(reader, text)


def agent(fields, prompt="You are a tester of texts.\n", eol="\n"):
    return f"---\n{fields}---\n{prompt}".replace("\n", eol)


def lost(row):
    return {item.field: item.how for item in row.lost}


# --- against the programs themselves -----------------------------------------------------------
#
# The answers are those of gemini-cli-core 0.61.0 and VS Code 1.138's parser, and of the readings of OpenCode and
# Qwen Code with gray-matter 4.0.3, js-yaml 3.15.2 and yaml 2.9.1: "refused", or "loads" and a digest of the
# name and the description that the program gets.


def known_answers(name):
    header, *rows = (DATA / name).read_text(encoding="utf-8").splitlines()
    columns = header.split("\t")[1:]
    return {row.split("\t")[0]: dict(zip(columns, row.split("\t")[1:], strict=True)) for row in rows}


def digest(row):
    def text(value):
        if isinstance(value, (list, dict)):
            return None
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is not None and row.reader in ("vscode", "qwen-code"):
            value = str(value)
        return value.rstrip("\n") if isinstance(value, str) else value

    values = json.dumps([text(row.name), text(row.description)])
    return hashlib.sha256(values.encode()).hexdigest()[:12]


def our_answers(text):
    return {
        reader: "loads " + digest(row) if row.outcome in ("loads", "loses") else row.outcome
        for reader, row in rows_of(text).items()
    }


def differences(known, texts):
    return [
        (name, reader, theirs, ours[reader])
        for name, row in known.items()
        for ours in [our_answers(texts[name])]
        for reader, theirs in row.items()
        if ours[reader] != theirs
    ]


def test_every_case_of_ours_is_read_as_the_programs_read_it():
    known = known_answers("readers_cases.tsv")
    texts = {case.title: case.text for case in reversed(cases())}
    assert len(known) == 189
    assert differences({name: row for name, row in known.items() if name in texts}, texts) == []


def test_the_reference_files_are_read_as_the_programs_read_them(shared):
    known = known_answers("readers_reference.tsv")
    texts = {name: (shared / name).read_bytes().decode("utf-8", "replace") for name in known}
    found = differences(known, texts)
    assert len(known) == 251
    assert found == []


# FORMAT, appendix A: what the YAML of Gemini CLI and gray-matter says of V01 to V53: e an error, n no frontmatter.
GEMINI = {
    **dict.fromkeys(
        (1, 2, 11, 13, 15, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 41, 48, 52), "error"
    )
}
GEMINI |= dict.fromkeys((3, 4, 38), "none")
GRAY_MATTER = GEMINI | {3: "error", 20: "ok", 38: "error"}
# The appendix has "ok" for the tab-indented list (V31) under gray-matter; js-yaml 3.13.1, 3.14.1, 3.15.0 and
# 3.15.2 all refuse it, and gray-matter with them, unless the same text was given to it before.


def judged(fence, yaml, text):
    found = fence(text)
    if isinstance(found, str):
        return "none"
    fields = fields_of(found.content, yaml)
    if isinstance(fields, YamlFault):
        return "error"
    return "ok" if fields else "none"


def test_the_libraries_judge_the_vectors_as_measured(shared):
    paths = {int(path.name[1:].split("-")[0]): path for path in (shared / "vectors").glob("V*.md")}
    texts = {number: paths[number].read_bytes().decode() for number in range(1, 54)}
    gemini = {number: judged(own_line, "js-yaml 4", text) for number, text in texts.items()}
    assert gemini == {number: GEMINI.get(number, "ok") for number in texts}
    gray = {number: judged(gray_matter, "js-yaml 3", text) for number, text in texts.items()}
    assert gray == {number: GRAY_MATTER.get(number, "ok") for number in texts}


# --- rule by rule ------------------------------------------------------------------------------


def test_there_is_one_row_for_each_reader_in_a_fixed_order(seed_text):
    assert tuple(row.reader for row in answers(parse(seed_text))) == IDS
    assert tuple(reader.id for reader in readers()) == IDS


def test_what_is_not_public_is_called_a_guess(seed_text):
    guesses = {row.reader for row in answers(parse(seed_text)) if row.guess}
    assert guesses == {"claude-code-strict", "copilot", "cursor"}
    assert all(row.source for row in answers(parse(seed_text)))


def test_the_sample_loads_where_it_is_repaired_and_nowhere_else(seed_text):
    outcomes = {reader: row.outcome for reader, row in rows_of(seed_text).items()}
    assert outcomes == {
        "claude-code-lf": "loads",
        "claude-code-crlf": "refused",
        "claude-code-strict": "refused",
        "vscode": "loads",
        "opencode": "loads",
        "copilot": "refused",
        "gemini-cli": "refused",
        "qwen-code": "loads",
        "cursor": "unknown",
    }


def test_the_sample_with_crlf_still_has_a_row_for_lf(seed_text):
    rows = rows_of(seed_text.replace("\n", "\r\n"))
    assert rows["claude-code-lf"].outcome == "loads"
    assert rows["claude-code-crlf"].outcome == "refused"
    assert rows["claude-code-crlf"].reason.startswith("Line 3, column 500: ")


HEALTHY = agent("name: a-b\ndescription: Use this when tests run.\n")

# text, reader, outcome, lost fields, a piece of the reason
RULES = {
    "everybody reads a plain file": (HEALTHY, "gemini-cli", "loads", {}, "as it is meant"),
    "a hash cuts the description": (
        agent("name: a-b\ndescription: Use it for C # and F\n"),
        "vscode",
        "loses",
        {"description": "cut at the hash"},
        "Not all of it",
    ),
    "hyphens cut the description in Claude Code": (
        agent("name: a-b\ndescription: Use --- it\n"),
        "claude-code-lf",
        "loads",
        {},
        "",
    ),
    "hyphens in a value do not end the frontmatter elsewhere": (
        agent("name: a-b\ndescription: Use --- it\n"),
        "gemini-cli",
        "loses",
        {"description": "read as “Use --- it”", "prompt": "begins too late"},
        "",
    ),
    "a foreign field is refused by Gemini CLI": (
        agent("name: a-b\ndescription: Use it.\ncolor: red\nmemory: user\n"),
        "gemini-cli",
        "refused",
        {},
        "Line 4: It refuses a file with fields that it does not know: “color”, “memory”.",
    ),
    "a foreign field goes to the model provider": (
        agent("name: a-b\ndescription: Use it.\nmemory: user\n"),
        "opencode",
        "loses",
        {"memory": "passed on to the model provider"},
        "no use for some fields",
    ),
    "tools as text stop OpenCode": (
        agent("name: a-b\ndescription: Use it.\ntools: Read, Grep\n"),
        "opencode",
        "refused",
        {},
        "Line 4: The field “tools” is a text, and must be a map. OpenCode then does not start",
    ),
    "a colour by name stops OpenCode": (
        agent("name: a-b\ndescription: Use it.\ncolor: red\n"),
        "opencode",
        "refused",
        {},
        "“red”",
    ),
    "where OpenCode's repair changes nothing, the file is the prompt": (
        agent("name: a-b\ndescription: - dash\n"),
        "opencode",
        "loses",
        {
            "name": "not read",
            "description": "not read",
            "prompt": "begins too early: with text of the frontmatter",
        },
        "The whole file becomes the prompt.",
    ),
    "so it does behind a byte order mark": (
        "\ufeff" + agent("name: a-b\ndescription: Use it: now\n"),
        "opencode",
        "loses",
        {
            "name": "not read",
            "description": "not read",
            "prompt": "begins too early: with text of the frontmatter",
        },
        "The whole file becomes the prompt.",
    ),
    "a byte order mark hides the frontmatter from Gemini CLI": (
        "\ufeff" + HEALTHY, "gemini-cli", "refused", {}, "byte order mark",
    ),
    "and from an older Claude Code": ("\ufeff" + HEALTHY, "claude-code-strict", "refused", {}, "byte order mark"),
    "a repeated field is an error to js-yaml": (
        agent("name: a-b\ndescription: Use it.\nmodel: a\nmodel: b\n"),
        "gemini-cli",
        "refused",
        {},
        "Line 5, column 1: The field “model” stands there twice.",
    ),
    "of repeated fields VS Code takes the first": (
        agent("name: a-b\ndescription: one\ndescription: other\n"),
        "vscode",
        "loses",
        {"description": "read as “one”"},
        "",
    ),
    "Qwen Code falls back to lines, and takes the last": (
        agent("name: a-b\ndescription: one\ndescription: other\n"),
        "qwen-code",
        "loads",
        {},
        "simple second parser",
    ),
    "a date is no name for Gemini CLI": (
        agent("name: 2026-01-01\ndescription: Use it.\n"),
        "gemini-cli",
        "refused",
        {},
        "The field “name” is a date, and must be a text.",
    ),
    "a date is read by OpenCode otherwise": (
        agent("name: 2026-01-01\ndescription: Use it.\n"),
        "opencode",
        "loses",
        {"name": "a date instead of text"},
        "",
    ),
    "four closing hyphens lose the prompt": (
        "---\nname: a-b\ndescription: Use it.\n----\nYou test texts.\n",
        "gemini-cli",
        "loses",
        {"prompt": "empty"},
        "",
    ),
    "VS Code drops a tool it does not know": (
        agent("name: a-b\ndescription: Use it.\ntools: Read, Agent(a, b)\n"),
        "vscode",
        "loses",
        {"tools": "dropped: it has entries it does not know: “Agent(a, b)”"},
        "",
    ),
    "VS Code stops at the first line it cannot place": (
        agent("name: a-b\ndescription: Use it.\nand then\nmodel: opus\n"),
        "vscode",
        "loses",
        {"description": "cut short", "model": "not read"},
        "",
    ),
    "a short prompt is none for Qwen Code": (
        agent("name: a-b\ndescription: Use it.\n", "Test.\n"), "qwen-code", "refused", {}, "shorter than 10",
    ),
    "CRLF was refused by Copilot": (
        agent("name: a-b\ndescription: Use it.\n", eol="\r\n"), "copilot", "refused", {}, "CRLF",
    ),
    "a remote agent of Gemini CLI is not judged": (
        agent("kind: remote\nname: a-b\nagent_card_url: https://example.org\n"),
        "gemini-cli",
        "unknown",
        {},
        "agent_card_url",
    ),
    "no frontmatter": ("Text.\n", "claude-code-lf", "refused", {}, "documentation"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "reader", "outcome", "fields", "reason"), RULES.values(), ids=RULES.keys())
def test_a_program_reads_by_its_own_rules(text, reader, outcome, fields, reason):
    row = row_of(reader, text)
    assert (row.outcome, lost(row)) == (outcome, fields)
    assert reason in row.reason


def test_broken_yaml_in_a_plugin_loses_every_field_but_loads():
    text = agent("name: a-b\ndescription: - dash\ntools: Read\n")
    row = rows_of(text, "plugin")["claude-code-lf"]
    assert row.outcome == "loses"
    assert set(lost(row)) == {"name", "description", "tools"}
    assert "limits on tools" in row.reason


def test_what_a_plugin_ignores_is_lost_there_and_only_there():
    text = agent("name: a-b\ndescription: Use it.\npermissionMode: plan\n")
    assert lost(rows_of(text, "plugin")["claude-code-lf"]) == {"permissionMode": "ignored in a plugin"}
    assert rows_of(text)["claude-code-lf"].outcome == "loads"


def test_one_reader_can_be_asked_with_the_fields_of_a_dialect():
    text = agent("name: a-b\ndescription: Use it.\nowner: me\n")
    assert row_of("gemini-cli", text).outcome == "refused"
    assert answer("gemini-cli", text, ("name", "description", "owner")).outcome == "loads"


def test_only_what_lies_in_the_fields_needs_a_conversion():
    foreign = rows_of(agent("name: a-b\ndescription: Use it.\ncolor: red\n"))
    assert {reader for reader, row in foreign.items() if row.by_dialect} == {
        "vscode", "opencode", "copilot", "gemini-cli", "cursor",
    }  # fmt: skip
    missing = rows_of(agent("description: Use it.\n"))
    assert missing["gemini-cli"].outcome == "refused" and not missing["gemini-cli"].by_dialect
    spelling = rows_of(agent("name: a-b\ndescription: Use it: now\n"))
    assert not any(row.by_dialect for row in spelling.values())


def test_a_very_long_frontmatter_is_not_judged():
    text = agent(f"name: a-b\ndescription: {'x' * MOST}\n")
    assert too_long(parse(text))
    assert Counter(row.outcome for row in answers(parse(text))) == {"unknown": len(IDS)}


@settings(max_examples=60)
@given(agent_texts())
def test_every_text_has_an_answer_for_every_reader(text):
    rows = answers(parse(text))
    assert tuple(row.reader for row in rows) == IDS
    for row in rows:
        assert row.reason
        assert bool(row.lost) == (row.outcome == "loses")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12", 12.0),
        ("-1.5e3", -1500.0),
        ("0x1F", 31.0),
        ("0o17", 15.0),
        ("0B11", 3.0),
        ("0x" + "f" * 400, float("inf")),
    ],
)
def test_qwens_simple_parser_reads_numbers_as_javascript_does(written: str, number: float) -> None:
    assert qwen_simple(f"name: {written}\n") == {"name": number}
