"""Plans for many files: what they change, what they leave alone, what they refuse and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core import batch_edits, batch_files
from agenteditor.core.batch import Progress, each, named, planned, restart_hint
from agenteditor.core.batch_rename import rename
from agenteditor.core.catalog import agent_files
from agenteditor.core.checks import check
from agenteditor.core.fixing import rule_fixed
from agenteditor.core.loading import loads
from agenteditor.core.rewrite import RANK
from agenteditor.core.syntax import parse
from tests.core.agent_folders import agent, carried_out, tree, write
from tests.core.checks_cases import cases
from tests.core.texts import agent_texts

REPAIRED = (
    "---\nname: {0}\ndescription: Use it: always, and when a test needs it.\n---\n\nYou are an agent.\n"
)


@pytest.fixture
def mixed(tmp_path):
    files = {
        "a.md": agent("a"),
        "b.md": REPAIRED.format("b"),
        "c.md": REPAIRED.format("c"),
        "d.md": "no agent\n",
    }
    return write(tmp_path, files)


def changed(plan):
    return [change.path.name for change in plan.changes]


def reasons(plan):
    return {one.path.name: one.reason for one in plan.refused}


# --- planning ----------------------------------------------------------------------------------


def test_a_planner_stops_after_each_file_and_says_how_far_it_is(tmp_path):
    paths = write(tmp_path, {f"{number:04}.md": agent(f"a{number}") for number in range(300)})
    planner = batch_edits.set_field(paths, "model", "haiku")
    assert [next(planner) for _ in range(3)] == [Progress(0, 300), Progress(1, 300), Progress(2, 300)]
    assert len(planned(planner).changes) == 300


def test_a_file_given_twice_is_planned_once_and_one_that_cannot_be_read_is_refused(mixed, tmp_path):
    plan = planned(batch_edits.set_field([mixed[0], mixed[0], tmp_path / "none.md"], "model", "haiku"))
    assert changed(plan) == ["a.md"]
    assert "it does not exist" in reasons(plan)["none.md"]


@pytest.mark.parametrize(
    "make",
    [
        lambda paths, unsaved: batch_edits.fix_rule(paths, "yaml/repaired", "safe", unsaved),
        lambda paths, unsaved: batch_edits.set_field(paths, "model", "haiku", unsaved),
        lambda paths, unsaved: batch_edits.remove_field(paths, "description", unsaved),
        lambda paths, unsaved: batch_files.move(paths, paths[0].parent / "new", unsaved),
        batch_files.delete,
        batch_files.disable,
        lambda paths, unsaved: batch_files.duplicate(paths, paths, "", unsaved),
        lambda paths, unsaved: rename(paths[1], "other", paths, unsaved),
    ],
)
def test_a_file_with_unsaved_changes_is_refused(mixed, make):
    plan = planned(make(mixed, {mixed[1]}))
    assert "b.md" not in changed(plan)
    assert reasons(plan)["b.md"] == "It is open and has unsaved changes. Save it first."


def test_a_list_of_files_is_cut(tmp_path):
    assert named([Path("a.md"), Path("b.md")]) == "a.md, b.md"
    assert named([Path(f"{n}.md") for n in range(5)]) == "0.md, 1.md, 2.md and 2 more"
    assert planned(each("x", [], (), lambda file: None)).changes == ()


# --- the fixes of one rule ---------------------------------------------------------------------


def test_a_rule_is_fixed_in_the_files_that_have_it_and_in_no_other(mixed):
    plan = planned(batch_edits.fix_rule(mixed, "yaml/repaired"))
    assert changed(plan) == ["b.md", "c.md"]
    assert {change.note for change in plan.changes} == {"Make it valid YAML"}
    assert all(parse(change.after).verdict == "valid" for change in plan.changes)


def test_a_fix_that_needs_a_decision_is_made_only_when_it_is_asked_for(tmp_path):
    paths = write(tmp_path, {"a.md": agent("Code_Reviewer")})
    (code,) = {
        one.code
        for one in check(parse(paths[0].read_text()))
        if one.fixes and not any(fix.safe for fix in one.fixes)
    }
    plan = planned(batch_edits.fix_rule(paths, code))
    assert reasons(plan) == {"a.md": "This finding has a fix, but one that needs your decision."}
    assert "name: code-reviewer" in planned(batch_edits.fix_rule(paths, code, "any")).changes[0].after


def test_a_rule_that_is_off_is_not_fixed_and_a_fault_in_the_settings_stops_fixing(mixed, tmp_path):
    (tmp_path / ".agenteditor.toml").write_text('[rules]\n"yaml/repaired" = "off"\n')
    assert planned(batch_edits.fix_rule(mixed, "yaml/repaired")).changes == ()
    (tmp_path / ".agenteditor.toml").write_text('[rules]\n"yaml/none-such" = "off"\n')
    plan = planned(batch_edits.fix_rule(mixed, "yaml/repaired"))
    assert plan.changes == () and "settings have a fault" in reasons(plan)["b.md"]


def test_the_rules_of_a_folder_are_counted_with_their_fixes(mixed):
    counts = {one.code: one for one in planned(batch_edits.rule_counts(mixed))}
    repaired = counts["yaml/repaired"]
    assert (len(repaired.files), repaired.findings, repaired.fixable, repaired.safe) == (2, 2, 2, 2)
    assert all(one.fixable for one in counts.values())


CASES = cases()


def assert_no_worse(text, code, which):
    done = rule_fixed(text, code, which)
    before, after = parse(text), parse(done.text)
    assert RANK[after.verdict] <= RANK[before.verdict]
    assert loads(after).ok or not loads(before).ok
    assert bool(done.labels) == (done.text != text)
    assert which == "any" or all(_is_safe(label, text, done) for label in done.labels)


def _is_safe(label, text, done):
    return (
        label in {fix.label for one in check(parse(text)) for fix in one.fixes if fix.safe}
        or len(done.labels) > 1
    )


@given(agent_texts(), st.sampled_from(["safe", "any"]))
def test_fixing_any_one_rule_of_any_text_makes_it_no_worse(text, which):
    for code in sorted({one.code for one in check(parse(text)) if one.fixes}):
        assert_no_worse(text, code, which)


def test_fixing_each_rule_of_every_real_file_makes_it_no_worse(shared):
    for path in sorted(shared.glob("corpus/**/*.md"))[::3]:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        for code in sorted({one.code for one in check(parse(text)) if one.fixes}):
            assert_no_worse(text, code, "any")


# --- fields ------------------------------------------------------------------------------------


def test_setting_a_field_changes_it_alone_and_adds_it_where_it_is_missing(tmp_path):
    commented = agent("a").replace("model: opus", "model: opus  # fast")
    paths = write(tmp_path, {"a.md": commented, "b.md": agent("b").replace("model: opus\n", "")})
    plan = planned(batch_edits.set_field(paths, "model", "haiku"))
    assert plan.changes[0].after == commented.replace("opus", "haiku")
    assert parse(plan.changes[1].after).field("model").value == "haiku"
    assert changed(planned(batch_edits.set_field(paths, "model", "opus"))) == ["b.md"]


def test_a_number_stays_a_number_where_the_field_wants_one(mixed):
    after = parse(planned(batch_edits.set_field(mixed[:1], "maxTurns", "5")).changes[0].after)
    assert after.field("maxTurns").value == 5


def test_a_file_without_frontmatter_has_no_fields_to_set(mixed):
    plan = planned(batch_edits.set_field(mixed, "model", "haiku"))
    assert "no frontmatter" in reasons(plan)["d.md"]


def test_a_name_is_not_given_to_several_agents(mixed):
    assert planned(batch_edits.set_field(mixed, "name", "x")).changes == ()
    assert changed(planned(batch_edits.set_field(mixed[:1], "name", "x"))) == ["a.md"]


def test_an_agent_that_would_not_load_any_more_is_named(mixed):
    (change,) = planned(batch_edits.remove_field(mixed[:1], "description")).changes
    assert change.note.startswith("It would not load any more: The field “description” is missing.")
    (change,) = planned(batch_edits.remove_field(mixed[:1], "model")).changes
    assert change.note == "" and "model" not in change.after


# --- files -------------------------------------------------------------------------------------


def test_files_move_to_a_folder_and_those_that_are_there_stay(tmp_path):
    paths = write(tmp_path, {"a.md": agent("a"), "sub/b.md": agent("b"), "other/b.md": agent("b2")})
    plan = planned(batch_files.move(paths, tmp_path / "sub"))
    assert [change.target.relative_to(tmp_path).as_posix() for change in plan.changes] == ["sub/a.md"]
    assert reasons(plan) == {"b.md": "There is a file b.md already."}
    plan = planned(batch_files.move(paths, tmp_path / "new"))
    assert reasons(plan) == {"b.md": "Another one of these would become b.md too."}


def test_what_a_move_changes_besides_is_said(tmp_path):
    paths = write(tmp_path, {".claude/agents/a.md": agent("a"), "p/agents/b.md": agent("b")})
    manifest = tmp_path / "p" / ".claude-plugin" / "plugin.json"
    manifest.parent.mkdir()
    manifest.write_text(json.dumps({"name": "p", "agents": ["./agents/b.md"]}))
    (change,) = planned(batch_files.move(paths[:1], tmp_path / ".cursor" / "agents")).changes
    assert change.note == "There it is read as a file of Cursor."
    (change,) = planned(batch_files.move(paths[1:], tmp_path / "p" / "agents" / "x")).changes
    assert change.note.startswith("In a plugin the sub-folder is part of the agent’s name.")
    assert change.note.endswith("plugin.json names this file: correct it there.")


def test_a_link_is_neither_moved_nor_deleted(tmp_path):
    paths = write(tmp_path, {"a.md": agent("a")})
    link = tmp_path / "b.md"
    link.symlink_to("a.md")
    for plan in (batch_files.move([link], tmp_path / "new"), batch_files.delete([link])):
        assert "It is a link" in reasons(planned(plan))["b.md"]
    carried_out(planned(batch_files.disable([link])))
    assert (tmp_path / "b.md.disabled").is_symlink() and paths[0].exists()


def test_copies_get_names_of_their_own(tmp_path):
    paths = write(
        tmp_path, {"a.md": agent("a"), "x.md": agent("a-copy"), "r.agent.md": "---\nname: r\n---\n"}
    )
    plan = planned(batch_files.duplicate([paths[0], paths[1]], paths))
    assert [change.path.name for change in plan.changes] == ["a-copy-2.md", "r-copy.agent.md"]
    assert plan.changes[0].after == agent("a").replace("name: a", "name: a-copy-2")
    plan = planned(batch_files.duplicate(paths[:1], paths, "b"))
    assert [(one.path.name, parse(one.after).field("name").value) for one in plan.changes] == [("b.md", "b")]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a-copy", "Another agent is called “a-copy” too"),
        ("x", "There is a file x.md already."),
        (" ", "An agent needs a name."),
        ("a\nb", "A name is one line"),
        (" a", "A name is one line"),
        ("../a", "This name has a character that file names cannot have."),
        ("con", "This name cannot be a file name on every system."),
    ],
)
def test_a_name_that_cannot_be_is_refused(tmp_path, name, reason):
    paths = write(tmp_path, {"a.md": agent("a"), "x.md": agent("a-copy")})
    assert reason in reasons(planned(batch_files.duplicate(paths[:1], paths, name)))["a.md"]
    assert reason in reasons(planned(rename(paths[0], name, paths)))["a.md"]


def test_a_name_that_differs_in_case_or_form_alone_is_taken(tmp_path):
    paths = write(tmp_path, {"a.md": agent("a"), "x.md": agent("Caf\u00e9")})
    for name in ("caf\u00e9", "CAFE\u0301"):
        assert "is called “Café” too" in reasons(planned(rename(paths[0], name, paths)))["a.md"]
    assert not planned(rename(paths[1], "caf\u00e9", paths)).refused


@pytest.mark.parametrize("name", ["</example>", "a/b", "..", "x" * 300])
def test_a_copy_of_an_agent_whose_name_no_file_can_have_is_called_after_its_file(tmp_path, name):
    paths = write(tmp_path, {"a.md": agent(name)})
    (change,) = planned(batch_files.duplicate(paths, paths)).changes
    assert change.path == tmp_path / "a-copy.md" and "\nname: a-copy\n" in change.after


# --- disabling ---------------------------------------------------------------------------------


def test_disabling_and_enabling_give_the_same_bytes_in_the_same_place(tmp_path):
    paths = write(tmp_path, {"a.md": agent("a"), "sub/b.agent.md": agent("b") + "\udcff\r\n"})
    before = tree(tmp_path)
    carried_out(planned(batch_files.disable(paths)))
    assert sorted(tree(tmp_path)) == ["a.md.disabled", "sub", "sub/b.agent.md.disabled"]
    disabled = [Path(f"{path}.disabled") for path in paths]
    carried_out(planned(batch_files.enable(disabled, agent_files(tmp_path))))
    assert tree(tmp_path) == before


def test_an_agent_does_not_come_back_where_its_file_or_its_name_is_taken(tmp_path):
    paths = write(
        tmp_path, {"a.md.disabled": agent("a"), "b.md.disabled": agent("b"), "c.md.disabled": agent("b")}
    )
    others = write(tmp_path, {"a.md": agent("x"), "y.md": agent("b")})
    plan = planned(batch_files.enable(paths, others))
    assert plan.changes == ()
    assert reasons(plan)["a.md.disabled"] == "There is a file a.md already. Rename one of them first."
    assert reasons(plan)["b.md.disabled"].startswith("Another agent is called “b” too: ")
    plan = planned(batch_files.enable(paths[1:], others[:1]))
    assert [change.target.name for change in plan.changes] == ["b.md"]
    assert "Another agent is called “b” too" in reasons(plan)["c.md.disabled"]


def test_a_disabled_agent_is_neither_copied_nor_renamed(tmp_path):
    (path,) = write(tmp_path, {"b.md.disabled": agent("b")})
    for plan in (batch_files.duplicate([path], []), rename(path, "new", [])):
        assert reasons(planned(plan)) == {"b.md.disabled": "It is disabled. Enable it first."}


def test_only_what_can_be_enabled_again_is_disabled(tmp_path):
    paths = write(tmp_path, {"a.toml": "x", "b.MD": agent("b")})
    assert not planned(batch_files.disable(paths)).changes


def test_what_is_disabled_or_enabled_already_is_said(tmp_path):
    paths = write(tmp_path, {"a.md": agent("a"), "b.md.disabled": agent("b")})
    assert reasons(planned(batch_files.disable(paths))) == {"b.md.disabled": "It is disabled already."}
    assert reasons(planned(batch_files.enable(paths, []))) == {"a.md": "It is not disabled."}
    write(tmp_path, {"a.md.disabled": "old"})
    assert "There is a file a.md.disabled already" in reasons(planned(batch_files.disable(paths)))["a.md"]


# --- renaming ----------------------------------------------------------------------------------

TEAM = {
    "old-name.md": agent("old-name"),
    "lead.md": "---\nname: lead\ndescription: Use it, then old-name, not old-names.\ntools: Read, Agent(old-name, x)\n---\n\nAsk old-name.\n",
    "sub/other.md": agent("other"),
}


def test_a_rename_changes_name_file_and_mentions_together(tmp_path):
    paths = write(tmp_path, TEAM)
    plan = planned(rename(paths[1], "new", paths))
    own, lead = plan.changes
    assert (own.kind, own.target.name) == ("moved", "new.md")
    assert own.after == agent("new")
    assert [part.fixed for part in own.parts] == [True, False, False]
    assert lead.after == TEAM["lead.md"].replace("old-name,", "new,").replace("old-name.", "new.").replace(
        "then new, not old-names", "then new, not old-names"
    )
    assert "old-names" in lead.after and "Agent(new, x)" in lead.after
    assert len(lead.parts) == 3


def test_a_mention_can_be_left_out_and_a_file_without_any_is_not_changed(tmp_path):
    paths = write(tmp_path, TEAM)
    own, lead = planned(rename(paths[1], "new", paths)).changes
    assert lead.with_parts({1}).after == TEAM["lead.md"].replace("Agent(old-name", "Agent(new")
    assert lead.with_parts(()) is None
    alone = own.with_parts(())
    assert alone.after == agent("old-name").replace("name: old-name", "name: new")
    assert alone.target.name == "new.md"


def test_a_name_that_is_a_word_is_renamed_only_where_the_agent_must_be_meant(tmp_path):
    body = "Ask the reviewer.\nAsk `reviewer`, @agent-reviewer, the reviewer agent, Agent(reviewer).\n"
    paths = write(
        tmp_path, {"reviewer.md": agent("x").replace("name: x", "name: reviewer"), "a.md": agent("a") + body}
    )
    _, other = planned(rename(paths[1], "judge", paths)).changes
    assert [part.wanted for part in other.parts] == [False, True, True, True, False]
    assert "Ask the reviewer.\nAsk `judge`, @agent-judge, the judge agent" in other.after
    assert other.note == "2 mentions may be ordinary words: look."
    unsure = {"b.md": agent("b") + "Ask the reviewer.\n"}
    _, change = planned(rename(paths[1], "judge", [paths[1], *write(tmp_path, unsure)])).changes
    assert not change.wanted and change.with_parts({0}).after.endswith("Ask the judge.\n")


def test_the_own_file_is_no_other_however_it_is_named(tmp_path, monkeypatch):
    paths = write(tmp_path, TEAM)
    monkeypatch.chdir(tmp_path)
    plan = planned(rename(paths[1], "new", agent_files(Path())))
    assert sorted(changed(plan)) == ["lead.md", "old-name.md"]


def test_a_mention_that_only_a_person_can_change_is_named(tmp_path):
    anchored = "---\nname: a\ndescription: &x Ask old-name.\nmodel: *x\n---\n\nBody, old-name.\n"
    paths = write(tmp_path, {"a.md": anchored, "old-name.md": agent("old-name")})
    plan = planned(rename(paths[1], "new", paths))
    assert plan.changes[1].after == anchored.replace("Body, old-name", "Body, new")
    assert plan.changes[1].note.endswith("edit it in the source, line 3.")
    write(tmp_path, {"a.md": anchored.replace("Body, old-name.", "Body.")})
    plan = planned(rename(paths[1], "new", paths))
    assert changed(plan) == ["old-name.md"] and reasons(plan)["a.md"].endswith("line 3.")


def test_a_file_that_is_not_called_after_the_agent_keeps_its_name(tmp_path):
    paths = write(tmp_path, {"file.md": agent("old-name")})
    (change,) = planned(rename(paths[0], "new", paths)).changes
    assert change.kind == "edited" and change.after == agent("new")


def test_where_the_file_is_the_name_the_file_alone_is_renamed(tmp_path):
    text = "---\ndescription: Use this agent when asked.\n---\n\nYou are an agent.\n"
    paths = write(tmp_path, {".github/agents/a.agent.md": text, ".opencode/agents/b.md": text})
    for path, name in zip(paths, ("new.agent.md", "new.md"), strict=True):
        (change,) = planned(rename(path, "new", paths)).changes
        assert (change.target.name, change.after) == (name, text)


def test_a_rename_to_a_name_or_file_that_is_taken_is_refused_as_a_whole(tmp_path):
    paths = write(tmp_path, {**TEAM, "there.md": agent("elsewhere")})
    for new, reason in {
        "other": "Another agent",
        "there": "There is a file there.md",
        "old-name": "already",
    }.items():
        plan = planned(rename(paths[1], new, paths))
        assert plan.changes == () and reason in reasons(plan)["old-name.md"]


# --- what running programs see -----------------------------------------------------------------


def test_when_a_running_program_has_to_be_restarted_is_said(tmp_path):
    paths = write(
        tmp_path,
        {".claude/agents/a.md": agent("a"), "catalog/b.md": agent("b"), ".cursor/agents/c.md": agent("c")},
    )
    claude, cursor, other = paths[0], paths[1], paths[2]
    hint = restart_hint(planned(batch_files.disable([claude])).changes)
    assert hint == "A running Claude Code notices this by itself."
    hint = restart_hint(planned(batch_files.move([claude], claude.parent / "new")).changes)
    assert hint == "A running Claude Code does not notice a new folder: restart it."
    assert "Restart Cursor" in restart_hint(planned(batch_files.disable([cursor])).changes)
    assert restart_hint(planned(batch_files.disable([other])).changes) == ""


def test_a_file_that_goes_away_while_it_is_planned_is_refused(tmp_path, monkeypatch):
    paths = write(tmp_path, {"a.md": agent("a"), "b.md": agent("b")})
    monkeypatch.setattr(batch_files, "manifest_note", lambda path: (path == paths[0] and path.unlink()) or "")
    plan = planned(batch_files.delete(paths))
    assert changed(plan) == ["b.md"] and "it does not exist" in reasons(plan)["a.md"]
