"""The command ``search``, from outside."""

from __future__ import annotations

import pytest

from agenteditor.cli import main
from agenteditor.core import files, search
from agenteditor.core.search_files import MOST_REFUSED
from tests.core.agent_folders import tree

A = "---\nname: a\ndescription: Use this when a test runs.\nmodel: opus\n---\n\nYou are a good tester.\n"
B = A.replace("name: a", "name: b").replace("\n", "\r\n")


@pytest.fixture(autouse=True)
def own_journal(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.md").write_bytes(A.encode())
    (tmp_path / "b.md").write_bytes(B.encode())
    return tmp_path


def test_each_place_is_a_line_with_where_it_is(folder, capsys):
    assert main(["search", "MODEL", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder}/a.md:4:1: model: opus\n{folder}/b.md:4:1: model: opus\n"
    assert main(["search", "MODEL", str(folder), "--case"]) == 1
    assert main(["search", "test", str(folder), "--word"]) == 0
    assert capsys.readouterr().out.count("\n") == 2
    assert main(["search", r"^name: (\w)$", str(folder), "--regex"]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith("b.md:2:1: name: b")


def test_a_replacement_is_shown_and_not_written_unless_that_is_asked(folder, capsys):
    for more in ([], ["--dry-run"]):
        assert main(["search", "opus", str(folder), "--replace", "sonnet", *more]) == 0
        out = capsys.readouterr().out
        assert "-model: opus\n+model: sonnet\n" in out and "+model: sonnet\r\n" in out
    assert (folder / "a.md").read_bytes() == A.encode()
    assert main(["search", "opus", str(folder), "--replace", "sonnet", "--write"]) == 0
    assert capsys.readouterr().out.count("replaced in 1 place\n") == 2
    assert (folder / "a.md").read_bytes() == A.replace("opus", "sonnet").encode()
    assert (folder / "b.md").read_bytes() == B.replace("opus", "sonnet").encode()


def test_what_was_written_is_taken_back_to_the_byte(folder, capsys):
    (folder / "a.md").chmod(0o640)
    before = tree(folder)
    arguments = ["search", "opus", str(folder), str(folder / "a.md"), "--replace", "sonnet", "--write"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert out.count("replaced in 1 place\n") == 2, "a file that was named twice is written once"
    assert out.endswith("\n“agenteditor batch undo” takes it back.\n")
    assert main(["batch", "undo"]) == 0
    assert capsys.readouterr().out == "Undone: Replace “opus” in 2 agents. 2 files put back.\n"
    assert tree(folder) == before
    assert main(["search", "opus", str(folder), "--replace", "sonnet"]) == 0
    assert main(["batch", "undo"]) == 2, "a dry run is no batch"


def test_a_file_that_changes_while_others_are_written_is_left_and_named(folder, capsys, monkeypatch):
    save = files.save

    def saving(path, text, expected, mode=None):
        if path == folder / "a.md":
            (folder / "b.md").write_text("mine")
        return save(path, text, expected, mode)

    monkeypatch.setattr(files, "save", saving)
    assert main(["search", "opus", str(folder), "--replace", "sonnet", "--write"]) == 2
    captured = capsys.readouterr()
    assert captured.out.count("replaced in") == 1 and f"{folder}/b.md" in captured.err
    assert (folder / "b.md").read_text() == "mine"
    assert main(["batch", "undo"]) == 0
    assert (folder / "a.md").read_bytes() == A.encode() and (folder / "b.md").read_text() == "mine"


def test_without_a_place_for_the_undo_nothing_is_written(folder, capsys, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "a.md"))  # no folder
    assert main(["search", "opus", str(folder), "--replace", "sonnet", "--write"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "what undo needs cannot be kept" in captured.err
    assert (folder / "b.md").read_bytes() == B.encode()


def test_a_file_that_would_load_worse_is_left_out_unless_forced(folder, capsys):
    arguments = ["search", "name: a", str(folder), "--replace", "title: a"]
    assert main(arguments) == 0
    assert "a.md would load worse: " in capsys.readouterr().err
    assert main([*arguments, "--write"]) == 1
    assert "not written" in capsys.readouterr().err
    assert (folder / "a.md").read_bytes() == A.encode()
    assert main([*arguments, "--write", "--force"]) == 0
    assert b"title: a" in (folder / "a.md").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["(", "--regex"], 1, "not a regular expression"),
        (["a", "--regex", "--replace", r"\4"], 2, "replacement cannot be used"),
        (["nowhere to be found"], 1, ""),
        (["a", "--replace", "a"], 1, ""),
        (["nowhere", "--replace", "x", "--write"], 1, ""),
    ],
)
def test_what_cannot_be_done_is_said(folder, capsys, arguments, status, said):
    assert main(["search", arguments[0], str(folder), *arguments[1:]]) == status
    assert said in capsys.readouterr().err
    assert (folder / "a.md").read_bytes() == A.encode()


def test_a_file_that_is_not_there_is_named_and_the_others_are_searched(folder, capsys):
    assert main(["search", "opus", str(folder / "gone.md"), str(folder / "a.md")]) == 2
    captured = capsys.readouterr()
    assert "gone.md" in captured.err and "a.md:4:8: model: opus" in captured.out


def test_writing_needs_something_to_write(folder, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["search", "a", str(folder), "--write"])
    assert stopped.value.code == 2
    assert "--replace" in capsys.readouterr().err


def test_many_places_of_one_file_are_cut_with_a_word(folder, capsys):
    (folder / "a.md").write_text("x\n" * 700, "utf-8")
    assert main(["search", "x", str(folder / "a.md")]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("\n") == 500 and "200 places more are not listed" in captured.err


def test_an_expression_that_takes_too_long_ends_the_search(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(search, "FIND_SECONDS", 0.02)
    for number in range(6):
        (tmp_path / f"{number}.md").write_text("a" * 40 + "b", "utf-8")
    assert main(["search", "(a+)+c", str(tmp_path), "--regex"]) == 2
    err = capsys.readouterr().err
    assert err.count("takes too long") == MOST_REFUSED and "other files were not searched" in err


def test_what_could_steer_a_terminal_is_not_printed(tmp_path, capsys):
    (tmp_path / "a.md").write_text("here \x1b[31m\n", "utf-8")
    assert main(["search", "here", str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith("here [U+001B][31m\n")
