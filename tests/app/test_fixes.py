"""Fixes and conversions in the window: shown first, applied as one step, found by keyboard where they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from agenteditor.app.actions import MENUS, SPECS, Spec
from agenteditor.app.commands import make_window
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.core.document import Transaction
from agenteditor.core.text import replace
from agenteditor.core.triggers import style
from agenteditor.ui import fix_dialog, trigger_dialog

FAULTY = (
    "---\nname: a\ndescription: Use it when asked. <example>user: 'Go' assistant: 'I go'</example>\nmodle: opus\n---\n\n"
    "You are an agent that does what it is told.\n\n\u200b\n"
)
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


class Answers:
    """Answers all questions with ``yes`` and remembers them."""

    def __init__(self) -> None:
        self.yes = True
        self.asked: list[object] = []

    def __call__(self, _parent: object, about: object, _more: object) -> bool:
        self.asked.append(about)
        return self.yes


@pytest.fixture
def answers(monkeypatch):
    answering = Answers()
    monkeypatch.setattr(fix_dialog, "ask", answering)
    monkeypatch.setattr(trigger_dialog, "ask", answering)
    return answering


@pytest.fixture
def opened(qtbot, tmp_path, answers):
    """A function that opens a text in a shown window; gives the editor."""

    def forget_changes(window):
        for editor in window.editors():
            editor.document.mark_saved(Path("x.md"), editor.document.text, None)

    def open_text(text):
        path = tmp_path / "a.md"
        path.write_bytes(text.encode())
        application(Settings(theme="light"))
        window = make_window(Settings())
        qtbot.addWidget(window, before_close_func=forget_changes)
        window.resize(1280, 820)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        window.open_paths([path])
        QApplication.processEvents()
        return window

    return open_text


def entries():
    """The fixes in the open menu."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return [action for action in menu.actions() if action.isEnabled()]


def choose(label):
    action = next(action for action in entries() if action.text().startswith(f"{label}\t"))
    QApplication.activePopupWidget().close()
    action.trigger()


def press(keys, held=CTRL):
    QTest.keyClick(QApplication.focusWidget(), keys, held)
    QApplication.processEvents()


def test_a_fix_of_the_problems_list_is_shown_first_and_is_one_step(opened, answers):
    editor = opened(FAULTY).present_editor()
    fix = next(fix for problem in editor.document.problems for fix in problem.fixes if "model" in fix.label)
    answers.yes = False
    editor.problems.fix_wanted.emit(fix)
    assert editor.document.text == FAULTY
    answers.yes = True
    editor.problems.fix_wanted.emit(fix)
    assert editor.document.text == FAULTY.replace("modle", "model")
    assert [(one.before, one.after) for one in answers.asked] == [(FAULTY, editor.document.text)] * 2
    assert editor.document.undo_label == fix.label
    editor.undo()
    assert editor.document.text == FAULTY


def test_a_text_that_changed_while_the_question_stood_is_left_alone(opened, monkeypatch):
    editor = opened(FAULTY).present_editor()

    def changed_meanwhile(*_args):
        editor.document.apply(Transaction((replace(0, 0, "x"),), "Reload"))
        return True

    monkeypatch.setattr(fix_dialog, "ask", changed_meanwhile)
    editor.apply_fix(next(fix for problem in editor.document.problems for fix in problem.fixes))
    assert editor.document.text == "x" + FAULTY


def test_all_safe_fixes_are_shown_with_their_steps(opened, answers):
    window = opened(FAULTY)
    answers.yes = False
    window.actions_["fix-all"].trigger()
    assert window.present_editor().document.text == FAULTY
    (offer,) = answers.asked
    assert offer.safe and any("model" in step for step in offer.steps)


def test_safe_fixes_come_without_a_question_once_that_is_chosen(opened, answers):
    window = opened(FAULTY)
    window.actions_["without-asking"].trigger()
    assert window.settings.apply_safe_fixes
    window.actions_["fix-all"].trigger()
    assert answers.asked == []
    assert "\nmodel: opus\n" in window.present_editor().document.text
    window.actions_["without-asking"].trigger()
    assert not window.settings.apply_safe_fixes


@pytest.mark.parametrize(("keys", "held"), [(Qt.Key.Key_Period, CTRL), (Qt.Key.Key_Return, ALT)])
def test_the_keys_open_the_fixes_of_the_field_with_the_caret(opened, keys, held):
    editor = opened(FAULTY).present_editor()
    editor.form.reveal("modle")
    press(keys, held)
    texts = [action.text() for action in entries()]
    assert len(texts) == 1 and texts[0].endswith("\tsafe")
    choose(texts[0].partition("\t")[0])
    assert editor.document.text == FAULTY.replace("modle", "model")


def test_a_field_without_a_fix_says_so(opened):
    window = opened(FAULTY)
    window.present_editor().form.reveal("name")
    press(Qt.Key.Key_Period)
    assert QApplication.activePopupWidget() is None
    assert "nothing to fix" in window.statusBar().currentMessage()


def test_the_keys_open_the_fixes_of_a_section(opened):
    editor = opened(FAULTY).present_editor()
    editor.show_view("prompt")
    press(Qt.Key.Key_Period)
    (action,) = entries()
    choose(action.text().partition("\t")[0])
    assert "\u200b" not in editor.document.text


def test_the_keys_open_the_fixes_at_the_caret_of_the_source(opened):
    editor = opened(FAULTY).present_editor()
    editor.show_in_source(FAULTY.index("modle"), FAULTY.index("modle"))
    press(Qt.Key.Key_Period)
    choose(entries()[0].text().partition("\t")[0])
    assert editor.document.text == FAULTY.replace("modle", "model")


def test_the_keys_open_the_fixes_of_the_selected_row_of_the_problems(opened):
    editor = opened(FAULTY).present_editor()
    at = next(i for i, problem in enumerate(editor.document.problems) if problem.field == "modle")
    editor.problems.take_focus()
    editor.problems._list.setCurrentItem(editor.problems._list.topLevelItem(at))
    press(Qt.Key.Key_Period)
    choose(entries()[0].text().partition("\t")[0])
    assert editor.document.text == FAULTY.replace("modle", "model")


def test_the_keys_in_the_examples_speak_of_the_example(opened):
    window = opened(FAULTY)
    window.show_view("examples")
    press(Qt.Key.Key_Period)
    assert "nothing to fix" in window.statusBar().currentMessage()


def test_examples_become_prose_and_prose_examples_and_undo_restores_every_byte(opened, answers, seed_text):
    window = opened(seed_text)
    editor = window.present_editor()
    to_prose, to_examples = window.actions_["to-prose"], window.actions_["to-examples"]
    assert (to_prose.isEnabled(), to_examples.isEnabled()) == (True, False)
    answers.yes = False
    to_prose.trigger()
    assert editor.document.text == seed_text and answers.asked == [seed_text]
    answers.yes = True
    window.show_view("examples")
    editor.examples._convert.click()
    assert style(editor.document.syntax) == "prose"
    assert editor.document.undo_label == "Examples to prose"
    assert (to_prose.isEnabled(), to_examples.isEnabled()) == (False, True)
    assert editor.examples._none.convert.isVisible()
    editor.examples._none.convert.click()
    assert style(editor.document.syntax) == "examples"
    editor.undo()
    editor.undo()
    assert editor.document.text == seed_text


def test_what_cannot_be_converted_is_said(opened, answers):
    window = opened(FAULTY.replace(" <example>", "\n<example>"))
    window.present_editor().convert_triggers("prose")
    assert "valid YAML first" in window.statusBar().currentMessage()
    assert answers.asked == []


@pytest.mark.parametrize("menu", MENUS)
def test_each_letter_of_a_menu_means_one_entry(menu):
    texts = [spec.text for spec in SPECS if isinstance(spec, Spec) and spec.menu == menu]
    letters = [found[1].casefold() for text in texts if (found := re.search(r"&(.)", text))]
    assert len(set(letters)) == len(letters)
