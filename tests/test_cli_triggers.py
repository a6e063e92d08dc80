"""The command ``triggers``, from outside."""

from __future__ import annotations

import pytest

from agenteditor.cli import main
from agenteditor.core.syntax import parse
from agenteditor.core.triggers import style

TEXT = (
    "---\nname: cache\ndescription: \"Use it. Examples: <example>Context: It is slow. user: 'Why?' assistant: 'I ask' "
    "<function call omitted> <commentary>Its work.</commentary></example> <example>Context: It is new. user: 'Plan it' "
    "assistant: 'I plan' <commentary>It knows.</commentary></example>\"\n---\n\nYou are a cache that answers.\n"
)


@pytest.fixture
def agent(tmp_path):
    path = tmp_path / "cache.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


def style_of(path):
    return style(parse(path.read_text(encoding="utf-8")))


def test_a_file_is_converted_and_back_and_says_what_it_costs(agent, capsys):
    assert main(["triggers", str(agent), "--to", "prose"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "tokens in every conversation" in captured.err
    assert style_of(agent) == "prose"
    assert main(["triggers", str(agent), "--to", "examples"]) == 0
    assert style_of(agent) == "examples"
    assert agent.read_text(encoding="utf-8").endswith("\n---\n\nYou are a cache that answers.\n")


def test_a_dry_run_prints_a_diff_and_writes_nothing(agent, capsys, tmp_path):
    assert main(["triggers", str(agent), "--to", "prose", "--dry-run"]) == 0
    diff = capsys.readouterr().out
    assert agent.read_text(encoding="utf-8") == TEXT
    assert main(["triggers", str(agent), "--to", "prose", "--output", str(tmp_path / "copy.md")]) == 0
    added = [line[1:] for line in diff.splitlines() if line.startswith("+") and not line.startswith("+++")]
    copy = (tmp_path / "copy.md").read_text(encoding="utf-8").splitlines()
    assert diff.startswith(f"--- {agent}\n+++ {agent}\n")
    assert set(added) == set(copy) - set(TEXT.splitlines()) | {""}


def test_output_leaves_the_file_as_it_is(agent, tmp_path):
    copy = tmp_path / "copy.md"
    assert main(["triggers", str(agent), "--to", "prose", "--output", str(copy)]) == 0
    assert agent.read_text(encoding="utf-8") == TEXT
    assert style_of(copy) == "prose"


def test_what_cannot_be_converted_is_refused_in_one_line(agent, capsys):
    assert main(["triggers", str(agent), "--to", "examples"]) == 1
    assert capsys.readouterr().err == (
        f"agenteditor: {agent}: The prompt has no section “When to invoke” to convert.\n"
    )
    assert agent.read_text(encoding="utf-8") == TEXT


def test_a_file_that_is_not_there_is_said(tmp_path, capsys):
    assert main(["triggers", str(tmp_path / "none.md"), "--to", "prose"]) == 2
    assert "none.md" in capsys.readouterr().err
