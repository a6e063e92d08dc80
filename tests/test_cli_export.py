"""The command export, from outside."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from agenteditor.cli import main

GOOD = "---\nname: {name}\ndescription: Use this when tests run.\n{more}---\n\nYou are a tester of texts.\n"


@pytest.fixture
def agents(tmp_path):
    folder = tmp_path / "agents"
    for path, more in {"jobs/a.md": "", "play/b.md": "tools: Bash(git *)\n"}.items():
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(GOOD.format(name=Path(path).stem, more=more), encoding="utf-8")
    return folder


def paths(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("word", ["--dry-run", "--plan"])
def test_a_dry_run_prints_the_plan_and_writes_nothing(word, agents, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["export", str(agents), "--to", str(out), "--layout", "categories", word]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["new", "README.md"], ["new", "jobs/a.md"], ["new", "play/b.md"]
    ]  # fmt: skip
    assert not out.exists()


def test_a_marketplace_with_everything_that_can_be_said(agents, tmp_path, capsys):
    licence = tmp_path / "MIT.txt"
    licence.write_text("Do.\n", encoding="utf-8")
    command = ["export", str(agents), "--to", str(tmp_path / "out"), "--layout", "plugin", "--owner", "Me"]
    command += [
        "--license",
        "MIT",
        "--license-file",
        str(licence),
        "--plugin-version",
        "1.0.0",
        "--name",
        "cat",
    ]
    assert main(command) == 0
    plugin = (tmp_path / "out/plugins/play/.claude-plugin/plugin.json").read_text("utf-8")
    assert '"version": "1.0.0"' in plugin and '"license": "MIT"' in plugin and '"name": "Me"' in plugin
    assert (tmp_path / "out/plugins/jobs/LICENSE").read_text("utf-8") == "Do.\n"
    assert "/plugin install jobs@cat" in (tmp_path / "out/README.md").read_text("utf-8")
    capsys.readouterr()
    assert main(command) == 0
    assert all(line.startswith("unchanged ") for line in capsys.readouterr().out.splitlines())


def test_an_agent_that_could_do_more_is_written_only_if_that_is_allowed(agents, tmp_path, capsys):
    out = tmp_path / "out"
    command = ["export", str(agents), "--to", str(out), "--dialect", "gemini-cli"]
    assert main(command) == 1
    said = capsys.readouterr().out
    assert "waiting   agents/b.md" in said and "            widened tools: " in said
    assert "--allow-widened writes them" in said
    assert "agents/b.md" not in paths(out)
    assert main([*command, "--allow-widened"]) == 0
    assert "agents/b.md" in paths(out)


def test_what_is_gone_stays_unless_it_is_asked_for(agents, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["export", str(agents), "--to", str(out)]) == 0
    (agents / "play" / "b.md").unlink()
    assert main(["export", str(agents), "--to", str(out)]) == 0
    assert "left      agents/b.md" in capsys.readouterr().out
    assert main(["export", str(agents), "--to", str(out), "--prune"]) == 0
    assert "removed   agents/b.md" in capsys.readouterr().out
    assert paths(out) == [".agenteditor-export.json", "agents/a.md"]


def test_a_zip_file(agents, tmp_path):
    out = tmp_path / "out.zip"
    assert main(["export", str(agents), "--to", str(out), "--zip"]) == 0
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == ["agents/a.md", "agents/b.md"]


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        (["--dialect", "nobody"], 2, "“nobody” is no dialect"),
        (["--license-file", "nowhere"], 2, "Cannot open nowhere"),
        (["--layout", "plugin", "--license", "a b"], 1, "no licence identifier"),
        (["--layout", "plugin", "--dialect", "roo"], 1, "for Claude Code alone"),
    ],
)
def test_what_cannot_be_is_said(more, status, said, agents, capsys):
    out = agents.parent / "out"
    assert main(["export", str(agents), "--to", str(out), *more]) == status
    told = capsys.readouterr()
    assert said in told.out + told.err
    assert not out.exists()


def test_nothing_is_written_when_a_file_cannot_be_read(agents, tmp_path, capsys):
    (agents / "c.md").symlink_to(tmp_path / "nowhere")
    assert main(["export", str(agents), "--to", str(tmp_path / "out")]) == 2
    assert "nothing was written" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_name_that_is_a_path_stays_in_the_folder_and_its_new_one_is_told(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    for number, name in enumerate(("../../evil", "Same", "same", "CLAUDE")):
        text = f"---\nname: {name}\ndescription: Use this for a test.\n---\n\nYou test.\n"
        (tmp_path / "in" / f"{number}.md").write_text(text, "utf-8")
    before = {path.name for path in tmp_path.parent.iterdir()}
    assert main(["export", str(tmp_path / "in"), "--to", str(tmp_path / "out" / "cat")]) == 0
    said = capsys.readouterr().out
    assert "the file of “../../evil” is called evil.md" in said
    assert "the file of “CLAUDE” is called agent-CLAUDE.md" in said
    assert len(list((tmp_path / "out" / "cat" / "agents").iterdir())) == 4
    assert {path.name for path in tmp_path.parent.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_the_catalog_itself_and_the_folder_above_it_lose_nothing(tmp_path, capsys):
    folder = tmp_path / "agents"
    folder.mkdir()
    text = "---\nname: a\ndescription: ends in a word: x\n---\n\nYou test.\n"  # is made valid
    (folder / "a.md").write_text(text, "utf-8")
    for place in (folder, tmp_path):
        assert main(["export", str(folder), "--to", str(place)]) == 1
        assert "not overwritten" in capsys.readouterr().out
        assert (folder / "a.md").read_text("utf-8") == text
