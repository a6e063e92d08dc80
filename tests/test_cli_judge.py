"""The commands about a whole folder, from outside."""

from __future__ import annotations

import io
import json
import os
import sys

import pytest

from agenteditor.cli import main
from tests.core.catalogs import example, text_of


@pytest.fixture
def folder(tmp_path):
    agents = tmp_path / "agents"
    (agents / "sub").mkdir(parents=True)
    write = {
        "reviewer.md": text_of("reviewer", "Use this agent to review code. " + example("Review my code")),
        "sub/baker.md": text_of("baker", "Use this agent to bake bread."),
    }
    for name, text in write.items():
        (agents / name).write_text(text, encoding="utf-8")
    return agents


def test_who_ranks_the_agents_and_says_that_the_router_is_a_model(folder, capsys):
    assert main(["who", str(folder), "who could review the bread code?"]) == 0
    out = capsys.readouterr().out
    assert out.index("1. reviewer  100 %\n") < out.index("2. baker  ")
    assert "review " in out and "sub/baker.md" in out
    assert "language model" in out


def test_who_as_json_has_the_words_and_their_places(folder, capsys):
    assert main(["who", str(folder), "bread", "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["name"], found["path"], found["near_tie"]) == ("baker", "sub/baker.md", False)
    assert found["words"] == [{"text": "bread", "share": 1.0, "where": ["description"]}]


def test_who_reads_the_request_from_standard_input(folder, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"bread")))
    assert main(["who", str(folder), "-", "--most", "1"]) == 0
    assert "1. baker" in capsys.readouterr().out


@pytest.mark.parametrize("request_", ["", "the of", "Kubernetes"])
def test_nobody_is_said_and_is_exit_status_1(folder, capsys, request_):
    assert main(["who", str(folder), request_]) == 1
    assert capsys.readouterr().out == "None of 2 agents has a word of the request.\n"


def test_a_folder_with_nothing_to_mend_is_exit_status_0(folder, capsys):
    assert main(["judge", str(folder)]) == 0
    out = capsys.readouterr().out
    assert out.endswith("2 files, 2 agents: 0 to mend, 0 to know.\n")
    assert ".: 2 agents of Claude Code, descriptions of" in out and "% of 15,000." in out


def test_what_is_to_mend_is_exit_status_1_with_the_files(folder, capsys):
    (folder / "again.md").write_text(text_of("baker", "Use this agent to bake cakes."), encoding="utf-8")
    assert main(["judge", str(folder)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("again.md, sub/baker.md: warning: 2 files have the name “baker”.")
    assert main(["judge", str(folder), "--format", "json"]) == 1
    record = json.loads(capsys.readouterr().out)
    assert record["findings"][0]["kind"] == "duplicate"
    assert record["findings"][0]["paths"] == ["again.md", "sub/baker.md"]
    assert record["budget"]["scopes"][0]["agents"] == 2
    assert "15,000 tokens" in record["budget"]["limits"][0]["number"]
    assert [one["folder"] for one in record["budget"]["scopes"][0]["folders"]] == [""]


def test_a_file_that_cannot_be_read_is_exit_status_2_and_the_others_are_judged(folder, capsys):
    os.mkfifo(folder / "pipe.md")
    assert main(["judge", str(folder)]) == 2
    captured = capsys.readouterr()
    assert "pipe.md" in captured.err and "3 files, 2 agents" in captured.out
    assert main(["report", str(folder), "-o", "-"]) == 2
    page = capsys.readouterr().out
    assert "pipe.md" in page and str(folder) not in page


def test_an_empty_folder_is_said(tmp_path, capsys):
    assert main(["judge", str(tmp_path)]) == 2
    assert "holds no .md files" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [["who", "{0}", "x"], ["judge", "{0}"], ["report", "{0}", "-o", "x.html"]]
)
def test_a_folder_that_is_not_there_is_said(command, tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        main([part.format(tmp_path / "nowhere") for part in command])
    assert left.value.code == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_the_report_is_written_and_written_again(folder, tmp_path, capsys):
    page = tmp_path / "page.html"
    assert main(["report", str(folder), "-o", str(page)]) == 0
    first = page.read_bytes()
    assert first.startswith(b"<!DOCTYPE html>") and b"Catalog report: agents" in first
    assert main(["report", str(folder), "--output", str(page)]) == 0
    assert page.read_bytes() == first
    assert capsys.readouterr().err == ""


def test_the_report_goes_to_standard_output(folder, capsysbinary):
    assert main(["report", str(folder), "-o", "-"]) == 0
    assert capsysbinary.readouterr().out.endswith(b"</html>\n")


def test_a_page_that_cannot_be_written_is_exit_status_2(folder, tmp_path, capsys):
    assert main(["report", str(folder), "-o", str(tmp_path / "no" / "page.html")]) == 2
    assert capsys.readouterr().err.startswith("agenteditor: ")


def test_a_name_with_controls_does_not_reach_the_terminal(folder, capsys):
    (folder / "evil.md").write_text(text_of("evil\x1b[31m bread", "Bread."), encoding="utf-8")
    main(["who", str(folder), "bread"])
    main(["judge", str(folder)])
    assert "\x1b" not in capsys.readouterr().out
