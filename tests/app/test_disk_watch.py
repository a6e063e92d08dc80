"""The bar about a file that was changed, with real files, real buttons and real dialogs."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from agenteditor.app import dialogs
from agenteditor.app.commands import make_window
from agenteditor.app.disk_dialogs import CompareDialog, MergeDialog
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.core import disk_calls, disk_changes, files
from agenteditor.core.disk_changes import Look
from agenteditor.core.document import Transaction
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.text import diff
from agenteditor.ui.message_bar import MessageBar

TEXT = "---\nname: one\ndescription: Use this agent when a test needs one.\n---\n\n## First\n\nA line.\n\n## Last\n\nA line.\n"
MINE = TEXT.replace("## First\n\nA line.", "## First\n\nMine.")
THEIRS = TEXT.replace("needs one", "wants one")
BOTH = MINE.replace("needs one", "wants one")
CLASH = TEXT.replace("## First\n\nA line.", "## First\n\nTheirs.")


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    """A window with one agent open; a question fails the test unless the test answers it."""
    for name in ("ask_save_path", "ask_to_save", "ask_conflict", "ask_gone", "say"):
        monkeypatch.setattr(dialogs, name, lambda *args, asked=name: pytest.fail(f"asked: {asked} {args}"))
    monkeypatch.chdir(tmp_path)
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(made, before_close_func=forget_changes)
    made.show()
    path = tmp_path / "one.md"
    path.write_text(TEXT, encoding="utf-8")
    made.open_paths([path])
    quiet(qtbot, made)
    return made


def forget_changes(window):
    for editor in window.editors():
        editor.document.mark_saved(Path("x.md"), editor.document.text, None)


def quiet(qtbot, window):
    qtbot.waitUntil(lambda: not window.disk.busy and window.disk.watch.settled, timeout=20_000)


def edit(document, text):
    document.apply(Transaction(diff(document.text, text), "Typing"))


def changed(qtbot, window, mine, theirs):
    """The bar of the window's agent, once it says that both were changed."""
    editor = window.present_editor()
    edit(editor.document, mine)
    editor.document.path.write_text(theirs, encoding="utf-8")
    qtbot.waitUntil(editor.disk_bar.isVisible, timeout=20_000)
    return editor.disk_bar


def button(bar, text):
    return next(one for one in bar.buttons if one.text() == text)


def answer(qtbot, kind, act):
    """Do something with the next dialog of a kind, and look that it was there."""
    seen = []

    def wait():
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, kind):
            QTimer.singleShot(10, wait)
            return
        seen.append(dialog)
        act(dialog)

    QTimer.singleShot(0, wait)
    return seen


def test_a_merge_without_a_conflict_is_said_offered_first_and_one_step(window, qtbot):
    bar = changed(qtbot, window, MINE, THEIRS)
    document = window.present_editor().document
    assert "merged without a conflict" in bar.text and bar.buttons[0].text() == "Merge…"
    seen = answer(qtbot, MergeDialog, lambda dialog: dialog.merge_button.click())
    bar.buttons[0].click()
    assert seen and document.text == BOTH and not bar.isVisible()
    window.actions_["save"].trigger()
    assert document.path.read_text(encoding="utf-8") == BOTH
    document.undo()
    assert document.text == MINE


def test_conflicts_are_decided_before_a_merge_can_be_made(window, qtbot):
    bar = changed(qtbot, window, MINE, CLASH)
    document = window.present_editor().document
    assert "One of its changes conflicts with yours" in bar.text and bar.buttons[0].text() == "Reload"

    def decide(dialog):
        assert not dialog.merge_button.isEnabled()
        assert dialog.view.list.rows()[1].text(1) == "not decided, mine stays"
        dialog.view.theirs_button.click()
        dialog.merge_button.click()

    answer(qtbot, MergeDialog, decide)
    button(bar, "Merge…").click()
    assert document.text == CLASH and not document.modified


def test_comparing_leads_to_each_way_and_closing_it_to_none(window, qtbot):
    bar = changed(qtbot, window, MINE, THEIRS)
    document = window.present_editor().document
    answer(qtbot, CompareDialog, lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape))
    button(bar, "Compare…").click()
    assert document.text == MINE and bar.isVisible()

    def reload(dialog):
        assert dialog.diff.has_sides
        next(one for one in dialog.buttons.buttons() if one.text() == "&Reload").click()

    answer(qtbot, CompareDialog, reload)
    button(bar, "Compare…").click()
    assert document.text == THEIRS and not bar.isVisible()
    document.undo()
    assert document.text == MINE


def test_keep_mine_overwrites_that_version_and_a_later_one_asks_again(window, qtbot):
    bar = changed(qtbot, window, MINE, THEIRS)
    document = window.present_editor().document
    button(bar, "Keep mine").click()
    assert not bar.isVisible() and document.text == MINE
    document.path.write_text(CLASH, encoding="utf-8")
    qtbot.waitUntil(bar.isVisible, timeout=20_000)
    button(bar, "Keep mine").click()
    window.actions_["save"].trigger()
    assert document.path.read_text(encoding="utf-8") == MINE


def test_typing_on_changes_what_the_bar_says_about_the_merge(window, qtbot):
    bar = changed(qtbot, window, MINE, THEIRS)
    document = window.present_editor().document
    edit(document, MINE.replace("needs one", "asks for one"))
    qtbot.waitUntil(lambda: "conflicts with yours" in bar.text, timeout=20_000)
    edit(document, THEIRS)
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=20_000)
    assert not document.modified


@pytest.mark.parametrize("way", ["compare", "merge"])
def test_the_question_at_save_leads_to_the_same_dialogs(window, qtbot, monkeypatch, way):
    document = window.present_editor().document
    edit(document, MINE)
    document.path.write_text(THEIRS, encoding="utf-8")
    monkeypatch.setattr(dialogs, "ask_conflict", lambda *_: way)
    if way == "merge":
        answer(qtbot, MergeDialog, lambda dialog: dialog.merge_button.click())
    else:
        answer(
            qtbot,
            CompareDialog,
            lambda dialog: next(b for b in dialog.buttons.buttons() if b.text() == "&Keep mine").click(),
        )
    window.actions_["save"].trigger()
    if way == "merge":
        assert document.text == BOTH and document.modified  # to be looked at before it is saved
        window.actions_["save"].trigger()
        assert document.path.read_text(encoding="utf-8") == BOTH
    else:
        assert document.path.read_text(encoding="utf-8") == MINE


def test_a_file_that_is_gone_is_saved_again_from_the_bar_or_after_a_question(window, qtbot, monkeypatch):
    editor = window.present_editor()
    document, bar = editor.document, editor.disk_bar
    document.path.unlink()
    qtbot.waitUntil(bar.isVisible, timeout=20_000)
    assert [one.text() for one in bar.buttons] == ["Save it again", "Save a copy elsewhere…", "Close"]
    assert window.actions_["save"].isEnabled()
    monkeypatch.setattr(dialogs, "ask_gone", lambda *_: "cancel")
    window.actions_["save"].trigger()
    assert not document.path.exists() and document.modified
    button(bar, "Save it again").click()
    assert document.path.read_text(encoding="utf-8") == TEXT
    assert not document.modified and not bar.isVisible()
    document.path.unlink()
    monkeypatch.setattr(dialogs, "ask_gone", lambda *_: "again")
    edit(document, MINE)
    window.actions_["save"].trigger()
    assert document.path.read_text(encoding="utf-8") == MINE


def test_a_file_that_was_renamed_is_gone_on_with_at_its_new_place(window, qtbot):
    editor = window.present_editor()
    document, bar = editor.document, editor.disk_bar
    new = document.path.with_name("two.md")
    document.path.rename(new)
    qtbot.waitUntil(lambda: "was moved to two.md" in bar.text, timeout=20_000)
    button(bar, "Go on there").click()
    assert document.path == new and not document.modified and not bar.isVisible()
    assert window.documents.tabText(0) == "two.md"


def test_a_file_that_was_renamed_and_is_open_already_does_not_become_two_documents(window, qtbot):
    editor = window.present_editor()
    old = editor.document.path
    new = old.with_name("two.md")
    old.rename(new)
    qtbot.waitUntil(lambda: "was moved to two.md" in editor.disk_bar.text, timeout=20_000)
    window.open_paths([new])
    button(editor.disk_bar, "Go on there").click()
    assert [one.document.path for one in window.editors()] == [old, new]
    assert window.statusBar().currentMessage() == "two.md is open in another tab."


def test_where_a_folder_is_now_only_saving_elsewhere_is_offered(window, qtbot):
    editor = window.present_editor()
    editor.document.path.unlink()
    editor.document.path.mkdir()
    qtbot.waitUntil(editor.disk_bar.isVisible, timeout=20_000)
    assert "there is a folder now" in editor.disk_bar.text
    assert [one.text() for one in editor.disk_bar.buttons] == ["Save a copy elsewhere…", "Close"]


def test_a_file_that_can_no_longer_be_read_is_named_so(window):
    editor = window.present_editor()
    document, path = editor.document, editor.document.path
    for _ in range(2):
        window.disk._consider(
            document, editor.disk_bar, Look(path, path, FileProblem("no-permission", "open", path))
        )
    assert "can no longer be read: its permissions were changed" in editor.disk_bar.text
    assert document.modified and "(unreadable)" in window.documents.tabText(0)
    window.disk._consider(document, editor.disk_bar, disk_changes.look(path))
    window.disk._consider(document, editor.disk_bar, disk_changes.look(path))
    assert not document.modified and not editor.disk_bar.isVisible()


def test_a_closed_window_looks_no_more(window, qtbot):
    document = window.present_editor().document
    assert window.close()
    window.disk.look()
    assert not window.disk.busy and document.text == TEXT


def test_a_program_that_saves_by_deleting_or_emptying_first_is_not_taken_for_one_that_did(window):
    editor = window.present_editor()
    document, path = editor.document, editor.document.path
    gone = Look(path, path, FileProblem("missing", "open", path))
    window.disk._consider(document, editor.disk_bar, gone)
    assert not document.orphaned and not editor.disk_bar.isVisible()
    path.write_text("", encoding="utf-8")
    window.disk._consider(document, editor.disk_bar, disk_changes.look(path))
    assert document.text == TEXT
    path.write_text(THEIRS, encoding="utf-8")
    for _ in range(2):
        window.disk._consider(document, editor.disk_bar, disk_changes.look(path))
    assert document.text == THEIRS


def test_a_look_from_before_a_save_is_not_believed(window):
    editor = window.present_editor()
    document, path = editor.document, editor.document.path
    before = disk_changes.look(path)
    edit(document, MINE)
    window.actions_["save"].trigger()
    for _ in range(3):
        window.disk._consider(document, editor.disk_bar, before)
    assert document.text == MINE and not document.modified


def test_caret_and_scroll_position_stay_where_they_were(window, qtbot):
    editor = window.present_editor()
    document = editor.document
    long = TEXT + "".join(f"Line {number}.\n" for number in range(400))
    files.save(document.path, long, document.stamp)
    qtbot.waitUntil(lambda: document.text == long, timeout=20_000)
    window.show_view("source")
    caret = long.index("Line 200.") + 3
    editor.show_in_source(caret, caret)
    qtbot.wait(50)
    bar = editor.source.edit.verticalScrollBar()
    before = bar.value()
    assert before > 0
    other = long.replace("needs one", "wants one").replace("Line 399.", "The end.")
    document.path.write_text(other, encoding="utf-8")
    qtbot.waitUntil(lambda: document.text == other, timeout=20_000)
    assert editor.source.caret == other.index("Line 200.") + 3
    assert bar.value() == before


def test_nothing_changes_below_a_question_that_is_being_answered(window, qtbot):
    document = window.present_editor().document
    box = QMessageBox(window)
    box.open()
    document.path.write_text(THEIRS, encoding="utf-8")
    for _ in range(3):
        window.disk.look()
        qtbot.waitUntil(lambda: not window.disk._calls.out, timeout=20_000)
    assert document.text == TEXT
    box.close()
    window.disk.look()
    qtbot.waitUntil(lambda: document.text == THEIRS, timeout=20_000)


def test_a_disk_that_does_not_answer_holds_up_only_its_own_file(window, qtbot, monkeypatch, tmp_path):
    other = tmp_path / "two.md"
    other.write_text(TEXT, encoding="utf-8")
    window.open_paths([other])
    quiet(qtbot, window)
    first, second = (editor.document for editor in window.editors())
    dead, real = threading.Event(), disk_changes.look

    def slow(path):
        if path == first.path:
            dead.wait(30)
        return real(path)

    monkeypatch.setattr(disk_calls, "LATE", 0.05)
    monkeypatch.setattr(disk_changes, "look", slow)
    said = []
    window.disk.said.connect(said.append)
    for path in (first.path, second.path):
        path.write_text(THEIRS, encoding="utf-8")
    qtbot.waitUntil(lambda: second.text == THEIRS, timeout=20_000)
    assert first.text == TEXT
    assert [one for one in said if "does not answer" in one] == [
        "The disk that holds one.md does not answer."
    ]
    dead.set()
    qtbot.waitUntil(lambda: first.text == THEIRS, timeout=20_000)


def test_a_bar_that_lasts_stays_whichever_button_is_pressed(qtbot):
    holder = QWidget()
    bar = MessageBar(holder, lasting=True)
    qtbot.addWidget(holder)
    pressed = []
    bar.say("warning", "Something.", {"Do": lambda: pressed.append(1)}, {"Do": "Does it."})
    bar.buttons[0].click()
    assert pressed == [1] and not bar.isHidden()
    assert "Does it." in bar.buttons[0].toolTip()
