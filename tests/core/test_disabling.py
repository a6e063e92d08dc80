"""Where disabled agents are: no reader finds them, we and a person do."""

from __future__ import annotations

from pathlib import Path

import pytest

from agenteditor.core.catalog import agent_files
from agenteditor.core.dialects import dialects
from agenteditor.core.disabling import disabled_files, disabled_path, enabled_path, is_disabled
from tests.core.agent_folders import agent, write

# What the readers look for in the folders of agents (FORMAT 5.1), and the endings of our own tables.
ENDINGS = {".md", ".agent.md", ".chatmode.md", ".toml", ".json", ".yaml", ".yml", ".mdc", ".txt"} | {
    one.table.ending for one in dialects().values()
}


@pytest.mark.parametrize("dialect", [one for one in dialects().values() if one.table.format == "markdown"])
def test_no_reader_finds_a_disabled_agent(tmp_path, dialect):
    folders = dialect.table.folders or ("agents",)
    names = {f"{folder}/{name}{dialect.table.ending}" for folder in folders for name in ("a", "deep/b")}
    for path in write(tmp_path, {name: agent("a") for name in names}):
        path.rename(disabled_path(path))
    assert agent_files(tmp_path) == []
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(left) == len(names)
    assert not [path for path in left if path.name.casefold().endswith(tuple(ENDINGS))]
    assert disabled_files(tmp_path) == sorted(left)


def test_the_place_of_a_disabled_agent_leads_back_to_its_own():
    for name in ("a.md", "b.agent.md", "é x.md"):
        path = Path("agents", name)
        assert not is_disabled(path) and is_disabled(disabled_path(path))
        assert disabled_path(path).parent == path.parent
        assert enabled_path(disabled_path(path)) == path


def test_other_files_are_not_taken_for_disabled_agents(tmp_path):
    write(tmp_path, {"nginx.conf.disabled": "x", ".git/a.md.disabled": "x", "b.md.disabled": "x"})
    assert disabled_files(tmp_path) == [tmp_path / "b.md.disabled"]
