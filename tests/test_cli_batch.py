"""The commands that change many files as one batch, and take it back."""

from __future__ import annotations

import pytest

from agenteditor.cli import main
from tests.core.agent_folders import agent, tree, write

REPAIRED = (
    "---\nname: {0}\ndescription: Use it: always, and when a test needs it.\n---\n\nYou are an agent.\n"
)


@pytest.fixture(autouse=True)
def own_journal(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def team(tmp_path):
    files = {
        "a.md": REPAIRED.format("a"),
        "old-name.md": agent("old-name"),
        "c.md": agent("c") + "Ask old-name, Agent(old-name).\n",
    }
    return write(tmp_path / ".claude" / "agents", files)[0].parent


def test_one_rule_is_fixed_shown_first_and_undone(team, capsys):
    before = tree(team)
    assert main(["batch", "fix-rule", "yaml/repaired", str(team), "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "-description: Use it: always" in shown and '+description: "Use it: always' in shown
    assert tree(team) == before
    assert main(["batch", "fix-rule", "yaml/repaired", str(team)]) == 0
    assert capsys.readouterr().out.startswith("Fix yaml/repaired: 1 file done.")
    assert tree(team) != before
    assert main(["batch", "undo", "--dry-run"]) == 0
    assert "+description: Use it: always" in capsys.readouterr().out
    assert main(["batch", "undo"]) == 0
    assert capsys.readouterr().out == "Undone: Fix yaml/repaired. 1 file put back.\n"
    assert tree(team) == before
    assert main(["batch", "undo"]) == 2


def test_a_rule_that_there_is_not_is_refused(team, capsys):
    with pytest.raises(SystemExit):
        main(["batch", "fix-rule", "no/such", str(team)])
    assert "no/such" in capsys.readouterr().err


def test_a_rename_changes_name_file_and_mentions(team, capsys):
    before = tree(team)
    assert main(["rename", str(team / "old-name.md"), "new", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert f"{team / 'old-name.md'} -> {team / 'new.md'}" in shown and "+name: new" in shown
    assert tree(team) == before
    assert main(["rename", str(team / "old-name.md"), "new"]) == 0
    assert (team / "new.md").read_text() == agent("new")
    assert "Ask new, Agent(new)." in (team / "c.md").read_text()
    assert main(["batch", "undo"]) == 0
    assert tree(team) == before
    assert main(["rename", str(team / "old-name.md"), "c"]) == 1
    assert "Another agent is called “c” too" in capsys.readouterr().err
    assert tree(team) == before


def test_mentions_that_may_be_words_are_renamed_only_when_asked_for(team):
    write(team, {"judge.md": agent("judge"), "d.md": agent("d") + "Ask the judge.\n"})
    main(["rename", str(team / "judge.md"), "court"])
    assert "Ask the judge." in (team / "d.md").read_text()
    main(["batch", "undo"])
    main(["rename", str(team / "judge.md"), "court", "--all-mentions"])
    assert "Ask the court." in (team / "d.md").read_text()


def test_an_agent_is_disabled_and_enabled(team, capsys):
    before = tree(team)
    assert main(["disable", str(team / "c.md"), "--dry-run"]) == 0
    assert capsys.readouterr().out == f"{team / 'c.md'} -> {team / 'c.md.disabled'}\n"
    assert main(["disable", str(team / "c.md")]) == 0
    assert "A running Claude Code notices this by itself." in capsys.readouterr().out
    assert sorted(tree(team)) == ["a.md", "c.md.disabled", "old-name.md"]
    assert main(["enable", str(team / "c.md.disabled")]) == 0
    assert tree(team) == before
    assert main(["enable", str(team / "c.md")]) == 1
    assert "It is not disabled." in capsys.readouterr().err


def test_without_a_place_for_the_journal_nothing_is_done(team, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    before = tree(team)
    assert main(["disable", str(team / "c.md")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert tree(team) == before


def test_names_do_not_reach_the_terminal_as_commands_and_are_said_once(tmp_path, capsys):
    odd = tmp_path / "a\x1b[31m\nb.txt"
    odd.write_text("x")
    assert main(["disable", str(odd), str(tmp_path / "none.md")]) == 1
    said = capsys.readouterr().err
    assert "\x1b" not in said and len(said.splitlines()) == 2
    assert said.count("none.md") == 1
