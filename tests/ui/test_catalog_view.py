"""The folder list: files at any depth, filter, badges, opening."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from agenteditor.core.document import Document
from agenteditor.ui.catalog_view import CatalogView

GOOD = "---\nname: {0}\ndescription: Use this agent when a test needs one.\n---\n\nYou do one thing and do it well.\n"


@pytest.fixture
def view(qtbot, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "good.md").write_text(GOOD.format("good"), encoding="utf-8")
    (tmp_path / "deep" / "other.md").write_text(GOOD.format("other"), encoding="utf-8")
    (tmp_path / "bad.md").write_text(
        "---\nname: bad\ndescription: ends in:\n---\n\nYou are bad at this.\n", encoding="utf-8"
    )
    made = CatalogView()
    qtbot.addWidget(made)
    made.resize(240, 400)
    made.show()
    made.set_folder(tmp_path)
    return made


def names(view):
    items = [view._list.item(row) for row in range(view._list.count())]
    return [item.text() for item in items if not item.isHidden()]


def item(view, name):
    return next(i for row in range(view._list.count()) if (i := view._list.item(row)).text().startswith(name))


def test_files_at_any_depth_are_listed(view):
    assert names(view) == ["bad", "other", "good"]


def test_the_filter_takes_every_word_of_name_and_folder(view, qtbot):
    qtbot.keyClicks(view._filter, "deep ot")
    assert names(view) == ["other"]
    qtbot.keyClicks(view._filter, "zzz")
    assert names(view) == []
    assert "No agent here" in view._nothing.text() and view._nothing.isVisible()


def test_each_file_is_checked_while_the_window_stays_usable(view, qtbot):
    qtbot.waitUntil(lambda: not view._timer.isActive())
    described = Qt.ItemDataRole.AccessibleDescriptionRole
    assert item(view, "bad").data(described).startswith("1 errors")
    assert item(view, "good").data(described) == "0 errors, 0 warnings"


def test_enter_opens_the_agent(view, qtbot, tmp_path):
    view._list.setCurrentItem(item(view, "good"))
    with qtbot.waitSignal(view.opened) as asked:
        qtbot.keyClick(view._list, Qt.Key.Key_Return)
    assert asked.args == [tmp_path / "good.md"]


def test_an_open_agent_is_marked_while_it_has_unsaved_changes(view, tmp_path):
    view.mark(tmp_path / "good.md", True, ())
    assert item(view, "good").text() == "good ●"
    view.mark(tmp_path / "good.md", False, ())
    assert item(view, "good").text() == "good"


def test_a_folder_without_agents_says_so(view, tmp_path, qtbot):
    (tmp_path / "empty").mkdir()
    view.set_folder(tmp_path / "empty")
    assert view._nothing.text() == "This folder holds no .md files."
    assert view.first() is None


def test_a_file_whose_name_is_not_utf8_can_be_chosen(view, qtbot, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path / "odd") + b"\xff & <b>.md"))
    odd.write_text(GOOD.format("odd"), encoding="utf-8")
    view.set_folder(tmp_path)
    view._list.setCurrentItem(item(view, "odd"))
    assert "<b>" not in item(view, "odd").toolTip()
    with qtbot.waitSignal(view.opened) as asked:
        qtbot.keyClick(view._list, Qt.Key.Key_Return)
    assert asked.args == [odd]
    view.mark(odd, True, ())
    assert item(view, "odd").text().endswith("●")


def test_agents_of_the_same_name_are_told_apart_by_their_folder(view, tmp_path):
    for folder in ("deep", "other"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "twin.md").write_text(GOOD.format("twin"), encoding="utf-8")
    view.set_folder(tmp_path)
    assert {"twin — deep", "twin — other", "good"} <= set(names(view))


def test_the_signs_follow_the_settings_of_each_folder(view, qtbot, tmp_path):
    described = Qt.ItemDataRole.AccessibleDescriptionRole
    qtbot.waitUntil(lambda: not view._timer.isActive())
    (tmp_path / ".agenteditor.toml").write_text('[rules]\n"yaml/*" = "off"\n', encoding="utf-8")
    (tmp_path / "deep" / ".agenteditor.toml").write_text("[rules]\n'*' = 'on'\n", encoding="utf-8")
    bad = (tmp_path / "bad.md").read_text(encoding="utf-8")
    (tmp_path / "deep" / "other.md").write_text(bad, encoding="utf-8")
    view.mark(tmp_path / "good.md", True, Document("Just notes\nname: x\n", None).problems)
    marked = item(view, "good").data(described)
    view.read_settings()
    qtbot.waitUntil(lambda: not view._timer.isActive())
    assert item(view, "bad").data(described) == "0 errors, 0 warnings"
    assert item(view, "other").data(described).startswith("1 errors")
    assert item(view, "good").data(described) == marked  # with unsaved changes the text on disk says nothing


def test_settings_that_say_the_same_are_no_reason_to_check_again(view, qtbot):
    qtbot.waitUntil(lambda: not view._timer.isActive())
    view.read_settings()
    assert not view._timer.isActive()
