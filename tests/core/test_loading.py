"""Would the file become an agent, and what happens: every verdict in every place, in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from agenteditor.core.dialects import by_name
from agenteditor.core.loading import loads, place_of, required_fault
from agenteditor.core.readers import answer
from agenteditor.core.syntax import parse
from tests.core.texts import agent_texts


def fenced(content):
    return f"---\n{content}---\nBody\n"


DEEP = "name: a\ndescription: " + "[" * 70 + "]" * 70 + "\n"
# title: (text, verdict, (ok, words) in a project, (ok, words) in a plugin)
CASES = {
    "valid": (
        fenced("name: a\ndescription: b\n"),
        "valid",
        (True, "the frontmatter is valid"),
        (True, "the frontmatter is valid"),
    ),
    "repaired": (
        fenced("name: a\ndescription: b: c\n"),
        "repaired",
        (True, "only because the reader repairs it"),
        (True, "only because the reader repairs it"),
    ),
    "fails": (
        fenced("name: a\ndescription: b:\n"),
        "fails",
        (False, "does not parse, so there is no agent"),
        (True, "named after the file, and every other field is dropped."),
    ),
    "fails, with a limit on tools": (
        fenced("name: a\ndescription: b:\ntools: Read\n"),
        "fails",
        (False, "does not parse"),
        (True, "its limit on tools too: it may use every tool"),
    ),
    "fails, with tools ruled out": (
        fenced("name: a\ndescription: b:\ndisallowedTools: Bash\n"),
        "fails",
        (False, "does not parse"),
        (True, "it may use every tool"),
    ),
    "none": ("# Notes\n", "none", (False, "taken for documentation"), (False, "taken for documentation")),
    "unknown": (fenced(DEEP), "unknown", (False, "We cannot tell"), (False, "We cannot tell")),
    "no name": (
        fenced("description: b\n"),
        "valid",
        (False, "“name” is missing. The file is skipped"),
        (True, "“name” is missing. In a plugin the agent is then named after the file"),
    ),
    "no description": (
        fenced("name: a\n"),
        "valid",
        (False, "“description” is missing"),
        (True, "a placeholder stands in"),
    ),
    "nothing between the fences": (
        fenced(""),
        "valid",
        (False, "“name” is missing"),
        (True, "“name” is missing"),
    ),
    "an empty name": (fenced("name:\ndescription: b\n"), "valid", (False, "“name” is empty"), (True, "“name” is empty")),
    "a name of blanks": (fenced("name: '  '\ndescription: b\n"), "valid", (False, "“name” is empty"), (True, "“name” is empty")),
    "a number": (fenced("name: 5\ndescription: b\n"), "valid", (False, "not a text but a number"), (True, "a number")),
    "yes or no": (fenced("name: true\ndescription: b\n"), "valid", (False, "not a text but a yes/no value"), (True, "a yes/no")),
    "a list": (fenced("name: a\ndescription: [b]\n"), "valid", (False, "not a text but a list"), (True, "a list")),
    "a map": (fenced("name: a\ndescription: {b: c}\n"), "valid", (False, "not a text but a map"), (True, "a map")),
    "the last of two names counts": (fenced("name: a\nname:\ndescription: b\n"), "valid", (False, "“name” is empty"), (True, "empty")),
}  # fmt: skip


@pytest.mark.parametrize(("text", "verdict", "project", "plugin"), CASES.values(), ids=CASES.keys())
def test_what_happens_in_each_place(text, verdict, project, plugin):
    syntax = parse(text)
    assert syntax.verdict == verdict
    for place, (ok, words) in {"project": project, "plugin": plugin}.items():
        answer = loads(syntax, place)
        assert answer.ok == ok
        assert words in answer.reason


def test_the_fault_of_the_yaml_is_part_of_the_answer():
    syntax = parse(fenced("name: a\ndescription: b: c\n"))
    assert loads(syntax).reason.endswith(syntax.faults[0].message)


@given(agent_texts())
def test_every_text_has_an_answer_of_whole_sentences_in_every_place(text):
    syntax = parse(text)
    for place in ("project", "plugin"):
        answer = loads(syntax, place)
        assert answer.reason[0].isupper() and answer.reason.endswith(".")
        assert "  " not in answer.reason
    if syntax.verdict in ("valid", "repaired"):
        faults = [required_fault(syntax, key) for key in ("name", "description")]
        assert loads(syntax).ok == (faults == [None, None])


def test_a_place_is_a_plugin_below_a_folder_with_a_manifest(tmp_path):
    (tmp_path / "plug" / ".claude-plugin").mkdir(parents=True)
    below = tmp_path / "plug" / "agents" / "deep" / "a.md"
    assert place_of(below) == "project"  # the folder alone makes no plugin
    (tmp_path / "plug" / ".claude-plugin" / "plugin.json").write_text("{}", encoding="utf-8")
    assert place_of(below) == "plugin"
    assert place_of(tmp_path / "a.md") == "project"
    assert place_of(None) == "project"


def test_a_place_below_an_impossible_path_is_a_project(tmp_path):
    assert place_of(tmp_path / ("x" * 300) / "a.md") == "project"


def test_a_relative_path_is_looked_up_from_here(tmp_path, monkeypatch):
    (tmp_path / ".claude-plugin").mkdir()
    (tmp_path / ".claude-plugin" / "plugin.json").write_text("{}", encoding="utf-8")
    (tmp_path / "agents").mkdir()
    monkeypatch.chdir(tmp_path / "agents")
    assert place_of(Path("a.md")) == "plugin"


# What another program makes of a file, by its data: dialect, frontmatter, whether it loads, a word of the reason.
ELSEWHERE = [
    ("gemini-cli", "name: a-b\ndescription: Use it.\n", True, "Gemini CLI loads it"),
    ("gemini-cli", "name: a-b\ndescription: Use it: now.\n", False, "not valid YAML"),
    ("gemini-cli", "name: a-b\ndescription: Use it.\ncolor: red\n", False, "“color”"),
    ("gemini-cli", "name: a-b\nname: b\ndescription: Use it.\n", False, "stands twice"),
    ("gemini-cli", "name: a-b\n", False, "“description” is missing"),
    ("opencode", "description: Use it: now.\n", True, "repairs it"),
    ("opencode", "description: Use it.\nwibble: 1\n", True, "OpenCode loads it"),
    ("copilot", "description: Use it.\n", True, "a guess"),
    ("qwen-code", "name: a-b\ndescription: Use it.\nwibble: 1\n", True, "Qwen Code loads it"),
    ("gemini-cli", "name: a-b\ndescription: Use it.\ntools: [Read]\n", False, "no tool “Read”"),
    ("gemini-cli", "name: a-b\ndescription: Use it.\ntools: [read_file, mcp_x_*]\n", True, "loads it"),
    ("factory", "name: a-b\ndescription: Use it.\ntools: [Nope]\n", False, "no tool “Nope”"),
    ("gemini-cli", "name: Bad Name!\ndescription: Use it.\n", False, "the value of “name”"),
    ("qwen-code", "name: Bad Name!\ndescription: Use it.\n", False, "the value of “name”"),
    ("factory", "name: Bad Name!\ndescription: Use it.\n", False, "the value of “name”"),
    ("gemini-cli", "name: a-b\ndescription: Use it.\nmax_turns: many\n", False, "the value of “max_turns”"),
    ("gemini-cli", "name: a-b\ndescription: Use it.\nmax_turns: 9\n", True, "loads it"),
]


@pytest.mark.parametrize(("name", "prompt"), [("qwen-code", "Short."), ("factory", "")])
def test_a_prompt_that_is_too_short_is_refused_as_the_problems_say(name: str, prompt: str) -> None:
    found = loads(parse(f"---\nname: a-b\ndescription: Use it.\n---\n{prompt}\n", by_name(name)))
    assert not found.ok and "characters or more" in found.reason


@pytest.mark.parametrize(("name", "fields", "ok", "words"), ELSEWHERE)
def test_other_programs_load_by_their_own_rules(name: str, fields: str, ok: bool, words: str) -> None:
    answer = loads(parse(f"---\n{fields}---\nYou are a tester.\n", by_name(name)))
    assert (answer.ok, words in answer.reason) == (ok, True), answer.reason


@pytest.mark.parametrize(
    ("name", "fields", "ok", "_words"),
    [case for case in ELSEWHERE if case[0] in ("gemini-cli", "opencode", "qwen-code")],
)
def test_the_answer_is_that_of_the_model_of_that_programs_reader(
    name: str, fields: str, ok: bool, _words: str
) -> None:
    row = answer(name, parse(f"---\n{fields}---\nYou are a tester.\n", by_name(name)))
    assert (row.outcome in ("loads", "loses")) == ok, row
