"""Batches in the window: the plan first, then the work, then undo; open agents follow. Real keys and clicks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from agenteditor.app import batch_commands, batch_dialog, dialogs
from agenteditor.app.batch_commands import batch_menu, offer_unfinished, to_trash
from agenteditor.app.batch_dialog import BatchDialog
from agenteditor.app.commands import make_window
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.core import batch_edits, files
from agenteditor.core.batch import planned
from agenteditor.core.batch_journal import batches
from agenteditor.core.batch_write import Writing
from agenteditor.core.document import Transaction
from agenteditor.core.text import replace
from tests.core.agent_folders import agent, tree, write

REPAIRED = (
    "---\nname: {0}\ndescription: Use it: always, and when a test needs it.\n---\n\nYou are an agent.\n"
)
TEAM = {
    "a.md": REPAIRED.format("a"),
    "b.md": REPAIRED.format("b"),
    "old-name.md": agent("old-name"),
    "sub/c.md": agent("c") + "Ask old-name, Agent(old-name).\n",
}


@pytest.fixture(autouse=True)
def own_journal(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def trash(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("trash")
    monkeypatch.setattr(batch_commands, "to_trash", lambda path: path.rename(folder / path.name))
    return folder


@pytest.fixture
def team(tmp_path):
    write(tmp_path / "agents", TEAM)
    return tmp_path / "agents"


@pytest.fixture
def window(qtbot, monkeypatch, team):
    for name in ("ask_to_save", "ask_conflict", "ask_copy", "say"):
        monkeypatch.setattr(
            dialogs, name, lambda *args, asked=name: pytest.fail(f"asked: {asked} {args[1:]}")
        )
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(made, before_close_func=forget_changes)
    made.resize(1280, 820)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    made.open_paths([team])
    return made


def forget_changes(window):
    for editor in window.editors():
        editor.document.mark_saved(Path("x.md"), editor.document.text, None)


@pytest.fixture
def started(window, qtbot):
    """A function that triggers an action of the menu and gives the dialog, with its plan made."""

    def start(name):
        window.actions_[name].trigger()
        return shown(window, qtbot)

    return start


def shown(window, qtbot):
    dialog = next(one for one in window.findChildren(BatchDialog) if one.isVisible())
    settled(dialog, qtbot)
    return dialog


def settled(dialog, qtbot):
    qtbot.waitUntil(
        lambda: dialog.stage in ("ready", "done") and not dialog.progress.isVisible(), timeout=30_000
    )


def click(button):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def rows(dialog):
    return {item.text(0): item.text(1) for item in dialog.list.rows()}


def click_box(dialog, item):
    """Click the box at the left of a row."""
    dialog.list.scrollToItem(item)
    rect = dialog.list.visualItemRect(item)
    QTest.mouseClick(
        dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.left() + 12, rect.center().y())
    )


def open_agent(window, path):
    window.open_paths([path])
    return window.editor.document


# --- one rule ----------------------------------------------------------------------------------


def test_one_rule_is_fixed_everywhere_and_undone_from_the_dialog(started, qtbot, team):
    before = tree(team)
    dialog = started("batch-fix")
    assert dialog.form.rule.currentText().startswith("yaml/repaired")
    assert set(rows(dialog)) == {"a.md", "b.md"}
    assert dialog.summary.text().startswith("2 of 2 files would be changed.")
    assert not dialog.diff.is_empty and tree(team) == before
    click(dialog.accept_button)
    settled(dialog, qtbot)
    assert dialog.summary.text() == "Fix yaml/repaired: 2 files done."
    assert 'description: "Use it: always' in (team / "a.md").read_text()
    assert dialog.cancel_button.text() == "Close"
    click(dialog.undo_button)
    settled(dialog, qtbot)
    assert dialog.summary.text() == "Undone: Fix yaml/repaired. 2 files put back."
    assert tree(team) == before and not dialog.undo_button.isVisible()


def test_a_file_whose_box_is_off_is_left_alone(started, qtbot, team):
    dialog = started("batch-fix")
    click_box(dialog, dialog.list.rows()[0])
    assert dialog.summary.text().startswith("1 of 2 files would be changed.")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    settled(dialog, qtbot)
    assert (team / "a.md").read_text() == TEAM["a.md"] and (team / "b.md").read_text() != TEAM["b.md"]


def test_all_boxes_go_off_and_on_and_nothing_is_done_without_one(started):
    dialog = started("batch-fix")
    click(dialog.none_button)
    assert not dialog.accept_button.isEnabled()
    assert "No file" not in rows(dialog) and dialog.summary.text() == "0 of 2 files would be changed."
    click(dialog.all_button)
    assert dialog.accept_button.isEnabled()


def test_where_no_rule_has_a_fix_a_sentence_says_so(started, team):
    for name in ("a.md", "b.md"):
        (team / name).unlink()
    dialog = started("batch-fix")
    assert dialog.nothing.text() == "No rule that has a fix speaks up in these files."
    assert not dialog.accept_button.isEnabled()


def test_escape_closes_and_changes_nothing(started, qtbot, team):
    before = tree(team)
    dialog = started("batch-fix")
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert tree(team) == before and batches() == ()


# --- open agents -------------------------------------------------------------------------------


def test_an_open_agent_follows_as_one_step_that_undo_takes_back(window, started, qtbot, team):
    document = open_agent(window, team / "a.md")
    dialog = started("batch-fix")
    click(dialog.accept_button)
    settled(dialog, qtbot)
    fixed = (team / "a.md").read_text()
    assert document.text == fixed and not document.modified
    click(dialog.cancel_button)
    window.actions_["undo"].trigger()
    assert document.text == TEAM["a.md"] and document.modified


def test_an_agent_with_unsaved_changes_is_refused_with_the_way_out(window, started, team):
    document = open_agent(window, team / "a.md")
    document.apply(Transaction((replace(0, 0, " "),), "x"))
    dialog = started("batch-fix")
    assert set(rows(dialog)) == {"a.md", "b.md"}
    assert rows(dialog)["a.md"] == "It is open and has unsaved changes. Save it first."
    assert "1 is left alone" in dialog.summary.text()


def test_a_batch_is_not_undone_under_unsaved_changes(window, started, qtbot, team, monkeypatch):
    document = open_agent(window, team / "a.md")
    dialog = started("batch-fix")
    click(dialog.accept_button)
    settled(dialog, qtbot)
    click(dialog.cancel_button)
    document.apply(Transaction((replace(0, 0, " "),), "x"))
    said = []
    monkeypatch.setattr(dialogs, "say", lambda *args: said.append(args[1:]))
    window.actions_["batch-undo"].trigger()
    assert "a.md has changes that are not saved" in said[0][1]
    assert batches()


# --- names, places -----------------------------------------------------------------------------


def test_a_rename_shows_each_mention_with_a_box_and_the_open_agent_follows(window, started, qtbot, team):
    before = tree(team)
    document = open_agent(window, team / "old-name.md")
    dialog = started("batch-rename")
    assert dialog.nothing.text() == "Type the new name." and not dialog.accept_button.isEnabled()
    dialog.form.name.setFocus()
    QTest.keyClicks(dialog.form.name, "new-name")
    qtbot.waitUntil(lambda: bool(rows(dialog)))
    _own, other = dialog.list.rows()
    assert [other.child(row).text(0) for row in range(2)] == ["line 8", "line 8"]
    dialog.list.setCurrentItem(other)
    child = other.child(0)
    dialog.list.setCurrentItem(child)
    dialog.list.setFocus()
    QTest.keyClick(dialog.list, Qt.Key.Key_Space)
    assert child.checkState(0) == Qt.CheckState.Unchecked
    click(dialog.accept_button)
    settled(dialog, qtbot)
    assert "Ask old-name, Agent(new-name)." in (team / "sub" / "c.md").read_text()
    assert (team / "new-name.md").read_text() == agent("new-name")
    assert document.path == team / "new-name.md" and document.text == agent("new-name")
    click(dialog.undo_button)
    settled(dialog, qtbot)
    assert tree(team) == before
    assert document.path == team / "old-name.md" and document.text == agent("old-name")


def test_a_file_without_any_of_its_mentions_is_off(window, started, qtbot, team):
    open_agent(window, team / "old-name.md")
    dialog = started("batch-rename")
    QTest.keyClicks(dialog.form.name, "new")
    qtbot.waitUntil(lambda: bool(rows(dialog)))
    other = dialog.list.rows()[1]
    for row in range(2):
        other.child(row).setCheckState(0, Qt.CheckState.Unchecked)
    assert other.checkState(0) == Qt.CheckState.Unchecked
    assert dialog.summary.text().startswith("1 of 2 files")
    other.setCheckState(0, Qt.CheckState.Checked)
    assert other.child(0).checkState(0) == Qt.CheckState.Checked


def test_agents_move_to_a_new_folder(window, started, qtbot, team):
    document = open_agent(window, team / "a.md")
    dialog = started("batch-move")
    assert not dialog.accept_button.isEnabled()
    dialog.form.folder.setFocus()
    QTest.keyClicks(dialog.form.folder, "../out")
    qtbot.waitUntil(lambda: "Choose a folder inside" in dialog.nothing.text())
    dialog.form.folder.lineEdit().clear()
    QTest.keyClicks(dialog.form.folder, "new/place")
    qtbot.waitUntil(lambda: bool(rows(dialog)))
    click(dialog.accept_button)
    settled(dialog, qtbot)
    assert document.path == team / "new" / "place" / "a.md" and document.path.exists()


def test_a_copy_is_made_and_opened(window, started, qtbot, team):
    open_agent(window, team / "old-name.md")
    dialog = started("batch-duplicate")
    assert dialog.form.name.text() == "old-name-copy"
    click(dialog.accept_button)
    settled(dialog, qtbot)
    assert window.editor.document.path == team / "old-name-copy.md"
    assert window.editor.document.syntax.field("name").value == "old-name-copy"


def test_an_agent_is_deleted_to_the_trash_its_tab_closes_and_undo_brings_it_back(
    window, started, qtbot, team, trash
):
    before = tree(team)
    open_agent(window, team / "a.md")
    dialog = started("batch-delete")
    click(dialog.accept_button)
    settled(dialog, qtbot)
    assert (trash / "a.md").read_text() == TEAM["a.md"] and not (team / "a.md").exists()
    assert all(editor.document.path != team / "a.md" for editor in window.editors())
    click(dialog.undo_button)
    settled(dialog, qtbot)
    assert tree(team) == before


def test_agents_are_disabled_and_enabled_again(window, started, qtbot, team):
    before = tree(team)
    document = open_agent(window, team / "sub" / "c.md")
    dialog = started("batch-disable")
    assert rows(dialog) == {"sub/c.md": "becomes sub/c.md.disabled"}
    click(dialog.accept_button)
    settled(dialog, qtbot)
    click(dialog.cancel_button)
    assert document.path == team / "sub" / "c.md.disabled"
    dialog = started("batch-enable")
    assert rows(dialog) == {"sub/c.md.disabled": "becomes sub/c.md"}
    click(dialog.accept_button)
    settled(dialog, qtbot)
    assert tree(team) == before and document.path == team / "sub" / "c.md"


def test_where_nothing_is_disabled_a_sentence_says_so(window):
    window.actions_["batch-enable"].trigger()
    assert window.statusBar().currentMessage() == "No agent here is disabled."


# --- fields ------------------------------------------------------------------------------------


def test_a_field_is_set_by_typing_and_removed_by_choosing(window, started, qtbot, team):
    open_agent(window, team / "old-name.md")
    dialog = started("batch-set")
    assert dialog.form.field.currentText() == "model"
    assert dialog.nothing.text().startswith("Type a value.")
    dialog.form.value.setFocus()
    QTest.keyClicks(dialog.form.value, "haiku")
    qtbot.waitUntil(lambda: bool(rows(dialog)))
    click(dialog.accept_button)
    settled(dialog, qtbot)
    assert (team / "old-name.md").read_text() == agent("old-name").replace("opus", "haiku")
    click(dialog.cancel_button)
    dialog = started("batch-remove")
    assert dialog.form.field.currentText() == "model (in 1 files)"
    click(dialog.accept_button)
    settled(dialog, qtbot)
    assert "model" not in (team / "old-name.md").read_text()


# --- stopping, undoing, crashes ----------------------------------------------------------------


def test_cancel_stops_between_two_files_and_undo_takes_back_what_was_done(
    window, started, qtbot, team, monkeypatch
):
    write(team, {f"many/{number:03}.md": REPAIRED.format(f"m{number}") for number in range(60)})
    before = tree(team)
    monkeypatch.setattr(batch_dialog, "_SLICE", 0.0)  # one file in each slice
    dialog = started("batch-fix")
    click(dialog.accept_button)
    qtbot.waitUntil(lambda: dialog.progress.value() >= 3)
    click(dialog.cancel_button)
    settled(dialog, qtbot)
    assert dialog.stage == "done"
    assert "Stopped: " in dialog.summary.text() and "left as before" in dialog.summary.text()
    assert tree(team) != before
    click(dialog.undo_button)
    settled(dialog, qtbot)
    assert tree(team) == before


def test_closing_while_planning_stops_it(window, qtbot, team, monkeypatch):
    monkeypatch.setattr(batch_dialog, "_SLICE", 0.0)
    window.actions_["batch-fix"].trigger()
    dialog = next(one for one in window.findChildren(BatchDialog) if one.isVisible())
    assert dialog.stage == "counting" and not dialog.accept_button.isEnabled()
    with qtbot.waitSignal(dialog.finished):
        click(dialog.cancel_button)


def test_the_last_batch_is_undone_from_the_menu_after_a_look(window, started, qtbot, team):
    before = tree(team)
    assert not window.actions_["batch-undo"].isEnabled()
    dialog = started("batch-fix")
    click(dialog.accept_button)
    settled(dialog, qtbot)
    click(dialog.cancel_button)
    assert window.actions_["batch-undo"].text() == "&Undo last batch: Fix yaml/repaired…"
    dialog = started("batch-undo")
    assert set(rows(dialog)) == {"a.md", "b.md"} and not dialog.all_button.isVisible()
    click(dialog.accept_button)
    settled(dialog, qtbot)
    assert tree(team) == before
    assert not window.actions_["batch-undo"].isEnabled()


def test_enter_alone_does_a_batch_closes_its_dialog_and_undoes_it(window, started, qtbot, team):
    before = tree(team)
    for name in ("batch-fix", "batch-undo"):
        dialog = started(name)
        there = tree(team)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
        settled(dialog, qtbot)
        assert dialog.stage == "done" and tree(team) != there
        assert dialog.cancel_button.isDefault()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
        assert not dialog.isVisible()
    assert tree(team) == before


def test_a_dialog_begins_at_its_question_and_without_one_in_the_list_of_files(window, started):
    dialog = started("batch-set")
    assert dialog.focusWidget() is dialog.form.field
    dialog.reject()
    dialog = started("batch-disable")
    assert dialog.focusWidget() is dialog.list


def test_a_batch_that_was_cut_off_is_offered_once(window, qtbot, team):
    paths = sorted(team.glob("*.md"))
    plan = planned(batch_edits.set_field(paths, "model", "haiku"))
    writing = Writing(plan.label, plan.changes, lambda path: None)
    before = tree(team)
    crashed = writing.steps()
    while tree(team) == before:
        next(crashed)
    journal = next((files.state_folder() / "batches").glob("*.json"))
    whole = journal.read_bytes()
    crashed.close()
    journal.write_bytes(whole)  # as it was when the program was killed
    offer_unfinished(window)
    dialog = shown(window, qtbot)
    assert dialog.windowTitle() == "Cut off half way: Set model"
    assert list(rows(dialog)) == ["a.md"]
    click(dialog.cancel_button)
    assert [batch.finished for batch in batches()] == [True]
    offer_unfinished(window)
    assert not [one for one in window.findChildren(BatchDialog) if one.isVisible()]
    window.actions_["batch-undo"].trigger()
    dialog = shown(window, qtbot)
    click(dialog.accept_button)
    settled(dialog, qtbot)
    assert tree(team) == before


def test_without_a_journal_the_dialog_says_that_nothing_was_changed(
    started, qtbot, team, tmp_path, monkeypatch
):
    before = tree(team)
    dialog = started("batch-fix")
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    click(dialog.accept_button)
    settled(dialog, qtbot)
    assert dialog.summary.text().startswith("Nothing was changed: Cannot save")
    assert tree(team) == before


# --- menus, looks ------------------------------------------------------------------------------


def test_the_context_menu_offers_what_can_be_done_with_the_files(window, qtbot, team):
    def texts(paths):
        return [action.text().replace("&", "") for action in batch_menu(window, paths)]

    one = [team / "a.md"]
    assert texts(one)[0] == "Rename…" and "Enable…" not in texts(one)
    assert "Rename…" not in texts([team / "a.md", team / "b.md"])
    assert texts([team / "a.md.disabled"]) == ["Enable…", "Delete…"]
    assert texts([]) == []
    menu = QMenu(window)
    menu.addActions(batch_menu(window, one))
    letters = [action.text().partition("&")[2][0].casefold() for action in menu.actions()]
    assert len(letters) == len(set(letters))
    next(action for action in menu.actions() if action.text() == "Di&sable…").trigger()
    dialog = shown(window, qtbot)
    assert list(rows(dialog)) == ["a.md"]


def test_without_files_a_sentence_says_what_to_do(window):
    while window.editors():
        window.close_document(window.editors()[0])
    window.catalog._list.clearSelection()
    window.actions_["batch-set"].trigger()
    assert "Choose agents" in window.statusBar().currentMessage()


def test_several_files_cannot_be_renamed_at_once(window, team):
    batch_commands.rename_agent(window, [team / "a.md", team / "b.md"])
    assert window.statusBar().currentMessage() == "Choose one agent to rename."


def test_every_widget_of_the_dialog_has_a_name_and_a_size(started):
    dialog = started("batch-fix")
    assert dialog.list.accessibleName() and dialog.progress.accessibleName()
    assert dialog.form.rule.accessibleName() == "Rule"
    for button in (dialog.accept_button, dialog.cancel_button, dialog.all_button, dialog.none_button):
        assert button.height() >= 24
    assert all(dialog.list.visualItemRect(item).height() >= 24 for item in dialog.list.rows())


def test_a_name_full_of_markup_is_shown_as_text(window, started, qtbot, team):
    name = "<b>x<b>.md"
    write(team, {name: REPAIRED.format("x")})
    dialog = started("batch-fix")
    assert "<b>x<b>.md" in rows(dialog)
    assert "&lt;b&gt;" in dialog.list.rows()[0].toolTip(0)


def test_the_trash_of_the_desktop_takes_a_file_or_says_that_it_does_not(tmp_path):
    path = Path.home() / "gone.md"
    path.write_text("x")
    to_trash(path)
    assert not path.exists()
    for name in ("none.md", "\udcff.md", ""):
        with pytest.raises(OSError, match="trash does not take it"):
            to_trash(tmp_path / name if name else Path())


def test_a_home_without_a_folder_for_data_has_a_trash_too(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home" / ".local" / "share"))
    path = tmp_path / "gone.md"
    path.write_text("x")
    to_trash(path)
    assert not path.exists()
    assert (tmp_path / "home" / ".local" / "share" / "Trash" / "files" / "gone.md").read_text() == "x"


def test_the_window_is_not_blocked_while_thousands_of_files_are_planned(window, qtbot, team):
    """Between two looks at the event queue the dialog does one slice, whatever the number of files."""
    write(team, {f"many/{number:04}.md": agent(f"m{number}") for number in range(400)})
    window.actions_["batch-fix"].trigger()
    dialog = next(one for one in window.findChildren(BatchDialog) if one.isVisible())
    turns = 0
    while dialog.stage == "counting":
        QApplication.processEvents()
        turns += 1
    assert turns > 5
    click(dialog.cancel_button)
