"""Folders in the window: one more beside those that are open, and the window follows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from agenteditor.app import dialogs
from agenteditor.app.commands import make_window
from agenteditor.app.main import application
from agenteditor.app.settings import Settings

TEXT = "---\nname: {0}\ndescription: Use this agent when a test needs one.\n---\n\nYou do one thing and do it well.\n"


@pytest.fixture
def folders(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"agent-{name}.md").write_text(TEXT.format(f"agent-{name}"), encoding="utf-8")
    return tmp_path / "one", tmp_path / "two"


@pytest.fixture
def window(qtbot, folders):
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(made)
    made.show()
    made.open_paths([folders[0]])
    return made


def test_a_folder_is_added_beside_the_open_one(window, folders, monkeypatch):
    monkeypatch.setattr(dialogs, "ask_folder", lambda _parent, _folder: folders[1])
    window.actions_["add-folder"].trigger()
    assert window.catalog.folders() == folders
    assert window.folder == folders[0]
    assert str(folders[1]) in window.settings.recent_folders
    window.catalog.close_folder(folders[0])
    assert window.folder == folders[1]


def test_no_folder_chosen_changes_nothing(window, folders, monkeypatch):
    monkeypatch.setattr(dialogs, "ask_folder", lambda _parent, _folder: None)
    window.actions_["add-folder"].trigger()
    assert window.catalog.folders() == folders[:1]


def test_a_click_opens_and_typing_marks_the_row(window, folders, qtbot):
    window.catalog.add_folder(folders[1])
    rows = window.catalog._list
    row = next(row for row in rows.rows.agents() if row.name == "agent-two.md")
    rows.scrollTo(rows.rows.index_of(row))
    place = rows.visualRect(rows.rows.index_of(row)).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.present_editor().document.path == folders[1] / "agent-two.md"
    window.show_view("source")
    qtbot.keyClicks(window.focusWidget(), "x")
    assert rows.rows.index_of(row).data().endswith("●")
    window.present_editor().document.undo()
    assert not rows.rows.index_of(row).data().endswith("●")
