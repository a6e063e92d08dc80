"""Agents of an export for the chosen program: what is converted, what it costs, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from agenteditor.core import files, modes_file
from agenteditor.core.dialects import dialects
from agenteditor.core.export import Choices, Source, described, plan, write
from agenteditor.core.export_agents import Ready, Refused, file_name_problem, ready
from agenteditor.core.syntax import parse

TEXT = "---\nname: {name}\ndescription: Use this when tests run.\n{more}---\n\nYou are a tester of texts.\n"
OTHERS = [name for name in dialects() if not name.startswith("claude")]


def source(name, more="", path=None):
    return Source(Path(path or f"in/{name}.md"), TEXT.format(name=name, more=more))


@pytest.mark.parametrize("dialect", OTHERS)
def test_every_program_gets_a_file_it_reads_where_it_looks(dialect, tmp_path):
    one = dialects()[dialect]
    made = plan([source("a-b", "color: red\n")], tmp_path, Choices(dialect=dialect, accepted=None))
    (entry,) = made.entries
    folder = one.table.folders[0].rpartition("/")[2]
    expected = one.table.ending if one.table.format == "modes" else f"{folder}/a-b{one.table.ending}"
    assert entry.path == expected
    assert "prompt" in [item.field for item in entry.items]
    write(made)
    assert (tmp_path / entry.path).read_text("utf-8") == entry.text
    assert "You are a tester of texts." in entry.text


def test_all_modes_are_in_one_file(tmp_path):
    agents = [source("one"), source("two")]
    (entry,) = plan(agents, tmp_path, Choices(dialect="roo", accepted=None)).entries
    assert [mode["slug"] for mode in modes_file.read_all(entry.text)] == ["one", "two"]
    assert sorted(entry.sources) == [Path("in/one.md"), Path("in/two.md")]
    (reverse,) = plan(agents[::-1], tmp_path, Choices(dialect="roo", accepted=None)).entries
    assert reverse.text == entry.text


def test_nothing_is_dropped_without_a_word(tmp_path):
    more = "tools: Read, Bash(git *)\npermissionMode: plan\nmaxTurns: 3\nmemory: user\nmine: 1\n"
    for dialect in OTHERS:
        made = plan([source("a-b", more)], tmp_path, Choices(dialect=dialect, accepted=None))
        (entry,) = made.entries
        told = {item.field for item in entry.items}
        assert told >= {
            "name",
            "description",
            "prompt",
            "tools",
            "permissionMode",
            "maxTurns",
            "memory",
            "mine",
        }
        for loss in entry.losses:
            assert any(f"{loss.fate} {loss.field}: {loss.reason}" in line for line in described(made))


def test_an_agent_of_another_program_is_converted_to_ours(tmp_path):
    gemini = source("a", "kind: local\n", path="in/.gemini/agents/a.md")
    (entry,) = plan([gemini], tmp_path, Choices()).entries
    assert entry.path == "agents/a.md"
    assert "kind" not in entry.text and parse(entry.text).verdict == "valid"
    (same,) = plan([gemini], tmp_path, Choices(dialect="gemini-cli")).entries
    assert same.text == gemini.text and same.items == ()


def test_a_file_of_the_same_program_keeps_every_byte():
    made = ready(source("a", "# a comment\ncolor:   red\n"), Choices())
    assert isinstance(made, Ready)
    assert made.text == source("a", "# a comment\ncolor:   red\n").text


def test_two_names_that_become_one_are_both_refused(tmp_path):
    agents = [source("Code Reviewer"), source("code-reviewer")]
    assert len(plan(agents, tmp_path, Choices()).entries) == 2
    made = plan(agents, tmp_path, Choices(dialect="gemini-cli", accepted=None))
    assert made.entries == () and len(made.refused) == 2
    assert all("Rename one of them" in refused.reason for refused in made.refused)


def test_a_widened_agent_waits_alone(tmp_path):
    agents = [source("a", "tools: Bash(git *)\n"), source("b", "tools: Bash(git *)\n")]
    choices = Choices(dialect="gemini-cli", accepted=frozenset({Path("in/a.md")}))
    made = plan(agents, tmp_path, choices)
    assert [(entry.path, entry.state) for entry in made.entries] == [
        ("agents/a.md", "new"),
        ("agents/b.md", "waiting"),
    ]
    assert all(entry.widened for entry in made.entries)
    write(made)
    assert [path.name for path in (tmp_path / "agents").iterdir()] == ["a.md"]


def test_an_agent_that_waits_keeps_the_file_it_had(tmp_path):
    write(plan([source("a"), source("b")], tmp_path, Choices(dialect="gemini-cli", accepted=None)))
    wider = [source("a", "tools: Bash(git *)\n"), source("b")]
    made = plan(wider, tmp_path, Choices(dialect="gemini-cli", prune=True))
    states = [(entry.path, entry.state) for entry in made.entries]
    assert states == [("agents/a.md", "left"), ("agents/a.md", "waiting"), ("agents/b.md", "same")]


@pytest.mark.parametrize(
    "text", ["", "---\n", "\ud800", "---\nname: [\n---\n", "---\nname: {a: b}\ndescription: x\n---\n"]
)
@pytest.mark.parametrize("dialect", ["claude-code", "roo", "codex", "opencode"])
def test_what_is_no_agent_is_refused_for_every_program(text, dialect):
    assert isinstance(ready(Source(Path("in/a.md"), text), Choices(dialect=dialect)), Refused)


@pytest.mark.parametrize("name", ["COM¹", "com1 .x", "", "nul", "Lpt9.y"])
def test_names_that_are_devices_in_disguise(name):
    assert file_name_problem(name)


def test_every_real_file_that_is_exported_is_read_by_its_program(shared, tmp_path):
    paths = sorted(shared.glob("corpus/**/*.md"))
    sources = [Source(path, path.read_bytes().decode("utf-8", "surrogateescape")) for path in paths]
    for dialect in ("gemini-cli", "copilot"):
        made = plan(sources, tmp_path / dialect, Choices(dialect=dialect, accepted=None))
        written = write(made)
        assert len(written) == len(made.entries) > 40
        told = {path for entry in made.entries for path in entry.sources}
        assert told | {refused.path for refused in made.refused} == set(paths)
        for entry in written:
            path = tmp_path / dialect / entry.path
            assert parse(files.load(path).text, dialects()[dialect]).verdict == "valid"
