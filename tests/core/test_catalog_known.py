"""Answers that are given once, and are the same as without a memory."""

from __future__ import annotations

from agenteditor.core import catalog_known
from agenteditor.core.catalog_entry import load_entry
from agenteditor.core.catalog_known import KnownAnswers
from agenteditor.core.catalog_store import CatalogStore
from agenteditor.core.rule_settings import RuleSettings

TEXT = "---\nname: tester\ndescription: ends in:\n---\n\nYou do one thing and do it well.\n"


def write(path, text=TEXT):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_equal_content_name_and_place_share_one_check(tmp_path):
    known = KnownAnswers()
    paths = [write(tmp_path / folder / "tester.md") for folder in ("a", "b", "c/d")]
    entries = [known.entry(path, tmp_path) for path in paths]
    assert entries == [load_entry(path, tmp_path) for path in paths]
    assert known.checked == 1
    assert entries[0].problems is entries[2].problems


def test_another_content_name_place_or_setting_is_another_check(tmp_path):
    known = KnownAnswers()
    here = write(tmp_path / "a" / "tester.md")
    known.entry(here, tmp_path)
    write(tmp_path / "p" / ".claude-plugin" / "plugin.json", '{"name": "p"}')
    others = [
        write(tmp_path / "a" / "else.md"),
        write(tmp_path / "p" / "agents" / "tester.md"),
        write(tmp_path / ".gemini" / "agents" / "tester.md"),
        write(tmp_path / "b" / "tester.md", TEXT + "More.\n"),
    ]
    for count, path in enumerate(others, 2):
        assert known.entry(path, tmp_path) == load_entry(path, tmp_path)
        assert known.checked == count
    off = RuleSettings(switches={"*": "off"})
    assert known.entry(here, tmp_path, off) == load_entry(here, tmp_path, off)
    assert known.checked == 6


def test_a_file_that_comes_back_is_not_checked_again(tmp_path):
    known = KnownAnswers()
    path = write(tmp_path / "tester.md")
    first = known.entry(path, tmp_path)
    path.unlink()
    assert known.entry(path, tmp_path).verdict == "unreadable"
    write(path)
    assert known.entry(path, tmp_path) == first and known.checked == 1


def test_a_folder_that_becomes_a_plugin_is_read_as_one(tmp_path):
    known = KnownAnswers()
    path = write(tmp_path / "agents" / "tester.md")
    assert known.entry(path, tmp_path).place == "project"
    write(tmp_path / ".claude-plugin" / "plugin.json", "{}")
    known.forget_places()
    assert known.entry(path, tmp_path) == load_entry(path, tmp_path)
    assert known.entry(path, tmp_path).place == "plugin"


def test_the_next_run_need_not_check_again(tmp_path):
    paths = [write(tmp_path / name / "tester.md", f"{TEXT}{name}\n") for name in ("a", "b")]
    first = KnownAnswers(CatalogStore(tmp_path / "answers", "1"))
    entries = [first.entry(path, tmp_path) for path in paths]
    first.save()
    second = KnownAnswers(CatalogStore(tmp_path / "answers", "1"))
    assert [second.entry(path, tmp_path) for path in paths] == entries and second.checked == 0
    other = KnownAnswers(CatalogStore(tmp_path / "answers", "2"))
    assert [other.entry(path, tmp_path) for path in paths] == entries and other.checked == 2


def test_the_memory_has_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr(catalog_known, "_MOST", 3)
    known = KnownAnswers()
    paths = [write(tmp_path / f"{number}.md") for number in range(5)]
    for path in (*paths, paths[-1], paths[0]):
        known.entry(path, tmp_path)
    assert known.checked == 6 and len(known._known) == 3
