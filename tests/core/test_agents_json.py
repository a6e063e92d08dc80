"""Agents as JSON: out, back, and as a command for a shell."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.agents_json import (
    FIELDS,
    LONGEST_ARGUMENT,
    AgentRecord,
    agent_record,
    agents_json,
    from_agents_json,
    run_command,
)
from agenteditor.core.syntax import parse
from agenteditor.core.text import Refusal
from tests.core.texts import agent_texts

FULL = """---
name: a-b
description: "Use it.\\nTwice."
tools: Read, Agent(a, b)
disallowedTools:
  - Bash(rm *)
model: opus
permissionMode: plan
mcpServers:
  - github
  - own: {command: npx, args: [-y]}
hooks:
  Stop: [{hooks: [{type: command, command: ./x}]}]
maxTurns: '7'
skills: s, t
initialPrompt: Begin.
memory: user
effort: high
background: 'true'
isolation: worktree
color: red
x-own: 1
---

You are a test.
"""


def record(text: str) -> AgentRecord:
    made = agent_record(parse(text))
    assert isinstance(made, AgentRecord), made
    return made


def agent(fields: str = "", body: str = "x") -> str:
    return f"---\nname: a-b\ndescription: b\n{fields}\n---\n{body}\n"


def test_every_field_the_form_has_is_taken_and_the_others_are_named() -> None:
    made = record(FULL)
    assert (made.name, made.left_out) == ("a-b", ("color", "x-own"))
    assert made.fields == {
        "description": "Use it.\nTwice.",
        "prompt": "You are a test.",
        "tools": ["Read", "Agent(a, b)"],
        "disallowedTools": ["Bash(rm *)"],
        "model": "opus",
        "permissionMode": "plan",
        "mcpServers": ["github", {"own": {"command": "npx", "args": ["-y"]}}],
        "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "./x"}]}]},
        "maxTurns": 7,
        "skills": ["s", "t"],
        "initialPrompt": "Begin.",
        "memory": "user",
        "effort": "high",
        "background": True,
        "isolation": "worktree",
    }
    assert list(made.fields) == list(FIELDS)


# fields of the file -> fields of the form besides description and prompt, what is left out
KEPT = {
    "an empty list is no missing one": ("tools: []", {"tools": []}, ()),
    "everything": ("tools: '*'", {"tools": ["*"]}, ()),
    "no value of tools is said": ("tools:", {}, ("tools",)),
    "an empty text of tools is said": ("tools: ''", {}, ("tools",)),
    "no list is said": ("tools: {Read: true}", {}, ("tools",)),
    "a list with a number is said": ("tools: [Read, 3]", {}, ("tools",)),
    "no value is no field": ("model:", {}, ()),
    "a number stays one": ("maxTurns: 3\neffort: 2", {"maxTurns": 3, "effort": 2}, ()),
    "a prompt in the frontmatter is not the prompt": ("prompt: no", {}, ("prompt",)),
    "what JSON cannot say": ("hooks: {1: .inf}", {}, ("hooks",)),
    "keys are text": ("hooks: {1: a}", {"hooks": {"1": "a"}}, ()),
    "of repeated ones the last": ("model: opus\nmodel: haiku", {"model": "haiku"}, ()),
    "bytes that are no text": ("model: a\udcff", {"model": "a\ufffd"}, ()),
}


@pytest.mark.parametrize(("fields", "kept", "left_out"), KEPT.values(), ids=KEPT)
def test_values_are_those_of_the_reader(
    fields: str, kept: dict[str, object], left_out: tuple[str, ...]
) -> None:
    made = record(agent(fields))
    assert {key: made.fields[key] for key in made.fields if key not in ("description", "prompt")} == kept
    assert made.left_out == left_out


def test_a_backslash_n_in_the_description_is_the_line_break_that_the_reader_makes_of_it() -> None:
    made = record("---\nname: a\ndescription: Use it.\\nTwice: yes.\n---\nA \\n stays.\n")
    assert (made.fields["description"], made.fields["prompt"]) == ("Use it.\nTwice: yes.", "A \\n stays.")


@pytest.mark.parametrize(
    "text",
    [
        "# Notes\n",
        "---\nname: a\n---\n",
        "---\ndescription: a\n---\n",
        "---\nname: 3\ndescription: b\n---\n",
        "---\nname: a\ndescription: b:\n---\n",
        "---\nname: --yes\ndescription: b\n---\n",
        '---\nname: "a\\x1b[201~"\ndescription: b\n---\n',
    ],
)
def test_what_is_no_agent_is_refused_with_a_sentence(text: str) -> None:
    made = agent_record(parse(text))
    assert isinstance(made, Refusal) and made.reason.endswith(".")


@settings(max_examples=150)
@given(agent_texts())
def test_out_and_back_gives_the_same_values(text: str) -> None:
    made = agent_record(parse(text))
    if isinstance(made, AgentRecord):
        printed = agents_json(made)
        printed.encode("utf-8")
        assert from_agents_json(printed) == {made.name: made.fields}
        line = run_command(made, None)
        if not isinstance(line, Refusal):
            assert line.line.isprintable()
            given_ = shlex.split(line.line)
            assert given_[:2] == ["claude", "--agents"] and given_[3:] == ["--agent", made.name]
            assert from_agents_json(given_[2]) == {made.name: made.fields}


def test_every_real_agent_goes_out_and_back(shared: Path) -> None:
    count = 0
    for path in sorted((shared / "corpus").rglob("*.md")):
        made = agent_record(parse(path.read_bytes().decode("utf-8", "surrogateescape")))
        if isinstance(made, AgentRecord):
            count += 1
            assert from_agents_json(agents_json(made)) == {made.name: made.fields}
    assert count > 50


# --- the command --------------------------------------------------------------------------------


def test_in_an_agents_folder_the_name_is_enough_in_the_project(tmp_path: Path) -> None:
    path = tmp_path / ".claude" / "agents" / "sub" / "x.md"
    command = run_command(record(agent()), path)
    assert command == ("claude --agent a-b", tmp_path)


def test_a_file_of_the_user_is_found_everywhere() -> None:
    path = Path.home() / ".claude" / "agents" / "x.md"
    assert run_command(record(agent()), path) == ("claude --agent a-b", None)


def test_a_name_is_quoted_for_the_shell() -> None:
    made = record("---\nname: it's $(rm -rf ~) mine\ndescription: b\n---\nx\n")
    command = run_command(made, Path.home() / ".claude" / "agents" / "x.md")
    assert not isinstance(command, Refusal)
    assert shlex.split(command.line) == ["claude", "--agent", "it's $(rm -rf ~) mine"]


@pytest.mark.parametrize("manifest", ['{"name": "tidy"}', "{", '{"name": "--yes"}', "[]"])
def test_in_a_plugin_the_plugin_is_loaded_and_named(tmp_path: Path, manifest: str) -> None:
    home = tmp_path / "my plugin"
    (home / ".claude-plugin").mkdir(parents=True)
    (home / ".claude-plugin" / "plugin.json").write_text(manifest)
    command = run_command(record(agent()), home / "agents" / "review" / "x.md")
    name = "tidy" if "tidy" in manifest else "my plugin"
    assert not isinstance(command, Refusal)
    assert shlex.split(command.line) == [
        *("claude", "--plugin-dir", str(home)),
        *("--agent", f"{name}:review:a-b"),
    ]


def test_elsewhere_the_agent_is_in_the_command(tmp_path: Path) -> None:
    command = run_command(record(agent()), tmp_path / "x.md")
    assert not isinstance(command, Refusal)
    assert shlex.split(command.line)[1] == "--agents"


def test_an_agent_too_long_for_a_command_is_refused() -> None:
    made = run_command(record(agent(body="x" * LONGEST_ARGUMENT)), None)
    assert isinstance(made, Refusal) and "too long" in made.reason


# --- in -----------------------------------------------------------------------------------------

TAKEN = {
    "a map": (
        '{"a": {"description": "b", "prompt": "c", "x": 1}}',
        {"a": {"description": "b", "prompt": "c", "x": 1}},
    ),
    "two": (
        '{"a": {"description": "b", "prompt": ""}, "b": {"description": "", "prompt": "c"}}',
        {"a": {"description": "b", "prompt": ""}, "b": {"description": "", "prompt": "c"}},
    ),
    "the old wizard": (
        '{"identifier": "a", "whenToUse": "b", "systemPrompt": "c"}',
        {"a": {"description": "b", "prompt": "c"}},
    ),
    "an agent called identifier": (
        '{"identifier": {"description": "b", "prompt": "c"}}',
        {"identifier": {"description": "b", "prompt": "c"}},
    ),
    "in a fence": (
        '\n```json\n{"a": {"description": "b", "prompt": "c"}}\n```\n',
        {"a": {"description": "b", "prompt": "c"}},
    ),
}


@pytest.mark.parametrize(("text", "agents"), TAKEN.values(), ids=TAKEN)
def test_agents_are_read(text: str, agents: object) -> None:
    assert from_agents_json(text) == agents


REFUSED = {
    "": "no JSON: line 1",
    "{": "no JSON: line 1",
    "{'a': 1}": "no JSON: line 1",
    "[]": "holds no agents",
    "{}": "holds no agents",
    "3": "holds no agents",
    "null": "holds no agents",
    '{"a": 3}': "“a” is no record",
    '{"a": {}}': "The description of “a” is missing.",
    '{"a": {"description": "b"}}': "The prompt of “a” is missing.",
    '{"a": {"description": 3, "prompt": "c"}}': "The description of “a” is not a text.",
    '{" ": {"description": "b", "prompt": "c"}}': "no name",
    '{"identifier": 3, "whenToUse": "b", "systemPrompt": "c"}': "no name",
    '{"identifier": "a", "whenToUse": "b"}': "The prompt of “a” is missing.",
    '{"a": {}, "a": {}}': "“a” stands twice",
    '{"a": NaN}': "NaN is no JSON",
    "[" * 100_000: "too deeply nested",
    '{"a": ' + "9" * 10_000 + "}": "too large",
}


@pytest.mark.parametrize(("text", "words"), REFUSED.items(), ids=[text[:40] for text in REFUSED])
def test_bad_input_is_refused_with_a_sentence(text: str, words: str) -> None:
    answer = from_agents_json(text)
    assert isinstance(answer, Refusal)
    assert words in answer.reason and answer.reason.endswith(".")


@given(st.text() | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(json.dumps))
def test_any_text_has_an_answer(text: str) -> None:
    answer = from_agents_json(text)
    assert isinstance(answer, (Refusal, dict))
