"""Saving in the window when the disk is slow: what waits, what goes on, and what is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from agenteditor.app import batch_commands, dialogs, saving
from agenteditor.app.recovery import recovery_of
from agenteditor.core import files, saved_versions
from agenteditor.core.dialects import dialects
from agenteditor.core.document import Document, Transaction
from agenteditor.core.journal import abandoned
from agenteditor.core.text import Span, TextEdit
from tests.promises.saving_windows import HEAD, opened, press_save, saying, shown_window, type_

ASK_TO_LEAVE = dialogs.ask_to_leave


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return shown_window(qtbot, monkeypatch)


def test_saves_asked_for_meanwhile_wait_and_write_the_newest_text_once(window, slow, qtbot, tmp_path):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    for letter in "abcd":
        type_(window, letter)
        press_save(window)
    slow.answer()
    qtbot.waitUntil(lambda: not document.modified)
    assert path.read_text("utf-8") == "abcd" + HEAD
    assert slow.syncs_of(path.parent) == 2  # the folder, once for each save
    assert slow.syncs_of(path) == 1  # and the file that is there now


def test_closing_waits_and_closes_when_all_is_on_disk(window, slow, *, qtbot, tmp_path, monkeypatch):
    paths = [tmp_path / f"{name}.md" for name in "abc"]
    for path in paths:
        path.write_text(HEAD, "utf-8")
        opened(window, path)
        type_(window, "x")
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "save")
    assert not window.close() and window.isVisible()
    assert not window.close()  # asked again: nothing is asked twice, and it still waits
    type_(window, "")
    slow.answer()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert [path.read_text("utf-8") for path in paths] == ["x" + HEAD] * 3


def test_a_tab_closed_while_it_is_saved_closes_then(window, slow, qtbot, tmp_path):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    editor = opened(window, path)
    type_(window, "x")
    press_save(window)
    assert not window.close_document(editor)
    assert not window.close_document(editor)
    assert saying(window) == ["title", "tab", "status"]
    slow.answer()
    qtbot.waitUntil(lambda: not window.editors())
    assert path.read_text("utf-8") == "x" + HEAD


def test_what_is_typed_while_closing_waits_is_asked_about(window, slow, *, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    editor = opened(window, path)
    type_(window, "x")
    press_save(window)
    window.close()
    window.close()
    type_(window, "y")
    asked = []
    monkeypatch.setattr(dialogs, "ask_to_save", lambda _parent, names: asked.append(names) or "cancel")
    slow.answer()
    qtbot.waitUntil(lambda: bool(asked) and not window.saves.slow())
    QApplication.processEvents()
    assert asked == [["good.md"]]
    assert window.isVisible() and editor.document.text == "xy" + HEAD


@pytest.mark.parametrize("closing", [False, True])
def test_a_save_that_fails_late_says_so_and_keeps_all_open(
    window, slow, *, qtbot, tmp_path, monkeypatch, closing
):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    type_(window, "x")
    press_save(window)
    if closing:
        window.close()
    path.write_text("by another program", "utf-8")
    asked = []
    monkeypatch.setattr(dialogs, "ask_conflict", lambda *args: asked.append(args[1]) or "cancel")
    slow.answer()
    qtbot.waitUntil(lambda: bool(asked))
    QApplication.processEvents()
    assert window.isVisible() and document.modified and not saying(window)
    assert path.read_text("utf-8") == "by another program"


def test_save_all_goes_on_from_one_agent_to_the_next(window, slow, qtbot, tmp_path):
    paths = [tmp_path / f"{name}.md" for name in "abc"]
    for path in paths:
        path.write_text(HEAD, "utf-8")
        opened(window, path)
        type_(window, "x")
    window.actions_["save-all"].trigger()
    assert sum("Saving" in window.documents.tabText(index) for index in range(3)) == 1
    slow.answer()
    qtbot.waitUntil(lambda: "Saved 3 agents" in window.statusBar().currentMessage())
    assert [path.read_text("utf-8") for path in paths] == ["x" + HEAD] * 3


def test_save_as_during_a_save_goes_elsewhere_after_it(window, slow, *, qtbot, tmp_path, monkeypatch):
    path, other = tmp_path / "good.md", tmp_path / "other.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    type_(window, "x")
    press_save(window)
    type_(window, "y")
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: other)
    window.actions_["save-as"].trigger()
    assert document.path == path
    slow.answer()
    qtbot.waitUntil(lambda: document.path == other and not document.modified)
    assert (path.read_text("utf-8"), other.read_text("utf-8")) == ("x" + HEAD, "xy" + HEAD)


def test_a_save_and_a_save_as_that_wait_for_a_save_come_one_after_the_other(
    window, slow, *, qtbot, tmp_path, monkeypatch
):
    monkeypatch.setattr("agenteditor.app.background.PATIENCE", 0)  # none of them is in time
    path, other = tmp_path / "good.md", tmp_path / "other.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: other)
    told, at_once, writing = [], [], []
    real = files.save

    def save(*arguments):
        writing.append(arguments)
        at_once.append(len(writing))
        try:
            return real(*arguments)
        finally:
            writing.pop()

    monkeypatch.setattr(files, "save", save)
    type_(window, "x")
    window.saves.save(document, lambda saved: told.append(("first", saved)))
    type_(window, "y")
    window.saves.save(document, lambda saved: told.append(("second", saved, path.read_text("utf-8"))))
    window.saves.save_as(document, lambda saved: told.append(("as", saved, other.read_text("utf-8"))))
    slow.answer()
    qtbot.waitUntil(lambda: len(told) == 3)
    assert told == [("first", True), ("second", True, "xy" + HEAD), ("as", True, "xy" + HEAD)]
    assert document.path == other and not document.modified and not window.saves.slow()
    assert at_once == [1, 1, 1]


def test_a_save_that_waits_is_of_the_document_that_is_open_then(
    window, slow, *, qtbot, tmp_path, monkeypatch
):
    """A save as may go on by the rules of another program, which takes a document of its own."""
    path, other = tmp_path / "good.md", tmp_path / ".github" / "agents" / "good.agent.md"
    other.parent.mkdir(parents=True)
    path.write_text(HEAD, "utf-8")
    opened(window, path)
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: other)
    window.actions_["save-as"].trigger()
    type_(window, "x")
    press_save(window)
    slow.answer()
    qtbot.waitUntil(lambda: not window.saves.slow() and other.exists())
    QApplication.processEvents()
    document = window.present_editor().document
    assert document.path == other and not document.modified
    assert document.syntax.dialect.table.program == "GitHub Copilot"
    document.apply(Transaction((TextEdit(Span(0, 0), "y"),), "Type"))
    window.actions_["save"].trigger()
    assert other.read_text("utf-8") == "yx" + HEAD


def test_a_text_that_no_file_can_hold_is_said_and_no_copy_is_offered(window, tmp_path, monkeypatch):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    document.apply(Transaction((TextEdit(Span(0, 0), "\ud800"),), "Type"))
    said = []
    monkeypatch.setattr(dialogs, "say", lambda _parent, _title, text: said.append(text))
    window.actions_["save"].trigger()
    assert "half a character" in said[0] and document.modified


def test_what_the_disk_did_not_confirm_is_said(window, tmp_path, monkeypatch):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    type_(window, "x")
    real = files.save
    monkeypatch.setattr(files, "save", lambda *rest: replace(real(*rest), durable=False))
    press_save(window)
    assert not document.modified
    assert "power cut" in window.statusBar().currentMessage()


def test_a_save_from_the_bar_of_a_file_that_is_gone_is_a_save_like_any_other(window, tmp_path, monkeypatch):
    path, other = tmp_path / "good.md", tmp_path / ".github" / "agents" / "good.agent.md"
    other.parent.mkdir(parents=True)
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    type_(window, "x")
    path.unlink()
    document.mark_orphaned("gone", None)
    real = files.save
    monkeypatch.setattr(files, "save", lambda *rest: replace(real(*rest), durable=False))
    window.disk.save_wanted.emit(document)
    assert path.read_text("utf-8") == "x" + HEAD
    assert "power cut" in window.statusBar().currentMessage()
    monkeypatch.setattr(files, "save", real)
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: other)
    window.disk.save_as_wanted.emit(document)
    assert window.settings.recent_files[0] == str(other)
    assert window.present_editor().document.syntax.dialect.table.program == "GitHub Copilot"


def test_hundreds_of_agents_are_saved_one_after_the_other(window, tmp_path, monkeypatch):
    monkeypatch.setattr(window.saves, "is_open", lambda _document: True)  # hundreds of tabs would take long
    documents = [Document(HEAD, tmp_path / f"{number}.md", saved_text="") for number in range(300)]
    told = []
    window.saves.save_each(documents, told.append)
    assert told == [documents] and len(list(tmp_path.iterdir())) == 300


def test_another_kind_of_agent_is_not_chosen_while_it_is_saved(window, slow, qtbot, tmp_path):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    type_(window, "x")
    press_save(window)
    window.read_as(dialects()["gemini-cli"])
    assert window.present_editor().document is document
    assert "being saved" in window.statusBar().currentMessage()
    slow.answer()
    qtbot.waitUntil(lambda: not saying(window))
    assert not document.modified


def test_a_text_that_undo_brought_back_while_another_is_saved_has_a_journal(window, slow, *, qtbot, tmp_path):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    type_(window, "x")
    press_save(window)
    document.undo()
    assert not document.modified
    journal = recovery_of(window)._followed[document].journal
    assert journal.about and journal.text == HEAD  # the disk may hold the other one at any moment
    assert batch_commands._unsaved(window) == {path}
    slow.answer()
    qtbot.waitUntil(lambda: document.modified)
    assert path.read_text("utf-8") == "x" + HEAD
    assert journal.about and journal.text == HEAD
    document.redo()
    assert journal.about is None


def test_a_window_that_could_not_be_closed_holds_on_to_nothing(window, slow, *, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    opened(window, path)
    type_(window, "x")
    press_save(window)
    window.close()
    path.write_text("by another program", "utf-8")
    monkeypatch.setattr(dialogs, "ask_conflict", lambda *_: "cancel")
    slow.answer()
    qtbot.waitUntil(lambda: not window.saves.slow())
    QApplication.processEvents()
    assert window.saves._closing == {}


def test_what_somebody_chose_to_overwrite_is_kept_as_a_version(window, tmp_path, monkeypatch):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    type_(window, "x")
    path.write_text("by another program", "utf-8")
    monkeypatch.setattr(dialogs, "ask_conflict", lambda *_: "overwrite")
    window.saves.save(document, lambda saved: None)
    assert path.read_text("utf-8") == "x" + HEAD
    assert "by another program" in texts_of(window, path)


def test_the_file_that_save_as_replaces_is_kept_as_a_version(window, tmp_path, monkeypatch):
    path, other = tmp_path / "good.md", tmp_path / "other.md"
    path.write_text(HEAD, "utf-8")
    other.write_text("another agent", "utf-8")
    document = opened(window, path).document
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: other)
    window.saves.save_as(document, lambda saved: None)
    assert other.read_text("utf-8") == HEAD
    assert texts_of(window, other) == [HEAD, "another agent"]


def test_where_no_version_can_be_kept_a_save_goes_on(window, tmp_path, monkeypatch):
    path, other = tmp_path / "good.md", tmp_path / "other.md"
    path.write_text(HEAD, "utf-8")
    other.write_text("another agent", "utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(path))  # a file: nothing can be in it
    document = opened(window, path).document
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: other)
    window.saves.save_as(document, lambda saved: None)
    assert other.read_text("utf-8") == HEAD
    recovery_of(window).finish_versions()
    QApplication.processEvents()
    said = [label.text() for label in window.present_editor().messages.findChildren(QLabel)]
    assert any("cannot be kept" in text for text in said)


def texts_of(window, path):
    """The versions of a file, the newest first."""
    recovery_of(window).finish_versions()
    return [saved_versions.text_of(one) for one in saved_versions.versions(path)]


def test_a_window_whose_save_never_answers_is_closed_when_somebody_says_so(
    window, slow, *, qtbot, tmp_path, monkeypatch
):
    """Asked by itself once the patience is over, with the real box; what was typed is in the journal."""
    monkeypatch.setattr(saving, "LONG", 0.05)
    monkeypatch.setattr(dialogs, "ask_to_leave", ASK_TO_LEAVE)
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    type_(window, "abc")
    press_save(window)
    type_(window, "def")
    seen = []

    def answer(word: str) -> None:
        (box,) = [one for one in window.findChildren(QMessageBox) if one.isVisible()]
        seen.append((box.text(), box.informativeText()))
        (button,) = [one for one in box.buttons() if one.text().replace("&", "") == word]
        button.click()

    QTimer.singleShot(200, lambda: answer("Keep waiting"))
    assert not window.close()
    qtbot.waitUntil(lambda: bool(seen))
    assert window.isVisible() and "It will be closed then." in window.statusBar().currentMessage()
    QTimer.singleShot(50, lambda: answer("Close anyway"))
    window.close()
    assert not window.isVisible()
    assert (
        seen[0]
        == seen[1]
        == (
            "The disk has not answered for 0 seconds, and good.md is not saved yet.",
            "Close anyway? What you typed is kept, and offered at the next start.",
        )
    )
    (journal,) = abandoned()[0]
    assert journal.said.text == document.text == "abcdef" + HEAD and journal.said.path == path
    journal.remove()


def test_a_tab_closed_while_its_save_hangs_leaves_its_journal(window, slow, *, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "LONG", 0.0)
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    opened(window, path)
    type_(window, "abc")
    press_save(window)
    asked, said = [], []
    monkeypatch.setattr(dialogs, "ask_to_leave", lambda *args, kept: not asked.append((args[1], kept)))
    monkeypatch.setattr(dialogs, "say", lambda _parent, *texts: said.append(texts))
    assert window.close_document(window.present_editor())
    assert asked == [(["good.md"], True)] and not window.editors()
    path.write_text("another program", "utf-8")  # so that the save, when it comes, fails
    slow.answer()
    qtbot.waitUntil(lambda: bool(said))
    ((title, text),) = said
    assert title == "The agent is not saved."
    assert text.endswith("What you typed is kept, and offered at the next start.")
    assert path.read_text("utf-8") == "another program"
    assert [one.said.text for one in abandoned()[0]] == ["abc" + HEAD]


def test_the_question_whether_to_wait_ends_when_the_disk_answers(
    window, slow, *, qtbot, tmp_path, monkeypatch
):
    monkeypatch.setattr(saving, "LONG", 0.0)
    monkeypatch.setattr(dialogs, "ask_to_leave", ASK_TO_LEAVE)
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    opened(window, path)
    type_(window, "abc")
    press_save(window)
    QTimer.singleShot(50, slow.answer)
    window.close()
    assert not window.isVisible() and path.read_text("utf-8") == "abc" + HEAD
    assert abandoned()[0] == []


def test_a_closing_given_up_on_another_question_takes_nothing_for_left(
    window, slow, *, tmp_path, monkeypatch
):
    monkeypatch.setattr(saving, "LONG", 0.0)
    monkeypatch.setattr(dialogs, "ask_to_leave", lambda *_args, kept: kept)
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "cancel")
    for name in "ab":
        (tmp_path / f"{name}.md").write_text(HEAD, "utf-8")
        opened(window, tmp_path / f"{name}.md")
        type_(window, "x")
    document = window.present_editor().document
    press_save(window)
    assert not window.close()
    assert not window.saves.is_left(document)


def test_nothing_is_saved_over_the_file_of_another_tab(window, *, tmp_path, monkeypatch):
    one, other, viewed = (tmp_path / f"{name}.md" for name in ("one", "other", "viewed"))
    for path in (one, other):
        path.write_text(HEAD, "utf-8")
    viewed.write_bytes(b"\0" * 100)
    window.open_paths([viewed, other, one])
    said = []
    monkeypatch.setattr(dialogs, "say", lambda _parent, *texts: said.append(texts))
    for path in (other, viewed):
        before = path.read_bytes()
        monkeypatch.setattr(dialogs, "ask_save_path", lambda *_, path=path: path)
        window.actions_["save-as"].trigger()
        assert path.read_bytes() == before
    assert said == [
        (
            "The agent is not saved.",
            f"{path.name} is open in another tab. Close that tab first, or choose another name.",
        )
        for path in (other, viewed)
    ]
    assert window.present_editor().document.path == one
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: one)  # its own file is another matter
    window.actions_["save-as"].trigger()
    assert len(said) == 2


def test_two_agents_are_not_saved_as_one_file_at_a_time(window, slow, *, qtbot, tmp_path, monkeypatch):
    there = tmp_path / "there.md"
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: there)
    said = []
    monkeypatch.setattr(dialogs, "say", lambda _parent, *texts: said.append(texts))
    for letter in "ab":
        window.add_document(Document(letter + HEAD))
        window.actions_["save-as"].trigger()
    assert [title for title, _text in said] == ["The agent is not saved."]
    slow.answer()
    qtbot.waitUntil(there.exists)
    qtbot.waitUntil(lambda: not window.saves.slow())
    assert there.read_text("utf-8") == "a" + HEAD


def test_a_file_that_an_agent_is_becoming_is_not_opened_beside_it(
    window, slow, *, qtbot, tmp_path, monkeypatch
):
    there = tmp_path / "there.md"
    there.write_text("old", "utf-8")
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: there)
    made = window.add_document(Document(HEAD))
    window.actions_["save-as"].trigger()
    window.add_document(Document("another"))
    window.open_paths([there])
    assert window.editor is made and len(window.editors()) == 2
    slow.answer()
    qtbot.waitUntil(lambda: not window.saves.slow())
    assert there.read_text("utf-8") == HEAD


def test_a_file_that_came_after_its_name_was_chosen_is_not_overwritten_unasked(
    window, slow, *, qtbot, tmp_path, monkeypatch
):
    path, other = tmp_path / "good.md", tmp_path / "other.md"
    path.write_text(HEAD, "utf-8")
    opened(window, path)
    type_(window, "x")
    press_save(window)
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: other)
    window.actions_["save-as"].trigger()
    other.write_text("another program", "utf-8")
    asked = []
    monkeypatch.setattr(dialogs, "ask_conflict", lambda _parent, *said: asked.append(said) or "cancel")
    slow.answer()
    qtbot.waitUntil(lambda: bool(asked))
    assert other.read_text("utf-8") == "another program"
    assert asked[0][0] == "other.md" and "already" in asked[0][1]
