"""The commands convert, import and dialects, from outside."""

from __future__ import annotations

import io
import json
import sys

import pytest

from agenteditor.cli import main

GOOD = "---\nname: a-b\ndescription: Use this when tests run.\ntools: Read, Bash(git *)\ncolor: red\n---\n\nYou are a tester of texts.\n"


@pytest.fixture
def good(tmp_path):
    path = tmp_path / ".claude" / "agents" / "a-b.md"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_dialects_lists_each_with_its_folder(capsys):
    assert main(["dialects"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("claude-code ") and ".claude/agents/*.md" in lines[0]
    assert any(line.startswith("codex ") and "only converted to" in line for line in lines)


def test_convert_reports_and_writes_nothing_by_itself(good, tmp_path, capsys):
    assert main(["convert", str(good), "--to", "gemini-cli"]) == 0
    out = capsys.readouterr().out
    assert f"{good} → .gemini/agents/a-b.md: 1 widened, 1 lost" in out
    assert "  widened      tools: Gemini CLI cannot limit it" in out
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [good]


def test_convert_writes_below_a_folder_and_never_over_a_file(good, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["convert", str(good), "--to", "codex", "--output", str(out)]) == 0
    written = out / ".codex" / "agents" / "a-b.toml"
    text = written.read_text("utf-8")
    assert 'name = "a-b"' in text
    written.write_text("mine", "utf-8")
    assert main(["convert", str(good), "--to", "codex", "--output", str(out)]) == 2
    assert written.read_text("utf-8") == "mine"
    assert main(["convert", str(good), "--to", "codex", "--output", str(out), "--replace"]) == 0
    assert written.read_text("utf-8") == text


def test_strict_writes_nothing_that_loses_or_widens(good, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["convert", str(good), "--to", "copilot", "--strict", "--output", str(out)]) == 1
    assert not out.exists() and "--strict" in capsys.readouterr().err
    good.write_text(GOOD.replace("tools: Read, Bash(git *)\ncolor: red\n", ""), "utf-8")
    assert main(["convert", str(good), "--to", "copilot", "--strict", "--output", str(out)]) == 0


def test_the_file_alone_goes_to_standard_output(good, capsysbinary):
    assert main(["convert", str(good), "--to", "copilot", "--output", "-"]) == 0
    assert capsysbinary.readouterr().out.startswith(b"---\nname: a-b\n")


def test_the_report_can_be_json(good, capsys):
    assert main(["convert", str(good), "--to", "cursor", "--format", "json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert (record["from"], record["to"], record["output"]) == (
        "claude-code",
        "cursor",
        ".cursor/agents/a-b.md",
    )
    assert {"field": "color", "fate": "lost"}.items() <= next(
        i for i in record["items"] if i["field"] == "color"
    ).items()


def test_two_agents_that_become_one_file_are_refused(good, tmp_path, capsys):
    twin = good.parent / "deep" / "a-b.md"
    twin.parent.mkdir()
    twin.write_text(GOOD, "utf-8")
    assert main(["convert", str(good.parent), "--to", "cursor", "--output", str(tmp_path / "out")]) == 1
    assert "is already what" in capsys.readouterr().err


@pytest.mark.parametrize(("option", "name"), [("--to", "word"), ("--from", "codex")])
def test_a_dialect_that_is_none_is_said(good, capsys, option, name):
    with pytest.raises(SystemExit) as stopped:
        main(["convert", str(good), "--to", "cursor", option, name])
    assert stopped.value.code == 2 and name in capsys.readouterr().err.casefold()


def test_import_takes_json_from_standard_input(tmp_path, monkeypatch, capsys):
    agents = {"a-b": {"description": "Use this: always", "prompt": "You test."}}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(agents).encode())))
    assert main(["import", "-", "--output", str(tmp_path)]) == 0
    text = (tmp_path / "a-b.md").read_text("utf-8")
    assert text == "---\nname: a-b\ndescription: 'Use this: always'\n---\n\nYou test.\n"
    assert capsys.readouterr().out == "standard input: a-b, JSON\n"


def test_import_of_a_folder_says_what_is_no_agent_and_takes_the_rest(good, tmp_path, capsys):
    (tmp_path / "README.md").write_text("Prose.\n", "utf-8")
    out = tmp_path / "out"
    assert main(["import", str(tmp_path), "--output", str(out)]) == 1
    captured = capsys.readouterr()
    assert "README.md: It has no frontmatter" in captured.err
    assert (out / "a-b.md").read_text("utf-8") == GOOD


def test_import_says_that_what_it_takes_does_not_load(tmp_path, capsys):
    path = tmp_path / "broken.md"
    path.write_text("---\nname: a-b\ndescription: Use it:\n---\nYou test.\n", "utf-8")
    assert main(["import", str(path)]) == 0
    assert "  does not load: The frontmatter does not parse" in capsys.readouterr().out


def test_check_goes_by_the_rules_of_the_folder(tmp_path, capsys):
    path = tmp_path / ".gemini" / "agents" / "a-b.md"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD, "utf-8")
    assert main(["check", str(path)]) == 1
    assert "[key/refused]" in capsys.readouterr().out
