"""The hooks for pre-commit: their files pattern, and what they do with a list of files."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from agenteditor.cli import main

ROOT = Path(__file__).resolve().parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
FIXABLE = (
    "---\nname: a-b\ndescription: Use this when tests run.\nmodle: opus\n---\n\nYou are a tester of texts.\n"
)
BROKEN = "---\nname: bad\ndescription: ends in a colon:\n---\nYou are a tester of texts.\n"


def test_the_hooks_are_those_of_the_readme_and_have_what_pre_commit_asks_for() -> None:
    assert set(HOOKS) == {"agenteditor-check", "agenteditor-fix"}
    for hook in HOOKS.values():
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert hook["language"] == "python" and hook["types"] == ["markdown"]


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        (".claude/agents/a.md", True),
        (".claude/agents/deep/er/a.md", True),
        ("plugins/x/agents/a.md", True),
        (".github/agents/a.agent.md", True),
        (".opencode/agent/a.md", True),
        (".factory/droids/a.md", True),
        ("agents/a.md", True),
        ("docs/a.md", False),
        ("myagents/a.md", False),
        ("agents.md", False),
        (".claude/agents/a.txt", False),
    ],
)
def test_the_pattern_takes_the_usual_folders(path: str, taken: bool) -> None:
    for hook in HOOKS.values():
        assert bool(re.search(hook["files"], path)) is taken


def test_the_entries_run_on_a_list_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agents").mkdir()
    names = ["agents/a-b.md", "agents/bad.md"]
    for name, text in zip(names, (FIXABLE, BROKEN), strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")

    def run(hook: str, files: list[str]) -> int:
        program, *words = shlex.split(HOOKS[hook]["entry"])
        assert program == "agenteditor"
        return main([*words, *HOOKS[hook].get("args", []), *files])

    assert run("agenteditor-check", names) == 1
    assert "[yaml/fails]" in capsys.readouterr().out
    assert run("agenteditor-check", names[:1]) == 0
    assert run("agenteditor-fix", names) == 0
    assert "model: opus" in (tmp_path / names[0]).read_text(encoding="utf-8")
