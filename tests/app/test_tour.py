"""The tour does the main job by itself and says what it did."""

from __future__ import annotations

from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.app.tour import _made_ready, tour
from agenteditor.core.syntax import parse


def test_the_tour_edits_saves_exports_and_takes_pictures(tmp_path, qtbot, seed_text):
    lines = []
    assert tour(application(Settings(theme="light")), tmp_path / "tour", lines.append) == 0
    folder = tmp_path / "tour"
    edited = (folder / "saved" / "backend-engineer.md").read_text(encoding="utf-8")
    syntax = parse(edited)
    assert (syntax.verdict, syntax.field("model").value) == ("valid", "opus")
    assert syntax.examples[1].example.turns[0].text == "Can you design a schema for storing orders?"
    assert [s.title for s in syntax.sections].index("When implementing solutions, you will") == 5
    assert edited.endswith("When in doubt, ask.\n")
    assert (folder / "agents" / "backend-engineer.md").read_text(encoding="utf-8") == seed_text
    assert (folder / "catalog" / ".claude-plugin" / "marketplace.json").is_file()
    pictures = sorted(folder.glob("*.png"))
    assert len(pictures) == 24
    assert all(picture.stat().st_size > 10_000 for picture in pictures)
    assert sum(line.startswith("Edited") for line in lines) == 4
    assert _made_ready(folder)  # another tour may replace what this one wrote
    assert [path.name for path in folder.iterdir()] == [".agenteditor-tour"]


def test_the_tour_touches_no_folder_with_other_files(tmp_path, qtbot):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    lines = []
    assert tour(application(Settings(theme="light")), tmp_path, lines.append) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert "holds other files" in lines[0]
