"""A document that is closed, or about to be, while the disk keeps a save waiting: nothing of it is lost."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from agenteditor.app import dialogs, saving
from agenteditor.app.recovery import recovery_of
from agenteditor.core import saved_versions
from agenteditor.core.journal import abandoned
from tests.promises.saving_windows import HEAD, opened, press_save, shown_window, type_


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    """One that asks at once whether to wait, and is told not to."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = shown_window(qtbot, monkeypatch)
    monkeypatch.setattr(saving, "LONG", 0.0)
    monkeypatch.setattr(dialogs, "ask_to_leave", lambda *_args, kept: True)
    return made


@pytest.fixture
def said(window, monkeypatch):
    texts: list[str] = []
    monkeypatch.setattr(dialogs, "say", lambda _parent, _title, text: texts.append(text))
    return texts


def edited(window, path, letters: str):
    path.write_text(HEAD, "utf-8")
    editor = opened(window, path)
    type_(window, letters)
    return editor


def unsaved() -> list[str]:
    """What the next start would offer."""
    found = abandoned()[0]
    for one in found:
        one.leave()
    return [one.said.text for one in found]


@pytest.mark.parametrize("fails", [False, True])
def test_a_save_that_comes_back_under_the_question_about_another_agent_is_asked_about_anew(
    window, slow, *, said, fails, qtbot, tmp_path, monkeypatch
):
    """It was left to the disk, so the question did not name it; what was typed since is not saved."""
    edited(window, tmp_path / "other.md", "x")
    editor = edited(window, tmp_path / "late.md", "abc")
    press_save(window)
    type_(window, "def")
    asked = []

    def ask(_parent, names):
        asked.append(names)
        if len(asked) == 2:
            return "cancel"
        if fails:
            (tmp_path / "late.md").write_text("another program", "utf-8")
        slow.answer()
        qtbot.waitUntil(lambda: not window.saves.slow())
        return "discard"

    monkeypatch.setattr(dialogs, "ask_to_save", ask)
    assert not window.close() and window.isVisible()
    assert asked == [["other.md"], ["late.md"]] and len(said) == fails
    assert not any("next start" in text for text in said)
    assert editor.document.text == "abcdef" + HEAD


def test_what_is_closed_during_save_all_and_not_wanted_is_not_saved(
    window, slow, *, qtbot, tmp_path, monkeypatch
):
    editors = [edited(window, tmp_path / f"{name}.md", "x") for name in "abc"]
    window.actions_["save-all"].trigger()
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "discard")
    assert window.close_document(editors[1])
    slow.answer()
    qtbot.waitUntil(lambda: "Saved 2 agents" in window.statusBar().currentMessage())
    texts = [(tmp_path / f"{name}.md").read_text("utf-8") for name in "abc"]
    assert texts == ["x" + HEAD, HEAD, "x" + HEAD]


def test_a_window_that_saves_before_it_closes_closes_though_a_tab_was_closed_meanwhile(
    window, slow, *, qtbot, tmp_path, monkeypatch
):
    editors = [edited(window, tmp_path / f"{name}.md", "x") for name in "ab"]
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "save")
    assert not window.close()
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "discard")
    assert window.close_document(editors[1])
    slow.answer()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert [(tmp_path / f"{name}.md").read_text("utf-8") for name in "ab"] == ["x" + HEAD, HEAD]


def test_a_save_that_comes_back_after_its_tab_was_closed_ends_the_journal(window, slow, *, qtbot, tmp_path):
    path = tmp_path / "good.md"
    editor = edited(window, path, "abc")
    press_save(window)
    assert window.close_document(editor)
    assert unsaved() == []  # no other window offers it while it may come to the disk
    del editor
    slow.answer()
    qtbot.waitUntil(lambda: not window.saves.slow())
    assert path.read_text("utf-8") == "abc" + HEAD
    recovery_of(window).finish_versions()
    kept = [saved_versions.text_of(one) for one in saved_versions.versions(path)]
    assert kept == ["abc" + HEAD, HEAD]  # as of any other save
    again = opened(window, path)
    type_(window, "d")
    press_save(window)
    assert not again.document.modified
    assert unsaved() == []


def test_what_was_typed_since_a_save_that_comes_back_late_is_offered(window, slow, *, qtbot, tmp_path):
    path = tmp_path / "good.md"
    editor = edited(window, path, "abc")
    press_save(window)
    type_(window, "def")
    assert window.close_document(editor)
    slow.answer()
    qtbot.waitUntil(lambda: not window.saves.slow())
    assert path.read_text("utf-8") == "abc" + HEAD
    assert unsaved() == ["abcdef" + HEAD]


def test_the_journal_of_a_tab_closed_while_its_save_hangs_outlives_the_window(window, slow, *, tmp_path):
    editor = edited(window, tmp_path / "good.md", "abc")
    press_save(window)
    assert window.close_document(editor)
    assert window.close()
    assert unsaved() == ["abc" + HEAD]


def test_a_text_that_is_nowhere_else_is_not_called_kept_but_offered_as_a_copy(
    window, slow, *, said, qtbot, tmp_path, monkeypatch
):
    path, copy = tmp_path / "good.md", tmp_path / "copy.md"
    monkeypatch.setenv("XDG_STATE_HOME", str(path))  # a file: no journal can be in it
    editor = edited(window, path, "abc")
    press_save(window)
    assert window.close_document(editor)
    path.write_text("another program", "utf-8")
    asked, places = [], [None, copy]
    monkeypatch.setattr(
        dialogs, "ask_copy", lambda _parent, text, *, closed: not asked.append((text, closed))
    )
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: places.pop(0))
    slow.answer()
    qtbot.waitUntil(copy.exists)
    qtbot.waitUntil(lambda: not window.saves.slow())
    QApplication.processEvents()
    assert copy.read_text("utf-8") == "abc" + HEAD and path.read_text("utf-8") == "another program"
    assert said == [] and len(asked) == 2  # once more, since no place was chosen at first
    assert all("could not be kept" in text and closed for text, closed in asked)


@pytest.mark.parametrize("fails", [False, True])
def test_a_text_that_nobody_typed_is_kept_too_while_a_save_as_of_it_hangs(
    window, slow, *, said, fails, qtbot, tmp_path, monkeypatch
):
    """Another program has overwritten it, and it was to be kept elsewhere."""
    path, copy = tmp_path / "good.md", tmp_path / "copy.md"
    path.write_text(HEAD, "utf-8")
    editor = opened(window, path)
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: copy)
    window.actions_["save-as"].trigger()
    path.write_text("another program", "utf-8")
    assert window.close_document(editor)
    if fails:
        copy.write_text("another one", "utf-8")
    slow.answer()
    qtbot.waitUntil(lambda: not window.saves.slow())
    QApplication.processEvents()
    assert unsaved() == ([HEAD] if fails else [])
    assert [text.endswith("offered at the next start.") for text in said] == [True] * fails


def test_closing_asks_nothing_more_while_somebody_is_asked_about_the_save_it_waits_for(
    window, slow, *, qtbot, tmp_path, monkeypatch
):
    monkeypatch.setattr(saving, "LONG", 0.2)
    path = tmp_path / "good.md"
    edited(window, path, "abc")
    press_save(window)
    assert not window.close()
    path.write_text("another program", "utf-8")
    asked = []

    def ask_conflict(*_args):
        asked.append("conflict")
        qtbot.wait(400)
        asked.append("answered")
        return "cancel"

    monkeypatch.setattr(dialogs, "ask_conflict", ask_conflict)
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: asked.append("save") or "cancel")
    slow.answer()
    qtbot.waitUntil(lambda: "answered" in asked)
    assert asked == ["conflict", "answered"] and window.isVisible()
