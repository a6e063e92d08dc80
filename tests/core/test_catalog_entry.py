"""An agent as lists show it: what the file says, and the sentence of one that cannot be read."""

from __future__ import annotations

from pathlib import Path

from agenteditor.core.catalog_entry import load_entry
from agenteditor.core.rule_settings import RuleSettings


def test_what_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "web" / "api" / "tester.md"
    path.parent.mkdir(parents=True)
    path.write_text("---\nname: api-tester\ndescription: Use it for APIs\ntools: Read, Grepp\n---\n\nTest.\n")
    entry = load_entry(path, tmp_path)
    assert (entry.folder, entry.name, entry.tools) == ("web/api", "api-tester", ("Read", "Grepp"))
    assert entry.loads
    assert [(one.code, one.line) for one in entry.problems if one.severity == "warning"] == [
        ("tools/unknown", 4)
    ]


def test_settings_count(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\nname: a\ndescription: Use it\ntools: Grepp\n---\n\nTest.\n")
    switched = RuleSettings(switches={"*": "off"})
    assert load_entry(path, tmp_path).problems
    assert not load_entry(path, tmp_path, switched).problems


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    entry = load_entry(tmp_path / "gone.md", tmp_path)
    assert (entry.verdict, entry.loads, entry.name, entry.digest) == ("unreadable", False, "gone", "")
    assert "gone.md" in entry.reason


def test_a_file_without_fields(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("# Notes\n")
    entry = load_entry(path, tmp_path)
    assert (entry.name, entry.verdict, entry.loads, entry.tools) == ("notes", "none", False, None)
    assert entry.description == ""
