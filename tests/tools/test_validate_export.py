"""What the real program says of an export, where it is installed; and how its answers are read."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tools import validate_export
from tools.oracle import Unasked
from tools.validate_export import SAMPLES, Answer, ask, exported, installed


@pytest.fixture
def place(tmp_path):
    exported(SAMPLES, tmp_path / "catalog")
    return tmp_path / "catalog"


def stand_in(folder: Path, answer: str, status: int = 0) -> Path:
    """A program that gives this answer to everything, after a look at how it was called."""
    program = folder / "claude"
    check = "import os, sys; assert sys.argv[1:4] == ['plugin', 'validate', '--json'], sys.argv; "
    check += "assert not os.listdir(os.environ['HOME'])"
    program.write_text(
        f"#!{sys.executable}\n{check}\nprint({answer!r})\nsys.exit({status})\n", encoding="utf-8"
    )
    program.chmod(0o755)
    return program


def test_the_real_program_finds_no_error_in_the_samples(place):
    program = installed()
    if program is None:
        pytest.skip(
            "claude is not installed: `make validate-export` does that, or AGENTEDITOR_CLAUDE names the program"
        )
    answers = ask(program, place)
    assert [answer.folder for answer in answers] == ["catalog", "catalog/plugins/catalog"]
    assert [error for answer in answers for error in answer.errors] == []


def test_errors_and_warnings_are_told_with_their_place(place, tmp_path):
    part = {"file": "x/agents/a.md", "errors": [{"path": "name", "message": "Missing."}], "warnings": []}
    whole = {"file": "x/plugin.json", "errors": [], "warnings": [{"path": "version", "message": "None."}]}
    program = stand_in(tmp_path, json.dumps({"manifest": whole, "contents": [part]}))
    answer = Answer("catalog", ["a.md, name: Missing."], ["plugin.json, version: None."])
    assert ask(program, place)[0] == answer


def test_a_failure_without_a_reason_is_an_error(place, tmp_path):
    quiet = {"file": "x/plugin.json", "errors": [], "warnings": []}
    program = stand_in(tmp_path, json.dumps({"manifest": quiet, "contents": []}), status=1)
    assert ask(program, place)[0].errors == ["exit status 1: "]


def test_an_answer_of_another_form_is_no_answer(place, tmp_path):
    with pytest.raises(Unasked, match="did not answer as expected"):
        ask(stand_in(tmp_path, "[]"), place)


def test_the_figures_are_printed_and_an_error_is_the_exit_status(tmp_path, monkeypatch, capsys):
    quiet = {"file": "x/plugin.json", "errors": [], "warnings": []}
    monkeypatch.setenv("AGENTEDITOR_SHARED", str(tmp_path))
    for status in (0, 1):
        program = stand_in(tmp_path, json.dumps({"manifest": quiet, "contents": []}), status)
        monkeypatch.setenv("AGENTEDITOR_CLAUDE", str(program))
        assert validate_export.main([]) == status
    said = capsys.readouterr().out
    assert "There are no reference files" in said
    assert "samples: 3 agents in 1 plugin(s), 0 files refused; 0 errors, 0 warnings" in said
