"""Scopes: which there are, and which of two agents with one name is used, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from agenteditor.core.catalog_entry import load_entry
from agenteditor.core.scopes import (
    KINDS,
    Places,
    Scope,
    places,
    precedence,
    scope_of,
    scopes,
    standings,
    words,
    working_folder,
)

TEXT = "---\nname: {0}\ndescription: Use this agent when a test needs one.\n---\n\nYou do one thing and do it well.\n"


@pytest.fixture
def where(tmp_path):
    return Places(tmp_path / "home", tmp_path / "etc")


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    return tmp_path / "repo"


def agent(folder: Path, name: str = "tester", file: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file or name}.md"
    path.write_text(TEXT.format(name), encoding="utf-8")
    return path


def plugin(folder: Path, manifest: str = '{"name": "kit"}') -> Path:
    (folder / ".claude-plugin").mkdir(parents=True)
    (folder / ".claude-plugin" / "plugin.json").write_text(manifest, encoding="utf-8")
    return folder / "agents"


def standing(paths, working, where):
    """States by path, and the reasons."""
    found = standings([load_entry(path, path.parent) for path in paths], working, where)
    return {path: one.state for path, one in found.items()}, {path: one.reason for path, one in found.items()}


def test_the_scopes_of_a_folder_are_those_that_exist_the_winners_first(repository, where):
    working = repository / "packages" / "web"
    for holder in (where.managed, where.home, repository, working):
        agent(holder / ".claude" / "agents")
    agent(plugin(repository / "packages" / "web" / "plugins" / "kit"))
    found = scopes(working, where)
    assert [scope.kind for scope in found] == ["managed", "project", "project", "user", "plugin"]
    assert [scope.holder for scope in found[1:3]] == [working, repository]
    assert list(dict.fromkeys(scope.kind for scope in found)) == list(KINDS)
    assert [words(scope) for scope in found[-2:]] == ["user", "plugin kit"]
    assert all(precedence(scope).endswith(".") for scope in found)


def test_outside_of_a_repository_only_the_folder_itself_counts(tmp_path, where):
    agent(tmp_path / ".claude" / "agents")
    (tmp_path / "work").mkdir()
    assert scopes(tmp_path / "work", where) == ()
    assert [scope.kind for scope in scopes(tmp_path, where)] == ["project"]


def test_in_the_home_folder_the_agents_are_the_users(where):
    agent(where.home / ".claude" / "agents")
    assert [scope.kind for scope in scopes(where.home, where)] == ["user"]


def test_the_working_folder_of_agents_is_that_of_the_project(tmp_path, where):
    user, managed = where.home / ".claude" / "agents", where.managed / ".claude" / "agents"
    project = tmp_path / "repo" / ".claude" / "agents" / "web"
    assert working_folder([managed, user, project], where) == tmp_path / "repo"
    assert working_folder([user, tmp_path / "catalog", project], where) == tmp_path / "catalog"
    assert working_folder([managed, user], where) == where.managed
    assert working_folder([], where) == Path.cwd()


@pytest.mark.parametrize("manifest", ['{"name": "kit"}', "{", "[]", '{"name": 3}', "[" * 100_000, ""])
def test_a_plugin_is_called_as_its_manifest_says_else_as_its_folder(tmp_path, where, manifest):
    agents = plugin(tmp_path / "folder", manifest)
    found = scope_of(agents / "review", where)
    assert found == Scope("plugin", agents, tmp_path / "folder", "kit" if "kit" in manifest else "folder")
    assert scope_of(tmp_path / "folder" / "docs", where) is None


def test_a_catalog_is_no_scope(tmp_path, where):
    one, other = agent(tmp_path / "web"), agent(tmp_path / "api")
    assert scope_of(one.parent, where) is None
    assert standing([one, other], tmp_path, where) == ({}, {})


def test_agents_of_a_project_come_before_those_of_the_user(repository, where):
    ours, mine = agent(repository / ".claude" / "agents"), agent(where.home / ".claude" / "agents" / "sub")
    states, reasons = standing([mine, ours], repository, where)
    assert states == {ours: "wins", mine: "shadowed"}
    assert reasons[ours].startswith("Claude Code uses this “tester”, not the one in ")
    assert "agents of the project come before those of the user." in reasons[mine]
    assert str(ours.parent) in reasons[mine]


def test_the_organisation_comes_before_all(repository, where):
    theirs, ours = agent(where.managed / ".claude" / "agents"), agent(repository / ".claude" / "agents")
    states, reasons = standing([ours, theirs], repository, where)
    assert states == {theirs: "wins", ours: "shadowed"}
    assert "the organisation" in reasons[ours]


def test_of_nested_projects_the_nearest_wins(repository, where):
    working = repository / "packages" / "web"
    near, far = agent(working / ".claude" / "agents"), agent(repository / ".claude" / "agents")
    states, reasons = standing([far, near], working, where)
    assert states == {near: "wins", far: "shadowed"}
    assert "nearer to the folder you work in" in reasons[far]
    assert standing([far, near], repository, where) == ({}, {})  # from up here the inner one is not seen


def test_of_two_files_in_one_folder_nobody_knows(repository, where):
    agents = repository / ".claude" / "agents"
    paths = [agent(agents, "tester", "one"), agent(agents / "sub", "tester", "two"), agent(agents, "other")]
    mine = agent(where.home / ".claude" / "agents")
    states, reasons = standing([*paths, mine], repository, where)
    assert states == {paths[0]: "unclear", paths[1]: "unclear", mine: "shadowed"}
    assert reasons[paths[0]].startswith("sub/two.md in the same folder of agents")


def test_a_plugin_keeps_its_full_name(repository, where):
    ours = agent(repository / ".claude" / "agents")
    agents = plugin(repository / "plugins" / "kit")
    first, second = agent(agents / "a"), agent(agents / "b")
    other = agent(plugin(repository / "plugins" / "box", '{"name": "box"}'))
    assert standing([first, second, other], repository, where) == ({}, {})  # three full names
    states, reasons = standing([first, other, ours], repository, where)
    assert states == {ours: "wins", first: "shadowed", other: "shadowed"}
    assert "Its full name still leads to it: “kit:…”." in reasons[first]


def test_what_does_not_load_meets_nobody(repository, where):
    ours, mine = agent(repository / ".claude" / "agents"), agent(where.home / ".claude" / "agents")
    ours.write_text("---\nname: tester\n---\n", encoding="utf-8")
    assert standing([ours, mine], repository, where) == ({}, {})


def test_this_machine_has_its_places():
    assert places().home == Path.home() and places().managed.is_absolute()
