"""Importing a catalog: what is new, the same, changed on one side or both, and what was chosen happens."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from agenteditor.core import export, files, import_sources, import_writing, merge_bases
from agenteditor.core.batch_write import Writing
from agenteditor.core.files import FileProblem
from agenteditor.core.import_plan import finished, planned, problem_with
from agenteditor.core.import_rows import Plan, Row
from agenteditor.core.merging import Choices
from agenteditor.core.text import Refusal
from tests.core.agent_folders import tree, undone


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test remembers for itself."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def agent(name: str, model: str = "opus", prompt: str = "You test.", more: str = "") -> str:
    return f"---\nname: {name}\ndescription: Use {name} now\nmodel: {model}\n---\n\n{prompt}\n\n## Output\n\nA table.{more}\n"


def fill(folder: Path, texts: Mapping[str, str]) -> Path:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files.encode(text))
    folder.mkdir(exist_ok=True)
    return folder


def texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): files.load(path).text for path in folder.rglob("*.md")}


def plan(source: Path, folder: Path, unsaved: tuple[Path, ...] = ()) -> Plan:
    found = import_sources.opened(source)
    assert not isinstance(found, Refusal), found
    result = finished(planned(found, folder, unsaved))
    found.close()
    return result


def states(made: Plan) -> dict[str, str]:
    return {row.name: row.state for row in made.rows}


def row(made: Plan, name: str) -> Row:
    (found,) = [row for row in made.rows if row.name == name]
    return found


def carry_out(made: Plan, choices: Mapping[Path, Choices] | None = None) -> Writing:
    rows = [row for row in made.rows if row.writes]
    writing = Writing("Import", import_writing.changes(rows, choices or {}), os.unlink)
    list(writing.steps())
    import_writing.remember(made, rows, choices or {}, writing.done)
    return writing


@pytest.fixture
def there(tmp_path: Path) -> Path:
    return fill(tmp_path / "there", {"a.md": agent("a"), "team/b.md": agent("b"), "README.md": "# Hello"})


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return fill(tmp_path / "here", {"mine.md": agent("mine")})


def test_importing_twice_leaves_nothing_to_do(there: Path, here: Path) -> None:
    made = plan(there, here)
    assert states(made) == {"a": "new", "b": "new"} and (made.passed_over, made.alone) == (1, 1)
    assert not carry_out(made).skipped
    assert texts(here) == {"mine.md": agent("mine"), "a.md": agent("a"), "team/b.md": agent("b")}
    again = plan(there, here)
    assert states(again) == {"a": "same", "b": "same"} and not carry_out(again).done
    assert row(again, "a").note == "The same bytes."


def test_what_is_only_spelled_otherwise_is_the_same(there: Path, here: Path) -> None:
    fill(here, {"a.md": agent("a").replace("name: a", "name: 'a'").replace("\n", "\r\n")})
    assert row(plan(there, here), "a").note == "It says the same, written otherwise."


def test_each_side_s_changes_are_told_apart_once_there_is_a_base(there: Path, here: Path) -> None:
    fill(there, {"c.md": agent("c"), "d.md": agent("d")})
    carry_out(plan(there, here))
    fill(there, {"a.md": agent("a", "haiku"), "c.md": agent("c", "haiku"), "d.md": agent("d", "haiku")})
    fill(
        here,
        {"team/b.md": agent("b", "sonnet"), "c.md": agent("c", more=" Short."), "d.md": agent("d", "sonnet")},
    )
    made = plan(there, here)
    assert states(made) == {"a": "update", "b": "kept", "c": "merged", "d": "conflict"}
    assert [row(made, name).note for name in "abcd"] == [
        "Changed there: model.",
        "Only yours changed.",
        "Both changed, in different places. From there: model.",
        "Both changed the same: model.",
    ]
    carry_out(made)
    assert texts(here)["a.md"] == agent("a", "haiku")
    assert texts(here)["team/b.md"] == agent("b", "sonnet")
    assert texts(here)["c.md"] == agent("c", "haiku", more=" Short.")
    assert texts(here)["d.md"] == agent("d", "sonnet")


def test_a_conflict_is_asked_about_until_it_is_decided(there: Path, here: Path) -> None:
    carry_out(plan(there, here))
    fill(there, {"a.md": agent("a", "haiku")})
    fill(here, {"a.md": agent("a", "sonnet")})
    carry_out(plan(there, here))
    made = plan(there, here)
    assert states(made)["a"] == "conflict" and row(made, "a").undecided({}) == ["model"]
    carry_out(made, {here / "a.md": {0: "ours"}})
    assert states(plan(there, here))["a"] == "kept"
    fill(there, {"a.md": agent("a", "inherit")})
    made = plan(there, here)
    assert states(made)["a"] == "conflict"
    carry_out(made, {here / "a.md": {0: "theirs"}})
    assert texts(here)["a.md"] == agent("a", "inherit")
    assert states(plan(there, here))["a"] == "same"


def test_without_a_base_ours_stays_and_every_difference_is_named(there: Path, here: Path) -> None:
    fill(here, {"other-place.md": agent("a", "haiku", "You review.")})
    made = plan(there, here)
    assert row(made, "a").path == here / "other-place.md"
    assert row(made, "a").undecided({}) == ["model", "the beginning of the prompt"]
    carry_out(made)
    assert texts(here)["other-place.md"] == agent("a", "haiku", "You review.")


def test_an_export_that_both_sides_changed_is_merged(tmp_path: Path, here: Path) -> None:
    fill(here, {"mine.md": agent("mine").replace("Use mine now", "Use: mine")})
    sources = [export.Source(here / "mine.md", texts(here)["mine.md"])]
    exported = tmp_path / "exported"
    export.write(export.plan(sources, exported, export.Choices()))
    assert states(plan(exported, here)) == {"mine": "same"}
    (path,) = exported.rglob("mine.md")
    path.write_text(path.read_text().replace("opus", "haiku"))
    made = plan(exported, here)
    assert states(made) == {"mine": "update"}
    fill(here, {"mine.md": texts(here)["mine.md"].replace("A table.", "A list.")})
    made = plan(exported, here)
    assert states(made) == {"mine": "merged"}
    carry_out(made)
    # Ours is spelled as it was: the colon without quotes is what the export had made valid.
    wanted = agent("mine", "haiku").replace("Use mine now", "Use: mine").replace("A table.", "A list.")
    assert texts(here)["mine.md"] == wanted


def test_the_digests_of_an_export_alone_tell_which_side_did_not_change(tmp_path: Path, here: Path) -> None:
    exported = tmp_path / "exported"
    export.write(export.plan([export.Source(here / "mine.md", agent("mine"))], exported, export.Choices()))
    for kept in (files.state_folder() / "imports" / "texts").iterdir():
        kept.unlink()
    fill(here, {"mine.md": agent("mine", "haiku")})
    assert states(plan(exported, here)) == {"mine": "kept"}
    (path,) = exported.rglob("mine.md")
    path.write_text(agent("mine", "sonnet"))
    assert states(plan(exported, here)) == {"mine": "conflict"}
    fill(here, {"mine.md": agent("mine")})
    assert states(plan(exported, here)) == {"mine": "update"}


def test_a_name_that_stands_several_times_is_not_guessed(there: Path, here: Path) -> None:
    fill(
        here,
        {
            "a.md": agent("a", "haiku"),
            "old/a.md": agent("a", "sonnet"),
            "x.md": agent("b"),
            "y.md": agent("b"),
        },
    )
    made = plan(there, here)
    assert row(made, "a").path == here / "a.md"  # at the same place
    assert "Several files here are called “b”: x.md, y.md." in row(made, "b").note
    fill(
        there,
        {
            "one/c.md": agent("c"),
            "two/c.md": agent("c", "haiku"),
            "one/d.md": agent("d"),
            "two/d.md": agent("d"),
        },
    )
    made = plan(there, here)
    assert [one.state for one in made.rows if one.name == "c"] == ["refused", "refused"]
    assert "“c” stands in two/c.md too." in next(one.note for one in made.rows if one.where == "one/c.md")
    assert row(made, "d").state == "new" and "two/d.md" in row(made, "d").note


def test_an_agent_renamed_there_is_found_by_its_path(there: Path, here: Path) -> None:
    carry_out(plan(there, here))
    fill(there, {"a.md": agent("a").replace("name: a", "name: alpha")})
    made = plan(there, here)
    assert states(made) == {"alpha": "update", "b": "same"}
    assert row(made, "alpha").note.startswith("Here it is called “a”.")


def test_another_agent_at_the_place_of_a_new_one_is_not_overwritten(there: Path, here: Path) -> None:
    fill(here, {"a.md": agent("b")})
    made = plan(there, here)
    assert row(made, "a").state == "refused" and "another agent" in row(made, "a").note
    assert row(made, "b").path == here / "a.md"


def test_a_plugin_marketplace_gives_its_agents_and_nothing_else(tmp_path: Path, here: Path) -> None:
    market = {
        "name": "m",
        "plugins": [
            {"name": "p", "source": "./plugins/p"},
            {"name": "q", "source": "./q", "agents": ["./x/c.md"]},
            {"name": "evil", "source": "../out"},
        ],
    }
    command = "---\nname: command\ndescription: d\n---\nDo."
    there = fill(
        tmp_path / "there",
        {
            ".claude-plugin/marketplace.json": json.dumps(market),
            "plugins/p/.claude-plugin/plugin.json": '{"name": "p"}',
            "plugins/p/agents/a.md": agent("a"),
            "plugins/p/commands/do.md": command,
            "plugins/p/skills/s/SKILL.md": command,
            "q/x/c.md": agent("c"),
            "q/x/d.md": agent("d"),
        },
    )
    made = plan(there, here)
    assert {row.name: row.path for row in made.rows} == {
        "a": here / "p" / "a.md",
        "c": here / "q" / "x" / "c.md",
    }


def test_another_program_s_files_are_converted_and_stay_the_same(tmp_path: Path, here: Path) -> None:
    foreign = "---\ndescription: Reviews code\nmode: subagent\n---\n\nYou review.\n"
    there = fill(tmp_path / "there", {".opencode/agents/review.md": foreign})
    made = plan(there, here)
    assert row(made, "review").path == here / "review.md" and "Converted from" in row(made, "review").note
    carry_out(made)
    assert states(plan(there, here)) == {"review": "same"}


def test_a_zip_of_another_program_s_folder_is_known_by_its_name(tmp_path: Path, here: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(
            ".opencode/agents/review.md", "---\ndescription: d\nmode: subagent\n---\n\nYou review.\n"
        )
    assert "Converted from OpenCode" in row(plan(tmp_path / "x.zip", here), "review").note


def test_new_agents_go_to_the_folder_of_agents(there: Path, here: Path) -> None:
    (here / ".claude" / "agents").mkdir(parents=True)
    assert row(plan(there, here), "b").path == here / ".claude" / "agents" / "team" / "b.md"


def test_a_zip_gives_the_same_plan_as_its_folder(there: Path, here: Path, tmp_path: Path) -> None:
    packed = tmp_path / "there.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in texts(there).items():
            archive.writestr(f"repo-1.0/{name}", text)
        archive.writestr("../../evil.md", agent("evil"))
    made = plan(packed, here)
    assert [one for one in made.rows if one.name != "evil.md"] == list(plan(there, here).rows)
    assert row(made, "evil.md").state == "refused"
    carry_out(made)
    assert not list(tmp_path.rglob("evil.md")) and not (tmp_path.parent / "evil.md").exists()


def test_links_lead_nowhere(there: Path, here: Path, tmp_path: Path) -> None:
    out = fill(tmp_path / "out", {"secret.md": agent("secret")})
    (there / "secret.md").symlink_to(out / "secret.md")
    (here / "team").symlink_to(out)
    made = plan(there, here)
    assert row(made, "secret.md").note == "It is a link that leads out of the folder."
    assert row(made, "b").note == "team is a link that leads out of the catalog."
    carry_out(made)
    assert list(texts(out)) == ["secret.md"]


def test_what_changed_since_the_plan_is_left_as_it_is(there: Path, here: Path) -> None:
    fill(there, {"mine.md": agent("mine", "haiku")})
    carry_out(plan(there, here))
    fill(there, {"a.md": agent("a", "haiku"), "new.md": agent("new")})
    made = plan(there, here)
    fill(here, {"a.md": "Another text", "new.md": "Somebody was quicker"})
    reasons = {one.path.name: one.reason for one in carry_out(made).skipped}
    assert "changed" in reasons["a.md"] and reasons["new.md"]
    assert (texts(here)["a.md"], texts(here)["new.md"]) == ("Another text", "Somebody was quicker")
    fill(here, {"a.md": agent("a")})
    assert states(plan(there, here))["a"] == "update"  # what failed is not remembered as done


@pytest.fixture
def both_changed(there: Path, here: Path) -> None:
    """After one import: a changed there, b here, c on both sides, d in the same place; e is new there."""
    fill(there, {"c.md": agent("c"), "d.md": agent("d")})
    carry_out(plan(there, here))
    fill(there, {f"{name}.md": agent(name, "haiku") for name in "acd"} | {"new/team/e.md": agent("e")})
    fill(
        here,
        {"team/b.md": agent("b", "sonnet"), "c.md": agent("c", more=" Short."), "d.md": agent("d", "sonnet")},
    )


def test_undo_takes_an_import_back_to_the_byte_and_the_next_one_begins_as_it_did(
    both_changed: None, there: Path, here: Path
) -> None:
    (here / "a.md").chmod(0o640)
    before, first = tree(here), plan(there, here)
    assert states(first) == {"a": "update", "b": "kept", "c": "merged", "d": "conflict", "e": "new"}
    for _ in range(2):
        assert len(carry_out(plan(there, here), {here / "d.md": {0: "theirs"}}).done) == 4
        assert (here / "new/team/e.md").exists()
        assert undone().skipped == []
        assert tree(here) == before
        assert plan(there, here) == first, "what the import remembered is taken back too"


def test_imports_are_undone_one_after_the_other(there: Path, here: Path) -> None:
    fill(here, {"a.md": agent("a").replace("You test.", "You review.")})
    trees, plans = [], []
    for model in ("haiku", "sonnet", "inherit"):
        fill(there, {"a.md": agent("a", model)})
        trees.append(tree(here))
        plans.append(plan(there, here))
        carry_out(plans[-1], {here / "a.md": dict.fromkeys(range(3), "theirs")})
    for model, old, made in zip(
        ("inherit", "sonnet", "haiku"), reversed(trees), reversed(plans), strict=True
    ):
        fill(there, {"a.md": agent("a", model)})
        undone()
        assert tree(here) == old
        assert plan(there, here) == made


def test_a_conflict_decided_after_an_undo_is_not_asked_about_again(there: Path, here: Path) -> None:
    fill(here, {"a.md": agent("a", "sonnet")})
    carry_out(plan(there, here), {here / "a.md": {0: "theirs"}})
    undone()
    made = plan(there, here)
    assert states(made)["a"] == "conflict"
    carry_out(made, {here / "a.md": {0: "ours"}})
    assert states(plan(there, here))["a"] == "kept"


def test_a_text_that_comes_back_by_an_import_starts_from_that_one(there: Path, here: Path) -> None:
    fill(here, {"a.md": agent("a")})
    for model in ("haiku", "opus"):
        fill(there, {"a.md": agent("a", model)})
        carry_out(plan(there, here), {here / "a.md": {0: "theirs"}})
    assert texts(here)["a.md"] == agent("a")
    fill(there, {"a.md": agent("a", "sonnet")})
    assert states(plan(there, here))["a"] == "update"


def test_an_agent_that_no_file_can_hold_does_not_keep_the_others_out(tmp_path: Path, here: Path) -> None:
    listed = {
        name: {"description": text, "prompt": "You test."} for name, text in (("a", "x\ud800"), ("b", "x"))
    }
    there = fill(tmp_path / "there", {"agents.json": json.dumps(listed)})
    made = plan(there, here)
    assert states(made)["a"] == "refused"
    assert [change.path.name for change in carry_out(made).done] == ["b.md"]


def test_what_was_changed_after_an_import_is_left_by_its_undo(
    both_changed: None, there: Path, here: Path
) -> None:
    before = tree(here)
    carry_out(plan(there, here))
    fill(here, {"c.md": "mine", "new/team/e.md": "mine"})
    assert {one.path.name for one in undone().skipped} == {"c.md", "e.md"}
    assert texts(here)["c.md"] == "mine" and texts(here)["new/team/e.md"] == "mine"
    assert tree(here)["a.md"] == before["a.md"]


def test_a_name_says_where_an_import_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert import_writing.label(tmp_path / "x.zip") == "Import from x.zip"
    (tmp_path / "team").mkdir()
    monkeypatch.chdir(tmp_path / "team")
    assert import_writing.label(Path()) == "Import from team"
    assert import_writing.label(Path("..")) == f"Import from {tmp_path.name}"
    assert import_writing.label(Path("/")) == "Import from /"
    assert import_writing.label(Path("a\x1b[2J\n")) == "Import from a[U+001B][2J[U+000A]"


def test_a_file_with_unsaved_changes_is_not_written(there: Path, here: Path) -> None:
    carry_out(plan(there, here))
    fill(there, {"a.md": agent("a", "haiku")})
    made = plan(there, here, (here / "a.md",))
    assert row(made, "a").state == "refused" and "not saved" in row(made, "a").note


def test_a_catalog_of_another_program_is_not_imported_into(tmp_path: Path) -> None:
    folder = tmp_path / ".opencode" / "agents"
    folder.mkdir(parents=True)
    there = tmp_path / "there.zip"
    assert problem_with(folder, there) and problem_with(tmp_path / "gone", there)
    assert problem_with(tmp_path, tmp_path) and problem_with(tmp_path, there) is None


def test_a_damaged_memory_only_forgets(there: Path, here: Path) -> None:
    carry_out(plan(there, here))
    fill(there, {"a.md": agent("a", "haiku")})
    assert states(plan(there, here))["a"] == "update"
    kept = files.state_folder() / "imports"
    for path in [*kept.rglob("texts/*")]:
        path.write_bytes(path.read_bytes()[:-3])
    fill(here, {"a.md": agent("a", more=" Short.")})
    assert states(plan(there, here))["a"] == "conflict"
    for path in kept.rglob("*.json"):
        for damaged in ("[", "[]", '{"files": 3}', '{"files": {"a.md": 3}, "earlier": {"a.md": [3]}}'):
            path.write_text(damaged)
            assert states(plan(there, here))["a"] == "conflict"


def test_the_oldest_texts_go_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge_bases, "_MOST_BYTES", 10_000)
    merge_bases.keep(["a" * 6_000])
    merge_bases.keep(["b" * 6_000])
    merge_bases.drop_oldest()
    assert merge_bases.text_of(merge_bases.digest("a" * 6_000)) is None
    assert merge_bases.text_of(merge_bases.digest("b" * 6_000)) == "b" * 6_000


def test_a_short_text_takes_the_room_that_a_disk_gives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge_bases, "_MOST_BYTES", 10_000)
    for text in "abc":
        merge_bases.keep([text])
    merge_bases.drop_oldest()
    assert [merge_bases.text_of(merge_bases.digest(text)) for text in "abc"] == [None, "b", "c"]


def test_texts_that_are_kept_are_for_this_user_only() -> None:
    merge_bases.keep(["text"])
    kept = files.state_folder() / "imports" / "texts"
    assert kept.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in kept.iterdir()} == {0o600}


def test_every_real_file_imports_and_is_the_same_afterwards(shared: Path, here: Path) -> None:
    for source in sorted((shared / "corpus").iterdir())[:12]:
        if source.is_dir():
            carry_out(plan(source, here))
            left = {
                row.where: (row.state, row.note)
                for row in plan(source, here).rows
                if row.state not in ("same", "refused")
            }
            assert not left, source


def test_half_a_character_is_refused_with_its_line(tmp_path: Path) -> None:
    data = json.dumps({"a": {"description": "half \ud800", "prompt": "p"}})
    source = fill(tmp_path / "json", {"agents.json": data})
    made = plan(source, fill(tmp_path / "here", {"a.md": agent("a")}))
    assert row(made, "a").state == "refused" and "half a character" in row(made, "a").note


def test_a_file_where_a_folder_is_to_be_is_named(tmp_path: Path, there: Path, here: Path) -> None:
    made = plan(there, here)
    (here / "team").write_text("mine")
    assert "a file with this name is already there." in str(carry_out(made).skipped)
    assert (here / "team").read_text() == "mine" and "a.md" in texts(here)


def test_what_cannot_be_remembered_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _target: Path) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(FileProblem, match="the disk is full"):
        merge_bases.keep(["text"])
    assert not [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
