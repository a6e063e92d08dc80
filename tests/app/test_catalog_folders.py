"""Folders in the window: one more beside those that are open, and the window follows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from agenteditor.app import dialogs
from agenteditor.app.commands import make_window
from agenteditor.app.going import named_agents
from agenteditor.app.judge_dialog import JudgeDialog
from agenteditor.app.main import application
from agenteditor.app.searching import SearchPane
from agenteditor.app.settings import Settings
from agenteditor.ui import catalog_loader

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


def test_the_first_agent_is_opened_however_long_listing_takes(qtbot, folders, monkeypatch):
    monkeypatch.setattr(catalog_loader, "_AT_FIRST", 0)
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(made)
    made.show()
    made.open_paths([folders[0]])
    assert made.catalog.listing and made.editor is None
    qtbot.waitUntil(lambda: made.editor is not None)
    assert made.editor.document.path == folders[0] / "agent-one.md"
    qtbot.waitUntil(lambda: not made.catalog.busy)
    made.close_document(made.editor)
    made.catalog.add_folder(folders[1])
    qtbot.waitUntil(lambda: not made.catalog.busy)
    assert made.editor is None  # only a folder that is opened opens one


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


def test_a_right_click_offers_what_can_be_done_with_the_agents(window, folders, qtbot):
    window.catalog.add_folder(folders[1])
    qtbot.waitUntil(lambda: not window.catalog.busy)
    window.catalog.menu_wanted.emit(list(window.catalog.paths()), window.mapToGlobal(QPoint(50, 200)))
    menu = QApplication.activePopupWidget()
    texts = [action.text().replace("&", "") for action in menu.actions() if action.text()]
    assert texts[:2] == ["Open", "Copy path"] and "Disable…" in texts
    letters = [action.text().partition("&")[2][:1].casefold() for action in menu.actions() if action.text()]
    assert len(set(letters)) == len(letters)
    qtbot.keyClick(menu, Qt.Key.Key_C)
    assert QGuiApplication.clipboard().text() == "\n".join(str(path) for path in window.catalog.paths())


def test_everything_over_all_agents_knows_every_open_folder(window, folders, qtbot):
    window.catalog.add_folder(folders[1])
    qtbot.waitUntil(lambda: not window.catalog.busy)
    both = {folders[0] / "agent-one.md", folders[1] / "agent-two.md"}
    assert {source.path for source in window.documents_to_export()} == both
    assert {path for _, path in named_agents(window)} == both
    window.actions_["find-all"].trigger()
    pane = window.findChild(SearchPane)
    assert {target.path for target in pane._targets()[0]} == both


def test_an_open_agent_follows_its_file_unless_changes_would_be_lost(window, folders, qtbot):
    path = folders[0] / "agent-one.md"
    qtbot.waitUntil(lambda: not window.catalog.busy and window.catalog._loader.watch.settled)
    document = window.present_editor().document
    before, other = document.text, TEXT.format("agent-one") + "Written by another program.\n"
    path.write_text(other, encoding="utf-8")
    qtbot.waitUntil(lambda: document.text == other, timeout=20_000)
    assert not document.modified
    document.undo()
    assert document.text == before and document.modified
    path.write_text(other + "Again.\n", encoding="utf-8")
    bar = window.present_editor().disk_bar
    qtbot.waitUntil(bar.isVisible, timeout=20_000)
    assert document.text == before and "agent-one.md was changed by another program" in bar.text
    path.write_text(other, encoding="utf-8")
    document.redo()
    # What was read before it was written back may come first.
    qtbot.waitUntil(lambda: not bar.isVisible() and document.text == other, timeout=20_000)
    assert not document.modified


def test_a_key_leads_to_the_filter_even_where_the_list_is_hidden(window, qtbot):
    window.activateWindow()
    window.actions_["folder"].setChecked(False)
    window.panels_changed()
    assert not window.catalog.isVisible()
    qtbot.keyClick(
        window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    )
    assert QApplication.focusWidget() is window.catalog.filter_line


def test_the_judgement_is_over_every_open_folder(window, folders, qtbot):
    window.catalog.add_folder(folders[1])
    qtbot.waitUntil(lambda: not window.catalog.busy)
    window.actions_["judge"].trigger()
    dialog = window.findChild(JudgeDialog)
    qtbot.waitUntil(lambda: dialog.work.judgement is not None)
    assert {file.path for file in dialog.work.files} == set(window.catalog.paths())
    assert "one, two" in dialog.windowTitle()
