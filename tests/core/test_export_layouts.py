"""The layouts of an export: what lies where, what every layout keeps to, and that all of it reads back."""

from __future__ import annotations

import json
from pathlib import Path

import frontmatter
import pytest

from agenteditor.core.export import Choices, Source, described, plan, write
from agenteditor.core.export_layouts import GENERAL
from agenteditor.core.syntax import parse
from tests.core.exports import faults_in_exporting
from tests.core.faults import Faults
from tests.core.plugin_rules import faults

LAYOUTS = ("folder", "categories", "plugin")
GOOD = "---\nname: {name}\ndescription: {description}\n---\n\nYou are {name}.\n"


def agent(name, category="", description="Use it for this. And for that.", path=None):
    text = GOOD.format(name=json.dumps(name, ensure_ascii=False), description=json.dumps(description))
    return Source(Path(path or f"in/{category}/{name.replace('/', '-')}.md"), text, category)


def snapshot(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


AGENTS = [
    agent("a", "Data Work"),
    agent("b", "Écriture"),
    agent("c", "数据"),
    agent("d"),
    agent("E e", "con"),
]


@pytest.fixture(autouse=True)
def quick():
    with faults_in_exporting(Faults(0)):  # none, but syncs take no time
        yield


def exported(folder, choices, agents=AGENTS):
    made = plan(agents, folder, choices)
    assert made.problem is None
    write(made)
    return made


def test_category_folders_have_an_index(tmp_path):
    exported(tmp_path / "cat", Choices("categories", spdx="MIT", owner="A *Team*"))
    files = snapshot(tmp_path / "cat")
    agents = {path for path in files if path.endswith(".md") and path != "README.md"}
    (script,) = [path for path in agents if path.startswith("category-")]
    assert agents == {
        "data-work/a.md", "ecriture/b.md", script, f"{GENERAL}/d.md", "con-agents/E e.md"
    }  # fmt: skip
    index = files["README.md"].decode()
    assert "## Data Work\n\n- [**a**](data-work/a.md) - Use it for this.\n" in index
    assert "- [**E e**](con-agents/E%20e.md)" in index and "A \\*Team\\*" in index and "MIT." in index
    assert len(index.split()) >= 40


@pytest.mark.parametrize("zipped", [False, True])
def test_categories_that_become_one_are_told(zipped, tmp_path):
    agents = [agent("a", "Data Work"), agent("b", "data-work"), agent("c", "Other"), agent("d")]
    made = plan(agents, tmp_path / "cat", Choices("categories", zipped=zipped))
    assert made.notes == ("The categories “Data Work” and “data-work” become one: data-work.",)
    assert made.notes[0] in described(made)
    assert plan(agents, tmp_path / "cat", Choices()).notes == ()


def test_the_index_shows_texts_as_they_are(tmp_path):
    description = "Reads [x](y) and <script>*a*</script> `b`_c"
    exported(tmp_path / "cat", Choices("categories"), [agent("a (b) [c]_d", description=description)])
    index = snapshot(tmp_path / "cat")["README.md"].decode()
    assert "[**a (b) \\[c\\]\\_d**](general/a%20%28b%29%20%5Bc%5D_d.md)" in index
    assert "Reads \\[x\\](y) and \\<script\\>\\*a\\*\\</script\\> \\`b\\`\\_c" in index


@pytest.mark.parametrize("version", ["", "1.2.0"])
@pytest.mark.parametrize("licence", ["", "MIT"])
def test_a_marketplace_keeps_the_rules(version, licence, tmp_path):
    choices = Choices("plugin", version=version, spdx=licence, licence_text="Do as you like.\n", owner="Me")
    exported(tmp_path / "cat", choices)
    assert [*faults(tmp_path / "cat")] == []
    plugin = json.loads((tmp_path / "cat/plugins/data-work/.claude-plugin/plugin.json").read_text("utf-8"))
    assert plugin.get("version", "") == version and plugin.get("license", "") == licence
    licences = {path for path in snapshot(tmp_path / "cat") if path.endswith("LICENSE")}
    assert licences == {
        "LICENSE",
        *(f"plugins/{p.name}/LICENSE" for p in (tmp_path / "cat/plugins").iterdir()),
    }


def test_the_checker_of_the_rules_finds_what_is_wrong(tmp_path):
    exported(tmp_path, Choices("plugin", name="cat"))
    manifest = tmp_path / "plugins/data-work/.claude-plugin/plugin.json"
    data = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**data, "agents": "./agents/", "author": "Me"}, indent=2) + "\n", "utf-8")
    with pytest.raises(AttributeError):
        [*faults(tmp_path)]
    manifest.write_text(json.dumps({**data, "agents": "./agents/"}, indent=2) + "\n", "utf-8")
    (tmp_path / "plugins/data-work/README.md").write_text("Short.\n", "utf-8")
    assert [*faults(tmp_path)] == [
        "plugin data-work: agents is not written",
        "the README of data-work has 1 words",
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_reads_back_with_both_readers(layout, tmp_path):
    made = exported(tmp_path / "cat", Choices(layout))
    texts = {source.path: source.text for source in AGENTS}
    read = 0
    for entry in made.entries:
        for source in entry.sources:
            written = (tmp_path / "cat" / entry.path).read_text("utf-8")
            before, after = parse(texts[source]), parse(written)
            post = frontmatter.loads(written)
            assert after.verdict == "valid"
            for key in ("name", "description"):
                assert post[key] == after.field(key).value == before.field(key).value
            assert post.content == after.prompt == before.prompt
            read += 1
    assert read == len(AGENTS)


def test_a_large_plugin_is_described_in_one_short_line(tmp_path):
    exported(tmp_path / "cat", Choices("plugin"), [agent(f"agent-{n:03}") for n in range(300)])
    plugin = json.loads((tmp_path / "cat/plugins/cat/.claude-plugin/plugin.json").read_text("utf-8"))
    assert plugin["description"].startswith("300 agents: agent-000, ")
    assert plugin["description"].endswith(" and 292 more")


WRONG = [
    (Choices("plugin", name="My Catalog"), "“my-catalog” can"),
    (Choices("plugin", spdx="do what you like"), "no licence identifier"),
    (Choices("plugin", version="1.0"), "no version in three numbers"),
    (Choices("plugin", owner="a\nb"), "cannot be printed"),
    (Choices("plugin", name="claude-things"), "keeps for itself"),
    (Choices("plugin", dialect="gemini-cli"), "for Claude Code alone"),
]


@pytest.mark.parametrize(("choices", "reason"), WRONG, ids=[reason for _, reason in WRONG])
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_written(choices, reason, tmp_path):
    made = plan(AGENTS, tmp_path / "cat", choices)
    assert reason in made.problem and made.todo == 0
    assert write(made) == ()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("spdx", ["MIT", "GPL-3.0-or-later", "MIT OR Apache-2.0", "(MIT AND CC-BY-4.0)"])
def test_licence_identifiers(spdx, tmp_path):
    assert plan(AGENTS, tmp_path / "cat", Choices("plugin", spdx=spdx)).problem is None


def test_a_file_whose_agent_is_refused_now_is_not_removed(tmp_path):
    good = [agent("a", "Craft"), agent("b", "Craft"), agent("c", "Play")]
    exported(tmp_path, Choices("plugin", name="cat"), good)
    broken = Source(Path("in/Craft/other.md"), "---\nname: a\ndescription: ends in a colon:\n---\n", "Craft")
    unreadable = Source(Path("in/Craft/b.md"), "", "Craft", unreadable="It cannot be read.")
    made = plan([broken, unreadable, good[2]], tmp_path, Choices("plugin", name="cat", prune=True))
    states = {entry.path: entry.state for entry in made.entries}
    assert made.count("removed") == 0
    assert states["plugins/craft/agents/a.md"] == states["plugins/craft/.claude-plugin/plugin.json"] == "left"
    assert [refused.reason for refused in made.refused][1] == "It cannot be read."
    gone = plan([good[2]], tmp_path, Choices("plugin", name="cat", prune=True))
    assert gone.count("removed") == 4


def test_a_file_that_is_exported_is_not_removed_though_an_export_wrote_it(tmp_path):
    exported(tmp_path, Choices(), [agent("a"), agent("b")])
    own = tmp_path / "agents" / "a.md"
    there = [Source(own, own.read_text("utf-8"))]
    made = plan(there, tmp_path, Choices("categories", prune=True))
    states = {entry.path: entry.state for entry in made.entries}
    assert states["agents/a.md"] == "left" and states["agents/b.md"] == "removed"
    write(made)
    assert own.exists() and (tmp_path / "general" / "a.md").exists()
