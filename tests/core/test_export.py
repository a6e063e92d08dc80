"""Export to a catalog folder: the plan, what is refused, what is never overwritten, same bytes."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from agenteditor.core import files
from agenteditor.core.export import (
    MANIFEST,
    Choices,
    Source,
    Stop,
    described,
    file_name_problem,
    hints,
    plan,
    second_opinion,
    write,
    writing,
)
from agenteditor.core.files import FileProblem
from agenteditor.core.syntax import parse

GOOD = "---\nname: {name}\ndescription: Use this agent for {name}. And for more.\n---\n\nYou are {name}.\n"


def source(name, text=None, category=""):
    return Source(Path(f"in/{name}.md"), GOOD.format(name=name) if text is None else text, category)


def snapshot(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def states(made):
    return {entry.path: entry.state for entry in made.entries}


def test_the_sample_is_written_as_valid_yaml_with_the_same_value(seed_text, tmp_path):
    made = plan([source("backend-engineer", seed_text)], tmp_path)
    assert "its YAML is made valid" in made.entries[0].note
    write(made)
    written = (tmp_path / "agents" / "backend-engineer.md").read_text(encoding="utf-8")
    after, before = parse(written), parse(seed_text)
    assert (after.verdict, before.verdict) == ("valid", "repaired")
    assert after.field("description").value == before.field("description").value
    assert after.body.of(written) == before.body.of(seed_text)


@pytest.mark.parametrize("place", [".", "agents", "agents/deep/er"])
def test_that_copies_would_lie_among_the_agents_that_are_exported_is_said(tmp_path, place):
    agents = [Source(tmp_path / "agents" / "A file.md", GOOD.format(name="a"))]
    agents[0].path.parent.mkdir()
    (note,) = plan(agents, tmp_path / place).notes
    assert "finds each of them twice" in note and note in described(plan(agents, tmp_path / place))
    assert plan(agents, tmp_path / "elsewhere").notes == ()
    write(plan(agents, tmp_path / place))
    assert plan(agents, tmp_path / place).notes == (), "they are there already"


def test_what_to_type_into_a_shell_is_one_word_for_each_path(tmp_path):
    place = tmp_path / "my agents; echo"
    shown = hints(plan([source("a")], place, Choices("plugin", name="agents")))
    assert shlex.split(shown[2]) == ["claude", "plugin", "validate", str(place)]
    assert shown[1] == "/plugin install agents@agents"


def test_the_plan_writes_nothing(tmp_path):
    plan([source("a")], tmp_path / "new", Choices("plugin"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_called_agents_is_the_agents_folder(tmp_path):
    assert list(states(plan([source("a")], tmp_path / ".claude" / "agents"))) == ["a.md"]


REFUSED = {
    "does not parse": ("---\nname: a\ndescription: ends in a colon:\n---\nx\n", "does not parse"),
    "no frontmatter": ("Just text\n", "no frontmatter"),
    "no name": ("---\ndescription: x\n---\nx\n", "“name” is missing"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_not_load_is_refused_with_the_reason(text, reason, tmp_path):
    made = plan([source("x", text), source("good")], tmp_path)
    (refused,) = made.refused
    assert reason in refused.reason
    assert list(states(made)) == ["agents/good.md"]


def named(name, path):
    return Source(Path(path), GOOD.format(name=json.dumps(name)))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("../evil", "evil"),
        ("con", "agent-con"),
        ("CLAUDE", "agent-CLAUDE"),
        ("a\n\x1b", "a"),
        ("\u202egnp", "gnp"),
        (". .", "agent"),
    ],
)
def test_a_name_that_no_file_can_have_everywhere_stays_and_the_file_is_called_otherwise(name, file, tmp_path):
    made = plan([named(name, "in/x.md"), source("good")], tmp_path)
    (entry,) = [entry for entry in made.entries if entry.sources == (Path("in/x.md"),)]
    assert entry.path == f"agents/{file}.md"
    assert entry.note == f"the file of “{files.shown_path(name)}” is called {file}.md"
    write(made)
    assert parse(files.load(tmp_path / entry.path).text).field("name").value == name


def test_where_the_file_is_the_name_the_new_name_is_told(tmp_path):
    (entry,) = plan([source("con")], tmp_path, Choices(dialect="opencode")).entries
    assert entry.path == "agents/agent-con.md" and "so it is called agent-con in OpenCode" in entry.note


def test_two_agents_of_one_name_are_both_refused(tmp_path):
    made = plan([named("same", "in/a.md"), named("same", "in/b.md"), source("other")], tmp_path)
    assert len(made.refused) == 2
    assert all("another agent" in r.reason.lower() for r in made.refused)
    assert list(states(made)) == ["agents/other.md"]


def test_names_that_some_system_takes_for_one_get_files_of_their_own_in_any_order(tmp_path):
    agents = [source("Same"), source("same"), source("SAME"), source("other")]
    made, again = plan(agents, tmp_path), plan(agents[::-1], tmp_path)
    assert made.entries == again.entries and not made.refused
    paths = [entry.path for entry in made.entries]
    assert "agents/SAME.md" in paths and len({path.casefold() for path in paths}) == 4
    fewer = plan([source("SAME"), source("same")], tmp_path)
    assert {entry.path for entry in fewer.entries} <= set(paths), "a third one changes no name"


def test_files_of_others_are_never_overwritten(tmp_path):
    (tmp_path / "agents").mkdir()
    mine = tmp_path / "agents" / "a.md"
    mine.write_text("somebody's own work\n", encoding="utf-8")
    made = plan([source("a"), source("b")], tmp_path)
    assert states(made) == {"agents/a.md": "conflict", "agents/b.md": "new"}
    write(made)
    assert mine.read_text(encoding="utf-8") == "somebody's own work\n"
    assert (tmp_path / "agents" / "b.md").exists()


def test_what_an_export_wrote_is_replaced_unless_somebody_changed_it_since(tmp_path):
    write(plan([source("a"), source("b")], tmp_path))
    (tmp_path / "agents" / "b.md").write_text("changed by hand\n", encoding="utf-8")
    newer = [source("a", GOOD.format(name="a") + "More.\n"), source("b", GOOD.format(name="b") + "More.\n")]
    made = plan(newer, tmp_path)
    assert states(made) == {"agents/a.md": "replaced", "agents/b.md": "conflict"}
    write(made)
    assert (tmp_path / "agents" / "a.md").read_text(encoding="utf-8").endswith("More.\n")
    assert (tmp_path / "agents" / "b.md").read_text(encoding="utf-8") == "changed by hand\n"


def test_a_file_that_changes_between_plan_and_write_is_not_overwritten(tmp_path):
    write(plan([source("a")], tmp_path))
    made = plan([source("a", GOOD.format(name="a") + "More.\n")], tmp_path)
    (tmp_path / "agents" / "a.md").write_text("changed in between\n", encoding="utf-8")
    with pytest.raises(FileProblem):
        write(made)
    assert (tmp_path / "agents" / "a.md").read_text(encoding="utf-8") == "changed in between\n"


@pytest.mark.parametrize("layout", ["folder", "categories", "plugin"])
def test_the_same_agents_give_the_same_bytes_in_any_order_and_a_second_export_changes_nothing(
    layout, tmp_path
):
    agents = [source("b", category="Two words"), source("a"), source("c", category="Two words")]
    write(plan(agents, tmp_path / "one" / "cat", Choices(layout)))
    write(plan(agents[::-1], tmp_path / "two" / "cat", Choices(layout)))
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")
    before = snapshot(tmp_path / "one")
    again = plan(agents, tmp_path / "one" / "cat", Choices(layout))
    assert set(states(again).values()) == {"same"}
    write(again)
    assert snapshot(tmp_path / "one") == before


def test_a_marketplace_has_manifests_an_index_and_a_plugin_a_category(tmp_path):
    write(
        plan(
            [source("b", category="Data Work"), source("a")],
            tmp_path / "My Catalog",
            Choices("plugin", owner="Me"),
        )
    )
    folder = tmp_path / "My Catalog"
    assert sorted(snapshot(folder)) == sorted([
        MANIFEST, ".claude-plugin/marketplace.json", "README.md",
        "plugins/data-work/.claude-plugin/plugin.json", "plugins/data-work/README.md",
        "plugins/data-work/agents/b.md", "plugins/my-catalog/.claude-plugin/plugin.json",
        "plugins/my-catalog/README.md", "plugins/my-catalog/agents/a.md",
    ])  # fmt: skip
    market = json.loads((folder / ".claude-plugin" / "marketplace.json").read_text(encoding="utf-8"))
    assert list(market) == ["name", "owner", "description", "plugins"]
    assert market["owner"] == {"name": "Me"}
    assert [p["source"] for p in market["plugins"]] == ["./plugins/data-work", "./plugins/my-catalog"]
    plugin = json.loads((folder / "plugins/data-work/.claude-plugin/plugin.json").read_text(encoding="utf-8"))
    assert "agents" not in plugin and "version" not in plugin
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert "- [**b**](plugins/data-work/agents/b.md) - Use this agent for b.\n" in index


IN_VAIN = "---\nname: a\ndescription: x\nmcpServers:\n  - db\n{more}---\nx\n"


def test_fields_that_do_nothing_in_a_plugin_are_told_and_kept_or_taken_out(tmp_path):
    text = IN_VAIN.format(more="")
    for strip in (False, True):
        made = plan([source("a", text)], tmp_path, Choices("plugin", strip=strip))
        (entry,) = [e for e in made.entries if e.sources]
        assert [(item.field, item.fate) for item in entry.losses] == [("mcpServers", "lost")]
        assert ("mcpServers" in entry.text) is not strip
    assert entry.text == "---\nname: a\ndescription: x\n---\nx\n"


def test_an_agent_that_could_do_more_is_written_only_when_that_is_accepted(tmp_path):
    agents = [source("a", IN_VAIN.format(more="permissionMode: plan\n")), source("b")]
    waits = plan(agents, tmp_path / "cat", Choices("plugin"))
    path = "plugins/cat/agents/a.md"
    assert states(waits)[path] == "waiting"
    write(waits)
    assert path not in snapshot(tmp_path / "cat")
    assert "a.md" not in (tmp_path / "cat" / "README.md").read_text(encoding="utf-8")
    for accepted in (frozenset({Path("in/a.md")}), None):
        assert states(plan(agents, tmp_path / "cat", Choices("plugin", accepted=accepted)))[path] == "new"


def test_a_reserved_name_stops_a_marketplace(tmp_path):
    made = plan([source("a")], tmp_path / "claude-tools", Choices("plugin"))
    assert "keeps for itself" in made.problem
    assert write(made) == ()


def test_nothing_to_export_is_said(tmp_path):
    assert "no agent" in plan([], tmp_path).problem


def test_crlf_and_a_byte_order_mark_are_written_as_lf_without_one(tmp_path):
    text = "\ufeff" + GOOD.format(name="a").replace("\n", "\r\n")
    write(plan([source("a", text)], tmp_path))
    assert (tmp_path / "agents" / "a.md").read_bytes() == GOOD.format(name="a").encode()


def test_a_file_in_the_way_of_a_folder_is_a_problem_with_a_sentence(tmp_path):
    (tmp_path / "agents").write_text("no folder\n", encoding="utf-8")
    (entry,) = plan([source("a")], tmp_path).entries
    assert (entry.state, entry.note) == ("conflict", "not overwritten: its folder is a link or a file")
    with pytest.raises(FileProblem):
        write(plan([source("a")], tmp_path / "agents" / "below"))
    with pytest.raises(FileProblem):
        write(plan([source("a")], tmp_path / ("x" * 300)))


def test_a_damaged_manifest_means_that_nothing_is_ours(tmp_path):
    write(plan([source("a")], tmp_path))
    (tmp_path / MANIFEST).write_text("{nonsense", encoding="utf-8")
    made = plan([source("a", GOOD.format(name="a") + "More.\n")], tmp_path)
    assert states(made) == {"agents/a.md": "conflict"}


def test_the_second_reader_agrees_on_every_real_file_that_is_exported(shared, tmp_path):
    paths = sorted(shared.glob("corpus/**/*.md"))
    sources = [Source(path, path.read_bytes().decode("utf-8", "surrogateescape")) for path in paths]
    made = plan(sources, tmp_path, Choices(accepted=None))
    assert len(made.entries) + len(made.refused) == len(paths)
    reasons = [r.reason for r in made.refused if "nother reader" in r.reason]
    print(
        f"\n{len(made.entries)} exported, {len(made.refused)} refused, {len(reasons)} of them by the second reader"
    )
    assert len(reasons) <= len(paths) // 50
    write(made)
    for entry in made.entries:
        written = files.load(tmp_path / entry.path).text
        assert parse(written).verdict == "valid"
        assert second_opinion(parse(written)) is None


def test_another_readers_disagreement_is_put_in_words():
    assert "finds another prompt" in second_opinion(parse("---\nname: a\n----\n---\nBody\n"))


def test_the_plan_is_described_in_lines(tmp_path):
    lines = described(plan([source("a"), source("x", "no")], tmp_path))
    assert lines[0].split() == ["new", "agents/a.md"]
    assert lines[1].startswith("refused")


@pytest.mark.parametrize("name", ["a", "Code Reviewer", "köhler", "代码", "a.b"])
def test_ordinary_names_are_file_names(name):
    assert file_name_problem(name) is None


@pytest.mark.parametrize("name", ["a/b", "..", ".hidden", "a:b", "nul.txt", "x" * 300, "a\n", "LPT1", "end."])
def test_names_that_some_system_refuses_are_refused(name):
    assert file_name_problem(name)


# --- where it is written to --------------------------------------------------------------------


def test_a_file_that_is_exported_is_not_replaced_by_what_it_becomes(tmp_path):
    write(plan([source("a"), source("b")], tmp_path))
    path = tmp_path / "agents" / "a.md"
    before = path.read_bytes()
    own = [Source(path, before.decode() + "Changed, and not saved yet.\n")]
    (entry, _left) = plan(own, tmp_path).entries
    assert (entry.state, entry.note) == (
        "conflict",
        "not overwritten: it is one of the files that are exported",
    )
    write(plan(own, tmp_path, Choices(dialect="gemini-cli", accepted=None)))
    assert path.read_bytes() == before


def test_another_folder_in_the_place_of_the_one_that_was_looked_at_gets_nothing(tmp_path):
    place, victim = tmp_path / "place", tmp_path / "victim"
    for folder in (place, victim):
        folder.mkdir()
    made = plan([source("a")], place)
    place.rmdir()
    place.symlink_to(victim)
    with pytest.raises(FileProblem, match="changed"):
        write(made)
    assert list(victim.iterdir()) == []


def test_a_link_where_no_folder_was_gets_nothing(tmp_path):
    (tmp_path / "victim").mkdir()
    made = plan([source("a")], tmp_path / "place")
    (tmp_path / "place").symlink_to(tmp_path / "victim")
    with pytest.raises(FileProblem):
        write(made)
    assert list((tmp_path / "victim").iterdir()) == []


def test_a_folder_that_is_a_link_from_the_beginning_is_what_was_asked_for(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "place").symlink_to(tmp_path / "real")
    write(plan([source("a")], tmp_path / "place"))
    assert (tmp_path / "real" / "agents" / "a.md").exists()


def test_a_file_with_another_name_elsewhere_is_not_written_through(tmp_path):
    write(plan([source("a")], tmp_path / "place"))
    other = tmp_path / "elsewhere.md"
    other.hardlink_to(tmp_path / "place" / "agents" / "a.md")
    write(plan([source("a", GOOD.format(name="a") + "More.\n")], tmp_path / "place"))
    assert other.read_text(encoding="utf-8") == GOOD.format(name="a")
    assert (tmp_path / "place" / "agents" / "a.md").read_text(encoding="utf-8").endswith("More.\n")


@pytest.mark.parametrize("folder", [".claude", ".Gemini", ".github"])
@pytest.mark.parametrize("layout", ["categories", "plugin"])
def test_no_category_becomes_commands_or_rules_of_a_program(folder, layout, tmp_path):
    made = plan([source("a", category="rules")], tmp_path / folder, Choices(layout, name="mine"))
    assert "is a program's own folder" in made.problem and write(made) == ()


def test_a_text_that_is_still_to_be_read_is_read_by_the_plan(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(GOOD.format(name="a"), encoding="utf-8")
    made = plan(
        [Source(path, "", unread=True), Source(tmp_path / "no.md", "", unread=True)], tmp_path / "out"
    )
    assert [entry.text for entry in made.entries] == [GOOD.format(name="a")]
    assert "does not exist" in made.refused[0].reason


@pytest.mark.parametrize("steps", [1, 2, 30, 90])
def test_an_export_can_be_stopped_at_any_step(steps, tmp_path):
    work = writing(plan([source(f"a{number}") for number in range(40)], tmp_path / "out"))
    for _ in range(steps):
        progress = next(work)
    try:
        work.throw(Stop())
        while True:
            next(work)
    except StopIteration as end:
        written = end.value
    assert (tmp_path / "out").exists() == bool(written) == (progress.what == "place")
