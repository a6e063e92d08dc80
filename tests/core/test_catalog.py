"""A folder of agents: which files it holds."""

from __future__ import annotations

import os

import pytest

from agenteditor.core.catalog import agent_files


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n", encoding="utf-8")


def found(folder):
    return [str(path.relative_to(folder)) for path in agent_files(folder)]


def test_md_files_at_any_depth_sorted(tmp_path):
    touch(tmp_path, "b.md", "a.md", "deep/er/c.md", ".claude/agents/d.md", "Z.md")
    assert found(tmp_path) == [".claude/agents/d.md", "Z.md", "a.md", "b.md", "deep/er/c.md"]


def test_other_files_are_not_agents(tmp_path):
    touch(tmp_path, "a.txt", "a.md.bak", "md", "a.markdown", "a.mdx", "b.md")
    assert found(tmp_path) == ["b.md"]


def test_a_folder_called_like_a_file_is_looked_into(tmp_path):
    touch(tmp_path, "odd.md/a.md")
    assert found(tmp_path) == ["odd.md/a.md"]


@pytest.mark.parametrize("folder", [".git", ".hg", ".svn", "node_modules", "__pycache__"])
def test_folders_of_other_programs_are_passed_over_at_any_depth(folder, tmp_path):
    touch(tmp_path, f"{folder}/a.md", f"deep/{folder}/below/a.md", f"{folder}x/b.md")
    assert found(tmp_path) == [f"{folder}x/b.md"]


def test_links_to_files_are_agents_and_links_to_folders_are_not_followed(tmp_path):
    touch(tmp_path, "in/a.md", "out/b.md")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in", target_is_directory=True)
    (tmp_path / "in" / "other").symlink_to(tmp_path / "out", target_is_directory=True)
    (tmp_path / "in" / "link.md").symlink_to(tmp_path / "out" / "b.md")
    assert found(tmp_path / "in") == ["a.md", "link.md"]


def test_a_link_that_leads_nowhere_is_named_so_that_opening_it_can_say_so(tmp_path):
    (tmp_path / "gone.md").symlink_to(tmp_path / "none")
    assert found(tmp_path) == ["gone.md"]


def test_names_that_are_no_text_are_found(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.md")).write_text("x", encoding="utf-8")
    touch(tmp_path, "é.md", "a b.md")
    assert len(found(tmp_path)) == 3


def test_an_empty_folder_holds_none(tmp_path):
    assert agent_files(tmp_path) == []


def test_a_folder_that_cannot_be_listed_is_told(tmp_path):
    told = []
    assert agent_files(tmp_path / "none", told.append) == []
    (error,) = told
    assert error.filename == str(tmp_path / "none")
    assert agent_files(tmp_path / "none") == []


def test_the_others_are_found_where_one_folder_cannot_be_listed(tmp_path, monkeypatch):
    touch(tmp_path, "a/x.md", "b/y.md", "c/z.md")
    real = os.scandir

    def scandir(path):
        if os.fspath(path).endswith("b"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    told = []
    paths = agent_files(tmp_path, told.append)
    assert [path.name for path in paths] == ["x.md", "z.md"]
    assert [error.filename for error in told] == [str(tmp_path / "b")]
